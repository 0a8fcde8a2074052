"""The command ``personvern``; every command is a thin layer over the library."""

from __future__ import annotations

import enum
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from analyzer import __version__
from analyzer.errors import AnalyzerError

if TYPE_CHECKING:
    from rich.console import Console

    from analyzer.audit import Audit
    from analyzer.report import Report

EXIT_FINDINGS, EXIT_UNREADABLE = 1, 2

app = typer.Typer(
    help="Leser norske personvernerklæringer og sier, med sitat, hva de opplyser om og hva som mangler.\n\n"
    "Alt skjer på din maskin. Start med: personvern analyze erklæring.html",
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
        list[str], typer.Argument(help="Erklæringer: tekst, Markdown, HTML, PDF, DOCX; «-» er standard inn.")
    ],
    as_json: Annotated[
        bool, typer.Option("--json", help="Rapporten som JSON på standard ut; flere filer gir én linje hver.")
    ] = False,
    full: Annotated[bool, typer.Option("--full", help="Vis også det som ikke er påkrevd.")] = False,
    fail_on: FailOnOption = Severity.NEVER,
    model: ModelOption = None,
    knowledge: KnowledgeOption = None,
    as_of: AsOfOption = None,
    lang: LanguageOption = Language.NB,
) -> None:
    """Analyser én eller flere erklæringer og vis hva de opplyser om.

    Sluttstatus: 0 ferdig, 1 funn etter --fail-on, 2 noe kunne ikke leses.
    """
    from analyzer.pipeline import Analyzer

    az = Analyzer.load(model, knowledge=knowledge, as_of=as_of, language=lang.value)
    console = _console()
    unreadable, gravest = False, 0
    for file in files:
        try:
            report = (
                az.analyze(sys.stdin.buffer.read(), id="stdin", name="stdin")
                if file == "-"
                else az.analyze(file)
            )
        except AnalyzerError as error:
            unreadable = True
            typer.echo(f"personvern: {error}", err=True)
            continue
        gravest = max([gravest, *(_GRAVITY[f["severity"]] for f in report.findings)])
        if not as_json:
            _show(report, console, full=full)
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
        typer.Option("--out", "-o", help="Mappe for rapportene, documents.csv, findings.csv og errors.csv."),
    ],
    fail_on: FailOnOption = Severity.NEVER,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Antall prosesser (én per kjerne om utelatt).")
    ] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Ingen fremdrift og ingen oppsummering.")
    ] = False,
    model: ModelOption = None,
    knowledge: KnowledgeOption = None,
    as_of: AsOfOption = None,
    lang: LanguageOption = Language.NB,
) -> None:
    """Analyser alle erklæringer i en mappe; en fil som ikke kan leses, stopper ikke de andre.

    Eksempel: personvern audit erklæringer/ --out revisjon/
    """
    from analyzer.audit import Options, run_audit

    options = Options(model, str(knowledge) if knowledge else None, as_of, lang.value, workers)
    if quiet:
        result = run_audit(paths, out, options)
    else:
        with _progress() as advance:
            result = run_audit(paths, out, options, progress=advance)
        _summarise(result, _console())
    for failure in result.errors:
        typer.echo(f"personvern: {failure.error}", err=True)
    gravest = max((_GRAVITY[s] for s in result.severities), default=0)
    _finish(bool(result.errors), gravest, fail_on)


@app.command()
def explain(
    id: Annotated[
        str,
        typer.Argument(help="Opplysning (retention) eller funnkode (missing-retention, retention-vague)."),
    ],
    knowledge: KnowledgeOption = None,
    lang: LanguageOption = Language.NB,
) -> None:
    """Forklar en opplysning eller et funn: plikten, når den gjelder, og eksempler på ordlyd."""
    from analyzer.knowledge import Knowledge

    rules = Knowledge.load(knowledge)
    topic_id = id.removeprefix("missing-").replace("-", "_")
    if topic_id in rules.topic:
        _explain_topic(rules, topic_id, lang.value)
    elif id in rules.finding:
        _explain_finding(rules, id, lang.value)
    else:
        known = [*rules.topic_ids, *(c for c in rules.finding if c != "disclosure-missing")]
        raise AnalyzerError(f"«{id}» er ukjent. Velg en av: {', '.join(known)}.")


@app.command()
def restore(
    file: Annotated[str, typer.Argument(help="Skadet tekst, eller en annen kilde; «-» er standard inn.")],
    diff: Annotated[
        bool, typer.Option("--diff", help="Vis hver rettelse med linje og sannsynlighet i stedet.")
    ] = False,
) -> None:
    """Gjenopprett norsk tekst som tekstgjenkjenning har skadet («ngdvendig», «var virksomhet»).

    Teksten kommer på standard ut, og ingenting annet; en uskadd tekst kommer uendret.
    """
    from analyzer.ingest import read_document
    from analyzer.restoration import restore as undo

    document = (
        read_document(sys.stdin.buffer.read(), id="stdin", name="stdin")
        if file == "-"
        else read_document(file)
    )
    restoration = undo(document.text)
    if not diff:
        sys.stdout.write(restoration.text)
        return
    for repair in restoration.repairs:
        line = document.text.count("\n", 0, repair.start) + 1
        original, restored = (" ".join(t.split()) for t in (repair.original, repair.restored))
        typer.echo(f"{line}\t{_visible(original)}\t{_visible(restored)}\t{repair.score:.2f}")


@app.command()
def schema() -> None:
    """Skriv JSON Schema for rapporten på standard ut."""
    from analyzer.schema import report_schema

    typer.echo(json.dumps(report_schema(), indent=1, ensure_ascii=False))


@app.command()
def train(
    corpus: Annotated[
        list[Path], typer.Argument(help="Mappe med merkede erklæringer, som corpus/statements.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Mappe for modellen.")],
    knowledge: KnowledgeOption = None,
    restoration: Annotated[
        bool,
        typer.Option(
            "--restore",
            help="Tren i stedet gjenopprettingen, på tekstene i mappene (krever Tesseract og tillegget train).",
        ),
    ] = False,
) -> None:
    """Tren emnemodellen på merkede erklæringer (om lag fem minutter for hundre)."""
    if restoration:
        from analyzer.train_restore import train_restorer

        train_restorer(corpus, out, progress=lambda line: typer.echo(line, err=True))
        typer.echo(f"Gjenopprettingen i {out}")
        return
    if len(corpus) > 1:
        raise AnalyzerError("Emnemodellen trenes på én mappe; flere mapper gjelder bare --restore.")
    from analyzer.corpus import read_corpus
    from analyzer.knowledge import Knowledge
    from analyzer.train import save_model, train_baseline

    rules = Knowledge.load(knowledge)
    model, metrics = train_baseline(
        read_corpus(corpus[0]), rules, progress=lambda line: typer.echo(line, err=True)
    )
    save_model(model, metrics, out)
    typer.echo(f"{model.name} i {out}: F1 {metrics['micro_f1']} ved kryssvalidering, delt etter dokument")


@app.command()
def evaluate(
    corpus: Annotated[Path, typer.Argument(help="Mappe med merkede erklæringer.")],
    as_json: Annotated[bool, typer.Option("--json", help="Tallene som JSON på standard ut.")] = False,
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
    if as_json:
        typer.echo(json.dumps(result.floors(), indent=1))
        return
    table = _table(f"{result.documents} erklæringer", "Hva", "Presisjon", "Gjenfinning", "F1", "Antall")
    for name, precision, recall, f1, wanted in result.table():
        table.add_row(name, f"{precision:.3f}", f"{recall:.3f}", f"{f1:.3f}", str(wanted))
    _console().print(table)


@corpus_app.command("check")
def corpus_check(
    corpus: Annotated[Path, typer.Argument(help="Mappe med merkede erklæringer.")],
    knowledge: KnowledgeOption = None,
) -> None:
    """Kontroller format, posisjoner og merker i et korpus."""
    from analyzer.corpus import check_corpus, read_corpus
    from analyzer.knowledge import Knowledge

    statements = read_corpus(corpus)
    problems = check_corpus(statements, Knowledge.load(knowledge))
    for problem in problems:
        typer.echo(problem, err=True)
    typer.echo(
        f"{len(statements)} erklæringer, {sum(len(s.units) for s in statements)} blokker, {len(problems)} feil"
    )
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


def _finish(unreadable: bool, gravest: int, fail_on: Severity) -> None:
    if unreadable:
        raise typer.Exit(EXIT_UNREADABLE)
    if fail_on is not Severity.NEVER and gravest >= _GRAVITY[fail_on.value]:
        raise typer.Exit(EXIT_FINDINGS)


# --- What a person sees --------------------------------------------------------------------------------------

_STYLES = {
    "present": "green",
    "partial": "yellow",
    "missing": "bold red",
    "undetermined": "magenta",
    "not_applicable": "dim",
    "error": "bold red",
    "warning": "yellow",
    "info": "cyan",
}
_SEVERITY_NB = {"error": "alvorlig", "warning": "advarsel", "info": "merknad"}
_PIPED_WIDTH = 110


def _console() -> Console:
    from rich.console import Console

    console = Console(highlight=False, markup=False, emoji=False)
    return (
        console
        if console.is_terminal
        else Console(highlight=False, markup=False, emoji=False, width=_PIPED_WIDTH)
    )


def _visible(text: str) -> str:
    """Replace what could steer a terminal or reverse the reading direction: a statement is untrusted text."""
    return "".join(
        c if c.isprintable() and not "\u202a" <= c <= "\u202e" and not "\u2066" <= c <= "\u2069" else " "
        for c in text
    )


def _table(title: str, *columns: str) -> Any:
    from rich import box
    from rich.table import Table

    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, no_wrap=True, overflow="ellipsis")
    return table


def _show(report: Report, console: Console, *, full: bool) -> None:
    from rich.text import Text

    from analyzer.report import STATUS_NB

    data, summary = report.data, report.summary
    name = data["organisation"]["name"] or "Ukjent behandlingsansvarlig"
    console.print(Text(_visible(f"{name} · {data['document']['source']}"), style="bold"))
    console.print(
        f"{summary['present']} av {summary['required']} påkrevde opplysninger er gitt "
        f"({summary['completeness']:.0%}); {summary['missing']} mangler, {summary['undetermined']} er uavklart. "
        f"{data['document']['words']} ord, {data['document']['language']}."
    )
    for warning in data["document"]["extraction"]["warnings"]:
        console.print(Text(f"Merk: {_visible(warning)}", style="yellow"))
    rows = []
    for d in report.disclosures:
        if not full and d["status"] == "not_applicable":
            continue
        status = STATUS_NB[d["status"]] + (" (benektes)" if d["denied"] else "")
        quote = _visible(report.best_quote(d["id"]) or "")
        rows.append(
            (_shorten(d["title"], 38), d["articles"][0], Text(status, style=_STYLES[d["status"]]), quote)
        )
    table = _table("", "Opplysning", "Artikkel", "Status", "Sitat")
    taken = sum(max(len(cell) for cell in cells) + 2 for cells in list(zip(*rows, strict=True))[:3])
    for *verdict, quote in rows:
        table.add_row(*verdict, _shorten(quote, max(20, console.width - taken - 4)))
    console.print(table)
    console.print(_findings_table(report))


def _findings_table(report: Report) -> Any:
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    for finding in report.findings:
        text = Text(_visible(finding["title"]), style="bold")
        message = finding["advice"] if finding["code"].startswith("missing-") else finding["message"]
        text.append(f". {_visible(message)}", style="not bold")
        for quote in finding["evidence"][:2]:
            text.append(f" «{_shorten(_visible(quote['text']))}»", style="not bold italic")
        table.add_row(Text(_SEVERITY_NB[finding["severity"]], style=_STYLES[finding["severity"]]), text)
    return table


def _shorten(text: str, limit: int = 150) -> str:
    return text if len(text) <= limit else text[: limit - 1].rsplit(" ", 1)[0] + " …"


def _progress() -> Any:
    """Show progress on standard error; gives the function that run_audit calls."""
    from contextlib import contextmanager

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    @contextmanager
    def bar() -> Any:
        columns = (TextColumn("Analyserer"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("", total=None)
            yield lambda done, total, source: progress.update(task, completed=done, total=total)

    return bar()


def _summarise(result: Audit, console: Console) -> None:
    from analyzer.knowledge import Knowledge

    topics = Knowledge.load().topic
    done = len(result.rows)
    completeness = sum(row["completeness"] for row in result.rows) / done if done else 0.0
    console.print(
        f"{done} erklæringer analysert, {len(result.errors)} kunne ikke leses. Snitt for fullstendighet: {completeness:.0%}."
    )
    if result.missing:
        table = _table("Mangler oftest", "Opplysning", "Erklæringer", "Andel")
        for topic, count in result.missing.most_common(10):
            table.add_row(topics[topic].title["nb"], str(count), f"{count / done:.0%}")
        console.print(table)
    console.print(f"Rapporter: {result.folder / 'reports'}")
    console.print(
        f"Tabeller:  {result.folder / 'documents.csv'}, {result.folder / 'findings.csv'}, {result.folder / 'errors.csv'}"
    )


def _explain_topic(rules: Any, topic_id: str, language: str) -> None:
    topic, requirement = rules.topic[topic_id], rules.requirement[topic_id]
    lines = [
        f"{topic.title[language]} ({topic_id})",
        f"Artikler: {', '.join(topic.articles)}   Regel: {requirement.rule}   Alvorsgrad: {requirement.severity}",
        "",
        f"Innhold: {topic.definition}",
    ]
    for label, text in (
        ("Påkrevd:", requirement.required[language]),
        ("Ikke påkrevd:", requirement.not_required[language]),
        ("Råd:", requirement.advice[language]),
    ):
        if text:
            lines.append(f"{label} {text}")
    lines += ["", "Ordlyd som oppfyller:", *(f"  + {example}" for example in topic.examples)]
    lines += ["Ordlyd som ikke gjør det:", *(f"  - {example}" for example in topic.counterexamples)]
    typer.echo("\n".join(lines))


def _explain_finding(rules: Any, code: str, language: str) -> None:
    finding = rules.finding[code]
    lines = [f"{finding.title[language]} ({code})", f"Alvorsgrad: {finding.severity}"]
    if finding.articles:
        lines.append(f"Artikler: {', '.join(finding.articles)}")
    lines += ["", finding.message[language], f"Råd: {finding.advice[language]}"]
    if finding.example.get("bad"):
        lines.append(f"  - {finding.example['bad']}")
    if finding.example.get("good"):
        lines.append(f"  + {finding.example['good']}")
    typer.echo("\n".join(lines))

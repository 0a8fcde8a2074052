"""What a person sees in a terminal; a statement's text is shown, never obeyed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

    from analyzer.audit import Audit
    from analyzer.report import Report

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
REPAIRS_SHOWN = 5


def make_console() -> Console:
    """Make a console: as wide as the terminal, or plain and 110 wide when piped."""
    from rich.console import Console

    console = Console(highlight=False, markup=False, emoji=False)
    return (
        console
        if console.is_terminal
        else Console(highlight=False, markup=False, emoji=False, width=_PIPED_WIDTH)
    )


def visible(text: str) -> str:
    """Replace what could steer a terminal or reverse the reading direction: a statement is untrusted text."""
    return "".join(
        c if c.isprintable() and not "\u202a" <= c <= "\u202e" and not "\u2066" <= c <= "\u2069" else " "
        for c in text
    )


def make_table(title: str, *columns: str) -> Any:
    """Make an empty table in the house style."""
    from rich import box
    from rich.table import Table

    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, no_wrap=True, overflow="ellipsis")
    return table


def show_report(report: Report, console: Console, *, full: bool) -> None:
    """Print one report: verdict, table of disclosures, findings."""
    from rich.text import Text

    from analyzer.report import STATUS_NB

    data, summary = report.data, report.summary
    name = data["organisation"]["name"] or "Ukjent behandlingsansvarlig"
    console.print(Text(visible(f"{name} · {data['document']['source']}"), style="bold"))
    console.print(
        f"{summary['present']} av {summary['required']} påkrevde opplysninger er gitt "
        f"({summary['completeness']:.0%}); {summary['missing']} mangler, {summary['undetermined']} er uavklart. "
        f"{data['document']['words']} ord, {data['document']['language']}."
    )
    for warning in data["document"]["extraction"]["warnings"]:
        console.print(Text(f"Merk: {visible(warning)}", style="yellow"))
    _show_repairs(data["document"]["restoration"]["repairs"], data["document"]["source"], console)
    rows = []
    for d in report.disclosures:
        if not full and d["status"] == "not_applicable":
            continue
        status = STATUS_NB[d["status"]] + (" (benektes)" if d["denied"] else "")
        quote = visible(report.best_quote(d["id"]) or "")
        rows.append(
            (_shorten(d["title"], 38), d["articles"][0], Text(status, style=_STYLES[d["status"]]), quote)
        )
    table = make_table("", "Opplysning", "Artikkel", "Status", "Sitat")
    taken = sum(max(len(cell) for cell in cells) + 2 for cells in list(zip(*rows, strict=True))[:3])
    for *verdict, quote in rows:
        table.add_row(*verdict, _shorten(quote, max(20, console.width - taken - 4)))
    console.print(table)
    console.print(_findings_table(report))


def _show_repairs(repairs: list[dict[str, Any]], source: str, console: Console) -> None:
    """Say which words are shown otherwise than they stand in the source; the least sure ones first."""
    from rich.text import Text

    if not repairs:
        return
    doubtful = sorted(repairs, key=lambda repair: repair["score"])[:REPAIRS_SHOWN]
    examples = ", ".join(
        f"«{' '.join(visible(r['original']).split())}» → «{' '.join(visible(r['restored']).split())}»"
        for r in doubtful
    )
    console.print(
        Text(
            f"Skadd av tekstgjenkjenning: {len(repairs)} steder er rettet i sitatene under, de minst sikre: "
            f"{examples}. Alle: personvern restore --diff {visible(source)}",
            style="yellow",
        )
    )


def _findings_table(report: Report) -> Any:
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    for finding in report.findings:
        text = Text(visible(finding["title"]), style="bold")
        message = finding["advice"] if finding["code"].startswith("missing-") else finding["message"]
        text.append(f". {visible(message)}", style="not bold")
        for quote in finding["evidence"][:2]:
            text.append(f" «{_shorten(visible(quote['text']))}»", style="not bold italic")
        table.add_row(Text(_SEVERITY_NB[finding["severity"]], style=_STYLES[finding["severity"]]), text)
    return table


def _shorten(text: str, limit: int = 150) -> str:
    return text if len(text) <= limit else text[: limit - 1].rsplit(" ", 1)[0] + " …"


def show_progress() -> Any:
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


def show_pages(file: str) -> Any:
    """Show on standard error how many pages Tesseract has read, from the first one on.

    Gives a context manager with the function that :func:`analyzer.ingest.read_document` calls.
    """
    from contextlib import contextmanager

    @contextmanager
    def bar() -> Any:
        from rich.console import Console

        started: list[Any] = []

        def advance(done: int, total: int) -> None:
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

            if not started:
                name = TextColumn(f"Leser sider av {visible(file)}", markup=False)
                columns = (name, BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
                progress = Progress(*columns, console=Console(stderr=True), transient=True)
                progress.start()
                started.extend((progress, progress.add_task("", total=total)))
            started[0].update(started[1], completed=done, total=total)

        try:
            yield advance
        finally:
            if started:
                started[0].stop()

    return bar()


def show_summary(result: Audit, console: Console) -> None:
    """Print what an audit found, on one screen."""
    from analyzer.knowledge import Knowledge

    topics = Knowledge.load().topic
    done = len(result.rows)
    completeness = sum(row["completeness"] for row in result.rows) / done if done else 0.0
    console.print(
        f"{done} erklæringer analysert, {len(result.errors)} kunne ikke leses. Snitt for fullstendighet: {completeness:.0%}."
    )
    if result.missing:
        table = make_table("Mangler oftest", "Opplysning", "Erklæringer", "Andel")
        for topic, count in result.missing.most_common(10):
            table.add_row(topics[topic].title["nb"], str(count), f"{count / done:.0%}")
        console.print(table)
    console.print(f"Oversikt:  {result.folder / 'index.html'}")
    console.print(f"Rapporter: {result.folder / 'reports'}")
    console.print(
        f"Tabeller:  {result.folder / 'documents.csv'}, {result.folder / 'findings.csv'}, {result.folder / 'errors.csv'}"
    )


def explain_topic(rules: Any, topic_id: str, language: str) -> None:
    """Print a disclosure's duty, condition, articles and wordings."""
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
    print("\n".join(lines))  # noqa: T201


def explain_finding(rules: Any, code: str, language: str) -> None:
    """Print a finding's meaning, advice and examples."""
    finding = rules.finding[code]
    lines = [f"{finding.title[language]} ({code})", f"Alvorsgrad: {finding.severity}"]
    if finding.articles:
        lines.append(f"Artikler: {', '.join(finding.articles)}")
    lines += ["", finding.message[language], f"Råd: {finding.advice[language]}"]
    if finding.example.get("bad"):
        lines.append(f"  - {finding.example['bad']}")
    if finding.example.get("good"):
        lines.append(f"  + {finding.example['good']}")
    print("\n".join(lines))  # noqa: T201

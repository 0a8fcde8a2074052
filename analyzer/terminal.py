"""What a person sees in a terminal; a statement's text is shown, never obeyed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from analyzer.evidence import count_undecided

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

    from analyzer.auditing import Audit, Step
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
_WHAT_NB = {
    "organisation": "organisasjonen",
    "statement": "erklæringer",
    "disclosure": "opplysning",
    "finding": "funn",
    "retention": "lagringstid",
    "legal_basis": "grunnlag",
    "statute": "lov",
    "recipient": "mottaker",
}
_PHASES_NB = {"fetch": "Henter", "analysis": "Analyserer"}
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
        f"{_undecided(data)}"
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
        table.add_row(*verdict, _shorten(quote, max(20, console.width - taken - 5)))
    console.print(table)
    console.print(_findings_table(report))


def _undecided(data: Mapping[str, Any]) -> str:
    """Say of how many disclosures it cannot be told whether the law requires them."""
    number = count_undecided(data)
    return f"For {number} til kan det ikke avgjøres om de er påkrevd. " if number else ""


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
    return text if len(text) <= limit else text[: limit - 1].rsplit(" ", 1)[0][: limit - 2] + " …"


def show_progress() -> Any:
    """Show an audit's progress on standard error, first of fetching, then of analysis: rate, time left, failures.

    Gives a context manager with the function that :func:`analyzer.auditing.run_audit` calls.
    """
    from contextlib import contextmanager

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}/s, igjen:"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[failed]} feil"),
    )

    @contextmanager
    def bar() -> Any:
        with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
            task, shown = progress.add_task("Leser kildene", total=None, failed=0, rate="–"), ""

            def advance(step: Step) -> None:
                nonlocal shown
                if step.phase != shown:
                    shown = step.phase
                    progress.reset(task, description=_PHASES_NB[shown])
                speed = progress.tasks[task].speed
                rate = f"{speed:.1f}".replace(".", ",") if speed else "–"
                progress.update(task, completed=step.done, total=step.total, failed=step.failed, rate=rate)

            yield advance

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
    counts, summary, folder = result.run["counts"], result.summary, result.folder
    mean, interval = summary["completeness"]["mean"], _interval(summary["completeness"])
    reused = f" ({counts['reused']} fra før)" if counts["reused"] else ""
    console.print(f"{counts['done']} erklæringer analysert{reused}, {counts['failed']} kunne ikke leses.")
    if mean is not None:
        console.print(f"Snitt for fullstendighet: {mean:.0%}{f' ({interval})' if interval else ''}.")
    if summary["missing"]:
        table = make_table("Mangler oftest", "Opplysning", "Erklæringer", "Andel", "95 %-intervall")
        for row in summary["missing"]:
            count, share = f"{row['missing']} av {row['required']}", f"{row['share']:.0%}"
            table.add_row(row["title"], count, share, _interval(row))
        console.print(table)
    console.print(f"Oversikt:  {folder / 'index.html'}")
    console.print(
        f"Rapporter: {folder / 'reports'}   Regneark: {folder / 'audit.xlsx'}   Parquet: {folder / 'tables'}"
    )
    console.print(
        f"Tabeller:  {folder / 'documents.csv'}, {folder / 'findings.csv'}, {folder / 'errors.csv'}"
    )


def _interval(row: Mapping[str, Any]) -> str:
    return "" if row["low"] is None else f"{row['low']:.0%}–{row['high']:.0%}"


def show_changes(changes: pd.DataFrame, console: Console) -> None:
    """Print what has changed between two audits, a line a change."""
    if changes.empty:
        console.print("Ingen endringer.")
        return
    verbs = {"appeared": "kommet til", "disappeared": "borte", "changed": "endret"}
    table = make_table("", "Organisasjon", "Hva", "Endring", "Før", "Nå")
    shown = changes.astype(object).where(changes.notna(), "")
    for row in shown.to_dict("records"):
        what = f"{_WHAT_NB[row['what']]} {row['item']}".strip()
        cells = (row["organisation"], what, verbs[row["change"]], row["before"], row["after"])
        table.add_row(*(_shorten(visible(str(cell)), 34) for cell in cells))
    console.print(table)
    console.print(f"{len(changes)} endringer hos {changes['organisation'].nunique()} organisasjoner.")

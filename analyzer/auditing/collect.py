"""Makes the tables of a run from its reports, one report in memory at a time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from analyzer.auditing.across import Overview
from analyzer.auditing.folder import Entry, RunFolder
from analyzer.auditing.pages import INDEX, Index
from analyzer.auditing.rows import (
    DOCUMENT_COLUMNS,
    ERROR_COLUMNS,
    LISTS,
    ORGANISATION_COLUMNS,
    SUMMARIES,
    Columns,
    columns_of,
    document_row,
    list_rows,
    status_column,
    whose_statement,
)
from analyzer.auditing.tables import TableWriter
from analyzer.page import Language
from analyzer.sources import Source

SHOWN = 10
"""Missing disclosures in the summary."""


def collect_tables(
    folder: RunFolder, run: str, done: Sequence[tuple[Source, Entry]], *, index_in: Language | None = None
) -> dict[str, Any]:
    """Write all tables, in the order of the sources, and give the summary that run.json holds.

    Args:
        folder: Holds the reports.
        run: Name of the run.
        done: The sources with what came of them.
        index_in: Language of the HTML page over all; None for no such page.
    """
    overview = Overview()
    index = Index(folder, index_in) if index_in else None
    extra = _extra_columns(source for source, _ in done)
    with TableWriter(folder.path, run) as tables:
        opened = False
        for source, entry in done:
            if entry.error is not None:
                continue
            report = json.loads(folder.report_of(entry.id).read_bytes())
            if not opened:
                _open(tables, [status_column(d["id"]) for d in report["disclosures"]], extra)
                opened = True
            whose = whose_statement(report, source.organisation, source.orgnr, source.sector)
            carried = {extra[name]: value for name, value in source.extra.items()}
            rows = {name: list(list_rows(name, report, whose)) for name in LISTS}
            document = document_row(report, whose)
            tables.add("documents", document | carried)
            for name, of_list in rows.items():
                for row in of_list:
                    tables.add(name, row)
            if index:
                index.add(document, [d["id"] for d in report["disclosures"]], rows["findings"])
            overview.add(report, whose)
        if not opened:
            _open(tables, [], extra)
        _add_errors(tables, done)
        summaries = _add_summaries(tables, overview)
    if index:
        index.write(summaries["templates"], [entry for _, entry in done if entry.error is not None])
    else:
        (folder.path / INDEX).unlink(missing_ok=True)  # of an earlier run
    return {
        "completeness": overview.completeness(),
        "missing": summaries["missing"][:SHOWN],
        "findings": dict(overview.findings.most_common()),
        "severities": dict(overview.severities.most_common()),
    }


def _open(tables: TableWriter, disclosures: Sequence[str], extra: dict[str, str]) -> None:
    """Start the tables that reports go into; the disclosures are those of the rules in use."""
    more: Columns = tuple((column, "text") for column in (*disclosures, *extra.values()))
    tables.open("documents", (*DOCUMENT_COLUMNS, *more))
    for name in LISTS:
        tables.open(name, columns_of(name))


def _extra_columns(sources: Iterable[Source]) -> dict[str, str]:
    """Name the column of each of a manifest's own columns; one that is named as one of ours gets a prefix."""
    names = dict.fromkeys(name for source in sources for name in source.extra)
    ours = {name for name, _ in DOCUMENT_COLUMNS}
    return {name: f"manifest_{name}" if name in ours else name for name in names}


def _add_errors(tables: TableWriter, done: Sequence[tuple[Source, Entry]]) -> None:
    tables.open("errors", ERROR_COLUMNS)
    for source, entry in done:
        if entry.error is not None:
            row = {"source": entry.source, "error": entry.error, "id": entry.id}
            whose = {"organisation": source.organisation, "orgnr": source.orgnr, "sector": source.sector}
            tables.add("errors", row | whose)


def _add_summaries(tables: TableWriter, overview: Overview) -> dict[str, list[dict[str, Any]]]:
    """Write what each organisation says and what is said across them, and give the latter by table."""
    statuses: Columns = tuple((status_column(topic), "text") for topic in overview.organisations.topics)
    tables.open("organisations", (*ORGANISATION_COLUMNS, *statuses))
    for row in overview.organisations.rows():
        tables.add("organisations", row)
    summaries = {name: list(rows) for name, rows in overview.tables()}
    for name, rows in summaries.items():
        tables.open(name, SUMMARIES[name])
        for row in rows:
            tables.add(name, row)
    return summaries

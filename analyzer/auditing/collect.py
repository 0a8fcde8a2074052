"""Makes the tables of a run from its reports, one report in memory at a time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from analyzer.auditing.across import Overview
from analyzer.auditing.folder import Entry, RunFolder
from analyzer.auditing.rows import (
    DOCUMENT_COLUMNS,
    ERROR_COLUMNS,
    LISTS,
    SUMMARIES,
    Columns,
    columns_of,
    document_row,
    list_rows,
    status_column,
    whose_statement,
)
from analyzer.auditing.sources import Source
from analyzer.auditing.tables import TableWriter

SHOWN = 10
"""Missing disclosures in the summary."""


def collect_tables(folder: RunFolder, run: str, done: Sequence[tuple[Source, Entry]]) -> dict[str, Any]:
    """Write all tables, in the order of the sources, and give the summary that run.json holds."""
    overview = Overview()
    extra = _extra_columns(source for source, _ in done)
    with TableWriter(folder.path, run) as tables:
        opened = False
        for source, entry in done:
            if entry.error is not None:
                continue
            report = json.loads((folder.reports / f"{entry.id}.json").read_bytes())
            if not opened:
                _open(tables, [status_column(d["id"]) for d in report["disclosures"]], extra)
                opened = True
            whose = whose_statement(report, source.organisation, source.orgnr, source.sector)
            carried = {extra[name]: value for name, value in source.extra.items()}
            tables.add("documents", document_row(report, whose) | carried)
            for name in LISTS:
                for row in list_rows(name, report, whose):
                    tables.add(name, row)
            overview.add(report, whose)
        if not opened:
            _open(tables, [], extra)
        _add_errors(tables, done)
        missing = _add_summaries(tables, overview)
    return {
        "completeness": overview.completeness(),
        "missing": missing[:SHOWN],
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


def _add_summaries(tables: TableWriter, overview: Overview) -> list[dict[str, Any]]:
    """Write what is said across organisations, and give the rows of what is missing."""
    missing: list[dict[str, Any]] = []
    for name, rows in overview.tables():
        tables.open(name, SUMMARIES[name])
        for row in rows:
            tables.add(name, row)
            if name == "missing":
                missing.append(row)
    return missing

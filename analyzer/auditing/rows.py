"""What the tables of an audit hold: the columns of each, and the rows that one report gives."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

Kind = Literal["text", "integer", "number", "truth"]
Columns = tuple[tuple[str, Kind], ...]
Row = dict[str, Any]

_WHOSE: Columns = (("organisation", "text"), ("orgnr", "text"), ("sector", "text"))
_SPAN: Columns = (("start", "integer"), ("end", "integer"), ("text", "text"))

DOCUMENT_COLUMNS: Columns = (
    ("id", "text"),
    ("source", "text"),
    *_WHOSE,
    ("language", "text"),
    ("date", "text"),
    ("words", "integer"),
    ("required", "integer"),
    ("present", "integer"),
    ("missing", "integer"),
    ("undetermined", "integer"),
    ("completeness", "number"),
)
"""Of ``documents``; a column for each disclosure follows (:func:`status_column`), and one for each of a manifest."""

ORGANISATION_COLUMNS: Columns = (
    *_WHOSE,
    ("documents", "integer"),
    ("ids", "text"),
    ("required", "integer"),
    ("present", "integer"),
    ("missing", "integer"),
    ("undetermined", "integer"),
    ("completeness", "number"),
    ("missing_disclosures", "text"),
)
"""Of ``organisations``, of which each has one row for all its statements; a column for each disclosure follows."""

LISTS: dict[str, Columns] = {
    "disclosures": (
        ("disclosure", "text"),
        ("title", "text"),
        ("articles", "text"),
        ("status", "text"),
        ("denied", "truth"),
        ("required", "truth"),
        ("reason", "text"),
        ("quote", "text"),
    ),
    "retention": (
        ("kind", "text"),
        ("duration", "text"),
        ("days", "number"),
        ("bound", "text"),
        ("applies_to", "text"),
        ("purpose", "text"),
        ("trigger", "text"),
        ("statute", "text"),
        ("class", "text"),
        *_SPAN,
    ),
    "legal_bases": (("article", "text"), ("explicit", "truth"), ("purpose", "text"), *_SPAN),
    "statutes": (("act", "text"), ("section", "text"), ("status", "text"), *_SPAN),
    "recipients": (("name", "text"), ("role", "text"), ("country", "text"), *_SPAN),
    "findings": (
        ("code", "text"),
        ("severity", "text"),
        ("title", "text"),
        ("message", "text"),
        ("articles", "text"),
        ("quote", "text"),
        ("advice", "text"),
    ),
}
"""The lists of a report that become a table each, with the columns between ``id`` and the organisation's."""

ERROR_COLUMNS: Columns = (("source", "text"), ("error", "text"), ("id", "text"), *_WHOSE)

SUMMARIES: dict[str, Columns] = {
    "sectors": (
        ("sector", "text"),
        ("organisations", "integer"),
        ("documents", "integer"),
        ("completeness", "number"),
        ("low", "number"),
        ("high", "number"),
        ("median", "number"),
    ),
    "missing": (
        ("disclosure", "text"),
        ("title", "text"),
        ("required", "integer"),
        ("missing", "integer"),
        ("organisations", "integer"),
        ("share", "number"),
        ("low", "number"),
        ("high", "number"),
    ),
    "periods": (
        ("group", "text"),
        ("kept", "text"),
        ("organisations", "integer"),
        ("periods", "integer"),
        ("shortest_days", "number"),
        ("median_days", "number"),
        ("longest_days", "number"),
    ),
    "templates": (
        ("template", "integer"),
        ("name", "text"),
        ("documents", "integer"),
        ("similarity", "number"),
        ("id", "text"),
        ("organisation", "text"),
        ("sector", "text"),
    ),
    "outliers": (
        ("id", "text"),
        ("organisation", "text"),
        ("sector", "text"),
        ("measure", "text"),
        ("value", "number"),
        ("typical", "number"),
        ("score", "number"),
    ),
}
"""The tables over all organisations, in the order they are written, and their columns."""

DAYS = {"Y": 365.25, "M": 30.4375, "W": 7.0, "D": 1.0}
_TIMES = {"H": 1 / 24, "M": 1 / 1440}
_DURATION = re.compile(r"P(?!$)((?:[\d.]+[YMWD])*)(?:T((?:[\d.]+[HM])+))?$")
_PART = re.compile(r"([\d.]+)([YMWDH])")


def columns_of(name: str) -> Columns:
    """Give all columns of one of :data:`LISTS`."""
    return (("id", "text"), *LISTS[name], *_WHOSE)


def status_column(disclosure: str) -> str:
    """Name the column of ``documents`` that has a disclosure's status.

    Example:
        >>> status_column("retention"), status_column("source")
        ('retention', 'disclosure_source')
    """
    taken = any(disclosure == name for name, _ in DOCUMENT_COLUMNS)
    return f"disclosure_{disclosure}" if taken else disclosure


def document_row(report: Mapping[str, Any], whose: Mapping[str, str | None]) -> Row:
    """Give the row of ``documents``: the statement's facts, its counts, and the status of each disclosure."""
    document = report["document"]
    return {
        "id": document["id"],
        "source": document["source"],
        **whose,
        **{name: document[name] for name in ("language", "date", "words")},
        **report["summary"],
        **{status_column(d["id"]): d["status"] for d in report["disclosures"]},
    }


def list_rows(name: str, report: Mapping[str, Any], whose: Mapping[str, str | None]) -> Iterator[Row]:
    """Give the rows that a report has in one of :data:`LISTS`."""
    for entry in report[name]:
        row = {column: entry.get(column) for column, _ in LISTS[name]}
        if name == "disclosures":
            row |= {"disclosure": entry["id"], "quote": _best_quote(report, entry)}
        elif name == "findings":
            row["quote"] = entry["evidence"][0]["text"] if entry["evidence"] else ""
        elif name == "retention":
            row["days"] = to_days(entry["duration"])
        if isinstance(row.get("articles"), Sequence):
            row["articles"] = ", ".join(entry["articles"])
        yield {"id": report["document"]["id"], **row, **whose}


def whose_statement(
    report: Mapping[str, Any], organisation: str | None, orgnr: str | None, sector: str | None
) -> dict[str, str | None]:
    """Say whose a statement is: what the manifest says, or else the statement itself."""
    found = report["organisation"]
    return {
        "organisation": organisation or found["name"],
        "orgnr": orgnr or found["orgnr"],
        "sector": sector or found["sector"],
    }


def to_days(duration: str | None) -> float | None:
    """Give the length of an ISO 8601 duration in days; None for what is none.

    Example:
        >>> to_days("P5Y"), to_days("P6M"), to_days("PT24H")
        (1826.25, 182.625, 1.0)
    """
    match = _DURATION.match(duration or "")
    if match is None:
        return None
    units = ((DAYS, match[1]), (_TIMES, match[2] or ""))
    return sum(float(number) * days[unit] for days, parts in units for number, unit in _PART.findall(parts))


def _best_quote(report: Mapping[str, Any], disclosure: Mapping[str, Any]) -> str:
    def score(index: int) -> float:
        categories = report["segments"][index]["categories"]
        return max((float(c["score"]) for c in categories if c["id"] == disclosure["id"]), default=0.0)

    evidence = disclosure["evidence"]
    return str(report["segments"][max(evidence, key=score)]["text"]) if evidence else ""

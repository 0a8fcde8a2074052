"""What a notebook shows of an audit, and of the names, acts and periods in a sentence, as HTML.

Text of statements is escaped, and characters that would hide or turn it are made visible.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from analyzer.evidence import Source
from analyzer.language import render_entities
from analyzer.page import tame

SECTORS_NB: Mapping[str, str] = {"public": "offentlig", "private": "privat", "unknown": "ukjent"}
"""The sectors that a statement itself shows; a manifest may have others."""

MOST_GAPS = 10

_KINDS: Mapping[str, str] = {
    "LAGRINGSTID": "#f5d76e",
    "LOV": "#b8dcf2",
    "BEHANDLINGSANSVARLIG": "#9fd9c5",
    "MOTTAKER": "#f3b58a",
    "MYNDIGHET": "#d9d9d9",
    "PERSONVERNOMBUD": "#e5bcd4",
    "GRUNNLAG": "#cfd8f0",
    "KONTAKT": "#efefef",
}
"""Kinds of passages and their colours, tints of Okabe and Ito's; of two that overlap the first kind is shown."""


@dataclass(frozen=True, slots=True)
class Html:
    """A piece of HTML that Jupyter shows as it is."""

    text: str

    def __str__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return self.text


def show_entities(data: Mapping[str, Any], segment: int) -> Html:
    """Show a segment with the organisations, recipients, acts, periods and contacts that were found in it.

    Words that OCR had damaged are shown restored.

    Args:
        data: A report, as JSON.
        segment: Index of the segment.

    Raises:
        IndexError: If there is no such segment.
    """
    passage = data["segments"][segment]
    source = Source(data)
    found = _entities(data, passage["start"], passage["end"])
    spans = _without_overlaps((*source.snap(start, end), kind) for start, end, kind in found)
    cuts = [offset for start, end, _ in spans for offset in (start, end)]
    text = ""
    place: dict[int, int] = {}  # of offsets into the source, in the text shown
    for piece in source.pieces(passage["start"], passage["end"], cuts):
        place[piece.start] = len(text)
        text += re.sub(r"\s", " ", str(tame(piece.text)))
        place[piece.end] = len(text)
    shown = [(place[start], place[end], kind) for start, end, kind in sorted(spans)]
    return Html(render_entities(text, shown, _KINDS))


def show_audit(
    run: Mapping[str, Any], sectors: Iterable[Mapping[Any, Any]], missing: Iterable[Mapping[Any, Any]]
) -> str:
    """Show an audit: how many statements, how complete they are by sector, and what they lack most often.

    Args:
        run: What ``run.json`` says.
        sectors: The rows of the table ``sectors``.
        missing: The rows of the table ``missing``, most frequent first.
    """
    counts, mean = run["counts"], run["summary"]["completeness"]
    head = Markup("<h4>{} erklæringer, {} uten rapport</h4>").format(counts["done"], counts["failed"])
    if mean["mean"] is None:
        return str(head + Markup("<p>Ingen av dem kunne vurderes.</p>"))
    head += Markup("<p>Gjennomsnittlig oppfylt: <b>{}</b> av det som kreves{}.</p>").format(
        _percent(mean["mean"]), _interval(mean, " (95 % intervall {})")
    )
    rows = list(missing)
    by_sector = _table(
        ("Sektor", "Virksomheter", "Erklæringer", "Oppfylt", "95 % intervall"),
        (
            (
                SECTORS_NB.get(row["sector"], row["sector"]),
                row["organisations"],
                row["documents"],
                _percent(row["completeness"]),
                _interval(row),
            )
            for row in sectors
        ),
    )
    gaps = _table(
        ("Mangler oftest", "Mangler", "Kreves av", "Andel", "95 % intervall"),
        (
            (row["title"], row["missing"], row["required"], _percent(row["share"]), _interval(row))
            for row in rows[:MOST_GAPS]
        ),
    )
    more = Markup('<p>Og {} til: <code>frame("missing")</code>.</p>').format(len(rows) - MOST_GAPS)
    return str(head + by_sector + (gaps if rows else "") + (more if len(rows) > MOST_GAPS else ""))


def _entities(data: Mapping[str, Any], start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """Find what a report has within a stretch of its text."""
    found = [
        *((row, "LAGRINGSTID") for row in data["retention"] if row["duration"]),
        *((row, "LOV") for row in data["statutes"]),
        *((row, "MYNDIGHET" if row["role"] == "authority" else "MOTTAKER") for row in data["recipients"]),
        *((row, "MYNDIGHET") for row in data["authorities"]),
        *((row, "PERSONVERNOMBUD" if row["role"] == "dpo" else "BEHANDLINGSANSVARLIG") for row in data["parties"]),
        *((row, "GRUNNLAG") for row in data["legal_bases"]),
        *((row, "KONTAKT") for row in data["contacts"]),
    ]  # fmt: skip
    for row, kind in found:
        if start <= row["start"] < row["end"] <= end:
            yield row["start"], row["end"], kind
    if name := data["organisation"]["name"]:
        words = r"\s+".join(map(re.escape, name.split()))
        for match in re.finditer(rf"(?<!\w){words}(?!\w)", data["document"]["text"][start:end]):
            yield start + match.start(), start + match.end(), "BEHANDLINGSANSVARLIG"


def _without_overlaps(spans: Iterable[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    order = list(_KINDS)
    kept: list[tuple[int, int, str]] = []
    for start, end, kind in sorted(spans, key=lambda span: (order.index(span[2]), span)):
        if all(end <= a or b <= start for a, b, _ in kept):
            kept.append((start, end, kind))
    return kept


def _table(titles: Iterable[str], rows: Iterable[Iterable[Any]]) -> Markup:
    sides = itertools.chain(["left"], itertools.repeat("right"))
    head = Markup("").join(
        Markup('<th style="text-align: {}">{}</th>').format(side, title)
        for side, title in zip(sides, titles, strict=False)
    )
    body = Markup("").join(
        Markup("<tr>{}</tr>").format(Markup("").join(_cell(cell) for cell in row)) for row in rows
    )
    return Markup("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>").format(head, body)


def _cell(value: Any) -> Markup:
    """Write a cell; Jupyter's own style would set text to the right."""
    side = "left" if isinstance(value, str) and not value.endswith("%") else "right"
    return Markup('<td style="text-align: {}">{}</td>').format(side, tame(value))


def _interval(row: Mapping[Any, Any], form: str = "{}") -> str:
    """Write an interval; there is none for few organisations, nor where all are alike, of which draws tell nothing."""
    low, high = row["low"], row["high"]
    if low is None or high is None or low == high or low != low:  # pandas writes None as NaN
        return ""
    return form.format(f"{100 * low:.0f}–{_percent(high)}")


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"

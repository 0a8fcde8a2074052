"""Extracts facts from labelled segments: retention, legal bases, statutes, parties, contacts, purposes, kinds of data, date."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from analyzer.extract.authorities import find_renamed
from analyzer.extract.bases import find_legal_bases
from analyzer.extract.parties import find_contacts, find_organisation, find_parties, find_recipients
from analyzer.extract.purposes import find_data_categories, find_purposes
from analyzer.extract.reading import LabelledSegment, with_labels
from analyzer.extract.retention import find_retention
from analyzer.extract.statutes import StatuteFinder, settle_unnumbered
from analyzer.knowledge import Knowledge
from analyzer.language import NameFinder
from analyzer.records import Facts, Label, StatuteReference, Structure

__all__ = ["LabelledSegment", "extract_facts", "with_labels"]


class _Placed(Protocol):
    @property
    def start(self) -> int: ...


Fact = TypeVar("Fact", bound=_Placed)

_GDPR = re.compile(r"\bgdpr\b|person(?:vern|opplysnings?)forordning|\bart(?:ikkel|\.)\s?\d", re.IGNORECASE)
_MONTHS = {
    "januar": 1, "februar": 2, "mars": 3, "april": 4, "mai": 5, "juni": 6, "juli": 7, "august": 8, "september": 9,
    "oktober": 10, "november": 11, "desember": 12,
}  # fmt: skip


def extract_facts(
    structure: Structure,
    labels: Sequence[Sequence[Label]],
    knowledge: Knowledge,
    names: NameFinder,
    *,
    as_of: str,
) -> Facts:
    """Extract the facts of one statement.

    Args:
        structure: The statement taken apart.
        labels: The labels of each segment.
        knowledge: For patterns, acts and terms.
        names: Finds organisations and services.
        as_of: The day of the audit (ISO 8601), which decides which acts are in force.

    Returns:
        The facts, each tied to its place in the document.
    """
    segments = list(with_labels(structure, labels))
    finder = StatuteFinder(knowledge, as_of=as_of)
    citations = settle_unnumbered(
        [finder.find(segment.text, context=segment.context) for segment in segments],
        mentions_gdpr=any(_GDPR.search(segment.text) for segment in segments),
    )
    statutes = []
    for segment, cited in zip(segments, citations, strict=True):
        for c in cited:
            q = segment.quote(c.start, c.end)
            place = (c.paragraph, c.number, c.letter, c.lovdata)
            statutes.append(StatuteReference(q.start, q.end, q.text, c.act, c.section, c.status, *place))
    organisation = find_organisation(segments, structure, names, knowledge)
    return Facts(
        organisation=organisation,
        date=_statement_date(segments, knowledge),
        retention=_in_order(find_retention(segments, citations, knowledge)),
        legal_bases=_in_order(find_legal_bases(segments, citations, knowledge)),
        statutes=_in_order(statutes),
        recipients=_in_order(find_recipients(segments, names, organisation, knowledge)),
        contacts=_in_order(find_contacts(segments, knowledge, organisation)),
        authorities=_in_order(find_renamed(segments, knowledge, as_of=as_of)),
        parties=_in_order(find_parties(segments, names, organisation)),
        purposes=_in_order(find_purposes(segments, structure, knowledge)),
        data_categories=_in_order(find_data_categories(segments, structure, knowledge)),
    )


def _in_order(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Put facts in the order of the text, which those of one sentence may not be found in."""
    return tuple(sorted(facts, key=lambda fact: fact.start))


def _statement_date(segments: Sequence[LabelledSegment], knowledge: Knowledge) -> str | None:
    """Give the statement's own date, the latest where it names several; "2018-06" if it names no day."""
    pattern = knowledge.patterns_of("date")[0]
    dates = [
        date
        for segment in segments
        if ("20" in segment.text or "19" in segment.text)
        and (segment.has("changes") or len(segment.text) < 80)
        for match in pattern.find(segment.text)
        if (date := read_date(match))
    ]
    return max(dates, default=None)


def read_date(match: re.Match[str]) -> str | None:
    """Read a match of the date pattern as an ISO 8601 date, or month where no day is given."""
    groups = {k.rstrip("0123456789"): v for k, v in match.groupdict().items() if v}
    month_text = groups.get("month", "").lower()
    month = _MONTHS.get(month_text) or (int(month_text) if month_text.isdigit() else 0)
    day = int(groups.get("day", 0))
    year = int(groups["year"])
    try:
        date = datetime.date(year, month, day or 1)
    except ValueError:  # 31 February
        return None
    return date.isoformat() if day else f"{year:04d}-{month:02d}"

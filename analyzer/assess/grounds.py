"""Purposes and legal bases: vague, merely listed, without the act or the condition that they need."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from analyzer.assess.case import Case, whole
from analyzer.extract import LabelledSegment
from analyzer.records import Quote
from analyzer.verdicts import Finding

_ALL_SIX = frozenset(f"6.1.{letter}" for letter in "abcdef")
_PURPOSE_VERB = re.compile(r"\bå\s+(?:\w+\s+og\s+)?\w+", re.IGNORECASE)


def check_grounds(case: Case) -> Iterator[Finding]:
    """Find what is wrong with purposes and legal bases."""
    yield from _public_legitimate_interest(case)
    yield from _all_six(case)
    yield from _vague_basis(case)
    yield from _vague_purpose(case)
    yield from _law_without_act(case)
    yield from _special_without_condition(case)
    yield from _identity_number_without_need(case)


def _public_legitimate_interest(case: Case) -> Iterator[Finding]:
    if case.facts.organisation.sector == "public":
        quotes = [Quote(b.start, b.end, b.text) for b in case.bases("6.1.f")]
        if quotes:
            yield case.finding("public-body-legitimate-interest", quotes)


def _all_six(case: Case) -> Iterator[Finding]:
    """Find a section that lists the six points of article 6 and ties none of them to a purpose."""
    by_section: dict[int, list[LabelledSegment]] = {}
    for basis in case.facts.legal_bases:
        segment = case.segment_at(basis.start)
        by_section.setdefault(segment.segment.section, []).append(segment)
    for section, segments in by_section.items():
        bases = [b for b in case.facts.legal_bases if case.segment_at(b.start).segment.section == section]
        if {b.article for b in bases} >= _ALL_SIX and not any(s.has("purpose") for s in segments):
            yield case.finding("basis-all-six", [Quote(b.start, b.end, b.text) for b in bases])


def _vague_basis(case: Case) -> Iterator[Finding]:
    quotes = list(case.quotes("vague_basis", topics=["legal_basis"]))
    if quotes and not case.facts.legal_bases and not _cites_an_act(case):
        yield case.finding("basis-vague", quotes)


def _cites_an_act(case: Case) -> bool:
    """Tell whether an act other than the Personal Data Acts themselves is named."""
    return any(not s.act.startswith("personopplysningslov") for s in case.facts.statutes)


def _vague_purpose(case: Case) -> Iterator[Finding]:
    """Find a statement whose every purpose is one of those that WP260 calls poor practice."""
    segments = case.disclosing("purpose")
    patterns = case.knowledge.patterns_of("vague_purpose")

    def is_vague(segment: LabelledSegment) -> bool:
        spans = [m.span() for p in patterns for m in p.find(segment.text, segment.context)]
        verbs = list(_PURPOSE_VERB.finditer(segment.text))
        return bool(spans) and all(any(a <= v.start() < b for a, b in spans) for v in verbs)

    if segments and all(map(is_vague, segments)):
        yield case.finding("purpose-vague", map(whole, segments))


def _law_without_act(case: Case) -> Iterator[Finding]:
    """Find a legal duty or public task in a statement that names no act, regulation or field of law at all."""
    bases = case.bases("6.1.c", "6.1.e")
    if bases and not _cites_an_act(case) and not case.shows("field_of_law"):
        yield case.finding("legal-duty-without-act", [Quote(b.start, b.end, b.text) for b in bases])


def _special_without_condition(case: Case) -> Iterator[Finding]:
    quotes = list(case.quotes("special_data", topics=["special_categories"]))
    met = any(b.article.startswith("9.") for b in case.facts.legal_bases) or case.shows("article_9")
    if quotes and not met:
        yield case.finding("special-categories-without-condition", _segments(case, quotes))


def _identity_number_without_need(case: Case) -> Iterator[Finding]:
    """Find the number in a statement that shows no need for it; where a law or public task is the basis, it does."""
    lawful = case.facts.organisation.sector == "public" or case.bases("6.1.c", "6.1.e", "9.2.b", "9.2.h")
    if not lawful and not case.shows("identity_need"):
        quotes = list(case.quotes("identity_number", topics=["data_categories"]))
        if quotes:
            yield case.finding("identity-number-without-need", quotes)


def _segments(case: Case, quotes: Sequence[Quote]) -> list[Quote]:
    return [whole(case.segment_at(q.start)) for q in quotes]

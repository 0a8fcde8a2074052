"""Transfers out of the EEA: which services and countries a statement names, and with what safeguards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analyzer.assess.case import Case, whole
from analyzer.extract import LabelledSegment
from analyzer.law import Country
from analyzer.records import Finding, Quote, Recipient

_NAMED = 5


def foreign_services(case: Case) -> list[Recipient]:
    """Give the recipients outside the EEA that the statement says it uses or shares data with.

    A mere mention, such as a link to the organisation's Facebook page, is none.
    """
    eea = case.knowledge.eea
    return [
        r
        for r in case.facts.recipients
        if r.country
        and r.country not in eea
        and case.segment_at(r.start).has("recipients", "cookies", "transfer")
    ]


def countries_named(case: Case, segments: Sequence[LabelledSegment]) -> list[Country]:
    """Give the countries outside the EEA that segments name."""
    return [c for c in case.knowledge.countries if any(c.named_in(s.text) for s in segments)]


def is_adequate(case: Case, country: Country) -> bool:
    """Tell whether a decision on adequacy covers all transfers to a country on the day of the audit."""
    return bool(country.adequacy) and not country.listed_only and case.in_force(country)


def check_transfers(case: Case) -> Iterator[Finding]:
    """Find transfers that are not disclosed, without country, without safeguard, or denied elsewhere."""
    if case.unreadable:
        return
    yield from _undisclosed(case)
    yield from _contradicted(case)
    abroad = _abroad(case)
    if abroad:
        yield from _without_country(case, abroad)
        yield from _without_safeguard(case, abroad)


def _undisclosed(case: Case) -> Iterator[Finding]:
    foreign = foreign_services(case)
    if foreign and not case.carriers("transfer"):
        yield case.finding(
            "transfer-undisclosed", [Quote(r.start, r.end, r.text) for r in foreign], names=_names(foreign)
        )


def _names(recipients: Sequence[Recipient]) -> str:
    return ", ".join(r.name for r in recipients[:_NAMED])


def _abroad(case: Case) -> list[LabelledSegment]:
    """Give the segments that say that data do leave the EEA, and not only what would then apply."""
    return [
        s
        for s in case.disclosing("transfer")
        if any(next(iter(p.find(s.text, s.context)), None) for p in case.knowledge.patterns_of("sent_abroad"))
    ]


def _without_country(case: Case, abroad: Sequence[LabelledSegment]) -> Iterator[Finding]:
    if not countries_named(case, case.carriers("transfer")) and not foreign_services(case):
        yield case.finding("transfer-no-country", map(whole, abroad))


def _without_safeguard(case: Case, abroad: Sequence[LabelledSegment]) -> Iterator[Finding]:
    countries = countries_named(case, abroad)
    covered = bool(countries) and all(is_adequate(case, country) for country in countries)
    if covered or case.shows("safeguard"):
        return
    vague = list(case.quotes("vague_safeguard", topics=["transfer"]))
    code = "transfer-safeguard-vague" if vague else "transfer-no-safeguard"
    yield case.finding(code, vague or map(whole, abroad))


def _contradicted(case: Case) -> Iterator[Finding]:
    """Compare an unreserved denial of transfers with what the rest of the statement says."""
    denials = [
        quote
        for segment in case.carriers("transfer")
        if segment.denies("transfer")
        for pattern in case.knowledge.patterns_of("transfer_denied")
        for match in pattern.find(segment.text, segment.context)
        for quote in (segment.quote(match.start(), match.end()),)
    ]
    if not denials:
        return
    abroad = [s for s in _abroad(case) if countries_named(case, [s])]
    foreign = foreign_services(case)
    if abroad:
        yield case.finding("transfer-contradiction", [*denials[:3], *map(whole, abroad)])
    elif foreign:
        quotes = [*denials[:3], *(Quote(r.start, r.end, r.text) for r in foreign)]
        yield case.finding("transfer-denied-foreign-service", quotes, names=_names(foreign))

"""Transfers out of the EEA: which services and countries a statement names, and with what safeguards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analyzer.assess.case import Case, whole
from analyzer.extract import LabelledSegment
from analyzer.law import Country
from analyzer.records import Quote, Recipient
from analyzer.verdicts import Finding

_NAMED = 5


def foreign_services(case: Case) -> list[Recipient]:
    """Give the recipients that the statement says it uses or shares data with, in countries that lack protection.

    A mere mention, such as a link to the organisation's Facebook page, is none, nor is a service that is no longer
    in use, nor one of the EEA or of a country whose protection is adequate on the day of the audit, nor software
    that its user runs.
    """
    safe = case.knowledge.eea | {c.code for c in case.knowledge.countries if is_adequate(case, c)}
    return [
        r
        for r in case.facts.recipients
        if r.country
        and r.country not in safe
        and r.implies_transfer is not False
        and case.segment_at(r.start).has("recipients", "cookies", "transfer")
        and not _is_discarded(case, r)
    ]


def _is_discarded(case: Case, recipient: Recipient) -> bool:
    """Tell whether the words before a name say that it is not used, or no longer."""
    text = case.segment_at(recipient.start).text
    before = text.find(recipient.text)
    return before > 0 and case.says("not_in_use", text[:before])


def countries_named(case: Case, segments: Sequence[LabelledSegment]) -> list[Country]:
    """Give the countries outside the EEA that segments name."""
    return [c for c in case.knowledge.countries if any(c.named_in(s.text) for s in segments)]


def is_adequate(case: Case, country: Country) -> bool:
    """Tell whether a decision on adequacy covers all transfers to a country on the day of the audit."""
    return bool(country.adequacy) and not country.listed_only and case.in_force(country)


def check_transfers(case: Case) -> Iterator[Finding]:
    """Find transfers that are not disclosed, without country, without safeguard, or denied elsewhere."""
    yield from _undisclosed(case)
    yield from _contradicted(case)
    yield from _without_country(case)
    yield from _without_safeguard(case)


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
    return [s for s in case.disclosing("transfer") if case.says("sent_abroad", s.text, s.context)]


def _without_country(case: Case) -> Iterator[Finding]:
    abroad = _abroad(case)
    if abroad and not countries_named(case, case.carriers("transfer")) and not foreign_services(case):
        yield case.finding("transfer-no-country", map(whole, abroad))


def _without_safeguard(case: Case) -> Iterator[Finding]:
    abroad = _abroad(case)
    if not abroad:
        return
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
        whole(s)
        for s in case.carriers("transfer")
        if s.denies("transfer") and case.says("transfer_denied", s.text, s.context)
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

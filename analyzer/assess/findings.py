"""All findings on a statement: what is missing, and what the other parts of this package find."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from analyzer.assess.case import Case
from analyzer.assess.disclosures import only_vague_retention
from analyzer.assess.grounds import check_grounds
from analyzer.assess.parties import check_parties
from analyzer.assess.periods import check_periods
from analyzer.assess.rights import check_rights
from analyzer.assess.transfers import check_transfers
from analyzer.records import Quote
from analyzer.verdicts import Disclosure, Finding

_GRAVITY = {"error": 0, "warning": 1, "info": 2}

Check = Callable[[Case], Iterator[Finding]]


def find(case: Case, disclosures: Sequence[Disclosure]) -> list[Finding]:
    """Give the findings that hold on the day of the audit, gravest first."""
    checks = _OF_WORDS if case.unreadable else (*_OF_WORDS, *_OF_WHOLE)
    found = (f for f in chain.from_iterable(check(case) for check in checks) if _applies(case, f))
    special = list({(f.code, f.message): f for f in reversed(list(found))}.values())[::-1]
    better = {_INSTEAD[f.code] for f in special if f.code in _INSTEAD}
    absent = [f for f in _missing(case, disclosures) if f.code not in better]
    return sorted([*absent, *special], key=lambda finding: _GRAVITY[finding.severity])


def _applies(case: Case, finding: Finding) -> bool:
    return case.in_force(case.knowledge.finding[finding.code])


_INSTEAD = {"transfer-undisclosed": "missing-transfer", "complaint-only-controller": "missing-complaint"}
"""Findings that say what is missing better than the general one, which is then left out."""


def _missing(case: Case, disclosures: Sequence[Disclosure]) -> Iterator[Finding]:
    text = case.knowledge.finding["disclosure-missing"]
    exception = list(case.quotes("exception"))
    for disclosure in disclosures:
        if disclosure.status == "missing":
            requirement = case.knowledge.requirement[disclosure.id]
            values = {
                "topic": disclosure.title,
                "articles": ", ".join(disclosure.articles),
                "reason": f"{disclosure.reason} {_EXCEPTION[case.language]}"
                if exception
                else disclosure.reason,
                "advice": case.text(requirement.advice),
            }
            yield Finding(
                f"missing-{disclosure.id.replace('_', '-')}",
                "info" if exception else requirement.severity,
                case.text(text.title).format(**values),
                case.text(text.message).format(**values),
                disclosure.articles,
                tuple(exception[:1]),
                values["advice"],
            )


_EXCEPTION = {
    "nb": "Erklæringen viser til et unntak fra informasjonsplikten; vurder om det gjelder her.",
    "en": "The statement invokes an exception from the duty to inform; consider whether it applies here.",
}


def _not_assessable(case: Case) -> Iterator[Finding]:
    if case.unreadable:
        reason, advice = case.unreadable
        yield case.finding("not-assessable", reason=reason, advice=advice)


def _vague_retention(case: Case) -> Iterator[Finding]:
    if case.carriers("retention") and only_vague_retention(case):
        yield case.finding("retention-vague", [Quote(p.start, p.end, p.text) for p in case.facts.retention])


def _undated(case: Case) -> Iterator[Finding]:
    if not case.carriers("changes") and not case.facts.date:
        yield case.finding("no-date")


def _worded(case: Case) -> Iterator[Finding]:
    """Find what a wording alone shows: the patterns of kind ``finding``."""
    for text in case.knowledge.findings:
        if text.code not in case.knowledge.worded_findings:
            continue
        quotes = list(case.quotes("finding", code=text.code, topics=text.topics))
        if quotes and not (text.silenced_by and case.shows(text.silenced_by)):
            yield case.finding(text.code, quotes)


_OWN_CODES = {
    "personopplysningsloven-2000": "obsolete-act-2000",
    "personopplysningsforskriften": "obsolete-regulation-2000",
    "ekomloven": "obsolete-ekomloven",
    "arkivlova": "obsolete-archive-act",
}
"""Repealed acts of which a finding of their own says more."""


def _repealed_acts(case: Case) -> Iterator[Finding]:
    """Find acts that do not apply on the day of the audit, unless the text says so or their name is in use for the successor."""
    acts = {act.short: act for act in case.knowledge.acts}
    cited: dict[str, list[Quote]] = {}
    for s in case.facts.statutes:
        if s.status == "repealed" and not case.says("repeal_told", case.segment_at(s.start).text):
            cited.setdefault(s.act, []).append(Quote(s.start, s.end, s.text))
    for short, quotes in cited.items():
        act = acts.get(short)
        if short in _OWN_CODES:
            yield case.finding(_OWN_CODES[short], quotes)
        elif act and act.valid_to and act.replaced_by and not act.used_for_successor:
            yield case.finding(
                "obsolete-act", quotes, act=short, date=act.valid_to, successor=act.replaced_by
            )


def _renamed_authorities(case: Case) -> Iterator[Finding]:
    for a in case.facts.authorities:
        quote = Quote(a.start, a.end, a.text)
        yield case.finding("obsolete-authority", [quote], name=a.name, current=a.current, date=a.renamed_on)


_OF_WORDS: tuple[Check, ...] = (_not_assessable, _repealed_acts, _renamed_authorities, _worded)
"""What holds of a passage by itself, however much of the statement could be read."""

_OF_WHOLE: tuple[Check, ...] = (
    _vague_retention,
    check_transfers,
    check_grounds,
    check_parties,
    check_rights,
    check_periods,
    _undated,
)

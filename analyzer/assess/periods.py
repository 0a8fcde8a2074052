"""Retention periods against each other, against the act cited for them, and against the rules on cameras."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from analyzer.assess.case import Case, whole
from analyzer.extract import LabelledSegment
from analyzer.law import Period
from analyzer.records import Quote, Retention
from analyzer.verdicts import Finding

_PART = re.compile(r"(\d+)([YMWD])")
_TIME = re.compile(r"T(?:(\d+)H)?")
_DAYS = {"Y": 365.0, "M": 30.4375, "W": 7.0, "D": 1.0}
_TOLERANCE = 1.03
"""A year is 365 days here, twelve months a little more, and "90 dager" are three months."""


def days(duration: str) -> float:
    """Give the length of an ISO 8601 duration in days.

    Example:
        >>> days("P1W"), days("PT48H"), days("P5Y")
        (7.0, 2.0, 1825.0)
    """
    date, _, time = duration.partition("T")
    hours = _TIME.match(f"T{time}")
    return sum(int(n) * _DAYS[unit] for n, unit in _PART.findall(date)) + (
        int(hours[1]) / 24 if hours and hours[1] else 0.0
    )


def check_periods(case: Case) -> Iterator[Finding]:
    """Find periods that conflict, that an act does not bear out, or that are indefinite."""
    yield from _indefinite(case)
    yield from _against_acts(case)
    yield from _of_cameras(case)
    yield from _conflicting(case)


def _indefinite(case: Case) -> Iterator[Finding]:
    """Find data kept for ever, unless for archives, research or statistics."""
    periods = [p for p in case.facts.retention if p.retention_class == "indefinite"]
    texts = ((p, case.segment_at(p.start).text) for p in periods)
    quotes = [_quote(p) for p, t in texts if case.says("for_ever", t) and not case.says("lasting_value", t)]
    if quotes:
        yield case.finding("retention-indefinite", quotes)


def _quote(period: Retention) -> Quote:
    return Quote(period.start, period.end, period.text)


def _lengths(case: Case) -> Iterator[tuple[LabelledSegment, Retention]]:
    """Give the periods that stand alone in their segment, so that no other can be meant."""
    by_segment: dict[int, list[Retention]] = {}
    for period in case.facts.retention:
        by_segment.setdefault(case.segment_at(period.start).segment.index, []).append(period)
    for index, periods in by_segment.items():
        lengths = [p for p in periods if p.duration]
        if len(lengths) == 1:
            yield case.segments[index], lengths[0]


# --- The act cited -------------------------------------------------------------------------------


def _against_acts(case: Case) -> Iterator[Finding]:
    rules = {act: rule for rule in case.knowledge.periods if case.in_force(rule) for act in rule.acts}
    for segment, period in _lengths(case):
        cited = _acts_cited(case, segment)
        if len(cited) != 1 or cited[0] not in rules or days(period.duration or "") < _DAYS["Y"]:
            continue
        rule = rules[cited[0]]
        code = _verdict(period, rule, f"{segment.context} {segment.text}")
        if code:
            yield case.finding(
                code, [whole(segment)], act=cited[0], rule=case.text(rule.says), source=rule.source
            )


def _acts_cited(case: Case, segment: LabelledSegment) -> list[str]:
    inside = range(segment.segment.start, segment.segment.end)
    return list(dict.fromkeys(s.act for s in case.facts.statutes if s.start in inside))


def _verdict(period: Retention, rule: Period, words: str) -> str | None:
    """Give the code of what is wrong with a period that rests on an act, or None."""
    if rule.reserves(words):
        return None
    if not rule.lengths:
        return "retention-act-without-period"
    length = days(period.duration or "")
    allowed = [days(d) for d in rule.lengths] + [days(e.length) for e in rule.exceptions if e.applies(words)]
    if length > max(allowed) * _TOLERANCE:
        return "retention-longer-than-act" if rule.at_most else None
    if length * _TOLERANCE < min(allowed) and period.bound != "at_least":
        return "retention-shorter-than-act"
    return None


# --- Cameras -------------------------------------------------------------------------------------


def _of_cameras(case: Case) -> Iterator[Finding]:
    """Compare the deletion of camera pictures with forskrift 2018 nr. 1107 § 6, a week as a rule."""
    rule = next((p for p in case.knowledge.periods if p.id == "camera"), None)
    if rule is None or not case.in_force(rule):
        return
    for segment, period in _lengths(case):
        words = f"{segment.context} {segment.text}"
        if not case.says("camera", words):
            continue
        nearby = " ".join(s.text for s in case.around(segment))
        allowed = [days(d) for d in rule.lengths] + [
            days(e.length) for e in rule.exceptions if e.applies(nearby)
        ]
        if days(period.duration or "") > max(allowed) * _TOLERANCE and not rule.reserves(nearby):
            yield case.finding("camera-retention", [whole(segment)])


# --- Each other ----------------------------------------------------------------------------------


def _conflicting(case: Case) -> Iterator[Finding]:
    """Find different periods for the same things; only sentences and list items that name what they keep."""
    groups: dict[tuple[str, str], list[tuple[LabelledSegment, Retention]]] = {}
    for segment, period in _lengths(case):
        kept = (period.applies_to or "").lower().strip()
        if segment.kind != "table_row" and _names_things(case, kept) and period.bound in (None, "exact"):
            groups.setdefault((kept, period.trigger or ""), []).append((segment, period))
    for (kept, _), periods in groups.items():
        if len({round(days(p.duration or "")) for _, p in periods}) > 1 and _apart(periods):
            yield case.finding("retention-conflict", [whole(s) for s, _ in periods], kept=kept)


def _names_things(case: Case, kept: str) -> bool:
    """Tell whether words name one kind of thing, such as "søknader", and not data at large."""
    return len(kept) > 4 and len(kept.split()) <= 2 and not case.says("data_at_large", kept)


def _apart(periods: Sequence[tuple[LabelledSegment, Retention]]) -> bool:
    return len({segment.segment.section for segment, _ in periods}) > 1

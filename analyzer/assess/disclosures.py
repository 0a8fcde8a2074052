"""Which of the 26 disclosures a statement makes, and how it stands with each requirement of the law."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from analyzer.assess.case import MAX_EVIDENCE, Case, shorten
from analyzer.assess.conditions import Decision
from analyzer.extract import LabelledSegment
from analyzer.law import Requirement
from analyzer.verdicts import Disclosure, Finding, RequirementResult, Status

SURE = 0.5
"""A disclosure that only a model found, with less than this, is for the reader to decide. `tests/benchmarks/quality.py` says how
many of those are right."""


def disclose(case: Case, topic_id: str, decision: Decision) -> Disclosure:
    """Judge one disclosure: made, made in part, missing, or not required."""
    topic = case.knowledge.topic[topic_id]
    carriers = case.carriers(topic_id)
    doubt: LabelledSegment | None = None
    reason = decision.reason
    status: Status
    if carriers and max(_score(s, topic_id) for s in carriers) < SURE:
        status = "partial"
        reason = _describe_doubt(case, max(carriers, key=lambda s: _score(s, topic_id)))
    elif carriers:
        status = "partial" if topic_id in _VAGUE and _VAGUE[topic_id](case) else "present"
    elif case.unreadable:
        status, reason = "undetermined", case.unreadable[0]
    elif decision.required and topic_id in case.doubts:
        status, doubt = "partial", case.doubts[topic_id]
        reason = _describe_doubt(case, doubt)
    elif decision.required is None:
        status = "undetermined"
    else:
        status = "missing" if decision.required else "not_applicable"
    return Disclosure(
        topic_id,
        topic.articles,
        case.text(topic.title),
        status,
        bool(carriers) and all(s.denies(topic_id) for s in carriers),
        decision.required,
        reason,
        (doubt.segment.index,) if doubt else tuple(s.segment.index for s in _strongest(carriers, topic_id)),
        _segments_of(case, decision),
    )


def only_vague_retention(case: Case) -> bool:
    """Tell whether no period is given beyond "as long as necessary", or as some law requires."""
    periods = case.facts.retention
    return bool(periods) and all(
        p.retention_class == "unspecified_other"
        or (
            p.retention_class == "unspecified_legal"
            and p.statute is None
            and case.says("vague_retention", p.text)
        )
        for p in periods
    )


def only_own_complaint(case: Case) -> bool:
    """Tell whether all that is said of complaints is that they go to the organisation itself."""
    carriers = case.carriers("complaint")
    return bool(carriers) and all(
        case.says("own_complaint", s.text, s.context) and not case.says("authority", s.text) for s in carriers
    )


_VAGUE: dict[str, Callable[[Case], bool]] = {
    "retention": only_vague_retention,
    "complaint": only_own_complaint,
}
"""Disclosures that can be made in part, each with what tells."""


def weigh(
    case: Case,
    requirement: Requirement,
    decision: Decision,
    disclosures: Iterable[Disclosure],
    findings: Iterable[Finding],
) -> RequirementResult:
    """Say how it stands with one requirement of law.md, R01 to R36.

    A requirement with a topic stands as its disclosure, or is met in part where that has findings. One without a
    topic is met unless it has findings; those of severity ``info`` are questions and leave it open.
    """
    topic = case.knowledge.topic[requirement.topic] if requirement.topic else None
    codes = {text.code for text in case.knowledge.findings if text.rule == requirement.rule}
    codes.add(f"missing-{requirement.topic.replace('_', '-')}")
    concerned = [f for f in findings if f.code in codes]
    found = tuple(dict.fromkeys(f.code for f in concerned))
    grave = any(f.severity != "info" for f in concerned)
    made = next((d for d in disclosures if topic and d.id == topic.id), None)
    status: Status
    if made:
        status = "partial" if made.status == "present" and grave else made.status
    elif case.unreadable:
        status = "undetermined"
    elif found:
        status = "partial" if grave else "undetermined"
    else:
        status = "present" if decision.required else "not_applicable"
    return RequirementResult(
        requirement.rule,
        requirement.topic or None,
        topic.articles if topic else requirement.articles,
        case.text(topic.title if topic else requirement.title),
        status,
        decision.required,
        made.reason if made else decision.reason,
        _segments_of(case, decision),
        found,
    )


def _segments_of(case: Case, decision: Decision) -> tuple[int, ...]:
    indices = dict.fromkeys(case.segment_at(quote.start).segment.index for quote in decision.signs)
    return tuple(indices)[:MAX_EVIDENCE]


def _describe_doubt(case: Case, segment: LabelledSegment) -> str:
    quote = shorten(segment.text)
    return case.text(
        {
            "nb": f"Usikkert: «{quote}» kan være denne opplysningen. Les stedet og avgjør.",
            "en": f"Uncertain: «{quote}» may be this disclosure. Read it and decide.",
        }
    )


def _strongest(carriers: Sequence[LabelledSegment], topic_id: str) -> list[LabelledSegment]:
    """Choose the best evidence, in the order of the text."""
    best = sorted(carriers, key=lambda s: (-_score(s, topic_id), s.segment.index))[:MAX_EVIDENCE]
    return sorted(best, key=lambda s: s.segment.index)


def _score(segment: LabelledSegment, topic_id: str) -> float:
    return max(label.score for label in segment.labels if label.topic == topic_id)

"""Holds requirements against labels and facts: which disclosures are made or missing, and what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analyzer.assess.case import Case
from analyzer.assess.conditions import decide
from analyzer.assess.disclosures import disclose, weigh
from analyzer.assess.findings import find
from analyzer.extract import LabelledSegment
from analyzer.knowledge import Knowledge
from analyzer.records import Facts
from analyzer.verdicts import Assessment

__all__ = ["assess"]


def assess(
    segments: Sequence[LabelledSegment],
    facts: Facts,
    knowledge: Knowledge,
    *,
    as_of: str,
    language: str = "nb",
    unreadable: tuple[str, str] | None = None,
    doubts: Mapping[str, int] | None = None,
) -> Assessment:
    """Judge one statement.

    Args:
        segments: Segments with labels and context.
        facts: What was extracted.
        knowledge: Requirements and finding texts.
        as_of: The day of the audit, ISO 8601: only rules that apply on it give findings.
        language: Language of titles, reasons and messages: ``nb`` or ``en``.
        unreadable: Reason and advice when the statement cannot be judged; nothing is then called missing.
        doubts: Topics that may be disclosed by a segment, with its number; they are not called missing either.

    Returns:
        One disclosure for each topic, the findings, gravest first, and how it stands with each requirement.
    """
    doubtful = {topic: segments[index] for topic, index in (doubts or {}).items()}
    case = Case(segments, facts, knowledge, language, as_of, unreadable, doubtful)
    decisions = {requirement.rule: decide(case, requirement) for requirement in knowledge.requirements}
    disclosures = tuple(
        disclose(case, topic_id, decisions[knowledge.requirement[topic_id].rule])
        for topic_id in knowledge.topic_ids
    )
    findings = tuple(find(case, disclosures))
    return Assessment(
        disclosures,
        findings,
        tuple(weigh(case, r, decisions[r.rule], disclosures, findings) for r in knowledge.requirements),
    )

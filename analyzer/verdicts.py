"""What comes of an assessment: disclosures, findings, and how a statement stands with each requirement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from analyzer.records import Quote, Severity

Status = Literal["present", "partial", "missing", "not_applicable", "undetermined"]


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Whether a statement makes one disclosure.

    Attributes:
        id: Category id.
        articles: Where the duty stands, such as "13(2)(a)".
        title: In the report's language.
        status: The verdict.
        denied: True if the statement says that the matter does not occur, which answers the duty.
        required: Whether the duty applies to this statement; None if that cannot be told.
        reason: Why it is required or not, in the report's language.
        evidence: Indices of the segments that prove it.
        required_by: Indices of the segments that show that the duty applies.
    """

    id: str
    articles: tuple[str, ...]
    title: str
    status: Status
    denied: bool
    required: bool | None
    reason: str
    evidence: tuple[int, ...]
    required_by: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class RequirementResult:
    """How a statement stands with one requirement of the law.

    Attributes:
        rule: R01 to R36; R00 for what no law asks of a statement.
        disclosure: The category that meets it, or None.
        articles: Where it stands.
        title: In the report's language.
        status: As for a disclosure; ``partial`` where findings say that it is badly met.
        required: Whether it applies; None if that cannot be told.
        reason: Why, in the report's language.
        required_by: Indices of the segments that show that it applies.
        findings: Codes of the findings that concern it.
    """

    rule: str
    disclosure: str | None
    articles: tuple[str, ...]
    title: str
    status: Status
    required: bool | None
    reason: str
    required_by: tuple[int, ...]
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something the statement leaves out or says badly, with its evidence."""

    code: str
    severity: Severity
    title: str
    message: str
    articles: tuple[str, ...]
    evidence: tuple[Quote, ...]
    advice: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """The verdict on one statement."""

    disclosures: tuple[Disclosure, ...]
    findings: tuple[Finding, ...]
    requirements: tuple[RequirementResult, ...] = ()

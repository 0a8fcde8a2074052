"""The contract of the JSON report, version 1, as types: source of the JSON Schema and of validation.

The keys are those that other programs rely on; a report may carry more. Reports of every version 1 follow it, so that
what came after 1.0 is ``NotRequired`` even where each report has it now. CONTRIBUTING.md says when the version rises.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import (
    Annotated,
    Any,
    Literal,
    NotRequired,  # pydantic asks for these before Python 3.12
)

from pydantic import ConfigDict, Field, TypeAdapter, with_config
from typing_extensions import TypedDict

from analyzer.report import SCHEMA_VERSION

_OPEN = ConfigDict(extra="allow")

Status = Literal["present", "partial", "missing", "not_applicable", "undetermined"]


class _Evidence(TypedDict):
    start: int
    end: int
    text: str


@with_config(_OPEN)
class _AnalyzerInfo(TypedDict):
    version: str
    model: str | None
    knowledge: str
    as_of: str


class _DoubtfulWord(TypedDict):
    text: str
    confidence: float


@with_config(_OPEN)
class _RecognisedPage(TypedDict):
    page: int
    confidence: float
    words: int
    doubtful: list[_DoubtfulWord]


@with_config(_OPEN)
class _Extraction(TypedDict):
    method: Literal["text", "html", "pdf", "docx", "ocr"]
    warnings: list[str]
    ocr: NotRequired[list[_RecognisedPage]]


@with_config(_OPEN)
class _Repair(TypedDict):
    start: int
    end: int
    original: str
    restored: str
    score: float


@with_config(_OPEN)
class _Restoration(TypedDict):
    damage: float
    repairs: list[_Repair]


class _Redacted(TypedDict):
    person: int
    phone: int
    email: int
    id: int


@with_config(_OPEN)
class _Document(TypedDict):
    id: str
    source: str
    sha256: str
    media_type: str
    language: str
    pages: int | None
    words: int
    text: str
    extraction: _Extraction
    restoration: _Restoration
    date: str | None
    redacted: NotRequired[_Redacted]


@with_config(_OPEN)
class _Organisation(TypedDict):
    name: str | None
    orgnr: str | None
    sector: Literal["public", "private", "unknown"]
    country: NotRequired[str | None]


@with_config(_OPEN)
class _Category(TypedDict):
    id: str
    score: float
    denied: NotRequired[bool]
    by: NotRequired[str]


@with_config(_OPEN)
class _Section(TypedDict):
    index: int
    title: str
    level: int
    start: int
    end: int
    page: int | None
    categories: list[_Category]


@with_config(_OPEN)
class _Segment(_Evidence):
    section: int
    page: int | None
    categories: list[_Category]


_Retention = TypedDict(
    "_Retention",
    {
        "start": int,
        "end": int,
        "text": str,
        "kind": Literal["duration", "criterion", "statute"],
        "duration": str | None,
        "bound": Literal["exact", "at_most", "at_least"] | None,
        "applies_to": str | None,
        "trigger": str | None,
        "statute": str | None,
        "class": Literal[
            "specific", "indefinite", "criterion", "unspecified_legal", "unspecified_other", "none"
        ],
    },
)


@with_config(_OPEN)
class _LegalBasis(_Evidence):
    article: str
    explicit: bool
    purpose: str | None


@with_config(_OPEN)
class _Statute(_Evidence):
    act: str
    section: str | None
    status: Literal["in_force", "repealed", "unknown"]
    paragraph: NotRequired[str | None]
    number: NotRequired[str | None]
    letter: NotRequired[str | None]
    lovdata: NotRequired[str | None]


@with_config(_OPEN)
class _Party(_Evidence):
    role: Literal["joint_controller", "dpo"]
    name: str


@with_config(_OPEN)
class _RenamedAuthority(_Evidence):
    name: str
    current: str
    renamed_on: str


@with_config(_OPEN)
class _Recipient(_Evidence):
    name: str
    role: Literal["processor", "authority", "partner", "unknown"]
    country: str | None
    kind: NotRequired[str | None]
    implies_transfer: NotRequired[bool | None]


@with_config(_OPEN)
class _Contact(_Evidence):
    kind: Literal["email", "phone", "address", "url"]
    of: Literal["controller", "dpo", "authority", "unknown"]


@with_config(_OPEN)
class _StatedPhrase(_Evidence):
    phrase: str
    data_subject: str | None


@with_config(_OPEN)
class _Disclosure(TypedDict):
    id: str
    articles: list[str]
    title: str
    status: Status
    denied: bool
    required: bool | None
    reason: str
    evidence: list[int]
    required_by: NotRequired[list[int]]


@with_config(_OPEN)
class _Requirement(TypedDict):
    rule: str
    disclosure: str | None
    articles: list[str]
    title: str
    status: Status
    required: bool | None
    reason: str
    required_by: list[int]
    findings: list[str]


@with_config(_OPEN)
class _Finding(TypedDict):
    code: str
    severity: Literal["error", "warning", "info"]
    title: str
    message: str
    articles: list[str]
    evidence: list[_Evidence]
    advice: str


@with_config(_OPEN)
class _Summary(TypedDict):
    required: int
    present: int
    missing: int
    undetermined: int
    completeness: float


@with_config(_OPEN)
class ReportData(TypedDict):
    """One report, as JSON has it."""

    schema_version: Annotated[str, Field(pattern=r"^1\.\d+$")]
    analyzer: _AnalyzerInfo
    document: _Document
    organisation: _Organisation
    sections: list[_Section]
    segments: list[_Segment]
    retention: list[_Retention]
    legal_bases: list[_LegalBasis]
    statutes: list[_Statute]
    recipients: list[_Recipient]
    contacts: list[_Contact]
    authorities: NotRequired[list[_RenamedAuthority]]
    parties: NotRequired[list[_Party]]
    purposes: NotRequired[list[_StatedPhrase]]
    data_categories: NotRequired[list[_StatedPhrase]]
    disclosures: list[_Disclosure]
    findings: list[_Finding]
    requirements: NotRequired[list[_Requirement]]
    summary: _Summary


def report_schema() -> dict[str, Any]:
    """Give the JSON Schema (draft 2020-12) of a report."""
    schema = TypeAdapter(ReportData).json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": f"personvern report, version {SCHEMA_VERSION}",
    }


def validate_report(data: Mapping[str, Any]) -> None:
    """Check a report against the contract.

    Raises:
        pydantic.ValidationError: If a key is missing or of the wrong type.
    """
    TypeAdapter(ReportData).validate_python(data, strict=True)

"""When a duty applies: conditions decided from what the statement says, each with the quote that decides it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from analyzer.assess.case import Case, shorten, whole
from analyzer.assess.transfers import foreign_services
from analyzer.errors import InvalidKnowledge
from analyzer.law import Requirement
from analyzer.records import LegalBasis, Quote

Sign = Sequence[Quote] | None
"""The quotes that show that a duty applies, none for one that always does; None where it does not apply."""

Condition = Callable[[Case], Sign]


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a duty applies (None if that cannot be told), why, and what in the statement shows it."""

    required: bool | None
    reason: str
    signs: tuple[Quote, ...] = ()


def decide(case: Case, requirement: Requirement) -> Decision:
    """Decide whether a duty applies to a statement.

    Raises:
        InvalidKnowledge: If the requirement names a condition that does not exist.
    """
    signs = condition_of(requirement)(case)
    if signs is None and requirement.undecided and not _gives_basis(case):
        return Decision(None, case.text(requirement.undecided))
    if signs is None:
        return Decision(None if case.unreadable else False, case.text(requirement.not_required))
    exception = case.shows("exception") if requirement.exempt else None
    if exception:
        texts = {"nb": "Erklæringen viser til et unntak fra informasjonsplikten.",
                 "en": "The statement invokes an exception from the duty to inform."}  # fmt: skip
        return Decision(False, _with_quote(case, case.text(texts), [exception]), (exception,))
    return Decision(True, _with_quote(case, case.text(requirement.required), signs), tuple(signs))


def _gives_basis(case: Case) -> bool:
    return bool(case.facts.legal_bases or case.carriers("legal_basis"))


def _with_quote(case: Case, reason: str, signs: Sequence[Quote]) -> str:
    """Add the first sign: "… Segment 14: «Grunnlaget er samtykke.»"."""
    if not signs:
        return reason
    segment = case.segment_at(signs[0].start)
    return f"{reason} Segment {segment.segment.index}: «{shorten(segment.text)}»"


def condition_of(requirement: Requirement) -> Condition:
    """Give the condition of a requirement.

    Raises:
        InvalidKnowledge: If the requirement names a condition that does not exist.
    """
    try:
        return _CONDITIONS[requirement.condition]
    except KeyError:
        raise InvalidKnowledge(
            f"requirements.toml: {requirement.rule} har den ukjente betingelsen «{requirement.condition}». "
            f"Velg en av {', '.join(sorted(_CONDITIONS))}."
        ) from None


def _relies_on(*articles: str) -> Condition:
    return lambda case: _quoted(case.bases(*articles)) or None


def _quoted(bases: Sequence[LegalBasis]) -> list[Quote]:
    return [Quote(b.start, b.end, b.text) for b in bases]


def _worded(kind: str, *topics: str) -> Condition:
    """Make the condition that a kind of pattern is found, in segments that disclose one of the topics if given."""
    return lambda case: list(case.quotes(kind, topics=topics)) or None


def _discloses(*topics: str) -> Condition:
    return lambda case: [whole(s) for s in case.disclosing(*topics)] or None


def _public_body(case: Case) -> Sign:
    if case.facts.organisation.sector != "public":
        return None
    name = case.facts.organisation.name or ""
    return next(([s.quote(s.text.index(name), s.text.index(name) + len(name))]
                 for s in case.body if name and name in s.text), [])  # fmt: skip


def _public_with_legitimate_interest(case: Case) -> Sign:
    return None if _public_body(case) is None else _relies_on("6.1.f")(case)


def _objection(case: Case) -> Sign:
    return _relies_on("6.1.e", "6.1.f")(case) or _worded("marketing")(case)


def _transfer(case: Case) -> Sign:
    services = [Quote(r.start, r.end, r.text) for r in foreign_services(case)]
    return services or _worded("third_country")(case)


def _cookies(case: Case) -> Sign:
    tools = {s.name for s in case.knowledge.services if s.kind == "analytics"}
    used = [
        Quote(r.start, r.end, r.text)
        for r in case.facts.recipients
        if r.name in tools and case.segment_at(r.start).has("recipients", "cookies")
    ]
    return _discloses("cookies")(case) or used or None


def _children(case: Case) -> Sign:
    return _discloses("children")(case) if case.bases("6.1.a", "9.2.a") else None


_CONDITIONS: dict[str, Condition] = {
    "always": lambda case: (),
    "never": lambda case: None,
    "public_body": _public_body,
    "public_with_legitimate_interest": _public_with_legitimate_interest,
    "outside_eea": _worded("foreign_controller", "controller", "controller_contact"),
    "relies_on_legitimate_interest": _relies_on("6.1.f"),
    "relies_on_consent": _relies_on("6.1.a", "9.2.a"),
    "relies_on_law": _relies_on("6.1.c", "6.1.e"),
    "portability_applies": _relies_on("6.1.a", "6.1.b", "9.2.a"),
    "objection_applies": _objection,
    "indicates_transfer": _transfer,
    "discloses_transfer": _discloses("transfer"),
    "indicates_automated_decisions": _worded("profiling"),
    "collects_from_others": _worded("other_source"),
    "names_special_categories": _discloses("special_categories"),
    "names_criminal_records": _worded("criminal_records", "special_categories", "data_categories"),
    "names_identity_number": _worded("identity_number", "data_categories", "special_categories"),
    "reuses_data": _worded("new_purpose"),
    "shares_control": _worded("joint_control"),
    "serves_children": _children,
    "uses_cookies": _cookies,
    "watches_by_camera": _worded(
        "camera", "data_categories", "purpose", "legal_basis", "retention", "security"
    ),
    "reads_employee_mail": _worded("employee_mail"),
}

"""Controller, data protection officer and recipients: unnamed, out of reach, vague, or another's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.assess.case import Case, whole
from analyzer.extract import LabelledSegment
from analyzer.records import Quote
from analyzer.verdicts import Finding

_FORMS = "AS|ASA|SA|DA|ANS|BA|HF|KF|IKS|ENK"
_NAMED_CONTROLLER = re.compile(
    rf"(?P<name>(?:[A-ZÆØÅ0-9][\w&.'-]*\s){{1,5}}(?:{_FORMS}))\b(?P<between>[^.;:]{{0,60}}?)\ber\s(?:\w+\s)?"
    r"(?:[Bb]ehandlings|[Hh]andsamings)ansvarl"
)
_NOT_ALONE = re.compile(
    r"\b(?:selv|sjølv|selvstendig|sjølvstendig|egen|eigen|egne|felles|sammen|hver|kvar|også|kunden|leverandør|konsern|"
    r"datterselskap|morselskap|avdeling|når|dersom|hvis)\w*",
    re.IGNORECASE,
)
_NEIGHBOURS = 3
_REACH = ("email", "phone", "address")


def check_parties(case: Case) -> Iterator[Finding]:
    """Find what is wrong with how the controller, its officer and the recipients are named."""
    yield from _other_controller(case)
    yield from _public_without_officer(case)
    yield from _officer_out_of_reach(case)
    yield from _form_only(case)
    yield from _vague_recipients(case)
    yield from _no_representative(case)


def _other_controller(case: Case) -> Iterator[Finding]:
    """Find two entities that are each called the controller, in different sections: a template's may be left in."""
    named: dict[str, tuple[LabelledSegment, Quote]] = {}
    for segment in case.body:
        if "ansvarl" not in segment.text or _NOT_ALONE.search(segment.text):
            continue
        for match in _NAMED_CONTROLLER.finditer(segment.text):
            key = " ".join(match["name"].lower().split())
            named.setdefault(key, (segment, segment.quote(match.start(), match.end())))
    sections = {segment.segment.section for segment, _ in named.values()}
    roots = {key.split()[0] for key in named}
    if len(roots) > 1 and len(sections) > 1:
        names = ", ".join(quote.text[: len(key)] for key, (_, quote) in named.items())
        yield case.finding("other-controller", [quote for _, quote in named.values()], names=names)


def _public_without_officer(case: Case) -> Iterator[Finding]:
    carriers = case.carriers("dpo")
    if case.facts.organisation.sector == "public" and carriers and not case.disclosing("dpo"):
        yield case.finding("public-body-no-dpo", map(whole, carriers))


def _officer_out_of_reach(case: Case) -> Iterator[Finding]:
    """Find an officer of whom neither the sentence nor its neighbours say how to reach him or her."""
    carriers = case.disclosing("dpo")
    if not carriers or any(c.of == "dpo" for c in case.facts.contacts):
        return
    near = {
        i for s in carriers for i in range(s.segment.index - _NEIGHBOURS, s.segment.index + _NEIGHBOURS + 1)
    }
    sections = {s.segment.section for s in carriers}
    around = [s for s in case.segments if s.segment.index in near or s.segment.section in sections]
    inside = [range(s.segment.start, s.segment.end) for s in around]
    reached = any(contact.start in span for contact in case.facts.contacts for span in inside)
    if not reached and not any(case.says("means_of_contact", s.text) for s in around):
        yield case.finding("dpo-no-contact", map(whole, carriers))


def _form_only(case: Case) -> Iterator[Finding]:
    carriers = case.carriers("controller_contact")
    if any(contact.kind in _REACH for contact in case.facts.contacts):
        return
    forms = list(case.quotes("contact_form", topics=["controller_contact"]))
    if carriers and forms and not case.shows("written_contact"):
        yield case.finding("contact-form-only", forms)


def _vague_recipients(case: Case) -> Iterator[Finding]:
    """Find recipients of whom neither name nor type is given: "tredjeparter", "våre samarbeidspartnere"."""
    segments = case.disclosing("recipients")
    if segments and not case.facts.recipients and all(
        case.says("vague_recipient", s.text) and not case.says("recipient_type", s.text) for s in segments
    ):  # fmt: skip
        yield case.finding("recipients-vague", map(whole, segments))


def _no_representative(case: Case) -> Iterator[Finding]:
    quotes = list(case.quotes("foreign_controller", topics=["controller", "controller_contact"]))
    if quotes and not case.shows("representative"):
        yield case.finding("representative-missing", quotes)

"""The rights: how to use them, how objection is presented, whom to complain to, what decisions rest on."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.assess.case import Case, whole
from analyzer.assess.disclosures import only_own_complaint
from analyzer.verdicts import Finding

_RIGHTS = ("access", "rectification", "erasure", "restriction", "objection", "portability")
_CROWD = 3
"""So many other rights in the same sentence, and the right to object is no longer presented separately."""


def check_rights(case: Case) -> Iterator[Finding]:
    """Find rights that are named but cannot be used, or are not brought to attention as the law asks."""
    yield from _no_method(case)
    yield from _buried_objection(case)
    yield from _complaint_to_controller(case)
    yield from _unexplained_decisions(case)
    yield from _unexplained_joint_control(case)


def _no_method(case: Case) -> Iterator[Finding]:
    """Find rights in a statement that nowhere says whom to turn to, or how."""
    named = [topic for topic in _RIGHTS if case.disclosing(topic)]
    if len(named) < 2 or case.carriers("controller_contact") or case.carriers("dpo"):
        return
    if not case.facts.contacts and not case.shows("means_of_contact"):
        yield case.finding("rights-no-method", map(whole, case.disclosing(*named)))


def _buried_objection(case: Case) -> Iterator[Finding]:
    segments = case.disclosing("objection")
    applies = case.bases("6.1.e", "6.1.f") or case.shows("marketing")
    crowded = [s for s in segments if sum(s.has(t) for t in _RIGHTS) > _CROWD]
    if applies and segments and len(crowded) == len(segments):
        yield case.finding("objection-buried", map(whole, crowded))


def _complaint_to_controller(case: Case) -> Iterator[Finding]:
    quotes = list(case.quotes("own_complaint"))
    if quotes and (not case.carriers("complaint") or only_own_complaint(case)):
        yield case.finding("complaint-only-controller", quotes)


def _unexplained_decisions(case: Case) -> Iterator[Finding]:
    quotes = list(case.quotes("automated_decision", topics=["automated_decisions"]))
    if quotes and not case.shows("decision_logic"):
        yield case.finding("automated-decisions-no-logic", quotes)


def _unexplained_joint_control(case: Case) -> Iterator[Finding]:
    quotes = list(case.quotes("joint_control"))
    if not quotes:
        return
    around = [s for q in quotes for s in case.section(case.segment_at(q.start))]
    told = any(case.says("joint_essence", s.text) for s in around)
    if not told and not case.shows("divided_control"):
        yield case.finding("joint-control-no-essence", quotes)

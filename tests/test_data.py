"""The knowledge files: every entry is unique, well formed, and does what its examples say."""

import re
import time
import unicodedata
from collections import Counter
from importlib.resources import files

import pytest

from analyzer.errors import InvalidKnowledge
from analyzer.extract.authorities import outdated_in
from analyzer.knowledge import Knowledge

KNOWLEDGE = Knowledge.load()
TOPICS = [pytest.param(topic, id=topic.id) for topic in KNOWLEDGE.topics]
PATTERNS = [pytest.param(pattern, id=pattern.id) for pattern in KNOWLEDGE.patterns]
FILES = sorted(path.name for path in (files("analyzer") / "data").iterdir() if path.name.endswith(".toml"))

HOSTILE = (
    "a ",
    "1",
    "A",
    "Aa ",
    " ",
    "(",
    "1 ",
    "a-",
    "@a.",
    "artikkel ",
    "er behandlingsansvarlig ",
    "slettes når ",
)
LENGTH = 4_000
LIMIT = 0.5
"""Seconds of processor time for all hostile texts; a quadratic pattern takes several."""


def context_and_text(example):
    """Split "lead-in >> text"."""
    context, arrow, text = example.rpartition(" >> ")
    return (context, text) if arrow else ("", example)


def regexes():
    """Give every regular expression of the knowledge with the id of its entry."""
    for pattern in KNOWLEDGE.patterns:
        verbose = "\\ " in pattern.unless
        yield pattern.id, pattern.regex, pattern.examples
        yield f"{pattern.id} context", pattern.context and f"(?x){pattern.context}", ()
        yield f"{pattern.id} unless", f"(?x){pattern.unless}" if verbose else pattern.unless, ()
    for topic in KNOWLEDGE.topics:
        for rule in topic.rules:
            yield f"{topic.id} {rule.id}", rule.regex, topic.examples
            yield f"{topic.id} {rule.id} context", rule.context, ()
            yield f"{topic.id} {rule.id} unless", rule.unless, ()
        for number, denial in enumerate(topic.denials):
            yield f"{topic.id} denial {number}", denial, ()
    for country in KNOWLEDGE.countries:
        yield f"country {country.code}", country.regex, ()
    for period in KNOWLEDGE.periods:
        yield f"period {period.id} unless", period.unless, ()
        for number, exception in enumerate(period.exceptions):
            yield f"period {period.id} {number}", exception.words, ()
    for entry in KNOWLEDGE.reused:
        yield f"reused {entry.section}", entry.words, ()
        yield f"reused {entry.section} unless", entry.unless, ()


REGEXES = [pytest.param(regex, examples, id=name) for name, regex, examples in regexes() if regex]


def duplicates(values):
    return sorted(value for value, count in Counter(values).items() if count > 1)


@pytest.mark.parametrize("name", FILES)
def test_files_are_nfc(name):
    text = (files("analyzer") / "data" / name).read_text(encoding="utf-8")
    assert unicodedata.is_normalized("NFC", text)


@pytest.mark.parametrize("entries", ["topics", "patterns"])
def test_ids_are_unique_and_kebab_or_snake_case(entries):
    ids = [entry.id for entry in getattr(KNOWLEDGE, entries)]
    assert duplicates(ids) == []
    assert [id_ for id_ in ids if not re.fullmatch(r"[a-z0-9]+(?:[-_][a-z0-9]+)*", id_)] == []


@pytest.mark.parametrize("topic", TOPICS)
def test_rule_ids_are_unique_in_their_topic(topic):
    assert duplicates(rule.id for rule in topic.rules) == []


def test_codes_of_findings_are_unique():
    assert duplicates(finding.code for finding in KNOWLEDGE.findings) == []


def test_requirements_cover_all_topics_once():
    assert sorted(r.topic for r in KNOWLEDGE.requirements if r.topic) == sorted(KNOWLEDGE.topic_ids)


def test_requirements_are_those_of_the_law():
    rules = [requirement.rule for requirement in KNOWLEDGE.requirements]
    assert duplicates(rules) == []
    assert set(rules) == {f"R{number:02}" for number in range(37)}


def test_findings_concern_known_requirements():
    assert {finding.rule for finding in KNOWLEDGE.findings if finding.rule} <= set(KNOWLEDGE.rule)


def test_findings_by_wording_have_texts_and_known_kinds():
    assert KNOWLEDGE.worded_findings <= set(KNOWLEDGE.finding)
    kinds = {pattern.kind for pattern in KNOWLEDGE.patterns}
    assert {f.silenced_by for f in KNOWLEDGE.findings if f.silenced_by} <= kinds


def test_law_is_dated_in_iso_8601():
    rules = (*KNOWLEDGE.findings, *KNOWLEDGE.periods, *KNOWLEDGE.countries, *KNOWLEDGE.patterns)
    dates = [date for rule in rules for date in (rule.valid_from, rule.valid_to) if date]
    assert [date for date in dates if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", date)] == []


def test_periods_are_of_known_acts():
    shorts = {act.short for act in KNOWLEDGE.acts}
    assert [act for period in KNOWLEDGE.periods for act in period.acts if act not in shorts] == []


def test_no_country_is_both_inside_and_outside_the_eea():
    assert not KNOWLEDGE.eea & {country.code for country in KNOWLEDGE.countries}


def test_texts_are_in_both_report_languages():
    texts = [topic.title for topic in KNOWLEDGE.topics]
    texts += [text for f in KNOWLEDGE.findings for text in (f.title, f.message, f.advice)]
    assert [text for text in texts if not {"nb", "en"} <= set(text)] == []


@pytest.mark.parametrize("topic", TOPICS)
def test_topic_examples_meet_a_rule(topic):
    missed = [e for e in topic.examples if not topic.rule_for(*reversed(context_and_text(e)))]
    assert missed == []


@pytest.mark.parametrize("topic", TOPICS)
def test_topic_counterexamples_meet_none(topic):
    met = [(e, topic.rule_for(*reversed(context_and_text(e)))) for e in topic.counterexamples]
    assert [(e, rule) for e, rule in met if rule] == []


@pytest.mark.parametrize("pattern", PATTERNS)
def test_pattern_examples_match(pattern):
    assert pattern.examples
    missed = [e for e in pattern.examples if not list(pattern.find(*reversed(context_and_text(e))))]
    assert missed == []


@pytest.mark.parametrize("pattern", PATTERNS)
def test_pattern_counterexamples_do_not_match(pattern):
    assert pattern.counterexamples
    met = [e for e in pattern.counterexamples if list(pattern.find(*reversed(context_and_text(e))))]
    assert met == []


@pytest.mark.parametrize(("regex", "examples"), REGEXES)
def test_regular_expressions_take_linear_time(regex, examples):
    pattern = re.compile(regex, re.IGNORECASE)
    start = time.process_time()
    for piece in (*HOSTILE, *(f"{context_and_text(example)[1]} " for example in examples[:3])):
        for _ in pattern.finditer((piece * LENGTH)[:LENGTH]):
            pass
    assert time.process_time() - start < LIMIT


def test_acts_are_unique_and_dated():
    assert duplicates(act.short for act in KNOWLEDGE.acts) == []
    assert duplicates(act.number for act in KNOWLEDGE.acts) == []
    assert duplicates(form.lower() for act in KNOWLEDGE.acts for form in {act.short, *act.aliases}) == []
    dates = [date for act in KNOWLEDGE.acts for date in (act.valid_from, act.valid_to) if date]
    assert [date for date in dates if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", date)] == []


def test_repealed_acts_name_a_known_successor():
    shorts = {act.short for act in KNOWLEDGE.acts}
    repealed = [act for act in KNOWLEDGE.acts if act.valid_to]
    assert repealed
    assert [act.short for act in repealed if act.replaced_by not in shorts] == []


def test_section_12_is_never_the_act_of_2000():
    assert "12" not in KNOWLEDGE.reused_sections


@pytest.mark.parametrize("authority", KNOWLEDGE.authorities, ids=lambda a: a.name)
def test_former_names_of_authorities(authority):
    def old_names(text):
        return [m.former.name for m in outdated_in(text, KNOWLEDGE, as_of="2026-11-21")]

    assert bool(authority.former) == bool(authority.examples) == bool(authority.counterexamples)
    names = {former.name for former in authority.former}
    assert [e for e in authority.examples if not names & set(old_names(e))] == []
    assert [(e, old_names(e)) for e in authority.counterexamples if old_names(e)] == []


def test_authorities_are_unique_and_dated():
    forms = [
        form.lower()
        for a in KNOWLEDGE.authorities
        for named in (a, *a.former)
        for form in {named.name.lower(), *(alias.lower() for alias in named.aliases)}
    ]
    assert duplicates(forms) == []
    untils = [former.until for a in KNOWLEDGE.authorities for former in a.former]
    assert [date for date in untils if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", date)] == []


def test_services_are_unique_and_placed():
    assert duplicates(service.name for service in KNOWLEDGE.services) == []
    assert [s.name for s in KNOWLEDGE.services if not re.fullmatch(r"[A-Z]{2}", s.country)] == []


@pytest.mark.parametrize("words", ["abbreviations", "headings", "organisation_words", "public_words"])
def test_terms_are_unique_and_lower_case(words):
    terms = getattr(KNOWLEDGE.terms, words)
    assert duplicates(terms) == []
    assert [term for term in terms if term != term.lower()] == []


def test_a_folder_without_the_files_is_refused(tmp_path):
    with pytest.raises(InvalidKnowledge, match="cannot be read"):
        Knowledge.load(tmp_path)

"""The knowledge files: every entry is unique, well formed, and does what its examples say."""

import re
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


def context_and_text(example):
    """Split "lead-in >> text"."""
    context, arrow, text = example.rpartition(" >> ")
    return (context, text) if arrow else ("", example)


def rule_met(topic, example):
    """Give the rule of the topic that an example meets; "# " before its text makes it a heading."""
    context, text = context_and_text(example)
    heading = text.startswith("# ")
    return KNOWLEDGE.rules_met(text.removeprefix("# "), context, heading=heading).get(topic.id)


def duplicates(values):
    return sorted(value for value, count in Counter(values).items() if count > 1)


@pytest.mark.parametrize("name", FILES)
def test_files_are_nfc(name):
    text = (files("analyzer") / "data" / name).read_text(encoding="utf-8")
    assert unicodedata.is_normalized("NFC", text)


@pytest.mark.parametrize("entries", ["topics", "vetoes", "patterns"])
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
    missed = [e for e in topic.examples if not rule_met(topic, e)]
    assert missed == []


@pytest.mark.parametrize("veto", KNOWLEDGE.vetoes, ids=lambda veto: veto.id)
def test_vetoes_bar_their_examples_alone(veto):
    assert veto.examples
    assert [e for e in veto.examples if not veto.bars(e)] == []
    assert veto.counterexamples
    assert [e for e in veto.counterexamples if veto.bars(e)] == []


@pytest.mark.parametrize("topic", TOPICS)
def test_topic_counterexamples_meet_none(topic):
    met = [(e, rule_met(topic, e)) for e in topic.counterexamples]
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


def test_acts_are_unique_and_dated():
    assert duplicates(act.short for act in KNOWLEDGE.acts) == []
    assert duplicates(act.number for act in KNOWLEDGE.acts if act.number) == []
    assert [act.short for act in KNOWLEDGE.acts if bool(act.number) is act.unverified] == []
    forms = [f.lower() for a in KNOWLEDGE.acts for f in {a.short, *a.aliases, *a.abbreviations}]
    assert duplicates(forms) == []
    keys = [act.number for act in KNOWLEDGE.acts if act.number]
    assert [key for key in keys if not re.fullmatch(r"\d{4}-\d{2}-\d{2}(?:-\d+)?", key)] == []
    dates = [date for act in KNOWLEDGE.acts for date in (act.valid_from, act.valid_to) if date]
    assert [date for date in dates if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", date)] == []


def test_an_act_with_a_year_in_its_name_has_a_namesake_or_a_name_of_its_own():
    shorts = {act.short for act in KNOWLEDGE.acts}
    dated = [act for act in KNOWLEDGE.acts if re.search(r"-\d{4}$", act.short)]
    assert dated
    assert [act.short for act in dated if act.short[:-5] not in shorts] == []


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
    forms = [f.lower() for s in KNOWLEDGE.services for f in {s.name.lower(), *(a.lower() for a in s.aliases)}]
    assert len(KNOWLEDGE.services) >= 250
    assert duplicates(forms) == []
    countries = [s.country for s in KNOWLEDGE.services if s.country is not None]
    assert [country for country in countries if not re.fullmatch(r"[A-Z]{2}", country)] == []


def test_services_outside_the_eea_say_whether_they_imply_a_transfer():
    outside = [s for s in KNOWLEDGE.services if s.country and s.country not in KNOWLEDGE.eea]
    assert outside
    assert [s.name for s in outside if s.implies_transfer is None] == []
    assert [s.name for s in KNOWLEDGE.services if s.implies_transfer and s not in outside] == []


@pytest.mark.parametrize(
    "service", [s for s in KNOWLEDGE.services if s.ambiguous or s.examples], ids=lambda s: s.name
)
def test_ambiguous_services(service, names):
    def found(text):
        return service.name in [m.service.name for m in names.find_services(text)]

    assert len(service.ambiguous) == len(service.examples) == len(service.counterexamples)
    assert set(service.ambiguous) <= {service.name, *service.aliases}
    assert [e for e in service.examples if not found(e)] == []
    assert [e for e in service.counterexamples if found(e)] == []


@pytest.mark.parametrize(
    "words", ["abbreviations", "headings", "letter_words", "organisation_words", "public_words"]
)
def test_terms_are_unique_and_lower_case(words):
    terms = getattr(KNOWLEDGE.terms, words)
    assert duplicates(terms) == []
    assert [term for term in terms if term != term.lower()] == []


def test_a_folder_without_the_files_is_refused(tmp_path):
    with pytest.raises(InvalidKnowledge, match="kan ikke leses"):
        Knowledge.load(tmp_path)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            "findings",
            'severity = "error"',
            'severity = "stor"',
            r"«[\w-]+», felt «severity»: skal være .*'error'.*ikke 'stor'",
        ),
        ("topics", 'id = "', 'navn = "x"\nid = "', "felt «navn»: finnes ikke"),
        ("requirements", "\nrule = ", "\nrul = ", "felt «rule»: mangler"),
        (
            "terms",
            "abbreviations = [",
            "abbreviations = [3,",
            "felt «abbreviations.1»: skal være tekst, ikke 3",
        ),
        ("patterns", "regex = '''(?x)", "regex = '''((?x)", r"«?[\w-]+»?: ugyldig regulært uttrykk"),
        ("statutes", "[[act]]", "[[act]", "gyldig TOML"),
    ],
)
def test_a_broken_file_is_named_with_entry_and_field(tmp_path, file, old, new, said):
    for path in files("analyzer").joinpath("data").iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    broken = (tmp_path / f"{file}.toml").read_text(encoding="utf-8")
    assert old in broken
    (tmp_path / f"{file}.toml").write_text(broken.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InvalidKnowledge, match=said) as raised:
        Knowledge.load(tmp_path)
    assert f"{file}.toml" in str(raised.value)

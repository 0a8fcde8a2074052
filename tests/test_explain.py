"""Every disclosure, finding and requirement can be explained."""

import pytest

from analyzer.errors import AnalyzerError
from analyzer.explain import explain, explicable
from analyzer.knowledge import Knowledge

KNOWLEDGE = Knowledge.load()


@pytest.mark.parametrize("language", ["nb", "en"])
@pytest.mark.parametrize("id", explicable(KNOWLEDGE))
def test_every_id_is_explained(id, language):
    lines = explain(KNOWLEDGE, id, language).splitlines()
    assert len(lines) > 2
    assert "{" not in "\n".join(lines)


def test_findings_come_with_good_and_bad_wordings():
    without = {"disclosure-missing", "not-assessable"}
    for finding in KNOWLEDGE.findings:
        if finding.code not in without:
            text = explain(KNOWLEDGE, finding.code)
            assert f"  - {finding.example['bad']}" in text
            assert f"  + {finding.example['good']}" in text


@pytest.mark.parametrize("id", ["retention", "missing-retention", "R15", "r15", "legal_basis", "legal-basis"])
def test_an_id_may_be_written_in_several_ways(id):
    assert "Påkrevd" in explain(KNOWLEDGE, id)


def test_a_finding_says_from_when_it_applies():
    assert "2020-07-16" in explain(KNOWLEDGE, "obsolete-privacy-shield")
    assert "ikke kontrollert" in explain(KNOWLEDGE, "obsolete-datatilsynet-address")


@pytest.mark.parametrize(
    ("id", "like"),
    [("retension-vague", "retention-vague"), ("cookie", "cookies"), ("lagringstid", "retention"), ("privacy-shield", "obsolete-privacy-shield")],
)  # fmt: skip
def test_an_unknown_id_gets_suggestions(id, like):
    with pytest.raises(AnalyzerError, match=like):
        explain(KNOWLEDGE, id)

"""The detector of privacy statements: its signs, and that it knows one when it sees one."""

import time

import pytest
from benchmarks.detector import authored_negatives, corpus

from analyzer.detector import Detector
from analyzer.knowledge import Knowledge

DETECTOR = Detector(Knowledge.load())
TOO_LITTLE = (
    "Personvernerklæring. Fjell AS er behandlingsansvarlig. Vi lagrer navnet ditt for å levere varene, og sletter "
    "opplysningene etter ett år. Du har rett til innsyn, og kan klage til Datatilsynet."
)


@pytest.mark.parametrize(
    ("sign", "text", "wanted"),
    [(s, e, True) for s in DETECTOR.signs for e in s.examples]
    + [(s, e, False) for s in DETECTOR.signs for e in s.counterexamples],
    ids=lambda value: getattr(value, "id", None),
)
def test_signs(sign, text, wanted):
    assert bool(sign.count(text)) is wanted


def test_every_sign_has_examples_of_both_kinds():
    assert len({s.id for s in DETECTOR.signs}) == len(DETECTOR.signs)
    assert all(s.examples and s.counterexamples and s.full > 0 and s.weight for s in DETECTOR.signs)


@pytest.mark.parametrize(
    ("text", "is_statement"),
    [
        (TOO_LITTLE, True),
        (
            "Personvernfråsegn\n\nFjellby kommune er behandlingsansvarleg. Vi samlar inn namn og adresse for å "
            "handsame søknaden din. Opplysningane blir sletta etter fem år. Du har rett til innsyn og retting.",
            True,
        ),
        ("", False),
        ("Vi selger ski og sko.", False),
        ("Les vår personvernerklæring.", False),
        ("personvern " * 5000, False),
    ],
)
def test_texts(text, is_statement):
    detection = DETECTOR.detect(text)
    assert detection.is_statement is is_statement
    assert 0 <= detection.probability <= 1
    assert detection.reason


def test_the_reason_is_what_weighed_most():
    assert "behandlingsansvarlig" in DETECTOR.detect(TOO_LITTLE).reason
    agreement = next(case for case in authored_negatives() if case.name == "databehandleravtale")
    assert "databehandleravtale" in DETECTOR.detect(agreement.text).reason


def test_few_other_texts_are_taken_for_statements():
    others = list(authored_negatives())
    assert len(others) >= 40
    wrong = [case.name for case in others if DETECTOR.detect(case.text).is_statement]
    assert len(wrong) <= 2, wrong


def test_few_statements_are_missed():
    statements = [case for case in corpus() if case.group == "corpus/heldout"]
    missed = [case.name for case in statements if not DETECTOR.detect(case.text).is_statement]
    assert len(missed) <= 3, missed


@pytest.mark.parametrize(
    "piece", ["\n", " ", "vi ", "– A", "behandlingsansvarlig ", "du har ", "[", "§ ", "opplysninger\n"]
)
def test_long_texts_cost_no_more_than_their_length(piece):
    text = "personvern " + piece * (60_000 // len(piece))
    start = time.perf_counter()
    DETECTOR.detect(text)
    assert time.perf_counter() - start < 10  # a quadratic pattern takes minutes

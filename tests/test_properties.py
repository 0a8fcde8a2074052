"""Properties that hold for any text: no crash, honest offsets, stable output."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analyzer.errors import AnalyzerError
from analyzer.schema import validate_report

# Pieces of statements, and what breaks naive readers of them.
PIECES = st.sampled_from(
    [
        "Vi lagrer navn og e-postadresse.",
        "Opplysningene slettes etter 3,5 år",
        "artikkel 6 nr. 1 bokstav a), b) og f)",
        "• Innsyn",
        "1. Formål",
        "## Dine rettigheter",
        "| Hva | Hvor lenge |",
        "**Kontakt:** [post](mailto:post@fjell.example)",
        "behand-\nling",
        "Fjell AS er behandlingsansvarlig",
        "personopplysningsloven § 18",
        "\u202e\u0000\ufeff\u00ad",
        "ﬁ æøå ÆØÅ ʼn",
        "\t|\t|",
        "(((((((((",
        "ikke ikke ikke",
        " ",
        "\n\n",
        "\r",
        "§ 8.",
        "Org.nr. 328 110 865",
    ]
)
TEXTS = st.lists(PIECES | st.text(max_size=40), max_size=30).map("\n".join)
SLOW = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def check_offsets(data):
    text = data["document"]["text"]
    end = 0
    for segment in data["segments"]:
        assert end <= segment["start"] < segment["end"] <= len(text)
        end = segment["end"]
    for name in ("retention", "legal_bases", "statutes", "recipients", "contacts"):
        for row in data[name]:
            assert 0 <= row["start"] < row["end"] <= len(text)
            assert row["text"].strip()


@SLOW
@given(TEXTS)
def test_any_text_gives_a_report_or_an_error(az, text):
    try:
        report = az.analyze(text.encode("utf-8", errors="replace"))
    except AnalyzerError as error:
        assert str(error)
        return
    validate_report(report.data)
    check_offsets(report.data)
    assert json.loads(report.to_json()) == json.loads(json.dumps(report.data))


@SLOW
@given(st.binary(max_size=400))
def test_any_bytes_give_a_report_or_an_error(az, data):
    try:
        check_offsets(az.analyze(data).data)
    except AnalyzerError as error:
        assert str(error)


@SLOW
@given(TEXTS)
def test_any_html_gives_a_report_or_an_error(az, text):
    try:
        check_offsets(
            az.analyze(f"<html><body><p>{text}</p><ul><li>{text}</body>".encode(errors="replace")).data
        )
    except AnalyzerError as error:
        assert str(error)


STATEMENT = (
    "Fjell AS er behandlingsansvarlig for opplysningene. Vi lagrer navn og adresse for å levere varene. "
    "Opplysningene slettes etter tre år. Du har rett til innsyn, retting og sletting. Skriv til post@fjell.example. "
    "Grunnlaget er avtalen med deg. Du kan klage til Datatilsynet. Ring oss gjerne om noe er uklart, så svarer vi "
    "så godt vi kan på det du lurer på.\n"
)


@pytest.mark.parametrize(
    "paragraph",
    [
        "Butikken har åpent fra ti til seks hver dag.",
        "Turen går over fjellet og tar fire timer.",
        "Været på fjellet skifter fort.",
    ],
)
def test_an_irrelevant_paragraph_changes_no_finding(az, paragraph):
    plain = az.analyze(STATEMENT.encode())
    longer = az.analyze(f"{STATEMENT}\n{paragraph}\n".encode())
    assert [f["code"] for f in plain.findings] == [f["code"] for f in longer.findings]


def test_hostile_sizes_stay_linear(az):
    for text in ("a" * 200_000, "er " * 60_000, "\n" * 200_000 + "x", "1. " * 50_000, "- a\n" * 20_000):
        check_offsets(az.analyze(text.encode()).data)

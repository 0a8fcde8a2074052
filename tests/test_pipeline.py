"""From a source to a report: what can be judged, what cannot, and that results are stable."""

import json
from itertools import chain, combinations

import jsonschema
import pytest

import analyzer
from analyzer.errors import AnalyzerError, UnreadableSource
from analyzer.pipeline import MIN_LETTERS_SHARE, Failure
from analyzer.report import FRAMES
from analyzer.schema import report_schema, validate_report

STATEMENT = """Personvernerklæring for Fjellvik Sykkel AS

Fjellvik Sykkel AS (org.nr. 328 110 865) er behandlingsansvarlig for opplysningene som samles inn her. Du når oss på post@fjellvik.example.

Hva vi lagrer

Vi lagrer navn, adresse og telefonnummer når du bestiller time på verkstedet. Opplysningene brukes til å gjennomføre reparasjonen. Grunnlaget er avtalen med deg, jf. personvernforordningen artikkel 6 nr. 1 bokstav b.

Lagringstid

Ordrer slettes etter tre år. Regnskapsbilag oppbevares i fem år, jf. bokføringsloven § 13.

Deling

Vi deler ikke opplysninger med andre.

Dine rettigheter

Du har rett til innsyn, retting og sletting. Du kan klage til Datatilsynet.
"""


@pytest.fixture(scope="module")
def report(az):
    return az.analyze(STATEMENT.encode(), id="fjellvik", name="fjellvik.txt")


def status(report, topic):
    return next(d for d in report.disclosures if d["id"] == topic)


def test_a_statement_is_read_as_a_reader_would(report):
    data = report.data
    assert data["organisation"] == {
        "name": "Fjellvik Sykkel AS",
        "orgnr": "328110865",
        "sector": "private",
        "country": "NO",
    }
    assert {r["duration"] for r in report.retention} == {"P3Y", "P5Y"}
    assert [b["article"] for b in data["legal_bases"]][:1] == ["6.1.b"]
    assert data["statutes"][0]["act"] == "bokføringsloven"
    for topic in (
        "controller",
        "controller_contact",
        "purpose",
        "retention",
        "access",
        "rectification",
        "erasure",
    ):
        assert status(report, topic)["status"] == "present", topic
    assert status(report, "recipients")["denied"]
    assert status(report, "complaint")["status"] == "present"


def test_what_is_left_out_is_missing_with_a_reason(report):
    restriction = status(report, "restriction")
    assert restriction["status"] == "missing"
    assert restriction["required"]
    assert restriction["reason"]
    assert status(report, "withdraw_consent")["status"] == "not_applicable"
    assert "missing-restriction" in {f["code"] for f in report.findings}


def test_all_evidence_is_in_the_source(report):
    data = report.data
    text = data["document"]["text"]
    for name in ("segments", "retention", "legal_bases", "statutes", "recipients", "contacts"):
        for row in data[name]:
            assert 0 <= row["start"] < row["end"] <= len(text)
            assert " ".join(text[row["start"] : row["end"]].split()).endswith(row["text"].split()[-1])
    for disclosure in report.disclosures:
        assert all(0 <= i < len(data["segments"]) for i in disclosure["evidence"])
        assert bool(disclosure["evidence"]) == (disclosure["status"] in ("present", "partial"))


def test_segments_are_ordered_and_disjoint(report):
    spans = [(s["start"], s["end"]) for s in report.data["segments"]]
    assert spans == sorted(spans)
    assert all(a[1] <= b[0] for a, b in zip(spans, spans[1:], strict=False))


def test_report_follows_the_schema(report):
    validate_report(report.data)
    jsonschema.validate(json.loads(report.to_json()), report_schema())


def test_the_same_input_gives_the_same_bytes(az, report):
    again = az.analyze(STATEMENT.encode(), id="fjellvik", name="fjellvik.txt")
    assert again.to_json() == report.to_json()


def test_frames(report):
    for name in FRAMES:
        frame = report.frame(name)
        assert len(frame) == len(report.data[name])
        assert "document" in frame.columns
    with pytest.raises(ValueError, match="disclosures"):
        report.frame("tull")


def test_notebook_table_escapes_the_text(az):
    text = STATEMENT.replace("Vi lagrer navn", "Vi lagrer <script>alert(1)</script> navn")
    html = az.analyze(text.encode())._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Personvern er viktig for oss.", "for lite"),
        ("We process personal data about you when you use our services. " * 8, "ikke på norsk"),
        (
            "Vi behandler personoplysninger om dig, når du bruger vores tjenester og køber noget af os. " * 8,
            "ikke på norsk",
        ),
        (STATEMENT.translate(str.maketrans("æøåÆØÅ", "######")).replace("#", "") * 2, "æ, ø og å"),
    ],
    ids=["short", "english", "danish", "damaged"],
)
def test_what_cannot_be_judged_is_undetermined(az, text, says):
    report = az.analyze(text.encode())
    assert not report.missing()
    assert any(d["status"] == "undetermined" for d in report.disclosures)
    finding = next(f for f in report.findings if f["code"] == "not-assessable")
    assert says in finding["message"]
    assert finding["advice"]


def test_lists_of_words_without_norwegian_letters_are_no_damage(az):
    text = STATEMENT + "- Navn, adresse, kontaktinformasjon, kundenummer, kontonummer og data\n" * 25
    assert sum(c in "æøå" for c in text.lower()) < MIN_LETTERS_SHARE * sum(c.isalpha() for c in text)
    assert "not-assessable" not in {f["code"] for f in az.analyze(text.encode()).findings}


RIGHTS = {
    "access": ("innsyn", "innsyn"),
    "rectification": ("retting", "retting"),
    "erasure": ("sletting", "sletting"),
    "restriction": ("begrensning av behandlingen", "avgrensing av behandlinga"),
    "objection": ("å protestere", "å protestere"),
    "portability": ("dataportabilitet", "dataportabilitet"),
}


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        (0, "Du har rett til {}."),
        (0, "Du kan kreve {} av opplysningene."),
        (0, "Du kan når som helst be om {}."),
        (1, "Du kan krevje {}."),
        (1, "Du har rett på {}."),
    ],
)
def test_rights_counted_up_are_given_and_no_others(az, form, sentence):
    wrong = []
    for named in chain.from_iterable(combinations(RIGHTS, n) for n in range(1, 6)):
        nouns = [RIGHTS[right][form] for right in named]
        text = sentence.format(" og ".join(filter(None, (", ".join(nouns[:-1]), nouns[-1]))))
        report = az.analyze(f"Personvernerklæring\n\nDine rettigheter\n{text}\n".encode())
        said = {d["id"] for d in report.disclosures if d["status"] in ("present", "partial")}
        wrong += [text] if said & RIGHTS.keys() != set(named) else []
    assert wrong == []


def test_analyze_many_goes_on_after_a_bad_source(az, tmp_path):
    (tmp_path / "god.txt").write_text(STATEMENT, encoding="utf-8")
    (tmp_path / "tom.txt").write_bytes(b"")
    results = list(az.analyze_many([tmp_path / "tom.txt", tmp_path / "god.txt", tmp_path / "borte.txt"]))
    assert [isinstance(r, Failure) for r in results] == [True, False, True]
    assert "tom.txt" in results[0].error


def test_public_names(tmp_path):
    path = tmp_path / "fjellvik.txt"
    path.write_text(STATEMENT, encoding="utf-8")
    assert analyzer.analyze(path).id == "fjellvik"
    assert analyzer.analyze(str(path)).data["document"]["source"] == str(path)
    with pytest.raises(UnreadableSource):
        analyzer.analyze(tmp_path / "borte.pdf")


def test_english_titles(knowledge):
    report = analyzer.Analyzer.load(language="en").analyze(STATEMENT.encode())
    assert status(report, "retention")["title"] == "Retention period"
    assert any(f["message"].startswith("The statement") for f in report.findings)


def test_a_bad_date_is_an_error():
    with pytest.raises(AnalyzerError, match="er ingen dato"):
        analyzer.Analyzer.load(as_of="i går")


def test_the_day_of_the_audit_decides_what_is_repealed():
    text = STATEMENT + "\nDokumenter oppbevares etter riksarkivarens forskrift.\n"
    for day, expected in (("2025-06-01", "in_force"), ("2026-06-01", "repealed")):
        statutes = analyzer.Analyzer.load(as_of=day).analyze(text.encode()).data["statutes"]
        assert {s["status"] for s in statutes if s["act"] == "riksarkivarens forskrift"} == {expected}

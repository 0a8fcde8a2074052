"""Findings: each code has a true example and a near miss."""

import numpy as np
import pytest

from analyzer.pipeline import Analyzer

BASE = """Personvernerklæring for Lia Data AS

Lia Data AS er behandlingsansvarlig. Skriv til oss på post@lia.example. Sist oppdatert 1. mars 2024.

Vi lagrer navn og adresse for å levere varene. Grunnlaget er avtalen med deg. Fakturaer slettes etter fem år.

Du har rett til innsyn, retting, sletting og begrensning, og du kan protestere. Du kan klage til Datatilsynet.

"""

CASES = [
    ("retention-vague", "§", "Opplysningene lagres så lenge det er nødvendig for formålet."),
    (
        "transfer-undisclosed",
        "Vi bruker Mailchimp til å sende ut invitasjoner.",
        "Vi bruker Tripletex til å føre regnskap.",
    ),
    (
        "transfer-undisclosed",
        "Vi måler trafikken med Google Analytics.",
        "Vi måler trafikken med Google Analytics. Opplysningene overføres til USA på grunnlag av Data Privacy Framework.",
    ),
    (
        "obsolete-act-2000",
        "Du har rett til innsyn etter personopplysningsloven § 18.",
        "Fødselsnummer brukes etter personopplysningsloven § 12.",
    ),
    (
        "obsolete-privacy-shield",
        "Leverandøren er sertifisert under Privacy Shield.",
        "Privacy Shield ble kjent ugyldig i 2020.",
    ),
    (
        "obsolete-licence",
        "Registeret er meldt til Datatilsynet.",
        "Avvik blir meldt til Datatilsynet innen 72 timer.",
    ),
    ("obsolete-directive", "Vi følger direktiv 95/46/EF.", "Vi følger direktiv 2002/58/EF."),
    (
        "cookie-browser-consent",
        "Ved å bruke nettsiden samtykker du til at vi setter informasjonskapsler.",
        "Vi setter informasjonskapsler bare hvis du samtykker i banneret.",
    ),
]


def codes(az, text):
    return {f["code"] for f in az.analyze(text.encode()).findings}


@pytest.mark.parametrize(("code", "true", "near"), CASES[1:], ids=lambda x: x[:30])
def test_findings(az, code, true, near):
    assert code in codes(az, BASE + true)
    assert code not in codes(az, BASE + near)


def test_vague_retention(az):
    vague = BASE.replace(
        "Fakturaer slettes etter fem år.", "Opplysningene lagres så lenge det er nødvendig for formålet."
    )
    assert "retention-vague" in codes(az, vague)
    assert "retention-vague" not in codes(az, BASE)


def test_public_body_and_legitimate_interest(az):
    public = BASE.replace("Lia Data AS", "Lia kommune").replace(
        "avtalen med deg", "en berettiget interesse, jf. artikkel 6 nr. 1 bokstav f"
    )
    assert "public-body-legitimate-interest" in codes(az, public)
    assert "public-body-legitimate-interest" not in codes(az, public.replace("Lia kommune", "Lia Data AS"))
    assert "missing-dpo" in codes(az, public)
    assert "missing-dpo" not in codes(az, BASE)


def test_undated(az):
    assert "no-date" in codes(az, BASE.replace(" Sist oppdatert 1. mars 2024.", ""))
    assert "no-date" not in codes(az, BASE)


@pytest.mark.parametrize(
    ("code", "remove", "instead"),
    [
        ("missing-controller-contact", " Skriv til oss på post@lia.example.", ""),
        ("missing-complaint", " Du kan klage til Datatilsynet.", ""),
        ("missing-restriction", " og begrensning", ""),
        ("missing-retention", " Fakturaer slettes etter fem år.", ""),
        ("missing-legal-basis", " Grunnlaget er avtalen med deg.", ""),
    ],
)
def test_missing_disclosures(az, code, remove, instead):
    assert code in codes(az, BASE.replace(remove, instead))
    assert code not in codes(az, BASE)


@pytest.mark.parametrize(
    ("code", "trigger", "answer"),
    [
        (
            "missing-withdraw-consent",
            "Grunnlaget for nyhetsbrevet er artikkel 6 nr. 1 bokstav a.",
            " Du kan når som helst trekke tilbake samtykket.",
        ),
        (
            "missing-legitimate-interest",
            "Vi behandler kameraopptak på grunnlag av artikkel 6 nr. 1 bokstav f.",
            " Vi har en berettiget interesse i å hindre tyveri.",
        ),
    ],
)
def test_conditions(az, code, trigger, answer):
    assert code not in codes(az, BASE)
    assert code in codes(az, BASE + trigger)
    assert code not in codes(az, BASE + trigger + answer)


def test_objection_is_required_for_marketing(az):
    without = BASE.replace(", og du kan protestere", "")
    assert "missing-objection" not in codes(az, without)
    assert "missing-objection" in codes(
        az, without + "Vi bruker adressen til direkte markedsføring av egne varer."
    )


def test_findings_are_ordered_by_gravity(az):
    severities = [f["severity"] for f in az.analyze((BASE[:300] + " Vi bruker Mailchimp.").encode()).findings]
    assert severities == sorted(severities, key=["error", "warning", "info"].index)


class DoubtsRetention:
    """Gives retention 0.4 where a text speaks of tidying: near the threshold, or barely above it."""

    name = "doubtful@0"

    def __init__(self, topics, threshold):
        self.topics = topics
        self.thresholds = np.full(len(topics), threshold)

    def score(self, texts):
        return np.array(
            [[0.4 * (t == "retention" and "rydder" in x.text) for t in self.topics] for x in texts]
        )

    score_sentences = score


@pytest.mark.parametrize("threshold", [0.5, 0.3])
def test_a_doubt_is_shown_with_its_sentence_and_is_no_vague_period(knowledge, threshold):
    doubtful = Analyzer(knowledge, DoubtsRetention(knowledge.topic_ids, threshold), "2026-11-21")
    text = (
        BASE.replace(" Fakturaer slettes etter fem år.", "")
        + "Kontoret er lyst. Vi rydder i skapet om våren.\n"
    )
    report = doubtful.analyze(text.encode())
    found = next(d for d in report.disclosures if d["id"] == "retention")
    assert found["status"] == "partial"
    assert "Vi rydder i skapet" in found["reason"]
    assert report.best_quote("retention") == "Vi rydder i skapet om våren."
    assert not {"retention-vague", "missing-retention"} & {f["code"] for f in report.findings}


def test_a_length_before_its_verb_is_a_period(az):
    assert not {"retention-vague", "missing-retention"} & codes(
        az, BASE.replace("Fakturaer slettes etter fem år.", "Etter to år sletter vi alt.")
    )

"""Properties of statements: what is irrelevant changes nothing, and two ways to say the same are read the same."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from strategies import damaged

ROOT = Path(__file__).parent.parent
HELD_OUT = ROOT / "corpus" / "heldout"

IRRELEVANT = [
    "Butikken har åpent fra ti til seks på hverdager og fra ti til fire på lørdager.",
    "Turen går over fjellet og tar fire timer i rolig tempo.",
    "Været på fjellet skifter fort, så ta med varme klær.",
    "Vi serverer vafler med rømme og syltetøy i pausen.",
    "Bussen går fra torget hver halvtime og stopper ved brua.",
    "Veggene er malt hvite, og gulvet er av furu.",
    "Korpset øver i gymsalen og spiller i toget på nasjonaldagen.",
    "Skiene bør smøres på nytt når snøen er våt og gammel.",
    "Fjellvåken hekker i lia ovenfor vannet og flyr sørover om høsten.",
    "Maskinen tåler vann, men ikke salt, og må smøres hver vår.",
    "Kaffen er malt i dag og smaker av nøtter og mørk sjokolade.",
    "Brua vart bygd av stein og har stått sidan istida tok slutt.",
    "Ferja går ikkje når vinden er sterk, og då kan du køyre rundt fjorden.",
    "Sauene beitar i utmarka heile sommaren og blir henta ned om hausten.",
]

STATEMENT = """Personvernerklæring for Fjell AS

Fjell AS er behandlingsansvarlig for opplysningene. Skriv til post@fjell.example.

Vi lagrer navn og adresse for å levere varene. Grunnlaget er avtalen med deg, jf. artikkel 6 nr. 1 bokstav b.

Opplysningene slettes etter tre år. Regnskapsbilag oppbevares i fem år etter bokføringsloven § 13.

Du har rett til innsyn, retting og sletting. Du kan klage til Datatilsynet.

Ring oss gjerne om noe er uklart, så svarer vi så godt vi kan på det du lurer på.
"""


def verdicts(report):
    """What a report says: the status of each disclosure, and each finding with its quotes."""
    disclosures = {d["id"]: (d["status"], d["denied"]) for d in report.disclosures}
    findings = sorted((f["code"], [quote["text"] for quote in f["evidence"]]) for f in report.findings)
    return disclosures, findings


def put_in(text, paragraph, place):
    """Put a paragraph at the start (after the title), in the middle or at the end of a statement."""
    parts = text.strip().split("\n\n")
    at = {"start": 1, "middle": len(parts) // 2, "end": len(parts)}[place]
    return "\n\n".join([*parts[:at], paragraph, *parts[at:]]) + "\n"


@pytest.mark.parametrize("place", ["start", "middle", "end"])
def test_an_irrelevant_paragraph_changes_no_verdict(az, place):
    plain = verdicts(az.analyze(STATEMENT.encode()))
    changed = {
        paragraph
        for paragraph in IRRELEVANT
        if verdicts(az.analyze(put_in(STATEMENT, paragraph, place).encode())) != plain
    }
    assert changed == set()


PAIRS = [
    ("Fjell AS er behandlingsansvarlig for opplysningene om deg.", "Fjell AS er behandlingsansvarleg for opplysningane om deg."),
    ("Du når personvernombudet vårt på ombud@fjell.example.", "Du når personvernombodet vårt på ombud@fjell.example."),
    ("Vi lagrer navn og telefonnummer for å levere varene.", "Vi lagrar namn og telefonnummer for å levere varene."),
    ("Grunnlaget for behandlingen er avtalen med deg.", "Grunnlaget for behandlinga er avtalen med deg."),
    ("Behandlingen bygger på vår berettigede interesse i å forebygge svindel.", "Behandlinga byggjer på den rettkomne interessa vår i å førebyggje svindel."),
    ("Opplysningene slettes senest tre år etter at kundeforholdet er avsluttet.", "Opplysningane blir sletta seinast tre år etter at kundeforholdet er avslutta."),
    ("Du har rett til innsyn i opplysningene vi har om deg.", "Du har rett til innsyn i opplysningane vi har om deg."),
    ("Du kan kreve at uriktige opplysninger blir rettet.", "Du kan krevje at urette opplysningar blir retta."),
    ("Du kan be oss om å slette opplysningene dine.", "Du kan be oss om å slette opplysningane dine."),
    ("Du kan protestere mot behandlingen.", "Du kan protestere mot behandlinga."),
    ("Du kan når som helst trekke samtykket tilbake.", "Du kan når som helst trekkje samtykket tilbake."),
    ("Du kan klage til Datatilsynet.", "Du kan klage til Datatilsynet."),
    ("Vi deler opplysningene med Posten og regnskapsføreren vår.", "Vi deler opplysningane med Posten og rekneskapsføraren vår."),
    ("Opplysningene overføres ikke til land utenfor EØS.", "Opplysningane blir ikkje overførte til land utanfor EØS."),
    ("Vi fatter ingen avgjørelser som utelukkende bygger på automatisert behandling.", "Vi tek ingen avgjerder som berre byggjer på automatisert behandling."),
    ("Du må oppgi adressen din for at vi skal kunne levere varene.", "Du må oppgje adressa di for at vi skal kunne levere varene."),
    ("Opplysningene henter vi fra Folkeregisteret.", "Opplysningane hentar vi frå Folkeregisteret."),
    ("Du kan få utlevert opplysningene i et maskinlesbart format.", "Du kan få utlevert opplysningane i eit maskinleseleg format."),
]  # fmt: skip


def disclosed(report):
    """What a report finds said, with denials."""
    return {(d["id"], d["denied"]) for d in report.disclosures if d["evidence"]}


@pytest.mark.parametrize(("bokmaal", "nynorsk"), PAIRS, ids=[pair[0][:40] for pair in PAIRS])
def test_nynorsk_says_what_bokmaal_says(az, bokmaal, nynorsk):
    found = disclosed(az.analyze(bokmaal.encode()))
    assert found
    assert disclosed(az.analyze(nynorsk.encode())) == found


def test_a_whole_nynorsk_statement_says_what_the_bokmaal_one_says(az):
    first, second = ("\n\n".join(texts) for texts in zip(*PAIRS, strict=True))
    assert disclosed(az.analyze(first.encode())) == disclosed(az.analyze(second.encode()))


def compare_damaged(az, path, seed):
    """Give the disclosures that a statement makes in its true text and those found in the text as OCR would have it."""
    text = path.read_text(encoding="utf-8")
    return disclosed(az.analyze(text.encode())), disclosed(az.analyze(damaged(text, seed).encode()))


def test_damaged_statements_say_what_the_true_ones_say(az):
    """Over all of corpus/heldout 411 of 414 are the same; a word read as another word may take what it said with it."""
    same = different = 0
    for path in sorted(HELD_OUT.glob("*.txt"))[::4]:
        true, read = compare_damaged(az, path, seed=1)
        same, different = same + len(true & read), different + len(true ^ read)
    assert same > 50
    assert different <= 0.02 * (same + different)


PROGRAM = """
import hashlib, json, sys
from analyzer.pipeline import Analyzer
az = Analyzer.load(as_of="2026-11-21")
digests = {}
for path in sys.argv[1:]:
    report = az.analyze(path)
    digests[path] = [hashlib.sha256(text.encode()).hexdigest() for text in (report.to_json(), report.to_html())]
print(json.dumps(digests, sort_keys=True))
"""
ENVIRONMENTS = [
    {"PYTHONHASHSEED": "0", "LC_ALL": "C", "TZ": "UTC", "PYTHONUTF8": "0"},
    {"PYTHONHASHSEED": "4711", "LC_ALL": "tr_TR.UTF-8", "TZ": "Pacific/Auckland"},
]


def test_any_process_order_and_locale_gives_the_same_bytes(tmp_path):
    """Locales that the machine lacks are as C."""
    files = [str(path.relative_to(ROOT)) for path in sorted(HELD_OUT.glob("*.txt"))[:2]]
    (tmp_path / "skadet.txt").write_text(damaged(STATEMENT * 3), encoding="utf-8")
    (tmp_path / "side.html").write_text(f"<h1>Personvern</h1><p>{STATEMENT}", encoding="utf-8")
    files += [str(tmp_path / "skadet.txt"), str(tmp_path / "side.html")]
    found = []
    for number, environment in enumerate(ENVIRONMENTS):
        order = files[::-1] if number % 2 else files
        command = [sys.executable, "-c", PROGRAM, *order]
        done = subprocess.run(
            command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, check=True
        )
        found.append(json.loads(done.stdout))
    assert found[0] == found[1]


def test_scores_kept_on_disk_change_no_byte(tmp_path, az):
    """The cache holds the scores of sentences from other statements."""
    from analyzer.classify import load_model
    from analyzer.pipeline import Analyzer

    cached = Analyzer(az.knowledge, load_model(None, az.knowledge, cache=tmp_path / "scores"), az.as_of)
    cached.analyze(re.sub("Fjell AS", "Vik kommune", STATEMENT).encode())
    again = Analyzer(az.knowledge, load_model(None, az.knowledge, cache=tmp_path / "scores"), az.as_of)
    assert again.analyze(STATEMENT.encode()).to_json() == az.analyze(STATEMENT.encode()).to_json()

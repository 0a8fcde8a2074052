"""Whole reports, compared as text: they prove the wiring from file to JSON, not the language."""

import json
from pathlib import Path

import pytest
from reportlab import rl_config
from typeset import LAYOUTS, typeset

FILES = Path(__file__).parent / "files"
PDF_TEXT = """Personvernerklæring for Tveit Rør AS

Tveit Rør AS er behandlingsansvarlig for opplysninger om kundene. Ring oss på tlf. 00 00 34 56 dersom du lurer på noe.

Hva vi bruker opplysningene til

Vi bruker navn, adresse og telefonnummer til å utføre oppdraget og sende faktura.

• Fakturaer oppbevares i fem år etter bokføringsloven § 13.
• Bilder fra arbeidet slettes når garantitiden er ute.

Dine rettigheter

Du kan be om innsyn, retting og sletting av opplysningene om deg.
"""


def make_pdf():
    rl_config.invariant = 1  # no date and no random id in the file
    return typeset(PDF_TEXT, LAYOUTS["bold headings"])


SOURCES = {
    "html": lambda: (FILES / "html" / "kommune_accordion.html").read_bytes(),
    "markdown": lambda: (FILES / "markdown.md").read_bytes(),
    "pdf": make_pdf,
}


def stable(report):
    """Leave out what every training run and every change of a rule's wording changes: digests and scores."""
    data = json.loads(report.to_json())
    data["analyzer"] = {"as_of": data["analyzer"]["as_of"]}
    data["document"].pop("sha256")
    for row in [*data["segments"], *data["sections"]]:
        row["categories"] = [c["id"] + (" denied" if c.get("denied") else "") for c in row["categories"]]
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


@pytest.mark.parametrize("name", SOURCES)
def test_golden_report(az, name, request):
    found = stable(az.analyze(SOURCES[name](), id=name, name=name))
    path = FILES / "golden" / f"{name}.json"
    if request.config.getoption("--update-golden"):
        path.write_text(found, encoding="utf-8")
    assert found == path.read_text(encoding="utf-8"), "look at the difference, then pytest --update-golden"

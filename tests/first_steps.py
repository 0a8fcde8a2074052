"""What a new user does with an installed package, in an empty folder: run by ``make release`` with each environment's Python.

Standard library, and what the package itself brings. A step that fails raises; so does any warning on standard error.
"""

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path

TITLE = "Personvernerklæring for Tindevik Sykkel AS"
LINES = [
    "Tindevik Sykkel AS, organisasjonsnummer 999 888 777, er behandlingsansvarlig for opplysningene om kundene.",
    "Spør oss på post@tindevik.example eller ring 00 00 12 34 dersom du lurer på noe.",
    "Vi bruker navn, adresse og telefonnummer til å levere sykler og sende faktura.",
    "Grunnlaget er avtalen med deg, jf. personvernforordningen artikkel 6 nr. 1 bokstav b.",
    "Fakturaer oppbevares i fem år etter bokføringsloven § 13.",
    "Nyhetsbrevet sender vi bare når du har samtykket, og samtykket kan du når som helst trekke tilbake.",
    "Opplysningene deles med transportøren og med regnskapsføreren vår, og aldri med andre.",
    "Du kan be om innsyn i, retting av og sletting av opplysningene, og du kan få dem utlevert.",
    "Du kan klage til Datatilsynet dersom du mener at vi bryter reglene om personvern.",
]
PERSONVERN = str(Path(sys.executable).with_name("personvern"))


def personvern(*arguments, status=0):
    run = subprocess.run(
        [PERSONVERN, *map(str, arguments)], capture_output=True, encoding="utf-8", check=False
    )
    assert run.returncode == status, f"{arguments}: {run.returncode}\n{run.stdout}\n{run.stderr}"
    assert "Warning" not in run.stderr, run.stderr
    assert "Traceback" not in run.stderr, run.stderr
    return run.stdout


def write_pdf(path):
    """Write a page with a text layer, by hand: nothing that makes PDFs comes with the package."""
    shown = "\n".join(f"({line}) Tj T*" for line in [TITLE, "", *LINES])
    content = f"BT /F1 8 Tf 40 780 Td 14 TL {shown} ET".encode("cp1252")
    objects = [
        b"<</Type /Catalog /Pages 2 0 R>>",
        b"<</Type /Pages /Kids [3 0 R] /Count 1>>",
        b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources <</Font <</F1 5 0 R>>>>>>",
        b"<</Length %d>>\nstream\n%s\nendstream" % (len(content), content),
        b"<</Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding>>",
    ]
    data, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer\n<</Size 6 /Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(data)
    path.write_bytes(data + b"xref\n0 6\n0000000000 65535 f \n" + table + end)


def write_docx(path):
    import docx

    document = docx.Document()
    document.add_heading(TITLE, 1)
    for line in LINES:
        document.add_paragraph(line)
    document.save(str(path))


def write_statements(folder):
    folder.mkdir()
    (folder / "tekst.txt").write_text("\n\n".join([TITLE, *LINES]), encoding="utf-8")
    paragraphs = "".join(f"<p>{line}</p>" for line in LINES)
    (folder / "side.html").write_text(
        f"<!doctype html><meta charset=utf-8><h1>{TITLE}</h1>{paragraphs}", encoding="utf-8"
    )
    write_pdf(folder / "trykk.pdf")
    write_docx(folder / "brev.docx")
    return sorted(folder.iterdir())


def check_report(data):
    assert data["organisation"]["name"] == "Tindevik Sykkel AS", data["organisation"]
    assert [r["duration"] for r in data["retention"]] == ["P5Y"], data["retention"]
    made = {d["id"] for d in data["disclosures"] if d["status"] == "present"}
    assert {"controller", "legal_basis", "access", "complaint"} <= made, made
    assert data["analyzer"]["model"].startswith("norwegian@"), data["analyzer"]


def try_commands(statements):
    assert "analyze" in personvern("--help")
    for line in personvern("analyze", "--json", *statements).splitlines():
        check_report(json.loads(line))
    table = personvern("analyze", statements[0], "--html", "rapport.html", "--annotate", "merket.docx")
    assert "Tindevik Sykkel AS" in table
    assert Path("rapport.html").stat().st_size > 10_000
    assert Path("merket.docx").stat().st_size > 1_000
    personvern("analyze", "finnes-ikke.txt", status=2)
    personvern("audit", statements[0].parent, "--out", "revisjon", "--workers", "1")
    assert len(list(Path("revisjon/reports").glob("*.json"))) == len(statements)
    for name in ("index.html", "audit.xlsx", "documents.csv", "tables/documents"):
        assert (Path("revisjon") / name).exists(), name
    assert "13(2)(a)" in personvern("explain", "retention")
    assert "schema_version" in json.loads(personvern("schema"))["properties"]
    assert "besøker" in personvern("restore", write_damaged())


def write_damaged():
    """Write a text as Tesseract's English model reads it, long enough to be found damaged."""
    path = Path("lest.txt")
    path.write_text(
        "Nar du besgker nettsiden var, lagrer vi ogsa opplysninger om hvilke sider du gar inn pa. " * 12
    )
    return path


def try_python(statements):
    import analyzer

    assert Path(analyzer.__file__).is_relative_to(sys.prefix), analyzer.__file__
    assert (Path(analyzer.__file__).parent / "py.typed").is_file()
    for path in statements:
        report = analyzer.analyze(path)
        check_report(report.data)
    assert len(report.frame("disclosures")) == 26
    assert TITLE in report.to_html()


def try_figures(statements):
    """Audit from Python and draw, with the extra ``notebook``."""
    import matplotlib

    matplotlib.use("agg")
    from analyzer import audit, plots

    found = audit(statements, workers=1)
    assert len(found.documents) == len(statements)
    plots.plot_missing(found).figure.savefig("figur.png")


def main():
    assert importlib.util.find_spec("torch") is None, "PyTorch was pulled in"
    assert shutil.which(PERSONVERN)
    statements = write_statements(Path("statements"))
    if importlib.util.find_spec("matplotlib"):
        try_figures(statements)
        return
    try_commands(statements)
    try_python(statements)


if __name__ == "__main__":
    main()

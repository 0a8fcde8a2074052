"""Comments on a copy of the statement: at the right words, complete, harmless, in files that open again."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile

import docx
import hostile
import pikepdf
import pypdfium2
import pytest
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from pypdfium2 import raw as pdfium
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import SimpleDocTemplate, Table, TableStyle
from typeset import LAYOUTS, typeset

from analyzer.annotation import annotate
from analyzer.annotation.places import Places
from analyzer.annotation.remarks import clean
from analyzer.errors import AnalyzerError
from analyzer.ingest import read_document
from analyzer.report import Report

AS_OF = "2026-11-21"
W = nsdecls("w")

TEXT = """Personvernerklæring for Solvik Båtforening

Hvem vi er

Solvik Båtforening er behandlingsansvarlig for personopplysningene som behandles om medlemmer og gjester. Spørsmål \
om kunde- og medlemsopplysninger rettes til styret@solvik.example.

Hva vi behandler

Vi registrerer følgende opplysninger når du melder deg inn:

1) Navn, adresse og telefonnummer
2) Opplysninger om båten, herunder registreringsnummer, lengde og forsikringsselskap

Opplysningene lagres så lenge medlemskapet varer.

Hvor lenge vi lagrer

Regnskapsopplysninger oppbevares i fem år etter bokføringsloven § 13. Opplysningene lagres så lenge medlemskapet varer. \
Kameraopptak slettes etter sju dager, og utleveres bare til politiet ved mistanke om straffbare forhold."""

PHRASES = [
    "Solvik Båtforening er behandlingsansvarlig for personopplysningene som behandles om medlemmer og gjester.",
    "herunder registreringsnummer, lengde og forsikringsselskap",
    "Regnskapsopplysninger oppbevares i fem år etter bokføringsloven § 13.",
    "styret@solvik.example",
    "mistanke om straffbare forhold",
]


def spans_of(text, phrase):
    return [(m.start(), m.end()) for m in re.finditer(r"\s+".join(map(re.escape, phrase.split())), text)]


def report_of(data, findings=(), disclosures=(), name="prøve"):
    """Make a report with findings, each a title and its phrases or spans, and disclosures at phrases."""
    document = read_document(data, name=name, ocr="never")
    text = document.text

    def evidence(places):
        for place in places:
            for start, end in spans_of(text, place) if isinstance(place, str) else [place]:
                yield {"start": start, "end": end, "text": text[start:end]}

    segments = []
    for topic, phrase in disclosures:
        for span in evidence([phrase]):
            segments.append({**span, "section": 0, "page": None, "categories": [{"id": topic, "score": 0.9}]})
    segments.sort(key=lambda segment: segment["start"])
    headings = [b for b in document.blocks if b.kind == "heading"]
    return Report(
        {
            "analyzer": {"version": "1", "as_of": AS_OF},
            "document": {
                "id": "prøve", "source": name, "sha256": hashlib.sha256(data).hexdigest(), "text": text,
                "media_type": document.media_type, "extraction": {"method": document.method},
                "restoration": {"repairs": []},
            },
            "organisation": {"name": "Solvik Båtforening"},
            "sections": [
                {"title": text[b.start : b.end], "level": b.level, "start": b.start} for b in headings
            ],
            "segments": segments,
            "disclosures": [
                {"id": topic, "title": topic.title(), "articles": ["13(1)(a)"],
                 "evidence": [i for i, s in enumerate(segments) if s["categories"][0]["id"] == topic]}
                for topic in dict.fromkeys(topic for topic, _ in disclosures)
            ],
            "findings": [
                {"code": "prøve", "severity": "warning", "title": title, "message": f"Om {title}.",
                 "articles": ["13(2)(a)"], "advice": "Skriv det om.", "evidence": list(evidence(places))}
                for title, *places in findings
            ],
        }
    )  # fmt: skip


def letters(text):
    return "".join(c for c in text.casefold() if c.isalnum())


def copy_of(data, report, tmp_path, suffix, **options):
    out = tmp_path / f"kopi{suffix}"
    warnings = annotate(report, data, out, **options)
    return out.read_bytes(), warnings


# --- PDF -----------------------------------------------------------------------------------------


def annotations_of(data, kind):
    """Give page index and annotation for each of a kind, with its place and words."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for number, page in enumerate(pdf.pages):
            for annotation in page.get("/Annots", []):
                if annotation.Subtype == kind:
                    yield {
                        "page": number,
                        "text": str(annotation.get("/Contents", "")),
                        "finding": "/Subj" in annotation,
                        "author": str(annotation.get("/T", "")),
                        "date": str(annotation.get("/M", "")),
                        "rect": [float(v) for v in annotation.Rect],
                        "quads": [float(v) for v in annotation.get("/QuadPoints", [])],
                    }


def glyphs_of(page):
    """Give each character of a page with the middle of its box, as PDFium sees it."""
    text = page.get_textpage()
    for index in range(text.count_chars()):
        left, bottom, right, top = text.get_charbox(index, loose=True)
        yield (left + right) / 2, (bottom + top) / 2, chr(pdfium.FPDFText_GetUnicode(text, index))


def highlighted(data, *, findings=True):
    """Give the text under each highlight, as another library than the one that placed it reads the page."""
    pdf = pypdfium2.PdfDocument(data)
    pages = [list(glyphs_of(page)) for page in pdf]
    for annotation in annotations_of(data, "/Highlight"):
        if annotation["finding"] != findings:
            continue
        text, quads = "", annotation["quads"]
        for start in range(0, len(quads), 8):
            xs, ys = quads[start : start + 8 : 2], quads[start + 1 : start + 8 : 2]
            inside = [
                c for x, y, c in pages[annotation["page"]] if min(xs) < x < max(xs) and min(ys) < y < max(ys)
            ]
            text += "".join(inside)
        yield annotation["text"].partition(".")[0], letters(text)


def assert_under_highlights(data, report, tmp_path):
    """Each place of each finding is highlighted, and nothing else."""
    made, _ = copy_of(data, report, tmp_path, ".pdf")
    wanted = [
        (str(number), letters(span["text"]))
        for number, finding in enumerate(report.findings, start=1)
        for span in finding["evidence"]
    ]
    found = {}
    for number, text in highlighted(made):  # a passage over two pages has a highlight on each
        found.setdefault(number, []).append(text)
    assert {n: "".join(t) for n, t in found.items()} == {
        n: "".join(text for number, text in wanted if number == n) for n, _ in wanted
    }
    return made


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_text_under_each_highlight_is_the_evidence(layout, tmp_path):
    data = typeset(TEXT, LAYOUTS[layout])
    report = report_of(data, [(f"Funn {n}", phrase) for n, phrase in enumerate(PHRASES)])
    assert all(f["evidence"] for f in report.findings)
    assert_under_highlights(data, report, tmp_path)


def test_equal_passages_are_told_apart_by_what_stands_around(tmp_path):
    data = typeset(TEXT, LAYOUTS["narrow justified"])
    spans = spans_of(read_document(data).text, "Opplysningene lagres så lenge medlemskapet varer.")
    assert len(spans) == 2
    heights = []
    for span in spans:
        made = assert_under_highlights(data, report_of(data, [("Vag", span)]), tmp_path)
        heights += [a["rect"][:2] for a in annotations_of(made, "/Highlight")]
    assert heights[0] != heights[1]


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
@pytest.mark.parametrize("box", [(0, 0, 595, 842), (-30, -20, 595, 842), (20, 30, 590, 840)])
def test_highlights_follow_turned_and_shifted_pages(turned, box, tmp_path):
    with pikepdf.open(io.BytesIO(typeset(TEXT))) as pdf:
        page = pdf.pages[0]
        page.MediaBox = pikepdf.Array(box)
        if turned:  # the text is drawn lying, and the page turned so that it stands
            w, h = box[0] + box[2], box[1] + box[3]
            a, b, c, d = {90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}[turned]
            x = w / 2 - (a * w / 2 + c * h / 2)
            y = h / 2 - (b * w / 2 + d * h / 2)
            matrix = f"0.6 0 0 0.6 {0.2 * w} {0.2 * h} cm"
            page.contents_add(f"q {a} {b} {c} {d} {x} {y} cm {matrix}".encode(), prepend=True)
            page.contents_add(b"Q")
            page.Rotate = turned
        out = io.BytesIO()
        pdf.save(out)
    data = out.getvalue()
    report = report_of(data, [(f"Funn {n}", phrase) for n, phrase in enumerate(PHRASES)])
    assert all(f["evidence"] for f in report.findings)
    assert_under_highlights(data, report, tmp_path)


def test_cells_of_a_table(tmp_path):
    rows = [
        ["Opplysning", "Formål", "Lagringstid"],
        ["Navn og\nadresse", "Vi leverer varene\nsom du har kjøpt", "Fem år etter\nsiste kjøp"],
        ["Kjøpshistorikk", "Vi gir deg tilbud\nsom passer", "Så lenge det\ner nødvendig"],
    ]
    out = io.BytesIO()
    style = TableStyle([("GRID", (0, 0), (-1, -1), 0.5, "black")])
    SimpleDocTemplate(out, pagesize=A4).build([Table(rows, colWidths=[130, 150, 120], style=style)])
    report = report_of(
        out.getvalue(),
        [("Vag", "Så lenge det er nødvendig"), ("Formål", "Vi leverer varene som du har kjøpt")],
    )
    assert_under_highlights(out.getvalue(), report, tmp_path)


def test_a_passage_over_two_pages(tmp_path):
    filler = "\n\n".join(f"Avsnitt {n} handler om noe annet enn lagring." for n in range(29))
    long = "Vi oppbevarer regnskapsopplysninger " + "og bilag fra hver eneste handel " * 30 + "i fem år."
    data = typeset(f"{filler}\n\n{long}")
    text = read_document(data).text
    start = text.index("Vi oppbevarer")
    made = assert_under_highlights(
        data, report_of(data, [("Lang", (start, text.index("i fem år.") + 9))]), tmp_path
    )
    assert {a["page"] for a in annotations_of(made, "/Highlight")} == {0, 1}


def test_comments_say_what_the_report_says(tmp_path):
    data = typeset(TEXT)
    report = report_of(data, [("Vag lagring", "mistanke om straffbare forhold"), ("Mangler ombud",)])
    made, warnings = copy_of(data, report, tmp_path, ".pdf")
    assert warnings == ()
    (comment,) = annotations_of(made, "/Highlight")
    assert (
        comment["text"]
        == "1. Vag lagring (advarsel)\nOm Vag lagring.\nRåd: Skriv det om.\nArtikkel: 13(2)(a)"
    )
    assert (comment["author"], comment["date"]) == ("personvern", "D:20261121")
    (note,) = annotations_of(made, "/Text")
    assert "2. Mangler ombud" in note["text"]
    assert "Vag lagring" not in note["text"]
    english, _ = copy_of(data, report, tmp_path, ".pdf", language="en")
    assert "Advice: Skriv det om." in next(annotations_of(english, "/Highlight"))["text"]


def test_disclosures_are_marked_more_faintly(tmp_path):
    data = typeset(TEXT)
    report = report_of(
        data, disclosures=[("retention", PHRASES[2]), ("controller", PHRASES[0]), ("purpose", PHRASES[0])]
    )
    made, _ = copy_of(data, report, tmp_path, ".pdf")
    assert sorted(text for _, text in highlighted(made, findings=False)) == sorted(
        letters(PHRASES[n]) for n in (0, 0, 2)
    )


def test_what_was_there_stays(tmp_path):
    with pikepdf.open(io.BytesIO(typeset(TEXT))) as pdf:
        pdf.pages[0].Annots = pdf.make_indirect(
            pikepdf.Array(
                [pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[1, 1, 9, 9])]
            )
        )
        out = io.BytesIO()
        pdf.save(out)
    made, _ = copy_of(out.getvalue(), report_of(out.getvalue(), [("Funn", PHRASES[0])]), tmp_path, ".pdf")
    assert len(list(annotations_of(made, "/Link"))) == len(list(annotations_of(made, "/Highlight"))) == 1
    assert letters(read_document(made).text) == letters(read_document(out.getvalue()).text)


def test_the_same_report_gives_the_same_copy(tmp_path):
    data = typeset(TEXT)
    report = report_of(data, [("Funn", PHRASES[0])])
    assert copy_of(data, report, tmp_path, ".pdf") == copy_of(data, report, tmp_path, ".pdf")


def scanned_and_typed():
    """A page with text and one that is a picture."""
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    canvas.drawString(60, 700, "Vi er behandlingsansvarlig for opplysningene om deg.")
    canvas.showPage()
    canvas.drawImage(ImageReader(Image.new("L", (600, 800), 230)), 0, 0, *A4)
    canvas.save()
    return out.getvalue()


def test_evidence_on_a_page_without_text_is_a_note_on_that_page(tmp_path):
    data = scanned_and_typed()
    report = report_of(data, [("Vag", (0, 5))])
    lost = "Vi lagrer så lenge vi må."
    report.data["document"]["text"] += "\n\n" + lost
    start = report.data["document"]["text"].index(lost)
    report.data["findings"][0]["evidence"] = [{"start": start, "end": start + len(lost), "text": lost}]
    report.data["segments"].append(
        {"start": start, "end": start + len(lost), "text": lost, "page": 2, "categories": []}
    )
    made, warnings = copy_of(data, report, tmp_path, ".pdf")
    note = next(a for a in annotations_of(made, "/Text") if a["page"] == 1)
    assert [w for w in warnings if w.startswith("1 av funnenes steder")] == list(warnings)
    assert "1. Vag" in note["text"]
    assert f"«{lost}»" in note["text"]


def test_signed_pdf_gets_a_warning(tmp_path):
    with pikepdf.open(io.BytesIO(typeset(TEXT))) as pdf:
        pdf.Root.AcroForm = pikepdf.Dictionary(SigFlags=3, Fields=[])
        out = io.BytesIO()
        pdf.save(out)
    _, warnings = copy_of(out.getvalue(), report_of(out.getvalue()), tmp_path, ".pdf")
    assert len(warnings) == 1
    assert "signert" in warnings[0]


@pytest.mark.parametrize("allowed", [True, False])
def test_protection_is_respected(allowed, tmp_path):
    with pikepdf.open(io.BytesIO(typeset(TEXT))) as pdf:
        out = io.BytesIO()
        permissions = pikepdf.Permissions(modify_annotation=allowed, modify_form=allowed, modify_other=False)
        pdf.save(out, encryption=pikepdf.Encryption(owner="eier", user="", allow=permissions))
    data = out.getvalue()
    report = report_of(data, [("Funn", PHRASES[0])])
    if not allowed:
        with pytest.raises(AnalyzerError, match=r"beskyttet mot kommentarer.*DOCX"):
            copy_of(data, report, tmp_path, ".pdf")
        copy_of(data, report, tmp_path, ".docx")
        return
    made, _ = copy_of(data, report, tmp_path, ".pdf")
    with pikepdf.open(io.BytesIO(made)) as copy:
        assert copy.is_encrypted
        assert not copy.allow.modify_other


# --- Word ----------------------------------------------------------------------------------------


def word(build):
    document = docx.Document()
    build(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def commented(data):
    """Give the text of each comment with the text that it is anchored to."""
    document = docx.Document(io.BytesIO(data))
    open_now, texts = set(), {}
    for node in document.element.body.iter(qn("w:commentRangeStart"), qn("w:commentRangeEnd"), qn("w:t")):
        if node.tag == qn("w:t"):
            for key in open_now:
                texts[key] += node.text or ""
        elif node.tag == qn("w:commentRangeStart"):
            open_now.add(node.get(qn("w:id")))
            texts.setdefault(node.get(qn("w:id")), "")
        else:
            open_now.remove(node.get(qn("w:id")))
    assert not open_now
    return [(comment.text, texts[str(comment.comment_id)]) for comment in document.comments]


def shaded(data):
    runs = docx.Document(io.BytesIO(data)).element.body.iter(qn("w:r"))
    return "".join(
        run.text.strip("\n") for run in runs if run.rPr is not None and run.rPr.find(qn("w:shd")) is not None
    )


def build_statement(document):
    document.add_heading("Personvernerklæring", 0)
    paragraph = document.add_paragraph("Solvik er ")
    paragraph.add_run("behandlings").bold = True
    paragraph.add_run("ansvarlig. Vi lagrer i fem år, og så sletter vi.")
    document.add_paragraph("navn på båten", style="List Number")
    document.add_paragraph("vi deler med revisor", style="List Number")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(
        table._cells, ["Hva", "Hvor lenge", "Navn", "Så lenge det er nødvendig"], strict=True
    ):
        cell.text = text
    document.add_paragraph("Solvik\nStorgata 1\n0001 Solvik")


@pytest.mark.parametrize(
    ("phrase", "anchored"),
    [
        ("Solvik er behandlingsansvarlig.", "Solvik er behandlingsansvarlig."),
        ("i fem år", "i fem år,"),
        ("2. vi deler med revisor", "vi deler med revisor"),  # the number is none of Word's text
        ("Så lenge det er nødvendig", "Så lenge det er nødvendig"),
        ("Storgata 1", "Storgata 1"),
    ],
)
def test_word_comments_stand_at_the_evidence(phrase, anchored, tmp_path):
    data = word(build_statement)
    report = report_of(data, [("Funn", phrase)], [("retention", phrase)])
    made, _ = copy_of(data, report, tmp_path, ".docx")
    about, comment = commented(made)
    assert about[0].startswith("Gjennomgått av personvern")
    assert comment == ("1. Funn (advarsel)\nOm Funn.\nRåd: Skriv det om.\nArtikkel: 13(2)(a)", anchored)
    assert shaded(made) == anchored
    assert read_document(made).text == read_document(data).text


def test_word_findings_without_a_place_stand_at_the_first_words(tmp_path):
    data = word(build_statement)
    made, _ = copy_of(data, report_of(data, [("Mangler ombud",), ("Mangler klage",)]), tmp_path, ".docx")
    assert [anchor for _, anchor in commented(made)] == ["Personvernerklæring"] * 3
    document = docx.Document(io.BytesIO(made))
    assert {(c.author, c.timestamp.date().isoformat()) for c in document.comments} == {("personvern", AS_OF)}


def test_word_comments_overlap_and_join_those_that_were_there(tmp_path):
    def build(document):
        build_statement(document)
        document.add_comment(document.paragraphs[1].runs, "Min egen", "Kari", "K")

    data = word(build)
    report = report_of(
        data, [("A", "Vi lagrer i fem år"), ("B", "fem år, og så sletter vi."), ("C", "Vi lagrer i fem år")]
    )
    made, _ = copy_of(data, report, tmp_path, ".docx")
    found = commented(made)
    assert [anchor for _, anchor in found[2:]] == [
        "Vi lagrer i fem år,",
        "fem år, og så sletter vi.",
        "Vi lagrer i fem år,",
    ]
    assert found[0] == ("Min egen", "Solvik er behandlingsansvarlig. Vi lagrer i fem år, og så sletter vi.")


@pytest.mark.parametrize(
    "inner",
    [
        "<w:hyperlink><w:r><w:t>Vi lagrer i fem år.</w:t></w:r></w:hyperlink>",
        '<w:ins w:id="9" w:author="K"><w:r><w:t>Vi lagrer i fem år.</w:t></w:r></w:ins>',
        "<w:r><w:t>Vi lag</w:t><w:noBreakHyphen/><w:t>rer i fem år.</w:t><w:br/><w:t>Annet.</w:t></w:r>",
        "<w:sdt><w:sdtContent><w:r><w:t>Vi lagrer i fem år.</w:t></w:r></w:sdtContent></w:sdt>",
    ],
    ids=["link", "insertion", "several texts", "content control"],
)
def test_word_anchors_within_other_elements(inner, tmp_path):
    def build(document):
        document.add_paragraph("Personvern")
        document.element.body.insert(1, parse_xml(f"<w:p {W}>{inner}</w:p>"))

    data = word(build)
    text = read_document(data).text
    start = text.index("Vi lag")
    report = report_of(
        data, [("Funn", (start, text.index("år.") + 3))], [("retention", text[start : text.index("år.") + 3])]
    )
    made, _ = copy_of(data, report, tmp_path, ".docx")
    assert commented(made)[1][1] == "Vi lagrer i fem år."
    assert shaded(made).replace("-", "") == "Vi lagrer i fem år."


@pytest.mark.parametrize("phrases", [("to", "fire"), ("fire", "to"), ("En to", "fire fem.")])
def test_word_comments_on_lines_of_one_run(phrases, tmp_path):
    data = word(lambda document: document.add_paragraph("En to tre.\nTre fire fem."))
    report = report_of(data, [(phrase, phrase) for phrase in phrases])
    made, _ = copy_of(data, report, tmp_path, ".docx")
    assert [anchor.rstrip(".") for _, anchor in commented(made)[1:]] == [
        phrase.rstrip(".") for phrase in phrases
    ]
    assert read_document(made).text == read_document(data).text


def test_word_comments_on_a_text_box_stand_outside_it(tmp_path):
    box = "<w:txbxContent><w:p><w:r><w:t>Vi lagrer i fem år.</w:t></w:r></w:p></w:txbxContent>"

    def build(document):
        xml = f'<w:p {W}><w:r><w:t>Ved siden av.</w:t></w:r><w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:textbox>{box}</v:textbox></v:shape></w:pict></w:r></w:p>'
        document.element.body.insert(0, parse_xml(xml))

    data = word(build)
    made, _ = copy_of(data, report_of(data, [("Funn", "Vi lagrer i fem år.")]), tmp_path, ".docx")
    assert commented(made)[1][1] == "Vi lagrer i fem år."
    body = docx.Document(io.BytesIO(made)).element.body
    assert all(
        not list(node.iterancestors(qn("w:txbxContent"))) for node in body.iter(qn("w:commentRangeStart"))
    )


def test_a_signature_is_not_copied_and_warned_of(tmp_path):
    def build(document):
        build_statement(document)
        kind = "http://schemas.openxmlformats.org/package/2006/relationships/digital-signature/origin"
        part = Part(
            PackURI("/_xmlsignatures/origin.sigs"), "application/octet-stream", b"", document.part.package
        )
        document.part.package.relate_to(part, kind)

    data = word(build)
    made, warnings = copy_of(data, report_of(data, [("Funn", "Vi lagrer i fem år")]), tmp_path, ".docx")
    assert "_xmlsignatures" in str(zipfile.ZipFile(io.BytesIO(data)).namelist())
    assert "_xmlsignatures" not in str(zipfile.ZipFile(io.BytesIO(made)).namelist())
    assert [w.partition(".")[0] for w in warnings] == ["Word-dokumentet er signert"]


# --- Copies made of the text ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        f"<html><body><p>{TEXT}</p></body></html>".encode(),
        typeset(TEXT, LAYOUTS["two columns"]),
    ],
    ids=["text", "html", "pdf"],
)
def test_other_sources_give_a_word_copy_of_the_text(data, tmp_path):
    report = report_of(data, [(f"Funn {n}", phrase) for n, phrase in enumerate(PHRASES)] + [("Mangler",)])
    made, _ = copy_of(data, report, tmp_path, ".docx")
    found = commented(made)
    assert [letters(anchor) for _, anchor in found[1:-1]] == [letters(phrase) for phrase in PHRASES]
    assert len(found) == 1 + len(report.findings)
    copied = "".join(p.text for p in docx.Document(io.BytesIO(made)).paragraphs)
    assert letters(copied) == letters(report.data["document"]["text"])


def test_headings_are_headings(tmp_path):
    data = typeset(TEXT)
    report = report_of(data, disclosures=[("retention", line) for line in TEXT.split("\n") if line])
    made, _ = copy_of(data, report, tmp_path, ".docx")
    styles = {p.text: p.style.name for p in docx.Document(io.BytesIO(made)).paragraphs}
    assert styles["Hvem vi er"].startswith("Heading")
    assert styles["1) Navn, adresse og telefonnummer"] == "Normal"


# --- Hostile and mistaken ------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".docx", ".pdf"])
@pytest.mark.parametrize(
    "payload", [hostile.SCRIPT, hostile.BIDI, hostile.CONTROLS, hostile.LINKS, "\ud800 \x00 ]]>"]
)
def test_hostile_text_stays_text(payload, suffix, tmp_path):
    data = typeset(TEXT)
    report = report_of(data, [(payload, PHRASES[0]), (payload,)], [(payload, PHRASES[2])])
    report.data["organisation"]["name"] = payload
    made, _ = copy_of(data, report, tmp_path, suffix)
    if suffix == ".pdf":
        texts = [a["text"] for kind in ("/Highlight", "/Text") for a in annotations_of(made, kind)]
        with pikepdf.open(io.BytesIO(made)) as pdf:
            assert not any(
                isinstance(o, pikepdf.Dictionary)
                and {"/A", "/AA", "/JS", "/URI", "/OpenAction"} & set(o.keys())
                for o in pdf.objects
            )
    else:
        texts = [text for text, _ in commented(made)]
        with zipfile.ZipFile(io.BytesIO(made)) as package:
            for name in package.namelist():
                if name.endswith((".xml", ".rels")):
                    tree = etree.fromstring(package.read(name))
                    assert "External" not in [node.get("TargetMode") for node in tree.iter()]
    assert any(letters(clean(payload)) in letters(text) for text in texts)
    assert not any(set(text) & set("\u202e\u2067\x07\x1b\x00\ufffe\ud800") for text in texts)


def test_a_hostile_statement_gives_a_copy(tmp_path):
    data = hostile.STATEMENT.encode()
    report = report_of(data, [("Funn", "Vi deler opplysninger med Mailchimp")])
    made, _ = copy_of(data, report, tmp_path, ".docx")
    assert commented(made)[1][1] == "Vi deler opplysninger med Mailchimp"


def test_mistakes_are_explained(tmp_path):
    data = TEXT.encode()
    report = report_of(data)
    with pytest.raises(AnalyzerError, match=r"Bare en PDF.*kopi\.docx"):
        annotate(report, data, tmp_path / "kopi.pdf")
    with pytest.raises(AnalyzerError, match=r"ender på \.docx"):
        annotate(report, data, tmp_path / "kopi.odt")
    with pytest.raises(AnalyzerError, match="en annen fil enn"):
        annotate(report, data + b" ", tmp_path / "kopi.docx")
    with pytest.raises(AnalyzerError, match="kan ikke skrives"):
        annotate(report, data, tmp_path / "borte" / "kopi.docx")
    original = tmp_path / "original.docx"
    original.write_bytes(word(build_statement))
    with pytest.raises(AnalyzerError, match="blir ikke overskrevet"):
        annotate(report_of(original.read_bytes()), original, original)


# --- Places --------------------------------------------------------------------------------------


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_places_give_the_letters_of_the_passage(data):
    words = data.draw(st.lists(st.text("abcæøå1.-", min_size=1, max_size=6), min_size=1, max_size=30))
    text = " ".join(words)
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    cut = data.draw(st.lists(st.integers(0, len(text)), max_size=10).map(sorted))
    units = [text[a:b] for a, b in zip([0, *cut], [*cut, len(text)], strict=True)]
    parts = Places(text, units).find(start, end)
    found = "".join(units[part.unit][part.start : part.end] for part in parts)
    assert letters(found) == letters(text[start:end])
    assert [part.unit for part in parts] == sorted(part.unit for part in parts)


def test_a_passage_with_something_else_in_its_middle_is_found_by_its_ends():
    text = "Vi lagrer navn, adresse og telefonnummer ☎ så lenge du er medlem hos oss, og sletter dem etterpå."
    units = text.replace("☎", "ikon 7").split()
    parts = Places(text, units).find(0, len(text))
    assert [part.unit for part in parts] == list(range(len(units)))


def test_what_is_not_there_is_not_found():
    assert Places("Vi selger alt.\nVi", ["Vi", "lagrer"]).find(0, 14) == []
    assert Places("…", ["Vi"]).find(0, 1) == []

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import docx
import pytest
from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from analyzer.errors import UnreadableSource
from analyzer.ingest import docx as ingest_docx

W = nsdecls("w")


def save(document: Document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def read(build: Callable[[Document], object]) -> list[tuple[str, int, str]]:
    document = docx.Document()
    build(document)
    layout, _ = ingest_docx.read_docx(save(document), source="prøve.docx")
    return [(block.kind, block.level, layout.text[block.start : block.end]) for block in layout.blocks]


def run(text: str, tag: str = "t") -> str:
    return f'<w:r><w:{tag} xml:space="preserve">{text}</w:{tag}></w:r>'


def add_xml(document: Document, xml: str) -> None:
    document.element.body.insert(len(document.element.body) - 1, parse_xml(xml))


def add_bold(document: Document) -> None:
    document.add_paragraph().add_run("Dine rettigheter").bold = True
    document.add_paragraph().add_run("Dette er en uthevet setning.").bold = True


def add_norwegian_style(document: Document) -> None:
    document.styles.add_style("Overskrift 2", 1)
    document.add_paragraph("Formål", style="Overskrift 2")


def add_outline(document: Document) -> None:
    add_xml(document, f'<w:p {W}><w:pPr><w:outlineLvl w:val="1"/></w:pPr><w:r><w:t>Formål</w:t></w:r></w:p>')


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (lambda d: d.add_heading("Personvernerklæring", 0), [("heading", 1, "Personvernerklæring")]),
        (lambda d: d.add_heading("Formål", 2), [("heading", 2, "Formål")]),
        (add_norwegian_style, [("heading", 2, "Formål")]),
        (add_outline, [("heading", 2, "Formål")]),
        (add_bold, [("heading", 3, "Dine rettigheter"), ("paragraph", 0, "Dette er en uthevet setning.")]),
        (
            lambda d: d.add_paragraph("Storgata 1\n1234 Solvik"),
            [("paragraph", 0, "Storgata 1"), ("paragraph", 0, "1234 Solvik")],
        ),
        (lambda d: d.add_paragraph("• navn"), [("list_item", 1, "• navn")]),
        (lambda d: d.add_paragraph("navn", style="List Bullet"), [("list_item", 1, "• navn")]),
        (lambda d: d.add_paragraph("navn", style="List Bullet 2"), [("list_item", 1, "• navn")]),
    ],
)
def test_paragraphs(build: Callable[[Document], object], expected: list[tuple[str, int, str]]) -> None:
    assert read(build) == expected


def test_numbered_list_counts() -> None:
    def build(document: Document) -> None:
        for text in ("innsyn", "retting", "sletting"):
            document.add_paragraph(text, style="List Number")

    assert [text for _, _, text in read(build)] == ["1. innsyn", "2. retting", "3. sletting"]


def test_list_levels_of_numbering_properties() -> None:
    def build(document: Document) -> None:
        number = document.styles["List Bullet"].element.pPr.numPr.numId.val
        for level, text in ((0, "opplysninger"), (1, "navn"), (2, "fornavn")):
            add_xml(
                document,
                f'<w:p {W}><w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
                "</w:pPr>"
                f"<w:r><w:t>{text}</w:t></w:r></w:p>",
            )

    assert [(kind, level) for kind, level, _ in read(build)] == [("list_item", level) for level in (1, 2, 3)]


def test_tables_stand_in_document_order() -> None:
    def build(document: Document) -> None:
        document.add_paragraph("Lagringstider:")
        table = document.add_table(rows=0, cols=2)
        for row in (("Opplysning", "Lagringstid"), ("Navn", "To år"), ("Betaling", "Fem år")):
            cells = table.add_row().cells
            cells[0].text, cells[1].text = row
        inner = table.rows[1].cells[1].add_table(rows=1, cols=1)
        inner.rows[0].cells[0].text = "fra utmelding"
        document.add_paragraph("Deretter slettes alt.")

    assert read(build) == [
        ("paragraph", 0, "Lagringstider:"),
        ("table_header", 0, "Opplysning | Lagringstid"),
        ("table_row", 0, "Navn | To år fra utmelding"),
        ("table_row", 0, "Betaling | Fem år"),
        ("paragraph", 0, "Deretter slettes alt."),
    ]


def test_frame_of_one_cell_holds_blocks() -> None:
    def build(document: Document) -> None:
        cell = document.add_table(rows=1, cols=1).rows[0].cells[0]
        cell.text = "Kort fortalt"
        cell.add_paragraph("Vi deler ikke opplysninger.")

    assert read(build) == [("paragraph", 0, "Kort fortalt"), ("paragraph", 0, "Vi deler ikke opplysninger.")]


@pytest.mark.parametrize(
    ("runs", "text"),
    [
        (f"{run('Se ')}<w:hyperlink>{run('Datatilsynet')}</w:hyperlink>", "Se Datatilsynet"),
        (f"{run('To')}<w:del>{run(' fem', 'delText')}</w:del><w:ins>{run(' år')}</w:ins>", "To år"),
        (f"<w:r><w:fldChar/></w:r>{run('PAGEREF x', 'instrText')}{run('Innhold')}", "Innhold"),
        ("<w:r><w:t>e</w:t><w:noBreakHyphen/><w:t>post</w:t></w:r>", "e-post"),
        (f"<w:sdt><w:sdtContent>{run('Org.nr.')}</w:sdtContent></w:sdt>", "Org.nr."),
    ],
    ids=["link", "tracked", "field", "hyphen", "control"],
)
def test_text_of_runs(runs: str, text: str) -> None:
    assert read(lambda document: add_xml(document, f"<w:p {W}>{runs}</w:p>")) == [("paragraph", 0, text)]


def test_text_box_is_read_once() -> None:
    box = "<w:txbxContent><w:p><w:r><w:t>Kontakt oss</w:t></w:r></w:p></w:txbxContent>"
    compatible = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    choice = f'<mc:Choice Requires="wps">{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>'
    both = f"<w:r><mc:AlternateContent>{choice}</mc:AlternateContent></w:r>"
    xml = f"<w:p {W} {compatible}>{run('Vi')}{both}</w:p>"
    assert read(lambda document: add_xml(document, xml)) == [
        ("paragraph", 0, "Vi"),
        ("paragraph", 0, "Kontakt oss"),
    ]


def test_headers_and_footers_are_left_out() -> None:
    def build(document: Document) -> None:
        document.sections[0].header.paragraphs[0].text = "Solbakken Båtforening"
        document.sections[0].footer.paragraphs[0].text = "Side 1"
        document.add_paragraph("Vi lagrer navnet ditt.")

    assert read(build) == [("paragraph", 0, "Vi lagrer navnet ditt.")]


def test_tracked_changes_are_warned_of() -> None:
    document = docx.Document()
    add_xml(document, f"<w:p {W}><w:ins><w:r><w:t>Nytt.</w:t></w:r></w:ins></w:p>")
    _, warnings = ingest_docx.read_docx(save(document), source="prøve.docx")
    assert len(warnings) == 1
    assert "sporede endringer" in warnings[0]


def zip_of(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in files.items():
            package.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"tekst", "ikke et Word-dokument"),
        (save(docx.Document())[:2000], "ikke et Word-dokument"),
        (zip_of({"a.txt": b"tekst"}), "zip-fil"),
        (zip_of({"word/document.xml": b"<x>"}), "ikke et Word-dokument"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "kryptert/passordbeskyttet"),
        (save(docx.Document()), "ingen tekst"),
    ],
    ids=["text", "truncated", "other zip", "broken", "encrypted", "empty"],
)
def test_unreadable_sources_name_file_and_cause(data: bytes, message: str) -> None:
    with pytest.raises(UnreadableSource, match=message) as caught:
        ingest_docx.read_docx(data, source="mappe/prøve.docx")
    assert "mappe/prøve.docx" in str(caught.value)


def test_zip_bomb_is_refused_before_unpacking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest_docx, "MAX_UNPACKED", 1_000_000)
    with pytest.raises(UnreadableSource, match="utpakket"):
        ingest_docx.read_docx(zip_of({"word/document.xml": bytes(2_000_000)}), source="bombe.docx")

from __future__ import annotations

import io
import re
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Table, TableStyle
from typeset import FOOTER, HEADER, LAYOUTS, typeset

from analyzer.errors import UnreadableSource
from analyzer.ingest import pdf, pdf_words
from analyzer.ingest.hyphens import join_lines
from analyzer.ingest.layout import LayoutBuilder

DEV = Path(__file__).resolve().parents[2] / "shared" / "gold" / "dev"

SECTION = """Behandlingsansvarlig

Solbakken Båtforening er behandlingsansvarlig for personopplysningene som behandles om medlemmer og gjester. \
Kontakt styret på e-post styret@solbakken.example hvis du har spørsmål om kunde- og medlemsopplysninger.

Hvilke opplysninger vi behandler

Vi registrerer følgende opplysninger når du melder deg inn:
• Navn, adresse og telefonnummer
• Opplysninger om båten, herunder registreringsnummer, lengde og forsikringsselskap, som vi trenger for \
å fordele plasser
• IP-adresse ved innlogging
Opplysningene lagres så lenge medlemskapet varer, og slettes senest tolv måneder etter utmelding.

Behandlingsgrunnlag

Behandlingen er nødvendig for å oppfylle avtalen med deg etter personvernforordningen artikkel 6 nr. 1 \
bokstav b.
Regnskapsopplysninger oppbevares i fem år etter bokføringsloven § 13, og utleveres bare til revisor \
og skattemyndigheter."""

TEXT = "Personvernerklæring for Solbakken Båtforening\n\n" + "\n\n".join(
    SECTION.replace("Solbakken", name)
    for name in ("Solbakken", "Nordvika", "Storeneset", "Elvestrand", "Ytterøya")
)


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def share_in_order(wanted: str, found: str) -> float:
    def triples(text: str) -> Counter[tuple[str, ...]]:
        listed = words(text)
        return Counter(zip(listed, listed[1:], listed[2:], strict=False))

    return (triples(wanted) & triples(found)).total() / triples(wanted).total()


def read(data: bytes) -> list[tuple[str, str]]:
    return blocks_of(pdf.read_pdf(data, source="prøve.pdf")[0])


def blocks_of(layout: LayoutBuilder) -> list[tuple[str, str]]:
    return [(block.kind, layout.text[block.start : block.end]) for block in layout.blocks]


def draw(
    *pages: list[tuple[float, float, str]], font: str = "Helvetica", size: float = 11, **options: object
) -> bytes:
    """Draw (x, distance from the top, text) on each page."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, **options)
    for page in pages:
        canvas.setFont(font, size)
        for x, top, text in page:
            canvas.drawString(x, A4[1] - top, text)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def draw_scan(canvas: Canvas) -> None:
    image = ImageReader(Image.new("L", (60, 80), 200))
    canvas.drawImage(image, 0, 0, *A4)
    canvas.showPage()


BODY = [
    (
        70,
        120 + 14 * number,
        f"Vi behandler opplysninger om medlem nummer {number} etter avtalen med foreningen,",
    )
    for number in range(12)
]


@pytest.mark.parametrize("name", LAYOUTS)
def test_layouts_keep_words_and_order(name: str) -> None:
    text = pdf.read_pdf(typeset(TEXT, LAYOUTS[name]), source="prøve.pdf")[0].text
    assert Counter(words(text)) == Counter(words(TEXT))
    assert share_in_order(TEXT, text) == 1.0


@pytest.mark.parametrize("name", LAYOUTS)
def test_layouts_give_headings_and_lists(name: str) -> None:
    found = read(typeset(TEXT, LAYOUTS[name]))
    headings = [text for kind, text in found if kind == "heading"]
    assert headings[0] == "Personvernerklæring for Solbakken Båtforening"
    assert headings[1:4] == [
        "Behandlingsansvarlig",
        "Hvilke opplysninger vi behandler",
        "Behandlingsgrunnlag",
    ]
    assert len(headings) == 16
    assert sum(1 for kind, _ in found if kind == "list_item") == 15
    assert ("list_item", "• IP-adresse ved innlogging") in found
    assert all(text.startswith("• ") for kind, text in found if kind == "list_item")


def test_furniture_is_removed_from_several_pages() -> None:
    layout, pages, warnings = pdf.read_pdf(typeset(TEXT * 2, LAYOUTS["one column"]), source="prøve.pdf")
    assert pages > 2
    assert not warnings
    assert not any(part in layout.text for part in (HEADER, FOOTER, "Side 1"))
    assert {block.page for block in layout.blocks} == set(range(1, pages + 1))


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("Solbakken Båtforening", True),  # nothing shows that it repeats
        ("1", False),
        ("- 1 -", False),
        ("Side 1 av 1", False),
        ("Vedtatt av styret, side 1 av 1", False),
        ("§ 1", True),
    ],
)
def test_single_page_keeps_all_but_its_number(line: str, kept: bool) -> None:
    found = read(draw([*BODY, (70, 810, line)]))
    assert found[-1][1].endswith(line) is kept


def test_running_header_with_chapter_and_page_number() -> None:
    chapters = ["Om oss 3", "Om oss 4", "Lagring 5", "Klage 6"]
    text = str(read(draw(*([(70, 40, chapter), *BODY] for chapter in chapters))))
    assert not any(chapter in text for chapter in chapters)


def test_contents_are_no_headings() -> None:
    entries = [(70, 320 + 30 * n, f"{n} Kapittel {n} ........................ {n}") for n in range(1, 4)]
    assert all(kind != "heading" for kind, _ in read(draw([*BODY, *entries])))


def test_browser_furniture_is_removed_from_single_page() -> None:
    edges = [
        (24, 20, "21.11.2026, 22:55"),
        (250, 20, "Personvern"),
        (24, 825, "https://a.example/p"),
        (570, 825, "1/1"),
    ]
    text = " ".join(text for _, text in read(draw([*BODY, *edges])))
    assert "22:55" not in text
    assert "a.example" not in text
    assert "Personvern" not in text


def test_paragraph_runs_over_pages() -> None:
    first = [
        *BODY,
        (70, 300, "Vi sletter opplysningene når de ikke lenger er nødvendige for formålet de ble samlet"),
    ]
    second = [(70, 80, "inn for, og senest etter fem år. Du kan klage til Datatilsynet.")]
    found = read(draw(first, second))
    assert "de ble samlet inn for, og senest" in found[-1][1]


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        (["behand-", "ling"], "behandling"),
        (["send e-", "post"], "send e-post"),
        (["kunde-", "og leverandørdata"], "kunde- og leverandørdata"),
        (["inn-", "eller utmelding"], "inn- eller utmelding"),
        (["EU-", "Kommisjonen"], "EU-Kommisjonen"),
        (["IP-", "adresse"], "IP-adresse"),
        (["AI-", "baserte"], "AI-baserte"),
        (["to-", "trinns"], "totrinns"),
        (["2-", "trinns"], "2-trinns"),
        (["COVID-", "19"], "COVID-19"),
        (["opp\u00ad", "lysning"], "opplysning"),
        (["1. januar –", "31. desember"], "1. januar – 31. desember"),
        (["https://a.example/per-", "sonvern"], "https://a.example/per-sonvern"),
        (["PERSONVERN-", "ERKLÆRING"], "PERSONVERNERKLÆRING"),
        (["uten", "", "bindestrek"], "uten bindestrek"),
    ],
)
def test_join_lines(lines: list[str], joined: str) -> None:
    assert join_lines(lines) == joined


def test_join_lines_keeps_hyphen_seen_elsewhere() -> None:
    assert join_lines(["wifi-", "nett"], known={"wifi-nett"}) == "wifi-nett"


def test_words_without_space_characters() -> None:
    page, top = [], 100.0
    for line in ("Foreningen lagrer opplysninger om deg", "så lenge du er medlem hos oss."):
        x = 70.0
        for word in line.split():
            page.append((x, top, word))
            x += Canvas(io.BytesIO()).stringWidth(word, "Helvetica", 11) + 3.06
        top += 14
    assert "lagrer opplysninger om deg" in read(draw(page))[0][1]


def test_letterspaced_heading() -> None:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    canvas.setFont("Helvetica-Bold", 16)
    canvas.drawString(70, 760, "DINE RETTIGHETER", charSpace=4)
    canvas.setFont("Helvetica", 11)
    for x, top, text in BODY:
        canvas.drawString(x, A4[1] - top, text)
    canvas.save()
    assert read(out.getvalue())[0] == ("heading", "DINE RETTIGHETER")


def test_imitated_bold_and_rotated_text() -> None:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    for x, top, text in BODY:
        canvas.drawString(x, A4[1] - top, text)
    canvas.drawString(70, 500, "Tilleggsopplysninger")
    canvas.drawString(70.3, 500, "Tilleggsopplysninger")
    for angle in (45, 90):
        canvas.saveState()
        canvas.rotate(angle)
        canvas.drawString(300, 100, "UTKAST")
        canvas.restoreState()
    canvas.save()
    assert read(out.getvalue())[-1][1] == "Tilleggsopplysninger"
    assert "UTKAST" not in str(read(out.getvalue()))


def test_bullets_of_symbol_fonts_and_drawn_ones() -> None:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    canvas.drawString(70, 700, "Du har rett til:")
    for top, item in ((680, "innsyn"), (660, "sletting")):
        canvas.setFont("ZapfDingbats", 10)
        canvas.drawString(80, top, "l")
        canvas.setFont("Helvetica", 12)
        canvas.drawString(95, top, item)
    canvas.circle(105, 644, 2, stroke=0, fill=1)
    canvas.drawString(115, 640, "retting av feil")
    canvas.save()
    layout = pdf.read_pdf(out.getvalue(), source="prøve.pdf")[0]
    assert [text for _, text in blocks_of(layout)][1:] == ["• innsyn", "• sletting", "• retting av feil"]
    assert [block.level for block in layout.blocks] == [0, 1, 1, 2]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["1. Innmelding", "2. Utmelding"], [("list_item", "1. Innmelding"), ("list_item", "2. Utmelding")]),
        (["a) navn", "b) adresse"], [("list_item", "a) navn"), ("list_item", "b) adresse")]),
        (["Storgata 1", "1234 Solvik"], [("paragraph", "Storgata 1"), ("paragraph", "1234 Solvik")]),
    ],
)
def test_numbered_items_and_broken_lines(lines: list[str], expected: list[tuple[str, str]]) -> None:
    page = [*BODY, *((70, 320 + 14 * number, line) for number, line in enumerate(lines))]
    assert read(draw(page))[1:] == expected


@pytest.mark.parametrize(
    "style",
    [("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("LINEBELOW", (0, 0), (-1, -1), 0.5, colors.black)],
)
def test_tables(style: tuple[object, ...]) -> None:
    rows = [
        ["Opplysning", "Grunnlag", "Lagringstid"],
        ["Navn og\nadresse", "Avtale", "Medlemskapets\nvarighet"],
        ["Betalinger", "Rettslig forpliktelse", "Fem år"],
    ]
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    canvas.drawString(70, 760, "Lagringstidene er slik:")
    table = Table(rows, colWidths=[130, 150, 120], style=TableStyle([style]))
    table.wrapOn(canvas, 400, 400)
    table.drawOn(canvas, 70, 640)
    canvas.drawString(70, 600, "Etter dette slettes alt.")
    canvas.save()
    assert read(out.getvalue()) == [
        ("paragraph", "Lagringstidene er slik:"),
        ("table_header", "Opplysning | Grunnlag | Lagringstid"),
        ("table_row", "Navn og adresse | Avtale | Medlemskapets varighet"),
        ("table_row", "Betalinger | Rettslig forpliktelse | Fem år"),
        ("paragraph", "Etter dette slettes alt."),
    ]


def test_boxes_side_by_side_are_read_as_drawn() -> None:
    cards = []
    for row, column, word in ((0, 0, "Innsyn"), (0, 1, "Retting"), (1, 0, "Sletting"), (1, 1, "Klage")):
        for line in range(3):
            text = f"{word} gir deg rett til å få svar ({line}),"
            cards.append((70 + 250 * column, 100 + 80 * row + 14 * line, text))
    text = " ".join(text for _, text in read(draw(cards)))
    assert re.findall(r"(\w+) gir", text) == [
        w for w in ("Innsyn", "Retting", "Sletting", "Klage") for _ in range(3)
    ]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"<html>ikke en pdf</html>", "ikke en PDF"),
        (draw(BODY)[:900], "skadet eller ufullstendig"),
        (b"%PDF-1.4\nsludder\n%%EOF", "skadet eller ufullstendig"),
        (draw(BODY, encrypt="hemmelig"), "kryptert/passordbeskyttet"),
        (draw([]), "ingen tekst"),
    ],
    ids=["html", "truncated", "corrupt", "encrypted", "blank"],
)
def test_unreadable_sources_name_file_and_cause(data: bytes, message: str) -> None:
    with pytest.raises(UnreadableSource, match=message) as caught:
        pdf.read_pdf(data, source="mappe/prøve.pdf")
    assert "mappe/prøve.pdf" in str(caught.value)


def test_scan_is_unreadable_without_ocr() -> None:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    draw_scan(canvas)
    canvas.save()
    with pytest.raises(UnreadableSource, match=r"bare bilder.*tekstgjenkjenning"):
        pdf.read_pdf(out.getvalue(), source="skann.pdf")


def test_scanned_page_among_others_is_warned_of() -> None:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    draw_scan(canvas)
    for x, top, text in BODY:
        canvas.drawString(x, A4[1] - top, text)
    canvas.showPage()
    draw_scan(canvas)
    canvas.save()
    layout, pages, warnings = pdf.read_pdf(out.getvalue(), source="delvis.pdf")
    assert pages == 3
    assert {block.page for block in layout.blocks} == {2}
    assert len(warnings) == 1
    assert "side 1, 3" in warnings[0]


@pytest.mark.parametrize(
    ("texts", "broken"),
    [
        (["(cid:3)", "(cid:17)", "(cid:4)", "a"], True),
        (["\ue012", "\ue013", " ", "\ufffd"], True),
        (["V", "i", " ", "\uf0b7"], False),
        ([], False),
    ],
)
def test_broken_text_layer(texts: list[str], broken: bool) -> None:
    assert pdf_words.is_broken(SimpleNamespace(chars=[{"text": text} for text in texts])) is broken


def test_limits_are_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "MAX_PAGES", 1)
    monkeypatch.setattr(pdf, "MAX_CHARS_PER_PAGE", 100)
    monkeypatch.setattr(pdf_words, "MAX_CHARS_PER_PAGE", 100)
    layout, pages, warnings = pdf.read_pdf(draw(BODY, BODY), source="lang.pdf")
    assert pages == 2
    assert len(layout.text) <= 101
    assert [warning for warning in warnings if "2 sider" in warning]
    assert [warning for warning in warnings if "side 1" in warning]


@pytest.mark.shared
@pytest.mark.skipif(not DEV.is_dir(), reason="../shared is absent")
@pytest.mark.parametrize("name", LAYOUTS)
def test_typeset_statements_come_back(name: str) -> None:
    for stem in ("d03-gj-revisjon-website", "d13-datahjelpen-no"):
        wanted = (DEV / f"{stem}.txt").read_text(encoding="utf-8")
        found = pdf.read_pdf(typeset(wanted, LAYOUTS[name]), source=stem)[0].text
        lost = Counter(words(wanted)) - Counter(words(found))
        assert lost.total() <= 0.01 * len(words(wanted))
        assert share_in_order(wanted, found) >= 0.98

"""Scans: what comes back from pictures of text, and what is said where nothing can."""

import re
import shutil
import subprocess
from collections import Counter

import numpy as np
import pytest
from PIL import Image
from scanning import POOR, merge_pdfs, save, save_pdf, scan
from typeset import Layout, typeset

from analyzer.errors import UnreadableSource
from analyzer.ingest import ocr_signs, read_document, scan_image, tesseract
from analyzer.ingest.pdf_furniture import remove_furniture
from analyzer.ingest.pdf_words import Word
from analyzer.ingest.tesseract import SeenLine, SeenWord, Tesseract, parse_hocr

TEXT = """Personvernerklæring for Fjordgløtt AS

Fjordgløtt AS er behandlingsansvarlig for opplysningene om deg som leier båtplass, jf. bokføringsloven § 13.

Hvilke opplysninger vi behandler

• Navn og adresse
• Båtens lengde og kjennemerke, som havnevesenet krever at vi fører i registeret over båter i havna vår
• Øvrige opplysninger

Kontakt oss

Spørsmål om personvern kan du sende til post@fjordgloett.no, så svarer vi så fort vi kan."""
OTHER = """Dine rettigheter

Du har rett til innsyn, retting og sletting. Du kan også klage til Datatilsynet over hvordan vi gjør det."""


def has_norwegian():
    try:
        return "nor" in Tesseract.find().installed
    except UnreadableSource:
        return False


needs_tesseract = pytest.mark.skipif(
    not has_norwegian(),
    reason="Tesseract with Norwegian is absent: apt-get install tesseract-ocr tesseract-ocr-nor",
)


def words(text):
    return re.findall(r"\w+", text.lower())


def recall(wanted, found):
    return (Counter(words(wanted)) & Counter(words(found))).total() / len(words(wanted))


def blocks(document):
    return [(block.kind, document.text[block.start : block.end]) for block in document.blocks]


@pytest.fixture(scope="module")
def page():
    return scan(typeset(TEXT, Layout()))[0]


@pytest.fixture(scope="module")
def other():
    return scan(typeset(OTHER, Layout()))[0]


@needs_tesseract
def test_clean_scan_comes_back_with_its_layout(page):
    seen = []
    document = read_document(
        save_pdf([page]), name="skann.pdf", progress=lambda done, total: seen.append((done, total))
    )
    assert (document.method, document.pages, seen) == ("ocr", 1, [(1, 1)])
    assert recall(TEXT, document.text) >= 0.97
    found = blocks(document)
    for heading in (
        "Personvernerklæring for Fjordgløtt AS",
        "Hvilke opplysninger vi behandler",
        "Kontakt oss",
    ):
        assert ("heading", heading) in found
    assert ("list_item", "• Øvrige opplysninger") in found
    assert sum(kind == "list_item" for kind, _ in found) == 3
    (recognised,) = document.recognised
    assert recognised.page == 1
    assert recognised.confidence > 85
    assert {"Øvrige", "opplysninger"} <= {word for word, _ in recognised.words}
    assert all(0 <= confidence <= 100 for _, confidence in recognised.words)
    # Signs that Tesseract's Norwegian data does not have.
    assert "§ 13" in document.text
    assert "post@fjordgloett.no" in document.text


@needs_tesseract
def test_poor_and_skewed_scan():
    image = scan(typeset(TEXT, Layout()), POOR)[0]
    document = read_document(save([image], "JPEG", POOR.dpi), name="skann.jpg")
    assert document.media_type == "image/jpeg"
    assert recall(TEXT, document.text) >= 0.93


@needs_tesseract
@pytest.mark.parametrize("degrees", [90, 180])
def test_turned_page(other, degrees):
    document = read_document(save([other.rotate(degrees, expand=True)], "PNG"), name="snudd.png")
    assert recall(OTHER, document.text) >= 0.97


@needs_tesseract
def test_columns_are_read_one_after_the_other():
    text = "\n\n".join([TEXT, OTHER] * 2)
    image = scan(typeset(text, Layout(columns=2, size=14, hyphenated=True)))[0]
    document = read_document(save([image], "PNG"), name="spalter.png")
    triples = [tuple(words(text)[n : n + 3]) for n in range(len(words(text)) - 2)]
    found = [tuple(words(document.text)[n : n + 3]) for n in range(len(words(document.text)) - 2)]
    assert (Counter(triples) & Counter(found)).total() >= 0.93 * len(triples)


@needs_tesseract
def test_scanned_page_among_pages_of_text(other):
    document = read_document(merge_pdfs(typeset(TEXT, Layout()), save_pdf([other])), name="blandet.pdf")
    assert (document.method, document.pages) == ("ocr", 2)
    assert {block.page for block in document.blocks} == {1, 2}
    assert TEXT.split("\n")[2] in document.text  # page 1 keeps its own letters
    assert ("heading", "Dine rettigheter") in blocks(document)
    assert recall(OTHER, document.text) >= 0.97
    assert any("side 2" in warning for warning in document.warnings)


@needs_tesseract
def test_tiff_has_pages_and_noise_among_them_is_reported(page, other):
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 256, (300, 200), dtype=np.uint8))
    document = read_document(save([page, noise, other], "TIFF"), name="skann.tiff")
    assert (document.media_type, document.pages) == ("image/tiff", 3)
    assert {block.page for block in document.blocks} == {1, 3}
    assert any(warning.startswith("Ikke lest: side 2") for warning in document.warnings)


@needs_tesseract
def test_text_layer_is_left_alone_if_asked(page):
    pdf = typeset(OTHER, Layout())
    assert read_document(pdf, name="a.pdf", ocr="always").method == "ocr"
    assert read_document(pdf, name="a.pdf").method == "pdf"
    with pytest.raises(UnreadableSource, match="uten lesbart tekstlag"):
        read_document(save_pdf([page]), name="a.pdf", ocr="never")
    with pytest.raises(UnreadableSource, match="slått av"):
        read_document(save([page], "PNG"), name="a.png", ocr="never")


def make_noise():
    return Image.fromarray(np.random.default_rng(2).integers(0, 256, (400, 300), dtype=np.uint8))


def make_photo():
    y, x = np.mgrid[0:400, 0:300]
    grey = 128 + 100 * np.sin(x / 45) * np.cos(y / 65) + np.random.default_rng(3).normal(0, 8, (400, 300))
    return Image.fromarray(grey.clip(0, 255).astype("uint8"))


@needs_tesseract
@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (make_noise, "PNG"),
        (make_photo, "PNG"),
        (make_photo, "PDF"),
        (lambda: Image.new("L", (300, 400), 255), "PNG"),
    ],
    ids=["noise", "photo", "photo in a PDF", "blank"],
)
def test_pictures_without_text_give_no_text(make, kind):
    with pytest.raises(UnreadableSource, match="ingen lesbar tekst"):
        read_document(save([make()], kind), name="bilde")


@pytest.mark.parametrize("cut", [100, 2000])
def test_damaged_picture(page, cut, monkeypatch):
    monkeypatch.setattr(Tesseract, "find", lambda language=None: Tesseract("", "nor", frozenset()))
    with pytest.raises(UnreadableSource, match=r"skann\.png.*(skadet|ufullstendig)"):
        read_document(save([page], "PNG")[:cut], name="skann.png")


def test_huge_picture_is_refused(monkeypatch):
    monkeypatch.setattr(Tesseract, "find", lambda language=None: Tesseract("", "nor", frozenset()))
    monkeypatch.setattr(scan_image, "MAX_SOURCE_PIXELS", 1000)
    with pytest.raises(UnreadableSource, match="bildepunkter"):
        read_document(save([Image.new("L", (100, 100))], "PNG"), name="stor.png")


def test_large_sheet_is_scaled_down():
    sheet = save([Image.new("1", (7016, 9921), 1)], "TIFF", 600)  # A3 at 600 dpi
    frames, count = scan_image.open_frames(sheet, "a3.tif")
    page = next(frames)
    assert count == 1
    assert page.image.width * page.image.height <= scan_image.MAX_PIXELS
    assert page.dpi == pytest.approx(300, rel=0.03)


def test_pages_beyond_the_limit_are_not_read(monkeypatch):
    monkeypatch.setattr(scan_image, "MAX_FRAMES", 2)
    frames, count = scan_image.open_frames(save([Image.new("L", (50, 70), 255)] * 5, "TIFF"), "lang.tif")
    assert (len(list(frames)), count) == (2, 5)


def test_missing_tesseract_says_what_to_install(page, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    for data in (save([page], "PNG"), save_pdf([page])):
        with pytest.raises(UnreadableSource) as caught:
            read_document(data, name="skann")
        for remedy in (
            "skann",
            "apt-get install tesseract-ocr tesseract-ocr-nor",
            "brew install",
            "UB Mannheim",
        ):
            assert remedy in str(caught.value)


def test_text_pages_are_read_without_tesseract(page, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    document = read_document(merge_pdfs(typeset(OTHER, Layout()), save_pdf([page])), name="blandet.pdf")
    assert recall(OTHER, document.text) == 1
    assert any("side 2" in warning and "apt-get" in warning for warning in document.warnings)


def test_missing_language(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/tesseract")
    monkeypatch.setattr(tesseract, "_list_languages", lambda command: frozenset({"eng", "osd"}))
    assert Tesseract.find().language == "eng"
    with pytest.raises(UnreadableSource, match=r"«nor».*tesseract-ocr-nor"):
        Tesseract.find("nor")
    with pytest.raises(UnreadableSource, match="ikke et språk"):
        Tesseract.find("-psm 3; rm")


@needs_tesseract
def test_english_data_alone_is_warned_of(other, monkeypatch):
    monkeypatch.setattr(tesseract, "_list_languages", lambda command: frozenset({"eng", "osd"}))
    document = read_document(save([other], "PNG"), name="skann.png")
    assert any("gjenopprettes" in warning for warning in document.warnings)


def test_slow_page_counts_as_unread(page, monkeypatch):
    def run(command, **options):
        if "--list-langs" in command:
            return subprocess.CompletedProcess(command, 0, "List:\nnor\n", "")
        raise subprocess.TimeoutExpired(command, options["timeout"])

    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/tesseract")
    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(UnreadableSource, match="tok mer enn"):
        read_document(save([page], "PNG"), name="treg.png")


@pytest.mark.parametrize("angle", [-3.0, -1.2, 0.0, 0.6, 2.0])
def test_skew_is_found(page, angle):
    turned = page.rotate(angle, Image.Resampling.BICUBIC, fillcolor=255)
    assert scan_image.find_skew(scan_image.find_ink(turned)) == pytest.approx(-angle, abs=0.15)


def test_sideways_page_is_told(page):
    assert not scan_image.is_sideways(scan_image.find_ink(page))
    assert scan_image.is_sideways(scan_image.find_ink(page.rotate(90, expand=True)))


def make_line(text, x0=100.0, top=0.0):
    found, x = [], x0
    for word in text.split():
        found.append(SeenWord(word, x, top, x + 20 * len(word), top + 30, 90.0))
        x += 20 * len(word) + 12
    return SeenLine(tuple(found), 40.0, 0.0, top + 30)


@pytest.mark.parametrize(
    ("read", "seen", "wanted"),
    [
        ("E-post: personvern Qfjell.no", "E-post: personvern @fijell.no", "E-post: personvern@fjell.no"),
        ("post Gfjell.no eller", "post @fjell.no eller", "post@fjell.no eller"),
        ("ola nordmann Qfjell.no", "ola_nordmann @fjell.no", "ola_nordmann@fjell.no"),
        ("bokføringsloven 8 13 og 88 3", "bokforingsloven § 13 og §§ 3", "bokføringsloven § 13 og §§ 3"),
        ("vedtatt 8 13 ganger på år", "vedtatt 8 13 ganger pa ar", "vedtatt 8 13 ganger på år"),
        ("https://www.fjell.no", "https://www_.fjell.no", "https://www.fjell.no"),
        ("personvern Qfjell.no", "", "personvern@fjell.no"),
        ("på Google.no og Q er", "pa Google.no og Q er", "på Google.no og Q er"),
    ],
)
def test_signs_come_from_the_second_reading(read, seen, wanted):
    line = ocr_signs._join_addresses(ocr_signs._take_signs(make_line(read), seen))
    assert line.text == wanted
    assert line.words[0].x0 == 100.0


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        (["* Navn", "+12 måneder", "e Adresse"], ["• Navn", "• 12 måneder", "• Adresse"]),
        (["+47 22 33 44 55", "Telefon til oss"], ["+47 22 33 44 55", "Telefon til oss"]),
        (["« Innsyn", "eRetting"], ["• Innsyn", "• Retting"]),
        (["«Fjell» er navnet", "* Innsyn"], ["«Fjell» er navnet", "• Innsyn"]),
    ],
)
def test_bullets_are_told_from_text(lines, wanted):
    seen = [make_line(text, top=50.0 * n) for n, text in enumerate(lines)]
    assert [line.text for line in ocr_signs.restore_bullets(seen)] == wanted


def test_hocr_is_read_with_baselines_and_confidence():
    page = b"""<html xmlns="http://www.w3.org/1999/xhtml"><body><span class='ocr_line'
      title="bbox 10 20 110 60; baseline 0.01 -8; x_size 40"><span class='ocrx_word'
      title='bbox 10 20 110 60; x_wconf 91'>B&#xE5;t</span></span></body></html>"""
    (line,) = parse_hocr(page)
    assert line.text == "Båt"
    assert line.words[0].confidence == 91
    assert line.origin + line.slope * 10 == pytest.approx(52)
    assert list(parse_hocr(b"")) == []


def test_scanned_header_goes_though_it_is_read_differently():
    def row(text, top):
        return [
            Word(word, 50.0 + 40 * n, 85.0 + 40 * n, top, top + 10, top + 9, 10.0, "Scan", n)
            for n, word in enumerate(text.split())
        ]

    headers = [
        "Fjordgløtt AS – internkontroll",
        "Fjordglott AS — internkontroll",
        "Fjordgløtt A5 – internkontroll",
    ]
    pages = [row(text, 30.0 + 5 * n) + row("Tekst som blir", 400.0) for n, text in enumerate(headers)]
    cleaned = remove_furniture(pages, [842.0] * 3, scanned=True)
    assert [[word.text for word in page] for page in cleaned] == [["Tekst", "som", "blir"]] * 3

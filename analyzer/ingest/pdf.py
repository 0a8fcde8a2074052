"""Reads a PDF into blocks: headings, paragraphs, list items and table rows; scanned pages go through OCR."""

from __future__ import annotations

import io
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

import pdfplumber
from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect

from analyzer.errors import UnreadableSource
from analyzer.ingest.layout import LayoutBuilder
from analyzer.ingest.ocr import ScanReader, name_pages
from analyzer.ingest.pdf_blocks import add_blocks
from analyzer.ingest.pdf_furniture import order_pages
from analyzer.ingest.pdf_tables import replace_tables
from analyzer.ingest.pdf_words import MAX_CHARS_PER_PAGE, Word, is_broken, read_words

MAX_PAGES = 500
MAX_PAGE_BYTES = 5_000_000  # of drawing instructions, unpacked: a page of text has some ten thousand
SCAN_CHARS = 20  # a page with a large picture and fewer characters than this is a scan with a stamp on it

OCR_ADVICE = 'les dem med tekstgjenkjenning (ocr="auto")'
RUN_TOGETHER = 18  # characters that words have in the mean where the text layer lacks its spaces; usual are 5
MIN_LETTERS = 200  # for telling that

_LENGTH = re.compile(rb"/Linearized.{0,200}?/L\s+(\d+)", re.DOTALL)


@dataclass(slots=True)
class _Pages:
    """What was found on the pages, and which of them could not be read as text."""

    words: list[list[Word]] = field(default_factory=list)
    heights: list[float] = field(default_factory=list)
    without_text: list[int] = field(default_factory=list)
    scanned: list[int] = field(default_factory=list)
    problem: str = ""
    cut: list[int] = field(default_factory=list)


def read_pdf(
    data: bytes, *, source: str, scans: ScanReader | None = None, text_layer: bool = True
) -> tuple[LayoutBuilder, int, list[str]]:
    """Read the running text of a PDF, in reading order and without what repeats around the pages.

    Args:
        data: The file's bytes.
        source: Its path or URL, for messages.
        scans: Reads the pages that have no text layer; without it they are left out.
        text_layer: Use the text layer of the pages that have one.

    Returns:
        The blocks, the number of pages, and warnings in Norwegian.

    Raises:
        UnreadableSource: The file is encrypted or damaged, or nothing in it can be read.
    """
    _check_complete(data, source)
    try:
        with pdfplumber.open(io.BytesIO(data)) as pdf:
            total = len(pdf.pages)
            pages = _read_pages(pdf.pages[:MAX_PAGES], text_layer)
    except MemoryError:  # the file is too much for the limit, not damaged
        raise
    except Exception as error:  # pdfminer raises whatever the damaged part leads to, struct.error among them
        raise _explain(error, source) from error
    if not total:
        raise UnreadableSource(_describe_damage(source))
    if scans and pages.without_text:
        _read_scans(pages, data, scans)
    if not any(pages.words):
        raise UnreadableSource(
            scans.describe_failure() if scans and scans.readings else _describe_missing_text(source, pages)
        )
    builder = LayoutBuilder()
    add_blocks(builder, order_pages(pages.words, pages.heights, scanned=bool(pages.scanned)))
    return builder, total, _list_warnings(pages, total) + (scans.list_warnings() if scans else [])


def read_placed_words(data: bytes, *, source: str) -> list[tuple[int, Word]]:
    """Give the words of a PDF's text layer in the order of :func:`read_pdf`, each with its page from 1.

    Their edges are in points from the upper left corner of the page as it is shown.

    Args:
        data: The file's bytes.
        source: Its path or URL, for messages.

    Raises:
        UnreadableSource: The file is encrypted or damaged.
    """
    _check_complete(data, source)
    try:
        with pdfplumber.open(io.BytesIO(data)) as pdf:
            pages = _read_pages(pdf.pages[:MAX_PAGES], text_layer=True)
            corners = [page.bbox[:2] for page in pdf.pages[:MAX_PAGES]]
    except MemoryError:  # the file is too much for the limit, not damaged
        raise
    except Exception as error:  # as in read_pdf
        raise _explain(error, source) from error
    found = []
    for line in order_pages(pages.words, pages.heights):
        left, top = corners[line.page - 1]
        for word in line.table.parts if line.table else line.words:
            found.append((line.page, _move(word, -left, -top)))
    return found


def _move(word: Word, right: float, down: float) -> Word:
    return replace(
        word,
        x0=word.x0 + right,
        x1=word.x1 + right,
        top=word.top + down,
        bottom=word.bottom + down,
        baseline=word.baseline + down,
    )


def _check_complete(data: bytes, source: str) -> None:
    """Refuse what pdfminer would read as far as it goes: a text that ends early looks like a whole one."""
    if b"%PDF-" not in data[:1024]:
        raise UnreadableSource(f"{source} er ikke en PDF-fil. Kontroller at riktig fil er valgt.")
    length = _LENGTH.search(data[:1024])
    if b"%%EOF" not in data or (length and int(length[1]) > len(data)):
        raise UnreadableSource(_describe_damage(source))


def _describe_damage(source: str) -> str:
    return f"{source} er skadet eller ufullstendig og kan ikke leses. Last ned eller lagre filen på nytt."


def _explain(error: Exception, source: str) -> UnreadableSource:
    causes = [error, error.__cause__, error.__context__, *error.args]
    if any(isinstance(cause, PDFPasswordIncorrect | PDFEncryptionError) for cause in causes):
        return UnreadableSource(
            f"{source} er kryptert/passordbeskyttet og kan ikke leses. Åpne filen med passordet og lagre den "
            "uten beskyttelse, f.eks. `qpdf --decrypt --password=PASSORD inn.pdf ut.pdf`."
        )
    return UnreadableSource(_describe_damage(source))


def _read_pages(pages: list[Any], text_layer: bool) -> _Pages:
    found = _Pages()
    for number, page in enumerate(pages, start=1):
        found.heights.append(float(page.height))
        found.words.append(_read_page(page, number, found, text_layer))
        page.close()
    return found


def _read_page(page: Any, number: int, found: _Pages, text_layer: bool) -> list[Word]:
    if _measure_instructions(page) > MAX_PAGE_BYTES:
        found.cut.append(number)
        return []
    if not text_layer:
        found.without_text.append(number)
        return []
    if len(page.chars) > MAX_CHARS_PER_PAGE:
        found.cut.append(number)
    if is_broken(page) or _is_picture(page):
        found.without_text.append(number)
        return []
    words = read_words(page)
    if _is_run_together(words):
        found.without_text.append(number)
        return []
    return replace_tables(page, words)


def _is_run_together(words: list[Word]) -> bool:
    letters = sum(len(word.text) for word in words)
    return letters >= MIN_LETTERS and letters > RUN_TOGETHER * len(words)


def _read_scans(pages: _Pages, data: bytes, scans: ScanReader) -> None:
    """Put in the words of the scanned pages; where that cannot be done, pages with text are still read."""
    try:
        scans.read_pdf_pages(data, pages.without_text)
    except UnreadableSource as error:
        if not any(pages.words):
            raise
        pages.problem = str(error)
        return
    sizes: Counter[float] = Counter()
    for word in (word for words in pages.words for word in words):
        sizes[word.size] += len(word.text)
    found = scans.make_words(body=sizes.most_common(1)[0][0] if sizes else None)
    for number, words in found.items():
        pages.words[number - 1] = words
        pages.heights[number - 1] = scans.find_height(number)
    pages.scanned = [number for number in pages.without_text if number in found]
    pages.without_text = []  # the reader says which could not be read


def _measure_instructions(page: Any) -> int:
    return sum(len(stream.get_data()) for stream in page.page_obj.contents if hasattr(stream, "get_data"))


def _is_picture(page: Any) -> bool:
    """Find scanned pages and pages whose letters are drawn as curves; a blank page is neither."""
    letters = sum(1 for char in page.chars if not char["text"].isspace())
    if letters >= SCAN_CHARS:
        return False
    area = sum((image["x1"] - image["x0"]) * (image["bottom"] - image["top"]) for image in page.images)
    return bool(
        area > 0.5 * page.width * page.height or (not letters and (page.images or len(page.curves) > 50))
    )


def _describe_missing_text(source: str, pages: _Pages) -> str:
    if not pages.without_text:
        return f"{source} inneholder ingen tekst. Kontroller at riktig fil er valgt."
    return (
        f"{source} inneholder bare bilder (skannede sider) eller skrift uten lesbart tekstlag; {OCR_ADVICE}."
    )


def _list_warnings(pages: _Pages, total: int) -> list[str]:
    warnings = []
    if pages.without_text:
        advice = pages.problem or OCR_ADVICE
        warnings.append(
            f"Uten lesbart tekstlag, ikke lest: {name_pages(pages.without_text)}; {advice}".rstrip(".") + "."
        )
    if pages.cut:
        limit = f"{MAX_CHARS_PER_PAGE:,}".replace(",", " ")
        warnings.append(f"Mer enn {limit} tegn, ikke lest fullt ut: {name_pages(pages.cut)}.")
    if total > MAX_PAGES:
        warnings.append(f"Filen har {total} sider; bare de første {MAX_PAGES} er lest.")
    return warnings

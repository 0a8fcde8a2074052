"""Reads a PDF with a text layer into blocks: headings, paragraphs, list items and table rows."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from typing import Any

import pdfplumber
from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect

from analyzer.errors import UnreadableSource
from analyzer.ingest.layout import LayoutBuilder
from analyzer.ingest.pdf_blocks import add_blocks
from analyzer.ingest.pdf_furniture import remove_furniture
from analyzer.ingest.pdf_lines import Line, order_lines
from analyzer.ingest.pdf_tables import replace_tables
from analyzer.ingest.pdf_words import MAX_CHARS_PER_PAGE, Word, is_broken, read_words

MAX_PAGES = 500
MAX_PAGE_BYTES = 5_000_000  # of drawing instructions, unpacked: a page of text has some ten thousand
SCAN_CHARS = 20  # a page with a large picture and fewer characters than this is a scan with a stamp on it

OCR_ADVICE = "kjør OCR først, f.eks. `ocrmypdf -l nor inn.pdf ut.pdf`, og les resultatet"

_LENGTH = re.compile(rb"/Linearized.{0,200}?/L\s+(\d+)", re.DOTALL)


@dataclass(slots=True)
class _Pages:
    """What was found on the pages, and which of them could not be read as text."""

    words: list[list[Word]] = field(default_factory=list)
    heights: list[float] = field(default_factory=list)
    without_text: list[int] = field(default_factory=list)
    cut: list[int] = field(default_factory=list)


def read_pdf(data: bytes, *, source: str) -> tuple[LayoutBuilder, int, list[str]]:
    """Read the running text of a PDF, in reading order and without what repeats around the pages.

    Args:
        data: The file's bytes.
        source: Its path or URL, for messages.

    Returns:
        The blocks, the number of pages, and warnings in Norwegian.

    Raises:
        UnreadableSource: The file is encrypted, damaged, or holds pictures of text only.
    """
    _check_complete(data, source)
    try:
        with pdfplumber.open(io.BytesIO(data)) as pdf:
            total = len(pdf.pages)
            pages = _read_pages(pdf.pages[:MAX_PAGES])
    except Exception as error:  # pdfminer raises whatever the damaged part leads to, struct.error among them
        raise _explain(error, source) from error
    if not total:
        raise UnreadableSource(_describe_damage(source))
    if not any(pages.words):
        raise UnreadableSource(_describe_missing_text(source, pages))
    builder = LayoutBuilder()
    add_blocks(builder, _order_pages(pages))
    return builder, total, _list_warnings(pages, total)


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


def _read_pages(pages: list[Any]) -> _Pages:
    found = _Pages()
    for number, page in enumerate(pages, start=1):
        found.heights.append(float(page.height))
        found.words.append(_read_page(page, number, found))
        page.close()
    return found


def _read_page(page: Any, number: int, found: _Pages) -> list[Word]:
    if _measure_instructions(page) > MAX_PAGE_BYTES:
        found.cut.append(number)
        return []
    if len(page.chars) > MAX_CHARS_PER_PAGE:
        found.cut.append(number)
    if is_broken(page) or _is_picture(page):
        found.without_text.append(number)
        return []
    words = read_words(page)
    return replace_tables(page, words)


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


def _order_pages(pages: _Pages) -> list[Line]:
    lines: list[Line] = []
    cleaned = remove_furniture(pages.words, pages.heights)
    right = max((word.x1 for words in cleaned for word in words), default=0.0)
    for number, words in enumerate(cleaned, start=1):
        region = lines[-1].region + 1 if lines else 0
        lines += order_lines(words, page=number, right=right, first_region=region)
    return lines


def _describe_missing_text(source: str, pages: _Pages) -> str:
    if not pages.without_text:
        return f"{source} inneholder ingen tekst. Kontroller at riktig fil er valgt."
    return (
        f"{source} inneholder bare bilder (skannede sider) eller skrift uten lesbart tekstlag; {OCR_ADVICE}."
    )


def _list_warnings(pages: _Pages, total: int) -> list[str]:
    warnings = []
    if pages.without_text:
        warnings.append(f"Uten lesbart tekstlag, ikke lest: {_name_pages(pages.without_text)}; {OCR_ADVICE}.")
    if pages.cut:
        limit = f"{MAX_CHARS_PER_PAGE:,}".replace(",", " ")
        warnings.append(f"Mer enn {limit} tegn, ikke lest fullt ut: {_name_pages(pages.cut)}.")
    if total > MAX_PAGES:
        warnings.append(f"Filen har {total} sider; bare de første {MAX_PAGES} er lest.")
    return warnings


def _name_pages(numbers: list[int]) -> str:
    return f"side {', '.join(map(str, numbers))}"

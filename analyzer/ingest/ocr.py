"""Reads scanned pages and pictures of text with Tesseract, and says what could not be read."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Literal

from analyzer.errors import UnreadableSource
from analyzer.ingest import scan_image
from analyzer.ingest.layout import LayoutBuilder
from analyzer.ingest.ocr_signs import restore_bullets, restore_signs
from analyzer.ingest.ocr_words import ScannedPage, make_words, measure_stroke
from analyzer.ingest.pdf_blocks import add_blocks
from analyzer.ingest.pdf_furniture import order_pages
from analyzer.ingest.pdf_words import Word
from analyzer.ingest.scan_image import PageImage
from analyzer.ingest.tesseract import (
    ENGLISH,
    INSTALL,
    SECONDS_PER_PAGE,
    PageTimeoutError,
    SeenLine,
    SeenWord,
    Tesseract,
)
from analyzer.records import RecognisedPage

OcrMode = Literal["auto", "never", "always"]
Progress = Callable[[int, int], None]

# Mean confidences of pages, by characters: clean scans of any layout have 90 to 96, what is barely
# readable 70 to 80, pages upside down 20 to 30, noise and photos below 40 (tests/benchmarks/scans.py).
READABLE = 60.0
CERTAIN = 80.0
DOUBTFUL_TURN = 70.0
NOISE = 35.0  # a line below this is a stamp, a logo or dirt
MIN_CONFIDENT_WORDS = 8  # fewer in a whole document are what noise, too, may be taken for
WORKERS = min(2, os.cpu_count() or 1)  # an audit runs several documents at once besides
_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class PageReading:
    """What came of a page.

    Attributes:
        number: From 1.
        page: What was read; None if nothing was.
        confidence: Mean over the characters, 0 to 100.
        problem: Why nothing was read, in Norwegian.
        turned: Degrees by which the page was turned clockwise.
    """

    number: int
    page: ScannedPage | None
    confidence: float = 0.0
    problem: str = ""
    turned: int = 0


@dataclass(slots=True)
class ScanReader:
    """Reads the scanned pages of one source.

    Attributes:
        source: Path or URL, for messages.
        language: Language for Tesseract; Norwegian when None, or English where Norwegian is missing.
        progress: Called with the pages done and their number after each page.
        readings: What came of each page, in their order.
    """

    source: str
    language: str | None = None
    progress: Progress | None = None
    readings: list[PageReading] = field(default_factory=list)
    _tesseract: Tesseract | None = None

    def read_image(self, data: bytes) -> tuple[LayoutBuilder, int, list[str]]:
        """Read a picture file; like :func:`~analyzer.ingest.pdf.read_pdf`.

        Raises:
            UnreadableSource: The picture is damaged or holds no legible text, or Tesseract is missing.
        """
        images, frames = scan_image.open_frames(data, self.source)
        self._read(images, min(frames, scan_image.MAX_FRAMES))
        words = self.make_words()
        if not any(words.values()):
            raise UnreadableSource(self.describe_failure())
        numbers = range(1, len(self.readings) + 1)
        pages = [words.get(number, []) for number in numbers]
        builder = LayoutBuilder()
        add_blocks(
            builder, order_pages(pages, [self.find_height(number) for number in numbers], scanned=True)
        )
        warnings = self.list_warnings()
        if frames > scan_image.MAX_FRAMES:
            warnings.append(f"Filen har {frames} sider; bare de første {scan_image.MAX_FRAMES} er lest.")
        return builder, frames, warnings

    def read_pdf_pages(self, data: bytes, numbers: list[int]) -> None:
        """Render and read pages of a PDF; :meth:`make_words` then has their words.

        Raises:
            UnreadableSource: Tesseract or its language data is missing.
        """
        self._read(scan_image.render_pages(data, numbers, self.source), len(numbers))

    def make_words(self, body: float | None = None) -> dict[int, list[Word]]:
        """Give the words of the pages that were read; none if they are too few to be a text.

        Args:
            body: Size of the running text of the pages that were not scanned, if there are any.
        """
        pages = [reading.page for reading in self.readings if reading.page]
        confident = sum(1 for page in pages for word in _list_words(page.lines) if _is_confident(word))
        if confident < MIN_CONFIDENT_WORDS and body is None:
            return {}
        return make_words(pages, body)

    def find_height(self, number: int) -> float:
        """Give the height of a page in points, as it was read."""
        return next(
            (reading.page.height for reading in self.readings if reading.page and reading.number == number),
            842.0,
        )

    def list_recognised(self) -> tuple[RecognisedPage, ...]:
        """Give the pages that were read, with Tesseract's confidence in each word."""
        return tuple(
            RecognisedPage(
                reading.number,
                round(reading.confidence, 1),
                tuple((word.text, round(word.confidence, 1)) for word in _list_words(reading.page.lines)),
            )
            for reading in self.readings
            if reading.page
        )

    @property
    def has_read(self) -> bool:
        """Whether a page was read."""
        return any(reading.page for reading in self.readings)

    @property
    def unread(self) -> list[PageReading]:
        """The pages of which nothing was read."""
        return [reading for reading in self.readings if reading.page is None]

    def list_warnings(self) -> list[str]:
        """Say in Norwegian what was read with which certainty, and what was not."""
        read = [reading for reading in self.readings if reading.page]
        warnings = []
        if read:
            mean = sum(reading.confidence for reading in read) / len(read)
            pages = name_pages([reading.number for reading in read])
            warnings.append(
                f"Lest med tekstgjenkjenning (Tesseract): {pages}, middels sikkerhet {mean:.0f} %."
            )
        if read and self._tesseract and self.language is None and self._tesseract.language == ENGLISH:
            warnings.append(
                "Tesseract mangler norske språkdata og har lest med engelske: æ, ø og å er gjettet eller "
                f"borte og må gjenopprettes. {INSTALL}."
            )
        doubtful = [reading for reading in read if reading.confidence < CERTAIN]
        if doubtful:
            warnings.append(_describe_doubt(doubtful))
        if self.unread:
            causes = "; ".join(f"side {reading.number} ({reading.problem})" for reading in self.unread)
            warnings.append(f"Ikke lest: {causes}.")
        return warnings

    def describe_failure(self) -> str:
        """Say why nothing of the source could be read."""
        problems = list(dict.fromkeys(reading.problem for reading in self.unread if reading.problem))
        cause = "; ".join(problems[:3]) or "for få sikre ord"
        return (
            f"{self.source}: tekstgjenkjenningen fant ingen lesbar tekst ({cause}). Kontroller at bildet "
            "viser en tekstside, at den er skarp og rett vei, og skann den på nytt med 300 punkter per tomme."
        )

    def _read(self, images: Iterator[PageImage], total: int) -> None:
        if self._tesseract is None:
            try:
                self._tesseract = Tesseract.find(self.language)
            except UnreadableSource as error:
                raise UnreadableSource(f"{self.source}: {error}") from None
        for reading in _read_pages(images, self._tesseract):
            self.readings.append(reading)
            if self.progress:
                self.progress(len(self.readings), total)


def name_pages(numbers: list[int]) -> str:
    """Name pages in Norwegian: "side 1–3, 7"."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return "side " + ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def _read_pages(images: Iterator[PageImage], tesseract: Tesseract) -> Iterator[PageReading]:
    """Read pages side by side, a few at a time, and yield them in their order."""
    waiting: deque[Future[PageReading]] = deque()
    with ThreadPoolExecutor(WORKERS) as pool:
        for image in images:
            waiting.append(pool.submit(read_page, image, tesseract))
            del image  # held by its task only
            if len(waiting) >= WORKERS + 1:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def read_page(page: PageImage, tesseract: Tesseract) -> PageReading:
    """Read one page, turned upright and set straight."""
    number = page.number
    try:
        page, lines, turned = _read_upright(scan_image.clean(page), tesseract)
        lines = [line for line in lines if _is_text(line)]
        confidence = measure_confidence(lines)
        if not any(_is_confident(word) for word in _list_words(lines)):
            return PageReading(number, None, confidence, "fant ingen lesbar tekst", turned)
        if confidence < READABLE:
            return PageReading(
                number, None, confidence, f"for utydelig, sikkerhet {confidence:.0f} %", turned
            )
        lines = restore_bullets(restore_signs(lines, page.image, tesseract, page.dpi))
    except PageTimeoutError:
        return PageReading(number, None, problem=f"tok mer enn {SECONDS_PER_PAGE} sekunder")
    strokes = tuple(measure_stroke(line, page.image) for line in lines)
    height = page.image.height * 72 / page.dpi
    return PageReading(
        number, ScannedPage(number, tuple(lines), strokes, page.dpi, height), confidence, turned=turned
    )


def measure_confidence(lines: list[SeenLine]) -> float:
    """Give the mean confidence of the characters, 0 to 100."""
    words = _list_words(lines)
    return sum(word.confidence * len(word.text) for word in words) / max(
        sum(len(word.text) for word in words), 1
    )


def _read_upright(page: PageImage, tesseract: Tesseract) -> tuple[PageImage, list[SeenLine], int]:
    """Read the page as it stands and, if that gives no sense, turned as Tesseract finds that it should be.

    Asking first would cost a third of the reading for every page, and turn some with little text wrongly.
    """
    turned = 0
    if scan_image.is_sideways(scan_image.find_ink(page.image)):
        turned = tesseract.find_turn(page.image)
        page = scan_image.turn(page, turned)
    page = scan_image.straighten(page)
    lines = tesseract.read(page.image, dpi=page.dpi)
    before = measure_confidence([line for line in lines if _is_text(line)])
    if before < DOUBTFUL_TURN and lines:
        more = tesseract.find_turn(page.image)
        upright = scan_image.straighten(scan_image.turn(page, more))
        again = tesseract.read(upright.image, dpi=upright.dpi) if more else []
        if measure_confidence(again) > measure_confidence(lines):
            return upright, again, (turned + more) % 360
    return page, lines, turned


def _list_words(lines: list[SeenLine] | tuple[SeenLine, ...]) -> list[SeenWord]:
    return [word for line in lines for word in line.words]


def _is_confident(word: SeenWord) -> bool:
    return word.confidence >= READABLE and sum(char.isalpha() for char in word.text) >= 3


def _is_text(line: SeenLine) -> bool:
    """Tell text from what Tesseract makes of rules, logos and dirt."""
    return any(char.isalnum() for char in line.text) and measure_confidence([line]) >= NOISE


def _describe_doubt(readings: list[PageReading]) -> str:
    pages = ", ".join(f"side {reading.number} ({reading.confidence:.0f} %)" for reading in readings)
    words = sorted(
        (word for reading in readings if reading.page for word in _list_words(reading.page.lines)),
        key=lambda word: word.confidence,
    )
    examples = ", ".join(f"«{word.text}»" for word in words[:_EXAMPLES] if word.confidence < READABLE)
    return (
        f"Usikkert lest, kontroller mot originalen: {pages}{f'; usikre ord: {examples}' if examples else ''}."
    )

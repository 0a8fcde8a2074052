"""What was seen on scanned pages, as words with a type size and weight, like those of a PDF's text layer."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from PIL import Image

from analyzer.ingest.pdf_words import Word
from analyzer.ingest.scan_image import find_threshold
from analyzer.ingest.tesseract import SeenLine, SeenWord

EM = 1.09  # font size by the height from descenders to ascenders that Tesseract gives
SAME_SIZE = 0.11  # sizes that differ by less are one size, measured with an error
BOLD = 1.22  # times the usual stroke; bold faces have 1.4 and more, the error is some 5 %
ASCENT = 0.78  # of a line's height above its baseline
FONT = "Scan"


@dataclass(frozen=True, slots=True)
class ScannedPage:
    """A page that was read.

    Attributes:
        number: From 1.
        lines: In Tesseract's reading order.
        strokes: For each line the width of its strokes, as a share of the line's height.
        dpi: Resolution of the picture that the lines' pixels belong to.
        height: Of the page in points.
    """

    number: int
    lines: tuple[SeenLine, ...]
    strokes: tuple[float, ...]
    dpi: float
    height: float


def make_words(pages: list[ScannedPage], body: float | None = None) -> dict[int, list[Word]]:
    """Make the words of each page, in points, with sizes made equal over the document.

    Args:
        pages: The pages that were read.
        body: Size of the running text on other pages of the document, which have a text layer.
    """
    sizes = _settle_sizes(pages, body)
    usual = _find_usual_stroke(pages)
    found = {}
    for page in pages:
        words: list[Word] = []
        for line, stroke in zip(page.lines, page.strokes, strict=True):
            size = sizes[round(_measure_size(line, page.dpi), 1)]
            font = f"{FONT}-Bold" if usual and stroke > BOLD * usual else FONT
            words += [
                _make_word(word, line, page.dpi, size, font, len(words) + n)
                for n, word in enumerate(line.words)
            ]
        found[page.number] = words
    return found


def measure_stroke(line: SeenLine, image: Image.Image) -> float:
    """Measure how wide the strokes of a line's letters are, as a share of its height; 0 if unknown."""
    area = edges = 0
    for word in line.words:
        if len(word.text) < 2:
            continue
        letters = image.crop((int(word.x0), int(word.top), int(word.x1) + 1, int(word.bottom) + 1))
        ink = np.asarray(letters) < find_threshold(np.array(letters.histogram()))
        area += int(ink.sum())
        edges += int((ink[:, 1:] != ink[:, :-1]).sum()) + int((ink[1:] != ink[:-1]).sum())
    return 2 * area / edges / line.size if edges else 0.0


def _measure_size(line: SeenLine, dpi: float) -> float:
    return EM * line.size * 72 / dpi


def _settle_sizes(pages: list[ScannedPage], body: float | None) -> dict[float, float]:
    """Map each size that was measured to the size that it stands for."""
    counts: Counter[float] = Counter()
    for page in pages:
        for line in page.lines:
            counts[round(_measure_size(line, page.dpi), 1)] += len(line.text)
    settled: dict[float, float] = {}
    # The commonest sizes come first and draw those beside them.
    for size, _ in _weigh_neighbours(counts):
        if size in settled:
            continue
        near = [other for other in counts if other not in settled and abs(other - size) <= SAME_SIZE * size]
        target = body if body and not settled and abs(size - body) <= 0.2 * body else round(size * 2) / 2
        settled.update(dict.fromkeys(near, target))
    return settled


def _weigh_neighbours(counts: Counter[float]) -> list[tuple[float, int]]:
    """Order sizes by how many characters have them or nearly so."""
    weights = {
        size: sum(count for other, count in counts.items() if abs(other - size) <= 0.04 * size)
        for size in counts
    }
    return sorted(weights.items(), key=lambda item: -item[1])


def _find_usual_stroke(pages: list[ScannedPage]) -> float:
    """Find the stroke width that half of the characters do not exceed."""
    strokes = [
        stroke
        for page in pages
        for line, stroke in zip(page.lines, page.strokes, strict=True)
        for _ in range(len(line.text))
        if stroke
    ]
    return float(np.median(strokes)) if strokes else 0.0


def _make_word(seen: SeenWord, line: SeenLine, dpi: float, size: float, font: str, order: int) -> Word:
    points = 72 / dpi
    baseline = line.origin + line.slope * (seen.x0 + seen.x1) / 2
    return Word(
        text=seen.text,
        x0=seen.x0 * points,
        x1=seen.x1 * points,
        top=(baseline - ASCENT * line.size) * points,
        bottom=(baseline + (1 - ASCENT) * line.size) * points,
        baseline=baseline * points,
        size=size,
        font=font,
        order=order,
    )

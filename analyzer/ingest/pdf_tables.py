"""Ruled tables of a PDF page, each put among the page's words as one piece."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from statistics import median
from typing import Any

from analyzer.ingest.hyphens import join_lines
from analyzer.ingest.pdf_lines import group_rows
from analyzer.ingest.pdf_words import Word

# Finding cells compares rules with each other; drawings with more of them than this hold no table to read.
MAX_RULES = 1_000
MIN_RULES = 3
HEADER_CELL = 40  # characters: a longer cell in the first row is content
MIN_TABLE_WIDTH = 0.25  # of the page, for tables ruled between their rows only
MAX_BAND_WORDS = 150  # more between two rules are columns of running text
GAP_EM = 0.6

Box = tuple[float, float, float, float]
Cells = list[list[list[Word]]]


def replace_tables(page: Any, words: list[Word]) -> list[Word]:
    """Put one word with the cells in the place of each table's words.

    Frames around text and boxes side by side are no tables: at least two rows and two columns are asked for.

    Args:
        page: A ``pdfplumber.page.Page``.
        words: The words found on it.
    """
    rules = len(page.lines) + len(page.rects) + len(page.curves)
    if not words or not MIN_RULES <= rules <= MAX_RULES:
        return words
    rest, tables = words, []
    for read in (_read_ruled, _read_banded):
        for box, rows in read(page, rest):
            inside = [word for word in rest if _contains(box, word)]
            if _is_table(rows):
                tables.append(_make_table(box, inside, rows))
                taken = {id(word) for word in inside}
                rest = [word for word in rest if id(word) not in taken]
    return rest + tables


def _read_ruled(page: Any, words: list[Word]) -> Iterator[tuple[Box, Cells]]:
    """Yield the tables with rules on all sides of the cells."""
    for table in page.find_tables():
        rows = [
            [[word for word in words if _contains(cell, word)] for cell in row.cells if cell]
            for row in table.rows
        ]
        yield table.bbox, [row for row in rows if any(row)]


def _read_banded(page: Any, words: list[Word]) -> Iterator[tuple[Box, Cells]]:
    """Yield the tables with rules or shading between the rows only; gaps all the way down part columns."""
    for x0, x1, heights in _find_bands(page):
        size = median(word.size for word in words) if words else 0.0
        # The names of the columns often stand above the first rule.
        tops = [heights[0] - 2.2 * size, *heights]
        boxes = [(x0, top, x1, bottom) for top, bottom in pairwise(tops)]
        bands = [[word for word in words if _contains(box, word)] for box in boxes]
        edges = _find_column_edges([word for band in bands for word in band], GAP_EM * size)
        if not edges:  # a line of text above the first rule may run across
            boxes, bands = boxes[1:], bands[1:]
            edges = _find_column_edges([word for band in bands for word in band], GAP_EM * size)
        if edges and not any(len(band) > MAX_BAND_WORDS for band in bands):
            yield (x0, boxes[0][1], x1, heights[-1]), [_split_band(band, edges) for band in bands if band]


def _find_bands(page: Any) -> Iterator[tuple[float, float, list[float]]]:
    """Yield left edge, right edge and heights of three or more wide rules of one width."""
    spans: dict[float, list[tuple[float, float]]] = defaultdict(list)
    for rule in (*page.lines, *page.rects):
        for height in {round(rule["top"]), round(rule["bottom"])}:
            spans[height].append((rule["x0"], rule["x1"]))
    groups: dict[tuple[int, int], list[float]] = defaultdict(list)
    for height, parts in sorted(spans.items()):
        for x0, x1 in _merge_spans(parts):
            if MIN_TABLE_WIDTH * page.width < x1 - x0:
                groups[round(x0 / 3), round(x1 / 3)].append(height)
    for (left, right), heights in groups.items():
        apart = [
            height for number, height in enumerate(heights) if not number or height - heights[number - 1] > 4
        ]
        if len(apart) > 2:
            yield 3.0 * left - 3, 3.0 * right + 3, apart


def _merge_spans(parts: list[tuple[float, float]]) -> list[tuple[float, float]]:
    merged: list[tuple[float, float]] = []
    for x0, x1 in sorted(parts):
        if merged and x0 <= merged[-1][1] + 3:
            merged[-1] = (merged[-1][0], max(x1, merged[-1][1]))
        else:
            merged.append((x0, x1))
    return merged


def _find_column_edges(words: list[Word], gap: float) -> list[float]:
    """Find where columns begin: right of gaps that no word of the table reaches into."""
    spans = _merge_spans([(word.x0, word.x1) for word in words])
    return [after[0] for before, after in pairwise(spans) if after[0] - before[1] >= gap]


def _split_band(band: list[Word], edges: list[float]) -> list[list[Word]]:
    limits = [float("-inf"), *edges, float("inf")]
    return [[word for word in band if low <= word.x0 < high] for low, high in pairwise(limits)]


def _contains(box: Box, word: Word) -> bool:
    x0, top, x1, bottom = box
    return x0 <= (word.x0 + word.x1) / 2 <= x1 and top <= word.middle <= bottom


def _is_table(rows: Cells) -> bool:
    """Ask for text in half the cells and for rows with two: else it is a frame or a grid for layout."""
    cells = [cell for row in rows for cell in row]
    filled = sum(1 for row in rows if sum(1 for cell in row if cell) > 1)
    return filled >= 2 and 2 * sum(1 for cell in cells if cell) >= len(cells)


def _make_table(box: Box, words: list[Word], rows: Cells) -> Word:
    x0, top, x1, bottom = box
    first = min(words, key=lambda word: word.order)
    texts = tuple(tuple(_read_cell(cell) for cell in row) for row in rows)
    return replace(
        first,
        text="",
        x0=x0,
        x1=x1,
        top=top,
        bottom=bottom,
        baseline=top + first.size,
        rows=texts,
        has_header=_has_header(rows, texts),
        parts=tuple(word for row in rows for cell in row for line in group_rows(cell) for word in line),
    )


def _read_cell(words: list[Word]) -> str:
    return join_lines([" ".join(word.text for word in row) for row in group_rows(words)])


def _has_header(rows: Cells, texts: tuple[tuple[str, ...], ...]) -> bool:
    """Take the first row for the columns' names if it is set apart in bold, or if all its cells are short."""
    bold = [all(word.bold for cell in row for word in cell) for row in rows]
    if bold[0] and not all(bold):
        return True
    if any(any(word.bold for word in row[0]) for row in rows[1:]):  # names stand in the first column
        return False
    return all(0 < len(text) <= HEADER_CELL and text[-1] not in ".:" for text in texts[0])

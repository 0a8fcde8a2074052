"""Words of a PDF page into lines, in the order in which a person reads them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median
from typing import TypeVar

from analyzer.ingest.pdf_words import Word

# A gutter is at least this wide (em of the page's type, points) and parts at least so many lines a side.
GUTTER_EM = 0.9
GUTTER_POINTS = 6.0
MIN_COLUMN_LINES = 3
# Columns of prose fill their width; what fills it less and is drawn row by row is a list of names and values.
PROSE_FILL = 0.75
MAX_COLUMN_DEPTH = 4
_CANDIDATES = 6
_NEAR_ROWS = 15

T = TypeVar("T", str, float)


@dataclass(frozen=True, slots=True)
class Line:
    """Words on one baseline of one column.

    Attributes:
        words: The words from left to right; a table is a single word.
        page: Page number from 1.
        left: Left edge of the column.
        right: Right edge of the column.
        region: Number of the column, counted through the document's reading order.
    """

    words: tuple[Word, ...]
    page: int
    left: float
    right: float
    region: int

    @property
    def text(self) -> str:
        """The words with a space between."""
        return " ".join(word.text for word in self.words)

    @property
    def x0(self) -> float:
        """Left edge of the first word."""
        return self.words[0].x0

    @property
    def x1(self) -> float:
        """Right edge of the last word."""
        return self.words[-1].x1

    @property
    def baseline(self) -> float:
        """The baseline of the line's main type."""
        return max(self.words, key=lambda word: len(word.text)).baseline

    @property
    def size(self) -> float:
        """The size that most characters have."""
        return _find_main(self.words, [round(word.size * 2) / 2 for word in self.words])

    @property
    def font(self) -> str:
        """The font that most characters have."""
        return _find_main(self.words, [word.font for word in self.words])

    @property
    def bold(self) -> bool:
        """All of it is bold but for marks and numbers."""
        letters = sum(len(word.text) for word in self.words)
        return sum(len(word.text) for word in self.words if word.bold) > 0.8 * letters

    @property
    def table(self) -> Word | None:
        """The table that stands here, if any."""
        return self.words[0] if self.words[0].rows else None


def _find_main(words: tuple[Word, ...], values: list[T]) -> T:
    counts: Counter[T] = Counter()
    for word, value in zip(words, values, strict=True):
        counts[value] += len(word.text) + 1
    return counts.most_common(1)[0][0]


def group_rows(words: list[Word]) -> list[list[Word]]:
    """Group words that stand on one baseline (raised figures too), from top to bottom and left to right."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda word: word.baseline):
        reference = rows[-1][0] if rows else word
        near = word.baseline - reference.baseline <= 0.4 * max(word.size, reference.size)
        if rows and near and not (word.rows or reference.rows):
            rows[-1].append(word)
        else:
            rows.append([word])
    return [sorted(row, key=lambda word: word.x0) for row in rows]


def order_lines(words: list[Word], *, page: int, right: float, first_region: int = 0) -> list[Line]:
    """Find the lines of a page in reading order: columns one after the other, what spans them between.

    Args:
        words: The page's words and tables.
        page: Its number from 1.
        right: Right edge of the text on the document's pages.
        first_region: Number for the page's first column.
    """
    lines = []
    for number, (region, edge) in enumerate(_split_columns(words, right), start=first_region):
        left = min(word.x0 for word in region)
        lines += [Line(tuple(row), page, left, edge, number) for row in group_rows(region)]
    return lines


def _split_columns(words: list[Word], right: float, depth: int = 0) -> Iterator[tuple[list[Word], float]]:
    """Yield the columns' words and right edges."""
    rows = group_rows(words)
    found = _find_columns(rows) if depth < MAX_COLUMN_DEPTH else None
    if found is None:
        if words:
            yield words, max(right, *(word.x1 for word in words))
        return
    start, end, edge = found
    yield from _split_columns([word for row in rows[:start] for word in row], right, depth)
    left_edge = max(word.x1 for row in rows[start:end] for word in row if word.x0 < edge - 1.5)
    for column in _order_sides(rows[start:end], edge):
        side = left_edge if column[0].x0 < edge - 1.5 else right
        yield from _split_columns(column, side, depth + 1)
    yield from _split_columns([word for row in rows[end:] for word in row], right, depth)


def _find_columns(rows: list[list[Word]]) -> tuple[int, int, float] | None:
    """Find the tallest stretch of rows with a gutter: first row, row after the last, right column's edge."""
    if len(rows) < MIN_COLUMN_LINES:
        return None
    gutter = max(GUTTER_EM * median(word.size for row in rows for word in row), GUTTER_POINTS)
    found = [
        (start, end, edge)
        for edge in _find_edges(rows, gutter)
        for start, end in _find_stretches(rows, edge, gutter)
        if _are_columns(rows[start:end], edge)
    ]
    return max(found, key=lambda stretch: (stretch[1] - stretch[0], -stretch[2]), default=None)


def _find_edges(rows: list[list[Word]], gutter: float) -> list[float]:
    """List where text often starts after a gap, as the left edge of a right column would."""
    left, right = min(row[0].x0 for row in rows), max(row[-1].x1 for row in rows)
    starts: list[float] = []
    for row in rows:
        firsts = [row[0], *(after for before, after in pairwise(row) if after.x0 - before.x1 >= gutter)]
        starts += [word.x0 for word in firsts]
    inner = [x for x in starts if left + 0.15 * (right - left) < x < right - 0.08 * (right - left)]
    counts = Counter(round(x / 2) for x in inner)
    common = [bucket for bucket, count in counts.most_common(_CANDIDATES) if count >= MIN_COLUMN_LINES]
    edges = {min(x for x in inner if round(x / 2) == bucket) for bucket in common}
    # Most lines of a column of lists are indented; its few headings show where it begins.
    edges |= {min(x for x in inner if edge - 2.5 * gutter <= x <= edge) for edge in edges}
    return sorted(edges)


def _find_stretches(rows: list[list[Word]], edge: float, gutter: float) -> Iterator[tuple[int, int]]:
    """Yield the runs of rows that leave the gutter before ``edge`` free, without one-sided rows on top."""

    def is_free(row: list[Word]) -> bool:
        return not any(word.x0 < edge - 1.5 and word.x1 > edge - 0.85 * gutter for word in row)

    usual = median(word.size for row in rows for word in row)
    free = [is_free(row) and not _is_banner(rows, number, edge, usual) for number, row in enumerate(rows)]
    for is_gutter, run in groupby(range(len(rows)), key=free.__getitem__):
        numbers = list(run)
        sided = [number for number in numbers if rows[number][-1].x0 >= edge - 1.5]
        if is_gutter and sided:
            start = _find_top(rows, numbers[0], sided[0])
            yield start, _find_bottom(rows, start, numbers[-1] + 1, edge)


def _find_top(rows: list[list[Word]], first: int, sided: int) -> int:
    """Find the row where the columns begin: lines left of the gutter count if no line above spans it."""
    top = rows[sided][-1].top
    start = sided
    while start > first and rows[start - 1][0].bottom > top:
        start -= 1
    return start


def _find_bottom(rows: list[list[Word]], start: int, end: int, edge: float) -> int:
    """Find the row after the columns: what stands left, but is drawn after all to the right, is below."""
    if _is_drawn_across(rows[start:end], edge):
        return end
    last = max(word.order for row in rows[start:end] for word in row if word.x0 >= edge - 1.5)
    while all(word.x0 < edge - 1.5 and word.order > last for word in rows[end - 1]):
        end -= 1
    return end


def _is_banner(rows: list[list[Word]], number: int, edge: float, usual: float) -> bool:
    """Find a short heading over both columns: larger or bolder, with nothing beside it but text below."""
    row = rows[number]
    stands_out = row[0].size >= 1.15 * usual or (all(word.bold for word in row) and row[0].size >= usual)
    if row[-1].x1 > edge or not stands_out:
        return False
    below = rows[number + 1] if number + 1 < len(rows) else []
    ends_columns = any(word.x0 < edge - 1.5 and word.x1 > edge for word in below)
    # Within the columns a gap of a paragraph may chance to stand beside a heading of the left one.
    margin = (0.3 if ends_columns else 1.5) * row[0].size
    top, bottom, far = row[0].top - margin, row[0].bottom + 0.3 * row[0].size, 4 * row[0].size
    near = rows[max(0, number - _NEAR_ROWS) : number + _NEAR_ROWS]
    right = [word for other in near for word in other if word.x1 > edge]
    above = [word for word in right if top - far < word.bottom <= top]
    following = [word for word in right if bottom <= word.top < bottom + far]
    if not above or not following or any(word.bottom > top and word.top < bottom for word in right):
        return False
    # A heading of the left column is drawn before what stands to the right above it.
    return all(word.order < row[0].order for word in above) and all(
        row[0].order < word.order for word in following
    )


def _are_columns(rows: list[list[Word]], edge: float) -> bool:
    left = [[word for word in row if word.x0 < edge - 1.5] for row in rows]
    right = [[word for word in row if word.x0 >= edge - 1.5] for row in rows]
    left, right = [row for row in left if row], [row for row in right if row]
    if min(len(left), len(right)) < MIN_COLUMN_LINES or not _stand_side_by_side(left, right):
        return False
    if not _is_drawn_across(rows, edge):
        return True
    # Drawn line by line across: wide gaps of a few justified lines can meet by chance, so ask for more.
    filled = min(_measure_fill(left), _measure_fill(right)) >= PROSE_FILL
    return filled and min(len(left), len(right)) >= 2 * MIN_COLUMN_LINES


def _is_drawn_across(rows: list[list[Word]], edge: float) -> bool:
    """Say whether the file draws the rows one by one, to the left and to the right of the gutter."""
    shared = sum(1 for row in rows if row[0].x0 < edge - 1.5 <= row[-1].x0)
    return _count_changes([word for row in rows for word in row], edge) >= max(1.5 * shared, 3)


def _stand_side_by_side(left: list[list[Word]], right: list[list[Word]]) -> bool:
    top = max(left[0][0].top, right[0][0].top)
    bottom = min(left[-1][0].bottom, right[-1][0].bottom)
    return bottom - top > 2 * left[0][0].size


def _measure_fill(rows: list[list[Word]]) -> float:
    left, right = min(row[0].x0 for row in rows), max(row[-1].x1 for row in rows)
    return median((row[-1].x1 - row[0].x0) / max(right - left, 1) for row in rows)


def _count_changes(words: list[Word], edge: float) -> int:
    """Count how often the file, in its drawing order, goes from one side of the gutter to the other."""
    sides = [word.x0 >= edge - 1.5 for word in sorted(words, key=lambda word: word.order)]
    return sum(1 for before, after in pairwise(sides) if before != after)


def _order_sides(rows: list[list[Word]], edge: float) -> list[list[Word]]:
    """Part rows at the gutter: the left side and then the right, or cell by cell if drawn in that order."""
    words = [word for row in rows for word in row]
    if _count_changes(words, edge) <= 2 or _is_drawn_across(rows, edge):
        left = [word for word in words if word.x0 < edge - 1.5]
        return [left, [word for word in words if word.x0 >= edge - 1.5]]
    drawn = sorted(words, key=lambda word: word.order)
    return [list(cell) for _, cell in groupby(drawn, key=lambda word: word.x0 >= edge - 1.5)]

"""Running headers, footers and page numbers: what belongs to the page and not to the statement."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from difflib import SequenceMatcher

from analyzer.ingest.pdf_lines import Line, group_rows, order_lines
from analyzer.ingest.pdf_words import Word

MARGIN = 0.15  # share of the page's height, at top and bottom, where furniture is looked for
SHARE_OF_PAGES = 0.5  # of the pages, or of the left or right ones, must show it
SHIFT = 4.0  # points that it may move up or down from page to page
SCAN_SHIFT = 16.0  # the same for sheets that were laid on a scanner by hand
ALIKE = 0.8  # of the characters of two scanned rows agree if they are one row, read differently

_DIGITS = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"[-–—|\s]*(?:(?:(?:side|page|s\.)\s*)?\d{1,4}(?:\s*(?:av|of|/|\|)\s*\d{1,4})?|[ivx]{1,5})[-–—|\s]*",
    re.IGNORECASE,
)
_PAGE_OF_PAGES = re.compile(r"\b(?:side|page)\s+\d{1,4}\s*(?:av|of|/)\s*\d{1,4}\b", re.IGNORECASE)
_BROWSER_FOOTER = re.compile(r"(?:https?|file)://\S+\s+(?:\d+/\d+|\d+ of \d+)")
_BROWSER_HEADER = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{2,4},? +\d{1,2}[:.]\d{2}")

Rows = list[list[Word]]


def order_pages(pages: list[list[Word]], heights: list[float], *, scanned: bool = False) -> list[Line]:
    """Put the words of the pages in reading order, without what belongs to the pages.

    Args:
        pages: The words of each page.
        heights: The height of each page in points.
        scanned: The words were read from pictures.
    """
    lines: list[Line] = []
    cleaned = remove_furniture(pages, heights, scanned=scanned)
    right = max((word.x1 for words in cleaned for word in words), default=0.0)
    for number, words in enumerate(cleaned, start=1):
        region = lines[-1].region + 1 if lines else 0
        lines += order_lines(words, page=number, right=right, first_region=region)
    return lines


def remove_furniture(
    pages: list[list[Word]], heights: list[float], *, scanned: bool = False
) -> list[list[Word]]:
    """Leave out what repeats at the same height on the pages, up to digits, and page numbers at the edges.

    A document of one page keeps its header and footer, since nothing shows that they are such, except for
    a page number and what browsers print around a page.

    Args:
        pages: The words of each page.
        heights: The height of each page in points.
        scanned: Rows may lie higher or lower from page to page and differ in some characters.
    """
    rows = [group_rows(words) for words in pages]
    margins = [_find_margins(page, height) for page, height in zip(rows, heights, strict=True)]
    repeated = _find_repeated(margins, scanned=scanned) | _find_counting(margins)
    cleaned = []
    for number, (page, margin) in enumerate(zip(rows, margins, strict=True)):
        drop = {id(row) for row in margin if (number, id(row)) in repeated}
        drop |= {id(row) for row in _find_page_numbers(page, margin, drop)}
        drop |= {id(row) for row in _find_browser_rows(page)}
        cleaned.append([word for row in page if id(row) not in drop for word in row])
    return cleaned


def _read_row(row: list[Word]) -> str:
    return " ".join(word.text for word in row)


def _find_margins(rows: Rows, height: float) -> Rows:
    return [row for row in rows if row[0].baseline < MARGIN * height or row[0].top > (1 - MARGIN) * height]


def _find_repeated(margins: list[Rows], *, scanned: bool) -> set[tuple[int, int]]:
    """Find the rows that show again at their height, as pairs of page index and row identity."""
    places: dict[str, list[tuple[int, list[Word]]]] = defaultdict(list)
    for number, rows in enumerate(margins):
        for row in rows:
            text = _DIGITS.sub("#", _read_row(row))
            places[_find_alike(text, places) if scanned else text].append((number, row))
    shift = SCAN_SHIFT if scanned else SHIFT
    found = set()
    for shown in places.values():
        for number, row in shown:
            same = {n for n, other in shown if abs(other[0].baseline - row[0].baseline) <= shift}
            if len(same) > 1 and _is_common(same, len(margins)):
                found.add((number, id(row)))
    return found


def _find_alike(text: str, known: Iterable[str]) -> str:
    """Give the known row that the text repeats, or the text."""
    alike = (row for row in known if SequenceMatcher(None, row, text, autojunk=False).ratio() >= ALIKE)
    return next(alike, text)


def _find_counting(margins: list[Rows]) -> set[tuple[int, int]]:
    """Find rows that begin or end in the page's number, as headers do that name the chapter."""
    starts: dict[tuple[int, int], set[tuple[int, int]]] = defaultdict(set)
    for number, rows in enumerate(margins):
        for row in rows:
            for end in (0, -1):
                text = row[end].text
                if len(row) > 1 and text.isdecimal() and len(text) < 5:
                    starts[round(row[0].baseline / (2 * SHIFT)), int(text) - number].add((number, id(row)))
    counting = [found for found in starts.values() if len({number for number, _ in found}) > 2]
    return set().union(*(found for found in counting if _is_common({n for n, _ in found}, len(margins))))


def _is_common(pages: set[int], total: int) -> bool:
    for side in (range(total), range(0, total, 2), range(1, total, 2)):
        if len(side) > 1 and sum(1 for number in side if number in pages) >= SHARE_OF_PAGES * len(side):
            return True
    return False


def _find_page_numbers(page: Rows, margin: Rows, drop: set[int]) -> Rows:
    """Find page numbers in the first and last row of what is left, also beside other text ("Side 3 av 7")."""
    rest = [row for row in page if id(row) not in drop]
    outermost = [row for row in rest[:1] + rest[-1:] if any(row is other for other in margin)]
    return [
        row
        for row in outermost
        if len(rest) > 1 and (_PAGE_NUMBER.fullmatch(_read_row(row)) or _PAGE_OF_PAGES.search(_read_row(row)))
    ]


def _find_browser_rows(page: Rows) -> Rows:
    """Find date, title, address and page number as browsers print them outside the page's own margin."""
    if len(page) < 3 or not _BROWSER_FOOTER.fullmatch(_read_row(page[-1])):
        return []
    return [page[-1], *(row for row in page[:1] if _BROWSER_HEADER.match(_read_row(row)))]

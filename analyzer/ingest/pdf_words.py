"""Characters of a PDF page into words, with the type they are set in."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

# One character as pdfplumber gives it; the keys we use are read in this module only.
Char = dict[str, Any]

# Gaps in em between two characters that part words. Pages that carry their own space characters need the
# gap only for tabs and columns, and a low limit would there break up loosely set words.
GAP_WITH_SPACES = 0.30
GAP_WITHOUT_SPACES = 0.16
SPACES_PER_CHARACTER = 1 / 15

MAX_CHARS_PER_PAGE = 100_000
MAX_DRAWN_BULLETS = 300  # more small shapes on one page are a drawing

_BOLD = re.compile(r"bold|black|heavy|semibd|demi|[-,]bd\b", re.IGNORECASE)
_ITALIC = re.compile(r"ital|obli|kursiv", re.IGNORECASE)
_SYMBOL_FONT = re.compile(r"symbol(?!a)", re.IGNORECASE)  # Greek letters, under the codes of Latin ones
_DINGBAT_FONT = re.compile(r"dingbats|wingdings|webdings", re.IGNORECASE)
_UNMAPPED = re.compile(r"\(cid:\d+\)|[\ue000-\uf8ff\ufffd\x00-\x08\x0e-\x1f]")
_OVERPRINT = 0.6  # points
_MISSING = "(cid:0)"  # the box drawn for what the font lacks, often an emoji
UNMAPPED = "\ue000"  # stands for every glyph without a letter, so that bullets among them can be told
_BULLET_SHAPE = (1.2, 7.0)  # points: smaller is dust, larger is an icon
# The soft hyphen is a drawn, visible hyphen in a PDF; unbroken ones are not drawn at all.
_GLYPHS = str.maketrans(
    {"\u00ad": "-", "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "ft", "ﬆ": "st"}
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word on a page, in points from the top left corner.

    Attributes:
        text: The characters.
        x0: Left edge.
        x1: Right edge.
        top: Upper edge.
        bottom: Lower edge.
        baseline: The line that the letters stand on; equal for fonts of unlike height.
        size: Font size.
        font: Font name without its subset prefix.
        order: Place in the page's drawing order.
        rows: The cells, if this stands for a whole table.
        has_header: The table's first row names its columns.
        parts: The words in those cells, in the order in which the cells are read.
    """

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    baseline: float
    size: float
    font: str
    order: int
    rows: tuple[tuple[str, ...], ...] = ()
    has_header: bool = False
    parts: tuple[Word, ...] = ()

    @property
    def bold(self) -> bool:
        """Set in a bold face, going by the font's name."""
        return _BOLD.search(self.font) is not None

    @property
    def italic(self) -> bool:
        """Set in an italic face, going by the font's name."""
        return _ITALIC.search(self.font) is not None

    @property
    def middle(self) -> float:
        """Halfway between the upper and the lower edge."""
        return (self.top + self.bottom) / 2


def read_words(page: Any) -> list[Word]:
    """Find the words of a pdfplumber page; rotated, cropped and doubly drawn text is left out.

    Args:
        page: A ``pdfplumber.page.Page``.
    """
    chars = _select_chars(page)
    spaces = sum(1 for char in chars if char["text"].isspace())
    limit = GAP_WITH_SPACES if spaces > len(chars) * SPACES_PER_CHARACTER else GAP_WITHOUT_SPACES
    words = [word for row in _group_chars(chars) for word in _split_row(row, limit)]
    return words + _find_drawn_bullets(page, words)


def is_broken(page: Any) -> bool:
    """Say whether most characters have no meaning, as in a PDF that lacks the map from glyph to letter.

    Args:
        page: A ``pdfplumber.page.Page``.
    """
    letters = [char["text"] for char in page.chars[:MAX_CHARS_PER_PAGE] if not char["text"].isspace()]
    return 2 * sum(1 for text in letters if _UNMAPPED.match(text)) > len(letters)


def _select_chars(page: Any) -> list[Char]:
    x0, top, x1, bottom = page.cropbox if page.cropbox else page.bbox
    seen: set[tuple[str, int, int]] = set()
    selected: list[Char] = []
    for order, char in enumerate(page.chars[:MAX_CHARS_PER_PAGE]):
        inside = x0 - 1 <= (char["x0"] + char["x1"]) / 2 <= x1 + 1 and top - 1 <= char["bottom"] <= bottom + 8
        if char["text"] == _MISSING or not inside or _is_rotated(char) or _is_drawn_twice(char, seen):
            continue
        # pdfplumber's top and bottom follow the font's box; the matrix has the true baseline.
        baseline = char["bottom"] - (char["matrix"][5] - char["y0"])
        selected.append({**char, "text": _read_glyph(char), "baseline": baseline, "order": order})
    return selected


def _read_glyph(char: Char) -> str:
    """Give the glyph's text, or the sign for none where a font shows pictures under the codes of letters."""
    text, font = char["text"], char["fontname"]
    pictured = _DINGBAT_FONT.search(font) or (_SYMBOL_FONT.search(font) and text.isalpha())
    if pictured and text < "\u0100" and text not in "•·" and not text.isspace():
        return UNMAPPED
    return _UNMAPPED.sub(UNMAPPED, text)


def _is_rotated(char: Char) -> bool:
    # pdfminer calls slanted watermarks upright, so the matrix is asked directly.
    a, b = char["matrix"][0], char["matrix"][1]
    return bool(a <= 0 or abs(b) > 0.05 * a)


def _is_drawn_twice(char: Char, seen: set[tuple[str, int, int]]) -> bool:
    """Find imitated bold and shadows, which draw the same character a hair beside itself."""
    column, row = round(char["x0"] / _OVERPRINT), round(char["top"] / _OVERPRINT)
    text = char["text"]
    near = ((text, column + dx, row + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1))
    if not text.isspace() and any(key in seen for key in near):
        return True
    seen.add((text, column, row))
    return False


def _group_chars(chars: list[Char]) -> Iterator[list[Char]]:
    """Group by baseline and sort from left to right; columns share a group, their gap parts the words."""
    group: list[Char] = []
    for char in sorted(chars, key=lambda char: char["baseline"]):
        if group and char["baseline"] - group[0]["baseline"] > 0.15 * min(char["size"], group[0]["size"]):
            yield sorted(group, key=lambda char: char["x0"])
            group = []
        group.append(char)
    if group:
        yield sorted(group, key=lambda char: char["x0"])


def _split_row(row: list[Char], limit: float) -> Iterator[Word]:
    limit += _measure_letterspacing(row)
    word: list[Char] = []
    for char in row:
        if word and (char["text"].isspace() or _is_apart(word[-1], char, limit)):
            yield _make_word(word)
            word = []
        if not char["text"].isspace():
            word.append(char)
    if word:
        yield _make_word(word)


def _is_apart(left: Char, right: Char, limit: float) -> bool:
    size = min(left["size"], right["size"])
    return bool(right["x0"] - left["x1"] > limit * size)


def _measure_letterspacing(row: list[Char]) -> float:
    """Measure in em how loosely the row is set, as headings in capitals often are."""
    gaps = [
        (right["x0"] - left["x1"]) / max(left["size"], 1)
        for left, right in pairwise(row)
        if not left["text"].isspace() and not right["text"].isspace()
    ]
    typical = median(gaps) if len(gaps) > 5 else 0.0
    return typical if 0.05 < typical < 0.6 else 0.0


def _make_word(chars: list[Char]) -> Word:
    fonts = Counter(char["fontname"] for char in chars)
    text = "".join(char["text"] for char in chars).translate(_GLYPHS)
    return Word(
        text=unicodedata.normalize("NFC", text),
        x0=chars[0]["x0"],
        x1=max(char["x1"] for char in chars),
        top=min(char["top"] for char in chars),
        bottom=max(char["bottom"] for char in chars),
        baseline=median(char["baseline"] for char in chars),
        size=median(char["size"] for char in chars),
        font=fonts.most_common(1)[0][0].partition("+")[2] or fonts.most_common(1)[0][0],
        order=min(char["order"] for char in chars),
    )


def _find_drawn_bullets(page: Any, words: list[Word]) -> list[Word]:
    """Make words of bullets that are drawn as small discs or squares, as browsers print them."""
    shapes = [shape for shape in (*page.curves, *page.rects) if _is_bullet_shaped(shape)]
    bullets = []
    for shape in shapes if len(shapes) <= MAX_DRAWN_BULLETS else []:
        middle = (shape["top"] + shape["bottom"]) / 2
        beside = [
            word
            for word in words
            if word.top < middle < word.bottom and 0 < word.x0 - shape["x1"] < 2.5 * word.size
        ]
        if beside:
            text = min(beside, key=lambda word: word.x0)
            bullets.append(_make_bullet(shape, text))
    return bullets


def _is_bullet_shaped(shape: dict[str, Any]) -> bool:
    low, high = _BULLET_SHAPE
    width, height = shape["x1"] - shape["x0"], shape["bottom"] - shape["top"]
    return bool(low < width < high and abs(width - height) < 0.2 * width)


def _make_bullet(shape: dict[str, Any], text: Word) -> Word:
    return Word(
        "•", shape["x0"], shape["x1"], text.top, text.bottom, text.baseline, text.size, text.font, text.order
    )

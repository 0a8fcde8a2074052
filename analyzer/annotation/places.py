"""Finds where a passage of ``document.text`` stands among the pieces of text of the original file.

The text that was read and the file differ in white space, in hyphens at line ends and in list markers. Letters and
digits they have in common, so a passage is looked for by these alone.
"""

from __future__ import annotations

import bisect
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

_MARKER = re.compile(r"(?:[•*–-]|\(?[\w.]{1,7}[.)]|\d[\d.]{0,6})\s+(?=\S)")
"""What a reader puts before a list item or heading and the file may hold as a number without text."""

_CONTEXT = 80  # letters on either side that tell equal passages apart
_MAX_EQUAL = 500  # equal passages that are looked at
_ENDS = 24  # letters by which a passage is found that does not stand in the file as it was read
_STRETCH = 1.3  # times its length that such a passage may then have


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of one unit, by its index and the characters from ``start`` to before ``end``."""

    unit: int
    start: int
    end: int


@dataclass(slots=True)
class _Letters:
    """The letters and digits of a text, without case and accents, and the characters they stand for."""

    text: str
    offsets: list[int]


class Places:
    """Maps spans of a text to the units of the file that it was read from.

    Args:
        text: The text as read.
        units: The file's words or runs in reading order; others may stand between.

    Example:
        >>> places = Places("1. Vi behandler navn.", ["Vi", "be-", "handler", "navn."])
        >>> [(part.unit, part.start, part.end) for part in places.find(6, 20)]
        [(1, 0, 3), (2, 0, 7), (3, 0, 5)]
    """

    def __init__(self, text: str, units: Sequence[str]) -> None:
        self._text = text
        self._units = units
        self._starts = [0]
        for unit in units:
            self._starts.append(self._starts[-1] + len(unit))
        self._read = _letters(text)
        self._file = _letters("".join(units))

    def find(self, start: int, end: int) -> list[Part]:
        """Give the parts of units where ``text[start:end]`` stands, in reading order; none if it is not found."""
        found: set[int] = set()
        for line in re.finditer(r"[^\n]+", self._text[start:end]):
            found.update(self._find_line(start + line.start(), start + line.end()))
        return list(self._parts(sorted(found)))

    def _find_line(self, start: int, end: int) -> range:
        """Find a line, with its list marker or, since that may be no text in the file, without."""
        marker = _MARKER.match(self._text, start, end)
        low, high = self._to_letters(start), self._to_letters(end)
        place = self._locate(low, high)
        if place is None and marker:
            low = self._to_letters(marker.end())
            place = self._locate(low, high)
        return range(*(place or self._locate_ends(low, high) or (0, 0)))

    def _to_letters(self, offset: int) -> int:
        return bisect.bisect_left(self._read.offsets, offset)

    def _locate(self, low: int, high: int) -> tuple[int, int] | None:
        """Find letters of the text in the file; of equal passages the one in the same surroundings."""
        wanted = self._read.text[low:high]
        found = _find_all(self._file.text, wanted) if wanted else iter(())
        start = max(found, key=lambda at: self._agreement(low, high, at, at + len(wanted)), default=None)
        return None if start is None else (start, start + len(wanted))

    def _agreement(self, low: int, high: int, start: int, end: int) -> tuple[int, float]:
        """Count the letters around that agree; where all do, go by the place in the whole."""
        read, file = self._read.text, self._file.text
        before = _common(
            reversed(read[max(low - _CONTEXT, 0) : low]), reversed(file[max(start - _CONTEXT, 0) : start])
        )
        after = _common(read[high : high + _CONTEXT], file[end : end + _CONTEXT])
        return before + after, -abs(low / len(read) - start / len(file))

    def _locate_ends(self, low: int, high: int) -> tuple[int, int] | None:
        """Find a passage by its first and last letters, where the file has something else in its middle."""
        wanted = self._read.text[low:high]
        if len(wanted) < 2 * _ENDS:
            return None
        heads = _find_all(self._file.text, wanted[:_ENDS])
        tails = [at + _ENDS for at in _find_all(self._file.text, wanted[-_ENDS:])]
        fitting = [
            (head, tail)
            for head in heads
            for tail in tails[bisect.bisect(tails, head) :][:3]
            if len(wanted) / _STRETCH < tail - head < len(wanted) * _STRETCH
        ]
        return min(fitting, key=lambda place: abs(place[1] - place[0] - len(wanted)), default=None)

    def _parts(self, letters: Sequence[int]) -> Iterator[Part]:
        """Give the units of rising places among the letters, with what stands between neighbouring ones."""
        characters = [(self._unit_at(self._file.offsets[place]), place) for place in letters]
        last = -1
        for unit, group in groupby(characters, key=lambda pair: pair[0]):
            places = [place for _, place in group]
            start, end = (self._file.offsets[place] - self._starts[unit] for place in (places[0], places[-1]))
            start, end = self._widen(self._units[unit], start, end + 1)
            if last == places[0] - 1:
                start = 0
            last = places[-1]
            if last < letters[-1] and letters[bisect.bisect(letters, last)] == last + 1:
                end = len(self._units[unit])
            yield Part(unit, start, end)

    def _unit_at(self, offset: int) -> int:
        return bisect.bisect_right(self._starts, offset) - 1

    def _widen(self, unit: str, start: int, end: int) -> tuple[int, int]:
        """Take the signs along that stand at the passage: quotation marks, brackets, the full stop."""
        while start and not (unit[start - 1].isalnum() or unit[start - 1].isspace()):
            start -= 1
        while end < len(unit) and not (unit[end].isalnum() or unit[end].isspace()):
            end += 1
        return start, end


def _find_all(text: str, wanted: str) -> Iterator[int]:
    start = text.find(wanted)
    for _ in range(_MAX_EQUAL):
        if start < 0:
            return
        yield start
        start = text.find(wanted, start + 1)


def _common(left: Iterable[str], right: Iterable[str]) -> int:
    count = 0
    for a, b in zip(left, right, strict=False):
        if a != b:
            break
        count += 1
    return count


def _letters(text: str) -> _Letters:
    letters, offsets = [], []
    for offset, char in enumerate(text):
        for letter in _fold(char):
            letters.append(letter)
            offsets.append(offset)
    return _Letters("".join(letters), offsets)


@lru_cache(maxsize=4096)
def _fold(char: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", char).casefold() if c.isalnum())

"""Where a report's claims stand in the source: the best quote, and passages with the words that OCR had damaged."""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_NEARLY = 0.5
"""Share of the best score from which evidence that says something is preferred to evidence that names a matter."""

_WORDS = 3
"""Fewer words make no statement, such as "Innsyn", unless a number or an address is among them."""

_NUMBERED = re.compile(
    r"^\W*(?:(?:§|kap\w*\.?|punkt)\s?)?(?:\d{1,2}(?:\.\d{1,2}){0,3}|[a-zA-Z](?=[.)]))[.):]?\s+|[\s.…]{1,99}\d{1,3}$"
)
_LEADERS = re.compile(r"(?:\.\s?){4}|…{2}|\t\d{1,3}$")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the source as a reader should see it.

    Attributes:
        start: Offset of its first character in ``document.text``.
        end: Offset after its last character.
        text: What the reader sees.
        original: What stood there as read, if OCR had damaged it.
    """

    start: int
    end: int
    text: str
    original: str | None = None


def count_undecided(data: Mapping[str, Any]) -> int:
    """Count the disclosures of a report of which it cannot be told whether the law requires them; 0 if nothing can be judged."""
    if any(finding["code"] == "not-assessable" for finding in data["findings"]):
        return 0
    return sum(d["status"] == "undetermined" and d["required"] is None for d in data["disclosures"])


def best_segment(data: Mapping[str, Any], disclosure: Mapping[str, Any]) -> int | None:
    """Give the index of the segment that proves a disclosure best, or None if there is none.

    A heading, a line of a table of contents, a question or a lead-in that ends in a colon names a matter rather than
    says something of it: it is chosen only where no other evidence is nearly as sure.

    Args:
        data: A report, as JSON.
        disclosure: One of its ``disclosures``.
    """
    evidence: Sequence[int] = disclosure["evidence"]
    scores = {index: _score(data["segments"][index], disclosure["id"]) for index in evidence}
    least = _NEARLY * max(scores.values(), default=0.0)
    titles = _titles(data) if len(evidence) > 1 else frozenset[str]()
    telling = [
        i for i in evidence if scores[i] >= least and not _only_names(data["segments"][i]["text"], titles)
    ]
    return max(telling or evidence, key=lambda index: scores[index], default=None)


def _score(segment: Mapping[str, Any], topic: str) -> float:
    return max((float(c["score"]) for c in segment["categories"] if c["id"] == topic), default=0.0)


def _titles(data: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(_bare(section["title"]) for section in data["sections"])


def _bare(title: str) -> str:
    """Take number and page number off a title: "3. Lagring ..... 7" is "lagring"."""
    return _NUMBERED.sub("", title).strip(" .:…\t").casefold()


def _only_names(text: str, titles: frozenset[str]) -> bool:
    """Tell a segment that names a matter from one that says something of it."""
    text = text.strip()
    words = text.split()
    return (
        text.endswith((":", "?"))
        or (len(words) < _WORDS and "".join(words).replace("-", "").isalpha())
        or _LEADERS.search(text) is not None
        or _bare(text) in titles
    )


class Source:
    """The text of a report's document, with its repairs.

    Args:
        data: A report, as JSON.
    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        document = data["document"]
        self.text: str = document["text"]
        self._repairs: Sequence[Mapping[str, Any]] = document["restoration"]["repairs"]
        self._starts = [repair["start"] for repair in self._repairs]

    def snap(self, start: int, end: int) -> tuple[int, int]:
        """Widen a span so that it cuts no repaired word."""
        for repair in self._within(start, end):
            start, end = min(start, repair["start"]), max(end, repair["end"])
        return start, end

    def pieces(self, start: int, end: int, cuts: Iterable[int] = ()) -> list[Piece]:
        """Take a span apart at the offsets ``cuts`` and around its repairs, which are never cut themselves."""
        start, end = self.snap(start, end)
        found: list[Piece] = []
        position = start
        for repair in self._within(start, end):
            found += self._plain(position, repair["start"], cuts)
            found.append(Piece(repair["start"], repair["end"], repair["restored"], repair["original"]))
            position = repair["end"]
        return found + self._plain(position, end, cuts)

    def quote(self, start: int, end: int, text: str, limit: int) -> list[Piece]:
        """Give a quote in pieces, at most about ``limit`` characters of it.

        Args:
            start: Offset where the quote starts.
            end: Offset after it.
            text: The quote as a reader should see it; used as it is where nothing was repaired.
            limit: Length from which the quote is cut off with an ellipsis, at a space if there is one.
        """
        if next(iter(self._within(start, end)), None) is None:
            return [Piece(start, end, shorten(text, limit))]
        kept: list[Piece] = []
        room = limit
        for piece in self.pieces(start, end):
            if room - len(piece.text) < 0:
                kept.append(Piece(piece.start, piece.end, shorten(piece.text, max(room, 1)), piece.original))
                break
            kept.append(piece)
            room -= len(piece.text)
        return kept

    def _plain(self, start: int, end: int, cuts: Iterable[int]) -> list[Piece]:
        bounds = [start, *sorted({cut for cut in cuts if start < cut < end}), end]
        return [Piece(a, b, self.text[a:b]) for a, b in itertools.pairwise(bounds) if a < b]

    def _within(self, start: int, end: int) -> list[Mapping[str, Any]]:
        """Find the repairs that touch a span; they do not overlap each other."""
        first = bisect.bisect_right(self._starts, start) - 1
        if first < 0 or self._repairs[first]["end"] <= start:
            first += 1
        return list(self._repairs[first : bisect.bisect_left(self._starts, end)])


def shorten(text: str, limit: int) -> str:
    """Cut a text off at a space before ``limit``, or at ``limit`` if it has none, with an ellipsis.

    Example:
        >>> shorten("Vi lagrer navn", 11), shorten("Vi", 11)
        ('Vi lagrer …', 'Vi')
    """
    if len(text) <= limit:
        return text
    return text[:limit].rsplit(" ", 1)[0].rstrip() + " …"

"""The words of Norwegian with their frequencies, and what OCR makes of their letters."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

FREQUENCY_STEP = 0.125
"""Log frequencies are stored in steps of this size (natural logarithm), as one byte."""

UNKNOWN = -19.0
"""Log frequency of a word that no list has."""


@dataclass(frozen=True)
class Lexicon:
    """Word forms in lower case with natural log frequencies."""

    frequency: Mapping[str, float]

    @classmethod
    def unpack(cls, words: bytes, codes: bytes) -> Lexicon:
        """Rebuild a lexicon from its stored form."""
        values = [-FREQUENCY_STEP * code for code in range(256)]
        return cls(dict(zip(words.decode("utf-8").split("\n"), map(values.__getitem__, codes), strict=True)))

    def pack(self) -> tuple[bytes, bytes]:
        """Give the stored form: words in order, and a byte for each frequency."""
        words = sorted(self.frequency)
        codes = bytes(min(255, max(0, round(-self.frequency[w] / FREQUENCY_STEP))) for w in words)
        return "\n".join(words).encode("utf-8"), codes


@dataclass(frozen=True)
class Channel:
    """P(read | true), learned from aligned pages.

    Attributes:
        letters: For short letter sequences as read, the true sequences and their log probability.
        words: For whole words as read, the true words and their log probability.
    """

    letters: Mapping[str, tuple[tuple[str, float], ...]]
    words: Mapping[str, tuple[tuple[str, float], ...]]

    @classmethod
    def load(cls, path: Path) -> Channel:
        """Read a channel from JSON."""
        raw = json.loads(path.read_text(encoding="utf-8"))
        return cls(_inverse(raw["letters"]), _inverse(raw["words"]))

    @cached_property
    def special(self) -> Mapping[str, tuple[tuple[str, float], ...]]:
        """The confusions of the three letters that English lacks."""
        chosen = {
            read: tuple((t, p) for t, p in options if t in ("æ", "ø", "å"))
            for read, options in self.letters.items()
        }
        return {read: options for read, options in chosen.items() if options}


def _inverse(table: Iterable[tuple[str, str, float]]) -> dict[str, tuple[tuple[str, float], ...]]:
    """Index (true, read, probability) by what was read."""
    inverse: dict[str, list[tuple[str, float]]] = {}
    for true, read, probability in table:
        inverse.setdefault(read, []).append((true, math.log(probability)))
    return {read: tuple(options) for read, options in inverse.items()}

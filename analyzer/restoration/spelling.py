"""How Norwegian a spelling looks: a letter model, for words that no list has.

Four-grams with interpolated back-off (Jelinek and Mercer 1980) over the types of a lexicon.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LETTERS = "abcdefghijklmnopqrstuvwxyzæøå"
EDGE, OTHER = 29, 30
SYMBOLS = 32
STEP = 0.0625
"""Log probabilities are stored in steps of this size (natural logarithm), as one byte."""

BACK_OFF = 4.0
"""Weight of the shorter context, in counts."""

_CODES = {letter: i for i, letter in enumerate(LETTERS)}


class LetterModel:
    """Log probability of a word's letters, each after the three before it."""

    def __init__(self, codes: NDArray[np.uint8]) -> None:
        """Take the stored form: ``SYMBOLS ** 4`` bytes, minus log probabilities in steps of ``STEP``."""
        self.codes = codes

    @cached_property
    def _table(self) -> bytes:
        return self.codes.tobytes()

    def score(self, text: str) -> float:
        """Give the log probability of a word, or of several with spaces between."""
        table = self._table
        total, state = 0, _START
        for letter in f"{text} ":
            symbol = EDGE if letter == " " else _CODES.get(letter, OTHER)
            total += table[state * SYMBOLS + symbol]
            state = _START if symbol == EDGE else (state * SYMBOLS + symbol) % SYMBOLS**3
        return -STEP * total

    @classmethod
    def fit(cls, words: Iterable[str]) -> LetterModel:
        """Count the letters of words in lower case."""
        import numpy as np

        counts: list[Counter[tuple[int, ...]]] = [Counter() for _ in range(4)]
        for word in words:
            symbols = [EDGE] * 3 + [_CODES.get(c, OTHER) for c in word] + [EDGE]
            for i in range(3, len(symbols)):
                for size in range(4):
                    counts[size][tuple(symbols[i - size : i + 1])] += 1
        p = np.full(SYMBOLS, 1 / SYMBOLS)
        for size in range(4):
            table = np.zeros((SYMBOLS,) * (size + 1))
            for gram, count in counts[size].items():
                table[gram] = count
            p = (table + BACK_OFF * p) / (table.sum(-1, keepdims=True) + BACK_OFF)
        return cls(np.clip(np.round(-np.log(p) / STEP), 0, 255).astype(np.uint8).ravel())


_START = (EDGE * SYMBOLS + EDGE) * SYMBOLS + EDGE

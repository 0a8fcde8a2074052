"""How well damage is undone, word by word."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass
class RestorationScore:
    """Words counted over pages; case and punctuation count, bullets and dashes do not."""

    words: int = 0
    damaged: int = 0
    restored: int = 0
    broken: int = 0
    """Intact words that were changed."""

    changed: int = 0
    """Words that were changed, damaged or not."""

    errors_before: int = 0
    errors_after: int = 0
    """Words to change, add or remove until the truth stands there (Levenshtein 1966)."""

    def rates(self) -> dict[str, float]:
        """Give the shares that cards and tables show."""
        return {
            "damaged_words_restored": round(self.restored / max(self.damaged, 1), 4),
            "intact_words_broken_per_10000": round(1e4 * self.broken / max(self.words - self.damaged, 1), 2),
            "word_errors_before": round(self.errors_before / max(self.words, 1), 4),
            "word_errors_after": round(self.errors_after / max(self.words, 1), 4),
        }


def score_restoration(pages: Iterable[tuple[str, str]], restore: Callable[[str], str]) -> RestorationScore:
    """Restore what was read of pages and compare it with what stands on them.

    Args:
        pages: For each page what stands on it and what was read.
        restore: Undoes the damage of a text.
    """
    from rapidfuzz.distance import Levenshtein

    total = RestorationScore()
    for truth_text, read_text in pages:
        truth, read, restored = _words(truth_text), _words(read_text), _words(restore(read_text))
        total.words += len(truth)
        total.errors_before += Levenshtein.distance(truth, read)
        total.errors_after += Levenshtein.distance(truth, restored)
        for true, seen, result in zip(truth, _beside(truth, read), _beside(truth, restored), strict=True):
            total.damaged += seen != true
            total.restored += seen != true and result == true
            total.broken += seen == true and result != true
            total.changed += seen != result
    return total


def _words(text: str) -> list[str]:
    return [w for w in text.split() if any(c.isalnum() for c in w) or w in ("&", "|", "@")]


def _beside(truth: Sequence[str], other: Sequence[str]) -> list[str | None]:
    """For each word of the truth, give the word that stands there in the other text, or None."""
    from rapidfuzz.distance import Levenshtein

    found: list[str | None] = []
    codes: list[Any] = list(Levenshtein.opcodes(truth, other))
    for code in codes:
        left = truth[code.src_start : code.src_end]
        right = other[code.dest_start : code.dest_end] if code.tag != "insert" else ()
        found += [*right, *[None] * len(left)][: len(left)]
    return found

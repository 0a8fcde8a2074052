"""Public Norwegian text to train on: statements, and treebanks in CoNLL as NorNE has them."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from pathlib import Path

WORDS_PER_TEXT = 1_500
"""Treebanks are cut into texts of this many words, so that words can be counted by text."""

STATEMENT_WEIGHT = 3.0
"""Counts of statements weigh this much in the lexicon; those of other text weigh 1."""

SHARED_RUN = 8
MAX_SHARED = 0.1
"""A text of which more than this share of its runs of 8 words stands in a text to measure on is left out."""

_ENGLISH = frozenset(
    ["the", "of", "and", "to", "is", "in", "that", "for", "with", "this", "you", "are", "be", "or"]
)


@dataclass(frozen=True, slots=True)
class TrainingText:
    """An intact text with its weight in the lexicon."""

    name: str
    text: str
    weight: float

    @property
    def statement(self) -> bool:
        """Whether it is a text of its own, as statements are, and not a piece of a treebank."""
        return self.weight == STATEMENT_WEIGHT

    @property
    def held_out(self) -> bool:
        """Whether the text is kept for measuring: one in ten, by the hash of its name."""
        return int(hashlib.md5(self.name.encode(), usedforsecurity=False).hexdigest(), 16) % 10 == 0


def collect_texts(folders: Iterable[Path], leave_out: Path | None = None) -> list[TrainingText]:
    """Read every ``.txt`` and ``.conll.gz`` below the folders.

    Args:
        folders: Of intact Norwegian text.
        leave_out: Folder of texts to measure on; what shares a tenth of its runs of 8 words with them is left out.
    """
    found: list[TrainingText] = []
    for folder in folders:
        for path in sorted(folder.rglob("*.txt")):
            text = "\n".join(_norwegian_lines(path.read_text(encoding="utf-8")))
            found.append(TrainingText(f"st-{path.stem}", text, STATEMENT_WEIGHT))
        for path in sorted(folder.rglob("*.conll.gz")):
            parts = enumerate(_cut(_sentences(path)))
            name = path.name.removesuffix(".conll.gz")
            found += [TrainingText(f"{name}-{i:04d}", text, 1.0) for i, text in parts]
    measured = {run for path in leave_out.rglob("*.txt") for run in _runs(path)} if leave_out else set()
    return [t for t in found if t.text.strip() and not _overlaps(t.text, measured)]


def _runs(source: Path | str) -> set[tuple[str, ...]]:
    """Give every run of 8 words of a text."""
    text = source if isinstance(source, str) else source.read_text(encoding="utf-8")
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[i : i + SHARED_RUN]) for i in range(len(words) - SHARED_RUN + 1)}


def _overlaps(text: str, measured: Set[tuple[str, ...]]) -> bool:
    runs = _runs(text) if measured else set()
    return len(runs & measured) > MAX_SHARED * len(runs)


def _norwegian_lines(text: str) -> Iterator[str]:
    """Leave out lines in English."""
    for line in text.split("\n"):
        words = line.lower().split()
        english = sum(word in _ENGLISH for word in words) > 0.15 * len(words)
        if not english or any(c in line for c in "æøå"):
            yield line


def _sentences(path: Path) -> Iterator[list[str]]:
    """Give the sentences of a CoNLL file as words."""
    words: list[str] = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            fields = line.rstrip("\n").split("\t")
            if len(fields) > 1:
                words.append(fields[1])
            elif words and not line.startswith("#"):
                yield words
                words = []
    if words:
        yield words


def _cut(sentences: Iterable[list[str]]) -> Iterator[str]:
    lines: list[str] = []
    count = 0
    for words in sentences:
        lines.append(join_words(words))
        count += len(words)
        if count > WORDS_PER_TEXT:
            yield "\n".join(lines)
            lines, count = [], 0
    if lines:
        yield "\n".join(lines)


def join_words(words: Iterable[str]) -> str:
    """Write the words of a treebank as running text.

    Example:
        >>> join_words(["Han", "sa", ":", '"', "Ja", "!", '"'])
        'Han sa: «Ja!»'
    """
    text = ""
    opened = False
    glued = True
    for word in words:
        if word == "|":  # the treebank's end of a heading
            continue
        if word == '"':
            word = "»" if opened else "«"
            opened = not opened
        text += word if glued or word in tuple(",.;:!?)»]…") else f" {word}"
        glued = word in ("(", "«", "[")
    return text

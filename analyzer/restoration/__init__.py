"""Undoes OCR damage to Norwegian, as Tesseract's English model does it, and keeps an alignment.

A text is judged piece by piece first: where the letters æ, ø and å are as frequent as in any Norwegian,
nothing is touched. In a damaged piece each word gets candidates (:mod:`analyzer.restoration.candidates`), and
a log-linear model chooses among them by their neighbours (:mod:`analyzer.restoration.rank`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from analyzer.errors import ModelNotFound
from analyzer.records import Repair, Restoration
from analyzer.restoration.candidates import JOINED, UNCHANGED, Candidate, CandidateFinder
from analyzer.restoration.lexicon import Channel, Lexicon
from analyzer.restoration.rank import (
    candidate_ids,
    context_ids,
    contexts_of,
    dense_features,
    hash_features,
    is_nynorsk,
    shape,
)
from analyzer.restoration.spelling import LetterModel
from analyzer.restoration.tokens import Token, find_tokens

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MIN_LETTERS = 500
"""Letters of the smallest piece that is judged by its own æ, ø and å."""

INTACT_RATE = 0.006
"""Share of æ, ø and å among the letters from which a piece is intact; Norwegian has 0.025–0.03."""

MIN_EVIDENCE = 0.02
"""Share of words that must be misread frequent words, for a text to be damaged at all."""

MIN_KNOWN = 0.4
"""Share of words that must be in the lexicon as they stand, in a text that may be damaged; Norwegian read with the
English model has 0.9. What has less is no Norwegian, and to look for its words would take long."""

SURE = 0.6
"""Least probability of a repair."""

SURE_OF_FIGURE = 0.97
"""The same where figures were read: "4 ansatte" must not become "å ansatte"."""

PASSES = 2
_SPECIAL = "æøåÆØÅ"
_STRAY = re.compile(r"^[ \t]*([‘“])(?=\w)(?![^\n]*(?:\n[^\n]+)?[’”])", re.MULTILINE)
_BULLET = re.compile(
    r"^([ \t]*)([e¢©°«®]|[+*«]{2,3}|[+*]+(?=\w))([ \t]+|(?<=[+*])(?=\w))(?=\S)", re.MULTILINE
)
_ENGLISH = frozenset(
    (
        "the",
        "of",
        "and",
        "is",
        "that",
        "with",
        "you",
        "your",
        "this",
        "we",
        "our",
        "they",
        "from",
        "has",
        "have",
    )
) | {"not", "be", "are", "were", "will", "their", "which"}


class Restorer:
    """Restores texts; holds the lexicon and the weights."""

    def __init__(
        self, finder: CandidateFinder, dense: NDArray[np.float32], sparse: NDArray[np.int8], scale: float
    ) -> None:
        self.finder = finder
        self._dense = dense
        self._sparse = sparse
        self._scale = scale

    @classmethod
    def load(cls, folder: Path | None = None) -> Restorer:
        """Load the weights.

        Args:
            folder: Holds ``channel.json`` and ``weights.npz``; those that come with the package if None.

        Raises:
            ModelNotFound: The folder lacks a file or holds another version's.
        """
        import numpy as np

        folder = folder or default_folder()
        try:
            channel = Channel.load(folder / "channel.json")
            with np.load(folder / "weights.npz", allow_pickle=False) as stored:
                lexicon = Lexicon.unpack(stored["words"].tobytes(), stored["frequencies"].tobytes())
                letters = LetterModel(stored["letters"])
                dense, sparse, scale = stored["dense"], stored["sparse"], float(stored["scale"])
        except (OSError, KeyError, ValueError) as error:
            raise ModelNotFound(
                f"{folder} har ingen hel restaureringsmodell: {error}. Lag en med «personvern train --restore»."
            ) from error
        return cls(CandidateFinder(lexicon, channel, letters), dense, sparse, scale)

    def restore(self, text: str) -> Restoration:
        """Undo the OCR damage of a text; an intact text comes back as it is.

        Example:
            >>> Restorer.load().restore("Vi lagrer ikke opplysningene lenger enn nedvendig.").text
            'Vi lagrer ikke opplysningene lenger enn nødvendig.'
        """
        pieces = [piece for piece in find_pieces(text) if is_suspect(text[slice(*piece)])]
        if not pieces:
            return Restoration(text, (), 0.0)
        tokens = [token for piece in _join(pieces) for token in find_tokens(text, *piece)]
        if not self._is_damaged(tokens):
            return Restoration(text, (), 0.0)
        repairs = sorted([*self._repair(text, tokens), *_repair_bullets(text, pieces)], key=lambda r: r.start)
        words = max(len(text.split()), 1)
        return Restoration(apply(text, repairs), tuple(repairs), min(1.0, len(repairs) / words))

    def _is_damaged(self, tokens: Sequence[Token]) -> bool:
        """Tell whether enough words are misread frequent words, such as "ogsa" and "nar"."""
        sample = tokens[:: max(1, len(tokens) // 600)]
        if sum(token.text.lower() in self.finder.frequency for token in sample) < MIN_KNOWN * len(sample):
            return False
        found = sum(map(self._is_misread, sample))
        return found >= max(1, MIN_EVIDENCE * len(sample))

    def _is_misread(self, token: Token) -> bool:
        first, *others = self.finder.find(token.text)
        return any(
            c.frequency + c.channel > first.frequency + 2.5
            and c.frequency > -11
            and set(c.text) & set(_SPECIAL)
            for c in others
        )

    def _repair(self, text: str, tokens: Sequence[Token]) -> Iterator[Repair]:
        import numpy as np

        candidates = [self._candidates(text, token) for token in tokens]
        for i in find_english(tokens):
            candidates[i] = candidates[i][:1]
        open_ = [i for i, found in enumerate(candidates) if len(found) > 1]
        shapes = ["", *(shape(token.text) for token in tokens), ""]
        words = [max(found, key=lambda c: c.channel + c.frequency).text for found in candidates]
        if not open_:
            return
        scores: dict[int, float] = {}
        chosen: dict[int, Candidate] = {}
        owners = np.repeat(np.arange(len(open_)), [len(candidates[i]) for i in open_])
        ids = np.array([candidate_ids(c) for i in open_ for c in candidates[i]], np.uint64)
        own = self._score_alone(tokens, candidates, open_)
        for _ in range(PASSES):
            contexts = contexts_of(tokens, words, nynorsk=is_nynorsk(words))
            around = [context_ids(contexts[i], (shapes[i], shapes[i + 2])) for i in open_]
            features = hash_features(ids, np.array(around, np.uint64)[owners])
            values = own + self._sparse[features].sum(1, dtype=np.int32) * self._scale
            ends = np.cumsum(np.bincount(owners))[:-1]
            for i, part in zip(open_, np.split(values, ends), strict=True):
                chosen[i], scores[i] = _choose(candidates[i], part.tolist())
                words[i] = chosen[i].text
        for i in open_:
            token = tokens[i]
            if token.text[0] == "@" and text[max(token.start - 1, 0)] == "\n":
                token = token._replace(opens=True)
            restored = match_case(chosen[i].text, token)
            if (
                chosen[i].kind not in UNCHANGED
                and restored != token.text
                and scores[i] >= (SURE_OF_FIGURE if token.text.isdigit() else SURE)
            ):
                original = text[token.start : token.end]
                yield Repair(
                    token.start, token.end, original, divide(restored, original), round(scores[i], 4)
                )

    def _candidates(self, text: str, token: Token) -> tuple[Candidate, ...]:
        found = self.finder.find(token.text)
        if token.text == "|" and _line(text, token.start).count("|") > 1:  # columns of a table
            return found[:1]
        if token.text == "bla" and token.after.startswith("."):  # an abbreviation, bl.a.
            return found[:1]
        if token.end - token.start == len(token.text):
            return found
        return tuple(c for c in found if c.kind != JOINED)

    def _score_alone(
        self, tokens: Sequence[Token], candidates: Sequence[Sequence[Candidate]], open_: Sequence[int]
    ) -> NDArray[np.float64]:
        """Score candidates by themselves, whatever their neighbours."""
        import numpy as np

        dense = [
            dense_features(tokens[i], candidate, candidates[i][0].spelling)
            for i in open_
            for candidate in candidates[i]
        ]
        kinds = np.array([candidate.kind for i in open_ for candidate in candidates[i]])
        scores: NDArray[np.float64] = (self._dense[kinds] * np.array(dense)).sum(1)
        return scores


def find_pieces(text: str) -> list[tuple[int, int]]:
    """Cut a text into pieces of whole lines with at least ``MIN_LETTERS`` characters."""
    bounds = [0]
    while (end := text.find("\n", bounds[-1] + MIN_LETTERS)) >= 0:
        bounds.append(end + 1)
    if len(text) - bounds[-1] < MIN_LETTERS and len(bounds) > 1:
        bounds.pop()
    return list(pairwise([*bounds, len(text)]))


def is_suspect(piece: str) -> bool:
    """Tell whether æ, ø and å are too rare for Norwegian."""
    special = sum(map(piece.count, _SPECIAL))
    return special < INTACT_RATE * len(piece)


def find_english(tokens: Sequence[Token]) -> Iterator[int]:
    """Give the indices of words among English ones: two of the four on either side."""
    english = [token.text.lower() in _ENGLISH for token in tokens]
    for i in range(len(tokens)):
        if sum(english[max(i - 4, 0) : i + 5]) > 1:
            yield i


def _line(text: str, offset: int) -> str:
    """Give the line that an offset stands in."""
    end = text.find("\n", offset)
    return text[text.rfind("\n", 0, offset) + 1 : end if end >= 0 else len(text)]


def _join(pieces: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in pieces:
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _choose(candidates: Sequence[Candidate], values: Sequence[float]) -> tuple[Candidate, float]:
    """Give the best candidate and its probability against the word as read, which stands first."""
    import math

    top = max(values)
    weights = [math.exp(v - top) for v in values]
    best = weights.index(max(weights))
    return candidates[best], weights[best] / (weights[best] + weights[0] * (best > 0))


def match_case(restored: str, token: Token) -> str:
    """Write a candidate in the case of the word as read."""
    letters = [c for c in token.text if c.isalpha()]
    first = token.text[0]
    if not restored.islower():
        return restored
    if len(letters) > 1 and all(c.isupper() for c in letters):
        return restored.upper()
    capital = token.opens if not first.isalpha() or token.text == "A" else first.isupper()
    if (first == "I" and restored[0] == "l") or (first == "A" and token.before == "-"):
        capital = False
    return restored[0].upper() + restored[1:] if capital else restored


def divide(restored: str, original: str) -> str:
    """Put the line break that divides a word in the source back into the restored word."""
    gap = re.search(r"-\s+", original)
    if not gap:
        return restored
    left, right = original[: gap.start()], original[gap.end() :]
    cuts = range(1, len(restored))
    cut = min(cuts, key=lambda k: _unlike(left, restored[:k]) + _unlike(right[::-1], restored[k:][::-1]))
    return restored[:cut] + gap.group() + restored[cut:]


def _unlike(a: str, b: str) -> int:
    """Count differing letters of two pieces, from the outer end inwards."""
    return abs(len(a) - len(b)) + sum(x != y for x, y in zip(a, b, strict=False))


def _repair_bullets(text: str, pieces: Sequence[tuple[int, int]]) -> Iterator[Repair]:
    """Repair bullets at the start of a line that were read as letters or signs, and drop stray quotes."""
    for start, end in pieces:
        for match in _STRAY.finditer(text, start, end):
            yield Repair(*match.span(1), match[1], "", 0.9)
        for match in _BULLET.finditer(text, start, end):
            a, b = match.span(2)
            restored = "•" if match[3] else "• "
            yield Repair(a, b, match[2], restored, 0.9)


def apply(text: str, repairs: Sequence[Repair]) -> str:
    """Put repairs into a text."""
    parts: list[str] = []
    position = 0
    for repair in repairs:
        parts += (text[position : repair.start], repair.restored)
        position = repair.end
    return "".join([*parts, text[position:]])


def default_folder() -> Path:
    """Give the folder of the weights that come with the package, installed or in the repository."""
    package = Path(__file__).parent.parent
    inside = package / "models" / "restore"
    return inside if inside.is_dir() else package.parent / "models" / "restore"


@cache
def _default() -> Restorer:
    return Restorer.load()


def restore(text: str) -> Restoration:
    """Undo the OCR damage of a text with the weights that come with the package.

    The weights are loaded when a text first looks damaged, so that clean texts cost nearly nothing.

    Example:
        >>> restore("Vi sletter opplysningene etter tre år.").repairs
        ()
    """
    if not any(is_suspect(text[slice(*piece)]) for piece in find_pieces(text)):
        return Restoration(text, (), 0.0)
    return _default().restore(text)

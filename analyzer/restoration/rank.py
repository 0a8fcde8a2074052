"""Which candidate stands there: a log-linear model over the channel, the lexicon and the neighbours.

A conditional logit over each word's candidates (McFadden 1974), with hashed context features
(Weinberger et al. 2009, "Feature hashing for large scale multitask learning").
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

from analyzer.restoration.candidates import KEPT, WORD, Candidate
from analyzer.restoration.tokens import Token

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BITS = 21
MASK = (1 << BITS) - 1
KINDS = 7
DENSE_WIDTH = 8
"""Per kind: bias, channel, frequency, capitals, length, name-likeness, spelling, spelling beside the word as read."""

EDGE = "¶"


class Context(NamedTuple):
    """The neighbours of a word in lower case, two on each side, with the punctuation at the word."""

    left2: str
    left: str
    right: str
    right2: str
    before: str
    after: str
    opens: bool
    nynorsk: bool


def dense_features(token: Token, candidate: Candidate, spelling: float) -> tuple[float, ...]:
    """Give the values that the weights of the candidate's kind are for.

    Args:
        token: The word as read.
        candidate: For it.
        spelling: Log probability of the letters of the word as read.
    """
    word = token.text
    known_name = word[:1].isupper() and not token.opens
    return (
        1.0,
        candidate.channel / 4,
        candidate.frequency / 8,
        1.0 if len(word) > 1 and word.isupper() else 0.0,
        min(len(word), 20) / 10,
        1.0 if known_name else 0.0,
        candidate.spelling / 10,
        (candidate.spelling - spelling) / 5,
    )


@lru_cache(maxsize=200_000)
def _id(word: str) -> int:
    return crc32(word.encode("utf-8"))


@lru_cache(maxsize=100_000)
def shape(word: str) -> str:
    """Give the coarse shape of a neighbour as read."""
    if word == EDGE or not word:
        return EDGE
    if any(c.isdigit() for c in word):
        return "0"
    if word.isupper():
        return "X" if len(word) > 1 else "x"
    return "Xx" if word[0].isupper() else "xx"


@lru_cache(maxsize=200_000)
def candidate_ids(candidate: Candidate) -> tuple[int, int, int]:
    """Give what stands for a candidate in its features: the word, its ending, the ending of a longer word."""
    text = candidate.text.lower()
    # What no list has is told by its kind: its own weight would be learned by heart.
    word = _id(text if candidate.kind in (KEPT, WORD) else f"<{candidate.kind}>")
    tail = _id("-" + text[-3:])
    return word, tail, _SHORT if len(text) < 3 else tail


def context_ids(context: Context, shapes: tuple[str, str]) -> tuple[int, ...]:
    """Give what stands for the neighbours: words and endings, language, shapes as read, punctuation."""
    return (
        *map(_id, context[:4]),
        _id("-" + context.left[-3:]),
        _id("-" + context.right[-3:]),
        7 if context.nynorsk else 3,
        _id(shapes[0] + " " + shapes[1]),
        _id(context.before + " " + context.after + (EDGE if context.opens else "")),
    )


def hash_features(candidates: NDArray[np.uint64], contexts: NDArray[np.uint64]) -> NDArray[np.int32]:
    """Hash candidates with their contexts.

    Args:
        candidates: As :func:`candidate_ids` gives them, shape (n, 3).
        contexts: As :func:`context_ids` gives them, shape (n, 9).

    Returns:
        Features, shape (n, ``SPARSE``), each below ``2 ** BITS``.
    """
    import numpy as np

    c, tail, short = candidates.T
    l2, l1, r1, r2, ls, rs, nn, shaped, marks = contexts.T
    none = np.zeros_like(c)
    templates = (
        (c, none, none),
        (c, nn, none),
        (c, l1, none),
        (c, r1, none),
        (c, l1, l2),
        (c, r1, r2),
        (c, l1, r1),
        (c, l2, none),
        (c, r2, none),
        (c, ls, none),
        (c, rs, none),
        (c, marks, none),
        (c, shaped, none),
        (tail, l1, none),
        (tail, r1, none),
        (short, ls, rs),
        (c, ls, rs),
        (tail, nn, none),
    )
    p, q, r = map(np.uint64, _PRIMES)
    width = np.uint64(_WIDTH)
    hashed = np.empty((len(c), SPARSE), np.int32)
    for number, (x, y, z) in enumerate(templates):
        h = x * p + y * q + z * r + np.uint64((number + 1) * 0x27D4EB2F)
        h &= width
        h ^= h >> np.uint64(23)
        h = (h * np.uint64(0x2545F491)) & width
        hashed[:, number] = (h ^ (h >> np.uint64(19))) & np.uint64(MASK)
    return hashed


SPARSE = 18
_SHORT = 0x51ED270B
_PRIMES = (0x9E3779B1, 0x85EBCA6B, 0xC2B2AE35)
_WIDTH = (1 << 48) - 1


_NYNORSK = frozenset(
    [
        "ikkje",
        "ein",
        "eit",
        "dei",
        "kva",
        "korleis",
        "kven",
        "noko",
        "berre",
        "medan",
        "desse",
        "vere",
        "dykk",
        "mykje",
    ]
)
_BOKMAAL = frozenset(
    [
        "ikke",
        "en",
        "et",
        "de",
        "hva",
        "hvordan",
        "hvem",
        "noe",
        "bare",
        "mens",
        "disse",
        "være",
        "deres",
        "mye",
    ]
)


def is_nynorsk(words: Iterable[str]) -> bool:
    """Tell whether frequent words say that a text is nynorsk."""
    lower = [word.lower() for word in words]
    return sum(w in _NYNORSK for w in lower) > sum(w in _BOKMAAL for w in lower)


def contexts_of(tokens: Sequence[Token], words: Sequence[str], *, nynorsk: bool) -> list[Context]:
    """Give the context of each token, where ``words`` says what the neighbours are taken to be."""
    lower = [EDGE, EDGE, *(w.lower() for w in words), EDGE, EDGE]
    opens = [True, True, *(t.opens for t in tokens), True, True]
    contexts: list[Context] = []
    for i, token in enumerate(tokens, start=2):
        left = EDGE if opens[i] else lower[i - 1]
        left2 = EDGE if opens[i] or opens[i - 1] else lower[i - 2]
        right = EDGE if opens[i + 1] else lower[i + 1]
        right2 = EDGE if opens[i + 1] or opens[i + 2] else lower[i + 2]
        contexts.append(Context(left2, left, right, right2, token.before, token.after, token.opens, nynorsk))
    return contexts

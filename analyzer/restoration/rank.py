"""Which candidate stands there: a log-linear model over the channel, the lexicon and the neighbours.

A conditional logit over each word's candidates (McFadden 1974), with hashed context features
(Weinberger et al. 2009, "Feature hashing for large scale multitask learning").
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple
from zlib import crc32

from analyzer.restoration.candidates import KEPT, WORD, Candidate
from analyzer.restoration.tokens import Token

BITS = 21
MASK = (1 << BITS) - 1
KINDS = 7
DENSE_WIDTH = 6
"""Per kind: bias, channel, frequency, capitals, length, name-likeness."""

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


def dense_features(word: str, candidate: Candidate, context: Context) -> tuple[float, ...]:
    """Give the values that the weights of the candidate's kind are for."""
    known_name = word[:1].isupper() and not context.opens
    return (
        1.0,
        candidate.channel / 4,
        candidate.frequency / 8,
        1.0 if len(word) > 1 and word.isupper() else 0.0,
        min(len(word), 20) / 10,
        1.0 if known_name else 0.0,
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


def sparse_features(candidate: Candidate, context: Context, shapes: tuple[str, str]) -> list[int]:
    """Give the hashed features of a candidate among its neighbours."""
    text = candidate.text.lower()
    # What no list has is told by its kind: its own weight would be learned by heart.
    c = _id(text if candidate.kind in (KEPT, WORD) else f"<{candidate.kind}>")
    tail = _id("-" + text[-3:])
    l2, l1, r1, r2 = _id(context.left2), _id(context.left), _id(context.right), _id(context.right2)
    ls, rs = _id("-" + context.left[-3:]), _id("-" + context.right[-3:])
    nn = 7 if context.nynorsk else 3
    shaped = _id(shapes[0] + " " + shapes[1])
    marks = _id(context.before + " " + context.after + (EDGE if context.opens else ""))
    short = 0x51ED270B if len(text) < 3 else tail
    return [
        _mix(1, c, 0, 0),
        _mix(2, c, nn, 0),
        _mix(3, c, l1, 0),
        _mix(4, c, r1, 0),
        _mix(5, c, l1, l2),
        _mix(6, c, r1, r2),
        _mix(7, c, l1, r1),
        _mix(8, c, l2, 0),
        _mix(9, c, r2, 0),
        _mix(10, c, ls, 0),
        _mix(11, c, rs, 0),
        _mix(12, c, marks, 0),
        _mix(13, c, shaped, 0),
        _mix(14, tail, l1, 0),
        _mix(15, tail, r1, 0),
        _mix(16, short, ls, rs),
        _mix(17, c, ls, rs),
        _mix(18, tail, nn, 0),
    ]


SPARSE = 18


def _mix(template: int, a: int, b: int, c: int) -> int:
    h = (template * 0x27D4EB2F + a * 0x9E3779B1 + b * 0x85EBCA6B + c * 0xC2B2AE35) & 0xFFFFFFFFFFFF
    h ^= h >> 23
    h = (h * 0x2545F491) & 0xFFFFFFFFFFFF
    return (h ^ (h >> 19)) & MASK


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

"""The words of a text that OCR may have damaged, each with what stands around it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_CHUNK = re.compile(r"\S+")
_WORD = re.compile(r"[@&|¢#]?[^\W_]+(?:['’@&|¢#][^\W_]+)*[&@|¢]?|[&|@]")
_ADDRESS = re.compile(
    r"://|\bwww\.|[\w.+-]@[\w-]+\.\w|\w@\w+\.\w|^@[\w-]+\.\w|[a-z0-9]\.[a-z]{2,6}(?:[/),.:;»]|$)|[/\\]\w+\.\w|\w_\w|^/\w|^#"
)
_DIVIDED = re.compile(  # bounded and anchored, so that a line without spaces costs linear time
    r"(?<!\w)(?![A-ZÆØÅ]{1,40}-)([^\W\d_]{2,40})-[ \t]{0,9}\n[ \t]{0,40}(?!(?:og|eller|samt|0g)\b)([a-zæøå@]{2,40})"
)
_BREAK = re.compile(r"\n[ \t]*\n|\n[ \t]*[•▪●*+«¢©°e–-] ")


MAX_CHUNK = 200
"""Characters of the longest run without a space that is looked at; no Norwegian word comes near it."""


class Token(NamedTuple):
    """A word in the source, with the punctuation next to it ("" at a space).

    ``text`` is the word without the hyphen and line break that may divide it in the source.
    """

    start: int
    end: int
    text: str
    before: str
    after: str
    opens: bool
    """Whether a paragraph, a list item or a sentence starts here."""


def find_tokens(text: str, start: int = 0, end: int | None = None) -> Iterator[Token]:
    """Find the words in ``text[start:end]``; addresses, paths and the like are left out."""
    end = len(text) if end is None else end
    divided = {match.start(): match for match in _DIVIDED.finditer(text, start, end)}
    last = done = start
    ended = True
    for chunk in _CHUNK.finditer(text, start, end):
        a, b = chunk.span()
        opens = ended or (last < a and _BREAK.search(text, max(last - 1, 0), min(a + 2, end)) is not None)
        ended = text[b - 1] in ".!?:"
        last = b
        if b - a > MAX_CHUNK or _ADDRESS.search(chunk.group()):
            continue
        for word in _WORD.finditer(text, a, b):
            s, e = word.span()
            if s < done:
                continue
            written = word.group()
            if whole := divided.get(s):
                e = done = whole.end()
                written = whole[1] + whole[2]
            before = text[s - 1] if s > a else ""
            after = text[e] if e < end and not text[e].isspace() else ""
            yield Token(s, e, written, before, after, opens)
            opens = False

"""Joins lines of running text, with or without the hyphen that parts a word at the line's end."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

# Left parts whose hyphen belongs to the word: e-post, IP-adresse, 2-trinns, wi-fi, it-system.
_KEPT = frozenset({"ip", "gdpr", "eu", "eøs", "it", "id", "sms", "pc", "wi", "tv", "pdf", "ikt", "ai", "ki"})
_CONJUNCTIONS = frozenset({"og", "eller", "and", "or", "samt"})
_LAST_PART = re.compile(r"([\w@:/.]+)[-\u2010\u00ad]$")
_FIRST_WORD = re.compile(r"\w+")


def join_lines(lines: Iterable[str], known: Collection[str] = ()) -> str:
    """Join the lines of a paragraph into one.

    Args:
        lines: The lines, without their line breaks.
        known: Words in lower case that the document elsewhere writes with a hyphen.

    Example:
        >>> join_lines(["Vi har rutiner for behand-", "ling av e-", "post og kunde-", "og leverandørdata."])
        'Vi har rutiner for behandling av e-post og kunde- og leverandørdata.'
    """
    text = ""
    for line in lines:
        text = join_pair(text, line, known)
    return text


def join_pair(left: str, right: str, known: Collection[str] = ()) -> str:
    """Join two pieces of running text, as :func:`join_lines` does."""
    if not left or not right:
        return left + right
    part = _LAST_PART.search(left)
    following = _FIRST_WORD.match(right)
    if part is None or following is None:
        return f"{left} {right}"
    if following[0] in _CONJUNCTIONS:
        return f"{left} {right}"
    if _keeps_hyphen(part[1], following[0], known):
        return f"{left[:-1]}-{right}"
    return left[:-1] + right


def _keeps_hyphen(left: str, right: str, known: Collection[str]) -> bool:
    last = re.split(r"[:/.]", left)[-1] or left
    if last.isupper() and right.isupper() and len(last) > 6:
        return False  # a heading in capitals, parted like any word
    return (
        not right[0].islower()
        or len(last) == 1
        or last[-1].isdigit()
        or (last.isupper() and len(last) <= 6)
        or last.lower() in _KEPT
        or any(mark in left for mark in ("@", "://", "www."))
        or f"{last}-{right}".lower() in known
    )

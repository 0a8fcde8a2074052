"""What the finders of personal data hand to each other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

MASK = "█"
"""Stands for each character that is hidden; spaces and line breaks stay."""

Kind = Literal["person", "phone", "email", "id"]
KINDS: tuple[Kind, ...] = ("person", "phone", "email", "id")
"""Names of persons, telephone numbers, e-mail addresses, and national identity numbers."""


@dataclass(frozen=True, slots=True, order=True)
class Personal:
    """A passage of a text that tells who somebody is, or how to reach them."""

    start: int
    end: int
    kind: Kind


def merge(found: Iterable[Personal]) -> list[Personal]:
    """Join passages that overlap, under the kind of the longest of them, in order.

    Example:
        >>> merge([Personal(0, 4, "person"), Personal(2, 12, "email"), Personal(20, 22, "id")])
        [Personal(start=0, end=12, kind='email'), Personal(start=20, end=22, kind='id')]
    """
    merged: list[Personal] = []
    longest = 0
    for one in sorted(found):
        if merged and one.start < merged[-1].end:
            last = merged[-1]
            kind = one.kind if one.end - one.start > longest else last.kind
            longest = max(longest, one.end - one.start)
            merged[-1] = Personal(last.start, max(last.end, one.end), kind)
        else:
            merged.append(one)
            longest = one.end - one.start
    return merged

"""Finds statements that share a template, by MinHash over word shingles (Broder 1997), and names the clusters."""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from datasketch import LeanMinHash, MinHash, MinHashLSH

SHINGLE = 4
"""Words of a shingle: two statements on the same subject share words, but seldom four in a row."""

SIMILARITY = 0.5
"""Estimated Jaccard similarity of the shingles from which two statements share a template."""

PERMUTATIONS, AT_A_TIME = 128, 2_000
OPENING = 8
"""Words that stand for a cluster that nothing else can name."""

COMMON = 0.8
"""Share of the members that a word of a cluster's name is common to."""

_WORD = re.compile(r"[^\W\d_]+")
_FORMS = frozenset(
    {"as", "asa", "sa", "ans", "da", "enk", "bbl", "iks", "hf", "kf", "og", "i", "for", "the", "of"}
)


@dataclass(frozen=True, slots=True)
class Member:
    """A statement as the clusters see it."""

    id: str
    organisation: str | None
    sector: str | None
    headings: tuple[str, ...]
    opening: str
    signature: LeanMinHash


def sign(report: Mapping[str, Any], organisation: str | None, sector: str | None) -> Member:
    """Make a member of a report; the words of the organisation's own name are left out of the comparison."""
    own = set(_words(organisation or ""))
    words = [word for word in _words(report["document"]["text"]) if word not in own]
    shingles = {" ".join(words[i : i + SHINGLE]) for i in range(max(1, len(words) - SHINGLE + 1))}
    signature = MinHash(PERMUTATIONS, seed=1, hashfunc=zlib.crc32)
    encoded = [shingle.encode("utf-8", "replace") for shingle in shingles]
    for start in range(0, len(encoded), AT_A_TIME):  # a batch takes a kilobyte a shingle
        signature.update_batch(encoded[start : start + AT_A_TIME])
    headings = tuple(dict.fromkeys(s["title"].strip() for s in report["sections"] if s["title"].strip()))
    opening = " ".join(words[:OPENING])
    id = report["document"]["id"]
    return Member(id, organisation, sector, headings[:8], opening, LeanMinHash(signature))


def find_templates(members: Sequence[Member]) -> Iterator[list[Member]]:
    """Give the clusters of two or more statements that share a template, the largest first.

    Each statement joins the first of its cluster that it is most like, so that the time taken does not grow with the
    square of a cluster; the result depends on the order of the members, which is that of the sources.
    """
    index = MinHashLSH(threshold=SIMILARITY, num_perm=PERMUTATIONS)
    clusters: dict[int, list[Member]] = {}
    for place, member in enumerate(members):
        likeness = {
            int(p): member.signature.jaccard(members[int(p)].signature) for p in index.query(member.signature)
        }
        best = max(likeness, key=lambda p: (likeness[p], -p), default=None)
        if best is not None and likeness[best] >= SIMILARITY:
            clusters[best].append(member)
        else:
            clusters[place] = [member]
            index.insert(place, member.signature)
    yield from sorted((c for c in clusters.values() if len(c) > 1), key=lambda c: (-len(c), c[0].id))


def name_template(members: Sequence[Member]) -> str:
    """Name a cluster by a word that its organisations' names share and a heading that is common, or else how it opens.

    Example:
        >>> name_template([Member(i, f"{i} kommune", "public", ("Innsyn",), "", LeanMinHash(MinHash())) for i in ("Vik", "Dal")])
        'kommune: «Innsyn»'
    """
    who = _common([tuple(dict.fromkeys(_words(m.organisation or ""))) for m in members], least=2)
    heading = _common([m.headings for m in members])
    if not heading:
        return who or f"«{members[0].opening} …»"
    return f"{who}: «{heading}»" if who else f"«{heading}»"


def mean_similarity(members: Sequence[Member]) -> float:
    """Give the mean estimated similarity to the first member, 0 to 1."""
    first, *others = members
    return round(float(np.mean([first.signature.jaccard(m.signature) for m in others])), 4)


def _common(lists: Sequence[Sequence[str]], least: int = 1) -> str:
    """Give the entry that is most common, if it is common enough; the earliest of equals."""
    counts = Counter(entry for entries in lists for entry in entries if entry.casefold() not in _FORMS)
    if not counts:
        return ""
    entry, count = counts.most_common(1)[0]
    return entry if count >= max(least, COMMON * len(lists)) else ""


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]

"""Legal bases: references to articles 6 and 9, and grounds in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from analyzer.extract.reading import LabelledSegment
from analyzer.knowledge import Knowledge
from analyzer.records import LegalBasis

_POINT = re.compile(r"(?<![\wæøå])(?P<mark>(?:bokst(?:av)?|litra|pkt|punkt)\.?\s*|[.(«\"'12]\s*)?(?P<letter>[a-j])(?P<close>[).»\"'])?(?![\wæøå])", re.IGNORECASE)
_PURPOSE = re.compile(r"\b(?:for å|til å|formål(?:et)? (?:er|med)|føremålet er)\s+(?P<purpose>[^.;:|]{5,120})", re.IGNORECASE)
_LAST_LETTER = {"6": "f", "9": "j"}
_PARAGRAPH = {"6": "1", "9": "2"}


def find_legal_bases(segments: Sequence[LabelledSegment], knowledge: Knowledge) -> Iterator[LegalBasis]:
    """Find the grounds that a statement relies on, each code once a segment.

    An article reference counts wherever it stands; a ground in words only in a segment that discloses a legal
    basis. Consent in a passage on special categories of data is 9(2)(a).
    """
    for segment in segments:
        if segment.kind in ("heading", "table_header") or segment.has("objection") and not segment.has("legal_basis"):
            continue
        seen: set[str] = set()
        for basis in [*_explicit(segment, knowledge), *_worded(segment, knowledge)]:
            if basis.article not in seen:
                seen.add(basis.article)
                yield basis


def read_article(match: re.Match[str]) -> list[str]:
    """Read a match of an article pattern: "artikkel 6 nr. 1 a), b) og f)" gives three codes.

    The word "i" after "artikkel 9" is a preposition, not point (i), unless it is marked as a point.
    """
    article = match["article"]
    codes = []
    for point in _POINT.finditer(match["rest"] or ""):
        letter = point["letter"].lower()
        marked = bool(point["close"] or (point["mark"] and not point["mark"].strip().isdigit()))
        if letter > _LAST_LETTER[article] or (letter == "i" and not marked):
            continue
        codes.append(f"{article}.{_PARAGRAPH[article]}.{letter}")
    return list(dict.fromkeys(codes))


def _explicit(segment: LabelledSegment, knowledge: Knowledge) -> Iterator[LegalBasis]:
    for pattern in knowledge.patterns_of("legal_basis"):
        if pattern.normaliser != "article":
            continue
        for match in pattern.find(segment.text):
            for code in read_article(match):
                quote = segment.quote(match.start(), match.start() + len(match.group().rstrip()))
                yield LegalBasis(quote.start, quote.end, quote.text, code, True, _purpose(segment.text))


def _worded(segment: LabelledSegment, knowledge: Knowledge) -> Iterator[LegalBasis]:
    if not segment.has("legal_basis"):
        return
    for pattern in knowledge.patterns_of("legal_basis"):
        if pattern.normaliser != "worded":
            continue
        match = next(iter(pattern.find(segment.text)), None)
        if match:
            code = pattern.value
            if code == "6.1.a" and "special_categories" in segment.passage_topics:
                code = "9.2.a"
            quote = segment.quote(match.start(), match.end())
            yield LegalBasis(quote.start, quote.end, quote.text, code, False, _purpose(segment.text))


def _purpose(text: str) -> str | None:
    match = _PURPOSE.search(text)
    return match["purpose"].strip() if match else None

"""Retention periods: lengths, criteria and the acts that command them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from analyzer.extract.durations import read_durations
from analyzer.extract.reading import LabelledSegment
from analyzer.extract.statutes import Citation
from analyzer.knowledge import Knowledge, Pattern
from analyzer.records import Retention, RetentionClass

_AT_MOST = re.compile(r"inntil|opptil|opp til|maks|høyst|høgst|senest|seinast|innen|innan|under|ikke lenger enn|ikkje lenger enn", re.IGNORECASE)
_AT_LEAST = re.compile(r"minst|minimum|tidligst|tidlegast", re.IGNORECASE)
_TRIGGER = re.compile(r"\s*(?P<trigger>(?:etter|fra|frå|regnet fra|rekna frå|siden|sidan|ut)\s+(?!at\s+vi\b)[^.,;()|]{3,90})")
_SUBJECT = re.compile(
    r"^\W*(?P<what>[^.,:;|]{3,70}?)\s+(?:(?:kan|skal|må|vil|blir|vert|er)\s+)?"
    r"(?:slett\w*|lagr\w*|oppbevar\w*|bevar\w*|beholdes|makuler\w*|anonymiser\w*|arkiver\w*)\b",
    re.IGNORECASE,
)
_OBJECT = re.compile(
    r"\b(?:lagrer|lagrar|oppbevarer|oppbevarar|beholder|sletter|slettar|tar vare på|tek vare på|makulerer|anonymiserer)\s+"
    r"(?P<what>(?:[\wæøå-]+\s+){0,4}?[\wæøå-]*(?:opplysning|data|logg|bilag|søknad|faktura|dokument|opptak|bilde|journal|e-post|informasjon|bilete|CV)[\wæøå-]*)",
    re.IGNORECASE,
)
_LABEL = re.compile(r"^\W*(?P<what>[A-ZÆØÅ][^.:|]{2,60})\s?[:|]")
_PRONOUN = re.compile(r"^(?:de|dei|den|det|disse|desse|dette|vi|du|og|som|de blir)$", re.IGNORECASE)
_INDEFINITE = re.compile(r"på ubestemt tid|for alltid|permanent|varig|uavgrensa|uten tidsbegrensning|for ettertiden|ikke slett|ikkje slett", re.IGNORECASE)
_LEGAL = re.compile(r"\blov\w*|\w+lov(?:en|a)\b|pålagt|pålagd|plikt\w*|regelverk|forskrift|sikkerhet", re.IGNORECASE)


def find_retention(
    segments: Sequence[LabelledSegment], citations: Sequence[Sequence[Citation]], knowledge: Knowledge
) -> Iterator[Retention]:
    """Find how long data are kept.

    A length counts where the segment is about keeping or deleting; a criterion only where the segment
    discloses retention and gives no length.

    Args:
        segments: Segments with labels.
        citations: The acts cited in each segment.
        knowledge: For the patterns of kind ``retention``.
    """
    patterns = {pattern.normaliser: pattern for pattern in knowledge.patterns_of("retention")}
    vague = knowledge.patterns_of("vague_retention")[0]
    for segment, cited in zip(segments, citations, strict=True):
        if segment.kind in ("heading", "table_header"):
            continue
        lengths = list(_lengths(segment, patterns["duration"], cited))
        yield from lengths
        if not lengths and segment.has("retention") and not segment.denies("retention"):
            yield _criterion(segment, patterns["criterion"], vague, cited)


def _lengths(segment: LabelledSegment, pattern: Pattern, cited: Sequence[Citation]) -> Iterator[Retention]:
    about = segment.has("retention", "cookies")
    for match in pattern.find(segment.text, segment.context if about else ""):
        quote = segment.quote(match.start(), match.end())
        trigger = _TRIGGER.match(segment.text, match.end())
        for duration in read_durations(match):
            yield Retention(
                quote.start,
                quote.end,
                quote.text,
                "duration",
                duration,
                _bound(match, segment.text),
                _applies_to(segment.text),
                trigger["trigger"].strip() if trigger else None,
                _statute(cited),
                "specific",
            )


def _criterion(
    segment: LabelledSegment, pattern: Pattern, vague: Pattern, cited: Sequence[Citation]
) -> Retention:
    match = next(iter(pattern.find(segment.text, segment.context)), None)
    start, end = (match.start(), match.end()) if match else (0, len(segment.text))
    quote = segment.quote(start, end)
    statute = _statute(cited)
    kind: Literal["statute", "criterion"] = "statute" if statute else "criterion"
    return Retention(
        quote.start,
        quote.end,
        quote.text,
        kind,
        None,
        None,
        _applies_to(segment.text),
        None,
        statute,
        _class_of(segment.text, is_vague=any(True for _ in vague.find(segment.text))),
    )


def _class_of(text: str, *, is_vague: bool) -> RetentionClass:
    """Sort a period without a length into the classes of Rodriguez and Del Alamo."""
    if _INDEFINITE.search(text):
        return "indefinite"
    if _LEGAL.search(text):
        return "unspecified_legal"
    return "unspecified_other" if is_vague else "criterion"


def _bound(match: re.Match[str], text: str) -> Literal["exact", "at_most", "at_least"]:
    before = f"{text[max(0, match.start() - 25) : match.start()]} {match['bound'] or ''}"
    if _AT_LEAST.search(before):
        return "at_least"
    return "at_most" if _AT_MOST.search(before) else "exact"


def _applies_to(text: str) -> str | None:
    for pattern in (_LABEL, _OBJECT, _SUBJECT):
        match = pattern.search(text)
        if match and not _PRONOUN.match(match["what"].strip()):
            return match["what"].strip(" -–•*")
    return None


def _statute(cited: Sequence[Citation]) -> str | None:
    if not cited:
        return None
    return cited[0].act + (f" § {cited[0].section}" if cited[0].section else "")

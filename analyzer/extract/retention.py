"""Retention periods: lengths, criteria and the acts that command them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from analyzer.extract.durations import read_durations
from analyzer.extract.reading import LabelledSegment
from analyzer.extract.statutes import Citation
from analyzer.knowledge import Knowledge, Pattern
from analyzer.records import Retention, RetentionClass

_AT_MOST = re.compile(
    r"inntil|opptil|opp til|maks|høyst|høgst|senest|seinast|innen|innan|under|ikke lenger enn|ikkje lenger enn",
    re.IGNORECASE,
)
_AT_LEAST = re.compile(r"minst|minimum|tidligst|tidlegast", re.IGNORECASE)
_TRIGGER = re.compile(
    r"\s{0,3}(?P<trigger>(?:etter|fra|frå|regnet fra|rekna frå|siden|sidan|ut)\s+(?!at\s+vi\b)[^.,;()|]{3,90})"
)
_SUBJECT = re.compile(
    r"^\W{0,9}(?P<what>[^\s.,:;|][^.,:;|]{2,70}?)\s(?:(?:kan|skal|må|vil|blir|vert|er)\s)?"
    r"(?:slett\w*|lagr\w*|oppbevar\w*|bevar\w*|beholdes|makuler\w*|anonymiser\w*|arkiver\w*)\b",
    re.IGNORECASE,
)
_OBJECT = re.compile(
    r"\b(?:lagrer|lagrar|oppbevarer|oppbevarar|beholder|sletter|slettar|tar vare på|tek vare på|makulerer|anonymiserer)\s+"
    r"(?P<what>(?:[\wæøå-]+\s+){0,4}?[\wæøå-]*(?:opplysning|data|logg|bilag|søknad|faktura|dokument|opptak|bilde|journal|e-post|informasjon|bilete|CV)[\wæøå-]*)",
    re.IGNORECASE,
)
_LABEL = re.compile(r"^\W{0,9}(?P<what>[A-ZÆØÅ][^.:|]{2,60}?)\s?[:|]")
_PRONOUN = re.compile(r"^(?:de|dei|den|det|disse|desse|dette|vi|du|og|som|de blir)$", re.IGNORECASE)
_LENGTHS: Mapping[str, Callable[[re.Match[str], Pattern], list[str]]] = {
    "duration": lambda match, _: read_durations(match),
    "constant": lambda _, pattern: [pattern.value],
}
# A text without one of these words tells no length, and is not searched for one.
_LETTERS = re.compile(r"[^\W\d_]+")
_UNITS = frozenset({
    "år", "års", "ar", "ars", "kalenderår", "regnskapsår", "rekneskapsår", "skoleår", "skuleår", "halvår",
    "kvartal", "kvartaler", "månad", "månader", "månadar", "månads", "måned", "måneder", "måneders",
    "måneds", "manad", "manader", "maned", "maneder", "mnd", "mndr", "mån", "uke", "uker", "ukers", "ukes",
    "uka", "veke", "veker", "vekers", "veka", "dag", "dager", "dagar", "dagers", "dagars", "dags",
    "virkedager", "virkedagar", "arbeidsdager", "arbeidsdagar", "kalenderdager", "dagen", "kalenderdagar",
    "døgn", "døgns", "dogn", "timar", "timer", "time", "times", "minutt", "minutter", "minuttar", "d", "t",
    "h", "min", "y",
})  # fmt: skip

# A wording that states a period by itself, where no label tells that the segment does.
_STATED = re.compile(
    r"\b(?:lagr|oppbevar|bevar|behold|slett)\w*\s(?:[\wæøå-]+\s){0,5}?"
    r"(?:så (?:lenge|lengje) |(?:ikke|ikkje) (?:lenger enn|lengre enn|lengur enn|ut ?over) |etter (?:[\wæøå-]+ ){0,2}instruks)"
    r"|\b(?:pålagte?|pålagde?|pliktige?|plikter|pliktar)\s(?:til\s)?(?:å\s)?(?:behold|behald|oppbevar|lagr|bevar|ta vare)"
    r"|\b(?:slette[st]|slettast|anonymiseres|makuleres) når\b",
    re.IGNORECASE,
)
_RIGHTS = ("erasure", "access", "restriction", "objection", "withdraw_consent")

_SHORT = 6
"""Words of an item such as "Fakturaer: fem år", which says what and how long and no more."""

_KEEPING_TITLE = re.compile(
    r"lagr|slett|oppbevar|arkivering|varighet|varigheit|levetid|utløp|(?:hvor|kor|så) (?:lenge|lengje)",
    re.IGNORECASE,
)
# Without one of the criterion pattern's wordings, a segment on retention tells a period if it has one of these.
_PERIOD = re.compile(
    r"\b(?:når|til|inntil|etter|så|ved|fortløpende|løpende|rutinemessig|automatisk|umiddelbart|straks|jevnlig|snarest|permanent|"
    r"ubestemt|alltid|varig\w*|rimelig|nødvendig|naudsynt|lenger|lengre|dersom|hvis|med en gang|med det same|undervegs|deretter|regelmessig|"
    r"hver|kvar|arkivverdig|lov\w*|\w+lov(?:en|a)|\w*forskrift\w*|regelverk\w*|rutine\w*|kriteri\w*|da|så lenge|ettertida?)\b",
    re.IGNORECASE,
)
_NEVER = re.compile(
    r"\b(?:lagr|oppbevar|bevar)\w*\s+(?:\w+\s+){0,2}?(?:ikke|ikkje|aldri)\b|\b(?:ikke|ikkje|aldri|ingenting)\s+(?:\w+\s+){0,2}?(?:lagr|oppbevar)",
    re.IGNORECASE,
)
_INDEFINITE = re.compile(
    r"på ubestemt tid|for alltid|permanent|varig|uavgrensa|uten tidsbegrensning|for ettertiden|ikke slett|ikkje slett",
    re.IGNORECASE,
)
_LEGAL = re.compile(
    r"\blov|lov(?:en|a)\b|pålagt|pålagd|plikt\w*|regelverk|forskrift|sikkerhet", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Patterns:
    lengths: Sequence[Pattern]
    criterion: Pattern
    others: Sequence[Pattern]
    keeping: Pattern
    vague: Pattern

    @classmethod
    def of(cls, knowledge: Knowledge) -> _Patterns:
        patterns = knowledge.patterns_of("retention")
        return cls(
            lengths=[pattern for pattern in patterns if pattern.normaliser in _LENGTHS],
            criterion=next(pattern for pattern in patterns if pattern.normaliser == "criterion"),
            others=knowledge.patterns_of("other_length"),
            keeping=knowledge.patterns_of("keeping")[0],
            vague=knowledge.patterns_of("vague_retention")[0],
        )


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
    patterns = _Patterns.of(knowledge)
    for segment, cited in zip(segments, citations, strict=True):
        if segment.kind in ("heading", "table_header"):
            continue
        found = list(_lengths(segment, patterns, cited))
        yield from found
        if found or segment.denies("retention"):
            continue
        if segment.has("retention") or (_STATED.search(segment.text) and not segment.has(*_RIGHTS)):
            yield from _criterion(segment, patterns, cited)


def _lengths(segment: LabelledSegment, patterns: _Patterns, cited: Sequence[Citation]) -> Iterator[Retention]:
    text = segment.text
    if _UNITS.isdisjoint(_LETTERS.findall(text.lower())):
        return
    context = f"lagring {segment.context}" if _is_about_keeping(segment) else ""
    matches = [(p, match) for p in patterns.lengths for match in p.find(text, context)]
    if not matches or not (context or any(True for _ in patterns.keeping.find(text))):
        return
    other = {i for p in patterns.others for match in p.find(text) for i in range(*match.span())}
    subject = _applies_to(text)
    taken = 0
    for pattern, match in matches:
        start, end = match.start("value" if pattern.normaliser == "duration" else 0), match.end()
        if end > taken and other.isdisjoint(range(start, end)):
            taken = end
            yield from _read_lengths(segment, match, pattern, subject, _statute(cited))


def _is_about_keeping(segment: LabelledSegment) -> bool:
    """Tell whether a length needs no verb beside it: by label, as a short item, or by heading or table header."""
    if segment.has("retention"):
        return True
    if "retention" in segment.passage_topics and len(segment.text.split()) <= _SHORT:
        return True
    listed = segment.kind in ("list_item", "table_row") or segment.has("cookies")
    return listed and _KEEPING_TITLE.search(segment.context) is not None


def _read_lengths(
    segment: LabelledSegment, match: re.Match[str], pattern: Pattern, subject: str | None, statute: str | None
) -> Iterator[Retention]:
    quote = segment.quote(match.start(), match.end())
    trigger = _TRIGGER.match(segment.text, match.end())
    for duration in _LENGTHS[pattern.normaliser](match, pattern):
        yield Retention(
            quote.start,
            quote.end,
            quote.text,
            "duration",
            duration,
            _bound(match, segment.text),
            subject,
            trigger["trigger"].strip() if trigger else None,
            statute,
            "specific",
        )


def _criterion(
    segment: LabelledSegment, patterns: _Patterns, cited: Sequence[Citation]
) -> Iterator[Retention]:
    match = next(iter(patterns.criterion.find(segment.text, segment.context)), None)
    if match is None and (_NEVER.search(segment.text) or not _PERIOD.search(segment.text)):
        return
    start, end = match.span() if match else (0, len(segment.text))
    quote = segment.quote(start, end)
    statute = _statute(cited)
    kind: Literal["statute", "criterion"] = "statute" if statute else "criterion"
    yield Retention(
        quote.start,
        quote.end,
        quote.text,
        kind,
        None,
        None,
        _applies_to(segment.text),
        None,
        statute,
        _class_of(segment.text, is_vague=any(True for _ in patterns.vague.find(segment.text))),
    )


def _class_of(text: str, *, is_vague: bool) -> RetentionClass:
    """Sort a period without a length into the classes of Rodriguez and Del Alamo."""
    if _INDEFINITE.search(text):
        return "indefinite"
    if _LEGAL.search(text):
        return "unspecified_legal"
    return "unspecified_other" if is_vague else "criterion"


def _bound(match: re.Match[str], text: str) -> Literal["exact", "at_most", "at_least"]:
    before = f"{text[max(0, match.start() - 25) : match.start()]} {match.groupdict().get('bound') or ''}"
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

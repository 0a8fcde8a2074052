"""Retention periods: lengths, criteria and the acts that command them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from analyzer.extract.durations import read_durations, read_interval
from analyzer.extract.reading import LabelledSegment
from analyzer.extract.statutes import Citation
from analyzer.knowledge import Knowledge, Pattern
from analyzer.records import Retention, RetentionClass

_GAP = r"\s+(?:(?:etter|i|om|på)\s+)?(?:[\wæøå]+\s+)?$"
_AT_MOST = re.compile(
    r"\b(?:inntil|opptil|opp til|opp mot|maks\w*\.?|høyst|høgst|senest|seinast|innen|innan|i løpet av|"
    r"(?:ikke|ikkje|aldri)\s(?:[\wæøå]+\s){0,6}?(?:lenger|lengre|lengur|mer|meir|ut ?over)(?:\senn)?)"
    + _GAP
    + r"|\bunder\s+$",
    re.IGNORECASE,
)
_AT_LEAST = re.compile(
    r"\b(?:minst|minimum|tidligst|tidlegast|over|(?:mer|meir|lenger|lengre|lengur) enn)" + _GAP, re.IGNORECASE
)
_OR_MORE = re.compile(r"\s(?:eller|og)\s(?:mer|meir|lenger|lengre|lengur)\b", re.IGNORECASE)
# A trigger stands after the length ("to år etter siste kjøp"), or before the verb ("Når du slutter, slettes …").
_STOP = r"\s(?:dersom|hvis|viss|med mindre|unntatt|unnateke|grunnet|men|mens|medan|for å|fordi|og så|deretter|jf)\b"
_TRIGGER = re.compile(
    r"\s{0,3}(?P<trigger>(?:etter|fra|frå|regnet fra|rekna frå|siden|sidan|ut)\s+(?!at\s+vi\b)[^.,:;()|]{3,90}?|"
    r"(?:(?:med|uten|utan)\s+)?(?:in)?aktivitet\b|(?:uten|utan)\s+(?:innlogging|pålogging|bruk|kjøp)\b)"
    rf"(?=[.,;()|]|{_STOP}|$)",
    re.IGNORECASE,
)
_TRIGGER_BEFORE = re.compile(
    r"^\W{0,9}(?P<trigger>(?:etter|ved|når|fra|frå)\s[^.,;:()|]{3,80}?)"
    r"(?:,\s|\s(?=(?:vil|vert|blir|skal|kan|slett\w*|lagr\w*|oppbevar\w*|anonymiser\w*|behold\w*)\s))",
    re.IGNORECASE,
)
_YEAR_BEFORE = re.compile(
    r"\b(?P<trigger>ut\s(?:[\wæøå]+\s)?[\wæøå]*år(?:et)?)\s(?:\+|pluss|og)\s$", re.IGNORECASE
)
_ACT = re.compile(r"\wlov(?:en|a)\b|forskrift", re.IGNORECASE)
_NO_TRIGGER = re.compile(r"lov|forskrift|regel|avtale med|samtykke|\d|behov|ønske", re.IGNORECASE)
_VERBS = r"(?:lagr|oppbevar|bevar|behold|behald|slett|makuler|anonymiser|arkiver|kast|overskriv|fjern)"
_SUBJECT = re.compile(
    r"^\W{0,9}(?P<what>[^\s.,:;|][^.,:;|]{2,70}?)(?:,\s[^.,:;|]{3,60},)?\s(?:(?:kan|skal|må|vil|blir|vert|er)\s){0,2}"
    rf"(?:normalt\s|som\sregel\s|vanligvis\s|ikke\s|ikkje\s|automatisk\s)?{_VERBS}\w*\b",
    re.IGNORECASE,
)
_NO_OBJECT = (
    r"(?!(?:i|på|til|etter|under|så|inntil|opptil|ut|frem|fram|senest|seinast|innen|innan|slik|som|ved|når|minst|maks\w*|for|av|fra|frå|"
    r"hos|med|ikke|ikkje|aldri|kun|bare|berre|normalt|vanligvis|automatisk|rutinemessig|permanent|lokalt|trygt|sikkert|kryptert|og|eller|"
    r"den|det|dem|dei|de|disse|desse|dette|dere|oss|seg|deg|umiddelbart|straks|også|vi|deretter|opp til|hver|kvar|årlig|daglig)\b)"
)
_OBJECT = re.compile(
    rf"\b(?:{_VERBS}(?:e[rs]?|ar|ast)?|tar vare på|tek vare på|ta vare på)\s+(?:vi\s|normalt\s|alle\s)?{_NO_OBJECT}"
    r"(?P<what>[a-zæøåA-ZÆØÅ][\wæøå-]*(?:(?:,|\sog|\seller)?\s(?!(?:i|på|til|etter|så|inntil|opptil|ut|senest|innen|innan|som|ved|når|minst)\b)"
    r"[\wæøå-]+){0,5}?)"
    r"(?=[.;)]|,(?!\s[\wæøå-]+(?:,|\sog\s))|$|\s(?:i|på|til|etter|så|inntil|opptil|opp|ut|frem|fram|senest|seinast|innen|innan|slik|som|ved|når|minst|maks\w*|for|fra|frå|"
    r"automatisk|fortløpende|løpende|jevnlig|kun|bare|berre|umiddelbart|straks|snarest|rutinemessig|permanent|lenger|lengre|lengur|hos|en|ein|ei|et|eit|ett|to|tre|fire|fem|seks|ti|\d+)\b)",
    re.IGNORECASE,
)
_LABEL = re.compile(r"^\W{0,9}(?P<what>[A-ZÆØÅ_][^.:|]{1,60}?)\s?[:|]")
# The start of a sentence, not what it is about: it holds a verb, or breaks off at a word that must go on.
_FRAGMENT = re.compile(
    r"\b(?:er|var|blir|vert|kan|skal|må|vil|har|vises|visast|leses|lesast|tas|tes|gis|brukes|brukast|behandles)\b"
    r"|\b(?:og|eller|å|at|som|for|til|av|på|med|om|i|eksempel)$"
    r"|^(?:lengre|lenger|lengst|tidligere|tidlegare|ofte|deretter|videre|vidare|derfor|ellers|elles|alltid|normalt|vanligvis|dagen|etter|"
    r"før|senest|innen|slik|så|bare|kun|(?:ett?|en|ei|to|tre|fire|fem|seks) \w+)$",
    re.IGNORECASE,
)
_NO_SUBJECT = re.compile(
    r"^(?:de|dei|den|det|disse|desse|dette|vi|du|og|som|de blir|etter|ved|når|for|hvis|dersom|du får)\b"
    r"|\b(?:vi|du|jeg|eg|skal|vil|kan|må|får)$|^(?:alt|alle)$",
    re.IGNORECASE,
)
_NEAR = 300
"""Characters on either side of a period in which its trigger, and what is kept, are looked for."""
_CLAUSE = re.compile(
    r";\s|,\s(?:men|mens|medan|og|likevel slik at|unntatt|mens)\s|\.\s|\smens\s|\sog\s(?=[\wæøå-]+\s(?:i\s)?\d)"
)
_LENGTHS: Mapping[str, Callable[[re.Match[str], Pattern], list[str]]] = {
    "duration": lambda match, _: read_durations(match),
    "interval": lambda match, _: read_interval(match),
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
    "h", "min", "y", "dgr", "natt", "daglig", "dagleg", "ukentlig", "vekentleg", "månedlig", "månadleg",
    "kvartalsvis", "halvårlig", "halvårleg", "årlig", "årleg",
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

_LASTS = re.compile(r"\W{0,4}(?:varer|varar|gyldig|utløper|levetid|varighet)\b", re.IGNORECASE)
_COOKIES = re.compile(r"cookie|kaps", re.IGNORECASE)
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
    r"på ubestemt tid|på ubestemd tid|for alltid|uavgrensa|(?:uten|utan) tids(?:begrensning|avgrensing|grense)|for ettertid\w*"
    r"|(?:lagr|oppbevar|bevar|arkiver|behold|behald)\w*\s(?:[\wæøå]+\s){0,3}?(?:permanent|varig|evig)\b"
    r"|(?:permanent|varig)\s(?:lagr|oppbevar|bevar|arkiver)|(?:ikke|ikkje|aldri)\s(?:[\wæøå]+\s){0,2}?slett(?:es|et|ast|a)\b(?!\s(?:før|etter))",
    re.IGNORECASE,
)
_LEGAL = re.compile(
    r"\blov(?:er|en|a|verk\w*|giv\w*|gjev\w*|pål\w*|krav\w*|bestem\w*|fest\w*)?\b|(?<=\w)lov(?:en|a)\b|pålagt|pålagd|plikt\w*"
    r"|regelverk|forskrift|sikkerhets(?:hensyn|grunn|messig)|hensyn til sikkerhet|omsyn til (?:sikkerheit|tryggleik)",
    re.IGNORECASE,
)
# Acts on personal data limit how long they are kept; none commands that they are.
_NO_COMMAND = ("personopplysningsl", "personvern", "personregister")


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
    lower = text.lower()
    if _UNITS.isdisjoint(_LETTERS.findall(lower)) and "speriode" not in lower:
        return
    context = f"lagring {segment.context}" if _is_about_keeping(segment) else ""
    if not context and not any(True for _ in patterns.keeping.find(text)):
        return
    matches = [(p, match) for p in patterns.lengths for match in p.find(text, context)]
    if not matches:
        return
    other = {i for p in patterns.others for match in p.find(text) for i in range(*match.span())}
    taken: set[int] = set()
    kept: list[tuple[Pattern, re.Match[str]]] = []
    for pattern, match in matches:
        place = range(
            match.start("value") if pattern.normaliser == "duration" else match.start(), match.end()
        )
        if taken.isdisjoint(place) and other.isdisjoint(place):
            taken.update(place)
            kept.append((pattern, match))
    kept.sort(key=lambda item: item[1].start())
    following = [match.start() for _, match in kept[1:]] + [len(text)]
    for (pattern, match), end in zip(kept, following, strict=False):
        yield from _read_lengths(segment, match, pattern, _statute(cited, match.start(), end))


def _is_about_keeping(segment: LabelledSegment) -> bool:
    """Tell whether a length needs no verb beside it: by label, as a short item, or by heading or table header."""
    if segment.has("retention"):
        return True
    if "retention" in segment.passage_topics and len(segment.text.split()) <= _SHORT:
        return True
    if _LASTS.match(segment.text) and (segment.has("cookies") or _COOKIES.search(segment.context)):
        return True
    listed = segment.kind in ("list_item", "table_row") or segment.has("cookies")
    return listed and _KEEPING_TITLE.search(segment.context) is not None


def _read_lengths(
    segment: LabelledSegment, match: re.Match[str], pattern: Pattern, statute: str | None
) -> Iterator[Retention]:
    quote = segment.quote(match.start(), match.end())
    for duration in _LENGTHS[pattern.normaliser](match, pattern):
        yield Retention(
            quote.start,
            quote.end,
            quote.text,
            "duration",
            duration,
            "at_most" if pattern.normaliser == "interval" else _bound(match, segment.text),
            _applies_to(segment.text, match.start()),
            _trigger(segment.text, match),
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
    statute = _statute(cited, start, len(segment.text))
    kind: Literal["statute", "criterion"] = "statute" if statute else "criterion"
    yield Retention(
        quote.start,
        quote.end,
        quote.text,
        kind,
        None,
        None,
        _applies_to(segment.text, start),
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
    start = match.start("value") if match.groupdict().get("value") else match.start()
    before = text[max(0, start - 70) : start]
    if _AT_MOST.search(before):
        return "at_most"
    if _AT_LEAST.search(before) or _OR_MORE.match(text, match.end()):
        return "at_least"
    return "exact"


def _trigger(text: str, match: re.Match[str]) -> str | None:
    """Give the event from which a length counts: after the length, or before the clause's verb."""
    after = _TRIGGER.match(text, match.end())
    if after and not _ACT.search(after["trigger"]):
        return after["trigger"].strip()
    start = match.start()
    before = _YEAR_BEFORE.search(text[max(0, start - 50) : start]) or _TRIGGER_BEFORE.match(
        text[: min(start, _NEAR)]
    )
    trigger = before["trigger"].strip() if before else ""
    return trigger if trigger and not _NO_TRIGGER.search(trigger) else None


def _applies_to(text: str, place: int) -> str | None:
    """Give what is kept, by the clause that holds the period, or else by the whole sentence."""
    text, place = text[max(0, place - _NEAR) : place + _NEAR], min(place, _NEAR)
    start = max((m.end() for m in _CLAUSE.finditer(text, 0, place)), default=0)
    for part in (text[start:], text) if start else (text,):
        for pattern in (_LABEL, _OBJECT, _SUBJECT):
            match = pattern.search(part)
            what = match["what"].strip(" -–•*") if match else ""
            whole = what.count("(") == what.count(")") and not what.endswith("@")
            if what and whole and not _NO_SUBJECT.search(what) and not _FRAGMENT.search(what):
                return what
    return None


def _statute(cited: Sequence[Citation], place: int, end: int) -> str | None:
    """Give the act that commands a period: the nearest one cited before ``end``, where the next period starts."""
    acts = [c for c in cited if c.start < end and not c.act.startswith(_NO_COMMAND)]
    if not acts:
        return None
    nearest = min(acts, key=lambda c: min(abs(c.start - place), abs(c.end - place)))
    return nearest.act + (f" § {nearest.section}" if nearest.section else "")

"""Recognises Norwegian acts and regulations, however they are inflected, and judges whether they still apply."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from analyzer.knowledge import Knowledge
from analyzer.registers import Act

Status = Literal["in_force", "repealed", "unknown"]

_SIGNS = ("lov", "forskrift", "regelverk", "§", "bestemmels", "for-")
# "bokføringsloven", "bokføringslovas", "arkivforskriftens", "bokføringslovgivningen", "hvitvaskingsregelverket".
_NAME = re.compile(
    r"(?<![\w-])(?P<stem>[a-zæøå][a-zæøå-]{1,50}?)"
    r"(?:(?P<kind>lov|forskrift)(?P<ending>en|a|i)?s?"
    r"|(?P<rules>lovgivning(?:en|a)|lovgjeving(?:a)|lovverket|regelverket|regelverk)s?)(?!\w)",
    re.IGNORECASE,
)
# What may stand before a name that is the rest of a longer one: "helse- og omsorgs", "psykisk ".
_BEFORE = re.compile(r"(?<![\w-])([a-zæøå]{2,30})\s?(-?)\s(og\s|eller\s|samt\s)?$", re.IGNORECASE)
# Names that share the end of the last: "skatte-, merverdiavgifts- og bokføringsloven".
_SHARING = re.compile(
    r"(?<![\w-])(?:[a-zæøå]{2,30}-,\s){0,3}[a-zæøå]{2,30}-,?\s(?:og|eller|samt)\s$", re.IGNORECASE
)
_SHARER = re.compile(r"([a-zæøå]{2,30})-", re.IGNORECASE)
_STOP = (
    r"og|som|er|skal|kan|må|har|jf|pålegg\w*|krev\w*|sier|seier|gjelder|gjeld|når|der|slik|fastset\w*|fastsett\w*|oss|vi|dersom|"
    r"samt|av(?=\s\d)|den|det|at|hva|kva|hvordan|korleis|å|§"
)
_TITLE = re.compile(
    rf"\b(?P<kind>forskrift|lov)(?:en|a)?\s+om\s+(?P<subject>(?!(?:{_STOP})\b)[a-zæøå-]{{3,}}(?:\s(?:(?<=-\s)og\s)?(?!(?:{_STOP})\b)[a-zæøå-]+){{0,6}})",
    re.IGNORECASE,
)
# "det er ikke lov om natten": no title.
_ALLOWED = re.compile(r"\b(?:er|ikke|ikkje|var|blir|det|får)\s$", re.IGNORECASE)
_REGULATION_TO = re.compile(r"\bforskrift(?:en|a|er)?\s+til\s+(?:den\s)?$", re.IGNORECASE)
_NOT_TITLES = re.compile(r"person(?:vern|opplysning|data)|databeskytt|gdpr|\beu\b", re.IGNORECASE)

_MONTHS = (
    "januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september", "oktober", "november", "desember",
)  # fmt: skip
_DAY = rf"(?P<day>\d{{1,2}})\.?\s?(?P<month>{'|'.join(_MONTHS)}|des|\d{{1,2}})[.\s/-]\s?"
_DATED = re.compile(
    rf"\b(?:lov|forskrift)(?:en|a)?\s(?:av\s|fra\s|frå\s)?(?:{_DAY}(?P<year>(?:1[89]|20)\d\d)(?:\s?,?\s?(?:nr\.?|-)\s?(?P<number>\d+))?"
    r"|(?P<iso>(?:1[89]|20)\d\d-\d\d-\d\d(?:-\d+)?))(?!\d)"
    r"|\b(?:LOV|FOR)-(?P<key>(?:1[89]|20)\d\d-\d\d-\d\d(?:-\d+)?)(?!\d)",
    re.IGNORECASE,
)
# What may follow a name and tells which act of that name it is: "av 14. april 2000 nr. 31", "(lov 2018 nr. 38)", "2005".
_TAIL = re.compile(
    rf"\s{{0,3}}\(?\s?(?:lov\s|LOV-)?(?:(?:av|fra|frå)\s)?(?:{_DAY})?(?P<year>(?:19|20)\d\d)(?!\d)(?:-\d\d-\d\d(?:-\d+)?)?"
    r"(?:\s?,?\s?nr\.?\s?\d+)?\)?",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\s?(?:om\s[^.;:§()]{1,160})?\s?[,(]?\s?")

_NUMBER = r"(?P<section>\d++(?:\s?[A-Z](?=-\d))?(?:-\d++)*+(?:\s?[a-d](?![\wæøå)]))?)"
_ORDINALS = {
    "første": "1", "fyrste": "1", "andre": "2", "annet": "2", "tredje": "3", "fjerde": "4", "femte": "5", "sjette": "6",
    "sjuende": "7", "syvende": "7", "sjuande": "7",
}  # fmt: skip
_SENTENCE = r"(?:,?\s[\wæøå.]{2,8}\s(?:punktum|setning))?"
_PLACE = re.compile(
    rf"(?:,?\s(?P<ledd>{'|'.join(_ORDINALS)}|\d\.?)\s(?:ledd|avsnitt)|\s?\((?P<bracket>\d)\))?{_SENTENCE}"
    r"(?:,?\s(?:nr\.?|nummer|punkt|pkt\.?)\s?(?P<number>\d{1,2})(?!\d))?"
    rf"(?:,?\s(?:(?:bokstav|bokst\.?|litra|lit\.?)\s?(?P<letter>[a-zæøå])(?![\wæøå])|(?P<item>[a-zæøå])(?=\)))\)?)?"
    rf"(?:(?:,\s|\s?og\s|\s?eller\s)[a-zæøå]\))*{_SENTENCE}",
    re.IGNORECASE,
)
_SECTION = re.compile(
    r"\)?\.?\s{0,3}(?:nr\.?\s?\d+\s)?[,(]?\s{0,3}"
    rf"(?:kap(?:ittel|\.)?\s{{0,3}}\d+\s{{0,3}}(?:og\s{{0,3}})?)?(?P<sign>§{{1,2}})\s{{0,3}}{_NUMBER}"
)
_CHAPTER = re.compile(r"\s(?:kapittel|kapitel|kap\.?)\s?(?P<chapter>\d+|[IVX]+)(?![\w-])")
_AND = r"(?:,|\s?og|,?\ssamt|\s?eller|\stil)\s"
_NEXT_SIGNED = re.compile(rf"(?:{_AND}|,?\s?jfr?\.?\s?)§{{1,2}}\s{{0,3}}{_NUMBER}")
_NEXT = re.compile(rf"{_AND}(?:§{{1,2}}\s{{0,3}})?{_NUMBER}(?!\w|\s?(?:år|dag|måned|månad|uke|veke|timer))")
_SECTION_BEFORE = re.compile(
    rf"§\s{{0,3}}{_NUMBER}(?P<place>[^§;:]{{0,40}}?)\s(?:i|av)\s(?:den\s)?(?:nye\s)?$"
)

_NOT_STEMS = frozenset({
    "sær", "natur", "personvern", "personvernforordnings", "gdpr-", "gdpr", "eu-", "eu", "eus", "data",
    "databeskyttelses", "beskyttelses", "ramme", "for", "til", "særlovs", "norges", "norske", "ramme-",
    "straffe-", "jante", "tyngde", "spesial", "murphys", "unntaks", "mose", "special",
})  # fmt: skip
_OLD, _NEW = "personopplysningsloven-2000", "personopplysningsloven"
_NOT_RULES = ("personopplysnings", "personvern")
_SHARED_TITLE = re.compile(r"\(\d{4}\)$")
_LONGEST_TITLE = 200
_SHORTEST_TITLE = 20
_LONG = 10
"""Letters from which a stem that is one letter off a known act's is a slip: "folketrygdeloven"."""


@dataclass(frozen=True, slots=True)
class Citation:
    """An act found in a text: half-open range, name, place in the act, whether it is in force there, Lovdata's key."""

    start: int
    end: int
    act: str
    section: str | None
    status: Status
    paragraph: str | None = None
    number: str | None = None
    letter: str | None = None
    lovdata: str | None = None


@dataclass(frozen=True, slots=True)
class _Mention:
    """A name found in a text, before its section is read; ``dated`` if a date or number says which act it is."""

    start: int
    end: int
    act: str
    dated: bool = False


class StatuteFinder:
    """Finds acts by the names in ``statutes.toml``, and others by their form ("xloven", "yforskriften")."""

    def __init__(self, knowledge: Knowledge, *, as_of: str) -> None:
        """Take the acts; ``as_of`` (ISO 8601) decides which of them are in force."""
        self._knowledge = knowledge
        self._as_of = as_of
        self._forms = _forms_of(knowledge.acts)

    def find(self, text: str, *, context: str = "") -> list[Citation]:
        """Find the acts that a text cites, in order, once for each section cited.

        Args:
            text: A sentence, list item or table row.
            context: More of the surrounding text, to tell the Personal Data Acts of 2000 and 2018 apart.
        """
        lower = text.lower()
        if not any(sign in lower for sign in _SIGNS):
            return []
        citations: list[Citation] = []
        for mention in self._mentions(text):
            if not citations or mention.start >= citations[-1].end:
                citations += self._with_sections(text, mention, context)
        return citations

    def status_of(self, act: str, section: str | None = None, *, dated: bool = True) -> Status:
        """Tell whether an act is in force on the day of the audit.

        Args:
            act: Its short name.
            section: The section cited, which may outlive its act.
            dated: Whether the text says which act of that name it means.
        """
        known = self._forms.by_short.get(act)
        if known is None or known.pending or (known.valid_from or "") > self._as_of:
            return "unknown"
        if not known.valid_to or known.valid_to > self._as_of:
            return "in_force"
        if section and known.surviving_sections and re.fullmatch(known.surviving_sections, section):
            return "in_force"
        return "unknown" if known.used_for_successor and not dated else "repealed"

    def _with_sections(self, text: str, mention: _Mention, context: str) -> Iterator[Citation]:
        """Give a citation for each section: "havressurslova §§ 44 og 46" gives two."""
        section = _SECTION.match(text, mention.end)
        if section is None:
            before = _SECTION_BEFORE.search(text[max(0, mention.start - 70) : mention.start])
            number = before["section"] if before else None
            inside = _read_place(_PLACE.match(before["place"]) if before else None)
            first = mention.start - (len(before.group()) if before else 0)
            chapter = None if before else _CHAPTER.match(text, mention.end)
            yield self._cite(text, first, mention.end, mention, number, inside, context, chapter)
            return
        following = _NEXT if section["sign"] == "§§" else _NEXT_SIGNED
        start = mention.start
        while section:
            number = " ".join(section["section"].split())
            place = _PLACE.match(text, section.end())
            assert place is not None  # everything in it is optional
            cited = self._cite(text, start, place.end(), mention, number, _read_place(place), context)
            yield cited
            if cited.act == _OLD:  # and so are the sections that follow: "§ 8 a) og § 9 a)"
                mention = replace(mention, act=_OLD, dated=True)
            section = following.match(text, place.end())
            start = section.start("section") if section else start

    def _cite(
        self,
        text: str,
        start: int,
        end: int,
        mention: _Mention,
        section: str | None,
        place: tuple[str | None, str | None, str | None],
        context: str,
        chapter: re.Match[str] | None = None,
    ) -> Citation:
        spot = section or (f"kapittel {chapter['chapter']}" if chapter else None)
        act = mention.act if mention.dated else self._version(mention.act, spot, f"{text} {context}")
        status = self.status_of(act, section, dated=mention.dated)
        known = self._forms.by_short.get(act)
        name = known.name or _base(act) if known else act
        return Citation(start, end, name, section, status, *place, known.number if known else None)

    def _mentions(self, text: str) -> Iterator[_Mention]:
        """Give the names in a text in order, the longest first where they start together, with what dates them."""
        found = sorted(self._names(text), key=lambda m: (m.start, not m.dated, -m.end))
        last: _Mention | None = None
        for mention in found:
            if last and mention.start < last.end:
                continue
            mention = self._with_tail(text, mention)
            if last and self._is_same(last, mention, text):
                last = replace(
                    last, end=mention.end
                )  # "lov 19. november 2004 nr. 73 om bokføring (bokføringsloven)"
                continue
            if last:
                yield last
            last = mention
        if last:
            yield last

    def _is_same(self, first: _Mention, second: _Mention, text: str) -> bool:
        """Tell whether a date or title is followed by the name of the same act."""
        gap = text[first.end : second.start]
        if _base(first.act) != _base(second.act) or len(gap) > _LONGEST_TITLE:
            return False
        return gap.strip() == "(" or (first.dated and _BETWEEN.fullmatch(gap) is not None)

    def _with_tail(self, text: str, mention: _Mention) -> _Mention:
        """Read "av 14. april 2000 nr. 31" after a name, which says which act of that name it is."""
        tail = None if mention.dated else _TAIL.match(text, mention.end)
        if tail is None:
            return mention
        year = tail["year"]
        for act in self._forms.versions.get(mention.act, ()):
            if act.number and act.number.startswith(year):
                return _Mention(mention.start, tail.end(), act.short, dated=True)
        return replace(mention, end=tail.end())

    def _names(self, text: str) -> Iterator[_Mention]:
        known = set()
        for match in self._forms.phrases.finditer(text):
            known.add(match.start())
            act = self._forms.by_form[" ".join(match.group().lower().split())]
            yield _Mention(match.start(), match.end(), act)
        for match in _NAME.finditer(text):
            yield from self._resolve(match, text)
        for match in _DATED.finditer(text):
            if by_number := self._forms.by_number.get(_number_of(match)):
                yield _Mention(match.start(), match.end(), by_number, dated=True)
        for match in _TITLE.finditer(text):
            if match.start() not in known and (mention := self._by_title(match, text)):
                yield mention
        for match in self._forms.abbreviations.finditer(text):
            yield _Mention(match.start(), match.end(), self._forms.by_form[match.group().lower()])

    def _by_title(self, match: re.Match[str], text: str) -> _Mention | None:
        """Read an act by its title: one of ours in other words, or "forskrift om vaktvirksomhet", which is not."""
        kind, subject = match["kind"].lower(), re.sub(r"\bfrå\b", "fra", match["subject"].lower())
        if _NOT_TITLES.search(subject):
            return None
        if kind == "lov" and _ALLOWED.search(text[max(0, match.start() - 10) : match.start()]):
            return None
        title = f"{kind} om {subject}"
        return _Mention(match.start(), match.end(), _fullest_title(title, self._forms.by_form) or title)

    def _resolve(self, match: re.Match[str], text: str) -> Iterator[_Mention]:
        """Look a name up, with the words before it where they belong to it."""
        stem, kind = match["stem"].lower(), (match["kind"] or "lov").lower()
        start, end = match.span()
        before = _BEFORE.search(text[max(0, start - 45) : start])
        if before:
            first, _, joiner = before.groups()
            whole = self._forms.by_stem.get(_key(f"{first}{(joiner or '').strip()}{stem}{kind}".lower()))
            if whole:
                yield _Mention(start - len(before.group()), end, whole)
                return
        if match["kind"]:
            yield from self._sharing(text, start, kind)
        act: str | None = self._forms.by_stem.get(_key(stem + kind))
        if act is None and "-" in stem.strip("-"):
            act = self._forms.by_stem.get(_key(stem.rpartition("-")[2] + kind))
        if act and match["rules"] and stem.startswith(_NOT_RULES):
            return
        if act is None and match["ending"] in ("en", "a") and len(stem) > 2 and stem not in _NOT_STEMS:
            act = _nearest(_key(stem + kind), self._forms.by_stem) or f"{stem}{kind}en"
        if act is None:
            return
        regulation = _REGULATION_TO.search(text[max(0, start - 20) : start])
        if regulation and match["kind"]:
            to_act = f"forskrift til {act}"
            yield _Mention(start - len(regulation.group()), end, self._forms.by_form.get(to_act, to_act))
        else:
            yield _Mention(start, end, act)

    def _sharing(self, text: str, start: int, kind: str) -> Iterator[_Mention]:
        """Give the known acts whose names lend their end from the next: "skatte- og bokføringsloven"."""
        before = _SHARING.search(text[max(0, start - 100) : start])
        for match in _SHARER.finditer(before.group()) if before else ():
            act = self._forms.by_stem.get(_key(f"{match[1]}{kind}".lower()))
            if act and before:
                first = start - len(before.group()) + match.start()
                yield _Mention(first, first + len(match[1]), act)

    def _version(self, act: str, section: str | None, words: str) -> str:
        """Tell acts of one name apart by the section, the words around it, and the day of the audit."""
        newest, *older = self._forms.versions.get(act, ()) or (None,)
        if newest is None or not older:
            return act
        if section:
            for old in older:
                if old.only_sections and re.fullmatch(old.only_sections, section):
                    return old.short
            reused = self._knowledge.reused_sections.get(section.partition("-")[0])  # "§§ 18-20" begins at 18
            if act == _NEW and reused and reused.search(words):
                return _OLD
        of_the_day = (a for a in (newest, *older) if not a.pending and (a.valid_from or "") <= self._as_of)
        return next(of_the_day, newest).short


@dataclass(frozen=True, slots=True)
class _Forms:
    """The acts by short name, by number, by every form and stem of the name; and the names that are no single word."""

    by_short: Mapping[str, Act]
    by_number: Mapping[str, str]
    by_form: Mapping[str, str]
    by_stem: Mapping[str, str]
    versions: Mapping[str, Sequence[Act]]
    phrases: re.Pattern[str]
    abbreviations: re.Pattern[str]


@lru_cache(maxsize=4)
def _forms_of(acts: tuple[Act, ...]) -> _Forms:
    """Compile the names of the acts, once for all statements."""
    by_form: dict[str, str] = {}
    versions: dict[str, list[Act]] = {}
    for act in acts:
        titles = () if _SHARED_TITLE.search(act.title) else (_plain_title(act.title),)
        for form in (act.short, *act.aliases, *titles, *act.abbreviations):
            by_form.setdefault(form.lower(), act.short)
        versions.setdefault(_base(act.short), []).append(act)
    for same in versions.values():
        same.sort(key=lambda act: (not act.pending, act.valid_from or "", act.number or ""), reverse=True)
    by_stem: dict[str, str] = {}
    for form, short in by_form.items():
        if name := re.fullmatch(r"(\S+(?:\s(?:og\s)?\S+)?(?:lov|forskrift))(?:en|a)?", form):
            by_stem.setdefault(_key(name[1]), short)
    phrases = [form for form in by_form if " " in form and not re.search(r"\S(?:loven|lova)$", form)]
    ordered = (re.escape(p).replace(r"\ ", r"\s") for p in sorted(phrases, key=len, reverse=True))
    short_forms = sorted((a for act in acts for a in act.abbreviations), key=len, reverse=True)
    return _Forms(
        by_short={act.short: act for act in acts},
        by_number={act.number: act.short for act in acts if act.number},
        by_form=by_form,
        by_stem=by_stem,
        versions=versions,
        phrases=re.compile(r"(?<!\w)(?:" + "|".join(ordered) + r")(?!\w)", re.IGNORECASE),
        abbreviations=re.compile(rf"(?<!\w)(?:{'|'.join(short_forms)})\b(?=\.?\s{{0,3}}§)", re.IGNORECASE),
    )


def settle_unnumbered(cited: Sequence[Sequence[Citation]], *, mentions_gdpr: bool) -> list[list[Citation]]:
    """Take "personopplysningsloven" for the act of 2000 where the statement cites that act and no later law.

    Args:
        cited: The citations of each segment of one statement.
        mentions_gdpr: Whether the statement speaks of the General Data Protection Regulation.
    """
    every = [c for found in cited for c in found]
    old = next((c for c in every if c.act == _OLD), None)
    newer = any(c.act == _NEW and c.section not in (None, "12") for c in every)
    if old is None or newer or mentions_gdpr:
        return [list(found) for found in cited]

    def settle(citation: Citation) -> Citation:
        bare = citation.act == _NEW and citation.section is None
        return replace(citation, act=_OLD, status=old.status, lovdata=old.lovdata) if bare else citation

    return [[settle(c) for c in found] for found in cited]


def _plain_title(title: str) -> str:
    """Give a title as texts write it, without "m.v." and the like."""
    return re.sub(r"\s+(?:m\.?\s?[vm]\.?|mv\.?)$", "", title)


def _base(short: str) -> str:
    """Give the name that acts of different years share: "ekomloven" for "ekomloven-2003"."""
    return re.sub(r"-\d{4}$", "", short)


def _key(stem: str) -> str:
    return "".join(stem.lower().replace("-", "").split())


def _number_of(match: re.Match[str]) -> str:
    """Give Lovdata's key of a dated act: "2004-11-19-73" for "lov 19. november 2004 nr. 73"."""
    if written := match["iso"] or match["key"]:
        return str(written)
    word = match["month"].lower()
    month = int(word) if word.isdigit() else next(n for n, m in enumerate(_MONTHS, 1) if m.startswith(word))
    day = f"{match['year']}-{month:02d}-{int(match['day']):02d}"
    return f"{day}-{match['number']}" if match["number"] else day


def _read_place(match: re.Match[str] | None) -> tuple[str | None, str | None, str | None]:
    """Give paragraph (ledd), item (nr.) and letter of a place within a section."""
    if match is None:
        return None, None, None
    ledd = (match["ledd"] or match["bracket"] or "").rstrip(".").lower()
    letter = match["letter"] or match["item"]
    return _ORDINALS.get(ledd, ledd) or None, match["number"], letter.lower() if letter else None


def _fullest_title(title: str, forms: Mapping[str, str]) -> str | None:
    """Give the act whose title begins as this one, but for the last letters: "arbeids- og velferdsforvaltninga"."""
    start = title[:-2]
    if len(title) < _SHORTEST_TITLE:
        return None
    return next((act for form, act in forms.items() if form.startswith(start)), None)


def _nearest(key: str, known: Mapping[str, str]) -> str | None:
    """Give the act whose stem is one letter off a long one, as in a slip of the pen."""
    if len(key) < _LONG + 3:
        return None
    return next((act for stem, act in known.items() if stem[:2] == key[:2] and _is_one_off(stem, key)), None)


def _is_one_off(one: str, other: str) -> bool:
    """Tell whether two words differ by one letter changed, lost or added."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = next(
        (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    rest, others = one[start:], other[start:]
    return rest[1:] == others[1:] or rest[1:] == others or rest == others[1:]

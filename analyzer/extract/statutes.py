"""Recognises Norwegian acts and regulations, however they are inflected, and judges whether they still apply."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from analyzer.knowledge import Act, Knowledge

_SIGNS = ("lov", "forskrift", "regelverk", "§", "bestemmels")
# "bokføringsloven", "bokføringslovas", "arkivforskriftens", "bokføringslovgivningen", "hvitvaskingsregelverket".
_NAME = re.compile(
    r"(?<![\w-])(?P<stem>[a-zæøå][a-zæøå-]{1,50}?)"
    r"(?:(?P<kind>lov|forskrift)(?P<ending>en|a|i)?s?"
    r"|(?P<rules>lovgivning(?:en|a)|lovgjeving(?:a)|lovverket|regelverket|regelverk)s?)(?!\w)",
    re.IGNORECASE,
)
# What may stand before a name that is the rest of a longer one: "helse- og omsorgs", "psykisk ".
_BEFORE = re.compile(r"(?<![\w-])([a-zæøå]{2,30})(-?)\s(og\s|eller\s|samt\s)?$", re.IGNORECASE)
_REGULATION = re.compile(
    r"\bforskrift(?:en|a)?\s+om\s+(?P<subject>[a-zæøå-]+(?:\s(?!(?:og|som|er|skal|kan|må|har|jf|pålegg\w*|krev\w*|sier|seier|"
    r"gjelder|gjeld|når|der|slik|fastset\w*|fastsett\w*|oss|vi|dersom|samt|den|det|at|§)\b)[a-zæøå-]+){0,6})",
    re.IGNORECASE,
)
_NOT_REGULATIONS = re.compile(r"person(?:vern|opplysning|data)|databeskytt|gdpr|\beu\b", re.IGNORECASE)
_NUMBER = r"(?P<section>\d++(?:\s?[A-Z](?=-\d))?(?:-\d++)*+(?:\s?[a-d](?![\wæøå]))?)"
_SECTION = re.compile(
    r"\.?\s{0,3}(?:av\s+(?:\d{4}|\d{1,2}\.\s?\w{3,9}\s\d{4})\s{0,3})?(?:nr\.?\s?\d+\s)?[,(]?\s{0,3}"
    rf"(?:kap(?:ittel|\.)?\s{{0,3}}\d+\s{{0,3}}(?:og\s{{0,3}})?)?(?P<sign>§{{1,2}})\s{{0,3}}{_NUMBER}"
)
_LEDD = r"(?:\s(?:første|fyrste|andre|annet|tredje|fjerde)\sledd)?"
_AND = rf"{_LEDD}(?:,|\s?og|,?\ssamt|\s?eller|\stil)\s"
_NEXT_SIGNED = re.compile(rf"{_AND}§{{1,2}}\s{{0,3}}{_NUMBER}")
_NEXT = re.compile(rf"{_AND}(?:§{{1,2}}\s{{0,3}})?{_NUMBER}(?!\w|\s?(?:år|dag|måned|månad|uke|veke|timer))")
_SECTION_BEFORE = re.compile(rf"§\s{{0,3}}{_NUMBER}(?:\s\w+\sledd)?\s(?:i|av)\s(?:den\s)?$")
_OF_2000 = re.compile(
    r"\s{0,3}\(?(?:lov\s)?(?:(?:av|fra|frå)\s)?(?:14\.?\s?april\s|14\.0?4\.)?2000\b", re.IGNORECASE
)
_SHORT = re.compile(
    r"(?<!\w)(pol|popplyl|aml|fvl|hpl|offl|pbl|pbrl|ftrl|mfl|fal|uhl)\b(?=\.?\s{0,3}§)", re.IGNORECASE
)
_NOT_STEMS = frozenset({
    "sær", "natur", "personvern", "personvernforordnings", "gdpr-", "gdpr", "eu-", "eu", "eus", "data",
    "databeskyttelses", "beskyttelses", "ramme", "for", "til", "særlovs", "norges", "norske", "ramme-",
    "straffe-",
})  # fmt: skip
_NOT_RULES = ("personopplysnings", "personvern")


@dataclass(frozen=True, slots=True)
class Citation:
    """An act found in a text: half-open range, short name, section, and whether the act is known."""

    start: int
    end: int
    act: str
    section: str | None
    status: Literal["in_force", "repealed", "unknown"]


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
        found = sorted(self._names(text), key=lambda item: (item[0], -item[1]))
        citations: list[Citation] = []
        for start, end, act in found:
            if not citations or start >= citations[-1].end:
                citations += self._with_sections(text, start, end, act, context)
        return citations

    def status_of(self, act: str) -> Literal["in_force", "repealed", "unknown"]:
        """Tell whether an act, by short name, is in force on the day of the audit."""
        known = self._forms.by_short.get(act)
        if known is None:
            return "unknown"
        return "repealed" if known.valid_to and known.valid_to <= self._as_of else "in_force"

    def _with_sections(self, text: str, start: int, end: int, act: str, context: str) -> Iterator[Citation]:
        """Give a citation for each section: "havressurslova §§ 44 og 46" gives two."""
        section = _SECTION.match(text, end)
        if section is None:
            before = _SECTION_BEFORE.search(text[max(0, start - 40) : start])
            number = before["section"] if before else None
            dated = self._dated(act, text, end, number, context)
            first = start - (len(before.group()) if before else 0)
            yield Citation(first, end, dated, number, self.status_of(dated))
            return
        following = _NEXT if section["sign"] == "§§" else _NEXT_SIGNED
        while section:
            number = " ".join(section["section"].split())
            dated = self._dated(act, text, end, number, context)
            yield Citation(start, section.end(), dated, number, self.status_of(dated))
            section = following.match(text, section.end())
            start = section.start("section") if section else start

    def _names(self, text: str) -> Iterator[tuple[int, int, str]]:
        for match in _NAME.finditer(text):
            yield from self._resolve(match, text)
        for match in self._forms.phrases.finditer(text):
            yield match.start(), match.end(), self._forms.by_form[" ".join(match.group().lower().split())]
        for match in _REGULATION.finditer(text):
            subject = match["subject"].lower()
            if not _NOT_REGULATIONS.search(subject):
                subject = re.sub(r"\bfrå\b", "fra", subject)
                yield match.start(), match.end(), f"forskrift om {subject}"
        for match in _SHORT.finditer(text):
            yield match.start(), match.end(), self._forms.by_form[match.group(1).lower()]

    def _resolve(self, match: re.Match[str], text: str) -> Iterator[tuple[int, int, str]]:
        """Look a name up, with the words before it where they belong to it."""
        stem, kind = match["stem"].lower(), (match["kind"] or "lov").lower()
        start, end = match.span()
        before = _BEFORE.search(text[max(0, start - 45) : start])
        if before:
            first, _, joiner = before.groups()
            whole = self._forms.by_stem.get(_key(f"{first}{(joiner or '').strip()}{stem}{kind}".lower()))
            if whole:
                yield start - len(before.group()), end, whole
                return
            coordinated = (
                self._forms.by_stem.get(_key(f"{first}{kind}".lower()))
                if joiner and before[2] and match["kind"]
                else None
            )
            if coordinated:  # "skatte- og bokføringsloven"
                yield start - len(before.group()), start - len(before.group()) + len(first), coordinated
        act = self._forms.by_stem.get(_key(stem + kind))
        if act is None and "-" in stem.strip("-"):
            act = self._forms.by_stem.get(_key(stem.rpartition("-")[2] + kind))
        if act and not (match["rules"] and stem.startswith(_NOT_RULES)):
            yield start, end, act
        elif act is None and match["ending"] in ("en", "a") and len(stem) > 2 and stem not in _NOT_STEMS:
            yield start, end, f"{stem}{kind}en"

    def _dated(self, act: str, text: str, end: int, section: str | None, context: str) -> str:
        """Tell the Personal Data Act of 2000 from that of 2018, whose section numbers it shares."""
        if act != "personopplysningsloven":
            return act
        if _OF_2000.match(text, end):
            return "personopplysningsloven-2000"
        number = re.match(r"\d+", section or "")
        if section is None or number is None:
            return act
        if int(number.group()[:4]) > 34:  # the act of 2018 ends at § 34
            return "personopplysningsloven-2000"
        words = self._knowledge.reused_sections.get(section)
        return "personopplysningsloven-2000" if words and words.search(f"{text} {context}") else act


@dataclass(frozen=True, slots=True)
class _Forms:
    """The acts by short name, by every form of the name, by its stem; and the names of several words."""

    by_short: Mapping[str, Act]
    by_form: Mapping[str, str]
    by_stem: Mapping[str, str]
    phrases: re.Pattern[str]


@lru_cache(maxsize=4)
def _forms_of(acts: tuple[Act, ...]) -> _Forms:
    """Compile the names of the acts, once for all statements."""
    by_form: dict[str, str] = {}
    for act in acts:
        for form in (act.short, *act.aliases, _plain_title(act.title)):
            by_form.setdefault(form.lower(), act.short)
    by_stem: dict[str, str] = {}
    for form, short in by_form.items():
        if name := re.fullmatch(r"(\S+(?:\s(?:og\s)?\S+)?(?:lov|forskrift))(?:en|a)?", form):
            by_stem.setdefault(_key(name[1]), short)
    phrases = [form for form in by_form if " " in form and not re.search(r"\S(?:loven|lova)$", form)]
    ordered = (re.escape(p).replace(r"\ ", r"\s") for p in sorted(phrases, key=len, reverse=True))
    pattern = re.compile(r"(?<!\w)(?:" + "|".join(ordered) + r")(?!\w)", re.IGNORECASE)
    return _Forms({act.short: act for act in acts}, by_form, by_stem, pattern)


def _plain_title(title: str) -> str:
    """Give a title as texts write it, without "m.v." and the like."""
    return re.sub(r"\s+(?:m\.?\s?[vm]\.?|mv\.?|\(\d{4}\))$", "", title)


def _key(stem: str) -> str:
    return "".join(stem.lower().replace("-", "").split())

"""Recognises Norwegian acts and regulations, however they are inflected, and judges whether they still apply."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from analyzer.knowledge import Act, Knowledge

_WORD = re.compile(r"[\wæøåÆØÅ]+(?:-(?:\s(?:og|eller)\s)?[\wæøåÆØÅ]+)*", re.IGNORECASE)
_NAME = re.compile(
    r"(?<![\w-])(?P<stem>(?:[a-zæøå]{2,30}-?\s?(?:,\s[a-zæøå]{2,20}-\s)?(?:og|-)\s?)?[a-zæøå-]{2,40}?"
    r"(?:lov|forskrift))(?P<ending>(?:en|a|i|ene)?s?)(?![\w])",
    re.IGNORECASE,
)
_SECTION = re.compile(
    r"\.?\s*(?:av\s+(?:\d{4}|\d{1,2}\.\s?\w+\s\d{4}(?:\snr\.?\s?\d+)?)\s*)?[,(]?\s*(?:kap(?:ittel|\.)?\s*\d+\s*(?:og\s*)?)?"
    r"§{1,2}\s*(?P<section>\d+(?:-\d+)?(?:\s?[a-d](?![\wæøå]))?)"
)
_OF_2000 = re.compile(r"\s*(?:av|fra|frå)\s+(?:14\.?\s*april\s+|14\.0?4\.)?2000\b|\s*\(?(?:lov\s+)?(?:av\s+)?14\.\s*april\s*2000", re.IGNORECASE)
_NOT_NAMES = frozenset(
    "lov loven lova lovens lovas lovi lover forskrift forskriften forskrifta forskriftene gjeldende norsk dagens personvernlov "
    "personvernlovgivning naturlov særlov regjeringens grunnlov personvernforskrift".split()
)


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

    def find(self, text: str, *, context: str = "") -> list[Citation]:
        """Find the acts that a text cites, in order.

        Args:
            text: A sentence, list item or table row.
            context: More of the surrounding text, to tell the Personal Data Acts of 2000 and 2018 apart.
        """
        found = sorted(self._names(text), key=lambda item: (item[0], -item[1]))
        citations: list[Citation] = []
        for start, end, act in found:
            if citations and start < citations[-1].end:
                continue
            section = _SECTION.match(text, end)
            number = re.sub(r"\s+", " ", section["section"]) if section else None
            act = self._dated(act, text, end, number, context)
            citations.append(Citation(start, section.end() if section else end, act, number, self.status_of(act)))
        return citations

    def status_of(self, act: str) -> Literal["in_force", "repealed", "unknown"]:
        """Tell whether an act, by short name, is in force on the day of the audit."""
        known = self._by_short.get(act)
        if known is None:
            return "unknown"
        return "repealed" if known.valid_to and known.valid_to <= self._as_of else "in_force"

    def _names(self, text: str) -> Iterator[tuple[int, int, str]]:
        lower = text.lower()
        for match in _NAME.finditer(text):
            resolved = self._resolve(match)
            if resolved:
                yield resolved
        for phrase, act in self._phrases:
            start = lower.find(phrase)
            while start >= 0:
                end = start + len(phrase)
                if not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum()):
                    yield start, end, act
                start = lower.find(phrase, end)
        for match in re.finditer(r"(?<!\w)(pol|popplyl|aml|pbl|pbrl|ftrl|mfl|fal|uhl)\.?\s*(?=§)", lower):
            yield match.start(), match.end(1), self._by_form[match.group(1)]

    def _resolve(self, match: re.Match[str]) -> tuple[int, int, str] | None:
        stem, ending = match["stem"].lower(), match["ending"].lower()
        start = match.start()
        while True:
            act = self._by_stem.get(_key(stem))
            if act:
                return start, match.end(), act
            shorter = re.match(r"[^\s-]+-?\s+(?:og\s+)?|[^\s-]+-(?=[a-zæøå]{4})", stem)
            if not shorter:
                break
            start, stem = start + shorter.end(), stem[shorter.end() :]
        name = stem + ending
        definite = ending in ("en", "ens", "a", "as")
        if not definite or name in _NOT_NAMES or stem in _NOT_NAMES or stem.endswith(("lovgivningslov",)):
            return None
        return start, match.end(), stem + ("en" if stem.endswith(("lov", "forskrift")) else "")

    def _dated(self, act: str, text: str, end: int, section: str | None, context: str) -> str:
        """Tell the Personal Data Act of 2000 from that of 2018, whose section numbers it shares."""
        if act != "personopplysningsloven":
            return act
        if _OF_2000.match(text, end):
            return "personopplysningsloven-2000"
        if section is None:
            return act
        number = re.match(r"\d+", section)
        if number and int(number.group()) > 34:  # the act of 2018 ends at § 34
            return "personopplysningsloven-2000"
        words = self._knowledge.reused_sections.get(section)
        if words and words.search(f"{text} {context}"):
            return "personopplysningsloven-2000"
        return act

    @cached_property
    def _by_short(self) -> dict[str, Act]:
        return {act.short: act for act in self._knowledge.acts}

    @cached_property
    def _by_form(self) -> dict[str, str]:
        return {form.lower(): act.short for act in self._knowledge.acts for form in (act.short, *act.aliases)}

    @cached_property
    def _by_stem(self) -> dict[str, str]:
        stems: dict[str, str] = {}
        for act in self._knowledge.acts:
            for form in (act.short, *act.aliases):
                if re.fullmatch(r"\S*(?:\s?og\s\S+)?(?:loven|lova|forskriften|forskrifta|lov|forskrift)", form.lower()):
                    stems.setdefault(_key(re.sub(r"(?<=lov)(?:en|a)$|(?<=forskrift)(?:en|a)$", "", form.lower())), act.short)
        return stems

    @cached_property
    def _phrases(self) -> tuple[tuple[str, str], ...]:
        """Official titles and names of several words, the longest first."""
        phrases = {
            form.lower(): act.short
            for act in self._knowledge.acts
            for form in act.aliases
            if " " in form and not re.search(r"(?:loven|lova)$", form)
        }
        phrases |= {a.short: a.short for a in self._knowledge.acts if " " in a.short and not a.short.endswith(("loven", "lova"))}
        return tuple(sorted(phrases.items(), key=lambda item: -len(item[0])))


def _key(stem: str) -> str:
    return re.sub(r"[\s-]+", "", stem.lower())

"""Recognises public bodies, also under names that they have given up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from analyzer.extract.reading import LabelledSegment
from analyzer.knowledge import Knowledge
from analyzer.records import RenamedAuthority
from analyzer.registers import Authority, FormerName

# "tidligere Fylkesmannen", "(tidl. NSD", "som den gang het Difi": the statement knows that the name is old.
_ONCE = re.compile(
    r"(?:tidligere|tidlegare|tidl\.?|forhenværende|daværende|dåverande|den\sg[ao]ng(?:en)?|da|då|før|het|heitte?|f\.\s?k\.\s?a\.?)"
    r"\s+(?:het\s+|kalt\s+|kalla\s+)?[«\"“']?$",
    re.IGNORECASE,
)
# "Riksarkivarens forskrift" is a regulation, judged as such.
_REGULATION = re.compile(r"\s+forskrift", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class AuthorityMention:
    """A public body named in a text: half-open range, present name, and the former name if that is what stands there."""

    start: int
    end: int
    authority: Authority
    former: FormerName | None


def find_authorities(text: str, knowledge: Knowledge) -> list[AuthorityMention]:
    """Find the public bodies of ``authorities.toml`` that a text names, in order.

    Args:
        text: A sentence, list item or table row.
        knowledge: Holds the bodies.
    """
    forms = _forms_of(knowledge.authorities)
    found = []
    for match in forms.pattern.finditer(text):
        authority, former = (
            forms.by_form.get(_key(match["name"])) or forms.by_form[_key(match["name"].lower())]
        )
        if not _REGULATION.match(text, match.end()):
            found.append(AuthorityMention(match.start(), match.end(), authority, former))
    return found


def find_renamed(
    segments: Sequence[LabelledSegment], knowledge: Knowledge, *, as_of: str
) -> Iterator[RenamedAuthority]:
    """Find public bodies under names that they no longer bear, each old name at its first mention.

    A name that the sentence itself calls old, or whose successor it names, is left out.

    Args:
        segments: The statement.
        knowledge: Holds the bodies and their former names.
        as_of: The day of the audit, ISO 8601.
    """
    seen: set[str] = set()
    for segment in segments:
        for mention in outdated_in(segment.text, knowledge, as_of=as_of):
            former = mention.former
            assert former is not None
            if former.name not in seen:
                seen.add(former.name)
                quote = segment.quote(mention.start, mention.end)
                yield RenamedAuthority(
                    quote.start, quote.end, quote.text, former.name, mention.authority.name, former.until
                )


def outdated_in(text: str, knowledge: Knowledge, *, as_of: str) -> list[AuthorityMention]:
    """Find the bodies that a sentence calls by an old name without saying that it is old."""
    mentions = find_authorities(text, knowledge)
    current = {m.authority.name for m in mentions if m.former is None}
    return [
        m
        for m in mentions
        if m.former
        and m.former.until <= as_of
        and m.authority.name not in current
        and not _ONCE.search(text[max(0, m.start - 40) : m.start])
    ]


@dataclass(frozen=True, slots=True)
class _Forms:
    """Every form of every name, and one pattern for all."""

    by_form: Mapping[str, tuple[Authority, FormerName | None]]
    pattern: re.Pattern[str]


@lru_cache(maxsize=4)
def _forms_of(authorities: tuple[Authority, ...]) -> _Forms:
    by_form: dict[str, tuple[Authority, FormerName | None]] = {}
    for authority in authorities:
        for form in (authority.name, *authority.aliases):
            by_form[_key(form)] = (authority, None)
        for former in authority.former:
            for form in (former.name, *former.aliases):
                by_form[_key(form)] = (authority, former)
    return _Forms(by_form, re.compile(rf"(?<![\w-])(?P<name>{_alternatives(by_form)})(?:s(?=\s))?(?![\w-])"))


def _alternatives(forms: Iterable[str]) -> str:
    parts = []
    for form in sorted(forms, key=len, reverse=True):
        body = re.escape(form).replace(r"\ ", r"\s+")
        parts.append(f"(?i:{body})" if form.islower() else body)
    return "|".join(parts)


def _key(name: str) -> str:
    return " ".join(name.split())

"""What a report has to say in the margin of its statement: findings as comments, disclosures as marks."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from analyzer.evidence import shorten
from analyzer.marked import GROUPS
from analyzer.page import Language, read_words

AUTHOR = "personvern"

COLOURS = {
    "who": "DFE6F7",
    "why": "FBEEC4",
    "whom": "F8DFD3",
    "long": "DCEFDC",
    "rights": "E8DFF3",
    "rest": "E4E8EA",
}
"""Of the groups of topics, as on the HTML page."""

_GROUP_OF = {topic: group for group, topics in GROUPS.items() for topic in topics}
_QUOTE = 200
_KEPT = frozenset("\n\t")
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


@dataclass(frozen=True, slots=True)
class Comment:
    """A finding at one of its places.

    Attributes:
        severity: Of the finding.
        title: Its title, with its number in the report.
        text: Title, message, advice and articles.
        span: Offsets of its evidence, or None if it has no place.
        quote: The evidence, for where its place in the file cannot be found.
        page: The page on which it begins.
    """

    severity: Literal["error", "warning", "info"]
    title: str
    text: str
    span: tuple[int, int] | None = None
    quote: str = ""
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """A segment that makes disclosures.

    Attributes:
        span: Its offsets.
        group: The group of the surest topic, which gives the colour.
        text: What is disclosed, with articles.
    """

    span: tuple[int, int]
    group: str
    text: str


def list_comments(data: Mapping[str, Any], language: Language) -> list[Comment]:
    """Make the comments of a report, a finding's places one by one.

    Args:
        data: A report, as JSON.
        language: Of the words around the findings.
    """
    words = read_words(language)
    comments: list[Comment] = []
    for number, finding in enumerate(data["findings"], start=1):
        severity = words["severity"][finding["severity"]]
        title = clean(f"{number}. {finding['title']} ({severity.lower()})")
        lines = [title, finding["message"]]
        if finding["advice"]:
            lines.append(f"{words['annotation']['advice']}: {finding['advice']}")
        if finding["articles"]:
            lines.append(f"{words['annotation']['articles']}: {', '.join(finding['articles'])}")
        text = clean("\n".join(lines))
        places = [
            Comment(
                finding["severity"],
                title,
                text,
                (span["start"], span["end"]),
                clean(shorten(" ".join(span["text"].split()), _QUOTE)),
                _page_of(data["segments"], span["start"]),
            )
            for span in finding["evidence"]
        ]
        comments += places or [Comment(finding["severity"], title, text)]
    return comments


def list_marks(data: Mapping[str, Any], language: Language) -> list[Mark]:
    """Make the marks of a report: each segment that is evidence of a disclosure, once.

    Args:
        data: A report, as JSON.
        language: Of the words around the titles.
    """
    made: dict[int, list[Mapping[str, Any]]] = {}
    for disclosure in data["disclosures"]:
        for index in disclosure["evidence"]:
            made.setdefault(index, []).append(disclosure)
    label = read_words(language)["annotation"]["discloses"]
    return [_mark(data["segments"][index], disclosures, label) for index, disclosures in sorted(made.items())]


def _mark(segment: Mapping[str, Any], disclosures: Sequence[Mapping[str, Any]], label: str) -> Mark:
    scores = {category["id"]: float(category["score"]) for category in segment["categories"]}
    surest = max(disclosures, key=lambda disclosure: scores.get(disclosure["id"], 0.0))
    titles = [
        f"{d['title']} ({', '.join(d['articles'])})" if d["articles"] else d["title"] for d in disclosures
    ]
    return Mark(
        (segment["start"], segment["end"]),
        _GROUP_OF.get(surest["id"], "rest"),
        clean(f"{label}: {'; '.join(titles)}"),
    )


def _page_of(segments: Sequence[Mapping[str, Any]], offset: int) -> int | None:
    around = (s["page"] for s in segments if s["start"] <= offset < s["end"])
    page: int | None = next(around, None)
    return page


def clean(text: str) -> str:
    r"""Leave out what has no sign of its own: control characters, those that turn text, and lone surrogates.

    Example:
        >>> clean("gnp.\u202eexe\x07")
        'gnp.exe'
    """
    if text.isprintable():
        return text
    return "".join(c for c in text if c in _KEPT or unicodedata.category(c) not in _DROPPED)

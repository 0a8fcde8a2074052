"""The statement itself, laid out in lines and paragraphs, with what it proves marked and places to link to."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from analyzer.evidence import Piece, Source

GROUPS: Mapping[str, tuple[str, ...]] = {
    "who": ("controller", "controller_contact", "dpo"),
    "why": (
        "purpose",
        "legal_basis",
        "legitimate_interest",
        "data_categories",
        "special_categories",
        "source",
        "obligation",
    ),
    "whom": ("recipients", "transfer"),
    "long": ("retention", "security"),
    "rights": (
        "automated_decisions",
        "access",
        "rectification",
        "erasure",
        "restriction",
        "objection",
        "portability",
        "withdraw_consent",
        "complaint",
    ),
    "rest": ("cookies", "children", "changes"),
}
"""The topics by the colour that marks them; 26 colours could not be told apart."""

_GROUP_OF = {topic: group for group, topics in GROUPS.items() for topic in topics}
_QUOTE, _CONTEXT = 260, 170  # characters of a quote in a table
_FULL_LINE, _LONGEST_WRAPPED = 55, 130  # of a line broken by its width, and of any line in such a text
_LINES = re.compile(r"\n\s*|[^\n]+")
_ITEM = re.compile(r"[-–•*·o▪]\s|\(?\w{1,3}[.)]\s")


@dataclass(frozen=True, slots=True)
class Shown:
    """A piece of the statement on the page.

    Attributes:
        piece: What is shown.
        finding: Number of the finding that it is evidence of.
        ends: Whether that evidence ends here.
        linked: Whether something on the page links here.
    """

    piece: Piece
    finding: int | None
    ends: bool
    linked: bool


@dataclass(frozen=True, slots=True)
class Topic:
    """What a segment discloses: the topic's id, title and colour, and whether it does for sure."""

    id: str
    title: str
    group: str
    certain: bool


@dataclass(frozen=True, slots=True)
class Run:
    """A segment, or the text between two.

    Attributes:
        index: The segment's, or None.
        spaced: Whether a space stands before it.
        shown: Its text.
        topics: What it discloses.
        group: The colour.
    """

    index: int | None
    spaced: bool
    shown: Sequence[Shown]
    topics: Sequence[Topic] = ()
    group: str | None = None


@dataclass(slots=True)
class Block:
    """A line, a paragraph, a heading (``level`` from 1) or the start of a page."""

    level: int = 0
    page: int | None = None
    apart: bool = False
    runs: list[Run] = field(default_factory=list)


class Statement:
    """A report's statement: ask for links into it first, then for its blocks.

    Args:
        data: A report, as JSON.
    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._source = Source(data)
        self._segments: Sequence[Mapping[str, Any]] = data["segments"]
        self._starts = [segment["start"] for segment in self._segments]
        self._levels = {s["start"]: s["level"] for s in data["sections"] if s["title"]}
        self._titles = {d["id"]: d["title"] for d in data["disclosures"]}
        self._evidence: dict[int, list[str]] = {}
        for disclosure in data["disclosures"]:
            for index in disclosure["evidence"]:
                self._evidence.setdefault(index, []).append(disclosure["id"])
        self._linked: set[int] = set()
        self._cuts: set[int] = set()
        self._findings: list[tuple[int, int, int]] = []
        self._broken_by_width = max(map(len, self._source.text.split("\n"))) <= _LONGEST_WRAPPED

    def link_segment(self, index: int, limit: int = _QUOTE) -> dict[str, Any]:
        """Quote a segment, with a link to it."""
        segment = self._segments[index]
        pieces = self._source.quote(segment["start"], segment["end"], segment["text"], limit)
        return {"href": f"#s{index}", "pieces": pieces, "page": segment["page"]}

    def link_span(
        self, span: Mapping[str, Any], *, finding: int | None = None, limit: int = _QUOTE
    ) -> dict[str, Any]:
        """Quote a span with ``start``, ``end`` and ``text``, with a link to where it starts.

        Args:
            span: The span.
            finding: Number of the finding that it is evidence of.
            limit: Length from which the quote is cut off.
        """
        start, end = self._source.snap(span["start"], span["end"])
        self._cuts |= {start, end}
        self._linked.add(start)
        if finding is not None:
            self._findings.append((start, end, finding))
        pieces = self._source.quote(span["start"], span["end"], span["text"], limit)
        index = self._around(start)
        return {
            "href": f"#p{start}",
            "pieces": pieces,
            "page": self._segments[index]["page"] if index is not None else None,
        }

    def link_context(self, span: Mapping[str, Any]) -> dict[str, Any]:
        """Link to where a span starts, and quote the segment around it."""
        link = self.link_span(span)
        index = self._around(span["start"])
        return link if index is None else {**link, "pieces": self.link_segment(index, _CONTEXT)["pieces"]}

    def blocks(self) -> list[Block]:
        """Lay the text out, from its first character to its last."""
        blocks, page = [Block()], None
        for start, end, index in self._stretches():
            if index is None:
                self._lay_between(blocks, start, end)
                continue
            segment = self._segments[index]
            if segment["page"] not in (None, page):
                page = segment["page"]
                blocks += [Block(page=page), Block(apart=True)]
            level = self._levels.get(segment["start"], 0)
            if level or blocks[-1].level:
                blocks.append(Block(level, apart=True))
            blocks[-1].runs.append(self._mark(index, start, end))
        return [block for block in blocks if block.runs or block.page]

    def _stretches(self) -> Iterator[tuple[int, int, int | None]]:
        """Give the segments' spans, and those between them, without gap or overlap."""
        position = 0
        for index, segment in enumerate(self._segments):
            start, end = self._source.snap(segment["start"], segment["end"])
            start = max(start, position)
            if position < start:
                yield position, start, None
            if start < end:
                yield start, end, index
            position = max(position, end)
        if position < len(self._source.text):
            yield position, len(self._source.text), None

    def _lay_between(self, blocks: list[Block], start: int, end: int) -> None:
        """Lay out what stands between segments: line breaks, list markers, page numbers."""
        for match in _LINES.finditer(self._source.text, start, end):
            if match[0].startswith("\n"):
                breaks = match[0].count("\n")
                if breaks > 1 or not self._runs_on(match.start(), match.end()):
                    blocks.append(Block(apart=breaks > 1))
            elif match[0].strip():
                blocks[-1].runs.append(
                    Run(None, self._spaced(match.start()), self._show(match.start(), match.end()))
                )

    def _runs_on(self, line_end: int, next_line: int) -> bool:
        """Tell a line that was full from a line that was meant to end."""
        text = self._source.text
        length = line_end - text.rfind("\n", 0, line_end) - 1
        return (
            self._broken_by_width
            and length >= _FULL_LINE
            and not _ITEM.match(text, next_line)
            and next_line not in self._levels
        )

    def _mark(self, index: int, start: int, end: int) -> Run:
        certain = {c["id"] for c in self._segments[index]["categories"]}
        topics = [
            Topic(id, title, _GROUP_OF.get(id, "rest"), id in certain)
            for id, title in self._titles.items()
            if id in certain or id in self._evidence.get(index, ())
        ]
        score = {c["id"]: c["score"] for c in self._segments[index]["categories"]}
        group = max(topics, key=lambda topic: score.get(topic.id, 0.0)).group if topics else None
        return Run(index, self._spaced(start), self._show(start, end), topics, group)

    def _show(self, start: int, end: int) -> list[Shown]:
        shown = []
        for piece in self._source.pieces(start, end, self._cuts):
            finding = next((f for f in self._findings if f[0] <= piece.start < f[1]), None)
            shown.append(
                Shown(
                    piece,
                    finding[2] if finding else None,
                    finding is not None and piece.end == finding[1],
                    piece.start in self._linked,
                )
            )
        return shown

    def _spaced(self, start: int) -> bool:
        return start > 0 and self._source.text[start - 1].isspace()

    def _around(self, offset: int) -> int | None:
        index = bisect.bisect_right(self._starts, offset) - 1
        return index if index >= 0 and offset < self._segments[index]["end"] else None

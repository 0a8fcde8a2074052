"""Takes a document apart: sections, passages (paragraphs, items, rows) and segments (sentences)."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import replace

from analyzer.knowledge import Knowledge
from analyzer.records import (
    Block,
    Document,
    Passage,
    Reading,
    Restoration,
    Section,
    Segment,
    Structure,
)
from analyzer.segment.layout import find_blocks
from analyzer.segment.sentences import split_sentences
from analyzer.services import SERVICE, TRACKER

MAX_SEGMENT = 2_000
"""Characters of the longest segment; text without punctuation is cut at a space before this."""

# Pieces of a passage that a reader does not see as they stand in the source.
_UNSEEN = re.compile(
    r"(?P<hyphen>(?<=\w)[-\u2010]\s*\n\s*(?=[a-zæøå])(?!(?:og|eller|og/eller|samt|and|or)\b))"
    r"|(?P<space>\s+)"
    r"|(?P<soft>[\u00ad\u200b-\u200d\u2060\ufeff])"
)
_MARKDOWN = re.compile(
    _UNSEEN.pattern
    + r"|(?P<image>!\[[^\]\n]{0,200}\]\([^)\s]{0,500}\))"
    + r"|(?P<link>\](?:\([^)\n]{0,500}\)|\[[^\]\n]{0,100}\]))"
    + r"|(?P<open>\[(?=[^\]\n]{1,300}\](?:\(|\[)))"
    + r"|(?P<mark>\*\*|__|`|(?<![\w*])[*_](?=\w)|(?<=[\w.,:;!?])[*_](?![\w*])|\\(?=[-*_#.\[\]()]))"
)
_MARKER = re.compile(
    r"[ \t]*(?:#{1,6}[ \t]+|>[ \t]+|[•·▪◦‣●○■□✓✔➢►»«+\uf0b7\uf0a7*–—-][ \t]+|[-–•·▪](?=[A-ZÆØÅ]))"
)
_INLINE_ITEM = re.compile(r"\s+[•▪●◦·■]\s+")
_LEADS_ON = re.compile(r"[:：]\s*$")
# A heading of nothing but names: "Fjellsky", "Google, Meta og Microsoft", "Klarna og andre betalingsleverandører".
_NAME = rf"(?:{re.escape(SERVICE)}|{re.escape(TRACKER)}|[A-ZÆØÅ][\w.]*)"
_NAMES_ONLY = re.compile(
    rf"{_NAME}(?:(?:\s|\s?[,/&+]\s?|\s(?:og|by|fra|frå)\s){_NAME}){{0,5}}(?:\sog\sandre\s\w+)?"
)


def segment(document: Document, knowledge: Knowledge, *, restoration: Restoration | None = None) -> Structure:
    """Take a document apart.

    Args:
        document: What was read; its blocks are used where the source has them, found otherwise.
        knowledge: For headings and abbreviations.
        restoration: The document's text with OCR damage undone; readings are then of the restored text, while
            all offsets still point into the document's.

    Returns:
        Sections, passages and segments, each in the order of the text, none overlapping its neighbour.
    """
    if restoration is None or not restoration.repairs:
        return _take_apart(document, knowledge)
    sources = restoration.sources()
    blocks = tuple(
        replace(b, start=bisect_left(sources, b.start), end=bisect_left(sources, b.end))
        for b in document.blocks
    )
    readable = replace(document, text=restoration.text, blocks=tuple(b for b in blocks if b.start < b.end))
    return _in_source(_take_apart(readable, knowledge), sources)


def _in_source(structure: Structure, sources: Sequence[int]) -> Structure:
    """Move all offsets from a restored text to its source."""

    def after(end: int) -> int:
        return sources[end - 1] + 1

    def reading(of: Reading) -> Reading:
        return Reading(of.text, tuple(sources[offset] for offset in of.offsets))

    return Structure(
        tuple(replace(s, start=sources[s.start], end=after(s.end)) for s in structure.sections),
        tuple(
            replace(p, start=sources[p.start], end=after(p.end), reading=reading(p.reading))
            for p in structure.passages
        ),
        tuple(
            replace(s, start=sources[s.start], end=after(s.end), reading=reading(s.reading))
            for s in structure.segments
        ),
    )


def _take_apart(document: Document, knowledge: Knowledge) -> Structure:
    plain = not document.blocks
    blocks = document.blocks or find_blocks(document.text, knowledge)
    readings = [_read(document.text, block, markdown=plain) for block in blocks]
    kept = [(b, r) for b, r in zip(blocks, readings, strict=True) if any(c.isalnum() for c in r.text)]
    sections, section_of = _build_sections(kept, knowledge)
    passages = _build_passages(kept, section_of)
    return Structure(sections, passages, tuple(_build_segments(passages, knowledge)))


def read_span(text: str, start: int, end: int, *, markdown: bool = False) -> Reading:
    """Read ``text[start:end]``: white space collapsed, hyphenation joined, Markdown marks left out."""
    pieces: list[str] = []
    offsets: list[int] = []
    position = start
    for match in (_MARKDOWN if markdown else _UNSEEN).finditer(text, start, end):
        pieces.append(text[position : match.start()])
        offsets.extend(range(position, match.start()))
        if match.lastgroup == "space" and offsets:
            pieces.append(" ")
            offsets.append(match.start())
        elif match.lastgroup == "hyphen" and not _joins(text, match.start()):
            pieces.append("-")
            offsets.append(match.start())
        position = match.end()
    pieces.append(text[position:end])
    offsets.extend(range(position, end))
    reading = "".join(pieces)
    stripped = reading.rstrip()
    return Reading(stripped, tuple(offsets[: len(stripped)]))


def _joins(text: str, hyphen: int) -> bool:
    """Tell whether the hyphen at a line's end only divides a word ("behand-ling", not "e-post")."""
    left = re.search(r"\w+$", text[max(0, hyphen - 30) : hyphen])
    word = left.group() if left else ""
    return len(word) > 1 and not word.isupper() and not word[-1].isdigit()


def _read(text: str, block: Block, *, markdown: bool) -> Reading:
    start = block.start
    if marker := _MARKER.match(text, start, block.end):
        start = marker.end()
    return read_span(text, start, block.end, markdown=markdown)


def _build_sections(
    blocks: Sequence[tuple[Block, Reading]], knowledge: Knowledge
) -> tuple[tuple[Section, ...], list[int]]:
    sections: list[Section] = []
    section_of: list[int] = []
    open_titles: list[tuple[int, str]] = []
    host = 0  # level of the section on recipients that headings of nothing but names are listed in
    for block, reading in blocks:
        if block.kind == "heading":
            level = max(1, min(block.level or 2, 6))
            if level == host and _is_name(reading.text, knowledge):
                level = min(level + 1, 6)
            elif level <= host or not host:
                host = level if "recipients" in knowledge.cues_in(reading.text) else 0
            while open_titles and open_titles[-1][0] >= level:
                open_titles.pop()
            open_titles.append((level, reading.text))
            path = tuple(title for _, title in open_titles)
            sections.append(
                Section(len(sections), reading.text, level, block.start, block.end, block.page, path)
            )
        elif not sections:
            sections.append(Section(0, "", 0, block.start, block.end, block.page, ()))
        section_of.append(len(sections) - 1)
    ends = dict(zip(section_of, (block.end for block, _ in blocks), strict=True))  # the last block wins
    closed = tuple(
        Section(s.index, s.title, s.level, s.start, ends.get(s.index, s.end), s.page, s.path)
        for s in sections
    )
    return closed, section_of


def _is_name(title: str, knowledge: Knowledge) -> bool:
    """Tell whether a heading is nothing but the names of known services."""
    masked = knowledge.service_finder.mask(title, shared=True)
    return masked != title and _NAMES_ONLY.fullmatch(masked) is not None


def _build_passages(
    blocks: Sequence[tuple[Block, Reading]], section_of: Sequence[int]
) -> tuple[Passage, ...]:
    passages: list[Passage] = []
    lead_in = header = ""
    parents: dict[int, str] = {}  # text of the latest list item of each depth
    for index, ((block, reading), section) in enumerate(zip(blocks, section_of, strict=True)):
        introduced = ""
        if block.kind != "list_item":
            parents = {}
        if block.kind == "heading":
            lead_in = header = ""
        elif block.kind == "table_header":
            header = reading.text
        elif block.kind == "table_row":
            introduced = header or lead_in
        elif block.kind == "list_item":
            parents = {level: text for level, text in parents.items() if level < block.level}
            introduced = " ".join([lead_in, *parents.values()]).strip()
            parents[block.level] = reading.text
        else:
            header = ""
            # A line after "Vi samler inn:" is an item of that list, whether it has a bullet or not.
            introduced = lead_in if _LEADS_ON.search(lead_in) and len(reading.text) < 120 else ""
            if not introduced or _LEADS_ON.search(reading.text):
                lead_in = reading.text
        passages.append(
            Passage(index, block.start, block.end, block.kind, reading, section, introduced, block.page)
        )
    return tuple(passages)


def _build_segments(passages: Iterable[Passage], knowledge: Knowledge) -> Iterable[Segment]:
    index = 0
    for passage in passages:
        whole = passage.kind in ("heading", "table_row", "table_header")
        ranges = [(0, len(passage.reading.text))] if whole else _split(passage.reading.text, knowledge)
        for position, (a, b) in enumerate(_cut_long(ranges, passage.reading.text)):
            reading = passage.reading.slice(a, b)
            span = reading.locate(0, len(reading.text))
            start = passage.start if position == 0 else span.start
            yield Segment(index, start, span.end, reading, passage.index, passage.section, passage.page)
            index += 1


def _split(text: str, knowledge: Knowledge) -> list[tuple[int, int]]:
    """Split a paragraph into sentences, and a list written on one line into its items."""
    starts, ends = [0], [len(text)]
    bullets = list(_INLINE_ITEM.finditer(text))
    if len(bullets) >= 2 or (bullets and _LEADS_ON.search(text[: bullets[0].start()])):
        starts += [bullet.end() for bullet in bullets]
        ends = [*(bullet.start() for bullet in bullets), len(text)]
    ranges: list[tuple[int, int]] = []
    for a, b in zip(starts, ends, strict=True):
        ranges += [(a + s, a + e) for s, e in split_sentences(text[a:b], knowledge.abbreviations)]
    return ranges


def _cut_long(ranges: Iterable[tuple[int, int]], text: str) -> Iterable[tuple[int, int]]:
    for a, b in ranges:
        while b - a > MAX_SEGMENT:
            cut = text.rfind(" ", a + MAX_SEGMENT // 2, a + MAX_SEGMENT)
            cut = cut if cut > a else a + MAX_SEGMENT
            yield a, cut
            a = cut + 1 if text[cut : cut + 1] == " " else cut
        if text[a:b].strip():
            yield a, b

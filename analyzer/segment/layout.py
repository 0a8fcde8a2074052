"""Finds the layout of plain text: paragraphs, hard-wrapped or not, headings, list items, table rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analyzer.knowledge import Knowledge
from analyzer.records import Block, BlockKind

_BULLET = re.compile(r"[ \t]*(?:[•·▪◦‣●○■□✓✔➢►»«+\uf0b7\uf0a7*–—-][ \t]+|[-–•·▪](?=[A-ZÆØÅ]))(?=\S)")
_NUMBERED = re.compile(r"[ \t]*(?:\(?(?:\d{1,2}|[a-zæøå]|[ivx]{1,4})\)|\d{1,2}\.|[a-z]\.)[ \t]+(?=\S)", re.IGNORECASE)
_HEADING_NUMBER = re.compile(
    r"(?:(?:§\s*)?\d{1,2}(?:\.\d{1,2}){0,3}(?:\.?[a-h])?[.)]?|[IVX]{1,4}[.)]|[A-H][.)]|kapittel\s+\d+[.:]?)"
    r"[ \t]*(?=[A-ZÆØÅ«\"])",
    re.IGNORECASE,
)
_MARKDOWN_HEADING = re.compile(r"(#{1,6})[ \t]+\S")
_BOLD_LINE = re.compile(r"(?:\*\*|__)[^*_\n]{2,100}(?:\*\*|__):?$")
_RULE = re.compile(r"[ \t]*(?:[-=_*~][ \t]?){3,}$|[ \t]*\|?(?:[ \t]*:?-{2,}:?[ \t]*\|)+(?:[ \t]*:?-{2,}:?)?[ \t]*\|?$")
_ROW = re.compile(r".*\S[ \t]*(?:\||\t+)[ \t]*\S")
_ENDS = re.compile(r"[.!?:;…]['\"»”)\]*_]*$")
_CONTACT = re.compile(r"@|https?:|www\.|\d{4,}|\+47|\d\d \d\d \d\d|^(?:tlf|telefon|e-?post|org\.?\s?nr|adresse|postboks|sist )", re.IGNORECASE)
_QUESTION_OR_TITLE = re.compile(r"[A-ZÆØÅÉ0-9§«\"*]")

MAX_HEADING = 100
"""Characters; longer lines are text. Real headings of statements stay below 90."""


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    text: str  # without the white space at its ends
    indent: int
    blank_before: bool
    blank_after: bool


def find_blocks(text: str, knowledge: Knowledge) -> tuple[Block, ...]:
    """Find headings, paragraphs, list items and table rows in plain text or Markdown.

    Args:
        text: The whole text.
        knowledge: For the titles that statements use as headings.

    Returns:
        The blocks in order; their spans leave out the white space around them.
    """
    lines = _lines(text)
    width = _wrap_width(lines)
    groups = list(_group(lines, width))
    blocks: list[Block] = []
    for position, group in enumerate(groups):
        following = groups[position + 1] if position + 1 < len(groups) else None
        kind, level = _classify(group, following, blocks[-1] if blocks else None, knowledge)
        blocks.append(Block(group[0].start, group[-1].end, kind, level))
    return tuple(_mark_table_headers(blocks, text))


def _lines(text: str) -> list[_Line]:
    found: list[_Line] = []
    blank = True
    for match in re.finditer(r"[^\n\f]*(?:[\n\f]|\Z)", text):
        raw = match.group().rstrip()
        stripped = raw.strip()
        if not stripped or _RULE.fullmatch(raw):
            blank = True
            if found and not found[-1].blank_after:
                found[-1] = _Line(*(getattr(found[-1], s) for s in ("start", "end", "text", "indent", "blank_before")), True)
            continue
        indent = len(raw) - len(raw.lstrip())
        start = match.start() + indent
        found.append(_Line(start, start + len(stripped), stripped, indent, blank, False))
        blank = False
    if found:
        last = found[-1]
        found[-1] = _Line(last.start, last.end, last.text, last.indent, last.blank_before, True)
    return found


def _wrap_width(lines: Sequence[_Line]) -> int:
    """Estimate where an editor or a PDF broke the lines; 0 if each line is a paragraph of its own.

    The sign of hard wrapping is a long line without closing punctuation that goes on in lower case.
    """
    broken = [a for a, b in zip(lines, lines[1:], strict=False) if _goes_on(a, b)]
    pairs = sum(1 for line in lines if not line.blank_after and len(line.text) > 30)
    if len(broken) < 3 or len(broken) < 0.25 * pairs:
        return 0
    lengths = sorted(len(line.text) for line in broken)
    return lengths[int(0.9 * (len(lengths) - 1))]


def _goes_on(line: _Line, following: _Line) -> bool:
    return (
        not line.blank_after
        and 30 < len(line.text) < 160
        and not _ENDS.search(line.text)
        and following.text[:1].islower()
        and not _BULLET.match(following.text)
        and not _NUMBERED.match(following.text)
    )


def _group(lines: Sequence[_Line], width: int) -> Iterator[list[_Line]]:
    """Put the lines of one paragraph together."""
    current: list[_Line] = []
    for line in lines:
        if current and not _continues(current[-1], line, width):
            yield current
            current = []
        current.append(line)
    if current:
        yield current


def _continues(line: _Line, following: _Line, width: int) -> bool:
    if line.blank_after or _starts_block(following.text):
        return False
    if _MARKDOWN_HEADING.match(line.text) or (_ROW.match(line.text) and _ROW.match(following.text)):
        return False
    if re.search(r"\w-$", line.text) and following.text[:1].islower():
        return True
    if not width:
        # Unwrapped text: only a sentence that visibly goes on is joined.
        return len(line.text) > 60 and not _ENDS.search(line.text) and following.text[:1].islower()
    if following.text[:1].islower() and not _ENDS.search(line.text):
        return len(line.text) > 0.5 * width
    # The classic test: the next word did not fit on the line.
    first_word = following.text.split(None, 1)[0]
    return len(line.text) + 1 + len(first_word) > 0.88 * width


def _starts_block(text: str) -> bool:
    return bool(_BULLET.match(text) or _NUMBERED.match(text) or _MARKDOWN_HEADING.match(text) or _BOLD_LINE.match(text))


def _classify(
    group: Sequence[_Line], following: Sequence[_Line] | None, previous: Block | None, knowledge: Knowledge
) -> tuple[BlockKind, int]:
    line = group[0]
    if match := _MARKDOWN_HEADING.match(line.text):
        return "heading", len(match.group(1))
    if _ROW.match(line.text) and not _BULLET.match(line.text):
        return "table_row", 0
    if _BULLET.match(line.text):
        return "list_item", 1 + line.indent // 2
    if _BOLD_LINE.match(line.text) and len(group) == 1:
        return "heading", 5
    if _is_heading(group, following, previous, knowledge):
        return "heading", _heading_level(line.text, previous)
    if _NUMBERED.match(line.text):
        return "list_item", 1 + line.indent // 2
    return "paragraph", 0


def _is_heading(
    group: Sequence[_Line], following: Sequence[_Line] | None, previous: Block | None, knowledge: Knowledge
) -> bool:
    text = " ".join(line.text for line in group)
    if len(text) > MAX_HEADING or following is None or not _QUESTION_OR_TITLE.match(text) or _CONTACT.search(text):
        return False
    if re.search(r"[.;,!]$", text) and not re.fullmatch(r"\d+\.", text):
        return False
    body = following[0]
    stands_alone = group[0].blank_before and group[-1].blank_after
    number = _HEADING_NUMBER.match(text)
    if number and group[0].blank_before and not _NUMBERED.match(body.text):
        return not text.endswith(":") or len(text) < 40
    title = (text[number.end() :] if number else text).strip(" :*").lower()
    if title.rstrip("?") in knowledge.headings:
        return group[0].blank_before or body.text[:1].isupper()
    if text.endswith(":"):
        return False  # a lead-in
    if stands_alone:
        return len(text.split()) <= 14 and not (number and _NUMBERED.match(body.text))
    # Set tight above its own text: "Om oss⏎Vi er en …".
    opens = group[0].blank_before and len(text) < 60
    return opens and len(body.text) > max(60, 1.3 * len(text)) and not _BULLET.match(body.text)


def _heading_level(text: str, previous: Block | None) -> int:
    """Guess the depth: the number says it; a heading right after the first is the title's child."""
    if previous is None:
        return 1
    if number := re.match(r"(?:§\s*)?(\d{1,2}(?:\.\d{1,2})*)", text):
        return min(6, 2 + number.group(1).count("."))
    return 2


def _mark_table_headers(blocks: Sequence[Block], text: str) -> Iterator[Block]:
    """Make the first row of each table its header, when the cells are short titles."""
    for position, block in enumerate(blocks):
        first = block.kind == "table_row" and (position == 0 or blocks[position - 1].kind != "table_row")
        more = position + 1 < len(blocks) and blocks[position + 1].kind == "table_row"
        if first and more and _looks_like_header(text[block.start : block.end]):
            yield Block(block.start, block.end, "table_header", 0, block.page)
        else:
            yield block


def _looks_like_header(row: str) -> bool:
    cells = [c.strip(" *") for c in re.split(r"\||\t", row) if c.strip()]
    return all(len(c) < 40 and not re.search(r"[.!?@]|\d", c) for c in cells)

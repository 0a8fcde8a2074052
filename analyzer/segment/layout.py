"""Finds the layout of plain text: paragraphs, hard-wrapped or not, headings, list items, table rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from analyzer.knowledge import Knowledge
from analyzer.records import Block, BlockKind

_BULLET = re.compile(r"[ \t]*(?:[•·▪◦‣●○■□✓✔➢►»«+\uf0b7\uf0a7*–—-][ \t]+|[-–•·▪](?=[A-ZÆØÅ]))(?=\S)")
_NUMBERED = re.compile(
    r"[ \t]*(?:\(?(?:\d{1,2}|[a-zæøå]|[ivx]{1,4})\)|\d{1,2}\.|[a-z]\.)[ \t]+(?=\S)", re.IGNORECASE
)
_HEADING_NUMBER = re.compile(
    r"(?:(?:§\s*)?\d{1,2}(?:\.\d{1,2}){0,3}(?:\.?[a-h])?[.)]?|[IVX]{1,4}[.)]|[A-H][.)]|kapittel\s+\d+[.:]?)"
    r"[ \t]*(?=[A-ZÆØÅ«\"])",
    re.IGNORECASE,
)
_MARKDOWN_HEADING = re.compile(r"(#{1,6})[ \t]+\S")
_BOLD_LINE = re.compile(r"(?:\*\*|__)[^*_\n]{2,100}(?:\*\*|__):?$")
_RULE = re.compile(
    r"[ \t]*(?:[-=_*~][ \t]?){3,}$|[ \t]*\|?(?:[ \t]*:?-{2,}:?[ \t]*\|)+(?:[ \t]*:?-{2,}:?)?[ \t]*\|?$"
)
_ROW = re.compile(r".*\S[ \t]*(?:\||\t+)[ \t]*\S")
_ENDS = re.compile(r"[.!?:;…]['\"»”)\]*_]*$")
_CONTACT = re.compile(
    r"@|https?:|www\.|\d{4,}|\+47|\d\d \d\d \d\d|\borg\.?\s?nr|organisasjonsn|foretaksn|^(?:tlf|telefon|e-?post|adresse|postboks|sist )"
    r"|(?:vei|veg|gat[ea]|allé|plass)(?:en|n)? \d",
    re.IGNORECASE,
)
_QUESTION_OR_TITLE = re.compile(r"[A-ZÆØÅÉ0-9§«\"*]")
_SUBJECT = re.compile(
    r"personvern|erklæring|fråsegn|policy|privacy|vilkår|cookie|kaps(?:el|l)|opplysning|innhald|innhold",
    re.IGNORECASE,
)
_SUBNUMBER = re.compile(r"(?:§\s*)?\d{1,2}(?:\.\d{1,2}){1,3}[.)]?[ \t]+(?=[A-ZÆØÅ])")
_LABELLED = re.compile(r"[A-ZÆØÅ][\w/()-]*(?: [\w/()-]+){0,4}:[ \t]+\S")
_CLOSED = re.compile(r"[.!?]['\"»”)\]]*$")
_LEADS_ON = re.compile(r"\b(?:for å|til å|om å|(?:du|dere|de) kan|kan (?:du|dere))$|; ", re.IGNORECASE)
# What a line ends or opens with that leads into the list below it: "Du kan", "Opplysningene brukes for å".
_LEADS_IN = re.compile(
    r"(?:\b(?:du|dere|dykk|vi|de|å|til|for|om|på|av|med|er|kan|har|fra|frå|at|som|ved|i|inn|følgende|følgjande|anna|annet)"
    r"|[:,])$|^(?:vi|du|de|dei|dere|eg|jeg)\b",
    re.IGNORECASE,
)

_PAGE_NUMBER = re.compile(
    r"(?:side|page|s\.)[ \t]*\d{1,3}(?:[ \t]*(?:av|of|/)[ \t]*\d{1,3})?|\d{1,3}[ \t]*(?:av|of|/)[ \t]*\d{1,3}"
    r"|[-–—][ \t]*\d{1,3}[ \t]*[-–—]",
    re.IGNORECASE,
)
_INTEGER = re.compile(r"\d{1,3}")

MAX_HEADING = 100
"""Characters; longer lines are text. Real headings of statements stay below 90."""

MAX_TIGHT_HEADING = 60
"""Characters of a heading with no blank line between it and its text."""

WRAP_TOLERANCE = 0.88
"""A line is full if the next word would take it beyond this share of the width: proportional fonts vary."""

CLOSED_WRAP_TOLERANCE = 0.97
"""The same for a line that ends a sentence, where the paragraph may end too (tuned on corpus/)."""


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
    lines = _without_furniture(_lines(text))
    width = _wrap_width(lines)
    groups = list(_group(lines, width))
    blocks: list[Block] = []
    for position, group in enumerate(groups):
        following = groups[position + 1] if position + 1 < len(groups) else None
        before = groups[position - 1] if position else None
        kind, level = _classify(group, before, following, knowledge)
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
                found[-1] = replace(found[-1], blank_after=True)
            continue
        indent = len(raw) - len(raw.lstrip())
        start = match.start() + indent
        found.append(_Line(start, start + len(stripped), stripped, indent, blank, False))
        blank = False
    if found:
        found[-1] = replace(found[-1], blank_after=True)
    return found


def _without_furniture(lines: Sequence[_Line]) -> list[_Line]:
    """Leave out page numbers in the stream, and the running heads that come again beside them."""
    numbers = {i for i, line in enumerate(lines) if _PAGE_NUMBER.fullmatch(line.text)}
    integers = [i for i, line in enumerate(lines) if _INTEGER.fullmatch(line.text)]
    values = [int(lines[i].text) for i in integers]
    if len(values) > 1 and values == list(range(values[0], values[0] + len(values))):
        numbers.update(integers)
    beside = {k for i in numbers for k in (i - 1, i + 1) if 0 <= k < len(lines)} - numbers
    seen: set[str] = set()
    kept: list[_Line] = []
    for i, line in enumerate(lines):
        again = i in beside and len(line.text) <= MAX_HEADING and line.text in seen
        seen.add(line.text)
        if i in numbers or again:
            if kept:
                kept[-1] = replace(kept[-1], blank_after=True)
            continue
        after_gap = i > 0 and (not kept or kept[-1].start != lines[i - 1].start)
        kept.append(replace(line, blank_before=True) if after_gap else line)
    return kept


def _wrap_width(lines: Sequence[_Line]) -> int:
    """Estimate where an editor or a PDF broke the lines; 0 if each line is a paragraph of its own.

    The sign of hard wrapping is a long line without closing punctuation that goes on in lower case.
    """
    broken = [a for a, b in pairwise(lines) if _goes_on(a, b)]
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
    if _LABELLED.match(line.text) and _LABELLED.match(following.text):
        return False  # "Søknader: ett år" above "Fakturaer: fem år"
    tolerance = CLOSED_WRAP_TOLERANCE if _CLOSED.search(line.text) else WRAP_TOLERANCE
    return len(line.text) + 1 + len(first_word) > tolerance * width


def _starts_block(text: str) -> bool:
    return bool(
        _BULLET.match(text)
        or _NUMBERED.match(text)
        or _MARKDOWN_HEADING.match(text)
        or _BOLD_LINE.match(text)
    )


def _classify(
    group: Sequence[_Line],
    before: Sequence[_Line] | None,
    following: Sequence[_Line] | None,
    knowledge: Knowledge,
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
    if _is_heading(group, before, following, knowledge):
        return "heading", _heading_level(line.text, first=before is None)
    if _NUMBERED.match(line.text):
        return "list_item", 1 + line.indent // 2
    return "paragraph", 0


def _is_heading(
    group: Sequence[_Line],
    before: Sequence[_Line] | None,
    following: Sequence[_Line] | None,
    knowledge: Knowledge,
) -> bool:
    text = " ".join(line.text for line in group)
    if (
        len(text) > MAX_HEADING
        or following is None
        or not _QUESTION_OR_TITLE.match(text)
        or _CONTACT.search(text)
    ):
        return False
    if re.search(r"[.;,!]$", text) and not re.fullmatch(r"\d+\.", text):
        return False
    body = following[0]
    number = _HEADING_NUMBER.match(text)
    title = (text[number.end() :] if number else text).strip(" :*")
    if _LEADS_ON.search(title):
        return False
    if before is None and _SUBJECT.search(title):
        return True
    if _names_entity(title, knowledge) or (not number and _LABELLED.match(title)):
        return False
    if number and _is_numbered_heading(text, group, before, body):
        return True
    if number and not group[-1].blank_after and _NUMBERED.match(text) and _NUMBERED.match(body.text):
        return False  # a line of a table of contents, whatever it is called
    if title.lower().rstrip("?") in knowledge.headings:
        return group[0].blank_before or body.text[:1].isupper()
    if text.endswith(":"):
        return False  # a lead-in
    if group[0].blank_before and group[-1].blank_after:
        return len(text.split()) <= 14 and not (number and _NUMBERED.match(body.text))
    return not number and _is_tight_heading(text, group[0], before, body)


def _names_entity(title: str, knowledge: Knowledge) -> bool:
    """Tell whether a line only names a company: "Fjell AS", which is no heading but the controller."""
    last = title.rsplit(None, 1)[-1] if title else ""
    return last in knowledge.terms.legal_forms and not _SUBJECT.search(title)


def _is_numbered_heading(
    text: str, group: Sequence[_Line], before: Sequence[_Line] | None, body: _Line
) -> bool:
    """Tell a numbered heading from an item of a numbered list and from a line of a table of contents."""
    if group[0].blank_before and not _NUMBERED.match(body.text):
        return not text.endswith(":") or len(text) < 40
    if text.endswith(":") or len(text) > MAX_TIGHT_HEADING or re.search(r"\.{4}|\d$", text):
        return False
    if _SUBNUMBER.match(text):
        return not _SUBNUMBER.match(body.text) and not (before and _SUBNUMBER.match(before[-1].text))
    # "5. Lagringstid" straight after a paragraph and above another one.
    return (
        not (before and _HEADING_NUMBER.match(before[0].text))
        and len(body.text) > MAX_TIGHT_HEADING
        and not _HEADING_NUMBER.match(body.text)
        and not _BULLET.match(body.text)
    )


def _is_tight_heading(text: str, line: _Line, before: Sequence[_Line] | None, body: _Line) -> bool:
    """Tell whether a line stands as the title of what follows without a blank line: "Om oss⏎Vi er en …"."""
    if len(text) > MAX_TIGHT_HEADING:
        return False
    listed = bool(_BULLET.match(body.text) or _NUMBERED.match(body.text))
    if line.blank_before:
        if listed or _ROW.match(body.text) or text.endswith("?"):
            return not _LEADS_IN.search(text) and len(text.split()) <= 9
        return len(body.text) > max(60, 1.3 * len(text))
    # Between two paragraphs: "… etter fem år.⏎Dine rettigheter⏎Du kan be om …".
    return (
        before is not None
        and bool(_CLOSED.search(before[-1].text))
        and not _BULLET.match(before[0].text)
        and len(text.split()) <= 5
        and len(text) < 40
        and not listed
        and len(body.text) > MAX_TIGHT_HEADING
        and body.text[:1].isupper()
        and not _LEADS_IN.search(text)
    )


def _heading_level(text: str, *, first: bool) -> int:
    """Guess the depth: the number says it; a heading right after the first is the title's child."""
    if first:
        return 1
    if number := re.match(r"(?:§\s*)?(\d{1,2}(?:\.\d{1,2})*)", text):
        return min(6, 2 + number.group(1).count("."))
    return 2


def _mark_table_headers(blocks: Sequence[Block], text: str) -> Iterator[Block]:
    """Make the first row of each table its header, when the cells are short titles."""
    for position, block in enumerate(blocks):
        above = blocks[position - 1] if position else None
        below = blocks[position + 1] if position + 1 < len(blocks) else None
        if (
            block.kind == "table_row"
            and below is not None
            and below.kind == "table_row"
            and (
                above is None
                or above.kind != "table_row"
                # A blank line parts two tables, unless blank lines part the rows too.
                or (_blank_between(text, above, block) and not _blank_between(text, block, below))
            )
            and _looks_like_header(text[block.start : block.end])
        ):
            yield Block(block.start, block.end, "table_header", 0, block.page)
        else:
            yield block


def _blank_between(text: str, above: Block, below: Block) -> bool:
    return bool(re.search(r"\n[ \t]*\n", text[above.end : below.start]))


def _looks_like_header(row: str) -> bool:
    cells = [c.strip(" *") for c in re.split(r"\||\t", row) if c.strip()]
    return all(len(c) < 40 and not re.search(r"[.!?@]|\d", c) for c in cells)

"""Lines of a PDF, in reading order, into headings, paragraphs, list items and table rows."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from analyzer.ingest.hyphens import join_lines
from analyzer.ingest.layout import LayoutBuilder
from analyzer.ingest.pdf_lines import Line
from analyzer.records import BlockKind

PARAGRAPH_GAP = 1.25  # times the usual distance of baselines
USUAL_PITCH = 1.45  # em between baselines where the document does not show it, as for single headings
LARGER = 1.08  # times the body size; Word's smallest heading over 11 points is 12
HEADING_CHARS = 160
HEADING_LINES = 4
INDENT = 0.8  # em

_BULLETS = frozenset("•·*◦▪▫■□●○‣⁃∙–—-➢➤►▶✓✔❖➔→")
_NUMBER = re.compile(r"(?:\d{1,2}(?:\.\d{1,2})*|[a-zæøåA-ZÆØÅ]|[ivx]{1,4})[.)]|\(?(?:\d{1,2}|[a-zæøå])\)")
_SECTION_NUMBER = re.compile(r"(\d{1,2}(?:\.\d{1,2})*)\.?\)?\s+[A-ZÆØÅ]")
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_PRIVATE_WORD = re.compile("[\ue000-\uf8ff]{1,2}")
_HYPHENATED = re.compile(r"\w+-\w+")
_CONTENTS_ENTRY = re.compile(r"(?:\.\s?){4,}\s*\d+$|…\s*\d+$")
_ADDRESS = ("@", "://", "www.")
_SENTENCE_END = re.compile(r"[.!?:;][»”\")]?$")


@dataclass(frozen=True, slots=True)
class Typography:
    """What is usual in a document: the type of its running text and the distance between its lines."""

    size: float
    font: str
    pitch: dict[float, float]
    hyphenated: frozenset[str]

    def is_apart(self, above: Line, below: Line) -> bool:
        """Say whether a gap or the break of a column stands between two lines."""
        return above.region != below.region or self.is_gap(above, below)

    def is_gap(self, above: Line, below: Line) -> bool:
        """Say whether more space than between lines of one paragraph stands between two lines."""
        size = max(above.size, below.size)
        usual = self.pitch.get(below.size, USUAL_PITCH * size)
        return below.baseline - above.baseline > PARAGRAPH_GAP * max(usual, size)


@dataclass(slots=True)
class _Piece:
    """A block in the making: its lines, and what they are so far."""

    lines: list[Line]
    kind: BlockKind = "paragraph"
    marker: str = ""
    tight: bool = False
    texts: list[str] = field(default_factory=list)

    @property
    def last(self) -> Line:
        return self.lines[-1]

    @property
    def first(self) -> Line:
        return self.lines[0]


def add_blocks(builder: LayoutBuilder, lines: list[Line]) -> None:
    """Find the blocks that the lines form and append them to ``builder``.

    Args:
        builder: Takes the blocks.
        lines: The lines of all pages in reading order.
    """
    if not lines:
        return
    typography = measure_typography(lines)
    pieces = _mark_headings(_group_lines(lines, typography), typography)
    levels = _rank_headings(pieces, typography)
    indents: list[float] = []
    for piece in pieces:
        if piece.kind == "table_row":
            _add_table(builder, piece.first)
            continue
        text = _PRIVATE.sub("", join_lines(piece.texts, typography.hyphenated)).strip()
        level = levels.get(id(piece), 0)
        if piece.kind == "list_item":
            text, level = f"{piece.marker} {text}", _find_depth(piece, indents)
        else:
            indents.clear()
        builder.add(piece.kind, text, level=level, page=piece.first.page, tight=piece.tight)


def measure_typography(lines: Iterable[Line]) -> Typography:
    """Find the type of most characters, and for each size the usual distance of baselines."""
    lines = [line for line in lines if line.table is None]
    sizes: Counter[float] = Counter()
    fonts: Counter[str] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
        fonts[line.font] += len(line.text)
    distances: dict[float, list[float]] = {}
    for above, below in pairwise(lines):
        distance = below.baseline - above.baseline
        if above.region == below.region and above.size == below.size and 0 < distance < 2.2 * below.size:
            distances.setdefault(below.size, []).append(round(distance * 2) / 2)
    words = (word.group().lower() for line in lines for word in _HYPHENATED.finditer(line.text))
    return Typography(
        size=sizes.most_common(1)[0][0] if sizes else 0.0,
        font=fonts.most_common(1)[0][0] if fonts else "",
        pitch={size: _find_pitch(found) for size, found in distances.items() if len(found) > 2},
        hyphenated=frozenset(words),
    )


def _find_pitch(distances: list[float]) -> float:
    """Take the commonest distance; of equals the smallest, since paragraphs lie farther apart than lines."""
    counts = Counter(distances)
    return min(counts, key=lambda distance: (-counts[distance], distance))


def _group_lines(lines: list[Line], typography: Typography) -> list[_Piece]:
    pieces: list[_Piece] = []
    for line in lines:
        piece = _start_piece(line, pieces, typography)
        before = pieces[-1] if pieces else None
        if before and _continues(before, line, piece, typography):
            before.lines.append(line)
            before.texts.append(line.text)
            continue
        if before and piece.kind == "paragraph" and before.kind == "paragraph":
            same = before.last.region == line.region
            piece.tight = (
                same and not typography.is_gap(before.last, line) and _has_same_type(before.last, line)
            )
        pieces.append(piece)
    return pieces


def _start_piece(line: Line, pieces: list[_Piece], typography: Typography) -> _Piece:
    """Make the piece that the line would begin."""
    if line.table is not None:
        return _Piece([line], kind="table_row")
    marker = _find_bullet(line)
    if marker:
        return _Piece([line], kind="list_item", marker="•", texts=[line.text.removeprefix(marker).strip()])
    first = line.words[0].text
    if len(line.words) > 1 and _NUMBER.fullmatch(first):
        return _Piece([line], kind="list_item", marker=first, texts=[line.text.removeprefix(first).strip()])
    return _Piece([line], texts=[line.text])


def _find_bullet(line: Line) -> str:
    """Return the line's bullet as it is written, or nothing."""
    first = line.words[0]
    if len(line.words) == 1 and first.text not in "•●▪◦":
        return first.text[0] if len(first.text) > 2 and first.text[0] in "•●▪◦" else ""
    if first.text in _BULLETS or _PRIVATE_WORD.fullmatch(first.text):
        return first.text
    if first.text == "o" and "Courier" in first.font:  # Word's bullet of the second level
        return first.text
    if first.text[0] in "•●▪◦\uf0b7":  # no space after it
        return first.text[0]
    return ""


def _continues(before: _Piece, line: Line, piece: _Piece, typography: Typography) -> bool:
    """Say whether the line goes on with the piece before it rather than beginning its own."""
    last = before.last
    if "table_row" in (before.kind, piece.kind):
        return False
    if not any(before.texts):  # a bullet that stands a little higher or lower than its text
        return True
    if before.first.size != line.size and not _has_same_type(last, line):
        return False
    if piece.kind == "list_item" and not _is_marker_in_text(before, line, piece):
        return False
    if last.region != line.region:
        return _goes_on_after_break(before, line)
    if typography.is_gap(last, line) or last.baseline >= line.baseline:
        return False
    return _goes_on_below(before, line, typography)


def _is_marker_in_text(before: _Piece, line: Line, piece: _Piece) -> bool:
    """Find a dash or number that a full line of running text has pushed to the start of the next."""
    if piece.marker == "•" and line.words[0].text not in "-–—*":
        return False
    inside = before.kind == "paragraph" or line.x0 > before.first.x0 + 0.3 * line.size
    text = before.texts[-1]
    return (
        inside and _is_full(before, line) and not _SENTENCE_END.search(text) and _starts_low(piece.texts[0])
    )


def _goes_on_after_break(before: _Piece, line: Line) -> bool:
    """Join over the end of a column or page if a sentence runs over it."""
    text = before.texts[-1]
    if not _has_same_type(before.last, line) or before.last.baseline < 0:
        return False
    return (_starts_low(line.text) and not _SENTENCE_END.search(text)) or _is_parted(text)


def _goes_on_below(before: _Piece, line: Line, typography: Typography) -> bool:
    text = before.texts[-1]
    if _is_parted(text):
        return True
    full = _is_full(before, line)
    if text.endswith(":") and not _starts_low(line.text):
        return before.last.right - before.last.x1 < line.size
    if not _has_same_type(before.last, line):
        return full and _starts_low(line.text) and before.last.size == line.size
    if before.kind == "list_item":
        hanging = line.x0 > before.first.x0 + 0.3 * line.size
        return (hanging and line.x0 < before.first.x0 + 4 * line.size) or (
            full and not _outdents(before, line)
        )
    if before.first.size > LARGER * typography.size:
        return True  # the lines of a large heading are broken by sense
    if line.x0 > before.last.x0 + INDENT * line.size and (
        len(before.lines) > 1 or not _starts_low(line.text)
    ):
        return False
    if _starts_low(line.text) and not _SENTENCE_END.search(text):
        return full or before.last.x1 - before.last.left > 0.5 * (before.last.right - before.last.left)
    return full


def _outdents(before: _Piece, line: Line) -> bool:
    return line.x0 < before.first.x0 - 0.3 * line.size


def _is_full(before: _Piece, line: Line) -> bool:
    """Say whether the last line had no room for the next line's first word, so that it had to break there."""
    edge = before.last.right
    if len(before.lines) > 2:  # text beside a picture or in a box is narrower than its column
        edge = max(other.x1 for other in before.lines)
    first = line.words[0]
    return before.last.x1 + 0.2 * line.size + (first.x1 - first.x0) > edge - 0.3 * line.size


def _is_parted(text: str) -> bool:
    return len(text) > 2 and text[-1] in "-\u2010" and text[-2].isalpha()


def _starts_low(text: str) -> bool:
    return text.lstrip("(«\"'“–- ")[:1].islower()


def _has_same_type(above: Line, below: Line) -> bool:
    return abs(above.size - below.size) <= 0.08 * below.size and above.bold == below.bold


def _mark_headings(pieces: list[_Piece], typography: Typography) -> list[_Piece]:
    for number, piece in enumerate(pieces):
        before = pieces[number - 1] if number else None
        after = pieces[number + 1] if number + 1 < len(pieces) else None
        if piece.kind != "table_row" and _is_heading(piece, before, after, typography):
            if piece.kind == "list_item":
                piece.texts[0] = f"{piece.marker} {piece.texts[0]}" if piece.marker != "•" else piece.texts[0]
            piece.kind, piece.tight = "heading", False
    return pieces


def _is_heading(piece: _Piece, before: _Piece | None, after: _Piece | None, typography: Typography) -> bool:
    text = " ".join(piece.texts)
    if (
        not any(char.isalpha() for char in text)
        or len(text) > HEADING_CHARS
        or len(piece.lines) > HEADING_LINES
    ):
        return False
    if text[-1] in ",;" or _CONTENTS_ENTRY.search(text):
        return False
    if all(line.size >= LARGER * typography.size for line in piece.lines):
        return not (text.endswith(".") and len(text) > 60)
    if (
        piece.marker == "•"
        or text.endswith(".")
        or any(line.size < 0.9 * typography.size for line in piece.lines)
    ):
        return False
    if all(line.bold for line in piece.lines):
        return len(piece.lines) <= 2 and not _is_bold_text(before, after)
    return len(piece.lines) == 1 and _stands_alone(piece, before, after, typography)


def _is_bold_text(before: _Piece | None, after: _Piece | None) -> bool:
    """Tell a bold passage, whose neighbours are long and bold as well, from a heading."""
    beside = [piece for piece in (before, after) if piece is not None and piece.kind == "paragraph"]
    return any(piece.first.bold and len(" ".join(piece.texts)) > HEADING_CHARS for piece in beside)


def _stands_alone(piece: _Piece, before: _Piece | None, after: _Piece | None, typography: Typography) -> bool:
    """Find headings in body size: in another face, numbered or in capitals, over a paragraph or list."""
    text, line = " ".join(piece.texts), piece.first
    if after is None or not (after.kind == "paragraph" or after.marker == "•") or _starts_low(text):
        return False
    if len(text) > 90 or (text[-1] in ":?!" and not piece.marker) or any(mark in text for mark in _ADDRESS):
        return False
    other_face = line.font != typography.font and after.first.font != line.font
    numbered = _SECTION_NUMBER.match(line.text) is not None and (before is None or before.marker in ("", "•"))
    capitals = text.isupper() and len(text) > 4
    set_apart = before is None or before.kind == "heading" or typography.is_apart(before.last, line)
    return numbered or (set_apart and (other_face or capitals))


def _rank_headings(pieces: list[_Piece], typography: Typography) -> dict[int, int]:
    """Give levels by size, larger first, and within one size by the depth of the section number."""
    depths: dict[float, list[tuple[_Piece, int]]] = defaultdict(list)
    for piece in pieces:
        if piece.kind == "heading":
            number = _SECTION_NUMBER.match(piece.texts[0])
            depth = number[1].count(".") if number else 0
            depths[max(piece.first.size, typography.size)].append((piece, depth))
    levels = {}
    for rank, size in enumerate(sorted(depths, reverse=True), start=1):
        least = min(depth for _, depth in depths[size])
        levels.update({id(piece): min(rank + depth - least, 6) for piece, depth in depths[size]})
    return levels


def _find_depth(piece: _Piece, indents: list[float]) -> int:
    """Find a list item's depth from the indents of the items before it."""
    indent = piece.first.x0 - piece.first.left
    while indents and indent < indents[-1] - 0.5 * piece.first.size:
        indents.pop()
    if not indents or indent > indents[-1] + 0.5 * piece.first.size:
        indents.append(indent)
    return len(indents)


def _add_table(builder: LayoutBuilder, line: Line) -> None:
    table = line.table
    if table is None:
        return
    for number, row in enumerate(table.rows):
        kind: BlockKind = "table_header" if table.has_header and number == 0 else "table_row"
        builder.add(kind, " | ".join(_PRIVATE.sub("", cell) for cell in row), page=line.page)

"""Reads a Word document (docx) into blocks: headings, paragraphs, list items and table rows."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from itertools import islice
from typing import Any

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from analyzer.errors import UnreadableSource
from analyzer.ingest.layout import LayoutBuilder

MAX_UNPACKED = 200_000_000  # bytes: a statement of a hundred pages with pictures unpacks to a tenth
MAX_XML = 50_000_000  # bytes of them that become a tree in memory, at twenty times their size
MAX_PARTS = 10_000
MAX_PARAGRAPHS = 100_000  # at 20 characters each as much as a statement may have
HEADING_CHARS = 120
HEADER_CELL = 40  # characters: a longer cell in the first row is content
MAX_ROMAN = 200  # no list of a statement is so long
MAX_LEVEL = 8  # of a list, from 0, as in Word
MAX_NESTING = 50  # tables in tables, boxes in boxes; Word itself gives up sooner

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADING_STYLE = re.compile(r"(?:heading|overskrift|rubrik)\s*(\d)", re.IGNORECASE)
_TITLE_STYLE = re.compile(r"title|tittel", re.IGNORECASE)
_SUBTITLE_STYLE = re.compile(r"subtitle|undertittel", re.IGNORECASE)
_CONTENTS_STYLE = re.compile(r"(?:toc|innholdsfortegnelse)\s*\d", re.IGNORECASE)
_CONTENTS_PAGE = re.compile(r"\s*\t\s*\d+\s*$")
_LIST_STYLE = re.compile(
    r"(?:list|liste|punktliste|punktmerket liste|nummerert liste|punktmerking)", re.IGNORECASE
)
_NUMBERED_STYLE = re.compile(r"number|nummer", re.IGNORECASE)
_TYPED_MARKER = re.compile(r"(?:[•●▪◦·*–-]|o(?=\t))\s+")

# Children whose text a reader does not see: deleted or moved away, field codes, other renderings of the same.
_UNSEEN = frozenset(
    {
        *map(qn, ("w:del", "w:moveFrom", "w:delText", "w:instrText", "w:rPr", "w:pPr", "w:sdtPr")),
        *(f"{{http://schemas.openxmlformats.org/markup-compatibility/2006}}{name}" for name in ("Fallback",)),
    }
)
_BODY, _PARAGRAPH, _TABLE, _TEXT = qn("w:body"), qn("w:p"), qn("w:tbl"), qn("w:t")
_SIGNS = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}


def read_docx(data: bytes, *, source: str) -> tuple[LayoutBuilder, list[str]]:
    """Read the body of a Word document as it looks with all changes accepted.

    Headers, footers, comments and notes are left out.

    Args:
        data: The file's bytes.
        source: Its path or URL, for messages.

    Returns:
        The blocks, and warnings in Norwegian.

    Raises:
        UnreadableSource: The file is encrypted, damaged, no Word document, too large or without text.
    """
    _check_package(data, source)
    try:
        document = docx.Document(io.BytesIO(data))
        reader = _BodyReader(document)
    except MemoryError:  # too much for the limit, not damaged
        raise
    except Exception as error:  # python-docx and lxml raise whatever the damaged part leads to
        raise UnreadableSource(_describe_damage(source)) from error
    body = document.element.find(_BODY)
    if body is None:
        raise UnreadableSource(_describe_damage(source))
    _check_length(body, source)
    reader.read(body)
    if not reader.builder.blocks:
        raise UnreadableSource(f"{source} inneholder ingen tekst. Kontroller at riktig fil er valgt.")
    return reader.builder, _list_warnings(body)


def _describe_damage(source: str) -> str:
    return f"{source} er skadet eller ikke et Word-dokument. Åpne den i Word og lagre den på nytt som .docx."


def _check_package(data: bytes, source: str) -> None:
    """Refuse what is no Word package, before anything of it is unpacked."""
    if data.startswith(_OLE):
        raise UnreadableSource(
            f"{source} er kryptert/passordbeskyttet eller i det gamle Word-formatet (.doc). "
            "Åpne filen i Word og lagre den som .docx uten passord."
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            entries = package.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise UnreadableSource(_describe_damage(source)) from error
    if not any(entry.filename.startswith("word/") for entry in entries):
        raise UnreadableSource(
            f"{source} er en zip-fil, men ikke et Word-dokument (docx). Pakk den ut først."
        )
    markup = sum(e.file_size for e in entries if e.filename.lower().endswith((".xml", ".rels")))
    if (
        sum(entry.file_size for entry in entries) > MAX_UNPACKED
        or markup > MAX_XML
        or len(entries) > MAX_PARTS
    ):
        limit = MAX_UNPACKED // 1_000_000
        raise UnreadableSource(
            f"{source} er større enn {limit} MB utpakket, har mer enn {MAX_XML // 1_000_000} MB tekst og oppsett "
            f"eller flere enn {MAX_PARTS} deler, og leses ikke. Fjern bilder og lagre filen på nytt."
        )


def _check_length(body: Any, source: str) -> None:
    """Refuse what unpacks to paragraphs without end."""
    if next(islice(body.iter(_PARAGRAPH), MAX_PARAGRAPHS, None), None) is not None:
        raise UnreadableSource(
            f"{source} har mer enn {MAX_PARAGRAPHS} avsnitt. Del filen slik at hver erklæring er én fil."
        )


def _list_warnings(body: Any) -> list[str]:
    if any(True for _ in body.iter(qn("w:ins"), qn("w:del"), qn("w:moveFrom"), qn("w:moveTo"))):
        return ["Dokumentet har sporede endringer; teksten er lest som om alle er godtatt."]
    return []


class _BodyReader:
    """Walks the document's body in order and adds its blocks to a builder."""

    def __init__(self, document: Any) -> None:
        self.builder = LayoutBuilder()
        styles = _find_part(document, "_styles_part")
        self._styles = {style.get(qn("w:styleId")): style for style in styles.findall(qn("w:style"))}
        self._numbers = _Numbering(document)

    def read(self, parent: Any, depth: int = 0) -> None:
        if depth > MAX_NESTING:
            return
        for child in parent:
            if child.tag in _UNSEEN:
                continue
            if child.tag == _PARAGRAPH:
                self._read_paragraph(child, depth)
            elif child.tag == _TABLE:
                self._read_table(child)
            else:  # content controls and the like wrap paragraphs
                self.read(child, depth + 1)

    def _read_paragraph(self, paragraph: Any, depth: int) -> None:
        name, inherited = self._find_style(paragraph)
        text = "".join(_read_text(paragraph))
        if _CONTENTS_STYLE.match(name):
            text = _CONTENTS_PAGE.sub("", text)
        level = _find_heading_level(name, inherited, paragraph, text)
        number = self._numbers.find(paragraph, inherited)
        if level and text.strip():
            label = self._numbers.count(number) if number else ""
            self.builder.add("heading", f"{label} {text}" if label[:1].isalnum() else text, level=level)
        elif number or _LIST_STYLE.match(name):
            self._add_item(text, name, number)
        else:
            self._add_lines(text)
        for box in _find_boxes(paragraph):
            self.read(box, depth + 1)

    def _find_style(self, paragraph: Any) -> tuple[str, list[Any]]:
        """Return the name of a paragraph's style, and the paragraph properties of it and of those it is based on."""
        found = _find_value(paragraph.pPr, "w:pStyle")
        style = self._styles.get(found)
        name = (found or "") if style is None else (_find_value(style, "w:name") or "")
        inherited: list[Any] = []
        while style is not None and len(inherited) < MAX_NESTING:
            inherited.append(style.find(qn("w:pPr")))
            style = self._styles.get(_find_value(style, "w:basedOn"))
        return name, inherited

    def _add_item(self, text: str, name: str, number: tuple[str, int] | None) -> None:
        if not text.strip():
            return
        digit = re.search(r"\d$", name)
        level = number[1] + 1 if number else int(digit[0]) if digit else 1
        marker = self._numbers.count(number) if number else ""
        if not marker:
            marker = "" if _NUMBERED_STYLE.search(name) else "•"
        self.builder.add("list_item", f"{marker} {text}", level=level)

    def _add_lines(self, text: str) -> None:
        """Add a paragraph, with the lines that it was broken into by hand."""
        for number, line in enumerate(line for line in text.split("\n") if line.strip()):
            typed = _TYPED_MARKER.match(line.strip())
            if typed:
                self.builder.add("list_item", f"• {line.strip()[typed.end() :]}", level=1)
            else:
                self.builder.add("paragraph", line, tight=number > 0)

    def _read_table(self, table: Any) -> None:
        rows = [_read_row(row) for row in table.iter(qn("w:tr")) if _find_table(row) is table]
        rows = [(cells, header) for cells, header in rows if any(cells)]
        if rows and max(len(cells) for cells, _ in rows) == 1:  # a frame around text
            for row in table.iter(qn("w:tc")):
                if _find_table(row) is table:
                    self.read(row)
            return
        for number, (cells, header) in enumerate(rows):
            is_header = header or (number == 0 and len(rows) > 1 and _names_columns(table, cells))
            self.builder.add("table_header" if is_header else "table_row", " | ".join(cells))


class _Numbering:
    """Finds and counts the numbers and bullets that Word makes from ``numbering.xml``."""

    def __init__(self, document: Any) -> None:
        self._counts: dict[str, list[int]] = {}
        self._levels: dict[str, dict[int, tuple[str, str, int]]] = {}
        root = _find_part(document, "numbering_part")
        kinds = {kind.get(qn("w:abstractNumId")): kind for kind in root.findall(qn("w:abstractNum"))}
        for number in root.findall(qn("w:num")):
            link = number.find(qn("w:abstractNumId"))
            kind = kinds.get(link.get(qn("w:val"))) if link is not None else None
            if kind is not None:
                self._levels[number.get(qn("w:numId"))] = dict(map(_read_level, kind.findall(qn("w:lvl"))))

    def find(self, paragraph: Any, inherited: list[Any]) -> tuple[str, int] | None:
        """Return list id and level from 0, from the paragraph or else its style; None without a list."""
        for holder in (paragraph.pPr, *inherited):
            number = holder.find(qn("w:numPr")) if holder is not None else None
            if number is None:
                continue
            found = _find_value(number, "w:numId") or "0"
            depth = _to_number(_find_value(number, "w:ilvl"), 0)
            return None if found == "0" else (found, min(depth, MAX_LEVEL))
        return None

    def count(self, number: tuple[str, int]) -> str:
        """Count the item and return its marker: "•", "1.", "a)" or "2.1"."""
        identity, level = number
        levels = self._levels.get(identity, {})
        kind, pattern, _ = levels.get(level, ("bullet", "", 1))
        counts = self._counts.setdefault(identity, [])
        while len(counts) <= level:
            counts.append(levels.get(len(counts), ("", "", 1))[2] - 1)
        counts[level] += 1
        del counts[level + 1 :]
        if kind in ("bullet", "none", ""):
            return "•" if kind == "bullet" else ""

        def show(match: re.Match[str]) -> str:
            place = int(match[1]) - 1
            value = counts[place] if place < len(counts) else 1
            return _format_number(value, levels.get(place, ("decimal", "", 1))[0])

        return re.sub(r"%([1-9])", show, pattern)


def _read_level(level: Any) -> tuple[int, tuple[str, str, int]]:
    kind, pattern = _find_value(level, "w:numFmt") or "decimal", _find_value(level, "w:lvlText") or ""
    place = _to_number(level.get(qn("w:ilvl")), 0)
    return place, (kind, pattern, _to_number(_find_value(level, "w:start"), 1))


def _format_number(value: int, kind: str) -> str:
    if kind in ("lowerLetter", "upperLetter"):
        letter = chr(ord("a") + (value - 1) % 26)
        return letter.upper() if kind == "upperLetter" else letter
    if kind in ("lowerRoman", "upperRoman") and value < MAX_ROMAN:
        roman = "x" * (value // 10) + ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")[value % 10]
        return roman.upper() if kind == "upperRoman" else roman
    return str(value)


def _find_part(document: Any, name: str) -> Any:
    """Return the root of a part of the document, such as its styles; an empty one if none can be read."""
    try:
        return getattr(document.part, name).element
    except (
        KeyError,
        NotImplementedError,
        AttributeError,
        ValueError,
    ):  # none, or something else in its place
        return parse_xml(f"<w:styles {nsdecls('w')}/>")


def _find_value(parent: Any, name: str) -> str | None:
    """Return the value of a child element; None without the one or the other."""
    child = parent.find(qn(name)) if parent is not None else None
    return None if child is None else child.get(qn("w:val"))


def _to_number(value: str | None, default: int) -> int:
    """Read a number of at most six digits, which is more than any list or level has."""
    return int(value) if value and re.fullmatch(r"[0-9]{1,6}", value) else default


def _read_text(node: Any, depth: int = 0) -> Iterator[str]:
    """Yield the visible text in a paragraph, links and insertions with it, text boxes without."""
    if depth > MAX_NESTING:
        return
    for child in node:
        if child.tag == _TEXT:
            yield child.text or ""
        elif child.tag in _SIGNS:
            yield _SIGNS[child.tag]
        elif child.tag not in _UNSEEN and child.tag != qn("w:txbxContent"):
            yield from _read_text(child, depth + 1)


def list_text_nodes(body: Any) -> list[Any]:
    """List the ``w:t`` elements whose text :func:`read_docx` reads, in its order.

    Args:
        body: The ``w:body`` element of a document.
    """
    return list(_find_text_nodes(body))  # lxml has refused what is nested deeper than 256


def _find_text_nodes(node: Any) -> Iterator[Any]:
    for child in node:
        if child.tag == _TEXT:
            yield child
        elif child.tag not in _UNSEEN and child.tag != qn("w:txbxContent"):
            yield from _find_text_nodes(child)
    if node.tag == _PARAGRAPH:
        for box in _find_boxes(node):
            yield from _find_text_nodes(box)


def _find_boxes(node: Any) -> Iterator[Any]:
    """Yield the text boxes anchored in a paragraph, each once though Word stores it twice."""
    for child in node:
        if child.tag == qn("w:txbxContent"):
            yield child
        elif child.tag not in _UNSEEN:
            yield from _find_boxes(child)


def _find_heading_level(name: str, inherited: list[Any], paragraph: Any, text: str) -> int:
    """Return a heading's level from its style, its outline level or its bold type, else 0."""
    marked = _HEADING_STYLE.match(name)
    if marked:
        return min(int(marked[1]) or 1, 6)
    if _SUBTITLE_STYLE.match(name):
        return 2
    if _TITLE_STYLE.match(name):
        return 1
    for properties in (paragraph.pPr, *inherited):
        outline = _find_value(properties, "w:outlineLvl")
        if outline is not None:
            level = _to_number(outline, 9)
            return min(level + 1, 6) if level < 9 else 0
    return 3 if _looks_like_heading(paragraph, text.strip()) else 0


def _looks_like_heading(paragraph: Any, text: str) -> bool:
    if not 1 < len(text) <= HEADING_CHARS or text[-1] in ".,;" or "\n" in text or _TYPED_MARKER.match(text):
        return False
    return _is_bold(paragraph) and any(char.isalpha() for char in text)


def _is_bold(node: Any) -> bool:
    """Say whether all visible runs with text are set in bold by hand."""
    runs = [run for run in node.iter(qn("w:r")) if "".join(_read_text(run)).strip()]
    return bool(runs) and all(_is_switched_on(run.rPr) for run in runs)


def _is_switched_on(properties: Any) -> bool:
    bold = properties.find(qn("w:b")) if properties is not None else None
    return bold is not None and bold.get(qn("w:val"), "1") not in ("0", "false", "off")


def _find_table(node: Any) -> Any:
    """Return the table that a row or cell belongs to."""
    return next(node.iterancestors(_TABLE), None)


def _read_row(row: Any) -> tuple[list[str], bool]:
    """Return the cells' texts, nested tables within them, and whether the row is marked as a header."""
    cells = [cell for cell in row.iter(qn("w:tc")) if next(cell.iterancestors(qn("w:tr"))) is row]
    header = row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}")
    return [_read_cell(cell) for cell in cells if not _is_merged_away(cell)], header is not None


def _is_merged_away(cell: Any) -> bool:
    merge = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
    return merge is not None and merge.get(qn("w:val")) != "restart"


def _read_cell(cell: Any) -> str:
    paragraphs = (
        "".join(_read_text(paragraph)) for paragraph in cell.iter(_PARAGRAPH) if not _is_unseen(paragraph)
    )
    return " ".join(" ".join(paragraphs).split())


def _is_unseen(node: Any) -> bool:
    return any(parent.tag in _UNSEEN for parent in node.iterancestors())


def _names_columns(table: Any, cells: list[str]) -> bool:
    """Take the first row for the columns' names if it is bold, or if all its cells are short."""
    rows = table.findall(qn("w:tr"))
    if _is_bold(rows[0]):
        return not all(map(_is_bold, rows))
    if any(_is_bold(cell) for row in rows[1:] for cell in row.findall(qn("w:tc"))[:1]):
        return False  # names stand in the first column
    return all(0 < len(text) <= HEADER_CELL and text[-1] not in ".:" for text in cells)

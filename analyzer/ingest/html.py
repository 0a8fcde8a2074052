"""Reads the statement out of a web page as blocks: the site's chrome goes, the statement stays whole.

Accordion panels, hidden or not, tables, nested lists and text outside ``main`` are all written; what counts
as chrome is decided in :mod:`analyzer.ingest.chrome`. Nothing recurses, so depth and size cost linear time.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field

from lxml import etree
from lxml.html import HTMLParser, document_fromstring

from analyzer.errors import UnreadableSource
from analyzer.ingest.chrome import (
    DATED,
    HEADINGS,
    Counts,
    Page,
    class_words,
    find_chrome,
    is_toggle,
    measure,
    name_set,
    short_text,
    tag_of,
)
from analyzer.ingest.layout import LayoutBuilder
from analyzer.records import BlockKind

_BLOCKS = name_set(
    """html body p div section article main header footer aside nav ul ol menu dl dt dd li table caption thead
    tbody tfoot tr td th h1 h2 h3 h4 h5 h6 details summary figure figcaption blockquote address form fieldset
    legend hr pre center dialog hgroup frameset"""
)
_LISTS = frozenset({"ul", "ol", "menu"})
_BULLET = re.compile(r"^[•·▪‣◦–—*-]\s+")
_PHP = re.compile(r"<\?(?:php|=)(?:(?!<\?).)*?\?>", re.DOTALL | re.IGNORECASE)  # stops at the next: linear
_CONTAINER_TAG = re.compile(r"</?(?!(?:script|style|title|head|body|h[1-6]|p|br)\b)[a-zA-Z][^<>]*>")
_CHARSET = re.compile(
    rb"(?:<meta[^>]{0,300}?charset|<\?xml[^>]{0,100}?encoding)\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE
)
MAX_TAGS = 400_000  # the largest pages saved by browsers have some ten thousand
MAX_ATTRIBUTES = 5_000  # of one element; the parser compares each with all before it
_LONG_TAG = re.compile(r"<[a-zA-Z][^<>]{10000,}")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
# Encodings of Python that no page has, and that give what cannot be written, or fail in ways of their own.
_NO_CHARSETS = frozenset({"utf-7", "idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape"})
_LONGEST_HEADING = 200  # longer text marked as a heading is a paragraph in large type
_LONGEST_BOLD_HEADING = 100


def html_encoding(data: bytes) -> str | None:
    """Name the encoding that a page declares by a byte-order mark, a meta element or an XML declaration."""
    marks = (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    )
    for mark, encoding in marks:
        if data.startswith(mark):
            return encoding
    found = _CHARSET.search(data[:8192])
    try:
        name = codecs.lookup(found.group(1).decode("ascii")).name if found else None
    except (LookupError, UnicodeDecodeError):
        return None
    if name in _NO_CHARSETS:
        return None
    if name in {"iso8859-1", "ascii"}:
        return "cp1252"  # as browsers do: pages that say Latin-1 have Windows quotes and dashes
    # A meta element that was readable byte by byte cannot stand in a UTF-16 file.
    return "utf-8" if name and name.startswith("utf-16") else name


def check_markup(html: str, source: str) -> None:
    """Refuse a page that is made to keep the parser busy.

    Raises:
        UnreadableSource: It has more tags than :data:`MAX_TAGS`, or more attributes in one than
            :data:`MAX_ATTRIBUTES`.
    """
    if html.count("<") > MAX_TAGS:
        raise UnreadableSource(
            f"{source} har mer enn {MAX_TAGS} HTML-tagger. Lagre bare erklæringen, som HTML eller PDF."
        )
    for tag in _LONG_TAG.finditer(html):
        if len(_QUOTED.sub("", tag[0]).split()) > MAX_ATTRIBUTES:
            raise UnreadableSource(
                f"{source} har et HTML-element med mer enn {MAX_ATTRIBUTES} attributter. "
                "Lagre bare erklæringen, som HTML eller PDF."
            )


def read_html(html: str) -> LayoutBuilder:
    r"""Read a web page's statement as blocks; the site's menus, banners and footers are left out.

    Example:
        >>> read_html("<nav><a href='/'>Hjem</a></nav><h1>Personvern</h1><p>Vi lagrer navn.").text
        'Personvern\n\nVi lagrer navn.'
    """
    root = _parse(html)
    builder = LayoutBuilder()
    if root is not None:
        page = measure(root)
        _write(page, find_chrome(page), builder)
    return builder


def _parse(html: str) -> etree._Element | None:
    html = _PHP.sub("", html.replace("\0", ""))
    root, complete = _parse_once(html)
    if not complete:
        # Nested deeper than the parser goes: without the containers the text is still whole.
        root, _ = _parse_once(_CONTAINER_TAG.sub("<br>", html))
    return root


def _parse_once(html: str) -> tuple[etree._Element | None, bool]:
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        root = document_fromstring(html.encode("utf-8", "replace"), parser=parser)
    except etree.ParserError:  # nothing but white space and comments
        return None, True
    return root, not any(error.type_name == "ERR_RESOURCE_LIMIT" for error in parser.error_log)


def _is_bold(element: etree._Element, tag: str) -> bool:
    if tag in {"b", "strong"}:
        return True
    style, names = element.get("style"), element.get("class")
    heavy = bool(style) and re.search(r"font-weight:\s*(?:bold|[6-9]00)", style or "", re.IGNORECASE)
    return bool(heavy) or bool(names and class_words(element) & {"bold", "semibold"})


def _is_preformatted(element: etree._Element, tag: str) -> bool:
    style, names = element.get("style"), element.get("class")
    looks = f"{style} {names}" if style or names else ""
    return tag == "pre" or ("space" in looks and bool(re.search(r"white-?space(?::\s*|-)pre", looks)))


@dataclass(slots=True)
class _Frame:
    """What the text inside an open element becomes."""

    element: etree._Element
    kind: BlockKind
    level: int = 0
    is_marked_up: bool = True  # a heading by tag, not by look
    marker: str = ""  # a list item's "• ", used up by its first line


@dataclass(slots=True)
class _List:
    element: etree._Element
    ordered: bool
    number: int = 1

    def marker(self, item: etree._Element) -> str:
        if not self.ordered:
            return "• "
        given = item.get("value", "")
        self.number = int(given) + 1 if re.fullmatch(r"\d{1,6}", given) else self.number + 1
        return f"{self.number - 1}. "


@dataclass(slots=True)
class _Table:
    element: etree._Element
    row: list[str] | None = None
    headers: list[bool | None] = field(default_factory=list)  # for each cell of the row; None: not known yet
    cell: etree._Element | None = None
    head: etree._Element | None = None


def _is_layout_table(element: etree._Element, counts: Counts) -> bool:
    """A table that only places things on the page: its cells are containers of paragraphs."""
    if element.get("role") in {"presentation", "none"} or counts.tables > 1:
        return True
    cells = counts.cells + counts.header_cells
    if counts.header_cells:
        return False
    return counts.headings > 0 or cells <= max(1, counts.rows) or counts.prose > 600 * cells


@dataclass(slots=True)
class _Writer:
    page: Page
    out: LayoutBuilder
    frames: list[_Frame] = field(default_factory=list)
    lists: list[_List] = field(default_factory=list)
    table: _Table | None = None
    line: list[str] = field(default_factory=list)
    bold: int = 0  # open bold elements
    bold_text: bool = False  # the line has bold text
    plain_text: bool = False  # the line has other text
    preformatted: int = 0
    tight: bool = False
    heading: int = 1  # level of the last real heading
    number: str = ""  # of an ordered list's item that holds a heading
    after_inline: bool = False  # an inline element has just ended

    def enter(self, element: etree._Element, tag: str) -> None:
        if tag == "br":
            self.break_line()
        elif self._is_block(element, tag):
            self.end_block()
            self._open_block(element, tag)
        elif self._runs_together(element, tag):
            self.line.append(" ")
        self.after_inline = False
        self.bold += _is_bold(element, tag)
        self.preformatted += _is_preformatted(element, tag)
        self.read(element.text)

    def leave(self, element: etree._Element, tag: str) -> None:
        self.bold -= _is_bold(element, tag)
        self.preformatted -= _is_preformatted(element, tag)
        if self._is_block(element, tag):
            self.end_block()
            self._close_block(element)
        else:
            self.after_inline = tag != "br"

    def read(self, text: str | None) -> None:
        if not text:
            return
        self.after_inline = False
        first, *rest = text.split("\n") if self.preformatted else [text]
        self._append(first)
        for line in rest:
            self.break_line()
            self._append(line)

    def _append(self, text: str) -> None:
        self.line.append(text)
        if text.strip():
            self.bold_text |= self.bold > 0
            self.plain_text |= self.bold == 0

    def _runs_together(self, element: etree._Element, tag: str) -> bool:
        """Words that only the style sheet keeps apart: ``NavnAdresse`` in two spans, a footnote's number."""
        before = self.line[-1][-1:] if self.line else ""
        if tag == "sup":
            return before.isalpha() and short_text(element, 9).isdigit()
        if not self.after_inline or not (before.islower() or before in tuple(".:;!?)")):
            return False
        return short_text(element, 1)[:1].isupper()

    def break_line(self) -> None:
        if self.frames and self.frames[-1].kind == "heading":
            self.line.append(" ")
            return
        self.tight = self.flush()  # a second br in a row writes nothing and so parts paragraphs

    def _is_block(self, element: etree._Element, tag: str) -> bool:
        if tag in _BLOCKS:
            return True
        if "-" not in tag:
            return tag in {"button", "a", "label", "span"} and is_toggle(element, tag)
        # A custom element is a block, unless it stands in running text.
        parent = element.getparent()
        return not (element.tail or "").strip() and not (parent is not None and (parent.text or "").strip())

    def end_block(self) -> None:
        self.flush()
        self.tight = False

    def flush(self) -> bool:
        """Write the line collected so far; tell whether there was one."""
        text = " ".join("".join(self.line).split())
        is_bold = self.bold_text and not self.plain_text
        self.line.clear()
        self.bold_text = self.plain_text = False
        if not text:
            return False
        if self.table and self.table.row is not None and self.table.cell is not None:
            self._fill_cell(self.table, text, is_bold)
        else:
            self._add(text, is_bold)
        return True

    def _add(self, text: str, is_bold: bool) -> None:
        frame = self.frames[-1] if self.frames else None
        if frame and frame.kind == "heading" and len(text) <= _LONGEST_HEADING:
            self._add_heading(text, frame)
        elif frame and frame.kind == "list_item":
            self._add_item(text, frame)
        elif not frame and is_bold and _reads_as_heading(text):
            self.out.add("heading", text, level=min(6, self.heading + 1), tight=self.tight)
        else:
            self.out.add("paragraph", self._take_number(text), tight=self.tight)

    def _add_heading(self, text: str, frame: _Frame) -> None:
        if frame.is_marked_up:
            self.heading = frame.level
        self.out.add("heading", self._take_number(text), level=frame.level)

    def _add_item(self, text: str, frame: _Frame) -> None:
        if frame.marker == "• ":
            text = _BULLET.sub("", text)
        elif text[:1].isdigit() and re.match(r"\d{1,2}[.)]\s", text):
            frame.marker = ""  # the author wrote the number
        self.out.add("list_item", frame.marker + text, level=frame.level)
        frame.marker = ""

    def _take_number(self, text: str) -> str:
        number, self.number = self.number, ""
        return text if text[:1].isdigit() else number + text

    def _open_block(self, element: etree._Element, tag: str) -> None:
        in_heading = bool(self.frames) and self.frames[-1].kind == "heading"
        if tag in HEADINGS:
            self.frames.append(_Frame(element, "heading", HEADINGS[tag]))
        elif tag == "li":
            self._open_item(element)
        elif tag in _LISTS:
            start = element.get("start", "1")
            self.lists.append(
                _List(element, tag == "ol", int(start) if re.fullmatch(r"\d{1,6}", start) else 1)
            )
        elif tag in {"table", "thead", "tr", "td", "th"}:
            self._open_table_part(element, tag)
        elif tag == "summary" or (tag == "dt" and self._titles_text(element)) or is_toggle(element, tag):
            if not in_heading:
                self.frames.append(_Frame(element, "heading", min(6, self.heading + 1), is_marked_up=False))
        elif tag in {"dt", "dd"}:
            self.frames.append(_Frame(element, "paragraph"))
            self.tight = tag == "dd" and bool(self.out.blocks) and self.out.blocks[-1].kind == "paragraph"

    def _open_item(self, element: etree._Element) -> None:
        marker = self.lists[-1].marker(element) if self.lists else "• "
        if self.page.counts[element].headings and not (self.table and self.table.cell is not None):
            self.number = (
                marker if marker != "• " else ""
            )  # a section in a list: its heading takes the number
        else:
            self.frames.append(_Frame(element, "list_item", max(1, len(self.lists)), marker=marker))

    def _titles_text(self, term: etree._Element) -> bool:
        """Whether a dt stands over text of its own, as in an accordion, rather than before a definition."""
        if self.page.counts[term].prose > _LONGEST_BOLD_HEADING:
            return False
        below = term.getnext()
        counts = self.page.counts[below] if below is not None and below.tag == "dd" else Counts()
        return counts.blocks > 0 or counts.prose >= 150

    def _open_table_part(self, element: etree._Element, tag: str) -> None:
        table = self.table
        if tag == "table" and table is None:
            if not _is_layout_table(element, self.page.counts[element]):
                self.table = _Table(element)
        elif table is None or table.cell is not None:
            return
        elif tag == "thead":
            table.head = element
        elif tag == "tr":
            if table.row:  # a row within a row
                self._add_row(table, table.row)
            table.row, table.headers = [], []
        elif tag in {"td", "th"} and table.row is not None:
            table.cell = element
            table.row.append("")
            table.headers.append(tag == "th" or table.head is not None or None)

    def _fill_cell(self, table: _Table, text: str, is_bold: bool) -> None:
        assert table.row is not None
        before = table.row[-1]
        table.row[-1] = f"{before}{' ' if before[-1:] in '.,;:!?' else '; '}{text}" if before else text
        if table.cell is not None and tag_of(table.cell) == "td" and table.head is None:
            table.headers[-1] = is_bold and table.headers[-1] is not False

    def _close_block(self, element: etree._Element) -> None:
        if self.frames and self.frames[-1].element is element:
            self.frames.pop()
        if self.lists and self.lists[-1].element is element:
            self.lists.pop()
        table = self.table
        if table is None:
            return
        if table.cell is element:
            table.cell = None
        elif table.cell is None and table.row is not None and tag_of(element) == "tr":
            self._add_row(table, table.row)
        elif table.head is element:
            table.head = None
        elif table.element is element:
            self.table = None

    def _add_row(self, table: _Table, cells: list[str]) -> None:
        table.row = None
        is_header = all(header for cell, header in zip(cells, table.headers, strict=True) if cell)
        while cells and not cells[-1]:
            cells.pop()
        self.out.add("table_header" if is_header else "table_row", " | ".join(cells))


def _reads_as_heading(text: str) -> bool:
    """Whether a line that is all bold can be a heading: short, no sentence, no address or date line."""
    if len(text) > _LONGEST_BOLD_HEADING or text[-1] in ".;,!" or "@" in text:
        return False
    return bool(re.search(r"[^\W\d_]{2}", text)) and not DATED.search(text)


def _write(page: Page, chrome: set[etree._Element], out: LayoutBuilder) -> None:
    writer = _Writer(page, out)
    walk = etree.iterwalk(page.root, events=("start", "end"))
    for event, element in walk:
        tag = tag_of(element)
        if element in chrome:
            if event == "start":
                walk.skip_subtree()
                if tag in _BLOCKS:
                    writer.end_block()
        elif event == "start":
            writer.enter(element, tag)
        else:
            writer.leave(element, tag)
        if event == "end":
            writer.read(element.tail)
    writer.flush()

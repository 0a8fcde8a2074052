"""Typesets plain text as PDFs of several layouts, so that tests know what the pages say."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from xml.sax.saxutils import escape

from reportlab.lib.enums import TA_JUSTIFY, TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    FrameBreak,
    NextPageTemplate,
    PageTemplate,
    Paragraph,
)

MARGIN = 62.0
GUTTER = 18.0
_CLUSTER_START = re.compile(
    r"(?<=[aeiouyæøå])(?=[bcdfghjklmnpqrstvwxz][aeiouyæøå])|(?<=[aeiouyæøå][lmnrst])(?=[bdfgkpstv][aeiouyæøå])"
)
_MARKED = re.compile(r"(?:[•*–-]|\d{1,2}[.)]|[a-zæøå][.)])\s")


@dataclass(frozen=True)
class Layout:
    """How a text is set.

    Attributes:
        columns: Number of columns on each page.
        size: Body size in points.
        justified: Straight right edges.
        hyphenated: Words are parted at line ends.
        bold_headings: Headings in bold at body size rather than larger.
        furniture: Running header, footer and page number.
        spanning_title: The first block runs over all columns.
        title: Size of the title, times the body size.
    """

    columns: int = 1
    size: float = 10.5
    justified: bool = False
    hyphenated: bool = False
    bold_headings: bool = False
    furniture: bool = False
    spanning_title: bool = False
    title: float = 1.8


HEADER = "Fjordgløtt Regnskapskontor AS – Internkontroll"
FOOTER = "Dokument 2024/117 versjon 3"

LAYOUTS = {
    "one column": Layout(furniture=True),
    "two columns": Layout(columns=2, size=9.5, furniture=True, spanning_title=True),
    "narrow justified": Layout(columns=3, size=8.5, justified=True, hyphenated=True, title=1.3),
    "bold headings": Layout(bold_headings=True, furniture=True),
}


def typeset(text: str, layout: Layout = Layout()) -> bytes:
    """Set a text whose blocks are parted by empty lines, its lines by line breaks."""
    out = io.BytesIO()
    template = BaseDocTemplate(out, pagesize=A4, title="Prøve")
    top = A4[1] - MARGIN
    first = _make_frames(layout, top - 60) if layout.spanning_title else _make_frames(layout, top)
    if layout.spanning_title:
        first.insert(0, Frame(MARGIN, top - 60, A4[0] - 2 * MARGIN, 60, 0, 0, 0, 0))

    def furnish(canvas: Canvas, _: BaseDocTemplate) -> None:
        if layout.furniture:
            _draw_furniture(canvas)

    template.addPageTemplates(
        [
            PageTemplate("first", first, onPage=furnish),
            PageTemplate("later", _make_frames(layout, top), onPage=furnish),
        ]
    )
    template.build([NextPageTemplate("later"), *_make_story(text, layout)])
    return out.getvalue()


def _make_frames(layout: Layout, top: float) -> list[Frame]:
    width = (A4[0] - 2 * MARGIN - GUTTER * (layout.columns - 1)) / layout.columns
    return [
        Frame(MARGIN + number * (width + GUTTER), MARGIN, width, top - MARGIN, 0, 0, 0, 0)
        for number in range(layout.columns)
    ]


def _draw_furniture(canvas: Canvas) -> None:
    canvas.setFont("Helvetica", 8)
    canvas.drawString(MARGIN, A4[1] - 36, HEADER)
    canvas.drawString(MARGIN, 34, FOOTER)
    canvas.drawRightString(A4[0] - MARGIN, 34, f"Side {canvas.getPageNumber()}")


def _make_story(text: str, layout: Layout) -> list[Flowable]:
    styles = _make_styles(layout)
    story: list[Flowable] = []
    text = text.replace("\u2011", "-")  # which the standard fonts lack
    for number, block in enumerate(re.split(r"\n\s*\n", text.strip())):
        lines = block.split("\n")
        for place, line in enumerate(lines):
            heading = (
                len(lines) == 1 and len(line) < 70 and line[-1:] not in ".,;:" and not _MARKED.match(line)
            )
            style = "heading" if heading else "item" if _MARKED.match(line) else "body"
            if number == 0 and place == 0:
                style = "title"
            shown = line if heading or not layout.hyphenated else _hyphenate(line)
            last = place == len(lines) - 1
            story.append(Paragraph(escape(shown), styles[style] if not last else _open_up(styles[style])))
        if number == 0 and layout.spanning_title:
            story.append(FrameBreak())
    return story


def _open_up(style: ParagraphStyle) -> ParagraphStyle:
    return ParagraphStyle(f"{style.name}-last", parent=style, spaceAfter=0.7 * style.fontSize)


def _make_styles(layout: Layout) -> dict[str, ParagraphStyle]:
    size = layout.size
    body = ParagraphStyle(
        "body",
        fontName="Helvetica",
        fontSize=size,
        leading=1.3 * size,
        alignment=TA_JUSTIFY if layout.justified else TA_LEFT,
        splitLongWords=0,
    )
    larger = size if layout.bold_headings else 1.3 * size
    heading = ParagraphStyle(
        "heading",
        parent=body,
        fontName="Helvetica-Bold",
        fontSize=larger,
        leading=1.25 * larger,
        alignment=TA_LEFT,
    )
    title = ParagraphStyle(
        "title",
        parent=heading,
        fontSize=size if layout.bold_headings else layout.title * size,
        leading=1.25 * layout.title * size,
    )
    item = ParagraphStyle("item", parent=body, leftIndent=1.4 * size, firstLineIndent=-size)
    return {"body": body, "heading": heading, "title": title, "item": item}


def _hyphenate(line: str) -> str:
    """Put a soft hyphen at the syllables of longer words; reportlab draws it where a line ends."""

    def part(match: re.Match[str]) -> str:
        word = match.group()
        places = [
            place.start() for place in _CLUSTER_START.finditer(word) if 2 < place.start() < len(word) - 3
        ]
        for place in reversed(places):
            word = f"{word[:place]}\u00ad{word[place:]}"
        return word

    return re.sub(r"(?<![\w@./:-])[a-zæøå]{8,}(?![\w@/:-])", part, line)

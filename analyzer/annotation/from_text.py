"""Makes a Word document of a statement as it was read, for sources that cannot take comments themselves."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import docx

from analyzer.annotation.remarks import clean
from analyzer.marked import Block, Statement


def make_docx(data: Mapping[str, Any]) -> bytes:
    """Write the statement of a report as a Word document, with its headings and paragraphs.

    Args:
        data: The report, as JSON.
    """
    document = docx.Document()
    text = data["document"]["text"]
    for block in Statement(data).blocks():
        shown = _read(block, text)
        if shown and block.level:
            document.add_heading(shown, min(block.level, 9))
        elif shown:
            document.add_paragraph(shown)
    document.core_properties.author = "personvern"
    document.core_properties.title = clean(data["organisation"]["name"] or data["document"]["id"])[:255]
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _read(block: Block, text: str) -> str:
    """Give a block's text as it was read, OCR's mistakes included, on one line."""
    pieces = [shown.piece for run in block.runs for shown in run.shown]
    return " ".join(clean(text[pieces[0].start : pieces[-1].end]).split()) if pieces else ""

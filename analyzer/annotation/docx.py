"""Writes a report's comments and marks into a Word document, as comments and shading at the words they are about."""

from __future__ import annotations

import copy
import datetime
import io
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import docx
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.text.run import Run

from analyzer.annotation.places import Part, Places
from analyzer.annotation.remarks import AUTHOR, COLOURS, list_comments, list_marks
from analyzer.errors import AnalyzerError
from analyzer.ingest.docx import list_text_nodes
from analyzer.page import Language, read_words

INITIALS = "pv"
SIGNED = (
    "Word-dokumentet er signert. Signaturen gjelder originalen og følger ikke med i den merkede kopien, "
    "så ta vare på originalen."
)

_RUN, _TEXT, _SPACE = qn("w:r"), qn("w:t"), "{http://www.w3.org/XML/1998/namespace}space"
_AFTER_SHADING = tuple(
    f"w:{name}"
    for name in (
        "fitText",
        "vertAlign",
        "rtl",
        "cs",
        "em",
        "lang",
        "eastAsianLayout",
        "specVanish",
        "oMath",
        "rPrChange",
    )
)
_SIGNATURE = "digital-signature/origin"


def annotate_docx(data: Mapping[str, Any], source: bytes, language: Language) -> tuple[bytes, list[str]]:
    """Put a report's findings and disclosures into a copy of the Word document that it was made of.

    A finding's evidence gets a comment where it stands, a finding without a place one at the first words. What
    the statement discloses is shaded.

    Args:
        data: The report, as JSON.
        source: The document.
        language: Of the words around the findings.

    Returns:
        The annotated document, and warnings in Norwegian.

    Raises:
        AnalyzerError: If none of its text stands where Word's text stands.
    """
    document = docx.Document(io.BytesIO(source))
    warnings = [SIGNED] if _drop_signature(document) else []
    nodes = [node for node in list_text_nodes(document.element.body) if node.getparent().tag == _RUN]
    if not nodes:
        raise AnalyzerError(
            f"{data['document']['source']} er skadet. Åpne den i Word, lagre den på nytt og analyser den igjen."
        )
    places = Places(data["document"]["text"], [node.text or "" for node in nodes])
    marks = [(mark, places.find(*mark.span)) for mark in list_marks(data, language)]
    comments = [
        (comment, places.find(*comment.span) if comment.span else [])
        for comment in list_comments(data, language)
    ]
    runs = _Runs(nodes, [part for _, parts in (*marks, *comments) for part in parts])
    for mark, parts in marks:
        for run in runs.of(parts):
            _shade(run, COLOURS[mark.group])
    words = read_words(language)["annotation"]
    about = words["made"].format(**{key: data["analyzer"][key] for key in ("version", "as_of")})
    writer = _CommentWriter(document, data["analyzer"]["as_of"], runs.first())
    writer.write(about, [])
    for comment, parts in comments:
        lost = f"\n{words['page_note']}: «{comment.quote}»" if comment.quote and not parts else ""
        writer.write(comment.text + lost, runs.of(parts))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue(), warnings


class _CommentWriter:
    """Adds comments, with the day of the audit."""

    def __init__(self, document: Any, as_of: str, first: Any) -> None:
        self._document = document
        self._date = datetime.datetime.combine(
            datetime.date.fromisoformat(as_of), datetime.time(), datetime.UTC
        )
        self._first = first

    def write(self, text: str, runs: Sequence[Any]) -> None:
        """Comment on the runs, or on the document's first words if there are none."""
        anchors = [_outermost(run) for run in runs] or [self._first]
        ends = [Run(anchors[0], self._document), Run(anchors[-1], self._document)]
        comment = self._document.add_comment(ends, text, AUTHOR, INITIALS)
        comment._comment_elm.date = self._date


class _Runs:
    """The runs of a document, cut where passages begin and end.

    Args:
        nodes: The ``w:t`` elements in reading order.
        parts: The passages, by index and characters of those elements.
    """

    def __init__(self, nodes: Sequence[Any], parts: Sequence[Part]) -> None:
        self._nodes = nodes
        cuts: dict[int, set[int]] = {}
        for part in parts:
            cuts.setdefault(part.unit, set()).update((part.start, part.end))
        self._pieces = {unit: _cut(nodes[unit], places) for unit, places in cuts.items()}

    def of(self, parts: Sequence[Part]) -> list[Any]:
        """Give the ``w:r`` elements that hold the parts, in reading order."""
        return [
            run for part in parts for start, run in self._pieces[part.unit] if part.start <= start < part.end
        ]

    def first(self) -> Any:
        """Give the run of the first words."""
        node = next((node for node in self._nodes if (node.text or "").strip()), self._nodes[0])
        return _outermost(node.getparent())


def _cut(node: Any, places: set[int]) -> list[tuple[int, Any]]:
    """Cut a text's run at the places; give for each piece its first character and its run."""
    _set_apart(node)
    pieces = [(0, node.getparent())]
    cuts = sorted(place for place in places if 0 < place < len(node.text))
    for before, place in pairwise([0, *cuts]):
        node = _split(node, place - before)
        pieces.append((place, node.getparent()))
    return pieces


def _set_apart(node: Any) -> None:
    """Give a text a run of its own, where the run holds several with line breaks between."""
    for text in (node, next(node.itersiblings(_TEXT), None)):
        if text is not None and next(text.itersiblings(_TEXT, preceding=True), None) is not None:
            _move_on(text)


def _split(node: Any, place: int) -> Any:
    """Cut a text in two, with a run for each; give the second text."""
    rest = OxmlElement("w:t")
    node.text, rest.text = node.text[:place], node.text[place:]
    for text in (node, rest):
        text.set(_SPACE, "preserve")
    node.addnext(rest)
    _move_on(rest)
    return rest


def _move_on(node: Any) -> None:
    """Move an element and what follows it in its run into a run of its own, with the same look."""
    run = node.getparent()
    after = OxmlElement("w:r")
    if run.rPr is not None:
        after.append(copy.deepcopy(run.rPr))
    for child in [node, *node.itersiblings()]:
        after.append(child)
    run.addnext(after)


def _outermost(run: Any) -> Any:
    """Give the run itself, or that which holds its text box, where Word allows no comments."""
    return next((parent for parent in reversed(list(run.iterancestors(_RUN)))), run)


def _shade(run: Any, colour: str) -> None:
    """Colour the ground behind a run, unless its author has."""
    properties = run.get_or_add_rPr()
    if properties.find(qn("w:shd")) is None:
        shading = OxmlElement(
            "w:shd", attrs={qn("w:val"): "clear", qn("w:color"): "auto", qn("w:fill"): colour}
        )
        properties.insert_element_before(shading, *_AFTER_SHADING)


def _drop_signature(document: Any) -> bool:
    """Take a signature out, which the copy would break; say whether there was one."""
    relations = document.part.package.rels
    signed = [key for key, relation in relations.items() if relation.reltype.endswith(_SIGNATURE)]
    for key in signed:
        del relations[key]
    return bool(signed)

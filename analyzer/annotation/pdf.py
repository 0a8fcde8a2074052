"""Writes a report's comments and marks onto a copy of its PDF, as annotations that any viewer lists."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from analyzer.annotation.places import Places
from analyzer.annotation.remarks import AUTHOR, COLOURS, Comment, list_comments, list_marks
from analyzer.errors import AnalyzerError
from analyzer.ingest.pdf import read_placed_words
from analyzer.ingest.pdf_words import Word
from analyzer.page import Language, read_words

SIGNED = (
    "PDF-en er signert. Signaturen gjelder originalen; i den merkede kopien vil den vises som ugyldig, "
    "så ta vare på originalen."
)

LOST = (
    "{n} av funnenes steder er ikke funnet på siden, oftest fordi siden er skannet; de står som notat på siden. "
    "Skriv til en DOCX for å få dem ved teksten."
)

_SEVERITY_COLOURS = {"error": "F2A09A", "warning": "FFD28A", "info": "A9D0EE"}
_RISE, _FALL = 0.8, 0.24  # em of a line above and below its baseline
_GAP = 3.0  # em between words of one line; a wider gap parts columns
_NOTE, _MARGIN = 20.0, 12.0  # points: size of a note's sign, and its distance from the page's edge
_PRINTED = 4  # annotation flag: the paper shows what the screen shows


class _Quad(NamedTuple):
    """A box around words of one line, in points from the upper left corner of the page as shown."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A page, and how points on it as shown become points of its own coordinates."""

    page: pikepdf.Page
    left: float
    bottom: float
    width: float
    height: float
    turned: int

    @classmethod
    def of(cls, page: pikepdf.Page, box: Iterable[Any]) -> _Sheet:
        """Measure a page by one of its boxes."""
        x0, y0, x1, y1 = (float(value) for value in box)
        turned = int(page.rotation) % 360
        return cls(page, min(x0, x1), min(y0, y1), abs(x1 - x0), abs(y1 - y0), turned)

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Map a point from the upper left corner as shown."""
        if self.turned == 90:
            return self.left + y, self.bottom + x
        if self.turned == 180:
            return self.left + self.width - x, self.bottom + y
        if self.turned == 270:
            return self.left + self.width - y, self.bottom + self.height - x
        return self.left + x, self.bottom + self.height - y

    def corners(self, quad: _Quad) -> list[tuple[float, float]]:
        """Give the corners in the order of viewers: upper left, upper right, lower left, lower right."""
        return [
            self.place(x, y)
            for x, y in (
                (quad.left, quad.top),
                (quad.right, quad.top),
                (quad.left, quad.bottom),
                (quad.right, quad.bottom),
            )
        ]


def annotate_pdf(data: Mapping[str, Any], source: bytes, language: Language) -> tuple[bytes, list[str]]:
    """Put a report's findings and disclosures on a copy of the PDF that it was made of.

    A finding's evidence is highlighted where its words stand. What has no place is listed in a note on the
    first page; evidence on a page without a text layer, in a note on that page.

    Args:
        data: The report, as JSON.
        source: The PDF.
        language: Of the words around the findings.

    Returns:
        The annotated PDF, and warnings in Norwegian.

    Raises:
        AnalyzerError: If the PDF is damaged or its protection allows no comments.
    """
    name = data["document"]["source"]
    try:
        pdf = pikepdf.open(io.BytesIO(source))
    except pikepdf.PdfError as error:
        raise AnalyzerError(
            f"{name} er skadet og kan ikke merkes. Skriv kommentarene til en DOCX i stedet."
        ) from error
    with pdf:
        if not pdf.allow.modify_annotation:
            raise AnalyzerError(
                f"{name} er beskyttet mot kommentarer. Skriv til en DOCX i stedet, eller lagre PDF-en uten beskyttelse."
            )
        warnings = [SIGNED] if _is_signed(pdf) else []
        lost = _Annotator(pdf, data, source, language).annotate()
        if lost:
            warnings.append(LOST.format(n=lost))
        out = io.BytesIO()
        pdf.save(out, encryption=True if pdf.is_encrypted else None, deterministic_id=not pdf.is_encrypted)
    return out.getvalue(), warnings


def _is_signed(pdf: pikepdf.Pdf) -> bool:
    form = pdf.Root.get("/AcroForm")
    return isinstance(form, Dictionary) and bool(int(form.get("/SigFlags", 0)) & 1)


class _Annotator:
    """Adds the annotations of one report to one PDF."""

    def __init__(self, pdf: pikepdf.Pdf, data: Mapping[str, Any], source: bytes, language: Language) -> None:
        self._pdf = pdf
        self._data = data
        self._language = language
        self._sheets = [_Sheet.of(page, page.mediabox) for page in pdf.pages]
        self._words = read_placed_words(source, source=data["document"]["source"])
        self._places = Places(data["document"]["text"], [word.text for _, word in self._words])
        self._notes: dict[int, list[str]] = {}
        self._date = "D:" + data["analyzer"]["as_of"].replace("-", "")

    def annotate(self) -> int:
        """Add all; give the number of places that were not found on their page."""
        for mark in list_marks(self._data, self._language):
            for page, quads in self._find(mark.span).items():
                self._highlight(page, quads, COLOURS[mark.group], mark.text, None)
        comments = list_comments(self._data, self._language)
        lost = sum(not self._comment(comment) for comment in comments)
        self._write_notes()
        return lost

    def _comment(self, comment: Comment) -> bool:
        """Add a finding; say whether its place was found, if it has one."""
        words = read_words(self._language)["annotation"]
        found = self._find(comment.span) if comment.span else {}
        for page, quads in found.items():
            self._highlight(page, quads, _SEVERITY_COLOURS[comment.severity], comment.text, comment.title)
        if not found:
            lost = f"\n{words['page_note']}: «{comment.quote}»" if comment.quote else ""
            page = min(comment.page or 1, len(self._sheets))
            self._notes.setdefault(page if comment.span else 0, []).append(comment.text + lost)
        return bool(found) or not comment.span

    def _find(self, span: tuple[int, int]) -> dict[int, list[_Quad]]:
        """Give the boxes around a passage's words, by page."""
        quads: dict[int, list[_Quad]] = {}
        before: tuple[int, Word] | None = None
        for part in self._places.find(*span):
            page, word = self._words[part.unit]
            box = _box(word)
            if before and before[0] == page and _runs_on(before[1], word):
                box = _join(quads[page].pop(), box)
            quads.setdefault(page, []).append(box)
            before = page, word
        return quads

    def _highlight(
        self, number: int, quads: Sequence[_Quad], colour: str, text: str, title: str | None
    ) -> None:
        """Highlight words; with a title the highlight is a finding, which opens and stands out."""
        sheet = self._sheets[number - 1]
        corners = [sheet.corners(quad) for quad in quads]
        points = [point for corner in corners for point in corner]
        rect = [
            min(x for x, _ in points),
            min(y for _, y in points),
            max(x for x, _ in points),
            max(y for _, y in points),
        ]
        annotation = self._make(sheet, Name.Highlight, rect, colour, text)
        annotation.QuadPoints = Array([round(value, 2) for point in points for value in point])
        annotation.AP = Dictionary(N=self._draw(corners, rect, colour))
        if title:
            annotation.Subj = String(title)
            self._add_popup(sheet, annotation, rect)

    def _draw(
        self, corners: Sequence[Sequence[tuple[float, float]]], rect: Sequence[float], colour: str
    ) -> pikepdf.Object:
        """Draw the highlight, since some viewers show only what is drawn; multiplied, the letters stay black."""
        red, green, blue = _rgb(colour)
        lines = [f"/Multiply gs {red:.3f} {green:.3f} {blue:.3f} rg"]
        for upper_left, upper_right, lower_left, lower_right in corners:
            path = " l ".join(
                f"{x:.2f} {y:.2f}" for x, y in (upper_right, lower_right, lower_left, upper_left)
            )
            lines.append(f"{upper_left[0]:.2f} {upper_left[1]:.2f} m {path} l f")
        state = Dictionary(Multiply=Dictionary(Type=Name.ExtGState, BM=Name.Multiply))
        return self._pdf.make_stream(
            "\n".join(lines).encode("ascii"),
            Type=Name.XObject,
            Subtype=Name.Form,
            BBox=Array([round(value, 2) for value in rect]),
            Group=Dictionary(S=Name.Transparency),
            Resources=Dictionary(ExtGState=state),
        )

    def _write_notes(self) -> None:
        """Put one note on each page that has findings without a place of their own; the first says who made them."""
        words = read_words(self._language)["annotation"]
        made = words["made"].format(**{key: self._data["analyzer"][key] for key in ("version", "as_of")})
        missing = self._notes.pop(0, [])
        first = [made, *([f"{words['overview']}:", *missing] if missing else [])]
        self._notes[1] = ["\n\n".join(first), *self._notes.get(1, [])]
        for number, texts in sorted(self._notes.items()):
            for place, text in enumerate(texts):
                page = self._pdf.pages[number - 1]
                self._note(_Sheet.of(page, page.cropbox), text, place)

    def _note(self, sheet: _Sheet, text: str, place: int) -> None:
        shown = sheet.height if sheet.turned in (90, 270) else sheet.width
        row, column = divmod(place, max(int((shown - 2 * _MARGIN) // (_NOTE + 4)), 1))
        left, top = _MARGIN + column * (_NOTE + 4), _MARGIN + row * (_NOTE + 4)
        corners = [sheet.place(left, top), sheet.place(left + _NOTE, top + _NOTE)]
        rect = [
            min(corners[0][0], corners[1][0]),
            min(corners[0][1], corners[1][1]),
            max(corners[0][0], corners[1][0]),
            max(corners[0][1], corners[1][1]),
        ]
        annotation = self._make(sheet, Name.Text, rect, _SEVERITY_COLOURS["warning"], text)
        annotation.Name = Name.Note
        annotation.F = (
            _PRINTED | 8 | 16
        )  # keeps its size and stays upright when the page is enlarged or turned
        self._add_popup(sheet, annotation, rect)

    def _make(
        self, sheet: _Sheet, kind: Name, rect: Sequence[float], colour: str, text: str
    ) -> pikepdf.Object:
        annotation = self._pdf.make_indirect(
            Dictionary(
                Type=Name.Annot,
                Subtype=kind,
                Rect=Array([round(value, 2) for value in rect]),
                C=Array([round(value, 3) for value in _rgb(colour)]),
                Contents=String(text),
                T=String(AUTHOR),
                M=String(self._date),
                CreationDate=String(self._date),
                F=_PRINTED,
            )
        )
        self._attach(sheet, annotation)
        return annotation

    def _add_popup(self, sheet: _Sheet, annotation: pikepdf.Object, rect: Sequence[float]) -> None:
        edge = sheet.left + sheet.width
        box = [edge, rect[3] - 120, edge + 220, rect[3]]
        popup = Dictionary(
            Type=Name.Annot, Subtype=Name.Popup, Rect=Array(box), Parent=annotation, Open=False
        )
        annotation.Popup = self._pdf.make_indirect(popup)
        self._attach(sheet, annotation.Popup)

    def _attach(self, sheet: _Sheet, annotation: pikepdf.Object) -> None:
        page = sheet.page.obj
        if not isinstance(page.get("/Annots"), Array):
            page.Annots = Array([])
        page.Annots.append(annotation)


def _box(word: Word) -> _Quad:
    return _Quad(word.x0, word.baseline - _RISE * word.size, word.x1, word.baseline + _FALL * word.size)


def _runs_on(before: Word, word: Word) -> bool:
    """Tell the next word of a line from the first of another."""
    same = abs(before.baseline - word.baseline) < 0.4 * max(before.size, word.size)
    return same and -1 < word.x0 - before.x1 < _GAP * word.size


def _join(left: _Quad, right: _Quad) -> _Quad:
    return _Quad(
        min(left.left, right.left),
        min(left.top, right.top),
        max(left.right, right.right),
        max(left.bottom, right.bottom),
    )


def _rgb(colour: str) -> tuple[float, float, float]:
    red, green, blue = bytes.fromhex(colour)
    return red / 255, green / 255, blue / 255

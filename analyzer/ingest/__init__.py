"""Reads a source into a :class:`~analyzer.records.Document`; what it is is told by content."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Literal
from zipfile import is_zipfile

from analyzer.errors import UnreadableSource
from analyzer.ingest.text import decode_text
from analyzer.records import Document

MAX_BYTES = 100_000_000
MAX_CHARACTERS = 2_000_000
"""A statement of 2 million characters is 300,000 words; what is longer is not one statement."""

_IMAGES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
    b"II*\0": "image/tiff",
    b"MM\0*": "image/tiff",
    b"BM": "image/bmp",
}
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_REMEDIES = {
    b"\xd0\xcf\x11\xe0": "er i det gamle Word-formatet (.doc). Lagre den som .docx eller PDF og prøv igjen.",
    b"{\\rtf": "er i RTF-format. Lagre den som .docx eller PDF og prøv igjen.",
    b"\x1f\x8b": "er pakket med gzip. Pakk den ut og prøv igjen.",
    b"Rar!": "er et RAR-arkiv. Pakk det ut og prøv igjen.",
    b"7z\xbc\xaf": "er et 7z-arkiv. Pakk det ut og prøv igjen.",
}
_HTML_START = re.compile(
    rb"^\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*"
    rb"<(?:!doctype\s+html|html|head|body|title|meta|main|article|section|div|nav|header|h1|p)\b",
    re.IGNORECASE | re.DOTALL,
)
_HTML_ROOT = re.compile(rb"<(?:html|body)\b[^>]*>", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x7f]")


@dataclass(frozen=True, slots=True)
class _Ocr:
    """How pictures of text are read."""

    mode: Literal["auto", "never", "always"]
    language: str | None
    progress: Callable[[int, int], None] | None


def read_document(
    source: str | Path | bytes,
    *,
    id: str | None = None,
    name: str | None = None,
    ocr: Literal["auto", "never", "always"] = "auto",
    ocr_language: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Document:
    """Read one statement.

    The kind of file is found from its content, so a PDF named ``.txt`` is read as a PDF.

    Args:
        source: Path of a file, or its bytes.
        id: Short name in the report; the file's stem when None.
        name: What reports call the source when bytes are given.
        ocr: Read pictures of text with Tesseract: images and the pages of a PDF that have no text
            of their own (``auto``), none (``never``), or those of a PDF that have text as well (``always``).
        ocr_language: Language for Tesseract, such as ``nor`` or ``nor+eng``; Norwegian when None.
        progress: Called with pages done and pages in all after each page that Tesseract has read.

    Returns:
        The document; offsets of everything found later point into its ``text``.

    Raises:
        UnreadableSource: If there is nothing to read; the message names file, cause and remedy.
    """
    label = name or (
        source if isinstance(source, str) else str(source) if isinstance(source, Path) else "<bytes>"
    )
    data = source if isinstance(source, bytes) else read_file(source)
    if not data.strip(b"\0 \t\r\n"):
        raise _empty(label)
    document = _read_by_content(
        data, label, id or Path(label).stem or "document", _Ocr(ocr, ocr_language, progress)
    )
    if len(document.text) > MAX_CHARACTERS:
        raise UnreadableSource(
            f"{label} har {len(document.text):,} tegn; grensen er {MAX_CHARACTERS:,}. "
            "Del filen slik at hver erklæring er én fil."
        )
    return document


def read_file(path: str | Path) -> bytes:
    """Give the bytes of a file of at most :data:`MAX_BYTES`.

    Raises:
        UnreadableSource: If there is no such file, or it is too large or cannot be read.
    """
    path = Path(path)
    try:
        if path.is_dir():
            raise UnreadableSource(f"{path} er en mappe. Bruk «personvern audit {path} --out MAPPE».")
        size = path.stat().st_size
        if size <= MAX_BYTES:
            with path.open("rb") as file:
                data = file.read(MAX_BYTES + 1)  # a device has no size, and a file may grow
            if len(data) <= MAX_BYTES:
                return data
        at_least = "" if size > MAX_BYTES else "minst "
        raise UnreadableSource(
            f"{path} er på {at_least}{max(size, MAX_BYTES) / 1e6:.0f} MB; grensen er {MAX_BYTES / 1e6:.0f} MB. "
            "Del filen, eller lagre bare erklæringen."
        )
    except (OSError, ValueError) as error:  # ValueError: a name with a NUL in it
        raise UnreadableSource(_describe(path, error)) from error


def _describe(path: Path, error: OSError | ValueError) -> str:
    if "\n" in str(path):
        line = str(path).strip().splitlines()[0][:40]
        return f"«{line} …» er en tekst, ikke en sti. Gi teksten som bytes: tekst.encode()."
    if isinstance(error, FileNotFoundError):
        return f"{path} finnes ikke. Kontroller stien."
    reason = error.strerror if isinstance(error, OSError) and error.strerror else error
    return f"{path} kan ikke leses: {reason}. Kontroller stien."


def media_type_of(data: bytes) -> str | None:
    """Tell what a source is by its content, as :func:`read_document` does; None for what it cannot read.

    Example:
        >>> media_type_of(b"<!doctype html><title>Personvern</title>")
        'text/html'
    """
    if b"%PDF-" in data[:1024]:
        return "application/pdf"
    if data.startswith(b"PK\x03\x04"):
        return _DOCX if b"word/" in data else None
    for magic, media_type in _IMAGES.items():
        if data.startswith(magic) and b"\0" in data[:2000]:
            return media_type
    if data.startswith(tuple(_REMEDIES)):
        return None
    if _is_html(data):
        return "text/html"
    return None if _is_binary(decode_text(data[:20_000])[0]) else "text/plain"


def _is_html(data: bytes) -> bool:
    return bool(_HTML_START.match(data[:20_000]) or _HTML_ROOT.search(data[:100_000]))


def _is_binary(text: str) -> bool:
    """Tell what was no text before it was decoded."""
    sample = text[:20_000]
    return len(_CONTROL.findall(sample)) + sample.count("\ufffd") > 0.02 * len(sample)


def _read_by_content(data: bytes, label: str, id: str, ocr: _Ocr) -> Document:
    if b"%PDF-" in data[:1024]:
        return _read_pdf_document(data, label, id, ocr)
    if data.startswith(b"PK\x03\x04") and (b"word/" in data or is_zipfile(BytesIO(data))):
        return _read_docx_document(data, label, id)
    for magic, media_type in _IMAGES.items():
        if data.startswith(magic) and b"\0" in data[:2000]:
            return _read_image_document(data, label, id, media_type, ocr)
    for magic, remedy in _REMEDIES.items():
        if data.startswith(magic):
            raise UnreadableSource(f"{label} {remedy}")
    return _read_text_document(data, label, id)


def _empty(label: str) -> UnreadableSource:
    return UnreadableSource(f"{label} er tom. Kontroller at filen ble lagret riktig.")


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _read_pdf_document(data: bytes, label: str, id: str, ocr: _Ocr) -> Document:
    from analyzer.ingest.ocr import ScanReader
    from analyzer.ingest.pdf import read_pdf  # pdfplumber takes 0.3 s to import

    scans = ScanReader(label, ocr.language, ocr.progress) if ocr.mode != "never" else None
    layout, pages, warnings = read_pdf(data, source=label, scans=scans, text_layer=ocr.mode != "always")
    return Document(
        id,
        label,
        _digest(data),
        "application/pdf",
        layout.text,
        tuple(layout.blocks),
        pages,
        "ocr" if scans and scans.has_read else "pdf",
        tuple(warnings),
        scans.list_recognised() if scans else (),
    )


def _read_image_document(data: bytes, label: str, id: str, media_type: str, ocr: _Ocr) -> Document:
    from analyzer.ingest.ocr import ScanReader

    if ocr.mode == "never":
        raise UnreadableSource(
            f'{label} er et bilde ({media_type}), og tekstgjenkjenning er slått av. Bruk ocr="auto".'
        )
    scans = ScanReader(label, ocr.language, ocr.progress)
    layout, pages, warnings = scans.read_image(data)
    return Document(
        id,
        label,
        _digest(data),
        media_type,
        layout.text,
        tuple(layout.blocks),
        pages,
        "ocr",
        tuple(warnings),
        scans.list_recognised(),
    )


def _read_docx_document(data: bytes, label: str, id: str) -> Document:
    from analyzer.ingest.docx import read_docx

    layout, warnings = read_docx(data, source=label)
    return Document(
        id, label, _digest(data), _DOCX, layout.text, tuple(layout.blocks), None, "docx", tuple(warnings)
    )


def _read_text_document(data: bytes, label: str, id: str) -> Document:
    if _is_html(data):
        from analyzer.ingest.html import check_markup, html_encoding, read_html

        text, warnings = decode_text(data, declared=html_encoding(data))
        check_markup(text, label)
        layout = read_html(text)
        if not layout.text:
            raise UnreadableSource(
                f"{label} er en nettside uten lesbar tekst, trolig fordi siden bygges av JavaScript. "
                "Åpne den i en nettleser og lagre den som «Nettside, fullstendig» eller PDF."
            )
        return Document(
            id,
            label,
            _digest(data),
            "text/html",
            layout.text,
            tuple(layout.blocks),
            None,
            "html",
            tuple(warnings),
        )
    text, warnings = decode_text(data)
    if not text.strip():  # nothing but a byte-order mark
        raise _empty(label)
    if _is_binary(text):
        raise UnreadableSource(
            f"{label} er ikke tekst (binære data i et ukjent format). "
            "Lagre erklæringen som tekst, HTML, DOCX eller PDF."
        )
    return Document(id, label, _digest(data), "text/plain", text, (), None, "text", tuple(warnings))

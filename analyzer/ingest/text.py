"""Decodes the bytes of plain text and markup, whatever wrote them."""

from __future__ import annotations

import codecs
import re

import ftfy
from charset_normalizer import from_bytes

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with the UTF-16 one
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# The 8-bit code pages that Norwegian text has been written in: Windows, classic Mac OS, MS-DOS.
_CODE_PAGES = ["cp1252", "mac_roman", "cp865"]
# What "æøåÆØÅ§«»–é" look like when UTF-8 was read as Windows-1252 and saved again.
_DOUBLE_ENCODED = re.compile("Ã[¦¸¥†˜…©¤¶]|Â[§«»]|â€[“”™œ]")


def decode_text(data: bytes, *, declared: str | None = None) -> tuple[str, list[str]]:
    r"""Decode a text file and undo double encoding; line ends become ``\n``, nothing else changes.

    Args:
        data: The file's bytes.
        declared: An encoding that the file itself names (HTML's ``meta charset``), tried after UTF-8.

    Returns:
        The text and the warnings, in Norwegian, for the report's reader.
    """
    text, warnings = _decode(data, declared)
    if _DOUBLE_ENCODED.search(text):
        repaired = ftfy.fix_encoding(text)
        if repaired != text:
            text = repaired
            warnings.append("Teksten var kodet to ganger (UTF-8 lest som Windows-1252) og er rettet.")
    return text.replace("\r\n", "\n"), warnings


def _decode(data: bytes, declared: str | None) -> tuple[str, list[str]]:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, errors="replace"), []
    if wide := _unmarked_utf16(data):
        return data.decode(wide, errors="replace"), []
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError as error:
        return _decode_legacy(data, declared, error)


def _unmarked_utf16(data: bytes) -> str | None:
    """Tell UTF-16 without a mark by the zero bytes that Latin letters leave on one side."""
    sample = data[:4000]
    if len(sample) < 4 or b"\0" not in sample:
        return None
    half = len(sample) // 2
    if sample[1::2].count(0) > 0.7 * half and sample[0::2].count(0) < 0.05 * half:
        return "utf-16-le"
    if sample[0::2].count(0) > 0.7 * half and sample[1::2].count(0) < 0.05 * half:
        return "utf-16-be"
    return None


def _decode_legacy(data: bytes, declared: str | None, error: UnicodeDecodeError) -> tuple[str, list[str]]:
    multibyte = len(re.findall(rb"[\xc2-\xdf][\x80-\xbf]", data))
    if multibyte > 3 and multibyte > len(re.findall(rb"[\x80-\xff]", data)) / 4:
        # UTF-8 with a few broken bytes: a cut file, or two encodings pasted together.
        warning = f"Ugyldig UTF-8 ved byte {error.start}; de skadde tegnene vises som \ufffd."
        return data.decode("utf-8", errors="replace"), [warning]
    if declared:
        try:
            return data.decode(declared), []
        except (LookupError, UnicodeError):
            pass  # a wrong label in the file: guess as for a file that names none
    best = from_bytes(data[:200_000], cp_isolation=_CODE_PAGES).best()
    encoding = best.encoding if best else "cp1252"
    return data.decode(encoding, errors="replace"), [f"Lest som {encoding}; filen er ikke UTF-8."]

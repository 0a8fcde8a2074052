"""Finds the Norwegian privacy statements in web archives: WARC files (Common Crawl; also .gz, .zst) and WACZ, a zip of them.

Records are read one at a time and within a limit. Nothing is unpacked to disk, so the names within a WACZ do no harm.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from analyzer.detector import Detector
from analyzer.errors import UnreadableSource
from analyzer.ingest import media_type_of, read_document
from analyzer.language import identify_language

if TYPE_CHECKING:
    from fastwarc.warc import WarcRecord

MAX_RECORD = 20_000_000
"""Bytes of a page, unpacked."""

_MEDIA_TYPES = frozenset({"text/html", "application/pdf"})
_NORWEGIAN = frozenset({"nb", "nn"})
_HTML_BYTES, _PDF_PAGES = 500_000, 10  # enough to see what a page or a PDF is
_WARC_NAME = re.compile(r"\.warc(?:\.gz|\.zst)?$", re.IGNORECASE)
_ZSTD = b"\x28\xb5\x2f\xfd"
_DICTIONARY = b"\x5d\x2a\x4d\x18"  # of the frame that .warc.zst may begin with (IIPC, WARC files compressed with Zstandard)
_MAX_DICTIONARY = 16_000_000
# Without one of these in its bytes, a page is not worth the time to read it.
_NEEDED = re.compile(rb"personvern|opplysning|persondata|informasjonskaps|cookie", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """A statement in an archive, or something of it that cannot be read.

    Attributes:
        member: The WARC within a WACZ.
        offset: Where the record begins.
        url: Where the page was.
        date: When it was fetched, ISO 8601.
        error: What is wrong with it, without its name.
    """

    member: str | None
    offset: int
    url: str | None = None
    date: str | None = None
    error: str | None = None


def is_archive(path: str | Path) -> bool:
    """Tell a web archive by its content: a WARC, packed or not, or a zip with WARCs in it."""
    if not Path(path).is_file():  # a pipe would wait for its writer
        return False
    try:
        with Path(path).open("rb") as file:
            head = file.read(2048)
            if head.startswith(b"\x1f\x8b"):
                head = zlib.decompressobj(31).decompress(head, 100)
            elif head.startswith((_ZSTD, _DICTIONARY)):
                from fastwarc.stream_io import ZstdReader

                file.seek(0)
                head = ZstdReader(file).read(100)
            if not head.startswith(b"PK\x03\x04"):
                return head.startswith(b"WARC/")
            return bool(_members(file))
    except (OSError, zlib.error):  # what says it is one, is a damaged one
        return bool(_WARC_NAME.search(str(path)))
    except zipfile.BadZipFile:
        return False


def find_statements(path: str | Path, detector: Detector) -> Iterator[Found]:
    """Find the pages of an archive that are Norwegian privacy statements, in the order they stand in.

    A page is an answer with status 200 whose content is HTML or PDF.

    Yields:
        The statements; what is damaged, cut short or too large gives one with an ``error``, and the rest go on. So does
        an archive without any statement.
    """
    seen: Counter[str] = Counter()
    try:
        with Path(path).open("rb") as file:
            members = _members(file) if zipfile.is_zipfile(file) else [None]
        for member in members:
            with _open_member(path, member, 0) as stream:
                yield from _search(stream, member, detector, seen)
    except (OSError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError) as error:
        yield Found(None, 0, error=f"kan ikke leses videre ({error}). Last ned arkivet på nytt.")
    if not seen["statements"]:
        counts = f"{seen['records']} svar, {seen['pages']} sider om opplysninger, {seen['norwegian']} av dem på norsk"
        yield Found(None, 0, error=f"har ingen norsk personvernerklæring ({counts}).")


def read_record(path: str | Path, member: str | None, offset: int, url: str | None = None) -> bytes:
    """Give the page that a record holds.

    Raises:
        UnreadableSource: If there is no such record any more, or another URL's.
    """
    name = f"{path}#{f'{member}:' if member else ''}{offset}"
    try:
        with _open_member(path, member, offset) as stream:
            record = next(_records(stream, _dictionary_of(path, member) if offset else None))
            if url is not None and _url_of(record) != url:
                raise OSError("posten er en annen")
            data, error = _body(record)
    except (OSError, StopIteration, KeyError, zipfile.BadZipFile, zlib.error) as problem:
        raise UnreadableSource(
            f"{name} kan ikke leses ({problem}). Er arkivet endret eller flyttet? Er det pakket som én fil og ikke "
            "post for post, må det pakkes ut; oppgi så .warc-filen."
        ) from problem
    if error:
        raise UnreadableSource(f"{name} {error}")
    return data


def _search(stream: IO[bytes], member: str | None, detector: Detector, seen: Counter[str]) -> Iterator[Found]:
    offset = 0
    try:
        for record in _records(stream):
            offset = record.stream_pos
            seen["records"] += 1
            found = _judge(record, member, detector, seen)
            if found:
                seen["statements"] += 1
                yield found
    except (OSError, zlib.error, zipfile.BadZipFile) as error:
        seen["statements"] += 1  # there may be one in what could not be read
        problem = f"er skadet etter posten ved byte {offset} ({error}); resten er ikke lest. Last ned arkivet på nytt."
        yield Found(member, offset, error=problem)


def _judge(record: WarcRecord, member: str | None, detector: Detector, seen: Counter[str]) -> Found | None:
    headers = record.http_headers
    if headers is None or headers.status_code != 200:
        return None
    data, error = _body(record)
    media_type = media_type_of(data) if data else None
    if media_type not in _MEDIA_TYPES or (media_type == "text/html" and not _NEEDED.search(data)):
        return None
    seen["pages"] += 1
    text = glance(data, media_type)
    if identify_language(text) not in _NORWEGIAN:
        return None
    seen["norwegian"] += 1
    if not detector.detect(text).is_statement:
        return None
    return Found(member, record.stream_pos, _url_of(record), record.headers.get("WARC-Date"), error)


def _url_of(record: WarcRecord) -> str | None:
    url = record.headers.get("WARC-Target-URI")
    return url.strip("<>") if url else None


def glance(data: bytes, media_type: str | None, *, html_bytes: int = _HTML_BYTES) -> str:
    """Read as much as is needed to see what a page is; what cannot be read is nothing.

    This happens in the process of the one who asks, without limits of time and memory, and so reads only so much.
    """
    try:
        if media_type != "application/pdf":
            start = data[:html_bytes] if media_type in ("text/html", "text/plain") else data
            return read_document(start, name="archive", ocr="never").text
        import pypdfium2

        pdf = pypdfium2.PdfDocument(data)
        try:
            pages = range(min(len(pdf), _PDF_PAGES))
            return "\n".join(pdf[page].get_textpage().get_text_bounded() for page in pages)
        finally:
            pdf.close()
    except (
        Exception
    ):  # damaged pages and PDFs are common in archives, and none is a statement that can be read
        return ""


def _records(stream: IO[bytes], dictionary: bytes | None = None) -> Iterator[WarcRecord]:
    from fastwarc.stream_io import ZstdReader
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    unpacked: Any = ZstdReader(stream, dictionary=dictionary) if dictionary else stream
    # FastWARC can undo encodings itself, but then loses its place when a record is not read to its end.
    yield from ArchiveIterator(
        unpacked, record_types=WarcRecordType.response, parse_http=True, auto_decode="none"
    )


def _body(record: WarcRecord) -> tuple[bytes, str | None]:
    """Give the page in a record, and what is wrong with it; never more than :data:`MAX_RECORD` and a byte."""
    from fastwarc.stream_io import BrotliReader, ChunkedReader

    raw = record.reader.read(min(record.content_length, MAX_RECORD + 1))
    cut = len(raw) < min(record.content_length, MAX_RECORD + 1) or bool(record.headers.get("WARC-Truncated"))
    headers: Any = record.http_headers or {}
    try:
        if "chunked" in (headers.get("Transfer-Encoding") or "").lower():
            raw = ChunkedReader(io.BytesIO(raw)).read(MAX_RECORD + 1)
    except OSError:
        pass  # archives often keep the header of what they have undone
    encoding = (headers.get("Content-Encoding") or "").strip().lower()
    try:
        if encoding in {"gzip", "x-gzip", "deflate"}:
            raw = zlib.decompressobj(47).decompress(raw, MAX_RECORD + 1)
        elif encoding == "br":
            raw = BrotliReader(io.BytesIO(raw)).read(MAX_RECORD + 1)
    except (OSError, zlib.error):
        pass  # as above
    if len(raw) > MAX_RECORD:
        return raw, f"er større enn {MAX_RECORD // 1_000_000} MB. Hent siden fra nettstedet i stedet."
    if cut:
        return (
            raw,
            "er avkortet i arkivet, og det som mangler, kan ikke vurderes. Hent siden fra nettstedet i stedet.",
        )
    return raw, None


def _members(file: IO[bytes]) -> list[str]:
    with zipfile.ZipFile(file) as archive:
        return sorted(name for name in archive.namelist() if _WARC_NAME.search(name))


def _dictionary_of(path: str | Path, member: str | None) -> bytes | None:
    """Give the dictionary that a .warc.zst begins with and that each of its records needs; None if it has none."""
    from fastwarc.stream_io import ZstdReader

    with _open_member(path, member, 0) as stream:
        if stream.read(4) != _DICTIONARY:
            return None
        dictionary = stream.read(min(int.from_bytes(stream.read(4), "little"), _MAX_DICTIONARY))
    if dictionary.startswith(_ZSTD):
        dictionary = ZstdReader(io.BytesIO(dictionary)).read(_MAX_DICTIONARY)
    return dictionary


@contextmanager
def _open_member(path: str | Path, member: str | None, offset: int) -> Iterator[IO[bytes]]:
    """Open a WARC, of itself or within a zip, at an offset."""
    if member is None:
        with Path(path).open("rb") as file:
            file.seek(offset)
            yield file
        return
    with zipfile.ZipFile(path) as archive:
        entry = archive.getinfo(member)
        if (
            offset and entry.compress_type == zipfile.ZIP_STORED
        ):  # as WACZ has it: no need to read up to the offset
            with Path(path).open("rb") as file:
                file.seek(entry.header_offset + 26)
                name, extra = struct.unpack("<HH", file.read(4))
                file.seek(entry.header_offset + 30 + name + extra + offset)
                yield file
            return
        with archive.open(entry) as packed:
            packed.seek(offset)
            yield packed

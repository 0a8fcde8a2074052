"""One statement to be audited: where it is, whose it is, and its bytes when they are asked for."""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from urllib.parse import unquote, urlsplit

from analyzer.errors import UnreadableSource
from analyzer.ingest import read_file
from analyzer.sources.archives import read_record

_LONGEST_ID = 120
_LONGEST_ID_BYTES = 200  # of the 255 that file systems take for a name, with room for a number and a suffix
_RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?=\.|$)", re.IGNORECASE)
"""What Windows takes for a device, whatever follows the dot."""
_ID = re.compile(r"[\w.-]+")
_URL = re.compile(r"https?://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Source:
    """One statement to be audited; small, without open handles, so that it can be sent to another process.

    Attributes:
        locator: Path, URL, or ``archive.warc.gz#offset``, as reports name it.
        organisation: Name from the manifest.
        orgnr: Organisation number from the manifest, nine digits.
        sector: From the manifest.
        extra: The manifest's other columns, which come back in the results.
        url: Where the statement was published, if known: the address fetched, or that of the archive's record.
        path: The file that holds the bytes: the file itself, the evidence of a fetch, or the archive.
        member: The WARC within a WACZ.
        offset: Where the record begins in the WARC.
        fetched: When the bytes were fetched from there, ISO 8601.
        error: Why the statement cannot be had; :meth:`read` raises it.
    """

    locator: str
    organisation: str | None = None
    orgnr: str | None = None
    sector: str | None = None
    extra: Mapping[str, str] = field(default_factory=dict, hash=False)
    url: str | None = None
    path: str | None = None
    member: str | None = None
    offset: int | None = None
    fetched: str | None = None
    error: str | None = None

    def read(self) -> bytes:
        """Give the statement's bytes, at most :data:`analyzer.ingest.MAX_BYTES` of them.

        Raises:
            UnreadableSource: If they cannot be had; the message names the source and the remedy.
        """
        if self.error is not None or self.path is None:
            raise UnreadableSource(self.error or f"{self.locator} er ikke hentet. Oppgi den på nytt.")
        if self.offset is not None:
            return read_record(self.path, self.member, self.offset, self.url)
        _refuse_special(self.path)
        return read_file(self.path)


def is_url(text: str) -> bool:
    """Tell a web address from a path."""
    return bool(_URL.match(text))


def unique_ids(sources: Iterable[Source]) -> list[str]:
    """Give each source an id made of its name, safe as a file name and unique whatever the case.

    Example:
        >>> unique_ids([Source("a/Vik kommune.html"), Source("b/vik kommune.pdf")])
        ['Vik-kommune', 'vik-kommune-2']
        >>> address = "https://www.vik.example/om-oss/personvern.html?lang=nn"
        >>> unique_ids([Source(address, url=address)])
        ['vik.example-om-oss-personvern']
    """
    taken: dict[str, int] = {}
    ids = []
    for source in sources:
        base = re.sub(r"(?:[^\w.-]|\.\.)+", "-", unicodedata.normalize("NFC", as_text(_name(source))))
        base = base.strip("-.")[:_LONGEST_ID].encode()[:_LONGEST_ID_BYTES].decode(errors="ignore").strip("-.")
        base = _RESERVED.sub(lambda name: f"{name[0]}-", base, count=1) if _RESERVED.match(base) else base
        base = base or "document"
        candidate, number = base, taken.get(_folded(base), 1)
        while _folded(candidate) in taken:
            number += 1
            candidate = f"{base}-{number}"
        taken[_folded(base)] = number
        taken.setdefault(_folded(candidate), 1)
        ids.append(candidate)
    return ids


def as_text(name: str) -> str:
    r"""Give a file's name as text that can be written; bytes that are none in this locale are UTF-8, or else "?".

    Example:
        >>> as_text("bl\udcc3\udca5b\udcff")
        'blåb?'
    """
    try:
        return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace").replace("\ufffd", "?")
    except UnicodeEncodeError:
        return name.encode("utf-8", "replace").decode()


def is_safe_id(id: str) -> bool:
    """Tell whether an id can be a file's name, and no path out of its folder."""
    return bool(_ID.fullmatch(id)) and not id.startswith(("-", "."))


def _folded(id: str) -> str:
    """Give what file systems take for the same name, whatever its case and however its letters are composed."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", id).casefold())


def _refuse_special(path: str) -> None:
    """Refuse what is no file: to read a pipe may never end."""
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - a source may have any name
    except (OSError, ValueError):
        return  # reading it will say why
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise UnreadableSource(
            f"{path} er et rør, en enhet eller en socket, og ikke en fil. Lagre erklæringen som en vanlig fil."
        )


def _name(source: Source) -> str:
    """Name a source as a person would: a file by its stem, a page by its host and path."""
    if source.url is None:
        return PurePath(source.locator).stem
    parts = urlsplit(source.url)
    host = (parts.hostname or "").removeprefix("www.")
    path = PurePath(unquote(parts.path).strip("/"))
    return f"{host}/{path.with_suffix('')}" if path.name else host

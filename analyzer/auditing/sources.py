"""What is to be audited: files below folders, each a :class:`Source` that is read when its turn comes."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from analyzer.errors import UnreadableSource

IGNORED = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
"""Files that operating systems leave behind."""


@dataclass(frozen=True, slots=True)
class Source:
    """One statement to be audited; plain fields without handles, so that it can be sent to another process.

    Attributes:
        locator: Its path, as reports name it.
        organisation: Name from a manifest.
        orgnr: Organisation number from a manifest, nine digits.
        sector: From a manifest.
        extra: Other columns of a manifest, which come back in the results.
    """

    locator: str
    organisation: str | None = None
    orgnr: str | None = None
    sector: str | None = None
    extra: Mapping[str, str] = field(default_factory=dict, hash=False)

    def read(self) -> bytes:
        """Give the statement's bytes.

        Raises:
            UnreadableSource: If they cannot be had; the message names the source and the remedy.
        """
        path = Path(self.locator)
        try:
            return path.read_bytes()
        except FileNotFoundError:
            raise UnreadableSource(f"{path} finnes ikke. Kontroller stien.") from None
        except OSError as error:
            raise UnreadableSource(f"{path} kan ikke leses: {error.strerror or error}.") from error


def expand(sources: Iterable[str | Path | Source]) -> list[Source]:
    """Make a source of every file below folders, in a fixed order, each once; sources stay as they are.

    Raises:
        UnreadableSource: If a path does not exist or nothing is found.
    """
    found: dict[Source, None] = {}
    roots = list(sources)
    for root in roots:
        if isinstance(root, Source):
            found[root] = None
        else:
            found |= dict.fromkeys(Source(str(path)) for path in _files(Path(root)))
    if not found:
        raise UnreadableSource(f"{', '.join(map(str, roots))} inneholder ingen filer.")
    return list(found)


def _files(root: Path) -> Iterable[Path]:
    if not root.exists():
        raise UnreadableSource(f"{root} finnes ikke. Kontroller stien.")
    if not root.is_dir():
        yield root
        return
    for folder, subfolders, names in os.walk(root):  # os.walk does not follow links to folders
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and name.lower() not in IGNORED:
                yield Path(folder) / name


def unique_ids(sources: Sequence[Source]) -> list[str]:
    """Give each source an id made of its stem, safe as a file name and unique whatever the case.

    Example:
        >>> unique_ids([Source("a/Vik kommune.html"), Source("b/vik kommune.pdf")])
        ['Vik-kommune', 'vik-kommune-2']
    """
    taken: dict[str, int] = {}
    ids = []
    for source in sources:
        name = unicodedata.normalize("NFC", Path(source.locator).stem)
        base = re.sub(r"[^\w.-]+", "-", name).strip("-.")[:120] or "document"
        candidate, number = base, taken.get(base.casefold(), 1)
        while candidate.casefold() in taken:
            number += 1
            candidate = f"{base}-{number}"
        taken[base.casefold()] = number
        taken.setdefault(candidate.casefold(), 1)
        ids.append(candidate)
    return ids

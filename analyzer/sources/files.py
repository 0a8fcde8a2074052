"""Finds the files below folders and patterns, in a fixed order."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator
from pathlib import Path

from analyzer.errors import UnreadableSource

IGNORED = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
"""Files that operating systems leave behind."""


def find_files(root: str | Path) -> Iterator[Path]:
    """Find the files below a folder, those that a pattern fits, or a file itself, in a fixed order.

    Hidden files and folders are left out unless they are named. A pattern is ``*``, ``?``, ``[…]`` or ``**``.

    Raises:
        UnreadableSource: If the path does not exist or may not be read, or the pattern fits nothing.
    """
    root = Path(root)
    try:
        is_folder, exists = root.is_dir(), root.exists()
    except OSError as error:  # a name that is too long, a folder that may not be looked into
        raise UnreadableSource(f"{root} kan ikke leses: {error.strerror}. Kontroller stien.") from error
    if is_folder:
        yield from _walk(root)
    elif exists:
        yield root
    elif glob.has_magic(str(root)):
        yield from _match(root)
    else:
        raise UnreadableSource(f"{root} finnes ikke. Kontroller stien; en nettadresse begynner med https://.")


def _match(pattern: Path) -> Iterator[Path]:
    # Path.glob takes no absolute pattern.
    matches = sorted(Path(match) for match in glob.glob(str(pattern), recursive=True))  # noqa: PTH207
    if not matches:
        raise UnreadableSource(f"Ingen filer passer til {pattern}. Kontroller mønsteret.")
    for match in matches:
        if match.is_dir():
            if "**" not in pattern.parts:  # "**" gives what is in the folder too
                yield from _walk(match)
        elif match.name.lower() not in IGNORED:
            yield match


def _walk(root: Path) -> Iterator[Path]:
    for folder, subfolders, names in os.walk(root):  # os.walk does not follow links to folders
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and name.lower() not in IGNORED:
                yield Path(folder) / name

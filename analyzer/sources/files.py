"""Finds the files below folders and patterns, in a fixed order."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from analyzer.errors import UnreadableSource

IGNORED = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
"""Files that operating systems leave behind."""


def find_files(paths: Iterable[str | Path]) -> list[Path]:
    """Find the files below folders, those that a pattern fits, and files themselves; each once, in a fixed order.

    Hidden files and folders are left out unless they are named. A pattern is ``*``, ``?``, ``[…]`` or ``**``.

    Raises:
        UnreadableSource: If a path does not exist, a pattern fits nothing, or no file is found.
    """
    roots = [Path(path) for path in paths]
    found = dict.fromkeys(file for root in roots for file in _files_of(root))
    if not found:
        raise UnreadableSource(f"{', '.join(map(str, roots))} inneholder ingen filer.")
    return list(found)


def _files_of(root: Path) -> Iterator[Path]:
    if root.is_dir():
        yield from _walk(root)
    elif root.exists():
        yield root
    elif glob.has_magic(str(root)):
        # Path.glob takes no absolute pattern.
        matches = sorted(Path(match) for match in glob.glob(str(root), recursive=True))  # noqa: PTH207
        if not matches:
            raise UnreadableSource(f"Ingen filer passer til {root}. Kontroller mønsteret.")
        for match in matches:
            if match.is_file() and match.name.lower() not in IGNORED:
                yield match
            elif match.is_dir() and "**" not in root.parts:  # "**" has given what is in the folder already
                yield from _walk(match)
    else:
        raise UnreadableSource(f"{root} finnes ikke. Kontroller stien; en nettadresse begynner med https://.")


def _walk(root: Path) -> Iterator[Path]:
    for folder, subfolders, names in os.walk(root):  # os.walk does not follow links to folders
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and name.lower() not in IGNORED:
                yield Path(folder) / name

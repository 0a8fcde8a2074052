"""Finds the files below folders and patterns, in a fixed order."""

from __future__ import annotations

import fnmatch
import glob
import os
from collections.abc import Iterator
from pathlib import Path

from analyzer.errors import UnreadableSource

IGNORED = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
"""Files that operating systems leave behind."""


class OutsideFolder(UnreadableSource):
    """A link within a folder leads out of it; ``path`` is the link."""

    def __init__(self, path: Path, folder: Path) -> None:
        """Say where the link leads, and from which folder."""
        super().__init__(
            f"{path} er en lenke ut av {folder} (til {os.path.realpath(path)}) og følges ikke. "
            "Oppgi filen eller mappen selv, eller kopier den inn."
        )
        self.path = path


def find_files(root: str | Path) -> Iterator[Path | OutsideFolder]:
    """Find the files below a folder, those that a pattern fits, or a file itself, in a fixed order.

    Hidden files and folders are left out unless they are named. A pattern is ``*``, ``?``, ``[…]`` or ``**``. A link
    that is named is followed. Of those that are found, one that leads out of the folder is not, and gives an
    :class:`OutsideFolder`; nor is one to a folder within, whose files are found where they are.

    Raises:
        UnreadableSource: If the path does not exist or may not be read, or the pattern fits nothing.
    """
    root = Path(root)
    try:
        is_folder, exists = root.is_dir(), root.exists()
    except (
        OSError,
        ValueError,
    ) as error:  # a name that is too long or has a NUL, a folder that may not be looked into
        reason = error.strerror if isinstance(error, OSError) else error
        raise UnreadableSource(f"{root} kan ikke leses: {reason}. Kontroller stien.") from error
    if is_folder:
        yield from _walk(root, root)
    elif exists:
        yield root
    elif glob.has_magic(str(root)):
        yield from _match(root)
    else:
        raise UnreadableSource(f"{root} finnes ikke. Kontroller stien; en nettadresse begynner med https://.")


def _match(pattern: Path) -> Iterator[Path | OutsideFolder]:
    fixed = next(i for i, part in enumerate(pattern.parts) if glob.has_magic(part))
    root = Path(*pattern.parts[:fixed])
    matches = (
        _match_deeply(root, pattern.parts[fixed:]) if "**" in pattern.parts else _match_level(root, pattern)
    )
    found = False
    for match in matches:
        found = True
        yield match
    if not found:
        raise UnreadableSource(f"Ingen filer passer til {pattern}. Kontroller mønsteret.")


def _match_level(root: Path, pattern: Path) -> Iterator[Path | OutsideFolder]:
    # Path.glob takes no absolute pattern.
    for match in sorted(Path(match) for match in glob.glob(str(pattern))):  # noqa: PTH207
        if not _leads_out(match, root) and match.is_dir():
            yield from _walk(match, root)
        elif match.name.lower() not in IGNORED:
            yield _check(match, root)


def _match_deeply(root: Path, parts: tuple[str, ...]) -> Iterator[Path | OutsideFolder]:
    """Match a pattern with ``**``; glob would follow links to folders, in circles if there are any."""
    for found in _walk(root, root):
        path = found.path if isinstance(found, OutsideFolder) else found
        if _fits(path.relative_to(root).parts, parts):
            yield found


def _fits(path: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    """Tell whether a path fits a pattern, part by part; ``**`` stands for any number of folders, or for all below."""
    if not pattern:
        return not path
    if pattern[0] == "**":
        rest = pattern[1:]
        return not rest or any(_fits(path[start:], rest) for start in range(len(path)))
    return bool(path) and fnmatch.fnmatch(path[0], pattern[0]) and _fits(path[1:], pattern[1:])


def _walk(root: Path, limit: Path) -> Iterator[Path | OutsideFolder]:
    """Give the files below a folder; ``limit`` is the folder that links may not leave."""
    for folder, subfolders, names in os.walk(root):  # os.walk does not follow links to folders
        visible = sorted(name for name in subfolders if not name.startswith("."))
        subfolders[:] = visible
        for name in sorted(names):
            if not name.startswith(".") and name.lower() not in IGNORED:
                yield _check(Path(folder) / name, limit)
        for name in visible:
            if _leads_out(Path(folder) / name, limit):
                yield OutsideFolder(Path(folder) / name, limit)


def _check(path: Path, limit: Path) -> Path | OutsideFolder:
    return OutsideFolder(path, limit) if _leads_out(path, limit) else path


def _leads_out(path: Path, limit: Path) -> bool:
    """Tell whether a link leads out of a folder; what is no link does not."""
    if not path.is_symlink():
        return False
    within, target = os.path.realpath(limit), os.path.realpath(path)
    return not Path(target).is_relative_to(within)

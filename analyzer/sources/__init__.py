"""Where statements come from: files and folders, each made a :class:`Source` that is read when its turn comes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from analyzer.sources.files import find_files
from analyzer.sources.source import Source, unique_ids

__all__ = ["Source", "expand", "unique_ids"]


def expand(paths: Iterable[str | Path]) -> Iterator[Source]:
    """Make a source of every statement in files, folders and patterns, in a fixed order.

    Raises:
        UnreadableSource: If a path does not exist, a pattern fits nothing, or no file is found.
    """
    for file in find_files(paths):
        yield Source(str(file), path=str(file))

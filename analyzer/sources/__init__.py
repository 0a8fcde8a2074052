"""Where statements come from: each is made a :class:`Source`, which is read when its turn comes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from analyzer.detector import Detector
from analyzer.errors import UnreadableSource
from analyzer.knowledge import Knowledge
from analyzer.sources.archives import find_statements, is_archive
from analyzer.sources.files import find_files
from analyzer.sources.manifest import Row, read_manifest
from analyzer.sources.source import Source, unique_ids

__all__ = ["Source", "expand", "unique_ids"]


def expand(paths: Iterable[str | Path] = (), *, manifest: str | Path | None = None) -> Iterator[Source]:
    """Make a source of every statement that paths and a manifest name, in a fixed order.

    Args:
        paths: Files, folders and patterns.
        manifest: A list in CSV, Excel or JSON Lines with the columns ``source``, ``organisation``, ``orgnr`` and
            ``sector``; see :func:`analyzer.sources.manifest.read_manifest`. Relative paths start at its folder.

    Yields:
        The sources; a row that cannot be used gives one with an ``error``.

    Raises:
        UnreadableSource: If a path given here does not exist, a pattern fits nothing, no file is found, or the
            manifest cannot be read.
    """
    paths = list(paths)
    if paths or manifest is None:
        yield from _expand_paths(paths)
    if manifest is not None:
        for row in read_manifest(manifest):
            yield from _expand_row(row, Path(manifest).parent)


def _expand_paths(paths: Iterable[str | Path]) -> Iterator[Source]:
    for file in find_files(paths):
        if is_archive(file):
            yield from _expand_archive(str(file))
        else:
            yield Source(str(file), path=str(file))


def _expand_archive(path: str) -> Iterator[Source]:
    for found in find_statements(path, _detector()):
        place = f"{found.member}:{found.offset}" if found.member else str(found.offset)
        locator = f"{path}#{place}"
        yield Source(
            locator,
            url=found.url,
            path=path,
            member=found.member,
            offset=found.offset,
            fetched=found.date,
            error=found.error and f"{locator} {found.error}",
        )


@lru_cache(maxsize=1)
def _detector() -> Detector:
    return Detector(Knowledge.load())


def _expand_row(row: Row, folder: Path) -> Iterator[Source]:
    about = Source(row.source or row.place, row.organisation, row.orgnr, row.sector, row.extra or {})
    if row.error:
        yield replace(about, error=row.error)
        return
    try:
        for source in _expand_paths([folder / row.source]):
            yield replace(
                source, organisation=row.organisation, orgnr=row.orgnr, sector=row.sector, extra=about.extra
            )
    except UnreadableSource as error:
        yield replace(about, error=f"{row.place}, kolonne source: {error}")

"""Where statements come from: each is made a :class:`Source`, which is read when its turn comes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from analyzer.detector import Detector
from analyzer.errors import UnreadableSource
from analyzer.knowledge import Knowledge
from analyzer.sources.archives import find_statements, is_archive
from analyzer.sources.files import OutsideFolder, find_files
from analyzer.sources.manifest import Row, read_manifest
from analyzer.sources.source import Source, is_url, unique_ids

if TYPE_CHECKING:
    from analyzer.sources.queues import Web

__all__ = ["Source", "expand", "is_url", "open_web", "unique_ids"]


def expand(
    paths: Iterable[str | Path] = (), *, manifest: str | Path | None = None, web: Web | None = None
) -> Iterator[Source]:
    """Make a source of every statement that paths and a manifest name, in a fixed order.

    Pages are fetched here, several hosts at a time, and kept as evidence, so that every source given can be read
    without a network and in another process.

    Args:
        paths: Files, folders, patterns, URLs and web archives (WARC, WACZ); of archives only the Norwegian
            statements.
        manifest: A list in CSV, Excel or JSON Lines with the columns ``source``, ``organisation``, ``orgnr`` and
            ``sector``; see :func:`analyzer.sources.manifest.read_manifest`. Relative paths start at its folder.
        web: How pages are fetched; None fetches nothing, and URLs give an error.

    Yields:
        The sources; a row, page or record that cannot be used gives one with an ``error``.

    Raises:
        UnreadableSource: If a path given here does not exist, a pattern fits nothing, no file is found, or the
            manifest cannot be read.
        AnalyzerError: If the evidence cannot be written.
    """
    named = list(_name(paths, manifest))
    if web is not None and any(source.url for source in named):  # files alone need no detector
        from analyzer.sources.queues import fetch_all

        fetched: Iterable[Source] = fetch_all(named, web, _detector())
    else:
        fetched = (_refuse(source) for source in named)
    for source in fetched:
        if source.error is None and source.url is None and is_archive(str(source.path)):
            yield from _expand_archive(source)
        else:
            yield source


def open_web(
    evidence: str | Path,
    *,
    allow_private: bool = False,
    discover: bool = False,
    reuse: bool = True,
    progress: Callable[[Source, int], None] = lambda source, total: None,
) -> Web:
    """Say how pages are fetched.

    Args:
        evidence: Folder where they are kept.
        allow_private: Also fetch from this machine and its network.
        discover: Look for the statement from the pages named, when they are none themselves.
        reuse: Do not fetch what the folder has already.
        progress: Called after each page, from another thread, with the source and the number of pages in all.
    """
    from analyzer.sources.evidence import Evidence
    from analyzer.sources.fetch import Fetcher
    from analyzer.sources.queues import Web

    return Web(Evidence(evidence), Fetcher(allow_private=allow_private), discover, reuse, progress)


def _name(paths: Iterable[str | Path], manifest: str | Path | None) -> Iterator[Source]:
    """Name every file and page, before anything is read or fetched; what paths name twice is named once."""
    paths = list(paths)
    named = {source.locator: source for path in paths for source in _name_one(path)}
    if not named and (paths or manifest is None):
        raise UnreadableSource(f"{', '.join(map(str, paths)) or 'Kilden'} inneholder ingen filer.")
    yield from named.values()
    if manifest is not None:
        for row in read_manifest(manifest):
            yield from _name_row(row, Path(manifest).parent)


def _name_one(path: str | Path) -> Iterator[Source]:
    if is_url(str(path)):
        yield Source(str(path), url=str(path))
        return
    for file in find_files(path):
        if isinstance(file, OutsideFolder):
            yield Source(str(file.path), error=str(file))
        else:
            yield Source(str(file), path=str(file))


def _name_row(row: Row, folder: Path) -> Iterator[Source]:
    about = Source(row.source or row.place, row.organisation, row.orgnr, row.sector, row.extra or {})
    if row.error:
        yield replace(about, error=row.error)
        return
    try:
        found = list(_name_one(row.source if is_url(row.source) else folder / row.source))
    except UnreadableSource as error:
        yield replace(about, error=f"{row.place}, kolonne source: {error}")
        return
    if not found:
        yield replace(about, error=f"{row.place}, kolonne source: {row.source} inneholder ingen filer.")
    for named in found:
        yield replace(about, locator=named.locator, url=named.url, path=named.path, error=named.error)


def _refuse(source: Source) -> Source:
    if source.url is None or source.error:
        return source
    return replace(
        source, error=f"{source.locator} er en nettadresse, og ingenting hentes her. Hent siden først."
    )


def _expand_archive(archive: Source) -> Iterator[Source]:
    for found in find_statements(str(archive.path), _detector()):
        place = f"{found.member}:{found.offset}" if found.member else str(found.offset)
        locator = f"{archive.locator}#{place}"
        yield replace(
            archive,
            locator=locator,
            url=found.url,
            member=found.member,
            offset=found.offset,
            fetched=found.date,
            error=found.error and f"{locator} {found.error}",
        )


@lru_cache(maxsize=1)
def _detector() -> Detector:
    return Detector(Knowledge.load())

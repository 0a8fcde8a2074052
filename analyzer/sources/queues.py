"""Fetches many pages: the hosts beside each other, the pages of one host after each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from threading import Event, Lock
from typing import Any
from urllib.parse import urlsplit

from analyzer.detector import Detector
from analyzer.errors import UnreadableSource
from analyzer.sources.discover import discover
from analyzer.sources.evidence import Evidence
from analyzer.sources.fetch import Fetched, Fetcher
from analyzer.sources.source import Source

_HOSTS_AT_ONCE = 8


@dataclass(frozen=True)
class Web:
    """How pages are had.

    Attributes:
        evidence: Where what is fetched is kept.
        fetcher: Limits, and whether private addresses are allowed.
        discover: Look for the statement from the pages named, when they are none themselves.
        reuse: Do not fetch what the evidence has already.
        progress: Called after each page, one call at a time, from another thread, with the source, as it is now,
            and the number of pages in all.
    """

    evidence: Evidence
    fetcher: Fetcher
    discover: bool = False
    reuse: bool = True
    progress: Callable[[Source, int], None] = lambda source, total: None


def fetch_all(sources: Iterable[Source], web: Web, detector: Detector) -> Iterator[Source]:
    """Give the sources in their order, with the bytes of those that are pages to be fetched at hand.

    A source whose locator is a URL and which has no path is a page to be fetched. One that cannot be had gets an error.
    """
    everything = list(sources)
    queues: dict[str, list[tuple[Source, Future[Source]]]] = {}
    waiting: dict[int, Future[Source]] = {}
    for index, source in enumerate(everything):
        if source.url and source.path is None and source.error is None:
            waiting[index] = Future()
            queues.setdefault(_host(source.url), []).append((source, waiting[index]))
    stop, one_at_a_time, total = Event(), Lock(), len(waiting)

    def work(queue: list[tuple[Source, Future[Source]]]) -> None:
        for source, future in queue:
            if stop.is_set():
                return
            try:
                fetched = _fetch(source, web, detector)
                with one_at_a_time:
                    web.progress(fetched, total)
                future.set_result(fetched)
            except BaseException as error:
                future.set_exception(error)

    pool = ThreadPoolExecutor(_HOSTS_AT_ONCE, thread_name_prefix="fetch")
    try:
        for queue in queues.values():
            pool.submit(work, queue)
        for index, source in enumerate(everything):
            yield waiting.pop(index).result() if index in waiting else source
    finally:
        stop.set()
        pool.shutdown(wait=True, cancel_futures=True)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _fetch(source: Source, web: Web, detector: Detector) -> Source:
    """Fetch one page, or take it from the evidence."""
    asked = source.locator
    record: Any = web.evidence.find(asked) if web.reuse else None
    if record is None:
        try:
            fetched: Fetched = (
                discover(web.fetcher, asked, detector) if web.discover else web.fetcher.fetch(asked)
            )
        except UnreadableSource as error:
            return replace(source, error=str(error))
        path = web.evidence.keep(asked, fetched)
        return replace(source, path=str(path), url=fetched.final_url, fetched=fetched.time)
    path = web.evidence.path_of(record)
    return replace(source, path=str(path), url=str(record["final_url"]), fetched=str(record["time"]))

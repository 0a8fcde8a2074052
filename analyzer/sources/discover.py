"""Finds an organisation's statement from its front page: by the links there, and else by the site map."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from lxml import etree
from lxml.html import HTMLParser, document_fromstring

from analyzer.detector import Detector
from analyzer.errors import UnreadableSource
from analyzer.ingest.html import html_encoding
from analyzer.sources.archives import glance
from analyzer.sources.fetch import Fetched, Fetcher

MAX_CANDIDATES = 4
"""Pages that are fetched to see whether they are the statement."""

_HTML_BYTES = 2_000_000  # of a page, enough to see what it is
_MAX_SITEMAPS = 5
_MAX_LOCATIONS = 50_000  # what the protocol allows in one file
# From the surest to the least sure; text and address of a link are tried alike.
_NAMES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"personvern-?(?:erkl[æa]e?ring|fr[åa]a?segn|policy|politikk)",
        r"privacy-?(?: )?(?:policy|statement|notice)|behandling[- ]av[- ]personopplysning",
        r"personvern|personopplysning",
        r"privacy|gdpr",
    )
)


def discover(fetcher: Fetcher, url: str, detector: Detector) -> Fetched:
    """Find and fetch the statement of a site, given its front page or any other page of it.

    Raises:
        UnreadableSource: If the page cannot be had, or no page that it leads to is a statement.
    """
    front = fetcher.fetch(url)
    if _probability(front, detector) >= 0.5:
        return front
    tried = []
    for candidate in _candidates(fetcher, front):
        try:
            page = fetcher.fetch(candidate)
        except UnreadableSource as error:
            tried.append(str(error))
            continue
        if _probability(page, detector) >= 0.5:
            return page
        tried.append(f"{candidate} ligner ikke en personvernerklæring.")
    said = " ".join(tried) or "Verken lenkene på siden eller nettstedskartet nevner personvern."
    raise UnreadableSource(
        f"Fant ingen personvernerklæring fra {url}. {said} Oppgi adressen til erklæringen selv."
    )


def _candidates(fetcher: Fetcher, front: Fetched) -> list[str]:
    """Give the addresses most likely to be the statement, from links if any, and else from site maps."""
    links = _rank(_links(front))
    if not links:
        links = _rank((url, "") for url in _locations(fetcher, front.final_url))
    return links[:MAX_CANDIDATES]


def _rank(links: Iterator[tuple[str, str]]) -> list[str]:
    ranked: dict[str, int] = {}
    for url, text in links:
        rank = min(_rank_of(text), _rank_of(unquote(urlsplit(url).path)))
        if rank < len(_NAMES):
            ranked[url] = min(rank, ranked.get(url, rank))
    return sorted(ranked, key=lambda url: ranked[url])  # sorted is stable: the page's order where even


def _rank_of(text: str) -> int:
    return next((rank for rank, name in enumerate(_NAMES) if name.search(text)), len(_NAMES))


def _links(page: Fetched) -> Iterator[tuple[str, str]]:
    """Give the links of a page as absolute addresses with their text."""
    if page.media_type != "text/html":
        return
    try:
        root = document_fromstring(page.data, parser=HTMLParser(encoding=html_encoding(page.data) or "utf-8"))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return
    for link in root.iter("a", "area"):
        target = str(link.get("href") or "").strip()
        try:
            url = urldefrag(urljoin(page.final_url, target))[0]
        except ValueError:  # an address with half an IPv6 number in it
            continue
        if url.startswith(("http://", "https://")) and url != page.final_url:
            yield (
                url,
                f"{''.join(map(str, link.itertext()))} {link.get('title') or ''} {link.get('aria-label') or ''}",
            )


def _locations(fetcher: Fetcher, url: str) -> Iterator[str]:
    """Give the addresses of the site maps, and of those that they list."""
    queue = [*fetcher.sitemaps(url), urljoin(url, "/sitemap.xml")]
    read: set[str] = set()
    while queue and len(read) < _MAX_SITEMAPS:
        address = queue.pop(0)
        if address in read:
            continue
        read.add(address)
        try:
            data = fetcher.fetch_file(address)
        except UnreadableSource:
            continue
        for is_map, location in _read_sitemap(data):
            if is_map:
                queue.append(location)
            else:
                yield location


def _read_sitemap(data: bytes) -> Iterator[tuple[bool, str]]:
    if data.startswith(b"\x1f\x8b"):
        try:
            data = zlib.decompressobj(31).decompress(data, 50_000_000)
        except zlib.error:
            return
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return
    if root is None:
        return
    locations = root.iterfind(".//{*}loc")
    for _, location in zip(range(_MAX_LOCATIONS), locations, strict=False):
        parent = location.getparent()
        is_map = parent is not None and etree.QName(parent).localname == "sitemap"
        yield is_map, (location.text or "").strip()


def _probability(page: Fetched, detector: Detector) -> float:
    text = glance(page.data, page.media_type, html_bytes=_HTML_BYTES)
    return detector.detect(text).probability if text else 0.0

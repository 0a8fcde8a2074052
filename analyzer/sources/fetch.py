"""Fetches the pages that the user names: politely, within limits, and with what is needed to prove what was there."""

from __future__ import annotations

import datetime
import email.utils
import hashlib
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

import httpcore
import httpx
from protego import Protego

from analyzer import __version__
from analyzer.errors import UnreadableSource
from analyzer.ingest import media_type_of
from analyzer.sources.connect import GuardedTransport

AGENT = "personvern-analyzer"
"""What robots.txt may call us."""

MAX_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses after which the same request may succeed."""

_TIMEOUT = httpx.Timeout(20.0)  # for one operation; the limit of the whole is in Limits
_ROBOTS_BYTES = 500 * 1024  # what RFC 9309 asks a crawler to read at least
_LONGEST_CRAWL_DELAY = 30.0


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a fetch may go.

    Attributes:
        max_bytes: Of a page, unpacked.
        max_seconds: For one request, from the connection to the last byte.
        attempts: Tries where the fault may pass.
        delay: Seconds between two requests to one host; more if its robots.txt says so.
        backoff: Seconds before the second try; doubled before each further one.
        max_wait: The longest that a server may ask us to wait (Retry-After).
    """

    max_bytes: int = 20_000_000
    max_seconds: float = 60.0
    attempts: int = 3
    delay: float = 1.0
    backoff: float = 2.0
    max_wait: float = 60.0


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a server answered, and when.

    Attributes:
        url: As the user named it.
        final_url: Where it was, after redirects.
        redirects: Each hop with its status, in order.
        time: When the answer was whole, ISO 8601 in UTC.
        status: Always 200 for what is returned.
        headers: As they came, in order.
        media_type: Told by the content.
        data: The body, unpacked where it was sent compressed.
    """

    url: str
    final_url: str
    redirects: tuple[tuple[int, str], ...]
    time: str
    status: int
    headers: tuple[tuple[str, str], ...]
    media_type: str
    data: bytes

    @property
    def sha256(self) -> str:
        """The hex digest of the body, which is also that of the report made of it."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(slots=True)
class _Host:
    """One host's turn: one request at a time, with rests between."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    free_at: float = 0.0
    delay: float = 0.0


@dataclass(frozen=True, slots=True)
class _Answer:
    url: httpx.URL
    status: int
    headers: tuple[tuple[str, str], ...]
    data: bytes

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name), None)


class _Passing(Exception):
    """A fault that may pass: what it was, and for how long the server asked us to wait."""

    def __init__(self, what: str, wait: float | None = None) -> None:
        super().__init__(what)
        self.wait = wait


class Fetcher:
    """Fetches pages, several hosts at a time from several threads, one request a host."""

    def __init__(self, limits: Limits | None = None, *, allow_private: bool = False) -> None:
        """Make a fetcher; nothing is connected to until a page is asked for.

        Args:
            limits: How far to go.
            allow_private: Also fetch from this machine and its network.
        """
        self.limits = limits or Limits()
        self._allow_private = allow_private
        self._ssl = httpx.create_ssl_context()
        self._hosts: dict[str, _Host] = {}
        self._robots: dict[str, Protego | str] = {}
        self._lock = threading.Lock()

    def fetch(self, url: str) -> Fetched:
        """Fetch a page.

        Raises:
            UnreadableSource: If it cannot be had, is too large or too slow, or robots.txt asks us not to; the
                message says what to do.
        """
        answer, redirects = self._get_page(url)
        if not answer.data.strip():
            raise UnreadableSource(f"{url} er tom. Åpne siden i en nettleser og lagre den som fil.")
        media_type = media_type_of(answer.data)
        if media_type is None:
            kind = answer.header("content-type") or "ukjent type"
            raise UnreadableSource(
                f"{url} er ikke en nettside eller et dokument ({kind}). Oppgi siden med erklæringen."
            )
        return Fetched(
            url,
            str(answer.url),
            redirects,
            datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            answer.status,
            answer.headers,
            media_type,
            answer.data,
        )

    def fetch_file(self, url: str) -> bytes:
        """Fetch a file that is no statement, such as a site map.

        Raises:
            UnreadableSource: As for :meth:`fetch`.
        """
        return self._get_page(url)[0].data

    def sitemaps(self, url: str) -> list[str]:
        """List the sitemaps that the site's robots.txt names."""
        robots = self._robots_of(_parse(url, url))
        return [] if isinstance(robots, str) else list(robots.sitemaps)

    def _get_page(self, url: str) -> tuple[_Answer, tuple[tuple[int, str], ...]]:
        answer, redirects = self._follow(_parse(url, url), url, obey=True)
        if answer.status != 200:
            raise UnreadableSource(f"{url} {_explain(answer.status)}")
        return answer, redirects

    def _follow(
        self, url: httpx.URL, asked: str, *, obey: bool
    ) -> tuple[_Answer, tuple[tuple[int, str], ...]]:
        """Get a page, and the one it refers to, until there is one; each hop is checked as the first was."""
        redirects: list[tuple[int, str]] = []
        while True:
            if obey:
                self._ask_robots(url, asked)
            answer = self._get(url, asked, self.limits.max_bytes if obey else _ROBOTS_BYTES)
            target = _location(answer) if answer.status in _REDIRECTS else None
            if target is None:
                return answer, tuple(redirects)
            redirects.append((answer.status, str(url)))
            if len(redirects) > MAX_REDIRECTS:
                raise UnreadableSource(
                    f"{asked} sender videre mer enn {MAX_REDIRECTS} ganger. Åpne siden i en nettleser og oppgi adressen du ender på."
                )
            url = _parse(target, asked, base=url)

    def _get(self, url: httpx.URL, asked: str, max_bytes: int) -> _Answer:
        """Make one request, again where the fault may pass."""
        for attempt in range(1, self.limits.attempts + 1):
            try:
                with self._turn(url):
                    return self._request(url, asked, max_bytes)
            except _Passing as fault:
                wait = self.limits.backoff * 2 ** (attempt - 1) if fault.wait is None else fault.wait
                if attempt == self.limits.attempts:
                    raise UnreadableSource(
                        f"{asked} {fault} ({attempt} forsøk). Prøv igjen senere, eller lagre siden som fil."
                    ) from None
                if wait > self.limits.max_wait:
                    raise UnreadableSource(
                        f"{asked} {fault} og ber oss vente {wait:.0f} sekunder. Prøv igjen da."
                    ) from None
                self._rest(url, wait)
        raise AssertionError  # attempts is at least 1

    def _request(self, url: httpx.URL, asked: str, max_bytes: int) -> _Answer:
        deadline = time.monotonic() + self.limits.max_seconds
        transport = GuardedTransport(self._ssl, allow_private=self._allow_private, deadline=deadline)
        headers = {
            "User-Agent": f"{AGENT}/{__version__}",
            "Accept": "text/html,application/xhtml+xml,application/pdf;q=0.9,*/*;q=0.5",
            "Accept-Language": "nb,nn;q=0.9,no;q=0.8,en;q=0.3",
            "Accept-Encoding": "gzip",
        }
        request = httpx.Request("GET", url, headers=headers, extensions={"timeout": _TIMEOUT.as_dict()})
        try:
            with transport, closing(transport.handle_request(request)) as response:
                if response.status_code in _PASSING:
                    raise _Passing(f"svarer med status {response.status_code}", _retry_after(response))
                data = _read_body(response, asked, max_bytes)
        except httpcore.TimeoutException:
            raise _Passing(f"svarte ikke ferdig innen {self.limits.max_seconds:.0f} sekunder") from None
        except httpcore.ConnectError as error:
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                raise UnreadableSource(
                    f"{asked} har et sertifikat som ikke er gyldig ({error}). Kontroller adressen."
                ) from error
            raise _Passing(f"kan ikke nås ({error})") from None
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise _Passing(f"svarte ikke helt ({error})") from None
        pairs = tuple((key.decode("latin-1"), value.decode("latin-1")) for key, value in response.headers.raw)
        return _Answer(url, response.status_code, pairs, data)

    @contextmanager
    def _turn(self, url: httpx.URL) -> Iterator[None]:
        """Wait for the host to be free, and leave it alone for a while afterwards."""
        host = self._host(url)
        with host.lock:
            time.sleep(max(0.0, host.free_at - time.monotonic()))
            try:
                yield
            finally:
                host.free_at = time.monotonic() + max(self.limits.delay, host.delay)

    def _rest(self, url: httpx.URL, seconds: float) -> None:
        host = self._host(url)
        with host.lock:
            host.free_at = max(host.free_at, time.monotonic() + seconds)

    def _host(self, url: httpx.URL) -> _Host:
        with self._lock:
            return self._hosts.setdefault(url.host, _Host())

    def _ask_robots(self, url: httpx.URL, asked: str) -> None:
        robots = self._robots_of(url)
        if isinstance(robots, str):
            raise UnreadableSource(f"{asked} hentes ikke: {robots}")
        if not robots.can_fetch(str(url), AGENT):
            raise UnreadableSource(
                f"{asked} hentes ikke: nettstedets robots.txt ber om at siden ikke hentes av programmer. "
                "Åpne den i en nettleser og lagre den som fil."
            )

    def _robots_of(self, url: httpx.URL) -> Protego | str:
        """Give the rules of a site (RFC 9309), or why they cannot be had, in which case all is forbidden."""
        origin = str(url.copy_with(path="/robots.txt", query=None))
        if origin not in self._robots:
            try:
                answer, _ = self._follow(httpx.URL(origin), origin, obey=False)
            except UnreadableSource as error:
                self._robots[origin] = str(error)
            else:
                rules = answer.data.decode("utf-8", errors="replace") if answer.status == 200 else ""
                robots = self._robots[origin] = Protego.parse(rules)
                asked_for = float(robots.crawl_delay(AGENT) or 0)
                self._host(url).delay = min(asked_for, _LONGEST_CRAWL_DELAY)
        return self._robots[origin]


def _parse(text: str, asked: str, base: httpx.URL | None = None) -> httpx.URL:
    try:
        url = (base.join(text) if base else httpx.URL(text)).copy_with(fragment=None)
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        raise UnreadableSource(
            f"{asked} er ingen nettadresse ({error}). Skriv den som https://vik.example/personvern."
        ) from error
    if url.scheme not in {"http", "https"} or not url.host or (url.port or 0) > 65535:
        raise UnreadableSource(
            f"{asked} fører til «{url}», som ikke er en nettadresse (http eller https). Kontroller adressen."
        )
    if url.userinfo:
        raise UnreadableSource(
            f"{asked} har brukernavn eller passord i adressen. Oppgi en side som er åpen for alle."
        )
    return url


def _location(answer: _Answer) -> str | None:
    """Give where a redirect leads; servers write æ, ø and å as UTF-8, against the letter of HTTP."""
    target = answer.header("location")
    try:
        return target and target.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return target


def _explain(status: int) -> str:
    if status in {404, 410}:
        return f"finnes ikke (status {status}). Kontroller adressen."
    if status in {401, 403, 407, 451}:
        return f"gir ikke tilgang (status {status}). Åpne siden i en nettleser og lagre den som fil."
    return f"svarer med status {status}. Åpne siden i en nettleser og kontroller adressen."


def _retry_after(response: httpx.Response) -> float | None:
    """Read how long the server asks us to wait: seconds, or a moment."""
    value = response.headers.get("retry-after", "").strip()
    if value.isdecimal():
        return float(value[:9])
    try:
        moment = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, moment.timestamp() - time.time())


def _read_body(response: httpx.Response, asked: str, max_bytes: int) -> bytes:
    """Read and unpack a body, never holding more than ``max_bytes`` of it."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"", "identity", "gzip", "x-gzip", "deflate"}:
        raise UnreadableSource(
            f"{asked} er pakket med «{encoding}», som vi ikke ba om. Åpne siden i en nettleser og lagre den som fil."
        )
    unpacker = zlib.decompressobj(47) if encoding not in {"", "identity"} else None  # 47: gzip or zlib
    body = bytearray()
    try:
        for chunk in response.iter_raw():
            body += unpacker.decompress(chunk, max_bytes + 1 - len(body)) if unpacker else chunk
            if len(body) > max_bytes:
                raise UnreadableSource(
                    f"{asked} er større enn {max_bytes / 1e6:.0f} MB. Lagre bare erklæringen som fil, og oppgi filen."
                )
    except zlib.error as error:
        raise _Passing(f"er pakket feil ({error})") from None
    if unpacker and body and not unpacker.eof:
        raise _Passing("svarte ikke helt (den pakkede siden er avkortet)")
    return bytes(body)

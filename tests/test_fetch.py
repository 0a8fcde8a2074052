"""Fetching: what a server may do to us, and what we may do to it."""

import datetime
import email.utils
import hashlib
import json
import socket
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from web import STATEMENT, drip, drip_headers, endless, gzipped, serve, silent

from analyzer.errors import UnreadableSource
from analyzer.sources import expand, open_web
from analyzer.sources.connect import is_public
from analyzer.sources.fetch import Fetcher, Limits

QUICK = Limits(max_bytes=100_000, max_seconds=1.0, attempts=2, delay=0.0, backoff=0.02, max_wait=1.5)


@pytest.fixture
def fetcher():
    return Fetcher(QUICK, allow_private=True)


def soon(seconds):
    moment = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds)
    return email.utils.format_datetime(moment, usegmt=True)


def redirect(target, status=302):
    return status, {"Location": target}, b""


@pytest.mark.parametrize(
    "answer",
    [
        STATEMENT,
        gzipped(STATEMENT),
        (200, {"Content-Type": "image/png"}, STATEMENT),  # told by content
        (200, {"Content-Type": "text/html; charset=tull"}, STATEMENT),
        [(500, {}, b"feil"), STATEMENT],
        [(429, {"Retry-After": "1"}, b""), STATEMENT],
        [(503, {"Retry-After": "i morgen"}, b""), STATEMENT],
        [silent, STATEMENT],
        [(200, {"Content-Length": "5000"}, STATEMENT), STATEMENT],  # cut off the first time
        [gzipped(STATEMENT, cut=-20), STATEMENT],
        redirect("/b"),
        redirect("b?c=d#e", 308),
        redirect("/blå".encode().decode("latin-1")),  # as servers write it
    ],
)
def test_a_page_is_had_in_the_end(fetcher, answer):
    with serve({"/side": answer, "/b": STATEMENT, "/b?c=d": STATEMENT, "/bl%C3%A5": STATEMENT}) as (base, _):
        fetched = fetcher.fetch(f"{base}/side#personvern")
        assert fetched.data == STATEMENT
        assert fetched.media_type == "text/html"
        assert fetched.url == f"{base}/side#personvern"


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (drip, "ikke ferdig innen 1 sekunder"),
        (drip_headers, "ikke ferdig innen 1 sekunder"),
        (endless, "er større enn 0 MB"),
        (gzipped(b"a" * 10_000_000), "er større enn 0 MB"),
        (silent, "svarte ikke helt"),
        ((200, {"Content-Length": "5000"}, STATEMENT), "svarte ikke helt"),
        (gzipped(STATEMENT, cut=-20), "avkortet"),
        ((200, {"Content-Encoding": "gzip"}, STATEMENT), "pakket feil"),
        ((200, {"Content-Encoding": "br"}, STATEMENT), "pakket med «br»"),
        (b"", "er tom"),
        (b"\x00\x01\x02\x03" * 500, "ikke en nettside eller et dokument"),
        (
            (200, {"Content-Type": "text/html"}, b"PK\x03\x04" + b"\0" * 99),
            "ikke en nettside eller et dokument",
        ),
        ((404, {}, b"borte"), r"finnes ikke \(status 404\)"),
        ((403, {}, b"nei"), r"gir ikke tilgang \(status 403\)"),
        ((500, {}, b"feil"), r"status 500 \(2 forsøk\)"),
        ((429, {"Retry-After": "3600"}, b""), "vente 3600 sekunder"),
        ((429, {"Retry-After": soon(7990)}, b""), r"vente 7\d\d\d sekunder"),
        (redirect("/side"), "sender videre mer enn 5 ganger"),
        (redirect("ftp://vik.example/"), "fører til «ftp://vik.example/»"),
        (redirect("file:///etc/passwd"), "som ikke er en nettadresse"),
        (redirect("http://bruker:ord@vik.example/"), "brukernavn eller passord"),
        (redirect("http://[::bad/"), "ingen nettadresse"),
        ((200, {"X": "a" * 200_000}, STATEMENT), "svarte ikke helt"),
    ],
)
def test_a_server_that_misbehaves(fetcher, answer, message):
    with serve({"/side": answer}) as (base, _):
        start = time.monotonic()
        with pytest.raises(UnreadableSource, match=message) as error:
            fetcher.fetch(f"{base}/side")
        assert f"{base}/side" in str(error.value)
        assert time.monotonic() - start < 10


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("1.1.1.1", True),
        ("2606:4700::1111", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),  # shared by a provider's customers
        ("169.254.169.254", False),  # a cloud's secrets
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("ff02::1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:1.1.1.1", True),
        ("::127.0.0.1", False),
        ("2002:7f00:1::", False),  # 6to4
        ("64:ff9b::7f00:1", False),  # NAT64
        ("64:ff9b::101:101", True),
    ],
)
def test_is_public(address, public):
    assert is_public(address) is public


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "0",
    ],
)
def test_this_machine_is_not_fetched_from(host):
    with serve({"/side": STATEMENT}) as (base, site):
        port = base.rpartition(":")[2]
        with pytest.raises(UnreadableSource, match="--allow-private|ingen nettadresse"):
            Fetcher(QUICK).fetch(f"http://{host}:{port}/side")
        assert site.asked == []


def test_the_address_checked_is_the_one_connected_to(monkeypatch):
    with serve({"/side": STATEMENT}) as (base, site):
        port = base.rpartition(":")[2]
        original = socket.getaddrinfo
        asked = []

        def getaddrinfo(host, *args, **kwargs):
            asked.append(host)
            if (
                host == "vik.example"
            ):  # public when it is checked; a second question would be answered with another
                return original("1.1.1.1" if len(asked) == 1 else "127.0.0.1", *args, **kwargs)
            return original(host, *args, **kwargs)

        connected = []

        def create_connection(address, *args, **kwargs):
            connected.append(address[0])
            raise ConnectionRefusedError

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        monkeypatch.setattr(socket, "create_connection", create_connection)
        with pytest.raises(UnreadableSource):
            Fetcher(Limits(attempts=1)).fetch(f"http://vik.example:{port}/side")
        assert connected == ["1.1.1.1"]
        assert site.asked == []


def test_a_redirect_to_a_private_address_is_refused(monkeypatch):
    with serve({"/side": redirect("http://intern.example/hemmelig"), "/hemmelig": STATEMENT}) as (base, site):
        port = base.rpartition(":")[2]
        site.answers["/side"] = redirect(f"http://intern.example:{port}/hemmelig")
        names = {"vik.example": "1.1.1.1", "intern.example": "127.0.0.1"}
        monkeypatch.setattr(
            socket,
            "getaddrinfo",
            lambda host, port, *a, **k: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (names[host], port))],
        )
        local = {"1.1.1.1": "127.0.0.1"}
        # The public address leads to the test's server; the numbers go past getaddrinfo.
        monkeypatch.setattr(
            socket, "create_connection", lambda address, *a, **k: _dial(local[address[0]], address[1])
        )
        with pytest.raises(UnreadableSource, match=r"intern\.example er en adresse på denne maskinen"):
            Fetcher(QUICK).fetch(f"http://vik.example:{port}/side")
        assert site.paths == ["/side"]


def _dial(host, port):
    sock = socket.socket()
    sock.settimeout(5)
    sock.connect((host, port))
    return sock


@pytest.mark.parametrize(
    ("robots", "fetched"),
    [
        ((404, {}, b""), True),
        ((403, {}, b""), True),  # RFC 9309: what is not given forbids nothing
        ((500, {}, b""), False),
        (drip, False),
        (b"User-agent: *\nDisallow: /privat", True),
        (b"User-agent: *\nDisallow: /", False),
        (b"User-agent: personvern-analyzer\nDisallow: /side\n\nUser-agent: *\nAllow: /", False),
        (b"User-agent: *\nDisallow: /\nAllow: /side$", True),
        (b"\xff\xfe\x00 tull", True),
        (redirect("/annen.txt"), False),
    ],
)
def test_robots(fetcher, robots, fetched):
    forbid = b"User-agent: *\nDisallow: /side"
    with serve({"/robots.txt": robots, "/side": STATEMENT, "/annen.txt": forbid}) as (base, site):
        if fetched:
            assert fetcher.fetch(f"{base}/side").data == STATEMENT
        else:
            with pytest.raises(UnreadableSource, match="hentes ikke"):
                fetcher.fetch(f"{base}/side")
            assert "/side" not in site.paths


def test_robots_of_where_a_redirect_leads(fetcher):
    answers = {"/robots.txt": b"User-agent: *\nDisallow: /b", "/a": redirect("/b"), "/b": STATEMENT}
    with serve(answers) as (base, site):
        with pytest.raises(UnreadableSource, match="robots.txt"):
            fetcher.fetch(f"{base}/a")
        assert site.paths == ["/a"]


def test_a_host_is_asked_one_thing_at_a_time_with_rests(fetcher):
    fetcher = Fetcher(Limits(delay=0.1, max_seconds=5), allow_private=True)
    with serve({f"/{i}": STATEMENT for i in range(4)}) as (base, site):
        threads = [threading.Thread(target=fetcher.fetch, args=(f"{base}/{i}",)) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        moments = sorted(moment for _, moment in site.asked)
        assert len(site.paths) == 4
        assert site.most_at_once == 1
        assert min(b - a for a, b in zip(moments, moments[1:], strict=False)) >= 0.1


def test_crawl_delay_is_kept(fetcher):
    with serve({"/robots.txt": b"User-agent: *\nCrawl-delay: 0.3", "/a": STATEMENT, "/b": STATEMENT}) as (
        base,
        site,
    ):
        fetcher.fetch(f"{base}/a")
        fetcher.fetch(f"{base}/b")
        a, b = (moment for path, moment in site.asked if path != "/robots.txt")
        assert b - a >= 0.3


def test_retry_after_is_waited_for(fetcher):
    with serve({"/a": [(429, {"Retry-After": "1"}, b""), STATEMENT]}) as (base, site):
        fetcher.fetch(f"{base}/a")
        first, second = (moment for path, moment in site.asked if path == "/a")
        assert second - first >= 1


def test_the_evidence_says_how_it_was_had(fetcher):
    with serve({"/a": redirect("/b", 301), "/b": (200, {"X-Merke": "blå"}, STATEMENT)}) as (base, _):
        fetched = fetcher.fetch(f"{base}/a")
    assert (fetched.final_url, fetched.status) == (f"{base}/b", 200)
    assert fetched.redirects == ((301, f"{base}/a"),)
    assert dict(fetched.headers)["X-Merke"] == "blå"
    assert datetime.datetime.fromisoformat(fetched.time).utcoffset() == datetime.timedelta(0)


@pytest.mark.parametrize(
    "url", ["http://", "http://bruker@vik.example/", "https://vik.example:99999/", "http://\x00/"]
)
def test_no_address(fetcher, url):
    with pytest.raises(UnreadableSource, match="nettadresse|passord"):
        fetcher.fetch(url)


def test_a_name_without_address(fetcher):
    with pytest.raises(UnreadableSource, match="har ingen adresse"):
        fetcher.fetch("http://finnes-ikke.invalid/")


def sources(tmp_path, paths, **options):
    web = open_web(tmp_path / "bevis", allow_private=True, **options)
    web = replace(web, fetcher=Fetcher(QUICK, allow_private=True))
    return list(expand(paths, web=web))


def test_pages_become_sources_in_order_with_evidence(tmp_path):
    (tmp_path / "fil.txt").write_bytes(b"Vi lagrer navn.")
    answers = {"/a": STATEMENT, "/b": (404, {}, b""), "/c": redirect("/a")}
    with serve(answers) as (base, site), serve({"/d": STATEMENT + b"!"}) as (other, _):
        paths = [f"{base}/a", tmp_path / "fil.txt", f"{base}/b", f"{other}/d", f"{base}/c"]
        found = sources(tmp_path, paths)
        asked = len(site.asked)
        again = sources(tmp_path, paths)
        assert (
            len(site.asked) == asked + 2
        )  # what failed is tried again, with its robots.txt; the rest is kept
    assert [s.locator for s in found] == list(map(str, paths))
    assert [s.error is None for s in found] == [True, True, False, True, True]
    assert [s.read() for s in found if not s.error] == [
        STATEMENT,
        b"Vi lagrer navn.",
        STATEMENT + b"!",
        STATEMENT,
    ]
    assert again == found
    evidence = tmp_path / "bevis"
    records = [json.loads(path.read_bytes()) for path in evidence.glob("*.json")]
    assert {r["url"] for r in records} == {f"{base}/a", f"{base}/c", f"{other}/d"}
    for record in records:
        data = (evidence / record["sha256"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == record["sha256"]
        assert record["bytes"] == len(data)
        assert record["status"] == 200
        assert dict(record["headers"])["Content-Length"] == str(len(data))


def test_evidence_that_was_changed_is_not_used(tmp_path):
    with serve({"/a": STATEMENT}) as (base, site):
        (source,) = sources(tmp_path, [f"{base}/a"])
        Path(source.path).write_bytes(b"noe annet")
        (source,) = sources(tmp_path, [f"{base}/a"])
        assert site.paths == ["/a", "/a"]


def test_a_manifest_of_pages(tmp_path):
    with serve({"/a": STATEMENT}) as (base, _):
        (tmp_path / "liste.csv").write_text(
            f"virksomhet;kilde;fylke\nDal Bakeri AS;{base}/a;Agder\nLi;{base}/b;\n"
        )
        web = open_web(tmp_path / "bevis", allow_private=True)
        dal, li = expand(
            manifest=tmp_path / "liste.csv", web=replace(web, fetcher=Fetcher(QUICK, allow_private=True))
        )
    assert (dal.organisation, dal.extra, dal.read()) == ("Dal Bakeri AS", {"fylke": "Agder"}, STATEMENT)
    assert "finnes ikke (status 404)" in li.error


def page(*links):
    return ("<!doctype html><title>Dal Bakeri</title><h1>Ferske brød hver dag</h1>" + "".join(links)).encode()


MAP = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>{}/om/personvern</loc></url></urlset>'
INDEX = '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap><loc>{}/kart2.xml</loc></sitemap></sitemapindex>'


@pytest.mark.parametrize(
    ("front", "answers", "found"),
    [
        (page("<a href='/x'>Personvernerklæring</a>"), {"/x": STATEMENT}, "/x"),
        (
            page("<a href='x'>Personvern</a><a href='/y'>Personvernfråsegn</a>"),
            {"/x": page(), "/y": STATEMENT},
            "/y",
        ),
        (
            page("<a href='/personvernerkl%C3%A6ring#topp'>Les mer</a>"),
            {"/personvernerkl%C3%A6ring": STATEMENT},
            "/personvernerkl%C3%A6ring",
        ),
        (
            page("<a href='/privacy'>Privacy policy</a><a href='/p'><b>Person</b>vern</a>"),
            {"/p": STATEMENT},
            "/p",
        ),
        (
            page(
                "<a href='javascript:x()'>Personvern</a><a href='mailto:a@b.example'>personvern</a><a href='http://[x'>personvern</a>"
            ),
            {},
            None,
        ),
        (page("<a href='/x'>Personvern</a>"), {"/x": page()}, None),
        (STATEMENT, {}, "/"),
        (page(), {"/sitemap.xml": MAP, "/om/personvern": STATEMENT}, "/om/personvern"),
        (page(), {"/sitemap.xml": INDEX, "/kart2.xml": MAP, "/om/personvern": STATEMENT}, "/om/personvern"),
        (
            page(),
            {"/robots.txt": "Sitemap: {}/kart3.xml", "/kart3.xml": MAP, "/om/personvern": STATEMENT},
            "/om/personvern",
        ),
        (
            page(),
            {
                "/sitemap.xml": "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><urlset><loc>&b;</loc></urlset>"
            },
            None,
        ),
        (page(), {"/sitemap.xml": INDEX, "/kart2.xml": INDEX}, None),
        (b"%PDF-1.4 tull", {}, None),
    ],
)
def test_the_statement_is_found_from_the_front_page(tmp_path, front, answers, found):
    with serve({"/": front}) as (base, site):
        made = {
            path: a.replace("{}", base).encode() if isinstance(a, str) else a for path, a in answers.items()
        }
        site.answers.update(made)
        (source,) = sources(tmp_path, [f"{base}/"], discover=True)
    assert source.locator == f"{base}/"
    if found is None:
        assert "Fant ingen personvernerklæring" in source.error
    else:
        assert source.url == f"{base}{found}"
        assert source.read() == STATEMENT

"""Web archives: the statements in them are found and read, whatever else is there."""

import gzip
import io
import zipfile
import zlib

import pytest
from fastwarc.stream_io import ZstdWriter
from fastwarc.stream_io import zstd_train_dictionary_from_samples as train
from reportlab.pdfgen.canvas import Canvas
from web import STATEMENT

from analyzer.errors import UnreadableSource
from analyzer.sources import expand

SHOP = (
    "<!doctype html><title>Butikk</title><body><p>"
    + "Vi selger ski og sko, og har opplysning om priser. " * 20
)
DANISH = (
    "<!doctype html><title>Privatlivspolitik</title><h1>Behandling af personoplysninger</h1><p>"
    + "Vi indsamler oplysninger om dig, når du køber noget hos os. Du har ret til indsigt, og kan klage til "
    "Datatilsynet i København, hvis du ikke er tilfreds med vores behandling af dine oplysninger. Cookie." * 3
)


def record(url, body, *, status="200 OK", headers="", kind="response", warc="", length=None):
    http = f"HTTP/1.1 {status}\r\nContent-Type: x/y\r\n{headers}\r\n".encode() + body
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2024-05-01T12:00:00Z\r\n{warc}"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {length or len(http)}\r\n\r\n"
    )
    return head.encode() + http + b"\r\n\r\n"


OTHERS = [
    record("https://vik.example/butikk", SHOP.encode()),
    record("https://vik.example/borte", STATEMENT, status="404 Not Found"),
    record("https://vik.example/privatliv", DANISH.encode()),
    record("https://vik.example/bilde", b"\x89PNG\r\n\x1a\n" + b"\0" * 50 + b"personvern"),
    record("https://vik.example/tom", b""),
    record(
        "https://vik.example/bombe",
        gzip.compress(b"<p>personvern" + b" " * 39_000_000),
        headers="Content-Encoding: gzip\r\n",
    ),
    record("https://vik.example/sp", STATEMENT, kind="request"),
    record("https://vik.example/skadet.pdf", b"%PDF-1.4 personvern " * 10),
]
CHUNKED = b"%x\r\n%s\r\n0\r\n\r\n" % (len(STATEMENT), STATEMENT)
STATEMENTS = {
    "https://vik.example/personvern": record("https://vik.example/personvern", STATEMENT),
    "https://li.example/gz": record(
        "https://li.example/gz", gzip.compress(STATEMENT), headers="Content-Encoding: gzip\r\n"
    ),
    "https://li.example/utpakket": record(
        "https://li.example/utpakket", STATEMENT, headers="Content-Encoding: gzip\r\n"
    ),
    "https://li.example/bit": record(
        "https://li.example/bit", CHUNKED, headers="Transfer-Encoding: chunked\r\n"
    ),
}
ALL = [OTHERS[0], *STATEMENTS.values(), *OTHERS[1:]]


class Kept(io.BytesIO):
    """What can be read after it has been closed."""

    def close(self):
        pass


def zstd(data, **how):
    packed = Kept()
    writer = ZstdWriter(packed, **how)
    writer.write(data)
    writer.close()
    return packed.getvalue()


def pack_zstd(records, kind):
    """Pack each record as a frame; with a dictionary, that comes first, in a frame of its own."""
    if kind == "warc.zst":
        return b"".join(zstd(r) for r in records)
    how = {"dictionary": train([r for r in records for _ in range(40)], 4096),
           "compress_dictionary_frame": kind == "warc.zst with a packed dictionary"}  # fmt: skip
    frames = [zstd(r, **how) for r in records]
    start = 8 + int.from_bytes(frames[0][4:8], "little")
    return frames[0][:start] + b"".join(frame[start:] for frame in frames)


def pack(records, kind):
    if kind == "warc":
        return b"".join(records)
    if "zst" in kind:
        return pack_zstd(records, kind)
    packed = b"".join(gzip.compress(r) for r in records)
    if kind == "warc.gz":
        return packed
    data = io.BytesIO()
    with zipfile.ZipFile(
        data, "w", zipfile.ZIP_STORED if kind == "wacz" else zipfile.ZIP_DEFLATED
    ) as archive:
        archive.writestr("datapackage.json", "{}")
        archive.writestr("archive/data.warc.gz", packed)
        archive.writestr("../../ut.warc.gz", packed)
    return data.getvalue()


@pytest.mark.parametrize(
    "kind",
    [
        "warc",
        "warc.gz",
        "warc.zst",
        "warc.zst with a dictionary",
        "warc.zst with a packed dictionary",
        "wacz",
        "deflated wacz",
    ],
)
def test_statements_are_found_and_read(tmp_path, kind):
    (tmp_path / "arkiv.dat").write_bytes(pack(ALL, kind))
    sources = list(expand([tmp_path]))
    times = 2 if "wacz" in kind else 1
    assert [s.url for s in sources] == list(STATEMENTS) * times
    assert all(s.read() == STATEMENT for s in sources)
    assert {s.fetched for s in sources} == {"2024-05-01T12:00:00Z"}
    assert len({s.locator for s in sources}) == len(sources)
    assert all(s.locator.startswith(f"{tmp_path / 'arkiv.dat'}#") for s in sources)
    assert sorted(p.name for p in tmp_path.parent.rglob("ut.warc*")) == []


def test_a_pdf_in_an_archive(tmp_path):
    lines = [
        "Personvernerklæring for Dal Bakeri AS",
        "Dal Bakeri AS er behandlingsansvarlig for opplysningene.",
    ]
    lines += [
        "Vi lagrer navn og telefonnummer for å levere bestillingen din.",
        "Opplysningene slettes etter ett år.",
    ]
    lines += ["Du har rett til innsyn, retting og sletting, og kan klage til Datatilsynet."]
    data = io.BytesIO()
    canvas = Canvas(data)
    for number, line in enumerate(lines):
        canvas.drawString(50, 800 - 20 * number, line)
    canvas.save()
    pdf = data.getvalue()
    (tmp_path / "a.warc").write_bytes(record("https://dal.example/p.pdf", pdf))
    (source,) = expand([tmp_path])
    assert source.read() == pdf


@pytest.mark.parametrize(
    ("data", "errors", "good"),
    [
        (pack(ALL, "warc.gz")[:-400] + b"tull" * 100, ["er skadet etter posten"], 4),
        (pack([*STATEMENTS.values()], "warc.gz") + b"tull" * 100, ["er skadet etter posten"], 4),
        (pack(ALL, "warc.zst")[:-400] + b"tull" * 100, ["er skadet etter posten"], 4),
        (record("https://a.example/", STATEMENT, length=10**9), ["er avkortet i arkivet"], 0),
        (
            record("https://a.example/", STATEMENT, warc="WARC-Truncated: length\r\n"),
            ["er avkortet i arkivet"],
            0,
        ),
        (pack(OTHERS, "warc.gz"), ["har ingen norsk personvernerklæring"], 0),
        (pack(ALL, "wacz")[:-30], [], None),
    ],
)
def test_damage_is_said_and_the_rest_is_read(tmp_path, data, errors, good):
    (tmp_path / "a.warc").write_bytes(data)
    sources = list(expand([tmp_path]))
    if good is None:  # not known for an archive any more: a file that read_document will refuse
        assert [s.locator for s in sources] == [str(tmp_path / "a.warc")]
        return
    assert sum(s.error is None for s in sources) == good
    said = [s.error for s in sources if s.error]
    assert len(said) == len(errors)
    for error, wanted in zip(said, errors, strict=True):
        assert wanted in error
        assert "a.warc" in error


@pytest.mark.parametrize("packed", [zstd(b"".join(ALL)), gzip.compress(b"".join(ALL))], ids=["zst", "gz"])
def test_an_archive_packed_as_one(tmp_path, packed):
    (tmp_path / "a.warc.x").write_bytes(packed)
    sources = list(expand([tmp_path]))
    assert [s.url for s in sources] == list(STATEMENTS)
    for source in sources:  # no other record than the one asked for
        with pytest.raises(UnreadableSource, match="pakket som én fil"):
            source.read()


@pytest.mark.parametrize("kind", ["warc.zst", "warc.gz"])
def test_damage_from_the_first_bytes(tmp_path, kind):
    (tmp_path / f"a.{kind}").write_bytes(pack(ALL, kind)[:10] + b"tull" * 100)
    (source,) = expand([tmp_path])
    assert "er skadet etter posten" in source.error
    assert f"a.{kind}" in source.error


def test_a_record_that_is_too_large(tmp_path, monkeypatch):
    monkeypatch.setattr("analyzer.sources.archives.MAX_RECORD", 2000)
    (tmp_path / "a.warc").write_bytes(record("https://a.example/", STATEMENT + b" " * 3000))
    (source,) = expand([tmp_path])
    assert "er større enn" in source.error


def test_an_archive_that_has_changed(tmp_path):
    path = tmp_path / "a.warc.gz"
    path.write_bytes(pack(ALL, "warc.gz"))
    source = list(expand([path]))[-1]
    path.write_bytes(zlib.compress(b"noe annet"))
    with pytest.raises(UnreadableSource, match="endret eller flyttet"):
        source.read()

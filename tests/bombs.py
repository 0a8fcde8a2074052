"""Small files that unpack, nest or refer without end, for the tests of limits."""

import io
import struct
import zipfile
import zlib

import docx

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
LAUGHS = "<!DOCTYPE x [<!ENTITY a0 'ha'>{}]>".format(
    "".join(f"<!ENTITY a{i} '{f'&a{i - 1};' * 10}'>" for i in range(1, 11))
)
DRAWN = b"BT /F1 12 Tf 72 700 Td (Vi lagrer navn og adresse for avtalen med deg.) Tj ET"


def zeros(megabytes):
    """Deflate so many megabytes of spaces, without ever holding them."""
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(b" " * 1_000_000) for _ in range(megabytes)) + packer.flush()


def zip_of(parts):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def docx_with(**replaced):
    """A Word document with parts replaced or added; "/" in a name is written "__" and "." as "_"."""
    buffer = io.BytesIO()
    document = docx.Document()
    document.add_paragraph("Vi lagrer navn.")
    document.save(buffer)
    with zipfile.ZipFile(buffer) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    return zip_of(parts | replaced)


def word_body(inner, dtd=""):
    return f'<?xml version="1.0"?>{dtd}<w:document xmlns:w="{WORD}"><w:body>{inner}</w:body></w:document>'


def word_text(text):
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def pdf(objects):
    """A PDF of numbered objects, of which 1 is the catalogue."""
    out, places = bytearray(b"%PDF-1.7\n"), {}
    for number, body in sorted(objects.items()):
        places[number] = len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table, size = len(out), max(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        out += b"%010d 00000 %c \n" % (places.get(number, 0), b"n" if number in places else b"f")
    out += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (size, table)
    return bytes(out)


def stream(data, entries=b""):
    return b"<</Length %d%b>>stream\n%b\nendstream" % (len(data), entries, data)


def one_page(contents=DRAWN, entries=b"", resources=b"", page=b"", **more):
    """A PDF of one page; ``more`` are objects by number, as o6=…"""
    return pdf(
        {
            1: b"<</Type/Catalog/Pages 2 0 R>>",
            2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            3: b"<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>%b>>%b>>"
            % (resources, page or b"/MediaBox[0 0 595 842]"),
            4: stream(contents, entries),
            5: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
            **{int(name[1:]): body for name, body in more.items()},
        }
    )


def png(width, height, packed):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def tiff(width, height, *, circular=False):
    """A TIFF of one page, whose next page is itself if circular."""
    tags = [
        (256, width),
        (257, height),
        (258, 1),
        (259, 1),
        (262, 1),
        (273, 8),
        (277, 1),
        (278, height),
        (279, 10),
    ]
    directory = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", tag, 4, 1, v) for tag, v in tags)
    following = struct.pack("<I", 20 if circular else 0)
    return b"II*\0" + struct.pack("<I", 20) + bytes(12) + directory + following + bytes(100)


def warc(body, headers=b""):
    """A WARC of one answer."""
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n%b\r\n%b" % (headers, body)
    return (
        b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://vik.example/\r\n"
        b"WARC-Date: 2026-01-01T00:00:00Z\r\nContent-Type: application/http; msgtype=response\r\n"
        b"Content-Length: %d\r\n\r\n%b\r\n\r\n" % (len(http), http)
    )


def xlsx_with(**replaced):
    import openpyxl

    buffer = io.BytesIO()
    book = openpyxl.Workbook()
    book.active.append(["source"])
    book.active.append(["a.txt"])
    book.save(buffer)
    with zipfile.ZipFile(buffer) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    return zip_of(parts | replaced)

"""Makes the small sources that fuzzing starts from; all of them are fictitious, and none is longer than need be."""

from __future__ import annotations

import gzip
import io
import json
import re
import sys
import zipfile
from pathlib import Path

import openpyxl
import pikepdf
from docx.oxml.ns import nsdecls
from PIL import Image, ImageDraw
from reportlab.lib.pagesizes import A5
from reportlab.pdfgen.canvas import Canvas

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from mutation import pack
from typeset import Layout, typeset

STATEMENT = """Personvernerklæring for Fjell AS

1. Behandlingsansvarlig
Fjell AS (org.nr. 328 110 865) er behandlingsansvarlig. Skriv til post@fjell.example eller ring 22 33 44 55.

2. Formål og grunnlag
Vi behandler:
• navn og e-postadresse for å levere varene, jf. artikkel 6 nr. 1 bokstav b
• helseopplysninger når du har samtykket

| Hva | Hvor lenge |
|---|---|
| Bilag | fem år etter bokføringsloven § 13 |

## Dine rettar
Du har rett til innsyn, retting og sletting, og du kan klage til Datatilsynet. Opplysningane blir sletta etter tre år.
"""

PAGE = f"""<!doctype html><html lang=nb><head><meta charset=utf-8><title>Personvern</title></head><body>
<nav class="menu"><ul><li><a href=/>Hjem</a><li><a href=/om>Om</a></ul></nav>
<main><h1>Personvernerkl&aelig;ring</h1><p>{STATEMENT[:300]}</p>
<ol start=2><li value=7>Navn<ul><li>Fornavn</ul><li>Adresse</ol>
<table><thead><tr><th>Hva<th>Hvor lenge</thead><tr><td rowspan=2>Bilag<td>fem <b>år</b></tr></table>
<dl><dt>Innsyn<dd>Du har rett til innsyn.</dl><details><summary>Sletting</summary><p>Etter tre år.</details>
<pre>linje
linje</pre><p style="white-space: pre">a
b</p></main><footer>© Fjell AS</footer><div class="cookie-banner">Vi bruker cookies <button>Godta</button></div></body></html>"""


def make_texts() -> list[bytes]:
    """Plain text in the encodings and line ends that it comes in."""
    made = [
        STATEMENT.encode(e, "replace")
        for e in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "cp865")
    ]
    made.append(STATEMENT.encode("utf-8").decode("cp1252", "replace").encode("utf-8"))
    made.append(STATEMENT.replace("\n", "\r\n").encode())
    made.append(STATEMENT.replace("å", "a").replace("ø", "g").replace("æ", "ee").encode() * 3)
    return made


def make_pages() -> list[bytes]:
    """Web pages."""
    latin = PAGE.replace("charset=utf-8", "charset=iso-8859-1").encode("cp1252")
    return [PAGE.encode(), latin, b"<p>kort", f"<html><frameset></frameset>{PAGE}".encode()]


def make_pdfs() -> list[bytes]:
    """PDFs whose streams are not packed, so that what is in them can be changed."""
    out = io.BytesIO()
    canvas = Canvas(out, A5, pageCompression=0)
    canvas.rect(40, 400, 300, 60)
    canvas.line(40, 430, 340, 430)
    canvas.drawString(50, 440, "Hva")
    canvas.drawString(200, 440, "Hvor lenge")
    canvas.drawString(50, 410, "Bilag")
    canvas.drawString(200, 410, "fem år")
    canvas.rotate(90)
    canvas.drawString(50, -30, "Fjell AS")
    canvas.save()
    set_text = [
        _unpack(typeset(STATEMENT, layout)) for layout in (Layout(), Layout(columns=2, furniture=True))
    ]
    return [out.getvalue(), *set_text, typeset(STATEMENT[:400])]


def _unpack(pdf: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        opened.save(
            out,
            compress_streams=False,
            stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
        )
    return out.getvalue()


STYLES = """<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="Tittel"><w:name w:val="Title"/><w:basedOn w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="O2"><w:name w:val="heading 2"/><w:basedOn w:val="Normal"/><w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="L2"><w:name w:val="List Number 2"/><w:basedOn w:val="O2"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="I1"><w:name w:val="toc 1"/></w:style>"""
NUMBERS = """<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="3"/><w:numFmt w:val="upperRoman"/><w:lvlText w:val="%1."/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%1.%2)"/></w:lvl></w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>"""
BODY = """<w:p><w:pPr><w:pStyle w:val="Tittel"/></w:pPr><w:r><w:t>Personvernerklæring</w:t></w:r></w:p>
<w:p><w:pPr><w:pStyle w:val="I1"/></w:pPr><w:r><w:t>Formål</w:t><w:tab/><w:t>3</w:t></w:r></w:p>
<w:p><w:pPr><w:pStyle w:val="O2"/></w:pPr><w:r><w:t>Formål</w:t></w:r></w:p>
<w:p><w:r><w:t xml:space="preserve">Vi lagrer navn </w:t><w:br/><w:t>- og adresse.</w:t></w:r></w:p>
<w:p><w:pPr><w:numPr><w:ilvl w:val="1"/><w:numId w:val="1"/></w:numPr><w:outlineLvl w:val="9"/></w:pPr><w:ins><w:r><w:t>Innsyn</w:t></w:r></w:ins><w:del><w:r><w:delText>borte</w:delText></w:r></w:del></w:p>
<w:p><w:pPr><w:pStyle w:val="L2"/></w:pPr><w:r><w:t>Sletting</w:t></w:r></w:p>
<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>Dine rettigheter</w:t></w:r></w:p>
<w:p><w:r><w:txbxContent><w:p><w:r><w:t>Boks</w:t></w:r></w:p></w:txbxContent></w:r></w:p>
<w:sdt><w:sdtContent><w:p><w:hyperlink><w:r><w:t>Lenke</w:t></w:r></w:hyperlink></w:p></w:sdtContent></w:sdt>
<w:tbl><w:tr><w:trPr><w:tblHeader/></w:trPr><w:tc><w:p><w:r><w:t>Hva</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>Hvor lenge</w:t></w:r></w:p></w:tc></w:tr>
<w:tr><w:tc><w:tcPr><w:vMerge w:val="restart"/></w:tcPr><w:p><w:r><w:t>Bilag</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>fem år</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"""


def make_word_files() -> list[bytes]:
    """A Word document with all that the reader looks at, and nothing else."""
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relations = "http://schemas.openxmlformats.org/package/2006"
    parts = {"document": f"<w:body>{BODY}</w:body>", "styles": STYLES, "numbering": NUMBERS}
    kinds = "".join(
        f'<Override PartName="/word/{part}.xml" ContentType="{word}.{"document.main" if part == "document" else part}+xml"/>'
        for part in parts
    )
    members = {
        "[Content_Types].xml": f'<Types xmlns="{relations}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{kinds}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{relations}/relationships"><Relationship Id="r1" '
        f'Type="{office}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{relations}/relationships">'
        + "".join(
            f'<Relationship Id="r{number}" Type="{office}/{part}" Target="{part}.xml"/>'
            for number, part in enumerate(("styles", "numbering"))
        )
        + "</Relationships>",
    }
    for part, content in parts.items():
        members[f"word/{part}.xml"] = f"<w:{part} {nsdecls('w')}>{content}</w:{part}>"
    return [pack({name: content.encode() for name, content in members.items()})]


def _without_theme(package: bytes) -> bytes:
    """Leave out the largest part of an Excel file, which no reader needs."""
    with zipfile.ZipFile(io.BytesIO(package)) as given:
        members = {name: given.read(name) for name in given.namelist() if "theme" not in name}
    relations = "xl/_rels/workbook.xml.rels"
    members[relations] = re.sub(rb"<Relationship [^>]*theme[^>]*/>", b"", members[relations])
    return pack(members)


def make_pictures() -> list[bytes]:
    """Pictures of two words in every format that is read."""
    picture = Image.new("L", (120, 40), 255)
    ImageDraw.Draw(picture).text((5, 5), "Fjell AS slettar", fill=0)
    made = []
    for kind, mode in (
        ("PNG", "L"),
        ("PNG", "RGBA"),
        ("JPEG", "L"),
        ("GIF", "P"),
        ("BMP", "RGB"),
        ("TIFF", "1"),
    ):
        out = io.BytesIO()
        more = {"save_all": True, "append_images": [picture.convert("I;16")]} if kind == "TIFF" else {}
        picture.convert(mode).save(out, kind, dpi=(150, 150), **more)
        made.append(out.getvalue())
    return made


HOCR = """<?xml version="1.0" encoding="UTF-8"?><html xmlns="http://www.w3.org/1999/xhtml"><body><div class='ocr_page'>
<span class='ocr_line' title="bbox 10 10 110 30; baseline 0.01 -3; x_size 20; x_descenders 5; x_ascenders 5">
<span class='ocrx_word' title='bbox 10 10 50 30; x_wconf 95'>• Fjell</span> <span class='ocrx_word' title='bbox 60 10 110 30; x_wconf 91'>lagrer</span></span>
<span class='ocr_line' title="bbox 10 40 110 60; baseline 0 0; x_size 20">WORDS</span></div></body></html>""".replace(
    "WORDS",
    " ".join(
        f"<span class='ocrx_word' title='bbox {10 + n} 40 {18 + n} 60; x_wconf 90'>opplysninger</span>"
        for n in range(9)
    ),
)


def record(url: str, body: bytes, headers: str = "", kind: str = "response") -> bytes:
    """A record of a web archive."""
    http = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{headers}\r\n".encode() + body
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2024-05-01T12:00:00Z\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
    )
    return head.encode() + http + b"\r\n\r\n"


def make_archives() -> list[bytes]:
    """Web archives: WARC, WARC packed record by record, and WACZ."""
    page = f"<!doctype html><title>Personvern</title><h1>Personvernerklæring</h1><p>{STATEMENT}" * 2
    records = [
        record("https://vik.example/personvern", page.encode()),
        record("https://vik.example/gz", gzip.compress(page.encode()), "Content-Encoding: gzip\r\n"),
        record("https://vik.example/bit", b"5\r\n<html\r\n0\r\n\r\n", "Transfer-Encoding: chunked\r\n"),
        record("https://vik.example/pdf", typeset(STATEMENT[:200])),
    ]
    packed = b"".join(map(gzip.compress, records))
    wacz = io.BytesIO()
    with zipfile.ZipFile(wacz, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("datapackage.json", "{}")
        archive.writestr("archive/data.warc.gz", packed)
    return [b"".join(records), packed, wacz.getvalue()]


ROWS = [
    ["organisation", "orgnr", "sector", "source", "merknad"],
    ["Vik kommune", "312345676", "public", "a.html", "først; størst"],
    ["Å og Sønn AS", "", "private", "b.txt", "=1+1"],
]


def make_manifests() -> list[bytes]:
    """Lists of statements in each format."""
    made = [
        "\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in ROWS).encode(encoding)
        for delimiter, encoding in ((";", "utf-8-sig"), (",", "cp1252"), ("\t", "utf-16"))
    ]
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in ROWS:
        book.active.append(row)
    book.save(out)
    lines = [json.dumps(dict(zip(ROWS[0], row, strict=True)), ensure_ascii=False) for row in ROWS[1:]]
    return [*made, _without_theme(out.getvalue()), "\n".join(lines).encode()]


DATA = Path(__file__).resolve().parents[2] / "analyzer" / "data"


def make_rules() -> list[bytes]:
    """Files of rules, each after a line with its name."""
    names = ("periods", "countries", "findings", "terms", "authorities", "requirements")
    return [name.encode() + b"\n" + (DATA / f"{name}.toml").read_bytes() for name in names]

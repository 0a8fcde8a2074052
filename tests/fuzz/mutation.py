"""Changes sources as damage and malice do: bytes, markup, and the parts that a format is made of."""

from __future__ import annotations

import copy
import gzip
import io
import random
import re
import zipfile
import zlib
from collections.abc import Callable

from lxml import etree

Mutator = Callable[[bytes, random.Random], bytes]

NUMBERS = (
    *("0", "-1", "1", "9", "10", "255", "256", "65535", "65536", "2147483647", "2147483648", "4294967295"),
    *(
        "99999999",
        "18446744073709551616",
        "-2147483648",
        "1e308",
        "nan",
        "0.00001",
        "²",
        "٣",
        "",
        "x",
        "0x10",
        "1" * 400,
    ),
)
PIECES = tuple(
    piece.encode()
    for piece in (
        *(
            "\0",
            "\ufeff",
            "\u00ad",
            "\u202e",
            "\u2028",
            "\x0c",
            "\x85",
            "\r",
            "\n\n",
            "ﬁ",
            "İ",
            "ß",
            "\U0001f600",
            "e\u0301",
        ),
        *(
            "- ",
            "• ",
            "1. ",
            "## ",
            "| ",
            "|---|",
            "**",
            "](",
            "![",
            "§ ",
            "artikkel 6 nr. 1 ",
            "år ",
            "æ",
            "Ã¦",
            "«",
            ":",
            "\t",
        ),
        *("behand-\nling", "3,5 år", "post@", "https://", "org.nr. ", "Datatilsynet ", "personvern "),
    )
) + (
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xed\xa0\x80",
    b"\xc3",
    b"\xe5",
    b"PK\x03\x04",
    b"%PDF-",
    b"\x1f\x8b",
    b"<html>",
)
ENCODINGS = ("utf-16", "utf-16-le", "utf-32", "cp1252", "cp865", "mac_roman", "latin-1", "utf-7", "cp037")
CHARSETS = (
    *(
        "utf-7",
        "utf-16",
        "idna",
        "punycode",
        "undefined",
        "unicode_escape",
        "raw_unicode_escape",
        "base64",
        "rot13",
        "mbcs",
    ),
    *("cp037", "utf-8-sig", "big5", "iso2022_jp", "hz", "uu", "zlib", "x-user-defined", "-", "a" * 200),
)
TAGS = (
    "a",
    "b",
    "br",
    "button",
    "caption",
    "center",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "footer",
    "form",
    "frameset",
    "h1",
    "h3",
    "h6",
    "header",
    "hr",
    "iframe",
    "img",
    "input",
    "legend",
    "li",
    "main",
    "math",
    "menu",
    "nav",
    "noscript",
    "ol",
    "option",
    "p",
    "pre",
    "script",
    "select",
    "span",
    "style",
    "sub",
    "summary",
    "sup",
    "svg",
    "table",
    "tbody",
    "td",
    "template",
    "textarea",
    "tfoot",
    "th",
    "thead",
    "title",
    "tr",
    "ul",
    "x-panel",
)
_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?")
_TAG = re.compile(rb"<[^<>]*>|[^<>]+")
_ATTRIBUTE = re.compile(rb'([\w:.-]+)\s*=\s*("[^"]*"|\'[^\']*\'|[^\s>"\']+)')
_OBJECT = re.compile(rb"\d+ \d+ obj\b.*?\bendobj\s*", re.DOTALL)
_NAME = re.compile(rb"/[A-Za-z]\w*")
_WARC = re.compile(rb"(?=WARC/1\.[01]\r\n)")
_LENGTH = re.compile(rb"(Content-Length: *)\d+", re.IGNORECASE)


def mutate_bytes(data: bytes, rng: random.Random) -> bytes:
    """Flip, cut, double, move, blank and insert."""
    at, end = sorted((rng.randint(0, len(data)), rng.randint(0, len(data))))
    short = min(end, at + rng.choice((1, 4, 30, 300)))
    part = data[at:short]
    kind = rng.randrange(9)
    if kind == 0 and data:
        at = rng.randrange(len(data))
        return data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1 :]
    if kind == 1:
        return data[:at] if rng.random() < 0.3 else data[:at] + data[short:]
    if kind == 2:
        return data[:short] + part * rng.choice((1, 2, 9, 40)) + data[short:]
    if kind == 3:
        return data[:at] + rng.choice(PIECES) + data[at:]
    if kind == 4:
        return data[:at] + rng.randbytes(rng.choice((1, 2, 8, 60))) + data[short:]
    if kind == 5:
        return data[:at] + b"\0" * len(part) + data[short:]
    if kind == 6:
        return data[:at] + data[short:end] + part + data[end:]
    if kind == 7:
        return data[:at] + rng.choice(PIECES) * rng.choice((2, 50, 400)) + data[at:]
    return _replace_one(_NUMBER, data, rng, lambda found: rng.choice(NUMBERS).encode())


def mutate_text(data: bytes, rng: random.Random) -> bytes:
    """As bytes, or read in one encoding and written in another, or with other line ends, or its lines moved about."""
    kind = rng.randrange(6)
    if kind == 0:
        text = data.decode(rng.choice(("utf-8", "cp1252", "utf-16-le")), "replace")
        return text.encode(rng.choice(ENCODINGS), "replace")
    if kind == 1:
        return data.replace(
            b"\n", rng.choice((b"\r", b"\r\n", b"\n\n", b"\x0c", b" ", b"\x0b", "\u2028".encode()))
        )
    if kind == 2:
        lines = data.split(b"\n")
        rng.shuffle(lines)
        return b"\n".join(lines[: rng.randint(1, len(lines))])
    return mutate_bytes(data, rng)


def mutate_markup(data: bytes, rng: random.Random) -> bytes:
    """Remove, double, move, wrap and rename elements of HTML or XML, and change their attributes."""
    pieces = _TAG.findall(data)
    if not pieces or rng.random() < 0.2:
        return mutate_bytes(data, rng)
    at, end = sorted((rng.randrange(len(pieces)), rng.randrange(len(pieces))))
    end = min(end + 1, at + rng.choice((1, 2, 6, 40)))
    part, kind = pieces[at:end], rng.randrange(8)
    if kind == 0:
        pieces[at:end] = []
    elif kind == 1:
        pieces[at:at] = part * rng.choice((1, 2, 20))
    elif kind == 2:
        goal = rng.randrange(len(pieces))
        pieces[at:end] = []
        pieces[goal:goal] = part
    elif kind == 3:
        times, tag = rng.choice((1, 3, 60, 600)), _any_tag(pieces, rng)
        pieces[at:end] = [b"<%s>" % tag * times, *part, b"</%s>" % tag.split()[0] * times]
    elif kind == 4:
        old = re.match(rb"</?([\w:.-]+)", pieces[at])
        if old:
            pieces[at] = pieces[at].replace(old[1], _any_tag(pieces, rng).split()[0], 1)
    elif kind == 5:
        pieces[at] = _replace_one(_ATTRIBUTE, pieces[at], rng, lambda found: _other_value(found, data, rng))
    elif kind == 6:
        pieces[at] = _replace_one(_NUMBER, pieces[at], rng, lambda found: rng.choice(NUMBERS).encode())
    else:
        pieces[at:at] = [
            rng.choice(
                (
                    b"<!--",
                    b"-->",
                    b"<![CDATA[",
                    b"]]>",
                    b"<?php ",
                    b"?>",
                    b"<",
                    b"&#xD800;",
                    b"&#0;",
                    b"&aelig",
                )
            )
        ]
    return b"".join(pieces)


def _any_tag(pieces: list[bytes], rng: random.Random) -> bytes:
    """A tag with its attributes, one that is there or one of HTML."""
    found = re.match(rb"<([\w:.-]+[^<>/]*)", rng.choice(pieces))
    return found[1] if found else rng.choice(TAGS).encode()


def _other_value(found: re.Match[bytes], data: bytes, rng: random.Random) -> bytes:
    others = _ATTRIBUTE.findall(data)
    value = rng.choice(others)[1] if rng.random() < 0.5 else b'"%s"' % rng.choice(NUMBERS).encode()
    return found[1] + b"=" + value


def mutate_html(data: bytes, rng: random.Random) -> bytes:
    """As markup; also with another encoding than the page claims."""
    if rng.random() < 0.1:
        return b"<meta charset=%s>" % rng.choice(CHARSETS).encode() + data
    return mutate_markup(data, rng) if rng.random() < 0.85 else mutate_text(data, rng)


def mutate_pdf(data: bytes, rng: random.Random) -> bytes:
    """Remove, double and swap objects, and change the names and numbers in them and in their streams."""
    kind = rng.randrange(7)
    objects = _OBJECT.findall(data)
    if not objects or kind == 0:
        return mutate_bytes(data, rng)
    chosen, other = rng.choice(objects), rng.choice(objects)
    if kind == 1:
        return data.replace(chosen, rng.choice((b"", chosen + chosen, other)), 1)
    if kind == 2:
        names = _NAME.findall(data)
        return _replace_one(_NAME, data, rng, lambda found: rng.choice(names))
    if kind == 3:
        return data.replace(chosen, mutate_bytes(chosen, rng), 1)
    if kind == 4:  # an object that refers to another, or to itself
        return _replace_one(
            re.compile(rb"\b\d+ 0 R"), data, rng, lambda found: other.split(b" ")[0] + b" 0 R"
        )
    changed = chosen
    for _ in range(rng.choice((1, 1, 3))):
        changed = _replace_one(_NUMBER, changed, rng, lambda found: rng.choice(NUMBERS).encode())
    return data.replace(chosen, changed, 1)


def mutate_zip(change: Mutator, prefer: str) -> Mutator:
    """Make a mutator that unpacks a zip, changes one member, and packs it again.

    Args:
        change: Changes the member's content.
        prefer: Beginning of the members' names that are changed most.
    """

    def mutate(data: bytes, rng: random.Random) -> bytes:
        if rng.random() < 0.1:
            return mutate_bytes(data, rng)
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as package:
                members = {name: package.read(name) for name in package.namelist()}
        except (
            zipfile.BadZipFile,
            zlib.error,
            OSError,
            RuntimeError,
            NotImplementedError,
            EOFError,
            ValueError,
        ):
            return mutate_bytes(data, rng)
        if not members:
            return mutate_bytes(data, rng)
        preferred = [name for name in members if name.startswith(prefer)]
        name = rng.choice(preferred if preferred and rng.random() < 0.8 else list(members))
        if rng.random() < 0.05:
            del members[name]
        else:
            for _ in range(rng.choice((1, 1, 2, 4))):
                members[name] = change(members[name], rng)
        return pack(members)

    return mutate


def pack(members: dict[str, bytes]) -> bytes:
    """Make a zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


def mutate_xml(data: bytes, rng: random.Random) -> bytes:
    """Change elements and attributes of XML that stays well formed, which a parser would refuse otherwise."""
    try:
        root = etree.fromstring(data)
    except etree.XMLSyntaxError:
        return mutate_markup(data, rng)
    if rng.random() < 0.1:
        return mutate_markup(data, rng)
    elements = list(root.iter(etree.Element))
    one, other = rng.choice(elements), rng.choice(elements)
    kind = rng.randrange(8)
    if kind < 3:
        holder = rng.choice([element for element in elements if element.attrib] or [one])
        name = rng.choice(list(holder.attrib) or ["x"])
        values = [value for element in elements for value in element.attrib.values()]
        if kind == 0:
            holder.attrib.pop(name, None)
        else:
            holder.set(name, rng.choice(NUMBERS) if kind == 1 or not values else rng.choice(values))
    elif kind == 3 and one.getparent() is not None:
        one.getparent().remove(one)
    elif kind == 4:
        part = copy.deepcopy(one)
        other.extend(copy.deepcopy(part) for _ in range(rng.choice((1, 2, 30))))
    elif kind == 5:
        one.tag = other.tag
    elif kind == 6:
        one.text = rng.choice(
            ["", "1. Formål", "• navn", "x" * 5000, "\t\n", "a\u00adb", "artikkel 6 nr. 1 bokstav b"]
        )
    else:
        inner = one
        for _ in range(rng.choice((1, 3, 60, 250))):
            inner = etree.SubElement(inner, other.tag, other.attrib)
    return etree.tostring(root)


mutate_docx = mutate_zip(mutate_xml, "word/")
mutate_xlsx = mutate_zip(mutate_xml, "xl/")


def mutate_warc(data: bytes, rng: random.Random) -> bytes:
    """Change the records of a web archive: their order, lengths, headers and pages."""
    if data.startswith(b"PK"):
        return mutate_zip(mutate_warc, "archive/")(data, rng)
    if data.startswith(b"\x1f\x8b"):
        try:
            plain = gzip.decompress(data)
        except (OSError, EOFError, zlib.error):
            return mutate_bytes(data, rng)
        records = _WARC.split(mutate_warc(plain, rng))
        return b"".join(gzip.compress(record, 1, mtime=0) for record in records if record)
    records = [record for record in _WARC.split(data) if record]
    if not records or rng.random() < 0.1:
        return mutate_bytes(data, rng)
    at, kind = rng.randrange(len(records)), rng.randrange(6)
    if kind == 0:
        records[at : at + 1] = rng.choice(([], [records[at]] * 2, [rng.choice(records)]))
    elif kind == 1:
        records[at] = _replace_one(
            _LENGTH, records[at], rng, lambda found: found[1] + rng.choice(NUMBERS).encode()
        )
    elif kind == 2:
        head, gap, body = records[at].partition(b"\r\n\r\n")
        records[at] = mutate_text(head, rng) + gap + body
    elif kind == 3:
        head, gap, body = records[at].partition(b"\r\n\r\n")
        http, gap, page = body.partition(b"\r\n\r\n")
        records[at] = head + gap + mutate_bytes(http, rng) + gap + page
    else:
        head, gap, body = records[at].partition(b"\r\n\r\n")
        http, gap, page = body.partition(b"\r\n\r\n")
        body = http + gap + mutate_html(page, rng)
        records[at] = _LENGTH.sub(rb"\g<1>%d" % len(body), head) + b"\r\n\r\n" + body + b"\r\n\r\n"
    return b"".join(records)


def mutate_list(data: bytes, rng: random.Random) -> bytes:
    """Change a list of statements."""
    return mutate_xlsx(data, rng) if data.startswith(b"PK") else mutate_text(data, rng)


def _replace_one(
    pattern: re.Pattern[bytes], data: bytes, rng: random.Random, make: Callable[[re.Match[bytes]], bytes]
) -> bytes:
    found = list(pattern.finditer(data))
    if not found:
        return data
    match = rng.choice(found)
    return data[: match.start()] + make(match) + data[match.end() :]

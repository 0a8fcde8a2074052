"""Reading by content: encodings, kinds of file, and clear errors."""

import codecs

import pytest

from analyzer.errors import UnreadableSource
from analyzer.ingest import MAX_BYTES, read_document
from analyzer.ingest.text import decode_text

TEXT = "Vi behandler opplysninger om deg på en trygg måte, også når du er på ferie i Ålesund.\n"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        TEXT.encode("utf-16"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-32"),
        TEXT.encode("cp1252"),
        TEXT.encode().decode("cp1252").encode(),  # UTF-8 read as Windows-1252 and saved again
        TEXT.replace("\n", "\r\n").encode(),
    ],
    ids=[
        "utf8",
        "utf8-bom",
        "utf16",
        "utf16le",
        "utf16be",
        "utf16be-bom",
        "utf32",
        "cp1252",
        "double",
        "crlf",
    ],
)
def test_decode_text(data):
    assert decode_text(data)[0] == TEXT


def test_decode_text_mends_a_cut_character():
    text, warnings = decode_text((TEXT * 5).encode()[:-2] + b"\xc3")
    assert text.startswith(TEXT)
    assert "Ugyldig UTF-8" in warnings[0]


def test_intact_text_is_untouched():
    odd = "Tabulator\t, hardt\u00a0mellomrom, «sitat» – og\n\n\ntre linjeskift.   \n"
    assert decode_text(odd.encode())[0] == odd


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "er tom"),
        (b" \n\n\t ", "er tom"),
        (b"\xef\xbb\xbf", "er tom"),
        (b"\xff\xfe \0\n\0", "er tom"),
        (
            b"PK\x03\x04" + b"\0" * 26 + b"word/document.xml" + b"\0" * 60,
            "ikke et Word-dokument",
        ),  # cut short
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 50, "skadet bilde"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 50, "gamle Word-formatet"),
        (b"{\\rtf1\\ansi Personvern}", "RTF"),
        (b"\x1f\x8b\x08" + b"\1" * 50, "gzip"),
        (bytes(range(256)) * 40, "ikke tekst"),
        (b"%PDF-1.7\n%\xe2\xe3\n1 0 obj\n<<>>\n", "skadet eller ufullstendig"),
        (b"PK\x03\x04" + b"\0" * 60, "ikke tekst"),
        (b"<html><body><script>app()</script><div id=root></div></body></html>", "JavaScript"),
    ],
)
def test_unreadable_says_file_and_remedy(tmp_path, data, says):
    path = tmp_path / "kilde.dat"
    path.write_bytes(data)
    with pytest.raises(UnreadableSource) as caught:
        read_document(path)
    assert says in str(caught.value)
    assert "kilde.dat" in str(caught.value)


def test_missing_path_and_folder(tmp_path):
    with pytest.raises(UnreadableSource, match="finnes ikke"):
        read_document(tmp_path / "borte.txt")
    with pytest.raises(UnreadableSource, match="personvern audit"):
        read_document(tmp_path)


@pytest.mark.parametrize("text", [TEXT + "Vi lagrer ingenting.", TEXT * 200])
def test_a_text_given_as_a_path_is_told_so_briefly(text):
    with pytest.raises(UnreadableSource, match=r"^«Vi behandler .* …» er en tekst.*encode\(\)") as caught:
        read_document(text)
    assert len(str(caught.value)) < 150


def test_too_large_file_is_not_read(tmp_path):
    path = tmp_path / "stor.txt"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(UnreadableSource, match="grensen er 100 MB"):
        read_document(path)


def test_fifty_megabytes_of_text_is_refused(tmp_path):
    path = tmp_path / "lang.txt"
    path.write_text(TEXT * 600_000, encoding="utf-8")
    with pytest.raises(UnreadableSource, match="Del filen"):
        read_document(path)


def test_content_decides_not_the_suffix(tmp_path):
    path = tmp_path / "side.txt"
    path.write_text(
        "<!doctype html><html><body><main><h1>Personvern</h1><p>Vi sletter alt.</p></main></body></html>"
    )
    document = read_document(path)
    assert document.media_type == "text/html"
    assert [b.kind for b in document.blocks] == ["heading", "paragraph"]


def test_markdown_with_a_tag_is_text():
    assert (
        read_document(b"# Personvern\n\nSe <https://fjell.example> eller <br> her.").media_type
        == "text/plain"
    )


def test_html_in_windows_1252_with_a_declaration():
    page = '<html><head><meta charset="windows-1252"></head><body><p>Vi lagrer navnet på søkere.</p></body></html>'
    assert "på søkere" in read_document(page.encode("cp1252")).text


def test_text_offsets_are_those_of_the_file(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"En linje.\r\n\r\n  Neste   linje.")
    assert read_document(path).text == "En linje.\n\n  Neste   linje."

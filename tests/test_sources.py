"""Where statements come from: every file, row and record accounted for, in a fixed order."""

import csv
import io
import itertools
import json
import pickle
import tempfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.errors import UnreadableSource
from analyzer.sources import Source, expand, unique_ids


@pytest.fixture
def folder(tmp_path):
    names = [
        "b.txt",
        "a.html",
        "under/c.pdf",
        "under/.skjult/d.txt",
        ".skjult",
        "Thumbs.db",
        "under/.DS_Store",
        "desktop.ini",
    ]
    for name in names:
        path = tmp_path / "kilder" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path / "kilder"


@pytest.mark.parametrize(
    ("paths", "found"),
    [
        ([""], ["a.html", "b.txt", "under/c.pdf"]),
        (["under", "b.txt", "under/c.pdf"], ["under/c.pdf", "b.txt"]),  # each once, in the order given
        (["*.txt"], ["b.txt"]),
        (["**/*.pdf"], ["under/c.pdf"]),
        (["**"], ["a.html", "b.txt", "under/c.pdf"]),
        (["u*"], ["under/c.pdf"]),
        ([".skjult"], [".skjult"]),  # a hidden file that is named
    ],
)
def test_files_are_found_in_a_fixed_order(folder, paths, found):
    sources = list(expand(folder / path for path in paths))
    assert [s.locator for s in sources] == [str(folder / name) for name in found]
    assert [s.read().decode() for s in sources] == found


@pytest.mark.parametrize(
    ("path", "message"),
    [("borte", "borte finnes ikke"), ("*.doc", "Ingen filer passer"), ("tom", "ingen filer")],
)
def test_nothing_to_read(tmp_path, path, message):
    (tmp_path / "tom").mkdir()
    with pytest.raises(UnreadableSource, match=message):
        list(expand([tmp_path / path]))


def test_a_source_travels_and_reads_late(tmp_path):
    source = pickle.loads(pickle.dumps(Source("x", path=str(tmp_path / "x"), extra={"a": "b"})))
    assert hash(source) is not None
    with pytest.raises(UnreadableSource, match="finnes ikke"):
        source.read()
    (tmp_path / "x").write_bytes(b"Vi lagrer navn.")
    assert source.read() == b"Vi lagrer navn."
    with pytest.raises(UnreadableSource, match="rad 3"):
        Source("y", error="liste.csv, rad 3: mangler kilde.").read()


@pytest.mark.parametrize(
    ("locators", "ids"),
    [
        (["a.txt", "b/a.txt", "c/A.html"], ["a", "a-2", "A-3"]),
        (["a.txt", "b/a.txt", "a-2.txt", "c/a.txt"], ["a", "a-2", "a-2-2", "a-3"]),
        (["../..txt", "a/???.html"], ["document", "document-2"]),
        (["Å pent navn.pdf"], ["Å-pent-navn"]),
        (["x" * 300 + ".txt"], ["x" * 120]),
    ],
)
def test_unique_ids(locators, ids):
    assert unique_ids([Source(locator) for locator in locators]) == ids


@pytest.mark.parametrize(
    ("url", "id"),
    [
        ("https://www.vik.example/", "vik.example"),
        ("https://vik.example/om/personvern.html?a=b", "vik.example-om-personvern"),
        ("https://vik.example/../../etc/", "vik.example-etc"),
        ("https://vik.example/personvernerkl%C3%A6ring", "vik.example-personvernerklæring"),
    ],
)
def test_ids_of_pages(url, id):
    assert unique_ids([Source(url, url=url)]) == [id]
    assert not Path(id).is_absolute()
    assert len(Path(id).parts) == 1


ROWS = [
    ["organisation", "orgnr", "sector", "source", "kommentar"],
    ["Vik kommune", "312345676", "public", "a.html", "først; størst"],
    ["Vik kommune", "312 345 676", "public", "b.txt", ""],
    ["Å og Sønn AS", "", "private", "under", "=1+1"],
]


def as_csv(delimiter, encoding):
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter).writerows(ROWS)
    return file.getvalue().encode(encoding)


def as_excel():
    book, data = openpyxl.Workbook(), io.BytesIO()
    for row in ROWS:
        book.active.append([int(cell) if cell.isdigit() else cell.replace("=", "'=") for cell in row])
    book.save(data)
    return data.getvalue()


def as_json():
    return "\n\n".join(json.dumps(dict(zip(ROWS[0], row, strict=True))) for row in ROWS[1:]).encode()


@pytest.mark.parametrize(
    "data",
    [as_csv(d, e) for d, e in itertools.product(";,\t|", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])]
    + [as_excel(), as_json()],
)
def test_manifests_of_every_kind_read_the_same(folder, data):
    (folder / "liste.dat").write_bytes(data)
    sources = list(expand(manifest=folder / "liste.dat"))
    assert [Path(s.locator).name for s in sources] == ["a.html", "b.txt", "c.pdf"]
    assert [s.organisation for s in sources] == ["Vik kommune", "Vik kommune", "Å og Sønn AS"]
    assert [s.orgnr for s in sources] == ["312345676", "312345676", None]
    assert [s.sector for s in sources] == ["public", "public", "private"]
    assert [s.extra["kommentar"].lstrip("'") for s in sources] == ["først; størst", "", "=1+1"]
    assert all(s.read() for s in sources)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("source;orgnr\nb.txt;123\na.html;\n", 2, "kolonne orgnr: «123» er ikke et organisasjonsnummer"),
        ("source;orgnr\n\nb.txt;312345678\na.html;\n", 3, "kontrollsiffer"),
        ("source;orgnr\n;312345676\na.html\n", 2, "kolonne source: mangler"),
        ("source,navn\nb.txt,a,b\na.html,\n", 2, "har 3 felter, men det er 2 kolonner"),
        ('source,navn\n"a.html","to\nlinjer"\nborte.txt,x\n', 4, "borte.txt finnes ikke"),
        ("kilde;merknad\n*.doc;x\na.html;y\n", 2, "Ingen filer passer"),
        ("kilde\nhttps://vik.example/\na.html\n", None, "ingenting hentes her"),
        ("kilde\nwww.vik.example/personvern\na.html\n", 2, "en nettadresse begynner med https://"),
        (f"kilde\na.html\n{'x' * 5000}\n", 3, "kan ikke leses: File name too long"),
        ('{"source": "a.html"}\n{"source": }\n', 2, "er ikke gyldig JSON, kolonne 12"),
        ('{"source": "a.html"}\n{"source": ["b.txt"]}\n', 2, "kolonne source: er en liste"),
        ('{"source": "a.html"}\n["b.txt"]\n', 2, "er ikke et objekt"),
        ('{"source": "a.html"}\n{"navn": "x"}\n', 2, "kolonne source: mangler"),
    ],
)
def test_a_bad_row_names_its_place_and_the_rest_go_on(folder, text, line, message):
    (folder / "liste.csv").write_text(text, encoding="utf-8")
    sources = list(expand(manifest=folder / "liste.csv"))
    (bad,) = [s for s in sources if s.error]
    assert line is None or f"liste.csv, linje {line}" in bad.error
    assert message in bad.error
    assert [Path(s.locator).name for s in sources if not s.error] == ["a.html"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b" \n", "er tom"),
        (b"organisation;orgnr\nVik;312345676\n", "ingen kolonne «source» .*«organisation», «orgnr»"),
        (b"b.txt\na.html\n", "ingen kolonne «source»"),
        (b"source;Source\na.html;b\n", "to kolonner som heter «source»"),
        (b'[{"source": "a.html"}]', "ett objekt på hver linje"),
        (b'{"navn": "a.html"}', "ingen «source»"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 50, "gamle Excel-formatet"),
        (b"PK\x03\x04" + b"x" * 50, "kan ikke leses som Excel"),
    ],
)
def test_a_manifest_that_is_none(tmp_path, data, message):
    (tmp_path / "liste").write_bytes(data)
    with pytest.raises(UnreadableSource, match=message):
        list(expand(manifest=tmp_path / "liste"))


def test_an_excel_file_that_unpacks_without_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("analyzer.sources.manifest.MAX_UNPACKED", 1000)
    (tmp_path / "liste.xlsx").write_bytes(as_excel())
    with pytest.raises(UnreadableSource, match="pakker ut til over"):
        list(expand(manifest=tmp_path / "liste.xlsx"))


def test_the_surest_name_of_a_column_counts(folder):
    (folder / "liste.csv").write_text("Navn;KILDE;url;Virksomhet\nA;a.html;https://a.example/;Vik AS\n")
    (source,) = expand(manifest=folder / "liste.csv")
    assert (Path(source.locator).name, source.organisation) == ("a.html", "Vik AS")
    assert source.extra == {"Navn": "A", "url": "https://a.example/"}


@given(
    st.one_of(st.binary(max_size=300), st.text(max_size=300).map(lambda text: f"kilde;navn\n{text}".encode()))
)
def test_any_bytes_are_a_manifest_or_refused(data):
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "liste").write_bytes(data)
        try:
            rows = list(expand(manifest=Path(folder) / "liste"))
        except UnreadableSource:
            return
        assert all(row.error or row.path or row.url for row in rows)

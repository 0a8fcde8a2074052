"""Where statements come from: every file, row and record accounted for, in a fixed order."""

import pickle
from pathlib import Path

import pytest

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
    ("source", "key"),
    [
        (Source("x"), None),
        (Source("x", organisation="  Vik  Kommune "), "vik kommune"),
        (Source("x", organisation="Vik kommune", orgnr="312345678"), "312345678"),
    ],
)
def test_organisation_key(source, key):
    assert source.organisation_key == key


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

"""Labelled statements: the folder's format, labels that stand apart from their texts, and what is wrong with them."""

import hashlib
from pathlib import Path

import pytest

from analyzer.corpus import InvalidCorpus, check_folder, read_folders, read_standoff

ROOT = Path(__file__).parent.parent
TEXT = "Personvern i Vik\n\nVi lagrer navn i fem år.\n\nDu kan klage til Datatilsynet.\n"
UNITS = [(1, 0, 16, ""), (2, 18, 42, "retention data_categories"), (3, 44, 74, "complaint")]


@pytest.fixture
def apart(tmp_path):
    folder, texts = tmp_path / "standoff", tmp_path / "texts" / "deep"
    folder.mkdir()
    texts.mkdir(parents=True)
    (texts / "another name.txt").write_text(TEXT, encoding="utf-8")
    digest = hashlib.sha256(TEXT.encode()).hexdigest()
    (folder / "sources.tsv").write_text(
        f"id\trepository\tpath\tsha256\tlanguage\twords\nvik\tvik/nett\tpersonvern.md\t{digest}\tnb\t13\n"
    )
    rows = "".join(f"{n}\t{a}\t{b}\t{labels}\n" for n, a, b, labels in UNITS)
    (folder / "vik.labels.tsv").write_text(f"unit\tstart\tend\tlabels\n{rows}")
    (folder / "vik.facts.tsv").write_text("kind\tunit\tvalue\nretention\t2\tP5Y\n")
    return folder, tmp_path / "texts"


def test_labels_find_their_text_by_its_digest(apart, knowledge):
    folder, texts = apart
    (statement,) = read_standoff(folder, texts)
    assert statement.document.id == "vik"
    assert [unit.text for unit in statement.units][1:] == [
        "Vi lagrer navn i fem år.",
        "Du kan klage til Datatilsynet.",
    ]
    assert statement.topics == {"retention", "data_categories", "complaint"}
    assert [fact.value for fact in statement.facts] == ["P5Y"]
    assert check_folder(folder.parent, knowledge, texts) == (1, 3, [])
    assert check_folder(folder, knowledge) == (1, 3, [])


def test_changed_text_is_said_with_its_address(apart):
    folder, texts = apart
    (texts / "deep" / "another name.txt").write_text(TEXT + "Mer.", encoding="utf-8")
    with pytest.raises(InvalidCorpus, match=r"vik.*github\.com/vik/nett, personvern\.md"):
        read_standoff(folder, texts)


def test_labels_apart_need_texts_to_train(apart):
    folder, texts = apart
    with pytest.raises(InvalidCorpus, match="--texts"):
        read_folders([folder])
    assert len(read_folders([folder], texts)) == 1


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("complaint", "klage", "unknown label «klage»"),
        ("44\t74", "40\t74", "overlaps"),
        ("44\t74", "80\t74", "overlaps"),
    ],
)
def test_what_is_wrong_with_labels_apart(apart, knowledge, old, new, problem):
    folder, _ = apart
    path = folder / "vik.labels.tsv"
    path.write_text(path.read_text().replace(old, new))
    assert problem in "\n".join(check_folder(folder, knowledge)[2])


def test_fact_of_no_unit(apart, knowledge):
    folder, _ = apart
    path = folder / "vik.facts.tsv"
    path.write_text(path.read_text().replace("\t2\t", "\t9\t"))
    assert "unit 9, which does not exist" in check_folder(folder, knowledge)[2][0]


def test_the_corpus_is_valid_and_large_enough(knowledge):
    statements, blocks, problems = check_folder(ROOT / "corpus", knowledge)
    assert problems == []
    assert statements >= 150
    assert blocks >= 9_000


def test_no_text_stands_beside_the_labels_of_public_statements():
    kept = {"".join(path.suffixes[-2:]) for path in (ROOT / "corpus" / "standoff").iterdir()}
    assert kept == {".tsv", ".labels.tsv", ".facts.tsv"}
    for path in (ROOT / "corpus" / "standoff").glob("*.labels.tsv"):
        assert all(len(line.split("\t")) == 4 for line in path.read_text(encoding="utf-8").splitlines())

"""Training of the recogniser of names on a treebank written here."""

import gzip
import json

import pytest

from analyzer.errors import AnalyzerError
from analyzer.train_names import train_names

NAMES = ["Kari", "Ola", "Berit", "Nils", "Anne"]
FIRMS = ["Fjelltopp", "Havnavn", "Vidda", "Elvebruk", "Nordlys"]


def treebank(path):
    lines = []
    for number in range(20):
        lines.append(f"# file = ndt/nob/x{number:03}")
        for k in range(6):
            name, firm = NAMES[(number + k) % 5], FIRMS[(number * k) % 5]
            words = [
                (name, "B-PER"),
                ("jobber", "O"),
                ("i", "O"),
                (firm, "B-ORG"),
                ("AS", "I-ORG"),
                (".", "O"),
            ]
            lines += [f"{i}\t{word}\t{word}\tsubst\tname={tag}" for i, (word, tag) in enumerate(words, 1)]
            lines.append("")
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def test_names_are_learned_and_nothing_is_pickled(tmp_path):
    import spacy

    treebank(tmp_path / "nob.conll.gz")
    said = []
    metrics = train_names(tmp_path, tmp_path / "names", epochs=15, progress=said.append)
    assert metrics["all"]["f"] > 0.9
    assert metrics["sentences"] == 9 * metrics["tested_on"]
    assert json.loads((tmp_path / "names" / "metrics.json").read_text()) == metrics
    assert len(said) == 15
    words = json.loads((tmp_path / "names" / "vocab" / "strings.json").read_text(encoding="utf-8"))
    assert not {*NAMES, *FIRMS, "jobber"} & set(words)  # the treebank's words stay out of the project
    doc = spacy.load(tmp_path / "names")("Kari jobber i Vidda AS .")
    assert [(e.text, e.label_) for e in doc.ents] == [("Kari", "PER"), ("Vidda AS", "ORG")]
    assert not [path for path in (tmp_path / "names").rglob("*") if path.suffix in (".pkl", ".pickle")]


def test_no_treebank(tmp_path):
    with pytest.raises(AnalyzerError, match="ingen trebank"):
        train_names(tmp_path, tmp_path / "names")

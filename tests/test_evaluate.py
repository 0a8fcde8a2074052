"""The measure itself, on hand-made reports; and, where it is there, against the project's common script."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from analyzer.corpus import InvalidCorpus, read_corpus
from analyzer.evaluate import Score, canonical_duration, evaluate

SHARED = Path(__file__).parent.parent.parent / "shared"


@pytest.mark.parametrize(
    ("a", "b", "equal"),
    [
        ("P1Y", "P12M", True),
        ("P1W", "P7D", True),
        ("P3Y6M", "P42M", True),
        ("P1M", "P30D", False),
        ("PT24H", "P1D", False),
    ],
)
def test_canonical_duration(a, b, equal):
    assert (canonical_duration(a) == canonical_duration(b)) == equal


def test_score_of_nothing_is_perfect():
    assert (Score().precision, Score().recall, Score().f1) == (1.0, 1.0, 1.0)


def write_gold(folder):
    (folder / "x.txt").write_text("Vi sletter alt.\nDu har rett til innsyn.\n", encoding="utf-8")
    (folder / "x.units.tsv").write_text(
        "unit\tstart\tend\ttext\n1\t0\t15\tVi sletter alt.\n2\t16\t39\tDu har rett til innsyn.\n",
        encoding="utf-8",
    )
    (folder / "x.labels.tsv").write_text("unit\tlabels\n1\tretention\n2\taccess\n", encoding="utf-8")
    (folder / "x.facts.tsv").write_text(
        "kind\tunit\tvalue\tdetail\nretention\t1\tP1Y\talt\n", encoding="utf-8"
    )


def test_evaluate_counts_by_overlap(tmp_path, knowledge):
    write_gold(tmp_path)
    report = {
        "segments": [
            {"start": 0, "end": 15, "categories": [{"id": "retention"}, {"id": "purpose"}]},
            {"start": 16, "end": 39, "categories": []},
        ],
        "disclosures": [{"id": "retention", "status": "present"}, {"id": "purpose", "status": "partial"}],
        "retention": [{"duration": "P12M"}, {"duration": None}],
        "legal_bases": [],
        "statutes": [],
        "organisation": {"name": None},
    }
    result = evaluate([(read_corpus(tmp_path)[0], report)], knowledge)
    assert (result.block_micro.right, result.block_micro.wrong, result.block_micro.lost) == (1, 1, 1)
    assert {(e.start, e.topic, e.error) for e in result.errors} == {
        (0, "purpose", "wrong"),
        (16, "access", "lost"),
    }
    assert (result.missing.wrong, result.missing.lost) == (1, 1)  # access called missing, purpose not
    assert result.facts["retention durations"].f1 == 1.0


def test_a_folder_without_labels(tmp_path):
    with pytest.raises(InvalidCorpus, match="no labelled statements"):
        read_corpus(tmp_path)


def test_broken_corpus_names_the_place(tmp_path):
    write_gold(tmp_path)
    (tmp_path / "x.labels.tsv").unlink()
    with pytest.raises(InvalidCorpus, match=r"x\.labels\.tsv"):
        read_corpus(tmp_path)


@pytest.mark.shared
@pytest.mark.skipif(not (SHARED / "eval").is_dir(), reason="../shared is absent")
def test_agrees_with_the_common_script(az, tmp_path):
    gold = read_corpus(SHARED / "gold" / "seeds")
    reports = [az.analyze_document(g.document) for g in gold]
    for report in reports:
        (tmp_path / f"{report.id}.json").write_text(report.to_json(), encoding="utf-8")
    command = [
        sys.executable,
        str(SHARED / "eval" / "score.py"),
        str(SHARED / "gold" / "seeds"),
        str(tmp_path),
        "--json",
    ]
    theirs = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    ours = evaluate(((g, r.data) for g, r in zip(gold, reports, strict=True)), az.knowledge)
    assert ours.block_micro.f1 == pytest.approx(theirs["block micro"][2])
    assert ours.disclosures.f1 == pytest.approx(theirs["document disclosures (Art. 13/14)"][2])
    assert ours.missing.precision == pytest.approx(theirs["missing disclosures"][0])

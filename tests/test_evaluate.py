"""The measure itself, on hand-made reports; and, where it is there, against the project's common script."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from analyzer.corpus import InvalidCorpus, read_corpus
from analyzer.evaluate import Evaluation, Score, canonical_duration, evaluate, pool

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
    with pytest.raises(InvalidCorpus, match="har ingen merkede erklæringer"):
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


def test_intervals_are_those_of_statements():
    def statement(right, lost):
        return Evaluation(block={"access": Score(right, 0, lost)})

    mixed = pool([statement(4, 0), statement(0, 4), statement(3, 1), statement(1, 3)])
    low, high = mixed.intervals()["block: access"]
    assert 0 < low < mixed.block["access"].f1 < high < 1
    assert mixed.intervals() == mixed.intervals()
    alike = pool([statement(3, 1)] * 5)
    assert len(set(alike.intervals()["block micro"])) == 1


def test_pooling_groups_gives_the_whole(tmp_path, knowledge):
    write_gold(tmp_path)
    report = {
        "segments": [{"start": 0, "end": 15, "categories": [{"id": "purpose"}]}],
        "disclosures": [{"id": "retention", "status": "present"}],
        "retention": [],
        "legal_bases": [],
        "statutes": [],
        "organisation": {"name": "Vik AS"},
    }
    gold = read_corpus(tmp_path)[0]
    whole = evaluate([(gold, report), (gold, report)], knowledge)
    assert pool(whole.statements).table() == whole.table()
    assert whole.documents == 2
    assert len(whole.errors) == 2 * len(whole.statements[0].errors) > 0

"""Audits: every source accounted for, whatever the folder holds."""

import csv
import json
from pathlib import Path

import pytest

from analyzer.audit import Options, find_sources, run_audit, unique_ids
from analyzer.errors import AnalyzerError, UnreadableSource
from analyzer.schema import validate_report

GOOD = (
    "Personvernerklæring for Dal Bakeri AS\n\nDal Bakeri AS er behandlingsansvarlig. Skriv til post@dal.example. "
    "Vi lagrer navn og telefonnummer for å levere bestillingen. Opplysningene slettes etter ett år. "
    "Grunnlaget er avtalen med deg. Du har rett til innsyn, retting og sletting.\n"
)


@pytest.fixture
def folder(tmp_path):
    source = tmp_path / "kilder"
    (source / "under").mkdir(parents=True)
    (source / "Dal.txt").write_text(GOOD, encoding="utf-8")
    (source / "under" / "dal.TXT").write_text(GOOD.replace("Dal", "Li"), encoding="utf-8")
    (source / "side.html").write_text(f"<html><body><p>{GOOD}</p></body></html>", encoding="utf-8")
    (source / "tom.txt").write_bytes(b"")
    (source / "bilde.pdf").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 100)
    (source / ".skjult").write_text("x")
    (source / "Thumbs.db").write_bytes(b"x")
    return source


def rows(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_everything_is_accounted_for(folder, tmp_path):
    seen = []
    audit = run_audit(
        [folder], tmp_path / "ut", progress=lambda done, total, source: seen.append((done, total))
    )
    reports = sorted(p.name for p in (tmp_path / "ut" / "reports").glob("*.json"))
    assert reports == ["Dal.json", "dal-2.json", "side.json"]
    for name in reports:
        validate_report(json.loads((tmp_path / "ut" / "reports" / name).read_text(encoding="utf-8")))
    assert {Path(r["source"]).name for r in rows(tmp_path / "ut" / "errors.csv")} == {"tom.txt", "bilde.pdf"}
    assert [r["id"] for r in rows(tmp_path / "ut" / "documents.csv")] == ["Dal", "side", "dal-2"]
    assert rows(tmp_path / "ut" / "findings.csv")
    assert seen == [(i, 5) for i in range(1, 6)]
    assert len(audit.documents) == 3


def test_results_do_not_depend_on_workers(tmp_path):
    source = tmp_path / "kilder"
    source.mkdir()
    for i in range(45):
        (source / f"s{i:02}.txt").write_text(GOOD.replace("Dal", f"Dal{i}"), encoding="utf-8")
    for workers in (1, 2):
        run_audit([source], tmp_path / f"ut{workers}", Options(workers=workers, as_of="2026-11-21"))
    for path in sorted((tmp_path / "ut1").rglob("*.*")):
        other = tmp_path / "ut2" / path.relative_to(tmp_path / "ut1")
        assert path.read_bytes() == other.read_bytes()


def test_a_second_run_gives_the_same_bytes(folder, tmp_path):
    options = Options(as_of="2026-11-21")
    run_audit([folder], tmp_path / "ut", options)
    first = {p: p.read_bytes() for p in (tmp_path / "ut").rglob("*.*")}
    run_audit([folder], tmp_path / "ut", options)
    assert {p: p.read_bytes() for p in (tmp_path / "ut").rglob("*.*")} == first


def test_formulas_are_neutralised(tmp_path):
    (tmp_path / "a.txt").write_text(
        GOOD + '\n=HYPERLINK("http://ond.example") er meldt til Datatilsynet.\n', encoding="utf-8"
    )
    run_audit([tmp_path / "a.txt"], tmp_path / "ut")
    for name in ("documents.csv", "findings.csv"):
        for row in rows(tmp_path / "ut" / name):
            assert not any((value or "").startswith(("=", "+", "@")) for value in row.values())


def test_unwritable_folder(tmp_path):
    (tmp_path / "a.txt").write_text(GOOD, encoding="utf-8")
    (tmp_path / "fil").write_text("opptatt")
    with pytest.raises(AnalyzerError, match="kan ikke skrives"):
        run_audit([tmp_path / "a.txt"], tmp_path / "fil" / "ut")


def test_nothing_to_read(tmp_path):
    with pytest.raises(UnreadableSource, match="ingen filer"):
        run_audit([tmp_path], tmp_path / "ut")
    with pytest.raises(UnreadableSource, match="finnes ikke"):
        find_sources([tmp_path / "borte"])


@pytest.mark.parametrize(
    ("paths", "ids"),
    [
        (["a.txt", "b/a.txt", "c/A.html"], ["a", "a-2", "A-3"]),
        (["../..txt", "a/???.html"], ["document", "document-2"]),
        (["Å pent navn.pdf"], ["Å-pent-navn"]),
        (["x" * 300 + ".txt"], ["x" * 120]),
    ],
)
def test_unique_ids(paths, ids):
    assert unique_ids([Path(p) for p in paths]) == ids

"""Audits: every source accounted for, whatever the folder holds, whoever does the work, and whenever it is stopped."""

import csv
import hashlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import openpyxl
import pandas as pd
import psutil
import pytest
from web import STATEMENT, serve

import analyzer
from analyzer.auditing import Audit, Options, Source, run_audit
from analyzer.auditing.task import Job, Task
from analyzer.errors import AnalyzerError, UnreadableSource
from analyzer.schema import validate_report
from analyzer.sources import unique_ids
from analyzer.terminal import show_progress

TESTS = Path(__file__).parent
ROOT = TESTS.parent
AS_OF = "2026-11-21"
GOOD = (
    "Personvernerklæring for Dal Bakeri AS\n\nDal Bakeri AS er behandlingsansvarlig. Skriv til post@dal.example. "
    "Vi lagrer navn og telefonnummer for å levere bestillingen. Opplysningene slettes etter ett år. "
    "Grunnlaget er avtalen med deg. Du har rett til innsyn, retting og sletting.\n"
)
NOT_RESULTS = {"run.json", "ledger.jsonl"}
"""These have times, and the order in which the sources happened to be done."""


@pytest.fixture
def light(monkeypatch):
    """Give what makes options with the light analysis, which workers can import."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(TESTS)]))
    monkeypatch.syspath_prepend(str(TESTS))
    return lambda **options: Options(analysis="light_analysis:load", as_of=AS_OF, **options)


@pytest.fixture
def statements(tmp_path):
    """Give what writes a number of different statements."""

    def write(count, line=""):
        folder = tmp_path / "kilder"
        folder.mkdir(exist_ok=True)
        for i in range(count):
            kind = "kommune" if i % 3 else "Bakeri AS"
            text = f"Personvernerklæring for Dal{i} {kind}\n{line}\nVi lagrer bilag i {i % 7 + 1} år.\nMottaker: M{i % 5}\n"
            (folder / f"s{i:03}.txt").write_text(
                text + "Klag til Datatilsynet.\n" * (i % 2), encoding="utf-8"
            )
        return folder

    return write


def rows(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def results(folder):
    """Give the bytes of all that must not depend on how the work was done."""
    files = [p for p in folder.rglob("*") if p.is_file() and p.name not in NOT_RESULTS]
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in files}


# --- the real model ---------------------------------------------------------------------------------------------


def test_everything_is_accounted_for(tmp_path):
    source = tmp_path / "kilder"
    (source / "under").mkdir(parents=True)
    (source / "Dal.txt").write_text(GOOD, encoding="utf-8")
    (source / "under" / "dal.TXT").write_text(GOOD.replace("Dal", "Li"), encoding="utf-8")
    (source / "side.html").write_text(f"<html><body><p>{GOOD}</p></body></html>", encoding="utf-8")
    (source / "formel.txt").write_text(
        GOOD + '\n=HYPERLINK("http://ond.example") er meldt til Datatilsynet.\n'
    )
    (source / "tom.txt").write_bytes(b"")
    (source / "bilde.pdf").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 100)
    (source / ".skjult").write_text("x")
    (source / "Thumbs.db").write_bytes(b"x")
    steps = []
    audit = run_audit([source], tmp_path / "ut", Options(as_of=AS_OF), progress=steps.append)
    reports = sorted(p.name for p in (tmp_path / "ut" / "reports").glob("*.json"))
    assert reports == ["Dal.json", "dal-2.json", "formel.json", "side.json"]
    for name in reports:
        validate_report(json.loads((tmp_path / "ut" / "reports" / name).read_text(encoding="utf-8")))
    assert {Path(r["source"]).name for r in rows(tmp_path / "ut" / "errors.csv")} == {"tom.txt", "bilde.pdf"}
    assert [r["id"] for r in rows(tmp_path / "ut" / "documents.csv")] == ["Dal", "formel", "side", "dal-2"]
    assert rows(tmp_path / "ut" / "findings.csv")
    assert [(step.done, step.total) for step in steps] == [(i, 6) for i in range(1, 7)]
    assert len(audit.documents) == 4
    assert audit.matrix().shape == (4, 26)
    for path in (tmp_path / "ut").glob("*.csv"):
        assert not any((v or "").startswith(("=", "+", "@")) for row in rows(path) for v in row.values())

    before = results(tmp_path / "ut")
    again = run_audit([source], tmp_path / "ut", Options(as_of=AS_OF, scheduler="sync"))
    assert again.run["counts"]["reused"] == 6
    assert results(tmp_path / "ut") == before
    run_audit([source], tmp_path / "ny", Options(as_of=AS_OF, scheduler="sync"))
    assert results(tmp_path / "ny") == before


# --- the work ---------------------------------------------------------------------------------------------------


def test_results_do_not_depend_on_who_does_the_work(statements, tmp_path, light):
    source = statements(50)
    (source / "tom.txt").touch()
    run_audit([source], tmp_path / "en", light(workers=1))
    expected = results(tmp_path / "en")
    assert len(expected) > 60
    for name, options in {"to": light(workers=2), "sync": light(scheduler="sync")}.items():
        run_audit([source], tmp_path / name, options)
        assert results(tmp_path / name) == expected, name


def test_a_bad_statement_harms_only_itself(statements, tmp_path, light):
    source = statements(2)
    bad = {
        "sover.txt": "SLEEP 60",
        "henger.txt": "SPIN",
        "stanser.txt": "CRASH",
        "stanser-en-gang.txt": f"CRASH-ONCE {tmp_path / 'merke'}",
        "eter.txt": "EAT 400",
        "feiler.txt": "RAISE",
    }
    for name, text in bad.items():
        (source / name).write_text(f"{text}\nPersonvernerklæring for Dal AS", encoding="utf-8")
    os.mkfifo(source / "roer")  # reading it never ends
    audit = run_audit([source], tmp_path / "ut", light(timeout=3, memory_limit=150_000_000))
    errors = {Path(row["source"]).name: row["error"] for row in rows(tmp_path / "ut" / "errors.csv")}
    assert sorted(audit.documents["id"]) == ["s000", "s001", "stanser-en-gang"]
    expected = {
        "sover.txt": "grensen på 3 sekunder",
        "henger.txt": "grensen på 3 sekunder",
        "roer": "er et rør, en enhet eller en socket",
        "stanser.txt": "SIGSEGV",
        "eter.txt": "mer minne enn grensen",
        "feiler.txt": "RuntimeError: uventet",
    }
    assert sorted(errors) == sorted(expected)
    for name, reason in expected.items():
        assert reason in errors[name]
        assert str(source / name) in errors[name]


def test_what_cannot_be_loaded_stops_the_audit_at_once(statements, tmp_path, light):
    with pytest.raises(AnalyzerError, match="Modellen borte finnes ikke"):
        run_audit([statements(3)], tmp_path / "ut", light(model="borte"))
    with pytest.raises(AnalyzerError, match="kan ikke lastes"):
        run_audit([statements(3)], tmp_path / "ut", Options(analysis="tull:tull"))


def test_a_file_whose_name_is_no_text(statements, tmp_path, light):
    source = statements(1)
    for name in (b"\xff.txt", b"tom\xff.txt"):
        Path(os.fsdecode(os.fsencode(source) + b"/" + name)).write_text(
            "" if b"tom" in name else "Vi lagrer. " * 9
        )
    audit = run_audit([source], tmp_path / "ut", light())
    assert sorted(Path(s).name for s in audit.documents["source"]) == ["?.txt", "s000.txt"]
    assert [Path(row["source"]).name for row in rows(tmp_path / "ut" / "errors.csv")] == ["tom?.txt"]
    assert run_audit([source], tmp_path / "ut", light()).run["counts"]["reused"] == 3


def test_a_file_named_twice(statements, tmp_path, light):
    path = str(statements(1) / "s000.txt")
    audit = run_audit(
        [Source(path, "Første AS", path=path), Source(path, "Andre AS", path=path)], tmp_path / "ut", light()
    )
    assert list(audit.documents["organisation"]) == ["Første AS", "Andre AS"]
    assert list(audit.documents["id"]) == ["s000", "s000-2"]


@pytest.fixture
def cluster(light):
    """A scheduler and two workers in processes of their own, with nannies."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    address = f"tcp://127.0.0.1:{port}"
    commands = [
        ["scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard"],
        *[["worker", address, "--nthreads", "1", "--no-dashboard", "--memory-limit", "0"]] * 2,
    ]
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "dask", *command], stderr=subprocess.DEVNULL, start_new_session=True
        )
        for command in commands
    ]
    yield address
    for process in processes[::-1]:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_a_running_cluster_loses_nothing_when_workers_die(statements, tmp_path, light, cluster):
    from distributed import Client

    source = statements(80, "SLEEP 0.05")
    with Client(cluster, timeout=30, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=30)
        first, second = client.run(os.getpid).values()

    def kill(step):
        if step.done == 10:  # a worker of Dask
            os.kill(first, signal.SIGKILL)
        elif step.done == 40:  # a process that analyses
            psutil.Process(second).children()[0].kill()

    audit = run_audit([source], tmp_path / "ut", light(scheduler=cluster), progress=kill)
    assert audit.run["counts"] == {"sources": 80, "done": 80, "failed": 0, "reused": 0}
    run_audit([source], tmp_path / "rolig", light(workers=1))
    assert results(tmp_path / "ut") == results(tmp_path / "rolig")


def test_the_clients_cluster_is_used(statements, tmp_path, light, monkeypatch):
    from distributed import Client, LocalCluster

    source = statements(5)
    local = LocalCluster(n_workers=1, threads_per_worker=2, processes=False, dashboard_address="127.0.0.1:0")
    with local, Client(local) as client:
        audit = analyzer.audit([source], tmp_path / "ut", analysis="light_analysis:load", as_of=AS_OF)
        with pytest.raises(AnalyzerError, match="Modellen borte finnes ikke"):
            run_audit([source], tmp_path / "borte", light(model="borte"), client=client)
        digests = iter(["folder", "here", "there"])
        monkeypatch.setattr("analyzer.auditing.schedule.settings_digest", lambda settings: next(digests))
        with pytest.raises(AnalyzerError, match="en annen utgave"):
            run_audit([source], tmp_path / "annen", light(), client=client)
    assert len(audit.documents) == 5
    assert not [p for p in psutil.Process().children() if "analyzer.auditing.child" in p.cmdline()]


def test_no_scheduler_there(statements, tmp_path, light, monkeypatch):
    monkeypatch.setattr("analyzer.auditing.schedule.CONNECT_SECONDS", 0.5)
    with pytest.raises(AnalyzerError, match="Ingen Dask-planlegger svarer"):
        run_audit([statements(1)], tmp_path / "ut", light(scheduler="tcp://127.0.0.1:9"))


# --- going on ---------------------------------------------------------------------------------------------------

RUN = """
import sys
from analyzer.auditing import Options, run_audit
if __name__ == "__main__":
    run_audit([sys.argv[1]], sys.argv[2], Options(analysis="light_analysis:load", as_of="2026-11-21", workers=int(sys.argv[3])))
"""


def wait_until(done, seconds=30):
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_run_killed_at_any_moment_goes_on(statements, tmp_path, light):
    source = statements(60, "SLEEP 0.04")
    run_audit([source], tmp_path / "rolig", light(workers=2))
    script = tmp_path / "kjør.py"
    script.write_text(RUN, encoding="utf-8")
    out, dice = tmp_path / "ut", random.Random(7)
    ledger = out / "ledger.jsonl"
    recorded = 0
    for workers in (1, 1, 1, 2, 1):
        command = [sys.executable, str(script), str(source), str(out), str(workers)]
        run = subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True)
        wait_until(lambda before=recorded: ledger.exists() and ledger.read_bytes().count(b"\n") > before)
        time.sleep(dice.uniform(0, 0.5))
        started = psutil.Process(run.pid).children(recursive=True)
        run.kill()
        run.wait()
        wait_until(lambda processes=started: not any(p.is_running() for p in processes))
        lines = ledger.read_bytes().split(b"\n")[:-1]
        for entry in map(json.loads, lines):
            json.loads((out / "reports" / f"{entry['id']}.json").read_bytes())
        recorded = len(lines)
    assert recorded < 60
    assert len({json.loads(line)["id"] for line in lines}) == recorded  # nothing was done twice
    with (out / "ledger.jsonl").open("ab") as ledger:
        ledger.write(b'{"source": "halv')  # the tail that a power cut leaves
    audit = run_audit([source], out, light(workers=1))
    assert audit.run["counts"]["reused"] == recorded
    assert results(out) == results(tmp_path / "rolig")


def test_only_what_must_be_is_done_again(statements, tmp_path, light):
    source, out = statements(6), tmp_path / "ut"

    def reused(**options):
        return run_audit([source], out, light(**options)).run["counts"]["reused"]

    assert reused() == 0
    assert reused() == 6
    (source / "s001.txt").write_text("Personvernerklæring for Ny AS", encoding="utf-8")
    assert reused() == 5
    (out / "reports" / "s002.json").write_text("{}")
    assert reused() == 5
    assert reused(language="en") == 0
    assert reused(force=True, language="en") == 0
    (source / "s003.txt").unlink()
    (source / "s004.txt").write_text("", encoding="utf-8")
    assert reused(language="en") == 4
    for kind in ("json", "html"):
        left = sorted(p.stem for p in (out / "reports").glob(f"*.{kind}"))
        assert left == ["s000", "s001", "s002", "s005"]
    assert reused(language="en") == 5  # an empty file stays empty


def test_a_page_that_is_not_there_is_made_again(statements, tmp_path, light):
    source, out = statements(4), tmp_path / "ut"
    run_audit([source], out, light())
    whole = results(out)
    (out / "reports" / "s001.html").unlink()
    assert run_audit([source], out, light(scheduler="sync")).run["counts"]["reused"] == 4
    assert results(out) == whole
    assert run_audit([source], out, light(pages=False)).run["counts"]["reused"] == 4
    assert sorted(out.rglob("*.html")) == []
    assert run_audit([source], out, light()).run["counts"]["reused"] == 4
    assert results(out) == whole
    run_audit([source], tmp_path / "uten", light(pages=False))
    assert sorted((tmp_path / "uten").rglob("*.html")) == []


def test_pages_are_made_by_the_workers(statements, tmp_path, light, monkeypatch):
    monkeypatch.setattr("analyzer.html_report.render_report", lambda *_: pytest.fail("made by the parent"))
    run_audit([statements(3)], tmp_path / "ut", light())
    assert len(list((tmp_path / "ut" / "reports").glob("*.html"))) == 3


def test_a_worker_that_does_not_see_the_report_makes_it_again(statements, tmp_path, light):
    path = statements(1) / "s000.txt"
    known = hashlib.sha256(path.read_bytes()).hexdigest()
    job = Job(Source(str(path), path=str(path)), "s000", known, lacks_page=str(tmp_path / "borte.json"))
    outcome = Task(light()).run(job)
    assert outcome.status == "done"
    assert outcome.page.startswith("<!doctype html>")


def test_a_folder_keeps_its_day(statements, tmp_path, light):
    source = statements(2)
    run_audit([source], tmp_path / "ut", Options(analysis="light_analysis:load", as_of="2026-01-02"))
    audit = run_audit([source], tmp_path / "ut", Options(analysis="light_analysis:load"))
    assert audit.run["as_of"] == "2026-01-02"
    assert audit.run["counts"]["reused"] == 2


def test_two_runs_in_one_folder(statements, tmp_path, light):
    source = statements(2)

    def again(step):
        with pytest.raises(AnalyzerError, match="En annen kjøring"):
            run_audit([source], tmp_path / "ut", light(scheduler="sync"))

    run_audit([source], tmp_path / "ut", light(scheduler="sync"), progress=again)


def test_an_unfinished_run_is_no_result(statements, tmp_path, light):
    def stop(step):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_audit([statements(3)], tmp_path / "ut", light(), progress=stop)
    with pytest.raises(AnalyzerError, match="ikke ferdig"):
        Audit.open(tmp_path / "ut")
    with pytest.raises(AnalyzerError, match="ikke resultatet"):
        Audit.open(tmp_path / "kilder")


# --- the results ------------------------------------------------------------------------------------------------


def test_the_tables_are_read_as_they_are(statements, tmp_path, light):
    run_audit([statements(12)], tmp_path / "ut", light())
    out = tmp_path / "ut"
    missing = duckdb.sql(
        f"select disclosure, count(*) n from '{out}/tables/disclosures/*/*.parquet' where status = 'missing' "
        "group by all order by n desc, disclosure"
    ).fetchall()
    assert missing == [("controller", 12), ("dpo", 12), ("complaint", 6)]
    assert duckdb.sql(f"select avg(completeness) from '{out}/documents.csv'").fetchall() == [(0.375,)]
    frame = pd.read_parquet(out / "tables" / "retention")
    assert frame["days"].max() == 7 * 365.25
    assert set(frame["run"]) == {Audit.open(out).run["run"]}
    book = openpyxl.load_workbook(out / "audit.xlsx", read_only=True)
    assert book["documents"].max_row == 13
    assert {"disclosures", "retention", "findings", "errors", "sectors", "templates"} <= set(book.sheetnames)


def test_statement_text_is_no_formula(tmp_path, light):
    (tmp_path / "a.txt").write_text('=HYPERLINK("http://ond.example")\nMottaker: M1\x07\n', encoding="utf-8")
    audit = run_audit([tmp_path / "a.txt"], tmp_path / "ut", light(scheduler="sync"))
    assert [row["quote"][:2] for row in rows(tmp_path / "ut" / "findings.csv")] == ["'="] * 4
    assert audit.findings["quote"].str.startswith("=HYPERLINK").all()
    for sheet in openpyxl.load_workbook(tmp_path / "ut" / "audit.xlsx"):
        assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "b"}
        assert not any(str(cell.value).startswith("=") for row in sheet.iter_rows() for cell in row)


def test_a_manifests_columns_come_back(statements, tmp_path, light):
    source = statements(2)
    own = {"fylke": "Vestland", "id": "7", "=farlig()": "x"}
    path = str(source / "s000.txt")
    listed = Source(path, "Eget navn", "974760673", "helse", own, path=path)
    audit = run_audit([listed, source / "s001.txt"], tmp_path / "ut", light(scheduler="sync"))
    first, second = audit.documents.to_dict("records")
    assert (first["organisation"], first["orgnr"], first["sector"]) == ("Eget navn", "974760673", "helse")
    assert (first["fylke"], first["manifest_id"], first["id"]) == ("Vestland", "7", "s000")
    assert (second["organisation"], second["sector"]) == ("Dal1 kommune", "public")
    assert set(audit.findings["organisation"]) == {"Eget navn", "Dal1 kommune"}
    assert "'=farlig()" in rows(tmp_path / "ut" / "documents.csv")[0]


def test_several_statements_of_one_organisation(statements, tmp_path, light):
    folder = statements(0)
    (folder / "a.txt").write_text("Personvern for Dal AS. Klag til Datatilsynet.", encoding="utf-8")
    (folder / "b.txt").write_text("Personvern for Dal AS. Vi lagrer bilag i 3 år.", encoding="utf-8")
    (folder / "c.txt").write_text("Personvern for Li AS.", encoding="utf-8")
    audit = run_audit([folder], tmp_path / "ut", light(scheduler="sync"))
    dal, li = audit.organisations.to_dict("records")
    assert (dal["organisation"], dal["documents"], dal["ids"]) == ("Dal AS", 2, "a, b")
    assert (dal["present"], dal["missing_disclosures"]) == (2, "controller, dpo")
    assert (dal["complaint"], dal["retention"], li["completeness"]) == ("present", "present", 0.0)
    assert [row["ids"] for row in rows(tmp_path / "ut" / "organisations.csv")] == ["a, b", "c"]
    book = openpyxl.load_workbook(tmp_path / "ut" / "audit.xlsx", read_only=True)
    assert book["organisations"].max_row == 3


def test_what_has_changed(statements, tmp_path, light):
    source = statements(4)
    before = run_audit([source], tmp_path / "før", light(scheduler="sync"))
    (source / "s000.txt").write_text(
        "Personvernerklæring for Dal0 Bakeri AS\nBehandlingsansvarlig er Dal0. Vi lagrer bilag i 3 år.\nMottaker: Ny",
        encoding="utf-8",
    )
    (source / "s001.txt").unlink()
    (source / "s009.txt").write_text("Personvernerklæring for Ny kommune", encoding="utf-8")
    changes = before.compare(run_audit([source], tmp_path / "nå", light(scheduler="sync")))
    found = {
        tuple(row)
        for row in changes.drop(columns="orgnr")
        .astype(object)
        .where(changes.notna(), None)
        .itertuples(index=False)
    }
    assert found == {
        ("Dal0 Bakeri AS", "disclosure", "controller", "appeared", "missing", "present"),
        ("Dal0 Bakeri AS", "finding", "missing-controller", "disappeared", "controller", None),
        ("Dal0 Bakeri AS", "retention", "Bilag", "changed", "P1Y", "P3Y"),
        ("Dal0 Bakeri AS", "recipient", "M0", "disappeared", "unknown", None),
        ("Dal0 Bakeri AS", "recipient", "Ny", "appeared", None, "unknown"),
        ("Dal1 kommune", "organisation", None, "disappeared", None, None),
        ("Ny kommune", "organisation", None, "appeared", None, None),
    }  # fmt: skip
    assert before.compare(before).empty


def test_compare_command(statements, tmp_path, light):
    source = statements(2)
    run_audit([source], tmp_path / "a", light(scheduler="sync"))
    (source / "s000.txt").unlink()
    run_audit([source], tmp_path / "b", light(scheduler="sync"))

    def compare(*arguments):
        command = [sys.executable, "-m", "analyzer", "compare", "a", "b", *arguments]
        run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stderr
        return run.stdout

    assert "Dal0 Bakeri AS" in compare()
    assert json.loads(compare("--json"))[0]["change"] == "disappeared"
    assert compare("--csv").splitlines()[0] == "organisation,orgnr,what,item,change,before,after"


# --- sources ----------------------------------------------------------------------------------------------------


def test_a_manifest_from_the_command_line(statements, tmp_path):
    source = statements(1)
    (tmp_path / "liste.csv").write_text(
        f"source;organisation;fylke\n{source / 's000.txt'};Dal AS;Vestland\nborte.txt;Li AS;Viken\n",
        encoding="utf-8",
    )
    command = [
        sys.executable,
        "-m",
        "analyzer",
        "audit",
        "--manifest",
        "liste.csv",
        "-o",
        "ut",
        "--workers",
        "1",
    ]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert "borte.txt" in run.stderr
    (row,) = rows(tmp_path / "ut" / "documents.csv")
    assert (row["organisation"], row["fylke"]) == ("Dal AS", "Vestland")
    page = (tmp_path / "ut" / "index.html").read_text(encoding="utf-8")
    assert "Dal AS" in page
    assert "borte.txt" in page
    assert (tmp_path / "ut" / "reports" / f"{row['id']}.html").exists()


def test_fetching_says_how_far_it_is(tmp_path, light):
    steps = []
    with serve({"/personvern": STATEMENT}) as (site, _):
        urls = [f"{site}/personvern", f"{site}/borte"]
        run_audit(urls, tmp_path / "ut", light(allow_private=True), progress=steps.append)
    assert [(s.phase, s.done, s.total, s.failed) for s in steps] == [
        ("fetch", 1, 2, 0),
        ("fetch", 2, 2, 1),
        ("analysis", 1, 2, 0),
        ("analysis", 2, 2, 1),
    ]
    assert steps[1].error == steps[3].error
    with show_progress() as advance:
        for step in steps:
            advance(step)


def test_unwritable_folder(tmp_path):
    (tmp_path / "a.txt").write_text(GOOD, encoding="utf-8")
    (tmp_path / "fil").write_text("opptatt")
    with pytest.raises(AnalyzerError, match="kan ikke skrives"):
        run_audit([tmp_path / "a.txt"], tmp_path / "fil" / "ut")


def test_nothing_to_read(tmp_path):
    with pytest.raises(UnreadableSource, match="ingen filer"):
        run_audit([tmp_path], tmp_path / "ut")
    with pytest.raises(UnreadableSource, match="finnes ikke"):
        run_audit([tmp_path / "borte"], tmp_path / "ut")


@pytest.mark.parametrize(
    ("paths", "ids"),
    [
        (["a.txt", "b/a.txt", "c/A.html"], ["a", "a-2", "A-3"]),
        (["a.txt", "a-2.txt", "b/a.txt"], ["a", "a-2", "a-3"]),
        (["../..txt", "a/???.html"], ["document", "document-2"]),
        (["Å pent navn.pdf"], ["Å-pent-navn"]),
        (["x" * 300 + ".txt"], ["x" * 120]),
    ],
)
def test_unique_ids(paths, ids):
    assert unique_ids([Source(p) for p in paths]) == ids

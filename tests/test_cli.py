"""The command line, run as a user runs it."""

import json
import os
import subprocess
import sys
from types import SimpleNamespace

import docx
import jsonschema
import pytest
from typer.testing import CliRunner
from web import STATEMENT, serve

from analyzer.cli import app
from analyzer.cli.app import read_size
from analyzer.cli.targets import check_target
from analyzer.errors import AnalyzerError
from analyzer.pipeline import Analyzer
from analyzer.sources import expand
from analyzer.terminal import show_pages

GOOD = (
    "Personvernerklæring for Nes Tannklinikk AS\n\nNes Tannklinikk AS er behandlingsansvarlig. Skriv til "
    "post@nes.example. Vi lagrer navn og journal for å gi behandling. Journalen oppbevares så lenge loven krever. "
    "Du har rett til innsyn, retting og sletting. Sist oppdatert 1. mars 2024.\n"
)


def personvern(*arguments, stdin=None, cwd=None):
    return subprocess.run(
        [sys.executable, "-m", "analyzer", *map(str, arguments)],
        capture_output=True,
        input=stdin,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        env={**os.environ, "PYTHONUTF8": "1"},
        check=False,
    )


@pytest.fixture
def good(tmp_path):
    path = tmp_path / "nes.txt"
    path.write_text(GOOD, encoding="utf-8")
    return path


def test_table(good):
    run = personvern("analyze", good)
    assert run.returncode == 0
    assert "Nes Tannklinikk AS" in run.stdout
    assert "Lagringstid" in run.stdout
    assert "mangler" in run.stdout
    assert "\x1b[" not in run.stdout  # plain when piped
    assert run.stderr == ""


def test_json_follows_the_printed_schema(good):
    report = json.loads(personvern("analyze", good, "--json").stdout)
    schema = json.loads(personvern("schema").stdout)
    jsonschema.validate(report, schema)
    assert report["document"]["id"] == "nes"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--html", "ut.pdf"], "ender på .html"),
        (["--html", "borte/ut.html"], "Mappen borte finnes ikke"),
        (["--html", "mappe.html"], "Det er en mappe"),
        (["--html", "side.html"], "Det er originalen"),
        (["--annotate", "kopi.odt"], "ender på .docx eller .pdf"),
        (["--annotate", "borte/kopi.docx"], "Mappen borte finnes ikke"),
        (["--annotate", "kopi.pdf"], "Bare en PDF kan få kommentarer som PDF. Skriv til kopi.docx"),
        (["--json", "ut.json"], "skriv «> ut.json»"),
    ],
)
def test_a_file_that_cannot_be_written_is_told_before_the_analysis(monkeypatch, tmp_path, arguments, told):
    def analyze(*_, **__):
        raise AssertionError("analysed all the same")

    monkeypatch.setattr(Analyzer, "load", lambda *_, **__: SimpleNamespace(analyze=analyze))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "side.html").write_bytes(STATEMENT)
    (tmp_path / "mappe.html").mkdir()
    run = CliRunner().invoke(app, ["analyze", "side.html", *arguments])
    assert told in (str(run.exception) if isinstance(run.exception, AnalyzerError) else run.stderr)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mappe.html", "side.html"]


def test_a_folder_without_write_access_is_told_before_the_analysis(monkeypatch, tmp_path):
    monkeypatch.setattr("analyzer.cli.targets.os.access", lambda *_: False)  # root may write everywhere
    with pytest.raises(AnalyzerError, match="ikke skrivetilgang"):
        check_target(tmp_path / "ut.html", "--html", (".html",), ["side.html"])


def test_annotate_writes_a_copy_with_a_comment_for_each_finding(good, tmp_path):
    out = tmp_path / "merket.docx"
    run = personvern("analyze", good, "--json", "--annotate", out, "--lang", "en")
    findings = json.loads(run.stdout)["findings"]
    places = sum(max(1, len(finding["evidence"])) for finding in findings)
    texts = [comment.text for comment in docx.Document(str(out)).comments]
    assert len(texts) == 1 + places > 1
    assert texts[0].startswith("Reviewed by personvern")
    assert "merket.docx" in run.stderr
    refused = personvern("analyze", good, good, "--annotate", out)
    assert refused.returncode == 2
    assert "--annotate tar én erklæring" in refused.stderr


def test_several_files_give_a_line_each(good, tmp_path):
    other = tmp_path / "to.txt"
    other.write_text(GOOD, encoding="utf-8")
    lines = personvern("analyze", good, other, "--json").stdout.splitlines()
    assert [json.loads(line)["document"]["id"] for line in lines] == ["nes", "to"]


def test_standard_input():
    run = personvern("analyze", "-", "--json", stdin=GOOD)
    assert json.loads(run.stdout)["document"]["source"] == "stdin"


@pytest.mark.parametrize(("level", "status"), [("error", 1), ("info", 1), ("never", 0)])
def test_fail_on(good, level, status):
    assert personvern("analyze", good, "--fail-on", level).returncode == status


def test_unreadable_is_a_message_and_the_rest_goes_on(good, tmp_path):
    empty = tmp_path / "tom.txt"
    empty.write_bytes(b"")
    run = personvern("analyze", empty, tmp_path / "borte.txt", good)
    assert run.returncode == 2
    assert "tom.txt er tom" in run.stderr
    assert "borte.txt finnes ikke" in run.stderr
    assert "Traceback" not in run.stderr
    assert "Nes Tannklinikk AS" in run.stdout


@pytest.mark.parametrize(
    "arguments", [["analyze"], ["tull"], ["audit", "x"], ["analyze", "a.txt", "--lang", "xx"]]
)
def test_wrong_usage_is_status_2(arguments):
    run = personvern(*arguments)
    assert run.returncode == 2
    assert "Traceback" not in run.stderr


def test_audit(good, tmp_path):
    (tmp_path / "kilder").mkdir()
    good.rename(tmp_path / "kilder" / "nes.txt")
    run = personvern("audit", "kilder", "--out", "ut", cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    assert "1 erklæringer analysert" in run.stdout
    assert (tmp_path / "ut" / "reports" / "nes.json").is_file()
    quiet = personvern("audit", "kilder", "--out", "ut", "--quiet", cwd=tmp_path)
    assert quiet.stdout == ""


@pytest.mark.parametrize("id", ["retention", "missing-retention", "retention-vague", "legal_basis"])
def test_explain(id):
    run = personvern("explain", id)
    assert run.returncode == 0
    assert len(run.stdout.splitlines()) > 3


def test_explain_unknown_lists_the_choices():
    run = personvern("explain", "lagring")
    assert run.returncode == 2
    assert "retention" in run.stderr


DAMAGED = (
    "Nar du besgker oss, far vi tilgang til opplysninger som er ngdvendige for a levere tjenesten. "
    "Vi lagrer ogsa formalet med behandlingen, og du kan nar som helst be om sletting. "
)


def test_damaged_text_is_shown_restored_with_its_original(tmp_path):
    path = tmp_path / "skadd.txt"
    path.write_text(DAMAGED * 3, encoding="utf-8")
    shown = personvern("analyze", path).stdout
    assert "Skadd av tekstgjenkjenning" in shown
    assert "→" in shown
    assert "nødvendige" in personvern("restore", path).stdout
    assert "ngdvendige\tnødvendige\t" in personvern("restore", path, "--diff").stdout


def test_pages_are_shown_as_they_are_read(capsys):
    with show_pages("skann[1].pdf") as advance:
        advance(1, 2)
        advance(2, 2)
    with show_pages("tekst.pdf"):
        pass
    assert capsys.readouterr().out == ""


def test_text_cannot_steer_the_terminal(tmp_path):
    path = tmp_path / "ond[bold]fil.txt"
    path.write_text(GOOD.replace("navn", "\x1b[31mnavn\u202e"), encoding="utf-8")
    out = personvern("analyze", path).stdout
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "[bold]" in out  # shown, not obeyed


def test_train_and_evaluate(tmp_path):
    from test_quality import HELDOUT

    small = tmp_path / "korpus"
    small.mkdir()
    stems = sorted(p.name.removesuffix(".units.tsv") for p in HELDOUT.glob("*.units.tsv"))[:6]
    for stem in stems:
        for kind in ("txt", "units.tsv", "labels.tsv", "facts.tsv"):
            (small / f"{stem}.{kind}").write_bytes((HELDOUT / f"{stem}.{kind}").read_bytes())
    run = personvern("train", small, "--out", tmp_path / "modell")
    assert run.returncode == 0, run.stderr
    run = personvern("evaluate", small, "--model", tmp_path / "modell", "--json")
    assert json.loads(run.stdout)["block_micro_f1"] > 0.8  # it has seen these
    assert personvern("corpus", "check", small).returncode == 0


def test_a_model_that_is_none(good, tmp_path):
    run = personvern("analyze", good, "--model", tmp_path)
    assert run.returncode == 2
    assert "Traceback" not in run.stderr


def test_a_page_is_analysed():
    with serve({"/om/personvern.html": STATEMENT}) as (base, _):
        run = personvern("analyze", f"{base}/om/personvern.html", "--json", "--allow-private")
        refused = personvern("analyze", f"{base}/om/personvern.html")
    document = json.loads(run.stdout)["document"]
    assert document["source"] == f"{base}/om/personvern.html"
    assert document["id"] == "127.0.0.1-om-personvern"
    assert refused.returncode == 2
    assert "--allow-private" in refused.stderr


def test_fetched_statements_are_kept_and_can_be_read_from_the_manifest(tmp_path):
    front = b"<!doctype html><title>Dal</title><h1>Velkommen</h1><a href='/p'>Personvern</a>"
    with serve({"/": front, "/p": STATEMENT}) as (base, _):
        run = personvern(
            "fetch", f"{base}/", f"{base}/borte", "--out", tmp_path / "ut", "--discover", "--allow-private"
        )
        assert run.returncode == 2
        assert f"{base}/p\t" in run.stdout
        assert f"{base}/borte finnes ikke" in run.stderr
        assert "Traceback" not in run.stderr
        (source,) = expand(manifest=tmp_path / "ut" / "manifest.csv")
        assert source.read() == STATEMENT
        assert source.extra["url"] == f"{base}/p"
        assert personvern("fetch", f"{base}/p", "--out", tmp_path / "ut", "--allow-private").returncode == 0
        assert len(list((tmp_path / "ut" / "evidence").glob("*.json"))) == 2
    assert personvern("fetch", "erklæring.html", "--out", tmp_path).returncode == 2


@pytest.mark.parametrize(
    ("text", "size"), [("4GiB", 4 * 2**30), ("800MB", 800_000_000), ("1.5 gb", 1_500_000_000), ("0", None)]
)
def test_sizes(text, size):
    assert read_size(text) == size


def test_a_size_that_is_none_is_said():
    with pytest.raises(AnalyzerError, match="«mye» er ingen størrelse"):
        read_size("mye")

"""Every command of the README is run, in a folder with the files that it names, made up here."""

import os
import re
import shlex
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner
from typeset import typeset
from web import STATEMENT, serve

from analyzer.auditing import Options, run_audit
from analyzer.cli import app
from analyzer.errors import AnalyzerError
from analyzer.pipeline import Analyzer

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONSOLE = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
LINES = re.findall(r"^\$ personvern (.+)$", "\n".join(CONSOLE), re.MULTILINE)
INLINE = re.findall(r"`personvern ((?:analyze|audit) [^`]+)`", README)
SITE = "https://vik.example"
TEXT = (
    "Personvernerklæring for Vik kommune\n\nVik kommune er behandlingsansvarlig. Skriv til post@vik.example.\n\n"
    "Vi bruker navn og adresse til å svare på søknader. Opplysningene slettes etter 5 år. Du har rett til innsyn.\n"
)
TRAINED = ("bitlaft", "torgkvartalet", "groftekanten", "bryggetemp", "haugatun", "kongsviktrafikkskole")
MADE = {
    "--html vik.html": "vik.html",
    "--annotate": "merket.pdf",
    "audit": "revisjon/index.html",
    "fetch": "hentet/manifest.csv",
    "train": "modell/config.json",
    "--html kodebrygga.html": "kodebrygga.html",
}


def light(**options):
    return Options(**options, analysis="light_analysis:load")


def copy_corpus(folder):
    """Copy a corner of the corpus, which training and evaluation are quick with."""
    for part, names in {"statements": TRAINED, "heldout": ("kodebrygga",)}.items():
        (folder / part).mkdir(parents=True)
        for path in (path for name in names for path in (ROOT / "corpus" / part).glob(f"{name}.*")):
            shutil.copy(path, folder / part)
    rows = (ROOT / "corpus" / "statements.tsv").read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [row for row in rows[1:] if list(folder.glob(f"*/{row.partition(chr(9))[0]}.txt"))]
    (folder / "statements.tsv").write_text(rows[0] + "".join(kept), encoding="utf-8")


@pytest.fixture(scope="module", autouse=True)
def workers_find_the_light_analysis():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(ROOT / "tests")]))
        yield


@pytest.fixture(scope="module")
def site():
    front = b"<!doctype html><title>Vik</title><h1>Velkommen</h1><a href='/personvern'>Personvern</a>"
    with serve({"/": front, "/personvern": STATEMENT}) as (base, _):
        yield base


@pytest.fixture(scope="module")
def folder(tmp_path_factory, site):
    folder = tmp_path_factory.mktemp("readme")
    (folder / "erklæring.html").write_bytes(STATEMENT)
    (folder / "erklæring.pdf").write_bytes(typeset(TEXT))
    (folder / "erklæringer").mkdir()
    (folder / "erklæringer" / "vik.txt").write_text(TEXT, encoding="utf-8")
    (folder / "skannet.txt").write_text("Det er ngdvendig for var virksomhet. " * 20, encoding="utf-8")
    (folder / "kommuner.csv").write_text(
        f"source,organisation,sector,fylke\n{site},Vik kommune,public,Vestland\n", encoding="utf-8"
    )
    for year, text in {2025: TEXT, 2026: TEXT.replace("5 år", "3 år")}.items():
        (folder / "vik.txt").write_text(text, encoding="utf-8")
        run_audit([folder / "vik.txt"], folder / f"revisjon-{year}", light(workers=1))
    copy_corpus(folder / "corpus")
    return folder


def test_the_readme_has_commands():
    assert len(LINES) >= 14
    assert len(INLINE) >= 1


@pytest.mark.parametrize("line", [*LINES, *INLINE])
def test_commands_run(line, folder, site, az, monkeypatch):
    monkeypatch.chdir(folder)
    monkeypatch.setattr(Analyzer, "load", lambda *_, **__: az)
    if line.startswith("audit"):  # statements by themselves are analysed in full, as README shows
        monkeypatch.setattr("analyzer.auditing.Options", light)
    command, _, target = line.partition(" #")[0].partition(" > ")
    arguments = [word.replace(SITE, site) for word in shlex.split(command)]
    web = ["--allow-private"] if SITE in command or "--manifest" in command else []
    run = CliRunner().invoke(app, [*arguments, *web])
    assert run.exit_code == 0, f"{run.stderr}\n{run.exception!r}"
    assert target or run.stdout.strip() or run.stderr.strip()
    for words, made in MADE.items():
        if words in command:
            assert (folder / made).stat().st_size > 0


def test_too_few_statements_to_train_on_are_said(folder, monkeypatch):
    monkeypatch.chdir(folder)
    run = CliRunner().invoke(app, ["train", "corpus/heldout", "--out", "ut"])
    assert isinstance(run.exception, AnalyzerError)
    assert "1 merkede erklæringer er for få" in str(run.exception)

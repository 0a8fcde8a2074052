"""The README is true: its Python runs, its output is the program's, its commands exist; so are docstrings' examples."""

import doctest
import importlib
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from analyzer.cli import app, corpus_app

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = sorted(c.name or c.callback.__name__ for c in app.registered_commands) + ["corpus check"]


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize("code", blocks("python"))
def test_python_blocks_run(code):
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in (ROOT / "analyzer").rglob("*.py")
    if ">>>" in path.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("module", MODULES)
def test_examples_in_docstrings_hold(module, monkeypatch):
    monkeypatch.chdir(ROOT)
    assert not doctest.testmod(importlib.import_module(module)).failed


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_are_in_the_readme_and_have_help(command):
    assert f"personvern {command}" in README
    run = subprocess.run(
        [sys.executable, "-m", "analyzer", *command.split(), "--help"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0
    assert len(run.stdout) > 100


def test_no_command_is_unknown():
    named = {
        line.split()[2]
        for block in blocks("console")
        for line in block.splitlines()
        if line.startswith("$ personvern")
    }
    assert named <= {*(c.split()[0] for c in COMMANDS)}
    assert corpus_app.registered_commands


@pytest.mark.parametrize(
    ("command", "shown"), re.findall(r"<!-- output: (.+?) -->\n```text\n(.*?)```", README, re.DOTALL)
)
def test_shown_output_is_real(command, shown):
    arguments = shlex.split(command)[1:]
    run = subprocess.run(
        [sys.executable, "-m", "analyzer", *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert [line.rstrip() for line in run.stdout.strip().splitlines()] == [
        line.rstrip() for line in shown.strip().splitlines()
    ]


@pytest.mark.parametrize("target", re.findall(r"\]\(((?!http)[^)#]+)\)", README))
def test_links_lead_somewhere(target):
    assert (ROOT / target).exists()


NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.name)
def test_notebooks_run(path, request):
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook,
        timeout=300,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(ROOT / "notebooks")}},
    ).execute()
    outputs = [output for cell in code_cells(notebook) for output in cell.outputs]
    assert not [output.text for output in outputs if output.get("name") == "stderr"]
    if request.config.getoption("--update-notebooks"):
        notebook.metadata.language_info = {"name": "python"}  # not the version of this machine
        for output in outputs:
            if "text/html" in output.get("data", {}):
                output.data.pop("text/plain", None)  # says the same, and some of it of this machine
        path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.name)
def test_notebooks_are_saved_with_outputs_of_no_machine(path):
    notebook = nbformat.read(path, as_version=4)
    cells = code_cells(notebook)
    assert cells[-1].outputs, "save them: pytest tests/test_docs.py -k notebooks --update-notebooks"
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    shown = json.dumps([cell.outputs for cell in cells], ensure_ascii=False)
    assert not re.search(r"/(?:home|root|tmp|work|Users|usr)/|\b0x[0-9a-f]{6,}", shown)
    assert not [cell.source for cell in cells if re.search(r"(?:import|\.)\s*_\w", cell.source)], (
        "private names"
    )

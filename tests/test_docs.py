"""The README is true: its Python runs, its output is the program's, its commands exist."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

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


@pytest.mark.parametrize("notebook", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda p: p.name)
def test_notebooks_run(notebook):
    import nbformat
    from nbclient import NotebookClient

    content = nbformat.read(notebook, as_version=4)
    NotebookClient(
        content, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(ROOT / "notebooks")}}
    ).execute()

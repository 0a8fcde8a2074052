"""The shape of the code: order of imports, cheap import, modest modules."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "analyzer"
# Each module imports only from those before it.
ORDER = [
    "errors",
    "records",
    "verdicts",
    "law",
    "literals",
    "registers",
    "services",
    "topics",
    "knowledge",
    "ingest",
    "restoration",
    "segment",
    "language",
    "detector",
    "sources",
    "classify",
    "extract",
    "assess",
    "explain",
    "evidence",
    "redaction",
    "page",
    "marked",
    "html_report",
    "html_audit",
    "notebook",
    "report",
    "schema",
    "annotation",
    "pipeline",
    "auditing",
    "plots",
    "corpus",
    "evaluate",
    "train",
    "train_encoder",
    "train_names",
    "train_restore",
    "terminal",
    "cli",
]
# Before PEP 8's own exceptions: the package root, which loads on demand, and the entry point.
ROOT = {"__init__", "__main__"}
HEAVY = (
    "spacy",
    "pandas",
    "transformers",
    "onnxruntime",
    "torch",
    "sklearn",
    "pdfplumber",
    "numpy",
    "distributed",
    "pyarrow",
    "matplotlib",
)


def module_files():
    return sorted(PACKAGE.rglob("*.py"))


def imported(path):
    """Names of the analyzer's modules that a file imports, at the top or inside functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("analyzer."):
            yield node.module.split(".")[1]
        elif isinstance(node, ast.ImportFrom) and node.module == "analyzer":
            yield from (alias.name for alias in node.names if alias.name in ORDER)


@pytest.mark.parametrize("path", module_files(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_one_way(path):
    module = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if module in ROOT:
        return
    place = ORDER.index(module)
    wrong = [name for name in imported(path) if name != module and ORDER.index(name) >= place]
    assert not wrong


@pytest.mark.parametrize("path", module_files(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_modules_are_short(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 500


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_docstrings_can_be_encoded(path):
    """A lone surrogate in one is a UnicodeEncodeError at import in Python 3.13, and in no earlier version."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            (ast.get_docstring(node) or "").encode("utf-8")


def test_import_loads_nothing_heavy():
    code = f"import sys, analyzer; print([m for m in {HEAVY!r} if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "[]"


def test_help_loads_nothing_heavy():
    code = (
        "import sys\nfrom analyzer.cli import app\n"
        f"try:\n    app(['--help'])\nexcept SystemExit:\n    pass\nprint([m for m in {HEAVY!r} if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.splitlines()[-1] == "[]"


@pytest.mark.parametrize("folder", ["models", "corpus"])
def test_data_folders_hold_no_code(folder):
    assert not list((PACKAGE.parent / folder).rglob("*.py"))

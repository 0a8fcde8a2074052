"""What is released: sdist and wheel hold what they should, and the wheel works where the repository is not."""

import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from email.parser import HeaderParser

import pytest
from packaging.version import Version
from release import CLIENT, ROOT, build, find_python, versions

import analyzer

SITE_PACKAGES = sysconfig.get_path("purelib")
HALF_OF_WHAT_PYPI_TAKES = 50_000_000


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return build(tmp_path_factory.mktemp("dist"), "--no-isolation")


@pytest.fixture(scope="module")
def wheel(built):
    with zipfile.ZipFile(built[1]) as opened:
        yield opened


@pytest.fixture(scope="module")
def installed(built, tmp_path_factory):
    target = tmp_path_factory.mktemp("installed")
    options = ("--quiet", "--no-deps", "--no-index", "--disable-pip-version-check", "--target", target)
    subprocess.run([sys.executable, "-m", "pip", "install", *options, built[1]], check=True)
    return target


def files_below(folder):
    return {
        p.relative_to(ROOT).as_posix()
        for p in (ROOT / folder).rglob("*")
        if p.is_file() and "__pycache__" not in p.parts
    }


def test_wheel_holds_the_package_with_its_weights_and_nothing_else(wheel):
    names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert names == files_below("analyzer") | {f"analyzer/{name}" for name in files_below("models")}
    assert "analyzer/py.typed" in names


def test_wheel_says_what_it_is(wheel, built):
    (folder,) = {name.partition("/")[0] for name in wheel.namelist() if ".dist-info/" in name}
    metadata = HeaderParser().parsestr(wheel.read(f"{folder}/METADATA").decode())
    assert metadata["Version"] == analyzer.__version__
    assert metadata["License-Expression"] == "Apache-2.0 AND MIT AND CC-BY-SA-4.0"
    assert metadata.get_all("License-File") == ["LICENSE", "models/NOTICE"]
    for name in ("LICENSE", "models/NOTICE"):
        assert wheel.read(f"{folder}/licenses/{name}") == (ROOT / name).read_bytes()
    needed = [line for line in metadata.get_all("Requires-Dist") if "extra ==" not in line]
    assert needed
    assert not [
        line for line in needed if re.match(r"(torch|onnx|wordfreq|matplotlib|pytest)\b(?!runtime)", line)
    ]
    assert built[1].stat().st_size < HALF_OF_WHAT_PYPI_TAKES


def test_sdist_holds_what_the_wheel_is_made_from_and_the_tests(built):
    with tarfile.open(built[0]) as opened:
        names = {name.partition("/")[2] for name in opened.getnames()}
    assert files_below("analyzer") | files_below("models") | files_below("tests") <= names
    assert {"pyproject.toml", "LICENSE", "models/NOTICE", "CHANGELOG.md"} <= names
    assert not [
        name for name in names if "__pycache__" in name or name.startswith((".venv", ".git/", "dist"))
    ]


FIND_WEIGHTS = """
import sys
from pathlib import Path
import analyzer
from analyzer.cli import run
from analyzer.language import names_folder
from analyzer.restoration import default_folder
from analyzer.classify import shipped_model

here = Path(sys.argv[1])
for path in (Path(analyzer.__file__), names_folder(), default_folder(), shipped_model()):
    assert path.is_relative_to(here) and path.exists(), path
report = analyzer.analyze("Fjell AS er behandlingsansvarlig. Loggen slettes etter 14 dager.".encode())
assert report.data["analyzer"]["model"].startswith("norwegian@")
assert report.data["organisation"]["name"] == "Fjell AS"
"""


def python_outside(installed, folder, *arguments):
    """Run Python in a folder where it finds the installed package and its dependencies, not the repository."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(installed), SITE_PACKAGES])}
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_installed_wheel_finds_its_weights(installed, tmp_path):
    # -S: the repository is in the environment by a .pth file, which site would read.
    run = python_outside(installed, tmp_path, "-S", "-c", FIND_WEIGHTS, installed)
    assert run.returncode == 0, run.stderr
    assert "Warning" not in run.stderr
    assert (installed / "bin" / "personvern").is_file()


def test_a_client_type_checks_against_the_installed_wheel(installed, tmp_path):
    (tmp_path / "wrong.py").write_text("import analyzer\n\nx: int = analyzer.analyze(b'').summary\n")
    run = python_outside(installed, tmp_path, "-m", "mypy", "--strict", CLIENT, "wrong.py")
    assert "wrong.py:3: error: Incompatible types in assignment" in run.stdout, run.stdout + run.stderr
    assert "Found 1 error in 1 file (checked 2 source files)" in run.stdout, run.stdout


def test_interpreters_are_found_by_version():
    assert versions() == ["3.11", "3.12", "3.13"]
    assert find_python("{}.{}".format(*sys.version_info)) is not None
    assert find_python("2.0") is None


# --- the changelog ------------------------------------------------------------------------------------------------

CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
KINDS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_changelog_keeps_the_format():
    headings = re.findall(r"^## (.+)$", CHANGELOG, re.MULTILINE)
    assert headings[0] == "[Unreleased]"
    released = [re.fullmatch(r"\[(\d+)\.(\d+)\.(\d+)\] - \d{4}-\d\d-\d\d", h) for h in headings[1:]]
    assert all(released), headings
    numbers = [tuple(map(int, match.groups())) for match in released]
    assert numbers == sorted(numbers, reverse=True)
    for section in re.split(r"^## .+$", CHANGELOG, flags=re.MULTILINE)[1:]:
        kinds = re.findall(r"^### (.+)$", section, re.MULTILINE)
        assert len(kinds) == len(set(kinds)), kinds
        assert set(kinds) <= KINDS


def test_version_is_that_of_the_last_release_or_higher():
    released = re.findall(r"^## \[([\d.]+)\]", CHANGELOG, re.MULTILINE)
    assert max(map(Version, [*released, "0"])) <= Version(analyzer.__version__)

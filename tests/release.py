"""Builds sdist and wheel into ``dist/`` and tries them as a new user would, with each Python at hand: ``make release``.

For each version that pyproject.toml names: an empty environment with the wheel, ``pip check``, ``first_steps.py`` in an empty
folder, and a strict type check of a small client; then the same with the extra ``notebook``. Needs a package index.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
DIST = ROOT / "dist"
CLIENT = ROOT / "tests" / "files" / "client.py"
FIRST_STEPS = ROOT / "tests" / "first_steps.py"
LARGEST = 12


def build(out, *options):
    """Build the sdist, and from it the wheel; give both."""
    run(sys.executable, "-m", "build", "--outdir", out, *options, ROOT)
    return next(out.glob("*.tar.gz")), next(out.glob("*.whl"))


def run(*command, **options):
    """Run a command; if it fails, show what it said and stop."""
    done = subprocess.run(
        [*map(str, command)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
        **options,
    )
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}\nfailed with status {done.returncode}")
    return done.stdout


def versions():
    """Give the versions of Python that the package says it runs on."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = [c.rpartition(" ")[2] for c in project["classifiers"] if c.startswith("Programming Language")]
    return [version for version in named if "." in version]


def find_python(version):
    """Find an interpreter on the path or in pyenv, or give None."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for found in (shutil.which(f"python{version}"), *sorted(pyenv.glob(f"{version}.*/bin/python"))):
        if found is None:
            continue
        said = subprocess.run([found, "--version"], capture_output=True, encoding="utf-8", check=False)
        if said.returncode == 0 and said.stdout.startswith(f"Python {version}."):  # pyenv's shims may fail
            return found
    return None


def try_wheel(python, wheel, folder):
    """Install the wheel with one Python and use it, without extras and with ``notebook``; give the environment."""
    run(python, "-m", "venv", folder / "env")
    inside = folder / "env" / "bin" / "python"
    plain = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    plain |= {"HOME": str(folder / "home"), "PYTHONWARNINGS": "default"}
    for extra in ("", "[notebook]"):
        run(inside, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", f"{wheel}{extra}")
        run(inside, "-m", "pip", "check")
        empty = folder / f"empty{extra}"
        empty.mkdir()
        run(inside, FIRST_STEPS, cwd=empty, env=plain)
        if not extra:
            show_size(folder / "env", wheel)
            check_types(inside, empty)


def check_types(python, folder):
    """Type check a client of the installed package strictly."""
    command = (sys.executable, "-m", "mypy", "--strict", "--python-executable", python, CLIENT)
    run(*command, cwd=folder, env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"})


def show_size(environment, wheel):
    """Print what the installation takes, compiled files left out, and its largest parts."""
    packages = next(environment.glob("lib/python*/site-packages"))
    sizes = {
        p.name: sum(f.stat().st_size for f in p.rglob("*") if f.is_file() and f.suffix != ".pyc")
        for p in packages.iterdir()
        if p.is_dir() and p.name != "pip"
    }
    print(
        f"  wheel {wheel.stat().st_size / 1e6:.0f} MB, installed {sum(sizes.values()) / 1e6:.0f} MB:", end=" "
    )
    largest = sorted(sizes.items(), key=lambda item: -item[1])[:LARGEST]
    print(", ".join(f"{name} {size / 1e6:.0f}" for name, size in largest))


def main():
    shutil.rmtree(DIST, ignore_errors=True)
    sdist, wheel = build(DIST)
    print(f"{sdist.name} {sdist.stat().st_size / 1e6:.0f} MB, {wheel.name}", flush=True)
    pythons = {version: find_python(version) for version in sys.argv[1:] or versions()}
    for version, python in pythons.items():
        if python is None:
            continue
        print(f"Python {version} ({python})", flush=True)
        with tempfile.TemporaryDirectory(prefix="release-") as folder:
            try_wheel(python, wheel, Path(folder))
        print(
            f"Python {version}: installed, checked and tried, without extras and with [notebook]", flush=True
        )
    absent = [version for version, python in pythons.items() if python is None]
    if absent:
        sys.exit(f"Not tried, since not found on this machine: Python {', '.join(absent)}")


if __name__ == "__main__":
    main()

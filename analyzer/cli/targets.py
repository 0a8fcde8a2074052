"""Checks of the files that a command is to write, made before the work whose result they take."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from analyzer.errors import AnalyzerError


def check_target(path: Path, option: str, suffixes: Sequence[str], sources: Sequence[str]) -> None:
    """Refuse a file that could not be written, is named as another kind, or is a source itself.

    Args:
        path: The file.
        option: The option that names it, for messages.
        suffixes: The endings that it may have, in lower case.
        sources: The files and addresses that are read.

    Raises:
        AnalyzerError: With the reason and the remedy.
    """
    if path.suffix.lower() not in suffixes:
        raise AnalyzerError(f"{option} {path}: Velg et filnavn som ender på {' eller '.join(suffixes)}.")
    if path.is_dir():
        raise AnalyzerError(f"{option} {path}: Det er en mappe. Velg et filnavn.")
    if not path.parent.is_dir():
        raise AnalyzerError(
            f"{option} {path}: Mappen {path.parent} finnes ikke. Lag den, eller velg en annen."
        )
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise AnalyzerError(f"{option} {path}: Du har ikke skrivetilgang. Velg en annen fil eller mappe.")
    if path.exists() and any(_exists(source) and path.samefile(source) for source in sources):
        raise AnalyzerError(
            f"{option} {path}: Det er originalen, og den blir ikke overskrevet. Velg et annet navn."
        )


def check_no_output(sources: Sequence[str]) -> None:
    """Refuse a file for JSON, which goes to standard output, where it was taken for a source.

    Raises:
        AnalyzerError: With the remedy.
    """
    for name in sources:
        if name.lower().endswith((".json", ".jsonl")) and "://" not in name and not _exists(name):
            raise AnalyzerError(
                f"{name} finnes ikke. --json skriver på standard ut; skriv «> {name}» for en fil."
            )


def _exists(source: str) -> bool:
    return os.path.exists(source)  # noqa: PTH110 - an address may be too long for a path; this says no

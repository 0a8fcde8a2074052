"""A program that uses the installed package; type checked strictly against it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import analyzer
from analyzer import Analyzer, AnalyzerError, Report


def durations(path: Path) -> list[str]:
    """Give the retention periods that a statement states."""
    try:
        report: Report = analyzer.analyze(path)
    except AnalyzerError as error:
        return [str(error)]
    retention: Sequence[Mapping[str, Any]] = report.retention
    return [str(period["duration"]) for period in retention]


def pages(statements: list[bytes]) -> list[str]:
    """Give an HTML page for each statement."""
    loaded: Analyzer = Analyzer.load(as_of="2026-11-21")
    return [loaded.analyze(statement).to_html(language="en") for statement in statements]


def shares(folder: Path) -> int:
    """Give the number of statements judged in a folder."""
    return len(analyzer.audit([folder]).documents)

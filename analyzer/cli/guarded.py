"""Analyses single statements in a process of their own, within limits: none of them is to be trusted."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from analyzer.errors import AnalyzerError, UnreadableSource

if TYPE_CHECKING:
    from analyzer.auditing import Options
    from analyzer.report import Report

Analyze = Callable[..., "Report"]
"""Takes ``source`` (a path or bytes), ``id``, ``name`` and ``progress``, as :meth:`Analyzer.analyze` does."""


@contextmanager
def guarded(options: Options) -> Iterator[Analyze]:
    """Give a function that analyses statements one after the other; what ends the process ends one statement only.

    Args:
        options: The model, the rules and the limits.
    """
    from analyzer.auditing.guard import Guard
    from analyzer.auditing.task import Job
    from analyzer.ingest import read_file
    from analyzer.report import Report
    from analyzer.sources import Source
    from analyzer.sources.source import as_text

    guard = Guard(options)

    def analyze(
        source: str | bytes,
        id: str | None = None,
        name: str | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Report:
        # Read here: a pipe such as <(pandoc …) is open in this process alone.
        data = source if isinstance(source, bytes) else read_file(source)
        label = name or (source if isinstance(source, str) else "<bytes>")
        content = base64.b64encode(data).decode()
        job = Job(Source(label), id or as_text(Path(label).stem) or "document", content=content)
        outcome = guard.run(job, progress)
        if outcome.report is None:
            raise UnreadableSource(outcome.error or f"{label} kan ikke leses.")
        return Report(json.loads(outcome.report))

    try:
        yield analyze
    finally:
        guard.close()


def read_stdin() -> bytes:
    """Give what stands on standard input, at most as much as a file may have.

    Raises:
        AnalyzerError: If standard input is closed, or there is more.
    """
    import sys

    from analyzer.ingest import MAX_BYTES

    if sys.stdin is None:
        raise AnalyzerError("Standard inn er lukket. Oppgi en fil i stedet for «-».")
    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise UnreadableSource(f"stdin er på mer enn {MAX_BYTES / 1e6:.0f} MB. Del erklæringen.")
    return data

"""Reads Norwegian privacy statements and says, with evidence, what they disclose and what they leave out.

Example:
    >>> import analyzer
    >>> report = analyzer.analyze(b"Fjell AS er behandlingsansvarlig for opplysningene.")
    >>> report.data["organisation"]["name"]
    'Fjell AS'
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from analyzer.errors import AnalyzerError

if TYPE_CHECKING:
    from analyzer.auditing import Audit, Source, Step
    from analyzer.pipeline import Analyzer
    from analyzer.records import Restoration
    from analyzer.report import Report

__version__ = "0.1.0"
__all__ = ["Analyzer", "AnalyzerError", "Report", "analyze", "annotate", "audit", "restore"]

_shared: dict[str, Any] = {}


def analyze(source: str | Path | bytes, *, redact: bool = False, **options: Any) -> Report:
    """Analyse one statement with the shipped model and rules.

    For many statements, or another model, use :meth:`Analyzer.load` and its methods.

    Args:
        source: Path of a file (text, Markdown, HTML, PDF, DOCX), or its bytes.
        redact: Mask personal data in the report.
        **options: ``id`` and ``name``, as for :meth:`Analyzer.analyze`.

    Raises:
        AnalyzerError: If the source cannot be read; the message names the file and the remedy.
    """
    if "analyzer" not in _shared:
        from analyzer.pipeline import Analyzer

        _shared["analyzer"] = Analyzer.load()
    if redact and "redacting" not in _shared:
        from dataclasses import replace

        _shared["redacting"] = replace(_shared["analyzer"], redact=True)
    report: Report = _shared["redacting" if redact else "analyzer"].analyze(source, **options)
    return report


def audit(
    sources: Iterable[str | Path | Source],
    out: str | Path | None = None,
    *,
    client: Any = None,
    progress: Callable[[Step], None] = lambda step: None,
    **options: Any,
) -> Audit:
    """Audit many statements: a report each, and tables over all.

    In a notebook with a running Dask client, its cluster does the work. From a script, call this below
    ``if __name__ == "__main__":``, since the workers are processes that import the script.

    Args:
        sources: Files and folders, or sources.
        out: Folder for the results, by which a stopped run goes on; when None, a temporary one that is removed when
            Python ends.
        client: A Dask client to use.
        progress: Called after each source.
        **options: The fields of :class:`analyzer.auditing.Options`: ``workers``, ``scheduler``, ``as_of``, ``redact`` …

    Raises:
        AnalyzerError: If there is nothing to read, or ``out`` cannot be written.
    """
    from analyzer.auditing import Options, run_audit

    if out is None:
        import atexit
        import shutil
        import tempfile

        out = tempfile.mkdtemp(prefix="personvern-")
        atexit.register(shutil.rmtree, out, ignore_errors=True)
    return run_audit(sources, out, Options(**options), progress=progress, client=client)


def annotate(
    report: Report, source: str | Path | bytes, out: str | Path, *, language: Literal["nb", "en"] = "nb"
) -> tuple[str, ...]:
    """Write a copy of a statement with a report's findings as comments, as PDF or Word document.

    Args:
        report: What was found in the source.
        source: The statement, path or bytes.
        out: The file to write: ``.docx``, or ``.pdf`` if the source is one.
        language: Of the comments' own words.

    Returns:
        What the user should know about the copy, in Norwegian.

    Raises:
        AnalyzerError: If the copy cannot be made; the message says why and what to do.
    """
    from analyzer.annotation import annotate as write_comments

    return write_comments(report, source, out, language=language)


def restore(text: str) -> Restoration:
    """Undo the OCR damage of a Norwegian text; an intact text comes back as it is, with no repairs."""
    from analyzer.restoration import restore as undo

    return undo(text)


def __getattr__(name: str) -> Any:
    # Loaded on demand, so that "import analyzer" takes milliseconds.
    if name == "Analyzer":
        from analyzer.pipeline import Analyzer

        return Analyzer
    if name == "Report":
        from analyzer.report import Report

        return Report
    raise AttributeError(f"module 'analyzer' has no attribute '{name}'")

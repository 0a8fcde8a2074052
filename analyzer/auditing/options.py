"""How an audit is run, and the digest that says whether an earlier result still holds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from analyzer import __version__

ANALYSIS = "analyzer.auditing.task:load_analysis"
"""The analysis that an audit runs unless told otherwise."""

TIMEOUT = 600.0
"""Seconds for one statement; a scan of 100 pages takes some 300."""

MEMORY_LIMIT = 4 * 1024**3
"""Bytes for one statement, beyond what the loaded model takes."""


@dataclass(frozen=True, slots=True)
class Options:
    """How an audit is run; the same options and sources give the same results, whatever the workers.

    Attributes:
        model: As for :meth:`Analyzer.load`.
        knowledge: A folder that replaces the package's own rules.
        as_of: The day of the audit, ISO 8601; when None, the day on which the folder's run was started.
        language: Language of titles and messages.
        ocr: When to read pictures of text with Tesseract.
        ocr_language: Language for Tesseract; Norwegian when None.
        cache: As for :meth:`Analyzer.load`.
        workers: Processes; None for one a core.
        scheduler: None for this machine; ``tcp://host:port`` of a running Dask cluster that sees the same files;
            ``sync`` for this very process, without limits, where a debugger works.
        timeout: Seconds for one statement; None for no limit.
        memory_limit: Bytes for one statement beyond what the loaded model takes; None for no limit.
        force: Start afresh instead of going on where an earlier run stopped.
        manifest: A list of statements, as for :func:`analyzer.sources.expand`.
        discover: Find the statement from the pages that URLs name.
        allow_private: Also fetch URLs of this machine and its network.
        redact: Mask personal data in all that is written, as for :meth:`Analyzer.load`; pages fetched are not kept, but
            their records are.
        pages: Write an HTML page for each statement, and one over all.
        analysis: ``module:function``. The function takes these options and gives a function of bytes, id and
            source name that gives the report as JSON text, or raises AnalyzerError. Workers import it.
    """

    model: str | None = None
    knowledge: str | None = None
    as_of: str | None = None
    language: Literal["nb", "en"] = "nb"
    ocr: Literal["auto", "never", "always"] = "auto"
    ocr_language: str | None = None
    cache: bool = False
    workers: int | None = None
    scheduler: str | None = None
    timeout: float | None = TIMEOUT
    memory_limit: int | None = MEMORY_LIMIT
    force: bool = False
    manifest: str | None = None
    discover: bool = False
    allow_private: bool = False
    pages: bool = True
    redact: bool = False
    analysis: str = ANALYSIS


def describe_settings(options: Options) -> dict[str, Any]:
    """Give all that a report depends on besides its source: options, and digests of code, model and rules."""
    return {
        "version": __version__,
        "code": _digest_of(_package(), "*.py"),
        "model": options.model or "norwegian",
        "model_digest": _digest_of(*_models(options.model)),
        "knowledge": options.knowledge or "analyzer",
        "knowledge_digest": _digest_of(Path(options.knowledge or _package() / "data"), "*.toml"),
        "as_of": options.as_of,
        "language": options.language,
        "ocr": options.ocr,
        "ocr_language": options.ocr_language,
        "redact": options.redact,
        "analysis": options.analysis,
    }


def settings_digest(settings: dict[str, Any]) -> str:
    """Give 16 hex digits of what a report depends on."""
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:16]


def _package() -> Path:
    return Path(str(files("analyzer")))


def _models(model: str | None) -> tuple[Path, str]:
    """Give the folder whose files decide; the shipped model uses its neighbours for names and restoration."""
    from analyzer.classify import shipped_model

    return (Path(model) if model else shipped_model().parent), "*"


def _digest_of(folder: Path, pattern: str) -> str | None:
    """Digest the files of a folder with their names; None for what is no folder, such as a model's hub id."""
    if not folder.is_dir():
        return None
    digest = hashlib.sha256()
    for name, content in _contents(folder, pattern):
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:16]


def _contents(folder: Path, pattern: str) -> Iterable[tuple[str, bytes]]:
    for path in sorted(p for p in folder.rglob(pattern) if p.is_file()):
        yield path.relative_to(folder).as_posix(), path.read_bytes()

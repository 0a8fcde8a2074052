"""One statement analysed: read, digested, analysed unless its result is known, and shown on a page of its own."""

from __future__ import annotations

import base64
import hashlib
import importlib
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from analyzer.auditing.options import ANALYSIS, Options
from analyzer.errors import AnalyzerError
from analyzer.sources import Source
from analyzer.sources.source import as_text

Analysis = Callable[[bytes, str, str], str]
"""Takes the bytes, the id and the source's name; gives the report as JSON text, or raises AnalyzerError."""

OUT_OF_MEMORY = "{source} brukte mer minne enn grensen. Øk --memory-limit, eller del filen."
OUT_OF_TIME = "{source} tok mer tid enn grensen på {seconds:g} sekunder. Øk --timeout, eller del filen."


@dataclass(frozen=True, slots=True)
class Job:
    """A source to be analysed.

    Attributes:
        source: What to read.
        id: Its id in the results.
        known: SHA-256 of the content whose result is at hand; None if there is none.
        lacks_page: Path of the report at hand, if its page is to be made again.
        content: The source's bytes in base64, where only the one who asks can read them, as from a pipe.
    """

    source: Source
    id: str
    known: str | None = None
    lacks_page: str | None = None
    content: str | None = None

    @property
    def name(self) -> str:
        """What results call the source: its locator, as text that can be written even if a file's name cannot."""
        return as_text(self.source.locator)

    def read(self) -> bytes:
        """Give the bytes to be analysed.

        Raises:
            UnreadableSource: If they cannot be had.
        """
        return self.source.read() if self.content is None else base64.b64decode(self.content)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a job.

    Attributes:
        status: ``unchanged`` if the content is that of :attr:`Job.known`.
        sha256: Digest of the source's bytes; None if they could not be had.
        report: The report as JSON text, when ``done``.
        page: The statement's HTML page, when ``done`` or its page was lacking, and pages are wanted.
        error: What happened and what to do, when ``failed``.
        lasting: True if another try on the same content would fail as well.
    """

    status: Literal["done", "unchanged", "failed"]
    sha256: str | None = None
    report: str | None = None
    page: str | None = None
    error: str | None = None
    lasting: bool = False


class Unusable(AnalyzerError):
    """The analysis cannot be loaded, so that no statement can be analysed."""


@dataclass
class Task:
    """Does jobs one after the other; model and rules are loaded when the first one needs them."""

    options: Options
    around_load: Callable[[str], None] = lambda event: None
    on_page: Callable[[int, int], None] | None = None
    _analysis: Analysis | None = field(default=None, repr=False)

    def run(self, job: Job) -> Outcome:
        """Do one job; whatever is wrong with the statement is in the outcome.

        Raises:
            Unusable: If model, rules or analysis cannot be loaded.
            MemoryError: If the process is out of memory.
        """
        digest, name = None, job.name
        try:
            data = job.read()
            digest = hashlib.sha256(data).hexdigest()
            if digest == job.known:
                with suppress(OSError):  # a worker that does not see the report makes it again
                    return Outcome("unchanged", digest, page=self._render(_known_report(job)))
            report = self._load()(data, job.id, name)
            self._check_redaction(report)
            report.encode("utf-8")  # what cannot be written must fail here, where it harms only itself
            return Outcome("done", digest, report, self._render(report))
        except (Unusable, MemoryError):
            raise
        except AnalyzerError as error:
            reason = str(error).encode("utf-8", "replace").decode()
            return Outcome("failed", digest, error=reason, lasting=digest is not None)
        except Exception as error:  # one statement must never stop the others
            what = type(error).__name__ if self.options.redact else f"{type(error).__name__}: {error}"
            reason = f"{name}: uventet feil ({what}). Meld den til prosjektet."
            return Outcome("failed", digest, error=reason)

    def _render(self, report: str | None) -> str | None:
        """Make the page here, where the cores are, of a report, if pages are wanted."""
        if report is None or not self.options.pages:
            return None
        from analyzer.html_report import render_report

        return render_report(json.loads(report), self.options.language)

    def _check_redaction(self, report: str) -> None:
        """Refuse a report that an analysis of the user's own has not masked, before it is written."""
        if self.options.redact and "redacted" not in json.loads(report)["document"]:
            raise Unusable(
                f"Analysen «{self.options.analysis}» sladder ikke. Kjør uten --redact, eller bruk den medfølgende."
            )

    def _load(self) -> Analysis:
        if self._analysis is None:
            self.around_load("loading")
            self._analysis = _import_analysis(self.options, self.on_page)
            if self.options.pages:
                importlib.import_module("analyzer.html_report")  # at no statement's expense
            self.around_load("loaded")
        return self._analysis


def _known_report(job: Job) -> str | None:
    return Path(job.lacks_page).read_text(encoding="utf-8") if job.lacks_page else None


def _import_analysis(options: Options, on_page: Callable[[int, int], None] | None) -> Analysis:
    module, _, function = options.analysis.partition(":")
    try:
        if options.analysis == ANALYSIS:
            return load_analysis(options, on_page)
        analysis: Analysis = getattr(importlib.import_module(module), function)(options)
        return analysis
    except AnalyzerError as error:
        raise Unusable(str(error)) from error
    except Exception as error:
        raise Unusable(
            f"Analysen «{options.analysis}» kan ikke lastes ({type(error).__name__}: {error}). "
            "Installer pakken på nytt, på alle maskinene som brukes."
        ) from error


def load_analysis(options: Options, on_page: Callable[[int, int], None] | None = None) -> Analysis:
    """Load the analyser; the analysis of every audit unless :attr:`Options.analysis` says otherwise.

    Args:
        options: Of them, those that the analyser takes.
        on_page: Called with pages done and pages in all after each page that Tesseract has read.
    """
    from analyzer.pipeline import Analyzer

    az = Analyzer.load(
        options.model,
        knowledge=options.knowledge,
        as_of=options.as_of,
        language=options.language,
        threads=options.workers,
        cache=options.cache,
        redact=options.redact,
    )

    def analyze(data: bytes, id: str, name: str) -> str:
        report = az.analyze(
            data, id=id, name=name, ocr=options.ocr, ocr_language=options.ocr_language, progress=on_page
        )
        return report.to_json()

    return analyze

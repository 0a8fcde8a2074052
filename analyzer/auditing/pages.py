"""Writes the HTML pages of an audit: one for each statement, and one over all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from analyzer.auditing.folder import Entry, RunFolder, write_durably
from analyzer.auditing.rows import status_column
from analyzer.html_audit import render_audit
from analyzer.html_report import render_report
from analyzer.page import Language

INDEX = "index.html"
_OF_FINDING = ("id", "code", "severity", "title")


@dataclass
class Pages:
    """The pages of one run; of each statement it keeps only its row in the overview."""

    folder: RunFolder
    language: Language
    _documents: list[Mapping[str, Any]] = field(default_factory=list)
    _findings: list[Mapping[str, Any]] = field(default_factory=list)

    def add(
        self, report: Mapping[str, Any], document: Mapping[str, Any], findings: Iterable[Mapping[str, Any]]
    ) -> None:
        """Write a statement's page, unless it is there, and take it into the overview."""
        page = self.folder.page_of(document["id"])
        if not page.exists():
            write_durably(page, render_report(report, self.language).encode())
        statuses = {d["id"]: document[status_column(d["id"])] for d in report["disclosures"]}
        self._documents.append({**document, **statuses})
        self._findings += ({key: finding[key] for key in _OF_FINDING} for finding in findings)

    def finish(self, templates: Sequence[Mapping[str, Any]], errors: Iterable[Entry]) -> None:
        """Write the page over all; ``templates`` are the rows of that table."""
        page = render_audit(
            self._documents,
            self._findings,
            clusters=templates,
            errors=[{"source": entry.source, "error": entry.error} for entry in errors],
            language=self.language,
        )
        write_durably(self.folder.path / INDEX, page.encode())

"""Writes the HTML page over all statements of an audit; the workers make the page of each."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from analyzer.auditing.folder import Entry, RunFolder, write_durably
from analyzer.auditing.rows import status_column
from analyzer.html_audit import render_audit
from analyzer.page import Language

INDEX = "index.html"
_OF_FINDING = ("id", "code", "severity", "title")


@dataclass
class Index:
    """The page over all; of each statement it keeps what its row shows, some kilobytes."""

    folder: RunFolder
    language: Language
    _documents: list[Mapping[str, Any]] = field(default_factory=list)
    _findings: list[Mapping[str, Any]] = field(default_factory=list)

    def add(
        self, document: Mapping[str, Any], disclosures: Iterable[str], findings: Iterable[Mapping[str, Any]]
    ) -> None:
        """Take in a row of ``documents``, whose statuses of disclosures come under their ids, and its findings."""
        statuses = {id: sys.intern(document[status_column(id)]) for id in disclosures}
        self._documents.append({**document, **statuses})
        self._findings += ({name: sys.intern(finding[name]) for name in _OF_FINDING} for finding in findings)

    def write(self, templates: Sequence[Mapping[str, Any]], errors: Iterable[Entry]) -> None:
        """Write the page; ``templates`` are the rows of that table."""
        page = render_audit(
            self._documents,
            self._findings,
            clusters=templates,
            errors=[{"source": entry.source, "error": entry.error} for entry in errors],
            language=self.language,
        )
        write_durably(self.folder.path / INDEX, page.encode())

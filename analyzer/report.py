"""The report on one statement: JSON for programs, DataFrames for analysts, a table for a notebook cell."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from analyzer.evidence import Piece, Source, best_segment
from analyzer.records import Document, Facts, Label, Restoration, Structure
from analyzer.verdicts import Assessment

if TYPE_CHECKING:
    import pandas as pd

    from analyzer.notebook import Html

SCHEMA_VERSION = "1.1"
"""Version of the JSON report: major for what breaks a reader, minor for added keys (CONTRIBUTING.md, "Releasing")."""

FRAMES = (
    "disclosures",
    "findings",
    "requirements",
    "retention",
    "legal_bases",
    "statutes",
    "recipients",
    "contacts",
    "authorities",
    "parties",
    "purposes",
    "data_categories",
    "segments",
    "sections",
)
"""Names that :meth:`Report.frame` takes."""

DOUBTFUL_WORD = 60.0
"""Words that Tesseract is less sure of than this (0 to 100) are listed in the report."""

STATUS_NB = {
    "present": "oppfylt",
    "partial": "delvis",
    "missing": "mangler",
    "not_applicable": "ikke påkrevd",
    "undetermined": "uavklart",
}
"""The statuses in Norwegian, for tables."""


@dataclass(frozen=True)
class Report:
    """What the analyser found in one statement.

    ``data`` is the JSON object of schema version 1; ``personvern schema`` prints its JSON Schema.

    Example:
        >>> import analyzer
        >>> report = analyzer.analyze(b"Fjell AS er behandlingsansvarlig. Loggen slettes etter 14 dager.")
        >>> report.retention[0]["duration"]
        'P14D'
    """

    data: Mapping[str, Any]

    @property
    def id(self) -> str:
        """The document's short name."""
        return str(self.data["document"]["id"])

    @property
    def disclosures(self) -> Sequence[Mapping[str, Any]]:
        """One entry for each of the 26 categories."""
        return list(self.data["disclosures"])

    @property
    def findings(self) -> Sequence[Mapping[str, Any]]:
        """What is missing or wrong, gravest first."""
        return list(self.data["findings"])

    @property
    def retention(self) -> Sequence[Mapping[str, Any]]:
        """How long data are kept."""
        return list(self.data["retention"])

    @property
    def summary(self) -> Mapping[str, Any]:
        """Counts, and the share of the required disclosures that are made."""
        return dict(self.data["summary"])

    def missing(self) -> list[str]:
        """Give the ids of the disclosures that are required and absent."""
        return [d["id"] for d in self.disclosures if d["status"] == "missing"]

    def quote(self, segment: int) -> str:
        """Give the text of a segment, as evidence of a disclosure."""
        return str(self.data["segments"][segment]["text"])

    def best_quote(self, disclosure: str) -> str | None:
        """Give the text of the segment that proves a disclosure best, or None if there is none."""
        found = best_segment(self.data, next(d for d in self.disclosures if d["id"] == disclosure))
        return None if found is None else self.quote(found)

    def show_entities(self, segment: int) -> Html:
        """Show a segment in a notebook with the organisations, recipients, acts and periods found in it.

        Args:
            segment: Index of the segment, such as one of a disclosure's ``evidence``.
        """
        from analyzer.notebook import show_entities

        return show_entities(self.data, segment)

    def to_json(self) -> str:
        """Write the report as JSON; the same input, version and model give the same text."""
        return json.dumps(self.data, ensure_ascii=False, indent=1, allow_nan=False) + "\n"

    def to_html(self, language: Literal["nb", "en"] = "nb") -> str:
        """Write the report as one HTML file: verdict, facts, and beside them the statement with its evidence marked.

        The file needs no network and runs nothing that stands in the statement.

        Args:
            language: Of the page's own words; titles and messages keep the language of the analysis.
        """
        from analyzer.html_report import render_report

        return render_report(self.data, language)

    def frame(self, name: str) -> pd.DataFrame:
        """Give one of the report's lists as a DataFrame with a ``document`` column.

        Args:
            name: One of :data:`FRAMES`.

        Raises:
            ValueError: If there is no such list.
        """
        import pandas as pd

        if name not in FRAMES:
            raise ValueError(f"There is no list «{name}» in a report; choose one of {', '.join(FRAMES)}.")
        found = self.data.get(name, ())  # a report of an older version lacks some
        rows = [{"document": self.id, **row} for row in found]
        columns = list(rows[0]) if rows else ["document"]
        return pd.DataFrame(rows, columns=columns)

    def __repr__(self) -> str:
        made = f"{self.summary['present']} av {self.summary['required']}"
        return f"<Report {self.id!r}: {made} påkrevde opplysninger, {len(self.findings)} funn>"

    def _repr_html_(self) -> str:
        """Show the disclosures as a table in a notebook; the statement's text is escaped."""
        source = Source(self.data)
        rows = []
        for d in self.disclosures:
            cells = [html.escape(t) for t in (d["title"], ", ".join(d["articles"]), STATUS_NB[d["status"]])]
            best = best_segment(self.data, d)
            segment = self.data["segments"][best] if best is not None else None
            quote = source.quote(segment["start"], segment["end"], segment["text"], 160) if segment else []
            cells.append("".join(map(_piece_html, quote)))
            rows.append(
                "<tr>" + "".join(f'<td style="text-align: left">{cell}</td>' for cell in cells) + "</tr>"
            )
        head = "".join(
            f'<th style="text-align: left">{title}</th>'
            for title in ("Opplysning", "Artikkel", "Status", "Sitat")
        )
        title = html.escape(self.data["organisation"]["name"] or self.id)
        summary = self.summary
        return (
            f"<h4>{title}: {summary['present']} av {summary['required']} påkrevde opplysninger</h4>"
            f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
        )


def _piece_html(piece: Piece) -> str:
    """Show a stretch of a quote; a restored word tells what was read when the mouse rests on it."""
    if piece.original is None:
        return html.escape(piece.text)
    return f'<ins title="Lest som «{html.escape(piece.original)}»">{html.escape(piece.text)}</ins>'


def build_report(
    document: Document,
    restoration: Restoration,
    language: str,
    structure: Structure,
    labels: Sequence[Sequence[Label]],
    facts: Facts,
    assessment: Assessment,
    *,
    version: str,
    model: str | None,
    knowledge: str,
    as_of: str,
) -> Report:
    """Put the results of all stages into one report.

    Args:
        document: What was read.
        restoration: Its text with OCR damage undone.
        language: Its language, ``nb``, ``nn``, ``en`` …
        structure: Sections and segments.
        labels: The labels of each segment.
        facts: What was extracted.
        assessment: Disclosures and findings.
        version: The analyser's version.
        model: Name and digest of the topic model.
        knowledge: Digest of the knowledge files.
        as_of: The day of the audit, ISO 8601.
    """
    data = {
        "schema_version": SCHEMA_VERSION,
        "analyzer": {"version": version, "model": model, "knowledge": knowledge, "as_of": as_of},
        "document": {
            "id": document.id,
            "source": document.source,
            "sha256": document.sha256,
            "media_type": document.media_type,
            "language": language,
            "pages": document.pages,
            "words": len(document.text.split()),
            "text": document.text,
            "extraction": _extraction(document),
            "restoration": {
                "damage": round(restoration.damage, 4),
                "repairs": [asdict(repair) for repair in restoration.repairs],
            },
            "date": facts.date,
        },
        "organisation": asdict(facts.organisation),
        "sections": _sections(structure, labels),
        "segments": _segments(structure, labels),
        "retention": [_renamed(asdict(r)) for r in facts.retention],
        "legal_bases": [asdict(b) for b in facts.legal_bases],
        "statutes": [asdict(s) for s in facts.statutes],
        "recipients": [asdict(r) for r in facts.recipients],
        "contacts": [asdict(c) for c in facts.contacts],
        "authorities": [asdict(a) for a in facts.authorities],
        "parties": [asdict(p) for p in facts.parties],
        "purposes": [asdict(p) for p in facts.purposes],
        "data_categories": [asdict(c) for c in facts.data_categories],
        "disclosures": [_listed(asdict(d)) for d in assessment.disclosures],
        "findings": [_listed(asdict(f)) for f in assessment.findings],
        "requirements": [_listed(asdict(r)) for r in assessment.requirements],
        "summary": _summary(assessment),
    }
    return Report(data)


def _extraction(document: Document) -> dict[str, Any]:
    """Say how the text was obtained; for scans, how sure Tesseract was of each page, and of which words not."""
    extraction: dict[str, Any] = {"method": document.method, "warnings": list(document.warnings)}
    if document.recognised:
        extraction["ocr"] = [
            {
                "page": page.page,
                "confidence": page.confidence,
                "words": len(page.words),
                "doubtful": [{"text": t, "confidence": c} for t, c in page.words if c < DOUBTFUL_WORD],
            }
            for page in document.recognised
        ]
    return extraction


def _segments(structure: Structure, labels: Sequence[Sequence[Label]]) -> list[dict[str, Any]]:
    return [
        {
            "start": segment.start,
            "end": segment.end,
            "text": segment.text,
            "section": segment.section,
            "page": segment.page,
            "categories": [{"id": x.topic, "score": x.score, "denied": x.denied, "by": x.by} for x in found],
        }
        for segment, found in zip(structure.segments, labels, strict=True)
    ]


def _sections(structure: Structure, labels: Sequence[Sequence[Label]]) -> list[dict[str, Any]]:
    best: dict[int, dict[str, float]] = {}
    for segment, found in zip(structure.segments, labels, strict=True):
        scores = best.setdefault(segment.section, {})
        for label in found:
            scores[label.topic] = max(scores.get(label.topic, 0.0), label.score)
    return [
        {
            "index": s.index,
            "title": s.title,
            "level": s.level,
            "start": s.start,
            "end": s.end,
            "page": s.page,
            "categories": [{"id": topic, "score": score} for topic, score in best.get(s.index, {}).items()],
        }
        for s in structure.sections
    ]


def _renamed(row: dict[str, Any]) -> dict[str, Any]:
    """Call the class by its name in the contract; ``class`` is no attribute name in Python."""
    row["class"] = row.pop("retention_class")
    return row


def _listed(row: dict[str, Any]) -> dict[str, Any]:
    return {key: list(value) if isinstance(value, tuple) else value for key, value in row.items()}


def _summary(assessment: Assessment) -> dict[str, Any]:
    required = [d for d in assessment.disclosures if d.required]
    present = sum(d.status in ("present", "partial") for d in required)
    return {
        "required": len(required),
        "present": present,
        "missing": sum(d.status == "missing" for d in required),
        "undetermined": sum(d.status == "undetermined" for d in required),
        "completeness": round(present / len(required), 4) if required else 0.0,
    }

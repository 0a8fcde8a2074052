"""Puts a report's findings as comments on a copy of the statement itself, as PDF or Word document."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Literal

from analyzer.errors import AnalyzerError
from analyzer.ingest import media_type_of, read_file
from analyzer.report import Report


def annotate(
    report: Report, source: str | Path | bytes, out: str | Path, *, language: Literal["nb", "en"] = "nb"
) -> tuple[str, ...]:
    """Write a copy of a statement with the report's findings as comments and its disclosures marked.

    A PDF or Word document keeps its looks. For other sources, and for a PDF whose comments are wanted in Word,
    the copy is a Word document of the text as it was read; so also for a report whose personal data are masked. The
    source is left as it is.

    Args:
        report: What was found in the source.
        source: The statement, path or bytes.
        out: The file to write: ``.docx``, or ``.pdf`` if the source is one.
        language: Of the comments' own words; the findings keep the language of the analysis.

    Returns:
        What the user should know about the copy, in Norwegian.

    Raises:
        AnalyzerError: If the report is of another source, the kinds of file do not fit, the source does not
            allow comments, or the file cannot be written.
    """
    path = Path(out)
    content = source if isinstance(source, bytes) else read_file(source)
    _check_source(report, source, content, path)
    redacted = "redacted" in report.data["document"]
    if redacted and path.suffix.lower() != ".docx":
        raise AnalyzerError(
            f"{path}: En sladdet kopi kan bare skrives som Word-dokument, av den sladdede teksten. Skriv til "
            f"{path.with_suffix('.docx').name} i stedet."
        )
    check_copy(content, path)
    if path.suffix.lower() == ".pdf":
        from analyzer.annotation.pdf import annotate_pdf

        made, warnings = annotate_pdf(report.data, content, language)
    else:
        from analyzer.annotation.docx import annotate_docx
        from analyzer.annotation.from_text import make_docx

        original = report.data["document"]["extraction"]["method"] == "docx" and not redacted
        made, warnings = annotate_docx(report.data, content if original else make_docx(report.data), language)
    try:
        path.write_bytes(made)
    except OSError as error:
        raise AnalyzerError(
            f"{path} kan ikke skrives: {error.strerror or error}. Velg en annen fil."
        ) from error
    return tuple(warnings)


def check_copy(source: str | Path | bytes, out: str | Path) -> None:
    """Refuse a copy of a kind that the source cannot be annotated as.

    Args:
        source: The statement, path or bytes.
        out: The file to write.

    Raises:
        AnalyzerError: With the reason and the remedy; also if the source cannot be read.
    """
    path, kind = Path(out), media_type_of(source if isinstance(source, bytes) else read_file(source))
    if path.suffix.lower() not in ((".docx", ".pdf") if kind == "application/pdf" else (".docx",)):
        raise AnalyzerError(_describe_mismatch(path, kind))


def _check_source(report: Report, source: str | Path | bytes, content: bytes, out: Path) -> None:
    if hashlib.sha256(content).hexdigest() != report.data["document"]["sha256"]:
        raise AnalyzerError(
            f"Rapporten er laget av en annen fil enn den som skal merkes ({report.data['document']['source']}). "
            "Analyser filen på nytt."
        )
    if not isinstance(source, bytes) and out.exists() and out.samefile(source):
        raise AnalyzerError(f"{out} er originalen og blir ikke overskrevet. Velg et annet navn på kopien.")


def _describe_mismatch(out: Path, kind: str | None) -> str:
    if out.suffix.lower() == ".pdf":
        return f"{out}: Bare en PDF kan få kommentarer som PDF. Skriv til {out.with_suffix('.docx').name} i stedet."
    choices = ".pdf eller .docx" if kind == "application/pdf" else ".docx"
    return f"{out}: Ukjent filtype for den merkede kopien. Velg et navn som ender på {choices}."

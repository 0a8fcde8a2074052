"""Audits many statements into one folder: a report each, one table over all, and the errors."""

from __future__ import annotations

import csv
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from analyzer.errors import AnalyzerError, UnreadableSource
from analyzer.html_audit import render_audit
from analyzer.pipeline import Analyzer, Failure

if TYPE_CHECKING:
    import pandas as pd

    from analyzer.report import Report

IGNORED = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
"""Files that operating systems leave behind."""

_MIN_FOR_WORKERS = 40
"""Below this, starting processes takes longer than they save."""


@dataclass(frozen=True, slots=True)
class Options:
    """How an audit is run; the same options and sources give the same results.

    Attributes:
        model: As for :meth:`Analyzer.load`.
        knowledge: A folder that replaces the package's own rules.
        as_of: The day of the audit, ISO 8601.
        language: Language of titles and messages.
        workers: Processes; None for one a core.
        ocr: When to read pictures of text with Tesseract.
        ocr_language: Language for Tesseract; Norwegian when None.
        cache: As for :meth:`Analyzer.load`.
    """

    model: str | None = None
    knowledge: str | None = None
    as_of: str | None = None
    language: Literal["nb", "en"] = "nb"
    workers: int | None = None
    ocr: Literal["auto", "never", "always"] = "auto"
    ocr_language: str | None = None
    cache: bool = False


@dataclass
class Audit:
    """What came of an audit.

    Attributes:
        folder: Where everything was written.
        rows: One row a statement, as in ``documents.csv``.
        errors: The sources without a report.
        missing: How many statements lack each disclosure.
        findings: How many statements have each finding.
    """

    folder: Path
    rows: list[dict[str, Any]] = field(default_factory=list)
    errors: list[Failure] = field(default_factory=list)
    missing: Counter[str] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)
    severities: Counter[str] = field(default_factory=Counter)

    @property
    def documents(self) -> pd.DataFrame:
        """One row a statement: organisation, status of each disclosure, counts."""
        import pandas as pd

        return pd.DataFrame(self.rows)


def find_sources(paths: Iterable[str | Path]) -> list[Path]:
    """Find the files below folders, and files themselves, in a fixed order; hidden files are left out.

    Raises:
        UnreadableSource: If a path does not exist or nothing is found.
    """
    found: dict[Path, None] = {}
    roots = [Path(path) for path in paths]
    for path in roots:
        if not path.exists():
            raise UnreadableSource(f"{path} finnes ikke. Kontroller stien.")
        if path.is_file():
            found[path] = None
            continue
        for folder, subfolders, names in os.walk(path):  # os.walk does not follow links to folders
            subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
            for name in sorted(names):
                if not name.startswith(".") and name.lower() not in IGNORED:
                    found[Path(folder) / name] = None
    if not found:
        raise UnreadableSource(f"{', '.join(map(str, roots))} inneholder ingen filer.")
    return list(found)


def unique_ids(sources: Sequence[Path]) -> list[str]:
    """Give each source an id made of its stem, safe as a file name and unique whatever the case.

    Example:
        >>> unique_ids([Path("a/Vik kommune.html"), Path("b/vik kommune.pdf")])
        ['Vik-kommune', 'vik-kommune-2']
    """
    taken: set[str] = set()
    ids = []
    for source in sources:
        name = unicodedata.normalize("NFC", source.stem)
        base = re.sub(r"[^\w.-]+", "-", name).strip("-.")[:120] or "document"
        candidate, number = base, 1
        while candidate.casefold() in taken:
            number += 1
            candidate = f"{base}-{number}"
        taken.add(candidate.casefold())
        ids.append(candidate)
    return ids


def run_audit(
    paths: Iterable[str | Path],
    out: str | Path,
    options: Options | None = None,
    *,
    progress: Callable[[int, int, str], None] = lambda done, total, source: None,
) -> Audit:
    """Analyse all statements below the paths and write the results.

    ``out`` gets ``index.html`` over all, ``reports/<id>.json`` and ``.html``, ``documents.csv`` with one row a statement, ``findings.csv`` with one
    row a finding, and ``errors.csv``. A source that cannot be read is recorded there, and the rest go on.

    Args:
        paths: Files and folders.
        out: Folder for the results; made if need be.
        options: How to run.
        progress: Called with sources done, sources in all, and the source just done.

    Raises:
        AnalyzerError: If there is nothing to read, or ``out`` cannot be written.
    """
    options = options or Options()
    folder = Path(out)
    sources = [s for s in find_sources(paths) if folder.resolve() not in s.resolve().parents]
    if not sources:
        raise UnreadableSource(f"{folder} er både kilde og resultatmappe. Velg en annen --out.")
    jobs = list(zip(sources, unique_ids(sources), strict=True))
    audit = Audit(folder)
    try:
        (folder / "reports").mkdir(parents=True, exist_ok=True)
        findings: list[dict[str, Any]] = []
        for done, (source, result) in enumerate(_analyze_all(jobs, options), start=1):
            if isinstance(result, Failure):
                audit.errors.append(result)
            else:
                _write_atomically(folder / "reports" / f"{result.id}.json", result.to_json())
                _write_atomically(folder / "reports" / f"{result.id}.html", result.to_html(options.language))
                _count(audit, findings, result)
            progress(done, len(jobs), str(source))
        _write_csv(folder / "documents.csv", audit.rows, ["id", "source"])
        _write_csv(folder / "findings.csv", findings, ["id", "code"])
        errors = [{"source": e.source, "error": e.error} for e in audit.errors]
        _write_csv(folder / "errors.csv", errors, ["source", "error"])
        overview = render_audit(audit.rows, findings, errors=errors, language=options.language)
        _write_atomically(folder / "index.html", overview)
    except OSError as error:
        raise AnalyzerError(
            f"{folder} kan ikke skrives: {error.strerror or error}. Velg en annen --out."
        ) from error
    return audit


def _analyze_all(
    jobs: Sequence[tuple[Path, str]], options: Options
) -> Iterator[tuple[Path, Report | Failure]]:
    """Analyse in the order of the jobs, in processes where there are many."""
    workers = options.workers or os.cpu_count() or 1
    if workers == 1 or len(jobs) < _MIN_FOR_WORKERS:
        az = _load(options)
        for source, id in jobs:
            yield source, _analyze_one(az, source, id, options)
        return
    with ProcessPoolExecutor(min(workers, len(jobs)), initializer=_start_worker, initargs=(options,)) as pool:
        results = pool.map(_work, jobs, chunksize=4)
        for (source, _), result in zip(jobs, results, strict=True):
            yield source, result


_worker: dict[str, tuple[Analyzer, Options]] = {}


def _start_worker(options: Options) -> None:
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    _worker["analyzer"] = (_load(options, threads=1), options)


def _work(job: tuple[Path, str]) -> Report | Failure:
    az, options = _worker["analyzer"]
    return _analyze_one(az, *job, options)


def _load(options: Options, threads: int | None = None) -> Analyzer:
    return Analyzer.load(
        options.model,
        knowledge=options.knowledge,
        as_of=options.as_of,
        language=options.language,
        threads=threads,
        cache=options.cache,
    )


def _analyze_one(az: Analyzer, source: Path, id: str, options: Options) -> Report | Failure:
    try:
        return az.analyze(source, id=id, ocr=options.ocr, ocr_language=options.ocr_language)
    except AnalyzerError as error:
        return Failure(str(source), str(error))
    except Exception as error:  # one statement must never stop the others
        return Failure(
            str(source), f"{source}: uventet feil ({type(error).__name__}: {error}). Meld den til prosjektet."
        )


def _count(audit: Audit, findings: list[dict[str, Any]], report: Report) -> None:
    data = report.data
    audit.rows.append(
        {
            "id": report.id,
            "source": data["document"]["source"],
            "organisation": data["organisation"]["name"],
            "orgnr": data["organisation"]["orgnr"],
            "sector": data["organisation"]["sector"],
            "language": data["document"]["language"],
            "date": data["document"]["date"],
            "words": data["document"]["words"],
            **data["summary"],
            **{d["id"]: d["status"] for d in data["disclosures"]},
        }
    )
    audit.missing.update(report.missing())
    audit.findings.update({f["code"] for f in data["findings"]})
    audit.severities.update(f["severity"] for f in data["findings"])
    for finding in data["findings"]:
        quote = finding["evidence"][0]["text"] if finding["evidence"] else ""
        findings.append(
            {
                "id": report.id,
                "code": finding["code"],
                "severity": finding["severity"],
                "title": finding["title"],
                "message": finding["message"],
                "articles": ", ".join(finding["articles"]),
                "quote": quote,
            }
        )


def _write_atomically(path: Path, text: str) -> None:
    """Write to a temporary file and rename, so that a report is whole or absent."""
    temporary = path.with_name(path.name + ".part")
    temporary.write_text(text, encoding="utf-8", newline="\n")
    temporary.replace(path)


def _write_csv(path: Path, rows: Sequence[dict[str, Any]], columns: Sequence[str]) -> None:
    names = list(rows[0]) if rows else list(columns)
    with path.open("w", encoding="utf-8-sig", newline="") as file:  # the mark tells Excel that it is UTF-8
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows({key: _neutral(value) for key, value in row.items()} for row in rows)


def _neutral(value: Any) -> Any:
    """Keep a spreadsheet from running statement text as a formula (OWASP, CSV injection)."""
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return "'" + value
    return value

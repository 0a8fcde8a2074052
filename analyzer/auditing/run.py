"""Audits many statements into one folder: a report each, tables over all, and the errors."""

from __future__ import annotations

import datetime
import hashlib
import json
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analyzer.auditing.folder import Entry, RunFolder
from analyzer.auditing.masked import pages_folder, redact_sources
from analyzer.auditing.options import Options, describe_settings, settings_digest
from analyzer.auditing.results import Audit
from analyzer.auditing.schedule import do_jobs
from analyzer.auditing.task import Job, Outcome
from analyzer.errors import AnalyzerError, UnreadableSource
from analyzer.sources import Source, expand, open_web, unique_ids

if TYPE_CHECKING:
    from distributed import Client


@dataclass(frozen=True, slots=True)
class Step:
    """A source that is done with, for those who show progress.

    Attributes:
        done: Sources done with, this one included.
        total: Sources in all.
        failed: Those of them that have no report.
        reused: Those of them whose result was at hand.
        source: The locator of the source just done.
        status: ``done``, ``reused`` or ``failed``.
        error: Why it failed.
        phase: ``fetch`` while pages are fetched, and only they are counted; then ``analysis`` of all sources.
    """

    done: int
    total: int
    failed: int
    reused: int
    source: str
    status: str
    error: str | None = None
    phase: str = "analysis"


Progress = Callable[[Step], None]


def run_audit(
    sources: Iterable[str | Path | Source],
    out: str | Path,
    options: Options | None = None,
    *,
    progress: Progress = lambda step: None,
    client: Client | None = None,
) -> Audit:
    """Analyse all statements and write the results; a run that was stopped goes on where it stopped.

    ``out`` gets ``index.html`` over all; ``reports/<id>.json`` and ``.html``; for documents, each list of a report and
    each summary a CSV file, a sheet of ``audit.xlsx`` and a Parquet
    dataset under ``tables/``; ``errors.csv``; ``run.json``; ``ledger.jsonl``, by
    which a run goes on; and ``evidence/`` with the
    pages fetched, but only their records where personal data are masked. A source that cannot be read is recorded, and the rest go on.

    Args:
        sources: Files, folders, patterns, web archives and URLs, or sources.
        out: Folder for the results; made if need be.
        options: How to run.
        progress: Called after each page fetched, from another thread, and after each source.
        client: A running Dask client; the notebook's own, if it has one, when None.

    Raises:
        AnalyzerError: If there is nothing to read, ``out`` cannot be written or is in use, the analysis cannot be
            loaded or the cluster cannot be reached.
    """
    options = options or Options()
    folder = Path(out)
    try:
        with pages_folder(folder, passing=options.redact) as pages:
            found = _outside(folder, _gather(sources, pages, options, progress))
            if options.redact:
                found = redact_sources(found, options.knowledge)
            ids = unique_ids(found)
            with RunFolder(folder) as run_folder:
                run = _Run.start(run_folder, options, found, ids)
                run.analyze(progress, client)
                return run.finish()
    except UnicodeEncodeError as error:
        raise AnalyzerError(
            f"{folder}: «{error.object}» kan ikke være et filnavn i dette tegnsettet ({error.encoding}). "
            "Sett miljøvariabelen PYTHONUTF8=1 og kjør på nytt."
        ) from error
    except OSError as error:
        raise AnalyzerError(
            f"{folder} kan ikke skrives: {error.strerror or error}. Velg en annen --out."
        ) from error


def _gather(
    given: Iterable[str | Path | Source], pages: Path, options: Options, progress: Progress
) -> list[Source]:
    """Make a source of each statement that is named; pages are fetched into a folder."""
    given = list(given)
    ready = [source for source in given if isinstance(source, Source)]
    paths = [path for path in given if not isinstance(path, Source)]
    if not paths and options.manifest is None and ready:
        return ready
    web = open_web(
        pages,
        allow_private=options.allow_private,
        discover=options.discover,
        reuse=not options.force,
        progress=_FetchSteps(progress),
    )
    return [*ready, *expand(paths, manifest=options.manifest, web=web)]


@dataclass
class _FetchSteps:
    """Makes steps of the pages that are fetched."""

    progress: Progress
    done: int = 0
    failed: int = 0

    def __call__(self, source: Source, total: int) -> None:
        self.done += 1
        self.failed += source.error is not None
        status = "failed" if source.error else "done"
        step = Step(self.done, total, self.failed, 0, source.locator, status, source.error, phase="fetch")
        self.progress(step)


def _outside(folder: Path, sources: Sequence[Source]) -> list[Source]:
    """Leave out files that lie in the folder of results, but for the pages fetched into it."""
    results = folder.resolve()
    kept = [
        source
        for source in sources
        if source.url or source.path is None or results not in Path(source.path).resolve().parents
    ]
    if not kept:
        raise UnreadableSource(f"{folder} er både kilde og resultatmappe. Velg en annen --out.")
    return kept


@dataclass
class _Run:
    """A run under way."""

    folder: RunFolder
    options: Options
    sources: Sequence[Source]
    ids: Sequence[str]
    settings: dict[str, Any]
    entries: dict[str, Entry]
    record: dict[str, Any]
    began: float
    reused: int = 0

    @classmethod
    def start(
        cls, folder: RunFolder, options: Options, sources: Sequence[Source], ids: Sequence[str]
    ) -> _Run:
        """Find out what is at hand, and say in run.json that the run is under way."""
        entries = folder.read_ledger()
        if options.force:
            folder.clear_ledger()
            entries = {}
        earlier = {} if options.force else folder.read_run()
        as_of = options.as_of or earlier.get("as_of") or datetime.date.today().isoformat()
        options = replace(options, as_of=as_of)
        settings = describe_settings(options)
        record = {
            "status": "running",
            "as_of": as_of,
            "settings_digest": settings_digest(settings),
            "settings": settings,
            "options": {
                key: value
                for key, value in asdict(options).items()
                if key in ("workers", "scheduler", "timeout", "memory_limit", "cache")
            },
            "started": _now(),
        }
        folder.write_run(record)
        return cls(folder, options, sources, ids, settings, entries, record, time.monotonic())

    def analyze(self, progress: Progress, client: Client | None) -> None:
        """Do what is not done, and record each source as it is done."""
        digest = self.record["settings_digest"]
        jobs = [Job(source, id) for source, id in zip(self.sources, self.ids, strict=True)]
        jobs = [self._with_known(job) for job in jobs]
        failed = 0
        for done, (index, outcome) in enumerate(do_jobs(jobs, self.options, client), start=1):
            job = jobs[index]
            entry = self._at_hand(job, outcome) or self.folder.record(job.name, job.id, digest, outcome)
            self.entries[job.id] = entry
            failed += entry.error is not None
            reused = outcome.status == "unchanged"
            self.reused += reused
            status = "reused" if reused else outcome.status
            progress(Step(done, len(jobs), failed, self.reused, job.name, status, entry.error))

    def _with_known(self, job: Job) -> Job:
        """Add the digest of the content whose result still holds, if there is one, and whether it lacks its page."""
        entry = self.entries.get(job.id)
        if entry is None or (entry.source, entry.settings) != (job.name, self.record["settings_digest"]):
            return job
        if entry.error is not None:
            return replace(job, known=entry.sha256 if entry.lasting else None)
        if not self.folder.has_report(entry):
            return job
        lacks = self.options.pages and not self.folder.page_of(job.id).exists()
        report = str(self.folder.report_of(job.id).resolve()) if lacks else None
        return replace(job, known=entry.sha256, lacks_page=report)

    def _at_hand(self, job: Job, outcome: Outcome) -> Entry | None:
        """Give what the ledger says of a source that is as it was."""
        if outcome.status != "unchanged":
            return None
        self.folder.write_page(job.id, outcome.page)
        return self.entries[job.id]

    def finish(self) -> Audit:
        """Make the tables of the reports, and say in run.json that the run is done."""
        from analyzer.auditing.collect import collect_tables

        entries = [self.entries[id] for id in self.ids]
        done = [entry for entry in entries if entry.error is None]
        run = f"{self.record['as_of']}-{_digest(self.record['settings_digest'], entries)}"
        analysed = time.monotonic()
        language = self.options.language if self.options.pages else None
        summary = collect_tables(
            self.folder, run, list(zip(self.sources, entries, strict=True)), index_in=language
        )
        self.folder.keep_reports({entry.id for entry in done}, pages=self.options.pages)
        counts = {
            "sources": len(entries),
            "done": len(done),
            "failed": len(entries) - len(done),
            "reused": self.reused,
        }
        seconds = {
            "analysis": round(analysed - self.began, 3),
            "tables": round(time.monotonic() - analysed, 3),
        }
        self.record |= {
            "status": "finished",
            "run": run,
            "finished": _now(),
            "seconds": seconds,
            "counts": counts,
            "summary": summary,
        }
        self.folder.write_run(self.record)
        return Audit(self.folder.path, self.record)


def _digest(settings: str, entries: Iterable[Entry]) -> str:
    """Give eight hex digits of settings and contents: runs that must have the same results have the same name."""
    contents = [[entry.source, entry.id, entry.sha256] for entry in entries]
    return hashlib.sha256(json.dumps([settings, contents]).encode()).hexdigest()[:8]


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")

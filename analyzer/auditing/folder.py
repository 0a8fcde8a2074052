"""The folder of a run: its reports, and the ledger that says which of them are whole.

Nothing is in the ledger before it is safe on the disk, and no file is ever half written under its own name, so a run
that is killed at any moment goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Collection
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from analyzer.auditing.task import Outcome
from analyzer.errors import AnalyzerError
from analyzer.sources.source import is_safe_id

LEDGER, RUN, REPORTS, PARQUET = "ledger.jsonl", "run.json", "reports", "tables"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the ledger: a source that is done with.

    Attributes:
        source: Its locator.
        id: Its id in the results.
        settings: Digest of what the result depends on besides the source.
        sha256: Of the source's bytes; None if they could not be had.
        report: SHA-256 of the report's file; None if it failed.
        error: Why it failed.
        lasting: True if another try on the same content would fail as well.
    """

    source: str
    id: str
    settings: str
    sha256: str | None = None
    report: str | None = None
    error: str | None = None
    lasting: bool = False


class RunFolder:
    """A folder of results, held by one run at a time."""

    def __init__(self, path: Path) -> None:
        """Take the path; nothing is touched before the folder is entered."""
        self.path = path
        self.reports = path / REPORTS
        self._ledger: BinaryIO | None = None
        self._written: set[str] = set()

    def __enter__(self) -> Self:
        """Make the folder if need be, and hold it.

        Raises:
            AnalyzerError: If another run holds it.
            OSError: If it cannot be written.
        """
        self.reports.mkdir(parents=True, exist_ok=True)
        self._ledger = (self.path / LEDGER).open("a+b")
        if not _lock(self._ledger):
            self._ledger.close()
            raise AnalyzerError(
                f"En annen kjøring skriver i {self.path}. Vent til den er ferdig, eller velg en annen --out."
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the folder go."""
        if self._ledger:
            self._ledger.close()

    def read_run(self) -> dict[str, Any]:
        """Give what run.json says; nothing if there is none or it is of something else."""
        with suppress(OSError, ValueError):
            found = json.loads((self.path / RUN).read_text(encoding="utf-8"))
            if isinstance(found, dict):
                return found
        return {}

    def write_run(self, fields: dict[str, Any]) -> None:
        """Replace run.json."""
        text = json.dumps(fields, ensure_ascii=False, indent=1, sort_keys=False) + "\n"
        write_durably(self.path / RUN, text.encode("utf-8", "replace"))

    def read_ledger(self) -> dict[str, Entry]:
        """Give the last entry of each id; a line that a crash has torn off is cut away."""
        ledger = self._open_ledger()
        ledger.seek(0)
        entries: dict[str, Entry] = {}
        whole = 0
        for line in ledger:
            if not line.endswith(b"\n"):
                break
            whole += len(line)
            with suppress(ValueError, TypeError):  # a line of another version
                entry = Entry(**json.loads(line))
                if not is_safe_id(entry.id):  # it becomes the name of a file that is removed
                    continue
                entries[entry.id] = entry
                self._written.add(entry.id)
        ledger.truncate(whole)
        return entries

    def clear_ledger(self) -> None:
        """Forget all that was done."""
        ledger = self._open_ledger()
        ledger.truncate(0)
        os.fsync(ledger.fileno())

    def record(self, source: str, id: str, settings: str, outcome: Outcome) -> Entry:
        """Write report and page, if there are any, and then the ledger's line; all are on the disk afterwards."""
        digest = None
        if outcome.report is not None:
            data = outcome.report.encode("utf-8")
            self.page_of(id).unlink(missing_ok=True)  # made of an older report
            write_durably(self.report_of(id), data)
            self.write_page(id, outcome.page)
            self._written.add(id)
            digest = hashlib.sha256(data).hexdigest()
        entry = Entry(source, id, settings, outcome.sha256, digest, outcome.error, outcome.lasting)
        ledger = self._open_ledger()
        ledger.write(json.dumps(asdict(entry)).encode() + b"\n")
        ledger.flush()
        os.fsync(ledger.fileno())
        return entry

    def has_report(self, entry: Entry) -> bool:
        """Tell whether the report that the entry speaks of is there, unchanged."""
        try:
            data = self.report_of(entry.id).read_bytes()
        except OSError:
            return False
        return hashlib.sha256(data).hexdigest() == entry.report

    def write_page(self, id: str, page: str | None) -> None:
        """Write a statement's HTML page, if there is one."""
        if page is not None:
            write_durably(self.page_of(id), page.encode("utf-8"))

    def keep_reports(self, ids: Collection[str], *, pages: bool) -> None:
        """Remove the reports of earlier runs that are not among these, what a crash has left half written, and unwanted pages."""
        for id in self._written:
            report, page = self.report_of(id), self.page_of(id)
            unwanted = [p.with_name(f"{p.name}.part") for p in (report, page)]
            unwanted += [report, page] if id not in ids else [] if pages else [page]
            for path in unwanted:
                path.unlink(missing_ok=True)

    def report_of(self, id: str) -> Path:
        """Give the place of a statement's report."""
        return self.reports / f"{id}.json"

    def page_of(self, id: str) -> Path:
        """Give the place of a statement's HTML page."""
        return self.reports / f"{id}.html"

    def _open_ledger(self) -> BinaryIO:
        if self._ledger is None:
            raise ValueError("The folder has not been entered.")
        return self._ledger


def write_durably(path: Path, data: bytes) -> None:
    """Write a file so that it is whole or absent, also after a power cut.

    Raises:
        OSError: If the disk is full or the folder read-only.
    """
    temporary = path.with_name(path.name + ".part")
    temporary.unlink(missing_ok=True)
    with temporary.open("xb") as file:  # never through a link that someone has put there
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make renames in a folder durable, where the system can."""
    with suppress(OSError):  # Windows opens no folders
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _lock(file: BinaryIO) -> bool:
    """Hold a file until it is closed or the process ends; False if another process holds it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True

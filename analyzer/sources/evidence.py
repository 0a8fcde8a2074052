"""Keeps what was fetched, as it was, with where, when and how: for the case file, and so that nothing is fetched twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analyzer import __version__
from analyzer.errors import AnalyzerError
from analyzer.ingest import read_file
from analyzer.sources.fetch import Fetched


class Evidence:
    """A folder with each body as ``<sha256>`` and each fetch as ``<time>-<digest of the URL>.json``.

    Nothing in it is overwritten: a page fetched again gets a record of its own.
    """

    def __init__(self, folder: str | Path) -> None:
        """Open a folder; it is made when something is kept.

        Args:
            folder: The same one for runs that may use each other's pages.
        """
        self.folder = Path(folder)
        self._newest = {path.stem.rpartition("-")[2]: path for path in sorted(self.folder.glob("*-*.json"))}

    def keep(self, asked: str, fetched: Fetched) -> Path:
        """Write what was fetched, and give the path of its bytes.

        Args:
            asked: What the user asked for; the front page where the statement was found from there.
            fetched: The answer.

        Raises:
            AnalyzerError: If the folder cannot be written.
        """
        body = self.folder / fetched.sha256
        record = {
            "asked": asked,
            "url": fetched.url,
            "final_url": fetched.final_url,
            "redirects": [{"status": status, "url": url} for status, url in fetched.redirects],
            "time": fetched.time,
            "status": fetched.status,
            "headers": [list(pair) for pair in fetched.headers],
            "media_type": fetched.media_type,
            "bytes": len(fetched.data),
            "sha256": fetched.sha256,
            "version": __version__,
        }
        name = f"{fetched.time[:19].replace(':', '')}-{_digest(asked)}.json"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if not body.exists():
                _write(body, fetched.data)
            text = json.dumps(record, ensure_ascii=False, indent=1) + "\n"
            _write(self.folder / name, text.encode("utf-8", errors="backslashreplace"))
        except OSError as error:
            raise AnalyzerError(
                f"{self.folder} kan ikke skrives: {error.strerror or error}. Velg en annen mappe."
            ) from error
        self._newest[_digest(asked)] = self.folder / name
        return body

    def find(self, asked: str) -> Mapping[str, Any] | None:
        """Give the newest record of what was asked for, if its body is there and unchanged."""
        path = self._newest.get(_digest(asked))
        try:
            record: dict[str, Any] = json.loads(path.read_bytes()) if path else {}
            digest = hashlib.sha256(read_file(self.path_of(record))).hexdigest() if record else ""
        except (OSError, ValueError, KeyError, AnalyzerError):
            return None
        return record if record.get("asked") == asked and record["sha256"] == digest else None

    def path_of(self, record: Mapping[str, Any]) -> Path:
        """Give the file that holds a record's body."""
        return self.folder / Path(str(record["sha256"])).name


def _digest(url: str) -> str:
    return hashlib.sha256(url.encode("utf-8", errors="surrogatepass")).hexdigest()[:16]


def _write(path: Path, data: bytes) -> None:
    """Write to a temporary file and rename, so that evidence is whole or absent."""
    temporary = path.with_name(path.name + ".part")
    temporary.write_bytes(data)
    temporary.replace(path)

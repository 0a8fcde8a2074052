"""Reads labelled statements: ``<id>.txt`` with ``.units.tsv``, ``.labels.tsv`` and ``.facts.tsv`` beside it.

The format is described in ``corpus/DATASHEET.md``: a unit is a block of the text (paragraph, list item, table
row, heading); a label is a category id, with "!" for a denial.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from analyzer.errors import AnalyzerError
from analyzer.ingest import read_document
from analyzer.knowledge import Knowledge
from analyzer.records import Document, Structure
from analyzer.segment import segment


class InvalidCorpus(AnalyzerError):
    """A labelled statement breaks the format; the message names file and line."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A labelled block: offsets into the text, and the labels with "!" for denials."""

    number: int
    start: int
    end: int
    text: str
    labels: frozenset[str]


@dataclass(frozen=True, slots=True)
class GoldFact:
    """A labelled fact: kind, number of its unit, value, and how it is worded."""

    kind: str
    unit: int
    value: str
    detail: str


@dataclass(frozen=True, slots=True)
class GoldStatement:
    """A statement with what a careful reader found in it."""

    document: Document
    units: tuple[Unit, ...]
    facts: tuple[GoldFact, ...]

    @property
    def topics(self) -> frozenset[str]:
        """The topics that the statement discloses anywhere, denials included."""
        return frozenset(label.rstrip("!") for unit in self.units for label in unit.labels)


def read_corpus(folder: str | Path) -> list[GoldStatement]:
    """Read all labelled statements of a folder, in the order of their ids.

    Raises:
        InvalidCorpus: If the folder holds none, or one breaks the format.
    """
    paths = sorted(Path(folder).glob("*.units.tsv"))
    if not paths:
        raise InvalidCorpus(
            f"{folder} har ingen merkede erklæringer (*.units.tsv). Oppgi en mappe som corpus/statements."
        )
    return [_read_statement(path.with_name(path.name.removesuffix(".units.tsv"))) for path in paths]


def _read_statement(stem: Path) -> GoldStatement:
    labels = {int(row[0]): frozenset(row[1].split() if len(row) > 1 else []) for row in _rows(stem, "labels")}
    units = []
    for row in _rows(stem, "units"):
        if len(row) < 4:
            raise InvalidCorpus(
                f"{stem.name}.units.tsv: enhet {row[0]} har {len(row)} kolonner og skal ha 4."
            )
        number = int(row[0])
        units.append(Unit(number, int(row[1]), int(row[2]), row[3], labels.get(number, frozenset())))
    facts = [
        GoldFact(row[0], int(row[1]), row[2], row[3] if len(row) > 3 else "") for row in _rows(stem, "facts")
    ]
    return GoldStatement(read_document(stem.with_name(stem.name + ".txt")), tuple(units), tuple(facts))


def read_standoff(folder: str | Path, texts: str | Path) -> list[GoldStatement]:
    """Read labels that stand apart from their texts, which are public but not part of the project.

    Args:
        folder: Holds ``sources.tsv`` and, for each statement, ``.labels.tsv`` and ``.facts.tsv``.
        texts: Folder of the texts; each is known by the SHA-256 of its file, whatever its name.

    Raises:
        InvalidCorpus: If a text is not there; the message says which and where it was published.
    """
    found = {hashlib.sha256(path.read_bytes()).hexdigest(): path for path in Path(texts).rglob("*.txt")}
    statements = []
    for id, repository, path, digest, *_ in _rows(Path(folder) / "sources", ""):
        if digest not in found:
            raise InvalidCorpus(
                f"{texts} mangler teksten til «{id}» (github.com/{repository}, {path}; SHA-256 {digest[:12]}…)."
            )
        document = read_document(found[digest], id=id)
        units = tuple(
            Unit(
                int(number),
                int(start),
                int(end),
                " ".join(document.text[int(start) : int(end)].split()),
                frozenset(rest[0].split() if rest else ()),
            )
            for number, start, end, *rest in _rows(Path(folder) / id, "labels")
        )
        facts = tuple(
            GoldFact(kind, int(unit), value, "") for kind, unit, value in _rows(Path(folder) / id, "facts")
        )
        statements.append(GoldStatement(document, units, facts))
    return statements


def read_folders(folders: Iterable[Path], texts: Path | None = None) -> list[GoldStatement]:
    """Read folders of labelled statements, with their texts or, where ``sources.tsv`` says so, apart from them.

    Raises:
        InvalidCorpus: If a folder breaks the format, or labels stand apart and ``texts`` is None.
    """
    found: list[GoldStatement] = []
    for folder in folders:
        if not (folder / "sources.tsv").is_file():
            found += read_corpus(folder)
        elif texts is None:
            raise InvalidCorpus(f"{folder} har merker uten tekstene. Oppgi mappen med tekster (--texts).")
        else:
            found += read_standoff(folder, texts)
    return found


def check_folder(folder: Path, knowledge: Knowledge, texts: Path | None = None) -> tuple[int, int, list[str]]:
    """Check a folder of labelled statements, or the folders in it.

    Args:
        folder: Such as ``corpus/statements`` or ``corpus``.
        knowledge: For the topics.
        texts: Folder of the texts of labels that stand apart; without it their offsets are not compared.

    Returns:
        Number of statements, number of units, and what is wrong.
    """
    parts = [path.parent for path in sorted(folder.glob("*/sources.tsv"))]
    parts += sorted({path.parent for path in folder.glob("*/*.units.tsv")})
    statements = units = 0
    problems: list[str] = []
    for part in parts or [folder]:
        apart = (part / "sources.tsv").is_file()
        if apart:
            count, blocks, wrong = check_standoff(part, knowledge)
        if texts or not apart:
            read = read_folders([part], texts)
            count, blocks, wrong = len(read), sum(len(s.units) for s in read), check_corpus(read, knowledge)
        statements, units = statements + count, units + blocks
        problems += wrong
    return statements, units, problems


def check_standoff(folder: str | Path, knowledge: Knowledge) -> tuple[int, int, list[str]]:
    """Check labels without their texts: number of statements, of units, and what is wrong."""
    problems: list[str] = []
    sources = _rows(Path(folder) / "sources", "")
    units = 0
    for id, *_ in sources:
        end, numbers = 0, set()
        for number, start, stop, *rest in _rows(Path(folder) / id, "labels"):
            units += 1
            numbers.add(number)
            if not end <= int(start) < int(stop):
                problems.append(f"{id}: unit {number} overlaps its neighbour")
            end = int(stop)
            unknown = [x for x in (rest[0].split() if rest else ()) if x.rstrip("!") not in knowledge.topic]
            problems += [f"{id}: unit {number} has the unknown label «{label}»" for label in unknown]
        problems += [
            f"{id}: fact {kind} {value} names unit {unit}, which does not exist"
            for kind, unit, value in _rows(Path(folder) / id, "facts")
            if unit not in numbers
        ]
    return len(sources), units, problems


def _rows(stem: Path, kind: str) -> list[list[str]]:
    path = stem.with_name(f"{stem.name}.{kind}.tsv" if kind else f"{stem.name}.tsv")
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return [row for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE) if any(row)][1:]
    except OSError as error:
        raise InvalidCorpus(f"{path} kan ikke leses: {error.strerror}.") from error


def passage_labels(statement: GoldStatement, structure: Structure) -> list[frozenset[str]]:
    """Give each passage of the structure the labels of the units that it shares most of its text with."""
    result: list[frozenset[str]] = []
    for passage in structure.passages:
        labels: set[str] = set()
        for unit in statement.units:
            overlap = min(unit.end, passage.end) - max(unit.start, passage.start)
            if overlap > 0.5 * min(unit.end - unit.start, passage.end - passage.start):
                labels |= unit.labels
        result.append(frozenset(labels))
    return result


def check_corpus(statements: Iterable[GoldStatement], knowledge: Knowledge) -> list[str]:
    """List what is wrong with labelled statements: offsets, labels, facts, units that segmentation loses."""
    problems: list[str] = []
    known = set(knowledge.topic_ids)
    for statement in statements:
        name, text = statement.document.id, statement.document.text
        by_number: Mapping[int, Unit] = {unit.number: unit for unit in statement.units}
        end = 0
        for unit in statement.units:
            if not (end <= unit.start < unit.end <= len(text)):
                problems.append(f"{name}: unit {unit.number} overlaps its neighbour or leaves the text")
            if " ".join(text[unit.start : unit.end].split()) != unit.text:
                problems.append(f"{name}: unit {unit.number} differs from the text at its offsets")
            for label in sorted(unit.labels):
                if label.rstrip("!") not in known:
                    problems.append(f"{name}: unit {unit.number} has the unknown label «{label}»")
            end = unit.end
        problems += [
            f"{name}: fact {fact.kind} {fact.value} names unit {fact.unit}, which does not exist"
            for fact in statement.facts
            if fact.unit not in by_number
        ]
        covered = sum(
            bool(labels) for labels in passage_labels(statement, segment(statement.document, knowledge))
        )
        labelled = sum(bool(unit.labels) for unit in statement.units)
        if covered < 0.8 * labelled:
            problems.append(f"{name}: segmentation finds {covered} of {labelled} labelled units")
    return problems

"""Reads labelled statements: ``<id>.txt`` with ``.units.tsv``, ``.labels.tsv`` and ``.facts.tsv`` beside it.

The format is described in ``corpus/DATASHEET.md``: a unit is a block of the text (paragraph, list item, table
row, heading); a label is a category id, with "!" for a denial.
"""

from __future__ import annotations

import csv
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
            f"{folder} has no labelled statements (*.units.tsv). Give a folder such as corpus/statements."
        )
    return [_read_statement(path.with_name(path.name.removesuffix(".units.tsv"))) for path in paths]


def _read_statement(stem: Path) -> GoldStatement:
    labels = {int(row[0]): frozenset(row[1].split() if len(row) > 1 else []) for row in _rows(stem, "labels")}
    units = []
    for row in _rows(stem, "units"):
        if len(row) < 4:
            raise InvalidCorpus(f"{stem.name}.units.tsv: unit {row[0]} has {len(row)} columns, expected 4.")
        number = int(row[0])
        units.append(Unit(number, int(row[1]), int(row[2]), row[3], labels.get(number, frozenset())))
    facts = [
        GoldFact(row[0], int(row[1]), row[2], row[3] if len(row) > 3 else "") for row in _rows(stem, "facts")
    ]
    return GoldStatement(read_document(stem.with_name(stem.name + ".txt")), tuple(units), tuple(facts))


def _rows(stem: Path, kind: str) -> list[list[str]]:
    path = stem.with_name(f"{stem.name}.{kind}.tsv")
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return [row for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE) if any(row)][1:]
    except OSError as error:
        raise InvalidCorpus(f"{path} cannot be read: {error.strerror}.") from error


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

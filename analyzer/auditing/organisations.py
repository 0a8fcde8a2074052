"""What the statements of one organisation say together: an organisation may have several, each for its part."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from analyzer.auditing.rows import Row, status_column
from analyzer.redaction.spans import MASK

_STATUSES = ("present", "partial", "undetermined", "missing", "not_applicable")


def merge_statuses(statuses: Iterable[str]) -> str:
    """Give the status of a disclosure in an organisation from its status in each of its statements.

    What one statement gives is given, in full before in part (GDPR article 12(1) asks for no single document). A
    statement that cannot be judged may give what the others lack, so it is not said to be missing. A duty that
    follows from one statement is not lifted by another from which it does not follow, so that missing counts before
    not applicable.

    Example:
        >>> merge_statuses(["missing", "present"]), merge_statuses(["not_applicable", "missing"])
        ('present', 'missing')
    """
    return min(statuses, key=_STATUSES.index)


class Owners:
    """Tells which statements are of one organisation: by its number, or by its name where that has only one number."""

    def __init__(self) -> None:
        """Know nobody."""
        self._numbers: defaultdict[str, set[str]] = defaultdict(set)

    def learn(self, name: str | None, number: str | None) -> None:
        """Take in that a name and a number stand together; all must be learnt before the first is asked for."""
        if name and number:
            self._numbers[_folded(name)].add(number)

    def key(self, id: str, name: str | None, number: str | None) -> str:
        """Give what an organisation is known by: ``nr:`` or ``name:``, or ``id:`` of a statement that names nobody."""
        if number:
            return f"nr:{number}"
        if not name or MASK in name:  # a mask may stand for anybody
            return f"id:{id}"
        numbers = self._numbers.get(_folded(name), set())
        return f"nr:{next(iter(numbers))}" if len(numbers) == 1 else f"name:{_folded(name)}"


@dataclass(frozen=True, slots=True)
class _Statement:
    id: str
    whose: Mapping[str, str | None]
    statuses: tuple[str, ...]
    required: tuple[bool, ...]


@dataclass
class Organisations:
    """Gathers the statuses of each statement, and merges them at the end."""

    topics: tuple[str, ...] = ()
    _owners: Owners = field(default_factory=Owners)
    _statements: list[_Statement] = field(default_factory=list)

    def add(self, report: Mapping[str, Any], whose: Mapping[str, str | None]) -> None:
        """Take in a report; all have the same disclosures, in the same order."""
        disclosures = report["disclosures"]
        self.topics = self.topics or tuple(d["id"] for d in disclosures)
        statuses, required = (d["status"] for d in disclosures), (bool(d["required"]) for d in disclosures)
        self._owners.learn(whose["organisation"], whose["orgnr"])
        self._statements.append(_Statement(report["document"]["id"], whose, tuple(statuses), tuple(required)))

    def owner(self, id: str, whose: Mapping[str, str | None]) -> str:
        """Give what a statement's organisation is known by, when all statements have been added."""
        return self._owners.key(id, whose["organisation"], whose["orgnr"])

    def rows(self) -> Iterator[Row]:
        """Give a row for each organisation, in the order of their first statements."""
        statements: defaultdict[str, list[_Statement]] = defaultdict(list)
        for statement in self._statements:
            statements[self.owner(statement.id, statement.whose)].append(statement)
        for of_one in statements.values():
            yield self._row(of_one)

    def missing(self) -> Counter[str]:
        """Count the organisations in which each disclosure is missing."""
        return Counter(
            topic for row in self.rows() for topic in self.topics if row[status_column(topic)] == "missing"
        )

    def _row(self, statements: list[_Statement]) -> Row:
        statuses = [
            merge_statuses(of_topic) for of_topic in zip(*(s.statuses for s in statements), strict=True)
        ]
        required = [any(of_topic) for of_topic in zip(*(s.required for s in statements), strict=True)]
        asked = [status for status, needed in zip(statuses, required, strict=True) if needed]
        present = sum(status in ("present", "partial") for status in asked)
        by_topic = dict(zip(self.topics, statuses, strict=True))
        return {
            **{
                name: next((s.whose[name] for s in statements if s.whose[name]), None)
                for name in ("organisation", "orgnr", "sector")
            },
            "documents": len(statements),
            "ids": ", ".join(s.id for s in statements),
            "required": len(asked),
            "present": present,
            "missing": asked.count("missing"),
            "undetermined": asked.count("undetermined"),
            "completeness": round(present / len(asked), 4) if asked else 0.0,
            "missing_disclosures": ", ".join(t for t, status in by_topic.items() if status == "missing"),
            **{status_column(topic): status for topic, status in by_topic.items()},
        }


def _folded(name: str) -> str:
    return " ".join(name.casefold().split()).strip(" .,:;")

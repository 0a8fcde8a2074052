"""Compares two audits: what has appeared, disappeared and changed for each organisation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from analyzer.auditing.organisations import Owners, merge_statuses
from analyzer.auditing.results import Audit

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("organisation", "orgnr", "what", "item", "change", "before", "after")
"""``what`` is ``organisation``, ``statement`` (their number) or a table's name in the singular; ``change`` is
``appeared``, ``disappeared`` or ``changed``."""

_SETS: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "findings": ("finding", "code", ("title",)),
    "retention": ("retention", "applies_to", ("duration", "kind", "text")),
    "legal_bases": ("legal_basis", "article", ()),
    "statutes": ("statute", "act", ("status",)),
    "recipients": ("recipient", "name", ("role",)),
}
"""For each table: what a row of it is called, what names it, and the columns whose first value describes it."""

Facts = dict[tuple[str, str], str]
"""For each pair of what and item, a description."""


def compare_audits(before: Audit, after: Audit) -> pd.DataFrame:
    """Say what has changed for each organisation between two audits.

    An organisation is known by its number or its name, in the manifest or in its statements; one that has neither by
    the statement's id. The order is that of the organisations' names.

    Returns:
        One row a change, with :data:`COLUMNS`.
    """
    import pandas as pd

    names = _Names((before, after))
    old, new = _facts(before, names), _facts(after, names)
    rows = [
        {"organisation": names.shown[key], "orgnr": names.number.get(key), **change}
        for key in sorted({*old, *new}, key=lambda key: (names.shown[key].casefold(), key))
        for change in _changes(old.get(key), new.get(key))
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _changes(old: Facts | None, new: Facts | None) -> Iterator[dict[str, Any]]:
    """Give the changes of one organisation; one that has come or gone is a single change."""
    if old is None or new is None:
        change = "appeared" if old is None else "disappeared"
        yield {"what": "organisation", "item": None, "change": change, "before": None, "after": None}
        return
    for what, item in sorted({*old, *new}):
        was, now = old.get((what, item)), new.get((what, item))
        if was == now:
            continue
        change = "appeared" if was is None else "disappeared" if now is None else "changed"
        if what == "disclosure" and change == "changed":
            given = [status in ("present", "partial") for status in (was, now)]
            change = (
                "appeared" if given == [False, True] else "disappeared" if given == [True, False] else change
            )
        yield {"what": what, "item": item, "change": change, "before": was, "after": now}


class _Names:
    """Tells which statements of two audits are of one organisation."""

    def __init__(self, audits: Iterable[Audit]) -> None:
        self._owners = Owners()
        self.shown: dict[str, str] = {}
        self.number: dict[str, str] = {}
        frames = [audit.documents for audit in audits]
        for frame in frames:
            for name, number in zip(frame["organisation"], frame["orgnr"], strict=True):
                self._owners.learn(_text(name), _text(number))
        for frame in frames:
            for id, name, number in zip(frame["id"], frame["organisation"], frame["orgnr"], strict=True):
                key = self.key(id, name, number)
                self.shown[key] = name if isinstance(name, str) else number if isinstance(number, str) else id
                if key.startswith("nr:"):
                    self.number[key] = key.removeprefix("nr:")

    def key(self, id: str, name: Any, number: Any) -> str:
        """Give what an organisation is known by."""
        return self._owners.key(id, _text(name), _text(number))


def _facts(audit: Audit, names: _Names) -> dict[str, Facts]:
    """Give for each organisation what its statements say."""
    documents = audit.documents
    key_of = {
        id: names.key(id, name, number)
        for id, name, number in zip(
            documents["id"], documents["organisation"], documents["orgnr"], strict=True
        )
    }
    facts: dict[str, Facts] = {key: {} for key in key_of.values()}
    for key, count in Counter(key_of.values()).items():
        facts[key]["statement", "number"] = str(count)
    disclosures = audit.disclosures
    for id, topic, status in zip(
        disclosures["id"], disclosures["disclosure"], disclosures["status"], strict=True
    ):
        known = facts[key_of[id]]
        known["disclosure", topic] = merge_statuses((known.get(("disclosure", topic), status), status))
    for table, (what, item, shown) in _SETS.items():
        for row in audit.frame(table).to_dict("records"):
            name = row[item] if isinstance(row[item], str) else "(ikke oppgitt)"
            description = next((row[c] for c in shown if isinstance(row[c], str)), name)
            known = facts[key_of[row["id"]]]
            described = {*filter(None, known.get((what, name), "").split("; ")), description}
            known[what, name] = "; ".join(sorted(described))
    return facts


def _text(value: Any) -> str | None:
    """Give a cell's text; pandas has None and NaN for none."""
    return value if isinstance(value, str) else None

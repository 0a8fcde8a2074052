"""What an audit says across organisations: completeness by sector, what is missing, how long data are kept, outliers.

Organisations, not statements, are drawn in the bootstrap: the statements of one organisation are no independent
observations (Efron and Tibshirani 1993, chapter 8). The draws are seeded, so that the same run gives the same numbers.
"""

from __future__ import annotations

import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from analyzer.auditing.organisations import Organisations
from analyzer.auditing.rows import Row, to_days
from analyzer.auditing.templates import Member, find_templates, mean_similarity, name_template, sign

DRAWS, AT_A_TIME, SEED = 1_000, 50, 20_260
OUTLIER = 3.5
"""Modified z-score from which a value is an outlier (Iglewicz and Hoaglin 1993)."""

MIN_FOR_INTERVAL = 5
"""Organisations from which draws can tell how far a share might be off."""

MIN_FOR_OUTLIERS = 8
"""Values that a group needs before one of them can be called unusual."""

Interval = tuple[float, float | None, float | None]
T = TypeVar("T")
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class _Statement:
    id: str
    whose: Mapping[str, str | None]
    sector: str
    completeness: float
    words: int
    required: frozenset[str]
    missing: frozenset[str]


class _Period(NamedTuple):
    group: str
    kept: str
    id: str
    whose: Mapping[str, str | None]
    days: float


@dataclass
class Overview:
    """Gathers what is needed of each report, some kilobytes, and sums it up at the end."""

    organisations: Organisations = field(default_factory=Organisations)
    _statements: list[_Statement] = field(default_factory=list)
    _members: list[Member] = field(default_factory=list)
    _periods: list[_Period] = field(default_factory=list)
    _titles: dict[str, str] = field(default_factory=dict)
    findings: Counter[str] = field(default_factory=Counter)
    severities: Counter[str] = field(default_factory=Counter)

    def add(self, report: Mapping[str, Any], whose: Mapping[str, str | None]) -> None:
        """Take in a report."""
        document, disclosures = report["document"], report["disclosures"]
        self.organisations.add(report, whose)
        sector = whose["sector"] or "unknown"
        self._titles |= {d["id"]: d["title"] for d in disclosures if d["id"] not in self._titles}
        if any(d["status"] != "undetermined" for d in disclosures):  # the others cannot be judged
            self._statements.append(
                _Statement(
                    document["id"],
                    whose,
                    sector,
                    report["summary"]["completeness"],
                    document["words"],
                    frozenset(d["id"] for d in disclosures if d["required"]),
                    frozenset(d["id"] for d in disclosures if d["status"] == "missing"),
                )
            )
        self._members.append(sign(report, whose["organisation"], whose["sector"]))
        for entry in report["retention"]:
            days = to_days(entry["duration"])
            if days is not None:
                for group in ("applies_to", "purpose", "trigger"):
                    if kept := _normalise(entry.get(group)):
                        self._periods.append(_Period(group, kept, document["id"], whose, days))
        self.findings.update({finding["code"] for finding in report["findings"]})
        self.severities.update(finding["severity"] for finding in report["findings"])

    def tables(self) -> Iterator[tuple[str, Iterable[Row]]]:
        """Give the rows of each of :data:`SUMMARIES`."""
        yield "sectors", self._sectors()
        yield "missing", self._missing()
        yield "periods", self._retention()
        yield "templates", self._templates()
        yield "outliers", self._outliers()

    def completeness(self) -> dict[str, float | None]:
        """Give the mean completeness with its interval of 95 %; None where nothing can be said."""
        if not self._statements:
            return {"mean": None, "low": None, "high": None}
        mean, low, high = self._mean(self._statements)
        return {"mean": mean, "low": low, "high": high}

    def _owners(self, items: Iterable[_Statement | _Period]) -> list[str]:
        return [self.organisations.owner(item.id, item.whose) for item in items]

    def _mean(self, statements: Sequence[_Statement]) -> Interval:
        return bootstrap([s.completeness for s in statements], self._owners(statements))

    def _sectors(self) -> Iterator[Row]:
        by_sector = _group(self._statements, lambda s: s.sector)
        for sector, statements in sorted(by_sector.items(), key=lambda item: (-len(item[1]), item[0])):
            mean, low, high = self._mean(statements)
            yield {
                "sector": sector,
                "organisations": len(set(self._owners(statements))),
                "documents": len(statements),
                "completeness": mean,
                "low": low,
                "high": high,
                "median": statistics.median(s.completeness for s in statements),
            }

    def _missing(self) -> Iterator[Row]:
        rows: list[Row] = []
        lacking = self.organisations.missing()
        for topic, title in self._titles.items():
            required = [s for s in self._statements if topic in s.required]
            values = [float(topic in s.missing) for s in required]
            if any(values):
                share, low, high = bootstrap(values, self._owners(required))
                rows.append(
                    {
                        "disclosure": topic,
                        "title": title,
                        "required": len(required),
                        "missing": int(sum(values)),
                        "organisations": lacking[topic],
                        "share": share,
                        "low": low,
                        "high": high,
                    }
                )
        yield from sorted(rows, key=lambda row: (-row["missing"], -row["share"], row["disclosure"]))

    def _retention(self) -> Iterator[Row]:
        groups = _group(self._periods, lambda period: period[:2])
        rows: list[Row] = [
            {
                "group": group,
                "kept": kept,
                "organisations": len(set(self._owners(periods))),
                "periods": len(periods),
                "shortest_days": min(days for *_, days in periods),
                "median_days": statistics.median(days for *_, days in periods),
                "longest_days": max(days for *_, days in periods),
            }
            for (group, kept), periods in groups.items()
        ]
        yield from sorted(rows, key=lambda row: (row["group"], -int(row["organisations"]), row["kept"]))

    def _templates(self) -> Iterator[Row]:
        for number, members in enumerate(find_templates(self._members), start=1):
            name, similarity = name_template(members), mean_similarity(members)
            for member in members:
                yield {
                    "template": number,
                    "name": name,
                    "documents": len(members),
                    "similarity": similarity,
                    "id": member.id,
                    "organisation": member.organisation,
                    "sector": member.sector,
                }

    def _outliers(self) -> Iterator[Row]:
        for sector, statements in sorted(_group(self._statements, lambda s: s.sector).items()):
            for measure in ("completeness", "words"):
                values = [float(getattr(s, measure)) for s in statements]
                # Lengths are skewed: half as long is as unusual as twice as long.
                scores = _modified_z(
                    [math.log(max(1.0, v)) for v in values] if measure == "words" else values
                )
                for statement, value, score in zip(statements, values, scores, strict=True):
                    if abs(score) >= OUTLIER:
                        yield {
                            "id": statement.id,
                            "organisation": statement.whose["organisation"],
                            "sector": sector,
                            "measure": measure,
                            "value": value,
                            "typical": statistics.median(values),
                            "score": round(score, 2),
                        }


def bootstrap(values: Sequence[float], owners: Sequence[str]) -> Interval:
    """Give the mean and its percentile interval of 95 %, drawing organisations with replacement.

    Args:
        values: One a statement, at least one.
        owners: Whose each statement is; fewer than :data:`MIN_FOR_INTERVAL` give no interval.
    """
    places = {owner: place for place, owner in enumerate(dict.fromkeys(owners))}
    of = np.array([places[owner] for owner in owners])
    sums = np.bincount(of, np.asarray(values, float), len(places))
    counts = np.bincount(of, minlength=len(places))
    mean = round(float(sums.sum() / counts.sum()), 4)
    if len(places) < MIN_FOR_INTERVAL:
        return mean, None, None
    generator = np.random.default_rng(SEED)
    means: list[NDArray[np.float64]] = []
    for _ in range(DRAWS // AT_A_TIME):
        drawn = generator.multinomial(len(places), np.full(len(places), 1 / len(places)), AT_A_TIME)
        means.append((drawn @ sums) / (drawn @ counts))
    low, high = np.percentile(np.concatenate(means), [2.5, 97.5])
    return mean, round(float(low), 4), round(float(high), 4)


def _modified_z(values: Sequence[float]) -> list[float]:
    """Give each value's distance from the median in robust standard deviations; 0 where nothing can be said."""
    if len(values) < MIN_FOR_OUTLIERS:
        return [0.0] * len(values)
    middle = statistics.median(values)
    spread = statistics.median(abs(v - middle) for v in values)
    return [0.6745 * (v - middle) / spread if spread else 0.0 for v in values]


def _group(items: Iterable[T], key: Callable[[T], K]) -> dict[K, list[T]]:
    groups: defaultdict[K, list[T]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return dict(groups)


def _normalise(text: str | None) -> str:
    return " ".join(text.casefold().split()).strip(" .,:;") if text else ""

"""Tells a privacy statement from other texts, also those about privacy, without a model."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import resources

from pydantic import TypeAdapter

from analyzer.knowledge import Knowledge

THRESHOLD = 0.5
"""The probability from which a text is taken for a statement."""

LONGEST = 60_000
"""Characters that are looked at; a statement shows itself long before."""

_WINDOW = 200  # words
_NEEDED = re.compile(r"personvern|opplysning|persondata|informasjonskaps|cookie", re.IGNORECASE)


@dataclass(frozen=True)
class Sign:
    """Something that speaks for or against; see ``data/signs.toml``."""

    id: str
    nb: str
    full: float
    weight: float
    regex: str
    examples: tuple[str, ...]
    counterexamples: tuple[str, ...]
    case: bool = False

    def count(self, text: str) -> int:
        """Count where the sign is found."""
        return sum(1 for _ in self._search.finditer(text))

    @cached_property
    def _search(self) -> re.Pattern[str]:
        return re.compile(self.regex, re.MULTILINE | (re.NOFLAG if self.case else re.IGNORECASE))


@dataclass(frozen=True, slots=True)
class Breadth:
    """How much it counts that many of the law's topics are disclosed."""

    full: float
    weight: float
    nb: str


@dataclass(frozen=True, slots=True)
class _Signs:
    bias: float
    topics: Breadth
    sign: tuple[Sign, ...]


@dataclass(frozen=True, slots=True)
class Detection:
    """Whether a text is a privacy statement, and why.

    Attributes:
        probability: That it is one.
        reason: The signs that weighed most, in Norwegian.
    """

    probability: float
    reason: str

    @property
    def is_statement(self) -> bool:
        """Whether it is more likely than not."""
        return self.probability >= THRESHOLD


class Detector:
    """Weighs the signs of ``data/signs.toml`` and how many topics the knowledge's rules find disclosed.

    Example:
        >>> detector = Detector(Knowledge.load())
        >>> detector.detect("Vi selger ski og sko.").is_statement
        False
    """

    def __init__(self, knowledge: Knowledge) -> None:
        """Read the signs."""
        self._knowledge = knowledge
        data = (resources.files("analyzer") / "data" / "signs.toml").read_text(encoding="utf-8")
        self._signs = TypeAdapter(_Signs).validate_python(tomllib.loads(data))

    @property
    def signs(self) -> tuple[Sign, ...]:
        """All signs but the breadth of topics."""
        return self._signs.sign

    def detect(self, text: str) -> Detection:
        """Tell how probable it is that a Norwegian text is a privacy statement, and why."""
        text = text[:LONGEST]
        if not _NEEDED.search(text):
            return Detection(0.0, "nevner verken personvern, opplysninger eller informasjonskapsler")
        values = self.measure(text)
        weights = {"topics": self._signs.topics.weight, **{sign.id: sign.weight for sign in self.signs}}
        shares = {id: weights[id] * value for id, value in values.items()}
        probability = 1 / (1 + math.exp(-self._signs.bias - sum(shares.values())))
        return Detection(round(probability, 3), self._explain(shares, values, probability >= THRESHOLD))

    def measure(self, text: str) -> Mapping[str, float]:
        """Give how far each sign is there, from 0 to 1."""
        windows = max(1.0, len(text.split()) / _WINDOW)
        values = {"topics": min(1.0, self._count_topics(text) / self._signs.topics.full)}
        for sign in self.signs:
            values[sign.id] = min(1.0, sign.count(text) / windows / sign.full)
        return values

    def _count_topics(self, text: str) -> int:
        found: set[str] = set()
        for line in text.splitlines():
            found.update(self._knowledge.rules_met(line))
        return len(found)

    def _explain(self, shares: Mapping[str, float], values: Mapping[str, float], positive: bool) -> str:
        ranked = sorted(shares, key=lambda id: -abs(shares[id]))
        for_or_against = [id for id in ranked if shares[id] and (shares[id] > 0) == positive]
        return (
            "; ".join(self._say(for_or_against, values))
            or "sier for lite om hva avsenderen gjør med opplysninger"
        )

    def _say(self, ids: list[str], values: Mapping[str, float]) -> Iterator[str]:
        texts = {sign.id: sign.nb for sign in self.signs}
        for id in ids[:3]:
            topics = self._signs.topics
            yield texts.get(id) or topics.nb.format(count=round(values[id] * topics.full))

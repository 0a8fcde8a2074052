"""Measures reports against labelled statements, by block, by document and for what is called missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from analyzer.corpus import GoldStatement, Unit
from analyzer.knowledge import Knowledge

MIN_EXAMPLES = 5
"""Topics with fewer labelled blocks are left out of the macro average, as in the project's common measure."""

DRAWS = 2_000
"""Resamplings of the statements for an interval."""


@dataclass
class Score:
    """Counts of right, wrong and lost answers.

    Example:
        >>> score = Score()
        >>> score.add({"a", "b"}, {"b", "c"})
        >>> score.precision, score.recall, score.f1
        (0.5, 0.5, 0.5)
    """

    right: int = 0
    wrong: int = 0
    lost: int = 0

    def add(self, want: set[Any], got: set[Any]) -> None:
        """Count one comparison of sets."""
        self.right += len(want & got)
        self.wrong += len(got - want)
        self.lost += len(want - got)

    @property
    def precision(self) -> float:
        """Share of what was given that is right; 1 if nothing was given."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """Share of what was wanted that was given; 1 if nothing was wanted."""
        return self.right / self.wanted if self.wanted else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    @property
    def wanted(self) -> int:
        """Number of right answers there are."""
        return self.right + self.lost

    def __iadd__(self, other: Score) -> Score:
        self.right += other.right
        self.wrong += other.wrong
        self.lost += other.lost
        return self


@dataclass(frozen=True, slots=True)
class BlockError:
    """A labelled block on which a report is wrong about a topic.

    Attributes:
        document: Id of the statement.
        start: Offset of the block.
        end: Offset after the block.
        topic: The topic.
        error: ``lost`` if the block discloses it and the report does not say so; ``wrong`` the other way round.
        by: The rule or model that spoke; empty for what was lost.
        score: Its score; 0 for what was lost.
        text: The block.
    """

    document: str
    start: int
    end: int
    topic: str
    error: Literal["lost", "wrong"]
    by: str
    score: float
    text: str


@dataclass
class Evaluation:
    """Scores of a set of reports; each field is explained by its name in :meth:`table`.

    Attributes:
        statements: The same for each statement by itself, for :meth:`intervals` and for groups.
    """

    block: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    document: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    missing: Score = field(default_factory=Score)
    facts: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    core: frozenset[str] = frozenset()
    errors: list[BlockError] = field(default_factory=list)
    statements: list[Evaluation] = field(default_factory=list)

    @property
    def documents(self) -> int:
        """Number of statements."""
        return len(self.statements)

    @property
    def block_micro(self) -> Score:
        """All topics together, by block."""
        return _sum(self.block.values())

    @property
    def block_macro_f1(self) -> float:
        """Mean F1 of the topics with enough labelled blocks."""
        scores = [s.f1 for s in self.block.values() if s.wanted >= MIN_EXAMPLES]
        return sum(scores) / len(scores) if scores else 0.0

    @property
    def disclosures(self) -> Score:
        """The disclosures of articles 13 and 14, by document."""
        return _sum(s for topic, s in self.document.items() if topic in self.core)

    def scores(self) -> dict[str, Score]:
        """Give the scores by name: of all blocks, of documents, of each kind of fact and of each topic's blocks."""
        return {
            "block micro": self.block_micro,
            "disclosures (Art. 13/14) by document": self.disclosures,
            "missing disclosures": self.missing,
            **self.facts,
            **{f"block: {topic}": score for topic, score in self.block.items()},
        }

    def table(self) -> list[tuple[str, float, float, float, int]]:
        """Give rows of name, precision, recall, F1 and number of right answers."""
        return [(name, s.precision, s.recall, s.f1, s.wanted) for name, s in self.scores().items()]

    def intervals(self, *, level: float = 0.95, seed: int = 1) -> dict[str, tuple[float, float]]:
        """Give an interval for each F1 of :meth:`table`: the percentile bootstrap over statements (Efron 1979).

        Statements are drawn, not blocks, because those of one statement are alike. Where all are right, or one
        statement has all there is, the interval has no width and says nothing.
        """
        names = list(self.scores())
        counts = np.array([_count(part, names) for part in self.statements], dtype=np.float64)
        rng = np.random.default_rng(seed)
        drawn = rng.multinomial(len(counts), [1 / len(counts)] * len(counts), size=DRAWS)
        right, wrong, lost = np.moveaxis(np.einsum("ds,snc->dnc", drawn, counts), -1, 0)
        with np.errstate(invalid="ignore"):
            f1 = np.nan_to_num(
                2 * right / (2 * right + wrong + lost), nan=1.0
            )  # nothing wanted, nothing said
        low, high = np.quantile(f1, [(1 - level) / 2, (1 + level) / 2], axis=0)
        return {name: (float(a), float(b)) for name, a, b in zip(names, low, high, strict=True)}

    def floors(self) -> dict[str, float]:
        """Give the figures that the quality gate holds."""
        return {
            "block_micro_f1": round(self.block_micro.f1, 4),
            "block_macro_f1": round(self.block_macro_f1, 4),
            "disclosures_f1": round(self.disclosures.f1, 4),
            "missing_precision": round(self.missing.precision, 4),
            "missing_recall": round(self.missing.recall, 4),
            **{f"{name.replace(' ', '_')}_f1": round(score.f1, 4) for name, score in self.facts.items()},
        }


def evaluate(pairs: Iterable[tuple[GoldStatement, Mapping[str, Any]]], knowledge: Knowledge) -> Evaluation:
    """Measure reports against labels.

    A segment's categories count for each labelled block that it shares more than half of the shorter one's
    text with; a disclosure counts as made when its status is ``present`` or ``partial``.

    Args:
        pairs: Labelled statements, each with the data of its report.
        knowledge: For the topics and which of them articles 13 and 14 require.
    """
    core = frozenset(topic.id for topic in knowledge.topics if topic.disclosure)
    return pool([_evaluate_statement(gold, report, knowledge.topic_ids, core) for gold, report in pairs])


def pool(statements: Sequence[Evaluation]) -> Evaluation:
    """Put the evaluations of single statements together, such as those of a group."""
    result = Evaluation(statements=list(statements))
    for part in statements:
        for mine, its in (
            (result.block, part.block),
            (result.document, part.document),
            (result.facts, part.facts),
        ):
            for name, score in its.items():
                mine[name] += score
        result.missing += part.missing
        result.core |= part.core
        result.errors += part.errors
    return result


def _evaluate_statement(
    gold: GoldStatement, report: Mapping[str, Any], topics: Sequence[str], core: frozenset[str]
) -> Evaluation:
    result = Evaluation(core=core)
    _add_blocks(result, gold, report, topics)
    said = {d["id"] for d in report["disclosures"] if d["status"] in ("present", "partial")}
    for topic in topics:
        result.document[topic].add({topic} & gold.topics, {topic} & said)
    result.missing.add(set(core - gold.topics), set(core - said))
    _add_facts(result.facts, gold, report)
    return result


def _count(part: Evaluation, names: Sequence[str]) -> list[tuple[int, int, int]]:
    """Give right, wrong and lost of a statement for each name."""
    scores = part.scores()
    found = [scores.get(name, Score()) for name in names]
    return [(s.right, s.wrong, s.lost) for s in found]


def _add_blocks(
    result: Evaluation, gold: GoldStatement, report: Mapping[str, Any], topics: Sequence[str]
) -> None:
    labelled = [s for s in report["segments"] if s["categories"]]
    for unit in gold.units:
        got: dict[str, Mapping[str, Any]] = {}
        for segment in labelled:
            overlap = min(unit.end, segment["end"]) - max(unit.start, segment["start"])
            if overlap > 0.5 * min(unit.end - unit.start, segment["end"] - segment["start"]):
                got |= {category["id"]: category for category in segment["categories"]}
        want = {label.rstrip("!") for label in unit.labels}
        for topic in topics:
            result.block[topic].add({topic} & want, {topic} & set(got))
            if (topic in want) != (topic in got):
                result.errors.append(_describe_error(gold, unit, topic, got.get(topic)))


def _describe_error(
    gold: GoldStatement, unit: Unit, topic: str, category: Mapping[str, Any] | None
) -> BlockError:
    """Describe a topic that was found where it is not, or, without a category, not found where it is."""
    by, score = (category.get("by", ""), category.get("score", 0.0)) if category else ("", 0.0)
    error: Literal["lost", "wrong"] = "wrong" if category else "lost"
    return BlockError(gold.document.id, unit.start, unit.end, topic, error, by, score, unit.text)


def _add_facts(facts: dict[str, Score], gold: GoldStatement, report: Mapping[str, Any]) -> None:
    want: dict[str, set[str]] = defaultdict(set)
    for fact in gold.facts:
        want[fact.kind].add(fact.value)
    lengths = {canonical_duration(v) for v in want["retention"] if v.startswith("P")}
    found = {canonical_duration(r["duration"]) for r in report["retention"] if r["duration"]}
    facts["retention durations"].add(lengths, found)
    facts["legal bases"].add(want["basis"], {b["article"] for b in report["legal_bases"]})
    acts = {value.split(" § ")[0] for value in want["statute"]}
    facts["statutes"].add(acts, {s["act"] for s in report["statutes"]})
    names = {value.casefold() for value in want["controller"]}
    if names:
        name = (report["organisation"]["name"] or "").casefold()
        hit = any(name and (name in other or other in name) for other in names)
        facts["controller name"].add({"right"}, {"right"} if hit else ({"wrong"} if name else set()))


def canonical_duration(duration: str) -> tuple[int, int, str]:
    """Make equal lengths equal: P1Y is P12M, P1W is P7D.

    Example:
        >>> canonical_duration("P1Y") == canonical_duration("P12M")
        True
    """
    date, _, time = duration.removeprefix("P").partition("T")
    number, months, days = "", 0, 0
    for character in date:
        if character.isdigit():
            number += character
            continue
        months += {"Y": 12, "M": 1}.get(character, 0) * int(number or 0)
        days += {"W": 7, "D": 1}.get(character, 0) * int(number or 0)
        number = ""
    return months, days, time


def _sum(scores: Iterable[Score]) -> Score:
    total = Score()
    for score in scores:
        total += score
    return total

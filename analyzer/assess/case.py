"""What one statement says, as the conditions and the findings see it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from analyzer.extract import LabelledSegment
from analyzer.knowledge import Knowledge
from analyzer.law import Dated
from analyzer.records import Facts, LegalBasis, Quote, Severity
from analyzer.verdicts import Finding

MAX_EVIDENCE = 10
"""Quotes that a finding carries, and segments that a disclosure cites."""

_LONGEST_QUOTE = 160
_NEIGHBOURS = 2
_IN_FORCE_FROM, _IN_FORCE_TO = "0000", "9999"


@dataclass(frozen=True)
class Case:
    """What a statement says.

    Attributes:
        segments: Segments with labels, in the order of the text.
        facts: What was extracted.
        knowledge: The rules.
        language: ``nb`` or ``en``: the language of reasons and messages.
        as_of: The day of the audit, ISO 8601.
        unreadable: Why the statement cannot be judged and what to do, or None.
        doubts: Topics that no segment discloses for sure, with the one that may.
    """

    segments: Sequence[LabelledSegment]
    facts: Facts
    knowledge: Knowledge
    language: str
    as_of: str
    unreadable: tuple[str, str] | None = None
    doubts: Mapping[str, LabelledSegment] = field(default_factory=dict)

    @cached_property
    def by_topic(self) -> Mapping[str, Sequence[LabelledSegment]]:
        """The segments that carry each topic, denials included."""
        found: dict[str, list[LabelledSegment]] = {}
        for segment in self.segments:
            for label in segment.labels:
                found.setdefault(label.topic, []).append(segment)
        return found

    @cached_property
    def body(self) -> Sequence[LabelledSegment]:
        """The segments that are no headings."""
        return [s for s in self.segments if s.kind not in ("heading", "table_header")]

    def carriers(self, topic: str) -> Sequence[LabelledSegment]:
        """Give the segments that carry a topic, denials included."""
        return self.by_topic.get(topic, ())

    def disclosing(self, *topics: str) -> list[LabelledSegment]:
        """Give the segments that disclose one of the topics and do not merely deny it, in the order of the text."""
        found = {s.segment.index: s for t in topics for s in self.carriers(t) if not s.denies(t)}
        return [found[index] for index in sorted(found)]

    def bases(self, *articles: str) -> list[LegalBasis]:
        """Give the legal bases that the statement relies on, of these articles."""
        return [basis for basis in self.facts.legal_bases if basis.article in articles]

    def quotes(self, kind: str, *, code: str | None = None, topics: Sequence[str] = ()) -> Iterator[Quote]:
        """Give all wordings of a kind of pattern.

        Args:
            kind: As in patterns.toml.
            code: Only the patterns of this finding.
            topics: Only in segments that disclose one of these.
        """
        patterns = [
            p
            for p in self.knowledge.patterns_of(kind)
            if (code is None or code == (p.value or p.id)) and self.in_force(p)
        ]
        for segment in self.disclosing(*topics) if topics else self.body:
            if segment.kind in ("heading", "table_header"):
                continue
            for pattern in patterns:
                for match in pattern.find(segment.text, segment.context):
                    yield segment.quote(match.start(), match.end())

    def shows(self, kind: str, *, topics: Sequence[str] = ()) -> Quote | None:
        """Give the first wording of a kind of pattern, or None."""
        return next(self.quotes(kind, topics=topics), None)

    def says(self, kind: str, text: str, context: str = "") -> bool:
        """Tell whether a text has a wording of a kind of pattern."""
        return any(
            next(iter(pattern.find(text, context)), None) is not None
            for pattern in self.knowledge.patterns_of(kind)
            if self.in_force(pattern)
        )

    def segment_at(self, offset: int) -> LabelledSegment:
        """Give the segment that holds an offset of the document, or the last one before it."""
        return self.segments[max(bisect_right(self._starts, offset) - 1, 0)]

    @cached_property
    def _starts(self) -> list[int]:
        return [s.segment.start for s in self.segments]

    def around(self, segment: LabelledSegment) -> Sequence[LabelledSegment]:
        """Give a segment and its nearest neighbours of the same section."""
        index = segment.segment.index
        near = self.segments[max(index - _NEIGHBOURS, 0) : index + _NEIGHBOURS + 1]
        return [s for s in near if s.segment.section == segment.segment.section]

    def section(self, segment: LabelledSegment) -> list[LabelledSegment]:
        """Give all segments of a segment's section, itself included."""
        return [s for s in self.body if s.segment.section == segment.segment.section]

    def in_force(self, rule: Dated) -> bool:
        """Tell whether a rule applies on the day of the audit."""
        return (rule.valid_from or _IN_FORCE_FROM) <= self.as_of < (rule.valid_to or _IN_FORCE_TO)

    def text(self, texts: Mapping[str, str]) -> str:
        """Choose the text in the report's language."""
        return texts.get(self.language) or texts["nb"]

    def finding(
        self, code: str, quotes: Iterable[Quote] = (), *, severity: Severity | None = None, **values: str
    ) -> Finding:
        """Make a finding with the texts of findings.toml; ``values`` fill their braces."""
        text = self.knowledge.finding[code]
        evidence = list({(q.start, q.end): q for q in quotes}.values())[:MAX_EVIDENCE]
        return Finding(
            code,
            severity or text.severity,
            self.text(text.title).format(**values),
            self.text(text.message).format(**values),
            text.articles,
            tuple(evidence),
            self.text(text.advice).format(**values),
        )


def whole(segment: LabelledSegment) -> Quote:
    """Quote all of a segment."""
    return segment.quote(0, len(segment.text))


def shorten(text: str) -> str:
    """Cut a quote that is too long to stand within a sentence."""
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]} …"

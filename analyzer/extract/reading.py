"""A segment with all that the extractors need to know of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analyzer.records import Label, Quote, Segment, Structure


@dataclass(frozen=True, slots=True)
class LabelledSegment:
    """A segment with its labels, its context, and the labels of its whole passage."""

    segment: Segment
    labels: tuple[Label, ...]
    passage_topics: frozenset[str]
    context: str
    kind: str

    @property
    def text(self) -> str:
        """The segment as read."""
        return self.segment.text

    def has(self, *topics: str) -> bool:
        """Tell whether the segment discloses one of the topics."""
        return any(label.topic in topics for label in self.labels)

    def denies(self, topic: str) -> bool:
        """Tell whether the segment says that the matter does not occur."""
        return any(label.topic == topic and label.denied for label in self.labels)

    def quote(self, start: int, end: int) -> Quote:
        """Quote a range of the segment's text, with its place in the document."""
        span = self.segment.reading.locate(start, end)
        return Quote(span.start, span.end, self.text[start:end])


def with_labels(structure: Structure, labels: Sequence[Sequence[Label]]) -> Iterator[LabelledSegment]:
    """Pair each segment with its labels and context."""
    topics: dict[int, set[str]] = {}
    for segment, found in zip(structure.segments, labels, strict=True):
        topics.setdefault(segment.passage, set()).update(x.topic for x in found if not x.denied)
    for segment, found in zip(structure.segments, labels, strict=True):
        passage = structure.passages[segment.passage]
        title = structure.sections[segment.section].title
        yield LabelledSegment(
            segment,
            tuple(found),
            frozenset(topics[segment.passage]),
            f"{title} > {passage.lead_in}",
            passage.kind,
        )

"""What a model sees of a statement, and what it must offer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from analyzer.records import Passage, Structure


@dataclass(frozen=True, slots=True)
class TextInContext:
    """A text with the headings above it and the lead-in before it.

    Attributes:
        text: The passage or sentence.
        headings: Titles of the two innermost sections it stands in, joined by " > ".
        lead_in: The text that introduces the list or table it belongs to.
        kind: Kind of the passage.
    """

    text: str
    headings: str
    lead_in: str
    kind: str

    @property
    def context(self) -> str:
        """Headings and lead-in together, as rules see them."""
        return f"{self.headings} > {self.lead_in}"


class TopicModel(Protocol):
    """Anything that scores texts for topics.

    Attributes:
        name: What reports call it: ``name@digest``.
        topics: Topic ids, in the order of the columns.
        thresholds: The probability from which each topic counts as disclosed.
    """

    name: str
    topics: tuple[str, ...]
    thresholds: NDArray[np.float64]

    def score(self, texts: Sequence[TextInContext]) -> NDArray[np.float64]:
        """Give probabilities of shape (texts, topics), of passages."""
        ...

    def score_sentences(self, texts: Sequence[TextInContext]) -> NDArray[np.float64]:
        """Give the same of sentences, which testify for what their passage decides."""
        ...


def in_context(passage: Passage, structure: Structure, text: str) -> TextInContext:
    """Put a passage's text, or a sentence of it, into its context."""
    path = structure.sections[passage.section].path
    return TextInContext(text, " > ".join(path[-2:]), passage.lead_in, passage.kind)

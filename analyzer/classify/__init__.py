"""Decides what each segment discloses: rules first, then a model, combined in :func:`label_segments`.

The passage decides, the sentence testifies: a topic is found for the whole paragraph or list item, where its
context is complete, and then attributed to the sentences in it that carry it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analyzer.classify.context import TextInContext, TopicModel, in_context
from analyzer.errors import ModelNotFound
from analyzer.knowledge import Knowledge
from analyzer.records import Label, Passage, Segment, Structure

__all__ = ["DEFAULT_MODEL", "TextInContext", "TopicModel", "in_context", "label_segments", "load_model"]

DEFAULT_MODEL = "norwegian"

EVIDENCE_SHARE = 0.6
"""A sentence testifies if its score reaches this share of the best sentence's in its passage."""

DOUBT_SHARE = 0.5
"""A passage whose probability reaches this share of the threshold keeps its topic from being called missing: a false
"missing" costs more than a false "present" (chosen on corpus/heldout)."""

LIST_SHARE = 0.3
"""How much of an item's probability is the mean of the other items of its list (chosen on corpus/heldout)."""

Row = NDArray[np.float64]


def load_model(
    model: str | Path | None,
    knowledge: Knowledge,
    *,
    threads: int | None = None,
    cache: Path | None = None,
) -> TopicModel:
    """Load a topic model: the shipped one, or a folder.

    Args:
        model: None for the shipped model; otherwise a folder made by ``personvern train``, or the folder or
            hub id of a Hugging Face sequence classifier whose labels are topic ids.
        knowledge: For the cues that are features.
        threads: For the encoder of the shipped model; all cores when None.
        cache: File that keeps the encoder's scores between runs; none when None.

    Raises:
        ModelNotFound: If there is no usable model there.
    """
    folder = Path(str(model)) if model else shipped_model()
    config = folder / "config.json"
    kind = json.loads(config.read_text(encoding="utf-8")).get("kind") if config.is_file() else None
    if kind == "combined":
        from analyzer.classify.encoder import CombinedModel

        return CombinedModel.load(folder, knowledge, threads=threads, cache=cache)
    if kind == "baseline":
        from analyzer.classify.baseline import BaselineModel

        return BaselineModel.load(folder, knowledge)
    from analyzer.classify.transformer import TransformerModel

    return TransformerModel.load(str(model or folder), knowledge)


def shipped_model() -> Path:
    """Find the model that comes with the package, in a checkout or in an installed wheel."""
    package = Path(str(files("analyzer")))
    for root in (package / "models", package.parent / "models"):
        if (root / DEFAULT_MODEL / "config.json").is_file():
            return root / DEFAULT_MODEL
    raise ModelNotFound(
        f"Modellen «{DEFAULT_MODEL}» som følger med, mangler ved siden av {package}. Installer pakken på nytt, eller "
        "lag en modell med «personvern train»; CONTRIBUTING.md sier hvordan."
    )


class Labelling(NamedTuple):
    """What :func:`label_segments` found.

    Attributes:
        labels: For each segment its labels, in the order of the model's topics.
        doubts: For topics that no segment has a label of: the segment that comes near, whose passage reaches
            ``DOUBT_SHARE`` of the threshold. Such a topic may not be called missing.
    """

    labels: list[tuple[Label, ...]]
    doubts: dict[str, int]


def label_segments(structure: Structure, model: TopicModel, knowledge: Knowledge) -> Labelling:
    """Label each segment with the topics it discloses.

    Headings carry no label but those of the rules for headings, and, where a heading is a sentence, of all rules. A rule
    decides by itself, with score 1; otherwise the model's probability for the passage must reach the topic's threshold,
    where the items of one list, which mostly share their topics, lend each other some of theirs. The sentences' own
    probabilities only tell which of them testify; one under a veto does not.

    Args:
        structure: The statement taken apart.
        model: Scores passages and sentences.
        knowledge: For rules and denials.

    Returns:
        Labels and doubts.
    """
    labels: list[list[Label]] = [[] for _ in structure.segments]
    passages = [p for p in structure.passages if p.kind not in ("heading", "table_header")]
    if not passages:
        return Labelling([() for _ in labels], {})
    for segment in structure.segments:
        passage = structure.passages[segment.passage]
        if passage.kind == "heading":
            labels[segment.index] = _label_heading(in_context(passage, structure, segment.text), knowledge)
    members: dict[int, list[Segment]] = {p.index: [] for p in passages}
    for segment in structure.segments:
        members.get(segment.passage, []).append(segment)
    whole = [in_context(p, structure, p.reading.text) for p in passages]
    divided = [p for p in passages if len(members[p.index]) > 1]
    parts = [in_context(p, structure, s.text) for p in divided for s in members[p.index]]
    part_scores = iter(model.score_sentences(parts))
    met_rules = [
        {s.index: knowledge.rules_met(s.text, text.context) for s in members[p.index]}
        for p, text in zip(passages, whole, strict=True)
    ]
    scores = _share(passages, model.score(whole), met_rules, model.topics)
    sentence_scores: list[list[Row]] = []
    barred: dict[int, Mapping[str, bool]] = {}
    for passage, text, row, rules in zip(passages, whole, scores, met_rules, strict=True):
        segments = members[passage.index]
        rows = [next(part_scores) for _ in segments] if len(segments) > 1 else [row] * len(segments)
        sentence_scores.append(rows)
        barred |= {s.index: knowledge.barred_topics(s.text, text.context) for s in segments}
        for column, topic_id in enumerate(model.topics):
            topic = knowledge.topic[topic_id]
            found = {i: (1.0, f"rule:{met[topic_id]}") for i, met in rules.items() if topic_id in met}
            if not found:
                found = _by_model(model, column, segments, row, rows)
                found = {i: by for i, by in found.items() if topic_id not in barred[i]}
            denied = _is_denied(topic.denied_in, segments, found)
            for index, (score, by) in found.items():
                labels[index].append(Label(topic_id, score, by, denied))
    found_topics = {label.topic for found in labels for label in found}
    doubts: dict[str, int] = {}
    for column, topic_id in enumerate(model.topics):
        if topic_id in found_topics:
            continue
        best = [
            _best(members[p.index], rows, column).index
            for p, rows in zip(passages, sentence_scores, strict=True)
        ]
        near = [
            (score, index)
            for score, index in zip(scores[:, column], best, strict=True)
            if score >= DOUBT_SHARE * model.thresholds[column] and not barred[index].get(topic_id)
        ]
        if near:
            doubts[topic_id] = max(near, key=itemgetter(0))[1]
    return Labelling([tuple(found) for found in labels], doubts)


def _label_heading(heading: TextInContext, knowledge: Knowledge) -> list[Label]:
    met = dict(knowledge.rules_met(heading.text, heading.context, heading=True))
    if any(next(iter(p.find(heading.text)), None) for p in knowledge.patterns_of("stating_heading")):
        met |= knowledge.rules_met(heading.text, heading.context)
    return [
        Label(topic, 1.0, f"rule:{rule}", knowledge.topic[topic].denied_in(heading.text))
        for topic, rule in met.items()
    ]


def _best(segments: Sequence[Segment], rows: Sequence[Row], column: int) -> Segment:
    """Give the segment of a passage that testifies most for a topic."""
    return max(zip(segments, rows, strict=True), key=lambda pair: float(pair[1][column]))[0]


def _share(
    passages: Sequence[Passage],
    scores: NDArray[np.float64],
    rules: Sequence[Mapping[int, Mapping[str, str]]],
    topics: Sequence[str],
) -> NDArray[np.float64]:
    """Let the items of a list, or the rows of a table, share their probabilities; what a rule found counts as sure."""
    shared = scores.copy()
    sure = scores.copy()
    for row, met in zip(sure, rules, strict=True):
        row[
            [column for column, topic in enumerate(topics) if any(topic in found for found in met.values())]
        ] = 1
    start = 0
    while start < len(passages):
        end = start + 1
        while end < len(passages) and _same_list(passages[start], passages[end]):
            end += 1
        if end - start > 1:
            others = (sure[start:end].sum(0) - sure[start:end]) / (end - start - 1)
            shared[start:end] = (1 - LIST_SHARE) * scores[start:end] + LIST_SHARE * others
        start = end
    return shared


def _same_list(first: Passage, other: Passage) -> bool:
    return first.kind in ("list_item", "table_row") and (first.kind, first.section, first.lead_in) == (
        other.kind,
        other.section,
        other.lead_in,
    )


def _by_model(
    model: TopicModel, column: int, segments: Sequence[Segment], row: Row, rows: Sequence[Row]
) -> dict[int, tuple[float, str]]:
    passage_score = float(row[column])
    if passage_score < model.thresholds[column]:
        return {}
    sentence_scores = [float(r[column]) for r in rows]
    best = max(sentence_scores)
    return {
        s.index: (
            round(passage_score if score == best else min(score, passage_score), 4),
            f"model:{model.name}",
        )
        for s, score in zip(segments, sentence_scores, strict=True)
        if score >= EVIDENCE_SHARE * best
    }


def _is_denied(
    denies: Callable[[str], bool], segments: Sequence[Segment], found: Mapping[int, object]
) -> bool:
    """Tell whether all that the passage says on the topic is a denial."""
    carriers = [s for s in segments if s.index in found]
    return bool(carriers) and all(denies(s.text) for s in carriers)

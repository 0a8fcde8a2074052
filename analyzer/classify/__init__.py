"""Decides what each segment discloses: rules first, then a model, combined in :func:`label_segments`.

The passage decides, the sentence testifies: a topic is found for the whole paragraph or list item, where its
context is complete, and then attributed to the sentences in it that carry it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analyzer.classify.context import TextInContext, TopicModel, in_context
from analyzer.errors import ModelNotFound
from analyzer.knowledge import Knowledge
from analyzer.records import Label, Segment, Structure

__all__ = ["DEFAULT_MODEL", "TextInContext", "TopicModel", "in_context", "label_segments", "load_model"]

DEFAULT_MODEL = "baseline"

EVIDENCE_SHARE = 0.6
"""A sentence testifies if its score reaches this share of the best sentence's in its passage."""

Row = NDArray[np.float64]


def load_model(model: str | Path | None, knowledge: Knowledge) -> TopicModel:
    """Load a topic model: the shipped one, or a folder.

    Args:
        model: None for the shipped model; otherwise a folder made by ``personvern train``, or the folder or
            hub id of a Hugging Face sequence classifier whose labels are topic ids.
        knowledge: For the cues that are features.

    Raises:
        ModelNotFound: If there is no usable model there.
    """
    folder = Path(str(model)) if model else shipped_model()
    config = folder / "config.json"
    if config.is_file() and json.loads(config.read_text(encoding="utf-8")).get("kind") == "baseline":
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
        f"The shipped model «{DEFAULT_MODEL}» is missing beside {package}. Reinstall the package, or make a model "
        "with «personvern train corpus/statements --out models/baseline»."
    )


def label_segments(structure: Structure, model: TopicModel, knowledge: Knowledge) -> list[tuple[Label, ...]]:
    """Label each segment with the topics it discloses.

    Headings carry no label. A rule decides by itself, with score 1; otherwise the model's probability for the
    passage, or for one of its sentences, must reach the topic's threshold.

    Args:
        structure: The statement taken apart.
        model: Scores passages and sentences.
        knowledge: For rules and denials.

    Returns:
        For each segment its labels, in the order of the model's topics.
    """
    labels: list[list[Label]] = [[] for _ in structure.segments]
    passages = [p for p in structure.passages if p.kind not in ("heading", "table_header")]
    if not passages:
        return [() for _ in labels]
    members: dict[int, list[Segment]] = {p.index: [] for p in passages}
    for segment in structure.segments:
        members.get(segment.passage, []).append(segment)
    whole = [in_context(p, structure, p.reading.text) for p in passages]
    divided = [p for p in passages if len(members[p.index]) > 1]
    parts = [in_context(p, structure, s.text) for p in divided for s in members[p.index]]
    scores = model.score([*whole, *parts])
    part_scores = iter(scores[len(whole) :])
    for passage, text, row in zip(passages, whole, scores, strict=False):
        segments = members[passage.index]
        rows = [next(part_scores) for _ in segments] if len(segments) > 1 else [row] * len(segments)
        rules = {s.index: knowledge.rules_met(s.text, text.context) for s in segments}
        for column, topic_id in enumerate(model.topics):
            topic = knowledge.topic[topic_id]
            found = {i: (1.0, f"rule:{met[topic_id]}") for i, met in rules.items() if topic_id in met}
            if not found:
                found = _by_model(model, column, segments, row, rows)
            denied = _is_denied(topic.denied_in, segments, found)
            for index, (score, by) in found.items():
                labels[index].append(Label(topic_id, score, by, denied))
    return [tuple(found) for found in labels]


def _by_model(
    model: TopicModel, column: int, segments: Sequence[Segment], row: Row, rows: Sequence[Row]
) -> dict[int, tuple[float, str]]:
    passage_score = float(row[column])
    sentence_scores = [float(r[column]) for r in rows]
    best = max(sentence_scores, default=0.0)
    if max(passage_score, best) < model.thresholds[column]:
        return {}
    return {
        s.index: (round(max(score, passage_score) if score == best else score, 4), f"model:{model.name}")
        for s, score in zip(segments, sentence_scores, strict=True)
        if score >= EVIDENCE_SHARE * best
    }


def _is_denied(
    denies: Callable[[str], bool], segments: Sequence[Segment], found: Mapping[int, object]
) -> bool:
    """Tell whether all that the passage says on the topic is a denial."""
    carriers = [s for s in segments if s.index in found]
    return bool(carriers) and all(denies(s.text) for s in carriers)

"""Trains the baseline model on labelled statements; thresholds come from documents held out."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analyzer.classify import TextInContext, in_context
from analyzer.classify.baseline import BaselineModel, FeatureExtractor
from analyzer.corpus import GoldStatement, passage_labels
from analyzer.errors import AnalyzerError
from analyzer.knowledge import Knowledge
from analyzer.segment import segment

if TYPE_CHECKING:
    from sklearn.feature_extraction.text import TfidfVectorizer

FOLDS = 5
INVERSE_REGULARISATION = 20.0
MIN_WEIGHT = 0.12
"""Features whose largest weight in any topic is smaller are dropped; the scores on corpus/ stay the same."""

THRESHOLDS = np.linspace(0.15, 0.6, 19)


@dataclass(frozen=True)
class Examples:
    """Training material: texts in context, a 0/1 matrix (texts, topics), and the document of each text."""

    texts: list[TextInContext]
    labels: NDArray[np.int8]
    documents: list[str]


def collect_examples(statements: Sequence[GoldStatement], knowledge: Knowledge) -> Examples:
    """Turn labelled statements into examples: each passage but headings; denials count as disclosures."""
    texts: list[TextInContext] = []
    rows: list[list[int]] = []
    documents: list[str] = []
    for statement in statements:
        structure = segment(statement.document, knowledge)
        for passage, labels in zip(structure.passages, passage_labels(statement, structure), strict=True):
            if passage.kind in ("heading", "table_header"):
                continue
            present = {label.rstrip("!") for label in labels}
            texts.append(in_context(passage, structure, passage.reading.text))
            rows.append([int(topic in present) for topic in knowledge.topic_ids])
            documents.append(statement.document.id)
    return Examples(texts, np.array(rows, dtype=np.int8), documents)


def train_baseline(
    statements: Sequence[GoldStatement],
    knowledge: Knowledge,
    *,
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[BaselineModel, dict[str, object]]:
    """Train the baseline.

    Args:
        statements: Labelled statements, at least as many as folds.
        knowledge: For features and topics.
        progress: Called with a line of text at each step.

    Returns:
        The model, and its cross-validated scores by topic (split by document).

    Raises:
        AnalyzerError: If there are fewer statements than folds.
    """
    if len(statements) < FOLDS:
        raise AnalyzerError(
            f"{len(statements)} merkede erklæringer er for få, siden treningen deler dem i {FOLDS}. Merk flere."
        )
    examples = collect_examples(statements, knowledge)
    vectorizer = make_vectorizer(knowledge)
    features = vectorizer.fit_transform(examples.texts)
    progress(f"{features.shape[0]} passages, {features.shape[1]} features, {len(statements)} statements")
    held_out = _cross_validate(features, examples, progress)
    thresholds = np.array(
        [_best_threshold(held_out[:, i], examples.labels[:, i]) for i in range(held_out.shape[1])]
    )
    model = _build(vectorizer, features, examples, thresholds, knowledge)
    return model, _metrics(held_out, thresholds, examples, knowledge)


def fit_baseline(examples: Examples, knowledge: Knowledge) -> BaselineModel:
    """Fit the baseline on examples without choosing thresholds, which are 0.5: another model brings its own."""
    vectorizer = make_vectorizer(knowledge)
    features = vectorizer.fit_transform(examples.texts)
    return _build(vectorizer, features, examples, np.full(len(knowledge.topic_ids), 0.5), knowledge)


def make_vectorizer(knowledge: Knowledge) -> TfidfVectorizer:
    """Make the TF-IDF vectorizer over the baseline's features, to be fitted."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(analyzer=FeatureExtractor(knowledge), min_df=2, sublinear_tf=True)


def _build(
    vectorizer: TfidfVectorizer,
    features: NDArray[np.float64],
    examples: Examples,
    thresholds: NDArray[np.float64],
    knowledge: Knowledge,
) -> BaselineModel:
    weights, bias = _fit(features, examples.labels)
    vocabulary = vectorizer.get_feature_names_out()
    kept = np.abs(weights).max(axis=1) >= MIN_WEIGHT
    return BaselineModel(
        [str(v) for v in vocabulary[kept]],
        np.asarray(vectorizer.idf_[kept], dtype=np.float16).astype(np.float32),
        weights[kept].astype(np.float16).astype(np.float32),
        bias.astype(np.float32),
        np.round(thresholds, 4),
        knowledge.topic_ids,
        knowledge,
    )


def save_model(model: BaselineModel, metrics: dict[str, object], folder: Path) -> None:
    """Write the model and ``metrics.json`` beside it."""
    model.save(folder)
    (folder / "metrics.json").write_text(
        json.dumps(metrics, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )


def _fit(
    features: NDArray[np.float64], labels: NDArray[np.int8]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Fit one logistic regression a topic; a topic without examples gets no weight and a low bias."""
    from sklearn.linear_model import LogisticRegression

    weights = np.zeros((features.shape[1], labels.shape[1]))
    bias = np.full(labels.shape[1], -6.0)
    for column in range(labels.shape[1]):
        target = labels[:, column]
        if 0 < target.sum() < len(target):
            regression = LogisticRegression(C=INVERSE_REGULARISATION, solver="liblinear", max_iter=300)
            regression.fit(features, target)
            weights[:, column], bias[column] = regression.coef_[0], regression.intercept_[0]
    return weights, bias


def _cross_validate(
    features: NDArray[np.float64], examples: Examples, progress: Callable[[str], None]
) -> NDArray[np.float64]:
    from sklearn.model_selection import GroupKFold

    scores = np.zeros(examples.labels.shape)
    for fold, (train, test) in enumerate(
        GroupKFold(FOLDS).split(features, groups=examples.documents), start=1
    ):
        weights, bias = _fit(features[train], examples.labels[train])
        scores[test] = 1 / (1 + np.exp(-(features[test] @ weights + bias)))
        progress(f"fold {fold} of {FOLDS}")
    return scores


def _best_threshold(scores: NDArray[np.float64], labels: NDArray[np.int8]) -> float:
    """Choose the threshold with the best F1, the middle one where several are equally good."""
    f1 = [
        _f1((scores >= t) & (labels == 1), (scores >= t) & (labels == 0), (scores < t) & (labels == 1))
        for t in THRESHOLDS
    ]
    best = [t for t, value in zip(THRESHOLDS, f1, strict=True) if value >= max(f1) - 0.002]
    return float(best[len(best) // 2])


def _f1(true: NDArray[np.bool_], wrong: NDArray[np.bool_], lost: NDArray[np.bool_]) -> float:
    return float(2 * true.sum() / max(1, 2 * true.sum() + wrong.sum() + lost.sum()))


def _metrics(
    scores: NDArray[np.float64], thresholds: NDArray[np.float64], examples: Examples, knowledge: Knowledge
) -> dict[str, object]:
    said = scores >= thresholds
    gold = examples.labels == 1
    topics = {
        topic: {
            "f1": round(_f1(said[:, i] & gold[:, i], said[:, i] & ~gold[:, i], ~said[:, i] & gold[:, i]), 4),
            "examples": int(gold[:, i].sum()),
            "threshold": round(float(thresholds[i]), 4),
        }
        for i, topic in enumerate(knowledge.topic_ids)
    }
    return {
        "method": f"{FOLDS}-fold cross-validation by document, model alone without rules",
        "statements": len(set(examples.documents)),
        "passages": len(examples.texts),
        "micro_f1": round(_f1(said & gold, said & ~gold, ~said & gold), 4),
        "topics": topics,
    }

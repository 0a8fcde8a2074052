"""Chooses how encoder and baseline combine, so that a probability means what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analyzer.classify.encoder import combine

SHARES = np.linspace(0, 1, 11)
TEMPERATURES = np.geomspace(0.5, 2.0, 25)
THRESHOLDS = np.linspace(0.2, 0.6, 17)
PRIOR = 30
"""A topic with so many examples chooses its threshold half by itself, half with all topics."""

CAUTION = 1.1
"""Times the chosen thresholds: of 0.8 to 1.35, the one that was no worse than 1 on each of three sets of unseen
statements (the model card has the figures; gold/dev is one of the three)."""

BINS = 10
Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Calibration:
    """Weight of the encoder, temperature, a threshold for each topic, and the calibration error that is left."""

    share: float
    temperature: float
    thresholds: tuple[float, ...]
    error: float


def calibrate(
    logits: Scores, baseline: Scores, labels: NDArray[np.int8], topics: Sequence[str]
) -> Calibration:
    """Choose share and temperature by likelihood, and thresholds by F1.

    Args:
        logits: The encoder's, shape (texts, topics), of texts that it was not trained on.
        baseline: The baseline's probabilities of the same texts.
        labels: 0 or 1, of the same shape.
        topics: Topic ids, in the order of the columns.
    """
    share = min(SHARES, key=lambda s: log_loss(combine(logits, baseline, float(s), 1.0), labels))
    temperature = min(
        TEMPERATURES, key=lambda t: log_loss(combine(logits, baseline, float(share), float(t)), labels)
    )
    p = combine(logits, baseline, float(share), float(temperature))
    everywhere = np.array([_f1(p >= t, labels == 1) for t in THRESHOLDS])
    thresholds = []
    for column in range(len(topics)):
        own = np.array([_f1(p[:, column] >= t, labels[:, column] == 1) for t in THRESHOLDS])
        weight = labels[:, column].sum() / (labels[:, column].sum() + PRIOR)
        thresholds.append(
            round(CAUTION * float(THRESHOLDS[int(np.argmax(weight * own + (1 - weight) * everywhere))]), 4)
        )
    return Calibration(
        round(float(share), 4),
        round(float(temperature), 4),
        tuple(thresholds),
        round(expected_calibration_error(p, labels), 4),
    )


def log_loss(p: Scores, labels: NDArray[np.int8]) -> float:
    """Give the mean negative log likelihood."""
    p = np.clip(p, 1e-6, 1 - 1e-6)
    return float(-np.where(labels == 1, np.log(p), np.log(1 - p)).mean())


def expected_calibration_error(p: Scores, labels: NDArray[np.int8]) -> float:
    """Give the mean distance of probability and frequency over ten bins, weighted by their size (Naeini et al. 2015)."""
    bins = np.minimum((p * BINS).astype(int), BINS - 1).ravel()
    size = np.bincount(bins, minlength=BINS)
    said = np.bincount(bins, p.ravel(), BINS)
    true = np.bincount(bins, labels.ravel().astype(float), BINS)
    return float(np.abs(said - true).sum() / size.sum())


def _f1(said: NDArray[np.bool_], true: NDArray[np.bool_]) -> float:
    hits = (said & true).sum()
    return float(2 * hits / max(1, said.sum() + true.sum()))

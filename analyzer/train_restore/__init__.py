"""Rebuilds the restoration weights from public text, with noise that Tesseract makes itself."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from analyzer.errors import AnalyzerError
from analyzer.restoration.candidates import CandidateFinder
from analyzer.restoration.lexicon import Channel, Lexicon
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
from analyzer.train_restore.pages import cut_pages, draw_look, draw_page, find_fonts, read_page, set_lines
from analyzer.train_restore.texts import TrainingText, collect_texts

PAGES = 300
NEGLIGIBLE = 0.03
"""Context weights smaller than this are stored as zero."""

MAX_WEIGHT = 8.0

Page = tuple[str, str]
"""What stands on a page, and what Tesseract read."""


def train_restorer(
    folders: Sequence[Path],
    out: Path,
    *,
    pages: int = PAGES,
    cache: Path | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> dict[str, float]:
    """Train the restorer and save its weights.

    Args:
        folders: Hold intact Norwegian text as ``.txt`` and ``.conll.gz``.
        out: Gets ``channel.json``, ``weights.npz`` and ``metrics.json``.
        pages: Number of pages to typeset and read; about 2 seconds each.
        cache: JSON Lines file that keeps the pages read, to go on from.
        progress: Is told what is being done.

    Returns:
        The metrics on held-out pages.
    """
    texts = [t for t in collect_texts(folders) if not t.held_out]
    if not texts:
        raise AnalyzerError(
            f"no .txt or .conll.gz below {', '.join(map(str, folders))}; name folders of text"
        )
    progress(f"{len(texts)} texts; reading {pages} pages")
    read = read_pages(texts, pages, cache)
    progress("channel and lexicon")
    tables = channel_tables(count_channel(read))
    out.mkdir(parents=True, exist_ok=True)
    path = out / "channel.json"
    path.write_text(json.dumps(tables, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    bodies, weights = [t.text for t in texts], [t.weight for t in texts]
    finder = CandidateFinder(build_lexicon(bodies, weights, seen_in=2), Channel.load(path))
    progress("examples")
    examples = collect_examples(read, bodies, finder, Reader(tables, seed=1))
    progress(f"{len(examples.starts)} choices among {examples.words} words")
    save(out, build_lexicon(bodies, weights), fit_ranker(examples))
    metrics = {
        "texts": len(texts),
        "pages": len(read),
        "words": examples.words,
        "choices": len(examples.starts),
        "truth_not_among_candidates": examples.missed,
    }
    (out / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
    return {name: float(value) for name, value in metrics.items()}


def read_pages(texts: Sequence[TrainingText], number: int, cache: Path | None = None) -> list[Page]:
    """Typeset pages of the texts at random, wear them, and read them with Tesseract's English model."""
    done: list[Page] = []
    if cache is not None and cache.exists():
        lines = cache.read_text(encoding="utf-8").splitlines()
        done = [(record["truth"], record["ocr"]) for record in map(json.loads, lines)]
    rng = random.Random(len(done) + 1)
    pages = list(cut_pages(t.text for t in texts))
    rng.shuffle(pages)
    fonts = find_fonts()
    for page in pages[: max(0, number - len(done))]:
        look = draw_look(rng, fonts)
        ocr = read_page(draw_page(set_lines(page, look.columns), look))
        done.append((page, ocr))
        if cache is not None:
            with cache.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"truth": page, "ocr": ocr}, ensure_ascii=False) + "\n")
    return done


def collect_examples(
    pages: Sequence[Page], texts: Sequence[str], finder: CandidateFinder, reader: Reader
) -> Examples:
    """Make examples of the pages, and of all texts as the channel would read them."""
    examples = Examples()
    for truth, ocr in pages:
        examples.add(pair_tokens(truth, ocr), finder)
    for text in texts:
        examples.add(reader.read_text(text), finder)
    return examples


def save(out: Path, lexicon: Lexicon, ranker: Ranker) -> None:
    """Save lexicon and weights; context weights as bytes."""
    kept = np.where(np.abs(ranker.sparse) < NEGLIGIBLE, 0, ranker.sparse)
    scale = min(float(np.abs(kept).max()), MAX_WEIGHT) / 127 or 1.0
    words, codes = lexicon.pack()
    np.savez_compressed(
        out / "weights.npz",
        words=np.frombuffer(words, np.uint8),
        frequencies=np.frombuffer(codes, np.uint8),
        dense=ranker.dense.astype(np.float32),
        sparse=np.clip(np.round(kept / scale), -127, 127).astype(np.int8),
        scale=np.float32(scale),
    )

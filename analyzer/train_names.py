"""Trains the recogniser of names (persons, organisations, places) on a treebank with entities, as NorNE has them.

NorNE: Jørgensen et al. (2020), "NorNE: Annotating Named Entities for Norwegian". Only weights and hashed word forms are
stored, no text of the treebank.
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from analyzer.errors import AnalyzerError
from analyzer.language import blank_pipeline

TYPES = {
    "PER": "PER",
    "ORG": "ORG",
    "GPE_ORG": "ORG",
    "GPE_LOC": "LOC",
    "LOC": "LOC",
    "PROD": "PROD",
}
"""NorNE's types and ours; a country that acts is an organisation, one that is a place a place. Events and derived words go."""

HELD_OUT = 10
"""One file of the treebank in so many is tested on."""

EPOCHS = 8
WIDTH = 96
DROPOUT = 0.2
BATCH = 64

Sentence = list[tuple[str, str]]
"""Words with their tags, ``B-PER``, ``I-PER`` or ``O``."""


def train_names(
    folder: Path,
    out: Path,
    *,
    epochs: int = EPOCHS,
    seed: int = 1,
    progress: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Train a spaCy pipeline with an entity recogniser and save it.

    Args:
        folder: Holds treebanks as ``.conll.gz`` with ``name=`` in the last column.
        out: Gets the pipeline and ``metrics.json``.
        epochs: Times that every sentence is seen.
        seed: Of order and weights.
        progress: Is told the score after each epoch.

    Returns:
        Precision, recall and F1 by type, on the files held out.
    """
    from spacy.training import Example
    from thinc.util import fix_random_seed

    train, test = _split(folder)
    fix_random_seed(seed)
    nlp = blank_pipeline()
    nlp.add_pipe("ner", config={"model": _architecture()})
    examples = [_example(nlp, sentence, Example) for sentence in train]
    optimizer = nlp.initialize(lambda: examples)
    rng = random.Random(seed)
    for epoch in range(1, epochs + 1):
        rng.shuffle(examples)
        losses: dict[str, float] = {}
        for start in range(0, len(examples), BATCH):
            nlp.update(examples[start : start + BATCH], sgd=optimizer, drop=DROPOUT, losses=losses)
        progress(f"epoch {epoch} of {epochs}: loss {losses['ner']:.0f}")
    with nlp.use_params(optimizer.averages):
        scores = nlp.evaluate([_example(nlp, sentence, Example) for sentence in test], batch_size=256)
        out.mkdir(parents=True, exist_ok=True)
        shipped = blank_pipeline()  # whose vocabulary has not seen the treebank's words
        recogniser = shipped.add_pipe("ner", config={"model": _architecture()})
        recogniser.from_bytes(nlp.get_pipe("ner").to_bytes(exclude=["vocab"]))
        shipped.to_disk(out, exclude=["lookups"])
    metrics = {
        "sentences": len(train),
        "tested_on": len(test),
        "all": _round(scores, "ents_"),
        **{name: _round(found, "") for name, found in sorted(scores["ents_per_type"].items())},
    }
    (out / "metrics.json").write_text(json.dumps(metrics, indent=1) + "\n", encoding="utf-8")
    return metrics


def _architecture() -> dict[str, Any]:
    """Describe a small recogniser over hashed word forms (Honnibal's embed, encode, attend, predict)."""
    return {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": "ner",
        "extra_state_tokens": False,
        "hidden_width": 64,
        "maxout_pieces": 2,
        "use_upper": True,
        "tok2vec": {
            "@architectures": "spacy.Tok2Vec.v2",
            "embed": {
                "@architectures": "spacy.MultiHashEmbed.v2",
                "width": WIDTH,
                "attrs": ["NORM", "PREFIX", "SUFFIX", "SHAPE"],
                "rows": [8_000, 1_000, 2_500, 2_500],
                "include_static_vectors": False,
            },
            "encode": {
                "@architectures": "spacy.MaxoutWindowEncoder.v2",
                "width": WIDTH,
                "depth": 4,
                "window_size": 1,
                "maxout_pieces": 3,
            },
        },
    }


def _round(scores: dict[str, float], prefix: str) -> dict[str, float]:
    return {key: round(float(scores[f"{prefix}{key}"]), 4) for key in ("p", "r", "f")}


def _split(folder: Path) -> tuple[list[Sentence], list[Sentence]]:
    """Read the sentences of all treebanks, one file in ten apart."""
    train: list[Sentence] = []
    test: list[Sentence] = []
    for path in sorted(folder.rglob("*.conll.gz")):
        for number, sentences in enumerate(_files(path)):
            (test if number % HELD_OUT == HELD_OUT // 2 else train).extend(sentences)
    if not train or not test:
        raise AnalyzerError(f"Det er ingen trebank (.conll.gz med navn) i {folder}. Oppgi mappen med NorNE.")
    return train, test


def _files(path: Path) -> Iterator[list[Sentence]]:
    """Give the sentences of each file of a treebank, which ``# file`` lines begin."""
    sentences: list[Sentence] = []
    words: Sentence = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            fields = line.rstrip("\n").split("\t")
            if len(fields) > 1 and fields[1] != "|":
                words.append((fields[1], fields[-1].rpartition("name=")[2]))
            elif len(fields) == 1:
                if words:
                    sentences.append(words)
                    words = []
                if line.startswith("# file") and sentences:
                    yield sentences
                    sentences = []
    if words:
        sentences.append(words)
    if sentences:
        yield sentences


def _example(nlp: Any, sentence: Sentence, example: Any) -> Any:
    from spacy.tokens import Doc
    from spacy.training import iob_to_biluo

    words = [word for word, _ in sentence]
    doc = Doc(nlp.vocab, words=words, spaces=_spaces(words))
    tags = iob_to_biluo([_tag(tag) for _, tag in sentence])
    return example.from_dict(doc, {"words": words, "entities": tags})


def _tag(tag: str) -> str:
    position, _, kind = tag.partition("-")
    return f"{position}-{TYPES[kind]}" if kind in TYPES else "O"


def _spaces(words: Sequence[str]) -> list[bool]:
    """Say after which words a space stands."""
    following = [*words[1:], "."]
    return [
        not (after[:1] in ".,;:!?)»" or word in ("(", "«"))
        for word, after in zip(words, following, strict=True)
    ]

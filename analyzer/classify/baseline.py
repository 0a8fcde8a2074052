"""The baseline model: TF-IDF over words, character n-grams, context and cues, with logistic regression.

scikit-learn fits vocabulary and weights (:mod:`analyzer.train`); what is stored is plain: a vocabulary in JSON and
matrices in safetensors. Scoring is a sum over a text's features, done here in NumPy: importing scikit-learn for it
would be a third of the time to the first report. A test holds it to scikit-learn's own transform.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from analyzer.classify.context import TextInContext
from analyzer.errors import ModelNotFound
from analyzer.knowledge import Knowledge

FORMAT = 1
"""Version of the files; a model of another version is refused."""

_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w.-]{1,255}")
_URL = re.compile(r"(?:https?://|www\.)\S+")
_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"[\w§@]+(?:[.-]\w+)*!?|\?")


def normalise(text: str) -> str:
    """Lower the text and put placeholders for addresses and digits, which say nothing beyond their kind."""
    return _DIGIT.sub("0", _URL.sub(" @url ", _EMAIL.sub(" @email ", text.lower())))


@lru_cache(maxsize=100_000)
def _character_grams(word: str) -> tuple[str, ...]:
    padded = f" {word} "
    return tuple(f"c:{padded[i : i + size]}" for size in (3, 4, 5) for i in range(len(padded) - size + 1))


class FeatureExtractor:
    """Turns a text in context into named features."""

    def __init__(self, knowledge: Knowledge) -> None:
        """Take the knowledge whose cues and rules become features."""
        self._knowledge = knowledge
        self._context_cues = lru_cache(maxsize=10_000)(knowledge.cues_in)

    def __call__(self, item: TextInContext) -> list[str]:
        """Give the features of one text, repeated where they occur repeatedly."""
        words = _WORD.findall(normalise(item.text))
        features = [f"t:{word}" for word in words]
        features += [f"t:{a} {b}" for a, b in itertools.pairwise(words)]
        for word in words:
            features += _character_grams(word[:40])
        features += self._context_features(item)
        features += self._cues(item)
        features.append(f"kind:{item.kind}")
        return features

    def _context_features(self, item: TextInContext) -> Iterator[str]:
        above, _, title = item.headings.rpartition(" > ")
        heading = _WORD.findall(normalise(title))
        yield from (f"h:{word}" for word in heading)
        yield from (f"h:{a} {b}" for a, b in itertools.pairwise(heading))
        for word in heading:
            yield from (f"h{gram}" for gram in _character_grams(word[:40]) if len(gram) == 6)
        yield from (f"a:{word}" for word in _WORD.findall(normalise(above)))
        yield from (f"l:{word}" for word in _WORD.findall(normalise(item.lead_in))[-25:])

    def _cues(self, item: TextInContext) -> Iterator[str]:
        yield from (f"cue:{topic}" for topic in self._knowledge.cues_in(item.text))
        yield from (f"ctx:{topic}" for topic in self._context_cues(item.context))
        yield from (f"rule:{topic}" for topic in self._knowledge.rules_met(item.text, item.context))


class BaselineModel:
    """One logistic regression a topic over the same TF-IDF features.

    Attributes:
        name: ``baseline@`` and the first eight hex digits of the weights' digest.
        topics: Topic ids, in the order of the columns.
        thresholds: The probability from which a topic counts as disclosed, one a topic.
    """

    def __init__(
        self,
        vocabulary: Sequence[str],
        idf: NDArray[np.float32],
        weights: NDArray[np.float32],
        bias: NDArray[np.float32],
        thresholds: NDArray[np.float64],
        topics: Sequence[str],
        knowledge: Knowledge,
    ) -> None:
        """Put the parts together; ``weights`` has the shape (features, topics)."""
        digest = hashlib.sha256(weights.tobytes() + bias.tobytes() + thresholds.tobytes()).hexdigest()[:8]
        self.name = f"baseline@{digest}"
        self.topics = tuple(topics)
        self.thresholds = thresholds
        self._vocabulary = tuple(vocabulary)
        self._idf, self._weights, self._bias = idf, weights, bias
        self._columns = {feature: column for column, feature in enumerate(self._vocabulary)}
        self._extract = FeatureExtractor(knowledge)

    def score(self, texts: Sequence[TextInContext]) -> NDArray[np.float64]:
        """Give probabilities of shape (texts, topics)."""
        if not texts:
            return np.zeros((0, len(self.topics)))
        logits = np.stack([self._sum_weights(text) for text in texts]) + self._bias
        return np.asarray(1.0 / (1.0 + np.exp(-logits)))

    def _sum_weights(self, text: TextInContext) -> NDArray[np.float64]:
        """Sum the weights of a text's features by TF-IDF, with sublinear counts and scaled to length 1."""
        counts = Counter(column for f in self._extract(text) if (column := self._columns.get(f)) is not None)
        if not counts:
            return np.zeros(len(self.topics))
        columns = np.fromiter(counts.keys(), np.int64, len(counts))
        values = (1 + np.log(np.fromiter(counts.values(), np.float64, len(counts)))) * self._idf[columns]
        return np.asarray((values / np.linalg.norm(values)) @ self._weights[columns])

    def score_sentences(self, texts: Sequence[TextInContext]) -> NDArray[np.float64]:
        """Give the same of sentences."""
        return self.score(texts)

    def save(self, folder: Path) -> None:
        """Write ``config.json``, ``vocabulary.json`` and ``weights.safetensors``."""
        folder.mkdir(parents=True, exist_ok=True)
        config = {
            "format": FORMAT,
            "kind": "baseline",
            "topics": list(self.topics),
            "thresholds": {t: round(float(x), 4) for t, x in zip(self.topics, self.thresholds, strict=True)},
        }
        (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
        vocabulary = json.dumps(self._vocabulary, ensure_ascii=False, separators=(",", ":"))
        (folder / "vocabulary.json").write_text(vocabulary, encoding="utf-8")
        tensors: dict[str, NDArray[Any]] = {
            "idf": self._idf.astype(np.float16),
            "weights": self._weights.astype(np.float16),
            "bias": self._bias.astype(np.float32),
        }
        save_file(tensors, folder / "weights.safetensors")

    @classmethod
    def load(cls, folder: Path, knowledge: Knowledge) -> BaselineModel:
        """Read a model folder.

        Raises:
            ModelNotFound: If a file is missing or the format is of another version.
        """
        try:
            config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
            vocabulary = json.loads((folder / "vocabulary.json").read_text(encoding="utf-8"))
            tensors = load_file(folder / "weights.safetensors")
        except (OSError, ValueError) as error:
            raise ModelNotFound(
                f"{folder} er ingen hel modell: {error}. Lag en med «personvern train»."
            ) from error
        if config.get("format") != FORMAT:
            raise ModelNotFound(
                f"{folder} har format {config.get('format')}; denne utgaven leser {FORMAT}. Lag modellen på nytt med «personvern train»."
            )
        return cls(
            vocabulary,
            tensors["idf"].astype(np.float32),
            tensors["weights"].astype(np.float32),
            tensors["bias"],
            np.array([config["thresholds"][t] for t in config["topics"]]),
            config["topics"],
            knowledge,
        )

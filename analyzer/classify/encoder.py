"""The shipped model: a Norwegian sentence encoder in ONNX, averaged with the baseline.

The encoder sees a passage with its headings and lead-in and pools the passage alone (the context, pooled with it,
would dilute it); the baseline sees words, letters and cues. Their probabilities are averaged, then calibrated. Sentences,
which only testify for what their passage decides, are scored by the baseline, which is fifty times faster.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.classify.baseline import BaselineModel
from analyzer.classify.cache import ScoreCache
from analyzer.classify.context import TextInContext
from analyzer.errors import ModelNotFound
from analyzer.knowledge import Knowledge

FORMAT = 1
MAX_TOKENS = 128
"""Of text and context together; the longer of the two is cut first."""

PIECE = 300
"""A longer text is cut after the sentence that passes this many characters, and has its pieces' best scores."""

REMEMBERED = 20_000
"""Texts whose scores are kept in memory: audits are full of boilerplate."""

_SENTENCE_END = re.compile(r"[.!?;:]\s+(?=\S)")
Scores = NDArray[np.float64]


class Encoder:
    """Tokenizer and network of the encoder.

    Texts run one at a time, side by side on the cores: the int8 network scales its activations by what it is given, so
    that in a batch a text's score would depend on its neighbours. Alone it is the same in any process and order, and
    no padding is computed.
    """

    def __init__(self, network: bytes, tokenizer: str, *, threads: int | None = None) -> None:
        """Start the network; on all cores when ``threads`` is None."""
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session: Any = onnxruntime.InferenceSession(
            network, options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer: Any = Tokenizer.from_str(tokenizer)
        self._tokenizer.enable_truncation(MAX_TOKENS, strategy="longest_first")
        self._threads = threads or os.cpu_count() or 1

    def logits(self, texts: Sequence[TextInContext]) -> NDArray[np.float32]:
        """Give logits of shape (texts, topics); a long text has its pieces' best."""
        pieces = [list(cut(text)) for text in texts]
        pairs = [(piece.text, describe_context(piece)) for of_text in pieces for piece in of_text]
        encoded = self._tokenizer.encode_batch(pairs)
        if self._threads == 1 or len(encoded) < 2:
            rows = iter([self._run(e) for e in encoded])
        else:
            with ThreadPoolExecutor(self._threads) as pool:
                rows = iter(list(pool.map(self._run, encoded)))
        return np.stack([np.max([next(rows) for _ in of_text], axis=0) for of_text in pieces])

    def _run(self, encoded: Any) -> NDArray[np.float32]:
        ids = np.array([encoded.ids], np.int64)
        pooled = 1 - np.array([encoded.type_ids], np.int64)
        row: NDArray[np.float32] = self._session.run(None, {"input_ids": ids, "target_mask": pooled})[0][0]
        return row


def cut(text: TextInContext) -> Iterator[TextInContext]:
    """Cut a text that the encoder cannot hold at the ends of its sentences; a shorter one stays whole."""
    start = 0
    for match in _SENTENCE_END.finditer(text.text):
        if match.end() - start > PIECE:
            yield replace(text, text=text.text[start : match.start() + 1])
            start = match.end()
    yield replace(text, text=text.text[start:]) if start else text


def describe_context(text: TextInContext) -> str:
    """Write headings and lead-in as the encoder reads them."""
    return f"{text.headings} > {text.lead_in}" if text.lead_in else text.headings


class CombinedModel:
    """Encoder and baseline together.

    Attributes:
        name: ``norwegian@`` and the first eight hex digits of the files' digest.
        topics: Topic ids, in the order of the columns.
        thresholds: The probability from which a topic counts as disclosed, one a topic.
    """

    def __init__(
        self,
        encoder: Encoder,
        baseline: BaselineModel,
        config: dict[str, Any],
        digest: str,
        cache: ScoreCache | None = None,
    ) -> None:
        """Put the parts together; ``config`` is that of :func:`save_config`."""
        self.name = f"norwegian@{digest[:8]}"
        self.topics = baseline.topics
        self.thresholds = np.array([config["thresholds"][topic] for topic in self.topics])
        self._share = float(config["encoder_share"])
        self._temperature = float(config["temperature"])
        self._encoder, self._baseline, self._cache = encoder, baseline, cache
        self._seen: dict[TextInContext, NDArray[np.float32]] = {}

    @classmethod
    def load(
        cls, folder: Path, knowledge: Knowledge, *, threads: int | None = None, cache: Path | None = None
    ) -> CombinedModel:
        """Read a model folder.

        Args:
            folder: Made by ``personvern train --encoder``.
            knowledge: For the cues that are features of the baseline.
            threads: Of the encoder; all cores when None.
            cache: File that keeps scores between runs; none when None.

        Raises:
            ModelNotFound: If a file is missing or the format is of another version.
        """
        try:
            raw = [(folder / name).read_bytes() for name in ("config.json", "encoder.onnx", "tokenizer.json")]
            config = json.loads(raw[0])
        except (OSError, ValueError) as error:
            raise ModelNotFound(
                f"{folder} er ingen hel modell: {error}. Lag en med «personvern train --encoder»."
            ) from error
        if config.get("format") != FORMAT:
            raise ModelNotFound(
                f"{folder} har format {config.get('format')}; denne utgaven leser {FORMAT}. Lag modellen på nytt med «personvern train»."
            )
        baseline = BaselineModel.load(folder / "baseline", knowledge)
        digest = hashlib.sha256(b"".join(raw) + baseline.name.encode()).hexdigest()
        encoder = Encoder(raw[1], raw[2].decode("utf-8"), threads=threads)
        kept = ScoreCache(cache, digest[:16], len(baseline.topics)) if cache else None
        return cls(encoder, baseline, config, digest, kept)

    def score(self, texts: Sequence[TextInContext]) -> Scores:
        """Give probabilities of shape (texts, topics); identical texts in identical context are computed once."""
        if not texts:
            return np.zeros((0, len(self.topics)))
        known = self._recall(dict.fromkeys(texts))
        rows = np.stack([known[text] for text in texts]).astype(np.float64)
        return combine(rows, self._baseline.score(texts), self._share, self._temperature)

    def _recall(self, texts: Collection[TextInContext]) -> Mapping[TextInContext, NDArray[np.float32]]:
        """Give the encoder's logits of texts, from memory, the cache, or by computing them."""
        known = {text: self._seen[text] for text in texts if text in self._seen}
        missing = [text for text in texts if text not in known]
        if missing and self._cache:
            known |= self._cache.get(missing)
            missing = [text for text in missing if text not in known]
        if missing:
            computed = dict(zip(missing, self._encoder.logits(missing), strict=True))
            if self._cache:
                self._cache.put(computed)
            known |= computed
        if len(self._seen) > REMEMBERED:
            self._seen.clear()
        self._seen |= known
        return known

    def score_sentences(self, texts: Sequence[TextInContext]) -> Scores:
        """Give the baseline's probabilities, of shape (texts, topics)."""
        return self._baseline.score(texts)


def combine(logits: Scores, baseline: Scores, share: float, temperature: float) -> Scores:
    """Average encoder and baseline as probabilities, and calibrate by temperature (Guo et al. 2017).

    Args:
        logits: The encoder's, shape (texts, topics).
        baseline: The baseline's probabilities, of the same shape.
        share: Weight of the encoder, 0 to 1.
        temperature: Divides the log odds of the average.
    """
    p = share / (1 + np.exp(-logits)) + (1 - share) * baseline
    p = np.clip(p, 1e-6, 1 - 1e-6)
    return np.asarray(1 / (1 + np.exp(-np.log(p / (1 - p)) / temperature)))

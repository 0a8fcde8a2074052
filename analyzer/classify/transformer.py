"""Runs a Hugging Face sequence classifier in place of the shipped model.

The tokenizer and configuration come through transformers; the network runs in onnxruntime where the folder
holds ``model.onnx``, else in PyTorch (extra ``train``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.classify.context import TextInContext
from analyzer.errors import ModelNotFound
from analyzer.knowledge import Knowledge

BATCH = 32
MAX_TOKENS = 256
DEFAULT_THRESHOLD = 0.5


class TransformerModel:
    """A multi-label classifier whose labels (``id2label``) are topic ids; other labels are ignored.

    Thresholds come from ``thresholds`` in the model's configuration, 0.5 where it has none.
    """

    def __init__(self, name: str, config: Any, tokenizer: Any, run: Any, knowledge: Knowledge) -> None:
        """Put tokenizer and network together; ``run`` maps tokenizer output to logits."""
        labels: Mapping[int, str] = {int(k): v for k, v in config.id2label.items()}
        self._columns = [i for i, label in sorted(labels.items()) if label in knowledge.topic]
        if not self._columns:
            raise ModelNotFound(
                f"{name} har ingen av kategoriene til denne analysatoren ({', '.join(knowledge.topic_ids[:3])} …). "
                "Finjuster en klassifikator der id2label nevner dem."
            )
        self.name = name
        self.topics = tuple(labels[i] for i in self._columns)
        chosen: Mapping[str, float] = getattr(config, "thresholds", None) or {}
        self.thresholds = np.array([float(chosen.get(t, DEFAULT_THRESHOLD)) for t in self.topics])
        self._tokenizer, self._run = tokenizer, run

    @classmethod
    def load(cls, source: str, knowledge: Knowledge) -> TransformerModel:
        """Load a local folder or a hub id.

        Raises:
            ModelNotFound: If nothing usable is there, or PyTorch is needed and absent.
        """
        from transformers import AutoConfig, AutoTokenizer

        try:
            config = AutoConfig.from_pretrained(source, trust_remote_code=False)
            tokenizer = AutoTokenizer.from_pretrained(source, trust_remote_code=False)
        except (OSError, ValueError) as error:
            raise ModelNotFound(
                f"«{source}» er verken en modellmappe eller en modell som kan hentes fra nettet: {error}"
            ) from error
        onnx = Path(source) / "model.onnx"
        run = _onnx_runner(onnx) if onnx.is_file() else _torch_runner(source)
        return cls(Path(source).name, config, tokenizer, run, knowledge)

    def score(self, texts: Sequence[TextInContext]) -> NDArray[np.float64]:
        """Give probabilities of shape (texts, topics); texts are batched by length."""
        result = np.zeros((len(texts), len(self.topics)))
        order = sorted(range(len(texts)), key=lambda i: len(texts[i].text))
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            encoded = self._tokenizer(
                [texts[i].text for i in batch],
                [texts[i].context for i in batch],
                padding=True,
                truncation="only_first",
                max_length=MAX_TOKENS,
                return_tensors="np",
            )
            logits = np.asarray(self._run(dict(encoded)), dtype=np.float64)
            result[batch] = 1.0 / (1.0 + np.exp(-logits[:, self._columns]))
        return result

    def score_sentences(self, texts: Sequence[TextInContext]) -> NDArray[np.float64]:
        """Give the same of sentences."""
        return self.score(texts)


def _onnx_runner(path: Path) -> Any:
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    names = {node.name for node in session.get_inputs()}

    def run(encoded: Mapping[str, NDArray[np.int64]]) -> NDArray[np.float32]:
        inputs = {name: array.astype(np.int64) for name, array in encoded.items() if name in names}
        return np.asarray(session.run(None, inputs)[0])

    return run


def _torch_runner(source: str) -> Any:
    try:
        import torch
    except ImportError as error:
        raise ModelNotFound(
            f"«{source}» har ingen model.onnx og trenger derfor PyTorch. Installer det med: pip install 'personvern-analyzer[train]'"
        ) from error
    from transformers import AutoModelForSequenceClassification

    # Weights in the older format are a pickle, which may hold code.
    try:
        network = AutoModelForSequenceClassification.from_pretrained(
            source, use_safetensors=True, trust_remote_code=False
        ).eval()
    except (OSError, ValueError) as error:
        raise ModelNotFound(
            f"«{source}» har ingen vekter som kan lastes (model.safetensors eller model.onnx): {error}"
        ) from error

    def run(encoded: Mapping[str, NDArray[np.int64]]) -> NDArray[np.float32]:
        with torch.no_grad():
            tensors = {name: torch.from_numpy(array) for name, array in encoded.items()}
            return np.asarray(network(**tensors).logits.numpy())

    return run

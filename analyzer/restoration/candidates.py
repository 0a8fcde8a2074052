"""What a word as read may have been: the noisy channel turned round, over a lexicon.

After Kernighan, Church and Gale (1990), "A spelling correction program based on a noisy channel model",
with compounds put together from known parts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from analyzer.restoration.lexicon import UNKNOWN, Channel, Lexicon
from analyzer.restoration.spelling import LetterModel

KEPT, STRANGE, WORD, COMPOUND, HALF, JOINED, KEPT_COMPOUND = range(7)
"""Kinds: known word as read, unknown word as read, another word, a compound, a word whose end is known,
two words read as one, compound as read."""

UNCHANGED = (KEPT, STRANGE, KEPT_COMPOUND)

MAX_EDITS = 3
MAX_CANDIDATES = 8
MAX_BEHIND = 8.0
"""A candidate whose prior is this far behind the best (natural log) has no chance in any context."""

MAX_LENGTH = 40
MAX_SPOTS = 60
"""Places where a word may have been misread; the most in 350,000 words is 43, and the time grows with the cube."""

MIN_CHANNEL = -9.0
PART_FREQUENCY = (-15.5, -17.5)
"""Parts of compounds are at least this frequent (natural log): short ones, long ones."""

RARE = -13.0
"""A known word less frequent than this may still be misread."""

SLIP_FREQUENCY = -14.0
SLIP_COST = -9.5
"""Log probability of any one confusion of letters that the channel does not know."""

DIGIT_FREQUENCY = -13.0
"""What is read with a digit in it is a word at least this frequent."""

JOINED_FREQUENCY = -9.5
_LETTERS = "abcdefghijklmnopqrstuvwyæøå"
_LINKS = ("", "s", "e")


DOUBTFUL = -11.5
"""A known word less frequent than this may also be two words, or one that lost a letter."""

BARE_FREQUENCY = -7.5
"""Two words read as a known one are each at least this frequent."""

LOST_INITIAL = -7.0
"""Log probability that æ, ø or å at the start of a word is not read."""

MUCH = 3.0
"""Natural log of how many times more frequent a word must be to be meant by a doubtful one."""

_STRAIGHT = re.compile(r"(?<=[a-zæøå])I(?=[a-zæøå])")
"""A capital I within a word, which is an l."""

_SLIPPED_CASE = re.compile(r"[a-zæøå]{3,}[A-ZÆØÅ][a-zæøå]?")


class Candidate(NamedTuple):
    """A word that may have stood there; ``text`` is in lower case unless it is the word as read."""

    text: str
    channel: float
    frequency: float
    kind: int
    spelling: float = 0.0
    """Log probability of its letters."""


class CandidateFinder:
    """Finds candidates for words, and remembers them."""

    def __init__(self, lexicon: Lexicon, channel: Channel, letters: LetterModel) -> None:
        self.frequency = lexicon.frequency
        self.channel = channel
        self.letters = letters
        self._found: dict[str, tuple[Candidate, ...]] = {}
        self._known_parts: dict[str, tuple[Candidate, ...]] = {}

    def find(self, word: str) -> tuple[Candidate, ...]:
        """Give the candidates for a word as read, the word itself first."""
        known = self._found.get(word)
        if known is None:
            if len(self._found) > 200_000:
                self._found.clear()
            found = self._search(word)
            if len(found) > 1:
                score = self.letters.score
                found = tuple(c._replace(spelling=score(c.text.lower())) for c in found)
            known = self._found[word] = found
        return known

    def _search(self, word: str) -> tuple[Candidate, ...]:
        lower = word.lower()
        frequency = self.frequency.get(lower)
        kind = STRANGE if frequency is None else KEPT
        itself = Candidate(word, 0.0, UNKNOWN if frequency is None else frequency, kind)
        if len(word) > MAX_LENGTH or (word.isdigit() and word not in self.channel.words):
            return (itself,)
        if sum(1 for _ in find_spots(lower, self.channel.special)) > MAX_SPOTS:
            return (itself,)
        found: dict[str, Candidate] = {}
        if straight := self._straighten(word):
            return (itself._replace(frequency=UNKNOWN, kind=STRANGE), straight)
        self._add_words(word, lower, found)
        self._add_edits(lower, self.channel.special, found, MAX_EDITS)
        self._add_initials(lower, found)
        if any(c.isdigit() for c in word):
            sure = {"å", *(true for true, _ in self.channel.words.get(word, ()))}
            long = sum(c.isalpha() for c in word) > 1
            found = {t: c for t, c in found.items() if t in sure or (long and c.frequency > DIGIT_FREQUENCY)}
        elif frequency is None and len(lower) > 1:
            self._add_unlisted(word, lower, found)
        elif frequency is not None and frequency < DOUBTFUL and lower.isalpha():
            self._add_doubts(lower, frequency, found)
        found.pop(word, None)
        if intact := found.pop(lower, None):
            itself = intact._replace(text=word, kind=KEPT_COMPOUND) if frequency is None else itself
        best = sorted(found.values(), key=_prior, reverse=True)[: MAX_CANDIDATES - 1]
        floor = max(map(_prior, best), default=0.0) - MAX_BEHIND
        return (itself, *(c for c in best if _prior(c) > max(floor, _prior(itself) - MAX_BEHIND)))

    def _straighten(self, word: str) -> Candidate | None:
        """Give the word that a stray capital within has made of a known one: "tIf", "inntekT"."""
        text = _STRAIGHT.sub("l", word).lower()
        plain = self.frequency.get(word.lower(), UNKNOWN)
        known = self.frequency.get(text)
        if known is not None and text != word.lower() and known > plain:
            return Candidate(text, -0.5, known, WORD)
        if known is not None and text == word.lower() and _SLIPPED_CASE.fullmatch(word):
            return Candidate(text, -0.5, known, WORD)
        return None

    def _add_initials(self, lower: str, found: dict[str, Candidate]) -> None:
        """Add words whose first letter was not read."""
        own = self.frequency.get(lower, UNKNOWN)
        for letter in "øå" if len(lower) > 3 else "":
            frequency = self.frequency.get(letter + lower, UNKNOWN)
            if frequency > own + MUCH and frequency > SLIP_FREQUENCY:
                found.setdefault(letter + lower, Candidate(letter + lower, LOST_INITIAL, frequency, WORD))

    def _add_doubts(self, lower: str, frequency: float, found: dict[str, Candidate]) -> None:
        """Add what a known but rare word may be."""
        likelier: dict[str, Candidate] = {}
        self._add_edits(lower, self.channel.letters, likelier, 1)
        for text, candidate in likelier.items():
            if candidate.frequency > frequency + MUCH or frequency < RARE:
                found.setdefault(text, candidate)
        if len(lower) > 2:
            self._add_joined(lower, found, BARE_FREQUENCY)

    def _add_unlisted(self, word: str, lower: str, found: dict[str, Candidate]) -> None:
        """Add what a word that no list has may be; the costlier ways only if the cheaper find nothing."""
        if not found:
            self._add_edits(lower, self.channel.letters, found, 2)
        if not found and len(lower) > 5:
            self._add_compounds(lower, found)
        if not found and len(lower) > 4 and lower.isalpha():
            self._add_slips(lower, found)
        simple = word[1:].islower() or word.isupper()
        settled = any(c.kind == WORD or c.text == lower for c in found.values())
        if simple and not settled and 3 < len(lower) < 25:
            self._add_joined(lower, found, JOINED_FREQUENCY)

    def _add_words(self, word: str, lower: str, found: dict[str, Candidate]) -> None:
        """Add what whole words are read as this one."""
        for form in dict.fromkeys((word, lower)):
            for true, channel in self.channel.words.get(form, ()):
                if frequency := self.frequency.get(true.lower()):
                    text = true if len(true) > 1 and true.isupper() else true.lower()
                    found.setdefault(true.lower(), Candidate(text, channel, frequency, WORD))

    def _add_edits(
        self,
        word: str,
        table: Mapping[str, tuple[tuple[str, float], ...]],
        found: dict[str, Candidate],
        edits: int,
    ) -> None:
        for text, channel in undo(word, table, edits):
            frequency = self.frequency.get(text)
            if frequency is not None and (text not in found or found[text].channel < channel):
                found[text] = Candidate(text, channel, frequency, WORD)

    def _add_compounds(self, word: str, found: dict[str, Candidate]) -> None:
        """Add compounds of two known parts, either of which may be damaged, and words whose end is known."""
        compounds: dict[str, Candidate] = {}
        for cut in range(3, len(word) - 2):
            tails = self._parts(word[cut:])
            if not tails:
                continue
            heads = self._heads(word[:cut])
            for tail in tails:
                for head in heads:
                    total = head.frequency + tail.frequency
                    _keep(compounds, head.text + tail.text, head.channel + tail.channel, total, COMPOUND)
                if len(tail.text) > 3 and tail.text != word[cut:] and not heads:
                    _keep(compounds, word[:cut] + tail.text, tail.channel, UNKNOWN + tail.frequency, HALF)
        best = sorted(compounds.values(), key=_prior, reverse=True)
        for candidate in best[:MAX_CANDIDATES]:
            found.setdefault(candidate.text, candidate)

    def _add_slips(self, word: str, found: dict[str, Candidate]) -> None:
        """Add frequent words that have one letter more or less."""
        for text in one_letter_off(word):
            frequency = self.frequency.get(text, UNKNOWN)
            if frequency > SLIP_FREQUENCY:
                found[text] = Candidate(text, SLIP_COST, frequency, WORD)

    def _parts(self, part: str) -> tuple[Candidate, ...]:
        """Give the known words that may have been read as this part of a compound."""
        known = self._known_parts.get(part)
        if known is None:
            if len(self._known_parts) > 100_000:
                self._known_parts.clear()
            found = [
                Candidate(text, channel, f, WORD)
                for text, channel in undo(part, self.channel.special, 2)
                if len(text) > 2 and (f := self.frequency.get(text, UNKNOWN)) > PART_FREQUENCY[len(text) > 4]
            ]
            found.sort(key=_prior, reverse=True)
            known = self._known_parts[part] = tuple(found[:3])
        return known

    def _heads(self, part: str, *, nested: bool = True) -> list[Candidate]:
        heads: list[Candidate] = []
        for link in _LINKS:
            if part.endswith(link) and len(part) - len(link) > 2:
                stem = part[: len(part) - len(link)]
                heads += [c._replace(text=c.text + link) for c in self._parts(stem)]
        if not heads and nested and len(part) > 7:
            heads = self._pairs(part)
        return heads

    def _pairs(self, part: str) -> list[Candidate]:
        """Give heads that are compounds themselves."""
        found: dict[str, Candidate] = {}
        for cut in range(3, len(part) - 2):
            for tail in self._heads(part[cut:], nested=False):
                for head in self._heads(part[:cut], nested=False):
                    total = head.frequency + tail.frequency + 5.0  # compounds are likelier than their parts
                    _keep(found, head.text + tail.text, head.channel + tail.channel, total, WORD)
        return sorted(found.values(), key=_prior, reverse=True)[:2]

    def _add_joined(self, word: str, found: dict[str, Candidate], floor: float) -> None:
        """Add two words at least as frequent as ``floor`` whose space was not read."""
        for cut in range(1, len(word)):
            for left in self._whole(word[:cut], floor):
                for right in self._whole(word[cut:], floor):
                    text = f"{left.text} {right.text}"
                    total = left.frequency + right.frequency
                    _keep(found, text, left.channel + right.channel, total, JOINED)

    def _whole(self, word: str, floor: float) -> list[Candidate]:
        options = [(true, p) for true, p in self.channel.words.get(word, ()) if true.islower()]
        options.append((word, 0.0))
        if len(word) > 3:
            options += undo(word, self.channel.special, 1)
        known = [Candidate(t, p, self.frequency.get(t, UNKNOWN), WORD) for t, p in options]
        frequent = [c for c in known if c.frequency > floor]
        return sorted(frequent, key=lambda c: -(c.channel + c.frequency))[:2]


def _prior(candidate: Candidate) -> float:
    return candidate.channel + 0.7 * candidate.frequency


def find_spots(
    word: str, table: Mapping[str, tuple[tuple[str, float], ...]]
) -> Iterator[tuple[int, int, str, float]]:
    """Give each place of a word that may have been misread: start, end, what may have stood there, its log probability."""
    for start in range(len(word)):
        for length in (1, 2, 3):
            if start + length <= len(word):
                for true, cost in table.get(word[start : start + length], ()):
                    yield start, start + length, true, cost


def undo(
    word: str, table: Mapping[str, tuple[tuple[str, float], ...]], edits: int
) -> Iterator[tuple[str, float]]:
    """Give every text that up to ``edits`` confusions turn into ``word``, with their log probability."""
    spots = list(find_spots(word, table))
    stack: list[tuple[str, int, int, float, int]] = [("", 0, 0, 0.0, 0)]
    while stack:
        built, position, spot, cost, used = stack.pop()
        yield built + word[position:], cost
        if used == edits:
            continue
        for index in range(spot, len(spots)):
            start, end, true, price = spots[index]
            if start >= position and cost + price > MIN_CHANNEL:
                text = built + word[position:start] + true
                stack.append((text, end, index + 1, cost + price, used + 1))


def one_letter_off(word: str) -> Iterator[str]:
    """Give every text that has one letter more or less than a word."""
    for i in range(len(word) + 1):
        left, right = word[:i], word[i:]
        if right:
            yield left + right[1:]
        for letter in _LETTERS:
            yield left + letter + right


def _keep(found: dict[str, Candidate], text: str, channel: float, frequency: float, kind: int) -> None:
    """Note a candidate unless a better derivation of the same text is known."""
    old = found.get(text)
    if old is None or old.channel + old.frequency < channel + frequency:
        found[text] = Candidate(text, channel, frequency, kind)

"""The words of a text as a reader of names sees them: what may be part of a name, and what stands beside it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import Literal

from pydantic import TypeAdapter

UPPER = "A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĖĘĚĞĢĪĮİĶŁĹĻŃŇŊŌŐŒŘŚŠŞŢŤŦŪŮŰŲŹŻŽ"
LOWER = "a-zß-öø-ÿāăąćčďđēėęěğģīįıķłĺļńňŋōőœřśšşţťŧūůűųźżž"
_WORD = re.compile(
    rf"[{UPPER}]\.(?:-?[{UPPER}]\.)*|[{UPPER}{LOWER}]+(?:['’‐-][{UPPER}{LOWER}]+)*(?P<counted>-\d+)?|[&+]|\d[\w.-]*"
)
_GLUED = re.compile(rf"(?<=[{LOWER}])(?=[{UPPER}][{LOWER}])")
_PATRONYMIC = re.compile(
    r"[a-zæøå]{2,}(?:(?<!an|en)sen|(?<=a)ssen|ss?on|datter|dóttir)|[a-ząćęłńóśźż]{2,}(?:ski|ska|wicz|enko|ović|ova|oglu)"
)
_NO_PATRONYMIC = re.compile(r".*(?:person|sesong|session|version|mission|klassen|kassen|massen|passen)")

Part = Literal["given", "surname", "word", "initial", "particle", "other"]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What ``persons.toml`` knows; its comments say what each list is for."""

    roles: tuple[str, ...]
    calls: tuple[str, ...]
    no_names: frozenset[str]
    streets: frozenset[str]
    firms: frozenset[str]
    before_firms: frozenset[str]
    particles: frozenset[str]
    given_names: frozenset[str]
    doubtful_given_names: frozenset[str]
    surnames: frozenset[str]


@lru_cache(maxsize=1)
def load_vocabulary() -> Vocabulary:
    """Read ``persons.toml``."""
    data = (files("analyzer") / "data" / "persons.toml").read_bytes()
    return TypeAdapter(Vocabulary).validate_python(tomllib.loads(data.decode("utf-8")))


@dataclass(frozen=True, slots=True)
class Word:
    """A word, initials, "&", or a number.

    Attributes:
        start: Offset of its first character.
        end: Offset after its last.
        text: As written.
        part: Which part of a name it may be; ``word`` is capitalised and no more is known of it.
        sure: For a given name, that it is no ordinary word besides.
    """

    start: int
    end: int
    text: str
    part: Part
    sure: bool = True

    @property
    def key(self) -> str:
        """The word whatever its case."""
        return self.text.casefold()


class Reader:
    """Takes texts of one document apart into words."""

    def __init__(self, ordinary: Collection[str] = ()) -> None:
        """Keep the words that are no names.

        Args:
            ordinary: Words that the document also writes in lower case.
        """
        self._ordinary = ordinary
        self.vocabulary = load_vocabulary()

    def read(self, text: str) -> list[Word]:
        """Give the words of a text in order."""
        return [word for match in _WORD.finditer(text) for word in self._words(match)]

    def _words(self, match: re.Match[str]) -> Iterator[Word]:
        """Give a word, or the two of "personvernombudKari"; "Covid-19" is no name."""
        start, text = match.start(), match[0]
        if match["counted"]:
            yield Word(start, match.end(), text, "other")
            return
        glued = _GLUED.search(text)
        if glued and self._is_role(text[: glued.start()]):
            yield Word(start, start + glued.start(), text[: glued.start()], "other")
            start, text = start + glued.start(), text[glued.start() :]
        yield Word(start, start + len(text), text, *self._part(text))

    def _part(self, text: str) -> tuple[Part, bool]:
        vocabulary = self.vocabulary
        if text[-1] == ".":
            return ("initial", True) if text[0].isupper() else ("other", True)
        if text in vocabulary.particles or text.lower() in vocabulary.particles:
            return "particle", True
        if not text[0].isupper():
            return "other", True
        name = text.title() if text.isupper() and len(text) > 1 else text
        pieces = re.split(r"[-‐]", name)
        if self._is_given(pieces[0]):
            return "given", len(pieces) > 1 or not self._is_doubtful(name)
        if any(piece in vocabulary.surnames for piece in pieces):
            return "surname", True
        if text.casefold() in vocabulary.no_names or text.casefold() in self._ordinary or len(text) == 1:
            return "other", True
        if self._is_role(text) or text.casefold() in self._beside_firms:
            return "other", True
        lowered = pieces[-1].lower()
        if _PATRONYMIC.fullmatch(lowered) and not _NO_PATRONYMIC.fullmatch(lowered):
            return "surname", True
        return "word", True

    def _is_given(self, name: str) -> bool:
        names = self.vocabulary.given_names
        return name in names or (name[-1] == "s" and name[:-1] in names)

    def _is_doubtful(self, name: str) -> bool:
        doubtful = self.vocabulary.doubtful_given_names
        return name in doubtful or name.removesuffix("s") in doubtful or name.casefold() in self._ordinary

    @cached_property
    def _beside_firms(self) -> frozenset[str]:
        return self.vocabulary.firms | self.vocabulary.before_firms

    @cached_property
    def _role(self) -> re.Pattern[str]:
        words = "|".join(re.escape(w) for w in (*self.vocabulary.roles, *self.vocabulary.calls))
        return re.compile(rf"\w*(?:{words})(?:et|en|a|n)?", re.IGNORECASE)

    def _is_role(self, text: str) -> bool:
        return self._role.fullmatch(text) is not None


def next_to(text: str, first: Word, second: Word) -> bool:
    """Tell whether one word follows the other with no more than spaces between them."""
    gap = text[first.end : second.start]
    return len(gap) <= 2 and not gap.strip(" \u00a0") and (gap != "" or first.part == "initial")


def runs(text: str, words: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """Give the stretches of words that may be a name together, as indices; none begins or ends with a particle."""
    start = 0
    while start < len(words):
        end = start + 1
        if words[start].part in ("other", "particle"):
            start = end
            continue
        while end < len(words) and words[end].part != "other" and next_to(text, words[end - 1], words[end]):
            end += 1
        last = end
        while words[last - 1].part == "particle":
            last -= 1
        yield start, last
        start = end

"""Finds the names of persons in a text: by given names, surnames, initials, and the words around them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property

from analyzer.records import Span
from analyzer.redaction.spans import Personal
from analyzer.redaction.words import Reader, Word, next_to, runs

LONGEST_NAME = 6
_BEFORE = 70
_AFTER = 60
_DEFINITE = re.compile(r"\w{5,}(?:et|en)")
_ON = frozenset({"i", "på"})


class PersonFinder:
    """Finds persons in the texts of one document, and remembers their names.

    A person found once is known: the whole name is found everywhere, surname and given name where they stand alone.
    """

    def __init__(
        self,
        *,
        ordinary: Collection[str],
        legal_forms: Collection[str],
        organisation_words: Collection[str],
        organisations: Iterable[str] = (),
    ) -> None:
        """Know nobody yet.

        Args:
            ordinary: Words that the document also writes in lower case.
            legal_forms: "AS", "ANS" … after which a name is an organisation's.
            organisation_words: "kommune", "skole" … likewise.
            organisations: Names of organisations that the document speaks of.
        """
        self._reader = Reader(ordinary)
        self._forms = frozenset(legal_forms)
        self._kinds = frozenset(organisation_words)
        self._long_kinds = tuple(word for word in organisation_words if len(word) >= 5)
        self._whole: set[tuple[str, ...]] = set()
        self._alone: set[str] = set()
        self._firm_words = {
            word.key for name in organisations for word in self._reader.read(name) if word.part == "word"
        }

    def find(self, text: str) -> list[Personal]:
        """Find the persons in a text, and learn their names."""
        words = self._reader.read(text)
        found: list[Personal] = []
        self._learn_firms(text, words)
        for start, end in runs(text, words):
            for first, last in self._in_run(text, words, start, end):
                found.append(self._learn(words, first, last))
        return found

    def confirm(self, text: str, suggested: Sequence[Span]) -> list[Personal]:
        """Give the persons among the passages that a recogniser takes for such, and learn their names."""
        words = self._reader.read(text) if suggested else []
        found: list[Personal] = []
        for span in suggested:
            inside = [i for i, word in enumerate(words) if word.start >= span.start and word.end <= span.end]
            found += (self._learn(words, *name) for name in self._confirm(text, words, inside))
        return found

    def find_known(self, text: str) -> Iterator[Personal]:
        """Find the names that have been learnt."""
        words = self._reader.read(text)
        index = 0
        while index < len(words):
            length = self._known_length(text, words, index)
            if length:
                yield Personal(words[index].start, words[index + length - 1].end, "person")
            index += length or 1

    def learn_address(self, given: str, surname: str) -> None:
        """Know a person by two words of an e-mail address, if the first is a given name."""
        word, *more = self._reader.read(given)
        if word.part == "given" and word.sure and not more:
            self._learn_names([given, surname])

    def _learn_names(self, names: Sequence[str]) -> None:
        self._whole.add(tuple(_base(name.casefold()) for name in names))
        for name in names:
            word = self._reader.read(name)[0]
            if len(name) > 2 and word.part in ("given", "surname", "word") and word.sure:
                self._alone.add(name)

    def _learn_firms(self, text: str, words: Sequence[Word]) -> None:
        """Remember what firms are called, for where they are named without their legal form."""
        for index, word in enumerate(words):
            if word.text in self._forms:
                first = index
                while first and words[first - 1].part in ("word", "surname"):
                    if not next_to(text, words[first - 1], words[first]):
                        break
                    first -= 1
                self._firm_words.update(w.key for w in words[first:index])

    def _learn(self, words: Sequence[Word], first: int, last: int) -> Personal:
        names = [word.text for word in words[first:last] if word.part not in ("initial", "particle")]
        if len(names) > 1:
            self._learn_names([_capitalised(name) for name in names])
        return Personal(words[first].start, words[last - 1].end, "person")

    def _known_length(self, text: str, words: Sequence[Word], index: int) -> int:
        """Count the words of a known name that begins here."""
        end = index + 1
        while end < min(len(words), index + LONGEST_NAME) and _may_continue(text, words[end - 1], words[end]):
            end += 1
        for last in range(end, index + 1, -1):
            if tuple(_base(word.key) for word in words[index:last]) in self._whole:
                return last - index
        word = words[index]
        alone = _capitalised(word.text)
        if (alone in self._alone or _genitive(alone) in self._alone) and self._stands_alone(
            text, words, index
        ):
            return 1
        return 0

    def _stands_alone(self, text: str, words: Sequence[Word], index: int) -> bool:
        """Tell a surname from a part of another name: "Hansen svarer", but "Hansen Foto" and "i Vik"."""
        word = words[index]
        if self._is_of_organisation(text, words, index, index + 1):
            return False
        before = words[index - 1] if index and next_to(text, words[index - 1], word) else None
        after = words[index + 1] if index + 1 < len(words) and next_to(text, word, words[index + 1]) else None
        if any(
            beside and beside.part == "word" and beside.text not in self._alone for beside in (before, after)
        ):
            return False
        return not (before and before.key in _ON and word.part != "given")

    def _in_run(self, text: str, words: Sequence[Word], start: int, end: int) -> Iterator[tuple[int, int]]:
        """Give the names in a stretch of words that may be one."""
        if self._is_of_organisation(text, words, start, end):
            return
        run = words[start:end]
        role, call = self._cue_before(text, run[0].start)
        named = [word for word in run if word.part != "initial"]
        if self._is_turned(text, words, start, end):
            yield start - 1, end
        elif named and len(named) == len(run) == 1:
            if self._is_single(run[0], role, call):
                yield start, end
        elif (
            named
            and (role or self._role_after(text, run[-1].end))
            and not (
                named[0].part == "word" and all(word.part == "word" and word.text.isupper() for word in named)
            )
        ):
            yield start, end
        else:
            yield from self._evident(words, start, end, call)

    def _evident(self, words: Sequence[Word], start: int, end: int, call: bool) -> Iterator[tuple[int, int]]:
        """Give the name in a stretch of several words, if one of them is a name for itself."""
        for index in range(start, end):
            word = words[index]
            rest = words[index + 1 : end]
            if word.part == "given":
                supported = any(w.part in ("given", "surname", "initial") for w in rest)
                if word.sure or supported or (call and index == start):
                    yield index, min(end, index + LONGEST_NAME)
                    return
            if word.part == "surname" and index > start and not self._is_firm(words[start:end]):
                yield max(start, index - 3), end
                return

    @staticmethod
    def _is_single(word: Word, role: bool, call: bool) -> bool:
        if word.part == "given":
            return role or call or (word.sure and not word.text.isupper())
        return role and word.part == "surname"

    def _is_turned(self, text: str, words: Sequence[Word], start: int, end: int) -> bool:
        """Tell "Nordmann, Kari" from a list of persons."""
        if (
            not start
            or words[start].part != "given"
            or text[words[start - 1].end : words[start].start] != ", "
        ):
            return False
        before = words[start - 1]
        alone = start < 2 or not next_to(text, words[start - 2], before) or words[start - 2].part == "other"
        return alone and (before.part == "surname" or (before.part == "word" and before.text.isupper()))

    def _confirm(self, text: str, words: Sequence[Word], inside: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Give what a recogniser suggests, without the words at its edges that are no names, if anything is left."""
        kept = list(inside)
        while kept and words[kept[0]].part not in ("given", "surname", "word"):
            kept.pop(0)
        while kept and words[kept[-1]].part in ("other", "particle"):
            kept.pop()
        if not kept or self._is_of_organisation(text, words, kept[0], kept[-1] + 1):
            return
        name = [words[i] for i in kept]
        unknown = [word for word in name if word.part == "word"]
        if any(word.part == "other" for word in name) or self._is_firm(name):
            return
        if len(name) > 1 and not (unknown and all(word.text.isupper() for word in unknown)):
            yield kept[0], kept[-1] + 1

    def _is_firm(self, name: Sequence[Word]) -> bool:
        """Tell whether words that no given name speaks for are those of a firm named elsewhere, or of its kind."""
        return any(
            word.key in self._firm_words
            or word.key.removesuffix("s") in self._kinds
            or self._is_common(word.key)
            for word in name
            if word.part == "word"
        )

    def _is_common(self, word: str) -> bool:
        """Tell common nouns: "songlaget", "dyresykehuset"."""
        return self._ends_as_kind.search(word) is not None or _DEFINITE.fullmatch(word) is not None

    @cached_property
    def _ends_as_kind(self) -> re.Pattern[str]:
        return re.compile(rf"(?:{'|'.join(self._long_kinds)}|gat[ea]|ve[ig]|pla[st]s|torg)(?:et|en|a|s)?$")

    def _is_of_organisation(self, text: str, words: Sequence[Word], start: int, end: int) -> bool:
        """Tell whether words are the name of a firm, an institution or a street, or a part of it."""
        vocabulary = self._reader.vocabulary
        after = (
            words[end]
            if end < len(words) and _is_near(text, words[end - 1], words[end], " \u00a0\n")
            else None
        )
        if after and (
            after.text in self._forms
            or after.key in vocabulary.streets
            or after.key in vocabulary.firms
            or after.key in self._kinds
            or after.key.endswith(self._long_kinds)
            or _is_schooling(after.key)
        ):
            return True
        if any(word.text in self._forms for word in words[start:end]):
            return True
        before = (
            words[start - 1] if start and _is_near(text, words[start - 1], words[start], " \u00a0.") else None
        )
        return before is not None and (before.key in vocabulary.before_firms or before.text == "&")

    def _cue_before(self, text: str, start: int) -> tuple[bool, bool]:
        """Tell whether a role, or a word that calls for a name, stands before."""
        before = text[max(0, start - _BEFORE) : start]
        return self._role_cue.search(before) is not None, self._call_cue.search(before) is not None

    def _role_after(self, text: str, end: int) -> bool:
        return self._role_following.match(text, end, end + _AFTER) is not None

    @cached_property
    def _role_cue(self) -> re.Pattern[str]:
        roles = "|".join(map(re.escape, self._reader.vocabulary.roles))
        return re.compile(
            rf"(?:\w*(?:{roles})(?:et|en|a|n|ar)?)(?:\s(?:vårt|vår|min)|\s(?:i|for|ved|hos)(?:\s\w+){{1,3}})?"
            r"(?:\s?(?:,|–|-|\(|/)\s?|:\s{0,3}|\s(?:er|heter|heiter)\s|\s(?:er|heter|heiter):\s|[ \u00a0]{0,2})$",
            re.IGNORECASE,
        )

    @cached_property
    def _call_cue(self) -> re.Pattern[str]:
        calls = "|".join(map(re.escape, self._reader.vocabulary.calls))
        return re.compile(rf"\b(?:{calls})\.?(?::\s{{0,3}}|\s(?:er|heter|heiter)\s|[ \n])$", re.IGNORECASE)

    @cached_property
    def _role_following(self) -> re.Pattern[str]:
        roles = "|".join(map(re.escape, self._reader.vocabulary.roles))
        return re.compile(
            rf"(?:,\s|\s\(|\s–\s|,?\s(?:som\s)?er\s)(?:vårt\s|vår\s|vårs\s|dagleg\s|daglig\s)?\w*(?:{roles})(?:et|en|a)?\b",
            re.IGNORECASE,
        )


def _is_schooling(word: str) -> bool:
    return word in ("videregående", "vidaregåande", "s")


def _is_near(text: str, first: Word, second: Word, between: str) -> bool:
    gap = text[first.end : second.start]
    return len(gap) <= 2 and not gap.strip(between)


def _may_continue(text: str, first: Word, second: Word) -> bool:
    """Tell whether two words may belong to one known name, also across a line's end or in an address."""
    gap = text[first.end : second.start]
    return len(gap) <= 8 and not gap.strip(" \u00a0\n\t.-_>*|")


def _base(word: str) -> str:
    """Take the genitive away, so that "Nordmanns" is known when "Nordmann" is."""
    return word.removesuffix("'s").removesuffix("’s").removesuffix("s").rstrip("'’")


def _genitive(word: str) -> str:
    return word.removesuffix("s").rstrip("'’")


def _capitalised(word: str) -> str:
    return word.title() if word.isupper() and len(word) > 2 else word

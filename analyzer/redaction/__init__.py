"""Masks personal data in a report: names of persons, telephone numbers, e-mail addresses and identity numbers.

The report is masked once, after the analysis, so that verdicts are those of the whole text and everything that is made of
the report is masked too. A mask is as long as what it hides, so that all offsets hold.
"""

from __future__ import annotations

import bisect
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from analyzer.evidence import Source
from analyzer.language import NameFinder
from analyzer.records import Span
from analyzer.redaction.numbers import digits_of, find_numbers
from analyzer.redaction.persons import PersonFinder
from analyzer.redaction.spans import KINDS, MASK, Kind, Personal, merge

__all__ = ["KINDS", "MASK", "Kind", "Personal", "find_personal_data", "mask", "redact", "redact_text"]

_LOWER_CASE = re.compile(r"(?<!\w)[^\W\d_A-ZÆØÅ]{2,}(?!\w)")
_ADDRESS = re.compile(r"@|\w[./]\w")
_NAMED_ADDRESS = re.compile(
    r"(?P<given>[^\W\d_]{2,})[._-](?:[^\W\d_][._-])?(?P<surname>[^\W\d_]{3,})\s?[@(\[]"
)
_KEPT = frozenset(
    {"schema_version", "analyzer", "summary", "id", "source", "sha256", "media_type", "language", "date"}
)
"""Keys of a report and of its ``document`` that stay: what the user called the source, and what no statement says."""

_KINDS_NB: Mapping[Kind, tuple[str, str]] = {
    "person": ("personnavn", "personnavn"),
    "phone": ("telefonnummer", "telefonnumre"),
    "email": ("e-postadresse", "e-postadresser"),
    "id": ("fødselsnummer", "fødselsnumre"),
}


def redact(data: Mapping[str, Any], names: NameFinder) -> dict[str, Any]:
    """Mask the personal data of a report, in every text that it holds.

    ``document`` gets ``redacted``: how many passages of each kind were masked in its text. The id and the source of the
    document stay as the user named them.

    Args:
        data: A report, as JSON; it is left as it is.
        names: The recogniser of names.
    """
    return _Redactor(data, names).redact()


def redact_text(text: str, names: NameFinder) -> str:
    """Mask the personal data of a text that is no part of a report.

    Args:
        text: Any text.
        names: The recogniser of names.
    """
    return mask(text, find_personal_data(text, names))


def find_personal_data(
    text: str, names: NameFinder, sentences: Sequence[tuple[int, int, str]] = ()
) -> list[Personal]:
    """Find names of persons, telephone numbers, e-mail addresses and identity numbers in a text.

    Args:
        text: The text.
        names: The recogniser of names.
        sentences: Start, end and wording of its sentences, as a reader should see them, with broken lines joined; its
            lines when empty.
    """
    return _Finder(text, names).find(sentences or list(_lines(text)))


def mask(text: str, found: Iterable[Personal]) -> str:
    """Put :data:`MASK` in place of each character found, but for spaces.

    Example:
        >>> mask("Ring Kari Nordmann.", [Personal(5, 18, "person")])
        'Ring ████ ████████.'
    """
    characters = list(text)
    for one in found:
        characters[one.start : one.end] = _hide(text[one.start : one.end])
    return "".join(characters)


def _hide(text: str) -> str:
    return "".join(c if c.isspace() else MASK for c in text)


def _lines(text: str) -> Iterator[tuple[int, int, str]]:
    position = 0
    for line in text.splitlines(keepends=True):
        yield position, position + len(line), line.rstrip()
        position += len(line)


class _Finder:
    """Finds the personal data of one document, and knows them again."""

    def __init__(self, text: str, names: NameFinder, organisations: Iterable[str] = ()) -> None:
        self._text = text
        self._names = names
        self._numbers: set[str] = set()
        self._persons = PersonFinder(
            ordinary=_ordinary_words(text),
            legal_forms=names.legal_forms,
            organisation_words=names.organisation_words,
            organisations=organisations,
        )

    def find(self, sentences: Iterable[tuple[int, int, str]]) -> list[Personal]:
        """Find them all in the text, and learn them."""
        found = [*find_numbers(self._text), *self._persons.find(self._text)]
        for start, end, sentence in sentences:
            inside = self._persons.confirm(sentence, self._suggest(sentence))
            if sentence not in self._text[start:end]:  # lines were joined
                inside += self._persons.find(sentence)
            offsets = align(sentence, self._text, start, end) if inside else None
            if offsets is not None:
                found += (Personal(offsets[p.start], offsets[p.end - 1] + 1, p.kind) for p in inside)
        for one in found:
            self._learn(one)
        return merge([*found, *self.find_again(self._text)])

    def find_again(self, text: str) -> list[Personal]:
        """Find what is known, and the numbers and addresses that tell themselves, in another text."""
        return merge([*find_numbers(text, self._numbers), *self._persons.find_known(text)])

    def _suggest(self, sentence: str) -> list[Span]:
        persons = self._names.find_persons(sentence)
        services = [m.span for m in self._names.find_services(sentence, shared=True)] if persons else []
        return [p for p in persons if not any(s.start < p.end and p.start < s.end for s in services)]

    def _learn(self, one: Personal) -> None:
        written = self._text[one.start : one.end]
        if one.kind in ("phone", "id"):
            self._numbers.add(digits_of(written, one.kind))
        elif one.kind == "email" and (named := _NAMED_ADDRESS.match(written)):
            self._persons.learn_address(named["given"].title(), named["surname"].title())


def _ordinary_words(text: str) -> frozenset[str]:
    """Give the words that stand in lower case, but for those of addresses: "kari.nordmann@fjell.example"."""
    without = mask(text, (found for found in find_numbers(text) if found.kind == "email"))
    pieces = (piece for piece in without.split() if not _ADDRESS.search(piece))
    return frozenset(word for piece in pieces for word in _LOWER_CASE.findall(piece))


def align(reading: str, text: str, start: int, end: int) -> list[int] | None:
    r"""Give for each character of a reading its offset in the text that it was made of.

    What the reading left out (hyphens at line ends, list markers) is skipped; a space stands for any white space.

    Args:
        reading: A passage as a reader should see it.
        text: The text.
        start: Where the passage begins.
        end: Where it ends.

    Returns:
        The offsets, rising; None if the passage reads otherwise.

    Example:
        >>> align("Kari Nordmann", "- Kari Nord-\nmann.", 0, 18)
        [2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 14, 15, 16]
    """
    offsets: list[int] = []
    position = start
    for character in reading:
        if character.isspace():
            offsets.append(min(position, end - 1))
            continue
        found = text.find(character, position, end)
        if found < 0:
            return None
        offsets.append(found)
        position = found + 1
    return offsets


class _Redactor:
    """Masks one report."""

    def __init__(self, data: Mapping[str, Any], names: NameFinder) -> None:
        self._data = data
        source = Source(data)
        pieces = source.pieces(0, len(source.text))
        self._source = source.text
        self._text = "".join(piece.text for piece in pieces)
        # For each character of the text where it stands in the source; in a repaired word, the whole of that.
        self._spans = [
            (piece.start, piece.end) if piece.original is not None else (piece.start + k, piece.start + k + 1)
            for piece in pieces
            for k in range(len(piece.text))
        ]
        self._starts = [start for start, _ in self._spans]
        self._finder = _Finder(self._text, names, _organisations(data))

    def redact(self) -> dict[str, Any]:
        """Give the masked report."""
        found = self._finder.find(
            [(*self._within(s["start"], s["end"]), s["text"]) for s in self._data["segments"]]
        )
        self._hide(found)
        counts = Counter(one.kind for one in found)
        masked = {key: v if key in _KEPT else self._mask_value(v) for key, v in self._data.items()}
        masked["document"] |= {
            **{key: v for key, v in self._data["document"].items() if key in _KEPT},
            "text": self._masked,
            "redacted": {kind: counts[kind] for kind in KINDS},
        }
        extraction = masked["document"]["extraction"]
        extraction["warnings"].append(_describe(counts))
        for page in extraction.get("ocr", ()):
            for word in page["doubtful"]:
                word["text"] = self._mask_word(word["text"])
        return masked

    def _hide(self, found: Sequence[Personal]) -> None:
        """Keep what is hidden: in the text as restored, and in the source."""
        self._hidden = bytearray(len(self._text))
        self._fragments: set[str] = set()
        masked = list(self._source)
        for one in found:
            self._hidden[one.start : one.end] = b"\1" * (one.end - one.start)
            start, end = self._spans[one.start][0], self._spans[one.end - 1][1]
            masked[start:end] = _hide(self._source[start:end])
            for written in (self._source[start:end], self._text[one.start : one.end]):
                self._fragments.update(map(_bare, written.split()))
        self._masked = "".join(masked)

    def _within(self, start: int, end: int) -> tuple[int, int]:
        """Give the part of the restored text that a part of the source stands for."""
        return bisect.bisect_left(self._starts, start), bisect.bisect_left(self._starts, end)

    def _mask_value(self, value: Any, span: tuple[int, int] | None = None) -> Any:
        if isinstance(value, str):
            return self._mask_string(value, span)
        if isinstance(value, Mapping):
            if isinstance(value.get("start"), int) and isinstance(value.get("end"), int):
                span = value["start"], value["end"]
            return {key: self._mask_value(inner, span) for key, inner in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._mask_value(inner, span) for inner in value]
        return value

    def _mask_string(self, text: str, span: tuple[int, int] | None) -> str:
        """Mask a string, as the source is masked where it was read from there."""
        again = mask(text, self._finder.find_again(text))
        if span is None:
            return again
        if text == self._source[span[0] : span[1]]:
            return self._masked[span[0] : span[1]]
        offsets = align(text, self._text, *self._within(*span)) or []
        if not any(self._hidden[offset] for offset in offsets):
            return again
        return "".join(
            MASK if self._hidden[offset] and not c.isspace() else c
            for c, offset in zip(again, offsets, strict=True)
        )

    def _mask_word(self, word: str) -> str:
        return _hide(word) if _bare(word) in self._fragments else word


def _organisations(data: Mapping[str, Any]) -> list[str]:
    found = [data.get("organisation", {}).get("name"), *(r["name"] for r in data.get("recipients", ()))]
    return [name for name in found if name]


def _bare(word: str) -> str:
    return word.strip(".,:;()[]<>«»\"'").casefold()


def _describe(counts: Mapping[Kind, int]) -> str:
    parts = [f"{counts[kind]} {_KINDS_NB[kind][counts[kind] != 1]}" for kind in KINDS if counts[kind]]
    what = ", ".join(parts[:-1]) + " og " + parts[-1] if len(parts) > 1 else "".join(parts) or "ingenting"
    return f"Personopplysninger er sladdet av et program ({what}), som kan ha oversett noe. Les gjennom før deling."

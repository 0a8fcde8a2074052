"""Splits Norwegian text into sentences without stumbling over "art. 6 nr. 1 bokstav f" or "§ 8."."""

from __future__ import annotations

import re
from collections.abc import Set

_END = re.compile(r"[.!?…]+[)\]»”\"']*(?=\s)|[.!?](?=[A-ZÆØÅ][a-zæøå]+ [a-zæøå])")
_STARTS = re.compile(r"\s*[«\"“(\[•–—-]?\s*(?:[A-ZÆØÅÄÖÉ]|\d|§|https?:|www\.)")
_LAST_WORD = re.compile(r"[\w/§-]+(?:\.[\w/-]+)*$")
_MONTH = re.compile(
    r"\s*(?:januar|februar|mars|april|mai|juni|juli|august|september|oktober|november|desember)\b",
    re.IGNORECASE,
)
_AFTER_SECTION_SIGN = re.compile(r"§{1,2}\s*\d+(?:\s*[a-z])?(?:-\d+)*$")
_LETTER_OF = re.compile(r"\b(?:bokstav|litra|bokst\.?)\s+[a-z]$", re.IGNORECASE)
_NUMBER_OF = re.compile(r"(?:nr|pkt|art|kap|kl|ca|tlf|side|s)\.?\s*\d+(?:\.\d+)*$", re.IGNORECASE)


def split_sentences(text: str, abbreviations: Set[str]) -> list[tuple[int, int]]:
    """Find the sentences of one paragraph.

    Args:
        text: The paragraph as read, white space collapsed.
        abbreviations: Lower-case words that end in a period without ending a sentence, such as "nr".

    Returns:
        Ranges of ``text``, without the white space between sentences.

    Example:
        >>> text = "Grunnlaget er art. 6 nr. 1 bokstav b. Se pol. § 8. Vi sletter 1. juni."
        >>> [text[a:b] for a, b in split_sentences(text, frozenset({"art", "nr", "pol"}))]
        ['Grunnlaget er art. 6 nr. 1 bokstav b.', 'Se pol. § 8.', 'Vi sletter 1. juni.']
    """
    ranges: list[tuple[int, int]] = []
    start = 0
    for match in _END.finditer(text):
        if _ends_sentence(text, start, match, abbreviations):
            ranges.append((start, match.end()))
            start = match.end() + (len(text[match.end() :]) - len(text[match.end() :].lstrip()))
    if text[start:].strip():
        ranges.append((start, len(text.rstrip())))
    return ranges


def _ends_sentence(text: str, start: int, match: re.Match[str], abbreviations: Set[str]) -> bool:
    after = text[match.end() : match.end() + 40]
    if not after.strip() or not _STARTS.match(after):
        return False
    if not match.group().startswith(".") or len(match.group().rstrip(")]»”\"'")) > 1:
        return True  # "!", "?" and "..." before a capital
    before = text[max(start, match.start() - 40) : match.start()]
    word = _LAST_WORD.search(before)
    if word is None:
        return True
    return not _is_abbreviated(
        word.group(), before, after, abbreviations, opening=word.start() == 0 and len(before) < 40
    )


def _is_abbreviated(word: str, before: str, after: str, abbreviations: Set[str], *, opening: bool) -> bool:
    if _LETTER_OF.search(before):
        return False  # "bokstav f. Vi sletter"
    whole = word.lower()
    if {whole, f"{whole}."} & abbreviations or all(part in abbreviations for part in whole.split(".")):
        # "… og lignende mv. Vi sletter": these also end sentences, so look at what follows.
        return not (whole in _FINAL and re.match(r"\s*[A-ZÆØÅ][a-zæøå]*\s", after))
    if len(word) == 1 and word.isalpha() and word.isupper():
        return True  # an initial: "K. Nordmann"
    if opening and re.fullmatch(r"\d{1,2}(?:\.\d{1,2})*|[A-Za-z]|[ivxIVX]{1,4}", word):
        return True  # "1. Innledning": a number that opens the paragraph belongs to it
    if word.isdigit() and len(word) <= 2:
        # An ordinal or a date goes on; a section, a number after "nr." or a count ends here.
        if _MONTH.match(after):
            return True
        return not (
            _AFTER_SECTION_SIGN.search(before) or _NUMBER_OF.search(before) or re.match(r"\s*[A-ZÆØÅ]", after)
        )
    return False


# Abbreviations that close an enumeration and so often a sentence.
_FINAL = frozenset({"mv", "m.v", "osv", "o.l", "ol", "e.l", "el", "m.m", "mm", "etc", "o.a", "m.fl", "mfl"})

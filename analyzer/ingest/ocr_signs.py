"""Brings back the signs that Tesseract's Norwegian data lacks: @, §, the underscore and the bullet.

The data knows 105 characters, and these are not among them: an address comes out as "post Qfjell.no" and a
section as "8 13" or "$ 13". Lines that may hide one are looked at once more with the English data, which
knows the signs but not æ, ø and å; of its reading only the signs are taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from difflib import SequenceMatcher

from PIL import Image

from analyzer.ingest.tesseract import ENGLISH, SeenLine, SeenWord, Tesseract

MAX_STRIPS = 60  # lines of one page that are looked at again

_DOMAIN = r"(?:no|com|net|org|eu|se|dk|io|info|app|dev|example)"
_SUSPECT = re.compile(
    rf"(?:^|[\s(])[$8&Ss59g]{{1,3}}\s?\d"  # a section sign before a number
    rf"|\w\.{_DOMAIN}\b|https?:|www\.|\be-?post(?:adresse)?:",
    re.IGNORECASE,
)
_SIGNS = frozenset("@§_")
_SECTION_LOOKALIKE = re.compile(r"[\s$8&Ss59gB£]{0,4}")
_PARTED_ADDRESS = re.compile(r"(?<=[a-zæøå0-9._+-])\s?@\s?(?=[a-zæøå0-9-]+(?:\.[a-zæøå0-9-]+)*\.[a-z]{2,})")
_SURE_AT = re.compile(rf"(?<=[a-zæøå0-9._+-])\s?[Q©®](?=[a-zæøå0-9-]+(?:\.[a-zæøå0-9-]+)*\.{_DOMAIN}\b)")

# What bullets are taken for. Those of the first kind begin no line of prose; the others need company.
_BULLETS = frozenset("•*¢·●▪◦¤«")
_BULLET_LOOKALIKES = frozenset({"e", "o", "+", "°", "»", "=", "®", "©", "~", "«e", "-e", "0", "Q", "?", "."})
_GLUED = re.compile(r"[*•¢+«°](?=[\wÆØÅæøå(])|[eo](?=[A-ZÆØÅ][a-zæøå])")

_Char = tuple[str, int]  # with the number of the word it stands in, -1 for a space


def restore_signs(
    lines: list[SeenLine], image: Image.Image, tesseract: Tesseract, dpi: float
) -> list[SeenLine]:
    """Give the lines with the signs that the Norwegian data could not see.

    Args:
        lines: What was read of the page.
        image: The page, upright and straight.
        tesseract: Reads it again, if it has English.
        dpi: The page's resolution.
    """
    if "eng" in tesseract.language or "nor" not in tesseract.language:
        return lines
    found = list(lines)
    numbers = [number for number, line in enumerate(lines) if _SUSPECT.search(line.text)][:MAX_STRIPS]
    if numbers and ENGLISH in tesseract.installed:
        seen = _look_again([lines[number] for number in numbers], image, tesseract, dpi)
        for number, text in zip(numbers, seen, strict=True):
            found[number] = _take_signs(lines[number], text)
    return [_join_addresses(line) for line in found]


def restore_bullets(lines: list[SeenLine]) -> list[SeenLine]:
    """Give the lines with "•" where a bullet was taken for another character."""
    marks = [_find_mark(line) for line in lines]
    restored = []
    for line, mark in zip(lines, marks, strict=True):
        company = sum(
            1
            for other, its in zip(lines, marks, strict=True)
            if its and other is not line and abs(other.words[0].x0 - line.words[0].x0) < 0.6 * line.size
        )
        sure = mark in _BULLETS and len(line.words) > 1 and line.words[0].text == mark
        quoted = mark == "«" and line.words[0].text != mark and "»" in line.text
        restored.append(_put_bullet(line, mark) if mark and not quoted and (sure or company) else line)
    return restored


def _look_again(lines: list[SeenLine], image: Image.Image, tesseract: Tesseract, dpi: float) -> list[str]:
    """Read strips of the page, one below the other, with the English data."""
    strips = [_cut(line, image) for line in lines]
    gap = 20
    sheet = Image.new(
        "L",
        (max(strip.width for strip in strips) + 2 * gap, sum(strip.height + gap for strip in strips) + gap),
        255,
    )
    places = []
    top = gap
    for strip in strips:
        sheet.paste(strip, (gap, top))
        places.append((top, top + strip.height))
        top += strip.height + gap
    texts: list[list[str]] = [[] for _ in strips]
    for line in tesseract.read(sheet, dpi=dpi, language=ENGLISH, one_column=True):
        middle = (line.words[0].top + line.words[0].bottom) / 2
        for text, (start, end) in zip(texts, places, strict=True):
            if start - gap / 2 <= middle < end + gap / 2:
                text.append(line.text)
    return [" ".join(text) for text in texts]


def _cut(line: SeenLine, image: Image.Image) -> Image.Image:
    margin = 0.2 * line.size
    return image.crop(
        (
            max(int(min(word.x0 for word in line.words) - margin), 0),
            max(int(min(word.top for word in line.words) - margin), 0),
            min(int(max(word.x1 for word in line.words) + margin), image.width),
            min(int(max(word.bottom for word in line.words) + margin), image.height),
        )
    )


def _take_signs(line: SeenLine, seen: str) -> SeenLine:
    """Take the signs of another reading of the line, and nothing else of it."""
    chars = _list_chars(line)
    text = "".join(char for char, _ in chars)
    if not _SIGNS & set(seen):
        return line
    result: list[_Char] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, text, seen, autojunk=False).get_opcodes():
        sign = _choose_sign(text[i1:i2], seen, j1, j2) if tag in ("replace", "insert") else ""
        if sign:
            owner = next((owner for _, owner in [*chars[i1:], *reversed(chars[:i1])] if owner >= 0), 0)
            result += [(char, owner if char != " " else -1) for char in sign]
        else:
            result += chars[i1:i2]
    return _rebuild(line, result)


def _choose_sign(read: str, seen: str, start: int, end: int) -> str:
    """Give what should stand for ``read``, by ``seen[start:end]`` of the other reading; empty to keep it."""
    part = seen[start:end]
    signs = "".join(char for char in part if char in _SIGNS)
    before, after = seen[:start] + part.rstrip("_@§ "), seen[end:]
    if not signs or len(read) > 4:
        return ""
    if signs == "@" and re.match(r"\s?\w", part.partition("@")[2] + after):
        return (" " if part.startswith(" ") or read.startswith(" ") else "") + "@"
    if set(signs) == {"§"} and _SECTION_LOOKALIKE.fullmatch(read) and re.match(r"\s?\d", after):
        return (" " if read.startswith(" ") else "") + signs + (" " if read.endswith(" ") else "")
    if signs == "_" and read.strip() in ("", ".", "-") and before[-1:].isalnum() and after[:1].isalnum():
        return "_"
    return ""


def _join_addresses(line: SeenLine) -> SeenLine:
    for pattern in (_SURE_AT, _PARTED_ADDRESS):
        chars = _list_chars(line)
        text = "".join(char for char, _ in chars)
        result: list[_Char] = []
        place = 0
        for match in pattern.finditer(text):
            owner = chars[match.start() - 1][1]
            result += [*chars[place : match.start()], ("@", owner)]
            place = match.end()
        if place:
            line = _rebuild(line, [*result, *chars[place:]])
    return line


def _list_chars(line: SeenLine) -> list[_Char]:
    chars: list[_Char] = []
    for number, word in enumerate(line.words):
        chars += [(" ", -1)] * (number > 0) + [(char, number) for char in word.text]
    return chars


def _rebuild(line: SeenLine, chars: Iterable[_Char]) -> SeenLine:
    """Make the line's words anew; each takes the place of the words that its characters come from."""
    words: list[SeenWord] = []
    text, owners = "", set[int]()
    for char, owner in [*chars, (" ", -1)]:
        if char != " ":
            text += char
            owners.add(owner)
        elif text:
            words.append(_merge(text, [line.words[number] for number in sorted(owners)]))
            text, owners = "", set()
    return replace(line, words=tuple(words))


def _merge(text: str, words: list[SeenWord]) -> SeenWord:
    return SeenWord(
        text,
        min(word.x0 for word in words),
        min(word.top for word in words),
        max(word.x1 for word in words),
        max(word.bottom for word in words),
        min(word.confidence for word in words),
    )


def _find_mark(line: SeenLine) -> str:
    """Give what may be a bullet at the line's start, or nothing."""
    first = line.words[0].text
    if len(line.words) > 1 and (first in _BULLETS or first in _BULLET_LOOKALIKES):
        return first
    glued = _GLUED.match(first)
    return glued[0] if glued and len(first) > 2 else ""


def _put_bullet(line: SeenLine, mark: str) -> SeenLine:
    first = line.words[0]
    if first.text == mark:
        return replace(line, words=(replace(first, text="•"), *line.words[1:]))
    edge = first.x0 + 0.4 * line.size  # where a bullet's own width ends
    return replace(
        line,
        words=(
            replace(first, text="•", x1=min(edge, first.x1)),
            replace(first, text=first.text.removeprefix(mark), x0=min(edge, first.x1)),
            *line.words[1:],
        ),
    )

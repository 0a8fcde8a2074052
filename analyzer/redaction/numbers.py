"""Telephone numbers, e-mail addresses and national identity numbers in a text.

Identity numbers are told by their two check digits (python-stdnum) and their date: fødselsnummer, D-number, H-number, the
synthetic ones of the Tax Administration and NAV (month + 80 or + 40), and FH-numbers. Account numbers (1234.56.78901) and
organisation numbers are none.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from analyzer.redaction.spans import Kind, Personal

_GAP = r"[ .\u00a0\u2009\u202f-]"
_AT = (
    r"(?:\s?[@＠]\n?|\s[@＠]\s"
    r"|\s?[\[({<]\s?(?:at|a|alfa|krøll-?alfa|snabel-?a|@)\s?[\])}>]\s?|\s(?:krøll-?alfa|snabel-?a)\s)"
)
_EMAIL = re.compile(
    rf"(?<![\w.+-])[\w.+%'-]{{1,64}}{_AT}[\w-]{{1,63}}"
    r"(?:(?:\.|\s?[\[({<]\s?(?:dot|punktum|punkt)\s?[\])}>]\s?)[\w-]{1,63}){1,5}(?<!-)",
    re.IGNORECASE,
)

_EIGHT = rf"\d(?:{_GAP}?\d){{7}}"
_END = rf"(?!\w|{_GAP}\d\d(?!\d)|[.-]\d)"
_NORWAY = re.compile(rf"(?<![\w+])(?:(?:\+|00)\s?47|\(\s?(?:\+|00)?47\s?\)){_GAP}{{0,2}}{_EIGHT}(?!\d)")
_ABROAD = re.compile(rf"(?<![\w+])\(?\+\d{{1,3}}\)?(?:{_GAP}?\(?\d{{1,5}}\)?){{2,6}}(?!\d)")
_LOCAL = re.compile(rf"(?<![\w+])(?<!\d\d{_GAP}){_EIGHT}{_END}")
_PLAIN_FORMS = re.compile(
    r"[2-9]\d(?P<gap>[ \u00a0-])\d\d(?P=gap)\d\d(?P=gap)\d\d|[2-9]\d\d[ \u00a0]\d\d[ \u00a0]\d{3}|[49]\d{7}"
)
"""Ways of writing eight digits that need no word beside them to be a telephone number."""

_DATE = re.compile(r"(?:19|20)\d\d([ .-])[01]\d\1[0-3]\d|[0-3]\d([ .-])[01]\d\2(?:19|20)\d\d")
_BARE_DATE = re.compile(r"(?:19|20)\d\d[01]\d[0-3]\d|[0-3]\d[01]\d(?:19|20)\d\d")
_BEFORE = 45
_CALLED = re.compile(
    r"(?:(?<!\w)(?:tlf|tel|fax|faks|mob|ring|sms|phone|whatsapp|signal|mobil|call)\w*|\w*telef(?:on|aks)\w*|\w*mobil\w*|sentralbord\w*"
    r"|(?<!\w)[tm](?=\s?:))(?:[^\d\n]{0,25}|[^\w\n]{0,3}\n\W{0,4})$",
    re.IGNORECASE,
)
_LISTED = re.compile(
    r"(?:\d[ .-]?){7}\d(?:\s?[/,|]|\s(?:eller|og))\s(?:(?:mobil\w*|kontor|privat|arbeid|jobb)\W{1,3})?$",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"(?:\b(?:org|nr|id|kid|iso|isbn|kr|nok|ip|gnr|bnr|versjon|punkt|pkt|kap|side|iban)|\w*nummer\w*|\w*(?:konto(?!r\b)|kunde|faktura|sak|saks|arkiv|ref|referanse|ordre|lov)\w*|§)"
    r"\W{0,6}(?:nr\W{0,3}|er\s)?$",
    re.IGNORECASE,
)
_COUNTING = re.compile(r"\W?(?:kr|kroner|mva|nok|brukar|bruker|mill|stk|år)\b", re.IGNORECASE)

_DIGIT = r"[\dOoIl]"
_ELEVEN = re.compile(
    rf"(?<![\w.,-])(?P<first>{_DIGIT}{{2}}[ .-]?{_DIGIT}{{2}})(?P<gap>[ .-]?)(?P<year>{_DIGIT}{{2}})[ .:\u00a0-]?"
    rf"{_DIGIT}{{3}}[ .-]?{_DIGIT}{{2}}(?!\w|[.,-]\d)"
)
_MISREAD = str.maketrans("OoIl", "0011")
_IDENTITY = re.compile(
    r"(?:fødsels(?:-\sog\sperson)?n|personn|\bf\.?\s?nr|\bpnr|\b[dh]-?\s?n(?:umme)?r|identitetsn)\w*[^\d\n]{0,30}$",
    re.IGNORECASE,
)
_LEAST_DIGITS = 8  # of eleven characters, the others being letters that OCR takes for digits


def find_numbers(text: str, known: Collection[str] = ()) -> Iterator[Personal]:
    """Find e-mail addresses, telephone and identity numbers.

    Args:
        text: Any text.
        known: Numbers, as digits only, that are personal wherever they stand, also without a word that says so.
    """
    for match in _EMAIL.finditer(text):
        yield Personal(match.start(), match.end(), "email")
    yield from _identity_numbers(text, known)
    yield from _telephone_numbers(text, known)


def digits_of(written: str, kind: Kind) -> str:
    """Give the digits of a number as they are kept among the known: of a telephone number the last eight.

    Example:
        >>> digits_of("+47 22 33 44 55", "phone"), digits_of("110361 5OO94", "id")
        ('22334455', '11036150094')
    """
    if kind == "id":
        return re.sub(r"\D", "", written.translate(_MISREAD))
    return re.sub(r"\D", "", written)[-8:]


def _identity_numbers(text: str, known: Collection[str]) -> Iterator[Personal]:
    for match in _ELEVEN.finditer(text):
        if sum(c.isdigit() for c in match[0]) < _LEAST_DIGITS:
            continue
        number = digits_of(match[0], "id")
        like_account = match["gap"] and match["first"].isdigit()
        named = _IDENTITY.search(text[max(0, match.start() - _BEFORE) : match.start()])
        if (
            number in known
            or named
            or (not like_account and (_has_check_digits(number) or _is_written_as_identity(match[0])))
        ):
            yield Personal(match.start(), match.end(), "id")


def _has_check_digits(number: str) -> bool:
    from stdnum.no import fodselsnummer

    checks = fodselsnummer.calc_check_digit1(number) + fodselsnummer.calc_check_digit2(number)
    return number[9:] == checks and (number[0] in "89" or _has_date(number))


def _has_date(number: str) -> bool:
    """Tell whether the number begins with a day and a month, which D-, H- and synthetic numbers add 40 or 80 to."""
    return 1 <= int(number[:2]) % 40 <= 31 and 1 <= int(number[2:4]) % 40 <= 12


def _is_written_as_identity(written: str) -> bool:
    """Tell "110361 12345", whose check digits may have been made up."""
    return re.fullmatch(r"\d{6}[ -]\d{5}", written) is not None and _has_date(written)


def _telephone_numbers(text: str, known: Collection[str]) -> Iterator[Personal]:
    for match in _NORWAY.finditer(text):
        yield Personal(match.start(), match.end(), "phone")
    for match in _ABROAD.finditer(text):
        if 8 <= sum(c.isdigit() for c in match[0]) <= 15:
            yield Personal(match.start(), match.end(), "phone")
    for match in _LOCAL.finditer(text):
        if _DATE.fullmatch(match[0]):
            continue
        before = text[max(0, match.start() - _BEFORE) : match.start()]
        told = digits_of(match[0], "phone") in known or _CALLED.search(before)
        if told or (
            not _BARE_DATE.fullmatch(match[0])
            and match[0][0] > "1"
            and (_LISTED.search(before) or _PLAIN_FORMS.fullmatch(match[0]))
            and not _is_counted(text, before, match.end())
        ):
            yield Personal(match.start(), match.end(), "phone")


def _is_counted(text: str, before: str, end: int) -> bool:
    """Tell "kundenummer 12345678" and "12 345 678 kroner" by the words beside the digits."""
    return _COUNTED.search(before) is not None or _COUNTING.match(text, end) is not None

"""Reads Norwegian lengths of time and writes them as ISO 8601 durations."""

from __future__ import annotations

import re

_NUMBERS = {
    "en": 1, "ein": 1, "ei": 1, "ett": 1, "eitt": 1, "et": 1, "eit": 1, "én": 1, "éin": 1, "étt": 1, "éitt": 1,
    "ét": 1, "éit": 1, "to": 2, "tre": 3, "fire": 4, "fem": 5, "seks": 6, "sju": 7, "syv": 7, "åtte": 8, "ni": 9,
    "ti": 10, "elleve": 11, "tolv": 12, "tretten": 13, "fjorten": 14, "femten": 15, "seksten": 16, "sytten": 17,
    "atten": 18, "nitten": 19, "tjue": 20, "tjueto": 22, "tjuetre": 23, "tjuefire": 24, "tjuefem": 25,
    "tjueåtte": 28, "tretti": 30, "tredve": 30, "trettifem": 35, "trettiseks": 36, "førti": 40, "førtiåtte": 48,
    "femti": 50, "seksti": 60, "sytti": 70, "søtti": 70, "åtti": 80, "nitti": 90, "hundre": 100,
    "halvannet": 1.5, "halvannen": 1.5, "halvanna": 1.5, "halvtanna": 1.5, "½": 0.5,
}  # fmt: skip
# How the unit starts, the ISO designator of a whole unit and how many it is, and what a quarter of one is.
_UNITS = (
    ("halvår", ("M", 6), None),
    ("kvartal", ("M", 3), None),
    ("kalenderår|regnskapsår|rekneskapsår|skoleår|skuleår|år|ar|y", ("Y", 1), ("M", 3.0)),
    ("mån|man|mnd", ("M", 1), ("D", 7.5)),
    ("uke|uka|vek", ("W", 1), ("D", 1.75)),
    ("virkedag|arbeidsdag|kalenderdag|dag|døgn|dogn|d$", ("D", 1), ("TH", 6.0)),
    ("min", ("TM", 1), None),
    ("tim|t$|h$", ("TH", 1), ("TM", 15.0)),
)
_UNIT_STARTS = tuple((re.compile(start), whole, quarter) for start, whole, quarter in _UNITS)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?|[^\W\d]+(?:\s(?:halvt?|kvart)(?:\set)?)?|½")
_REPEATED = re.compile(r"\([^()]{0,20}\)")


def read_durations(match: re.Match[str]) -> list[str]:
    r"""Read a match of a retention pattern; a range ("2-3 år") or list gives each of its lengths.

    Example:
        >>> pattern = re.compile(r"(?P<value>[\d,]+)(?P<half>)(?P<more>(?:-\d+)?) (?P<unit>år)")
        >>> read_durations(pattern.search("3,5 år")), read_durations(pattern.search("2-3 år"))
        (['P3Y6M'], ['P2Y', 'P3Y'])
    """
    first = _number(match["value"])
    values = [first + 0.5 if first is not None and match["half"] else first]
    values += [_number(part) for part in _NUMBER.findall(_REPEATED.sub("", match["more"] or ""))]
    durations = (to_iso(value, match["unit"]) for value in values if value)
    return [duration for duration in durations if duration]


def _number(text: str) -> float | None:
    text = text.lower().strip()
    if text in _NUMBERS:
        return float(_NUMBERS[text])
    if "halv" in text or "kvart" in text:
        return 0.5 if "halv" in text else 0.25
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def to_iso(value: float, unit: str) -> str | None:
    """Write ``value`` units as ISO 8601; None if that is no sensible length.

    Example:
        >>> to_iso(3.5, "år"), to_iso(6, "veker"), to_iso(24, "timer")
        ('P3Y6M', 'P6W', 'PT24H')
    """
    lower = unit.lower()
    for start, (designator, size), quarter in _UNIT_STARTS:
        if start.match(lower):
            whole, fraction = int(value), value - int(value)
            parts: dict[str, int] = {designator: whole * size} if whole else {}
            if fraction and quarter:
                parts[quarter[0]] = parts.get(quarter[0], 0) + round(quarter[1] * fraction * 4)
            return _join(parts) if parts else None
    return None


def _join(parts: dict[str, int]) -> str:
    date = "".join(f"{n}{d}" for d, n in parts.items() if not d.startswith("T"))
    time = "".join(f"{n}{d[1]}" for d, n in parts.items() if d.startswith("T"))
    return f"P{date}" + (f"T{time}" if time else "")

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
    "halvannet": 1.5, "halvannen": 1.5, "halvanna": 1.5, "halvtanna": 1.5, "½": 0.5, "1/2": 0.5,
}  # fmt: skip
# The longest first: how the unit starts, the ISO designator of a whole unit and how many it is, and what a quarter of one is.
_UNITS = (
    ("kalenderår|regnskapsår|rekneskapsår|skoleår|skuleår|år|ar|y", ("Y", 1), ("M", 3.0)),
    ("halvår", ("M", 6), None),
    ("kvartal", ("M", 3), None),
    ("mån|man|mnd", ("M", 1), ("D", 7.5)),
    ("uke|uka|vek", ("W", 1), ("D", 1.75)),
    ("virkedag|arbeidsdag|kalenderdag|dag|dgr|døgn|dogn|natt|d$", ("D", 1), ("TH", 6.0)),
    ("tim|t$|h$", ("TH", 1), ("TM", 15.0)),
    ("min", ("TM", 1), None),
)
_UNIT_STARTS = tuple((re.compile(start), whole, quarter) for start, whole, quarter in _UNITS)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?|[^\W\d]+(?:\s(?:halvt?|kvart)(?:\set)?)?|½")
_REPEATED = re.compile(r"\([^()]{0,20}\)")
_ORDINALS = {
    "annen": 2, "annet": 2, "anna": 2, "andre": 2, "tredje": 3, "fjerde": 4, "femte": 5, "sjette": 6, "sjuende": 7,
    "sjuande": 7, "tiende": 10, "tolvte": 12, "fjortende": 14, "fjortande": 14,
}  # fmt: skip
_ADVERBS = {
    "dag": "dag",
    "uke": "uke",
    "vek": "veke",
    "mån": "måned",
    "kva": "kvartal",
    "hal": "halvår",
    "år": "år",
}


def read_durations(match: re.Match[str]) -> list[str]:
    r"""Read a match of a retention pattern; a range ("2-3 år") or list gives each of its lengths.

    Example:
        >>> pattern = re.compile(r"(?P<value>[\d,]+)(?P<half>)(?P<more>(?:-\d+)?) (?P<unit>år)(?P<rest>)")
        >>> read_durations(pattern.search("3,5 år")), read_durations(pattern.search("2-3 år"))
        (['P3Y6M'], ['P2Y', 'P3Y'])
    """
    first = _number(match["value"])
    values = [first + 0.5 if first is not None and match["half"] else first]
    values += [_number(part) for part in _NUMBER.findall(_REPEATED.sub("", match["more"] or ""))]
    rest = _number(match["rest"]) if match["rest"] else None
    if rest and len(values) == 1 and values[0]:
        return _with_rest(values[0], match["unit"], rest, match["rest_unit"])
    durations = (to_iso(value, match["unit"]) for value in values if value)
    return [duration for duration in durations if duration]


def _with_rest(value: float, unit: str, rest: float, rest_unit: str) -> list[str]:
    """Add a smaller unit to a larger one ("3 år og 6 måneder"); else they are two lengths."""
    parts, more = _parts(value, unit), _parts(rest, rest_unit)
    if _rank(unit) < _rank(rest_unit) and not parts.keys() & more.keys():
        return [_join({**parts, **more})]
    return [_join(p) for p in (parts, more) if p]


def read_interval(match: re.Match[str]) -> list[str]:
    """Read a match of the interval pattern: "hver 14. dag" is P14D, "årlig" is P1Y."""
    if match["adverb"]:
        start = match["adverb"].lower()
        unit = next(unit for key, unit in _ADVERBS.items() if start.startswith(key))
        return [iso] if (iso := to_iso(1, unit)) else []
    count = (match["count"] or match["first_count"] or "1").lower().rstrip(".")
    value = _ORDINALS.get(count) or int(count)
    iso = to_iso(value, match["every_unit"] or match["first_unit"])
    return [iso] if iso else []


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
    parts = _parts(value, unit)
    return _join(parts) if parts else None


def _parts(value: float, unit: str) -> dict[str, int]:
    """Give the number of each ISO designator; none for no sensible length."""
    rank = _rank(unit)
    parts: dict[str, int] = {}
    if rank < len(_UNIT_STARTS):
        _, (designator, size), quarter = _UNIT_STARTS[rank]
        whole, fraction = int(value), value - int(value)
        if whole:
            parts[designator] = whole * size
        if fraction and quarter:
            parts[quarter[0]] = parts.get(quarter[0], 0) + round(quarter[1] * fraction * 4)
    return parts


def _rank(unit: str) -> int:
    """Give the place of a unit in the list of units, the longest first; its length if it is none."""
    lower = unit.lower()
    return next((i for i, (start, _, _) in enumerate(_UNIT_STARTS) if start.match(lower)), len(_UNIT_STARTS))


def _join(parts: dict[str, int]) -> str:
    date = "".join(f"{n}{d}" for d, n in parts.items() if not d.startswith("T"))
    time = "".join(f"{n}{d[1]}" for d, n in parts.items() if d.startswith("T"))
    return f"P{date}" + (f"T{time}" if time else "")

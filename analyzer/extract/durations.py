"""Reads Norwegian lengths of time and writes them as ISO 8601 durations."""

from __future__ import annotations

import re

_NUMBERS = {
    "en": 1, "ein": 1, "ett": 1, "et": 1, "eit": 1, "én": 1, "éin": 1, "étt": 1, "ét": 1,
    "to": 2, "tre": 3, "fire": 4, "fem": 5, "seks": 6, "sju": 7, "syv": 7, "åtte": 8, "ni": 9, "ti": 10,
    "elleve": 11, "tolv": 12, "tretten": 13, "fjorten": 14, "femten": 15, "atten": 18, "tjue": 20,
    "tjuefire": 24, "tretti": 30, "tredve": 30, "førti": 40, "femti": 50, "seksti": 60, "nitti": 90,
    "hundre": 100, "halvannet": 1.5, "halvanna": 1.5,
}  # fmt: skip
# The unit's first letters, the ISO designator of a whole unit, and what half of one is.
_UNITS = (
    ("år", "Y", ("M", 6)),
    ("mån", "M", ("D", 15)),
    ("mnd", "M", ("D", 15)),
    ("uke", "W", ("D", 3)),
    ("vek", "W", ("D", 3)),
    ("dag", "D", ("TH", 12)),
    ("døgn", "D", ("TH", 12)),
    ("tim", "TH", ("TM", 30)),
    ("minutt", "TM", None),
)


def read_durations(match: re.Match[str]) -> list[str]:
    """Read a match of a retention pattern; a range ("2-3 år") gives both its ends.

    Example:
        >>> pattern = re.compile(r"(?P<value>[\\d,]+)(?P<half>)(?:-(?P<value2>\\d+))? (?P<unit>år)")
        >>> read_durations(pattern.search("3,5 år")), read_durations(pattern.search("2-3 år"))
        (['P3Y6M'], ['P2Y', 'P3Y'])
    """
    values = [_number(match["value"])]
    if values[0] is not None and match["half"]:
        values = [values[0] + 0.5]
    if match["value2"]:
        values.append(_number(match["value2"]))
    durations = (to_iso(value, match["unit"]) for value in values if value)
    return [duration for duration in durations if duration]


def _number(text: str) -> float | None:
    text = text.lower().strip()
    if "halv" in text and text not in _NUMBERS or text == "½":
        return 0.5
    if text in _NUMBERS:
        return float(_NUMBERS[text])
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
    for prefix, designator, half in _UNITS:
        if unit.lower().startswith(prefix):
            whole, fraction = int(value), value - int(value)
            parts: dict[str, int] = {designator: whole} if whole else {}
            if fraction and half:
                parts[half[0]] = parts.get(half[0], 0) + round(half[1] * fraction * 2)
            return _join(parts) if parts else None
    return None


def _join(parts: dict[str, int]) -> str:
    date = "".join(f"{n}{d}" for d, n in parts.items() if not d.startswith("T"))
    time = "".join(f"{n}{d[1]}" for d, n in parts.items() if d.startswith("T"))
    return f"P{date}" + (f"T{time}" if time else "")

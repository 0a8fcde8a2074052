"""The report on one statement as an HTML file: the verdict, the facts, and beside them the statement, marked."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from analyzer.evidence import best_segment, shorten
from analyzer.marked import GROUPS, Statement
from analyzer.page import Language, read_words, render_page

SEVERITIES = ("error", "warning", "info")

_NAME, _PHRASE, _PLACES = 160, 120, 6
_DURATION = re.compile(r"(\d+(?:\.\d+)?)([YMWD])|T(\d+(?:\.\d+)?)([HM])")
_DAYS = {"Y": 365.25, "M": 30.44, "W": 7.0, "D": 1.0, "TH": 1 / 24, "TM": 1 / 1440}
_SCALE = (1.0, 50 * 365.25)
"""Days at the left and the right end of the scale of retention periods."""
_TICKS = {"day": 1.0, "month": 30.44, "year": 365.25, "decade": 3652.5}


def render_report(data: Mapping[str, Any], language: Language = "nb") -> str:
    """Write a report as one HTML file that needs no other file and no network.

    Args:
        data: The report, as JSON of schema version 1.
        language: Of the page's own words; findings keep the language they were made in.
    """
    statement = Statement(data)
    name = data["organisation"]["name"]
    facts = {
        "findings": _findings(data, statement),
        "disclosures": _disclosures(data, statement),
        "retention": _retention(data, statement, read_words(language)["unit"]),
        "bases": _bases(data, statement),
        "recipients": _recipients(data, statement),
    }
    return render_page(
        "report",
        language,
        document=data["document"],
        analyzer=data["analyzer"],
        organisation=data["organisation"],
        name=shorten(name, _NAME) if name else None,
        verdict=_verdict(data),
        ticks=[(name, _position(days)) for name, days in _TICKS.items()],
        groups=GROUPS,
        blocks=statement.blocks(),  # last: it must know which places the facts link to
        **facts,
    )


def _verdict(data: Mapping[str, Any]) -> dict[str, Any]:
    """Count what is given and missing, and say by severity what is wrong."""
    required = [d for d in data["disclosures"] if d["required"]]
    severities = []
    for severity in SEVERITIES:
        found = [(n, f) for n, f in enumerate(data["findings"], start=1) if f["severity"] == severity]
        if found:
            missing = [(n, _lacking(data, f) or "") for n, f in found if _lacking(data, f)]
            other = [(n, f["title"]) for n, f in found if not _lacking(data, f)]
            severities.append(
                {"severity": severity, "number": len(found), "missing": missing, "other": other}
            )
    unassessable = next((f for f in data["findings"] if f["code"] == "not-assessable"), None)
    return {
        **data["summary"],
        "percent": round(100 * data["summary"]["completeness"]),
        "doubtful": [d for d in required if d["status"] == "partial"],
        "strip": required,
        "severities": severities,
        "unassessable": unassessable["message"] if unassessable else None,
    }


def _lacking(data: Mapping[str, Any], finding: Mapping[str, Any]) -> str | None:
    """Give the title of the disclosure that a finding says is missing."""
    topic = finding["code"].removeprefix("missing-").replace("-", "_")
    if not finding["code"].startswith("missing-"):
        return None
    return next((d["title"] for d in data["disclosures"] if d["id"] == topic), None)


def _findings(data: Mapping[str, Any], statement: Statement) -> list[dict[str, Any]]:
    reasons = {d["title"]: d["reason"] for d in data["disclosures"]}
    rows = []
    for number, finding in enumerate(data["findings"], start=1):
        lacking = _lacking(data, finding)
        rows.append(
            {
                **finding,
                "number": number,
                # that the statement says nothing about it, the title has said
                "message": reasons[lacking] if lacking else finding["message"],
                "quotes": [statement.link_span(span, finding=number) for span in finding["evidence"]],
            }
        )
    return rows


def _disclosures(data: Mapping[str, Any], statement: Statement) -> dict[bool, list[dict[str, Any]]]:
    """Give the disclosures that are required, and those that are not."""
    numbers = {_lacking(data, finding): n for n, finding in enumerate(data["findings"], start=1)}
    rows: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
    for disclosure in data["disclosures"]:
        best = best_segment(data, disclosure)
        others = [statement.link_segment(i) for i in disclosure["evidence"] if i != best]
        rows[bool(disclosure["required"])].append(
            {
                **disclosure,
                "quote": statement.link_segment(best) if best is not None else None,
                "others": others[:_PLACES],
                "finding": numbers.get(disclosure["title"]),
            }
        )
    return rows


def _retention(
    data: Mapping[str, Any], statement: Statement, units: Mapping[str, Sequence[str]]
) -> list[dict[str, Any]]:
    """Give the periods, longest first, then the criteria."""
    rows = []
    for period in data["retention"]:
        days = _days(period["duration"])
        rows.append(
            {
                **{
                    key: shorten(period[key], _PHRASE) if period[key] else None
                    for key in ("applies_to", "trigger", "statute")
                },
                "bound": period["bound"] or "exact",
                "retention_class": period["class"],
                "length": _in_words(period["duration"], units),
                "days": days or 0.0,
                "position": _position(days) if days else None,
                "quote": statement.link_context(period),
            }
        )
    return sorted(rows, key=lambda row: -row["days"])


def _parts(duration: str | None) -> list[tuple[float, str]]:
    """Take an ISO 8601 duration apart."""
    found = _DURATION.findall(duration or "")
    return [(float(n), unit) if n else (float(time), f"T{letter}") for n, unit, time, letter in found]


def _days(duration: str | None) -> float | None:
    return sum(number * _DAYS[unit] for number, unit in _parts(duration)) or None


def _in_words(duration: str | None, units: Mapping[str, Sequence[str]]) -> str | None:
    """Write an ISO 8601 duration in words: "3 år 6 måneder"."""
    return " ".join(f"{number:g} {units[unit][number != 1]}" for number, unit in _parts(duration)) or duration


def _position(days: float) -> float:
    """Place a length of time on the logarithmic scale, in percent of its width."""
    low, high = (math.log(bound) for bound in _SCALE)
    return round(100 * min(max((math.log(days) - low) / (high - low), 0.01), 1.0), 1)


def _bases(data: Mapping[str, Any], statement: Statement) -> list[dict[str, Any]]:
    """Give for each purpose, in the order of the text and the unknown one last, the bases and where they stand."""
    purposes: dict[str | None, dict[tuple[str, bool], list[dict[str, Any]]]] = {}
    for basis in data["legal_bases"]:
        places = purposes.setdefault(basis["purpose"], {}).setdefault(
            (basis["article"], basis["explicit"]), []
        )
        places.append(statement.link_context(basis))
    return [
        {
            "purpose": shorten(purpose, _PHRASE) if purpose else None,
            "bases": [
                {
                    "article": article,
                    "explicit": explicit,
                    "quote": places[0],
                    "others": places[1 : _PLACES + 1],
                }
                for (article, explicit), places in found.items()
            ],
        }
        for purpose, found in sorted(purposes.items(), key=lambda item: item[0] is None)
    ]


def _recipients(data: Mapping[str, Any], statement: Statement) -> list[dict[str, Any]]:
    """Give each recipient once, with all places; those outside the EEA first."""
    rows: dict[tuple[str, str, str | None], dict[str, Any]] = {}
    for recipient in data["recipients"]:
        key = (recipient["name"], recipient["role"], recipient["country"])
        country = recipient["country"]
        row = rows.setdefault(
            key,
            {
                "name": shorten(recipient["name"], _PHRASE),
                "role": recipient["role"],
                "country": country,
                "outside": bool(recipient.get("implies_transfer")),
                "places": [],
            },
        )
        row["places"].append(statement.link_context(recipient))
    return sorted(
        (
            {**row, "quote": row["places"][0], "others": row["places"][1 : _PLACES + 1]}
            for row in rows.values()
        ),
        key=lambda row: not row["outside"],
    )

"""The report on one statement as an HTML file: the verdict, the facts, and beside them the statement, marked."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from analyzer.evidence import best_segment, count_undecided, shorten
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
        "phrases": {key: _phrases(data.get(key, ()), statement) for key in ("purposes", "data_categories")},
        "parties": _parties(data, statement),
        "contacts": _contacts(data, statement),
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
    absent = {numbers[0]: title for title, numbers in _concerned(data, status="missing").items()}
    severities = []
    for severity in SEVERITIES:
        found = [(n, f) for n, f in enumerate(data["findings"], start=1) if f["severity"] == severity]
        if found:
            missing = [(n, absent[n]) for n, _ in found if n in absent]
            other = [(n, f["title"]) for n, f in found if n not in absent]
            severities.append(
                {"severity": severity, "number": len(found), "missing": missing, "other": other}
            )
    unassessable = next((f for f in data["findings"] if f["code"] == "not-assessable"), None)
    return {
        **data["summary"],
        "percent": round(100 * data["summary"]["completeness"]),
        "doubtful": [d for d in required if d["status"] == "partial"],
        "strip": required,
        "undecided": count_undecided(data),
        "severities": severities,
        "unassessable": unassessable["message"] if unassessable else None,
    }


def _concerned(data: Mapping[str, Any], status: str | None = None) -> dict[str, list[int]]:
    """Give by title the disclosures that findings concern, with the findings' numbers, the gravest first.

    Args:
        data: The report.
        status: Only the disclosures of this status.
    """
    numbers: dict[str, list[int]] = {}
    for number, finding in enumerate(data["findings"], start=1):
        numbers.setdefault(finding["code"], []).append(number)
    codes = {d["id"]: [f"missing-{d['id'].replace('_', '-')}"] for d in data["disclosures"]}
    for requirement in data.get("requirements", ()):
        codes.get(requirement["disclosure"], []).extend(requirement["findings"])
    found = {
        d["title"]: sorted({n for code in codes[d["id"]] for n in numbers.get(code, ())})
        for d in data["disclosures"]
        if status in (None, d["status"])
    }
    return {title: raised for title, raised in found.items() if raised}


def _findings(data: Mapping[str, Any], statement: Statement) -> list[dict[str, Any]]:
    reasons = {f"missing-{d['id'].replace('_', '-')}": d["reason"] for d in data["disclosures"]}
    return [
        {
            **finding,
            "number": number,
            # that the statement says nothing about it, the title has said
            "message": reasons.get(finding["code"], finding["message"]),
            "quotes": [statement.link_span(span, finding=number) for span in finding["evidence"]],
        }
        for number, finding in enumerate(data["findings"], start=1)
    ]


def _disclosures(data: Mapping[str, Any], statement: Statement) -> dict[str, list[dict[str, Any]]]:
    """Give the disclosures that are required, those of which that cannot be told, and those that are not."""
    findings = _concerned(data)
    groups = {True: "required", None: "undecided", False: "optional"}
    rows: dict[str, list[dict[str, Any]]] = {group: [] for group in groups.values()}
    for disclosure in data["disclosures"]:
        best = best_segment(data, disclosure)
        others = [statement.link_segment(i) for i in disclosure["evidence"] if i != best]
        rows[groups[disclosure["required"]]].append(
            {
                **disclosure,
                "quote": statement.link_segment(best) if best is not None else None,
                "others": others[:_PLACES],
                "findings": findings.get(disclosure["title"], [])[:_PLACES],
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


def _phrases(rows: Sequence[Mapping[str, Any]], statement: Statement) -> list[dict[str, Any]]:
    """Give the phrases by the data subjects that they are about, those about no group first, each with its places."""
    groups: dict[str | None, dict[str, list[dict[str, Any]]]] = {None: {}}
    for row in rows:
        places = groups.setdefault(row["data_subject"], {}).setdefault(row["phrase"].casefold(), [])
        places.append(statement.link_span(row, limit=_PHRASE))
    return [
        {"subject": subject, "phrases": [_folded(places) for places in found.values()]}
        for subject, found in groups.items()
        if found
    ]


def _folded(places: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Put the places of one phrase together: the first, and the next ones as numbers."""
    return {"quote": places[0] if places else None, "others": places[1 : _PLACES + 1]}


def _parties(data: Mapping[str, Any], statement: Statement) -> list[dict[str, Any]]:
    """Give those who answer for, process or supervise the processing, by role, each name once."""
    names: dict[str, dict[str, dict[str, Any]]] = {
        role: {} for role in ("controller", "joint_controller", "dpo", "processor", "authority")
    }
    name = data["organisation"]["name"]
    if name:
        made = next((d for d in data["disclosures"] if d["id"] == "controller"), None)
        best = best_segment(data, made) if made else None
        link = statement.link_segment(best) if best is not None else None
        names["controller"][name] = {"name": name, "places": [link] if link else [], "now": None}
    rows = [
        *((row["role"], row["name"], None, row) for row in data.get("parties", ())),
        *((row["role"], row["name"], None, row) for row in data["recipients"]),
        *(("authority", row["name"], row["current"], row) for row in data.get("authorities", ())),
    ]
    for role, party, now, row in rows:
        if role in names:
            found = names[role].setdefault(party, {"name": party, "places": [], "now": now})
            found["now"] = found["now"] or now
            found["places"].append(statement.link_span(row))
    return [
        {
            "role": role,
            "names": [
                {"name": shorten(f["name"], _PHRASE), "now": f["now"], **_folded(f["places"])}
                for f in found.values()
            ],
        }
        for role, found in names.items()
        if found
    ]


def _contacts(data: Mapping[str, Any], statement: Statement) -> list[dict[str, Any]]:
    """Give the points of contact by whose they are, each once."""
    groups: dict[str, dict[str, list[dict[str, Any]]]] = {
        whose: {} for whose in ("controller", "dpo", "authority", "unknown")
    }
    for contact in data["contacts"]:
        text = "".join(contact["text"].split()).casefold()
        groups[contact["of"]].setdefault(text, []).append(statement.link_span(contact, limit=_PHRASE))
    return [
        {"of": whose, "points": [_folded(places) for places in found.values()]}
        for whose, found in groups.items()
        if found
    ]

"""The overview of an audit as an HTML file: what is missing most often, and every statement by every disclosure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from analyzer.evidence import shorten
from analyzer.html_report import SEVERITIES
from analyzer.knowledge import Knowledge
from analyzer.page import Language, read_words, render_page

_SIGNS = {"present": "p", "partial": "d", "missing": "m", "not_applicable": "n", "undetermined": "u"}
_NAME, _COMMON, _BINS, _SPREADS = 90, 12, 10, 5
_TITLE = 90
_UNKNOWN = "unknown"


def render_audit(
    documents: Sequence[Mapping[str, Any]],
    findings: Sequence[Mapping[str, Any]],
    *,
    title: str | None = None,
    clusters: Sequence[Mapping[str, Any]] = (),
    errors: Sequence[Mapping[str, Any]] = (),
    language: Language = "nb",
) -> str:
    """Write the overview of an audit as one HTML file that needs no network, fluent with thousands of statements.

    Args:
        documents: Rows as in ``documents.csv``: ``id``, ``organisation``, ``orgnr``, ``sector`` (any text),
            ``date``, ``completeness``, and the status of each disclosure under its id.
        findings: Rows as in ``findings.csv``: ``id`` of the statement, ``code``, ``severity``, ``title``.
        title: Heading of the page, such as whose statements they are.
        clusters: Rows as in ``templates.csv``, one for each statement made from a template that others use too:
            ``template``, its number, ``name``, and the statement's ``id``.
        errors: Rows as in ``errors.csv``: ``source``, ``error``.
        language: Of the page's own words.

    Returns:
        The page; it links to each statement's own report, ``reports/<id>.html``.
    """
    disclosures = _columns(documents, language)
    others = _other_findings(findings)
    missing = Counter(id for row in documents for id, _, _ in disclosures if row[id] == "missing")
    sectors = Counter(row["sector"] or _UNKNOWN for row in documents)
    return render_page(
        "audit",
        language,
        title=title or read_words(language)["audit"]["title"],
        rows=_rows(documents, findings, [id for id, _, _ in disclosures], list(others), clusters),
        cells=_cells(language),
        disclosures=disclosures,
        gaps=_bars([(id, name, missing[id]) for id, name, _ in disclosures if missing[id]], len(documents)),
        others=_bars([(code, name, number) for code, (name, number) in others.items()], len(documents)),
        sectors=[sector for sector, _ in sectors.most_common()],
        spreads=_spreads(documents, [sector for sector, _ in sectors.most_common(_SPREADS)]),
        mean=round(100 * sum(map(_completeness, documents)) / len(documents)) if documents else None,
        clusters=_clusters(clusters, documents),
        errors=errors,
        signs=_SIGNS,
    )


def _columns(
    documents: Sequence[Mapping[str, Any]], language: Language
) -> list[tuple[str, str, tuple[str, ...]]]:
    """Give id, title and articles of each disclosure whose status the rows have, in the order of the law."""
    return [
        (id, topic.title[language], topic.articles)
        for id, topic in Knowledge.load().topic.items()
        if documents and all(row.get(id) in _SIGNS for row in documents)
    ]


def _other_findings(findings: Sequence[Mapping[str, Any]]) -> dict[str, tuple[str, int]]:
    """Give title and number of statements of each finding that is no missing disclosure, most frequent first."""
    seen = {(f["id"], f["code"]): f["title"] for f in findings if not f["code"].startswith("missing-")}
    titles = {code: title for (_, code), title in seen.items()}
    counts = Counter(code for _, code in seen)
    return {code: (shorten(titles[code], _TITLE), number) for code, number in counts.most_common()}


def _rows(
    documents: Sequence[Mapping[str, Any]],
    findings: Sequence[Mapping[str, Any]],
    disclosures: Sequence[str],
    codes: Sequence[str],
    clusters: Sequence[Mapping[str, Any]],
) -> list[dict[str, Any]]:
    severities = Counter((f["id"], f["severity"]) for f in findings)
    number_of = {code: number for number, code in enumerate(codes)}
    found: dict[str, set[int]] = {}
    for finding in findings:
        if finding["code"] in number_of:
            found.setdefault(finding["id"], set()).add(number_of[finding["code"]])
    template_of = {row["id"]: row["template"] for row in clusters}
    rows = [
        {
            "name": shorten(row["organisation"] or row["id"], _NAME),
            "href": f"reports/{quote(str(row['id']), safe='')}.html",
            "id": row["id"],
            "orgnr": row["orgnr"],
            "sector": row["sector"] or _UNKNOWN,
            "date": row["date"],
            "percent": round(100 * _completeness(row)),
            "counts": [severities[row["id"], severity] for severity in SEVERITIES],
            "found": sorted(found.get(row["id"], ())),
            "template": template_of.get(row["id"]),
            "statuses": [row[id] for id in disclosures],
        }
        for row in documents
    ]
    return sorted(rows, key=lambda row: (-row["counts"][0], row["percent"]))  # the worst first


def _cells(language: Language) -> dict[str, Any]:
    """Write a table cell for each status once: there may be fifty thousand of them."""
    from markupsafe import Markup

    words = read_words(language)["status"]
    return {
        status: Markup("<td class={}>{}").format(sign, words[status].lower())
        for status, sign in _SIGNS.items()
    }


def _bars(counted: Sequence[tuple[str, str, int]], total: int) -> list[dict[str, Any]]:
    """Give the most frequent things with their share of the statements, in percent."""
    common = sorted(counted, key=lambda entry: -entry[2])[:_COMMON]
    return [
        {"id": id, "title": title, "number": number, "percent": round(100 * number / total, 1)}
        for id, title, number in common
    ]


def _spreads(documents: Sequence[Mapping[str, Any]], sectors: Sequence[str]) -> list[dict[str, Any]]:
    """Give the distribution of completeness, of all and of each sector if there are several."""
    groups = [("", [_completeness(row) for row in documents])]
    if len(sectors) > 1:
        groups += [
            (sector, [_completeness(row) for row in documents if (row["sector"] or _UNKNOWN) == sector])
            for sector in sectors
        ]
    return [_spread(sector, values) for sector, values in groups if values]


def _spread(sector: str, values: Sequence[float]) -> dict[str, Any]:
    counts = Counter(min(int(value * _BINS), _BINS - 1) for value in values)
    highest = max(counts.values())
    width = 100 // _BINS
    bins = [
        {
            "low": k * width,
            "high": (k + 1) * width,
            "count": counts[k],
            "height": round(100 * counts[k] / highest, 1),
        }
        for k in range(_BINS)
    ]
    return {"sector": sector, "number": len(values), "bins": bins}


def _clusters(
    clusters: Sequence[Mapping[str, Any]], documents: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Give each template's name, the number of its statements and how complete they are on average."""
    completeness = {row["id"]: _completeness(row) for row in documents}
    members: dict[tuple[Any, str], list[float]] = {}
    for row in clusters:
        if row["id"] in completeness:
            members.setdefault((row["template"], row["name"]), []).append(completeness[row["id"]])
    return [
        {"id": number, "name": name, "number": len(values), "percent": round(100 * sum(values) / len(values))}
        for (number, name), values in members.items()
    ]


def _completeness(row: Mapping[str, Any]) -> float:
    return float(row["completeness"])

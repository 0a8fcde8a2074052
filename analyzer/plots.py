"""Figures of reports and audits for notebooks: completeness, gaps, retention periods, and what stands where.

Needs Matplotlib (the ``notebook`` extra). Every function draws on the axes given, or on a new figure, gives the axes
back and shows nothing itself, as Matplotlib's own functions do. Colours are those of Okabe and Ito (2008), told apart by
the colour-blind, and none stands without a sign, a shape or a place that says the same.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from analyzer.auditing import Audit
from analyzer.auditing.rows import to_days
from analyzer.errors import AnalyzerError
from analyzer.evidence import shorten
from analyzer.notebook import SECTORS_NB
from analyzer.page import tame
from analyzer.report import STATUS_NB, Report

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BLUE, SKY, VERMILION, YELLOW, GREEN = "#0072B2", "#56B4E9", "#D55E00", "#F0E442", "#009E73"
PALE, DARK = "#F2F2F2", "#222222"

MOST_SECTORS, MOST_STATEMENTS, MOST_KINDS = 30, 50, 25
"""Rows that a figure has room for; a title says when there are more."""

_LABEL = 44
"""Characters of a row's name."""

_STATUSES: Mapping[str, tuple[str, str]] = {
    "present": (BLUE, ""),
    "partial": (SKY, "½"),
    "undetermined": (YELLOW, "?"),
    "missing": (VERMILION, "×"),
    "not_applicable": (PALE, ""),
}
"""Colour and sign of each status in :func:`plot_missing`."""

_BOUNDS: Mapping[str, tuple[str, str, str]] = {
    "exact": ("o", BLUE, "så lenge"),
    "at_most": ("<", VERMILION, "høyst så lenge"),
    "at_least": (">", GREEN, "minst så lenge"),
}
"""Marker, colour and wording of each bound in :func:`plot_retention`."""

_PERIODS = (
    (1.0, "1 døgn"),
    (7.0, "1 uke"),
    (30.4375, "1 md."),
    (91.3125, "3 md."),
    (365.25, "1 år"),
    (1826.25, "5 år"),
    (3652.5, "10 år"),
    (10957.5, "30 år"),
    (36525.0, "100 år"),
)
"""Ticks of the axis of time, in days."""

_APART = 0.075
"""Share of the axis that two ticks must be apart, for their names to have room."""

_NOT_SAID = "(ikke sagt hva)"
_SHORTEST_BAR = 0.004
"""Share of the text that a passage takes up in :func:`plot_categories` at least, so that it is seen."""


def plot_completeness(audit: Audit, *, ax: Axes | None = None) -> Axes:
    """Draw how complete the statements of each sector are: a dot for each, and below them the mean with its interval.

    Statements that could not be judged are left out. A sector of few organisations has no interval.

    Args:
        audit: An audit that is done.
        ax: Axes to draw on.

    Returns:
        The axes: share of the required disclosures from 0 to 1 on x, sectors from the top on y.

    Raises:
        AnalyzerError: If there is nothing to draw, or Matplotlib is not installed.
    """
    sectors = audit.frame("sectors").to_dict("records")
    if not sectors:
        raise AnalyzerError(
            "Revisjonen har ingen erklæringer som kunne vurderes, så det er ingenting å tegne."
        )
    judged = _judged(audit)
    shown = sectors[:MOST_SECTORS]
    values: defaultdict[str, list[float]] = defaultdict(list)
    for row in audit.documents.to_dict("records"):
        if row["id"] in judged:
            values[_text(row["sector"]) or "unknown"].append(row["completeness"])
    ax = ax or _new_axes(8.0, 1.6 + 0.8 * len(shown))
    for y, row in enumerate(shown):
        points = sorted(values[row["sector"]])
        ax.scatter(
            points,
            [y - 0.05 - rise for rise in _stack(points, 0.02, 0.4)],
            s=26,
            color=BLUE,
            alpha=0.75,
            linewidth=0,
        )
        _draw_mean(ax, row["completeness"], _number(row["low"]), _number(row["high"]), y + 0.25)
    ax.set_yticks(
        range(len(shown)), [f"{_sector(r['sector'])} ({r['documents']})" for r in shown], parse_math=False
    )
    ax.set_ylim(len(shown) - 0.4, -0.65)
    ax.set_xlim(-0.02, 1.08)
    _percent(ax)
    ax.set_xlabel("Andel av de påkrevde opplysningene som er gitt; rute: gjennomsnitt med 95 % intervall")
    ax.set_title(_title("Hvor fullstendige erklæringene er", len(shown), len(sectors)), loc="left")
    return _tidy(ax)


def plot_missing(audit: Audit, *, ax: Axes | None = None) -> Axes:
    """Draw statements by disclosures as a heat map; those that lack most are at the top.

    Disclosures that are required of none are left out, and so are statements beyond the first
    :data:`MOST_STATEMENTS`.

    Args:
        audit: An audit that is done.
        ax: Axes to draw on.

    Returns:
        The axes: disclosures in the order of the law on x, statements from the top on y.

    Raises:
        AnalyzerError: If there is nothing to draw, or Matplotlib is not installed.
    """
    matrix = audit.matrix().dropna(how="all")
    matrix = matrix.loc[:, (matrix != "not_applicable").any()]
    if matrix.empty:
        raise AnalyzerError("Revisjonen har ingen rapporter, så det er ingenting å tegne.")
    order = (matrix == "missing").sum(axis=1).sort_values(ascending=False, kind="stable").index
    matrix, total = matrix.loc[order[:MOST_STATEMENTS]], len(matrix)
    names = {r["id"]: _text(r["organisation"]) or r["id"] for r in audit.documents.to_dict("records")}
    titles = dict(zip(audit.disclosures["disclosure"], audit.disclosures["title"], strict=True))
    rows, columns = matrix.shape
    ax = ax or _new_axes(4.2 + 0.3 * columns, 3.0 + 0.28 * rows)
    _draw_cells(ax, [[_text(status) or "" for status in row] for row in matrix.to_numpy()])
    ax.set_yticks(range(rows), [_short(names[id]) for id in matrix.index], parse_math=False)
    ax.set_xticks(
        range(columns), [_short(titles[c]) for c in matrix.columns], rotation=55, ha="left", parse_math=False
    )
    ax.tick_params(axis="x", top=True, labeltop=True, bottom=False, labelbottom=False)
    ax.set_xlabel(_title("Hva hver erklæring opplyser om", rows, total))
    return _tidy(ax)


def plot_retention(source: Report | Audit, *, ax: Axes | None = None) -> Axes:
    """Draw how long data are kept, on a logarithmic axis, by what is kept.

    Periods shorter than a day, and what is kept by a criterion, have no place on it.

    Args:
        source: A report or an audit.
        ax: Axes to draw on.

    Returns:
        The axes: days on x, what is kept on y, the longest at the top.

    Raises:
        AnalyzerError: If there is no period to draw, or Matplotlib is not installed.
    """
    kinds: defaultdict[str, list[tuple[float, str]]] = defaultdict(list)
    for kept, days, bound in _periods(source):
        kinds[_fold(kept)].append((days, bound))
    if not kinds:
        raise AnalyzerError("Ingen lagringstid er oppgitt som en lengde, så det er ingenting å tegne.")
    most = sorted(kinds, key=lambda kind: (-len(kinds[kind]), kind))[:MOST_KINDS]
    most.sort(key=lambda kind: (kind == _NOT_SAID, -_median([days for days, _ in kinds[kind]]), kind))
    ax = ax or _new_axes(8.0, 1.7 + 0.34 * len(most))
    for y, kind in enumerate(most):
        points = sorted(kinds[kind])
        rises = _stack([math.log10(days) for days, _ in points], 0.05, 0.55)
        for (days, bound), rise in zip(points, rises, strict=True):
            marker, colour, _ = _BOUNDS[bound]
            ax.plot(days, y - rise, marker, color=colour, markersize=7, markeredgecolor="white", alpha=0.9)
    ax.set_yticks(range(len(most)), [_short(kind) for kind in most], parse_math=False)
    ax.set_ylim(len(most) - 0.4, -0.9)
    _scale_time(ax, [days for kind in most for days, _ in kinds[kind]])
    used = {bound for kind in most for _, bound in kinds[kind]}
    marks = [(_mark(ax, *look[:2]), look[2]) for bound, look in _BOUNDS.items() if bound in used]
    _legend(ax, marks)
    ax.set_title(_title("Hvor lenge opplysninger lagres", len(most), len(kinds)), loc="left")
    return _tidy(ax)


def plot_categories(report: Report, *, ax: Axes | None = None) -> Axes:
    """Draw where in a statement each disclosure is made; required ones that are missing have an empty row.

    Thin lines are the headings.

    Args:
        report: A report on a statement.
        ax: Axes to draw on.

    Returns:
        The axes: offsets into ``document.text`` on x, disclosures in the order of the law on y.

    Raises:
        AnalyzerError: If no category was found and none is missing, or Matplotlib is not installed.
    """
    bars: defaultdict[str, list[tuple[float, float, str]]] = defaultdict(list)
    length = max(1, len(report.data["document"]["text"]))
    for segment in report.data["segments"]:
        for category in segment["categories"]:
            width = max(segment["end"] - segment["start"], _SHORTEST_BAR * length)
            bars[category["id"]].append((segment["start"], width, _speaker(category)))
    rows = [d for d in report.disclosures if d["id"] in bars or d["status"] == "missing"]
    if not rows:
        raise AnalyzerError(f"Rapporten om {report.id} har ingen kategorier, så det er ingenting å tegne.")
    ax = ax or _new_axes(9.0, 1.7 + 0.27 * len(rows))
    looks = {"rule": (BLUE, ""), "model": (SKY, ""), "denied": (YELLOW, "////")}
    words = {"rule": "sagt av en regel", "model": "sagt av modellen", "denied": "benektet"}
    for section in report.data["sections"]:
        ax.axvline(section["start"], color=DARK, alpha=0.15, linewidth=0.7, zorder=0)
    for y, row in enumerate(rows):
        for speaker, (colour, hatch) in looks.items():
            found = [(start, width) for start, width, who in bars[row["id"]] if who == speaker]
            ax.broken_barh(
                found, (y - 0.36, 0.72), facecolor=colour, hatch=hatch, edgecolor=DARK, linewidth=0.3
            )
    names = [_short(d["title"]) + (" – mangler" if d["status"] == "missing" else "") for d in rows]
    ax.set_yticks(range(len(rows)), names, parse_math=False)
    for label, row in zip(ax.get_yticklabels(), rows, strict=True):
        label.set_color(VERMILION if row["status"] == "missing" else DARK)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_xlim(0, length)
    ax.set_xlabel("Sted i teksten (tegn fra starten); tynne streker er overskrifter")
    used = {who for found in bars.values() for *_, who in found}
    _legend(ax, [(_patch(*look), words[who]) for who, look in looks.items() if who in used])
    name = report.data["organisation"]["name"] or report.id
    ax.set_title(f"Hvor {_short(name)} opplyser om hva", loc="left", parse_math=False)
    return _tidy(ax)


def _new_axes(width: float, height: float) -> Axes:
    """Make a figure of a size in inches that finds room for long names."""
    try:
        from matplotlib import pyplot
    except ImportError:
        raise AnalyzerError(
            "Figurer trenger Matplotlib, som ikke er installert: pip install 'personvern-analyzer[notebook]'."
        ) from None
    _, ax = pyplot.subplots(figsize=(width, height), layout="constrained")
    return ax


def _tidy(ax: Axes) -> Axes:
    ax.spines[["top", "right"]].set_visible(False)
    ax.tick_params(axis="y", length=0)
    return ax


def _percent(ax: Axes) -> None:
    from matplotlib.ticker import PercentFormatter

    ax.set_xticks([0, 0.25, 0.5, 0.75, 1])
    ax.xaxis.set_major_formatter(PercentFormatter(1, symbol=" %"))
    ax.grid(axis="x", alpha=0.25)


def _draw_mean(ax: Axes, mean: float, low: float | None, high: float | None, y: float) -> None:
    if low is not None and high is not None:
        ax.plot([low, high], [y, y], color=DARK, linewidth=1.4)
    ax.plot(mean, y, "D", color=VERMILION, markeredgecolor=DARK, markersize=7)
    ax.annotate(f"{mean:.0%}".replace("%", " %"), (max(mean, high or 0), y), (8, 0),
                textcoords="offset points", va="center", fontsize=9, color=DARK)  # fmt: skip


def _draw_cells(ax: Axes, statuses: Sequence[Sequence[str]]) -> None:
    """Fill a cell for each status, with its sign, and say below what the colours are."""
    from matplotlib.colors import ListedColormap

    known = list(_STATUSES)
    codes = [
        [known.index(s) if s in known else known.index("not_applicable") for s in row] for row in statuses
    ]
    ax.pcolormesh(
        [x - 0.5 for x in range(len(codes[0]) + 1)],  # cells are centred on their row and column
        [y - 0.5 for y in range(len(codes) + 1)],
        codes,
        cmap=ListedColormap([colour for colour, _ in _STATUSES.values()]),
        vmin=-0.5,
        vmax=len(known) - 0.5,
        edgecolors="white",
        linewidth=1.2,
    )
    for y, row in enumerate(statuses):
        for x, status in enumerate(row):
            if sign := _STATUSES.get(status, ("", ""))[1]:
                ax.text(x, y, sign, ha="center", va="center", fontsize=8, color=DARK)
    ax.set_xlim(-0.5, len(statuses[0]) - 0.5)
    ax.set_ylim(len(statuses) - 0.5, -0.5)
    seen = {status for row in statuses for status in row}
    names = [(status, f"{STATUS_NB[status]} {sign}".strip()) for status, (_, sign) in _STATUSES.items()]
    _legend(ax, [(_patch(_STATUSES[status][0]), name) for status, name in names if status in seen])


def _scale_time(ax: Axes, days: Sequence[float]) -> None:
    from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator

    low, high = min(days) / 3, max(days) * 3  # wider than the steps of the ticks, so that there is one
    ax.set_xscale("log")
    ax.set_xlim(low, high)
    ticks: list[tuple[float, str]] = []
    for at, name in _PERIODS:
        apart = not ticks or math.log(at / ticks[-1][0]) > _APART * math.log(high / low)
        if low <= at <= high and apart:
            ticks.append((at, name))
    ax.xaxis.set_major_locator(FixedLocator([at for at, _ in ticks]))
    ax.xaxis.set_major_formatter(FixedFormatter([name for _, name in ticks]))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.grid(axis="x", alpha=0.25)


def _legend(ax: Axes, entries: Iterable[tuple[Any, str]]) -> None:
    """Say outside the axes, below, what the looks mean."""
    handles, names = zip(*entries, strict=True)
    figure = ax.get_figure()
    if figure is not None and figure.get_layout_engine() is not None:
        figure.legend(handles, names, loc="outside lower left", ncols=len(names), frameon=False, fontsize=9)
    else:  # axes of the caller's own: the figure's edge is not ours
        ax.legend(handles, names, loc="best", fontsize=8)


def _patch(colour: str, hatch: str = "") -> Any:
    from matplotlib.patches import Patch

    return Patch(facecolor=colour, hatch=hatch, edgecolor=DARK, linewidth=0.3)


def _mark(ax: Axes, marker: str, colour: str) -> Any:
    return ax.plot([], [], marker, color=colour, markeredgecolor="white", markersize=7)[0]


def _stack(values: Sequence[float], resolution: float, room: float) -> list[float]:
    """Say how far each value rises above its row, so that those that are alike do not hide each other."""
    seen: Counter[int] = Counter()
    levels: list[int] = []
    for value in values:
        place = round(value / resolution)
        levels.append(seen[place])
        seen[place] += 1
    step = min(0.2, room / max([1, *levels]))
    return [level * step for level in levels]


def _periods(source: Report | Audit) -> Iterator[tuple[str, float, str]]:
    """Give what is kept, days and bound of each period of a day or more, where the axis of time begins."""
    if isinstance(source, Report):
        entries: Iterable[Mapping[Any, Any]] = source.retention
    else:
        entries = source.frame("retention").to_dict("records")
    for entry in entries:
        days = to_days(_text(entry["duration"]))
        if days and days >= 1:
            yield _text(entry["applies_to"]) or _NOT_SAID, days, _text(entry["bound"]) or "exact"


def _speaker(category: Mapping[str, Any]) -> str:
    """Say what a label rests on."""
    if category["denied"]:
        return "denied"
    return "rule" if category["by"].startswith("rule:") else "model"


def _judged(audit: Audit) -> set[str]:
    frame = audit.disclosures
    return set(frame.loc[frame["status"] != "undetermined", "id"])


def _title(text: str, shown: int, total: int) -> str:
    return text if shown == total else f"{text} ({shown} av {total})"


def _sector(sector: str) -> str:
    return _short(SECTORS_NB.get(sector, sector))


def _short(text: str) -> str:
    """Make a name fit, with control characters shown: it may come from a statement."""
    return shorten(str(tame(" ".join(text.split()))), _LABEL)


def _fold(kept: str) -> str:
    """Bring together what differs only in capitals and space."""
    folded = " ".join(kept.split()).strip(" .,:;") or _NOT_SAID
    return folded[:1].upper() + folded[1:] if folded != _NOT_SAID else folded


def _median(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]


def _text(value: Any) -> str | None:
    """Give the text of a cell; pandas writes None as it likes."""
    return value if isinstance(value, str) else None


def _number(value: Any) -> float | None:
    return None if value is None or math.isnan(value) else float(value)

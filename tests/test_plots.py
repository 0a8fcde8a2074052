"""Figures and what notebooks show, on data made by hand: the right things drawn, and text that does no harm."""

import re
import subprocess
import sys

import hostile
import lxml.html
import matplotlib

matplotlib.use("Agg")

import pandas as pd
import pytest
from matplotlib import pyplot
from matplotlib.colors import to_hex

from analyzer import plots
from analyzer.auditing import Audit
from analyzer.auditing.rows import DOCUMENT_COLUMNS, SUMMARIES, columns_of
from analyzer.errors import AnalyzerError
from analyzer.notebook import show_audit, show_entities
from analyzer.report import Report

TITLES = {"controller": "Behandlingsansvarlig", "retention": "Lagringstid", "children": "Barn"}
HOSTILE = [r"$\frac$ kommune", "$x$ AS", "a_{b}^{c} AS", *(f"{p} AS" for p in (hostile.SCRIPT, hostile.BIDI))]


@pytest.fixture(autouse=True)
def _close():
    yield
    pyplot.close("all")


class HandMade(Audit):
    """An audit whose tables are given, not read."""

    def frame(self, name):
        columns = dict(SUMMARIES[name] if name in SUMMARIES else
                       DOCUMENT_COLUMNS if name == "documents" else columns_of(name))  # fmt: skip
        return pd.DataFrame(self.run[name], columns=list(columns))


def audit(statements, periods=(), sectors=()):
    """Make an audit of statements (name, sector, statuses in the order of TITLES) and periods (kept, days, bound)."""
    documents, disclosures = [], []
    for number, (name, sector, statuses) in enumerate(statements):
        id = f"s{number}"
        given = [s in ("present", "partial") for s in statuses if s != "not_applicable"]
        documents.append({"id": id, "organisation": name, "sector": sector,
                          "completeness": sum(given) / max(1, len(given))})  # fmt: skip
        disclosures += [
            {"id": id, "disclosure": topic, "title": TITLES[topic], "status": status}
            for topic, status in zip(TITLES, statuses, strict=True)
        ]
    retention = [{"id": "s0", "applies_to": k, "duration": d, "bound": b} for k, d, b in periods]
    tables = {
        "documents": documents,
        "disclosures": disclosures,
        "retention": retention,
        "sectors": list(sectors),
    }
    return HandMade(None, tables)


def sector(name, documents, mean, low=None, high=None):
    return {"sector": name, "organisations": documents, "documents": documents, "completeness": mean, "low": low,
            "high": high, "median": mean}  # fmt: skip


def report(text, segments=(), **lists):
    """Make a report's data: segments are (passage, categories), facts name their passage of the text in ``text``."""

    def located(row):
        start = text.index(row["text"])
        return {**row, "start": start, "end": start + len(row["text"])}

    names = ("retention", "statutes", "recipients", "authorities", "parties", "legal_bases", "contacts")
    data = {name: [located(row) for row in lists.get(name, ())] for name in names}
    found = [located({"text": part, "categories": categories}) for part, categories in segments]
    told = {category["id"] for segment in found for category in segment["categories"]}
    data["disclosures"] = [{"id": id, "title": title, "status": "present" if id in told else "missing"}
                           for id, title in TITLES.items() if id != "children" or id in told]  # fmt: skip
    return data | {
        "document": {"id": "prøve", "text": text, "restoration": {"repairs": [located(r) | {"original": r["text"]}
                     for r in lists.get("repairs", ())]}},
        "organisation": {"name": lists.get("name")},
        "sections": [{"start": 0}],
        "segments": found,
    }  # fmt: skip


def names(axis):
    return [label.get_text() for label in axis.get_ticklabels()]


def draw(ax):
    """Lay the figure out, where a bad text would fail, and give where each row's name is."""
    figure = ax.get_figure()
    figure.canvas.draw()
    return [label.get_window_extent() for label in ax.get_yticklabels()], figure.bbox


# --- figures ----------------------------------------------------------------------------------------------------


def test_completeness_shows_each_judged_statement_and_the_means():
    ax = plots.plot_completeness(
        audit(
            [
                ("Vik kommune", "public", ["present", "missing", "not_applicable"]),
                ("Dal AS", None, ["present", "present", "not_applicable"]),
                ("Tom AS", None, ["undetermined"] * 3),
            ],
            sectors=[sector("unknown", 1, 1.0), sector("public", 1, 0.5, 0.25, 0.75)],
        )
    )
    assert names(ax.yaxis) == ["ukjent (1)", "offentlig (1)"]
    assert [dots.get_offsets()[:, 0].tolist() for dots in ax.collections] == [[1.0], [0.5]]
    assert [text.get_text() for text in ax.texts] == ["100 %", "50 %"]
    assert [line.get_xdata().tolist() for line in ax.lines if len(line.get_xdata()) == 2] == [[0.25, 0.75]]


def test_missing_puts_the_worst_first_and_leaves_out_what_none_must_say():
    ax = plots.plot_missing(
        audit(
            [
                ("God AS", "private", ["present", "partial", "not_applicable"]),
                (None, "private", ["missing", "undetermined", "not_applicable"]),
                ("Dårlig AS", "private", ["missing", "missing", "not_applicable"]),
            ]
        )
    )
    assert names(ax.yaxis) == ["Dårlig AS", "s1", "God AS"]
    assert names(ax.xaxis) == ["Behandlingsansvarlig", "Lagringstid"]
    (mesh,) = ax.collections
    ax.get_figure().canvas.draw()
    colours = [to_hex(colour).upper() for colour in mesh.get_facecolors()]
    assert colours == [plots.VERMILION] * 3 + [plots.YELLOW, plots.BLUE, plots.SKY]
    assert [(t.get_position(), t.get_text()) for t in ax.texts] == [
        ((0, 0), "×"), ((1, 0), "×"), ((0, 1), "×"), ((1, 1), "?"), ((1, 2), "½"),
    ]  # fmt: skip


def test_missing_says_that_there_are_more():
    ax = plots.plot_missing(audit([(f"Nr. {i} AS", None, ["missing"] * 3) for i in range(60)]))
    assert len(names(ax.yaxis)) == plots.MOST_STATEMENTS
    assert "50 av 60" in ax.get_xlabel()


PERIODS = [
    ("Bilag", "P5Y", "exact"),
    ("bilag.", "P60M", "at_least"),
    ("Logg", "P7D", "at_most"),
    (None, "P1Y", None),
    ("Økt", "PT20M", "exact"),
    ("Avtaler", None, None),
]


def test_retention_brings_together_what_is_kept():
    ax = plots.plot_retention(audit([("Dal AS", None, ["present"] * 3)], PERIODS))
    assert names(ax.yaxis) == ["Bilag", "Logg", "(ikke sagt hva)"]
    drawn = [(line.get_marker(), float(line.get_xdata()[0]), round(line.get_ydata()[0]))
             for line in ax.lines if len(line.get_xdata())]  # fmt: skip
    assert sorted(drawn, key=str) == [("<", 7.0, 1), (">", 1826.25, 0), ("o", 1826.25, 0), ("o", 365.25, 2)]
    assert names(ax.xaxis) == ["1 uke", "1 md.", "3 md.", "1 år", "5 år", "10 år"]
    (legend,) = ax.get_figure().legends
    assert [t.get_text() for t in legend.get_texts()] == ["så lenge", "høyst så lenge", "minst så lenge"]


def test_retention_of_a_report_and_of_an_audit_look_alike():
    rows = [{"text": "fem år", "applies_to": "Bilag", "duration": "P5Y", "bound": "exact"}]
    ax = plots.plot_retention(Report(report("Vi lagrer bilag i fem år.", retention=rows)))
    assert names(ax.yaxis) == ["Bilag"]
    assert names(ax.xaxis)


@pytest.mark.parametrize("days", [1, 2, 3, 5, 20, 60, 200, 800, 2500, 8000, 20000, 40000])
def test_the_axis_of_time_has_a_tick_for_any_length(days):
    ax = plots.plot_retention(audit([("Dal AS", None, ["present"] * 3)], [("Logg", f"P{days}D", "exact")]))
    assert names(ax.xaxis)


def category(id, by="rule:x", denied=False):
    return {"id": id, "score": 0.9, "by": by, "denied": denied}


def test_categories_stand_where_the_text_has_them():
    text = "Dal AS er ansvarlig. Vi har ingen barn som kunder. " + "Fyll. " * 100
    data = report(
        text,
        [
            ("Dal AS er ansvarlig.", [category("controller", "model:norwegian")]),
            ("Vi har ingen barn som kunder.", [category("children", denied=True)]),
        ],
        name="Dal AS",
    )
    ax = plots.plot_categories(Report(data))
    assert names(ax.yaxis) == ["Behandlingsansvarlig", "Lagringstid – mangler", "Barn"]
    bars = {path.get_extents().corners()[0].round().tolist()[1]: path.get_extents()
            for bar in ax.collections for path in bar.get_paths()}  # fmt: skip
    assert [(box.x0, box.x1) for _, box in sorted(bars.items())] == [(0, 20), (21, 50)]
    (legend,) = ax.get_figure().legends
    assert [t.get_text() for t in legend.get_texts()] == ["sagt av modellen", "benektet"]


@pytest.mark.parametrize("name", HOSTILE)
def test_text_of_statements_is_no_formula(name):
    made = audit([(name, name, ["missing"] * 3)], [(name, "P1Y", "exact")], [sector(name, 1, 0.0)])
    data = report(f"{name} er ansvarlig.", [(f"{name} er ansvarlig.", [category("controller")])], name=name)
    for ax in (*(plot(made) for plot in (plots.plot_completeness, plots.plot_missing, plots.plot_retention)),
               plots.plot_categories(Report(data))):  # fmt: skip
        draw(ax)
        text = " ".join([*names(ax.yaxis), ax.get_title(loc="left")])
        assert "\u202e" not in text
        assert name[:2].lower() in text.lower()


@pytest.mark.parametrize("count", [1, 3, 26])
def test_names_fit_and_do_not_overlap(count):
    statements = [(f"{i} {'Svært langt navn ' * 5} AS", None, ["missing"] * 3) for i in range(count)]
    periods = [(f"{i} {'opplysninger om kunder ' * 5}", "P1Y", "exact") for i in range(count)]
    made = audit(statements, periods)
    for ax in (plots.plot_missing(made), plots.plot_retention(made)):
        boxes, page = draw(ax)
        assert all(page.x0 <= box.x0 and page.y0 <= box.y0 and box.y1 <= page.y1 for box in boxes)
        boxes.sort(key=lambda box: box.y0)
        assert all(a.y1 <= b.y0 + 1 for a, b in zip(boxes, boxes[1:], strict=False))


@pytest.mark.parametrize("plot", [plots.plot_completeness, plots.plot_missing, plots.plot_retention])
def test_nothing_to_draw_is_said(plot):
    with pytest.raises(AnalyzerError, match="ingenting å tegne"):
        plot(audit([]))


def test_axes_of_ones_own_are_drawn_on():
    _, (left, right) = pyplot.subplots(1, 2)
    made = audit([("Dal AS", None, ["missing"] * 3)], PERIODS)
    assert plots.plot_missing(made, ax=left) is left
    assert plots.plot_retention(made, ax=right) is right
    assert left.get_legend() is not None
    assert len(pyplot.get_fignums()) == 1


def test_without_matplotlib_the_message_names_the_extra():
    code = (
        "import sys; sys.modules['matplotlib'] = None\n"
        "from analyzer import plots; from analyzer.errors import AnalyzerError\n"
        "try:\n    plots._new_axes(1, 1)\nexcept AnalyzerError as error:\n    print(error)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "personvern-analyzer[notebook]" in out


# --- what notebooks show ----------------------------------------------------------------------------------------


def marked(html):
    """Give the marked passages and their labels."""
    return [
        (mark.text.strip(), mark[0].text.strip()) for mark in lxml.html.fromstring(str(html)).iter("mark")
    ]


SENTENCE = "Dal AS lagrer bilag i fem år etter bokføringsloven § 13,\nog sender dem til Tripletex."
FACTS = {
    "name": "Dal AS",
    "retention": [{"text": "fem år", "duration": "P5Y"}, {"text": "etter bokføringsloven", "duration": None}],
    "statutes": [{"text": "bokføringsloven § 13"}],
    "legal_bases": [{"text": "bokføringsloven § 13"}],
    "recipients": [{"text": "Tripletex", "role": "processor"}],
}


def test_entities_of_a_segment():
    shown = Report(report(f"Intro. {SENTENCE}", [(SENTENCE, [])], **FACTS)).show_entities(0)
    assert marked(shown._repr_html_()) == [
        ("Dal AS", "BEHANDLINGSANSVARLIG"),
        ("fem år", "LAGRINGSTID"),
        ("bokføringsloven § 13", "LOV"),
        ("Tripletex", "MOTTAKER"),
    ]


def test_entities_show_restored_words_and_mark_them_whole():
    text = "Vi lagrer bilag i fem ar."
    data = report(
        text,
        [(text, [])],
        retention=[{"text": "fem a", "duration": "P5Y"}],
        repairs=[{"text": "ar", "restored": "år"}],
    )
    assert marked(show_entities(data, 0)) == [("fem år", "LAGRINGSTID")]


@pytest.mark.parametrize("payload", [hostile.SCRIPT, hostile.HANDLER, hostile.BREAKOUT, hostile.BIDI])
def test_entities_escape_the_text(payload):
    text = f"{payload} AS deler med {payload}."
    data = report(
        text, [(text, [])], name=f"{payload} AS", recipients=[{"text": f"{payload}.", "role": "unknown"}]
    )
    html = str(show_entities(data, 0))
    page = lxml.html.fromstring(html)
    assert {e.tag for e in page.iter()} <= {"div", "mark", "span", "br"}
    assert "\u202e" not in html
    assert len(marked(html)) == 2


def test_an_audit_shows_completeness_and_gaps_with_intervals():
    gap = {"disclosure": "x", "title": "<b>Lagringstid</b>", "required": 9, "missing": 4, "share": 4 / 9}
    run = {
        "counts": {"done": 9, "failed": 1},
        "summary": {"completeness": {"mean": 0.5, "low": 0.4, "high": 0.6}},
    }
    html = show_audit(
        run,
        [
            sector("public", 9, 0.5, 0.4, 0.6),
            sector("<i>kirke</i>", 1, 0.5, None, float("nan")),
            sector("private", 5, 1.0, 1.0, 1.0),
        ],
        [gap | {"low": 0.1, "high": 0.7}] * 12,
    )
    text = re.sub(r"\s+", " ", lxml.html.fromstring(f"<div>{html}</div>").text_content())
    assert "9 erklæringer, 1 uten rapport" in text
    assert "50 % av det som kreves (95 % intervall 40–60 %)" in text
    assert "Lagringstid</b>4944 %10–70 %" in text
    assert "<b>Lagringstid" in text
    assert "<i>kirke" in text
    assert "100–100" not in text
    assert "nan" not in text
    assert "Og 2 til" in text


def test_an_audit_shows_itself():
    made = audit([("Dal AS", "private", ["missing"] * 3)], sectors=[sector("private", 1, 0.0)])
    gap = {"title": "Lagringstid", "required": 1, "missing": 1, "share": 1.0}
    completeness = {"mean": 0.0, "low": None, "high": None}
    made.run.update(counts={"done": 1, "failed": 2}, missing=[gap], summary={"completeness": completeness})
    html = made._repr_html_()
    assert "1 erklæringer, 2 uten rapport" in html
    assert "nan" not in html
    assert "Lagringstid" in html
    assert "1 erklæringer" in repr(made)
    assert len(repr(made)) < 100


def test_an_audit_that_judged_nothing_says_so():
    run = {
        "counts": {"done": 0, "failed": 2},
        "summary": {"completeness": {"mean": None, "low": None, "high": None}},
    }
    assert "Ingen av dem" in show_audit(run, [], [])


def test_a_report_is_short_where_there_is_only_text():
    text = "Dal AS er ansvarlig. " + "Fyll. " * 500
    data = report(text) | {"summary": {"present": 3, "required": 5}, "findings": [{}, {}]}
    assert repr(Report(data)) == "<Report 'prøve': 3 av 5 påkrevde opplysninger, 2 funn>"

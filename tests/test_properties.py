"""Properties that hold for any text, any bytes and any HTML: no crash, honest quotes, nothing lost, stable output."""

import re
from itertools import pairwise

import pytest
from honesty import CueModel, check_report, list_uncovered
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import BYTES, HTML, ODDITIES, STATEMENTS, TEXTS, damaged

from analyzer.errors import AnalyzerError
from analyzer.pipeline import Analyzer
from analyzer.restoration import restore


def examples(number):
    return settings(
        max_examples=number,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


def reader(analyzer):
    def read(data):
        """Give the checked report, or None for what is refused with a reason."""
        try:
            report = analyzer.analyze(data)
        except AnalyzerError as error:
            assert str(error).strip()
            return None
        check_report(report)
        return report

    return read


@pytest.fixture(scope="module")
def read(knowledge):
    """All stages with a model that looks for cues: for volume."""
    return reader(Analyzer(knowledge, CueModel(knowledge), "2026-11-21"))


@pytest.fixture(scope="module")
def read_fully(az):
    """All stages."""
    return reader(az)


@examples(100)
@given(TEXTS)
def test_any_text_gives_an_honest_report_or_a_reason(read, text):
    read(text.encode("utf-8", errors="replace"))


@examples(100)
@given(BYTES)
def test_any_bytes_give_an_honest_report_or_a_reason(read, data):
    read(data)


@examples(100)
@given(HTML)
def test_any_html_gives_an_honest_report_or_a_reason(read, html):
    read(html.encode(errors="replace"))


@examples(25)
@given(TEXTS | HTML)
def test_the_shipped_model_is_as_honest(read_fully, text):
    read_fully(text.encode(errors="replace"))


@examples(60)
@given(STATEMENTS)
def test_no_word_of_a_statement_is_lost(read, text):
    text = text.replace(
        "Side 2 av 7", ""
    )  # page numbers are furniture, and so is what stands beside many of them
    report = read(text.encode())
    assert "\f" in text or report is None or list_uncovered(report.data) == []


@examples(60)
@given(STATEMENTS | TEXTS, st.integers(0, 9))
def test_restoration_ties_each_letter_to_its_source(text, seed):
    source = damaged(text, seed)
    restoration = restore(source)
    sources = restoration.sources()
    assert len(sources) == len(restoration.text)
    assert all(0 <= offset < len(source) for offset in sources)
    assert all(before <= after for before, after in pairwise(sources))
    repaired = {offset for repair in restoration.repairs for offset in range(repair.start, repair.end)}
    assert all(
        source[o] == letter for o, letter in zip(sources, restoration.text, strict=True) if o not in repaired
    )
    assert set(range(len(source))) - set(sources) <= repaired


@examples(40)
@given(STATEMENTS, st.integers(0, 9))
def test_a_damaged_statement_gives_an_honest_report(read, text, seed):
    read(damaged(text * 3, seed).encode())


@examples(40)
@given(TEXTS, st.lists(TEXTS, max_size=2))
def test_what_was_read_before_changes_nothing(read, text, others):
    data = text.encode(errors="replace")
    first = read(data)
    for other in others:
        read(other.encode(errors="replace"))
    again = read(data)
    assert (first and first.to_json()) == (again and again.to_json())


@examples(40)
@given(
    STATEMENTS, st.sampled_from(["\n", "\r\n"]), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"])
)
def test_encoding_and_line_ends_change_nothing(read, text, end, encoding):
    """Windows writes other line ends and marks, and the same statement must be read."""
    text = re.sub(r"\r\n?", "\n", text)
    plain = read(text.encode())
    other = read(text.replace("\n", end).encode(encoding))
    drop = ("document",)
    assert (plain and {k: v for k, v in plain.data.items() if k not in drop}) == (
        other and {k: v for k, v in other.data.items() if k not in drop}
    )


@pytest.mark.parametrize(
    "text", ["a" * 200_000, "er " * 60_000, "\n" * 200_000 + "x", "1. " * 50_000, "- a\n" * 20_000]
)
def test_hostile_sizes_stay_linear(az, text):
    check_report(az.analyze(text.encode()))


@examples(30)
@given(ODDITIES, st.integers(2, 300))
def test_repeated_oddities_give_an_honest_report_or_a_reason(read, odd, times):
    read((odd * (min(times, 20_000 // len(odd)) or 1)).encode(errors="replace"))

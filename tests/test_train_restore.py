"""Training of the restoration: what is read of pages that are typeset here, and that the result works."""

import json
import shutil

import pytest

from analyzer.errors import AnalyzerError
from analyzer.train_restore import train_restorer
from analyzer.train_restore.measure import score_restoration
from analyzer.train_restore.pages import choose_pages, cut_pages
from analyzer.train_restore.texts import TrainingText, collect_texts

SENTENCE = "Vi behandler personopplysninger når du søker om å få bli medlem hos oss i {} {}.\n"
PLACES = ["Ålesund", "Tromsø", "Bærum", "Molde", "Bodø", "Hamar", "Gjøvik", "Sør-Varanger", "Træna", "Vågå"]


@pytest.fixture
def texts(tmp_path):
    folder = tmp_path / "texts"
    folder.mkdir()
    for number in range(30):
        place = PLACES[number % len(PLACES)]
        body = "".join(SENTENCE.format(place, 100 * number + k) for k in range(12))
        (folder / f"t{number}.txt").write_text(f"Erklæring {number} for {place}\n{body}", encoding="utf-8")
    return folder


def test_score_counts_words_as_they_stand():
    score = score_restoration(
        [("Vi må få vite når", "Vi ma fa vite nar")],
        lambda text: text.replace("ma", "må").replace("Vi", "De"),
    )
    assert (score.words, score.damaged, score.restored, score.broken) == (5, 3, 1, 1)
    assert (score.errors_before, score.errors_after) == (3, 3)


def test_texts_that_are_measured_on_are_left_out(tmp_path):
    texts = tmp_path / "texts"
    texts.mkdir()
    for number in range(5):
        words = " ".join(f"ord{number}{k}" for k in range(40))
        (texts / f"t{number}.txt").write_text(words, encoding="utf-8")
    measured = tmp_path / "measured"
    measured.mkdir()
    shutil.copy(texts / "t3.txt", measured)
    names = {text.name for text in collect_texts([texts], measured)}
    assert "st-t3" not in names
    assert len(collect_texts([texts])) == len(names) + 1


def test_half_of_the_pages_are_of_statements():
    texts = [
        *(TrainingText(f"s{i}", f"erklæring {i} " * 200, 3.0) for i in range(9)),
        *(TrainingText(f"n{i}", f"nyhet {i} " * 200, 1.0) for i in range(9)),
    ]
    chosen = choose_pages(texts, 8)
    assert len(chosen) == len(set(chosen)) == 8
    assert sum("erklæring" in page for page in chosen) == 4
    assert chosen == choose_pages(texts, 8)
    assert len(choose_pages(texts, 99)) == len(list(cut_pages(t.text for t in texts)))


@pytest.mark.skipif(not shutil.which("tesseract"), reason="needs Tesseract")
def test_trained_weights_restore_what_they_were_trained_on(texts, tmp_path):
    pytest.importorskip("wordfreq")
    out, cache = tmp_path / "weights", tmp_path / "pages.jsonl"
    metrics = train_restorer([texts], out, pages=14, cache=cache)
    assert json.loads((out / "metrics.json").read_text()) == metrics
    assert metrics["pages"] == 14
    assert metrics["word_errors_after"] < metrics["word_errors_before"]
    assert metrics["read_in_norwegian_words_changed"] == 0
    assert len(cache.read_text(encoding="utf-8").splitlines()) >= 14


def test_nothing_to_train_on(tmp_path):
    with pytest.raises(AnalyzerError, match=r"ingen \.txt"):
        train_restorer([tmp_path], tmp_path / "out")

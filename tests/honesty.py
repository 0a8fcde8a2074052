"""What must hold of every report, whatever was read: its quotes stand where it says, and nothing is lost on the way."""

import datetime
import json
import re

import numpy as np

from analyzer.report import Report
from analyzer.schema import validate_report

QUOTED = (
    "segments", "retention", "legal_bases", "statutes", "recipients", "contacts", "authorities", "parties", "purposes", "data_categories",
)  # fmt: skip
"""The lists whose rows quote the statement."""


class CueModel:
    """Finds a topic where one of its cues stands: the stages around the shipped model, without its time."""

    def __init__(self, knowledge):
        self.name, self.topics = "cues@test", knowledge.topic_ids
        self.thresholds = np.full(len(self.topics), 0.5)
        self._cues_in = knowledge.cues_in

    def score(self, texts):
        rows = [[0.9 if topic in found else 0.1 for topic in self.topics] for found in map(self._cues, texts)]
        return np.array(rows).reshape(len(texts), len(self.topics))

    score_sentences = score

    def _cues(self, text):
        return self._cues_in(text.text)


def check_report(report):
    """Check all that holds of any report."""
    data = report.data
    validate_report(data)
    assert (
        json.loads(report.to_json()) == data
    )  # JSON types only, so that a report read back is the same report
    assert Report(json.loads(report.to_json())).to_json() == report.to_json()
    check_quotes(data)
    check_structure(data)
    check_restoration(data)
    check_dates(data)


def check_quotes(data):
    """Each quote is the text at its offsets, as a reader sees it."""
    for name in QUOTED:
        for row in data[name]:
            check_quote(data, row)
        if name != "segments":
            starts = [row["start"] for row in data[name]]
            assert starts == sorted(starts), name
    for finding in data["findings"]:
        for quote in finding["evidence"]:
            check_quote(data, quote)
    for disclosure in data["disclosures"]:
        evidence = disclosure["evidence"]
        assert evidence == sorted(set(evidence))
        assert all(0 <= index < len(data["segments"]) for index in evidence)
        assert bool(evidence) == (disclosure["status"] in ("present", "partial"))


def check_quote(data, row):
    """A quote has the letters of its span in their order; only spaces, hyphens, marks and repairs may differ."""
    text, start, end = data["document"]["text"], row["start"], row["end"]
    assert 0 <= start < end <= len(text)
    assert row["text"].strip()
    repairs = [r for r in data["document"]["restoration"]["repairs"] if r["start"] < end and start < r["end"]]
    if all(start <= r["start"] and r["end"] <= end for r in repairs):
        span = []
        for repair in repairs:
            span += [text[start : repair["start"]], repair["restored"]]
            start = repair["end"]
        span = letters("".join([*span, text[start:end]]))
        shown = letters(row["text"])
        loose = "](" in text or "][" in text
        assert is_within(shown, span) if loose else shown == span, (
            row["text"],
            text[row["start"] : row["end"]],
        )


def letters(text):
    """The letters and digits of a text."""
    return "".join(filter(str.isalnum, text))


def is_within(part, whole):
    """Tell whether the letters of one text stand in another in their order, as when a link's target is left out."""
    rest = iter(whole)
    return all(letter in rest for letter in part)


def check_structure(data):
    """Sections and segments are in order, apart from each other and within the text; segments lie in their sections."""
    text = data["document"]["text"]
    for name in ("sections", "segments"):
        end = 0
        for row in data[name]:
            assert end <= row["start"] < row["end"] <= len(text), name
            end = row["end"]
    for number, section in enumerate(data["sections"]):
        assert section["index"] == number
    for segment in data["segments"]:
        section = data["sections"][segment["section"]]
        assert section["start"] <= segment["start"] < segment["end"] <= section["end"]


def check_restoration(data):
    """Repairs are in order, apart from each other, and replace what stands there."""
    text, end = data["document"]["text"], 0
    for repair in data["document"]["restoration"]["repairs"]:
        assert end <= repair["start"] < repair["end"] <= len(text)
        assert text[repair["start"] : repair["end"]] == repair["original"] != repair["restored"]
        assert 0 <= repair["score"] <= 1
        end = repair["end"]


def check_dates(data):
    """The date of the statement is a day or a month that there is, and every length is one."""
    date = data["document"]["date"]
    assert date is None or datetime.date.fromisoformat(date if len(date) > 7 else f"{date}-01")
    assert all(
        re.fullmatch(r"P(?!$)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(\d+H)?(\d+M)?)?", r["duration"])
        for r in data["retention"]
        if r["duration"]
    )


def list_uncovered(data):
    """List the words that stand in no segment."""
    text, position, lost = data["document"]["text"], 0, []
    for segment in data["segments"]:
        lost.append(text[position : segment["start"]])
        position = segment["end"]
    return [word for gap in [*lost, text[position:]] for word in gap.split() if any(map(str.isalpha, word))]

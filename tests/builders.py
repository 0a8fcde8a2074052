"""Builds what the tests of extraction need: name only what matters."""

from __future__ import annotations

import re
from typing import NamedTuple

from analyzer.extract import LabelledSegment, extract_facts
from analyzer.records import Label, Passage, Reading, Section, Segment, Structure

AS_OF = "2026-11-21"
_MARK = re.compile(r"\[([^\]|]+)\|(\w+)=([^\]]+)\]")


class Mark(NamedTuple):
    """A passage marked in a test's text, with the value that it should give."""

    start: int
    end: int
    kind: str
    value: str


def unmark(marked):
    """Give the text without its marks, and the marks: "i [fem år|retention=P5Y]"."""
    text, marks, position = "", [], 0
    for match in _MARK.finditer(marked):
        text += marked[position : match.start()]
        marks.append(Mark(len(text), len(text) + len(match[1]), match[2], match[3]))
        text, position = text + match[1], match.end()
    return text + marked[position:], marks


def statement(*lines, title="", lead_in="", kind="paragraph"):
    """Make a structure and labels of lines, each a text or a text with its topics: ("Fjell AS", "controller")."""
    segments, passages, labels, start = [], [], [], 0
    for index, line in enumerate(lines):
        text, topics = (line, "") if isinstance(line, str) else line
        end = start + len(text)
        reading = Reading(text, range(start, end))
        passages.append(Passage(index, start, end, kind, reading, 0, lead_in))
        segments.append(Segment(index, start, end, reading, index, 0))
        labels.append([Label(t.rstrip("!"), 1.0, "rule:test", t.endswith("!")) for t in topics.split()])
        start = end + 1
    section = Section(0, title, 1, 0, start, None, (title,))
    return Structure((section,), tuple(passages), tuple(segments)), labels


def facts(*lines, knowledge, names, as_of=AS_OF, **options):
    """Extract the facts of some lines; see :func:`statement`."""
    structure, labels = statement(*lines, **options)
    return extract_facts(structure, labels, knowledge, names, as_of=as_of)


def labelled(text, topics="", context="", kind="paragraph"):
    """Make one labelled segment."""
    structure, (labels,) = statement((text, topics))
    return LabelledSegment(
        structure.segments[0], tuple(labels), frozenset(x.topic for x in labels), context, kind
    )

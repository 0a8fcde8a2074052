"""No regular expression can run away: on hostile texts, time grows with their length as a harmless peer's does."""

import re
import time

import pytest

from analyzer.extract import bases, durations, purposes, retention
from analyzer.knowledge import Knowledge
from analyzer.records import Document
from analyzer.segment import segment

KNOWLEDGE = Knowledge.load()
HOSTILE = (
    " ",
    "a",
    "1",
    "a ",
    "Aa ",
    "(",
    ",",
    ", og ",
    "@a.",
    "§ ",
    "art. 6 ",
    "artikkel 6 nr. 1 a, ",
    "for å ",
    "ikke ",
    "5 år ",
    "slettes når ",
)
SMALL, LARGE = 1_000, 6_000
PEER = re.compile(r"\b(?:[\wæøå]+\s){0,6}?(?:peer|yardstick)\w*\b|[^.;]{0,40}?\bpeer", re.IGNORECASE)
SLACK = 3
"""Times that a pattern may grow faster than its peer: a quadratic one grows six times as fast."""
HOPELESS = 100
"""Times the peer's time on the small texts; not tried on the large ones."""


def regexes():
    """Give every regular expression of the knowledge with the id of its entry, and those in the extractors."""
    for pattern in KNOWLEDGE.patterns:
        verbose = "\\ " in pattern.unless
        yield pattern.id, pattern.regex
        yield f"{pattern.id} context", pattern.context and f"(?x){pattern.context}"
        yield f"{pattern.id} unless", f"(?x){pattern.unless}" if verbose else pattern.unless
    for topic in KNOWLEDGE.topics:
        for rule in topic.rules:
            yield f"{topic.id} {rule.id}", rule.regex
            yield f"{topic.id} {rule.id} context", rule.context
            yield f"{topic.id} {rule.id} unless", rule.unless
        for number, denial in enumerate(topic.denials):
            yield f"{topic.id} denial {number}", denial
    for veto in KNOWLEDGE.vetoes:
        yield f"veto {veto.id}", veto.regex
        yield f"veto {veto.id} unless", veto.unless
    for country in KNOWLEDGE.countries:
        yield f"country {country.code}", country.regex
    for period in KNOWLEDGE.periods:
        yield f"period {period.id} unless", period.unless
        for number, exception in enumerate(period.exceptions):
            yield f"period {period.id} {number}", exception.words
    for entry in KNOWLEDGE.reused:
        yield f"reused {entry.section}", entry.words
        yield f"reused {entry.section} unless", entry.unless
    for module in (bases, durations, purposes, retention):
        for name, value in vars(module).items():
            if isinstance(value, re.Pattern):
                yield f"{module.__name__} {name}", value


def seconds(pattern, length):
    """Time a search through all hostile texts of one length."""
    texts = [(piece * length)[:length] for piece in HOSTILE]
    start = time.process_time()
    for text in texts:
        for _ in pattern.finditer(text):
            pass
    return time.process_time() - start


@pytest.fixture(scope="module")
def peer():
    return min(seconds(PEER, SMALL) for _ in range(3)), min(seconds(PEER, LARGE) for _ in range(3))


def grows_like(pattern, peer):
    """Compare the growth with the peer's; other processes can disturb a measurement, so the best of three counts, of each."""
    floor = peer[0] / 10  # keeps the clock's grain out of the ratio of patterns that fail at once
    small = min(seconds(pattern, SMALL) for _ in range(3))
    if small > HOPELESS * peer[0]:
        return False
    allowed = max(small, floor) * SLACK * peer[1] / peer[0]
    return any(max(seconds(pattern, LARGE), floor) <= allowed for _ in range(3))


@pytest.mark.parametrize("regex", [pytest.param(regex, id=name) for name, regex in regexes() if regex])
def test_time_grows_like_the_peers(regex, peer):
    pattern = regex if isinstance(regex, re.Pattern) else re.compile(regex, re.IGNORECASE)
    assert grows_like(pattern, peer)


@pytest.mark.parametrize("regex", [r"(?:a|\s)+x", r"\w+\s*="])
def test_the_measure_sees_a_runaway(regex, peer):
    assert not grows_like(re.compile(regex), peer)


def rule_pass(piece, length):
    """Time segmentation and rules on one hostile text."""
    document = Document("x", "x", "0" * 64, "text/plain", (piece * length)[:length])
    start = time.process_time()
    for segment_ in segment(document, KNOWLEDGE).segments:
        KNOWLEDGE.rules_met(segment_.text, "")
    return time.process_time() - start


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_megabyte_takes_as_long_as_its_parts(piece):
    tenth = max(rule_pass(piece, 100_000) for _ in range(2))
    assert rule_pass(piece, 1_000_000) < 10 * SLACK * max(tenth, 0.02)

"""The prefilter of rules and patterns: no match without one of its literals."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.literals import required_literals


@pytest.mark.parametrize(
    ("regex", "expected"),
    [
        (r"\b(?:rett|krav)\w*\b[^.]{0,20}\binnsyn\b", ("innsyn",)),
        (r"lagr|slett", ("lagr", "slett")),
        (r"(?:lagr|\d)\w*", ()),  # one alternative needs no literal
        (r"(?:lagring)?", ()),
        (r"(?:lagring)+", ("lagring",)),
        (r"\w+", ()),
        (r"Datatilsynet", ("datatilsynet",)),
        (r"\|\s*\d", ("|",)),  # a rare character is enough
        (r"\ba\b", ()),  # a letter is not
        (r"(?=lagres)\w+", ()),  # what a look-around needs may lie outside the match
        (r"(?i:SCC)s?", ("scc",)),
    ],
)
def test_literals_are_what_every_match_holds(regex, expected):
    assert required_literals(regex) == expected


def rules_of(knowledge):
    yield from ((rule.id, rule.regex) for topic in knowledge.topics for rule in topic.rules)
    yield from ((pattern.id, pattern.regex) for pattern in knowledge.patterns)


def test_literals_are_in_every_example_that_a_rule_matches(knowledge):
    examples = [e.rpartition(" >> ")[2] for t in knowledge.topics for e in t.examples]
    examples += [e.rpartition(" >> ")[2] for p in knowledge.patterns for e in p.examples]
    for name, regex in rules_of(knowledge):
        literals, pattern = required_literals(regex), re.compile(regex, re.IGNORECASE)
        for text in examples:
            if literals and pattern.search(text):
                assert any(literal in text.lower() for literal in literals), f"{name}: {text}"


# Letters that IGNORECASE equates with others but lower() does not (ſ, ı, µ …) occur in no Norwegian text.
LETTERS = "abAB æÅ.1|"
ATOMS = st.sampled_from(["a", "b", "ab", "æA", r"\w", r"\d", ".", r"\b", "[ab]", r"\|", "(?-i:AB)", " "])


def combine(parts):
    return st.one_of(
        st.lists(parts, min_size=1, max_size=4).map("".join),
        st.lists(parts, min_size=2, max_size=3).map(lambda p: f"(?:{'|'.join(p)})"),
        st.tuples(parts, st.sampled_from(["?", "*", "+", "{0,2}", "{2}", "{1,3}?"])).map(
            lambda p: f"(?:{p[0]}){p[1]}"
        ),
        parts.map(lambda p: f"(?!{p})"),
        parts.map(lambda p: f"(?>{p})"),
    )


@settings(max_examples=400, deadline=None)
@given(st.recursive(ATOMS, combine, max_leaves=8), st.text(alphabet=LETTERS, max_size=20))
def test_literals_never_rule_out_a_match(regex, text):
    literals = required_literals(regex)
    if literals and re.search(regex, text, re.IGNORECASE):
        assert any(literal in text.lower() for literal in literals)

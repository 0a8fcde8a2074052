"""Compiles cues, and finds literals without which a regular expression cannot match, so that most need no search.

Hundreds of rules meet every sentence, and nearly all fail; a substring test rules them out thirty times
faster than the expression does. The idea is that of RE2's ``FilteredRE2`` and of Russ Cox, "Regular expression
matching with a trigram index" (2012).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as sre_parser  # type: ignore[attr-defined]
from typing import Any

from analyzer.errors import InvalidKnowledge

MIN_LENGTH = 2
MAX_ALTERNATIVES = 60
RARE = frozenset("@|§")
"""Characters that are telling alone, unlike a letter."""


def required_literals(regex: str) -> tuple[str, ...]:
    r"""Give lower-case strings of which one must be in any text that the expression matches, ignoring case.

    Args:
        regex: A valid expression, matched with ``re.IGNORECASE``.

    Returns:
        The strings; empty if no useful set was found, which means that the expression must be tried.

    Example:
        >>> required_literals(r"\b(?:rett|krav)\w*\b[^.]{0,20}\binnsyn\b")
        ('innsyn',)
    """
    found = _of_sequence(list(sre_parser.parse(regex, re.IGNORECASE)))
    return tuple(sorted(found)) if found else ()


def _of_sequence(items: Sequence[Any]) -> frozenset[str] | None:
    """Choose the most telling set among the parts that must all match."""
    candidates: list[frozenset[str]] = []
    run = ""
    for operator, value in items:
        if operator is sre.LITERAL:
            run += chr(value)
            continue
        if _is_telling(run):
            candidates.append(frozenset({run.lower()}))
        run = ""
        inner = _of_item(operator, value)
        if inner:
            candidates.append(inner)
    if _is_telling(run):
        candidates.append(frozenset({run.lower()}))
    return max(candidates, key=_selectivity, default=None)


def _of_item(operator: Any, value: Any) -> frozenset[str] | None:
    if operator is sre.SUBPATTERN:
        return _of_sequence(list(value[3]))
    if operator in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT) and value[0] >= 1:
        return _of_sequence(list(value[2]))
    if operator is sre.ATOMIC_GROUP:
        return _of_sequence(list(value))
    if operator is sre.BRANCH:
        return _union(_of_sequence(list(branch)) for branch in value[1])
    return None


def _union(sets: Iterable[frozenset[str] | None]) -> frozenset[str] | None:
    union: set[str] = set()
    for found in sets:
        if not found:
            return None  # one alternative needs nothing that we know
        union |= found
    return frozenset(union) if len(union) <= MAX_ALTERNATIVES else None


def _is_telling(literal: str) -> bool:
    return len(literal) >= MIN_LENGTH or literal in RARE


def _selectivity(found: frozenset[str]) -> tuple[int, int]:
    """Prefer long literals, then few of them; a rare character counts as three more."""
    return min(len(literal) + 3 * any(c in RARE for c in literal) for literal in found), -len(found)


def compile_cues(cues: Iterable[str]) -> re.Pattern[str]:
    """Compile phrases; ``*`` at either end stands for inflection or the rest of a compound.

    Raises:
        InvalidKnowledge: If there is no phrase, which would match everything.

    Example:
        >>> bool(compile_cues(["behandlingsgrunnlag*"]).search("Behandlingsgrunnlaget er avtale"))
        True
    """
    parts = []
    for cue in sorted(set(cues), key=len, reverse=True):
        body = re.escape(cue.strip("*")).replace(r"\ ", r"\s+")
        left = "" if cue.startswith("*") else r"(?<!\w)"
        right = r"\w*" if cue.endswith("*") else r"(?!\w)"
        parts.append(f"{left}{body}{right}")
    if not parts:
        raise InvalidKnowledge("En liste med stikkord er tom; den ville passet på enhver tekst.")
    return re.compile("|".join(parts), re.IGNORECASE)

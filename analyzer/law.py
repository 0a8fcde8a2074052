"""What the law files say: duties, findings, countries and periods, each with the days from and to which it applies.

The entries of requirements.toml, findings.toml, countries.toml and periods.toml; :mod:`analyzer.knowledge` reads them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, Protocol

from pydantic import ConfigDict

from analyzer.errors import InvalidKnowledge
from analyzer.records import Severity

Text = Mapping[str, str]
"""A text by language: ``nb`` and ``en``."""

_STRICT = ConfigDict(extra="forbid")


def compile_regex(regex: str, where: str) -> re.Pattern[str]:
    """Compile a regular expression of a knowledge file, without regard to case.

    Raises:
        InvalidKnowledge: If it is malformed; ``where`` names the entry.
    """
    try:
        return re.compile(regex, re.IGNORECASE)
    except re.error as error:
        raise InvalidKnowledge(f"{where}: ugyldig regulært uttrykk: {error}.") from error


class Dated(Protocol):
    """A rule of law that applies from a day, and until another (ISO 8601)."""

    @property
    def valid_from(self) -> str | None:
        """The first day on which it applies; None if it always has."""

    @property
    def valid_to(self) -> str | None:
        """The first day on which it no longer applies; None if none is known."""


@dataclass(frozen=True)
class Requirement:
    """A duty, R01 to R36: when it applies, and what to say when it is not met.

    Attributes:
        rule: The id in the project's reading of the law.
        condition: The name of a condition of ``analyzer/assess/conditions.py``.
        topic: The category that meets it; empty for a duty that only findings watch over.
        title: Of a duty without a topic.
        articles: Of a duty without a topic.
        undecided: What to say where the duty depends on the legal basis and the statement gives none; empty where it
            does not.
        exempt: True where an exception that the statement invokes (article 14(5), pol. § 16) lifts the duty.
    """

    __pydantic_config__ = _STRICT
    rule: str
    condition: str
    severity: Severity
    required: Text
    not_required: Text
    advice: Text
    topic: str = ""
    title: Text = field(default_factory=dict)
    articles: tuple[str, ...] = ()
    undecided: Text = field(default_factory=dict)
    exempt: bool = False


@dataclass(frozen=True)
class FindingText:
    """The wording of a finding, with an example of bad and good practice.

    Attributes:
        rule: The requirement that it concerns.
        status: ``unverified`` for a point whose source has not been checked; it stays an ``info`` and a question.
        valid_from: The first day of which an audit may find it.
        valid_to: The first day of which none may.
        topics: For a finding by wording: only in segments that disclose one of these.
        silenced_by: For a finding by wording: a kind of pattern that, found anywhere, answers it.
    """

    __pydantic_config__ = _STRICT
    code: str
    severity: Severity
    articles: tuple[str, ...]
    title: Text
    message: Text
    advice: Text
    example: Text
    rule: str = ""
    status: Literal["verified", "unverified"] = "verified"
    valid_from: str | None = None
    valid_to: str | None = None
    topics: tuple[str, ...] = ()
    silenced_by: str = ""


@dataclass(frozen=True)
class Country:
    """A country outside the EEA, and the Commission's decision that its protection is adequate.

    Attributes:
        code: ISO 3166 alpha-2.
        regex: Its names, inflected.
        adequacy: The decision's source; empty if there is none.
        valid_from: The day from which the decision applies.
        valid_to: The day on which it ends.
        listed_only: True if it covers only companies that have joined a scheme.
    """

    __pydantic_config__ = _STRICT
    code: str
    regex: str
    adequacy: str = ""
    valid_from: str | None = None
    valid_to: str | None = None
    listed_only: bool = False

    def named_in(self, text: str) -> bool:
        """Tell whether a text names the country."""
        return self._search.search(text) is not None

    @cached_property
    def _search(self) -> re.Pattern[str]:
        return compile_regex(self.regex, self.code)


@dataclass(frozen=True)
class LongerPeriod:
    """A length that an act allows where certain words show that its case is at hand."""

    __pydantic_config__ = _STRICT
    length: str
    words: str

    def applies(self, text: str) -> bool:
        """Tell whether a text shows the case."""
        return self._search.search(text) is not None

    @cached_property
    def _search(self) -> re.Pattern[str]:
        return compile_regex(self.words, self.words)


@dataclass(frozen=True)
class Period:
    """How long an act commands or allows data to be kept.

    Attributes:
        id: Kebab-case.
        acts: Short names of the acts, as in statutes.toml.
        lengths: ISO 8601; empty for acts in which no period has been found.
        at_most: True if a longer period needs another ground; otherwise the lengths are the least.
        exceptions: Other lengths in special cases.
        unless: Words that show that the period is not said to follow from the act alone.
        says: What the act says, for messages.
        source: Where it stands.
    """

    __pydantic_config__ = _STRICT
    id: str
    acts: tuple[str, ...]
    lengths: tuple[str, ...]
    at_most: bool
    unless: str
    says: Text
    source: str
    exceptions: tuple[LongerPeriod, ...] = ()
    valid_from: str | None = None
    valid_to: str | None = None

    def reserves(self, text: str) -> bool:
        """Tell whether a text has words that forbid a conclusion."""
        return self._barred is not None and self._barred.search(text) is not None

    @cached_property
    def _barred(self) -> re.Pattern[str] | None:
        return compile_regex(self.unless, self.id) if self.unless else None

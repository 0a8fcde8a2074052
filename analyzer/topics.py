"""Topics of disclosure as entries of ``data/topics.toml``: the rules that prove them, and what a model may not take for them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache

from pydantic import ConfigDict

from analyzer.law import Text, compile_regex
from analyzer.services import SERVICE, TRACKER

_STRICT = ConfigDict(extra="forbid")
_NAMED = re.compile(f"{re.escape(SERVICE)}|{re.escape(TRACKER)}")


@dataclass(frozen=True, slots=True)
class TextView:
    """A segment and its context, as they stand and with the names of services masked."""

    text: str
    context: str
    masked: str
    masked_context: str

    @property
    def all(self) -> str:
        """All that a rule's expression may be matched in."""
        return self.text if self.masked == self.text else f"{self.text}\n{self.masked}"


@dataclass(frozen=True)
class Rule:
    """A wording that proves a topic or a fact by itself.

    ``context`` must be found in the headings or the lead-in, ``unless`` in neither those nor the text. A ``regex`` or
    ``context`` that has ``{service}`` or ``{tracker}`` in it is matched where these stand for the names of services.
    A rule with ``heading`` decides on headings, and on nothing else.
    """

    __pydantic_config__ = _STRICT
    id: str
    regex: str
    context: str = ""
    unless: str = ""
    heading: bool = False

    def matches(self, view: TextView) -> bool:
        """Tell whether a segment with its headings and lead-in shows the rule's wording."""
        return (
            self._fits(view.masked_context if self._asks_in_context else view.context)
            and self._search.search(view.masked if self._asks else view.text) is not None
            and (
                self._barred is None
                or not (self._barred.search(view.text) or self._barred.search(view.context))
            )
        )

    @cached_property
    def _asks(self) -> bool:
        return _NAMED.search(self.regex) is not None

    @cached_property
    def _asks_in_context(self) -> bool:
        return _NAMED.search(self.context) is not None

    @cached_property
    def _fits(self) -> Callable[[str], bool]:
        """Tells whether headings and lead-in are such as the rule asks for; remembered, as passages share them."""
        needed = self._needed
        if needed is None:
            return lambda _: True
        return lru_cache(maxsize=256)(lambda context: needed.search(context) is not None)

    @cached_property
    def _search(self) -> re.Pattern[str]:
        return compile_regex(self.regex, self.id)

    @cached_property
    def _needed(self) -> re.Pattern[str] | None:
        return compile_regex(self.context, self.id) if self.context else None

    @cached_property
    def _barred(self) -> re.Pattern[str] | None:
        return compile_regex(self.unless, self.id) if self.unless else None


@dataclass(frozen=True)
class Topic:
    """One of the 26 categories of disclosure."""

    __pydantic_config__ = _STRICT
    id: str
    title: Text
    articles: tuple[str, ...]
    disclosure: bool
    definition: str
    cues: tuple[str, ...]
    denials: tuple[str, ...]
    rules: tuple[Rule, ...]
    examples: tuple[str, ...]
    counterexamples: tuple[str, ...]

    def denied_in(self, text: str) -> bool:
        """Tell whether the text says that the matter does not occur."""
        return any(pattern.search(text) for pattern in self._denials)

    @cached_property
    def _denials(self) -> tuple[re.Pattern[str], ...]:
        return tuple(compile_regex(regex, self.id) for regex in self.denials)


@dataclass(frozen=True)
class Veto:
    """A wording that says nothing on some topics, though a model may take it to: the model may not decide them.

    Attributes:
        regex: In the segment.
        unless: In the segment, its headings or its lead-in.
        settles: Whether the wording is not even a doubt: a topic of which nothing else speaks is missing.
    """

    __pydantic_config__ = _STRICT
    id: str
    topics: tuple[str, ...]
    regex: str
    examples: tuple[str, ...]
    counterexamples: tuple[str, ...]
    unless: str = ""
    settles: bool = False

    def bars(self, text: str, context: str = "") -> bool:
        """Tell whether a segment has the wording; ``context`` is its headings and lead-in."""
        return self._search.search(text) is not None and not (
            self._barred and (self._barred.search(text) or self._barred.search(context))
        )

    @cached_property
    def _search(self) -> re.Pattern[str]:
        return compile_regex(self.regex, self.id)

    @cached_property
    def _barred(self) -> re.Pattern[str] | None:
        return compile_regex(self.unless, self.id) if self.unless else None

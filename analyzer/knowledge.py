"""Loads what a lawyer can review (``data/*.toml``) and compiles it once.

The files hold the duties of GDPR articles 13 and 14, the wordings that meet them, the acts that statements
cite and the findings' texts. Nothing here decides anything: rules that need a loop are in the stages.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import chain, product
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from analyzer.errors import InvalidKnowledge
from analyzer.law import Country, FindingText, Period, Requirement, compile_regex
from analyzer.literals import compile_cues, required_literals
from analyzer.registers import Act, Authority, Service
from analyzer.services import ServiceFinder
from analyzer.topics import Rule, TextView, Topic, Veto

T = TypeVar("T")

_WORDS = re.compile(r"\w+")
_STRICT = ConfigDict(extra="forbid")
MAX_PROBLEMS = 5
"""Faults of a knowledge file that are told at once."""

MEMORY = 20_000
"""Texts whose rules are remembered."""

GRAM = 4
"""Characters at the start of a literal by which it is looked up, before the text is searched for all of it."""

_FILES = (
    "topics", "requirements", "findings", "patterns", "statutes", "authorities", "services", "terms", "countries",
    "periods",
)  # fmt: skip

_NAMING = ("id", "rule", "code", "short", "name")
_PROBLEMS = {
    "missing": "mangler",
    "unexpected_keyword_argument": "finnes ikke",
    "literal_error": "skal være {expected}, ikke {input!r}",
    "string_type": "skal være tekst, ikke {input!r}",
    "int_type": "skal være et heltall, ikke {input!r}",
    "bool_type": "skal være true eller false, ikke {input!r}",
    "bool_parsing": "skal være true eller false, ikke {input!r}",
    "tuple_type": "skal være en liste, ikke {input!r}",
}
"""Norwegian for pydantic's kinds of errors that a knowledge file can meet; others are told as pydantic does."""


@dataclass(frozen=True)
class Pattern:
    """A pattern of facts; see patterns.toml."""

    __pydantic_config__ = _STRICT
    id: str
    kind: str
    regex: str
    examples: tuple[str, ...]
    counterexamples: tuple[str, ...]
    normaliser: str = ""
    value: str = ""
    needs_topic: str = ""
    context: str = ""
    unless: str = ""
    valid_from: str | None = None
    valid_to: str | None = None

    def find(self, text: str, context: str = "") -> Iterable[re.Match[str]]:
        """Find the pattern in a segment with the given headings and lead-in."""
        if not _may_match(self._literals, text.lower()):
            return
        if self._needed and not (self._needed.search(text) or self._needed.search(context)):
            return
        if self._barred and self._barred.search(text):
            return
        yield from self._search.finditer(text)

    @cached_property
    def _search(self) -> re.Pattern[str]:
        return compile_regex(self.regex, self.id)

    @cached_property
    def _literals(self) -> tuple[str, ...]:
        return required_literals(self.regex)

    @cached_property
    def _needed(self) -> re.Pattern[str] | None:
        return compile_regex(f"(?x){self.context}", self.id) if self.context else None

    @cached_property
    def _barred(self) -> re.Pattern[str] | None:
        verbose = "\\ " in self.unless  # written with escaped spaces
        return (
            compile_regex(f"(?x){self.unless}" if verbose else self.unless, self.id) if self.unless else None
        )


@dataclass(frozen=True)
class ReusedSection:
    """A section number of the Personal Data Act of 2000, with the words that tell it from the act of 2018."""

    __pydantic_config__ = _STRICT
    section: str
    words: str
    unless: str = ""

    def search(self, text: str) -> bool:
        """Tell whether the words around a reference point to the act of 2000."""
        barred = self._barred is not None and self._barred.search(text) is not None
        return self._search.search(text) is not None and not barred

    @cached_property
    def _search(self) -> re.Pattern[str]:
        return compile_regex(self.words, f"reused § {self.section}")

    @cached_property
    def _barred(self) -> re.Pattern[str] | None:
        return compile_regex(self.unless, f"reused § {self.section}") if self.unless else None


@dataclass(frozen=True)
class Terms:
    """Vocabulary of the stages."""

    __pydantic_config__ = _STRICT
    abbreviations: tuple[str, ...]
    headings: tuple[str, ...]
    legal_forms: tuple[str, ...]
    letter_words: tuple[str, ...]
    no_organisations: tuple[str, ...]
    organisation_words: tuple[str, ...]
    public_words: tuple[str, ...]


@dataclass(frozen=True)
class Knowledge:
    """All knowledge files, validated.

    Attributes:
        digest: First 12 hex digits of the SHA-256 of the files, for reports.
    """

    topics: tuple[Topic, ...]
    vetoes: tuple[Veto, ...]
    requirements: tuple[Requirement, ...]
    findings: tuple[FindingText, ...]
    patterns: tuple[Pattern, ...]
    acts: tuple[Act, ...]
    reused: tuple[ReusedSection, ...]
    authorities: tuple[Authority, ...]
    services: tuple[Service, ...]
    terms: Terms
    countries: tuple[Country, ...]
    eea: frozenset[str]
    periods: tuple[Period, ...]
    digest: str

    @classmethod
    def load(cls, folder: str | Path | None = None) -> Knowledge:
        """Load the package's own knowledge, or that of a folder with the same files.

        Raises:
            InvalidKnowledge: If a file is missing or breaks its schema, or a regular expression of a folder's is wrong.
        """
        root: Traversable | Path = Path(folder) if folder else files("analyzer") / "data"
        raw = {name: _read(root, name) for name in _FILES}
        tables = {name: _parse(name, data) for name, data in raw.items()}
        digest = hashlib.sha256(b"\0".join(raw[name] for name in _FILES)).hexdigest()[:12]
        knowledge = cls(
            topics=_entries(tables, "topics", "topic", Topic),
            vetoes=_entries(tables, "topics", "veto", Veto),
            requirements=_entries(tables, "requirements", "requirement", Requirement),
            findings=_entries(tables, "findings", "finding", FindingText),
            patterns=_entries(tables, "patterns", "pattern", Pattern),
            acts=_entries(tables, "statutes", "act", Act),
            reused=_entries(tables, "statutes", "reused", ReusedSection),
            authorities=_entries(tables, "authorities", "authority", Authority),
            services=_entries(tables, "services", "service", Service),
            terms=_validate("terms", tables["terms"], Terms),
            countries=_entries(tables, "countries", "country", Country),
            eea=_validate("countries", tables["countries"].get("eea", []), frozenset[str]),
            periods=_entries(tables, "periods", "period", Period),
            digest=digest,
        )
        knowledge._check_references()
        if folder:  # the package's own are tested, and compiled when they are needed
            knowledge._check_expressions()
        return knowledge

    def _check_references(self) -> None:
        known = set(self.topic_ids)
        for requirement in self.requirements:
            if requirement.topic and requirement.topic not in known:
                raise InvalidKnowledge(
                    f"requirements.toml: Kategorien «{requirement.topic}» er ikke i topics.toml. "
                    f"Velg en av {', '.join(sorted(known))}."
                )
        for veto in self.vetoes:
            if unknown := set(veto.topics) - known:
                raise InvalidKnowledge(
                    f"topics.toml: veto «{veto.id}» har ukjente kategorier: {', '.join(sorted(unknown))}."
                )
        for finding in self.findings:
            if finding.status == "unverified" and finding.severity != "info":
                raise InvalidKnowledge(
                    f"findings.toml: «{finding.code}» er ikke etterprøvd (unverified) og må ha alvorlighet info."
                )

    def _check_expressions(self) -> None:
        """Compile all regular expressions, so that a wrong one does not fail document after document."""
        rules = chain.from_iterable(topic.rules for topic in self.topics)
        longer = chain.from_iterable(period.exceptions for period in self.periods)
        for name, entries in (
            ("topics", (*self.topics, *rules, *self.vetoes)),
            ("patterns", self.patterns),
            ("statutes", self.reused),
            ("countries", self.countries),
            ("periods", (*self.periods, *longer)),
        ):
            try:
                for entry, compiled in product(entries, ("_search", "_needed", "_barred", "_denials")):
                    getattr(entry, compiled, None)
            except InvalidKnowledge as error:
                raise InvalidKnowledge(f"{name}.toml: {error}") from error

    @cached_property
    def topic_ids(self) -> tuple[str, ...]:
        """The category ids in the order of the file."""
        return tuple(topic.id for topic in self.topics)

    @cached_property
    def topic(self) -> Mapping[str, Topic]:
        """Topics by id."""
        return {topic.id: topic for topic in self.topics}

    @cached_property
    def requirement(self) -> Mapping[str, Requirement]:
        """Requirements by topic."""
        return {requirement.topic: requirement for requirement in self.requirements if requirement.topic}

    @cached_property
    def rule(self) -> Mapping[str, Requirement]:
        """Requirements by id, R01 to R36."""
        return {requirement.rule: requirement for requirement in self.requirements}

    @cached_property
    def finding(self) -> Mapping[str, FindingText]:
        """Finding texts by code."""
        return {finding.code: finding for finding in self.findings}

    @cached_property
    def worded_findings(self) -> frozenset[str]:
        """Codes of the findings that a wording alone shows."""
        return frozenset(pattern.value or pattern.id for pattern in self.patterns_of("finding"))

    @cached_property
    def service_finder(self) -> ServiceFinder:
        """Finds the services by name."""
        return ServiceFinder(self.services)

    @cached_property
    def abbreviations(self) -> frozenset[str]:
        """Abbreviations without their last period."""
        return frozenset(self.terms.abbreviations)

    @cached_property
    def letter_words(self) -> frozenset[str]:
        """Common words with æ, ø or å."""
        return frozenset(self.terms.letter_words)

    @cached_property
    def headings(self) -> frozenset[str]:
        """Titles that statements use as headings."""
        return frozenset(self.terms.headings)

    @cached_property
    def reused_sections(self) -> Mapping[str, ReusedSection]:
        """Ambiguous sections of the Personal Data Acts by number."""
        return {entry.section: entry for entry in self.reused}

    def cues_in(self, text: str) -> frozenset[str]:
        """Give the topics that have a cue in the text."""
        lower = text.lower()
        found: set[str] = set()
        for word in set(_WORDS.findall(lower)):
            found.update(self._topics_of_word(word))
        for topic_id, first_words, phrases in self._phrase_cues:
            if topic_id not in found and _may_match(first_words, lower) and phrases.search(lower):
                found.add(topic_id)
        return frozenset(found)

    @cached_property
    def _topics_of_word(self) -> Callable[[str], tuple[str, ...]]:
        cues = {
            t.id: compile_cues([c for c in t.cues if c.strip("*").isalnum()] or ["\0"]) for t in self.topics
        }

        def topics_of_word(word: str) -> tuple[str, ...]:
            return tuple(topic_id for topic_id, pattern in cues.items() if pattern.fullmatch(word))

        return lru_cache(maxsize=100_000)(topics_of_word)

    @cached_property
    def _phrase_cues(self) -> tuple[tuple[str, tuple[str, ...], re.Pattern[str]], ...]:
        entries = []
        for topic in self.topics:
            phrases = [cue for cue in topic.cues if not cue.strip("*").isalnum()]
            if phrases:
                first_words = tuple(dict.fromkeys(cue.strip("*").split()[0].lower() for cue in phrases))
                entries.append((topic.id, first_words, compile_cues(phrases)))
        return tuple(entries)

    def rules_met(self, text: str, context: str = "", *, heading: bool = False) -> Mapping[str, str]:
        """Give the topics whose rules a text, or a heading, meets, each with the id of its rule.

        Remembered, since the same sentences and stock phrases come again and again.
        """
        key = (text, context, heading)
        met = self._met.get(key)
        if met is None:
            if len(self._met) > MEMORY:
                self._met.clear()
            met = {}
            view = TextView(
                text, context, self.service_finder.mask(text, shared=heading), self._mask_context(context)
            )
            for topic_id, rule in self._candidates(view.all.lower()):
                if rule.heading is heading and topic_id not in met and rule.matches(view):
                    met[topic_id] = rule.id
            self._met[key] = met
        return met

    @cached_property
    def _mask_context(self) -> Callable[[str], str]:
        return lru_cache(maxsize=256)(lambda context: self.service_finder.mask(context, shared=True))

    def _candidates(self, lower: str) -> Iterator[tuple[str, Rule]]:
        """Give the rules, in the order of the file, that the literals in a lower-case text leave possible."""
        numbers = set(self._always_tried)
        starts = {lower[i : i + GRAM] for i in range(len(lower))} | {""}
        for start in starts & self._rules_by_literal.keys():
            for literal, users in self._rules_by_literal[start]:
                if literal in lower:
                    numbers.update(users)
        for number in sorted(numbers):
            yield self._rules[number]

    def barred_topics(self, text: str, context: str = "") -> dict[str, bool]:
        """Give the topics that no model may find in a segment, and of each whether that settles it (:class:`Veto`)."""
        barred: dict[str, bool] = {}
        for veto in self.vetoes:
            if veto.bars(text, context):
                barred |= {topic: veto.settles or barred.get(topic, False) for topic in veto.topics}
        return barred

    @cached_property
    def _rules(self) -> tuple[tuple[str, Rule], ...]:
        return tuple((topic.id, rule) for topic in self.topics for rule in topic.rules)

    @cached_property
    def _rules_by_literal(self) -> Mapping[str, list[tuple[str, set[int]]]]:
        """Literals with the rules that need them, by the start of the literal."""
        users: dict[str, set[int]] = {}
        for number, literals in enumerate(self._literals):
            for literal in literals:
                users.setdefault(literal, set()).add(number)
        by_start: dict[str, list[tuple[str, set[int]]]] = {}
        for literal, numbers in users.items():
            start = literal[:GRAM] if len(literal) >= GRAM else ""
            by_start.setdefault(start, []).append((literal, numbers))
        return by_start

    @cached_property
    def _always_tried(self) -> tuple[int, ...]:
        return tuple(number for number, literals in enumerate(self._literals) if not literals)

    @cached_property
    def _literals(self) -> tuple[tuple[str, ...], ...]:
        return tuple(required_literals(rule.regex) for _, rule in self._rules)

    @cached_property
    def _met(self) -> dict[tuple[str, str, bool], dict[str, str]]:
        return {}

    def patterns_of(self, kind: str) -> tuple[Pattern, ...]:
        """The patterns of one kind of fact."""
        return self._patterns_by_kind.get(kind, ())

    @cached_property
    def _patterns_by_kind(self) -> Mapping[str, tuple[Pattern, ...]]:
        kinds = dict.fromkeys(pattern.kind for pattern in self.patterns)
        return {kind: tuple(p for p in self.patterns if p.kind == kind) for kind in kinds}


def _may_match(literals: tuple[str, ...], lower: str) -> bool:
    if not literals:
        return True
    for literal in literals:  # a loop: any() with a generator takes twice as long
        if literal in lower:
            return True
    return False


def _read(root: Traversable | Path, name: str) -> bytes:
    try:
        return (root / f"{name}.toml").read_bytes()
    except OSError as error:
        raise InvalidKnowledge(f"{root}/{name}.toml kan ikke leses: {error}.") from error


def _parse(name: str, data: bytes) -> dict[str, Any]:
    try:
        return _with_fragments(tomllib.loads(data.decode("utf-8")))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidKnowledge(f"{name}.toml er ikke gyldig TOML: {error}.") from error


def _with_fragments(table: dict[str, Any]) -> dict[str, Any]:
    """Put the regular expressions of ``[fragments]`` where entries write ``%NAME%``."""
    fragments: dict[str, str] = table.pop("fragments", {})

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: filled(part) for key, part in value.items()}
        if isinstance(value, list):
            return [filled(part) for part in value]
        if isinstance(value, str) and "%" in value:
            for name, regex in fragments.items():
                value = value.replace(f"%{name}%", regex)
        return value

    return filled(table) if fragments else table


def _entries(tables: Mapping[str, dict[str, Any]], name: str, key: str, kind: type[T]) -> tuple[T, ...]:
    entries: tuple[T, ...] = _validate(name, tables[name].get(key, []), tuple[kind, ...])  # type: ignore[valid-type]
    return entries


def _validate(name: str, value: object, kind: Any) -> Any:
    try:
        return TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        wrong = "; ".join(_describe(problem, value) for problem in error.errors()[:MAX_PROBLEMS])
        raise InvalidKnowledge(f"{name}.toml: {wrong}.") from error


def _describe(problem: ErrorDetails, entries: object) -> str:
    """Say where an entry is wrong and how: «R22», felt «severity»: skal være 'error' eller 'warning', ikke 'stor'."""
    number, *path = problem["loc"] if isinstance(entries, list) else (None, *problem["loc"])
    entry = entries[number] if isinstance(entries, list) and isinstance(number, int) else {}
    names = [entry[key] for key in _NAMING if key in entry] if isinstance(entry, dict) else []
    where = f"«{names[0]}»" if names else f"post nr. {number + 1}" if isinstance(number, int) else ""
    field = ".".join(str(part + 1 if isinstance(part, int) else part) for part in path)
    said = _PROBLEMS.get(problem["type"], "{msg}, ikke {input!r}")
    wrong = said.format(**problem.get("ctx", {}), msg=problem["msg"], input=problem["input"])
    return ", ".join(part for part in (where, f"felt «{field}»: {wrong}") if part)

"""The only module that imports spaCy: names of organisations and services; and which language a text is in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from analyzer.knowledge import Knowledge
from analyzer.records import Span
from analyzer.registers import Service

MIN_WORDS = 20
"""A shorter text is not told apart reliably (Norwegian, Danish and Swedish share most short words)."""

# py3langid (Lui and Baldwin, ACL 2012) writes Bokmål as "no".
_CODES = {"no": "nb"}
_CANDIDATES = ["no", "nn", "da", "sv", "en", "de", "fr", "es", "nl", "pl", "fi", "is", "se"]
LONGEST = 5_000
"""Characters of a text that are searched for names; a sentence or table row is shorter."""

_ITEM = 6
"""Words of a list item that may be the name of a recipient and what it is for."""

# What a sentence says of a service, however it is called.
_SERVICE_SIGN = re.compile(
    r"\b(?:bruk(?:er|ar|te)|nytt(?:er|ar)|benytt(?:er|ar)|leverandør|levert|leverer|databehandl|mottak|mottar|mottek|deler?\b|delast|"
    r"del(?:es|t)\b|utlever|send(?:er|es|t|ast)?\b|overfør|system|løsning|løysing|teneste|tjeneste|verktøy|programvare|plattform|app(?:en|ar)?\b|"
    r"lagr(?:er|es|ar|ast)|via|gjennom|driftes?|driftast|integrasjon|samarbeid|konto|innlogg|analyse|nyhetsbrev|nyheitsbrev|betaling)",
    re.IGNORECASE,
)
_LEGAL_FORM = re.compile(r"\s(?:AS|ASA|AB|ApS|Inc|Ltd|GmbH|Norge|Norway)\b")
_WORD = re.compile(r"\w+")
_PREPOSITION = re.compile(r"\s(?:av|hos|til|fra|frå|med|på)\s(?=[A-ZÆØÅ])")
_CAPITAL = re.compile(r"(?<!^)(?<![.!?] )[A-ZÆØÅ]")
_JOINERS = ["&", "-", "–", "/", "og", "i", "for", "av", "+", "'"]


def identify_language(text: str) -> str:
    """Tell the language of a text: ``nb``, ``nn``, ``en``, ``da`` …, or ``und`` if it is too short to tell.

    Example:
        >>> identify_language("Kort tekst.")
        'und'
    """
    if len(text.split()) < MIN_WORDS:
        return "und"
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    global _identifier
    if _identifier is None:
        _identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
        _identifier.set_languages(_CANDIDATES)
    code, _ = _identifier.classify(text[:20_000])
    return _CODES.get(code, str(code))


_identifier: Any = None


def names_folder() -> Path:
    """Find the recogniser of names that comes with the package, in a checkout or in an installed wheel."""
    package = Path(__file__).parent
    inside = package / "models" / "names"
    return inside if inside.is_dir() else package.parent / "models" / "names"


def blank_pipeline() -> Any:
    """Make spaCy's Norwegian pipeline with nothing in it but the tokenizer."""
    import spacy

    nlp = spacy.blank("nb")
    nlp.max_length = 10_000_000
    return nlp


@dataclass(frozen=True, slots=True)
class Mention:
    """A name found in a text: where, and the service it is, if the knowledge knows it."""

    span: Span
    text: str
    service: Service | None = None


class NameFinder:
    """Finds organisations by legal form or by kind ("Fjell AS", "Vik kommune") and known services by name."""

    def __init__(self, knowledge: Knowledge) -> None:
        """Keep the knowledge; spaCy is loaded at first use."""
        self._knowledge = knowledge
        self._last: tuple[str, Any] | None = None

    def find_organisations(self, text: str) -> list[Mention]:
        """Find the names of organisations, the longest where they overlap."""
        if not any(word in self._forms or word.lower().endswith(self._kinds) for word in _WORD.findall(text)):
            return []
        return self._mentions(self._organisation_matcher, text, services=False)

    def find_names(self, text: str) -> list[Mention]:
        """Find names of organisations by the recogniser, also those without legal form or kind ("Fjelldata")."""
        if not _CAPITAL.search(text):
            return []
        found = []
        for entity in self._recogniser(text[:LONGEST]).ents:
            proper = entity.text[0].isupper() and (entity.start > 0 or len(entity) > 1)
            if entity.label_ == "ORG" and proper and entity.text.lower() not in self._no_organisations:
                found.append(Mention(Span(entity.start_char, entity.end_char), entity.text))
        return found

    def find_services(self, text: str, *, shared: bool = False) -> list[Mention]:
        """Find services and companies of ``services.toml``, the longest where they overlap.

        Args:
            text: A sentence, list item or table row.
            shared: Whether it is known to say who gets data, which an ambiguous name may need.
        """
        if self._service_words.isdisjoint(_WORD.findall(text)):
            return []
        mentions = self._mentions(self._service_matcher, text, services=True)
        return [m for m in mentions if not self._is_ambiguous(m) or _tells_of_service(m, text, shared)]

    def _is_ambiguous(self, mention: Mention) -> bool:
        return mention.service is not None and mention.text.lower() in (
            form.lower() for form in mention.service.ambiguous
        )

    def _mentions(self, matcher: Any, text: str, *, services: bool) -> list[Mention]:
        from spacy.util import filter_spans

        found = []
        for span in filter_spans(matcher(self._tokenise(text), as_spans=True)):
            service = self._services[span.label_] if services else None
            start = span.start_char if services else span.start_char + _length_before_name(span.text)
            found.append(Mention(Span(start, span.end_char), text[start : span.end_char], service))
        return found

    def _tokenise(self, text: str) -> Any:
        """Tokenise a text, or give the tokens of the same text once more."""
        if self._last is None or self._last[0] != text:
            # The tokenizer keeps "365." together.
            self._last = (text, self._nlp.make_doc(text[:LONGEST].rstrip(".")))
        return self._last[1]

    @cached_property
    def _nlp(self) -> Any:
        return blank_pipeline()

    @cached_property
    def _recogniser(self) -> Any:
        import spacy

        return spacy.load(names_folder())

    @cached_property
    def _no_organisations(self) -> frozenset[str]:
        return frozenset(self._knowledge.terms.no_organisations)

    @cached_property
    def _services(self) -> dict[str, Service]:
        return {service.name: service for service in self._knowledge.services}

    @cached_property
    def _forms(self) -> frozenset[str]:
        return frozenset(self._knowledge.terms.legal_forms)

    @cached_property
    def _kinds(self) -> tuple[str, ...]:
        return self._knowledge.terms.organisation_words

    @cached_property
    def _service_words(self) -> frozenset[str]:
        """The first words of all services: a text without any of them names none, and need not be tokenised."""
        names = (name for service in self._knowledge.services for name in (service.name, *service.aliases))
        return frozenset(
            word for name in names for form in _written_forms(name) for word in _WORD.findall(form)[:1]
        )

    @cached_property
    def _service_matcher(self) -> Any:
        from spacy.matcher import PhraseMatcher

        exact = PhraseMatcher(self._nlp.vocab)  # "Make" and "Apple" are names only with a capital
        for service in self._knowledge.services:
            names = [service.name, *service.aliases]
            variants = {
                v
                for name in names
                for v in (_capitalised(name) if name in service.ambiguous else _written_forms(name))
            }
            exact.add(service.name, [self._nlp.make_doc(v) for v in sorted(variants)])
        return exact

    @cached_property
    def _organisation_matcher(self) -> Any:
        from spacy.matcher import Matcher

        terms = self._knowledge.terms
        name = {"TEXT": {"REGEX": r"^(?:[A-ZÆØÅÉÖÄ0-9][\wæøåé.'’&+-]*|[a-zæøå]+[A-ZÆØÅ]\w*)$"}}
        joiner = {"LOWER": {"IN": _JOINERS}}
        rest = {"TEXT": {"REGEX": r"^[\wæøåÆØÅé.'’+-]+$"}}
        matcher = Matcher(self._nlp.vocab)
        form = {"TEXT": {"IN": list(terms.legal_forms)}}
        for gap in range(5):
            middle: list[dict[str, Any]] = []
            for _ in range(gap):
                middle += [{**joiner, "OP": "?"}, rest]
            matcher.add("FORM", [[name, *middle, form]])
        kind = {"LOWER": {"IN": list(terms.organisation_words)}}
        compound = {
            "TEXT": {"REGEX": r"^[A-ZÆØÅ]\w+(?:" + "|".join(_endings(terms.organisation_words)) + ")$"}
        }
        matcher.add(
            "KIND", [[{**name, "OP": "+"}, {**joiner, "OP": "?"}, kind], [{**name, "OP": "*"}, compound]]
        )
        return matcher


def _length_before_name(text: str) -> int:
    """Count the characters before the name proper: "Lønn føres av Fjell AS" holds one of eight."""
    return max((match.end() for match in _PREPOSITION.finditer(text)), default=0)


def _tells_of_service(mention: Mention, text: str, shared: bool) -> bool:
    """Tell a service from the word or name that is written alike: "Bring leverer pakken" from "Bring med deg mat"."""
    before = text[: mention.span.start].rstrip()
    if _LEGAL_FORM.match(text, mention.span.end):
        return True
    if before and before[-1] not in ".!?":
        return shared or _SERVICE_SIGN.search(text) is not None
    return shared and (len(text.split()) <= _ITEM or "|" in text or _SERVICE_SIGN.search(text) is not None)


def _capitalised(name: str) -> Sequence[str]:
    return [name[:1].upper() + name[1:]]


def _written_forms(name: str) -> Sequence[str]:
    """Give the ways a name is written: as it stands, capitalised, in capitals if short."""
    forms = [name, name[:1].upper() + name[1:]]
    if name.islower():
        forms.append(name.title())
    if len(name) <= 5:
        forms.append(name.upper())
    return forms


def _endings(words: Sequence[str]) -> list[str]:
    return [word for word in words if len(word) >= 5]

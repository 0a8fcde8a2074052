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

_LONG_NAME = 6
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
_PREPOSITION = re.compile(
    r"\s(?:av|hos|til|fra|frå|med|på|er|heter|heiter|benytter|bruker|brukar|nyttar|via|gjennom)\s(?=[A-ZÆØÅ])"
)
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
        from spacy.util import filter_spans

        found = []
        for span in filter_spans(self._organisation_matcher(self._tokenise(text), as_spans=True)):
            start = span.start_char + _length_before_name(span.text)
            found.append(Mention(Span(start, span.end_char), text[start : span.end_char]))
        return found

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
        found: list[Mention] = []
        for word in _WORD.finditer(text, 0, LONGEST):
            if found and word.start() < found[-1].span.end:
                continue
            for form, service in self._forms_starting(word.group().lower()):
                end = word.start() + len(form)
                written = text[word.start() : end]
                if written != form and not _is_variant(written, form, service):
                    continue
                if not _stands_alone(text, word.start(), end):
                    continue
                mention = Mention(Span(word.start(), end), written, service)
                if not self._is_ambiguous(mention) or _tells_of_service(mention, text, shared):
                    found.append(mention)
                    break
        return found

    def _forms_starting(self, word: str) -> list[tuple[str, Service]]:
        return self._services.get(word) or self._services.get(word.removesuffix("s"), [])

    def _is_ambiguous(self, mention: Mention) -> bool:
        return mention.service is not None and mention.text.lower() in (
            form.lower() for form in mention.service.ambiguous
        )

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
    def _services(self) -> dict[str, list[tuple[str, Service]]]:
        """The written forms of all services by their first word in lower case, the longest first."""
        forms: dict[str, list[tuple[str, Service]]] = {}
        for service in self._knowledge.services:
            for name in (service.name, *service.aliases):
                written = _capitalised(name) if name in service.ambiguous else _written_forms(name)
                for form in dict.fromkeys(written):
                    forms.setdefault(_WORD.findall(form)[0].lower(), []).append((form, service))
        for of_word in forms.values():
            of_word.sort(key=lambda item: len(item[0]), reverse=True)
        return forms

    @cached_property
    def _forms(self) -> frozenset[str]:
        return frozenset(self._knowledge.terms.legal_forms)

    @cached_property
    def _kinds(self) -> tuple[str, ...]:
        return self._knowledge.terms.organisation_words

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


def _is_variant(written: str, form: str, service: Service) -> bool:
    """Tell whether a long name is written with other capitals: "QuestBack" for "Questback"."""
    return (
        len(form) >= _LONG_NAME
        and form not in service.ambiguous
        and written[:1].isupper()
        and written.lower() == form.lower()
    )


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Tell a name from a part of a word or address: "Vipps-betaling" and "Googles" hold one, "vipps.example" none."""
    if start and (text[start - 1] in "@.-_" or text[max(0, start - 2) : start] == "//"):
        return False
    rest = text[end : end + 3]
    if rest[:1] == "s" and text[end - 1] != "s":
        rest = rest[1:]
    return not (rest[:1].isalnum() or rest[:1] in ("@", "_") or (rest[:1] == "." and rest[1:2].islower()))


def _tells_of_service(mention: Mention, text: str, shared: bool) -> bool:
    """Tell a service from the word or name that is written alike: "Bring leverer pakken" from "Bring med deg mat"."""
    before, after = text[: mention.span.start].rstrip(), text[mention.span.end :].lstrip()
    if before.endswith("|") and after.startswith("|"):  # a cell of a table
        return True
    if _LEGAL_FORM.match(text, mention.span.end):
        return True
    if before and before[-1] not in ".!?:":
        return shared or _SERVICE_SIGN.search(text) is not None
    item = len(text.split()) <= _ITEM and not text.rstrip().endswith(".")
    return shared and (item or "|" in text or _SERVICE_SIGN.search(text) is not None)


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

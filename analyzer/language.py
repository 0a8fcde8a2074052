"""The only module that imports spaCy: names of organisations and services; and which language a text is in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

from analyzer.knowledge import Knowledge
from analyzer.records import Span
from analyzer.services import LONGEST, Mention

MIN_WORDS = 20
"""A shorter text is not told apart reliably (Norwegian, Danish and Swedish share most short words)."""

# py3langid (Lui and Baldwin, ACL 2012) writes Bokmål as "no".
_CODES = {"no": "nb"}
_CANDIDATES = ["no", "nn", "da", "sv", "en", "de", "fr", "es", "nl", "pl", "fi", "is", "se"]
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
    code, _ = load_identifier().classify(text[:20_000])
    return _CODES.get(code, str(code))


def load_identifier() -> Any:
    """Unpack the identifier, once. It takes half a second, without the interpreter's lock: a thread can do it beside other loading."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    global _identifier
    with _unpacking:
        if _identifier is None:
            _identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
            _identifier.set_languages(_CANDIDATES)
    return _identifier


_identifier: Any = None
_unpacking = Lock()


def names_folder() -> Path:
    """Find the recogniser of names that comes with the package, in a checkout or in an installed wheel."""
    package = Path(__file__).parent
    inside = package / "models" / "names"
    return inside if inside.is_dir() else package.parent / "models" / "names"


def render_entities(text: str, entities: Iterable[tuple[int, int, str]], colours: Mapping[str, str]) -> str:
    """Write a text as HTML with passages marked, by displaCy; the text is escaped.

    Args:
        text: The text.
        entities: Start, end and label of each passage, in order, none overlapping its neighbour.
        colours: For each label, in capitals.
    """
    from spacy import displacy

    marked = [{"start": start, "end": end, "label": label} for start, end, label in entities]
    html: str = displacy.render(
        {"text": text, "ents": marked, "title": None},
        style="ent",
        manual=True,
        jupyter=False,
        options={"colors": dict(colours)},
    )
    return html


def blank_pipeline() -> Any:
    """Make spaCy's Norwegian pipeline with nothing in it but the tokenizer."""
    import spacy

    nlp = spacy.blank("nb")
    nlp.max_length = 10_000_000
    return nlp


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

    def find_persons(self, text: str) -> list[Span]:
        """Find what the recogniser takes for names of persons."""
        if not any(c.isupper() for c in text):
            return []
        return [
            Span(entity.start_char, entity.end_char)
            for entity in self._recogniser(text[:LONGEST]).ents
            if entity.label_ == "PER"
        ]

    @property
    def legal_forms(self) -> frozenset[str]:
        """What ends the name of a firm, such as "AS"."""
        return self._forms

    @property
    def organisation_words(self) -> tuple[str, ...]:
        """What ends the name of other organisations, such as "kommune"."""
        return self._kinds

    def find_services(self, text: str, *, shared: bool = False) -> list[Mention]:
        """Find services and companies of ``services.toml``; see :meth:`analyzer.services.ServiceFinder.find`."""
        return self._knowledge.service_finder.find(text, shared=shared)

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


def _endings(words: Sequence[str]) -> list[str]:
    return [word for word in words if len(word) >= 5]

"""Finds the services and companies of ``services.toml`` by name, also where a name is a common word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from analyzer.records import Span
from analyzer.registers import Service

LONGEST = 5_000
"""Characters of a text that are searched for names; a sentence or table row is shorter."""

SERVICE, TRACKER = "{service}", "{tracker}"
"""What :meth:`ServiceFinder.mask` writes for a name: a tracker runs in the visitor's browser."""

_TRACKERS = frozenset({"analytics", "advertising", "consent management", "social media"})
"""Kinds of services whose mention tells of cookies sooner than of a recipient."""

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


@dataclass(frozen=True, slots=True)
class Mention:
    """A name found in a text: where, and the service it is, if the knowledge knows it."""

    span: Span
    text: str
    service: Service | None = None


class ServiceFinder:
    """Finds known services by name, the longest where they overlap."""

    def __init__(self, services: Sequence[Service]) -> None:
        """Keep the services; their written forms are made at first use."""
        self._known = services

    def find(self, text: str, *, shared: bool = False) -> list[Mention]:
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

    def mask(self, text: str, *, shared: bool = False) -> str:
        """Write ``{service}`` or ``{tracker}`` for the names in a text, so that a pattern can ask for one.

        Example:
            >>> ServiceFinder([Service("Fiken", "accounting")]).mask("Vi fører regnskapet i Fiken.")
            'Vi fører regnskapet i {service}.'
        """
        pieces: list[str] = []
        end = 0
        for mention in self.find(text, shared=shared):
            assert mention.service is not None
            pieces += [
                text[end : mention.span.start],
                TRACKER if mention.service.kind in _TRACKERS else SERVICE,
            ]
            end = mention.span.end
        return "".join([*pieces, text[end:]])

    def _forms_starting(self, word: str) -> list[tuple[str, Service]]:
        return self._services.get(word) or self._services.get(word.removesuffix("s"), [])

    def _is_ambiguous(self, mention: Mention) -> bool:
        return mention.service is not None and mention.text.lower() in (
            form.lower() for form in mention.service.ambiguous
        )

    @cached_property
    def _services(self) -> dict[str, list[tuple[str, Service]]]:
        """The written forms of all services by their first word in lower case, the longest first."""
        forms: dict[str, list[tuple[str, Service]]] = {}
        for service in self._known:
            for name in (service.name, *service.aliases):
                written = _capitalised(name) if name in service.ambiguous else _written_forms(name)
                for form in dict.fromkeys(written):
                    forms.setdefault(_WORD.findall(form)[0].lower(), []).append((form, service))
        for of_word in forms.values():
            of_word.sort(key=lambda item: len(item[0]), reverse=True)
        return forms


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

"""Who is who: the controller, its number and sector, recipients, and points of contact."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal

from stdnum.exceptions import ValidationError
from stdnum.no import orgnr as orgnr_number

from analyzer.extract.authorities import find_authorities
from analyzer.extract.controller import PRIVATE_FORM, clean_name, find_controller
from analyzer.extract.reading import LabelledSegment
from analyzer.knowledge import Knowledge
from analyzer.language import NameFinder
from analyzer.records import Contact, Organisation, Recipient, Structure

# A public body that calls itself by its kind alone.
_PUBLIC_CONTROLLER = re.compile(
    r"\b(?:(?:fylkes)?kommunen|kommunedirektøren|direktoratet|departementet|universitetet|helseforetaket)\b"
    r"[^.]{0,60}\ber\b[^.]{0,40}\b(?:behandlings|handsamings)ansvarl",
    re.IGNORECASE,
)


def find_organisation(
    segments: Sequence[LabelledSegment], structure: Structure, names: NameFinder, knowledge: Knowledge
) -> Organisation:
    """Find the data controller's name, organisation number and sector."""
    name = find_controller(segments, structure, names, knowledge)
    return Organisation(name, _orgnr(segments, knowledge), _sector(name, segments, knowledge))


def _orgnr(segments: Sequence[LabelledSegment], knowledge: Knowledge) -> str | None:
    pattern = knowledge.patterns_of("orgnr")[0]
    valid: list[tuple[bool, str]] = []
    for segment in segments:
        if not _NINE_DIGITS.search(segment.text):
            continue
        for match in pattern.find(segment.text, segment.context):
            try:
                number = orgnr_number.validate(match["orgnr"].replace(".", "").replace("\u00a0", ""))
            except ValidationError:
                continue  # nine digits that fail the check digit: a telephone or account number
            valid.append((segment.has("controller", "controller_contact"), number))
    preferred = [number for of_controller, number in valid if of_controller]
    return next(iter([*preferred, *(number for _, number in valid)]), None)


def _sector(
    name: str | None, segments: Sequence[LabelledSegment], knowledge: Knowledge
) -> Literal["public", "private", "unknown"]:
    words = {word.lower() for word in re.findall(r"[\wæøåÆØÅ-]+", name or "")}
    public = set(knowledge.terms.public_words)
    if words & public or any(
        w.endswith(("direktoratet", "departementet", "kommune", "tilsynet")) for w in words
    ):
        return "public"
    if name and PRIVATE_FORM.search(name):
        return "private"
    if not name and any(_PUBLIC_CONTROLLER.search(s.text) for s in segments if s.has("controller")):
        return "public"
    return "unknown"


def find_recipients(
    segments: Sequence[LabelledSegment], names: NameFinder, organisation: Organisation, knowledge: Knowledge
) -> Iterator[Recipient]:
    """Find named services, companies and authorities that receive data, each at its first mention."""
    seen: set[str] = set()
    own = (organisation.name or "").lower()
    for segment in segments:
        if segment.kind in ("heading", "table_header"):
            continue
        for recipient in _recipients_in(segment, names, knowledge):
            key = recipient.name.lower()
            if key not in seen and key not in own and (not own or own not in key):
                seen.add(key)
                yield recipient


def _recipients_in(segment: LabelledSegment, names: NameFinder, knowledge: Knowledge) -> Iterator[Recipient]:
    found = list(_services_in(segment, names))
    if segment.has("recipients", "transfer") and not segment.denies("recipients"):
        for other in (*_authorities_in(segment, knowledge), *_organisations_in(segment, names)):
            if not any(a.start < other.end and other.start < a.end for a in found):
                found.append(other)
    yield from sorted(found, key=lambda recipient: recipient.start)


def _services_in(segment: LabelledSegment, names: NameFinder) -> Iterator[Recipient]:
    shared = segment.has("recipients", "transfer", "cookies")
    for mention in names.find_services(segment.text, shared=shared):
        quote, service = segment.quote(mention.span.start, mention.span.end), mention.service
        assert service is not None
        yield Recipient(
            quote.start,
            quote.end,
            quote.text,
            service.name,
            service.role,
            service.country,
            service.kind,
            service.implies_transfer,
        )


def _authorities_in(segment: LabelledSegment, knowledge: Knowledge) -> Iterator[Recipient]:
    for mention in find_authorities(segment.text, knowledge):
        if mention.authority.recipient:
            quote = segment.quote(mention.start, mention.end)
            yield Recipient(quote.start, quote.end, quote.text, mention.authority.name, "authority", "NO")


def _organisations_in(segment: LabelledSegment, names: NameFinder) -> Iterator[Recipient]:
    processor = "databehandl" in segment.text.lower()
    mentions = names.find_organisations(segment.text)
    for other in names.find_names(segment.text):
        if not any(m.span.start < other.span.end and other.span.start < m.span.end for m in mentions):
            mentions.append(other)
    for mention in mentions:
        if clean_name(mention.text):
            quote = segment.quote(mention.span.start, mention.span.end)
            role: Literal["processor", "unknown"] = "processor" if processor else "unknown"
            yield Recipient(quote.start, quote.end, quote.text, mention.text, role, None)


# What a text must have to hold a contact of a kind: cheap to look for.
_CONTACT_SIGNS: tuple[tuple[Literal["email", "phone", "address", "url"], re.Pattern[str]], ...] = (
    ("email", re.compile(r"@|[(\[]at[)\]]")),
    ("phone", re.compile(r"\d\d[ .]\d\d|\d{8}")),
    ("address", re.compile(r"\d{4}\s[A-ZÆØÅ]")),
    ("url", re.compile(r"www|://")),
)
_NINE_DIGITS = re.compile(r"\d{3}[ .\u00a0]?\d{3}[ .\u00a0]?\d{3}")


def find_contacts(segments: Sequence[LabelledSegment], knowledge: Knowledge) -> Iterator[Contact]:
    """Find e-mail addresses, telephone numbers, postal and web addresses, and whose they are."""
    common = _common_domain(segments, knowledge)
    for segment in segments:
        text = segment.text
        for kind, sign in _CONTACT_SIGNS:
            if not sign.search(text):
                continue
            for match in knowledge.patterns_of(kind)[0].find(text):
                quote = segment.quote(match.start(), match.end())
                owner = _owner(segment, match.group(), common)
                if kind == "url" and owner == "unknown":
                    continue  # links to browsers' help pages and the like are no contact
                yield Contact(quote.start, quote.end, quote.text, kind, owner)


def _owner(
    segment: LabelledSegment, text: str, common: str | None
) -> Literal["controller", "dpo", "authority", "unknown"]:
    around = f"{segment.text} {segment.context}".lower()
    if "datatilsyn" in text.lower() or ("datatilsyn" in around and not (common and common in text.lower())):
        return "authority"
    if re.search(r"personvernomb[uo]d|(?<!\w)dpo(?!\w)", around):
        return "dpo"
    if segment.has("controller_contact", "controller") or (common and common in text.lower()):
        return "controller"
    return "unknown"


def _common_domain(segments: Sequence[LabelledSegment], knowledge: Knowledge) -> str | None:
    """Give the domain of most e-mail addresses in the statement, which is the controller's own."""
    pattern = knowledge.patterns_of("email")[0]
    domains = Counter(
        match.group().lower().rpartition("@")[2]
        for segment in segments
        if _CONTACT_SIGNS[0][1].search(segment.text)
        for match in pattern.find(segment.text)
        if "datatilsyn" not in match.group().lower()
    )
    return domains.most_common(1)[0][0] if domains else None

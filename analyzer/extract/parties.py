"""Who is who: the controller, its number and sector, recipients, and points of contact."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal

from stdnum.exceptions import ValidationError
from stdnum.no import orgnr as orgnr_number

from analyzer.extract.authorities import find_authorities
from analyzer.extract.controller import PRIVATE_FORM, clean_name, find_controller, is_common
from analyzer.extract.reading import LabelledSegment
from analyzer.knowledge import Knowledge
from analyzer.language import NameFinder
from analyzer.records import Contact, Organisation, Party, Recipient, Structure

# A public body that calls itself by its kind alone.
_PUBLIC_CONTROLLER = re.compile(
    r"\b(?:(?:fylkes)?kommunen|kommunedirektøren|direktoratet|departementet|universitetet|helseforetaket)\b"
    r"[^.]{0,60}\ber\b[^.]{0,40}\b(?:behandlings|handsamings)ansvarl",
    re.IGNORECASE,
)

_EXERCISES = re.compile(
    r"\bbehandl\w*\s(?:\w+\s){0,3}?(?:person)?opplysning\w*\s(?:om deg )?(?:for|ved|som ledd i|som del av)\s(?:å\s)?"
    r"(?:utøve|utøving av|utøvelse av|utøvinga av)\s(?:\w+\s)?offentl[ei]g\s(?:myndighet|mynde|styresmakt)",
    re.IGNORECASE,
)
MAX_NUMBERS = 2
"""Organisation numbers in a statement, its own and a supplier's; more are a list."""


def find_organisation(
    segments: Sequence[LabelledSegment], structure: Structure, names: NameFinder, knowledge: Knowledge
) -> Organisation:
    """Find the data controller's name, organisation number and sector."""
    name = find_controller(segments, structure, names, knowledge)
    number, sector = _orgnr(name, segments, knowledge), _sector(name, segments, knowledge)
    return Organisation(name, number, sector, _country(name, number, sector))


def _country(name: str | None, number: str | None, sector: str) -> str | None:
    """Give the controller's country by its number, its sector or its legal form."""
    if number or sector == "public" or (name and PRIVATE_FORM.search(name)):
        return "NO"
    form = _FOREIGN_FORM.search(name or "")
    return _FORM_COUNTRIES[form.group().lower()] if form else None


def find_parties(
    segments: Sequence[LabelledSegment], names: NameFinder, organisation: Organisation
) -> Iterator[Party]:
    """Find joint controllers and the name of the data protection officer, each at its first mention."""
    seen: set[tuple[str, str]] = set()
    own = (organisation.name or "").lower()
    for segment in segments:
        for party in (*_joint_controllers(segment, names), *_officers(segment)):
            key = (party.role, party.name.lower())
            if key not in seen and not _is_own(key[1], own):
                seen.add(key)
                yield party


def _joint_controllers(segment: LabelledSegment, names: NameFinder) -> Iterator[Party]:
    if not _JOINT.search(segment.text) or _NOT_JOINT.search(segment.text):
        return
    services = names.find_services(segment.text, shared=True)
    others = names.find_organisations(segment.text)
    for mention in (*services, *others):
        if mention in others and any(
            s.span.start < mention.span.end and mention.span.start < s.span.end for s in services
        ):
            continue
        name = mention.service.name if mention.service else mention.text
        quote = segment.quote(mention.span.start, mention.span.end)
        yield Party(quote.start, quote.end, quote.text, "joint_controller", name)


def _officers(segment: LabelledSegment) -> Iterator[Party]:
    for pattern in _OFFICER:
        for match in pattern.finditer(segment.text):
            quote = segment.quote(match.start("name"), match.end("name"))
            yield Party(quote.start, quote.end, quote.text, "dpo", match["name"])
    name = _PERSON_ALONE.fullmatch(segment.text.strip()) if segment.has("dpo") else None
    if name and segment.kind != "heading":
        start = segment.text.index(name["name"])
        quote = segment.quote(start, start + len(name["name"]))
        yield Party(quote.start, quote.end, quote.text, "dpo", name["name"])


def _orgnr(name: str | None, segments: Sequence[LabelledSegment], knowledge: Knowledge) -> str | None:
    """Give the number beside the controller's name, else the first of where it presents itself, else the only one."""
    pattern = knowledge.patterns_of("orgnr")[0]
    valid: list[tuple[int, str]] = []
    for segment in segments:
        if not _NINE_DIGITS.search(segment.text):
            continue
        for match in pattern.find(segment.text, segment.context):
            try:
                number = orgnr_number.validate(match["orgnr"].replace(".", "").replace("\u00a0", ""))
            except ValidationError:
                continue  # nine digits that fail the check digit: a telephone or account number
            beside = name is not None and name in segment.text
            valid.append((2 * beside + segment.has("controller", "controller_contact"), number))
    if len({number for _, number in valid}) > MAX_NUMBERS and not any(weight > 1 for weight, _ in valid):
        return None  # a list of firms, none of which is known to be the controller
    return max(valid, key=lambda found: found[0])[1] if valid else None


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
    bodies = {form.lower() for body in knowledge.authorities for form in (body.name, *body.aliases)}
    if name and name.lower() in bodies:
        return "public"
    if any(_EXERCISES.search(s.text) for s in segments if s.has("legal_basis", "purpose")):
        return "public"
    if not name and any(_PUBLIC_CONTROLLER.search(s.text) for s in segments if s.has("controller")):
        return "public"
    return "unknown"


def find_recipients(
    segments: Sequence[LabelledSegment], names: NameFinder, organisation: Organisation, knowledge: Knowledge
) -> Iterator[Recipient]:
    """Find named services, companies and authorities that receive data, each at its first mention."""
    seen: set[str] = set()
    own = (organisation.name or "").lower()
    texts = [segment.text for segment in segments]
    for segment in segments:
        if segment.kind == "table_header":
            continue
        for recipient in _recipients_in(segment, names, knowledge):
            key = recipient.name.lower()
            if key in seen or _is_own(key, own):
                continue
            if recipient.role != "unknown" or not is_common(key, texts):
                seen.add(key)
                yield recipient


def _is_own(name: str, own: str) -> bool:
    """Tell whether a name is the controller's own, or a part of it."""
    return bool(own) and (own in name or name.removesuffix("s") in own.split() or f" {name} " in f" {own} ")


def _recipients_in(segment: LabelledSegment, names: NameFinder, knowledge: Knowledge) -> Iterator[Recipient]:
    if segment.kind == "heading":
        words = len(segment.text.split())
        yield from _services_in(segment, names, alone=words <= 2) if words <= _SHORT_HEADING else ()
        return
    found = list(_services_in(segment, names))
    disclosed = segment.has("recipients", "transfer") and not segment.denies("recipients")
    if disclosed or _SUPPLIER.search(segment.text):
        others = (
            *_authorities_in(segment, knowledge),
            *_supplied_by(segment, knowledge),
            *_organisations_in(segment, names),
        )
        for other in others:
            if not any(a.start < other.end and other.start < a.end for a in found):
                found.append(other)
    yield from sorted(found, key=lambda recipient: recipient.start)


def _supplied_by(segment: LabelledSegment, knowledge: Knowledge) -> Iterator[Recipient]:
    """Find who does a task or what a system is called, by the words before the name: "driftes av Fjelldata"."""
    for match in _TASK.finditer(segment.text):
        name = clean_name(match["name"])
        if name and name.lower() not in knowledge.terms.no_organisations:
            quote = segment.quote(match.start("name"), match.start("name") + len(match["name"]))
            yield Recipient(quote.start, quote.end, quote.text, name, "processor", None)


def _is_unused(before: str) -> bool:
    """Tell whether the words before a service say that it is not used: "Vi bruker ikke"."""
    clause = _CLAUSE.split(before[-LONGEST_CLAUSE:])[-1]
    denials = list(_UNUSED.finditer(clause))
    return bool(denials) and not _RATHER.search(clause, denials[-1].end())


def _services_in(segment: LabelledSegment, names: NameFinder, *, alone: bool = False) -> Iterator[Recipient]:
    shared = alone or segment.has("recipients", "transfer", "cookies")
    for mention in names.find_services(segment.text, shared=shared):
        if _is_unused(segment.text[: mention.span.start]):
            continue
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


_FORM_COUNTRIES = {
    "ab": "SE", "aps": "DK", "a/s": "DK", "gmbh": "DE", "oy": "FI", "ltd": "GB", "inc": "US", "llc": "US", "b.v": "NL", "bv": "NL",
    "ehf": "IS",
}  # fmt: skip
_FOREIGN_FORM = re.compile(r"\b(?:AB|ApS|A/S|GmbH|Oy|Ltd|Inc|LLC|B\.?V|ehf)\b", re.IGNORECASE)
_JOINT = re.compile(
    r"\b(?:felles|delt|sams)\s(?:behandlings|handsamings|data)ansvar|\b(?:behandlings|handsamings)ansvar\w*\s(?:i\s)?(?:fellesskap|saman|sammen)\b",
    re.IGNORECASE,
)
_NOT_JOINT = re.compile(r"\b(?:ikke|ikkje|ingen|aldri)\s(?:\w+\s){0,2}(?:felles|delt|sams)\s", re.IGNORECASE)
_PERSON = (
    r"(?P<name>(?-i:[A-ZÆØÅ][a-zæøåéèöäü]+(?:-[A-ZÆØÅ][a-zæøåéèöäü]+)?"
    r"(?:\s(?:[A-ZÆØÅ]\.|[A-ZÆØÅ][a-zæøåéèöäü]+(?:-[A-ZÆØÅ][a-zæøåéèöäü]+)?)){1,3})(?![\w-]))"
    r"(?!\s(?:kommune|fylkeskommune|AS|ASA|HF|SA|IKS)\b)"
)
_OFFICE = r"(?:personvernomb[uo]d(?:et)?|dpo|data\sprotection\sofficer)"
_OFFICER = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_OFFICE}(?:\s(?:vårt|i|hos|for|ved)(?:\s(?!er\b|heter\b)[\wæøå]+){{0,4}})?\s?(?:er|heter|heiter|:|,|–|-|\()\s?(?:advokat\s)?{_PERSON}",
        rf"{_PERSON}(?:\s\([^)]{{1,40}}\))?,?\s(?:er|som\ser|som)\s(?:vårt\s|utnevnt\s(?:som|til)\s|oppnevnt\s(?:som|til)\s)?{_OFFICE}\b",
    )
)
_PERSON_ALONE = re.compile(rf"(?:navn|namn|{_OFFICE})?\s?:?\s?{_PERSON}", re.IGNORECASE)

LONGEST_CLAUSE = 200
"""Characters before a service in which a denial is looked for."""

_CLAUSE = re.compile(r"[.;:|](?:\s|$)")
_UNUSED = re.compile(
    r"\b(?:bruk|benytt|nytt)\w*\s(?:\w+\s)?(?:ikke|ikkje|aldri|verken|korkje)\b|\b(?:ikke|ikkje)\s(?:installert|tatt\si\sbruk|tekne?\si\sbruk)\b"
    r"|\b(?:ikke|ikkje)\slenge[rn]\s(?:bruk|benytt|nytt)",
    re.IGNORECASE,
)
_RATHER = re.compile(
    r"\b(?:men|enn|i\sstede[nt]|istede[nt]|isteden|derimot|(?:og|vi)\s(?:bruker|brukar|benytter|nyttar)|utenom|bortsett|unntatt)\b",
    re.IGNORECASE,
)
_SHORT_HEADING = 6
_SUPPLIER = re.compile(
    r"\b(?:under)?leverandør(?:en|ar)?\b|\bdatabehandl(?:er|ar|eren|aren)\b|\bsitt\s\w*system\b",
    re.IGNORECASE,
)
_PROPER_NAME = (
    r"(?P<name>(?-i:[A-ZÆØÅ][\w&'’+-]*(?:\s(?:(?:og|&|for|i)\s)?(?:[A-ZÆØÅ][\w&'’+-]*|\d{1,2}\b))*))"
)
_TASK = re.compile(
    r"(?:\b(?:føres|førast|driftes|driftast|driftet|driftast|leveres|leverast|levert|utføres|vert\slevert|hostes|hostet|håndteres|"
    r"handterast)\s(?:av|hos|ved)\s"
    r"|\b\w*(?:systemet|løsningen|løysinga|programmet|verktøyet|tjenesten|tenesta|appen|plattformen|leverandøren)(?:\svårt)?\s(?:heter|heiter)\s"
    r"|\b(?:\w+system(?:et)?|(?:regnskaps|rekneskaps)fører(?:en)?(?:\svår)?)\s\(?)" + _PROPER_NAME,
    re.IGNORECASE,
)

# What a text must have to hold a contact of a kind: cheap to look for.
_CONTACT_SIGNS: tuple[tuple[Literal["email", "phone", "address", "url"], re.Pattern[str]], ...] = (
    ("email", re.compile(r"@|[(\[]at[)\]]")),
    ("phone", re.compile(r"\d\d[ .]\d\d|\d{8}")),
    ("address", re.compile(r"\d{4}\s[A-ZÆØÅ]")),
    ("url", re.compile(r"www|://")),
)
_NINE_DIGITS = re.compile(r"\d{3}[ .\u00a0]?\d{3}[ .\u00a0]?\d{3}")


def find_contacts(
    segments: Sequence[LabelledSegment], knowledge: Knowledge, organisation: Organisation
) -> Iterator[Contact]:
    """Find e-mail addresses, telephone numbers, postal and web addresses, and whose they are."""
    own = (organisation.name or "").lower()
    common = _common_domain(segments, knowledge)
    for segment in segments:
        text = segment.text
        for kind, sign in _CONTACT_SIGNS:
            if not sign.search(text):
                continue
            for match in knowledge.patterns_of(kind)[0].find(text):
                quote = segment.quote(match.start(), match.end())
                owner = _owner(segment, match.group(), common, own)
                if kind == "url" and owner == "unknown":
                    continue  # links to browsers' help pages and the like are no contact
                yield Contact(quote.start, quote.end, quote.text, kind, owner)


def _owner(
    segment: LabelledSegment, text: str, common: str | None, own: str
) -> Literal["controller", "dpo", "authority", "unknown"]:
    around = f"{segment.text} {segment.context}".lower()
    if "datatilsyn" in text.lower() or ("datatilsyn" in around and not (common and common in text.lower())):
        return "authority"
    if re.search(r"personvernomb[uo]d|(?<!\w)dpo(?!\w)", around):
        return "dpo"
    if segment.has("controller_contact", "controller") or (common and common in text.lower()):
        return "controller"
    if own and own in segment.text.lower():
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

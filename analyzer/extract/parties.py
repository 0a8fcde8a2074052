"""Who is who: the controller, its number and sector, recipients, and points of contact."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal

from stdnum.exceptions import ValidationError
from stdnum.no import orgnr as orgnr_number

from analyzer.extract.reading import LabelledSegment
from analyzer.knowledge import Knowledge
from analyzer.language import NameFinder
from analyzer.records import Contact, Organisation, Recipient, Structure

_NAME = r"(?P<name>(?-i:[A-ZÆØÅÉ0-9]|(?:[a-zæøå]+(?=[A-ZÆØÅ])))[^,.;:?!()|\n]{1,90}?)"
_VERB = r"(?:behandl|handsam|saml|bruk|lagr|ivaretar|ivaretek|håndter|innhent|beskytt|forvalt|registrer)\w*"
_CONTROLLER = r"(?:behandlings|handsamings|data)ansvarl[ei]g"
# Where a controller sentence puts the name, the most telling first.
_WORDINGS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\bpå\s+vegn[ea]r?\s+av\s+{_NAME}\s+(?:er\s+)?{_CONTROLLER}",
        rf"^\W*{_CONTROLLER}e?\b(?:[^.:]{{0,80}}?)(?:\s+er\s*:?|:)\s*{_NAME}(?=\s*(?:,|\(|\.|$|;|\||\s+(?:ved|v/|som|org)\b))",
        rf"\bdet\s+er\s+{_NAME}\s+som\s+er\s+(?:\w+\s+){{0,2}}{_CONTROLLER}",
        rf"\ber\s+{_NAME}\s+{_CONTROLLER}",
        rf"(?:^|[.,:]\s+|\bat\s+){_NAME}(?:\s*\([^)]{{1,60}}\))?(?:,\s[^,]{{1,60}},|\s+(?:ved|v/)\s+[^,]{{1,50}}?,?)?\s+er\s+(?:[\wæøå]+\s+){{0,4}}{_CONTROLLER}",
        rf"\b{_CONTROLLER}e?\b[^.]{{0,80}}?\ber\s*:?\s+{_NAME}(?=\s*(?:,|\(|\.|$|;|\s+(?:ved|v/|som|org)\b))",
        rf"(?:^|[.,:]\s+){_NAME}(?:\s*\([^)]{{1,60}}\))?,?\s+er\s+(?:[\wæøå]+\s+){{0,2}}ansvarl[ei]g\s+for\b",
        rf"\b(?:hvordan|korleis|hvorfor|kva|hva|hvilke|at)\s+{_NAME}(?:\s*\([^)]{{1,60}}\))?(?:,\s[^,]{{1,60}},)?\s+{_VERB}",
    )
)
_TITLE = re.compile(
    r"^\W*(?:personvern\w*|cookie\w*|erklæring\w*)(?:\s+og\s+\w+)?(?:\s+(?:for|hos|i|ved|frå|fra)\s+|\s*[-–:|]\s*)(?P<name>.{2,80})$",
    re.IGNORECASE,
)
# Words that name a role, not an entity.
_ROLE = re.compile(
    r"^(?:vi|du|den|det|de|dei|deg|denne|dette|disse|som|når|dersom|hvis|for|i|på|vår|vårt|våre|der|her|hvem|kven|en|ein|et|eit|hver|kvar|"
    r"daglig leder|dagleg leiar|virksomheten|verksemda|selskapet|kunden|arbeidsgiver|styret|styreleder|rektor|kommunedirektøren|rådmannen|"
    r"administrerende direktør|foreningen|klubben|leverandøren|behandlingsansvarlig|personopplysning\w*|opplysning\w*|formål\w*|personvern\w*|"
    r"administrerende|leder|leiar|direktøren|eier|eigar|brukeren|eieren|butikken|skolen|skulen|kommunen|fylkeskommunen|avdeling\w*|enhet\w*)\b",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"\s+(?:ved|v/|som|er|heretter|forkorta|forkortet|org|har|sine?|og\s+(?:våre|sine)|behandler|handsamar|samler|når|på\s+vegne?\s+av)\b.*$"
    r"|\s*[«»\"“”].*$|\s+[-–|/]\s.*$|\s*\(.*$|'?s?\s+personvern.*$",
    re.IGNORECASE,
)
_LEAD = re.compile(r"^(?:(?:daglig leder|dagleg leiar|styret|styreleder|ledelsen|eieren|selskapet|firmaet|bedriften|virksomheten|foretaket|foreningen|administrerende direktør)\s+(?:i|for|hos|ved|av)?\s*)+", re.IGNORECASE)
_PRIVATE_FORM = re.compile(r"\b(?:AS|ASA|ENK|DA|ANS|SA|BRL|BA|NUF)\b")
_AUTHORITIES = {
    "skatteetaten": "Skatteetaten", "nav": "NAV", "politiet": "Politiet", "namsmannen": "Namsmannen",
    "statistisk sentralbyrå": "Statistisk sentralbyrå", "ssb": "Statistisk sentralbyrå", "helfo": "Helfo",
    "økokrim": "Økokrim", "lånekassen": "Lånekassen", "udi": "UDI", "arkivverket": "Nasjonalarkivet",
    "nasjonalarkivet": "Nasjonalarkivet", "statsforvalteren": "Statsforvalteren", "finanstilsynet": "Finanstilsynet",
    "tolletaten": "Tolletaten", "kartverket": "Kartverket", "statens vegvesen": "Statens vegvesen",
}  # fmt: skip
_AUTHORITY = re.compile(r"(?<!\w)(" + "|".join(sorted(_AUTHORITIES, key=len, reverse=True)) + r")(?!\w)", re.IGNORECASE)


def find_organisation(
    segments: Sequence[LabelledSegment], structure: Structure, names: NameFinder, knowledge: Knowledge
) -> Organisation:
    """Find the data controller's name, organisation number and sector."""
    name = _controller_name(segments, structure, names)
    return Organisation(name, _orgnr(segments, knowledge), _sector(name, segments, knowledge))


def _controller_name(
    segments: Sequence[LabelledSegment], structure: Structure, names: NameFinder
) -> str | None:
    stated = [s for s in segments if s.has("controller")]
    for wording in _WORDINGS:
        for segment in stated:
            match = wording.search(segment.text)
            name = match and _clean_name(match["name"])
            if name:
                return _fuller_name(name, segments, names)
    for segment in stated:
        mentions = [m.text for m in names.find_organisations(segment.text)]
        clean = [n for n in map(_clean_name, mentions) if n]
        if clean:
            return clean[0]
    return _name_from_title(segments, structure, names)


def _name_from_title(
    segments: Sequence[LabelledSegment], structure: Structure, names: NameFinder
) -> str | None:
    for section in structure.sections[:2]:
        match = _TITLE.match(section.title)
        name = match and _clean_name(match["name"])
        if name and name[:1].isupper():
            return _fuller_name(name, segments, names)
    return None


def _clean_name(text: str) -> str | None:
    """Strip what surrounds a name; None if only a role or a pronoun is left."""
    name = _LEAD.sub("", _TAIL.sub("", text.strip(" \t«»\"'*:-–")))
    name = re.sub(r"^(?:avdelingen|firmaet|selskapet|bedriften|foreningen|stiftelsen)\s+(?=[A-ZÆØÅ])", "", name, flags=re.IGNORECASE)
    name = name.strip(" ,.;:«»\"'*-–")
    if len(name) < 2 or _ROLE.match(name) or len(name.split()) > 9 or not any(c.isupper() for c in name):
        return None
    return name


def _fuller_name(name: str, segments: Sequence[LabelledSegment], names: NameFinder) -> str:
    """Prefer the form with the legal form in it, if the statement has one ("Fjell" → "Fjell AS")."""
    if _PRIVATE_FORM.search(name):
        return name
    pattern = re.compile(rf"(?<!\w){re.escape(name)}\s+(?:\w+\s+){{0,1}}?(?:AS|ASA|ENK|DA|ANS|SA|IKS|KF|HF|SF|BA)\b")
    for segment in segments:
        if match := pattern.search(segment.text):
            return match.group()
    return name


def _orgnr(segments: Sequence[LabelledSegment], knowledge: Knowledge) -> str | None:
    pattern = knowledge.patterns_of("orgnr")[0]
    valid: list[tuple[bool, str]] = []
    for segment in segments:
        for match in pattern.find(segment.text, segment.context):
            try:
                number = orgnr_number.validate(match["orgnr"].replace(".", "").replace("\u00a0", ""))
            except ValidationError:
                continue  # nine digits that fail the check digit: a telephone or account number
            valid.append((segment.has("controller", "controller_contact"), number))
    preferred = [number for of_controller, number in valid if of_controller]
    return (preferred or [number for _, number in valid] or [None])[0]


def _sector(
    name: str | None, segments: Sequence[LabelledSegment], knowledge: Knowledge
) -> Literal["public", "private", "unknown"]:
    words = {word.lower() for word in re.findall(r"[\wæøåÆØÅ-]+", name or "")}
    public = set(knowledge.terms.public_words)
    if words & public or any(w.endswith(("direktoratet", "departementet", "kommune", "tilsynet")) for w in words):
        return "public"
    if name and _PRIVATE_FORM.search(name):
        return "private"
    stated = " ".join(s.text.lower() for s in segments if s.has("controller", "dpo") or s.kind == "heading")
    if any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", stated) for word in public) and not name:
        return "public"
    return "unknown"


def find_recipients(
    segments: Sequence[LabelledSegment], names: NameFinder, organisation: Organisation
) -> Iterator[Recipient]:
    """Find named services, companies and authorities that receive data, each at its first mention."""
    seen: set[str] = set()
    own = (organisation.name or "").lower()
    for segment in segments:
        if segment.kind in ("heading", "table_header"):
            continue
        for recipient in _recipients_in(segment, names):
            key = recipient.name.lower()
            if key not in seen and key not in own and (not own or own not in key):
                seen.add(key)
                yield recipient


def _recipients_in(segment: LabelledSegment, names: NameFinder) -> Iterator[Recipient]:
    shares = segment.has("recipients", "transfer") and not segment.denies("recipients")
    taken: list[tuple[int, int]] = []
    for mention in names.find_services(segment.text):
        quote = segment.quote(mention.span.start, mention.span.end)
        taken.append((mention.span.start, mention.span.end))
        assert mention.service is not None
        yield Recipient(
            quote.start, quote.end, quote.text, mention.service.name, "processor", mention.service.country
        )
    if not shares:
        return
    role: Literal["processor", "unknown"] = "processor" if re.search(r"databehandl", segment.text, re.I) else "unknown"
    for mention in names.find_organisations(segment.text):
        if any(a < mention.span.end and mention.span.start < b for a, b in taken) or not _clean_name(mention.text):
            continue
        quote = segment.quote(mention.span.start, mention.span.end)
        yield Recipient(quote.start, quote.end, quote.text, mention.text, role, None)
    for match in _AUTHORITY.finditer(segment.text):
        quote = segment.quote(match.start(), match.end())
        yield Recipient(quote.start, quote.end, quote.text, _AUTHORITIES[match.group().lower()], "authority", "NO")


def find_contacts(segments: Sequence[LabelledSegment], knowledge: Knowledge) -> Iterator[Contact]:
    """Find e-mail addresses, telephone numbers, postal and web addresses, and whose they are."""
    common = _common_domain(segments, knowledge)
    kinds: tuple[Literal["email", "phone", "address", "url"], ...] = ("email", "phone", "address", "url")
    for segment in segments:
        for kind in kinds:
            for match in knowledge.patterns_of(kind)[0].find(segment.text):
                quote = segment.quote(match.start(), match.end())
                owner = _owner(segment, match.group(), common)
                if kind == "url" and owner == "unknown":
                    continue  # links to browsers' help pages and the like are no contact
                yield Contact(quote.start, quote.end, quote.text, kind, owner)


def _owner(
    segment: LabelledSegment, text: str, common: str | None
) -> Literal["controller", "dpo", "authority", "unknown"]:
    around = f"{segment.text} {segment.context}".lower()
    if "datatilsyn" in text.lower() or "datatilsyn" in around and not (common and common in text.lower()):
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
        for match in pattern.find(segment.text)
        if "datatilsyn" not in match.group().lower()
    )
    return domains.most_common(1)[0][0] if domains else None

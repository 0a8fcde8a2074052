"""The name of the data controller, from the wordings in which statements give it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from analyzer.extract.reading import LabelledSegment
from analyzer.knowledge import Knowledge
from analyzer.language import NameFinder
from analyzer.records import Structure

LONGEST = 600
"""Characters of a segment that are searched; a sentence that names the controller is shorter."""

MOST_WORDS = 9
"""Of a name."""

PRIVATE_FORM = re.compile(r"\b(?:AS|ASA|ENK|DA|ANS|SA|BRL|BA|NUF)\b")
_NAME = (
    r"(?P<name>(?-i:[A-ZÆØÅÉ0-9]|(?:[a-zæøå]+(?=[A-ZÆØÅ])))(?:(?!\s(?:er|har|som)\s)[^,;:?!()|\n]){1,90}?)"
)
_PROPER = r"(?P<name>(?-i:[A-ZÆØÅ][\wæøå.'&-]*(?:\s(?:&|og|i|for|[A-ZÆØÅ0-9][\wæøå.'&-]*)){0,6}))"
_VERB = (
    r"(?:behandl|handsam|saml|bruk|lagr|ivaretar|ivaretek|håndter|handter|innhent|beskytt|forvalt|registrer|tek\ imot|"
    r"tar|gjør|gjer|steller|vernar|verner)\w*"
)
_CONTROLLER = r"(?:behandlings|handsamings|data)ansvarl[ei]g"
_END = r"(?=\s*(?:,|\(|\.(?:\s|$)|$|;|\||[-–]\s|\s+(?:ved|v/|som|org|og\s+(?:vi|det)|her|har|er|avd)\b))"
_ASIDE = r"(?:,?\s*\([^)]{1,60}\))?(?:,\s[^,]{1,60}(?:,\s[^,]{1,60})?,|\s+(?:ved|v/)\s+[^,]{1,50}?,?)?"
_ORGNR = r"(?:org(?:anisasjons)?\.?\s?-?(?:nr|nummer)|foretaks?(?:nr|nummer))"
_WE = r"(?:vi|oss|vår|heretter|nedenfor|kalt|også\ kalt|omtalt|forkortet|herunder)"

# Where a sentence puts the controller's name, the most telling first.
_WORDINGS = tuple(
    re.compile(pattern, re.IGNORECASE | re.VERBOSE)
    for pattern in (
        rf"\bpå\s+vegn[ea]r?\s+av\s+{_NAME}\s+(?:er\s+)?{_CONTROLLER}",
        rf"\bhovedstyret\s+i\s+{_NAME}(?:\s*\([^)]{{1,60}}\))?,\s+som\s+er\s+{_CONTROLLER}",
        rf"^\W*{_CONTROLLER}e?\b[^.:]{{0,60}}?:\s*{_NAME}{_END}",
        rf"^\W*(?:(?:ansvarl[ei]g\s+)?(?:selskap|virksomhet|verksemd|enhet|utgiver|utgjevar)|ansvarl[ei]g)\s*:\s*{_NAME}{_END}",
        rf"^\W*{_CONTROLLER}e?\b[^.:]{{0,80}}?\s+er\s*:?\s*{_NAME}{_END}",
        rf"\bdet\s+er\s+{_NAME}{_ASIDE}\s+som\s+(?:er\s+(?:\w+\s+){{0,2}}{_CONTROLLER}|har\s+behandlingsansvar)",
        rf"(?:^|[.,:]\s+|\bat\s+|\bnettside\s+){_NAME}{_ASIDE}\s+(?:er|har)\s+(?:[\wæøå]+\s+){{0,4}}"
        rf"(?:{_CONTROLLER}|behandlingsansvaret)",
        rf"\ber\s+{_NAME}\s+{_CONTROLLER}",
        rf"\b{_CONTROLLER}e?\b[^.]{{0,80}}?\ber\s*:?\s+{_NAME}{_END}",
        rf"(?:^|[.:]\s+){_NAME}{_ASIDE}\s+(?:bestemmer|bestemmar|avgjør|avgjer|fastsetter|fastset)\s+(?:formål|føremål|hva|kva|hvorfor|kvifor)",
        rf"(?:^|[.:]\s+){_NAME}[,\s]+heretter\s+(?:\w+\s+){{0,2}}[«\"“']?{_CONTROLLER}",
        rf"(?:^|[.,:]\s+){_NAME}{_ASIDE}\s+har\s+(?:(?:det|alt|hele)\s+)?ansvaret\s+for\s+(?:all\s+|vår\s+)?(?:behandling|handsaming|personoppl)",
        rf"\b(?:behandlings|handsamings)ansvaret\b[^.]{{0,60}}?\b(?:ligger|ligg|hviler|kviler|er)\s+(?:\w+\s+)?(?:hos|på)\s+{_NAME}{_END}",
        rf"(?:^|[.,:]\s+){_NAME}(?:\s*\([^)]{{1,60}}\))?,?\s+(?:er|står)\s+(?:[\wæøå]+\s+){{0,2}}ansvarl[ei]g\s+for\s+"
        r"(?:[\wæøå]+\s+){0,4}?(?:behandling|handsaming|person|opplysning|data|innsamling)",
    )
)
# Who runs the service, and whose statement it is.
_OWNERS = tuple(
    re.compile(pattern, re.IGNORECASE | re.VERBOSE)
    for pattern in (
        rf"\b(?:drives|driftes|driftast|drive|drevet|eies|eiges|eigd|eid|levert|leveres|utgitt|laget|utviklet|gjeve\ ut)\s+"
        rf"(?:og\s+\w+\s+)?av\s+(?:(?-i:[a-zæøå]+),?\s+)?{_NAME}{_END}",
        rf"\b(?:hvordan|korleis|hvorfor|kva|hva|hvilke|at)\s+(?:vi\s+i\s+|forbundet\s+)?{_NAME}{_ASIDE}\s+{_VERB}",
        rf"\b(?:hos|i|ved)\s+{_PROPER},?\s+(?:er|tar|tek|behandler|handsamar|samler|samlar|ønsker|ynskjer|legger|legg)\s+vi\b",
        rf"\b{_PROPER}\s+(?:sin|sitt|sine|si)\s+(?:tilnærming|behandling|handsaming|bruk|innsamling|personvern\w*)",
    )
)
_NUMBERED = (
    re.compile(
        rf"(?:^|[.:|]\s+|\b(?:av|i|at|hva|hvordan|korleis)\s+){_NAME}\s*[,(·–-]?\s*\(?{_ORGNR}", re.IGNORECASE
    ),
    re.compile(rf"{_NAME}\s\(\d{{3}}\s?\d{{3}}\s?\d{{3}}\)", re.IGNORECASE),
)
_ALIASED = re.compile(
    rf"(?:^|[.:]\s+|\b(?:hvordan|korleis|at|om|av|hos|i)\s+){_NAME}\s*[,(]\s*(?:[«\"“'][^»\"”']{{1,40}}[»\"”']\s*,\s*)?[«\"“']?{_WE}\b",
    re.IGNORECASE | re.VERBOSE,
)
_TITLE = re.compile(
    r"^\W*(?:personvern\w*|cookie\w*|erklæring\w*)(?:\s+og\s+\w+)?(?:\s+(?:for|hos|i|ved|frå|fra)\s+|\s*[-–:|]\s*)(?P<name>.{2,80})$",
    re.IGNORECASE,
)
_LEADERS = (
    r"(?:daglig|dagleg|administrerende|administrerande|øverste)\s+(?:leder|leiar|direktør)\w*|\w*styret|styreleder\w*|styreleiar\w*|"
    r"ledelsen|leiinga|\w*(?:leder|leiar|direktør|sjef|rådmann|sekretær|rektor)(?:en)?"
)
# Words that name a role or a thing, not an entity.
_ROLE = re.compile(
    rf"^(?:vi|du|den|det|de|dei|deg|denne|dette|disse|desse|som|når|dersom|hvis|for|i|på|vår|vårt|våre|der|her|hvem|kven|en|ein|et|"
    rf"eit|hver|kvar|både|begge|alle|men|og|{_LEADERS}|(?:selskap|kunde|arbeidsgiver|forening|klubb|leverandør|bruker|brukar|eier|"
    rf"eigar|butikk|skole|skule|kommune|fylkeskommune|virksomhet|verksemd|firma|legat|stiftelse|stifting|borettslag|sameie|sponsor|"
    rf"nettbutikk|nettsted|nettstad|nettside|partner|oppdragsgiver|databehandler|samvirke|lag|kirke|hotell|sentral|senter)"
    rf"(?:et|en|a|ene|ane|er|n|ne|s)?(?!\s+[A-ZÆØÅ])|behandlingsansvarl[ei]ge?\w*|behandlingsansvar\w*|personopplysning\w*|opplysning\w*|formål\w*|"
    rf"personvern\w*|administrerende|enkeltpersonf[oø]retak\w*|avdeling\w*|enhet\w*|adresse|telefon|e-?post|tlf|org|kontakt\w*|postboks|hvordan|korleis|hvilke|"
    rf"ansvarlig|kirkelig\sfellesråd|menighetsrådet|datatilsynet|google|facebook|meta|ai|ki)\b",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"(?:veien|vegen|gata|gate|bakken|vei|veg|plass|stien)\s\d|^\S+\s\d+\s?\w?$|^\d{4}\s", re.IGNORECASE
)
_TAIL = re.compile(
    r"\s(?:sentralt|ved|som|er|heretter|nedenfor|forkorta|forkortet|org(?:\.|anisasjon)|har|sine?|sitt|og\s+(?:våre|sine|vi)|behandler|handsamar|"
    r"samler|når|på\s+vegne?\s+av|eller|med\s+org|gjennom|legger)\b.*$"
    r"|\.\s.*$|[«»\"“”].*$|\s[-–|·]\s.*$|\(.*$|'?s?\spersonvern.*$",
    re.IGNORECASE,
)
_LAST_NAME = re.compile(r"[A-ZÆØÅ][\w-]+(?:\s(?:for|i|og|av|[A-ZÆØÅ][\w-]+))*$")
_RESPONSIBLE = re.compile(r"ansvar|utgi|utgje|bestem|avgj|fastset", re.IGNORECASE)
_NUMBER = re.compile(r"org|foretak|\(\d{3}\s?\d{3}\s?\d{3}\)", re.IGNORECASE)
_ENUMERATOR = re.compile(r"^\d{1,2}(?:\.\d{1,2})*\.?\s+")
_REST = re.compile(r"\s(?:og|i|for|av)$|^(?:AS|ASA|ENK|DA|SA|MVA)$")
_NATIONAL = frozenset({
    "statens", "norges", "noregs", "norsk", "norske", "nordisk", "nasjonalt", "kongelig", "kongeleg",
})  # fmt: skip
_PROCESSOR = re.compile(r"databehandl|leverandør", re.IGNORECASE)
_OTHERS = re.compile(r"\bs(?:elv|jølv)stendig", re.IGNORECASE)
_ALSO = re.compile(rf"\b(?:også|òg)\s+(?:\w+\s+)?{_CONTROLLER}", re.IGNORECASE)
_LABEL_ALONE = re.compile(rf"^\W*{_CONTROLLER}e?(?:\s+(?:er|for\s+[^:.]{{3,60}}))?\s*:?\W*$", re.IGNORECASE)
_NO_NAME = re.compile(r"[@.?!:]|\d")
_RUN_BY = re.compile(r"^.*\b(?:drive[st]?|drevet|eies|eigd|driftes|laget|utgitt|levert)\s(?:og\s\w+\s)?av\s")
_PARTNER = re.compile(r"^(?P<domain>[\w-]+\.\w{2,6})\s*/\s*(?P<name>.+)$")
_LEAD = re.compile(
    rf"^(?:(?:{_LEADERS}|selskapet|firmaet|bedriften|bedrifta|virksomheten|verksemda|foretaket|foreningen|foreininga|forbundet|partiet|"
    rf"enkeltpersonforetaket|avdelingen|meg,?)\s+(?:i|for|hos|ved|av)?\s*)+(?=(?-i:[A-ZÆØÅ0-9]))",
    re.IGNORECASE,
)
_FORMS = r"(?:AS|ASA|ENK|DA|ANS|SA|IKS|KF|HF|SF|BA)"
_FRONT = 12
"""Segments in which a statement says whose it is, when no label tells."""


def find_controller(
    segments: Sequence[LabelledSegment], structure: Structure, names: NameFinder, knowledge: Knowledge
) -> str | None:
    """Find the name of the data controller.

    Segments that are labelled as naming it come first; then any with a wording that does; then the front of the
    statement: a name with an organisation number, who runs the service, a line that is a name, the title.
    """
    texts = [segment.text for segment in segments]
    for source in _sources(segments, structure, names):
        clean = [name for name in map(clean_name, source) if name and _is_proper(name, texts, knowledge)]
        telling = [name for name in clean if PRIVATE_FORM.search(name)]
        if clean:
            return _fuller_name((telling or clean)[0], texts)
    return None


def clean_name(text: str) -> str | None:
    """Strip what surrounds a name; None if only a role, an address or a pronoun is left."""
    text = _RUN_BY.sub("", text[:LONGEST])
    name = _LEAD.sub("", _TAIL.sub("", _ENUMERATOR.sub("", text.strip(" \t«»\"'*:-–"))))
    partner = _PARTNER.match(name)
    name = (partner["name"] if partner else name).strip(" ,.;:«»\"'*-–")
    if len(name) < 2 or len(name.split()) > MOST_WORDS or not any(c.isupper() for c in name):
        return None
    return None if _ROLE.match(name) or _ADDRESS.search(name) or _REST.search(name) else name


def _is_proper(name: str, texts: Sequence[str], knowledge: Knowledge) -> bool:
    """Tell a name from a word or the start of a sentence: "Vik kommune" from "Overfor egne kunder" and "Legatet"."""
    words = name.split()
    if len(words) == 1:
        return not is_common(name.lower(), texts)
    lower = [word.lower() for word in words]
    if lower[0] in _NATIONAL or lower[0].endswith("s") or any(word[:1].isupper() for word in words[1:]):
        return True
    return any(
        word.endswith(kind) for word in (lower[0], lower[-1]) for kind in knowledge.terms.organisation_words
    )


def is_common(word: str, texts: Sequence[str]) -> bool:
    """Tell whether a word stands in lower case somewhere, and so is no name: "legatet", "butikkene"."""
    alone = re.compile(rf"(?<![\w.@/-]){re.escape(word)}(?![\w@/-]|\.\w)")
    return any(word in text and alone.search(text) for text in texts)


def _sources(
    segments: Sequence[LabelledSegment], structure: Structure, names: NameFinder
) -> Iterator[Iterable[str]]:
    """Give the names found in each way, the surest way first."""
    stated = [s for s in segments if s.has("controller")]
    front = segments[:_FRONT]
    texts = _with(stated, _RESPONSIBLE)
    yield from (_worded(texts, wording) for wording in _WORDINGS)
    yield _labelled(segments)
    texts = _with(segments, _RESPONSIBLE)
    yield from (_worded(texts, wording) for wording in _WORDINGS)
    for group in (stated, segments):
        texts = _with(group, _NUMBER)
        yield from (_worded(texts, wording) for wording in _NUMBERED)
    texts = [segment.text[:LONGEST] for segment in (*stated, *front)]
    yield from (_worded(texts, wording) for wording in (_ALIASED, *_OWNERS))
    yield _lines([*stated, *front], names)
    yield [match["name"] for s in structure.sections[:2] if (match := _TITLE.match(s.title[:LONGEST]))]
    yield from (_mentions(segment, names) for segment in stated)
    contacts = [s for s in segments if s.has("controller_contact")]
    yield _lines(contacts, names)
    yield from (_mentions(segment, names) for segment in contacts)


def _mentions(segment: LabelledSegment, names: NameFinder) -> list[str]:
    if _PROCESSOR.search(segment.text):
        return []
    return [mention.text for mention in names.find_organisations(segment.text[:LONGEST])]


def _with(segments: Sequence[LabelledSegment], sign: re.Pattern[str]) -> list[str]:
    return [segment.text[:LONGEST] for segment in segments if sign.search(segment.text, 0, LONGEST)]


def _labelled(segments: Sequence[LabelledSegment]) -> Iterator[str]:
    """Give the line after one that says no more than whose name comes: "Behandlingsansvarlig:"."""
    for label, line in pairwise(segments):
        short = len(line.text.split()) <= MOST_WORDS and not _NO_NAME.search(line.text)
        if short and _LABEL_ALONE.match(label.text):
            yield line.text


def _worded(texts: Sequence[str], wording: re.Pattern[str]) -> Iterator[str]:
    """Give the names in a wording, those last that are a controller *also*, as another than whose statement it is."""
    found = [m for text in texts for m in wording.finditer(text) if not _OTHERS.search(m.group())]
    yield from (m["name"] for m in sorted(found, key=lambda m: _ALSO.search(m.group()) is not None))


def _lines(segments: Sequence[LabelledSegment], names: NameFinder) -> Iterator[str]:
    """Give the lines that are the name of an organisation and no more, as in a letterhead."""
    for segment in segments:
        text = re.sub(r"[()*]", "", segment.text[:LONGEST]).strip()
        named = PRIVATE_FORM.search(text) and segment.kind != "list_item"  # whose lists name suppliers
        if len(text.split()) <= 8 and (segment.has("controller") or named):
            for mention in names.find_organisations(text):
                if len(mention.text) >= len(text) - 8:
                    yield mention.text


def _fuller_name(name: str, texts: Sequence[str]) -> str:
    """Prefer the form with the legal form in it, if the statement has one ("Fjell" → "Fjell AS")."""
    if PRIVATE_FORM.search(name):
        return name
    pattern = re.compile(rf"(?<!\w){re.escape(name)}\s+(?:\w+\s+){{0,1}}?{_FORMS}\b")
    for text in texts:
        if name in text and (match := pattern.search(text)):
            return match.group()
    return _spelled_out(name, texts) if name.isupper() and len(name) <= 6 else name


def _spelled_out(acronym: str, texts: Sequence[str]) -> str:
    """Give the name that an acronym in brackets follows: "Norges Turlag (NT)"."""
    for text in texts:
        before, found, _ = text.partition(f" ({acronym})")
        match = _LAST_NAME.search(before[-120:]) if found else None
        if match:
            return match.group()
    return acronym

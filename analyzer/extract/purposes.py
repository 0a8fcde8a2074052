"""Purposes and kinds of data, as phrases of the statement, each with the data subjects that it is about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from analyzer.extract.reading import LabelledSegment
from analyzer.knowledge import Knowledge, Pattern
from analyzer.records import StatedPhrase, Structure

Range = tuple[int, int]

_FRONT = 3
_SHORT = 15
MOST_WORDS = 30
"""A longer item of a list is prose, and is searched for phrases instead of being one."""

_LEAD = re.compile(
    r"(?:for|til) å\b|formål|føremål|\bbruke[sr]?\b|\bbrukar|\bbrukt|\bbrukast|benytte|\bnytta|hvorfor|kvifor|purpose|why|\btil:?$",
    re.IGNORECASE,
)
_COLUMN = re.compile(
    r"formål|føremål|hvorfor|kvifor|purpose|why|brukes til|bruk av|hva vi gjør|behandling$", re.IGNORECASE
)
_DATA_COLUMN = re.compile(
    r"opplysning|informasjon|\bdata|datatype|kategori|innhold|innhald|element|felt|\bwhat\b", re.IGNORECASE
)
_USE = (
    r"\b(?:bruk(?:e[sr]?|ar|ast|t|te)?|benytt\w*|nytta?|nyttar|anvend\w*|behandle[sr]|handsama?r?|lagre[sr])\s"
    r"(?:(?!som\b|at\b|når\b|ikke\b|ikkje\b|aldri\b)[^.;:\s]+\s){0,6}?"
)
_INNER = r"(?<=\w)\.(?=(?-i:[a-zæøå\d,]))"
"""A full stop within an address or an abbreviation, such as "nes.no" or "f.eks.", ends nothing."""
_STATED = re.compile(
    rf"\bfor\så\s(?:kunne\s)?(?P<aim>(?:[^.;:()|]|{_INNER}){{4,200}})"
    rf"|\bfor\sat\s(?:vi|du|dere|me|de)\s(?:skal\s)?(?:kunne\s|kan\s|får\s)?(?P<result>(?:[^.;:()|]|{_INNER}){{4,160}})"
    rf"|(?:{_USE}til|\bhjelper\s(?:oss|deg)\s(?:med|til))\så\s(?:kunne\s)?(?P<use>(?:[^.;:()|]|{_INNER}){{4,200}})"
    rf"|{_USE}til\s(?!å\b|deg\b|oss\b|en\b|et\b|dette\b|andre\b|du\b|vi\b)(?P<noun>(?:[^.;:()|]|{_INNER}){{4,120}})"
    rf"|\b(?:formål|føremål)(?:et|ene|a)?\s(?:[^.;:|]{{0,60}}?\s)??er\s(?:å\s)?(?P<named>(?:[^.;:()|]|{_INNER}){{4,200}})"
    rf"|\b(?:formål|føremål)(?:et|ene|a)?\s?:\s?(?:å\s)?(?P<label>(?:[^.;()|]|{_INNER}){{4,200}})",
    re.IGNORECASE,
)
# "Grunnlaget for å behandle …" states no purpose.
_NO_AIM = re.compile(
    r"\b(?:\w*grunnlag\w*|ansvarl[ei]g|ansvar|mulighet\w*|høve|\w*plikt\w*|\w*frist\w*|rett|alder\w*|kontakt\w*)\s$",
    re.IGNORECASE,
)
_PASSIVE = (
    r"\b(?:lagre|behandle|dele|utlevere|samle|bruke|benytte|hente|innhente|registrere|sende|oversende|videresende|overføre|oppbevare|"
    r"arkivere|slette|anonymisere|kreve|trenge|logge|publisere|analysere|opprette|utveksle|formidle|videreformidle|plassere)(?:s|st)\b"
    r"|\b(?:lagr|handsam|del|utlever|saml|bruk|nytt|hent|innhent|registrer|send|overfør|oppbevar|arkiver|slett|anonymiser|krev)ast\b"
)
# "For å hente ut data kan vi …": after a purpose that comes first stands the sentence's verb.
_VERB_AFTER = re.compile(
    r",?\s(?:kan|må|vil|skal|har|er|trenger|treng|bruker|brukar|ber|samler|samlar|henter)\s.*"
    rf"|,?\s(?:{_PASSIVE})\s.*|,\s[a-zæøå]+(?:er|ar)\s(?!og\b|eller\b|samt\b).*|,\s[a-zæøå]+(?:r|gg|ng)\s(?:vi|du|dere|me|de)\b.*",
    re.DOTALL,
)
_SUBORDINATE = re.compile(
    r"\b(?:som|at|om|hvordan|hvor|hva|hvem|hvilk\w+|hvorfor|når|korleis|kor|kva|kven|kvifor)\b"
)
_RECIPIENT_COLUMN = re.compile(r"hvem|kven|mottak|deles|who", re.IGNORECASE)
_NOT = re.compile(r"\b(?:ikke|ikkje|aldri|ingen|inga)\b[^.;,]{0,60}$", re.IGNORECASE)
_NO_PURPOSE = re.compile(
    r"(?:følgende|følgjande|disse|desse|dette|andre|flere|fleire)(?:\s\w*(?:formål|føremål|ting))?\W*$",
    re.IGNORECASE,
)
# Where a purpose ends and the sentence goes on with something else.
_REST = re.compile(
    r",?\s(?:se|sjå|som følg\w+ av|dersom|hvis|viss|med mindre|når|basert på|i henhold til|i tråd med|i samsvar med|på grunnlag av|jf|jamfør|"
    r"slik at|og dette|og lagre[srt]\w*|og blir|samtidig|inntil|så lenge|men|mens|medan|fordi|bruker vi|brukar vi|"
    r"behandler vi|handsamar vi|lagrer vi|lagrar vi|samler vi|samlar vi|trenger vi|treng vi|må vi|henter vi|hentar vi|registrerer vi|"
    r"nyttar vi|benytter vi|benyttar vi|deler vi|sender vi|ber vi|innhenter vi|mottar vi|oppbevarer vi|overfører vi|"
    r"som vi|er art|lagre[sr]|behandle[sr]|registreres|innhentes|benyttes)\b.*"
    r"|,\s(?:og\s)?(?:grunnlag\w*|rettslig\w*|hjemmel)\b.*"
    r"|,\sog\s(?:vi|du|dere|me|de|det|den|dette|disse|opplysning\w+|data)\s.*|,\s(?:det (?:vil|er å) (?:si|seie)|dvs|altså)\b.*"
    r"|,?\s(?:må|kan|skal|vil|bør)\s(?:vi|du|dere|me)\b.*"
    rf"|,\s[a-zæøå]+(?:r|gg|ng)\s(?:vi|du|dere|me)\b.*|\sog\s(?:{_PASSIVE}).*"
    r"|\s(?:med|ved|etter|uten|utan)\s(?:[a-zæøå]+\s)?samtykke\b.*|,?\s(?:jf\s)?(?:gdpr\s)?art(?:ikkel|\.)?\s?[69]\b.*",
    re.IGNORECASE | re.DOTALL,
)
_INFINITIVE = (
    r"(?:å\s)?(?!(?:alle|våre|dine|deres|andre|disse|desse|denne|mange|egne|hele|nye|gode|relevante|noe|noen|ditt|vår|mine|hvilke|adresse|ordre|tjeneste|side|kunde|helse)\b|"
    r"[a-zæøå]+(?:lige|iske|ante|ente|elle|[a-zæøå]{3,}ende|else|esse|este|pålagte|lser|ede)\b|(?:service|analyse|annonse|oppgave|reklame|kampanje|støtte)\b|"
    r"(?!(?:be|for)?tjene\b|forene\b)[a-zæøå]{3,}(?:ene|ane)\b)"  # "kundene våre" is no infinitive
    r"(?:[a-zæøå]{2,}e|gi|gje|få|se|sjå|ha|gå|ta|nå|yte|la)\s(?=[a-zæøå])"
)
_AND_DO = re.compile(
    rf"(?:,\s(?:og|samt|eller)|,|\s(?:og|samt|eller))\s(?=(?:for\så\s|til\så\s)?{_INFINITIVE})"
)
_AND = r"\s(?:og(?:/eller)?|samt|eller)\s"
_ONLY_COMMA = re.compile(r",(?!\d)\s?(?:(?:og|samt|eller)\s)?|;\s|\s/\s")
_ONLY_AND = re.compile(_AND)
_COMMA = re.compile(rf"{_ONLY_COMMA.pattern}|{_AND}")
_OPENING = re.compile(
    r"(?:for\så|til\så|å|at|kunne|bl\.a\.|blant annet|mellom anna|(?:slik\s)?som(?:\sfor\seksempel|\stil\sdømes|\sf\.eks\.)|slik som|"
    r"for eksempel|til dømes|f\.eks\.|t\.d\.|herunder|inkludert|medrekna|deriblant|også|(?:[a-z]|[ivx]{2,4}|\d{1,2})[.)])\s+",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"[\s,]{1,3}(?:(?:slik\s)?som\s)?(?:f\.eks|for eksempel|til dømes|t\.d|bl\.a|bla|blant annet|mellom anna|m\.m|m\.v|mv|osv|etc|o\.l|e\.l)$",
    re.IGNORECASE,
)
# What breaks off at a word that must go on is no phrase, nor is one that only points back.
_BROKEN = re.compile(
    r"\b(?:og|eller|samt|å|at|som|en|ein|et|eit|den|det|dem|de|dei|hvor|hvordan|korleis|hvilke|hva|kva|for|fra|frå)$|^(?:som|og|eller)\b"
    r"|\b(?:informasjon|opplysning\w*|beskjed|kunnskap|data|spørsmål|oversikt)\s(?:om|over)$",
    re.IGNORECASE,
)
_SENTENCE = re.compile(
    r"^(?:vi|du|dere|me|de|dei|det|dette|når|hvis|viss|dersom|med|i|opplysning\w*\s(?:blir|vert|kan|skal|er|\w+(?:es|ast)))\b",
    re.IGNORECASE,
)
_ONLY_VERBS = re.compile(
    r"(?:å\s)?[a-zæøå]+(?:,\s[a-zæøå]+)*(?:\s(?:gjeldende|gjeldande|opp|ut|inn|imot|ned|fram|frem))?",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"\s?\([^()]*\)")
_ITEM_LABEL = re.compile(r"(?P<label>[^:|.]{3,70}?)\s?(?::|\s[–—-])\s")
_COLLECTS = (
    r"\b(?:samler inn|samlar inn|registrere[rs]|registrerar|lagre[rs]|lagrar|behandler|handsamar|innhenter|hentar inn|oppgir?|oppgje|"
    r"noterer|noterar|ber om|spør om|trenger|treng|legge inn|inneholder|inneheld|omfatter|omfattar|gjelder|består av|mottar|hente[rs]|"
    r"logge[rs])\s(?:vi\s|også\s|òg\s|følgende\s|bl\.a\.\s|blant annet\s|da\s|dessuten\s)*"
)
_DATA_LIST = re.compile(
    r"(?:\b(?:person)?(?:opplysning(?:er|ar|ene|ane)?|informasjon|data|personalia)\s"
    r"(?:slik som|som til dømes|som for eksempel|som|om|,?\s?f\.eks\.)\s(?:(?:til dømes|blant annet|deg og|ditt|din|dine)\s)?"
    rf"|\bliste\w*\smed\s|{_COLLECTS}|:\s)(?P<list>[^.;:|]{{3,300}})"
    r"|^\W{0,4}(?P<first>[A-ZÆØÅ][^.;:|]{2,200}?)\s"
    r"(?:blir|vert|lagres|lagrast|registreres|behandles|brukes|benyttes|skrives|logges|hentes|samles|noteres|er nødvendig)\b",
    re.IGNORECASE,
)
_LIST_END = re.compile(
    r"\s(?:for å|til å|når|dersom|hvis|viss|slik at|i forbindelse med|i samband med|som (?:vi|du|er|blir|kan)|ved|fra|frå|basert|"
    r"vil bli|blir|vert|lagres|på den|mens|til (?:dette|bruk))\b.*",
    re.IGNORECASE | re.DOTALL,
)
_GENERIC = re.compile(
    r"^(?:(?:de|dei|dine|deg|disse|slike|følgende|fleire|flere|andre|alle|visse|nødvendige?|relevante?|ulike?|noen|annen|hvilke|kva|hva|"
    r"våre|vår|kategorier av|typer|slags)\s){0,6}(?:person)?(?:opplysning\w*|informasjon\w*|data\w*)"
    r"(?:\s(?:om|dine|deg|din|du|vi|som|slik).*)?$",
    re.IGNORECASE,
)
_OF_SUBJECTS = re.compile(r"kategori(?:er|ar) (?:av|registrert)\s?(?:de |dei )?registrert", re.IGNORECASE)
_CLAUSAL = re.compile(
    r"\b(?:skal|kan|må|vil|ikke|ikkje|er|har|blir|vert|deg som)\b|^(?:f\.eks|bl\.a|m\.m|osv|etc|o\.l)",
    re.IGNORECASE,
)
_PERSON = re.compile(
    r"^(?:vi|du|dere|me|de|dei|det|dette|den|denne|når|hvis|dersom|i|på|ved|for|etter|noen|alle)\b",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"\b(?:om|for|fra|frå|til|av|hos|som|er)\s(?:(?:våre|eksisterende|potensielle|den|det|de|dei|du|vår|en|ein|alle)\s){0,2}$",
    re.IGNORECASE,
)
_NO_PURPOSE_TITLE = re.compile(
    r"personvern|opplysning|grunnlag|hjemmel|heimel|rett|klage|slett|lagring|oppbevar|innsyn|cookie|kaps|kontakt|sikker|overfør|utlever|deling|"
    r"endring|innledning|behandlingsansvar|erklæring|mottak|kilde|kjelde|\?|hva |hvem |hvilke |hvordan |kva |kven |korleis |"
    r"informasjon(?!s)|bevar|regelverk|lovgiv|lovgjev|bransjenorm|(?:formål|føremål)\w*\s(?:med|for|ved)\b",
    re.IGNORECASE,
)
_PURPOSE_TITLE = re.compile(
    r"^(?:\d[\d.]*[a-z]?[.)]?\s|[a-z][.)]\s)?(?:for å\s|formål\s?:|føremål\s?:)?"
    r"(?P<title>.*(?:ing|inga|else|sjon|service|drift|analyse|statistikk|support|salg|sal|kjøp|"
    r"nyhetsbrev|nyheitsbrev|markedsføring|administrasjon|oppfølging)(?:\s(?:av|til|for|på|i|og|med|mot|ved)\s.{2,50})?)$",
    re.IGNORECASE,
)

_ONLY_LAW = re.compile(
    r"^\w*(?:lov|forskrift)(?:en|a)?(?:\s§.*)?$|\b(?:pålegger|pålegg|påbyr|krever)\s", re.IGNORECASE
)


def find_purposes(
    segments: Sequence[LabelledSegment], structure: Structure, knowledge: Knowledge
) -> Iterator[StatedPhrase]:
    """Find what data are used for, in segments that disclose a purpose.

    A list item under a lead-in such as "Vi bruker opplysningene til å:" is a purpose; so is a cell under the
    header "Formål"; elsewhere it is what follows "for å", "brukes til" or "formålet er".
    """
    subjects = knowledge.patterns_of("data_subject")
    for segment in segments:
        if _discloses(segment, "purpose"):
            for start, end in _purpose_ranges(segment):
                yield _phrase(segment, start, end, structure, subjects)


def find_data_categories(
    segments: Sequence[LabelledSegment], structure: Structure, knowledge: Knowledge
) -> Iterator[StatedPhrase]:
    """Find the kinds of data, in segments that disclose them: each item of a list, in a sentence or set out."""
    subjects = knowledge.patterns_of("data_subject")
    noun = knowledge.patterns_of("data_noun")[0]
    for segment in segments:
        if _discloses(segment, "data_categories") and not _OF_SUBJECTS.search(segment.context):
            for start, end in _category_ranges(segment, noun):
                yield _phrase(segment, start, end, structure, subjects)


def purpose_of(segment: LabelledSegment) -> str | None:
    """Give the purpose that a segment is tied to: its own, its table row's, its item's, or its heading's."""
    found = next(iter(_stated_ranges(segment.text)), None)
    if found is None and segment.kind == "table_row":
        found = next(iter(_cells(segment.text, segment.context.partition(" > ")[2], _COLUMN)), None)
    if found and not _ONLY_LAW.search(segment.text[slice(*found)]):
        return segment.text[slice(*found)]
    title, _, lead_in = segment.context.partition(" > ")
    label = _ITEM_LABEL.match(segment.text)
    for name in (label["label"] if label else "", lead_in.rstrip(":"), title):
        match = _PURPOSE_TITLE.match(name.strip())
        if match and not _NO_PURPOSE_TITLE.search(name):
            return match["title"].strip()
    return None


def _discloses(segment: LabelledSegment, topic: str) -> bool:
    listed = segment.kind not in ("heading", "table_header")
    return listed and segment.has(topic) and not segment.denies(topic)


def _purpose_ranges(segment: LabelledSegment) -> Iterator[Range]:
    text = segment.text
    title, _, lead_in = segment.context.partition(" > ")
    if segment.kind == "table_row":
        # Without a header, a section on purposes has them in the first column.
        header = lead_in or ("formål" if _COLUMN.search(title) else "")
        yield from list(_cells(text, header, _COLUMN)) or _stated_ranges(text)
        return
    stated = list(_stated_ranges(text))
    listed = segment.kind == "list_item" or (lead_in and text[-1:] not in ".!?")
    words = len(text.split())
    led = _LEAD.search(segment.context) and words <= MOST_WORDS
    if listed and not stated and (led or (words <= _SHORT and not _CLAUSAL.search(text))):
        yield from _item(segment)
        return
    yield from stated


def _item(segment: LabelledSegment) -> Iterator[Range]:
    """Give the purposes of a list item; of "Markedsføring: vi sender …", what stands before the colon."""
    text = segment.text
    label = _ITEM_LABEL.match(text)
    end = label.end("label") if label else _first_sentence(text)
    is_name = segment.has("cookies") and " " not in text[:end].strip()  # of a cookie
    if not is_name and not _SENTENCE.match(text):
        yield from _split(text, 0, end, _AND_DO)


def _first_sentence(text: str) -> int:
    stop = re.search(r"[.!?](?=\s+[A-ZÆØÅ]|\s*$)", text)
    return stop.start() if stop else len(text)


def _stated_ranges(text: str) -> Iterator[Range]:
    taken = 0
    for match in _STATED.finditer(text):
        name = match.lastgroup
        if name is None or match.start() < taken:
            continue
        start, end = match.span(name)
        before = text[max(0, match.start() - 80) : match.start()]
        if _NO_AIM.search(before) or _NOT.search(before) or _NO_PURPOSE.match(text, start, end):
            continue
        if name == "aim" and match.start() < _FRONT:
            end = _end_of_aim(text, start, end)
        rest = _REST.search(text, start, end)
        end = rest.start() if rest else end
        taken = end
        yield from _split(text, start, end, _COMMA if name in ("noun", "label") else _AND_DO)


def _end_of_aim(text: str, start: int, end: int) -> int:
    """Give where a purpose that opens a sentence ends: before its verb, unless that is one of a clause within."""
    verb = _VERB_AFTER.search(text, start, end)
    return verb.start() if verb and not _SUBORDINATE.search(text, start, verb.start()) else end


def _split(text: str, start: int, end: int, separator: re.Pattern[str]) -> Iterator[Range]:
    """Cut a range at a separator, and trim each part."""
    position = start
    for match in (*separator.finditer(text, start, end), None):
        stop = match.start() if match else end
        inside = text.count("(", position, stop) > text.count(")", position, stop)
        # "skape, levere og måle reklame" is one
        alone = separator is _AND_DO and _ONLY_VERBS.fullmatch(text[position:stop].strip())
        if match and (inside or alone or text[stop - 1] == "-"):  # "inn- og utbetalinger" is one
            continue
        trimmed = _trim(text, position, stop)
        if trimmed:
            yield trimmed
        position = match.end() if match else end


def _trim(text: str, start: int, end: int) -> Range | None:
    """Leave out marks, brackets at the end and opening words; None if too little is left."""
    while start < end and not text[start].isalnum():
        start += 1
    while opening := _OPENING.match(text, start, end):
        start = opening.end()
    last = _BRACKETS.search(text, start, end)
    if last and last.end() >= end - 1:
        end = last.start()
    if tail := _TAIL.search(text, start, end):
        end = tail.start()
    while end > start and not (text[end - 1].isalnum() or text[end - 1] == ")"):
        end -= 1
    if _BROKEN.search(text[start:end]):
        return None
    return (start, end) if end - start >= 3 or text[start:end].isupper() else None


def _cells(row: str, header: str, column: re.Pattern[str]) -> Iterator[Range]:
    """Give the cells of a table row that stand under a header."""
    for title, start, end in _columns(header, row):
        if column.search(title):
            yield from _split(row, start, end, _AND_DO)


def _columns(header: str, row: str) -> Iterator[tuple[str, int, int]]:
    """Pair the titles of a table with the ranges of a row's cells."""
    titles = [title.strip() for title in header.strip(" |").split("|")]
    position = len(row) - len(row.lstrip(" |"))
    for title, cell in zip(titles, row.strip(" |").split("|"), strict=False):
        yield title, position, position + len(cell)
        position += len(cell) + 1


def _category_ranges(segment: LabelledSegment, noun: Pattern) -> Iterator[Range]:
    text = segment.text
    if segment.kind == "table_row":
        _, _, header = segment.context.partition(" > ")
        for title, start, end in _columns(header, text):
            if _DATA_COLUMN.search(title) and not _RECIPIENT_COLUMN.search(title):
                yield from _enumerated(text, start, end, noun, strict=False)
        return
    if segment.kind == "list_item" and len(text.split()) <= MOST_WORDS:
        label = _ITEM_LABEL.match(text)
        if label and _COMMA.search(text, label.end()) and noun_in(noun, text[label.end() :]):
            yield from _enumerated(text, label.end(), _first_sentence(text), noun, strict=True)
            return
        end = label.end("label") if label else _first_sentence(text)
        if not re.search(r"\b(?:vi|du|me)\b", text[:end]):
            yield from _enumerated(text, 0, end, noun, strict=False)
            return
    for match in _DATA_LIST.finditer(text):
        start, end = match.span(match.lastgroup or 0)
        if _NOT.search(text[max(0, start - 80) : start]):
            continue
        rest = _LIST_END.search(text, start, end)
        yield from _enumerated(text, start, rest.start() if rest else end, noun, strict=True)


def _enumerated(text: str, start: int, end: int, noun: Pattern, *, strict: bool) -> Iterator[Range]:
    """Give the members of a list; in prose (strict) only those that name a kind of data."""
    for first, last in _members(text, start, end, noun):
        part = text[first:last]
        if len(part.split()) > 8 or _GENERIC.match(part) or _PERSON.match(part) or _CLAUSAL.search(part):
            continue
        if not strict or noun_in(noun, part):
            yield first, last


def _members(text: str, start: int, end: int, noun: Pattern) -> Iterator[Range]:
    """Cut a list at commas, and at "og" where both sides name data: "etnisk eller religiøs bakgrunn" is one."""
    for first, last in _split(text, start, end, _ONLY_COMMA):
        parts = list(_split(text, first, last, _ONLY_AND))
        if all(noun_in(noun, text[slice(*part)]) for part in parts):
            yield from parts
        else:
            yield first, last


def noun_in(noun: Pattern, text: str) -> bool:
    """Tell whether a text names a kind of data."""
    return any(True for _ in noun.find(text))


def _phrase(
    segment: LabelledSegment, start: int, end: int, structure: Structure, subjects: Sequence[Pattern]
) -> StatedPhrase:
    quote = segment.quote(start, end)
    phrase = " ".join(quote.text.split())
    return StatedPhrase(
        quote.start, quote.end, quote.text, phrase, _subject(segment, start, structure, subjects)
    )


def _subject(
    segment: LabelledSegment, place: int, structure: Structure, subjects: Sequence[Pattern]
) -> str | None:
    """Give whom a phrase is about: by the words before it, the lead-in, or the nearest heading that tells."""
    before = segment.text[:place]
    named = [
        p.value
        for p in subjects
        for m in p.find(before)
        if _ABOUT.search(before, 0, m.start()) or m.start() < 2
    ]
    lead_in = structure.passages[segment.segment.passage].lead_in
    path = structure.sections[segment.segment.section].path
    for kinds in (named, *(_kinds(text, subjects) for text in (lead_in, *reversed(path)))):
        if kinds:
            return kinds[0] if len(set(kinds)) == 1 else None
    return None


def _kinds(text: str, subjects: Sequence[Pattern]) -> list[str]:
    return [p.value for p in subjects if any(True for _ in p.find(text))]

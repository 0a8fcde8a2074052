"""Legal bases: references to articles 6 and 9, grounds in words, and acts that command the processing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from analyzer.extract.purposes import purpose_of
from analyzer.extract.reading import LabelledSegment
from analyzer.extract.statutes import Citation
from analyzer.knowledge import Knowledge, Pattern
from analyzer.records import LegalBasis

_POINT = re.compile(
    r"(?<![\wæøå])(?P<mark>(?:bokst(?:av)?|litra|pkt|punkt)\.?\s*|[.(«\"'12-]\s*)?"
    r"(?P<letter>[a-j])(?P<close>[).»\"'])?(?![\wæøå])",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"\([^()]{2,60}\)")
_RANGE = re.compile(
    r"([a-j])\)?\s?(?:-|–|\btil\b)\s?(?:bokstav\s)?\(?([a-j])(?![\wæøå]|-[a-zæøå])", re.IGNORECASE
)
_ARTICLES = {"seks": "6", "ni": "9"}
_SPECIAL = re.compile(
    r"helse|allergi|sykdom|sjukdom|sensitiv|særl[ei]ge? kategori|biometr|etnisk|relig|livssyn|fagforening|seksuel|politisk",
    re.IGNORECASE,
)
_SENSITIVE = re.compile(
    r"\bsensitive (?:person)?oppl[ey]sning|\bhelseopplysning|\bsærl[ei]ge? kategori", re.IGNORECASE
)
# A duty in words to keep data, and not only a reservation for what the law may demand.
_DUTY_TO_KEEP = re.compile(
    r"(?<!med mindre vi )(?<!med mindre det )\b(?:er|blir) (?:\w+ )?(?:lov)?(?:pålagte?|pålagde?|pliktige?)\b|\bpålegger\b|\bpålegg oss\b",
    re.IGNORECASE,
)
_RIGHT = re.compile(r"\brett til å (?:protestere|motsette)|\bmotsette deg|\bprotestere mot", re.IGNORECASE)
_COMMANDS = re.compile(
    r"pål[ae]g|plikt|påbud|\bkrev|heim?mel|hjemmel|grunnlag|\b(?:etter|jf\.?|jamfør|henhold til|samsvar med|medhold av|følge|"
    r"fordi|på grunn av|hensyn til|sier|seier|følg\w+)\b|\(",
    re.IGNORECASE,
)
_MOST = 100
"""References in one segment that are compared; a sentence has a handful."""

_LAST_LETTER = {"6": "f", "9": "j"}
# "Vitale interesser" beside article 9(2)(c) says that point in words, and is no ground of article 6.
_SAYS_THE_SAME = {"9.2.a": "6.1.a", "9.2.c": "6.1.d", "9.2.g": "6.1.e", "9.2.i": "6.1.e"}
_PARAGRAPH = {"6": "1", "9": "2"}
# Acts that set limits to processing or give rights, but command none.
_NO_DUTY = ("personopplysningsl", "personregister", "ekomlov", "markedsføringslov", "grunnlov", "åndsverklov")
_UNBOUND = re.compile(
    r"\b(?:ikke|ikkje) (?:bundet|bunden|underlagt|underlagd|omfattet|omfatta)", re.IGNORECASE
)


def find_legal_bases(
    segments: Sequence[LabelledSegment], citations: Sequence[Sequence[Citation]], knowledge: Knowledge
) -> Iterator[LegalBasis]:
    """Find the grounds that a statement relies on, each code once a segment.

    An article reference counts wherever it stands; a ground in words in a segment that discloses a legal basis,
    or, where the wording leaves no doubt, in a passage that discloses anything. Consent to the processing of
    special categories of data is 9(2)(a). An act that is named as the ground, or as the reason for keeping data,
    is 6(1)(c) unless the segment refers to another point.

    Args:
        segments: Segments with labels.
        citations: The acts cited in each segment.
        knowledge: For the patterns of kind ``legal_basis``.
    """
    patterns = knowledge.patterns_of("legal_basis")
    references = [p for p in patterns if p.normaliser == "article"]
    letters = next(p for p in patterns if p.normaliser == "letters")
    worded = [p for p in patterns if p.normaliser in ("worded", "stated")]
    article: tuple[int, str] | None = None  # the section and the last article referred to in it
    for segment, cited in zip(segments, citations, strict=True):
        if segment.kind in ("heading", "table_header"):
            continue
        section = segment.segment.section
        known = article[1] if article and article[0] == section else None
        explicit, named = _explicit(segment, references)
        if named:
            known = named
            article = (section, named)
        said = {_SAYS_THE_SAME.get(basis.article) for basis in explicit}
        grounds = [basis for basis in _worded(segment, worded) if basis.article not in said]
        explicit += _by_letter(segment, letters, explicit, known, {basis.article for basis in grounds})
        found = [
            *explicit,
            *grounds,
            *_commanded(segment, cited, {basis.article for basis in (*explicit, *grounds)}),
        ]
        yield from _with_purpose(found, segment)


def read_article(match: re.Match[str], article: str | None = None) -> list[str]:
    """Read a match of an article pattern: "artikkel 6 nr. 1 a), b) og f)" gives three codes.

    The word "i" after "artikkel 9" is a preposition, not point (i), unless it is marked as a point.
    """
    article = article or _article(match)
    codes = []
    for point in _POINT.finditer(_RANGE.sub(_spell_out, _BRACKETED.sub("", match["rest"] or ""))):
        letter = point["letter"].lower()
        marked = bool(point["close"] or (point["mark"] and not point["mark"].strip().isdigit()))
        if letter > _LAST_LETTER[article] or (letter == "i" and not marked):
            continue
        codes.append(f"{article}.{_PARAGRAPH[article]}.{letter}")
    return list(dict.fromkeys(codes))


def _article(match: re.Match[str]) -> str:
    article = match["article"].lower()
    return _ARTICLES.get(article, article)


def _spell_out(match: re.Match[str]) -> str:
    """Write a range of points, such as "a–c", one by one."""
    first, last = ord(match[1].lower()), ord(match[2].lower())
    return ", ".join(f"{chr(code)})" for code in range(first, last + 1))


def _explicit(segment: LabelledSegment, patterns: Sequence[Pattern]) -> tuple[list[LegalBasis], str | None]:
    """Find references to points, and the last of the articles named."""
    found: list[LegalBasis] = []
    named: str | None = None
    if not ("6" in segment.text or "9" in segment.text or "artikkel" in segment.text.lower()):
        return found, named
    for pattern in patterns:
        for match in pattern.find(segment.text):
            named = _article(match)
            end = match.start() + len(match.group().rstrip())
            found += [
                _basis(segment, match.start(), end, code, explicit=True) for code in read_article(match)
            ]
    return found, named


def _by_letter(
    segment: LabelledSegment,
    pattern: Pattern,
    explicit: Sequence[LegalBasis],
    article: str | None,
    grounds: set[str],
) -> list[LegalBasis]:
    """Find points named by letter alone, of the article named before or right after them.

    A letter that agrees with a ground in words beside it, such as "avtale (bokstav b)", is of article 6.
    """
    found: list[LegalBasis] = []
    spans = {(basis.start, basis.end) for basis in explicit[:_MOST]}
    for match in pattern.find(segment.text):
        after = segment.text[match.end() : match.end() + 60]
        follows = re.match(r"[^.;]{0,40}?\bart(?:ikkel|\.)?\s*(6|9)\b", after, re.IGNORECASE)
        named = follows[1] if follows else article
        quote = segment.quote(match.start(), match.end())
        inside = any(start <= quote.start < end for start, end in spans)
        if named is None or inside or "§" in segment.text[max(0, match.start() - 30) : match.start()]:
            continue
        in_words = [code for code in read_article(match, "6") if code in grounds]
        codes = in_words if in_words and not follows else read_article(match, named)
        found += [_basis(segment, *match.span(), code, explicit=True) for code in codes]
    return found


def _worded(segment: LabelledSegment, patterns: Sequence[Pattern]) -> Iterator[LegalBasis]:
    if not (segment.labels or segment.passage_topics) or _RIGHT.search(segment.text):
        return
    labelled = segment.has("legal_basis")
    for pattern in patterns:
        if pattern.normaliser == "worded" and not labelled:
            continue
        match = next(iter(pattern.find(segment.text)), None)
        if match:
            code = "9.2.a" if pattern.value == "6.1.a" and _is_special(segment) else pattern.value
            yield _basis(segment, match.start(), match.end(), code, explicit=False)


def _is_special(segment: LabelledSegment) -> bool:
    """Tell whether a consent is one to the processing of special categories of data."""
    if _SENSITIVE.search(segment.text) or (
        segment.has("special_categories") and _SPECIAL.search(segment.text)
    ):
        return True
    return "special_categories" in segment.passage_topics and "uttrykkel" in segment.text.lower()


def _commanded(
    segment: LabelledSegment, cited: Sequence[Citation], grounds: set[str]
) -> Iterator[LegalBasis]:
    """Give 6(1)(c) for an act that is named as the ground, or as the reason for keeping data."""
    if grounds - {"6.1.b"} or not segment.has("legal_basis", "retention") or _UNBOUND.search(segment.text):
        return
    acts = [c for c in cited if not c.act.startswith(_NO_DUTY)]
    if acts and (segment.has("legal_basis") or _COMMANDS.search(segment.text)):
        yield _basis(segment, acts[0].start, acts[0].end, "6.1.c", explicit=False)
    elif segment.has("retention") and (duty := _DUTY_TO_KEEP.search(segment.text)):
        yield _basis(segment, duty.start(), duty.end(), "6.1.c", explicit=False)


def _basis(segment: LabelledSegment, start: int, end: int, code: str, *, explicit: bool) -> LegalBasis:
    quote = segment.quote(start, end)
    return LegalBasis(quote.start, quote.end, quote.text, code, explicit)


def _with_purpose(bases: Iterable[LegalBasis], segment: LabelledSegment) -> Iterator[LegalBasis]:
    """Give each code once, at its first mention, with the purpose that it is tied to."""
    first: dict[str, LegalBasis] = {}
    for basis in bases:
        first.setdefault(basis.article, basis)
    if first:
        purpose = purpose_of(segment)
        yield from (replace(basis, purpose=purpose) for basis in first.values())

"""The records that the stages hand to each other: frozen, slotted, and tied to the text by offsets.

All offsets are character offsets into :attr:`Document.text`, half open (``start`` included, ``end`` not).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

BlockKind = Literal["heading", "paragraph", "list_item", "table_header", "table_row"]
ExtractionMethod = Literal["text", "html", "pdf", "docx", "ocr"]


@dataclass(frozen=True, slots=True)
class Block:
    """One layout unit as the source shows it: a heading, paragraph, list item or table row.

    Attributes:
        start: Offset of the first character in the document's text.
        end: Offset after the last character.
        kind: What the source marks it as.
        level: 1–6 for headings, nesting depth from 1 for list items, 0 otherwise.
        page: Page number from 1, or None for sources without pages.
    """

    start: int
    end: int
    kind: BlockKind
    level: int = 0
    page: int | None = None


@dataclass(frozen=True, slots=True)
class RecognisedPage:
    """A page that Tesseract has read.

    Attributes:
        page: From 1.
        confidence: Mean over the characters, 0 to 100.
        words: The words in reading order, each with Tesseract's confidence, 0 to 100.
    """

    page: int
    confidence: float
    words: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A statement as read from its source.

    Attributes:
        id: Short name of the document in reports and file names.
        source: Path or URL as the user gave it.
        sha256: Hex digest of the source's bytes.
        media_type: MIME type found by looking at the content, never at the suffix.
        text: The text that all offsets point into.
        blocks: Layout units in reading order; empty for plain text, whose layout is found later.
        pages: Number of pages, or None for sources without pages.
        method: How the text was obtained.
        warnings: What the reader of a report should know about the extraction, in Norwegian.
        recognised: The pages that Tesseract has read, with its confidence in each word.
    """

    id: str
    source: str
    sha256: str
    media_type: str
    text: str
    blocks: tuple[Block, ...] = ()
    pages: int | None = None
    method: ExtractionMethod = "text"
    warnings: tuple[str, ...] = ()
    recognised: tuple[RecognisedPage, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """A passage of the document's text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reading:
    """A passage as a reader should see it, tied to the source character by character.

    Attributes:
        text: The passage with line breaks, hyphenation, list markers and Markdown marks resolved.
        offsets: For each character of ``text``, the offset of the source character it stands for.
    """

    text: str
    offsets: Sequence[int]

    def locate(self, start: int, end: int) -> Span:
        """Give the source span of ``text[start:end]``, which must not be empty."""
        return Span(self.offsets[start], self.offsets[end - 1] + 1)

    def slice(self, start: int, end: int) -> Reading:
        """Cut out a part of the reading."""
        return Reading(self.text[start:end], self.offsets[start:end])


@dataclass(frozen=True, slots=True)
class Repair:
    """A passage of the source that OCR had damaged, and what stands there.

    Attributes:
        start: Offset of the first damaged character in the source.
        end: Offset after the last.
        original: The text as read.
        restored: The text that replaces it.
        score: Probability of the repair in [0, 1].
    """

    start: int
    end: int
    original: str
    restored: str
    score: float


@dataclass(frozen=True, slots=True)
class Restoration:
    """A text with OCR damage undone, tied to its source.

    Attributes:
        text: The readable text; the source itself, byte for byte, if nothing was damaged.
        repairs: What was changed, in order, none overlapping its neighbour.
        damage: Share of the words that were repaired.
    """

    text: str
    repairs: tuple[Repair, ...]
    damage: float

    def sources(self) -> list[int]:
        """Give for each character of ``text`` the offset of the source character that it stands for, rising."""
        offsets: list[int] = []
        position = 0
        for repair in self.repairs:
            offsets.extend(range(position, repair.start))
            new, old = len(repair.restored), repair.end - repair.start
            last = max(new - 1, 1)
            offsets.extend(repair.start + k * max(old - 1, 0) // last for k in range(new))
            position = repair.end
        offsets.extend(range(position, position + len(self.text) - len(offsets)))
        return offsets

    def locate(self, start: int, end: int) -> Span:
        """Give the source span of ``text[start:end]``; inside a repair, the whole of it.

        Args:
            start: Offset into the restored text.
            end: Offset after the last character, at least ``start``.
        """
        return Span(self._source(start, last=False), self._source(end, last=True))

    def _source(self, offset: int, *, last: bool) -> int:
        """Map one boundary of the restored text to the source."""
        shift = 0  # source offset minus restored offset, behind the repairs seen so far
        for repair in self.repairs:
            start = repair.start - shift
            end = start + len(repair.restored)
            if offset <= start:
                break
            if offset < end:
                return repair.end if last else repair.start
            shift += len(repair.original) - len(repair.restored)
        return offset + shift


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with everything up to the next heading of any level.

    Attributes:
        index: Position among the sections.
        title: The heading as read; empty for text before the first heading.
        level: 1–6; 0 for the untitled section.
        start: Offset where the heading starts.
        end: Offset where the section's own text ends.
        page: Page of the heading.
        path: Titles of the sections above, outermost first, and its own.
    """

    index: int
    title: str
    level: int
    start: int
    end: int
    page: int | None
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph, list item, table row or heading, with the context that gives it meaning.

    Attributes:
        index: Position among the passages.
        start: Offset of its first character, the list marker included.
        end: Offset after its last character.
        kind: What the layout makes of it.
        reading: The text as read.
        section: Index of the section it stands in.
        lead_in: Text that introduces it: "Vi lagrer:" before a list, the header of a table.
        page: Page from 1.
    """

    index: int
    start: int
    end: int
    kind: BlockKind
    reading: Reading
    section: int
    lead_in: str = ""
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """A sentence, list item, table row or heading: the unit that evidence points to.

    Attributes:
        index: Position among the segments; disclosures cite it as evidence.
        start: Offset of its first character.
        end: Offset after its last character.
        reading: The text as read.
        passage: Index of the passage it is part of.
        section: Index of its section.
        page: Page from 1.
    """

    index: int
    start: int
    end: int
    reading: Reading
    passage: int
    section: int
    page: int | None = None

    @property
    def text(self) -> str:
        """The segment as a reader should see it."""
        return self.reading.text


@dataclass(frozen=True, slots=True)
class Structure:
    """A document taken apart: sections, passages within them, segments within those."""

    sections: tuple[Section, ...]
    passages: tuple[Passage, ...]
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Label:
    """What a segment discloses.

    Attributes:
        topic: One of the 26 category ids.
        score: Probability in [0, 1]; 1.0 from a rule.
        by: ``model:<name>`` or ``rule:<id>``.
        denied: True if the segment says that the matter does not occur.
    """

    topic: str
    score: float
    by: str
    denied: bool = False


RetentionClass = Literal[
    "specific", "indefinite", "criterion", "unspecified_legal", "unspecified_other", "none"
]


@dataclass(frozen=True, slots=True)
class Retention:
    """How long something is kept.

    Attributes:
        start: Offset of the evidence.
        end: Offset after the evidence.
        text: The evidence as read.
        kind: A length, a criterion, or a statute that decides.
        duration: ISO 8601 duration, for a length.
        bound: Whether the length is exact, an upper or a lower bound.
        applies_to: What is kept, if the sentence says so.
        trigger: When the period starts.
        statute: The act that commands it, with its section.
        retention_class: One of the six classes of Rodriguez and Del Alamo (Mendeley Data c4x958pzpm).
    """

    start: int
    end: int
    text: str
    kind: Literal["duration", "criterion", "statute"]
    duration: str | None
    bound: Literal["exact", "at_most", "at_least"] | None
    applies_to: str | None
    trigger: str | None
    statute: str | None
    retention_class: RetentionClass


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """A ground for processing: ``article`` is "6.1.a" … "6.1.f" or "9.2.a" … "9.2.j".

    ``explicit`` tells an article reference from a worded ground.
    """

    start: int
    end: int
    text: str
    article: str
    explicit: bool
    purpose: str | None = None


@dataclass(frozen=True, slots=True)
class StatedPhrase:
    """A purpose or a kind of data: ``phrase`` is the evidence on one line.

    ``data_subject`` is whom it is about where the statement groups by that, such as "customers" or "employees".
    """

    start: int
    end: int
    text: str
    phrase: str
    data_subject: str | None = None


@dataclass(frozen=True, slots=True)
class StatuteReference:
    """A reference to an act, by its short name, and to a place in it.

    Attributes:
        start: Offset of the reference.
        end: Offset after it.
        text: The reference as read.
        act: Short name of the act, as ``statutes.toml`` has it, without the year by which acts of one name differ.
        section: Number after "§", such as "9 A-4".
        status: Whether the act is in force on the day of the audit.
        paragraph: Number of the paragraph (ledd), such as "2".
        number: Number of the item (nr.), such as "5".
        letter: Letter of the item (bokstav), such as "c".
        lovdata: Date and number of the act, such as "2004-11-19-73", if the act is known.
    """

    start: int
    end: int
    text: str
    act: str
    section: str | None
    status: Literal["in_force", "repealed", "unknown"]
    paragraph: str | None = None
    number: str | None = None
    letter: str | None = None
    lovdata: str | None = None


@dataclass(frozen=True, slots=True)
class RenamedAuthority:
    """A public body under a name that it no longer bears on the day of the audit.

    ``name`` is the old name in its base form, ``current`` what the body, or the one that took over its tasks, is called
    now, and ``renamed_on`` the first day of that name (ISO 8601).
    """

    start: int
    end: int
    text: str
    name: str
    current: str
    renamed_on: str


@dataclass(frozen=True, slots=True)
class Recipient:
    """A named company, product or authority that receives or processes data.

    ``name`` is that of ``services.toml`` or ``authorities.toml`` if it is there; ``country`` (ISO 3166 alpha-2) is where the
    supplier or its parent is established, ``kind`` what the service is for, such as "payment", and ``implies_transfer``
    whether to use it is to transfer data out of the EEA; each None if not known.
    """

    start: int
    end: int
    text: str
    name: str
    role: Literal["processor", "authority", "partner", "unknown"]
    country: str | None
    kind: str | None = None
    implies_transfer: bool | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """A point of contact and whose it is."""

    start: int
    end: int
    text: str
    kind: Literal["email", "phone", "address", "url"]
    of: Literal["controller", "dpo", "authority", "unknown"]


@dataclass(frozen=True, slots=True)
class Organisation:
    """The data controller, as the statement names it; ``orgnr`` has nine digits and a valid check digit.

    ``country`` (ISO 3166 alpha-2) is told by number, sector or legal form; None if they do not tell.
    """

    name: str | None
    orgnr: str | None
    sector: Literal["public", "private", "unknown"]
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """One that answers for the processing beside the controller: a joint controller, or the data protection officer."""

    start: int
    end: int
    text: str
    role: Literal["joint_controller", "dpo"]
    name: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything extracted from one statement, each list in the order of the text."""

    organisation: Organisation
    date: str | None = None
    retention: tuple[Retention, ...] = ()
    legal_bases: tuple[LegalBasis, ...] = ()
    statutes: tuple[StatuteReference, ...] = ()
    recipients: tuple[Recipient, ...] = ()
    contacts: tuple[Contact, ...] = ()
    authorities: tuple[RenamedAuthority, ...] = ()
    parties: tuple[Party, ...] = ()
    purposes: tuple[StatedPhrase, ...] = ()
    data_categories: tuple[StatedPhrase, ...] = ()


Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Quote:
    """Evidence: a span of the document and the text as a reader should see it."""

    start: int
    end: int
    text: str

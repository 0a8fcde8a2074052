"""The whole line, from a source to a report: the only place where the stages meet."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Thread
from typing import Literal

from analyzer import __version__
from analyzer.assess import assess
from analyzer.classify import TopicModel, label_segments, load_model
from analyzer.classify.cache import default_cache
from analyzer.errors import AnalyzerError
from analyzer.extract import extract_facts, with_labels
from analyzer.ingest import read_document
from analyzer.knowledge import Knowledge
from analyzer.language import NameFinder, identify_language, load_identifier
from analyzer.records import Document
from analyzer.redaction import redact as mask_personal_data
from analyzer.report import Report, build_report
from analyzer.restoration import restore
from analyzer.segment import segment

MIN_WORDS = 40
"""Below this a text is no statement that anything could be missing from."""

MIN_LETTERS_SHARE = 0.012
"""Norwegian has 1.5–3.5 % of æ, ø and å; a long text with less than this may have lost them to OCR."""

MIN_INTACT_SHARE = 0.01
"""Of all words, those of ``letter_words`` in terms.toml, of which Norwegian has 2–6 %; lists and borrowed words lower
that share less than the share of letters."""

_NORWEGIAN = frozenset({"nb", "nn"})


@dataclass(frozen=True, slots=True)
class Failure:
    """A source of which no report could be made, and why."""

    source: str
    error: str


@dataclass(frozen=True)
class Analyzer:
    """Knowledge and model, loaded once, for any number of statements.

    Attributes:
        knowledge: The rules.
        model: Scores texts for topics.
        as_of: The day of the audit, ISO 8601: which acts are in force.
        language: ``nb`` or ``en``: the language of titles and messages.
        redact: Whether personal data are masked in the reports.

    Example:
        >>> az = Analyzer.load()
        >>> az.analyze(b"Fjell AS er behandlingsansvarlig.").data["organisation"]["name"]
        'Fjell AS'
    """

    knowledge: Knowledge
    model: TopicModel
    as_of: str
    language: Literal["nb", "en"] = "nb"
    redact: bool = False

    @classmethod
    def load(
        cls,
        model: str | Path | None = None,
        *,
        knowledge: str | Path | None = None,
        as_of: str | None = None,
        language: Literal["nb", "en"] = "nb",
        threads: int | None = None,
        cache: bool = False,
        redact: bool = False,
    ) -> Analyzer:
        """Load knowledge and model.

        Args:
            model: None for the shipped model; a folder made by ``personvern train``; or the folder or hub id
                of a Hugging Face sequence classifier.
            knowledge: A folder that replaces the package's own rules.
            as_of: The day of the audit, ISO 8601; today when None.
            language: Language of titles and messages.
            threads: For the encoder of the shipped model; all cores when None.
            cache: Keep the encoder's scores in the user's cache folder, by digest and without text, so that
                boilerplate seen before costs nothing.
            redact: Mask names of persons, telephone numbers, e-mail addresses and national identity numbers in every
                report, after the analysis, which sees them.

        Raises:
            AnalyzerError: If the model or a knowledge file cannot be used, or ``as_of`` is no date.
        """
        try:
            day = datetime.date.fromisoformat(as_of) if as_of else datetime.date.today()
        except ValueError:
            raise AnalyzerError(f"«{as_of}» er ingen dato. Skriv den som 2026-11-21.") from None
        Thread(target=load_identifier, daemon=True).start()
        rules = Knowledge.load(knowledge)
        topic_model = load_model(model, rules, threads=threads, cache=default_cache() if cache else None)
        return cls(rules, topic_model, day.isoformat(), language, redact)

    def analyze(
        self,
        source: str | Path | bytes,
        *,
        id: str | None = None,
        name: str | None = None,
        ocr: Literal["auto", "never", "always"] = "auto",
        ocr_language: str | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Report:
        """Analyse one statement.

        Args:
            source: Path of a file, or its bytes.
            id: Short name in the report; the file's stem when None.
            name: What the report calls the source when bytes are given.
            ocr: When to read pictures of text with Tesseract, as for :func:`analyzer.ingest.read_document`.
            ocr_language: Language for Tesseract; Norwegian when None.
            progress: Called with pages done and pages in all after each page that Tesseract has read.

        Raises:
            UnreadableSource: If there is nothing to read; the message says what to do.
        """
        document = read_document(
            source, id=id, name=name, ocr=ocr, ocr_language=ocr_language, progress=progress
        )
        return self.analyze_document(document)

    def analyze_many(self, sources: Iterable[str | Path]) -> Iterator[Report | Failure]:
        """Analyse many statements; one that cannot be read gives a Failure, and the rest go on."""
        for source in sources:
            try:
                yield self.analyze(source)
            except AnalyzerError as error:
                yield Failure(str(source), str(error))

    def analyze_document(self, document: Document) -> Report:
        """Analyse a document that has been read."""
        restoration = restore(document.text)
        language = identify_language(restoration.text)
        structure = segment(document, self.knowledge, restoration=restoration)
        labels, doubts = label_segments(structure, self.model, self.knowledge)
        facts = extract_facts(structure, labels, self.knowledge, self._names, as_of=self.as_of)
        assessment = assess(
            list(with_labels(structure, labels)),
            facts,
            self.knowledge,
            as_of=self.as_of,
            language=self.language,
            unreadable=_why_unreadable(restoration.text, language, self.knowledge),
            doubts=doubts,
        )
        report = build_report(
            document,
            restoration,
            language,
            structure,
            labels,
            facts,
            assessment,
            version=__version__,
            model=self.model.name,
            knowledge=self.knowledge.digest,
            as_of=self.as_of,
        )
        return Report(mask_personal_data(report.data, self._names)) if self.redact else report

    @cached_property
    def _names(self) -> NameFinder:
        return NameFinder(self.knowledge)


def _why_unreadable(text: str, language: str, knowledge: Knowledge) -> tuple[str, str] | None:
    """Give reason and advice if nothing may be called missing from this text."""
    words = len(text.split())
    if words < MIN_WORDS:
        return (
            f"Teksten har bare {words} ord; det er for lite til å si hva som mangler.",
            "Kontroller at hele erklæringen kom med, og at det er en personvernerklæring.",
        )
    if language not in _NORWEGIAN | {"und"}:
        return (
            f"Teksten er ikke på norsk (gjenkjent språk: {language}).",
            "Bruk den norske utgaven av erklæringen.",
        )
    letters = sum(c.isalpha() for c in text)
    norwegian = sum(c in "æøåÆØÅ" for c in text)
    few = words > 100 and norwegian < MIN_LETTERS_SHARE * letters
    if (
        few
        and sum(word in knowledge.letter_words for word in text.lower().split()) < MIN_INTACT_SHARE * words
    ):
        return (
            "Teksten har mistet bokstavene æ, ø og å, trolig ved tekstgjenkjenning uten norsk språkmodell.",
            "Les originalen på nytt med norsk språkmodell, for eksempel «tesseract side.png ut -l nor».",
        )
    if text.count("\ufffd") > 0.01 * letters:
        return (
            "Deler av teksten er skadet og kunne ikke leses.",
            "Hent originalen på nytt, eller lagre den som UTF-8.",
        )
    return None

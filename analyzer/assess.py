"""Holds requirements against labels and facts: which disclosures are made or missing, and what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from analyzer.errors import InvalidKnowledge
from analyzer.extract import LabelledSegment
from analyzer.knowledge import FindingText, Knowledge, Requirement
from analyzer.records import Assessment, Disclosure, Facts, Finding, Quote, Recipient, Status

EEA = frozenset(
    {
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IS",
        "IT",
        "LI",
    }
    | {"LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK"}
)
"""ISO 3166 codes of the European Economic Area."""

_MAX_EVIDENCE = 10
_LONGEST_DOUBT = 160


@dataclass(frozen=True, slots=True)
class Case:
    """What a statement says, as the conditions see it.

    Attributes:
        segments: Segments with labels, in the order of the text.
        facts: What was extracted.
        knowledge: The rules.
        language: ``nb`` or ``en``: the language of reasons and messages.
        unreadable: Why the statement cannot be judged, or None.
        doubts: Topics that no segment discloses for sure, with the one that may.
    """

    segments: Sequence[LabelledSegment]
    facts: Facts
    knowledge: Knowledge
    language: str
    unreadable: tuple[str, str] | None = None
    by_topic: Mapping[str, list[LabelledSegment]] = field(default_factory=dict)
    doubts: Mapping[str, LabelledSegment] = field(default_factory=dict)

    def discloses(self, *topics: str) -> bool:
        """Tell whether a topic is disclosed and not merely denied."""
        return any(not s.denies(topic) for topic in topics for s in self.by_topic.get(topic, ()))

    def relies_on(self, *articles: str) -> bool:
        """Tell whether the statement relies on one of the legal bases."""
        return any(basis.article in articles for basis in self.facts.legal_bases)

    def shows(self, kind: str) -> Quote | None:
        """Give the first wording of a kind of pattern, or None."""
        return next(self.quotes(kind), None)

    def quotes(self, kind: str, pattern_id: str | None = None) -> Iterator[Quote]:
        """Give all wordings of a kind of pattern."""
        for segment in self.segments:
            if segment.kind == "heading":
                continue
            for pattern in self.knowledge.patterns_of(kind):
                if pattern_id is None or pattern.id == pattern_id:
                    for match in pattern.find(segment.text):
                        yield segment.quote(match.start(), match.end())

    def text(self, texts: Mapping[str, str]) -> str:
        """Choose the text in the report's language."""
        return texts.get(self.language) or texts["nb"]


def assess(
    segments: Sequence[LabelledSegment],
    facts: Facts,
    knowledge: Knowledge,
    *,
    language: str = "nb",
    unreadable: tuple[str, str] | None = None,
    doubts: Mapping[str, int] | None = None,
) -> Assessment:
    """Judge one statement.

    Args:
        segments: Segments with labels and context.
        facts: What was extracted.
        knowledge: Requirements and finding texts.
        language: Language of titles, reasons and messages: ``nb`` or ``en``.
        unreadable: Reason and advice when the statement cannot be judged; nothing is then called missing.
        doubts: Topics that may be disclosed by a segment, with its number; they are not called missing either.

    Returns:
        One disclosure for each topic, and the findings, gravest first.
    """
    by_topic: dict[str, list[LabelledSegment]] = {}
    for segment in segments:
        for label in segment.labels:
            by_topic.setdefault(label.topic, []).append(segment)
    doubtful = {topic: segments[index] for topic, index in (doubts or {}).items()}
    case = Case(segments, facts, knowledge, language, unreadable, by_topic, doubtful)
    disclosures = tuple(_disclosure(case, topic_id) for topic_id in knowledge.topic_ids)
    findings = [finding for check in _CHECKS for finding in check(case, disclosures)]
    order = {"error": 0, "warning": 1, "info": 2}
    return Assessment(disclosures, tuple(sorted(findings, key=lambda f: order[f.severity])))


# --- Disclosures ---------------------------------------------------------------------------------


def _describe_doubt(case: Case, segment: LabelledSegment) -> str:
    quote = segment.text if len(segment.text) <= _LONGEST_DOUBT else f"{segment.text[:_LONGEST_DOUBT]} …"
    return case.text(
        {
            "nb": f"Usikkert: «{quote}» kan være denne opplysningen. Les stedet og avgjør.",
            "en": f"Uncertain: «{quote}» may be this disclosure. Read it and decide.",
        }
    )


def _disclosure(case: Case, topic_id: str) -> Disclosure:
    topic = case.knowledge.topic[topic_id]
    requirement = case.knowledge.requirement[topic_id]
    required = condition_of(requirement)(case)
    carriers = case.by_topic.get(topic_id, [])
    denied = bool(carriers) and all(s.denies(topic_id) for s in carriers)
    doubt: LabelledSegment | None = None
    status: Status
    if carriers:
        status = "partial" if topic_id == "retention" and _only_vague_retention(case) else "present"
    elif case.unreadable:
        status = "undetermined"
    elif required and topic_id in case.doubts:
        status = "partial"
        doubt = case.doubts[topic_id]
    else:
        status = "missing" if required else "not_applicable"
    reason = case.text(requirement.required if required else requirement.not_required)
    if status == "undetermined" and case.unreadable:
        reason = case.unreadable[0]
    elif doubt:
        reason = _describe_doubt(case, doubt)
    return Disclosure(
        topic_id,
        topic.articles,
        case.text(topic.title),
        status,
        denied,
        required,
        reason,
        (doubt.segment.index,) if doubt else tuple(s.segment.index for s in _strongest(carriers, topic_id)),
    )


def _strongest(carriers: Iterable[LabelledSegment], topic_id: str) -> list[LabelledSegment]:
    """Choose the best evidence, in the order of the text."""

    def score(segment: LabelledSegment) -> float:
        return max(label.score for label in segment.labels if label.topic == topic_id)

    best = sorted(carriers, key=lambda s: (-score(s), s.segment.index))[:_MAX_EVIDENCE]
    return sorted(best, key=lambda s: s.segment.index)


def _only_vague_retention(case: Case) -> bool:
    periods = case.facts.retention
    return bool(periods) and all(p.retention_class == "unspecified_other" for p in periods)


# --- Conditions: when a disclosure is required ---------------------------------------------------

Condition = Callable[[Case], bool]

_CONDITIONS: dict[str, Condition] = {
    "always": lambda case: True,
    "never": lambda case: False,
    "public_body": lambda case: case.facts.organisation.sector == "public",
    "relies_on_legitimate_interest": lambda case: case.relies_on("6.1.f"),
    "relies_on_consent": lambda case: case.relies_on("6.1.a", "9.2.a"),
    "portability_applies": lambda case: case.relies_on("6.1.a", "6.1.b", "9.2.a"),
    "objection_applies": lambda case: case.relies_on("6.1.e", "6.1.f") or case.shows("marketing") is not None,
    "indicates_transfer": lambda case: (
        bool(foreign_services(case)) or case.shows("third_country") is not None
    ),
    "indicates_automated_decisions": lambda case: case.shows("profiling") is not None,
    "collects_from_others": lambda case: case.shows("other_source") is not None,
}


def condition_of(requirement: Requirement) -> Condition:
    """Give the condition of a requirement.

    Raises:
        InvalidKnowledge: If the requirement names a condition that does not exist.
    """
    try:
        return _CONDITIONS[requirement.condition]
    except KeyError:
        raise InvalidKnowledge(
            f"requirements.toml: {requirement.topic} has the unknown condition «{requirement.condition}»; "
            f"choose one of {', '.join(sorted(_CONDITIONS))}."
        ) from None


def foreign_services(case: Case) -> list[str]:
    """Name the services outside the EEA that the statement says it uses or shares data with.

    A mere mention, such as a link to the organisation's Facebook page, is none.
    """
    return [recipient.name for recipient in _foreign(case)]


def _foreign(case: Case) -> list[Recipient]:
    used = {
        s.segment.start: s.segment.end for s in case.segments if s.has("recipients", "cookies", "transfer")
    }
    return [
        r
        for r in case.facts.recipients
        if r.country and r.country not in EEA and any(start <= r.start < end for start, end in used.items())
    ]


# --- Findings ------------------------------------------------------------------------------------

Check = Callable[[Case, Sequence[Disclosure]], Iterator[Finding]]


def _make(
    case: Case, code: str, quotes: Sequence[Quote] = (), *, severity: str | None = None, **values: str
) -> Finding:
    text: FindingText = case.knowledge.finding[code]
    return Finding(
        code,
        severity or text.severity,  # type: ignore[arg-type]
        case.text(text.title).format(**values),
        case.text(text.message).format(**values),
        text.articles,
        tuple(quotes[:_MAX_EVIDENCE]),
        case.text(text.advice).format(**values),
    )


def _not_assessable(case: Case, disclosures: Sequence[Disclosure]) -> Iterator[Finding]:
    if case.unreadable:
        reason, advice = case.unreadable
        yield _make(case, "not-assessable", reason=reason, advice=advice)


def _missing(case: Case, disclosures: Sequence[Disclosure]) -> Iterator[Finding]:
    for disclosure in disclosures:
        if disclosure.id == "transfer" and foreign_services(case):
            continue  # the finding that names the services says it better
        if disclosure.status == "missing":
            requirement = case.knowledge.requirement[disclosure.id]
            text = case.knowledge.finding["disclosure-missing"]
            values = {
                "topic": disclosure.title,
                "articles": ", ".join(disclosure.articles),
                "reason": disclosure.reason,
                "advice": case.text(requirement.advice),
            }
            yield Finding(
                f"missing-{disclosure.id.replace('_', '-')}",
                requirement.severity,
                case.text(text.title).format(**values),
                case.text(text.message).format(**values),
                disclosure.articles,
                (),
                values["advice"],
            )


def _vague_retention(case: Case, disclosures: Sequence[Disclosure]) -> Iterator[Finding]:
    if case.by_topic.get("retention") and _only_vague_retention(case):
        quotes = [Quote(p.start, p.end, p.text) for p in case.facts.retention]
        yield _make(case, "retention-vague", quotes)


def _undisclosed_transfer(case: Case, disclosures: Sequence[Disclosure]) -> Iterator[Finding]:
    foreign = _foreign(case)
    if foreign and not case.by_topic.get("transfer") and not case.unreadable:
        names = ", ".join(r.name for r in foreign[:5])
        yield _make(
            case, "transfer-undisclosed", [Quote(r.start, r.end, r.text) for r in foreign], names=names
        )


def _obsolete_act(case: Case, disclosures: Sequence[Disclosure]) -> Iterator[Finding]:
    quotes = [
        Quote(s.start, s.end, s.text) for s in case.facts.statutes if s.act == "personopplysningsloven-2000"
    ]
    if quotes:
        yield _make(case, "obsolete-act-2000", quotes)


def _worded(code: str, pattern_id: str) -> Check:
    def check(case: Case, disclosures: Sequence[Disclosure]) -> Iterator[Finding]:
        quotes = list(case.quotes("finding", pattern_id))
        if quotes:
            yield _make(case, code, quotes)

    return check


def _public_legitimate_interest(case: Case, disclosures: Sequence[Disclosure]) -> Iterator[Finding]:
    if case.facts.organisation.sector == "public":
        quotes = [Quote(b.start, b.end, b.text) for b in case.facts.legal_bases if b.article == "6.1.f"]
        if quotes:
            yield _make(case, "public-body-legitimate-interest", quotes)


def _undated(case: Case, disclosures: Sequence[Disclosure]) -> Iterator[Finding]:
    if not case.by_topic.get("changes") and not case.facts.date and not case.unreadable:
        yield _make(case, "no-date")


_CHECKS: tuple[Check, ...] = (
    _not_assessable,
    _missing,
    _vague_retention,
    _undisclosed_transfer,
    _obsolete_act,
    _worded("obsolete-privacy-shield", "obsolete-privacy-shield"),
    _worded("obsolete-licence", "obsolete-licence"),
    _worded("obsolete-directive", "obsolete-directive"),
    _worded("cookie-browser-consent", "cookie-browser-consent"),
    _public_legitimate_interest,
    _undated,
)

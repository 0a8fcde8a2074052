"""Explains a duty or a finding: what the law asks, when, and wordings that meet it or do not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from analyzer.errors import AnalyzerError
from analyzer.knowledge import Knowledge
from analyzer.law import FindingText, Requirement

_SUGGESTIONS = 5
_EXAMPLES = 4
_WORDS: Mapping[str, Mapping[str, str]] = {
    "articles": {"nb": "Artikler", "en": "Articles"},
    "rule": {"nb": "Krav", "en": "Requirement"},
    "severity": {"nb": "Alvorsgrad", "en": "Severity"},
    "duty": {"nb": "Innhold", "en": "Content"},
    "required": {"nb": "Påkrevd", "en": "Required"},
    "not_required": {"nb": "Ikke påkrevd", "en": "Not required"},
    "undecided": {"nb": "Uavklart", "en": "Left open"},
    "advice": {"nb": "Råd", "en": "Advice"},
    "meaning": {"nb": "Betydning", "en": "Meaning"},
    "valid": {"nb": "Gjelder", "en": "Applies"},
    "good": {"nb": "Ordlyd som oppfyller:", "en": "Wordings that meet it:"},
    "bad": {"nb": "Ordlyd som ikke gjør det:", "en": "Wordings that do not:"},
    "findings": {"nb": "Funn:", "en": "Findings:"},
    "unverified": {
        "nb": "Kilden er ikke kontrollert: funnet er et spørsmål, ikke en påstand.",
        "en": "The source has not been checked: the finding is a question, not a claim.",
    },
}


def explain(knowledge: Knowledge, id: str, language: str = "nb") -> str:
    """Explain a disclosure ("retention"), a finding ("missing-retention", "retention-vague") or a requirement ("R15").

    Args:
        knowledge: The rules.
        id: Case and the choice of hyphen or underscore do not matter.
        language: ``nb`` or ``en``.

    Raises:
        AnalyzerError: If there is no such id; the message suggests some that are like it.
    """
    code = id.strip().lower().replace("_", "-")
    topic_id = code.removeprefix("missing-").replace("-", "_")
    if code in knowledge.finding:
        lines = _of_finding(knowledge, knowledge.finding[code], language)
    elif topic_id in knowledge.requirement:
        lines = _of_requirement(knowledge, knowledge.requirement[topic_id], language)
    elif code.upper() in knowledge.rule:
        lines = _of_requirement(knowledge, knowledge.rule[code.upper()], language)
    else:
        raise AnalyzerError(_unknown(knowledge, id, code))
    return "\n".join(lines)


def explicable(knowledge: Knowledge) -> list[str]:
    """Give every id that :func:`explain` takes: disclosures, findings, requirements."""
    missing = (f"missing-{topic.replace('_', '-')}" for topic in knowledge.topic_ids)
    return [*knowledge.topic_ids, *knowledge.finding, *missing, *knowledge.rule]


def _unknown(knowledge: Knowledge, id: str, code: str) -> str:
    ids = {known.lower().replace("_", "-"): known for known in explicable(knowledge)}
    words = set(re.findall(r"[a-zæøå]{4,}", code))
    like = [ids[match] for match in get_close_matches(code, ids, _SUGGESTIONS, 0.6)]
    like += [known for form, known in ids.items() if any(word in form for word in words)]
    like += [t.id for t in knowledge.topics if any(word in t.title["nb"].lower() for word in words)]
    choices = list(dict.fromkeys(like))[:_SUGGESTIONS] or list(knowledge.topic_ids)
    return f"«{id}» er ukjent. Mente du: {', '.join(choices)}?"


def _of_requirement(knowledge: Knowledge, requirement: Requirement, language: str) -> list[str]:
    topic = knowledge.topic.get(requirement.topic)
    title = (topic.title if topic else requirement.title)[language]
    lines = [f"{title} ({', '.join(filter(None, (requirement.topic, requirement.rule)))})"]
    lines += _fields(
        language,
        articles=", ".join(topic.articles if topic else requirement.articles),
        severity=requirement.severity,
        duty=topic.definition if topic and language == "en" else "",
        required=requirement.required[language],
        not_required=requirement.not_required[language],
        undecided=requirement.undecided.get(language, ""),
        advice=requirement.advice[language],
    )
    concerned = [f for f in knowledge.findings if f.rule == requirement.rule]
    good = topic.examples if topic else [f.example["good"] for f in concerned]
    bad = topic.counterexamples if topic else [f.example["bad"] for f in concerned]
    lines += _examples(language, good, bad)
    if concerned:
        lines += ["", _WORDS["findings"][language], *(f"  {f.code}: {f.title[language]}" for f in concerned)]
    return lines


def _of_finding(knowledge: Knowledge, finding: FindingText, language: str) -> list[str]:
    requirement = knowledge.rule.get(finding.rule)
    patterns = [p for p in knowledge.patterns_of("finding") if (p.value or p.id) == finding.code]
    lines = [f"{_plain(finding.title[language])} ({finding.code})"]
    lines += _fields(
        language,
        articles=", ".join(finding.articles),
        rule=finding.rule,
        severity=finding.severity,
        valid=" – ".join((finding.valid_from or "", finding.valid_to or "")).strip()
        if finding.valid_from or finding.valid_to
        else "",
        meaning=_plain(finding.message[language]),
        required=requirement.required[language] if requirement else "",
        advice=_plain(finding.advice[language]),
    )
    if finding.status == "unverified":
        lines.append(_WORDS["unverified"][language])
    bad = [finding.example["bad"], *(example for p in patterns for example in p.examples)]
    good = [finding.example["good"], *(example for p in patterns for example in p.counterexamples)]
    return lines + _examples(language, good, bad)


def _fields(language: str, **values: str) -> list[str]:
    return [f"{_WORDS[key][language]}: {value}" for key, value in values.items() if value]


def _examples(language: str, good: Iterable[str], bad: Iterable[str]) -> list[str]:
    lines = []
    for sign, key, examples in (("+", "good", good), ("-", "bad", bad)):
        shown = [example for example in dict.fromkeys(examples) if example][:_EXAMPLES]
        if shown:
            lines += ["", _WORDS[key][language], *(f"  {sign} {example}" for example in shown)]
    return lines


def _plain(text: str) -> str:
    """Show a text with "…" where the statement's own words come in."""
    return re.sub(r"\{\w+\}", "…", text)

"""A light analysis in place of the model's, for tests of audits; what a statement says, this does.

``Options(analysis="light_analysis:load")`` names it. Lines that begin with a command in capitals are obeyed:
``SLEEP seconds``, ``SPIN`` (holds the interpreter in C), ``CRASH``, ``CRASH-ONCE file``, ``EAT megabytes``, ``RAISE``.
"""

import hashlib
import json
import os
import re
import signal
import time
from pathlib import Path

from analyzer.errors import UnreadableSource
from analyzer.ingest import read_document

DISCLOSURES = {
    "controller": "behandlingsansvarlig",
    "retention": "lagr",
    "complaint": "datatilsynet",
    "dpo": "ombud",
}


def load(options):
    if options.model == "borte":
        raise UnreadableSource("Modellen borte finnes ikke.")

    def analyze(data, id, name):
        text = data.decode("utf-8", "replace")
        if not text.strip():
            raise UnreadableSource(f"{name} er tom.")
        for line in text.splitlines():
            obey(line)
        return (
            json.dumps(report_of(text, id, name, hashlib.sha256(data).hexdigest(), options), indent=1) + "\n"
        )

    return analyze


def load_reader(options):
    """Read the statement as it is read, and analyse nothing."""

    def analyze(data, id, name):
        text = read_document(data, id=id, name=name, ocr=options.ocr).text
        return json.dumps(report_of(text, id, name, hashlib.sha256(data).hexdigest(), options)) + "\n"

    return analyze


def obey(line):
    command, _, argument = line.partition(" ")
    if command == "SLEEP":
        time.sleep(float(argument))
    elif command == "SPIN":
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
        re.match(r"(a+)+b", "a" * 60)
    elif command == "CRASH" or (command == "CRASH-ONCE" and not Path(argument).exists()):
        if argument:
            Path(argument).touch()
        os.kill(os.getpid(), signal.SIGSEGV)
    elif command == "EAT":
        eaten = [bytearray(os.urandom(1024)) * 1024 for _ in range(int(argument))]
        time.sleep(len(eaten))
    elif command == "RAISE":
        raise RuntimeError("uventet")


def report_of(text, id, name, sha256, options):
    lowered = text.casefold()
    given = {topic: cue in lowered for topic, cue in DISCLOSURES.items()}
    found = re.search(r"for (.+? (?:AS|kommune))\b", text)
    years = re.search(r"(\d+) år", text)
    disclosures = [
        {"id": topic, "articles": ["13(1)"], "title": topic.title(), "status": "present" if yes else "missing",
         "denied": False, "required": True, "reason": "", "evidence": [0] if yes else []}
        for topic, yes in given.items()
    ]  # fmt: skip
    missing = [topic for topic, yes in given.items() if not yes]
    return {
        "schema_version": "1.0",
        "analyzer": {"version": "0", "model": "light", "knowledge": "light", "as_of": options.as_of},
        "document": {"id": id, "source": name, "sha256": sha256, "media_type": "text/plain", "language": "nb",
                     "pages": None, "words": len(text.split()), "text": text, "date": None,
                     "extraction": {"method": "text", "warnings": []}, "restoration": {"damage": 0.0, "repairs": []}},
        "organisation": {"name": found[1] if found else None, "orgnr": None,
                         "sector": "public" if "kommune" in lowered else "private"},
        "sections": [{"index": 0, "title": text.splitlines()[0].strip(), "level": 0, "start": 0, "end": len(text),
                      "page": None, "categories": []}],
        "segments": [{"start": 0, "end": len(text), "text": text, "section": 0, "page": None,
                      "categories": [{"id": topic, "score": 1.0, "denied": False, "by": "rule:light"} for topic, yes in given.items() if yes]}],
        "retention": [{"start": years.start(), "end": years.end(), "text": years[0], "kind": "duration",
                       "duration": f"P{years[1]}Y", "bound": "exact", "applies_to": "Bilag", "trigger": None,
                       "statute": None, "class": "specific"}] if years else [],
        "legal_bases": [], "statutes": [], "contacts": [],
        "recipients": [{"start": 0, "end": 1, "text": text[:1], "name": name, "role": "unknown", "country": None}
                       for name in re.findall(r"Mottaker: (\w+)", text)],
        "disclosures": disclosures,
        "findings": [{"code": f"missing-{topic}", "severity": "error", "title": topic, "message": f"{topic} mangler",
                      "articles": ["13(1)"], "evidence": [{"start": 0, "end": 1, "text": text.splitlines()[0]}],
                      "advice": ""} for topic in missing],
        "summary": {"required": len(given), "present": len(given) - len(missing), "missing": len(missing),
                    "undetermined": 0, "completeness": round(1 - len(missing) / len(given), 4)},
    }  # fmt: skip

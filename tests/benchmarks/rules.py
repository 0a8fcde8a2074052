"""Words a second of the rules and extractors alone, without a model, on one core.

    python tests/benchmarks/rules.py [FOLDER]

Every text of the folder (``corpus/statements`` if none is given) is read once, after the rest of the knowledge is
compiled on ``corpus/heldout``. Times are of the processor, so other work on the machine disturbs them little. Names of
organisations are left out: a recogniser finds them, which is a model.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path

from analyzer.extract import with_labels
from analyzer.extract.bases import find_legal_bases
from analyzer.extract.parties import find_contacts
from analyzer.extract.purposes import find_data_categories, find_purposes
from analyzer.extract.retention import find_retention
from analyzer.extract.statutes import StatuteFinder
from analyzer.ingest import read_document
from analyzer.knowledge import Knowledge
from analyzer.records import Label, Organisation
from analyzer.segment import segment

ROOT = Path(__file__).parent.parent.parent


class Clock:
    """Adds up the processor time of named stages."""

    def __init__(self):
        self.seconds = Counter()

    def __call__(self, stage, work):
        start = time.process_time()
        result = work()
        self.seconds[stage] += time.process_time() - start
        return result


def rule_labels(structure, knowledge):
    """Label the segments by the rules alone."""
    labels = []
    for s in structure.segments:
        passage = structure.passages[s.passage]
        context = f"{structure.sections[s.section].title} > {passage.lead_in}"
        met = knowledge.rules_met(s.text, context)
        labels.append(
            [Label(t, 1.0, f"rule:{rule}", knowledge.topic[t].denied_in(s.text)) for t, rule in met.items()]
        )
    return labels


def read(path, knowledge, finder, clock):
    document = read_document(path)
    structure = clock("segmentation", lambda: segment(document, knowledge))
    labels = clock("rules", lambda: rule_labels(structure, knowledge))
    segments = list(with_labels(structure, labels))
    nobody = Organisation(None, None, "unknown")
    cited = clock("statutes", lambda: [finder.find(s.text, context=s.context) for s in segments])
    clock("retention", lambda: list(find_retention(segments, cited, knowledge)))
    clock("legal bases", lambda: list(find_legal_bases(segments, cited, knowledge)))
    clock("purposes", lambda: list(find_purposes(segments, structure, knowledge)))
    clock("kinds of data", lambda: list(find_data_categories(segments, structure, knowledge)))
    clock("contacts", lambda: list(find_contacts(segments, knowledge, nobody)))
    return len(document.text.split())


def main(folder=ROOT / "corpus" / "statements"):
    knowledge = Knowledge.load()
    finder = StatuteFinder(knowledge, as_of="2026-11-21")
    for path in sorted((ROOT / "corpus" / "heldout").glob("*.txt")):
        read(path, knowledge, finder, Clock())
    clock = Clock()
    words = sum(read(path, knowledge, finder, clock) for path in sorted(Path(folder).glob("*.txt")))
    print(f"{words} words\n{'':28} {'words/s':>10} {'share':>6}")
    total = sum(clock.seconds.values())
    for stage, seconds in clock.seconds.most_common():
        print(f"{stage:28} {words / seconds:10.0f} {seconds / total:6.1%}")
    alone = total - clock.seconds["segmentation"]
    print(f"{'rule pass':28} {words / alone:10.0f}")
    print(f"{'rule pass and segmentation':28} {words / total:10.0f}")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))

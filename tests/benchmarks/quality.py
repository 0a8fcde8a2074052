"""Shows quality by language and length, who decided right and wrong, and the named processors that are found.

    python tests/benchmarks/quality.py FOLDER [FOLDER …]

The folders hold labelled statements, such as corpus/heldout and ../shared/gold/dev.
"""

import sys
from collections import Counter
from pathlib import Path

from analyzer.corpus import read_corpus
from analyzer.evaluate import evaluate
from analyzer.pipeline import Analyzer


def show_groups(pairs, knowledge):
    groups = {
        "bokmål": lambda d: d["language"] == "nb",
        "nynorsk": lambda d: d["language"] == "nn",
        "under 300 words": lambda d: d["words"] < 300,
        "300 to 899 words": lambda d: 300 <= d["words"] < 900,
        "900 words and more": lambda d: d["words"] >= 900,
    }
    for name, belongs in groups.items():
        group = [(gold, report) for gold, report in pairs if belongs(report["document"])]
        if group:
            f = evaluate(group, knowledge).floors()
            print(
                f"{name:20} {len(group):3} statements  block micro {f['block_micro_f1']:.3f}  disclosures {f['disclosures_f1']:.3f}"
            )


def show_deciders(pairs):
    """Count the blocks' labels by who gave them; a rule counts before the model."""
    counts = Counter()
    for gold, report in pairs:
        for unit in gold.units:
            wanted = {label.rstrip("!") for label in unit.labels}
            said = {}
            for s in report["segments"]:
                overlap = min(unit.end, s["end"]) - max(unit.start, s["start"])
                if overlap > 0.5 * min(unit.end - unit.start, s["end"] - s["start"]):
                    for c in s["categories"]:
                        said.setdefault(c["id"], c["by"].partition(":")[0])
            counts.update((by, topic in wanted) for topic, by in said.items())
            counts["missed"] += len(wanted - said.keys())
    for by in ("rule", "model"):
        print(f"{by:20} {counts[by, True]} right, {counts[by, False]} wrong")
    print(f"{'missed':20} {counts['missed']}")


def show_processors(pairs):
    """Compare named processors; a name counts as found if one contains the other."""
    found = wrong = lost = 0
    for gold, report in pairs:
        wanted = {fact.value.lower() for fact in gold.facts if fact.kind == "processor"}
        said = {r["name"].lower() for r in report["recipients"] if r["role"] != "authority"}
        hits = {w for w in wanted if any(w in s or s in w for s in said)}
        found, lost = found + len(hits), lost + len(wanted - hits)
        wrong += sum(not any(w in s or s in w for w in wanted) for s in said)
    print(
        f"{'named processors':20} P {found / max(1, found + wrong):.3f}  R {found / max(1, found + lost):.3f}"
    )


def main(folders):
    az = Analyzer.load()
    gold = [statement for folder in folders for statement in read_corpus(folder)]
    pairs = [(statement, az.analyze_document(statement.document).data) for statement in gold]
    show_groups(pairs, az.knowledge)
    show_deciders(pairs)
    show_processors(pairs)


if __name__ == "__main__":
    main(list(map(Path, sys.argv[1:])))

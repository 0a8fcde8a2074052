"""Shows how good the analysis is, how sure that is, where it is worse, and which of its probabilities to believe.

    python tests/benchmarks/quality.py FOLDER [FOLDER …] [--originals ../shared/gold] [--plot models/norwegian/calibration.svg] [--worst 50]

The folders hold labelled statements, such as corpus/heldout and ../shared/gold/dev. Intervals are 95 % by bootstrap over
statements. With ``--originals``, a folder with ``html/`` and ``pdf/``, the same statements are read from their files as well.
``--worst`` lists the blocks on which the analysis is most surely wrong, for reading; their text is not ours to keep.
"""

import argparse
import csv
import re
from collections import Counter
from pathlib import Path

import numpy as np

from analyzer.classify import in_context
from analyzer.corpus import passage_labels, read_corpus
from analyzer.evaluate import Evaluation, evaluate, pool
from analyzer.pipeline import Analyzer
from analyzer.segment import segment
from analyzer.train_encoder.calibrate import expected_calibration_error

ROOT = Path(__file__).parent.parent.parent
PUBLIC_KIND = re.compile(r"\b(stat|kommune|fylkeskommune|direktorat|tilsyn)\b")
BINS = 10


def describe(name: str, result: Evaluation) -> str:
    intervals = result.intervals()

    def show(key):
        low, high = intervals[key]
        return f"{result.scores()[key].f1:.3f} [{low:.3f}, {high:.3f}]"

    missing = result.missing
    return (
        f"{name:22} {result.documents:3}  blocks {show('block micro')}  disclosures {show('disclosures (Art. 13/14) by document')}"
        f"  missing P {missing.precision:.3f} R {missing.recall:.3f} F1 {show('missing disclosures')}"
    )


def read_sectors(folders):
    """Give public or private by id, from the lists beside the statements."""
    sectors = {}
    with (ROOT / "corpus" / "statements.tsv").open(encoding="utf-8", newline="") as file:
        sectors |= {row["id"]: row["sector"] for row in csv.DictReader(file, delimiter="\t")}
    for folder in folders:
        if (folder / "SOURCES.tsv").exists():
            with (folder / "SOURCES.tsv").open(encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file, delimiter="\t"):
                    sectors[row["id"]] = "public" if PUBLIC_KIND.search(row["kind"]) else "private"
    return sectors


def show_groups(pairs, result, sectors):
    groups = {
        "all": lambda d: True,
        "bokmål": lambda d: d["language"] == "nb",
        "nynorsk": lambda d: d["language"] == "nn",
        "public": lambda d: sectors.get(d["id"]) == "public",
        "private": lambda d: sectors.get(d["id"]) == "private",
        "under 300 words": lambda d: d["words"] < 300,
        "300 to 899 words": lambda d: 300 <= d["words"] < 900,
        "900 words and more": lambda d: d["words"] >= 900,
    }
    for name, belongs in groups.items():
        parts = [
            part
            for (_, report), part in zip(pairs, result.statements, strict=True)
            if belongs(report["document"])
        ]
        if parts:
            print(describe(name, pool(parts)))


def show_originals(az, pairs, result, originals):
    """Compare the disclosures of a statement's text with those of the HTML or PDF that it comes from."""
    for suffix in ("html", "pdf"):
        found = {path.stem: path for path in (originals / suffix).glob(f"*.{suffix}")}
        chosen = [i for i, (gold, _) in enumerate(pairs) if gold.document.id in found]
        if not chosen:
            continue
        read = [(pairs[i][0], az.analyze(found[pairs[i][0].document.id]).data) for i in chosen]
        for name, some in (
            (f"text of {suffix}", pool([result.statements[i] for i in chosen])),
            (suffix, evaluate(read, az.knowledge)),
        ):
            d, m = some.disclosures, some.missing
            print(
                f"{name:22} {some.documents:3}  disclosures {d.f1:.3f}  missing P {m.precision:.3f} R {m.recall:.3f}"
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
        print(f"{by:22} {counts[by, True]} right, {counts[by, False]} wrong")
    print(f"{'missed':22} {counts['missed']}")


def show_sureness(pairs):
    """Count the topics of statements by their surest label: how many of them the statement does disclose."""
    edges = (0, 0.3, 0.5, 0.7, 0.9, 1.0)
    right, said = Counter(), Counter()
    for gold, report in pairs:
        surest = {}
        for s in report["segments"]:
            for c in s["categories"]:
                surest[c["id"]] = max(surest.get(c["id"], 0), c["score"])
        for topic, score in surest.items():
            low = max(edge for edge in edges if edge <= score)
            said[low] += 1
            right[low] += topic in gold.topics
    for low in sorted(said):
        print(f"{f'surest label from {low}':22} {right[low]} of {said[low]} topics of statements right")


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
        f"{'named processors':22} P {found / max(1, found + wrong):.3f}  R {found / max(1, found + lost):.3f}"
    )


def score_passages(az, gold):
    """Give the model's probabilities without rules, labels, and where each row is: (statement, start, end)."""
    scores, labels, places = [], [], []
    for statement in gold:
        structure = segment(statement.document, az.knowledge)
        rows = [
            (p, found)
            for p, found in zip(structure.passages, passage_labels(statement, structure), strict=True)
            if p.kind not in ("heading", "table_header")
        ]
        scores.append(az.model.score([in_context(p, structure, p.reading.text) for p, _ in rows]))
        for p, found in rows:
            present = {label.rstrip("!") for label in found}
            labels.append([int(topic in present) for topic in az.model.topics])
            places.append((statement.document.id, p.start, p.end))
    return np.vstack(scores), np.array(labels), places


def show_calibration(scores, labels):
    """Print, for ten bins of probability, how many labels are in each and how many of them are right."""
    print(
        f"calibration error {expected_calibration_error(scores, labels):.4f} of {scores.size} probabilities"
    )
    rows = []
    for low in np.arange(BINS) / BINS:
        inside = (scores >= low) & (scores < low + 1 / BINS + (low > 0.85))
        if inside.any():
            rows.append((float(scores[inside].mean()), float(labels[inside].mean()), int(inside.sum())))
            print(f"  {rows[-1][0]:.3f} said, {rows[-1][1]:.3f} true  ({rows[-1][2]})")
    return rows


def plot_calibration(rows, path):
    """Draw what is said against what is true; the area of a point grows with the root of the number of labels."""
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = "calibration"
    import matplotlib.pyplot as plt

    said, true, count = np.array(rows).T
    error = 1.96 * np.sqrt(true * (1 - true) / count)
    figure, ax = plt.subplots(figsize=(5, 5), layout="constrained")
    ax.plot([0, 1], [0, 1], color="#888888", linewidth=1, linestyle="--")
    ax.errorbar(said, true, yerr=error, fmt="none", ecolor="#1f5a92", elinewidth=1, capsize=3)
    ax.scatter(said, true, s=4 * np.sqrt(count), color="#1f5a92", zorder=3)
    for x, y, n in zip(said, true, count, strict=True):
        ax.annotate(f"{int(n):,}", (x, y), xytext=(9, -11), textcoords="offset points", fontsize=8)
    ax.set(
        xlim=(-0.03, 1.03), ylim=(-0.03, 1.03), xlabel="Probability said", ylabel="Share that is labelled so"
    )
    ax.set_title("Calibration of the model, by passage and topic", loc="left", fontsize=11)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else {})
    plt.close(figure)


def show_worst(result, scores, places, topics, number):
    """List the errors on blocks that are most surely wrong: found by a rule or with high, lost with low probability."""

    def sureness(error):
        if error.error == "wrong":
            return error.score
        rows = [
            i
            for i, (name, start, end) in enumerate(places)
            if name == error.document and min(end, error.end) > max(start, error.start)
        ]
        return 1 - max((scores[i, topics.index(error.topic)] for i in rows), default=0.0)

    worst = sorted(result.errors, key=lambda e: (-sureness(e), e.document, e.start))[:number]
    for error in worst:
        print(
            f"{error.error:5} {error.topic:20} {sureness(error):.3f} {error.by:32} {error.document}:{error.start}  {error.text[:300]}"
        )


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--originals", type=Path)
    parser.add_argument("--plot", type=Path, help="a file for the picture of the calibration (.svg, .png)")
    parser.add_argument("--worst", type=int, default=0, help="how many errors to list")
    arguments = parser.parse_args()
    az = Analyzer.load(as_of="2026-11-21")
    gold = [statement for folder in arguments.folders for statement in read_corpus(folder)]
    pairs = [(statement, az.analyze_document(statement.document).data) for statement in gold]
    result = evaluate(pairs, az.knowledge)
    show_groups(pairs, result, read_sectors(arguments.folders))
    if arguments.originals:
        show_originals(az, pairs, result, arguments.originals)
    show_deciders(pairs)
    show_sureness(pairs)
    show_processors(pairs)
    scores, labels, places = score_passages(az, gold)
    rows = show_calibration(scores, labels)
    if arguments.plot:
        plot_calibration(rows, arguments.plot)
    show_worst(result, scores, places, list(az.model.topics), arguments.worst)


if __name__ == "__main__":
    main()

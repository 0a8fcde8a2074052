"""Precision and recall of the detector of privacy statements: python -m tests.benchmarks.detector [--errors].

Positives: corpus/, and ../shared/statements and ../shared/gold where they are. Negatives: tests/files/not_statements.txt,
the three texts of corpus/ that are none, and the articles of ../shared/norne. The weights were set with an eye on
corpus/statements and every other authored negative of the first round; the rest is what the last lines measure. It is
not wholly unseen: signs and negatives have one author, and the errors in ../shared/statements/sula were read once.
"""

import argparse
import gzip
import re
from pathlib import Path
from typing import NamedTuple

from analyzer.detector import Detector
from analyzer.ingest import read_document
from analyzer.knowledge import Knowledge

ROOT = Path(__file__).parent.parent.parent
SHARED = ROOT.parent / "shared"
NO_STATEMENTS = {"bratthammer", "storaasen", "lynghaugkommune"}
FIRST_ROUND = 48  # of the authored negatives; the rest were written when the weights stood


class Case(NamedTuple):
    name: str
    group: str
    text: str
    is_statement: bool
    tuned: bool = False


def authored_negatives():
    text = (ROOT / "tests" / "files" / "not_statements.txt").read_text(encoding="utf-8")
    for index, part in enumerate(re.split(r"^=== ", text, flags=re.MULTILINE)[1:]):
        tuned = index < FIRST_ROUND and index % 2 == 0
        head, _, body = part.partition("\n")
        yield Case(head.split()[0], "authored, no statement", body, False, tuned)


def corpus():
    for path in sorted((ROOT / "corpus").glob("*/*.txt")):
        name, text = path.stem, path.read_text(encoding="utf-8")
        part = path.parent.name
        if name in NO_STATEMENTS:
            yield Case(name, "corpus, no statement", text, False)
        else:
            yield Case(name, f"corpus/{part}", text, True, tuned=part == "statements")


def shared():
    folders = ["statements", "statements/sula", "gold/dev", "gold/seeds", "gold/html", "gold/pdf"]
    for folder in folders:
        for path in sorted((SHARED / folder).glob("*")):
            if path.suffix in {".txt", ".html", ".pdf"} and path.name != "README.txt":
                yield Case(path.name, f"shared/{folder}", read_document(path, ocr="never").text, True)


def articles():
    for name in ("nob", "nno"):
        path = SHARED / "norne" / f"{name}.conll.gz"
        if not path.exists():
            continue
        parts = gzip.decompress(path.read_bytes()).decode("utf-8").split("# file = ")[1:]
        for index, part in enumerate(parts):
            words = [line.split("\t")[1] for line in part.splitlines()[1:] if "\t" in line]
            text = re.sub(r" ([.,:;!?])", r"\1", " ".join(words)).replace("|", "\n")
            yield Case(f"{name}-{index}", "NorNE", text, False)


def cases():
    return [*corpus(), *authored_negatives(), *shared(), *articles()]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--errors", action="store_true")
    options = parser.parse_args()
    detector, everything = Detector(Knowledge.load()), cases()
    totals = {True: [0, 0], False: [0, 0]}
    groups = {}
    for case in everything:
        detection = detector.detect(case.text)
        right = detection.is_statement == case.is_statement
        key = (case.group, "tuned on" if case.tuned else "unseen")
        groups.setdefault(key, [0, 0])
        groups[key][0] += right
        groups[key][1] += 1
        if not case.tuned:
            totals[case.is_statement][0] += right
            totals[case.is_statement][1] += 1
        if options.errors and not right:
            print(f"  {key[1]:9} {case.group}/{case.name}: {detection.probability} {detection.reason}")
    for (group, part), (right, count) in groups.items():
        print(f"{group:28} {part:9} {right:4} of {count:4} right")
    (hits, positives), (rejected, negatives) = totals[True], totals[False]
    false = negatives - rejected
    print(f"unseen: precision {hits / (hits + false):.3f}, recall {hits / positives:.3f}")
    news = groups.get(("NorNE", "unseen"), [0, 0])[1]
    print(f"unseen, news aside: {false} of {negatives - news} other texts are taken for statements")


if __name__ == "__main__":
    main()

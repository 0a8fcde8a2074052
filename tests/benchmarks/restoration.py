"""Compares ways to undo OCR damage: words restored, intact words broken, speed and memory.

    python tests/benchmarks/restoration.py PAIRS [CLEAN]

PAIRS holds ``<name>.truth.txt`` and ``<name>.ocr.txt``; CLEAN holds intact ``.txt``.
"""

import resource
import sys
import time
from pathlib import Path

from analyzer.restoration import Restorer, match_case
from analyzer.restoration.tokens import find_tokens
from analyzer.train_restore.measure import score_restoration

SUBSTITUTIONS = (
    ("ee", "æ"), ("ae", "æ"), ("ze", "æ"), ("z", "æ"), ("e", "æ"),
    ("o", "ø"), ("g", "ø"), ("e", "ø"), ("a", "ø"), ("@", "ø"), ("a", "å"), ("&", "å"), ("4", "å"),
)  # fmt: skip


def substituted(forms):
    """Every form with one substitution undone."""
    return {
        form[:i] + new + form[i + len(old) :]
        for form in forms
        for old, new in SUBSTITUTIONS
        for i in range(len(form))
        if form.startswith(old, i)
    }


def by_table(finder, text):
    """The baseline: the most frequent word that up to three substitutions of a fixed table give."""
    parts, position = [], 0
    for token in find_tokens(text):
        forms = {token.text.lower()}
        for _ in range(3):
            forms |= substituted(forms) if len(forms) < 400 else set()
        best = max(sorted(forms), key=lambda f: finder.frequency.get(f, -99.0))
        parts += (
            text[position : token.start],
            match_case(best, token) if best in finder.frequency else token.text,
        )
        position = token.end
    return "".join([*parts, text[position:]])


def by_prior(restorer, text):
    """The noisy channel without context: the candidate with the best prior."""
    parts, position = [], 0
    for token in find_tokens(text):
        best = max(restorer.finder.find(token.text), key=lambda c: c.channel + c.frequency)
        parts += (text[position : token.start], match_case(best.text, token))
        position = token.end
    return "".join([*parts, text[position:]])


def main(pairs_folder, clean_folder=None):
    pairs = [
        (
            p.read_text(encoding="utf-8"),
            p.with_name(p.name.replace(".truth.", ".ocr.")).read_text(encoding="utf-8"),
        )
        for p in sorted(pairs_folder.glob("*.truth.txt"))
    ]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    restorer = Restorer.load()
    print(f"loading {time.process_time() - began:.2f} s")
    methods = {
        "as read": lambda text: text,
        "unigram and table": lambda text: by_table(restorer.finder, text),
        "channel and lexicon": lambda text: by_prior(restorer, text),
        "analyzer.restoration": lambda text: restorer.restore(text).text,
    }
    print(f"{'':22}{'restored':>10}{'broken/10⁴':>12}{'errors':>9}{'words/s':>10}")
    for name, method in reversed(methods.items()):
        began = time.process_time()
        score = score_restoration(pairs, method)
        speed = score.words / (time.process_time() - began)
        restored, broken, _, errors = score.rates().values()
        print(f"{name:22}{restored:>10.3f}{broken:>12.1f}{errors:>9.4f}{speed:>10,.0f}")
    if clean_folder:
        texts = [p.read_text(encoding="utf-8") for p in sorted(clean_folder.glob("*.txt"))]
        began = time.process_time()
        changed = sum(len(restorer.restore(text).repairs) for text in texts)
        words = sum(len(text.split()) for text in texts)
        print(
            f"intact: {words} words, {changed} changed, {words / (time.process_time() - began):,.0f} words/s"
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(f"memory {peak / 1024:.0f} MB more than before loading")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))

"""Recall and precision of the masking of personal data: python tests/benchmarks/redaction.py [--errors] [--texts FOLDER].

Measured on blocks of text with the personal data marked, tests/files/redaction: developed.txt, which the rules were
developed on, and heldout.txt, which was written before them and never looked at for changing them. Both have one author, so
that NorNE's names (../shared/norne, where it is; the articles that the recogniser was not
trained on) are measured as well. A marked passage counts as found if every letter and digit of it is masked; a masked passage is right
if it touches a marked one. With --texts, e-mail addresses and telephone numbers in the files of a folder are counted by
independent, strict expressions, and those that are left are shown.
"""

import argparse
import re
from collections import Counter
from pathlib import Path

from analyzer.knowledge import Knowledge
from analyzer.language import NameFinder
from analyzer.redaction import KINDS, MASK, Personal, find_personal_data, mask

ROOT = Path(__file__).parent.parent.parent
BLOCKS = ROOT / "tests" / "files" / "redaction"
NORNE = ROOT.parent / "shared" / "norne"
MARK = re.compile(r"\[((?:[^\[\]|]|\[[^\[\]|]*\])*)\|(person|phone|email|id)\]")
STRICT = {
    "email": re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[a-z]{2,}"),
    "phone": re.compile(
        r"(?i:tlf|telefon|mobil|phone)\w*\.?:? ?((?:\+47 ?)?\d{2} ?\d{2} ?\d{2} ?\d{2}|(?:\+47 ?)?\d{3} ?\d{2} ?\d{3})(?!\d)"
    ),
}


def read_blocks(path):
    """Give the blocks of a file as text and marked passages."""
    for block in path.read_text(encoding="utf-8").split("\n--\n"):
        text, marked, end = "", [], 0
        for match in MARK.finditer(block):
            text += block[end : match.start()]
            marked.append(Personal(len(text), len(text) + len(match[1]), match[2]))
            text += match[1]
            end = match.end()
        yield (text + block[end:]).strip("\n"), marked


def score(blocks, names, errors=False):
    """Count what was to be found, what was, what was masked, and what of it rightly, by kind."""
    wanted, hit, masked, right = Counter(), Counter(), Counter(), Counter()
    for text, marked in blocks:
        found = find_personal_data(text, names)
        hidden = mask(text, found)
        for one in marked:
            wanted[one.kind] += 1
            missed = any(c.isalnum() for c in hidden[one.start : one.end].replace(MASK, " "))
            hit[one.kind] += not missed
            if missed and errors:
                print(f"  missed {one.kind}: {text[one.start : one.end]!r} in {hidden!r}")
        for one in found:
            masked[one.kind] += 1
            touches = any(m.start < one.end and one.start < m.end for m in marked)
            right[one.kind] += touches
            if not touches and errors:
                print(f"  wrong {one.kind}: {text[one.start : one.end]!r} in {text!r}")
    return wanted, hit, masked, right


def show(title, counts):
    wanted, hit, masked, right = counts
    print(f"\n{title}\n{'kind':<8}{'marked':>8}{'recall':>8}{'masked':>8}{'precision':>10}")
    for kind in [*KINDS, "all"]:
        w, h, m, r = (sum(c.values()) if kind == "all" else c[kind] for c in (wanted, hit, masked, right))
        recall = f"{h / w:.3f}" if w else "–"
        precision = f"{r / m:.3f}" if m else "–"
        print(f"{kind:<8}{w:>8}{recall:>8}{m:>8}{precision:>10}")


def norne(limit):
    """Give the articles of NorNE that the recogniser was not trained on, a sentence a line."""
    from analyzer.train_names import HELD_OUT, _files, _spaces

    for path in sorted(NORNE.rglob("*.conll.gz")):
        for number, sentences in enumerate(_files(path)):
            if number % HELD_OUT == HELD_OUT // 2 and number < limit * HELD_OUT:
                yield article(sentences, _spaces)


def article(sentences, spaces_after):
    text, marked = "", []
    for sentence in sentences:
        words = [word for word, _ in sentence]
        for (word, tag), space in zip(sentence, spaces_after(words), strict=True):
            if tag == "B-PER":
                marked.append(Personal(len(text), len(text) + len(word), "person"))
            elif tag == "I-PER" and marked:
                marked[-1] = Personal(marked[-1].start, len(text) + len(word), "person")
            text += word + (" " if space else "")
        text = text.rstrip() + "\n"
    return text, marked


def check_texts(folder, names):
    left = Counter()
    counted = Counter()
    for path in sorted(folder.rglob("*.txt")):
        text = path.read_text(encoding="utf-8", errors="replace")
        found = find_personal_data(text, names)
        hidden = mask(text, found)
        for kind, regex in STRICT.items():
            for match in regex.finditer(text):
                counted[kind] += 1
                start, end = match.span(1) if match.lastindex else match.span()
                if any(c.isalnum() for c in hidden[start:end].replace(MASK, " ")):
                    left[kind] += 1
                    print(f"  left {kind}: {match[0]!r} in {path.name}")
        for one in found:
            counted[f"masked {one.kind}"] += 1
            if one.kind in ("person", "id"):
                around = text[max(0, one.start - 30) : one.end + 30].replace("\n", "⏎")
                print(f"  {one.kind}\t{text[one.start : one.end]!r}\t{around}")
    print(dict(counted), "left:", dict(left))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--errors", choices=["developed", "norne", "heldout"])
    parser.add_argument("--texts", type=Path)
    parser.add_argument("--articles", type=int, default=1000, help="of each half of NorNE")
    options = parser.parse_args()
    names = NameFinder(Knowledge.load())
    if options.texts:
        check_texts(options.texts, names)
        return
    for part in ("developed", "heldout"):
        show(part, score(read_blocks(BLOCKS / f"{part}.txt"), names, options.errors == part))
    if NORNE.is_dir():
        show("NorNE, test part", score(norne(options.articles), names, options.errors == "norne"))


if __name__ == "__main__":
    main()

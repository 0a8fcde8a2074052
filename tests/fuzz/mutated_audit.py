"""Audits thousands of mutated statements and checks that none is lost.

    python tests/fuzz/mutated_audit.py --documents 10000 [--texts ../shared/statements] [--rules]

The statements of corpus/, and those of ``--texts``, are made text, HTML, DOCX and PDF, and each is damaged: bits flipped,
cut short, zeroed, two spliced, another encoding, another suffix, garbage, and what tests/fuzz/mutation.py does to the
parts of each format. Then ``personvern audit`` runs over all of them, and every file must be in ``documents`` or in
``errors``, once, and each error must say what to do. ``--rules`` leaves the encoder out, which takes most of the time.
"""

from __future__ import annotations

import argparse
import html
import io
import json
import os
import random
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(ROOT / "tests")]

import docx  # noqa: E402
import mutation  # noqa: E402
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from typeset import LAYOUTS, typeset  # noqa: E402

from analyzer.auditing.options import Options  # noqa: E402
from analyzer.auditing.results import Audit  # noqa: E402
from analyzer.auditing.run import run_audit  # noqa: E402
from analyzer.knowledge import Knowledge  # noqa: E402
from analyzer.pipeline import Analyzer  # noqa: E402

SUFFIXES = (".txt", ".html", ".docx", ".pdf", ".md", ".doc", "", ".TXT", ".bin")
_REMEDY = re.compile(
    r"\b(?:bruk|del|fjern|hent|installer|kjør|kontroller|lagre|last|les|pakk|rett|skann|skriv|slå|velg|øk|åpne)\b",
    re.IGNORECASE,
)
_UNFORESEEN = re.compile(r"uventet feil|stanse to ganger|mer tid enn grensen|mer minne enn grensen")


def main() -> None:
    """Make, audit, check."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument(
        "--texts", type=Path, nargs="*", default=[], help="folders of more statements, as .txt"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int)
    parser.add_argument("--rules", action="store_true", help="the rules alone, without the encoder")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "mutated")
    args = parser.parse_args()
    shutil.rmtree(args.out, ignore_errors=True)
    files = args.out / "files"
    made = list(
        write_mutated(files, args.documents, [ROOT / "corpus", *args.texts], random.Random(args.seed))
    )
    begun = time.monotonic()
    if args.rules:
        os.environ["PYTHONPATH"] = os.pathsep.join(
            [str(HERE), os.environ.get("PYTHONPATH", "")]
        )  # for the workers
        options = Options(
            as_of="2026-11-21",
            ocr="never",
            workers=args.workers,
            pages=False,
            analysis="mutated_audit:load_rules",
        )
        run_audit([files], args.out / "audit", options)
    else:
        command = [sys.executable, "-m", "analyzer", "audit", str(files), "--out", str(args.out / "audit")]
        workers = ["--workers", str(args.workers)] if args.workers else []
        command += ["--as-of", "2026-11-21", "--ocr", "never", *workers]
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
    problems = list(check(made, args.out / "audit"))
    print(
        f"{len(made)} documents in {time.monotonic() - begun:.0f} s; {len(problems)} problems",
        *problems[:50],
        sep="\n",
    )
    sys.exit(bool(problems))


def write_mutated(folder: Path, number: int, texts: Iterable[Path], rng: random.Random) -> Iterator[Path]:
    """Write mutated documents, a thousand to a folder, and give their paths."""
    sources = [path for root in texts for path in sorted(root.rglob("*.txt")) if path.name != "sources.txt"]
    made: dict[tuple[Path, str], bytes] = {}

    def document(kind: str) -> bytes:
        path = rng.choice(sources)
        if (path, kind) not in made:
            made[path, kind] = _FORMATS[kind](path.read_text(encoding="utf-8", errors="replace"))
        return made[path, kind]

    for count in range(number):
        kind = rng.choice(list(_FORMATS))
        data = document(kind)
        for _ in range(rng.choice((1, 1, 2, 4))):
            data = rng.choice((_MUTATORS[kind], mutation.mutate_bytes, _truncate, _splice(document, kind)))(
                data, rng
            )
        suffix = f".{kind}" if rng.random() < 0.8 else rng.choice(SUFFIXES)
        path = folder / f"{count // 1000:03}" / f"{count:05}{suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        yield path


def _truncate(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randint(0, len(data))]


def _splice(document: Callable[[str], bytes], kind: str) -> mutation.Mutator:
    def splice(data: bytes, rng: random.Random) -> bytes:
        other = document(rng.choice([kind, kind, *_FORMATS]))
        return data[: rng.randint(0, len(data))] + other[rng.randint(0, len(other)) :]

    return splice


def _make_html(text: str) -> bytes:
    blocks = "".join(f"<p>{html.escape(block)}</p>\n" for block in text.split("\n\n"))
    return f'<!doctype html><html lang="nb"><meta charset="utf-8"><title>Personvern</title><main>{blocks}</main>'.encode()


def _make_docx(text: str) -> bytes:
    document, out = docx.Document(), io.BytesIO()
    for block in text.split("\n\n"):
        document.add_paragraph(re.sub(r"[^\n\t -\U0010ffff]", "", block))
    document.save(out)
    return out.getvalue()


_FORMATS: dict[str, Callable[[str], bytes]] = {
    "txt": str.encode,
    "html": _make_html,
    "docx": _make_docx,
    "pdf": lambda text: typeset(text[:8000], LAYOUTS["two columns"]),
}
_MUTATORS: dict[str, mutation.Mutator] = {
    "txt": mutation.mutate_text,
    "html": mutation.mutate_html,
    "docx": mutation.mutate_docx,
    "pdf": mutation.mutate_pdf,
}


def check(made: Iterable[Path], folder: Path) -> Iterator[str]:
    """Say what is wrong with the results."""
    audit = Audit.open(folder)
    documents, errors = audit.documents, audit.errors
    counts = Counter([*documents["source"], *errors["source"]])
    for path in made:
        if counts.pop(str(path), 0) != 1:
            yield f"{path} is not accounted for exactly once"
    yield from (f"{source} was not given" for source in counts)
    for source, reason in zip(errors["source"], errors["error"], strict=True):
        if not isinstance(reason, str) or not _REMEDY.search(reason) or _UNFORESEEN.search(reason):
            yield f"{source}: {reason}"
    for id in documents["id"]:
        report = json.loads((folder / "reports" / f"{id}.json").read_bytes())
        if report["document"]["id"] != id:
            yield f"{id}: the report is of {report['document']['id']}"
    _show(documents, errors)


def _show(documents: pd.DataFrame, errors: pd.DataFrame) -> None:
    kinds = Counter(
        re.sub(r"^\S+ |\d+|«[^»]*»|\([^)]*\)", "", str(reason))[:70] for reason in errors["error"]
    )
    print(f"{len(documents)} reports, {len(errors)} errors:")
    for kind, count in kinds.most_common(25):
        print(f"{count:6} {kind}")


class Rules:
    """A topic model that finds nothing, so that the rules decide alone."""

    def __init__(self, knowledge: Knowledge) -> None:
        """Take the topics."""
        self.name, self.topics = "rules", knowledge.topic_ids
        self.thresholds = np.ones(len(self.topics))

    def score(self, texts: list[object]) -> np.ndarray:
        """Give no topic a chance."""
        return np.zeros((len(texts), len(self.topics)))

    score_sentences = score


def load_rules(options: Options) -> Callable[[bytes, str, str], str]:
    """Load the analysis of ``--rules``; the audit's workers call it."""
    knowledge = Knowledge.load()
    az = Analyzer(knowledge, Rules(knowledge), options.as_of or "2026-11-21")
    return lambda data, id, name: az.analyze(data, id=id, name=name, ocr=options.ocr).to_json()


if __name__ == "__main__":
    main()

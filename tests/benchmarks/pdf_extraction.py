"""Measures how well text comes back from PDFs: ours beside pdfplumber, pypdfium2, pdfminer.six and pypdf.

Run from the project's folder: ``python tests/benchmarks/pdf_extraction.py [--each]``. The texts are the
development statements in ../shared/gold/dev, typeset in four layouts, and the pages in ../shared/gold/html as
Chromium prints them, if it is installed.

Recall and precision count words as multisets; order counts triples of neighbouring words.
"""

from __future__ import annotations

import argparse
import io
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

SHARED = Path(__file__).resolve().parents[3] / "shared" / "gold"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
Reader = Callable[[bytes], str]
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def load_ours() -> Reader:
    from analyzer.ingest.pdf import read_pdf

    return lambda data: read_pdf(data, source="benchmark.pdf")[0].text


def load_pdfplumber() -> Reader:
    import pdfplumber

    def read(data: bytes) -> str:
        with pdfplumber.open(io.BytesIO(data)) as pdf:
            return "\n".join(page.extract_text() for page in pdf.pages)

    return read


def load_pypdfium2() -> Reader:
    import pypdfium2

    def read(data: bytes) -> str:
        return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(data))

    return read


def load_pdfminer() -> Reader:
    from pdfminer.high_level import extract_text

    return lambda data: extract_text(io.BytesIO(data))


def load_pypdf() -> Reader:
    from pypdf import PdfReader

    return lambda data: "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)


# Each is imported when it is asked for, so that the memory of one is not that of all.
READERS: dict[str, Callable[[], Reader]] = {
    "ours": load_ours,
    "pdfplumber": load_pdfplumber,
    "pypdfium2": load_pypdfium2,
    "pdfminer.six": load_pdfminer,
    "pypdf": load_pypdf,
}


def load_readers() -> dict[str, Reader]:
    """Ours, and those of the others that are installed."""
    readers: dict[str, Reader] = {}
    for name, load in READERS.items():
        try:
            readers[name] = load()
        except ImportError:
            print(f"{name} is not installed: skipped", file=sys.stderr)
    return readers


@dataclass
class Score:
    recall: list[float] = field(default_factory=list)
    order: list[float] = field(default_factory=list)
    precision: list[float] = field(default_factory=list)
    seconds: float = 0.0
    pages: int = 0


@dataclass(frozen=True)
class Sample:
    name: str
    data: bytes
    wanted: str
    allowed: str  # what the page shows without furniture: all of it counts as right


def find_words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def find_triples(text: str) -> list[tuple[str, ...]]:
    words = find_words(text)
    return list(zip(words, words[1:], words[2:], strict=False))


def compare(wanted: list, found: list) -> float:
    """Give the share of ``wanted`` that is in ``found``, each as often as it occurs."""
    return (Counter(wanted) & Counter(found)).total() / max(len(wanted), 1)


def make_typeset_samples() -> Iterator[tuple[str, Sample]]:
    from typeset import LAYOUTS, typeset

    for path in sorted((SHARED / "dev").glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        for name, layout in LAYOUTS.items():
            yield name, Sample(path.stem, typeset(text, layout), text, text)


def make_printed_samples() -> Iterator[tuple[str, Sample]]:
    read_pypdfium2 = load_pypdfium2()
    for path in sorted((SHARED / "html").glob("*.html")):
        gold = (SHARED / "dev" / f"{path.stem}.txt").read_text(encoding="utf-8")
        plain = print_page(path, "--no-pdf-header-footer")
        shown = read_pypdfium2(plain)  # all that is printed but browser furniture, in whatever order
        shown = re.sub(r"[\ufffe\u0002\u00ad]\s*", "", shown)
        yield "Chromium", Sample(path.stem, plain, gold, shown)
        yield "Chromium, furniture", Sample(path.stem, print_page(path), gold, shown)


def print_page(path: Path, *flags: str) -> bytes:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        out = Path(folder) / "page.pdf"
        profile = f"--user-data-dir={folder}/profile"
        command = [CHROMIUM or "", *FLAGS, *flags, profile, f"--print-to-pdf={out}", path.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        return out.read_bytes()


def measure(samples: Iterator[tuple[str, Sample]], *, each: bool) -> dict[tuple[str, str], Score]:
    import pypdfium2

    readers = load_readers()
    scores: dict[tuple[str, str], Score] = {}
    for layout, sample in samples:
        pages = len(pypdfium2.PdfDocument(sample.data))
        for reader, read in readers.items():
            start = time.perf_counter()
            text = read(sample.data)
            seconds = time.perf_counter() - start
            score = scores.setdefault((layout, reader), Score())
            score.recall.append(compare(find_words(sample.wanted), find_words(text)))
            score.order.append(compare(find_triples(sample.wanted), find_triples(text)))
            score.precision.append(compare(find_words(text), find_words(sample.allowed)))
            score.seconds += seconds
            score.pages += pages
            if each and reader == "ours":
                numbers = (score.recall[-1], score.order[-1], score.precision[-1])
                print(f"{layout:22}{sample.name:32}" + "".join(f"{number:9.4f}" for number in numbers))
    return scores


def print_table(scores: dict[tuple[str, str], Score]) -> None:
    print(
        f"{'layout':22}{'reader':14}{'files':>6}{'recall':>9}{'order':>9}"
        f"{'precision':>11}{'lowest order':>14}{'ms/page':>9}"
    )
    for (layout, reader), score in scores.items():
        count = len(score.recall)
        means = [sum(values) / count for values in (score.recall, score.order, score.precision)]
        print(
            f"{layout:22}{reader:14}{count:6}{means[0]:9.4f}{means[1]:9.4f}{means[2]:11.4f}"
            f"{min(score.order):14.4f}{1000 * score.seconds / score.pages:9.0f}"
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--each", action="store_true", help="also print our numbers for each file")
    each = parser.parse_args().each
    if not (SHARED / "dev").is_dir():
        print(
            f"{SHARED} is missing: the benchmark needs the labelled statements, "
            "which are not in the repository."
        )
        return 1
    scores = measure(make_typeset_samples(), each=each)
    if CHROMIUM:
        scores |= measure(make_printed_samples(), each=each)
    print_table(scores)
    if not CHROMIUM:
        print("Chromium was not found: printed web pages are left out.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

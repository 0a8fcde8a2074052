"""Measures the reading of scans: word error rate and time by layout and quality, and the time of each stage.

Run from the project's folder: ``python tests/benchmarks/scans.py [--each]``. Development statements of
../shared/gold/dev are typeset, scanned at three qualities and read from a PDF of pictures.

Words are compared exactly, case and punctuation included, in their order; bullets and dashes are left out.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pypdfium2

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from scanning import CLEAN, OFFICE, POOR, Quality, save_pdf, scan
from typeset import LAYOUTS, typeset

from analyzer.errors import UnreadableSource
from analyzer.ingest import ocr, pdf, read_document, scan_image
from analyzer.ingest.tesseract import Tesseract

DEV = Path(__file__).resolve().parents[3] / "shared" / "gold" / "dev"
STEMS = (
    "d01-porsgrunntennisklubb",
    "d03-gj-revisjon-website",
    "d04-matland-gard",
    "d06-ai-tannlege",
    "d09-kjoreskolen",
    "d18-hmsnova",
)
QUALITIES = {"300 dpi": CLEAN, "200 dpi, 0.8°, noise": OFFICE, "150 dpi, 2°, noise": POOR}
LONG = ("d05-personvern", "d07-partners", "d11-utekos-headless")
LONG_PAGES = 10


def find_words(text: str) -> list[str]:
    return [word for word in text.replace("\u2011", "-").split() if any(char.isalnum() for char in word)]


def count_errors(wanted: list[str], found: list[str]) -> int:
    """Count the words to insert, delete and replace."""
    row = list(range(len(found) + 1))
    for number, word in enumerate(wanted, start=1):
        last, row[0] = row[0], number
        for place, other in enumerate(found, start=1):
            last, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, last + (word != other))
    return row[-1]


def read_processor_time() -> float:
    """Give the seconds that processors worked for us and Tesseract, which a busy machine does not add to."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def find_recall(wanted: list[str], found: list[str]) -> float:
    return (Counter(wanted) & Counter(found)).total() / max(len(wanted), 1)


def measure(layout: str, quality: Quality, *, each: bool) -> tuple[int, int, float, float, float, int]:
    """Give words, errors, recall, seconds on the clock and of processors, and pages over the statements."""
    words = errors = pages = 0
    kept = seconds = used = 0.0
    for stem in STEMS:
        text = (DEV / f"{stem}.txt").read_text(encoding="utf-8")
        # Pages of one sheet keep their header, which is right but counts as errors.
        images = scan(typeset(text, replace(LAYOUTS[layout], furniture=False)), quality)
        data = save_pdf(images, quality.dpi)
        start, before = time.perf_counter(), read_processor_time()
        document = read_document(data, name=f"{stem}.pdf")
        seconds += time.perf_counter() - start
        used += read_processor_time() - before
        wanted, found = find_words(text), find_words(document.text)
        wrong = count_errors(wanted, found)
        words, errors, pages = words + len(wanted), errors + wrong, pages + len(images)
        kept += len(wanted) * find_recall(wanted, found)
        if each:
            print(f"  {stem:28}{len(wanted):6}{wrong:6}  {document.warnings[0]}")
    return words, errors, kept / words, seconds, used, pages


def time_stages() -> None:
    """Print how long each stage takes on a scan of ten pages; the pages are read side by side."""
    text = "\n\n".join((DEV / f"{stem}.txt").read_text(encoding="utf-8") for stem in LONG)
    images = scan(typeset(text, LAYOUTS["one column"]), OFFICE)[:LONG_PAGES]
    data = save_pdf(images, OFFICE.dpi)
    spent: dict[str, float] = defaultdict(float)
    watch(spent, "render (PDFium)", pypdfium2.PdfPage, "render")
    watch(spent, "even out light", scan_image, "clean")
    watch(spent, "find turn by profile", scan_image, "is_sideways")
    watch(spent, "find turn by OSD", Tesseract, "find_turn")
    watch(spent, "deskew", scan_image, "straighten")
    watch(spent, "Tesseract, both readings", Tesseract, "read")
    watch(spent, "stroke widths", ocr, "measure_stroke")
    watch(spent, "text layer (pdfplumber)", pdf, "_read_pages")
    watch(spent, "reading order", pdf, "order_pages")
    watch(spent, "blocks", pdf, "add_blocks")
    start = time.perf_counter()
    document = read_document(data, name="ti-sider.pdf")
    total = time.perf_counter() - start
    print(f"\n{len(images)} pages, {len(document.text.split())} words, {len(data) / 1e6:.1f} MB")
    print(f"{'stage':28}{'seconds':>9}{'per page':>10}")
    for stage, seconds in spent.items():
        print(f"{stage:28}{seconds:9.2f}{seconds / len(images):10.2f}")
    print(f"{'sum':28}{sum(spent.values()):9.2f}{sum(spent.values()) / len(images):10.2f}")
    print(f"{f'on the clock, {ocr.WORKERS} at a time':28}{total:9.2f}{total / len(images):10.2f}")


def watch(spent: dict[str, float], stage: str, owner: ModuleType | type, name: str) -> None:
    """Add up the time that a function takes."""
    function: Callable[..., Any] = getattr(owner, name)

    def timed(*args: Any, **options: Any) -> Any:
        start = time.perf_counter()
        try:
            return function(*args, **options)
        finally:
            spent[stage] += time.perf_counter() - start

    spent[stage] = 0.0
    setattr(owner, name, timed)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--each", action="store_true", help="also print the numbers of each statement")
    each = parser.parse_args().each
    if not DEV.is_dir():
        print(
            f"{DEV} is missing: the benchmark needs the labelled statements, which are not in the repository."
        )
        return 1
    try:
        Tesseract.find("nor")
    except UnreadableSource as error:
        print(error)
        return 1
    print(
        f"{'layout':20}{'quality':24}{'pages':>6}{'words':>7}"
        f"{'WER':>8}{'recall':>8}{'s/page':>8}{'CPU s/page':>12}"
    )
    for layout in ("one column", "two columns", "narrow justified"):
        for name, quality in QUALITIES.items():
            words, errors, recall, seconds, used, pages = measure(layout, quality, each=each)
            print(
                f"{layout:20}{name:24}{pages:6}{words:7}"
                f"{errors / words:8.2%}{recall:8.2%}{seconds / pages:8.2f}{used / pages:12.2f}",
                flush=True,
            )
    time_stages()
    return 0


if __name__ == "__main__":
    sys.exit(main())

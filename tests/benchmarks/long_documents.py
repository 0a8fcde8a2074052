"""Measures time and memory by the number of pages: text PDFs of 50 and 500 pages, scans of some.

Run from the project's folder: ``python tests/benchmarks/long_documents.py [--scan 10 40]``. The pages are typeset from
``corpus/``. Each document is read by a process of its own, whose peak memory is printed beside that of an empty one: what a
page costs must not grow with the number of pages.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from scanning import OFFICE, merge_pdfs, save_pdf, scan
from typeset import LAYOUTS, typeset

ROOT = Path(__file__).resolve().parents[2]


def typeset_pages(number: int) -> bytes:
    """Typeset the statements of the corpus until there are that many pages."""
    import pypdfium2

    parts: list[bytes] = []
    pages = 0
    sources = sorted((ROOT / "corpus" / "statements").glob("*.txt"))
    while pages < number:
        part = typeset(sources[len(parts) % len(sources)].read_text(encoding="utf-8"), LAYOUTS["one column"])
        parts.append(part)
        pages += len(pypdfium2.PdfDocument(part))
    merged = pypdfium2.PdfDocument(merge_pdfs(*parts))
    kept = pypdfium2.PdfDocument.new()
    kept.import_pages(merged, range(number))
    with tempfile.TemporaryFile() as file:
        kept.save(file)
        file.seek(0)
        return file.read()


def read(path: str) -> None:
    """Read a document in this process and print pages, words, seconds and peak memory in MB."""
    from analyzer.ingest import read_document

    start = time.perf_counter()
    before = peak()
    document = read_document(path)
    seconds = time.perf_counter() - start
    print(document.pages, len(document.text.split()), f"{seconds:.1f} {before:.0f} {peak():.0f}")


def peak() -> float:
    """Give the most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(data: bytes, label: str) -> None:
    """Read the document in a process of its own and print a row."""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(data)
        file.flush()
        command = [sys.executable, __file__, "--read", file.name]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    pages, words, seconds, before, after = done.stdout.split()
    per_page = float(seconds) / int(pages)
    print(
        f"{label:10}{pages:>7}{words:>9}{seconds:>9}{per_page:>10.2f}{before:>10}{after:>10}{len(data) / 1e6:>9.1f}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--text", type=int, nargs="*", default=[50, 500], help="pages of the text PDFs")
    parser.add_argument("--scan", type=int, nargs="*", default=[10, 40], help="pages of the scans")
    parser.add_argument("--read", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.read:
        read(options.read)
        return
    print(
        f"{'':10}{'pages':>7}{'words':>9}{'seconds':>9}{'per page':>10}{'MB before':>10}{'MB peak':>10}{'MB file':>9}"
    )
    for number in options.text:
        measure(typeset_pages(number), "text")
    for number in options.scan:
        measure(save_pdf(scan(typeset_pages(number), OFFICE), OFFICE.dpi), "scan")


if __name__ == "__main__":
    main()

"""Word recall and precision of HTML extractors against the statements' text, in one run.

    python tests/benchmarks/html_extraction.py [--gold ../shared/gold]

The gold folder holds ``html/<stem>.html`` and ``dev/<stem>.txt``. Recall and precision count lower-cased
``\\w+`` words as multisets. Precision is a lower bound: some gold texts leave out a line that readers see.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

Extractor = Callable[[str], str]
DEFAULT_GOLD = Path(__file__).resolve().parents[3] / "shared" / "gold"


def count_words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text.lower().replace("\u00ad", "")))


def score(found: str, expected: str) -> tuple[float, float]:
    """Return word recall and precision."""
    got, want = count_words(found), count_words(expected)
    shared = (got & want).total()
    return shared / max(1, want.total()), shared / max(1, got.total())


def load_ours() -> Extractor:
    from analyzer.ingest.html import read_html

    return lambda html: read_html(html).text


def load_readability() -> Extractor:
    import lxml.html
    from readability import Document

    return lambda html: "\n".join(lxml.html.fromstring(Document(html).summary()).itertext())


def load_trafilatura(**options: bool) -> Extractor:
    import trafilatura

    return lambda html: trafilatura.extract(html, **options) or ""


def load_resiliparse() -> Extractor:
    from resiliparse.extract.html2text import extract_plain_text

    return lambda html: extract_plain_text(html, main_content=True)


# Each is imported when it is asked for, so that the memory of one is not that of all.
EXTRACTORS: dict[str, Callable[[], Extractor]] = {
    "ours": load_ours,
    "readability": load_readability,
    "trafilatura": load_trafilatura,
    "trafilatura+recall": partial(load_trafilatura, favor_recall=True),
    "resiliparse": load_resiliparse,
}


def load_extractors() -> dict[str, Extractor]:
    """Ours, and those of the others that are installed."""
    extractors: dict[str, Extractor] = {}
    for name, load in EXTRACTORS.items():
        try:
            extractors[name] = load()
        except ImportError:
            print(f"{name} is not installed: skipped", file=sys.stderr)
    return extractors


def measure(extract: Extractor, html: str, expected: str) -> tuple[float, float, float]:
    """Return recall, precision and the milliseconds of the fastest of three runs."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        found = extract(html)
        times.append(time.perf_counter() - start)
    return *score(found, expected), min(times) * 1000


def print_table(gold: Path) -> None:
    extractors = load_extractors()
    sums = {name: [0.0, 0.0, 0.0] for name in extractors}
    lowest = dict.fromkeys(extractors, 1.0)
    pages = [
        page
        for page in sorted((gold / "html").glob("*.html"))
        if (gold / "dev" / f"{page.stem}.txt").exists()
    ]
    print("recall / precision / ms")
    print(f"{'page':30}" + "".join(f"{name:>22}" for name in extractors))
    for page in pages:
        html, expected = page.read_text("utf-8"), (gold / "dev" / f"{page.stem}.txt").read_text("utf-8")
        row = f"{page.stem[:29]:30}"
        for name, extract in extractors.items():
            result = measure(extract, html, expected)
            lowest[name] = min(lowest[name], result[0])
            sums[name] = [total + value for total, value in zip(sums[name], result, strict=True)]
            row += "{:>8.3f}{:>7.3f}{:>7.1f}".format(*result)
        print(row)
    means = [
        "{:>8.3f}{:>7.3f}{:>7.1f}".format(*(value / len(pages) for value in total)) for total in sums.values()
    ]
    print(f"{'mean':30}" + "".join(means))
    print(f"{'lowest recall':30}" + "".join(f"{value:>8.3f}{'':14}" for value in lowest.values()))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gold", type=Path, default=DEFAULT_GOLD)
    gold = parser.parse_args().gold
    if not (gold / "html").is_dir() or not any((gold / "html").glob("*.html")):
        print(
            f"No gold pages in {gold / 'html'}: the benchmark needs ../shared, or --gold FOLDER.",
            file=sys.stderr,
        )
        return 1
    print_table(gold)
    return 0


if __name__ == "__main__":
    sys.exit(main())

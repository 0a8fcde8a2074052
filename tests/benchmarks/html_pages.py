"""How fast the HTML pages are in Chromium: opening a report, and filtering and sorting an audit of 2,000 statements.

    python tests/benchmarks/html_pages.py [--statements 2000]

The analyser runs once on statements of corpus/heldout; the audit repeats their reports. Times are the browser's own
(performance.now, to the next frame painted), the median of several rounds; beside them what the page's main thread
needed of the processor, which holds on a machine that is busy with other things too.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from chromium import launch_chromium, visit  # noqa: E402
from test_html import rows_of  # noqa: E402

from analyzer import Analyzer  # noqa: E402
from analyzer.html_audit import render_audit  # noqa: E402
from analyzer.html_report import render_report  # noqa: E402

HELDOUT = ROOT / "corpus" / "heldout"
LONG = ("torrbekkenbryggeri", "kvilheim-hotels", "kodebrygga")
ROUNDS = 7
# What a reader does, as JavaScript, and its name in the table; each starts from the whole table.
ACTIONS = {
    "filter by text": "set('text', 'hotels')",
    "filter by text that nearly all have": "set('text', 'a')",
    "filter by sector": "set('sector', 'private')",
    "filter by severity": "set('severity', '0')",
    "filter by gap": "set('gap', 'm:restriction')",
    "sort by organisation": "document.querySelector('thead button').click()",
    "sort by completeness": "document.querySelectorAll('thead button')[3].click()",
    "sort by a disclosure": "document.querySelectorAll('thead button')[20].click()",
}
TIMED = """async () => {
  const set = (id, value) => { const e = document.getElementById(id); e.value = value; e.dispatchEvent(new Event("input", { bubbles: true })); };
  const start = performance.now();
  ACTION;
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  return performance.now() - start;
}"""
OPENED = "performance.getEntriesByType('navigation')[0].loadEventEnd"


def make_pages(folder: Path, statements: int) -> None:
    """Write a report on more than 3,000 words, and an overview of many."""
    az = Analyzer.load(as_of="2026-11-21")
    text = "\n\n".join((HELDOUT / f"{name}.txt").read_text(encoding="utf-8") for name in LONG)
    (folder / "report.html").write_text(
        render_report(az.analyze(text.encode(), id="long").data), encoding="utf-8"
    )
    reports = [az.analyze(path).data for path in sorted(HELDOUT.glob("*.txt"))]
    rows = [rows_of(reports[n % len(reports)], f"{n}") for n in range(statements)]
    documents = [{**row, "organisation": f"{row['organisation']} {n}"} for n, (row, _) in enumerate(rows)]
    page = render_audit(documents, [finding for _, found in rows for finding in found])
    (folder / "index.html").write_text(page, encoding="utf-8")


def open_repeatedly(browser, path: Path) -> float:
    """Give the median milliseconds until a page has loaded."""
    times = []
    for _ in range(ROUNDS):
        with visit(browser, path) as seen:
            times.append(seen.page.evaluate(OPENED))
    return statistics.median(times)


def watch_thread(page):
    """Give a function that says how many milliseconds of processor time the main thread has taken."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def busy() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return 1000 * next(m["value"] for m in metrics if m["name"] == "TaskDuration")

    return busy


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--statements", type=int, default=2000)
    statements = parser.parse_args().statements
    with tempfile.TemporaryDirectory() as name, launch_chromium() as browser:
        folder = Path(name)
        make_pages(folder, statements)
        for page in ("report", "index"):
            path = folder / f"{page}.html"
            print(
                f"{page}.html\t{path.stat().st_size / 1000:.0f} kB\topens in {open_repeatedly(browser, path):.0f} ms"
            )
        with visit(browser, folder / "index.html") as seen:
            busy = watch_thread(seen.page)
            for title, action in ACTIONS.items():
                times, worked = [], []
                for _ in range(ROUNDS):
                    seen.page.evaluate("document.querySelector('form').reset()")
                    seen.page.wait_for_timeout(100)
                    before = busy()
                    times.append(seen.page.evaluate(TIMED.replace("ACTION", action)))
                    worked.append(busy() - before)
                print(
                    f"{title}\t{statistics.median(times):.0f} ms, processor {statistics.median(worked):.0f} ms"
                )


if __name__ == "__main__":
    main()

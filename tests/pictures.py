"""Makes the README's pictures anew, of the report on one sample statement: ``make pictures``; needs Chromium."""

import io
from pathlib import Path

from chromium import launch_chromium
from PIL import Image
from rich.console import Console

from analyzer.pipeline import Analyzer
from analyzer.terminal import show_report

ROOT = Path(__file__).parent.parent
OUT = ROOT / ".readme"
STATEMENT = "corpus/heldout/kodebrygga.txt"


def main():
    report = Analyzer.load(as_of="2026-11-21").analyze(ROOT / STATEMENT, name=STATEMENT)
    page = ROOT / "build" / "picture.html"
    page.parent.mkdir(exist_ok=True)
    page.write_text(report.to_html(), encoding="utf-8")
    with launch_chromium() as browser:
        seen = browser.new_page(viewport={"width": 1280, "height": 900})
        seen.goto(page.as_uri())
        seen.screenshot(path=page.with_suffix(".png"))
    Image.open(page.with_suffix(".png")).convert("RGB").quantize(64).save(OUT / "report.png", optimize=True)
    console = Console(
        record=True,
        width=110,
        force_terminal=True,
        file=io.StringIO(),
        highlight=False,
        markup=False,
        emoji=False,
    )
    show_report(report, console, full=False)
    console.save_svg(str(OUT / "terminal.svg"), title=f"personvern analyze {STATEMENT}")


if __name__ == "__main__":
    main()

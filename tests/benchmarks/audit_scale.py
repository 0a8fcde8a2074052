"""Audits of any size: time, memory, failures, and whether two workers give what one gives.

    python tests/benchmarks/audit_scale.py [--documents 100 1000 10000] [--workers 1 2] [--words 400] [--kills 10] [--keep FOLDER]
    python tests/benchmarks/audit_scale.py --folder ../shared/statements

More than 1,000 documents (--alone) are run with the largest number of workers only. With --kills, the smallest audit is also
killed with SIGKILL at that many random moments, each time going on where it stopped, and compared with the undisturbed one.

The statements are made of those in corpus/statements: other names, sections in another order, some left out, as
text, HTML and DOCX. One in twenty is broken, in all the ways of BROKEN. Every run is a process of its own, without the
cache of scores; the memory is the largest seen by looking five times a second.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import html
import io
import itertools
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import psutil

ROOT = Path(__file__).parent.parent.parent
NOT_RESULTS = {"run.json", "ledger.jsonl"}
FIRST = (
    "Fjell",
    "Vik",
    "Dal",
    "Nes",
    "Sund",
    "Lund",
    "Berg",
    "Haug",
    "Strand",
    "Eik",
    "Bjørk",
    "Øy",
    "Ås",
    "Tind",
)
SECOND = ("heim", "stad", "set", "land", "vang", "bu", "rud", "nes", "foss", "mo", "bakken", "haugen")
THIRD = ("AS", "ASA", "kommune", "Eiendom AS", "Helse AS", "Sparebank", "Idrettslag", "Regnskap AS")
EVERY_BROKEN = 20


def damaged_docx(document: bytes) -> bytes:
    """Make a DOCX around a document part."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", document)
    return buffer.getvalue()


def bomb_png() -> bytes:
    """Make a picture of 60,000 by 60,000 pixels that is a few kilobytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    header = (60_000).to_bytes(4, "big") * 2 + b"\x08\x00\x00\x00\x00"
    rows = zlib.compress(bytes(1_000_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(12))
    + b"]><l>&m;</l>"
)

BROKEN: dict[str, Callable[[str], bytes]] = {
    "empty.txt": lambda text: b"",
    "blank.txt": lambda text: b" \n\t\n" * 500,
    "binary.txt": lambda text: random.Random(3).randbytes(50_000),
    "truncated.pdf": lambda text: (
        b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Ty"
    ),
    "garbage.pdf": lambda text: b"%PDF-1.4\n" + random.Random(4).randbytes(20_000),
    "utf16-no-mark.txt": lambda text: text.encode("utf-16-le"),
    "twice-encoded.txt": lambda text: text.encode("utf-8").decode("latin-1").encode("utf-8"),
    "huge-line.txt": lambda text: (" ".join(text.split()) + " ").encode() * (3_000_000 // max(1, len(text))),
    "one-word.txt": lambda text: b"a" * 300_000,
    "zip-bomb.docx": lambda text: damaged_docx(b"<w:document>" + bytes(400_000_000)),
    "laughs.docx": lambda text: damaged_docx(LAUGHS),
    "no-archive.docx": lambda text: b"PK\x03\x04" + b"x" * 1000,
    "nested.html": lambda text: b"<html><body>" + b"<div>" * 200_000 + text.encode(),
    "unclosed.html": lambda text: b"<html><body><table>" + b"<tr><td>x" * 10_000,
    "entities.html": lambda text: b"<html><body>" + b"&#x41;&nbsp;" * 20_000,
    "bomb.png": lambda text: bomb_png(),
    "nulls.txt": lambda text: bytes(1_000_000),
    "another-language.txt": lambda text: b"This page says nothing in particular about anything at all. " * 50,
}
"""What is wrong, and how it is made of a statement; two more, "denied" and "pipe", are made by the file system."""


def sections_of(text: str) -> list[str]:
    """Cut a statement before its headings: short blocks without a full stop."""
    sections: list[list[str]] = [[]]
    for block in text.split("\n\n"):
        if len(block) < 60 and not block.rstrip().endswith((".", ":", "?")) and sections[-1]:
            sections.append([])
        sections[-1].append(block)
    return ["\n\n".join(section) for section in sections]


def vary(text: str, name: str, dice: random.Random, most: int | None = None) -> str:
    """Give a statement another name, another order, and fewer sections: no more blocks after ``most`` words."""
    organisation = re.search(r"(?:for|hos) ((?:[A-ZÆØÅ][\w&-]*\s?)+(?:AS|ASA|kommune|stiftelse)?)", text)
    if organisation:
        text = text.replace(organisation[1].strip(), name)
    first, *others = sections_of(text)
    dice.shuffle(others)
    chosen = [f"Personvernerklæring for {name}", first, *(s for s in others if dice.random() > 0.12)]
    blocks = [block for section in chosen for block in section.split("\n\n")]
    before = itertools.accumulate((len(block.split()) for block in blocks), initial=0)
    return "\n\n".join(b for b, words in zip(blocks, before, strict=False) if most is None or words < most)


def as_html(text: str) -> bytes:
    """Put a statement into a page."""
    blocks = "".join(f"<p>{html.escape(block)}</p>" for block in text.split("\n\n"))
    return f"<html><head><meta charset='utf-8'></head><body><main>{blocks}</main></body></html>".encode()


def as_docx(text: str) -> bytes:
    """Put a statement into a Word document."""
    import docx

    document = docx.Document()
    for block in text.split("\n\n"):
        document.add_paragraph(block)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def manufacture(folder: Path, count: int, most: int | None) -> dict[str, int]:
    """Write the statements; gives how many there are of each kind of broken one."""
    originals = [
        p.read_text(encoding="utf-8") for p in sorted((ROOT / "corpus" / "statements").glob("*.txt"))
    ]
    dice = random.Random(count)
    kinds = [*BROKEN, "denied", "pipe"]
    broken: dict[str, int] = {}
    for number in range(count):
        name = f"{dice.choice(FIRST)}{dice.choice(SECOND)} {dice.choice(THIRD)}"
        text = vary(dice.choice(originals), name, dice, most)
        place = folder / f"{number // 1000:03}"
        place.mkdir(parents=True, exist_ok=True)
        if number % EVERY_BROKEN == EVERY_BROKEN - 1:
            kind = kinds[number // EVERY_BROKEN % len(kinds)]
            broken[kind] = broken.get(kind, 0) + 1
            write_broken(place, number, kind, text)
        elif number % 4 == 1:
            (place / f"{number:05}.html").write_bytes(as_html(text))
        elif number % 25 == 2:
            (place / f"{number:05}.docx").write_bytes(as_docx(text))
        else:
            (place / f"{number:05}.txt").write_text(text, encoding="utf-8")
    return broken


def write_broken(place: Path, number: int, kind: str, text: str) -> None:
    """Write one that is broken."""
    path = place / f"{number:05}-{kind}"
    if kind == "pipe" and hasattr(os, "mkfifo"):
        os.mkfifo(path)
    elif kind in ("denied", "pipe"):
        path.write_text(text, encoding="utf-8")
        path.chmod(0)
        if os.access(path, os.R_OK):  # nothing is denied to root
            path.unlink()
            path.symlink_to(place / "borte.txt")
    else:
        path.write_bytes(BROKEN[kind](text))


def start(source: Path, out: Path, workers: int, timeout: float) -> subprocess.Popen[bytes]:
    """Start an audit, or let it go on."""
    command = [
        sys.executable,
        "-m",
        "analyzer",
        "audit",
        str(source),
        "--out",
        str(out),
        "--quiet",
        "--no-cache",
    ]
    options = [
        "--workers",
        str(workers),
        "--timeout",
        str(timeout),
        "--memory-limit",
        "2GiB",
        "--as-of",
        "2026-11-21",
    ]
    return subprocess.Popen([*command, *options], stderr=subprocess.DEVNULL)


def run(source: Path, out: Path, workers: int, timeout: float) -> dict[str, float]:
    """Run one audit, and give its seconds and the largest memory of each kind of process, in MB."""
    peak = {"parent": 0.0, "dask worker": 0.0, "analysis": 0.0}
    began = time.perf_counter()
    process = start(source, out, workers, timeout)
    parent = psutil.Process(process.pid)
    while process.poll() is None:
        look_at(parent, peak)
        time.sleep(0.2)
    return {"seconds": time.perf_counter() - began, **peak}


def run_killed(source: Path, out: Path, workers: int, timeout: float, kills: int, seconds: float) -> None:
    """Kill an audit at random moments, every second one after it has come further, and let it end.

    Raises:
        SystemExit: If what the ledger says is done is not on the disk as it says.
    """
    dice, done, ledger = random.Random(11), 0, out / "ledger.jsonl"
    for number in range(1, kills + 1):
        process = start(source, out, workers, timeout)
        while number % 2 and process.poll() is None and len(entries_of(ledger)) <= done:
            time.sleep(0.05)
        time.sleep(dice.uniform(0, 1.5 * seconds / kills))
        ended = " (it had ended)" if process.poll() is not None else ""
        family = [] if ended else psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.wait()
        psutil.wait_procs(family, timeout=60)
        entries = entries_of(ledger)
        for entry in entries:
            report = out / "reports" / f"{entry['id']}.json"
            if entry["report"] and hashlib.sha256(report.read_bytes()).hexdigest() != entry["report"]:
                sys.exit(f"reported as done, but lost: {entry['id']}")
        done = len(entries)
        print(f"    kill {number}: {done} sources done and whole{ended}", flush=True)
    start(source, out, workers, timeout).wait()


def look_at(parent: psutil.Process, peak: dict[str, float]) -> None:
    """Note the memory of the run's processes if it is the largest so far."""
    try:
        family = [("parent", parent)]
        for child in parent.children(recursive=True):
            line = " ".join(child.cmdline())
            if "auditing.child" in line or "multiprocessing.spawn" in line:
                family.append(("analysis" if "auditing.child" in line else "dask worker", child))
        for kind, process in family:
            peak[kind] = max(peak[kind], process.memory_info().rss / 1e6)
    except psutil.Error:  # it ended while it was looked at
        return


def entries_of(ledger: Path) -> list[dict[str, str]]:
    """Read the whole lines of a ledger."""
    return list(map(json.loads, ledger.read_bytes().split(b"\n")[:-1])) if ledger.exists() else []


def account(source: Path, out: Path) -> tuple[int, int, Counter[str]]:
    """Give the numbers of reports and words, and of errors by reason; reports and errors must be the sources.

    Raises:
        SystemExit: If a source is not accounted for, or the run did not end.
    """
    if json.loads((out / "run.json").read_bytes())["status"] != "finished":
        sys.exit(f"not finished: {out}")
    sources = {str(path) for path in source.rglob("*") if not path.is_dir()}
    reports = {json.loads(p.read_bytes())["document"]["source"] for p in (out / "reports").glob("*.json")}
    with (out / "errors.csv").open(encoding="utf-8-sig", newline="") as file:
        errors = {row["source"]: row["error"] for row in csv.DictReader(file)}
    if reports | errors.keys() != sources or reports & errors.keys():
        sys.exit(f"not accounted for: {sorted(sources ^ (reports | errors.keys()))[:5]}")
    with (out / "documents.csv").open(encoding="utf-8-sig", newline="") as file:
        words = sum(int(row["words"]) for row in csv.DictReader(file))
    reasons = Counter(re.sub(r"\d+", "n", error.replace(path, "…"))[:90] for path, error in errors.items())
    return len(reports), words, reasons


def same(one: Path, other: Path) -> bool:
    """Tell whether two folders hold the same results, byte for byte."""

    def files(folder: Path) -> set[Path]:
        return {p.relative_to(folder) for p in folder.rglob("*") if p.is_file() and p.name not in NOT_RESULTS}

    return files(one) == files(other) and all(
        (one / name).read_bytes() == (other / name).read_bytes() for name in files(one)
    )


def main() -> None:
    """Print the table."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--documents", type=int, nargs="+", default=[100, 1000])
    arguments.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    arguments.add_argument(
        "--alone", type=int, default=1000, help="largest audit for every number of workers"
    )
    arguments.add_argument("--kills", type=int, default=0, help="of the smallest audit, at random moments")
    arguments.add_argument(
        "--words", type=int, help="leave out what comes after so many of a statement; all when not given"
    )
    arguments.add_argument("--folder", type=Path, help="audit this, and make nothing")
    arguments.add_argument("--timeout", type=float, default=60)
    arguments.add_argument("--keep", type=Path, help="folder that keeps statements and results")
    options = arguments.parse_args()
    root = options.keep or Path(tempfile.mkdtemp(prefix="audit-scale-"))
    print(f"{'documents':>9} {'workers':>7} {'seconds':>8} {'docs/s':>6} {'words/s':>8} {'reports':>7} {'failed':>6}"
          f" {'parent MB':>9} {'dask MB':>8} {'analysis MB':>11} {'identical':>9} {'speed-up':>8}")  # fmt: skip
    if options.folder:
        measure(root, options.folder, sum(not path.is_dir() for path in options.folder.rglob("*")), options)
    for count in [] if options.folder else options.documents:
        source = root / f"statements-{count}"
        if not source.exists():
            manufacture(source, count, options.words)
        measure(root, source, count, options)
    if not options.keep:
        shutil.rmtree(root, ignore_errors=True)


def measure(root: Path, source: Path, count: int, options: argparse.Namespace) -> None:
    """Print the lines of one folder: each number of workers, why sources failed, and the audit that is killed."""
    first: tuple[Path, float] | None = None
    for workers in options.workers if count <= options.alone else [max(options.workers)]:
        out = root / f"results-{count}-{workers}"
        shutil.rmtree(out, ignore_errors=True)
        measured = run(source, out, workers, options.timeout)
        seconds = measured["seconds"]
        reports, words, reasons = account(source, out)
        identical = "–" if first is None else "yes" if same(first[0], out) else "NO"
        speed_up = "–" if first is None else f"{first[1] / seconds:.2f}"
        first = first or (out, seconds)
        print(
            f"{count:9} {workers:7} {seconds:8.1f} {count / seconds:6.2f} {words / seconds:8.0f} {reports:7}"
            f" {reasons.total():6} {measured['parent']:9.0f} {measured['dask worker']:8.0f}"
            f" {measured['analysis']:11.0f} {identical:>9} {speed_up:>8}",
            flush=True,
        )
    for reason, number in reasons.most_common():
        print(f"    {number} × {reason}")
    if options.kills and count == min(options.documents) and first:
        out = root / f"results-{count}-killed"
        shutil.rmtree(out, ignore_errors=True)
        run_killed(source, out, max(options.workers), options.timeout, options.kills, first[1])
        print(
            f"    after {options.kills} kills identical: {'yes' if same(first[0], out) else 'NO'}", flush=True
        )


if __name__ == "__main__":
    main()

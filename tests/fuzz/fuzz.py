"""Fuzzes a reader: ``python tests/fuzz/fuzz.py pdf --seconds 600``; ``all`` goes through the readers in turn.

Coverage of the project's code and of the library behind the reader guides the search (Atheris, ``pip install
atheris``; Linux). Finds are any exception but AnalyzerError, more than 10 seconds, more than 1 GB and any crash; the
shortest input of each is kept in ``build/fuzz/READER/finds`` and shown by ``fuzz.py READER FILE…``, which runs the
reader on files without Atheris. ``build/fuzz/READER/corpus`` keeps what reached new code, for the next time.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import os
import random
import re
import resource
import subprocess
import sys
import time
import traceback
from pathlib import Path

HERE = Path(__file__).resolve().parent
OUT = HERE.parents[1] / "build" / "fuzz"
SECONDS, BYTES = 10, 1 << 30
LONGEST = 60_000
_COUNT = re.compile(r"^(?:#|stat::number_of_executed_units: )(\d+)", re.MULTILINE)
GUIDING = {
    "text": ("analyzer.ingest.text", "analyzer.segment"),
    "html": ("analyzer.ingest.html", "analyzer.ingest.text", "analyzer.segment"),
    "pdf": ("analyzer.ingest.pdf", "pdfminer.high_level", "pdfplumber"),
    "docx": ("analyzer.ingest.docx", "docx"),
    "picture": (
        "analyzer.ingest.ocr",
        "PIL.Image",
        "PIL.TiffImagePlugin",
        "PIL.PngImagePlugin",
        "PIL.GifImagePlugin",
    ),
    "archive": ("analyzer.sources.archives",),
    "manifest": ("analyzer.sources.manifest", "openpyxl"),
    "rules": ("analyzer.knowledge",),
}
"""For each reader the modules whose branches guide the search."""

NOT_GUIDING = ["analyzer.restoration", "analyzer.literals"]
"""Their inner loops would take the time."""


def main() -> None:
    """Run or replay."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("reader", choices=(*GUIDING, "all"))
    parser.add_argument("files", nargs="*", type=Path, help="run the reader on these instead")
    parser.add_argument("--seconds", type=int, default=60, help="for each reader")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        _fuzz(args.reader, args.seconds)
    elif args.files:
        replay(args.reader, args.files)
    else:
        for reader in GUIDING if args.reader == "all" else [args.reader]:
            supervise(reader, args.seconds)


def supervise(reader: str, seconds: int) -> None:
    """Fuzz in processes of their own, each after the one that hung, burst or crashed."""
    folder = OUT / reader
    for part in ("corpus", "finds"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    sys.path.insert(0, str(HERE))
    import targets

    for seed in targets.READERS[reader].seeds():
        (folder / "corpus" / f"seed-{hashlib.sha256(seed).hexdigest()[:12]}").write_bytes(seed)
    end, runs = time.monotonic() + seconds, 0
    while (left := int(end - time.monotonic())) > 2:
        command = [sys.executable, __file__, reader, "--child", "--seconds", str(left)]
        done = subprocess.run(command, stderr=subprocess.PIPE, text=True, errors="replace", check=False)
        (folder / "log").write_text(done.stderr)
        counts = _COUNT.findall(done.stderr)
        runs += int(counts[-1]) if counts else 0
        if done.returncode == 0:
            break
        print(f"{reader}: process ended with {done.returncode}: {done.stderr.strip().splitlines()[-1:]}")
    finds = sorted(path.name for path in (folder / "finds").iterdir())
    print(f"{reader}: {runs} inputs in {seconds} s, finds: {finds or 'none'}", flush=True)


def _fuzz(reader: str, seconds: int) -> None:
    import atheris

    sys.path.insert(0, str(HERE))
    modules = GUIDING[reader]
    packages = sorted({module.split(".")[0] for module in modules})
    with atheris.instrument_imports(include=packages, exclude=NOT_GUIDING, enable_loader_override=False):
        for module in modules:  # readers import theirs when they are called, which would be too late
            importlib.import_module(module)
    import targets

    target, finds = targets.READERS[reader], OUT / reader / "finds"
    seeds = target.seeds()
    for seed in seeds:  # loads all that is loaded late
        _run(target.read, seed, finds)
    taken = int(Path("/proc/self/statm").read_text().split()[5]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_DATA, (taken + BYTES, resource.RLIM_INFINITY))

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        rng = random.Random(seed)
        if rng.random() < 0.1:
            return atheris.Mutate(data, most)
        if rng.random() < 0.3:  # what is damaged beyond the format's own signs leads nowhere
            data = rng.choice(seeds)
        for _ in range(rng.choice((1, 1, 2, 5))):
            data = target.mutate(data, rng)
        return data[:most]

    options = [
        f"-max_total_time={seconds}",
        f"-timeout={6 * SECONDS}",
        "-rss_limit_mb=0",
        f"-max_len={LONGEST}",
    ]
    options += [
        f"-artifact_prefix={finds}/",
        "-print_final_stats=1",
        "-detect_leaks=0",
        "-use_value_profile=0",
    ]
    atheris.Setup(
        [sys.argv[0], *options, str(OUT / reader / "corpus")],
        lambda data: _run(target.read, data, finds),
        custom_mutator=mutate,
    )
    atheris.Fuzz()


def _run(read: object, data: bytes, finds: Path) -> None:
    """Read, and keep what fails if no shorter input is known to fail there."""
    from analyzer.errors import AnalyzerError

    before, name = time.process_time(), ""
    try:
        read(data)  # type: ignore[operator]
    except AnalyzerError as error:
        name = "" if str(error).strip() else "no-words"
    except Exception as error:
        name = _name(error)
    if (
        not name and time.process_time() - before > SECONDS
    ):  # a busy machine makes the clock on the wall useless
        name = "slow"
    kept = finds / name
    if name and (not kept.exists() or len(data) < kept.stat().st_size):
        kept.write_bytes(data)


def _name(error: BaseException) -> str:
    """Name a failure by its kind and place: the last line of the project's own, and the last of all."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "/analyzer/" in frame.filename]
    places = [f"{Path(frame.filename).stem}-{frame.lineno}" for frame in (*own[-1:], *frames[-1:])]
    return "_".join([type(error).__name__, *dict.fromkeys(places)])


def replay(reader: str, files: list[Path]) -> None:
    """Run the reader on files and say what came of it and how long it took."""
    sys.path.insert(0, str(HERE))
    import targets

    from analyzer.errors import AnalyzerError

    for path in files:
        before = time.process_time()
        try:
            targets.READERS[reader].read(path.read_bytes())
            outcome = "read"
        except AnalyzerError as error:
            outcome = f"refused: {error}"
        except Exception:
            outcome = traceback.format_exc()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"{path} ({time.process_time() - before:.1f} s, {peak} MB so far): {outcome}")


if __name__ == "__main__":
    main()

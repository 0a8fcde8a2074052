"""The process that analyses, started by :class:`analyzer.auditing.guard.Guard`; it may be killed at any moment.

It reads JSON lines from standard input, first the options, then jobs, and answers on standard output with events:
``started``, ``loading``, ``loaded``, ``page`` with the pages read, and ``finished`` with the outcome, or ``unusable`` with
the reason.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
from dataclasses import asdict
from typing import Any, BinaryIO

from analyzer.auditing.options import ANALYSIS, Options
from analyzer.auditing.task import OUT_OF_MEMORY, Job, Outcome, Task, Unusable
from analyzer.sources import Source

GRACE = 15
"""Seconds past the time limit after which the kernel ends the process, should no guard be left to do it."""

IDLE_SECONDS = 120.0
"""After this long without a job the process gives its memory back; its guard starts another if need be."""


def main() -> None:
    """Do jobs until standard input ends, or there are no more."""
    requests, answers = _take_streams()
    waiting: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests, waiting), daemon=True).start()
    options = Options(**waiting.get())
    if options.analysis == ANALYSIS and options.model is None:
        # spaCy loads PyTorch where it is installed, and uses it for nothing here: a quarter of the time to load, 200 MB.
        sys.modules["torch"] = None  # type: ignore[assignment]

    def tell(event: str, **fields: Any) -> None:
        answers.write(json.dumps({"event": event, **fields}).encode() + b"\n")
        answers.flush()

    def on_load(event: str) -> None:
        if event == "loaded":
            _limit_memory(options.memory_limit)
            _set_alarm(options.timeout)
        else:
            _set_alarm(None)
        tell(event)

    task = Task(options, on_load, lambda done, total: tell("page", done=done, total=total))
    while True:
        try:
            fields = waiting.get(timeout=IDLE_SECONDS)
        except queue.Empty:
            return
        job = Job(**{**fields, "source": Source(**fields["source"])})
        _set_alarm(options.timeout)
        tell("started")
        try:
            tell("finished", **asdict(task.run(job)))
        except Unusable as error:
            tell("unusable", error=str(error))
        except MemoryError:  # what is left of the process is not to be trusted
            reason = OUT_OF_MEMORY.format(source=job.name)
            tell("finished", **asdict(Outcome("failed", error=reason)))
            return
        _set_alarm(None)


def _take_streams() -> tuple[BinaryIO, BinaryIO]:
    """Keep the two streams for the protocol: what libraries print must not end up in it."""
    requests, answers = (os.fdopen(os.dup(fd), mode) for fd, mode in ((0, "rb"), (1, "wb")))
    with open(os.devnull, "r+b") as nothing:  # noqa: PTH123
        os.dup2(nothing.fileno(), 0)
        os.dup2(nothing.fileno(), 1)
    return requests, answers  # type: ignore[return-value]


def _listen(requests: BinaryIO, waiting: queue.SimpleQueue[dict[str, Any]]) -> None:
    """Pass the lines on; when they end, the guard is gone, and so is the reason to be."""
    for line in requests:
        waiting.put(json.loads(line))
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)  # with Tesseract, if it runs
    os._exit(0)


def _set_alarm(seconds: float | None) -> None:
    """Let the kernel end the process after a while, which no C code can ignore."""
    if hasattr(signal, "alarm"):
        signal.alarm(int(seconds) + GRACE if seconds else 0)


def _limit_memory(limit: int | None) -> None:
    """Let allocations fail beyond the limit; the guard, who looks now and then, would miss a sudden one."""
    if limit is None or sys.platform != "linux":
        return
    import resource

    import psutil

    taken = psutil.Process().memory_info().data
    resource.setrlimit(resource.RLIMIT_DATA, (taken + limit, resource.getrlimit(resource.RLIMIT_DATA)[1]))


if __name__ == "__main__":
    main()

"""Runs the analysis in a process of its own, so that no statement can stall, crash or fill the one that asks."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil

from analyzer.auditing.options import Options, describe_settings, settings_digest
from analyzer.auditing.task import OUT_OF_MEMORY, OUT_OF_TIME, Job, Outcome, Unusable

POLL = 0.1
"""Seconds between two looks at the memory of a process that is busy."""

LOAD_SECONDS = 600.0
"""For model and rules, on a machine that is busy."""

TRIES = 2
"""A statement whose process dies is tried once more, in a new one."""


class _Died(Exception):
    """The process ended without an answer."""


class _Closed(Exception):
    """The guard was closed while it worked."""


class _Exceeded(Exception):
    """The statement took more than it may; the message says of what."""


class Guard:
    """Holds one analysing process at a time and replaces it when it dies, hangs or grows."""

    def __init__(self, options: Options, settings: str | None = None) -> None:
        """Take the options; the process starts with the first job.

        Args:
            options: Of the audit.
            settings: Digest of what reports depend on, which must still hold when a process is started; None when
                all is done by the first.
        """
        self._options = options
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._baseline = 0
        self._closed = False
        self._on_page: Callable[[int, int], None] = _ignore

    def run(self, job: Job, on_page: Callable[[int, int], None] | None = None) -> Outcome:
        """Do one job within the limits.

        Args:
            job: What to analyse.
            on_page: Called with pages done and pages in all after each page that Tesseract has read.

        Raises:
            Unusable: If model, rules or analysis cannot be loaded.
        """
        reason, self._on_page = "", on_page or _ignore
        for _ in range(TRIES):
            try:
                return self._try(job)
            except _Exceeded as error:
                return Outcome("failed", error=str(error))
            except _Closed:
                return Outcome("failed", error=f"{job.name} ble avbrutt. Kjør revisjonen på nytt.")
            except _Died as error:
                reason = str(error)
        return Outcome(
            "failed",
            error=f"{job.name} fikk analysen til å stanse to ganger ({reason}). Meld filen til prosjektet.",
        )

    def close(self) -> None:
        """End the process for good; called from another thread, it interrupts the job."""
        self._closed = True
        self._end()

    def _end(self) -> None:
        """End the process, whatever it does, and what it has started."""
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL) if hasattr(os, "killpg") else process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream:
                with suppress(OSError):
                    stream.close()

    def _try(self, job: Job) -> Outcome:
        process = self._running()
        try:
            _send(process, asdict(job))
            outcome = self._await(process, job)
        except (_Exceeded, Unusable):
            self._end()
            raise
        except (_Died, OSError) as error:
            reason = _describe_end(process)
            self._end()
            raise _Died(reason) from error
        limit = self._options.memory_limit
        if limit and _memory(process) > self._baseline + limit / 2:  # freed memory is not always given back
            self._end()
        return outcome

    def _running(self) -> subprocess.Popen[bytes]:
        if self._closed:
            raise _Closed
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._end()
        if self._settings and settings_digest(describe_settings(self._options)) != self._settings:
            raise Unusable(
                "Programmet, modellen eller reglene er endret mens revisjonen gikk. Kjør samme kommando på nytt."
            )
        self._baseline, self._answers = 0, queue.SimpleQueue()
        self._process = process = _start(self._options)
        threading.Thread(target=_listen, args=(process, self._answers), daemon=True).start()
        with suppress(OSError):  # it may be dead already; the job will show
            _send(process, asdict(self._options))
        return process

    def _await(self, process: subprocess.Popen[bytes], job: Job) -> Outcome:
        limit, memory_limit = self._options.timeout, self._options.memory_limit
        deadline: float | None = time.monotonic() + LOAD_SECONDS  # it may have to start first
        while True:
            try:
                line = self._answers.get(timeout=POLL)
            except queue.Empty:
                if deadline is not None and time.monotonic() > deadline:
                    raise _Exceeded(
                        OUT_OF_TIME.format(source=job.name, seconds=limit or LOAD_SECONDS)
                    ) from None
                if memory_limit and self._baseline and _memory(process) > self._baseline + memory_limit:
                    raise _Exceeded(OUT_OF_MEMORY.format(source=job.name)) from None
                continue
            if line is None:
                raise _Died
            answer: dict[str, Any] = json.loads(line)
            event = answer.pop("event")
            if event == "finished":
                return Outcome(**answer)
            if event == "unusable":
                raise Unusable(answer["error"])
            if event == "loading":
                deadline = time.monotonic() + LOAD_SECONDS
            elif event == "page":
                self._on_page(answer["done"], answer["total"])
            else:
                if event == "loaded":
                    self._baseline = _memory(process)
                deadline = time.monotonic() + limit if limit else None


def _ignore(done: int, total: int) -> None:
    """Show nothing of the pages read."""


def _describe_end(process: subprocess.Popen[bytes]) -> str:
    """Say how a process that answers no more has ended."""
    try:
        code = process.wait(timeout=1.0)
    except subprocess.TimeoutExpired:
        return "ingen svar"
    return signal.Signals(-code).name if code < 0 else f"sluttstatus {code}"


def _start(options: Options) -> subprocess.Popen[bytes]:
    package = Path(__file__).parent.parent.parent
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, [str(package), os.environ.get("PYTHONPATH", "")])),
        "TOKENIZERS_PARALLELISM": "false",
    }
    if options.workers == 1:  # side by side with others, each with a core of its own
        environment |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_THREAD_LIMIT"), "1")
    return subprocess.Popen(
        [sys.executable, "-m", "analyzer.auditing.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        start_new_session=True,  # Ctrl-C is for the one who asks, who then ends this process and its own
    )


def _listen(process: subprocess.Popen[bytes], answers: queue.SimpleQueue[bytes | None]) -> None:
    if process.stdout is None:
        return
    with suppress(OSError, ValueError):  # the guard has closed it
        for line in process.stdout:
            if line.endswith(b"\n"):
                answers.put(line)
    answers.put(None)


def _send(process: subprocess.Popen[bytes], message: dict[str, Any]) -> None:
    if process.stdin is None:
        raise _Died
    process.stdin.write(json.dumps(message).encode() + b"\n")
    process.stdin.flush()


def _memory(process: subprocess.Popen[bytes]) -> int:
    """Give the process's resident memory in bytes; 0 if it is gone."""
    try:
        return int(psutil.Process(process.pid).memory_info().rss)
    except psutil.Error:
        return 0

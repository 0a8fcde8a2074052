"""Spreads jobs over processes: one, a Dask cluster on this machine, or a Dask cluster that runs already.

A Dask worker only watches: the analysis runs in a process of its own (:mod:`analyzer.auditing.guard`), which can be
ended whatever it does, so that a bad statement costs no worker and no other worker's results.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from analyzer.auditing.guard import Guard
from analyzer.auditing.options import Options, describe_settings, settings_digest
from analyzer.auditing.task import Job, Outcome, Task, Unusable
from analyzer.errors import AnalyzerError

if TYPE_CHECKING:
    from distributed import Client, LocalCluster

MIN_FOR_CLUSTER = 40
"""Below this, starting a cluster and a model a core takes longer than they save."""

IN_FLIGHT = 2
"""Jobs handed out for each worker: one it does, one that waits for it, so that memory stays flat."""

CONNECT_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class _Run:
    """What a worker needs to know of a run."""

    id: str
    settings: str
    options: Options


def do_jobs(
    jobs: Sequence[Job], options: Options, client: Client | None = None
) -> Iterator[tuple[int, Outcome]]:
    """Do all jobs, and give each one's index and outcome as it is done, in any order.

    Raises:
        AnalyzerError: If the analysis cannot be loaded, or the cluster cannot be reached.
    """
    client = client or (_active_client() if options.scheduler is None else None)
    if client is None and options.scheduler == "sync":
        task = Task(options)
        yield from ((index, task.run(job)) for index, job in enumerate(jobs))
    elif client is None and options.scheduler is None and _alone(jobs, options):
        guard = Guard(options, settings_digest(describe_settings(options)))
        try:
            yield from ((index, guard.run(job)) for index, job in enumerate(jobs))
        finally:
            guard.close()
    else:
        with _connected(options, len(jobs), client) as connected:
            yield from _on_cluster(jobs, options, connected)


def _alone(jobs: Sequence[Job], options: Options) -> bool:
    to_do = sum(job.known is None or job.lacks_page is not None for job in jobs)
    return (options.workers or os.cpu_count() or 1) == 1 or to_do < MIN_FOR_CLUSTER


def _active_client() -> Client | None:
    """Find the Dask client that a notebook has started, if any."""
    if "distributed" in sys.modules:
        from distributed import default_client

        with suppress(ValueError):
            client: Client = default_client()
            return client
    return None


@contextmanager
def _connected(options: Options, jobs: int, client: Client | None) -> Iterator[Client]:
    """Give the caller's client, one of the named scheduler, or one of a new cluster on this machine."""
    from distributed import Client

    if client is not None:
        yield client
        return
    if options.scheduler is not None:
        try:
            joined = Client(options.scheduler, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            raise AnalyzerError(
                f"Ingen Dask-planlegger svarer på {options.scheduler} ({error}). "
                "Start den med «dask scheduler», og oppgi adressen den skriver."
            ) from error
        with joined:
            yield joined
        return
    with (
        _start_cluster(min(options.workers or os.cpu_count() or 1, jobs)) as cluster,
        Client(cluster, set_as_default=False) as started,
    ):
        yield started


def _start_cluster(workers: int) -> LocalCluster:
    from distributed import LocalCluster
    from distributed.security import Security

    try:
        with _without_interrupts():
            return LocalCluster(
                n_workers=workers,
                host="127.0.0.1",
                protocol="tls://",
                security=Security.temporary(),  # who may talk to a worker may run code in it: no other user here
                threads_per_worker=1,
                processes=True,
                memory_limit=0,  # the guards see to it, a statement at a time
                dashboard_address="127.0.0.1:0",
                silence_logs=logging.CRITICAL,
            )
    except RuntimeError as error:
        raise AnalyzerError(
            f"Arbeiderne kunne ikke startes ({error}) I et skript må revisjonen kalles under "
            "«if __name__ == '__main__':», for arbeiderne importerer skriptet."
        ) from error


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Let the processes that are started ignore Ctrl-C, which this process handles for them all."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # what is ignored stays so in a new process
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _on_cluster(jobs: Sequence[Job], options: Options, client: Client) -> Iterator[tuple[int, Outcome]]:
    from distributed import as_completed

    run = _Run(uuid.uuid4().hex, settings_digest(describe_settings(options)), replace(options, workers=1))
    waiting = iter(enumerate(jobs))
    under_way: dict[str, int] = {}
    completed = as_completed([], loop=client.loop)

    def hand_out(count: int) -> None:
        for _, (index, job) in zip(range(count), waiting, strict=False):
            key = f"personvern-{run.id}-{index}"
            under_way[key] = index
            completed.add(client.submit(_work, run, job, key=key, pure=False))

    try:
        hand_out(max(1, _threads(client)) * IN_FLIGHT)
        for future in completed:
            index = under_way.pop(future.key)
            outcome = _outcome_of(future, jobs[index])
            future.release()
            hand_out(max(1, _threads(client)) * IN_FLIGHT - len(under_way))  # workers come and go
            yield index, outcome
    finally:
        with suppress(Exception):  # the cluster may be gone, and then so are its guards
            client.run(_close_guards, run.id)


def _threads(client: Client) -> int:
    return sum(client.nthreads().values())


def _outcome_of(future: Any, job: Job) -> Outcome:
    """Give the outcome; a job that took its Dask workers with it has failed, and only it."""
    from distributed import CancelledError, KilledWorker

    try:
        outcome: Outcome = future.result()
        return outcome
    except KilledWorker:
        return Outcome("failed", error=f"{job.name} ble ikke ferdig: arbeiderne som tok den, døde.")
    except CancelledError as error:
        raise AnalyzerError(
            "Forbindelsen til Dask-planleggeren ble brutt. Kjør samme kommando på nytt for å fortsette."
        ) from error


_guards: dict[tuple[str, int], Guard] = {}
_lock = threading.Lock()


def _work(run: _Run, job: Job) -> Outcome:
    """Do one job in a worker, with the guard of this run and thread."""
    key = (run.id, threading.get_ident())
    with _lock:
        guard = _guards.get(key)
    if guard is None:
        if settings_digest(describe_settings(run.options)) != run.settings:
            raise Unusable(
                "En Dask-arbeider har en annen utgave av programmet, modellen eller reglene enn denne maskinen. "
                "Installer samme utgave på alle."
            )
        guard = Guard(run.options, run.settings)
        with _lock:
            _guards[key] = guard
    return guard.run(job)


def _close_guards(run: str) -> None:
    with _lock:
        done = [_guards.pop(key) for key in list(_guards) if key[0] == run]
    for guard in done:
        guard.close()

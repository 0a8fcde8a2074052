"""The command ``personvern``; every command is a thin layer over the library."""

from __future__ import annotations

import os
import sys

import typer

from analyzer.cli.app import EXIT_UNREADABLE, app, corpus_app
from analyzer.errors import AnalyzerError

# The order of the commands in the help.
# isort: off
import analyzer.cli.statements
import analyzer.cli.audits
import analyzer.cli.workshop  # noqa: F401

# isort: on

__all__ = ["app", "corpus_app", "run"]


def run() -> None:
    """Run the command line; an AnalyzerError is a message and exit status 2, never a traceback."""
    _leave_ascii()
    _prepare_streams()
    try:
        app()
    except AnalyzerError as error:
        typer.echo(f"personvern: {error}", err=True)
        sys.exit(EXIT_UNREADABLE)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output, such as "head", has had enough


def _leave_ascii() -> None:
    """Start again in UTF-8 where the locale (LC_ALL=C) knows no Norwegian letters, which names of files have."""
    known = sys.getfilesystemencoding().lower().replace("-", "") != "ascii"
    if not known and not sys.flags.ignore_environment and os.environ.get("PYTHONUTF8") != "1":
        os.execve(sys.executable, sys.orig_argv, {**os.environ, "PYTHONUTF8": "1"})


def _prepare_streams() -> None:
    """Let Norwegian be written whatever the locale, and lose what is written where a stream is closed.

    A terminal shows what its encoding has; pipes and files get UTF-8, for a program reads them.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115
        elif stream.isatty():
            stream.reconfigure(errors="replace")
        else:
            stream.reconfigure(encoding="utf-8", errors="replace")

"""What an audit does so that nothing but the reports' masked text is written, when personal data are to be masked."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from analyzer.errors import AnalyzerError
from analyzer.knowledge import Knowledge
from analyzer.language import NameFinder
from analyzer.redaction import redact_text
from analyzer.sources import Source

EVIDENCE = "evidence"
_PASSING = ".fetched-"
_BODY = re.compile(r"[0-9a-f]{64}")


@contextmanager
def pages_folder(folder: Path, *, passing: bool) -> Iterator[Path]:
    """Give the folder that pages are fetched into.

    Args:
        folder: The folder of results.
        passing: Keep the records of the fetches in ``evidence/``, with digest, headers and time, but no page.

    Raises:
        AnalyzerError: If ``evidence/`` holds pages of a run that kept them.
        OSError: If the folder cannot be written.
    """
    evidence = folder / EVIDENCE
    if not passing:
        yield evidence
        return
    if evidence.is_dir() and any(_BODY.fullmatch(path.name) for path in evidence.iterdir()):
        raise AnalyzerError(
            f"{evidence} har sider fra en kjøring uten --redact, med personopplysningene. Velg en annen --out."
        )
    folder.mkdir(parents=True, exist_ok=True)
    pages = Path(tempfile.mkdtemp(prefix=_PASSING, dir=folder))
    try:
        yield pages
        for stale in folder.glob(f"{_PASSING}*"):  # of runs that were killed
            if stale != pages:
                shutil.rmtree(stale, ignore_errors=True)
    finally:
        for record in sorted(pages.glob("*.json")):
            evidence.mkdir(exist_ok=True)
            record.replace(evidence / record.name)
        shutil.rmtree(pages, ignore_errors=True)


def redact_sources(sources: Sequence[Source], knowledge: str | None) -> list[Source]:
    """Mask personal data in what a manifest says of its statements: its own columns, and a controller who is a person.

    Args:
        sources: The statements.
        knowledge: A folder that replaces the package's own rules.
    """
    if not any(source.extra or source.organisation for source in sources):
        return list(sources)
    names = NameFinder(Knowledge.load(knowledge))

    def masked(column: str, value: str) -> str:
        return redact_text(f"{column}: {value}", names)[
            len(column) + 2 :
        ]  # "telefon" says what the digits are

    return [
        replace(
            source,
            organisation=source.organisation and masked("organisasjon", source.organisation),
            extra={column: masked(column, value) for column, value in source.extra.items()},
        )
        for source in sources
    ]

"""The results of an audit, as they lie in its folder, for Python."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analyzer.auditing.folder import PARQUET, RUN
from analyzer.auditing.rows import LISTS, SUMMARIES
from analyzer.errors import AnalyzerError

if TYPE_CHECKING:
    import pandas as pd

TABLES = ("documents", *LISTS, "errors", "organisations", *SUMMARIES)
"""Names that :meth:`Audit.frame` takes."""


@dataclass(frozen=True)
class Audit:
    """An audit that is done; its tables are read when they are asked for.

    Attributes:
        folder: Where everything is.
        run: What ``run.json`` says: versions, options, digests, counts, times and a summary.

    Example:
        >>> audit = Audit.open("revisjon")  # doctest: +SKIP
        >>> audit.documents.groupby("sector").completeness.mean()  # doctest: +SKIP
    """

    folder: Path
    run: dict[str, Any]

    @classmethod
    def open(cls, folder: str | Path) -> Audit:
        """Open the folder of an audit that is done.

        Raises:
            AnalyzerError: If there is none, or it was interrupted.
        """
        path = Path(folder)
        try:
            run = json.loads((path / RUN).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise AnalyzerError(
                f"{path} er ikke resultatet av en revisjon. Lag en med «personvern audit KILDER --out {path}»."
            ) from None
        if not isinstance(run, dict) or run.get("status") != "finished":
            raise AnalyzerError(
                f"Revisjonen i {path} er ikke ferdig. Kjør samme «personvern audit» på nytt for å fortsette den."
            )
        return cls(path, run)

    @cached_property
    def documents(self) -> pd.DataFrame:
        """One row a statement: whose it is, counts, and the status of each disclosure."""
        return self.frame("documents")

    @cached_property
    def organisations(self) -> pd.DataFrame:
        """One row an organisation: what its statements give together, by :func:`organisations.merge_statuses`."""
        return self.frame("organisations")

    @cached_property
    def disclosures(self) -> pd.DataFrame:
        """One row for each statement and disclosure, with the quote that proves it."""
        return self.frame("disclosures")

    @cached_property
    def findings(self) -> pd.DataFrame:
        """One row a finding."""
        return self.frame("findings")

    @cached_property
    def errors(self) -> pd.DataFrame:
        """One row for each source without a report, and why."""
        return self.frame("errors")

    @property
    def summary(self) -> dict[str, Any]:
        """The counts that a terminal shows."""
        return dict(self.run["summary"])

    def frame(self, name: str) -> pd.DataFrame:
        """Give one of :data:`TABLES` as a DataFrame.

        Raises:
            ValueError: If there is no such table.
        """
        import pyarrow.parquet as pq

        if name not in TABLES:
            raise ValueError(f"There is no table «{name}» in an audit; choose one of {', '.join(TABLES)}.")
        frame: pd.DataFrame = pq.read_table(self.folder / PARQUET / name, partitioning=None).to_pandas()
        return frame

    def matrix(self) -> pd.DataFrame:
        """Give the status of each disclosure: a row for each statement's id, a column for each disclosure."""
        wide = self.disclosures.pivot_table(
            index="id", columns="disclosure", values="status", aggfunc="first", sort=False
        )
        return wide.reindex(self.documents["id"])

    def compare(self, other: Audit) -> pd.DataFrame:
        """Say what has changed for each organisation from this audit to a later one.

        Returns:
            One row a change, with the columns of :data:`analyzer.auditing.compare.COLUMNS`.
        """
        from analyzer.auditing.compare import compare_audits

        return compare_audits(self, other)

    def __repr__(self) -> str:
        counts = self.run["counts"]
        return f"<Audit {str(self.folder)!r}: {counts['done']} erklæringer, {counts['failed']} uten rapport>"

    def _repr_html_(self) -> str:
        """Show in a notebook how complete the statements are, and what they lack most often, with intervals."""
        from analyzer.notebook import show_audit

        return show_audit(self.run, *(self.frame(name).to_dict("records") for name in ("sectors", "missing")))

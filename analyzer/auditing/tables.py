"""Writes tables row by row as CSV, Parquet and sheets of one workbook, so that none is ever held in memory."""

from __future__ import annotations

import csv
import datetime
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter
from xlsxwriter.exceptions import XlsxFileError

from analyzer.auditing.folder import PARQUET, sync_folder
from analyzer.auditing.rows import Columns, Kind, Row

BATCH = 5_000
"""Rows of Parquet written at a time."""

EXCEL_ROWS, EXCEL_CHARACTERS = 1_048_576, 32_767
"""What a sheet and a cell hold."""

WORKBOOK = "audit.xlsx"
_TYPES: dict[Kind, Callable[[], pa.DataType]] = {
    "text": pa.string,
    "integer": pa.int64,
    "number": pa.float64,
    "truth": pa.bool_,
}
_EPOCH = datetime.datetime(2000, 1, 1)
"""When every workbook says it was made: the same results are the same bytes."""


class TableWriter:
    """Writes the tables of a run: all are put in place when it is left without an error, or none.

    ``<name>.csv`` and ``audit.xlsx`` are for people, and neutral to formulas; ``tables/<name>/run=<run>/`` is for
    programs, with the text as it is.
    """

    def __init__(self, folder: Path, run: str) -> None:
        """Take the folder of the run and the name of its partition."""
        self._folder, self._run = folder, run
        self._staging = folder / ".tables.part"
        self._tables: dict[str, _Table] = {}

    def __enter__(self) -> Self:
        """Start beside the tables of an earlier run, which stay until the new ones are whole."""
        shutil.rmtree(self._staging, ignore_errors=True)
        self._staging.mkdir()
        self._workbook = xlsxwriter.Workbook(
            str(self._staging / WORKBOOK),
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                "tmpdir": str(self._staging),
            },
        )
        self._workbook.set_properties({"created": _EPOCH, "title": "Personvernrevisjon"})
        self._bold = self._workbook.add_format({"bold": True})
        return self

    def open(self, name: str, columns: Columns) -> None:
        """Start a table; each has a file of its own and a sheet, in the order they are opened."""
        self._tables[name] = _Table(name, columns, self._staging, self._run, self._workbook, self._bold)

    def add(self, name: str, row: Row) -> None:
        """Add a row; what has no column is left out."""
        self._tables[name].add(row)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Put the tables in place of the earlier ones, or take them away."""
        try:
            for table in self._tables.values():
                table.close()
            self._workbook.close()
            if kind is None:
                self._put_in_place()
        except XlsxFileError as problem:  # hides the reason that the system gave
            raise (
                problem.args[0] if isinstance(problem.args[0], OSError) else OSError(str(problem))
            ) from problem
        finally:
            shutil.rmtree(self._staging, ignore_errors=True)

    def _put_in_place(self) -> None:
        shutil.rmtree(self._folder / PARQUET, ignore_errors=True)
        for path in sorted(self._staging.iterdir()):
            _sync(path)
            path.replace(self._folder / path.name)
        sync_folder(self._folder)


class _Table:
    """One table in its three forms."""

    def __init__(self, name: str, columns: Columns, folder: Path, run: str, workbook: Any, bold: Any) -> None:
        self._names = [column for column, _ in columns]
        self._schema = pa.schema([(column, _TYPES[kind]()) for column, kind in columns])
        partition = folder / PARQUET / name / f"run={run}"
        partition.mkdir(parents=True)
        self._parquet = pq.ParquetWriter(partition / "part-0.parquet", self._schema, compression="zstd")
        # The mark tells Excel that it is UTF-8.
        self._file: TextIO = (folder / f"{name}.csv").open("w", encoding="utf-8-sig", newline="")
        self._csv = csv.writer(self._file)
        titles = [neutralise(column) for column in self._names]
        self._csv.writerow(titles)
        self._sheet = workbook.add_worksheet(name)
        self._sheet.freeze_panes(1, 0)
        for position, title in enumerate(titles):
            self._sheet.write_string(0, position, title, bold)
        self._rows: list[Row] = []
        self._count = 0

    def add(self, row: Row) -> None:
        values = [row.get(name) for name in self._names]
        neutral = [neutralise(value) for value in values]
        self._csv.writerow(neutral)
        self._count += 1
        if self._count < EXCEL_ROWS:
            for position, value in enumerate(neutral):
                if isinstance(value, str):
                    self._sheet.write_string(self._count, position, value[:EXCEL_CHARACTERS])
                elif isinstance(value, bool):
                    self._sheet.write_boolean(self._count, position, value)
                elif value is not None:
                    self._sheet.write_number(self._count, position, value)
        self._rows.append(dict(zip(self._names, values, strict=True)))
        if len(self._rows) >= BATCH:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._parquet.close()
        self._file.close()
        self._sheet.autofilter(0, 0, min(self._count, EXCEL_ROWS - 1), len(self._names) - 1)

    def _flush(self) -> None:
        if self._rows:
            self._parquet.write_table(pa.Table.from_pylist(self._rows, self._schema))
            self._rows.clear()


def neutralise(value: Any) -> Any:
    """Keep a spreadsheet from running a statement's text as a formula (OWASP, CSV injection)."""
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return "'" + value
    return value


def _sync(path: Path) -> None:
    """Make a file, or all files of a folder, durable."""
    for file in [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file()):
        with file.open("rb") as handle:
            os.fsync(handle.fileno())

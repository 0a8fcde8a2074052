"""Reads a list of statements with their organisations: CSV, Excel or JSON Lines, told by content."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analyzer.errors import AnalyzerError, UnreadableSource
from analyzer.ingest import read_file
from analyzer.ingest.text import decode_text

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "source": ("source", "kilde", "url", "lenke", "nettadresse", "fil", "filnavn", "sti"),
    "organisation": (
        "organisation",
        "organization",
        "organisasjon",
        "virksomhet",
        "verksemd",
        "navn",
        "namn",
    ),
    "orgnr": ("orgnr", "org.nr", "org.nr.", "org nr", "organisasjonsnummer"),
    "sector": ("sector", "sektor"),
}
"""What each column may be called, the first that there is; other columns are free, and come back in the results."""

MAX_UNPACKED = 100_000_000
"""An Excel file that unpacks to more than this is no list of statements."""

MAX_ROWS = 1_048_576
"""Of a sheet, in Excel itself; a file that claims to go on beyond has empty rows without end."""

_DELIMITERS = ";,\t|"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the list.

    Attributes:
        place: File and line, for messages.
        source: Path or URL as written.
        extra: The free columns.
        error: Why the row cannot be used; names the column.
    """

    place: str
    source: str
    organisation: str | None = None
    orgnr: str | None = None
    sector: str | None = None
    extra: Mapping[str, str] | None = None
    error: str | None = None


_Fields = tuple[int, Mapping[str, str] | str]
"""Line number, and the row's values by column or what is wrong with it."""


def read_manifest(path: str | Path) -> Iterator[Row]:
    """Read the rows of a list of statements; a row that cannot be used has an error, and the rest go on.

    Columns are ``source`` (or ``kilde``), ``organisation``, ``orgnr`` and ``sector``; all but the first may be left
    out, and others are kept. Delimiter and encoding are found from the content.

    Raises:
        UnreadableSource: If the file cannot be read as a list, or no column says where the statements are.
    """
    data = read_file(path)
    name = str(path)
    if not data.strip():
        raise UnreadableSource(
            f"{name} er tom. Listen må ha en rad med kolonnenavn og en rad for hver erklæring."
        )
    if data.startswith(b"PK\x03\x04"):
        rows = _read_excel(data, name)
    elif data.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableSource(
            f"{name} er i det gamle Excel-formatet (.xls). Lagre den som .xlsx eller CSV og prøv igjen."
        )
    else:
        text, _ = decode_text(data)
        rows = _read_json(text, name) if text.lstrip()[:1] in {"{", "["} else _read_csv(text, name)
    for line, fields in rows:
        yield _to_row(f"{name}, linje {line}", fields)


def write_manifest(path: str | Path, rows: Iterable[Mapping[str, str]]) -> None:
    """Write a list that :func:`read_manifest` reads, and Excel too; all rows have the columns of the first.

    Raises:
        AnalyzerError: If the file cannot be written.
    """
    rows = list(rows)
    try:
        with Path(path).open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]) if rows else ["source"], delimiter=";")
            writer.writeheader()
            writer.writerows(rows)
    except OSError as error:
        raise AnalyzerError(
            f"{path} kan ikke skrives: {error.strerror or error}. Velg en annen mappe."
        ) from error


def _to_row(place: str, fields: Mapping[str, str] | str) -> Row:
    if isinstance(fields, str):
        return Row(place, "", error=f"{place}: {fields}")
    named = {column: fields.get(column) or None for column in COLUMNS}
    extra = {column: value for column, value in fields.items() if column not in COLUMNS}
    source, orgnr, error = named.pop("source") or "", named.pop("orgnr"), None
    if not source:
        error = f"{place}, kolonne source: mangler. Skriv en sti eller en nettadresse."
    elif orgnr:
        orgnr, error = _check_orgnr(orgnr, place)
    return Row(place, source, orgnr=orgnr, extra=extra, error=error, **named)


def _check_orgnr(value: str, place: str) -> tuple[str, str | None]:
    from stdnum.no import orgnr

    number = orgnr.compact(value).upper().removeprefix("NO").removesuffix("MVA").replace("\xa0", "")
    if orgnr.is_valid(number):
        return number, None
    return value, (
        f"{place}, kolonne orgnr: «{value}» er ikke et organisasjonsnummer (ni siffer med riktig kontrollsiffer). "
        "Rett det, eller la feltet stå tomt."
    )


def _read_csv(text: str, name: str) -> Iterator[_Fields]:
    header, lines = _start_csv(text)
    columns = _name_columns(header, name)
    start = lines.line_num + 1
    try:
        for values in lines:
            if any(value.strip() for value in values):
                yield start, _match(columns, values)
            start = lines.line_num + 1
    except csv.Error as error:
        yield (
            lines.line_num,
            f"kan ikke leses som CSV ({error}). Kontroller anførselstegnene; resten er ikke lest.",
        )


def _start_csv(text: str) -> tuple[list[str], Any]:
    """Split with the delimiter that makes most known columns of the first row; where it is even, most columns."""

    def start(delimiter: str) -> tuple[list[str], Any]:
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        return next((row for row in lines if any(cell.strip() for cell in row)), []), lines

    def fit(header: Sequence[str]) -> tuple[int, int]:
        known = {name for names in COLUMNS.values() for name in names}
        return sum(cell.strip().casefold() in known for cell in header), len(header)

    return max((start(delimiter) for delimiter in _DELIMITERS), key=lambda begun: fit(begun[0]))


def _read_excel(data: bytes, name: str) -> Iterator[_Fields]:
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(member.file_size for member in archive.infolist()) > MAX_UNPACKED:
                raise UnreadableSource(
                    f"{name} pakker ut til over {MAX_UNPACKED // 1_000_000} MB. Lagre listen som CSV."
                )
        sheet = load_workbook(io.BytesIO(data), read_only=True, data_only=True).worksheets[0]
        # The size that the file claims may be wrong, and then rows are lost.
        sheet.reset_dimensions()
        rows = (
            (line, [_show(value) for value in row])
            for line, row in enumerate(sheet.iter_rows(values_only=True), 1)
        )
        filled = ((line, row) for line, row in _within_sheet(rows, name) if any(row))
        columns = _name_columns(next(filled, (0, []))[1], name)
        for line, row in filled:
            yield line, _match(columns, row)
    except UnreadableSource:
        raise
    except Exception as error:  # openpyxl lets errors of the XML and the zip through as they are
        raise UnreadableSource(
            f"{name} kan ikke leses som Excel ({error}). Åpne den i Excel og lagre den på nytt som .xlsx, eller som CSV."
        ) from error


def _within_sheet(rows: Iterable[tuple[int, list[str]]], name: str) -> Iterator[tuple[int, list[str]]]:
    for line, row in rows:
        if line > MAX_ROWS:
            raise UnreadableSource(
                f"{name} har radnumre over {MAX_ROWS}, som Excel ikke kan ha. Lagre listen på nytt som .xlsx eller CSV."
            )
        yield line, row


def _read_json(text: str, name: str) -> Iterator[_Fields]:
    if text.lstrip().startswith("["):
        raise UnreadableSource(
            f"{name} er en JSON-liste. Skriv ett objekt på hver linje (JSON Lines), uten hakeparenteser."
        )
    found = False
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            column = f", kolonne {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
            yield number, f"er ikke gyldig JSON{column}. Skriv ett objekt på hver linje."
            continue
        if not isinstance(row, dict):
            yield number, 'er ikke et objekt. Skriv linjen som {"source": "…", "organisation": "…"}.'
            continue
        nested = next((key for key, value in row.items() if isinstance(value, list | dict)), None)
        if nested is not None:
            yield (
                number,
                f"kolonne {nested}: er en liste eller et objekt. Skriv én verdi, og en linje for hver erklæring.",
            )
            continue
        # Each line has columns of its own, so it is the line that lacks its source, and not the file.
        columns = _name_columns(list(row), name, needs_source=False)
        found = found or "source" in columns
        yield number, _match(columns, [_show(value) for value in row.values()])
    if not found:
        raise UnreadableSource(
            f"{name} har ingen «source». Hver linje må ha en sti eller en nettadresse der."
        )


def _name_columns(header: Sequence[str], name: str, *, needs_source: bool = True) -> list[str]:
    """Give each column the name it has here; a free column keeps its own.

    Raises:
        UnreadableSource: If no column says where the statements are, or two are called the same.
    """
    columns = [" ".join(cell.split()) for cell in header]
    written = [column.casefold() for column in columns]
    for column, names in COLUMNS.items():
        name_used = next((name for name in names if name in written), None)
        if name_used is not None:
            columns[written.index(name_used)] = column
    shown = ", ".join(f"«{cell.strip()}»" for cell in header if cell.strip()) or "ingen"
    twice = next((cell for cell in written if cell and written.count(cell) > 1), None)
    if twice:
        raise UnreadableSource(
            f"{name} har to kolonner som heter «{twice}» (kolonnene er {shown}). Gi den ene et annet navn."
        )
    if needs_source and "source" not in columns:
        raise UnreadableSource(
            f"{name} har ingen kolonne «source» (kolonnene er {shown}). Den første raden må ha kolonnenavn, "
            "og «source» eller «kilde» er stien eller nettadressen til erklæringen."
        )
    return columns


def _match(columns: Sequence[str], values: Iterable[str]) -> Mapping[str, str] | str:
    cells = [value.strip() for value in values]
    if any(cells[len(columns) :]):
        return (
            f"har {len(cells)} felter, men det er {len(columns)} kolonner. "
            "Sett felter som inneholder skilletegnet, i anførselstegn."
        )
    cells += [""] * (len(columns) - len(cells))
    return {column: cell for column, cell in zip(columns, cells, strict=False) if column}


def _show(value: Any) -> str:
    """Write a cell as it is shown: Excel keeps 312345678 as 312345678.0, and dates as moments."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).removesuffix(" 00:00:00")

"""Reads the monthly A&E files as NHS England publishes them; any other form is an error."""

import csv
from dataclasses import dataclass
from pathlib import Path

import columns

FOLDER = "ae-monthly-2022-24"
MONTHS = (
    "JANUARY FEBRUARY MARCH APRIL MAY JUNE JULY AUGUST SEPTEMBER OCTOBER NOVEMBER DECEMBER".split()
)


class DataError(Exception):
    """The data is not what the tool was written for; the message says where and what."""


@dataclass(frozen=True)
class ProviderRow:
    """One provider in one month."""

    code: str
    name: str
    # Region as the file writes it, without blanks at its ends.
    region_text: str
    # In the order of columns.COLUMNS.
    values: tuple


@dataclass(frozen=True)
class Month:
    """One file."""

    period: str
    file_name: str
    rows: tuple
    # The total row, in the order of columns.COLUMNS, and its label as written.
    totals: tuple
    total_label: str
    byte_order_mark: bool


def canonical_period(text, where):
    """"MSitAE-APRIL-2023" to "2023-04"."""
    parts = text.strip().split("-")
    if (
        len(parts) != 3
        or parts[0] != columns.PERIOD_PREFIX
        or parts[1].upper() not in MONTHS
        or not (len(parts[2]) == 4 and parts[2].isdigit())
    ):
        raise DataError(f"{where}: period {text!r} is not {columns.PERIOD_PREFIX}-MONTH-YEAR")
    return f"{parts[2]}-{MONTHS.index(parts[1].upper()) + 1:02d}"


def _positions(header, where):
    """Where each header stands; all 22 must be there, and nothing else."""
    found = [text.strip() for text in header]
    expected = [
        columns.PERIOD_HEADER,
        columns.ORGANISATION_HEADER,
        columns.REGION_HEADER,
        columns.NAME_HEADER,
    ] + [column.published_header for column in columns.COLUMNS]
    if sorted(found) != sorted(expected):
        odd = sorted(set(found) ^ set(expected))
        raise DataError(f"{where}: the headers are not the 22 known ones; they differ in {odd}")
    return {text: found.index(text) for text in expected}


def _count(text, where):
    if not text.isascii() or not text.isdigit():
        raise DataError(f"{where}: {text!r} is not a whole number of 0 or more")
    return int(text)


def read_month(path):
    """Reads one file. Raises DataError."""
    raw = path.read_bytes()
    records = list(csv.reader(raw.decode("utf-8-sig").splitlines()))
    if not records:
        raise DataError(f"{path.name}: the file is empty")
    at = _positions(records[0], path.name)
    rows, totals, label, periods = [], None, "", set()
    for number, record in enumerate(records[1:], start=2):
        where = f"{path.name}, row {number}"
        if totals is not None:
            raise DataError(f"{where}: a row after the total row")
        if len(record) != len(records[0]):
            raise DataError(f"{where}: {len(record)} fields, the header has {len(records[0])}")
        values = tuple(
            _count(record[at[column.published_header]], f"{where}, {column.published_header}")
            for column in columns.COLUMNS
        )
        code = record[at[columns.ORGANISATION_HEADER]]
        if code.strip().upper() == columns.TOTAL_LABEL:
            totals, label = values, code
            continue
        periods.add(canonical_period(record[at[columns.PERIOD_HEADER]], where))
        region = record[at[columns.REGION_HEADER]].strip()
        name = record[at[columns.NAME_HEADER]].strip()
        rows.append(ProviderRow(code, name, region, values))
    if totals is None:
        raise DataError(f"{path.name}: no total row")
    if len(periods) != 1:
        raise DataError(f"{path.name}: more than one period: {sorted(periods)}")
    if len({row.code for row in rows}) != len(rows):
        raise DataError(f"{path.name}: an organisation stands twice")
    return Month(
        periods.pop(), path.name, tuple(rows), totals, label, raw.startswith(b"\xef\xbb\xbf")
    )


def read_months(data_folder):
    """All files of the folder, in order of period. Raises DataError."""
    paths = sorted((Path(data_folder) / FOLDER).glob("*.csv"))
    if not paths:
        raise DataError(f"no monthly files in {Path(data_folder) / FOLDER}")
    months = sorted((read_month(path) for path in paths), key=lambda month: month.period)
    periods = [month.period for month in months]
    if len(set(periods)) != len(periods):
        raise DataError(f"a period stands in two files: {periods}")
    for month in months:
        _check_totals(month)
    return months


def _check_totals(month):
    for position, column in enumerate(columns.COLUMNS):
        total = sum(row.values[position] for row in month.rows)
        if total != month.totals[position]:
            raise DataError(
                f"{month.file_name}, {column.published_header}: the rows add up to {total}, "
                f"the total row says {month.totals[position]}"
            )

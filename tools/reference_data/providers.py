"""What the monthly files and the lists together say of each provider."""

from dataclasses import dataclass

import columns
import display_names
from published import DataError


@dataclass(frozen=True)
class Provider:
    """One provider code of the monthly files."""

    code: str
    name: str
    first_period: str
    # None while the provider is in the last file.
    last_period: str
    # Months between the first and the last in which it has no row.
    missing_periods: tuple
    # None where no list names an ICB.
    icb_code: str
    # The list that names the ICB.
    icb_list: str
    region_code: str
    # Region of the files, where the ICB's region is another one; else None.
    overruled_region_code: str
    # From when on it reports type 1 attendances; None: it does not. Of one that does so in the first
    # file: from before any period that is held.
    first_type_1_period: str


BEFORE_ALL_PERIODS = "2016-04"
TYPE_1 = tuple(
    i
    for i, column in enumerate(columns.COLUMNS)
    if column.item == "ae_attendances" and ("department", "type1") in column.dimensions
)


def _first_type_1(appearances, first_of_all):
    for period, row in appearances:
        if any(row.values[i] for i in TYPE_1):
            return BEFORE_ALL_PERIODS if period == first_of_all else period
    return None


def read_providers(months, reference):
    """All providers, in order of code. Raises DataError."""
    seen = {}
    for month in months:
        for row in month.rows:
            seen.setdefault(row.code, []).append((month.period, row))
    periods = [month.period for month in months]
    return [_provider(code, seen[code], periods, reference) for code in sorted(seen)]


def _provider(code, appearances, periods, reference):
    if not (3 <= len(code) <= 12 and code.isascii() and code.isalnum() and code == code.upper()):
        raise DataError(f"{code!r} is not an organisation code")
    first, last = appearances[0][0], appearances[-1][0]
    present = {period for period, _ in appearances}
    regions = {reference.region_code(row.region_text) for _, row in appearances}
    if len(regions) != 1:
        raise DataError(f"{code} stands under more than one region: {sorted(regions)}")
    file_region = regions.pop()
    icb_code, icb_list = reference.icb_of(code)
    region = reference.icbs[icb_code].region_code if icb_code else file_region
    return Provider(
        code=code,
        name=display_names.readable(appearances[-1][1].name),
        first_period=first,
        last_period=None if last == periods[-1] else last,
        missing_periods=tuple(p for p in periods if first <= p <= last and p not in present),
        icb_code=icb_code,
        icb_list=icb_list,
        region_code=region,
        overruled_region_code=file_region if region != file_region else None,
        first_type_1_period=_first_type_1(appearances, periods[0]),
    )

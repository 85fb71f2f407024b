"""Recomputes England's figures from the published files and compares them with known answers.

Deliberately alone: it shares no code with the writers beside it (only the standard library), finds
columns by their number in the published file and not by header, and works in exact fractions. What
it prints is what the services' own answers are compared with.
"""

import csv
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

# Columns of the published file, counted from 1.
ATTENDANCES = range(5, 11)
OVER_FOUR_HOURS = range(11, 17)
TYPE_1 = (5, 8)
FOUR_TO_TWELVE_HOURS = 17
OVER_TWELVE_HOURS = 18
VIA_AE = range(19, 22)
ADMISSIONS = range(19, 23)
# From an attendances column to the over-four-hours column of the same kind.
TO_OVER_FOUR_HOURS = 6
NOT_COLLECTED = "NOT_COLLECTED"

# Known answers: (period, figure) to the text they must have.
KNOWN = {
    ("2022-12", "four_hour_all"): "65.202721",
    ("2023-04", "four_hour_all"): "74.607573",
    ("2023-05", "four_hour_all"): "74.007924",
    ("2023-06", "four_hour_all"): "73.380776",
    ("2024-01", "four_hour_all"): "70.364910",
    ("2024-03", "four_hour_all"): "74.345261",
    ("2023-04", "four_hour_all_over"): "460788",
    ("2023-04", "four_hour_all_of"): "1814667",
    ("2022-12", "four_hour_type1"): "49.636835",
    ("2023-04", "four_hour_type1"): "60.914812",
    ("2024-03", "four_hour_type1"): "60.899884",
    ("2022-12", "twelve_hour_waits"): "54573",
    ("2024-03", "twelve_hour_waits"): "42972",
    ("2024-03", "attendances"): "2370221",
    ("2024-03", "emergency_admissions"): "567456",
    ("2022-12", "ranked"): "110",
    ("2022-12", "quartiles"): "53.503 / 60.458 / 67.958",
    ("2023-04", "ranked"): "109",
    ("2023-04", "quartiles"): "66.201 / 71.420 / 76.198",
    ("2024-03", "ranked"): "122",
    ("2024-03", "quartiles"): "66.981 / 72.844 / 77.149",
}
KNOWN_ROWS = 4866
KNOWN_CODES = 212

_FIGURE_ORDER = (
    "providers",
    "attendances",
    "four_hour_all_over",
    "four_hour_all_of",
    "four_hour_all",
    "four_hour_type1_over",
    "four_hour_type1_of",
    "four_hour_type1",
    "twelve_hour_waits",
    "emergency_admissions",
    "ranked",
    "quartiles",
)


class FigureError(Exception):
    """The files cannot be read as what they should be; the message says where."""


def digits(value, places):
    """A fraction as text, rounded half away from zero."""
    scaled = abs(value) * 10**places
    whole = Decimal((2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator))
    text = (whole / 10**places).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{'-' if value < 0 and whole else ''}{text}"


def quartile(values, part):
    """Quantile of type 7: linear between the order statistics at (n - 1) x part."""
    ordered = sorted(values)
    place = (len(ordered) - 1) * part
    low = place.numerator // place.denominator
    if low + 1 == len(ordered):
        return ordered[low]
    return ordered[low] + (place - low) * (ordered[low + 1] - ordered[low])


def published_periods(data_folder):
    """[(period, {code: row}, total row)]; a row maps column numbers 5 to 22 to figures."""
    months = []
    for path in sorted((Path(data_folder) / "ae-monthly-2022-24").glob("*.csv")):
        with open(path, encoding="utf-8-sig", newline="") as file:
            records = list(csv.reader(file))[1:]
        rows = {record[1]: {n: int(record[n - 1]) for n in range(5, 23)} for record in records}
        total = rows.pop(records[-1][1])
        months.append((path.name[:7], rows, total))
    return months


def remove_not_collected(months, data_folder):
    """Takes out four-hour figures that were not collected. Returns how many returns had such."""
    path = Path(data_folder) / "reference" / "ae_four_hour_not_collected.csv"
    with open(path, encoding="utf-8-sig", newline="") as file:
        holes = [(row["org_code"], row["from"], row["to"]) for row in csv.DictReader(file)]
    touched = 0
    for period, rows, _ in months:
        for code, first, last in holes:
            if code in rows and first <= period <= last:
                touched += 1
                for column in OVER_FOUR_HOURS:
                    del rows[code][column]
    return touched


def demonstration_periods(folder):
    """As published_periods, from the files of deploy/demo; a null has no entry."""
    folder = Path(folder)
    with open(folder / "expected.csv", encoding="utf-8", newline="") as file:
        totals = {record[0]: record[1:] for record in list(csv.reader(file))[1:]}
    months = []
    for period in sorted(totals):
        with open(folder / f"MSitAE-{period}.csv", encoding="utf-8", newline="") as file:
            records = list(csv.reader(file))[1:]
        rows = {}
        for code, written_period, *texts in records:
            if written_period != period or code in rows or len(texts) != 18:
                raise FigureError(f"MSitAE-{period}.csv: the row of {code} is not as it must be")
            rows[code] = {n: int(t) for n, t in enumerate(texts, 5) if t != NOT_COLLECTED}
        months.append((period, rows, {n: int(t) for n, t in enumerate(totals[period], 5)}))
    return months


def wrong_totals(months):
    """Words for every column whose rows do not add up to the total; a null counts as 0."""
    wrong = []
    for period, rows, total in months:
        for column in range(5, 23):
            added = sum(row.get(column, 0) for row in rows.values())
            if added != total[column]:
                wrong.append(f"{period}, column {column}: {added}, total row {total[column]}")
    return wrong


def four_hour(row, attendance_columns):
    """(over four hours, attendances) over the pairs in which both were collected."""
    pairs = [c for c in attendance_columns if c in row and c + TO_OVER_FOUR_HOURS in row]
    return sum(row[c + TO_OVER_FOUR_HOURS] for c in pairs), sum(row[c] for c in pairs)


def percentage(over, attendances):
    return 100 * (1 - Fraction(over, attendances))


def figures_of(rows):
    """England's figures of one month as texts, in the order of _FIGURE_ORDER."""
    found = {"providers": str(len(rows))}
    for name, attendance_columns in (("all", ATTENDANCES), ("type1", TYPE_1)):
        parts = [four_hour(row, attendance_columns) for row in rows.values()]
        over, attendances = (sum(part) for part in zip(*parts))
        found[f"four_hour_{name}_over"] = str(over)
        found[f"four_hour_{name}_of"] = str(attendances)
        found[f"four_hour_{name}"] = digits(percentage(over, attendances), 6)
    for name, wanted in (
        ("attendances", ATTENDANCES),
        ("emergency_admissions", ADMISSIONS),
        ("twelve_hour_waits", (OVER_TWELVE_HOURS,)),
    ):
        found[name] = str(sum(row[column] for row in rows.values() for column in wanted))
    ranked = [percentage(*parts) for parts in _ranked_parts(rows)]
    found["ranked"] = str(len(ranked))
    found["quartiles"] = " / ".join(
        digits(quartile(ranked, Fraction(part, 4)), 3) for part in (1, 2, 3)
    )
    return {name: found[name] for name in _FIGURE_ORDER}


def _ranked_parts(rows):
    """Four-hour sums, all types, of providers with type 1 attendances that collected them."""
    for row in rows.values():
        over, attendances = four_hour(row, ATTENDANCES)
        if sum(row[column] for column in TYPE_1) > 0 and attendances > 0:
            yield over, attendances


def rule_breaks(months):
    """Rule to [(period, code)], one entry a return, whatever the number of findings in it."""
    breaks = {rule: [] for rule in ("AE01", "AE02", "AE03", "AE04")}
    for period, rows, _ in months:
        for code, row in rows.items():
            over = [(c, c + TO_OVER_FOUR_HOURS) for c in ATTENDANCES]
            waits = row[FOUR_TO_TWELVE_HOURS] + row[OVER_TWELVE_HOURS]
            broken = {
                "AE01": any(value < 0 for value in row.values()),
                "AE02": any(b in row and row[b] > row[a] for a, b in over),
                "AE03": any(row[19 + t] > row[5 + t] + row[8 + t] for t in range(3)),
                "AE04": waits > sum(row[column] for column in VIA_AE),
            }
            for rule, is_broken in broken.items():
                if is_broken:
                    breaks[rule].append((period, code))
    return breaks


def check(months, show):
    """Prints every figure through `show`. Returns words for every fault."""
    faults = wrong_totals(months)
    show(f"{len(months)} months; every column against its total: {len(faults)} differ")
    rows = sum(len(rows) for _, rows, _ in months)
    codes = {code for _, rows, _ in months for code in rows}
    show(f"{rows} returns of {len(codes)} organisations")
    if (rows, len(codes)) != (KNOWN_ROWS, KNOWN_CODES):
        faults.append(f"expected {KNOWN_ROWS} returns of {KNOWN_CODES} organisations")
    show("period," + ",".join(_FIGURE_ORDER))
    compared = set()
    for period, month_rows, _ in months:
        figures = figures_of(month_rows)
        show(",".join([period, *figures.values()]))
        for name, text in figures.items():
            known = KNOWN.get((period, name))
            compared |= {(period, name)} & set(KNOWN)
            if known not in (None, text):
                faults.append(f"{period} {name}: {text}, known answer {known}")
    absent = sorted(set(KNOWN) - compared)
    faults += [f"{period} {name}: no such figure" for period, name in absent]
    show(f"{len(compared)} figures compared with known answers")
    for rule, broken in rule_breaks(months).items():
        codes = sorted({code for _, code in broken})
        show(f"{rule}: broken in {len(broken)} returns of {len(codes)} organisations {codes}")
    return faults


def check_published(data_folder, show):
    """Checks the published files."""
    months = published_periods(data_folder)
    touched = remove_not_collected(months, data_folder)
    show(f"four-hour figures not collected: {touched} returns")
    return check(months, show)


def check_demonstration(folder, show):
    """Checks the files of deploy/demo, which need nothing else."""
    months = demonstration_periods(folder)
    nulls = sum(18 - len(row) for _, rows, _ in months for row in rows.values())
    show(f"nulls {NOT_COLLECTED}: {nulls} cells")
    faults = check(months, show)
    names = {path.name for path in Path(folder).glob("MSitAE-*.csv")}
    known = {f"MSitAE-{period}.csv" for period, _, _ in months}
    faults += [f"{name} has no row in expected.csv" for name in sorted(names - known)]
    return faults

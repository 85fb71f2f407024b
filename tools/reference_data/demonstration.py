"""Writes deploy/demo: the figures in our own layout, the totals to expect, the rated framework."""

import columns
from published import DataError


def _line(fields):
    """One row. No field of the demonstration needs quoting, which is asserted."""
    assert not any(set(field) & set(',"\r\n') for field in fields), fields
    return ",".join(fields) + "\n"


def file_name(period):
    return f"MSitAE-{period}.csv"


def write_month(month, reference):
    """Text of one month: rows in order of code, no total row, not collected as a null."""
    own_headers = [column.own_header for column in columns.COLUMNS]
    lines = [_line([columns.OWN_ORGANISATION_HEADER, columns.OWN_PERIOD_HEADER] + own_headers)]
    for row in sorted(month.rows, key=lambda row: row.code):
        hole = any(entry.holds(row.code, month.period) for entry in reference.not_collected)
        fields = [
            _value(row, column, value, month, hole)
            for column, value in zip(columns.COLUMNS, row.values)
        ]
        lines.append(_line([row.code, month.period] + fields))
    return "".join(lines)


def _value(row, column, value, month, hole):
    if not hole or column.item != columns.NOT_COLLECTED_ITEM:
        return str(value)
    if value != 0:
        raise DataError(
            f"{month.file_name}, {row.code}, {column.published_header}: {value}, although the "
            "organisation is on the list of those that did not collect it"
        )
    return columns.NOT_COLLECTED


def write_expected(months):
    """Text of expected.csv: the published total row of each month."""
    lines = [
        _line([columns.OWN_PERIOD_HEADER] + [column.own_header for column in columns.COLUMNS])
    ]
    lines += [_line([month.period] + [str(total) for total in month.totals]) for month in months]
    return "".join(lines)


def write_rated_framework(unrated):
    """The text of England's framework, rated and under a name of its own."""
    head, _, body = unrated.partition("\nframeworks {")
    if not body:
        raise DataError("the framework's file holds no framework")
    body = "\nframeworks {" + body
    for old, new in (
        ('  code: "cqc-ics"\n', '  code: "cqc-ics-demonstration"\n'),
        (
            '  title: "Assessment of integrated care systems"\n',
            '  title: "Assessment of integrated care systems (demonstration, rated)"\n',
        ),
        ("  rated: false\n", "  rated: true\n"),
    ):
        if body.count(old) != 1:
            raise DataError(f"the framework's file does not hold {old.strip()!r} exactly once")
        body = body.replace(old, new)
    notes = (
        "# proto-file: onereturn/config/v1/definitions.proto\n"
        "# proto-message: DefinitionSet\n"
        "#\n"
        "# The framework of deploy/england/cqc_integrated_care_systems.textproto with ratings\n"
        "# on, for demonstration only: scores given under it are invented and are marked so.\n"
        "# Written by tools/reference_data; change the tool or that file, not this one.\n"
    )
    return notes + body

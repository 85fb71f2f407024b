"""Writes msitae.textproto: the monthly A&E return, its rules, its layouts and who owes it."""

import columns
from definitions import Rule, Window, write_rule, write_window
from minutes import write_minutes
from text_proto import Writer, quoted, text_field

COLLECTION_CODE = "MSitAE"



def _over_months(figure, count):
    """The sum of this month and those before it; null where one is not held."""
    return " + ".join([figure] + [f"prior({figure}, {months})" for months in range(1, count)])


# (code, severity, for_each, each_cell, expression, message, suggestion)
RULES = (
    (
        "AE01",
        "ERROR",
        (),
        True,
        "cell >= 0 and is_whole(cell)",
        "A figure must be a whole number, 0 or more.",
        "Correct the figure. If it is not collected, send a null with its reason, not a 0.",
    ),
    (
        "AE02",
        "ERROR",
        ("department", "booked"),
        False,
        "ae_over_four_hours <= ae_attendances",
        "More attendances lasted over four hours than there were attendances of this kind.",
        "Check both figures of this department type, booked or not, and whether they stand in "
        "each other's column.",
    ),
    (
        "AE03",
        "INFO",
        ("department",),
        False,
        "ae_admissions_via_ae <= sum(ae_attendances)",
        "More emergency admissions came through this department type than it had attendances, "
        "booked ones included.",
        "Check that the admissions stand under the right department type; those that came "
        "another way belong to other emergency admissions. Nothing is owed if the figures are "
        "right.",
    ),
    (
        "AE04",
        "INFO",
        (),
        False,
        "ae_waits_four_to_twelve_hours + ae_waits_over_twelve_hours <= sum(ae_admissions_via_ae)",
        "More patients waited over four hours for a bed after the decision to admit than were "
        "admitted via A&E, all department types together.",
        "Check both waits against the admissions via A&E. Nothing is owed if the figures are "
        "right, for instance because the patients were admitted by another organisation.",
    ),
    (
        "AE06",
        "EXPLAIN",
        (),
        False,
        "not (abs(sum(ae_attendances) - prior(sum(ae_attendances))) > 50 and "
        "10 * abs(sum(ae_attendances) - prior(sum(ae_attendances))) > "
        "3 * prior(sum(ae_attendances)) and outside_limits(sum(ae_attendances)))",
        "Attendances, all department types together, lie outside what the last two years lead to "
        "expect, and over 30 % and 50 off the month before.",
        "Say what happened, for instance that a department opened, closed or moved, or correct "
        "the figures.",
    ),
    (
        "AE07",
        "INFO",
        (),
        False,
        "sum(ae_attendances) = 0 or not ("
        + " or ".join(
            f"10000 * sum(ae_over_four_hours) > {low} * sum(ae_attendances) and "
            f"10000 * sum(ae_over_four_hours) <= {high} * sum(ae_attendances)"
            for low, high in ((495, 505), (2195, 2205))
        )
        + ")",
        "The share of attendances within four hours is 95.0 % or 78.0 %, just a threshold.",
        "Nothing is owed if the figures are right.",
    ),
    (
        "AE08",
        "INFO",
        (),
        False,
        "sum(ae_attendances) = 0 or sum(ae_attendances) > 2400 or "
        "sum(ae_admissions_via_ae) >= 480 or "
        # Three months settle it for most: the others need not be read.
        f"{_over_months('sum(ae_attendances)', 3)} > 2400 or "
        f"{_over_months('sum(ae_attendances)', 12)} > 2400 or "
        f"{_over_months('sum(ae_admissions_via_ae) + ae_other_emergency_admissions', 12)} >= 480",
        "Over twelve months the figures are below what the collection asks for: on average over "
        "200 attendances, or 40 emergency admissions, a month.",
        "Nothing is owed: if it stays so, a nil return would do.",
    ),
)


_SHARE = (
    "round(1000 * (sum(ae_attendances) - sum(ae_over_four_hours)) / sum(ae_attendances))"
)
TYPE_1 = "type1_department"
MORE_RULES = (
    Rule(
        "AE05",
        "INFO",
        f"listed('{TYPE_1}') or "
        "coalesce(sum_present(ae_attendances[department = 'type1']), 0) = 0",
        "Attendances at a type 1 department, and the catalogue knows of no such department here.",
        "Check the department type; if the department is new, ask the collection's owner to add it "
        "to the list.",
    ),
    Rule(
        "AE07R",
        "INFO",
        f"sum(ae_attendances) = 0 or {_SHARE} = 1000 or "
        f"not ({_SHARE} = prior({_SHARE}) and {_SHARE} = prior({_SHARE}, 2))",
        "The share of attendances within four hours is the same to one decimal place for the third "
        "month running, and not 100.0 %.",
        "Check that the figures were counted anew. Nothing is owed if they are right.",
        screen=True,
    ),
)
# Opens and closes on the first two working days; revised about half a year later.
WINDOW = Window(due=2, refresh=125, close=125)


def _write_type_1_list(writer, providers):
    """Who has a type 1 department: as the published files show."""
    writer.open("lists")
    writer.text("code", TYPE_1)
    writer.text("display_name", "Providers with a type 1 department")
    writer.text("source", "The published files: who reports type 1 attendances, from the first month")
    for provider in providers:
        if provider.first_type_1_period is not None:
            writer.inline(
                "members",
                text_field("organisation", provider.code),
                text_field("from_period", provider.first_type_1_period),
            )
    writer.close()


def _cell(column):
    dimensions = [
        f"dimensions {{ {text_field('dimension', dimension)} {text_field('value', value)} }}"
        for dimension, value in column.dimensions
    ]
    return f"cell {{ {' '.join([text_field('item', column.item)] + dimensions)} }}"


def _write_frames(writer, providers):
    for provider in providers:
        parts = [
            text_field("organisation", provider.code),
            text_field("from_period", provider.first_period),
        ]
        if provider.last_period:
            parts.append(text_field("to_period", provider.last_period))
        writer.inline("frames", *parts)


def _write_rules(writer):
    for code, severity, for_each, each_cell, expression, message, suggestion in RULES:
        writer.open("rules")
        writer.text("code", code)
        writer.plain("severity", f"SEVERITY_{severity}")
        writer.text("message", message)
        writer.text("suggestion", suggestion)
        writer.text("expression", expression)
        for dimension in for_each:
            writer.text("for_each", dimension)
        if each_cell:
            writer.plain("each_cell", "true")
        writer.close()


def _write_published_layout(writer):
    writer.open("layouts")
    writer.text("code", "published-22")
    writer.text("display_name", "NHS England's published monthly file, 22 columns")
    writer.open("wide")
    writer.text("organisation_header", columns.ORGANISATION_HEADER)
    writer.text("period_header", columns.PERIOD_HEADER)
    writer.plain("period_format", "PERIOD_FORMAT_PREFIXED_MONTH_NAME")
    writer.text("period_prefix", columns.PERIOD_PREFIX)
    for column in columns.COLUMNS:
        writer.inline("columns", text_field("header", column.published_header), _cell(column))
    writer.text("ignored_headers", columns.REGION_HEADER)
    writer.text("ignored_headers", columns.NAME_HEADER)
    writer.text("total_label", columns.TOTAL_LABEL)
    writer.close()
    writer.close()


# Older files have no columns for booked appointments.
_BOOKED = ("booked", "yes")


def _write_older_layout(writer):
    older = [column for column in columns.COLUMNS if _BOOKED not in column.dimensions]
    writer.open("layouts")
    writer.text("code", "published-16")
    writer.text(
        "display_name", "NHS England's older monthly file, 16 columns, without booked appointments"
    )
    writer.open("wide")
    writer.text("organisation_header", columns.ORGANISATION_HEADER)
    writer.text("period_header", columns.PERIOD_HEADER)
    writer.plain("period_format", "PERIOD_FORMAT_PREFIXED_MONTH_NAME")
    writer.text("period_prefix", columns.PERIOD_PREFIX)
    for column in older:
        writer.inline("columns", text_field("header", column.published_header), _cell(column))
    for column in columns.COLUMNS:
        if column not in older:
            writer.inline(
                "cells_without_column", _cell(column), "null_reason: NULL_REASON_NOT_COLLECTED"
            )
    writer.text("ignored_headers", columns.REGION_HEADER)
    writer.text("ignored_headers", columns.NAME_HEADER)
    writer.text("total_label", columns.TOTAL_LABEL)
    writer.close()
    writer.close()


# The open data set of older months gives three figures of each department type.
_OF_EACH_TYPE = (
    ("attendances", "ae_attendances"),
    ("breaches", "ae_over_four_hours"),
    ("admissions", "ae_admissions_via_ae"),
)


def _write_months_by_type_layout(writer):
    writer.open("layouts")
    writer.text("code", "months-by-type")
    writer.text("display_name", "Open data of 2016 to 2019: several months, one row a department type")
    writer.open("wide")
    writer.text("organisation_header", "org_code")
    writer.text("period_header", "period")
    writer.plain("period_format", "PERIOD_FORMAT_FIRST_DAY")
    writer.plain("several_periods", "true")
    given = set()
    for header, item in _OF_EACH_TYPE:
        cells = [c for c in columns.COLUMNS if c.item == item and _BOOKED not in c.dimensions]
        given.update(cells)
        booked = [pair for pair in cells[0].dimensions if pair[0] != "department"]
        writer.inline(
            "columns", text_field("header", header), _cell(columns.Column(header, item, booked))
        )
    codes = [
        f"codes {{ {text_field('text', text)} {text_field('code', code)} }}"
        for text, code in (("1", "type1"), ("2", "type2"))
    ]
    writer.inline(
        "row_dimensions",
        text_field("header", "type"),
        text_field("dimension", "department"),
        *codes,
        "missing_row: NO_FIGURE_ZERO",
    )
    for column in columns.COLUMNS:
        if column not in given:
            writer.inline(
                "cells_without_column", _cell(column), "null_reason: NULL_REASON_NOT_COLLECTED"
            )
    writer.close()
    writer.close()


def _write_own_layouts(writer):
    writer.open("layouts")
    writer.text("code", "onereturn-wide")
    writer.text("display_name", "One row an organisation, one column a cell")
    writer.open("wide")
    writer.text("organisation_header", columns.OWN_ORGANISATION_HEADER)
    writer.text("period_header", columns.OWN_PERIOD_HEADER)
    writer.plain("period_format", "PERIOD_FORMAT_CANONICAL")
    for column in columns.COLUMNS:
        writer.inline("columns", text_field("header", column.own_header), _cell(column))
    writer.plain("null_reasons_written", "true")
    writer.close()
    writer.close()
    writer.open("layouts")
    writer.text("code", "onereturn-long")
    writer.text("display_name", "One row a cell")
    dimensions = list(
        dict.fromkeys(name for column in columns.COLUMNS for name, _ in column.dimensions)
    )
    writer.inline("long", f"dimensions: [{', '.join(quoted(name) for name in dimensions)}]")
    writer.close()


def _write_not_collected(writer, holes):
    for hole in holes:
        writer.inline(
            "not_collected",
            text_field("organisation", hole.organisation),
            text_field("from_period", hole.from_period),
            text_field("to_period", hole.to_period),
            text_field("items", columns.NOT_COLLECTED_ITEM),
            text_field("reason", hole.reason),
        )


def known_holes(providers, reference):
    """The holes of organisations that are defined; a collection may not name any other."""
    codes = {provider.code for provider in providers}
    return [hole for hole in reference.not_collected if hole.organisation in codes]


def write_collection(providers, reference):
    """Text of msitae.textproto."""
    writer = Writer(
        [
            "The monthly A&E return: items, rules, layouts, what was not collected, who owes it.",
            "Written by tools/reference_data; change the tool, not this file.",
        ]
    )
    writer.open("collections")
    writer.text("code", COLLECTION_CODE)
    writer.text("display_name", "A&E attendances and emergency admissions, monthly")
    for item in columns.ITEMS:
        writer.text("items", item)
    writer.plain("period_kind", "PERIOD_KIND_MONTH")
    writer.plain("sign_off_levels", 0)
    writer.text("owner", "NHS England")
    writer.text(
        "legal_basis", "Data provision notice, Health and Social Care Act 2012, section 259"
    )
    write_minutes(writer, COLLECTION_CODE, columns.ITEMS)
    _write_rules(writer)
    for rule in MORE_RULES:
        write_rule(writer, rule)
    _write_published_layout(writer)
    _write_own_layouts(writer)
    _write_older_layout(writer)
    _write_months_by_type_layout(writer)
    _write_not_collected(writer, known_holes(providers, reference))
    _write_frames(writer, providers)
    write_window(writer, WINDOW)
    _write_type_1_list(writer, providers)
    writer.close()
    return writer.content()

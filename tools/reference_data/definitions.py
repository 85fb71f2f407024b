"""Items, rules and layouts of a return as text protobuf: what every collection is written with."""

from dataclasses import dataclass, field

from minutes import write_minutes
from text_proto import Writer, plain_field, quoted, text_field

# The first period with a window; earlier ones, which are loaded, are taken at any time.
FIRST_WINDOW = "2026-10"
WHOLE = "cell >= 0 and is_whole(cell)"
WHOLE_WORDS = "A figure must be a whole number, 0 or more."
WHOLE_REMEDY = "Correct the figure. If it is not collected, send a null with its reason, not a 0."


@dataclass(frozen=True)
class Dimension:
    """One dimension of an item; `values` are (code, display name).

    It adds up where the values part the whole: none is a total of others, and none overlap.
    """

    code: str
    name: str
    values: tuple
    sparse: bool = False
    organisations: bool = False
    organisation_types: tuple = ()
    adds_up: bool = False


@dataclass(frozen=True)
class Item:
    """One figure. It may be added over organisations; over time where it is a flow.

    `meaning` is (concept, measure, population); empty: it is compared by its words alone.
    """

    code: str
    name: str
    concept: str
    unit: str
    purpose: str
    dimensions: tuple = ()
    over_time: bool = True
    essential: bool = True
    meaning: tuple = ()


@dataclass(frozen=True)
class Rule:
    """A rule; `at` is ((dimension, (value, ...)), ...). With `values_of` it has no expression."""

    code: str
    severity: str
    expression: str
    message: str
    suggestion: str
    for_each: tuple = ()
    at: tuple = ()
    each_cell: bool = False
    screen: bool = False
    values_of: str = ""


@dataclass(frozen=True)
class Window:
    """When returns are taken: working days after the period's end; no refresh: 0."""

    due: int
    close: int
    refresh: int = 0
    from_period: str = FIRST_WINDOW
    open: int = 1


@dataclass(frozen=True)
class Series:
    """Columns whose headers differ in numbers alone; `forms` are (header, value)."""

    code: str
    dimension: str
    forms: tuple
    values: tuple


@dataclass(frozen=True)
class RowDimension:
    """A column whose text is a dimension's value; `total` is (text, rule)."""

    header: str
    dimension: str
    codes: tuple = ()
    total: tuple = ()


@dataclass(frozen=True)
class Shape:
    """What the columns of a row stand for.

    `columns` are (header, item, dimensions, blank, kind), `series` (series, item, blank), `checks`
    (header, terms, rule); the last members may be left out.
    """

    selected_by: tuple = ()
    columns: tuple = ()
    series: tuple = ()
    checks: tuple = ()
    unread: tuple = ()


@dataclass(frozen=True)
class Wide:
    """A wide layout."""

    code: str
    name: str
    shapes: tuple
    organisation_header: str = ""
    period_header: str = ""
    period_format: str = "GIVEN"
    period_prefix: str = ""
    selector_header: str = ""
    row_dimensions: tuple = ()
    series: tuple = ()
    ignored: tuple = ()
    keeps_other_items: bool = False
    percents: bool = False
    from_period: str = ""
    to_period: str = ""
    # (header, kind, rule, severity)
    parents: tuple = ()


@dataclass(frozen=True)
class Return:
    """One collection with all its items."""

    code: str
    name: str
    notes: tuple
    items: tuple
    rules: tuple
    period_kind: str
    owner: str
    legal_basis: str
    window: Window
    wide: tuple = ()
    long_dimensions: tuple = field(default=())
    # (collection, (item, ...))
    beside: tuple = ()


def whole_number_rule(code):
    """Every figure a whole number, 0 or more."""
    return Rule(code, "ERROR", WHOLE, WHOLE_WORDS, WHOLE_REMEDY, each_cell=True)


def _write_item(writer, item, definition):
    writer.open("items")
    writer.text("code", item.code)
    writer.text("display_name", item.name)
    writer.text("concept_text", item.concept)
    writer.text("unit", item.unit)
    writer.plain("additive_over_organisations", "true")
    writer.plain("additive_over_time", "true" if item.over_time else "false")
    for dimension in item.dimensions:
        writer.open("dimensions")
        writer.text("code", dimension.code)
        writer.text("display_name", dimension.name)
        for code, name in dimension.values:
            writer.inline("values", text_field("code", code), text_field("display_name", name))
        if dimension.sparse:
            writer.plain("sparse", "true")
        if dimension.organisations:
            writer.plain("organisations", "true")
        for kind in dimension.organisation_types:
            writer.plain("organisation_types", f"ORGANISATION_TYPE_{kind}")
        if dimension.adds_up:
            writer.plain("adds_up", "true")
        writer.close()
    writer.text("owner", definition.owner)
    writer.text("purpose", item.purpose)
    writer.text("legal_basis", definition.legal_basis)
    if item.essential:
        writer.plain("essential", "true")
    if item.meaning:
        names = ("concept_code", "measure", "population")
        writer.inline("meaning", *map(text_field, names, item.meaning))
    writer.close()


def write_rule(writer, rule):
    """One rule of a collection."""
    writer.open("rules")
    writer.text("code", rule.code)
    writer.plain("severity", f"SEVERITY_{rule.severity}")
    writer.text("message", rule.message)
    writer.text("suggestion", rule.suggestion)
    if rule.expression:
        writer.text("expression", rule.expression)
    for dimension in rule.for_each:
        writer.text("for_each", dimension)
    if rule.each_cell:
        writer.plain("each_cell", "true")
    for dimension, values in rule.at:
        writer.inline("at", text_field("dimension", dimension), _texts("values", values))
    if rule.screen:
        writer.plain("screen", "true")
    if rule.values_of:
        writer.text("values_of", rule.values_of)
    writer.close()


def write_window(writer, window):
    """When the returns of a collection are taken."""
    writer.open("window")
    writer.text("calendar", "england")
    writer.text("from_period", window.from_period)
    writer.plain("open_working_day", window.open)
    writer.plain("due_working_day", window.due)
    writer.text("due_time_of_day", "23:59:59")
    if window.refresh:
        writer.plain("refresh_working_day", window.refresh)
    writer.plain("close_working_day", window.close)
    writer.close()


def _texts(name, values):
    return f"{name}: [{', '.join(quoted(value) for value in values)}]"


def _cell(item, dimensions=()):
    parts = [text_field("item", item)] + [
        f"dimensions {{ {text_field('dimension', code)} {text_field('value', value)} }}"
        for code, value in dimensions
    ]
    return f"cell {{ {' '.join(parts)} }}"


def _blank(blank):
    return [plain_field("blank", f"NO_FIGURE_{blank}")] if blank else []


def _write_shape(writer, shape):
    writer.open("shapes")
    if shape.selected_by:
        writer.plain("selected_by", f"[{', '.join(quoted(text) for text in shape.selected_by)}]")
    for header, item, *rest in shape.columns:
        dimensions, blank, kind = (*rest, *((), "", "")[len(rest) :])
        parts = [text_field("header", header), _cell(item, dimensions), *_blank(blank)]
        if kind:
            parts.append(plain_field("kind", f"FIGURE_KIND_{kind}"))
        writer.inline("columns", *parts)
    for series, item, blank in shape.series:
        writer.inline("series", text_field("series", series), _cell(item), *_blank(blank))
    for header, terms, rule in shape.checks:
        writer.inline(
            "checks",
            text_field("header", header),
            _texts("terms", terms),
            text_field("rule", rule),
            "severity: SEVERITY_ERROR",
        )
    if shape.unread:
        writer.plain("unread_headers", f"[{', '.join(quoted(text) for text in shape.unread)}]")
    writer.close()


def _write_row_dimension(writer, dimension):
    writer.open("row_dimensions")
    writer.text("header", dimension.header)
    writer.text("dimension", dimension.dimension)
    for text, code in dimension.codes:
        writer.inline("codes", text_field("text", text), text_field("code", code))
    if dimension.total:
        text, rule = dimension.total
        writer.inline(
            "total", text_field("text", text), text_field("rule", rule), "severity: SEVERITY_ERROR"
        )
    writer.close()


def _write_wide(writer, layout):
    writer.open("layouts")
    writer.text("code", layout.code)
    writer.text("display_name", layout.name)
    writer.open("wide")
    for name in ("organisation_header", "period_header"):
        if getattr(layout, name):
            writer.text(name, getattr(layout, name))
    writer.plain("period_format", f"PERIOD_FORMAT_{layout.period_format}")
    for name in ("period_prefix", "selector_header"):
        if getattr(layout, name):
            writer.text(name, getattr(layout, name))
    for dimension in layout.row_dimensions:
        _write_row_dimension(writer, dimension)
    for series in layout.series:
        writer.open("series")
        writer.text("code", series.code)
        writer.text("dimension", series.dimension)
        for header, value in series.forms:
            writer.inline("forms", text_field("header", header), text_field("value", value))
        for value in series.values:
            writer.text("values", value)
        writer.close()
    for shape in layout.shapes:
        _write_shape(writer, shape)
    for header in layout.ignored:
        writer.text("ignored_headers", header)
    if layout.percents:
        writer.inline("numbers", "percent_sign: PERCENT_SIGN_PERCENTS")
    if layout.keeps_other_items:
        writer.plain("keeps_other_items", "true")
    for header, kind, rule, severity in layout.parents:
        writer.inline(
            "parents",
            text_field("header", header),
            plain_field("kind", f"RELATIONSHIP_KIND_{kind}"),
            text_field("rule", rule),
            plain_field("severity", f"SEVERITY_{severity}"),
        )
    writer.close()
    for name in ("from_period", "to_period"):
        if getattr(layout, name):
            writer.text(name, getattr(layout, name))
    writer.close()


def write_return(definition):
    """Text of the return's file: its items, then its collection."""
    writer = Writer(list(definition.notes) + ["Written by tools/reference_data; change the tool."])
    for item in definition.items:
        _write_item(writer, item, definition)
    writer.open("collections")
    writer.text("code", definition.code)
    writer.text("display_name", definition.name)
    for item in definition.items:
        writer.text("items", item.code)
    writer.plain("period_kind", f"PERIOD_KIND_{definition.period_kind}")
    writer.text("owner", definition.owner)
    writer.text("legal_basis", definition.legal_basis)
    write_minutes(writer, definition.code, [item.code for item in definition.items])
    for rule in definition.rules:
        write_rule(writer, rule)
    for layout in definition.wide:
        _write_wide(writer, layout)
    writer.open("layouts")
    writer.text("code", "onereturn-long")
    writer.text("display_name", "One row a cell")
    writer.inline("long", _texts("dimensions", definition.long_dimensions))
    writer.close()
    write_window(writer, definition.window)
    for collection, items in definition.beside:
        writer.inline("beside", text_field("collection", collection), _texts("items", items))
    writer.close()
    return writer.content()

"""RTT: consultant-led referral to treatment waiting times, monthly."""

from definitions import Dimension, Item, Return, RowDimension, Rule, Series, Shape, Wide, Window
from definitions import whole_number_rule

# Until March 2021 the open band began at 52 weeks; since then at 104.
EARLIER_OPEN, OPEN = 52, 104
FUNCTIONS = (
    ("C_100", "General surgery"),
    ("C_101", "Urology"),
    ("C_110", "Trauma and orthopaedics"),
    ("C_120", "Ear, nose and throat"),
    ("C_130", "Ophthalmology"),
    ("C_140", "Oral surgery"),
    ("C_150", "Neurosurgery"),
    ("C_160", "Plastic surgery"),
    ("C_170", "Cardiothoracic surgery"),
    ("C_300", "General internal medicine"),
    ("C_301", "Gastroenterology"),
    ("C_320", "Cardiology"),
    ("C_330", "Dermatology"),
    ("C_340", "Respiratory medicine"),
    ("C_400", "Neurology"),
    ("C_410", "Rheumatology"),
    ("C_430", "Elderly medicine"),
    ("C_502", "Gynaecology"),
    ("X01", "Other, until March 2021"),
    ("X02", "Other: medical"),
    ("X03", "Other: mental health"),
    ("X04", "Other: paediatric"),
    ("X05", "Other: surgical"),
    ("X06", "Other: other"),
)
COMMISSIONER = Dimension(
    "commissioner",
    "Commissioner",
    (("NONC", "A commissioner outside England"),),
    sparse=True,
    organisations=True,
    organisation_types=("SUB_ICB", "ICB", "REGION", "NATIONAL_BODY"),
    adds_up=True,
)
# C_999, the total, is no value; X01 stands in no month with X02 to X06.
FUNCTION = Dimension(
    "treatment_function", "Treatment function", FUNCTIONS, sparse=True, adds_up=True
)


def bands_to(weeks):
    """Codes of the bands of a return whose open band begins at so many weeks."""
    return tuple(f"{week:02}-{week + 1:02}" for week in range(weeks)) + (f"{weeks}+",)


def _band_name(code):
    if code.endswith("+"):
        return f"Over {int(code[:-1])} weeks"
    first, last = (int(week) for week in code.split("-"))
    return f"Over {first} to {last} weeks" if first else "Up to 1 week"


BAND = Dimension(
    "week_band",
    "Weeks waited",
    tuple((code, _band_name(code)) for code in (*bands_to(OPEN), f"{EARLIER_OPEN}+")),
    sparse=True,
    # A month's file has one open band: the earlier one or the later, with the bands below it.
    adds_up=True,
)

DONE = ("admitted", "non_admitted")
PATHWAY = "referral-to-treatment-pathway"


def _present(item):
    return f"coalesce(sum_present({item}), 0)"


COMPLETED = " + ".join(
    _present(f"rtt_{kind}{suffix}") for kind in DONE for suffix in ("", "_unknown_start")
)
UNKNOWN = " + ".join(_present(f"rtt_{kind}_unknown_start") for kind in DONE)

def _in_band(items, weeks):
    return " + ".join(
        f"coalesce(sum_present({item}[week_band = '{weeks:02}-{weeks + 1:02}']), 0)"
        for item in items
    )


def _bunching(code, items, words):
    """A band against the mean of the two beside it, in whole numbers."""

    def even(weeks):
        band = f"({_in_band(items, weeks)})"
        beside = f"({_in_band(items, weeks - 1)} + {_in_band(items, weeks + 1)})"
        return f"(4 * {band} <= 3 * {beside} or 2 * {band} - {beside} <= 100)"

    return Rule(
        code,
        "INFO",
        f"{even(17)} and {even(51)}",
        f"Just below 18 or 52 weeks many more pathways {words} than in the weeks beside: over half "
        "as many again, and over 50.",
        "Check how the clocks of these pathways were stopped. Nothing is owed if the figures are "
        "right.",
        screen=True,
    )


RULES = (
    whole_number_rule("R02"),
    Rule(
        "R05",
        "ERROR",
        "coalesce(rtt_incomplete_with_decision, 0) <= coalesce(rtt_incomplete, 0)",
        "More patients wait with a decision to admit than wait at all: Part_2A is a part of "
        "Part_2.",
        "Correct one of the two. Never add Part_2A to Part_2.",
        for_each=("commissioner", "treatment_function", "week_band"),
    ),
    Rule(
        "R07",
        "INFO",
        f"20 * ({UNKNOWN}) <= {COMPLETED}",
        "For more than 5 % of the completed pathways the start of the clock is not known.",
        "Look up the missing starts. Nothing is owed.",
    ),
    Rule(
        "R08",
        "INFO",
        "10 * abs(sum(rtt_incomplete) - prior(sum(rtt_incomplete)) - "
        f"{_present('rtt_new_clock_starts')} + {COMPLETED}) "
        "<= prior(sum(rtt_incomplete))",
        "The waiting list has changed by over 10 % more than new clock starts and completed "
        "pathways account for.",
        "Check for pathways that were removed, moved or counted twice. Nothing is owed.",
    ),
    Rule(
        "R09",
        "EXPLAIN",
        f"{_present('rtt_incomplete')} = 0 or prior({_present('rtt_incomplete')}) > 0",
        "Patients wait for over 104 weeks, and a month before none did.",
        "Say what happened, or correct the figures.",
        at=(("week_band", (f"{OPEN}+",)),),
    ),
    _bunching("R10", ("rtt_incomplete",), "wait"),
    _bunching("R10C", ("rtt_admitted", "rtt_non_admitted"), "were completed"),
)

IGNORED = (
    "Provider Parent Name",
    "Provider Org Name",
    "Commissioner Parent Org Code",
    "Commissioner Parent Name",
    "Commissioner Org Name",
    "RTT Part Description",
    "Treatment Function Name",
)
UNKNOWN_HEADER = "Patients with unknown clock start date"


def _completed_shape(part, kind):
    return Shape(
        selected_by=(part,),
        series=(("bands", f"rtt_{kind}", "ABSENT"),),
        columns=((UNKNOWN_HEADER, f"rtt_{kind}_unknown_start", (), "ABSENT"),),
        checks=(("Total", ("bands",), "R03"), ("Total All", ("Total", UNKNOWN_HEADER), "R03")),
    )


def _incomplete_shape(part, item):
    return Shape(
        selected_by=(part,),
        series=(("bands", item, "ABSENT"),),
        checks=(("Total All", ("bands",), "R03"),),
    )


def _layout(weeks, words, from_period="", to_period=""):
    return Wide(
        f"published-{weeks}",
        f"NHS England's published monthly file, {words}",
        (
            _completed_shape("Part_1A", "admitted"),
            _completed_shape("Part_1B", "non_admitted"),
            _incomplete_shape("Part_2", "rtt_incomplete"),
            _incomplete_shape("Part_2A", "rtt_incomplete_with_decision"),
            Shape(selected_by=("Part_3",), columns=(("Total All", "rtt_new_clock_starts"),)),
        ),
        organisation_header="Provider Org Code",
        period_header="Period",
        period_format="PREFIXED_MONTH_NAME",
        period_prefix="RTT",
        selector_header="RTT Part Type",
        row_dimensions=(
            RowDimension("Commissioner Org Code", "commissioner"),
            RowDimension("Treatment Function Code", "treatment_function", total=("C_999", "R04")),
        ),
        series=(
            Series(
                "bands",
                "week_band",
                (("Gt # To # Weeks SUM 1", "#-#"), ("Gt # Weeks SUM 1", "#+")),
                bands_to(weeks),
            ),
        ),
        ignored=IGNORED,
        parents=(("Provider Parent Org Code", "PROVIDER_TO_ICB", "R06", "INFO"),),
        from_period=from_period,
        to_period=to_period,
    )


def _pathways(code, name, concept, measure, over_time):
    return Item(
        code,
        name,
        concept,
        "pathways",
        "The 18-week standard of referral to treatment.",
        (COMMISSIONER, FUNCTION, BAND),
        over_time=over_time,
        meaning=(PATHWAY, measure, "all-patients"),
    )


def _counted(code, name, concept, measure):
    return Item(
        code,
        name,
        concept,
        "pathways",
        "Completeness and flow of the waiting list.",
        (COMMISSIONER, FUNCTION),
        meaning=(PATHWAY, measure, "all-patients"),
    )


WAITING_TIMES = Return(
    code="RTT",
    name="Referral to treatment waiting times, monthly",
    notes=(
        "Referral to treatment: items, rules, layouts. Each part type of the published file is an",
        "item of its own, for Part_2A is a part of Part_2. The bands in order (R01), the sums of a",
        "row (R03), the rows C_999 (R04) and the provider's ICB (R06) are checked by the layouts. A",
        "return is a provider's, by commissioner; a commissioner's view is their sum, never a return",
        "beside them.",
    ),
    items=(
        _pathways(
            "rtt_admitted",
            "Completed pathways, admitted",
            "Pathways that ended in the month with an admission for treatment, by weeks waited "
            "(Part_1A).",
            "completed-admitted",
            True,
        ),
        _pathways(
            "rtt_non_admitted",
            "Completed pathways, not admitted",
            "Pathways that ended in the month otherwise than by an admission, by weeks waited "
            "(Part_1B).",
            "completed-not-admitted",
            True,
        ),
        _pathways(
            "rtt_incomplete",
            "Incomplete pathways",
            "Pathways that were open at the end of the month, by weeks waited (Part_2).",
            "incomplete",
            False,
        ),
        _pathways(
            "rtt_incomplete_with_decision",
            "Incomplete pathways with a decision to admit",
            "Of the incomplete pathways, those with a decision to admit (Part_2A): a part of them, "
            "never added to them.",
            "incomplete-with-decision",
            False,
        ),
        _counted(
            "rtt_admitted_unknown_start",
            "Completed pathways, admitted, start not known",
            "Admitted pathways whose start is not known and which are in no band of weeks.",
            "completed-admitted-start-unknown",
        ),
        _counted(
            "rtt_non_admitted_unknown_start",
            "Completed pathways, not admitted, start not known",
            "Non-admitted pathways whose start is not known and which are in no band of weeks.",
            "completed-not-admitted-start-unknown",
        ),
        _counted(
            "rtt_new_clock_starts",
            "New clock starts",
            "Pathways that began in the month (Part_3).",
            "new-clock-starts",
        ),
    ),
    rules=RULES,
    period_kind="MONTH",
    window=Window(due=10, refresh=20, close=20),
    owner="NHS England",
    legal_basis="Data provision notice, Health and Social Care Act 2012, section 259",
    wide=(
        _layout(OPEN, "121 columns, bands to 104 weeks", from_period="2021-04"),
        _layout(EARLIER_OPEN, "69 columns, bands to 52 weeks", to_period="2021-03"),
    ),
    long_dimensions=("commissioner", "treatment_function", "week_band"),
)

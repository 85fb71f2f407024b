"""Cancer waiting times as they are published by provider, monthly: an import."""

from definitions import Dimension, Item, Return, RowDimension, Rule, Shape, Wide, Window

STANDARDS = (
    ("28_day", "28 days to a diagnosis or its exclusion: faster diagnosis standard"),
    ("31_day", "31 days from the decision to treat to treatment, all treatments"),
    ("62_day", "62 days from referral to first treatment, all routes"),
)
# One patient may stand under several standards: they are never added.
STANDARD = Dimension("standard", "Standard", STANDARDS, sparse=True)
WHOLE = ("28_day", "31_day")

RULES = (
    Rule(
        "C00",
        "ERROR",
        "cell >= 0",
        "A figure must be 0 or more.",
        "Correct the figure.",
        each_cell=True,
    ),
    Rule(
        "C01",
        "ERROR",
        "cancer_within <= cancer_total",
        "More patients were seen within the standard than were seen at all.",
        "Check whether the two figures stand in each other's place.",
        for_each=("standard",),
    ),
    Rule(
        "C02",
        "ERROR",
        "is_whole(cancer_total) and is_whole(cancer_within)",
        "Halves stand where each patient counts for one provider.",
        "Correct the figures: only 62-day pathways are shared between two providers.",
        at=(("standard", WHOLE),),
    ),
    Rule(
        "C03",
        "ERROR",
        "is_whole(2 * cancer_total) and is_whole(2 * cancer_within)",
        "A 62-day pathway counts whole or half, and this is no sum of halves.",
        "Correct the figures.",
        at=(("standard", ("62_day",)),),
    ),
)

CANCER_WAITS = Return(
    code="CWT",
    name="Cancer waiting times by provider, monthly",
    notes=(
        "Cancer waits: items, rules, layouts. An import of published figures: the records behind",
        "them are of patients and are no part of it. 62-day pathways are shared in halves.",
    ),
    items=(
        Item(
            "cancer_total",
            "Patients seen, cancer waits",
            "Patients whose wait ended in the month, by standard.",
            "patients",
            "The denominator of the cancer standards.",
            (STANDARD,),
            meaning=("cancer-wait", "ended", "all-patients"),
        ),
        Item(
            "cancer_within",
            "Patients seen within the standard, cancer waits",
            "Of the patients whose wait ended in the month, those within the standard.",
            "patients",
            "The numerator of the cancer standards.",
            (STANDARD,),
            meaning=("cancer-wait", "ended-within-standard", "all-patients"),
        ),
    ),
    rules=RULES,
    period_kind="MONTH",
    window=Window(due=25, close=25),
    owner="NHS England",
    legal_basis="Published official statistics",
    wide=(
        Wide(
            "metrics",
            "NHS England's long form of metrics: denominator, numerator and rate a row each",
            (
                Shape(selected_by=("Den",), columns=(("Value", "cancer_total"),)),
                Shape(selected_by=("Num",), columns=(("Value", "cancer_within"),)),
                Shape(selected_by=("Rate",), unread=("Value",)),
            ),
            organisation_header="OrgCode",
            period_header="Period",
            period_format="CANONICAL",
            selector_header="MetricType",
            row_dimensions=(
                RowDimension(
                    "MetricID",
                    "standard",
                    (("CWT_28", "28_day"), ("CWT_31", "31_day"), ("CWT_62", "62_day")),
                ),
            ),
            ignored=("MetricName", "Domain", "OrgType", "LastModified"),
            percents=True,
        ),
    ),
    long_dimensions=("standard",),
)

"""DM01: diagnostic waiting times and activity, monthly."""

from definitions import Dimension, Item, Return, RowDimension, Rule, Series, Shape, Wide, Window
from definitions import whole_number_rule

TESTS = (
    ("MRI", "Magnetic resonance imaging"),
    ("CT", "Computed tomography"),
    ("NON_OBSTETRIC_ULTRASOUND", "Ultrasound, not obstetric"),
    ("BARIUM_ENEMA", "Barium enema"),
    ("DEXA_SCAN", "DEXA scan"),
    ("AUDIOLOGY_ASSESSMENTS", "Audiology assessments"),
    ("ECHOCARDIOGRAPHY", "Echocardiography"),
    ("ELECTROPHYSIOLOGY", "Electrophysiology"),
    ("PERIPHERAL_NEUROPHYS", "Peripheral neurophysiology"),
    ("SLEEP_STUDIES", "Sleep studies"),
    ("URODYNAMICS", "Urodynamics"),
    ("COLONOSCOPY", "Colonoscopy"),
    ("FLEXI_SIGMOIDOSCOPY", "Flexible sigmoidoscopy"),
    ("CYSTOSCOPY", "Cystoscopy"),
    ("GASTROSCOPY", "Gastroscopy"),
)
BANDS = tuple(
    (f"{week:02}-{week + 1:02}", f"From {week} to under {week + 1} weeks") for week in range(13)
) + (("13+", "13 weeks or more"),)
ACTIVITIES = (
    ("waiting_list", "From the waiting list"),
    ("planned", "Planned: at its date, never waiting"),
    ("unscheduled", "Unscheduled: for patients in hospital or in emergency care"),
)
COMMISSIONER = Dimension(
    "commissioner",
    "Commissioner",
    (
        ("NONC", "A commissioner outside England"),
        ("NOT_STATED", "The source does not say for which commissioner"),
    ),
    sparse=True,
    organisations=True,
    organisation_types=("SUB_ICB", "ICB", "REGION", "NATIONAL_BODY"),
    adds_up=True,
)
# The figure counts waits: a patient stands once for each test awaited, and the published row TOTAL is their sum.
TEST = Dimension("test", "Diagnostic test", TESTS, sparse=True, adds_up=True)

WAITING = "sum_present(dm01_waiting)"
USED = f"coalesce({WAITING}, 0) > 0"


def _unused(months):
    return f"prior(coalesce({WAITING}, 0), {months}) = 0"


RULES = (
    whole_number_rule("D00"),
    Rule(
        "D04",
        "EXPLAIN",
        "count_present(dm01_waiting) > 0",
        "One of the 15 tests has no figures.",
        "Send the test filled with zeros if nobody waits for it, or say that the provider does "
        "not offer it.",
        at=(("test", tuple(code for code, _ in TESTS)),),
    ),
    Rule(
        "D05",
        "INFO",
        "not (sum(dm01_waiting) > 0 and sum(dm01_activity) = 0 and "
        "prior(sum(dm01_waiting) > 0 and sum(dm01_activity) = 0))",
        "Patients wait for this test, and none was carried out in this month or the one before.",
        "Check whether the activity is left out, or whether nobody waits.",
        for_each=("test",),
    ),
    Rule(
        "D06",
        "INFO",
        f"not ({USED} and {_unused(1)} and {_unused(2)} and {_unused(3)})",
        "Patients wait for a test that the provider reported for nobody in the three months "
        "before.",
        "Check that the figures stand at the right test. Nothing is owed if the service is new.",
        for_each=("test",),
    ),
    Rule(
        "D07",
        "ERROR",
        "",
        "The commissioner is no commissioning organisation that is open in the period.",
        "Write the code of the sub-ICB or ICB of that month, of a region for what NHS England "
        "commissions, or NONC for a commissioner outside England; or have it added to the "
        "catalogue.",
        values_of="commissioner",
    ),
)

DIAGNOSTICS = Return(
    code="DM01",
    name="Diagnostic waiting times and activity, monthly",
    notes=(
        "Diagnostics: items, rules, layouts. The sums of the published file (D01, D02) and its",
        "row TOTAL (D03) are checked by the layout. Commissioners are the sub-ICBs, ICBs, regions and",
        "national bodies of the catalogue that are open when the period begins (D07).",
    ),
    items=(
        Item(
            "dm01_waiting",
            "Patients waiting for a diagnostic test",
            "Patients who wait at the end of the month for a first diagnostic test, by test, "
            "commissioner and weeks waited; whatever the referral, only where the purpose is "
            "diagnostic. A patient counts once for each test awaited.",
            "patients",
            "The six-week standard of diagnostics.",
            (COMMISSIONER, TEST, Dimension("week_band", "Weeks waited", BANDS, adds_up=True)),
            over_time=False,
            meaning=("diagnostic-test", "waiting", "all-patients"),
        ),
        Item(
            "dm01_activity",
            "Diagnostic tests carried out",
            "Tests carried out in the month, by test, commissioner and by how the patient came.",
            "tests",
            "Supply of diagnostics.",
            (
                COMMISSIONER,
                TEST,
                Dimension("activity", "How the patient came", ACTIVITIES, adds_up=True),
            ),
            meaning=("diagnostic-test", "carried-out", "all-patients"),
        ),
    ),
    rules=RULES,
    period_kind="MONTH",
    window=Window(due=10, refresh=20, close=20),
    owner="NHS England",
    legal_basis="Data collection R00341; data provision notice, Health and Social Care Act 2012, "
    "section 259",
    wide=(
        Wide(
            "published-30",
            "NHS England's published monthly file, 30 columns",
            (
                Shape(
                    series=(("bands", "dm01_waiting", ""),),
                    columns=tuple(
                        (header, "dm01_activity", (("activity", code),))
                        for header, code in (
                            ("Waiting List Activity", "waiting_list"),
                            ("Planned Activity", "planned"),
                            ("Unscheduled Activity", "unscheduled"),
                        )
                    ),
                    checks=(
                        ("Total WL", ("bands",), "D01"),
                        (
                            "Total Activity",
                            ("Waiting List Activity", "Planned Activity", "Unscheduled Activity"),
                            "D02",
                        ),
                    ),
                ),
            ),
            organisation_header="Provider Org Code",
            period_header="Period",
            period_format="PREFIXED_MONTH_NAME",
            period_prefix="DM01",
            row_dimensions=(
                RowDimension("Commissioner Org Code", "commissioner"),
                RowDimension("Diagnostic Tests", "test", total=("TOTAL", "D03")),
            ),
            series=(
                Series(
                    "bands",
                    "week_band",
                    (("# < # Week", "#-#"), ("# < # Weeks", "#-#"), ("#+ Weeks", "#+")),
                    tuple(code for code, _ in BANDS),
                ),
            ),
            ignored=(
                "Provider Parent Org Code",
                "Provider Parent Name",
                "Provider Org Name",
                "Commissioner Parent Org Code",
                "Commissioner Parent Name",
                "Commissioner Org Name",
                "Diagnostic Tests Sort Order",
            ),
        ),
    ),
    long_dimensions=("commissioner", "test", "week_band", "activity"),
)

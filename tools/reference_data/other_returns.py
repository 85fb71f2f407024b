"""Provider finance, provider workforce and a light council return: with examples of code lists."""

from definitions import Dimension, Item, Return, RowDimension, Rule, Shape, Wide, Window
from definitions import whole_number_rule

ILLUSTRATIVE = "ILLUSTRATIVE: an example, not a national code list. "

# Main codes: which figure of a line.
MAIN_CODES = (
    ("YTD_PLAN", "Year to date, plan"),
    ("YTD_ACTUAL", "Year to date, actual"),
    ("YEAR_PLAN", "Year, plan"),
    ("YEAR_FORECAST", "Year, forecast"),
    ("YEAR_ACCOUNTS", "Year, annual accounts, sent with month 12"),
)
# Of the year so far they grow: income, expenditure, capital. Cash does not.
GROWING = ("INC010", "INC020", "EXP010", "EXP020", "EXP030", "EXP040", "CAP010")
PAY = ("EXP010", "EXP020", "EXP030")
# Neither lines nor main codes add up: income beside cost, plan beside actual.
MAIN = Dimension("main_code", "Main code", MAIN_CODES, sparse=True)
LINES = (
    ("INC010", "Income from patient care"),
    ("INC020", "Other operating income"),
    ("EXP010", "Pay: substantive"),
    ("EXP020", "Pay: bank"),
    ("EXP030", "Pay: agency"),
    ("EXP040", "Expenditure other than pay"),
    ("CAS010", "Cash at bank and in hand"),
    ("CAP010", "Capital expenditure"),
)
# (subcode, item, words, measure)
EFFICIENCIES = (
    ("EFF010", "finance_efficiency_delivered", "Efficiency delivered or planned", "in-all"),
    ("EFF020", "finance_efficiency_recurrent", "Efficiency, recurrent", "recurrent"),
    ("EFF030", "finance_efficiency_non_recurrent", "Efficiency, not recurrent", "not-recurrent"),
    ("EFF040", "finance_efficiency_unidentified", "Efficiency, not yet identified", "unidentified"),
)


def _amount(code, name, concept, dimensions, meaning=()):
    return Item(
        code,
        name,
        ILLUSTRATIVE + concept,
        "thousand pounds",
        "Finance of providers.",
        dimensions,
        over_time=False,
        meaning=meaning,
    )


AGENCY = "sum_present(workforce_staff[contract = 'agency'])"
AGENCY_COST = "finance_amount[subcode = 'EXP030', main_code = 'YTD_ACTUAL']"
LEDGER_PAY = (
    f"sum(finance_amount[subcode = {' or '.join(repr(code) for code in PAY)}, "
    "main_code = 'YTD_ACTUAL'])"
)
# Whichever return comes second is checked against the other.
BOTH_RETURNS = (
    Rule(
        "P06",
        "INFO",
        f"{AGENCY} <= 0 or {AGENCY_COST} != 0",
        "Agency staff worked, and the finance return has no agency cost in the year so far.",
        "Check both returns. Nothing is owed if the cost is not booked yet.",
    ),
    Rule(
        "P07",
        "INFO",
        f"100 * abs(sum(workforce_pay) - {LEDGER_PAY}) <= 2 * {LEDGER_PAY}",
        "The pay of the workforce return and that of the finance return, both of the year so far, "
        "are over 2 % apart.",
        "Check both returns. Nothing is owed if the difference is known.",
    ),
)

FINANCE = Return(
    code="PFR",
    name="Provider finance return, monthly (illustrative code lists)",
    notes=(
        "Provider finance: three columns, subcode, main code and value. The code lists are",
        "illustrative. Organisation and period are given with the file.",
    ),
    items=(
        _amount(
            "finance_amount",
            "Amount of a line of the finance return",
            "Income, expenditure, cash and capital, by line and by which figure of it.",
            (Dimension("subcode", "Line", LINES, sparse=True), MAIN),
        ),
        *(
            _amount(
                item,
                words,
                f"{words}, by which figure of it.",
                (MAIN,),
                ("provider-efficiency", measure, "whole-organisation"),
            )
            for _, item, words, measure in EFFICIENCIES
        ),
    ),
    rules=(
        Rule(
            "P05",
            "ERROR",
            "finance_efficiency_delivered = finance_efficiency_recurrent + "
            "finance_efficiency_non_recurrent",
            "The efficiency is not the sum of its recurrent and its non-recurrent part.",
            "Correct one of the three.",
            for_each=("main_code",),
        ),
        Rule(
            "P05U",
            "ERROR",
            "finance_efficiency_unidentified >= 0",
            "The efficiency not yet identified is below 0.",
            "Correct it: what is identified beyond the plan is no negative gap.",
            for_each=("main_code",),
        ),
        Rule(
            "P03",
            "EXPLAIN",
            "financial_month() = 1 or finance_amount >= prior(finance_amount)",
            "The year to date of this line is less than it was a month ago, within one year.",
            "Say what was taken back, or correct the figure.",
            at=(("subcode", GROWING), ("main_code", ("YTD_PLAN", "YTD_ACTUAL"))),
        ),
        Rule(
            "P04",
            "INFO",
            "financial_month() != 12 or 100 * abs(finance_amount[main_code = 'YTD_ACTUAL'] - "
            "finance_amount[main_code = 'YEAR_ACCOUNTS']) <= "
            "abs(finance_amount[main_code = 'YEAR_ACCOUNTS'])",
            "Month 12 and the annual accounts are over 1 % apart in this line.",
            "Check both. Nothing is owed if the audit changed the figure.",
            for_each=("subcode",),
        ),
        *BOTH_RETURNS,
    ),
    period_kind="MONTH",
    window=Window(due=12, refresh=60, close=60),
    beside=(("PWR", ("workforce_staff", "workforce_pay")),),
    owner="NHS England",
    legal_basis="Illustrative",
    wide=(
        Wide(
            "three-columns",
            "Subcode, main code, value; organisation and period given with the file",
            (
                *(
                    Shape(
                        selected_by=(code,),
                        columns=(("value", "finance_amount", (("subcode", code),)),),
                    )
                    for code, _ in LINES
                ),
                *(
                    Shape(selected_by=(code,), columns=(("value", item),))
                    for code, item, *_ in EFFICIENCIES
                ),
            ),
            selector_header="subcode",
            row_dimensions=(RowDimension("main_code", "main_code"),),
        ),
    ),
    long_dimensions=("subcode", "main_code"),
)

GROUPS = Dimension(
    "staff_group",
    "Staff group",
    (
        ("medical", "Medical and dental"),
        ("nursing", "Nursing and midwifery, registered"),
        ("scientific", "Scientific, therapeutic and technical"),
        ("support", "Support to clinical staff"),
        ("infrastructure", "Infrastructure support"),
    ),
    adds_up=True,
)
CONTRACTS = Dimension(
    "contract",
    "Contract",
    (("substantive", "Substantive"), ("bank", "Bank"), ("agency", "Agency")),
    adds_up=True,
)


def _staff(code, name, concept, measure, dimensions=(GROUPS,)):
    return Item(
        code,
        name,
        ILLUSTRATIVE + concept,
        "whole-time equivalents",
        "Supply of staff.",
        dimensions,
        over_time=False,
        meaning=("workforce", measure, "all-staff"),
    )


WORKFORCE = Return(
    code="PWR",
    name="Provider workforce return, monthly (illustrative code lists)",
    notes=("Provider workforce. The code lists are illustrative.",),
    items=(
        _staff(
            "workforce_staff",
            "Staff in post or worked",
            "Whole-time equivalents at the end of the month, by staff group and contract.",
            "in-post-or-worked",
            (GROUPS, CONTRACTS),
        ),
        _staff(
            "workforce_total",
            "Staff in post or worked, all groups and contracts",
            "The sum that the provider gives itself.",
            # The same figure without dimensions (P02).
            "in-post-or-worked",
            (),
        ),
        _staff(
            "workforce_establishment",
            "Funded establishment",
            "Whole-time equivalents that are funded, by staff group.",
            "funded-establishment",
        ),
        _staff(
            "workforce_vacancies",
            "Vacancies",
            "Funded establishment less substantive staff in post; below 0 where more are in post.",
            "vacancies",
        ),
        Item(
            "workforce_pay",
            "Pay, year to date",
            ILLUSTRATIVE + "What the staff were paid from April on, by contract.",
            "thousand pounds",
            "Workforce and finance as one.",
            (Dimension("contract", "Contract", CONTRACTS.values, sparse=True, adds_up=True),),
            over_time=False,
            essential=False,
            meaning=("workforce-pay", "paid-in-year-to-date", "all-staff"),
        ),
    ),
    rules=(
        Rule(
            "P00",
            "ERROR",
            "workforce_staff >= 0",
            "Whole-time equivalents must be 0 or more.",
            "Correct the figure.",
            for_each=("staff_group", "contract"),
        ),
        Rule(
            "P01",
            "ERROR",
            "workforce_vacancies = workforce_establishment - workforce_staff",
            "The vacancies are not the funded establishment less the substantive staff in post.",
            "Correct one of the three.",
            for_each=("staff_group",),
            at=(("contract", ("substantive",)),),
        ),
        Rule(
            "P02",
            "ERROR",
            "sum(workforce_staff) = workforce_total",
            "The staff groups do not sum to the total.",
            "Correct the total, or the group that it leaves out or counts twice.",
        ),
        *BOTH_RETURNS,
    ),
    period_kind="MONTH",
    window=Window(due=15, close=20),
    beside=(("PFR", ("finance_amount",)),),
    owner="NHS England",
    legal_basis="Illustrative",
    long_dimensions=("staff_group", "contract"),
)

AGES = Dimension("age", "Age", (("18_64", "18 to 64"), ("65_over", "65 and over")), adds_up=True)

COUNCIL = Return(
    code="COUNCIL-CARE",
    name="Adult social care of a council, monthly (illustrative)",
    notes=("A light return of councils. Illustrative.",),
    items=(
        Item(
            "council_awaiting_assessment",
            "People who wait for a care assessment",
            ILLUSTRATIVE + "People who wait at the end of the month, by age.",
            "people",
            "Pressure on social care.",
            (AGES,),
            over_time=False,
            meaning=("adult-care-assessment", "waiting", "adults"),
        ),
        Item(
            "council_assessments",
            "Care assessments completed",
            ILLUSTRATIVE + "Assessments completed in the month, by age.",
            "assessments",
            "Pressure on social care.",
            (AGES,),
            meaning=("adult-care-assessment", "completed", "adults"),
        ),
        Item(
            "council_home_care_hours",
            "Hours of home care",
            ILLUSTRATIVE + "Hours of home care delivered in the month.",
            "hours",
            "Supply of social care.",
            meaning=("home-care", "hours-delivered", "adults"),
        ),
    ),
    rules=(whole_number_rule("L01"),),
    period_kind="MONTH",
    window=Window(due=10, close=20),
    owner="NHS England",
    legal_basis="Illustrative; each council signs for itself",
    wide=(
        Wide(
            "one-row",
            "One row a council",
            (
                Shape(
                    columns=(
                        *(
                            (f"{words} {name}", item, (("age", age),))
                            for item, words in (
                                ("council_awaiting_assessment", "Waiting"),
                                ("council_assessments", "Assessed"),
                            )
                            for age, name in AGES.values
                        ),
                        ("Home care hours", "council_home_care_hours"),
                    ),
                ),
            ),
            organisation_header="Council",
            period_header="Month",
            period_format="CANONICAL",
        ),
    ),
    long_dimensions=("age",),
)

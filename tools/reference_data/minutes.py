"""What returns cost their organisations, in minutes by lens: ILLUSTRATIVE.

No figure of what any of these returns costs is published, and nobody was asked. These are round
figures of the order of the field (hours of staff a return), so that what is asked for and what is
avoided can be seen side by side. Whoever runs the service asks its organisations and sets its own.

A return as a whole is checked, sent, and bears its share of the year's changes and training. An
item is gathered and extracted. More is given to what is made of records of patients, and to what
is cut by more dimensions.
"""

from text_proto import plain_field, text_field

WORDS = "ILLUSTRATIVE: from no survey. No figure of what this return costs is published."

OF_RETURN = (
    "quality_assurance",
    "transmission",
    "system_change_and_development",
    "training_and_guidance",
)
OF_ITEM = ("gathering", "extraction_and_transformation")

# By collection: of the return as a whole, in order of OF_RETURN; of each item, of OF_ITEM.
MINUTES = {
    "MSitAE": (
        (60, 15, 10, 5),
        {
            "ae_attendances": (10, 20),
            "ae_over_four_hours": (5, 15),
            "ae_waits_four_to_twelve_hours": (10, 10),
            "ae_waits_over_twelve_hours": (10, 10),
            "ae_admissions_via_ae": (5, 10),
            "ae_other_emergency_admissions": (5, 10),
        },
    ),
    "DM01": (
        (90, 15, 15, 10),
        {"dm01_waiting": (60, 90), "dm01_activity": (30, 60)},
    ),
    "RTT": (
        (120, 20, 30, 10),
        {
            "rtt_admitted": (30, 45),
            "rtt_non_admitted": (30, 45),
            "rtt_incomplete": (60, 90),
            "rtt_incomplete_with_decision": (15, 30),
            "rtt_admitted_unknown_start": (10, 10),
            "rtt_non_admitted_unknown_start": (10, 10),
            "rtt_new_clock_starts": (20, 25),
        },
    ),
    "KH03": (
        (60, 15, 10, 5),
        {
            "kh03_available_overnight": (30, 15),
            "kh03_occupied_overnight": (30, 15),
            "kh03_occupied_overnight_by_specialty": (45, 30),
            "kh03_available_day_only": (15, 10),
            "kh03_occupied_day_only": (15, 10),
            "kh03_occupied_day_only_by_specialty": (25, 20),
            "kh03_most_beds_overnight": (10, 5),
            "kh03_most_beds_day_only": (10, 5),
        },
    ),
    "CWT": (
        (120, 20, 20, 10),
        {"cancer_total": (60, 60), "cancer_within": (30, 30)},
    ),
    "PFR": (
        (180, 20, 15, 10),
        {
            "finance_amount": (120, 60),
            "finance_efficiency_delivered": (30, 10),
            "finance_efficiency_recurrent": (15, 5),
            "finance_efficiency_non_recurrent": (15, 5),
            "finance_efficiency_unidentified": (20, 5),
        },
    ),
    "PWR": (
        (90, 15, 15, 10),
        {
            "workforce_staff": (30, 30),
            "workforce_total": (5, 5),
            "workforce_establishment": (20, 10),
            "workforce_vacancies": (10, 5),
            "workforce_pay": (30, 20),
        },
    ),
    "COUNCIL-CARE": (
        (45, 15, 5, 5),
        {
            "council_awaiting_assessment": (20, 20),
            "council_assessments": (15, 15),
            "council_home_care_hours": (30, 20),
        },
    ),
}


def _fields(lenses, minutes):
    return [plain_field(lens, count) for lens, count in zip(lenses, minutes, strict=True)]


def write_minutes(writer, collection, items):
    """What a return of the collection costs, and each of its items."""
    of_return, of_items = MINUTES[collection]
    assert set(of_items) == set(items), collection
    writer.note(WORDS)
    writer.inline("estimated_minutes", *_fields(OF_RETURN, of_return))
    for item in items:
        fields = " ".join(_fields(OF_ITEM, of_items[item]))
        writer.inline("item_minutes", text_field("item", item), f"minutes {{ {fields} }}")


def of_return(collection):
    """Minutes of a return as a whole, and of all its items together."""
    whole, items = MINUTES[collection]
    return sum(whole), sum(sum(one) for one in items.values())

"""The 18 figures of the monthly A&E return: published header, cell, header in our own layout."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One figure of the return."""

    # Header in the published file; blanks at its ends do not count.
    published_header: str
    item: str
    # (dimension, value), in the order of the item's definition.
    dimensions: tuple

    @property
    def own_header(self):
        """Header in the layout onereturn-wide: the item and its dimension values, with bars."""
        return "|".join([self.item] + [value for _, value in self.dimensions])


ORGANISATION_HEADER = "Org Code"
PERIOD_HEADER = "Period"
REGION_HEADER = "Parent Org"
NAME_HEADER = "Org name"
PERIOD_PREFIX = "MSitAE"
TOTAL_LABEL = "TOTAL"

OWN_ORGANISATION_HEADER = "organisation"
OWN_PERIOD_HEADER = "period"
NOT_COLLECTED = "NOT_COLLECTED"
NOT_COLLECTED_ITEM = "ae_over_four_hours"

ITEMS = (
    "ae_attendances",
    "ae_over_four_hours",
    "ae_waits_four_to_twelve_hours",
    "ae_waits_over_twelve_hours",
    "ae_admissions_via_ae",
    "ae_other_emergency_admissions",
)


def _by_department_and_booked(item, words, other):
    columns = []
    for booked, phrase in (("no", ""), ("yes", " Booked Appointments")):
        names = (("type1", "Type 1"), ("type2", "Type 2"), ("other", other[booked]))
        for department, name in names:
            columns.append(
                Column(
                    f"{words}{phrase} {name}",
                    item,
                    (("department", department), ("booked", booked)),
                )
            )
    return columns


COLUMNS = tuple(
    _by_department_and_booked(
        "ae_attendances",
        "A&E attendances",
        {"no": "Other A&E Department", "yes": "Other Department"},
    )
    + _by_department_and_booked(
        "ae_over_four_hours",
        "Attendances over 4hrs",
        {"no": "Other Department", "yes": "Other Department"},
    )
    + [
        Column(
            "Patients who have waited 4-12 hs from DTA to admission",
            "ae_waits_four_to_twelve_hours",
            (),
        ),
        Column(
            "Patients who have waited 12+ hrs from DTA to admission",
            "ae_waits_over_twelve_hours",
            (),
        ),
        Column(
            "Emergency admissions via A&E - Type 1",
            "ae_admissions_via_ae",
            (("department", "type1"),),
        ),
        Column(
            "Emergency admissions via A&E - Type 2",
            "ae_admissions_via_ae",
            (("department", "type2"),),
        ),
        Column(
            "Emergency admissions via A&E - Other A&E department",
            "ae_admissions_via_ae",
            (("department", "other"),),
        ),
        Column("Other emergency admissions", "ae_other_emergency_admissions", ()),
    ]
)

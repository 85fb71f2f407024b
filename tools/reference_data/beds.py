"""KH03: bed availability and occupancy, quarterly."""

from definitions import Dimension, Item, Return, RowDimension, Rule, Shape, Wide, Window
from definitions import whole_number_rule

# (code, what the published file writes)
SECTORS = (
    ("general_acute", "General & Acute"),
    ("learning_disabilities", "Learning Disabilities"),
    ("maternity", "Maternity"),
    ("mental_illness", "Mental Illness"),
)
# Main specialties of consultants. (code, name)
SPECIALTIES = (
    ("100", "General Surgery"),
    ("101", "Urology"),
    ("110", "Trauma & Orthopaedics"),
    ("120", "ENT"),
    ("130", "Ophthalmology"),
    ("140", "Oral Surgery"),
    ("141", "Restorative Dentistry"),
    ("142", "Paediatric Dentistry"),
    ("143", "Orthodontics"),
    ("145", "Oral & Maxillo Facial Surgery"),
    ("146", "Endodontics"),
    ("147", "Periodontics"),
    ("148", "Prosthodontics"),
    ("149", "Surgical Dentistry"),
    ("150", "Neurosurgery"),
    ("160", "Plastic Surgery"),
    ("170", "Cardiothoracic Surgery"),
    ("171", "Paediatric Surgery"),
    ("180", "Accident & Emergency"),
    ("190", "Anaesthetics"),
    ("192", "Critical Care Medicine"),
    ("300", "General Medicine"),
    ("301", "Gastroenterology"),
    ("302", "Endocrinology"),
    ("303", "Clinical Haematology"),
    ("304", "Clinical Physiology"),
    ("305", "Clinical Pharmacology"),
    ("310", "Audiological Medicine"),
    ("311", "Clinical Genetics"),
    ("313", "Clinical Immunology and Allergy"),
    ("314", "Rehabilitation"),
    ("315", "Palliative Medicine"),
    ("320", "Cardiology"),
    ("321", "Paediatric Cardiology"),
    ("330", "Dermatology"),
    ("340", "Respiratory Medicine"),
    ("350", "Infectious Diseases"),
    ("352", "Tropical Medicine"),
    ("360", "Genito-Urinary Medicine"),
    ("361", "Renal Medicine"),
    ("370", "Medical Oncology"),
    ("371", "Nuclear Medicine"),
    ("400", "Neurology"),
    ("401", "Clinical Neurophysiology"),
    ("410", "Rheumatology"),
    ("420", "Paediatrics"),
    ("421", "Paediatric Neurology"),
    ("430", "Geriatric Medicine"),
    ("450", "Dental Medicine"),
    ("460", "Medical Ophthalmology"),
    ("501", "Obstetrics"),
    ("502", "Gynaecology"),
    ("560", "Midwife Episode"),
    ("700", "Learning Disability"),
    ("710", "Adult Mental Illness"),
    ("711", "Child and Adolescent Psychiatry"),
    ("712", "Forensic Psychiatry"),
    ("713", "Psychotherapy"),
    ("715", "Old Age Psychiatry"),
    ("800", "Clinical Oncology"),
    ("810", "Radiology"),
)
# Of bed days the sectors and the specialties sum to the whole (K02).
SECTOR = Dimension("sector", "Sector", SECTORS, sparse=True, adds_up=True)
SPECIALTY = Dimension(
    "specialty", "Consultant main specialty", SPECIALTIES, sparse=True, adds_up=True
)
# Not so of the most beds on any one day: each sector may have had its own day.
SECTOR_OF_MOST_BEDS = Dimension("sector", "Sector", SECTORS, sparse=True)
STAYS = (("overnight", "open overnight"), ("day_only", "open during the day only"))

AVAILABLE, OCCUPIED = "kh03_available_overnight", "kh03_occupied_overnight"


def _of_sector(stay):
    return f"kh03_occupied_{stay} <= kh03_available_{stay}"


def _sums(stay):
    return Rule(
        "K02" if stay == "overnight" else "K02D",
        "ERROR",
        f"sum(kh03_occupied_{stay}_by_specialty) = sum(kh03_occupied_{stay})",
        "The occupied bed days by specialty do not sum to those by sector, all sectors together.",
        "Correct one of the two; to correct both at once, send them in one file.",
    )


# Main specialties of the sectors that have their own; all others are general and acute.
SPECIALTIES_OF = (
    ("LD", "learning_disabilities", ("700",)),
    ("MA", "maternity", ("501", "560")),
    ("MI", "mental_illness", ("710", "711", "712", "713", "715")),
)


def _sums_of(ending, sector, specialties, stay):
    chosen = " or ".join(f"'{specialty}'" for specialty in specialties)
    occupied = f"kh03_occupied_{stay}"
    of_specialties = f"sum_present({occupied}_by_specialty[specialty = {chosen}])"
    name = dict(SECTORS)[sector]
    return Rule(
        f"K02{'' if stay == 'overnight' else 'D'}{ending}",
        "ERROR",
        f"count_present({occupied}_by_specialty) = 0 or count_present({occupied}) = 0 or "
        f"coalesce({of_specialties}, 0) = coalesce(sum_present({occupied}[sector = '{sector}']), 0)",
        f"The occupied bed days of the specialties of {name} ({', '.join(specialties)}) are not "
        "those of the sector.",
        "Correct the specialty or the sector under which the bed days stand; to correct both at "
        "once, send them in one file.",
    )


def _most_beds(stay):
    return Rule(
        "K03" if stay == "overnight" else "K03D",
        "ERROR",
        f"kh03_available_{stay} <= days_in_period() * kh03_most_beds_{stay}",
        "More bed days were available in this sector than its beds give in the days of the "
        "quarter.",
        "Check both: bed days are a sum over days, beds the most that were open on one of them.",
        for_each=("sector",),
    )


RULES = (
    whole_number_rule("K00"),
    Rule(
        "K01",
        "EXPLAIN",
        _of_sector("overnight"),
        "More bed days were occupied in this sector than were available overnight.",
        "Say why, or correct the figures.",
        for_each=("sector",),
    ),
    Rule(
        "K01D",
        "INFO",
        _of_sector("day_only"),
        "More bed days were occupied in this sector than were available during the day.",
        "Check both. Nothing is owed: a chair may be used more than once a day.",
        for_each=("sector",),
    ),
    _sums("overnight"),
    _sums("day_only"),
    *(_sums_of(*sector, stay) for stay, _ in STAYS for sector in SPECIALTIES_OF),
    *(_most_beds(stay) for stay, _ in STAYS),
    Rule(
        "K04",
        "EXPLAIN",
        f"{AVAILABLE} = 0 or "
        f"100 * abs({AVAILABLE} - prior({AVAILABLE})) <= 15 * prior({AVAILABLE})",
        "The bed days available overnight in this sector changed by over 15 % within a quarter.",
        "Say what opened, closed or moved, or correct the figures.",
        for_each=("sector",),
    ),
    Rule(
        "K05",
        "EXPLAIN",
        f"100 * {OCCUPIED} <= 98 * {AVAILABLE} or {OCCUPIED} > {AVAILABLE}",
        "Over 98 % of the bed days available overnight in this sector were occupied.",
        "Say why, or correct the figures.",
        for_each=("sector",),
    ),
    Rule(
        "K06",
        "INFO",
        f"sum({AVAILABLE}) > 0 or prior(sum({AVAILABLE})) = 0",
        "No bed was available overnight, and in the quarter before there were some.",
        "Check whether the figures are left out. Nothing is owed if the beds are closed.",
    ),
    Rule(
        "K07",
        "EXPLAIN",
        f"{AVAILABLE} > 0 or prior({AVAILABLE}) = 0",
        "No bed of this sector was available overnight, and in the quarter before there were some.",
        "Say which wards closed, when, and whether for good; or correct the figures.",
        for_each=("sector",),
    ),
)


def _concept(stay):
    return f"beds-open-{stay.replace('_', '-')}"


def _item(kind, stay, words, by_specialty):
    whose = "consultant main specialty" if by_specialty else "sector"
    return Item(
        f"kh03_{kind}_{stay}" + ("_by_specialty" if by_specialty else ""),
        f"Bed days {kind}, beds {words}" + (", by specialty" if by_specialty else ""),
        f"The sum over the days of the quarter of the beds that were {kind}, of beds {words}, by "
        f"{whose}. Without critical care, well babies and residential care; only beds in units "
        "that the provider manages. Published as the average of a day.",
        "bed days",
        "Supply and use of beds.",
        (SPECIALTY if by_specialty else SECTOR,),
        # By specialty it is the same figure in another view.
        meaning=(_concept(stay), kind, "all-patients"),
    )


def _layout(kind, stay, words, by_specialty):
    item = _item(kind, stay, words, by_specialty)
    header, values = ("Specialty", SPECIALTIES) if by_specialty else ("Sector", SECTORS)
    ending = "-by-specialty" if by_specialty else ""
    return Wide(
        f"published-{kind}-{stay.replace('_', '-')}{ending}",
        f"NHS England's published quarterly file: beds {kind}, {words}",
        (Shape(columns=(("Number_Of_Beds", item.code, (), "", "DAILY_AVERAGE"),)),),
        organisation_header="Organisation_Code",
        period_header="Effective_Snapshot_Date",
        period_format="LAST_DAY",
        row_dimensions=(
            RowDimension(header, header.lower(), tuple((text, code) for code, text in values)),
        ),
        keeps_other_items=True,
    )


def _most_beds_item(stay, words):
    return Item(
        f"kh03_most_beds_{stay}",
        f"Most beds, beds {words}",
        f"The most beds {words} that were available on any one day of the quarter, by sector. It is "
        "no part of the published files: whoever has it sends it, and bed days are checked by it.",
        "beds",
        "Check of bed days.",
        (SECTOR_OF_MOST_BEDS,),
        over_time=False,
        essential=False,
        meaning=(_concept(stay), "most-on-one-day", "all-patients"),
    )


KINDS = tuple(
    (kind, stay, words, by_specialty)
    for stay, words in STAYS
    for kind, by_specialty in (("available", False), ("occupied", False), ("occupied", True))
)

BEDS = Return(
    code="KH03",
    name="Bed availability and occupancy, quarterly",
    notes=(
        "Beds: items, rules, layouts. What is stored are bed days, whole numbers; the published",
        "files give their average of a day. Each published file gives one item and leaves the",
        "others of the return as they are held.",
    ),
    items=tuple(_item(*kind) for kind in KINDS)
    + tuple(_most_beds_item(stay, words) for stay, words in STAYS),
    rules=RULES,
    period_kind="QUARTER",
    # The fifth Friday after the quarter lies on working day 19 to 24.
    window=Window(due=21, refresh=45, close=45, from_period="2026-Q4"),
    owner="NHS England",
    legal_basis="Data provision notice, Health and Social Care Act 2012, section 259",
    wide=tuple(_layout(*kind) for kind in KINDS),
    long_dimensions=("sector", "specialty"),
)

"""KH03: bed availability and occupancy, quarterly."""

from definitions import Dimension, Item, Return, RowDimension, Rule, Shape, Wide
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
SECTOR = Dimension("sector", "Sector", SECTORS, sparse=True)
SPECIALTY = Dimension("specialty", "Consultant main specialty", SPECIALTIES, sparse=True)
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
    Rule(
        "K04",
        "EXPLAIN",
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
)


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
    items=tuple(_item(*kind) for kind in KINDS),
    rules=RULES,
    period_kind="QUARTER",
    owner="NHS England",
    legal_basis="Data provision notice, Health and Social Care Act 2012, section 259",
    wide=tuple(_layout(*kind) for kind in KINDS),
    long_dimensions=("sector", "specialty"),
)

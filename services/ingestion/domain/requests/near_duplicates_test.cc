// Figures that are asked for beside those that England collects, in the words of the field: which
// are near duplicates from a likeness of 450 on, the value that docs/collect-once.md recommends,
// and which it misses. The items' texts are those of deploy/england, cut short. Likenesses were
// worked out apart from what is tested, by sets of words and trigrams.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/ingestion/domain/requests/likeness.h"

namespace onereturn::ingestion {
namespace {

constexpr uint32_t kNearDuplicateFrom = 450;

struct ItemText {
  const char* code;
  const char* display_name;
  const char* definition_text;
};

// In order of code.
constexpr ItemText kHeldTexts[] = {
    {"ae_admissions_via_ae", "Emergency admissions via A&E",
     "Emergency admissions of the month to a hospital bed of the organisation that came through "
     "its own A&E departments, by type of department."},
    {"ae_attendances", "A&E attendances",
     "Attendances at urgent and emergency care departments that took place in the month, by type "
     "of department and by whether the visit was booked ahead. Every attendance counts once."},
    {"ae_over_four_hours", "A&E attendances over four hours",
     "Of the attendances of the month, those that lasted more than four hours, until the patient "
     "was admitted, transferred or discharged; by type of department and by whether the visit was "
     "booked ahead."},
    {"ae_waits_over_twelve_hours", "Waits over twelve hours from decision to admit",
     "Patients admitted through A&E in the month who waited more than twelve hours between the "
     "decision to admit them and their admission. All types of department together."},
    {"dm01_activity", "Diagnostic tests carried out",
     "Tests carried out in the month, by test, commissioner and by how the patient came."},
    {"dm01_waiting", "Patients waiting for a diagnostic test",
     "Patients who wait at the end of the month for a first diagnostic test, by test, commissioner "
     "and weeks waited; whatever the referral, only where the purpose is diagnostic. A patient "
     "counts once for each test awaited."},
    {"kh03_available_overnight", "Bed days available, beds open overnight",
     "The sum over the days of the quarter of the beds that were available, of beds open "
     "overnight, by sector. Without critical care, well babies and residential care."},
    {"kh03_occupied_overnight", "Bed days occupied, beds open overnight",
     "The sum over the days of the quarter of the beds that were occupied, of beds open overnight, "
     "by sector. Without critical care, well babies and residential care."},
    {"rtt_incomplete", "Incomplete pathways",
     "Pathways that were open at the end of the month, by weeks waited (Part_2)."},
    {"workforce_establishment", "Funded establishment",
     "Whole-time equivalents that are funded, by staff group."},
    {"workforce_staff", "Staff in post or worked",
     "Whole-time equivalents at the end of the month, by staff group and contract."},
    {"workforce_vacancies", "Vacancies",
     "Funded establishment less substantive staff in post; below 0 where more are in post."},
};

const std::vector<std::vector<std::string>> kFieldSynonyms = {
    {"accident and emergency", "a&e", "ed", "emergency department", "emergency departments"},
    {"referral to treatment", "rtt"},
    {"whole-time equivalents", "wte", "whole time equivalent"},
};

FoundLikeness FindAsked(const char* display_name, const char* definition_text, uint32_t from) {
  KnownCatalogue catalogue;
  for (const ItemText& text : kHeldTexts) {
    KnownItem item;
    item.display_name = text.display_name;
    item.definition_text = text.definition_text;
    catalogue.items[text.code].push_back(item);
  }
  catalogue.rules.synonyms = kFieldSynonyms;
  catalogue.rules.near_duplicate_from = from;
  DescribedItem described;
  described.display_name = display_name;
  described.definition_text = definition_text;
  return FindItem(described, catalogue, CivilDay{2024, 4, 1});
}

struct AskedText {
  const char* item;  // The most alike.
  uint32_t likeness;
  const char* display_name;
  const char* definition_text;
};

constexpr AskedText kNearDuplicates[] = {
    // The weekly sitrep beside the monthly A&E return: the same items with another period.
    {"ae_attendances", 639, "Weekly A&E attendances",
     "Attendances at accident and emergency departments in the week, by type of department. Every "
     "attendance counts once. Planned follow-up visits do not count."},
    {"ae_over_four_hours", 788, "Weekly sitrep: A&E attendances over four hours",
     "Attendances of the week that lasted more than four hours from arrival until the patient was "
     "admitted, transferred or discharged, by type of department."},
    {"ae_waits_over_twelve_hours", 779, "Trolley waits over twelve hours",
     "Patients admitted through the emergency department who waited more than twelve hours from "
     "the decision to admit to admission."},
    {"ae_admissions_via_ae", 797, "Emergency admissions from the emergency department",
     "Emergency admissions in the week to a bed of the hospital that came through its own "
     "emergency "
     "department, by type of department."},
    {"ae_over_four_hours", 636, "Four-hour breaches",
     "A&E attendances where the patient spent more than four hours in the department before "
     "admission, transfer or discharge."},
    // The weekly diagnostic collection of the same fifteen tests.
    {"dm01_activity", 639, "Weekly diagnostic activity",
     "Diagnostic tests carried out in the week, by test and commissioner."},
    {"dm01_waiting", 618, "Diagnostic waiting list, weekly",
     "Patients who wait for a diagnostic test at the end of the week, by test and weeks waited. A "
     "patient counts once for each test."},
    {"dm01_waiting", 522, "Diagnostics waiting list",
     "Number of patients waiting for each of the 15 key diagnostic tests at month end, by weeks "
     "waited."},
    // Beds in other words.
    {"kh03_occupied_overnight", 752, "Overnight bed occupancy",
     "Occupied bed days of beds open overnight in the quarter, by sector. Critical care and well "
     "babies are left out."},
    {"kh03_available_overnight", 739, "Available beds open overnight",
     "The average number of beds available each day, of beds open overnight, by sector, without "
     "critical care and well babies."},
    {"rtt_incomplete", 634, "RTT waiting list",
     "Incomplete pathways at the end of the month, by weeks waited."},
    {"workforce_staff", 862, "Staff in post",
     "WTE in post at the end of the month, by staff group."},
};

constexpr AskedText kOtherFigures[] = {
    {"ae_waits_over_twelve_hours", 380, "Ambulance handovers over sixty minutes",
     "Ambulances that arrived in the week whose handover to the emergency department took more "
     "than sixty minutes."},
    {"kh03_occupied_overnight", 230, "Patients who do not meet the criteria to reside",
     "Patients in a hospital bed at midnight who no longer meet the criteria to reside, by pathway "
     "and reason of delay."},
    {"dm01_activity", 157, "Virtual ward occupancy",
     "Patients on a virtual ward at the end of the fortnight, and its capacity, by speciality."},
    {"kh03_occupied_overnight", 416, "Critical care beds",
     "Adult critical care beds open and occupied at 8 in the morning."},
    {"dm01_waiting", 356, "Patients waiting over 52 weeks",
     "Patients whose referral-to-treatment pathway is open after more than 52 weeks, by treatment "
     "function."},
    {"workforce_staff", 266, "Sickness absence",
     "Days lost to sickness in the month as a share of days available, by staff group."},
    {"workforce_staff", 237, "Agency spend",
     "Pay of agency staff in the month in thousand pounds."},
};

// The same figures, which the value does not find: few words against many, or other words.
constexpr AskedText kMissed[] = {
    {"ae_waits_over_twelve_hours", 416, "12-hour DTA breaches",
     "Number of patients waiting more than 12 hours from decision to admit until admission."},
    {"kh03_occupied_overnight", 287, "G&A bed occupancy",
     "Average number of occupied overnight general and acute beds."},
    {"dm01_activity", 272, "Weekly diagnostics activity (15 tests)",
     "Number of diagnostic tests performed in the week, by test type."},
};

void ExpectNotFound(const AskedText& asked) {
  SCOPED_TRACE(asked.display_name);
  const FoundLikeness found =
      FindAsked(asked.display_name, asked.definition_text, kNearDuplicateFrom);
  EXPECT_EQ(found.kind, LikenessKind::kNone);
  const FoundLikeness nearest = FindAsked(asked.display_name, asked.definition_text, 1);
  EXPECT_EQ(nearest.item, asked.item);
  EXPECT_EQ(nearest.likeness, asked.likeness);
}

TEST(NearDuplicatesTest, TheSameFigureInOtherWordsIsFound) {
  for (const AskedText& asked : kNearDuplicates) {
    SCOPED_TRACE(asked.display_name);
    const FoundLikeness found =
        FindAsked(asked.display_name, asked.definition_text, kNearDuplicateFrom);
    EXPECT_EQ(found.kind, LikenessKind::kNearDuplicate);
    EXPECT_EQ(found.item, asked.item);
    EXPECT_EQ(found.likeness, asked.likeness);
  }
}

TEST(NearDuplicatesTest, AnotherFigureOfTheSameFieldIsNot) {
  for (const AskedText& asked : kOtherFigures) ExpectNotFound(asked);
}

TEST(NearDuplicatesTest, WordsMissWhatIsSaidOtherwise) {
  for (const AskedText& asked : kMissed) ExpectNotFound(asked);
}

// Found, and a steward says "different": the first counts from arrival and is no item; of the
// second, which is workforce_vacancies, the words of two other items are nearer.
constexpr AskedText kOfAnotherItem[] = {
    {"ae_over_four_hours", 477, "Twelve hours from arrival",
     "Attendances at emergency departments that lasted more than twelve hours from arrival."},
    {"workforce_establishment", 777, "Vacancy WTE",
     "Vacant posts: funded establishment minus staff in post, in WTE, by staff group."},
};

TEST(NearDuplicatesTest, TheMostAlikeMayBeAnotherItem) {
  for (const AskedText& asked : kOfAnotherItem) {
    SCOPED_TRACE(asked.display_name);
    const FoundLikeness found =
        FindAsked(asked.display_name, asked.definition_text, kNearDuplicateFrom);
    EXPECT_EQ(found.kind, LikenessKind::kNearDuplicate);
    EXPECT_EQ(found.item, asked.item);
    EXPECT_EQ(found.likeness, asked.likeness);
  }
}

}  // namespace
}  // namespace onereturn::ingestion

// Figures that are asked for beside those that England collects, in the words of whoever asks:
// which are near duplicates by the rules of deploy/england, of which item, and which are missed.
// They are compared with every item that is shipped. Likenesses were worked out apart from what is
// tested, by sets of words and trigrams; docs/collect-once.md counts what is found here.
#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "services/ingestion/domain/requests/likeness.h"
#include "worked_world.h"

namespace onereturn::ingestion {
namespace {

constexpr CivilDay kOctober2026{2026, 10, 1};

struct AskedText {
  const char* item;  // The most alike.
  uint32_t likeness;
  const char* display_name;
  const char* definition_text;
};

constexpr AskedText kFound[] = {
    {"ae_attendances", 666, "Weekly A&E attendances",
     "Attendances at accident and emergency departments in the week, by type of department. Every "
     "attendance counts once. Planned follow-up visits do not count."},
    {"ae_over_four_hours", 714, "Weekly sitrep: A&E attendances over four hours",
     "Attendances of the week that lasted more than four hours from arrival until the patient was "
     "admitted, transferred or discharged, by type of department."},
    {"ae_waits_over_twelve_hours", 651, "Trolley waits over twelve hours",
     "Patients admitted through the emergency department who waited more than twelve hours from "
     "the decision to admit to admission."},
    {"ae_admissions_via_ae", 750, "Emergency admissions from the emergency department",
     "Emergency admissions in the week to a bed of the hospital that came through its own "
     "emergency department, by type of department."},
    {"ae_over_four_hours", 516, "Four-hour breaches",
     "A&E attendances where the patient spent more than four hours in the department before "
     "admission, transfer or discharge."},
    {"dm01_activity", 654, "Weekly diagnostic activity",
     "Diagnostic tests carried out in the week, by test and commissioner."},
    {"dm01_waiting", 549, "Diagnostic waiting list, weekly",
     "Patients who wait for a diagnostic test at the end of the week, by test and weeks waited. A "
     "patient counts once for each test."},
    {"kh03_occupied_overnight", 620, "Overnight bed occupancy",
     "Occupied bed days of beds open overnight in the quarter, by sector. Critical care and well "
     "babies are left out."},
    {"kh03_available_overnight", 800, "Available beds open overnight",
     "The average number of beds available each day, of beds open overnight, by sector, without "
     "critical care and well babies."},
    {"rtt_incomplete", 618, "RTT waiting list",
     "Incomplete pathways at the end of the month, by weeks waited."},
    {"workforce_staff", 666, "Staff in post",
     "WTE in post at the end of the month, by staff group."},
    {"ae_attendances", 1000, "A&E attendances", "Number of attendances at A&E departments"},
    {"ae_attendances", 666, "A&E attendances monthly",
     "All attendances at A&E departments in the month"},
    {"ae_attendances", 1000, "Accident and emergency attendances",
     "Total number of attendances in the month at all accident and emergency departments"},
    {"ae_attendances", 666, "ED attendances by month",
     "Count of all attendances at emergency departments in the month"},
    {"ae_attendances", 1000, "Casualty attendances",
     "How many patients came to casualty in the month"},
    {"kh03_overnight_occupancy", 528, "Share of overnight beds that are full",
     "Percentage of beds open overnight that were occupied in the quarter"},
    {"cancer_within", 627, "Cancer patients treated in time",
     "Number of cancer patients seen within the standard in the month"},
    {"council_home_care_hours", 1000, "Home care hours",
     "Number of hours of home care that the council paid for in the month"},
    {"ae_over_four_hours", 500, "Four hour waits in A&E",
     "Number of people who spent more than four hours in A&E in the month"},
};

// A steward sees that there is a duplicate, and is shown another item than the one that it is of.
constexpr AskedText kFoundAsAnother[] = {
    {"dm01_six_weeks_or_longer", 510, "Diagnostics waiting list",
     "Number of patients waiting for each of the 15 key diagnostic tests at month end, by weeks "
     "waited."},
    {"workforce_establishment", 576, "Vacancy WTE",
     "Vacant posts: funded establishment minus staff in post, in WTE, by staff group."},
    {"kh03_overnight_occupancy", 451, "Day case bed occupancy",
     "Bed days occupied in the quarter on beds open in the daytime only"},
};

// Duplicates that are taken for new figures: few words against many, or other words.
constexpr AskedText kMissed[] = {
    {"ae_waits_over_twelve_hours", 401, "12-hour DTA breaches",
     "Number of patients waiting more than 12 hours from decision to admit until admission."},
    {"kh03_overnight_occupancy", 432, "G&A bed occupancy",
     "Average number of occupied overnight general and acute beds."},
    {"dm01_activity", 263, "Weekly diagnostics activity (15 tests)",
     "Number of diagnostic tests performed in the week, by test type."},
    {"council_awaiting_assessment", 285, "People seen in urgent and emergency care",
     "Number of people who turned up at urgent and emergency care"},
    {"council_awaiting_assessment", 374, "People on the hospital waiting list",
     "How many people are still waiting to start consultant-led treatment at the end of the month"},
    {"workforce_staff", 427, "Unfilled posts",
     "Number of vacancies at the end of the month, in whole-time equivalents"},
    {"ae_waits_over_twelve_hours", 336, "12 hour trolley waits",
     "Patients kept waiting over 12 hours for a bed after the decision to admit"},
    {"dm01_activity", 389, "Diagnostic activity",
     "How many scans and other tests were done in the month"},
    {"rtt_admitted", 393, "New RTT referrals", "Number of new RTT pathways started in the month"},
    {"workforce_pay", 254, "Pay bill", "Total pay cost of the trust for the year to date"},
};

// No duplicates, and not taken for any.
constexpr AskedText kOthers[] = {
    {"ae_waits_over_twelve_hours", 350, "Ambulance handovers over sixty minutes",
     "Ambulances that arrived in the week whose handover to the emergency department took more "
     "than sixty minutes."},
    {"ae_admissions_via_ae", 230, "Patients who do not meet the criteria to reside",
     "Patients in a hospital bed at midnight who no longer meet the criteria to reside, by pathway "
     "and reason of delay."},
    {"cancer_within_standard", 214, "Virtual ward occupancy",
     "Patients on a virtual ward at the end of the fortnight, and its capacity, by speciality."},
    {"kh03_overnight_occupancy", 344, "Critical care beds",
     "Adult critical care beds open and occupied at 8 in the morning."},
    {"rtt_admitted", 392, "Patients waiting over 52 weeks",
     "Patients whose referral-to-treatment pathway is open after more than 52 weeks, by treatment "
     "function."},
    {"kh03_overnight_occupancy", 265, "Sickness absence",
     "Days lost to sickness in the month as a share of days available, by staff group."},
    {"cancer_within", 242, "Agency spend", "Pay of agency staff in the month in thousand pounds."},
    {"ae_waits_over_twelve_hours", 435, "Twelve hours from arrival",
     "Attendances at emergency departments that lasted more than twelve hours from arrival."},
    {"ae_admissions_via_ae", 400, "A&E admissions by age",
     "Number of people admitted, by age band"},
    {"kh03_available_overnight", 285, "Beds available in care homes",
     "Number of beds that care homes have free on the day of the count"},
    {"council_awaiting_assessment", 402, "Patients waiting for a mental health assessment",
     "Number of patients waiting for a first assessment by a mental health team at the end of the "
     "month"},
    {"ae_attendances", 250, "Staff attendances at training",
     "Number of attendances of staff at mandatory training in the month"},
    {"dm01_activity", 414, "Cancelled diagnostic tests",
     "Number of diagnostic tests cancelled by the hospital in the month, by reason"},
    {"cancer_total", 168, "Ambulance response times",
     "Mean response time of ambulances to category 2 incidents in the month"},
    {"cancer_within_standard", 366, "Delayed discharges",
     "Patients whose discharge from hospital was delayed in the month, by reason"},
    {"cancer_total", 388, "Outpatient attendances",
     "Number of outpatient appointments attended in the month, by speciality"},
    {"ae_other_emergency_admissions", 276, "GP appointments",
     "Number of appointments at general practices in the month, by mode and staff"},
    {"rtt_incomplete", 222, "Maternity bookings",
     "Women booked for maternity care in the month, by week of pregnancy"},
    {"cancer_within_standard", 276, "Falls in hospital",
     "Number of patients who fell in hospital in the month"},
    {"cancer_total", 201, "Pressure ulcers",
     "Patients with a pressure ulcer acquired in hospital, category two or above"},
    {"workforce_staff", 253, "Staff turnover",
     "Share of staff who left the organisation in the last twelve months, by staff group"},
    {"workforce_total", 187, "Staff vaccinated against flu",
     "Number of frontline staff vaccinated against flu, by staff group"},
    {"council_assessments", 200, "Cancelled operations",
     "Elective operations cancelled at the last minute for non-clinical reasons, in the quarter"},
    {"dm01_activity", 278, "Mixed sex accommodation breaches",
     "Number of patients placed in mixed sex accommodation in the month"},
    {"council_assessments", 242, "Venous thromboembolism assessment",
     "Share of admitted patients assessed for risk of venous thromboembolism"},
    {"cancer_within_standard", 173, "Cancer screening uptake",
     "Share of people invited who were screened for bowel cancer in the quarter"},
    {"finance_amount", 250, "Capital spend",
     "Capital expenditure in the year to date, in thousand pounds"},
    {"cancer_within", 188, "Drug costs",
     "Spend on high cost drugs in the month, in thousand pounds"},
    {"ae_attendances", 190, "Theatre utilisation",
     "Share of planned theatre time in which operations took place in the week"},
    {"kh03_occupied_overnight", 316, "Paediatric critical care beds",
     "Number of paediatric critical care beds open and occupied each morning"},
    {"ae_waits_four_to_twelve_hours", 241, "Mental health inpatient stays over 90 days",
     "Patients who stay in a mental health bed for longer than 90 days"},
    {"cancer_total", 189, "Safeguarding concerns",
     "Number of safeguarding concerns raised with the council in the month"},
    {"rtt_admitted", 294, "Emergency readmissions",
     "Patients admitted as an emergency within thirty days of discharge"},
    {"rtt_incomplete", 345, "Children waiting for community services",
     "Children who wait for a first community appointment at the end of the month, by weeks "
     "waited"},
};

// No duplicates: a steward has to say so.
constexpr AskedText kFalselyFound[] = {
    {"council_home_care_hours", 500, "Care home residents",
     "Number of people who live in care homes funded by the council at the end of the month"},
};

class NearDuplicatesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    testing::v1::WorkedRequest worked;
    worked.set_today("2026-12-07");
    auto* ask = worked.mutable_ask();
    ask->set_requesting_body("X24");
    ask->add_lines()->set_item("ae_attendances");
    ask->add_organisations("RLQ");
    ask->set_from_period("2026-10");
    ask->set_to_period("2026-10");
    ask->set_due_date("2027-07-30");
    auto world = WorldOf(worked);
    ASSERT_TRUE(world.ok()) << world.status();
    catalogue_ = std::move(world->catalogue);
  }

  // By the threshold that is shipped, or one that everything reaches.
  FoundLikeness Find(const AskedText& asked, bool however_alike = false) {
    const uint32_t shipped = catalogue_.rules.near_duplicate_from;
    if (however_alike) catalogue_.rules.near_duplicate_from = 1;
    DescribedItem described;
    described.display_name = asked.display_name;
    described.definition_text = asked.definition_text;
    FoundLikeness found = FindItem(described, catalogue_, kOctober2026);
    catalogue_.rules.near_duplicate_from = shipped;
    return found;
  }

  void ExpectFound(const AskedText& asked) {
    SCOPED_TRACE(asked.display_name);
    const FoundLikeness found = Find(asked);
    EXPECT_EQ(found.kind, LikenessKind::kNearDuplicate);
    EXPECT_EQ(found.item, asked.item);
    EXPECT_EQ(found.likeness, asked.likeness);
  }

  void ExpectNotFound(const AskedText& asked) {
    SCOPED_TRACE(asked.display_name);
    EXPECT_EQ(Find(asked).kind, LikenessKind::kNone);
    const FoundLikeness nearest = Find(asked, true);
    EXPECT_EQ(nearest.item, asked.item);
    EXPECT_EQ(nearest.likeness, asked.likeness);
  }

  KnownCatalogue catalogue_;
};

TEST_F(NearDuplicatesTest, TheSameFigureInOtherWordsIsFound) {
  for (const AskedText& asked : kFound) ExpectFound(asked);
}

TEST_F(NearDuplicatesTest, TheMostAlikeMayBeAnotherItem) {
  for (const AskedText& asked : kFoundAsAnother) ExpectFound(asked);
}

TEST_F(NearDuplicatesTest, WordsMissWhatIsSaidOtherwise) {
  for (const AskedText& asked : kMissed) ExpectNotFound(asked);
}

TEST_F(NearDuplicatesTest, AnotherFigureOfTheSameFieldIsNot) {
  for (const AskedText& asked : kOthers) ExpectNotFound(asked);
}

TEST_F(NearDuplicatesTest, WordsMayBeSharedByAnotherFigure) {
  for (const AskedText& asked : kFalselyFound) ExpectFound(asked);
}

// Whoever takes an item's name means the item, whatever he says of it.
TEST_F(NearDuplicatesTest, TheNameOfAnItemIsAsAlikeAsCanBe) {
  for (const auto& [code, stretches] : catalogue_.items) {
    const std::string name = stretches.back().display_name;
    ExpectFound({code.c_str(), 1000, name.c_str(), "As it was in the month."});
  }
}

}  // namespace
}  // namespace onereturn::ingestion

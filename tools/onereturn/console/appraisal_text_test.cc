// Goal: what to weigh stands in words that say what to do.
#include "tools/onereturn/console/appraisal_text.h"

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace onereturn::client {
namespace {

requests::v1::Appraisal Appraised(const char* text) {
  requests::v1::Appraisal appraisal;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &appraisal));
  return appraisal;
}

TEST(AppraisalText, NothingToWeighIsNotMentioned) {
  EXPECT_EQ(WarningsText(Appraised("avoided_pence: 5 late_ask: true")), "");
}

TEST(AppraisalText, WeeksThatAreTooFull) {
  EXPECT_EQ(WarningsText(Appraised(R"(
    warnings { kind: WARNING_KIND_CAPACITY organisation: "R0B" week: "2026-W16"
               week_begins: "2026-04-13" minutes_before: 2190 minutes_added: 75
               minutes_allowed: 2250 }
    warnings { kind: WARNING_KIND_CLASH organisation: "R0A" week: "2026-W16"
               week_begins: "2026-04-13" minutes_before: 1860 minutes_added: 240
               minutes_allowed: 900 }
    weeks_left_out: 3 organisations_left_out: 1)")),
            "To weigh before it goes out:\n"
            "  the week of 13 April 2026 already holds 36 h 30 min for R0B; this adds 1 h 15 min: "
            "it can give 37 h 30 min\n"
            "  the week of 13 April 2026 already holds 31 h for R0A; this adds 4 h: a clash is "
            "more than 15 h\n"
            "  and 3 more such weeks\n"
            "  and 1 organisation not looked at\n");
}

TEST(AppraisalText, AWeekThatTheRequestAloneFills) {
  EXPECT_EQ(WarningsText(Appraised(R"(
    warnings { kind: WARNING_KIND_CLASH organisation: "R0A" week: "2026-W16"
               week_begins: "2026-04-13" minutes_added: 1000 minutes_allowed: 900 })")),
            "To weigh before it goes out:\n"
            "  the week of 13 April 2026 holds nothing yet for R0A; this adds 16 h 40 min: a "
            "clash is more than 15 h\n");
}

constexpr char kBudget[] = R"(
  warnings { kind: WARNING_KIND_BUDGET body: "X24" year_begins: "2026-04-01" minutes_before: 6720
             minutes_added: 840 minutes_allowed: 7200 })";
constexpr char kCouldEnd[] = R"(
  warnings { kind: WARNING_KIND_ONE_IN_ONE_OUT request: "requests/003-00" minutes_freed: 1140
             unused_items: "beds" unused_items: "stays" issue_date: "2026-05-02"
             expiry: "2026-12-31" }
  warnings { kind: WARNING_KIND_ONE_IN_ONE_OUT request: "requests/001-00" minutes_freed: 60
             issue_date: "2026-05-02" expiry: "2027-03-31" }
  requests_left_out: 2)";

TEST(AppraisalText, ABudgetNamesWhatToEndFirst) {
  EXPECT_EQ(WarningsText(Appraised(kBudget)),
            "To weigh before it goes out:\n"
            "  X24 has used 112 h of its 120 h since 1 April 2026; this asks 14 h\n");
  EXPECT_EQ(
      WarningsText(Appraised((std::string(kBudget) + kCouldEnd).c_str())),
      "To weigh before it goes out:\n"
      "  X24 has used 112 h of its 120 h since 1 April 2026; this asks 14 h: end 003-00 "
      "(19 h, beds, stays not read since 2 May 2026) first\n"
      "  one in, one out: 001-00 (1 h, goes on until 31 March 2027): its end would free that\n"
      "  and 2 more requests that could end\n");
}

TEST(AppraisalText, WithinTheBudgetWhatCouldEndIsNamedAsWell) {
  EXPECT_THAT(WarningsText(Appraised(kCouldEnd)),
              ::testing::StartsWith("To weigh before it goes out:\n"
                                    "  one in, one out: 003-00 (19 h, beds, stays not read since "
                                    "2 May 2026) could end\n"));
}

}  // namespace
}  // namespace onereturn::client

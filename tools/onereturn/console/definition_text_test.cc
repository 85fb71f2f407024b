// Goal: a definition reads as what it says, every code of it is there, and nothing is wider than
// the terminal. Method: a small collection whose figures are counted by hand.
#include "tools/onereturn/console/definition_text.h"

#include <google/protobuf/text_format.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tools/onereturn/console/text_table.h"

namespace onereturn::client {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

template <typename Message>
Message Parsed(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message));
  return message;
}

catalogue::v1::DataItem Tests() {
  return Parsed<catalogue::v1::DataItem>(R"(
      code: "tests" version: 2 display_name: "Tests" concept_text: "Tests done." unit: "tests"
      additive_over_organisations: true
      dimensions { code: "commissioner" organisations: true sparse: true
                   values { code: "NONC" display_name: "Outside England" } }
      dimensions { code: "test" values { code: "CT" display_name: "Computed tomography" }
                   values { code: "MRI" display_name: "Magnetic resonance imaging" } })");
}

catalogue::v1::DataItem Beds() {
  return Parsed<catalogue::v1::DataItem>(R"(
      code: "beds" version: 1 display_name: "Beds" unit: "beds"
      dimensions { code: "test" values { code: "CT" display_name: "Computed tomography" } })");
}

TEST(DefinitionText, ACollectionInWords) {
  const auto collection = Parsed<catalogue::v1::Collection>(R"(
      code: "TESTS" version: 4 display_name: "Tests, monthly" period_kind: PERIOD_KIND_MONTH
      items: "tests" items: "beds" sign_off_levels: 2 valid_from_period: "2024-04"
      frames { organisation: "RDY" from_period: "2020-04" to_period: "2021-03" }
      frames { organisation: "RDY" from_period: "2022-04" }
      frames { organisation: "RLQ" from_period: "2020-04" to_period: "2021-03" }
      window { calendar: "england" from_period: "2024-04" open_working_day: 1 due_working_day: 10
               due_time_of_day: "17:00:00" close_working_day: 20 }
      rules { code: "T01" severity: SEVERITY_ERROR message: "A figure is a whole number." }
      layouts { code: "wide" display_name: "One row" wide { null_reasons_written: true }
                from_period: "2024-04" }
      layouts { code: "long" display_name: "Generic" long { dimensions: "test" } })");
  const std::string text = CollectionText(collection, {Tests(), Beds()}, 0);
  EXPECT_THAT(text, AllOf(HasSubstr("TESTS: Tests, monthly\n"),
                          HasSubstr("  version       4, for periods from 2024-04\n"),
                          HasSubstr("2 persons"), HasSubstr("2 organisations, 1 of them still"),
                          HasSubstr("due on working day 10 before 17:00:00 in London"),
                          HasSubstr("commissioner (organisations, as they occur), test (2)"),
                          HasSubstr("T01   error     A figure is a whole number.\n"),
                          HasSubstr("columns; takes null reasons"), HasSubstr("from 2024-04\n"),
                          HasSubstr("onereturn catalogue codes TESTS"), Not(HasSubstr("refresh"))));
  constexpr size_t kWidth = 80;
  for (absl::string_view line :
       absl::StrSplit(CollectionText(collection, {Tests(), Beds()}, kWidth), '\n')) {
    EXPECT_LE(DisplayWidth(line), kWidth) << line;
  }
}

TEST(DefinitionText, EachCodeOnceWithTheItemsThatTakeIt) {
  EXPECT_EQ(
      CodesText({Tests(), Beds()}, 0),
      "dimension     code                                 meaning                     items\n"
      "────────────  ───────────────────────────────────  ──────────────────────────  ─────\n"
      "commissioner  NONC                                 Outside England             tests\n"
      "commissioner  (any organisation of the catalogue)                              tests\n"
      "test          CT                                   Computed tomography         all\n"
      "test          MRI                                  Magnetic resonance imaging  tests\n");
  EXPECT_THAT(ItemText(Tests(), 0), AllOf(HasSubstr("counted       Tests done."),
                                          HasSubstr("over organisations\n"), HasSubstr("MRI")));
}

}  // namespace
}  // namespace onereturn::client

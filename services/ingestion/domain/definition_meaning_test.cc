#include "services/ingestion/domain/definition_meaning.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const CodeMeaning kBeds{"Beds open overnight.",     "bed days", true, true,
                        {{"sector", {"GA", "MH"}}}, {}};

std::vector<std::string> FieldsOf(const CodeMeaning& after, bool dated = false) {
  std::vector<std::string> fields;
  for (const MeaningFault& fault : FaultsOfNewMeaning(kBeds, after, dated)) {
    fields.push_back(fault.field);
  }
  return fields;
}

TEST(DefinitionMeaningTest, TheSameIsNoFault) { EXPECT_THAT(FieldsOf(kBeds), IsEmpty()); }

TEST(DefinitionMeaningTest, EachPartOfTheMeaningStays) {
  EXPECT_THAT(FieldsOf({"Beds.", "beds", false, false, {{"ward", {"1"}}}, {}}),
              ElementsAre("concept_text", "unit", "additive_over_organisations",
                          "additive_over_time", "dimensions", "dimensions"));
}

TEST(DefinitionMeaningTest, ADimensionMayGetValuesAndLosesThemOnlyFromAPeriodOn) {
  CodeMeaning after = kBeds;
  after.dimensions["sector"] = {"GA", "MH", "LD"};
  EXPECT_THAT(FieldsOf(after), IsEmpty());
  after.dimensions["sector"] = {"GA", "LD"};
  EXPECT_THAT(FieldsOf(after), ElementsAre("dimensions"));
  EXPECT_THAT(FieldsOf(after, true), IsEmpty());
  after.dimensions["ward"] = {"1"};
  EXPECT_THAT(FieldsOf(after, true), ElementsAre("dimensions"));
}

TEST(DefinitionMeaningTest, CodesMayBeGivenLaterAndThenStay) {
  CodeMeaning named = kBeds;
  named.codes = {"bed", "count", "", ""};
  EXPECT_THAT(FieldsOf(named), IsEmpty());
  CodeMeaning other = named;
  other.codes[3] = "1-day";
  EXPECT_THAT(FaultsOfNewMeaning(named, other, true),
              ElementsAre(MeaningFault{"meaning", "stays as it is: bed, count, , "}));
  EXPECT_THAT(FaultsOfNewMeaning(named, kBeds, false),
              ElementsAre(MeaningFault{"meaning", "stays as it is: bed, count, , "}));
}

}  // namespace
}  // namespace onereturn::ingestion

#include "services/ingestion/domain/catalogue_search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::vector<SearchText> kAttendances = {
    {SearchPlace::kCode, "ae_attendances"},
    {SearchPlace::kDisplayName, "A&E attendances"},
    {SearchPlace::kConcept, "Arrivals at an emergency department, booked ones too."},
    {SearchPlace::kUnit, "attendances"},
    {SearchPlace::kDimensions, "department type 1"},
    {SearchPlace::kPurpose, "The four-hour standard"},
    {SearchPlace::kOwner, "NHS England"},
};

uint32_t WeightOf(absl::string_view query) {
  const auto match = MatchWords(query, kAttendances);
  return match.has_value() ? match->weight : 0;
}

TEST(CatalogueSearchTest, WordsAreSplitAtAllElse) {
  EXPECT_THAT(WordsOf("A&E attendances, (Type 1) a"),
              ElementsAre("a", "e", "attendances", "type", "1"));
  EXPECT_THAT(WordsOf("caf\xc3\xa9-12"), ElementsAre("caf\xc3\xa9", "12"));
  EXPECT_THAT(WordsOf(" .,;"), IsEmpty());
  EXPECT_THAT(WordsOf("Bed after bed"), ElementsAre("bed", "after"));
  EXPECT_THAT(SplitWords("Bed after bed."), ElementsAre("Bed", "after", "bed"));
}

// The weights as the service's proto states them.
TEST(CatalogueSearchTest, AWordWeighsAsItsHeaviestPlace) {
  EXPECT_EQ(WeightOf("attendances"), 6u);
  EXPECT_EQ(WeightOf("AE_Attendances "), 16u);  // Two words, and the whole code.
  EXPECT_EQ(WeightOf("ae attendances"), 12u);
  EXPECT_EQ(WeightOf("emergency"), 3u);
  EXPECT_EQ(WeightOf("department"), 3u);
  EXPECT_EQ(WeightOf("type"), 2u);
  EXPECT_EQ(WeightOf("standard england"), 2u);
  EXPECT_EQ(WeightOf("emerg type"), 5u);
}

TEST(CatalogueSearchTest, EveryWordMustStandSomewhereAsItsBeginning) {
  EXPECT_EQ(WeightOf("attendances beds"), 0u);
  EXPECT_EQ(WeightOf("mergency"), 0u);
  EXPECT_EQ(WeightOf(""), 0u);
  EXPECT_EQ(WeightOf("&"), 0u);
}

TEST(CatalogueSearchTest, PlacesAreToldInOrder) {
  EXPECT_THAT(MatchWords("department attend", kAttendances)->places,
              ElementsAre(SearchPlace::kCode, SearchPlace::kDisplayName, SearchPlace::kConcept,
                          SearchPlace::kUnit, SearchPlace::kDimensions));
  EXPECT_EQ(NameOf(SearchPlace::kConcept), "concept");
}

}  // namespace
}  // namespace onereturn::ingestion

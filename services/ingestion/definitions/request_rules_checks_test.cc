#include "services/ingestion/definitions/request_rules_checks.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "common/status/error.h"
#include "common/status/testing/status_matchers.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

requests::v1::RequestRules Rules(const std::string& more = "") {
  requests::v1::RequestRules rules;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"(code: "england-2026" near_duplicate_from: 800 challenge_days: 10 review_days: 28
         source: "DAPB0002" )" +
          more,
      &rules));
  return rules;
}

std::vector<std::string> FaultsOf(const requests::v1::RequestRules& rules) {
  std::vector<std::string> fields;
  const std::optional<ErrorDetails> details = DetailsOf(CheckRequestRules(rules));
  if (!details.has_value()) return fields;
  EXPECT_EQ(details->reason, Reason::kDefinitionInvalid);
  for (const FieldViolation& field : details->fields) fields.push_back(field.field);
  return fields;
}

TEST(RequestRulesChecksTest, TakesWhatIsWhole) {
  EXPECT_THAT(CheckRequestRules(Rules(R"(
      notice { change_class: CHANGE_CLASS_EXISTING_ITEMS days: 28 }
      notice { change_class: CHANGE_CLASS_NEW_ITEMS days: 183 }
      pay_bands { lens: "gathering" band: "AfC band 6" pence_an_hour: 2350 }
      budgets { body: "X24" minutes_a_year: 6000 }
      synonyms { words: "a&e" words: "accident and emergency" })")),
              IsOk());
}

TEST(RequestRulesChecksTest, NamesEveryFault) {
  EXPECT_THAT(FaultsOf(requests::v1::RequestRules()),
              UnorderedElementsAre("rules.code", "rules.near_duplicate_from",
                                   "rules.challenge_days", "rules.review_days", "rules.source"));
  EXPECT_THAT(FaultsOf(Rules(R"(notice { change_class: CHANGE_CLASS_NONE days: 3661 }
                                notice { change_class: CHANGE_CLASS_NEW_ITEMS }
                                notice { change_class: CHANGE_CLASS_NEW_ITEMS })")),
              ElementsAre("rules.notice[0].change_class", "rules.notice[0].days",
                          "rules.notice[2].change_class"));
  EXPECT_THAT(
      FaultsOf(Rules(R"(pay_bands { lens: "typing" band: "x" }
                                pay_bands { lens: "gathering" }
                                budgets { body: "?" })")),
      ElementsAre("rules.pay_bands[0].lens", "rules.pay_bands[1].band", "rules.budgets[0].body"));
  EXPECT_THAT(
      FaultsOf(Rules(R"(new_item_minutes { gathering: 100001 }
                                new_collection_minutes { transmission: 100001 })")),
      ElementsAre("rules.new_item_minutes.gathering", "rules.new_collection_minutes.transmission"));
  EXPECT_THAT(
      FaultsOf(Rules(R"(synonyms { words: "one" }
                                synonyms { words: "two" words: "one" words: "Three" })")),
      ElementsAre("rules.synonyms[0]", "rules.synonyms[1].words[1]", "rules.synonyms[1].words[2]"));
}

}  // namespace
}  // namespace onereturn::ingestion

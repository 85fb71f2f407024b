// What rules lean on: each fault with its path, and in an expression with its column.
#include "services/ingestion/definitions/rule_parts.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/base/check.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/definitions/collection_builder.h"

namespace onereturn::ingestion {
namespace {

using WireCollection = catalogue::v1::Collection;

catalogue::v1::DataItem WardItem(const std::string& code) {
  catalogue::v1::DataItem item;
  item.set_code(code);
  auto* ward = item.add_dimensions();
  ward->set_code("ward");
  ward->add_values()->set_code("north");
  ward->add_values()->set_code("south");
  auto* commissioner = item.add_dimensions();
  commissioner->set_code("commissioner");
  commissioner->set_sparse(true);
  commissioner->set_organisations(true);
  commissioner->add_organisation_types(catalogue::v1::ORGANISATION_TYPE_SUB_ICB);
  return item;
}

// Beds by ward, which rules hold against the staff of another return.
WireCollection Beds() {
  WireCollection collection;
  ONERETURN_CHECK(google::protobuf::TextFormat::ParseFromString(
      R"text(code: "BEDS" display_name: "Beds" items: "beds" period_kind: PERIOD_KIND_MONTH
         lists { code: "teaching" display_name: "Teaching hospitals"
                 members { organisation: "RVW" from_period: "2024-04" to_period: "2025-03" } }
         beside { collection: "STAFF" items: "staff" }
         rules { code: "B1" severity: SEVERITY_INFO message: "m"
                 expression: "sum(staff[ward = 'north']) > 0 or listed('teaching')"
}
         rules { code: "B2" severity: SEVERITY_ERROR message: "m" values_of: "commissioner" })text",
      &collection));
  return collection;
}

absl::StatusOr<Collection> BuildWards(const WireCollection& definition) {
  return BuildCollection(
      definition,
      [](const std::string& code) -> absl::StatusOr<std::optional<catalogue::v1::DataItem>> {
        if (code != "beds" && code != "staff") return std::optional<catalogue::v1::DataItem>();
        return std::make_optional(WardItem(code));
      },
      [](const OrganisationTypes& types) -> absl::StatusOr<OrganisationValues> {
        EXPECT_EQ(types, OrganisationTypes{catalogue::v1::ORGANISATION_TYPE_SUB_ICB});
        const std::set<std::string> open = {"11A"};
        const std::set<std::string> ever = {"11A", "10C"};
        return OrganisationValues{std::make_shared<const std::set<std::string>>(open),
                                  std::make_shared<const std::set<std::string>>(ever)};
      });
}

TEST(RulePartsTest, ListsAndOtherReturnsAreCompiled) {
  const absl::StatusOr<Collection> built = BuildWards(Beds());
  ASSERT_THAT(built, IsOk()) << WordsOf(built.status());
  const OrganisationListSpec& teaching = built->lists.at("teaching");
  EXPECT_FALSE(teaching.Holds("RVW", Period::Parse("2024-03").value()));
  EXPECT_TRUE(teaching.Holds("RVW", Period::Parse("2024-04").value()));
  EXPECT_TRUE(teaching.Holds("RVW", Period::Parse("2025-03").value()));
  EXPECT_FALSE(teaching.Holds("RVW", Period::Parse("2025-04").value()));
  EXPECT_FALSE(teaching.Holds("RLQ", Period::Parse("2024-04").value()));
  ASSERT_EQ(built->beside.size(), 1u);
  EXPECT_EQ(built->beside[0].collection, "STAFF");
  EXPECT_EQ(built->RuleOfValues("commissioner")->code, "B2");
  EXPECT_EQ(built->RuleOfValues("ward"), nullptr);
  EXPECT_TRUE(built->items.at("beds").dimensions[0].Has("11A"));
}

TEST(RulePartsTest, AFaultySpanIsNone) {
  for (const char* to : {"2024-03", "March"}) {
    Error faults(Reason::kDefinitionInvalid, "faulty");
    EXPECT_EQ(ReadSpan("list", "2024-04", to, &faults), std::nullopt) << to;
    EXPECT_EQ(faults.fields_total(), 1u);
  }
}

// What stands beside may be gone by now; then nothing of it is held.
TEST(RulePartsTest, AnItemBesideThatIsGoneIsNoFault) {
  WireCollection definition = Beds();
  definition.mutable_beside(0)->add_items("retired");
  definition.mutable_rules(0)->set_expression("sum(retired[floor = '1']) > 0");
  EXPECT_THAT(BuildWards(definition), IsOk());
}

// One that is closed by now, or not open yet, is no fault: nothing is selected then.
TEST(RulePartsTest, ARuleMayNameAnOrganisationThatIsClosed) {
  WireCollection definition = Beds();
  definition.mutable_rules(0)->set_expression("sum(staff[commissioner = '10C' or '11A']) > 0");
  catalogue::v1::Rule* at = definition.add_rules();
  *at = definition.rules(0);
  at->set_code("B3");
  at->set_expression("sum(beds) > 0");
  catalogue::v1::RuleValues* values = at->add_at();
  values->set_dimension("commissioner");
  values->add_values("10C");
  const absl::StatusOr<Collection> built = BuildWards(definition);
  ASSERT_THAT(built, IsOk()) << WordsOf(built.status());
  EXPECT_FALSE(built->items.at("beds").dimensions[0].Has("10C"));
  values->add_values("99Z");
  EXPECT_THAT(BuildWards(definition).status(), HasReason(Reason::kDefinitionInvalid));
}

TEST(RulePartsTest, EveryFaultIsNamedWithItsPlace) {
  const auto expression = [](const char* text) {
    return [text](WireCollection& c) { c.mutable_rules(0)->set_expression(text); };
  };
  const struct {
    std::function<void(WireCollection&)> spoil;
    const char* path;
    const char* words;
  } rows[] = {
      {expression("sum(beds[floor = '1']) > 0"), "rules[0].expression",
       "column 10: beds has no dimension \"floor\""},
      {expression("1 < sum(beds[ward = 'north' or 'east'])"), "rules[0].expression",
       "column 14: \"east\" is no value of ward of beds"},
      {expression("sum(staff[ward = 'east']) > 0"), "rules[0].expression", "column 11: \"east\""},
      {expression("sum(beds[commissioner = '11B']) > 0"), "rules[0].expression", "\"11B\""},
      {expression("listed('acute')"), "rules[0].expression", "no list \"acute\""},
      {expression("prior(sum(staff)) > 0"), "rules[0].expression", "another collection's"},
      {expression("sum(nurses) > 0"), "rules[0].expression", "\"nurses\" is not an item"},
      {[](WireCollection& c) { c.mutable_lists(0)->set_code("Teaching"); }, "lists[0].code",
       "lower-case"},
      {[](WireCollection& c) { *c.add_lists() = c.lists(0); }, "lists[1].code", "stands twice"},
      {[](WireCollection& c) { c.mutable_lists(0)->clear_members(); }, "lists[0].members",
       "is empty"},
      {[](WireCollection& c) { c.mutable_lists(0)->mutable_members(0)->set_to_period("2024-03"); },
       "lists[0].members[0].to_period", "before from_period"},
      {[](WireCollection& c) { c.mutable_beside(0)->set_collection("BEDS"); },
       "beside[0].collection", "is this collection"},
      {[](WireCollection& c) { c.mutable_beside(0)->add_items("beds"); }, "beside[0].items",
       "\"beds\" is an item of this collection"},
      {[](WireCollection& c) { c.mutable_rules(1)->set_expression("1 = 1"); }, "rules[1]",
       "values_of stands alone"},
      {[](WireCollection& c) { c.mutable_rules(1)->set_severity(common::v1::SEVERITY_INFO); },
       "rules[1].severity", "is ERROR"},
      {[](WireCollection& c) { c.mutable_rules(1)->set_values_of("floor"); }, "rules[1].values_of",
       "no item has a dimension \"floor\""},
  };
  for (const auto& row : rows) {
    WireCollection definition = Beds();
    row.spoil(definition);
    const absl::StatusOr<Collection> built = BuildWards(definition);
    ASSERT_THAT(built.status(), HasReason(Reason::kDefinitionInvalid)) << row.words;
    const std::optional<ErrorDetails> details = DetailsOf(built.status());
    bool found = false;
    for (const FieldViolation& fault : details->fields) {
      found = found ||
              (fault.field == row.path && fault.description.find(row.words) != std::string::npos);
    }
    EXPECT_TRUE(found) << row.path << ": " << row.words << " is not in " << WordsOf(built.status());
  }
}

}  // namespace
}  // namespace onereturn::ingestion

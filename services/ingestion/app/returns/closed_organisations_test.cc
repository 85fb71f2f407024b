// Goal: rules that name organisations go on judging when one of those closes, here and offline.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <string>

#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/returns/read_rule_pack.h"
#include "services/ingestion/app/testing/small_catalogue.h"
#include "services/ingestion/definitions/rule_pack.h"

namespace onereturn::ingestion {
namespace {

class ClosedOrganisationsTest : public ::testing::Test {
 protected:
  ClosedOrganisationsTest() {
    config::v1::DefinitionSet set;
    *set.add_organisations() = SmallProvider("RLQ");
    *set.add_organisations() = SmallProvider("RCF");
    *set.add_organisations() = Commissioner("11A");
    *set.add_organisations() = Commissioner("15E");
    *set.add_items() = ByCommissioner("beds");
    *set.add_items() = ByCommissioner("staff");
    *set.add_collections() = SmallCollection("STAFF", {"staff"});
    ingestion_.Apply(set);
  }

  static catalogue::v1::Organisation Commissioner(const std::string& code) {
    catalogue::v1::Organisation organisation = SmallProvider(code);
    organisation.set_type(catalogue::v1::ORGANISATION_TYPE_SUB_ICB);
    return organisation;
  }
  static catalogue::v1::DataItem ByCommissioner(const std::string& code) {
    catalogue::v1::DataItem item = SmallItem(code);
    auto* dimension = item.add_dimensions();
    dimension->set_code("commissioner");
    dimension->set_sparse(true);
    dimension->set_organisations(true);
    dimension->add_organisation_types(catalogue::v1::ORGANISATION_TYPE_SUB_ICB);
    return item;
  }
  static catalogue::v1::Collection Beds(const std::string& expression) {
    catalogue::v1::Collection collection = SmallCollection("BEDS", {"beds"});
    *collection.add_rules() = SmallRule("B1", expression);
    auto* list = collection.add_lists();
    list->set_code("teaching");
    list->set_display_name("Teaching hospitals");
    for (const char* code : {"RLQ", "RCF"}) {
      auto* member = list->add_members();
      member->set_organisation(code);
      member->set_from_period("2020-04");
    }
    collection.add_layouts()->set_code("long");
    collection.mutable_layouts(0)->mutable_long_()->add_dimensions("commissioner");
    return collection;
  }
  absl::Status Define(const catalogue::v1::Collection& collection) {
    return ingestion_.DefineOne(collection).status();
  }
  void Close(catalogue::v1::Organisation organisation) {
    organisation.set_close_date("2026-03-31");
    ASSERT_THAT(ingestion_.DefineOne(organisation), IsOk());
  }
  absl::StatusOr<ReturnAnswer> Submit(const std::string& collection, const std::string& item,
                                      const std::string& commissioner, const std::string& period,
                                      int figure) {
    ReturnSubmission submission =
        SmallReturn(&ingestion_, collection, "RLQ", period, {{item, figure}});
    submission.submission.cells[0].dimensions = {{"commissioner", commissioner}};
    return ingestion_.Submit(std::move(submission));
  }
  Verdict VerdictOfBeds(const std::string& commissioner, const std::string& period, int figure) {
    const absl::StatusOr<ReturnAnswer> answer =
        Submit("BEDS", "beds", commissioner, period, figure);
    EXPECT_THAT(answer, IsOk());
    return answer.ok() ? answer->verdict : Verdict::kInvalid;
  }

  TestIngestion ingestion_;
};

TEST_F(ClosedOrganisationsTest, WhatIsNamedSelectsNothingOnceItIsClosed) {
  catalogue::v1::Collection beds = Beds("not listed('teaching') or beds[commissioner = '11A'] < 9");
  catalogue::v1::Rule at = SmallRule("B2", "beds < 9");
  at.add_at()->set_dimension("commissioner");
  at.mutable_at(0)->add_values("11A");
  *beds.add_rules() = at;
  ASSERT_THAT(Define(beds), IsOk());
  Close(Commissioner("11A"));
  Close(SmallProvider("RCF"));
  EXPECT_EQ(VerdictOfBeds("11A", "2026-03", 9), Verdict::kInvalid);
  EXPECT_EQ(VerdictOfBeds("11A", "2026-03", 8), Verdict::kValid);
  EXPECT_EQ(VerdictOfBeds("15E", "2026-04", 9), Verdict::kValid);
  EXPECT_EQ(VerdictOfBeds("11A", "2026-04", 8), Verdict::kInvalid) << "nobody commissions there";
  // The collection may be defined anew, with it in its rules.
  beds.mutable_rules(0)->set_message("Other words.");
  EXPECT_THAT(Define(beds), IsOk());
}

TEST_F(ClosedOrganisationsTest, WhatNeverWasIsRefusedAsBefore) {
  Close(Commissioner("11A"));
  EXPECT_THAT(Define(Beds("beds[commissioner = '99Z'] < 9")),
              HasReason(Reason::kDefinitionInvalid));
  EXPECT_THAT(Define(Beds("beds[commissioner = 'RLQ'] < 9")), HasReason(Reason::kDefinitionInvalid))
      << "of another type";
}

// What is defined in the same set is of its own type and dates.
TEST_F(ClosedOrganisationsTest, WhatIsSupposedHasItsType) {
  const auto judge = [&](const catalogue::v1::Collection& collection,
                         const std::vector<catalogue::v1::Organisation>& organisations) {
    RequestOrigin origin = ingestion_.FreshOrigin();
    origin.validate_only = true;
    Supposed supposed;
    supposed.organisations = organisations;
    std::promise<absl::Status> judged;
    const onereturn::ingestion::Define define(&ingestion_.writer());
    define.CollectionBeside(
        origin, collection, supposed,
        [&judged](const absl::StatusOr<Defined<catalogue::v1::Collection>>& answer) {
          judged.set_value(answer.status());
        });
    return judged.get_future().get();
  };
  const catalogue::v1::Collection beds = Beds("beds[commissioner = '99Z'] < 9");
  EXPECT_THAT(judge(beds, {}), HasReason(Reason::kDefinitionInvalid));
  EXPECT_THAT(judge(beds, {Commissioner("99Z")}), IsOk());
  EXPECT_THAT(judge(beds, {SmallProvider("99Z")}), HasReason(Reason::kDefinitionInvalid));
  // In place of what is stored.
  const catalogue::v1::Collection other = Beds("beds[commissioner = '15E'] < 9");
  EXPECT_THAT(judge(other, {SmallProvider("15E")}), HasReason(Reason::kDefinitionInvalid));
  EXPECT_THAT(judge(Beds("beds[commissioner = 'RLQ'] < 9"), {Commissioner("RLQ")}), IsOk());
}

// The service and a pack, of a rule that selects organisations of another return, before and after
// one of them closes.
TEST_F(ClosedOrganisationsTest, APackJudgesWhatStandsBesideAsTheServiceDoes) {
  // Its own item has no organisations: they are needed for what stands beside alone.
  ASSERT_THAT(ingestion_.DefineOne(SmallItem("wards")), IsOk());
  catalogue::v1::Collection wards = SmallCollection("WARDS", {"wards"});
  *wards.add_rules() = SmallRule("W1", "wards <= 10 * staff[commissioner = '11A']");
  auto* beside = wards.add_beside();
  beside->set_collection("STAFF");
  beside->add_items("staff");
  wards.add_layouts()->set_code("long");
  wards.mutable_layouts(0)->mutable_long_();
  ASSERT_THAT(Define(wards), IsOk());
  for (const char* period : {"2026-03", "2026-04"}) {
    ASSERT_TRUE(Submit("STAFF", "staff", "11A", period, 3)->accepted.has_value()) << period;
  }
  Close(Commissioner("11A"));
  for (const char* period : {"2026-03", "2026-04"}) {
    const auto source =
        ReadRulePackOf(ingestion_.store(), {"WARDS", period, "RLQ"}, ingestion_.LastSequence());
    ASSERT_THAT(source, IsOk());
    const absl::StatusOr<RulePack> pack = ReadRulePack(source->SerializeAsString());
    ASSERT_THAT(pack, IsOk());
    for (const int figure : {30, 31}) {
      SCOPED_TRACE(absl::StrCat(period, " ", figure));
      const std::string text =
          absl::StrCat("organisation,period,item,value\nRLQ,", period, ",wards,", figure, "\n");
      const auto offline = CheckFile(*pack, "long", [&](const auto& take) { return take(text); });
      ASSERT_THAT(offline, IsOk());
      const absl::StatusOr<ReturnAnswer> answer =
          ingestion_.Submit(SmallReturn(&ingestion_, "WARDS", "RLQ", period, {{"wards", figure}}));
      ASSERT_THAT(answer, IsOk());
      EXPECT_EQ(offline->verdict, answer->verdict);
      EXPECT_EQ(offline->verdict, figure == 31 ? Verdict::kInvalid : Verdict::kValid);
    }
  }
}

}  // namespace
}  // namespace onereturn::ingestion

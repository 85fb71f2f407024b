#include "services/ingestion/app/returns/judge_held.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/testing/small_catalogue.h"
#include "services/ingestion/app/testing/test_ingestion.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// More than twice the month before is asked about; exactly 95 % within four hours is looked at.
constexpr char kRules[] =
    "rules { code: 'T01' severity: SEVERITY_EXPLAIN message: 'Far from the month before.' "
    "        suggestion: 'Say why.' "
    "        expression: 'ae_other_emergency_admissions <= 2 * "
    "prior(ae_other_emergency_admissions)' } "
    "rules { code: 'S01' severity: SEVERITY_INFO message: 'Exactly the standard.' screen: true "
    "        suggestion: 'Look again.' "
    "        expression: '20 * sum(ae_over_four_hours) != sum(ae_attendances)' }";

class JudgeHeldTest : public ::testing::Test {
 protected:
  JudgeHeldTest() {
    config::v1::DefinitionSet set = EnglandOf({"RLQ", "RCF"});
    set.mutable_collections(0)->clear_rules();
    ONERETURN_CHECK(
        google::protobuf::TextFormat::MergeFromString(kRules, set.mutable_collections(0)));
    collection_ = set.collections(0);
    ingestion_.Apply(set);
  }

  ReturnAnswer Submit(const std::string& organisation, const std::string& period, int admissions,
                      const std::string& reason = "") {
    // 1 of 20 over four hours: exactly the standard.
    ReturnSubmission submission =
        ingestion_.AeReturn(organisation, period,
                            {{"ae_other_emergency_admissions", absl::StrCat(admissions)},
                             {"ae_attendances|type1|no", "20"},
                             {"ae_over_four_hours|type1|no", "1"}});
    if (!reason.empty()) submission.submission.explanations = {{"T01", std::nullopt, reason}};
    ReturnAnswer answer = ingestion_.Submit(std::move(submission)).value();
    ONERETURN_CHECK(answer.accepted.has_value());
    return answer;
  }

  RevisionPlace PlaceOf(const std::string& organisation, const std::string& period) {
    return FindRevision(ingestion_.store(), OrganisationScope::National(),
                        {"MSitAE", period, organisation}, kNewest)
        .value()
        .value();
  }

  std::vector<std::string> Held(const OrganisationScope& scope, const std::string& organisation,
                                const std::string& period) {
    const bool sees = SeesScreens(ingestion_.store(), rights::v1::ROLE_SUBMITTER, scope).value();
    return Codes(JudgeHeld(ingestion_.store(), {"MSitAE", period, organisation},
                           PlaceOf(organisation, period), sees)
                     .value()
                     .findings);
  }

  static std::vector<std::string> Codes(const Findings& findings) {
    std::vector<std::string> codes;
    for (const Finding& finding : findings.kept()) {
      codes.push_back(absl::StrCat(finding.code, finding.explanation_owed ? " owed" : "",
                                   finding.screen ? " screen" : ""));
    }
    return codes;
  }

  PageOf<OwedOf> Owed(const std::string& after = "", size_t limit = 10,
                      const OrganisationScope& scope = OrganisationScope::National()) {
    return ListOwed(ingestion_.store(), scope, "MSitAE", "", ingestion_.LastSequence(), after,
                    limit)
        .value();
  }
  static std::vector<std::string> Names(const PageOf<OwedOf>& page) {
    std::vector<std::string> names;
    for (const OwedOf& one : page.rows) {
      names.push_back(RevisionName(one.key, one.place.number));
    }
    return names;
  }

  TestIngestion ingestion_;
  catalogue::v1::Collection collection_;
};

TEST_F(JudgeHeldTest, TheFindingsAreThoseThatWereAnsweredWhateverCameAfter) {
  Submit("RLQ", "2023-05", 10);
  const ReturnAnswer answered = Submit("RLQ", "2023-06", 30);
  EXPECT_THAT(Codes(answered.findings), ElementsAre("T01 owed", "S01 screen"));
  EXPECT_THAT(Held(OrganisationScope::Only("RLQ"), "RLQ", "2023-06"),
              ElementsAre("T01 owed", "S01 screen"));
  // The month before is revised so that nothing would be asked any more, and the rule goes.
  Submit("RLQ", "2023-05", 20);
  collection_.clear_rules();
  ASSERT_THAT(ingestion_.DefineOne(collection_), IsOk());
  EXPECT_THAT(Held(OrganisationScope::Only("RLQ"), "RLQ", "2023-06"),
              ElementsAre("T01 owed", "S01 screen"));
}

TEST_F(JudgeHeldTest, ScreensAreForWhoActsForTheOrganisation) {
  Submit("RLQ", "2023-05", 10);
  EXPECT_THAT(Held(OrganisationScope::Only("RLQ"), "RLQ", "2023-05"), ElementsAre("S01 screen"));
  EXPECT_THAT(Held(OrganisationScope::National(), "RLQ", "2023-05"), IsEmpty());
}

// Of whoever may read the return: the trust, its ICB and its region by ties; a national body that
// is above them by ties too; and those who assess or audit one organisation.
TEST_F(JudgeHeldTest, ScreensAreForAnOrganisationsOwnPeopleItsIcbAndItsRegion) {
  const auto define = [&](const std::string& code, catalogue::v1::OrganisationType type) {
    catalogue::v1::Organisation one;
    one.set_code(code);
    one.set_display_name(code);
    one.set_type(type);
    ASSERT_THAT(ingestion_.DefineOne(one).status(), IsOk());
  };
  define("QAA", catalogue::v1::ORGANISATION_TYPE_ICB);
  define("Y60", catalogue::v1::ORGANISATION_TYPE_REGION);
  define("X24", catalogue::v1::ORGANISATION_TYPE_NATIONAL_BODY);
  const auto sees = [&](rights::v1::Role role, const std::vector<std::string>& covered) {
    return SeesScreens(ingestion_.store(), role, OrganisationScope::Of(covered.front(), covered))
        .value();
  };
  for (const auto role :
       {rights::v1::ROLE_SUBMITTER, rights::v1::ROLE_APPROVER, rights::v1::ROLE_ANALYST}) {
    EXPECT_TRUE(sees(role, {"RLQ"}));
    EXPECT_TRUE(sees(role, {"QAA", "RLQ"}));
    EXPECT_TRUE(sees(role, {"Y60", "QAA", "RLQ"}));
    EXPECT_FALSE(sees(role, {"X24", "Y60", "QAA", "RLQ"}));
    EXPECT_FALSE(SeesScreens(ingestion_.store(), role, OrganisationScope::National()).value());
  }
  for (const auto role : {rights::v1::ROLE_ASSESSOR, rights::v1::ROLE_AUDITOR,
                          rights::v1::ROLE_NATIONAL_LOADER, rights::v1::ROLE_SERVICE}) {
    EXPECT_FALSE(sees(role, {"RLQ"}));
  }
}

TEST_F(JudgeHeldTest, AReasonIsOwedUntilItIsGiven) {
  Submit("RLQ", "2023-05", 10);
  Submit("RCF", "2023-05", 10);
  EXPECT_THAT(Names(Owed()), IsEmpty());
  Submit("RLQ", "2023-06", 30);
  Submit("RCF", "2023-06", 40);
  EXPECT_THAT(Names(Owed()), ElementsAre("organisations/RCF/returns/MSitAE.2023-06/revisions/1",
                                         "organisations/RLQ/returns/MSitAE.2023-06/revisions/1"));
  EXPECT_THAT(Names(Owed("", 10, OrganisationScope::Only("RCF"))),
              ElementsAre("organisations/RCF/returns/MSitAE.2023-06/revisions/1"));
  // The same figures with a reason are another revision, and then nothing is owed.
  Submit("RCF", "2023-06", 40, "A ward was opened.");
  EXPECT_THAT(Names(Owed()), ElementsAre("organisations/RLQ/returns/MSitAE.2023-06/revisions/1"));
  EXPECT_THAT(Held(OrganisationScope::National(), "RCF", "2023-06"), ElementsAre("T01"));
}

TEST_F(JudgeHeldTest, PagesGoOnWhereTheLastEnded) {
  Submit("RLQ", "2023-05", 10);
  Submit("RCF", "2023-05", 10);
  Submit("RLQ", "2023-06", 30);
  Submit("RCF", "2023-06", 40);
  const PageOf<OwedOf> first = Owed("", 1);
  EXPECT_THAT(Names(first), ElementsAre("organisations/RCF/returns/MSitAE.2023-06/revisions/1"));
  ASSERT_NE(first.after, "");
  const PageOf<OwedOf> second = Owed(first.after, 1);
  EXPECT_THAT(Names(second), ElementsAre("organisations/RLQ/returns/MSitAE.2023-06/revisions/1"));
  EXPECT_EQ(second.after, "");
  EXPECT_TRUE(absl::IsNotFound(ListOwed(ingestion_.store(), OrganisationScope::National(), "DM99",
                                        "", ingestion_.LastSequence(), "", 1)
                                   .status()));
}

TEST_F(JudgeHeldTest, WhatIsOwedIsListedAcrossCollections) {
  // Before and behind MSitAE, with the same rule over an item of their own.
  for (const std::string code : {"Alpha", "Zulu"}) {
    const std::string item = code == "Alpha" ? "alpha_item" : "zulu_item";
    ASSERT_THAT(ingestion_.DefineOne(SmallItem(item)).status(), IsOk());
    catalogue::v1::Collection collection = SmallCollection(code, {item});
    *collection.add_rules() =
        SmallRule("T02", item + " <= 2 * prior(" + item + ")", common::v1::SEVERITY_EXPLAIN);
    collection.mutable_rules(0)->set_suggestion("Say why.");
    ASSERT_THAT(ingestion_.DefineOne(collection).status(), IsOk());
    for (const auto& [period, figure] :
         std::vector<std::pair<std::string, int>>{{"2023-05", 10}, {"2023-06", 30}}) {
      const auto answer =
          ingestion_.Submit(SmallReturn(&ingestion_, code, "RCF", period, {{item, figure}}));
      ASSERT_TRUE(answer.ok() && answer->accepted.has_value()) << answer.status();
    }
  }
  Submit("RLQ", "2023-05", 10);
  Submit("RLQ", "2023-06", 30);
  const auto owed = [&](const OrganisationScope& scope) {
    std::vector<std::string> names;
    std::string after;
    do {
      const PageOf<OwedOf> page =
          ListOwed(ingestion_.store(), scope, "", "", ingestion_.LastSequence(), after, 1).value();
      for (const std::string& name : Names(page)) names.push_back(name);
      after = page.after;
    } while (!after.empty());
    return names;
  };
  EXPECT_THAT(owed(OrganisationScope::National()),
              ElementsAre("organisations/RCF/returns/Alpha.2023-06/revisions/1",
                          "organisations/RLQ/returns/MSitAE.2023-06/revisions/1",
                          "organisations/RCF/returns/Zulu.2023-06/revisions/1"));
  EXPECT_THAT(owed(OrganisationScope::Only("RCF")),
              ElementsAre("organisations/RCF/returns/Alpha.2023-06/revisions/1",
                          "organisations/RCF/returns/Zulu.2023-06/revisions/1"));
  EXPECT_THAT(owed(OrganisationScope::Only("RXX")), IsEmpty());
}

TEST_F(JudgeHeldTest, AScreenOnlyInforms) {
  collection_.mutable_rules()->rbegin()->set_severity(common::v1::SEVERITY_EXPLAIN);
  EXPECT_THAT(ingestion_.DefineOne(collection_).status(), HasReason(Reason::kDefinitionInvalid));
}

}  // namespace
}  // namespace onereturn::ingestion

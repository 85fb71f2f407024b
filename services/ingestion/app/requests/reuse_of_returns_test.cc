// Who reuses returns that it reads: an item with a right for one body and purpose, read by
// everybody.
#include "services/ingestion/app/requests/reuse_of_returns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/error.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/requests/testing/answer_world.h"

namespace onereturn::ingestion {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr auto kFunding = common::v1::PURPOSE_FUNDING;
constexpr auto kTrends = common::v1::PURPOSE_EVALUATING_TRENDS;
constexpr auto kNotStated = common::v1::PURPOSE_UNSPECIFIED;
const ReturnKey kReturnOfTrust{"AE", "2025-01", "RLQ"};

// X24 may use attendances for funding; deaths state no right.
class ReuseOfReturnsTest : public ::testing::Test, protected AnswerWorld {
 protected:
  ReuseOfReturnsTest() {
    catalogue::v1::DataItem item = Attendances();
    catalogue::v1::ReuseRight* right = item.add_reuse_rights();
    right->set_body("X24");
    right->add_purposes(kFunding);
    right->set_terms("for the tariff alone");
    Define(item);
  }

  // A right of the body's own organisation, which reaches what is below it.
  static ReturnReader Of(const std::string& body, common::v1::Purpose purpose = kNotStated,
                         rights::v1::Role role = rights::v1::ROLE_ANALYST) {
    return {body, role, OrganisationScope::Of(body, {body, "RLQ", "RCF"}), purpose};
  }
  static ReturnReader National(const std::optional<std::string>& body, rights::v1::Role role,
                               common::v1::Purpose purpose = kNotStated) {
    return {body, role, OrganisationScope::National(), purpose};
  }
  absl::StatusOr<std::vector<std::string>> Read(const ReturnReader& who) {
    return ReuseTermsOfReturn(ingestion().store(), who, kReturnOfTrust, {});
  }
  absl::Status ReadFileOf(const std::string& owner, const ReturnReader& who) {
    return CheckReuseOfFile(ingestion().store(), who, owner);
  }
};

TEST_F(ReuseOfReturnsTest, TheOrganisationAndWhoOverseesItReadFreely) {
  for (const char* body : {"RLQ", "Q12", "Y63"}) {
    for (const auto purpose : {kNotStated, kTrends}) {
      const auto terms = Read(Of(body, purpose));
      ASSERT_THAT(terms, IsOk()) << body;
      EXPECT_THAT(*terms, IsEmpty()) << body;
    }
    EXPECT_THAT(ReadFileOf("RLQ", Of("RLQ")), IsOk());
  }
}

TEST_F(ReuseOfReturnsTest, WhoCarriesVerifiesOrLoadsReusesNothing) {
  for (const auto role : {rights::v1::ROLE_SERVICE, rights::v1::ROLE_AUDITOR}) {
    EXPECT_THAT(Read(National(std::nullopt, role)), IsOk());
    EXPECT_THAT(ReadFileOf("RLQ", National(std::nullopt, role)), IsOk());
  }
  const ReturnReader loader =
      National("spiffe://example.nhs.uk/loader", rights::v1::ROLE_NATIONAL_LOADER);
  EXPECT_THAT(Read(loader), IsOk());
  EXPECT_THAT(ReadFileOf("RLQ", loader), IsOk());
}

TEST_F(ReuseOfReturnsTest, TheBodyWithARightReadsForItsPurposeOnItsTerms) {
  for (const ReturnReader& who :
       {Of("X24", kFunding), National("X24", rights::v1::ROLE_ANALYST, kFunding)}) {
    const auto terms = Read(who);
    ASSERT_THAT(terms, IsOk());
    EXPECT_THAT(*terms, ElementsAre("for the tariff alone"));
  }
  for (const auto purpose : {kTrends, kNotStated}) {
    const auto refused = Read(Of("X24", purpose));
    ASSERT_THAT(refused, HasReason(Reason::kReuseRefused));
    EXPECT_THAT(refused.status().ToString(),
                AllOf(HasSubstr("items/attendances"), Not(HasSubstr("items/deaths"))));
  }
}

TEST_F(ReuseOfReturnsTest, AnotherBodyIsRefused) {
  EXPECT_THAT(Read(Of("X30", kFunding)), HasReason(Reason::kReuseRefused));
  EXPECT_THAT(Read(Of("RCF", kFunding)), HasReason(Reason::kReuseRefused));
  // An ICB at a desk of national scope is above nobody in particular.
  EXPECT_THAT(Read(National("Q12", rights::v1::ROLE_ANALYST, kFunding)),
              HasReason(Reason::kReuseRefused));
  EXPECT_THAT(Read(National("spiffe://example.nhs.uk/desk", rights::v1::ROLE_ASSESSOR, kFunding)),
              HasReason(Reason::kReuseRefused));
  EXPECT_THAT(ReadFileOf("RLQ", National("X24", rights::v1::ROLE_ANALYST)),
              HasReason(Reason::kReuseRefused));
}

// A file may be of a period in which it was in use.
TEST_F(ReuseOfReturnsTest, ARightOfAnItemThatIsRetiredHoldsForFiles) {
  auto collection = SmallCollection("AE", {"deaths"});
  collection.set_valid_from_period("2025-03");
  Define(collection);
  catalogue::v1::DataItem item = Attendances();
  *item.add_reuse_rights() = Parse<catalogue::v1::ReuseRight>(
      R"(body: "X24" purposes: PURPOSE_FUNDING terms: "for the tariff alone")");
  item.set_retired_from_period("2025-03");
  item.set_retirement_reason("nobody reads it");
  Define(item);
  const auto refused = ReadFileOf("RLQ", National("X30", rights::v1::ROLE_ANALYST));
  ASSERT_THAT(refused, HasReason(Reason::kReuseRefused));
  EXPECT_THAT(refused.ToString(), HasSubstr("items/attendances"));
  EXPECT_THAT(ReadFileOf("RLQ", Of("RLQ")), IsOk());
}

// A later version that anybody may use does not open the figures of the periods before it.
TEST_F(ReuseOfReturnsTest, ARightThatHeldForAnEarlierPeriodHoldsForFiles) {
  catalogue::v1::DataItem item = Attendances();
  item.set_valid_from_period("2025-03");
  *item.add_reuse_rights() = Parse<catalogue::v1::ReuseRight>(R"(terms: "any")");
  Define(item);
  EXPECT_THAT(ReadFileOf("RLQ", National("X30", rights::v1::ROLE_ANALYST)),
              HasReason(Reason::kReuseRefused));
  EXPECT_THAT(ReadFileOf("RLQ", National("X24", rights::v1::ROLE_ANALYST, kFunding)), IsOk());
}

TEST_F(ReuseOfReturnsTest, WhatTheReadGivesIsAskedAboutBesideTheCollection) {
  const ReturnKey other{"SitRep", "2025-01", "RLQ"};
  EXPECT_THAT(ReuseTermsOfReturn(ingestion().store(), Of("X30"), other, {}), IsOk());
  EXPECT_THAT(ReuseTermsOfReturn(ingestion().store(), Of("X30"), other, {"attendances"}),
              HasReason(Reason::kReuseRefused));
}

// A digest tells a figure to whoever tries numbers until it fits.
TEST_F(ReuseOfReturnsTest, DigestsAreForWhoMayUseTheFigures) {
  const auto shown = [this](const ReturnReader& who) {
    returns::v1::Revision revision;
    revision.set_number(3);
    revision.set_cell_digest(std::string(32, 'c'));
    revision.set_file_digest(std::string(32, 'f'));
    revision.set_request_id("file.0123456789abcdef");
    EXPECT_THAT(ReuseOfDigests(&ingestion().store(), who).LeaveOut(kReturnOfTrust, &revision),
                IsOk());
    EXPECT_EQ(revision.number(), 3u);
    EXPECT_EQ(revision.cell_digest().empty(), revision.file_digest().empty());
    EXPECT_EQ(revision.cell_digest().empty(), revision.request_id().empty());
    return !revision.cell_digest().empty();
  };
  const ReturnReader auditor = National(std::nullopt, rights::v1::ROLE_AUDITOR);
  for (const ReturnReader& who : {Of("RLQ"), Of("Q12"), auditor}) {
    EXPECT_THAT(ReuseOfDigests(&ingestion().store(), who).Check(kReturnOfTrust), IsOk());
    EXPECT_TRUE(shown(who));
  }
  for (const ReturnReader& who :
       {Of("X30"), Of("X24"), National("X24", rights::v1::ROLE_ANALYST)}) {
    EXPECT_THAT(ReuseOfDigests(&ingestion().store(), who).Check(kReturnOfTrust),
                HasReason(Reason::kReuseRefused));
    EXPECT_FALSE(shown(who));
  }
}

TEST_F(ReuseOfReturnsTest, DigestsAreOfWhatEveryVersionOfTheCollectionNames) {
  Define(SmallCollection("AE", {"deaths"}));
  EXPECT_THAT(Read(Of("X30")), IsOk());
  ReuseOfDigests digests(&ingestion().store(), Of("X30"));
  for (int i = 0; i < 2; ++i) {  // The second time as it was answered before.
    EXPECT_THAT(digests.Check(kReturnOfTrust), HasReason(Reason::kReuseRefused));
  }
  EXPECT_THAT(digests.Check({"SitRep", "2025-01", "RLQ"}), IsOk());
  EXPECT_THAT(digests.Check({"AE", "2025-01", "X30"}), IsOk()) << "its own";
}

}  // namespace
}  // namespace onereturn::ingestion

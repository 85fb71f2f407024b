#include "common/identity/rights.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <set>

#include "common/status/testing/status_matchers.h"

namespace onereturn {
namespace {

using options::v1::Permission;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

config::v1::RightsFile File(const std::string& text) {
  config::v1::RightsFile file;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &file)) << text;
  return file;
}

// Every permission of every role, written down a second time: a right that slips into the table, or
// out of it, must be wanted twice.
TEST(RolesTest, EachRoleHoldsExactlyThese) {
  using namespace options::v1;  // NOLINT: the names are long, the table should be read.
  const std::map<rights::v1::Role, std::set<Permission>> expected = {
      {rights::v1::ROLE_UNSPECIFIED, {}},
      {rights::v1::ROLE_SUBMITTER,
       {PERMISSION_CATALOGUE_READ, PERMISSION_REQUESTS_READ, PERMISSION_RETURNS_READ,
        PERMISSION_NOTICES_READ, PERMISSION_RETURNS_SUBMIT, PERMISSION_RETURNS_PREPARE,
        PERMISSION_RETURNS_UNSIGNED_READ, PERMISSION_LEDGER_READ, PERMISSION_AUDIT_READ,
        PERMISSION_OWN_RIGHTS_READ, PERMISSION_FREE_TEXT_READ, PERMISSION_CATALOGUE_REPLY,
        PERMISSION_REQUESTS_REPLY}},
      {rights::v1::ROLE_NATIONAL_LOADER,
       {PERMISSION_CATALOGUE_READ, PERMISSION_REQUESTS_READ, PERMISSION_RETURNS_READ,
        PERMISSION_NOTICES_READ, PERMISSION_RETURNS_SUBMIT, PERMISSION_RETURNS_IMPORT,
        PERMISSION_LEDGER_READ, PERMISSION_OWN_RIGHTS_READ, PERMISSION_FREE_TEXT_READ}},
      {rights::v1::ROLE_STEWARD,
       {PERMISSION_CATALOGUE_READ, PERMISSION_REQUESTS_READ, PERMISSION_CATALOGUE_WRITE,
        PERMISSION_METRICS_READ, PERMISSION_METRICS_DEFINE, PERMISSION_ASSESSMENTS_DEFINE,
        PERMISSION_LEDGER_READ, PERMISSION_OWN_RIGHTS_READ, PERMISSION_FREE_TEXT_READ,
        PERMISSION_RULES_BACKTEST, PERMISSION_REQUESTS_DECIDE, PERMISSION_REQUESTS_SUSPEND}},
      {rights::v1::ROLE_ANALYST,
       {PERMISSION_CATALOGUE_READ, PERMISSION_REQUESTS_READ, PERMISSION_RETURNS_READ,
        PERMISSION_NOTICES_READ, PERMISSION_METRICS_READ, PERMISSION_ASSESSMENTS_READ,
        PERMISSION_LEDGER_READ, PERMISSION_OWN_RIGHTS_READ, PERMISSION_FREE_TEXT_READ}},
      {rights::v1::ROLE_ASSESSOR,
       {PERMISSION_CATALOGUE_READ, PERMISSION_REQUESTS_READ, PERMISSION_RETURNS_READ,
        PERMISSION_NOTICES_READ, PERMISSION_METRICS_READ, PERMISSION_ASSESSMENTS_READ,
        PERMISSION_ASSESSMENTS_WRITE, PERMISSION_LEDGER_READ, PERMISSION_OWN_RIGHTS_READ,
        PERMISSION_FREE_TEXT_READ}},
      {rights::v1::ROLE_OPERATOR,
       {PERMISSION_OPERATE, PERMISSION_LEDGER_READ, PERMISSION_OWN_RIGHTS_READ}},
      {rights::v1::ROLE_AUDITOR,
       {PERMISSION_CATALOGUE_READ, PERMISSION_REQUESTS_READ, PERMISSION_RETURNS_READ,
        PERMISSION_NOTICES_READ, PERMISSION_METRICS_READ, PERMISSION_ASSESSMENTS_READ,
        PERMISSION_FEED_READ, PERMISSION_LEDGER_READ, PERMISSION_RIGHTS_READ, PERMISSION_AUDIT_READ,
        PERMISSION_OWN_RIGHTS_READ, PERMISSION_FREE_TEXT_READ}},
      {rights::v1::ROLE_SERVICE,
       {PERMISSION_CATALOGUE_READ, PERMISSION_REQUESTS_READ, PERMISSION_RETURNS_READ,
        PERMISSION_NOTICES_READ, PERMISSION_METRICS_READ, PERMISSION_FEED_READ,
        PERMISSION_LEDGER_READ, PERMISSION_OWN_RIGHTS_READ}},
      {rights::v1::ROLE_APPROVER,
       {PERMISSION_CATALOGUE_READ, PERMISSION_REQUESTS_READ, PERMISSION_RETURNS_READ,
        PERMISSION_NOTICES_READ, PERMISSION_RETURNS_SIGN, PERMISSION_RETURNS_UNSIGNED_READ,
        PERMISSION_LEDGER_READ, PERMISSION_AUDIT_READ, PERMISSION_OWN_RIGHTS_READ,
        PERMISSION_FREE_TEXT_READ, PERMISSION_CATALOGUE_REPLY, PERMISSION_REQUESTS_REPLY}},
      {rights::v1::ROLE_SCRUTINY_READER,
       {PERMISSION_CATALOGUE_READ, PERMISSION_REQUESTS_READ, PERMISSION_METRICS_READ,
        PERMISSION_ASSESSMENTS_READ, PERMISSION_LEDGER_READ, PERMISSION_OWN_RIGHTS_READ}},
      {rights::v1::ROLE_RIGHTS_OFFICER,
       {PERMISSION_CATALOGUE_READ, PERMISSION_REQUESTS_READ, PERMISSION_RIGHTS_READ,
        PERMISSION_RIGHTS_GRANT, PERMISSION_LEDGER_READ, PERMISSION_OWN_RIGHTS_READ}},
      {rights::v1::ROLE_PUBLIC_READER,
       {PERMISSION_CATALOGUE_READ, PERMISSION_REQUESTS_READ, PERMISSION_LEDGER_READ,
        PERMISSION_OWN_RIGHTS_READ}},
      {rights::v1::ROLE_REQUESTER,
       {PERMISSION_CATALOGUE_READ, PERMISSION_REQUESTS_READ, PERMISSION_REQUESTS_MAKE,
        PERMISSION_NOTICES_READ, PERMISSION_CATALOGUE_REPLY, PERMISSION_LEDGER_READ,
        PERMISSION_OWN_RIGHTS_READ, PERMISSION_FREE_TEXT_READ}},
  };
  const auto* roles = rights::v1::Role_descriptor();
  const auto* permissions = options::v1::Permission_descriptor();
  for (int r = 0; r < roles->value_count(); ++r) {
    const auto role = static_cast<rights::v1::Role>(roles->value(r)->number());
    ASSERT_TRUE(expected.count(role)) << roles->value(r)->name();
    for (int p = 0; p < permissions->value_count(); ++p) {
      const auto permission = static_cast<Permission>(permissions->value(p)->number());
      EXPECT_EQ(Holds(role, permission), expected.at(role).count(permission) == 1)
          << roles->value(r)->name() << " " << permissions->value(p)->name();
    }
  }
}

TEST(RolesTest, ARoleOfAnotherVersionHoldsNothing) {
  EXPECT_FALSE(Holds(static_cast<rights::v1::Role>(99), options::v1::PERMISSION_LEDGER_READ));
}

// Every permission, written down a second time: what one organisation's system may do without
// naming the organisation.
TEST(ScopeTest, EachPermissionNeedsNationalScopeOrNot) {
  using namespace options::v1;  // NOLINT: as above.
  const std::map<Permission, bool> expected = {
      {PERMISSION_UNSPECIFIED, true},       {PERMISSION_CATALOGUE_READ, false},
      {PERMISSION_CATALOGUE_WRITE, true},   {PERMISSION_RETURNS_READ, true},
      {PERMISSION_RETURNS_SUBMIT, true},    {PERMISSION_RETURNS_IMPORT, true},
      {PERMISSION_FEED_READ, true},         {PERMISSION_LEDGER_READ, false},
      {PERMISSION_METRICS_READ, false},     {PERMISSION_METRICS_DEFINE, true},
      {PERMISSION_ASSESSMENTS_READ, false}, {PERMISSION_ASSESSMENTS_WRITE, false},
      {PERMISSION_OPERATE, true},           {PERMISSION_ASSESSMENTS_DEFINE, true},
      {PERMISSION_RIGHTS_READ, true},       {PERMISSION_RIGHTS_GRANT, true},
      {PERMISSION_AUDIT_READ, true},        {PERMISSION_OWN_RIGHTS_READ, false},
      {PERMISSION_FREE_TEXT_READ, true},    {PERMISSION_CATALOGUE_REPLY, true},
      {PERMISSION_RULES_BACKTEST, true},    {PERMISSION_RETURNS_SIGN, true},
      {PERMISSION_RETURNS_PREPARE, true},   {PERMISSION_RETURNS_UNSIGNED_READ, true},
      {PERMISSION_REQUESTS_READ, false},    {PERMISSION_REQUESTS_MAKE, true},
      {PERMISSION_REQUESTS_REPLY, true},    {PERMISSION_REQUESTS_DECIDE, false},
      {PERMISSION_REQUESTS_SUSPEND, true},  {PERMISSION_NOTICES_READ, true},
  };
  const auto* permissions = Permission_descriptor();
  for (int i = 0; i < permissions->value_count(); ++i) {
    const auto permission = static_cast<Permission>(permissions->value(i)->number());
    ASSERT_TRUE(expected.count(permission)) << permissions->value(i)->name();
    EXPECT_EQ(NeedsNationalScope(permission), expected.at(permission))
        << permissions->value(i)->name();
  }
  EXPECT_TRUE(NeedsNationalScope(static_cast<Permission>(99)));
}

// What was delegated holds while the delegator holds it himself, for all collections, and no
// longer.
TEST(RightsTest, ADelegationRestsOnTheDelegatorsOwnRight) {
  const CivilDay day{2026, 5, 1};
  const auto may = [&day](const Grant& own, options::v1::Permission permission) {
    Grant lent;
    lent.name = "grants/2";
    lent.principal = "spiffe://a.example/b";
    lent.role = rights::v1::ROLE_APPROVER;
    lent.organisation = "RCF";
    lent.delegated_by = own.principal;
    const Rights rights = Rights().With(2, {own, lent}, {}, nullptr);
    return rights.Admit(Principal{lent.principal, {}, {}}, Question{permission, day, true, true})
        .ok();
  };
  const auto signs = [&may](const Grant& own) {
    return may(own, options::v1::PERMISSION_RETURNS_SIGN);
  };
  Grant own;
  own.name = "grants/1";
  own.principal = "spiffe://a.example/a";
  own.role = rights::v1::ROLE_APPROVER;
  own.organisation = "RCF";
  EXPECT_TRUE(signs(own));
  EXPECT_TRUE(may(own, options::v1::PERMISSION_RETURNS_UNSIGNED_READ));
  EXPECT_TRUE(may(own, options::v1::PERMISSION_RETURNS_READ));
  EXPECT_FALSE(may(own, options::v1::PERMISSION_AUDIT_READ));
  EXPECT_FALSE(may(own, options::v1::PERMISSION_CATALOGUE_REPLY));
  Grant over = own;
  over.until = CivilDay{2026, 4, 30};
  EXPECT_FALSE(signs(over));
  Grant elsewhere = own;
  elsewhere.organisation = "RAE";
  EXPECT_FALSE(signs(elsewhere));
  Grant other_role = own;
  other_role.role = rights::v1::ROLE_SUBMITTER;
  EXPECT_FALSE(signs(other_role));
  Grant bounded = own;
  bounded.collections = {"MSitAE"};
  EXPECT_FALSE(signs(bounded));
  Grant lent_itself = own;
  lent_itself.delegated_by = "spiffe://a.example/c";
  EXPECT_FALSE(signs(lent_itself));
}

TEST(RightsTest, FindsWhoIsInTheFile) {
  const Rights rights = Rights::FromProto(File(R"(
      principals { spiffe_id: "spiffe://a.example/s" role: ROLE_SUBMITTER organisation: "RCF" }
      principals { spiffe_id: "spiffe://a.example/a" role: ROLE_ANALYST }
      principals { spiffe_id: "spiffe://a.example/l" role: ROLE_ANALYST organisation: "QWO" })"))
                            .value();
  const Caller submitter = rights.Find("spiffe://a.example/s").value();
  EXPECT_EQ(submitter.spiffe_id, "spiffe://a.example/s");
  EXPECT_EQ(submitter.role, rights::v1::ROLE_SUBMITTER);
  EXPECT_FALSE(submitter.scope.national());
  EXPECT_TRUE(submitter.scope.Covers("RCF"));
  for (const char* other : {"", "RC", "RCFX", "rcf", "QWO"}) {
    EXPECT_FALSE(submitter.scope.Covers(other)) << other;
  }
  const Caller analyst = rights.Find("spiffe://a.example/a").value();
  EXPECT_TRUE(analyst.scope.national());
  EXPECT_TRUE(analyst.scope.Covers("RCF"));
  EXPECT_EQ(rights.Find("spiffe://a.example/l").value().scope.organisation(), "QWO");
}

TEST(RightsTest, NobodyElseIsKnown) {
  const Rights rights =
      Rights::FromProto(
          File(R"(principals { spiffe_id: "spiffe://a.example/s" role: ROLE_ANALYST })"))
          .value();
  for (const char* other :
       {"", "spiffe://a.example/", "spiffe://a.example/s/", "spiffe://A.example/s"}) {
    EXPECT_THAT(rights.Find(other), HasReason(Reason::kIdentityUnknown)) << other;
  }
  EXPECT_THAT(Rights::FromProto(File("")).value().Find("spiffe://a.example/s"),
              HasReason(Reason::kIdentityUnknown));
}

TEST(RightsTest, AFaultNamesItsPrincipal) {
  const std::string good = R"(principals { spiffe_id: "spiffe://a.example/a" role: ROLE_ANALYST })";
  for (const char* bad :
       {R"(principals { role: ROLE_ANALYST })",
        R"(principals { spiffe_id: "https://a.example/b" role: ROLE_ANALYST })",
        R"(principals { spiffe_id: "spiffe://a.example/b" })",
        R"(principals { spiffe_id: "spiffe://a.example/b" role: ROLE_SUBMITTER })",
        R"(principals { spiffe_id: "spiffe://a.example/a" role: ROLE_AUDITOR })"}) {
    const absl::Status status = Rights::FromProto(File(good + bad)).status();
    EXPECT_THAT(status, HasReason(Reason::kFieldInvalid)) << bad;
    EXPECT_EQ(DetailsOf(status)->fields[0].field, "principals[1]") << bad;
  }
}

TEST(SpiffeIdTest, ExactlyOneNameOfTheRightForm) {
  EXPECT_THAT(SpiffeIdOf({"spiffe://a.example/x"}),
              IsOkAndHolds(std::string("spiffe://a.example/x")));
  EXPECT_THAT(SpiffeIdOf({"spiffe://a/b/c"}), IsOk());
  EXPECT_THAT(SpiffeIdOf({"spiffe://a.example/" + std::string(2'029, 'x')}), IsOk());
  const std::vector<std::vector<std::string>> bad = {
      {},
      {""},
      {"spiffe://a.example/x", "spiffe://a.example/y"},
      {"spiffe://a.example/x", "https://a.example"},
      {"spiffe://a.example"},
      {"spiffe://a.example/"},
      {"spiffe:///x"},
      {"SPIFFE://a.example/x"},
      {"https://a.example/x"},
      {" spiffe://a.example/x"},
      {"spiffe://A.example/x"},
      {"spiffe://a.example/x\n{\"event\":\"forged\"}"},
      {"spiffe://a.example/anna@trust.example"},
      {"spiffe://a.example/x//y"},
      {"spiffe://a.example/x/"},
      {"spiffe://a.example/../y"},
      {"spiffe://a.example/x?y"},
      {"spiffe://a.example:1/x"},
      {"spiffe://a.example/" + std::string(2'030, 'x')},
  };
  for (const auto& names : bad) {
    EXPECT_THAT(SpiffeIdOf(names), HasReason(Reason::kSvidInvalid))
        << (names.empty() ? "" : names[0]);
  }
}

}  // namespace
}  // namespace onereturn

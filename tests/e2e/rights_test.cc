// Rights as officers give and take them, with the client, over three services.
#include <chrono>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/pseudonym.h"
#include "onereturn/rights/v1/rights_service.pb.h"
#include "tests/e2e/demonstration.h"

namespace onereturn {
namespace {

using ::testing::AllOf;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class RightsTest : public DemonstrationTest {
 protected:
  std::vector<std::string> Proposal(const std::string& persona, const std::string& role) {
    return {"rights", "propose", "--principal", Deployment::SpiffeIdOf(persona),
            "--as",   role,      "--reason",    "covers the month"};
  }
  // Until the newcomer's call ends with the code; how long that took.
  std::chrono::milliseconds Until(const std::vector<std::string>& arguments, int code) {
    const auto start = std::chrono::steady_clock::now();
    while (RunClient({arguments, demo_.ProfileOf(kNewcomer)}).end != ProcessEnd({code, {}})) {
      if (std::chrono::steady_clock::now() - start > std::chrono::seconds(20)) {
        ADD_FAILURE() << "never ended with " << code;
        break;
      }
    }
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                                 start);
  }
};

TEST_F(RightsTest, AGrantHoldsAtOnceInIngestionAndSoonElsewhereUntilItIsRevoked) {
  const std::vector<std::string> returns = {"returns", "--collection", "MSitAE", "--period",
                                            "2024-03"};
  const std::vector<std::string> league = {"league", kFourHours, "--period", "2024-03"};
  const std::vector<std::string> assessments = {"assess", "list"};
  EXPECT_THAT(demo_.As(kNewcomer, returns),
              AllOf(ExitedWith(3), Field(&ClientRun::err, HasSubstr("not registered"))));

  const auto proposed =
      demo_.Ask<rights::v1::ProposeGrantResponse>(kFirstOfficer, Proposal(kNewcomer, "analyst"));
  const std::string name = proposed.grant().name();
  EXPECT_THAT(demo_.As(kNewcomer, returns), ExitedWith(3)) << "it is only proposed";
  EXPECT_THAT(demo_.As(kFirstOfficer, {"rights", "decide", name, "--reason", "mine"}),
              AllOf(ExitedWith(3), Field(&ClientRun::err, HasSubstr("another person"))));
  EXPECT_THAT(demo_.As(kAnalyst, {"rights", "decide", name, "--reason", "mine"}),
              AllOf(ExitedWith(3), Field(&ClientRun::err, HasSubstr("PERMISSION_RIGHTS_GRANT"))));
  ASSERT_THAT(demo_.As(kSecondOfficer, {"rights", "decide", name, "--reason", "agreed"}),
              ExitedWith(0));
  EXPECT_THAT(demo_.As(kNewcomer, returns), ExitedWith(0)) << "at once";
  Until(league, 0);
  Until(assessments, 0);

  const auto mine = demo_.Ask<rights::v1::GetMyRightsResponse>(kNewcomer, {"rights", "mine"});
  ASSERT_THAT(mine.rights(), SizeIs(1));
  EXPECT_EQ(mine.rights(0).grant(), name);
  EXPECT_EQ(mine.system(), Deployment::SpiffeIdOf(kNewcomer));

  const auto listed = demo_.Ask<rights::v1::ListGrantsResponse>(
      kAuditor, {"rights", "list", "--principal", Deployment::SpiffeIdOf(kNewcomer)});
  ASSERT_THAT(listed.grants(), SizeIs(1));
  EXPECT_EQ(listed.grants(0).decided().system(), Deployment::SpiffeIdOf(kSecondOfficer));

  ASSERT_THAT(demo_.As(kFirstOfficer, {"rights", "revoke", name, "--reason", "left"}),
              ExitedWith(0));
  EXPECT_THAT(demo_.As(kNewcomer, returns), ExitedWith(3)) << "at once";
  const auto lag = Until(league, 3);
  std::printf("a revocation reached metrics within %lld ms, client's start included\n",
              static_cast<long long>(lag.count()));
  Until(assessments, 3);
  EXPECT_THAT(demo_.As(kNewcomer, {"rights", "mine"}),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("No right is held"))));
}

TEST_F(RightsTest, WhoHoldsSeveralRolesNamesTheOneHeActsUnder) {
  // A steward who is an assessor too.
  const auto proposed = demo_.Ask<rights::v1::ProposeGrantResponse>(
      kFirstOfficer, Proposal(kSteward, "rights-officer"));
  const std::string name = proposed.grant().name();
  ASSERT_THAT(demo_.As(kSecondOfficer, {"rights", "decide", name, "--reason", "agreed"}),
              ExitedWith(0));
  EXPECT_THAT(demo_.As(kSteward, {"rights", "list", "--role", "steward"}),
              AllOf(ExitedWith(3), Field(&ClientRun::err, HasSubstr("as steward"))));
  EXPECT_THAT(demo_.As(kSteward, {"rights", "list"}), ExitedWith(0));
  EXPECT_THAT(demo_.As(kSteward, {"rights", "list", "--role", "rights-officer"}), ExitedWith(0));
  EXPECT_THAT(demo_.As(kSteward, {"rights", "list", "--role", "king"}), ExitedWith(1));
  ASSERT_THAT(demo_.As(kFirstOfficer, {"rights", "revoke", name, "--reason", "done"}),
              ExitedWith(0));
}

TEST_F(RightsTest, TheSecondOfficerReadsWhy) {
  const auto proposed =
      demo_.Ask<rights::v1::ProposeGrantResponse>(kFirstOfficer, Proposal(kNewcomer, "assessor"));
  const std::string name = proposed.grant().name();
  EXPECT_THAT(demo_.As(kSecondOfficer, {"rights", "list", "--state", "proposed"}),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr(": covers the month"))));
  ASSERT_THAT(demo_.As(kSecondOfficer,
                       {"rights", "decide", name, "--refuse", "--reason", "not for a newcomer"}),
              ExitedWith(0));
  EXPECT_THAT(demo_.As(kAuditor, {"rights", "list", "--state", "refused"}),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr(": not for a newcomer"))));
}

TEST_F(RightsTest, WhatWouldBeOverIsNotProposed) {
  auto over = Proposal(kNewcomer, "analyst");
  over.insert(over.end(), {"--until", "2020-01-01"});
  EXPECT_THAT(demo_.As(kFirstOfficer, over),
              AllOf(ExitedWith(2), Field(&ClientRun::err, HasSubstr("2020-01-01 is over"))));
}

// The example of the help is one that would be taken.
TEST_F(RightsTest, TheExampleNamesAPersonAsTheServicesKnowThem) {
  const ClientRun help = RunClient({{"rights", "propose", "--help"}});
  const std::vector<std::string> parts = absl::StrSplit(help.out, "rights propose --principal ");
  ASSERT_THAT(parts, SizeIs(2));
  EXPECT_TRUE(IsPersonId(parts[1].substr(0, parts[1].find(' ')))) << help.out;
}

TEST_F(RightsTest, EveryServicesRightsFileStandsInIngestionsLedger) {
  const ClientRun feed =
      demo_.As(kAuditor, {"watch", "feed", "--service", "ingestion", "--json", "--limit", "1"});
  EXPECT_THAT(feed.out, HasSubstr("RIGHTS_CONFIGURED"));
}

}  // namespace
}  // namespace onereturn

#include "common/rpc/admission.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "common/clock/clock.h"
#include "common/status/testing/status_matchers.h"

namespace onereturn {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

Caller Of(const std::string& organisation) {
  return {"spiffe://onereturn.example/" + organisation, rights::v1::ROLE_SUBMITTER,
          OrganisationScope::Only(organisation)};
}
Caller National(const std::string& name, rights::v1::Role role) {
  return {"spiffe://onereturn.example/" + name, role, OrganisationScope::National()};
}

class AdmissionTest : public ::testing::Test {
 protected:
  AdmissionTest() {
    Shares shares;
    shares.organisation = {10, 3, 2, 1'000};
    shares.national = {10, 5, 5, 1'000};
    shares.carrier = {0, 0, 4, 5'000};
    admission_ = std::make_unique<Admission>(shares, &clock_);
  }
  FakeClock clock_{Timestamp::FromSeconds(1'000)};
  std::unique_ptr<Admission> admission_;
};

TEST_F(AdmissionTest, ARateWithABurst) {
  for (int i = 0; i < 3; ++i) EXPECT_THAT(admission_->Enter(Of("RCF"), 0), IsOk());
  const absl::Status refused = admission_->Enter(Of("RCF"), 0).status();
  EXPECT_THAT(refused, HasReason(Reason::kOrgQuota));
  EXPECT_EQ(DetailsOf(refused)->retry_after, absl::Milliseconds(100));
  // Another organisation is not concerned.
  EXPECT_THAT(admission_->Enter(Of("RAE"), 0), IsOk());
  clock_.AdvanceMicros(100'000);
  EXPECT_THAT(admission_->Enter(Of("RCF"), 0), IsOk());
  EXPECT_THAT(admission_->Enter(Of("RCF"), 0), HasReason(Reason::kOrgQuota));
  // However long the silence, no more than the burst.
  clock_.AdvanceMicros(3'600'000'000);
  for (int i = 0; i < 3; ++i) EXPECT_THAT(admission_->Enter(Of("RCF"), 0), IsOk());
  EXPECT_THAT(admission_->Enter(Of("RCF"), 0), HasReason(Reason::kOrgQuota));
}

TEST_F(AdmissionTest, CallsAndBytesAtOnceAreGivenBack) {
  auto first = admission_->Enter(Of("RCF"), 600).value();
  EXPECT_THAT(admission_->Enter(Of("RCF"), 401), HasReason(Reason::kOrgQuota));
  auto second = admission_->Enter(Of("RCF"), 400).value();
  EXPECT_EQ(admission_->counts().bytes, 1'000u);
  EXPECT_THAT(admission_->Enter(Of("RCF"), 0), HasReason(Reason::kOrgQuota));
  first.reset();
  EXPECT_THAT(admission_->Enter(Of("RCF"), 600), IsOk());
  second.reset();
  EXPECT_EQ(admission_->counts().calls, 0u);
  EXPECT_EQ(admission_->counts().bytes, 0u);
  EXPECT_EQ(admission_->counts().refused, 2u);
  EXPECT_THAT(admission_->counts().refused_by_caller, ElementsAre(Pair("RCF", 2)));
}

TEST_F(AdmissionTest, TwoSystemsOfOneOrganisationShare) {
  Caller other = Of("RCF");
  other.spiffe_id += "-second";
  auto first = admission_->Enter(Of("RCF"), 0).value();
  auto second = admission_->Enter(other, 0).value();
  EXPECT_THAT(admission_->Enter(other, 0), HasReason(Reason::kOrgQuota));
}

TEST_F(AdmissionTest, TheLoaderAndTheServicesHaveNoRate) {
  for (const auto role : {rights::v1::ROLE_NATIONAL_LOADER, rights::v1::ROLE_SERVICE}) {
    for (int i = 0; i < 1'000; ++i) {
      ASSERT_THAT(admission_->Enter(National("system", role), 1), IsOk());
    }
  }
  for (int i = 0; i < 5; ++i) {
    EXPECT_THAT(admission_->Enter(National("a", rights::v1::ROLE_ANALYST), 0), IsOk());
  }
  EXPECT_THAT(admission_->Enter(National("a", rights::v1::ROLE_ANALYST), 0),
              HasReason(Reason::kOrgQuota));
  EXPECT_THAT(admission_->Enter(National("b", rights::v1::ROLE_ANALYST), 0), IsOk());
  // One organisation's loader is the organisation.
  const Caller small{"spiffe://x/y", rights::v1::ROLE_NATIONAL_LOADER,
                     OrganisationScope::Only("R")};
  EXPECT_EQ(Shares::Default().Of(small).calls_a_second,
            Shares::Default().organisation.calls_a_second);
}

TEST(PlacesTest, ServicesHavePlacesOfTheirOwn) {
  Places places(6, 2, 3);
  std::vector<Admission::Ticket> taken;
  for (int i = 0; i < 3; ++i) taken.push_back(places.Take("auditor", false).value());
  const absl::Status mine = places.Take("auditor", false).status();
  EXPECT_THAT(mine, HasReason(Reason::kCallQuota));
  EXPECT_TRUE(DetailsOf(mine)->retry_after.has_value());
  taken.push_back(places.Take("another", false).value());
  EXPECT_THAT(places.Take("a third", false), HasReason(Reason::kCallQuota));
  taken.push_back(places.Take("metrics", true).value());
  taken.push_back(places.Take("metrics", true).value());
  EXPECT_THAT(places.Take("assessment", true), HasReason(Reason::kCallQuota));
  taken.erase(taken.begin());
  EXPECT_THAT(places.Take("auditor", false), IsOk());
}

}  // namespace
}  // namespace onereturn

// For tests: two officers at a desk, and somebody whose rights they give and take.
#ifndef ONERETURN_SERVICES_INGESTION_APP_RIGHTS_TESTING_GRANT_RIGHTS_FIXTURE_H_
#define ONERETURN_SERVICES_INGESTION_APP_RIGHTS_TESTING_GRANT_RIGHTS_FIXTURE_H_

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/rights/grant_rights.h"
#include "services/ingestion/app/testing/test_ingestion.h"

namespace onereturn::ingestion {

inline constexpr char kDesk[] =
    "spiffe://onereturn.example/desk";  // Where officers and others sit.
inline constexpr char kAnna[] = "https://id.example#p-0001";
inline constexpr char kBen[] = "https://id.example#p-0002";
inline constexpr char kCarl[] = "https://id.example#p-0003";

inline config::v1::RightsFile OfficersFile() {
  config::v1::RightsFile file;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(R"(
      principals { spiffe_id: "spiffe://onereturn.example/desk" role: ROLE_PUBLIC_READER }
      principals { person: "https://id.example#p-0001" role: ROLE_RIGHTS_OFFICER }
      principals { person: "https://id.example#p-0002" role: ROLE_RIGHTS_OFFICER })",
                                                            &file));
  return file;
}

class GrantRightsTest : public ::testing::Test {
 protected:
  GrantRightsTest()
      : rights_(Rights::FromProto(OfficersFile()).value()), grants_(&writer_, &rights_) {
    ingestion_.Apply(EnglandOf({"RLQ", "RCF"}));
  }

  OfficerOrigin By(const std::string& person, const std::string& content,
                   OrganisationScope scope = OrganisationScope::National()) {
    return OfficerOrigin{Actor{kDesk, person}, rights::v1::ROLE_RIGHTS_OFFICER, std::move(scope),
                         Sha256(content)};
  }

  using Answer = absl::StatusOr<GrantAnswer>;
  template <typename Begin>
  Answer Wait(Begin begin) {
    std::promise<Answer> promise;
    begin([&promise](Answer answer) { promise.set_value(std::move(answer)); });
    return promise.get_future().get();
  }

  rights::v1::ProposeGrantRequest Proposal(const std::string& grant) {
    rights::v1::ProposeGrantRequest request;
    request.set_request_id(absl::StrCat("r", ++requests_));
    request.set_reason("covers the month");
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(grant, request.mutable_grant()));
    return request;
  }
  Answer Propose(const OfficerOrigin& origin, const rights::v1::ProposeGrantRequest& request) {
    return Wait([&](GrantRights::Done done) { grants_.Propose(origin, request, std::move(done)); });
  }
  Answer Decide(const OfficerOrigin& origin, const std::string& name, bool approve = true,
                const std::string& etag = "", const std::string& request_id = "") {
    rights::v1::DecideGrantRequest request;
    request.set_request_id(request_id.empty() ? absl::StrCat("r", ++requests_) : request_id);
    request.set_name(name);
    request.set_approve(approve);
    request.set_reason("checked");
    request.set_etag(etag);
    return Wait([&](GrantRights::Done done) { grants_.Decide(origin, request, std::move(done)); });
  }
  Answer Revoke(const OfficerOrigin& origin, const std::string& name) {
    rights::v1::RevokeGrantRequest request;
    request.set_request_id(absl::StrCat("r", ++requests_));
    request.set_name(name);
    request.set_reason("left");
    return Wait([&](GrantRights::Done done) { grants_.Revoke(origin, request, std::move(done)); });
  }

  // May Carl read returns, on a day of 2026?
  absl::Status CarlReads(const RightsSource& rights) {
    return rights.Current()
        ->Admit(Principal{kDesk, Person{kCarl, "RLQ"}, {}},
                Question{options::v1::PERMISSION_RETURNS_READ, CivilDay{2026, 5, 1}, true, true})
        .status();
  }

  TestIngestion ingestion_;
  FactWriter writer_{&ingestion_.store(), &ingestion_.committer(),
                     [](const std::function<void()>&) { return false; }};
  RightsSource rights_;
  GrantRights grants_;
  int requests_ = 0;
};

inline constexpr char kCarlsGrant[] =
    R"(principal: "https://id.example#p-0003" role: ROLE_SUBMITTER organisation: "RLQ")";

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_RIGHTS_TESTING_GRANT_RIGHTS_FIXTURE_H_

// For tests: a collection whose returns two persons sign, and the persons.
#ifndef ONERETURN_SERVICES_INGESTION_APP_RETURNS_TESTING_SIGN_OFF_FIXTURE_H_
#define ONERETURN_SERVICES_INGESTION_APP_RETURNS_TESTING_SIGN_OFF_FIXTURE_H_

#include <gtest/gtest.h>

#include <future>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/returns/read_unsigned.h"
#include "services/ingestion/app/returns/sign_return.h"
#include "services/ingestion/app/testing/test_ingestion.h"

namespace onereturn::ingestion {

inline constexpr char kTrustDesk[] = "spiffe://onereturn.example/organisation/RLQ/desk";
inline constexpr char kOfficer[] = "https://id.example#p-0010";
inline constexpr char kDirector[] = "https://id.example#p-0011";
inline constexpr char kChief[] = "https://id.example#p-0012";
inline constexpr char kMarch[] = "organisations/RLQ/returns/MSitAE.2024-03";
inline constexpr char kMarchSubmission[] = "organisations/RLQ/returns/MSitAE.2024-03/submission";

class SignOffTest : public ::testing::Test {
 protected:
  using Answer = absl::StatusOr<SignedAnswer>;

  explicit SignOffTest(uint32_t levels = 2) {
    config::v1::DefinitionSet set = EnglandOf({"RLQ", "RCF"});
    set.mutable_collections(0)->set_sign_off_levels(levels);
    ingestion_.Apply(set);
  }

  RequestOrigin By(const std::string& person) {
    RequestOrigin origin = ingestion_.FreshOrigin();
    origin.actor = kTrustDesk;
    origin.person = person;
    return origin;
  }
  // RLQ's return for March 2024, by the officer.
  ReturnSubmission March(const std::map<std::string, std::string>& figures = {}) {
    ReturnSubmission submission = ingestion_.AeReturn("RLQ", "2024-03", figures);
    submission.origin = By(kOfficer);
    return submission;
  }
  // Submits it; its content hash.
  std::string SubmitMarch(const std::map<std::string, std::string>& figures = {}) {
    const absl::StatusOr<ReturnAnswer> answer = ingestion_.Submit(March(figures));
    EXPECT_THAT(answer, IsOk());
    if (!answer.ok()) return "";
    EXPECT_TRUE(answer->waits);
    return answer->fact.cell_digest();
  }
  template <typename Begin>
  Answer Wait(Begin begin) {
    std::promise<Answer> promise;
    begin([&promise](Answer answer) { promise.set_value(std::move(answer)); });
    return promise.get_future().get();
  }
  Answer Sign(const RequestOrigin& origin, const std::string& digest, uint32_t level) {
    returns::v1::SignReturnRequest request;
    request.set_name(kMarchSubmission);
    request.set_cell_digest(digest);
    request.set_level(level);
    return Wait([&](SignReturn::Done done) {
      ingestion_.sign_return().Sign(origin, request, std::move(done));
    });
  }
  // Submits, signs twice: accepted.
  void AcceptMarch(const std::map<std::string, std::string>& figures = {}) {
    const std::string digest = SubmitMarch(figures);
    ASSERT_THAT(Sign(By(kDirector), digest, 1), IsOk());
    ASSERT_THAT(Sign(By(kChief), digest, 2), IsOk());
  }
  Answer SendBack(const std::string& digest, const std::string& reason) {
    returns::v1::SendReturnBackRequest request;
    request.set_name(kMarchSubmission);
    request.set_cell_digest(digest);
    request.set_reason(reason);
    return Wait([&](SignReturn::Done done) {
      ingestion_.sign_return().SendBack(By(kDirector), request, std::move(done));
    });
  }
  Answer Withdraw(const std::string& digest) {
    returns::v1::WithdrawSubmissionRequest request;
    request.set_name(kMarchSubmission);
    request.set_cell_digest(digest);
    request.set_reason("sent too early");
    return Wait([&](SignReturn::Done done) {
      ingestion_.sign_return().Withdraw(By(kOfficer), request, std::move(done));
    });
  }
  Answer Reopen(const std::string& name, const std::string& reason = "a ward was left out") {
    returns::v1::ReopenReturnRequest request;
    request.set_name(name);
    request.set_reason(reason);
    return Wait([&](SignReturn::Done done) {
      ingestion_.sign_return().Reopen(By(kOfficer), request, std::move(done));
    });
  }
  absl::StatusOr<returns::v1::Submission> Waiting() {
    return GetSubmission(ingestion_.store(), OrganisationScope::Only("RLQ"), kMarchSubmission);
  }
  absl::StatusOr<returns::v1::Return> Accepted() {
    return GetReturn(ingestion_.store(), OrganisationScope::Only("RLQ"),
                     ReturnKey{"MSitAE", "2024-03", "RLQ"}, ingestion_.LastSequence());
  }

  TestIngestion ingestion_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_RETURNS_TESTING_SIGN_OFF_FIXTURE_H_

#include "tests/crash/asking_client.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "tests/crash/calls.h"
#include "tests/crash/request_world.h"

namespace onereturn {
namespace {

using RequestsStub = requests::v1::RequestsService::Stub;

constexpr char kAskedService[] = "ingestion";

bool IsToBeRepeated(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kUnknown:
      return true;
    // Others wrote at the same moment, or too much is under way: nothing was kept.
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kResourceExhausted:
      return true;
    default:
      return false;
  }
}

std::string BodyOf(absl::string_view persona) { return persona == kDecider ? "Y63" : "X24"; }

}  // namespace

void AskingClient::Run() {
  for (int number = 1; world_->WaitUntilUp() && AskOne(number); ++number) {
  }
}

template <typename Request, typename Response>
std::optional<Response> AskingClient::Step(
    const char* persona, const std::string& id,
    grpc::Status (RequestsStub::*method)(grpc::ClientContext*, const Request&, Response*),
    Request request) {
  request.set_request_id(id);
  const RequestKeyOf key{BodyOf(persona), id};
  while (world_->WaitUntilUp()) {
    world_->oracle()->Sent(key, id);
    const auto stub =
        requests::v1::RequestsService::NewStub(suite_->Channel(persona, kAskedService));
    const absl::StatusOr<Response> answer = CallOnce(*stub, method, request);
    if (answer.ok()) {
      world_->Received(answer->receipt());
      world_->oracle()->Acknowledged(
          key, Promised{answer->receipt().sequence(),
                        absl::BytesToHexString(answer->receipt().leaf_hash())});
      replayed_ += answer->replayed() ? 1 : 0;
      return *answer;
    }
    if (!IsToBeRepeated(answer.status())) {
      world_->Violation(absl::StrCat(id, ": ", answer.status().ToString()));
      return std::nullopt;
    }
    ++unknown_;
  }
  return std::nullopt;
}

bool AskingClient::Approve(const std::string& name, int number) {
  requests::v1::MatchRequestRequest match;
  match.set_name(name);
  if (!Step(kRequester, absl::StrCat("match-", number), &RequestsStub::MatchRequest, match)) {
    return false;
  }
  requests::v1::CloseConsultationRequest close;
  close.set_name(name);
  if (!Step(kRequester, absl::StrCat("close-", number), &RequestsStub::CloseConsultation, close)) {
    return false;
  }
  requests::v1::DecideRequestRequest decide;
  decide.set_name(name);
  decide.set_approve(true);
  decide.set_reason("a test");
  return Step(kDecider, absl::StrCat("decide-", number), &RequestsStub::DecideRequest, decide)
      .has_value();
}

bool AskingClient::AskOne(int number) {
  requests::v1::DraftRequestRequest draft;
  *draft.mutable_data_request() = MadeUpAsk(number, organisations_, months_);
  const auto drafted =
      Step(kRequester, absl::StrCat("draft-", number), &RequestsStub::DraftRequest, draft);
  if (!drafted.has_value()) return false;
  const std::string& name = drafted->data_request().name();
  drafted_.push_back(name);
  if (!Approve(name, number)) return false;
  requests::v1::IssueRequestRequest issue;
  issue.set_name(name);
  const std::string id = absl::StrCat("issue-", number);
  const auto issued = Step(kRequester, id, &RequestsStub::IssueRequest, issue);
  if (!issued.has_value()) return false;
  ++issued_;
  const auto again = Step(kRequester, id, &RequestsStub::IssueRequest, issue);
  if (!again.has_value()) return false;
  if (!again->replayed() || again->receipt().sequence() != issued->receipt().sequence()) {
    world_->Violation(absl::StrCat(id, " was repeated and is another fact"));
  }
  if (number % 3 != 0) return true;
  requests::v1::EndRequestRequest end;
  end.set_name(name);
  end.set_reason("a test");
  if (!Step(kRequester, absl::StrCat("end-", number), &RequestsStub::EndRequest, end)) return false;
  ++ended_;
  return true;
}

}  // namespace onereturn

#include "tests/crash/assessing_client.h"

#include <chrono>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "tests/crash/calls.h"
#include "tests/crash/demo_load.h"
#include "tests/crash/small_assessment.h"

namespace onereturn {
namespace {

using AssessmentStub = assessment::v1::AssessmentService::Stub;

constexpr char kAssessmentService[] = "assessment";
constexpr uint64_t kScoresOfOne = 20;

}  // namespace

absl::Status AssessingClient::Define(Deployment* suite) {
  auto stub =
      assessment::v1::AssessmentService::NewStub(suite->Channel(kSteward, kAssessmentService));
  return CallOnce(*stub, &AssessmentStub::UpdateFramework, SmallFramework()).status();
}

void AssessingClient::Start(SettledFigure figure) {
  stub_ =
      assessment::v1::AssessmentService::NewStub(suite_->Channel(kAssessor, kAssessmentService));
  thread_ = std::thread([this, figure = std::move(figure)] { Run(figure); });
}

void AssessingClient::Stop() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

std::vector<std::string> AssessingClient::violations() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return violations_;
}

void AssessingClient::Run(const SettledFigure& figure) {
  for (uint64_t number = 0; !stopping_; ++number) {
    if (absl::Status status = Assess(figure, number); !status.ok()) {
      std::lock_guard<std::mutex> lock(mutex_);
      violations_.push_back(absl::StrCat("step ", number, ": ", status.ToString()));
      return;
    }
    // Steady, and not all there can be.
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

template <typename Request, typename Response>
absl::Status AssessingClient::Change(grpc::Status (AssessmentStub::*method)(grpc::ClientContext*,
                                                                            const Request&,
                                                                            Response*),
                                     const Request& request, Response* response) {
  const RequestKeyOf key{"", request.request_id()};
  oracle_->Sent(key, request.request_id());
  RETURN_IF_ERROR(Persist([&]() -> absl::Status {
    ASSIGN_OR_RETURN(*response, CallOnce(*stub_, method, request));
    return absl::OkStatus();
  }));
  oracle_->Acknowledged(key, Promised{response->receipt().sequence(),
                                      absl::BytesToHexString(response->receipt().leaf_hash())});
  return absl::OkStatus();
}

absl::Status AssessingClient::Assess(const SettledFigure& figure, uint64_t number) {
  if (number % kScoresOfOne == 0) {
    assessment::v1::CreateAssessmentRequest create = SmallAssessment(figure.organisation);
    create.set_request_id(absl::StrCat("assessment-", number));
    assessment::v1::CreateAssessmentResponse created;
    RETURN_IF_ERROR(Change(&AssessmentStub::CreateAssessment, create, &created));
    assessment_ = created.assessment().name();
  }
  assessment::v1::AddEvidenceResponse added;
  RETURN_IF_ERROR(Change(&AssessmentStub::AddEvidence,
                         SmallEvidence(absl::StrCat("evidence-", number), assessment_,
                                       figure.metric, figure.organisation, figure.period),
                         &added));
  if (added.evidence().value().numerator() != figure.numerator) {
    return absl::DataLossError(absl::StrCat("pinned ", added.evidence().value().numerator(),
                                            " where ", figure.numerator, " is true"));
  }
  const std::string id = absl::StrCat("score-", number);
  assessment::v1::ScoreStatementResponse scored;
  RETURN_IF_ERROR(Change(&AssessmentStub::ScoreStatement,
                         SmallScore(id, assessment_, added.evidence().name(),
                                    static_cast<uint32_t>(1 + number % 4), id),
                         &scored));
  ++scored_;
  return ReadBack(id);
}

absl::Status AssessingClient::ReadBack(const std::string& reason) {
  assessment::v1::GetAssessmentRequest read;
  read.set_name(assessment_);
  return Persist([&]() -> absl::Status {
    ASSIGN_OR_RETURN(const auto response, CallOnce(*stub_, &AssessmentStub::GetAssessment, read));
    const auto& scores = response.assessment().scores();
    if (scores.size() == 1 && scores[0].rationale() == reason) return absl::OkStatus();
    return absl::DataLossError(absl::StrCat(reason, " was accepted, and is not read back"));
  });
}

absl::Status AssessingClient::Check(const FeedAudit& audit, const Histories& histories) {
  for (const auto& [key, history] : histories) {
    uint64_t sequence = 0;
    const AuditedEntry* entry = audit.Find(key, &sequence);
    for (const Promised& promised : history.promised) {
      if (entry != nullptr && promised.sequence == sequence &&
          promised.leaf_hex == DigestToHex(entry->leaf)) {
        continue;
      }
      return absl::DataLossError(absl::StrCat(key.request_id, " is not what was promised"));
    }
  }
  for (const AuditedEntry& entry : audit.entries()) {
    if (entry.kind == feed::v1::ENTRY_KIND_FRAMEWORK_DEFINED) continue;
    if (histories.count(entry.request) > 0) continue;
    return absl::DataLossError(absl::StrCat(entry.name, " was never asked for"));
  }
  return absl::OkStatus();
}

}  // namespace onereturn

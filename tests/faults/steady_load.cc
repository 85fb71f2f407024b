#include "tests/faults/steady_load.h"

#include <chrono>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "tests/crash/calls.h"
#include "tests/crash/made_up_returns.h"
#include "tests/crash/small_assessment.h"
#include "tests/faults/persistent_call.h"

namespace onereturn {
namespace {

using assessment::v1::AssessmentService;
using metrics::v1::MetricsService;
using returns::v1::ReturnsService;

constexpr int kSubmitters = 4;
constexpr int kReaders = 2;
constexpr int kOrganisationsASubmitter = 3;
constexpr int kPeriods = 4;
constexpr uint64_t kReturnsASubmitter = kOrganisationsASubmitter * kPeriods;
constexpr char kRegion[] = "Y99";
// What lies between two calls of one client, so that the load is steady and not all there can be.
constexpr auto kPause = std::chrono::milliseconds(10);
// What a client waits after a call that failed.
constexpr auto kPauseAfterFailure = std::chrono::milliseconds(50);
constexpr int64_t kAnswerMs = 2'000;
constexpr uint64_t kScoresAnAssessment = 20;

const MadeUpCollection& LoadCollection() {
  static const auto& collection = *new MadeUpCollection{"STEADY", 1, {1}};
  return collection;
}

void AddParent(const std::string& parent, catalogue::v1::RelationshipKind kind,
               catalogue::v1::Organisation* organisation) {
  catalogue::v1::Relationship* relationship = organisation->add_relationships();
  relationship->set_kind(kind);
  relationship->set_parent(parent);
  relationship->set_from_date("1999-01-01");
  relationship->set_lead(true);
}

// What a service may say while it or another cannot work; all is documented as passing.
bool IsDocumented(Reason reason) {
  static const auto& documented = *new std::set<Reason>{
      Reason::kNotCaughtUp, Reason::kRightsStale,    Reason::kDraining,      Reason::kDependency,
      Reason::kOverloaded,  Reason::kCommitConflict, Reason::kPositionAhead,
  };
  return documented.count(reason) > 0;
}

// What gRPC says of a connection.
bool IsOfConnection(const absl::Status& status) {
  return status.code() == absl::StatusCode::kUnavailable ||
         status.code() == absl::StatusCode::kDeadlineExceeded ||
         status.code() == absl::StatusCode::kCancelled;
}

}  // namespace

config::v1::DefinitionSet SteadyLoad::Definitions() {
  config::v1::DefinitionSet set;
  catalogue::v1::Organisation* nation = set.add_organisations();
  nation->set_code(kNation);
  nation->set_display_name("The nation");
  nation->set_type(catalogue::v1::ORGANISATION_TYPE_NATIONAL_BODY);
  catalogue::v1::Organisation* region = set.add_organisations();
  region->set_code(kRegion);
  region->set_display_name("The region");
  region->set_type(catalogue::v1::ORGANISATION_TYPE_REGION);
  AddParent(kNation, catalogue::v1::RELATIONSHIP_KIND_REGION_TO_NATION, region);
  config::v1::DefinitionSet rest =
      DefinitionsOf(LoadCollection(), MadeUpOrganisations(kSubmitters * kOrganisationsASubmitter));
  for (catalogue::v1::Organisation& provider : *rest.mutable_organisations()) {
    AddParent(kRegion, catalogue::v1::RELATIONSHIP_KIND_PROVIDER_TO_REGION, &provider);
  }
  set.MergeFrom(rest);
  return set;
}

const std::vector<std::string>& SteadyLoad::Periods() {
  static const auto& periods = *[] {
    auto* all = new std::vector<std::string>();
    for (int i = 0; i < kPeriods; ++i) all->push_back(MadeUpMonth(i));
    return all;
  }();
  return periods;
}

returns::v1::SubmitReturnRequest SteadyLoad::RequestOf(const LoadSubmission& submission) {
  const auto place = static_cast<size_t>(submission.number);
  const std::vector<std::string> all = MadeUpOrganisations(kSubmitters * kOrganisationsASubmitter);
  const size_t organisation = static_cast<size_t>(submission.client) * kOrganisationsASubmitter +
                              place % kOrganisationsASubmitter;
  returns::v1::SubmitReturnRequest request =
      MadeUpReturn(LoadCollection(), all[organisation],
                   Periods()[place / kOrganisationsASubmitter % kPeriods], submission.RequestId(),
                   /*seed=*/0);
  request.mutable_cells(0)->set_millionths(submission.Figure() * 1'000'000);
  return request;
}

SteadyLoad::SteadyLoad(const LinkedSuite* suite, AnswerBook* book, ToldFigures* told, uint64_t seed)
    : suite_(suite), book_(book), told_(told), seed_(seed) {}

SteadyLoad::~SteadyLoad() { Stop(); }

absl::Status SteadyLoad::SubmitFirst() {
  auto stub = ReturnsService::NewStub(suite_->Channel(kLoader, "ingestion"));
  for (int client = 0; client < kSubmitters; ++client) {
    for (uint64_t number = 1; number <= kReturnsASubmitter; ++number) {
      const LoadSubmission submission{client, number};
      ASSIGN_OR_RETURN(const auto response, CallOnce(*stub, &ReturnsService::Stub::SubmitReturn,
                                                     RequestOf(submission), kAnswerMs));
      book_->Acknowledged(submission.RequestId(), response.receipt());
    }
  }
  return absl::OkStatus();
}

void SteadyLoad::Start() {
  for (int i = 0; i < kSubmitters; ++i) threads_.emplace_back([this, i] { Submit(i); });
  for (uint64_t i = 0; i < kReaders; ++i) threads_.emplace_back([this, i] { Read(seed_ + i); });
  threads_.emplace_back([this] { Assess(); });
}

void SteadyLoad::Stop() {
  stopping_ = true;
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

std::map<std::string, uint64_t> SteadyLoad::errors() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return errors_;
}

void SteadyLoad::Failed(const absl::Status& status) {
  const bool has_reason = DetailsOf(status).has_value();
  if (has_reason ? !IsDocumented(ReasonOf(status)) : !IsOfConnection(status)) {
    book_->Violation(absl::StrCat("an error that nobody can expect: ", status.ToString()));
  }
  {
    std::lock_guard<std::mutex> lock(mutex_);
    ++errors_[has_reason ? std::string(NameOf(ReasonOf(status)))
                         : absl::StatusCodeToString(status.code())];
  }
  std::this_thread::sleep_for(kPauseAfterFailure);
}

template <typename Stub, typename Request, typename Response>
bool SteadyLoad::Change(Stub& stub,
                        grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                     Response*),
                        const Request& request, Response* response) {
  absl::StatusOr<Response> answer = CallUntilAnswered(
      stub, method, request, kAnswerMs, [this](const absl::Status& status) { Failed(status); });
  if (!answer.ok() || !answer->has_receipt()) {
    book_->Violation(absl::StrCat(request.request_id(), ": ", answer.status().ToString()));
    return false;
  }
  *response = *std::move(answer);
  book_->Acknowledged(request.request_id(), response->receipt());
  return true;
}

void SteadyLoad::Submit(int client) {
  auto stub = ReturnsService::NewStub(suite_->Channel(kLoader, "ingestion"));
  for (uint64_t number = kReturnsASubmitter + 1; !stopping_; ++number) {
    returns::v1::SubmitReturnResponse response;
    if (!Change(*stub, &ReturnsService::Stub::SubmitReturn, RequestOf({client, number}),
                &response)) {
      return;
    }
    ++submitted_;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      recent_position_ = response.receipt().position();
    }
    std::this_thread::sleep_for(kPause);
  }
}

std::string SteadyLoad::RecentPosition() {
  std::lock_guard<std::mutex> lock(mutex_);
  return recent_position_;
}

// The latest, or as of what was accepted a moment ago, or that at least.
metrics::v1::GetMetricValueRequest SteadyLoad::Question(std::mt19937_64* random) {
  metrics::v1::GetMetricValueRequest request;
  request.set_metric(kMadeUpMetric);
  std::vector<std::string> whom = MadeUpOrganisations(kSubmitters * kOrganisationsASubmitter);
  whom.push_back(kNation);
  request.set_organisation(whom[(*random)() % whom.size()]);
  request.set_period(Periods()[(*random)() % kPeriods]);
  const std::string position = RecentPosition();
  const uint64_t dice = (*random)() % 3;
  if (dice == 1 && !position.empty()) request.mutable_read()->set_as_of_position(position);
  if (dice == 2) request.mutable_read()->set_at_least(position);
  return request;
}

void SteadyLoad::Read(uint64_t seed) {
  std::mt19937_64 random(seed);
  auto stub = MetricsService::NewStub(suite_->Channel(kAnalyst, "metrics"));
  while (!stopping_) {
    const auto response =
        CallOnce(*stub, &MetricsService::Stub::GetMetricValue, Question(&random), kAnswerMs);
    const absl::Status status =
        response.ok() ? told_->Told(response->value(), response->position()) : absl::OkStatus();
    if (!status.ok()) book_->Violation(status.ToString());
    if (!response.ok()) Failed(response.status());
    std::this_thread::sleep_for(kPause);
  }
}

void SteadyLoad::Assess() {
  auto stub = AssessmentService::NewStub(suite_->Channel(kAssessor, "assessment"));
  const std::string organisation = MadeUpOrganisations(1).front();
  std::string name;
  for (uint64_t number = 0; !stopping_; ++number) {
    if (number % kScoresAnAssessment == 0) {
      assessment::v1::CreateAssessmentRequest create = SmallAssessment(organisation);
      create.set_request_id(absl::StrCat("assessment-", number));
      assessment::v1::CreateAssessmentResponse created;
      if (!Change(*stub, &AssessmentService::Stub::CreateAssessment, create, &created)) return;
      name = created.assessment().name();
    }
    assessment::v1::AddEvidenceResponse added;
    if (!Change(*stub, &AssessmentService::Stub::AddEvidence,
                SmallEvidence(absl::StrCat("evidence-", number), name, kMadeUpMetric, organisation,
                              Periods()[number % kPeriods]),
                &added)) {
      return;
    }
    const assessment::v1::Evidence& evidence = added.evidence();
    absl::Status status = told_->Told(evidence.value(), evidence.position());
    const std::string score_id = absl::StrCat("score-", number);
    assessment::v1::ScoreStatementResponse scored;
    if (!Change(*stub, &AssessmentService::Stub::ScoreStatement,
                SmallScore(score_id, name, evidence.name(), static_cast<uint32_t>(1 + number % 4),
                           score_id),
                &scored)) {
      return;
    }
    ++scored_;
    assessment::v1::GetAssessmentRequest read;
    read.set_name(name);
    const auto response = CallOnce(*stub, &AssessmentService::Stub::GetAssessment, read, kAnswerMs);
    if (!response.ok()) Failed(response.status());
    if (response.ok() && status.ok()) {
      const auto& scores = response->assessment().scores();
      status =
          told_->ToldScore(name, scores.empty() ? "" : scores[0].rationale(), response->position());
    }
    if (!status.ok()) book_->Violation(status.ToString());
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace onereturn

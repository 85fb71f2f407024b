// Services stopped, paused and cut off, in every combination, under load: no wrong figure, no error
// that is not documented, no change lost or made twice; and soon afterwards nobody lags behind.
//
//   ONERETURN_KILLS=63 ONERETURN_SEED=0 ONERETURN_TROUBLE_MS=6000 ONERETURN_STALE=1
//   combinations_test
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/status/testing/status_matchers.h"
#include "onereturn/operations/v1/operations.grpc.pb.h"
#include "tests/crash/calls.h"
#include "tests/crash/definitions.h"
#include "tests/crash/demo_load.h"
#include "tests/crash/made_up_returns.h"
#include "tests/crash/settings.h"
#include "tests/crash/small_assessment.h"
#include "tests/crash/suite_answers.h"
#include "tests/faults/disturbance.h"
#include "tests/faults/steady_load.h"

namespace onereturn {
namespace {

using assessment::v1::AssessmentService;
using metrics::v1::MetricsService;
using returns::v1::ReturnsService;
using ::testing::IsEmpty;
using OperationsStub = operations::v1::OperationsService::Stub;

constexpr char kIngestion[] = "ingestion";
constexpr char kMetrics[] = "metrics";
constexpr char kAssessment[] = "assessment";
// Promised: so long after the last trouble is over, nobody lags.
constexpr double kMostLagSeconds = 30;
// A service that has not heard from ingestion for so long changes nothing: a minute, and some more.
constexpr int64_t kSurelyStaleMs = 65'000;
// Trouble of which the middle three fifths are longer than that.
constexpr int64_t kStaleTroubleMs = 110'000;
// With ONERETURN_STALE one combination in so many lasts so long.
constexpr uint64_t kStaleEvery = 9;
constexpr int64_t kUsualTroubleMs = 2'000;

int64_t TroubleMs(uint64_t place) {
  if (std::getenv("ONERETURN_STALE") != nullptr && place % kStaleEvery == 0) return kStaleTroubleMs;
  const char* text = std::getenv("ONERETURN_TROUBLE_MS");
  int64_t length_ms = 0;
  return text != nullptr && absl::SimpleAtoi(text, &length_ms) && length_ms >= 5 ? length_ms
                                                                                 : kUsualTroubleMs;
}

class CombinationsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    seed_ = SeedFromEnvironment();
    linked_ = LinkedSuite::Create().value();
    ASSERT_THAT(Prepare(&linked_->suite()), IsOk());
    ingestion_ = std::make_unique<FeedAudit>(linked_->suite().verifying_key(kIngestion));
    assessment_ = std::make_unique<FeedAudit>(linked_->suite().verifying_key(kAssessment));
    load_ = std::make_unique<SteadyLoad>(linked_.get(), &book_, &told_, seed_);
  }

  // Starts the suite and defines what the load needs; returns when everybody knows it.
  static absl::Status Prepare(Deployment* suite) {
    RETURN_IF_ERROR(suite->StartAll());
    const config::v1::DefinitionSet definitions = SteadyLoad::Definitions();
    RETURN_IF_ERROR(ApplyToIngestion(definitions, suite->Channel(kSteward, kIngestion)));
    RETURN_IF_ERROR(ApplyToMetrics(definitions, suite->Channel(kSteward, kMetrics)));
    auto stub = AssessmentService::NewStub(suite->Channel(kSteward, kAssessment));
    RETURN_IF_ERROR(
        CallOnce(*stub, &AssessmentService::Stub::UpdateFramework, SmallFramework()).status());
    return Persist([&] { return CatchUp(suite); });
  }

  static absl::StatusOr<operations::v1::GetStatusResponse> StatusOf(Deployment* suite,
                                                                    const std::string& service) {
    auto stub = operations::v1::OperationsService::NewStub(suite->Channel(kOperator, service));
    return CallOnce(*stub, &OperationsStub::GetStatus, operations::v1::GetStatusRequest());
  }

  // OK when each follower has all that ingestion had a moment ago.
  static absl::Status CatchUp(Deployment* suite) {
    ASSIGN_OR_RETURN(const auto head, StatusOf(suite, kIngestion));
    for (const char* follower : {kMetrics, kAssessment}) {
      ASSIGN_OR_RETURN(const auto status, StatusOf(suite, follower));
      bool has_all = false;
      for (const operations::v1::FeedCursor& cursor : status.cursors()) {
        if (!cursor.fault().empty()) return absl::InternalError(cursor.fault());
        has_all |= cursor.service() == kIngestion && cursor.sequence() >= head.sequence();
      }
      if (!has_all) return absl::UnavailableError(absl::StrCat(follower, " lags behind"));
    }
    return absl::OkStatus();
  }

  // How long until nobody lags behind a feed that grows; the error of one who never catches up.
  absl::StatusOr<double> SecondsOfLag() {
    const auto begin = std::chrono::steady_clock::now();
    RETURN_IF_ERROR(Persist([&] { return CatchUp(&linked_->suite()); }));
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  }

  // Which services can be asked and have heard nothing from ingestion.
  static std::vector<std::string> Deaf(const Disturbance& disturbance) {
    std::vector<std::string> deaf;
    const Fate ingestion = disturbance.troubles.at(kIngestion).fate;
    for (const char* service : {kMetrics, kAssessment}) {
      const Trouble& own = disturbance.troubles.at(service);
      const bool is_asked =
          own.fate == Fate::kRuns || (own.fate == Fate::kCutOff && !own.clients_too);
      const bool hears = ingestion == Fate::kRuns && own.fate == Fate::kRuns;
      if (is_asked && !hears) deaf.push_back(service);
    }
    return deaf;
  }

  absl::Status TryToChange(const std::string& service) {
    if (service == kMetrics) {
      metrics::v1::UpdateMetricRequest request;
      request.set_request_id("stale");
      *request.mutable_metric() = SteadyLoad::Definitions().metrics(0);
      request.mutable_metric()->set_display_name("Another name");
      auto stub = MetricsService::NewStub(linked_->Channel(kSteward, service));
      return CallOnce(*stub, &MetricsService::Stub::UpdateMetric, request).status();
    }
    assessment::v1::CreateAssessmentRequest request = SmallAssessment("ORG001");
    request.set_request_id("stale");
    auto stub = AssessmentService::NewStub(linked_->Channel(kAssessor, service));
    return CallOnce(*stub, &AssessmentService::Stub::CreateAssessment, request).status();
  }

  void Disturb(const Disturbance& disturbance, int64_t length_ms) {
    ASSERT_THAT(
        disturbance.Happen(linked_.get(),
                           [&] {
                             if (length_ms * 3 / 5 < kSurelyStaleMs) return;
                             for (const std::string& service : Deaf(disturbance)) {
                               EXPECT_THAT(TryToChange(service), HasReason(Reason::kRightsStale))
                                   << service;
                               ++stale_;
                             }
                           }),
        IsOk());
    const absl::StatusOr<double> lag = SecondsOfLag();
    ASSERT_THAT(lag, IsOk());
    EXPECT_LE(*lag, kMostLagSeconds);
    most_lag_ = std::max(most_lag_, *lag);
    ASSERT_NO_FATAL_FAILURE(CheckTold());
  }

  void CheckTold() {
    Deployment& suite = linked_->suite();
    ASSERT_THAT(ingestion_->ReadOn(suite.Channel(kAuditor, kIngestion)), IsOk());
    ASSERT_THAT(assessment_->ReadOn(suite.Channel(kAuditor, kAssessment)), IsOk());
    ASSERT_THAT(told_.Check(*ingestion_, *assessment_), IsOk());
    ASSERT_THAT(book_.violations(), IsEmpty());
  }

  // Each acknowledged change is one fact, and there is no other.
  void CheckEffects() {
    std::map<std::string, AnswerBook::Answered> answered = book_.answered();
    for (const FeedAudit* audit : {ingestion_.get(), assessment_.get()}) {
      uint64_t sequence = 0;
      for (const AuditedEntry& entry : audit->entries()) {
        ++sequence;
        const auto found = answered.find(entry.request.request_id);
        if (found != answered.end()) {
          EXPECT_EQ(found->second.sequence, sequence) << found->first;
          EXPECT_EQ(found->second.leaf_hash, DigestBytes(entry.leaf)) << found->first;
          answered.erase(found);
        } else {
          EXPECT_NE(entry.kind, feed::v1::ENTRY_KIND_RETURN_ACCEPTED) << entry.request.request_id;
          EXPECT_NE(entry.kind, feed::v1::ENTRY_KIND_STATEMENT_SCORED) << entry.request.request_id;
        }
      }
    }
    EXPECT_TRUE(answered.empty()) << answered.begin()->first << " is lost";
  }

  // Of a suite that nobody disturbed, and that was given each return as it is now.
  absl::StatusOr<Answers> UndisturbedAnswers() {
    ASSIGN_OR_RETURN(std::unique_ptr<Deployment> suite, Deployment::Create());
    RETURN_IF_ERROR(Prepare(suite.get()));
    auto stub = ReturnsService::NewStub(suite->Channel(kLoader, kIngestion));
    for (const auto& [key, submission] : told_.newest()) {
      RETURN_IF_ERROR(
          CallOnce(*stub, &ReturnsService::Stub::SubmitReturn, SteadyLoad::RequestOf(submission))
              .status());
    }
    RETURN_IF_ERROR(Persist([&] { return CatchUp(suite.get()); }));
    return Ask(suite.get());
  }
  static absl::StatusOr<Answers> Ask(Deployment* suite) {
    return AskEverything(suite->Channel(kAnalyst, kMetrics), {kMadeUpMetric}, SteadyLoad::Periods(),
                         "");
  }

  void CheckAgainstUndisturbed() {
    const absl::StatusOr<Answers> expected = UndisturbedAnswers();
    ASSERT_THAT(expected, IsOk());
    ASSERT_THAT(SecondsOfLag(), IsOk());
    const absl::StatusOr<Answers> answers = Ask(&linked_->suite());
    ASSERT_THAT(answers, IsOk());
    EXPECT_EQ(Difference(*expected, *answers), "");
    compared_ = expected->size();
  }

  uint64_t seed_ = 0;
  AnswerBook book_;
  ToldFigures told_;
  std::unique_ptr<LinkedSuite> linked_;
  std::unique_ptr<FeedAudit> ingestion_, assessment_;
  std::unique_ptr<SteadyLoad> load_;
  double most_lag_ = 0;
  int stale_ = 0;  // Changes that were refused for rights that are stale.
  size_t compared_ = 0;
};

TEST_F(CombinationsTest, NoFigureIsWrongAndNobodyLagsForLong) {
  const int combinations = KillsFromEnvironment(3);
  std::printf("seed %llu, %d combinations\n", static_cast<unsigned long long>(seed_), combinations);
  ASSERT_THAT(load_->SubmitFirst(), IsOk());
  ASSERT_THAT(Persist([&] { return CatchUp(&linked_->suite()); }), IsOk());
  load_->Start();
  for (int i = 0; i < combinations && !HasFailure(); ++i) {
    // Neighbours share little: 25 and 63 have no common divisor, so all come up.
    const uint64_t place = seed_ + static_cast<uint64_t>(i);
    const int64_t length_ms = TroubleMs(place);
    const int number = 1 + static_cast<int>(place * 25 % Disturbance::Count());
    const Disturbance disturbance = Disturbance::Of(number, place, length_ms);
    SCOPED_TRACE(
        absl::StrCat("combination ", number, ", seed ", place, ": ", disturbance.ToString()));
    Disturb(disturbance, length_ms);
    std::printf("%d: %s; lag 0 after at most %.1f s\n", number, disturbance.ToString().c_str(),
                most_lag_);
    std::fflush(stdout);
  }
  load_->Stop();
  if (HasFatalFailure()) return;
  ASSERT_NO_FATAL_FAILURE(CheckTold());
  EXPECT_EQ(told_.waiting(), 0u) << "told at positions that no feed has come to";
  CheckEffects();
  CheckAgainstUndisturbed();
  const std::string errors = absl::StrJoin(load_->errors(), ", ", absl::PairFormatter(" "));
  std::printf("errors that readers and writers met: %s\n", errors.c_str());
  std::printf(
      "%d combinations, seed %llu: %llu submissions, %llu scores, %llu answers right at their "
      "position, %d changes refused for stale rights, %zu answers equal to an undisturbed suite's, "
      "at most %d ms of lag\n",
      combinations, static_cast<unsigned long long>(seed_),
      static_cast<unsigned long long>(load_->submitted()),
      static_cast<unsigned long long>(load_->scored()),
      static_cast<unsigned long long>(told_.checked()), stale_, compared_,
      static_cast<int>(most_lag_ * 1'000));
}

// As behind a firewall that forgot its connections: neither end is told.
TEST_F(CombinationsTest, AForgottenConnectionIsGivenUpByBothEnds) {
  Deployment& suite = linked_->suite();
  // The two followers' watches, and the call that asks.
  const auto calls_are_three = [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const auto status, StatusOf(&suite, kIngestion));
    if (status.load().calls() == 3) return absl::OkStatus();
    return absl::UnavailableError(absl::StrCat(status.load().calls(), " calls"));
  };
  ASSERT_THAT(Persist(calls_are_three), IsOk());
  linked_->CutOff(kIngestion, /*clients_too=*/true);
  ASSERT_THAT(load_->SubmitFirst(), StatusIs(absl::StatusCode::kDeadlineExceeded));
  linked_->Reach(kIngestion, AfterDark::kStayDead);

  const auto begin = std::chrono::steady_clock::now();
  const auto since = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  };
  ASSERT_THAT(Persist([&] { return load_->SubmitFirst(); }), IsOk());
  ASSERT_THAT(SecondsOfLag(), IsOk());
  EXPECT_LE(since(), kMostLagSeconds);
  const double lag = since();
  ASSERT_THAT(Persist(calls_are_three), IsOk()) << "ingestion keeps calls of the dead";
  EXPECT_LE(since(), kMostLagSeconds);
  std::printf("lag 0 after %.1f s, calls of the dead ended after %.1f s\n", lag, since());
}

}  // namespace
}  // namespace onereturn

// kill -9 of each service in turn, and of all three, while the demonstration's 24 months are loaded
// and an assessor works. Afterwards every answer must be that of a run that nobody disturbed.
//
//   ONERETURN_KILLS=50 ONERETURN_SEED=7 suite_kill_test
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <optional>
#include <random>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/failpoint.h"
#include "common/status/status_macros.h"
#include "common/status/testing/status_matchers.h"
#include "onereturn/metrics/v1/metrics_service.grpc.pb.h"
#include "onereturn/operations/v1/operations.grpc.pb.h"
#include "tests/crash/assessing_client.h"
#include "tests/crash/calls.h"
#include "tests/crash/definitions.h"
#include "tests/crash/demo_load.h"
#include "tests/crash/feed_audit.h"
#include "tests/crash/settings.h"
#include "tests/crash/suite_answers.h"

namespace onereturn {
namespace {

using OperationsStub = operations::v1::OperationsService::Stub;

constexpr char kIngestion[] = "ingestion";
constexpr char kMetrics[] = "metrics";
constexpr char kAssessment[] = "assessment";
constexpr char kEngland[] = "X24";
constexpr char kTotal[] = "ae_attendances_total";
// Every so manieth kill is one of all three services.
constexpr int kEachOfAll = 4;
// So many metrics are defined only in the middle of the load: their values are filled in later.
constexpr int kLateMetrics = 2;

// Kills spread over the load: the loader waits for the kills that belong to earlier files, the
// killer for the file that its kill belongs to. Thread safe.
class Pace {
 public:
  Pace(int files, int kills) : files_(files), kills_(kills) {}

  void BeginFile(int file) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return aborted_ || killed_ == kills_ || FileOf(killed_) >= file; });
    begun_ = file;
    changed_.notify_all();
  }
  bool WaitForKill(int kill) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return aborted_ || begun_ >= FileOf(kill); });
    return !aborted_;
  }
  void Killed() {
    std::lock_guard<std::mutex> lock(mutex_);
    ++killed_;
    changed_.notify_all();
  }
  void Abort() {
    std::lock_guard<std::mutex> lock(mutex_);
    aborted_ = true;
    changed_.notify_all();
  }

 private:
  int FileOf(int kill) const { return kill * files_ / kills_; }

  const int files_, kills_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int begun_ = -1;  // Guarded by mutex_, as all below.
  int killed_ = 0;
  bool aborted_ = false;
};

class SuiteKillTest : public ::testing::Test {
 protected:
  void SetUp() override {
    seed_ = SeedFromEnvironment();
    random_.seed(seed_);
    files_ = ReadDemoFiles().value();
    england_ = ReadEngland().value();
    ASSERT_EQ(files_.size(), 24u);
    for (const DemoFile& file : files_) periods_.push_back(file.period);
    for (const metrics::v1::Metric& metric : england_.metrics()) metrics_.push_back(metric.code());
    ASSERT_EQ(metrics_.size(), 5u);
  }

  // Metrics from the first to the last, exclusive.
  absl::Status DefineMetrics(Deployment* suite, int first, int last) {
    config::v1::DefinitionSet part;
    for (int i = first; i < last; ++i) *part.add_metrics() = england_.metrics(i);
    return Persist([&] { return ApplyToMetrics(part, suite->Channel(kSteward, kMetrics)); });
  }

  absl::Status Apply(Deployment* suite) {
    RETURN_IF_ERROR(suite->StartAll());
    return ApplyToIngestion(england_, suite->Channel(kSteward, kIngestion));
  }

  absl::StatusOr<Answers> Ask(Deployment* suite, const std::string& position) {
    Answers answers;
    RETURN_IF_ERROR(Persist([&]() -> absl::Status {
      ASSIGN_OR_RETURN(
          answers, AskEverything(suite->Channel(kAnalyst, kMetrics), metrics_, periods_, position));
      return absl::OkStatus();
    }));
    return answers;
  }

  absl::StatusOr<Answers> UndisturbedAnswers() {
    ASSIGN_OR_RETURN(std::unique_ptr<Deployment> suite, Deployment::Create());
    RETURN_IF_ERROR(Apply(suite.get()));
    RETURN_IF_ERROR(DefineMetrics(suite.get(), 0, england_.metrics_size()));
    Oracle oracle(suite->File("oracle.tsv"));
    DemoLoader loader(suite.get(), &oracle);
    for (const DemoFile& file : files_) RETURN_IF_ERROR(loader.Load(file));
    return Ask(suite.get(), loader.position());
  }

  // One service after the other, and now and then all, a moment after the file it belongs to was
  // begun.
  void KillInTurn(Deployment* suite, int kills, Pace* pace) {
    for (int kill = 0; kill < kills && pace->WaitForKill(kill); ++kill) {
      std::this_thread::sleep_for(std::chrono::microseconds(random_() % 150'000));
      std::vector<std::string> services = {
          Deployment::Services()[static_cast<size_t>(kill - kill / kEachOfAll) % 3]};
      if (kill % kEachOfAll == kEachOfAll - 1) services = Deployment::Services();
      for (const std::string& service : services) suite->Kill9(service);
      if (services.size() == 1 && random_() % 2 == 0) EndAtFailpoint(suite, services.front());
      for (const std::string& service : services) {
        if (absl::Status started = suite->Start(service); !started.ok()) {
          ADD_FAILURE() << service << " does not start after kill " << kill + 1 << ": "
                        << started.ToString();
          return pace->Abort();
        }
      }
      pace->Killed();
    }
  }

  // Starts the service once so that it ends at a failpoint, or after a moment without having come
  // there. A build without failpoints does the latter.
  void EndAtFailpoint(Deployment* suite, const std::string& service) {
    std::vector<std::string> names = {"commit.before_queue", "commit.group_formed",
                                      "commit.before_write", "commit.after_write",
                                      "commit.before_sign",  "commit.before_reply"};
    if (service == kMetrics) names = {"consumer.before_batch", "consumer.after_batch"};
    suite->SetEnvironment(
        service, {absl::StrCat(kFailpointVariable, "=", names[random_() % names.size()], ":",
                               1 + random_() % 10)});
    std::optional<int> code;
    if (suite->Start(service).ok()) {
      const auto end = suite->process(service)->Wait(/*deadline_ms=*/1'000);
      if (end.ok()) code = end->exit_code;
    } else if (suite->FailedStart(service).has_value()) {
      code = suite->FailedStart(service)->exit_code;
    }
    if (code == kFailpointExitCode) ++at_failpoints_;
    suite->Kill9(service);
    suite->SetEnvironment(service, {});
  }

  absl::Status LoadUnderKills(Deployment* suite, int kills, DemoLoader* loader,
                              AssessingClient* assessor) {
    RETURN_IF_ERROR(Apply(suite));
    RETURN_IF_ERROR(AssessingClient::Define(suite));
    const int early = england_.metrics_size() - kLateMetrics;
    RETURN_IF_ERROR(DefineMetrics(suite, 0, early));
    Pace pace(static_cast<int>(files_.size()), kills);
    std::thread killer([&] { KillInTurn(suite, kills, &pace); });
    absl::Status status = absl::OkStatus();
    for (size_t i = 0; i < files_.size() && status.ok(); ++i) {
      pace.BeginFile(static_cast<int>(i));
      if (i == files_.size() / 2) status = DefineMetrics(suite, early, england_.metrics_size());
      if (status.ok()) status = loader->Load(files_[i]);
      if (status.ok() && i == 0) status = StartAssessing(suite, loader->position(), assessor);
    }
    assessor->Stop();
    if (!status.ok()) pace.Abort();
    killer.join();
    return status;
  }

  // From the first month on, which no later file changes; once metrics has it.
  absl::Status StartAssessing(Deployment* suite, const std::string& position,
                              AssessingClient* assessor) {
    SettledFigure figure{kTotal, kEngland, periods_.front(), ""};
    ASSIGN_OR_RETURN(const auto sums, ExpectedSums("ae_attendances"));
    figure.numerator = absl::StrCat(sums.at(figure.period));
    metrics::v1::GetMetricValueRequest request;
    request.set_metric(figure.metric);
    request.set_organisation(figure.organisation);
    request.set_period(figure.period);
    request.mutable_read()->set_at_least(position);
    RETURN_IF_ERROR(Persist([&] {
      auto stub = metrics::v1::MetricsService::NewStub(suite->Channel(kAnalyst, kMetrics));
      return CallOnce(*stub, &metrics::v1::MetricsService::Stub::GetMetricValue, request).status();
    }));
    assessor->Start(std::move(figure));
    return absl::OkStatus();
  }

  void CheckAssessments(Deployment* suite, const AssessingClient& assessor) {
    EXPECT_THAT(assessor.violations(), ::testing::IsEmpty());
    EXPECT_GT(assessor.scored(), 0u);
    FeedAudit audit(suite->verifying_key(kAssessment));
    ASSERT_THAT(audit.ReadOn(suite->Channel(kAuditor, kAssessment)), IsOk());
    const absl::StatusOr<Histories> histories = Oracle::Read(suite->File("assessment.tsv"));
    ASSERT_THAT(histories, IsOk());
    EXPECT_THAT(AssessingClient::Check(audit, *histories), IsOk());
  }

  void CheckOracle(Deployment* suite) {
    FeedAudit audit(suite->verifying_key(kIngestion));
    ASSERT_THAT(audit.ReadOn(suite->Channel(kAuditor, kIngestion)), IsOk());
    const absl::StatusOr<Histories> histories = Oracle::Read(suite->File("oracle.tsv"));
    ASSERT_THAT(histories, IsOk());
    for (const auto& [key, history] : *histories) {
      uint64_t sequence = 0;
      ASSERT_NE(audit.Find(key, &sequence), nullptr) << key.request_id << " is lost";
      for (const Promised& promised : history.promised) ASSERT_EQ(promised.sequence, sequence);
    }
    int returns = 0;
    for (const AuditedEntry& entry : audit.entries()) {
      if (entry.kind != feed::v1::ENTRY_KIND_RETURN_ACCEPTED) continue;
      ++returns;
      ASSERT_EQ(entry.accepted.revision(), 1u) << entry.name << " was taken twice";
      ASSERT_EQ(histories->count(entry.request), 1u) << entry.name << " was never sent";
    }
    EXPECT_EQ(returns, kDemoReturns);
    FeedAudit metrics(suite->verifying_key(kMetrics));
    ASSERT_THAT(metrics.ReadOn(suite->Channel(kAuditor, kMetrics)), IsOk());
    EXPECT_EQ(metrics.entries().size(), metrics_.size());
  }

  // England's attendances, counted from the demonstration's own file of totals.
  void CheckTotals(const Answers& answers) {
    const auto sums = ExpectedSums("ae_attendances").value();
    ASSERT_EQ(sums.size(), periods_.size());
    for (const auto& [period, sum] : sums) {
      const std::string question = absl::StrCat("value ", kTotal, " ", period, " ", kEngland);
      ASSERT_EQ(answers.count(question), 1u) << question;
      EXPECT_THAT(answers.at(question),
                  ::testing::HasSubstr(absl::StrCat("numerator: \"", sum, "\"")));
    }
  }

  absl::StatusOr<operations::v1::HashDerivedResponse> Hash(Deployment* suite) {
    auto stub = operations::v1::OperationsService::NewStub(suite->Channel(kOperator, kMetrics));
    return CallOnce(*stub, &OperationsStub::HashDerived, operations::v1::HashDerivedRequest(),
                    60'000);
  }

  // How far metrics has followed ingestion's feed.
  absl::StatusOr<uint64_t> Followed(Deployment* suite) {
    auto stub = operations::v1::OperationsService::NewStub(suite->Channel(kOperator, kMetrics));
    ASSIGN_OR_RETURN(auto status, CallOnce(*stub, &OperationsStub::GetStatus,
                                           operations::v1::GetStatusRequest()));
    for (const operations::v1::FeedCursor& cursor : status.cursors()) {
      if (!cursor.fault().empty()) return absl::InternalError(cursor.fault());
      if (cursor.service() == kIngestion) return cursor.sequence();
    }
    return absl::NotFoundError("metrics follows nobody");
  }

  void CheckRebuild(Deployment* suite) {
    const auto before = Hash(suite);
    ASSERT_THAT(before, IsOk());
    const absl::StatusOr<uint64_t> followed = Followed(suite);
    ASSERT_THAT(followed, IsOk());
    auto stub = operations::v1::OperationsService::NewStub(suite->Channel(kOperator, kMetrics));
    const auto begin = std::chrono::steady_clock::now();
    ASSERT_THAT(CallOnce(*stub, &OperationsStub::RebuildDerived,
                         operations::v1::RebuildDerivedRequest(), 60'000),
                IsOk());
    ASSERT_THAT(Persist([&]() -> absl::Status {
                  ASSIGN_OR_RETURN(uint64_t now, Followed(suite));
                  ASSIGN_OR_RETURN(auto hash, Hash(suite));
                  if (now == *followed && hash.digest() == before->digest()) {
                    return absl::OkStatus();
                  }
                  // In the middle of it, or other content for good: then patience ends.
                  return absl::UnavailableError(absl::StrCat("rebuilt to ", now, " of ", *followed,
                                                             ", with another content hash"));
                }),
                IsOk());
    rebuild_seconds_ =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  }

  uint64_t seed_ = 0;
  std::mt19937_64 random_;
  std::vector<DemoFile> files_;
  config::v1::DefinitionSet england_;
  std::vector<std::string> periods_, metrics_;
  double rebuild_seconds_ = 0;
  int at_failpoints_ = 0;
};

TEST_F(SuiteKillTest, AfterKillsEveryAnswerIsThatOfAnUndisturbedRun) {
  const int kills = KillsFromEnvironment(12);
  std::printf("seed %llu, %d kills\n", static_cast<unsigned long long>(seed_), kills);
  const absl::StatusOr<Answers> expected = UndisturbedAnswers();
  ASSERT_THAT(expected, IsOk());
  CheckTotals(*expected);

  auto suite = Deployment::Create().value();
  Oracle oracle(suite->File("oracle.tsv"));
  DemoLoader loader(suite.get(), &oracle);
  Oracle assessed(suite->File("assessment.tsv"));
  AssessingClient assessor(suite.get(), &assessed);
  const auto begin = std::chrono::steady_clock::now();
  ASSERT_THAT(LoadUnderKills(suite.get(), kills, &loader, &assessor), IsOk());
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  ASSERT_FALSE(HasFailure());
  CheckOracle(suite.get());
  CheckAssessments(suite.get(), assessor);
  const absl::StatusOr<Answers> answers = Ask(suite.get(), loader.position());
  ASSERT_THAT(answers, IsOk());
  CheckTotals(*answers);
  EXPECT_EQ(Difference(*expected, *answers), "");
  CheckRebuild(suite.get());
  const absl::StatusOr<Answers> rebuilt = Ask(suite.get(), loader.position());
  ASSERT_THAT(rebuilt, IsOk());
  EXPECT_EQ(Difference(*expected, *rebuilt), "");
  std::printf(
      "%d kills (%d services ended at failpoints before) in a load of %.1f s, seed %llu: %d "
      "returns accepted once each, %llu scores, %zu answers equal "
      "to the undisturbed run's; content hash equal after a rebuild of %.1f s\n",
      kills, at_failpoints_, seconds, static_cast<unsigned long long>(seed_), kDemoReturns,
      static_cast<unsigned long long>(assessor.scored()), answers->size(), rebuild_seconds_);
}

}  // namespace
}  // namespace onereturn

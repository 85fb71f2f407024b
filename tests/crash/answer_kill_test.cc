// kill -9 of ingestion while answers are read, with the client and without, and a standing request
// is watched: what was answered once at a position is answered for ever, byte for byte; a watch
// that is resumed at its position misses nothing; and no half file ever has the name of a whole
// one.
//
//   ONERETURN_KILLS=200 ONERETURN_SEED=7 request_kill_test --gtest_filter=AnswerKillTest.*
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/rpc/status_conversion.h"
#include "common/status/status_macros.h"
#include "common/status/testing/status_matchers.h"
#include "onereturn/requests/v1/answers_service.grpc.pb.h"
#include "onereturn/requests/v1/requests_service.grpc.pb.h"
#include "onereturn/returns/v1/returns_service.grpc.pb.h"
#include "tests/crash/calls.h"
#include "tests/crash/definitions.h"
#include "tests/crash/request_world.h"
#include "tests/crash/settings.h"
#include "tests/e2e/client_run.h"
#include "tests/harness/deployment.h"

namespace onereturn {
namespace {

using requests::v1::AnswerCell;
using requests::v1::AnswersService;
using requests::v1::RequestsService;
using requests::v1::StreamAnswerResponse;
using ::testing::AnyOf;

constexpr char kAnsweringService[] = "ingestion";
constexpr int kAnsweredOrganisations = 20;
constexpr int kAnsweredMonths = 12;
constexpr int kCellsAReturn = 30;
constexpr auto kStreamTakes = std::chrono::seconds(30);

// "ORG001 2000-01": a return.
std::string PlaceOf(const std::string& organisation, const std::string& period) {
  return absl::StrCat(organisation, " ", period);
}

// Newest revision of each return that the figures of an answer are made of.
std::map<std::string, uint32_t> RevisionsIn(const StreamAnswerResponse& answer) {
  std::map<std::string, uint32_t> revisions;
  for (const AnswerCell& cell : answer.cells()) {
    revisions[PlaceOf(cell.organisation(), cell.period())] = cell.sources(0).revision();
  }
  return revisions;
}

class AnswerKillTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_THAT(suite_->Start(kAnsweringService), IsOk());
    const auto steward = suite_->Channel(kSteward, kAnsweringService);
    ASSERT_THAT(ApplyToIngestion(DefinitionsOf(collection_, organisations_), steward), IsOk());
    ASSERT_THAT(DefineRequesters(steward), IsOk());
    for (const std::string& organisation : organisations_) {
      for (int month = 0; month < kAnsweredMonths; ++month) {
        ASSERT_THAT(Submit(organisation, MadeUpMonth(month)), IsOk());
      }
    }
    ASSERT_THAT(Issue(), IsOk());
  }

  // A new revision, whose cells are those of its number.
  absl::Status Submit(const std::string& organisation, const std::string& period) {
    const uint64_t number = ++revisions_[PlaceOf(organisation, period)];
    const std::string id = absl::StrCat(organisation, "-", period, "-", number);
    const auto stub =
        returns::v1::ReturnsService::NewStub(suite_->Channel(kLoader, kAnsweringService));
    return CallOnce(*stub, &returns::v1::ReturnsService::Stub::SubmitReturn,
                    MadeUpReturn(collection_, organisation, period, id, number))
        .status();
  }

  // A standing request of what is held; its name is name_.
  absl::Status Issue() {
    const auto asks = RequestsService::NewStub(suite_->Channel(kRequester, kAnsweringService));
    const auto decides = RequestsService::NewStub(suite_->Channel(kDecider, kAnsweringService));
    requests::v1::DraftRequestRequest draft;
    draft.set_request_id("draft");
    *draft.mutable_data_request() = MadeUpAsk(1, organisations_, kAnsweredMonths);
    draft.mutable_data_request()->mutable_lines()->RemoveLast();
    draft.mutable_data_request()->set_standing(true);
    ASSIGN_OR_RETURN(const auto drafted,
                     CallOnce(*asks, &RequestsService::Stub::DraftRequest, draft));
    name_ = drafted.data_request().name();
    requests::v1::MatchRequestRequest match;
    match.set_request_id("match");
    match.set_name(name_);
    RETURN_IF_ERROR(CallOnce(*asks, &RequestsService::Stub::MatchRequest, match).status());
    requests::v1::CloseConsultationRequest close;
    close.set_request_id("close");
    close.set_name(name_);
    RETURN_IF_ERROR(CallOnce(*asks, &RequestsService::Stub::CloseConsultation, close).status());
    requests::v1::DecideRequestRequest decide;
    decide.set_request_id("decide");
    decide.set_name(name_);
    decide.set_approve(true);
    decide.set_reason("a test");
    RETURN_IF_ERROR(CallOnce(*decides, &RequestsService::Stub::DecideRequest, decide).status());
    requests::v1::IssueRequestRequest issue;
    issue.set_request_id("issue");
    issue.set_name(name_);
    return CallOnce(*asks, &RequestsService::Stub::IssueRequest, issue).status();
  }

  // All of it, at a position or as it is now. An error where it broke off, or is not whole. Of the
  // receipt the entry alone: its proof leads to the newest head.
  absl::StatusOr<StreamAnswerResponse> Read(const std::string& position = "") {
    const auto stub = AnswersService::NewStub(suite_->Channel(kRequester, kAnsweringService));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kStreamTakes);
    requests::v1::StreamAnswerRequest request;
    request.set_name(name_);
    if (!position.empty()) request.mutable_read()->set_as_of_position(position);
    const auto stream = stub->StreamAnswer(&context, request);
    StreamAnswerResponse answer;
    StreamAnswerResponse page;
    while (stream->Read(&page)) answer.MergeFrom(page);
    RETURN_IF_ERROR(FromGrpcStatus(stream->Finish()));
    if (!answer.has_end()) return absl::DataLossError("it ended in order without its end");
    const std::string entry = answer.end().receipt().entry();
    answer.mutable_end()->mutable_receipt()->Clear();
    answer.mutable_end()->mutable_receipt()->set_entry(entry);
    return answer;
  }

  // What the watch has given, up to where it has looked.
  struct Watched {
    std::string position;
    std::map<std::string, uint32_t> revisions;  // Newest of each return whose figures came.
    uint64_t figures = 0;
    uint64_t given_again = 0;  // Returns that came as they had come before.
  };

  // Reads on until the service ends, or `enough` after a look.
  void Watch(Watched* watched, const std::function<bool()>& enough) {
    const auto stub = AnswersService::NewStub(suite_->Channel(kRequester, kAnsweringService));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kStreamTakes);
    requests::v1::WatchAnswerRequest request;
    request.set_name(name_);
    request.set_from_position(watched->position);
    const auto stream = stub->WatchAnswer(&context, request);
    StreamAnswerResponse look;  // Counts once it has its position.
    requests::v1::WatchAnswerResponse page;
    while (stream->Read(&page)) {
      look.mutable_cells()->MergeFrom(page.cells());
      if (page.position().empty()) continue;
      const auto told = RevisionsIn(look);
      EXPECT_EQ(look.cells_size(), static_cast<int>(told.size()) * kCellsAReturn);
      for (const auto& [place, revision] : told) {
        uint32_t& known = watched->revisions[place];
        watched->given_again += revision <= known ? 1 : 0;
        known = revision;
      }
      watched->figures += static_cast<uint64_t>(look.cells_size());
      watched->position = page.position();
      look.Clear();
      if (enough()) break;
    }
    context.TryCancel();
    (void)stream->Finish();
  }

  std::vector<std::string> ArgumentsTo(const std::string& file, const std::string& position) {
    return {"request", "answer",    Reference(),
            "--out",   file,        "--as-of",
            position,  "--profile", suite_->ProfileOf(kRequester).value()};
  }
  ClientRun AnswerTo(const std::string& file, const std::string& position) {
    return RunClient({ArgumentsTo(file, position)});
  }
  // The client reads the answer to a file, over and over, until the service is killed.
  void ReadWithTheClient(const std::string& position, const std::string& whole) {
    const std::string file = suite_->File("answer.csv");
    for (;;) {
      std::filesystem::remove(file);
      const ClientRun run = AnswerTo(file, position);
      ++files_ended_;
      files_ended_.notify_all();
      EXPECT_FALSE(std::filesystem::exists(file + ".part"));
      if (run.end != ProcessEnd{0, {}}) {
        ++files_broken_;
        // Refused; or all of the figures came, and the proof did not.
        EXPECT_THAT(run, AnyOf(ExitedWith(3), ExitedWith(1)));
        EXPECT_EQ(std::filesystem::exists(file), run.end == (ProcessEnd{1, {}}));
        if (std::filesystem::exists(file)) {
          EXPECT_EQ(ReadWholeFile(file), whole);
        }
        return;
      }
      ++files_whole_;
      EXPECT_EQ(ReadWholeFile(file), whole);
    }
  }
  void ReadOverAndOver(const StreamAnswerResponse& whole) {
    for (;;) {
      const auto again = Read(whole.end().position());
      if (!again.ok()) {
        ++answers_broken_;
        EXPECT_NE(again.status().code(), absl::StatusCode::kDataLoss) << again.status();
        return;
      }
      ++answers_whole_;
      EXPECT_EQ(again->SerializeAsString(), whole.SerializeAsString());
    }
  }
  void ReviseOverAndOver(uint64_t number) {
    for (;; ++number, ++revised_) {
      const std::string& organisation = organisations_[number % organisations_.size()];
      const auto month = static_cast<int>(number / organisations_.size() % kAnsweredMonths);
      if (!Submit(organisation, MadeUpMonth(month)).ok()) return;
    }
  }

  std::string Reference() const { return name_.substr(name_.find('/') + 1); }

  const MadeUpCollection collection_{"HELD", 1, {kCellsAReturn}};
  const std::vector<std::string> organisations_ = MadeUpOrganisations(kAnsweredOrganisations);
  const std::unique_ptr<Deployment> suite_ = Deployment::Create().value();
  std::string name_;
  std::map<std::string, uint64_t> revisions_;  // That were acknowledged or tried.
  std::atomic<uint64_t> files_ended_{0};
  uint64_t answers_whole_ = 0, answers_broken_ = 0, files_whole_ = 0, files_broken_ = 0,
           revised_ = 0;
};

TEST_F(AnswerKillTest, AnAnswerIsTheSameForEverAndAWatchMissesNothing) {
  const uint64_t seed = SeedFromEnvironment();
  std::mt19937_64 random(seed);
  const int kills = KillsFromEnvironment(4);
  const absl::StatusOr<StreamAnswerResponse> first = Read();
  ASSERT_THAT(first, IsOk());
  ASSERT_EQ(first->cells_size(), kAnsweredOrganisations * kAnsweredMonths * kCellsAReturn);
  const std::string file = suite_->File("undisturbed.csv");
  ASSERT_THAT(AnswerTo(file, first->end().position()), ExitedWith(0));
  const std::string text = ReadWholeFile(file);
  Watched watched;
  watched.position = first->end().position();
  for (int kill = 0; kill < kills && !HasFailure(); ++kill) {
    const uint64_t ended = files_ended_;
    std::vector<std::thread> threads;
    threads.emplace_back([&] { ReadOverAndOver(*first); });
    threads.emplace_back([&] { ReadWithTheClient(first->end().position(), text); });
    threads.emplace_back([&] { Watch(&watched, [] { return false; }); });
    threads.emplace_back([&, number = random()] { ReviseOverAndOver(number); });
    // Every other time something has been read whole before.
    if (kill % 2 == 0) files_ended_.wait(ended);
    std::this_thread::sleep_for(std::chrono::microseconds(50'000 + random() % 500'000));
    suite_->Kill9(kAnsweringService);
    for (std::thread& thread : threads) thread.join();
    ASSERT_THAT(suite_->Start(kAnsweringService), IsOk());
    const auto again = Read(first->end().position());
    ASSERT_THAT(again, IsOk());
    EXPECT_EQ(again->SerializeAsString(), first->SerializeAsString());
  }
  ASSERT_THAT(AnswerTo(file, first->end().position()), ExitedWith(0));
  EXPECT_EQ(ReadWholeFile(file), text);

  // The client itself is killed: the name is not there, or is that of all of it.
  for (int kill = 0; kill < kills; ++kill) {
    std::filesystem::remove(file);
    RunningClient client({ArgumentsTo(file, first->end().position())});
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 300'000));
    client.Send(SIGKILL);
    client.Finish();
    if (std::filesystem::exists(file)) {
      EXPECT_EQ(ReadWholeFile(file), text);
    }
  }

  // What was held at first and what the watch told come to what is held now.
  const std::string end = PlaceOf(organisations_[0], MadeUpMonth(0));
  ASSERT_THAT(Submit(organisations_[0], MadeUpMonth(0)), IsOk());
  const auto last = Read();
  ASSERT_THAT(last, IsOk());
  std::map<std::string, uint32_t> held = RevisionsIn(*first);
  const std::map<std::string, uint32_t> now = RevisionsIn(*last);
  Watch(&watched, [&] { return watched.revisions[end] == now.at(end); });
  for (const auto& [place, revision] : watched.revisions) held[place] = revision;
  EXPECT_EQ(held, now);
  EXPECT_EQ(watched.given_again, 0u);
  EXPECT_GT(files_whole_, 0u);
  const auto figure = [](uint64_t count) { return static_cast<unsigned long long>(count); };
  std::printf(
      "%d kills, seed %llu: %llu answers read whole, %llu broken off; %llu files written whole, "
      "%llu broken off; %llu revisions accepted, %llu figures watched, 0 missed, %llu given "
      "again\n",
      kills, figure(seed), figure(answers_whole_), figure(answers_broken_), figure(files_whole_),
      figure(files_broken_), figure(revised_), figure(watched.figures),
      figure(watched.given_again));
}

}  // namespace
}  // namespace onereturn

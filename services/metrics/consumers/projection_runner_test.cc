// Metrics without gRPC: definitions through the committer, ingestion's facts as pages, reads
// through the gate.
#include "services/metrics/consumers/projection_runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/cells/cell_chunk.h"
#include "common/feed/position.h"
#include "common/status/error.h"
#include "services/metrics/app/convert.h"
#include "services/metrics/app/define_metric.h"
#include "services/metrics/app/watch_values.h"
#include "services/metrics/domain/testing/ae_metrics.h"
#include "services/metrics/store/metrics_family.h"
#include "services/metrics/store/stored_tables.h"

namespace onereturn::metrics {
namespace {

using ::testing::SizeIs;

// What ingestion accepted, as it would come through its feed.
class Source {
 public:
  void Add(feed::v1::EntryKind kind, const google::protobuf::Message& fact,
           std::vector<std::string> chunks = {}) {
    FeedFact added;
    added.entry.set_kind(kind);
    added.entry.set_format(1);
    added.entry.set_epoch(epoch_);
    added.entry.set_sequence(facts_.size() + 1);
    added.entry.set_time_micros(1'000 + static_cast<int64_t>(facts_.size()));
    added.entry.set_fact(fact.SerializeAsString());
    added.chunks = std::move(chunks);
    facts_.push_back(std::move(added));
  }

  void AddProvider(const std::string& code) {
    feed::v1::OrganisationDefined defined;
    catalogue::v1::Organisation* organisation = defined.mutable_organisation();
    organisation->set_code(code);
    organisation->set_display_name(absl::StrCat("The ", code));
    organisation->set_type(catalogue::v1::ORGANISATION_TYPE_PROVIDER);
    catalogue::v1::Relationship* tie = organisation->add_relationships();
    tie->set_kind(catalogue::v1::RELATIONSHIP_KIND_PROVIDER_TO_ICB);
    tie->set_parent("QHG");
    tie->set_from_date("2022-07-01");
    tie->set_lead(true);
    Add(feed::v1::ENTRY_KIND_ORGANISATION_DEFINED, defined);
  }

  void AddReturn(const std::string& code, const std::string& period, int64_t attendances,
                 int64_t over4h, uint32_t revision = 1) {
    std::vector<Cell> cells(2);
    cells[0].item = "attendances";
    cells[1].item = "over4h";
    for (Cell& cell : cells) cell.dimensions = {{"booked", "no"}, {"department", "type1"}};
    cells[0].value = Decimal::FromWhole(attendances);
    cells[1].value = Decimal::FromWhole(over4h);
    feed::v1::ReturnAccepted accepted;
    accepted.set_organisation(code);
    accepted.set_collection(kAeCollection);
    accepted.set_period(period);
    accepted.set_revision(revision);
    Add(feed::v1::ENTRY_KIND_RETURN_ACCEPTED, accepted, PackCells(cells).value());
  }

  // Ingestion was restored to its first `kept` facts.
  void Restore(size_t kept) {
    facts_.resize(kept);
    ++epoch_;
  }

  // The facts after what the taker holds, as one page; then a heartbeat.
  absl::Status SendTo(FeedTaker* taker) const {
    absl::StatusOr<FeedProgress> progress = taker->Progress();
    if (!progress.ok()) return progress.status();
    FeedPage page;
    page.progress = *progress;
    page.progress.epoch = epoch_;
    for (size_t i = progress->sequence; i < facts_.size(); ++i) {
      page.facts.push_back(facts_[i]);
      page.progress.frontier.Append(HashLeaf(facts_[i].entry.SerializeAsString()));
    }
    page.progress.sequence = std::max<uint64_t>(progress->sequence, facts_.size());
    page.progress.through_time = Timestamp{1'000'000};
    if (!page.facts.empty()) {
      if (absl::Status taken = taker->Take(page); !taken.ok()) return taken;
    }
    page.facts.clear();
    page.caught_up = true;
    return taker->Take(page);
  }

  size_t size() const { return facts_.size(); }

 private:
  uint64_t epoch_ = 1;
  std::vector<FeedFact> facts_;
};

class RunnerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    StoreOptions options;
    options.path = "/store";
    options.service = "metrics";
    options.column_families = MetricsFamilies();
    options.small_buffers = true;
    options.memory_files = MemoryFiles::Create();
    store_ = Store::Create(options).value();
    CommitterOptions committer_options;
    committer_options.service = "metrics";
    committer_options.on_fatal = [](const absl::Status&) { ONERETURN_CHECK(false); };
    committer_ =
        Committer::Start(store_.get(), &clock_, SigningKey::Generate().value(), committer_options)
            .value();
    tables_ = std::make_unique<StoredTables>(store_.get());
    gate_ = std::make_unique<ReadGate>(tables_.get(), &clock_);
    runner_ =
        ProjectionRunner::Start(store_.get(), tables_.get(), committer_.get(), gate_.get()).value();
    writer_ =
        std::make_unique<FactWriter>(store_.get(), committer_.get(),
                                     [](const std::function<void()>& /*work*/) { return false; });
    define_ = std::make_unique<DefineMetric>(writer_.get());
  }

  void TearDown() override {
    runner_->Stop();
    committer_->Stop();
  }

  absl::StatusOr<DefinedMetric> Define(const std::string& request_id, const v1::Metric& metric,
                                       bool validate_only = false) {
    DefineRequest request;
    request.actor = "spiffe://onereturn.example/steward";
    request.request_id = request_id;
    request.digest = Sha256(metric.SerializeAsString());
    request.validate_only = validate_only;
    request.metric = metric;
    std::promise<absl::StatusOr<DefinedMetric>> promise;
    define_->Run(request, [&promise](absl::StatusOr<DefinedMetric> defined) {
      promise.set_value(std::move(defined));
    });
    return promise.get_future().get();
  }

  static v1::Metric FourHourWire() {
    v1::Metric metric = ToWire(DefinitionRecord{FourHour("four_hour"), 0});
    metric.clear_version();
    metric.clear_etag();
    return metric;
  }

  // Includes metrics' own facts up to `own`, and answers "80.0 %", or the reason.
  std::string Ask(const std::string& organisation, uint64_t own, const std::string& as_of = "") {
    ReadWish wish;
    onereturn::Position at_least;
    at_least.Set("metrics", {1, own});
    wish.at_least = at_least.ToString();
    wish.as_of_position = as_of;
    wish.deadline = SystemClock().Now();
    wish.deadline.micros += 10'000'000;
    std::string answer;
    const absl::Status status = gate_->Read(wish, [&](MetricReader* reader) -> absl::Status {
      const auto record = reader->Definition("four_hour", 0);
      if (!record.ok()) return record.status();
      const auto value =
          reader->Value(record->definition, organisation, Period::Parse("2024-03").value());
      if (!value.ok()) return value.status();
      answer = DisplayValue(record->definition, *value);
      position_ = PositionText(reader->position());
      return absl::OkStatus();
    });
    return status.ok() ? answer : std::string(NameOf(ReasonOf(status)));
  }

  // Waits, without sleeping longer than needed, until nothing is being computed and own facts are
  // taken.
  Digest HashAtRest(uint64_t own) {
    while (true) {
      const uint64_t seen = gate_->WaitForProgress(UINT64_MAX, 0);
      const absl::StatusOr<DerivedHash> hash = tables_->Hash();
      if (hash.ok() && hash->metrics.sequence >= own) return hash->digest;
      gate_->WaitForProgress(seen, 1'000'000);
    }
  }

  SystemClock clock_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Committer> committer_;
  std::unique_ptr<StoredTables> tables_;
  std::unique_ptr<ReadGate> gate_;
  std::unique_ptr<ProjectionRunner> runner_;
  std::unique_ptr<FactWriter> writer_;
  std::unique_ptr<DefineMetric> define_;
  std::string position_;  // Of the last answer.
};

TEST_F(RunnerTest, DefinitionsAreJudgedAndGivenVersions) {
  v1::Metric metric = FourHourWire();
  const auto judged = Define("r0", metric, /*validate_only=*/true);
  ASSERT_TRUE(judged.ok());
  EXPECT_FALSE(judged->accepted.has_value());
  const auto first = Define("r1", metric);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->metric.version(), 1u);
  EXPECT_EQ(first->metric.name(), "metrics/four_hour");
  EXPECT_EQ(first->metric.etag(), "\"1\"");
  const auto repeated = Define("r1", metric);
  ASSERT_TRUE(repeated.ok());
  EXPECT_TRUE(repeated->accepted->replayed);
  EXPECT_EQ(repeated->metric.etag(), "\"1\"");
  EXPECT_TRUE(Define("r2", metric)->unchanged);
  metric.set_description("said better");
  EXPECT_EQ(ReasonOf(Define("r1", metric).status()), Reason::kRequestIdReused);
  metric.set_etag("\"7\"");
  EXPECT_EQ(ReasonOf(Define("r3", metric).status()), Reason::kEtagMismatch);
  metric.set_etag("\"1\"");
  EXPECT_EQ(Define("r3", metric)->metric.version(), 2u);
  metric.set_version(5);
  EXPECT_EQ(ReasonOf(Define("r4", metric).status()), Reason::kOutputOnly);
  metric.clear_version();
  metric.clear_etag();
  metric.clear_numerator();
  EXPECT_EQ(ReasonOf(Define("r4", metric).status()), Reason::kDefinitionInvalid);
  EXPECT_EQ(ReasonOf(Define("", FourHourWire()).status()), Reason::kRequestId);
}

TEST_F(RunnerTest, ALateDefinitionIsBackfilledAndPositionsStay) {
  Source source;
  source.AddProvider("RC9");
  source.AddReturn("RC9", "2024-03", 100, 40);
  ASSERT_TRUE(source.SendTo(runner_.get()).ok());
  ASSERT_TRUE(Define("r1", FourHourWire()).ok());
  EXPECT_EQ(Ask("RC9", 1), "60.0 %");
  const std::string before = position_;
  source.AddReturn("RC9", "2024-03", 100, 20, 2);
  ASSERT_TRUE(source.SendTo(runner_.get()).ok());
  EXPECT_EQ(Ask("RC9", 1), "80.0 %");
  EXPECT_EQ(Ask("RC9", 1, before), "60.0 %");
  EXPECT_EQ(Ask("RXX", 1), "NOT_FOUND");
}

TEST_F(RunnerTest, RebuiltTablesHaveTheSameHash) {
  Source source;
  source.AddProvider("RC9");
  for (int i = 0; i < 40; ++i) {
    source.AddReturn("RC9", absl::StrCat("2023-", i % 9 + 1 < 10 ? "0" : "", i % 9 + 1), 100 + i,
                     i);
  }
  ASSERT_TRUE(source.SendTo(runner_.get()).ok());
  ASSERT_TRUE(Define("r1", FourHourWire()).ok());
  const Digest before = HashAtRest(1);
  ASSERT_TRUE(runner_->Rebuild().ok());
  // A page of before the drop comes too late: refused, and the consumer connects anew.
  EXPECT_EQ(runner_->Take(FeedPage{}).code(), absl::StatusCode::kUnavailable);
  ASSERT_TRUE(source.SendTo(runner_.get()).ok());
  EXPECT_EQ(HashAtRest(1), before);
  EXPECT_EQ(runner_->fault(), "");
}

TEST_F(RunnerTest, ARestoredSourceIsTakenAgain) {
  Source source;
  source.AddProvider("RC9");
  source.AddReturn("RC9", "2024-03", 100, 40);
  ASSERT_TRUE(source.SendTo(runner_.get()).ok());
  ASSERT_TRUE(Define("r1", FourHourWire()).ok());
  EXPECT_EQ(Ask("RC9", 1), "60.0 %");
  const std::string kept = position_;
  source.AddReturn("RC9", "2024-03", 100, 10, 2);
  ASSERT_TRUE(source.SendTo(runner_.get()).ok());
  EXPECT_EQ(Ask("RC9", 1), "90.0 %");
  const std::string lost = position_;
  source.Restore(2);
  source.AddReturn("RC9", "2024-03", 100, 30, 2);
  EXPECT_EQ(ReasonOf(source.SendTo(runner_.get())), Reason::kEpochChanged);
  ASSERT_TRUE(runner_->StartAgain().ok());
  ASSERT_TRUE(source.SendTo(runner_.get()).ok());
  EXPECT_EQ(Ask("RC9", 1), "70.0 %");
  EXPECT_EQ(Ask("RC9", 1, kept), "60.0 %");
  EXPECT_EQ(Ask("RC9", 1, lost), "EPOCH_CHANGED");
}

TEST_F(RunnerTest, ChangesAreGivenOnceAndInSteps) {
  Source source;
  source.AddProvider("RC9");
  source.AddReturn("RC9", "2024-03", 100, 40);
  ASSERT_TRUE(source.SendTo(runner_.get()).ok());
  ASSERT_TRUE(Define("r1", FourHourWire()).ok());
  EXPECT_EQ(Ask("RC9", 1), "60.0 %");
  const auto changes = [&](const Position& from) {
    return ChangesAfter(*tables_->Snapshot(), from, "").value();
  };
  // From nothing: first ingestion's facts, under no definition; then the definition with all its
  // values.
  ChangedValues step = changes(Position{{1, 0}, {1, 0}});
  EXPECT_THAT(step.values, SizeIs(0));
  EXPECT_EQ(step.through, (Position{{1, 2}, {1, 0}}));
  step = changes(step.through);
  ASSERT_THAT(step.values, SizeIs(1));
  EXPECT_EQ(step.values[0].value.organisation, "RC9");
  EXPECT_EQ(step.through, (Position{{1, 2}, {1, 1}}));
  EXPECT_THAT(changes(step.through).values, SizeIs(0));
  source.AddReturn("RC9", "2024-03", 100, 10, 2);
  source.AddReturn("RC9", "2024-03", 100, 20, 3);
  ASSERT_TRUE(source.SendTo(runner_.get()).ok());
  step = changes(step.through);
  ASSERT_THAT(step.values, SizeIs(1));
  EXPECT_EQ(DisplayValue(step.values[0].definition, step.values[0].value), "80.0 %");
  EXPECT_EQ(step.through, (Position{{1, 4}, {1, 1}}));
}

TEST_F(RunnerTest, WaitingForWhatNeverComesEndsAtTheDeadline) {
  ReadWish wish;
  onereturn::Position at_least;
  at_least.Set("metrics", {1, 99});
  wish.at_least = at_least.ToString();
  wish.deadline = clock_.Now();
  const absl::Status status = gate_->Read(wish, [](MetricReader*) { return absl::OkStatus(); });
  EXPECT_EQ(ReasonOf(status), Reason::kNotCaughtUp);
  wish.at_least = "no position";
  EXPECT_EQ(ReasonOf(gate_->Read(wish, [](MetricReader*) { return absl::OkStatus(); })),
            Reason::kPositionInvalid);
}

}  // namespace
}  // namespace onereturn::metrics

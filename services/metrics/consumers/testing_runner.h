// For the tests of this library: metrics without gRPC. Definitions go through the committer,
// ingestion's facts come as pages, reads go through the gate.
#ifndef ONERETURN_SERVICES_METRICS_CONSUMERS_TESTING_RUNNER_H_
#define ONERETURN_SERVICES_METRICS_CONSUMERS_TESTING_RUNNER_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/cells/cell_chunk.h"
#include "common/clock/clock.h"
#include "common/feed/position.h"
#include "common/status/error.h"
#include "services/metrics/app/convert.h"
#include "services/metrics/app/define_metric.h"
#include "services/metrics/consumers/projection_runner.h"
#include "services/metrics/domain/testing/ae_metrics.h"
#include "services/metrics/store/metrics_family.h"
#include "services/metrics/store/stored_tables.h"

namespace onereturn::metrics {
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

// Stored tables whose drop can be made to fail.
class FaultyTables final : public DerivedTables {
 public:
  enum class Fault {
    kNone,
    kBeforeDrop,  // Nothing is dropped.
    kAfterDrop,   // Everything is dropped, and the answer says that something failed.
  };

  explicit FaultyTables(StoredTables* tables) : tables_(tables) {}

  std::unique_ptr<DerivedReader> Snapshot() const override { return tables_->Snapshot(); }
  std::unique_ptr<DerivedBatch> NewBatch() override { return tables_->NewBatch(); }
  absl::Status Commit(std::unique_ptr<DerivedBatch> batch) override {
    return tables_->Commit(std::move(batch));
  }
  absl::Status Drop() override {
    if (fault_ != Fault::kBeforeDrop) {
      if (absl::Status dropped = tables_->Drop(); !dropped.ok()) return dropped;
    }
    return fault_ == Fault::kNone ? absl::OkStatus() : absl::UnavailableError("the disk failed");
  }

  // For the drops to come; one thread at a time.
  void SetFault(Fault fault) { fault_ = fault; }

 private:
  StoredTables* const tables_;
  Fault fault_ = Fault::kNone;
};

// The machine's clock, and how often it was asked.
class CountingClock final : public Clock {
 public:
  Timestamp Now() const override {
    ++asked_;
    asked_.notify_all();
    return clock_.Now();
  }
  void WaitForMore(int64_t times) const {
    const int64_t wanted = asked_ + times;
    for (int64_t asked = asked_; asked < wanted; asked = asked_) asked_.wait(asked);
  }

 private:
  SystemClock clock_;
  mutable std::atomic<int64_t> asked_ = 0;
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
    faulty_ = std::make_unique<FaultyTables>(tables_.get());
    gate_ = std::make_unique<ReadGate>(
        tables_.get(), &clock_, [](const std::string&) -> absl::StatusOr<std::shared_ptr<void>> {
          return std::make_shared<int>(0);
        });
    runner_ =
        ProjectionRunner::Start(store_.get(), faulty_.get(), committer_.get(), gate_.get()).value();
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

  CountingClock clock_;  // The committer's: the runner asks it whenever it looks for own facts.
  std::unique_ptr<Store> store_;
  std::unique_ptr<Committer> committer_;
  std::unique_ptr<StoredTables> tables_;
  std::unique_ptr<FaultyTables> faulty_;  // What the runner has.
  std::unique_ptr<ReadGate> gate_;
  std::unique_ptr<ProjectionRunner> runner_;
  std::unique_ptr<FactWriter> writer_;
  std::unique_ptr<DefineMetric> define_;
  std::string position_;  // Of the last answer.
};

}  // namespace onereturn::metrics

#endif  // ONERETURN_SERVICES_METRICS_CONSUMERS_TESTING_RUNNER_H_

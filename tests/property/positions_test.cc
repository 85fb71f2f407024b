// The promise that everything else rests on: the same position gives the same answer for ever.
//
// Method: many small random histories. In each, facts arrive at two sources, a projection follows
// them in random steps, definitions come late and are backfilled, the process is killed, what is
// derived is dropped and rebuilt, and ingestion is restored to an earlier place. All along, random
// questions are asked at random positions; each answer must equal a naive oracle's over the logs,
// and must be the same when asked again at the end. Then the tables must equal those of a
// projection that took everything in one go.
//
// ONERETURN_POSITION_RUNS (and, on disk, ONERETURN_POSITION_STORED_RUNS) sets the number of
// histories, ONERETURN_POSITION_SEED the first one's seed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "services/metrics/domain/league.h"
#include "services/metrics/domain/projection.h"
#include "services/metrics/domain/value.h"
#include "tests/property/answers.h"
#include "tests/property/backends.h"
#include "tests/property/oracle.h"
#include "tests/property/world_generator.h"

namespace onereturn::metrics {
namespace {

struct Counts {
  uint64_t answered = 0, caught_up_refusals = 0, values = 0, tables = 0;
  uint64_t kills = 0, rebuilds = 0, restores = 0, backfill_steps = 0, revisions = 0;
  uint64_t asked_again = 0, lost_by_restore = 0;
};

// One history.
class History {
 public:
  History(uint64_t seed, Counts* counts, MakeBackend make_backend)
      : random_(seed),
        counts_(counts),
        make_backend_(make_backend),
        backend_(make_backend()),
        tables_(backend_->tables()) {
    for (LogEntry& entry : random_.FirstIngestionEntries()) Append(std::move(entry));
    for (uint64_t count = 1 + random_.Below(3); count > 0; --count) AppendDefinition();
    Reopen();
  }

  void Run() {
    const uint64_t steps = 30 + random_.Below(30);
    for (uint64_t step = 0; step < steps && !::testing::Test::HasFailure(); ++step) Step();
    if (::testing::Test::HasFailure()) return;
    Drain();
    AskEverythingAgain();
    CompareWithOneGo();
  }

 private:
  struct Note {
    Position position;
    Question question;
    std::string answer;
  };

  void Append(LogEntry entry) {
    entry.epoch = epoch_;
    if (const auto* plain = std::get_if<PlainReturn>(&entry.content)) {
      if (plain->revision > 1) ++counts_->revisions;
    }
    ingestion_.push_back(std::move(entry));
  }

  void AppendDefinition() {
    LogEntry entry = random_.MetricsEntry(metrics_);
    entry.epoch = 1;
    metrics_.push_back(std::move(entry));
  }

  void Step() {
    switch (random_.Below(18)) {
      case 0:
      case 1:
      case 2:
      case 3: {
        const uint64_t count = 1 + random_.Below(5);
        for (uint64_t i = 0; i < count; ++i) Append(random_.IngestionEntry(ingestion_));
        break;
      }
      case 4:
        AppendDefinition();
        break;
      case 5:
      case 6:
      case 7:
        Take(Feed::kIngestion, random_.OneIn(3) ? 1 + random_.Below(4) : 60);
        break;
      case 8:
        Take(Feed::kMetrics, 1 + random_.Below(4));
        break;
      case 9:
        Backfill(random_.OneIn(3) ? 1 + random_.Below(4) : 60);
        break;
      case 10:
        Misfortune();
        break;
      default:  // Often while all is quiet, too.
        Ask();
    }
  }

  void Misfortune() {
    const uint64_t kind = random_.Below(8);
    if (kind < 4) {  // Killed: what was not committed is lost.
      ++counts_->kills;
      tables_.LoseNextCommit();
      const uint64_t work = random_.Below(3);
      if (work == 0) Take(Feed::kIngestion, 2);
      if (work == 1) Take(Feed::kMetrics, 1);
      if (work == 2) Backfill(2);
      Reopen();
    } else if (kind < 7) {
      ++counts_->rebuilds;
      Rebuild();
    } else {
      ++counts_->restores;
      Restore();
    }
  }

  // Ingestion loses what came after a place, and goes on in a new epoch.
  void Restore() {
    // Mostly the newest few are lost.
    const uint64_t kept = ingestion_.size() - random_.Below(1 + ingestion_.size() / 3);
    ingestion_.resize(kept);
    ++epoch_;
    restores_.push_back({epoch_, kept});
    if (random_.OneIn(2)) Append(random_.IngestionEntry(ingestion_));
  }

  void Reopen() {
    absl::StatusOr<std::unique_ptr<Projection>> opened = Projection::Open(&tables_);
    ASSERT_TRUE(opened.ok()) << opened.status();
    projection_ = *std::move(opened);
  }

  void Rebuild() {
    ASSERT_TRUE(tables_.Drop().ok());
    Reopen();
  }

  void Take(Feed feed, uint64_t count) {
    const Log& log = feed == Feed::kIngestion ? ingestion_ : metrics_;
    const uint64_t taken = projection_->cursor(feed).sequence;
    std::vector<Fact> facts;
    // After a restore the source may be shorter than what was followed.
    for (uint64_t i = taken; i < log.size() && facts.size() < count; ++i) {
      facts.push_back(ToFact(log[i], i + 1));
    }
    CursorNote note;
    note.epoch = feed == Feed::kIngestion ? epoch_ : 1;
    note.caught_up = taken + facts.size() == log.size();
    const absl::Status status = facts.empty() ? projection_->ApplyHeartbeat(feed, note)
                                              : projection_->Apply(feed, facts, note);
    if (status.ok()) return;
    if (ReasonOf(status) == Reason::kEpochChanged) {
      Rebuild();
    } else {
      ASSERT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
      Reopen();
    }
  }

  void Backfill(uint64_t entries) {
    const absl::StatusOr<bool> more =
        projection_->BackfillStep(entries, 100 + random_.Below(2'000));
    if (!more.ok()) {
      ASSERT_EQ(more.status().code(), absl::StatusCode::kUnavailable) << more.status();
      Reopen();
    } else if (*more) {
      ++counts_->backfill_steps;
    }
  }

  std::string Answer(const Position& position, const Question& question) {
    const std::unique_ptr<DerivedReader> reader = tables_.Snapshot();
    RequestedPosition requested{position.ingestion, position.metrics};
    const absl::StatusOr<Position> resolved = ResolvePosition(*reader, requested);
    if (!resolved.ok()) return std::string(NameOf(ReasonOf(resolved.status())));
    MetricReader metric_reader(reader.get(), *resolved);
    const auto definition = metric_reader.Definition(question.metric, question.version);
    if (!definition.ok()) return std::string(NameOf(ReasonOf(definition.status())));
    if (question.organisation.empty()) {
      const auto league = ComputeLeague(&metric_reader, definition->definition, question.period);
      if (!league.ok()) return std::string(NameOf(ReasonOf(league.status())));
      if (league->entries.size() > 1) ++counts_->tables;
      return Describe(*league);
    }
    const auto value =
        metric_reader.Value(definition->definition, question.organisation, question.period);
    if (!value.ok()) return std::string(NameOf(ReasonOf(value.status())));
    if (value->state == ValueState::kValue) ++counts_->values;
    return Describe(*value);
  }

  // A position is lost when a later restore went back behind it.
  bool Lost(const FeedPosition& position) const {
    return std::any_of(restores_.begin(), restores_.end(),
                       [&position](const RestorePoint& restore) {
                         return restore.epoch > position.epoch && position.sequence > restore.kept;
                       });
  }

  std::string Expected(const Position& position, const Question& question) const {
    return OracleAnswer(ingestion_, metrics_,
                        {position.ingestion.sequence, position.metrics.sequence}, question);
  }

  // The newest often, any other sometimes.
  uint64_t AnySequence(uint64_t newest) {
    return random_.OneIn(3) ? newest : newest - random_.Below(newest / 2 + 1);
  }

  void Ask() {
    const FeedCursor& ingestion = projection_->cursor(Feed::kIngestion);
    // Until the consumer has heard of a restore it answers from the history it knows: the oracle no
    // longer does.
    if (ingestion.epoch != epoch_) return;
    const FeedCursor& metrics = projection_->cursor(Feed::kMetrics);
    const Position position{{ingestion.epoch, AnySequence(ingestion.sequence)},
                            {metrics.epoch, AnySequence(metrics.sequence)}};
    const Question question = random_.AnyQuestion();
    const std::string answer = Answer(position, question);
    const std::string expected = Expected(position, question);
    if (answer == "NOT_CAUGHT_UP") {
      ++counts_->caught_up_refusals;
      // Refused only while a backfill is under way; what it will be is asked at the end.
      ASSERT_TRUE(BackfillUnderWay());
    } else {
      ++counts_->answered;
      ASSERT_EQ(answer, expected) << Where(position, question);
    }
    notes_.push_back({position, question, expected});
  }

  bool BackfillUnderWay() const {
    const std::unique_ptr<DerivedReader> reader = tables_.Snapshot();
    const std::vector<DefinitionRecord> records = reader->Definitions().value();
    return std::any_of(records.begin(), records.end(), [&reader](const DefinitionRecord& record) {
      return reader->BackfillThrough(record.id())->has_value();
    });
  }

  void Drain() {
    for (int i = 0; i < 1'000 && !::testing::Test::HasFailure(); ++i) {
      Take(Feed::kIngestion, 20);
      Take(Feed::kMetrics, 3);
      Backfill(20);
      if (projection_->cursor(Feed::kIngestion).epoch == epoch_ &&
          projection_->cursor(Feed::kIngestion).sequence == ingestion_.size() &&
          projection_->cursor(Feed::kMetrics).epoch == 1 &&
          projection_->cursor(Feed::kMetrics).sequence == metrics_.size() && !BackfillUnderWay()) {
        return;
      }
    }
    FAIL() << "the projection does not come to rest";
  }

  void AskEverythingAgain() {
    for (const Note& note : notes_) {
      ++counts_->asked_again;
      if (Lost(note.position.ingestion)) {
        ++counts_->lost_by_restore;
        ASSERT_EQ(Answer(note.position, note.question), "EPOCH_CHANGED")
            << Where(note.position, note.question);
      } else {
        ASSERT_EQ(Answer(note.position, note.question), note.answer)
            << Where(note.position, note.question);
      }
    }
  }

  // The same facts in one batch a feed, definitions first: every leaf computed as its return comes
  // in.
  void CompareWithOneGo() {
    const std::unique_ptr<Backend> straight = make_backend_();
    auto projection = Projection::Open(straight->tables());
    ASSERT_TRUE(projection.ok());
    for (const Feed feed : {Feed::kMetrics, Feed::kIngestion}) {
      const Log& log = feed == Feed::kIngestion ? ingestion_ : metrics_;
      std::vector<Fact> facts;
      for (uint64_t i = 0; i < log.size(); ++i) facts.push_back(ToFact(log[i], i + 1));
      CursorNote note;
      note.epoch = feed == Feed::kIngestion ? epoch_ : 1;
      note.caught_up = true;
      const absl::Status status = facts.empty() ? (*projection)->ApplyHeartbeat(feed, note)
                                                : (*projection)->Apply(feed, facts, note);
      ASSERT_TRUE(status.ok()) << status;
    }
    ASSERT_TRUE(straight->SameContent(*backend_)) << "what is derived depends on how it came about";
  }

  std::string Where(const Position& position, const Question& question) const {
    return absl::StrCat("position (", position.ingestion.epoch, ", ", position.ingestion.sequence,
                        "; ", position.metrics.sequence, "), metric ", question.metric, " version ",
                        question.version, ", organisation \"", question.organisation, "\", period ",
                        question.period.ToString());
  }

  struct RestorePoint {
    uint64_t epoch;
    uint64_t kept;
  };

  WorldGenerator random_;
  Counts* const counts_;
  const MakeBackend make_backend_;
  const std::unique_ptr<Backend> backend_;
  MortalTables tables_;
  uint64_t epoch_ = 1;
  std::vector<RestorePoint> restores_;
  Log ingestion_;
  Log metrics_;
  std::unique_ptr<Projection> projection_;
  std::vector<Note> notes_;
};

uint64_t NumberFromEnvironment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

void RunHistories(uint64_t runs, MakeBackend make_backend) {
  const uint64_t seed = NumberFromEnvironment("ONERETURN_POSITION_SEED", 20'220'701);
  std::cout << "positions: " << runs << " histories from seed " << seed << std::endl;
  Counts counts;
  for (uint64_t run = 0; run < runs; ++run) {
    SCOPED_TRACE(absl::StrCat(
        "one history again: ONERETURN_POSITION_RUNS=1 ONERETURN_POSITION_SEED=", seed + run));
    History(seed + run, &counts, make_backend).Run();
    if (::testing::Test::HasFailure()) return;
  }
  std::cout << "positions: " << counts.answered << " answers (" << counts.values << " values, "
            << counts.tables << " tables of two or more, counted again when asked again), "
            << counts.caught_up_refusals << " not caught up, " << counts.asked_again
            << " asked again (" << counts.lost_by_restore << " lost by a restore), "
            << counts.revisions << " revisions, " << counts.backfill_steps << " backfill steps, "
            << counts.kills << " kills, " << counts.rebuilds << " rebuilds, " << counts.restores
            << " restores" << std::endl;
  // A generator that went quiet would prove nothing.
  if (runs >= 1'000) {
    EXPECT_GT(counts.answered, runs);
    EXPECT_GT(counts.values, runs);
    EXPECT_GT(counts.tables, runs / 4);
    EXPECT_GT(counts.caught_up_refusals, runs / 10);
    EXPECT_GT(counts.lost_by_restore, runs / 10);
    EXPECT_GT(counts.backfill_steps, runs);
    EXPECT_GT(counts.revisions, runs / 10);
    EXPECT_GT(counts.kills, runs / 10);
    EXPECT_GT(counts.rebuilds, runs / 10);
  }
}

TEST(PositionsTest, TheSamePositionAlwaysGivesTheSameAnswer) {
  RunHistories(NumberFromEnvironment("ONERETURN_POSITION_RUNS", 10'000),
               []() -> std::unique_ptr<Backend> { return std::make_unique<MemoryBackend>(); });
}

// The same on the tables as they lie on disk: fewer, for each history opens stores of its own.
TEST(PositionsTest, SoItIsOnDisk) {
  RunHistories(NumberFromEnvironment("ONERETURN_POSITION_STORED_RUNS", 25),
               []() -> std::unique_ptr<Backend> { return std::make_unique<StoredBackend>(); });
}

}  // namespace
}  // namespace onereturn::metrics

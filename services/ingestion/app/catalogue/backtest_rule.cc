#include "services/ingestion/app/catalogue/backtest_rule.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/utf8.h"
#include "common/commit/journal.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/catalogue/catalogue_time.h"
#include "services/ingestion/app/returns/accepted_return.h"
#include "services/ingestion/app/returns/earlier_returns.h"
#include "services/ingestion/app/returns/stored_cells.h"
#include "services/ingestion/app/returns/what_was_owed.h"
#include "services/ingestion/definitions/collection_builder.h"
#include "services/ingestion/domain/judgement.h"
#include "services/ingestion/store/catalogue_table.h"

namespace onereturn::ingestion {
namespace {

constexpr uint32_t kReturnsAProgress = 500;

struct ReturnToTry {
  ReturnKey key;
  RevisionPlace place;
  Period period;
};

// The collection with this rule and no other, for each time; null where it does not fit.
using CollectionsByDay = std::map<CivilDay, std::unique_ptr<const Collection>>;

// The faults as those of the rule, not of the collection that it was put into.
absl::Status FaultsOfRule(const absl::Status& built) {
  const std::optional<ErrorDetails> details = DetailsOf(built);
  if (!details.has_value()) return built;
  Error faults(details->reason, "the rule cannot be tried as it is");
  for (const FieldViolation& fault : details->fields) {
    absl::string_view field = fault.field;
    const bool of_rule = absl::ConsumePrefix(&field, "rules[0]");
    faults.Field(of_rule ? absl::StrCat("rule", field) : fault.field, fault.description);
  }
  return faults;
}

absl::StatusOr<CollectionsByDay> WithRule(const Reader& reader, const BacktestWish& wish) {
  CatalogueTime time(&reader);
  ASSIGN_OR_RETURN(const CollectionTimeline* timeline, time.Collection(wish.collection));
  ASSIGN_OR_RETURN(const std::vector<CivilDay> days,
                   time.DaysOfChange(wish.collection, CivilDay::Earliest()));
  if (days.empty()) {
    return Error(
               Reason::kDefinitionUnknown,
               absl::StrCat("there is no collection \"", CutAtCharacter(wish.collection, 32), "\""))
        .Field("collection", "is not defined");
  }
  CollectionsByDay collections;
  for (const CivilDay& day : days) {
    catalogue::v1::Collection definition = *timeline->On(day);
    definition.clear_layouts();
    definition.clear_rules();
    *definition.add_rules() = wish.rule;
    absl::StatusOr<Collection> built =
        BuildCollection(definition, time.ItemsOn(day), time.OrganisationsOn(day));
    if (!built.ok() && day == days.back()) return FaultsOfRule(built.status());
    if (!built.ok() && !DetailsOf(built.status()).has_value()) return built.status();
    collections[day] = built.ok() ? std::make_unique<const Collection>(*std::move(built)) : nullptr;
  }
  return collections;
}

// The newest first; within a period by organisation.
absl::StatusOr<std::vector<ReturnToTry>> ReturnsOf(const Reader& reader, const BacktestWish& wish,
                                                   bool* incomplete) {
  std::vector<ReturnToTry> held;
  RETURN_IF_ERROR(
      VisitReturns(reader, OrganisationScope::National(), wish.collection, "", kNewest, "",
                   [&](const ReturnKey& key, const RevisionPlace& place) -> absl::StatusOr<bool> {
                     const absl::StatusOr<Period> period = Period::Parse(key.period);
                     if (!period.ok())
                       return absl::DataLossError("a stored return's period cannot be read");
                     if (wish.from.has_value() && period->start() < wish.from->start()) return true;
                     if (wish.to.has_value() && period->start() > wish.to->start()) return true;
                     held.push_back({key, place, *period});
                     return true;
                   }));
  std::stable_sort(held.begin(), held.end(), [](const ReturnToTry& a, const ReturnToTry& b) {
    return a.period.start() > b.period.start();
  });
  *incomplete = held.size() > wish.most_returns;
  if (*incomplete) held.erase(held.begin() + static_cast<int64_t>(wish.most_returns), held.end());
  return held;
}

class Backtest {
 public:
  Backtest(const Reader& reader, const BacktestWish& wish, CollectionsByDay collections)
      : reader_(reader), wish_(wish), collections_(std::move(collections)) {}

  absl::Status Examine(const ReturnToTry& one) {
    ++result_.examined;
    BacktestCounts& counts = result_.organisations[one.key.organisation];
    ++counts.returns;
    const auto after = collections_.upper_bound(one.period.start());
    const Collection* collection =
        after == collections_.begin() ? nullptr : std::prev(after)->second.get();
    if (collection == nullptr || collection->period_kind != one.period.kind()) {
      ++result_.not_fitting;
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(const Judgement judgement, JudgeBy(*collection, one));
    bool found = false;
    for (const Finding& finding : judgement.findings.kept()) {
      if (finding.code != wish_.rule.code()) continue;
      found = true;
      if (result_.examples.size() == wish_.most_examples) break;
      result_.examples.push_back({one.key, one.place.number, finding});
    }
    if (!found) return absl::OkStatus();
    ++result_.found;
    ++counts.found;
    return absl::OkStatus();
  }

  BacktestResult Take() { return std::move(result_); }

 private:
  // By what was owed when it was sent.
  absl::StatusOr<Judgement> JudgeBy(const Collection& collection, const ReturnToTry& one) const {
    ASSIGN_OR_RETURN(const std::string bytes, EntryBytes(reader_, one.place.sequence));
    ASSIGN_OR_RETURN(const feed::v1::ReturnAccepted fact, ReturnOfEntry(bytes));
    ASSIGN_OR_RETURN(const WhatWasOwed owed,
                     OwedAt(reader_, collection, one.period, one.key, JudgedAt(fact, one.place)));
    // As an import: what is known not to be collected is no fault of the rule's.
    Submission submission{one.key.organisation, Origin::kImport, {}, {}, {}};
    ASSIGN_OR_RETURN(submission.cells, StoredCells(reader_, fact.chunk_digests()));
    submission.owed_for_request = owed.for_request;
    const StoredReturns past(&reader_, &collection, one.period, one.key.organisation);
    Judgement judgement = Judge(collection, one.period, submission, past, owed.desirable);
    RETURN_IF_ERROR(past.status());
    return judgement;
  }

  const Reader& reader_;
  const BacktestWish& wish_;
  const CollectionsByDay collections_;
  BacktestResult result_;
};

}  // namespace

absl::StatusOr<BacktestResult> BacktestRule(
    const Reader& reader, const BacktestWish& wish,
    const std::function<absl::Status(uint32_t examined, uint32_t total)>& progress) {
  if (wish.from.has_value() && wish.to.has_value() && wish.to->start() < wish.from->start()) {
    return Error(Reason::kRange, absl::StrCat("no period lies from ", wish.from->ToString(), " to ",
                                              wish.to->ToString()))
        .Field("to_period", "lies before from_period")
        .Remedy("Give the earlier period first.");
  }
  ASSIGN_OR_RETURN(CollectionsByDay collections, WithRule(reader, wish));
  bool incomplete = false;
  ASSIGN_OR_RETURN(const std::vector<ReturnToTry> held, ReturnsOf(reader, wish, &incomplete));
  const auto total = static_cast<uint32_t>(held.size());
  Backtest backtest(reader, wish, std::move(collections));
  for (uint32_t i = 0; i < total; ++i) {
    if (i % kReturnsAProgress == 0) RETURN_IF_ERROR(progress(i, total));
    RETURN_IF_ERROR(backtest.Examine(held[i]));
  }
  BacktestResult result = backtest.Take();
  result.incomplete = incomplete;
  if (wish.rule.screen()) {
    result.organisations.clear();
    result.examples.clear();
  }
  return result;
}

}  // namespace onereturn::ingestion

#include "services/ingestion/app/returns/judge_return.h"

#include <iterator>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/commit/journal.h"
#include "common/hierarchy/ods_code.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/returns/earlier_returns.h"
#include "services/ingestion/app/returns/held_content.h"
#include "services/ingestion/app/timetable/owed_return.h"
#include "services/ingestion/domain/nil_return.h"
#include "services/ingestion/store/catalogue_table.h"
#include "services/ingestion/store/obligation_table.h"
#include "services/ingestion/store/simplified_mode_table.h"

namespace onereturn::ingestion {
namespace {

std::optional<Period> ExampleOf(PeriodKind kind) {
  constexpr int kYear = 2025;
  switch (kind) {
    case PeriodKind::kRollingMonths:
      return Period::RollingMonths(kYear, kApril, 12).value();
    case PeriodKind::kYearToDate:
      return Period::YearToDate(kYear, 7).value();
    case PeriodKind::kPlan:
      return Period::Plan(kYear).value();
    default:
      return Period::Containing(kind, CivilDay{kYear, kApril, 1});
  }
}

absl::Status OtherPeriod(PeriodKind kind, absl::string_view message, absl::string_view fault) {
  Error error(Reason::kPeriod, message);
  error.Field("period", fault);
  if (const std::optional<Period> example = ExampleOf(kind); example.has_value()) {
    error.Remedy(absl::StrCat("Write the period as the collection has it, such as ",
                              example->ToString(), "."));
  }
  return error;
}

// The collection as it is for the period that was read; for one that could not be read, any: what
// is wrong with the period is told of where the collection is known.
absl::StatusOr<CompiledCollection> CollectionFor(const Snapshot& snapshot,
                                                 CompiledCollections* collections,
                                                 const std::string& code,
                                                 const absl::StatusOr<Period>& period) {
  return period.ok() ? collections->Get(snapshot, code, *period) : collections->Get(snapshot, code);
}

Judgement JudgeNil(const Collection& collection, const Period& period, const Submission& given,
                   const PastReturns& past, DesirableItems desirable) {
  Submission nil{given.organisation, given.origin, {}, {}, given.explanations};
  nil.with_screens = given.with_screens;
  nil.owed_for_request = given.owed_for_request;
  nil.nil = true;
  nil.cells = NilCells(collection, given.organisation, period);
  return Judge(collection, period, nil, past, desirable);
}

// The whole return that results of what is sent.
Judgement JudgeJoined(const Collection& collection, const Period& period,
                      const ReturnSubmission& sent, HeldContent held, const PastReturns& past,
                      DesirableItems desirable, std::vector<ExplanationGiven>* explanations) {
  Submission whole = sent.submission;
  Findings findings = Join(sent.joining, std::move(held), &whole);
  Judgement judgement = Judge(collection, period, whole, past, desirable);
  if (findings.count() > 0) {
    findings.Append(std::move(judgement.findings));
    judgement = Judgement();  // What joining finds is an error, each.
    judgement.findings = std::move(findings);
  }
  *explanations = std::move(whole.explanations);
  return judgement;
}

Judgement JudgeOn(const Collection& collection, const Period& period, const ReturnSubmission& sent,
                  HeldContent held, const PastReturns& past, DesirableItems desirable,
                  std::vector<ExplanationGiven>* explanations) {
  if (sent.joining.AsksForHeld()) {
    return JudgeJoined(collection, period, sent, std::move(held), past, desirable, explanations);
  }
  *explanations = sent.submission.explanations;
  return sent.nil ? JudgeNil(collection, period, sent.submission, past, desirable)
                  : Judge(collection, period, sent.submission, past, desirable);
}

}  // namespace

absl::StatusOr<Period> PeriodOfReturn(const std::string& text, PeriodKind kind) {
  absl::StatusOr<Period> period = Period::Parse(text);
  if (!period.ok()) {
    return OtherPeriod(kind, absl::StrCat("the period cannot be read: ", period.status().message()),
                       period.status().message());
  }
  if (period->kind() != kind) {
    return OtherPeriod(kind,
                       absl::StrCat("the collection takes periods of kind ", PeriodKindName(kind)),
                       absl::StrCat("is not of kind ", PeriodKindName(kind)));
  }
  return period;
}

absl::StatusOr<DesirableItems> DesirableNow(const Reader& reader, const Collection& collection,
                                            std::vector<ReadCheck>* read_set) {
  if (!collection.HasDesirable()) return DesirableItems::kOwed;
  ASSIGN_OR_RETURN(StoredSimplifiedMode stored, FindSimplifiedMode(reader));
  read_set->push_back(std::move(stored.check));
  return stored.mode.on() ? DesirableItems::kSuspended : DesirableItems::kOwed;
}

absl::Status CheckEtag(const std::string& etag, const ReturnHeadState& head) {
  const std::string newest = EtagOf(head.newest.sequence);
  if (etag.empty() || etag == newest) return absl::OkStatus();
  return Error(Reason::kEtagMismatch, "the return has changed since you read it: read it again")
      .With("etag", newest)
      .Field("etag", absl::StrCat("is now ", newest));
}

absl::Status CheckOrganisationOpen(const Reader& reader, const std::string& organisation,
                                   Origin origin, const Period& period) {
  if (origin == Origin::kImport) return absl::OkStatus();
  ASSIGN_OR_RETURN(std::optional<StoredDefinition> stored,
                   FindDefinition(reader, DefinitionKind::kOrganisation, organisation, kNewest));
  catalogue::v1::Organisation known;
  if (!stored.has_value() || !known.ParseFromString(stored->bytes)) {
    return absl::DataLossError("a stored organisation cannot be read");
  }
  const std::string& closed = known.close_date();
  if (closed.empty() || closed >= period.start().ToString()) return absl::OkStatus();
  Error error(Reason::kOdsClosed, absl::StrCat(organisation, " closed on ", closed, ", before ",
                                               period.ToString(), " began"));
  error.Field("organisation", absl::StrCat("closed on ", closed));
  if (known.successions_size() > 0) error.With("successor", known.successions(0).successor());
  return error;
}

absl::Status CheckOrganisationKnown(const Reader& reader, const std::string& organisation) {
  if (absl::Status code = CheckOdsCode(organisation); !code.ok()) {
    return Error(Reason::kOdsFormat,
                 absl::StrCat("the organisation is not an ODS code: ", code.message()))
        .Field("organisation", code.message());
  }
  ASSIGN_OR_RETURN(std::optional<StoredDefinition> known,
                   FindDefinition(reader, DefinitionKind::kOrganisation, organisation, kNewest));
  if (known.has_value()) return absl::OkStatus();
  return Error(Reason::kOdsUnknown,
               absl::StrCat("there is no organisation ", organisation, " in the catalogue"))
      .Field("organisation", "is not defined");
}

absl::StatusOr<JudgedReturn> JudgeReturn(const Snapshot& snapshot, CompiledCollections* collections,
                                         const ReturnSubmission& submission) {
  const Submission& given = submission.submission;
  RETURN_IF_ERROR(CheckOrganisationKnown(snapshot, given.organisation));
  ASSIGN_OR_RETURN(CompiledCollection compiled,
                   CollectionFor(snapshot, collections, submission.collection,
                                 Period::Parse(submission.period)));
  const Collection& collection = *compiled.collection;
  ASSIGN_OR_RETURN(const Period period, PeriodOfReturn(submission.period, collection.period_kind));
  RETURN_IF_ERROR(CheckOrganisationOpen(snapshot, given.organisation, given.origin, period));
  ReturnKey key{collection.code, period.ToString(), given.organisation};
  ASSIGN_OR_RETURN(ReturnHeadState head, HeadOf(snapshot, key));
  RETURN_IF_ERROR(CheckEtag(submission.etag, head));
  ASSIGN_OR_RETURN(HeldOfReturn held,
                   ReadHeld(snapshot, key, head, submission.joining, given.origin));
  const returns::v1::RevisionStatus status = StatusThatResults(submission.status, held.status);
  std::vector<ExplanationGiven> explanations;
  StoredReturns past(&snapshot, &collection, period, given.organisation);
  std::vector<ReadCheck> read_set;
  std::optional<ReadCheck> owed;
  if (!collection.Owes(given.organisation, period)) {
    ASSIGN_OR_RETURN(owed, OwedForRequest(snapshot, key));
    // That it stays owed, or that no request came to ask for it.
    ASSIGN_OR_RETURN(ReadCheck newest_issue, NewestIssueCheck(snapshot));
    read_set.push_back(owed.has_value() ? *owed : std::move(newest_issue));
  }
  std::optional<ReturnSubmission> for_request;  // Few are: it is copied.
  if (owed.has_value()) {
    for_request = submission;
    for_request->submission.owed_for_request = true;
  }
  ASSIGN_OR_RETURN(const DesirableItems desirable, DesirableNow(snapshot, collection, &read_set));
  Judgement judgement =
      JudgeOn(collection, period, for_request.has_value() ? *for_request : submission,
              std::move(held.content), past, desirable, &explanations);
  RETURN_IF_ERROR(past.status());
  std::vector<ReadCheck> earlier = past.TakeReadSet();
  std::move(earlier.begin(), earlier.end(), std::back_inserter(read_set));
  std::move(held.read_set.begin(), held.read_set.end(), std::back_inserter(read_set));
  // The organisation's closing date is in the catalogue too.
  read_set.push_back(CatalogueCheck(compiled.catalogue_sequence));
  read_set.push_back(head.check);
  return JudgedReturn{
      std::move(compiled),     period, std::move(key),     std::move(head), std::move(judgement),
      std::move(explanations), status, std::move(read_set)};
}

}  // namespace onereturn::ingestion

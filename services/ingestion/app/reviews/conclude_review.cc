#include "services/ingestion/app/reviews/conclude_review.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/commit/journal.h"
#include "common/digest/digest.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "services/ingestion/app/reason_text.h"
#include "services/ingestion/app/reviews/read_review.h"
#include "services/ingestion/app/reviews/review_content.h"
#include "services/ingestion/app/reviews/review_queries.h"
#include "services/ingestion/store/review_table.h"

namespace onereturn::ingestion {
namespace {

// All of them are read whenever a query is.
constexpr int kMostAnswers = 20;

using returns::v1::ConcludeReviewRequest;

FactRequest ReviewRequest(feed::v1::EntryKind kind, const RequestOrigin& origin,
                          const std::string& organisation) {
  return FactRequest{kind,          origin.actor,         organisation,  origin.request_id,
                     origin.digest, origin.validate_only, origin.person, origin.role};
}

void CheckQueries(const ConcludeReviewRequest& request, Error* faults) {
  std::set<std::string> asked;
  for (int i = 0; i < request.queries_size(); ++i) {
    const returns::v1::QueryToAsk& query = request.queries(i);
    const std::string path = absl::StrCat("queries[", i, "]");
    if (!asked.insert(query.organisation()).second) {
      faults->Field(absl::StrCat(path, ".organisation"), "stands there already");
    }
    CheckReason(query.text(), absl::StrCat(path, ".text"), faults);
  }
}

// What can be said of a request without looking at anything.
absl::StatusOr<Digest> CheckReviewShape(const ConcludeReviewRequest& request) {
  if (request.queries_size() > kMaxQueriesOfReview) {
    return Error(Reason::kTooManyItems, "a review asks at most 50 providers")
        .Field("queries", absl::StrCat("has ", request.queries_size()));
  }
  Error faults(Reason::kFieldInvalid, "the review cannot be concluded as it is");
  const absl::StatusOr<Digest> digest = DigestFromBytes(request.content_digest());
  if (!digest.ok()) faults.Field("content_digest", "must have the 32 bytes of what was read");
  const bool queried = request.outcome() == returns::v1::REVIEW_OUTCOME_QUERIED;
  if (!queried && request.outcome() != returns::v1::REVIEW_OUTCOME_AGREED) {
    faults.Field("outcome", "must be AGREED or QUERIED");
  }
  if (queried) {
    CheckReason(request.reason(), "reason", &faults);
    if (request.queries_size() == 0) faults.Field("queries", "are missing: who is asked what?");
  } else {
    ingestion::CheckReasonText(request.reason(), "reason", &faults);
    if (request.queries_size() > 0) faults.Field("queries", "are for a QUERIED review");
  }
  CheckQueries(request, &faults);
  if (faults.fields_total() > 0) return faults.ToStatus();
  return digest;
}

absl::Status CheckAsked(const ConcludeReviewRequest& request, const ReviewContent& content) {
  Error faults(Reason::kFieldInvalid, "the review asks somebody whom it does not concern");
  for (int i = 0; i < request.queries_size(); ++i) {
    const std::string& asked = request.queries(i).organisation();
    const bool concerned =
        std::any_of(content.providers.begin(), content.providers.end(),
                    [&](const ReviewedReturn& one) { return one.organisation == asked; });
    if (!concerned) {
      faults.Field(absl::StrCat("queries[", i, "].organisation"),
                   "is no provider whose return counts or is awaited");
    }
  }
  return faults.fields_total() > 0 ? faults.ToStatus() : absl::OkStatus();
}

absl::Status CheckSomethingCounts(const ReviewContent& content) {
  if (!content.providers.empty()) return absl::OkStatus();
  return Error(Reason::kFieldInvalid, "no provider's return counts, and none is awaited")
      .Field("name", "there is nothing to conclude on until a provider has sent its return");
}

feed::v1::ReviewConcluded FactOfConclusion(const ConcludeReviewRequest& request,
                                           const ReturnKey& review, uint32_t number,
                                           uint64_t reviewed) {
  feed::v1::ReviewConcluded fact;
  fact.set_commissioner(review.organisation);
  fact.set_collection(review.collection);
  fact.set_period(review.period);
  fact.set_number(number);
  fact.set_outcome(request.outcome());
  fact.set_reason(request.reason());
  fact.set_content_digest(request.content_digest());
  fact.set_reviewed_sequence(reviewed);
  std::vector<const returns::v1::QueryToAsk*> queries;
  for (const returns::v1::QueryToAsk& query : request.queries()) queries.push_back(&query);
  std::sort(queries.begin(), queries.end(),
            [](const auto* a, const auto* b) { return a->organisation() < b->organisation(); });
  for (const returns::v1::QueryToAsk* query : queries) {
    feed::v1::ReviewQueryAsked* asked = fact.add_queries();
    asked->set_organisation(query->organisation());
    asked->set_text(query->text());
  }
  return fact;
}

// That nobody whose return counts or is awaited, nor the commissioner, sends another meanwhile:
// else it is judged again. Who was not known of before makes it stale, and is seen as such.
absl::Status AddHeads(const Reader& reader, const ReturnKey& review, const ReviewContent& content,
                      std::vector<ReadCheck>* read_set) {
  const auto add = [&](const std::string& organisation) -> absl::Status {
    ASSIGN_OR_RETURN(ReturnHeadState head,
                     HeadOf(reader, {review.collection, review.period, organisation}));
    read_set->push_back(std::move(head.check));
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(add(review.organisation));
  for (const ReviewedReturn& one : content.providers) RETURN_IF_ERROR(add(one.organisation));
  return absl::OkStatus();
}

absl::StatusOr<Decision> DecideConclusion(const Snapshot& snapshot, RecentReviews* recent,
                                          const ConcludeReviewRequest& request) {
  ASSIGN_OR_RETURN(const Digest read, CheckReviewShape(request));
  ASSIGN_OR_RETURN(const ReturnKey review, ParseReviewName(request.name()));
  ASSIGN_OR_RETURN(const uint64_t reviewed, LastSequence(snapshot));
  ASSIGN_OR_RETURN(const RecentReviews::Content content, recent->Read(snapshot, review, reviewed));
  if (content->digest != read) {
    return Error(Reason::kContentChanged,
                 "the returns say something else now than what was reviewed: read them again")
        .Field("content_digest", "is not that of what is held");
  }
  RETURN_IF_ERROR(CheckSomethingCounts(*content));
  RETURN_IF_ERROR(CheckAsked(request, *content));
  ASSIGN_OR_RETURN(const ConclusionPlace before, NewestConclusion(snapshot, review, reviewed));
  const uint32_t number = before.number + 1;
  const feed::v1::ReviewConcluded made = FactOfConclusion(request, review, number, reviewed);
  NewFact fact;
  fact.name = ReviewName(review);
  fact.fact = made.SerializeAsString();
  fact.read_set = {ConclusionIsFree(review, number)};
  RETURN_IF_ERROR(AddHeads(snapshot, review, *content, &fact.read_set));
  fact.write = [review, made](const Placement& placement, WriteBatch* batch) {
    PutConclusion(review, ConclusionPlace{made.number(), placement.sequence}, batch);
    storage::v1::ReviewQueryRecord record;
    record.set_asked_sequence(placement.sequence);
    for (const feed::v1::ReviewQueryAsked& asked : made.queries()) {
      PutQuery(QueryKey{{review.collection, review.period, asked.organisation()},
                        review.organisation,
                        made.number()},
               record, batch);
    }
  };
  return fact;
}

absl::StatusOr<Decision> DecideAnswer(const Snapshot& snapshot,
                                      const returns::v1::AnswerReviewQueryRequest& request) {
  Error faults(Reason::kFieldInvalid, "the query cannot be answered as it is");
  CheckReason(request.text(), "text", &faults);
  if (faults.fields_total() > 0) return faults.ToStatus();
  ASSIGN_OR_RETURN(const QueryKey key, ParseQueryName(request.name()));
  ASSIGN_OR_RETURN(std::optional<StoredQuery> stored, FindQuery(snapshot, key));
  if (!stored.has_value()) return NotFound();
  if (stored->record.answered_sequences_size() >= kMostAnswers) {
    return Error(Reason::kTooManyItems, absl::StrCat("a query is answered at most ", kMostAnswers,
                                                     " times: talk to whoever asked"));
  }
  feed::v1::ReviewQueryAnswered answered;
  answered.set_organisation(key.key.organisation);
  answered.set_collection(key.key.collection);
  answered.set_period(key.key.period);
  answered.set_commissioner(key.commissioner);
  answered.set_conclusion(key.conclusion);
  answered.set_text(request.text());
  NewFact fact;
  fact.name = QueryName(key);
  fact.fact = answered.SerializeAsString();
  fact.read_set = {std::move(stored->check)};
  fact.write = [key, record = stored->record](const Placement& placement, WriteBatch* batch) {
    storage::v1::ReviewQueryRecord more = record;
    more.add_answered_sequences(placement.sequence);
    PutQuery(key, more, batch);
  };
  return fact;
}

}  // namespace

void ConcludeReview::Conclude(const RequestOrigin& origin, const ConcludeReviewRequest& request,
                              Concluded done) const {
  const absl::StatusOr<ReturnKey> review = ParseReviewName(request.name());
  if (!review.ok()) return done(review.status());
  writer_->Write(
      ReviewRequest(feed::v1::ENTRY_KIND_REVIEW_CONCLUDED, origin, review->organisation),
      [request, recent = recent_](const Snapshot& snapshot) {
        return DecideConclusion(snapshot, recent, request);
      },
      [this, done = std::move(done)](absl::StatusOr<std::optional<AcceptedFact>> accepted) {
        if (!accepted.ok()) return done(accepted.status());
        if (!accepted->has_value()) return done(absl::InternalError("nothing was concluded"));
        const uint64_t sequence = (*accepted)->accepted.receipt.sequence;
        ConcludedAnswer answer;
        absl::StatusOr<returns::v1::ReviewConclusion> conclusion =
            LoadConclusion(*store_, ConclusionPlace{0, sequence}, sequence);
        if (!conclusion.ok()) return done(conclusion.status());
        answer.conclusion = *std::move(conclusion);
        answer.accepted = std::move((*accepted)->accepted);
        done(std::move(answer));
      });
}

void ConcludeReview::Answer(const RequestOrigin& origin,
                            const returns::v1::AnswerReviewQueryRequest& request,
                            Answered done) const {
  const absl::StatusOr<QueryKey> key = ParseQueryName(request.name());
  if (!key.ok()) return done(key.status());
  writer_->Write(
      ReviewRequest(feed::v1::ENTRY_KIND_REVIEW_QUERY_ANSWERED, origin, key->key.organisation),
      [request](const Snapshot& snapshot) { return DecideAnswer(snapshot, request); },
      [this, key = *key,
       done = std::move(done)](absl::StatusOr<std::optional<AcceptedFact>> accepted) {
        if (!accepted.ok()) return done(accepted.status());
        if (!accepted->has_value()) return done(absl::InternalError("nothing was answered"));
        const absl::StatusOr<std::optional<StoredQuery>> stored = FindQuery(*store_, key);
        if (!stored.ok()) return done(stored.status());
        AnsweredQuery answer;
        absl::StatusOr<returns::v1::ReviewQuery> query =
            LoadQuery(*store_, key, (*stored)->record, (*accepted)->accepted.receipt.sequence);
        if (!query.ok()) return done(query.status());
        answer.query = *std::move(query);
        answer.accepted = std::move((*accepted)->accepted);
        done(std::move(answer));
      });
}

}  // namespace onereturn::ingestion

#include "services/ingestion/app/reviews/read_review.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/feed/wire.h"
#include "common/period/period.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/returns/accepted_return.h"
#include "services/ingestion/app/reviews/review_content.h"
#include "services/ingestion/app/reviews/review_queries.h"

namespace onereturn::ingestion {
namespace {

constexpr char kReviewEnding[] = "/review";

// Without a value where the sum is beyond what a cell can hold: the figures beside it are to be
// looked at.
common::v1::Cell CellOfSum(const ReviewedCell& cell, const ReviewSum& sum) {
  common::v1::Cell wire;
  wire.mutable_reference()->set_item(cell.item);
  for (const DimensionValue& one : cell.dimensions) {
    common::v1::DimensionValue* added = wire.mutable_reference()->add_dimensions();
    added->set_dimension(one.dimension);
    added->set_value(one.value);
  }
  if (sum.numbers == 0) {
    wire.set_null_reason(static_cast<common::v1::NullReason>(sum.null_reason));
    return wire;
  }
  const absl::StatusOr<Decimal> total = Decimal::FromWideMillionths(sum.millionths);
  if (total.ok()) wire.set_millionths(total->millionths());
  return wire;
}

returns::v1::ReviewDifference MessageOfDifference(const ReviewDifferenceOf& one) {
  returns::v1::ReviewDifference wire;
  if (one.providers != nullptr) {
    *wire.mutable_providers() = CellOfSum(*one.cell, *one.providers);
    wire.set_number_count(one.providers->numbers);
    wire.set_null_count(one.providers->nulls);
    for (const ProviderFigure& figure : one.providers->figures) {
      returns::v1::ReviewFigure* added = wire.add_figures();
      added->set_organisation(figure.organisation);
      if (figure.value.has_value()) {
        added->set_millionths(figure.value->millionths());
      } else {
        added->set_null_reason(static_cast<common::v1::NullReason>(figure.null_reason));
      }
    }
  }
  if (one.compared != nullptr) {
    *wire.mutable_compared() = CellOfSum(*one.cell, *one.compared);
  }
  *wire.mutable_cell() = wire.has_providers() ? wire.providers().reference()  //
                                              : wire.compared().reference();
  if (const std::optional<Int128> difference = one.Difference(); difference.has_value()) {
    const absl::StatusOr<Decimal> exact = Decimal::FromWideMillionths(*difference);
    if (exact.ok()) wire.set_difference_millionths(exact->millionths());
  }
  return wire;
}

// What the sums are compared with, and its number.
struct Basis {
  returns::v1::ReviewBasis kind = returns::v1::REVIEW_BASIS_NOTHING;
  uint32_t number = 0;
  RecentReviews::Content of;         // Keeps `sums`.
  const ReviewSums* sums = nullptr;  // Null: nothing.
};

absl::StatusOr<Basis> BasisOf(const Reader& reader, RecentReviews* recent, const ReturnKey& review,
                              returns::v1::ReviewBasis against,
                              const RecentReviews::Content& content,
                              const std::optional<returns::v1::ReviewConclusion>& last) {
  const bool any = against == returns::v1::REVIEW_BASIS_UNSPECIFIED;
  const bool own = content->own.revision != 0;
  if (own && (any || against == returns::v1::REVIEW_BASIS_OWN_RETURN)) {
    return Basis{returns::v1::REVIEW_BASIS_OWN_RETURN, content->own.revision, content,
                 &content->own_sums};
  }
  if (last.has_value() && (any || against == returns::v1::REVIEW_BASIS_LAST_REVIEW)) {
    ASSIGN_OR_RETURN(RecentReviews::Content then,
                     recent->Read(reader, review, last->reviewed_sequence()));
    const ReviewSums* sums = &then->sums;
    return Basis{returns::v1::REVIEW_BASIS_LAST_REVIEW, last->number(), std::move(then), sums};
  }
  if (any || against == returns::v1::REVIEW_BASIS_NOTHING) return Basis{};
  return Error(Reason::kFieldInvalid, "there is nothing of the kind to compare with")
      .Field("against", against == returns::v1::REVIEW_BASIS_OWN_RETURN
                            ? "the commissioner holds no return of its own"
                            : "no review was concluded before");
}

absl::StatusOr<std::optional<returns::v1::ReviewConclusion>> LastConclusion(const Reader& reader,
                                                                            const ReturnKey& review,
                                                                            uint64_t sequence) {
  ASSIGN_OR_RETURN(const ConclusionPlace place, NewestConclusion(reader, review, sequence));
  if (place.number == 0) return std::optional<returns::v1::ReviewConclusion>();
  ASSIGN_OR_RETURN(auto conclusion, LoadConclusion(reader, place, sequence));
  return std::optional<returns::v1::ReviewConclusion>(std::move(conclusion));
}

void FillReview(const ReturnKey& review, const ReviewContent& content, returns::v1::Review* wire) {
  wire->set_name(ReviewName(review));
  wire->set_commissioner(review.organisation);
  wire->set_collection(review.collection);
  wire->set_period(review.period);
  for (const std::string& code : content.codes) wire->add_codes(code);
  for (const ReviewedReturn& one : content.providers) {
    returns::v1::ReviewProvider* added = wire->add_providers();
    added->set_organisation(one.organisation);
    added->set_revision(one.revision);
    added->set_cell_count(one.cell_count);
  }
  wire->set_cell_count(content.sums.size());
  for (const std::string& item : content.items_not_summed) wire->add_items_not_summed(item);
  wire->set_content_digest(std::string(DigestBytes(content.digest)));
}

PageOf<returns::v1::ReviewDifference> PageOfDifferences(
    const std::vector<ReviewDifferenceOf>& differences, const std::string& after, size_t limit) {
  uint64_t skip = 0;
  if (!absl::SimpleAtoi(after, &skip)) skip = 0;
  PageOf<returns::v1::ReviewDifference> page;
  const size_t first = std::min<size_t>(skip, differences.size());
  const size_t end = std::min(first + limit, differences.size());
  for (size_t i = first; i < end; ++i) page.rows.push_back(MessageOfDifference(differences[i]));
  if (end < differences.size()) page.after = absl::StrCat(end);
  return page;
}

// nullopt: the returns would have to be read for it, and that was done `left_to_read` times.
absl::StatusOr<std::optional<returns::v1::ConcludedReview>> RowOf(
    const Reader& reader, RecentReviews* recent, const ReturnKey& review,
    const ConclusionPlace& place, uint64_t sequence, size_t* left_to_read) {
  std::optional<returns::v1::ConcludedReview> none;
  returns::v1::ConcludedReview row;
  row.set_name(ReviewName(review));
  row.set_commissioner(review.organisation);
  row.set_collection(review.collection);
  row.set_period(review.period);
  returns::v1::ReviewConclusion* conclusion = row.mutable_conclusion();
  ASSIGN_OR_RETURN(*conclusion, LoadConclusion(reader, place, sequence));
  ASSIGN_OR_RETURN(const bool look,
                   MayHaveChanged(reader, review, conclusion->reviewed_sequence(), sequence));
  if (!look) return std::make_optional(std::move(row));
  ASSIGN_OR_RETURN(RecentReviews::Content now, recent->Find(reader, review, sequence));
  if (now == nullptr) {
    if (*left_to_read == 0) return none;
    --*left_to_read;
    auto read = recent->Read(reader, review, sequence);
    // The collection is no longer for the period: nothing counts that did.
    if (absl::IsNotFound(read.status())) {
      conclusion->set_stale(true);
      return std::make_optional(std::move(row));
    }
    ASSIGN_OR_RETURN(now, std::move(read));
  }
  conclusion->set_stale(conclusion->content_digest() != DigestBytes(now->digest));
  return std::make_optional(std::move(row));
}

}  // namespace

std::string ReviewName(const ReturnKey& review) {
  return absl::StrCat(ReturnName(review), kReviewEnding);
}

absl::StatusOr<ReturnKey> ParseReviewName(absl::string_view name) {
  if (!absl::ConsumeSuffix(&name, kReviewEnding)) return NotFound();
  return ParseCanonicalReturnKey(name);
}

absl::StatusOr<ReviewRead> ReadReview(const Reader& reader, RecentReviews* recent,
                                      const OrganisationScope& scope, const ReturnKey& review,
                                      returns::v1::ReviewBasis against, uint64_t sequence,
                                      const std::string& after, size_t limit) {
  if (!scope.Covers(review.organisation)) return NotFound();
  ReviewRead read;
  ASSIGN_OR_RETURN(read.content, recent->Read(reader, review, sequence));
  ASSIGN_OR_RETURN(auto last, LastConclusion(reader, review, sequence));
  ASSIGN_OR_RETURN(const Basis basis, BasisOf(reader, recent, review, against, read.content, last));
  const ReviewSums nothing;
  const std::vector<ReviewDifferenceOf> differences =
      ReviewDifferences(read.content->sums, basis.sums == nullptr ? nothing : *basis.sums);
  FillReview(review, *read.content, &read.review);
  read.review.set_basis(basis.kind);
  read.review.set_basis_number(basis.number);
  read.review.set_difference_count(differences.size());
  if (last.has_value()) {
    last->set_stale(last->content_digest() != read.review.content_digest());
    *read.review.mutable_conclusion() = *std::move(last);
  }
  read.differences = PageOfDifferences(differences, after, limit);
  return read;
}

void NoteUses(const ReviewRead& read, const std::optional<std::string>& body, ReturnUses* uses) {
  for (const ReviewedReturn& one : read.content->providers) {
    if (one.revision == 0) continue;
    uses->Used(body, {read.review.collection(), read.review.period(), one.organisation},
               RevisionPlace{one.revision, one.sequence});
  }
}

absl::StatusOr<PageOf<returns::v1::ConcludedReview>> ListReviews(
    const Reader& reader, RecentReviews* recent, const OrganisationScope& scope,
    const std::string& collection, uint64_t sequence, const std::string& after, size_t limit) {
  PageOf<returns::v1::ConcludedReview> page;
  ReturnKey last;
  size_t looked = 0;
  size_t left_to_read = kReviewsReadAPage;
  RETURN_IF_ERROR(VisitReviews(
      reader, scope, sequence, after,
      [&](const ReturnKey& review, const ConclusionPlace& place) -> absl::StatusOr<bool> {
        bool full = page.rows.size() == limit || looked == kReviewsAPage;
        const bool concluded = place.number != 0;
        if (!full && concluded && (collection.empty() || review.collection == collection)) {
          ASSIGN_OR_RETURN(auto row, RowOf(reader, recent, review, place, sequence, &left_to_read));
          full = !row.has_value();
          if (!full) page.rows.push_back(*std::move(row));
        }
        if (full) {
          page.after = ReviewKeyText(last);
          return false;
        }
        last = review;
        ++looked;
        return true;
      }));
  return page;
}

absl::StatusOr<returns::v1::ReviewConclusion> LoadConclusion(const Reader& reader,
                                                             const ConclusionPlace& place,
                                                             uint64_t sequence) {
  ASSIGN_OR_RETURN(const auto concluded, ConcludedAt(reader, place.sequence));
  const feed::v1::ReviewConcluded& fact = concluded.fact;
  returns::v1::ReviewConclusion message;
  message.set_number(fact.number());
  message.set_outcome(fact.outcome());
  message.set_reason(fact.reason());
  message.set_content_digest(fact.content_digest());
  message.set_reviewed_sequence(fact.reviewed_sequence());
  *message.mutable_time() = ToWire(Timestamp{concluded.entry.time_micros()});
  message.set_sequence(concluded.entry.sequence());
  message.set_system(concluded.entry.actor());
  message.set_person(concluded.entry.person());
  for (const feed::v1::ReviewQueryAsked& asked : fact.queries()) {
    const QueryKey key{{fact.collection(), fact.period(), asked.organisation()},
                       fact.commissioner(),
                       fact.number()};
    ASSIGN_OR_RETURN(const std::optional<StoredQuery> stored, FindQuery(reader, key));
    if (!stored.has_value()) return absl::DataLossError("a query that was asked is not stored");
    ASSIGN_OR_RETURN(*message.add_queries(), LoadQuery(reader, key, stored->record, sequence));
  }
  return message;
}

}  // namespace onereturn::ingestion

#include "services/ingestion/store/review_table.h"

#include <utility>

#include "common/status/status_macros.h"
#include "common/storage/key_codec.h"
#include "services/ingestion/store/families.h"

namespace onereturn::ingestion {
namespace {

constexpr uint8_t kConclusion = 0x40;
constexpr uint8_t kQuery = 0x41;

KeyWriter OfReviewed(uint8_t kind, const ReturnKey& key) {
  KeyWriter writer;
  writer.U8(kind).String(key.organisation).String(key.collection).String(key.period);
  return writer;
}

std::string ConclusionKey(const ReturnKey& review, uint32_t number) {
  return OfReviewed(kConclusion, review).U32(number).Take();
}

struct DecodedKey {
  ReturnKey key;
  std::string commissioner;  // Of a query.
  uint32_t number = 0;
};

absl::StatusOr<DecodedKey> DecodeReviewKey(absl::string_view stored, uint8_t kind) {
  KeyReader reader(stored);
  DecodedKey decoded;
  RETURN_IF_ERROR(reader.U8().status());
  ASSIGN_OR_RETURN(decoded.key.organisation, reader.String());
  ASSIGN_OR_RETURN(decoded.key.collection, reader.String());
  ASSIGN_OR_RETURN(decoded.key.period, reader.String());
  if (kind == kQuery) {
    ASSIGN_OR_RETURN(decoded.commissioner, reader.String());
  }
  ASSIGN_OR_RETURN(decoded.number, reader.U32());
  RETURN_IF_ERROR(reader.Finish());
  return decoded;
}

// Shows the first row of `kind` from `lower` on whose organisation `scope` covers; the visitor says
// from where to go on, empty: it has enough.
absl::Status VisitCovered(
    const Reader& reader, uint8_t kind, const OrganisationScope& scope, std::string lower,
    absl::FunctionRef<absl::StatusOr<std::string>(const DecodedKey& key, const StoredEntry& stored)>
        visit) {
  const std::string upper = PrefixUpperBound(KeyWriter().U8(kind).Take());
  while (!lower.empty()) {
    ASSIGN_OR_RETURN(const std::optional<StoredEntry> next,
                     reader.SeekFirst(Family::kHeads, lower, upper));
    if (!next.has_value()) return absl::OkStatus();
    ASSIGN_OR_RETURN(const DecodedKey key, DecodeReviewKey(next->key, kind));
    if (!scope.Covers(key.key.organisation)) {
      const std::string covered = scope.FirstFrom(key.key.organisation);
      if (covered.empty()) return absl::OkStatus();
      lower = KeyWriter().U8(kind).String(covered).Take();
      continue;
    }
    ASSIGN_OR_RETURN(lower, visit(key, *next));
  }
  return absl::OkStatus();
}

std::string StartAfter(uint8_t kind, absl::string_view after) {
  return after.empty() ? KeyWriter().U8(kind).Take() : PrefixUpperBound(after);
}

}  // namespace

absl::StatusOr<ConclusionPlace> NewestConclusion(const Reader& reader, const ReturnKey& review,
                                                 uint64_t sequence) {
  const std::string prefix = OfReviewed(kConclusion, review).Take();
  ConclusionPlace newest;
  RETURN_IF_ERROR(reader.ForEach(
      Family::kHeads, prefix, PrefixUpperBound(prefix),
      [&](absl::string_view stored, absl::string_view value) -> absl::StatusOr<bool> {
        ASSIGN_OR_RETURN(const DecodedKey key, DecodeReviewKey(stored, kConclusion));
        ASSIGN_OR_RETURN(const uint64_t at, KeyReader(value).U64());
        if (at > sequence) return false;
        newest = ConclusionPlace{key.number, at};
        return true;
      }));
  return newest;
}

ReadCheck ConclusionIsFree(const ReturnKey& review, uint32_t number) {
  return ReadCheck{Family::kHeads, ConclusionKey(review, number), std::nullopt};
}

absl::Status VisitReviews(
    const Reader& reader, const OrganisationScope& scope, uint64_t sequence,
    absl::string_view after,
    absl::FunctionRef<absl::StatusOr<bool>(const ReturnKey& review, const ConclusionPlace&)>
        visit) {
  return VisitCovered(
      reader, kConclusion, scope, StartAfter(kConclusion, after),
      [&](const DecodedKey& found, const StoredEntry& /*stored*/) -> absl::StatusOr<std::string> {
        ASSIGN_OR_RETURN(const ConclusionPlace newest,
                         NewestConclusion(reader, found.key, sequence));
        ASSIGN_OR_RETURN(const bool more, visit(found.key, newest));
        return more ? PrefixUpperBound(ReviewKeyText(found.key)) : std::string();
      });
}

std::string ReviewKeyText(const ReturnKey& review) {
  return OfReviewed(kConclusion, review).Take();
}

void PutConclusion(const ReturnKey& review, const ConclusionPlace& place, WriteBatch* batch) {
  batch->Put(Family::kHeads, ConclusionKey(review, place.number),
             KeyWriter().U64(place.sequence).Take());
}

absl::StatusOr<std::optional<StoredQuery>> FindQuery(const Reader& reader, const QueryKey& key) {
  StoredQuery stored{{}, ReadCheck{Family::kHeads, QueryKeyText(key), std::nullopt}};
  ASSIGN_OR_RETURN(stored.check.expected, reader.Get(Family::kHeads, stored.check.key));
  if (!stored.check.expected.has_value()) return std::optional<StoredQuery>();
  if (!stored.record.ParseFromString(*stored.check.expected)) {
    return absl::DataLossError("a stored query cannot be read");
  }
  return std::optional<StoredQuery>(std::move(stored));
}

absl::Status VisitQueries(
    const Reader& reader, const OrganisationScope& scope, absl::string_view after,
    absl::FunctionRef<absl::StatusOr<bool>(const QueryKey&, const storage::v1::ReviewQueryRecord&)>
        visit) {
  return VisitCovered(
      reader, kQuery, scope, StartAfter(kQuery, after),
      [&](const DecodedKey& found, const StoredEntry& stored) -> absl::StatusOr<std::string> {
        storage::v1::ReviewQueryRecord record;
        if (!record.ParseFromString(stored.value)) {
          return absl::DataLossError("a stored query cannot be read");
        }
        ASSIGN_OR_RETURN(const bool more,
                         visit(QueryKey{found.key, found.commissioner, found.number}, record));
        return more ? PrefixUpperBound(stored.key) : std::string();
      });
}

std::string QueryKeyText(const QueryKey& key) {
  return OfReviewed(kQuery, key.key).String(key.commissioner).U32(key.conclusion).Take();
}

void PutQuery(const QueryKey& key, const storage::v1::ReviewQueryRecord& record,
              WriteBatch* batch) {
  batch->Put(Family::kHeads, QueryKeyText(key), record.SerializeAsString());
}

}  // namespace onereturn::ingestion

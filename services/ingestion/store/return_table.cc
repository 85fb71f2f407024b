#include "services/ingestion/store/return_table.h"

#include <utility>

#include "common/base/check.h"
#include "common/status/status_macros.h"
#include "common/storage/key_codec.h"
#include "onereturn/storage/v1/records.pb.h"
#include "services/ingestion/store/families.h"

namespace onereturn::ingestion {
namespace {

constexpr uint8_t kReturnHead = 3;

std::string HeadKey(const ReturnKey& key) {
  return KeyWriter()
      .U8(kReturnHead)
      .String(key.collection)
      .String(key.period)
      .String(key.organisation)
      .Take();
}

std::string RevisionPrefix(const ReturnKey& key) {
  return KeyWriter().String(key.collection).String(key.period).String(key.organisation).Take();
}

std::string RevisionKey(const ReturnKey& key, uint64_t sequence) {
  return KeyWriter()
      .String(key.collection)
      .String(key.period)
      .String(key.organisation)
      .DescendingU64(sequence)
      .Take();
}

struct DecodedRevision {
  ReturnKey key;
  RevisionPlace place;
};

absl::StatusOr<DecodedRevision> Decode(absl::string_view stored_key, absl::string_view value) {
  DecodedRevision decoded;
  KeyReader key(stored_key);
  ASSIGN_OR_RETURN(decoded.key.collection, key.String());
  ASSIGN_OR_RETURN(decoded.key.period, key.String());
  ASSIGN_OR_RETURN(decoded.key.organisation, key.String());
  ASSIGN_OR_RETURN(decoded.place.sequence, key.DescendingU64());
  RETURN_IF_ERROR(key.Finish());
  ASSIGN_OR_RETURN(decoded.place.number, KeyReader(value).U32());
  return decoded;
}

}  // namespace

absl::StatusOr<ReturnHeadState> HeadOf(const Reader& reader, const ReturnKey& key) {
  ReturnHeadState state{{}, std::nullopt, ReadCheck{Family::kHeads, HeadKey(key), std::nullopt}};
  ASSIGN_OR_RETURN(state.check.expected, reader.Get(Family::kHeads, state.check.key));
  if (!state.check.expected.has_value()) return state;
  storage::v1::ReturnHead head;
  if (!head.ParseFromString(*state.check.expected)) {
    return absl::DataLossError("a stored return head cannot be read");
  }
  state.newest = RevisionPlace{head.revision(), head.sequence()};
  state.reopened = head.reopened_sequence() != 0;
  ASSIGN_OR_RETURN(state.cell_digest, DigestFromBytes(head.cell_digest()));
  return state;
}

absl::StatusOr<std::optional<RevisionPlace>> FindRevision(const Reader& reader,
                                                          const OrganisationScope& scope,
                                                          const ReturnKey& key, uint64_t sequence) {
  std::optional<RevisionPlace> found;
  RETURN_IF_ERROR(VisitRevisions(reader, scope, key, sequence, 0,
                                 [&](const RevisionPlace& place) -> absl::StatusOr<bool> {
                                   found = place;
                                   return false;
                                 }));
  return found;
}

absl::Status VisitRevisions(const Reader& reader, const OrganisationScope& scope,
                            const ReturnKey& key, uint64_t sequence, uint32_t below_number,
                            absl::FunctionRef<absl::StatusOr<bool>(const RevisionPlace&)> visit) {
  if (!scope.Covers(key.organisation)) return absl::OkStatus();
  return reader.ForEach(
      Family::kRevisions, RevisionKey(key, sequence), PrefixUpperBound(RevisionPrefix(key)),
      [&](absl::string_view stored_key, absl::string_view value) -> absl::StatusOr<bool> {
        ASSIGN_OR_RETURN(DecodedRevision decoded, Decode(stored_key, value));
        if (below_number != 0 && decoded.place.number >= below_number) return true;
        return visit(decoded.place);
      });
}

absl::Status VisitReturns(
    const Reader& reader, const OrganisationScope& scope, absl::string_view collection,
    absl::string_view period, uint64_t sequence, absl::string_view after,
    absl::FunctionRef<absl::StatusOr<bool>(const ReturnKey&, const RevisionPlace&)> visit) {
  const std::string prefix = period.empty() ? KeyWriter().String(collection).Take()
                                            : KeyWriter().String(collection).String(period).Take();
  std::string lower = after.empty() ? prefix : PrefixUpperBound(after);
  const std::string upper = PrefixUpperBound(prefix);
  while (true) {
    ASSIGN_OR_RETURN(std::optional<StoredEntry> next,
                     reader.SeekFirst(Family::kRevisions, lower, upper));
    if (!next.has_value()) return absl::OkStatus();
    ASSIGN_OR_RETURN(DecodedRevision decoded, Decode(next->key, next->value));
    if (!scope.Covers(decoded.key.organisation)) {
      // On to the next organisation that is covered: in this period, or if none is left in the
      // next.
      ReturnKey covered = decoded.key;
      covered.organisation = scope.FirstFrom(decoded.key.organisation);
      lower =
          covered.organisation.empty()
              ? PrefixUpperBound(KeyWriter().String(collection).String(decoded.key.period).Take())
              : RevisionPrefix(covered);
      continue;
    }
    ASSIGN_OR_RETURN(std::optional<RevisionPlace> place,
                     FindRevision(reader, scope, decoded.key, sequence));
    if (place.has_value()) {
      ASSIGN_OR_RETURN(bool more, visit(decoded.key, *place));
      if (!more) return absl::OkStatus();
    }
    lower = PrefixUpperBound(RevisionPrefix(decoded.key));
  }
}

std::string KeyText(const ReturnKey& key) { return RevisionPrefix(key); }

absl::StatusOr<bool> HoldsReturns(const Reader& reader, absl::string_view collection,
                                  absl::string_view from, absl::string_view before) {
  const std::string all = KeyWriter().String(collection).Take();
  const auto at = [&](absl::string_view period) {
    return KeyWriter().String(collection).String(period).Take();
  };
  ASSIGN_OR_RETURN(const std::optional<StoredEntry> first,
                   reader.SeekFirst(Family::kRevisions, from.empty() ? all : at(from),
                                    before.empty() ? PrefixUpperBound(all) : at(before)));
  return first.has_value();
}

absl::StatusOr<PeriodsHeld> CountReturns(const Reader& reader, absl::string_view collection,
                                         uint64_t sequence, size_t most_periods,
                                         size_t most_revisions) {
  PeriodsHeld held;
  size_t looked_at = 0;
  const std::string all = KeyWriter().String(collection).Take();
  std::string upper = PrefixUpperBound(all);
  while (true) {
    ASSIGN_OR_RETURN(const std::optional<StoredEntry> last,
                     reader.SeekLast(Family::kRevisions, all, upper));
    if (!last.has_value()) return held;
    if (held.newest_first.size() == most_periods || looked_at >= most_revisions) {
      held.further_back = true;
      return held;
    }
    ASSIGN_OR_RETURN(const DecodedRevision newest, Decode(last->key, last->value));
    const std::string prefix = KeyWriter().String(collection).String(newest.key.period).Take();
    PeriodHeld period{newest.key.period, 0};
    std::string counted;
    RETURN_IF_ERROR(
        reader.ForEach(Family::kRevisions, prefix, PrefixUpperBound(prefix),
                       [&](absl::string_view key, absl::string_view value) -> absl::StatusOr<bool> {
                         ++looked_at;
                         ASSIGN_OR_RETURN(DecodedRevision one, Decode(key, value));
                         if (one.place.sequence > sequence || one.key.organisation == counted)
                           return true;
                         ++period.organisations;
                         counted = std::move(one.key.organisation);
                         return true;
                       }));
    if (period.organisations > 0) held.newest_first.push_back(std::move(period));
    upper = prefix;
  }
}

absl::StatusOr<std::optional<std::string>> FindChunk(const Reader& reader, const Digest& digest) {
  return reader.Get(Family::kChunks, DigestBytes(digest));
}

void PutRevision(const ReturnKey& key, const RevisionPlace& revision, const Digest& cell_digest,
                 WriteBatch* batch) {
  storage::v1::ReturnHead head;
  head.set_revision(revision.number);
  head.set_sequence(revision.sequence);
  head.set_cell_digest(std::string(DigestBytes(cell_digest)));
  batch->Put(Family::kHeads, HeadKey(key), head.SerializeAsString());
  batch->Put(Family::kRevisions, RevisionKey(key, revision.sequence),
             KeyWriter().U32(revision.number).Take());
}

void PutReopened(const ReturnHeadState& head, uint64_t sequence, WriteBatch* batch) {
  storage::v1::ReturnHead record;
  ONERETURN_CHECK(head.check.expected.has_value() && record.ParseFromString(*head.check.expected));
  record.set_reopened_sequence(sequence);
  batch->Put(Family::kHeads, head.check.key, record.SerializeAsString());
}

void PutChunk(const Digest& digest, absl::string_view chunk, WriteBatch* batch) {
  batch->Put(Family::kChunks, DigestBytes(digest), chunk);
}

}  // namespace onereturn::ingestion

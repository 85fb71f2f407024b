#include "services/ingestion/store/obligation_table.h"

#include <utility>

#include "common/status/status_macros.h"
#include "common/storage/key_codec.h"
#include "services/ingestion/store/families.h"

namespace onereturn::ingestion {
namespace {

constexpr uint8_t kObligation = 0x10;
constexpr uint8_t kOfOrganisation = 0x11;
constexpr uint8_t kOfRequest = 0x12;
constexpr uint8_t kClosing = 0x13;
constexpr uint8_t kLapsing = 0x14;
constexpr uint8_t kAvoided = 0x15;
constexpr uint8_t kNewestIssue = 0x16;
constexpr uint8_t kObligationTerms = 0x17;

std::string RowKey(const ObligationKey& key) {
  return KeyWriter()
      .U8(kObligation)
      .String(key.key.collection)
      .String(key.key.period)
      .String(key.key.organisation)
      .U64(key.request)
      .Take();
}

// Organisation, collection, period, request: what stands behind the prefix of every index.
std::string InOrder(const ObligationKey& key) {
  return KeyWriter()
      .String(key.key.organisation)
      .String(key.key.collection)
      .String(key.key.period)
      .U64(key.request)
      .Take();
}

std::string RequestPrefix(uint64_t request) {
  return KeyWriter().U8(kOfRequest).U64(request).Take();
}
std::string MomentPrefix(uint8_t kind, Timestamp moment) {
  return KeyWriter().U8(kind).I64(moment.micros).Take();
}

Timestamp MomentOf(const google::protobuf::Timestamp& time) {
  return Timestamp{time.seconds() * 1'000'000 + time.nanos() / 1'000};
}

std::string AvoidedKey(uint64_t request, absl::string_view organisation) {
  return KeyWriter().U8(kAvoided).U64(request).String(organisation).Take();
}

absl::StatusOr<storage::v1::AvoidedRecord> AvoidedIn(absl::string_view bytes) {
  storage::v1::AvoidedRecord record;
  if (record.ParseFromString(std::string(bytes))) return record;
  return absl::DataLossError("what a request avoided cannot be read");
}

std::string ObligationTermsKey(uint64_t request, uint32_t group) {
  return KeyWriter().U8(kObligationTerms).U64(request).U32(group).Take();
}

// What is stored of it in its own row.
std::string OwnBytes(const storage::v1::ObligationRecord& record) {
  if (record.group() == 0) return record.SerializeAsString();
  storage::v1::ObligationRecord own = record;
  own.clear_items();
  own.clear_item_minutes();
  own.clear_return_minutes();
  return own.SerializeAsString();
}

absl::StatusOr<ObligationKey> ReadInOrder(KeyReader* reader) {
  ObligationKey key;
  ASSIGN_OR_RETURN(key.key.organisation, reader->String());
  ASSIGN_OR_RETURN(key.key.collection, reader->String());
  ASSIGN_OR_RETURN(key.key.period, reader->String());
  ASSIGN_OR_RETURN(key.request, reader->U64());
  RETURN_IF_ERROR(reader->Finish());
  return key;
}

absl::StatusOr<storage::v1::ObligationRecord> RecordIn(absl::string_view bytes) {
  storage::v1::ObligationRecord record;
  if (record.ParseFromString(std::string(bytes))) return record;
  return absl::DataLossError("a stored obligation cannot be read");
}

// Of an index: the rows that it names.
absl::Status VisitIndexed(const Reader& reader, const std::string& prefix, absl::string_view after,
                          size_t skipped, ObligationVisitor visit) {
  // The next key behind `after` is its own with a zero byte more.
  std::string lower = prefix;
  if (!after.empty()) {
    lower = prefix.substr(0, skipped) + std::string(after) + std::string(1, '\0');
  }
  return reader.ForEach(Family::kDataRequests, lower, PrefixUpperBound(prefix),
                        [&](absl::string_view stored, absl::string_view) -> absl::StatusOr<bool> {
                          KeyReader rest(stored.substr(skipped));
                          ASSIGN_OR_RETURN(const ObligationKey key, ReadInOrder(&rest));
                          ASSIGN_OR_RETURN(const auto found, FindObligation(reader, key));
                          if (!found.has_value())
                            return absl::DataLossError("an obligation that is named is gone");
                          return visit(key, found->record);
                        });
}

absl::Status VisitMoments(
    const Reader& reader, uint8_t kind, const std::string& lower, Timestamp until,
    absl::FunctionRef<absl::StatusOr<bool>(Timestamp moment, const ObligationKey& key)> visit) {
  return reader.ForEach(Family::kDataRequests, lower,
                        MomentPrefix(kind, Timestamp{until.micros + 1}),
                        [&](absl::string_view stored, absl::string_view) -> absl::StatusOr<bool> {
                          KeyReader rest(stored);
                          RETURN_IF_ERROR(rest.U8().status());
                          ASSIGN_OR_RETURN(const int64_t micros, rest.I64());
                          ASSIGN_OR_RETURN(const ObligationKey key, ReadInOrder(&rest));
                          return visit(Timestamp{micros}, key);
                        });
}

}  // namespace

ReadCheck ObligationIsFree(const ObligationKey& key) {
  return ReadCheck{Family::kDataRequests, RowKey(key), std::nullopt};
}

absl::StatusOr<std::optional<StoredObligation>> FindObligation(const Reader& reader,
                                                               const ObligationKey& key) {
  std::optional<StoredObligation> found;
  ReadCheck check = ObligationIsFree(key);
  ASSIGN_OR_RETURN(check.expected, reader.Get(check.family, check.key));
  if (!check.expected.has_value()) return found;
  ASSIGN_OR_RETURN(storage::v1::ObligationRecord record, RecordIn(*check.expected));
  found = StoredObligation{std::move(record), std::move(check)};
  return found;
}

absl::Status VisitObligationsOf(const Reader& reader, absl::string_view collection,
                                absl::string_view period, absl::string_view organisation,
                                ObligationVisitor visit) {
  KeyWriter writer;
  writer.U8(kObligation).String(collection).String(period);
  if (!organisation.empty()) writer.String(organisation);
  const std::string prefix = writer.Take();
  return reader.ForEach(
      Family::kDataRequests, prefix, PrefixUpperBound(prefix),
      [&](absl::string_view stored, absl::string_view value) -> absl::StatusOr<bool> {
        KeyReader rest(stored);
        RETURN_IF_ERROR(rest.U8().status());
        ObligationKey key;
        ASSIGN_OR_RETURN(key.key.collection, rest.String());
        ASSIGN_OR_RETURN(key.key.period, rest.String());
        ASSIGN_OR_RETURN(key.key.organisation, rest.String());
        ASSIGN_OR_RETURN(key.request, rest.U64());
        RETURN_IF_ERROR(rest.Finish());
        ASSIGN_OR_RETURN(const storage::v1::ObligationRecord record, RecordIn(value));
        return visit(key, record);
      });
}

absl::Status VisitObligationsInOrder(const Reader& reader, absl::string_view organisation,
                                     absl::string_view after, ObligationVisitor visit) {
  KeyWriter writer;
  writer.U8(kOfOrganisation);
  if (!organisation.empty()) writer.String(organisation);
  return VisitIndexed(reader, writer.Take(), after, 1, visit);
}

absl::Status VisitObligationsOfRequest(const Reader& reader, uint64_t request,
                                       absl::string_view after, ObligationVisitor visit) {
  const std::string prefix = RequestPrefix(request);
  return VisitIndexed(reader, prefix, after, prefix.size(), visit);
}

std::string ObligationKeyText(const ObligationKey& key) { return InOrder(key); }

absl::Status VisitClosing(
    const Reader& reader, Timestamp after, Timestamp until,
    absl::FunctionRef<absl::StatusOr<bool>(Timestamp closes, const ObligationKey& key)> visit) {
  return VisitMoments(reader, kClosing, MomentPrefix(kClosing, Timestamp{after.micros + 1}), until,
                      visit);
}

absl::Status VisitLapsing(
    const Reader& reader, Timestamp after, Timestamp until,
    absl::FunctionRef<absl::StatusOr<bool>(Timestamp answer_by, const ObligationKey& key)> visit) {
  return VisitMoments(reader, kLapsing, MomentPrefix(kLapsing, Timestamp{after.micros + 1}), until,
                      visit);
}

absl::Status ObligationTerms::Fill(uint64_t request, storage::v1::ObligationRecord* record) {
  if (record->group() == 0) return absl::OkStatus();
  const auto [place, is_new] = known_.try_emplace({request, record->group()});
  if (is_new) {
    ASSIGN_OR_RETURN(
        const std::optional<std::string> stored,
        reader_->Get(Family::kDataRequests, ObligationTermsKey(request, record->group())));
    if (!stored.has_value() || !place->second.ParseFromString(*stored)) {
      known_.erase(place);
      return absl::DataLossError("what obligations share cannot be read");
    }
  }
  *record->mutable_items() = place->second.items();
  *record->mutable_item_minutes() = place->second.item_minutes();
  *record->mutable_return_minutes() = place->second.return_minutes();
  return absl::OkStatus();
}

void PutObligationTerms(uint64_t request, uint32_t group,
                        const storage::v1::ObligationTermsRecord& terms, WriteBatch* batch) {
  batch->Put(Family::kDataRequests, ObligationTermsKey(request, group), terms.SerializeAsString());
}

void PutObligation(const ObligationKey& key, const storage::v1::ObligationRecord& record,
                   WriteBatch* batch) {
  const std::string in_order = InOrder(key);
  batch->Put(Family::kDataRequests, RowKey(key), OwnBytes(record));
  batch->Put(Family::kDataRequests, KeyWriter().U8(kOfOrganisation).Take() + in_order, "");
  batch->Put(Family::kDataRequests, RequestPrefix(key.request) + in_order, "");
  const bool in_force = record.release_sequence() == 0;
  if (record.close_micros() != 0) {
    const std::string closing = MomentPrefix(kClosing, Timestamp{record.close_micros()}) + in_order;
    if (in_force) {
      batch->Put(Family::kDataRequests, closing, "");
    } else {
      batch->Delete(Family::kDataRequests, closing);
    }
  }
  if (record.has_challenge()) {
    const Timestamp answer_by = MomentOf(record.challenge().answer_by());
    const std::string lapsing = MomentPrefix(kLapsing, answer_by) + in_order;
    if (in_force && !record.challenge().has_answer()) {
      batch->Put(Family::kDataRequests, lapsing, "");
    } else {
      batch->Delete(Family::kDataRequests, lapsing);
    }
  }
}

absl::StatusOr<ReadCheck> NewestIssueCheck(const Reader& reader) {
  ReadCheck check{Family::kDataRequests, KeyWriter().U8(kNewestIssue).Take(), std::nullopt};
  ASSIGN_OR_RETURN(check.expected, reader.Get(check.family, check.key));
  return check;
}

void PutNewestIssue(uint64_t sequence, WriteBatch* batch) {
  batch->Put(Family::kDataRequests, KeyWriter().U8(kNewestIssue).Take(),
             KeyWriter().U64(sequence).Take());
}

absl::Status VisitAvoided(
    const Reader& reader, uint64_t request,
    absl::FunctionRef<absl::StatusOr<bool>(const std::string& organisation,
                                           const storage::v1::AvoidedRecord& record)>
        visit) {
  const std::string prefix = KeyWriter().U8(kAvoided).U64(request).Take();
  return reader.ForEach(
      Family::kDataRequests, prefix, PrefixUpperBound(prefix),
      [&](absl::string_view stored, absl::string_view value) -> absl::StatusOr<bool> {
        KeyReader rest(stored.substr(prefix.size()));
        ASSIGN_OR_RETURN(const std::string organisation, rest.String());
        RETURN_IF_ERROR(rest.Finish());
        ASSIGN_OR_RETURN(const storage::v1::AvoidedRecord record, AvoidedIn(value));
        return visit(organisation, record);
      });
}

absl::StatusOr<std::optional<storage::v1::AvoidedRecord>> FindAvoided(
    const Reader& reader, uint64_t request, absl::string_view organisation) {
  std::optional<storage::v1::AvoidedRecord> found;
  ASSIGN_OR_RETURN(const std::optional<std::string> stored,
                   reader.Get(Family::kDataRequests, AvoidedKey(request, organisation)));
  if (!stored.has_value()) return found;
  ASSIGN_OR_RETURN(found, AvoidedIn(*stored));
  return found;
}

void PutAvoided(uint64_t request, absl::string_view organisation,
                const storage::v1::AvoidedRecord& record, WriteBatch* batch) {
  batch->Put(Family::kDataRequests, AvoidedKey(request, organisation), record.SerializeAsString());
}

}  // namespace onereturn::ingestion

#include "common/commit/signing_keys.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/commit/journal.h"
#include "common/commit/primary_family.h"
#include "common/status/status_macros.h"
#include "common/storage/key_codec.h"
#include "onereturn/storage/v1/records.pb.h"

namespace onereturn {
namespace {

std::string KeyRow(uint64_t from_size) {
  return KeyWriter().U8(static_cast<uint8_t>(LedgerTag::kSigningKey)).U64(from_size).Take();
}

std::string RowsEnd() {
  return KeyWriter().U8(static_cast<uint8_t>(LedgerTag::kSigningKey) + 1).Take();
}

struct RememberedKey {
  VerifyingKey key;
  uint64_t from_size = 0;
};

absl::StatusOr<std::vector<RememberedKey>> ReadRows(const Store& store) {
  std::vector<RememberedKey> keys;
  const std::optional<ColumnFamily> family = LedgerFamilyOf(store);
  if (!family.has_value()) return keys;
  RETURN_IF_ERROR(store.ForEach(
      *family, KeyRow(0), RowsEnd(),
      [&keys](absl::string_view row, absl::string_view value) -> absl::StatusOr<bool> {
        KeyReader reader(row);
        RETURN_IF_ERROR(reader.U8().status());
        ASSIGN_OR_RETURN(const uint64_t from_size, reader.U64());
        storage::v1::SigningKeyRecord record;
        if (!record.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
          return absl::DataLossError("a stored signing key cannot be read");
        }
        absl::StatusOr<VerifyingKey> key = VerifyingKey::FromRawBytes(record.public_key());
        if (!key.ok()) return absl::DataLossError("a stored signing key is none");
        keys.push_back({*std::move(key), from_size});
        return true;
      }));
  return keys;
}

}  // namespace

std::string SignedKeyChangeFact(absl::string_view service, uint64_t epoch, uint64_t sequence,
                                const SigningKey& old_key, const SigningKey& new_key) {
  KeyChange change;
  change.service = std::string(service);
  change.epoch = epoch;
  change.sequence = sequence;
  ONERETURN_CHECK(SignKeyChange(old_key, new_key, &change).ok());
  feed::v1::SigningKeyChanged fact;
  fact.set_old_public_key(change.old_key);
  fact.set_new_public_key(change.new_key);
  fact.set_old_key_signature(change.old_key_signature);
  fact.set_new_key_signature(change.new_key_signature);
  return fact.SerializeAsString();
}

absl::StatusOr<KeyChange> KeyChangeOf(const feed::v1::Entry& entry, absl::string_view service) {
  feed::v1::SigningKeyChanged fact;
  if (entry.kind() != feed::v1::ENTRY_KIND_SIGNING_KEY_CHANGED || entry.format() != 1 ||
      !fact.ParseFromString(entry.fact())) {
    return absl::DataLossError(
        absl::StrCat("entry ", entry.sequence(), " is no change of the signing key"));
  }
  KeyChange change;
  change.service = std::string(service);
  change.epoch = entry.epoch();
  change.sequence = entry.sequence();
  change.old_key = fact.old_public_key();
  change.new_key = fact.new_public_key();
  change.old_key_signature = fact.old_key_signature();
  change.new_key_signature = fact.new_key_signature();
  return change;
}

absl::StatusOr<KeyChange> KeyChangeOfBytes(absl::string_view bytes, absl::string_view service) {
  feed::v1::Entry entry;
  if (!entry.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::DataLossError("an entry that should change the signing key cannot be read");
  }
  return KeyChangeOf(entry, service);
}

absl::StatusOr<std::optional<KeyHistory>> ReadKeyHistory(const Store& store,
                                                         absl::string_view service) {
  ASSIGN_OR_RETURN(const std::vector<RememberedKey> keys, ReadRows(store));
  if (keys.empty()) return std::optional<KeyHistory>();
  if (keys.front().from_size != 0) {
    return absl::DataLossError("the store's first signing key is not remembered");
  }
  KeyHistory history(keys.front().key);
  for (size_t i = 1; i < keys.size(); ++i) {
    ASSIGN_OR_RETURN(const std::string bytes, EntryBytes(store, keys[i].from_size));
    ASSIGN_OR_RETURN(const KeyChange change, KeyChangeOfBytes(bytes, service));
    RETURN_IF_ERROR(history.Add(change));
    if (history.newest().raw_bytes() != keys[i].key.raw_bytes()) {
      return absl::DataLossError(absl::StrCat("entry ", keys[i].from_size,
                                              " does not lead to the key that is remembered"));
    }
  }
  return std::optional<KeyHistory>(std::move(history));
}

absl::StatusOr<std::vector<std::string>> ReadKeyChangeEntries(const Store& store) {
  ASSIGN_OR_RETURN(const std::vector<RememberedKey> keys, ReadRows(store));
  std::vector<std::string> entries;
  for (const RememberedKey& key : keys) {
    if (key.from_size == 0) continue;
    ASSIGN_OR_RETURN(std::string bytes, EntryBytes(store, key.from_size));
    entries.push_back(std::move(bytes));
  }
  return entries;
}

void PutSigningKey(ColumnFamily ledger, const VerifyingKey& key, uint64_t from_epoch,
                   uint64_t from_size, WriteBatch* batch) {
  storage::v1::SigningKeyRecord record;
  record.set_public_key(key.raw_bytes());
  record.set_from_epoch(from_epoch);
  batch->Put(ledger, KeyRow(from_size), record.SerializeAsString());
}

absl::StatusOr<SigningKey> ChooseSigningKey(Store* store, absl::string_view service,
                                            const std::vector<SigningKey>& given) {
  ASSIGN_OR_RETURN(const std::optional<KeyHistory> history, ReadKeyHistory(*store, service));
  if (!history.has_value()) {
    if (const std::optional<ColumnFamily> family = LedgerFamilyOf(*store); family.has_value()) {
      WriteBatch batch;
      PutSigningKey(*family, given.front().verifying_key(), /*from_epoch=*/1, 0, &batch);
      RETURN_IF_ERROR(store->Write(batch, Durability::kSynced));
    }
    return given.front();
  }
  for (const SigningKey& key : given) {
    if (key.verifying_key().raw_bytes() == history->newest().raw_bytes()) return key;
  }
  return absl::FailedPreconditionError(absl::StrCat(
      "the store's heads are signed with key ", history->newest().key_id(),
      ", and the configuration gives another (", given.front().verifying_key().key_id(),
      "): name the file of that key in signing_key_file"));
}

}  // namespace onereturn

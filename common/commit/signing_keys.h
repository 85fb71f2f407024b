// Which keys sign, or have signed, a service's heads: the store remembers, and its ledger proves
// it.
#ifndef ONERETURN_COMMON_COMMIT_SIGNING_KEYS_H_
#define ONERETURN_COMMON_COMMIT_SIGNING_KEYS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/ledger/key_change.h"
#include "common/ledger/signing.h"
#include "common/storage/store.h"
#include "common/storage/write_batch.h"
#include "onereturn/feed/v1/entry.pb.h"

namespace onereturn {

// The fact of kind SIGNING_KEY_CHANGED of that place, signed by both keys, serialised. That it can
// be signed is checked: it fails where the cryptographic library does.
std::string SignedKeyChangeFact(absl::string_view service, uint64_t epoch, uint64_t sequence,
                                const SigningKey& old_key, const SigningKey& new_key);
// What a fact of kind SIGNING_KEY_CHANGED says of `service`. DATA_LOSS when it is none; signatures
// are not verified.
absl::StatusOr<KeyChange> KeyChangeOf(const feed::v1::Entry& entry, absl::string_view service);
// The same from the ledgered bytes.
absl::StatusOr<KeyChange> KeyChangeOfBytes(absl::string_view entry, absl::string_view service);

// The key history that the store remembers, each change verified against the entry that made it;
// nullopt while it remembers none. DATA_LOSS when record and ledger do not agree.
absl::StatusOr<std::optional<KeyHistory>> ReadKeyHistory(const Store& store,
                                                         absl::string_view service);

// The ledgered bytes of the changes, oldest first.
absl::StatusOr<std::vector<std::string>> ReadKeyChangeEntries(const Store& store);

// The row that remembers a key.
void PutSigningKey(ColumnFamily ledger, const VerifyingKey& key, uint64_t from_epoch,
                   uint64_t from_size, WriteBatch* batch);

// The one of `given` that the store's record says signs; a store that remembers none remembers the
// first of them from now on. FAILED_PRECONDITION when the record names none of them.
absl::StatusOr<SigningKey> ChooseSigningKey(Store* store, absl::string_view service,
                                            const std::vector<SigningKey>& given);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_COMMIT_SIGNING_KEYS_H_

// Restoring a store from a copy. An operator leaves an order beside the data folder (`onereturn
// restore` writes it), and the service carries it out at its next start: the store that is there is
// put aside and never deleted, the copy takes its place, and a new epoch begins, with a signed
// entry that says from where and why. Every step can be repeated: a kill in the midst changes
// nothing of the outcome.
#ifndef ONERETURN_COMMON_SERVICE_RESTORE_H_
#define ONERETURN_COMMON_SERVICE_RESTORE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/commit/committer.h"
#include "common/ledger/signed_head.h"
#include "common/ledger/signing.h"
#include "common/storage/column_family.h"
#include "common/storage/store.h"
#include "onereturn/config/v1/config.pb.h"

namespace onereturn {

// "{data_folder}.restore".
std::string RestoreOrderFile(const std::string& data_folder);

// The order that lies there; nullopt when there is none. FIELD_INVALID when it is no ordinary file,
// is not whole, was carried out before, or its id could not be part of a file's name.
absl::StatusOr<std::optional<config::v1::RestoreOrder>> FindRestoreOrder(
    const std::string& data_folder);

// Puts the copy in the place of the store, unless that was done before. Before anything is moved
// the copy is opened and looked at:
//   NOT_FOUND            there is no copy of that name
//   BACKUP_IDENTITY      it is not this service's, or none of `keys` signed its head
//   BACKUP_STALE         it ends before the entry after which loss was accepted
//   DATA_LOSS            it is damaged, or its entries are not those of its head
absl::Status ReplaceStore(const config::v1::ServerConfig& config, const std::string& service,
                          const std::vector<ColumnFamilySpec>& families,
                          const config::v1::RestoreOrder& order,
                          const std::vector<SigningKey>& keys);

// Whether the store's ledger already says that the order was carried out: a process ended before it
// put the order aside. FIELD_INVALID when more was accepted since, for then somebody left the order
// once more, and means another restore.
absl::StatusOr<bool> HasBegunEpoch(const config::v1::ServerConfig& config, const Store& store,
                                   const config::v1::RestoreOrder& order);

// The epoch that the restore begins: one more than every other that this machine still knows of, so
// that none is given twice, whatever was restored before. Looked at are the restored store, the
// head that the high-water file knew, the heads of all copies that one of `keys` signed, and, where
// the high-water file knew none of this service beyond the restored store's end, the store that was
// put aside, unless it is damaged. That is opened as at a start, which brings its log into tables;
// errors as OpenServiceStore(), where it may be whole but cannot be read now.
absl::StatusOr<uint64_t> NextEpoch(const config::v1::ServerConfig& config,
                                   const std::string& service, const Store& restored,
                                   const config::v1::RestoreOrder& order,
                                   const std::vector<SigningKey>& keys,
                                   const std::optional<SignedHead>& known_head);

// Writes the entry that begins the epoch, as the first of a committer that was started to begin
// one. `earlier_epoch`: the one that the restored store ended in; `known_head`: the highest head
// known of the ledger before.
absl::Status BeginEpoch(const config::v1::RestoreOrder& order, uint64_t earlier_epoch,
                        const std::optional<SignedHead>& known_head, Committer* committer);

// The order is done: its file is renamed to "{data_folder}.restored-{id}".
absl::Status PutOrderAside(const std::string& data_folder, const config::v1::RestoreOrder& order);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_SERVICE_RESTORE_H_

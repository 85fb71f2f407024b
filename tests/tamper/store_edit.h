// Rewriting a service's store behind its back, offline, as somebody with root would: rows of any
// family, and the whole ledger with its tree made to fit.
#ifndef ONERETURN_TESTS_TAMPER_STORE_EDIT_H_
#define ONERETURN_TESTS_TAMPER_STORE_EDIT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/ledger/merkle.h"
#include "common/storage/store.h"
#include "common/storage/write_batch.h"
#include "onereturn/feed/v1/entry.pb.h"

namespace onereturn {

// The service must not run. Faults end the program: these are tests' own.
class StoreEdit {
 public:
  StoreEdit(const std::string& data_folder, const std::string& service);

  const Store& store() const { return *store_; }
  std::vector<feed::v1::Entry> Entries() const;
  // The index of the first entry of the kind whose name holds `part`.
  static size_t Find(const std::vector<feed::v1::Entry>& entries, feed::v1::EntryKind kind,
                     absl::string_view part = "");

  // Makes these the ledger: places from 1, times that never fall, every node of the tree, and the
  // requests' places. Signing is left to the service, which has the key: so has the thief.
  void Rewrite(std::vector<feed::v1::Entry> entries);
  // The nodes of the tree over other leaves than the entries that stand there.
  void RewriteNodes(const std::vector<Digest>& leaves);
  // Changes of single rows.
  void Change(const std::function<void(WriteBatch* batch)>& change);

 private:
  void Write(const WriteBatch& batch);

  std::unique_ptr<Store> store_;
};

}  // namespace onereturn

#endif  // ONERETURN_TESTS_TAMPER_STORE_EDIT_H_

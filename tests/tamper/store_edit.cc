#include "tests/tamper/store_edit.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "common/base/check.h"
#include "common/commit/journal.h"
#include "common/commit/primary_family.h"
#include "onereturn/storage/v1/records.pb.h"
#include "services/assessment/store/families.h"
#include "services/ingestion/store/families.h"
#include "services/metrics/store/metrics_family.h"

namespace onereturn {
namespace {

std::vector<ColumnFamilySpec> FamiliesOf(const std::string& service) {
  if (service == "ingestion") return ingestion::Families();
  if (service == "metrics") return metrics::MetricsFamilies();
  return assessment::AllFamilies();
}

// Above every key that a service writes.
const std::string& AfterAll() {
  static const auto& after = *new std::string(64, '\xff');
  return after;
}

}  // namespace

StoreEdit::StoreEdit(const std::string& data_folder, const std::string& service) {
  StoreOptions options;
  options.path = data_folder;
  options.service = service;
  options.column_families = FamiliesOf(service);
  absl::StatusOr<std::unique_ptr<Store>> store = Store::Open(std::move(options));
  ONERETURN_CHECK(store.ok());
  store_ = *std::move(store);
}

std::vector<feed::v1::Entry> StoreEdit::Entries() const {
  std::vector<feed::v1::Entry> entries;
  const uint64_t size = LastSequence(*store_).value();
  for (uint64_t sequence = 1; sequence <= size; ++sequence) {
    ONERETURN_CHECK(entries.emplace_back().ParseFromString(EntryBytes(*store_, sequence).value()));
  }
  return entries;
}

size_t StoreEdit::Find(const std::vector<feed::v1::Entry>& entries, feed::v1::EntryKind kind,
                       absl::string_view part) {
  const auto found =
      std::find_if(entries.begin(), entries.end(), [&](const feed::v1::Entry& entry) {
        return entry.kind() == kind && absl::StrContains(entry.name(), part);
      });
  ONERETURN_CHECK(found != entries.end());
  return static_cast<size_t>(found - entries.begin());
}

void StoreEdit::Rewrite(std::vector<feed::v1::Entry> entries) {
  WriteBatch batch;
  batch.DeleteRange(PrimaryFamily::kEntries, EntryKey(0), AfterAll());
  batch.DeleteRange(PrimaryFamily::kRequests, std::string(1, '\0'), AfterAll());
  std::vector<Digest> leaves;
  int64_t time_micros = 0;
  for (size_t i = 0; i < entries.size(); ++i) {
    feed::v1::Entry& entry = entries[i];
    entry.set_sequence(i + 1);
    time_micros = std::max(time_micros, entry.time_micros());
    entry.set_time_micros(time_micros);
    const std::string bytes = entry.SerializeAsString();
    batch.Put(PrimaryFamily::kEntries, EntryKey(i + 1), bytes);
    leaves.push_back(HashLeaf(bytes));
    storage::v1::RequestRecord request;
    request.set_digest(entry.request_digest());
    request.set_sequence(i + 1);
    batch.Put(PrimaryFamily::kRequests,
              RequestKey(RequestScope(entry.organisation(), entry.actor()), entry.request_id()),
              request.SerializeAsString());
  }
  Write(batch);
  RewriteNodes(leaves);
}

void StoreEdit::RewriteNodes(const std::vector<Digest>& leaves) {
  WriteBatch batch;
  batch.DeleteRange(PrimaryFamily::kNodes, NodeKey({0, 0}), AfterAll());
  Frontier frontier;
  for (const Digest& leaf : leaves) {
    frontier.Append(leaf, [&batch](const NodeId& node, const Digest& hash) {
      batch.Put(PrimaryFamily::kNodes, NodeKey(node), DigestBytes(hash));
    });
  }
  Write(batch);
}

void StoreEdit::Change(const std::function<void(WriteBatch* batch)>& change) {
  WriteBatch batch;
  change(&batch);
  Write(batch);
}

void StoreEdit::Write(const WriteBatch& batch) {
  ONERETURN_CHECK(store_->Write(batch, Durability::kSynced).ok());
}

}  // namespace onereturn

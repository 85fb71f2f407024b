// A ledger in memory that a test can make lie in any way.
#ifndef ONERETURN_TOOLS_AUDITOR_TESTING_FAKE_LEDGER_H_
#define ONERETURN_TOOLS_AUDITOR_TESTING_FAKE_LEDGER_H_

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tools/auditor/ledger_source.h"
#include "tools/auditor/testing/rfc_proofs.h"
#include "tools/auditor/testing/test_key.h"

namespace onereturn::auditor {

class FakeLedger : public LedgerSource {
 public:
  explicit FakeLedger(std::string name = "metrics") : LedgerSource(std::move(name)) {}

  // An entry of a kind whose content nobody looks at here.
  feed::v1::Entry NextEntry() const {
    feed::v1::Entry entry;
    entry.set_kind(feed::v1::ENTRY_KIND_METRIC_DEFINED);
    entry.set_format(1);
    entry.set_epoch(epoch);
    entry.set_sequence(entries.size() + 1);
    entry.set_time_micros(static_cast<int64_t>(1'000'000 * entries.size()));
    entry.set_salt(absl::StrCat("salt of ", 10'000'000 + entries.size()).substr(0, 16));
    entry.set_actor("spiffe://onereturn.example/steward");
    entry.set_request_id(absl::StrCat("request ", entries.size()));
    entry.set_request_digest(std::string(32, 'd'));
    const std::string code = absl::StrCat("m", entries.size());
    feed::v1::MetricDefined fact;
    fact.mutable_metric()->set_name(absl::StrCat("metrics/", code));
    fact.mutable_metric()->set_version(1);
    entry.set_name(fact.metric().name());
    entry.set_fact(fact.SerializeAsString());
    return entry;
  }
  void Grow(int count) {
    for (int i = 0; i < count; ++i) entries.push_back(NextEntry());
  }
  template <typename Fact>
  void Add(feed::v1::EntryKind kind, const Fact& fact) {
    feed::v1::Entry entry = NextEntry();
    entry.set_kind(kind);
    entry.clear_name();
    entry.set_fact(fact.SerializeAsString());
    entries.push_back(entry);
  }

  ledger::v1::SignedHead HeadOf(uint64_t size) const {
    ledger::v1::SignedHead head;
    head.set_service(name());
    head.set_epoch(epoch);
    head.set_size(size);
    head.set_root(std::string(View(Mth(Part(LeavesNow(), 0, size)))));
    head.mutable_time()->set_seconds(1);
    key.SignHead(&head);
    return head;
  }

  absl::StatusOr<ledger::v1::GetHeadResponse> GetHead(
      const std::optional<ledger::v1::SignedHead>& known) const override {
    if (!reachable.ok()) return reachable;
    if (known.has_value() && !answer_to_known.ok()) return answer_to_known;
    ledger::v1::GetHeadResponse response;
    *response.mutable_head() = head.has_value() ? *head : HeadOf(entries.size());
    response.set_public_key_pem(key.Pem());
    return response;
  }
  absl::StatusOr<std::vector<std::string>> ConsistencyProof(uint64_t old_size,
                                                            uint64_t new_size) const override {
    if (proofs_wrong) return std::vector<std::string>{std::string(32, 'x')};
    return Texts(Subproof(old_size, Part(LeavesNow(), 0, new_size), true));
  }
  absl::StatusOr<ledger::v1::GetInclusionProofResponse> InclusionProof(
      uint64_t sequence, uint64_t tree_size) const override {
    ledger::v1::GetInclusionProofResponse response;
    const Leaves leaves = Part(LeavesNow(), 0, tree_size);
    response.set_leaf_hash(std::string(View(leaves[sequence - 1])));
    for (std::string& hash : Texts(Path(sequence - 1, leaves))) {
      response.add_proof(proofs_wrong ? std::string(32, 'x') : std::move(hash));
    }
    return response;
  }
  absl::Status ReadFeed(
      uint64_t after, uint64_t through,
      const std::function<absl::Status(const feed::v1::WatchResponse&)>& take) const override {
    constexpr uint64_t kPage = 4;
    ++readings;
    read_from = after;
    while (after < through) {
      if (after >= entries.size()) return absl::DataLossError("the feed ends");
      feed::v1::WatchResponse page;
      const uint64_t to = std::min<uint64_t>(after + kPage, entries.size());
      page.set_after_sequence(after);
      page.set_through_sequence(to);
      for (; after < to; ++after) {
        page.add_entries()->set_entry(entries[after].SerializeAsString());
      }
      *page.mutable_head() = HeadOf(to);
      if (absl::Status status = take(page); !status.ok()) return status;
    }
    return absl::OkStatus();
  }
  absl::StatusOr<std::vector<std::string>> Chunks(const std::vector<std::string>&) const override {
    return absl::NotFoundError("no chunks");
  }

  std::vector<feed::v1::Entry> entries;
  uint64_t epoch = 1;
  TestKey key = TestKey::OfRfc8032();
  std::optional<ledger::v1::SignedHead> head;  // In place of the true one.
  absl::Status reachable;
  absl::Status answer_to_known;
  bool proofs_wrong = false;
  mutable int readings = 0;
  mutable uint64_t read_from = 0;

 private:
  Leaves LeavesNow() const {
    Leaves leaves;
    for (const auto& entry : entries) leaves.push_back(LeafHash(entry.SerializeAsString()));
    return leaves;
  }
  static std::vector<std::string> Texts(const Proof& proof) {
    std::vector<std::string> texts;
    for (const Hash& hash : proof) texts.emplace_back(View(hash));
    return texts;
  }
};

}  // namespace onereturn::auditor

#endif  // ONERETURN_TOOLS_AUDITOR_TESTING_FAKE_LEDGER_H_

#include "tools/auditor/proof_audit.h"

#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace onereturn::auditor {
namespace {

std::optional<Proof> ToProof(const std::vector<std::string>& hashes) {
  Proof proof;
  for (const std::string& bytes : hashes) {
    const std::optional<Hash> hash = ToHash(bytes);
    if (!hash.has_value()) return std::nullopt;
    proof.push_back(*hash);
  }
  return proof;
}

void Judge(const LedgerSource& service, const std::string& what, const absl::Status& status,
           bool proves, Report* report) {
  if (AdmitsLoss(status)) {
    report->Add(LieKind::kRolledBack, service.name(), what, "a proof", status.message());
  } else if (!status.ok()) {
    report->unchecked.push_back(absl::StrCat(service.name(), ": ", what, ": ", status.message()));
  } else if (!proves) {
    report->Add(LieKind::kProofWrong, service.name(), what, "a proof", "hashes that prove nothing");
  }
}

// The smallest and the three greatest sizes below that of `head`, in its epoch.
std::set<uint64_t> OldSizes(const std::vector<ledger::v1::SignedHead>& known,
                            const ledger::v1::SignedHead& head) {
  constexpr size_t kMost = 4;
  std::set<uint64_t> sizes;
  for (const ledger::v1::SignedHead& held : known) {
    const bool earlier = held.epoch() == head.epoch() && held.size() < head.size();
    if (earlier && held.size() > 0) sizes.insert(held.size());
  }
  while (sizes.size() > kMost) sizes.erase(std::next(sizes.begin()));
  return sizes;
}

}  // namespace

bool AdmitsLoss(const absl::Status& status) { return status.code() == absl::StatusCode::kDataLoss; }

void AuditProofs(const LedgerSource& service, const std::vector<ledger::v1::SignedHead>& known,
                 const ledger::v1::SignedHead& head, const Tree& tree, Report* report) {
  const uint64_t size = head.size();
  const std::optional<Hash> root = ToHash(head.root());
  if (size == 0 || !root.has_value()) return;
  for (const uint64_t old_size : OldSizes(known, head)) {
    const auto answer = service.ConsistencyProof(old_size, size);
    const std::optional<Proof> proof = answer.ok() ? ToProof(*answer) : std::nullopt;
    const bool proves = proof.has_value() &&
                        ProvesConsistency(old_size, tree.RootAt(old_size), size, *root, *proof);
    Judge(service, absl::StrCat("the proof of consistency from ", old_size, " to ", size),
          answer.status(), proves, report);
  }
  for (const uint64_t sequence : std::set<uint64_t>{1, (size + 1) / 2, size}) {
    const auto answer = service.InclusionProof(sequence, size);
    std::optional<Proof> proof;
    if (answer.ok()) proof = ToProof({answer->proof().begin(), answer->proof().end()});
    const Hash& leaf = tree.leaf(sequence - 1);
    const bool proves = proof.has_value() && answer->leaf_hash() == View(leaf) &&
                        ProvesInclusion(leaf, sequence - 1, size, *root, *proof);
    Judge(service, absl::StrCat("the proof of inclusion of entry ", sequence), answer.status(),
          proves, report);
  }
}

}  // namespace onereturn::auditor

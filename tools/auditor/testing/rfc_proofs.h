// RFC 6962 section 2.1: MTH, PATH and SUBPROOF as they are written there, slow and plain.
#ifndef ONERETURN_TOOLS_AUDITOR_TESTING_RFC_PROOFS_H_
#define ONERETURN_TOOLS_AUDITOR_TESTING_RFC_PROOFS_H_

#include <cstdint>
#include <vector>

#include "tools/auditor/tree.h"

namespace onereturn::auditor {

using Leaves = std::vector<Hash>;

inline uint64_t SplitOf(uint64_t size) {
  uint64_t split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

inline Leaves Part(const Leaves& leaves, uint64_t from, uint64_t to) {
  return Leaves(leaves.begin() + static_cast<ptrdiff_t>(from),
                leaves.begin() + static_cast<ptrdiff_t>(to));
}

inline Hash Mth(const Leaves& leaves) {
  if (leaves.empty()) return Sha256("");
  if (leaves.size() == 1) return leaves[0];
  const uint64_t split = SplitOf(leaves.size());
  return NodeHash(Mth(Part(leaves, 0, split)), Mth(Part(leaves, split, leaves.size())));
}

inline Proof Path(uint64_t index, const Leaves& leaves) {
  if (leaves.size() == 1) return {};
  const uint64_t split = SplitOf(leaves.size());
  const Leaves left = Part(leaves, 0, split);
  const Leaves right = Part(leaves, split, leaves.size());
  Proof proof = index < split ? Path(index, left) : Path(index - split, right);
  proof.push_back(index < split ? Mth(right) : Mth(left));
  return proof;
}

inline Proof Subproof(uint64_t old_size, const Leaves& leaves, bool whole) {
  if (old_size == leaves.size()) return whole ? Proof() : Proof{Mth(leaves)};
  const uint64_t split = SplitOf(leaves.size());
  const Leaves left = Part(leaves, 0, split);
  const Leaves right = Part(leaves, split, leaves.size());
  const bool in_left = old_size <= split;
  Proof proof =
      in_left ? Subproof(old_size, left, whole) : Subproof(old_size - split, right, false);
  proof.push_back(in_left ? Mth(right) : Mth(left));
  return proof;
}

}  // namespace onereturn::auditor

#endif  // ONERETURN_TOOLS_AUDITOR_TESTING_RFC_PROOFS_H_

// The Merkle tree of RFC 6962 and RFC 9162 (sections 2.1.1 to 2.1.4), from the text of the RFCs.
#ifndef ONERETURN_TOOLS_AUDITOR_TREE_H_
#define ONERETURN_TOOLS_AUDITOR_TREE_H_

#include <cstdint>
#include <vector>

#include "tools/auditor/hashing.h"

namespace onereturn::auditor {

// MTH({d}) = SHA-256(0x00 || d).
Hash LeafHash(absl::string_view entry);
// SHA-256(0x01 || left || right).
Hash NodeHash(const Hash& left, const Hash& right);

// A whole tree in memory, so that its root at every earlier size can be told: 64 bytes a leaf.
// Thread-compatible.
class Tree {
 public:
  uint64_t size() const { return levels_.empty() ? 0 : levels_[0].size(); }
  // From 0. Must be below size().
  const Hash& leaf(uint64_t index) const { return levels_[0][index]; }

  void Append(const Hash& leaf);
  // The root of the first `size` leaves, which must not be more than there are. Of none: SHA-256 of
  // nothing.
  Hash RootAt(uint64_t size) const;
  Hash Root() const { return RootAt(size()); }
  // Forgets all leaves from `size` on.
  void Truncate(uint64_t size);

 private:
  // Level k holds the roots of the complete subtrees of 2^k leaves, from the left.
  std::vector<std::vector<Hash>> levels_;
};

using Proof = std::vector<Hash>;

// RFC 9162 section 2.1.3.2: true exactly when `proof` leads from the leaf at `index` (from 0) to
// `root` of a tree of `size`.
bool ProvesInclusion(const Hash& leaf, uint64_t index, uint64_t size, const Hash& root,
                     const Proof& proof);

// RFC 9162 section 2.1.4.2: true exactly when `proof` shows that the tree of `new_size` begins with
// the tree of `old_size`. Equal sizes take no proof and equal roots; from size 0 all are the same.
bool ProvesConsistency(uint64_t old_size, const Hash& old_root, uint64_t new_size,
                       const Hash& new_root, const Proof& proof);

}  // namespace onereturn::auditor

#endif  // ONERETURN_TOOLS_AUDITOR_TREE_H_

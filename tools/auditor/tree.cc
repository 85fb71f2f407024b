#include "tools/auditor/tree.h"

#include <cstddef>
#include <optional>

namespace onereturn::auditor {
namespace {

bool IsPowerOfTwo(uint64_t number) { return number != 0 && (number & (number - 1)) == 0; }

}  // namespace

Hash LeafHash(absl::string_view entry) {
  return Hasher().Add(absl::string_view("\0", 1)).Add(entry).Finish();
}

Hash NodeHash(const Hash& left, const Hash& right) {
  return Hasher().Add("\1").Add(View(left)).Add(View(right)).Finish();
}

void Tree::Append(const Hash& leaf) {
  Hash hash = leaf;
  for (size_t level = 0;; ++level) {
    if (levels_.size() == level) levels_.emplace_back();
    levels_[level].push_back(hash);
    const size_t count = levels_[level].size();
    if (count % 2 != 0) return;
    hash = NodeHash(levels_[level][count - 2], levels_[level][count - 1]);
  }
}

Hash Tree::RootAt(uint64_t size) const {
  if (size == 0) return Sha256("");
  // The complete subtrees of the size's binary digits, joined from the right.
  std::optional<Hash> root;
  uint64_t rest = size;
  for (size_t level = 0; rest != 0; ++level, rest >>= 1) {
    if (rest % 2 == 0) continue;
    const Hash& subtree = levels_[level][rest - 1];
    root = root.has_value() ? NodeHash(subtree, *root) : subtree;
  }
  return *root;
}

void Tree::Truncate(uint64_t size) {
  for (std::vector<Hash>& level : levels_) {
    if (level.size() > size) level.resize(size);
    size >>= 1;
  }
}

bool ProvesInclusion(const Hash& leaf, uint64_t index, uint64_t size, const Hash& root,
                     const Proof& proof) {
  if (index >= size) return false;
  uint64_t node = index;
  uint64_t last = size - 1;
  Hash hash = leaf;
  for (const Hash& sibling : proof) {
    if (last == 0) return false;
    if (node % 2 == 1 || node == last) {
      hash = NodeHash(sibling, hash);
      while (node % 2 == 0 && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      hash = NodeHash(hash, sibling);
    }
    node >>= 1;
    last >>= 1;
  }
  return last == 0 && hash == root;
}

bool ProvesConsistency(uint64_t old_size, const Hash& old_root, uint64_t new_size,
                       const Hash& new_root, const Proof& proof) {
  if (old_size > new_size) return false;
  if (old_size == new_size) return proof.empty() && old_root == new_root;
  if (old_size == 0) return proof.empty() && old_root == Sha256("");
  Proof path;
  if (IsPowerOfTwo(old_size)) path.push_back(old_root);
  path.insert(path.end(), proof.begin(), proof.end());
  if (proof.empty() || path.empty()) return false;
  uint64_t node = old_size - 1;
  uint64_t last = new_size - 1;
  while (node % 2 == 1) {
    node >>= 1;
    last >>= 1;
  }
  Hash from_old = path[0];
  Hash from_new = path[0];
  for (size_t i = 1; i < path.size(); ++i) {
    if (last == 0) return false;
    if (node % 2 == 1 || node == last) {
      from_old = NodeHash(path[i], from_old);
      from_new = NodeHash(path[i], from_new);
      while (node % 2 == 0 && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      from_new = NodeHash(from_new, path[i]);
    }
    node >>= 1;
    last >>= 1;
  }
  return last == 0 && from_old == old_root && from_new == new_root;
}

}  // namespace onereturn::auditor

// The Merkle tree of RFC 6962 and RFC 9162 section 2.1, over SHA-256: hashing, growth, proofs and
// their verification. Pure; nothing here throws or keeps state of its own.
//
// A node is named by its level and index when its subtree is complete: node (level, index) covers
// the leaves [index * 2^level, (index + 1) * 2^level), and level 0 holds the leaf hashes. Such a
// node never changes again, so it can be stored as soon as it is complete; every proof and every
// earlier root is computed from stored nodes alone.
#ifndef ONERETURN_COMMON_LEDGER_MERKLE_H_
#define ONERETURN_COMMON_LEDGER_MERKLE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/digest/digest.h"

namespace onereturn {

// Trees are smaller than this, so that no arithmetic on sizes can overflow.
inline constexpr uint64_t kTreeSizeLimit = uint64_t{1} << 62;

// SHA-256(00 || entry).
Digest HashLeaf(absl::string_view entry);
// SHA-256(01 || left || right).
Digest HashNode(const Digest& left, const Digest& right);
// The root of the tree without leaves: SHA-256 of nothing.
const Digest& EmptyRoot();

struct NodeId {
  uint32_t level = 0;
  uint64_t index = 0;

  friend bool operator==(const NodeId& a, const NodeId& b) {
    return a.level == b.level && a.index == b.index;
  }
  friend bool operator<(const NodeId& a, const NodeId& b) {
    return a.level != b.level ? a.level < b.level : a.index < b.index;
  }
};

// Takes a node that has just become complete.
using NodeSink = absl::FunctionRef<void(const NodeId& node, const Digest& hash)>;
// Fetches a complete node; asked only for nodes wholly within the size in question.
using NodeReader = absl::FunctionRef<absl::StatusOr<Digest>(const NodeId& node)>;

// The compact form of a whole tree: the roots of its maximal complete subtrees, one for each one
// bit of the size. Enough to append leaves and to know the root. A value type.
class Frontier {
 public:
  // The empty tree.
  Frontier() = default;

  uint64_t size() const { return size_; }
  Digest Root() const;

  // Appends a leaf hash and gives `sink` every node that this completes: the leaf first, then
  // upwards. Aborts at kTreeSizeLimit.
  void Append(const Digest& leaf_hash, NodeSink sink);
  void Append(const Digest& leaf_hash);

  // The frontier of the first `size` leaves of a tree whose complete nodes are stored.
  static absl::StatusOr<Frontier> FromNodes(uint64_t size, NodeReader node_reader);

  //   frontier = %x01 size *hash   ; size: u64 big-endian; one hash (32 bytes) for each one bit of
  //                                ; the size, largest subtree first
  std::string Serialize() const;
  // DATA_LOSS unless exactly what Serialize() writes.
  static absl::StatusOr<Frontier> Parse(absl::string_view bytes);

  friend bool operator==(const Frontier& a, const Frontier& b) {
    return a.size_ == b.size_ && a.subtrees_ == b.subtrees_;
  }

 private:
  uint64_t size_ = 0;
  std::vector<Digest> subtrees_;  // Largest, that is leftmost, first.
};

// The root of the first `size` leaves. An error of `node_reader` is passed on, here and below.
absl::StatusOr<Digest> RootFromNodes(uint64_t size, NodeReader node_reader);

// RFC 6962 section 2.1.1: the audit path of leaf `index` in the first `size` leaves, nearest node
// first. INVALID_ARGUMENT unless index < size < kTreeSizeLimit.
absl::StatusOr<std::vector<Digest>> InclusionProof(uint64_t index, uint64_t size,
                                                   NodeReader node_reader);

// RFC 6962 section 2.1.2: that the first `old_size` leaves are the beginning of the first
// `new_size`. Empty when the sizes are equal or `old_size` is 0. INVALID_ARGUMENT unless old_size
// <= new_size < kTreeSizeLimit.
absl::StatusOr<std::vector<Digest>> ConsistencyProof(uint64_t old_size, uint64_t new_size,
                                                     NodeReader node_reader);

// OK exactly when `proof`, all of it and nothing more, proves that the leaf with this hash is leaf
// `index` of the tree with this size and root. INVALID_ARGUMENT when index and size are impossible
// or the proof has the wrong length, DATA_LOSS when the hashes do not lead to the root. For input
// from anywhere.
absl::Status VerifyInclusion(const Digest& leaf_hash, uint64_t index, uint64_t size,
                             const Digest& root, const std::vector<Digest>& proof);

// OK exactly when `proof`, all of it and nothing more, proves that the tree of `new_size` leaves
// begins with the tree of `old_size`. An old size of 0 wants the empty root and an empty proof.
// Errors as above. For input from anywhere.
absl::Status VerifyConsistency(uint64_t old_size, const Digest& old_root, uint64_t new_size,
                               const Digest& new_root, const std::vector<Digest>& proof);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_LEDGER_MERKLE_H_

#include "common/ledger/merkle.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/big_endian.h"
#include "common/base/check.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

constexpr absl::string_view kLeafPrefix("\x00", 1);
constexpr absl::string_view kNodePrefix("\x01", 1);
constexpr char kFrontierFormat = 1;
constexpr size_t kFrontierHeaderBytes = 1 + kU64Bytes;

// The largest power of two less than `leaves`, which is at least 2: where RFC 6962 splits a tree.
uint64_t SplitPoint(uint64_t leaves) { return std::bit_floor(leaves - 1); }

// The hash of the leaves [begin, end). Every call in this file has begin at a multiple of the first
// power of two that is not less than end - begin, so that every power of two met below is a node.
absl::StatusOr<Digest> RangeHash(uint64_t begin, uint64_t end, NodeReader node_reader) {
  const uint64_t leaves = end - begin;
  if (std::has_single_bit(leaves)) {
    const int level = std::countr_zero(leaves);
    return node_reader(NodeId{static_cast<uint32_t>(level), begin >> level});
  }
  const uint64_t split = begin + SplitPoint(leaves);
  ASSIGN_OR_RETURN(const Digest left, RangeHash(begin, split, node_reader));
  ASSIGN_OR_RETURN(const Digest right, RangeHash(split, end, node_reader));
  return HashNode(left, right);
}

absl::Status CheckSize(uint64_t size) {
  if (size < kTreeSizeLimit) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("No ledger can have ", size, " leaves."));
}

absl::Status CheckIndex(uint64_t index, uint64_t size) {
  RETURN_IF_ERROR(CheckSize(size));
  if (index < size) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("Leaf ", index, " is not in a ledger of ", size, " leaves."));
}

absl::Status CheckSizes(uint64_t old_size, uint64_t new_size) {
  RETURN_IF_ERROR(CheckSize(new_size));
  if (old_size <= new_size) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "A ledger of ", old_size, " leaves cannot be the beginning of one of ", new_size, "."));
}

absl::Status CheckLength(absl::string_view proof_name, size_t got, size_t expected) {
  if (got == expected) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("The ", proof_name, " has ", got, " hashes where ", expected, " are needed."));
}

// The shape of an audit path (RFC 9162 section 2.1.3): below the place where the leaf's path parts
// from that of the last leaf, siblings stand on either side; above it, only on the left.
struct PathShape {
  uint32_t inner = 0;
  uint32_t border = 0;
};

PathShape ShapeOfPath(uint64_t index, uint64_t size) {
  const auto inner = static_cast<uint32_t>(std::bit_width(index ^ (size - 1)));
  return {inner, static_cast<uint32_t>(std::popcount(index >> inner))};
}

}  // namespace

Digest HashLeaf(absl::string_view entry) { return Sha256Concatenated({kLeafPrefix, entry}); }

Digest HashNode(const Digest& left, const Digest& right) {
  return Sha256Concatenated({kNodePrefix, DigestBytes(left), DigestBytes(right)});
}

const Digest& EmptyRoot() {
  static const Digest root = Sha256("");
  return root;
}

Digest Frontier::Root() const {
  if (subtrees_.empty()) return EmptyRoot();
  Digest root = subtrees_.back();
  for (size_t i = subtrees_.size() - 1; i > 0; --i) root = HashNode(subtrees_[i - 1], root);
  return root;
}

void Frontier::Append(const Digest& leaf_hash, NodeSink sink) {
  ONERETURN_CHECK(size_ + 1 < kTreeSizeLimit);
  Digest hash = leaf_hash;
  NodeId node{0, size_};
  sink(node, hash);
  while (node.index & 1) {  // A left neighbour is complete: the two make the node above.
    hash = HashNode(subtrees_.back(), hash);
    subtrees_.pop_back();
    node = {node.level + 1, node.index >> 1};
    sink(node, hash);
  }
  subtrees_.push_back(hash);
  ++size_;
}

void Frontier::Append(const Digest& leaf_hash) {
  Append(leaf_hash, [](const NodeId&, const Digest&) {});
}

absl::StatusOr<Frontier> Frontier::FromNodes(uint64_t size, NodeReader node_reader) {
  RETURN_IF_ERROR(CheckSize(size));
  Frontier frontier;
  while (frontier.size_ < size) {
    const uint64_t leaves = std::bit_floor(size - frontier.size_);
    ASSIGN_OR_RETURN(const Digest hash,
                     RangeHash(frontier.size_, frontier.size_ + leaves, node_reader));
    frontier.subtrees_.push_back(hash);
    frontier.size_ += leaves;
  }
  return frontier;
}

std::string Frontier::Serialize() const {
  std::string bytes(1, kFrontierFormat);
  AppendBigEndianU64(size_, &bytes);
  for (const Digest& hash : subtrees_) absl::StrAppend(&bytes, DigestBytes(hash));
  return bytes;
}

absl::StatusOr<Frontier> Frontier::Parse(absl::string_view bytes) {
  if (bytes.size() < kFrontierHeaderBytes || bytes[0] != kFrontierFormat) {
    return absl::DataLossError("A stored ledger frontier is too short or of an unknown format.");
  }
  Frontier frontier;
  bytes.remove_prefix(1);
  frontier.size_ = TakeBigEndianU64(&bytes);
  const auto count = static_cast<size_t>(std::popcount(frontier.size_));
  if (frontier.size_ >= kTreeSizeLimit || bytes.size() != count * kDigestBytes) {
    return absl::DataLossError(absl::StrCat("A stored ledger frontier of size ", frontier.size_,
                                            " holds ", bytes.size(), " bytes of hashes."));
  }
  for (; !bytes.empty(); bytes.remove_prefix(kDigestBytes)) {
    ASSIGN_OR_RETURN(const Digest hash, DigestFromBytes(bytes.substr(0, kDigestBytes)));
    frontier.subtrees_.push_back(hash);
  }
  return frontier;
}

absl::StatusOr<Digest> RootFromNodes(uint64_t size, NodeReader node_reader) {
  RETURN_IF_ERROR(CheckSize(size));
  if (size == 0) return EmptyRoot();
  return RangeHash(0, size, node_reader);
}

absl::StatusOr<std::vector<Digest>> InclusionProof(uint64_t index, uint64_t size,
                                                   NodeReader node_reader) {
  RETURN_IF_ERROR(CheckIndex(index, size));
  std::vector<Digest> proof;  // From the root down; turned round at the end.
  uint64_t begin = 0;
  uint64_t end = size;
  while (end - begin > 1) {
    const uint64_t split = begin + SplitPoint(end - begin);
    const bool left = index < split;
    ASSIGN_OR_RETURN(const Digest sibling, left ? RangeHash(split, end, node_reader)
                                                : RangeHash(begin, split, node_reader));
    proof.push_back(sibling);
    (left ? end : begin) = split;
  }
  std::reverse(proof.begin(), proof.end());
  return proof;
}

absl::StatusOr<std::vector<Digest>> ConsistencyProof(uint64_t old_size, uint64_t new_size,
                                                     NodeReader node_reader) {
  RETURN_IF_ERROR(CheckSizes(old_size, new_size));
  std::vector<Digest> proof;  // From the root down; turned round at the end.
  if (old_size == 0 || old_size == new_size) return proof;
  uint64_t begin = 0;
  uint64_t end = new_size;
  while (end != old_size) {
    const uint64_t split = begin + SplitPoint(end - begin);
    const bool left = old_size <= split;
    ASSIGN_OR_RETURN(const Digest sibling, left ? RangeHash(split, end, node_reader)
                                                : RangeHash(begin, split, node_reader));
    proof.push_back(sibling);
    (left ? end : begin) = split;
  }
  if (begin > 0) {  // Otherwise this is the old root, which the verifier has.
    ASSIGN_OR_RETURN(const Digest last, RangeHash(begin, end, node_reader));
    proof.push_back(last);
  }
  std::reverse(proof.begin(), proof.end());
  return proof;
}

absl::Status VerifyInclusion(const Digest& leaf_hash, uint64_t index, uint64_t size,
                             const Digest& root, const std::vector<Digest>& proof) {
  RETURN_IF_ERROR(CheckIndex(index, size));
  const PathShape shape = ShapeOfPath(index, size);
  RETURN_IF_ERROR(CheckLength("inclusion proof", proof.size(), shape.inner + shape.border));
  Digest hash = leaf_hash;
  for (size_t i = 0; i < proof.size(); ++i) {
    const bool sibling_is_left = i >= shape.inner || (index >> i & 1) != 0;
    hash = sibling_is_left ? HashNode(proof[i], hash) : HashNode(hash, proof[i]);
  }
  if (hash == root) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("The inclusion proof of leaf ", index,
                                          " does not lead to the root of the ledger of ", size,
                                          " leaves."));
}

absl::Status VerifyConsistency(uint64_t old_size, const Digest& old_root, uint64_t new_size,
                               const Digest& new_root, const std::vector<Digest>& proof) {
  RETURN_IF_ERROR(CheckSizes(old_size, new_size));
  if (old_size == 0 || old_size == new_size) {
    RETURN_IF_ERROR(CheckLength("consistency proof", proof.size(), 0));
    if (old_root == (old_size == 0 && new_size != 0 ? EmptyRoot() : new_root) &&
        (new_size != 0 || new_root == EmptyRoot())) {
      return absl::OkStatus();
    }
    return absl::DataLossError(absl::StrCat("The roots given for ledgers of ", old_size, " and ",
                                            new_size, " leaves cannot both be true."));
  }
  // The path of the old tree's last complete subtree in the new tree. Siblings on its left belong
  // to both trees, those on its right to the new one alone.
  const PathShape shape = ShapeOfPath(old_size - 1, new_size);
  const int level = std::countr_zero(old_size);
  const uint32_t inner = shape.inner - static_cast<uint32_t>(level);
  const size_t first = std::has_single_bit(old_size) ? 0 : 1;
  RETURN_IF_ERROR(CheckLength("consistency proof", proof.size(), first + inner + shape.border));
  Digest old_hash = first == 0 ? old_root : proof[0];
  Digest new_hash = old_hash;
  const uint64_t path = (old_size - 1) >> level;
  for (size_t i = 0; i + first < proof.size(); ++i) {
    const Digest& sibling = proof[first + i];
    if (i >= inner || (path >> i & 1) != 0) {
      old_hash = HashNode(sibling, old_hash);
      new_hash = HashNode(sibling, new_hash);
    } else {
      new_hash = HashNode(new_hash, sibling);
    }
  }
  if (old_hash != old_root || new_hash != new_root) {
    return absl::DataLossError(
        absl::StrCat("The consistency proof does not lead to the root of the ",
                     old_hash != old_root ? "old" : "new", " ledger (", old_size, " and ", new_size,
                     " leaves)."));
  }
  return absl::OkStatus();
}

}  // namespace onereturn

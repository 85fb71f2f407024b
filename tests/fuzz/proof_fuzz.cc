// libFuzzer target: everything that reads a proof, a frontier or a tree head from outside.
// Beyond not crashing: what parses is written back as it was, and a proof that is accepted is the
// one true proof of a small tree built beside it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/ledger/merkle.h"
#include "common/ledger/receipt.h"
#include "common/ledger/signed_head.h"
#include "common/ledger/signing.h"

namespace onereturn {
namespace {

constexpr uint64_t kTreeSize = 11;

struct Tree {
  Tree() {
    for (uint64_t i = 0; i < kTreeSize; ++i) {
      leaves.push_back(HashLeaf(std::to_string(i)));
      frontier.Append(leaves.back(), [this](const NodeId& node, const Digest& hash) {
        nodes.emplace(node, hash);
      });
      roots.push_back(frontier.Root());
    }
  }
  absl::StatusOr<Digest> operator()(const NodeId& node) const { return nodes.at(node); }

  Frontier frontier;
  std::map<NodeId, Digest> nodes;
  std::vector<Digest> leaves;
  std::vector<Digest> roots;  // By size - 1.
};

void Require(bool condition) {
  if (!condition) std::abort();
}

// Takes values off the front of the input; zeros once it is used up.
class Input {
 public:
  explicit Input(absl::string_view bytes) : rest_(bytes) {}

  uint8_t Byte() {
    if (rest_.empty()) return 0;
    const auto byte = static_cast<uint8_t>(rest_[0]);
    rest_.remove_prefix(1);
    return byte;
  }

  // Mostly small, sometimes any.
  uint64_t Size() {
    const uint8_t first = Byte();
    if (first < 200) return first % (kTreeSize + 2);
    uint64_t value = 0;
    for (int i = 0; i < 8; ++i) value = value << 8 | Byte();
    return value;
  }

  // A hash of the tree, or, rarely, any.
  Digest Hash(const Tree& tree) {
    const uint8_t choice = Byte();
    if (choice < 240) {
      auto node = tree.nodes.begin();
      std::advance(node, choice % tree.nodes.size());
      return node->second;
    }
    Digest digest;
    for (uint8_t& byte : digest) byte = Byte();
    return digest;
  }

  std::vector<Digest> Proof(const Tree& tree) {
    std::vector<Digest> proof(Byte() % 9);
    for (Digest& hash : proof) hash = Hash(tree);
    return proof;
  }

  absl::string_view rest() const { return rest_; }

 private:
  absl::string_view rest_;
};

void CheckInclusion(Input& input, const Tree& tree) {
  const uint64_t index = input.Size();
  const uint64_t size = input.Size();
  const Digest leaf = input.Hash(tree);
  const std::vector<Digest> proof = input.Proof(tree);
  const bool in_tree = size > 0 && size <= kTreeSize;
  const Digest root = in_tree ? tree.roots[size - 1] : tree.frontier.Root();
  if (!VerifyInclusion(leaf, index, size, root, proof).ok() || !in_tree) return;
  Require(index < size && leaf == tree.leaves[index]);
  Require(proof == InclusionProof(index, size, tree).value());
}

void CheckConsistency(Input& input, const Tree& tree) {
  const uint64_t old_size = input.Size();
  const uint64_t new_size = input.Size();
  const Digest old_root = input.Hash(tree);
  const std::vector<Digest> proof = input.Proof(tree);
  const bool in_tree = new_size > 0 && new_size <= kTreeSize;
  const Digest new_root = in_tree ? tree.roots[new_size - 1] : tree.frontier.Root();
  if (!VerifyConsistency(old_size, old_root, new_size, new_root, proof).ok() || !in_tree) return;
  Require(old_size <= new_size);
  Require(old_root == (old_size == 0 ? EmptyRoot() : tree.roots[old_size - 1]));
  Require(proof == ConsistencyProof(old_size, new_size, tree).value());
}

void CheckParsers(absl::string_view bytes, const SigningKey& key) {
  const auto frontier = Frontier::Parse(bytes);
  if (frontier.ok()) {
    Require(frontier->Serialize() == bytes);
    (void)frontier->Root();
  }
  const auto head = ParseSignedHead(bytes);
  if (!head.ok()) return;
  Require(SerializeSignedHead(*head).value() == bytes);
  // Nobody signs here, so nothing can verify.
  Require(!VerifyHead(*head, key.verifying_key()).ok());
}

void CheckReceipt(Input& input, const Tree& tree, const SigningKey& key) {
  Receipt receipt;
  receipt.sequence = input.Size();
  receipt.entry = std::to_string(receipt.sequence - 1);
  receipt.leaf_hash = HashLeaf(receipt.entry);
  receipt.head.head.service = "ingestion";
  receipt.head.head.size = input.Size();
  receipt.head.head.root = tree.frontier.Root();
  receipt.head.key_id = key.verifying_key().key_id();
  receipt.inclusion_proof = input.Proof(tree);
  for (uint8_t& byte : receipt.head.signature) byte = input.Byte();
  Require(!VerifyReceipt(receipt, key.verifying_key()).ok());
}

}  // namespace
}  // namespace onereturn

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const onereturn::Tree tree;
  static const onereturn::SigningKey key = onereturn::SigningKey::Generate().value();
  onereturn::Input input(absl::string_view(reinterpret_cast<const char*>(data), size));
  switch (input.Byte() % 4) {
    case 0:
      onereturn::CheckInclusion(input, tree);
      break;
    case 1:
      onereturn::CheckConsistency(input, tree);
      break;
    case 2:
      onereturn::CheckReceipt(input, tree, key);
      break;
    default:
      onereturn::CheckParsers(input.rest(), key);
  }
  return 0;
}

// Goal: the tree is that of RFC 6962, proofs prove what they say, and nothing else passes for a
// proof. Method: the published roots and proofs of the reference tests, a naive recursion written
// from the RFC's definitions for every size to 130, and every small change of a true proof.
#include "common/ledger/merkle.h"

#include <rapidcheck.h>

#include <bit>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace onereturn {
namespace {

constexpr uint64_t kSizeMax = 130;

const char* const kPublishedEntries[] = {
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
};
const char* const kPublishedRoots[] = {
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

struct PublishedProof {
  uint64_t first;  // Leaf index of an inclusion proof, old size of a consistency proof.
  uint64_t size;
  std::vector<std::string> hashes;
};
const PublishedProof kPublishedInclusions[] = {
    {0, 1, {}},
    {0,
     8,
     {"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}},
    {5,
     8,
     {"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
      "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}},
    {2, 3, {"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"}},
    {1,
     5,
     {"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"}},
};
const PublishedProof kPublishedConsistencies[] = {
    {1, 1, {}},
    {1,
     8,
     {"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}},
    {6,
     8,
     {"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
      "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}},
    {2,
     5,
     {"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"}},
};

// A tree with all its complete nodes, as a service stores them.
class StoredTree {
 public:
  explicit StoredTree(const std::vector<std::string>& entries) {
    for (const std::string& entry : entries) {
      leaves_.push_back(HashLeaf(entry));
      frontier_.Append(leaves_.back(), [this](const NodeId& node, const Digest& hash) {
        EXPECT_TRUE(nodes_.emplace(node, hash).second) << "a node was reported twice";
      });
      roots_.push_back(frontier_.Root());
    }
  }

  absl::StatusOr<Digest> operator()(const NodeId& node) const {
    const auto found = nodes_.find(node);
    if (found == nodes_.end()) return absl::NotFoundError("no such complete node");
    return found->second;
  }

  const Frontier& frontier() const { return frontier_; }
  const std::map<NodeId, Digest>& nodes() const { return nodes_; }
  const std::vector<Digest>& leaves() const { return leaves_; }
  Digest RootAt(uint64_t size) const { return size == 0 ? Sha256("") : roots_[size - 1]; }

 private:
  Frontier frontier_;
  std::map<NodeId, Digest> nodes_;
  std::vector<Digest> leaves_;
  std::vector<Digest> roots_;
};

std::vector<std::string> PublishedEntries() {
  std::vector<std::string> entries;
  for (const char* hex : kPublishedEntries) entries.push_back(absl::HexStringToBytes(hex));
  return entries;
}

const StoredTree& LargeTree() {
  static const StoredTree tree([] {
    std::vector<std::string> entries;
    for (uint64_t i = 0; i < kSizeMax; ++i) entries.push_back("entry " + std::to_string(i));
    return entries;
  }());
  return tree;
}

std::vector<std::string> Hex(const std::vector<Digest>& hashes) {
  std::vector<std::string> hex;
  for (const Digest& hash : hashes) hex.push_back(DigestToHex(hash));
  return hex;
}

// RFC 6962 section 2.1, word for word.
uint64_t LargestPowerOfTwoBelow(uint64_t n) {
  uint64_t k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

using Leaves = std::vector<Digest>;

Leaves Part(const Leaves& leaves, uint64_t begin, uint64_t end) {
  return Leaves(leaves.begin() + static_cast<long>(begin), leaves.begin() + static_cast<long>(end));
}

Digest NaiveRoot(const Leaves& leaves) {
  if (leaves.empty()) return Sha256("");
  if (leaves.size() == 1) return leaves[0];
  const uint64_t k = LargestPowerOfTwoBelow(leaves.size());
  return HashNode(NaiveRoot(Part(leaves, 0, k)), NaiveRoot(Part(leaves, k, leaves.size())));
}

std::vector<Digest> NaivePath(uint64_t m, const Leaves& leaves) {
  if (leaves.size() == 1) return {};
  const uint64_t k = LargestPowerOfTwoBelow(leaves.size());
  const Leaves left = Part(leaves, 0, k);
  const Leaves right = Part(leaves, k, leaves.size());
  std::vector<Digest> path = m < k ? NaivePath(m, left) : NaivePath(m - k, right);
  path.push_back(NaiveRoot(m < k ? right : left));
  return path;
}

std::vector<Digest> NaiveSubproof(uint64_t m, const Leaves& leaves, bool complete) {
  if (m == leaves.size()) {
    return complete ? std::vector<Digest>() : std::vector<Digest>{NaiveRoot(leaves)};
  }
  const uint64_t k = LargestPowerOfTwoBelow(leaves.size());
  const Leaves left = Part(leaves, 0, k);
  const Leaves right = Part(leaves, k, leaves.size());
  std::vector<Digest> proof =
      m <= k ? NaiveSubproof(m, left, complete) : NaiveSubproof(m - k, right, false);
  proof.push_back(NaiveRoot(m <= k ? right : left));
  return proof;
}

// Calls `judge` with every proof that is one small step from `proof`.
template <typename Judge>
void ForEachDamage(const std::vector<Digest>& proof, Judge judge) {
  for (size_t i = 0; i < proof.size(); ++i) {
    for (size_t bit = 0; bit < 8 * kDigestBytes; bit += 37) {
      std::vector<Digest> flipped = proof;
      flipped[i][bit / 8] ^= static_cast<uint8_t>(1u << (bit % 8));
      judge(flipped);
    }
    std::vector<Digest> dropped = proof;
    dropped.erase(dropped.begin() + static_cast<long>(i));
    judge(dropped);
    if (i > 0) {
      std::vector<Digest> swapped = proof;
      std::swap(swapped[i - 1], swapped[i]);
      judge(swapped);
    }
  }
  for (size_t i = 0; i <= proof.size(); ++i) {
    for (const Digest& extra : {Digest{}, i < proof.size() ? proof[i] : Sha256("")}) {
      std::vector<Digest> added = proof;
      added.insert(added.begin() + static_cast<long>(i), extra);
      judge(added);
    }
  }
}

TEST(MerkleTest, PublishedRoots) {
  EXPECT_EQ(DigestToHex(EmptyRoot()),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Frontier().Root(), EmptyRoot());
  const StoredTree tree(PublishedEntries());
  for (uint64_t size = 1; size <= 8; ++size) {
    EXPECT_EQ(DigestToHex(tree.RootAt(size)), kPublishedRoots[size - 1]) << size;
  }
}

TEST(MerkleTest, PublishedProofs) {
  const StoredTree tree(PublishedEntries());
  for (const PublishedProof& published : kPublishedInclusions) {
    const auto proof = InclusionProof(published.first, published.size, tree);
    ASSERT_TRUE(proof.ok()) << proof.status();
    EXPECT_EQ(Hex(*proof), published.hashes);
    EXPECT_TRUE(VerifyInclusion(tree.leaves()[published.first], published.first, published.size,
                                tree.RootAt(published.size), *proof)
                    .ok());
  }
  for (const PublishedProof& published : kPublishedConsistencies) {
    const auto proof = ConsistencyProof(published.first, published.size, tree);
    ASSERT_TRUE(proof.ok()) << proof.status();
    EXPECT_EQ(Hex(*proof), published.hashes);
    EXPECT_TRUE(VerifyConsistency(published.first, tree.RootAt(published.first), published.size,
                                  tree.RootAt(published.size), *proof)
                    .ok());
  }
}

TEST(MerkleTest, AppendReportsExactlyTheCompleteNodes) {
  const StoredTree& tree = LargeTree();
  size_t expected = 0;
  for (uint32_t level = 0; kSizeMax >> level > 0; ++level) {
    for (uint64_t index = 0; index < kSizeMax >> level; ++index, ++expected) {
      const auto hash = tree(NodeId{level, index});
      ASSERT_TRUE(hash.ok()) << level << " " << index;
      EXPECT_EQ(*hash, NaiveRoot(Part(tree.leaves(), index << level, (index + 1) << level)));
    }
  }
  EXPECT_EQ(tree.nodes().size(), expected);
}

TEST(MerkleTest, EverySizeAgreesWithTheDefinition) {
  const StoredTree& tree = LargeTree();
  for (uint64_t size = 0; size <= kSizeMax; ++size) {
    const Leaves leaves = Part(tree.leaves(), 0, size);
    const Digest root = NaiveRoot(leaves);
    ASSERT_EQ(tree.RootAt(size), root);
    ASSERT_EQ(RootFromNodes(size, tree).value(), root);
    ASSERT_EQ(Frontier::FromNodes(size, tree).value().Root(), root);
    for (uint64_t index = 0; index < size; ++index) {
      const auto proof = InclusionProof(index, size, tree).value();
      // The naive recursion is slow: every index of small trees and some of large ones.
      if (size <= 20 || index % 13 == 0) {
        ASSERT_EQ(proof, NaivePath(index, leaves));
      }
      ASSERT_TRUE(VerifyInclusion(tree.leaves()[index], index, size, root, proof).ok());
    }
    for (uint64_t old_size = 0; old_size <= size; ++old_size) {
      const auto proof = ConsistencyProof(old_size, size, tree).value();
      if (old_size > 0 && (size <= 20 || old_size % 13 == 0)) {
        ASSERT_EQ(proof, NaiveSubproof(old_size, leaves, true));
      }
      const Digest old_root = tree.RootAt(old_size);
      ASSERT_TRUE(VerifyConsistency(old_size, old_root, size, root, proof).ok());
    }
  }
}

TEST(MerkleTest, NoDamagedInclusionProofPasses) {
  const StoredTree& tree = LargeTree();
  size_t judged = 0;
  for (uint64_t size : {1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 16, 17, 33, 64, 65, 100, 127, 130}) {
    const Digest root = tree.RootAt(size);
    for (uint64_t index = 0; index < size; ++index) {
      const Digest& leaf = tree.leaves()[index];
      const auto proof = InclusionProof(index, size, tree).value();
      ForEachDamage(proof, [&](const std::vector<Digest>& damaged) {
        if (damaged == proof) return;
        ++judged;
        EXPECT_FALSE(VerifyInclusion(leaf, index, size, root, damaged).ok());
      });
      for (uint64_t other = 0; other < size + 2; ++other) {
        if (other == index) continue;
        EXPECT_FALSE(VerifyInclusion(leaf, other, size, root, proof).ok());
      }
      Digest wrong = leaf;
      wrong[31] ^= 1;
      EXPECT_FALSE(VerifyInclusion(wrong, index, size, root, proof).ok());
      wrong = root;
      wrong[0] ^= 0x80;
      EXPECT_FALSE(VerifyInclusion(leaf, index, size, wrong, proof).ok());
    }
  }
  EXPECT_GT(judged, 10000u);
}

TEST(MerkleTest, NoDamagedConsistencyProofPasses) {
  const StoredTree& tree = LargeTree();
  for (uint64_t size : {1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 16, 17, 64, 65, 130}) {
    const Digest root = tree.RootAt(size);
    for (uint64_t old_size = 0; old_size <= size; ++old_size) {
      const Digest old_root = tree.RootAt(old_size);
      const auto proof = ConsistencyProof(old_size, size, tree).value();
      ForEachDamage(proof, [&](const std::vector<Digest>& damaged) {
        if (damaged == proof) return;
        EXPECT_FALSE(VerifyConsistency(old_size, old_root, size, root, damaged).ok());
      });
      for (uint64_t other = 0; other <= size + 1; ++other) {
        if (other == old_size) continue;
        EXPECT_FALSE(VerifyConsistency(other, old_root, size, root, proof).ok());
      }
      Digest wrong = old_root;
      wrong[5] ^= 4;
      EXPECT_FALSE(VerifyConsistency(old_size, wrong, size, root, proof).ok());
      wrong = root;
      wrong[5] ^= 4;
      // Of a first tree nothing is known, so that any root extends it.
      if (old_size > 0) {
        EXPECT_FALSE(VerifyConsistency(old_size, old_root, size, wrong, proof).ok());
      }
    }
  }
}

TEST(MerkleTest, EmptyTreesHaveTheEmptyRoot) {
  const Digest other = Sha256("other");
  EXPECT_TRUE(VerifyConsistency(0, EmptyRoot(), 0, EmptyRoot(), {}).ok());
  EXPECT_FALSE(VerifyConsistency(0, other, 0, other, {}).ok());
  EXPECT_FALSE(VerifyConsistency(0, EmptyRoot(), 0, other, {}).ok());
  EXPECT_FALSE(VerifyConsistency(0, other, 5, other, {}).ok());
  EXPECT_FALSE(VerifyConsistency(0, EmptyRoot(), 5, other, {other}).ok());
}

// Equal sizes far from the truth must be refused by arithmetic alone, without long loops or
// overflow.
TEST(MerkleTest, ImpossibleSizesAreRefused) {
  const Digest hash = Sha256("");
  const std::vector<uint64_t> sizes = {0, 1, kTreeSizeLimit - 1, kTreeSizeLimit, UINT64_MAX};
  const auto never = [](const NodeId&) -> absl::StatusOr<Digest> {
    return absl::InternalError("asked for a node");
  };
  for (uint64_t size : sizes) {
    EXPECT_FALSE(VerifyInclusion(hash, size, size, hash, {}).ok());
    EXPECT_FALSE(VerifyInclusion(hash, UINT64_MAX, size, hash, {}).ok());
    EXPECT_FALSE(VerifyConsistency(UINT64_MAX, hash, size, hash, {}).ok());
    EXPECT_EQ(InclusionProof(size, size, never).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
  EXPECT_EQ(ConsistencyProof(2, 1, never).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ConsistencyProof(2, kTreeSizeLimit, never).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Frontier::FromNodes(kTreeSizeLimit, never).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ConsistencyProof(3, 7, never).status(), absl::InternalError("asked for a node"));
}

TEST(MerkleTest, VerifiersMeetAnything) {
  EXPECT_TRUE(rc::check([](uint64_t a, uint64_t b, const std::vector<uint8_t>& bytes) {
    const std::vector<Digest> proof(bytes.size(), Sha256("x"));
    RC_ASSERT(!VerifyInclusion(Sha256("leaf"), a, b, Sha256("root"), proof).ok());
    const absl::Status status = VerifyConsistency(a, Sha256("old"), b, Sha256("new"), proof);
    RC_ASSERT(!status.ok());
    RC_ASSERT(absl::IsInvalidArgument(status) || absl::IsDataLoss(status));
  }));
}

TEST(MerkleTest, FrontierGoldenBytes) {
  std::string expected = absl::HexStringToBytes("010000000000000000");
  EXPECT_EQ(Frontier().Serialize(), expected);
  Frontier frontier;
  for (const std::string& entry : PublishedEntries()) {
    if (frontier.size() < 3) frontier.Append(HashLeaf(entry));
  }
  // The published root of two leaves, then SHA-256 of 00 10: the third leaf.
  expected = absl::HexStringToBytes(
      "010000000000000003"
      "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
      "0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7");
  EXPECT_EQ(frontier.Serialize(), expected);
}

TEST(MerkleTest, FrontierRoundTripAndGrowth) {
  const StoredTree& tree = LargeTree();
  Frontier grown;
  for (uint64_t size = 0; size < kSizeMax; ++size) {
    const Frontier parsed = Frontier::Parse(grown.Serialize()).value();
    ASSERT_EQ(parsed, grown);
    ASSERT_EQ(Frontier::FromNodes(size, tree).value(), grown);
    grown = parsed;
    grown.Append(tree.leaves()[size]);
    ASSERT_EQ(grown.Root(), tree.RootAt(size + 1));
    ASSERT_EQ(grown.size(), size + 1);
  }
}

TEST(MerkleTest, MalformedFrontiersAreDataLoss) {
  const std::string bytes = LargeTree().frontier().Serialize();
  const auto code = [](const std::string& text) { return Frontier::Parse(text).status().code(); };
  for (size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_EQ(code(bytes.substr(0, length)), absl::StatusCode::kDataLoss);
  }
  EXPECT_EQ(code(bytes + "x"), absl::StatusCode::kDataLoss);
  EXPECT_EQ(code(bytes + std::string(32, 'x')), absl::StatusCode::kDataLoss);
  EXPECT_EQ(code("\2" + bytes.substr(1)), absl::StatusCode::kDataLoss);
  // One node, for a size that no tree can have.
  EXPECT_EQ(code(absl::HexStringToBytes("018000000000000000") + std::string(32, 'x')),
            absl::StatusCode::kDataLoss);
  EXPECT_EQ(code(absl::HexStringToBytes("014000000000000000") + std::string(32, 'x')),
            absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace onereturn

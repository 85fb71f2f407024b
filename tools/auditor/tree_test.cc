// Goal: the auditor's tree and proofs are those of RFC 6962 and RFC 9162. Method: the published
// vectors of the reference tests, and every proof of every small tree by the RFC's own recursion.
#include "tools/auditor/tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "tools/auditor/testing/rfc_proofs.h"

namespace onereturn::auditor {
namespace {

using ::testing::Eq;

Hash FromHex(const std::string& hex) { return *ToHash(absl::HexStringToBytes(hex)); }

Proof ProofOf(const std::vector<std::string>& hexes) {
  Proof proof;
  for (const std::string& hex : hexes) proof.push_back(FromHex(hex));
  return proof;
}

const char* const kEntries[] = {"",
                                "00",
                                "10",
                                "2021",
                                "3031",
                                "40414243",
                                "5051525354555657",
                                "606162636465666768696a6b6c6d6e6f"};
const char* const kRoots[] = {"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                              "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                              "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                              "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                              "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                              "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                              "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                              "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

Tree PublishedTree() {
  Tree tree;
  for (const char* entry : kEntries) tree.Append(LeafHash(absl::HexStringToBytes(entry)));
  return tree;
}

TEST(TreeTest, HasThePublishedRootAtEverySize) {
  const Tree tree = PublishedTree();
  EXPECT_EQ(Hex(tree.RootAt(0)),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  for (uint64_t size = 1; size <= 8; ++size) EXPECT_EQ(Hex(tree.RootAt(size)), kRoots[size - 1]);
}

TEST(TreeTest, TakesThePublishedProofs) {
  const Tree tree = PublishedTree();
  EXPECT_TRUE(ProvesInclusion(tree.leaf(0), 0, 1, tree.RootAt(1), {}));
  EXPECT_TRUE(ProvesInclusion(
      tree.leaf(5), 5, 8, tree.Root(),
      ProofOf({"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
               "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
               "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"})));
  EXPECT_TRUE(ProvesInclusion(
      tree.leaf(2), 2, 3, tree.RootAt(3),
      ProofOf({"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"})));
  EXPECT_TRUE(ProvesConsistency(
      6, tree.RootAt(6), 8, tree.Root(),
      ProofOf({"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
               "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
               "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"})));
  EXPECT_TRUE(ProvesConsistency(
      2, tree.RootAt(2), 5, tree.RootAt(5),
      ProofOf({"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
               "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"})));
}

TEST(TreeTest, EveryProofOfEverySmallTreeHoldsAndNoChangedOne) {
  constexpr uint64_t kMost = 33;
  Leaves leaves;
  Tree tree;
  for (uint64_t size = 1; size <= kMost; ++size) {
    leaves.push_back(LeafHash(std::to_string(size)));
    tree.Append(leaves.back());
    ASSERT_THAT(tree.Root(), Eq(Mth(leaves)));
    for (uint64_t index = 0; index < size; ++index) {
      Proof proof = Path(index, leaves);
      ASSERT_TRUE(ProvesInclusion(leaves[index], index, size, tree.Root(), proof));
      EXPECT_FALSE(ProvesInclusion(leaves[index], index, size, LeafHash("x"), proof));
      EXPECT_FALSE(ProvesInclusion(LeafHash("x"), index, size, tree.Root(), proof));
      proof.push_back(LeafHash("more"));
      EXPECT_FALSE(ProvesInclusion(leaves[index], index, size, tree.Root(), proof));
      proof.resize(proof.size() - 1);
      for (Hash& hash : proof) {
        hash[0] ^= 1;
        EXPECT_FALSE(ProvesInclusion(leaves[index], index, size, tree.Root(), proof));
        hash[0] ^= 1;
      }
    }
    for (uint64_t old_size = 1; old_size < size; ++old_size) {
      Proof proof = Subproof(old_size, leaves, true);
      const Hash old_root = tree.RootAt(old_size);
      ASSERT_TRUE(ProvesConsistency(old_size, old_root, size, tree.Root(), proof));
      EXPECT_FALSE(ProvesConsistency(old_size, LeafHash("x"), size, tree.Root(), proof));
      for (Hash& hash : proof) {
        hash[31] ^= 1;
        EXPECT_FALSE(ProvesConsistency(old_size, old_root, size, tree.Root(), proof));
        hash[31] ^= 1;
      }
      proof.pop_back();
      EXPECT_FALSE(ProvesConsistency(old_size, old_root, size, tree.Root(), proof));
    }
  }
}

TEST(TreeTest, ImpossiblePlacesProveNothing) {
  const Tree tree = PublishedTree();
  EXPECT_FALSE(ProvesInclusion(tree.leaf(0), 8, 8, tree.Root(), {}));
  EXPECT_FALSE(ProvesInclusion(tree.leaf(0), 0, 0, tree.RootAt(0), {}));
  EXPECT_FALSE(ProvesConsistency(8, tree.Root(), 7, tree.RootAt(7), {}));
  EXPECT_FALSE(ProvesConsistency(8, tree.RootAt(7), 8, tree.Root(), {}));
  EXPECT_TRUE(ProvesConsistency(8, tree.Root(), 8, tree.Root(), {}));
  EXPECT_FALSE(ProvesConsistency(0, tree.RootAt(7), 8, tree.Root(), {}));
}

TEST(TreeTest, CutShortItIsTheTreeItWas) {
  Tree tree = PublishedTree();
  tree.Truncate(5);
  EXPECT_EQ(tree.size(), 5u);
  EXPECT_EQ(Hex(tree.Root()), kRoots[4]);
  for (size_t i = 5; i < 8; ++i) tree.Append(LeafHash(absl::HexStringToBytes(kEntries[i])));
  EXPECT_EQ(Hex(tree.Root()), kRoots[7]);
}

}  // namespace
}  // namespace onereturn::auditor

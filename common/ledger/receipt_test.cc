// Goal: a true receipt is accepted, and of a false one the first lie is named.
#include "common/ledger/receipt.h"

#include <map>
#include <string>
#include <vector>

#include "common/ledger/merkle.h"
#include "common/ledger/testing_keys.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace onereturn {
namespace {

using ::testing::HasSubstr;

constexpr uint64_t kEntries = 21;

const SigningKey& Key() {
  static const SigningKey key = KeyFromSeed(std::string(64, 'a'));
  return key;
}

std::string Entry(uint64_t sequence) { return "return " + std::to_string(sequence); }

Receipt ReceiptOf(uint64_t sequence) {
  Frontier frontier;
  std::map<NodeId, Digest> nodes;
  for (uint64_t i = 1; i <= kEntries; ++i) {
    frontier.Append(HashLeaf(Entry(i)), [&nodes](const NodeId& node, const Digest& hash) {
      nodes.emplace(node, hash);
    });
  }
  TreeHead head;
  head.service = "ingestion";
  head.epoch = 1;
  head.size = frontier.size();
  head.root = frontier.Root();
  head.time_micros = 1'700'000'000'000'000;

  Receipt receipt;
  receipt.entry = Entry(sequence);
  receipt.sequence = sequence;
  receipt.leaf_hash = HashLeaf(receipt.entry);
  receipt.head = SignHead(head, Key()).value();
  receipt.inclusion_proof = InclusionProof(sequence - 1, kEntries,
                                           [&nodes](const NodeId& node) -> absl::StatusOr<Digest> {
                                             return nodes.at(node);
                                           })
                                .value();
  return receipt;
}

std::string Lie(const Receipt& receipt) {
  const absl::Status status = VerifyReceipt(receipt, Key().verifying_key());
  EXPECT_FALSE(status.ok());
  return std::string(status.message());
}

TEST(ReceiptTest, TrueReceiptsAreAccepted) {
  for (uint64_t sequence = 1; sequence <= kEntries; ++sequence) {
    const absl::Status status = VerifyReceipt(ReceiptOf(sequence), Key().verifying_key());
    EXPECT_TRUE(status.ok()) << status;
  }
}

TEST(ReceiptTest, EachLieIsNamed) {
  const Receipt truth = ReceiptOf(7);
  Receipt receipt = truth;
  receipt.entry += "0";
  EXPECT_THAT(Lie(receipt), HasSubstr("leaf hash"));
  receipt = truth;
  receipt.leaf_hash[3] ^= 1;
  EXPECT_THAT(Lie(receipt), HasSubstr("leaf hash"));
  for (uint64_t sequence : {uint64_t{0}, kEntries + 1, UINT64_MAX}) {
    receipt = truth;
    receipt.sequence = sequence;
    EXPECT_THAT(Lie(receipt), HasSubstr("not within its tree head"));
  }
  receipt = truth;
  receipt.sequence = 6;
  EXPECT_THAT(Lie(receipt), HasSubstr("does not lead to the root"));
  receipt = truth;
  receipt.inclusion_proof.pop_back();
  EXPECT_THAT(Lie(receipt), HasSubstr("hashes where"));
  receipt = truth;
  receipt.inclusion_proof[0][0] ^= 1;
  EXPECT_THAT(Lie(receipt), HasSubstr("does not lead to the root"));
  receipt = truth;
  receipt.head.head.root[0] ^= 1;
  EXPECT_THAT(Lie(receipt), HasSubstr("does not lead to the root"));
  receipt = truth;
  receipt.head.head.time_micros += 1;
  EXPECT_THAT(Lie(receipt), HasSubstr("true signature"));
  receipt = truth;
  receipt.head.signature[63] ^= 1;
  EXPECT_THAT(Lie(receipt), HasSubstr("true signature"));
  receipt = truth;
  receipt.head.key_id = "0000000000000000";
  EXPECT_THAT(Lie(receipt), HasSubstr("by another"));
}

// The first lie, not the last: everything is false here.
TEST(ReceiptTest, TheFirstLieIsNamed) {
  Receipt receipt = ReceiptOf(7);
  receipt.entry.clear();
  receipt.sequence = 0;
  receipt.head.signature.fill(0);
  EXPECT_THAT(Lie(receipt), HasSubstr("leaf hash"));
  receipt.leaf_hash = HashLeaf("");
  EXPECT_THAT(Lie(receipt), HasSubstr("not within its tree head"));
}

// An inner node offered as a leaf is the classic attack on trees without prefixes.
TEST(ReceiptTest, AnInnerNodeIsNoLeaf) {
  const Digest left = HashLeaf("a");
  const Digest right = HashLeaf("b");
  TreeHead head;
  head.service = "ingestion";
  head.size = 1;
  head.root = HashNode(left, right);
  Receipt receipt;
  receipt.entry = std::string(DigestBytes(left)) + std::string(DigestBytes(right));
  receipt.sequence = 1;
  receipt.leaf_hash = head.root;
  receipt.head = SignHead(head, Key()).value();
  EXPECT_THAT(Lie(receipt), HasSubstr("leaf hash"));
}

}  // namespace
}  // namespace onereturn

// Two readings of the same grammars, the services' and the auditor's, that share no code: on any
// input they must agree.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "common/cells/cell_chunk.h"
#include "common/feed/wire.h"
#include "common/ledger/merkle.h"
#include "common/ledger/signed_head.h"
#include "tools/auditor/cells.h"
#include "tools/auditor/signed_word.h"
#include "tools/auditor/tree.h"

namespace onereturn {
namespace {

std::vector<Cell> SomeCells(std::mt19937_64* random) {
  std::vector<Cell> cells;
  const size_t count = 1 + (*random)() % 12;
  for (size_t i = 0; i < count; ++i) {
    Cell cell;
    cell.item = "item" + std::to_string((*random)() % 3);
    cell.dimensions = {{"a", std::to_string(i)}, {"b", std::to_string((*random)() % 2)}};
    if ((*random)() % 4 != 0) {
      cell.value = Decimal::FromMillionths(static_cast<int64_t>((*random)() % 1'000'000) - 500'000);
    } else {
      cell.null_reason = static_cast<NullReason>(1 + (*random)() % 4);
    }
    cells.push_back(std::move(cell));
  }
  return cells;
}

bool SameCell(const Cell& a, const auditor::Cell& b) {
  std::map<std::string, std::string> dimensions;
  for (const DimensionValue& pair : a.dimensions) dimensions[pair.dimension] = pair.value;
  if (a.item != b.item || dimensions != b.dimensions) return false;
  if (a.value.has_value()) return b.millionths == a.value->millionths();
  return !b.millionths.has_value() && b.null_reason == static_cast<int>(a.null_reason);
}

// Both read it alike, or neither does.
void ExpectAgreement(const std::string& chunk, int* read) {
  const absl::StatusOr<std::vector<Cell>> theirs = DecodeChunk(chunk);
  std::vector<auditor::Cell> ours;
  const std::optional<std::string> fault = auditor::ReadChunk(chunk, &ours);
  ASSERT_EQ(theirs.ok(), !fault.has_value()) << theirs.status() << " / " << fault.value_or("well");
  if (!theirs.ok()) return;
  ++*read;
  ASSERT_EQ(theirs->size(), ours.size());
  for (size_t i = 0; i < ours.size(); ++i) ASSERT_TRUE(SameCell((*theirs)[i], ours[i]));
}

TEST(SecondReadingTest, ChunksSoundAndBrokenAreReadAlike) {
  std::mt19937_64 random(20240331);
  int read = 0;
  for (int round = 0; round < 4'000; ++round) {
    const std::string chunk = PackCells(SomeCells(&random)).value().at(0);
    ASSERT_NO_FATAL_FAILURE(ExpectAgreement(chunk, &read));
    for (int change = 0; change < 5; ++change) {
      std::string broken = chunk;
      const size_t place = random() % broken.size();
      switch (random() % 4) {
        case 0:
          broken[place] = static_cast<char>(random());
          break;
        case 1:
          broken[place] = static_cast<char>(broken[place] + 1);
          break;
        case 2:
          broken.erase(place, 1);
          break;
        default:
          broken.insert(place, 1, static_cast<char>(random() % 130));
          break;
      }
      ASSERT_NO_FATAL_FAILURE(ExpectAgreement(broken, &read));
    }
  }
  EXPECT_GT(read, 4'000) << "some broken chunks are others' sound ones";
}

TEST(SecondReadingTest, HeadsThatServicesSignAreSigned) {
  const SigningKey key = SigningKey::Generate().value();
  const auto ours = auditor::PublicKeyFromPem(key.verifying_key().ToPem());
  ASSERT_TRUE(ours.has_value());
  EXPECT_EQ(ours->id(), key.verifying_key().key_id());
  std::mt19937_64 random(7);
  for (int round = 0; round < 50; ++round) {
    TreeHead head{"metrics", random() % 9, random() >> 3, {}, static_cast<int64_t>(random() >> 14)};
    head.root.fill(static_cast<uint8_t>(random()));
    ledger::v1::SignedHead wire = ToWire(SignHead(head, key).value());
    EXPECT_TRUE(auditor::HeadIsSigned(wire, *ours));
    wire.set_size(wire.size() + 1);
    EXPECT_FALSE(auditor::HeadIsSigned(wire, *ours));
  }
}

TEST(SecondReadingTest, TreesAndProofsAgree) {
  std::map<NodeId, Digest> nodes;
  Frontier frontier;
  auditor::Tree tree;
  for (uint64_t size = 1; size <= 150; ++size) {
    const std::string entry = "entry " + std::to_string(size);
    frontier.Append(HashLeaf(entry),
                    [&](const NodeId& node, const Digest& hash) { nodes[node] = hash; });
    tree.Append(auditor::LeafHash(entry));
    ASSERT_EQ(frontier.Root(), tree.Root());
  }
  const auto reader = [&](const NodeId& node) -> absl::StatusOr<Digest> { return nodes.at(node); };
  for (uint64_t old_size = 1; old_size < 150; old_size += 7) {
    const auto consistency = ConsistencyProof(old_size, 150, reader).value();
    EXPECT_TRUE(
        auditor::ProvesConsistency(old_size, tree.RootAt(old_size), 150, tree.Root(), consistency));
    const auto inclusion = InclusionProof(old_size, 150, reader).value();
    EXPECT_TRUE(
        auditor::ProvesInclusion(tree.leaf(old_size), old_size, 150, tree.Root(), inclusion));
  }
}

}  // namespace
}  // namespace onereturn

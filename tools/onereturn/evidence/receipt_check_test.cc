// Goal: a true receipt with its true cells passes, and every single lie is found.
#include "tools/onereturn/evidence/receipt_check.h"

#include "common/cells/cell_chunk.h"
#include "common/digest/digest.h"
#include "common/ledger/merkle.h"
#include "common/ledger/signed_head.h"
#include "common/ledger/testing_keys.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "onereturn/feed/v1/entry.pb.h"

namespace onereturn::client {
namespace {

using ::testing::HasSubstr;

constexpr char kRevision[] = "organisations/RX1/returns/C.2024-03/revisions/1";

SigningKey Key(char seed) { return KeyFromSeed(std::string(64, seed)); }

Cells TwoCells() {
  Cells cells;
  common::v1::Cell* first = cells.Add();
  first->mutable_reference()->set_item("attendances");
  auto* dimension = first->mutable_reference()->add_dimensions();
  dimension->set_dimension("department");
  dimension->set_value("type1");
  first->set_millionths(5'536'000'000);
  common::v1::Cell* second = cells.Add();
  second->mutable_reference()->set_item("waits");
  second->set_null_reason(common::v1::NULL_REASON_NOT_COLLECTED);
  return cells;
}

// The one entry of a ledger, which names TwoCells(); the head is of the entry's epoch or a later
// one.
ledger::v1::Receipt TrueReceipt(uint64_t entry_epoch = 1, uint64_t head_epoch = 1) {
  Cell first{"attendances", {{"department", "type1"}}, Decimal::FromWhole(5'536)};
  Cell second{"waits", {}, std::nullopt, NullReason::kNotCollected};
  const auto chunks = PackCells({first, second}).value();
  feed::v1::ReturnAccepted accepted;
  accepted.set_cell_count(2);
  std::vector<Digest> digests;
  for (const std::string& chunk : chunks) {
    digests.push_back(Sha256(chunk));
    accepted.add_chunk_digests(std::string(DigestBytes(digests.back())));
  }
  const Digest whole = CellDigest(digests);
  accepted.set_cell_digest(std::string(DigestBytes(whole)));
  feed::v1::Entry entry;
  entry.set_kind(feed::v1::ENTRY_KIND_RETURN_ACCEPTED);
  entry.set_epoch(entry_epoch);
  entry.set_sequence(1);
  entry.set_name(kRevision);
  entry.set_fact(accepted.SerializeAsString());

  ledger::v1::Receipt receipt;
  receipt.set_name(kRevision);
  receipt.set_service("ingestion");
  receipt.set_epoch(entry_epoch);
  receipt.set_sequence(1);
  receipt.set_entry(entry.SerializeAsString());
  const Digest leaf = HashLeaf(receipt.entry());
  receipt.set_leaf_hash(std::string(DigestBytes(leaf)));
  TreeHead head{"ingestion", head_epoch, 1, leaf,
                1'700'000'000'000'000};  // One leaf is its own root.
  const SignedHead signed_head = SignHead(head, Key('a')).value();
  auto* wire = receipt.mutable_head();
  wire->set_service("ingestion");
  wire->set_epoch(head_epoch);
  wire->set_size(1);
  wire->set_root(std::string(DigestBytes(leaf)));
  wire->mutable_time()->set_seconds(1'700'000'000);
  wire->set_key_id(signed_head.key_id);
  wire->set_signature(std::string(signed_head.signature.begin(), signed_head.signature.end()));
  return receipt;
}

TEST(CheckReceipt, TheTruthPasses) {
  EXPECT_TRUE(CheckReceipt(TrueReceipt(), KeyHistory(Key('a').verifying_key())).ok());
  const absl::Status cells = CheckCells(TrueReceipt(), kRevision, TwoCells());
  EXPECT_TRUE(cells.ok()) << cells;
}

// What a restore kept is covered by the heads of the epoch that began with it.
TEST(CheckReceipt, AHeadOfALaterEpochCoversWhatWasKept) {
  const KeyHistory keys(Key('a').verifying_key());
  EXPECT_TRUE(CheckReceipt(TrueReceipt(1, 2), keys).ok());
  EXPECT_FALSE(CheckReceipt(TrueReceipt(2, 1), keys).ok());
}

TEST(CheckReceipt, EveryLieIsFound) {
  const VerifyingKey key = Key('a').verifying_key();
  EXPECT_FALSE(CheckReceipt(TrueReceipt(), KeyHistory(Key('b').verifying_key())).ok());
  const auto changed = [&](auto change) {
    ledger::v1::Receipt receipt = TrueReceipt();
    change(&receipt);
    return CheckReceipt(receipt, KeyHistory(key));
  };
  EXPECT_FALSE(changed([](auto* r) { r->set_name("organisations/RX2/returns/C.2024-03"); }).ok());
  EXPECT_FALSE(changed([](auto* r) { r->set_sequence(2); }).ok());
  EXPECT_FALSE(changed([](auto* r) { r->set_epoch(2); }).ok());
  EXPECT_FALSE(changed([](auto* r) { r->set_service("metrics"); }).ok());
  EXPECT_FALSE(changed([](auto* r) { r->set_entry(r->entry() + "x"); }).ok());
  EXPECT_FALSE(changed([](auto* r) { r->mutable_leaf_hash()->at(0) ^= 1; }).ok());
  EXPECT_FALSE(changed([](auto* r) { r->mutable_head()->set_size(2); }).ok());
  EXPECT_FALSE(changed([](auto* r) { r->mutable_head()->mutable_signature()->at(9) ^= 1; }).ok());
  EXPECT_FALSE(changed([](auto* r) { r->clear_head(); }).ok());
}

TEST(CheckCells, EveryChangedCellIsFound) {
  const auto changed = [&](auto change) {
    Cells cells = TwoCells();
    change(&cells);
    return CheckCells(TrueReceipt(), kRevision, cells);
  };
  EXPECT_FALSE(changed([](Cells* c) { c->Mutable(0)->set_millionths(5'536'000'001); }).ok());
  EXPECT_FALSE(changed([](Cells* c) {
                 c->Mutable(1)->set_null_reason(common::v1::NULL_REASON_WITHHELD);
               }).ok());
  EXPECT_FALSE(changed([](Cells* c) { c->Mutable(1)->set_millionths(0); }).ok());
  EXPECT_THAT(changed([](Cells* c) { c->RemoveLast(); }).message(), HasSubstr("1 cells"));
  EXPECT_FALSE(CheckCells(TrueReceipt(), "organisations/RX2/x", TwoCells()).ok());
}

TEST(PublicKeyOf, SaysWhatIsMissing) {
  const auto key = PublicKeyOf(config::v1::ClientProfile(), "ingestion");
  EXPECT_THAT(std::string(key.status().message()), HasSubstr("no public key"));
}

}  // namespace
}  // namespace onereturn::client

// Goal: a receipt holds exactly when entry, leaf, proof, head and signature belong together.
// Method: a ledger of three entries with a key made from RFC 8032's first test vector, and every
// part changed.
#include "tools/auditor/receipts.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <functional>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "tools/auditor/testing/test_key.h"
#include "tools/auditor/tree.h"

namespace onereturn::auditor {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// What the key of RFC 8032 section 7.1, test 1 makes of the empty message.
constexpr char kEmptySigned[] =
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b4"
    "6bd25bf5f0595bbe24655141438e7a100b";

const TestKey kKey = TestKey::OfRfc8032();
PublicKey Key() { return kKey.public_key(); }
std::string Sign(const std::string& message) { return kKey.Sign(message); }
void SignHead(ledger::v1::SignedHead* head) { kKey.SignHead(head); }

// Of the second of three entries, of epoch 2, which stands under a head of `head_epoch`.
ledger::v1::Receipt Sound(uint64_t head_epoch = 2) {
  Tree tree;
  ledger::v1::Receipt receipt;
  for (uint64_t sequence = 1; sequence <= 3; ++sequence) {
    feed::v1::Entry entry;
    entry.set_kind(feed::v1::ENTRY_KIND_RETURN_ACCEPTED);
    entry.set_epoch(2);
    entry.set_sequence(sequence);
    entry.set_time_micros(1'700'000'000'250'000);
    entry.set_name(absl::StrCat("organisations/RLQ/returns/A.2024-03/revisions/", sequence));
    const std::string bytes = entry.SerializeAsString();
    tree.Append(LeafHash(bytes));
    if (sequence != 2) continue;
    receipt.set_entry(bytes);
    receipt.set_name(entry.name());
  }
  receipt.set_service("ingestion");
  receipt.set_epoch(2);
  receipt.set_sequence(2);
  receipt.mutable_time()->set_seconds(1'700'000'000);
  receipt.mutable_time()->set_nanos(250'000'000);
  receipt.set_leaf_hash(std::string(View(tree.leaf(1))));
  receipt.add_inclusion_proof(std::string(View(tree.leaf(0))));
  receipt.add_inclusion_proof(std::string(View(tree.leaf(2))));
  ledger::v1::SignedHead* head = receipt.mutable_head();
  head->set_service("ingestion");
  head->set_epoch(head_epoch);
  head->set_size(3);
  head->set_root(std::string(View(tree.Root())));
  head->mutable_time()->set_seconds(1'700'000'001);
  SignHead(head);
  return receipt;
}

std::string FirstLie(const ledger::v1::Receipt& receipt) {
  Report report;
  VerifyReceipt(receipt, {{Key().id(), Key()}}, "r.json", &report);
  EXPECT_THAT(report.unchecked, IsEmpty());
  if (report.lies.empty()) return "none";
  return std::string(NameOf(report.lies.at(0).kind));
}

TEST(SignedWordTest, VerifiesThePublishedSignature) {
  EXPECT_TRUE(Key().Signed("", absl::HexStringToBytes(kEmptySigned)));
  EXPECT_FALSE(Key().Signed("x", absl::HexStringToBytes(kEmptySigned)));
  EXPECT_FALSE(Key().Signed("", ""));
  EXPECT_EQ(PublicKeyFromBytes("short"), std::nullopt);
  EXPECT_EQ(PublicKeyFromPem("no key"), std::nullopt);
}

TEST(SignedWordTest, TheBytesOfAHeadAreThoseOfTheGrammar) {
  ledger::v1::SignedHead head;
  head.set_service("metrics-2");
  head.set_epoch(1);
  head.set_size(0x0102);
  head.set_root(std::string(32, '\xab'));
  head.mutable_time()->set_seconds(-1);
  head.mutable_time()->set_nanos(999'998'000);
  std::string bytes = std::string("onereturn tree head 1") + '\0' + '\x09' + "metrics-2";
  bytes += std::string("\0\0\0\0\0\0\0\x01", 8) + std::string("\0\0\0\0\0\0\x01\x02", 8);
  bytes += std::string(32, '\xab') + std::string("\xff\xff\xff\xff\xff\xff\xff\xfe", 8);
  EXPECT_EQ(HeadBytes(head), bytes);
  head.mutable_time()->set_nanos(1);  // No microseconds.
  EXPECT_EQ(HeadBytes(head), std::nullopt);
  head.clear_time();
  head.set_service("Metrics");
  EXPECT_EQ(HeadBytes(head), std::nullopt);
}

TEST(SignedWordTest, AChangeOfKeysTakesBothSignatures) {
  feed::v1::SigningKeyChanged change;
  change.set_old_public_key(Key().bytes);
  change.set_new_public_key(Key().bytes);
  const std::string bytes = std::string("onereturn key change 1\0", 23) + "\x07" + "metrics" +
                            std::string("\0\0\0\0\0\0\0\x01", 8) +
                            std::string("\0\0\0\0\0\0\0\x09", 8) + Key().bytes + Key().bytes;
  change.set_old_key_signature(Sign(bytes));
  EXPECT_FALSE(KeyChangeIsSigned(change, "metrics", 1, 9));
  change.set_new_key_signature(Sign(bytes));
  EXPECT_TRUE(KeyChangeIsSigned(change, "metrics", 1, 9));
  EXPECT_FALSE(KeyChangeIsSigned(change, "metrics", 1, 10));
  EXPECT_FALSE(KeyChangeIsSigned(change, "ingestion", 1, 9));
}

TEST(ReceiptsTest, ASoundOneHolds) { EXPECT_EQ(FirstLie(Sound()), "none"); }

TEST(ReceiptsTest, EveryChangedPartIsNamed) {
  const struct {
    const char* lie;
    std::function<void(ledger::v1::Receipt*)> change;
  } kChanges[] = {
      {"RECEIPT_ALTERED", [](auto* r) { (*r->mutable_entry())[9] ^= 1; }},
      {"RECEIPT_ALTERED", [](auto* r) { r->set_leaf_hash(std::string(32, 'x')); }},
      {"RECEIPT_ALTERED", [](auto* r) { r->set_name("organisations/RLQ/returns/A.2024-04"); }},
      {"RECEIPT_ALTERED", [](auto* r) { r->set_sequence(3); }},
      {"RECEIPT_ALTERED", [](auto* r) { r->set_epoch(1); }},
      {"RECEIPT_ALTERED", [](auto* r) { r->mutable_time()->set_seconds(1); }},
      {"RECEIPT_ALTERED", [](auto* r) { r->set_service("metrics"); }},
      {"HEAD_NOT_SIGNED", [](auto* r) { r->mutable_head()->set_size(4); }},
      {"HEAD_NOT_SIGNED", [](auto* r) { r->mutable_head()->set_epoch(3); }},
      {"HEAD_NOT_SIGNED", [](auto* r) { (*r->mutable_head()->mutable_signature())[5] ^= 1; }},
      {"HEAD_NOT_SIGNED", [](auto* r) { r->mutable_head()->set_root("short"); }},
      {"PROOF_WRONG", [](auto* r) { (*r->mutable_inclusion_proof(0))[0] ^= 1; }},
      {"PROOF_WRONG", [](auto* r) { r->mutable_inclusion_proof()->RemoveLast(); }},
      {"PROOF_WRONG", [](auto* r) { r->add_inclusion_proof(std::string(32, 'x')); }},
      {"PROOF_WRONG",
       [](auto* r) {  // The stolen key signs another root.
         r->mutable_head()->set_root(std::string(32, 'x'));
         SignHead(r->mutable_head());
       }},
  };
  for (const auto& change : kChanges) {
    ledger::v1::Receipt receipt = Sound();
    change.change(&receipt);
    EXPECT_EQ(FirstLie(receipt), change.lie) << receipt.ShortDebugString();
  }
}

// Entries stay in the ledger through a restore, which begins an epoch; the other way round the key
// signed what cannot be, however well proof and signature hold.
TEST(ReceiptsTest, TheHeadIsOfTheEntrysEpochOrALaterOne) {
  EXPECT_EQ(FirstLie(Sound(2)), "none");
  EXPECT_EQ(FirstLie(Sound(3)), "none");
  EXPECT_EQ(FirstLie(Sound(1)), "RECEIPT_ALTERED");
}

// A service changes its key now and then: who holds the earlier one alone cannot tell.
TEST(ReceiptsTest, AKeyThatWasNotGivenIsNotCheckedAndNamed) {
  ledger::v1::Receipt receipt = Sound();
  receipt.mutable_head()->set_key_id("0011223344556677");
  Report report;
  VerifyReceipt(receipt, {{Key().id(), Key()}}, "r.json", &report);
  EXPECT_THAT(report.lies, IsEmpty());
  EXPECT_THAT(report.unchecked,
              ElementsAre(AllOf(HasSubstr("sequence 2 in r.json: key 0011223344556677 signs"),
                                HasSubstr("rotate-key"))));
  EXPECT_EQ(report.ExitCode(), 3);
}

TEST(ReceiptsTest, WithoutTheKeyTheProofIsCheckedStill) {
  for (const auto& change : std::vector<std::function<void(ledger::v1::Receipt*)>>{
           [](auto* r) { (*r->mutable_inclusion_proof(0))[0] ^= 1; },
           [](auto* r) { r->mutable_head()->set_root("short"); }}) {
    ledger::v1::Receipt receipt = Sound();
    receipt.mutable_head()->set_key_id("0011223344556677");
    change(&receipt);
    EXPECT_EQ(FirstLie(receipt), "PROOF_WRONG");
  }
}

TEST(ReceiptsTest, AreReadAsTheClientSavesThem) {
  const std::string file = absl::StrCat("/tmp/onereturn_receipt_", getpid());
  std::string json;
  ASSERT_TRUE(google::protobuf::util::MessageToJsonString(Sound(), &json).ok());
  for (const std::string& text :
       {json, absl::StrCat("{\"receipt\":", json, ",\"publicKeyPem\":\"x\"}"),
        absl::StrCat("{\"files\":[{\"answer\":{\"receipt\":", json, "}}]}"),
        Sound().SerializeAsString(), Sound().DebugString()}) {
    std::ofstream(file, std::ios::binary) << text;
    const auto receipts = ReadReceipts(file);
    ASSERT_TRUE(receipts.ok()) << text;
    ASSERT_EQ(receipts->size(), 1u);
    EXPECT_EQ(FirstLie(receipts->at(0)), "none");
  }
  std::ofstream(file) << "{\"receipt\":{}}";
  EXPECT_FALSE(ReadReceipts(file).ok());
  std::remove(file.c_str());
}

}  // namespace
}  // namespace onereturn::auditor

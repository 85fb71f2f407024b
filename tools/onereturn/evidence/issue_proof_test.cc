// Goal: a receipt counts as that of an issue only where it holds and its entry issued that request.
#include "tools/onereturn/evidence/issue_proof.h"

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

constexpr char kRequest[] = "requests/001-00";

SigningKey KeyOf(char seed) { return KeyFromSeed(std::string(64, seed)); }

// The one entry of a ledger of `service`, which issued kRequest from seven returns.
ledger::v1::Receipt ReceiptOf(feed::v1::EntryKind kind, const std::string& service) {
  requests::v1::RequestIssued issued;
  issued.set_request(kRequest);
  issued.mutable_issue()->set_sources(7);
  feed::v1::Entry entry;
  entry.set_kind(kind);
  entry.set_epoch(1);
  entry.set_sequence(1);
  entry.set_name(kRequest);
  entry.set_fact(issued.SerializeAsString());
  ledger::v1::Receipt receipt;
  receipt.set_name(kRequest);
  receipt.set_service(service);
  receipt.set_epoch(1);
  receipt.set_sequence(1);
  receipt.set_entry(entry.SerializeAsString());
  const Digest leaf = HashLeaf(receipt.entry());
  receipt.set_leaf_hash(std::string(DigestBytes(leaf)));
  const SignedHead head =
      SignHead(TreeHead{service, 1, 1, leaf, 1'700'000'000'000'000}, KeyOf('a')).value();
  auto* wire = receipt.mutable_head();
  wire->set_service(service);
  wire->set_epoch(1);
  wire->set_size(1);
  wire->set_root(std::string(DigestBytes(leaf)));  // One leaf is its own root.
  wire->mutable_time()->set_seconds(1'700'000'000);
  wire->set_key_id(head.key_id);
  wire->set_signature(std::string(head.signature.begin(), head.signature.end()));
  return receipt;
}

absl::Status Checked(const ledger::v1::Receipt& receipt, const std::string& request,
                     char trusted = 'a') {
  return CheckedIssue(receipt, KeyHistory(KeyOf(trusted).verifying_key()), request).status();
}

TEST(IssueProof, SaysWhatTheEntrySays) {
  const auto issue = CheckedIssue(ReceiptOf(feed::v1::ENTRY_KIND_REQUEST_ISSUED, "ingestion"),
                                  KeyHistory(KeyOf('a').verifying_key()), kRequest);
  ASSERT_TRUE(issue.ok()) << issue.status();
  EXPECT_EQ(issue->sources(), 7);
}

TEST(IssueProof, WhatIsNoSuchIssueIsALie) {
  const auto issued = ReceiptOf(feed::v1::ENTRY_KIND_REQUEST_ISSUED, "ingestion");
  EXPECT_THAT(Checked(issued, "requests/002-00").message(), HasSubstr("another request"));
  EXPECT_FALSE(Checked(issued, kRequest, 'b').ok());
  EXPECT_THAT(
      Checked(ReceiptOf(feed::v1::ENTRY_KIND_REQUEST_ISSUED, "metrics"), kRequest).message(),
      HasSubstr("another service"));
  EXPECT_THAT(
      Checked(ReceiptOf(feed::v1::ENTRY_KIND_REQUEST_DRAFTED, "ingestion"), kRequest).message(),
      HasSubstr("not of a request that was issued"));
  ledger::v1::Receipt altered = issued;
  altered.set_entry(altered.entry() + "x");
  EXPECT_FALSE(Checked(altered, kRequest).ok());
}

}  // namespace
}  // namespace onereturn::client

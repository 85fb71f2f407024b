// Goal: a receipt counts as that of an issue only where its entry issued that very request.
#include "tools/onereturn/evidence/issue_proof.h"

#include "gtest/gtest.h"
#include "onereturn/feed/v1/entry.pb.h"

namespace onereturn::client {
namespace {

ledger::v1::Receipt ReceiptOf(feed::v1::EntryKind kind) {
  requests::v1::RequestIssued issued;
  issued.set_request("requests/001-00");
  issued.mutable_issue()->set_sources(7);
  feed::v1::Entry entry;
  entry.set_kind(kind);
  entry.set_fact(issued.SerializeAsString());
  ledger::v1::Receipt receipt;
  receipt.set_entry(entry.SerializeAsString());
  return receipt;
}

TEST(IssueProof, SaysWhatTheEntrySays) {
  const auto issue = IssueOf(ReceiptOf(feed::v1::ENTRY_KIND_REQUEST_ISSUED), "requests/001-00");
  ASSERT_TRUE(issue.ok()) << issue.status();
  EXPECT_EQ(issue->sources(), 7);
}

TEST(IssueProof, AnotherRequestOrFactIsALie) {
  EXPECT_EQ(
      IssueOf(ReceiptOf(feed::v1::ENTRY_KIND_REQUEST_ISSUED), "requests/002-00").status().code(),
      absl::StatusCode::kDataLoss);
  EXPECT_EQ(
      IssueOf(ReceiptOf(feed::v1::ENTRY_KIND_REQUEST_DRAFTED), "requests/001-00").status().code(),
      absl::StatusCode::kDataLoss);
  ledger::v1::Receipt torn;
  torn.set_entry("\xFF");
  EXPECT_EQ(IssueOf(torn, "requests/001-00").status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace onereturn::client

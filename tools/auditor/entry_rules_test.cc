// Which entries an honest service writes: facts of data requests are ingestion's, are whole, and
// each answers a request.
#include "tools/auditor/entry_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "onereturn/requests/v1/request.pb.h"

namespace onereturn::auditor {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

feed::v1::Entry EntryOfKind(int kind) {
  feed::v1::Entry entry;
  entry.set_sequence(1);
  entry.set_epoch(1);
  entry.set_format(1);
  entry.set_time_micros(1);
  entry.set_kind(static_cast<feed::v1::EntryKind>(kind));
  entry.set_salt(std::string(kSaltBytes, 's'));
  entry.set_actor("spiffe://a.example/desk");
  entry.set_organisation("X24");
  entry.set_request_id("r1");
  entry.set_request_digest(std::string(32, 'd'));
  return entry;
}

Report CheckedAs(const std::string& service, const feed::v1::Entry& entry) {
  Report report;
  EntryRules(service, 0).Check(entry, &report);
  return report;
}

TEST(EntryRulesTest, FactsOfDataRequestsAreIngestionsAlone) {
  for (int kind = feed::v1::ENTRY_KIND_REQUEST_DRAFTED; kind <= feed::v1::ENTRY_KIND_ITEM_KEPT;
       ++kind) {
    SCOPED_TRACE(KindName(static_cast<uint32_t>(kind)));
    const Report own = CheckedAs("ingestion", EntryOfKind(kind));
    EXPECT_THAT(own.lies, IsEmpty());
    EXPECT_THAT(own.unchecked, IsEmpty());
    EXPECT_THAT(CheckedAs("metrics", EntryOfKind(kind)).lies, SizeIs(1));
    feed::v1::Entry broken = EntryOfKind(kind);
    broken.set_fact("\xff");
    EXPECT_THAT(CheckedAs("ingestion", broken).lies, SizeIs(1));
    // Unlike the ledger's own facts, kinds 80 to 89.
    feed::v1::Entry unasked = EntryOfKind(kind);
    unasked.clear_request_id();
    EXPECT_THAT(CheckedAs("ingestion", unasked).lies, SizeIs(1));
  }
  feed::v1::Entry epoch = EntryOfKind(feed::v1::ENTRY_KIND_EPOCH_BEGUN);
  epoch.clear_request_id();
  EXPECT_THAT(CheckedAs("ingestion", epoch).lies, IsEmpty());
}

}  // namespace
}  // namespace onereturn::auditor

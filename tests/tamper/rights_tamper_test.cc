// Rights that were given or taken where a service keeps them, and not in its ledger.
#include <gtest/gtest.h>

#include "common/base/exit_code.h"
#include "common/commit/journal.h"
#include "common/feed/wire.h"
#include "services/ingestion/store/families.h"
#include "services/ingestion/store/grant_table.h"
#include "tests/tamper/audited_suite.h"

namespace onereturn {
namespace {

class RightsTamperTest : public AuditedSuite {};

// The service reads rights from its own rows.
TEST_F(RightsTamperTest, ApproveARefusedRightWhereItIsServed) {
  {
    StoreEdit edit = Edit("ingestion");
    rights::v1::Grant grant = ingestion::FindGrant(edit.store(), 1).value()->grant;
    ASSERT_EQ(grant.state(), rights::v1::GRANT_STATE_REFUSED);
    grant.set_state(rights::v1::GRANT_STATE_APPROVED);
    edit.Change([&](WriteBatch* batch) { ingestion::PutGrant(1, grant, batch); });
  }
  const absl::Status started = suite().Start("ingestion");
  EXPECT_FALSE(started.ok()) << "a service whose rights are not its ledger's does not start";
  ASSERT_TRUE(suite().FailedStart("ingestion").has_value());
  EXPECT_EQ(suite().FailedStart("ingestion")->exit_code, kExitStoreDamaged);
  EXPECT_THAT(std::string(started.message()),
              ::testing::HasSubstr("grants/1 is not what the ledger says"));
}

TEST_F(RightsTamperTest, TakeBackARevocationWhereItIsServed) {
  {
    StoreEdit edit = Edit("ingestion");
    const std::vector<feed::v1::Entry> entries = edit.Entries();
    const size_t index =
        entries.size() - 1 -
        StoreEdit::Find({entries.rbegin(), entries.rend()}, feed::v1::ENTRY_KIND_GRANT_DECIDED);
    rights::v1::GrantDecided fact;
    ASSERT_TRUE(fact.ParseFromString(entries[index].fact()));
    ASSERT_EQ(fact.grant().name(), "grants/2");
    ASSERT_EQ(fact.grant().state(), rights::v1::GRANT_STATE_APPROVED);
    rights::v1::Grant row = fact.grant();
    *row.mutable_decided()->mutable_time() = ToWire(Timestamp{entries[index].time_micros()});
    row.set_etag(EtagOf(index + 1));
    edit.Change([&](WriteBatch* batch) { ingestion::PutGrant(2, row, batch); });
  }
  const Verdict verdict = AuditOf({"ingestion"});
  EXPECT_EQ(verdict.exit_code, 1);
  EXPECT_EQ(verdict.first(), "SERVED_DIFFERS ingestion grants/2");
}

TEST_F(RightsTamperTest, TheLastRightTakenFromWhereItIsServed) {
  {
    StoreEdit edit = Edit("ingestion");
    edit.Change([&](WriteBatch* batch) {
      batch->Delete(ingestion::Family::kRights,
                    ingestion::FindGrant(edit.store(), 2)->value().check.key);
      ingestion::PutGrantCount(1, batch);
    });
  }
  const Verdict verdict = AuditOf({"ingestion"});
  EXPECT_EQ(verdict.exit_code, 1);
  EXPECT_EQ(verdict.first(), "SERVED_DIFFERS ingestion grants/2");
}

}  // namespace
}  // namespace onereturn

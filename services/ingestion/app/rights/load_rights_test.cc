#include "services/ingestion/app/rights/load_rights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/rights/grant_rights.h"
#include "services/ingestion/app/testing/test_ingestion.h"
#include "services/ingestion/store/catalogue_table.h"
#include "services/ingestion/store/grant_table.h"

namespace onereturn::ingestion {
namespace {

using ::testing::HasSubstr;

// A grant that was refused and one that was approved.
class LoadRightsTest : public ::testing::Test {
 protected:
  LoadRightsTest() {
    ingestion_.Apply(EnglandOf({"RLQ", "RCF"}));
    for (const bool approve : {false, true}) {
      rights::v1::ProposeGrantRequest proposal;
      proposal.set_request_id(approve ? "p2" : "p1");
      proposal.set_reason("covers the month");
      proposal.mutable_grant()->set_principal("spiffe://onereturn.example/new");
      proposal.mutable_grant()->set_role(rights::v1::ROLE_ANALYST);
      const rights::v1::Grant grant = Answered([&](GrantRights::Done done) {
        grants_.Propose(Officer("one"), proposal, std::move(done));
      });
      rights::v1::DecideGrantRequest decision;
      decision.set_request_id(approve ? "d2" : "d1");
      decision.set_name(grant.name());
      decision.set_reason("checked");
      decision.set_approve(approve);
      Answered([&](GrantRights::Done done) {
        grants_.Decide(Officer("two"), decision, std::move(done));
      });
    }
  }

  static OfficerOrigin Officer(const std::string& name) {
    return {Actor{"spiffe://onereturn.example/" + name, ""}, rights::v1::ROLE_RIGHTS_OFFICER};
  }
  static rights::v1::Grant Answered(const std::function<void(GrantRights::Done)>& begin) {
    std::promise<absl::StatusOr<GrantAnswer>> promise;
    begin([&promise](absl::StatusOr<GrantAnswer> answer) { promise.set_value(std::move(answer)); });
    return promise.get_future().get().value().grant;
  }
  rights::v1::Grant Row(uint64_t number) {
    return FindGrant(ingestion_.store(), number).value()->grant;
  }
  void Edit(const std::function<void(WriteBatch*)>& edit) {
    WriteBatch batch;
    edit(&batch);
    ASSERT_THAT(ingestion_.store().Write(batch, Durability::kSynced), IsOk());
  }
  absl::Status Load() {
    RightsSource fresh(Rights::FromProto({}).value());
    return LoadRights(ingestion_.store(), &fresh);
  }
  void ExpectRefused(const char* name) {
    const absl::Status loaded = Load();
    EXPECT_EQ(loaded.code(), absl::StatusCode::kDataLoss) << loaded;
    EXPECT_THAT(std::string(loaded.message()), HasSubstr(name));
  }

  TestIngestion ingestion_;
  FactWriter writer_{&ingestion_.store(), &ingestion_.committer(),
                     [](const std::function<void()>&) { return false; }};
  RightsSource rights_{Rights::FromProto({}).value()};
  GrantRights grants_{&writer_, &rights_};
};

TEST_F(LoadRightsTest, WhatTheLedgerSaysIsLoaded) { EXPECT_THAT(Load(), IsOk()); }

TEST_F(LoadRightsTest, ARefusedGrantThatWasMadeAnApprovedOne) {
  rights::v1::Grant row = Row(1);
  ASSERT_EQ(row.state(), rights::v1::GRANT_STATE_REFUSED);
  row.set_state(rights::v1::GRANT_STATE_APPROVED);
  Edit([&](WriteBatch* batch) { PutGrant(1, row, batch); });
  ExpectRefused("grants/1 is not what the ledger says");
}

TEST_F(LoadRightsTest, AGrantThatNamesAnotherEntry) {
  rights::v1::Grant row = Row(1);
  row.set_etag("\"1\"");
  Edit([&](WriteBatch* batch) { PutGrant(1, row, batch); });
  ExpectRefused("grants/1");
  row.set_etag("\"999\"");
  Edit([&](WriteBatch* batch) { PutGrant(1, row, batch); });
  ExpectRefused("grants/1");
}

TEST_F(LoadRightsTest, AnApprovedGrantInThePlaceOfAnother) {
  Edit([&](WriteBatch* batch) { PutGrant(1, Row(2), batch); });
  ExpectRefused("grants/1");
}

TEST_F(LoadRightsTest, AGrantThatNobodyProposed) {
  rights::v1::Grant row = Row(2);
  row.set_name("grants/3");
  Edit([&](WriteBatch* batch) {
    PutGrant(3, row, batch);
    PutGrantCount(3, batch);
  });
  ExpectRefused("grants/3");
}

TEST_F(LoadRightsTest, AGrantThatIsGone) {
  Edit([&](WriteBatch* batch) { PutGrantCount(3, batch); });
  ExpectRefused("grants/3");
}

TEST_F(LoadRightsTest, AnOrganisationWhoseTiesWereTaken) {
  const StoredDefinition stored =
      FindDefinition(ingestion_.store(), DefinitionKind::kOrganisation, "RLQ", kNewest)
          .value()
          .value();
  catalogue::v1::Organisation organisation;
  ASSERT_TRUE(organisation.ParseFromString(stored.bytes));
  organisation.mutable_relationships()->Clear();
  Edit([&](WriteBatch* batch) {
    PutDefinition(DefinitionKind::kOrganisation, "RLQ", stored.sequence,
                  organisation.SerializeAsString(), batch);
  });
  ExpectRefused("organisations/RLQ");
}

}  // namespace
}  // namespace onereturn::ingestion

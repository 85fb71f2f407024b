// Goal: officers who go on while grants are listed make no service a liar; a grant that no entry
// makes, or leaves so, does. Method: a ledger whose head comes later than its list.
#include "tools/auditor/grants_audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tools/auditor/testing/fake_ledger.h"

namespace onereturn::auditor {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kName[] = "grants/1";

rights::v1::Grant GrantAt(rights::v1::GrantState state) {
  rights::v1::Grant grant;
  grant.set_name(kName);
  grant.set_principal("https://id.example#p-0003");
  grant.set_role(rights::v1::ROLE_SUBMITTER);
  grant.set_state(state);
  return grant;
}

// The newest entries are covered by no head until it has been asked for some times.
class LateHead final : public FakeLedger {
 public:
  LateHead() : FakeLedger("ingestion") {}

  absl::StatusOr<ledger::v1::GetHeadResponse> GetHead(
      const std::optional<ledger::v1::SignedHead>& known) const override {
    auto response = FakeLedger::GetHead(known);
    if (response.ok() && asked_++ < early_answers) {
      *response->mutable_head() = HeadOf(entries.size() - 1);
    }
    return response;
  }

  int early_answers = 0;

 private:
  mutable int asked_ = 0;
};

class GrantsAuditTest : public ::testing::Test {
 protected:
  GrantsAuditTest() { ledger_.Grow(2); }

  template <typename Fact>
  void AddStep(feed::v1::EntryKind kind, rights::v1::GrantState state) {
    Fact fact;
    *fact.mutable_grant() = GrantAt(state);
    ledger_.Add(kind, fact);
    ledger_.entries.back().set_name(kName);
  }
  void Propose() {
    AddStep<rights::v1::GrantProposed>(feed::v1::ENTRY_KIND_GRANT_PROPOSED,
                                       rights::v1::GRANT_STATE_PROPOSED);
  }
  void Approve() {
    AddStep<rights::v1::GrantDecided>(feed::v1::ENTRY_KIND_GRANT_DECIDED,
                                      rights::v1::GRANT_STATE_APPROVED);
  }

  Contents Read() {
    Contents contents;
    Report report;
    for (const feed::v1::Entry& entry : ledger_.entries) contents.Take("ingestion", entry, &report);
    EXPECT_THAT(report.lies, IsEmpty());
    return contents;
  }
  // What is listed by now.
  std::vector<rights::v1::Grant> Listed() { return {Read().grants.at(kName)}; }

  std::vector<std::string> Audit(const std::vector<rights::v1::Grant>& served, uint64_t size,
                                 const Contents& contents) {
    Report report;
    AuditServedGrants(ledger_, served, size, contents, &report);
    unchecked_ = report.unchecked;
    std::vector<std::string> lies;
    for (const Lie& lie : report.lies) {
      lies.push_back(absl::StrCat(NameOf(lie.kind), " ", lie.place));
    }
    return lies;
  }

  LateHead ledger_;
  std::vector<std::string> unchecked_;
};

TEST_F(GrantsAuditTest, AStepSinceTheReadingIsFoundInTheFeed) {
  Propose();
  const Contents contents = Read();
  const auto before = Listed();
  ledger_.Grow(3);
  Approve();
  EXPECT_THAT(Audit(Listed(), 3, contents), IsEmpty());
  EXPECT_THAT(Audit(before, 3, contents), IsEmpty());
}

TEST_F(GrantsAuditTest, AStepThatNoHeadCoversYetIsNoLie) {
  Propose();
  const Contents contents = Read();
  Approve();
  ledger_.early_answers = 2;
  EXPECT_THAT(Audit(Listed(), 3, contents), IsEmpty());
}

TEST_F(GrantsAuditTest, NorIsAGrantThatNoHeadCoversYet) {
  const Contents contents = Read();
  Propose();
  ledger_.early_answers = 2;
  EXPECT_THAT(Audit(Listed(), 2, contents), IsEmpty());
}

TEST_F(GrantsAuditTest, WhatNoEntryMakesIsALie) {
  Propose();
  const Contents contents = Read();
  std::vector<rights::v1::Grant> served = Listed();
  served[0].set_state(rights::v1::GRANT_STATE_APPROVED);
  served.push_back(served[0]);
  served[1].set_name("grants/2");
  EXPECT_THAT(Audit(served, 3, contents),
              ElementsAre("SERVED_DIFFERS grants/1", "SERVED_UNRECORDED grants/2"));
  EXPECT_THAT(Audit({}, 3, contents), ElementsAre("SERVED_DIFFERS grants/1"));
}

TEST_F(GrantsAuditTest, WithoutTheFeedNothingIsSaid) {
  Propose();
  const Contents contents = Read();
  ledger_.reachable = absl::UnavailableError("cut off");
  EXPECT_THAT(Audit(Listed(), 3, contents), IsEmpty());
  EXPECT_THAT(unchecked_, ElementsAre("ingestion: its grants of rights: cut off"));
}

// A definition that comes from a change needs a change that is open, and each of its steps too.
TEST(ChangeStepsTest, AStepThatItsStateDoesNotAllowIsALie) {
  constexpr char kChange[] = "items/beds/changes/1";
  FakeLedger ledger("ingestion");
  const auto lies = [&ledger] {
    Contents contents;
    Report report;
    for (const feed::v1::Entry& entry : ledger.entries) contents.Take("ingestion", entry, &report);
    return report.lies.size();
  };
  catalogue::v1::ChangeProposed proposed;
  proposed.mutable_change()->set_name(kChange);
  catalogue::v1::ChangeAnswered answered;
  answered.set_change(kChange);
  catalogue::v1::ChangeEnded refused;
  refused.set_change(kChange);
  feed::v1::ItemDefined approved;
  approved.set_change(kChange);
  approved.mutable_item()->set_name("items/beds");
  approved.mutable_item()->set_version(1);
  const auto add = [&](feed::v1::EntryKind kind, const google::protobuf::Message& fact) {
    ledger.Add(kind, fact);
    ledger.entries.back().set_name(kind == feed::v1::ENTRY_KIND_ITEM_DEFINED ? "items/beds"
                                                                             : kChange);
  };
  add(feed::v1::ENTRY_KIND_CHANGE_PROPOSED, proposed);
  add(feed::v1::ENTRY_KIND_CHANGE_ANSWERED, answered);
  add(feed::v1::ENTRY_KIND_ITEM_DEFINED, approved);
  EXPECT_EQ(lies(), 0u);
  add(feed::v1::ENTRY_KIND_CHANGE_ANSWERED, answered);
  EXPECT_EQ(lies(), 1u);
  add(feed::v1::ENTRY_KIND_CHANGE_REFUSED, refused);
  EXPECT_EQ(lies(), 2u);
}

}  // namespace
}  // namespace onereturn::auditor

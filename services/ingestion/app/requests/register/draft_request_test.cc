// What a draft must be, each refusal with its reason, and what is kept of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/testing/status_matchers.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "services/ingestion/app/requests/register/read_requests.h"
#include "services/ingestion/app/requests/testing/requests_world.h"

namespace onereturn::ingestion {
namespace {

using requests::v1::DataRequest;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class DraftRequestTest : public ::testing::Test, protected RequestsWorld {
 protected:
  // A good draft with these fields in place of its own; lists are cleared where they are given.
  DataRequest With(const std::string& text) {
    DataRequest draft = Draft();
    const auto changed = Parse<DataRequest>(text);
    const auto* reflection = draft.GetReflection();
    std::vector<const google::protobuf::FieldDescriptor*> fields;
    reflection->ListFields(changed, &fields);
    for (const auto* field : fields) reflection->ClearField(&draft, field);
    if (changed.has_selector()) draft.clear_organisations();
    draft.MergeFrom(changed);
    return draft;
  }
  std::vector<std::string> FaultsOf(const DataRequest& draft) {
    std::vector<std::string> fields;
    const Answer answer = RequestsWorld::Draft(draft);
    EXPECT_THAT(answer, HasReason(Reason::kFieldInvalid));
    const std::optional<ErrorDetails> details = DetailsOf(answer.status());
    if (!details.has_value()) return fields;
    for (const FieldViolation& field : details->fields) fields.push_back(field.field);
    return fields;
  }
  using RequestsWorld::Draft;
};

struct Refusal {
  const char* text;
  Reason reason;
};

TEST_F(DraftRequestTest, EachRefusalHasItsReason) {
  const Refusal refusals[] = {
      // An unknown item, one that was retired before, a body and organisations that are not held.
      {R"(lines { item: "wards" })", Reason::kDefinitionUnknown},
      {R"(lines { item: "old_beds" })", Reason::kDefinitionRetired},
      {R"(organisations: "RZZ")", Reason::kOdsUnknown},
      {R"(consultees: "RZZ")", Reason::kOdsUnknown},
      {R"(selector { types: ORGANISATION_TYPE_PROVIDER within: "Y99" })", Reason::kOdsUnknown},
      // RVW closed on 2024-03-31; from March 2024 on it was there.
      {R"(organisations: "RVW")", Reason::kOdsClosed},
      {R"(consultees: "RVW")", Reason::kOdsClosed},
      // Nothing chosen.
      {R"(selector { types: ORGANISATION_TYPE_COUNCIL })", Reason::kEmptySelector},
      {R"(from_period: "2025-06" to_period: "2025-05")", Reason::kEmptySelector},
      // Times.
      {R"(from_period: "2026-04" to_period: "2026-05")", Reason::kFuturePeriod},
      {R"(due_date: "2025-05-01" expiry: "2025-06-14")", Reason::kRequestExpired},
      // Postcodes and NHS numbers.
      {R"(planned_use: "beds near LS1 3EX")", Reason::kPersonalData},
      {R"(sponsor: "943 476 5919")", Reason::kPersonalData},
      {R"(lines { described { display_name: "x" unit: "beds" definition_text: "of 943 476 5919" } })",
       Reason::kPersonalData},
      // What only the service sets.
      {R"(state: REQUEST_STATE_APPROVED)", Reason::kOutputOnly},
      {R"(replies { organisation: "RLQ" })", Reason::kOutputOnly},
      {R"(reference: "007-00")", Reason::kOutputOnly},
      {R"(name: "requests/007-00")", Reason::kNotFound},
  };
  const uint64_t before = ingestion().LastSequence();
  for (const Refusal& refusal : refusals) {
    EXPECT_THAT(Draft(With(refusal.text)), HasReason(refusal.reason)) << refusal.text;
  }
  DataRequest nothing = Draft();
  nothing.clear_lines();
  EXPECT_THAT(Draft(nothing), HasReason(Reason::kEmptySelector));
  nothing = Draft();
  nothing.clear_organisations();
  EXPECT_THAT(Draft(nothing), HasReason(Reason::kEmptySelector));
  EXPECT_EQ(ingestion().LastSequence(), before);
  // It must be open as each of the periods begins.
  EXPECT_THAT(Draft(With(R"(organisations: "RVW" from_period: "2024-03")")),
              HasReason(Reason::kOdsClosed));
  EXPECT_THAT(Draft(With(R"(organisations: "RVW" from_period: "2024-02" to_period: "2024-03")")),
              IsOk());
  EXPECT_THAT(Draft(With(R"(selector { types: ORGANISATION_TYPE_PROVIDER })")), IsOk());
}

// Old beds are retired from April 2024 on: nothing could be issued of the periods after that.
TEST_F(DraftRequestTest, AnItemIsAskedUpToItsLastPeriod) {
  const auto asked = [this](const std::string& from, const std::string& to) {
    return Draft(With(absl::StrCat(R"(lines { item: "old_beds" } from_period: ")", from,
                                   R"(" to_period: ")", to, "\"")));
  };
  EXPECT_THAT(asked("2024-02", "2024-03"), IsOk());
  EXPECT_THAT(asked("2024-Q1", "2024-Q1"), IsOk());
  const Answer refused = asked("2024-02", "2024-05");
  ASSERT_THAT(refused, HasReason(Reason::kDefinitionRetired));
  EXPECT_THAT(DetailsOf(refused.status())->preconditions,
              ElementsAre(PreconditionViolation{
                  "items/old_beds", "ends among the periods: ask for it up to 2024-03"}));
  // Week 13 ends on 31 March 2024; the year goes on beyond.
  EXPECT_THAT(DetailsOf(asked("2024-W12", "2024-W14").status())->preconditions,
              ElementsAre(PreconditionViolation{
                  "items/old_beds", "ends among the periods: ask for it up to 2024-W13"}));
  EXPECT_THAT(DetailsOf(asked("CY2023", "CY2024").status())->preconditions,
              ElementsAre(PreconditionViolation{
                  "items/old_beds", "ends among the periods: ask for it up to CY2023"}));
  EXPECT_THAT(DetailsOf(asked("CY2024", "CY2024").status())->preconditions,
              ElementsAre(PreconditionViolation{"items/old_beds",
                                                "ends within CY2024: ask for shorter periods"}));
}

// What only the service says would be believed by a match: organisations that an issue settled, a
// steward's exception of notice.
TEST_F(DraftRequestTest, WhatOnlyTheServiceSaysIsRefusedAlsoOfOneThatIsShown) {
  for (const char* output :
       {R"(issue { organisations: "RLQ" organisations: "RVZ" })",
        R"(notice_exception { notice_days: 1 })", R"(state: REQUEST_STATE_ISSUED)"}) {
    requests::v1::PreviewMatchRequest shown;
    *shown.mutable_data_request() = Draft();
    shown.mutable_data_request()->MergeFrom(Parse<DataRequest>(output));
    EXPECT_THAT(PreviewMatchOf(ingestion().store(), data_requests().World(), shown, kNewest),
                HasReason(Reason::kOutputOnly))
        << output;
    EXPECT_THAT(Draft(shown.data_request()), HasReason(Reason::kOutputOnly)) << output;
  }
}

// RVZ opened on 2024-03-31, the last day of its first month.
TEST_F(DraftRequestTest, WhoHadNotOpenedIsNotAsked) {
  Define(Parse<catalogue::v1::Organisation>(
      R"(code: "RVZ" display_name: "Trust" type: ORGANISATION_TYPE_PROVIDER
         open_date: "2024-03-31")"));
  const Answer early =
      Draft(With(R"(organisations: "RVZ" from_period: "2024-01" to_period: "2024-02")"));
  EXPECT_THAT(early, HasReason(Reason::kOdsClosed));
  const auto details = DetailsOf(early.status());
  ASSERT_EQ(details->preconditions.size(), 1u);
  EXPECT_EQ(details->preconditions[0].subject, "organisations/RVZ");
  EXPECT_EQ(details->preconditions[0].description, "opened on 2024-03-31");
  EXPECT_THAT(Draft(With(R"(organisations: "RVZ" from_period: "2024-01" to_period: "2024-03")")),
              IsOk());
}

TEST_F(DraftRequestTest, AClosedBodyDraftsNothing) {
  const Answer closed = Draft(With(R"(requesting_body: "X26")"), "X26");
  EXPECT_THAT(closed, HasReason(Reason::kOdsClosed));
  EXPECT_THAT(DetailsOf(closed.status())->metadata,
              Contains(std::pair<std::string, std::string>("successor", "X24")));
}

TEST_F(DraftRequestTest, EveryFaultOfItsFieldsIsNamed) {
  DataRequest empty;
  empty.add_lines();
  empty.add_organisations("RLQ");
  EXPECT_THAT(
      FaultsOf(empty),
      ::testing::UnorderedElementsAre(
          "data_request.from_period", "data_request.to_period", "data_request.requesting_body",
          "data_request.sponsor", "data_request.title", "data_request.legal_basis",
          "data_request.planned_use", "data_request.product", "data_request.purpose",
          "data_request.due_date", "data_request.expiry", "data_request.lines[0]"));
  EXPECT_THAT(FaultsOf(With(R"(expiry: "2025-09-30")")), ElementsAre("data_request.expiry"));
  EXPECT_THAT(FaultsOf(With(R"(theme: "Beds & wards")")), ElementsAre("data_request.theme"));
  EXPECT_THAT(FaultsOf(With(R"(from_period: "2025-Q1")")), ElementsAre("data_request.to_period"));
  EXPECT_THAT(FaultsOf(With(R"(from_period: "2010-01")")), ElementsAre("data_request.to_period"));
  EXPECT_THAT(FaultsOf(With(R"(freshness { accepted_from: "last week" })")),
              ElementsAre("data_request.freshness.accepted_from"));
  EXPECT_THAT(FaultsOf(With(R"(organisations: "RLQ" organisations: "RLQ" organisations: "?")")),
              ElementsAre("data_request.organisations[1]", "data_request.organisations[2]"));
  EXPECT_THAT(FaultsOf(With(R"(consultees: "RLQ" consultees: "RLQ")")),
              ElementsAre("data_request.consultees[1]"));
  DataRequest both = Draft();
  both.mutable_selector()->add_types(catalogue::v1::ORGANISATION_TYPE_PROVIDER);
  EXPECT_THAT(FaultsOf(both), ElementsAre("data_request.selector"));
}

TEST_F(DraftRequestTest, AStandingRequestIsOpenToItsExpiry) {
  DataRequest open = Draft();
  open.clear_to_period();
  EXPECT_THAT(FaultsOf(open), ElementsAre("data_request.to_period"));
  open.set_standing(true);
  EXPECT_THAT(Draft(open), IsOk());
}

TEST_F(DraftRequestTest, TheFactHoldsWhatWasAskedAndNoMore) {
  const Answer drafted = Draft(Draft());
  ASSERT_THAT(drafted, IsOk());
  feed::v1::Entry entry;
  requests::v1::RequestDrafted fact;
  ASSERT_TRUE(entry.ParseFromString(drafted->accepted->receipt.entry));
  ASSERT_TRUE(fact.ParseFromString(entry.fact()));
  DataRequest expected = Draft();
  expected.set_name("requests/001-00");
  expected.set_reference("001-00");
  EXPECT_EQ(fact.request().SerializeAsString(), expected.SerializeAsString());
  EXPECT_EQ(entry.kind(), feed::v1::ENTRY_KIND_REQUEST_DRAFTED);
  EXPECT_EQ(entry.organisation(), "X24");
}

TEST_F(DraftRequestTest, WhatIsOnlyJudgedIsNotKept) {
  const uint64_t before = ingestion().LastSequence();
  requests::v1::DraftRequestRequest request;
  *request.mutable_data_request() = Draft();
  request.set_validate_only(true);
  const Answer judged = Ask(&DataRequests::Draft, By("X24"), request);
  ASSERT_THAT(judged, IsOk());
  EXPECT_FALSE(judged->accepted.has_value());
  EXPECT_EQ(judged->request.state(), requests::v1::REQUEST_STATE_DRAFT);
  EXPECT_EQ(ingestion().LastSequence(), before);
}

}  // namespace
}  // namespace onereturn::ingestion

#include "services/ingestion/app/requests/answers/read_answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/period/london_day.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/requests/answers/record_action.h"
#include "services/ingestion/app/requests/answers/watch_answer.h"
#include "services/ingestion/app/requests/hours/item_usage.h"
#include "services/ingestion/app/requests/testing/answer_world.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

constexpr int64_t kOne = 1'000'000;  // Millionths.

class ReadAnswerTest : public AnswerWorld, public ::testing::Test {
 protected:
  // As the watch gives it, from `after` on.
  static std::vector<requests::v1::AnswerCell> Step(WatchAnswer* watch, uint64_t newest) {
    Given given;
    EXPECT_THAT(watch->Step(newest,
                            [&given](const requests::v1::StreamAnswerResponse& message) {
                              Take(message, &given);
                              return absl::OkStatus();
                            }),
                IsOk());
    return given.cells;
  }
  absl::StatusOr<ActionAnswer> Record(const requests::v1::Action& action,
                                      const std::string& body = "X24") {
    const RecordAction actions(&ingestion().store(), &ingestion().writer(),
                               &ingestion().committer(), &stored());
    requests::v1::RecordActionRequest request;
    request.set_request_id(absl::StrCat("action-", ++actions_));
    *request.mutable_action() = action;
    OfficerOrigin origin = By(body);
    origin.digest = Sha256(request.SerializeAsString());
    std::promise<absl::StatusOr<ActionAnswer>> promise;
    actions.Record(origin, request, [&promise](absl::StatusOr<ActionAnswer> answer) {
      promise.set_value(std::move(answer));
    });
    return promise.get_future().get();
  }
  requests::v1::ItemUsage UsageOf(const std::string& item) {
    Must(item_uses().Flush());
    const uint64_t sequence = ingestion().LastSequence();
    const auto catalogue = picture().At(ingestion().store(), sequence).value();
    const auto held = coverage().At(ingestion().store(), sequence).value();
    const auto page = ListItemUsage(
        ingestion().store(),
        {catalogue.get(), held.get(), sequence, LondonDay(ingestion().clock().Now())}, {}, "", 100);
    Must(page.status());
    for (const requests::v1::ItemUsage& row : page->rows) {
      if (row.item() == item) return row;
    }
    return {};
  }

 private:
  int actions_ = 0;
};

TEST_F(ReadAnswerTest, AQuarterOfAnIcbIsTheSumOfItsProvidersMonths) {
  SendQuarter();
  const std::string name = Issued(QuarterOf("attendances", {"Q12"}));
  const Given given = Read(name);
  ASSERT_THAT(given.status, IsOk());
  ASSERT_THAT(given.cells, SizeIs(2));
  const requests::v1::AnswerCell& other = given.cells[0];
  const requests::v1::AnswerCell& type1 = given.cells[1];
  EXPECT_EQ(other.reference().dimensions(0).value(), "other");
  EXPECT_EQ(other.millionths(), 66 * kOne);  // 10 + 20 + 30 + 1 + 2 + 3.
  EXPECT_EQ(type1.reference().dimensions(0).value(), "type1");
  EXPECT_EQ(type1.millionths(), 6600 * kOne);  // 100 + 200 + 300 + 1000 + 2000 + 3000.
  EXPECT_EQ(type1.line(), 1u);
  EXPECT_EQ(type1.organisation(), "Q12");
  EXPECT_EQ(type1.period(), "2025-Q1");
  EXPECT_EQ(type1.coverage(), requests::v1::COVERAGE_CLASS_ROLLUP);
  EXPECT_EQ(type1.parts(), 6u);
  EXPECT_EQ(type1.parts_held(), 6u);
  ASSERT_THAT(type1.sources(), SizeIs(6));
  EXPECT_EQ(type1.sources(0).return_(), "organisations/RCF/returns/AE.2025-01");
  EXPECT_EQ(type1.sources(0).revision(), 1u);
  EXPECT_EQ(type1.derivation(), "sum of 3 periods and 2 organisations");
}

TEST_F(ReadAnswerTest, TheEndIsTheIssuesWhileNothingChanged) {
  SendQuarter();
  const std::string name = Issued(QuarterOf("attendances", {"Q12"}));
  const requests::v1::IssueStatement issue = Now(name).issue();
  const Given given = Read(name);
  ASSERT_TRUE(given.end.has_value());
  EXPECT_EQ(given.end->cells(), 2u);
  EXPECT_EQ(given.end->sources(), 6u);
  EXPECT_EQ(issue.sources(), 6u);
  EXPECT_EQ(given.end->sources_digest(), issue.sources_digest());
  EXPECT_EQ(given.end->provider_minutes(), 0u);
  EXPECT_EQ(given.end->position(), "here");
  feed::v1::Entry entry;
  ASSERT_TRUE(entry.ParseFromString(given.end->receipt().entry()));
  EXPECT_EQ(entry.kind(), feed::v1::ENTRY_KIND_REQUEST_ISSUED);
  EXPECT_EQ(entry.name(), name);
  Send("RLQ", "2025-01", 101, 10, 20);
  EXPECT_NE(Read(name).end->sources_digest(), issue.sources_digest());
}

// A return of Beside costs 20 minutes and 7 of its item: RLQ was asked for one, RCF had sent it.
TEST_F(ReadAnswerTest, TheEndSaysWhatWasCollectedForIt) {
  catalogue::v1::DataItem visits = Attendances();
  visits.set_code("visits");
  Define(visits);
  catalogue::v1::Collection beside = SmallCollection("Beside", {"visits"});
  beside.mutable_estimated_minutes()->set_gathering(20);
  beside.add_item_minutes()->set_item("visits");
  beside.mutable_item_minutes(0)->mutable_minutes()->set_gathering(7);
  Define(beside);
  const auto send = [this](const std::string& organisation) {
    ReturnSubmission sent;
    sent.origin = ingestion().FreshOrigin();
    sent.collection = "Beside";
    sent.period = "2025-03";
    sent.submission.organisation = organisation;
    sent.submission.cells = {CellOf("visits", "other", 1), CellOf("visits", "type1", 2)};
    Must(ingestion().Submit(std::move(sent)).status());
  };
  send("RCF");
  requests::v1::DataRequest request = QuarterOf("visits", {"RCF", "RLQ"});
  request.set_from_period("2025-03");
  request.set_to_period("2025-03");
  matching().Tell(
      "summary { change_class: CHANGE_CLASS_NEW_ITEMS parts: 9 outstanding { gathering: 99 } }");
  const std::string name = Issued(request);
  EXPECT_EQ(Read(name).end->provider_minutes(), 0u);
  const uint64_t before = ingestion().LastSequence();
  send("RLQ");
  EXPECT_EQ(Read(name).end->provider_minutes(), 27u);
  EXPECT_EQ(Read(name, "X24", before).end->provider_minutes(), 0u);
}

TEST_F(ReadAnswerTest, ANullMakesTheSumANullWithItsReason) {
  SendQuarter();
  Send("RCF", "2025-02", -1, 2, 60);
  const Given given = Read(Issued(QuarterOf("attendances", {"Q12", "RLQ"})));
  ASSERT_THAT(given.cells, SizeIs(4));
  EXPECT_EQ(given.cells[0].millionths(), 66 * kOne);
  EXPECT_EQ(given.cells[1].null_reason(), common::v1::NULL_REASON_WITHHELD);
  EXPECT_EQ(given.cells[1].parts(), 6u);
  EXPECT_EQ(given.cells[1].parts_held(), 5u);
  EXPECT_EQ(given.cells[3].organisation(), "RLQ");
  EXPECT_EQ(given.cells[3].millionths(), 600 * kOne);
}

TEST_F(ReadAnswerTest, ARevisionIsReadAndAnEarlierPositionStaysAsItWas) {
  SendQuarter();
  const std::string name = Issued(QuarterOf("attendances", {"Q12"}));
  const uint64_t before = ingestion().LastSequence();
  Send("RLQ", "2025-01", 150, 10, 20);
  const Given now = Read(name);
  EXPECT_EQ(now.cells[1].millionths(), 6650 * kOne);
  EXPECT_EQ(now.cells[1].sources(1).return_(), "organisations/RLQ/returns/AE.2025-01");
  EXPECT_EQ(now.cells[1].sources(1).revision(), 2u);
  EXPECT_EQ(Read(name, "X24", before).cells[1].millionths(), 6600 * kOne);
  EXPECT_THAT(Read(name, "X24", Now(name).issued().sequence() - 1).status,
              HasReason(Reason::kRequestState));
}

TEST_F(ReadAnswerTest, SmallNumbersAreNotShownNorLeftOverFromASum) {
  Send("RLQ", "2025-01", 1, 1, 1);
  Send("RLQ", "2025-02", 1, 1, 2);
  Send("RLQ", "2025-03", 1, 1, 0);
  Send("RCF", "2025-01", 1, 1, 50);
  Send("RCF", "2025-02", 1, 1, 60);
  Send("RCF", "2025-03", 1, 1, 70);
  const Given given = Read(Issued(QuarterOf("deaths", {"Q12", "RCF", "RLQ"})));
  ASSERT_THAT(given.cells, SizeIs(3));
  // 183 of both, of which RLQ's 3 are not shown: nor are RCF's 180.
  EXPECT_EQ(given.cells[0].millionths(), 183 * kOne);
  EXPECT_EQ(given.cells[1].suppressed_by(), "1 to 7 are not shown");
  EXPECT_EQ(given.cells[1].content_case(), requests::v1::AnswerCell::CONTENT_NOT_SET);
  EXPECT_EQ(given.cells[2].suppressed_by(), "1 to 7 are not shown");
  EXPECT_EQ(given.cells[2].content_case(), requests::v1::AnswerCell::CONTENT_NOT_SET);
}

TEST_F(ReadAnswerTest, WhatIsNotShownTodayIsNotShownAtAnEarlierPositionEither) {
  SendQuarter();
  const std::string name = Issued(QuarterOf("attendances", {"Q12"}));
  const uint64_t before = ingestion().LastSequence();
  catalogue::v1::DataItem item = Attendances();
  item.mutable_disclosure()->set_suppressed_to(66);
  item.mutable_disclosure()->set_rule("1 to 66 are not shown");
  Define(item);
  const uint64_t while_hidden = ingestion().LastSequence();
  for (const uint64_t position : {before, while_hidden}) {
    const Given given = Read(name, "X24", position);
    ASSERT_THAT(given.cells, SizeIs(2));
    EXPECT_EQ(given.cells[0].suppressed_by(), "1 to 66 are not shown") << position;
    EXPECT_EQ(given.cells[0].content_case(), requests::v1::AnswerCell::CONTENT_NOT_SET);
    EXPECT_EQ(given.cells[1].millionths(), 6600 * kOne);
  }
  // Nor does a rule of then hide what may be shown today.
  Define(Attendances());
  EXPECT_EQ(Read(name, "X24", while_hidden).cells[0].millionths(), 66 * kOne);
}

TEST_F(ReadAnswerTest, ARightThatIsTakenAwayEndsTheReading) {
  SendQuarter();
  const std::string name = Issued(QuarterOf("attendances", {"Q12"}));
  catalogue::v1::DataItem item = Attendances();
  item.add_reuse_rights()->set_terms("for all");
  Define(item);
  const Given given = Read(name);
  ASSERT_TRUE(given.end.has_value());
  EXPECT_THAT(given.end->reuse_terms(), ElementsAre("for all"));
  const uint64_t before = ingestion().LastSequence();
  item.mutable_reuse_rights(0)->set_body("X30");
  Define(item);
  EXPECT_THAT(Read(name).status, HasReason(Reason::kReuseRefused));
  EXPECT_THAT(Read(name, "X24", before).status, HasReason(Reason::kReuseRefused));
}

TEST_F(ReadAnswerTest, AnotherBodyAndAnotherStateAreRefused) {
  SendQuarter();
  const std::string name = Issued(QuarterOf("attendances", {"Q12"}));
  EXPECT_THAT(Read(name, "X30").status, HasReason(Reason::kOrgScope));
  EXPECT_THAT(Read("requests/099-00").status, HasReason(Reason::kNotFound));
  const std::string draft = InState(requests::v1::REQUEST_STATE_APPROVED);
  const absl::Status early = Read(draft).status;
  EXPECT_THAT(early, HasReason(Reason::kRequestState));
  EXPECT_THAT(std::string(early.message()),
              ::testing::HasSubstr("is in state approved: figures are given while it is "
                                   "issued, answered or in review"));
  ASSERT_THAT(End(name), IsOk());
  EXPECT_THAT(Read(name).status, HasReason(Reason::kRequestState));
}

TEST_F(ReadAnswerTest, ReadingIsNotedOfReturnsAndItems) {
  SendQuarter();
  const std::string name = Issued(QuarterOf("attendances", {"Q12"}));
  EXPECT_EQ(UsageOf("attendances").uses(), 0u);
  Read(name);
  Read(name);
  const auto use = return_uses().Find({"X24", {"AE", "2025-02", "RLQ"}});
  ASSERT_THAT(use, IsOk());
  ASSERT_TRUE(use->has_value());
  EXPECT_EQ((*use)->revision, 1u);
  const requests::v1::ItemUsage usage = UsageOf("attendances");
  EXPECT_EQ(usage.uses(), 2u);
  EXPECT_EQ(usage.collection(), "AE");
  EXPECT_EQ(usage.periods_unused(), 0u);
  ASSERT_THAT(usage.users(), SizeIs(1));
  EXPECT_EQ(usage.users(0).body(), "X24");
  EXPECT_EQ(usage.users(0).product(), "Beds monthly");
  EXPECT_EQ(usage.users(0).purpose(), common::v1::PURPOSE_ACCOUNTABILITY_TO_PARLIAMENT);
  EXPECT_EQ(UsageOf("deaths").uses(), 0u);
}

// X24 merges into X30, which then reads what X24 asked for.
TEST_F(ReadAnswerTest, AUseIsTheReadersAndCountsForTheBodyThatItSucceeded) {
  SendQuarter();
  const std::string name = Issued(QuarterOf("attendances", {"Q12"}));
  const uint64_t issued = Now(name).issued().sequence();
  ingestion().clock().Set(ParseTimestamp("2025-07-01T12:00:00Z").value());
  Define(Parse<catalogue::v1::Organisation>(
      R"(code: "X24" display_name: "NHS England" type: ORGANISATION_TYPE_NATIONAL_BODY
         close_date: "2025-06-30" successions { successor: "X30" effective_date: "2025-07-01" })"));
  ASSERT_THAT(Read(name, "X30").status, IsOk());
  ASSERT_THAT(UsageOf("attendances").users(), SizeIs(1));
  EXPECT_EQ(UsageOf("attendances").users(0).body(), "X30");
  const auto read_by = [&](const std::string& body, uint64_t until) {
    return WasReadSince(ingestion().store(), body, "attendances", issued, until).value();
  };
  EXPECT_TRUE(read_by("X24", ingestion().LastSequence()));
  EXPECT_TRUE(read_by("X30", ingestion().LastSequence()));
  EXPECT_FALSE(read_by("X31", ingestion().LastSequence()));
  // As of June X24 had no successor yet.
  EXPECT_FALSE(read_by("X24", issued));
}

TEST_F(ReadAnswerTest, ALineOfWhichIssuingMadeAnItemIsAnsweredByThatItem) {
  matching().Tell(R"(summary { change_class: CHANGE_CLASS_NEW_ITEMS notice_days: 1
                               parts: 1000000 outstanding { gathering: 1000000 } })");
  requests::v1::DataRequest request = QuarterOf("", {"RLQ"});
  *request.mutable_lines(0) = Parse<requests::v1::RequestLine>(
      R"(described { display_name: "Umbrellas" unit: "umbrellas"
                     definition_text: "Umbrellas left behind in waiting rooms." })");
  request.set_due_date("2025-12-31");
  const std::string name = Issued(request);
  ASSERT_THAT(Now(name).issue().new_items(), SizeIs(1));
  EXPECT_THAT(Read(name).cells, SizeIs(0));
  ReturnSubmission sent;
  sent.origin = ingestion().FreshOrigin();
  sent.collection = Now(name).issue().new_collection();
  sent.period = "2025-Q1";
  sent.submission.organisation = "RLQ";
  sent.submission.cells = {CellOf(Now(name).issue().new_items(0), "", 17)};
  ASSERT_THAT(ingestion().Submit(std::move(sent)), IsOk());
  const Given given = Read(name);
  ASSERT_THAT(given.cells, SizeIs(1));
  EXPECT_EQ(given.cells[0].millionths(), 17 * kOne);
  EXPECT_EQ(given.cells[0].reference().item(), Now(name).issue().new_items(0));
}

// What a description would be taken for later is no matter to a request that was issued.
TEST_F(ReadAnswerTest, ADescriptionIsAnsweredByTheItemThatItWasWhenItWasIssued) {
  SendQuarter();
  catalogue::v1::DataItem item = Attendances();
  *item.mutable_meaning() =
      Parse<catalogue::v1::ItemMeaning>(R"(concept_code: "attendance" measure: "count")");
  Define(item);
  requests::v1::DataRequest request = QuarterOf("", {"RLQ"});
  *request.mutable_lines(0) = Parse<requests::v1::RequestLine>(
      R"(described { display_name: "Arrivals" unit: "attendances" concept_code: "attendance"
                     measure: "count" definition_text: "Those who arrive."
                     dimensions { code: "DEPARTMENT" values: "Type1" } })");
  const std::string name = Issued(request);
  EXPECT_THAT(Now(name).issue().line_items(), ElementsAre("attendances"));
  // The first of equal meaning, in order of code.
  item.set_code("arrivals");
  Define(item);
  const Given given = Read(name);
  ASSERT_THAT(given.cells, SizeIs(1));
  EXPECT_EQ(given.cells[0].reference().item(), "attendances");
  EXPECT_EQ(given.cells[0].millionths(), 600 * kOne);
}

TEST_F(ReadAnswerTest, AWatchGivesARevisionOnce) {
  SendQuarter();
  requests::v1::DataRequest request = QuarterOf("attendances", {"Q12", "RCF"});
  request.set_standing(true);
  const std::string name = Issued(request);
  WatchAnswer watch(parts(), ReaderOf("X24"), name, ingestion().LastSequence());
  EXPECT_THAT(Step(&watch, ingestion().LastSequence()), SizeIs(0));
  Send("RLQ", "2025-01", 150, 10, 20);
  Send("RLQ", "2025-01", 160, 10, 20);
  Send("RLQ", "2024-01", 1, 1, 1);
  // RCF's figures are not made of RLQ's return.
  const auto cells = Step(&watch, ingestion().LastSequence());
  ASSERT_THAT(cells, SizeIs(2));
  EXPECT_EQ(cells[1].organisation(), "Q12");
  EXPECT_EQ(cells[1].millionths(), 6660 * kOne);
  EXPECT_EQ(watch.at(), ingestion().LastSequence());
  EXPECT_THAT(Step(&watch, ingestion().LastSequence()), SizeIs(0));
}

TEST_F(ReadAnswerTest, AWatchFromLongAgoGoesOnInSteps) {
  SendQuarter();
  requests::v1::DataRequest request = QuarterOf("attendances", {"Q12"});
  request.set_standing(true);
  const std::string name = Issued(request);
  const uint64_t begin = ingestion().LastSequence();
  Send("RLQ", "2025-01", 150, 10, 20);
  Send("RLQ", "2024-01", 1, 1, 1);
  Send("RLQ", "2024-02", 1, 1, 1);
  Send("RLQ", "2025-02", 160, 10, 20);
  const uint64_t newest = ingestion().LastSequence();
  ASSERT_EQ(newest, begin + 4);
  WatchAnswer watch(parts(), ReaderOf("X24"), name, begin, /*entries_a_step=*/2);
  // The quarter's figures, of two departments.
  EXPECT_THAT(Step(&watch, newest), SizeIs(2));
  EXPECT_EQ(watch.at(), begin + 2);
  EXPECT_THAT(Step(&watch, newest), SizeIs(2));
  EXPECT_EQ(watch.at(), newest);
  EXPECT_THAT(Step(&watch, newest), SizeIs(0));
}

TEST_F(ReadAnswerTest, OnlyAStandingRequestIsWatched) {
  SendQuarter();
  const std::string name = Issued(QuarterOf("attendances", {"Q12"}));
  WatchAnswer watch(parts(), ReaderOf("X24"), name, 0);
  const auto ignore = [](const requests::v1::StreamAnswerResponse&) { return absl::OkStatus(); };
  EXPECT_THAT(watch.Step(ingestion().LastSequence(), ignore), HasReason(Reason::kRequestState));
}

TEST_F(ReadAnswerTest, ActionsAreCountedByRequestAndListed) {
  SendQuarter();
  const std::string name = Issued(QuarterOf("attendances", {"Q12"}));
  requests::v1::Action action;
  action.set_request(name);
  action.add_items("attendances");
  action.set_text("a second triage bay was opened");
  const auto first = Record(action);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->action.name(), absl::StrCat(name, "/actions/1"));
  EXPECT_EQ(first->action.product(), "Beds monthly");
  EXPECT_EQ(first->action.purpose(), common::v1::PURPOSE_ACCOUNTABILITY_TO_PARLIAMENT);
  EXPECT_TRUE(first->action.has_time());
  const uint64_t then = ingestion().LastSequence();
  EXPECT_EQ(Record(action)->action.name(), absl::StrCat(name, "/actions/2"));
  EXPECT_THAT(ListActions(ingestion().store(), name, then, "", 10)->rows, SizeIs(1));
  const auto page = ListActions(ingestion().store(), "", ingestion().LastSequence(), "", 1);
  ASSERT_THAT(page, IsOk());
  ASSERT_THAT(page->rows, SizeIs(1));
  const auto next =
      ListActions(ingestion().store(), "", ingestion().LastSequence(), page->after, 1);
  ASSERT_THAT(next->rows, SizeIs(1));
  EXPECT_EQ(next->rows[0].name(), absl::StrCat(name, "/actions/2"));
  EXPECT_TRUE(next->after.empty());
  EXPECT_EQ(UsageOf("attendances").actions(), 2u);
  EXPECT_THAT(Record(action, "X30"), HasReason(Reason::kOrgScope));
  action.set_items(0, "deaths");
  EXPECT_THAT(Record(action), HasReason(Reason::kFieldInvalid));
}

}  // namespace
}  // namespace onereturn::ingestion

// What nobody collects yet: the home that issuing makes for it.
#include "services/ingestion/app/requests/matching/new_home.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/catalogue/read_catalogue.h"
#include "services/ingestion/app/requests/testing/issue_world.h"
#include "services/ingestion/definitions/minutes_messages.h"
#include "services/ingestion/store/catalogue_table.h"

namespace onereturn::ingestion {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::SizeIs;

class NewHomeTest : public ::testing::Test, protected IssueWorld {
 protected:
  static requests::v1::DataRequest AskingAnew() {
    requests::v1::DataRequest draft = Asking({}, {"RLQ", "RCF"});
    *draft.add_lines() = Parse<requests::v1::RequestLine>(R"(
        described { display_name: "Corridor care" unit: "patients"
                    definition_text: "Those who were cared for in a corridor for over an hour."
                    additive_over_organisations: true additive_over_time: true }
        estimated_minutes { gathering: 25 })");
    draft.add_lines()->set_item("admissions");
    *draft.add_lines() = Parse<requests::v1::RequestLine>(R"(
        described { display_name: "Ambulance queue" unit: "vehicles"
                    definition_text: "Longest queue outside, by its end."
                    dimensions { code: "ward" values: "north" values: "south" } }
        new_item: "queue")");
    return draft;
  }
  absl::StatusOr<catalogue::v1::Collection> CollectionOf(const std::string& code) {
    return GetDefinition<catalogue::v1::Collection>(ingestion().store(),
                                                    DefinitionKind::kCollection, "collections/",
                                                    absl::StrCat("collections/", code), kNewest);
  }
  // "Q1000" and those after it, beside the last fact: to define each takes long, and is not what is
  // tested.
  std::vector<std::string> ManyProviders(int count) {
    std::vector<std::string> codes;
    auto written = std::make_shared<std::promise<absl::Status>>();
    PlainWrite rows;
    for (int i = 0; i < count; ++i) {
      codes.push_back(absl::StrCat("Q", 1'000 + i));
      PutDefinition(DefinitionKind::kOrganisation, codes.back(), ingestion().LastSequence(),
                    SmallProvider(codes.back()).SerializeAsString(), &rows.batch);
    }
    rows.done = [written](absl::Status status) { written->set_value(std::move(status)); };
    ONERETURN_CHECK(ingestion().committer().Write(std::move(rows)).ok());
    ONERETURN_CHECK(written->get_future().get().ok());
    return codes;
  }
  absl::StatusOr<catalogue::v1::DataItem> ItemOf(const std::string& code) {
    return GetDefinition<catalogue::v1::DataItem>(ingestion().store(), DefinitionKind::kItem,
                                                  "items/", absl::StrCat("items/", code), kNewest);
  }
};

// By hand: of the new collection 40 minutes a return, and 25 and 15 of its items; of Acute 130.
TEST_F(NewHomeTest, NewItemsGetACollectionOfTheAskedPeriods) {
  const std::string name = Issued(AskingAnew());
  const requests::v1::IssueStatement statement = Now(name).issue();
  EXPECT_EQ(statement.new_collection(), "R001-00");
  EXPECT_THAT(statement.new_items(), ElementsAre("r001_00_1", "queue"));
  EXPECT_EQ(statement.obligations(), 8u);
  EXPECT_EQ(AccountAt(name, "RLQ"), "0 0 420 0");
  EXPECT_EQ(MinutesOf(statement.outstanding()).Total(), 840u);
  const auto home = CollectionOf("R001-00");
  ASSERT_THAT(home, IsOk());
  EXPECT_EQ(home->valid_from_period(), "2025-04");
  EXPECT_EQ(home->retired_from_period(), "2025-06");
  EXPECT_EQ(home->owner(), "X24");
  EXPECT_EQ(home->request(), name);
  const auto item = ItemOf("r001_00_1");
  ASSERT_THAT(item, IsOk());
  EXPECT_EQ(item->display_name(), "Corridor care");
  EXPECT_EQ(item->review_date(), "2026-03-31");
}

TEST_F(NewHomeTest, ItsReturnIsTakenOfWhoOwesIt) {
  const std::string name = Issued(AskingAnew());
  ReturnSubmission sent;
  sent.origin = ingestion().FreshOrigin();
  sent.collection = "R001-00";
  sent.period = "2025-04";
  sent.status = returns::v1::REVISION_STATUS_FINAL;
  sent.submission.organisation = "RLQ";
  Cell corridor;
  corridor.item = "r001_00_1";
  corridor.value = Decimal::Parse("12").value();
  sent.submission.cells.push_back(corridor);
  for (const char* ward : {"north", "south"}) {
    Cell queue;
    queue.item = "queue";
    queue.dimensions = {{"ward", ward}};
    queue.value = Decimal::Parse("3").value();
    sent.submission.cells.push_back(queue);
  }
  ReturnSubmission late = sent;
  const auto answer = ingestion().Submit(std::move(sent));
  ASSERT_THAT(answer, IsOk());
  ASSERT_TRUE(answer->accepted.has_value());
  EXPECT_EQ(AccountAt(name, "RLQ"), "80 0 340 0");
  // Nobody asked for June.
  late.origin = ingestion().FreshOrigin();
  late.period = "2025-06";
  EXPECT_FALSE(ingestion().Submit(std::move(late)).ok());
  // Who asks for the same words now gets what is there.
  requests::v1::DataRequest again = AskingAnew();
  again.clear_lines();
  again.add_lines()->set_item("queue");
  again.clear_organisations();
  again.add_organisations("RLQ");
  again.set_to_period("2025-04");
  EXPECT_EQ(Now(Issued(again)).issue().sources(), 1u);
}

// It is 15 June 2025.
TEST_F(NewHomeTest, AMonthIsTakenOnceItIsOver) {
  requests::v1::DataRequest draft = AskingAnew();
  draft.clear_lines();
  *draft.add_lines() = AskingAnew().lines(0);
  draft.set_to_period("2025-07");
  const std::string name = Issued(draft);
  const auto send = [this](const std::string& period) {
    return Send("R001-00", "RLQ", period, {{"r001_00_1", 12}});
  };
  EXPECT_THAT(send("2025-05"), IsOk());
  const auto early = send("2025-06");
  ASSERT_THAT(early, HasReason(Reason::kPeriodNotOpen));
  EXPECT_THAT(std::string(early.status().message()), HasSubstr("ends on 2025-06-30"));
  // Before it has begun it is told the same: not to come back on its first day.
  const auto too_early = send("2025-07");
  ASSERT_THAT(too_early, HasReason(Reason::kPeriodNotOpen));
  EXPECT_THAT(std::string(too_early.status().message()), HasSubstr("ends on 2025-07-31"));
  ingestion().clock().Set(ParseTimestamp("2025-06-30T22:59:59Z").value());
  EXPECT_THAT(send("2025-06"), HasReason(Reason::kPeriodNotOpen));
  ingestion().clock().Set(ParseTimestamp("2025-06-30T23:00:01Z").value());  // July in London.
  EXPECT_THAT(send("2025-06"), IsOk());
}

// Weeks of an item that is held by month.
TEST_F(NewHomeTest, AFinerViewIsAnItemOfItsOwn) {
  for (const char* month : {"2025-04", "2025-05"}) {
    ASSERT_THAT(Send("Acute", "RLQ", month, {{"admissions", 40}, {"wards", 3}}), IsOk());
  }
  requests::v1::DataRequest weeks = Asking({"admissions", "wards"}, {"RLQ"});
  weeks.set_from_period("2025-W19");
  weeks.set_to_period("2025-W20");
  const std::string name = Issued(weeks);
  EXPECT_EQ(Now(name).issue().match().change_class(), requests::v1::CHANGE_CLASS_NEW_DETAIL);
  EXPECT_THAT(Now(name).issue().new_items(), ElementsAre("r001_00_1", "r001_00_2"));
  EXPECT_THAT(ObligationsAt(name),
              ElementsAre("RLQ R001-00 2025-W19 OUTSTANDING", "RLQ R001-00 2025-W20 OUTSTANDING"));
  // 40 a return, and 15 of each item.
  EXPECT_EQ(AccountAt(name, "RLQ"), "0 0 140 0");
  const auto item = ItemOf("r001_00_2");
  ASSERT_THAT(item, IsOk());
  EXPECT_EQ(item->display_name(), "Item wards, as asked by request 001-00");
  EXPECT_TRUE(item->additive_over_time());
  ASSERT_THAT(Send("R001-00", "RLQ", "2025-W19", {{"r001_00_1", 9}, {"r001_00_2", 1}}), IsOk());
  EXPECT_EQ(AccountAt(name, "RLQ"), "70 0 70 0");
}

// Who asks for the same weeks gets what is there, and what is missing is asked for once.
TEST_F(NewHomeTest, AFinerViewThatIsAskedAgainIsTheItemThatWasMadeOfIt) {
  for (const char* month : {"2025-04", "2025-05"}) {
    ASSERT_THAT(Send("Acute", "RLQ", month, {{"admissions", 40}, {"wards", 3}}), IsOk());
  }
  requests::v1::DataRequest weeks = Asking({"wards"}, {"RLQ"});
  weeks.set_from_period("2025-W19");
  weeks.set_to_period("2025-W20");
  Issued(weeks);
  const auto item = ItemOf("r001_00_1");
  ASSERT_THAT(item, IsOk());
  EXPECT_EQ(item->refines(), "wards");
  ASSERT_THAT(Send("R001-00", "RLQ", "2025-W19", {{"r001_00_1", 9}}), IsOk());
  const requests::v1::IssueStatement again = Now(Issued(weeks)).issue();
  EXPECT_THAT(again.line_items(), ElementsAre("r001_00_1"));
  EXPECT_THAT(again.new_items(), SizeIs(0));
  EXPECT_EQ(again.sources(), 1u);
  EXPECT_EQ(again.match().change_class(), requests::v1::CHANGE_CLASS_NONE);
}

// Nothing like it is known.
TEST_F(NewHomeTest, ANewItemThatIsNoViewRefinesNothing) {
  Issued(AskingAnew());
  EXPECT_EQ(ItemOf("r001_00_1")->refines(), "");
}

// Of a described line, which says nothing of either.
TEST_F(NewHomeTest, AFinerViewShowsNoMoreAndToNobodyElse) {
  catalogue::v1::DataItem deaths = SmallItem("deaths");
  deaths.set_additive_over_organisations(true);
  deaths.set_additive_over_time(true);
  *deaths.mutable_meaning() =
      Parse<catalogue::v1::ItemMeaning>(R"(concept_code: "death" measure: "count")");
  *deaths.mutable_disclosure() = Parse<catalogue::v1::Disclosure>(
      R"(suppressed_to: 7 rounded_to: 5 rule: "1 to 7 are not shown")");
  *deaths.add_reuse_rights() =
      Parse<catalogue::v1::ReuseRight>(R"(body: "X24" terms: "for wards alone")");
  Define(deaths);
  Define(SmallCollection("Deaths", {"deaths"}));
  for (const char* month : {"2025-04", "2025-05"}) {
    ASSERT_THAT(Send("Deaths", "RLQ", month, {{"deaths", 9}}), IsOk());
  }
  requests::v1::DataRequest by_ward = Asking({}, {"RLQ"});
  *by_ward.add_lines() = Parse<requests::v1::RequestLine>(R"(
      described { display_name: "Deaths by ward" unit: "patients" concept_code: "death"
                  measure: "count" definition_text: "Who died, by the ward."
                  dimensions { code: "ward" values: "north" values: "south" }
                  additive_over_organisations: true additive_over_time: true })");
  const std::string name = Issued(by_ward);
  EXPECT_EQ(Now(name).issue().match().change_class(), requests::v1::CHANGE_CLASS_NEW_DETAIL);
  ASSERT_THAT(Now(name).issue().new_items(), ElementsAre("r001_00_1"));
  const auto finer = ItemOf("r001_00_1");
  ASSERT_THAT(finer, IsOk());
  EXPECT_EQ(finer->display_name(), "Deaths by ward");
  EXPECT_EQ(finer->disclosure().suppressed_to(), 7u);
  EXPECT_EQ(finer->disclosure().rounded_to(), 5u);
  EXPECT_EQ(finer->disclosure().rule(), "1 to 7 are not shown");
  ASSERT_THAT(finer->reuse_rights(), SizeIs(1));
  EXPECT_EQ(finer->reuse_rights(0).body(), "X24");
  EXPECT_EQ(finer->reuse_rights(0).terms(), "for wards alone");
}

// One is held as it is, of the other a dimension is left out that does not add up.
TEST_F(NewHomeTest, TheLineWithoutAHomeIsTheOneThatGetsIt) {
  catalogue::v1::DataItem item = SmallItem("staff");
  *item.add_dimensions() = Parse<catalogue::v1::Dimension>(R"(
      code: "grade" display_name: "Grade" values { code: "all" display_name: "All" }
      values { code: "senior" display_name: "Senior" })");
  Define(item);
  Define(SmallCollection("Staff", {"staff"}));
  requests::v1::DataRequest draft = Asking({"staff", "staff"}, {"RLQ"});
  draft.mutable_lines(1)->set_detail(requests::v1::DETAIL_BY_DIMENSIONS);
  draft.mutable_lines(1)->mutable_estimated_minutes()->set_gathering(33);
  const std::string name = Issued(draft);
  EXPECT_THAT(Now(name).issue().new_items(), ElementsAre("r001_00_2"));
  const auto made = ItemOf("r001_00_2");
  ASSERT_THAT(made, IsOk());
  EXPECT_THAT(made->dimensions(), SizeIs(0));
  EXPECT_EQ(AccountAt(name, "RLQ"), absl::StrCat("0 0 ", 2 * (40 + 33), " 0"));
}

// By grade and by site are two figures; who asks by grade again asks for the first.
TEST_F(NewHomeTest, LinesOfOneItemInAnotherDetailGetItemsOfTheirOwn) {
  catalogue::v1::DataItem item = SmallItem("staff");
  for (const char* code : {"grade", "site"}) {
    catalogue::v1::Dimension* dimension = item.add_dimensions();
    *dimension = Parse<catalogue::v1::Dimension>(R"(
        display_name: "Dimension" values { code: "all" display_name: "All" })");
    dimension->set_code(code);
  }
  Define(item);
  Define(SmallCollection("Staff", {"staff"}));
  requests::v1::DataRequest draft = Asking({"staff", "staff", "staff"}, {"RLQ"});
  for (int line = 0; line < 3; ++line) {
    draft.mutable_lines(line)->set_detail(requests::v1::DETAIL_BY_DIMENSIONS);
    draft.mutable_lines(line)->add_dimensions()->set_code(line == 1 ? "site" : "grade");
    draft.mutable_lines(line)->mutable_estimated_minutes()->set_gathering(7);
  }
  const std::string name = Issued(draft);
  const requests::v1::IssueStatement statement = Now(name).issue();
  EXPECT_THAT(statement.new_items(), ElementsAre("r001_00_1", "r001_00_2"));
  EXPECT_THAT(statement.line_items(), ElementsAre("r001_00_1", "r001_00_2", "r001_00_1"));
  ASSERT_THAT(ItemOf("r001_00_2"), IsOk());
  EXPECT_EQ(ItemOf("r001_00_1")->dimensions(0).code(), "grade");
  EXPECT_EQ(ItemOf("r001_00_2")->dimensions(0).code(), "site");
  EXPECT_EQ(AccountAt(name, "RLQ"), absl::StrCat("0 0 ", 2 * (40 + 7 + 7), " 0"));
}

// Of an item that begins within the periods, and that nobody collects: one name throughout.
TEST_F(NewHomeTest, AnItemThatBeginsWithinThePeriodsIsMadeOnce) {
  catalogue::v1::DataItem item = SmallItem("trolleys");
  item.set_valid_from_period("2025-05");
  Define(item);
  const std::string name = Issued(Asking({"trolleys"}, {"RLQ"}));
  EXPECT_THAT(Now(name).issue().new_items(), ElementsAre("r001_00_1"));
  ASSERT_THAT(ItemOf("r001_00_1"), IsOk());
  EXPECT_EQ(ItemOf("r001_00_1")->unit(), "patients");
  EXPECT_EQ(Now(name).issue().obligations(), 2u);
}

TEST_F(NewHomeTest, FactsStayWithinAnEntryHoweverManyAreAsked) {
  const std::vector<std::string> codes = ManyProviders(2'000);
  requests::v1::DataRequest draft = AskingAnew();
  draft.clear_organisations();
  for (const std::string& code : codes) draft.add_organisations(code);
  const std::string name = Issued(draft);
  EXPECT_EQ(Now(name).issue().obligations(), 8'000u);
  size_t parts = 0;
  for (const feed::v1::Entry& entry : EntriesOf(feed::v1::ENTRY_KIND_OBLIGATIONS_CREATED)) {
    EXPECT_LT(entry.ByteSizeLong(), 65'536u);
    ++parts;
  }
  EXPECT_EQ(Now(name).issue().obligation_parts(), parts);
  for (const feed::v1::Entry& entry : EntriesOf(feed::v1::ENTRY_KIND_REQUEST_ISSUED)) {
    EXPECT_LT(entry.ByteSizeLong(), 65'536u);
  }
  EXPECT_EQ(AccountAt(name, "Q2999"), "0 0 420 0");
}

}  // namespace
}  // namespace onereturn::ingestion

// A line of which some is collected already and some by nobody: refused, and asked apart it is
// given whole.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/requests/answers/read_answer.h"
#include "services/ingestion/app/requests/answers/watch_answer.h"
#include "services/ingestion/app/requests/testing/issue_world.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class SplitLinesTest : public IssueWorld, public ::testing::Test {
 protected:
  SplitLinesTest() {
    catalogue::v1::DataItem vacancies = SmallItem("vacancies");
    vacancies.set_additive_over_organisations(true);
    Define(vacancies);
  }

  // The home of vacancies, which begins with May.
  static catalogue::v1::Collection Later() {
    catalogue::v1::Collection later = SmallCollection("Later", {"vacancies"});
    later.set_valid_from_period("2025-05");
    return later;
  }
  static requests::v1::DataRequest AskingFor(const std::string& from, const std::string& to,
                                             const std::vector<std::string>& organisations) {
    requests::v1::DataRequest request = Asking({"vacancies"}, organisations);
    request.set_from_period(from);
    request.set_to_period(to);
    return request;
  }
  AnswerParts parts() {
    return AnswerParts{&ingestion().store(), &ingestion().committer(), &matching_on_the_store(),
                       &uses_, &item_uses_};
  }

  struct Given {
    std::vector<requests::v1::AnswerCell> cells;
    requests::v1::AnswerEnd end;
  };
  static void Take(const requests::v1::StreamAnswerResponse& message, Given* given) {
    given->cells.insert(given->cells.end(), message.cells().begin(), message.cells().end());
    if (message.has_end()) given->end = message.end();
  }
  Given Read(const std::string& name) {
    Given given;
    EXPECT_THAT(ReadAnswer(parts(), reader_, name, {ingestion().LastSequence(), "here"},
                           [&given](const requests::v1::StreamAnswerResponse& message) {
                             Take(message, &given);
                             return absl::OkStatus();
                           }),
                IsOk());
    return given;
  }
  static std::string SaidOfLine(const absl::Status& status) {
    const std::optional<ErrorDetails> details = DetailsOf(status);
    if (!details.has_value() || details->fields.size() != 1) return status.ToString();
    EXPECT_EQ(details->reason, Reason::kFieldInvalid);
    EXPECT_EQ(details->fields[0].field, "data_request.lines[0]");
    return details->fields[0].description;
  }

  const AnswerReader reader_{OrganisationScope::Only("X24"), "X24"};

 private:
  ReturnUses uses_{&ingestion().store(), &ingestion().committer(), &ingestion().clock()};
  ItemUses item_uses_{&ingestion().store(), &ingestion().committer(), &ingestion().clock()};
};

TEST_F(SplitLinesTest, PeriodsBeforeItsHomeBeginsAreAskedApart) {
  Define(Later());
  ASSERT_THAT(Send("Later", "RLQ", "2025-05", {{"vacancies", 12}}), IsOk());
  EXPECT_EQ(
      SaidOfLine(RequestsWorld::Draft(AskingFor("2025-04", "2025-05", {"RLQ"})).status()),
      "vacancies is collected for 2025-05 and by no return for 2025-04: ask for it for 2025-04 "
      "in a request of its own, in which it is a new figure");

  const std::string held = Issued(AskingFor("2025-05", "2025-05", {"RLQ"}));
  const Given may = Read(held);
  ASSERT_THAT(may.cells, SizeIs(1));
  EXPECT_EQ(may.cells[0].millionths(), 12 * 1'000'000);
  EXPECT_EQ(may.end.sources(), 1u);
  EXPECT_EQ(may.end.sources_digest(), Now(held).issue().sources_digest());

  requests::v1::DataRequest rest = AskingFor("2025-04", "2025-04", {"RLQ"});
  rest.set_standing(true);
  const std::string asked = Issued(rest);
  EXPECT_THAT(Now(asked).issue().line_items(), ElementsAre("r002_00_1"));
  const Given before = Read(asked);
  EXPECT_THAT(before.cells, IsEmpty());
  EXPECT_EQ(before.end.sources_digest(), Now(asked).issue().sources_digest());
  WatchAnswer watch(parts(), reader_, asked, ingestion().LastSequence());
  ASSERT_THAT(Send("R002-00", "RLQ", "2025-04", {{"r002_00_1", 7}}), IsOk());
  Given watched;
  ASSERT_THAT(watch.Step(ingestion().LastSequence(),
                         [&](const requests::v1::StreamAnswerResponse& message) {
                           Take(message, &watched);
                           return absl::OkStatus();
                         }),
              IsOk());
  ASSERT_THAT(watched.cells, SizeIs(1));
  EXPECT_EQ(watched.cells[0].millionths(), 7 * 1'000'000);
  EXPECT_NE(Read(asked).end.sources_digest(), Now(asked).issue().sources_digest());

  // What was made for April is no home of both months.
  EXPECT_THAT(SaidOfLine(RequestsWorld::Draft(AskingFor("2025-04", "2025-05", {"RLQ"})).status()),
              HasSubstr("and by no return for 2025-04"));
}

TEST_F(SplitLinesTest, OrganisationsThatNobodyCollectsItFromAreAskedApart) {
  Define(Parse<catalogue::v1::Organisation>(
      R"(code: "Q12" display_name: "ICB" type: ORGANISATION_TYPE_ICB)"));
  Define(Parse<catalogue::v1::Organisation>(
      R"(code: "RBB" display_name: "Trust" type: ORGANISATION_TYPE_PROVIDER
         relationships { kind: RELATIONSHIP_KIND_PROVIDER_TO_ICB parent: "Q12"
                         from_date: "2020-04-01" lead: true })"));
  catalogue::v1::Collection framed = SmallCollection("Framed", {"vacancies"});
  for (const char* code : {"RLQ", "Q12"}) {
    catalogue::v1::Frame* frame = framed.add_frames();
    frame->set_organisation(code);
    frame->set_from_period("2025-01");
  }
  Define(framed);
  ASSERT_THAT(Send("Framed", "RLQ", "2025-05", {{"vacancies", 12}}), IsOk());
  ASSERT_THAT(Send("Framed", "Q12", "2025-05", {{"vacancies", 30}}), IsOk());
  EXPECT_EQ(
      SaidOfLine(RequestsWorld::Draft(AskingFor("2025-05", "2025-05", {"RLQ", "RBB"})).status()),
      "vacancies is collected from RLQ and by no return of their own from RBB: ask for it from RBB "
      "in a request of its own, in which it is a new figure");
  EXPECT_THAT(RequestsWorld::Draft(AskingFor("2025-05", "2025-05", {"RBB"})), IsOk());
  EXPECT_THAT(RequestsWorld::Draft(AskingFor("2025-05", "2025-05", {"RLQ"})), IsOk());
}

TEST_F(SplitLinesTest, WhatIsSplitAfterItWasApprovedIsNeitherMatchedNorIssued) {
  const std::string name = Approved(AskingFor("2025-04", "2025-05", {"RLQ"}));
  Define(Later());
  EXPECT_THAT(SaidOfLine(Issue(name).status()),
              HasSubstr("is collected for 2025-05 and by no return for 2025-04"));
  EXPECT_THAT(SaidOfLine(Match(name).status()), HasSubstr("by no return for 2025-04"));
}

}  // namespace
}  // namespace onereturn::ingestion

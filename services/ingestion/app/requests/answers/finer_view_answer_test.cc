// A line that asks for a finer view of its item, once it was issued.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/requests/testing/answer_world.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

class FinerViewAnswerTest : public AnswerWorld, public ::testing::Test {};

// Asked as it is held, the finer view is given in the dimensions of the item that was named.
TEST_F(FinerViewAnswerTest, ALineIsAnsweredByItWhateverIsMadeLater) {
  catalogue::v1::DataItem view = Attendances();
  view.set_code("b_weekly");
  view.set_refines("attendances");
  *view.add_dimensions() = Parse<catalogue::v1::Dimension>(
      R"(code: "age" display_name: "Age" adds_up: true
         values { code: "old" display_name: "Old" } values { code: "young" display_name: "Young" })");
  Define(view);
  catalogue::v1::Collection weekly = SmallCollection("Weekly", {"b_weekly"});
  weekly.set_period_kind(catalogue::v1::PERIOD_KIND_WEEK);
  Define(weekly);
  ReturnSubmission sent;
  sent.origin = ingestion().FreshOrigin();
  sent.collection = "Weekly";
  sent.period = "2025-W10";
  sent.submission.organisation = "RLQ";
  int figure = 0;
  for (const char* age : {"old", "young"}) {
    for (const char* department : {"other", "type1"}) {
      Cell cell = CellOf("b_weekly", "", ++figure);
      cell.dimensions = {{"age", age}, {"department", department}};
      sent.submission.cells.push_back(cell);
    }
  }
  ASSERT_THAT(ingestion().Submit(std::move(sent)), IsOk());
  requests::v1::DataRequest request = QuarterOf("attendances", {"RLQ"});
  request.set_from_period("2025-W10");
  request.set_to_period("2025-W10");
  const std::string name = Issued(request);
  EXPECT_THAT(Now(name).issue().line_items(), ElementsAre("b_weekly"));
  // One that would be taken before it.
  view.set_code("a_weekly");
  Define(view);
  weekly.set_code("Another");
  weekly.set_items(0, "a_weekly");
  Define(weekly);
  const Given given = Read(name);
  ASSERT_THAT(given.cells, SizeIs(2));
  for (const requests::v1::AnswerCell& cell : given.cells) {
    EXPECT_EQ(cell.reference().item(), "b_weekly");
    EXPECT_THAT(cell.reference().dimensions(), SizeIs(1));
  }
  // 1 + 3 of other departments, 2 + 4 of type 1.
  EXPECT_EQ(given.cells[0].millionths(), 4 * 1'000'000);
  EXPECT_EQ(given.cells[1].millionths(), 6 * 1'000'000);
}

}  // namespace
}  // namespace onereturn::ingestion

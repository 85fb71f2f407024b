// However much is said about a request, nobody who still has to say something is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/requests/register/consultation.h"
#include "services/ingestion/app/requests/testing/requests_world.h"

namespace onereturn::ingestion {
namespace {

using catalogue::v1::OPINION_AGREE;
using catalogue::v1::OPINION_COMMENT;
using catalogue::v1::OPINION_OBJECT;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Something is asked of RLQ, whose region is Y63; RCF is consulted.
class ManyRepliesTest : public ::testing::Test, protected RequestsWorld {
 protected:
  ManyRepliesTest() {
    matching().Tell(R"(summary { change_class: CHANGE_CLASS_EXISTING_ITEMS parts: 1 }
                       gaps { collection: "SitRep" organisations: "RLQ" periods: "2025-04" })");
    requests::v1::DataRequest draft = Draft();
    draft.add_consultees("RCF");
    name_ = Draft(draft, "X24")->request.name();
    ONERETURN_CHECK(Match(name_).ok());
  }
  using RequestsWorld::Draft;

  void Comment(int times) {
    for (int i = 0; i < times; ++i) {
      ASSERT_THAT(Reply(name_, "RCF", false, OPINION_COMMENT), IsOk()) << i;
    }
  }

  std::string name_;
};

TEST_F(ManyRepliesTest, ARegionIsNeverLockedOut) {
  ASSERT_THAT(Reply(name_, "Y63", true, OPINION_OBJECT), IsOk());
  ASSERT_THAT(Reply(name_, "Y63", true, OPINION_COMMENT), IsOk());
  Comment(205);
  requests::v1::DataRequest now = Now(name_);
  EXPECT_EQ(now.replies_size(), 200);
  // Its objection is as old as anything, and stands.
  EXPECT_THAT(Replies(now).objecting(), ElementsAre("Y63"));
  EXPECT_TRUE(Replies(now).Replied("RCF"));
  ASSERT_THAT(Reply(name_, "Y63", true, OPINION_AGREE), IsOk());
  Comment(5);
  now = Now(name_);
  EXPECT_EQ(now.replies_size(), 200);
  EXPECT_THAT(Replies(now).objecting(), IsEmpty());
  EXPECT_TRUE(Replies(now).Filtered("Y63"));
  EXPECT_THAT(Close(name_), IsOk());
}

}  // namespace
}  // namespace onereturn::ingestion

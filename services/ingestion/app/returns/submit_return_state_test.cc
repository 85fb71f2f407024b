// The state that a submission is judged on, while the catalogue changes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "common/status/error.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/returns/submit_return.h"
#include "services/ingestion/app/testing/test_ingestion.h"

namespace onereturn::ingestion {
namespace {

class SubmitReturnStateTest : public ::testing::Test {
 protected:
  SubmitReturnStateTest() { ingestion_.Apply(EnglandOf({"RLQ", "RCF"})); }

  TestIngestion ingestion_;
};

// The end of RLQ and its return in one group: whichever the committer takes first, no return of a
// time after the end stands behind it.
TEST_F(SubmitReturnStateTest, AnOrganisationThatIsClosedBeforeTheCommitIsRefused) {
  for (const bool closed_first : {true, false}) {
    catalogue::v1::Organisation organisation =
        EnglandOf({closed_first ? "RLQ" : "RCF"}).organisations(0);
    organisation.set_close_date("2023-05-31");
    std::promise<absl::Status> defined;
    std::future<absl::StatusOr<ReturnAnswer>> answer;
    const auto close = [&] {
      ingestion_.Begin(ingestion_.FreshOrigin(), organisation,
                       [&defined](auto one) { defined.set_value(one.status()); });
    };
    {
      CommitterHold hold(&ingestion_.committer());
      if (closed_first) close();
      answer = ingestion_.BeginSubmit(ingestion_.AeReturn(organisation.code(), "2023-06"));
      if (!closed_first) close();
    }
    ASSERT_THAT(defined.get_future().get(), IsOk());
    if (closed_first) {
      EXPECT_THAT(answer.get(), HasReason(Reason::kOdsClosed));
    } else {
      EXPECT_THAT(answer.get(), IsOk());
    }
    EXPECT_THAT(ingestion_.Submit(ingestion_.AeReturn(organisation.code(), "2023-06")),
                HasReason(Reason::kOdsClosed));
  }
}

// What a submission is judged on is of the one state its writer looks at: had the collection been
// taken from a later one, a change between the two would pass the check at the commit.
TEST_F(SubmitReturnStateTest, TheCatalogueIsThatOfTheStateThatIsJudged) {
  const Snapshot before = ingestion_.store().TakeSnapshot();
  const uint64_t sequence = ingestion_.LastSequence();
  catalogue::v1::Organisation organisation = EnglandOf({"RLQ"}).organisations(0);
  organisation.set_close_date("2023-05-31");
  ASSERT_THAT(ingestion_.DefineOne(organisation), IsOk());
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(ingestion_.collections()
                  .Get(ingestion_.store().TakeSnapshot(), "MSitAE")
                  ->catalogue_sequence,
              ingestion_.LastSequence());
    EXPECT_EQ(ingestion_.collections().Get(before, "MSitAE")->catalogue_sequence, sequence);
  }
}

}  // namespace
}  // namespace onereturn::ingestion

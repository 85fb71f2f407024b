// The register as it is listed while the world goes on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/requests/read_requests.h"
#include "services/ingestion/app/requests/testing/issue_world.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ListRequestsTest : public ::testing::Test, protected IssueWorld {
 protected:
  std::vector<std::string> AskedOf(const std::string& organisation) {
    requests::v1::ListRequestsRequest request;
    request.set_asked_of(organisation);
    const auto page = ListDataRequests(ingestion().store(), data_requests().World(), request,
                                       ingestion().LastSequence(), "", 100);
    EXPECT_THAT(page, IsOk());
    std::vector<std::string> references;
    if (!page.ok()) return references;
    for (const auto& row : page->rows) references.push_back(row.reference());
    return references;
  }
};

TEST_F(ListRequestsTest, WhatCannotBeAskedAnyMoreHidesNothingElse) {
  ASSERT_THAT(Draft(Asking({"admissions"}, {"RCF", "RLQ"})), IsOk());
  ASSERT_THAT(Draft(Asking({"wards"}, {"RLQ"})), IsOk());
  EXPECT_THAT(AskedOf("RLQ"), ElementsAre("001-00", "002-00"));
  EXPECT_THAT(AskedOf("RCF"), ElementsAre("001-00"));
  // Closed before the periods that are asked: the first cannot be asked of anybody as it is.
  Define(Parse<catalogue::v1::Organisation>(
      R"(code: "RCF" display_name: "Trust" type: ORGANISATION_TYPE_PROVIDER
         close_date: "2025-03-31"
         relationships { kind: RELATIONSHIP_KIND_PROVIDER_TO_REGION parent: "Y62"
                         from_date: "2020-04-01" lead: true })"));
  EXPECT_THAT(AskedOf("RLQ"), ElementsAre("002-00"));
  EXPECT_THAT(AskedOf("RCF"), IsEmpty());
  EXPECT_THAT(AskedOf(""), ElementsAre("001-00", "002-00"));
}

}  // namespace
}  // namespace onereturn::ingestion

// Pages of the register: each looks at so many requests and no more.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/requests/register/read_requests.h"
#include "services/ingestion/app/requests/testing/issue_world.h"
#include "services/ingestion/app/requests/testing/requests_world.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr int kRequests = 450;

class ListRequestsTest : public ::testing::Test, protected RequestsWorld {
 protected:
  // All are asked of RCF, the last one of RLQ too.
  ListRequestsTest() {
    requests::v1::DataRequest draft = Draft();
    draft.clear_organisations();
    draft.add_organisations("RCF");
    for (int i = 1; i < kRequests; ++i) ONERETURN_CHECK(Draft(draft, "X24").ok());
    draft.add_organisations("RLQ");
    ONERETURN_CHECK(Draft(draft, "X24").ok());
  }
  using RequestsWorld::Draft;

  PageOf<requests::v1::DataRequest> PageAfter(const std::string& after, const std::string& whom) {
    requests::v1::ListRequestsRequest list;
    list.set_asked_of(whom);
    return ListDataRequests(ingestion().store(), data_requests().World(), list, kNewest, after, 20)
        .value();
  }
};

TEST_F(ListRequestsTest, APageIsBoundedByWhatItLooksAt) {
  const int before = matching().pictures();
  const auto first = PageAfter("", "RLQ");
  EXPECT_THAT(first.rows, IsEmpty());
  EXPECT_EQ(first.after, "200");
  // Whom requests ask is looked up once a page, not once a request.
  EXPECT_EQ(matching().pictures(), before + 1);
  const auto second = PageAfter(first.after, "RLQ");
  EXPECT_THAT(second.rows, IsEmpty());
  const auto third = PageAfter(second.after, "RLQ");
  ASSERT_THAT(third.rows, SizeIs(1));
  EXPECT_EQ(third.rows[0].name(), "requests/450-00");
  EXPECT_EQ(third.after, "");
  EXPECT_THAT(PageAfter("", "RCF").rows, SizeIs(20));
}

class AskedOfTest : public ::testing::Test, protected IssueWorld {
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

TEST_F(AskedOfTest, WhatCannotBeAskedAnyMoreHidesNothingElse) {
  requests::v1::DataRequest selecting = Asking({"admissions"}, {});
  selecting.mutable_selector()->add_types(catalogue::v1::ORGANISATION_TYPE_PROVIDER);
  selecting.mutable_selector()->set_within("Y62");
  ASSERT_THAT(Draft(selecting), IsOk());
  ASSERT_THAT(Draft(Asking({"wards"}, {"RLQ"})), IsOk());
  EXPECT_THAT(AskedOf("RLQ"), ElementsAre("002-00"));
  EXPECT_THAT(AskedOf("RCF"), ElementsAre("001-00"));
  // Closed before the periods that are asked: the first chooses nobody.
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

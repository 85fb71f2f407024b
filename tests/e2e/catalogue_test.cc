// The catalogue as a system reads it: pages that stand at one position.
#include <gmock/gmock.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "onereturn/catalogue/v1/catalogue_service.grpc.pb.h"
#include "tests/e2e/demonstration.h"

namespace onereturn {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Not;
using ::testing::SizeIs;

class CatalogueTest : public DemonstrationTest {
 protected:
  template <typename Request, typename Response>
  using Method = grpc::Status (catalogue::v1::CatalogueService::Stub::*)(grpc::ClientContext*,
                                                                         const Request&, Response*);

  template <typename Request, typename Response>
  grpc::Status Call(Method<Request, Response> method, const Request& request, Response* response) {
    grpc::ClientContext context;
    return (stub_.get()->*method)(&context, request, response);
  }

  // The codes of all pages, each of `size`.
  template <typename Request, typename Response, typename Rows>
  std::vector<std::string> Codes(Method<Request, Response> method, int size, Rows rows) {
    std::vector<std::string> codes;
    Request request;
    request.set_page_size(size);
    std::string position;
    do {
      Response response;
      const grpc::Status status = Call(method, request, &response);
      EXPECT_TRUE(status.ok()) << status.error_message();
      EXPECT_LE(rows(response).size(), size);
      for (const auto& row : rows(response)) codes.push_back(row.code());
      if (position.empty()) position = response.position();
      EXPECT_EQ(response.position(), position);
      request.set_page_token(response.next_page_token());
    } while (!request.page_token().empty() && codes.size() < 1'000);
    EXPECT_TRUE(std::is_sorted(codes.begin(), codes.end()));
    return codes;
  }

  const std::unique_ptr<catalogue::v1::CatalogueService::Stub> stub_ =
      catalogue::v1::CatalogueService::NewStub(demo_.suite().Channel(kAnalyst, "ingestion"));
};

TEST_F(CatalogueTest, ItemsAndCollectionsAreListedInPages) {
  using Stub = catalogue::v1::CatalogueService::Stub;
  for (int size : {1, 4, 100}) {
    const std::vector<std::string> items =
        Codes<catalogue::v1::ListItemsRequest, catalogue::v1::ListItemsResponse>(
            &Stub::ListItems, size, [](const auto& page) { return page.items(); });
    EXPECT_THAT(items, SizeIs(44));
    EXPECT_THAT(items, IsSupersetOf({"ae_admissions_via_ae", "ae_attendances",
                                     "ae_other_emergency_admissions", "ae_over_four_hours",
                                     "ae_waits_four_to_twelve_hours", "ae_waits_over_twelve_hours",
                                     "cancer_total", "rtt_incomplete", "workforce_vacancies"}));
  }
  EXPECT_THAT((Codes<catalogue::v1::ListCollectionsRequest, catalogue::v1::ListCollectionsResponse>(
                  &Stub::ListCollections, 10, [](const auto& page) { return page.collections(); })),
              ElementsAre("COUNCIL-CARE", "CWT", "DM01", "KH03", "MSitAE", "PFR", "PWR", "RTT"));
  // 212 providers, 42 ICBs, 7 regions and England.
  EXPECT_THAT(
      (Codes<catalogue::v1::ListOrganisationsRequest, catalogue::v1::ListOrganisationsResponse>(
          &Stub::ListOrganisations, 100, [](const auto& page) { return page.organisations(); })),
      SizeIs(263));
}

TEST_F(CatalogueTest, AForgedPageTokenIsRefused) {
  catalogue::v1::ListItemsRequest request;
  request.set_page_token("forged");
  catalogue::v1::ListItemsResponse response;
  EXPECT_EQ(
      Call(&catalogue::v1::CatalogueService::Stub::ListItems, request, &response).error_code(),
      grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(CatalogueTest, OrganisationsOfAFileAreThoseThatItNames) {
  std::ofstream(File("named.csv")) << "organisation,period,item,department,booked,value\n"
                                      "RZZ98,2019-03,ae_attendances,type1,no,1\n"
                                      ",,,,,\n"
                                      "RLQ,2019-03,ae_attendances,type1,no,1\n"
                                      "\n";
  const std::vector<std::string> ask = {"catalogue",     "organisations-of", File("named.csv"),
                                        "--collection",  "MSitAE",           "--layout",
                                        "onereturn-long"};
  const ClientRun run = demo_.As(kSteward, ask);
  EXPECT_THAT(run, ExitedWith(0)) << "a row of commas names nobody";
  EXPECT_THAT(run.out, AllOf(HasSubstr("code: \"RZZ98\""), Not(HasSubstr("code: \"RLQ\""))));
  // What is no code is said, whatever is written.
  std::ofstream(File("named.csv"), std::ios::app) << "Total,2019-03,ae_attendances,type1,no,2\n";
  for (const char* form : {"--json", "--out"}) {
    std::vector<std::string> asked = ask;
    asked.push_back(form);
    if (asked.back() == "--out") asked.push_back(File("new.textproto"));
    const ClientRun told = demo_.As(kSteward, asked);
    EXPECT_THAT(told, ExitedWith(1));
    EXPECT_THAT(told.err, HasSubstr("Left out, no codes of organisations: Total")) << form;
  }
}

}  // namespace
}  // namespace onereturn

// A right that is given and taken away, over three processes: at once in ingestion, soon elsewhere.
#include <gmock/gmock.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>

#include "common/rpc/status_conversion.h"
#include "common/status/error.h"
#include "common/status/testing/status_matchers.h"
#include "onereturn/assessment/v1/assessment_service.grpc.pb.h"
#include "onereturn/catalogue/v1/catalogue_service.grpc.pb.h"
#include "onereturn/metrics/v1/metrics_service.grpc.pb.h"
#include "onereturn/rights/v1/rights_service.grpc.pb.h"
#include "tests/harness/deployment.h"

namespace onereturn {
namespace {

class RightsLagTest : public ::testing::Test {
 protected:
  RightsLagTest() : suite_(Deployment::Create().value()) {
    EXPECT_THAT(suite_->StartAll(), IsOk());
  }

  template <typename Service>
  std::unique_ptr<typename Service::Stub> As(absl::string_view persona,
                                             const std::string& service) {
    return Service::NewStub(suite_->Channel(persona, service));
  }
  template <typename Stub, typename Request, typename Response>
  absl::Status Call(Stub* stub,
                    grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    const Request& request, Response* response) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    context.set_wait_for_ready(true);
    return FromGrpcStatus((stub->*method)(&context, request, response));
  }
  // The newcomer's reads.
  absl::Status ReadsIngestion() {
    catalogue::v1::ListItemsResponse response;
    return Call(ingestion_.get(), &catalogue::v1::CatalogueService::Stub::ListItems,
                catalogue::v1::ListItemsRequest(), &response);
  }
  absl::Status ReadsMetrics() {
    metrics::v1::ListMetricsResponse response;
    return Call(metrics_.get(), &metrics::v1::MetricsService::Stub::ListMetrics,
                metrics::v1::ListMetricsRequest(), &response);
  }
  absl::Status ReadsAssessment() {
    assessment::v1::ListFrameworksResponse response;
    return Call(assessment_.get(), &assessment::v1::AssessmentService::Stub::ListFrameworks,
                assessment::v1::ListFrameworksRequest(), &response);
  }
  // How long until the read ends so; fails after 20 s.
  int64_t MillisUntil(const std::function<absl::Status()>& read, bool allowed) {
    const auto start = std::chrono::steady_clock::now();
    while (read().ok() != allowed) {
      if (std::chrono::steady_clock::now() - start > std::chrono::seconds(20)) {
        ADD_FAILURE() << "never " << (allowed ? "allowed" : "refused");
        break;
      }
    }
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                                 start)
        .count();
  }

  const std::unique_ptr<Deployment> suite_;
  const std::unique_ptr<catalogue::v1::CatalogueService::Stub> ingestion_ =
      As<catalogue::v1::CatalogueService>(kNewcomer, "ingestion");
  const std::unique_ptr<metrics::v1::MetricsService::Stub> metrics_ =
      As<metrics::v1::MetricsService>(kNewcomer, "metrics");
  const std::unique_ptr<assessment::v1::AssessmentService::Stub> assessment_ =
      As<assessment::v1::AssessmentService>(kNewcomer, "assessment");
};

TEST_F(RightsLagTest, AGrantAndItsRevocationReachEachService) {
  using Stub = rights::v1::RightsService::Stub;
  const auto first = As<rights::v1::RightsService>(kFirstOfficer, "ingestion");
  const auto second = As<rights::v1::RightsService>(kSecondOfficer, "ingestion");
  EXPECT_THAT(ReadsIngestion(), HasReason(Reason::kIdentityUnknown));
  EXPECT_THAT(ReadsMetrics(), HasReason(Reason::kIdentityUnknown));

  rights::v1::ProposeGrantRequest propose;
  propose.set_request_id("propose");
  propose.set_reason("covers the month");
  propose.mutable_grant()->set_principal(Deployment::SpiffeIdOf(kNewcomer));
  propose.mutable_grant()->set_role(rights::v1::ROLE_ANALYST);
  rights::v1::ProposeGrantResponse proposed;
  ASSERT_THAT(Call(first.get(), &Stub::ProposeGrant, propose, &proposed), IsOk());
  rights::v1::DecideGrantRequest decide;
  decide.set_request_id("decide");
  decide.set_name(proposed.grant().name());
  decide.set_approve(true);
  decide.set_reason("agreed");
  rights::v1::DecideGrantResponse decided;
  EXPECT_THAT(Call(first.get(), &Stub::DecideGrant, decide, &decided),
              HasReason(Reason::kSelfApproval));
  EXPECT_THAT(ReadsIngestion(), HasReason(Reason::kIdentityUnknown)) << "only proposed";
  ASSERT_THAT(Call(second.get(), &Stub::DecideGrant, decide, &decided), IsOk());
  EXPECT_THAT(ReadsIngestion(), IsOk()) << "in the next call";
  MillisUntil([this] { return ReadsMetrics(); }, true);
  MillisUntil([this] { return ReadsAssessment(); }, true);

  grpc::ClientContext standing;
  standing.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
  const auto watch = metrics_->Watch(&standing, metrics::v1::WatchRequest());
  metrics::v1::WatchResponse heartbeat;
  ASSERT_TRUE(watch->Read(&heartbeat));

  rights::v1::RevokeGrantRequest revoke;
  revoke.set_request_id("revoke");
  revoke.set_name(proposed.grant().name());
  revoke.set_reason("left");
  rights::v1::RevokeGrantResponse revoked;
  ASSERT_THAT(Call(first.get(), &Stub::RevokeGrant, revoke, &revoked), IsOk());
  EXPECT_THAT(ReadsIngestion(), HasReason(Reason::kPermission)) << "in the next call";
  const int64_t metrics = MillisUntil([this] { return ReadsMetrics(); }, false);
  const int64_t assessment = MillisUntil([this] { return ReadsAssessment(); }, false);
  while (watch->Read(&heartbeat)) {
  }
  EXPECT_THAT(FromGrpcStatus(watch->Finish()), HasReason(Reason::kPermission))
      << "also for a stream that stood before";
  std::printf("a revocation reached metrics in %lld ms, assessment in %lld ms\n",
              static_cast<long long>(metrics), static_cast<long long>(assessment));

  // What was followed lies in the stores.
  for (const char* service : {"metrics", "assessment"}) {
    ASSERT_THAT(suite_->Stop("ingestion"), IsOk());
    ASSERT_THAT(suite_->Stop(service), IsOk());
    ASSERT_THAT(suite_->Start(service), IsOk());
    EXPECT_THAT(service == std::string("metrics") ? ReadsMetrics() : ReadsAssessment(),
                HasReason(Reason::kPermission))
        << service << " by itself";
    ASSERT_THAT(suite_->Start("ingestion"), IsOk());
  }
}

}  // namespace
}  // namespace onereturn

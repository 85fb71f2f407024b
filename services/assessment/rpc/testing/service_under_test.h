// For tests: the whole service over loopback and mutual TLS, with a real committer, and short ways
// to call it.
#ifndef ONERETURN_SERVICES_ASSESSMENT_RPC_TESTING_SERVICE_UNDER_TEST_H_
#define ONERETURN_SERVICES_ASSESSMENT_RPC_TESTING_SERVICE_UNDER_TEST_H_

#include <grpcpp/client_context.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/clock/clock.h"
#include "common/commit/committer.h"
#include "common/ledger/signing.h"
#include "common/rpc/server.h"
#include "common/rpc/status_conversion.h"
#include "common/rpc/testing/test_certificates.h"
#include "common/storage/store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "onereturn/assessment/v1/assessment_service.grpc.pb.h"
#include "services/assessment/rpc/service.h"
#include "services/assessment/rpc/testing/fake_metrics.h"

namespace onereturn::assessment {

// Callers: "steward", "assessor", "analyst", "operator", "auditor" at national scope, and "local"
// and "local-analyst", an assessor and an analyst of QHL.
class ServiceUnderTest : public ::testing::Test {
 protected:
  ServiceUnderTest();
  ~ServiceUnderTest() override;

  // Ends the service and starts it again on what it has stored.
  void Restart();

  std::shared_ptr<grpc::Channel> ChannelOf(const std::string& caller);

  template <typename Service>
  std::unique_ptr<typename Service::Stub> StubOf(const std::string& caller) {
    return Service::NewStub(ChannelOf(caller));
  }

  // `Method` of a stub, such as &v1::AssessmentService::Stub::GetAssessment, by `caller`.
  template <typename Service = v1::AssessmentService, typename Request, typename Response>
  absl::StatusOr<Response> CallAs(const std::string& caller,
                                  grpc::Status (Service::Stub::*method)(grpc::ClientContext*,
                                                                        const Request&, Response*),
                                  const Request& request) {
    auto stub = StubOf<Service>(caller);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    Response response;
    const grpc::Status status = (stub.get()->*method)(&context, request, &response);
    if (!status.ok()) return FromGrpcStatus(status);
    return response;
  }

  absl::StatusOr<v1::UpdateFrameworkResponse> Update(const v1::UpdateFrameworkRequest& request) {
    return CallAs("steward", &v1::AssessmentService::Stub::UpdateFramework, request);
  }
  absl::StatusOr<v1::CreateAssessmentResponse> Create(const v1::CreateAssessmentRequest& request,
                                                      const std::string& caller = "assessor") {
    return CallAs(caller, &v1::AssessmentService::Stub::CreateAssessment, request);
  }
  absl::StatusOr<v1::AddEvidenceResponse> Add(const v1::AddEvidenceRequest& request,
                                              const std::string& caller = "assessor") {
    return CallAs(caller, &v1::AssessmentService::Stub::AddEvidence, request);
  }
  absl::StatusOr<v1::ScoreStatementResponse> Score(const v1::ScoreStatementRequest& request,
                                                   const std::string& caller = "assessor") {
    return CallAs(caller, &v1::AssessmentService::Stub::ScoreStatement, request);
  }
  absl::StatusOr<v1::GetAssessmentResponse> Get(const std::string& name,
                                                const std::string& caller = "analyst");

  // Requests that are accepted, once the framework is there; each has a request id of its own.
  v1::UpdateFrameworkRequest FrameworkRequest();
  v1::CreateAssessmentRequest AssessmentRequest();
  v1::AddEvidenceRequest EvidenceRequest(const std::string& assessment,
                                         const std::string& statement);
  v1::ScoreStatementRequest ScoreRequest(const std::string& assessment,
                                         const std::string& statement, uint32_t score,
                                         const std::vector<std::string>& evidence);
  std::string NextRequestId();

  // Defines the example framework.
  void DefineFramework(bool rated = true);
  // Makes an assessment; its name.
  std::string MakeAssessment();
  // Adds evidence for a statement; its name.
  std::string MakeEvidence(const std::string& assessment, const std::string& statement);
  // Adds evidence for a statement and scores it.
  void MakeScore(const std::string& assessment, const std::string& statement, uint32_t score);
  // Scores QS1, QS2, ... with these.
  void MakeScores(const std::string& assessment, const std::vector<uint32_t>& scores);

  // From now on only organisations that ingestion defines are assessed.
  void CheckOrganisations() { service_->CheckOrganisations(); }
  // As if ingestion's feed had been heard, with this definition.
  void HearOfOrganisation(const std::string& code);

  FakeMetrics& metrics() { return metrics_; }
  const Store& store() const { return *store_; }
  const VerifyingKey& verifying_key() const { return signing_key_.verifying_key(); }
  uint64_t sequence() const { return committer_->LatestHead().head.size; }

 private:
  void Start();
  void Stop();
  // Files of a system with the identity SpiffeId(name); made once a name.
  config::v1::TlsFiles FilesOf(const std::string& name) const;

  const TestCertificates certificates_;
  FakeMetrics metrics_;
  const SystemClock clock_;
  const std::shared_ptr<MemoryFiles> files_ = MemoryFiles::Create();
  const SigningKey signing_key_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Committer> committer_;
  std::unique_ptr<Service> service_;
  std::unique_ptr<Server> server_;
  std::map<std::string, std::shared_ptr<grpc::Channel>> channels_;
  int requests_ = 0;
};

inline std::string SpiffeId(const std::string& name) { return "spiffe://onereturn.test/" + name; }

// Paths of the fields an error names.
std::vector<std::string> FieldsOf(const absl::Status& status);

}  // namespace onereturn::assessment

#endif  // ONERETURN_SERVICES_ASSESSMENT_RPC_TESTING_SERVICE_UNDER_TEST_H_

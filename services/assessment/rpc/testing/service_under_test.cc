#include "services/assessment/rpc/testing/service_under_test.h"

#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/feed/rights_follower.h"
#include "common/rpc/credentials.h"
#include "common/status/error.h"
#include "common/status/testing/status_matchers.h"
#include "services/assessment/app/convert.h"
#include "services/assessment/domain/testing/example_framework.h"
#include "services/assessment/store/families.h"
#include "services/assessment/store/testing/memory_store.h"

namespace onereturn::assessment {
namespace {

constexpr char kServer[] = "assessment-service";

Rights ExampleRights() {
  config::v1::RightsFile file;
  auto add = [&file](const std::string& name, rights::v1::Role role, const char* organisation) {
    config::v1::Principal* principal = file.add_principals();
    principal->set_spiffe_id(SpiffeId(name));
    principal->set_role(role);
    principal->set_organisation(organisation);
  };
  add("steward", rights::v1::ROLE_STEWARD, "");
  add("assessor", rights::v1::ROLE_ASSESSOR, "");
  add("analyst", rights::v1::ROLE_ANALYST, "");
  add("operator", rights::v1::ROLE_OPERATOR, "");
  add("auditor", rights::v1::ROLE_AUDITOR, "");
  add("local", rights::v1::ROLE_ASSESSOR, "QHL");
  add("local-analyst", rights::v1::ROLE_ANALYST, "QHL");
  return Rights::FromProto(file).value();
}

}  // namespace

ServiceUnderTest::ServiceUnderTest() : signing_key_(SigningKey::Generate().value()) {
  store_ = Store::Create(MemoryStoreOptions(files_)).value();
  Start();
}

ServiceUnderTest::~ServiceUnderTest() { Stop(); }

config::v1::TlsFiles ServiceUnderTest::FilesOf(const std::string& name) const {
  config::v1::TlsFiles files = certificates_.FilesOf(name);
  if (!std::filesystem::exists(files.key_file())) {
    certificates_.Issue(name, IssueRequest::ForServer(SpiffeId(name)));
  }
  return files;
}

void ServiceUnderTest::Start() {
  CommitterOptions options;
  options.service = kServiceName;
  options.on_fatal = [](const absl::Status& status) { ONERETURN_CHECK(status.ok()); };
  committer_ = Committer::Start(store_.get(), &clock_, signing_key_, std::move(options)).value();
  service_ = Service::Create(store_.get(), committer_.get(), &clock_,
                             std::make_shared<const RightsSource>(ExampleRights()),
                             metrics_.channel(), MutationLimits())
                 .value();
  config::v1::ServerConfig config;
  config.set_listen_address("127.0.0.1:0");
  *config.mutable_tls() = FilesOf(kServer);
  server_ = Server::Start(config, service_->grpc_services()).value();
}

void ServiceUnderTest::Stop() {
  channels_.clear();
  server_->Drain([this] { service_->EndStreams(); });
  service_->Drain();
  committer_->Stop();
  server_.reset();
  service_.reset();
  committer_.reset();
  store_.reset();
}

void ServiceUnderTest::Restart() {
  Stop();
  store_ = Store::Open(MemoryStoreOptions(files_)).value();
  Start();
}

std::shared_ptr<grpc::Channel> ServiceUnderTest::ChannelOf(const std::string& caller) {
  std::shared_ptr<grpc::Channel>& channel = channels_[caller];
  if (channel == nullptr) {
    config::v1::Peer peer;
    peer.set_service(kServiceName);
    peer.set_address(server_->address());
    peer.set_spiffe_id(SpiffeId(kServer));
    channel = MutualTlsChannel(FilesOf(caller), peer).value();
  }
  return channel;
}

absl::StatusOr<v1::GetAssessmentResponse> ServiceUnderTest::Get(const std::string& name,
                                                                const std::string& caller) {
  v1::GetAssessmentRequest request;
  request.set_name(name);
  return CallAs(caller, &v1::AssessmentService::Stub::GetAssessment, request);
}

std::string ServiceUnderTest::NextRequestId() { return absl::StrCat("request-", ++requests_); }

v1::UpdateFrameworkRequest ServiceUnderTest::FrameworkRequest() {
  v1::UpdateFrameworkRequest request;
  request.set_request_id(NextRequestId());
  *request.mutable_framework() = ToWire(ExampleFramework());
  return request;
}

void ServiceUnderTest::HearOfOrganisation(const std::string& code) {
  RightsSource rights(ExampleRights());
  const auto follower =
      RightsFollower::Open(store_.get(), committer_.get(), Family::kRights, &rights, &clock_)
          .value();
  feed::v1::OrganisationDefined definition;
  definition.mutable_organisation()->set_code(code);
  FeedFact fact;
  fact.entry.set_kind(feed::v1::ENTRY_KIND_ORGANISATION_DEFINED);
  fact.entry.set_sequence(1);
  fact.entry.set_name("organisations/" + code);
  fact.entry.set_fact(definition.SerializeAsString());
  FeedPage page;
  page.facts.push_back(std::move(fact));
  page.caught_up = true;
  EXPECT_THAT(follower->Take(page), IsOk());
}

v1::CreateAssessmentRequest ServiceUnderTest::AssessmentRequest() {
  v1::CreateAssessmentRequest request;
  request.set_request_id(NextRequestId());
  request.mutable_assessment()->set_organisation("QHL");
  request.mutable_assessment()->set_framework(ExampleFramework().code);
  request.mutable_assessment()->set_title("Assessment of an example system");
  request.mutable_assessment()->set_marking("ILLUSTRATIVE: scores invented for demonstration");
  return request;
}

v1::AddEvidenceRequest ServiceUnderTest::EvidenceRequest(const std::string& assessment,
                                                         const std::string& statement) {
  v1::AddEvidenceRequest request;
  request.set_request_id(NextRequestId());
  request.set_parent(assessment);
  request.set_statement(statement);
  request.set_category("Outcomes");
  request.set_metric("four_hour_all");
  request.set_organisation("QHL");
  request.set_period("2024-03");
  request.set_note("Below the standard\nand falling.");
  return request;
}

v1::ScoreStatementRequest ServiceUnderTest::ScoreRequest(const std::string& assessment,
                                                         const std::string& statement,
                                                         uint32_t score,
                                                         const std::vector<std::string>& evidence) {
  v1::ScoreStatementRequest request;
  request.set_request_id(NextRequestId());
  request.mutable_score()->set_assessment(assessment);
  request.mutable_score()->set_statement(statement);
  request.mutable_score()->set_score(score);
  request.mutable_score()->set_rationale("Invented.");
  for (const std::string& name : evidence) request.mutable_score()->add_evidence(name);
  return request;
}

void ServiceUnderTest::DefineFramework(bool rated) {
  v1::UpdateFrameworkRequest request = FrameworkRequest();
  request.mutable_framework()->set_rated(rated);
  ASSERT_THAT(Update(request), IsOk());
}

std::string ServiceUnderTest::MakeAssessment() {
  const auto created = Create(AssessmentRequest());
  EXPECT_THAT(created, IsOk());
  return created.ok() ? created->assessment().name() : "";
}

std::string ServiceUnderTest::MakeEvidence(const std::string& assessment,
                                           const std::string& statement) {
  const auto added = Add(EvidenceRequest(assessment, statement));
  EXPECT_THAT(added, IsOk());
  return added.ok() ? added->evidence().name() : "";
}

void ServiceUnderTest::MakeScore(const std::string& assessment, const std::string& statement,
                                 uint32_t score) {
  const std::string evidence = MakeEvidence(assessment, statement);
  EXPECT_THAT(Score(ScoreRequest(assessment, statement, score, {evidence})), IsOk());
}

void ServiceUnderTest::MakeScores(const std::string& assessment,
                                  const std::vector<uint32_t>& scores) {
  for (size_t i = 0; i < scores.size(); ++i) {
    MakeScore(assessment, absl::StrCat("QS", i + 1), scores[i]);
  }
}

std::vector<std::string> FieldsOf(const absl::Status& status) {
  std::vector<std::string> fields;
  const ErrorDetails details = DetailsOf(status).value_or(ErrorDetails());
  for (const FieldViolation& violation : details.fields) fields.push_back(violation.field);
  return fields;
}

}  // namespace onereturn::assessment

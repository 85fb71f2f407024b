#include "services/assessment/rpc/service.h"

#include <functional>
#include <utility>

#include "common/rpc/server.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace onereturn::assessment {

absl::StatusOr<std::unique_ptr<Service>> Service::Create(
    const Store* store, Committer* committer, const Clock* clock,
    std::shared_ptr<const RightsSource> rights, const std::shared_ptr<grpc::Channel>& metrics,
    MutationLimits limits, const LedgerSeams& seams, const CallKeeping& keeping) {
  ASSIGN_OR_RETURN(std::unique_ptr<Guard> guard,
                   Guard::Create(std::move(rights), clock,
                                 {ServiceDescriptor<v1::AssessmentService>(),
                                  ServiceDescriptor<feed::v1::FeedService>(),
                                  ServiceDescriptor<ledger::v1::LedgerService>(),
                                  ServiceDescriptor<operations::v1::OperationsService>(),
                                  ServiceDescriptor<operations::v1::BackupService>(),
                                  ServiceDescriptor<access::v1::AccessLogService>()}));
  if (keeping.people != nullptr) guard->Use(keeping);
  return std::unique_ptr<Service>(new Service(store, committer, clock, std::move(guard), metrics,
                                              limits, seams, keeping.access_log));
}

Service::Service(const Store* store, Committer* committer, const Clock* clock,
                 std::unique_ptr<Guard> guard, const std::shared_ptr<grpc::Channel>& metrics,
                 const MutationLimits& limits, const LedgerSeams& seams, AccessLog* access_log)
    : committer_(committer),
      guard_(std::move(guard)),
      gate_(guard_.get(), limits),
      metrics_(metrics),
      writer_(store, committer,
              [this](std::function<void()> work) { return gate_.TrySubmit(std::move(work)); }),
      update_framework_(&writer_),
      create_assessment_(&writer_),
      add_evidence_(store, &writer_, &metrics_, clock),
      score_statement_(&writer_),
      read_assessments_(store),
      trace_assessment_(&read_assessments_, &metrics_, clock),
      check_evidence_(&read_assessments_, &metrics_),
      assessment_server_(
          guard_.get(), &gate_, store, committer,
          UseCases{&update_framework_, &create_assessment_, &add_evidence_, &score_statement_,
                   &read_assessments_, &trace_assessment_, &check_evidence_}),
      feed_server_(
          guard_.get(), store, committer,
          [](const Digest& /*digest*/) -> absl::StatusOr<std::string> { return NotFound(); },
          seams.standing),
      ledger_server_(guard_.get(), store, committer, seams),
      operations_server_(guard_.get(), committer, store, seams) {
  if (access_log != nullptr) {
    access_server_ = std::make_unique<AccessServer>(guard_.get(), access_log);
  }
}

std::vector<grpc::Service*> Service::grpc_services() {
  std::vector<grpc::Service*> services = {&assessment_server_, &feed_server_, &ledger_server_,
                                          &operations_server_};
  if (access_server_ != nullptr) services.push_back(access_server_.get());
  return services;
}

void Service::Drain() {
  gate_.Drain();
  assessment_server_.Drain();
}

void Service::RefuseAll(const absl::Status& why) {
  guard_->RefuseAll(why);
  EndStreams();
}

void Service::EndStreams() {
  feed_server_.Drain();
  committer_->WakeWaiters();
}

}  // namespace onereturn::assessment

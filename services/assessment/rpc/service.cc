#include "services/assessment/rpc/service.h"

#include <functional>
#include <utility>

#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace onereturn::assessment {
namespace {

// Adding evidence waits for metrics on a thread of the gate: more threads than two keep other
// writes going while metrics is slow.
constexpr size_t kGateThreads = 8;

MutationLimits WithThreads(MutationLimits limits) {
  limits.threads = kGateThreads;
  return limits;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Service>> Service::Create(
    const Store* store, Committer* committer, const Clock* clock, Rights rights,
    const std::shared_ptr<grpc::Channel>& metrics, MutationLimits limits) {
  const google::protobuf::DescriptorPool* pool = google::protobuf::DescriptorPool::generated_pool();
  std::vector<const google::protobuf::ServiceDescriptor*> descriptors;
  for (const char* name :
       {"onereturn.assessment.v1.AssessmentService", "onereturn.feed.v1.FeedService",
        "onereturn.ledger.v1.LedgerService", "onereturn.operations.v1.OperationsService"}) {
    descriptors.push_back(pool->FindServiceByName(name));
    if (descriptors.back() == nullptr) {
      return absl::InternalError("a service's description is not linked in");
    }
  }
  ASSIGN_OR_RETURN(std::unique_ptr<Guard> guard,
                   Guard::Create(std::move(rights), clock, descriptors));
  return std::unique_ptr<Service>(
      new Service(store, committer, clock, std::move(guard), metrics, limits));
}

Service::Service(const Store* store, Committer* committer, const Clock* clock,
                 std::unique_ptr<Guard> guard, const std::shared_ptr<grpc::Channel>& metrics,
                 const MutationLimits& limits)
    : committer_(committer),
      guard_(std::move(guard)),
      gate_(guard_.get(), WithThreads(limits)),
      metrics_(metrics),
      writer_(store, committer,
              [this](std::function<void()> work) { return gate_.TrySubmit(std::move(work)); }),
      update_framework_(store, &writer_),
      create_assessment_(store, &writer_),
      add_evidence_(store, &writer_, &metrics_, clock),
      score_statement_(store, &writer_),
      read_assessments_(store, committer, PageTokens::Random()),
      trace_assessment_(&read_assessments_, &metrics_, clock),
      assessment_server_(guard_.get(), &gate_,
                         UseCases{&update_framework_, &create_assessment_, &add_evidence_,
                                  &score_statement_, &read_assessments_, &trace_assessment_}),
      feed_server_(
          guard_.get(), store, committer,
          [](const Digest& /*digest*/) -> absl::StatusOr<std::string> { return NotFound(); }),
      ledger_server_(guard_.get(), committer),
      operations_server_(guard_.get(), committer) {}

std::vector<grpc::Service*> Service::grpc_services() {
  return {&assessment_server_, &feed_server_, &ledger_server_, &operations_server_};
}

void Service::EndStreams() {
  feed_server_.Drain();
  committer_->WakeWaiters();
}

}  // namespace onereturn::assessment

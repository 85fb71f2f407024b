#include "services/assessment/rpc/testing/fake_metrics.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/feed/position.h"
#include "common/rpc/people.h"
#include "common/rpc/status_conversion.h"

namespace onereturn::assessment {
namespace {

std::string PositionText(uint64_t ingestion, uint64_t metrics) {
  Position position;
  position.Set("ingestion", ServicePosition{1, ingestion});
  position.Set("metrics", ServicePosition{1, metrics});
  return position.ToString();
}

template <typename Request>
metrics::v1::GetMetricValueResponse AnswerTo(const Request& request) {
  metrics::v1::GetMetricValueResponse answer;
  metrics::v1::MetricValue* value = answer.mutable_value();
  value->set_name(absl::StrCat("metrics/", request.metric(), "/values/", request.organisation(),
                               ".", request.period()));
  value->set_metric(request.metric());
  value->set_metric_version(request.metric_version() == 0 ? 3 : request.metric_version());
  value->set_organisation(request.organisation());
  value->set_period(request.period());
  value->set_state(metrics::v1::VALUE_STATE_VALUE);
  value->set_numerator("744");
  value->set_denominator("1000");
  value->set_factor(100);
  value->set_value(74.4);
  value->set_display("74.4 %");
  value->mutable_coverage()->set_included(2);
  value->mutable_coverage()->set_expected(3);
  value->mutable_coverage()->add_missing("RXX");
  answer.set_position(request.read().as_of_position().empty() ? FakeMetrics::LatestPosition()
                                                              : request.read().as_of_position());
  return answer;
}

std::string AuthorizationOf(const grpc::ServerContext& context) {
  const auto found = context.client_metadata().find(kTokenMetadata);
  if (found == context.client_metadata().end()) return "";
  return std::string(found->second.data(), found->second.size());
}

}  // namespace

FakeMetrics::FakeMetrics() {
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(this);
  server_ = builder.BuildAndStart();
  ONERETURN_CHECK(server_ != nullptr && port != 0);
  channel_ =
      grpc::CreateChannel(absl::StrCat("127.0.0.1:", port), grpc::InsecureChannelCredentials());
}

FakeMetrics::~FakeMetrics() { Stop(); }

std::string FakeMetrics::LatestPosition() { return PositionText(100, 5); }
std::string FakeMetrics::EarlierPosition() { return PositionText(60, 5); }
std::string FakeMetrics::LaterPosition() { return PositionText(120, 5); }

void FakeMetrics::Stop() {
  if (server_ == nullptr) return;
  server_->Shutdown(std::chrono::system_clock::now());
  server_->Wait();
  server_.reset();
}

void FakeMetrics::set_change(std::function<void(metrics::v1::GetMetricValueResponse*)> change) {
  std::lock_guard<std::mutex> lock(mutex_);
  change_ = std::move(change);
}

void FakeMetrics::set_failure(absl::Status failure) {
  std::lock_guard<std::mutex> lock(mutex_);
  failing_metric_.clear();
  failure_ = std::move(failure);
}

void FakeMetrics::set_failure_of(const std::string& metric, absl::Status failure) {
  std::lock_guard<std::mutex> lock(mutex_);
  failing_metric_ = metric;
  failure_ = std::move(failure);
}

bool FakeMetrics::Fails(const std::string& metric) const {
  return !failure_.ok() && (failing_metric_.empty() || failing_metric_ == metric);
}

void FakeMetrics::set_silent(bool silent) {
  std::lock_guard<std::mutex> lock(mutex_);
  silent_ = silent;
}

void FakeMetrics::set_revised_leaf(int leaf) {
  std::lock_guard<std::mutex> lock(mutex_);
  revised_leaf_ = leaf;
}

void FakeMetrics::set_endless(bool endless) {
  std::lock_guard<std::mutex> lock(mutex_);
  endless_ = endless;
}

metrics::v1::GetMetricValueRequest FakeMetrics::last_question() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return last_question_;
}

metrics::v1::TraceMetricValueRequest FakeMetrics::last_trace() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return last_trace_;
}

std::string FakeMetrics::last_authorization() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return last_authorization_;
}

std::chrono::system_clock::time_point FakeMetrics::last_deadline() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return last_deadline_;
}

int FakeMetrics::questions() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return questions_;
}

bool FakeMetrics::WaitForQuestions(int count, std::chrono::seconds limit) {
  std::unique_lock<std::mutex> lock(mutex_);
  return questions_changed_.wait_for(lock, limit, [&] { return questions_ >= count; });
}

bool FakeMetrics::WaitForLeaver(std::chrono::seconds limit) {
  std::unique_lock<std::mutex> lock(mutex_);
  return left_changed_.wait_for(lock, limit, [this] { return left_; });
}

grpc::Status FakeMetrics::GetMetricValue(grpc::ServerContext* context,
                                         const metrics::v1::GetMetricValueRequest* request,
                                         metrics::v1::GetMetricValueResponse* response) {
  std::unique_lock<std::mutex> lock(mutex_);
  ++questions_;
  questions_changed_.notify_all();
  last_question_ = *request;
  last_deadline_ = context->deadline();
  last_authorization_ = AuthorizationOf(*context);
  // Nothing else wakes a synchronous method when its caller leaves.
  while (silent_ && !context->IsCancelled()) {
    left_changed_.wait_for(lock, std::chrono::milliseconds(20));
  }
  if (Fails(request->metric())) return ToGrpcStatus(failure_);
  *response = AnswerTo(*request);
  if (change_) change_(response);
  return grpc::Status::OK;
}

grpc::Status FakeMetrics::TraceMetricValue(
    grpc::ServerContext* context, const metrics::v1::TraceMetricValueRequest* request,
    grpc::ServerWriter<metrics::v1::TraceMetricValueResponse>* writer) {
  metrics::v1::TraceMetricValueResponse part;
  bool endless = false;
  int revised_leaf = 0;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    last_trace_ = *request;
    last_authorization_ = AuthorizationOf(*context);
    if (Fails(request->metric())) return ToGrpcStatus(failure_);
    metrics::v1::GetMetricValueResponse answer = AnswerTo(*request);
    if (change_) change_(&answer);
    *part.mutable_value() = answer.value();
    part.set_position(answer.position());
    endless = endless_;
    if (request->read().as_of_position() != LatestPosition()) revised_leaf = revised_leaf_;
  }
  writer->Write(part);
  for (int leaf = 1; endless || leaf <= 2; ++leaf) {
    part.mutable_leaf()->set_organisation(absl::StrCat("R", leaf % 100));
    part.mutable_leaf()->set_revision(absl::StrCat("organisations/R", leaf % 100,
                                                   "/returns/MSitAE.2024-03/revisions/",
                                                   leaf == revised_leaf ? 2 : 1));
    part.mutable_leaf()->set_sequence(static_cast<uint64_t>(leaf));
    if (!writer->Write(part)) break;
  }
  if (endless) {
    std::lock_guard<std::mutex> lock(mutex_);
    left_ = true;
    left_changed_.notify_all();
  }
  return grpc::Status::OK;
}

}  // namespace onereturn::assessment

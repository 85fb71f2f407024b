// metricsd as a process, over mutual TLS, with ingestion down: it starts, takes definitions,
// answers with what it has, and keeps all of it over a kill.
#include <gmock/gmock.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "common/rpc/server.h"
#include "common/rpc/status_conversion.h"
#include "common/status/error.h"
#include "onereturn/feed/v1/feed.grpc.pb.h"
#include "onereturn/metrics/v1/metrics_service.grpc.pb.h"
#include "onereturn/operations/v1/operations.grpc.pb.h"
#include "services/metrics/app/convert.h"
#include "services/metrics/domain/testing/ae_metrics.h"
#include "tests/harness/deployment.h"

namespace onereturn::metrics {
namespace {

using ::testing::SizeIs;

class MetricsdTest : public ::testing::Test {
 protected:
  void SetUp() override {
    suite_ = Deployment::Create().value();
    Start();
  }

  void Start() {
    const absl::Status started = suite_->Start("metrics");
    ASSERT_TRUE(started.ok()) << started;
  }

  // Calls a method as a persona; the reason of an error, or "OK".
  template <typename Stub, typename Method, typename Request, typename Response>
  std::string CallOn(const char* persona, Method method, const Request& request,
                     Response* response) {
    const auto stub = Stub::NewStub(suite_->Channel(persona, "metrics"));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    const absl::Status status = FromGrpcStatus((stub.get()->*method)(&context, request, response));
    return status.ok() ? "OK" : std::string(NameOf(ReasonOf(status)));
  }

  std::string Define(const char* persona, const v1::Metric& metric,
                     v1::UpdateMetricResponse* response, const std::string& request_id = "r1") {
    v1::UpdateMetricRequest request;
    request.set_request_id(request_id);
    *request.mutable_metric() = metric;
    return CallOn<v1::MetricsService>(persona, &v1::MetricsService::Stub::UpdateMetric, request,
                                      response);
  }

  std::string Status(operations::v1::GetStatusResponse* response) {
    return CallOn<operations::v1::OperationsService>(
        kOperator, &operations::v1::OperationsService::Stub::GetStatus,
        operations::v1::GetStatusRequest(), response);
  }

  static v1::Metric FourHourWire() {
    v1::Metric metric = ToWire(DefinitionRecord{FourHour("four_hour"), 0});
    metric.clear_version();
    metric.clear_etag();
    return metric;
  }

  std::unique_ptr<Deployment> suite_;
};

TEST_F(MetricsdTest, DefinesAnswersAndSurvivesAKill) {
  v1::UpdateMetricResponse defined;
  ASSERT_EQ(Define(kSteward, FourHourWire(), &defined), "OK");
  EXPECT_EQ(defined.metric().version(), 1u);
  EXPECT_FALSE(defined.receipt().position().empty());

  suite_->Kill9("metrics");
  Start();
  v1::UpdateMetricResponse repeated;
  ASSERT_EQ(Define(kSteward, FourHourWire(), &repeated), "OK");
  EXPECT_TRUE(repeated.replayed());
  EXPECT_EQ(repeated.metric().SerializeAsString(), defined.metric().SerializeAsString());

  v1::ListMetricsRequest list;
  list.mutable_read()->set_at_least(defined.receipt().position());
  v1::ListMetricsResponse listed;
  ASSERT_EQ(
      CallOn<v1::MetricsService>(kAnalyst, &v1::MetricsService::Stub::ListMetrics, list, &listed),
      "OK");
  ASSERT_THAT(listed.metrics(), SizeIs(1));
  EXPECT_EQ(listed.metrics(0).SerializeAsString(), defined.metric().SerializeAsString());
  EXPECT_FALSE(listed.position().empty());

  // A later version leaves the earlier one readable.
  v1::Metric changed = FourHourWire();
  changed.set_description("said better");
  v1::UpdateMetricResponse second;
  ASSERT_EQ(Define(kSteward, changed, &second, "r2"), "OK");
  v1::GetMetricRequest get;
  get.set_name("metrics/four_hour");
  get.mutable_read()->set_at_least(second.receipt().position());
  v1::GetMetricResponse got;
  const auto get_metric = [&] {
    return CallOn<v1::MetricsService>(kAnalyst, &v1::MetricsService::Stub::GetMetric, get, &got);
  };
  ASSERT_EQ(get_metric(), "OK");
  EXPECT_EQ(got.metric().SerializeAsString(), second.metric().SerializeAsString());
  EXPECT_FALSE(got.position().empty());
  get.set_version(1);
  ASSERT_EQ(get_metric(), "OK");
  EXPECT_EQ(got.metric().SerializeAsString(), defined.metric().SerializeAsString());
  get.set_version(3);
  EXPECT_EQ(get_metric(), "NOT_FOUND");
  get.set_version(0);
  get.mutable_read()->set_as_of_position(listed.position());
  ASSERT_EQ(get_metric(), "OK");
  EXPECT_EQ(got.metric().version(), 1u);

  v1::GetLeagueTableRequest ask_league;
  ask_league.set_metric("four_hour");
  ask_league.set_period("2024-03");
  v1::GetLeagueTableResponse league;
  ASSERT_EQ(CallOn<v1::MetricsService>(kAnalyst, &v1::MetricsService::Stub::GetLeagueTable,
                                       ask_league, &league),
            "OK");
  EXPECT_FALSE(league.has_first_quartile() || league.has_median() || league.has_third_quartile());

  operations::v1::GetStatusResponse status;
  ASSERT_EQ(Status(&status), "OK");
  EXPECT_EQ(status.sequence(), 2u);
  EXPECT_THAT(status.cursors(), SizeIs(2));
  EXPECT_GT(status.peak_resident_bytes(), 0u);
}

TEST_F(MetricsdTest, RefusesInWords) {
  v1::UpdateMetricResponse defined;
  EXPECT_EQ(Define(kAnalyst, FourHourWire(), &defined), "PERMISSION");
  v1::Metric bad = FourHourWire();
  bad.set_factor(0);
  EXPECT_EQ(Define(kSteward, bad, &defined), "DEFINITION_INVALID");
  bad = FourHourWire();
  bad.set_description("Waits such as that of 943 476 5919");
  EXPECT_EQ(Define(kSteward, bad, &defined), "PERSONAL_DATA");

  v1::GetMetricRequest get_metric;
  v1::GetMetricResponse metric;
  for (const auto& [name, reason] : {std::pair<const char*, const char*>{"", "MISSING"},
                                     {"four_hour", "NOT_FOUND"},
                                     {"metrics/", "NOT_FOUND"},
                                     {"metrics/four_hour", "NOT_FOUND"}}) {
    get_metric.set_name(name);
    EXPECT_EQ(CallOn<v1::MetricsService>(kAnalyst, &v1::MetricsService::Stub::GetMetric, get_metric,
                                         &metric),
              reason)
        << name;
  }
  v1::GetMetricValueRequest get;
  v1::GetMetricValueResponse value;
  const auto ask = [&] {
    return CallOn<v1::MetricsService>(kAnalyst, &v1::MetricsService::Stub::GetMetricValue, get,
                                      &value);
  };
  EXPECT_EQ(ask(), "MISSING");
  get.set_metric("four_hour");
  get.set_organisation("RC9");
  get.set_period("March 2024");
  EXPECT_EQ(ask(), "PERIOD");
  get.set_period("2024-03");
  EXPECT_EQ(ask(), "NOT_FOUND");
  get.mutable_read()->set_as_of_position("nonsense");
  EXPECT_EQ(ask(), "POSITION_INVALID");

  v1::ListMetricValuesRequest list;
  v1::ListMetricValuesResponse values;
  list.set_metric("four_hour");
  list.set_period("2024-03");
  EXPECT_EQ(CallOn<v1::MetricsService>(kAnalyst, &v1::MetricsService::Stub::ListMetricValues, list,
                                       &values),
            "ENUM_VALUE");
  list.set_type(catalogue::v1::ORGANISATION_TYPE_ICB);
  list.set_page_token("forged");
  EXPECT_EQ(CallOn<v1::MetricsService>(kAnalyst, &v1::MetricsService::Stub::ListMetricValues, list,
                                       &values),
            "PAGE_TOKEN");
}

// A watch that was admitted, with its channel.
template <typename Service, typename Request, typename Response>
class OpenWatch {
 public:
  explicit OpenWatch(std::shared_ptr<grpc::Channel> channel)
      : stub_(Service::NewStub(std::move(channel))), reader_(stub_->Watch(&context_, Request())) {}
  ~OpenWatch() {
    context_.TryCancel();
    Response response;
    while (reader_->Read(&response)) {
    }
    reader_->Finish();
  }

  bool Answers() {
    Response response;
    return reader_->Read(&response);
  }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<typename Service::Stub> stub_;
  std::unique_ptr<grpc::ClientReader<Response>> reader_;
};

TEST_F(MetricsdTest, NoCallerTakesTheFeedsPlacesFromAService) {
  using Feed = OpenWatch<feed::v1::FeedService, feed::v1::WatchRequest, feed::v1::WatchResponse>;
  std::vector<std::unique_ptr<Feed>> feeds;
  do {
    feeds.push_back(std::make_unique<Feed>(suite_->Channel(kAuditor, "metrics")));
  } while (feeds.back()->Answers());
  EXPECT_EQ(feeds.size(), size_t{limits::kWatchersACaller} + 1);
  EXPECT_TRUE(Feed(suite_->Channel("assessment", "metrics")).Answers());
}

TEST_F(MetricsdTest, ReadsAreAnsweredWhileAllWatchesAreTaken) {
  std::vector<std::unique_ptr<OpenWatch<v1::MetricsService, v1::WatchRequest, v1::WatchResponse>>>
      watches;
  do {
    ASSERT_LE(watches.size(), size_t{limits::kServerThreads});
    watches.push_back(
        std::make_unique<OpenWatch<v1::MetricsService, v1::WatchRequest, v1::WatchResponse>>(
            suite_->Channel("assessment", "metrics")));  // A service may take all.
  } while (watches.back()->Answers());
  std::vector<std::unique_ptr<
      OpenWatch<feed::v1::FeedService, feed::v1::WatchRequest, feed::v1::WatchResponse>>>
      feeds;
  do {
    ASSERT_LE(feeds.size(), size_t{limits::kServerThreads});
    feeds.push_back(
        std::make_unique<
            OpenWatch<feed::v1::FeedService, feed::v1::WatchRequest, feed::v1::WatchResponse>>(
            suite_->Channel("assessment", "metrics")));
  } while (feeds.back()->Answers());
  EXPECT_GE(watches.size() + feeds.size(), 32u);
  // Many at once, so that it is no matter of one thread that happened to be left.
  std::vector<std::thread> callers;
  std::atomic<int> answered = 0;
  for (int i = 0; i < 8; ++i) {
    callers.emplace_back([&] {
      v1::ListMetricsResponse listed;
      if (CallOn<v1::MetricsService>(kAnalyst, &v1::MetricsService::Stub::ListMetrics,
                                     v1::ListMetricsRequest(), &listed) == "OK") {
        ++answered;
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(answered, 8);
}

TEST_F(MetricsdTest, StopsInOrderWithAWatchOpen) {
  const auto stub = v1::MetricsService::NewStub(suite_->Channel(kAnalyst, "metrics"));
  grpc::ClientContext context;
  const auto reader = stub->Watch(&context, v1::WatchRequest());
  v1::WatchResponse heartbeat;
  ASSERT_TRUE(reader->Read(&heartbeat));
  EXPECT_THAT(heartbeat.values(), SizeIs(0));
  EXPECT_EQ(heartbeat.from_position(), heartbeat.through_position());
  // A call ends only once its caller has taken the end.
  std::thread taker([&reader] {
    v1::WatchResponse more;
    while (reader->Read(&more)) {
    }
    EXPECT_EQ(ReasonOf(FromGrpcStatus(reader->Finish())), Reason::kDraining);
  });
  const absl::Status stopped = suite_->Stop("metrics");
  EXPECT_TRUE(stopped.ok()) << stopped;
  taker.join();
}

}  // namespace
}  // namespace onereturn::metrics

#include "tests/crash/suite_answers.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "onereturn/metrics/v1/metrics_service.grpc.pb.h"
#include "tests/crash/calls.h"

namespace onereturn {
namespace {

using Stub = metrics::v1::MetricsService::Stub;

constexpr int64_t kDeadlineMs = 60'000;
constexpr int kPage = 1'000;
constexpr catalogue::v1::OrganisationType kLevels[] = {
    catalogue::v1::ORGANISATION_TYPE_NATIONAL_BODY, catalogue::v1::ORGANISATION_TYPE_REGION,
    catalogue::v1::ORGANISATION_TYPE_ICB, catalogue::v1::ORGANISATION_TYPE_PROVIDER};

class Interview {
 public:
  Interview(Stub* stub, std::string at_least) : stub_(*stub), at_least_(std::move(at_least)) {}

  absl::Status AskValues(const std::string& metric, const std::string& period) {
    for (const catalogue::v1::OrganisationType level : kLevels) {
      metrics::v1::ListMetricValuesRequest request;
      request.set_metric(metric);
      request.set_period(period);
      request.set_type(level);
      request.set_page_size(kPage);
      request.mutable_read()->set_at_least(at_least_);
      ASSIGN_OR_RETURN(auto response,
                       CallOnce(stub_, &Stub::ListMetricValues, request, kDeadlineMs));
      if (!response.next_page_token().empty()) return absl::InternalError("more than one page");
      for (const metrics::v1::MetricValue& value : response.values()) {
        answers_[absl::StrCat("value ", metric, " ", period, " ", value.organisation())] =
            value.ShortDebugString();
        organisations_.insert(value.organisation());
      }
    }
    return absl::OkStatus();
  }

  absl::Status AskLeague(const std::string& metric, const std::string& period) {
    metrics::v1::GetLeagueTableRequest request;
    request.set_metric(metric);
    request.set_period(period);
    request.mutable_read()->set_at_least(at_least_);
    ASSIGN_OR_RETURN(auto response, CallOnce(stub_, &Stub::GetLeagueTable, request, kDeadlineMs));
    response.clear_position();
    response.mutable_metric()->clear_etag();
    answers_[absl::StrCat("league ", metric, " ", period)] = response.ShortDebugString();
    return absl::OkStatus();
  }

  absl::Status AskTrends(const std::string& metric) {
    for (const std::string& organisation : organisations_) {
      metrics::v1::GetTrendRequest request;
      request.set_metric(metric);
      request.set_organisation(organisation);
      request.mutable_read()->set_at_least(at_least_);
      ASSIGN_OR_RETURN(auto response, CallOnce(stub_, &Stub::GetTrend, request, kDeadlineMs));
      response.clear_position();
      response.mutable_metric()->clear_etag();
      answers_[absl::StrCat("trend ", metric, " ", organisation)] = response.ShortDebugString();
    }
    return absl::OkStatus();
  }

  Answers Take() { return std::move(answers_); }

 private:
  Stub& stub_;
  const std::string at_least_;
  std::set<std::string> organisations_;
  Answers answers_;
};

}  // namespace

absl::StatusOr<Answers> AskEverything(const std::shared_ptr<grpc::Channel>& analyst,
                                      const std::vector<std::string>& metrics,
                                      const std::vector<std::string>& periods,
                                      const std::string& at_least) {
  auto stub = metrics::v1::MetricsService::NewStub(analyst);
  Interview interview(stub.get(), at_least);
  for (const std::string& metric : metrics) {
    for (const std::string& period : periods) {
      RETURN_IF_ERROR(interview.AskValues(metric, period));
      RETURN_IF_ERROR(interview.AskLeague(metric, period));
    }
    RETURN_IF_ERROR(interview.AskTrends(metric));
  }
  return interview.Take();
}

std::string Difference(const Answers& expected, const Answers& actual) {
  constexpr int kShown = 3;
  std::string text;
  int count = 0;
  for (const auto& [question, answer] : expected) {
    auto other = actual.find(question);
    if (other != actual.end() && other->second == answer) continue;
    if (++count <= kShown) {
      absl::StrAppend(&text, question, "\n  undisturbed: ", answer,
                      "\n  after kills: ", other == actual.end() ? "nothing" : other->second, "\n");
    }
  }
  for (const auto& [question, answer] : actual) {
    if (expected.count(question) == 0 && ++count <= kShown) {
      absl::StrAppend(&text, question, "\n  is answered after kills only: ", answer, "\n");
    }
  }
  if (count > 0) absl::StrAppend(&text, count, " answers differ\n");
  return text;
}

}  // namespace onereturn

// apply: sends definitions to the services that own them.
#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/status_macros.h"
#include "onereturn/assessment/v1/assessment_service.grpc.pb.h"
#include "onereturn/catalogue/v1/catalogue_service.grpc.pb.h"
#include "onereturn/catalogue/v1/stewardship_service.grpc.pb.h"
#include "onereturn/metrics/v1/metrics_service.grpc.pb.h"
#include "onereturn/requests/v1/requests_service.grpc.pb.h"
#include "onereturn/timetable/v1/timetable_service.grpc.pb.h"
#include "tools/onereturn/commands/catalogue_reading.h"
#include "tools/onereturn/commands/command.h"
#include "tools/onereturn/commands/definition_plan.h"
#include "tools/onereturn/console/json_writer.h"
#include "tools/onereturn/console/number_text.h"

namespace onereturn::client {
namespace {

constexpr size_t kInFlight = 32;

struct ApplyOptions {
  std::vector<std::string> paths;
  bool validate_only = false;
};

using CalendarClient = ServiceClient<timetable::v1::TimetableService>;
using StewardshipClient = ServiceClient<catalogue::v1::StewardshipService>;
using RequestsClient = ServiceClient<requests::v1::RequestsService>;
using MetricsClient = ServiceClient<metrics::v1::MetricsService>;
using AssessmentClient = ServiceClient<assessment::v1::AssessmentService>;

enum class Effect { kWritten, kUnchanged, kJudged };

struct Services {
  CalendarClient timetable;
  CatalogueClient catalogue;
  MetricsClient metrics;
  AssessmentClient assessment;
  StewardshipClient stewardship;
  RequestsClient requests;
};

// Sends one definition until the answer is about what is in force now. A request id stands for a
// content for ever, so a content that was in force, replaced, and is wanted again is answered with
// its first receipt: it is then sent anew under an id that names that receipt.
template <typename Client, typename Method, typename Request>
absl::StatusOr<Effect> SendUntilInForce(const Client& client, Method method, Request request) {
  const std::string id = request.request_id();
  for (;;) {
    ASSIGN_OR_RETURN(const auto response, client.Call(method, request));
    if (request.validate_only()) return response.unchanged() ? Effect::kUnchanged : Effect::kJudged;
    if (response.unchanged()) return Effect::kUnchanged;
    if (!response.replayed()) return Effect::kWritten;
    const std::string next = absl::StrCat(id, ".", response.receipt().sequence());
    if (next == request.request_id()) return absl::InternalError("the service repeats a receipt");
    request.set_request_id(next);
  }
}

class Sender {
 public:
  Sender(const Services& services, bool validate_only, const std::vector<Definition>& all,
         std::string request_id)
      : services_(services),
        validate_only_(validate_only),
        all_(all),
        request_id_(std::move(request_id)) {}

  absl::StatusOr<Effect> operator()(const timetable::v1::Calendar& calendar) const {
    auto request = Request<timetable::v1::UpdateCalendarRequest>();
    *request.mutable_calendar() = calendar;
    return SendUntilInForce(services_.timetable, &CalendarClient::Stub::UpdateCalendar, request);
  }
  absl::StatusOr<Effect> operator()(const catalogue::v1::Organisation& organisation) const {
    auto request = Request<catalogue::v1::UpdateOrganisationRequest>();
    *request.mutable_organisation() = organisation;
    return SendUntilInForce(services_.catalogue, &CatalogueClient::Stub::UpdateOrganisation,
                            request);
  }
  absl::StatusOr<Effect> operator()(const catalogue::v1::DataItem& item) const {
    auto request = Request<catalogue::v1::UpdateItemRequest>();
    *request.mutable_item() = item;
    if (validate_only_) SupposeRest(all_, &request);
    return SendUntilInForce(services_.catalogue, &CatalogueClient::Stub::UpdateItem, request);
  }
  absl::StatusOr<Effect> operator()(const catalogue::v1::Collection& collection) const {
    auto request = Request<catalogue::v1::UpdateCollectionRequest>();
    *request.mutable_collection() = collection;
    if (validate_only_) SupposeRest(all_, &request);
    return SendUntilInForce(services_.catalogue, &CatalogueClient::Stub::UpdateCollection, request);
  }
  absl::StatusOr<Effect> operator()(const metrics::v1::Metric& metric) const {
    auto request = Request<metrics::v1::UpdateMetricRequest>();
    *request.mutable_metric() = metric;
    return SendUntilInForce(services_.metrics, &MetricsClient::Stub::UpdateMetric, request);
  }
  absl::StatusOr<Effect> operator()(const assessment::v1::Framework& framework) const {
    auto request = Request<assessment::v1::UpdateFrameworkRequest>();
    *request.mutable_framework() = framework;
    return SendUntilInForce(services_.assessment, &AssessmentClient::Stub::UpdateFramework,
                            request);
  }
  absl::StatusOr<Effect> operator()(const catalogue::v1::Guidance& guidance) const {
    auto request = Request<catalogue::v1::UpdateGuidanceRequest>();
    *request.mutable_guidance() = guidance;
    return SendUntilInForce(services_.stewardship, &StewardshipClient::Stub::UpdateGuidance,
                            request);
  }
  absl::StatusOr<Effect> operator()(const catalogue::v1::Responsibility& responsibility) const {
    auto request = Request<catalogue::v1::UpdateResponsibilityRequest>();
    *request.mutable_responsibility() = responsibility;
    return SendUntilInForce(services_.stewardship, &StewardshipClient::Stub::UpdateResponsibility,
                            request);
  }
  absl::StatusOr<Effect> operator()(const requests::v1::RequestRules& rules) const {
    auto request = Request<requests::v1::UpdateRequestRulesRequest>();
    *request.mutable_rules() = rules;
    return SendUntilInForce(services_.requests, &RequestsClient::Stub::UpdateRequestRules, request);
  }

 private:
  template <typename Message>
  Message Request() const {
    Message request;
    // Judging is another request than sending: a content that was sent may be judged again.
    request.set_request_id(validate_only_ ? absl::StrCat(request_id_, ".judge") : request_id_);
    request.set_validate_only(validate_only_);
    return request;
  }

  const Services& services_;
  bool validate_only_;
  const std::vector<Definition>& all_;
  std::string request_id_;
};

struct Tally {
  size_t written = 0;
  size_t unchanged = 0;
  size_t judged = 0;
};

// Sends the definitions [first, last) with several calls in flight; the first error in their order.
class WaveRunner {
 public:
  WaveRunner(const std::vector<Definition>& definitions, const Services& services,
             const ApplyOptions& options)
      : definitions_(definitions), services_(services), options_(options) {}

  absl::Status Run(size_t first, size_t last, const std::function<void(size_t)>& on_done) {
    next_ = first;
    last_ = last;
    std::vector<std::thread> threads;
    const size_t count = std::min(kInFlight, last - first);
    for (size_t i = 0; i < count; ++i) threads.emplace_back([&] { Work(on_done); });
    for (std::thread& thread : threads) thread.join();
    return failures_.empty() ? absl::OkStatus() : failures_.begin()->second;
  }

  const Tally& tally() const { return tally_; }

 private:
  void Work(const std::function<void(size_t)>& on_done) {
    for (size_t i = next_++; i < last_ && !failed_; i = next_++) {
      const Definition& definition = definitions_[i];
      const absl::StatusOr<Effect> effect = std::visit(
          Sender(services_, options_.validate_only, definitions_, definition.RequestId()),
          definition.content);
      const std::lock_guard<std::mutex> lock(mutex_);
      if (!effect.ok()) {
        failed_ = true;
        failures_.emplace(i, Within(definition.Place(), effect.status()));
        return;
      }
      ++(*effect == Effect::kWritten     ? tally_.written
         : *effect == Effect::kUnchanged ? tally_.unchanged
                                         : tally_.judged);
      on_done(++done_);
    }
  }

  const std::vector<Definition>& definitions_;
  const Services& services_;
  const ApplyOptions& options_;
  std::atomic<size_t> next_{0};
  size_t last_ = 0;
  std::atomic<bool> failed_{false};
  std::mutex mutex_;
  std::map<size_t, absl::Status> failures_;
  size_t done_ = 0;
  Tally tally_;
};

void PrintSummary(const std::vector<Definition>& definitions, const Tally& tally, int64_t micros,
                  Environment* environment) {
  std::map<std::string, size_t> kinds;
  for (const Definition& definition : definitions) ++kinds[std::string(definition.kind())];
  if (environment->json) {
    JsonWriter json;
    json.BeginObject().Key("definitions").Number(definitions.size());
    json.Key("written").Number(tally.written).Key("unchanged").Number(tally.unchanged);
    json.Key("judged").Number(tally.judged).Key("kinds").BeginObject();
    for (const auto& [kind, count] : kinds) json.Key(kind).Number(count);
    environment->console.Print(json.EndObject().EndObject().Take());
    return;
  }
  std::vector<std::string> parts;
  for (const auto& [kind, count] : kinds) parts.push_back(Count(count, kind));
  std::vector<std::string> effects;
  if (tally.written > 0) effects.push_back(absl::StrCat(WithThousands(tally.written), " written"));
  if (tally.judged > 0) effects.push_back(absl::StrCat(WithThousands(tally.judged), " valid"));
  if (tally.unchanged > 0) {
    effects.push_back(absl::StrCat(WithThousands(tally.unchanged), " unchanged"));
  }
  environment->console.Print(absl::StrCat("Applied ", absl::StrJoin(parts, ", "), ": ",
                                          absl::StrJoin(effects, ", "), " (", DurationText(micros),
                                          ").\n"));
}

absl::StatusOr<ExitCode> Apply(const ApplyOptions& options, Environment& environment) {
  const int64_t started = SteadyMicros();
  ASSIGN_OR_RETURN(const std::vector<std::string> files, DefinitionFiles(options.paths));
  ASSIGN_OR_RETURN(const std::vector<Definition> definitions, ReadDefinitions(files));
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  ASSIGN_OR_RETURN(auto timetable, session.To<timetable::v1::TimetableService>(kIngestion));
  ASSIGN_OR_RETURN(auto catalogue, session.To<catalogue::v1::CatalogueService>(kIngestion));
  ASSIGN_OR_RETURN(auto metrics, session.To<metrics::v1::MetricsService>(kMetrics));
  ASSIGN_OR_RETURN(auto assessment, session.To<assessment::v1::AssessmentService>(kAssessment));
  ASSIGN_OR_RETURN(auto stewardship, session.To<catalogue::v1::StewardshipService>(kIngestion));
  ASSIGN_OR_RETURN(auto requests, session.To<requests::v1::RequestsService>(kIngestion));
  const Services services{std::move(timetable),  std::move(catalogue),   std::move(metrics),
                          std::move(assessment), std::move(stewardship), std::move(requests)};
  WaveRunner runner(definitions, services, options);
  for (const auto& [first, last] : Waves(definitions)) {
    const std::string kind(definitions[first].kind());
    RETURN_IF_ERROR(runner.Run(first, last, [&](size_t done) {
      environment.console.Progress(
          absl::StrCat("applying ", kind, "s: ", done, " of ", definitions.size()));
    }));
  }
  environment.console.EndProgress();
  PrintSummary(definitions, runner.tally(), SteadyMicros() - started, &environment);
  return ExitCode::kOk;
}

}  // namespace

void AddApplyCommand(CommandLine* line) {
  auto options = std::make_shared<ApplyOptions>();
  CLI::App* command =
      line->Add(nullptr,
                {"apply",
                 "Send definitions (organisations, items, collections, metrics, frameworks, "
                 "guidance, responsibilities, rules of data requests) to the services.\n"
                 "Sending them again changes nothing.",
                 "apply deploy/england deploy/demo --profile steward.profile.textproto"},
                [options](Environment& environment) { return Apply(*options, environment); });
  command
      ->add_option("PATH", options->paths,
                   "Files of definitions as text protobuf, or folders with .textproto files")
      ->type_name("")
      ->required();
  command->add_flag("--validate-only", options->validate_only, "Judge only; store nothing");
}

}  // namespace onereturn::client

#include "tools/auditor/service.h"

#include <google/protobuf/text_format.h>
#include <grpcpp/client_context.h>

#include <chrono>
#include <filesystem>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "onereturn/assessment/v1/assessment_service.grpc.pb.h"
#include "onereturn/catalogue/v1/catalogue_service.grpc.pb.h"
#include "onereturn/feed/v1/feed.grpc.pb.h"
#include "onereturn/ledger/v1/ledger.grpc.pb.h"
#include "onereturn/metrics/v1/metrics_service.grpc.pb.h"
#include "onereturn/returns/v1/returns_service.grpc.pb.h"
#include "onereturn/rights/v1/rights_service.grpc.pb.h"
#include "onereturn/storage/v1/records.pb.h"
#include "tools/auditor/channel.h"
#include "tools/auditor/whole_file.h"

namespace onereturn::auditor {
namespace {

constexpr int kPage = 1'000;
constexpr int kMostDigests = 1'000;
constexpr auto kCallTime = std::chrono::seconds(30);
// Reading a whole feed or a large file.
constexpr auto kStreamTime = std::chrono::hours(6);

absl::Status ToStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  std::string reason;
  google::rpc::Status details;
  if (details.ParseFromString(status.error_details())) {
    for (const auto& any : details.details()) {
      google::rpc::ErrorInfo info;
      if (any.UnpackTo(&info)) reason = info.reason() + ": ";
    }
  }
  const auto code = static_cast<absl::StatusCode>(status.error_code());
  if (reason.empty()) reason = absl::StatusCodeToString(code) + ": ";
  return absl::Status(code, absl::StrCat(reason, status.error_message()));
}

template <typename Stub, typename Request, typename Response>
absl::StatusOr<Response> Call(Stub* stub,
                              grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                           Response*),
                              const Request& request) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kCallTime);
  Response response;
  const grpc::Status status = (stub->*method)(&context, request, &response);
  if (!status.ok()) return ToStatus(status);
  return response;
}

// All rows of a list, page after page.
template <typename Row, typename Stub, typename Request, typename Response, typename Rows>
absl::StatusOr<std::vector<Row>> List(Stub* stub,
                                      grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                                   const Request&, Response*),
                                      Request request, Rows rows_of) {
  std::vector<Row> rows;
  request.set_page_size(kPage);
  do {
    const absl::StatusOr<Response> page = Call(stub, method, request);
    if (!page.ok()) return page.status();
    const auto& added = rows_of(*page);
    rows.insert(rows.end(), added.begin(), added.end());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return rows;
}

template <typename Request>
Request At(const std::string& position) {
  Request request;
  if (!position.empty()) request.mutable_read()->set_as_of_position(position);
  return request;
}

void MakeAbsolute(const std::filesystem::path& folder, std::string* path) {
  if (!path->empty()) *path = (folder / *path).lexically_normal().string();
}

}  // namespace

absl::StatusOr<config::v1::ClientProfile> ReadProfile(const std::string& file) {
  const absl::StatusOr<std::string> text = WholeFile(file);
  config::v1::ClientProfile profile;
  if (!text.ok() || !google::protobuf::TextFormat::ParseFromString(*text, &profile)) {
    return absl::InvalidArgumentError(absl::StrCat("the profile \"", file, "\" cannot be read"));
  }
  if (!profile.tls().revocation_file().empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the profile \"", file,
                     "\" names a tls.revocation_file, which the auditor does not follow: give it "
                     "a profile without one, whose authority_file holds no authority in doubt"));
  }
  const auto folder = std::filesystem::absolute(file).parent_path();
  MakeAbsolute(folder, profile.mutable_tls()->mutable_certificate_file());
  MakeAbsolute(folder, profile.mutable_tls()->mutable_key_file());
  MakeAbsolute(folder, profile.mutable_tls()->mutable_authority_file());
  for (auto& [service, key_file] : *profile.mutable_public_key_files()) {
    MakeAbsolute(folder, &key_file);
  }
  return profile;
}

std::string PositionText(const std::vector<Place>& places) {
  storage::v1::PositionToken token;
  for (const Place& place : places) {
    auto* added = token.add_services();
    added->set_service(place.service);
    added->set_epoch(place.epoch);
    added->set_sequence(place.sequence);
  }
  return absl::WebSafeBase64Escape(token.SerializeAsString());
}

struct Service::Stubs {
  std::unique_ptr<ledger::v1::LedgerService::Stub> ledger;
  std::unique_ptr<feed::v1::FeedService::Stub> feed;
  std::unique_ptr<catalogue::v1::CatalogueService::Stub> catalogue;
  std::unique_ptr<returns::v1::ReturnsService::Stub> returns;
  std::unique_ptr<rights::v1::RightsService::Stub> rights;
  std::unique_ptr<metrics::v1::MetricsService::Stub> metrics;
  std::unique_ptr<assessment::v1::AssessmentService::Stub> assessment;
};

Service::Service(absl::string_view name) : LedgerSource(std::string(name)) {}
Service::~Service() = default;

absl::StatusOr<std::unique_ptr<Service>> Service::Connect(const config::v1::ClientProfile& profile,
                                                          absl::string_view name) {
  for (const config::v1::Peer& peer : profile.services()) {
    if (peer.service() != name) continue;
    const auto channel = ConnectTo(profile.tls(), peer);
    if (!channel.ok()) return channel.status();
    std::unique_ptr<Service> service(new Service(name));
    service->stubs_ = std::make_unique<Stubs>(Stubs{
        ledger::v1::LedgerService::NewStub(*channel), feed::v1::FeedService::NewStub(*channel),
        catalogue::v1::CatalogueService::NewStub(*channel),
        returns::v1::ReturnsService::NewStub(*channel),
        rights::v1::RightsService::NewStub(*channel),
        metrics::v1::MetricsService::NewStub(*channel),
        assessment::v1::AssessmentService::NewStub(*channel)});
    return service;
  }
  return absl::InvalidArgumentError(absl::StrCat("the profile names no ", name, " service"));
}

absl::StatusOr<ledger::v1::GetHeadResponse> Service::GetHead(
    const std::optional<ledger::v1::SignedHead>& known) const {
  ledger::v1::GetHeadRequest request;
  if (known.has_value()) *request.mutable_known_head() = *known;
  return Call(stubs_->ledger.get(), &ledger::v1::LedgerService::Stub::GetHead, request);
}

absl::StatusOr<std::vector<std::string>> Service::ConsistencyProof(uint64_t old_size,
                                                                   uint64_t new_size) const {
  ledger::v1::GetConsistencyProofRequest request;
  request.set_old_size(old_size);
  request.set_new_size(new_size);
  const auto response =
      Call(stubs_->ledger.get(), &ledger::v1::LedgerService::Stub::GetConsistencyProof, request);
  if (!response.ok()) return response.status();
  return std::vector<std::string>(response->proof().begin(), response->proof().end());
}

absl::StatusOr<ledger::v1::GetInclusionProofResponse> Service::InclusionProof(
    uint64_t sequence, uint64_t tree_size) const {
  ledger::v1::GetInclusionProofRequest request;
  request.set_sequence(sequence);
  request.set_tree_size(tree_size);
  return Call(stubs_->ledger.get(), &ledger::v1::LedgerService::Stub::GetInclusionProof, request);
}

absl::StatusOr<std::vector<ledger::v1::SignedHead>> Service::WitnessedHeads(
    absl::string_view service) const {
  std::vector<ledger::v1::SignedHead> heads;
  ledger::v1::ListWitnessedHeadsRequest request;
  request.set_service(std::string(service));
  request.set_page_size(kPage);
  while (true) {
    const auto page =
        Call(stubs_->ledger.get(), &ledger::v1::LedgerService::Stub::ListWitnessedHeads, request);
    if (!page.ok()) return page.status();
    if (page->heads().empty()) return heads;
    heads.insert(heads.end(), page->heads().begin(), page->heads().end());
    const bool further = std::make_pair(heads.back().epoch(), heads.back().size()) >
                         std::make_pair(request.epoch(), request.above_size());
    // A witness that goes in circles would keep its reader for ever.
    if (!further) return heads;
    request.set_epoch(heads.back().epoch());
    request.set_above_size(heads.back().size());
  }
}

absl::Status Service::ReadFeed(
    uint64_t after, uint64_t through,
    const std::function<absl::Status(const feed::v1::WatchResponse&)>& take) const {
  if (after >= through) return absl::OkStatus();
  feed::v1::WatchRequest request;
  request.set_after_sequence(after);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kStreamTime);
  const auto reader = stubs_->feed->Watch(&context, request);
  feed::v1::WatchResponse page;
  absl::Status taken;
  uint64_t reached = after;
  // A page may reach further than asked for; of heartbeats only so many are waited for.
  constexpr int kMostHeartbeats = 20;
  int heartbeats = 0;
  bool open = true;
  while (reached < through && taken.ok() && heartbeats < kMostHeartbeats) {
    open = reader->Read(&page);
    if (!open) break;
    heartbeats = page.entries().empty() ? heartbeats + 1 : 0;
    reached += static_cast<uint64_t>(page.entries_size());
    taken = take(page);
  }
  // What the service itself ended says why.
  if (open) context.TryCancel();
  const absl::Status ended = ToStatus(reader->Finish());
  if (!taken.ok() || reached >= through) return taken;
  if (heartbeats == kMostHeartbeats || ended.ok()) {
    return absl::DataLossError(absl::StrCat("the feed gives ", reached, " entries of ", through));
  }
  return ended;
}

absl::StatusOr<std::vector<std::string>> Service::Chunks(
    const std::vector<std::string>& digests) const {
  std::vector<std::string> chunks;
  while (chunks.size() < digests.size()) {
    feed::v1::GetChunksRequest request;
    const size_t end = std::min(digests.size(), chunks.size() + kMostDigests);
    for (size_t i = chunks.size(); i < end; ++i) request.add_digests(digests[i]);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kStreamTime);
    const auto reader = stubs_->feed->GetChunks(&context, request);
    feed::v1::GetChunksResponse response;
    while (reader->Read(&response)) chunks.push_back(std::move(*response.mutable_chunk()));
    if (absl::Status status = ToStatus(reader->Finish()); !status.ok()) return status;
    if (chunks.size() != end) return absl::DataLossError("not every chunk asked for has come");
  }
  return chunks;
}

absl::Status Service::ReadFile(absl::string_view digest,
                               const std::function<void(absl::string_view)>& take) const {
  returns::v1::GetFileRequest request;
  request.set_digest(std::string(digest));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kStreamTime);
  const auto reader = stubs_->returns->GetFile(&context, request);
  returns::v1::GetFileResponse response;
  while (reader->Read(&response)) take(response.data());
  return ToStatus(reader->Finish());
}

absl::StatusOr<std::vector<catalogue::v1::Organisation>> Service::Organisations(
    const std::string& position) const {
  return List<catalogue::v1::Organisation>(
      stubs_->catalogue.get(), &catalogue::v1::CatalogueService::Stub::ListOrganisations,
      At<catalogue::v1::ListOrganisationsRequest>(position),
      [](const auto& page) -> const auto& { return page.organisations(); });
}

absl::StatusOr<std::vector<catalogue::v1::DataItem>> Service::Items(
    const std::string& position) const {
  return List<catalogue::v1::DataItem>(
      stubs_->catalogue.get(), &catalogue::v1::CatalogueService::Stub::ListItems,
      At<catalogue::v1::ListItemsRequest>(position),
      [](const auto& page) -> const auto& { return page.items(); });
}

absl::StatusOr<std::vector<catalogue::v1::Collection>> Service::Collections(
    const std::string& position) const {
  return List<catalogue::v1::Collection>(
      stubs_->catalogue.get(), &catalogue::v1::CatalogueService::Stub::ListCollections,
      At<catalogue::v1::ListCollectionsRequest>(position),
      [](const auto& page) -> const auto& { return page.collections(); });
}

absl::StatusOr<std::vector<returns::v1::Return>> Service::Returns(
    const std::string& collection, const std::string& position) const {
  auto request = At<returns::v1::ListReturnsRequest>(position);
  request.set_parent("organisations/-");
  request.set_collection(collection);
  return List<returns::v1::Return>(
      stubs_->returns.get(), &returns::v1::ReturnsService::Stub::ListReturns, std::move(request),
      [](const auto& page) -> const auto& { return page.returns(); });
}

absl::StatusOr<std::vector<common::v1::Cell>> Service::Cells(const std::string& revision) const {
  returns::v1::ListCellsRequest request;
  request.set_parent(revision);
  return List<common::v1::Cell>(
      stubs_->returns.get(), &returns::v1::ReturnsService::Stub::ListCells, std::move(request),
      [](const auto& page) -> const auto& { return page.cells(); });
}

absl::StatusOr<std::vector<rights::v1::Grant>> Service::Grants() const {
  return List<rights::v1::Grant>(
      stubs_->rights.get(), &rights::v1::RightsService::Stub::ListGrants,
      rights::v1::ListGrantsRequest(),
      [](const auto& page) -> const auto& { return page.grants(); });
}

absl::StatusOr<std::vector<metrics::v1::Metric>> Service::Metrics(
    const std::string& position) const {
  return List<metrics::v1::Metric>(
      stubs_->metrics.get(), &metrics::v1::MetricsService::Stub::ListMetrics,
      At<metrics::v1::ListMetricsRequest>(position),
      [](const auto& page) -> const auto& { return page.metrics(); });
}

absl::StatusOr<metrics::v1::MetricValue> Service::MetricValue(const std::string& metric,
                                                              const std::string& organisation,
                                                              const std::string& period,
                                                              const std::string& position) const {
  auto request = At<metrics::v1::GetMetricValueRequest>(position);
  request.set_metric(metric);
  request.set_organisation(organisation);
  request.set_period(period);
  request.mutable_read()->set_at_least(position);
  auto response =
      Call(stubs_->metrics.get(), &metrics::v1::MetricsService::Stub::GetMetricValue, request);
  if (!response.ok()) return response.status();
  return std::move(*response->mutable_value());
}

absl::StatusOr<std::vector<assessment::v1::Framework>> Service::Frameworks(
    const std::string& position) const {
  return List<assessment::v1::Framework>(
      stubs_->assessment.get(), &assessment::v1::AssessmentService::Stub::ListFrameworks,
      At<assessment::v1::ListFrameworksRequest>(position),
      [](const auto& page) -> const auto& { return page.frameworks(); });
}

absl::StatusOr<std::vector<assessment::v1::Assessment>> Service::Assessments(
    const std::string& position) const {
  return List<assessment::v1::Assessment>(
      stubs_->assessment.get(), &assessment::v1::AssessmentService::Stub::ListAssessments,
      At<assessment::v1::ListAssessmentsRequest>(position),
      [](const auto& page) -> const auto& { return page.assessments(); });
}

absl::StatusOr<assessment::v1::Assessment> Service::Assessment(const std::string& name,
                                                               const std::string& position) const {
  auto request = At<assessment::v1::GetAssessmentRequest>(position);
  request.set_name(name);
  auto response = Call(stubs_->assessment.get(),
                       &assessment::v1::AssessmentService::Stub::GetAssessment, request);
  if (!response.ok()) return response.status();
  return std::move(*response->mutable_assessment());
}

}  // namespace onereturn::auditor

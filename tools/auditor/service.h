// One audited service: its calls, as the published protos have them. gRPC stays in service.cc.
#ifndef ONERETURN_TOOLS_AUDITOR_SERVICE_H_
#define ONERETURN_TOOLS_AUDITOR_SERVICE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "onereturn/assessment/v1/assessment.pb.h"
#include "onereturn/catalogue/v1/catalogue.pb.h"
#include "onereturn/common/v1/cell.pb.h"
#include "onereturn/config/v1/config.pb.h"
#include "onereturn/feed/v1/feed.pb.h"
#include "onereturn/ledger/v1/ledger.pb.h"
#include "onereturn/metrics/v1/metrics_service.pb.h"
#include "onereturn/returns/v1/return.pb.h"
#include "onereturn/rights/v1/rights.pb.h"
#include "tools/auditor/ledger_source.h"

namespace onereturn::auditor {

// A client profile; relative paths in it are taken from its folder. An error says what is wrong.
absl::StatusOr<config::v1::ClientProfile> ReadProfile(const std::string& file);

// Where in a service's feed something is read.
struct Place {
  std::string service;
  uint64_t epoch = 0;
  uint64_t sequence = 0;
};

// The position text of places, as proto/onereturn/storage/v1/records.proto has it.
std::string PositionText(const std::vector<Place>& places);

// Everything is read through to the end, whatever the pages. Thread safe.
class Service final : public LedgerSource {
 public:
  static absl::StatusOr<std::unique_ptr<Service>> Connect(const config::v1::ClientProfile& profile,
                                                          absl::string_view name);
  ~Service() override;

  absl::StatusOr<ledger::v1::GetHeadResponse> GetHead(
      const std::optional<ledger::v1::SignedHead>& known) const override;
  absl::StatusOr<std::vector<std::string>> ConsistencyProof(uint64_t old_size,
                                                            uint64_t new_size) const override;
  absl::StatusOr<ledger::v1::GetInclusionProofResponse> InclusionProof(
      uint64_t sequence, uint64_t tree_size) const override;
  absl::Status ReadFeed(
      uint64_t after, uint64_t through,
      const std::function<absl::Status(const feed::v1::WatchResponse&)>& take) const override;
  absl::StatusOr<std::vector<std::string>> Chunks(
      const std::vector<std::string>& digests) const override;

  // All heads of `service` that this one has witnessed.
  absl::StatusOr<std::vector<ledger::v1::SignedHead>> WitnessedHeads(
      absl::string_view service) const;

  absl::Status ReadFile(absl::string_view digest,
                        const std::function<void(absl::string_view)>& take) const;

  // What is served, as of a position.
  absl::StatusOr<std::vector<catalogue::v1::Organisation>> Organisations(
      const std::string& position) const;
  absl::StatusOr<std::vector<catalogue::v1::DataItem>> Items(const std::string& position) const;
  absl::StatusOr<std::vector<catalogue::v1::Collection>> Collections(
      const std::string& position) const;
  absl::StatusOr<std::vector<returns::v1::Return>> Returns(const std::string& collection,
                                                           const std::string& position) const;
  absl::StatusOr<std::vector<common::v1::Cell>> Cells(const std::string& revision) const;
  // As they are now: they are listed at no position.
  absl::StatusOr<std::vector<rights::v1::Grant>> Grants() const;
  absl::StatusOr<std::vector<metrics::v1::Metric>> Metrics(const std::string& position) const;
  absl::StatusOr<metrics::v1::MetricValue> MetricValue(const std::string& metric,
                                                       const std::string& organisation,
                                                       const std::string& period,
                                                       const std::string& position) const;
  absl::StatusOr<std::vector<assessment::v1::Framework>> Frameworks(
      const std::string& position) const;
  absl::StatusOr<std::vector<assessment::v1::Assessment>> Assessments(
      const std::string& position) const;
  absl::StatusOr<assessment::v1::Assessment> Assessment(const std::string& name,
                                                        const std::string& position) const;

 private:
  struct Stubs;
  explicit Service(absl::string_view name);

  std::unique_ptr<Stubs> stubs_;
};

}  // namespace onereturn::auditor

#endif  // ONERETURN_TOOLS_AUDITOR_SERVICE_H_

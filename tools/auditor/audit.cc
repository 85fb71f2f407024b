#include "tools/auditor/audit.h"

#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tools/auditor/ledger_audit.h"
#include "tools/auditor/memory.h"
#include "tools/auditor/served_audit.h"
#include "tools/auditor/service.h"
#include "tools/auditor/whole_file.h"

namespace onereturn::auditor {
namespace {

using Services = std::map<std::string, std::unique_ptr<Service>>;

// nullopt where the profile names no file, or one that holds no key: said in the report.
std::optional<PublicKey> GivenKey(const config::v1::ClientProfile& profile,
                                  const std::string& service, Report* report) {
  const auto named = profile.public_key_files().find(service);
  if (named == profile.public_key_files().end()) return std::nullopt;
  std::optional<PublicKey> key = PublicKeyFromPem(WholeFile(named->second).value_or(std::string()));
  if (!key.has_value()) {
    report->unchecked.push_back(absl::StrCat("\"", named->second, "\" holds no public key"));
  }
  return key;
}

// Before any service tells its own head, so that none can have grown meanwhile.
std::vector<WitnessedHead> CollectWitnessed(const Services& services, const std::string& of,
                                            Report* report) {
  std::vector<WitnessedHead> collected;
  for (const auto& [name, witness] : services) {
    if (name == of) continue;
    auto heads = witness->WitnessedHeads(of);
    if (!heads.ok()) {
      report->unchecked.push_back(
          absl::StrCat("the heads of ", of, " that ", name, " holds: ", heads.status().message()));
      continue;
    }
    for (ledger::v1::SignedHead& head : *heads) {
      if (head.service() == of) collected.push_back({name, std::move(head)});
    }
  }
  return collected;
}

void AuditOne(const Service& service, const AuditOptions& options,
              std::vector<WitnessedHead> witnessed, Report* report) {
  const auto memory = Memory::Open(absl::StrCat(options.state_folder, "/", service.name()));
  if (!memory.ok()) {
    report->unchecked.push_back(absl::StrCat(service.name(), ": ", memory.status().message()));
    return;
  }
  LedgerAuditOptions ledger;
  ledger.full = options.full;
  ledger.witnessed = std::move(witnessed);
  if ((*memory)->keys().empty()) {
    ledger.first_key = GivenKey(options.profile, service.name(), report);
  }
  // What is served comes after what the ledger itself says.
  Report served;
  ServedCounts counts;
  if (options.full) {
    ledger.reading.take_cells = [&](const feed::v1::Entry& entry, const feed::v1::ReturnAccepted&,
                                    const std::vector<Cell>& cells) {
      AuditServedCells(service, entry, cells, &counts, &served);
    };
  }
  const std::optional<LedgerState> state = AuditLedger(service, ledger, memory->get(), report);
  if (state.has_value() && options.full) {
    AuditServed(service, state->head, state->reading.contents, &counts, &served);
  }
  for (Lie& lie : served.lies) report->lies.push_back(std::move(lie));
  for (std::string& one : served.unchecked) report->unchecked.push_back(std::move(one));
  if (state.has_value()) {
    report->examined.back().served = counts.served;
    report->examined.back().files = counts.files;
  }
  ShowHighestHead(service, **memory, report);
}

}  // namespace

Report Audit(const AuditOptions& options) {
  Report report;
  Services services;
  for (const std::string& name : options.services) {
    auto service = Service::Connect(options.profile, name);
    if (!service.ok()) {
      report.unchecked.push_back(absl::StrCat(name, ": ", service.status().message()));
      continue;
    }
    services[name] = *std::move(service);
  }
  std::map<std::string, std::vector<WitnessedHead>> witnessed;
  for (const auto& [name, service] : services) {
    witnessed[name] = CollectWitnessed(services, name, &report);
  }
  for (const auto& [name, service] : services) {
    AuditOne(*service, options, std::move(witnessed[name]), &report);
  }
  return report;
}

}  // namespace onereturn::auditor

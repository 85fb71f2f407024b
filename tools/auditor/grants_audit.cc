#include "tools/auditor/grants_audit.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "tools/auditor/difference.h"

namespace onereturn::auditor {
namespace {

using rights::v1::Grant;

// The pauses double: 3.15 seconds in all.
constexpr auto kFirstPause = std::chrono::milliseconds(50);
constexpr int kPauses = 6;

// Each grant as the contents have it, and as each step since then left it.
class GrantStates {
 public:
  GrantStates(const LedgerSource& service, uint64_t size, const Contents& contents)
      : service_(service), reached_(size) {
    now_.grants = contents.grants;
    for (const auto& [name, grant] : contents.grants) states_[name].push_back(grant);
  }

  // Takes what the feed has grown by.
  absl::Status Follow() {
    const auto now = service_.GetHead(std::nullopt);
    if (!now.ok()) return now.status();
    const uint64_t size = now->head().size();
    if (size <= reached_) return absl::OkStatus();
    return service_.ReadFeed(reached_, size, [this](const feed::v1::WatchResponse& page) {
      for (const feed::v1::FeedEntry& wire : page.entries()) {
        ++reached_;
        Take(wire);
      }
      return absl::OkStatus();
    });
  }

  // None when no entry makes a grant of this name. The newest is the last.
  std::vector<Grant> Of(const std::string& name) const {
    const auto found = states_.find(name);
    return found == states_.end() ? std::vector<Grant>() : found->second;
  }

 private:
  void Take(const feed::v1::FeedEntry& wire) {
    feed::v1::Entry entry;
    if (!entry.ParseFromString(wire.entry())) return;
    Report faults;  // Those of later entries are the next cycle's.
    now_.Take(service_.name(), entry, &faults);
    const auto grant = now_.grants.find(entry.name());
    if (grant != now_.grants.end()) states_[entry.name()].push_back(grant->second);
  }

  const LedgerSource& service_;
  uint64_t reached_;  // Entries taken.
  Contents now_;
  std::map<std::string, std::vector<Grant>> states_;
};

void CompareGrant(const std::string& service, const Grant& served, const std::vector<Grant>& states,
                  Report* report) {
  if (states.empty()) {
    report->Add(LieKind::kServedUnrecorded, service, served.name(), "nothing: no entry makes it",
                "it is served");
    return;
  }
  const auto same = [&](const Grant& state) { return !Difference(state, served).has_value(); };
  if (std::any_of(states.begin(), states.end(), same)) return;
  const Grant& expected = states.back();
  report->Add(LieKind::kServedDiffers, service, served.name(),
              absl::StrCat("what entry ", expected.etag(), " says"), *Difference(expected, served));
}

}  // namespace

void AuditServedGrants(const LedgerSource& service, const std::vector<Grant>& served, uint64_t size,
                       const Contents& contents, Report* report) {
  GrantStates states(service, size, contents);
  Report found;
  auto pause = kFirstPause;
  for (int pauses = 0;; ++pauses) {
    if (const absl::Status followed = states.Follow(); !followed.ok()) {
      report->unchecked.push_back(
          absl::StrCat(service.name(), ": its grants of rights: ", followed.message()));
      return;
    }
    found = Report();
    for (const Grant& grant : served) {
      CompareGrant(service.name(), grant, states.Of(grant.name()), &found);
    }
    if (found.lies.empty() || pauses == kPauses) break;
    std::this_thread::sleep_for(pause);
    pause *= 2;
  }
  for (Lie& lie : found.lies) report->lies.push_back(std::move(lie));
  std::set<std::string> names;
  for (const Grant& grant : served) names.insert(grant.name());
  for (const auto& [name, grant] : contents.grants) {
    if (names.count(name) > 0) continue;
    report->Add(LieKind::kServedDiffers, service.name(), name,
                absl::StrCat("what entry ", grant.etag(), " says"), "it is not served");
  }
}

}  // namespace onereturn::auditor

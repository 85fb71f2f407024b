#include "common/identity/rights_source.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

absl::Status Unreadable() {
  return absl::DataLossError("a fact that rights rest on cannot be read");
}

template <typename Fact>
absl::StatusOr<Fact> FactOf(const feed::v1::Entry& entry) {
  Fact fact;
  if (!fact.ParseFromString(entry.fact())) return Unreadable();
  return fact;
}

absl::StatusOr<CivilDay> DayOf(const std::string& text) {
  absl::StatusOr<CivilDay> day = CivilDay::Parse(text);
  if (!day.ok()) return Unreadable();
  return day;
}

}  // namespace

bool ChangesRights(feed::v1::EntryKind kind) {
  switch (kind) {
    case feed::v1::ENTRY_KIND_ORGANISATION_DEFINED:
    case feed::v1::ENTRY_KIND_GRANT_PROPOSED:
    case feed::v1::ENTRY_KIND_GRANT_DECIDED:
    case feed::v1::ENTRY_KIND_GRANT_REVOKED:
      return true;
    default:
      return false;
  }
}

absl::StatusOr<Grant> GrantOf(const rights::v1::Grant& grant) {
  Grant held;
  held.name = grant.name();
  held.principal = grant.principal();
  held.role = grant.role();
  held.organisation = grant.organisation();
  held.reach = grant.reach();
  held.delegated_by = grant.delegated_by();
  held.collections.assign(grant.collections().begin(), grant.collections().end());
  if (!grant.valid_from().empty()) {
    ASSIGN_OR_RETURN(held.from, DayOf(grant.valid_from()));
  }
  if (!grant.valid_until().empty()) {
    ASSIGN_OR_RETURN(held.until, DayOf(grant.valid_until()));
  }
  return held;
}

RightsSource::RightsSource(Rights configured)
    : configured_(std::move(configured)), current_(std::make_shared<const Rights>(configured_)) {}

std::shared_ptr<const Rights> RightsSource::Current() const {
  std::lock_guard<std::mutex> lock(mutex_);
  if (current_ != nullptr) return current_;
  if (ties_ == nullptr) ties_ = std::make_shared<const OrganisationTies>(lives_);
  std::vector<Grant> approved;
  std::vector<std::string> known;
  for (const auto& [name, held] : grants_) {
    // Whoever was only proposed is not known yet.
    if (held.value.state() == rights::v1::GRANT_STATE_APPROVED) {
      absl::StatusOr<Grant> grant = GrantOf(held.value);
      if (grant.ok()) approved.push_back(*std::move(grant));  // It was readable when it was taken.
    } else if (held.value.state() == rights::v1::GRANT_STATE_REVOKED) {
      known.push_back(held.value.principal());
    }
  }
  current_ = std::make_shared<const Rights>(
      configured_.With(version_, std::move(approved), std::move(known), ties_));
  return current_;
}

uint64_t RightsSource::SequenceOf(absl::string_view name) const {
  if (const auto grant = grants_.find(name); grant != grants_.end()) return grant->second.sequence;
  const auto organisation = organisations_.find(name);
  return organisation == organisations_.end() ? 0 : organisation->second;
}

bool RightsSource::IsNew(const feed::v1::Entry& entry) const {
  std::lock_guard<std::mutex> lock(mutex_);
  return ChangesRights(entry.kind()) && entry.sequence() > SequenceOf(entry.name());
}

absl::Status RightsSource::Apply(const feed::v1::Entry& entry) {
  switch (entry.kind()) {
    case feed::v1::ENTRY_KIND_ORGANISATION_DEFINED: {
      ASSIGN_OR_RETURN(const auto fact, FactOf<feed::v1::OrganisationDefined>(entry));
      return PutOrganisation(fact.organisation(), entry.sequence());
    }
    case feed::v1::ENTRY_KIND_GRANT_PROPOSED: {
      ASSIGN_OR_RETURN(const auto fact, FactOf<rights::v1::GrantProposed>(entry));
      return PutGrant(fact.grant(), entry.sequence());
    }
    case feed::v1::ENTRY_KIND_GRANT_DECIDED: {
      ASSIGN_OR_RETURN(const auto fact, FactOf<rights::v1::GrantDecided>(entry));
      return PutGrant(fact.grant(), entry.sequence());
    }
    case feed::v1::ENTRY_KIND_GRANT_REVOKED: {
      ASSIGN_OR_RETURN(const auto fact, FactOf<rights::v1::GrantRevoked>(entry));
      return PutGrant(fact.grant(), entry.sequence());
    }
    default:
      return absl::OkStatus();
  }
}

absl::Status RightsSource::PutGrant(const rights::v1::Grant& grant, uint64_t sequence) {
  RETURN_IF_ERROR(GrantOf(grant).status());
  std::lock_guard<std::mutex> lock(mutex_);
  Held<rights::v1::Grant>& held = grants_[grant.name()];
  if (sequence <= held.sequence) return absl::OkStatus();
  held = {sequence, grant};
  version_ = std::max(version_, sequence);
  current_ = nullptr;
  return absl::OkStatus();
}

absl::Status RightsSource::PutOrganisation(const catalogue::v1::Organisation& organisation,
                                           uint64_t sequence) {
  ASSIGN_OR_RETURN(OrganisationLife life, OrganisationLife::FromProto(organisation));
  std::lock_guard<std::mutex> lock(mutex_);
  uint64_t& held = organisations_["organisations/" + organisation.code()];
  if (sequence <= held) return absl::OkStatus();
  held = sequence;
  lives_[organisation.code()] = std::make_shared<const OrganisationLife>(std::move(life));
  version_ = std::max(version_, sequence);
  ties_ = nullptr;
  current_ = nullptr;
  return absl::OkStatus();
}

void RightsSource::Forget() {
  std::lock_guard<std::mutex> lock(mutex_);
  grants_.clear();
  organisations_.clear();
  lives_.clear();
  version_ = 0;
  ties_ = nullptr;
  current_ = nullptr;
}

void RightsSource::NoteHeard(Timestamp now) {
  heard_micros_.store(now.micros);
  followed_.store(true);
}

bool RightsSource::Fresh(Timestamp now) const {
  return !followed_.load() || std::abs(now.micros - heard_micros_.load()) <= kRightsStaleMicros;
}

}  // namespace onereturn

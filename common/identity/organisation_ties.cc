#include "common/identity/organisation_ties.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/identity/roles.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

absl::StatusOr<std::optional<CivilDay>> DayIn(const std::string& text) {
  if (text.empty()) return std::optional<CivilDay>();
  absl::StatusOr<CivilDay> day = CivilDay::Parse(text);
  if (!day.ok()) return absl::DataLossError("a day of an accepted organisation cannot be read");
  return std::optional<CivilDay>(*day);
}

}  // namespace

absl::StatusOr<OrganisationLife> OrganisationLife::FromProto(
    const catalogue::v1::Organisation& definition) {
  OrganisationLife life;
  ASSIGN_OR_RETURN(const std::optional<CivilDay> open, DayIn(definition.open_date()));
  life.open = open.value_or(CivilDay::Earliest());
  ASSIGN_OR_RETURN(life.close, DayIn(definition.close_date()));
  for (const catalogue::v1::Relationship& relationship : definition.relationships()) {
    if (!CarriesRights(relationship.kind())) continue;
    ASSIGN_OR_RETURN(const std::optional<CivilDay> from, DayIn(relationship.from_date()));
    ASSIGN_OR_RETURN(const std::optional<CivilDay> to, DayIn(relationship.to_date()));
    life.ties.push_back({relationship.parent(), from.value_or(CivilDay::Earliest()), to});
  }
  return life;
}

OrganisationTies::OrganisationTies(const Lives& lives) {
  for (const auto& [code, child] : lives) {
    for (const OrganisationLife::Tie& tie : child->ties) {
      const auto parent = lives.find(tie.parent);
      if (parent == lives.end()) continue;
      Down down{
          code, std::max({tie.from, child->open, parent->second->open}),
          std::min({tie.to.value_or(CivilDay::Latest()), child->close.value_or(CivilDay::Latest()),
                    parent->second->close.value_or(CivilDay::Latest())})};
      if (down.from <= down.to) children_[tie.parent].push_back(std::move(down));
    }
  }
}

std::shared_ptr<const std::vector<std::string>> OrganisationTies::Below(
    const std::string& organisation, const CivilDay& day) const {
  std::lock_guard<std::mutex> lock(mutex_);
  if (remembered_day_ != day) {
    remembered_.clear();
    remembered_day_ = day;
  }
  auto [place, added] = remembered_.try_emplace(organisation);
  if (!added) return place->second;
  std::set<std::string> below;
  std::vector<std::string> open = {organisation};
  while (!open.empty()) {
    const std::string parent = std::move(open.back());
    open.pop_back();
    const auto children = children_.find(parent);
    if (children == children_.end()) continue;
    for (const Down& down : children->second) {
      if (day < down.from || down.to < day || down.child == organisation) continue;
      if (below.insert(down.child).second) open.push_back(down.child);
    }
  }
  place->second = std::make_shared<const std::vector<std::string>>(below.begin(), below.end());
  return place->second;
}

}  // namespace onereturn

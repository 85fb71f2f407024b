#include "common/hierarchy/hierarchy_check.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/check.h"
#include "common/hierarchy/cycle_search.h"
#include "common/hierarchy/ods_code.h"

namespace onereturn {
namespace {

std::string DayText(int32_t epoch_days) {
  const std::optional<CivilDay> day = CivilDay::FromEpochDays(epoch_days);
  ONERETURN_CHECK(day.has_value());
  return day->ToString();
}

std::string DaysText(int32_t from, int32_t to) {
  if (to == kOpenEnd) return absl::StrCat("from ", DayText(from), " on");
  return absl::StrCat("from ", DayText(from), " to ", DayText(to));
}

int32_t LastDay(const std::optional<CivilDay>& day) {
  return day.has_value() ? day->EpochDays() : kOpenEnd;
}

// Names a relationship in a message.
std::string Described(const Relationship& relationship) {
  return absl::StrCat(RelationshipKindName(relationship.kind), " of ", relationship.child, " to ",
                      relationship.parent, " from ", relationship.from.ToString());
}

// One pass over all records, collecting faults and, for what is sound enough, the days in force.
class Checker {
 public:
  explicit Checker(absl::Span<const Organisation> organisations) : organisations_(organisations) {}

  std::vector<HierarchyFault> Run() {
    for (size_t i = 0; i < organisations_.size(); ++i) {
      if (!by_code_.emplace(organisations_[i].code, static_cast<int32_t>(i)).second) {
        Report(HierarchyFaultKind::kDuplicateOrganisation, organisations_[i].code,
               "the organisation has more than one record; keep one");
      }
    }
    for (const auto& organisation : organisations_) CheckRecord(organisation);
    for (size_t i = 0; i < organisations_.size(); ++i) {
      for (const Relationship& relationship : organisations_[i].relationships) {
        CheckRelationship(static_cast<int32_t>(i), relationship);
      }
      CheckSuccessions(organisations_[i]);
    }
    CheckOverlaps();
    CheckShares();
    CheckCycles();
    return std::move(faults_);
  }

 private:
  // The relationships of one child and kind: day -> what changes on it.
  struct Change {
    int64_t shares = 0;
    int leads = 0;
    int count = 0;
  };
  using ChildAndKind = std::pair<std::string, RelationshipKind>;
  using Sameness = std::tuple<std::string, RelationshipKind, std::string>;

  void Report(HierarchyFaultKind kind, absl::string_view code, std::string message) {
    faults_.push_back({kind, std::string(code), std::move(message)});
  }

  static bool DaysAreValid(const Organisation& organisation) {
    return organisation.open_date.IsValid() &&
           (!organisation.close_date.has_value() || organisation.close_date->IsValid());
  }

  void CheckRecord(const Organisation& organisation) {
    const absl::Status code = CheckOdsCode(organisation.code);
    if (!code.ok()) {
      Report(HierarchyFaultKind::kInvalidCode, organisation.code, std::string(code.message()));
    }
    if (organisation.name.empty()) {
      Report(HierarchyFaultKind::kNoName, organisation.code, "the organisation has no name");
    }
    if (!DaysAreValid(organisation)) {
      Report(HierarchyFaultKind::kInvalidDay, organisation.code,
             "the open or close date is no day of the calendar");
    } else if (organisation.close_date.has_value() &&
               *organisation.close_date < organisation.open_date) {
      Report(HierarchyFaultKind::kCloseBeforeOpen, organisation.code,
             absl::StrCat("the organisation closes on ", organisation.close_date->ToString(),
                          ", before it opens on ", organisation.open_date.ToString()));
    }
  }

  void CheckRelationship(int32_t child_index, const Relationship& relationship) {
    const Organisation& child = organisations_[static_cast<size_t>(child_index)];
    if (relationship.child != child.code) {
      Report(HierarchyFaultKind::kForeignRecord, child.code,
             absl::StrCat("a relationship of ", relationship.child,
                          " stands under this organisation; move it to the record of its child"));
      return;
    }
    if (!relationship.from.IsValid() ||
        (relationship.to.has_value() && !relationship.to->IsValid())) {
      Report(HierarchyFaultKind::kInvalidDay, child.code,
             absl::StrCat("a day of its ", RelationshipKindName(relationship.kind), " to ",
                          relationship.parent, " is no day of the calendar"));
      return;
    }
    if (relationship.share_millionths < 0 ||
        relationship.share_millionths > kWholeShareMillionths) {
      Report(
          HierarchyFaultKind::kInvalidShare, child.code,
          absl::StrCat(Described(relationship), " has a share of ", relationship.share_millionths,
                       " millionths; it must be 0 to ", kWholeShareMillionths));
    }
    const auto parent = by_code_.find(relationship.parent);
    if (parent == by_code_.end()) {
      Report(HierarchyFaultKind::kUnknownParent, child.code,
             absl::StrCat(Described(relationship), ": the parent has no record; add it"));
    } else {
      CheckTypes(relationship, child, organisations_[static_cast<size_t>(parent->second)]);
    }
    if (relationship.to.has_value() && *relationship.to < relationship.from) {
      Report(HierarchyFaultKind::kEndBeforeStart, child.code,
             absl::StrCat(Described(relationship), " ends on ", relationship.to->ToString(),
                          ", before it begins"));
      return;
    }
    by_sameness_[{relationship.child, relationship.kind, relationship.parent}].push_back(
        {relationship.from.EpochDays(), LastDay(relationship.to)});
    if (parent != by_code_.end()) NoteDays(child_index, parent->second, relationship);
  }

  void CheckTypes(const Relationship& relationship, const Organisation& child,
                  const Organisation& parent) {
    const auto check = [&](absl::string_view role, const Organisation& organisation,
                           std::optional<OrganisationType> demanded) {
      if (!demanded.has_value() || organisation.type == *demanded) return;
      Report(HierarchyFaultKind::kWrongType, child.code,
             absl::StrCat(Described(relationship), ": the ", role, " is of type ",
                          OrganisationTypeName(organisation.type), ", and must be ",
                          OrganisationTypeName(*demanded)));
    };
    check("child", child, ChildType(relationship.kind));
    check("parent", parent, ParentType(relationship.kind));
  }

  void NoteDays(int32_t child_index, int32_t parent_index, const Relationship& relationship) {
    const Organisation& child = organisations_[static_cast<size_t>(child_index)];
    const Organisation& parent = organisations_[static_cast<size_t>(parent_index)];
    if (!DaysAreValid(child) || !DaysAreValid(parent)) return;
    const std::optional<DaysInForce> days = DaysOf(relationship, child, parent);
    if (!days.has_value()) {
      Report(HierarchyFaultKind::kNeverInForce, child.code,
             absl::StrCat(Described(relationship),
                          ": its organisations are never both open on its days"));
      return;
    }
    std::map<int32_t, Change>& changes = changes_[{relationship.child, relationship.kind}];
    Change& begin = changes[days->from];
    // A share out of bounds is a fault of its own already, and must not overflow the total.
    const int64_t share =
        std::clamp<int64_t>(relationship.share_millionths, 0, kWholeShareMillionths);
    begin.shares += share;
    begin.leads += relationship.lead ? 1 : 0;
    begin.count += 1;
    if (days->to < CivilDay::Latest().EpochDays()) {
      Change& end = changes[days->to + 1];
      end.shares -= share;
      end.leads -= relationship.lead ? 1 : 0;
      end.count -= 1;
    }
    edges_.push_back({child_index, parent_index, days->from, days->to});
  }

  void CheckSuccessions(const Organisation& organisation) {
    for (const Succession& succession : organisation.successions) {
      if (succession.old_code != organisation.code) {
        Report(HierarchyFaultKind::kForeignRecord, organisation.code,
               absl::StrCat("a succession of ", succession.old_code,
                            " stands under this organisation; move it to the record of its old "
                            "code"));
      }
      if (!succession.effective.IsValid()) {
        Report(HierarchyFaultKind::kInvalidDay, organisation.code,
               absl::StrCat("the day of its succession by ", succession.new_code,
                            " is no day of the calendar"));
      }
      if (succession.new_code == succession.old_code ||
          by_code_.find(succession.new_code) == by_code_.end()) {
        Report(HierarchyFaultKind::kInvalidSuccession, organisation.code,
               absl::StrCat("its successor ", succession.new_code,
                            " is the organisation itself or has no record; add it"));
      }
    }
  }

  void CheckOverlaps() {
    for (auto& [sameness, ranges] : by_sameness_) {
      std::sort(ranges.begin(), ranges.end());
      int32_t covered_to = INT32_MIN;
      for (const auto& [from, to] : ranges) {
        if (from <= covered_to) {
          Report(HierarchyFaultKind::kOverlap, std::get<0>(sameness),
                 absl::StrCat(RelationshipKindName(std::get<1>(sameness)), " to ",
                              std::get<2>(sameness), " is recorded twice ",
                              DaysText(from, std::min(to, covered_to)),
                              "; end the earlier one the day before"));
        }
        covered_to = std::max(covered_to, to);
      }
    }
  }

  void CheckShares() {
    for (const auto& [child_and_kind, changes] : changes_) {
      Change now;
      for (auto change = changes.begin(); change != changes.end(); ++change) {
        now.shares += change->second.shares;
        now.leads += change->second.leads;
        now.count += change->second.count;
        if (now.count == 0) continue;
        const bool shares_are_whole = now.shares == kWholeShareMillionths;
        const bool none_stated = now.shares == 0;
        if ((shares_are_whole && now.leads <= 1) || (none_stated && now.leads == 1)) continue;
        const auto next = std::next(change);
        Report(HierarchyFaultKind::kShareTotal, child_and_kind.first,
               absl::StrCat(
                   DaysText(change->first, next == changes.end() ? kOpenEnd : next->first - 1),
                   " its ", RelationshipKindName(child_and_kind.second), " shares total ",
                   now.shares, " millionths with ", now.leads, " leads; shares must total ",
                   kWholeShareMillionths, ", or be left out with exactly one lead"));
      }
    }
  }

  void CheckCycles() {
    for (const DatedCycle& cycle :
         FindCycles(static_cast<int32_t>(organisations_.size()), edges_)) {
      std::vector<std::string> codes;
      for (const int32_t node : cycle.nodes) {
        codes.push_back(organisations_[static_cast<size_t>(node)].code);
      }
      std::rotate(codes.begin(), std::min_element(codes.begin(), codes.end()), codes.end());
      codes.push_back(codes.front());
      Report(
          HierarchyFaultKind::kCycle, codes.front(),
          absl::StrCat("the organisations belong to each other in a circle on ", DayText(cycle.day),
                       ": ", absl::StrJoin(codes, " to "), "; end one of these relationships"));
    }
  }

  absl::Span<const Organisation> organisations_;
  std::vector<HierarchyFault> faults_;
  std::map<std::string, int32_t> by_code_;  // The first record of each code.
  std::map<ChildAndKind, std::map<int32_t, Change>> changes_;
  std::map<Sameness, std::vector<std::pair<int32_t, int32_t>>> by_sameness_;
  std::vector<DatedEdge> edges_;
};

}  // namespace

absl::string_view HierarchyFaultKindName(HierarchyFaultKind kind) {
  switch (kind) {
    case HierarchyFaultKind::kInvalidCode:
      return "INVALID_CODE";
    case HierarchyFaultKind::kDuplicateOrganisation:
      return "DUPLICATE_ORGANISATION";
    case HierarchyFaultKind::kNoName:
      return "NO_NAME";
    case HierarchyFaultKind::kInvalidDay:
      return "INVALID_DAY";
    case HierarchyFaultKind::kCloseBeforeOpen:
      return "CLOSE_BEFORE_OPEN";
    case HierarchyFaultKind::kForeignRecord:
      return "FOREIGN_RECORD";
    case HierarchyFaultKind::kUnknownParent:
      return "UNKNOWN_PARENT";
    case HierarchyFaultKind::kWrongType:
      return "WRONG_TYPE";
    case HierarchyFaultKind::kEndBeforeStart:
      return "END_BEFORE_START";
    case HierarchyFaultKind::kNeverInForce:
      return "NEVER_IN_FORCE";
    case HierarchyFaultKind::kInvalidShare:
      return "INVALID_SHARE";
    case HierarchyFaultKind::kOverlap:
      return "OVERLAP";
    case HierarchyFaultKind::kShareTotal:
      return "SHARE_TOTAL";
    case HierarchyFaultKind::kCycle:
      return "CYCLE";
    case HierarchyFaultKind::kInvalidSuccession:
      return "INVALID_SUCCESSION";
  }
  return "";
}

std::optional<DaysInForce> DaysOf(const Relationship& relationship, const Organisation& child,
                                  const Organisation& parent) {
  const DaysInForce days = {
      std::max({relationship.from, child.open_date, parent.open_date}).EpochDays(),
      std::min({LastDay(relationship.to), LastDay(child.close_date), LastDay(parent.close_date)})};
  if (days.to < days.from) return std::nullopt;
  return days;
}

std::vector<HierarchyFault> CheckOrganisations(absl::Span<const Organisation> organisations) {
  return Checker(organisations).Run();
}

}  // namespace onereturn

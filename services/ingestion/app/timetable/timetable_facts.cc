#include "services/ingestion/app/timetable/timetable_facts.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/feed/wire.h"

namespace onereturn::ingestion {
namespace {

// An organisation takes some 20 bytes of a list, and an entry holds 64 KiB.
constexpr size_t kOrganisationsAPart = 1'000;

absl::string_view StepName(WindowStep step) {
  switch (step) {
    case WindowStep::kOpen:
      return "open";
    case WindowStep::kCut:
      return "cut";
    case WindowStep::kListCut:
      return "cut-list";
    case WindowStep::kRefresh:
      return "refresh";
    case WindowStep::kListRefresh:
      return "refresh-list";
    case WindowStep::kClose:
      return "close";
    default:
      return "close-list";
  }
}

timetable::v1::WindowClosed CloseFact(const WindowKey& window, Timestamp moment) {
  timetable::v1::WindowClosed fact;
  fact.set_collection(window.collection);
  fact.set_period(window.period);
  *fact.mutable_moment() = ToWire(moment);
  return fact;
}

}  // namespace

std::string RequestPartOf(WindowStep step, const WindowKey& window) {
  return absl::StrCat(StepName(step), ".", window.collection, ".", window.period);
}

timetable::v1::ReturnDue DueFact(const WindowKey& window, timetable::v1::CutStage stage,
                                 Timestamp moment) {
  timetable::v1::ReturnDue fact;
  fact.set_collection(window.collection);
  fact.set_period(window.period);
  fact.set_stage(stage);
  *fact.mutable_moment() = ToWire(moment);
  return fact;
}

std::string FactOfStep(const WindowKey& window, const DueStep& step) {
  switch (step.step) {
    case WindowStep::kCut:
      return DueFact(window, timetable::v1::CUT_STAGE_DUE, step.moment).SerializeAsString();
    case WindowStep::kRefresh:
      return DueFact(window, timetable::v1::CUT_STAGE_REFRESH, step.moment).SerializeAsString();
    default:
      return CloseFact(window, step.moment).SerializeAsString();
  }
}

uint64_t* PlaceOf(WindowStep step, WindowFacts* facts) {
  switch (step) {
    case WindowStep::kOpen:
      return &facts->opened;
    case WindowStep::kCut:
      return &facts->cut;
    case WindowStep::kListCut:
      return &facts->cut_listed;
    case WindowStep::kRefresh:
      return &facts->refreshed;
    case WindowStep::kListRefresh:
      return &facts->refresh_listed;
    case WindowStep::kClose:
      return &facts->closed;
    default:
      return &facts->close_listed;
  }
}

feed::v1::EntryKind EntryKindOf(WindowStep step) {
  if (step == WindowStep::kOpen) return feed::v1::ENTRY_KIND_WINDOW_OPENED;
  const bool close = step == WindowStep::kClose || step == WindowStep::kListClose;
  return close ? feed::v1::ENTRY_KIND_WINDOW_CLOSED : feed::v1::ENTRY_KIND_RETURN_DUE;
}

uint64_t ListedAt(WindowStep step, const WindowFacts& facts) {
  if (step == WindowStep::kListCut) return facts.cut;
  return step == WindowStep::kListRefresh ? facts.refreshed : facts.closed;
}

std::vector<std::string> ListFacts(const WindowKey& window, const DueStep& step, uint64_t at,
                                   const std::map<std::string, StandingRow>& rows) {
  std::vector<std::pair<std::string, StandingRow>> listed;
  for (const auto& [organisation, row] : rows) {
    const bool missing = row.standing == ReturnStanding::kMissing;
    if (step.step != WindowStep::kListClose || missing) listed.emplace_back(organisation, row);
  }
  const auto parts = static_cast<uint32_t>(
      std::max<size_t>(1, (listed.size() + kOrganisationsAPart - 1) / kOrganisationsAPart));
  std::vector<std::string> facts;
  for (uint32_t part = 1; part <= parts; ++part) {
    timetable::v1::ReturnDue due =
        DueFact(window,
                step.step == WindowStep::kListCut ? timetable::v1::CUT_STAGE_DUE
                                                  : timetable::v1::CUT_STAGE_REFRESH,
                step.moment);
    timetable::v1::WindowClosed closed = CloseFact(window, step.moment);
    const size_t first = (part - 1) * kOrganisationsAPart;
    const size_t last = std::min(listed.size(), first + kOrganisationsAPart);
    for (size_t i = first; i < last; ++i) {
      closed.add_missing(listed[i].first);
      timetable::v1::OrganisationStanding* standing = due.add_standings();
      standing->set_organisation(listed[i].first);
      standing->set_standing(static_cast<timetable::v1::Standing>(listed[i].second.standing));
      standing->set_revision(listed[i].second.revision);
    }
    due.set_cut_sequence(at);
    closed.set_close_sequence(at);
    due.set_part(part);
    closed.set_part(part);
    due.set_parts(parts);
    closed.set_parts(parts);
    facts.push_back(step.step == WindowStep::kListClose ? closed.SerializeAsString()
                                                        : due.SerializeAsString());
  }
  return facts;
}

}  // namespace onereturn::ingestion

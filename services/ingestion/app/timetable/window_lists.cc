#include "services/ingestion/app/timetable/window_lists.h"

#include <algorithm>
#include <set>
#include <utility>

#include "common/commit/journal.h"
#include "common/feed/wire.h"
#include "common/status/status_macros.h"
#include "onereturn/catalogue/v1/catalogue.pb.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "services/ingestion/app/returns/accepted_return.h"
#include "services/ingestion/store/return_table.h"

namespace onereturn::ingestion {
namespace {

bool FrameCovers(const catalogue::v1::Frame& frame, const Period& period) {
  const absl::StatusOr<Period> from = Period::Parse(frame.from_period());
  if (!from.ok() || period.start() < from->start()) return false;
  if (frame.to_period().empty()) return true;
  const absl::StatusOr<Period> to = Period::Parse(frame.to_period());
  return to.ok() && period.end() <= to->end();
}

absl::StatusOr<bool> IsEstimate(const Reader& reader, const RevisionPlace& place) {
  ASSIGN_OR_RETURN(const std::string bytes, EntryBytes(reader, place.sequence));
  ASSIGN_OR_RETURN(const feed::v1::ReturnAccepted fact, ReturnOfEntry(bytes));
  return fact.status() == returns::v1::REVISION_STATUS_ESTIMATED;
}

struct FoundReturn {
  HeldReturn held;
  uint32_t revision = 0;
};

absl::StatusOr<FoundReturn> FindReturn(const Reader& reader, const ReturnKey& key,
                                       uint64_t sequence) {
  FoundReturn found;
  RETURN_IF_ERROR(VisitRevisions(reader, OrganisationScope::National(), key, sequence, 0,
                                 [&](const RevisionPlace& place) -> absl::StatusOr<bool> {
                                   ASSIGN_OR_RETURN(const bool estimate, IsEstimate(reader, place));
                                   if (found.revision == 0) {
                                     found.revision = place.number;
                                     found.held.estimated = estimate;
                                   }
                                   if (!estimate) found.held.first = place.sequence;
                                   return true;
                                 }));
  return found;
}

absl::StatusOr<ExtensionFacts> ExtensionFactsAt(const Reader& reader, const ReturnKey& key,
                                                const HeldReturn& held, uint64_t sequence) {
  ExtensionFacts facts;
  ASSIGN_OR_RETURN(const std::vector<timetable::v1::Extension> extensions,
                   ExtensionsOf(reader, key));
  for (const timetable::v1::Extension& extension : extensions) {
    facts.in_force |= InForceAt(extension, sequence);
    facts.held_within |= held.first != 0 && InForceAt(extension, held.first);
  }
  return facts;
}

}  // namespace

std::vector<std::string> OwersOf(const WindowReader& windows, const Period& period) {
  std::set<std::string> owers;
  if (const CollectionStretch* stretch = windows.StretchOf(period); stretch != nullptr) {
    for (const catalogue::v1::Frame& frame : stretch->definition.frames()) {
      if (FrameCovers(frame, period)) owers.insert(frame.organisation());
    }
  }
  return {owers.begin(), owers.end()};
}

bool Owes(const WindowReader& windows, const std::string& organisation, const Period& period) {
  const CollectionStretch* stretch = windows.StretchOf(period);
  return stretch != nullptr &&
         std::any_of(stretch->definition.frames().begin(), stretch->definition.frames().end(),
                     [&](const catalogue::v1::Frame& frame) {
                       return frame.organisation() == organisation && FrameCovers(frame, period);
                     });
}

absl::StatusOr<StandingRow> StandingAt(const Reader& reader, const WindowView& window, bool owed,
                                       const ReturnKey& key, uint64_t sequence) {
  ASSIGN_OR_RETURN(const FoundReturn found, FindReturn(reader, key, sequence));
  ASSIGN_OR_RETURN(const ExtensionFacts extension,
                   ExtensionFactsAt(reader, key, found.held, sequence));
  StandingRow row;
  row.owed = owed;
  row.revision = found.revision;
  row.standing = StandingOf(owed, window.exists, window.facts_or_null(), found.held, extension);
  row.counts = owed && CountsAsDue(row.standing, window.facts_or_null());
  return row;
}

absl::StatusOr<std::map<std::string, StandingRow>> StandingsAt(const Reader& reader,
                                                               const OrganisationScope& scope,
                                                               const WindowReader& windows,
                                                               const Period& period,
                                                               uint64_t sequence) {
  ASSIGN_OR_RETURN(const WindowView window, windows.At(period));
  std::map<std::string, bool> organisations;  // Whether each owes it.
  for (std::string& owing : OwersOf(windows, period)) {
    if (scope.Covers(owing)) organisations.emplace(std::move(owing), true);
  }
  RETURN_IF_ERROR(VisitReturns(
      reader, scope, windows.collection(), period.ToString(), sequence, "",
      [&](const ReturnKey& key, const RevisionPlace& /*place*/) -> absl::StatusOr<bool> {
        organisations.emplace(key.organisation, false);
        return true;
      }));
  std::map<std::string, StandingRow> rows;
  for (const auto& [organisation, owed] : organisations) {
    const ReturnKey key{windows.collection(), period.ToString(), organisation};
    ASSIGN_OR_RETURN(rows[organisation], StandingAt(reader, window, owed, key, sequence));
  }
  return rows;
}

absl::StatusOr<std::optional<Timestamp>> ExtendedUntil(const Reader& reader, const ReturnKey& key,
                                                       uint64_t sequence) {
  std::optional<Timestamp> until;
  ASSIGN_OR_RETURN(const auto extensions, ExtensionsOf(reader, key));
  for (const timetable::v1::Extension& extension : extensions) {
    if (!InForceAt(extension, sequence)) continue;
    ASSIGN_OR_RETURN(const Timestamp end, FromWire(extension.end_time()));
    until = std::max(until.value_or(end), end);
  }
  return until;
}

}  // namespace onereturn::ingestion

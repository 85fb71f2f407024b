#include "services/ingestion/app/requests/hours/falling_due.h"

#include <utility>

#include "common/period/period.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/timetable/window_lists.h"
#include "services/ingestion/app/timetable/window_reading.h"
#include "services/ingestion/definitions/minutes_messages.h"
#include "services/ingestion/store/catalogue_table.h"

namespace onereturn::ingestion {
namespace {

class FallingDueReader {
 public:
  FallingDueReader(const Reader& reader, const std::set<std::string>& organisations,
                   const DaySpan& span, uint64_t sequence,
                   absl::FunctionRef<absl::Status(const FallingDue& one)> visit)
      : reader_(reader),
        organisations_(organisations),
        span_(span),
        sequence_(sequence),
        visit_(visit) {}

  absl::Status ReadCollections() const {
    return VisitDefinitions(reader_, DefinitionKind::kCollection, "", sequence_,
                            [this](const StoredDefinition& stored) -> absl::StatusOr<bool> {
                              ASSIGN_OR_RETURN(
                                  const WindowReader windows,
                                  WindowReader::Make(&reader_, stored.code, sequence_));
                              RETURN_IF_ERROR(ReadReturns(windows));
                              return true;
                            });
  }

  absl::Status ReadClaims(const std::string& organisation) const {
    return VisitObligationsInOrder(
        reader_, organisation, "",
        [this](const ObligationKey& key,
               const storage::v1::ObligationRecord& record) -> absl::StatusOr<bool> {
          if (span_.Holds(Timestamp{record.due_micros()})) RETURN_IF_ERROR(ReadClaim(key));
          return true;
        });
  }

 private:
  absl::Status ReadReturns(const WindowReader& windows) const {
    return windows.VisitDue(span_.first, span_.last,
                            [&](const CollectionStretch& stretch, const Period& period,
                                const WindowView&, const Moments& moments) {
                              return ReadReturnsOf(windows, period, moments.due,
                                                   stretch.definition);
                            });
  }

  absl::Status ReadReturnsOf(const WindowReader& windows, const Period& period, Timestamp due,
                             const catalogue::v1::Collection& definition) const {
    for (const std::string& organisation : OwersOf(windows, period)) {
      if (organisations_.count(organisation) == 0) continue;
      FallingDue one{{windows.collection(), period.ToString(), organisation}, due, {}, {}};
      ASSIGN_OR_RETURN(const auto until, ExtendedUntil(reader_, one.key, sequence_));
      one.due = until.value_or(due);
      if (!span_.Holds(one.due)) continue;
      one.minutes = MinutesOf(definition.estimated_minutes());
      for (const auto& item : definition.item_minutes()) one.minutes += MinutesOf(item.minutes());
      RETURN_IF_ERROR(visit_(one));
    }
    return absl::OkStatus();
  }

  absl::Status ReadClaim(const ObligationKey& key) const {
    ASSIGN_OR_RETURN(std::optional<ClaimState> claim, ClaimOf(reader_, key, sequence_));
    if (!claim.has_value() || (claim->outcome.state != ObligationState::kOutstanding &&
                               claim->outcome.state != ObligationState::kCollected)) {
      return absl::OkStatus();
    }
    FallingDue one{key.key, Timestamp{claim->record.due_micros()}, {}, {}};
    one.minutes = claim->outcome.account.outstanding + claim->outcome.account.collected;
    one.claim = std::move(claim);
    return visit_(one);
  }

  const Reader& reader_;
  const std::set<std::string>& organisations_;
  const DaySpan& span_;
  const uint64_t sequence_;
  const absl::FunctionRef<absl::Status(const FallingDue& one)> visit_;
};

}  // namespace

absl::Status VisitFallingDue(const Reader& reader, const std::set<std::string>& organisations,
                             const DaySpan& span, uint64_t sequence,
                             absl::FunctionRef<absl::Status(const FallingDue& one)> visit) {
  const FallingDueReader falling(reader, organisations, span, sequence, visit);
  RETURN_IF_ERROR(falling.ReadCollections());
  for (const std::string& organisation : organisations) {
    RETURN_IF_ERROR(falling.ReadClaims(organisation));
  }
  return absl::OkStatus();
}

}  // namespace onereturn::ingestion

#include "services/ingestion/app/requests/obligations/suspended_obligations.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/feed/wire.h"
#include "common/period/london_day.h"
#include "common/period/period.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/requests/obligations/release_obligations.h"
#include "services/ingestion/app/requests/obligations/simplified_mode.h"
#include "services/ingestion/store/simplified_mode_table.h"

namespace onereturn::ingestion {
namespace {

using NewItems = std::vector<catalogue::v1::DataItem>;

// An item that is not in use for the period is none that could be suspended.
template <typename Codes>
absl::StatusOr<bool> AreDesirable(const Codes& codes, const std::string& period,
                                  const NewItems& new_items, CatalogueTime* time) {
  ASSIGN_OR_RETURN(const Period read, Period::Parse(period));
  const ItemLookup items = time->ItemsOn(read.start());
  for (const std::string& code : codes) {
    const auto made = std::find_if(new_items.begin(), new_items.end(),
                                   [&code](const auto& one) { return one.code() == code; });
    if (made != new_items.end()) {
      if (made->essential()) return false;
      continue;
    }
    ASSIGN_OR_RETURN(const std::optional<catalogue::v1::DataItem> item, items(code));
    if (!item.has_value() || item->essential()) return false;
  }
  return true;
}

}  // namespace

absl::StatusOr<std::vector<ObligationKey>> DesirableObligationsOf(const Reader& reader,
                                                                  uint64_t request) {
  ASSIGN_OR_RETURN(const Releases open, OpenObligationsOf(reader, request));
  CatalogueTime time(&reader);
  ObligationTerms terms(&reader);
  std::map<uint32_t, bool> known;  // By group, which is of one period.
  std::vector<ObligationKey> desirable;
  for (const auto& [key, record] : open.rows) {
    const auto [all, is_new] = known.try_emplace(record.group(), false);
    if (is_new || record.group() == 0) {
      storage::v1::ObligationRecord whole = record;
      RETURN_IF_ERROR(terms.Fill(request, &whole));
      ASSIGN_OR_RETURN(all->second, AreDesirable(whole.items(), key.key.period, {}, &time));
    }
    if (all->second) desirable.push_back(key);
  }
  return desirable;
}

absl::Status CheckNotSuspended(const Reader& reader, const std::string& request,
                               const IssuePlan& plan, const NewItems& new_items,
                               CatalogueTime* time, std::vector<ReadCheck>* read_set) {
  ASSIGN_OR_RETURN(StoredSimplifiedMode stored, FindSimplifiedMode(reader));
  read_set->push_back(std::move(stored.check));
  if (!stored.mode.on() || plan.obligations == 0) return absl::OkStatus();
  for (const requests::v1::ObligationsCreated& part : plan.parts) {
    for (const requests::v1::ObligationGroup& group : part.groups()) {
      ASSIGN_OR_RETURN(const bool desirable,
                       AreDesirable(group.items(), group.period(), new_items, time));
      if (!desirable) return absl::OkStatus();
    }
  }
  ASSIGN_OR_RETURN(const Timestamp end, FromWire(stored.mode.end_time()));
  return Error(Reason::kRequestState,
               absl::StrCat("simplified mode is on until ", LondonClock(end),
                            ", and all that the request asks for is desirable alone"))
      .Precondition(kSimplifiedModeName, "suspends desirable items")
      .Remedy(absl::StrCat(request, " can be issued once simplified mode has ended."));
}

}  // namespace onereturn::ingestion

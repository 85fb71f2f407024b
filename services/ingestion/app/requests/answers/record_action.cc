#include "services/ingestion/app/requests/answers/record_action.h"

#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/personal_data.h"
#include "common/base/utf8.h"
#include "common/feed/wire.h"
#include "common/period/london_day.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "services/ingestion/app/reason_text.h"
#include "services/ingestion/app/requests/answers/issued_request.h"
#include "services/ingestion/app/requests/page_rows.h"
#include "services/ingestion/app/requests/register/read_requests.h"
#include "services/ingestion/app/requests/request_bodies.h"
#include "services/ingestion/app/requests/request_steps.h"
#include "services/ingestion/store/action_table.h"

namespace onereturn::ingestion {
namespace {

using requests::v1::Action;

constexpr size_t kMostProductBytes = 200;

// The items of the request, whatever they are called in it.
std::set<std::string> ItemsAskedBy(const IssuedRequest& issued) {
  std::set<std::string> items;
  for (uint32_t line = 0; line < issued.subjects.size(); ++line) {
    if (issued.IsAnswered(line)) items.insert(issued.subjects[line].item);
  }
  return items;
}

void CheckActionItems(const Action& action, const std::set<std::string>& asked, Error* faults) {
  if (action.items().empty()) faults->Field("action.items", "is missing");
  std::set<std::string> seen;
  for (int i = 0; i < action.items_size(); ++i) {
    const std::string field = absl::StrCat("action.items[", i, "]");
    if (asked.count(action.items(i)) == 0) {
      faults->Field(field, "is no item of the request");
    } else if (!seen.insert(action.items(i)).second) {
      faults->Field(field, "is named twice");
    }
  }
}

absl::Status CheckAction(const Action& action, const std::set<std::string>& asked) {
  Error faults(Reason::kFieldInvalid, "the action cannot be recorded as it is");
  CheckActionItems(action, asked, &faults);
  CheckReason(action.text(), "action.text", &faults);
  if (action.product().size() > kMostProductBytes) {
    faults.Field("action.product", "is longer than 200 bytes");
  }
  if (!IsSafeText(action.product())) {
    faults.Field("action.product", "holds a character that cannot be shown");
  }
  if (HoldsPersonalData(action.product())) {
    faults.Field(Reason::kPersonalData, "action.product",
                 "seems to hold an NHS number or a postcode");
  }
  if (!common::v1::Purpose_IsValid(action.purpose())) {
    faults.Field(Reason::kEnumValue, "action.purpose", "is none of the purposes");
  }
  if (faults.fields_total() > 0) return faults;
  return absl::OkStatus();
}

absl::StatusOr<ActionAnswer> ActionAnswerTo(const Reader& store, AcceptedFact fact) {
  feed::v1::Entry entry;
  if (!entry.ParseFromString(fact.accepted.receipt.entry)) {
    return absl::DataLossError("a stored entry cannot be read");
  }
  const std::optional<ActionKey> key = ParseActionName(entry.name());
  if (!key.has_value()) return absl::DataLossError("a stored entry names no action");
  ASSIGN_OR_RETURN(std::optional<Action> action, FindAction(store, *key));
  if (!action.has_value()) return absl::DataLossError("a stored action is missing");
  return ActionAnswer{*std::move(action), std::move(fact.accepted)};
}

}  // namespace

void RecordAction::Record(const OfficerOrigin& origin,
                          const requests::v1::RecordActionRequest& request, Done done) const {
  writer_->Write(
      FactAskedBy(origin, feed::v1::ENTRY_KIND_ACTION_RECORDED, request.request_id()),
      [this, origin, action = request.action()](const Snapshot& snapshot) {
        return Decide(snapshot, origin, action);
      },
      [store = store_,
       done = std::move(done)](absl::StatusOr<std::optional<AcceptedFact>> accepted) {
        if (!accepted.ok()) return done(accepted.status());
        done(ActionAnswerTo(*store, **std::move(accepted)));
      });
}

absl::StatusOr<Decision> RecordAction::Decide(const Snapshot& snapshot, const OfficerOrigin& origin,
                                              Action action) const {
  const CivilDay today = LondonDay(committer_->LatestPromise().through_time);
  ASSIGN_OR_RETURN(const requests::v1::DataRequest request,
                   GetDataRequest(snapshot, action.request(), kNewest));
  RETURN_IF_ERROR(CheckActsFor(snapshot, origin.scope, request.requesting_body(), today));
  if (!request.has_issue()) {
    return Error(Reason::kRequestState, absl::StrCat(request.name(), " was never issued"))
        .Precondition(request.name(), "was never issued: no figure of it was used");
  }
  if (action.product().empty()) action.set_product(request.product());
  if (action.purpose() == common::v1::PURPOSE_UNSPECIFIED) {
    action.set_purpose(request.purpose());
  }
  ASSIGN_OR_RETURN(const IssuedRequest issued, MatchIssued(snapshot, *matching_, request, kNewest));
  RETURN_IF_ERROR(CheckAction(action, ItemsAskedBy(issued)));
  const uint64_t number = DataRequestNumber(request.name());
  ASSIGN_OR_RETURN(ActionCount count, CountActions(snapshot, number));
  const ActionKey key{number, count.value + 1};
  action.clear_time();
  action.set_name(ActionName(key));
  return NewFact{action.name(),
                 action.SerializeAsString(),
                 {std::move(count.check)},
                 [key, action](const Placement& placement, WriteBatch* batch) {
                   Action row = action;
                   *row.mutable_time() = ToWire(placement.time);
                   PutAction(key, placement.sequence, row, batch);
                 }};
}

absl::StatusOr<PageOf<Action>> ListActions(const Reader& reader, const std::string& request,
                                           uint64_t sequence, const std::string& after,
                                           size_t limit) {
  uint64_t number = 0;
  if (!request.empty()) {
    RETURN_IF_ERROR(GetDataRequest(reader, request, sequence).status());
    number = DataRequestNumber(request);
  }
  PageRows<Action> rows(limit);
  RETURN_IF_ERROR(
      VisitActions(reader, number, after, sequence,
                   [&rows](const ActionKey& key, const Action& action) -> absl::StatusOr<bool> {
                     return rows.Add(ActionKeyText(key), action);
                   }));
  return rows.Take();
}

}  // namespace onereturn::ingestion

#include "services/ingestion/store/action_table.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "common/storage/key_codec.h"
#include "services/ingestion/store/families.h"
#include "services/ingestion/store/request_table.h"

namespace onereturn::ingestion {
namespace {

constexpr uint8_t kActionTag = 0x20;
constexpr uint8_t kActionCountTag = 0x21;
constexpr absl::string_view kActionsPart = "/actions/";

std::string ActionsPrefix() { return KeyWriter().U8(kActionTag).Take(); }

std::string ActionCountKey(uint64_t request) {
  return KeyWriter().U8(kActionCountTag).U64(request).Take();
}

}  // namespace

std::string ActionKeyText(const ActionKey& key) {
  return KeyWriter().U64(key.request).U32(key.number).Take();
}

absl::StatusOr<ActionCount> CountActions(const Reader& reader, uint64_t request) {
  ActionCount count{0, ReadCheck{Family::kDataRequests, ActionCountKey(request), std::nullopt}};
  ASSIGN_OR_RETURN(count.check.expected, reader.Get(Family::kDataRequests, count.check.key));
  if (!count.check.expected.has_value()) return count;
  KeyReader stored(*count.check.expected);
  ASSIGN_OR_RETURN(count.value, stored.U32());
  RETURN_IF_ERROR(stored.Finish());
  return count;
}

absl::StatusOr<std::optional<requests::v1::Action>> FindAction(const Reader& reader,
                                                               const ActionKey& key) {
  const std::string prefix = ActionsPrefix() + ActionKeyText(key);
  std::optional<requests::v1::Action> found;
  RETURN_IF_ERROR(
      reader.ForEach(Family::kDataRequests, prefix, PrefixUpperBound(prefix),
                     [&found](absl::string_view, absl::string_view value) -> absl::StatusOr<bool> {
                       if (!found.emplace().ParseFromString(std::string(value))) {
                         return absl::DataLossError("a stored action cannot be read");
                       }
                       return false;
                     }));
  return found;
}

absl::Status VisitActions(
    const Reader& reader, uint64_t request, absl::string_view after, uint64_t sequence,
    absl::FunctionRef<absl::StatusOr<bool>(const ActionKey& key, const requests::v1::Action&)>
        visit) {
  const std::string all = ActionsPrefix();
  const std::string prefix = request == 0 ? all : all + KeyWriter().U64(request).Take();
  return reader.ForEach(
      Family::kDataRequests, after.empty() ? prefix : PrefixUpperBound(all + std::string(after)),
      PrefixUpperBound(prefix),
      [&](absl::string_view stored, absl::string_view value) -> absl::StatusOr<bool> {
        KeyReader key(stored);
        ActionKey place;
        RETURN_IF_ERROR(key.U8().status());
        ASSIGN_OR_RETURN(place.request, key.U64());
        ASSIGN_OR_RETURN(place.number, key.U32());
        ASSIGN_OR_RETURN(const uint64_t recorded, key.U64());
        if (recorded > sequence) return true;
        requests::v1::Action action;
        if (!action.ParseFromString(std::string(value))) {
          return absl::DataLossError("a stored action cannot be read");
        }
        return visit(place, action);
      });
}

void PutAction(const ActionKey& key, uint64_t sequence, const requests::v1::Action& action,
               WriteBatch* batch) {
  batch->Put(Family::kDataRequests,
             ActionsPrefix() + ActionKeyText(key) + KeyWriter().U64(sequence).Take(),
             action.SerializeAsString());
  batch->Put(Family::kDataRequests, ActionCountKey(key.request),
             KeyWriter().U32(key.number).Take());
}

std::string ActionName(const ActionKey& key) {
  return absl::StrCat(DataRequestName(key.request), kActionsPart, key.number);
}

std::optional<ActionKey> ParseActionName(absl::string_view name) {
  const size_t at = name.find(kActionsPart);
  if (at == absl::string_view::npos) return std::nullopt;
  ActionKey key;
  key.request = DataRequestNumber(name.substr(0, at));
  if (key.request == 0 || !absl::SimpleAtoi(name.substr(at + kActionsPart.size()), &key.number) ||
      ActionName(key) != name) {
    return std::nullopt;
  }
  return key;
}

}  // namespace onereturn::ingestion

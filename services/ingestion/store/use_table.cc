#include "services/ingestion/store/use_table.h"

#include <utility>

#include "common/status/status_macros.h"
#include "common/storage/key_codec.h"
#include "onereturn/storage/v1/records.pb.h"
#include "services/ingestion/store/families.h"

namespace onereturn::ingestion {
namespace {

constexpr uint8_t kUse = 1;
constexpr uint8_t kUser = 2;

std::string BodyPrefix(absl::string_view body) { return KeyWriter().U8(kUse).String(body).Take(); }

std::string UserPrefix(const ReturnKey& key) {
  return KeyWriter()
      .U8(kUser)
      .String(key.collection)
      .String(key.period)
      .String(key.organisation)
      .Take();
}

absl::StatusOr<ReturnUse> UseIn(absl::string_view bytes) {
  storage::v1::UseRecord record;
  if (!record.ParseFromString(std::string(bytes))) {
    return absl::DataLossError("a stored use cannot be read");
  }
  return ReturnUse{record.revision(),      record.sequence(),    record.use_micros(),
                   record.told_revision(), record.told_micros(), record.answered()};
}

absl::StatusOr<UseKey> DecodeUse(absl::string_view stored) {
  KeyReader reader(stored);
  UseKey use;
  RETURN_IF_ERROR(reader.U8().status());
  ASSIGN_OR_RETURN(use.body, reader.String());
  ASSIGN_OR_RETURN(use.key.collection, reader.String());
  ASSIGN_OR_RETURN(use.key.period, reader.String());
  ASSIGN_OR_RETURN(use.key.organisation, reader.String());
  RETURN_IF_ERROR(reader.Finish());
  return use;
}

absl::StatusOr<UseKey> DecodeUser(absl::string_view stored) {
  KeyReader reader(stored);
  UseKey use;
  RETURN_IF_ERROR(reader.U8().status());
  ASSIGN_OR_RETURN(use.key.collection, reader.String());
  ASSIGN_OR_RETURN(use.key.period, reader.String());
  ASSIGN_OR_RETURN(use.key.organisation, reader.String());
  ASSIGN_OR_RETURN(use.body, reader.String());
  RETURN_IF_ERROR(reader.Finish());
  return use;
}

}  // namespace

std::string UseKeyText(const UseKey& key) { return BodyPrefix(key.body) + KeyText(key.key); }

absl::StatusOr<std::optional<ReturnUse>> FindUse(const Reader& reader, const UseKey& key) {
  ASSIGN_OR_RETURN(const std::optional<std::string> stored,
                   reader.Get(Family::kUses, UseKeyText(key)));
  if (!stored.has_value()) return std::optional<ReturnUse>();
  ASSIGN_OR_RETURN(const ReturnUse use, UseIn(*stored));
  return std::optional<ReturnUse>(use);
}

absl::Status VisitUsesOfBody(
    const Reader& reader, absl::string_view body, absl::string_view collection,
    absl::string_view after,
    absl::FunctionRef<absl::StatusOr<bool>(const ReturnKey& key, const ReturnUse& use)> visit) {
  const std::string all = BodyPrefix(body);
  const std::string prefix = collection.empty() ? all : all + KeyWriter().String(collection).Take();
  return reader.ForEach(
      Family::kUses, after.empty() ? prefix : PrefixUpperBound(all + std::string(after)),
      PrefixUpperBound(prefix),
      [&](absl::string_view stored, absl::string_view value) -> absl::StatusOr<bool> {
        ASSIGN_OR_RETURN(const UseKey use, DecodeUse(stored));
        ASSIGN_OR_RETURN(const ReturnUse row, UseIn(value));
        return visit(use.key, row);
      });
}

absl::Status VisitUsesOfReturn(
    const Reader& reader, const ReturnKey& key, absl::string_view after,
    absl::FunctionRef<absl::StatusOr<bool>(const std::string& body, const ReturnUse& use)> visit) {
  const std::string prefix = UserPrefix(key);
  return reader.ForEach(
      Family::kUses,
      after.empty() ? prefix : PrefixUpperBound(prefix + KeyWriter().String(after).Take()),
      PrefixUpperBound(prefix),
      [&](absl::string_view stored, absl::string_view) -> absl::StatusOr<bool> {
        ASSIGN_OR_RETURN(const UseKey user, DecodeUser(stored));
        ASSIGN_OR_RETURN(const std::optional<ReturnUse> use, FindUse(reader, user));
        if (!use.has_value()) return absl::DataLossError("a stored use is missing");
        return visit(user.body, *use);
      });
}

void PutUse(const UseKey& key, const ReturnUse& use, WriteBatch* batch) {
  storage::v1::UseRecord record;
  record.set_revision(use.revision);
  record.set_sequence(use.sequence);
  record.set_use_micros(use.use_micros);
  record.set_told_revision(use.told_revision);
  record.set_told_micros(use.told_micros);
  record.set_answered(use.answered);
  batch->Put(Family::kUses, UseKeyText(key), record.SerializeAsString());
  batch->Put(Family::kUses, UserPrefix(key.key) + KeyWriter().String(key.body).Take(), "");
}

}  // namespace onereturn::ingestion

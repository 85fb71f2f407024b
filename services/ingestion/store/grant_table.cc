#include "services/ingestion/store/grant_table.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/status/status_macros.h"
#include "common/storage/key_codec.h"
#include "services/ingestion/store/families.h"

namespace onereturn::ingestion {
namespace {

constexpr uint8_t kGrant = 1;
constexpr uint8_t kCount = 2;
constexpr uint8_t kRightsFile = 3;
constexpr char kNamePrefix[] = "grants/";

std::string GrantKey(uint64_t number) { return KeyWriter().U8(kGrant).U64(number).Take(); }
std::string CountKey() { return KeyWriter().U8(kCount).Take(); }
std::string RightsFileKey() { return KeyWriter().U8(kRightsFile).Take(); }

absl::StatusOr<rights::v1::Grant> GrantIn(absl::string_view value) {
  rights::v1::Grant grant;
  if (!grant.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
    return absl::DataLossError("a stored grant cannot be read");
  }
  return grant;
}

}  // namespace

absl::StatusOr<std::optional<StoredGrant>> FindGrant(const Reader& reader, uint64_t number) {
  StoredGrant stored{number, {}, ReadCheck{Family::kRights, GrantKey(number), std::nullopt}};
  ASSIGN_OR_RETURN(stored.check.expected, reader.Get(Family::kRights, stored.check.key));
  if (!stored.check.expected.has_value()) return std::optional<StoredGrant>();
  ASSIGN_OR_RETURN(stored.grant, GrantIn(*stored.check.expected));
  return std::optional<StoredGrant>(std::move(stored));
}

absl::Status VisitGrants(
    const Reader& reader, uint64_t after,
    absl::FunctionRef<absl::StatusOr<bool>(uint64_t number, const rights::v1::Grant& grant)>
        visit) {
  return reader.ForEach(
      Family::kRights, GrantKey(after + 1), CountKey(),
      [&](absl::string_view stored_key, absl::string_view value) -> absl::StatusOr<bool> {
        KeyReader key(stored_key);
        RETURN_IF_ERROR(key.U8().status());
        ASSIGN_OR_RETURN(const uint64_t number, key.U64());
        ASSIGN_OR_RETURN(const rights::v1::Grant grant, GrantIn(value));
        return visit(number, grant);
      });
}

absl::StatusOr<GrantCount> CountGrants(const Reader& reader) {
  GrantCount count{0, ReadCheck{Family::kRights, CountKey(), std::nullopt}};
  ASSIGN_OR_RETURN(count.check.expected, reader.Get(Family::kRights, count.check.key));
  if (!count.check.expected.has_value()) return count;
  ASSIGN_OR_RETURN(count.value, KeyReader(*count.check.expected).U64());
  return count;
}

void PutGrant(uint64_t number, const rights::v1::Grant& grant, WriteBatch* batch) {
  batch->Put(Family::kRights, GrantKey(number), grant.SerializeAsString());
}

void PutGrantCount(uint64_t count, WriteBatch* batch) {
  batch->Put(Family::kRights, CountKey(), KeyWriter().U64(count).Take());
}

absl::StatusOr<std::string> RecordedRightsFile(const Reader& reader) {
  ASSIGN_OR_RETURN(std::optional<std::string> digest, reader.Get(Family::kRights, RightsFileKey()));
  return digest.value_or("");
}

void PutRecordedRightsFile(absl::string_view digest, WriteBatch* batch) {
  batch->Put(Family::kRights, RightsFileKey(), digest);
}

std::string GrantName(uint64_t number) { return absl::StrCat(kNamePrefix, number); }

uint64_t GrantNumber(absl::string_view name) {
  uint64_t number = 0;
  absl::string_view digits = name;
  if (!absl::ConsumePrefix(&digits, kNamePrefix) || !absl::SimpleAtoi(digits, &number)) return 0;
  return GrantName(number) == name ? number : 0;
}

}  // namespace onereturn::ingestion

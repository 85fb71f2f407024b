#include "services/ingestion/store/request_table.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "common/status/status_macros.h"
#include "common/storage/key_codec.h"
#include "services/ingestion/store/families.h"

namespace onereturn::ingestion {
namespace {

constexpr uint8_t kRequestHead = 1;
constexpr uint8_t kRequestStep = 2;
constexpr uint8_t kRequestCount = 3;
constexpr uint8_t kLikeness = 4;
constexpr char kRequestPrefix[] = "requests/";
constexpr char kLikenessPrefix[] = "likenesses/";
// Of the first edition; the form of the single lists of returns that places know.
constexpr char kEdition[] = "-00";
constexpr size_t kDescriptionDigits = 64;

std::string HeadKeyOf(uint64_t number) { return KeyWriter().U8(kRequestHead).U64(number).Take(); }
std::string StepKeyOf(uint64_t number, uint64_t sequence) {
  return KeyWriter().U8(kRequestStep).U64(number).DescendingU64(sequence).Take();
}
std::string StepsOf(uint64_t number) { return KeyWriter().U8(kRequestStep).U64(number).Take(); }
std::string CountKeyOfRequests() { return KeyWriter().U8(kRequestCount).Take(); }

template <typename Message>
absl::StatusOr<Message> RowIn(absl::string_view value) {
  Message message;
  if (!message.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
    return absl::DataLossError("a stored row of the register cannot be read");
  }
  return message;
}

}  // namespace

absl::StatusOr<std::optional<StoredRequest>> FindDataRequest(const Reader& reader,
                                                             uint64_t number) {
  StoredRequest stored{
      number, {}, ReadCheck{Family::kDataRequests, HeadKeyOf(number), std::nullopt}};
  ASSIGN_OR_RETURN(stored.check.expected, reader.Get(Family::kDataRequests, stored.check.key));
  if (!stored.check.expected.has_value()) return std::optional<StoredRequest>();
  ASSIGN_OR_RETURN(const uint64_t sequence, KeyReader(*stored.check.expected).U64());
  ASSIGN_OR_RETURN(std::optional<requests::v1::DataRequest> request,
                   DataRequestAt(reader, number, sequence));
  if (!request.has_value()) return absl::DataLossError("a stored request is missing");
  stored.request = *std::move(request);
  return std::optional<StoredRequest>(std::move(stored));
}

absl::StatusOr<std::optional<requests::v1::DataRequest>> DataRequestAt(const Reader& reader,
                                                                       uint64_t number,
                                                                       uint64_t sequence) {
  ASSIGN_OR_RETURN(const std::optional<StoredEntry> found,
                   reader.SeekFirst(Family::kDataRequests, StepKeyOf(number, sequence),
                                    PrefixUpperBound(StepsOf(number))));
  if (!found.has_value()) return std::optional<requests::v1::DataRequest>();
  ASSIGN_OR_RETURN(auto request, RowIn<requests::v1::DataRequest>(found->value));
  return std::optional<requests::v1::DataRequest>(std::move(request));
}

absl::Status VisitDataRequests(
    const Reader& reader, uint64_t after, uint64_t sequence,
    absl::FunctionRef<absl::StatusOr<bool>(uint64_t number, const requests::v1::DataRequest&)>
        visit) {
  return reader.ForEach(
      Family::kDataRequests, HeadKeyOf(after + 1), KeyWriter().U8(kRequestStep).Take(),
      [&](absl::string_view stored_key, absl::string_view) -> absl::StatusOr<bool> {
        KeyReader key(stored_key);
        RETURN_IF_ERROR(key.U8().status());
        ASSIGN_OR_RETURN(const uint64_t number, key.U64());
        ASSIGN_OR_RETURN(const std::optional<requests::v1::DataRequest> request,
                         DataRequestAt(reader, number, sequence));
        // Numbers rise with time: none after it was there either.
        if (!request.has_value()) return false;
        return visit(number, *request);
      });
}

absl::StatusOr<RequestCount> CountDataRequests(const Reader& reader) {
  RequestCount count{0, ReadCheck{Family::kDataRequests, CountKeyOfRequests(), std::nullopt}};
  ASSIGN_OR_RETURN(count.check.expected, reader.Get(Family::kDataRequests, count.check.key));
  if (!count.check.expected.has_value()) return count;
  ASSIGN_OR_RETURN(count.value, KeyReader(*count.check.expected).U64());
  return count;
}

void PutDataRequest(uint64_t number, uint64_t sequence, const requests::v1::DataRequest& request,
                    WriteBatch* batch) {
  batch->Put(Family::kDataRequests, HeadKeyOf(number), KeyWriter().U64(sequence).Take());
  batch->Put(Family::kDataRequests, StepKeyOf(number, sequence), request.SerializeAsString());
}

void PutDataRequestCount(uint64_t count, WriteBatch* batch) {
  batch->Put(Family::kDataRequests, CountKeyOfRequests(), KeyWriter().U64(count).Take());
}

std::string RequestReference(uint64_t number) {
  return absl::StrFormat("%03d%s", number, kEdition);
}

std::string DataRequestName(uint64_t number) {
  return absl::StrCat(kRequestPrefix, RequestReference(number));
}

uint64_t DataRequestNumber(absl::string_view name) {
  absl::string_view digits = name;
  uint64_t number = 0;
  if (!absl::ConsumePrefix(&digits, kRequestPrefix) || !absl::ConsumeSuffix(&digits, kEdition) ||
      !absl::SimpleAtoi(digits, &number) || DataRequestName(number) != name) {
    return 0;
  }
  return number;
}

std::string LikenessKeyText(const LikenessKey& key) {
  return KeyWriter().U8(kLikeness).String(key.description).String(key.item).Take();
}

ReadCheck LikenessIsFree(const LikenessKey& key) {
  return ReadCheck{Family::kDataRequests, LikenessKeyText(key), std::nullopt};
}

absl::StatusOr<std::optional<StoredLikeness>> FindStoredLikeness(const Reader& reader,
                                                                 const LikenessKey& key) {
  StoredLikeness stored{{}, LikenessIsFree(key)};
  ASSIGN_OR_RETURN(stored.check.expected, reader.Get(Family::kDataRequests, stored.check.key));
  if (!stored.check.expected.has_value()) return std::optional<StoredLikeness>();
  ASSIGN_OR_RETURN(stored.likeness, RowIn<requests::v1::Likeness>(*stored.check.expected));
  return std::optional<StoredLikeness>(std::move(stored));
}

absl::Status VisitLikenesses(
    const Reader& reader, absl::string_view after,
    absl::FunctionRef<absl::StatusOr<bool>(const LikenessKey& key, const requests::v1::Likeness&)>
        visit) {
  const std::string all = KeyWriter().U8(kLikeness).Take();
  return reader.ForEach(
      Family::kDataRequests, after.empty() ? all : PrefixUpperBound(after), PrefixUpperBound(all),
      [&visit](absl::string_view stored_key, absl::string_view value) -> absl::StatusOr<bool> {
        KeyReader read(stored_key);
        RETURN_IF_ERROR(read.U8().status());
        LikenessKey key;
        ASSIGN_OR_RETURN(key.description, read.String());
        ASSIGN_OR_RETURN(key.item, read.String());
        RETURN_IF_ERROR(read.Finish());
        ASSIGN_OR_RETURN(const auto likeness, RowIn<requests::v1::Likeness>(value));
        return visit(key, likeness);
      });
}

requests::v1::Likeness LikenessAt(requests::v1::Likeness newest, uint64_t sequence) {
  while (newest.has_decided() && newest.decided().sequence() > sequence) {
    newest.clear_decided();
    newest.clear_same();
    if (newest.earlier().empty()) break;
    requests::v1::LikenessVerdict* before = &*newest.mutable_earlier()->rbegin();
    newest.set_same(before->same());
    *newest.mutable_decided() = std::move(*before->mutable_decided());
    newest.mutable_earlier()->RemoveLast();
  }
  return newest;
}

void PutLikeness(const LikenessKey& key, const requests::v1::Likeness& likeness,
                 WriteBatch* batch) {
  batch->Put(Family::kDataRequests, LikenessKeyText(key), likeness.SerializeAsString());
}

std::string LikenessName(const LikenessKey& key) {
  return absl::StrCat(kLikenessPrefix, key.description, ".", key.item);
}

std::optional<LikenessKey> ParseLikenessName(absl::string_view name) {
  const absl::string_view whole = name;
  if (!absl::ConsumePrefix(&name, kLikenessPrefix) || name.size() < kDescriptionDigits + 2) {
    return std::nullopt;
  }
  LikenessKey key{std::string(name.substr(0, kDescriptionDigits)),
                  std::string(name.substr(kDescriptionDigits + 1))};
  if (LikenessName(key) != whole) return std::nullopt;
  return key;
}

}  // namespace onereturn::ingestion

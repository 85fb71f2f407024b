// Data requests by number, as each of their steps left them, and what is like an item.
#ifndef ONERETURN_SERVICES_INGESTION_STORE_REQUEST_TABLE_H_
#define ONERETURN_SERVICES_INGESTION_STORE_REQUEST_TABLE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/commit/committer.h"
#include "common/storage/reader.h"
#include "common/storage/write_batch.h"
#include "onereturn/requests/v1/request.pb.h"
#include "onereturn/requests/v1/requests_service.pb.h"

namespace onereturn::ingestion {

struct StoredRequest {
  uint64_t number = 0;
  requests::v1::DataRequest request;
  ReadCheck check;  // That it has got no other step.
};

// As its newest step left it; nullopt when there is none.
absl::StatusOr<std::optional<StoredRequest>> FindDataRequest(const Reader& reader, uint64_t number);
// As it was at `sequence`; nullopt when there was none.
absl::StatusOr<std::optional<requests::v1::DataRequest>> DataRequestAt(const Reader& reader,
                                                                       uint64_t number,
                                                                       uint64_t sequence);

// Those whose number is greater than `after`, as they were at `sequence`, in order, until `visit`
// answers false.
absl::Status VisitDataRequests(
    const Reader& reader, uint64_t after, uint64_t sequence,
    absl::FunctionRef<absl::StatusOr<bool>(uint64_t number, const requests::v1::DataRequest&)>
        visit);

struct RequestCount {
  uint64_t value = 0;
  ReadCheck check;  // That there are no more.
};
absl::StatusOr<RequestCount> CountDataRequests(const Reader& reader);

// As the step at `sequence` left it. A new request is the one after the last.
void PutDataRequest(uint64_t number, uint64_t sequence, const requests::v1::DataRequest& request,
                    WriteBatch* batch);
void PutDataRequestCount(uint64_t count, WriteBatch* batch);

// "001-00", and "requests/001-00"; 0 for a text that is no such name.
std::string RequestReference(uint64_t number);
std::string DataRequestName(uint64_t number);
uint64_t DataRequestNumber(absl::string_view name);

// A description, by its key (domain/requests/likeness.h), that is like an item.
struct LikenessKey {
  std::string description;  // 64 hexadecimal digits.
  std::string item;         // Code.
};

struct StoredLikeness {
  requests::v1::Likeness likeness;
  ReadCheck check;  // That it still is so.
};

// The check that it was never found.
ReadCheck LikenessIsFree(const LikenessKey& key);
// nullopt when it was never found.
absl::StatusOr<std::optional<StoredLikeness>> FindStoredLikeness(const Reader& reader,
                                                                 const LikenessKey& key);
// Those after `after` (a text of LikenessKeyText; empty: from the first), by description and item,
// until `visit` answers false. As they are now: LikenessAt says what was decided at a position.
absl::Status VisitLikenesses(
    const Reader& reader, absl::string_view after,
    absl::FunctionRef<absl::StatusOr<bool>(const LikenessKey& key, const requests::v1::Likeness&)>
        visit);
// Of one as it is now: without what was decided after `sequence`.
requests::v1::Likeness LikenessAt(requests::v1::Likeness newest, uint64_t sequence);
std::string LikenessKeyText(const LikenessKey& key);
void PutLikeness(const LikenessKey& key, const requests::v1::Likeness& likeness, WriteBatch* batch);

// "likenesses/{description}.{item}"; nullopt for a text that is no such name.
std::string LikenessName(const LikenessKey& key);
std::optional<LikenessKey> ParseLikenessName(absl::string_view name);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_STORE_REQUEST_TABLE_H_

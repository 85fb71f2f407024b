// Telling who used a figure that was revised, and the organisation who used and was told.
#ifndef ONERETURN_SERVICES_INGESTION_APP_RETURNS_NOTICES_H_
#define ONERETURN_SERVICES_INGESTION_APP_RETURNS_NOTICES_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/identity/rights.h"
#include "common/storage/store.h"
#include "onereturn/returns/v1/notice_service.pb.h"
#include "services/ingestion/app/returns/read_returns.h"
#include "services/ingestion/app/returns/return_uses.h"

namespace onereturn::ingestion {

struct NoticeReader {
  OrganisationScope scope;
  std::optional<std::string> body;  // As BodyOf.
  // It asks for its body: it is told of what answers gave the body, wherever its scope ends.
  bool makes_requests = false;
};

// The notices of one caller. Nothing for a caller that uses nothing, nor of what it may not read
// today and no answer gave its body. All must outlive it; thread-compatible.
class Notices {
 public:
  // `collection` empty: of all.
  Notices(const Store* store, ReturnUses* uses, NoticeReader reader, std::string collection)
      : store_(store),
        uses_(uses),
        reader_(std::move(reader)),
        collection_(std::move(collection)) {}

  // Those that are open at `sequence`, after `after`. It looks at a bounded number of returns: a
  // page may be short, even empty, and not the last.
  absl::StatusOr<PageOf<returns::v1::Notice>> Open(uint64_t sequence, const std::string& after,
                                                   size_t limit) const;

  struct OfFacts {
    std::vector<returns::v1::Notice> notices;
    uint64_t sequence = 0;  // How far it was looked.
  };
  // Of the revisions accepted after `after` up to `newest`: those of a page.
  absl::StatusOr<OfFacts> Accepted(uint64_t after, uint64_t newest) const;

  // That the body was given them.
  void MarkTold(const returns::v1::Notice& notice) const;

 private:
  // The notice about a return; nullopt when there is none. `cells_left`: how many cells may still
  // be compared, less what was.
  absl::StatusOr<std::optional<returns::v1::Notice>> About(const ReturnKey& key, uint64_t sequence,
                                                           uint64_t* cells_left) const;
  absl::Status CountChanged(const OrganisationScope& scope, const ReturnKey& key, uint64_t sequence,
                            uint64_t* cells_left, returns::v1::Notice* notice) const;

  const Store* const store_;
  ReturnUses* const uses_;
  const NoticeReader reader_;
  const std::string collection_;
};

// Who used a return, in order of body. NOT_FOUND when `scope` does not cover it, or no revision is
// held at `sequence`.
struct UsesOfReturn {
  PageOf<returns::v1::Use> page;
  uint32_t newest = 0;  // Revision.
};
absl::StatusOr<UsesOfReturn> ListUsesOf(const Store& store, const OrganisationScope& scope,
                                        const ReturnKey& key, uint64_t sequence,
                                        const std::string& after, size_t limit);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_RETURNS_NOTICES_H_

// An organisation's replies to findings of screens.
#ifndef ONERETURN_SERVICES_INGESTION_APP_RETURNS_REPLY_TO_FINDING_H_
#define ONERETURN_SERVICES_INGESTION_APP_RETURNS_REPLY_TO_FINDING_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/commit/fact_writer.h"
#include "onereturn/returns/v1/findings_service.pb.h"
#include "services/ingestion/app/catalogue/define.h"
#include "services/ingestion/store/return_table.h"

namespace onereturn::ingestion {

struct RepliedAnswer {
  common::v1::FindingReply reply;
  std::optional<Accepted> accepted;
};

// Judges on the calling thread and answers on the committer's. The caller's scope has been checked.
// Errors are those of FindingsService.ReplyToFinding. Thread safe.
class ReplyToFinding {
 public:
  using Done = std::function<void(absl::StatusOr<RepliedAnswer> answer)>;

  explicit ReplyToFinding(const FactWriter* writer) : writer_(writer) {}

  void Reply(const RequestOrigin& origin, const returns::v1::ReplyToFindingRequest& request,
             Done done) const;

 private:
  const FactWriter* const writer_;
};

// What was last said, as of `sequence`, to the finding of this key of this revision or an earlier
// one: while the same finding is there, nobody has to say it again. nullopt: nothing.
absl::StatusOr<std::optional<common::v1::FindingReply>> ReplyOf(const Reader& reader,
                                                                const ReturnKey& key,
                                                                const std::string& finding,
                                                                uint32_t revision,
                                                                uint64_t sequence);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_RETURNS_REPLY_TO_FINDING_H_

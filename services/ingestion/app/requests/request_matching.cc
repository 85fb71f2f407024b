#include "services/ingestion/app/requests/request_matching.h"

#include <algorithm>

#include "common/commit/journal.h"
#include "common/digest/digest.h"
#include "common/status/status_macros.h"

namespace onereturn::ingestion {

absl::StatusOr<requests::v1::Match> MatchOf(const RequestMatching& matching, const Reader& reader,
                                            const requests::v1::DataRequest& request,
                                            uint64_t sequence, DueMinutes* due) {
  ASSIGN_OR_RETURN(requests::v1::Match match, matching.MatchAt(reader, request, sequence, due));
  match.mutable_summary()->clear_sequence();
  match.mutable_summary()->clear_digest();
  // Of messages without maps or unknown fields: equal ones are equal bytes.
  const Digest digest = Sha256(match.SerializeAsString());
  match.mutable_summary()->set_digest(std::string(DigestBytes(digest)));
  ASSIGN_OR_RETURN(const uint64_t newest, LastSequence(reader));
  match.mutable_summary()->set_sequence(std::min(newest, sequence));
  return match;
}

}  // namespace onereturn::ingestion

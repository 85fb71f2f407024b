// Who is asked about a request before it is decided, and what they said.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_REGISTER_CONSULTATION_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_REGISTER_CONSULTATION_H_

#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/period/civil_day.h"
#include "common/storage/reader.h"
#include "onereturn/requests/v1/match.pb.h"
#include "onereturn/requests/v1/request.pb.h"

namespace onereturn::ingestion {

// The regions, on the day, of the providers of whom the match asks something that they do not owe
// already.
absl::StatusOr<std::set<std::string>> FilteringRegions(const Reader& reader,
                                                       const requests::v1::Match& match,
                                                       const CivilDay& day);

// Drops the oldest replies that count no more until there are fewer than `most`, or all count: of
// an earlier draft, or said anew since by the same organisation. What a region says is its last
// word, and whether it agrees or objects the last in which it said so. What is dropped stays to be
// read at the positions at which it stood.
void MakeRoomForReply(int most, requests::v1::DataRequest* request);

// Of the replies that were given to the newest draft: those to an earlier one are kept, and do not
// count.
class Replies {
 public:
  explicit Replies(const requests::v1::DataRequest& request);

  // Of consultees: anything they said. Of regions: what they said as the filter.
  bool Replied(const std::string& consultee) const { return replied_.count(consultee) > 0; }
  bool Filtered(const std::string& region) const { return filtered_.count(region) > 0; }
  // Regions that objected as the filter, and have not agreed since.
  const std::set<std::string>& objecting() const { return objecting_; }

 private:
  std::set<std::string> replied_;
  std::set<std::string> filtered_;
  std::set<std::string> objecting_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_REGISTER_CONSULTATION_H_

// Data requests in tests that end ingestion: who asks, of whom, and the steps up to an issue.
#ifndef ONERETURN_TESTS_CRASH_REQUEST_WORLD_H_
#define ONERETURN_TESTS_CRASH_REQUEST_WORLD_H_

#include <grpcpp/channel.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "onereturn/requests/v1/requests_service.grpc.pb.h"
#include "tests/crash/feed_audit.h"
#include "tests/crash/made_up_returns.h"

namespace onereturn {

// The bodies for which kRequester and kDecider act, and the rules by which requests are matched.
absl::Status DefineRequesters(const std::shared_ptr<grpc::Channel>& steward);

// Asks for the collection's first item and for one that nobody collects: of `organisations`, from
// the first made-up month on. Issuing it makes a collection, and twice as many obligations as
// organisations times months. Another item for each `number`, so that none is the other's
// duplicate.
requests::v1::DataRequest MadeUpAsk(int number, const std::vector<std::string>& organisations,
                                    int months);

// What a request's issue has left: 0 everywhere where nothing of it is there.
struct IssueLeft {
  int issues = 0;
  int obligation_parts = 0;  // Facts.
  int definitions = 0;       // Of its collection and items.
  uint64_t obligations = 0;  // As the service lists them.

  friend bool operator==(const IssueLeft&, const IssueLeft&) = default;
  friend void PrintTo(const IssueLeft& left, std::ostream* stream);
};
// `audit` has read the feed. `name` is the request's.
absl::StatusOr<IssueLeft> LeftOf(const std::string& name, const FeedAudit& audit,
                                 const std::shared_ptr<grpc::Channel>& reader);
// What must be there once it was issued, as its statement says.
IssueLeft WholeOf(const requests::v1::IssueStatement& statement);

}  // namespace onereturn

#endif  // ONERETURN_TESTS_CRASH_REQUEST_WORLD_H_

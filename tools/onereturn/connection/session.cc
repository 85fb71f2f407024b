#include "tools/onereturn/connection/session.h"

#include <algorithm>
#include <random>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/rpc/credentials.h"
#include "common/rpc/status_conversion.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "tools/onereturn/connection/profile.h"
#include "tools/onereturn/connection/token_file.h"
#include "tools/onereturn/console/error_text.h"

namespace onereturn::client {
namespace {

constexpr std::chrono::milliseconds kFirstWait{20};
constexpr std::chrono::milliseconds kLongestWait{1'000};
// A share that comes back later than this is not waited for: a day's uploads come back at midnight.
constexpr absl::Duration kLongestShare = absl::Seconds(5);

}  // namespace

std::chrono::milliseconds WaitBeforeRetry(const absl::Status& status, int attempt) {
  const auto details = DetailsOf(status);
  if (!details.has_value()) return std::chrono::milliseconds(0);
  switch (details->reason) {
    case Reason::kCommitConflict:
    case Reason::kQueueFull:
    case Reason::kOverloaded:
    case Reason::kCallQuota:
      break;
    case Reason::kOrgQuota:
      if (details->retry_after.value_or(absl::InfiniteDuration()) <= kLongestShare) break;
      return std::chrono::milliseconds(0);
    default:
      return std::chrono::milliseconds(0);
  }
  const auto doubled = kFirstWait * (1 << std::min(attempt - 1, 10));
  thread_local std::minstd_rand chance{std::random_device{}()};
  std::uniform_int_distribution<int64_t> part(1, std::min(kLongestWait, doubled).count());
  std::chrono::milliseconds wait(part(chance));
  if (details->retry_after.has_value()) {
    const auto asked = std::chrono::milliseconds(absl::ToInt64Milliseconds(*details->retry_after));
    wait = std::max(wait, std::min(kLongestWait, asked));
  }
  return wait;
}

void PauseFor(std::chrono::milliseconds wait) { std::this_thread::sleep_for(wait); }

absl::Status ErrorOfCall(const grpc::Status& status, const config::v1::Peer& peer) {
  const absl::Status error = FromGrpcStatus(status);
  if (error.ok() || DetailsOf(error).has_value()) return error;
  if (error.code() == absl::StatusCode::kUnavailable) {
    return WithRemedy(
        absl::UnavailableError(absl::StrCat("the ", peer.service(), " service at ", peer.address(),
                                            " cannot be reached: ", error.message())),
        absl::StrCat("Check that it runs (", peer.service(),
                     "d --config ...), that the profile has its address, and that it and this "
                     "client hold certificates of the same authority that have not ended; its log "
                     "names those that were revoked (connection.revoked), and whoever has too many "
                     "connections (connection.quota)."));
  }
  return Within(absl::StrCat("the ", peer.service(), " service at ", peer.address()), error);
}

absl::StatusOr<Session> Session::Open(const std::string& profile_file, CallLimits limits) {
  ASSIGN_OR_RETURN(config::v1::ClientProfile profile, ReadProfile(profile_file));
  ASSIGN_OR_RETURN(std::string token, TokenOf(profile, SystemClock().Now()));
  return Session(std::move(profile), std::move(token), limits);
}

absl::StatusOr<std::pair<config::v1::Peer, std::shared_ptr<grpc::Channel>>> Session::Connect(
    absl::string_view service) const {
  ASSIGN_OR_RETURN(config::v1::Peer peer, PeerOf(profile_, service));
  absl::StatusOr<std::shared_ptr<grpc::Channel>> channel =
      MutualTlsChannel(profile_.tls(), peer, token_);
  if (!channel.ok()) {
    return UsageError(channel.status().message(),
                      "Check the paths under `tls` in the profile, and that you may read the key.");
  }
  return std::make_pair(std::move(peer), *std::move(channel));
}

}  // namespace onereturn::client

// A requester, and the steward who decides for it, who go on while ingestion is killed: draft,
// match, consult, approve, issue, now and then end. What they send and are promised is noted in the
// oracle.
#ifndef ONERETURN_TESTS_CRASH_ASKING_CLIENT_H_
#define ONERETURN_TESTS_CRASH_ASKING_CLIENT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "onereturn/requests/v1/requests_service.grpc.pb.h"
#include "tests/crash/kill_clients.h"

namespace onereturn {

// One thread; what it counted is read after Run() has returned.
class AskingClient {
 public:
  // Asks these organisations for so many months. `suite` and `world` must outlive it.
  AskingClient(Deployment* suite, KillWorld* world, std::vector<std::string> organisations,
               int months)
      : suite_(suite), world_(world), organisations_(std::move(organisations)), months_(months) {}
  void Run();  // Until the world stops.

  // Names of all requests whose draft was acknowledged.
  const std::vector<std::string>& drafted() const { return drafted_; }
  uint64_t issued() const { return issued_; }
  uint64_t ended() const { return ended_; }
  uint64_t unknown() const { return unknown_; }
  uint64_t replayed() const { return replayed_; }

 private:
  // From the draft to the issue; false: the world stopped, or something must not be.
  bool AskOne(int number);
  bool Approve(const std::string& name, int number);
  // Repeated until it is answered; nullopt as above.
  template <typename Request, typename Response>
  std::optional<Response> Step(const char* persona, const std::string& id,
                               grpc::Status (requests::v1::RequestsService::Stub::*method)(
                                   grpc::ClientContext*, const Request&, Response*),
                               Request request);

  Deployment* const suite_;
  KillWorld* const world_;
  const std::vector<std::string> organisations_;
  const int months_;
  std::vector<std::string> drafted_;
  uint64_t issued_ = 0, ended_ = 0, unknown_ = 0, replayed_ = 0;
};

}  // namespace onereturn

#endif  // ONERETURN_TESTS_CRASH_ASKING_CLIENT_H_

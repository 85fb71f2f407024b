// What stands before every method, in one order: who calls (certificate), may the role (the
// method's option), what was sent (shape), whose data (the organisation, where the option says it
// stands). Then the method, then one line in the access log. A method without an option cannot be
// served.
#ifndef ONERETURN_COMMON_RPC_GUARD_H_
#define ONERETURN_COMMON_RPC_GUARD_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <grpcpp/server_context.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/access_log/access_log.h"
#include "common/clock/clock.h"
#include "common/identity/rights.h"
#include "common/rpc/caller_identity.h"
#include "common/rpc/concerned.h"
#include "common/rpc/status_conversion.h"
#include "common/status/status_macros.h"
#include "onereturn/options/v1/options.pb.h"

namespace onereturn {

// No call waits longer for what it needs, whatever deadline its caller set. Otherwise as many calls
// as the server has threads, each waiting a day for what never comes, would end service for
// everybody. It is some hundred times what the slowest read takes.
inline constexpr int64_t kMaxWaitMicros = 30'000'000;

// An admitted call.
struct CallContext {
  Caller caller;
  // "onereturn.returns.v1.ReturnsService.GetReturn".
  std::string method;
  // Until when the method may wait: the caller's deadline, or kMaxWaitMicros after `started` when
  // that is earlier or the caller set none. What a stream has begun is not bound by it: watches are
  // bounded by their number.
  Timestamp deadline;
  Timestamp started;
  // The person on whose behalf the system calls.
  std::optional<SignedIn> signed_in;
  // Whose data the call is about, for the access log: what the request names stands there already.
  std::shared_ptr<Concerned> concerned = std::make_shared<Concerned>();

  // What other services are sent when they are asked on the caller's behalf; empty: a system's
  // call.
  std::string person_token() const { return signed_in.has_value() ? signed_in->token : ""; }
};

// Who may sign in, and where calls are kept. Both outlive the guard's calls.
struct CallKeeping {
  std::shared_ptr<const People> people;
  AccessLog* access_log = nullptr;
};

// Thread safe once made.
class Guard {
 public:
  // Reads the options of every method of `services`. INTERNAL names the first method without one,
  // or with one whose path leads to no text field of its request.
  static absl::StatusOr<std::unique_ptr<Guard>> Create(
      Rights rights, const Clock* clock,
      const std::vector<const google::protobuf::ServiceDescriptor*>& services);

  // Before the first call. Without it no token is taken, and calls are kept nowhere but in the log.
  void Use(const CallKeeping& keeping) {
    identities_.Use(keeping.people);
    access_log_ = keeping.access_log;
  }

  // ACCESS_LOG when the call could not be kept.
  // Identity and permission: before anything of the request is looked at. PERMISSION also
  // when the method concerns no single organisation (NONE), the caller acts for one, and
  // NeedsNationalScope().
  absl::StatusOr<CallContext> Admit(const grpc::ServerContextBase& context,
                                    const google::protobuf::Descriptor& request_type) const;
  // The organisation, where the method's option says FIELD (ORG_SCOPE) or NAME (as NotFound()).
  absl::Status CheckScope(const CallContext& call, const google::protobuf::Message& request) const;
  // For approvals, each of which takes a person, and a token of its own: TOKEN_MISSING, and as
  // People::UseOnce. `act` is the SHA-256 of the request.
  absl::Status UseTokenOnce(const CallContext& call, const Digest& act) const;
  // One line, and one entry of the access log: method, caller, code, reason, duration. Never
  // anything of the request but the codes of the organisations it names.
  void LogAccess(const grpc::ServerContextBase& context,
                 const google::protobuf::Descriptor& request_type, const CallContext* call,
                 const absl::Status& status) const;

  // A read: `body(const CallContext&)` answers an absl::Status after filling the response, or
  // writing a stream.
  template <typename Request, typename Body>
  grpc::Status Serve(const grpc::ServerContextBase& context, const Request& request,
                     Body body) const {
    absl::StatusOr<CallContext> call = Admit(context, *Request::descriptor());
    absl::Status status = call.status();
    if (status.ok()) status = CheckScope(*call, request);
    if (status.ok()) status = body(*call);
    LogAccess(context, *Request::descriptor(), call.ok() ? &*call : nullptr, status);
    return ToGrpcStatus(status);
  }

  const Clock& clock() const { return *clock_; }

 private:
  struct Method {
    std::string name;
    options::v1::Access access;
  };

  Guard(Rights rights, const Clock* clock) : rights_(std::move(rights)), clock_(clock) {}

  std::string SystemOrPeer(const grpc::ServerContextBase& context) const;
  void KeepAccess(const grpc::ServerContextBase& context, const std::string& method,
                  const CallContext* call, const absl::Status& status, int64_t micros) const;

  Rights rights_;
  const Clock* clock_;
  CallerIdentities identities_;
  AccessLog* access_log_ = nullptr;
  // By the full name of the request message: every method has a request message of its own.
  std::map<std::string, Method> methods_;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_RPC_GUARD_H_

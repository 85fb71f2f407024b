// What stands before every method, in one order: which system calls (certificate), its share of
// calls, who is signed in (token), may the role (the method's option), the caller's own share where
// it is another, what was sent (shape), whose data (the organisation and the collection, where
// the option says they stand). Then the method, what of its answer the caller may see, then one
// line in the access log. A method without an option cannot be served.
//
// What admitted a stream is asked again while it is written (WriteInTime): at once when rights have
// changed, else each second. One that would not be admitted any more ends with what a new call
// would be answered.
#ifndef ONERETURN_COMMON_RPC_GUARD_H_
#define ONERETURN_COMMON_RPC_GUARD_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <grpcpp/server_context.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/access_log/access_log.h"
#include "common/clock/clock.h"
#include "common/identity/rights.h"
#include "common/identity/rights_source.h"
#include "common/identity/visible_fields.h"
#include "common/rpc/admission.h"
#include "common/rpc/caller_identity.h"
#include "common/rpc/concerned.h"
#include "common/rpc/limits.h"
#include "common/rpc/status_conversion.h"
#include "common/status/status_macros.h"
#include "onereturn/options/v1/options.pb.h"

namespace onereturn {

// Whoever calls, as far as it was found out: for the log of calls that are refused.
struct Visitor {
  std::optional<Caller> system;  // Whose share the call took.
  std::optional<SignedIn> signed_in;
};

// An admitted call.
struct CallContext {
  Caller caller;
  // "onereturn.returns.v1.ReturnsService.GetReturn".
  std::string method;
  // Until when the method may wait: the caller's deadline, or limits::kWaitMicros after `started`
  // when that is earlier or the caller set none. What a stream has begun is not bound by it:
  // watches are bounded by their number.
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

// Who may sign in, who no longer may call, and where calls are kept. All outlive the guard's calls.
struct CallKeeping {
  std::shared_ptr<const People> people;
  std::shared_ptr<const Revocations> revocations = std::make_shared<Revocations>();
  AccessLog* access_log = nullptr;
};

// Thread safe once made.
class Guard {
 public:
  // Reads the options of every method of `services`. INTERNAL names the first method without one,
  // or with one whose path leads to no text field of its request.
  static absl::StatusOr<std::unique_ptr<Guard>> Create(
      std::shared_ptr<const RightsSource> rights, const Clock* clock,
      const std::vector<const google::protobuf::ServiceDescriptor*>& services);
  // With rights that never change.
  static absl::StatusOr<std::unique_ptr<Guard>> Create(
      Rights rights, const Clock* clock,
      const std::vector<const google::protobuf::ServiceDescriptor*>& services) {
    return Create(std::make_shared<const RightsSource>(std::move(rights)), clock, services);
  }

  // Before the first call. Without it no token is taken, nothing is revoked, and calls are kept
  // nowhere but in the log.
  void Use(const CallKeeping& keeping) {
    identities_.Use(keeping.people, keeping.revocations);
    access_log_ = keeping.access_log;
  }

  // Identity, share and permission: before anything of the request is looked at. PERMISSION also
  // when the method concerns no single organisation (NONE), the caller acts for one, and
  // NeedsNationalScope(). ORG_QUOTA: the share of one call with so many bytes is used up; whatever
  // is answered, a system that is known pays for the call. ACCESS_LOG when the call could not be
  // kept; what RefuseAll() was given. `share`: held while the call runs. `request`, where it is
  // known already: the organisation that it names tells which of several roles is meant.
  absl::StatusOr<CallContext> Admit(const grpc::ServerContextBase& context,
                                    const google::protobuf::Descriptor& request_type,
                                    uint64_t bytes, Visitor* visitor, Admission::Ticket* share,
                                    const google::protobuf::Message* request = nullptr) const;
  // The same for a principal whose identity is settled, and who set no deadline.
  absl::StatusOr<CallContext> AdmitAs(const Principal& principal,
                                      const google::protobuf::Descriptor& request_type,
                                      const google::protobuf::Message* request = nullptr) const;
  // The organisation, where the method's option says FIELD (ORG_SCOPE) or NAME (as NotFound()), and
  // the collection, where it says where that stands (COLLECTION_GRANT).
  absl::Status CheckScope(const CallContext& call, const google::protobuf::Message& request) const;
  // For approvals by a person, each of which takes a token of its own: as People::UseOnce. `act` is
  // the SHA-256 of the request. A system that approves for itself has no token to spend; whether it
  // may is said in the rights file (needs_person), and was looked at when the call was admitted.
  absl::Status UseTokenOnce(const SignedIn& person, const Digest& act) const;
  // Undoes one UseTokenOnce() that was OK, where the act did not happen.
  void GiveTokenBack(const SignedIn& person, const Digest& act) const;
  // One line, and one entry of the access log: method, caller, code, reason, duration. Never
  // anything of the request but the codes of the organisations it names.
  void LogAccess(const grpc::ServerContextBase& context,
                 const google::protobuf::Descriptor& request_type, const CallContext* call,
                 const Visitor& visitor, const absl::Status& status) const;

  // Clears the fields that the caller may not see. Every answer goes through it.
  void Prune(const CallContext& call, google::protobuf::Message* answer) const {
    visible_fields_.Prune(call.caller.role, answer);
  }

  // A method that answers once: `body(const CallContext&)` answers an absl::Status after filling
  // `response`, which is pruned then. INTERNAL for a stream; the two below, for any other method.
  template <typename Request, typename Body>
  grpc::Status Serve(const grpc::ServerContextBase& context, const Request& request,
                     google::protobuf::Message* response, Body body) const {
    return ServeIn(context, request, nullptr, [&](const CallContext& call) -> absl::Status {
      RETURN_IF_ERROR(body(call));
      Prune(call, response);
      return absl::OkStatus();
    });
  }
  // One whose body writes a stream that has an end, and prunes each message that has fields to be
  // pruned. Such streams have places (CALL_QUOTA) and a bound of time.
  template <typename Request, typename Body>
  grpc::Status ServeStream(const grpc::ServerContextBase& context, const Request& request,
                           Body body) const {
    return ServeIn(context, request, &finite_streams_, body);
  }
  // A stream without an end, which takes one of `places` instead (CALL_QUOTA).
  template <typename Request, typename Body>
  grpc::Status ServeWatch(const grpc::ServerContextBase& context, const Request& request,
                          Places* places, Body body) const {
    return ServeIn(context, request, places, body);
  }

  // From now on every call is answered with `why`, an error, before it is looked at, and streams
  // end with it. For a service that has lost what it must not answer without.
  void RefuseAll(const absl::Status& why);

  const Clock& clock() const { return *clock_; }

  // From now on each caller has its share; without this everybody has all. Before the first call.
  void LimitCallers(Shares shares) {
    admission_ = std::make_unique<Admission>(std::move(shares), clock_);
  }
  AdmissionCounts counts() const;
  // For tests: another bound for streams that have an end. Before the first call.
  void BoundStreams(int64_t micros) { stream_micros_ = micros; }

 private:
  struct Method {
    std::string name;
    options::v1::Access access;
    bool streams = false;
  };

  Guard(std::shared_ptr<const RightsSource> rights, const Clock* clock)
      : rights_(std::move(rights)), clock_(clock), identities_(clock) {}

  using CallBody = absl::FunctionRef<absl::Status(const CallContext&)>;

  // `places`: a stream's; null for what answers once.
  grpc::Status ServeIn(const grpc::ServerContextBase& context,
                       const google::protobuf::Message& request, Places* places,
                       CallBody body) const;
  // Would the call be admitted now, under the role that it was admitted under? It takes no share
  // and no place, and is not kept. What a new call would be answered; PERMISSION too when the role
  // is no longer for all the organisations that it was for.
  absl::Status AskAgain(const grpc::ServerContextBase& context,
                        const google::protobuf::Message& request, const CallContext& call) const;
  // Whoever acts: the person who is signed in, if any, and the role that was named.
  absl::StatusOr<Principal> PrincipalOf(const grpc::ServerContextBase& context,
                                        const CallerCertificate& certificate,
                                        std::optional<SignedIn>* signed_in) const;
  // A stream's; a call that answers once has none, and null `places`. A service's place is its own
  // also where it asks on a person's behalf. CALL_QUOTA.
  absl::Status TakePlace(const CallContext& call, const Visitor& visitor,
                         const google::protobuf::Descriptor& request_type, Places* places,
                         Admission::Ticket* place) const;
  // Adds the shares of one call with so many bytes to `share`. ORG_QUOTA.
  absl::Status Enter(const Caller& caller, uint64_t bytes, Admission::Ticket* share) const;

  // OK, or what RefuseAll() was given.
  absl::Status refusal() const;
  std::string SystemOrPeer(const grpc::ServerContextBase& context) const;
  // An entry at a stream's start: of a service that is killed meanwhile there is no other.
  void KeepOpened(const CallContext& call, const google::protobuf::Descriptor& request_type) const;
  void KeepAccess(const grpc::ServerContextBase& context, const Method& method,
                  const CallContext* call, const Visitor& visitor, const absl::Status& status,
                  int64_t micros) const;

  const std::shared_ptr<const RightsSource> rights_;
  const Clock* clock_;
  CallerIdentities identities_;
  AccessLog* access_log_ = nullptr;
  std::atomic<bool> refuses_{false};
  mutable std::mutex mutex_;
  absl::Status refusal_;                  // Guarded by mutex_.
  std::unique_ptr<Admission> admission_;  // Null: no limits.
  mutable Places finite_streams_{limits::kFiniteStreams, limits::kServiceFiniteStreams,
                                 limits::kFiniteStreamsACaller, absl::Seconds(1)};
  int64_t stream_micros_ = limits::kStreamMicros;
  // By the full name of the request message: every method has a request message of its own.
  std::map<std::string, Method> methods_;
  VisibleFields visible_fields_;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_RPC_GUARD_H_

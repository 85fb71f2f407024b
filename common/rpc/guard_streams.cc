// The guard's part that concerns streams: their places, and what admitted them asked again.
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/rpc/guard.h"
#include "common/rpc/limits.h"
#include "common/rpc/stream_bound.h"
#include "common/rpc/stream_right.h"
#include "common/status/error.h"

namespace onereturn {
namespace {

using google::protobuf::Message;

// When it was last decided that a stream may go on, and by which rights.
struct LastAsked {
  Timestamp time;
  std::shared_ptr<const Rights> rights;
};

// May a stream that was begun by `before` go on by `now`, of the same role? What it writes was
// chosen by the organisations that it began with: more of them change nothing.
bool CoversStill(const Caller& now, const Caller& before) {
  if (now.scope.national()) return true;
  if (before.scope.national()) return false;
  const std::vector<std::string>& organisations = before.scope.organisations();
  return std::all_of(organisations.begin(), organisations.end(),
                     [&](const std::string& code) { return now.scope.Covers(code); });
}

}  // namespace

grpc::Status Guard::ServeIn(const grpc::ServerContextBase& context, const Message& request,
                            Places* places, CallBody body) const {
  const google::protobuf::Descriptor& type = *request.GetDescriptor();
  Visitor visitor;
  Admission::Ticket share;
  // Taken before the call is decided: what changes meanwhile is asked for again.
  LastAsked last{clock_->Now(), places == nullptr ? nullptr : rights_->Current()};
  const absl::StatusOr<CallContext> call = Admit(context, type, 0, &visitor, &share, &request);
  absl::Status status = call.status();
  if (status.ok()) status = CheckScope(*call, request);
  Admission::Ticket place;
  if (status.ok()) status = TakePlace(*call, visitor, type, places, &place);
  if (status.ok() && places == nullptr) status = body(*call);
  if (status.ok() && places != nullptr) {
    KeepOpened(*call, type);
    StreamRight right([&]() -> absl::Status {
      RETURN_IF_ERROR(refusal());
      const Timestamp now = clock_->Now();
      const int64_t micros = now.micros - last.time.micros;
      const bool just_asked = micros >= 0 && micros < limits::kAskAgainMicros;
      std::shared_ptr<const Rights> rights = rights_->Current();
      if (just_asked && rights == last.rights) return absl::OkStatus();
      last = LastAsked{now, std::move(rights)};
      return AskAgain(context, request, *call);
    });
    status = body(*call);
    if (!right.ended().ok()) status = right.ended();
  }
  LogAccess(context, type, call.ok() ? &*call : nullptr, visitor, status);
  return ToGrpcStatus(status);
}

absl::Status Guard::AskAgain(const grpc::ServerContextBase& context, const Message& request,
                             const CallContext& call) const {
  ASSIGN_OR_RETURN(const CallerCertificate certificate, identities_.CertificateOf(context));
  RETURN_IF_ERROR(rights_->Current()->CheckKnown(Principal{certificate.spiffe_id, {}, {}}));
  std::optional<SignedIn> signed_in;
  ASSIGN_OR_RETURN(Principal principal, PrincipalOf(context, certificate, &signed_in));
  // A role that was given since does not end a stream of another, nor carry it on.
  principal.named_role = call.caller.role;
  ASSIGN_OR_RETURN(CallContext again, AdmitAs(principal, *request.GetDescriptor(), &request));
  again.concerned = call.concerned;
  RETURN_IF_ERROR(CheckScope(again, request));
  if (CoversStill(again.caller, call.caller)) return absl::OkStatus();
  return Error(Reason::kPermission,
               "the right by which the stream was begun was for organisations that the caller no "
               "longer acts for: call again for what is left");
}

absl::Status Guard::TakePlace(const CallContext& call, const Visitor& visitor,
                              const google::protobuf::Descriptor& request_type, Places* places,
                              Admission::Ticket* place) const {
  const Method& method = methods_.at(request_type.full_name());
  if (method.streams != (places != nullptr)) {
    return absl::InternalError(absl::StrCat(method.name, " is served as what it is not"));
  }
  if (places == nullptr) return absl::OkStatus();
  const bool of_service = visitor.system.has_value() && IsService(*visitor.system);
  ASSIGN_OR_RETURN(*place, places->Take(ShareKey(call.caller), of_service));
  RunningCall* const running = RunningCall::Current();
  if (running == nullptr) return absl::OkStatus();
  running->Keep(*place);
  if (places == &finite_streams_) running->BoundStream(stream_micros_);
  return absl::OkStatus();
}

}  // namespace onereturn

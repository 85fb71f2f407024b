#include "common/rpc/guard.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/log/log.h"
#include "common/period/london_day.h"
#include "common/rpc/stream_bound.h"
#include "common/status/error.h"

namespace onereturn {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Call metadata in which a caller names the role it acts under: "submitter", "ROLE_SUBMITTER".
constexpr char kRoleMetadata[] = "onereturn-role";
// In the access log, of a stream at its start: what came of it is not known yet.
constexpr char kOpenedCode[] = "OPEN";

// The text field that a dotted path leads to; null when it leads to none.
const FieldDescriptor* FieldAt(const Descriptor& type, absl::string_view path) {
  const Descriptor* current = &type;
  const FieldDescriptor* field = nullptr;
  for (absl::string_view step : absl::StrSplit(path, '.')) {
    if (current == nullptr) return nullptr;
    field = current->FindFieldByName(std::string(step));
    if (field == nullptr || field->is_repeated()) return nullptr;
    current = field->message_type();
  }
  return field->type() == FieldDescriptor::TYPE_STRING ? field : nullptr;
}

std::string TextAt(const Message& message, absl::string_view path) {
  const Message* current = &message;
  std::string text;
  for (absl::string_view step : absl::StrSplit(path, '.')) {
    const FieldDescriptor* field = current->GetDescriptor()->FindFieldByName(std::string(step));
    if (field->type() == FieldDescriptor::TYPE_MESSAGE) {
      current = &current->GetReflection()->GetMessage(*current, field);
    } else {
      text = current->GetReflection()->GetString(*current, field);
    }
  }
  return text;
}

// In the place of a code: all that the caller may see.
constexpr absl::string_view kAllOrganisations = "-";

// The code in "organisations/{code}" or "organisations/{code}/..."; empty when the name is of
// another form.
std::string OrganisationOfName(const std::string& name) {
  std::vector<std::string> parts = absl::StrSplit(name, '/');
  return parts.size() >= 2 && parts[0] == "organisations" ? parts[1] : "";
}

// The code in "collections/{code}", in ".../returns/{code}.{period}", or the text itself.
std::string CollectionOf(const std::string& text) {
  std::vector<std::string> parts = absl::StrSplit(text, '/');
  for (size_t i = 0; i + 1 < parts.size(); ++i) {
    if (parts[i] == "collections") return parts[i + 1];
    if (parts[i] == "returns") return parts[i + 1].substr(0, parts[i + 1].find('.'));
  }
  return text;
}

// The text where the option says that the organisation stands.
std::string OrganisationNamedIn(const options::v1::Access& access, const Message& request) {
  switch (access.organisation()) {
    case options::v1::ORGANISATION_LOCATOR_FIELD:
      return TextAt(request, access.path());
    case options::v1::ORGANISATION_LOCATOR_NAME:
      return OrganisationOfName(TextAt(request, access.path()));
    default:
      return "";
  }
}

// What is to become of the call when the access log cannot be written. What keeps the suite itself
// going goes on, so that an operator sees what is wrong, and other services follow.
AccessKind KindOf(options::v1::Permission permission) {
  switch (permission) {
    case options::v1::PERMISSION_OPERATE:
    case options::v1::PERMISSION_FEED_READ:
    case options::v1::PERMISSION_LEDGER_READ:
      return AccessKind::kSuite;
    default:
      return IsPrivileged(permission) ? AccessKind::kPrivileged : AccessKind::kPlain;
  }
}

// Unspecified where the caller names none; FIELD_INVALID for a role that there is not.
absl::StatusOr<rights::v1::Role> RoleNamedIn(const grpc::ServerContextBase& context) {
  const auto named = context.client_metadata().find(kRoleMetadata);
  if (named == context.client_metadata().end()) return rights::v1::ROLE_UNSPECIFIED;
  const rights::v1::Role role =
      RoleFromName(std::string(named->second.data(), named->second.size()));
  if (role == rights::v1::ROLE_UNSPECIFIED || context.client_metadata().count(kRoleMetadata) > 1) {
    return Error(Reason::kFieldInvalid, "the call does not name one role that there is")
        .Field(kRoleMetadata, "must be one role, such as submitter");
  }
  return role;
}

void SetPerson(const TokenHolder& holder, access::v1::AccessEntry* entry) {
  entry->set_person(holder.name());
  entry->set_person_organisation(holder.organisation);
  entry->set_purpose(holder.purpose);
}

// Who called, of a call that was admitted, and whom it concerns as far as is known.
void SetCaller(const CallContext& call, access::v1::AccessEntry* entry) {
  entry->set_system(call.caller.spiffe_id);
  entry->set_role(call.caller.role);
  entry->set_caller_organisation(call.caller.scope.organisation());
  for (std::string& code : call.concerned->All()) entry->add_organisations(std::move(code));
  if (call.signed_in.has_value()) SetPerson(call.signed_in->holder, entry);
}

Timestamp DeadlineOf(Timestamp now, std::chrono::system_clock::time_point wire) {
  const Timestamp latest{now.micros + limits::kWaitMicros};
  if (wire == std::chrono::system_clock::time_point::max()) return latest;
  const auto left = std::chrono::duration_cast<std::chrono::microseconds>(
      wire - std::chrono::system_clock::now());
  return std::min(latest, Timestamp{now.micros + std::max<int64_t>(left.count(), 0)});
}

// Whose share a call takes before anybody is known to be signed in. A system that is known by
// grants of the ledger alone has the share of the one organisation that those of the day are for,
// or a national one where one of them is national. Else, by its own name, an organisation's.
Caller SystemOf(const Rights& rights, const std::string& spiffe_id, Timestamp now) {
  absl::StatusOr<Caller> configured = rights.Find(spiffe_id);
  if (configured.ok()) return *std::move(configured);
  std::set<std::string> organisations;
  for (Grant& grant : rights.GrantsOf(spiffe_id, LondonDay(now))) {
    organisations.insert(std::move(grant.organisation));
  }
  Caller caller;
  caller.spiffe_id = spiffe_id;
  if (organisations.count("") != 0) return caller;
  caller.scope = organisations.size() == 1 ? OrganisationScope::Only(*organisations.begin())
                                           : OrganisationScope::Of("", {});
  return caller;
}

// gRPC bounds the metadata only of a peer that has acknowledged its settings.
absl::Status CheckMetadata(const grpc::ServerContextBase& context) {
  size_t bytes = 0;
  for (const auto& [name, value] : context.client_metadata()) bytes += name.size() + value.size();
  if (bytes <= limits::kMetadataBytes) return absl::OkStatus();
  return Error(Reason::kMetadataTooLarge,
               absl::StrCat("what stands beside the message has ", bytes, " bytes; at most ",
                            limits::kMetadataBytes, " are taken"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Guard>> Guard::Create(
    std::shared_ptr<const RightsSource> rights, const Clock* clock,
    const std::vector<const google::protobuf::ServiceDescriptor*>& services) {
  std::unique_ptr<Guard> guard(new Guard(std::move(rights), clock));
  for (const auto* service : services) {
    for (int i = 0; i < service->method_count(); ++i) {
      const auto* method = service->method(i);
      const options::v1::Access& access = method->options().GetExtension(options::v1::access);
      if (access.permission() == options::v1::PERMISSION_UNSPECIFIED ||
          access.organisation() == options::v1::ORGANISATION_LOCATOR_UNSPECIFIED) {
        return absl::InternalError(absl::StrCat(method->full_name(), " has no access option"));
      }
      const bool has_path = access.organisation() == options::v1::ORGANISATION_LOCATOR_FIELD ||
                            access.organisation() == options::v1::ORGANISATION_LOCATOR_NAME;
      std::vector<std::string> paths;
      if (has_path) paths.push_back(access.path());
      if (!access.collection_path().empty()) paths.push_back(access.collection_path());
      for (const std::string& path : paths) {
        if (FieldAt(*method->input_type(), path) != nullptr) continue;
        return absl::InternalError(
            absl::StrCat(method->full_name(), ": the access path \"", path, "\" leads to no text"));
      }
      guard->visible_fields_.Add(method->output_type());
      if (!guard->methods_
               .emplace(method->input_type()->full_name(),
                        Method{method->full_name(), access, method->server_streaming()})
               .second) {
        return absl::InternalError(
            absl::StrCat(method->full_name(), " shares its request message"));
      }
    }
  }
  return guard;
}

void Guard::RefuseAll(const absl::Status& why) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (!refuses_.exchange(true)) refusal_ = why;
}

absl::Status Guard::refusal() const {
  if (!refuses_) return absl::OkStatus();
  std::lock_guard<std::mutex> lock(mutex_);
  return refusal_;
}

absl::StatusOr<CallContext> Guard::Admit(const grpc::ServerContextBase& context,
                                         const Descriptor& request_type, uint64_t bytes,
                                         Visitor* visitor, Admission::Ticket* share,
                                         const Message* request) const {
  RETURN_IF_ERROR(refusal());
  if (access_log_ != nullptr) {
    const Method& method = methods_.at(request_type.full_name());
    RETURN_IF_ERROR(access_log_->Admits(KindOf(method.access.permission())));
  }
  ASSIGN_OR_RETURN(const CallerCertificate certificate, identities_.CertificateOf(context));
  const std::shared_ptr<const Rights> rights = rights_->Current();
  // Nobody who is unknown is worth the verifying of a token, nor who has used up the share.
  RETURN_IF_ERROR(rights->CheckKnown(Principal{certificate.spiffe_id, {}, {}}));
  const Caller& system =
      visitor->system.emplace(SystemOf(*rights, certificate.spiffe_id, clock_->Now()));
  RETURN_IF_ERROR(Enter(system, bytes, share));
  RETURN_IF_ERROR(CheckMetadata(context));
  ASSIGN_OR_RETURN(const Principal principal,
                   PrincipalOf(context, certificate, &visitor->signed_in));
  ASSIGN_OR_RETURN(CallContext call, AdmitAs(principal, request_type, request));
  // People of one organisation at a portal of many take that organisation's share too.
  if (ShareKey(call.caller) != ShareKey(system)) {
    RETURN_IF_ERROR(Enter(call.caller, bytes, share));
  }
  call.deadline = DeadlineOf(call.started, context.deadline());
  call.signed_in = visitor->signed_in;
  return call;
}

absl::StatusOr<Principal> Guard::PrincipalOf(const grpc::ServerContextBase& context,
                                             const CallerCertificate& certificate,
                                             std::optional<SignedIn>* signed_in) const {
  Principal principal{certificate.spiffe_id, {}, {}};
  ASSIGN_OR_RETURN(*signed_in, identities_.PersonOf(context, certificate));
  if (signed_in->has_value()) {
    const TokenHolder& holder = (*signed_in)->holder;
    principal.person = Person{holder.name(), holder.organisation};
  }
  ASSIGN_OR_RETURN(principal.named_role, RoleNamedIn(context));
  return principal;
}

absl::StatusOr<CallContext> Guard::AdmitAs(const Principal& principal,
                                           const Descriptor& request_type,
                                           const Message* request) const {
  const Method& method = methods_.at(request_type.full_name());
  CallContext call;
  call.method = method.name;
  call.started = clock_->Now();
  call.deadline = Timestamp{call.started.micros + limits::kWaitMicros};
  std::string organisation = request == nullptr ? "" : OrganisationNamedIn(method.access, *request);
  if (organisation == kAllOrganisations) organisation.clear();
  const Question question{method.access.permission(), LondonDay(call.started),
                          !method.access.collection_path().empty(), rights_->Fresh(call.started),
                          std::move(organisation)};
  ASSIGN_OR_RETURN(call.caller, rights_->Current()->Admit(principal, question));
  if (method.access.organisation() == options::v1::ORGANISATION_LOCATOR_NONE &&
      !call.caller.scope.national() && NeedsNationalScope(method.access.permission())) {
    const std::string& permission = options::v1::Permission_Name(method.access.permission());
    return Error(Reason::kPermission,
                 absl::StrCat("this call concerns no single organisation and needs ", permission,
                              " at national scope; the caller acts for one organisation"))
        .With("permission", permission);
  }
  return call;
}

absl::Status Guard::Enter(const Caller& caller, uint64_t bytes, Admission::Ticket* share) const {
  if (admission_ == nullptr) return absl::OkStatus();
  ASSIGN_OR_RETURN(Admission::Ticket ticket, admission_->Enter(caller, bytes));
  if (RunningCall* running = RunningCall::Current(); running != nullptr) running->Keep(ticket);
  *share = std::make_shared<std::pair<Admission::Ticket, Admission::Ticket>>(std::move(*share),
                                                                             std::move(ticket));
  return absl::OkStatus();
}

AdmissionCounts Guard::counts() const {
  return admission_ == nullptr ? AdmissionCounts() : admission_->counts();
}

absl::Status Guard::UseTokenOnce(const SignedIn& person, const Digest& act) const {
  return identities_.people().UseOnce(person.holder, act);
}

void Guard::GiveTokenBack(const SignedIn& person, const Digest& act) const {
  identities_.people().GiveBack(person.holder, act);
}

absl::Status Guard::CheckScope(const CallContext& call, const Message& request) const {
  const options::v1::Access& access = methods_.at(request.GetDescriptor()->full_name()).access;
  call.concerned->Add(OrganisationNamedIn(access, request));
  const OrganisationScope& scope = call.caller.scope;
  std::string organisation;
  if (access.organisation() == options::v1::ORGANISATION_LOCATOR_FIELD) {
    organisation = TextAt(request, access.path());
    if (!scope.Covers(organisation)) {
      return Error(Reason::kOrgScope,
                   "the request names an organisation that the caller does not act for")
          .Field(access.path(), "must be the caller's own organisation");
    }
  } else if (access.organisation() == options::v1::ORGANISATION_LOCATOR_NAME) {
    organisation = OrganisationOfName(TextAt(request, access.path()));
    // "-" stands for all the caller may see: the scoped store sees to it.
    if (organisation == kAllOrganisations)
      organisation.clear();
    else if (!scope.Covers(organisation) && !organisation.empty() && access.registered())
      return Error(Reason::kOrgScope,
                   "the request names an organisation that the caller does not act for")
          .Field(access.path(), "must be of the caller's own organisation");
    else if (!scope.Covers(organisation))
      return organisation.empty() || HoldsPersonalData(organisation)
                 ? NotFound()
                 : NotFound(absl::StrCat("organisation ", organisation));
  }
  if (access.collection_path().empty()) return absl::OkStatus();
  return call.caller.CheckCollection(organisation,
                                     CollectionOf(TextAt(request, access.collection_path())));
}

std::string Guard::SystemOrPeer(const grpc::ServerContextBase& context) const {
  const absl::StatusOr<CallerCertificate> certificate = identities_.CertificateOf(context);
  return certificate.ok() ? certificate->spiffe_id : context.peer();
}

void Guard::LogAccess(const grpc::ServerContextBase& context, const Descriptor& request_type,
                      const CallContext* call, const Visitor& visitor,
                      const absl::Status& status) const {
  if (const RunningCall* running = RunningCall::Current(); running != nullptr) running->Answered();
  const std::string reason(status.ok() ? "" : NameOf(ReasonOf(status)));
  const int64_t micros = call == nullptr ? 0 : clock_->Now().micros - call->started.micros;
  const Method& method = methods_.at(request_type.full_name());
  KeepAccess(context, method, call, visitor, status, micros);
  LogInfo("rpc.call", {{"method", method.name},
                       {"caller", call == nullptr ? SystemOrPeer(context) : call->caller.spiffe_id},
                       {"code", absl::StatusCodeToString(status.code())},
                       {"reason", reason},
                       {"micros", micros},
                       {"role", call == nullptr ? "" : RoleName(call->caller.role)},
                       {"person", call == nullptr ? "" : call->caller.person}});
}

void Guard::KeepOpened(const CallContext& call, const Descriptor& request_type) const {
  if (access_log_ == nullptr) return;
  access::v1::AccessEntry entry;
  entry.set_method(call.method);
  entry.set_code(kOpenedCode);
  SetCaller(call, &entry);
  access_log_->Append(std::move(entry),
                      KindOf(methods_.at(request_type.full_name()).access.permission()));
}

void Guard::KeepAccess(const grpc::ServerContextBase& context, const Method& method,
                       const CallContext* call, const Visitor& visitor, const absl::Status& status,
                       int64_t micros) const {
  // A call that was refused because it could not be kept is none to keep.
  const bool refused_unkept = !status.ok() && ReasonOf(status) == Reason::kAccessLog;
  if (access_log_ == nullptr || refused_unkept) return;
  access::v1::AccessEntry entry;
  entry.set_method(method.name);
  entry.set_code(absl::StatusCodeToString(status.code()));
  if (!status.ok()) entry.set_reason(std::string(NameOf(ReasonOf(status))));
  entry.set_micros(static_cast<uint64_t>(std::max<int64_t>(micros, 0)));
  if (call == nullptr) {
    // Who was refused, where that was found out: a call may be refused before it is looked at.
    const absl::StatusOr<CallerCertificate> system = identities_.CertificateOf(context);
    system.ok() ? entry.set_system(system->spiffe_id) : entry.set_peer(context.peer());
    if (visitor.system.has_value()) {
      entry.set_caller_organisation(visitor.system->scope.organisation());
    }
    if (visitor.signed_in.has_value()) SetPerson(visitor.signed_in->holder, &entry);
    access_log_->AppendRefused(std::move(entry));
  } else {
    SetCaller(*call, &entry);
    access_log_->Append(std::move(entry), KindOf(method.access.permission()));
  }
}

}  // namespace onereturn

// Rights that are given, used and taken away; and tokens that serve one approval.
#include <google/protobuf/text_format.h>

#include <chrono>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/rpc/server.h"
#include "onereturn/returns/v1/sign_off_service.pb.h"
#include "onereturn/rights/v1/rights_service.pb.h"
#include "tests/conformance/bad_inputs.h"

namespace onereturn {
namespace {

const std::string kRights = "/onereturn.rights.v1.RightsService/";  // NOLINT

rights::v1::ProposeGrantRequest ProposalFor(World& world, const std::string& persona,
                                            rights::v1::Role role) {
  rights::v1::ProposeGrantRequest request;
  request.set_request_id(world.FreshId());
  request.set_reason("covers the month");
  request.mutable_grant()->set_principal(Deployment::SpiffeIdOf(persona));
  request.mutable_grant()->set_role(role);
  return request;
}

// The name of a grant that the first officer proposed. One fact.
std::string Proposed(World& world, const rights::v1::ProposeGrantRequest& request) {
  world.Stores(1);
  return world
      .MustGet<rights::v1::ProposeGrantResponse>(kRights + "ProposeGrant", request, kFirstOfficer)
      .grant()
      .name();
}

rights::v1::DecideGrantRequest DecisionOn(World& world, const std::string& grant, bool approve) {
  rights::v1::DecideGrantRequest request;
  request.set_request_id(world.FreshId());
  request.set_name(grant);
  request.set_approve(approve);
  request.set_reason("checked");
  return request;
}

Answer Decide(World& world, const std::string& persona, const std::string& grant,
              bool approve = true) {
  return world.Send(kRights + "DecideGrant", DecisionOn(world, grant, approve), persona);
}

// A grant to the newcomer, proposed and approved. Two facts.
std::string Granted(World& world, const rights::v1::ProposeGrantRequest& request) {
  std::string name = Proposed(world, request);
  ONERETURN_CHECK(Decide(world, kSecondOfficer, name).code == "OK");
  world.Stores(1);
  return name;
}

// One fact.
void Revoke(World& world, const std::string& grant) {
  rights::v1::RevokeGrantRequest request;
  request.set_request_id(world.FreshId());
  request.set_name(grant);
  request.set_reason("left");
  ONERETURN_CHECK(world.Send(kRights + "RevokeGrant", request, kFirstOfficer).code == "OK");
  world.Stores(1);
}

// A return of RCF that one person signs. One fact.
std::string SubmittedToBeSigned(World& world, int64_t seen, const std::string& persona) {
  returns::v1::SubmitReturnRequest request;
  request.set_request_id(world.FreshId());
  request.set_organisation("RCF");
  request.set_collection("SIGNED");
  request.set_period("2024-01");
  request.add_cells()->mutable_reference()->set_item("signed_seen");
  request.mutable_cells(0)->set_millionths(seen * 1'000'000);
  world.Stores(1);
  return world.MustGet<returns::v1::SubmitReturnResponse>(kSubmitPath, request, persona)
      .submission()
      .cell_digest();
}

rights::v1::ProposeGrantRequest ProposalForRcf(World& world, rights::v1::Role role) {
  rights::v1::ProposeGrantRequest request = ProposalFor(world, kNewcomer, role);
  request.mutable_grant()->set_organisation("RCF");
  return request;
}

// The newcomer signs what has this hash.
Answer SignedByNewcomer(World& world, const std::string& cell_digest) {
  returns::v1::SignReturnRequest request;
  request.set_request_id(world.FreshId());
  request.set_name("organisations/RCF/returns/SIGNED.2024-01/submission");
  request.set_cell_digest(cell_digest);
  request.set_level(1);
  return world.Send("/onereturn.returns.v1.SignOffService/SignReturn", request, kNewcomer);
}

Answer SignWhatWasReplaced(World& world) {
  const std::string grant = Granted(world, ProposalForRcf(world, rights::v1::ROLE_APPROVER));
  const std::string digest = SubmittedToBeSigned(world, 100, Submitter("RCF"));
  SubmittedToBeSigned(world, 200, Submitter("RCF"));
  Answer answer = SignedByNewcomer(world, digest);
  Revoke(world, grant);
  return answer;
}

Answer SignOwnSubmission(World& world) {
  const std::string sends = Granted(world, ProposalForRcf(world, rights::v1::ROLE_SUBMITTER));
  const std::string signs = Granted(world, ProposalForRcf(world, rights::v1::ROLE_APPROVER));
  Answer answer = SignedByNewcomer(world, SubmittedToBeSigned(world, 300, kNewcomer));
  Revoke(world, sends);
  Revoke(world, signs);
  return answer;
}

Answer ReadBy(World& world, const std::string& persona) {
  returns::v1::GetReturnRequest request;
  request.set_name(kKnownReturn);
  return world.Send(kGetPath, request, persona);
}

// A decision that a person took, and the token it took.
struct Taken {
  std::string decision;
  std::string token;
  std::string next_grant;  // It awaits its decision.
};

Answer DecideAsPerson(World& world, const std::string& bytes, const std::string& token) {
  return world.SendFor(token, kRights + "DecideGrant", bytes, kSecondOfficer);
}

// Three facts.
Taken TakeDecision(World& world) {
  const auto proposal = [&world] {
    return Proposed(world, ProposalFor(world, kNewcomer, rights::v1::ROLE_SCRUTINY_READER));
  };
  Taken taken;
  taken.decision = DecisionOn(world, proposal(), /*approve=*/true).SerializeAsString();
  taken.next_grant = proposal();
  // A service that has just been started takes tokens from its next second on.
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  Answer answer;
  do {
    TokenText token = world.TokenAt(kSecondOfficer);
    token.claims["sub"] = absl::StrCat("\"", kRightsOfficer, "\"");
    taken.token = Signed(world.issuer(), token);
    answer = DecideAsPerson(world, taken.decision, taken.token);
  } while (answer.reason == "TOKEN_REPLAY" && std::chrono::steady_clock::now() < end);
  ONERETURN_CHECK(answer.code == "OK");
  world.Stores(1);
  return taken;
}

Answer DecideNext(World& world, const Taken& taken) {
  const auto next = DecisionOn(world, taken.next_grant, /*approve=*/true);
  return DecideAsPerson(world, next.SerializeAsString(), taken.token);
}

// The decision sent again, as by a client whose answer was lost.
Answer DecideAgain(World& world, const Taken& taken) {
  std::string received;
  const grpc::Status status = world.Exchange(kRights + "DecideGrant", taken.decision,
                                             kSecondOfficer, &received, 15'000, taken.token);
  rights::v1::DecideGrantResponse response;
  if (!status.ok() || !response.ParseFromString(received)) return AnswerOf(status);
  return {response.replayed() && response.has_receipt() ? "OK" : "NOT REPLAYED", ""};
}

Cases ReplayCases() {
  return {
      {"72.replayed", [](World& world) { return DecideNext(world, TakeDecision(world)); }},
      {"72.replayed_after_a_kill",
       [](World& world) {
         const Taken taken = TakeDecision(world);
         world.Restart();
         return DecideNext(world, taken);
       }},
      {"72.sent_again", [](World& world) { return DecideAgain(world, TakeDecision(world)); }},
      {"72.sent_again_after_a_kill",
       [](World& world) {
         const Taken taken = TakeDecision(world);
         world.Restart();
         return DecideAgain(world, taken);
       }},
      {"63.same_bytes_to_another_method",
       [](World& world) {
         // Without "approve" a decision can be read as a revocation.
         const std::string grant =
             Proposed(world, ProposalFor(world, kNewcomer, rights::v1::ROLE_ANALYST));
         const auto refusal = DecisionOn(world, grant, /*approve=*/false);
         ONERETURN_CHECK(world.Send(kRights + "DecideGrant", refusal, kSecondOfficer).code == "OK");
         world.Stores(1);
         return world.Send(kRights + "RevokeGrant", refusal, kSecondOfficer);
       }},
  };
}

// Takes a system out of the rights file; the service reads it at its start.
void TakeOut(Deployment& suite, const std::string& persona) {
  config::v1::RightsFile rights;
  ONERETURN_CHECK(ReadTextProto(suite.RightsFile(), &rights).ok());
  config::v1::RightsFile rest;
  for (const config::v1::Principal& principal : rights.principals()) {
    if (principal.spiffe_id() != Deployment::SpiffeIdOf(persona))
      *rest.add_principals() = principal;
  }
  std::string text;
  ONERETURN_CHECK(google::protobuf::TextFormat::PrintToString(rest, &text));
  std::ofstream(suite.RightsFile(), std::ios::trunc) << text;
  suite.Kill9(kIngestion);
  ONERETURN_CHECK(suite.Start(kIngestion).ok());
}

// In a deployment of its own: others wait meanwhile for what the world's process does.
Answer CallOfOneTakenOut(World& /*world*/) {
  DeploymentOptions options;
  options.submitters = {"RCF", "RAE"};
  const auto suite = Deployment::Create(std::move(options)).value();
  ONERETURN_CHECK(suite->Start(kIngestion).ok());
  const auto call = [&suite](const std::string& persona) {
    return CallWith({suite->AddressOf(kIngestion), suite->TlsFilesOf(persona)});
  };
  if (call(Submitter("RCF")).reason == "IDENTITY_UNKNOWN") return {"NEVER KNOWN", ""};
  TakeOut(*suite, Submitter("RCF"));
  if (call(Submitter("RAE")).reason == "IDENTITY_UNKNOWN") return {"ANOTHER TOO", ""};
  return call(Submitter("RCF"));
}

}  // namespace

Cases RightsCases() {
  Cases cases = {
      {"5.name_taken_out", CallOfOneTakenOut},
      {"66.approval_of_what_was_replaced", SignWhatWasReplaced},
      {"75.own_approval", SignOwnSubmission},
      {"75.own_proposal",
       [](World& world) {
         const std::string grant =
             Proposed(world, ProposalFor(world, kNewcomer, rights::v1::ROLE_ANALYST));
         return Decide(world, kFirstOfficer, grant);
       }},
      {"75.for_oneself",
       [](World& world) {
         return world.Send(kRights + "ProposeGrant",
                           ProposalFor(world, kFirstOfficer, rights::v1::ROLE_ANALYST),
                           kFirstOfficer);
       }},
      {"76.role_removed",
       [](World& world) -> Answer {
         const std::string kept =
             Granted(world, ProposalFor(world, kNewcomer, rights::v1::ROLE_SCRUTINY_READER));
         const std::string removed =
             Granted(world, ProposalFor(world, kNewcomer, rights::v1::ROLE_ANALYST));
         if (ReadBy(world, kNewcomer).code != "OK") return {"NOT GRANTED", ""};
         Revoke(world, removed);
         Answer answer = ReadBy(world, kNewcomer);
         Revoke(world, kept);
         return answer;
       }},
      {"76.last_role_removed",
       [](World& world) -> Answer {
         const std::string persona = "for-a-month";
         const IssueRequest certificate = IssueRequest::ForClient(Deployment::SpiffeIdOf(persona));
         ONERETURN_CHECK(
             world.suite().WriteTlsFiles(persona, certificate, world.suite().authority()).ok());
         const std::string grant =
             Granted(world, ProposalFor(world, persona, rights::v1::ROLE_ANALYST));
         if (ReadBy(world, persona).code != "OK") return {"NOT GRANTED", ""};
         Revoke(world, grant);
         return ReadBy(world, persona);
       }},
      {"77.collection_not_granted",
       [](World& world) {
         auto request = ProposalFor(world, kNewcomer, rights::v1::ROLE_ANALYST);
         request.mutable_grant()->add_collections("OTHER");
         const std::string grant = Granted(world, request);
         Answer answer = ReadBy(world, kNewcomer);
         Revoke(world, grant);
         return answer;
       }},
  };
  cases.merge(ReplayCases());
  return cases;
}

}  // namespace onereturn

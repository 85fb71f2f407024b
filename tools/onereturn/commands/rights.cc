// rights: mine, list, propose, decide, revoke.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/clock/clock.h"
#include "common/identity/roles.h"
#include "common/period/london_day.h"
#include "common/status/status_macros.h"
#include "onereturn/rights/v1/rights_service.grpc.pb.h"
#include "tools/onereturn/commands/assessment_file.h"
#include "tools/onereturn/commands/command.h"
#include "tools/onereturn/commands/printed_answer.h"
#include "tools/onereturn/connection/pages.h"
#include "tools/onereturn/console/json_writer.h"
#include "tools/onereturn/console/text_table.h"

namespace onereturn::client {
namespace {

using Client = ServiceClient<rights::v1::RightsService>;

struct RightsOptions {
  std::string request_id;
  std::string role;
  std::string reach;
  bool refuse = false;
  rights::v1::ListGrantsRequest list;
  std::string state;
  rights::v1::ProposeGrantRequest propose;
  rights::v1::DecideGrantRequest decide;
  rights::v1::RevokeGrantRequest revoke;
};

// "grants/7" of "7" too.
std::string GrantName(const std::string& text) {
  return text.find('/') == std::string::npos ? absl::StrCat("grants/", text) : text;
}

std::string OrganisationText(const std::string& organisation) {
  return organisation.empty() ? "(national)" : organisation;
}

std::string ReachText(rights::v1::Reach reach) {
  switch (reach) {
    case rights::v1::REACH_READ_BELOW:
      return "reads below";
    case rights::v1::REACH_ACT_BELOW:
      return "acts below";
    default:
      return "";
  }
}

std::string StateText(rights::v1::GrantState state) {
  if (state == rights::v1::GRANT_STATE_UNSPECIFIED) return "";
  return LowerWordOf(rights::v1::GrantState_Name(state), "GRANT_STATE_");
}

// Who took the step, and why: what the next officer decides by.
std::string StepText(const rights::v1::GrantStep& step) {
  const std::string& who = step.person().empty() ? step.system() : step.person();
  return step.reason().empty() ? who : absl::StrCat(who, ": ", step.reason());
}

absl::StatusOr<Client> Connect(const Environment& environment) {
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  return session.To<rights::v1::RightsService>(kIngestion);
}

absl::StatusOr<ExitCode> Mine(Environment& environment) {
  ASSIGN_OR_RETURN(const Client client, Connect(environment));
  ASSIGN_OR_RETURN(const auto answer,
                   client.Call(&Client::Stub::GetMyRights, rights::v1::GetMyRightsRequest()));
  if (environment.json) {
    environment.console.Print(JsonOf(answer) + "\n");
    return ExitCode::kOk;
  }
  std::string text = absl::StrCat("system  ", answer.system(), "\n");
  if (!answer.person().empty()) absl::StrAppend(&text, "person  ", answer.person(), "\n");
  if (answer.rights_size() == 0) {
    environment.console.Print(absl::StrCat(text, "No right is held on ", answer.day(), ".\n"));
    return ExitCode::kOk;
  }
  TextTable table({{"role"},
                   {"organisation"},
                   {"reach"},
                   {"collections", TextTable::Align::kLeft, true},
                   {"until"},
                   {"from"},
                   {"permits", TextTable::Align::kLeft, true}});
  for (const rights::v1::HeldRight& right : answer.rights()) {
    table.Row({RoleName(right.role()), OrganisationText(right.organisation()),
               ReachText(right.reach()), absl::StrJoin(right.collections(), " "),
               right.valid_until(), right.grant().empty() ? "the rights file" : right.grant(),
               absl::StrJoin(right.permissions(), " ")});
  }
  environment.console.Print(absl::StrCat(text, table.Render(environment.console.width())));
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> List(const RightsOptions& options, Environment& environment) {
  rights::v1::ListGrantsRequest request = options.list;
  if (!options.state.empty()) {
    rights::v1::GrantState state = rights::v1::GRANT_STATE_UNSPECIFIED;
    for (int i = 1; i < rights::v1::GrantState_ARRAYSIZE; ++i) {
      if (StateText(static_cast<rights::v1::GrantState>(i)) == options.state) {
        state = static_cast<rights::v1::GrantState>(i);
      }
    }
    if (state == rights::v1::GRANT_STATE_UNSPECIFIED) {
      return UsageError(absl::StrCat("\"", options.state, "\" is no state of a grant"),
                        "Give proposed, approved, refused or revoked.");
    }
    request.set_state(state);
  }
  request.set_page_size(kLargestPage);
  ASSIGN_OR_RETURN(const Client client, Connect(environment));
  ASSIGN_OR_RETURN(const auto answer, AllPages(client, &Client::Stub::ListGrants, request));
  TextTable table({{"grant"},
                   {"state"},
                   {"role"},
                   {"organisation"},
                   {"principal", TextTable::Align::kLeft, true},
                   {"reach"},
                   {"from"},
                   {"until"},
                   {"proposed by, why", TextTable::Align::kLeft, true},
                   {"decided by, why", TextTable::Align::kLeft, true},
                   {"revoked by, why", TextTable::Align::kLeft, true}});
  for (const rights::v1::Grant& grant : answer.grants()) {
    table.Row({grant.name(), StateText(grant.state()), RoleName(grant.role()),
               OrganisationText(grant.organisation()), grant.principal(), ReachText(grant.reach()),
               grant.valid_from(), grant.valid_until(), StepText(grant.proposed()),
               grant.delegated_by().empty() ? StepText(grant.decided()) : "delegated",
               StepText(grant.revoked())});
  }
  return PrintList(answer, table, "No grants.", &environment);
}

// What a step led to, and what comes next.
template <typename Answer>
ExitCode Print(const Answer& answer, const std::string& next, Environment* environment) {
  const rights::v1::Grant& grant = answer.grant();
  return PrintStep(
      answer, grant.name(),
      absl::StrCat(RoleName(grant.role()), " of ", OrganisationText(grant.organisation()), " for ",
                   grant.principal(), ", ", StateText(grant.state())),
      next, environment);
}

absl::StatusOr<ExitCode> Propose(const RightsOptions& options, Environment& environment) {
  rights::v1::ProposeGrantRequest request = options.propose;
  rights::v1::Grant* grant = request.mutable_grant();
  grant->set_role(RoleFromName(options.role));
  if (grant->role() == rights::v1::ROLE_UNSPECIFIED) {
    return UsageError(absl::StrCat("\"", options.role, "\" is no role"),
                      "Give a role such as submitter, approver or analyst: see docs/rights.md.");
  }
  // The services take it: such a grant does no harm, and nothing else.
  if (const auto until = CivilDay::Parse(grant->valid_until());
      until.ok() && *until < LondonDay(SystemClock().Now())) {
    return UsageError(absl::StrCat("--until: ", grant->valid_until(), " is over"),
                      "Give the last day that the grant is to hold, today or later.");
  }
  if (options.reach == "read-below") grant->set_reach(rights::v1::REACH_READ_BELOW);
  if (options.reach == "act-below") grant->set_reach(rights::v1::REACH_ACT_BELOW);
  request.set_request_id(options.request_id.empty() ? ContentId("rights.propose", request)
                                                    : options.request_id);
  ASSIGN_OR_RETURN(const Client client, Connect(environment));
  ASSIGN_OR_RETURN(const auto answer, client.Call(&Client::Stub::ProposeGrant, request));
  return Print(answer,
               absl::StrCat("Next, by another officer: onereturn rights decide ",
                            answer.grant().name(), " --reason \"...\"\n"),
               &environment);
}

absl::StatusOr<ExitCode> Decide(const RightsOptions& options, Environment& environment) {
  rights::v1::DecideGrantRequest request = options.decide;
  request.set_approve(!options.refuse);
  request.set_request_id(options.request_id.empty() ? ContentId("rights.decide", request)
                                                    : options.request_id);
  ASSIGN_OR_RETURN(const Client client, Connect(environment));
  ASSIGN_OR_RETURN(const auto answer, client.Call(&Client::Stub::DecideGrant, request));
  return Print(answer, "", &environment);
}

absl::StatusOr<ExitCode> Revoke(const RightsOptions& options, Environment& environment) {
  rights::v1::RevokeGrantRequest request = options.revoke;
  request.set_request_id(options.request_id.empty() ? ContentId("rights.revoke", request)
                                                    : options.request_id);
  ASSIGN_OR_RETURN(const Client client, Connect(environment));
  ASSIGN_OR_RETURN(const auto answer, client.Call(&Client::Stub::RevokeGrant, request));
  return Print(answer, "", &environment);
}

template <typename Request>
void AddReason(CLI::App* command, Request* request) {
  AddTextOption(command, "--reason", "Why, without personal data", "TEXT",
                [request](const std::string& v) { request->set_reason(v); })
      ->required();
}

template <typename Request>
void AddGrantName(CLI::App* command, Request* request) {
  AddTextOption(command, "GRANT", "Such as grants/7", "NAME", [request](const std::string& v) {
    request->set_name(GrantName(v));
  })->required();
}

void AddList(CommandLine* line, CLI::App* rights) {
  auto options = std::make_shared<RightsOptions>();
  CLI::App* command =
      line->Add(rights,
                {"list", "List grants.",
                 "rights list --state proposed --profile rights-officer-1.profile.textproto"},
                [options](Environment& environment) { return List(*options, environment); });
  AddTextOption(command, "--principal", "Only of this SPIFFE id or issuer#subject", "ID",
                [options](const std::string& v) { options->list.set_principal(v); });
  AddTextOption(command, "--organisation", "Only for this organisation", "ODS",
                [options](const std::string& v) { options->list.set_organisation(v); });
  command->add_option("--state", options->state, "Only proposed, approved, refused or revoked ones")
      ->type_name("STATE");
}

void AddPropose(CommandLine* line, CLI::App* rights) {
  auto options = std::make_shared<RightsOptions>();
  CLI::App* command =
      line->Add(rights,
                {"propose", "Propose a grant; another officer decides.",
                 "rights propose --principal https://id.example#p-471108 --as approver "
                 "--organisation RLQ \\\n"
                 "    --until 2027-03-31 --reason \"covers for a colleague\""},
                [options](Environment& environment) { return Propose(*options, environment); });
  rights::v1::Grant* grant = options->propose.mutable_grant();
  AddTextOption(command, "--principal", "A system's SPIFFE id, or a person as issuer#subject", "ID",
                [grant](const std::string& v) { grant->set_principal(v); })
      ->required();
  command->add_option("--as", options->role, "The role: submitter, approver, analyst, ...")
      ->type_name("ROLE")
      ->required();
  AddTextOption(command, "--organisation", "For this organisation (else national)", "ODS",
                [grant](const std::string& v) { grant->set_organisation(v); });
  command
      ->add_option("--reach", options->reach,
                   "Of the organisations below it too: read-below or act-below")
      ->type_name("REACH")
      ->check(CLI::IsMember({"own", "read-below", "act-below"}));
  command
      ->add_option_function<std::vector<std::string>>(
          "--collections",
          [grant](const std::vector<std::string>& all) {
            grant->mutable_collections()->Assign(all.begin(), all.end());
          },
          "For these collections alone")
      ->type_name("CODE,...")
      ->delimiter(',');
  AddTextOption(command, "--from", "First day (else at once)", "DAY",
                [grant](const std::string& v) { grant->set_valid_from(v); });
  AddTextOption(command, "--until", "Last day (else until further notice)", "DAY",
                [grant](const std::string& v) { grant->set_valid_until(v); });
  AddReason(command, &options->propose);
  AddRequestIdOption(command, &options->request_id);
}

void AddDecide(CommandLine* line, CLI::App* rights) {
  auto options = std::make_shared<RightsOptions>();
  CLI::App* command =
      line->Add(rights,
                {"decide", "Approve a proposed grant, or refuse it. Not one's own.",
                 "rights decide grants/7 --reason \"line manager agrees\""},
                [options](Environment& environment) { return Decide(*options, environment); });
  AddGrantName(command, &options->decide);
  command->add_flag("--refuse", options->refuse, "Refuse it");
  AddReason(command, &options->decide);
  AddRequestIdOption(command, &options->request_id);
}

void AddRevoke(CommandLine* line, CLI::App* rights) {
  auto options = std::make_shared<RightsOptions>();
  CLI::App* command =
      line->Add(rights,
                {"revoke", "Take a grant away, at once and for good.",
                 "rights revoke grants/7 --reason \"left the trust\""},
                [options](Environment& environment) { return Revoke(*options, environment); });
  AddGrantName(command, &options->revoke);
  AddReason(command, &options->revoke);
  AddRequestIdOption(command, &options->request_id);
}

}  // namespace

void AddRightsCommands(CommandLine* line) {
  CLI::App* rights = line->Add(
      nullptr, {"rights", "Who may do what: mine, list, propose, decide, revoke.", "rights mine"},
      nullptr);
  line->Add(rights, {"mine", "Show who I am and what I may do today.", "rights mine"}, Mine);
  AddList(line, rights);
  AddPropose(line, rights);
  AddDecide(line, rights);
  AddRevoke(line, rights);
}

}  // namespace onereturn::client

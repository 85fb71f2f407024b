// delegate: lets another sign for a time.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "onereturn/rights/v1/rights_service.grpc.pb.h"
#include "tools/onereturn/commands/assessment_file.h"
#include "tools/onereturn/commands/command.h"
#include "tools/onereturn/console/json_writer.h"

namespace onereturn::client {
namespace {

using DelegationClient = ServiceClient<rights::v1::RightsService>;

struct DelegateOptions {
  rights::v1::DelegateSignOffRequest give;
  std::vector<std::string> collections;
  std::string end;
  std::string request_id;
};

absl::StatusOr<ExitCode> End(const DelegationClient& client, const DelegateOptions& options,
                             Environment* environment) {
  rights::v1::EndDelegationRequest request;
  request.set_name(options.end);
  request.set_reason(options.give.reason());
  request.set_request_id(options.request_id.empty() ? ContentId("delegate.end", request)
                                                    : options.request_id);
  ASSIGN_OR_RETURN(const auto answer, client.Call(&DelegationClient::Stub::EndDelegation, request));
  environment->console.Print(environment->json
                                 ? JsonOf(answer) + "\n"
                                 : absl::StrCat(answer.grant().name(), " has ended.\n"));
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> Delegate(const DelegateOptions& options, Environment& environment) {
  const bool gives = !options.give.principal().empty();
  if (gives == !options.end.empty() ||
      (gives && (options.give.organisation().empty() || options.give.valid_until().empty()))) {
    return UsageError("to whom, for which organisation, until when?",
                      "onereturn delegate ID --organisation CODE --until DAY --reason TEXT, or "
                      "onereturn delegate --end grants/7 --reason TEXT");
  }
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  ASSIGN_OR_RETURN(const DelegationClient client,
                   session.To<rights::v1::RightsService>(kIngestion));
  if (!gives) return End(client, options, &environment);
  rights::v1::DelegateSignOffRequest request = options.give;
  for (const std::string& code : options.collections) request.add_collections(code);
  request.set_request_id(options.request_id.empty() ? ContentId("delegate", request)
                                                    : options.request_id);
  ASSIGN_OR_RETURN(const auto answer,
                   client.Call(&DelegationClient::Stub::DelegateSignOff, request));
  const rights::v1::Grant& grant = answer.grant();
  environment.console.Print(
      environment.json
          ? JsonOf(answer) + "\n"
          : absl::StrCat(grant.name(), answer.replayed() ? " (given before)" : "", ": ",
                         grant.principal(), " signs for ", grant.organisation(), " until ",
                         grant.valid_until(), ".\nTo end it: onereturn delegate --end ",
                         grant.name(), " --reason \"...\"\n"));
  return ExitCode::kOk;
}

}  // namespace

void AddDelegateCommand(CommandLine* line) {
  auto options = std::make_shared<DelegateOptions>();
  CLI::App* command = line->Add(
      nullptr,
      {"delegate",
       "Let another sign returns off for you, until a day at most 92 days ahead; or end that.",
       "delegate https://id.example#p-471108 --organisation RLQ --until 2027-03-31 \\\n"
       "    --reason \"on leave\" --profile approver.profile.textproto\n"
       "delegate --end grants/7 --reason \"back again\""},
      [options](Environment& environment) { return Delegate(*options, environment); });
  const auto add = [command](const char* name, const char* what, const char* type,
                             std::function<void(const std::string&)> set) {
    return command->add_option_function<std::string>(name, std::move(set), what)->type_name(type);
  };
  add("ID", "To whom: a SPIFFE id, or a person as issuer#subject", "",
      [options](const std::string& v) { options->give.set_principal(v); });
  add("--organisation", "For which organisation", "ODS",
      [options](const std::string& v) { options->give.set_organisation(v); });
  command->add_option("--collection", options->collections, "Only these collections (else all)")
      ->type_name("CODE");
  add("--until", "Last day, YYYY-MM-DD", "DAY",
      [options](const std::string& v) { options->give.set_valid_until(v); });
  add("--reason", "Why, without personal data", "TEXT", [options](const std::string& v) {
    options->give.set_reason(v);
  })->required();
  command->add_option("--end", options->end, "Ends this delegation of your own")
      ->type_name("GRANT");
  AddRequestIdOption(command, &options->request_id);
}

}  // namespace onereturn::client

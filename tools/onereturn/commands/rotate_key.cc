// rotate-key: another key signs a service's heads.
#include <memory>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "onereturn/operations/v1/operations.grpc.pb.h"
#include "tools/onereturn/commands/command.h"
#include "tools/onereturn/console/json_writer.h"
#include "tools/onereturn/console/number_text.h"

namespace onereturn::client {
namespace {

using OperationsClient = ServiceClient<operations::v1::OperationsService>;

struct RotateKeyOptions {
  std::string service;
  std::string request_id;
};

absl::StatusOr<ExitCode> RotateKey(const RotateKeyOptions& options, Environment& environment) {
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  ASSIGN_OR_RETURN(const auto client,
                   session.To<operations::v1::OperationsService>(options.service));
  operations::v1::RotateSigningKeyRequest request;
  request.set_request_id(options.request_id);
  ASSIGN_OR_RETURN(const auto answer,
                   client.Call(&OperationsClient::Stub::RotateSigningKey, request));
  if (environment.json) {
    environment.console.Print(JsonOf(answer) + "\n");
    return ExitCode::kOk;
  }
  environment.console.Print(absl::StrCat(
      "From entry ", WithThousands(answer.receipt().sequence()), " on, key ", answer.key_id(),
      " signs the heads of ", options.service,
      ".\nProfiles may keep the earlier key in public_key_files: the client follows the change, "
      "which the\nservice proves. Who verifies receipts offline needs this key beside the earlier "
      "one\n(onereturn-auditor verify-receipt --keys FOLDER): save it there as a file *.pem.\n\n",
      answer.public_key_pem()));
  return ExitCode::kOk;
}

}  // namespace

void AddRotateKeyCommand(CommandLine* line) {
  auto options = std::make_shared<RotateKeyOptions>();
  CLI::App* command = line->Add(
      nullptr,
      {"rotate-key",
       "Let a service sign its heads with the key that its configuration gives in\n"
       "next_signing_key_file. The change is an entry of the ledger that both keys sign.",
       "rotate-key --service metrics --request-id 2026-key --profile operator.profile.textproto"},
      [options](Environment& environment) { return RotateKey(*options, environment); });
  command->add_option("--service", options->service, "ingestion, metrics or assessment")
      ->type_name("SERVICE")
      ->required();
  command
      ->add_option("--request-id", options->request_id,
                   "An id of your own: a repeat with it changes nothing")
      ->type_name("ID")
      ->required();
}

}  // namespace onereturn::client

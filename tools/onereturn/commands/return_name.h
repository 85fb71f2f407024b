// The return that a command is about, as its options name it.
#ifndef ONERETURN_TOOLS_ONERETURN_COMMANDS_RETURN_NAME_H_
#define ONERETURN_TOOLS_ONERETURN_COMMANDS_RETURN_NAME_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "onereturn/returns/v1/sign_off_service.grpc.pb.h"
#include "tools/onereturn/commands/command.h"
#include "tools/onereturn/connection/session.h"

namespace onereturn::client {

using SignOffClient = ServiceClient<returns::v1::SignOffService>;

struct ReturnOptions {
  std::string organisation;
  std::string collection;
  std::string period;

  bool whole() const { return !organisation.empty() && !collection.empty() && !period.empty(); }
  std::string Name() const {
    return absl::StrCat("organisations/", organisation, "/returns/", collection, ".", period);
  }
  // Of lists: "-" stands for all.
  std::string Parent() const {
    return absl::StrCat("organisations/", organisation.empty() ? "-" : organisation);
  }
};

// Adds ORG, --collection and --period; `required`: all three must be given.
inline void AddReturnOptions(CLI::App* command, ReturnOptions* options, bool required) {
  auto* organisation =
      command->add_option("ORG", options->organisation, "ODS code")->type_name("CODE");
  auto* collection =
      command->add_option("--collection", options->collection, "Code of the collection")
          ->type_name("CODE");
  auto* period =
      command->add_option("--period", options->period, "Such as 2024-03")->type_name("PERIOD");
  for (CLI::Option* option : {organisation, collection, period}) option->required(required);
}

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_COMMANDS_RETURN_NAME_H_

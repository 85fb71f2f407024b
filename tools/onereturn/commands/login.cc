// login and logout: people's tokens of a development deployment.
#include <filesystem>
#include <memory>

#include "absl/strings/str_cat.h"
#include "common/clock/clock.h"
#include "common/status/status_macros.h"
#include "tools/onereturn/commands/command.h"
#include "tools/onereturn/connection/profile.h"
#include "tools/onereturn/connection/token_file.h"
#include "tools/onereturn/console/json_writer.h"

namespace onereturn::client {
namespace {

absl::StatusOr<ExitCode> Login(const SignIn& sign_in, Environment& environment) {
  ASSIGN_OR_RETURN(const config::v1::ClientProfile profile, ReadProfile(environment.profile));
  ASSIGN_OR_RETURN(const IssuedToken issued, IssueToken(profile, sign_in, SystemClock().Now()));
  RETURN_IF_ERROR(WriteToken(profile.token_file(), issued.token));
  const std::string person = absl::StrCat(profile.issuer(), "#", sign_in.person);
  const std::string until = FormatTimestamp(issued.expires);
  if (environment.json) {
    JsonWriter json;
    json.BeginObject().Key("person").Text(person).Key("organisation").Text(sign_in.organisation);
    json.Key("until").Text(until).Key("token_file").Text(profile.token_file()).EndObject();
    environment.console.Print(json.Take());
  } else {
    environment.console.Print(absl::StrCat(
        "Signed in as ", person, " of ", sign_in.organisation, " until ", until,
        ".\nCalls with this profile are now this person's; `onereturn logout` ends that.\n"));
  }
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> Logout(Environment& environment) {
  ASSIGN_OR_RETURN(const config::v1::ClientProfile profile, ReadProfile(environment.profile));
  std::error_code error;
  const bool was_there =
      !profile.token_file().empty() && std::filesystem::remove(profile.token_file(), error);
  if (error) {
    return UsageError(
        absl::StrCat("\"", profile.token_file(), "\" cannot be removed: ", error.message()),
        "Remove it by hand.");
  }
  if (environment.json) {
    JsonWriter json;
    json.BeginObject().Key("was_signed_in").Truth(was_there).EndObject();
    environment.console.Print(json.Take());
  } else {
    environment.console.Print(was_there ? "Signed out: calls are the system's own again.\n"
                                        : "Nobody was signed in.\n");
  }
  return ExitCode::kOk;
}

}  // namespace

void AddLoginCommands(CommandLine* line) {
  auto sign_in = std::make_shared<SignIn>();
  CLI::App* login = line->Add(
      nullptr,
      {"login",
       "Sign a person in, for a quarter of an hour, with a development deployment's own issuer.\n"
       "In production an identity provider does this (docs/sign-in.md).",
       "login --person analyst-1 --organisation X24 --profile analyst.profile.textproto"},
      [sign_in](Environment& environment) { return Login(*sign_in, environment); });
  login
      ->add_option("--person", sign_in->person,
                   "A pseudonym, with a digit; never a name, an address or an NHS number")
      ->type_name("NAME-ID")
      ->required();
  login->add_option("--organisation", sign_in->organisation, "Whose person it is")
      ->type_name("CODE")
      ->required();
  login->add_option("--purpose", sign_in->purpose, "A code of what it is for, such as sign-off")
      ->type_name("CODE");
  line->Add(nullptr,
            {"logout", "Sign out: calls with the profile are the system's own again.",
             "logout --profile analyst.profile.textproto"},
            Logout);
}

}  // namespace onereturn::client

// diff: in which figures two states of a return differ.
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "onereturn/returns/v1/returns_service.grpc.pb.h"
#include "tools/onereturn/commands/command.h"
#include "tools/onereturn/commands/difference_text.h"
#include "tools/onereturn/commands/file_upload.h"
#include "tools/onereturn/commands/return_name.h"
#include "tools/onereturn/console/json_writer.h"

namespace onereturn::client {
namespace {

constexpr int kDifferencePage = 5'000;

struct DiffOptions {
  ReturnOptions target;
  uint32_t revision = 0;
  uint32_t base = 0;
  bool submission = false;
  bool draft = false;
  ReadOptions read;
};

template <typename List>
ExitCode PrintDifferences(const std::string& name, const List& list, Environment* environment) {
  if (environment->json) {
    environment->console.Print(JsonOf(list) + "\n");
    return ExitCode::kOk;
  }
  environment->console.Print(
      absl::StrCat(name, "\n", DifferencesText(list, environment->console.width())));
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> DiffRevision(const Session& session, const SignOffClient& client,
                                      const DiffOptions& options, Environment* environment) {
  returns::v1::DiffRevisionsRequest request;
  ASSIGN_OR_RETURN(*request.mutable_read(), ToReadAt(options.read));
  uint32_t revision = options.revision;
  if (revision == 0) {
    ASSIGN_OR_RETURN(const auto returns, session.To<returns::v1::ReturnsService>(kIngestion));
    returns::v1::GetReturnRequest get;
    get.set_name(options.target.Name());
    *get.mutable_read() = request.read();
    ASSIGN_OR_RETURN(const auto held, returns.Call(&ReturnsClient::Stub::GetReturn, get));
    revision = held.return_().revision().number();
  }
  request.set_name(absl::StrCat(options.target.Name(), "/revisions/", revision));
  request.set_base_revision(options.base);
  request.set_page_size(kDifferencePage);
  ASSIGN_OR_RETURN(const auto list, AllPages(client, &SignOffClient::Stub::DiffRevisions, request));
  return PrintDifferences(request.name(), list, environment);
}

absl::StatusOr<ExitCode> Diff(const DiffOptions& options, Environment& environment) {
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  ASSIGN_OR_RETURN(const auto client, session.To<returns::v1::SignOffService>(kIngestion));
  if (!options.submission && !options.draft) {
    return DiffRevision(session, client, options, &environment);
  }
  returns::v1::DiffUnsignedRequest request;
  request.set_name(
      absl::StrCat(options.target.Name(), options.submission ? "/submission" : "/draft"));
  request.set_base_revision(options.base);
  request.set_page_size(kDifferencePage);
  ASSIGN_OR_RETURN(const auto list, AllPages(client, &SignOffClient::Stub::DiffUnsigned, request));
  return PrintDifferences(request.name(), list, &environment);
}

}  // namespace

void AddDiffCommand(CommandLine* line) {
  auto options = std::make_shared<DiffOptions>();
  CLI::App* command = line->Add(
      nullptr,
      {"diff",
       "Show in which figures a revision differs from the one before, or from another; or what a "
       "submission or a draft would change.",
       "diff RLQ --collection MSitAE --period 2024-03\n"
       "diff RLQ --collection MSitAE --period 2024-03 --revision 3 --base 1"},
      [options](Environment& environment) { return Diff(*options, environment); });
  AddReturnOptions(command, &options->target, /*required=*/true);
  auto* revision =
      command->add_option("--revision", options->revision, "Which revision (else the newest)")
          ->type_name("NUMBER");
  command->add_option("--base", options->base, "Against which (else the one before)")
      ->type_name("NUMBER");
  auto* submission =
      command->add_flag("--submission", options->submission, "What waits to be signed");
  command->add_flag("--draft", options->draft, "The draft")
      ->excludes(submission)
      ->excludes(revision);
  submission->excludes(revision);
  AddReadOptions(command, &options->read);
}

}  // namespace onereturn::client

// findings and owed: what validation says of returns that are held.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/status/status_macros.h"
#include "onereturn/returns/v1/findings_service.grpc.pb.h"
#include "onereturn/returns/v1/returns_service.grpc.pb.h"
#include "tools/onereturn/commands/assessment_file.h"
#include "tools/onereturn/commands/command.h"
#include "tools/onereturn/connection/pages.h"
#include "tools/onereturn/console/findings_text.h"
#include "tools/onereturn/console/json_writer.h"
#include "tools/onereturn/console/labels.h"
#include "tools/onereturn/console/number_text.h"
#include "tools/onereturn/console/text_table.h"

namespace onereturn::client {
namespace {

using FindingsClient = ServiceClient<returns::v1::FindingsService>;
using ReturnsClient = ServiceClient<returns::v1::ReturnsService>;

struct FindingsOptions {
  std::string organisation;
  std::string collection;
  std::string period;
  uint32_t revision = 0;  // 0: the newest.
  std::string reply;      // Key of a finding.
  std::string text;
  std::string request_id;
};

struct OwedOptions {
  std::string organisation;
  std::string collection;
  std::string period;
  ReadOptions read;
};

absl::StatusOr<std::string> RevisionOf(const Session& session, const FindingsOptions& options) {
  const std::string name = absl::StrCat("organisations/", options.organisation, "/returns/",
                                        options.collection, ".", options.period);
  if (options.revision > 0) return absl::StrCat(name, "/revisions/", options.revision);
  ASSIGN_OR_RETURN(const auto client, session.To<returns::v1::ReturnsService>(kIngestion));
  returns::v1::GetReturnRequest request;
  request.set_name(name);
  ASSIGN_OR_RETURN(const auto held, client.Call(&ReturnsClient::Stub::GetReturn, request));
  return held.return_().revision().name();
}

// The findings of screens take a reply: under which key, and what was said.
std::string ScreensText(const returns::v1::ListFindingsResponse& answer, size_t width) {
  TextTable table({{"key"}, {"code"}, {"reply", {}, true}});
  for (const auto& finding : answer.findings()) {
    if (!finding.screen()) continue;
    const auto& reply = finding.reply();
    table.Row({finding.key(), finding.code(),
               !finding.has_reply() ? "none yet"
                                    : absl::StrCat(reply.text(), " (", TimeText(reply.time()),
                                                   ", revision ", reply.revision(), ")")});
  }
  if (table.empty()) return "";
  return absl::StrCat(
      "\nUnusual patterns, seen by the organisation, its ICB and its region alone.\n"
      "To reply to one, name its key with --reply, and say it with --text:\n\n",
      table.Render(width));
}

absl::StatusOr<ExitCode> Reply(const FindingsClient& client, const FindingsOptions& options,
                               const std::string& revision, Environment* environment) {
  returns::v1::ReplyToFindingRequest request;
  request.set_name(revision);
  request.set_finding(options.reply);
  request.set_text(options.text);
  request.set_request_id(options.request_id.empty() ? ContentId("reply", request)
                                                    : options.request_id);
  ASSIGN_OR_RETURN(const auto answer, client.Call(&FindingsClient::Stub::ReplyToFinding, request));
  environment->console.Print(
      environment->json ? JsonOf(answer) + "\n"
      : answer.replayed()
          ? "The same was replied before, and nothing changed: --request-id says it anew.\n"
          : "Replied: it stands beside the finding as long as that stays.\n");
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> ShowFindings(const FindingsOptions& options, Environment& environment) {
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  returns::v1::ListFindingsRequest request;
  ASSIGN_OR_RETURN(*request.mutable_name(), RevisionOf(session, options));
  ASSIGN_OR_RETURN(const auto client, session.To<returns::v1::FindingsService>(kIngestion));
  if (!options.reply.empty()) return Reply(client, options, request.name(), &environment);
  ASSIGN_OR_RETURN(const auto answer, client.Call(&FindingsClient::Stub::ListFindings, request));
  if (environment.json) {
    environment.console.Print(JsonOf(answer) + "\n");
    return ExitCode::kOk;
  }
  environment.console.Print(absl::StrCat(request.name(), "  ", Label(answer.verdict()), "  ",
                                         Count(answer.finding_count(), "finding"), "\n"));
  const std::string findings =
      FindingsText(answer.findings(), answer.finding_count(), common::v1::SEVERITY_INFO,
                   kMostFindings, environment.console.width());
  if (!findings.empty()) environment.console.Print(absl::StrCat("\n", findings));
  environment.console.Print(ScreensText(answer, environment.console.width()));
  return ExitCode::kOk;
}

// "RLQ MSitAE 2024-03" of "organisations/RLQ/returns/MSitAE.2024-03/revisions/2".
std::string ReturnText(const returns::v1::OwedExplanations& one) {
  const std::vector<std::string> parts = absl::StrSplit(one.revision(), '/');
  const std::string collection =
      parts.size() > 3 ? parts[3].substr(0, parts[3].find('.')) : std::string();
  return absl::StrCat(one.organisation(), " ", collection, " ", one.period());
}

absl::StatusOr<ExitCode> ShowOwed(const OwedOptions& options, Environment& environment) {
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  ASSIGN_OR_RETURN(const auto client, session.To<returns::v1::FindingsService>(kIngestion));
  returns::v1::ListOwedExplanationsRequest request;
  request.set_parent(
      absl::StrCat("organisations/", options.organisation.empty() ? "-" : options.organisation));
  request.set_collection(options.collection);
  request.set_period(options.period);
  request.set_page_size(kLargestPage);
  ASSIGN_OR_RETURN(*request.mutable_read(), ToReadAt(options.read));
  ASSIGN_OR_RETURN(const auto list,
                   AllPages(client, &FindingsClient::Stub::ListOwedExplanations, request));
  if (environment.json) {
    environment.console.Print(JsonOf(list) + "\n");
    return ExitCode::kOk;
  }
  TextTable table(
      {{"return", {}, true}, {"rule"}, {"cell", {}, true}, {"what is asked", {}, true}});
  uint64_t owed = 0;
  for (const auto& one : list.returns()) {
    for (const auto& finding : one.findings()) {
      table.Row({ReturnText(one), finding.code(),
                 finding.has_cell() ? CellText(finding.cell()) : "", finding.message()});
      ++owed;
    }
  }
  if (table.empty()) {
    environment.console.Print("No reasons are owed.\n");
    return ExitCode::kOk;
  }
  environment.console.Print(table.Render(environment.console.width()));
  environment.console.Print(absl::StrCat(
      Count(owed, "reason"), " owed by ",
      Count(static_cast<uint64_t>(list.returns_size()), "return"),
      ". Give them in the column `explanation` of a long file, with the same figures.\n"));
  return ExitCode::kOk;
}

}  // namespace

void AddFindingsCommands(CommandLine* line) {
  auto options = std::make_shared<FindingsOptions>();
  CLI::App* command = line->Add(
      nullptr,
      {"findings",
       "Show what validation said of a return that is held; reply to what looks unusual.",
       "findings RLQ --collection MSitAE --period 2024-03\n"
       "findings RLQ --collection MSitAE --period 2024-03 --reply 48c53c0625c75514 \\\n"
       "    --text \"a small site: one patient is five per cent\""},
      [options](Environment& environment) { return ShowFindings(*options, environment); });
  command->add_option("ORG", options->organisation, "ODS code")->type_name("")->required();
  command->add_option("--collection", options->collection, "Code of the collection")
      ->type_name("CODE")
      ->required();
  command->add_option("--period", options->period, "The return's period")
      ->type_name("PERIOD")
      ->required();
  command->add_option("--revision", options->revision, "Its number (else the newest)")
      ->type_name("N");
  auto* text = command
                   ->add_option("--text", options->text,
                                "What is replied, on one line, without personal data")
                   ->type_name("TEXT");
  auto* reply = command
                    ->add_option("--reply", options->reply,
                                 "Reply to the finding of this key, as the organisation")
                    ->type_name("KEY")
                    ->needs(text);
  text->needs(reply);
  AddRequestIdOption(command, &options->request_id);

  auto owed = std::make_shared<OwedOptions>();
  command = line->Add(nullptr,
                      {"owed", "List the reasons that returns still owe.",
                       "owed RLQ\nowed --collection MSitAE --period 2024-03"},
                      [owed](Environment& environment) { return ShowOwed(*owed, environment); });
  command->add_option("ORG", owed->organisation, "Only this organisation (else all you may see)")
      ->type_name("CODE");
  command->add_option("--collection", owed->collection, "Only this collection (else all)")
      ->type_name("CODE");
  command->add_option("--period", owed->period, "Only this period")->type_name("PERIOD");
  AddReadOptions(command, &owed->read);
}

}  // namespace onereturn::client

// catalogue propose, changes, reply, decide, withdraw: changes that are made together.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/status_macros.h"
#include "onereturn/catalogue/v1/stewardship_service.grpc.pb.h"
#include "tools/onereturn/commands/assessment_file.h"
#include "tools/onereturn/commands/command.h"
#include "tools/onereturn/commands/definition_plan.h"
#include "tools/onereturn/commands/printed_answer.h"
#include "tools/onereturn/connection/pages.h"
#include "tools/onereturn/console/text_table.h"

namespace onereturn::client {
namespace {

using StewardshipClient = ServiceClient<catalogue::v1::StewardshipService>;

constexpr int kChangesAPage = 100;

struct ChangeOptions {
  std::string request_id;
  std::string file;
  std::string opinion;
  std::string state;
  bool refuse = false;
  catalogue::v1::ProposeChangeRequest propose;
  catalogue::v1::ListChangesRequest list;
  catalogue::v1::ReplyToChangeRequest reply;
  catalogue::v1::DecideChangeRequest decide;
  catalogue::v1::WithdrawChangeRequest withdraw;
};

absl::StatusOr<StewardshipClient> ConnectToStewardship(const Environment& environment) {
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  return session.To<catalogue::v1::StewardshipService>(kIngestion);
}

std::string RepliesText(const catalogue::v1::Change& change) {
  std::vector<std::string> parts;
  for (const std::string& consultee : change.consultees()) {
    // A comment changes no opinion that was given: it stands beside it.
    std::string opinion;
    std::string comment;
    for (const catalogue::v1::ChangeReply& reply : change.replies()) {
      if (reply.organisation() != consultee) continue;
      const bool comments = reply.opinion() == catalogue::v1::OPINION_COMMENT;
      std::string& said = comments ? comment : opinion;
      said = LowerWordOf(catalogue::v1::Opinion_Name(reply.opinion()), "OPINION_");
      if (!reply.text().empty()) absl::StrAppend(&said, ": ", reply.text());
      if (!comments) comment.clear();
    }
    if (opinion.empty() && comment.empty()) opinion = "no answer";
    const bool both = !opinion.empty() && !comment.empty();
    parts.push_back(absl::StrCat(consultee, " ", opinion, both ? ", " : "", comment));
  }
  return absl::StrJoin(parts, "; ");
}

std::string ChangeStateText(const catalogue::v1::Change& change) {
  return LowerWordOf(catalogue::v1::ChangeState_Name(change.state()), "CHANGE_STATE_");
}

template <typename Answer>
ExitCode PrintChange(const Answer& answer, const std::string& next, Environment* environment) {
  const catalogue::v1::Change& change = answer.change();
  return PrintStep(answer, change.name(),
                   absl::StrCat(ChangeStateText(change), ". ", RepliesText(change)), next,
                   environment);
}

absl::StatusOr<ExitCode> ProposeChange(const ChangeOptions& options, Environment& environment) {
  ASSIGN_OR_RETURN(const std::vector<Definition> definitions, ReadDefinitions({options.file}));
  catalogue::v1::ProposeChangeRequest request = options.propose;
  const auto* item = definitions.size() == 1
                         ? std::get_if<catalogue::v1::DataItem>(&definitions[0].content)
                         : nullptr;
  const auto* collection = definitions.size() == 1
                               ? std::get_if<catalogue::v1::Collection>(&definitions[0].content)
                               : nullptr;
  if (item != nullptr) *request.mutable_change()->mutable_item() = *item;
  if (collection != nullptr) *request.mutable_change()->mutable_collection() = *collection;
  if (item == nullptr && collection == nullptr) {
    return UsageError(absl::StrCat("\"", options.file, "\" holds not just one item or collection"),
                      "Put the one definition that is to change into a file of its own.");
  }
  request.set_request_id(options.request_id.empty() ? ContentId("catalogue.propose", request)
                                                    : options.request_id);
  ASSIGN_OR_RETURN(const StewardshipClient client, ConnectToStewardship(environment));
  ASSIGN_OR_RETURN(const auto answer,
                   client.Call(&StewardshipClient::Stub::ProposeChange, request));
  return PrintChange(answer,
                     absl::StrCat("Next, by those who are asked: onereturn catalogue reply ",
                                  answer.change().name(), " --organisation ODS --opinion agree\n"),
                     &environment);
}

absl::StatusOr<ExitCode> ListChanges(const ChangeOptions& options, Environment& environment) {
  catalogue::v1::ListChangesRequest request = options.list;
  if (!options.state.empty()) {
    catalogue::v1::ChangeState state = catalogue::v1::CHANGE_STATE_UNSPECIFIED;
    std::string name = absl::StrCat("CHANGE_STATE_", options.state);
    absl::AsciiStrToUpper(&name);
    if (!catalogue::v1::ChangeState_Parse(name, &state)) {
      return UsageError(absl::StrCat("\"", options.state, "\" is no state of a change"),
                        "Give proposed, approved, refused or withdrawn.");
    }
    request.set_state(state);
  }
  request.set_page_size(kChangesAPage);
  ASSIGN_OR_RETURN(const StewardshipClient client, ConnectToStewardship(environment));
  ASSIGN_OR_RETURN(const auto answer,
                   AllPages(client, &StewardshipClient::Stub::ListChanges, request));
  TextTable table({{"change"},
                   {"state"},
                   {"why", TextTable::Align::kLeft, true},
                   {"answers", TextTable::Align::kLeft, true},
                   {"decided, why", TextTable::Align::kLeft, true}});
  for (const catalogue::v1::Change& change : answer.changes()) {
    table.Row({change.name(), ChangeStateText(change), change.proposed().reason(),
               RepliesText(change), change.decided().reason()});
  }
  return PrintList(answer, table, "No changes.", &environment);
}

absl::StatusOr<ExitCode> ReplyToChange(const ChangeOptions& options, Environment& environment) {
  catalogue::v1::ReplyToChangeRequest request = options.reply;
  catalogue::v1::Opinion opinion = catalogue::v1::OPINION_UNSPECIFIED;
  std::string name = absl::StrCat("OPINION_", options.opinion);
  absl::AsciiStrToUpper(&name);
  catalogue::v1::Opinion_Parse(name, &opinion);
  request.set_opinion(opinion);
  request.set_request_id(options.request_id.empty() ? ContentId("catalogue.reply", request)
                                                    : options.request_id);
  ASSIGN_OR_RETURN(const StewardshipClient client, ConnectToStewardship(environment));
  ASSIGN_OR_RETURN(const auto answer,
                   client.Call(&StewardshipClient::Stub::ReplyToChange, request));
  return PrintChange(answer, "", &environment);
}

absl::StatusOr<ExitCode> DecideChange(const ChangeOptions& options, Environment& environment) {
  catalogue::v1::DecideChangeRequest request = options.decide;
  request.set_approve(!options.refuse);
  request.set_request_id(options.request_id.empty() ? ContentId("catalogue.decide", request)
                                                    : options.request_id);
  ASSIGN_OR_RETURN(const StewardshipClient client, ConnectToStewardship(environment));
  ASSIGN_OR_RETURN(const auto answer, client.Call(&StewardshipClient::Stub::DecideChange, request));
  return PrintChange(answer, "", &environment);
}

absl::StatusOr<ExitCode> WithdrawChange(const ChangeOptions& options, Environment& environment) {
  catalogue::v1::WithdrawChangeRequest request = options.withdraw;
  request.set_request_id(options.request_id.empty() ? ContentId("catalogue.withdraw", request)
                                                    : options.request_id);
  ASSIGN_OR_RETURN(const StewardshipClient client, ConnectToStewardship(environment));
  ASSIGN_OR_RETURN(const auto answer,
                   client.Call(&StewardshipClient::Stub::WithdrawChange, request));
  return PrintChange(answer, "", &environment);
}

using ChangeOptionsPointer = std::shared_ptr<ChangeOptions>;

template <typename Request>
void AddChangeReason(CLI::App* command, const ChangeOptionsPointer& options,
                     Request ChangeOptions::*request) {
  AddTextOption(command, "--reason", "Why, without personal data", "TEXT",
                [options, request](const std::string& v) { ((*options).*request).set_reason(v); })
      ->required();
}

template <typename Request>
void AddChangeName(CLI::App* command, const ChangeOptionsPointer& options,
                   Request ChangeOptions::*request) {
  AddTextOption(command, "CHANGE", "Such as collections/MSitAE/changes/1", "NAME",
                [options, request](const std::string& v) { ((*options).*request).set_name(v); })
      ->required();
}

void AddProposals(CommandLine* line, CLI::App* catalogue) {
  auto options = std::make_shared<ChangeOptions>();
  CLI::App* command = line->Add(
      catalogue,
      {"propose", "Propose a change of an item or a collection, and name who is asked.",
       "catalogue propose msitae.textproto --consult RLQ,RCF --reason \"types 3 and 4 "
       "apart\""},
      [options](Environment& environment) { return ProposeChange(*options, environment); });
  command->add_option("FILE", options->file, "The definition as it should be, as text protobuf")
      ->required();
  command
      ->add_option_function<std::vector<std::string>>(
          "--consult",
          [options](const std::vector<std::string>& all) {
            options->propose.mutable_change()->mutable_consultees()->Assign(all.begin(), all.end());
          },
          "Organisations that are asked")
      ->type_name("ODS,...")
      ->delimiter(',')
      ->required();
  AddChangeReason(command, options, &ChangeOptions::propose);
  AddRequestIdOption(command, &options->request_id);

  auto list = std::make_shared<ChangeOptions>();
  command = line->Add(catalogue,
                      {"changes", "List proposed changes, with what was answered.",
                       "catalogue changes --state proposed --consultee RLQ"},
                      [list](Environment& environment) { return ListChanges(*list, environment); });
  AddTextOption(command, "NAME", "Only of this definition, or this change", "NAME",
                [list](const std::string& v) { list->list.set_of(v); });
  command->add_option("--state", list->state, "Only proposed, approved, refused or withdrawn ones")
      ->type_name("STATE");
  AddTextOption(command, "--consultee", "Only those in which this organisation is asked", "ODS",
                [list](const std::string& v) { list->list.set_consultee(v); });
}

void AddChangeSteps(CommandLine* line, CLI::App* catalogue) {
  auto reply = std::make_shared<ChangeOptions>();
  CLI::App* command =
      line->Add(catalogue,
                {"reply", "Answer a proposed change for an organisation that is asked.",
                 "catalogue reply collections/MSitAE/changes/1 --organisation RLQ --opinion object "
                 "\\\n    --text \"our system cannot tell them apart\""},
                [reply](Environment& environment) { return ReplyToChange(*reply, environment); });
  AddChangeName(command, reply, &ChangeOptions::reply);
  AddTextOption(command, "--organisation", "For which", "ODS", [reply](const std::string& v) {
    reply->reply.set_organisation(v);
  })->required();
  command->add_option("--opinion", reply->opinion, "agree, object or comment")
      ->check(CLI::IsMember({"agree", "object", "comment"}))
      ->required();
  AddTextOption(command, "--text", "In words, without personal data", "TEXT",
                [reply](const std::string& v) { reply->reply.set_text(v); });
  AddRequestIdOption(command, &reply->request_id);

  auto decide = std::make_shared<ChangeOptions>();
  command =
      line->Add(catalogue,
                {"decide", "Approve a proposed change, or refuse it. Not one's own.",
                 "catalogue decide collections/MSitAE/changes/1 --reason \"agreed by all\""},
                [decide](Environment& environment) { return DecideChange(*decide, environment); });
  AddChangeName(command, decide, &ChangeOptions::decide);
  command->add_flag("--refuse", decide->refuse, "Refuse it");
  command->add_flag_callback(
      "--without-all-replies", [decide] { decide->decide.set_without_all_replies(true); },
      "Approve it although some have not answered");
  AddChangeReason(command, decide, &ChangeOptions::decide);
  AddRequestIdOption(command, &decide->request_id);

  auto withdraw = std::make_shared<ChangeOptions>();
  command = line->Add(
      catalogue,
      {"withdraw", "Take back a change that one has proposed.",
       "catalogue withdraw collections/MSitAE/changes/1 --reason \"not this year\""},
      [withdraw](Environment& environment) { return WithdrawChange(*withdraw, environment); });
  AddChangeName(command, withdraw, &ChangeOptions::withdraw);
  AddChangeReason(command, withdraw, &ChangeOptions::withdraw);
  AddRequestIdOption(command, &withdraw->request_id);
}

}  // namespace

void AddChangeCommands(CommandLine* line, CLI::App* catalogue) {
  AddProposals(line, catalogue);
  AddChangeSteps(line, catalogue);
}

}  // namespace onereturn::client

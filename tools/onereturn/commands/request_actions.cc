// request action, actions: what followed from figures that were used.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "common/status/enum_words.h"
#include "onereturn/requests/v1/answers_service.grpc.pb.h"
#include "tools/onereturn/commands/request_calls.h"
#include "tools/onereturn/console/enum_words.h"
#include "tools/onereturn/console/labels.h"

namespace onereturn::client {
namespace {

using ActionsClient = ServiceClient<requests::v1::AnswersService>;

struct ActionOptions {
  std::string reference;
  std::vector<std::string> items;
  std::string product;
  std::string purpose;
  std::string text;
  std::string request_id;
};

absl::StatusOr<ExitCode> Record(const ActionOptions& options, Environment& environment) {
  requests::v1::RecordActionRequest request;
  requests::v1::Action* action = request.mutable_action();
  ASSIGN_OR_RETURN(*action->mutable_request(), RequestName(options.reference));
  action->mutable_items()->Assign(options.items.begin(), options.items.end());
  action->set_product(options.product);
  if (!options.purpose.empty()) {
    ASSIGN_OR_RETURN(const auto purpose,
                     EnumOfWord<common::v1::Purpose>(options.purpose, "PURPOSE_", "purpose"));
    action->set_purpose(purpose);
  }
  action->set_text(options.text);
  request.set_request_id(IdOr(options.request_id, "request.action", request));
  ASSIGN_OR_RETURN(const ActionsClient client,
                   ConnectToIngestion<requests::v1::AnswersService>(environment));
  ASSIGN_OR_RETURN(const auto answer, client.Call(&ActionsClient::Stub::RecordAction, request));
  return PrintStep(answer, answer.action().name(), "recorded", "", &environment);
}

absl::StatusOr<ExitCode> ListAllActions(const ActionOptions& options, Environment& environment) {
  requests::v1::ListActionsRequest request;
  if (!options.reference.empty()) {
    ASSIGN_OR_RETURN(*request.mutable_request(), RequestName(options.reference));
  }
  request.set_page_size(kRequestsAPage);
  ASSIGN_OR_RETURN(const ActionsClient client,
                   ConnectToIngestion<requests::v1::AnswersService>(environment));
  ASSIGN_OR_RETURN(const auto list, AllPages(client, &ActionsClient::Stub::ListActions, request));
  TextTable table({{"request"},
                   {"when"},
                   {"product", TextTable::Align::kLeft, true},
                   {"purpose", TextTable::Align::kLeft, true},
                   {"items", TextTable::Align::kLeft, true},
                   {"what was done", TextTable::Align::kLeft, true}});
  for (const requests::v1::Action& one : list.actions()) {
    table.Row({ReferenceOf(one.request()), TimeText(one.time()), one.product(),
               EnumWords(one.purpose()), absl::StrJoin(one.items(), " "), one.text()});
  }
  return PrintList(list, table, "No action is recorded.", &environment);
}

}  // namespace

void AddRequestActions(CommandLine* line, CLI::App* request) {
  auto options = std::make_shared<ActionOptions>();
  CLI::App* command =
      AddWith(line, request,
              {"action", "Record what followed from figures of a request.",
               "request action 001-00 --item ae_over_four_hours --product \"Winter review\" \\\n"
               "    --text \"two systems were offered support\""},
              Record, options);
  AddReference(command, &options->reference);
  command->add_option("--item", options->items, "Code of an item it followed from; once for each")
      ->type_name("CODE")
      ->required();
  command->add_option("--product", options->product, "In which product")
      ->type_name("TEXT")
      ->required();
  command
      ->add_option("--purpose", options->purpose,
                   "One of: " + AllWords<common::v1::Purpose>("PURPOSE_"))
      ->type_name("PURPOSE");
  command->add_option("--text", options->text, "What was done, without personal data")
      ->type_name("TEXT")
      ->required();
  AddRequestIdOption(command, &options->request_id);

  auto list = std::make_shared<ActionOptions>();
  AddWith(line, request,
          {"actions", "List what followed from figures that were used.",
           "request actions\nrequest actions 001-00"},
          ListAllActions, list)
      ->add_option("REFERENCE", list->reference, "Only of this request")
      ->type_name("REFERENCE");
}

}  // namespace onereturn::client

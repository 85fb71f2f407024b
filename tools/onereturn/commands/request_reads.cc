// request show, list.
#include <memory>
#include <string>

#include "tools/onereturn/commands/request_calls.h"
#include "tools/onereturn/console/enum_words.h"
#include "tools/onereturn/console/hours_text.h"

namespace onereturn::client {
namespace {

struct ReadRequestOptions {
  std::string reference;
  std::string body;
  std::string state;
  std::string asked_of;
  bool lenses = false;
  ReadOptions read;
};

absl::StatusOr<ExitCode> ShowRequest(const ReadRequestOptions& options, Environment& environment) {
  requests::v1::GetRequestRequest request;
  ASSIGN_OR_RETURN(*request.mutable_name(), RequestName(options.reference));
  ASSIGN_OR_RETURN(*request.mutable_read(), ToReadAt(options.read));
  request.set_with_appraisal(true);
  ASSIGN_OR_RETURN(const RequestsClient client,
                   ConnectToIngestion<requests::v1::RequestsService>(environment));
  ASSIGN_OR_RETURN(const auto answer, client.Call(&RequestsClient::Stub::GetRequest, request));
  if (environment.json) {
    environment.console.Print(JsonOf(answer) + "\n");
    return ExitCode::kOk;
  }
  const requests::v1::DataRequest& held = answer.data_request();
  std::string text = RequestText(held, answer.appraisal());
  if (options.lenses) {
    const auto& match = held.match();
    const bool issued = held.has_issue();
    absl::StrAppend(
        &text, "\n",
        LensTable({{"avoided", issued ? held.issue().avoided() : match.avoided()},
                   {"asked", issued ? held.issue().outstanding() : match.outstanding()}},
                  environment.console.width()));
  }
  environment.console.Print(text);
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> ListAllRequests(const ReadRequestOptions& options,
                                         Environment& environment) {
  requests::v1::ListRequestsRequest request;
  request.set_requesting_body(options.body);
  request.set_asked_of(options.asked_of);
  if (!options.state.empty()) {
    ASSIGN_OR_RETURN(const auto state, EnumOfWord<requests::v1::RequestState>(
                                           options.state, "REQUEST_STATE_", "state of a request"));
    request.set_state(state);
  }
  request.set_page_size(kRequestsAPage);
  ASSIGN_OR_RETURN(*request.mutable_read(), ToReadAt(options.read));
  ASSIGN_OR_RETURN(const RequestsClient client,
                   ConnectToIngestion<requests::v1::RequestsService>(environment));
  ASSIGN_OR_RETURN(const auto list, AllPages(client, &RequestsClient::Stub::ListRequests, request));
  TextTable table({{"request"},
                   {"state"},
                   {"body"},
                   {"title", TextTable::Align::kLeft, true},
                   {"due"},
                   {"expires"},
                   {"held"},
                   {"hours avoided", TextTable::Align::kRight},
                   {"hours asked", TextTable::Align::kRight}});
  for (const requests::v1::DataRequest& one : list.data_requests()) {
    const auto& match = one.has_issue() ? one.issue().match() : one.match();
    table.Row({ReferenceOf(one.name()), RequestStateText(one.state()), one.requesting_body(),
               one.title(), one.due_date(), one.expiry(),
               match.lines() == 0 ? "" : absl::StrCat(match.lines_held(), " of ", match.lines()),
               HoursText(AllMinutes(match.avoided())), HoursText(AllMinutes(match.outstanding()))});
  }
  return PrintList(list, table, "No requests.", &environment);
}

}  // namespace

void AddRequestReads(CommandLine* line, CLI::App* request) {
  auto one = std::make_shared<ReadRequestOptions>();
  CLI::App* command = AddWith(
      line, request,
      {"show", "All of a request: what is asked, and what became of it.", "request show 001-00"},
      ShowRequest, one);
  AddReference(command, &one->reference);
  command->add_flag("--lenses", one->lenses, "Also the minutes by lens");
  AddReadOptions(command, &one->read);

  auto all = std::make_shared<ReadRequestOptions>();
  command = AddWith(
      line, request,
      {"list", "List the register of requests.", "request list --state issued --asked-of QGH"},
      ListAllRequests, all);
  command->add_option("--body", all->body, "Only those of this requesting body")->type_name("ODS");
  command
      ->add_option(
          "--state", all->state,
          "Only those in this state: " + AllWords<requests::v1::RequestState>("REQUEST_STATE_"))
      ->type_name("STATE");
  command
      ->add_option("--asked-of", all->asked_of,
                   "Only those asked of this organisation, or of one below it")
      ->type_name("ODS");
  AddReadOptions(command, &all->read);
}

}  // namespace onereturn::client

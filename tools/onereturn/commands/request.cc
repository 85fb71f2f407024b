// request: template, draft, match; what is asked of organisations, and what is held of it.
#include <filesystem>
#include <memory>
#include <set>
#include <string>

#include "common/clock/clock.h"
#include "common/digest/digest.h"
#include "common/period/london_day.h"
#include "common/status/error.h"
#include "onereturn/catalogue/v1/catalogue_service.grpc.pb.h"
#include "tools/onereturn/commands/request_calls.h"
#include "tools/onereturn/connection/pages.h"
#include "tools/onereturn/console/match_text.h"
#include "tools/onereturn/offline/request_file.h"
#include "tools/onereturn/offline/rule_pack_file.h"

namespace onereturn::client {
namespace {

constexpr size_t kStateDigits = 16;

struct DraftOptions {
  std::string file;
  std::string name;
  std::string name_file;
  std::string out;  // Of the template.
  bool validate_only = false;
  std::string request_id;
};

struct MatchOptions {
  std::string target;  // A reference, or a file.
  bool preview = false;
  MatchTextOptions shown;
  ReadOptions read;
  std::string request_id;
};

absl::StatusOr<ExitCode> WriteRequestTemplate(const DraftOptions& options,
                                              Environment& environment) {
  if (options.out.empty()) {
    environment.console.Print(RequestTemplate());
    return ExitCode::kOk;
  }
  if (std::error_code error; std::filesystem::exists(options.out, error)) {
    return UsageError(absl::StrCat("\"", options.out, "\" is there already"),
                      "Name another file with --out: what was written by hand is kept.");
  }
  RETURN_IF_ERROR(WriteLocalFile(options.out, RequestTemplate()));
  environment.console.Note(
      absl::StrCat(options.out, ". Change it, then: onereturn request match ", options.out, "\n"));
  return ExitCode::kOk;
}

// Going back to what a draft was before is a new fact: the id is also of the state that was seen.
absl::StatusOr<std::string> DraftId(const RequestsClient& client,
                                    const requests::v1::DraftRequestRequest& request) {
  const std::string id = ContentId("request.draft", request);
  if (request.data_request().name().empty()) return id;
  ASSIGN_OR_RETURN(const requests::v1::DataRequest held,
                   ReadRequest(client, request.data_request().name()));
  return absl::StrCat(id, ".", DigestToHex(Sha256(held.etag())).substr(0, kStateDigits));
}

// Is it over with drafting: refused, issued, or ended?
bool IsBeyondDrafts(const requests::v1::DataRequest& request) {
  return request.state() >= requests::v1::REQUEST_STATE_REFUSED;
}

// The same file again is the same draft, so that a command can be repeated, for as long as that can
// still be drafted. Then it is a request of its own: its id is also of the one before.
absl::StatusOr<requests::v1::DraftRequestResponse> Draft(
    const RequestsClient& client, requests::v1::DraftRequestRequest request) {
  ASSIGN_OR_RETURN(const std::string id, DraftId(client, request));
  request.set_request_id(id);
  while (true) {
    ASSIGN_OR_RETURN(auto answer, client.Call(&RequestsClient::Stub::DraftRequest, request));
    if (!answer.replayed() || !request.data_request().name().empty()) return answer;
    ASSIGN_OR_RETURN(const requests::v1::DataRequest before,
                     ReadRequest(client, answer.data_request().name()));
    if (!IsBeyondDrafts(before)) return answer;
    request.set_request_id(absl::StrCat(id, ".", ReferenceOf(before.name())));
  }
}

absl::StatusOr<ExitCode> DraftOne(const DraftOptions& options, Environment& environment) {
  requests::v1::DraftRequestRequest request;
  ASSIGN_OR_RETURN(*request.mutable_data_request(), ReadRequestFile(options.file));
  if (!options.name.empty()) {
    ASSIGN_OR_RETURN(*request.mutable_data_request()->mutable_name(), RequestName(options.name));
  }
  request.set_validate_only(options.validate_only);
  ASSIGN_OR_RETURN(const RequestsClient client,
                   ConnectToIngestion<requests::v1::RequestsService>(environment));
  request.set_request_id(options.request_id);
  ASSIGN_OR_RETURN(const auto answer,
                   options.request_id.empty()
                       ? Draft(client, request)
                       : client.Call(&RequestsClient::Stub::DraftRequest, request));
  if (options.validate_only && !environment.json) {
    environment.console.Print("It would be taken. Nothing was kept.\n");
    return ExitCode::kOk;
  }
  RETURN_IF_ERROR(WriteNameFile(options.name_file, answer.data_request().name()));
  const std::string reference = ReferenceOf(answer.data_request().name());
  return PrintStep(answer, reference,
                   absl::StrCat(RequestStateText(answer.data_request().state()),
                                answer.unchanged() ? ", as it was" : ""),
                   absl::StrCat("What is held of it: onereturn request match ", reference, "\n"),
                   &environment);
}

absl::StatusOr<MatchTextOptions> ShownOn(const Environment& environment, const Session& session,
                                         const requests::v1::Match& match, MatchTextOptions shown) {
  shown.width = environment.console.width();
  ASSIGN_OR_RETURN(shown.homes, HomesAskedAnew(session, match));
  return shown;
}

// What was issued asks for what it does already: matched again it would stand beside itself.
absl::Status NothingToMatch(const requests::v1::DataRequest& request) {
  const std::string reference = ReferenceOf(request.name());
  return Error(Reason::kRequestState,
               absl::StrCat(reference, " is ", RequestStateText(request.state()),
                            ": there is nothing to match any more"))
      .Remedy(absl::StrCat("See what it asks and what became of it: onereturn request show ",
                           reference, "."));
}

absl::StatusOr<ExitCode> Preview(const MatchOptions& options, Environment& environment) {
  requests::v1::PreviewMatchRequest request;
  const bool registered = IsReference(options.target);
  requests::v1::DataRequest asked;
  if (!registered) {
    ASSIGN_OR_RETURN(asked, ReadRequestFile(options.target));
  }
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  ASSIGN_OR_RETURN(const auto client, session.To<requests::v1::RequestsService>(kIngestion));
  if (registered) {
    ASSIGN_OR_RETURN(*request.mutable_name(), RequestName(options.target));
    ASSIGN_OR_RETURN(asked, ReadRequest(client, request.name()));
    if (IsBeyondDrafts(asked) && options.read.as_of.empty()) return NothingToMatch(asked);
  } else {
    *request.mutable_data_request() = asked;
  }
  ASSIGN_OR_RETURN(*request.mutable_read(), ToReadAt(options.read));
  ASSIGN_OR_RETURN(const auto answer, client.Call(&RequestsClient::Stub::PreviewMatch, request));
  if (environment.json) {
    environment.console.Print(JsonOf(answer) + "\n");
    return ExitCode::kOk;
  }
  ASSIGN_OR_RETURN(const MatchTextOptions shown,
                   ShownOn(environment, session, answer.match(), options.shown));
  environment.console.Print(absl::StrCat(
      MatchText(answer.match(), asked, answer.appraisal(), shown), "\nNothing was kept.",
      IsBeyondDrafts(asked) ? ""
                            : absl::StrCat(" To register it: onereturn request ",
                                           registered ? "match " : "draft ", options.target),
      "\n"));
  return ExitCode::kOk;
}

// A match goes by all that is held, and by the day: its id is also of the ledger as it was seen.
absl::StatusOr<std::string> MatchId(const RequestsClient& client,
                                    requests::v1::MatchRequestRequest* request) {
  requests::v1::GetRequestRequest get;
  get.set_name(request->name());
  ASSIGN_OR_RETURN(const auto seen, client.Call(&RequestsClient::Stub::GetRequest, get));
  request->set_etag(seen.data_request().etag());
  const std::string state =
      absl::StrCat(seen.position(), " ", LondonDay(SystemClock().Now()).ToString());
  return absl::StrCat(ContentId("request.match", *request), ".",
                      DigestToHex(Sha256(state)).substr(0, kStateDigits));
}

// A repeat is answered without what was matched: that is shown as it is now.
absl::Status FillRepeated(const RequestsClient& client, requests::v1::MatchRequestResponse* answer,
                          Console* console) {
  if (!answer->replayed()) return absl::OkStatus();
  requests::v1::PreviewMatchRequest request;
  request.set_name(answer->data_request().name());
  ASSIGN_OR_RETURN(auto now, client.Call(&RequestsClient::Stub::PreviewMatch, request));
  *answer->mutable_match() = std::move(*now.mutable_match());
  console->Print("This match was recorded before. As it is now:\n");
  return absl::OkStatus();
}

absl::StatusOr<ExitCode> MatchOne(const MatchOptions& options, Environment& environment) {
  const bool then = !options.read.as_of.empty() || !options.read.at_least.empty();
  if (!IsReference(options.target) || options.preview || then) {
    return Preview(options, environment);
  }
  requests::v1::MatchRequestRequest request;
  ASSIGN_OR_RETURN(*request.mutable_name(), RequestName(options.target));
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  ASSIGN_OR_RETURN(const RequestsClient client,
                   session.To<requests::v1::RequestsService>(kIngestion));
  // With an id of the caller's, the command repeated is the same step, whatever came of the first.
  std::string id = options.request_id;
  if (id.empty()) {
    ASSIGN_OR_RETURN(id, MatchId(client, &request));
  }
  request.set_request_id(id);
  ASSIGN_OR_RETURN(auto answer, client.Call(&RequestsClient::Stub::MatchRequest, request));
  const std::string reference = ReferenceOf(request.name());
  if (answer.replayed() && IsBeyondDrafts(answer.data_request())) {
    return PrintStep(answer, reference, RequestStateText(answer.data_request().state()),
                     absl::StrCat("What became of it: onereturn request show ", reference, "\n"),
                     &environment);
  }
  FilteringRegions regions;
  if (!environment.json) {
    RETURN_IF_ERROR(FillRepeated(client, &answer, &environment.console));
    ASSIGN_OR_RETURN(regions, RegionsOfMatch(session, answer.match()));
    ASSIGN_OR_RETURN(const requests::v1::Appraisal appraisal,
                     ReadAppraisal(client, request.name()));
    ASSIGN_OR_RETURN(const MatchTextOptions shown,
                     ShownOn(environment, session, answer.match(), options.shown));
    environment.console.Print(
        absl::StrCat(MatchText(answer.match(), answer.data_request(), appraisal, shown), "\n"));
  }
  return PrintStep(answer, reference,
                   absl::StrCat(RequestStateText(answer.data_request().state()),
                                answer.unchanged() ? ", the match is as it was" : ""),
                   NextStepText(answer.data_request(), regions), &environment);
}

void AddDrafting(CommandLine* line, CLI::App* parent) {
  auto blank = std::make_shared<DraftOptions>();
  AddWith(line, parent,
          {"template", "Write a request to begin from, with every field explained.",
           "request template --out winter.textproto"},
          WriteRequestTemplate, blank)
      ->add_option("--out", blank->out, "A new file (else it is printed)")
      ->type_name("FILE");

  auto options = std::make_shared<DraftOptions>();
  CLI::App* command =
      AddWith(line, parent,
              {"draft", "Register a request as a draft, or replace a draft.",
               "request draft winter.textproto\nrequest draft winter.textproto --name 001-00"},
              DraftOne, options);
  command->add_option("FILE", options->file, "The request, as text protobuf or .json")->required();
  command->add_option("--name", options->name, "The draft that it replaces (else it is a new one)")
      ->type_name("REFERENCE");
  auto* name_file =
      command->add_option("--name-file", options->name_file, "Write the name of the request there")
          ->type_name("FILE");
  command
      ->add_flag("--validate-only", options->validate_only,
                 "Say what drafting would say, and keep nothing")
      ->excludes(name_file);
  AddRequestIdOption(command, &options->request_id);
}

void AddMatching(CommandLine* line, CLI::App* parent) {
  auto options = std::make_shared<MatchOptions>();
  CLI::App* command =
      AddWith(line, parent,
              {"match",
               "What is held of a request, what the rest would cost, and what to look at. Of a "
               "reference it is\nrecorded; of a file it is shown alone.",
               "request match winter.textproto --hours\nrequest match 001-00"},
              MatchOne, options);
  command
      ->add_option("TARGET", options->target,
                   "A reference such as 001-00, or a file with a request")
      ->type_name("REFERENCE|FILE")
      ->required();
  command->add_flag("--preview", options->preview, "Of a reference: show it, and record nothing");
  command->add_flag("--hours", options->shown.hours, "Also the hours of each organisation");
  command->add_flag("--lenses", options->shown.lenses, "Also the minutes by lens");
  AddReadOptions(command, &options->read);
  AddRequestIdOption(command, &options->request_id);
}

}  // namespace

absl::StatusOr<FilteringRegions> RegionsOfMatch(const Session& session,
                                                const requests::v1::Match& match) {
  const std::set<std::string> asked = AskedAnew(match);
  if (asked.empty()) return FilteringRegions();
  using OrganisationsClient = ServiceClient<catalogue::v1::CatalogueService>;
  ASSIGN_OR_RETURN(const auto client, session.To<catalogue::v1::CatalogueService>(kIngestion));
  catalogue::v1::ListOrganisationsRequest request;
  request.set_page_size(kLargestPage);
  ASSIGN_OR_RETURN(const auto list,
                   AllPages(client, &OrganisationsClient::Stub::ListOrganisations, request));
  return RegionsThatFilter({list.organisations().begin(), list.organisations().end()}, asked,
                           LondonDay(SystemClock().Now()).ToString());
}

void AddRequestCommands(CommandLine* line) {
  CLI::App* request = line->Add(
      nullptr,
      {"request",
       "Data requests: draft one, see what is held, have it decided, issue it and read its "
       "answer; and what\norganisations owe by them.",
       "request template --out winter.textproto\nrequest match winter.textproto\n"
       "request draft winter.textproto"},
      nullptr);
  AddDrafting(line, request);
  AddMatching(line, request);
  AddRequestReads(line, request);
  AddRequestSteps(line, request);
  AddRequestAnswers(line, request);
  AddRequestActions(line, request);
  AddObligations(line, request);
  AddRequestHours(line, request);
  AddLikenesses(line, request);
}

}  // namespace onereturn::client

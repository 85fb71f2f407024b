// request show, list.
#include <memory>
#include <string>
#include <utility>

#include "onereturn/catalogue/v1/catalogue_service.grpc.pb.h"
#include "onereturn/requests/v1/obligations_service.grpc.pb.h"
#include "tools/onereturn/commands/request_calls.h"
#include "tools/onereturn/console/enum_words.h"
#include "tools/onereturn/console/hours_text.h"
#include "tools/onereturn/console/match_text.h"
#include "tools/onereturn/console/number_text.h"

namespace onereturn::client {
namespace {

using requests::v1::DataRequest;

struct ReadRequestOptions {
  std::string reference;
  std::string body;
  std::string state;
  std::string asked_of;
  bool lenses = false;
  ReadOptions read;
};

// What was decided of one that ended without having been issued, which it does not say any more.
absl::StatusOr<requests::v1::RequestState> DecisionOf(const RequestsClient& client,
                                                      const DataRequest& held) {
  const bool lost = held.state() == requests::v1::REQUEST_STATE_ENDED && !held.has_issue();
  if (!lost || !held.has_decided()) return requests::v1::REQUEST_STATE_UNSPECIFIED;
  requests::v1::GetRequestRequest request;
  request.set_name(held.name());
  *request.mutable_read()->mutable_as_of_time() = held.decided().time();
  ASSIGN_OR_RETURN(const auto then, client.Call(&RequestsClient::Stub::GetRequest, request));
  return then.data_request().state();
}

bool MayStillBeIssued(requests::v1::RequestState state) {
  return state == requests::v1::REQUEST_STATE_MATCHED ||
         state == requests::v1::REQUEST_STATE_CONSULTED ||
         state == requests::v1::REQUEST_STATE_APPROVED;
}

bool IsAsRecorded(const requests::v1::Match& match, const DataRequest& held) {
  return match.summary().digest() == held.match().digest();
}

// What a decision goes by: the match as it is at this moment, which may be another than the one
// recorded.
std::string OpenNow(const absl::StatusOr<requests::v1::PreviewMatchResponse>& answer,
                    const DataRequest& held, const HomeCollections& homes, size_t width) {
  // What cannot be matched any more is shown all the same, with the reason.
  if (!answer.ok()) {
    return absl::StrCat(
        "\nIt cannot be matched as it is now: ", Printable(answer.status().message()), "\n");
  }
  return absl::StrCat(IsAsRecorded(answer->match(), held)
                          ? ""
                          : "\nSince it was matched something has changed. As it is now:\n",
                      OpenText(answer->match(), held, homes, width));
}

// An error also of one that is issued no more: it is not matched.
absl::StatusOr<requests::v1::PreviewMatchResponse> MatchNow(
    const RequestsClient& client, const DataRequest& held,
    const requests::v1::GetRequestRequest& request) {
  if (!MayStillBeIssued(held.state())) return absl::FailedPreconditionError("it is settled");
  requests::v1::PreviewMatchRequest preview;
  preview.set_name(held.name());
  *preview.mutable_read() = request.read();
  return client.Call(&RequestsClient::Stub::PreviewMatch, preview);
}

// A match is dear: where `now` is the one recorded, its appraisal is the request's.
absl::StatusOr<requests::v1::Appraisal> AppraisalOf(
    const RequestsClient& client, const DataRequest& held,
    const absl::StatusOr<requests::v1::PreviewMatchResponse>& now,
    requests::v1::GetRequestRequest request) {
  if (now.ok() && IsAsRecorded(now->match(), held)) return now->appraisal();
  request.set_with_appraisal(true);
  ASSIGN_OR_RETURN(const auto whole, client.Call(&RequestsClient::Stub::GetRequest, request));
  return whole.appraisal();
}

absl::StatusOr<ExitCode> ShowRequest(const ReadRequestOptions& options, Environment& environment) {
  requests::v1::GetRequestRequest request;
  ASSIGN_OR_RETURN(*request.mutable_name(), RequestName(options.reference));
  ASSIGN_OR_RETURN(*request.mutable_read(), ToReadAt(options.read));
  request.set_with_appraisal(environment.json);
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  ASSIGN_OR_RETURN(const auto client, session.To<requests::v1::RequestsService>(kIngestion));
  ASSIGN_OR_RETURN(const auto answer, client.Call(&RequestsClient::Stub::GetRequest, request));
  if (environment.json) {
    environment.console.Print(JsonOf(answer) + "\n");
    return ExitCode::kOk;
  }
  const DataRequest& held = answer.data_request();
  requests::v1::ListObligationsResponse owed;
  if (held.issue().obligations() > 0) {
    ASSIGN_OR_RETURN(owed, ObligationsOfRequest(session, held.name(), request.read()));
  }
  ASSIGN_OR_RETURN(const requests::v1::RequestState decided, DecisionOf(client, held));
  const absl::StatusOr<requests::v1::PreviewMatchResponse> now = MatchNow(client, held, request);
  ASSIGN_OR_RETURN(const requests::v1::Appraisal appraisal,
                   AppraisalOf(client, held, now, request));
  std::string text = RequestText(held, appraisal, owed, decided);
  if (MayStillBeIssued(held.state())) {
    HomeCollections homes;
    if (now.ok()) {
      ASSIGN_OR_RETURN(homes, HomesAskedAnew(session, now->match()));
    }
    absl::StrAppend(&text, OpenNow(now, held, homes, environment.console.width()));
  }
  if (held.state() == requests::v1::REQUEST_STATE_DRAFT) {
    absl::StrAppend(&text, "\n", NextStepText(held, {}));
  }
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
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  ASSIGN_OR_RETURN(const auto client, session.To<requests::v1::RequestsService>(kIngestion));
  ASSIGN_OR_RETURN(const auto list, AllPages(client, &RequestsClient::Stub::ListRequests, request));
  TextTable table({{"request"},
                   {"state"},
                   {"body"},
                   {"title", TextTable::Align::kLeft, true},
                   {"due"},
                   {"expires"},
                   {"held"},
                   {"returns held"},
                   {"hours avoided", TextTable::Align::kRight},
                   {"hours asked", TextTable::Align::kRight}});
  for (const requests::v1::DataRequest& one : list.data_requests()) {
    const auto& match = one.has_issue() ? one.issue().match() : one.match();
    requests::v1::ListObligationsResponse owed;
    if (!environment.json && MayBeAnsweredByNothing(one)) {
      ASSIGN_OR_RETURN(owed, ObligationsOfRequest(session, one.name(), request.read()));
    }
    // Of what was refused or withdrawn before it was issued nothing came.
    const bool in_vain = !one.has_issue() && one.state() >= requests::v1::REQUEST_STATE_REFUSED;
    table.Row({ReferenceOf(one.name()), RequestStateText(one, owed), one.requesting_body(),
               one.title(), one.due_date(), one.expiry(),
               match.lines() == 0 ? "" : absl::StrCat(match.lines_held(), " of ", match.lines()),
               match.parts() == 0 ? ""
                                  : absl::StrCat(WithThousands(match.parts_held()), " of ",
                                                 WithThousands(match.parts())),
               in_vain ? "" : HoursText(AllMinutes(match.avoided())),
               in_vain ? "" : HoursText(AllMinutes(match.outstanding()))});
  }
  return PrintList(list, table, "No requests.", &environment);
}

}  // namespace

absl::StatusOr<requests::v1::ListObligationsResponse> ObligationsOfRequest(
    const Session& session, const std::string& name, const common::v1::ReadAt& read) {
  ASSIGN_OR_RETURN(const auto client, session.To<requests::v1::ObligationsService>(kIngestion));
  requests::v1::ListObligationsRequest request;
  request.set_parent("organisations/-");
  request.set_request(name);
  request.set_page_size(kLargestPage);
  *request.mutable_read() = read;
  return AllPages(client, &requests::v1::ObligationsService::Stub::ListObligations, request);
}

absl::StatusOr<HomeCollections> HomesAskedAnew(const Session& session,
                                               const requests::v1::Match& match) {
  using Catalogue = catalogue::v1::CatalogueService;
  ASSIGN_OR_RETURN(const auto client, session.To<Catalogue>(kIngestion));
  HomeCollections homes;
  for (const requests::v1::Gap& gap : match.gaps()) {
    if (gap.awaited() || gap.collection().empty() || homes.count(gap.collection()) > 0) continue;
    catalogue::v1::GetCollectionRequest request;
    request.set_name(absl::StrCat("collections/", gap.collection()));
    ASSIGN_OR_RETURN(auto found, client.Call(&Catalogue::Stub::GetCollection, request));
    homes[gap.collection()] = std::move(*found.mutable_collection());
  }
  return homes;
}

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

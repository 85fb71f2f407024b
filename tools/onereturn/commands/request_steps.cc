// request reply, consult, approve, refuse, issue, end: the steps of a request.
#include <algorithm>
#include <memory>
#include <string>

#include "onereturn/catalogue/v1/stewardship.pb.h"
#include "tools/onereturn/commands/request_calls.h"
#include "tools/onereturn/console/appraisal_text.h"
#include "tools/onereturn/console/consultation_text.h"
#include "tools/onereturn/console/enum_words.h"
#include "tools/onereturn/console/hours_text.h"
#include "tools/onereturn/console/labels.h"
#include "tools/onereturn/console/number_text.h"
#include "tools/onereturn/console/proof_text.h"
#include "tools/onereturn/evidence/issue_proof.h"

namespace onereturn::client {
namespace {

using requests::v1::DataRequest;

struct StepOptions {
  std::string reference;
  std::string organisation;
  std::string opinion;
  std::string text;
  bool regional_filter = false;
  bool close = false;
  bool without_all_replies = false;
  bool validate_only = false;
  std::string reason;
  requests::v1::NoticeException notice;
  std::string etag;
  std::string request_id;
};

// The step is on the request as it is now, or on the one that --etag names. With an id of the
// caller's on whatever it is then: so that the command, repeated, is the same step.
template <typename Request>
absl::Status FillStep(const RequestsClient& client, const StepOptions& options, Request* request) {
  ASSIGN_OR_RETURN(*request->mutable_name(), RequestName(options.reference));
  request->set_etag(QuotedEtag(options.etag));
  if (!options.etag.empty() || !options.request_id.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const DataRequest held, ReadRequest(client, request->name()));
  request->set_etag(held.etag());
  return absl::OkStatus();
}

template <typename Answer>
ExitCode PrintRequestStep(const Answer& answer, const std::string& next, Environment* environment) {
  const DataRequest& held = answer.data_request();
  const std::string replies = RequestRepliesText(held);
  return PrintStep(
      answer, ReferenceOf(held.name()),
      absl::StrCat(RequestStateText(held.state()), replies.empty() ? "" : ". ", replies), next,
      environment);
}

// The fact since which the reply would say something new: the organisation's newest reply that says
// something else, or the draft that is replied to. Going back to what was said before is a new
// fact.
uint64_t SaysAnewSince(const DataRequest& held,
                       const requests::v1::ReplyToRequestRequest& request) {
  uint64_t newest = held.drafted().sequence();
  for (const requests::v1::RequestReply& said : held.replies()) {
    const bool same = said.opinion() == request.reply().opinion() &&
                      said.text() == request.reply().text() &&
                      said.regional_filter() == request.reply().regional_filter();
    if (said.organisation() == request.organisation() && !same) {
      newest = std::max(newest, said.step().sequence());
    }
  }
  return newest;
}

absl::StatusOr<ExitCode> ReplyToOne(const StepOptions& options, Environment& environment) {
  requests::v1::ReplyToRequestRequest request;
  ASSIGN_OR_RETURN(*request.mutable_name(), RequestName(options.reference));
  request.set_organisation(options.organisation);
  ASSIGN_OR_RETURN(const auto opinion,
                   EnumOfWord<catalogue::v1::Opinion>(options.opinion, "OPINION_", "opinion"));
  request.mutable_reply()->set_opinion(opinion);
  request.mutable_reply()->set_text(options.text);
  request.mutable_reply()->set_regional_filter(options.regional_filter);
  // Others may reply meanwhile, so that no etag is taken unless one is given.
  request.set_etag(QuotedEtag(options.etag));
  ASSIGN_OR_RETURN(const RequestsClient client,
                   ConnectToIngestion<requests::v1::RequestsService>(environment));
  ASSIGN_OR_RETURN(const DataRequest held, ReadRequest(client, request.name()));
  request.set_request_id(
      options.request_id.empty()
          ? absl::StrCat(ContentId("request.reply", request), ".", SaysAnewSince(held, request))
          : options.request_id);
  ASSIGN_OR_RETURN(const auto answer, client.Call(&RequestsClient::Stub::ReplyToRequest, request));
  return PrintRequestStep(answer, "", &environment);
}

// Who filters a request that is open for consultation, as things stand now.
absl::StatusOr<FilteringRegions> ReadRegions(const Session& session, const RequestsClient& client,
                                             const DataRequest& held) {
  if (held.state() != requests::v1::REQUEST_STATE_MATCHED) return FilteringRegions();
  requests::v1::PreviewMatchRequest request;
  request.set_name(held.name());
  ASSIGN_OR_RETURN(const auto answer, client.Call(&RequestsClient::Stub::PreviewMatch, request));
  return RegionsOfMatch(session, answer.match());
}

absl::StatusOr<ExitCode> ShowReplies(const Session& session, const RequestsClient& client,
                                     const StepOptions& options, Environment* environment) {
  ASSIGN_OR_RETURN(const std::string name, RequestName(options.reference));
  ASSIGN_OR_RETURN(const DataRequest held, ReadRequest(client, name));
  if (environment->json) {
    environment->console.Print(JsonOf(held) + "\n");
    return ExitCode::kOk;
  }
  const absl::StatusOr<FilteringRegions> known = ReadRegions(session, client, held);
  const FilteringRegions regions = known.value_or(FilteringRegions());
  const std::string replies = RequestRepliesText(held);
  const bool is_open = held.state() == requests::v1::REQUEST_STATE_MATCHED;
  // What cannot be matched any more is shown all the same.
  const std::string said = !known.ok()
                               ? absl::StrCat(" ", replies, replies.empty() ? "" : ". ",
                                              "Which region filters it cannot be said now: ",
                                              Printable(known.status().message()), ".")
                           : !replies.empty()           ? absl::StrCat(" ", replies, ".")
                           : is_open && regions.empty() ? " Nobody is consulted."
                                                        : "";
  environment->console.Print(
      absl::StrCat(ReferenceOf(name), ": ", RequestStateText(held.state()), ".", said, "\n",
                   is_open ? AwaitedText(held, regions) : NextStepText(held, regions)));
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> ConsultOnOne(const StepOptions& options, Environment& environment) {
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  ASSIGN_OR_RETURN(const RequestsClient client,
                   session.To<requests::v1::RequestsService>(kIngestion));
  if (!options.close) return ShowReplies(session, client, options, &environment);
  requests::v1::CloseConsultationRequest request;
  RETURN_IF_ERROR(FillStep(client, options, &request));
  request.set_without_all_replies(options.without_all_replies);
  request.set_reason(options.reason);
  request.set_request_id(IdOr(options.request_id, "request.consult", request));
  ASSIGN_OR_RETURN(const auto answer,
                   client.Call(&RequestsClient::Stub::CloseConsultation, request));
  return PrintRequestStep(answer, NextStepText(answer.data_request(), {}), &environment);
}

absl::StatusOr<ExitCode> DecideOn(const StepOptions& options, bool approve,
                                  Environment& environment) {
  ASSIGN_OR_RETURN(const RequestsClient client,
                   ConnectToIngestion<requests::v1::RequestsService>(environment));
  requests::v1::DecideRequestRequest request;
  RETURN_IF_ERROR(FillStep(client, options, &request));
  request.set_approve(approve);
  request.set_reason(options.reason);
  if (options.notice.notice_days() > 0) *request.mutable_notice_exception() = options.notice;
  request.set_request_id(IdOr(options.request_id, "request.decide", request));
  ASSIGN_OR_RETURN(const auto answer, client.Call(&RequestsClient::Stub::DecideRequest, request));
  if (!approve || environment.json) return PrintRequestStep(answer, "", &environment);
  ASSIGN_OR_RETURN(const requests::v1::Appraisal appraisal, ReadAppraisal(client, request.name()));
  return PrintRequestStep(
      answer, absl::StrCat(WarningsText(appraisal), NextStepText(answer.data_request(), {})),
      &environment);
}

absl::StatusOr<ExitCode> ApproveRequest(const StepOptions& options, Environment& environment) {
  return DecideOn(options, /*approve=*/true, environment);
}

absl::StatusOr<ExitCode> RefuseRequest(const StepOptions& options, Environment& environment) {
  return DecideOn(options, /*approve=*/false, environment);
}

// All that it made owed; nothing where that cannot be read, as it says no more than was done.
requests::v1::ListObligationsResponse Owed(const Session& session, const DataRequest& issued) {
  if (issued.issue().obligations() == 0) return {};
  return ObligationsOfRequest(session, issued.name(), {})
      .value_or(requests::v1::ListObligationsResponse());
}

// A request is issued once: whoever gives the command again, as when its answer was lost, is told
// what was issued.
void PrintIssuedBefore(const Session& session, const DataRequest& held, Environment* environment) {
  requests::v1::IssueRequestResponse answer;
  *answer.mutable_data_request() = held;
  answer.set_replayed(true);
  environment->console.Print(environment->json
                                 ? JsonOf(answer) + "\n"
                                 : absl::StrCat(ReferenceOf(held.name()), " was issued before, ",
                                                RequestStepText(held.issued()), ". It is ",
                                                RequestStateText(held.state()), ".\n",
                                                IssueText(held.issue(), {}, Owed(session, held))));
}

absl::StatusOr<ExitCode> IssueOne(const StepOptions& options, Environment& environment) {
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  ASSIGN_OR_RETURN(const auto client, session.To<requests::v1::RequestsService>(kIngestion));
  if (options.request_id.empty()) {
    ASSIGN_OR_RETURN(const std::string name, RequestName(options.reference));
    ASSIGN_OR_RETURN(const DataRequest held, ReadRequest(client, name));
    if (held.has_issue()) {
      PrintIssuedBefore(session, held, &environment);
      return ExitCode::kOk;
    }
  }
  requests::v1::IssueRequestRequest request;
  RETURN_IF_ERROR(FillStep(client, options, &request));
  request.set_validate_only(options.validate_only);
  request.set_request_id(IdOr(options.request_id, "request.issue", request));
  ASSIGN_OR_RETURN(const auto answer, client.Call(&RequestsClient::Stub::IssueRequest, request));
  if (options.validate_only) {
    environment.console.Print(environment.json
                                  ? JsonOf(answer) + "\n"
                                  : absl::StrCat("It could be issued. Nothing was kept.\n",
                                                 IssueText(answer.data_request().issue())));
    return ExitCode::kOk;
  }
  const absl::StatusOr<requests::v1::IssueStatement> proved =
      ProvedIssue(session, answer.receipt(), request.name());
  const ExitCode code = ProofExitCode(proved.status());
  if (environment.json) {
    environment.console.Print(JsonOf(answer) + "\n");
    if (!proved.ok()) environment.console.Note(ProofWords(proved.status()) + "\n");
    return code;
  }
  const std::string reference = ReferenceOf(request.name());
  const requests::v1::IssueStatement& issued =
      proved.ok() ? *proved : answer.data_request().issue();
  environment.console.Print(absl::StrCat(
      reference, answer.replayed() ? " (the same request was taken before)" : "", ": ",
      RequestStateText(answer.data_request().state()), ".\n",
      IssueText(issued, {}, Owed(session, answer.data_request())), "  receipt    sequence ",
      WithThousands(answer.receipt().sequence()), ", ", ProofWords(proved.status()), "\n",
      issued.sources() == 0 ? "Nothing of it is held yet; what comes can be read"
                            : "What is held can be read",
      ": onereturn request answer ", reference, " --out FILE.csv\n"));
  return code;
}

// What its end released: of what came, or was released before, nothing.
std::string ReleasedByEnd(const Session& session, const DataRequest& ended) {
  if (ended.issue().obligations() == 0) return "Nothing was asked of anybody by it.\n";
  const auto owed = ObligationsOfRequest(session, ended.name(), {});
  // It has ended all the same.
  if (!owed.ok()) return "What was outstanding is released.\n";
  const auto released = std::count_if(
      owed->obligations().begin(), owed->obligations().end(), [](const auto& obligation) {
        return obligation.release_reason() == requests::v1::RELEASE_REASON_WITHDRAWN;
      });
  if (released == 0) return "Nothing was outstanding any more.\n";
  return absl::StrCat("What was outstanding is released: ",
                      Count(static_cast<uint64_t>(released), "return"), ".\n");
}

absl::StatusOr<ExitCode> EndOne(const StepOptions& options, Environment& environment) {
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  ASSIGN_OR_RETURN(const RequestsClient client,
                   session.To<requests::v1::RequestsService>(kIngestion));
  requests::v1::EndRequestRequest request;
  RETURN_IF_ERROR(FillStep(client, options, &request));
  request.set_reason(options.reason);
  request.set_request_id(IdOr(options.request_id, "request.end", request));
  ASSIGN_OR_RETURN(const auto answer, client.Call(&RequestsClient::Stub::EndRequest, request));
  return PrintStep(
      answer, ReferenceOf(request.name()), RequestStateText(answer.data_request().state()),
      environment.json ? "" : ReleasedByEnd(session, answer.data_request()), &environment);
}

using StepPointer = std::shared_ptr<StepOptions>;

CLI::App* AddRequestStep(CommandLine* line, CLI::App* parent, const CommandLine::Words& words,
                         absl::StatusOr<ExitCode> (*run)(const StepOptions&, Environment&),
                         const StepPointer& options) {
  CLI::App* command = AddWith(line, parent, words, run, options);
  AddReference(command, &options->reference);
  command
      ->add_option("--etag", options->etag,
                   "Only if it is still as request show gave it (else as it is now)")
      ->type_name("ETAG");
  command
      ->add_option("--request-id", options->request_id, "Id of this step (else from its content)")
      ->type_name("ID");
  return command;
}

void AddConsultation(CommandLine* line, CLI::App* parent) {
  auto reply = std::make_shared<StepOptions>();
  CLI::App* command = AddRequestStep(
      line, parent,
      {"reply", "Say what an organisation thinks of a request, or a region for those below it.",
       "request reply 001-00 --organisation QGH --opinion agree\n"
       "request reply 001-00 --organisation Y60 --opinion object --regional-filter \\\n"
       "    --text \"asked of the same providers in May\""},
      ReplyToOne, reply);
  command->add_option("--organisation", reply->organisation, "Who replies")
      ->type_name("ODS")
      ->required();
  command->add_option("--opinion", reply->opinion, "agree, object or comment")
      ->type_name("OPINION")
      ->required();
  command->add_option("--text", reply->text, "In words, without personal data")->type_name("TEXT");
  command->add_flag("--regional-filter", reply->regional_filter,
                    "It is the region's filter: an objection keeps the request from its providers");

  auto consult = std::make_shared<StepOptions>();
  command = AddRequestStep(line, parent,
                           {"consult", "Who has replied; with --close, end the consultation.",
                            "request consult 001-00\nrequest consult 001-00 --close"},
                           ConsultOnOne, consult);
  auto* close = command->add_flag("--close", consult->close, "End the consultation");
  auto* reason = command
                     ->add_option("--reason", consult->reason,
                                  "Why it goes on without all replies, without personal data")
                     ->type_name("TEXT")
                     ->needs(close);
  command
      ->add_flag("--without-all-replies", consult->without_all_replies,
                 "Although some have not replied")
      ->needs(close)
      ->needs(reason);
}

void AddNotice(CLI::App* command, const StepPointer& options) {
  auto* days = command->add_option_function<uint32_t>(
      "--notice-days", [options](const uint32_t& value) { options->notice.set_notice_days(value); },
      "Days of notice, where fewer are allowed than the class of change demands");
  days->type_name("N")->check(CLI::Range(1, 3'660));
  auto* office = AddTextOption(
      command, "--notice-approver", "The office that answers for it, not a person", "OFFICE",
      [options](const std::string& value) { options->notice.set_approver(value); });
  auto* why =
      AddTextOption(command, "--notice-reason", "Why it cannot wait, without personal data", "TEXT",
                    [options](const std::string& value) { options->notice.set_reason(value); });
  auto* until =
      AddTextOption(command, "--notice-expiry", "Last day on which it may be issued so", "DAY",
                    [options](const std::string& value) { options->notice.set_expiry(value); });
  for (CLI::Option* one : {office, why, until}) {
    one->needs(days);
    days->needs(one);
  }
}

}  // namespace

void AddRequestSteps(CommandLine* line, CLI::App* request) {
  AddConsultation(line, request);
  auto approve = std::make_shared<StepOptions>();
  CLI::App* command = AddRequestStep(
      line, request,
      {"approve", "Approve a request, as a steward of another body.",
       "request approve 001-00 --reason \"nothing of it is held elsewhere\"\n"
       "request approve 001-00 --reason \"winter\" --notice-days 14 --notice-approver "
       "\"Chief operating office\" \\\n"
       "    --notice-reason \"a declared incident\" --notice-expiry 2026-12-31"},
      ApproveRequest, approve);
  AddReason(command, &approve->reason);
  AddNotice(command, approve);

  auto refuse = std::make_shared<StepOptions>();
  AddReason(AddRequestStep(line, request,
                           {"refuse", "Refuse a request, as a steward of another body.",
                            "request refuse 001-00 --reason \"all of it is held as MSitAE\""},
                           RefuseRequest, refuse),
            &refuse->reason);

  auto issue = std::make_shared<StepOptions>();
  AddRequestStep(
      line, request,
      {"issue", "Issue a request that was approved: what is held can be read, the gap is owed.",
       "request issue 001-00 --validate-only\nrequest issue 001-00"},
      IssueOne, issue)
      ->add_flag("--validate-only", issue->validate_only,
                 "Say what issuing would say, and keep nothing");

  auto end = std::make_shared<StepOptions>();
  AddReason(AddRequestStep(line, request,
                           {"end", "Withdraw a request: what is outstanding is released.",
                            "request end 001-00 --reason \"the review is over\""},
                           EndOne, end),
            &end->reason);
}

}  // namespace onereturn::client

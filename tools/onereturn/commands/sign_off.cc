// sign, reopen, undo, nil: what is done with a return as a whole.
#include <memory>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "onereturn/returns/v1/returns_service.grpc.pb.h"
#include "tools/onereturn/commands/assessment_file.h"
#include "tools/onereturn/commands/command.h"
#include "tools/onereturn/commands/difference_text.h"
#include "tools/onereturn/commands/file_upload.h"
#include "tools/onereturn/commands/return_name.h"
#include "tools/onereturn/console/findings_text.h"
#include "tools/onereturn/console/json_writer.h"
#include "tools/onereturn/console/labels.h"
#include "tools/onereturn/console/number_text.h"
#include "tools/onereturn/console/text_table.h"
#include "tools/onereturn/evidence/receipt_check.h"

namespace onereturn::client {
namespace {

constexpr size_t kShortestHash = 8;
constexpr int kChangesShown = 20;

struct SignOptions {
  ReturnOptions target;
  std::string hash;
  std::string back;
  std::string withdraw;
};

// As the command line names the return.
std::string PlaceText(const ReturnOptions& target) {
  return absl::StrCat(target.organisation, " --collection ", target.collection, " --period ",
                      target.period);
}

std::string StepText(const returns::v1::SignOff& one) {
  return absl::StrCat(one.level() == 0 ? "submitted" : absl::StrCat("level ", one.level()), "  ",
                      TimeText(one.time()), "  ",
                      one.person().empty() ? one.system() : one.person(), "\n");
}

std::string StateText(const returns::v1::Submission& submission) {
  if (submission.state() == returns::v1::SUBMISSION_STATE_SENT_BACK) return "sent back";
  return absl::StrCat("waits for level ", submission.next_level(), " of ", submission.levels());
}

// What a signature stands for, in hexadecimal digits: the figures, and the submission that brought
// them, so that the same figures with other words are other content.
std::string ContentOf(const returns::v1::Submission& submission) {
  const Digest digest =
      Sha256Concatenated({submission.cell_digest(), "\n", absl::StrCat(submission.sequence())});
  return DigestToHex(digest);
}

absl::StatusOr<ExitCode> ListWaiting(const SignOffClient& client, const SignOptions& options,
                                     Environment* environment) {
  returns::v1::ListSubmissionsRequest request;
  request.set_parent(options.target.Parent());
  request.set_collection(options.target.collection);
  request.set_page_size(kLargestPage);
  ASSIGN_OR_RETURN(const auto list,
                   AllPages(client, &SignOffClient::Stub::ListSubmissions, request));
  if (environment->json) {
    environment->console.Print(JsonOf(list) + "\n");
    return ExitCode::kOk;
  }
  if (list.submissions_size() == 0) {
    environment->console.Print("Nothing waits to be signed.\n");
    return ExitCode::kOk;
  }
  TextTable table({{"org"},
                   {"collection"},
                   {"period"},
                   {"state"},
                   {"cells", TextTable::Align::kRight},
                   {"content"},
                   {"submitted"},
                   {"sent back because", TextTable::Align::kLeft, true}});
  for (const auto& one : list.submissions()) {
    table.Row({one.organisation(), one.collection(), one.period(), StateText(one),
               WithThousands(one.cell_count()), ContentOf(one).substr(0, 2 * kShortestHash),
               TimeText(one.submit_time()), one.sent_back_reason()});
  }
  environment->console.Print(table.Render(environment->console.width()));
  return ExitCode::kOk;
}

void ShowWaiting(const returns::v1::Submission& submission, Environment* environment) {
  std::string text =
      absl::StrCat(submission.name(), "\n  state      ", StateText(submission), "\n  figures    ",
                   WithThousands(submission.cell_count()), " cells, ", Label(submission.verdict()),
                   submission.nil() ? ", a nil return" : "", "\n  becomes    revision ",
                   submission.revision(), "\n  status     ", Label(submission.status()),
                   "\n  content    ", ContentOf(submission), "\n");
  if (!submission.reason_text().empty()) {
    absl::StrAppend(&text, "  why        ", Printable(submission.reason_text()), "\n");
  }
  for (const auto& given : submission.explanations()) {
    absl::StrAppend(&text, "  explained  ", given.rule(), " ",
                    given.has_cell() ? CellText(given.cell()) : "", ": ", Printable(given.text()),
                    "\n");
  }
  for (const auto& one : submission.sign_offs()) absl::StrAppend(&text, "  ", StepText(one));
  if (!submission.sent_back_reason().empty()) {
    absl::StrAppend(&text, "  because    ", submission.sent_back_reason(), "\n");
  }
  environment->console.Print(text);
}

// The figures that a signature would change, the first of them.
absl::Status ShowChanges(const SignOffClient& client, const SignOptions& options,
                         const returns::v1::Submission& submission, Environment* environment) {
  returns::v1::DiffUnsignedRequest request;
  request.set_name(submission.name());
  request.set_page_size(kChangesShown);
  ASSIGN_OR_RETURN(const auto page, client.Call(&SignOffClient::Stub::DiffUnsigned, request));
  if (page.cell_digest() != submission.cell_digest()) {
    return UsageError("other figures have been sent meanwhile", "Read again what waits.");
  }
  std::string text = absl::StrCat("\n", DifferencesText(page, environment->console.width()));
  if (page.difference_count() > static_cast<uint64_t>(page.differences_size())) {
    absl::StrAppend(&text, page.differences_size(), " of them shown; all: onereturn diff ",
                    PlaceText(options.target), " --submission\n");
  }
  environment->console.Print(text);
  return absl::OkStatus();
}

// Everything that a signature is given to: who sent it, which figures it changes, what was
// explained; and how it is given.
absl::StatusOr<ExitCode> ShowToSign(const SignOffClient& client, const SignOptions& options,
                                    const returns::v1::Submission& submission,
                                    Environment* environment) {
  if (environment->json) {
    environment->console.Print(JsonOf(submission) + "\n");
    return ExitCode::kOk;
  }
  ShowWaiting(submission, environment);
  RETURN_IF_ERROR(ShowChanges(client, options, submission, environment));
  if (submission.next_level() != 0) {
    environment->console.Print(
        absl::StrCat("\nTo sign it: onereturn sign ", PlaceText(options.target), " --hash ",
                     ContentOf(submission).substr(0, 2 * kShortestHash), "\n"));
  }
  return ExitCode::kOk;
}

template <typename Request>
void NameContent(const returns::v1::Submission& submission, absl::string_view verb,
                 Request* request) {
  request->set_name(submission.name());
  request->set_cell_digest(submission.cell_digest());
  // The same figures may wait again after they were withdrawn: that is another step.
  request->set_request_id(ContentId(absl::StrCat(verb, ".", submission.sequence()), *request));
}

absl::StatusOr<ExitCode> Step(const SignOffClient& client, const SignOptions& options,
                              const returns::v1::Submission& submission, Environment* environment) {
  if (!options.back.empty()) {
    returns::v1::SendReturnBackRequest request;
    request.set_reason(options.back);
    NameContent(submission, "back", &request);
    ASSIGN_OR_RETURN(const auto answer, client.Call(&SignOffClient::Stub::SendReturnBack, request));
    environment->console.Print(environment->json ? JsonOf(answer) + "\n" : "Sent back.\n");
    return ExitCode::kOk;
  }
  if (!options.withdraw.empty()) {
    returns::v1::WithdrawSubmissionRequest request;
    request.set_reason(options.withdraw);
    NameContent(submission, "withdraw", &request);
    ASSIGN_OR_RETURN(const auto answer,
                     client.Call(&SignOffClient::Stub::WithdrawSubmission, request));
    environment->console.Print(environment->json ? JsonOf(answer) + "\n" : "Withdrawn.\n");
    return ExitCode::kOk;
  }
  returns::v1::SignReturnRequest request;
  request.set_level(submission.next_level());
  request.set_sequence(submission.sequence());
  NameContent(submission, "sign", &request);
  ASSIGN_OR_RETURN(const auto answer, client.Call(&SignOffClient::Stub::SignReturn, request));
  if (environment->json) {
    environment->console.Print(JsonOf(answer) + "\n");
  } else if (answer.has_return_()) {
    environment->console.Print(
        absl::StrCat("Signed and accepted: ", answer.return_().revision().name(), ", sequence ",
                     WithThousands(answer.receipt().sequence()), ".\n"));
  } else {
    environment->console.Print(absl::StrCat("Signed at level ", request.level(), " of ",
                                            submission.levels(), ": further ones are wanted.\n"));
  }
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> Sign(const SignOptions& options, Environment& environment) {
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  ASSIGN_OR_RETURN(const auto client, session.To<returns::v1::SignOffService>(kIngestion));
  const bool steps = !options.hash.empty() || !options.back.empty() || !options.withdraw.empty();
  if (options.target.period.empty() && !steps) return ListWaiting(client, options, &environment);
  if (!options.target.whole()) {
    return UsageError("which return?", "Name it: onereturn sign ORG --collection C --period P");
  }
  returns::v1::GetSubmissionRequest request;
  request.set_name(options.target.Name() + "/submission");
  ASSIGN_OR_RETURN(const auto waiting, client.Call(&SignOffClient::Stub::GetSubmission, request));
  const returns::v1::Submission& submission = waiting.submission();
  if (options.hash.empty()) {
    return ShowToSign(client, options, submission, &environment);
  }
  if (options.hash.size() < kShortestHash) {
    return UsageError("--hash is too short",
                      absl::StrCat("Give at least ", kShortestHash, " digits of the content."));
  }
  if (!absl::StartsWith(ContentOf(submission), absl::AsciiStrToLower(options.hash))) {
    return UsageError("--hash is not that of what waits: it may have been replaced",
                      "Read it again, and name its content.");
  }
  return Step(client, options, submission, &environment);
}

struct AgainOptions {
  ReturnOptions target;
  uint32_t revision = 0;
  std::string reason;
};

absl::StatusOr<ExitCode> Reopen(const AgainOptions& options, Environment& environment) {
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  ASSIGN_OR_RETURN(const auto returns, session.To<returns::v1::ReturnsService>(kIngestion));
  ASSIGN_OR_RETURN(const auto client, session.To<returns::v1::SignOffService>(kIngestion));
  returns::v1::GetReturnRequest get;
  get.set_name(options.target.Name());
  ASSIGN_OR_RETURN(const auto held, returns.Call(&ReturnsClient::Stub::GetReturn, get));
  returns::v1::ReopenReturnRequest request;
  request.set_name(options.target.Name());
  request.set_reason(options.reason);
  request.set_etag(held.return_().etag());
  request.set_request_id(ContentId("reopen", request));
  ASSIGN_OR_RETURN(const auto answer, client.Call(&SignOffClient::Stub::ReopenReturn, request));
  environment.console.Print(
      environment.json ? JsonOf(answer) + "\n"
                       : absl::StrCat("Open: revision ", held.return_().revision().number(),
                                      " holds until another one is signed.\n"));
  return ExitCode::kOk;
}

// What became of a return that was sent as a whole.
template <typename Answer>
ExitCode PrintSubmitted(const Answer& answer, Environment* environment) {
  const bool invalid = answer.verdict() == common::v1::VERDICT_INVALID;
  if (environment->json) {
    environment->console.Print(JsonOf(answer) + "\n");
    return invalid ? ExitCode::kInvalidData : ExitCode::kOk;
  }
  std::string text = absl::StrCat(Label(answer.verdict()), ". ");
  if (answer.has_submission()) {
    absl::StrAppend(&text, answer.submission().name(), " waits for ", answer.submission().levels(),
                    answer.submission().levels() == 1 ? " signature.\n" : " signatures.\n");
  } else if (answer.has_return_()) {
    absl::StrAppend(&text, answer.unchanged() ? "As held: " : "Accepted: ",
                    answer.return_().revision().name(), ".\n");
  } else {
    absl::StrAppend(&text, "Nothing was stored.\n");
  }
  const std::string findings =
      FindingsText(answer.findings(), answer.finding_count(), common::v1::SEVERITY_EXPLAIN,
                   kFindingsShown, environment->console.width());
  environment->console.Print(findings.empty() ? text : absl::StrCat(text, "\n", findings, "\n"));
  return invalid ? ExitCode::kInvalidData : ExitCode::kOk;
}

absl::StatusOr<ExitCode> Undo(const AgainOptions& options, Environment& environment) {
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  ASSIGN_OR_RETURN(const auto returns, session.To<returns::v1::ReturnsService>(kIngestion));
  ASSIGN_OR_RETURN(const auto client, session.To<returns::v1::SignOffService>(kIngestion));
  returns::v1::GetReturnRequest get;
  get.set_name(options.target.Name());
  ASSIGN_OR_RETURN(const auto held, returns.Call(&ReturnsClient::Stub::GetReturn, get));
  returns::v1::UndoRevisionRequest request;
  request.set_name(absl::StrCat(options.target.Name(), "/revisions/", options.revision));
  request.set_reason_text(options.reason);
  request.set_etag(held.return_().etag());
  request.set_request_id(ContentId("undo", request));
  ASSIGN_OR_RETURN(const auto answer, client.Call(&SignOffClient::Stub::UndoRevision, request));
  return PrintSubmitted(answer, &environment);
}

// Do figures, rather than another nil return, wait there to be signed?
bool FiguresWait(const Session& session, const ReturnOptions& target) {
  const auto client = session.To<returns::v1::SignOffService>(kIngestion);
  if (!client.ok()) return false;
  returns::v1::GetSubmissionRequest request;
  request.set_name(absl::StrCat(target.Name(), "/submission"));
  const auto waiting = client->Call(&SignOffClient::Stub::GetSubmission, request);
  return waiting.ok() && !waiting->submission().nil() &&
         waiting->submission().state() == returns::v1::SUBMISSION_STATE_WAITING;
}

absl::StatusOr<ExitCode> SendNil(const AgainOptions& options, Environment& environment) {
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  ASSIGN_OR_RETURN(const auto client, session.To<returns::v1::ReturnsService>(kIngestion));
  returns::v1::SubmitReturnRequest request;
  request.set_organisation(options.target.organisation);
  request.set_collection(options.target.collection);
  request.set_period(options.target.period);
  request.set_nil(true);
  returns::v1::GetReturnRequest get;
  get.set_name(options.target.Name());
  const auto held = client.Call(&ReturnsClient::Stub::GetReturn, get);
  if (held.ok()) request.set_etag(held->return_().etag());
  if (held.ok() || FiguresWait(session, options.target)) {
    if (options.reason.empty()) {
      return UsageError(
          absl::StrCat("figures ",
                       held.ok() ? "are held for this period" : "of this period wait to be signed",
                       ", and a nil return would replace them"),
          "Say with --reason why they were wrong.");
    }
    request.set_reason(returns::v1::REVISION_REASON_CORRECTION);
    request.set_reason_text(options.reason);
  }
  request.set_request_id(ContentId("nil", request));
  ASSIGN_OR_RETURN(const auto answer, client.Call(&ReturnsClient::Stub::SubmitReturn, request));
  return PrintSubmitted(answer, &environment);
}

void AddSign(CommandLine* line) {
  auto options = std::make_shared<SignOptions>();
  CLI::App* command =
      line->Add(nullptr,
                {"sign",
                 "Show what waits to be signed; sign it, send it back, or take it back. A "
                 "signature names the\n"
                 "content that was read, and takes another person than who submitted it.",
                 "sign RLQ --profile approver.profile.textproto\n"
                 "sign RLQ --collection MSitAE --period 2024-03 --hash 5f2a91c07be4d813"},
                [options](Environment& environment) { return Sign(*options, environment); });
  AddReturnOptions(command, &options->target, /*required=*/false);
  auto* hash = command
                   ->add_option("--hash", options->hash,
                                "Content that was read and is signed: its first digits")
                   ->type_name("HEX");
  auto* back = command->add_option("--back", options->back, "Send it back: what is to be changed")
                   ->type_name("TEXT")
                   ->needs(hash);
  command->add_option("--withdraw", options->withdraw, "Take it back, as who prepares it: why")
      ->type_name("TEXT")
      ->excludes(back)
      ->needs(hash);
}

CLI::App* AddAgain(CommandLine* line, const CommandLine::Words& words,
                   const std::shared_ptr<AgainOptions>& options, bool asks_reason,
                   absl::StatusOr<ExitCode> (*run)(const AgainOptions&, Environment&)) {
  CLI::App* command = line->Add(nullptr, words, [options, run](Environment& environment) {
    return run(*options, environment);
  });
  AddReturnOptions(command, &options->target, /*required=*/true);
  if (asks_reason) {
    command->add_option("--reason", options->reason, "Why, without personal data")
        ->type_name("TEXT")
        ->required();
  }
  return command;
}

}  // namespace

void AddSignOffCommands(CommandLine* line) {
  AddSign(line);
  AddAgain(line,
           {"reopen", "Open a return that was signed, so that it can be submitted again.",
            "reopen RLQ --collection MSitAE --period 2024-03 --reason \"a ward was left out\""},
           std::make_shared<AgainOptions>(), /*asks_reason=*/true, Reopen);
  auto undo = std::make_shared<AgainOptions>();
  AddAgain(
      line,
      {"undo", "Submit an earlier revision's figures again. Nothing is taken out of the history.",
       "undo RLQ --collection MSitAE --period 2024-03 --revision 1 --reason \"wrong file\""},
      undo, /*asks_reason=*/true, Undo)
      ->add_option("--revision", undo->revision, "Whose figures are wanted again")
      ->type_name("NUMBER")
      ->required();
  auto nil = std::make_shared<AgainOptions>();
  AddAgain(line,
           {"nil", "Submit a nil return: there was nothing to count, so every figure is zero.",
            "nil RLQ --collection MSitAE --period 2024-03"},
           nil, /*asks_reason=*/false, SendNil)
      ->add_option("--reason", nil->reason,
                   "Why it replaces figures that are held or wait, without personal data")
      ->type_name("TEXT");
}

}  // namespace onereturn::client

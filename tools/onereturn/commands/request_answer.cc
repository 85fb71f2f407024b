// request answer: the figures of a request that was issued, with the receipt that proves its issue.
#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "common/status/error.h"
#include "onereturn/requests/v1/answers_service.grpc.pb.h"
#include "tools/onereturn/commands/request_calls.h"
#include "tools/onereturn/console/answer_rows.h"
#include "tools/onereturn/console/asked_text.h"
#include "tools/onereturn/console/number_text.h"
#include "tools/onereturn/console/proof_text.h"
#include "tools/onereturn/evidence/issue_proof.h"
#include "tools/onereturn/offline/figure_output.h"

namespace onereturn::client {
namespace {

using AnswersClient = ServiceClient<requests::v1::AnswersService>;
using requests::v1::StreamAnswerResponse;

constexpr std::chrono::milliseconds kFirstWaitToFollow(250);
constexpr std::chrono::milliseconds kLongestWaitToFollow(15'000);

struct AnswerOptions {
  std::string reference;
  std::string out;
  bool follow = false;
  uint64_t limit = 0;
  ReadOptions read;
};

absl::StatusOr<requests::v1::AnswerEnd> ReadWhole(const AnswersClient& client,
                                                  const AnswerOptions& options,
                                                  const std::string& name, FigureOutput* output) {
  requests::v1::StreamAnswerRequest request;
  request.set_name(name);
  ASSIGN_OR_RETURN(*request.mutable_read(), ToReadAt(options.read));
  requests::v1::AnswerEnd end;
  bool ended = false;
  const std::function<bool(const StreamAnswerResponse&)> take =
      [&](const StreamAnswerResponse& page) {
        output->Take(page);
        ended = page.has_end();
        if (ended) end = page.end();
        return output->Outcome().ok();
      };
  // A large answer takes longer than one call usually may.
  const absl::Status streamed =
      client.Stream(&AnswersClient::Stub::StreamAnswer, request, /*endless=*/true, take);
  RETURN_IF_ERROR(output->Outcome());
  RETURN_IF_ERROR(streamed);
  if (!ended || end.cells() != output->cells()) {
    return absl::DataLossError(absl::StrCat("the answer broke off after ",
                                            Count(output->cells(), "figure"), ": ask again"));
  }
  return end;
}

// Figures of one look are written once all of them are there, so that a look that breaks off can be
// asked for again from where the last one ended.
class FollowedFigures {
 public:
  // `from`: up to where the output has them.
  FollowedFigures(std::string from, uint64_t limit, FigureOutput* output)
      : position_(std::move(from)), limit_(limit), output_(output) {}

  // False: enough.
  bool Take(const requests::v1::WatchAnswerResponse& page) {
    look_.mutable_cells()->MergeFrom(page.cells());
    if (page.position().empty()) return true;
    position_ = page.position();
    // It may say only up to where it has looked.
    if (look_.cells_size() > 0) output_->Take(look_);
    shown_ += static_cast<uint64_t>(look_.cells_size());
    look_.Clear();
    return output_->Outcome().ok() && (limit_ == 0 || shown_ < limit_);
  }
  // To ask again from position().
  void BreakOff() { look_.Clear(); }
  const std::string& position() const { return position_; }

 private:
  std::string position_;
  const uint64_t limit_;
  uint64_t shown_ = 0;
  StreamAnswerResponse look_;
  FigureOutput* const output_;
};

// While the service cannot be reached it is asked again, from where it was, until it is there.
absl::Status Follow(const AnswersClient& client, const AnswerOptions& options,
                    const std::string& name, const std::string& from, FigureOutput* output,
                    Console* console) {
  FollowedFigures followed(from, options.limit, output);
  std::chrono::milliseconds wait = kFirstWaitToFollow;
  const std::function<bool(const requests::v1::WatchAnswerResponse&)> take =
      [&](const requests::v1::WatchAnswerResponse& page) {
        wait = kFirstWaitToFollow;
        return followed.Take(page);
      };
  while (true) {
    requests::v1::WatchAnswerRequest request;
    request.set_name(name);
    request.set_from_position(followed.position());
    const absl::Status ended =
        client.Stream(&AnswersClient::Stub::WatchAnswer, request, /*endless=*/true, take);
    RETURN_IF_ERROR(output->Outcome());
    // CANCELLED is the service's too: of what it could not end before it stopped.
    if (ended.code() != absl::StatusCode::kUnavailable &&
        ended.code() != absl::StatusCode::kCancelled) {
      return ended;
    }
    if (wait == kFirstWaitToFollow) {
      console->Note(absl::StrCat(Printable(ended.message()),
                                 "\nIt is asked again until it is there; nothing is left out.\n"));
    }
    followed.BreakOff();
    PauseFor(wait);
    wait = std::min(2 * wait, kLongestWaitToFollow);
  }
}

// The words come after the figures where they would stand among them.
void SayTo(const AnswerOptions& options, const std::string& text, Environment* environment) {
  if (options.out.empty() || environment->json) {
    environment->console.Note(text);
  } else {
    environment->console.Print(text);
  }
}

// Before any figure is given: only a standing request is followed.
absl::Status CheckStands(const Session& session, const std::string& name) {
  ASSIGN_OR_RETURN(const auto client, session.To<requests::v1::RequestsService>(kIngestion));
  ASSIGN_OR_RETURN(const requests::v1::DataRequest request, ReadRequest(client, name));
  if (request.standing()) return absl::OkStatus();
  return Error(Reason::kRequestState, absl::StrCat(name, " is not a standing request"))
      .Precondition(name, "answers itself once: read its answer without --follow");
}

absl::StatusOr<ExitCode> AnswerOne(const AnswerOptions& options, Environment& environment) {
  ASSIGN_OR_RETURN(const std::string name, RequestName(options.reference));
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  ASSIGN_OR_RETURN(const auto client, session.To<requests::v1::AnswersService>(kIngestion));
  if (options.follow) RETURN_IF_ERROR(CheckStands(session, name));
  FigureOutput output(options.out, environment.json, &environment.console);
  RETURN_IF_ERROR(output.Open());
  ASSIGN_OR_RETURN(const requests::v1::AnswerEnd end, ReadWhole(client, options, name, &output));
  RETURN_IF_ERROR(output.Finish());
  const absl::StatusOr<requests::v1::IssueStatement> issue =
      ProvedIssue(session, end.receipt(), name);
  std::string text = absl::StrCat(AnswerSentence(end, issue.status()), "\n");
  if (issue.ok() && issue->sources_digest() != end.sources_digest()) {
    absl::StrAppend(&text, "Since it was issued, returns have come or were revised.\n");
  }
  if (end.cells() == 0) {
    common::v1::ReadAt as_answered;
    as_answered.set_as_of_position(end.position());
    ASSIGN_OR_RETURN(const auto owed, ObligationsOfRequest(session, name, as_answered));
    text = absl::StrCat(NoFigureText(owed), "\n", text);
  }
  for (const std::string& terms : end.reuse_terms()) {
    absl::StrAppend(&text, "terms: ", Printable(terms), "\n");
  }
  SayTo(options, text, &environment);
  if (!issue.ok()) return ProofExitCode(issue.status());
  if (options.follow)
    RETURN_IF_ERROR(Follow(client, options, name, end.position(), &output, &environment.console));
  return ExitCode::kOk;
}

}  // namespace

void AddRequestAnswers(CommandLine* line, CLI::App* request) {
  auto options = std::make_shared<AnswerOptions>();
  CLI::App* command =
      AddWith(line, request,
              {"answer",
               "Read the figures that answer a request, as CSV, with its zero-hours receipt "
               "verified.",
               "request answer 001-00 --out winter.csv\n"
               "request answer 001-00 --out winter.csv --follow"},
              AnswerOne, options);
  AddReference(command, &options->reference);
  command->add_option("--out", options->out, "Where to (else it is printed)")->type_name("FILE");
  auto* follow = command->add_flag(
      "--follow", options->follow,
      "Of a standing request: go on with the figures that change, until it is stopped");
  command
      ->add_option("--limit", options->limit,
                   "With --follow: end once so many figures have changed; those of the "
                   "first answer do not count")
      ->type_name("N")
      ->check(CLI::PositiveNumber)
      ->needs(follow);
  AddReadOptions(command, &options->read);
}

}  // namespace onereturn::client

// request answer: the figures of a request that was issued, with the receipt that proves its issue.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>

#include "common/csv/csv_writer.h"
#include "onereturn/requests/v1/answers_service.grpc.pb.h"
#include "tools/onereturn/commands/request_calls.h"
#include "tools/onereturn/console/answer_rows.h"
#include "tools/onereturn/console/number_text.h"
#include "tools/onereturn/evidence/issue_proof.h"

namespace onereturn::client {
namespace {

using AnswersClient = ServiceClient<requests::v1::AnswersService>;
using requests::v1::StreamAnswerResponse;

struct AnswerOptions {
  std::string reference;
  std::string out;
  bool follow = false;
  uint64_t limit = 0;
  ReadOptions read;
};

// Where the figures go: to a file, or to the results. A file is written under another name until
// all of it is there, so that a part is never taken for the whole.
class FigureOutput {
 public:
  FigureOutput(std::string file, Environment* environment)
      : file_(std::move(file)), environment_(environment) {}
  ~FigureOutput() {
    std::error_code ignored;
    if (stream_.is_open() && !whole_) std::filesystem::remove(PartName(), ignored);
  }
  FigureOutput(const FigureOutput&) = delete;
  FigureOutput& operator=(const FigureOutput&) = delete;

  absl::Status Open() {
    if (!file_.empty()) stream_.open(PartName(), std::ios::binary | std::ios::trunc);
    if (!environment_->json) {
      std::string header;
      CsvWriter(&header).Row(AnswerHeader());
      Write(header);
    }
    return Outcome();
  }

  // Of CSV the figures; of JSON the whole message, on a line.
  void Take(const StreamAnswerResponse& page) {
    cells_ += static_cast<uint64_t>(page.cells_size());
    if (environment_->json) return Write(JsonOf(page) + "\n");
    std::string rows;
    CsvWriter writer(&rows);
    for (const auto& cell : page.cells()) writer.Row(AnswerRow(cell));
    Write(rows);
    environment_->console.Progress(absl::StrCat(Count(cells_, "figure"), " read"));
  }

  absl::Status Finish() {
    environment_->console.EndProgress();
    if (file_.empty()) return Outcome();
    stream_.flush();
    RETURN_IF_ERROR(Outcome());
    std::error_code error;
    std::filesystem::rename(PartName(), file_, error);
    if (error) return CannotWrite();
    whole_ = true;
    return absl::OkStatus();
  }

  // What is written after Finish() must be seen at once.
  void Flush() {
    if (stream_.is_open()) stream_.flush();
  }
  absl::Status Outcome() const {
    if (file_.empty()) return environment_->console.written();
    return stream_.good() ? absl::OkStatus() : CannotWrite();
  }
  uint64_t cells() const { return cells_; }

 private:
  std::string PartName() const { return file_ + ".part"; }
  absl::Status CannotWrite() const {
    return UsageError(absl::StrCat("\"", file_, "\" cannot be written"),
                      "Name a file in a folder that you may write to, with room.");
  }
  void Write(const std::string& text) {
    if (file_.empty()) {
      environment_->console.Print(text);
    } else {
      stream_ << text;
    }
  }

  std::string file_;
  Environment* environment_;
  std::ofstream stream_;
  uint64_t cells_ = 0;
  bool whole_ = false;
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

absl::Status Follow(const AnswersClient& client, const AnswerOptions& options,
                    const std::string& name, const std::string& from, FigureOutput* output) {
  requests::v1::WatchAnswerRequest request;
  request.set_name(name);
  request.set_from_position(from);
  uint64_t shown = 0;
  const std::function<bool(const StreamAnswerResponse&)> take =
      [&](const StreamAnswerResponse& page) {
        if (page.cells_size() == 0) return true;  // It says only up to where it has looked.
        output->Take(page);
        output->Flush();
        shown += static_cast<uint64_t>(page.cells_size());
        return output->Outcome().ok() && (options.limit == 0 || shown < options.limit);
      };
  RETURN_IF_ERROR(
      client.Stream(&AnswersClient::Stub::WatchAnswer, request, /*endless=*/true, take));
  return output->Outcome();
}

// The words come after the figures where they would stand among them.
void SayTo(const AnswerOptions& options, const std::string& text, Environment* environment) {
  if (options.out.empty() || environment->json) {
    environment->console.Note(text);
  } else {
    environment->console.Print(text);
  }
}

absl::StatusOr<ExitCode> AnswerOne(const AnswerOptions& options, Environment& environment) {
  ASSIGN_OR_RETURN(const std::string name, RequestName(options.reference));
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  ASSIGN_OR_RETURN(const auto client, session.To<requests::v1::AnswersService>(kIngestion));
  FigureOutput output(options.out, &environment);
  RETURN_IF_ERROR(output.Open());
  ASSIGN_OR_RETURN(const requests::v1::AnswerEnd end, ReadWhole(client, options, name, &output));
  RETURN_IF_ERROR(output.Finish());
  const absl::StatusOr<requests::v1::IssueStatement> issue =
      ProvedIssue(session, end.receipt(), name);
  std::string text = absl::StrCat(AnswerSentence(end, issue.status()), "\n");
  if (issue.ok() && issue->sources_digest() != end.sources_digest()) {
    absl::StrAppend(&text, "Since it was issued, returns have come or were revised.\n");
  }
  for (const std::string& terms : end.reuse_terms()) {
    absl::StrAppend(&text, "terms: ", Printable(terms), "\n");
  }
  SayTo(options, text, &environment);
  if (!issue.ok()) return ExitCode::kInvalidData;
  if (options.follow) RETURN_IF_ERROR(Follow(client, options, name, end.position(), &output));
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
  command->add_option("--limit", options->limit, "With --follow: end after so many figures")
      ->type_name("N")
      ->needs(follow);
  AddReadOptions(command, &options->read);
}

}  // namespace onereturn::client

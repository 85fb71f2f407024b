// submit: sends files of returns.
#include <algorithm>
#include <fstream>
#include <memory>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "common/status/status_macros.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "tools/onereturn/commands/command.h"
#include "tools/onereturn/commands/file_sender.h"
#include "tools/onereturn/commands/lateness.h"
#include "tools/onereturn/console/findings_text.h"
#include "tools/onereturn/console/json_writer.h"
#include "tools/onereturn/console/labels.h"
#include "tools/onereturn/console/minutes_text.h"
#include "tools/onereturn/console/number_text.h"
#include "tools/onereturn/console/text_table.h"

namespace onereturn::client {
namespace {

struct SubmitOptions {
  std::vector<std::string> paths;
  SendOptions send;
  std::string period;
  std::string position_file;
  std::string minutes;  // "gathering=30,transmission=5"; empty: not said.
  bool all_findings = false;
};

struct ReturnCounts {
  size_t stored = 0;
  size_t same = 0;    // Replayed or unchanged.
  size_t before = 0;  // Taken when the file was first sent; not looked at again.
  size_t refused = 0;
  size_t held_back = 0;  // Valid, and not stored because another was refused.
  size_t waiting = 0;    // Among those stored or the same: to be signed.

  size_t all() const { return stored + same + before + refused + held_back; }
};

// The answer to a file that was sent before has no list of returns; its receipt's fact counts them.
ReturnCounts CountsOfReplay(const ledger::v1::Receipt& receipt) {
  feed::v1::Entry entry;
  feed::v1::FileImported file;
  if (!entry.ParseFromString(receipt.entry()) || !file.ParseFromString(entry.fact())) return {};
  ReturnCounts counts;
  counts.before = file.accepted_rows();
  counts.refused = file.refused_rows();
  return counts;
}

ReturnCounts CountsOf(const returns::v1::SubmitReturnFileResponse& response,
                      const SendOptions& options) {
  if (response.replayed()) return CountsOfReplay(response.receipt());
  const bool holds_back = options.all_or_nothing && !options.validate_only &&
                          response.verdict() == common::v1::VERDICT_INVALID;
  ReturnCounts counts;
  for (const auto& taken : response.returns()) {
    if (taken.verdict() == common::v1::VERDICT_INVALID) {
      ++counts.refused;
    } else if (holds_back) {
      ++counts.held_back;
    } else if (taken.replayed() || taken.unchanged()) {
      ++counts.same;
    } else {
      ++counts.stored;
    }
    if (!taken.submission().empty()) ++counts.waiting;
  }
  return counts;
}

std::string VerdictText(const returns::v1::SubmitReturnFileResponse& response) {
  std::string text = Label(response.verdict());
  if (response.replayed()) text += ", sent before";
  return text;
}

void PrintFile(const SentFile& taken, const SubmitOptions& options, Environment* environment) {
  const auto& response = taken.response;
  const ReturnCounts counts = CountsOf(response, options.send);
  std::string text =
      absl::StrCat(taken.file.path, "  ", PeriodText(response.period()), "  ",
                   VerdictText(response), "  ", Count(counts.all(), "return"), ": ",
                   WithThousands(counts.stored), options.send.validate_only ? " valid" : " stored");
  if (counts.same > 0) absl::StrAppend(&text, ", ", WithThousands(counts.same), " as held");
  if (counts.before > 0) {
    absl::StrAppend(&text, ", ", WithThousands(counts.before), " taken then, none now");
  }
  if (counts.waiting > 0) {
    absl::StrAppend(&text, ", ", WithThousands(counts.waiting), " to be signed");
  }
  if (counts.refused > 0) absl::StrAppend(&text, ", ", WithThousands(counts.refused), " refused");
  if (counts.held_back > 0) {
    absl::StrAppend(&text, ", ", WithThousands(counts.held_back), " held back: all or nothing");
  }
  if (response.finding_count() > 0) {
    absl::StrAppend(&text, "  ", Count(response.finding_count(), "finding"), " (",
                    FindingCounts(response.findings()), ")");
  }
  absl::StrAppend(&text, "  ", DurationText(taken.micros), "\n");
  environment->console.Print(text);
  const auto least =
      options.all_findings ? common::v1::SEVERITY_INFO : common::v1::SEVERITY_EXPLAIN;
  const std::string findings = FindingsText(response.findings(), response.finding_count(), least,
                                            options.all_findings ? kMostFindings : kFindingsShown,
                                            environment->console.width());
  if (!findings.empty()) environment->console.Print(absl::StrCat("\n", findings, "\n"));
}

// The answer to a file; null where there is none.
const SentFile* AnswerIn(const FileOutcome& outcome) {
  return outcome.sent.has_value() && outcome.sent->ok() ? &**outcome.sent : nullptr;
}

std::string NameOfFile(const FileOutcome& outcome) {
  return outcome.period.empty() ? outcome.path
                                : absl::StrCat(outcome.path, " (", outcome.period, ")");
}

// "2 files were not sent: b.csv, c.csv. ", then what to do; empty for none.
std::string NamedFiles(const std::vector<std::string>& names, absl::string_view one,
                       absl::string_view several, absl::string_view next) {
  constexpr size_t kNamed = 10;
  if (names.empty()) return "";
  const std::vector<std::string> shown(
      names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), kNamed)));
  return absl::StrCat(names.size() == 1 ? absl::StrCat("1 ", one)
                                        : absl::StrCat(WithThousands(names.size()), " ", several),
                      ": ", absl::StrJoin(shown, ", "),
                      names.size() > kNamed
                          ? absl::StrCat(" and ", WithThousands(names.size() - kNamed), " more")
                          : "",
                      ". ", next, "\n");
}

// Of files without an answer: which, and what to do.
std::string UnansweredText(const std::vector<FileOutcome>& outcomes) {
  std::vector<std::string> failed;
  std::vector<std::string> not_sent;
  for (const FileOutcome& outcome : outcomes) {
    if (AnswerIn(outcome) != nullptr) continue;
    (outcome.sent.has_value() ? failed : not_sent).push_back(NameOfFile(outcome));
  }
  return absl::StrCat(
      NamedFiles(failed, "file ended in an error", "files ended in errors",
                 "Mend what the error says, and send it again."),
      NamedFiles(not_sent, "was not sent", "were not sent",
                 "Send all again once that is mended: what was taken is not taken twice."));
}

void PrintSummary(const std::vector<FileOutcome>& outcomes, int64_t micros,
                  const SubmitOptions& options, Environment* environment) {
  ReturnCounts all;
  uint64_t first = 0;
  uint64_t last = 0;
  bool informed = false;
  bool sent_before = false;
  bool refused_before = false;
  for (const FileOutcome& outcome : outcomes) {
    if (AnswerIn(outcome) == nullptr) continue;
    const SentFile& one = *AnswerIn(outcome);
    const ReturnCounts counts = CountsOf(one.response, options.send);
    all.stored += counts.stored;
    all.same += counts.same;
    all.refused += counts.refused;
    all.before += counts.before;
    all.waiting += counts.waiting;
    all.held_back += counts.held_back;
    sent_before = sent_before || one.response.replayed();
    refused_before = refused_before || (one.response.replayed() && counts.refused > 0);
    for (const auto& finding : one.response.findings()) {
      informed = informed || finding.severity() == common::v1::SEVERITY_INFO;
    }
    for (const auto& stored : one.response.returns()) {
      if (stored.sequence() == 0) continue;
      first = first == 0 ? stored.sequence() : std::min(first, stored.sequence());
      last = std::max(last, stored.sequence());
    }
  }
  std::string text = absl::StrCat(
      "\n", Count(outcomes.size(), options.send.periods.size() > 1 ? "period" : "file"), " in ",
      DurationText(micros), ": ", Count(all.stored, "return"),
      options.send.validate_only ? " valid" : " stored", ", ", WithThousands(all.same),
      " as held, ", WithThousands(all.refused), " refused",
      all.held_back == 0 ? "" : absl::StrCat(", ", WithThousands(all.held_back), " held back"),
      ".\n", UnansweredText(outcomes));
  if (all.waiting > 0) {
    absl::StrAppend(&text, Count(all.waiting, "return"), all.waiting == 1 ? " waits" : " wait",
                    " to be signed, and no figure of them counts until then: onereturn sign.\n");
  } else if (last > 0) {
    absl::StrAppend(&text, "Receipts: sequences ", WithThousands(first), " to ",
                    WithThousands(last), ". Read one with `onereturn returns ORG --collection ",
                    options.send.collection, " --period P --receipt`.\n");
  }
  if (sent_before) {
    absl::StrAppend(&text,
                    "A file sent before is not taken again: its figures may have been revised, "
                    "withdrawn or sent back since. To send it anew: --request-id NAME.\n");
  }
  if (refused_before) {
    absl::StrAppend(&text, "What was wrong with a file sent before: --validate-only.\n");
  }
  if (informed && !options.all_findings) {
    absl::StrAppend(&text, "All findings, also those that only inform: --all-findings.\n");
  }
  environment->console.Print(text);
}

void PrintJson(const std::vector<FileOutcome>& outcomes, Environment* environment) {
  JsonWriter json;
  json.BeginObject().Key("files").BeginArray();
  for (const FileOutcome& outcome : outcomes) {
    json.BeginObject().Key("file").Text(outcome.path);
    if (const SentFile* one = AnswerIn(outcome); one != nullptr) {
      json.Key("sha256").Text(DigestToHex(one->file.digest));
      json.Key("answer").Message(one->response);
    } else if (outcome.sent.has_value()) {
      json.Key("error");
      WriteError(outcome.sent->status(), &json);
    } else {
      json.Key("sent").Truth(false);
    }
    json.EndObject();
  }
  environment->console.Print(json.EndArray().EndObject().Take());
}

absl::Status WritePosition(const SubmitOptions& options, const std::vector<FileOutcome>& outcomes) {
  const SentFile* last = nullptr;
  for (const FileOutcome& outcome : outcomes) {
    if (AnswerIn(outcome) != nullptr) last = AnswerIn(outcome);
  }
  if (options.position_file.empty() || last == nullptr) return absl::OkStatus();
  std::ofstream stream(options.position_file);
  stream << last->response.receipt().position() << "\n";
  stream.close();
  if (stream.good()) return absl::OkStatus();
  return UsageError(absl::StrCat("\"", options.position_file, "\" cannot be written"),
                    "Name a file in a folder that you may write to.");
}

// The first error of a file; where all are answered, whether they are valid.
absl::StatusOr<ExitCode> EndOf(const std::vector<FileOutcome>& outcomes) {
  ExitCode code = ExitCode::kOk;
  for (const FileOutcome& outcome : outcomes) {
    const SentFile* one = AnswerIn(outcome);
    if (one == nullptr && outcome.sent.has_value()) return outcome.sent->status();
    if (one != nullptr && one->response.verdict() == common::v1::VERDICT_INVALID) {
      code = ExitCode::kInvalidData;
    }
  }
  return code;
}

// What was answered to a file, or why nothing was.
void PrintOutcome(const Session& session, const FileOutcome& outcome, const SubmitOptions& options,
                  Environment* environment) {
  const SentFile* one = AnswerIn(outcome);
  if (one == nullptr) {
    if (outcome.sent.has_value()) environment->console.Note(ErrorText(outcome.sent->status()));
    return;
  }
  PrintFile(*one, options, environment);
  if (options.send.validate_only) return;
  environment->console.Print(LateSentence(session, options.send.collection, one->response));
}

absl::StatusOr<ExitCode> SubmitAll(SubmitOptions& options, Environment& environment) {
  ASSIGN_OR_RETURN(const std::vector<std::string> files, FilesOf(options.paths));
  if (!options.period.empty()) {
    ASSIGN_OR_RETURN(options.send.periods, PeriodsOf(options.period));
  }
  if (!options.minutes.empty()) {
    ASSIGN_OR_RETURN(options.send.minutes, MinutesNamed(options.minutes));
  }
  const size_t shipments = files.size() * std::max<size_t>(options.send.periods.size(), 1);
  if (!options.send.request_id.empty() && shipments > 1) {
    return UsageError("--request-id goes with one file and period",
                      "Send the files one by one, each with an id of its own.");
  }
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  ASSIGN_OR_RETURN(const auto client, session.To<returns::v1::ReturnsService>(kIngestion));
  std::vector<FileOutcome> outcomes;
  const int64_t started = SteadyMicros();
  SendFiles(
      client, options.send, files,
      [&](absl::string_view words) { environment.console.Progress(words); },
      [&](FileOutcome outcome) {
        environment.console.EndProgress();
        // The error of a single file is that of the command.
        const bool shown = AnswerIn(outcome) != nullptr || shipments > 1;
        if (!environment.json && shown) PrintOutcome(session, outcome, options, &environment);
        outcomes.push_back(std::move(outcome));
      });
  const absl::StatusOr<ExitCode> end = EndOf(outcomes);
  if (environment.json) PrintJson(outcomes, &environment);
  RETURN_IF_ERROR(WritePosition(options, outcomes));
  if (environment.json || (!end.ok() && shipments == 1)) return end;
  PrintSummary(outcomes, SteadyMicros() - started, options, &environment);
  return end.ok() ? *end : ExitCodeOf(end.status());
}

}  // namespace

void AddSubmitCommand(CommandLine* line) {
  auto options = std::make_shared<SubmitOptions>();
  CLI::App* command = line->Add(
      nullptr,
      {"submit",
       "Send files of returns: they are judged whole, and every fault is named with\n"
       "its row and column. Sending a file again changes nothing.",
       "submit deploy/demo/MSitAE-2024-03.csv --collection MSitAE --layout onereturn-wide \\\n"
       "    --profile loader.profile.textproto\n"
       "submit ae_attendances.csv --collection MSitAE --layout months-by-type \\\n"
       "    --period 2016-04..2019-03\n"
       "submit corrections.csv --collection MSitAE --layout onereturn-long \\\n"
       "    --mode merge --all-or-nothing --reason correction \\\n"
       "    --profile loader.profile.textproto\n"
       "submit RLQ.csv --collection MSitAE --layout onereturn-wide \\\n"
       "    --minutes gathering=30,transmission=5"},
      [options](Environment& environment) { return SubmitAll(*options, environment); });
  command->add_option("FILE", options->paths, "Files, or folders of files that end in .csv")
      ->type_name("")
      ->required();
  command->add_option("--collection", options->send.collection, "Code of the collection")
      ->type_name("CODE")
      ->required();
  command
      ->add_option("--layout", options->send.layout,
                   "Which of the collection's layouts the files have")
      ->type_name("CODE")
      ->required();
  command
      ->add_option(
          "--period", options->period,
          "The period that the files are for, such as 2024-06: needed where the layout has "
          "no column of it.\nOf a file of several periods those that are taken, in order: "
          "2016-04..2019-03")
      ->type_name("PERIOD");
  command
      ->add_option("--organisation", options->send.organisation,
                   "Whose figures they are, where the layout has no column of it")
      ->type_name("CODE");
  command
      ->add_option(
          "--status", options->send.status,
          "How firm the figures are (else final, or what\nis merged as firm as it is held)")
      ->check(CLI::IsMember({"final", "provisional", "estimated"}));
  const std::vector<std::string> reasons = {
      "correction",       "refresh",           "late-data",          "definition-change",
      "reclassification", "estimate-replaced", "organisation-change"};
  command
      ->add_option("--reason", options->send.reason,
                   "Why the returns are sent again: " + absl::StrJoin(reasons, ", "))
      ->type_name("REASON")
      ->check(CLI::IsMember(reasons).description(""));
  command->add_option("--reason-text", options->send.reason_text, "The same in words, on one line")
      ->type_name("TEXT");
  command
      ->add_option("--mode", options->send.mode,
                   "replace: a return becomes what the file holds (else). merge: its figures "
                   "take the place of those held, the others stay. delete: those it names "
                   "are taken out. The whole that results is judged, and is a revision")
      ->check(CLI::IsMember({"replace", "merge", "delete"}));
  command
      ->add_option("--minutes", options->minutes,
                   "What making it up cost, of a file of one organisation: minutes of gathering, "
                   "quality-assurance, extraction-and-transformation, transmission, "
                   "system-change-and-development and training-and-guidance")
      ->type_name("LENS=N,...");
  command->add_flag("--all-or-nothing", options->send.all_or_nothing,
                    "Store every return of a file, in one step, or none where one is refused "
                    "(else each by itself); of at most 2,000 organisations");
  command
      ->add_option("--request-id", options->send.request_id,
                   "Id of the request, 1 to 100 visible characters (else from the file's content)")
      ->type_name("ID");
  command
      ->add_option("--position-file", options->position_file,
                   "Write here the position that includes the last file, for --at-least")
      ->type_name("FILE");
  command->add_flag("--validate-only", options->send.validate_only, "Judge only; store nothing");
  command
      ->add_option("--parallel", options->send.parallel,
                   "So many files at a time, up to 8. Rules that look back at earlier periods "
                   "see those alone that are stored: leave it at 1 for months in order")
      ->check(CLI::Range(1, 8));
  command->add_flag("--all-findings", options->all_findings,
                    "Show also findings that only inform, up to 1,000 a file");
}

}  // namespace onereturn::client

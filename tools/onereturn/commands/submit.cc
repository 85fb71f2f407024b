// submit: sends files of returns.
#include <fstream>
#include <memory>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/status/status_macros.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "tools/onereturn/commands/command.h"
#include "tools/onereturn/commands/file_upload.h"
#include "tools/onereturn/console/findings_text.h"
#include "tools/onereturn/console/json_writer.h"
#include "tools/onereturn/console/labels.h"
#include "tools/onereturn/console/number_text.h"
#include "tools/onereturn/console/text_table.h"

namespace onereturn::client {
namespace {

constexpr size_t kFindingsShown = 20;
constexpr size_t kMostFindings = 1'000;  // More are never sent.

struct SubmitOptions {
  std::vector<std::string> files;
  std::string collection;
  std::string layout;
  std::string status = "final";
  std::string reason;
  std::string reason_text;
  std::string request_id;
  std::string position_file;
  bool validate_only = false;
  bool all_findings = false;
};

struct Taken {
  LocalFile file;
  returns::v1::SubmitReturnFileResponse response;
  int64_t micros = 0;
};

struct ReturnCounts {
  size_t stored = 0;
  size_t same = 0;  // Replayed or unchanged.
  size_t refused = 0;
  size_t waiting = 0;  // Among those stored or the same: to be signed.
};

// The answer to a file that was sent before has no list of returns; its receipt's fact counts them.
ReturnCounts CountsOfReplay(const ledger::v1::Receipt& receipt) {
  feed::v1::Entry entry;
  feed::v1::FileImported file;
  if (!entry.ParseFromString(receipt.entry()) || !file.ParseFromString(entry.fact())) return {};
  return {0, file.accepted_rows(), file.refused_rows(), 0};
}

ReturnCounts CountsOf(const returns::v1::SubmitReturnFileResponse& response) {
  if (response.replayed()) return CountsOfReplay(response.receipt());
  ReturnCounts counts;
  for (const auto& taken : response.returns()) {
    if (taken.verdict() == common::v1::VERDICT_INVALID) {
      ++counts.refused;
    } else if (taken.replayed() || taken.unchanged()) {
      ++counts.same;
    } else {
      ++counts.stored;
    }
    if (!taken.submission().empty()) ++counts.waiting;
  }
  return counts;
}

returns::v1::RevisionStatus StatusOf(const std::string& word) {
  returns::v1::RevisionStatus status = returns::v1::REVISION_STATUS_UNSPECIFIED;
  returns::v1::RevisionStatus_Parse(absl::StrCat("REVISION_STATUS_", absl::AsciiStrToUpper(word)),
                                    &status);
  return status;
}

// "late-data" is LATE_DATA; UNSPECIFIED for a word that is none.
returns::v1::RevisionReason RevisionReasonOf(const std::string& word) {
  returns::v1::RevisionReason reason = returns::v1::REVISION_REASON_UNSPECIFIED;
  returns::v1::RevisionReason_Parse(
      absl::StrCat("REVISION_REASON_",
                   absl::StrReplaceAll(absl::AsciiStrToUpper(word), {{"-", "_"}})),
      &reason);
  return reason;
}

// The same file for the same collection, layout and status is the same request; judging it is
// another one than sending it.
std::string RequestId(const SubmitOptions& options, const LocalFile& file) {
  if (!options.request_id.empty()) return options.request_id;
  const Digest digest = Sha256Concatenated(
      {DigestBytes(file.digest), options.collection, "\n", options.layout, "\n", options.status,
       options.reason.empty() ? ""
                              : absl::StrCat("\n", options.reason, "\n", options.reason_text)});
  constexpr size_t kDigits = 40;
  return absl::StrCat(options.validate_only ? "judge." : "file.",
                      DigestToHex(digest).substr(0, kDigits));
}

absl::StatusOr<Taken> Submit(const ReturnsClient& client, const SubmitOptions& options,
                             const std::string& path, Environment* environment) {
  const int64_t started = SteadyMicros();
  ASSIGN_OR_RETURN(Taken taken, ([&]() -> absl::StatusOr<Taken> {
                     ASSIGN_OR_RETURN(LocalFile file, ReadLocalFile(path));
                     return Taken{std::move(file), {}, 0};
                   }()));
  ASSIGN_OR_RETURN(
      const std::string upload, Upload(client, taken.file, [&](uint64_t held) {
        environment->console.Progress(absl::StrCat(path, ": sent ", BytesText(held), " of ",
                                                   BytesText(taken.file.bytes.size())));
      }));
  environment->console.Progress(absl::StrCat(path, ": being judged"));
  returns::v1::SubmitReturnFileRequest request;
  request.set_request_id(RequestId(options, taken.file));
  request.set_upload(upload);
  request.set_collection(options.collection);
  request.set_layout(options.layout);
  request.set_status(StatusOf(options.status));
  request.set_reason(RevisionReasonOf(options.reason));
  request.set_reason_text(options.reason_text);
  request.set_validate_only(options.validate_only);
  ASSIGN_OR_RETURN(taken.response, client.Call(&ReturnsClient::Stub::SubmitReturnFile, request));
  taken.micros = SteadyMicros() - started;
  return taken;
}

std::string VerdictText(const returns::v1::SubmitReturnFileResponse& response) {
  std::string text = Label(response.verdict());
  if (response.replayed()) text += ", sent before";
  return text;
}

void PrintFile(const Taken& taken, const SubmitOptions& options, Environment* environment) {
  const auto& response = taken.response;
  const ReturnCounts counts = CountsOf(response);
  std::string text = absl::StrCat(
      taken.file.path, "  ", PeriodText(response.period()), "  ", VerdictText(response), "  ",
      Count(counts.stored + counts.same + counts.refused, "return"), ": ",
      WithThousands(counts.stored), options.validate_only ? " valid" : " stored");
  if (counts.same > 0) absl::StrAppend(&text, ", ", WithThousands(counts.same), " as held");
  if (counts.waiting > 0) {
    absl::StrAppend(&text, ", ", WithThousands(counts.waiting), " to be signed");
  }
  if (counts.refused > 0) absl::StrAppend(&text, ", ", WithThousands(counts.refused), " refused");
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

void PrintSummary(const std::vector<Taken>& taken, const SubmitOptions& options,
                  Environment* environment) {
  ReturnCounts all;
  uint64_t first = 0;
  uint64_t last = 0;
  int64_t micros = 0;
  bool informed = false;
  bool sent_before = false;
  bool refused_before = false;
  for (const Taken& one : taken) {
    const ReturnCounts counts = CountsOf(one.response);
    all.stored += counts.stored;
    all.same += counts.same;
    all.refused += counts.refused;
    micros += one.micros;
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
      "\n", Count(taken.size(), "file"), " in ", DurationText(micros), ": ",
      Count(all.stored, "return"), options.validate_only ? " valid" : " stored", ", ",
      WithThousands(all.same), " as held, ", WithThousands(all.refused), " refused.\n");
  if (last > 0) {
    absl::StrAppend(&text, "Receipts: sequences ", WithThousands(first), " to ",
                    WithThousands(last), ". Read one with `onereturn returns ORG --collection ",
                    options.collection, " --period P --receipt`.\n");
  }
  if (sent_before) {
    absl::StrAppend(&text,
                    "A file sent before is not judged again: its figures may have been revised "
                    "since. To send it anew: --request-id NAME.\n");
  }
  if (refused_before) {
    absl::StrAppend(&text, "What was wrong with a file sent before: --validate-only.\n");
  }
  if (informed && !options.all_findings) {
    absl::StrAppend(&text, "All findings, also those that only inform: --all-findings.\n");
  }
  environment->console.Print(text);
}

void PrintJson(const std::vector<Taken>& taken, Environment* environment) {
  JsonWriter json;
  json.BeginObject().Key("files").BeginArray();
  for (const Taken& one : taken) {
    json.BeginObject().Key("file").Text(one.file.path);
    json.Key("sha256").Text(DigestToHex(one.file.digest));
    json.Key("answer").Message(one.response).EndObject();
  }
  environment->console.Print(json.EndArray().EndObject().Take());
}

absl::Status WritePosition(const SubmitOptions& options, const std::vector<Taken>& taken) {
  if (options.position_file.empty() || taken.empty()) return absl::OkStatus();
  std::ofstream stream(options.position_file);
  stream << taken.back().response.receipt().position() << "\n";
  stream.close();
  if (stream.good()) return absl::OkStatus();
  return UsageError(absl::StrCat("\"", options.position_file, "\" cannot be written"),
                    "Name a file in a folder that you may write to.");
}

absl::StatusOr<ExitCode> SubmitAll(const SubmitOptions& options, Environment& environment) {
  if (!options.request_id.empty() && options.files.size() > 1) {
    return UsageError("--request-id goes with one file",
                      "Send the files one by one, each with an id of its own.");
  }
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  ASSIGN_OR_RETURN(const auto client, session.To<returns::v1::ReturnsService>(kIngestion));
  std::vector<Taken> taken;
  bool invalid = false;
  for (const std::string& path : options.files) {
    absl::StatusOr<Taken> one = Submit(client, options, path, &environment);
    if (!one.ok()) return Within(path, one.status());
    invalid = invalid || one->response.verdict() == common::v1::VERDICT_INVALID;
    environment.console.EndProgress();
    if (!environment.json) PrintFile(*one, options, &environment);
    one->file.bytes.clear();
    taken.push_back(*std::move(one));
  }
  if (environment.json) {
    PrintJson(taken, &environment);
  } else {
    PrintSummary(taken, options, &environment);
  }
  RETURN_IF_ERROR(WritePosition(options, taken));
  return invalid ? ExitCode::kInvalidData : ExitCode::kOk;
}

}  // namespace

void AddSubmitCommand(CommandLine* line) {
  auto options = std::make_shared<SubmitOptions>();
  CLI::App* command = line->Add(
      nullptr,
      {"submit",
       "Send files of returns: they are judged whole, and every fault is named with its row and\n"
       "column. Sending a file again changes nothing.",
       "submit deploy/demo/MSitAE-2024-03.csv --collection MSitAE --layout onereturn-wide \\\n"
       "    --profile loader.profile.textproto"},
      [options](Environment& environment) { return SubmitAll(*options, environment); });
  command->add_option("FILE", options->files, "Files, each of one period")
      ->type_name("")
      ->required();
  command->add_option("--collection", options->collection, "Code of the collection")
      ->type_name("CODE")
      ->required();
  command
      ->add_option("--layout", options->layout, "Which of the collection's layouts the files have")
      ->type_name("CODE")
      ->required();
  command->add_option("--status", options->status, "How firm the figures are")
      ->check(CLI::IsMember({"final", "provisional", "estimated"}));
  command->add_option("--reason", options->reason, "Why the returns are sent again")
      ->check(CLI::IsMember({"correction", "refresh", "late-data", "definition-change",
                             "reclassification", "estimate-replaced", "organisation-change"}));
  command->add_option("--reason-text", options->reason_text, "The same in words, on one line")
      ->type_name("TEXT");
  command
      ->add_option("--request-id", options->request_id,
                   "Id of the request, 1 to 100 visible characters (else from the file's content)")
      ->type_name("ID");
  command
      ->add_option("--position-file", options->position_file,
                   "Write here the position that includes the last file, for --at-least")
      ->type_name("FILE");
  command->add_flag("--validate-only", options->validate_only, "Judge only; store nothing");
  command->add_flag("--all-findings", options->all_findings,
                    "Show also findings that only inform, up to 1,000 a file");
}

}  // namespace onereturn::client

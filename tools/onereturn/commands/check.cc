// template and check: a return prepared and checked where its figures are, before anything is sent.
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/read_file.h"
#include "common/status/status_macros.h"
#include "services/ingestion/definitions/messages.h"
#include "services/ingestion/domain/return_template.h"
#include "tools/onereturn/commands/command.h"
#include "tools/onereturn/commands/file_upload.h"
#include "tools/onereturn/connection/profile.h"
#include "tools/onereturn/console/findings_text.h"
#include "tools/onereturn/console/json_writer.h"
#include "tools/onereturn/console/labels.h"
#include "tools/onereturn/console/number_text.h"
#include "tools/onereturn/evidence/receipt_check.h"
#include "tools/onereturn/offline/rule_pack_file.h"

namespace onereturn::client {
namespace {

struct TemplateOptions {
  std::string organisation;
  std::string collection;
  std::string period;
  std::string layout;
  std::string out;
  std::string rules;
  bool force = false;
  ReadOptions read;
};

struct CheckOptions {
  std::vector<std::string> files;
  std::string rules;
  std::string layout;
  bool all_findings = false;
};

// The bytes of a SignedRulePack.
absl::StatusOr<std::string> FetchRules(const Session& session, const TemplateOptions& options) {
  ASSIGN_OR_RETURN(const auto client, session.To<returns::v1::ReturnsService>(kIngestion));
  returns::v1::GetRulePackRequest request;
  request.set_organisation(options.organisation);
  request.set_collection(options.collection);
  request.set_period(options.period);
  ASSIGN_OR_RETURN(*request.mutable_read(), ToReadAt(options.read));
  std::string bytes;
  RETURN_IF_ERROR(client.Stream(&ReturnsClient::Stub::GetRulePack, request, /*endless=*/false,
                                std::function<bool(const returns::v1::GetRulePackResponse&)>(
                                    [&bytes](const returns::v1::GetRulePackResponse& piece) {
                                      bytes += piece.data();
                                      return true;
                                    })));
  return bytes;
}

absl::StatusOr<const ingestion::LayoutSpec*> LayoutOf(const ingestion::Collection& collection,
                                                      const std::string& code) {
  if (!code.empty()) return ingestion::LayoutNamed(collection, code);
  const ingestion::LayoutSpec* layout = ingestion::LayoutForTemplate(collection);
  if (layout != nullptr) return layout;
  return UsageError(absl::StrCat("no template can be written for ", collection.code),
                    "Its layouts are those of published files: fill in such a file.");
}

absl::Status CheckMayWrite(const TemplateOptions& options) {
  if (options.out == options.rules) {
    return UsageError("--out and --rules name the same file", "Name one file for each.");
  }
  if (options.force) return absl::OkStatus();
  if (ReadFile(options.out).has_value()) {
    return UsageError(absl::StrCat("\"", options.out, "\" is there already, perhaps filled in"),
                      "Name another file with --out, or replace it with --force.");
  }
  if (!options.rules.empty() && ReadFile(options.rules).has_value()) {
    return UsageError(absl::StrCat("\"", options.rules, "\" is there already"),
                      "Name another file with --rules, or replace it with --force.");
  }
  return absl::OkStatus();
}

// The file to fill in. Where the layout is one of published files alone, the error says which are
// not.
absl::StatusOr<std::string> FileToFillIn(const ingestion::RulePack& pack,
                                         const ingestion::LayoutSpec& layout) {
  const auto write = [&pack](const ingestion::LayoutSpec& one) {
    return ingestion::WriteTemplate(pack.collection, one, pack.period, pack.organisation,
                                    pack.held);
  };
  absl::StatusOr<std::string> file = write(layout);
  if (file.ok()) return file;
  std::vector<std::string> others;
  for (const ingestion::LayoutSpec& other : pack.collection.layouts) {
    if (write(other).ok()) others.push_back(other.code);
  }
  if (others.empty()) return file.status();
  return WithRemedy(file.status(), absl::StrCat("Name one that can be filled in: --layout ",
                                                absl::StrJoin(others, " or "), "."));
}

absl::StatusOr<ExitCode> MakeTemplate(const TemplateOptions& options, Environment& environment) {
  RETURN_IF_ERROR(CheckMayWrite(options));
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  ASSIGN_OR_RETURN(const VerifyingKey trusted, PublicKeyOf(session.profile(), kIngestion));
  ASSIGN_OR_RETURN(const std::string bytes, FetchRules(session, options));
  ASSIGN_OR_RETURN(const ingestion::RulePack pack, OpenRulePack(bytes, trusted));
  ASSIGN_OR_RETURN(const ingestion::LayoutSpec* layout, LayoutOf(pack.collection, options.layout));
  ASSIGN_OR_RETURN(const std::string file, FileToFillIn(pack, *layout));
  RETURN_IF_ERROR(WriteLocalFile(options.out, file));
  if (!options.rules.empty()) RETURN_IF_ERROR(WriteLocalFile(options.rules, bytes));
  if (environment.json) {
    JsonWriter json;
    json.BeginObject().Key("template").Text(options.out).Key("layout").Text(layout->code);
    json.Key("held_revision").Text(pack.source.held_revision());
    json.Key("position").Text(pack.source.position());
    environment.console.Print(json.EndObject().Take());
    return ExitCode::kOk;
  }
  std::string text = absl::StrCat(
      options.out, ": ", options.organisation, ", ", pack.collection.code, ", ",
      PeriodText(pack.period.ToString()), ", layout ", layout->code, ", ",
      pack.held.empty()
          ? "nothing is held yet"
          : absl::StrCat(Count(pack.held.size(), "figure"), " filled in from what is held"),
      ".\n");
  if (!options.rules.empty()) {
    absl::StrAppend(&text, "Check it without a connection: onereturn check ", options.out,
                    " --rules ", options.rules, " --layout ", layout->code, "\n");
  }
  const ingestion::LayoutSpec* longer = pack.collection.FindLongLayout();
  if (longer == layout) {
    const auto& items = pack.collection.items;
    const bool sparse = std::any_of(items.begin(), items.end(),
                                    [](const auto& item) { return item.second.IsSparse(); });
    absl::StrAppend(&text, sparse ? "Rows of figures that need not be may stay blank. " : "",
                    "Valid codes: onereturn catalogue codes ", pack.collection.code, "\n");
  } else if (longer != nullptr) {
    absl::StrAppend(&text, "Explanations go with the long form: --layout ", longer->code, "\n");
  }
  environment.console.Print(text);
  return ExitCode::kOk;
}

// What was judged, as messages: the same that the service answers.
struct Checked {
  std::string path;
  ingestion::CheckedFile judged;
  google::protobuf::RepeatedPtrField<common::v1::Finding> findings;
};

common::v1::Verdict WireVerdict(ingestion::Verdict verdict) {
  return static_cast<common::v1::Verdict>(verdict);
}

void PrintChecked(const Checked& checked, const ingestion::RulePack& pack,
                  const CheckOptions& options, Environment* environment) {
  const uint64_t count = checked.judged.findings.count();
  std::string text = absl::StrCat(checked.path, "  ", PeriodText(pack.period.ToString()), "  ",
                                  Label(WireVerdict(checked.judged.verdict)));
  if (count > 0) {
    absl::StrAppend(&text, "  ", Count(count, "finding"), " (", FindingCounts(checked.findings),
                    ")");
  }
  environment->console.Print(text + "\n");
  const auto least =
      options.all_findings ? common::v1::SEVERITY_INFO : common::v1::SEVERITY_EXPLAIN;
  const std::string findings = FindingsText(checked.findings, count, least,
                                            options.all_findings ? kMostFindings : kFindingsShown,
                                            environment->console.width());
  if (!findings.empty()) environment->console.Print(absl::StrCat("\n", findings, "\n"));
}

void PrintJson(const std::vector<Checked>& files, const ingestion::RulePack& pack,
               Environment* environment) {
  JsonWriter json;
  json.BeginObject().Key("position").Text(pack.source.position());
  if (pack.source.has_window()) json.Key("window").Message(pack.source.window());
  json.Key("files").BeginArray();
  for (const Checked& checked : files) {
    json.BeginObject().Key("file").Text(checked.path);
    json.Key("verdict").Text(common::v1::Verdict_Name(WireVerdict(checked.judged.verdict)));
    json.Key("finding_count").Number(checked.judged.findings.count());
    json.Key("findings").BeginArray();
    for (const common::v1::Finding& finding : checked.findings) json.Message(finding);
    json.EndArray().EndObject();
  }
  environment->console.Print(json.EndArray().EndObject().Take());
}

absl::StatusOr<ExitCode> CheckAll(const CheckOptions& options, Environment& environment) {
  std::optional<VerifyingKey> trusted;
  if (IsProfileGiven(environment.profile)) {
    ASSIGN_OR_RETURN(const config::v1::ClientProfile profile, ReadProfile(environment.profile));
    ASSIGN_OR_RETURN(trusted, PublicKeyOf(profile, kIngestion));
  } else {
    environment.console.Note(
        "No profile is given: that the rules are whole is checked, and not who signed them.\n");
  }
  ASSIGN_OR_RETURN(const ingestion::RulePack pack, ReadRulePackFile(options.rules, trusted));
  ASSIGN_OR_RETURN(const ingestion::LayoutSpec* layout, LayoutOf(pack.collection, options.layout));
  std::vector<Checked> files;
  bool invalid = false;
  for (const std::string& path : options.files) {
    Checked checked{path, {}, {}};
    absl::StatusOr<ingestion::CheckedFile> judged = CheckLocalFile(pack, layout->code, path);
    if (!judged.ok()) return judged.status();
    checked.judged = *std::move(judged);
    for (const ingestion::Finding& finding : checked.judged.findings.kept()) {
      *checked.findings.Add() = ingestion::MessageOf(finding);
    }
    invalid = invalid || checked.judged.verdict == ingestion::Verdict::kInvalid;
    if (!environment.json) PrintChecked(checked, pack, options, &environment);
    files.push_back(std::move(checked));
  }
  if (environment.json) {
    PrintJson(files, pack, &environment);
  } else {
    environment.console.Print(absl::StrCat("\nBy the rules of ", pack.collection.code, " as at ",
                                           TimeText(pack.source.time()), "; nothing was sent.\n",
                                           WindowSentence(pack.source)));
  }
  return invalid ? ExitCode::kInvalidData : ExitCode::kOk;
}

}  // namespace

void AddTemplateCommand(CommandLine* line) {
  auto options = std::make_shared<TemplateOptions>();
  CLI::App* command = line->Add(
      nullptr,
      {"template",
       "Write a file to fill in for one return, with what is held of it already;\n"
       "and, with --rules, the rules to check it by without a connection.",
       "template RDY --collection MSitAE --period 2024-04 --out RDY.csv --rules RDY.rules"},
      [options](Environment& environment) { return MakeTemplate(*options, environment); });
  command->add_option("ORG", options->organisation, "ODS code")->type_name("")->required();
  command->add_option("--collection", options->collection, "Code of the collection")
      ->type_name("CODE")
      ->required();
  command->add_option("--period", options->period, "Canonical text of the period, as 2024-04")
      ->type_name("PERIOD")
      ->required();
  command
      ->add_option("--layout", options->layout,
                   "Which of the collection's layouts (else the first that can be filled in)")
      ->type_name("CODE");
  command->add_option("--out", options->out, "The file to write")->type_name("FILE")->required();
  command->add_flag("--force", options->force, "Replace files that are there already");
  command->add_option("--rules", options->rules, "Write the signed rules here, for `check`")
      ->type_name("FILE");
  AddReadOptions(command, &options->read);
}

void AddCheckCommand(CommandLine* line) {
  auto options = std::make_shared<CheckOptions>();
  CLI::App* command =
      line->Add(nullptr,
                {"check",
                 "Judge files of one organisation and period without a connection, by the\n"
                 "signed rules that `template` took along. The findings are those that the\n"
                 "service gives.",
                 "check RDY.csv --rules RDY.rules"},
                [options](Environment& environment) { return CheckAll(*options, environment); });
  command->add_option("FILE", options->files, "Files of the rules' period")
      ->type_name("")
      ->required();
  command->add_option("--rules", options->rules, "The rules, as `template` wrote them")
      ->type_name("FILE")
      ->required();
  command
      ->add_option("--layout", options->layout,
                   "Which of the collection's layouts the files have (else as `template`)")
      ->type_name("CODE");
  command->add_flag("--all-findings", options->all_findings,
                    "Show also findings that only inform, up to 1,000 a file");
}

}  // namespace onereturn::client

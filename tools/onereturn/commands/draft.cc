// draft: an officer's work in progress.
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/read_file.h"
#include "common/status/status_macros.h"
#include "services/ingestion/definitions/messages.h"
#include "tools/onereturn/commands/assessment_file.h"
#include "tools/onereturn/commands/catalogue_reading.h"
#include "tools/onereturn/commands/command.h"
#include "tools/onereturn/commands/return_name.h"
#include "tools/onereturn/console/findings_text.h"
#include "tools/onereturn/console/json_writer.h"
#include "tools/onereturn/console/labels.h"
#include "tools/onereturn/console/number_text.h"
#include "tools/onereturn/console/text_table.h"
#include "tools/onereturn/offline/draft_file.h"

namespace onereturn::client {
namespace {

constexpr int kDraftCellPage = 5'000;
constexpr size_t kDraftFindings = 20;
constexpr size_t kMostDraftBytes = 16 * 1024 * 1024;

struct DraftOptions {
  ReturnOptions target;  // For saving: what the file does not say itself.
  std::string file;
  std::string collection;
  std::string layout;
};

absl::StatusOr<SignOffClient> ConnectForDrafts(const Environment& environment) {
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  return session.To<returns::v1::SignOffService>(kIngestion);
}

absl::StatusOr<DraftFile> ReadFigures(const Session& session, const DraftOptions& options) {
  const std::optional<std::string> bytes = ReadFile(options.file);
  if (!bytes.has_value() || bytes->size() > kMostDraftBytes) {
    return UsageError(absl::StrCat("\"", options.file, "\" cannot be read, or is too large"),
                      "Name a CSV file in one of the collection's layouts.");
  }
  ingestion::GivenWithFile given;
  given.organisation = options.target.organisation;
  if (!options.target.period.empty()) {
    const absl::StatusOr<Period> period = Period::Parse(options.target.period);
    if (!period.ok()) {
      return UsageError(absl::StrCat("--period: ", period.status().message()),
                        "Write it such as 2024-03.");
    }
    given.period = *period;
  }
  ASSIGN_OR_RETURN(const auto client, session.To<catalogue::v1::CatalogueService>(kIngestion));
  ASSIGN_OR_RETURN(const DefinedCollection defined,
                   ReadDefinedCollection(client, options.collection, common::v1::ReadAt()));
  ASSIGN_OR_RETURN(const ingestion::Collection collection, CompileDefined(client, defined));
  absl::StatusOr<DraftFile> draft = ReadDraftFile(collection, options.layout, given, *bytes);
  if (!draft.ok()) return Within(options.file, draft.status());
  return draft;
}

// Every fault, and nothing kept: a figure that cannot be read would be lost.
ExitCode PrintFaults(const DraftFile& draft, Environment* environment) {
  google::protobuf::RepeatedPtrField<common::v1::Finding> faults;
  for (const ingestion::Finding& fault : draft.faults.kept()) {
    *faults.Add() = ingestion::MessageOf(fault);
  }
  if (environment->json) {
    JsonWriter json;
    json.BeginObject().Key("saved").Truth(false);
    json.Key("finding_count").Number(draft.faults.count()).Key("findings").BeginArray();
    for (const common::v1::Finding& fault : faults) json.Message(fault);
    environment->console.Print(json.EndArray().EndObject().Take());
    return ExitCode::kInvalidData;
  }
  environment->console.Print(absl::StrCat(
      "Nothing was saved: ", Count(draft.faults.count(), "figure"), " cannot be read.\n\n",
      FindingsText(faults, draft.faults.count(), common::v1::SEVERITY_INFO, kMostFindings,
                   environment->console.width())));
  return ExitCode::kInvalidData;
}

// A file in which no figure is filled in is no work that could take the place of other work.
absl::Status CheckReplaces(const DraftFile& draft, const returns::v1::Draft& held,
                           const ReturnOptions& target) {
  const bool blank = std::none_of(draft.cells.begin(), draft.cells.end(),
                                  [](const Cell& cell) { return cell.value.has_value(); });
  if (!blank || held.cell_count() <= draft.cells.size()) return absl::OkStatus();
  return UsageError(absl::StrCat("the file holds no figure, and ", held.name(), " holds ",
                                 Count(held.cell_count(), "cell"), ": nothing was saved"),
                    absl::StrCat("Fill in the file; or to lose what is kept: onereturn draft drop ",
                                 target.organisation, " --collection ", target.collection,
                                 " --period ", target.period));
}

absl::StatusOr<ExitCode> SaveDraft(const DraftOptions& options, Environment& environment) {
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  ASSIGN_OR_RETURN(const DraftFile draft, ReadFigures(session, options));
  if (draft.faults.count() > 0) return PrintFaults(draft, &environment);
  returns::v1::SaveDraftRequest request;
  request.set_organisation(draft.organisation);
  request.set_collection(options.collection);
  request.set_period(draft.period->ToString());
  for (const Cell& cell : draft.cells) *request.add_cells() = ingestion::MessageOf(cell);
  ASSIGN_OR_RETURN(const auto client, session.To<returns::v1::SignOffService>(kIngestion));
  ReturnOptions target{request.organisation(), request.collection(), request.period()};
  returns::v1::GetDraftRequest get;
  get.set_name(target.Name() + "/draft");
  const auto held = client.Call(&SignOffClient::Stub::GetDraft, get);
  if (held.ok()) {
    RETURN_IF_ERROR(Within(options.file, CheckReplaces(draft, held->draft(), target)));
    request.set_etag(held->draft().etag());
  }
  request.set_request_id(ContentId("draft", request));
  ASSIGN_OR_RETURN(const auto answer, client.Call(&SignOffClient::Stub::SaveDraft, request));
  if (environment.json) {
    environment.console.Print(JsonOf(answer) + "\n");
    return ExitCode::kOk;
  }
  std::string text = absl::StrCat("Saved: ", answer.draft().name(), ", ",
                                  Count(answer.draft().cell_count(), "cell"), ".\n");
  if (draft.explanations > 0) {
    absl::StrAppend(&text, "Explanations are not kept in a draft: they go with the submission.\n");
  }
  if (!answer.replayed()) {
    absl::StrAppend(&text, "Submitted as it is: ", Label(answer.verdict()), ".\n");
  }
  const std::string findings =
      FindingsText(answer.findings(), answer.finding_count(), common::v1::SEVERITY_EXPLAIN,
                   kDraftFindings, environment.console.width());
  environment.console.Print(findings.empty() ? text : absl::StrCat(text, "\n", findings, "\n"));
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> ListAllDrafts(const SignOffClient& client, const DraftOptions& options,
                                       Environment* environment) {
  returns::v1::ListDraftsRequest request;
  request.set_parent(options.target.Parent());
  request.set_collection(options.target.collection);
  request.set_page_size(kLargestPage);
  ASSIGN_OR_RETURN(const auto list, AllPages(client, &SignOffClient::Stub::ListDrafts, request));
  if (environment->json) {
    environment->console.Print(JsonOf(list) + "\n");
    return ExitCode::kOk;
  }
  TextTable table({{"org"},
                   {"collection"},
                   {"period"},
                   {"cells", TextTable::Align::kRight},
                   {"saved"},
                   {"by", TextTable::Align::kLeft, true}});
  for (const auto& draft : list.drafts()) {
    const auto& by = draft.saved_by();
    table.Row({draft.organisation(), draft.collection(), draft.period(),
               WithThousands(draft.cell_count()), TimeText(draft.save_time()),
               by.person().empty() ? by.system() : by.person()});
  }
  environment->console.Print(table.empty() ? "No drafts.\n"
                                           : table.Render(environment->console.width()));
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> ShowDraft(const DraftOptions& options, Environment& environment) {
  ASSIGN_OR_RETURN(const SignOffClient client, ConnectForDrafts(environment));
  if (options.target.period.empty()) return ListAllDrafts(client, options, &environment);
  returns::v1::ListUnsignedCellsRequest request;
  request.set_parent(options.target.Name() + "/draft");
  request.set_page_size(kDraftCellPage);
  ASSIGN_OR_RETURN(const auto list,
                   AllPages(client, &SignOffClient::Stub::ListUnsignedCells, request));
  if (environment.json) {
    environment.console.Print(JsonOf(list) + "\n");
    return ExitCode::kOk;
  }
  TextTable table({{"cell"}, {"value", TextTable::Align::kRight}});
  for (const auto& cell : list.cells()) {
    table.Row({CellText(cell.reference()), CellValueText(cell)});
  }
  environment.console.Print(
      absl::StrCat(request.parent(), "\n\n", table.Render(environment.console.width())));
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> DropADraft(const DraftOptions& options, Environment& environment) {
  ASSIGN_OR_RETURN(const SignOffClient client, ConnectForDrafts(environment));
  returns::v1::GetDraftRequest get;
  get.set_name(options.target.Name() + "/draft");
  ASSIGN_OR_RETURN(const auto held, client.Call(&SignOffClient::Stub::GetDraft, get));
  returns::v1::DropDraftRequest request;
  request.set_name(get.name());
  request.set_etag(held.draft().etag());
  request.set_request_id(ContentId("draft.drop", request));
  ASSIGN_OR_RETURN(const auto answer, client.Call(&SignOffClient::Stub::DropDraft, request));
  environment.console.Print(environment.json ? JsonOf(answer) + "\n" : "Dropped.\n");
  return ExitCode::kOk;
}

}  // namespace

void AddDraftCommands(CommandLine* line) {
  CLI::App* draft = line->Add(nullptr,
                              {"draft", "Keep figures that are not ready to be submitted.",
                               "draft save my-figures.csv --collection MSitAE"},
                              nullptr);
  auto saving = std::make_shared<DraftOptions>();
  CLI::App* save = line->Add(
      draft,
      {"save",
       "Keep a file's figures as the draft of its organisation and period, and see what is wrong.",
       "draft save my-figures.csv --collection MSitAE --profile rlq.profile.textproto"},
      [saving](Environment& environment) { return SaveDraft(*saving, environment); });
  save->add_option("FILE", saving->file, "CSV in one of the collection's layouts")
      ->type_name("")
      ->required();
  save->add_option("--collection", saving->collection, "Code of the collection")
      ->type_name("CODE")
      ->required();
  save->add_option("--layout", saving->layout,
                   "Which of the collection's layouts the file has (else the one that fits)")
      ->type_name("CODE");
  save->add_option("--organisation", saving->target.organisation,
                   "Whose figures they are, where the layout has no column of it")
      ->type_name("CODE");
  save->add_option("--period", saving->target.period,
                   "The period that they are of, where the layout has no column of it")
      ->type_name("PERIOD");
  auto showing = std::make_shared<DraftOptions>();
  CLI::App* show =
      line->Add(draft,
                {"show", "List drafts, or show the cells of one.",
                 "draft show RLQ --collection MSitAE --period 2024-03"},
                [showing](Environment& environment) { return ShowDraft(*showing, environment); });
  AddReturnOptions(show, &showing->target, /*required=*/false);
  auto dropping = std::make_shared<DraftOptions>();
  CLI::App* drop = line->Add(
      draft, {"drop", "Drop a draft.", "draft drop RLQ --collection MSitAE --period 2024-03"},
      [dropping](Environment& environment) { return DropADraft(*dropping, environment); });
  AddReturnOptions(drop, &dropping->target, /*required=*/true);
}

}  // namespace onereturn::client

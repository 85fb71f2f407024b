// draft: an officer's work in progress.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/read_file.h"
#include "common/csv/csv_reader.h"
#include "common/decimal/decimal.h"
#include "common/status/status_macros.h"
#include "tools/onereturn/commands/assessment_file.h"
#include "tools/onereturn/commands/command.h"
#include "tools/onereturn/commands/return_name.h"
#include "tools/onereturn/console/findings_text.h"
#include "tools/onereturn/console/json_writer.h"
#include "tools/onereturn/console/labels.h"
#include "tools/onereturn/console/number_text.h"
#include "tools/onereturn/console/text_table.h"

namespace onereturn::client {
namespace {

constexpr int kDraftCellPage = 5'000;
constexpr size_t kDraftFindings = 20;
constexpr size_t kMostDraftBytes = 16 * 1024 * 1024;

struct DraftOptions {
  ReturnOptions target;
  std::string file;
  std::string collection;
};

// Reads the long form: organisation, period, item, a column a dimension, value, and perhaps
// null_reason; the draft of one organisation and period.
class DraftReader {
 public:
  explicit DraftReader(returns::v1::SaveDraftRequest* request) : request_(request) {}

  absl::Status Take(int64_t row, const std::vector<absl::string_view>& fields) {
    if (headers_.empty()) {
      for (absl::string_view field : fields) {
        headers_.emplace_back(absl::StripAsciiWhitespace(field));
      }
      return CheckHeaders(row);
    }
    if (fields.size() != headers_.size()) return Fault(row, "has another number of columns");
    common::v1::Cell* cell = request_->add_cells();
    for (size_t i = 0; i < fields.size(); ++i) {
      RETURN_IF_ERROR(TakeField(row, headers_[i], std::string(fields[i]), cell));
    }
    if (cell->content_case() == common::v1::Cell::CONTENT_NOT_SET)
      request_->mutable_cells()->RemoveLast();
    return absl::OkStatus();
  }

 private:
  static absl::Status Fault(int64_t row, absl::string_view what) {
    return UsageError(absl::StrCat("row ", row, " ", what),
                      "Columns: organisation, period, item, one a dimension, value, and perhaps "
                      "null_reason.");
  }
  // Of another layout every column would be a dimension, and no figure be found.
  absl::Status CheckHeaders(int64_t row) const {
    for (const absl::string_view wanted : {"organisation", "period", "item", "value"}) {
      if (absl::c_find(headers_, wanted) == headers_.end()) {
        return Fault(row, absl::StrCat("has no column \"", wanted, "\""));
      }
    }
    return absl::OkStatus();
  }
  absl::Status TakeField(int64_t row, const std::string& header, const std::string& text,
                         common::v1::Cell* cell) {
    if (header == "organisation") return Same(row, text, request_->mutable_organisation());
    if (header == "period") return Same(row, text, request_->mutable_period());
    if (header == "item") {
      cell->mutable_reference()->set_item(text);
    } else if (header == "value") {
      if (text.empty()) return absl::OkStatus();
      const absl::StatusOr<Decimal> value = Decimal::Parse(text);
      if (!value.ok()) return Fault(row, absl::StrCat("value: ", value.status().message()));
      cell->set_millionths(value->millionths());
    } else if (header == "null_reason") {
      if (text.empty()) return absl::OkStatus();
      common::v1::NullReason reason = common::v1::NULL_REASON_UNSPECIFIED;
      if (!common::v1::NullReason_Parse(absl::StrCat("NULL_REASON_", text), &reason)) {
        return Fault(row, "has a null_reason that there is not");
      }
      cell->set_null_reason(reason);
    } else if (!text.empty()) {
      auto* dimension = cell->mutable_reference()->add_dimensions();
      dimension->set_dimension(header);
      dimension->set_value(text);
    }
    return absl::OkStatus();
  }
  static absl::Status Same(int64_t row, const std::string& text, std::string* whole) {
    if (whole->empty()) *whole = text;
    if (*whole == text) return absl::OkStatus();
    return Fault(row, "is of another organisation or period than the rows before");
  }

  returns::v1::SaveDraftRequest* const request_;
  std::vector<std::string> headers_;
};

absl::StatusOr<SignOffClient> ConnectForDrafts(const Environment& environment) {
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  return session.To<returns::v1::SignOffService>(kIngestion);
}

absl::StatusOr<ExitCode> SaveDraft(const DraftOptions& options, Environment& environment) {
  const std::optional<std::string> bytes = ReadFile(options.file);
  if (!bytes.has_value() || bytes->size() > kMostDraftBytes) {
    return UsageError(absl::StrCat("\"", options.file, "\" cannot be read, or is too large"),
                      "Name a CSV file of the long form.");
  }
  returns::v1::SaveDraftRequest request;
  request.set_collection(options.collection);
  DraftReader rows(&request);
  CsvReader reader(CsvLimits(), [&rows](int64_t row, const std::vector<absl::string_view>& fields) {
    return rows.Take(row, fields);
  });
  absl::Status read = reader.Feed(*bytes);
  if (read.ok()) read = reader.Finish();
  if (!read.ok()) return Within(options.file, read);
  ASSIGN_OR_RETURN(const SignOffClient client, ConnectForDrafts(environment));
  ReturnOptions target{request.organisation(), request.collection(), request.period()};
  returns::v1::GetDraftRequest get;
  get.set_name(target.Name() + "/draft");
  const auto held = client.Call(&SignOffClient::Stub::GetDraft, get);
  if (held.ok()) request.set_etag(held->draft().etag());
  request.set_request_id(ContentId("draft", request));
  ASSIGN_OR_RETURN(const auto answer, client.Call(&SignOffClient::Stub::SaveDraft, request));
  if (environment.json) {
    environment.console.Print(JsonOf(answer) + "\n");
    return ExitCode::kOk;
  }
  std::string text = absl::StrCat("Saved: ", answer.draft().name(), ", ",
                                  Count(answer.draft().cell_count(), "cell"), ".\n");
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
  save->add_option("FILE", saving->file, "CSV of the long form")->type_name("")->required();
  save->add_option("--collection", saving->collection, "Code of the collection")
      ->type_name("CODE")
      ->required();
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

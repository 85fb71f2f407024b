// Feeds any bytes to what reads returns: the scan, the parser and the judgement of a submission,
// and the readers of files in every kind of layout.
//
// The first byte chooses: 0 a submission, 1 a wide file, 2 a long one, 3 one with several rows an
// organisation, of two shapes and with totals, 4 one with every sign that a figure may have. Of a
// file the second byte says where to cut the rest in two: the outcome is the same.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/personal_data.h"
#include "common/rpc/wire_scan.h"
#include "onereturn/returns/v1/returns_service.pb.h"
#include "services/ingestion/domain/judgement.h"
#include "services/ingestion/domain/return_file.h"

namespace onereturn::ingestion {
namespace {

RuleSpec Rule(const char* code, const char* expression, bool each_cell) {
  return RuleSpec{code,
                  Severity::kError,
                  "message",
                  "suggestion",
                  Expression::Parse(expression).value(),
                  each_cell ? std::vector<std::string>{} : std::vector<std::string>{"kind"},
                  each_cell};
}

SeriesForm Form(const char* header, const char* value) {
  return SeriesForm{NumberPattern::Parse(header).value(), NumberPattern::Parse(value).value()};
}

// Waits by week and place: rows "A" have three bands and their sum, rows "B" a count, and the rows
// of the place "ALL" are totals.
LayoutSpec RowsLayout() {
  WideLayout rows;
  rows.organisation_header = "o";
  rows.period_header = "p";
  rows.period_form = PeriodForm::kLastDay;
  rows.selector_header = "part";
  rows.row_dimensions = {{"place", "place", {{"East", "e"}}, TotalRows{"ALL", "W04"}},
                         {"body", "body"}};
  rows.series = {{"bands", "band", {Form("w#-#", "#-#"), Form("w#+", "#+")}, {"0-1", "1-2", "2+"}}};
  RowShape waits;
  waits.selected_by = {"A"};
  waits.series = {{"bands", "waits", {}, {NoFigure::Meaning::kAbsent}}};
  waits.checks = {{"sum", {"bands"}, "W01"}};
  RowShape count;
  count.selected_by = {"B", "b"};
  count.columns = {{"n", "count", {}, {NoFigure::Meaning::kZero}, FigureKind::kDailyAverage}};
  count.unread = {"sum"};
  rows.shapes = {waits, count};
  rows.total_label = "TOTAL";
  return LayoutSpec{"rows", rows};
}

// One row an organisation, and every sign that a layout can allow.
LayoutSpec SignsLayout() {
  WideLayout signs;
  signs.organisation_header = "o";
  signs.period_header = "p";
  signs.period_form = PeriodForm::kWritten;
  signs.period_prefix = "S4";
  signs.numbers = NumberStyle{true, PercentSign::kFractions, {NoFigure::Meaning::kNull}};
  signs.null_reasons_written = true;
  signs.shapes.resize(1);
  for (const char* kind : {"t1", "t2"}) {
    signs.shapes[0].columns.push_back(CellColumn{kind, "seen", {{"kind", kind}}});
    signs.cells_without_column.push_back(
        Cell{"late", {{"kind", kind}}, std::nullopt, NullReason::kNotCollected});
  }
  return LayoutSpec{"signs", signs};
}

const Collection& Seen() {
  static const Collection& collection = *new Collection([] {
    Collection made;
    made.code = "SEEN";
    made.version = 1;
    WideLayout wide;
    wide.organisation_header = "o";
    wide.period_header = "p";
    wide.total_label = "TOTAL";
    wide.shapes.resize(1);
    wide.null_reasons_written = true;
    for (const char* item : {"late", "seen"}) {
      made.items[item] = ItemSpec{item, {DimensionSpec{"kind", {"t1", "t2"}}}};
      for (const char* kind : {"t1", "t2"}) {
        wide.shapes[0].columns.push_back(
            CellColumn{absl::StrCat(item, kind), item, {{"kind", kind}}});
      }
    }
    made.rules.push_back(Rule("S01", "cell >= 0 and is_whole(cell)", true));
    made.rules.push_back(Rule("S02", "late <= seen", false));
    made.layouts.push_back(LayoutSpec{"wide", wide});
    made.layouts.push_back(LayoutSpec{"long", LongLayout{{"kind"}}});
    made.layouts.push_back(RowsLayout());
    made.layouts.push_back(SignsLayout());
    return made;
  }());
  return collection;
}

Cell ToCell(const common::v1::Cell& wire) {
  Cell cell;
  cell.item = wire.reference().item();
  for (const common::v1::DimensionValue& dimension : wire.reference().dimensions()) {
    cell.dimensions.push_back(DimensionValue{dimension.dimension(), dimension.value()});
  }
  std::sort(cell.dimensions.begin(), cell.dimensions.end());
  if (wire.content_case() == common::v1::Cell::kMillionths) {
    const absl::StatusOr<Decimal> value = Decimal::FromWideMillionths(wire.millionths());
    if (value.ok()) cell.value = *value;
  }
  cell.null_reason = static_cast<NullReason>(wire.null_reason());
  return cell;
}

// What the rows layout reads; apart, so that a submission of `Seen` stays small.
const Collection& Waiting() {
  static const Collection& collection = *new Collection([] {
    Collection made = Seen();
    const DimensionSpec place{"place", {"e", "w"}};
    const DimensionSpec body{"body", {"B1", "B2"}};
    made.items.clear();
    made.rules.clear();
    made.items["waits"] = ItemSpec{"waits", {{"band", {"0-1", "1-2", "2+"}}, body, place}};
    made.items["count"] = ItemSpec{"count", {body, place}};
    return made;
  }());
  return collection;
}

void TrySubmission(absl::string_view bytes) {
  returns::v1::SubmitReturnRequest request;
  if (!ScanWire(*request.GetDescriptor(), bytes).ok()) return;
  ONERETURN_CHECK(request.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
  ONERETURN_CHECK(request.GetReflection()->GetUnknownFields(request).empty());
  Submission submission;
  submission.organisation = request.organisation();
  for (const common::v1::Cell& cell : request.cells()) submission.cells.push_back(ToCell(cell));
  for (const common::v1::Explanation& explanation : request.explanations()) {
    submission.explanations.push_back({explanation.rule(), std::nullopt, explanation.text()});
    HoldsPersonalData(explanation.text());
  }
  const absl::StatusOr<Period> period = Period::Parse(request.period());
  const Judgement judgement =
      Judge(Seen(), period.ok() ? *period : Period::Parse("2024-01").value(), submission);
  ONERETURN_CHECK((judgement.verdict == Verdict::kInvalid) == judgement.findings.has_error());
  if (judgement.verdict == Verdict::kInvalid) return;
  ONERETURN_CHECK(judgement.cell_count == Seen().CellCount() && !judgement.chunks.empty());
}

constexpr size_t kRowsLayout = 2;

std::string Outcome(size_t layout, absl::string_view first, absl::string_view second) {
  std::string outcome;
  const Collection& collection = layout == kRowsLayout ? Waiting() : Seen();
  const auto reader =
      MakeReturnFileReader(collection, collection.layouts[layout], [&](FileReturnRows rows) {
        absl::StrAppend(&outcome, rows.organisation, rows.period.ToString(), rows.row);
        for (const Cell& cell : rows.cells) {
          absl::StrAppend(&outcome, cell.item,
                          cell.value.has_value() ? cell.value->ToString() : "null");
        }
        ONERETURN_CHECK(rows.cells.size() == rows.places.size());
        for (const Finding& finding : rows.findings.kept()) {
          absl::StrAppend(&outcome, finding.code, finding.place.row, finding.place.column);
        }
        absl::StrAppend(&outcome, rows.findings.count());
        const Judgement judgement =
            Judge(collection, rows.period,
                  Submission{rows.organisation, Origin::kImport, rows.cells, rows.places, {}});
        absl::StrAppend(&outcome, static_cast<int>(judgement.verdict), ";");
        return absl::OkStatus();
      });
  absl::Status status = reader->Feed(first);
  if (status.ok()) status = reader->Feed(second);
  if (status.ok()) status = reader->Finish();
  return absl::StrCat(outcome, status.ToString());
}

void TryFile(size_t layout, absl::string_view bytes) {
  if (bytes.empty()) return;
  const absl::string_view text = bytes.substr(1);
  const size_t cut = text.empty() ? 0 : static_cast<uint8_t>(bytes[0]) % (text.size() + 1);
  ONERETURN_CHECK(Outcome(layout, text, "") ==
                  Outcome(layout, text.substr(0, cut), text.substr(cut)));
}

}  // namespace
}  // namespace onereturn::ingestion

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const absl::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  if (data[0] % 5 == 0) {
    onereturn::ingestion::TrySubmission(bytes);
  } else {
    onereturn::ingestion::TryFile(data[0] % 5 - 1, bytes);
  }
  return 0;
}

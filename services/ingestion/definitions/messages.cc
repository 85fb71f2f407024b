#include "services/ingestion/definitions/messages.h"

#include <algorithm>

#include "common/status/status_macros.h"

namespace onereturn::ingestion {

Cell CellAt(const common::v1::CellReference& reference) {
  Cell cell;
  cell.item = reference.item();
  cell.dimensions.reserve(reference.dimensions_size());
  for (const common::v1::DimensionValue& dimension : reference.dimensions()) {
    cell.dimensions.push_back(DimensionValue{dimension.dimension(), dimension.value()});
  }
  std::sort(cell.dimensions.begin(), cell.dimensions.end());
  return cell;
}

absl::StatusOr<Cell> CellFrom(const common::v1::Cell& message) {
  Cell cell = CellAt(message.reference());
  if (message.content_case() == common::v1::Cell::kMillionths) {
    ASSIGN_OR_RETURN(cell.value, Decimal::FromWideMillionths(message.millionths()));
  } else {
    cell.null_reason = static_cast<NullReason>(message.null_reason());
  }
  return cell;
}

common::v1::CellReference ReferenceTo(const Cell& cell) {
  common::v1::CellReference reference;
  reference.set_item(cell.item);
  for (const DimensionValue& dimension : cell.dimensions) {
    common::v1::DimensionValue* added = reference.add_dimensions();
    added->set_dimension(dimension.dimension);
    added->set_value(dimension.value);
  }
  return reference;
}

common::v1::Cell MessageOf(const Cell& cell) {
  common::v1::Cell message;
  *message.mutable_reference() = ReferenceTo(cell);
  if (cell.value.has_value()) {
    message.set_millionths(cell.value->millionths());
  } else {
    message.set_null_reason(static_cast<common::v1::NullReason>(cell.null_reason));
  }
  return message;
}

common::v1::Finding MessageOf(const Finding& finding) {
  common::v1::Finding message;
  message.set_code(finding.code);
  message.set_severity(static_cast<common::v1::Severity>(finding.severity));
  message.set_rule_version(finding.rule_version);
  message.set_message(finding.message);
  message.mutable_place()->set_row(finding.place.row);
  message.mutable_place()->set_column(finding.place.column);
  message.mutable_place()->set_field(finding.place.field);
  message.set_organisation(finding.organisation);
  if (finding.cell.has_value()) *message.mutable_cell() = ReferenceTo(*finding.cell);
  message.set_got(finding.got);
  message.set_expected(finding.expected);
  message.set_suggestion(finding.suggestion);
  message.set_explanation_owed(finding.explanation_owed);
  message.set_screen(finding.screen);
  return message;
}

}  // namespace onereturn::ingestion

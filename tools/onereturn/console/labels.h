// The words and signs that the client uses for the services' enumerations.
#ifndef ONERETURN_TOOLS_ONERETURN_CONSOLE_LABELS_H_
#define ONERETURN_TOOLS_ONERETURN_CONSOLE_LABELS_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/timestamp.pb.h"
#include "onereturn/catalogue/v1/catalogue.pb.h"
#include "onereturn/common/v1/cell.pb.h"
#include "onereturn/common/v1/finding.pb.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "onereturn/metrics/v1/metrics_service.pb.h"
#include "onereturn/metrics/v1/value.pb.h"
#include "onereturn/returns/v1/return.pb.h"

namespace onereturn::client {

std::string Label(common::v1::Verdict verdict);
std::string Label(common::v1::Severity severity);
std::string Label(common::v1::NullReason reason);
std::string Label(returns::v1::RevisionStatus status);
std::string Label(returns::v1::Origin origin);
// "late data"; "" where none was said.
std::string Label(returns::v1::RevisionReason reason);
std::string Label(metrics::v1::ValueState state);
std::string Label(metrics::v1::Direction direction);
std::string Label(feed::v1::EntryKind kind);
// "▲ improving, high" and the like; the assurance icon's letter first: "F consistently fails".
std::string Label(metrics::v1::VariationIcon icon);
std::string Label(metrics::v1::AssuranceIcon icon);

// "icb", "provider", "region", "national-body", ...: any case, blanks, hyphens or underscores.
std::optional<catalogue::v1::OrganisationType> OrganisationTypeOf(absl::string_view text);
// All of them, for an error's remedy.
std::string OrganisationTypeNames();

// "ae_attendances (department type1, booked no)".
std::string CellText(const common::v1::CellReference& cell);
// "5,536", or the reason for null.
std::string CellValueText(const common::v1::Cell& cell);

// "March 2024" for "2024-03"; a text that is no period comes back as it is.
std::string PeriodText(absl::string_view period);
// Whose hand it was, short: the subject of a person, else the last part of a system's SPIFFE id.
std::string WhoText(const returns::v1::SignOff& one);

// What clocks in London show: "2024-05-01 09:30:12 BST", in winter "GMT", which is UTC; "" for no
// time. JSON has times in UTC.
std::string TimeText(const google::protobuf::Timestamp& time);

// What stands for a value: its display with thousands, or why there is none.
std::string ValueText(const metrics::v1::MetricValue& value);
// "all 3 providers", or "2 of 3 providers (missing: RLQ; not collected: RWP)". At most `named`
// codes of each are named. Organisations with no ICB recorded are no gap.
std::string CoverageText(const metrics::v1::Coverage& coverage, int named);

// "RLQ" of "organisations/RLQ/returns/...", "" where the name does not start so.
std::string OrganisationOfName(absl::string_view name);

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_CONSOLE_LABELS_H_

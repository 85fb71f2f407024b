#include "tools/onereturn/console/labels.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/clock/clock.h"
#include "common/period/london_day.h"
#include "common/period/period.h"
#include "tools/onereturn/console/number_text.h"

namespace onereturn::client {
namespace {

// "REVISION_STATUS_FINAL" without "REVISION_STATUS_" is "final".
std::string Words(absl::string_view name, absl::string_view prefix) {
  absl::ConsumePrefix(&name, prefix);
  if (name == "UNSPECIFIED" || name.empty()) return "";
  return absl::AsciiStrToLower(absl::StrReplaceAll(name, {{"_", " "}}));
}

std::string Named(absl::string_view words,
                  const google::protobuf::RepeatedPtrField<std::string>& codes, int named) {
  if (codes.empty()) return "";
  std::vector<std::string> shown(codes.begin(), codes.begin() + std::min<int>(codes.size(), named));
  if (codes.size() > named) shown.push_back(absl::StrCat(codes.size() - named, " more"));
  return absl::StrCat(words, ": ", absl::StrJoin(shown, ", "));
}

}  // namespace

std::string Label(common::v1::Verdict verdict) {
  return Words(common::v1::Verdict_Name(verdict), "VERDICT_");
}
std::string Label(common::v1::Severity severity) {
  return Words(common::v1::Severity_Name(severity), "SEVERITY_");
}
std::string Label(common::v1::NullReason reason) {
  return Words(common::v1::NullReason_Name(reason), "NULL_REASON_");
}
std::string Label(returns::v1::RevisionStatus status) {
  return Words(returns::v1::RevisionStatus_Name(status), "REVISION_STATUS_");
}
std::string Label(returns::v1::Origin origin) {
  return Words(returns::v1::Origin_Name(origin), "ORIGIN_");
}
std::string Label(returns::v1::RevisionReason reason) {
  if (reason == returns::v1::REVISION_REASON_UNSPECIFIED) return "";
  return Words(returns::v1::RevisionReason_Name(reason), "REVISION_REASON_");
}
std::string Label(metrics::v1::ValueState state) {
  switch (state) {
    case metrics::v1::VALUE_STATE_MISSING:
      return "no return held";
    default:
      return Words(metrics::v1::ValueState_Name(state), "VALUE_STATE_");
  }
}
std::string Label(metrics::v1::Direction direction) {
  if (direction == metrics::v1::DIRECTION_NEUTRAL) return "neither way is better";
  return Words(metrics::v1::Direction_Name(direction), "DIRECTION_");
}
std::string Label(feed::v1::EntryKind kind) {
  return Words(feed::v1::EntryKind_Name(kind), "ENTRY_KIND_");
}

std::string Label(metrics::v1::VariationIcon icon) {
  switch (icon) {
    case metrics::v1::VARIATION_ICON_COMMON_CAUSE:
      return "○ common cause";
    case metrics::v1::VARIATION_ICON_IMPROVEMENT_HIGH:
      return "▲ improving, high";
    case metrics::v1::VARIATION_ICON_IMPROVEMENT_LOW:
      return "▼ improving, low";
    case metrics::v1::VARIATION_ICON_CONCERN_HIGH:
      return "▲ concern, high";
    case metrics::v1::VARIATION_ICON_CONCERN_LOW:
      return "▼ concern, low";
    case metrics::v1::VARIATION_ICON_NEUTRAL_HIGH:
      return "▲ high";
    case metrics::v1::VARIATION_ICON_NEUTRAL_LOW:
      return "▼ low";
    default:
      return "";
  }
}

std::string Label(metrics::v1::AssuranceIcon icon) {
  switch (icon) {
    case metrics::v1::ASSURANCE_ICON_CONSISTENTLY_PASSES:
      return "P consistently passes";
    case metrics::v1::ASSURANCE_ICON_CONSISTENTLY_FAILS:
      return "F consistently fails";
    case metrics::v1::ASSURANCE_ICON_HIT_OR_MISS:
      return "? hit or miss";
    default:
      return "";
  }
}

std::optional<catalogue::v1::OrganisationType> OrganisationTypeOf(absl::string_view text) {
  const std::string name =
      absl::StrCat("ORGANISATION_TYPE_",
                   absl::AsciiStrToUpper(absl::StrReplaceAll(text, {{"-", "_"}, {" ", "_"}})));
  catalogue::v1::OrganisationType type = catalogue::v1::ORGANISATION_TYPE_UNSPECIFIED;
  if (!catalogue::v1::OrganisationType_Parse(name, &type)) return std::nullopt;
  if (type == catalogue::v1::ORGANISATION_TYPE_UNSPECIFIED) return std::nullopt;
  return type;
}

std::string OrganisationTypeNames() {
  std::vector<std::string> names;
  const auto* descriptor = catalogue::v1::OrganisationType_descriptor();
  for (int i = 1; i < descriptor->value_count(); ++i) {
    names.push_back(absl::StrReplaceAll(Words(descriptor->value(i)->name(), "ORGANISATION_TYPE_"),
                                        {{" ", "-"}}));
  }
  return absl::StrJoin(names, ", ");
}

std::string CellText(const common::v1::CellReference& cell) {
  std::vector<std::string> dimensions;
  for (const auto& dimension : cell.dimensions()) {
    dimensions.push_back(absl::StrCat(dimension.dimension(), " ", dimension.value()));
  }
  if (dimensions.empty()) return cell.item();
  return absl::StrCat(cell.item(), " (", absl::StrJoin(dimensions, ", "), ")");
}

std::string CellValueText(const common::v1::Cell& cell) {
  return cell.has_null_reason() ? Label(cell.null_reason()) : MillionthsText(cell.millionths());
}

std::string PeriodText(absl::string_view period) {
  const auto parsed = Period::Parse(period);
  return parsed.ok() ? parsed->Display() : std::string(period);
}

std::string WhoText(const returns::v1::SignOff& one) {
  const bool person = !one.person().empty();
  const std::string& text = person ? one.person() : one.system();
  const size_t mark = text.rfind(person ? '#' : '/');
  return mark == std::string::npos ? text : text.substr(mark + 1);
}

std::string TimeText(const google::protobuf::Timestamp& time) {
  const Timestamp instant = Timestamp::FromSeconds(time.seconds());
  if (time.seconds() == 0 || instant < kMinTimestamp || instant > kMaxTimestamp) return "";
  return LondonClock(instant);
}

std::string ValueText(const metrics::v1::MetricValue& value) {
  if (value.state() == metrics::v1::VALUE_STATE_VALUE) return WithThousands(value.display());
  return absl::StrCat("– ", Label(value.state()));
}

std::string CoverageText(const metrics::v1::Coverage& coverage, int named) {
  std::vector<std::string> gaps;
  for (std::string gap : {Named("missing", coverage.missing(), named),
                          Named("not collected", coverage.not_collected(), named)}) {
    if (!gap.empty()) gaps.push_back(std::move(gap));
  }
  std::string text =
      coverage.included() == coverage.expected() && coverage.expected() > 0
          ? absl::StrCat(coverage.expected() == 1 ? "" : "all ",
                         Count(coverage.expected(), "provider"))
          : absl::StrCat(coverage.included(), " of ", Count(coverage.expected(), "provider"));
  if (!gaps.empty()) absl::StrAppend(&text, " (", absl::StrJoin(gaps, "; "), ")");
  return text;
}

std::string OrganisationOfName(absl::string_view name) {
  if (!absl::ConsumePrefix(&name, "organisations/")) return "";
  return std::string(name.substr(0, name.find('/')));
}

}  // namespace onereturn::client

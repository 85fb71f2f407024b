#include "tests/property/answers.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/cells/cell_chunk.h"

namespace onereturn::metrics {
namespace {

absl::string_view StateName(ValueState state) {
  switch (state) {
    case ValueState::kValue:
      return "VALUE";
    case ValueState::kNotApplicable:
      return "NOT_APPLICABLE";
    case ValueState::kNotCollected:
      return "NOT_COLLECTED";
    case ValueState::kMissing:
      return "MISSING";
  }
  return "";
}

}  // namespace

Fact ToFact(const LogEntry& entry, uint64_t sequence) {
  Fact fact{entry.epoch, sequence, entry.time_micros, UnusedFact{}};
  if (const auto* organisation = std::get_if<Organisation>(&entry.content)) {
    fact.content = *organisation;
  } else if (const auto* item = std::get_if<Item>(&entry.content)) {
    fact.content = *item;
  } else if (const auto* collection = std::get_if<Collection>(&entry.content)) {
    fact.content = *collection;
  } else if (const auto* definition = std::get_if<MetricDefinition>(&entry.content)) {
    fact.content = *definition;
  } else if (const auto* plain = std::get_if<PlainReturn>(&entry.content)) {
    std::vector<std::string> chunks;
    if (!plain->cells.empty()) chunks = PackCells(plain->cells).value();
    fact.content = AcceptedReturn{plain->organisation, plain->collection, plain->period,
                                  plain->revision, std::move(chunks)};
  }
  return fact;
}

std::string Describe(const MetricValue& value) {
  const Coverage& coverage = value.coverage;
  return absl::StrCat(
      StateName(value.state), " ", MillionthsToString(value.ratio.numerator_millionths()), "/",
      MillionthsToString(value.ratio.denominator_millionths()), " of ", coverage.included, "/",
      coverage.expected, " missing=", absl::StrJoin(coverage.missing, ","),
      " not_collected=", absl::StrJoin(coverage.not_collected, ","),
      " no_icb=", absl::StrJoin(coverage.no_icb_recorded, ","));
}

std::string Describe(const League& league) {
  std::vector<std::string> rows;
  for (const LeagueEntry& entry : league.entries) {
    rows.push_back(absl::StrCat(" ", entry.value.organisation, ":", entry.rank));
  }
  std::sort(rows.begin(), rows.end());
  return absl::StrCat("league", absl::StrJoin(rows, ""));
}

}  // namespace onereturn::metrics

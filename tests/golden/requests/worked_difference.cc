#include "worked_difference.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/period/london_day.h"
#include "common/status/status_macros.h"
#include "services/ingestion/definitions/minutes_messages.h"

namespace onereturn::ingestion {
namespace {

constexpr const char* kLenses[] = {"gathering",    "quality",     "extraction",
                                   "transmission", "development", "training"};

std::string NameOf(requests::v1::CoverageClass coverage) {
  return requests::v1::CoverageClass_Name(coverage).substr(sizeof("COVERAGE_CLASS"));
}
std::string NameOf(requests::v1::ConcernKind kind) {
  return requests::v1::ConcernKind_Name(kind).substr(sizeof("CONCERN_KIND"));
}

Facts InOrder(Facts facts) {
  absl::c_sort(facts);
  return facts;
}

// Triples and missing returns are compared one by one.
std::string TripleText(uint32_t line, const std::string& organisation, const std::string& period) {
  return absl::StrCat("line ", line, " ", organisation, " ", period);
}

std::string LineText(uint32_t line, const std::string& item, bool subset,
                     const std::string& source) {
  return absl::StrCat("line ", line, ": item '", item, "', source '", source, "'",
                      subset ? ", a subset" : "");
}

std::string GapText(const std::string& collection, const std::string& period,
                    const std::string& organisation, std::vector<std::string> items,
                    const std::string& due, bool awaited) {
  absl::c_sort(items);
  return absl::StrCat("gap '", collection, "' ", period, " ", organisation, " [",
                      absl::StrJoin(items, ", "), "] due ", due, awaited ? ", awaited" : "");
}

std::string MinutesText(const std::string& organisation, const std::string& what,
                        const Minutes& minutes) {
  std::string text = absl::StrCat("minutes ", organisation, " ", what, ":");
  for (size_t lens = 0; lens < kLensCount; ++lens) {
    if (minutes.by_lens[lens] == 0) continue;
    absl::StrAppend(&text, " ", kLenses[lens], " ", minutes.by_lens[lens]);
  }
  return text;
}

void AddMinutes(const std::string& organisation, const Minutes& avoided, const Minutes& outstanding,
                Facts* facts) {
  if (avoided.Total() > 0) facts->push_back(MinutesText(organisation, "avoided", avoided));
  if (outstanding.Total() > 0) {
    facts->push_back(MinutesText(organisation, "outstanding", outstanding));
  }
}

std::string ChangeText(int change_class, uint32_t notice_days, const std::string& last_due) {
  return absl::StrCat(
      "change class ",
      requests::v1::ChangeClass_Name(static_cast<requests::v1::ChangeClass>(change_class)), ", ",
      notice_days, " days of notice, last due '", last_due, "'");
}

// In lowest terms, whatever it was written as.
std::string QuotientText(Int128 numerator, Int128 denominator) {
  Int128 a = numerator < 0 ? -numerator : numerator;
  Int128 b = denominator;
  while (b != 0) a = std::exchange(b, a % b);
  const Int128 divisor = a == 0 ? 1 : a;
  const std::string above = MillionthsToString(numerator / divisor * Decimal::kMillion);
  return denominator == divisor
             ? above
             : absl::StrCat(above, " / ",
                            MillionthsToString(denominator / divisor * Decimal::kMillion));
}

std::string PlaceText(std::vector<DimensionValue> dimensions) {
  absl::c_sort(dimensions);
  return absl::StrJoin(dimensions, "", [](std::string* out, const DimensionValue& value) {
    absl::StrAppend(out, " ", value.dimension, "=", value.value);
  });
}

std::string NullText(int reason) {
  return common::v1::NullReason_Name(static_cast<common::v1::NullReason>(reason));
}

std::vector<DimensionValue> PlaceOf(const testing::v1::ExpectedFigure& figure) {
  std::vector<DimensionValue> place;
  for (const auto& at : figure.at()) place.push_back({at.dimension(), at.value()});
  return place;
}

std::string ContentOf(const testing::v1::ExpectedFigure& figure) {
  if (figure.suppressed()) return "not shown";
  if (!figure.decimal().empty()) {
    return QuotientText(Decimal::Parse(figure.decimal())->wide(), Decimal::kMillion);
  }
  if (!figure.numerator().empty()) {
    return QuotientText(Decimal::Parse(figure.numerator())->wide(),
                        Decimal::Parse(figure.denominator())->wide());
  }
  return NullText(figure.null_reason());
}

std::string ContentOf(const AnswerFigure& figure) {
  if (figure.suppressed) return "not shown";
  if (figure.value.has_value()) return QuotientText(figure.value->wide(), Decimal::kMillion);
  if (figure.ratio.has_value()) {
    return QuotientText(figure.ratio->numerator_millionths() * figure.ratio->factor(),
                        figure.ratio->denominator_millionths());
  }
  return NullText(static_cast<int>(figure.null_reason));
}

std::string FigureText(const std::string& triple, const std::string& place,
                       const std::string& content, bool with_parts, uint32_t held, uint32_t parts) {
  return absl::StrCat("figure ", triple, place, ": ", content,
                      with_parts ? absl::StrCat(" (", held, " of ", parts, ")") : "");
}

std::string ConcernText(const std::string& kind, uint32_t line, const std::string& about,
                        uint32_t likeness) {
  return absl::StrCat("concern ", kind, line > 0 ? absl::StrCat(" line ", line) : "", " '", about,
                      "'", likeness > 0 ? absl::StrCat(" alike by ", likeness) : "");
}

// The last day on which it is on time: a moment is the first that is late.
std::string DueDayOf(Timestamp due) { return LondonDay(Timestamp{due.micros - 1}).ToString(); }

absl::Status AddFigures(const testing::v1::WorkedRequest& worked, const WorkedWorld& world,
                        const MatchResult& result, Facts* facts) {
  std::map<std::string, const testing::v1::ExpectedFigure*> triples;
  for (const testing::v1::ExpectedFigure& figure : worked.expected().figures()) {
    triples[TripleText(figure.line(), figure.organisation(), figure.period())] = &figure;
  }
  for (const auto& [triple, figure] : triples) {
    const uint32_t line = figure->line() - 1;
    if (line >= result.lines.size()) continue;
    ASSIGN_OR_RETURN(const Period period, Period::Parse(figure->period()));
    ASSIGN_OR_RETURN(
        const std::vector<AnswerFigure> found,
        FiguresOf(world, line, result.lines[line].item, figure->organisation(), period));
    for (const AnswerFigure& one : found) {
      facts->push_back(FigureText(triple, PlaceText(one.dimensions), ContentOf(one),
                                  figure->parts() > 0, one.parts_held, one.parts));
    }
  }
  return absl::OkStatus();
}

void AddConcerns(const testing::v1::Expected& expected, const MatchResult& result, Facts* facts) {
  std::set<std::string> with_likeness;
  for (const testing::v1::ExpectedConcern& one : expected.concerns()) {
    if (one.likeness() > 0) {
      with_likeness.insert(ConcernText(NameOf(one.kind()), one.line(), one.about(), 0));
    }
  }
  for (const Concern& concern : result.concerns) {
    const std::string kind = NameOf(static_cast<requests::v1::ConcernKind>(concern.kind));
    const uint32_t line = concern.line.has_value() ? *concern.line + 1 : 0;
    const bool compared = with_likeness.count(ConcernText(kind, line, concern.about, 0)) > 0;
    facts->push_back(ConcernText(kind, line, concern.about, compared ? concern.likeness : 0));
  }
}

}  // namespace

Facts ExpectedFacts(const testing::v1::WorkedRequest& worked) {
  const testing::v1::Expected& expected = worked.expected();
  Facts facts;
  for (const testing::v1::ExpectedLine& line : expected.lines()) {
    facts.push_back(LineText(line.line(), line.item(), line.subset(), line.source()));
  }
  for (const testing::v1::ExpectedBlock& block : expected.blocks()) {
    for (const std::string& organisation : block.organisations()) {
      for (const std::string& period : block.periods()) {
        facts.push_back(absl::StrCat(TripleText(block.line(), organisation, period), " ",
                                     NameOf(block.coverage())));
      }
    }
  }
  for (const testing::v1::ExpectedConcern& concern : expected.concerns()) {
    facts.push_back(
        ConcernText(NameOf(concern.kind()), concern.line(), concern.about(), concern.likeness()));
  }
  for (const testing::v1::ExpectedFigure& figure : expected.figures()) {
    facts.push_back(FigureText(TripleText(figure.line(), figure.organisation(), figure.period()),
                               PlaceText(PlaceOf(figure)), ContentOf(figure), figure.parts() > 0,
                               figure.parts_held(), figure.parts()));
  }
  for (const requests::v1::Gap& gap : expected.gaps()) {
    for (const std::string& organisation : gap.organisations()) {
      for (const std::string& period : gap.periods()) {
        facts.push_back(GapText(gap.collection(), period, organisation,
                                {gap.items().begin(), gap.items().end()}, gap.due_date(),
                                gap.awaited()));
      }
    }
  }
  for (const testing::v1::ExpectedMinutes& minutes : expected.minutes()) {
    AddMinutes(minutes.organisation(), MinutesOf(minutes.avoided()),
               MinutesOf(minutes.outstanding()), &facts);
  }
  facts.push_back(
      ChangeText(expected.change_class(), expected.notice_days(), expected.last_due_date()));
  return InOrder(std::move(facts));
}

absl::StatusOr<Facts> FoundFacts(const testing::v1::WorkedRequest& worked,
                                 const WorkedWorld& world) {
  const MatchResult result = MatchAsk(world.ask, world.ForMatching());
  Facts facts;
  for (size_t i = 0; i < result.lines.size(); ++i) {
    const LineMatch& line = result.lines[i];
    facts.push_back(LineText(static_cast<uint32_t>(i + 1), line.item, line.subset, line.source));
  }
  for (const MatchBlock& block : result.blocks) {
    for (const std::string& organisation : block.organisations) {
      for (const Period& period : block.periods) {
        facts.push_back(
            absl::StrCat(TripleText(block.line + 1, organisation, period.ToString()), " ",
                         NameOf(static_cast<requests::v1::CoverageClass>(block.coverage))));
      }
    }
  }
  AddConcerns(worked.expected(), result, &facts);
  RETURN_IF_ERROR(AddFigures(worked, world, result, &facts));
  for (const Gap& gap : result.gaps) {
    for (const std::string& organisation : gap.organisations) {
      for (const Period& period : gap.periods) {
        facts.push_back(GapText(gap.collection, period.ToString(), organisation, gap.items,
                                DueDayOf(gap.due), gap.awaited));
      }
    }
  }
  for (const auto& [organisation, price] : result.prices) {
    AddMinutes(organisation, price.avoided, price.outstanding, &facts);
  }
  facts.push_back(ChangeText(static_cast<int>(result.change_class), result.notice_days,
                             result.last_due.has_value() ? result.last_due->ToString() : ""));
  return InOrder(std::move(facts));
}

std::string DifferenceOf(const Facts& expected, const Facts& found) {
  Facts missing;
  Facts more;
  std::set_difference(expected.begin(), expected.end(), found.begin(), found.end(),
                      std::back_inserter(missing));
  std::set_difference(found.begin(), found.end(), expected.begin(), expected.end(),
                      std::back_inserter(more));
  std::string text;
  for (const std::string& fact : missing) absl::StrAppend(&text, "- ", fact, "\n");
  for (const std::string& fact : more) absl::StrAppend(&text, "+ ", fact, "\n");
  return text;
}

}  // namespace onereturn::ingestion

// For tests: figures of organisations that are made of some of the same returns.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_TESTING_NESTED_LINE_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_TESTING_NESTED_LINE_H_

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "services/ingestion/domain/requests/figures_together.h"
#include "services/ingestion/domain/requests/testing/held_figures.h"

namespace onereturn::ingestion {

inline constexpr char kNestedMonth[] = "2023-04";

// What each provider returned of one item, and what is shown of it of those that are asked, each of
// whom is made of some of the returns: "RLQ", or "RLQ 2023-05" of another month than the first.
struct NestedLine {
  std::map<std::string, int> providers;  // By return.
  std::map<std::string, std::vector<std::string>> asked;

  static std::pair<std::string, std::string> OfReturn(const std::string& text) {
    const size_t space = text.find(' ');
    if (space == std::string::npos) return {text, kNestedMonth};
    return {text.substr(0, space), text.substr(space + 1)};
  }

  // The organisation's one figure, where numbers of one to seven are hidden.
  std::map<std::string, AnswerFigure> Shown(bool in_groups = false) const {
    HeldFigures held;
    for (const auto& [of_return, number] : providers) {
      const auto& [provider, month] = OfReturn(of_return);
      held.Hold(provider, month, HeldCell("x", {}, std::to_string(number)));
    }
    std::map<std::string, FigureSource> sources;
    for (const auto& [organisation, made_of] : asked) {
      FigureSource& source = sources[organisation];
      source.coverage = CoverageClass::kRollup;
      for (const std::string& of_return : made_of) {
        const auto& [provider, month] = OfReturn(of_return);
        source.parts_of_item["x"].push_back(held.Part(provider, month));
      }
    }
    std::vector<FiguresWanted> wanted;
    for (const auto& [organisation, source] : sources) wanted.push_back({organisation, &source});
    std::vector<std::vector<size_t>> groups = {{}};
    for (size_t i = 0; i < wanted.size(); ++i) groups[0].push_back(i);
    if (in_groups) groups = GroupsTogether(wanted);
    std::map<std::string, AnswerFigure> shown;
    for (const std::vector<size_t>& group : groups) {
      std::vector<FiguresWanted> some;
      for (const size_t position : group) some.push_back(wanted[position]);
      const auto figures = Evaluate(held, some, kMostFiguresTogether);
      for (size_t i = 0; i < some.size(); ++i) shown[some[i].organisation] = (*figures)[i].at(0);
    }
    return shown;
  }
  static absl::StatusOr<std::vector<std::vector<AnswerFigure>>> Evaluate(
      HeldFigures& held, const std::vector<FiguresWanted>& wanted, size_t most) {
    KnownItem item;
    item.additive_over_organisations = item.additive_over_time = true;
    return EvaluateTogether(
        wanted, item, Period::Parse(kNestedMonth).value(), {7, 0, "up to seven"}, {},
        [&](const FigureSource::Part& part, const std::string& of) { return held.Read(part, of); },
        most);
  }
  std::vector<std::string> Hidden() const {
    std::vector<std::string> hidden;
    for (const auto& [organisation, figure] : Shown()) {
      if (figure.suppressed) hidden.push_back(organisation);
    }
    return hidden;
  }
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_TESTING_NESTED_LINE_H_

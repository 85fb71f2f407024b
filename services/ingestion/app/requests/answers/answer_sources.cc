#include "services/ingestion/app/requests/answers/answer_sources.h"

#include <map>
#include <optional>

#include "services/ingestion/domain/requests/figure_source.h"

namespace onereturn::ingestion {

std::vector<AnswerSource> SourcesOf(const MatchedRequest& matched) {
  std::map<PartKey, const HeldRevision*> held;
  FigureSources figures(matched.ask, matched.world, matched.ask.organisations);
  for (uint32_t line = 0; line < matched.ask.lines.size(); ++line) {
    for (const std::string& organisation : matched.ask.organisations) {
      for (const Period& period : matched.ask.periods) {
        const std::optional<FigureSource> source = figures.Of(line, organisation, period);
        if (!source.has_value()) continue;
        for (const auto& [item, parts] : source->parts_of_item) {
          for (const FigureSource::Part& part : parts) {
            if (part.held != nullptr) held.emplace(part.key, part.held);
          }
        }
      }
    }
  }
  std::vector<AnswerSource> sources;
  for (const auto& [key, revision] : held) {
    sources.push_back({key, revision->number});
  }
  return sources;
}

}  // namespace onereturn::ingestion

#include "services/assessment/app/convert.h"

#include "absl/strings/str_cat.h"
#include "services/assessment/app/names.h"

namespace onereturn::assessment {

Framework FromWire(const v1::Framework& wire) {
  Framework framework;
  framework.code = wire.code();
  framework.version = wire.version();
  framework.title = wire.title();
  for (const v1::Theme& theme : wire.themes()) {
    Theme added{theme.code(), theme.title(), {}};
    for (const v1::QualityStatement& statement : theme.statements()) {
      added.statements.push_back({statement.code(), statement.title()});
    }
    framework.themes.push_back(std::move(added));
  }
  framework.evidence_categories.assign(wire.evidence_categories().begin(),
                                       wire.evidence_categories().end());
  for (const v1::ScaleStep& step : wire.scale()) {
    framework.scale.push_back({step.score(), step.title()});
  }
  for (const v1::Band& band : wire.bands()) {
    framework.bands.push_back({band.code(), band.title(), band.from_percent()});
  }
  for (const v1::Limiter& limiter : wire.limiters()) {
    framework.limiters.push_back({limiter.band(), limiter.score(), limiter.limited_to()});
  }
  framework.rated = wire.rated();
  framework.source = wire.source();
  return framework;
}

v1::Framework ToWire(const Framework& framework) {
  v1::Framework wire;
  wire.set_name(FrameworkName(framework.code));
  wire.set_code(framework.code);
  wire.set_version(framework.version);
  wire.set_title(framework.title);
  for (const Theme& theme : framework.themes) {
    v1::Theme* added = wire.add_themes();
    added->set_code(theme.code);
    added->set_title(theme.title);
    for (const QualityStatement& statement : theme.statements) {
      v1::QualityStatement* added_statement = added->add_statements();
      added_statement->set_code(statement.code);
      added_statement->set_title(statement.title);
    }
  }
  for (const std::string& category : framework.evidence_categories) {
    wire.add_evidence_categories(category);
  }
  for (const ScaleStep& step : framework.scale) {
    v1::ScaleStep* added = wire.add_scale();
    added->set_score(step.score);
    added->set_title(step.title);
  }
  for (const Band& band : framework.bands) {
    v1::Band* added = wire.add_bands();
    added->set_code(band.code);
    added->set_title(band.title);
    added->set_from_percent(band.from_percent);
  }
  for (const Limiter& limiter : framework.limiters) {
    v1::Limiter* added = wire.add_limiters();
    added->set_band(limiter.band);
    added->set_score(limiter.score);
    added->set_limited_to(limiter.limited_to);
  }
  wire.set_rated(framework.rated);
  wire.set_source(framework.source);
  return wire;
}

v1::Rating ToWire(const Rating& rating) {
  v1::Rating wire;
  wire.set_scored(rating.scored);
  wire.set_statements(rating.statements);
  wire.set_complete(rating.complete);
  wire.set_sum(rating.sum);
  wire.set_percent(rating.percent);
  wire.set_band(rating.band);
  wire.set_rating(rating.rating);
  wire.set_limited_by(rating.limited_by);
  return wire;
}

}  // namespace onereturn::assessment

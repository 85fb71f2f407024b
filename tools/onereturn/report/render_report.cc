#include "tools/onereturn/report/render_report.h"

#include <ctemplate/template.h>
#include <ctemplate/template_dictionary.h>

#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tools/onereturn/console/number_text.h"
#include "tools/onereturn/report/report_template.h"
#include "tools/onereturn/report/svg.h"

namespace onereturn::client {
namespace {

using Dictionary = ctemplate::TemplateDictionary;

// SetValue copies: the texts given here need not live on.
void Set(Dictionary* dictionary, const char* name, const std::string& value) {
  dictionary->SetValue(name, value);
}

void ShowIf(bool shown, Dictionary* dictionary, const char* section) {
  if (shown) dictionary->ShowSection(section);
}

// A section that is there when the text is, with the text in it.
void SetOptional(Dictionary* dictionary, const char* section, const char* name,
                 const std::string& value) {
  if (value.empty()) return;
  dictionary->SetValueAndShowSection(name, value, section);
}

// The marking stands at the head of every section.
void SetMarking(const ReportModel& model, Dictionary* dictionary) {
  SetOptional(dictionary, "MARKED", "MARKING", model.marking);
}

void FillRating(const ReportModel& model, Dictionary* page) {
  const ReportRating& rating = model.rating;
  if (!rating.complete) {
    Dictionary* open = page->AddSectionDictionary("NOT_RATED");
    Set(open, "WHY",
        absl::StrCat("Not yet complete: ", rating.scored, " of ", rating.statements,
                     " statements are scored."));
    return;
  }
  Dictionary* section = page->AddSectionDictionary("RATED");
  Set(section, "RATING", rating.rated ? rating.rating : "Unrated");
  Set(section, "PERCENT", absl::StrCat(rating.percent));
  Set(section, "SUM", absl::StrCat(rating.sum));
  Set(section, "HIGHEST", absl::StrCat(rating.highest));
  Set(section, "STATEMENTS", absl::StrCat(rating.statements));
  Set(section, "BAND_BAR", BandBarSvg(rating, model.bands));
  SetOptional(section, "LIMITED", "LIMITED_BY", rating.limited_by);
  ShowIf(rating.limited_by.empty() && rating.rated, section, "NOT_LIMITED");
  ShowIf(!rating.rated, section, "UNRATED");
}

void FillStatement(const ReportModel& model, const ReportStatement& statement,
                   Dictionary* section) {
  Set(section, "CODE", statement.code);
  Set(section, "STATEMENT", statement.title);
  SetOptional(section, "HAS_RATIONALE", "RATIONALE", statement.rationale);
  if (statement.score == 0) {
    section->ShowSection("NOT_SCORED");
  } else {
    Dictionary* score = section->AddSectionDictionary("SCORED");
    Set(score, "SCORE", absl::StrCat(statement.score));
    Set(score, "OF", absl::StrCat(model.highest_score));
    Set(score, "SCORE_TITLE", statement.score_title);
    for (uint32_t step = 1; step <= model.highest_score; ++step) {
      Set(score->AddSectionDictionary("STEP"), "FILLED", step <= statement.score ? "on" : "off");
    }
  }
  for (const ReportEvidence& evidence : statement.evidence) {
    Dictionary* item = section->AddSectionDictionary("PIECE");
    Set(item, "ANCHOR", evidence.anchor);
    Set(item, "TITLE", evidence.title);
    Set(item, "VALUE", evidence.value);
    Set(item, "CATEGORY", evidence.category);
    SetOptional(item, "HAS_NOTE", "NOTE", evidence.note);
  }
}

void FillThemes(const ReportModel& model, Dictionary* page) {
  for (const ReportTheme& theme : model.themes) {
    Dictionary* section = page->AddSectionDictionary("THEME");
    Set(section, "THEME_TITLE", theme.title);
    SetMarking(model, section);
    for (const ReportStatement& statement : theme.statements) {
      FillStatement(model, statement, section->AddSectionDictionary("STATEMENT_ROW"));
    }
  }
}

void FillPoints(const ReportMetric& metric, Dictionary* section) {
  if (metric.points.empty()) return;
  Dictionary* table = section->AddSectionDictionary("POINTS");
  Set(table, "TITLE", metric.title);
  for (const ReportPoint& point : metric.points) {
    Dictionary* row = table->AddSectionDictionary("POINT");
    Set(row, "PERIOD", point.period);
    Set(row, "VALUE", WithThousands(point.display));
    Set(row, "MEAN", FixedNumber(point.mean, metric.digits));
    Set(row, "LOWER",
        point.lower_limit.has_value() ? FixedNumber(*point.lower_limit, metric.digits) : "–");
    Set(row, "UPPER",
        point.upper_limit.has_value() ? FixedNumber(*point.upper_limit, metric.digits) : "–");
    const char* kind = point.signal > 0 ? "Improvement: " : point.signal < 0 ? "Concern: " : "";
    Set(row, "SIGNAL",
        point.special_cause.empty() ? "Common cause" : absl::StrCat(kind, point.special_cause));
  }
}

void FillParts(const ReportMetric& metric, Dictionary* section) {
  if (metric.parts.empty()) return;
  Dictionary* trace = section->AddSectionDictionary("TRACE");
  Set(trace, "POSITION", metric.position);
  Set(trace, "PARTS", Count(metric.parts.size(), "return"));
  for (const ReportPart& part : metric.parts) {
    Dictionary* row = trace->AddSectionDictionary("PART");
    Set(row, "ORG", part.organisation);
    Set(row, "ORG_NAME", part.name);
    std::string figure = part.state;
    if (figure.empty()) {
      figure = WithThousands(part.numerator);
      if (!part.denominator.empty()) {
        absl::StrAppend(&figure, " / ", WithThousands(part.denominator));
      }
    }
    Set(row, "FIGURE", figure);
    if (part.revision.empty()) continue;
    Dictionary* held = row->AddSectionDictionary("HELD");
    Set(held, "REVISION", part.revision);
    Set(held, "SEQUENCE", WithThousands(part.sequence));
    Set(held, "ACCEPTED", part.accepted);
    Set(held, "LEAF", part.leaf_hash);
  }
}

void FillCoverage(const ReportMetric& metric, Dictionary* section) {
  Set(section, "COVERAGE", metric.coverage);
  SetOptional(section, "HAS_MISSING", "MISSING", absl::StrJoin(metric.missing, "; "));
  SetOptional(section, "HAS_NOT_COLLECTED", "NOT_COLLECTED",
              absl::StrJoin(metric.not_collected, "; "));
  SetOptional(section, "HAS_NO_ICB", "NO_ICB", absl::StrJoin(metric.no_icb_recorded, "; "));
  SetOptional(section, "HAS_GAPS", "GAPS", absl::StrJoin(metric.without_value, "; "));
}

void FillIcon(const std::string& svg, const std::string& words, Dictionary* section) {
  if (svg.empty()) return;
  Dictionary* icon = section->AddSectionDictionary("ICON");
  Set(icon, "SVG", svg);
  Set(icon, "WORDS", words);
}

void FillMetric(const ReportModel& model, const ReportMetric& metric, Dictionary* section) {
  SetMarking(model, section);
  Set(section, "ANCHOR", metric.anchor);
  Set(section, "TITLE", metric.title);
  Set(section, "DESCRIPTION", metric.description);
  Set(section, "ORG_NAME", metric.organisation);
  Set(section, "PERIOD", metric.period);
  Set(section, "VALUE", metric.value);
  Set(section, "DIRECTION", metric.direction);
  Set(section, "DEFINITION", absl::StrCat(metric.code, ", version ", metric.version));
  Set(section, "BEARS_ON", absl::StrJoin(metric.statements, ", "));
  SetOptional(section, "HAS_EXACTLY", "EXACTLY", metric.exactly);
  if (metric.target.has_value()) {
    SetOptional(section, "HAS_TARGET", "TARGET",
                absl::StrCat(FixedNumber(*metric.target, metric.digits), " ", metric.unit));
  }
  FillIcon(VariationIconSvg(metric.variation), VariationWords(metric.variation), section);
  FillIcon(AssuranceIconSvg(metric.assurance), AssuranceWords(metric.assurance), section);
  ShowIf(metric.trial_limits, section, "TRIAL");
  const std::string chart = SpcChartSvg(metric);
  SetOptional(section, "HAS_CHART", "CHART", chart);
  ShowIf(chart.empty(), section, "NO_CHART");
  FillCoverage(metric, section);
  FillPoints(metric, section);
  FillParts(metric, section);
}

void FillPage(const ReportModel& model, Dictionary* page) {
  Set(page, "PAGE_TITLE", model.title);
  Set(page, "ORGANISATION", model.organisation);
  Set(page, "ORGANISATION_CODE", model.organisation_code);
  Set(page, "FRAMEWORK", model.framework);
  Set(page, "FRAMEWORK_VERSION", absl::StrCat(model.framework_version));
  Set(page, "FRAMEWORK_SOURCE", model.framework_source);
  Set(page, "ASSESSMENT", model.assessment);
  Set(page, "CREATED", model.created);
  Set(page, "PAGE_POSITION", model.position);
  Set(page, "SOFTWARE", model.software);
  SetMarking(model, page);
  FillRating(model, page);
  FillThemes(model, page);
  for (const ReportMetric& metric : model.metrics) {
    FillMetric(model, metric, page->AddSectionDictionary("METRIC"));
    Dictionary* link = page->AddSectionDictionary("CONTENT");
    Set(link, "ANCHOR", metric.anchor);
    Set(link, "TITLE", metric.title);
  }
  ShowIf(model.metrics.empty(), page, "NO_EVIDENCE");
  Set(page, "KEY_COMMON", VariationIconSvg(Variation::kCommonCause));
  Set(page, "KEY_IMPROVEMENT", VariationIconSvg(Variation::kImprovementHigh));
  Set(page, "KEY_CONCERN", VariationIconSvg(Variation::kConcernLow));
  Set(page, "KEY_NEUTRAL", VariationIconSvg(Variation::kNeutralHigh));
  Set(page, "KEY_PASSES", AssuranceIconSvg(Assurance::kPasses));
  Set(page, "KEY_FAILS", AssuranceIconSvg(Assurance::kFails));
  Set(page, "KEY_HIT", AssuranceIconSvg(Assurance::kHitOrMiss));
}

}  // namespace

absl::StatusOr<std::string> RenderReport(const ReportModel& model) {
  const std::unique_ptr<ctemplate::Template> layout(
      ctemplate::Template::StringToTemplate(kReportTemplate, ctemplate::STRIP_BLANK_LINES));
  if (layout == nullptr) return absl::InternalError("the report's template is broken");
  Dictionary page("report");
  FillPage(model, &page);
  std::string html;
  if (!layout->Expand(&html, &page)) {
    return absl::InternalError("the report's template cannot be expanded");
  }
  return html;
}

}  // namespace onereturn::client

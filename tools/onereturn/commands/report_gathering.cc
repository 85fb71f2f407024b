#include "tools/onereturn/commands/report_gathering.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/period/period.h"
#include "common/status/status_macros.h"
#include "onereturn/catalogue/v1/catalogue_service.grpc.pb.h"
#include "onereturn/metrics/v1/metrics_service.grpc.pb.h"
#include "tools/onereturn/console/labels.h"
#include "tools/onereturn/console/number_text.h"
#include "tools/onereturn/evidence/assessment_reader.h"
#include "tools/onereturn/evidence/trace_reader.h"

namespace onereturn::client {
namespace {

constexpr char kCommonCause[] = "Common Cause";  // As the services write it.

// "Apr 22" for a month; other periods as they are written.
std::string ShortPeriod(const std::string& period) {
  const auto parsed = Period::Parse(period);
  if (!parsed.ok() || parsed->kind() != PeriodKind::kMonth) return period;
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  int month = 0;
  if (!absl::SimpleAtoi(period.substr(5, 2), &month) || month < 1 || month > 12) return period;
  return absl::StrCat(kMonths[month - 1], " ", period.substr(2, 2));
}

Variation ToModel(metrics::v1::VariationIcon icon) {
  switch (icon) {
    case metrics::v1::VARIATION_ICON_COMMON_CAUSE:
      return Variation::kCommonCause;
    case metrics::v1::VARIATION_ICON_IMPROVEMENT_HIGH:
      return Variation::kImprovementHigh;
    case metrics::v1::VARIATION_ICON_IMPROVEMENT_LOW:
      return Variation::kImprovementLow;
    case metrics::v1::VARIATION_ICON_CONCERN_HIGH:
      return Variation::kConcernHigh;
    case metrics::v1::VARIATION_ICON_CONCERN_LOW:
      return Variation::kConcernLow;
    case metrics::v1::VARIATION_ICON_NEUTRAL_HIGH:
      return Variation::kNeutralHigh;
    case metrics::v1::VARIATION_ICON_NEUTRAL_LOW:
      return Variation::kNeutralLow;
    default:
      return Variation::kNone;
  }
}

Assurance ToModel(metrics::v1::AssuranceIcon icon) {
  switch (icon) {
    case metrics::v1::ASSURANCE_ICON_CONSISTENTLY_PASSES:
      return Assurance::kPasses;
    case metrics::v1::ASSURANCE_ICON_CONSISTENTLY_FAILS:
      return Assurance::kFails;
    case metrics::v1::ASSURANCE_ICON_HIT_OR_MISS:
      return Assurance::kHitOrMiss;
    default:
      return Assurance::kNone;
  }
}

ReportPoint ToModel(const metrics::v1::TrendPoint& wire) {
  ReportPoint point;
  point.period = ShortPeriod(wire.period());
  point.display = WithThousands(wire.display());
  point.value = wire.value();
  point.mean = wire.mean();
  if (wire.has_lower_limit()) point.lower_limit = wire.lower_limit();
  if (wire.has_upper_limit()) point.upper_limit = wire.upper_limit();
  point.signal = wire.signal();
  point.special = wire.special_cause() != kCommonCause && !wire.special_cause().empty();
  if (point.special) point.special_cause = wire.special_cause();
  return point;
}

// Two pins of the same value at the same position are one chart, bearing on several statements.
using PinKey = std::tuple<std::string, uint32_t, std::string, std::string, std::string>;

PinKey KeyOf(const assessment::v1::Evidence& evidence) {
  const auto& value = evidence.value();
  return {value.metric(), value.metric_version(), value.organisation(), value.period(),
          evidence.position()};
}

class Gathering {
 public:
  Gathering(const Session& session, const std::function<void(const std::string&)>& on_step)
      : session_(session), on_step_(on_step) {}

  absl::StatusOr<ReportModel> Gather(const std::string& name, const std::string& software) {
    on_step_("reading the assessment");
    ASSIGN_OR_RETURN(view_, ReadAssessment(session_, name));
    ASSIGN_OR_RETURN(trace_, ReadTrace(session_, name, ""));
    on_step_("reading receipts");
    ASSIGN_OR_RETURN(proofs_, ReadProofs(session_, trace_));
    const auto& assessment = view_.assessment;
    model_.title = assessment.title();
    model_.organisation_code = assessment.organisation();
    ASSIGN_OR_RETURN(model_.organisation, NameOf(assessment.organisation()));
    model_.framework = view_.framework.title();
    model_.framework_version = assessment.framework_version();
    model_.framework_source = view_.framework.source();
    model_.marking = assessment.marking();
    model_.assessment = assessment.name();
    model_.created = TimeText(assessment.create_time());
    model_.position = trace_.position;
    model_.software = software;
    RETURN_IF_ERROR(AddMetrics());
    AddRating();
    AddThemes();
    return std::move(model_);
  }

 private:
  absl::StatusOr<std::string> NameOf(const std::string& code) {
    if (auto known = names_.find(code); known != names_.end()) return known->second;
    using Client = ServiceClient<catalogue::v1::CatalogueService>;
    ASSIGN_OR_RETURN(const auto client, session_.To<catalogue::v1::CatalogueService>(kIngestion));
    catalogue::v1::GetOrganisationRequest request;
    request.set_name(absl::StrCat("organisations/", code));
    const auto answer = client.Call(&Client::Stub::GetOrganisation, request);
    // An organisation that cannot be named is shown by its code alone.
    if (!answer.ok() && answer.status().code() != absl::StatusCode::kNotFound) {
      return answer.status();
    }
    return names_[code] = answer.ok() ? answer->organisation().display_name() : code;
  }

  absl::Status NameAll(const google::protobuf::RepeatedPtrField<std::string>& codes,
                       std::vector<std::string>* named) {
    for (const std::string& code : codes) {
      ASSIGN_OR_RETURN(const std::string name, NameOf(code));
      named->push_back(name == code ? code : absl::StrCat(name, " (", code, ")"));
    }
    return absl::OkStatus();
  }

  absl::Status AddMetrics() {
    for (const TracedEvidence& traced : trace_.evidence) {
      const PinKey key = KeyOf(traced.evidence);
      auto [found, is_new] = metric_of_.emplace(key, model_.metrics.size());
      if (is_new) {
        on_step_(absl::StrCat("reading ", traced.evidence.value().metric()));
        ASSIGN_OR_RETURN(ReportMetric metric, ReadMetric(traced));
        metric.anchor = absl::StrCat("evidence-", model_.metrics.size() + 1);
        model_.metrics.push_back(std::move(metric));
      }
      std::vector<std::string>& statements = model_.metrics[found->second].statements;
      const std::string& statement = traced.evidence.statement();
      if (std::find(statements.begin(), statements.end(), statement) == statements.end()) {
        statements.push_back(statement);
      }
    }
    return absl::OkStatus();
  }

  absl::StatusOr<ReportMetric> ReadMetric(const TracedEvidence& traced) {
    const auto& value = traced.evidence.value();
    ASSIGN_OR_RETURN(const auto trend, ReadTrend(traced.evidence));
    ReportMetric metric;
    metric.code = value.metric();
    metric.version = value.metric_version();
    metric.title = trend.metric().display_name();
    metric.description = trend.metric().description();
    metric.unit = trend.metric().unit();
    metric.direction = Label(trend.metric().direction());
    metric.organisation = value.organisation_display_name();
    metric.period = PeriodText(value.period());
    metric.value = ValueText(value);
    const bool ratio = trend.metric().denominator_size() > 0;
    if (ratio && value.state() == metrics::v1::VALUE_STATE_VALUE) {
      metric.exactly = absl::StrCat(value.factor(), " × ", WithThousands(value.numerator()), " / ",
                                    WithThousands(value.denominator()));
    }
    metric.digits = static_cast<int>(trend.metric().display_digits());
    double target = 0;
    if (absl::SimpleAtod(trend.metric().target(), &target)) metric.target = target;
    metric.variation = ToModel(trend.variation());
    // Under 13 points the picture omits the assurance icon.
    metric.trial_limits = trend.trial_limits();
    if (!metric.trial_limits) metric.assurance = ToModel(trend.assurance());
    for (const auto& point : trend.points()) metric.points.push_back(ToModel(point));
    for (const auto& gap : trend.missing()) {
      metric.without_value.push_back(
          absl::StrCat(ShortPeriod(gap.period()), ": ", Label(gap.state())));
    }
    metric.coverage = CoverageText(value.coverage(), 0);
    metric.coverage = metric.coverage.substr(0, metric.coverage.find(" ("));
    RETURN_IF_ERROR(NameAll(value.coverage().missing(), &metric.missing));
    RETURN_IF_ERROR(NameAll(value.coverage().not_collected(), &metric.not_collected));
    RETURN_IF_ERROR(NameAll(value.coverage().no_icb_recorded(), &metric.no_icb_recorded));
    metric.position = traced.evidence.position();
    for (const metrics::v1::TraceLeaf& leaf : traced.leaves) {
      ASSIGN_OR_RETURN(ReportPart part, ToPart(leaf, ratio));
      metric.parts.push_back(std::move(part));
    }
    return metric;
  }

  absl::StatusOr<metrics::v1::GetTrendResponse> ReadTrend(
      const assessment::v1::Evidence& evidence) {
    using Client = ServiceClient<metrics::v1::MetricsService>;
    ASSIGN_OR_RETURN(const auto client, session_.To<metrics::v1::MetricsService>(kMetrics));
    metrics::v1::GetTrendRequest request;
    request.set_metric(evidence.value().metric());
    request.set_metric_version(evidence.value().metric_version());
    request.set_organisation(evidence.value().organisation());
    request.set_to_period(evidence.value().period());
    request.mutable_read()->set_as_of_position(evidence.position());
    return client.Call(&Client::Stub::GetTrend, request);
  }

  absl::StatusOr<ReportPart> ToPart(const metrics::v1::TraceLeaf& leaf, bool ratio) {
    ReportPart part;
    part.organisation = leaf.organisation();
    ASSIGN_OR_RETURN(part.name, NameOf(leaf.organisation()));
    if (leaf.state() != metrics::v1::VALUE_STATE_VALUE) part.state = Label(leaf.state());
    part.numerator = leaf.numerator();
    if (ratio) part.denominator = leaf.denominator();
    part.revision = leaf.revision();
    part.sequence = leaf.sequence();
    if (const auto proof = proofs_.find(leaf.revision()); proof != proofs_.end()) {
      part.accepted = TimeText(proof->second.receipt.time());
      part.leaf_hash = Hex(proof->second.receipt.leaf_hash());
    }
    return part;
  }

  void AddRating() {
    const auto& framework = view_.framework;
    const auto& wire = view_.assessment.rating();
    for (const auto& step : framework.scale()) {
      model_.highest_score = std::max(model_.highest_score, step.score());
    }
    for (const auto& band : framework.bands()) {
      model_.bands.push_back({band.title(), band.from_percent()});
    }
    ReportRating& rating = model_.rating;
    rating.complete = wire.complete();
    rating.rated = !wire.rating().empty();
    rating.scored = wire.scored();
    rating.statements = wire.statements();
    rating.sum = wire.sum();
    rating.highest = wire.statements() * model_.highest_score;
    rating.percent = wire.percent();
    rating.rating = BandTitle(framework, wire.rating());
    rating.band = BandTitle(framework, wire.band());
    rating.limited_by = wire.limited_by();
  }

  void AddThemes() {
    for (const auto& theme : view_.framework.themes()) {
      ReportTheme& section = model_.themes.emplace_back();
      section.title = theme.title();
      for (const auto& statement : theme.statements()) {
        section.statements.push_back(StatementOf(statement));
      }
    }
  }

  ReportStatement StatementOf(const assessment::v1::QualityStatement& wire) {
    ReportStatement statement;
    statement.code = wire.code();
    statement.title = wire.title();
    for (const auto& score : view_.assessment.scores()) {
      if (score.statement() != wire.code()) continue;
      statement.score = score.score();
      statement.rationale = score.rationale();
      for (const auto& step : view_.framework.scale()) {
        if (step.score() == score.score()) statement.score_title = step.title();
      }
    }
    for (const TracedEvidence& traced : trace_.evidence) {
      if (traced.evidence.statement() != wire.code()) continue;
      const ReportMetric& metric = model_.metrics[metric_of_[KeyOf(traced.evidence)]];
      statement.evidence.push_back({metric.anchor, metric.title, metric.value,
                                    traced.evidence.category(), traced.evidence.note()});
    }
    return statement;
  }

  const Session& session_;
  const std::function<void(const std::string&)>& on_step_;
  AssessmentView view_;
  Trace trace_;
  std::map<std::string, RevisionProof> proofs_;
  std::map<std::string, std::string> names_;
  std::map<PinKey, size_t> metric_of_;
  ReportModel model_;
};

}  // namespace

absl::StatusOr<ReportModel> GatherReport(const Session& session, const std::string& assessment,
                                         const std::string& software,
                                         const std::function<void(const std::string&)>& on_step) {
  return Gathering(session, on_step).Gather(assessment, software);
}

}  // namespace onereturn::client

#include "services/ingestion/app/requests/answers/answer_figures.h"

#include <algorithm>
#include <set>
#include <utility>

#include "common/feed/wire.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/returns/accepted_return.h"
#include "services/ingestion/definitions/messages.h"
#include "services/ingestion/domain/requests/figures_together.h"

namespace onereturn::ingestion {
namespace {

using requests::v1::AnswerCell;

// Those of the lines, and those that their formulas read.
std::set<std::string> ItemsRead(const IssuedRequest& issued) {
  std::set<std::string> items;
  for (uint32_t line = 0; line < issued.subjects.size(); ++line) {
    const LineSubject& subject = issued.subjects[line];
    if (!issued.IsAnswered(line) || subject.versions == nullptr) continue;
    items.insert(subject.item);
    for (const KnownItem& version : *subject.versions) {
      if (!version.formula.has_value()) continue;
      items.insert(version.formula->Items().begin(), version.formula->Items().end());
    }
  }
  return items;
}

// FINAL is the firmest, ESTIMATED the least firm.
int Firmness(returns::v1::RevisionStatus status) {
  switch (status) {
    case returns::v1::REVISION_STATUS_FINAL:
      return 2;
    case returns::v1::REVISION_STATUS_PROVISIONAL:
      return 1;
    default:
      return 0;
  }
}

void SetContent(const AnswerFigure& figure, AnswerCell* cell) {
  if (figure.suppressed) {
    cell->set_suppressed_by(figure.suppressed_by);
  } else if (figure.value.has_value()) {
    cell->set_millionths(figure.value->millionths());
  } else if (figure.ratio.has_value()) {
    cell->mutable_ratio()->set_numerator(
        static_cast<int64_t>(figure.ratio->numerator_millionths()));
    cell->mutable_ratio()->set_denominator(
        static_cast<int64_t>(figure.ratio->denominator_millionths()));
  } else {
    cell->set_null_reason(static_cast<common::v1::NullReason>(figure.null_reason));
  }
}

}  // namespace

AnswerFigures::AnswerFigures(const Reader* reader, const IssuedRequest* issued)
    : issued_(*issued),
      time_(reader),  // What may be shown is said now, whatever the position.
      sources_(issued->matched.ask, issued->matched.world, issued->matched.ask.organisations),
      held_(reader, ItemsRead(*issued)) {}

absl::StatusOr<DisclosureRule> AnswerFigures::DisclosureOn(const std::string& code,
                                                           const CivilDay& day) {
  ASSIGN_OR_RETURN(const ItemTimeline* timeline, time_.Item(code));
  const catalogue::v1::DataItem* item = timeline->On(day);
  if (item == nullptr) return DisclosureRule();
  const catalogue::v1::Disclosure& said = item->disclosure();
  return DisclosureRule{said.suppressed_to(), said.rounded_to(), said.rule()};
}

absl::StatusOr<AnswerFigures::Subject> AnswerFigures::SubjectIn(uint32_t line,
                                                                const Period& period) {
  const CivilDay day = period.start();
  const std::string& code = issued_.subjects[line].item;
  Subject subject;
  subject.item = ItemOn(*issued_.matched.catalogue, code, day);
  if (subject.item == nullptr) return subject;
  ASSIGN_OR_RETURN(subject.disclosure, DisclosureOn(code, day));
  if (!subject.item->formula.has_value()) return subject;
  for (const std::string& input : subject.item->formula->Items()) {
    FormulaInput& of_item = subject.inputs[input];
    of_item.item = ItemOn(*issued_.matched.catalogue, input, day);
    ASSIGN_OR_RETURN(of_item.disclosure, DisclosureOn(input, day));
  }
  return subject;
}

absl::Status AnswerFigures::Evaluate(const Subject& subject, const Period& period,
                                     std::vector<OrganisationFigures>* organisations) {
  std::vector<FiguresWanted> wanted;
  for (const OrganisationFigures& one : *organisations) {
    wanted.push_back({one.organisation, &one.source});
  }
  const auto read = [this](const FigureSource::Part& part,
                           const std::string& item) -> absl::StatusOr<std::vector<Cell>> {
    ASSIGN_OR_RETURN(const std::shared_ptr<const ReturnCells> held, held_.Of(part));
    const auto found = held->cells.find(item);
    return found == held->cells.end() ? std::vector<Cell>() : found->second;
  };
  ASSIGN_OR_RETURN(
      std::vector<std::vector<AnswerFigure>> figures,
      EvaluateTogether(wanted, *subject.item, period, subject.disclosure, subject.inputs, read));
  for (size_t i = 0; i < figures.size(); ++i) (*organisations)[i].figures = std::move(figures[i]);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<AnswerCell>> AnswerFigures::CellsOf(uint32_t line, const Period& period,
                                                               const OrganisationFigures& one) {
  AnswerCell all;
  all.set_line(line + 1);
  all.set_organisation(one.organisation);
  all.set_period(period.ToString());
  all.set_coverage(one.source.fresh ? static_cast<requests::v1::CoverageClass>(one.source.coverage)
                                    : requests::v1::COVERAGE_CLASS_FRESHER);
  std::map<PartKey, FigureSource::Part> held;
  for (const auto& [item, parts] : one.source.parts_of_item) {
    for (const FigureSource::Part& part : parts) {
      if (part.held != nullptr) held.emplace(part.key, part);
    }
  }
  for (const auto& [key, part] : held) {
    ASSIGN_OR_RETURN(const std::shared_ptr<const ReturnCells> of_part, held_.Of(part));
    if (all.status() == returns::v1::REVISION_STATUS_UNSPECIFIED ||
        Firmness(of_part->status) < Firmness(all.status())) {
      all.set_status(of_part->status);
    }
    if (all.sources_size() == static_cast<int>(kMostSources)) continue;
    requests::v1::AnswerSource* source = all.add_sources();
    source->set_return_(ReturnName({key.collection, key.period.ToString(), key.organisation}));
    source->set_revision(of_part->revision);
    source->set_status(of_part->status);
    *source->mutable_accept_time() = ToWire(of_part->accepted);
  }
  std::vector<AnswerCell> cells;
  for (const AnswerFigure& figure : one.figures) {
    AnswerCell cell = all;
    Cell place;
    place.item = issued_.subjects[line].item;
    place.dimensions = figure.dimensions;
    *cell.mutable_reference() = ReferenceTo(place);
    SetContent(figure, &cell);
    cell.set_parts(figure.parts);
    cell.set_parts_held(figure.parts_held);
    cell.set_derivation(figure.derivation);
    cells.push_back(std::move(cell));
  }
  return cells;
}

absl::Status AnswerFigures::Give(uint32_t line, const Period& period, const Subject& subject,
                                 std::vector<OrganisationFigures> organisations, Take take) {
  RETURN_IF_ERROR(Evaluate(subject, period, &organisations));
  for (OrganisationFigures& one : organisations) {
    ASSIGN_OR_RETURN(std::vector<AnswerCell> cells, CellsOf(line, period, one));
    one.figures = {};
    RETURN_IF_ERROR(take(one.source, std::move(cells)));
  }
  return absl::OkStatus();
}

absl::Status AnswerFigures::Visit(uint32_t line, const Period& period, Wanted wanted, Take take) {
  if (!issued_.IsAnswered(line)) return absl::OkStatus();
  ASSIGN_OR_RETURN(const Subject subject, SubjectIn(line, period));
  if (subject.item == nullptr) return absl::OkStatus();
  const bool together = AreShownTogether(*subject.item, subject.disclosure, subject.inputs);
  std::vector<OrganisationFigures> all;  // Where they may be shown together.
  for (const std::string& organisation : issued_.matched.ask.organisations) {
    std::optional<FigureSource> source = sources_.Of(line, organisation, period);
    if (!source.has_value()) continue;
    if (together) {
      all.push_back({organisation, *std::move(source), {}});
    } else if (wanted(*source)) {
      std::vector<OrganisationFigures> one;
      one.push_back({organisation, *std::move(source), {}});
      RETURN_IF_ERROR(Give(line, period, subject, std::move(one), take));
    }
  }
  std::vector<FiguresWanted> sources;
  for (const OrganisationFigures& one : all) sources.push_back({one.organisation, &one.source});
  for (const std::vector<size_t>& group : GroupsTogether(sources)) {
    const bool any = std::any_of(group.begin(), group.end(),
                                 [&](size_t position) { return wanted(all[position].source); });
    if (!any) continue;
    std::vector<OrganisationFigures> some;
    for (const size_t position : group) some.push_back(std::move(all[position]));
    RETURN_IF_ERROR(Give(line, period, subject, std::move(some), take));
  }
  return absl::OkStatus();
}

}  // namespace onereturn::ingestion

// The figures of an answer, as the store holds what they are made of.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_ANSWERS_ANSWER_FIGURES_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_ANSWERS_ANSWER_FIGURES_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "common/storage/reader.h"
#include "onereturn/requests/v1/answers_service.pb.h"
#include "services/ingestion/app/catalogue/catalogue_time.h"
#include "services/ingestion/app/requests/answers/held_cells.h"
#include "services/ingestion/app/requests/answers/issued_request.h"
#include "services/ingestion/domain/requests/answer.h"
#include "services/ingestion/domain/requests/figure_source.h"

namespace onereturn::ingestion {

// Of one organisation: what its figures are made of, and the figures.
struct OrganisationFigures {
  std::string organisation;
  FigureSource source;
  std::vector<AnswerFigure> figures;
};

// Thread-compatible.
class AnswerFigures {
 public:
  // How many sources a figure names.
  static constexpr size_t kMostSources = 20;

  // Both must outlive it.
  AnswerFigures(const Reader* reader, const IssuedRequest* issued);

  using Wanted = absl::FunctionRef<bool(const FigureSource& source)>;
  using Take = absl::FunctionRef<absl::Status(const FigureSource& source,
                                              std::vector<requests::v1::AnswerCell> cells)>;

  // Of the line (from 0) in the period, in order of organisation, those whose sources are wanted:
  // nothing else is read. Where the item, or one that its formula reads, has a rule by which
  // numbers are not shown, and one of them is wanted, all of them: what is shown of one depends on
  // the others. Errors: those of EvaluateFigures, of the store, and of `take`.
  absl::Status Visit(uint32_t line, const Period& period, Wanted wanted, Take take);

 private:
  // What a line is in a period.
  struct Subject {
    const KnownItem* item = nullptr;  // Null: it is none there.
    DisclosureRule disclosure;
    FormulaInputs inputs;
  };

  absl::StatusOr<DisclosureRule> DisclosureOn(const std::string& code, const CivilDay& day);
  absl::StatusOr<Subject> SubjectIn(uint32_t line, const Period& period);
  // Fills in the figures of organisations that are shown together.
  absl::Status Evaluate(const Subject& subject, const Period& period,
                        std::vector<OrganisationFigures>* organisations);
  absl::StatusOr<std::vector<requests::v1::AnswerCell>> CellsOf(uint32_t line, const Period& period,
                                                                const OrganisationFigures& one);

  const IssuedRequest& issued_;
  CatalogueTime time_;
  FigureSources sources_;
  HeldCells held_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_ANSWERS_ANSWER_FIGURES_H_

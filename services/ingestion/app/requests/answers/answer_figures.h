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
  // numbers are not shown, those that are summed of the same returns stand together, where the
  // first of them does, and all of them come where one is wanted: what is shown of one depends on
  // the others. Errors: those of EvaluateTogether, of the store, and of `take`.
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
  // Makes and gives the figures of organisations that are shown together.
  absl::Status Give(uint32_t line, const Period& period, const Subject& subject,
                    std::vector<OrganisationFigures> organisations, Take take);
  // Fills in the figures of those.
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

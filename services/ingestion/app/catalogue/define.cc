#include "services/ingestion/app/catalogue/define.h"

#include <memory>
#include <utility>

#include "common/commit/journal.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "services/ingestion/app/catalogue/define_decision.h"

namespace onereturn::ingestion {
namespace {

template <typename Definition>
absl::StatusOr<Defined<Definition>> AnswerOf(AcceptedFact fact) {
  Defined<Definition> defined;
  ASSIGN_OR_RETURN(defined.definition,
                   DefinitionTraits<Definition>::In(fact.accepted.receipt.entry));
  defined.definition.set_etag(EtagOf(fact.accepted.placement.sequence));
  defined.accepted = std::move(fact.accepted);
  defined.unchanged = fact.unchanged;
  return defined;
}

template <typename Definition>
void Run(const FactWriter& writer, const RequestOrigin& origin, Definition asked,
         const std::function<void(const std::string& entry)>& seen, DefinedDone<Definition> done,
         Supposed supposed = {}) {
  FactRequest request{DefinitionTraits<Definition>::kEntry,
                      origin.actor,
                      "",
                      origin.request_id,
                      origin.digest,
                      origin.validate_only,
                      origin.person,
                      origin.role};
  auto judged = std::make_shared<Definition>();
  writer.Write(
      std::move(request),
      [judged, asked = std::move(asked), supposed = std::move(supposed)](const Snapshot& snapshot) {
        *judged = asked;
        return DecideDefinition(snapshot, judged.get(), nullptr, supposed);
      },
      [judged, seen, done = std::move(done)](absl::StatusOr<std::optional<AcceptedFact>> accepted) {
        if (!accepted.ok()) return done(accepted.status());
        if (accepted->has_value()) {
          if (seen != nullptr) seen((*accepted)->accepted.receipt.entry);
          return done(AnswerOf<Definition>(**std::move(accepted)));
        }
        Defined<Definition> defined;
        defined.definition = std::move(*judged);
        done(std::move(defined));
      });
}

absl::Status CheckOnlySupposed(const RequestOrigin& origin, const Supposed& supposed) {
  if (supposed.empty() || origin.validate_only) return absl::OkStatus();
  return Error(Reason::kFieldInvalid, "what is supposed cannot be stored with the definition")
      .Field("validate_only", "must be set where something is supposed");
}

}  // namespace

void Define::Organisation(const RequestOrigin& origin, catalogue::v1::Organisation organisation,
                          DefinedDone<catalogue::v1::Organisation> done) const {
  ingestion::Run(*writer_, origin, std::move(organisation), accepted_, std::move(done));
}

void Define::Item(const RequestOrigin& origin, catalogue::v1::DataItem item,
                  DefinedDone<catalogue::v1::DataItem> done) const {
  ingestion::Run(*writer_, origin, std::move(item), accepted_, std::move(done));
}

void Define::Collection(const RequestOrigin& origin, catalogue::v1::Collection collection,
                        DefinedDone<catalogue::v1::Collection> done) const {
  ingestion::Run(*writer_, origin, std::move(collection), accepted_, std::move(done));
}

void Define::ItemBeside(const RequestOrigin& origin, catalogue::v1::DataItem item,
                        Supposed supposed, DefinedDone<catalogue::v1::DataItem> done) const {
  if (absl::Status fault = CheckOnlySupposed(origin, supposed); !fault.ok()) return done(fault);
  ingestion::Run(*writer_, origin, std::move(item), accepted_, std::move(done),
                 std::move(supposed));
}

void Define::CollectionBeside(const RequestOrigin& origin, catalogue::v1::Collection collection,
                              Supposed supposed,
                              DefinedDone<catalogue::v1::Collection> done) const {
  if (absl::Status fault = CheckOnlySupposed(origin, supposed); !fault.ok()) return done(fault);
  ingestion::Run(*writer_, origin, std::move(collection), accepted_, std::move(done),
                 std::move(supposed));
}

void Define::Calendar(const RequestOrigin& origin, timetable::v1::Calendar calendar,
                      DefinedDone<timetable::v1::Calendar> done) const {
  ingestion::Run(*writer_, origin, std::move(calendar), accepted_, std::move(done));
}

void Define::Guidance(const RequestOrigin& origin, catalogue::v1::Guidance guidance,
                      DefinedDone<catalogue::v1::Guidance> done) const {
  ingestion::Run(*writer_, origin, std::move(guidance), accepted_, std::move(done));
}

void Define::Responsibility(const RequestOrigin& origin,
                            catalogue::v1::Responsibility responsibility,
                            DefinedDone<catalogue::v1::Responsibility> done) const {
  ingestion::Run(*writer_, origin, std::move(responsibility), accepted_, std::move(done));
}

void Define::RequestRules(const RequestOrigin& origin, requests::v1::RequestRules rules,
                          DefinedDone<requests::v1::RequestRules> done) const {
  ingestion::Run(*writer_, origin, std::move(rules), accepted_, std::move(done));
}

}  // namespace onereturn::ingestion

#include "services/ingestion/app/catalogue/define_decision.h"

#include "services/ingestion/app/catalogue/definition_rules.h"
#include "services/ingestion/definitions/definition_checks.h"
#include "services/ingestion/definitions/request_rules_checks.h"
#include "services/ingestion/definitions/window_checks.h"

namespace onereturn::ingestion {
namespace {

// How a change that was approved stands in the fact that it made.
template <typename Fact>
void NameChange(const ApprovedChange* change, Fact* fact) {
  if (change == nullptr) return;
  fact->set_change(change->name);
  fact->set_reason(change->reason);
}

}  // namespace

void DefinitionTraits<catalogue::v1::Organisation>::SetVersion(uint32_t /*version*/,
                                                               Definition* /*definition*/) {}
uint32_t DefinitionTraits<catalogue::v1::Organisation>::VersionOf(
    const Definition& /*definition*/) {
  return 0;
}
bool DefinitionTraits<catalogue::v1::Organisation>::IsCoProduced(const Definition& /*definition*/) {
  return false;
}
std::string DefinitionTraits<catalogue::v1::Organisation>::Fact(const Definition& definition,
                                                                const ApprovedChange* /*change*/) {
  feed::v1::OrganisationDefined fact;
  *fact.mutable_organisation() = definition;
  return fact.SerializeAsString();
}
absl::StatusOr<catalogue::v1::Organisation> DefinitionTraits<catalogue::v1::Organisation>::In(
    const std::string& entry_bytes) {
  ASSIGN_OR_RETURN(auto fact, FactIn<feed::v1::OrganisationDefined>(entry_bytes));
  return std::move(*fact.mutable_organisation());
}
absl::StatusOr<MoreRows> DefinitionTraits<catalogue::v1::Organisation>::Check(
    const Reader& /*reader*/, const Definition& definition, const Definition* /*replaced*/,
    const Supposed& /*supposed*/, std::vector<ReadCheck>* /*read_set*/) {
  RETURN_IF_ERROR(CheckOrganisation(definition));
  return MoreRows();
}

void DefinitionTraits<catalogue::v1::DataItem>::SetVersion(uint32_t version,
                                                           Definition* definition) {
  definition->set_version(version);
}
uint32_t DefinitionTraits<catalogue::v1::DataItem>::VersionOf(const Definition& definition) {
  return definition.version();
}
bool DefinitionTraits<catalogue::v1::DataItem>::IsCoProduced(const Definition& definition) {
  return definition.co_produced();
}
std::string DefinitionTraits<catalogue::v1::DataItem>::Fact(const Definition& definition,
                                                            const ApprovedChange* change) {
  feed::v1::ItemDefined fact;
  *fact.mutable_item() = definition;
  NameChange(change, &fact);
  return fact.SerializeAsString();
}
absl::StatusOr<catalogue::v1::DataItem> DefinitionTraits<catalogue::v1::DataItem>::In(
    const std::string& entry_bytes) {
  ASSIGN_OR_RETURN(auto fact, FactIn<feed::v1::ItemDefined>(entry_bytes));
  return std::move(*fact.mutable_item());
}
absl::StatusOr<MoreRows> DefinitionTraits<catalogue::v1::DataItem>::Check(
    const Reader& reader, const Definition& definition, const Definition* replaced,
    const Supposed& supposed, std::vector<ReadCheck>* read_set) {
  RETURN_IF_ERROR(CheckItemInCatalogue(reader, definition, replaced, supposed, read_set));
  return MoreRows();
}

void DefinitionTraits<catalogue::v1::Collection>::SetVersion(uint32_t version,
                                                             Definition* definition) {
  definition->set_version(version);
}
uint32_t DefinitionTraits<catalogue::v1::Collection>::VersionOf(const Definition& definition) {
  return definition.version();
}
bool DefinitionTraits<catalogue::v1::Collection>::IsCoProduced(const Definition& definition) {
  return definition.co_produced();
}
std::string DefinitionTraits<catalogue::v1::Collection>::Fact(const Definition& definition,
                                                              const ApprovedChange* change) {
  feed::v1::CollectionDefined fact;
  *fact.mutable_collection() = definition;
  NameChange(change, &fact);
  return fact.SerializeAsString();
}
absl::StatusOr<catalogue::v1::Collection> DefinitionTraits<catalogue::v1::Collection>::In(
    const std::string& entry_bytes) {
  ASSIGN_OR_RETURN(auto fact, FactIn<feed::v1::CollectionDefined>(entry_bytes));
  return std::move(*fact.mutable_collection());
}
absl::StatusOr<MoreRows> DefinitionTraits<catalogue::v1::Collection>::Check(
    const Reader& reader, const Definition& definition, const Definition* replaced,
    const Supposed& supposed, std::vector<ReadCheck>* read_set) {
  ASSIGN_OR_RETURN(Homes homes,
                   CheckCollectionInCatalogue(reader, definition, replaced, supposed, read_set));
  std::vector<std::string> named(definition.items().begin(), definition.items().end());
  for (const catalogue::v1::ReadBeside& beside : definition.beside()) {
    named.insert(named.end(), beside.items().begin(), beside.items().end());
  }
  return MoreRows([homes = std::move(homes), named = std::move(named),
                   code = definition.code()](WriteBatch* batch) {
    for (const std::string& item : named) PutNaming(item, code, batch);
    for (const auto& [item, home] : homes) {
      if (home.has_value()) {
        PutHome(item, *home, batch);
      } else {
        RemoveHome(item, batch);
      }
    }
  });
}

void DefinitionTraits<catalogue::v1::Guidance>::SetVersion(uint32_t version,
                                                           Definition* definition) {
  definition->set_version(version);
}
uint32_t DefinitionTraits<catalogue::v1::Guidance>::VersionOf(const Definition& definition) {
  return definition.version();
}
bool DefinitionTraits<catalogue::v1::Guidance>::IsCoProduced(const Definition& /*definition*/) {
  return false;
}
std::string DefinitionTraits<catalogue::v1::Guidance>::Fact(const Definition& definition,
                                                            const ApprovedChange* /*change*/) {
  feed::v1::GuidanceDefined fact;
  *fact.mutable_guidance() = definition;
  return fact.SerializeAsString();
}
absl::StatusOr<catalogue::v1::Guidance> DefinitionTraits<catalogue::v1::Guidance>::In(
    const std::string& entry_bytes) {
  ASSIGN_OR_RETURN(auto fact, FactIn<feed::v1::GuidanceDefined>(entry_bytes));
  return std::move(*fact.mutable_guidance());
}
absl::StatusOr<MoreRows> DefinitionTraits<catalogue::v1::Guidance>::Check(
    const Reader& reader, const Definition& definition, const Definition* /*replaced*/,
    const Supposed& /*supposed*/, std::vector<ReadCheck>* /*read_set*/) {
  RETURN_IF_ERROR(CheckGuidanceInCatalogue(reader, definition));
  return MoreRows();
}

void DefinitionTraits<catalogue::v1::Responsibility>::SetVersion(uint32_t version,
                                                                 Definition* definition) {
  definition->set_version(version);
}
uint32_t DefinitionTraits<catalogue::v1::Responsibility>::VersionOf(const Definition& definition) {
  return definition.version();
}
bool DefinitionTraits<catalogue::v1::Responsibility>::IsCoProduced(
    const Definition& /*definition*/) {
  return false;
}
std::string DefinitionTraits<catalogue::v1::Responsibility>::Fact(
    const Definition& definition, const ApprovedChange* /*change*/) {
  feed::v1::ResponsibilityDefined fact;
  *fact.mutable_responsibility() = definition;
  return fact.SerializeAsString();
}
absl::StatusOr<catalogue::v1::Responsibility> DefinitionTraits<catalogue::v1::Responsibility>::In(
    const std::string& entry_bytes) {
  ASSIGN_OR_RETURN(auto fact, FactIn<feed::v1::ResponsibilityDefined>(entry_bytes));
  return std::move(*fact.mutable_responsibility());
}
absl::StatusOr<MoreRows> DefinitionTraits<catalogue::v1::Responsibility>::Check(
    const Reader& reader, const Definition& definition, const Definition* replaced,
    const Supposed& /*supposed*/, std::vector<ReadCheck>* /*read_set*/) {
  RETURN_IF_ERROR(CheckResponsibilityInCatalogue(reader, definition, replaced));
  return MoreRows();
}

void DefinitionTraits<timetable::v1::Calendar>::SetVersion(uint32_t version,
                                                           Definition* definition) {
  definition->set_version(version);
}
uint32_t DefinitionTraits<timetable::v1::Calendar>::VersionOf(const Definition& definition) {
  return definition.version();
}
bool DefinitionTraits<timetable::v1::Calendar>::IsCoProduced(const Definition& /*definition*/) {
  return false;
}
std::string DefinitionTraits<timetable::v1::Calendar>::Fact(const Definition& definition,
                                                            const ApprovedChange* /*change*/) {
  timetable::v1::CalendarDefined fact;
  *fact.mutable_calendar() = definition;
  return fact.SerializeAsString();
}
absl::StatusOr<timetable::v1::Calendar> DefinitionTraits<timetable::v1::Calendar>::In(
    const std::string& entry_bytes) {
  ASSIGN_OR_RETURN(auto fact, FactIn<timetable::v1::CalendarDefined>(entry_bytes));
  return std::move(*fact.mutable_calendar());
}
absl::StatusOr<MoreRows> DefinitionTraits<timetable::v1::Calendar>::Check(
    const Reader& /*reader*/, const Definition& definition, const Definition* /*replaced*/,
    const Supposed& /*supposed*/, std::vector<ReadCheck>* /*read_set*/) {
  RETURN_IF_ERROR(CheckCalendar(definition));
  return MoreRows();
}

void DefinitionTraits<requests::v1::RequestRules>::SetVersion(uint32_t version,
                                                              Definition* definition) {
  definition->set_version(version);
}
uint32_t DefinitionTraits<requests::v1::RequestRules>::VersionOf(const Definition& definition) {
  return definition.version();
}
bool DefinitionTraits<requests::v1::RequestRules>::IsCoProduced(const Definition& /*definition*/) {
  return false;
}
std::string DefinitionTraits<requests::v1::RequestRules>::Fact(const Definition& definition,
                                                               const ApprovedChange* /*change*/) {
  requests::v1::RequestRulesDefined fact;
  *fact.mutable_rules() = definition;
  return fact.SerializeAsString();
}
absl::StatusOr<requests::v1::RequestRules> DefinitionTraits<requests::v1::RequestRules>::In(
    const std::string& entry_bytes) {
  ASSIGN_OR_RETURN(auto fact, FactIn<requests::v1::RequestRulesDefined>(entry_bytes));
  return std::move(*fact.mutable_rules());
}
absl::StatusOr<MoreRows> DefinitionTraits<requests::v1::RequestRules>::Check(
    const Reader& reader, const Definition& definition, const Definition* /*replaced*/,
    const Supposed& /*supposed*/, std::vector<ReadCheck>* /*read_set*/) {
  RETURN_IF_ERROR(CheckRequestRules(definition));
  Error unknown(Reason::kDefinitionUnknown, "the rules name what is not defined");
  for (int i = 0; i < definition.budgets_size(); ++i) {
    ASSIGN_OR_RETURN(const std::optional<StoredDefinition> body,
                     FindDefinition(reader, DefinitionKind::kOrganisation,
                                    definition.budgets(i).body(), kNewest));
    if (!body.has_value()) {
      unknown.Field(absl::StrCat("rules.budgets[", i, "].body"), "is not defined");
    }
  }
  if (unknown.fields_total() > 0) return unknown.ToStatus();
  return MoreRows();
}

}  // namespace onereturn::ingestion

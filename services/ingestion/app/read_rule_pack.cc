#include "services/ingestion/app/read_rule_pack.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/accepted_return.h"
#include "services/ingestion/app/earlier_returns.h"
#include "services/ingestion/app/read_catalogue.h"
#include "services/ingestion/definitions/collection_builder.h"
#include "services/ingestion/definitions/messages.h"
#include "services/ingestion/definitions/rule_pack.h"

namespace onereturn::ingestion {
namespace {

template <typename Definition>
absl::StatusOr<Definition> DefinedAt(const Reader& reader, DefinitionKind kind,
                                     const std::string& code, uint64_t sequence) {
  ASSIGN_OR_RETURN(const std::optional<StoredDefinition> stored,
                   FindDefinition(reader, kind, code, sequence));
  if (!stored.has_value()) return NotFound();
  return DefinitionOf<Definition>(*stored);
}

// The collection as it judges, and its items beside it in the pack.
absl::StatusOr<Collection> TakeRules(const Reader& reader, uint64_t sequence,
                                     returns::v1::RulePack* pack) {
  for (const std::string& code : pack->collection().items()) {
    ASSIGN_OR_RETURN(*pack->add_items(), DefinedAt<catalogue::v1::DataItem>(
                                             reader, DefinitionKind::kItem, code, sequence));
  }
  const auto& items = pack->items();
  const auto of_organisations = [](const catalogue::v1::Dimension& dimension) {
    return dimension.organisations();
  };
  if (std::any_of(items.begin(), items.end(), [&](const catalogue::v1::DataItem& item) {
        return std::any_of(item.dimensions().begin(), item.dimensions().end(), of_organisations);
      })) {
    RETURN_IF_ERROR(
        VisitDefinitions(reader, DefinitionKind::kOrganisation, "", sequence,
                         [pack](const StoredDefinition& organisation) -> absl::StatusOr<bool> {
                           pack->add_organisations(organisation.code);
                           return true;
                         }));
  }
  return CompileCollection(*pack);
}

template <typename Cells>
void FillCells(const std::vector<Cell>& cells, Cells* messages) {
  for (const Cell& cell : cells) *messages->Add() = MessageOf(cell);
}

}  // namespace

absl::StatusOr<returns::v1::RulePack> ReadRulePackOf(const Reader& reader, const ReturnKey& key,
                                                     uint64_t sequence) {
  returns::v1::RulePack pack;
  RETURN_IF_ERROR(DefinedAt<catalogue::v1::Organisation>(reader, DefinitionKind::kOrganisation,
                                                         key.organisation, sequence)
                      .status());
  ASSIGN_OR_RETURN(*pack.mutable_collection(),
                   DefinedAt<catalogue::v1::Collection>(reader, DefinitionKind::kCollection,
                                                        key.collection, sequence));
  ASSIGN_OR_RETURN(const Collection collection, TakeRules(reader, sequence, &pack));
  ASSIGN_OR_RETURN(const Period period, PeriodOfReturn(key.period, collection.period_kind));
  pack.set_organisation(key.organisation);
  pack.set_period(period.ToString());
  ASSIGN_OR_RETURN(const ReturnHistory history,
                   HistoryAt(reader, collection, period, key.organisation, sequence));
  for (const EarlierReturn& earlier : history) {
    returns::v1::HeldEarlier* held = pack.add_earlier();
    held->set_periods_before(earlier.periods_before);
    FillCells(earlier.cells, held->mutable_cells());
  }
  const ReturnKey canonical{key.collection, period.ToString(), key.organisation};
  ASSIGN_OR_RETURN(
      const std::optional<RevisionPlace> place,
      FindRevision(reader, OrganisationScope::Only(key.organisation), canonical, sequence));
  if (!place.has_value()) return pack;
  pack.set_held_revision(RevisionName(canonical, place->number));
  ASSIGN_OR_RETURN(const std::vector<Cell> cells, CellsOfReturn(reader, place->sequence));
  FillCells(cells, pack.mutable_held());
  return pack;
}

absl::StatusOr<returns::v1::SignedRulePack> SignRulePack(const returns::v1::RulePack& pack,
                                                         const Committer& committer) {
  returns::v1::SignedRulePack signed_pack;
  signed_pack.set_pack(pack.SerializeAsString());
  ASSIGN_OR_RETURN(const Committer::SignedWord word,
                   committer.Sign(SignedBytesOf(signed_pack.pack())));
  signed_pack.set_signature(std::string(word.signature.begin(), word.signature.end()));
  signed_pack.set_public_key(word.key.raw_bytes());
  return signed_pack;
}

}  // namespace onereturn::ingestion

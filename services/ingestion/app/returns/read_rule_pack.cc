#include "services/ingestion/app/returns/read_rule_pack.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "common/commit/journal.h"
#include "common/commit/signing_keys.h"
#include "common/feed/wire.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/catalogue/catalogue_time.h"
#include "services/ingestion/app/catalogue/read_catalogue.h"
#include "services/ingestion/app/returns/accepted_return.h"
#include "services/ingestion/app/returns/earlier_returns.h"
#include "services/ingestion/app/returns/judge_return.h"
#include "services/ingestion/app/returns/stored_cells.h"
#include "services/ingestion/app/returns/what_was_owed.h"
#include "services/ingestion/app/timetable/window_reading.h"
#include "services/ingestion/definitions/collection_builder.h"
#include "services/ingestion/definitions/messages.h"
#include "services/ingestion/definitions/rule_pack.h"
#include "services/ingestion/domain/return_window.h"

namespace onereturn::ingestion {
namespace {

template <typename Definition>
absl::StatusOr<Definition> DefinedAt(const Reader& reader, DefinitionKind kind,
                                     absl::string_view kind_name, const std::string& code,
                                     uint64_t sequence) {
  ASSIGN_OR_RETURN(const std::optional<StoredDefinition> stored,
                   FindDefinition(reader, kind, code, sequence));
  if (!stored.has_value()) return NotFound(absl::StrCat(kind_name, " ", code));
  return DefinitionOf<Definition>(*stored);
}

// Has one of the pack's items, its own or one beside, such a dimension?
bool AnyDimension(const returns::v1::RulePack& pack,
                  absl::FunctionRef<bool(const catalogue::v1::Dimension&)> is_so) {
  const auto has = [is_so](const catalogue::v1::DataItem& item) {
    return std::any_of(item.dimensions().begin(), item.dimensions().end(), is_so);
  };
  return std::any_of(pack.items().begin(), pack.items().end(), has) ||
         std::any_of(pack.items_beside().begin(), pack.items_beside().end(), has);
}

// The organisations that the pack's items need.
absl::Status TakeOrganisations(const CivilDay& day, CatalogueTime* time,
                               returns::v1::RulePack* pack) {
  if (AnyDimension(*pack, [](const auto& one) { return one.organisations(); })) {
    ASSIGN_OR_RETURN(const OrganisationValues values, time->OrganisationsOn(day)({}));
    for (const std::string& organisation : *values.ever) pack->add_organisations(organisation);
  }
  if (AnyDimension(*pack, [](const auto& one) { return one.organisation_types_size() > 0; })) {
    ASSIGN_OR_RETURN(const std::vector<DefinedOrganisation> open, time->OpenOn(day));
    for (const DefinedOrganisation& one : open) {
      returns::v1::OpenOrganisation* added = pack->add_open_organisations();
      added->set_code(one.code);
      added->set_type(one.type);
    }
  }
  return absl::OkStatus();
}

// The collection as it judges returns of the day's period, with its items beside it in the pack.
absl::StatusOr<Collection> TakeRules(const CollectionTimeline& timeline, const CivilDay& day,
                                     CatalogueTime* time, returns::v1::RulePack* pack) {
  const Stretch* stretch = StretchOn(timeline.stretches, day);
  const std::optional<DayRange> used = stretch == nullptr ? std::nullopt : stretch->InUse();
  if (!used.has_value() || !used->Covers(day)) {
    return NotFound(absl::StrCat("collection ", timeline.newest_first.front().code(),
                                 " in use for the period that begins on ", day.ToString()));
  }
  const catalogue::v1::Collection* definition = &timeline.newest_first[stretch->version];
  *pack->mutable_collection() = *definition;
  const ItemLookup items = time->ItemsOn(day);
  for (const std::string& item : definition->items()) {
    ASSIGN_OR_RETURN(const std::optional<catalogue::v1::DataItem> found, items(item));
    if (found.has_value()) *pack->add_items() = *found;
  }
  for (const catalogue::v1::ReadBeside& beside : definition->beside()) {
    for (const std::string& item : beside.items()) {
      ASSIGN_OR_RETURN(const std::optional<catalogue::v1::DataItem> found, items(item));
      if (found.has_value()) *pack->add_items_beside() = *found;
    }
  }
  RETURN_IF_ERROR(TakeOrganisations(day, time, pack));
  return CompileCollection(*pack);
}

bool NamesParents(const Collection& collection) {
  return std::any_of(collection.layouts.begin(), collection.layouts.end(),
                     [](const LayoutSpec& layout) {
                       const auto* wide = std::get_if<WideLayout>(&layout.shape);
                       return wide != nullptr && !wide->parents.empty();
                     });
}

template <typename Cells>
void FillCells(const std::vector<Cell>& cells, Cells* messages) {
  for (const Cell& cell : cells) *messages->Add() = MessageOf(cell);
}

// The return's own content, of the revision that was accepted at `sequence`.
absl::Status TakeHeld(const Reader& reader, uint64_t sequence, returns::v1::RulePack* pack) {
  ASSIGN_OR_RETURN(const std::string bytes, EntryBytes(reader, sequence));
  ASSIGN_OR_RETURN(const feed::v1::ReturnAccepted fact, ReturnOfEntry(bytes));
  ASSIGN_OR_RETURN(const std::vector<Cell> cells, StoredCells(reader, fact.chunk_digests()));
  FillCells(cells, pack->mutable_held());
  for (const common::v1::Explanation& given : fact.explanations()) {
    returns::v1::HeldExplanation* held = pack->add_held_explanations();
    held->set_rule(given.rule());
    if (given.has_cell()) *held->mutable_cell() = given.cell();
    held->set_text_bytes(static_cast<uint32_t>(given.text().size()));
  }
  return absl::OkStatus();
}

returns::v1::WindowState StateOf(Admission admission) {
  switch (admission) {
    case Admission::kNotOpen:
      return returns::v1::WINDOW_STATE_NOT_OPEN;
    case Admission::kClosed:
      return returns::v1::WINDOW_STATE_CLOSED;
    case Admission::kTaken:
      break;
  }
  return returns::v1::WINDOW_STATE_TAKEN;
}

absl::Status TakeWindow(const Reader& reader, const ReturnKey& key, const Period& period,
                        uint64_t sequence, returns::v1::RulePack* pack) {
  ASSIGN_OR_RETURN(const WindowReader windows,
                   WindowReader::Make(&reader, key.collection, sequence));
  ASSIGN_OR_RETURN(const WindowView view, windows.At(period));
  if (!view.exists) return absl::OkStatus();
  returns::v1::ReturnWindow* window = pack->mutable_window();
  if (view.moments.has_value()) *window->mutable_moments() = ToWire(*view.moments);
  ASSIGN_OR_RETURN(const std::vector<timetable::v1::Extension> extensions,
                   ExtensionsOf(reader, key));
  std::optional<Timestamp> extended;
  for (const timetable::v1::Extension& extension : extensions) {
    if (!InForceAt(extension, sequence)) continue;
    ASSIGN_OR_RETURN(const Timestamp end, FromWire(extension.end_time()));
    if (!extended.has_value() || *extended < end) extended = end;  // The later end counts.
  }
  if (extended.has_value()) *window->mutable_extension_end_time() = onereturn::ToWire(*extended);
  window->set_state(StateOf(AdmissionTo(view.facts_or_null(), extended.has_value())));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<returns::v1::RulePack> ReadRulePackOf(const Reader& reader, const ReturnKey& key,
                                                     uint64_t sequence) {
  returns::v1::RulePack pack;
  ASSIGN_OR_RETURN(const auto organisation, DefinedAt<catalogue::v1::Organisation>(
                                                reader, DefinitionKind::kOrganisation,
                                                "organisation", key.organisation, sequence));
  CatalogueTime time(&reader, sequence);
  ASSIGN_OR_RETURN(const CollectionTimeline* timeline, time.Collection(key.collection));
  if (timeline->newest_first.empty()) return NotFound(absl::StrCat("collection ", key.collection));
  ASSIGN_OR_RETURN(
      const Period period,
      PeriodOfReturn(key.period, KindOf(timeline->newest_first.front().period_kind())));
  ASSIGN_OR_RETURN(const Collection collection, TakeRules(*timeline, period.start(), &time, &pack));
  pack.set_organisation(key.organisation);
  if (NamesParents(collection)) *pack.mutable_relationships() = organisation.relationships();
  pack.set_period(period.ToString());
  ASSIGN_OR_RETURN(const ReturnHistory history,
                   HistoryAt(reader, collection, period, key.organisation, sequence));
  for (const EarlierReturn& earlier : history) {
    returns::v1::HeldEarlier* held = pack.add_earlier();
    held->set_periods_before(earlier.periods_before);
    FillCells(earlier.cells, held->mutable_cells());
  }
  const ReturnKey canonical{key.collection, period.ToString(), key.organisation};
  ASSIGN_OR_RETURN(const WhatWasOwed owed, OwedAt(reader, collection, period, canonical, sequence));
  pack.set_simplified_mode(owed.desirable == DesirableItems::kSuspended);
  pack.set_owed_for_request(owed.for_request);
  RETURN_IF_ERROR(TakeWindow(reader, canonical, period, sequence, &pack));
  ASSIGN_OR_RETURN(
      const std::optional<RevisionPlace> place,
      FindRevision(reader, OrganisationScope::Only(key.organisation), canonical, sequence));
  if (!place.has_value()) return pack;
  pack.set_held_revision(RevisionName(canonical, place->number));
  RETURN_IF_ERROR(TakeHeld(reader, place->sequence, &pack));
  return pack;
}

absl::StatusOr<returns::v1::SignedRulePack> SignRulePack(const returns::v1::RulePack& pack,
                                                         const Store& store,
                                                         const Committer& committer) {
  returns::v1::SignedRulePack signed_pack;
  ASSIGN_OR_RETURN(const std::vector<std::string> changes, ReadKeyChangeEntries(store));
  for (const std::string& entry : changes) {
    ASSIGN_OR_RETURN(const KeyChange change, KeyChangeOfBytes(entry, committer.service()));
    returns::v1::KeyHandover* handover = signed_pack.add_handovers();
    handover->set_service(change.service);
    handover->set_epoch(change.epoch);
    handover->set_sequence(change.sequence);
    handover->set_old_key(change.old_key);
    handover->set_new_key(change.new_key);
    handover->set_old_key_signature(change.old_key_signature);
    handover->set_new_key_signature(change.new_key_signature);
  }
  signed_pack.set_pack(pack.SerializeAsString());
  ASSIGN_OR_RETURN(const Committer::SignedWord word,
                   committer.Sign(SignedBytesOf(signed_pack.pack())));
  signed_pack.set_signature(std::string(word.signature.begin(), word.signature.end()));
  signed_pack.set_public_key(word.key.raw_bytes());
  return signed_pack;
}

}  // namespace onereturn::ingestion

#include "services/ingestion/app/returns/read_returns.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/cells/cell_chunk.h"
#include "common/commit/journal.h"
#include "common/feed/wire.h"
#include "common/period/period.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "services/ingestion/app/catalogue/define.h"
#include "services/ingestion/app/returns/accepted_return.h"
#include "services/ingestion/store/catalogue_table.h"
#include "services/ingestion/store/upload_table.h"

namespace onereturn::ingestion {
namespace {

absl::StatusOr<returns::v1::Return> LoadReturn(const Reader& reader, const RevisionPlace& place) {
  ASSIGN_OR_RETURN(std::string bytes, EntryBytes(reader, place.sequence));
  return ReturnMessageOf(bytes);
}

// As keys have it: a quarter has two texts. Empty: all periods.
absl::StatusOr<std::string> CanonicalPeriod(const std::string& text) {
  if (text.empty()) return text;
  const absl::StatusOr<Period> period = Period::Parse(text);
  if (period.ok()) return period->ToString();
  return Error(Reason::kPeriod,
               absl::StrCat("the period cannot be read: ", period.status().message()))
      .Field("period", period.status().message());
}

uint64_t NumberOf(const std::string& text) {
  uint64_t number = 0;
  return absl::SimpleAtoi(text, &number) ? number : 0;
}

}  // namespace

common::v1::Cell ToWireCell(const CellView& cell) {
  common::v1::Cell wire;
  wire.mutable_reference()->set_item(std::string(cell.item));
  for (const DimensionView& dimension : cell.dimensions) {
    common::v1::DimensionValue* added = wire.mutable_reference()->add_dimensions();
    added->set_dimension(std::string(dimension.dimension));
    added->set_value(std::string(dimension.value));
  }
  if (cell.value.has_value()) {
    wire.set_millionths(cell.value->millionths());
  } else {
    wire.set_null_reason(static_cast<common::v1::NullReason>(cell.null_reason));
  }
  return wire;
}

absl::StatusOr<ReturnKey> ParseReturnKey(absl::string_view name) {
  ASSIGN_OR_RETURN(ParsedName parsed, ParseReturnName(name));
  if (parsed.revision != 0) return NotFound(name);
  return std::move(parsed.key);
}

absl::StatusOr<ParsedName> ParseReturnName(absl::string_view name) {
  const std::vector<std::string> parts = absl::StrSplit(name, '/');
  const bool return_form = parts.size() == 4 || (parts.size() == 6 && parts[4] == "revisions");
  if (!return_form || parts[0] != "organisations" || parts[2] != "returns") return NotFound(name);
  ParsedName parsed;
  const std::pair<std::string, std::string> id = absl::StrSplit(parts[3], absl::MaxSplits('.', 1));
  parsed.key = ReturnKey{id.first, id.second, parts[1]};
  if (parts.size() == 6 && (!absl::SimpleAtoi(parts[5], &parsed.revision) || parsed.revision == 0))
    return NotFound(name);
  return parsed;
}

absl::Status NoSuchReturn(const Reader& reader, const OrganisationScope& scope,
                          const ReturnKey& key, absl::string_view what) {
  const absl::Status no_organisation = NotFound(absl::StrCat("organisation ", key.organisation));
  if (!scope.Covers(key.organisation)) return no_organisation;
  ASSIGN_OR_RETURN(
      const std::optional<StoredDefinition> organisation,
      FindDefinition(reader, DefinitionKind::kOrganisation, key.organisation, kNewest));
  if (!organisation.has_value()) return no_organisation;
  ASSIGN_OR_RETURN(const std::optional<StoredDefinition> collection,
                   FindDefinition(reader, DefinitionKind::kCollection, key.collection, kNewest));
  if (!collection.has_value()) return NotFound(absl::StrCat("collection ", key.collection));
  return NotFound(
      absl::StrCat(what, " of ", key.organisation, " for ", key.collection, " ", key.period));
}

absl::StatusOr<returns::v1::Return> GetReturn(const Reader& reader, const OrganisationScope& scope,
                                              const ReturnKey& key, uint64_t sequence) {
  ASSIGN_OR_RETURN(std::optional<RevisionPlace> place, FindRevision(reader, scope, key, sequence));
  if (!place.has_value()) return NoSuchReturn(reader, scope, key);
  return LoadReturn(reader, *place);
}

absl::StatusOr<PageOf<returns::v1::Return>> ListReturns(
    const Reader& reader, const OrganisationScope& scope, const std::string& collection,
    const std::string& period, uint64_t sequence, const std::string& after, size_t limit) {
  ASSIGN_OR_RETURN(const std::string canonical, CanonicalPeriod(period));
  PageOf<returns::v1::Return> page;
  ReturnKey last;
  RETURN_IF_ERROR(
      VisitReturns(reader, scope, collection, canonical, sequence, after,
                   [&](const ReturnKey& key, const RevisionPlace& place) -> absl::StatusOr<bool> {
                     if (page.rows.size() == limit) {
                       page.after = KeyText(last);
                       return false;
                     }
                     ASSIGN_OR_RETURN(returns::v1::Return loaded, LoadReturn(reader, place));
                     page.rows.push_back(std::move(loaded));
                     last = key;
                     return true;
                   }));
  if (page.rows.empty() && after.empty()) {
    ASSIGN_OR_RETURN(const std::optional<StoredDefinition> defined,
                     FindDefinition(reader, DefinitionKind::kCollection, collection, kNewest));
    if (!defined.has_value()) return NotFound(absl::StrCat("collection ", collection));
  }
  return page;
}

absl::StatusOr<PageOf<returns::v1::Revision>> ListRevisions(const Reader& reader,
                                                            const OrganisationScope& scope,
                                                            const ReturnKey& key, uint64_t sequence,
                                                            const std::string& after,
                                                            size_t limit) {
  PageOf<returns::v1::Revision> page;
  RETURN_IF_ERROR(
      VisitRevisions(reader, scope, key, sequence, static_cast<uint32_t>(NumberOf(after)),
                     [&](const RevisionPlace& place) -> absl::StatusOr<bool> {
                       if (page.rows.size() == limit) {
                         page.after = absl::StrCat(page.rows.back().number());
                         return false;
                       }
                       ASSIGN_OR_RETURN(returns::v1::Return loaded, LoadReturn(reader, place));
                       page.rows.push_back(std::move(*loaded.mutable_revision()));
                       return true;
                     }));
  if (page.rows.empty() && after.empty()) return NoSuchReturn(reader, scope, key);
  return page;
}

absl::StatusOr<RevisionPlace> PlaceOfRevision(const Reader& reader, const OrganisationScope& scope,
                                              const ReturnKey& key, uint32_t revision,
                                              uint64_t sequence) {
  std::optional<RevisionPlace> found;
  bool any = false;
  RETURN_IF_ERROR(VisitRevisions(reader, scope, key, sequence, 0,
                                 [&](const RevisionPlace& place) -> absl::StatusOr<bool> {
                                   any = true;
                                   if (place.number == revision) found = place;
                                   return place.number > revision;
                                 }));
  if (found.has_value()) return *found;
  if (!any) return NoSuchReturn(reader, scope, key);
  return NoSuchReturn(reader, scope, key,
                      revision == 0 ? "revision without a number (/revisions/1, say) of the return"
                                    : absl::StrCat("revision ", revision, " of the return"));
}

absl::StatusOr<StoredFile> FindFile(const Reader& reader, const OrganisationScope& scope,
                                    const std::string& owner, const Digest& digest) {
  ASSIGN_OR_RETURN(const ReadCheck holder, HolderCheck(reader, digest));
  if (!holder.expected.has_value()) return NotFound();
  ASSIGN_OR_RETURN(const std::optional<StoredUpload> upload, FindUpload(reader, *holder.expected));
  if (!upload.has_value()) return absl::DataLossError("a stored file is missing");
  if (!scope.national() && upload->record.organisation() != owner) return NotFound();
  return StoredFile{*holder.expected, upload->record.size_bytes(), upload->record.organisation()};
}

}  // namespace onereturn::ingestion

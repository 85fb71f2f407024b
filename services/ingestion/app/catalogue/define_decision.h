// What is decided about a definition: the same whether a steward defines it at once, or two persons
// have agreed on a change.
#ifndef ONERETURN_SERVICES_INGESTION_APP_CATALOGUE_DEFINE_DECISION_H_
#define ONERETURN_SERVICES_INGESTION_APP_CATALOGUE_DEFINE_DECISION_H_

#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/commit/fact_writer.h"
#include "common/commit/journal.h"
#include "common/identity/message_text.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "onereturn/requests/v1/rules.pb.h"
#include "onereturn/timetable/v1/timetable.pb.h"
#include "services/ingestion/app/catalogue/definition_rules.h"
#include "services/ingestion/domain/validity.h"
#include "services/ingestion/store/catalogue_table.h"

namespace onereturn::ingestion {

// A change that was approved, of which the definition is the outcome.
struct ApprovedChange {
  std::string name;
  std::string reason;
  ReadCheck check;  // That it still is as it was read.
  // Keeps the change as it is afterwards.
  std::function<void(const Placement& placement, WriteBatch* batch)> write;
};

// Rows that are written beside the definition's own.
using MoreRows = std::function<void(WriteBatch* batch)>;

// What differs between the kinds of definition; specialised in define_decision.cc. Each has kKind,
// kEntry, kNamePrefix, kField, and:
//   SetVersion, VersionOf     0 and nothing where the kind counts none
//   IsCoProduced              does it say that changes are made together?
//   Fact                      the serialised fact
//   In                        the definition in a fact's bytes; DATA_LOSS
//   Check                     all else that it must be, and the rows that go with it; with
//                             `supposed` beside it, where it names anything
template <typename Definition>
struct DefinitionTraits;

template <typename Fact>
absl::StatusOr<Fact> FactIn(const std::string& entry_bytes) {
  feed::v1::Entry entry;
  Fact fact;
  if (entry.ParseFromString(entry_bytes) && fact.ParseFromString(entry.fact())) return fact;
  return absl::DataLossError("a stored entry is not the definition it should be");
}

#define ONERETURN_DEFINITION_TRAITS(Message, kind, entry, prefix, field)                        \
  template <>                                                                                   \
  struct DefinitionTraits<Message> {                                                            \
    using Definition = Message;                                                                 \
    static constexpr DefinitionKind kKind = kind;                                               \
    static constexpr feed::v1::EntryKind kEntry = entry;                                        \
    static constexpr char kNamePrefix[] = prefix;                                               \
    static constexpr char kField[] = field;                                                     \
    static void SetVersion(uint32_t version, Definition* definition);                           \
    static uint32_t VersionOf(const Definition& definition);                                    \
    static bool IsCoProduced(const Definition& definition);                                     \
    static std::string Fact(const Definition& definition, const ApprovedChange* change);        \
    static absl::StatusOr<Definition> In(const std::string& entry_bytes);                       \
    static absl::StatusOr<MoreRows> Check(const Reader& reader, const Definition& definition,   \
                                          const Definition* replaced, const Supposed& supposed, \
                                          std::vector<ReadCheck>* read_set);                    \
  }

ONERETURN_DEFINITION_TRAITS(catalogue::v1::Organisation, DefinitionKind::kOrganisation,
                            feed::v1::ENTRY_KIND_ORGANISATION_DEFINED, "organisations/",
                            "organisation");
ONERETURN_DEFINITION_TRAITS(catalogue::v1::DataItem, DefinitionKind::kItem,
                            feed::v1::ENTRY_KIND_ITEM_DEFINED, "items/", "item");
ONERETURN_DEFINITION_TRAITS(catalogue::v1::Collection, DefinitionKind::kCollection,
                            feed::v1::ENTRY_KIND_COLLECTION_DEFINED, "collections/", "collection");
ONERETURN_DEFINITION_TRAITS(catalogue::v1::Guidance, DefinitionKind::kGuidance,
                            feed::v1::ENTRY_KIND_GUIDANCE_DEFINED, "guidance/", "guidance");
ONERETURN_DEFINITION_TRAITS(catalogue::v1::Responsibility, DefinitionKind::kResponsibility,
                            feed::v1::ENTRY_KIND_RESPONSIBILITY_DEFINED, "responsibilities/",
                            "responsibility");
ONERETURN_DEFINITION_TRAITS(timetable::v1::Calendar, DefinitionKind::kCalendar,
                            feed::v1::ENTRY_KIND_CALENDAR_DEFINED, "calendars/", "calendar");
ONERETURN_DEFINITION_TRAITS(requests::v1::RequestRules, DefinitionKind::kRequestRules,
                            feed::v1::ENTRY_KIND_REQUEST_RULES_DEFINED, "requestRules/", "rules");
#undef ONERETURN_DEFINITION_TRAITS

// The sequence of a version that is in force for some periods, beside newer ones for later periods,
// and is equal to `definition` but for the version's number; 0: there is none. So definitions that
// stand in one folder for several times may be sent again and again. To withdraw one for later
// periods, what is to be instead is defined from the same period on.
template <typename Definition>
absl::StatusOr<uint64_t> EqualInForce(const Reader& reader, const Definition& definition) {
  uint64_t equal = 0;
  if constexpr (std::is_same_v<Definition, catalogue::v1::DataItem> ||
                std::is_same_v<Definition, catalogue::v1::Collection>) {
    using Kind = DefinitionTraits<Definition>;
    std::vector<Validity> newer;
    RETURN_IF_ERROR(VisitVersions(
        reader, Kind::kKind, definition.code(), kNewest,
        [&](const StoredDefinition& stored) -> absl::StatusOr<bool> {
          Definition version;
          if (!version.ParseFromString(stored.bytes)) {
            return absl::DataLossError("a stored definition cannot be read");
          }
          ASSIGN_OR_RETURN(newer.emplace_back(), ReadValidity(version.valid_from_period(), ""));
          const std::vector<Stretch> stretches = StretchesOf(newer);
          const bool has_time = !stretches.empty() && stretches[0].version == newer.size() - 1;
          Definition asked = definition;
          Kind::SetVersion(version.version(), &asked);
          if (has_time && asked.SerializeAsString() == stored.bytes) equal = stored.sequence;
          return equal == 0 && newer.back().from.has_value();
        }));
  }
  return equal;
}

// The request whose issue made a collection goes with it for ever: whoever changes the collection
// may leave its name out. OUTPUT_ONLY for another name.
// `issued`: the request that makes it now; empty: none.
template <typename Definition>
absl::Status KeepRequest(const Definition& replaced, const std::string& issued,
                         Definition* definition) {
  if constexpr (std::is_same_v<Definition, catalogue::v1::Collection>) {
    if (!issued.empty() && definition->request() == issued) return absl::OkStatus();
    if (!definition->request().empty() && definition->request() != replaced.request()) {
      return Error(Reason::kOutputOnly,
                   "the request that made a collection is named by the service")
          .Field("collection.request", "must not be set");
    }
    definition->set_request(replaced.request());
  }
  return absl::OkStatus();
}

// `definition` becomes what would be in force, with its output fields but no etag. `change`: the
// approved change that it comes from; null: it is defined at once, which CO_PRODUCED refuses where
// the one in force says that changes are made together. `supposed`: for what is only judged, or is
// kept together with it. `issued`: name of the request whose issue makes it.
template <typename Definition>
absl::StatusOr<Decision> DecideDefinition(const Reader& reader, Definition* definition,
                                          const ApprovedChange* change,
                                          const Supposed& supposed = {},
                                          const std::string& issued = "") {
  using Kind = DefinitionTraits<Definition>;
  ASSIGN_OR_RETURN(std::optional<StoredDefinition> stored,
                   FindDefinition(reader, Kind::kKind, definition->code(), kNewest));
  const uint64_t in_force_since = stored.has_value() ? stored->sequence : 0;
  if (!definition->etag().empty() && definition->etag() != EtagOf(in_force_since)) {
    return Error(Reason::kEtagMismatch, "the definition has changed since you read it")
        .With("etag", EtagOf(in_force_since));
  }
  if (Kind::VersionOf(*definition) != 0) {
    return Error(Reason::kOutputOnly, "the version is given by the service")
        .Field("version", "must not be set");
  }
  const std::string name = absl::StrCat(Kind::kNamePrefix, definition->code());
  if (!definition->name().empty() && definition->name() != name) {
    return Error(Reason::kFieldInvalid, "the name is not that of the code")
        .Field("name", "is given by the service from the code: leave it empty");
  }
  definition->clear_etag();
  definition->set_name(name);
  Definition replaced;
  if (stored.has_value() && !replaced.ParseFromString(stored->bytes)) {
    return absl::DataLossError("a stored definition cannot be read");
  }
  std::vector<ReadCheck> read_set = {
      DefinitionCheck(Kind::kKind, definition->code(), in_force_since)};
  RETURN_IF_ERROR(KeepRequest(replaced, issued, definition));
  Kind::SetVersion(Kind::VersionOf(replaced), definition);
  if (stored.has_value() && replaced.SerializeAsString() == definition->SerializeAsString()) {
    return Unchanged{in_force_since, std::move(read_set)};
  }
  if (change == nullptr) {
    ASSIGN_OR_RETURN(const uint64_t equal, EqualInForce(reader, *definition));
    if (equal > 0) return Unchanged{equal, std::move(read_set)};
  }
  if (change == nullptr && Kind::IsCoProduced(replaced)) {
    return Error(Reason::kCoProduced,
                 absl::StrCat(name,
                              " is changed together with those it concerns: propose the "
                              "change, and name who is to be consulted"))
        .Precondition(name, "is co-produced");
  }
  Kind::SetVersion(Kind::VersionOf(replaced) + 1, definition);
  RETURN_IF_ERROR(CheckNoPersonalData(*definition, Kind::kField));
  ASSIGN_OR_RETURN(MoreRows more,
                   Kind::Check(reader, *definition, stored.has_value() ? &replaced : nullptr,
                               supposed, &read_set));
  if (change != nullptr) read_set.push_back(change->check);
  return NewFact{name, Kind::Fact(*definition, change), std::move(read_set),
                 [definition = *definition, more = std::move(more),
                  write = change == nullptr ? nullptr : change->write](const Placement& placement,
                                                                       WriteBatch* batch) {
                   PutDefinition(Kind::kKind, definition.code(), placement.sequence,
                                 definition.SerializeAsString(), batch);
                   if (more) more(batch);
                   if (write) write(placement, batch);
                 }};
}

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_CATALOGUE_DEFINE_DECISION_H_

#include "services/ingestion/app/define.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/commit/journal.h"
#include "common/identity/message_text.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "services/ingestion/app/compiled_collections.h"
#include "services/ingestion/definitions/collection_builder.h"
#include "services/ingestion/definitions/definition_checks.h"
#include "services/ingestion/definitions/window_checks.h"

namespace onereturn::ingestion {
namespace {

// The fact of an entry, whose kind the writer has checked.
template <typename Fact>
absl::StatusOr<Fact> FactIn(const std::string& entry_bytes) {
  feed::v1::Entry entry;
  Fact fact;
  if (entry.ParseFromString(entry_bytes) && fact.ParseFromString(entry.fact())) return fact;
  return absl::DataLossError("a stored entry is not the definition it should be");
}

// That the collection an item belongs to can be compiled with the item as it would be.
absl::Status CheckHomeOf(const Reader& reader, const catalogue::v1::DataItem& item) {
  ASSIGN_OR_RETURN(const std::optional<std::string> home, HomeOf(reader, item.code()));
  if (!home.has_value()) return absl::OkStatus();
  ASSIGN_OR_RETURN(std::optional<StoredDefinition> stored,
                   FindDefinition(reader, DefinitionKind::kCollection, *home, kNewest));
  catalogue::v1::Collection collection;
  if (!stored.has_value() || !collection.ParseFromString(stored->bytes)) {
    return absl::DataLossError("a stored collection cannot be read");
  }
  const ItemLookup others = NewestItems(reader);
  const ItemLookup with_item = [&](const std::string& code) {
    using Found = absl::StatusOr<std::optional<catalogue::v1::DataItem>>;
    return code == item.code() ? Found(item) : others(code);
  };
  const absl::Status built =
      BuildCollection(collection, with_item, NewestOrganisations(reader)).status();
  const std::optional<ErrorDetails> details = DetailsOf(built);
  if (built.ok() || !details.has_value()) return built;
  Error faults(Reason::kDefinitionInvalid,
               absl::StrCat("collection ", *home, " could not be read with item ", item.code(),
                            " so changed: change the collection first"));
  faults.With("collection", *home);
  for (const FieldViolation& fault : details->fields) {
    faults.Field(fault.field, fault.description);
  }
  return faults;
}

// What differs between the four kinds of definition.
template <typename Definition>
struct Traits;

template <>
struct Traits<catalogue::v1::Organisation> {
  static constexpr DefinitionKind kKind = DefinitionKind::kOrganisation;
  static constexpr feed::v1::EntryKind kEntry = feed::v1::ENTRY_KIND_ORGANISATION_DEFINED;
  static constexpr char kNamePrefix[] = "organisations/";
  static constexpr char kField[] = "organisation";
  static void SetVersion(uint32_t /*version*/, catalogue::v1::Organisation* /*definition*/) {}
  static uint32_t VersionOf(const catalogue::v1::Organisation& /*definition*/) { return 0; }
  static std::string Fact(const catalogue::v1::Organisation& definition) {
    feed::v1::OrganisationDefined fact;
    *fact.mutable_organisation() = definition;
    return fact.SerializeAsString();
  }
  static absl::StatusOr<catalogue::v1::Organisation> In(const std::string& entry_bytes) {
    ASSIGN_OR_RETURN(auto fact, FactIn<feed::v1::OrganisationDefined>(entry_bytes));
    return std::move(*fact.mutable_organisation());
  }
  static absl::Status Check(const Reader& /*reader*/,
                            const catalogue::v1::Organisation& definition) {
    return CheckOrganisation(definition);
  }
  static void PutMore(const catalogue::v1::Organisation& /*definition*/,
                      const catalogue::v1::Organisation& /*replaced*/, WriteBatch* /*batch*/) {}
};

template <>
struct Traits<catalogue::v1::DataItem> {
  static constexpr DefinitionKind kKind = DefinitionKind::kItem;
  static constexpr feed::v1::EntryKind kEntry = feed::v1::ENTRY_KIND_ITEM_DEFINED;
  static constexpr char kNamePrefix[] = "items/";
  static constexpr char kField[] = "item";
  static void SetVersion(uint32_t version, catalogue::v1::DataItem* definition) {
    definition->set_version(version);
  }
  static uint32_t VersionOf(const catalogue::v1::DataItem& definition) {
    return definition.version();
  }
  static std::string Fact(const catalogue::v1::DataItem& definition) {
    feed::v1::ItemDefined fact;
    *fact.mutable_item() = definition;
    return fact.SerializeAsString();
  }
  static absl::StatusOr<catalogue::v1::DataItem> In(const std::string& entry_bytes) {
    ASSIGN_OR_RETURN(auto fact, FactIn<feed::v1::ItemDefined>(entry_bytes));
    return std::move(*fact.mutable_item());
  }
  // Its home collection must still be sound with it: its layouts and rules name dimensions.
  static absl::Status Check(const Reader& reader, const catalogue::v1::DataItem& definition) {
    RETURN_IF_ERROR(CheckItem(definition));
    return CheckHomeOf(reader, definition);
  }
  static void PutMore(const catalogue::v1::DataItem& /*definition*/,
                      const catalogue::v1::DataItem& /*replaced*/, WriteBatch* /*batch*/) {}
};

template <>
struct Traits<timetable::v1::Calendar> {
  static constexpr DefinitionKind kKind = DefinitionKind::kCalendar;
  static constexpr feed::v1::EntryKind kEntry = feed::v1::ENTRY_KIND_CALENDAR_DEFINED;
  static constexpr char kNamePrefix[] = "calendars/";
  static constexpr char kField[] = "calendar";
  static void SetVersion(uint32_t version, timetable::v1::Calendar* definition) {
    definition->set_version(version);
  }
  static uint32_t VersionOf(const timetable::v1::Calendar& definition) {
    return definition.version();
  }
  static std::string Fact(const timetable::v1::Calendar& definition) {
    timetable::v1::CalendarDefined fact;
    *fact.mutable_calendar() = definition;
    return fact.SerializeAsString();
  }
  static absl::StatusOr<timetable::v1::Calendar> In(const std::string& entry_bytes) {
    ASSIGN_OR_RETURN(auto fact, FactIn<timetable::v1::CalendarDefined>(entry_bytes));
    return std::move(*fact.mutable_calendar());
  }
  static absl::Status Check(const Reader& /*reader*/, const timetable::v1::Calendar& definition) {
    return CheckCalendar(definition);
  }
  static void PutMore(const timetable::v1::Calendar& /*definition*/,
                      const timetable::v1::Calendar& /*replaced*/, WriteBatch* /*batch*/) {}
};

// The window's calendar must be known.
absl::Status CheckWindowCalendar(const Reader& reader,
                                 const catalogue::v1::Collection& definition) {
  if (!definition.has_window()) return absl::OkStatus();
  const std::string& code = definition.window().calendar();
  ASSIGN_OR_RETURN(const std::optional<StoredDefinition> found,
                   FindDefinition(reader, DefinitionKind::kCalendar, code, kNewest));
  if (found.has_value()) return absl::OkStatus();
  return Error(Reason::kDefinitionUnknown,
               absl::StrCat("the window's calendar ", code, " is not defined: define it first"))
      .Field("collection.window.calendar", absl::StrCat(code, " is not defined"));
}

// Every item has one home; every organisation named must be known.
absl::Status CheckCollectionPlaces(const Reader& reader,
                                   const catalogue::v1::Collection& definition) {
  std::optional<Error> elsewhere;
  for (int i = 0; i < definition.items_size(); ++i) {
    ASSIGN_OR_RETURN(std::optional<std::string> home, HomeOf(reader, definition.items(i)));
    if (!home.has_value() || *home == definition.code()) continue;
    if (!elsewhere.has_value()) {
      elsewhere = Error(
          Reason::kHomeCollection,
          absl::StrCat("item ", definition.items(i), " has its home in collection ", *home,
                       " and cannot have another in ", definition.code(), ": take it from there"));
      elsewhere->With("item", definition.items(i)).With("home", *home);
    }
    elsewhere->Field(absl::StrCat("collection.items[", i, "]"),
                     absl::StrCat("the home of ", definition.items(i), " is ", *home));
  }
  if (elsewhere.has_value()) return *elsewhere;
  Error unknown(Reason::kDefinitionUnknown,
                "the collection names organisations that are not defined");
  auto check = [&](const std::string& code, const std::string& path) -> absl::Status {
    ASSIGN_OR_RETURN(std::optional<StoredDefinition> found,
                     FindDefinition(reader, DefinitionKind::kOrganisation, code, kNewest));
    if (!found.has_value()) unknown.Field(path, absl::StrCat(code, " is not defined"));
    return absl::OkStatus();
  };
  for (int i = 0; i < definition.frames_size(); ++i) {
    RETURN_IF_ERROR(
        check(definition.frames(i).organisation(), absl::StrCat("collection.frames[", i, "]")));
  }
  for (int i = 0; i < definition.not_collected_size(); ++i) {
    RETURN_IF_ERROR(check(definition.not_collected(i).organisation(),
                          absl::StrCat("collection.not_collected[", i, "]")));
  }
  if (unknown.fields_total() > 0) return unknown;
  return absl::OkStatus();
}

template <>
struct Traits<catalogue::v1::Collection> {
  static constexpr DefinitionKind kKind = DefinitionKind::kCollection;
  static constexpr feed::v1::EntryKind kEntry = feed::v1::ENTRY_KIND_COLLECTION_DEFINED;
  static constexpr char kNamePrefix[] = "collections/";
  static constexpr char kField[] = "collection";
  static void SetVersion(uint32_t version, catalogue::v1::Collection* definition) {
    definition->set_version(version);
  }
  static uint32_t VersionOf(const catalogue::v1::Collection& definition) {
    return definition.version();
  }
  static std::string Fact(const catalogue::v1::Collection& definition) {
    feed::v1::CollectionDefined fact;
    *fact.mutable_collection() = definition;
    return fact.SerializeAsString();
  }
  static absl::StatusOr<catalogue::v1::Collection> In(const std::string& entry_bytes) {
    ASSIGN_OR_RETURN(auto fact, FactIn<feed::v1::CollectionDefined>(entry_bytes));
    return std::move(*fact.mutable_collection());
  }
  static absl::Status Check(const Reader& reader, const catalogue::v1::Collection& definition) {
    RETURN_IF_ERROR(
        BuildCollection(definition, NewestItems(reader), NewestOrganisations(reader)).status());
    RETURN_IF_ERROR(CheckWindowCalendar(reader, definition));
    return CheckCollectionPlaces(reader, definition);
  }
  // An item that the new version leaves out has no home any more: another collection may take it.
  static void PutMore(const catalogue::v1::Collection& definition,
                      const catalogue::v1::Collection& replaced, WriteBatch* batch) {
    for (const std::string& item : replaced.items()) RemoveHome(item, batch);
    for (const std::string& item : definition.items()) PutHome(item, definition.code(), batch);
  }
};

// What a definition was judged on besides the one it replaces.
absl::Status AddOtherChecks(const Reader& /*reader*/,
                            const catalogue::v1::Organisation& /*definition*/,
                            std::vector<ReadCheck>* /*read_set*/) {
  return absl::OkStatus();
}

absl::Status AddOtherChecks(const Reader& /*reader*/, const timetable::v1::Calendar& /*definition*/,
                            std::vector<ReadCheck>* /*read_set*/) {
  return absl::OkStatus();
}

absl::Status AddOtherChecks(const Reader& reader, const catalogue::v1::Collection& /*definition*/,
                            std::vector<ReadCheck>* read_set) {
  ASSIGN_OR_RETURN(const uint64_t sequence, CatalogueSequence(reader));
  read_set->push_back(CatalogueCheck(sequence));
  return absl::OkStatus();
}

// An item without a home stands for itself, so that many can be defined at once.
absl::Status AddOtherChecks(const Reader& reader, const catalogue::v1::DataItem& definition,
                            std::vector<ReadCheck>* read_set) {
  ASSIGN_OR_RETURN(std::optional<std::string> home, HomeOf(reader, definition.code()));
  if (home.has_value()) {
    ASSIGN_OR_RETURN(const uint64_t sequence, CatalogueSequence(reader));
    read_set->push_back(CatalogueCheck(sequence));
  }
  read_set->push_back(HomeCheck(definition.code(), std::move(home)));
  return absl::OkStatus();
}

// `definition` becomes what would be in force, with its output fields but no etag.
template <typename Definition>
absl::StatusOr<Decision> Judge(const Snapshot& snapshot, Definition* definition) {
  using Kind = Traits<Definition>;
  ASSIGN_OR_RETURN(std::optional<StoredDefinition> stored,
                   FindDefinition(snapshot, Kind::kKind, definition->code(), kNewest));
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
  Kind::SetVersion(Kind::VersionOf(replaced), definition);
  if (stored.has_value() && replaced.SerializeAsString() == definition->SerializeAsString()) {
    return Unchanged{in_force_since, std::move(read_set)};
  }
  Kind::SetVersion(Kind::VersionOf(replaced) + 1, definition);
  RETURN_IF_ERROR(CheckNoPersonalData(*definition, Kind::kField));
  RETURN_IF_ERROR(Kind::Check(snapshot, *definition));
  RETURN_IF_ERROR(AddOtherChecks(snapshot, *definition, &read_set));
  return NewFact{name, Kind::Fact(*definition), std::move(read_set),
                 [definition = *definition, replaced = std::move(replaced)](
                     const Placement& placement, WriteBatch* batch) {
                   PutDefinition(Kind::kKind, definition.code(), placement.sequence,
                                 definition.SerializeAsString(), batch);
                   Kind::PutMore(definition, replaced, batch);
                 }};
}

template <typename Definition>
absl::StatusOr<Defined<Definition>> AnswerOf(AcceptedFact fact) {
  Defined<Definition> defined;
  ASSIGN_OR_RETURN(defined.definition, Traits<Definition>::In(fact.accepted.receipt.entry));
  defined.definition.set_etag(EtagOf(fact.accepted.placement.sequence));
  defined.accepted = std::move(fact.accepted);
  defined.unchanged = fact.unchanged;
  return defined;
}

template <typename Definition>
void Run(const FactWriter& writer, const RequestOrigin& origin, Definition asked,
         const std::function<void(const std::string& entry)>& seen, DefinedDone<Definition> done) {
  FactRequest request{
      Traits<Definition>::kEntry, origin.actor,  "",         origin.request_id, origin.digest,
      origin.validate_only,       origin.person, origin.role};
  auto judged = std::make_shared<Definition>();
  writer.Write(
      std::move(request),
      [judged, asked = std::move(asked)](const Snapshot& snapshot) {
        *judged = asked;
        return Judge(snapshot, judged.get());
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

void Define::Calendar(const RequestOrigin& origin, timetable::v1::Calendar calendar,
                      DefinedDone<timetable::v1::Calendar> done) const {
  ingestion::Run(*writer_, origin, std::move(calendar), accepted_, std::move(done));
}

}  // namespace onereturn::ingestion

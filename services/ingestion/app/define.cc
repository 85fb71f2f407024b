#include "services/ingestion/app/define.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/commit/journal.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "services/ingestion/app/accepted_at.h"
#include "services/ingestion/app/collection_builder.h"
#include "services/ingestion/app/compiled_collections.h"
#include "services/ingestion/app/definition_checks.h"

namespace onereturn::ingestion {
namespace {

// What differs between the three kinds of definition.
template <typename Definition>
struct Traits;

template <>
struct Traits<catalogue::v1::Organisation> {
  static constexpr DefinitionKind kKind = DefinitionKind::kOrganisation;
  static constexpr feed::v1::EntryKind kEntry = feed::v1::ENTRY_KIND_ORGANISATION_DEFINED;
  static constexpr char kNamePrefix[] = "organisations/";
  static void SetVersion(uint32_t /*version*/, catalogue::v1::Organisation* /*definition*/) {}
  static uint32_t VersionOf(const catalogue::v1::Organisation& /*definition*/) { return 0; }
  static std::string Fact(const catalogue::v1::Organisation& definition) {
    feed::v1::OrganisationDefined fact;
    *fact.mutable_organisation() = definition;
    return fact.SerializeAsString();
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
  static absl::Status Check(const Reader& /*reader*/, const catalogue::v1::DataItem& definition) {
    return CheckItem(definition);
  }
  static void PutMore(const catalogue::v1::DataItem& /*definition*/,
                      const catalogue::v1::DataItem& /*replaced*/, WriteBatch* /*batch*/) {}
};

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
  static absl::Status Check(const Reader& reader, const catalogue::v1::Collection& definition) {
    RETURN_IF_ERROR(BuildCollection(definition, NewestItems(reader)).status());
    return CheckCollectionPlaces(reader, definition);
  }
  // An item that the new version leaves out has no home any more: another collection may take it.
  static void PutMore(const catalogue::v1::Collection& definition,
                      const catalogue::v1::Collection& replaced, WriteBatch* batch) {
    for (const std::string& item : replaced.items()) RemoveHome(item, batch);
    for (const std::string& item : definition.items()) PutHome(item, definition.code(), batch);
  }
};

// A fact must fit a feed entry; the rest of the entry takes less than 4 KiB.
constexpr size_t kMaxFactBytes = 60 * 1024;

// The definition to be accepted, or the one that is equal and in force.
template <typename Definition>
struct Judged {
  Definition definition;
  Definition replaced;  // The version in force before; empty when there is none.
  std::optional<uint64_t> unchanged_since;
  uint64_t in_force_since = 0;  // Sequence of the definition it replaces; 0: there is none.
  uint64_t catalogue_sequence = 0;
};

template <typename Definition>
absl::StatusOr<Judged<Definition>> JudgeDefinition(const Store& store, Definition definition) {
  const Snapshot snapshot = store.TakeSnapshot();
  Judged<Definition> judged;
  ASSIGN_OR_RETURN(judged.catalogue_sequence, CatalogueSequence(snapshot));
  ASSIGN_OR_RETURN(std::optional<StoredDefinition> stored,
                   FindDefinition(snapshot, Traits<Definition>::kKind, definition.code(), kNewest));
  if (stored.has_value()) judged.in_force_since = stored->sequence;
  const std::string in_force_etag = stored.has_value() ? EtagOf(stored->sequence) : EtagOf(0);
  if (!definition.etag().empty() && definition.etag() != in_force_etag) {
    return Error(Reason::kEtagMismatch, "the definition has changed since you read it")
        .With("etag", in_force_etag);
  }
  if (Traits<Definition>::VersionOf(definition) != 0) {
    return Error(Reason::kOutputOnly, "the version is given by the service")
        .Field("version", "must not be set");
  }
  definition.clear_etag();
  definition.set_name(absl::StrCat(Traits<Definition>::kNamePrefix, definition.code()));
  uint32_t version = 1;
  if (stored.has_value()) {
    Definition in_force;
    if (!in_force.ParseFromString(stored->bytes))
      return absl::DataLossError("a stored definition cannot be read");
    version = Traits<Definition>::VersionOf(in_force);
    Traits<Definition>::SetVersion(version++, &definition);
    if (in_force.SerializeAsString() == definition.SerializeAsString())
      judged.unchanged_since = stored->sequence;
    judged.replaced = std::move(in_force);
  }
  if (!judged.unchanged_since.has_value()) {
    Traits<Definition>::SetVersion(version, &definition);
    RETURN_IF_ERROR(Traits<Definition>::Check(snapshot, definition));
    if (definition.ByteSizeLong() > kMaxFactBytes) {
      return Error(Reason::kDefinitionInvalid,
                   absl::StrCat("the definition has ", definition.ByteSizeLong(),
                                " bytes; at most ", kMaxFactBytes, " can be kept"));
    }
  }
  judged.definition = std::move(definition);
  return judged;
}

template <typename Definition>
void Propose(const Store* store, Committer* committer, const RequestOrigin& origin,
             Definition asked, bool second_try, DefinedDone<Definition> done) {
  absl::StatusOr<Judged<Definition>> judged = JudgeDefinition(*store, asked);
  if (!judged.ok()) return done(judged.status());
  Defined<Definition> defined;
  defined.definition = judged->definition;
  if (judged->unchanged_since.has_value()) {
    absl::StatusOr<Accepted> accepted = AcceptedAt(*committer, *judged->unchanged_since);
    if (!accepted.ok()) return done(accepted.status());
    defined.definition.set_etag(EtagOf(*judged->unchanged_since));
    defined.accepted = *std::move(accepted);
    defined.unchanged = true;
    return done(std::move(defined));
  }
  if (origin.validate_only) return done(std::move(defined));

  Proposal proposal;
  proposal.entry.set_kind(Traits<Definition>::kEntry);
  proposal.entry.set_format(1);
  proposal.entry.set_actor(origin.actor);
  proposal.entry.set_request_id(origin.request_id);
  proposal.entry.set_request_digest(std::string(DigestBytes(origin.digest)));
  proposal.entry.set_name(judged->definition.name());
  proposal.entry.set_fact(Traits<Definition>::Fact(judged->definition));
  proposal.read_set = {DefinitionCheck(Traits<Definition>::kKind, judged->definition.code(),
                                       judged->in_force_since)};
  // A collection is judged on the items and organisations it names, too.
  if (Traits<Definition>::kKind == DefinitionKind::kCollection) {
    proposal.read_set.push_back(CatalogueCheck(judged->catalogue_sequence));
  }
  proposal.write = [definition = judged->definition, replaced = std::move(judged->replaced)](
                       const Placement& placement, WriteBatch* batch) {
    PutDefinition(Traits<Definition>::kKind, definition.code(), placement.sequence,
                  definition.SerializeAsString(), batch);
    Traits<Definition>::PutMore(definition, replaced, batch);
  };
  proposal.done = [store, committer, origin, asked, second_try, defined = std::move(defined),
                   done](absl::StatusOr<Accepted> accepted) mutable {
    if (!accepted.ok()) {
      const bool conflict = ReasonOf(accepted.status()) == Reason::kCommitConflict;
      if (!conflict || second_try) return done(accepted.status());
      // Definitions are few and small: judging again on the committer's thread does not hold others
      // up.
      return Propose(store, committer, origin, std::move(asked), true, std::move(done));
    }
    defined.definition.set_etag(EtagOf(accepted->placement.sequence));
    defined.accepted = *std::move(accepted);
    done(std::move(defined));
  };
  if (absl::Status queued = committer->Propose(std::move(proposal)); !queued.ok()) done(queued);
}

// A repeat is answered before anything is judged.
template <typename Definition>
bool AnswerRepeat(const Store& store, const Committer& committer, const RequestOrigin& origin,
                  const Definition& asked, const DefinedDone<Definition>& done) {
  absl::StatusOr<std::optional<AcceptedRequest>> known = FindRequest(store, "", origin.request_id);
  if (!known.ok()) {
    done(known.status());
    return true;
  }
  if (!known->has_value()) return false;
  if ((*known)->digest != origin.digest) {
    done(Error(Reason::kRequestIdReused,
               "a request with this request_id was accepted with other content"));
    return true;
  }
  absl::StatusOr<Accepted> accepted = AcceptedAt(committer, (*known)->sequence);
  absl::StatusOr<std::optional<StoredDefinition>> stored =
      FindDefinition(store, Traits<Definition>::kKind, asked.code(), (*known)->sequence);
  if (!accepted.ok() || !stored.ok() || !stored->has_value()) {
    done(accepted.ok() ? absl::DataLossError("an accepted definition is missing")
                       : accepted.status());
    return true;
  }
  Defined<Definition> defined;
  accepted->replayed = true;
  defined.accepted = *std::move(accepted);
  defined.definition.ParseFromString((*stored)->bytes);
  defined.definition.set_etag(EtagOf((*known)->sequence));
  done(std::move(defined));
  return true;
}

template <typename Definition>
void Run(const Store* store, Committer* committer, const RequestOrigin& origin,
         Definition definition, DefinedDone<Definition> done) {
  if (absl::Status id = CheckRequestId(origin.request_id); !id.ok()) return done(id);
  if (AnswerRepeat(*store, *committer, origin, definition, done)) return;
  Propose(store, committer, origin, std::move(definition), false, std::move(done));
}

}  // namespace

std::string EtagOf(uint64_t sequence) { return absl::StrCat("\"", sequence, "\""); }

void Define::Organisation(const RequestOrigin& origin, catalogue::v1::Organisation organisation,
                          DefinedDone<catalogue::v1::Organisation> done) const {
  Run(store_, committer_, origin, std::move(organisation), std::move(done));
}

void Define::Item(const RequestOrigin& origin, catalogue::v1::DataItem item,
                  DefinedDone<catalogue::v1::DataItem> done) const {
  Run(store_, committer_, origin, std::move(item), std::move(done));
}

void Define::Collection(const RequestOrigin& origin, catalogue::v1::Collection collection,
                        DefinedDone<catalogue::v1::Collection> done) const {
  Run(store_, committer_, origin, std::move(collection), std::move(done));
}

}  // namespace onereturn::ingestion

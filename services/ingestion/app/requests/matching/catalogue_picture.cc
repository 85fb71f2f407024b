#include "services/ingestion/app/requests/matching/catalogue_picture.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "services/ingestion/definitions/known_catalogue_builder.h"

namespace onereturn::ingestion {
namespace {

template <typename Definition>
absl::Status AddDefinition(const StoredDefinition& stored, std::vector<Definition>* definitions) {
  if (definitions->emplace_back().ParseFromString(stored.bytes)) return absl::OkStatus();
  return absl::DataLossError("a stored definition cannot be read");
}

template <typename Definition>
absl::Status ReadNewest(const Reader& reader, DefinitionKind kind, uint64_t sequence,
                        std::vector<Definition>* definitions) {
  return VisitDefinitions(reader, kind, "", sequence,
                          [&](const StoredDefinition& stored) -> absl::StatusOr<bool> {
                            RETURN_IF_ERROR(AddDefinition(stored, definitions));
                            return true;
                          });
}

// All versions, since a return that is held was judged by the one of its time.
template <typename Definition>
absl::Status ReadVersions(const Reader& reader, DefinitionKind kind, uint64_t sequence,
                          std::vector<Definition>* definitions) {
  std::vector<std::string> codes;
  RETURN_IF_ERROR(VisitDefinitions(reader, kind, "", sequence,
                                   [&](const StoredDefinition& stored) -> absl::StatusOr<bool> {
                                     codes.push_back(stored.code);
                                     return true;
                                   }));
  for (const std::string& code : codes) {
    RETURN_IF_ERROR(VisitVersions(reader, kind, code, sequence,
                                  [&](const StoredDefinition& stored) -> absl::StatusOr<bool> {
                                    RETURN_IF_ERROR(AddDefinition(stored, definitions));
                                    return true;
                                  }));
  }
  return absl::OkStatus();
}

absl::StatusOr<KnownCatalogue> ReadKnownCatalogue(const Reader& reader, uint64_t sequence) {
  CatalogueMessages messages;
  RETURN_IF_ERROR(
      ReadNewest(reader, DefinitionKind::kOrganisation, sequence, &messages.organisations));
  RETURN_IF_ERROR(ReadVersions(reader, DefinitionKind::kItem, sequence, &messages.items));
  RETURN_IF_ERROR(
      ReadVersions(reader, DefinitionKind::kCollection, sequence, &messages.collections));
  RETURN_IF_ERROR(ReadVersions(reader, DefinitionKind::kGuidance, sequence, &messages.guidance));
  RETURN_IF_ERROR(ReadNewest(reader, DefinitionKind::kCalendar, sequence, &messages.calendars));
  absl::StatusOr<KnownCatalogue> known = BuildKnownCatalogue(messages);
  // What was accepted can be read.
  if (!known.ok()) return absl::DataLossError(known.status().message());
  return known;
}

std::shared_ptr<const KnownCatalogue> PictureWith(KnownCatalogue known,
                                                  const SaidForMatching& said) {
  known.rules = said.rules;
  known.likenesses = said.likenesses;
  return std::make_shared<const KnownCatalogue>(std::move(known));
}

}  // namespace

absl::StatusOr<std::shared_ptr<const KnownCatalogue>> CataloguePicture::At(const Reader& reader,
                                                                           uint64_t sequence) {
  ASSIGN_OR_RETURN(const uint64_t newest, CatalogueSequence(reader));
  ASSIGN_OR_RETURN(SaidForMatching said, read_said_(reader, sequence));
  if (sequence < newest) return Earlier(reader, sequence, said);
  Kept kept;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    kept = kept_;
  }
  const bool is_known = kept.picture != nullptr && kept.sequence == newest;
  if (is_known && kept.said == said) return kept.picture;
  // Not locked: whoever else needs it meanwhile makes it too.
  KnownCatalogue known;
  if (is_known) {
    known = *kept.picture;
  } else {
    ASSIGN_OR_RETURN(known, ReadKnownCatalogue(reader, newest));
  }
  std::shared_ptr<const KnownCatalogue> picture = PictureWith(std::move(known), said);
  std::lock_guard<std::mutex> lock(mutex_);
  // A reader of an older state leaves the newer one.
  if (newest >= kept_.sequence) kept_ = Kept{newest, std::move(said), picture};
  return picture;
}

absl::StatusOr<std::shared_ptr<const KnownCatalogue>> CataloguePicture::Earlier(
    const Reader& reader, uint64_t sequence, const SaidForMatching& said) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    const bool is_known = earlier_.picture != nullptr && earlier_.sequence == sequence;
    if (is_known && earlier_.said == said) return earlier_.picture;
  }
  ASSIGN_OR_RETURN(KnownCatalogue known, ReadKnownCatalogue(reader, sequence));
  std::shared_ptr<const KnownCatalogue> picture = PictureWith(std::move(known), said);
  std::lock_guard<std::mutex> lock(mutex_);
  earlier_ = Kept{sequence, said, picture};
  return picture;
}

}  // namespace onereturn::ingestion

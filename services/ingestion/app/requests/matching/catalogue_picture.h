// The catalogue as requests are matched on it, made once for each state of it.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_MATCHING_CATALOGUE_PICTURE_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_MATCHING_CATALOGUE_PICTURE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include "absl/status/statusor.h"
#include "common/storage/reader.h"
#include "services/ingestion/domain/requests/known_catalogue.h"
#include "services/ingestion/store/catalogue_table.h"

namespace onereturn::ingestion {

// What stewards said for the register: the rules in force, and which descriptions are which items.
struct SaidForMatching {
  MatchingRules rules;
  LikenessDecisions likenesses;
  friend bool operator==(const SaidForMatching&, const SaidForMatching&) = default;
};

// Thread safe. Errors: of the store; DATA_LOSS for a definition that cannot be read.
class CataloguePicture {
 public:
  using ReadSaid =
      std::function<absl::StatusOr<SaidForMatching>(const Reader& reader, uint64_t sequence)>;

  // `read_said` is called for every picture; it must be thread safe.
  explicit CataloguePicture(ReadSaid read_said) : read_said_(std::move(read_said)) {}

  // As all of it was at `sequence`; kNewest: as it is. The newest is kept until something of it
  // changes, and so is the earlier one that was asked for last: of pages at one position.
  absl::StatusOr<std::shared_ptr<const KnownCatalogue>> At(const Reader& reader,
                                                           uint64_t sequence = kNewest);

 private:
  absl::StatusOr<std::shared_ptr<const KnownCatalogue>> Earlier(const Reader& reader,
                                                                uint64_t sequence,
                                                                const SaidForMatching& said);

  struct Kept {
    uint64_t sequence = 0;  // Of the newest fact of the catalogue.
    SaidForMatching said;
    std::shared_ptr<const KnownCatalogue> picture;  // Null: none yet.
  };

  const ReadSaid read_said_;
  std::mutex mutex_;
  Kept kept_;     // Guarded by mutex_.
  Kept earlier_;  // Guarded by mutex_; its sequence is the one it was asked for.
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_MATCHING_CATALOGUE_PICTURE_H_

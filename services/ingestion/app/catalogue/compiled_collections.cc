#include "services/ingestion/app/catalogue/compiled_collections.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/utf8.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/store/catalogue_table.h"

namespace onereturn::ingestion {
namespace {

absl::Status UnknownCollection(const std::string& code) {
  return Error(Reason::kDefinitionUnknown,
               absl::StrCat("there is no collection \"", CutAtCharacter(code, 32), "\""))
      .Field("collection", "is not defined");
}

absl::Status NotYetDefined(const std::string& code, const Period& period,
                           const std::vector<Stretch>& stretches) {
  return Error(Reason::kDefinitionUnknown,
               absl::StrCat("collection ", code, " is not defined for ", period.ToString(),
                            ": it begins on ", stretches.front().days.from.ToString()))
      .Field("period", "lies before the collection's first period");
}

absl::Status Retired(const std::string& code, const Period& period, const CivilDay& from) {
  return Error(Reason::kDefinitionRetired,
               absl::StrCat("collection ", code, " is retired from ", from.ToString(),
                            " on, so nothing is returned to it for ", period.ToString(),
                            ": use the collection that took its place"))
      .Field("period", absl::StrCat("lies after the collection's end on ", from.ToString()))
      .Precondition(absl::StrCat("collections/", code), "is retired");
}

}  // namespace

absl::StatusOr<std::shared_ptr<const CompiledCollections::Known>> CompiledCollections::Learn(
    const Snapshot& snapshot, const std::string& code, uint64_t sequence) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (sequence > sequence_) {
      known_.clear();
      compiled_.clear();
      sequence_ = sequence;
    }
    const auto found = known_.find(code);
    if (sequence == sequence_ && found != known_.end()) return found->second;
  }
  CatalogueTime time(&snapshot);
  ASSIGN_OR_RETURN(const CollectionTimeline* timeline, time.Collection(code));
  if (timeline->stretches.empty()) return UnknownCollection(code);
  auto known = std::make_shared<Known>();
  known->stretches = timeline->stretches;
  ASSIGN_OR_RETURN(known->days, time.DaysOfChange(code, CivilDay::Earliest()));
  std::lock_guard<std::mutex> lock(mutex_);
  if (sequence == sequence_) known_[code] = known;
  return std::shared_ptr<const Known>(std::move(known));
}

absl::StatusOr<CompiledCollection> CompiledCollections::Compile(const Snapshot& snapshot,
                                                                const std::string& code,
                                                                uint64_t sequence,
                                                                const CivilDay& day) {
  const auto key = std::pair(code, day);
  {
    std::lock_guard<std::mutex> lock(mutex_);
    const auto found = compiled_.find(key);
    if (sequence == sequence_ && found != compiled_.end()) {
      return CompiledCollection{found->second, sequence};
    }
  }
  CatalogueTime time(&snapshot);
  ASSIGN_OR_RETURN(const CollectionTimeline* timeline, time.Collection(code));
  const catalogue::v1::Collection* definition = timeline->On(day);
  if (definition == nullptr) return absl::InternalError("a collection without a version");
  ASSIGN_OR_RETURN(Collection built,
                   BuildCollection(*definition, time.ItemsOn(day), time.OrganisationsOn(day)));
  auto collection = std::make_shared<const Collection>(std::move(built));
  std::lock_guard<std::mutex> lock(mutex_);
  if (sequence == sequence_) compiled_[key] = collection;
  return CompiledCollection{std::move(collection), sequence};
}

absl::StatusOr<CompiledCollection> CompiledCollections::Get(const Snapshot& snapshot,
                                                            const std::string& code,
                                                            const std::optional<Period>& period) {
  ASSIGN_OR_RETURN(const uint64_t sequence, CatalogueSequence(snapshot));
  ASSIGN_OR_RETURN(const std::shared_ptr<const Known> known, Learn(snapshot, code, sequence));
  if (!period.has_value()) {
    if (known->days.empty()) {
      return Error(Reason::kDefinitionRetired,
                   absl::StrCat("collection ", code, " was retired before its first period"));
    }
    return Compile(snapshot, code, sequence, known->days.back());
  }
  const CivilDay day = period->start();
  const Stretch* stretch = StretchOn(known->stretches, day);
  if (stretch == nullptr) return NotYetDefined(code, *period, known->stretches);
  if (stretch->retired_from.has_value() && day >= *stretch->retired_from) {
    return Retired(code, *period, *stretch->retired_from);
  }
  const auto after = std::upper_bound(known->days.begin(), known->days.end(), day);
  if (after == known->days.begin()) return NotYetDefined(code, *period, known->stretches);
  return Compile(snapshot, code, sequence, *std::prev(after));
}

absl::StatusOr<std::vector<CompiledCollection>> CompiledCollections::All(const Snapshot& snapshot,
                                                                         const std::string& code) {
  ASSIGN_OR_RETURN(const uint64_t sequence, CatalogueSequence(snapshot));
  ASSIGN_OR_RETURN(const std::shared_ptr<const Known> known, Learn(snapshot, code, sequence));
  std::vector<CompiledCollection> all;
  for (auto day = known->days.rbegin(); day != known->days.rend(); ++day) {
    absl::StatusOr<CompiledCollection> one = Compile(snapshot, code, sequence, *day);
    // A time of long ago that an older program took, and this one would not, is in nobody's way.
    if (!one.ok() && DetailsOf(one.status()).has_value()) continue;
    RETURN_IF_ERROR(one.status());
    all.push_back(*std::move(one));
  }
  return all;
}

}  // namespace onereturn::ingestion

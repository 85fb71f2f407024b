#include "services/ingestion/app/catalogue/search_catalogue.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/period/period.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/catalogue/read_catalogue.h"
#include "services/ingestion/domain/catalogue_search.h"
#include "services/ingestion/domain/validity.h"
#include "services/ingestion/store/return_table.h"

namespace onereturn::ingestion {
namespace {

using catalogue::v1::DataItem;
using catalogue::v1::Guidance;
using catalogue::v1::SearchResult;
using WireCollection = catalogue::v1::Collection;

constexpr size_t kMostBytes = 400;
constexpr size_t kMostWords = 16;
constexpr size_t kMostPeriodsShown = 24;
// Looked at for one answer: a bound on its time, far above two years of a monthly collection.
constexpr size_t kMostRevisions = 200'000;

absl::Status CheckWords(const std::string& words) {
  Error faults(Reason::kFieldInvalid, "the words cannot be looked for");
  const size_t count = WordsOf(words).size();
  if (words.size() > kMostBytes) faults.Field("words", "has more than 400 bytes");
  if (count == 0) faults.Field("words", "holds no letters or digits");
  if (count > kMostWords) faults.Field("words", "has more than 16 words");
  if (faults.fields_total() > 0) return faults;
  return absl::OkStatus();
}

std::vector<SearchText> TextsOf(const DataItem& item) {
  std::string dimensions;
  for (const catalogue::v1::Dimension& dimension : item.dimensions()) {
    absl::StrAppend(&dimensions, dimension.code(), " ", dimension.display_name(), " ");
    for (const catalogue::v1::DimensionCode& value : dimension.values()) {
      absl::StrAppend(&dimensions, value.code(), " ", value.display_name(), " ");
    }
  }
  return {{SearchPlace::kCode, item.code()},
          {SearchPlace::kDisplayName, item.display_name()},
          {SearchPlace::kConcept, item.concept_text()},
          {SearchPlace::kUnit, item.unit()},
          {SearchPlace::kDimensions, dimensions},
          {SearchPlace::kPurpose, item.purpose()},
          {SearchPlace::kOwner, item.owner()}};
}

std::vector<SearchText> TextsOf(const WireCollection& collection) {
  return {{SearchPlace::kCode, collection.code()},
          {SearchPlace::kDisplayName, collection.display_name()},
          {SearchPlace::kOwner, collection.owner()}};
}

// All of one kind at the sequence, in order of code.
template <typename Definition>
absl::StatusOr<std::vector<Definition>> All(const Reader& reader, DefinitionKind kind,
                                            uint64_t sequence) {
  std::vector<Definition> all;
  RETURN_IF_ERROR(VisitDefinitions(
      reader, kind, "", sequence, [&](const StoredDefinition& stored) -> absl::StatusOr<bool> {
        ASSIGN_OR_RETURN(all.emplace_back(), DefinitionOf<Definition>(stored));
        return true;
      }));
  return all;
}

class Search {
 public:
  Search(const Reader& reader, uint64_t sequence) : reader_(reader), sequence_(sequence) {}

  absl::Status Read() {
    ASSIGN_OR_RETURN(items_, All<DataItem>(reader_, DefinitionKind::kItem, sequence_));
    ASSIGN_OR_RETURN(auto collections,
                     All<WireCollection>(reader_, DefinitionKind::kCollection, sequence_));
    ASSIGN_OR_RETURN(guidance_, All<Guidance>(reader_, DefinitionKind::kGuidance, sequence_));
    for (WireCollection& collection : collections) {
      std::string code = collection.code();
      collections_.emplace(std::move(code), std::move(collection));
    }
    for (const auto& [code, collection] : collections_) {
      for (const std::string& item : collection.items()) TakeHome(item, collection);
    }
    return absl::OkStatus();
  }

  void Match(const std::string& words) {
    for (const DataItem& item : items_) {
      const auto home = homes_.find(item.code());
      Add(words, TextsOf(item), item, home == homes_.end() ? nullptr : home->second);
    }
    for (const auto& [code, collection] : collections_) {
      Add(words, TextsOf(collection), collection, &collection);
    }
    std::sort(results_.begin(), results_.end(), [](const SearchResult& a, const SearchResult& b) {
      return std::tuple(b.weight(), a.name()) < std::tuple(a.weight(), b.name());
    });
  }

  absl::StatusOr<catalogue::v1::SearchCatalogueResponse> Take(size_t limit) {
    catalogue::v1::SearchCatalogueResponse response;
    response.set_found(static_cast<uint32_t>(results_.size()));
    results_.resize(std::min(limit, results_.size()));
    for (SearchResult& result : results_) {
      RETURN_IF_ERROR(TellHeld(&result));
      TellGuidance(&result);
      *response.add_results() = std::move(result);
    }
    return response;
  }

 private:
  // Where two collections name the item, for different times, the later time's is its home.
  void TakeHome(const std::string& item, const WireCollection& collection) {
    const WireCollection*& home = homes_[item];
    const auto from = [](const WireCollection& one) {
      const absl::StatusOr<Period> period = Period::Parse(one.valid_from_period());
      return period.ok() ? period->start() : CivilDay::Earliest();
    };
    if (home == nullptr || from(*home) < from(collection)) home = &collection;
  }

  template <typename Definition>
  void Add(const std::string& words, const std::vector<SearchText>& texts,
           const Definition& definition, const WireCollection* collection) {
    const std::optional<SearchMatch> match = MatchWords(words, texts);
    if (!match.has_value()) return;
    SearchResult& result = results_.emplace_back();
    result.set_name(definition.name());
    result.set_display_name(definition.display_name());
    result.set_weight(match->weight);
    for (const SearchPlace place : match->places) result.add_found_in(std::string(NameOf(place)));
    result.set_retired_from_period(definition.retired_from_period());
    if (collection == nullptr) return;
    result.set_collection(collection->code());
    result.set_period_kind(collection->period_kind());
  }

  absl::Status TellHeld(SearchResult* result) {
    if (result->collection().empty()) return absl::OkStatus();
    auto known = held_.find(result->collection());
    if (known == held_.end()) {
      ASSIGN_OR_RETURN(PeriodsHeld counted,
                       CountReturns(reader_, result->collection(), sequence_, kMostPeriodsShown,
                                    kMostRevisions / (1 + held_.size())));
      known = held_.emplace(result->collection(), std::move(counted)).first;
    }
    for (const PeriodHeld& one : known->second.newest_first) {
      auto* held = result->add_held();
      held->set_period(one.period);
      held->set_organisations(one.organisations);
    }
    result->set_held_further_back(known->second.further_back);
    return absl::OkStatus();
  }

  void TellGuidance(SearchResult* result) const {
    const auto names = [](const auto& codes, absl::string_view prefix, const std::string& name) {
      return std::any_of(codes.begin(), codes.end(), [&](const std::string& code) {
        return absl::StrCat(prefix, code) == name;
      });
    };
    std::optional<Period> last;
    if (result->held_size() > 0) {
      const absl::StatusOr<Period> newest = Period::Parse(result->held(0).period());
      if (newest.ok()) last = *newest;
    }
    for (const Guidance& one : guidance_) {
      const bool about = names(one.items(), "items/", result->name()) ||
                         names(one.collections(), "collections/",
                               absl::StrCat("collections/", result->collection()));
      if (!about) continue;
      const bool over = last.has_value() && !one.valid_until().empty() &&
                        one.valid_until() < last->start().ToString();
      if (!over) result->add_guidance(one.name());
    }
  }

  const Reader& reader_;
  const uint64_t sequence_;
  std::vector<DataItem> items_;
  std::map<std::string, WireCollection> collections_;
  std::map<std::string, const WireCollection*> homes_;  // By item.
  std::vector<Guidance> guidance_;
  std::map<std::string, PeriodsHeld> held_;  // By collection.
  std::vector<SearchResult> results_;
};

}  // namespace

absl::StatusOr<catalogue::v1::SearchCatalogueResponse> SearchCatalogue(const Reader& reader,
                                                                       const std::string& words,
                                                                       uint64_t sequence,
                                                                       size_t limit) {
  RETURN_IF_ERROR(CheckWords(words));
  Search search(reader, sequence);
  RETURN_IF_ERROR(search.Read());
  search.Match(words);
  return search.Take(limit);
}

}  // namespace onereturn::ingestion

// Matching a request with what is held: docs/collect-once.md, as pure functions of the catalogue,
// of the returns that are held and of what is owed.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_MATCH_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_MATCH_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/period/civil_day.h"
#include "common/period/london_day.h"
#include "common/period/period.h"
#include "services/ingestion/domain/requests/ask.h"
#include "services/ingestion/domain/requests/coverage.h"
#include "services/ingestion/domain/requests/known_catalogue.h"
#include "services/ingestion/domain/requests/minutes.h"

namespace onereturn::ingestion {

// The numbers are those of requests.v1.CoverageClass.
enum class CoverageClass { kExact = 1, kRollup, kDerivable, kFresher, kFiner, kNew };
inline constexpr size_t kCoverageClassCount = 6;
// Of requests.v1.ConcernKind.
enum class ConcernKind {
  kNearDuplicate = 1,
  kConflictDefinition,
  kConflictDate,
  kConflictGuidance,
  kTooLarge
};
// Of requests.v1.ChangeClass.
enum class ChangeClass { kNone = 1, kExistingItems, kNewDetail, kNewItems };

// One return of which figures are needed.
struct PartKey {
  std::string collection;  // Empty: the one that issuing would make.
  Period period;
  std::string organisation;
  friend auto operator<=>(const PartKey&, const PartKey&) = default;
};

// Triples of one line that are covered in the same way.
struct MatchBlock {
  uint32_t line = 0;  // From 0.
  CoverageClass coverage = CoverageClass::kNew;
  std::vector<std::string> organisations;  // In order.
  std::vector<Period> periods;             // In order.
  std::string collection;                  // Empty: none has it.
  std::string words;
  uint64_t parts = 0;
  uint64_t parts_held = 0;
};

struct LineMatch {
  std::string item;  // That it is, or stands nearest to; empty: none.
  bool is_item = false;
  uint64_t triples[kCoverageClassCount + 1] = {};  // By CoverageClass.
  bool subset = false;
  bool split = false;  // Some of it has a home, and some has none.
  std::string source;
  // What gaps call that of it which has no home; empty: all of it has one. Lines that ask for one
  // item in the same detail share it: the item's code, of the first detail; else "line {number from
  // 1}" of the first of them.
  std::string new_figure;
};

struct Concern {
  ConcernKind kind = ConcernKind::kNearDuplicate;
  std::optional<uint32_t> line;  // From 0.
  std::string about;             // "items/...", "guidance/...", "collections/...".
  std::string words;
  uint32_t likeness = 0;
};

// Returns to be sent: every organisation, for every period, with all of the items.
struct Gap {
  std::string collection;          // Empty: the one that issuing would make.
  std::vector<std::string> items;  // Codes; of what has no home as LineMatch::new_figure.
  std::vector<std::string> organisations;
  std::vector<Period> periods;
  Timestamp due;
  bool awaited = false;
  bool owed_to_collection = false;  // Awaited: its frames name them.
  bool due_with_earlier = false;    // Awaited: `due` is when an earlier request has it due.
};

struct OrganisationPrice {
  Minutes avoided;
  Minutes outstanding;
};

// By organisation and the moment on which it is due.
using DueMinutes = std::map<std::string, std::map<Timestamp, Minutes>>;

struct MatchResult {
  std::vector<LineMatch> lines;
  std::vector<MatchBlock> blocks;  // By line, class, first organisation, first period.
  std::vector<Concern> concerns;   // By line (those of none last), kind, about.
  std::vector<Gap> gaps;           // By collection, awaited, first period, first organisation.
  std::map<std::string, OrganisationPrice> prices;  // Without those on whom nothing falls.
  // Parts of each line, each counted once in a line.
  uint64_t parts = 0;
  uint64_t parts_held = 0;
  ChangeClass change_class = ChangeClass::kNone;
  uint32_t notice_days = 0;
  std::optional<CivilDay> last_due;  // Of the gap, in London.
  // What is outstanding; empty unless MatchWorld::by_due.
  DueMinutes due;
};

// When is this item of this return due, which an earlier request made owed, the first of them that
// was issued? nullopt: none did. Without an item: the return, for anything.
using DueForEarlier =
    std::function<std::optional<Timestamp>(const PartKey& part, const std::string& item)>;

// What one issue may make owed: all of it is one batch, for which everybody waits, and is released
// at once when the request ends.
struct IssueBounds {
  uint64_t returns = 50'000;
  uint64_t figures = 500'000;  // Items of those returns, in all.
};

// As the facts say it: whatever its calendar or its collection says since, this is when it closes.
struct OpenedWindow {
  Moments moments;
  bool closed = false;  // By a fact.
};
// nullopt: it was not opened.
using OpenedWindows =
    std::function<std::optional<OpenedWindow>(const std::string& collection, const Period& period)>;

struct MatchWorld {
  const KnownCatalogue* catalogue = nullptr;
  const Coverage* coverage = nullptr;
  DueForEarlier due_for_earlier;  // Null: nothing is.
  CivilDay today;                 // From which notice counts, in London.
  OpenedWindows opened_window;    // Null: none was.
  IssueBounds bounds;
  bool by_due = false;  // Say also when what is outstanding is due.
};

// Total: a line that names no item, or one that is not for a period, is NEW there.
MatchResult MatchAsk(const Ask& ask, const MatchWorld& world);

// From which parts one figure is made: of one line, organisation and period.
struct FigureSource {
  CoverageClass coverage = CoverageClass::kNew;
  bool fresh = true;  // False: it is FRESHER, and how it would be covered otherwise is `coverage`.
  struct Part {
    PartKey key;
    // Null: not held. Of the coverage that was matched.
    const HeldRevision* held = nullptr;
  };
  // Of an item: its parts. Of a derived item: those of each of its items.
  std::map<std::string, std::vector<Part>> parts_of_item;
  // The dimensions in which it is asked; all others are summed over.
  std::vector<AskedDimension> dimensions;
};
// What MatchAsk says of the triple, for evaluation. nullopt where nothing is held that serves.
std::optional<FigureSource> SourceOf(const Ask& ask, uint32_t line, const std::string& organisation,
                                     const Period& period, const MatchWorld& world);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_MATCH_H_

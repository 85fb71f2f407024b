#include "tests/property/oracle.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/decimal/decimal.h"

namespace onereturn::metrics {
namespace {

// The newest content of a kind, by code, in the first `count` entries.
template <typename Content>
std::map<std::string, Content> NewestOf(const Log& log, uint64_t count) {
  std::map<std::string, Content> newest;
  for (uint64_t i = 0; i < count; ++i) {
    if (const auto* content = std::get_if<Content>(&log[i].content)) {
      newest.insert_or_assign(content->code, *content);
    }
  }
  return newest;
}

std::optional<std::string> Parent(const Organisation& organisation, RelationshipKind kind,
                                  const CivilDay& day) {
  // The generated world ties every organisation to at most one parent of a kind at a time.
  for (const Relationship& relationship : organisation.relationships) {
    if (relationship.kind == kind && relationship.from <= day &&
        (!relationship.to.has_value() || day <= *relationship.to)) {
      return relationship.parent;
    }
  }
  return std::nullopt;
}

std::string ValueOf(const Cell& cell, const std::string& dimension) {
  for (const DimensionValue& pair : cell.dimensions) {
    if (pair.dimension == dimension) return pair.value;
  }
  return "";
}

bool Matches(const Cell& cell, const Term& term) {
  if (cell.item != term.item) return false;
  for (const DimensionValue& wanted : term.where) {
    if (ValueOf(cell, wanted.dimension) != wanted.value) return false;
  }
  return true;
}

// Every item named by the pairing has a number, and only numbers, at the cell's place.
bool PlaceIsComplete(const std::vector<Cell>& cells, const Pairing& pairing, const Cell& at) {
  for (const std::string& item : pairing.items) {
    int numbers = 0;
    for (const Cell& cell : cells) {
      if (cell.item != item) continue;
      bool same = true;
      for (const std::string& dimension : pairing.dimensions) {
        same = same && ValueOf(cell, dimension) == ValueOf(at, dimension);
      }
      if (!same) continue;
      if (!cell.value.has_value()) return false;
      ++numbers;
    }
    if (numbers == 0) return false;
  }
  return true;
}

struct Sums {
  Int128 numerator = 0;
  Int128 denominator = 0;
  Int128 eligibility = 0;
  int entering = 0;
  int null = 0;
};

Sums SumsOf(const MetricDefinition& definition, const std::vector<Cell>& cells) {
  Sums sums;
  for (const Cell& cell : cells) {
    Int128 numerator = 0;
    Int128 denominator = 0;
    bool selected = false;
    const Int128 amount = cell.value.has_value() ? cell.value->wide() : 0;
    for (const Term& term : definition.numerator) {
      if (Matches(cell, term)) selected = true, numerator += term.sign * amount;
    }
    for (const Term& term : definition.denominator) {
      if (Matches(cell, term)) selected = true, denominator += term.sign * amount;
    }
    for (const Term& term : definition.eligibility) {
      if (Matches(cell, term)) sums.eligibility += term.sign * amount;
    }
    if (!selected) continue;
    if (!cell.value.has_value()) {
      ++sums.null;
    } else if (!definition.pairing || PlaceIsComplete(cells, *definition.pairing, cell)) {
      ++sums.entering;
      sums.numerator += numerator;
      sums.denominator += denominator;
    }
  }
  return sums;
}

// The logs cut to an extent, and the definition asked for.
struct World {
  std::map<std::string, Organisation> organisations;
  std::set<std::string> owing;
  std::map<std::string, Sums> sums;  // Of the newest return of each organisation in the period.
  MetricDefinition definition;
  bool additive = true;
};

std::set<std::string> Below(const World& world, const Organisation& organisation,
                            const CivilDay& day) {
  std::set<std::string> below;
  for (const auto& [code, provider] : world.organisations) {
    if (provider.type != OrganisationType::kProvider) continue;
    bool in = code == organisation.code;
    if (organisation.type == OrganisationType::kIcb) {
      in = Parent(provider, RelationshipKind::kProviderToIcb, day) == organisation.code;
    } else if (organisation.type != OrganisationType::kProvider) {
      const auto region = Parent(provider, RelationshipKind::kProviderToRegion, day);
      in = region.has_value() && *region == organisation.code;
      if (organisation.type == OrganisationType::kNationalBody && region.has_value()) {
        const auto found = world.organisations.find(*region);
        in = found != world.organisations.end() &&
             Parent(found->second, RelationshipKind::kRegionToNation, day) == organisation.code;
      }
    }
    if (in) below.insert(code);
  }
  return below;
}

std::string StateName(const MetricDefinition& definition, const Sums& sums, bool held) {
  if (!held) return "MISSING";
  if (sums.entering == 0) return sums.null > 0 ? "NOT_COLLECTED" : "NOT_APPLICABLE";
  if (!definition.denominator.empty() && sums.denominator == 0) return "NOT_APPLICABLE";
  return "VALUE";
}

std::string AnswerFor(const World& world, const Organisation& organisation, const CivilDay& day) {
  const std::set<std::string> below = Below(world, organisation, day);
  const bool alone = organisation.type == OrganisationType::kProvider;
  if (below.empty() || (!alone && !world.additive))
    return "NOT_APPLICABLE 0/0 of 0/0 missing= not_collected= no_icb=";
  bool icbs_exist = false;
  for (const auto& [code, other] : world.organisations) {
    icbs_exist = icbs_exist || Parent(other, RelationshipKind::kProviderToIcb, day).has_value();
  }
  const bool names_no_icb = icbs_exist && organisation.type != OrganisationType::kIcb && !alone;
  Sums total;
  bool held = false;
  int expected = 0, included = 0;
  std::vector<std::string> missing, not_collected, no_icb;
  for (const std::string& code : below) {
    const bool owes = world.owing.count(code) != 0;
    expected += owes;
    const auto sums = world.sums.find(code);
    const bool counts = owes || sums != world.sums.end();
    if (names_no_icb && counts &&
        !Parent(world.organisations.at(code), RelationshipKind::kProviderToIcb, day)) {
      no_icb.push_back(code);
    }
    if (sums == world.sums.end()) {
      if (owes) missing.push_back(code);
      continue;
    }
    held = true;
    total.numerator += sums->second.numerator;
    total.denominator += sums->second.denominator;
    total.entering += sums->second.entering;
    total.null += sums->second.null;
    included += owes && sums->second.entering > 0;
    if (sums->second.entering == 0 && sums->second.null > 0) not_collected.push_back(code);
  }
  if (world.definition.denominator.empty()) total.denominator = Decimal::kMillion;
  return absl::StrCat(
      StateName(world.definition, total, held), " ", MillionthsToString(total.numerator), "/",
      MillionthsToString(total.denominator), " of ", included, "/", expected,
      " missing=", absl::StrJoin(missing, ","),
      " not_collected=", absl::StrJoin(not_collected, ","), " no_icb=", absl::StrJoin(no_icb, ","));
}

std::string LeagueAnswer(const World& world) {
  struct Row {
    std::string code;
    Int128 numerator, denominator;
  };
  std::vector<Row> rows;
  const bool count = world.definition.denominator.empty();
  for (const auto& [code, sums] : world.sums) {
    const auto found = world.organisations.find(code);
    if (found == world.organisations.end()) continue;
    if (found->second.type != OrganisationType::kProvider) continue;
    if (StateName(world.definition, sums, true) != "VALUE") continue;
    if (!world.definition.eligibility.empty() && sums.eligibility <= 0) continue;
    rows.push_back({code, sums.numerator, count ? Int128{1} : sums.denominator});
  }
  // Generated denominators are sums of figures of at least zero, so never negative.
  const bool lower = world.definition.direction == Direction::kLowerIsBetter;
  std::string text = "league";
  for (const Row& row : rows) {
    int better = 0;
    for (const Row& other : rows) {
      const Int128 difference =
          other.numerator * row.denominator - row.numerator * other.denominator;
      better += lower ? difference < 0 : difference > 0;
    }
    absl::StrAppend(&text, " ", row.code, ":", better + 1);
  }
  return text;
}

}  // namespace

std::string OracleAnswer(const Log& ingestion, const Log& metrics, const Extent& extent,
                         const Question& question) {
  World world;
  bool defined = false;
  for (uint64_t i = 0; i < extent.metrics; ++i) {
    const auto* definition = std::get_if<MetricDefinition>(&metrics[i].content);
    if (definition == nullptr || definition->code != question.metric) continue;
    if (question.version != 0 && definition->version != question.version) continue;
    world.definition = *definition;
    defined = true;
  }
  if (!defined) return "NOT_FOUND";
  world.organisations = NewestOf<Organisation>(ingestion, extent.ingestion);
  if (!question.organisation.empty() && world.organisations.count(question.organisation) == 0) {
    return "NOT_FOUND";
  }
  bool other_kind = false;
  for (const auto& [code, collection] : NewestOf<Collection>(ingestion, extent.ingestion)) {
    if (code != world.definition.collection) continue;
    if (collection.period_kind != question.period.kind()) {
      other_kind = true;
      continue;
    }
    for (const Frame& frame : collection.frames) {
      if (frame.from <= question.period && (!frame.to || question.period <= *frame.to)) {
        world.owing.insert(frame.organisation);
      }
    }
  }
  const std::map<std::string, Item> items = NewestOf<Item>(ingestion, extent.ingestion);
  for (const auto* terms : {&world.definition.numerator, &world.definition.denominator}) {
    for (const Term& term : *terms) {
      const auto item = items.find(term.item);
      if (item != items.end() && !item->second.additive_over_organisations) world.additive = false;
    }
  }
  for (uint64_t i = 0; i < extent.ingestion; ++i) {
    const auto* plain = std::get_if<PlainReturn>(&ingestion[i].content);
    if (plain == nullptr || plain->collection != world.definition.collection) continue;
    if (plain->period.kind() == question.period.kind()) other_kind = false;
    if (plain->period != question.period) continue;
    world.sums[plain->organisation] = SumsOf(world.definition, plain->cells);
  }
  if (other_kind) return "PERIOD";
  if (question.organisation.empty()) return LeagueAnswer(world);
  const Organisation& organisation = world.organisations.at(question.organisation);
  return AnswerFor(world, organisation, question.period.end());
}

}  // namespace onereturn::metrics

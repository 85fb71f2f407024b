#include "services/ingestion/domain/requests/blocks.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "services/ingestion/domain/requests/match_words.h"

namespace onereturn::ingestion {
namespace {

// What triples of one block have in common.
using AlikeKey = std::tuple<CoverageClass, CoverageClass, Because, bool, bool, bool, std::string>;

AlikeKey KeyOf(const Cover& cover, const std::string& collection) {
  return {cover.coverage,
          cover.as_if_fresh,
          cover.because,
          cover.at_home,
          cover.over_organisations,
          cover.complete,
          cover.at_home ? collection : std::string()};
}

// Places among the organisations asked, of those that are covered alike in one period.
struct AlikeOrganisations {
  const Cover* cover = nullptr;
  std::vector<uint32_t> places;
};

std::vector<AlikeOrganisations> GroupAlike(const LinePeriod& of_period) {
  std::vector<AlikeOrganisations> groups;
  for (uint32_t place = 0; place < of_period.covers.size(); ++place) {
    const Cover& cover = of_period.covers[place];
    auto group = std::find_if(groups.begin(), groups.end(), [&](const AlikeOrganisations& other) {
      return *other.cover == cover;
    });
    if (group == groups.end()) {
      groups.push_back({&cover, {}});
      group = groups.end() - 1;
    }
    group->places.push_back(place);
  }
  return groups;
}

struct AlikeBlock {
  const Cover* cover = nullptr;
  std::vector<const LinePeriod*> periods;
};

PartCount CountOf(const OrganisationSet& organisations, const AlikeBlock& alike,
                  HeldReturns& returns) {
  const uint32_t all = returns.index().count();
  PartCount count(all);
  if (alike.cover->because == Because::kNotOpen) return count;
  if (!alike.cover->at_home) {
    count.AddNew(organisations.Count() * alike.periods.size());
    return count;
  }
  for (const LinePeriod* of_period : alike.periods) {
    for (const ItemPlan& item : of_period->plan.items) {
      for (const ItemReturns* part : item.home->returns) {
        OrganisationSet reporting(all);
        returns.AddLevels(*part->of, item.home->over_organisations, organisations, &reporting);
        count.Add(*part, reporting);
      }
    }
  }
  return count;
}

std::vector<std::string> FirstMissing(const PartCount& count, const OrganisationIndex& index) {
  std::vector<std::string> missing;
  count.ForEachMissing([&](const CollectionReturns& returns, uint32_t organisation) {
    if (missing.size() == kMissingNamed) return;
    missing.push_back(absl::StrCat(index.CodeOf(organisation), " ", returns.period.ToString()));
  });
  return missing;
}

}  // namespace

std::string CollectionOf(const LinePlan& plan) {
  const std::string* collection = nullptr;
  for (const ItemPlan& item : plan.items) {
    if (item.home == nullptr) continue;
    for (const ItemReturns* part : item.home->returns) {
      if (collection != nullptr && collection != part->of->collection) return "";
      collection = part->of->collection;
    }
  }
  return collection == nullptr ? "" : *collection;
}

std::vector<MatchBlock> BlocksOf(const Ask& ask, uint32_t line, const LineSubject& subject,
                                 const std::vector<uint32_t>& organisations,
                                 const std::vector<LinePeriod>& periods, HeldReturns& returns) {
  // By what they have in common and their organisations, over periods.
  std::map<std::pair<AlikeKey, std::vector<uint32_t>>, AlikeBlock> alike;
  for (const LinePeriod& of_period : periods) {
    const std::string collection = CollectionOf(of_period.plan);
    for (AlikeOrganisations& group : GroupAlike(of_period)) {
      AlikeBlock& block = alike[{KeyOf(*group.cover, collection), std::move(group.places)}];
      block.cover = group.cover;
      block.periods.push_back(&of_period);
    }
  }
  std::vector<MatchBlock> blocks;
  for (const auto& [key, of_key] : alike) {
    const std::vector<uint32_t>& places = key.second;
    MatchBlock block{line, of_key.cover->coverage, {}, {}, std::get<6>(key.first), "", 0, 0};
    OrganisationSet of_block(returns.index().count());
    for (const uint32_t place : places) {
      block.organisations.push_back(ask.organisations[place]);
      of_block.Insert(organisations[place]);
    }
    for (const LinePeriod* of_period : of_key.periods) block.periods.push_back(of_period->period);
    const PartCount count = CountOf(of_block, of_key, returns);
    block.parts = count.Needed();
    block.parts_held = count.Held();
    block.words =
        WordsOf(BlockFacts{&ask, &ask.lines[line], &subject, &of_key.periods.front()->plan,
                           *of_key.cover, &block, FirstMissing(count, returns.index())});
    blocks.push_back(std::move(block));
  }
  const auto order = [](const MatchBlock& block) {
    return std::tie(block.coverage, block.organisations.front(), block.periods.front());
  };
  std::sort(blocks.begin(), blocks.end(), [&](const MatchBlock& left, const MatchBlock& right) {
    return order(left) < order(right);
  });
  return blocks;
}

}  // namespace onereturn::ingestion

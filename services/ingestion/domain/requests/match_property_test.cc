// What holds of every catalogue, store and request. ONERETURN_REQUESTS: how many are made.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/ingestion/domain/requests/figure_source.h"
#include "services/ingestion/domain/requests/testing/any_request.h"
#include "services/ingestion/domain/requests/testing/naive_match.h"

namespace onereturn::ingestion {
namespace {

constexpr uint64_t kProperties = 7;
constexpr uint64_t kRequestsByDefault = 10'000;  // Of all of them.

using Triple = std::tuple<uint32_t, std::string, Period>;

// RapidCheck chooses where to begin; each of its hundred cases is then some requests in a row.
void ForAnyRequest(const char* what,
                   const std::function<void(const AnyRequest&, uint64_t)>& holds) {
  uint64_t requests = kRequestsByDefault;
  const char* wished = std::getenv("ONERETURN_REQUESTS");
  if (wished != nullptr) {
    ASSERT_TRUE(absl::SimpleAtoi(wished, &requests));
  }
  const uint64_t in_a_row = (requests + 100 * kProperties - 1) / (100 * kProperties);
  EXPECT_TRUE(rc::check(what, [&] {
    const uint64_t begin = *rc::gen::arbitrary<uint64_t>();
    for (uint64_t seed = begin; seed < begin + in_a_row; ++seed) {
      holds(AnyRequest(seed), seed);
    }
  }));
}

// AnyRequest(seed) is what it fails on.
void Require(bool holds, uint64_t seed, const std::string& what) {
  if (!holds) RC_FAIL(absl::StrCat(what, " of the request of seed ", seed));
}

void ForEachTriple(const Ask& ask, const std::function<void(const Triple&)>& visit) {
  for (uint32_t line = 0; line < ask.lines.size(); ++line) {
    for (const std::string& organisation : ask.organisations) {
      for (const Period& period : ask.periods) visit({line, organisation, period});
    }
  }
}

std::map<Triple, CoverageClass> ClassesOf(const MatchResult& match, uint64_t seed) {
  std::map<Triple, CoverageClass> classes;
  for (const MatchBlock& block : match.blocks) {
    RC_ASSERT(std::is_sorted(block.organisations.begin(), block.organisations.end()));
    RC_ASSERT(std::is_sorted(block.periods.begin(), block.periods.end()));
    for (const std::string& organisation : block.organisations) {
      for (const Period& period : block.periods) {
        const bool is_new =
            classes.emplace(Triple{block.line, organisation, period}, block.coverage).second;
        Require(is_new, seed, "a triple twice");
      }
    }
  }
  return classes;
}

// Every item of every return that is asked, and whether it is awaited.
std::map<NaivePart, bool> AskedOf(const MatchResult& match) {
  std::map<NaivePart, bool> asked;
  for (const Gap& gap : match.gaps) {
    for (const std::string& organisation : gap.organisations) {
      for (const Period& period : gap.periods) {
        for (const std::string& item : gap.items) {
          const PartKey key{gap.collection, period, organisation};
          const bool is_new = asked.emplace(NaivePart{key, item}, gap.awaited).second;
          RC_ASSERT(is_new);
        }
      }
    }
  }
  return asked;
}

TEST(MatchProperty, BlocksPartitionTheTriplesByTheirClass) {
  ForAnyRequest("as one looks at each triple", [](const AnyRequest& any, uint64_t seed) {
    const MatchWorld world = any.world.World();
    const NaiveMatch naive(any.ask, world);
    const MatchResult match = MatchAsk(any.ask, world);
    const std::map<Triple, CoverageClass> classes = ClassesOf(match, seed);
    uint64_t counted = 0;
    for (const LineMatch& line : match.lines) {
      for (const uint64_t triples : line.triples) counted += triples;
    }
    RC_ASSERT(classes.size() == counted);
    ForEachTriple(any.ask, [&](const Triple& triple) {
      const auto& [line, organisation, period] = triple;
      const CoverageClass expected =
          naive.TripleOf(any.ask.lines[line], organisation, period).coverage;
      Require(classes.at(triple) == expected, seed, any.ask.lines[line].item);
    });
  });
}

TEST(MatchProperty, HeldPartsAndTheGapPartitionWhatIsNeeded) {
  ForAnyRequest("nothing twice, nothing left out", [](const AnyRequest& any, uint64_t seed) {
    const MatchWorld world = any.world.World();
    const NaiveMatch naive(any.ask, world);
    const MatchResult match = MatchAsk(any.ask, world);
    const std::vector<std::string> new_names = naive.NewNames();
    std::map<NaivePart, bool> expected;
    uint64_t parts = 0;
    uint64_t held = 0;
    for (uint32_t line = 0; line < any.ask.lines.size(); ++line) {
      std::map<PartKey, bool> of_line;
      for (const std::string& organisation : any.ask.organisations) {
        for (const Period& period : any.ask.periods) {
          const NaiveTriple triple = naive.TripleOf(any.ask.lines[line], organisation, period);
          if (triple.without_home) {
            const PartKey key{"", period, organisation};
            expected[{key, new_names[line]}] = false;
            of_line[key] = false;
          }
          for (const NaivePart& part : triple.parts) {
            const bool is_held = naive.Held(part) != nullptr;
            const auto [entry, is_new] = of_line.emplace(part.first, is_held);
            entry->second &= is_held;
            const bool asked = !is_held || (any.ask.ask_anew && !naive.IsFresh(part));
            if (asked) expected[part] = naive.IsAwaited(part);
          }
        }
      }
      parts += of_line.size();
      held +=
          std::count_if(of_line.begin(), of_line.end(), [](const auto& one) { return one.second; });
    }
    Require(AskedOf(match) == expected, seed, "the gap");
    RC_ASSERT(match.parts == parts);
    RC_ASSERT(match.parts_held == held);
    const bool asks =
        std::any_of(expected.begin(), expected.end(), [](const auto& one) { return !one.second; });
    RC_ASSERT((match.change_class == ChangeClass::kNone) == !asks);
  });
}

TEST(MatchProperty, NothingIsDueEarlierThanForTheFirstWhoAskedIt) {
  ForAnyRequest("due again", [](const AnyRequest& any, uint64_t seed) {
    const MatchWorld world = any.world.World();
    for (const Gap& gap : MatchAsk(any.ask, world).gaps) {
      if (world.due_for_earlier == nullptr || !gap.awaited || gap.owed_to_collection) continue;
      for (const std::string& organisation : gap.organisations) {
        for (const Period& period : gap.periods) {
          for (const std::string& item : gap.items) {
            const auto earlier =
                world.due_for_earlier({gap.collection, period, organisation}, item);
            Require(earlier.has_value() && gap.due >= *earlier, seed, "when of " + organisation);
            Require(!gap.due_with_earlier || gap.due == *earlier, seed, "why of " + organisation);
          }
        }
      }
    }
  });
}

TEST(MatchProperty, NothingIsAskedOfWhatIsHeldAndEveryMinuteIsSparedOrAsked) {
  ForAnyRequest("minutes", [](const AnyRequest& any, uint64_t seed) {
    const MatchWorld world = any.world.World();
    const MatchResult match = MatchAsk(any.ask, world);
    const bool covered =
        std::all_of(match.blocks.begin(), match.blocks.end(), [](const MatchBlock& block) {
          return block.coverage <= CoverageClass::kDerivable && block.parts == block.parts_held;
        });
    Require(!covered || match.gaps.empty(), seed, "the gap");
    for (const auto& [organisation, price] : NaiveMatch(any.ask, world).Prices()) {
      const auto found = match.prices.find(organisation);
      const OrganisationPrice matched =
          found == match.prices.end() ? OrganisationPrice{} : found->second;
      Require(matched.avoided == price.avoided, seed, "what is spared " + organisation);
      Require(matched.outstanding == price.outstanding, seed, "what is asked of " + organisation);
      Require(!covered || matched.outstanding.Total() == 0, seed, "what is asked");
    }
  });
}

TEST(MatchProperty, WhatIsOutstandingIsDueWithTheGapToTheMinute) {
  ForAnyRequest("due", [](const AnyRequest& any, uint64_t seed) {
    MatchWorld world = any.world.World();
    Require(MatchAsk(any.ask, world).due.empty(), seed, "what nobody wanted to know");
    world.by_due = true;
    const MatchResult match = MatchAsk(any.ask, world);
    std::set<std::pair<std::string, Timestamp>> moments;
    for (const Gap& gap : match.gaps) {
      if (gap.awaited) continue;
      for (const std::string& one : gap.organisations) moments.emplace(one, gap.due);
    }
    for (const auto& [organisation, price] : match.prices) {
      Minutes due;
      if (const auto found = match.due.find(organisation); found != match.due.end()) {
        for (const auto& [moment, minutes] : found->second) {
          Require(moments.count({organisation, moment}) > 0, seed, "when of " + organisation);
          due += minutes;
        }
      }
      Require(due == price.outstanding, seed, "what falls due of " + organisation);
    }
  });
}

// As AskedOf: what has no home by the lines that ask for it, as they were numbered at first.
std::map<NaivePart, bool> AskedByLines(const MatchResult& match, const std::vector<uint32_t>& was) {
  std::map<NaivePart, bool> asked;
  for (const auto& [asked_part, awaited] : AskedOf(match)) {
    NaivePart part = asked_part;
    if (part.first.collection.empty()) {
      std::set<uint32_t> lines;
      for (size_t line = 0; line < match.lines.size(); ++line) {
        if (match.lines[line].new_figure == part.second) lines.insert(was[line]);
      }
      part.second = absl::StrJoin(lines, ",");
    }
    asked[part] = awaited;
  }
  return asked;
}

TEST(MatchProperty, OrderAndRepetitionChangeNothing) {
  ForAnyRequest("again, and shuffled", [](const AnyRequest& any, uint64_t seed) {
    const MatchWorld world = any.world.World();
    const MatchResult match = MatchAsk(any.ask, world);
    Ask other = any.ask;
    std::mt19937_64 random(seed);
    std::vector<uint32_t> as_given(other.lines.size());
    for (uint32_t line = 0; line < as_given.size(); ++line) as_given[line] = line;
    std::vector<uint32_t> was = as_given;
    std::shuffle(was.begin(), was.end(), random);
    for (size_t line = 0; line < was.size(); ++line) other.lines[line] = any.ask.lines[was[line]];
    std::shuffle(other.organisations.begin(), other.organisations.end(), random);
    std::shuffle(other.periods.begin(), other.periods.end(), random);
    const MatchResult shuffled = MatchAsk(other, world);
    std::map<Triple, CoverageClass> classes;
    for (const auto& [triple, coverage] : ClassesOf(shuffled, seed)) {
      classes[{was[std::get<0>(triple)], std::get<1>(triple), std::get<2>(triple)}] = coverage;
    }
    Require(classes == ClassesOf(match, seed), seed, "classes");
    RC_ASSERT(AskedByLines(shuffled, was) == AskedByLines(match, as_given));
    RC_ASSERT(shuffled.prices.size() == match.prices.size());
    for (const auto& [organisation, price] : match.prices) {
      RC_ASSERT(shuffled.prices.at(organisation).avoided == price.avoided);
      RC_ASSERT(shuffled.prices.at(organisation).outstanding == price.outstanding);
    }
    RC_ASSERT(shuffled.last_due == match.last_due);
    RC_ASSERT(shuffled.notice_days == match.notice_days);
  });
}

// What a source sums must be additive, and it is what the match says.
void CheckSource(const AnyRequest& any, const NaiveMatch& naive, const Triple& triple,
                 const FigureSource& source) {
  const auto& [line, organisation, period] = triple;
  for (const auto& [item, parts] : source.parts_of_item) {
    const KnownItem& known = *naive.ItemOn(item, period.start());
    for (const FigureSource::Part& part : parts) {
      if (part.key.period != period) RC_ASSERT(known.additive_over_time);
      if (part.key.organisation != organisation) {
        RC_ASSERT(known.additive_over_organisations);
        RC_ASSERT(!naive.Reports(part.key.collection, organisation, part.key.period));
      }
      RC_ASSERT(part.held == naive.Held({part.key, item}));
    }
  }
}

TEST(MatchProperty, SourcesAgreeWithTheMatch) {
  ForAnyRequest("what is matched can be made", [](const AnyRequest& any, uint64_t seed) {
    const MatchWorld world = any.world.World();
    const NaiveMatch naive(any.ask, world);
    const std::map<Triple, CoverageClass> classes = ClassesOf(MatchAsk(any.ask, world), seed);
    FigureSources sources(any.ask, world, any.ask.organisations);
    ForEachTriple(any.ask, [&](const Triple& triple) {
      const auto& [line, organisation, period] = triple;
      const CoverageClass coverage = classes.at(triple);
      const std::optional<FigureSource> source = sources.Of(line, organisation, period);
      const bool held = coverage != CoverageClass::kFiner && coverage != CoverageClass::kNew;
      Require(source.has_value() == held, seed, "a source");
      if (!held) return;
      RC_ASSERT(source->fresh == (coverage != CoverageClass::kFresher));
      if (source->fresh) RC_ASSERT(source->coverage == coverage);
      std::set<NaivePart> parts;
      for (const auto& [item, of_item] : source->parts_of_item) {
        for (const FigureSource::Part& part : of_item) parts.insert({part.key, item});
      }
      RC_ASSERT(parts == naive.TripleOf(any.ask.lines[line], organisation, period).parts);
      CheckSource(any, naive, triple, *source);
    });
  });
}

}  // namespace
}  // namespace onereturn::ingestion

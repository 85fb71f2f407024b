// Goal: what is hidden of one organisation is not told by subtraction, whatever it and others are
// made of. Method: random providers that change their ICB within the period, against whoever takes
// any of the figures that are shown, which have no return in common, from one another.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "absl/strings/str_cat.h"
#include "services/ingestion/domain/requests/figures_together.h"
#include "services/ingestion/domain/requests/testing/nested_line.h"

namespace onereturn::ingestion {
namespace {

// Whoever takes any figures that do not overlap from one that they lie within learns of none that
// is hidden, and no small number; nor by adding up.
void CheckSubtractionTellsNothing(const NestedLine& line) {
  std::vector<std::pair<std::set<std::string>, int>> open;
  std::set<std::set<std::string>> hidden;
  for (const auto& [organisation, figure] : line.Shown()) {
    const auto& made_of = line.asked.at(organisation);
    const std::set<std::string> parts(made_of.begin(), made_of.end());
    int number = 0;
    for (const std::string& provider : parts) number += line.providers.at(provider);
    RC_ASSERT(figure.suppressed || number == 0 || number > 7);
    if (figure.suppressed) hidden.insert(parts);
    if (!figure.suppressed) open.emplace_back(parts, number);
  }
  const auto add = [](const std::set<std::string>& parts, std::set<std::string>* to) {
    return std::all_of(parts.begin(), parts.end(),
                       [to](const std::string& part) { return to->insert(part).second; });
  };
  for (uint32_t chosen = 1; chosen < 1u << open.size(); ++chosen) {
    std::set<std::string> parts;
    int number = 0;
    bool apart = true;
    for (size_t i = 0; i < open.size(); ++i) {
      if ((chosen >> i & 1) == 0) continue;
      apart = apart && add(open[i].first, &parts);
      number += open[i].second;
    }
    if (!apart) continue;
    RC_ASSERT(hidden.count(parts) == 0);
    for (const auto& [all, sum] : open) {
      if (!std::includes(all.begin(), all.end(), parts.begin(), parts.end())) continue;
      std::set<std::string> rest;
      std::set_difference(all.begin(), all.end(), parts.begin(), parts.end(),
                          std::inserter(rest, rest.end()));
      if (rest.empty()) continue;
      RC_ASSERT(hidden.count(rest) == 0);
      RC_ASSERT(sum == number || sum - number > 7);
    }
  }
}

// By themselves those that share nothing are shown as they are beside one another.
void CheckGroupsTellTheSame(const NestedLine& line) {
  const auto together = line.Shown();
  const auto in_groups = line.Shown(/*in_groups=*/true);
  RC_ASSERT(together.size() == in_groups.size());
  for (const auto& [organisation, figure] : together) {
    RC_ASSERT(figure.suppressed == in_groups.at(organisation).suppressed);
    RC_ASSERT(figure.value == in_groups.at(organisation).value);
  }
}

// Providers in ICBs, ICBs in two regions, and the nation; some of them are asked. Of two months:
// some providers are in another ICB in the second.
NestedLine RandomNestedLine(const std::vector<uint8_t>& tape) {
  NestedLine line;
  const auto number = [](uint8_t of) { return of % 3 == 0 ? of % 12 : 8 + of; };
  for (size_t i = 0; i < 5; ++i) {
    const std::string provider = absl::StrCat("R0", i);
    const auto add = [&](const std::string& of_return, uint8_t value, size_t icb) {
      line.providers[of_return] = number(value);
      for (const std::string& of :
           {provider, absl::StrCat("Q0", icb), absl::StrCat("Y0", icb / 2), std::string("ENG")}) {
        line.asked[of].push_back(of_return);
      }
    };
    const uint8_t ties = tape[3 * i + 2];
    add(provider, tape[3 * i], ties % 4u);
    add(absl::StrCat(provider, " 2023-05"), tape[3 * i + 1],
        (ties / 8 % 3 == 0 ? ties / 64 : ties) % 4u);
  }
  size_t next = 15;
  for (auto of = line.asked.begin(); of != line.asked.end();) {
    of = tape[next++] % 5 == 0 ? line.asked.erase(of) : std::next(of);
  }
  return line;
}

TEST(FiguresTogetherPropertyTest, NoSubtractionTellsANumberInRandomHierarchies) {
  int guarded = 0;  // Lines in which more is hidden than is small.
  const auto tapes = rc::gen::noShrink(rc::gen::resize(
      100, rc::gen::container<std::vector<std::vector<uint8_t>>>(
               10, rc::gen::container<std::vector<uint8_t>>(27, rc::gen::arbitrary<uint8_t>()))));
  EXPECT_TRUE(rc::check("10 random hierarchies", [&] {
    for (const std::vector<uint8_t>& tape : *tapes) {
      const NestedLine line = RandomNestedLine(tape);
      CheckSubtractionTellsNothing(line);
      CheckGroupsTellTheSame(line);
      for (const std::string& organisation : line.Hidden()) {
        int number = 0;
        for (const std::string& part : line.asked.at(organisation)) {
          number += line.providers.at(part);
        }
        guarded += number == 0 || number > 7;
      }
    }
  }));
  EXPECT_GT(guarded, 100);
}

}  // namespace
}  // namespace onereturn::ingestion

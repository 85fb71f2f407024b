// Each bad input of the table against a real process: the exact answer; nothing stored; and the
// next good request is served.
#include "tests/conformance/bad_inputs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <future>
#include <map>
#include <set>

#include "common/status/testing/status_matchers.h"

namespace onereturn {
namespace {

const std::vector<BadInput>& Table() {
  static const auto& table = *new std::vector<BadInput>(
      ReadBadInputs(ONERETURN_SOURCE_FOLDER "/tests/golden/bad_inputs.csv"));
  return table;
}

const Cases& AllCases() {
  static const auto& cases = *new Cases([] {
    Cases all;
    for (Cases part :
         {ConnectionCases(), MessageCases(), ContentCases(), StateCases(), ProcessCases(),
          EdgeCases(), TokenCases(), RightsCases(), StorageCases(), FeedCases(), RequestCases()}) {
      all.merge(part);
    }
    return all;
  }());
  return cases;
}

// Builds without failpoints have no disk that fails as it is told.
bool IsOfThisBuild(const BadInput& input) {
#ifdef ONERETURN_FAILPOINTS
  return true;
#else
  return input.row != 92 && input.row != 93;
#endif
}

std::vector<BadInput> Present() {
  std::vector<BadInput> present;
  for (const BadInput& input : Table()) {
    if (input.with.empty() && IsOfThisBuild(input)) present.push_back(input);
  }
  return present;
}

class BadInputTest : public ::testing::TestWithParam<BadInput> {
 protected:
  // One process for all: what one input leaves behind would show in the next.
  static World& TheWorld() {
    static std::unique_ptr<World>& world = *new std::unique_ptr<World>();
    if (world == nullptr) {
      world = std::make_unique<World>();
      StartSlowOnes(*world);
    }
    owner_ = &world;
    return *world;
  }
  static void TearDownTestSuite() {
    slow_.clear();
    if (owner_ != nullptr) owner_->reset();
  }
  // Those that wait for a bound of seconds do so beside the others, when all are run.
  static void StartSlowOnes(World& world) {
    if (::testing::GTEST_FLAG(filter) != "*") return;
    for (const char* key : {"1.silence", "10.never_acknowledge", "13.drip", "15.slow_consumer"}) {
      slow_.emplace(key, std::async(std::launch::async,
                                    [&world, run = AllCases().at(key)] { return run(world); }));
    }
  }
  static Answer AnswerTo(World& world, const std::string& key) {
    const auto begun = slow_.find(key);
    return begun == slow_.end() ? AllCases().at(key)(world) : begun->second.get();
  }
  static inline std::map<std::string, std::future<Answer>> slow_;
  static inline std::unique_ptr<World>* owner_ = nullptr;
};

TEST_P(BadInputTest, IsAnsweredExactly) {
  World& world = TheWorld();
  ASSERT_EQ(AllCases().count(GetParam().key()), 1u) << "no case does " << GetParam().key();
  const uint64_t size = world.LedgerSize();
  EXPECT_EQ(AnswerTo(world, GetParam().key()), (Answer{GetParam().code, GetParam().reason}))
      << GetParam().input;
  EXPECT_EQ(world.LedgerSize(), size + world.TakeStored());
  EXPECT_EQ(world.Submit(World::GoodReturn()), (Answer{"VALID", ""}));
}

INSTANTIATE_TEST_SUITE_P(Rows, BadInputTest, ::testing::ValuesIn(Present()), [](const auto& info) {
  return "Row" + std::to_string(info.param.row) + "_" + info.param.name;
});

TEST(BadInputTableTest, HoldsEveryRowOnceAndNoCaseWithoutOne) {
  std::set<int> rows;
  std::set<int> present;
  std::set<std::string> keys;
  std::map<std::string, int> awaited;
  for (const BadInput& input : Table()) {
    rows.insert(input.row);
    if (input.with.empty()) present.insert(input.row);
    if (!input.with.empty()) ++awaited[input.with];
    EXPECT_TRUE(keys.insert(input.key()).second) << input.key() << " stands twice";
  }
  EXPECT_EQ(rows.size(), 99u);
  EXPECT_EQ(*rows.begin(), 1);
  EXPECT_EQ(*rows.rbegin(), 99);
  for (const auto& [key, run] : AllCases()) EXPECT_TRUE(keys.count(key) > 0) << key;
  std::printf("%zu cases of %zu rows are present; awaited:", Present().size(), present.size());
  for (const auto& [part, count] : awaited) std::printf(" %s %d", part.c_str(), count);
  std::printf("\n");
}

}  // namespace
}  // namespace onereturn

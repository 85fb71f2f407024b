// Every worked request comes out as it was worked out, and the set is as wide as it must be.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "common/status/testing/status_matchers.h"
#include "worked_difference.h"
#include "worked_world.h"

namespace onereturn::ingestion {
namespace {

constexpr char kFolder[] = "tests/golden/requests";

// Names of the files without ending, in order.
std::vector<std::string> Names() {
  std::vector<std::string> names;
  const std::string folder = absl::StrCat(ONERETURN_SOURCE_FOLDER, "/", kFolder);
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    const std::string name = file.path().stem().string();
    if (file.path().extension() == ".textproto" && name != "minutes") names.push_back(name);
  }
  absl::c_sort(names);
  return names;
}

testing::v1::WorkedRequest Read(const std::string& name) {
  testing::v1::WorkedRequest worked;
  EXPECT_THAT(ReadText(absl::StrCat(kFolder, "/", name, ".textproto"), &worked), IsOk());
  return worked;
}

class WorkedRequestTest : public ::testing::TestWithParam<std::string> {};

TEST_P(WorkedRequestTest, ComesOutAsItWasWorkedOut) {
  const testing::v1::WorkedRequest worked = Read(GetParam());
  const absl::StatusOr<WorkedWorld> world = WorldOf(worked);
  ASSERT_THAT(world, IsOk());
  const absl::StatusOr<Facts> found = FoundFacts(worked, *world);
  ASSERT_THAT(found, IsOk());
  EXPECT_EQ(DifferenceOf(ExpectedFacts(worked), *found), "") << worked.name() << "\n"
                                                             << worked.why();
}

INSTANTIATE_TEST_SUITE_P(All, WorkedRequestTest, ::testing::ValuesIn(Names()),
                         [](const auto& info) { return info.param; });

// All but TOO_LARGE: what is too large to be issued is too large to be worked by hand.
std::set<std::string> KindsToWork() {
  std::set<std::string> kinds = {"SUBSET"};
  const auto add = [&kinds](const google::protobuf::EnumDescriptor& type) {
    for (int i = 0; i < type.value_count(); ++i) {
      const auto& value = *type.value(i);
      if (value.number() != 0 && value.number() != requests::v1::CONCERN_KIND_TOO_LARGE) {
        kinds.insert(value.name());
      }
    }
  };
  add(*requests::v1::CoverageClass_descriptor());
  add(*requests::v1::ConcernKind_descriptor());
  return kinds;
}

TEST(WorkedRequestsTest, EachClassAndEachConcernIsWorkedOutFourTimes) {
  std::map<std::string, int> requests_with;
  for (const std::string& name : Names()) {
    const testing::v1::WorkedRequest worked = Read(name);
    std::set<std::string> kinds;
    for (const auto& block : worked.expected().blocks()) {
      kinds.insert(requests::v1::CoverageClass_Name(block.coverage()));
    }
    for (const auto& concern : worked.expected().concerns()) {
      kinds.insert(requests::v1::ConcernKind_Name(concern.kind()));
    }
    for (const auto& line : worked.expected().lines()) {
      if (line.subset()) kinds.insert("SUBSET");
    }
    for (const std::string& kind : kinds) ++requests_with[kind];
  }
  EXPECT_GE(Names().size(), 44u);
  for (const std::string& kind : KindsToWork()) EXPECT_GE(requests_with[kind], 4) << kind;
}

}  // namespace
}  // namespace onereturn::ingestion

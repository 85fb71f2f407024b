// Goal: the log holds what was said, turns over when it is large, and never stands in the way.
#include "common/storage/engine_log.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "common/base/testing/temporary_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace onereturn {
namespace {

using ::testing::EndsWith;
using ::testing::MatchesRegex;

constexpr size_t kLarge = 1 << 20;

std::string Content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

size_t FilesIn(const std::string& folder) {
  return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

TEST(EngineLogTest, AppendsStampedLines) {
  const TemporaryFolder folder;
  for (int round = 0; round < 2; ++round) {
    EngineLog log(folder.path(), kLarge);
    rocksdb::Info(&log, "round %d", round);
  }
  EXPECT_THAT(Content(folder.File("LOG")),
              MatchesRegex("....-..-..T..:..:..\\.......Z .*round 0\n"
                           "....-..-..T..:..:..\\.......Z .*round 1\n"));
}

TEST(EngineLogTest, CutsLongLinesAndTurnsOver) {
  const TemporaryFolder folder;
  EngineLog log(folder.path(), 10000);
  const std::string text(20000, 'x');
  rocksdb::Info(&log, "%s", text.c_str());
  EXPECT_EQ(Content(folder.File("LOG")).size(), 4095u);
  EXPECT_THAT(Content(folder.File("LOG")), EndsWith("xx\n"));
  EXPECT_EQ(FilesIn(folder.path()), 1u);
  rocksdb::Info(&log, "%s", text.c_str());
  rocksdb::Info(&log, "%s", text.c_str());
  rocksdb::Info(&log, "after");
  EXPECT_EQ(FilesIn(folder.path()), 2u);
  EXPECT_THAT(Content(folder.File("LOG")), EndsWith("after\n"));
}

TEST(EngineLogTest, WithoutAFolderNothingHappens) {
  const TemporaryFolder folder;
  EngineLog missing(folder.File("missing"), kLarge);
  EngineLog none("", kLarge);
  rocksdb::Info(&missing, "lost");
  rocksdb::Info(&none, "lost");
  EXPECT_EQ(FilesIn(folder.path()), 0u);
}

}  // namespace
}  // namespace onereturn

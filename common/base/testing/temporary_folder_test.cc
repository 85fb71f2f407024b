#include "common/base/testing/temporary_folder.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace onereturn {
namespace {

TEST(TemporaryFolderTest, IsThereAndThenGoneWithAllItHolds) {
  std::string path;
  {
    const TemporaryFolder folder;
    path = folder.path();
    EXPECT_TRUE(std::filesystem::is_directory(path));
    EXPECT_TRUE(std::filesystem::is_empty(path));
    EXPECT_EQ(folder.File("a.csv"), path + "/a.csv");
    std::filesystem::create_directory(folder.File("inner"));
    std::ofstream(folder.File("inner/a.csv")) << "1";
    EXPECT_TRUE(std::filesystem::exists(path + "/inner/a.csv"));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(TemporaryFolderTest, IsDifferentEachTime) {
  EXPECT_NE(TemporaryFolder().path(), TemporaryFolder().path());
}

}  // namespace
}  // namespace onereturn

#include "common/base/sync_folder.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <fstream>

#include "common/base/testing/temporary_folder.h"

namespace onereturn {
namespace {

TEST(SyncFolderTest, SaysWhyItCannot) {
  const TemporaryFolder folder;
  EXPECT_TRUE(SyncFolder(folder.path()));
  EXPECT_FALSE(SyncFolder(folder.File("none")));
  EXPECT_EQ(errno, ENOENT);
  std::ofstream(folder.File("file")) << "text";
  EXPECT_FALSE(SyncFolder(folder.File("file")));
  EXPECT_EQ(errno, ENOTDIR);
}

TEST(FolderOfTest, IsWhereThePathStands) {
  EXPECT_EQ(FolderOf("/data/store"), "/data");
  EXPECT_EQ(FolderOf("/data/store/"), "/data");
  EXPECT_EQ(FolderOf("/data/x/../store"), "/data");
  EXPECT_EQ(FolderOf("/store"), "/");
  EXPECT_EQ(FolderOf("store"), ".");
  EXPECT_EQ(FolderOf("./store/"), ".");
}

}  // namespace
}  // namespace onereturn

#include "common/base/read_file.h"

#include <gtest/gtest.h>

#include <fstream>

#include "common/base/testing/temporary_folder.h"

namespace onereturn {
namespace {

TEST(ReadFileTest, GivesAllBytes) {
  const TemporaryFolder folder;
  for (const size_t size : {0, 1, 65'535, 65'536, 65'537, 200'000}) {
    const std::string bytes(size, '\r');
    std::ofstream(folder.File("file"), std::ios::binary) << bytes;
    EXPECT_EQ(ReadFile(folder.File("file")), bytes);
  }
}

TEST(ReadFileTest, WhatIsNoFileIsNotAnEmptyOne) {
  const TemporaryFolder folder;
  EXPECT_EQ(ReadFile(folder.File("missing")), std::nullopt);
  EXPECT_EQ(ReadFile(folder.path()), std::nullopt);
  EXPECT_EQ(ReadFile(""), std::nullopt);
}

}  // namespace
}  // namespace onereturn

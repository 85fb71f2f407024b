#include "common/log/line_writer.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/base/read_file.h"
#include "common/base/testing/temporary_folder.h"

namespace onereturn {
namespace {

using ::testing::AnyOf;
using ::testing::EndsWith;

// A pipe that nobody reads until the test does.
class LineWriterTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(::pipe(ends_), 0); }
  void TearDown() override {
    ::close(ends_[0]);
    ::close(ends_[1]);
  }
  // Reads until a whole line with `words` has come.
  std::string ReadUntil(const std::string& words) {
    std::string text;
    std::string piece(4'096, '\0');
    while (text.find(words) == std::string::npos || text.back() != '\n') {
      const ssize_t count = ::read(ends_[0], piece.data(), piece.size());
      if (count <= 0) break;
      text.append(piece, 0, static_cast<size_t>(count));
    }
    return text;
  }
  // Until a further byte would have to wait.
  void Fill() {
    ASSERT_EQ(::fcntl(ends_[1], F_SETFL, O_NONBLOCK), 0);
    while (::write(ends_[1], "-", 1) == 1) {
    }
    ASSERT_EQ(::fcntl(ends_[1], F_SETFL, 0), 0);
  }

  std::string text_;
  int ends_[2] = {-1, -1};
};

TEST_F(LineWriterTest, WritesInOrderWithoutBeingAsked) {
  LineWriter writer(ends_[1], 1'000);
  writer.Add("one");
  writer.Add("two");
  EXPECT_EQ(ReadUntil("two"), "one\ntwo\n");
}

TEST_F(LineWriterTest, AReaderWhoStallsCostsLinesAndNoTime) {
  Fill();
  const std::string line(999, 'x');
  LineWriter writer(ends_[1], 10'000);
  // Each returns at once. The thread may have taken the first already: ten or eleven are kept.
  for (int i = 0; i < 26; ++i) {
    writer.Add(line);
    if (i == 0) {
      EXPECT_FALSE(writer.Flush(std::chrono::milliseconds(100)));
    }
  }
  EXPECT_FALSE(writer.Flush(std::chrono::milliseconds(1)));
  std::thread reader([this] { text_ = ReadUntil("log.dropped"); });
  EXPECT_TRUE(writer.Flush(std::chrono::seconds(30)));
  reader.join();
  const auto kept = std::count(text_.begin(), text_.end(), '\n') - 1;
  EXPECT_THAT(kept, AnyOf(10, 11));
  EXPECT_THAT(text_, EndsWith(absl::StrCat("\"severity\":\"WARNING\",\"event\":\"log.dropped\","
                                           "\"lines\":",
                                           26 - kept, "}\n")));
  // Afterwards all is as before.
  writer.Add("again");
  EXPECT_TRUE(writer.Flush(std::chrono::seconds(30)));
  EXPECT_EQ(ReadUntil("\n"), "again\n");
}

TEST_F(LineWriterTest, AFileHoldsWhatWasFlushed) {
  const TemporaryFolder folder;
  const int file = ::open(folder.File("log").c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
  ASSERT_GE(file, 0);
  LineWriter writer(file, 1'000);
  writer.Add("one");
  EXPECT_TRUE(writer.Flush(std::chrono::seconds(10)));
  EXPECT_EQ(ReadFile(folder.File("log")), "one\n");
  ::close(file);
}

}  // namespace
}  // namespace onereturn

#include "common/log/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/clock/clock.h"

namespace onereturn {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

// What `write` logs, without the time, which is checked to be one.
template <typename Write>
std::string Logged(Write write) {
  ::testing::internal::CaptureStderr();
  write();
  EXPECT_TRUE(FlushLog());
  const std::string line = ::testing::internal::GetCapturedStderr();
  absl::string_view rest = line;
  if (rest.empty()) return "";
  EXPECT_TRUE(absl::ConsumePrefix(&rest, "{\"time\":\"")) << line;
  EXPECT_TRUE(ParseTimestamp(rest.substr(0, 27)).ok()) << line;
  rest.remove_prefix(27);
  EXPECT_TRUE(absl::ConsumePrefix(&rest, "\",")) << line;
  return std::string(rest);
}

TEST(LogTest, WritesOneJsonObjectALine) {
  EXPECT_EQ(Logged([] {
              LogInfo("commit.synced", {{"sequence", int64_t{-41}},
                                        {"members", size_t{7}},
                                        {"path", std::string("a/b")},
                                        {"replayed", false},
                                        {"seconds", 0.25},
                                        {"small", 3}});
            }),
            "\"severity\":\"INFO\",\"event\":\"commit.synced\",\"sequence\":-41,\"members\":7,"
            "\"path\":\"a/b\",\"replayed\":false,\"seconds\":0.25,\"small\":3}\n");
  EXPECT_EQ(Logged([] { LogError("disk.full"); }),
            "\"severity\":\"ERROR\",\"event\":\"disk.full\"}\n");
}

TEST(LogTest, WritesExtremeNumbersAsJson) {
  EXPECT_THAT(Logged([] {
                LogWarning("n", {{"least", std::numeric_limits<int64_t>::min()},
                                 {"most", std::numeric_limits<uint64_t>::max()},
                                 {"nan", std::nan("")},
                                 {"infinite", std::numeric_limits<double>::infinity()}});
              }),
              EndsWith("\"least\":-9223372036854775808,\"most\":18446744073709551615,"
                       "\"nan\":null,\"infinite\":null}\n"));
}

TEST(LogTest, EscapesWhatCouldForgeOrHide) {
  const struct {
    absl::string_view value;
    absl::string_view written;
  } cases[] = {
      {"plain {} text", "plain {} text"},
      {"a\"b\\c", "a\\\"b\\\\c"},
      {"one\ntwo\r\n", "one\\u000atwo\\u000d\\u000a"},
      {"\x1B[31mred\x7F", "\\u001b[31mred\\u007f"},
      {absl::string_view("\0", 1), "\\u0000"},
      {"\xC2\x9B"
       "31m",
       "\\u009b31m"},
      {"\xE2\x80\xAE"
       "abc",
       "\\u202eabc"},
      {"\xF3\xA0\x80\xA1", "\\udb40\\udc21"},
      {"Ynys M\xC3\xB4n", "Ynys M\xC3\xB4n"},
      {"Ynys M\xF4n", "Ynys M\\ufffdn"},
  };
  for (const auto& test : cases) {
    EXPECT_THAT(Logged([&test] {
                  LogInfo("e", {{"v", test.value}});
                }),
                EndsWith("\"v\":\"" + std::string(test.written) + "\"}\n"));
  }
}

TEST(LogTest, CutsLongTextsBetweenCharacters) {
  const std::string exact(256, 'x');
  EXPECT_THAT(Logged([&] { LogInfo("e", {{"v", exact}}); }), HasSubstr("\"" + exact + "\""));
  EXPECT_THAT(Logged([&] {
                LogInfo("e", {{"v", exact + "y"}});
              }),
              HasSubstr("\"" + exact + "...\""));
  const std::string euros = std::string(255, 'x') + "\xE2\x82\xAC";
  EXPECT_THAT(Logged([&] {
                LogInfo("e", {{"v", euros}});
              }),
              HasSubstr("\"" + std::string(255, 'x') + "...\""));
}

TEST(LogTest, DropsWhatLiesBelowTheThreshold) {
  EXPECT_FALSE(IsLogged(LogSeverity::kDebug));
  EXPECT_EQ(Logged([] { LogDebug("e"); }), "");
  SetLogThreshold(LogSeverity::kDebug);
  EXPECT_THAT(Logged([] { LogDebug("e"); }), StartsWith("\"severity\":\"DEBUG\""));
  SetLogThreshold(LogSeverity::kError);
  EXPECT_EQ(Logged([] { LogWarning("e"); }), "");
  EXPECT_NE(Logged([] { LogError("e"); }), "");
  SetLogThreshold(LogSeverity::kInfo);
}

TEST(LogTest, AnErrorIsWrittenBeforeTheCallReturns) {
  ::testing::internal::CaptureStderr();
  LogInfo("before");
  LogError("disk.full");
  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              AllOf(HasSubstr("before"), HasSubstr("disk.full")));
}

TEST(LogDeathTest, WhatWasLoggedIsWrittenWhenTheProcessEnds) {
  EXPECT_EXIT(
      {
        LogInfo("last.words");
        std::exit(0);
      },
      ::testing::ExitedWithCode(0), "last.words");
}

TEST(LogTest, NeverMixesTheLinesOfThreads) {
  ::testing::internal::CaptureStderr();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([i] {
      for (int j = 0; j < 100; ++j) LogInfo("e", {{"thread", i}, {"text", std::string(200, 'x')}});
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(FlushLog());
  const std::string text = ::testing::internal::GetCapturedStderr();
  const std::vector<std::string> lines = absl::StrSplit(text, '\n', absl::SkipEmpty());
  EXPECT_THAT(lines, SizeIs(400));
  EXPECT_THAT(lines,
              Each(AllOf(StartsWith("{\"time\""), EndsWith("x\"}"), SizeIs(lines[0].size()))));
}

}  // namespace
}  // namespace onereturn

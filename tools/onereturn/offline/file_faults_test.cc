// Goal: who wrote a file is told what it is, where it is wrong, and what may have been meant.
#include "tools/onereturn/offline/file_faults.h"

#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "onereturn/requests/v1/request.pb.h"
#include "tools/onereturn/console/error_text.h"

namespace onereturn::client {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(FileFaults, WhatIsNoMessageIsNamed) {
  const std::vector<std::pair<std::string, std::string>> files = {
      {"\xFF\xFEt\0i\0", "is UTF-16"},
      {"\xFE\xFF", "is UTF-16"},
      {std::string("\x89PNG\0\0", 6), "is no text file"},
      {"code,item\nRLQ,ae\n", "is a table"}};
  for (const auto& [bytes, words] : files) {
    const absl::Status status = CheckIsMessageText("request.textproto", bytes);
    EXPECT_EQ(ExitCodeOf(status), ExitCode::kUsage);
    EXPECT_THAT(status.message(), HasSubstr(words));
  }
  EXPECT_FALSE(CheckIsMessageText("request.csv", "title").ok());
  for (const char* text : {"", "# one, two\ntitle: 'x'", "title: 'a, b'", "{\"a\": 1, \"b\": 2}"}) {
    EXPECT_TRUE(CheckIsMessageText("request.textproto", text).ok()) << text;
  }
}

TEST(FileFaults, TheFieldThatMayBeMeantIsNamed) {
  const auto words = [](const char* message) {
    return ErrorText(InWordsOfWriter(absl::InvalidArgumentError(message),
                                     *requests::v1::DataRequest::descriptor()));
  };
  EXPECT_THAT(words("at line 2: Message type \"onereturn.requests.v1.RequestLine\" has no field "
                    "named \"itm\"."),
              AllOf(HasSubstr("at line 2: there is no field \"itm\""),
                    HasSubstr("Perhaps item is meant.")));
  EXPECT_THAT(words("line 3: lines[0].justifcation: Cannot find field."),
              AllOf(HasSubstr("line 3: there is no field \"justifcation\""),
                    HasSubstr("Perhaps justification is meant.")));
  EXPECT_THAT(words("line 3: zzzzzzzz: Cannot find field."),
              AllOf(HasSubstr("there is no field"), Not(HasSubstr("Perhaps"))));
  EXPECT_THAT(words("line 1, column 1: Interpreting non ascii codepoint 242."),
              AllOf(HasSubstr("line 1, column 1: a character that may stand in quotes alone\n"),
                    HasSubstr("save the file as UTF-8"), Not(HasSubstr("codepoint"))));
  EXPECT_THAT(words("Expected string, got: 3"), HasSubstr("Expected string, got: 3"));
}

}  // namespace
}  // namespace onereturn::client

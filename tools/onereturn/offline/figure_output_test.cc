// Goal: a file of figures is whole or is not there, and grows by what comes after.
#include "tools/onereturn/offline/figure_output.h"

#include <filesystem>
#include <sstream>

#include "common/base/testing/temporary_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tools/onereturn/console/error_text.h"

namespace onereturn::client {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

requests::v1::StreamAnswerResponse PageOf(const std::string& organisation) {
  requests::v1::StreamAnswerResponse page;
  requests::v1::AnswerCell* cell = page.add_cells();
  cell->set_line(1);
  cell->set_organisation(organisation);
  cell->set_millionths(5'000'000);
  return page;
}

std::string ContentOf(const std::string& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

class FigureOutputTest : public testing::Test {
 protected:
  TemporaryFolder folder_;
  Console console_;
};

TEST_F(FigureOutputTest, AWholeFileHasItsNameAndGrows) {
  const std::string file = folder_.File("a.csv");
  FigureOutput output(file, /*json=*/false, &console_);
  ASSERT_TRUE(output.Open().ok());
  output.Take(PageOf("RLQ"));
  EXPECT_FALSE(std::filesystem::exists(file));
  ASSERT_TRUE(output.Finish().ok());
  EXPECT_FALSE(std::filesystem::exists(file + ".part"));
  EXPECT_THAT(ContentOf(file), StartsWith("line,item,organisation,period,dimensions,value,"));
  EXPECT_THAT(ContentOf(file), HasSubstr("\r\n1,,RLQ,,,5,"));
  output.Take(PageOf("RWP"));
  EXPECT_THAT(ContentOf(file), HasSubstr("\r\n1,,RWP,,,5,"));
  EXPECT_EQ(output.cells(), 2);
}

TEST_F(FigureOutputTest, WhatBrokeOffLeavesWhatWasThere) {
  const std::string file = folder_.File("a.csv");
  std::ofstream(file) << "before";
  {
    FigureOutput output(file, /*json=*/false, &console_);
    ASSERT_TRUE(output.Open().ok());
    output.Take(PageOf("RLQ"));
  }
  EXPECT_EQ(ContentOf(file), "before");
  EXPECT_FALSE(std::filesystem::exists(file + ".part"));
}

TEST_F(FigureOutputTest, JsonIsAMessageALine) {
  const std::string file = folder_.File("a.json");
  FigureOutput output(file, /*json=*/true, &console_);
  ASSERT_TRUE(output.Open().ok());
  output.Take(PageOf("RLQ"));
  ASSERT_TRUE(output.Finish().ok());
  EXPECT_THAT(ContentOf(file), StartsWith("{\"cells\":[{\"line\":1,"));
  EXPECT_THAT(ContentOf(file), EndsWith("}\n"));
  EXPECT_THAT(ContentOf(file), Not(HasSubstr("derivation,")));
}

// A request of which nothing is asked has an answer all the same: its header alone.
TEST_F(FigureOutputTest, TheHeaderComesWithTheAnswer) {
  const std::string file = folder_.File("a.csv");
  FigureOutput output(file, /*json=*/false, &console_);
  ASSERT_TRUE(output.Open().ok());
  EXPECT_EQ(ContentOf(file + ".part"), "");
  ASSERT_TRUE(output.Finish().ok());
  EXPECT_THAT(ContentOf(file), StartsWith("line,item,organisation,"));
}

TEST_F(FigureOutputTest, AFolderThatIsNotThereIsWrongUsage) {
  FigureOutput output(folder_.File("none/a.csv"), /*json=*/false, &console_);
  EXPECT_EQ(ExitCodeOf(output.Open()), ExitCode::kUsage);
}

}  // namespace
}  // namespace onereturn::client

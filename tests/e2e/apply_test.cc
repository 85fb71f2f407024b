// `apply`: definitions reach the services that own them once, and a file that is wrong is named
// with the line, before anything is sent.
#include <filesystem>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "tests/e2e/demonstration.h"

namespace onereturn {
namespace {

using ::testing::AllOf;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// Definitions in the files themselves: each begins a line of its own.
int DefinitionsIn(const std::string& folder) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(SourcePath(folder))) {
    if (entry.path().extension() != ".textproto") continue;
    for (absl::string_view line : absl::StrSplit(ReadWholeFile(entry.path()), '\n')) {
      for (const char* kind : {"calendars", "organisations", "items", "collections", "metrics",
                               "frameworks", "request_rules"}) {
        count += absl::StartsWith(line, absl::StrCat(kind, " {")) ? 1 : 0;
      }
    }
  }
  return count;
}

class ApplyTest : public DemonstrationTest {
 protected:
  // A copy of a file of deploy/england with one text replaced.
  std::string Edited(const std::string& name, const std::string& from, const std::string& to) {
    const std::string text = ReadWholeFile(SourcePath("deploy/england/" + name));
    const std::string edited = absl::StrReplaceAll(text, {{from, to}});
    EXPECT_NE(edited, text) << name << " has no " << from;
    return Write(name, edited);
  }
};

TEST_F(ApplyTest, TheFirstWritesAllAndTheSecondNothing) {
  const int all = DefinitionsIn("deploy/england") + DefinitionsIn("deploy/demo");
  ASSERT_GT(all, 250);
  const auto first = FromJson<google::protobuf::Struct>(demo_.first_apply().out);
  EXPECT_EQ(JsonPart(first, {"definitions"}).number_value(), all);
  EXPECT_EQ(JsonPart(first, {"written"}).number_value(), all);
  EXPECT_EQ(JsonPart(first, {"kinds", "metric"}).number_value(), 5);

  const uint64_t ingestion = demo_.SequenceOf("ingestion");
  const ClientRun again =
      demo_.As(kSteward, {"apply", SourcePath("deploy/england"), SourcePath("deploy/demo")});
  EXPECT_THAT(again, ExitedWith(0));
  EXPECT_THAT(again.out,
              AllOf(HasSubstr(absl::StrCat(all, " unchanged")), Not(HasSubstr("written"))));
  EXPECT_EQ(demo_.SequenceOf("ingestion"), ingestion);
  EXPECT_EQ(demo_.SequenceOf("metrics"), 5u);
}

TEST_F(ApplyTest, AFileThatCannotBeReadIsNamedWithItsLine) {
  // Line 3 of this file is the first in each case that cannot be read. Of an enumeration the field
  // is told too: the parser notices it only at the next word, which may stand on the next line.
  struct Row {
    const char* text;
    const char* words;
  };
  for (const Row& row : std::vector<Row>{
           {"items {\n  code: \"a\"\n  colour: \"red\"\n}\n", "line 3, column 9"},
           {"items {\n  code: \"a\"\n  additive_over_time: maybe\n}\n", "additive_over_time"},
           {"items {\n  code: \"a\"\n  code: \"b\n}\n", "line 3"},
           {"metrics {\n  code: \"a\"\n  direction: DIRECTION_SIDEWAYS\n}\n",
            "DIRECTION_SIDEWAYS"}}) {
    const std::string file = Write("broken.textproto", row.text);
    const uint64_t before = demo_.SequenceOf("ingestion");
    EXPECT_THAT(demo_.As(kSteward, {"apply", SourcePath("deploy/england"), file}),
                AllOf(ExitedWith(2), Field(&ClientRun::out, IsEmpty()),
                      Field(&ClientRun::err,
                            AllOf(HasSubstr(file), HasSubstr("line "), HasSubstr(row.words),
                                  HasSubstr("what to do: Correct the file")))))
        << row.text;
    EXPECT_EQ(demo_.SequenceOf("ingestion"), before);
  }
}

TEST_F(ApplyTest, WhatAServiceRefusesIsNamedWithFileAndCode) {
  const std::string file = Edited("msitae.textproto", "is_whole(cell)", "is_hole(cell)");
  const uint64_t before = demo_.SequenceOf("ingestion");
  EXPECT_THAT(demo_.As(kSteward, {"apply", file}),
              AllOf(ExitedWith(1), Field(&ClientRun::err,
                                         AllOf(HasSubstr(file + ", collection MSitAE: "),
                                               HasSubstr("reason: DEFINITION_INVALID"),
                                               HasSubstr("is_hole"), HasSubstr("what to do: ")))));
  EXPECT_EQ(demo_.SequenceOf("ingestion"), before);
}

TEST_F(ApplyTest, ValidateOnlyStoresNothing) {
  const std::string file =
      Edited("metrics.textproto", "A&E within four hours, type 1 departments", "Another name");
  const ClientRun run = demo_.As(kSteward, {"apply", file, "--validate-only"});
  EXPECT_THAT(run, AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("1 valid, 4 unchanged"))));
  EXPECT_EQ(demo_.SequenceOf("metrics"), 5u);
  EXPECT_THAT(demo_.As(kAnalyst, {"metrics"}).out, Not(HasSubstr("Another name")));
}

// A set is judged as a whole: a collection may name items that the same file defines.
TEST_F(ApplyTest, ValidateOnlyCountsWhatTheSameSetDefines) {
  const std::string text =
      "organisations { code: \"ZZC\" display_name: \"A council\" type: ORGANISATION_TYPE_COUNCIL "
      "}\n"
      "items { code: \"new_item\" display_name: \"New\" concept_text: \"What.\" unit: \"people\" "
      "}\n"
      "collections { code: \"NEW\" display_name: \"New\" period_kind: PERIOD_KIND_MONTH\n"
      "  items: \"new_item\" frames { organisation: \"ZZC\" from_period: \"2024-04\" } }\n";
  const uint64_t before = demo_.SequenceOf("ingestion");
  EXPECT_THAT(demo_.As(kSteward, {"apply", Write("new.textproto", text), "--validate-only"}),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("3 valid"))));
  const std::string unknown =
      absl::StrReplaceAll(text, {{"items: \"new_item\"", "items: \"none\""}});
  EXPECT_THAT(demo_.As(kSteward, {"apply", Write("bad.textproto", unknown), "--validate-only"}),
              AllOf(ExitedWith(1), Field(&ClientRun::err, HasSubstr("DEFINITION_UNKNOWN"))));
  EXPECT_EQ(demo_.SequenceOf("ingestion"), before);
}

TEST_F(ApplyTest, PathsThatHoldNoDefinitions) {
  std::filesystem::create_directory(File("empty"));
  for (const std::string& path : {File("nothing"), File("empty")}) {
    EXPECT_THAT(demo_.As(kSteward, {"apply", path}),
                AllOf(ExitedWith(2),
                      Field(&ClientRun::err, AllOf(HasSubstr(path), HasSubstr("deploy/england")))));
  }
}

}  // namespace
}  // namespace onereturn

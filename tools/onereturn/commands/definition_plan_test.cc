// Goal: definitions are sent in an order in which each stands after what it names, and equal
// content always has the same request id.
#include "tools/onereturn/commands/definition_plan.h"

#include <fstream>

#include "common/base/testing/temporary_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tools/onereturn/console/error_text.h"

namespace onereturn::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

class DefinitionPlan : public ::testing::Test {
 protected:
  std::string File(const std::string& name, const std::string& text) {
    std::ofstream(folder_.File(name)) << text;
    return folder_.File(name);
  }
  TemporaryFolder folder_;
};

TEST_F(DefinitionPlan, KindsComeInOrderOverAllFiles) {
  const std::string first = File("a.textproto", R"(metrics { code: "m" } items { code: "i1" })");
  const std::string second =
      File("b.textproto", R"(frameworks { code: "f" } items { code: "i2" })");
  const auto definitions = ReadDefinitions({first, second}).value();
  std::vector<std::string> codes;
  for (const Definition& definition : definitions) codes.push_back(definition.code());
  EXPECT_THAT(codes, ElementsAre("i1", "i2", "m", "f"));
  EXPECT_EQ(definitions[1].Place(), second + ", item i2");
  EXPECT_THAT(Waves(definitions), ElementsAre(Pair(0, 2), Pair(2, 3), Pair(3, 4)));
}

// An item moves: the second collection may have it once the first has left it out.
TEST_F(DefinitionPlan, WhatIsForSomePeriodsComesAlone) {
  const std::string file = File("c.textproto", R"(
    collections { code: "A" items: "x" items: "y" }
    collections { code: "C" items: "z" }
    collections { code: "A" items: "y" valid_from_period: "2027-04" }
    collections { code: "B" items: "x" valid_from_period: "2027-04" }
    collections { code: "D" items: "u" }
    guidance { code: "g" }
    request_rules { code: "q" }
    responsibilities { code: "r" })");
  const auto definitions = ReadDefinitions({file}).value();
  EXPECT_THAT(Waves(definitions), ElementsAre(Pair(0, 2), Pair(2, 3), Pair(3, 4), Pair(4, 5),
                                              Pair(5, 6), Pair(6, 7), Pair(7, 8)));
  EXPECT_EQ(definitions[5].kind(), "guidance");
  EXPECT_EQ(definitions[6].kind(), "responsibility");
  EXPECT_EQ(definitions[7].kind(), "request-rule-set");
}

// Files come in order of name: derived_items before items.
TEST_F(DefinitionPlan, ADerivedItemWaitsForThoseThatItIsMadeOf) {
  const std::string derived =
      File("derived.textproto", R"x(items { code: "share" formula: "sum(late) / sum(seen)" })x");
  const std::string held = File("items.textproto", R"(
    items { code: "late" } items { code: "seen" } collections { code: "C" items: "seen" })");
  const auto definitions = ReadDefinitions({derived, held}).value();
  std::vector<std::string> codes;
  for (const Definition& definition : definitions) codes.push_back(definition.code());
  EXPECT_THAT(codes, ElementsAre("late", "seen", "share", "C"));
  EXPECT_THAT(Waves(definitions), ElementsAre(Pair(0, 2), Pair(2, 3), Pair(3, 4)));
}

TEST_F(DefinitionPlan, AChildWaitsForItsParent) {
  const std::string file = File("o.textproto", R"(
    organisations { code: "X24" }
    organisations { code: "Y56" relationships { parent: "X24" } }
    organisations { code: "Y58" relationships { parent: "X24" } }
    organisations { code: "QXX" relationships { parent: "Y58" } }
    organisations { code: "QXX" display_name: "again" })");
  EXPECT_THAT(Waves(ReadDefinitions({file}).value()),
              ElementsAre(Pair(0, 1), Pair(1, 3), Pair(3, 4), Pair(4, 5)));
}

TEST_F(DefinitionPlan, TheRequestIdStandsForTheContent) {
  const auto read = [&](const char* text) {
    return ReadDefinitions({File("x.textproto", text)}).value().at(0).RequestId();
  };
  const std::string id = read(R"(items { code: "i" unit: "days" })");
  EXPECT_EQ(id, read(R"(items { unit: "days"  code: "i" })"));
  EXPECT_NE(id, read(R"(items { code: "i" unit: "hours" })"));
  EXPECT_THAT(id, HasSubstr("apply.item.i."));
  EXPECT_LE(id.size(), 128u);
}

// What a collection is judged beside: of organisations what counts, of which there may be hundreds.
TEST_F(DefinitionPlan, WhatIsSupposedHasTypesAndDates) {
  const auto definitions = ReadDefinitions({File("x.textproto", R"(
    organisations { code: "11A" display_name: "A commissioner" type: ORGANISATION_TYPE_SUB_ICB
                    open_date: "2022-07-01" close_date: "2026-03-31"
                    relationships { parent: "QOX" } }
    items { code: "beds" } items { code: "elsewhere" })")});
  catalogue::v1::UpdateCollectionRequest request;
  request.mutable_collection()->add_items("beds");
  SupposeRest(definitions.value(), &request);
  ASSERT_EQ(request.supposed_items_size(), 1);
  EXPECT_EQ(request.supposed_items(0).code(), "beds");
  ASSERT_EQ(request.supposed_organisations_size(), 1);
  EXPECT_EQ(request.supposed_organisations(0).ShortDebugString(),
            "code: \"11A\" type: ORGANISATION_TYPE_SUB_ICB open_date: \"2022-07-01\" "
            "close_date: \"2026-03-31\"");
}

TEST_F(DefinitionPlan, FoldersGiveTheirFilesInOrderOfName) {
  File("b.textproto", "");
  File("a.textproto", "");
  File("c.txtpb", "");
  EXPECT_THAT(DefinitionFiles({folder_.path()}).value(),
              ElementsAre(folder_.File("a.textproto"), folder_.File("b.textproto")));
  EXPECT_EQ(ExitCodeOf(DefinitionFiles({folder_.File("none")}).status()), ExitCode::kUsage);
}

TEST_F(DefinitionPlan, FilesThatDefineNothingAreRefused) {
  const std::string empty = File("empty.textproto", "");
  const auto nothing = ReadDefinitions({empty, File("words.textproto", "# Nothing yet.\n")});
  EXPECT_EQ(ExitCodeOf(nothing.status()), ExitCode::kUsage);
  EXPECT_THAT(std::string(nothing.status().message()), HasSubstr("words.textproto"));
  EXPECT_EQ(ReadDefinitions({empty, File("i.textproto", "items { code: \"i\" }")})->size(), 1u);
}

TEST_F(DefinitionPlan, TheMarkOfUtf8BelongsToNoDefinition) {
  const auto marked =
      ReadDefinitions({File("marked.textproto", "\xEF\xBB\xBFitems { code: \"i\" }")});
  ASSERT_TRUE(marked.ok()) << marked.status();
  EXPECT_EQ(marked->at(0).code(), "i");
}

TEST_F(DefinitionPlan, AFaultNamesFileAndLine) {
  const auto broken = ReadDefinitions({File("x.textproto", "\nitems { cod: 1 }")});
  EXPECT_EQ(ExitCodeOf(broken.status()), ExitCode::kUsage);
  EXPECT_THAT(std::string(broken.status().message()), HasSubstr("x.textproto"));
  EXPECT_THAT(std::string(broken.status().message()), HasSubstr("2"));
}

}  // namespace
}  // namespace onereturn::client

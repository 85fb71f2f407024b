#include "services/assessment/domain/framework.h"

#include <functional>
#include <string>
#include <vector>

#include "common/status/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/assessment/domain/testing/example_framework.h"

namespace onereturn::assessment {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsSupersetOf;
using ::testing::SizeIs;

std::vector<std::string> FaultyFields(const Framework& framework) {
  const absl::Status status = framework.Check();
  std::vector<std::string> fields;
  if (status.ok()) return fields;
  EXPECT_THAT(status, HasReason(Reason::kDefinitionInvalid));
  const ErrorDetails details = DetailsOf(status).value_or(ErrorDetails());
  for (const FieldViolation& violation : details.fields) fields.push_back(violation.field);
  return fields;
}

TEST(FrameworkTest, CanRateAsksOnlyWhatArithmeticNeeds) {
  EXPECT_TRUE(ExampleFramework().CanRate());
  Framework poor = ExampleFramework();
  poor.title.clear();
  poor.code = "CAPITALS";
  poor.evidence_categories.clear();
  poor.bands[0].from_percent = 99;
  poor.limiters[0].band = "none";
  EXPECT_TRUE(poor.CanRate());
  using Damage = std::function<void(Framework*)>;
  for (const Damage& damage :
       {Damage([](Framework* framework) { framework->themes.clear(); }),
        Damage([](Framework* framework) { framework->scale.clear(); }),
        Damage([](Framework* framework) {
          framework->scale = {{0, "Nothing"}};
        }),
        Damage([](Framework* framework) { framework->bands.clear(); }),
        Damage([](Framework* framework) { framework->limiters[1].limited_to = "none"; })}) {
    Framework damaged = ExampleFramework();
    damage(&damaged);
    EXPECT_FALSE(damaged.CanRate());
  }
}

TEST(FrameworkTest, TakesThePublishedFramework) {
  const Framework framework = ExampleFramework();
  EXPECT_THAT(framework.Check(), IsOk());
  EXPECT_EQ(framework.StatementCount(), 17u);
  EXPECT_THAT(framework.StatementCodes(), SizeIs(17));
  EXPECT_EQ(framework.StatementCodes()[6], "QS7");
  EXPECT_TRUE(framework.HasStatement("QS17"));
  EXPECT_FALSE(framework.HasStatement("QS18"));
  EXPECT_TRUE(framework.HasEvidenceCategory("Outcomes"));
  EXPECT_FALSE(framework.HasEvidenceCategory("outcomes"));
  EXPECT_TRUE(framework.HasScore(4));
  EXPECT_FALSE(framework.HasScore(0));
  EXPECT_FALSE(framework.HasScore(5));
  EXPECT_EQ(framework.HighestScore(), 4u);
  EXPECT_EQ(framework.BandIndex("good"), 2u);
  EXPECT_EQ(framework.BandIndex("better"), std::nullopt);
}

struct FaultCase {
  const char* field;
  std::function<void(Framework*)> spoil;
};

TEST(FrameworkTest, NamesTheFieldOfEveryFault) {
  const FaultCase cases[] = {
      {"code", [](Framework* f) { f->code = ""; }},
      {"code", [](Framework* f) { f->code = "CQC"; }},
      {"code", [](Framework* f) { f->code = "a/b"; }},
      {"code", [](Framework* f) { f->code = std::string(65, 'a'); }},
      {"title", [](Framework* f) { f->title = ""; }},
      {"title", [](Framework* f) { f->title = std::string(201, 'a'); }},
      {"title", [](Framework* f) { f->title = "two\nlines"; }},
      {"source", [](Framework* f) { f->source = ""; }},
      {"themes", [](Framework* f) { f->themes.clear(); }},
      {"themes", [](Framework* f) { f->themes.resize(33, f->themes[0]); }},
      {"themes",
       [](Framework* f) {
         f->themes[0].statements.resize(129, {"X", "x"});
       }},
      {"themes[1].code", [](Framework* f) { f->themes[1].code = f->themes[0].code; }},
      {"themes[1].title", [](Framework* f) { f->themes[1].title = "\x01"; }},
      {"themes[2].statements[1].code",
       [](Framework* f) { f->themes[2].statements[1].code = "QS1"; }},
      {"themes[2].statements[1].code",
       [](Framework* f) { f->themes[2].statements[1].code = "Q S"; }},
      {"themes[2].statements[1].title",
       [](Framework* f) { f->themes[2].statements[1].title = ""; }},
      {"evidence_categories", [](Framework* f) { f->evidence_categories.clear(); }},
      {"evidence_categories[2]", [](Framework* f) { f->evidence_categories[2] = "Processes"; }},
      {"scale", [](Framework* f) { f->scale.resize(1); }},
      {"scale", [](Framework* f) { f->scale.clear(); }},
      {"scale[0].score", [](Framework* f) { f->scale[0].score = 0; }},
      {"scale[3].score", [](Framework* f) { f->scale[3].score = 101; }},
      {"scale[3].score", [](Framework* f) { f->scale[3].score = 3; }},
      {"scale[3].title", [](Framework* f) { f->scale[3].title = ""; }},
      {"bands", [](Framework* f) { f->bands.clear(); }},
      {"bands[1].code", [](Framework* f) { f->bands[1].code = "inadequate"; }},
      {"bands[1].title", [](Framework* f) { f->bands[1].title = ""; }},
      {"bands[1].from_percent", [](Framework* f) { f->bands[1].from_percent = 25; }},
      {"bands[3].from_percent", [](Framework* f) { f->bands[3].from_percent = 101; }},
      // 17 statements at 1 of 4 are 25 percent: it must have a band.
      {"bands[0].from_percent", [](Framework* f) { f->bands[0].from_percent = 26; }},
      {"limiters[0].band", [](Framework* f) { f->limiters[0].band = "better"; }},
      {"limiters[0].limited_to", [](Framework* f) { f->limiters[0].limited_to = "worse"; }},
      {"limiters[0].limited_to", [](Framework* f) { f->limiters[0].limited_to = "outstanding"; }},
      {"limiters[0].limited_to", [](Framework* f) { f->limiters[0].limited_to = "good"; }},
      {"limiters[1].score", [](Framework* f) { f->limiters[1].score = 5; }},
  };
  for (const FaultCase& fault : cases) {
    Framework framework = ExampleFramework();
    fault.spoil(&framework);
    EXPECT_THAT(FaultyFields(framework), Contains(fault.field));
  }
}

TEST(FrameworkTest, GivesEveryFaultAtOnce) {
  Framework framework = ExampleFramework();
  framework.code = "Not a code";
  framework.themes[0].statements[0].title = "";
  framework.bands[2].from_percent = 1;
  framework.limiters[0].score = 9;
  EXPECT_THAT(FaultyFields(framework), ElementsAre("code", "themes[0].statements[0].title",
                                                   "bands[2].from_percent", "limiters[0].score"));
}

TEST(FrameworkTest, SaysEverythingOfAnEmptyOne) {
  EXPECT_THAT(FaultyFields(Framework()), IsSupersetOf({"code", "title", "source", "themes",
                                                       "evidence_categories", "scale", "bands"}));
}

}  // namespace
}  // namespace onereturn::assessment

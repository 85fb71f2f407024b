#include "services/assessment/app/names.h"

#include "gtest/gtest.h"

namespace onereturn::assessment {
namespace {

TEST(NamesTest, RoundTrip) {
  EXPECT_EQ(FrameworkName("cqc-ics"), "frameworks/cqc-ics");
  EXPECT_EQ(FrameworkCodeOf("frameworks/cqc-ics"), "cqc-ics");
  EXPECT_EQ(AssessmentName(12), "assessments/a12");
  EXPECT_EQ(AssessmentNumberOf("assessments/a12"), 12u);
  EXPECT_EQ(EvidenceName({12, 3}), "assessments/a12/evidence/3");
  EXPECT_EQ(EvidenceIdOf("assessments/a12/evidence/3"), (EvidenceId{12, 3}));
}

TEST(NamesTest, OneTextAName) {
  for (const char* name :
       {"", "assessments/", "assessments/a", "assessments/12", "assessments/a0", "assessments/a01",
        "assessments/a+1", "assessments/a 1", "assessments/a1 ", "assessments/a-1",
        "assessments/a1/", "assessments/a99999999999999999999", "Assessments/a1"}) {
    EXPECT_EQ(AssessmentNumberOf(name), std::nullopt) << name;
  }
  for (const char* name :
       {"", "assessments/a1", "assessments/a1/evidence/", "assessments/a1/evidence/0",
        "assessments/a1/evidence/01", "assessments/a1/evidence/1/2", "assessments//evidence/1"}) {
    EXPECT_EQ(EvidenceIdOf(name), std::nullopt) << name;
  }
  for (const char* name : {"", "cqc", "frameworks/", "frameworks/a/b"}) {
    EXPECT_EQ(FrameworkCodeOf(name), std::nullopt) << name;
  }
}

}  // namespace
}  // namespace onereturn::assessment

#include "services/assessment/app/field_faults.h"

#include <string>

#include "common/status/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace onereturn::assessment {
namespace {

TEST(FieldFaultsTest, NoneIsOk) {
  FieldFaults faults;
  faults.CheckRequestId("r-1");
  faults.CheckOrganisation("o", "QHL");
  faults.CheckPeriod("p", "2024-03");
  faults.CheckLine("t", "Title", /*required=*/true, 5);
  faults.CheckLine("t", "", /*required=*/false, 5);
  faults.CheckNarrative("n", "two\nlines\tand a tab", /*required=*/true);
  faults.CheckOutputOnly("x", false);
  EXPECT_TRUE(faults.empty());
  EXPECT_THAT(faults.ToStatus(), IsOk());
}

struct FaultCase {
  Reason reason;
  std::function<void(FieldFaults*)> check;
};

TEST(FieldFaultsTest, EachFaultHasItsReason) {
  const FaultCase cases[] = {
      {Reason::kRequestId, [](FieldFaults* f) { f->CheckRequestId(""); }},
      {Reason::kRequestId, [](FieldFaults* f) { f->CheckRequestId("a b"); }},
      {Reason::kRequestId, [](FieldFaults* f) { f->CheckRequestId("\xc3\xa9"); }},
      {Reason::kRequestId, [](FieldFaults* f) { f->CheckRequestId(std::string(129, 'a')); }},
      {Reason::kMissing, [](FieldFaults* f) { f->CheckOrganisation("o", ""); }},
      {Reason::kOdsFormat, [](FieldFaults* f) { f->CheckOrganisation("o", "QH"); }},
      {Reason::kOdsFormat, [](FieldFaults* f) { f->CheckOrganisation("o", "qhl"); }},
      {Reason::kOdsFormat, [](FieldFaults* f) { f->CheckOrganisation("o", "ABCDEFGHIJKLM"); }},
      {Reason::kMissing, [](FieldFaults* f) { f->CheckPeriod("p", ""); }},
      {Reason::kPeriod, [](FieldFaults* f) { f->CheckPeriod("p", "March 2024"); }},
      {Reason::kMissing, [](FieldFaults* f) { f->CheckLine("t", "", true, 5); }},
      {Reason::kLength, [](FieldFaults* f) { f->CheckLine("t", "123456", true, 5); }},
      {Reason::kCharset, [](FieldFaults* f) { f->CheckLine("t", "a\nb", true, 5); }},
      {Reason::kCharset,
       [](FieldFaults* f) { f->CheckNarrative("t", "a\xe2\x80\xaf\xe2\x80\xae", true); }},
      {Reason::kLength,
       [](FieldFaults* f) { f->CheckNarrative("t", std::string(4'001, 'a'), true); }},
      {Reason::kOutputOnly, [](FieldFaults* f) { f->CheckOutputOnly("x", true); }},
  };
  for (const FaultCase& fault : cases) {
    FieldFaults faults;
    fault.check(&faults);
    EXPECT_FALSE(faults.empty());
    EXPECT_THAT(faults.ToStatus(), HasReason(fault.reason));
  }
}

TEST(FieldFaultsTest, LengthsAreInCharacters) {
  FieldFaults faults;
  std::string text;
  for (int i = 0; i < 4'000; ++i) text += "\xe2\x82\xac";  // The euro sign, three bytes.
  faults.CheckNarrative("t", text, true);
  EXPECT_TRUE(faults.empty());
  faults.CheckNarrative("t", text + "a", true);
  EXPECT_FALSE(faults.empty());
}

TEST(FieldFaultsTest, MarksOfAPersonAreNotTaken) {
  for (const char* text : {"the patient 943 476 5919", "seen at SW1A 2AA"}) {
    FieldFaults line;
    line.CheckLine("t", text, true, 100);
    EXPECT_THAT(line.ToStatus(), HasReason(Reason::kPersonalData)) << text;
    FieldFaults narrative;
    narrative.CheckNarrative("t", text, false);
    EXPECT_THAT(narrative.ToStatus(), HasReason(Reason::kPersonalData)) << text;
    EXPECT_THAT(std::string(narrative.ToStatus().message()),
                ::testing::Not(::testing::HasSubstr(text)));
  }
}

TEST(FieldFaultsTest, AllFaultsTravelInOneError) {
  FieldFaults faults;
  faults.CheckRequestId("");
  faults.CheckOutputOnly("name", true);
  faults.AddAll(Error(Reason::kDefinitionInvalid, "wrong").Field("title", "is empty"), "framework");
  faults.AddAll(absl::OkStatus(), "other");
  const absl::Status status = faults.ToStatus();
  EXPECT_THAT(status, HasReason(Reason::kFieldInvalid));
  const ErrorDetails details = DetailsOf(status).value();
  ASSERT_EQ(details.fields.size(), 3u);
  EXPECT_EQ(details.fields[0].field, "request_id");
  EXPECT_EQ(details.fields[1].field, "name");
  EXPECT_EQ(details.fields[2], (FieldViolation{"framework.title", "is empty"}));
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("2 more"));
}

}  // namespace
}  // namespace onereturn::assessment

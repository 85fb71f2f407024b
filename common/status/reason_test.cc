#include "common/status/reason.h"

#include <gtest/gtest.h>

#include <set>
#include <sstream>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace onereturn {
namespace {

// "kOdsFormat" as "ODS_FORMAT".
std::string NameFromEnumerator(absl::string_view enumerator) {
  std::string name;
  for (const char c : enumerator.substr(1)) {
    if (absl::ascii_isupper(static_cast<unsigned char>(c)) && !name.empty()) name += '_';
    name += absl::ascii_toupper(static_cast<unsigned char>(c));
  }
  return name;
}

TEST(ReasonTest, EachNameIsThatOfItsEnumerator) {
#define ONERETURN_COMPARE(enumerator, name, code, meaning, remedy)        \
  EXPECT_EQ(NameOf(Reason::enumerator), NameFromEnumerator(#enumerator)); \
  EXPECT_EQ(CodeOf(Reason::enumerator), absl::StatusCode::code);
  ONERETURN_REASONS(ONERETURN_COMPARE)
#undef ONERETURN_COMPARE
}

TEST(ReasonTest, RowsAreCompleteAndUnique) {
  std::set<std::string> names;
  for (const ReasonRow& row : AllReasons()) {
    EXPECT_EQ(&RowOf(row.reason), &row);
    EXPECT_TRUE(names.insert(std::string(row.name)).second) << row.name;
    EXPECT_NE(row.code, absl::StatusCode::kOk) << row.name;
    EXPECT_NE(row.code, absl::StatusCode::kUnknown) << row.name;
    for (const absl::string_view sentence : {row.meaning, row.remedy}) {
      EXPECT_TRUE(absl::ascii_isupper(static_cast<unsigned char>(sentence.front()))) << sentence;
      EXPECT_TRUE(absl::EndsWith(sentence, ".")) << sentence;
    }
  }
  EXPECT_FALSE(names.empty());
}

TEST(ReasonTest, NamesLeadBackToReasons) {
  for (const ReasonRow& row : AllReasons()) EXPECT_EQ(ReasonFromName(row.name), row.reason);
  EXPECT_EQ(ReasonFromName("NO_SUCH_REASON"), std::nullopt);
  EXPECT_EQ(ReasonFromName(""), std::nullopt);
  EXPECT_EQ(ReasonFromName("malformed"), std::nullopt);
}

// Clients decide by these whether to try again, so a change here is a change of the API.
TEST(ReasonTest, CodesThatClientsRelyOn) {
  EXPECT_EQ(CodeOf(Reason::kRequestIdReused), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(CodeOf(Reason::kEtagMismatch), absl::StatusCode::kAborted);
  EXPECT_EQ(CodeOf(Reason::kCommitConflict), absl::StatusCode::kAborted);
  EXPECT_EQ(CodeOf(Reason::kQueueFull), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(CodeOf(Reason::kNotCaughtUp), absl::StatusCode::kUnavailable);
  EXPECT_EQ(CodeOf(Reason::kPositionAhead), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(CodeOf(Reason::kFeedBroken), absl::StatusCode::kDataLoss);
  EXPECT_EQ(CodeOf(Reason::kEpochChanged), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(CodeOf(Reason::kSvidInvalid), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(CodeOf(Reason::kOrgScope), absl::StatusCode::kPermissionDenied);
}

TEST(ReasonTest, PrintsItsName) {
  std::ostringstream out;
  out << Reason::kTooDeep;
  EXPECT_EQ(out.str(), "TOO_DEEP");
}

TEST(ReasonDeathTest, AbortsOnANumberThatIsNoReason) {
  EXPECT_DEATH(RowOf(static_cast<Reason>(100'000)), "check failed");
}

}  // namespace
}  // namespace onereturn

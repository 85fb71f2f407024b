// Goal: whatever is done to a feed is called by its name.
#include "tools/auditor/diagnosis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace onereturn::auditor {
namespace {

// A feed whose entries are told by letters; a capital has the salt of its small letter.
std::vector<Mark> Feed(const std::string& letters) {
  std::vector<Mark> marks;
  for (size_t i = 0; i < letters.size(); ++i) {
    feed::v1::Entry entry;
    entry.set_kind(feed::v1::ENTRY_KIND_ITEM_DEFINED);
    entry.set_sequence(i + 1);
    entry.set_salt(std::string(16, static_cast<char>(std::tolower(letters[i]))));
    entry.set_name(std::string(1, letters[i]));
    marks.push_back(MarkOf(entry.SerializeAsString(), entry));
  }
  return marks;
}

std::string Tamper(const std::string& before, const std::string& now) {
  const std::optional<Lie> lie = FirstTamper("ingestion", Feed(before), Feed(now), {});
  return lie.has_value() ? absl::StrCat(NameOf(lie->kind), " ", lie->place) : "none";
}

TEST(DiagnosisTest, GrowthIsNone) {
  EXPECT_EQ(Tamper("abc", "abc"), "none");
  EXPECT_EQ(Tamper("abc", "abcd"), "none");
  EXPECT_EQ(Tamper("", "abc"), "none");
}

TEST(DiagnosisTest, EachTamperHasItsName) {
  EXPECT_EQ(Tamper("abcd", "abc"), "ROLLED_BACK entries 4 to 4");
  EXPECT_EQ(Tamper("abcd", ""), "ROLLED_BACK entries 1 to 4");
  EXPECT_EQ(Tamper("abcd", "aBcd"), "ENTRY_ALTERED entry 2");
  EXPECT_EQ(Tamper("abcd", "abcD"), "ENTRY_ALTERED entry 4");
  EXPECT_EQ(Tamper("abcd", "axcd"), "ENTRY_ALTERED entry 2");
  EXPECT_EQ(Tamper("abcd", "acd"), "ENTRY_DELETED entry 2");
  EXPECT_EQ(Tamper("abcd", "acdef"), "ENTRY_DELETED entry 2");
  EXPECT_EQ(Tamper("abcdefg", "afg"), "ENTRY_DELETED entry 2");
  EXPECT_EQ(Tamper("abcd", "axbcd"), "ENTRY_INSERTED entry 2");
  EXPECT_EQ(Tamper("abcd", "axyzbcd"), "ENTRY_INSERTED entry 2");
  EXPECT_EQ(Tamper("abcd", "acbd"), "ENTRIES_SWAPPED entries 2 and 3");
  EXPECT_EQ(Tamper("abcd", "dbca"), "ENTRIES_SWAPPED entries 1 and 4");
  EXPECT_EQ(Tamper("abcd", "abxy"), "HISTORY_REPLACED entry 3");
  EXPECT_EQ(Tamper("abcd", "abxyz"), "HISTORY_REPLACED entry 3");
}

}  // namespace
}  // namespace onereturn::auditor

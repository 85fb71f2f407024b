#include "services/ingestion/definitions/request_rules_checks.h"

#include <set>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/utf8.h"
#include "common/hierarchy/ods_code.h"
#include "common/status/error.h"
#include "onereturn/timetable/v1/timetable.pb.h"
#include "services/ingestion/definitions/definition_checks.h"
#include "services/ingestion/definitions/minutes_messages.h"

namespace onereturn::ingestion {
namespace {

// Ten years: more is a slip of the pen.
constexpr uint32_t kMostDays = 3'660;
constexpr uint32_t kMostLikeness = 1'000;
constexpr int kMostRows = 1'000;
constexpr size_t kMostSynonymBytes = 100;
constexpr size_t kMostSourceBytes = 1'000;

std::string At(const char* list, int i, const char* field = "") {
  return absl::StrCat("rules.", list, "[", i, "]", field);
}

void CheckDays(uint32_t days, bool required, const std::string& field, Error* faults) {
  if (required && days == 0) faults->Field(field, "is missing");
  if (days > kMostDays) faults->Field(field, "is more than 3,660 days");
}

void CheckNotice(const requests::v1::RequestRules& rules, Error* faults) {
  std::set<int> seen;
  for (int i = 0; i < rules.notice_size(); ++i) {
    const requests::v1::NoticeRule& rule = rules.notice(i);
    if (rule.change_class() <= requests::v1::CHANGE_CLASS_NONE) {
      faults->Field(At("notice", i, ".change_class"),
                    "must be a class that asks something: EXISTING_ITEMS, NEW_DETAIL or NEW_ITEMS");
    }
    if (!seen.insert(rule.change_class()).second) {
      faults->Field(At("notice", i, ".change_class"), "stands twice");
    }
    CheckDays(rule.days(), false, At("notice", i, ".days"), faults);
  }
}

// The lenses are the fields of EstimatedMinutes.
void CheckPayBands(const requests::v1::RequestRules& rules, Error* faults) {
  std::set<std::string> seen;
  const auto* lenses = timetable::v1::EstimatedMinutes::descriptor();
  for (int i = 0; i < rules.pay_bands_size(); ++i) {
    const requests::v1::PayBand& band = rules.pay_bands(i);
    if (lenses->FindFieldByName(band.lens()) == nullptr) {
      faults->Field(At("pay_bands", i, ".lens"), "is none: for instance gathering");
    }
    if (!seen.insert(band.lens()).second) {
      faults->Field(At("pay_bands", i, ".lens"), "stands twice");
    }
    CheckName(band.band(), At("pay_bands", i, ".band"), faults);
  }
}

void CheckBudgets(const requests::v1::RequestRules& rules, Error* faults) {
  std::set<std::string> seen;
  for (int i = 0; i < rules.budgets_size(); ++i) {
    const std::string& body = rules.budgets(i).body();
    if (absl::Status code = CheckOdsCode(body); !code.ok()) {
      faults->Field(At("budgets", i, ".body"), code.message());
    }
    if (!seen.insert(body).second) faults->Field(At("budgets", i, ".body"), "stands twice");
  }
}

// Each word once in all lists: it would be read as two others.
void CheckSynonyms(const requests::v1::RequestRules& rules, Error* faults) {
  std::set<std::string> seen;
  for (int i = 0; i < rules.synonyms_size(); ++i) {
    const requests::v1::Synonyms& words = rules.synonyms(i);
    if (words.words_size() < 2) faults->Field(At("synonyms", i), "has fewer than two words");
    for (int j = 0; j < words.words_size(); ++j) {
      const std::string& word = words.words(j);
      const std::string field = At("synonyms", i, absl::StrCat(".words[", j, "]").c_str());
      if (absl::StripAsciiWhitespace(word).empty() || word.size() > kMostSynonymBytes ||
          !IsSafeText(word) || absl::AsciiStrToLower(word) != word) {
        faults->Field(field, "must be 1 to 100 bytes in lower case that can be shown");
      } else if (!seen.insert(word).second) {
        faults->Field(field, "stands twice");
      }
    }
  }
}

}  // namespace

absl::Status CheckRequestRules(const requests::v1::RequestRules& rules) {
  Error faults(Reason::kDefinitionInvalid,
               absl::StrCat("the rules of requests ", rules.code(), " are wrong"));
  if (!IsCode(rules.code(), CodeStyle::kCollection)) {
    faults.Field("rules.code", CodeRule(CodeStyle::kCollection));
  }
  for (const int rows : {rules.budgets_size(), rules.synonyms_size()}) {
    if (rows > kMostRows) faults.Field("rules", "have a list of more than 1,000");
  }
  CheckNotice(rules, &faults);
  CheckPayBands(rules, &faults);
  CheckBudgets(rules, &faults);
  CheckSynonyms(rules, &faults);
  if (rules.near_duplicate_from() == 0 || rules.near_duplicate_from() > kMostLikeness) {
    faults.Field("rules.near_duplicate_from", "must be 1 to 1,000, in thousandths");
  }
  CheckMinutes(rules.new_item_minutes(), "rules.new_item_minutes", &faults);
  CheckMinutes(rules.new_collection_minutes(), "rules.new_collection_minutes", &faults);
  CheckDays(rules.challenge_days(), true, "rules.challenge_days", &faults);
  CheckDays(rules.review_days(), true, "rules.review_days", &faults);
  if (rules.source().empty() || rules.source().size() > kMostSourceBytes ||
      !IsSafeText(rules.source())) {
    faults.Field("rules.source", "must say where the figures are from, in at most 1,000 bytes");
  }
  if (faults.fields_total() > 0) return faults;
  return absl::OkStatus();
}

}  // namespace onereturn::ingestion

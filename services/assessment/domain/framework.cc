#include "services/assessment/domain/framework.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/base/utf8.h"
#include "common/status/error.h"
#include "services/assessment/domain/rating.h"

namespace onereturn::assessment {
namespace {

constexpr size_t kMaxTitleBytes = 200;
constexpr size_t kMaxSourceBytes = 4'000;
constexpr uint32_t kHundredPercent = 100;

bool IsCodeCharacter(char c, bool upper_case) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
         (upper_case && c >= 'A' && c <= 'Z');
}

// Collects faults under their paths.
class Checker {
 public:
  explicit Checker(Error* error) : error_(error) {}

  void Fault(absl::string_view field, absl::string_view words) { error_->Field(field, words); }

  void Code(absl::string_view field, absl::string_view code, bool upper_case) {
    const bool good = !code.empty() && code.size() <= kMaxCodeBytes &&
                      std::all_of(code.begin(), code.end(),
                                  [upper_case](char c) { return IsCodeCharacter(c, upper_case); });
    if (good) return;
    Fault(field, upper_case ? "is not 1 to 64 letters, digits, '-' and '_'"
                            : "is not 1 to 64 lower-case letters, digits, '-' and '_'");
  }

  void Text(absl::string_view field, absl::string_view text, size_t most) {
    if (text.empty() || text.size() > most) {
      Fault(field, absl::StrCat("has ", text.size(), " bytes: 1 to ", most));
    }
    if (!IsSafeText(text)) Fault(field, "holds control or invisible characters");
  }

  void Count(absl::string_view field, size_t count, size_t least, size_t most) {
    if (count >= least && count <= most) return;
    Fault(field, absl::StrCat("has ", count, " entries: ", least, " to ", most));
  }

  void Once(absl::string_view field, const std::string& code, std::set<std::string>* seen) {
    if (!seen->insert(code).second) Fault(field, "stands twice");
  }

 private:
  Error* const error_;
};

std::string At(absl::string_view list, size_t index, absl::string_view field = "") {
  return absl::StrCat(list, "[", index, "]", field.empty() ? "" : ".", field);
}

void CheckThemes(const Framework& framework, Checker* checker) {
  checker->Count("themes", framework.themes.size(), 1, kMaxThemes);
  const size_t statements = framework.StatementCount();
  if (statements < 1 || statements > kMaxStatements) {
    checker->Fault("themes",
                   absl::StrCat("hold ", statements, " statements in all: 1 to ", kMaxStatements));
  }
  std::set<std::string> themes_seen;
  std::set<std::string> statements_seen;  // Of all themes: a score names its statement alone.
  for (size_t i = 0; i < framework.themes.size(); ++i) {
    const Theme& theme = framework.themes[i];
    checker->Code(At("themes", i, "code"), theme.code, /*upper_case=*/true);
    checker->Text(At("themes", i, "title"), theme.title, kMaxTitleBytes);
    checker->Once(At("themes", i, "code"), theme.code, &themes_seen);
    for (size_t j = 0; j < theme.statements.size(); ++j) {
      const QualityStatement& statement = theme.statements[j];
      const std::string place = At(At("themes", i, "statements"), j);
      checker->Code(place + ".code", statement.code, /*upper_case=*/true);
      checker->Text(place + ".title", statement.title, kMaxTitleBytes);
      checker->Once(place + ".code", statement.code, &statements_seen);
    }
  }
}

void CheckCategories(const Framework& framework, Checker* checker) {
  checker->Count("evidence_categories", framework.evidence_categories.size(), 1,
                 kMaxEvidenceCategories);
  std::set<std::string> seen;
  for (size_t i = 0; i < framework.evidence_categories.size(); ++i) {
    const std::string& category = framework.evidence_categories[i];
    checker->Text(At("evidence_categories", i), category, kMaxTitleBytes);
    checker->Once(At("evidence_categories", i), category, &seen);
  }
}

void CheckScale(const Framework& framework, Checker* checker) {
  checker->Count("scale", framework.scale.size(), 2, kMaxScaleSteps);
  for (size_t i = 0; i < framework.scale.size(); ++i) {
    const ScaleStep& step = framework.scale[i];
    if (step.score < 1 || step.score > kMaxScore) {
      checker->Fault(At("scale", i, "score"),
                     absl::StrCat("is ", step.score, ": 1 to ", kMaxScore));
    }
    if (i > 0 && step.score <= framework.scale[i - 1].score) {
      checker->Fault(At("scale", i, "score"), "is not above the one before");
    }
    checker->Text(At("scale", i, "title"), step.title, kMaxTitleBytes);
  }
}

void CheckBands(const Framework& framework, Checker* checker) {
  checker->Count("bands", framework.bands.size(), 1, kMaxBands);
  std::set<std::string> seen;
  for (size_t i = 0; i < framework.bands.size(); ++i) {
    const Band& band = framework.bands[i];
    checker->Code(At("bands", i, "code"), band.code, /*upper_case=*/false);
    checker->Text(At("bands", i, "title"), band.title, kMaxTitleBytes);
    checker->Once(At("bands", i, "code"), band.code, &seen);
    if (band.from_percent > kHundredPercent) {
      checker->Fault(At("bands", i, "from_percent"), "is above 100");
    }
    if (i > 0 && band.from_percent <= framework.bands[i - 1].from_percent) {
      checker->Fault(At("bands", i, "from_percent"), "is not above the one before");
    }
  }
  if (framework.bands.empty() || framework.scale.empty() || framework.HighestScore() == 0) return;
  const uint32_t lowest =
      WholePercent(framework.scale.front().score, framework.HighestScore(), /*statements=*/1);
  if (framework.bands.front().from_percent > lowest) {
    checker->Fault("bands[0].from_percent",
                   absl::StrCat("leaves ", lowest, " percent, the lowest there can be, unrated"));
  }
}

void CheckLimiters(const Framework& framework, Checker* checker) {
  checker->Count("limiters", framework.limiters.size(), 0, kMaxLimiters);
  for (size_t i = 0; i < framework.limiters.size(); ++i) {
    const Limiter& limiter = framework.limiters[i];
    const std::optional<size_t> band = framework.BandIndex(limiter.band);
    const std::optional<size_t> limited_to = framework.BandIndex(limiter.limited_to);
    if (!band.has_value()) checker->Fault(At("limiters", i, "band"), "is none of the bands");
    if (!limited_to.has_value()) {
      checker->Fault(At("limiters", i, "limited_to"), "is none of the bands");
    }
    if (band.has_value() && limited_to.has_value() && *limited_to >= *band) {
      checker->Fault(At("limiters", i, "limited_to"), "is not below the band it limits");
    }
    if (!framework.HasScore(limiter.score)) {
      checker->Fault(At("limiters", i, "score"), "is not on the scale");
    }
  }
}

}  // namespace

absl::Status Framework::Check() const {
  Error error(Reason::kDefinitionInvalid, "the framework's definition has faults; each is listed");
  Checker checker(&error);
  checker.Code("code", code, /*upper_case=*/false);
  checker.Text("title", title, kMaxTitleBytes);
  checker.Text("source", source, kMaxSourceBytes);
  CheckThemes(*this, &checker);
  CheckCategories(*this, &checker);
  CheckScale(*this, &checker);
  CheckBands(*this, &checker);
  CheckLimiters(*this, &checker);
  if (error.fields_total() != 0) return error;
  return absl::OkStatus();
}

bool Framework::CanRate() const {
  return StatementCount() > 0 && !scale.empty() && HighestScore() > 0 && !bands.empty() &&
         std::all_of(limiters.begin(), limiters.end(), [this](const Limiter& limiter) {
           return BandIndex(limiter.limited_to).has_value();
         });
}

size_t Framework::StatementCount() const {
  size_t count = 0;
  for (const Theme& theme : themes) count += theme.statements.size();
  return count;
}

std::vector<std::string> Framework::StatementCodes() const {
  std::vector<std::string> codes;
  for (const Theme& theme : themes) {
    for (const QualityStatement& statement : theme.statements) codes.push_back(statement.code);
  }
  return codes;
}

bool Framework::HasStatement(absl::string_view code) const {
  return std::any_of(themes.begin(), themes.end(), [code](const Theme& theme) {
    return std::any_of(
        theme.statements.begin(), theme.statements.end(),
        [code](const QualityStatement& statement) { return statement.code == code; });
  });
}

bool Framework::HasEvidenceCategory(absl::string_view category) const {
  return std::find(evidence_categories.begin(), evidence_categories.end(), category) !=
         evidence_categories.end();
}

bool Framework::HasScore(uint32_t score) const {
  return std::any_of(scale.begin(), scale.end(),
                     [score](const ScaleStep& step) { return step.score == score; });
}

std::optional<size_t> Framework::BandIndex(absl::string_view code) const {
  for (size_t i = 0; i < bands.size(); ++i) {
    if (bands[i].code == code) return i;
  }
  return std::nullopt;
}

}  // namespace onereturn::assessment

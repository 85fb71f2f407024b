#include "tools/onereturn/console/answer_rows.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/decimal/decimal.h"
#include "common/decimal/ratio.h"
#include "tools/onereturn/console/enum_words.h"
#include "tools/onereturn/console/hours_text.h"
#include "tools/onereturn/console/number_text.h"
#include "tools/onereturn/console/proof_text.h"

namespace onereturn::client {
namespace {

using requests::v1::AnswerCell;

constexpr int kQuotientPlaces = 6;

struct Figure {
  std::string value;
  std::string numerator;
  std::string denominator;
  std::string reason;
};

Figure FigureOf(const AnswerCell& cell) {
  if (!cell.suppressed_by().empty()) {
    return {"", "", "", absl::StrCat("SUPPRESSED ", cell.suppressed_by())};
  }
  switch (cell.content_case()) {
    case AnswerCell::kMillionths:
      return {MillionthsToString(cell.millionths()), "", "", ""};
    case AnswerCell::kNullReason: {
      const std::string& name = common::v1::NullReason_Name(cell.null_reason());
      return {"", "", "", std::string(absl::StripPrefix(name, "NULL_REASON_"))};
    }
    case AnswerCell::kRatio: {
      const Ratio ratio(cell.ratio().numerator(), cell.ratio().denominator());
      return {ratio.Display(kQuotientPlaces).value_or(""),
              MillionthsToString(cell.ratio().numerator()),
              MillionthsToString(cell.ratio().denominator()),
              ratio.HasValue() ? "" : "ZERO_DENOMINATOR"};
    }
    default:
      return {"", "", "", "NOT_HELD"};
  }
}

}  // namespace

std::vector<std::string> AnswerHeader() {
  return {"line",       "item",     "organisation", "period",    "dimensions",
          "value",      "reason",   "status",       "coverage",  "parts",
          "parts_held", "revision", "derivation",   "numerator", "denominator"};
}

std::vector<std::string> AnswerRow(const AnswerCell& cell) {
  const Figure figure = FigureOf(cell);
  const std::string dimensions = absl::StrJoin(
      cell.reference().dimensions(), " ", [](std::string* text, const auto& dimension) {
        absl::StrAppend(text, dimension.dimension(), "=", dimension.value());
      });
  std::string revisions =
      absl::StrJoin(cell.sources(), " ", [](std::string* text, const auto& source) {
        absl::StrAppend(text, source.return_(), "/revisions/", source.revision());
      });
  const auto named = static_cast<uint64_t>(cell.sources_size());
  if (named > 0 && cell.parts_held() > named) {
    absl::StrAppend(&revisions, " and ", cell.parts_held() - named, " more");
  }
  return {absl::StrCat(cell.line()),
          cell.reference().item(),
          cell.organisation(),
          cell.period(),
          dimensions,
          figure.value,
          figure.reason,
          WordOf(cell.status(), "REVISION_STATUS_"),
          WordOf(cell.coverage(), "COVERAGE_CLASS_"),
          absl::StrCat(cell.parts()),
          absl::StrCat(cell.parts_held()),
          revisions,
          cell.derivation(),
          figure.numerator,
          figure.denominator};
}

std::string AnswerSentence(const requests::v1::AnswerEnd& end, const absl::Status& proof) {
  const uint32_t collected = end.provider_minutes();
  return absl::StrCat("provider hours: 0",
                      collected == 0 ? ""
                                     : absl::StrCat(" for what was held, ", HoursWords(collected),
                                                    " collected for this request"),
                      "; ", Count(end.cells(), "figure"), " from ", Count(end.sources(), "return"),
                      "; receipt sequence ", WithThousands(end.receipt().sequence()), ", ",
                      ProofWords(proof));
}

}  // namespace onereturn::client

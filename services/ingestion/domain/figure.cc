#include "services/ingestion/domain/figure.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace onereturn::ingestion {
namespace {

constexpr size_t kFractionDigits = 6;             // Of a decimal.
constexpr size_t kMaxAverageFractionDigits = 18;  // With 13 digits before the point and 366 days it
                                                  // stays within 128 bits.

Figure Fault(absl::string_view why) {
  Figure figure;
  figure.fault = absl::StrCat("The figure cannot be read: ", why);
  return figure;
}

Figure ValueOf(Decimal value) {
  Figure figure;
  figure.state = Figure::State::kValue;
  figure.value = value;
  return figure;
}

// nullopt for a fault.
std::optional<Figure> Standing(const NoFigure& no_figure) {
  Figure figure;
  switch (no_figure.meaning) {
    case NoFigure::Meaning::kFault:
      return std::nullopt;
    case NoFigure::Meaning::kZero:
      figure.state = Figure::State::kValue;
      break;
    case NoFigure::Meaning::kAbsent:
      figure.state = Figure::State::kAbsent;
      break;
    case NoFigure::Meaning::kNull:
      figure.state = Figure::State::kNull;
      figure.null_reason = no_figure.reason;
      break;
  }
  return figure;
}

bool IsDecimalDigit(char byte) { return absl::ascii_isdigit(static_cast<unsigned char>(byte)); }

// The digits without separators, where these cut off groups of three; else the text as it is, whose
// reading then says what is wrong.
std::string WithoutSeparators(absl::string_view text) {
  std::string plain;
  const size_t end = std::min(text.find('.'), text.size());
  size_t digits = 0;  // Since the last separator, or the start.
  bool separated = false;
  for (size_t i = 0; i < end; ++i) {
    if (text[i] == ',') {
      const bool fits = separated ? digits == 3 : digits >= 1 && digits <= 3;
      if (!fits) return std::string(text);
      separated = true;
      digits = 0;
      continue;
    }
    if (IsDecimalDigit(text[i])) ++digits;
    plain.push_back(text[i]);
  }
  if (separated && digits != 3) return std::string(text);
  absl::StrAppend(&plain, text.substr(end));
  return plain;
}

Figure SumOverDays(absl::string_view text, int days) {
  const size_t point = std::min(text.find('.'), text.size());
  const absl::string_view fraction = text.substr(std::min(point + 1, text.size()));
  // The first digits tell whether it is a number at all, and not too great a one.
  const absl::StatusOr<Decimal> start =
      Decimal::Parse(text.substr(0, point + 1 + std::min(fraction.size(), kFractionDigits)));
  if (!start.ok()) return Fault(start.status().message());
  if (!std::all_of(fraction.begin(), fraction.end(), IsDecimalDigit)) {
    return Fault("after the point there is something other than digits");
  }
  if (fraction.size() > kMaxAverageFractionDigits) {
    return Fault(absl::StrCat("it has more than ", kMaxAverageFractionDigits, " decimals"));
  }
  Int128 scaled = 0;
  Int128 scale = 1;
  for (const char byte : text.substr(0, point)) {
    if (IsDecimalDigit(byte)) scaled = scaled * 10 + (byte - '0');
  }
  for (const char byte : fraction) {
    scaled = scaled * 10 + (byte - '0');
    scale *= 10;
  }
  Int128 whole = (scaled * days + scale / 2) / scale;
  if (absl::StartsWith(text, "-")) whole = -whole;
  const absl::StatusOr<Decimal> sum = Decimal::FromWideMillionths(whole * Decimal::kMillion);
  if (!sum.ok()) return Fault(sum.status().message());
  return ValueOf(*sum);
}

Figure ReadPercent(absl::string_view number, PercentSign sign) {
  const absl::StatusOr<Decimal> percents = Decimal::Parse(number);
  if (!percents.ok()) return Fault(percents.status().message());
  if (sign == PercentSign::kPercents) return ValueOf(*percents);
  if (percents->millionths() % 100 != 0) {
    return Fault("a percentage has at most four digits after the point here");
  }
  return ValueOf(Decimal::FromMillionths(percents->millionths() / 100));
}

}  // namespace

std::optional<NullReason> NullReasonOf(absl::string_view text) {
  for (const NullReason reason : {NullReason::kNotCollected, NullReason::kNotApplicable,
                                  NullReason::kWithheld, NullReason::kSuppressedAtSource}) {
    if (text == TextOf(reason)) return reason;
  }
  return std::nullopt;
}

absl::string_view TextOf(NullReason reason) {
  switch (reason) {
    case NullReason::kNotCollected:
      return "NOT_COLLECTED";
    case NullReason::kNotApplicable:
      return "NOT_APPLICABLE";
    case NullReason::kWithheld:
      return "WITHHELD";
    case NullReason::kSuppressedAtSource:
      return "SUPPRESSED_AT_SOURCE";
  }
  return "";
}

Figure ReadFigure(absl::string_view text, const FigureReading& reading) {
  if (text.empty()) {
    if (std::optional<Figure> figure = Standing(reading.blank); figure.has_value()) return *figure;
  }
  if (text == "-" || text == "\xE2\x80\x93" || text == "\xE2\x80\x94") {
    if (std::optional<Figure> figure = Standing(reading.style.dash); figure.has_value()) {
      return *figure;
    }
  }
  if (reading.null_reasons_written) {
    if (std::optional<NullReason> reason = NullReasonOf(text); reason.has_value()) {
      Figure figure;
      figure.state = Figure::State::kNull;
      figure.null_reason = *reason;
      return figure;
    }
  }
  std::string joined;
  if (reading.style.thousands_separators && absl::StrContains(text, ",")) {
    joined = WithoutSeparators(text);
    text = joined;
  }
  if (reading.style.percent_sign != PercentSign::kRefused && absl::ConsumeSuffix(&text, "%")) {
    return ReadPercent(text, reading.style.percent_sign);
  }
  if (reading.kind == FigureKind::kDailyAverage) return SumOverDays(text, reading.days_in_period);
  const absl::StatusOr<Decimal> value = Decimal::Parse(text);
  return value.ok() ? ValueOf(*value) : Fault(value.status().message());
}

}  // namespace onereturn::ingestion

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tools/onereturn/report/svg.h"

namespace onereturn::client {
namespace {

constexpr char kInk[] = "#231f20";

std::string Icon(absl::string_view words, absl::string_view colour, absl::string_view inside) {
  return absl::StrFormat(
      "<svg class=\"icon\" viewBox=\"0 0 64 64\" role=\"img\" aria-label=\"%s\" "
      "><title>%s</title><circle cx=\"32\" cy=\"32\" "
      "r=\"28\" fill=\"#fff\" stroke=\"%s\" stroke-width=\"6\"/>%s</svg>\n",
      EscapeXml(words), EscapeXml(words), colour, inside);
}

std::string Letter(absl::string_view letter, double x, double y, double size) {
  return absl::StrFormat(
      "<text x=\"%.0f\" y=\"%.0f\" text-anchor=\"middle\" font-size=\"%.0f\" font-weight=\"700\" "
      "fill=\"%s\">%s</text>",
      x, y, size, kInk, letter);
}

std::string Dot(double x, double y, absl::string_view colour) {
  return absl::StrFormat("<circle cx=\"%.0f\" cy=\"%.0f\" r=\"4\" fill=\"%s\"/>", x, y, colour);
}

// Points that leave their usual range upwards or downwards, and the letter of the side.
std::string Run(bool high, absl::string_view colour) {
  const auto y = [high](double from_middle) { return 33 + (high ? -from_middle : from_middle); };
  const std::string line = absl::StrFormat(
      "<path d=\"M15 %.0fL25 %.0fL36 %.0fL47 %.0f\" fill=\"none\" stroke=\"%s\" "
      "stroke-width=\"1.5\"/>",
      y(-10), y(-5), y(4), y(13), kInk);
  return absl::StrCat(line, Dot(15, y(-10), kCommonCauseColour), Dot(25, y(-5), kCommonCauseColour),
                      Dot(36, y(4), colour), Dot(47, y(13), colour),
                      Letter(high ? "H" : "L", 22, high ? 29 : 47, 17));
}

std::string Waves() {
  return absl::StrCat(
      "<path d=\"M12 20H52M12 44H52\" stroke=\"#8a8a8a\" stroke-width=\"1.5\" "
      "stroke-dasharray=\"3 3\"/><path d=\"M14 34L23 27L32 37L41 28L50 34\" fill=\"none\" "
      "stroke=\"",
      kInk, "\" stroke-width=\"1.5\"/>", Dot(14, 34, kCommonCauseColour),
      Dot(23, 27, kCommonCauseColour), Dot(32, 37, kCommonCauseColour),
      Dot(41, 28, kCommonCauseColour), Dot(50, 34, kCommonCauseColour));
}

// Where the process lies against its target, which is the line across.
std::string Against(absl::string_view letter, absl::string_view colour, absl::string_view wave) {
  return absl::StrCat("<path d=\"M10 40H54\" stroke=\"", kTargetColour,
                      "\" stroke-width=\"2\" stroke-dasharray=\"4 3\"/><path d=\"", wave,
                      "\" fill=\"none\" stroke=\"", colour, "\" stroke-width=\"3\"/>",
                      Letter(letter, 32, 27, 19));
}

}  // namespace

std::string VariationWords(Variation variation) {
  switch (variation) {
    case Variation::kNone:
      return "";
    case Variation::kCommonCause:
      return "Common cause variation: no significant change";
    case Variation::kImprovementHigh:
      return "Special cause variation of improving nature: values run high";
    case Variation::kImprovementLow:
      return "Special cause variation of improving nature: values run low";
    case Variation::kConcernHigh:
      return "Special cause variation of concerning nature: values run high";
    case Variation::kConcernLow:
      return "Special cause variation of concerning nature: values run low";
    case Variation::kNeutralHigh:
      return "Special cause variation, neither better nor worse: values run high";
    case Variation::kNeutralLow:
      return "Special cause variation, neither better nor worse: values run low";
  }
  return "";
}

std::string AssuranceWords(Assurance assurance) {
  switch (assurance) {
    case Assurance::kNone:
      return "";
    case Assurance::kPasses:
      return "The process consistently passes the target";
    case Assurance::kFails:
      return "The process consistently fails the target";
    case Assurance::kHitOrMiss:
      return "The process hits or misses the target at random";
  }
  return "";
}

std::string VariationIconSvg(Variation variation) {
  const std::string words = VariationWords(variation);
  switch (variation) {
    case Variation::kNone:
      return "";
    case Variation::kCommonCause:
      return Icon(words, kCommonCauseColour, Waves());
    case Variation::kImprovementHigh:
      return Icon(words, kImprovementColour, Run(true, kImprovementColour));
    case Variation::kImprovementLow:
      return Icon(words, kImprovementColour, Run(false, kImprovementColour));
    case Variation::kConcernHigh:
      return Icon(words, kConcernColour, Run(true, kConcernColour));
    case Variation::kConcernLow:
      return Icon(words, kConcernColour, Run(false, kConcernColour));
    case Variation::kNeutralHigh:
      return Icon(words, kNeutralColour, Run(true, kNeutralColour));
    case Variation::kNeutralLow:
      return Icon(words, kNeutralColour, Run(false, kNeutralColour));
  }
  return "";
}

std::string AssuranceIconSvg(Assurance assurance) {
  const std::string words = AssuranceWords(assurance);
  // Consistently on one side of the line, or across it; whether that side is good the letter says.
  switch (assurance) {
    case Assurance::kNone:
      return "";
    case Assurance::kPasses:
      return Icon(words, kImprovementColour,
                  Against("P", kImprovementColour, "M14 36L23 33L32 36L41 32L50 35"));
    case Assurance::kFails:
      return Icon(words, kConcernColour,
                  Against("F", kConcernColour, "M16 46L24 49L32 46L40 50L48 46"));
    case Assurance::kHitOrMiss:
      return Icon(words, kCommonCauseColour,
                  Against("?", kCommonCauseColour, "M14 44L23 35L32 45L41 35L50 43"));
  }
  return "";
}

}  // namespace onereturn::client

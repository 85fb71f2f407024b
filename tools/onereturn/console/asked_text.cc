#include "tools/onereturn/console/asked_text.h"

#include <algorithm>
#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/enum_words.h"
#include "tools/onereturn/console/challenge_text.h"
#include "tools/onereturn/console/hours_text.h"
#include "tools/onereturn/console/number_text.h"
#include "tools/onereturn/console/text_table.h"

namespace onereturn::client {
namespace {

using requests::v1::AskedDimension;
using requests::v1::DescribedItem;
using requests::v1::RequestLine;
using AskedDimensions = google::protobuf::RepeatedPtrField<AskedDimension>;

// "department (type1, type2), booked"; without values all of them are meant.
std::string DimensionsText(const AskedDimensions& dimensions) {
  return absl::StrJoin(dimensions, ", ", [](std::string* text, const AskedDimension& one) {
    absl::StrAppend(
        text, one.code(),
        one.values().empty() ? "" : absl::StrCat(" (", absl::StrJoin(one.values(), ", "), ")"));
  });
}

std::string DescribedText(const DescribedItem& item) {
  std::vector<std::string> meaning;
  for (const std::string& one :
       {item.concept_code(), item.measure(), item.population(), item.cut_off()}) {
    if (!one.empty()) meaning.push_back(one);
  }
  return absl::StrCat(
      "\"", item.display_name(), "\" in ", item.unit(),
      meaning.empty() ? "" : absl::StrCat(" (", absl::StrJoin(meaning, ", "), ")"),
      item.dimensions().empty() ? "" : absl::StrCat(" by ", DimensionsText(item.dimensions())),
      ": ", item.definition_text());
}

std::string ItemAskedText(const RequestLine& line) {
  if (line.detail() != requests::v1::DETAIL_BY_DIMENSIONS) return line.item();
  return absl::StrCat(line.item(), line.dimensions().empty()
                                       ? " as one figure"
                                       : absl::StrCat(" by ", DimensionsText(line.dimensions())));
}

// " (2 challenged)": those whose challenge waits for an answer.
std::string ChallengedText(uint64_t waiting) {
  return waiting == 0 ? "" : absl::StrCat(" (", WithThousands(waiting), " challenged)");
}

// Why a return need not come any more.
std::string ReleaseText(requests::v1::ReleaseReason reason) {
  return reason == requests::v1::RELEASE_REASON_CHALLENGED ? "dropped after a challenge"
                                                           : EnumWords(reason);
}

}  // namespace

std::string NamedRow(absl::string_view name, absl::string_view value) {
  constexpr size_t kColumn = 13;
  if (value.empty()) return "";
  return absl::StrCat("  ", name,
                      std::string(kColumn - 2 - std::min(kColumn - 3, name.size()), ' '),
                      Printable(value), "\n");
}

std::string LineAskedText(const RequestLine& line) {
  std::string text = line.has_described() ? DescribedText(line.described()) : ItemAskedText(line);
  if (!line.guidance().empty()) {
    absl::StrAppend(&text, "; guidance ", line.guidance(),
                    line.guidance_edition().empty() ? "" : " ", line.guidance_edition());
  }
  if (!line.justification().empty()) absl::StrAppend(&text, "; because ", line.justification());
  return text;
}

std::string LinesAskedText(const requests::v1::DataRequest& request) {
  std::string text;
  for (int i = 0; i < request.lines_size(); ++i) {
    std::string line = LineAskedText(request.lines(i));
    if (request.lines(i).has_described() && i < request.issue().line_items_size()) {
      absl::StrAppend(&line, "; it is ", request.issue().line_items(i));
    }
    absl::StrAppend(&text, NamedRow(absl::StrCat("line ", i + 1), line));
  }
  return text;
}

std::string BecameText(const requests::v1::ListObligationsResponse& obligations) {
  uint64_t met = 0;
  uint64_t outstanding = 0;
  uint64_t awaited = 0;
  uint64_t challenged = 0;
  uint64_t released = 0;
  uint64_t collected_minutes = 0;
  uint64_t outstanding_minutes = 0;
  for (const requests::v1::Obligation& one : obligations.obligations()) {
    const uint64_t minutes = AllMinutes(one.charged_minutes());
    challenged += ChallengeWaits(one) ? 1 : 0;
    switch (one.state()) {
      case requests::v1::OBLIGATION_STATE_OUTSTANDING:
        ++outstanding;
        outstanding_minutes += minutes;
        break;
      case requests::v1::OBLIGATION_STATE_AWAITED:
        ++awaited;
        break;
      case requests::v1::OBLIGATION_STATE_COLLECTED:
        ++met;
        collected_minutes += minutes;
        break;
      case requests::v1::OBLIGATION_STATE_SHARED:
        ++met;
        break;
      case requests::v1::OBLIGATION_STATE_RELEASED:
        ++released;
        break;
      default:
        break;
    }
  }
  if (obligations.obligations().empty()) return "";
  return absl::StrCat(
      Count(static_cast<uint64_t>(obligations.obligations_size()), "return"), ": ",
      WithThousands(met), " met, ", WithThousands(outstanding + awaited), " outstanding",
      awaited == 0 ? "" : absl::StrCat(" (", WithThousands(awaited), " owed already)"),
      ChallengedText(challenged), ", ", WithThousands(released), " released; ",
      HoursWords(collected_minutes), " collected, ", HoursWords(outstanding_minutes),
      " outstanding");
}

bool NothingCame(const requests::v1::ListObligationsResponse& obligations) {
  return !obligations.obligations().empty() &&
         std::all_of(obligations.obligations().begin(), obligations.obligations().end(),
                     [](const requests::v1::Obligation& one) {
                       return one.state() == requests::v1::OBLIGATION_STATE_RELEASED;
                     });
}

std::string NoFigureText(const requests::v1::ListObligationsResponse& obligations) {
  if (obligations.obligations().empty()) return "No figure: nothing of it is held.";
  uint64_t to_come = 0;
  uint64_t challenged = 0;
  std::map<std::string, uint64_t> released;  // By why.
  for (const requests::v1::Obligation& one : obligations.obligations()) {
    if (one.state() == requests::v1::OBLIGATION_STATE_COLLECTED ||
        one.state() == requests::v1::OBLIGATION_STATE_SHARED) {
      return "No figure: in what came there is none of it.";
    }
    if (one.state() == requests::v1::OBLIGATION_STATE_RELEASED) {
      ++released[ReleaseText(one.release_reason())];
    } else {
      ++to_come;
      challenged += ChallengeWaits(one) ? 1 : 0;
    }
  }
  std::vector<std::string> became;
  if (to_come > 0) {
    became.push_back(
        absl::StrCat(WithThousands(to_come), " still to come", ChallengedText(challenged)));
  }
  for (const auto& [why, count] : released) {
    became.push_back(absl::StrCat(WithThousands(count), " ", why));
  }
  return absl::StrCat("No figure: nothing is held, and of ",
                      Count(static_cast<uint64_t>(obligations.obligations_size()), "return"),
                      " asked none came (", absl::StrJoin(became, ", "), ").");
}

}  // namespace onereturn::client

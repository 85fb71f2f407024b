#include "tools/onereturn/offline/request_file.h"

#include <google/protobuf/util/json_util.h>

#include <filesystem>
#include <regex>
#include <set>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/rpc/server.h"
#include "common/status/status_macros.h"
#include "tools/onereturn/console/error_text.h"
#include "tools/onereturn/console/request_text.h"
#include "tools/onereturn/offline/file_faults.h"

namespace onereturn::client {
namespace {

constexpr char kTemplate[] =
    R"(# A data request. Change what stands here, take out what is not needed, then:
#   onereturn request match FILE     what is held, and what the rest would cost
#   onereturn request draft FILE     registers it as a draft
# All lines are asked of the same organisations and periods. No personal data anywhere.

# Who asks: the body's ODS code, and the office (never a person) that answers for it.
requesting_body: "X24"
sponsor: "Director of urgent and emergency care"
title: "Four-hour waits before the winter review"

# PURPOSE_ and one of: INTERNATIONAL_OBLIGATION, FUNDING, ACCOUNTABILITY_TO_PARLIAMENT, HOLDING_TO_ACCOUNT,
# EVALUATING_TRENDS, COMPARABLE_PERFORMANCE, EMERGENCY.
purpose: PURPOSE_HOLDING_TO_ACCOUNT
legal_basis: "Health and Social Care Act 2012, section 259"
planned_use: "Which systems are offered support before the winter"
product: "Winter review"
# place_impact: "Compares places within each system"

# What is asked. By the code of an item (onereturn catalogue search finds it) in all its dimensions:
lines { item: "ae_attendances" }
# in some of them alone, summed over all others:
lines {
  item: "ae_over_four_hours"
  detail: DETAIL_BY_DIMENSIONS
  dimensions { code: "department" values: "type1" }
}
# or by its meaning, in lower-case words with hyphens, where no code is known. What is held already is found; the rest becomes an item when it is issued.
# lines {
#   described {
#     display_name: "Ambulance handovers over an hour"
#     concept_code: "ambulance-handover"
#     measure: "count"
#     population: "all-patients"
#     cut_off: "over-60-minutes"
#     unit: "handovers"
#     definition_text: "Handovers of patients from ambulance to hospital that took longer than an hour"
#     additive_over_organisations: true
#     additive_over_time: true
#   }
#   estimated_minutes { gathering: 10 quality_assurance: 5 }
# }

# Of whom: organisations by their codes, or instead of them a selector: all that are of a type.
organisations: "RLQ"
organisations: "RWP"
# selector { types: ORGANISATION_TYPE_PROVIDER within: "QGH" }

# For which periods, the first and the last, of one kind.
from_period: "2024-01"
to_period: "2024-03"

# By when, and when it ends by itself: both as YYYY-MM-DD, the end after the due date.
due_date: "2027-03-31"
expiry: "2027-12-31"
# standing: true        # it answers itself again as returns arrive or are revised, until it ends
# freshness { accepted_from: "2024-04-01" final_only: true }
# ask_anew: true        # asks for newer figures where those held are too old

sector: SECTOR_URGENT_AND_EMERGENCY
theme: "winter"
horizon: HORIZON_SHORT
# Who is consulted before it is decided.
consultees: "QGH"
)";

// The enumeration of the first field of this name in the message or below it; null: there is none.
const google::protobuf::EnumDescriptor* EnumerationOf(
    absl::string_view field, const google::protobuf::Descriptor& message,
    std::set<const google::protobuf::Descriptor*>* seen) {
  if (!seen->insert(&message).second) return nullptr;
  for (int i = 0; i < message.field_count(); ++i) {
    const auto* one = message.field(i);
    if (one->enum_type() != nullptr && one->name() == field) return one->enum_type();
  }
  for (int i = 0; i < message.field_count(); ++i) {
    if (message.field(i)->message_type() == nullptr) continue;
    const auto* found = EnumerationOf(field, *message.field(i)->message_type(), seen);
    if (found != nullptr) return found;
  }
  return nullptr;
}

// A word that is none of its field's: those that are stand in the remedy. Else `status` as it is.
absl::Status WithWordsThereAre(const absl::Status& status,
                               const google::protobuf::Descriptor& message) {
  static const std::regex& unknown =
      *new std::regex("Unknown enumeration value of .* for field \"([a-z_]+)\"");
  const std::string words(status.message());
  std::smatch parts;
  if (!std::regex_search(words, parts, unknown)) return status;
  std::set<const google::protobuf::Descriptor*> seen;
  const auto* enumeration = EnumerationOf(parts.str(1), message, &seen);
  if (enumeration == nullptr) return status;
  std::vector<std::string> names;
  for (int i = 0; i < enumeration->value_count(); ++i) {
    if (enumeration->value(i)->number() != 0) names.push_back(enumeration->value(i)->name());
  }
  return UsageError(words, absl::StrCat("Give one of: ", absl::StrJoin(names, ", "), "."));
}

// Whatever is in a file of that name is read as JSON; of nothing there is no more to say.
absl::Status CheckIsJsonObject(const std::string& file, absl::string_view bytes) {
  bytes = absl::StripAsciiWhitespace(bytes);
  if (bytes.empty() || bytes.front() == '{') return absl::OkStatus();
  if (bytes.front() == '[') {
    return UsageError(absl::StrCat("\"", file, "\" must be an object, not a list"),
                      "Put the one that is meant between { and }, into a file of its own.");
  }
  return UsageError(absl::StrCat("\"", file, "\" is read as JSON, by its name, and is none"),
                    "Write it as JSON; or, where it is text protobuf, name it .textproto.");
}

}  // namespace

absl::Status ReadMessageFile(const std::string& file, google::protobuf::Message* message) {
  std::error_code error;
  if (std::filesystem::is_directory(file, error)) {
    return UsageError(absl::StrCat("\"", file, "\" is a folder"), "Name a file in it.");
  }
  if (!std::filesystem::exists(file, error)) {
    return UsageError(absl::StrCat("there is no file \"", file, "\""),
                      "Name a file that is there; onereturn request template writes one.");
  }
  const absl::StatusOr<std::string> bytes = ReadTextFile(file);
  if (!bytes.ok()) return AsUsageError(bytes.status());
  RETURN_IF_ERROR(CheckIsMessageText(file, *bytes));
  const google::protobuf::Descriptor& described = *message->GetDescriptor();
  if (!absl::EndsWithIgnoreCase(file, ".json")) {
    return InWordsOfWriter(WithWordsThereAre(ReadTextProto(file, message), described), described);
  }
  RETURN_IF_ERROR(CheckIsJsonObject(file, *bytes));
  if (absl::StripAsciiWhitespace(*bytes).empty()) return absl::OkStatus();
  const auto read = google::protobuf::util::JsonStringToMessage(*bytes, message);
  if (read.ok()) return absl::OkStatus();
  const std::string words(read.message());
  const absl::Status wrong =
      UsageError(absl::StrCat("\"", file, "\" is wrong: ", PlaceInJson(*bytes, words),
                              words.substr(0, words.find('\n'))),
                 absl::StrCat("Its fields are those of ", described.full_name(), "."));
  return InWordsOfWriter(wrong, described);
}

absl::StatusOr<requests::v1::DataRequest> ReadRequestFile(const std::string& file) {
  requests::v1::DataRequest request;
  std::error_code error;
  if (IsMistypedReference(file) && !std::filesystem::exists(file, error)) {
    return RequestName(file).status();
  }
  RETURN_IF_ERROR(ReadMessageFile(file, &request));
  if (request.ByteSizeLong() == 0) {
    return UsageError(absl::StrCat("\"", file, "\" is empty: it asks for nothing"),
                      "Begin from one that onereturn request template writes.");
  }
  return request;
}

absl::string_view RequestTemplate() { return kTemplate; }

}  // namespace onereturn::client

// What validation says, for people.
#ifndef ONERETURN_TOOLS_ONERETURN_CONSOLE_FINDINGS_TEXT_H_
#define ONERETURN_TOOLS_ONERETURN_CONSOLE_FINDINGS_TEXT_H_

#include <google/protobuf/repeated_ptr_field.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "onereturn/common/v1/finding.pb.h"

namespace onereturn::client {

// Of an answer: so many are shown where not all are asked for, and more are never sent.
inline constexpr size_t kFindingsShown = 20;
inline constexpr size_t kMostFindings = 1'000;

using Findings = google::protobuf::RepeatedPtrField<common::v1::Finding>;

// "AE03 info 12, AE01 error 2": how many of each code, the gravest first, then by code.
std::string FindingCounts(const Findings& findings);

// A table of the findings at or above `least` ("info" lets all through: severities grow less grave
// as their numbers rise), at most `limit` of them, and a line for what is left out. `total`: how
// many there were, which may be more than were sent. "" when there are none to show.
std::string FindingsText(const Findings& findings, uint64_t total, common::v1::Severity least,
                         size_t limit, size_t width);

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_CONSOLE_FINDINGS_TEXT_H_

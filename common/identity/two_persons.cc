#include "common/identity/two_persons.h"

#include "common/status/error.h"

namespace onereturn {

bool IsSame(const Actor& first, const Actor& second) {
  if (!first.person.empty() && !second.person.empty()) return first.person == second.person;
  return first.spiffe_id == second.spiffe_id;
}

absl::Status CheckTwoPersons(const Actor& first, const Actor& second) {
  if (!IsSame(first, second)) return absl::OkStatus();
  return Error(Reason::kSelfApproval, "whoever asked cannot decide: another person must");
}

absl::Status CheckNotForOneself(const Actor& actor, const std::string& principal) {
  if (actor.spiffe_id != principal && (actor.person.empty() || actor.person != principal)) {
    return absl::OkStatus();
  }
  return Error(Reason::kSelfApproval, "nobody grants a right to himself: another person must");
}

}  // namespace onereturn

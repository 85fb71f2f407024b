// What organisations say against what requests make them owe, for people.
#ifndef ONERETURN_TOOLS_ONERETURN_CONSOLE_CHALLENGE_TEXT_H_
#define ONERETURN_TOOLS_ONERETURN_CONSOLE_CHALLENGE_TEXT_H_

#include <string>

#include "onereturn/requests/v1/obligation.pb.h"
#include "onereturn/requests/v1/obligations_service.pb.h"

namespace onereturn::client {

// Does it wait for the requester's answer? One of a return that came, or need not come, does not.
bool ChallengeWaits(const requests::v1::Obligation& obligation);

// Each challenge of the list, at most 20: its ground and text, and the answer or, where it waits,
// the commands by which the requester answers. Whole lines; "" of none.
std::string ContestedText(const requests::v1::ListObligationsResponse& list);

// What is held already of what was challenged, what is of its own period first, and marked. Whole
// lines; "" of nothing.
std::string HeldAlreadyText(const requests::v1::Obligation& obligation);

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_CONSOLE_CHALLENGE_TEXT_H_

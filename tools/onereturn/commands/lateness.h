// Whether a return that was just sent came after it was due.
#ifndef ONERETURN_TOOLS_ONERETURN_COMMANDS_LATENESS_H_
#define ONERETURN_TOOLS_ONERETURN_COMMANDS_LATENESS_H_

#include <string>

#include "onereturn/returns/v1/returns_service.pb.h"
#include "tools/onereturn/connection/session.h"

namespace onereturn::client {

// A line that says so of a file with one organisation's own return; empty where it came in time or
// no window says when it is due, of imports, of what changed nothing, and where the caller may not
// ask.
std::string LateSentence(const Session& session, const std::string& collection,
                         const returns::v1::SubmitReturnFileResponse& answer);

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_COMMANDS_LATENESS_H_

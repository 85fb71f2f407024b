// Whom a change can ask.
#ifndef ONERETURN_TOOLS_ONERETURN_COMMANDS_CONSULTEES_H_
#define ONERETURN_TOOLS_ONERETURN_COMMANDS_CONSULTEES_H_

#include <cstddef>
#include <string>
#include <vector>

namespace onereturn::client {

// The service takes no more for one change.
inline constexpr size_t kMostConsultees = 64;

// Keeps the first that can be asked, and answers those beyond them, in order.
std::vector<std::string> TakeBeyondMost(std::vector<std::string>* codes);

// "Only 64 can be asked. Left out: RA1, RA2.\n"; empty where nobody is.
std::string LeftOutWords(const std::vector<std::string>& left_out);

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_COMMANDS_CONSULTEES_H_

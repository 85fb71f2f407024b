#include "tools/onereturn/commands/consultees.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace onereturn::client {

std::vector<std::string> TakeBeyondMost(std::vector<std::string>* codes) {
  const auto beyond =
      codes->begin() + static_cast<std::ptrdiff_t>(std::min(codes->size(), kMostConsultees));
  std::vector<std::string> left_out(beyond, codes->end());
  codes->erase(beyond, codes->end());
  return left_out;
}

std::string LeftOutWords(const std::vector<std::string>& left_out) {
  if (left_out.empty()) return "";
  return absl::StrCat("Only ", kMostConsultees,
                      " can be asked. Left out: ", absl::StrJoin(left_out, ", "), ".\n");
}

}  // namespace onereturn::client

// Whether returns were signed as the ledger says they had to be.
#ifndef ONERETURN_TOOLS_AUDITOR_SIGN_OFFS_H_
#define ONERETURN_TOOLS_AUDITOR_SIGN_OFFS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "onereturn/feed/v1/entry.pb.h"

namespace onereturn::auditor {

// What was expected of a step, and what was found.
struct SignOffFault {
  std::string expected;
  std::string seen;
};

// What waits to be signed, return by return, as the entries make it. Thread-compatible.
class SignOffs {
 public:
  // Each takes an entry of its kind and says what does not fit what came before.
  void TakeSubmitted(const feed::v1::Entry& entry, const feed::v1::ReturnSubmitted& fact);
  std::optional<SignOffFault> TakeSigned(const feed::v1::Entry& entry,
                                         const feed::v1::ReturnSigned& fact);
  std::optional<SignOffFault> TakeEnded(const feed::v1::SubmissionEnded& fact);
  // `levels`: how many signatures the collection asks for; UINT32_MAX: it is not known.
  std::optional<SignOffFault> TakeAccepted(const feed::v1::Entry& entry,
                                           const feed::v1::ReturnAccepted& fact, uint32_t levels);

 private:
  struct Signatory {
    std::string system;
    std::string person;
    uint64_t sequence = 0;
  };
  struct Waiting {
    uint64_t sequence = 0;
    std::string cell_digest;
    uint32_t levels = 0;
    std::vector<Signatory> signatories;  // The submitter first.
  };

  static std::optional<SignOffFault> CheckAnother(const Waiting& waiting,
                                                  const feed::v1::Entry& entry);

  std::map<std::string, Waiting> waiting_;  // By "organisation/collection/period".
};

}  // namespace onereturn::auditor

#endif  // ONERETURN_TOOLS_AUDITOR_SIGN_OFFS_H_

// Data requests and what they make organisations owe, for people; and how they are named.
#ifndef ONERETURN_TOOLS_ONERETURN_CONSOLE_REQUEST_TEXT_H_
#define ONERETURN_TOOLS_ONERETURN_CONSOLE_REQUEST_TEXT_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/clock/clock.h"
#include "onereturn/requests/v1/appraisal.pb.h"
#include "onereturn/requests/v1/obligation.pb.h"
#include "onereturn/requests/v1/obligations_service.pb.h"
#include "onereturn/requests/v1/request.pb.h"

namespace onereturn::client {

// Is it "001-00", or "requests/001-00"? A file is named otherwise.
bool IsReference(absl::string_view text);

// Is it none, but of digits and a hyphen as one is: "001-0", or "001-00 " with a blank?
bool IsMistypedReference(absl::string_view text);

// "requests/001-00", of either form; a usage error for anything else.
absl::StatusOr<std::string> RequestName(absl::string_view text);
// "001-00" of either form.
std::string ReferenceOf(absl::string_view name);

// An etag as the API has it, quoted: of "7" as people write it, or as it is; "" stays.
std::string QuotedEtag(absl::string_view text);

// The name of an obligation, from "R0A/001-00.MSitAE.2026-04" or the name itself; a usage error for
// anything else.
absl::StatusOr<std::string> ObligationName(absl::string_view text);
// "R0A/001-00.MSitAE.2026-04"; what is no such name comes back as it is.
std::string ShortObligation(absl::string_view name);

// What its organisation does about it now; "" where there is nothing to do.
std::string ObligationToDo(const requests::v1::Obligation& obligation);
// The returns that a list of obligations still wants sent. One return may be owed to several
// requests.
class ReturnsToSend {
 public:
  // As ObligationToDo, of the next of the list: where its return stood there before, for whom.
  std::string ToDoAbout(const requests::v1::Obligation& obligation);
  // How many there are, each once.
  uint64_t count() const { return requests_.size(); }

 private:
  // By organisation, collection and period: the reference of the first request.
  std::map<std::tuple<std::string, std::string, std::string>, std::string> requests_;
};
// "OUTSTANDING", "released: withdrawn"; what needs somebody's hand stands in capitals. What is to
// be sent and due by `now`, where it is given, is "OUTSTANDING, LATE".
std::string ObligationStateText(const requests::v1::Obligation& obligation,
                                std::optional<Timestamp> now = std::nullopt);

// "approved"; "" for none.
std::string RequestStateText(requests::v1::RequestState state);
// Is it answered, though it was given nothing? Then what it made owed says whether any came.
bool MayBeAnsweredByNothing(const requests::v1::DataRequest& request);
// Of a request, with all that it made owed: "answered: nothing came", else as RequestStateText.
std::string RequestStateText(const requests::v1::DataRequest& request,
                             const requests::v1::ListObligationsResponse& obligations);

// "12 May 2026 ..., X24: reason": a step that was taken; "" for one that was not.
std::string RequestStepText(const requests::v1::RequestStep& step);

// Who is consulted, and what each says: "RLQ agree; RCF no answer". The newest reply of each
// counts; regions that filter stand beside the consultees.
std::string RequestRepliesText(const requests::v1::DataRequest& request);

// All of a request: what is asked, by whom, what for, what became of it and of the returns that it
// made owed, and what to weigh before it goes out. `decided` is its state after the decision, where
// the state it is in does not say it. Whole lines.
std::string RequestText(
    const requests::v1::DataRequest& request, const requests::v1::Appraisal& appraisal,
    const requests::v1::ListObligationsResponse& obligations = {},
    requests::v1::RequestState decided = requests::v1::REQUEST_STATE_UNSPECIFIED);

// What issuing came to: what was given at once, what is asked, on which terms. Whole lines. Of the
// appraisal its price, where there is one; of the returns that it made owed, as far as they are
// given, how many were owed already and cost nothing more.
std::string IssueText(const requests::v1::IssueStatement& issue,
                      const requests::v1::Appraisal& appraisal = {},
                      const requests::v1::ListObligationsResponse& obligations = {});

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_CONSOLE_REQUEST_TEXT_H_

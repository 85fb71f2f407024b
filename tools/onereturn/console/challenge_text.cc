#include "tools/onereturn/console/challenge_text.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tools/onereturn/console/enum_words.h"
#include "tools/onereturn/console/labels.h"
#include "tools/onereturn/console/request_text.h"
#include "tools/onereturn/console/text_table.h"

namespace onereturn::client {
namespace {

using requests::v1::Challenge;
using requests::v1::HeldOfObligation;
using requests::v1::Obligation;

constexpr size_t kChallengesShown = 20;

std::string AnswerText(const Obligation& obligation) {
  const Challenge& challenge = obligation.challenge();
  const std::string name = Printable(ShortObligation(obligation.name()));
  if (challenge.has_answer()) {
    return absl::StrCat(
        challenge.upheld() ? "upheld, it is still to be sent: " : "dropped, it is owed no more: ",
        Printable(RequestStepText(challenge.answer())));
  }
  if (!ChallengeWaits(obligation)) {
    return absl::StrCat("not answered: ", ObligationStateText(obligation));
  }
  return absl::StrCat(Printable(obligation.requesting_body()), " answers by ",
                      TimeText(challenge.answer_by()),
                      ", else it lapses:\n    onereturn request uphold ", name,
                      " --reason TEXT   (it is still to be sent)\n    onereturn request drop ",
                      name, " --reason TEXT   (it is owed no more)");
}

// Names of revisions: "organisations/{code}/returns/{collection}.{period}/revisions/{number}".
bool IsOfPeriod(const HeldOfObligation& held, const std::string& period) {
  const std::vector<absl::string_view> parts = absl::StrSplit(held.revision(), '/');
  return parts.size() > 3 && absl::EndsWith(parts[3], absl::StrCat(".", period));
}

}  // namespace

bool ChallengeWaits(const Obligation& obligation) {
  const bool is_open = obligation.state() == requests::v1::OBLIGATION_STATE_OUTSTANDING ||
                       obligation.state() == requests::v1::OBLIGATION_STATE_AWAITED;
  return is_open && obligation.has_challenge() && !obligation.challenge().has_answer();
}

std::string ContestedText(const requests::v1::ListObligationsResponse& list) {
  std::string text;
  size_t shown = 0;
  size_t all = 0;
  for (const Obligation& one : list.obligations()) {
    if (!one.has_challenge() || ++all > kChallengesShown) continue;
    ++shown;
    const Challenge& challenge = one.challenge();
    absl::StrAppend(
        &text, "  ", Printable(ShortObligation(one.name())), ", ",
        WordOf(challenge.ground(), "CHALLENGE_GROUND_"),
        challenge.text().empty() ? "" : absl::StrCat(": \"", Printable(challenge.text()), "\""),
        "\n    ", AnswerText(one), "\n");
  }
  if (text.empty()) return "";
  return absl::StrCat(
      "Challenged:\n", text,
      all > shown ? absl::StrCat("  and ", all - shown, " more: --json has all of them\n") : "");
}

std::string HeldAlreadyText(const Obligation& obligation) {
  std::string same;
  std::string others;
  for (const HeldOfObligation& one : obligation.challenge().held_items()) {
    const bool of_period = IsOfPeriod(one, obligation.period());
    absl::StrAppend(of_period ? &same : &others, "  held already",
                    of_period ? ", of this period: " : ": ", Printable(one.words()), "\n");
  }
  return absl::StrCat(same, others);
}

}  // namespace onereturn::client

#include "tools/auditor/sign_offs.h"

#include "absl/strings/str_cat.h"

namespace onereturn::auditor {
namespace {

template <typename Fact>
std::string KeyOf(const Fact& fact) {
  return absl::StrCat(fact.organisation(), "/", fact.collection(), "/", fact.period());
}

}  // namespace

void SignOffs::TakeSubmitted(const feed::v1::Entry& entry, const feed::v1::ReturnSubmitted& fact) {
  waiting_[KeyOf(fact.content())] = Waiting{entry.sequence(),
                                            fact.content().cell_digest(),
                                            fact.levels(),
                                            {{entry.actor(), entry.person(), entry.sequence()}}};
}

// Two persons at one system are two; a system that acts for itself is whoever sits at it.
std::optional<SignOffFault> SignOffs::CheckAnother(const Waiting& waiting,
                                                   const feed::v1::Entry& entry) {
  for (const Signatory& earlier : waiting.signatories) {
    const bool persons = !earlier.person.empty() && !entry.person().empty();
    if (persons ? earlier.person == entry.person() : earlier.system == entry.actor()) {
      return SignOffFault{"another person than those before",
                          absl::StrCat("who took the step of entry ", earlier.sequence)};
    }
  }
  return std::nullopt;
}

std::optional<SignOffFault> SignOffs::TakeSigned(const feed::v1::Entry& entry,
                                                 const feed::v1::ReturnSigned& fact) {
  const auto found = waiting_.find(KeyOf(fact));
  if (found == waiting_.end() || found->second.sequence != fact.submission()) {
    return SignOffFault{"a signature of what waits",
                        absl::StrCat("one of entry ", fact.submission())};
  }
  Waiting& waiting = found->second;
  if (fact.cell_digest() != waiting.cell_digest) {
    return SignOffFault{"a signature that names the cells", "other cells"};
  }
  if (fact.level() != waiting.signatories.size() || fact.level() >= waiting.levels) {
    return SignOffFault{absl::StrCat("level ", waiting.signatories.size(), " of ", waiting.levels),
                        absl::StrCat("level ", fact.level())};
  }
  const auto fault = CheckAnother(waiting, entry);
  waiting.signatories.push_back({entry.actor(), entry.person(), entry.sequence()});
  return fault;
}

std::optional<SignOffFault> SignOffs::TakeEnded(const feed::v1::SubmissionEnded& fact) {
  const auto found = waiting_.find(KeyOf(fact));
  if (found == waiting_.end() || found->second.sequence != fact.submission()) {
    return SignOffFault{"the end of what waits", absl::StrCat("one of entry ", fact.submission())};
  }
  waiting_.erase(found);
  return std::nullopt;
}

std::optional<SignOffFault> SignOffs::TakeAccepted(const feed::v1::Entry& entry,
                                                   const feed::v1::ReturnAccepted& fact,
                                                   uint32_t levels) {
  if (fact.submission() == 0) {
    const bool to_be_signed = fact.origin() == returns::v1::ORIGIN_SUBMITTED && levels != 0;
    if (to_be_signed && levels != UINT32_MAX) {
      return SignOffFault{absl::StrCat(levels, " signatures"), "none"};
    }
    if (fact.origin() == returns::v1::ORIGIN_SUBMITTED) waiting_.erase(KeyOf(fact));
    return std::nullopt;
  }
  const auto found = waiting_.find(KeyOf(fact));
  if (found == waiting_.end() || found->second.sequence != fact.submission()) {
    return SignOffFault{"the acceptance of what waits",
                        absl::StrCat("that of entry ", fact.submission())};
  }
  const Waiting waiting = found->second;
  waiting_.erase(found);
  if (fact.cell_digest() != waiting.cell_digest) {
    return SignOffFault{"the cells that were submitted", "others"};
  }
  if (waiting.signatories.size() != waiting.levels) {
    return SignOffFault{absl::StrCat(waiting.levels, " signatures"),
                        absl::StrCat(waiting.signatories.size())};
  }
  bool named = fact.sign_offs_size() == static_cast<int>(waiting.signatories.size());
  for (int i = 0; named && i < fact.sign_offs_size(); ++i) {
    named = fact.sign_offs(i).sequence() == waiting.signatories[static_cast<size_t>(i)].sequence &&
            fact.sign_offs(i).system() == waiting.signatories[static_cast<size_t>(i)].system &&
            fact.sign_offs(i).person() == waiting.signatories[static_cast<size_t>(i)].person;
  }
  if (!named) return SignOffFault{"the names of all who submitted and signed", "others"};
  return CheckAnother(waiting, entry);
}

}  // namespace onereturn::auditor

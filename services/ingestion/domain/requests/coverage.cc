#include "services/ingestion/domain/requests/coverage.h"

namespace onereturn::ingestion {

const HeldRevision* PeriodCoverage::Find(uint32_t organisation) const {
  if (organisation >= places_.size() || places_[organisation] == 0) return nullptr;
  return &revisions_[places_[organisation] - 1];
}

void Coverage::Take(absl::string_view collection, const Period& period,
                    absl::string_view organisation, const HeldRevision& revision) {
  OfCollection& of = collections_[std::string(collection)];
  const auto [entry, is_new] =
      numbers_.try_emplace(organisation, static_cast<uint32_t>(codes_.size()));
  if (is_new) codes_.emplace_back(organisation);
  const uint32_t number = entry->second;

  PeriodCoverage& returns = of.periods[period];
  if (number >= returns.places_.size()) returns.places_.resize(number + 1, 0);
  uint32_t& place = returns.places_[number];
  if (place == 0) {
    returns.revisions_.push_back(revision);
    place = static_cast<uint32_t>(returns.revisions_.size());
    if (number / 64 >= returns.held_.size()) returns.held_.resize(number / 64 + 1, 0);
    returns.held_[number / 64] |= uint64_t{1} << (number % 64);
  } else if (revision.number > returns.revisions_[place - 1].number) {
    returns.revisions_[place - 1] = revision;
  }

  const auto [first, is_first] = of.first.try_emplace(std::string(organisation), period);
  if (!is_first && period < first->second) first->second = period;
}

const PeriodCoverage* Coverage::Of(absl::string_view collection, const Period& period) const {
  const auto* periods = PeriodsOf(collection);
  if (periods == nullptr) return nullptr;
  const auto found = periods->find(period);
  return found == periods->end() ? nullptr : &found->second;
}

const std::map<Period, PeriodCoverage>* Coverage::PeriodsOf(absl::string_view collection) const {
  const auto found = collections_.find(collection);
  return found == collections_.end() ? nullptr : &found->second.periods;
}

std::optional<uint32_t> Coverage::NumberOf(absl::string_view organisation) const {
  const auto found = numbers_.find(organisation);
  if (found == numbers_.end()) return std::nullopt;
  return found->second;
}

const HeldRevision* Coverage::Find(absl::string_view collection, const Period& period,
                                   absl::string_view organisation) const {
  const PeriodCoverage* returns = Of(collection, period);
  const std::optional<uint32_t> number = NumberOf(organisation);
  return returns == nullptr || !number.has_value() ? nullptr : returns->Find(*number);
}

std::optional<Period> Coverage::FirstPeriod(absl::string_view collection,
                                            absl::string_view organisation) const {
  const auto* senders = SendersOf(collection);
  if (senders == nullptr) return std::nullopt;
  const auto found = senders->find(organisation);
  if (found == senders->end()) return std::nullopt;
  return found->second;
}

const std::map<std::string, Period, std::less<>>* Coverage::SendersOf(
    absl::string_view collection) const {
  const auto found = collections_.find(collection);
  return found == collections_.end() ? nullptr : &found->second.first;
}

}  // namespace onereturn::ingestion

// What work costs an organisation: whole minutes, by lens.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_MINUTES_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_MINUTES_H_

#include <array>
#include <cstddef>
#include <cstdint>

namespace onereturn::ingestion {

enum class Lens : size_t {
  kGathering,
  kQualityAssurance,
  kExtractionAndTransformation,
  kTransmission,
  kSystemChangeAndDevelopment,
  kTrainingAndGuidance,
};
inline constexpr size_t kLensCount = 6;

struct Minutes {
  std::array<uint64_t, kLensCount> by_lens = {};

  uint64_t& operator[](Lens lens) { return by_lens[static_cast<size_t>(lens)]; }
  uint64_t operator[](Lens lens) const { return by_lens[static_cast<size_t>(lens)]; }
  uint64_t Total() const {
    uint64_t total = 0;
    for (const uint64_t minutes : by_lens) total += minutes;
    return total;
  }
  Minutes& operator+=(const Minutes& other) {
    for (size_t lens = 0; lens < kLensCount; ++lens) by_lens[lens] += other.by_lens[lens];
    return *this;
  }
  friend Minutes operator+(Minutes left, const Minutes& right) { return left += right; }
  friend bool operator==(const Minutes&, const Minutes&) = default;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_MINUTES_H_

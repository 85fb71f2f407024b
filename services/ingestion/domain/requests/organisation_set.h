// Organisations by their numbers, as bits.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_ORGANISATION_SET_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_ORGANISATION_SET_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace onereturn::ingestion {

// A value type. Sets of one index have the same length; an empty one has no room and no members.
class OrganisationSet {
 public:
  OrganisationSet() = default;
  explicit OrganisationSet(uint32_t organisations) : words_((organisations + 63) / 64, 0) {}

  void Insert(uint32_t organisation) {
    words_[organisation / 64] |= uint64_t{1} << (organisation % 64);
  }
  bool Has(uint32_t organisation) const {
    return organisation / 64 < words_.size() &&
           (words_[organisation / 64] >> (organisation % 64) & 1) != 0;
  }
  bool Empty() const {
    for (const uint64_t word : words_) {
      if (word != 0) return false;
    }
    return true;
  }
  uint64_t Count() const {
    uint64_t count = 0;
    for (const uint64_t word : words_) count += static_cast<uint64_t>(__builtin_popcountll(word));
    return count;
  }

  void Add(const OrganisationSet& other) {
    for (size_t word = 0; word < words_.size(); ++word) words_[word] |= other.words_[word];
  }
  // Those of both.
  OrganisationSet Of(const OrganisationSet& other) const {
    OrganisationSet both = *this;
    for (size_t word = 0; word < words_.size(); ++word) both.words_[word] &= other.words_[word];
    return both;
  }
  OrganisationSet Without(const OrganisationSet& other) const {
    OrganisationSet rest = *this;
    for (size_t word = 0; word < words_.size(); ++word) rest.words_[word] &= ~other.words_[word];
    return rest;
  }
  void Clear() {
    for (uint64_t& word : words_) word = 0;
  }

  // In order.
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (size_t word = 0; word < words_.size(); ++word) {
      for (uint64_t bits = words_[word]; bits != 0; bits &= bits - 1) {
        visit(static_cast<uint32_t>(word * 64 + static_cast<size_t>(__builtin_ctzll(bits))));
      }
    }
  }

  friend auto operator<=>(const OrganisationSet&, const OrganisationSet&) = default;

 private:
  std::vector<uint64_t> words_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_ORGANISATION_SET_H_

// What a body used of a return, and was told of it since: the rules of notices. Pure. What "used"
// means: docs/decisions/2026-11-22-notices.md.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_RETURN_USE_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_RETURN_USE_H_

#include <cstdint>

namespace onereturn::ingestion {

// Of one body and one return. Times are microseconds since 1970-01-01 UTC.
struct ReturnUse {
  // The newest revision that the body used, its sequence, and when it last did; 0: none.
  uint32_t revision = 0;
  uint64_t sequence = 0;
  int64_t use_micros = 0;
  // The newest revision that a notice told it of, and when it first did; 0: none.
  uint32_t told_revision = 0;
  int64_t told_micros = 0;
  // An answer to a request of the body gave it, at least once.
  bool answered = false;

  friend bool operator==(const ReturnUse&, const ReturnUse&) = default;
};

// Both together, whichever came first: the newest revision used, at the later time; the newest one
// told of, at the earlier time.
ReturnUse Together(const ReturnUse& left, const ReturnUse& right);

// Does `now`, which holds all that `stored` does, say more than is worth a write? The same revision
// used again is, once an hour.
bool IsWorthStoring(const ReturnUse& stored, const ReturnUse& now);

// Is there something to tell, where `newest` is the newest revision? Nothing was used: no.
inline bool IsOutdated(const ReturnUse& use, uint32_t newest) {
  return use.revision != 0 && use.revision < newest;
}

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_RETURN_USE_H_

// How a service names the column families of its store.
#ifndef ONERETURN_COMMON_STORAGE_COLUMN_FAMILY_H_
#define ONERETURN_COMMON_STORAGE_COLUMN_FAMILY_H_

#include <cstdint>
#include <string>
#include <type_traits>

namespace onereturn {

enum class ColumnFamilyKind : uint8_t {
  kPrimary = 1,  // What the service accepted itself: never dropped.
  kDerived = 2,  // A pure function of a feed position: may be dropped and rebuilt.
};

// One entry of a service's list. The list is on-disk format: entries are only ever added at the
// end, never renamed, reordered or removed.
struct ColumnFamilySpec {
  std::string name;
  ColumnFamilyKind kind = ColumnFamilyKind::kPrimary;
};

// A place in that list. Each service has an enum whose values are the places (0, 1, ...), and gives
// the enumerator wherever a ColumnFamily is wanted. A place beyond the list is a programmer error
// and aborts.
class ColumnFamily {
 public:
  template <typename Enum, typename = std::enable_if_t<std::is_enum_v<Enum>>>
  constexpr ColumnFamily(Enum place)  // NOLINT(google-explicit-constructor): see above.
      : place_(static_cast<uint32_t>(place)) {}

  constexpr uint32_t place() const { return place_; }

  friend constexpr bool operator==(ColumnFamily a, ColumnFamily b) { return a.place_ == b.place_; }

 private:
  uint32_t place_;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_STORAGE_COLUMN_FAMILY_H_

#include "tools/auditor/diagnosis.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "tools/auditor/entry_rules.h"

namespace onereturn::auditor {
namespace {

struct Sides {
  const std::vector<Mark>& before;
  const std::vector<Mark>& now;
};

// Do the two feeds hold the same fact there? Places that are not there are not the same.
bool Same(const Sides& sides, size_t before, size_t now) {
  return before < sides.before.size() && now < sides.now.size() &&
         sides.before[before].SameFact(sides.now[now]);
}

// Where in `marks` the fact stands, from `first` on; their size when nowhere.
size_t Find(const std::vector<Mark>& marks, const Mark& wanted, size_t first) {
  const auto found = std::find_if(marks.begin() + static_cast<ptrdiff_t>(first), marks.end(),
                                  [&](const Mark& mark) { return mark.SameFact(wanted); });
  return static_cast<size_t>(found - marks.begin());
}

// Both facts stand in the other's place, and what lies between is as it was.
std::optional<size_t> SwappedWith(const Sides& sides, size_t first) {
  const size_t other = Find(sides.before, sides.now[first], first + 1);
  if (!Same(sides, first, other)) return std::nullopt;
  for (size_t i = first + 1; i < other; ++i) {
    if (!Same(sides, i, i)) return std::nullopt;
  }
  return other;
}

Lie At(LieKind kind, const std::string& service, size_t index, const std::string& expected,
       const std::string& seen) {
  return Lie{kind, service, absl::StrCat("entry ", index + 1), expected, seen};
}

}  // namespace

std::optional<Lie> FirstTamper(const std::string& service, const std::vector<Mark>& before,
                               const std::vector<Mark>& now,
                               const std::vector<std::string>& names) {
  const Sides sides{before, now};
  size_t first = 0;
  while (first < before.size() && first < now.size() && before[first] == now[first]) ++first;
  if (first == before.size()) return std::nullopt;
  const std::string was =
      absl::StrCat("a ", KindName(before[first].kind), " with leaf hash ", Hex(before[first].leaf));
  if (first == now.size()) {
    return Lie{LieKind::kRolledBack, service,
               absl::StrCat("entries ", first + 1, " to ", before.size()),
               absl::StrCat(before.size(), " entries, which a signed head covers"),
               absl::StrCat(now.size(), " entries")};
  }
  const std::string is = absl::StrCat(first < names.size() ? names[first] : "an entry",
                                      " with leaf hash ", Hex(now[first].leaf));
  if (const std::optional<size_t> other = SwappedWith(sides, first); other.has_value()) {
    return Lie{LieKind::kEntriesSwapped, service,
               absl::StrCat("entries ", first + 1, " and ", *other + 1), was, is};
  }
  // One gone: what stands here stood one further on before.
  if (Same(sides, first + 1, first)) return At(LieKind::kEntryDeleted, service, first, was, is);
  if (Same(sides, first, first + 1)) return At(LieKind::kEntryInserted, service, first, was, is);
  const bool same_salt = before[first].salt == now[first].salt;
  const bool rest_stands = first + 1 < before.size() && Same(sides, first + 1, first + 1);
  if (same_salt || rest_stands) return At(LieKind::kEntryAltered, service, first, was, is);
  // Several deleted or inserted in one place.
  if (Find(before, now[first], first) < before.size()) {
    return At(LieKind::kEntryDeleted, service, first, was, is);
  }
  if (Find(now, before[first], first) < now.size()) {
    return At(LieKind::kEntryInserted, service, first, was, is);
  }
  return At(LieKind::kHistoryReplaced, service, first, was, is);
}

}  // namespace onereturn::auditor

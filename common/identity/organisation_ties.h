// Which organisations are below which on a day, as far as rights go.
#ifndef ONERETURN_COMMON_IDENTITY_ORGANISATION_TIES_H_
#define ONERETURN_COMMON_IDENTITY_ORGANISATION_TIES_H_

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/period/civil_day.h"
#include "onereturn/catalogue/v1/catalogue.pb.h"

namespace onereturn {

// An organisation's days, and the ties in which it is the child that carry rights.
struct OrganisationLife {
  struct Tie {
    std::string parent;
    CivilDay from;
    std::optional<CivilDay> to;  // Inclusive.
  };
  CivilDay open = CivilDay::Earliest();
  std::optional<CivilDay> close;  // Inclusive.
  std::vector<Tie> ties;

  // DATA_LOSS when a day cannot be read: an accepted definition has only sound ones.
  static absl::StatusOr<OrganisationLife> FromProto(const catalogue::v1::Organisation& definition);
};

// Immutable but for a memory of its own answers; thread safe.
class OrganisationTies {
 public:
  using Lives = std::map<std::string, std::shared_ptr<const OrganisationLife>>;
  explicit OrganisationTies(const Lives& lives);

  // Every organisation below `organisation` on `day`, through any number of ties, without itself,
  // in bytewise order. A tie counts on its own days, while both organisations are defined and open.
  // Successions carry nothing: whoever acts for an organisation that has closed acts for that one
  // alone. Ties in a circle end where they began.
  std::shared_ptr<const std::vector<std::string>> Below(const std::string& organisation,
                                                        const CivilDay& day) const;

 private:
  struct Down {
    std::string child;
    CivilDay from;  // While the tie is in force, and both are open.
    CivilDay to;
  };
  std::map<std::string, std::vector<Down>> children_;

  mutable std::mutex mutex_;
  mutable CivilDay remembered_day_;  // Guarded by mutex_.
  // On that day; guarded by mutex_.
  mutable std::map<std::string, std::shared_ptr<const std::vector<std::string>>> remembered_;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_IDENTITY_ORGANISATION_TIES_H_

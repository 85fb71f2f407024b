// The cells of returns that figures are made of, each return read once while it stays in memory.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_ANSWERS_HELD_CELLS_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_ANSWERS_HELD_CELLS_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/cells/cell.h"
#include "common/clock/clock.h"
#include "common/storage/reader.h"
#include "onereturn/returns/v1/return.pb.h"
#include "services/ingestion/domain/requests/match.h"

namespace onereturn::ingestion {

struct ReturnCells {
  uint32_t revision = 0;
  returns::v1::RevisionStatus status = returns::v1::REVISION_STATUS_UNSPECIFIED;
  Timestamp accepted;
  std::map<std::string, std::vector<Cell>> cells;  // By item: those that are wanted.
};

// Thread-compatible.
class HeldCells {
 public:
  // Some 40 MiB.
  static constexpr size_t kMostCells = 200'000;

  // Keeps the cells of `items` alone. `reader` must outlive it.
  HeldCells(const Reader* reader, std::set<std::string> items)
      : reader_(reader), items_(std::move(items)) {}

  // The revision of a part that is held. Errors: of the store; DATA_LOSS.
  absl::StatusOr<std::shared_ptr<const ReturnCells>> Of(const FigureSource::Part& part);

 private:
  absl::StatusOr<std::shared_ptr<const ReturnCells>> Read(const HeldRevision& held) const;

  const Reader* const reader_;
  const std::set<std::string> items_;
  struct Kept {
    std::shared_ptr<const ReturnCells> held;
    size_t cells = 0;
  };
  std::map<uint64_t, Kept> kept_;  // By sequence.
  std::deque<uint64_t> order_;     // The oldest first.
  size_t cells_ = 0;               // Of all that are kept.
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_ANSWERS_HELD_CELLS_H_

// What rules are shown while a return is judged.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_JUDGEMENT_SOURCES_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_JUDGEMENT_SOURCES_H_

#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "common/cells/cell.h"
#include "common/expression/cell_source.h"
#include "common/expression/evaluation.h"
#include "common/period/period.h"
#include "services/ingestion/domain/collection.h"
#include "services/ingestion/domain/rule_history.h"

namespace onereturn::ingestion {

// Shows one cell under the name `cell`, and nothing else. The cell must outlive it.
class OneCell final : public CellSource {
 public:
  explicit OneCell(const Cell& cell) : cell_(cell) {}
  void Visit(absl::string_view item, const Bindings& /*bindings*/,
             absl::FunctionRef<void(const SourceCell&)> visitor) const override {
    if (item == kCellName) visitor(SourceCell{{}, cell_.value});
  }

 private:
  const Cell& cell_;
};

// The cells of a source that agree with bindings. Both must outlive it.
class CellsAt final : public CellSource {
 public:
  CellsAt(const CellSource& source, const Bindings& at) : source_(source), at_(at) {}
  void Visit(absl::string_view item, const Bindings& bindings,
             absl::FunctionRef<void(const SourceCell&)> visitor) const override {
    Bindings all = bindings;
    all.insert(all.end(), at_.begin(), at_.end());
    source_.Visit(item, all, [&](const SourceCell& cell) {
      if (Agrees(cell.dimensions, at_)) visitor(cell);
    });
  }

 private:
  const CellSource& source_;
  const Bindings& at_;
};

// The collection's lists, as they hold one organisation. Both must outlive it.
class OwnLists final : public ListsOfOrganisation {
 public:
  OwnLists(const Collection& collection, const std::string& organisation)
      : collection_(collection), organisation_(organisation) {}
  std::optional<bool> Holds(absl::string_view list, const Period& period) const override {
    const auto found = collection_.lists.find(std::string(list));
    if (found == collection_.lists.end()) return std::nullopt;
    return found->second.Holds(organisation_, period);
  }

 private:
  const Collection& collection_;
  const std::string& organisation_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_JUDGEMENT_SOURCES_H_

#include "tools/onereturn/commands/collection_without_item.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace onereturn::client {
namespace {

using catalogue::v1::Collection;
using catalogue::v1::Layout;
using catalogue::v1::RowShape;
using catalogue::v1::Rule;
using catalogue::v1::SumCheck;
using catalogue::v1::WideLayout;

// Removes the elements that the predicate is true of; how many there were.
template <typename Field, typename Predicate>
int RemoveIf(Field* field, Predicate predicate) {
  const int before = field->size();
  field->erase(std::remove_if(field->begin(), field->end(), predicate), field->end());
  return before - field->size();
}

// The names in an expression: whatever is a word outside quotes.
std::set<std::string> NamesIn(const std::string& expression) {
  std::set<std::string> names;
  std::string word;
  bool quoted = false;
  for (const char c : absl::StrCat(expression, " ")) {
    if (!quoted && (absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_')) {
      word.push_back(c);
      continue;
    }
    if (!word.empty()) names.insert(std::exchange(word, ""));
    if (c == '\'') quoted = !quoted;
  }
  return names;
}

class Removal {
 public:
  Removal(CollectionWithoutItem* made, const std::string& item) : made_(made), item_(item) {}

  void FromRules(const std::set<std::string>& rules);
  void FromLayouts();
  void FromNotCollected();

 private:
  bool IsOfItem(const common::v1::CellReference& cell) const { return cell.item() == item_; }
  void FromWide(const std::string& where, WideLayout* wide);
  void FromShape(const std::string& where, RowShape* shape);
  // Of sums that a file states: one that adds up what is gone besides other columns is for hand.
  void FromChecks(const std::string& where, const std::set<std::string>& gone, RowShape* shape);
  // Columns of the item; their headers.
  template <typename Columns>
  std::set<std::string> FromColumns(const std::string& where, Columns* columns);

  CollectionWithoutItem* const made_;
  const std::string& item_;
};

void Removal::FromRules(const std::set<std::string>& rules) {
  const auto& items = made_->collection.items();
  std::set<std::string> others(items.begin(), items.end());
  for (const auto& beside : made_->collection.beside()) {
    others.insert(beside.items().begin(), beside.items().end());
  }
  others.erase(item_);
  RemoveIf(made_->collection.mutable_rules(), [&](const Rule& rule) {
    const std::set<std::string> names = NamesIn(rule.expression());
    if (names.count(item_) == 0) return false;
    std::vector<std::string> read;
    for (const std::string& name : names) {
      if (others.count(name) > 0) read.push_back(name);
    }
    if (!read.empty() && rules.count(rule.code()) == 0) {
      made_->by_hand.push_back(
          absl::StrCat("rule ", rule.code(), ", which reads ", absl::StrJoin(read, ", "), " too"));
      return false;
    }
    made_->left_out.push_back(absl::StrCat("rule ", rule.code(), ": ", rule.message()));
    return true;
  });
}

template <typename Columns>
std::set<std::string> Removal::FromColumns(const std::string& where, Columns* columns) {
  std::set<std::string> gone;
  RemoveIf(columns, [&](const auto& column) {
    if (!IsOfItem(column.cell())) return false;
    gone.insert(column.header());
    made_->left_out.push_back(absl::StrCat(where, ", column \"", column.header(), "\""));
    return true;
  });
  return gone;
}

void Removal::FromChecks(const std::string& where, const std::set<std::string>& gone,
                         RowShape* shape) {
  RemoveIf(shape->mutable_checks(), [&](const SumCheck& check) {
    const auto& terms = check.terms();
    const auto is_gone = [&gone](const std::string& header) { return gone.count(header) > 0; };
    if (std::none_of(terms.begin(), terms.end(), is_gone) && !is_gone(check.header())) return false;
    const std::string what = absl::StrCat(where, ", the sum \"", check.header(), "\"");
    const bool alone = std::all_of(terms.begin(), terms.end(), is_gone);
    (alone ? made_->left_out : made_->by_hand)
        .push_back(alone ? what : absl::StrCat(what, ", which adds up other columns too"));
    return alone;
  });
}

void Removal::FromShape(const std::string& where, RowShape* shape) {
  std::set<std::string> gone = FromColumns(where, shape->mutable_columns());
  RemoveIf(shape->mutable_series(), [&](const catalogue::v1::SeriesColumns& one) {
    if (!IsOfItem(one.cell())) return false;
    gone.insert(one.series());
    made_->left_out.push_back(absl::StrCat(where, ", columns of the series ", one.series()));
    return true;
  });
  if (!gone.empty()) FromChecks(where, gone, shape);
}

void Removal::FromWide(const std::string& where, WideLayout* wide) {
  FromColumns(where, wide->mutable_columns());
  const int without_column = RemoveIf(wide->mutable_cells_without_column(),
                                      [this](const auto& one) { return IsOfItem(one.cell()); });
  if (without_column > 0) {
    made_->left_out.push_back(
        absl::StrCat(where, ", ", without_column, " of its cells without a column"));
  }
  RemoveIf(wide->mutable_shapes(), [&](RowShape& shape) {
    // A shape that nothing selects is of every row.
    const std::string rows =
        shape.selected_by().empty()
            ? where
            : absl::StrCat(where, ", rows of ", absl::StrJoin(shape.selected_by(), ", "));
    FromShape(rows, &shape);
    if (!shape.columns().empty() || !shape.series().empty()) return false;
    // The layout says it of itself.
    if (rows != where) made_->left_out.push_back(absl::StrCat(rows, " as a whole"));
    return true;
  });
}

void Removal::FromLayouts() {
  RemoveIf(made_->collection.mutable_layouts(), [this](Layout& layout) {
    if (!layout.has_wide()) return false;
    const std::string where = absl::StrCat("layout ", layout.code());
    FromWide(where, layout.mutable_wide());
    if (!layout.wide().columns().empty() || !layout.wide().shapes().empty()) return false;
    made_->left_out.push_back(absl::StrCat(where, " as a whole"));
    return true;
  });
}

void Removal::FromNotCollected() {
  RemoveIf(made_->collection.mutable_not_collected(), [this](catalogue::v1::NotCollected& one) {
    if (RemoveIf(one.mutable_items(), [this](const auto& item) { return item == item_; }) == 0) {
      return false;
    }
    made_->left_out.push_back(
        absl::StrCat("that ", one.organisation(), " is not asked for it: ", one.reason()));
    return one.items().empty();
  });
}

}  // namespace

CollectionWithoutItem WithoutItem(Collection collection, const std::string& item,
                                  const std::set<std::string>& rules) {
  CollectionWithoutItem made;
  made.collection = std::move(collection);
  Removal removal(&made, item);
  removal.FromRules(rules);
  removal.FromLayouts();
  removal.FromNotCollected();
  RemoveIf(made.collection.mutable_items(), [&](const std::string& one) { return one == item; });
  RemoveIf(made.collection.mutable_item_minutes(),
           [&](const auto& one) { return one.item() == item; });
  return made;
}

}  // namespace onereturn::client

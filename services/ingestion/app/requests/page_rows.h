// One page of a list, while it is put together.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_PAGE_ROWS_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_PAGE_ROWS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "services/ingestion/app/catalogue/read_catalogue.h"

namespace onereturn::ingestion {

// Of messages: at most `limit`, as many as fit kMaxCataloguePageBytes, one at least; and not after
// more than `most_looked_at` rows, shown or not.
template <typename Row>
class PageRows {
 public:
  explicit PageRows(size_t limit, size_t most_looked_at = SIZE_MAX)
      : limit_(limit), most_looked_at_(most_looked_at) {}

  // `key`: where a list that goes on after the row begins. False: there is no room for it.
  bool Add(std::string key, const Row& row) {
    if (!Skip(std::move(key))) return false;
    bytes_ += row.ByteSizeLong();
    page_.rows.push_back(row);
    return true;
  }
  // For a row that was looked at and is not shown.
  bool Skip(std::string key) {
    if (page_.rows.size() == limit_ || bytes_ >= kMaxCataloguePageBytes ||
        looked_at_ == most_looked_at_) {
      page_.after = last_;
      return false;
    }
    ++looked_at_;
    last_ = std::move(key);
    return true;
  }
  PageOf<Row> Take() { return std::move(page_); }

 private:
  const size_t limit_;
  const size_t most_looked_at_;
  PageOf<Row> page_;
  size_t bytes_ = 0;
  size_t looked_at_ = 0;
  std::string last_;  // Key of the newest row.
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_PAGE_ROWS_H_

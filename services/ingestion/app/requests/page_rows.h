// One page of a list, while it is put together.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_PAGE_ROWS_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_PAGE_ROWS_H_

#include <cstddef>
#include <string>
#include <utility>

#include "services/ingestion/app/catalogue/read_catalogue.h"

namespace onereturn::ingestion {

// Of messages: at most `limit`, and as many as fit kMaxCataloguePageBytes, one at least.
template <typename Row>
class PageRows {
 public:
  explicit PageRows(size_t limit) : limit_(limit) {}

  // `key`: where a list that goes on after the row begins. False: there is no room for it.
  bool Add(std::string key, const Row& row) {
    if (page_.rows.size() == limit_ || bytes_ >= kMaxCataloguePageBytes) {
      page_.after = last_;
      return false;
    }
    bytes_ += row.ByteSizeLong();
    last_ = std::move(key);
    page_.rows.push_back(row);
    return true;
  }
  PageOf<Row> Take() { return std::move(page_); }

 private:
  const size_t limit_;
  PageOf<Row> page_;
  size_t bytes_ = 0;
  std::string last_;  // Key of the newest row.
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_PAGE_ROWS_H_

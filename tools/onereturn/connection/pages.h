// Lists that come in pages.
#ifndef ONERETURN_TOOLS_ONERETURN_CONNECTION_PAGES_H_
#define ONERETURN_TOOLS_ONERETURN_CONNECTION_PAGES_H_

#include <string>

namespace onereturn::client {

// Items of a page: the most that the services give.
inline constexpr int kLargestPage = 1'000;

// Calls `method` until the last page, and puts the pages together: everything repeated is
// concatenated, and the rest is of the last page.
template <typename Client, typename Method, typename Request>
auto AllPages(const Client& client, Method method, Request request)
    -> decltype(client.Call(method, request)) {
  auto merged = client.Call(method, request);
  while (merged.ok() && !merged->next_page_token().empty()) {
    request.set_page_token(merged->next_page_token());
    auto page = client.Call(method, request);
    if (!page.ok()) return page.status();
    const std::string next = page->next_page_token();
    merged->MergeFrom(*page);
    merged->set_next_page_token(next);
  }
  return merged;
}

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_CONNECTION_PAGES_H_

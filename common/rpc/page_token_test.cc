#include "common/rpc/page_token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "common/status/testing/status_matchers.h"
#include "onereturn/returns/v1/returns_service.pb.h"

namespace onereturn {
namespace {

constexpr char kCaller[] = "spiffe://onereturn.example/submitter-RCF";

returns::v1::ListReturnsRequest Request() {
  returns::v1::ListReturnsRequest request;
  request.set_parent("organisations/RCF");
  request.set_page_size(10);
  return request;
}

class PageTokenTest : public ::testing::Test {
 protected:
  PageTokenTest() : token_(tokens_.Write(Request(), kCaller, {std::string("k\0\xff", 3), "P1"})) {}

  const PageTokens tokens_{"a secret of thirty-two characters"};
  const std::string token_;
};

TEST_F(PageTokenTest, LeadsOnInTheSameList) {
  const PagePlace place = tokens_.Read(Request(), kCaller, token_).value();
  EXPECT_EQ(place.after, std::string("k\0\xff", 3));
  EXPECT_EQ(place.position, "P1");
}

TEST_F(PageTokenTest, CarriesAnyBytes) {
  const PagePlace any{std::string("\0\xc3\x28\xff", 4), std::string("\xff\0\x80", 3)};
  const auto place = tokens_.Read(Request(), kCaller, tokens_.Write(Request(), kCaller, any));
  ASSERT_THAT(place, IsOk());
  EXPECT_EQ(place->after, any.after);
  EXPECT_EQ(place->position, any.position);
}

TEST_F(PageTokenTest, PageFieldsAreNotPartOfTheList) {
  auto request = Request();
  request.set_page_size(500);
  request.set_page_token(token_);
  EXPECT_THAT(tokens_.Read(request, kCaller, token_), IsOk());
}

TEST_F(PageTokenTest, NoTokenIsTheFirstPage) {
  const PagePlace place = tokens_.Read(Request(), kCaller, "").value();
  EXPECT_EQ(place.after, "");
  EXPECT_EQ(place.position, "");
}

TEST_F(PageTokenTest, AnotherListCallerMethodOrSecretIsRefused) {
  auto other = Request();
  other.set_parent("organisations/RAE");
  EXPECT_THAT(tokens_.Read(other, kCaller, token_), HasReason(Reason::kPageToken));
  EXPECT_THAT(tokens_.Read(Request(), "spiffe://onereturn.example/submitter-RAE", token_),
              HasReason(Reason::kPageToken));
  EXPECT_THAT(tokens_.Read(Request(), "", token_), HasReason(Reason::kPageToken));
  returns::v1::ListRevisionsRequest revisions;
  revisions.set_parent("organisations/RCF");
  EXPECT_THAT(tokens_.Read(revisions, kCaller, token_), HasReason(Reason::kPageToken));
  EXPECT_THAT(PageTokens("another secret").Read(Request(), kCaller, token_),
              HasReason(Reason::kPageToken));
  EXPECT_THAT(PageTokens::Random().Read(Request(), kCaller, token_), HasReason(Reason::kPageToken));
}

TEST_F(PageTokenTest, EveryChangedBitIsNoticed) {
  std::string bytes;
  ASSERT_TRUE(absl::WebSafeBase64Unescape(token_, &bytes));
  for (size_t i = 0; i < bytes.size() * 8; ++i) {
    std::string changed = bytes;
    changed[i / 8] = static_cast<char>(changed[i / 8] ^ (1 << (i % 8)));
    EXPECT_THAT(tokens_.Read(Request(), kCaller, absl::WebSafeBase64Escape(changed)),
                HasReason(Reason::kPageToken))
        << "bit " << i;
  }
  for (size_t length = 1; length < token_.size(); ++length) {
    EXPECT_THAT(tokens_.Read(Request(), kCaller, token_.substr(0, length)),
                HasReason(Reason::kPageToken));
  }
  for (const std::string& bad : {std::string("?"), std::string("AAAA"), token_ + "AAAA",
                                 std::string(200, 'A'), std::string("\0", 1)}) {
    EXPECT_THAT(tokens_.Read(Request(), kCaller, bad), HasReason(Reason::kPageToken)) << bad;
  }
}

TEST(PageSizeTest, IsTheUsualOneUnlessAsked) {
  EXPECT_THAT(PageSize(0, 50, 1'000), IsOkAndHolds(50));
  EXPECT_THAT(PageSize(1, 50, 1'000), IsOkAndHolds(1));
  EXPECT_THAT(PageSize(1'000, 50, 1'000), IsOkAndHolds(1'000));
  EXPECT_THAT(PageSize(1'001, 50, 1'000), IsOkAndHolds(1'000));
  EXPECT_THAT(PageSize(INT32_MAX, 50, 1'000), IsOkAndHolds(1'000));
  EXPECT_THAT(PageSize(-1, 50, 1'000), HasReason(Reason::kPageSize));
  EXPECT_THAT(PageSize(INT32_MIN, 50, 1'000), HasReason(Reason::kPageSize));
}

}  // namespace
}  // namespace onereturn

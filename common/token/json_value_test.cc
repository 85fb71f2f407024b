#include "common/token/json_value.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/status/testing/status_matchers.h"
#include "common/token/base64url.h"

namespace onereturn {
namespace {

constexpr JsonLimits kLimits{.depth = 3, .members = 4};

TEST(JsonValueTest, ReadsEachKind) {
  const JsonValue value =
      ParseJsonObject(
          R"( {"t":"é\u0041","n":-9223372036854775808,"b":true,"l":[null,1.5,{"x":"y"}]} )",
          kLimits)
          .value();
  EXPECT_EQ(*value.FindText("t"), "éA");
  EXPECT_EQ(value.Find("n")->integer, std::numeric_limits<int64_t>::min());
  EXPECT_TRUE(value.Find("b")->truth);
  ASSERT_EQ(value.Find("l")->items.size(), 3u);
  EXPECT_EQ(value.Find("l")->items[0].kind, JsonValue::Kind::kNull);
  EXPECT_EQ(value.Find("l")->items[1].kind, JsonValue::Kind::kNumber);
  EXPECT_EQ(*value.Find("l")->items[2].FindText("x"), "y");
  EXPECT_EQ(value.Find("T"), nullptr);
  EXPECT_EQ(value.FindText("n"), nullptr);
}

TEST(JsonValueTest, ANumberThatIsNoIntegerOf64BitsIsNone) {
  for (const char* number : {"18446744073709551615", "9223372036854775808", "1e3", "1.0", "-0.5"}) {
    const JsonValue value = ParseJsonObject(absl::StrCat("{\"n\":", number, "}"), kLimits).value();
    EXPECT_EQ(value.Find("n")->kind, JsonValue::Kind::kNumber) << number;
  }
}

TEST(JsonValueTest, RefusesWhatTwoReadersMightReadTwoWays) {
  const std::string deep(1'000, '[');
  for (const std::string& text : {
           std::string(R"({"a":1,"a":1})"),
           std::string(R"({"a":1,"\u0061":2})"),
           std::string(R"({"o":{"a":1,"a":2}})"),
           std::string(R"({"a":1}{"b":2})"),
           std::string(R"({"a":1} x)"),
           std::string("{\"a\":1}\0", 8),
           std::string("\xEF\xBB\xBF{}"),
           std::string(R"({"a":1,})"),
           std::string(R"({'a':1})"),
           std::string(R"({a:1})"),
           std::string("{\"a\":\"\xff\"}"),
           std::string("{\"a\":\"\xed\xa0\x80\"}"),
           std::string("{\"a\":\"\n\"}"),
           std::string("{/**/\"a\":1}"),
           std::string(R"({"a":NaN})"),
           std::string(R"({"a":01})"),
           std::string(R"({"a":1e999})"),
           std::string(R"({"a":{"b":{"c":{}}}})"),
           std::string(R"({"a":1,"b":2,"c":3,"d":4,"e":5})"),
           std::string(R"({"l":[1,2,3,4,5]})"),
           absl::StrCat("{\"a\":", deep),
           std::string("[]"),
           std::string("\"a\""),
           std::string("1"),
           std::string(),
           std::string("{"),
       }) {
    EXPECT_THAT(ParseJsonObject(text, kLimits), StatusIs(absl::StatusCode::kInvalidArgument))
        << text.substr(0, 60);
  }
}

TEST(JsonValueTest, ItsWordsHoldNothingOfTheText) {
  const absl::Status status = ParseJsonObject(R"({"secret":"secret" secret)", kLimits).status();
  EXPECT_EQ(std::string(status.message()).find("secret"), std::string::npos) << status;
}

TEST(Base64UrlTest, OneTextForOneByteString) {
  EXPECT_EQ(Base64UrlEncode("\xfb\xff"), "-_8");
  EXPECT_EQ(Base64UrlDecode("-_8"), "\xfb\xff");
  EXPECT_EQ(Base64UrlDecode(""), "");
  // Padding, the other alphabet, bits left over, blanks, a length that no bytes have.
  for (const char* text : {"-_8=", "+/8", "-_9", " -_8", "-_8\n", "-_8 ", "A", "AAAAA", "-_8."}) {
    EXPECT_EQ(Base64UrlDecode(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace onereturn

#include "common/feed/position.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "absl/strings/escaping.h"
#include "common/status/testing/status_matchers.h"

namespace onereturn {
namespace {

Position Example() {
  Position position;
  position.Set("metrics", {1, 300});
  position.Set("ingestion", {2, 7});
  return position;
}

TEST(PositionTest, NamesServicesAndTheirPlaces) {
  const Position position = Example();
  EXPECT_EQ(position.Of("ingestion"), (ServicePosition{2, 7}));
  EXPECT_EQ(position.Of("metrics"), (ServicePosition{1, 300}));
  EXPECT_EQ(position.Of("assessment"), std::nullopt);
}

// Written by hand: field 1 twice, each {1: name, 2: epoch, 3: sequence}, in order of name.
TEST(PositionTest, TheTextIsThatOfTheFormat) {
  const std::string bytes = std::string("\x0a\x0f\x0a\x09ingestion\x10\x02\x18\x07", 17) +
                            std::string("\x0a\x0e\x0a\x07metrics\x10\x01\x18\xac\x02", 16);
  EXPECT_EQ(Example().ToString(), absl::WebSafeBase64Escape(bytes));
}

TEST(PositionTest, EqualPositionsHaveEqualTexts) {
  Position other;
  other.Set("ingestion", {2, 7});
  other.Set("metrics", {1, 299});
  EXPECT_NE(other.ToString(), Example().ToString());
  other.Set("metrics", {1, 300});
  EXPECT_EQ(other.ToString(), Example().ToString());
}

TEST(PositionTest, NothingIsTheEmptyPosition) {
  EXPECT_EQ(Position().ToString(), "");
  EXPECT_THAT(Position::Parse(""), IsOkAndHolds(Position()));
}

TEST(PositionTest, GoesThereAndBack) {
  EXPECT_TRUE(rc::check([](const std::map<std::string, std::pair<uint64_t, uint64_t>>& places) {
    Position position;
    for (const auto& [name, place] : places) {
      // Names of services are plain ASCII.
      std::string plain;
      for (const char c : name) plain.push_back(static_cast<char>('a' + (c & 15)));
      position.Set(plain, {place.first, place.second});
    }
    RC_ASSERT(Position::Parse(position.ToString()).value() == position);
  }));
}

TEST(PositionTest, AnyOtherTextIsRefused) {
  const std::string good = Example().ToString();
  ASSERT_THAT(Position::Parse(good), IsOk());
  // The two services in the other order; one twice; an unknown field; zeros written out.
  const std::string ingestion("\x0a\x0f\x0a\x09ingestion\x10\x02\x18\x07", 17);
  const std::string metrics("\x0a\x0e\x0a\x07metrics\x10\x01\x18\xac\x02", 16);
  for (const std::string& bytes :
       {metrics + ingestion, ingestion + ingestion, ingestion + std::string("\x10\x01", 2),
        std::string("\x0a\x07\x0a\x01i\x10\x00\x18\x01", 9)}) {
    EXPECT_THAT(Position::Parse(absl::WebSafeBase64Escape(bytes)),
                HasReason(Reason::kPositionInvalid));
  }
  for (const std::string& text :
       {std::string("7"), std::string("latest"), good + "=", good + " ", " " + good, good.substr(1),
        good.substr(0, good.size() - 1), good + good, std::string("\0", 1)}) {
    EXPECT_THAT(Position::Parse(text), HasReason(Reason::kPositionInvalid)) << text;
  }
}

TEST(PositionTest, RandomTextsDoNoHarm) {
  EXPECT_TRUE(rc::check([](const std::string& text) {
    const auto position = Position::Parse(text);
    const bool refused_or_the_same = !position.ok() || position->ToString() == text;
    RC_ASSERT(refused_or_the_same);
  }));
}

}  // namespace
}  // namespace onereturn

#include "common/identity/message_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/error.h"
#include "common/status/testing/status_matchers.h"
#include "onereturn/catalogue/v1/catalogue.pb.h"

namespace onereturn {
namespace {

TEST(MessageTextTest, EveryTextAtEveryDepthIsLookedAt) {
  catalogue::v1::Collection collection;
  collection.set_code("MSitAE");
  collection.set_display_name("Monthly situation");
  collection.add_not_collected()->set_reason("not opened yet");
  EXPECT_THAT(CheckNoPersonalData(collection, "collection"), IsOk());
  collection.set_display_name("of 943 476 5919");
  collection.add_not_collected()->set_reason("moved to LS1 3EX");
  collection.add_items("4010232137");
  const absl::Status status = CheckNoPersonalData(collection, "collection");
  EXPECT_THAT(status, HasReason(Reason::kPersonalData));
  std::vector<std::string> fields;
  const ErrorDetails details = DetailsOf(status).value();
  for (const FieldViolation& one : details.fields) fields.push_back(one.field);
  EXPECT_THAT(fields, testing::UnorderedElementsAre("collection.display_name",
                                                    "collection.not_collected[1].reason",
                                                    "collection.items[0]"));
  EXPECT_EQ(status.ToString().find("5919"), std::string::npos);
}

}  // namespace
}  // namespace onereturn

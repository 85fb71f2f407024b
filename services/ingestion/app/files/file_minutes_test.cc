// What the one return of a file cost.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/testing/small_catalogue.h"

namespace onereturn::ingestion {
namespace {

class FileMinutesTest : public ::testing::Test {
 protected:
  FileMinutesTest() {
    ingestion_.clock().Set(ParseTimestamp("2030-01-01T00:00:00Z").value());
    config::v1::DefinitionSet set;
    *set.add_organisations() = SmallProvider("RCF");
    *set.add_organisations() = SmallProvider("RLQ");
    *set.add_items() = SmallItem("beds");
    *set.add_collections() = SmallCollection("Beds", {"beds"});
    catalogue::v1::Layout* layout = set.mutable_collections(0)->add_layouts();
    layout->set_code("long");
    layout->mutable_long_();
    ingestion_.Apply(set);
  }
  FileSubmission Declaring(const std::string& rows, uint32_t minutes) {
    FileSubmission file = ingestion_.AeFile(
        ingestion_.Upload(absl::StrCat("organisation,period,item,value,null_reason\n", rows)),
        "long");
    file.collection = "Beds";
    file.declared_minutes.emplace().set_transmission(minutes);
    return file;
  }
  TestIngestion ingestion_;
};

TEST_F(FileMinutesTest, AreThoseOfItsOneReturn) {
  FileSubmission file = Declaring("RCF,2025-04,beds,5,\n", 12);
  ASSERT_THAT(ingestion_.submit_file().Run(file), IsOk());
  const ReturnHeadState head =
      HeadOf(ingestion_.store(), ReturnKey{"Beds", "2025-04", "RCF"}).value();
  const std::string entry = EntryBytes(ingestion_.store(), head.newest.sequence).value();
  EXPECT_EQ(ReturnMessageOf(entry)->revision().declared_minutes().transmission(), 12u);
}

TEST_F(FileMinutesTest, OfSeveralReturnsAreRefused) {
  const uint64_t before = ingestion_.LastSequence();
  const FileSubmission file = Declaring("RCF,2025-04,beds,5,\nRLQ,2025-04,beds,6,\n", 12);
  EXPECT_THAT(ingestion_.submit_file().Run(file), HasReason(Reason::kFieldInvalid));
  EXPECT_EQ(ingestion_.LastSequence(), before);
}

}  // namespace
}  // namespace onereturn::ingestion

// Goal: the version of a collection that a file is read by is found, and no more of the file is
// read for it than its first row.
#include "services/ingestion/app/files/collection_of_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "common/status/status_macros.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/testing/small_catalogue.h"

namespace onereturn::ingestion {
namespace {

constexpr size_t kPieceBytes = 64 * 1024;

class CollectionOfFileTest : public ::testing::Test {
 protected:
  // Three versions, each with a header of its own; and an organisation that closed meanwhile.
  CollectionOfFileTest() {
    config::v1::DefinitionSet set;
    *set.add_items() = Commissioned();
    *set.add_organisations() = SmallProvider("RLQ");
    catalogue::v1::Organisation commissioner = SmallProvider("11A");
    commissioner.set_type(catalogue::v1::ORGANISATION_TYPE_SUB_ICB);
    commissioner.set_close_date("2026-03-31");
    *set.add_organisations() = commissioner;
    *set.add_collections() = Version("", "Beds", false);
    *set.add_collections() = Version("2025-04", "Beds open", false);
    *set.add_collections() = Version("2027-04", "Open beds", true);
    ingestion_.Apply(set);
  }

  static catalogue::v1::DataItem Commissioned() {
    catalogue::v1::DataItem item = SmallItem("beds");
    auto* dimension = item.add_dimensions();
    dimension->set_code("commissioner");
    dimension->set_sparse(true);
    dimension->set_organisations(true);
    dimension->add_organisation_types(catalogue::v1::ORGANISATION_TYPE_SUB_ICB);
    return item;
  }

  static catalogue::v1::Collection Version(const std::string& from, const std::string& header,
                                           bool several_periods) {
    catalogue::v1::Collection collection = SmallCollection("SitRep", {"beds"}, from);
    auto* layout = collection.add_layouts();
    layout->set_code("wide");
    auto* wide = layout->mutable_wide();
    wide->set_organisation_header("Org");
    wide->set_period_header("Month");
    wide->set_period_format(catalogue::v1::PERIOD_FORMAT_CANONICAL);
    wide->set_several_periods(several_periods);
    auto* row = wide->add_row_dimensions();
    row->set_header("Commissioner");
    row->set_dimension("commissioner");
    auto* column = wide->add_columns();
    column->set_header(header);
    column->mutable_cell()->set_item("beds");
    return collection;
  }

  // Its version, by the file's text; what was read of it is in `bytes_read_`.
  absl::StatusOr<uint32_t> VersionFor(const std::string& text, const std::string& period = "") {
    bytes_read_ = 0;
    GivenWithFile given;
    if (!period.empty()) given.period = Period::Parse(period).value();
    const Snapshot snapshot = ingestion_.store().TakeSnapshot();
    const absl::StatusOr<CompiledCollection> found = CollectionOfFile(
        snapshot, &ingestion_.collections(), "SitRep", "wide", given,
        [&](const std::function<absl::Status(absl::string_view)>& take) -> absl::Status {
          for (size_t offset = 0; offset < text.size(); offset += kPieceBytes) {
            const std::string piece = text.substr(offset, kPieceBytes);
            bytes_read_ += piece.size();
            RETURN_IF_ERROR(take(piece));
          }
          return absl::OkStatus();
        });
    if (!found.ok()) return found.status();
    return found->collection->version;
  }

  static std::string FileOf(const std::string& header, const std::string& period, int rows) {
    std::string text = absl::StrCat("Org,Month,Commissioner,", header, "\n");
    for (int i = 0; i < rows; ++i) absl::StrAppend(&text, "RLQ,", period, ",11A,5\n");
    return text;
  }

  TestIngestion ingestion_;
  size_t bytes_read_ = 0;
};

TEST_F(CollectionOfFileTest, OfTheFirstRowsPeriod) {
  EXPECT_THAT(VersionFor(FileOf("Beds", "2024-05", 1)), IsOkAndHolds(1u));
  EXPECT_THAT(VersionFor(FileOf("Beds open", "2026-05", 1)), IsOkAndHolds(2u));
  // A form that the period does not have yet: its faults are told by the period's version.
  EXPECT_THAT(VersionFor(FileOf("Beds open", "2024-05", 1)), IsOkAndHolds(1u));
  // A form that none has, or that of files of several periods without one given.
  EXPECT_THAT(VersionFor(FileOf("Rooms", "2024-05", 1)), IsOkAndHolds(3u));
  EXPECT_THAT(VersionFor(FileOf("Open beds", "2027-05", 1)), IsOkAndHolds(3u));
  // One without a row, and one whose line does not end.
  EXPECT_THAT(VersionFor("Org,Month,Commissioner,Beds\n"), IsOkAndHolds(3u));
  EXPECT_THAT(VersionFor("Org,Month,Commissioner,Beds\nRLQ,2024-05,11A,5"), IsOkAndHolds(1u));
}

TEST_F(CollectionOfFileTest, NoMoreIsReadThanTheFirstRow) {
  const std::string large = FileOf("Beds", "2024-05", 100'000);
  EXPECT_THAT(VersionFor(large), IsOkAndHolds(1u));
  EXPECT_EQ(bytes_read_, 3 * kPieceBytes);  // Of each version, whatever organisations close.
}

TEST_F(CollectionOfFileTest, AGivenPeriodDecidesUnread) {
  const std::string large = FileOf("Open beds", "2027-05", 100'000);
  EXPECT_THAT(VersionFor(large, "2028-01"), IsOkAndHolds(3u));
  EXPECT_EQ(bytes_read_, 0u);
  EXPECT_THAT(VersionFor(large, "2024-05"), IsOkAndHolds(1u));
  EXPECT_EQ(bytes_read_, 0u);
}

TEST_F(CollectionOfFileTest, BlankRowsAreNotReadForEver) {
  std::string text = "Org,Month,Commissioner,Open beds\n";
  while (text.size() < 4 * kFirstRowBytes) text += ",,,\n";
  EXPECT_THAT(VersionFor(text), HasReason(Reason::kFileLayout));
  EXPECT_EQ(bytes_read_, kFirstRowBytes);
}

TEST_F(CollectionOfFileTest, WhatCannotBeReadIsNoFaultOfTheFile) {
  const absl::Status gone = absl::DataLossError("a piece is missing");
  EXPECT_EQ(CollectionOfFile(ingestion_.store().TakeSnapshot(), &ingestion_.collections(), "SitRep",
                             "wide", {}, [&](const auto&) { return gone; })
                .status(),
            gone);
}

}  // namespace
}  // namespace onereturn::ingestion

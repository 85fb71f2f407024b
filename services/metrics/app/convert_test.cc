#include "services/metrics/app/convert.h"

#include <gtest/gtest.h>

#include <string>

#include "common/status/error.h"
#include "services/metrics/domain/testing/ae_metrics.h"

namespace onereturn::metrics {
namespace {

feed::v1::Entry EntryOf(feed::v1::EntryKind kind, const google::protobuf::Message& fact) {
  feed::v1::Entry entry;
  entry.set_kind(kind);
  entry.set_format(1);
  entry.set_epoch(1);
  entry.set_sequence(7);
  entry.set_fact(fact.SerializeAsString());
  return entry;
}

absl::StatusOr<Fact> CollectionFact(catalogue::v1::PeriodKind kind) {
  feed::v1::CollectionDefined defined;
  defined.mutable_collection()->set_code("c");
  defined.mutable_collection()->set_version(3);
  defined.mutable_collection()->set_period_kind(kind);
  return FactFromEntry(EntryOf(feed::v1::ENTRY_KIND_COLLECTION_DEFINED, defined), {});
}

TEST(ConvertTest, ACollectionKeepsTheKindOfItsPeriods) {
  const std::pair<catalogue::v1::PeriodKind, PeriodKind> kinds[] = {
      {catalogue::v1::PERIOD_KIND_MONTH, PeriodKind::kMonth},
      {catalogue::v1::PERIOD_KIND_QUARTER, PeriodKind::kQuarter},
      {catalogue::v1::PERIOD_KIND_WEEK, PeriodKind::kWeek},
      {catalogue::v1::PERIOD_KIND_DAY, PeriodKind::kDay},
      {catalogue::v1::PERIOD_KIND_CALENDAR_YEAR, PeriodKind::kCalendarYear},
      {catalogue::v1::PERIOD_KIND_FINANCIAL_YEAR, PeriodKind::kFinancialYear},
  };
  for (const auto& [wire, kind] : kinds) {
    const absl::StatusOr<Fact> fact = CollectionFact(wire);
    ASSERT_TRUE(fact.ok()) << fact.status();
    EXPECT_EQ(std::get<Collection>(fact->content), (Collection{"c", 3, {}, kind}));
  }
  EXPECT_EQ(ReasonOf(CollectionFact(catalogue::v1::PERIOD_KIND_UNSPECIFIED).status()),
            Reason::kFeedBroken);
}

}  // namespace
}  // namespace onereturn::metrics

// Goal: nothing that must be signed is accepted unsigned, and nobody signs twice, what he sent, or
// something else than he read. Method: tables written from the rules; then every combination.
#include "services/ingestion/domain/sign_off.h"

#include <gtest/gtest.h>

#include "services/ingestion/domain/judgement.h"
#include "services/ingestion/domain/nil_return.h"
#include "services/ingestion/domain/testing/ae_collection.h"

namespace onereturn::ingestion {
namespace {

TEST(SignOffTest, WhatBecomesOfAValidReturn) {
  struct Case {
    Standing standing;
    Way way;
  };
  Standing plain;
  Standing first;
  first.levels = 2;
  Standing held = first;
  held.held = true;
  Standing open = held;
  open.reopened = true;
  Standing asked;
  asked.held = true;
  asked.asks_reason = true;
  Standing said = asked;
  said.gives_reason = true;
  Standing asked_first;
  asked_first.asks_reason = true;
  Standing imported = held;
  imported.imported = true;
  imported.asks_reason = true;
  Standing waiting = first;
  waiting.same_as_waiting = true;
  Standing newest = held;
  newest.same_as_newest = true;
  // The submitter takes back what waits by sending what is held.
  Standing taken_back = open;
  taken_back.same_as_newest = true;
  taken_back.waiting = true;
  const Case cases[] = {
      {plain, Way::kAccept},       {first, Way::kWait},          {held, Way::kNotReopened},
      {open, Way::kWait},          {asked, Way::kReasonMissing}, {said, Way::kAccept},
      {asked_first, Way::kAccept}, {imported, Way::kAccept},     {waiting, Way::kAsWaiting},
      {newest, Way::kAsNewest},    {taken_back, Way::kWait},
  };
  for (size_t i = 0; i < std::size(cases); ++i) {
    EXPECT_EQ(WayOf(cases[i].standing), cases[i].way) << "case " << i;
  }
}

// Of all 1,024 ways to stand, none accepts at once what an organisation must have signed.
TEST(SignOffTest, NothingIsAcceptedUnsigned) {
  for (uint32_t bits = 0; bits < 1024; ++bits) {
    const auto bit = [bits](int place) { return (bits >> place & 1) != 0; };
    const Standing standing{bits & 3, bit(2), bit(3), bit(4), bit(5),
                            bit(6),   bit(7), bit(8), bit(9)};
    const Way way = WayOf(standing);
    const bool to_be_signed = standing.levels > 0 && !standing.imported;
    EXPECT_FALSE(to_be_signed && way == Way::kAccept) << bits;
    EXPECT_FALSE(!to_be_signed && way == Way::kWait) << bits;
    EXPECT_FALSE(way == Way::kWait && standing.held && !standing.reopened) << bits;
  }
}

TEST(SignOffTest, EachFaultOfASignature) {
  WaitingSubmission waiting;
  waiting.waits = true;
  waiting.cell_digest = Sha256("cells");
  waiting.levels = 2;
  waiting.revision = 4;
  waiting.newest_revision = 3;
  const Signature first{waiting.cell_digest, 1, false};
  EXPECT_EQ(JudgeSignature(waiting, first), SignatureVerdict::kSigned);
  EXPECT_EQ(JudgeSignature({}, first), SignatureVerdict::kNothingWaits);
  EXPECT_EQ(JudgeSignature(waiting, {Sha256("others"), 1, true}),
            SignatureVerdict::kContentChanged);
  EXPECT_EQ(JudgeSignature(waiting, {waiting.cell_digest, 2, false}),
            SignatureVerdict::kOtherLevel);
  EXPECT_EQ(JudgeSignature(waiting, {waiting.cell_digest, 1, true}), SignatureVerdict::kTookPart);
  WaitingSubmission overtaken = waiting;
  overtaken.newest_revision = 4;
  EXPECT_EQ(JudgeSignature(overtaken, first), SignatureVerdict::kOvertaken);
  waiting.signed_levels = 1;
  EXPECT_EQ(JudgeSignature(waiting, {waiting.cell_digest, 2, false}), SignatureVerdict::kAccepted);
  EXPECT_EQ(JudgeSignature(waiting, first), SignatureVerdict::kOtherLevel);
}

TEST(NilReturnTest, EveryCellIsZeroButThoseNotCollected) {
  const Collection collection = AeCollection();
  const Period march = Period::Parse("2024-03").value();
  const std::vector<Cell> cells = NilCells(collection, "RCF", march);
  ASSERT_EQ(cells.size(), collection.CellCount());
  Submission nil{"RCF", Origin::kSubmitted, cells, {}, {}};
  for (const Cell& cell : cells) EXPECT_EQ(cell.value, Decimal()) << DescribeCell(cell);
  EXPECT_NE(Judge(collection, march, nil).verdict, Verdict::kInvalid);

  Collection with_hole = collection;
  with_hole.not_collected["RCF"].push_back({PeriodSpan{march, march}, {"ae_attendances"}});
  size_t nulls = 0;
  for (const Cell& cell : NilCells(with_hole, "RCF", march)) {
    EXPECT_EQ(cell.value.has_value(), cell.item != "ae_attendances");
    nulls += cell.value.has_value() ? 0 : 1;
  }
  EXPECT_EQ(nulls, 6u);  // Three types, booked or not.
  EXPECT_EQ(NilCells(with_hole, "RAE", march).size(), cells.size());
}

}  // namespace
}  // namespace onereturn::ingestion

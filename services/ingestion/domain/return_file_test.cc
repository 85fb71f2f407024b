#include "services/ingestion/domain/return_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/base/utf8.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/domain/long_file.h"
#include "services/ingestion/domain/testing/ae_collection.h"
#include "services/ingestion/domain/testing/ae_files.h"
#include "services/ingestion/domain/testing/read_file.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

ReadFileResult Read(const std::string& layout, const std::string& bytes, size_t piece_bytes = 0) {
  return ReadReturnFile(AeCollection(), layout, bytes, piece_bytes);
}

TEST(WideFileTest, AFileIsReadRowByRowWithItsPlaces) {
  const ReadFileResult result = Read("published", TextOf(SoundRecords()));
  ASSERT_THAT(result.status, IsOk());
  EXPECT_EQ(result.period, Period::Parse("2023-06").value());
  ASSERT_THAT(result.rows, SizeIs(3));
  EXPECT_EQ(result.rows[0].organisation, "RLQ");
  EXPECT_EQ(result.rows[1].organisation, "RVW");
  EXPECT_EQ(result.rows[2].organisation, "RCF");
  EXPECT_EQ(result.rows[2].row, 4u);
  ASSERT_THAT(result.rows[2].cells, SizeIs(18));
  EXPECT_EQ(result.rows[2].cells[1], AeCell("ae_attendances|type2|no", "21"));
  EXPECT_EQ(result.rows[2].places[1].row, 4u);
  EXPECT_EQ(result.rows[2].places[1].column, 6u);
  EXPECT_EQ(result.rows[2].places[1].field, "A&E attendances Type 2");
  EXPECT_THAT(result.rows[2].findings.kept(), IsEmpty());
}

TEST(WideFileTest, TheSameFiguresInEveryFormThatComes) {
  const ReadFileResult expected = Read("published", TextOf(SoundRecords()));
  for (const GoodFile& file : GoodFiles()) {
    for (size_t piece_bytes : {0, 1, 7}) {
      const ReadFileResult result = Read("published", file.bytes, piece_bytes);
      ASSERT_THAT(result.status, IsOk()) << file.name;
      ASSERT_THAT(result.rows, SizeIs(3)) << file.name;
      for (size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(result.rows[i].organisation, expected.rows[i].organisation) << file.name;
        EXPECT_EQ(result.rows[i].period, expected.rows[i].period) << file.name;
        if (file.name == "with columns in another order") continue;  // Those are other figures.
        EXPECT_EQ(CellsOf(result.rows[i]), CellsOf(expected.rows[i])) << file.name;
      }
    }
  }
}

TEST(WideFileTest, ColumnsAreFoundByHeaderNotByPlace) {
  Records moved = SoundRecords();
  for (auto& record : moved) std::swap(record[0], record[21]);
  const ReadFileResult result = Read("published", TextOf(moved));
  ASSERT_THAT(result.status, IsOk());
  EXPECT_EQ(CellsOf(result.rows[0]), CellsOf(Read("published", TextOf(SoundRecords())).rows[0]));
  EXPECT_EQ(result.rows[0].places[0].column, 1u);
}

TEST(WideFileTest, AFileThatIsWrongAsAWholeIsRefusedWithEveryFaultNamed) {
  for (const BadFile& file : BadFiles()) {
    for (size_t piece_bytes : {0, 13}) {
      const absl::Status status = Read("published", file.bytes, piece_bytes).status;
      EXPECT_THAT(status, HasReason(file.reason)) << file.name;
      for (const std::string& words : file.words) {
        EXPECT_THAT(WordsOf(status), HasSubstr(words)) << file.name;
      }
    }
  }
  EXPECT_THAT(Read("published", "").status, HasReason(Reason::kFileLayout));
}

TEST(WideFileTest, AFigureThatCannotBeReadIsAFindingOnItsCellAlone) {
  for (const BadRow& bad : BadFigures()) {
    const ReadFileResult result = Read("published", bad.bytes);
    ASSERT_THAT(result.status, IsOk()) << bad.name;
    ASSERT_THAT(result.rows, SizeIs(3)) << bad.name;
    EXPECT_THAT(result.rows[0].findings.kept(), IsEmpty()) << bad.name;
    EXPECT_THAT(result.rows[2].findings.kept(), IsEmpty()) << bad.name;
    ASSERT_THAT(result.rows[1].findings.kept(), SizeIs(1)) << bad.name;
    EXPECT_THAT(result.rows[1].cells, SizeIs(18)) << bad.name;
    EXPECT_EQ(std::count_if(result.rows[1].cells.begin(), result.rows[1].cells.end(),
                            [](const Cell& cell) { return !cell.value.has_value(); }),
              1)
        << bad.name;
    const Finding& finding = result.rows[1].findings.kept()[0];
    EXPECT_EQ(finding.code, "CELL_VALUE") << bad.name;
    EXPECT_EQ(finding.severity, Severity::kError) << bad.name;
    EXPECT_EQ(finding.place.row, bad.row) << bad.name;
    EXPECT_EQ(finding.place.column, bad.column) << bad.name;
    EXPECT_EQ(finding.organisation, bad.organisation) << bad.name;
    EXPECT_EQ(DescribeCell(*finding.cell), "ae_over_four_hours [booked=yes, department=other]");
  }
}

TEST(WideFileTest, EveryFaultOfARowIsFound) {
  const ReadFileResult result = Read("published", Spoilt([](Records& r) {
                                       for (size_t i = kFirstFigure; i < 22; ++i) r[1][i] = "?";
                                     }));
  ASSERT_THAT(result.status, IsOk());
  EXPECT_EQ(result.rows[0].findings.count(), 18u);
  EXPECT_THAT(result.rows[0].cells, SizeIs(18));
  for (const Cell& cell : result.rows[0].cells) EXPECT_FALSE(cell.value.has_value());
}

// Only the column with the unreadable figure goes unchecked.
TEST(WideFileTest, TheOtherColumnsTotalsAreStillChecked) {
  const absl::Status status = Read("published", Spoilt([](Records& r) {
                                     r[2][15] = "1,000";
                                     r[4][16] = "10";
                                   }))
                                  .status;
  EXPECT_THAT(status, HasReason(Reason::kFileTotal));
  EXPECT_THAT(WordsOf(status), HasSubstr("column 17 "));
  EXPECT_EQ(DetailsOf(status)->fields_total, 1u);
}

TEST(WideFileTest, TextsOfAFileAreShownInPartAndNeverCutInsideACharacter) {
  std::string accents;
  for (int i = 0; i < 500; ++i) accents += i == 0 ? "x" : "\xC3\xA9";
  const ReadFileResult result = Read("published", Spoilt([&](Records& r) { r[1][9] = accents; }));
  ASSERT_THAT(result.status, IsOk());
  const Finding& finding = result.rows[0].findings.kept()[0];
  EXPECT_LE(finding.got.size(), Findings::kMaxGotBytes);
  EXPECT_TRUE(IsValidUtf8(finding.got));
  EXPECT_TRUE(IsValidUtf8(finding.message));
}

TEST(WideFileTest, TheCanonicalLayoutTakesNullReasonsAndNoTotal) {
  Records records = {{"organisation", "period"}, {"RVW", "2023-05"}};
  for (const auto& [header, name] : AeColumns()) {
    records[0].push_back(name);
    records[1].push_back(name.find("over_four") != std::string::npos ? "NOT_COLLECTED" : "7");
  }
  records[1].back() = "WITHHELD";
  ReadFileResult result = Read("wide", TextOf(records));
  ASSERT_THAT(result.status, IsOk());
  EXPECT_EQ(result.rows[0].cells[0], AeCell("ae_attendances|type1|no", "7"));
  EXPECT_EQ(result.rows[0].cells[6], AeCell("ae_over_four_hours|type1|no", "NOT_COLLECTED"));
  EXPECT_EQ(result.rows[0].cells[17], AeCell("ae_other_emergency_admissions", "WITHHELD"));
  EXPECT_FALSE(result.rows[0].cells[17].value.has_value());
  // No label, so the word TOTAL is an organisation like any other.
  records.push_back(records[1]);
  records[2][0] = "TOTAL";
  result = Read("wide", TextOf(records));
  ASSERT_THAT(result.status, IsOk());
  EXPECT_EQ(result.rows[1].organisation, "TOTAL");
  records[1][1] = "2023-Q2";
  const absl::Status quarter = Read("wide", TextOf(records)).status;
  EXPECT_THAT(quarter, HasReason(Reason::kFilePeriod));
  EXPECT_THAT(WordsOf(quarter), HasSubstr("not of the collection's kind"));
}

TEST(WideFileTest, TheTakersErrorEndsTheReading) {
  const Collection collection = AeCollection();
  int taken = 0;
  std::unique_ptr<ReturnFileReader> reader = MakeReturnFileReader(
      collection, *collection.FindLayout("published"), [&taken](FileReturnRows) -> absl::Status {
        ++taken;
        return Error(Reason::kOrgScope, "no");
      });
  EXPECT_THAT(reader->Feed(TextOf(SoundRecords())), HasReason(Reason::kOrgScope));
  EXPECT_EQ(taken, 1);
}

const char kLongHeader[] = "organisation,period,item,department,booked,value,null_reason\n";

TEST(LongFileTest, RowsOfAnOrganisationBecomeOneReturn) {
  const std::string text =
      absl::StrCat("\xEF\xBB\xBF", kLongHeader, "RLQ,2023-06,ae_attendances,type1,no,12,\r\n",
                   "RLQ,2023-06,ae_waits_over_twelve_hours,,,,WITHHELD\n",
                   "RVW,2023-06,ae_attendances,type1,no,1.5,\n");
  for (size_t piece_bytes : {0, 1}) {
    const ReadFileResult result = Read("long", text, piece_bytes);
    ASSERT_THAT(result.status, IsOk());
    ASSERT_THAT(result.rows, SizeIs(2));
    EXPECT_EQ(result.rows[0].organisation, "RLQ");
    EXPECT_THAT(result.rows[0].cells,
                ElementsAre(AeCell("ae_attendances|type1|no", "12"),
                            AeCell("ae_waits_over_twelve_hours", "WITHHELD")));
    EXPECT_EQ(result.rows[0].places[1].row, 3u);
    EXPECT_EQ(result.rows[0].places[1].column, 6u);
    EXPECT_EQ(result.rows[1].row, 4u);
    EXPECT_THAT(result.rows[1].cells, ElementsAre(AeCell("ae_attendances|type1|no", "1.5")));
    EXPECT_EQ(result.period, Period::Parse("2023-06").value());
  }
}

TEST(LongFileTest, WhatIsWrongWithOneValueIsAFinding) {
  struct Case {
    const char* value;
    const char* null_reason;
  };
  for (const Case& bad : {Case{"abc", ""}, Case{"\"1,000\"", ""}, Case{"", "UNKNOWN"},
                          Case{"5", "WITHHELD"}, Case{"NOT_COLLECTED", ""}}) {
    const ReadFileResult result =
        Read("long", absl::StrCat(kLongHeader, "RLQ,2023-06,ae_attendances,type1,no,", bad.value,
                                  ",", bad.null_reason, "\n"));
    ASSERT_THAT(result.status, IsOk()) << bad.value;
    ASSERT_THAT(result.rows, SizeIs(1));
    ASSERT_THAT(result.rows[0].cells, SizeIs(1));
    EXPECT_FALSE(result.rows[0].cells[0].value.has_value()) << bad.value;
    ASSERT_THAT(result.rows[0].findings.kept(), SizeIs(1)) << bad.value;
    EXPECT_EQ(result.rows[0].findings.kept()[0].code, "CELL_VALUE");
    EXPECT_EQ(result.rows[0].findings.kept()[0].place.row, 2u);
  }
}

// One of two figures is blank: that one is told of. Both are: it is said once, at the first row.
TEST(LongFileTest, ABlankIsAFindingAndAllBlankIsOne) {
  constexpr char kBlank[] = "RLQ,2023-06,ae_attendances,type1,no,,\n";
  constexpr char kOther[] = "RLQ,2023-06,ae_attendances,type2,no,";
  EXPECT_EQ(FindingsOf(Read("long", absl::StrCat(kLongHeader, kBlank, kOther, "5,\n"))),
            "CELL_VALUE 2 6");
  const ReadFileResult empty = Read("long", absl::StrCat(kLongHeader, kBlank, kOther, ",\n"));
  EXPECT_EQ(FindingsOf(empty), "RETURN_EMPTY 2 6");
  EXPECT_THAT(empty.rows.at(0).blank_cells, ElementsAre(0u, 1u)) << "a draft leaves them out";
  EXPECT_EQ(empty.rows[0].blanks, 0u) << "none has a finding of its own";
  EXPECT_EQ(FindingsOf(Read("long", absl::StrCat(kLongHeader, kBlank, kOther, "?,\n"))),
            "CELL_VALUE 2 6\nCELL_VALUE 3 6");
}

TEST(WideFileTest, ARowThatWasLeftBlankIsOneFinding) {
  const ReadFileResult result = Read("published", Spoilt([](Records& r) {
                                       for (size_t i = kFirstFigure; i < 22; ++i) r[1][i] = "";
                                       r.pop_back();
                                       r.push_back(TotalOf(r));
                                     }));
  ASSERT_THAT(result.status, IsOk());
  ASSERT_THAT(result.rows.at(0).findings.kept(), SizeIs(1));
  const Finding& finding = result.rows[0].findings.kept()[0];
  EXPECT_EQ(finding.code, "RETURN_EMPTY");
  EXPECT_EQ(finding.place.row, 2u);
  EXPECT_EQ(finding.organisation, result.rows[0].organisation);
  EXPECT_THAT(result.rows[0].blank_cells, SizeIs(18));
}

// Twenty columns are not missing: there is one cause.
TEST(ReturnFileTest, ASeparatorThatIsNoCommaIsSaidFirst) {
  for (const auto& [separator, word] :
       {std::pair<const char*, const char*>{";", "semicolons"}, {"\t", "tabs"}}) {
    const std::string header = absl::StrReplaceAll(kLongHeader, {{",", separator}});
    for (const char* layout : {"long", "published"}) {
      const ReadFileResult result = Read(layout, header);
      EXPECT_THAT(result.status, HasReason(Reason::kFileLayout));
      EXPECT_THAT(std::string(result.status.message()), HasSubstr(word));
      EXPECT_EQ(DetailsOf(result.status)->fields_total, 0u);
    }
  }
  EXPECT_THAT(std::string(Read("long", "organisation\n").status.message()),
              HasSubstr("the header row"))
      << "one column, and no other separator";
}

TEST(LongFileTest, AFileThatIsWrongAsAWholeIsRefused) {
  struct Case {
    std::string bytes;
    Reason reason;
    std::vector<std::string> words;
  };
  const std::string header = kLongHeader;
  for (const Case& bad : std::vector<Case>{
           {"", Reason::kFileLayout, {"empty"}},
           {header, Reason::kFileLayout, {"no organisation's row"}},
           {"organisation,period,item,department,department,wert\nx\n",
            Reason::kFileLayout,
            {"column 5: \"department\" stands twice", "column 6: \"wert\" is not a column",
             "column \"booked\" is missing", "column \"value\" is missing"}},
           {header + "RLQ,2023-06,ae_attendances,type1,no,1\n",
            Reason::kFileLayout,
            {"row 2 has 6 columns, the header 7"}},
           {header + "RLQ,June,ae_attendances,type1,no,1,\n", Reason::kFilePeriod, {"row 2"}},
           {header + "RLQ,2023-Q2,ae_attendances,type1,no,1,\n",
            Reason::kFilePeriod,
            {"not of the collection's kind"}},
           {header +
                "RLQ,2023-06,ae_attendances,type1,no,1,\nRLQ,2023-07,ae_attendances,type2,no,1,\n",
            Reason::kFilePeriod,
            {"row 3 is of 2023-07, the rows above of 2023-06"}},
           {header +
                "RLQ,2023-06,ae_attendances,type1,no,1,\nRVW,2023-06,ae_attendances,type1,no,1,\n"
                "RLQ,2023-06,ae_attendances,type2,no,1,\n",
            Reason::kFileRepeatedRow,
            {"row 4: the rows of RLQ do not stand together"}},
           {header + std::string("RLQ,2023-06,a\0b,type1,no,1,\n", 27), Reason::kCharset, {}},
           {header + "RLQ,2023-06,\xFF,type1,no,1,\n", Reason::kNotUtf8, {}},
       }) {
    const absl::Status status = Read("long", bad.bytes).status;
    EXPECT_THAT(status, HasReason(bad.reason)) << bad.bytes;
    for (const std::string& words : bad.words) EXPECT_THAT(WordsOf(status), HasSubstr(words));
  }
}

// Spreadsheets fill up what was once filled in with rows and columns of commas alone.
TEST(LongFileTest, RowsAndColumnsOfCommasAloneAreNone) {
  const std::string row = "RLQ,2023-06,ae_attendances,type1,no,1,,,\n";
  const std::string other = "RLQ,2023-06,ae_attendances,type2,no,2, ,\n";
  const std::string header = "organisation,period,item,department,booked,value,null_reason,,\n";
  const ReadFileResult result =
      Read("long", absl::StrCat(",,,,,,,\n", header, row, ", ,,,,,,\n", other, ",,,,,,,\n,,\n"));
  ASSERT_THAT(result.status, IsOk());
  ASSERT_THAT(result.rows, SizeIs(1));
  EXPECT_THAT(result.rows[0].cells, ElementsAre(AeCell("ae_attendances|type1|no", "1"),
                                                AeCell("ae_attendances|type2|no", "2")));
  EXPECT_THAT(result.rows[0].findings.kept(), IsEmpty());
  EXPECT_EQ(result.rows[0].places[1].row, 5u);  // As the spreadsheet counts.
  EXPECT_THAT(
      Read("long", absl::StrCat(header, "RLQ,2023-06,ae_attendances,type1,no,1,,7,\n")).status,
      HasReason(Reason::kFileLayout));
}

TEST(WideFileTest, RowsOfCommasAloneAreNone) {
  const std::string sound = TextOf(SoundRecords());
  const size_t second = sound.find('\n', sound.find('\n') + 1) + 1;
  const std::string blank(21, ',');
  const ReadFileResult result =
      Read("published", absl::StrCat(sound.substr(0, second), blank, "\n", sound.substr(second),
                                     blank, "\n", blank, "\n"));
  ASSERT_THAT(result.status, IsOk());
  ASSERT_THAT(result.rows, SizeIs(3));
  EXPECT_EQ(result.rows[1].row, 4u);
}

// Faults of one reason are mended in different ways, and each says how.
TEST(ReturnFileTest, EachFaultOfALayoutHasItsOwnRemedy) {
  const auto remedy = [](const absl::Status& status) -> std::string {
    EXPECT_THAT(status, HasReason(Reason::kFileLayout));
    const std::optional<ErrorDetails> details = DetailsOf(status);
    for (const auto& [key, value] : details->metadata) {
      if (key == kRemedyKey) return value;
    }
    return "";
  };
  const std::string header = kLongHeader;
  EXPECT_THAT(remedy(Read("long", "").status), HasSubstr("Export the file again"));
  EXPECT_THAT(remedy(Read("long", header).status), HasSubstr("Fill in a row"));
  EXPECT_THAT(remedy(Read("long", "organisation,wert\n").status), HasSubstr("headings"));
  EXPECT_THAT(remedy(Read("long", header + "RLQ,2023-06\n").status), HasSubstr("cut short"));
  EXPECT_THAT(remedy(Read("long", header + "RLQ,2023-06,ae_attendances,type1,no,1,234,5\n").status),
              HasSubstr("comma inside a figure"));
  EXPECT_THAT(remedy(LayoutNamed(AeCollection(), "none").status()), HasSubstr("Name one"));
}

TEST(LongFileTest, TheNullReasonsColumnMayBeLeftOut) {
  const ReadFileResult result = Read(
      "long",
      "value,item,period,organisation,booked,department\n4,ae_attendances,2023-06,RLQ,no,other\n");
  ASSERT_THAT(result.status, IsOk());
  EXPECT_THAT(result.rows[0].cells, ElementsAre(AeCell("ae_attendances|other|no", "4")));
}

}  // namespace
}  // namespace onereturn::ingestion

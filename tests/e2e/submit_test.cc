// `submit`: files are judged whole, every fault is named with row and column and stores nothing,
// and sending again changes nothing.
#include <algorithm>
#include <functional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "onereturn/returns/v1/returns_service.pb.h"
#include "tests/e2e/demonstration.h"

namespace onereturn {
namespace {

using returns::v1::SubmitReturnFileResponse;
using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kType1[] = "ae_attendances|type1|no";

class SubmitTest : public DemonstrationTest {
 protected:
  ClientRun Load(const std::string& file, const std::vector<std::string>& options = {}) {
    return demo_.As(kLoader, demo_.Submit({file}, options));
  }
  SubmitReturnFileResponse AnswerOf(const ClientRun& run) {
    return JsonMessage<SubmitReturnFileResponse>(FromJson<google::protobuf::Struct>(run.out),
                                                 {"files", "0", "answer"});
  }
  std::string Written(const DemoFile& file) {
    const std::string path = File(absl::StrCat("file", ++files_, ".csv"));
    file.WriteTo(path);
    return path;
  }
  // One provider's row of March 2024, which is column 3 attendances at type 1 departments and
  // column 9 those over four hours; and what is done to it.
  std::string OneRow(const std::function<void(DemoFile::Row*)>& edit) {
    DemoFile file = DemoFile::Of("2024-03").Only({kIcbProvider});
    edit(&file.rows().front());
    return Written(file);
  }

 private:
  int files_ = 0;
};

TEST_F(SubmitTest, TheDemonstrationIsStoredOnce) {
  const auto first = FromJson<google::protobuf::Struct>(demo_.first_submit().out);
  size_t returns = 0;
  for (size_t i = 0; i < DemoPeriods().size(); ++i) {
    const auto answer =
        JsonMessage<SubmitReturnFileResponse>(first, {"files", absl::StrCat(i), "answer"});
    EXPECT_EQ(answer.period(), DemoPeriods()[i]);
    // A large change is stored, and asked about.
    EXPECT_NE(answer.verdict(), common::v1::VERDICT_INVALID);
    EXPECT_FALSE(answer.replayed());
    const DemoFile file = DemoFile::Of(answer.period());
    ASSERT_EQ(static_cast<size_t>(answer.returns_size()), file.rows().size());
    for (int row = 0; row < answer.returns_size(); ++row) {
      EXPECT_EQ(answer.returns(row).organisation(), file.rows()[static_cast<size_t>(row)].front());
      EXPECT_GT(answer.returns(row).sequence(), 0u);
      ++returns;
    }
  }
  EXPECT_EQ(returns, 4'866u);
  // The same files again, and their figures in files of other bytes: nothing is stored as a return.
  const uint64_t before = demo_.SequenceOf("ingestion");
  const ClientRun again =
      demo_.As(kLoader, demo_.Submit({DemoPath("2022-04"), DemoPath("2024-03")}));
  EXPECT_THAT(again, ExitedWith(0));
  EXPECT_THAT(again.out, AllOf(HasSubstr("April 2022  valid, sent before"),
                               HasSubstr("March 2024  valid with explanations, sent before"),
                               HasSubstr("2 files in "), HasSubstr(": 0 returns stored")));
  EXPECT_EQ(demo_.SequenceOf("ingestion"), before);
  DemoFile backwards = DemoFile::Of("2024-03");
  std::reverse(backwards.rows().begin(), backwards.rows().end());
  const auto same = AnswerOf(Load(Written(backwards), {"--json"}));
  EXPECT_EQ(same.returns_size(), 197);
  for (const auto& one : same.returns()) EXPECT_TRUE(one.unchanged()) << one.organisation();
  EXPECT_EQ(demo_.SequenceOf("ingestion"), before + 1) << "the file's own fact";
}

TEST_F(SubmitTest, AFileSentBeforeSaysWhatBecameOfItsRows) {
  const ClientRun again = Load(DemoPath("2024-03"));
  EXPECT_THAT(again.out, AllOf(HasSubstr("197 returns: 0 stored, 197 taken then, none now"),
                               HasSubstr("may have been revised"), HasSubstr("--request-id")));
}

TEST_F(SubmitTest, AProviderSendsItsOwnReturnInEitherLayout) {
  const DemoFile own = DemoFile::Of("2023-11").Only({kIcbProvider});
  std::string text = "organisation,period,item,department,booked,value,null_reason\n";
  for (size_t i = 2; i < own.header().size(); ++i) {
    std::vector<std::string> parts = absl::StrSplit(own.header()[i], '|');
    parts.resize(3);
    absl::StrAppend(&text, kIcbProvider, ",2023-11,", absl::StrJoin(parts, ","), ",",
                    own.rows()[0][i], ",\n");
  }
  struct Row {
    std::string file;
    const char* layout;
  };
  for (const Row& row : std::vector<Row>{{Written(own), "onereturn-wide"},
                                         {Write("long.csv", text), "onereturn-long"}}) {
    const ClientRun run = demo_.As(Submitter(kIcbProvider), {"submit", row.file, "--collection",
                                                             "MSitAE", "--layout", row.layout});
    EXPECT_THAT(run, AllOf(ExitedWith(0), Field(&ClientRun::err, IsEmpty()),
                           Field(&ClientRun::out, HasSubstr("1 return: 0 stored, 1 as held"))));
  }
  // Another's figures are refused by name, before they are judged.
  EXPECT_THAT(demo_.As(Submitter(kOtherIcbProvider), demo_.Submit({Written(own)})),
              AllOf(ExitedWith(3), Field(&ClientRun::err, AllOf(HasSubstr("reason: ORG_SCOPE"),
                                                                HasSubstr("row 2 names RLQ")))));
}

// A file of three columns says neither whose figures they are nor of when.
TEST_F(SubmitTest, WhatAFileDoesNotSayIsGivenWithIt) {
  const std::string path =
      Write("finance.csv", "subcode,main_code,value\nINC010,YTD_ACTUAL,1250.5\n");
  const auto finance = [&](const std::vector<std::string>& options) {
    std::vector<std::string> words = {"submit", path,       "--collection",
                                      "PFR",    "--layout", "three-columns"};
    words.insert(words.end(), options.begin(), options.end());
    return demo_.As(Submitter(kIcbProvider), words);
  };
  EXPECT_THAT(finance({"--period", "2024-08"}),
              AllOf(ExitedWith(1), Field(&ClientRun::err, HasSubstr("reason: FILE_LAYOUT"))));
  EXPECT_THAT(finance({"--organisation", kIcbProvider}),
              AllOf(ExitedWith(1), Field(&ClientRun::err, HasSubstr("reason: FILE_PERIOD"))));
  EXPECT_THAT(finance({"--organisation", kOtherIcbProvider, "--period", "2024-08"}),
              AllOf(ExitedWith(3), Field(&ClientRun::err, HasSubstr("reason: ORG_SCOPE"))));
  EXPECT_THAT(finance({"--organisation", kIcbProvider, "--period", "2024-08"}),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("1 return: 1 stored"))));
  // Another month is another request.
  EXPECT_THAT(finance({"--organisation", kIcbProvider, "--period", "2024-09"}),
              AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("1 return: 1 stored"))));
}

TEST_F(SubmitTest, FaultsOfARowAreATableWithPlacesAndStoreNothing) {
  struct Row {
    std::function<void(DemoFile::Row*)> edit;
    const char* code;
    uint32_t column;  // 0: the finding is about the row.
    const char* words;
  };
  const auto set = [](size_t column, const char* text) {
    return [=](DemoFile::Row* row) { row->at(column - 1) = text; };
  };
  for (const Row& row :
       std::vector<Row>{{set(3, "12x"), "CELL_VALUE", 3, "Got: 12x."},
                        {set(4, ""), "CELL_VALUE", 4, "a blank is no zero"},
                        {set(20, "\"1,505\""), "CELL_VALUE", 20, "what to do"},
                        {set(3, "-1"), "AE01", 3, "Got: -1."},
                        {set(15, "1.5"), "AE01", 15, "Got: 1.5."},
                        {set(9, "6222"), "AE02", 3, "over four hours than there were attendances"},
                        {set(1, "ZZZ99"), "ODS_UNKNOWN", 0, "there is no organisation ZZZ99"},
                        {set(1, "rlq"), "ODS_FORMAT", 0, "write it in upper case"}}) {
    const std::string file = OneRow(row.edit);
    const uint64_t before = demo_.SequenceOf("ingestion");
    const ClientRun table = Load(file);
    EXPECT_THAT(table, AllOf(ExitedWith(1), Field(&ClientRun::err, IsEmpty())));
    EXPECT_THAT(table.out, AllOf(HasSubstr("invalid"), HasSubstr("1 refused"), HasSubstr("row"),
                                 HasSubstr(row.code), HasSubstr(row.words)));
    if (row.column > 0) {
      EXPECT_THAT(table.out, ContainsRegex(absl::StrCat("\n +2 +", row.column, "  RLQ  ")));
    }
    // As JSON, and the second time: nothing of the first was remembered.
    const ClientRun json = Load(file, {"--json"});
    EXPECT_THAT(json, ExitedWith(1));
    const SubmitReturnFileResponse answer = AnswerOf(json);
    EXPECT_EQ(answer.verdict(), common::v1::VERDICT_INVALID);
    EXPECT_FALSE(answer.has_receipt());
    ASSERT_GE(answer.findings_size(), 1);
    EXPECT_EQ(answer.findings(0).code(), row.code);
    EXPECT_EQ(answer.findings(0).place().row(), 2u);
    EXPECT_EQ(answer.findings(0).place().column(), row.column) << row.code;
    EXPECT_EQ(demo_.SequenceOf("ingestion"), before) << row.code;
  }
}

TEST_F(SubmitTest, AllFaultsComeAtOnce) {
  DemoFile file = DemoFile::Of("2024-03");
  file.At("8J094", kType1) = "12x";
  file.At("AAH", "ae_waits_over_twelve_hours") = "-3";
  file.At(kIcbProvider, "ae_over_four_hours|type1|no") = "6222";
  file.rows()[10].front() = "ZZZ99";
  const uint64_t before = demo_.SequenceOf("ingestion");
  const ClientRun run = Load(Written(file), {"--validate-only"});
  EXPECT_THAT(run, ExitedWith(1));
  EXPECT_THAT(
      run.out,
      AllOf(HasSubstr("197 returns: 193 valid, 4 refused"),
            ContainsRegex("\n +2 +3  8J094 .*CELL_VALUE"), ContainsRegex("\n +3 +16  AAH .*AE01"),
            ContainsRegex("\n +12 +ZZZ99 .*ODS_UNKNOWN"), ContainsRegex("\n *112 +3  RLQ .*AE02")));
  EXPECT_EQ(demo_.SequenceOf("ingestion"), before);
}

TEST_F(SubmitTest, WhatIsHeldMayBeJudgedAgain) {
  const uint64_t before = demo_.SequenceOf("ingestion");
  const ClientRun run = Load(DemoPath("2024-03"), {"--validate-only", "--all-findings"});
  EXPECT_THAT(run, AllOf(ExitedWith(0), Field(&ClientRun::err, IsEmpty())));
  EXPECT_THAT(run.out, AllOf(HasSubstr("197 returns: 197 valid"), HasSubstr("AE03")));
  EXPECT_EQ(demo_.SequenceOf("ingestion"), before);
}

TEST_F(SubmitTest, AFaultyRowKeepsItsOwnReturnOutAndNoOther) {
  DemoFile file = DemoFile::Of("2022-05").Only({kIcbProvider, kOtherIcbProvider});
  file.At(kIcbProvider, kType1) = "12x";
  file.Add(kOtherIcbProvider, kType1, 7);
  const std::string path = Written(file);
  const ClientRun first = Load(path);
  EXPECT_THAT(first, ExitedWith(1));
  EXPECT_THAT(first.out, HasSubstr("2 returns: 1 stored, 1 refused"));
  // The same file again has the same outcome: it is still not valid.
  const ClientRun again = Load(path);
  EXPECT_THAT(again, ExitedWith(1));
  EXPECT_THAT(again.out,
              AllOf(HasSubstr("invalid, sent before"),
                    HasSubstr("2 returns: 0 stored, 1 taken then, none now, 1 refused")));
  const auto revisions = [&](const char* organisation) {
    return demo_
        .Ask<returns::v1::ListRevisionsResponse>(
            kAnalyst, {"returns", organisation, "--collection", "MSitAE", "--period", "2022-05",
                       "--revisions"})
        .revisions_size();
  };
  EXPECT_EQ(revisions(kIcbProvider), 1);
  // What is wrong is not told again by the repeat, but by judging.
  EXPECT_THAT(again.out, HasSubstr("--validate-only"));
  EXPECT_THAT(Load(path, {"--validate-only"}),
              AllOf(ExitedWith(1), Field(&ClientRun::out, HasSubstr("CELL_VALUE"))));
  EXPECT_EQ(revisions(kOtherIcbProvider), 2);
}

// Corrections of single figures of two providers: all of a file or nothing of it.
TEST_F(SubmitTest, FiguresAreMergedAndAllOrNothing) {
  constexpr char kHeader[] = "organisation,period,item,department,booked,value,null_reason\n";
  const auto row = [](const char* organisation, const char* value) {
    return absl::StrCat(organisation, ",2022-07,ae_attendances,type1,no,", value, ",\n");
  };
  const auto send = [&](const char* name, const std::string& rows, const char* mode) {
    return demo_.As(kLoader, {"submit", Write(name, absl::StrCat(kHeader, rows)), "--collection",
                              "MSitAE", "--layout", "onereturn-long", "--mode", mode,
                              "--all-or-nothing", "--reason", "correction"});
  };
  const uint64_t before = demo_.SequenceOf("ingestion");
  const std::string sound = row(kIcbProvider, "80000");
  const ClientRun faulty =
      send("faulty.csv", absl::StrCat(sound, row(kOtherIcbProvider, "-1")), "merge");
  EXPECT_THAT(faulty, ExitedWith(1));
  EXPECT_THAT(faulty.out,
              AllOf(HasSubstr("2 returns: 0 stored, 1 refused, 1 held back: all or nothing"),
                    ContainsRegex("\n +3 +6 .*AE01")));
  EXPECT_EQ(demo_.SequenceOf("ingestion"), before);
  const std::string mended = absl::StrCat(sound, row(kOtherIcbProvider, "70000"));
  EXPECT_THAT(send("mended.csv", mended, "merge").out, HasSubstr("2 returns: 2 stored"));
  EXPECT_EQ(demo_.SequenceOf("ingestion"), before + 3);
  EXPECT_THAT(send("mended.csv", mended, "merge").out, HasSubstr("sent before"));
  EXPECT_THAT(demo_
                  .As(kAnalyst, {"returns", kIcbProvider, "--collection", "MSitAE", "--period",
                                 "2022-07", "--cells"})
                  .out,
              ContainsRegex("80,?000"));
  // The collection asks for each of its figures.
  const ClientRun taken_out = send("out.csv", sound, "delete");
  EXPECT_THAT(taken_out, AllOf(ExitedWith(1), Field(&ClientRun::out, HasSubstr("CELL_MISSING"))));
  EXPECT_EQ(demo_.SequenceOf("ingestion"), before + 3);
}

TEST_F(SubmitTest, AFileThatIsWrongAsAWholeIsRefused) {
  const DemoFile march = DemoFile::Of("2024-03").Only({kIcbProvider, kOtherIcbProvider});
  const auto edited = [&](const std::function<void(DemoFile*)>& edit) {
    DemoFile file = march;
    edit(&file);
    return Written(file);
  };
  struct Row {
    std::string file;
    int exit_code;
    std::vector<std::string> words;
  };
  for (const Row& row : std::vector<Row>{
           {edited([](DemoFile* file) { file->header()[2] = "attendances"; }),
            1,
            {"FILE_LAYOUT", "column 3: \"attendances\"",
             absl::StrCat("\"", kType1, "\" is missing")}},
           {edited([](DemoFile* file) { file->rows().push_back(file->rows().front()); }),
            1,
            {"RLQ stands in rows 2 and 4"}},
           {edited([](DemoFile* file) { file->rows()[1].pop_back(); }),
            1,
            {"row 3 has 19 columns, the header 20"}},
           {edited([](DemoFile* file) { file->rows()[1][1] = "2024-02"; }),
            1,
            {"FILE_PERIOD", "row 3 is of 2024-02"}},
           {edited([](DemoFile* file) { file->rows()[0][1] = "2024-13"; }),
            1,
            {"row 2", "month 13 does not exist"}},
           {edited([](DemoFile* file) { file->rows().clear(); }), 1, {"no organisation's row"}},
           {Write("picture.csv", std::string("\x89PNG\r\n\x1a\n\0\0\xff\xfe", 12)),
            1,
            {"NUL byte", "reason: CHARSET", "CSV UTF-8"}},
           {Write("empty.csv", ""), 2, {"holds 0 B", "Check"}},
           {File("missing.csv"), 2, {"cannot be read: No such file"}}}) {
    const uint64_t before = demo_.SequenceOf("ingestion");
    const ClientRun run = Load(row.file);
    EXPECT_THAT(
        run, AllOf(ExitedWith(row.exit_code),
                   Field(&ClientRun::err, AllOf(HasSubstr(row.file), HasSubstr("what to do: ")))));
    for (const std::string& words : row.words) EXPECT_THAT(run.err, HasSubstr(words));
    EXPECT_EQ(demo_.SequenceOf("ingestion"), before) << row.file;
  }
}

// The files of a folder are tried one and all, and what became of each is said.
TEST_F(SubmitTest, AFaultyFileHoldsNoOtherUpAndIsNamedInTheEnd) {
  const auto changed = [this](const char* name, const char* period, const char* figure) {
    DemoFile file = DemoFile::Of(period).Only({kIcbProvider});
    file.At(kIcbProvider, kType1) = figure;
    file.WriteTo(File(name));
    return File(name);
  };
  for (const bool parallel : {false, true}) {
    const std::string a = changed("a.csv", "2022-10", parallel ? "81001" : "81002");
    const std::string b = Write("b.csv", "organisation,period\nRLQ,2022-11\n");
    const std::string c = changed("c.csv", "2022-12", parallel ? "81003" : "81004");
    const std::vector<std::string> options =
        parallel ? std::vector<std::string>{"--parallel", "3"} : std::vector<std::string>{};
    const ClientRun run = demo_.As(kLoader, demo_.Submit({a, b, c}, options));
    EXPECT_THAT(run, ExitedWith(1));
    EXPECT_THAT(run.err, AllOf(HasSubstr(b + ": the header row"), HasSubstr("what to do: ")));
    EXPECT_THAT(run.out, AllOf(HasSubstr(a + "  October 2022"), HasSubstr(c + "  December 2022"),
                               HasSubstr("3 files in "), HasSubstr(": 2 returns stored"),
                               HasSubstr("1 file ended in an error: " + b + "."),
                               HasSubstr("Receipts: sequences")));
    std::vector<std::string> as_json = options;
    as_json.push_back("--json");
    const ClientRun json = demo_.As(kLoader, demo_.Submit({a, b, c}, as_json));
    EXPECT_THAT(json, ExitedWith(1));
    const auto answer = FromJson<google::protobuf::Struct>(json.out);
    ASSERT_EQ(JsonList(answer, {"files"}).size(), 3u);
    EXPECT_EQ(JsonPart(answer, {"files", "1", "error", "reason"}).string_value(), "FILE_LAYOUT");
    for (const char* sent : {"0", "2"}) {
      EXPECT_TRUE(
          JsonMessage<SubmitReturnFileResponse>(answer, {"files", sent, "answer"}).has_receipt());
    }
    FromJson<google::protobuf::Struct>(json.err);
  }
}

// What concerns all ends the run, and says what was not sent.
TEST_F(SubmitTest, AnErrorThatConcernsAllFilesEndsTheRun) {
  const std::string a = Written(DemoFile::Of("2022-10").Only({kIcbProvider}));
  const std::string b = Written(DemoFile::Of("2022-11").Only({kIcbProvider}));
  const ClientRun run = demo_.As(kAnalyst, demo_.Submit({a, b}));
  EXPECT_THAT(run, AllOf(ExitedWith(3), Field(&ClientRun::err, HasSubstr("reason: PERMISSION"))));
  EXPECT_THAT(run.out,
              AllOf(HasSubstr("0 returns stored"), HasSubstr("1 file ended in an error: " + a),
                    HasSubstr("1 was not sent: " + b)));
  const auto json =
      FromJson<google::protobuf::Struct>(demo_.As(kAnalyst, demo_.Submit({a, b}, {"--json"})).out);
  EXPECT_EQ(JsonPart(json, {"files", "0", "error", "exit_code"}).number_value(), 3);
  EXPECT_FALSE(JsonPart(json, {"files", "1", "sent"}).bool_value());
}

TEST_F(SubmitTest, OptionsThatDoNotFit) {
  const std::string march = DemoPath("2024-03");
  DemoFile other = DemoFile::Of("2022-06").Only({kIcbProvider});
  const std::string used = Written(other);
  ASSERT_THAT(Load(used, {"--request-id", "officer-7"}), ExitedWith(0));
  other.Add(kIcbProvider, kType1, 1);
  struct Row {
    std::vector<std::string> arguments;
    int exit_code;
    const char* words;
  };
  for (const Row& row : std::vector<Row>{
           {demo_.Submit({march, march}, {"--request-id", "a"}), 2, "goes with one file"},
           {demo_.Submit({march}, {"--status", "perhaps"}), 2, "perhaps"},
           {demo_.Submit({march}, {"--mode", "add"}), 2, "add"},
           {{"submit", march, "--collection", "MSitAE"}, 2, "--layout is required"},
           {{"submit", march, "--layout", "onereturn-wide"}, 2, "--collection is required"},
           {{"submit", march, "--collection", "MSitAE", "--layout", "other"},
            1,
            "no layout \"other\""},
           {{"submit", march, "--collection", "Other", "--layout", "onereturn-wide"},
            1,
            "no collection \"Other\""},
           {demo_.Submit({Written(other)}, {"--request-id", "officer-7"}), 1, "REQUEST_ID_REUSED"},
           {demo_.Submit({used}, {"--position-file", "/proc/position"}), 2, "cannot be written"}}) {
    EXPECT_THAT(demo_.As(kLoader, row.arguments),
                AllOf(ExitedWith(row.exit_code), Field(&ClientRun::err, HasSubstr(row.words))));
  }
}

}  // namespace
}  // namespace onereturn

// Every published A&E file of 24 months, taken as it is; and the demo's files, which say the same.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "absl/strings/match.h"
#include "common/base/testing/published_data.h"
#include "common/csv/csv_reader.h"
#include "common/ledger/receipt.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/catalogue/backtest_rule.h"
#include "services/ingestion/app/testing/test_ingestion.h"

namespace onereturn::ingestion {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

std::string PublishedFolder() { return PublishedDataFolder() + "/ae-monthly-2022-24"; }

std::vector<std::string> FilesIn(const std::string& folder) {
  std::vector<std::string> files;
  if (!std::filesystem::is_directory(folder)) return files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".csv") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<std::string> DemoFiles() {
  std::vector<std::string> files = FilesIn(DeployFolder() + "/demo");
  files.erase(
      std::remove_if(files.begin(), files.end(),
                     [](const std::string& file) { return !absl::StrContains(file, "/MSitAE-"); }),
      files.end());
  return files;
}

// "organisation period" -> content hash of the cells in force.
using Contents = std::map<std::string, std::string>;

Contents ContentsOf(TestIngestion& ingestion) {
  Contents contents;
  const uint64_t last = ingestion.LastSequence();
  for (uint64_t sequence = 1; sequence <= last; ++sequence) {
    absl::StatusOr<feed::v1::ReturnAccepted> fact =
        ReturnOfEntry(EntryBytes(ingestion.store(), sequence).value());
    if (!fact.ok()) continue;
    contents[absl::StrCat(fact->organisation(), " ", fact->period())] = fact->cell_digest();
  }
  return contents;
}

// Column sums in millionths by period, nulls as nothing, of all that is stored.
std::map<std::string, std::map<std::string, Int128>> SumsOf(TestIngestion& ingestion) {
  std::map<std::string, std::map<std::string, Int128>> sums;
  const uint64_t last = ingestion.LastSequence();
  for (uint64_t sequence = 1; sequence <= last; ++sequence) {
    absl::StatusOr<feed::v1::ReturnAccepted> fact =
        ReturnOfEntry(EntryBytes(ingestion.store(), sequence).value());
    if (!fact.ok()) continue;
    const std::vector<Cell> cells = ingestion.CellsOf(*fact);
    for (const Cell& cell : cells) {
      if (cell.value.has_value()) sums[fact->period()][DescribeCell(cell)] += cell.value->wide();
    }
  }
  return sums;
}

// What the files of one source gave.
struct Taken {
  size_t returns = 0;
  std::set<std::string> organisations;
  std::map<std::string, std::set<std::string>> returns_with;  // By code of finding.
  size_t nulls = 0;
  size_t explanations_owed = 0;  // Returns.
};

Taken TakeAll(TestIngestion& ingestion, const std::vector<std::string>& files,
              const std::string& layout) {
  Taken taken;
  for (const std::string& file : files) {
    const absl::StatusOr<FileAnswer> answer =
        ingestion.submit_file().Run(ingestion.AeFile(ingestion.Upload(FileText(file)), layout));
    EXPECT_THAT(answer, IsOk()) << file;
    if (!answer.ok()) continue;
    EXPECT_NE(answer->verdict, Verdict::kInvalid) << file;
    EXPECT_THAT(VerifyReceipt(answer->accepted->receipt, ingestion.committer().verifying_key()),
                IsOk());
    for (const FileReturnAnswer& one : answer->returns) {
      EXPECT_NE(one.verdict, Verdict::kInvalid) << file << " " << one.organisation;
      taken.explanations_owed += one.verdict == Verdict::kValidWithExplanations ? 1 : 0;
      EXPECT_FALSE(one.unchanged || one.replayed);
      EXPECT_GT(one.sequence, 0u);
      taken.organisations.insert(one.organisation);
      ++taken.returns;
    }
    for (const Finding& finding : answer->findings.kept()) {
      taken.returns_with[finding.code].insert(
          absl::StrCat(finding.organisation, " ", answer->period));
    }
  }
  const uint64_t last = ingestion.LastSequence();
  for (uint64_t sequence = 1; sequence <= last; ++sequence) {
    absl::StatusOr<feed::v1::ReturnAccepted> fact =
        ReturnOfEntry(EntryBytes(ingestion.store(), sequence).value());
    if (!fact.ok()) continue;
    const std::vector<Cell> cells = ingestion.CellsOf(*fact);
    EXPECT_THAT(cells, SizeIs(18));
    for (const Cell& cell : cells) {
      if (cell.value.has_value()) continue;
      ++taken.nulls;
      EXPECT_EQ(cell.item, "ae_over_four_hours");
      EXPECT_EQ(cell.null_reason, NullReason::kNotCollected);
    }
  }
  return taken;
}

// Counted from the files by other means than this program.
void ExpectTheKnownCounts(const Taken& taken) {
  EXPECT_EQ(taken.returns, 4'866u);
  EXPECT_THAT(taken.organisations, SizeIs(212));
  EXPECT_EQ(taken.nulls, 1'176u);
  EXPECT_EQ(taken.explanations_owed, 18u);
  std::map<std::string, size_t> found;
  for (const auto& [code, returns] : taken.returns_with) found[code] = returns.size();
  EXPECT_EQ(found, (std::map<std::string, size_t>{
                       {"AE03", 113}, {"AE04", 12}, {"AE06", 18}, {"AE07", 26}, {"AE08", 13}}));
}

// Runs first: needs nothing but the clone.
TEST(DemoFilesTest, EnglandsTotalsAreThoseThatWerePublished) {
  TestIngestion ingestion;
  ingestion.Apply(EnglandCatalogue());
  ASSERT_THAT(DemoFiles(), SizeIs(24));
  ExpectTheKnownCounts(TakeAll(ingestion, DemoFiles(), "onereturn-wide"));

  const auto sums = SumsOf(ingestion);
  std::vector<std::string> header;
  size_t figures = 0;
  CsvReader expected(CsvLimits(), [&](int64_t, const std::vector<absl::string_view>& fields) {
    if (header.empty()) {
      header = std::vector<std::string>(fields.begin(), fields.end());
      return absl::OkStatus();
    }
    for (size_t i = 1; i < fields.size(); ++i) {
      const auto month = sums.find(std::string(fields[0]));
      EXPECT_NE(month, sums.end()) << fields[0];
      if (month == sums.end()) continue;
      const auto sum = month->second.find(DescribeCell(AeCell(header[i], "0")));
      EXPECT_EQ(sum == month->second.end() ? "" : MillionthsToString(sum->second),
                std::string(fields[i]))
          << fields[0] << " " << header[i];
      ++figures;
    }
    return absl::OkStatus();
  });
  ASSERT_THAT(expected.Feed(FileText(DeployFolder() + "/demo/expected.csv")), IsOk());
  ASSERT_THAT(expected.Finish(), IsOk());
  EXPECT_EQ(figures, 24u * 18u);
  // Figures that NHS England publishes for all England.
  Int128 attendances = 0;
  Int128 admissions = 0;
  for (const auto& [header_text, name] : AeColumns()) {
    const Int128 sum = sums.at("2024-03").at(DescribeCell(AeCell(name, "0")));
    if (absl::StartsWith(name, "ae_attendances")) attendances += sum;
    if (absl::StrContains(name, "admissions")) admissions += sum;
  }
  EXPECT_EQ(MillionthsToString(attendances), "2370221");
  EXPECT_EQ(MillionthsToString(admissions), "567456");
  EXPECT_EQ(MillionthsToString(sums.at("2024-03").at("ae_waits_over_twelve_hours")), "42972");
  EXPECT_EQ(MillionthsToString(sums.at("2022-12").at("ae_waits_over_twelve_hours")), "54573");
}

// One service that has taken the published files, for all tests of the suite.
class PublishedFilesTest : public PublishedDataTest {
 protected:
  PublishedFilesTest() : PublishedDataTest("ae-monthly-2022-24") {}

  static void SetUpTestSuite() {
    files_ = FilesIn(PublishedFolder());
    if (files_.empty()) return;
    ingestion_ = new TestIngestion;
    ingestion_->Apply(EnglandCatalogue());
    taken_ = TakeAll(*ingestion_, files_, "published-22");
  }
  static void TearDownTestSuite() {
    delete ingestion_;
    ingestion_ = nullptr;
  }

  static std::vector<std::string> files_;
  static TestIngestion* ingestion_;
  static Taken taken_;
};
std::vector<std::string> PublishedFilesTest::files_;
TestIngestion* PublishedFilesTest::ingestion_ = nullptr;
Taken PublishedFilesTest::taken_;

TEST_F(PublishedFilesTest, All24AreTakenUnmodified) {
  ASSERT_THAT(files_, SizeIs(24));
  ExpectTheKnownCounts(taken_);
}

// What the loader is not shown: the share repeated to one decimal place in three months, 11 times
// by nine providers, counted from the files by other means; and nobody has a type 1 department who
// is not on the list, which was made from these files.
TEST_F(PublishedFilesTest, TheScreensFindWhatIsInTheFiles) {
  std::map<std::string, uint32_t> found;
  const config::v1::DefinitionSet england = EnglandCatalogue();
  for (const catalogue::v1::Rule& rule : england.collections(0).rules()) {
    if (rule.code() != "AE05" && rule.code() != "AE07R") continue;
    BacktestWish wish;
    wish.collection = "MSitAE";
    wish.rule = rule;
    const absl::StatusOr<BacktestResult> result = BacktestRule(
        ingestion_->store(), wish, [](uint32_t, uint32_t) { return absl::OkStatus(); });
    ASSERT_THAT(result, IsOk());
    EXPECT_EQ(result->examined, 4'866u);
    found[rule.code()] = result->found;
  }
  EXPECT_EQ(found, (std::map<std::string, uint32_t>{{"AE05", 0}, {"AE07R", 11}}));
}

TEST_F(PublishedFilesTest, TheDemosFilesHoldExactlyTheSameCells) {
  TestIngestion demo;
  demo.Apply(EnglandCatalogue());
  for (const std::string& file : DemoFiles()) {
    ASSERT_THAT(demo.submit_file().Run(demo.AeFile(demo.Upload(FileText(file)), "onereturn-wide")),
                IsOk());
  }
  const Contents published = ContentsOf(*ingestion_);
  EXPECT_THAT(published, SizeIs(4'866));
  EXPECT_EQ(published, ContentsOf(demo));
}

TEST_F(PublishedFilesTest, AgainUnderAnotherIdNothingChanges) {
  const Contents before = ContentsOf(*ingestion_);
  const uint64_t last = ingestion_->LastSequence();
  size_t unchanged = 0;
  for (const std::string& file : files_) {
    const absl::StatusOr<FileAnswer> answer =
        ingestion_->submit_file().Run(ingestion_->AeFile(ingestion_->Upload(FileText(file))));
    ASSERT_THAT(answer, IsOk());
    for (const FileReturnAnswer& one : answer->returns) {
      EXPECT_TRUE(one.unchanged && !one.replayed) << one.organisation;
      EXPECT_TRUE(absl::EndsWith(one.revision, "/revisions/1")) << one.revision;
      unchanged += one.unchanged ? 1 : 0;
    }
  }
  EXPECT_EQ(unchanged, 4'866u);
  EXPECT_EQ(ContentsOf(*ingestion_), before);
  EXPECT_EQ(ingestion_->LastSequence(), last + 24) << "only the files' own facts";
}

TEST_F(PublishedFilesTest, AgainUnderTheSameIdIsTheFirstAnswer) {
  for (const std::string& file : {files_.front(), files_.back()}) {
    const FileSubmission submission = ingestion_->AeFile(ingestion_->Upload(FileText(file)));
    const absl::StatusOr<FileAnswer> first = ingestion_->submit_file().Run(submission);
    ASSERT_THAT(first, IsOk());
    const uint64_t last = ingestion_->LastSequence();
    const absl::StatusOr<FileAnswer> second = ingestion_->submit_file().Run(submission);
    ASSERT_THAT(second, IsOk());
    EXPECT_TRUE(second->accepted->replayed);
    EXPECT_EQ(second->accepted->placement.sequence, first->accepted->placement.sequence);
    EXPECT_EQ(second->accepted->receipt.leaf_hash, first->accepted->receipt.leaf_hash);
    EXPECT_EQ(second->period, first->period);
    EXPECT_EQ(ingestion_->LastSequence(), last);
  }
}

// In every column: one more anywhere, and the total no longer agrees.
TEST_F(PublishedFilesTest, AChangedFigureIsNoticedInEveryColumn) {
  for (const std::string& file : files_) {
    const std::string text = FileText(file);
    // A column a file in turn, of the first provider's row.
    const size_t column = 4 + (&file - files_.data()) % 18;
    const size_t row_start = text.find('\n') + 1;
    std::string row = text.substr(row_start, text.find('\n', row_start) - row_start);
    std::vector<std::string> fields;
    CsvReader reader(CsvLimits(), [&fields](int64_t, const std::vector<absl::string_view>& read) {
      fields = std::vector<std::string>(read.begin(), read.end());
      return absl::OkStatus();
    });
    ASSERT_TRUE(reader.Feed(row).ok() && reader.Finish().ok());
    size_t place = row_start;
    for (size_t i = 0; i < column; ++i) place = text.find(',', place) + 1;
    ASSERT_EQ(row.find('"'), std::string::npos) << file;
    std::string changed = text;
    changed.replace(place, fields[column].size(), absl::StrCat(std::stoi(fields[column]) + 1));

    const uint64_t last = ingestion_->LastSequence();
    const absl::Status status =
        ingestion_->submit_file().Run(ingestion_->AeFile(ingestion_->Upload(changed))).status();
    ASSERT_THAT(status, HasReason(Reason::kFileTotal)) << file;
    const ErrorDetails details = DetailsOf(status).value();
    ASSERT_EQ(details.fields_total, 1u) << file;
    EXPECT_THAT(details.fields[0].field, HasSubstr(absl::StrCat("column ", column + 1, " (")));
    EXPECT_EQ(ingestion_->LastSequence(), last);
  }
}

}  // namespace
}  // namespace onereturn::ingestion

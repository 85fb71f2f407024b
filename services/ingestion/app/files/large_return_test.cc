// The largest return: 300,000 cells of one organisation in one file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>

#include "common/ledger/receipt.h"
#include "common/rpc/process_memory.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/testing/small_catalogue.h"
#include "services/ingestion/app/testing/test_ingestion.h"

namespace onereturn::ingestion {
namespace {

constexpr int kWards = 600;
constexpr int kTests = 500;
constexpr uint64_t kCells = uint64_t{kWards} * kTests;

int64_t FigureOf(int ward, int test) { return (ward * 7'919 + test * 104'729) % 1'000'003; }
bool IsNull(int ward, int test) { return (ward + test) % 1'000 == 7; }

config::v1::DefinitionSet Large() {
  config::v1::DefinitionSet set;
  auto* organisation = set.add_organisations();
  organisation->set_code("RLQ");
  organisation->set_display_name("A trust with many wards");
  organisation->set_type(catalogue::v1::ORGANISATION_TYPE_PROVIDER);
  auto* item = set.add_items();
  item->set_code("tests_done");
  item->set_display_name("Tests done");
  item->set_concept_text("Tests done by ward.");
  item->set_unit("tests");
  auto* ward = item->add_dimensions();
  ward->set_code("ward");
  for (int i = 0; i < kWards; ++i) ward->add_values()->set_code(absl::StrCat("ward", i));
  auto* test = item->add_dimensions();
  test->set_code("test");
  for (int i = 0; i < kTests; ++i) test->add_values()->set_code(absl::StrCat("t", i));
  auto* collection = set.add_collections();
  collection->set_code("WARDS");
  collection->set_display_name("Tests by ward");
  collection->add_items("tests_done");
  collection->set_period_kind(catalogue::v1::PERIOD_KIND_MONTH);
  auto* rule = collection->add_rules();
  rule->set_code("W01");
  rule->set_severity(common::v1::SEVERITY_ERROR);
  rule->set_message("A figure must be 0 or more.");
  rule->set_expression("cell >= 0");
  rule->set_each_cell(true);
  auto* layout = collection->add_layouts();
  layout->set_code("long");
  layout->mutable_long_()->add_dimensions("ward");
  layout->mutable_long_()->add_dimensions("test");
  return set;
}

std::string LargeFile() {
  std::string text = "organisation,period,item,ward,test,value,null_reason\n";
  for (int ward = 0; ward < kWards; ++ward) {
    for (int test = 0; test < kTests; ++test) {
      absl::StrAppend(&text, "RLQ,2024-03,tests_done,ward", ward, ",t", test, ",");
      if (IsNull(ward, test)) {
        text += ",NOT_COLLECTED\n";
      } else {
        absl::StrAppend(&text, FigureOf(ward, test), ",\n");
      }
    }
  }
  return text;
}

TEST(LargeReturnTest, ThreeHundredThousandCellsAreTakenAndReadBack) {
  TestIngestion ingestion;
  ingestion.Apply(Large());
  std::string upload;
  size_t file_bytes = 0;
  {
    const std::string text = LargeFile();
    file_bytes = text.size();
    upload = ingestion.Upload(text);
  }
  FileSubmission submission = ingestion.AeFile(upload, "long");
  submission.collection = "WARDS";
  // The high-water mark is set back, so that it shows this import alone.
  if (std::FILE* reset = std::fopen("/proc/self/clear_refs", "w"); reset != nullptr) {
    std::fputs("5", reset);
    std::fclose(reset);
  }
  const ProcessMemory before = ReadProcessMemory();
  const auto start = std::chrono::steady_clock::now();
  const absl::StatusOr<FileAnswer> answer = ingestion.submit_file().Run(submission);
  const auto taken = std::chrono::steady_clock::now() - start;
  const ProcessMemory after = ReadProcessMemory();
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->verdict, Verdict::kValid);
  ASSERT_THAT(answer->returns, ::testing::SizeIs(1));

  const Accepted accepted = ingestion.committer().ReceiptOf(answer->returns[0].sequence).value();
  EXPECT_THAT(VerifyReceipt(accepted.receipt, ingestion.committer().verifying_key()), IsOk());
  EXPECT_LT(accepted.receipt.entry.size(), 64u * 1024);
  const feed::v1::ReturnAccepted fact = ReturnOfEntry(accepted.receipt.entry).value();
  EXPECT_EQ(fact.cell_count(), kCells);
  EXPECT_GE(fact.chunk_digests_size(), static_cast<int>(kCells / kMaxCellsPerChunk));

  // Every figure, once, as it was sent; the chunks under the digests that the fact holds.
  std::vector<bool> seen(kCells);
  uint64_t wrong = 0;
  uint64_t chunk_bytes = 0;
  std::vector<Digest> digests;
  for (const std::string& bytes : fact.chunk_digests()) {
    digests.push_back(DigestFromBytes(bytes).value());
    const std::string chunk = FindChunk(ingestion.store(), digests.back()).value().value();
    EXPECT_EQ(Sha256(chunk), digests.back());
    chunk_bytes += chunk.size();
    ASSERT_THAT(
        VisitChunk(chunk,
                   [&](const CellView& cell) {
                     const int test = std::stoi(std::string(cell.dimensions[0].value.substr(1)));
                     const int ward = std::stoi(std::string(cell.dimensions[1].value.substr(4)));
                     const size_t place = static_cast<size_t>(ward) * kTests + test;
                     if (seen[place]) ++wrong;
                     seen[place] = true;
                     const bool right =
                         IsNull(ward, test)
                             ? !cell.value.has_value()
                             : cell.value == Decimal::FromWhole(FigureOf(ward, test));
                     if (cell.item != "tests_done" || !right) ++wrong;
                   }),
        IsOk());
  }
  EXPECT_EQ(wrong, 0u);
  EXPECT_EQ(std::count(seen.begin(), seen.end(), true), static_cast<int64_t>(kCells));
  const Digest cell_digest = CellDigest(digests);
  EXPECT_EQ(fact.cell_digest(), DigestBytes(cell_digest));

  const uint64_t growth = after.peak_resident_bytes - before.resident_bytes;
  std::printf(
      "%llu cells, file %.1f MB, %d chunks of %.1f MB: %.2f s, peak resident growth %.0f MiB\n",
      static_cast<unsigned long long>(kCells), static_cast<double>(file_bytes) / 1e6,
      fact.chunk_digests_size(), static_cast<double>(chunk_bytes) / 1e6,
      std::chrono::duration<double>(taken).count(), static_cast<double>(growth) / (1 << 20));
  EXPECT_LT(growth, uint64_t{512} << 20);

  // Again: nothing new.
  submission.origin = ingestion.FreshOrigin();
  EXPECT_TRUE(ingestion.submit_file().Run(submission)->returns[0].unchanged);
}

// The chunks are in the store before the fact is: here the fact is refused, being larger than an
// entry may be, and they are there all the same. A retry finds them and they are written once.
TEST(LargeReturnTest, ChunksAreWrittenAhead) {
  TestIngestion ingestion;
  ingestion.Apply(Large());
  ReturnSubmission submission = ingestion.AeReturn("RLQ", "2024-03");
  submission.collection = "WARDS";
  submission.submission.cells.clear();
  const CompiledCollection compiled =
      ingestion.collections().Get(ingestion.store().TakeSnapshot(), "WARDS").value();
  int64_t figure = 0;
  compiled.collection->VisitCells([&](const Cell& cell) {
    submission.submission.cells.push_back(cell);
    submission.submission.cells.back().value = Decimal::FromWhole(figure++);
    return true;
  });
  submission.submission.explanations = {{"W01", std::nullopt, std::string(70 * 1024, 'x')}};
  const uint64_t before = ingestion.LastSequence();
  EXPECT_THAT(ingestion.Submit(submission).status(), HasReason(Reason::kMessageTooLarge));
  EXPECT_EQ(ingestion.LastSequence(), before);

  const Judgement judgement =
      Judge(*compiled.collection, Period::Parse("2024-03").value(), submission.submission);
  EXPECT_GT(judgement.chunks.size(), 70u);
  for (const Digest& digest : judgement.chunk_digests) {
    EXPECT_TRUE(FindChunk(ingestion.store(), digest)->has_value());
  }
  // No revision points to them: the return is not there.
  EXPECT_EQ(HeadOf(ingestion.store(), {"WARDS", "2024-03", "RLQ"})->newest.number, 0u);
  submission.submission.explanations.clear();
  const absl::StatusOr<ReturnAnswer> answer = ingestion.Submit(submission);
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->fact.revision(), 1u);
  EXPECT_EQ(ingestion.LastSequence(), before + 1);
}

TEST(LargeReturnTest, OneCellLessIsOneFinding) {
  TestIngestion ingestion;
  ingestion.Apply(Large());
  const uint64_t before = ingestion.LastSequence();
  std::string text = LargeFile();
  text.resize(text.rfind("RLQ"));
  FileSubmission submission = ingestion.AeFile(ingestion.Upload(text), "long");
  submission.collection = "WARDS";
  const absl::StatusOr<FileAnswer> answer = ingestion.submit_file().Run(submission);
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->verdict, Verdict::kInvalid);
  ASSERT_EQ(answer->findings.count(), 1u);
  EXPECT_EQ(answer->findings.kept()[0].code, "CELL_MISSING");
  EXPECT_EQ(DescribeCell(*answer->findings.kept()[0].cell), "tests_done [test=t499, ward=ward599]");
  EXPECT_EQ(ingestion.LastSequence(), before);
}

// Memory: what would not be kept together is not put together either. 17 reasons of 1,900 bytes are
// nearly what a return may have, so that some 520 returns are more than 16 MiB.
TEST(FilesTogetherTest, MoreThanIsKeptTogetherIsRefusedBeforeTheRestIsRead) {
  constexpr int kOrganisations = 700;
  TestIngestion ingestion;
  config::v1::DefinitionSet set;
  std::vector<std::string> items;
  for (int i = 0; i < 17; ++i) {
    items.push_back(absl::StrCat("item_", i));
    *set.add_items() = SmallItem(items.back());
  }
  catalogue::v1::Collection collection = SmallCollection("WORDS", items);
  collection.add_layouts()->set_code("long");
  collection.mutable_layouts(0)->mutable_long_();
  *set.add_collections() = collection;
  std::string text = "organisation,period,item,value,explanation\n";
  for (int i = 0; i < kOrganisations; ++i) {
    const std::string code = absl::StrCat("X", 1000 + i);
    *set.add_organisations() = SmallProvider(code);
    for (const std::string& item : items) {
      absl::StrAppend(&text, code, ",2024-01,", item, ",1,", std::string(1'900, 'w'), "\n");
    }
  }
  ingestion.Apply(set);
  FileSubmission file = ingestion.AeFile(ingestion.Upload(text), "long");
  file.collection = "WORDS";
  file.all_or_nothing = true;
  const uint64_t before = ingestion.LastSequence();
  FileRun run;
  EXPECT_THAT(ingestion.submit_file().Run(file, &run), HasReason(Reason::kMessageTooLarge));
  EXPECT_EQ(ingestion.LastSequence(), before);
  EXPECT_EQ(run.state().stage, FileStage::kStoring);
  EXPECT_LT(run.state().read_bytes, run.state().file_bytes * 4 / 5);
  file.all_or_nothing = false;
  EXPECT_TRUE(ingestion.submit_file().Run(file)->accepted.has_value());
}

}  // namespace
}  // namespace onereturn::ingestion

// Great files: an RTT extract as large as that of a month, in memory that does not grow with it.
//
// ONERETURN_RTT_PROVIDERS says how many providers the file has (40 by default; 456 make the 182,400
// rows of a real extract), and then rows and time are printed.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <string>

#include "common/status/testing/status_matchers.h"
#include "services/ingestion/domain/testing/rtt_files.h"

namespace onereturn::ingestion {
namespace {

struct Extract {
  absl::Status status;
  size_t rows = 0;
  size_t bytes = 0;
  size_t cells = 0;
  uint64_t findings = 0;
  size_t bytes_grown = 0;  // From the second delivery to the one with most.
};

// Of the process; what the reader lets go of may stay with it.
size_t BytesHeld() {
  std::ifstream status("/proc/self/status");
  std::string word;
  size_t kibibytes = 0;
  while (status >> word) {
    if (word == "VmRSS:" && status >> kibibytes) return kibibytes * 1'024;
  }
  return 0;
}

constexpr size_t kMebibyte = 1'024 * 1'024;

// Each provider has the rows of five commissioners, of which a quarter of the bands is filled: 400
// rows and about 8,000 cells. The bytes are made as they are read.
Extract ReadExtract(int providers) {
  const Collection collection = RttCollection();
  std::string of_one_provider;
  size_t rows_of_one = 0;
  for (const std::string& commissioner : RttCommissioners()) {
    const Records rows = RttRows("@@@@", commissioner, 15, kRttBands / 4);
    rows_of_one += rows.size();
    of_one_provider += TextOf(rows);
  }
  Extract extract;
  size_t deliveries = 0;
  size_t settled = 0;
  std::unique_ptr<ReturnFileReader> reader =
      MakeReturnFileReader(collection, collection.layouts[0], [&](FileReturnRows rows) {
        extract.cells += rows.cells.size();
        extract.findings += rows.findings.count();
        const size_t held = BytesHeld();
        if (++deliveries == 2) settled = held;
        if (deliveries > 2 && held > settled) {
          extract.bytes_grown = std::max(extract.bytes_grown, held - settled);
        }
        return absl::OkStatus();
      });
  extract.status = reader->Feed(TextOf({RttHeader()}));
  for (int provider = 0; provider < providers && extract.status.ok(); ++provider) {
    const std::string code = absl::StrFormat("R%03d", provider);
    std::string text = of_one_provider;
    for (size_t at = text.find("@@@@"); at != std::string::npos; at = text.find("@@@@", at)) {
      text.replace(at, 4, code);
    }
    extract.status = reader->Feed(text);
    extract.rows += rows_of_one;
    extract.bytes += text.size();
  }
  if (extract.status.ok()) extract.status = reader->Finish();
  return extract;
}

TEST(WideFileSizeTest, MemoryIsThatOfOneOrganisation) {
  const char* asked = std::getenv("ONERETURN_RTT_PROVIDERS");
  const int providers = asked != nullptr ? std::atoi(asked) : 40;
  const Extract few = ReadExtract(4);
  ASSERT_THAT(few.status, IsOk());
  const auto start = std::chrono::steady_clock::now();
  const Extract many = ReadExtract(providers);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  ASSERT_THAT(many.status, IsOk());
  EXPECT_EQ(many.findings, 0u);
  EXPECT_EQ(many.cells, few.cells / 4 * static_cast<size_t>(providers));
  // The cells of all of them would be above 3 MB a provider.
  EXPECT_LE(many.bytes_grown, 16 * kMebibyte);
  if (asked == nullptr) return;
  std::printf("%zu rows, %zu bytes, %zu cells in %.2f s; %zu bytes more than after two providers\n",
              many.rows, many.bytes, many.cells, taken.count(), many.bytes_grown);
}

// The largest provider of a month: 1,500 rows with every band filled.
TEST(WideFileSizeTest, TheLargestProviderFits) {
  const Collection collection = RttCollection();
  size_t cells = 0;
  size_t held = 0;
  const size_t before = BytesHeld();
  std::unique_ptr<ReturnFileReader> reader =
      MakeReturnFileReader(collection, collection.layouts[0], [&](FileReturnRows rows) {
        cells = rows.cells.size();
        held = BytesHeld() - std::min(before, BytesHeld());
        return absl::OkStatus();
      });
  ASSERT_THAT(reader->Feed(TextOf({RttHeader()})), IsOk());
  for (int time = 0; time < 3; ++time) {
    for (const std::string& commissioner : RttCommissioners()) {
      ASSERT_THAT(reader->Feed(TextOf(RttRows("RDY", commissioner, 19, kRttBands))), IsOk());
    }
  }
  ASSERT_THAT(reader->Finish(), IsOk());
  EXPECT_GT(cells, 110'000u);
  EXPECT_LE(held, 128 * kMebibyte);
}

}  // namespace
}  // namespace onereturn::ingestion

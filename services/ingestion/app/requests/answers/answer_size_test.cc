// Answers of many figures of which some may not be shown: as much memory as is shown together, and
// no more. ONERETURN_ORGANISATIONS and ONERETURN_PLACES make them larger, for a measurement.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "common/rpc/process_memory.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/requests/testing/answer_world.h"

namespace onereturn::ingestion {
namespace {

int SizeSetting(const char* name, int usual) {
  const char* value = std::getenv(name);
  return value == nullptr ? usual : std::atoi(value);
}

class AnswerSizeTest : public AnswerWorld, public ::testing::Test {
 protected:
  AnswerSizeTest() {
    catalogue::v1::DataItem item = Parse<catalogue::v1::DataItem>(
        R"(code: "stays" display_name: "Stays" concept_text: "Stays." unit: "patients"
           additive_over_organisations: true additive_over_time: true
           disclosure { suppressed_to: 7 rule: "1 to 7 are not shown" }
           dimensions { code: "ward" display_name: "Ward" adds_up: true })");
    for (int i = 0; i < places_; ++i) {
      catalogue::v1::DimensionCode* ward = item.mutable_dimensions(0)->add_values();
      ward->set_code(WardOf(i));
      ward->set_display_name(WardOf(i));
    }
    Define(item);
    Define(SmallCollection("Wards", {"stays"}));
  }
  static std::string WardOf(int place) { return absl::StrCat("ward_", 10'000 + place); }
  // Each below an ICB, or below none: empty.
  std::vector<std::string> Providers(const std::string& icb) {
    std::vector<std::string> codes;
    for (int i = 0; i < organisations_; ++i) {
      catalogue::v1::Organisation provider;
      provider.set_code(absl::StrCat("P", 1'000 + i));
      provider.set_display_name("Trust");
      provider.set_type(catalogue::v1::ORGANISATION_TYPE_PROVIDER);
      if (!icb.empty()) {
        catalogue::v1::Relationship* below = provider.add_relationships();
        below->set_kind(catalogue::v1::RELATIONSHIP_KIND_PROVIDER_TO_ICB);
        below->set_parent(icb);
        below->set_from_date("2020-04-01");
        below->set_lead(true);
      }
      Define(provider);
      codes.push_back(provider.code());
    }
    return codes;
  }
  void SendWards(const std::string& organisation, const std::string& period,
                 const std::string& figure) {
    ReturnSubmission sent;
    sent.origin = ingestion().FreshOrigin();
    sent.collection = "Wards";
    sent.period = period;
    sent.submission.organisation = organisation;
    for (int i = 0; i < places_; ++i) {
      Cell cell;
      cell.item = "stays";
      cell.dimensions = {{"ward", WardOf(i)}};
      cell.value = Decimal::Parse(figure).value();
      sent.submission.cells.push_back(std::move(cell));
    }
    const auto answer = ingestion().Submit(std::move(sent));
    ONERETURN_CHECK(answer.ok() && answer->accepted.has_value());
  }
  // Reads it all, and says how much memory that took at most.
  absl::Status ReadCounted(const std::string& name, uint64_t* cells) {
    const uint64_t before = ReadProcessMemory().peak_resident_bytes;
    absl::Status status =
        ReadAnswer(parts(), ReaderOf("X24"), name, {ingestion().LastSequence(), "here"},
                   [cells](const requests::v1::StreamAnswerResponse& message) {
                     *cells += static_cast<uint64_t>(message.cells_size());
                     return absl::OkStatus();
                   });
    std::printf("%d organisations of %d figures: %.0f MiB\n", organisations_, places_,
                static_cast<double>(ReadProcessMemory().peak_resident_bytes - before) / (1 << 20));
    return status;
  }

  const int organisations_ = SizeSetting("ONERETURN_ORGANISATIONS", 4);
  const int places_ = SizeSetting("ONERETURN_PLACES", 1'500);
};

// Those that are summed of nothing in common: of the last no figure can be made, and those before
// it were given.
TEST_F(AnswerSizeTest, OrganisationsThatShareNothingAreGivenOneByOne) {
  const std::vector<std::string> codes = Providers("");
  for (const std::string& code : codes) {
    SendWards(code, "2025-01", "3");
    SendWards(code, "2025-02", "3");
    SendWards(code, "2025-03", "30");
  }
  const std::string name = Issued(QuarterOf("stays", codes));
  uint64_t cells = 0;
  ASSERT_THAT(ReadCounted(name, &cells), IsOk());
  EXPECT_EQ(cells, static_cast<uint64_t>(organisations_) * static_cast<uint64_t>(places_));
  SendWards(codes.back(), "2025-01", "9000000000000");
  SendWards(codes.back(), "2025-02", "9000000000000");
  cells = 0;
  EXPECT_THAT(ReadCounted(name, &cells), HasReason(Reason::kDefinitionInvalid));
  EXPECT_GT(cells, 0u);
}

// Beside the ICB that sums them they are held together.
TEST_F(AnswerSizeTest, OrganisationsBesideTheirSumAreHeldTogether) {
  std::vector<std::string> codes = Providers("Q12");
  for (const std::string& code : codes) SendWards(code, "2025-01", "30");
  codes.push_back("Q12");
  requests::v1::DataRequest january = QuarterOf("stays", codes);
  january.set_from_period("2025-01");
  january.set_to_period("2025-01");
  const std::string name = Issued(january);
  uint64_t cells = 0;
  ASSERT_THAT(ReadCounted(name, &cells), IsOk());
  EXPECT_EQ(cells, static_cast<uint64_t>(organisations_ + 1) * static_cast<uint64_t>(places_));
}

}  // namespace
}  // namespace onereturn::ingestion

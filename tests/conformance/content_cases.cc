// What a well-formed submission says: organisations, periods, numbers, and files of them.
#include "absl/strings/str_cat.h"
#include "common/clock/clock.h"
#include "common/rpc/status_conversion.h"
#include "tests/conformance/bad_inputs.h"

namespace onereturn {
namespace {

constexpr char kHeader[] = "organisation,period,seen t1,seen t2,late t1,late t2\n";

using Change = std::function<void(returns::v1::SubmitReturnRequest*)>;

// A good return of RCF, but for `change`, by the national loader where that acts for others.
std::function<Answer(World&)> Changed(const Change& change,
                                      const std::string& persona = Submitter("RCF")) {
  return [change, persona](World& world) {
    returns::v1::SubmitReturnRequest request = World::GoodReturn();
    change(&request);
    return world.Submit(request, persona);
  };
}

std::function<Answer(World&)> ForOrganisation(const std::string& code,
                                              const std::string& persona = kLoader) {
  return Changed([code](auto* request) { request->set_organisation(code); }, persona);
}

std::function<Answer(World&)> ForPeriod(const std::string& period) {
  return Changed([period](auto* request) { request->set_period(period); });
}

// The number of seen, t1.
std::function<Answer(World&)> WithNumber(int64_t millionths) {
  return Changed(
      [millionths](auto* request) { request->mutable_cells(2)->set_millionths(millionths); });
}

// A file with one row for RCF whose first figure is written so.
std::function<Answer(World&)> Written(const std::string& figure) {
  return [figure](World& world) {
    return world.SubmitFile(
        absl::StrCat(kHeader, "RCF,2024-02,", figure, ",200,10,20\nTOTAL,2024-02,0,200,10,20\n"));
  };
}

std::function<Answer(World&)> File(const std::string& text, const std::string& persona) {
  return [text, persona](World& world) { return world.SubmitFile(text, persona); };
}

Cases OrganisationCases() {
  return {
      {"43.lower_case", ForOrganisation("rcf")},
      {"43.two_characters", ForOrganisation("RC")},
      {"43.thirteen_characters", ForOrganisation("RCFRCFRCFRCF1")},
      {"43.letter_o_for_zero", ForOrganisation("RCFO1")},
      {"44.unknown", ForOrganisation("R0A")},
      {"45.closed", ForOrganisation("RFW", Submitter("RFW"))},
      {"46.not_in_frame", ForOrganisation("RX1", Submitter("RX1"))},
      {"46.not_in_frame_imported", ForOrganisation("RX1")},
      {"74.organisation_of_another", ForOrganisation("RAE", Submitter("RCF"))},
      {"74.row_of_another",
       File(absl::StrCat(kHeader, "RAE,2024-02,100,200,10,20\n"), Submitter("RCF"))},
  };
}

// A return of the collection that has windows.
std::function<Answer(World&)> OfYear(const std::string& period) {
  return Changed([period](auto* request) {
    request->set_collection("YEARLY");
    request->set_period(period);
    request->clear_cells();
    auto* cell = request->add_cells();
    cell->mutable_reference()->set_item("whole_year");
    cell->set_millionths(1'000'000);
  });
}

Cases PeriodCases() {
  return {
      {"49.future", ForPeriod("2199-12")},
      {"49.not_open", OfYear("FY2098")},
      {"49.closed", OfYear("FY2023")},
      {"51.local_time",
       [](World&) {
         return AnswerOf(ToGrpcStatus(ParseTimestamp("2026-10-25T01:30:00").status()));
       }},
      {"47.month_13", ForPeriod("2026-13")},
      {"47.year_0001", ForPeriod("0001-01")},
      {"47.year_9999", ForPeriod("9999-01")},
      {"48.quarter_for_a_month", ForPeriod("2024-Q1")},
      {"48.not_canonical", ForPeriod("2024-1")},
      {"48.period_of_a_file",
       File(absl::StrCat(kHeader, "RCF,2024-Q1,100,200,10,20\n"), Submitter("RCF"))},
  };
}

Cases NumberCases() {
  return {
      {"52.negative", WithNumber(-1'000'000)},
      {"52.largest_integer", WithNumber(INT64_MAX)},
      {"52.sum_beyond_64_bits", Changed([](auto* request) {
         request->mutable_cells(2)->set_millionths(9'199'999'999'999'000'000);
         request->mutable_cells(3)->set_millionths(9'199'999'999'999'000'000);
       })},
      {"53.nan", Written("NaN")},
      {"53.infinity", Written("Inf")},
      {"53.minus_zero", Written("-0")},
      {"53.huge", Written("1e308")},
      {"54.more_late_than_seen", WithNumber(1'000'000)},
      {"55.thirty_places", Written("1.000000000000000000000000000001")},
      {"55.exponent", Written("1e3")},
      {"55.full_width", Written("\xEF\xBC\x91\xEF\xBC\x92")},
      {"55.thousands", Written("\"1,000\"")},
      {"57.total_is_not_the_sum",
       File(absl::StrCat(kHeader, "RCF,2024-02,100,200,10,20\nTOTAL,2024-02,101,200,10,20\n"),
            Submitter("RCF"))},
      {"58.neither_number_nor_reason",
       Changed([](auto* request) { request->mutable_cells(2)->clear_content(); })},
      {"58.blank_in_a_file", Written("")},
      {"58.reason_that_is_none", Written("UNKNOWN")},
      {"59.unknown_collection", Changed([](auto* request) { request->set_collection("NOWHERE"); })},
      {"59.retired", Changed([](auto* request) {
         request->set_collection("ONCE");
         request->set_period("2024-01");
       })},
      {"59.before_its_first_period", Changed([](auto* request) {
         request->set_collection("ONCE");
         request->set_period("2021-12");
       })},
  };
}

}  // namespace

Cases ContentCases() {
  Cases cases = OrganisationCases();
  cases.merge(PeriodCases());
  cases.merge(NumberCases());
  return cases;
}

}  // namespace onereturn

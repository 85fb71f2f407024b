// The demonstration's files as rows, read and computed here without the project's own libraries:
// what the tests expect of the services comes from these figures.
#ifndef ONERETURN_TESTS_E2E_DEMO_FILE_H_
#define ONERETURN_TESTS_E2E_DEMO_FILE_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace onereturn {

// The 24 months, in order.
const std::vector<std::string>& DemoPeriods();
// Path of something in the project's tree, such as "deploy/england".
std::string SourcePath(const std::string& name);
std::string DemoPath(const std::string& period);

// A file of deploy/demo in the layout onereturn-wide, or what a test makes of it.
class DemoFile {
 public:
  using Row = std::vector<std::string>;

  static DemoFile Of(const std::string& period);

  // A file with the header and only these organisations' rows, in this order.
  DemoFile Only(const std::vector<std::string>& organisations) const;

  const Row& header() const { return header_; }
  const std::vector<Row>& rows() const { return rows_; }
  std::vector<Row>& rows() { return rows_; }
  Row& header() { return header_; }
  const Row& RowOf(const std::string& organisation) const;
  // The field of an organisation under a header. Both must be there.
  std::string& At(const std::string& organisation, const std::string& header);
  // Adds to a whole number in a field.
  void Add(const std::string& organisation, const std::string& header, int64_t amount);

  // Writes it as CSV.
  void WriteTo(const std::string& path) const;

 private:
  Row header_;
  std::vector<Row> rows_;
};

// Attendances that were within four hours, of all: over the pairs of department type and booked or
// not for which both figures hold numbers.
struct FourHours {
  int64_t within = 0;
  int64_t all = 0;
  double percent() const { return 100.0 * static_cast<double>(within) / static_cast<double>(all); }
};
FourHours FourHoursOf(const DemoFile& file, const std::string& organisation);
// Of the whole country.
FourHours FourHoursOfEngland(const DemoFile& file);

// A provider in a league table of the four-hour percentage: those with attendances at a type 1
// department, and four-hour figures. The best first; equal percentages by code.
struct Ranked {
  std::string organisation;
  double percent = 0;
};
std::vector<Ranked> LeagueOf(const DemoFile& file);
// Type 7: the value at (n - 1) x `part` of the sorted values, straight lines in between.
double QuantileOf(std::vector<double> values, double part);

// Mean, and limits at 2.66 mean moving ranges beside it.
struct Limits {
  double mean = 0, lower = 0, upper = 0;
};
Limits LimitsOf(const std::vector<double>& values);

}  // namespace onereturn

#endif  // ONERETURN_TESTS_E2E_DEMO_FILE_H_

#include "tests/e2e/demo_file.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/base/check.h"

namespace onereturn {
namespace {

constexpr const char* kDepartments[] = {"type1", "type2", "other"};
constexpr const char* kBooked[] = {"no", "yes"};

// Figures of one row by header.
class RowFigures {
 public:
  RowFigures(const DemoFile::Row& header, const DemoFile::Row& row) {
    for (size_t i = 2; i < header.size(); ++i) fields_[header[i]] = row.at(i);
  }
  bool Number(const std::string& header, int64_t* figure) const {
    return absl::SimpleAtoi(fields_.at(header), figure);
  }

 private:
  std::map<std::string, std::string> fields_;
};

FourHours FourHoursOfRow(const RowFigures& row) {
  FourHours sums;
  for (const char* department : kDepartments) {
    for (const char* booked : kBooked) {
      int64_t all = 0, over = 0;
      if (!row.Number(absl::StrCat("ae_attendances|", department, "|", booked), &all)) continue;
      if (!row.Number(absl::StrCat("ae_over_four_hours|", department, "|", booked), &over))
        continue;
      sums.within += all - over;
      sums.all += all;
    }
  }
  return sums;
}

bool HasType1(const RowFigures& row) {
  int64_t walked_in = 0, booked = 0;
  row.Number("ae_attendances|type1|no", &walked_in);
  row.Number("ae_attendances|type1|yes", &booked);
  return walked_in + booked > 0;
}

}  // namespace

const std::vector<std::string>& DemoPeriods() {
  static const auto& periods = *[] {
    auto* made = new std::vector<std::string>();
    for (int month = 3; month < 27; ++month) {
      const std::string two_digits = absl::StrCat(month % 12 < 9 ? "0" : "", month % 12 + 1);
      made->push_back(absl::StrCat(2022 + month / 12, "-", two_digits));
    }
    return made;
  }();
  return periods;
}

std::string SourcePath(const std::string& name) {
  return absl::StrCat(ONERETURN_SOURCE_FOLDER, "/", name);
}

std::string DemoPath(const std::string& period) {
  return SourcePath(absl::StrCat("deploy/demo/MSitAE-", period, ".csv"));
}

DemoFile DemoFile::Of(const std::string& period) {
  std::ifstream stream(DemoPath(period));
  DemoFile file;
  for (std::string line; std::getline(stream, line);) {
    Row row = absl::StrSplit(line, ',');
    if (file.header_.empty()) {
      file.header_ = std::move(row);
    } else {
      file.rows_.push_back(std::move(row));
    }
  }
  ONERETURN_CHECK(!file.rows_.empty());
  return file;
}

DemoFile DemoFile::Only(const std::vector<std::string>& organisations) const {
  DemoFile file;
  file.header_ = header_;
  for (const std::string& organisation : organisations) file.rows_.push_back(RowOf(organisation));
  return file;
}

const DemoFile::Row& DemoFile::RowOf(const std::string& organisation) const {
  const auto row = std::find_if(rows_.begin(), rows_.end(),
                                [&](const Row& one) { return one.front() == organisation; });
  ONERETURN_CHECK(row != rows_.end());
  return *row;
}

std::string& DemoFile::At(const std::string& organisation, const std::string& header) {
  const auto column = std::find(header_.begin(), header_.end(), header);
  ONERETURN_CHECK(column != header_.end());
  return const_cast<Row&>(RowOf(organisation)).at(static_cast<size_t>(column - header_.begin()));
}

void DemoFile::Add(const std::string& organisation, const std::string& header, int64_t amount) {
  std::string& field = At(organisation, header);
  int64_t figure = 0;
  ONERETURN_CHECK(absl::SimpleAtoi(field, &figure));
  field = absl::StrCat(figure + amount);
}

void DemoFile::WriteTo(const std::string& path) const {
  std::ofstream stream(path, std::ios::binary);
  stream << absl::StrJoin(header_, ",") << "\n";
  for (const Row& row : rows_) stream << absl::StrJoin(row, ",") << "\n";
  stream.close();
  ONERETURN_CHECK(stream.good());
}

FourHours FourHoursOf(const DemoFile& file, const std::string& organisation) {
  return FourHoursOfRow(RowFigures(file.header(), file.RowOf(organisation)));
}

FourHours FourHoursOfEngland(const DemoFile& file) {
  FourHours sums;
  for (const DemoFile::Row& row : file.rows()) {
    const FourHours one = FourHoursOfRow(RowFigures(file.header(), row));
    sums.within += one.within;
    sums.all += one.all;
  }
  return sums;
}

std::vector<Ranked> LeagueOf(const DemoFile& file) {
  std::vector<Ranked> league;
  for (const DemoFile::Row& row : file.rows()) {
    const RowFigures figures(file.header(), row);
    const FourHours sums = FourHoursOfRow(figures);
    if (sums.all > 0 && HasType1(figures)) league.push_back({row.front(), sums.percent()});
  }
  std::sort(league.begin(), league.end(), [](const Ranked& a, const Ranked& b) {
    return a.percent != b.percent ? a.percent > b.percent : a.organisation < b.organisation;
  });
  return league;
}

double QuantileOf(std::vector<double> values, double part) {
  std::sort(values.begin(), values.end());
  const double place = static_cast<double>(values.size() - 1) * part;
  const auto below = static_cast<size_t>(std::floor(place));
  const size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (place - std::floor(place)) * (values[above] - values[below]);
}

Limits LimitsOf(const std::vector<double>& values) {
  double sum = 0, moved = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    sum += values[i];
    if (i > 0) moved += std::abs(values[i] - values[i - 1]);
  }
  const double mean = sum / static_cast<double>(values.size());
  const double range = 2.66 * moved / static_cast<double>(values.size() - 1);
  return {mean, mean - range, mean + range};
}

}  // namespace onereturn

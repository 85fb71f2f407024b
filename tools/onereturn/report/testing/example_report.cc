#include "tools/onereturn/report/testing/example_report.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "tools/onereturn/console/number_text.h"

namespace onereturn::client {
namespace {

constexpr const char* kMonths[] = {"Apr 23", "May 23", "Jun 23", "Jul 23", "Aug 23",
                                   "Sep 23", "Oct 23", "Nov 23", "Dec 23", "Jan 24",
                                   "Feb 24", "Mar 24", "Apr 24", "May 24"};

ReportMetric FourHours() {
  ReportMetric metric;
  metric.anchor = "evidence-1";
  metric.code = "four_hours";
  metric.version = 1;
  metric.title = "A&E within four hours, all department types";
  metric.description = "Attendances that lasted four hours or less, of all attendances.";
  metric.unit = "%";
  metric.direction = "higher is better";
  metric.organisation = "NHS Example Integrated Care Board";
  metric.period = "May 2024";
  metric.value = "66.1 %";
  metric.exactly = "100 × 17,285 / 26,145";
  metric.target = 95;
  metric.variation = Variation::kConcernLow;
  metric.assurance = Assurance::kFails;
  constexpr double kValues[] = {73.2, 74.5, 72.9, 74.0, 73.1, 71.8, 72.4,
                                69.2, 67.9, 68.4, 67.2, 68.8, 67.5, 66.1};
  int index = 0;
  for (double value : kValues) {
    ReportPoint point;
    point.period = kMonths[index];
    point.display = absl::StrCat(FixedNumber(value, 1), " %");
    point.value = value;
    point.mean = 70.5;
    point.lower_limit = 66.4;
    point.upper_limit = 74.6;
    if (index >= 7) {
      point.signal = -1;
      point.special = true;
      point.special_cause = "7 Points Below CL";
    }
    if (index == 1) {
      point.signal = 1;
      point.special = true;
      point.special_cause = "2 Out Of 3 Above CL";
    }
    metric.points.push_back(point);
    ++index;
  }
  metric.without_value = {"Mar 23: not applicable"};
  metric.coverage = "2 of 4 providers";
  metric.missing = {"Third Example Trust (RX3)"};
  metric.not_collected = {"Fourth Example Trust (RX4)"};
  metric.parts = {
      {"RX1", "First Example Trust", "", "10185", "15145",
       "organisations/RX1/returns/MSitAE.2024-05/revisions/1", 4871, "2024-06-14 09:12:33 UTC",
       "8f14e45fceea167a5a36dedd4bea2543d4735e3a265e16eee03f59718b9b5d03"},
      {"RX2", "Second Example Trust", "", "7100", "11000",
       "organisations/RX2/returns/MSitAE.2024-05/revisions/2", 4902, "2024-06-14 09:12:35 UTC",
       "c51ce410c124a10e0db5e4b97fc2af39f2d1e0b5a0e3f2b4d8a7c6e5f4031221"},
      {"RX4", "Fourth Example Trust", "not collected", "0", "0",
       "organisations/RX4/returns/MSitAE.2024-05/revisions/1", 4903, "2024-06-14 09:12:36 UTC",
       "4e07408562bedb8b60ce05c1decfe3ad16b72230967de01f640b7e4729b49fce"}};
  metric.position = "CgsKBmluZ2VzdBAB";
  metric.statements = {"QS5", "QS7"};
  return metric;
}

ReportMetric TwelveHours() {
  ReportMetric metric;
  metric.anchor = "evidence-2";
  metric.code = "twelve_hours";
  metric.version = 2;
  metric.title = "Waits over twelve hours from decision to admit";
  metric.description = "Patients who waited more than twelve hours.";
  metric.unit = "patients";
  metric.direction = "lower is better";
  metric.organisation = "NHS Example Integrated Care Board";
  metric.period = "May 2024";
  metric.value = "1,204 patients";
  metric.digits = 0;
  metric.variation = Variation::kCommonCause;
  metric.trial_limits = true;
  constexpr double kValues[] = {900, 1204};
  for (double value : kValues) {
    ReportPoint point;
    point.period = value == 900 ? "Apr 24" : "May 24";
    point.display = absl::StrCat(FixedNumber(value, 0), " patients");
    point.value = value;
    point.mean = 1052;
    metric.points.push_back(point);
  }
  metric.coverage = "3 providers";
  metric.position = "CgsKBmluZ2VzdBAB";
  metric.statements = {"QS5"};
  return metric;
}

}  // namespace

ReportModel ExampleReport() {
  ReportModel model;
  model.title = "Assessment 2024";
  model.organisation = "NHS Example Integrated Care Board";
  model.organisation_code = "QXX";
  model.framework = "Assessment of integrated care systems";
  model.framework_version = 3;
  model.framework_source = "An example.";
  model.marking = "ILLUSTRATIVE: scores invented for demonstration";
  model.assessment = "assessments/1";
  model.created = "2024-06-20 10:00:00 UTC";
  model.position = "CgsKBmluZ2VzdBAC";
  model.software = "onereturn";
  // 4 + 3 + 1 of 12 points: 67 %, good by percentage, limited by the 1.
  model.rating = {
      true,   true,
      3,      3,
      8,      12,
      67,     "Requires improvement",
      "Good", "QS5 scores 1, and a rating in the band Good needs every statement above 1."};
  model.bands = {
      {"Inadequate", 25}, {"Requires improvement", 39}, {"Good", 63}, {"Outstanding", 88}};
  model.themes = {
      {"Quality and safety",
       {{"QS4", "Safeguarding", 4, "Exceptional standard", "Nothing was found wanting.", {}},
        {"QS5",
         "Equity in access",
         1,
         "Significant shortfalls",
         "Fewer patients are seen within four hours than a year ago, and the fall is special "
         "cause.",
         {{"evidence-1", "A&E within four hours, all department types", "66.1 %", "Outcomes",
           "Seven months below the mean."},
          {"evidence-2", "Waits over twelve hours from decision to admit", "1,204 patients",
           "Outcomes", ""}}}}},
      {"Integration",
       {{"QS7",
         "Safe systems, pathways and transitions",
         3,
         "Good standard",
         "Admissions are steady.",
         {{"evidence-1", "A&E within four hours, all department types", "66.1 %", "Processes",
           ""}}}}}};
  model.metrics = {FourHours(), TwelveHours()};
  return model;
}

}  // namespace onereturn::client

// For tests: published A&E files as they come, sound and spoilt.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_TESTING_AE_FILES_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_TESTING_AE_FILES_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/status/error.h"
#include "services/ingestion/domain/testing/ae_collection.h"
#include "services/ingestion/domain/testing/read_file.h"

namespace onereturn::ingestion {

inline constexpr size_t kFirstFigure = 4;  // Column 5.

inline std::vector<std::string> PublishedHeader() {
  std::vector<std::string> header = {"Period", "Org Code", "Parent Org", "Org name"};
  for (const auto& [title, name] : AeColumns()) header.push_back(title);
  return header;
}

// Of one organisation: `scale` attendances of each kind, half of them over four hours.
inline std::vector<std::string> PublishedRow(const std::string& organisation, int scale,
                                             const std::string& period = "MSitAE-JUNE-2023") {
  std::vector<std::string> row = {period, organisation, "NHS ENGLAND MIDLANDS ",
                                  organisation + " TRUST"};
  for (size_t i = 0; i < AeColumns().size(); ++i) {
    row.push_back(absl::StrCat(i < 6 ? scale + static_cast<int>(i) : i < 12 ? scale / 2 : 3));
  }
  return row;
}

// The total of the rows between header and end; figures that are no plain number count as nothing.
inline std::vector<std::string> TotalOf(const Records& records,
                                        const std::string& label = "Total") {
  std::vector<std::string> total(kFirstFigure, label);
  for (size_t column = kFirstFigure; column < records[0].size(); ++column) {
    Int128 sum = 0;
    for (size_t row = 1; row < records.size(); ++row) {
      const absl::StatusOr<Decimal> figure = Decimal::Parse(records[row][column]);
      if (figure.ok()) sum += figure->wide();
    }
    total.push_back(MillionthsToString(sum));
  }
  return total;
}

// June 2023 of RLQ, RVW and RCF, in rows 2 to 4; the total in row 5.
inline Records SoundRecords(const std::string& total_label = "Total") {
  Records records = {PublishedHeader(), PublishedRow("RLQ", 100), PublishedRow("RVW", 60),
                     PublishedRow("RCF", 20)};
  records.push_back(TotalOf(records, total_label));
  return records;
}

// The sound records with one change.
inline std::string Spoilt(const std::function<void(Records&)>& spoil) {
  Records records = SoundRecords();
  spoil(records);
  return TextOf(records);
}

// A file that is refused whole.
struct BadFile {
  std::string name;
  std::string bytes;
  Reason reason;
  std::vector<std::string> words;  // Each stands in the message or a field of the error.
};

inline std::vector<BadFile> BadFiles() {
  return {
      {"only a byte-order mark", "\xEF\xBB\xBF", Reason::kFileLayout, {"empty"}},
      {"only line ends", "\r\n\r\n", Reason::kFileLayout, {"empty"}},
      {"no header",
       Spoilt([](Records& r) { r.erase(r.begin()); }),
       Reason::kFileLayout,
       {"\"RLQ\" is not a column", "column \"Org Code\" is missing", "column \"Period\" is missing",
        "column \"Other emergency admissions\" is missing"}},
      {"all faults of a header",
       Spoilt([](Records& r) {
         r[0][1] = "Organisation";
         r[0][5] = r[0][4];
       }),
       Reason::kFileLayout,
       {"column 2: \"Organisation\" is not a column",
        "column 6: \"A&E attendances Type 1\" stands twice", "column \"Org Code\" is missing",
        "column \"A&E attendances Type 2\" is missing"}},
      {"a column too few in the header",
       Spoilt([](Records& r) {
         for (auto& record : r) record.pop_back();
       }),
       Reason::kFileLayout,
       {"\"Other emergency admissions\" is missing"}},
      {"a row with too few columns",
       Spoilt([](Records& r) { r[2].pop_back(); }),
       Reason::kFileLayout,
       {"row 3 has 21 columns, the header 22"}},
      {"a row with too many columns",
       Spoilt([](Records& r) { r[2].push_back("0"); }),
       Reason::kFileLayout,
       {"row 3 has 23 columns, the header 22"}},
      {"cut in the middle",
       TextOf(SoundRecords()).substr(0, TextOf(SoundRecords()).find("RCF TRUST") + 5),
       Reason::kFileLayout,
       {"row 4 has 4 columns, the header 22"}},
      {"no row",
       Spoilt([](Records& r) {
         r.erase(r.begin() + 1, r.end());
         r.push_back(TotalOf(r));
       }),
       Reason::kFileLayout,
       {"no organisation's row"}},
      {"a period that cannot be read",
       Spoilt([](Records& r) { r[2][0] = "MSitAE-JUNEMBER-2023"; }),
       Reason::kFilePeriod,
       {"row 3"}},
      {"another collection's period",
       Spoilt([](Records& r) { r[1][0] = "DM01-JUNE-2023"; }),
       Reason::kFilePeriod,
       {"row 2", "does not begin with MSitAE"}},
      {"a blank period", Spoilt([](Records& r) { r[1][0] = ""; }), Reason::kFilePeriod, {"row 2"}},
      {"a period of another kind",
       Spoilt([](Records& r) { r[1][0] = "MSitAE-2023/24"; }),
       Reason::kFilePeriod,
       {"row 2"}},
      {"two periods",
       Spoilt([](Records& r) { r[3][0] = "MSitAE-MAY-2023"; }),
       Reason::kFilePeriod,
       {"row 4 is of 2023-05, the rows above of 2023-06"}},
      {"no total row", Spoilt([](Records& r) { r.pop_back(); }), Reason::kFileTotal, {"cut short"}},
      {"a total row that is not the last",
       Spoilt([](Records& r) { std::swap(r[3], r[4]); }),
       Reason::kFileTotal,
       {"row 4"}},
      {"a row below the total",
       Spoilt([](Records& r) { r.push_back(PublishedRow("RDY", 1)); }),
       Reason::kFileTotal,
       {"row 6 stands below the total row"}},
      {"a second total row",
       Spoilt([](Records& r) { r.push_back(r.back()); }),
       Reason::kFileTotal,
       {"row 6 stands below the total row"}},
      {"two wrong figures in the total",
       Spoilt([](Records& r) {
         r[4][4] = "181";
         r[4][21] = "n/a";
       }),
       Reason::kFileTotal,
       {"the total in row 5",
        "column 5 (A&E attendances Type 1): the rows sum to 180, the total says 181",
        "column 22 (Other emergency admissions): the rows sum to 9, the total says n/a"}},
      {"a changed figure",
       Spoilt([](Records& r) { r[2][10] = "31"; }),
       Reason::kFileTotal,
       {"column 11 (Attendances over 4hrs Type 1): the rows sum to 91, the total says 90"}},
      {"not UTF-8",
       Spoilt([](Records& r) { r[2][3] = "YEOVIL \xE9"; }),
       Reason::kNotUtf8,
       {"row 3"}},
      {"a NUL byte",
       Spoilt([](Records& r) { r[2][3] = std::string("YEOVIL\0X", 8); }),
       Reason::kCharset,
       {"row 3"}},
      {"a quote that is never closed",
       absl::StrReplaceAll(TextOf(SoundRecords()), {{"RVW TRUST", "\"RVW TRUST"}}),
       Reason::kMalformed,
       {"row 3"}},
      {"a field of a megabyte",
       Spoilt([](Records& r) { r[2][3] = std::string(1 << 20, 'x'); }),
       Reason::kLength,
       {"row 3"}},
      {"a spreadsheet's own form",
       std::string("PK\x03\x04\x14\0\x06\0", 8),
       Reason::kCharset,
       {"row 1"}},
  };
}

// The same figures, written in another way that is accepted.
struct GoodFile {
  std::string name;
  std::string bytes;
};

inline std::vector<GoodFile> GoodFiles() {
  const std::string plain = TextOf(SoundRecords());
  std::vector<GoodFile> files = {
      {"as it is", plain},
      {"with a byte-order mark", "\xEF\xBB\xBF" + plain},
      {"with line feeds", absl::StrReplaceAll(plain, {{"\r\n", "\n"}})},
      {"without a last line end", plain.substr(0, plain.size() - 2)},
      {"with empty lines", absl::StrReplaceAll(plain, {{"\r\n", "\r\n\r\n"}})},
      {"with blanks around headers and figures", Spoilt([](Records& r) {
         r[0][4] = " A&E attendances Type 1  ";
         r[1][4] = " 100 ";
         r[1][1] = "RLQ ";
         r[1][0] = "MSitAE-June-2023 ";
       })},
      {"with an unnamed empty column", Spoilt([](Records& r) {
         for (auto& record : r) record.push_back("");
       })},
      {"with columns in another order", Spoilt([](Records& r) {
         for (auto& record : r) std::swap(record[5], record[20]);
       })},
  };
  for (const char* label : {"TOTAL", "Total", "TOTAl", "total", "TOTAL ", "Total  "}) {
    files.push_back(
        {absl::StrCat("with the total spelled '", label, "'"), TextOf(SoundRecords(label))});
  }
  return files;
}

// A file with one row that is kept out, and no other.
struct BadRow {
  std::string name;
  std::string bytes;
  std::string code;          // Of the one finding.
  uint32_t row = 0;          // Where it stands.
  uint32_t column = 0;       // 0: the row as a whole.
  std::string organisation;  // As the finding shows it.
};

inline BadRow SpoiltFigure(std::string name, const std::string& figure, std::string code) {
  Records records = SoundRecords();
  records[2][15] = figure;  // Column 16 of RVW.
  const std::string total_label = records.back()[0];
  records.pop_back();
  records.push_back(TotalOf(records, total_label));
  return {std::move(name), TextOf(records), std::move(code), 3, 16, "RVW"};
}

inline BadRow SpoiltCode(std::string name, const std::string& organisation, std::string code) {
  Records records = SoundRecords();
  records[2][1] = organisation;
  return {std::move(name), TextOf(records), std::move(code), 3, 0, organisation};
}

// What the reader itself finds.
inline std::vector<BadRow> BadFigures() {
  std::vector<BadRow> rows = {
      SpoiltFigure("a blank", "", "CELL_VALUE"),
      SpoiltFigure("blanks", "   ", "CELL_VALUE"),
      SpoiltFigure("a separator", "1,000", "CELL_VALUE"),
      SpoiltFigure("letters", "abc", "CELL_VALUE"),
      SpoiltFigure("a dash", "-", "CELL_VALUE"),
      SpoiltFigure("an exponent", "1e3", "CELL_VALUE"),
      SpoiltFigure("a plus sign", "+5", "CELL_VALUE"),
      SpoiltFigure("full-width digits", "\xEF\xBC\x91\xEF\xBC\x92", "CELL_VALUE"),
      SpoiltFigure("an asterisk", "*", "CELL_VALUE"),
      SpoiltFigure("a null reason in a layout without", "NOT_COLLECTED", "CELL_VALUE"),
      SpoiltFigure("too great a number", "9200000000000", "CELL_VALUE"),
  };
  // As it is published: with the figure in the total.
  BadRow counted = SpoiltFigure("a separator, counted in the total", "1,000", "CELL_VALUE");
  counted.bytes = Spoilt([](Records& r) {
    r[2][15] = "1,000";
    r[4][15] = absl::StrCat(50 + 10 + 1'000);
  });
  rows.push_back(counted);
  return rows;
}

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_TESTING_AE_FILES_H_

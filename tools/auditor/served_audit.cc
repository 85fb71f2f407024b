#include "tools/auditor/served_audit.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "absl/strings/str_cat.h"
#include "tools/auditor/difference.h"
#include "tools/auditor/grants_audit.h"
#include "tools/auditor/rating.h"

namespace onereturn::auditor {
namespace {

Cell FromWire(const common::v1::Cell& wire) {
  Cell cell;
  cell.item = wire.reference().item();
  for (const auto& pair : wire.reference().dimensions()) {
    cell.dimensions[pair.dimension()] = pair.value();
  }
  if (wire.has_millionths()) cell.millionths = wire.millionths();
  if (wire.has_null_reason()) cell.null_reason = wire.null_reason();
  return cell;
}

std::string ContentOf(const Cell& cell) {
  return cell.millionths.has_value() ? absl::StrCat(*cell.millionths, " millionths")
                                     : absl::StrCat("null reason ", cell.null_reason);
}

class ServedAudit {
 public:
  ServedAudit(const Service& service, const ledger::v1::SignedHead& head, const Contents& contents,
              ServedCounts* counts, Report* report)
      : service_(service),
        size_(head.size()),
        position_(PositionText({{service.name(), head.epoch(), head.size()}})),
        contents_(contents),
        counts_(*counts),
        report_(*report) {}

  void Run() {
    if (service_.name() == "ingestion") {
      Compare("its organisations", service_.Organisations(position_), contents_.organisations);
      Compare("its items", service_.Items(position_), contents_.items);
      Compare("its collections", service_.Collections(position_), contents_.collections);
      CompareGrants();
      CompareReturns();
      CompareFiles();
    } else if (service_.name() == "metrics") {
      Compare("its metrics", service_.Metrics(position_), contents_.metrics);
    } else if (service_.name() == "assessment") {
      Compare("its frameworks", service_.Frameworks(position_), contents_.frameworks);
      CompareAssessments();
    }
  }

 private:
  void Lie(LieKind kind, absl::string_view place, absl::string_view expected,
           absl::string_view seen) {
    report_.Add(kind, service_.name(), place, expected, seen);
  }
  void Unchecked(absl::string_view what, const absl::Status& why) {
    report_.unchecked.push_back(absl::StrCat(service_.name(), ": ", what, ": ", why.message()));
  }
  // A service that finds its own rows damaged says so; any other failure says nothing.
  void Failed(absl::string_view what, const absl::Status& status) {
    if (status.code() != absl::StatusCode::kDataLoss) return Unchecked(what, status);
    Lie(LieKind::kServedDiffers, what, "what the ledger holds", status.message());
  }

  template <typename Row>
  void Compare(absl::string_view what, const absl::StatusOr<std::vector<Row>>& served,
               const std::map<std::string, Row>& held, LieKind missing = LieKind::kServedDiffers) {
    if (!served.ok()) return Failed(what, served.status());
    std::set<std::string> names;
    for (const Row& row : *served) {
      ++counts_.served;
      names.insert(row.name());
      const auto expected = held.find(row.name());
      if (expected == held.end()) {
        Lie(LieKind::kServedUnrecorded, row.name(), "nothing: no entry makes it", "it is served");
        continue;
      }
      const auto difference = Difference(expected->second, row);
      if (!difference.has_value()) continue;
      Lie(LieKind::kServedDiffers, row.name(),
          absl::StrCat("what entry ", expected->second.etag(), " says"), *difference);
    }
    for (const auto& [name, row] : held) {
      if (names.count(name) > 0) continue;
      Lie(missing, name, absl::StrCat("what entry ", row.etag(), " says"), "it is not served");
    }
  }

  void CompareGrants() {
    const auto served = service_.Grants();
    if (!served.ok()) return Failed("its grants of rights", served.status());
    counts_.served += served->size();
    AuditServedGrants(service_, *served, size_, contents_, &report_);
  }

  void CompareReturns() {
    std::map<std::string, std::map<std::string, returns::v1::Return>> by_collection;
    for (const auto& [name, collection] : contents_.collections) {
      by_collection[collection.code()];
    }
    for (const auto& [name, held] : contents_.returns) {
      by_collection[held.collection()][name] = held;
    }
    for (const auto& [collection, held] : by_collection) {
      Compare(absl::StrCat("its returns of ", collection), service_.Returns(collection, position_),
              held, LieKind::kReturnMissing);
    }
  }

  void CompareFiles() {
    for (const auto& [digest, file] : contents_.files) {
      Hasher hasher;
      uint64_t bytes = 0;
      const absl::Status status = service_.ReadFile(digest, [&](absl::string_view data) {
        hasher.Add(data);
        bytes += data.size();
      });
      const std::string place =
          absl::StrCat("the file of ", file.collection(), " for ", file.period());
      if (status.code() == absl::StatusCode::kNotFound ||
          status.code() == absl::StatusCode::kDataLoss) {
        Lie(LieKind::kFileAltered, place, absl::StrCat("a file with digest ", Hex(digest)),
            status.message());
        continue;
      }
      if (!status.ok()) {
        Unchecked(place, status);
        continue;
      }
      ++counts_.files;
      const Hash seen = hasher.Finish();
      if (View(seen) == digest && bytes == file.file_bytes()) continue;
      Lie(LieKind::kFileAltered, place,
          absl::StrCat(file.file_bytes(), " bytes with digest ", Hex(digest)),
          absl::StrCat(bytes, " bytes with digest ", Hex(seen)));
    }
  }

  void CompareAssessments() {
    const auto listed = service_.Assessments(position_);
    if (!listed.ok()) return Failed("its assessments", listed.status());
    std::set<std::string> names;
    for (const auto& summary : *listed) {
      names.insert(summary.name());
      if (contents_.assessments.count(summary.name()) > 0) continue;
      Lie(LieKind::kServedUnrecorded, summary.name(), "nothing: no entry makes it", "it is served");
    }
    for (const auto& [name, held] : contents_.assessments) {
      ++counts_.served;
      const auto served = service_.Assessment(name, position_);
      if (served.status().code() == absl::StatusCode::kNotFound || names.count(name) == 0) {
        Lie(LieKind::kServedDiffers, name, absl::StrCat("what entry ", held.made.etag(), " says"),
            "it is not served");
      } else if (!served.ok()) {
        Failed(name, served.status());
      } else {
        CompareAssessment(held, *served);
      }
    }
  }

  void CompareAssessment(const HeldAssessment& held, const assessment::v1::Assessment& served) {
    const auto framework =
        contents_.framework_versions.find({held.made.framework(), held.made.framework_version()});
    if (framework == contents_.framework_versions.end()) {
      return Lie(LieKind::kEntryImpossible, served.name(), "a framework that was defined",
                 absl::StrCat(held.made.framework(), " version ", held.made.framework_version()));
    }
    assessment::v1::Assessment expected = held.made;
    *expected.mutable_rating() = Rate(framework->second, held.scores);
    expected.mutable_rating()->set_limited_by(served.rating().limited_by());  // Words.
    for (const auto& theme : framework->second.themes()) {
      for (const auto& statement : theme.statements()) {
        const auto score = held.scores.find(statement.code());
        if (score != held.scores.end()) *expected.add_scores() = score->second;
      }
    }
    if (const auto rating = Difference(expected.rating(), served.rating()); rating.has_value()) {
      Lie(LieKind::kRatingDiffers, served.name(), "the rating that its scores give", *rating);
    }
    *expected.mutable_rating() = served.rating();
    const auto difference = Difference(expected, served);
    if (!difference.has_value()) return;
    Lie(LieKind::kServedDiffers, served.name(), "what its entries say", *difference);
  }

  const Service& service_;
  const uint64_t size_;  // Entries that `contents_` is made of.
  const std::string position_;
  const Contents& contents_;
  ServedCounts& counts_;
  Report& report_;
};

}  // namespace

void AuditServedCells(const Service& service, const feed::v1::Entry& entry,
                      const std::vector<Cell>& cells, ServedCounts* counts, Report* report) {
  const auto served = service.Cells(entry.name());
  const std::string place = absl::StrCat("the cells of ", entry.name());
  if (served.status().code() == absl::StatusCode::kNotFound) {
    report->Add(LieKind::kReturnMissing, service.name(), entry.name(),
                absl::StrCat("what entry ", entry.sequence(), " says"), "it is not served");
    return;
  }
  if (served.status().code() == absl::StatusCode::kDataLoss) {
    report->Add(LieKind::kServedDiffers, service.name(), place, "cells", served.status().message());
    return;
  }
  if (!served.ok()) {
    report->unchecked.push_back(
        absl::StrCat(service.name(), ": ", place, ": ", served.status().message()));
    return;
  }
  ++counts->served;
  for (size_t i = 0; i < std::max(cells.size(), served->size()); ++i) {
    const std::string expected =
        i < cells.size() ? absl::StrCat(NameOf(cells[i]), " ", ContentOf(cells[i])) : "no cell";
    std::string seen = "no cell";
    if (i < served->size()) {
      const Cell cell = FromWire((*served)[i]);
      if (i < cells.size() && cell == cells[i]) continue;
      seen = absl::StrCat(NameOf(cell), " ", ContentOf(cell));
    }
    report->Add(LieKind::kServedDiffers, service.name(), place, expected, seen);
    return;
  }
}

void AuditServed(const Service& service, const ledger::v1::SignedHead& head,
                 const Contents& contents, ServedCounts* counts, Report* report) {
  ServedAudit(service, head, contents, counts, report).Run();
}

}  // namespace onereturn::auditor

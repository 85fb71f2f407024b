// What is found of one submission, as it comes.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_SUBMISSION_FINDINGS_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_SUBMISSION_FINDINGS_H_

#include <cstddef>
#include <string>
#include <utility>

#include "common/cells/cell.h"
#include "services/ingestion/domain/finding.h"
#include "services/ingestion/domain/judgement.h"

namespace onereturn::ingestion {

class SubmissionFindings {
 public:
  // The submission must outlive it.
  explicit SubmissionFindings(const Submission& submission) : submission_(submission) {}

  // An error of the organisation's, at no cell; not added yet.
  Finding Of(std::string code, std::string message, std::string suggestion) const {
    Finding finding;
    finding.code = std::move(code);
    finding.message = std::move(message);
    finding.suggestion = std::move(suggestion);
    finding.organisation = submission_.organisation;
    return finding;
  }

  void Add(Finding finding) { findings_.Add(std::move(finding)); }
  // `cell` is the one at `index`, as it will be stored.
  void AddAtCell(Finding finding, const Cell& cell, size_t index) {
    finding.cell = cell;
    if (index < submission_.places.size()) finding.place = submission_.places[index];
    findings_.Add(std::move(finding));
  }

  const Findings& all() const { return findings_; }
  Findings Take() { return std::move(findings_); }

 private:
  const Submission& submission_;
  Findings findings_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_SUBMISSION_FINDINGS_H_

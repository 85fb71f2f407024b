// What a service must serve, told from the entries of its feed alone.
#ifndef ONERETURN_TOOLS_AUDITOR_CONTENTS_H_
#define ONERETURN_TOOLS_AUDITOR_CONTENTS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "onereturn/assessment/v1/assessment.pb.h"
#include "onereturn/catalogue/v1/catalogue.pb.h"
#include "onereturn/catalogue/v1/stewardship.pb.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "onereturn/metrics/v1/metric.pb.h"
#include "onereturn/returns/v1/return.pb.h"
#include "onereturn/rights/v1/rights.pb.h"
#include "tools/auditor/lie.h"
#include "tools/auditor/sign_offs.h"

namespace onereturn::auditor {

// An assessment as its entries make it: scores are the newest of each statement.
struct HeldAssessment {
  assessment::v1::Assessment made;  // With evidence and etag; without scores and rating.
  std::map<std::string, assessment::v1::Score> scores;
};

// Everything as it is served, with its etag, by name. Thread-compatible.
struct Contents {
  std::map<std::string, catalogue::v1::Organisation> organisations;
  std::map<std::string, catalogue::v1::DataItem> items;
  std::map<std::string, catalogue::v1::Collection> collections;
  std::map<std::string, catalogue::v1::Guidance> guidance;
  std::map<std::string, catalogue::v1::Responsibility> responsibilities;
  std::map<std::string, catalogue::v1::ChangeState> changes;
  std::map<std::string, returns::v1::Return> returns;   // With the newest revision.
  std::map<std::string, feed::v1::FileImported> files;  // By digest.
  std::map<std::string, rights::v1::Grant> grants;      // As the newest step left them.
  std::map<std::string, metrics::v1::Metric> metrics;
  std::map<std::string, assessment::v1::Framework> frameworks;  // The newest version.
  // By code and version.
  std::map<std::pair<std::string, uint32_t>, assessment::v1::Framework> framework_versions;
  std::map<std::string, HeldAssessment> assessments;
  SignOffs sign_offs;  // Of returns that are not accepted yet.

  // Takes the next entry. Adds a lie where it does not fit what came before: a revision or version
  // that is not the next one, a name that is not the fact's, a part of what is not there, a step of
  // a grant that its state does not allow, a return that was not signed as it had to be.
  void Take(const std::string& service, const feed::v1::Entry& entry, Report* report);
};

}  // namespace onereturn::auditor

#endif  // ONERETURN_TOOLS_AUDITOR_CONTENTS_H_

// Three services with England's definitions, two months and an assessment, and an auditor that has
// seen them sound. Each test begins from that state, whatever the one before did to the stores.
#ifndef ONERETURN_TESTS_TAMPER_AUDITED_SUITE_H_
#define ONERETURN_TESTS_TAMPER_AUDITED_SUITE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/e2e/client_run.h"
#include "tests/e2e/demo_file.h"
#include "tests/harness/deployment.h"
#include "tests/tamper/store_edit.h"

namespace onereturn {

// What the auditor said, with --json.
struct Verdict {
  int exit_code = -1;
  std::vector<std::string> lies;  // "CLASS service place", the first one first.
  std::vector<std::string> unchecked;
  std::string out;

  // All holds, as far as the services can be asked: a call that a service does not have yet is no
  // fault here.
  bool holds() const;
  std::string first() const { return lies.empty() ? "no lie" : lies[0]; }
  friend void PrintTo(const Verdict& verdict, std::ostream* stream);
};

class AuditedSuite : public ::testing::Test {
 protected:
  static void SetUpTestSuite();
  // The sound stores and the auditor's memory of them; nothing runs.
  void SetUp() override;
  void TearDown() override;

  Deployment& suite();
  // Edits the store of a service that does not run.
  StoreEdit Edit(const std::string& service) {
    return StoreEdit(suite().DataFolderOf(service), service);
  }
  // Starts the services and audits them.
  Verdict AuditOf(const std::vector<std::string>& services, bool full = true);
  // Runs the auditor; --json is added.
  Verdict Auditor(std::vector<std::string> arguments);
  ClientRun As(absl::string_view persona, std::vector<std::string> arguments);
  void Start(const std::vector<std::string>& services);
  // What the auditor remembers.
  std::string Memory() const;
  // The ingestion store as it was after the first of the two months.
  std::string EarlierIngestion() const;
  // Puts one folder in the place of another.
  static void Replace(const std::string& folder, const std::string& by);
};

}  // namespace onereturn

#endif  // ONERETURN_TESTS_TAMPER_AUDITED_SUITE_H_

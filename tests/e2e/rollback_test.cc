// A store that goes back in time while its service is down: refused at its next start by the
// high-water file, and, where that went back too, by what the other services hold of it.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/base/exit_code.h"
#include "common/rpc/status_conversion.h"
#include "common/status/error.h"
#include "common/status/testing/status_matchers.h"
#include "onereturn/catalogue/v1/catalogue_service.grpc.pb.h"
#include "onereturn/ledger/v1/ledger.grpc.pb.h"
#include "onereturn/operations/v1/operations.grpc.pb.h"
#include "tests/e2e/client_run.h"
#include "tests/harness/deployment.h"

namespace onereturn {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::Field;
using ::testing::HasSubstr;

template <typename Stub, typename Request, typename Response>
absl::StatusOr<Response> Call(Stub& stub,
                              grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                           Response*),
                              const Request& request) {
  grpc::ClientContext context;
  context.set_wait_for_ready(true);
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
  Response response;
  absl::Status status = FromGrpcStatus((stub.*method)(&context, request, &response));
  if (!status.ok()) return status;
  return response;
}

bool Within(std::chrono::milliseconds most, const std::function<bool()>& holds) {
  const auto end = std::chrono::steady_clock::now() + most;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}

class RollbackTest : public ::testing::Test {
 protected:
  RollbackTest() { EXPECT_THAT(suite_->StartAll(), IsOk()); }

  // A fact that any service takes once, and ingestion as often as one likes.
  void Accept(const std::string& service) {
    if (service != "ingestion") {
      const auto stub =
          operations::v1::OperationsService::NewStub(suite_->Channel(kOperator, service));
      operations::v1::RotateSigningKeyRequest request;
      request.set_request_id("turn");
      ASSERT_THAT(Call(*stub, &operations::v1::OperationsService::Stub::RotateSigningKey, request),
                  IsOk());
      return;
    }
    const auto stub = catalogue::v1::CatalogueService::NewStub(suite_->Channel(kSteward, service));
    catalogue::v1::UpdateOrganisationRequest request;
    request.set_request_id(absl::StrCat("o", ++accepted_));
    request.mutable_organisation()->set_code(absl::StrCat("X", 100 + accepted_));
    request.mutable_organisation()->set_display_name("An organisation");
    request.mutable_organisation()->set_type(catalogue::v1::ORGANISATION_TYPE_PROVIDER);
    ASSERT_THAT(Call(*stub, &catalogue::v1::CatalogueService::Stub::UpdateOrganisation, request),
                IsOk());
  }
  absl::StatusOr<uint64_t> SizeOf(const std::string& service) {
    const auto stub = ledger::v1::LedgerService::NewStub(suite_->Channel(kAuditor, service));
    auto answer =
        Call(*stub, &ledger::v1::LedgerService::Stub::GetHead, ledger::v1::GetHeadRequest());
    if (!answer.ok()) return answer.status();
    return answer->head().size();
  }
  bool Holds(const std::string& witness, const std::string& service, uint64_t size) {
    const auto stub = ledger::v1::LedgerService::NewStub(suite_->Channel(kAuditor, witness));
    ledger::v1::ListWitnessedHeadsRequest request;
    request.set_service(service);
    const auto answer = Call(*stub, &ledger::v1::LedgerService::Stub::ListWitnessedHeads, request);
    return answer.ok() && answer->heads_size() > 0 &&
           answer->heads(answer->heads_size() - 1).size() == size;
  }
  void Copy(const std::string& from, const std::string& to) {
    fs::remove_all(to);
    fs::copy(from, to, fs::copy_options::recursive);
  }
  void Save(const std::string& service, const std::string& name) {
    Copy(suite_->DataFolderOf(service), suite_->File(name));
    Copy(suite_->HighWaterFileOf(service), suite_->File(name + ".high-water"));
  }
  void PutBackStore(const std::string& service, const std::string& name) {
    Copy(suite_->File(name), suite_->DataFolderOf(service));
  }
  void PutBackFile(const std::string& service, const std::string& name) {
    Copy(suite_->File(name + ".high-water"), suite_->HighWaterFileOf(service));
  }
  // Starts a service that must end by itself.
  void ExpectRefused(const std::string& service, const std::string& words) {
    ProcessOptions options;
    options.binary = absl::StrCat(ONERETURN_BINARY_FOLDER, "/", service, "d");
    options.arguments = {"--config", suite_->ConfigFileOf(service)};
    options.output_file = suite_->File("refused.log");
    fs::remove(options.output_file);
    const auto process = Process::Start(options).value();
    const auto end = process->Wait(30'000);
    ASSERT_THAT(end, IsOk());
    EXPECT_EQ(end->exit_code, kExitStoreDamaged);
    EXPECT_THAT(process->OutputTail(), HasSubstr(words));
  }
  ClientRun Status() { return RunClient({{"status"}, suite_->ProfileOf(kOperator).value()}); }

  // Back to before the last facts: the store alone, then the file with it.
  void ExpectNoWayBack(const std::string& service, const std::string& witness) {
    SCOPED_TRACE(service);
    ASSERT_TRUE(Within(std::chrono::seconds(20),
                       [&] { return Holds(witness, service, SizeOf(service).value()); }));
    ASSERT_THAT(suite_->Stop(service), IsOk());
    Save(service, "before");
    ASSERT_THAT(suite_->Start(service), IsOk());
    Accept(service);
    const uint64_t size = SizeOf(service).value();
    ASSERT_TRUE(Within(std::chrono::seconds(20), [&] { return Holds(witness, service, size); }));
    ASSERT_THAT(suite_->Stop(service), IsOk());
    Save(service, "after");

    PutBackStore(service, "before");
    ExpectRefused(service, "are lost");

    PutBackStore(service, "before");
    PutBackFile(service, "before");
    ASSERT_THAT(suite_->Start(service), IsOk());
    // A second until it is asked, or asks, and up to two while a connection is made again.
    EXPECT_TRUE(Within(std::chrono::seconds(6), [&] {
      const absl::Status status = SizeOf(service).status();
      return !status.ok() && ReasonOf(status) == Reason::kLedgerBehind;
    }));
    EXPECT_THAT(Status(), AllOf(ExitedWith(3), Field(&ClientRun::out, HasSubstr("DATA LOSS"))));
    suite_->Kill9(service);
    ExpectRefused(service, "are lost");

    PutBackStore(service, "after");
    PutBackFile(service, "after");
    ASSERT_THAT(suite_->Start(service), IsOk());
    EXPECT_THAT(SizeOf(service), IsOkAndHolds(size));
  }

  int accepted_ = 0;
  std::unique_ptr<Deployment> suite_ = Deployment::Create().value();
};

TEST_F(RollbackTest, NoServiceGoesBackUnnoticed) {
  Accept("ingestion");
  ExpectNoWayBack("ingestion", "assessment");
  ExpectNoWayBack("metrics", "assessment");
  ExpectNoWayBack("assessment", "ingestion");
  // With everything back where it was, all is well again.
  EXPECT_TRUE(Within(std::chrono::seconds(10), [&] { return Status().end.exit_code == 0; }));
}

TEST_F(RollbackTest, ALostOrCutLogIsNoticedAtTheStart) {
  const std::string service = "ingestion";
  for (int i = 0; i < 5; ++i) Accept(service);
  suite_->Kill9(service);
  Save(service, "whole");
  const auto logs = [&] {
    std::vector<fs::path> files;
    for (const auto& file : fs::directory_iterator(suite_->DataFolderOf(service))) {
      if (file.path().extension() == ".log" && file.file_size() > 0) files.push_back(file.path());
    }
    return files;
  };
  ASSERT_FALSE(logs().empty());
  for (const fs::path& log : logs()) fs::remove(log);
  ExpectRefused(service, "are lost");
  PutBackStore(service, "whole");
  PutBackFile(service, "whole");
  for (const fs::path& log : logs()) fs::resize_file(log, fs::file_size(log) / 2);
  ExpectRefused(service, "are lost");
  PutBackStore(service, "whole");
  ASSERT_THAT(suite_->Start(service), IsOk());
  EXPECT_THAT(SizeOf(service), IsOkAndHolds(6u));  // The rights file's entry, and five more.
}

TEST_F(RollbackTest, AMissingFileAndAForeignKeyAreRefused) {
  const std::string service = "ingestion";
  Accept(service);
  ASSERT_THAT(suite_->Stop(service), IsOk());
  Save(service, "whole");
  fs::remove(suite_->HighWaterFileOf(service));
  ExpectRefused(service, "the store has had one");
  std::ofstream(suite_->HighWaterFileOf(service) + ".accept")
      << "2\n";  // Of the rights file, and one more.
  ASSERT_THAT(suite_->Start(service), IsOk());
  ASSERT_THAT(suite_->Stop(service), IsOk());
  EXPECT_TRUE(fs::exists(suite_->HighWaterFileOf(service)));
  EXPECT_FALSE(fs::exists(suite_->HighWaterFileOf(service) + ".accept"));

  // Keys that are not the store's: another service's.
  for (const char* key : {".signing.key", ".next.key"}) {
    fs::copy_file(suite_->File(absl::StrCat("metrics", key)),
                  suite_->File(absl::StrCat(service, key)), fs::copy_options::overwrite_existing);
  }
  const absl::Status refused = suite_->Start(service);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("the store's heads are signed with key"));
}

}  // namespace
}  // namespace onereturn

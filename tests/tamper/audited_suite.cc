#include "tests/tamper/audited_suite.h"

#include <google/protobuf/text_format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/commit/journal.h"
#include "common/commit/primary_family.h"
#include "common/status/testing/status_matchers.h"
#include "common/storage/key_codec.h"
#include "onereturn/config/v1/definitions.pb.h"

namespace onereturn {
namespace {

constexpr char kIngestion[] = "ingestion";
constexpr char kNewReader[] = "spiffe://onereturn.local/system/new-reader";

// Made once for all tests of the binary.
struct Shared {
  std::unique_ptr<Deployment> suite;
  TemporaryFolder folder;

  std::string Copy(const std::string& service) const { return folder.File("sound-" + service); }
  std::string memory() const { return folder.File("memory"); }
  std::string sound_memory() const { return folder.File("sound-memory"); }
  std::string earlier() const { return folder.File("earlier-ingestion"); }
};

std::unique_ptr<Shared>& Instance() {
  static auto& shared = *new std::unique_ptr<Shared>();
  return shared;
}

class SharedEnvironment : public ::testing::Environment {
 public:
  void TearDown() override { Instance().reset(); }
};
const auto* const kEnvironment = ::testing::AddGlobalTestEnvironment(new SharedEnvironment);

ClientRun Client(absl::string_view persona, std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--profile", *Instance()->suite->ProfileOf(persona)});
  return RunClient({std::move(arguments)});
}

std::vector<std::string> SubmitOf(const std::string& period) {
  return {"submit",   DemoPath(period), "--collection",    "MSitAE",
          "--layout", "onereturn-wide", "--position-file", Instance()->folder.File("position")};
}

// One that was refused, and one that was approved and revoked.
void LoadGrants() {
  for (const std::string grant : {"grants/1", "grants/2"}) {
    ASSERT_THAT(Client(kFirstOfficer, {"rights", "propose", "--principal", kNewReader, "--as",
                                       "analyst", "--reason", "reads for the board: " + grant}),
                ExitedWith(0));
    std::vector<std::string> decide = {"rights", "decide", grant, "--reason", "checked"};
    if (grant == "grants/1") decide.push_back("--refuse");
    ASSERT_THAT(Client(kSecondOfficer, decide), ExitedWith(0));
  }
  ASSERT_THAT(Client(kFirstOfficer, {"rights", "revoke", "grants/2", "--reason", "left"}),
              ExitedWith(0));
}

// A copy of deploy/england without windows: what the passing of time commits would come between
// what is altered and who looks at it.
std::string EnglandWithoutWindows(const std::filesystem::path& folder) {
  std::filesystem::create_directory(folder);
  for (const auto& file : std::filesystem::directory_iterator(SourcePath("deploy/england"))) {
    if (file.path().extension() != ".textproto") continue;
    config::v1::DefinitionSet set;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(ReadWholeFile(file.path()), &set));
    for (auto& collection : *set.mutable_collections()) collection.clear_window();
    std::string text;
    google::protobuf::TextFormat::PrintToString(set, &text);
    std::ofstream(folder / file.path().filename()) << text;
  }
  return folder;
}

void Load() {
  Shared& shared = *Instance();
  ASSERT_THAT(shared.suite->StartAll(), IsOk());
  const std::string england = EnglandWithoutWindows(shared.folder.File("england"));
  ASSERT_THAT(Client(kSteward, {"apply", england, SourcePath("deploy/demo")}), ExitedWith(0));
  LoadGrants();
  ASSERT_THAT(Client(kLoader, SubmitOf("2024-02")), ExitedWith(0));
  ASSERT_THAT(shared.suite->Stop(kIngestion), IsOk());
  std::filesystem::copy(shared.suite->DataFolderOf(kIngestion), shared.earlier(),
                        std::filesystem::copy_options::recursive);
  ASSERT_THAT(shared.suite->Start(kIngestion), IsOk());
  ASSERT_THAT(Client(kLoader, SubmitOf("2024-03")), ExitedWith(0));
  const std::string position(
      absl::StripAsciiWhitespace(ReadWholeFile(shared.folder.File("position"))));
  ASSERT_THAT(Client(kAnalyst, {"metrics", "--at-least", position}), ExitedWith(0));
  ASSERT_THAT(Client(kAssessor,
                     {"assess", "load", SourcePath("deploy/demo/illustrative_assessment.txtpb")}),
              ExitedWith(0));
}

// The services hold each other's heads, and would refuse each other first: here the auditor alone
// must find what was done.
void ForgetOthers(const std::string& service) {
  StoreEdit edit(Instance()->suite->DataFolderOf(service), service);
  const ColumnFamily ledger = *LedgerFamilyOf(edit.store());
  edit.Change([&ledger](WriteBatch* batch) {
    const auto row = [](LedgerTag tag, int after) {
      return KeyWriter().U8(static_cast<uint8_t>(static_cast<int>(tag) + after)).Take();
    };
    batch->DeleteRange(ledger, row(LedgerTag::kPeerLedger, 0), row(LedgerTag::kWitnessedHead, 1));
  });
}

// Whoever has root on a store has it on the high-water file beside it: the service then takes the
// store for its own, and nobody but a witness can tell.
void AcceptAsItIs(const std::string& service) {
  Deployment& suite = *Instance()->suite;
  config::v1::ServerConfig config;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
      ReadWholeFile(suite.ConfigFileOf(service)), &config));
  if (config.high_water_file().empty()) return;
  const std::string file = suite.File(config.high_water_file());
  std::filesystem::remove(file);
  const StoreEdit edit(suite.DataFolderOf(service), service);
  std::ofstream(file + ".accept") << LastSequence(edit.store()).value() << "\n";
}

std::vector<std::string> TextsOf(const google::protobuf::Struct& json, const std::string& key) {
  std::vector<std::string> texts;
  if (json.fields().count(key) == 0) return texts;
  for (const auto& one : JsonList(json, {key})) texts.push_back(one.string_value());
  return texts;
}

}  // namespace

bool Verdict::holds() const { return lies.empty() && unchecked.empty(); }

void PrintTo(const Verdict& verdict, std::ostream* stream) {
  *stream << "exit code " << verdict.exit_code << "\n" << verdict.out;
}

void AuditedSuite::SetUpTestSuite() {
  if (Instance() != nullptr) return;
  Instance() = std::make_unique<Shared>();
  // Whoever has root on a store has it on the high-water file beside it too.
  auto suite = Deployment::Create(
      {.submitters = {"RLQ"}, .adjust = [](const std::string&, config::v1::ServerConfig* config) {
         config->clear_high_water_file();
       }});
  ASSERT_THAT(suite, IsOk());
  Instance()->suite = *std::move(suite);
  Load();
  if (HasFatalFailure()) return;
  ClientRun run = RunClient({{"audit", "--full", "--state", Instance()->memory(), "--profile",
                              *Instance()->suite->ProfileOf(kAuditor)},
                             "",
                             "onereturn-auditor"});
  ASSERT_THAT(run, ExitedWith(0));
  for (const std::string& service : Deployment::Services()) {
    ASSERT_THAT(Instance()->suite->Stop(service), IsOk());
    ForgetOthers(service);
    std::filesystem::copy(Instance()->suite->DataFolderOf(service), Instance()->Copy(service),
                          std::filesystem::copy_options::recursive);
  }
  std::filesystem::copy(Instance()->memory(), Instance()->sound_memory(),
                        std::filesystem::copy_options::recursive);
}

void AuditedSuite::SetUp() {
  ASSERT_TRUE(std::filesystem::exists(Instance()->sound_memory())) << "the load failed";
  for (const std::string& service : Deployment::Services()) {
    Replace(suite().DataFolderOf(service), Instance()->Copy(service));
  }
  Replace(Memory(), Instance()->sound_memory());
}

void AuditedSuite::TearDown() {
  for (const std::string& service : Deployment::Services()) suite().Kill9(service);
}

Deployment& AuditedSuite::suite() { return *Instance()->suite; }
std::string AuditedSuite::Memory() const { return Instance()->memory(); }
std::string AuditedSuite::EarlierIngestion() const { return Instance()->earlier(); }

void AuditedSuite::Replace(const std::string& folder, const std::string& by) {
  std::filesystem::remove_all(folder);
  std::filesystem::copy(by, folder, std::filesystem::copy_options::recursive);
}

void AuditedSuite::Start(const std::vector<std::string>& services) {
  for (const std::string& service : services) {
    AcceptAsItIs(service);
    ASSERT_THAT(suite().Start(service), IsOk());
  }
}

ClientRun AuditedSuite::As(absl::string_view persona, std::vector<std::string> arguments) {
  return Client(persona, std::move(arguments));
}

Verdict AuditedSuite::Auditor(std::vector<std::string> arguments) {
  arguments.push_back("--json");
  const ClientRun run = RunClient({std::move(arguments), "", "onereturn-auditor"});
  Verdict verdict;
  verdict.exit_code = run.end.exit_code.value_or(-1);
  verdict.out = run.out + run.err;
  const auto json = FromJson<google::protobuf::Struct>(run.out);
  if (json.fields().count("lies") > 0) {
    for (const auto& lie : JsonList(json, {"lies"})) {
      const auto text = [&](const char* key) {
        return JsonPart(lie.struct_value(), {key}).string_value();
      };
      verdict.lies.push_back(absl::StrCat(text("class"), " ", text("service"), " ", text("place")));
    }
  }
  verdict.unchecked = TextsOf(json, "unchecked");
  return verdict;
}

Verdict AuditedSuite::AuditOf(const std::vector<std::string>& services, bool full) {
  Start(services);
  std::vector<std::string> arguments = {"audit", "--state", Memory(), "--profile",
                                        *suite().ProfileOf(kAuditor)};
  if (full) arguments.push_back("--full");
  for (const std::string& service : services) {
    arguments.insert(arguments.end(), {"--service", service});
  }
  return Auditor(std::move(arguments));
}

}  // namespace onereturn

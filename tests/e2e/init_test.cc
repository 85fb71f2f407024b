// `init`: what it writes is enough for three servers and their callers, and it never writes over
// anything. Servers are started from the folder; folders are compared byte by byte.
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/status/testing/status_matchers.h"
#include "tests/e2e/demonstration.h"

namespace onereturn {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// A port of 127.0.0.1 that nobody else is given, and that a service can still bind.
class HeldPort {
 public:
  HeldPort() {
    const int yes = 1;
    setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* plain = reinterpret_cast<sockaddr*>(&address);
    ONERETURN_CHECK(bind(socket_, plain, size) == 0 && getsockname(socket_, plain, &size) == 0);
    number_ = ntohs(address.sin_port);
  }
  ~HeldPort() { close(socket_); }
  HeldPort(const HeldPort&) = delete;
  HeldPort& operator=(const HeldPort&) = delete;
  int number() const { return number_; }

 private:
  const int socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int number_ = 0;
};

// Every path below a folder, with the bytes of files and the time of the last change.
std::map<std::string, std::pair<std::string, fs::file_time_type>> TreeOf(
    const std::string& folder) {
  std::map<std::string, std::pair<std::string, fs::file_time_type>> tree;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    tree[entry.path()] = {entry.is_regular_file() ? ReadWholeFile(entry.path()) : "",
                          entry.last_write_time()};
  }
  return tree;
}

class InitTest : public ::testing::Test {
 protected:
  std::string Folder() const { return files_.File("deployment"); }
  ClientRun Init(std::vector<std::string> options) const {
    options.insert(options.begin(), "init");
    return RunClient({std::move(options)});
  }

  TemporaryFolder files_;
};

TEST_F(InitTest, ThreeServersStartFromItsFolder) {
  const HeldPort ports[3];
  const ClientRun init =
      Init({"--folder", Folder(), "--organisations", "RLQ,RWP", "--ports",
            absl::StrCat(ports[0].number(), ",", ports[1].number(), ",", ports[2].number())});
  ASSERT_THAT(init, AllOf(ExitedWith(0), Field(&ClientRun::err, IsEmpty())));
  std::vector<std::unique_ptr<Process>> servers;
  for (const std::string& service : Deployment::Services()) {
    // The words for people say how to start it.
    EXPECT_THAT(init.out,
                HasSubstr(absl::StrCat("--config ", Folder(), "/", service, ".textproto")));
    auto server = Process::Start({absl::StrCat(ONERETURN_BINARY_FOLDER, "/", service, "d"),
                                  {"--config", absl::StrCat(Folder(), "/", service, ".textproto")},
                                  files_.File(service + ".log")});
    ASSERT_THAT(server, IsOk());
    servers.push_back(*std::move(server));
    ASSERT_THAT(
        servers.back()->WaitForFile(absl::StrCat(Folder(), "/run/", service, ".ready"), 30'000),
        IsOk());
  }
  const auto profile = [&](const std::string& persona) {
    return absl::StrCat(Folder(), "/", persona, ".profile.textproto");
  };
  const ClientRun status = RunClient({{"status"}, profile("operator")});
  EXPECT_THAT(status, ExitedWith(0));
  EXPECT_THAT(status.out, Not(HasSubstr("NOT REACHED")));
  for (const std::string& service : Deployment::Services()) {
    EXPECT_THAT(status.out, HasSubstr(service));
  }
  // Each persona has its rights: the steward defines, a provider submits its own return.
  EXPECT_THAT(RunClient({{"apply", SourcePath("deploy/england")}, profile("steward")}),
              ExitedWith(0));
  const std::string file = files_.File("own.csv");
  DemoFile::Of("2024-03").Only({"RLQ"}).WriteTo(file);
  const ClientRun submit =
      RunClient({{"submit", file, "--collection", "MSitAE", "--layout", "onereturn-wide", "--json"},
                 profile("submitter-RLQ")});
  EXPECT_THAT(submit, AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("VERDICT_VALID"))));
  // A person signs in, acts, signs out; and it can be seen who did what.
  const ClientRun login = RunClient(
      {{"login", "--person", "operator-1", "--organisation", "X24"}, profile("operator")});
  EXPECT_THAT(login, AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("#operator-1"))));
  EXPECT_THAT(RunClient({{"status"}, profile("operator")}), ExitedWith(0));
  EXPECT_THAT(RunClient({{"logout"}, profile("operator")}), ExitedWith(0));
  // Somebody without any right signs in, and has none.
  EXPECT_THAT(
      RunClient({{"login", "--person", "nobody-1", "--organisation", "X24"}, profile("operator")}),
      ExitedWith(0));
  const ClientRun refused = RunClient({{"status"}, profile("operator")});
  EXPECT_THAT(refused, AllOf(ExitedWith(3), Field(&ClientRun::err, HasSubstr("PERMISSION"))));
  const ClientRun log = RunClient({{"access-log", "--most", "1000", "--json"}, profile("auditor")});
  EXPECT_THAT(log, AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("#operator-1\",")),
                         Field(&ClientRun::out, HasSubstr("#nobody-1")),
                         Field(&ClientRun::out, HasSubstr("ReturnsService.CreateUpload"))));
  const ClientRun own =
      RunClient({{"access-log", "--organisation", "RLQ", "--service", "ingestion"},
                 profile("submitter-RLQ")});
  EXPECT_THAT(own, AllOf(ExitedWith(0), Field(&ClientRun::out, HasSubstr("CreateUpload")),
                         Field(&ClientRun::out, Not(HasSubstr("operator")))));
  // A certificate that is taken back is let in no more, and the log says whose.
  const ClientCall asks{{"metrics"}, profile("analyst")};
  EXPECT_THAT(RunClient(asks), ExitedWith(0));
  EXPECT_THAT(RunClient({{"revoke", "analyst", "--folder", Folder()}}), ExitedWith(0));
  ClientRun shut_out = RunClient(asks);
  for (const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
       shut_out.end.exit_code == 0 && std::chrono::steady_clock::now() < end;) {
    shut_out = RunClient(asks);
  }
  EXPECT_THAT(shut_out, ExitedWith(3));
  // That one may have been let in just before, and its call refused. The next is not let in.
  EXPECT_THAT(RunClient(asks), ExitedWith(3));
  EXPECT_THAT(RunClient({{"metrics"}, profile("assessor")}), ExitedWith(0));
  // Without an organisation all calls are asked for, which are not this caller's to read.
  EXPECT_THAT(RunClient({{"access-log"}, profile("submitter-RLQ")}),
              AllOf(ExitedWith(3), Field(&ClientRun::err,
                                         HasSubstr("give --organisation with the code of yours"))));
  for (auto& server : servers) {
    EXPECT_THAT(server->Terminate(30'000), IsOkAndHolds(ProcessEnd{0, {}}));
  }
  EXPECT_THAT(ReadWholeFile(files_.File("metrics.log")),
              AllOf(HasSubstr("connection.revoked"), HasSubstr("onereturn.local/system/analyst")));
}

TEST_F(InitTest, KeysAreForTheirOwnerAlone) {
  const auto json = [&] {
    const ClientRun run =
        Init({"--folder", Folder(), "--organisations", "RLQ", "--ports", "0,0,0", "--json"});
    EXPECT_THAT(run, ExitedWith(0));
    return FromJson<google::protobuf::Struct>(run.out);
  }();
  std::vector<std::string> names;
  for (const auto& profile : JsonList(json, {"profiles"})) {
    EXPECT_TRUE(fs::is_regular_file(profile.string_value())) << profile.string_value();
    names.push_back(fs::path(profile.string_value()).filename());
  }
  EXPECT_THAT(names, ::testing::UnorderedElementsAre(
                         "loader.profile.textproto", "steward.profile.textproto",
                         "analyst.profile.textproto", "assessor.profile.textproto",
                         "operator.profile.textproto", "auditor.profile.textproto",
                         "rights-officer-1.profile.textproto", "rights-officer-2.profile.textproto",
                         "scrutiny-reader.profile.textproto", "requester-X24.profile.textproto",
                         "steward-Y63.profile.textproto", "submitter-RLQ.profile.textproto",
                         "approver-RLQ.profile.textproto"));
  int keys = 0;
  for (const auto& entry : fs::recursive_directory_iterator(Folder())) {
    const std::string name = entry.path().filename();
    if (!entry.is_regular_file()) continue;
    const bool secret = absl::StrContains(ReadWholeFile(entry.path()), "PRIVATE KEY");
    keys += secret ? 1 : 0;
    EXPECT_EQ((entry.status().permissions() & (fs::perms::group_all | fs::perms::others_all)) ==
                  fs::perms::none,
              secret)
        << entry.path();
  }
  // The authority's, three for TLS, three that sign, the issuer's, one for each of thirteen
  // callers.
  EXPECT_EQ(keys, 1 + 3 + 3 + 1 + 13);
}

TEST_F(InitTest, WhatIsThereIsNeverOverwritten) {
  ASSERT_THAT(Init({"--folder", Folder(), "--ports", "0,0,0"}), ExitedWith(0));
  const std::string foreign = files_.File("foreign");
  fs::create_directory(foreign);
  DemoFile::Of("2024-03").Only({"RLQ"}).WriteTo(foreign + "/figures.csv");
  for (const std::string& taken : {Folder(), foreign, foreign + "/figures.csv"}) {
    const auto before = TreeOf(files_.path());
    EXPECT_THAT(
        Init({"--folder", taken, "--ports", "0,0,0"}),
        AllOf(ExitedWith(2), Field(&ClientRun::out, IsEmpty()),
              Field(&ClientRun::err, AllOf(HasSubstr(taken), HasSubstr("is not an empty folder"),
                                           HasSubstr("what to do: Choose a new folder")))));
    EXPECT_EQ(TreeOf(files_.path()), before) << taken;
  }
}

TEST_F(InitTest, AnEmptyFolderIsTaken) {
  fs::create_directory(Folder());
  EXPECT_THAT(Init({"--folder", Folder(), "--ports", "0,0,0"}), ExitedWith(0));
}

TEST_F(InitTest, WrongUsageMakesNothing) {
  const std::string folder = Folder();
  struct Row {
    std::vector<std::string> options;
    const char* words;
  };
  for (const Row& row : std::vector<Row>{
           {{}, "--folder is required"},
           {{"--folder", folder, "--organisations", "rlq"}, "\"rlq\" is no organisation code"},
           {{"--folder", folder, "--organisations", "RLQ,TOOLONGACODE9"}, "TOOLONGACODE9"},
           {{"--folder", folder, "--ports", "7401,7401,7403"}, "port 7401 is given twice"},
           {{"--folder", folder, "--ports", "7401,7402"}, "--ports"},
           {{"--folder", folder, "--ports", "0,0,65536"}, "65536"},
           {{"--folder", "/proc/onereturn"}, "Choose a folder that you may write to."}}) {
    EXPECT_THAT(Init(row.options), AllOf(ExitedWith(2), Field(&ClientRun::out, IsEmpty()),
                                         Field(&ClientRun::err, HasSubstr(row.words))));
    EXPECT_FALSE(fs::exists(folder));
  }
}

}  // namespace
}  // namespace onereturn

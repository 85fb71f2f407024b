#include "common/access_log/access_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/access_log/access_file.h"
#include "common/base/testing/temporary_folder.h"
#include "common/digest/digest.h"
#include "common/status/testing/status_matchers.h"

namespace onereturn {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

constexpr Timestamp kNoon = Timestamp::FromSeconds(1'750'075'200);  // 2025-06-16T12:00:00Z.
constexpr int64_t kDaySeconds = 86'400;
constexpr std::chrono::seconds kPatience{20};

access::v1::AccessEntry EntryOf(const std::string& organisation, const std::string& method = "M") {
  access::v1::AccessEntry entry;
  entry.set_method(method);
  entry.set_system("spiffe://a.example/loader");
  if (!organisation.empty()) entry.add_organisations(organisation);
  return entry;
}

class AccessLogTest : public ::testing::Test {
 protected:
  AccessLogTest() {
    options_.folder = folder_.File("access");
    options_.interval = std::chrono::hours(1);  // Only what the test asks for is written.
  }
  void Open() {
    log_.reset();
    log_ = AccessLog::Open(options_, &clock_).value();
  }
  AccessPage Read(AccessQuestion question, AccessPlace place = {}) {
    return ReadAccess(options_.folder, question, place).value();
  }
  static AccessQuestion All() {
    AccessQuestion question;
    question.from = Timestamp{kNoon.micros - 1'000 * kDaySeconds * 1'000'000};
    question.until = Timestamp{kNoon.micros + 1'000 * kDaySeconds * 1'000'000};
    return question;
  }
  static std::vector<std::string> Methods(const AccessPage& page) {
    std::vector<std::string> methods;
    for (const auto& entry : page.entries) methods.push_back(entry.method());
    return methods;
  }
  std::vector<std::string> Files() const {
    std::vector<std::string> names;
    const auto files = ListAccessFiles(options_.folder);
    if (!files.ok()) return names;
    for (const AccessFileName& file : *files) names.push_back(file.ToString());
    return names;
  }

  TemporaryFolder folder_;
  FakeClock clock_{kNoon};
  AccessLogOptions options_;
  std::unique_ptr<AccessLog> log_;
};

TEST_F(AccessLogTest, WhatWasTakenIsRead) {
  Open();
  EXPECT_THAT(log_->Admits(AccessKind::kPrivileged), IsOk());
  log_->Append(EntryOf("RCF"));
  ASSERT_TRUE(log_->Flush(kPatience));
  const AccessPage page = Read(All());
  ASSERT_THAT(page.entries, SizeIs(1));
  EXPECT_EQ(page.entries[0].number(), 1u);
  EXPECT_EQ(page.entries[0].time().seconds(), 1'750'075'200);
  EXPECT_EQ(page.entries[0].organisations(0), "RCF");
  EXPECT_FALSE(page.more);
  EXPECT_THAT(Files(), ElementsAre("2025-06-16.000001.access"));
}

// A file written by hand from the form that the header states.
TEST_F(AccessLogTest, TheFormOnDiskIsTheStatedOne) {
  Open();
  log_->Append(EntryOf("RCF"));
  log_->Append(EntryOf("RAE"));
  ASSERT_TRUE(log_->Flush(kPatience));
  std::string expected;
  std::string check(8, '\0');
  for (const auto& entry : Read(All()).entries) {
    const std::string bytes = entry.SerializeAsString();
    const Digest digest = Sha256(check + bytes);
    check = std::string(reinterpret_cast<const char*>(digest.data()), 8);
    expected += std::string{static_cast<char>(bytes.size()), 0, 0, 0} + check + bytes;
  }
  std::ifstream stream(options_.folder + "/2025-06-16.000001.access", std::ios::binary);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(stream), {}), expected);
}

TEST_F(AccessLogTest, AnOrganisationReadsWhatConcernsIt) {
  Open();
  log_->Append(EntryOf("RCF", "names it"));
  log_->Append(EntryOf("RAE", "names another"));
  auto by_own_system = EntryOf("RAE", "by its system");
  by_own_system.set_caller_organisation("RCF");
  log_->Append(by_own_system);
  auto by_own_person = EntryOf("", "by its person");
  by_own_person.set_person_organisation("RCF");
  log_->Append(by_own_person);
  auto several = EntryOf("RAE", "one of several");
  several.add_organisations("RCF");
  log_->Append(several);
  ASSERT_TRUE(log_->Flush(kPatience));
  AccessQuestion question = All();
  question.organisation = "RCF";
  EXPECT_THAT(Methods(Read(question)),
              ElementsAre("names it", "by its system", "by its person", "one of several"));
  question.organisation = "RC";
  EXPECT_THAT(Read(question).entries, IsEmpty());
}

// Files are removed by their age, and where a disk failed: also once they have been listed.
TEST_F(AccessLogTest, AFileThatIsGoneWhenItIsOpenedIsPassedOver) {
  Open();
  for (const char* method : {"before", "after"}) {
    log_->Append(EntryOf("RCF", method));
    ASSERT_TRUE(log_->Flush(kPatience));
    clock_.AdvanceSeconds(kDaySeconds);
  }
  const std::string gone = absl::StrCat(options_.folder, "/", Files()[0]);
  std::filesystem::remove(gone);
  std::filesystem::create_symlink(folder_.File("nothing"), gone);
  const AccessPage page = Read(All());
  EXPECT_THAT(Methods(page), ElementsAre("after"));
  EXPECT_THAT(page.incomplete, IsEmpty());
  std::filesystem::remove(gone);
  std::filesystem::create_symlink(gone, gone);  // Is there, and cannot be read.
  EXPECT_THAT(ReadAccess(options_.folder, All(), {}).status(),
              StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(AccessLogTest, PagesGoOnWhereTheyEnded) {
  options_.most_file_bytes = 2'000;
  Open();
  for (int i = 0; i < 200; ++i) {
    log_->Append(EntryOf(i % 2 == 0 ? "RCF" : "RAE", absl::StrCat(i)));
    if (i % 10 != 0) continue;
    ASSERT_TRUE(log_->Flush(kPatience));
  }
  ASSERT_TRUE(log_->Flush(kPatience));
  ASSERT_GT(Files().size(), 3u);
  for (const size_t most_bytes : {size_t{70'000}, size_t{66'000}}) {
    AccessQuestion question = All();
    question.organisation = "RAE";
    question.most_entries = 7;
    question.most_bytes = most_bytes;
    std::vector<std::string> methods;
    AccessPlace place;
    for (bool more = true; more;) {
      const AccessPage page = Read(question, place);
      EXPECT_LE(page.entries.size(), 7u);
      EXPECT_THAT(page.incomplete, IsEmpty());
      for (const std::string& method : Methods(page)) methods.push_back(method);
      more = page.more;
      place = page.next;
    }
    ASSERT_THAT(methods, SizeIs(100));
    for (int i = 0; i < 100; ++i) EXPECT_EQ(methods[i], absl::StrCat(2 * i + 1));
  }
}

TEST_F(AccessLogTest, EachDayHasItsFileAndOldOnesGo) {
  options_.days = 3;
  Open();
  for (int day = 0; day < 6; ++day) {
    log_->Append(EntryOf("RCF", absl::StrCat("day ", day)));
    ASSERT_TRUE(log_->Flush(kPatience));
    clock_.AdvanceSeconds(kDaySeconds);
  }
  EXPECT_THAT(Files(), ElementsAre("2025-06-18.000003.access", "2025-06-19.000004.access",
                                   "2025-06-20.000005.access", "2025-06-21.000006.access"));
  AccessQuestion question = All();
  question.from = Timestamp{kNoon.micros + 3 * kDaySeconds * 1'000'000};
  question.until = Timestamp{kNoon.micros + 5 * kDaySeconds * 1'000'000};
  EXPECT_THAT(Methods(Read(question)), ElementsAre("day 3", "day 4"));
}

TEST_F(AccessLogTest, AnotherProcessGoesOnInAnotherFile) {
  Open();
  log_->Append(EntryOf("RCF", "first"));
  Open();  // Writes what waits, then starts anew.
  log_->Append(EntryOf("RCF", "second"));
  ASSERT_TRUE(log_->Flush(kPatience));
  // The first file's end is torn, as a kill leaves it.
  const std::string torn = options_.folder + "/2025-06-16.000001.access";
  std::ofstream(torn, std::ios::app | std::ios::binary) << std::string("\x40\0\0\0abc", 7);
  Open();
  log_->Append(EntryOf("RCF", "third"));
  ASSERT_TRUE(log_->Flush(kPatience));
  const AccessPage page = Read(All());
  EXPECT_THAT(Methods(page), ElementsAre("first", "second", "third"));
  EXPECT_EQ(page.entries[2].number(), 3u);
  EXPECT_THAT(page.incomplete, ElementsAre("2025-06-16.000001.access"));
}

TEST_F(AccessLogTest, AnAlteredEntryIsNoticed) {
  Open();
  for (const char* method : {"one", "two", "three"}) log_->Append(EntryOf("RCF", method));
  Open();
  log_->Append(EntryOf("RCF", "four"));
  ASSERT_TRUE(log_->Flush(kPatience));
  const std::string file = options_.folder + "/2025-06-16.000001.access";
  std::ifstream stream(file, std::ios::binary);
  std::string bytes(std::istreambuf_iterator<char>(stream), {});
  const size_t at = bytes.find("two");
  ASSERT_NE(at, std::string::npos);
  bytes[at] = 'T';
  std::ofstream(file, std::ios::binary) << bytes;
  const AccessPage page = Read(All());
  EXPECT_THAT(Methods(page), ElementsAre("one", "four"));
  EXPECT_THAT(page.incomplete, ElementsAre("2025-06-16.000001.access"));
}

TEST_F(AccessLogTest, WhatCannotBeWrittenIsKeptAndPrivilegedCallsAreRefused) {
  options_.most_waiting_bytes = 1'000;
  Open();
  std::filesystem::remove_all(options_.folder);
  log_->Append(EntryOf("RCF", "waits"));
  EXPECT_FALSE(log_->Flush(std::chrono::milliseconds(200)));
  EXPECT_THAT(log_->Admits(AccessKind::kPrivileged), HasReason(Reason::kAccessLog));
  EXPECT_THAT(log_->Admits(AccessKind::kPlain), IsOk()) << "reads go on while there is room";
  int more = 0;
  for (; log_->Admits(AccessKind::kPlain).ok(); ++more) log_->Append(EntryOf("RCF"));
  EXPECT_GT(more, 5);
  EXPECT_LT(more, 100);
  EXPECT_THAT(log_->Admits(AccessKind::kPlain), HasReason(Reason::kAccessLog));
  std::filesystem::create_directory(options_.folder);
  ASSERT_TRUE(log_->Flush(kPatience));
  EXPECT_THAT(log_->Admits(AccessKind::kPrivileged), IsOk());
  EXPECT_THAT(Read(All()).entries, SizeIs(1 + more)) << "none was lost";
}

TEST_F(AccessLogTest, CallsRefusedAlikeAreOneEntryWithTheirNumber) {
  Open();
  const auto refused = [&](const char* system, const char* reason, const char* peer = "") {
    auto entry = EntryOf("", "M");
    entry.set_system(system);
    entry.set_reason(reason);
    entry.set_peer(peer);
    log_->AppendRefused(entry);
  };
  for (int i = 0; i < 1'000; ++i) refused("loader", "ORG_QUOTA");
  refused("loader", "MESSAGE_TOO_LARGE");
  log_->Append(EntryOf("RCF", "taken"));
  clock_.AdvanceMicros(400'000);
  refused("other", "ORG_QUOTA");
  refused("loader", "ORG_QUOTA");
  refused("", "SVID_INVALID", "ipv4:10.0.0.1:50123");
  refused("", "SVID_INVALID", "ipv4:10.0.0.1:50124");
  refused("", "SVID_INVALID", "ipv4:10.0.0.2:50125");
  ASSERT_TRUE(log_->Flush(kPatience));
  refused("loader", "ORG_QUOTA");
  ASSERT_TRUE(log_->Flush(kPatience));
  std::vector<std::string> told;
  uint64_t number = 0;
  for (const auto& entry : Read(All()).entries) {
    EXPECT_EQ(entry.number(), ++number);
    told.push_back(absl::StrCat(entry.method(), " ", entry.system(), entry.peer(), " ",
                                entry.reason(), " ", entry.calls()));
  }
  EXPECT_THAT(told, ElementsAre("taken spiffe://a.example/loader  0", "M loader ORG_QUOTA 1001",
                                "M loader MESSAGE_TOO_LARGE 0", "M other ORG_QUOTA 0",
                                "M ipv4:10.0.0.1:50123 SVID_INVALID 2",
                                "M ipv4:10.0.0.2:50125 SVID_INVALID 0", "M loader ORG_QUOTA 0"));
  const auto counted = Read(All()).entries[1];
  EXPECT_EQ(counted.first_time().seconds(), 1'750'075'200);
  EXPECT_EQ(counted.first_time().nanos(), 0);
  EXPECT_EQ(counted.time().nanos(), 400'000'000);
  EXPECT_FALSE(Read(All()).entries[2].has_first_time());
}

// Whoever may choose what is refused cannot make the log grow by it, and none is left out.
TEST_F(AccessLogTest, RefusedCallsThatAreAllUnlikeAreCountedByReason) {
  Open();
  for (int i = 0; i < 10'000; ++i) {
    auto entry = EntryOf("", absl::StrCat("M", i));
    entry.set_reason(i % 2 == 0 ? "ORG_QUOTA" : "PERMISSION");
    log_->AppendRefused(entry);
  }
  ASSERT_TRUE(log_->Flush(kPatience));
  AccessQuestion question = All();
  question.most_entries = 20'000;
  uint64_t calls = 0;
  int untold = 0;
  const AccessPage page = Read(question);
  EXPECT_LT(page.entries.size(), 300u);
  for (const auto& entry : page.entries) {
    calls += std::max<uint64_t>(entry.calls(), 1);
    untold += entry.method().empty() ? 1 : 0;
  }
  EXPECT_EQ(calls, 10'000u);
  EXPECT_EQ(untold, 2);
}

TEST_F(AccessLogTest, WhileItFailsRefusedCallsAndTheSuitesOwnTakeABoundedPartOfMemory) {
  options_.most_waiting_bytes = 1'000;
  Open();
  std::filesystem::remove_all(options_.folder);
  log_->Append(EntryOf("RCF", "waits"));
  EXPECT_FALSE(log_->Flush(std::chrono::milliseconds(200)));
  const auto refused = [&] {
    auto entry = EntryOf("", "refused");
    entry.set_reason("ORG_QUOTA");
    log_->AppendRefused(entry);
  };
  for (int i = 0; i < 500; ++i) refused();
  EXPECT_FALSE(log_->Flush(std::chrono::milliseconds(200)));
  EXPECT_THAT(log_->Admits(AccessKind::kPlain), IsOk()) << "they take nobody's room";
  int taken = 0;
  for (; log_->Admits(AccessKind::kPlain).ok(); ++taken) log_->Append(EntryOf("RCF", "taken"));
  for (int i = 0; i < 2'000; ++i) {
    EXPECT_THAT(log_->Admits(AccessKind::kSuite), IsOk()) << "feeds and status go on";
    log_->Append(EntryOf("", "status"), AccessKind::kSuite);
    refused();
  }
  EXPECT_FALSE(log_->Flush(std::chrono::milliseconds(200)));
  std::filesystem::create_directory(options_.folder);
  ASSERT_TRUE(log_->Flush(kPatience));
  std::map<std::string, uint64_t> calls;
  const AccessPage page = Read(All());
  for (const auto& entry : page.entries) {
    calls[entry.method()] += std::max<uint64_t>(entry.calls(), 1);
  }
  EXPECT_EQ(page.entries.size(), 1u + static_cast<size_t>(taken) + 2);
  EXPECT_THAT(calls, ElementsAre(Pair("refused", 2'500), Pair("status", 2'000),
                                 Pair("taken", taken), Pair("waits", 1)));
}

TEST_F(AccessLogTest, RefusedCallsTakeNoPlaceOfTheSuitesOwnWhileItFails) {
  options_.most_waiting_bytes = 1'000;
  Open();
  std::filesystem::remove_all(options_.folder);
  while (log_->Admits(AccessKind::kPlain).ok()) log_->Append(EntryOf("RCF", "taken"));
  for (int i = 0; i < 1'000; ++i) log_->AppendRefused(EntryOf("", absl::StrCat("refused", i)));
  log_->Append(EntryOf("", "feed"), AccessKind::kSuite);
  std::filesystem::create_directory(options_.folder);
  ASSERT_TRUE(log_->Flush(kPatience));
  AccessQuestion question = All();
  question.most_entries = 2'000;
  const AccessPage page = Read(question);
  const auto feed = std::find_if(page.entries.begin(), page.entries.end(),
                                 [](const auto& entry) { return entry.method() == "feed"; });
  ASSERT_NE(feed, page.entries.end());
  EXPECT_EQ(feed->system(), EntryOf("").system());
}

// No file may grow beyond the limit while this lives: what a full disk answers, nearly.
class NoFileGrows {
 public:
  NoFileGrows() {
    before_ = std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &limit_);
    rlimit none = limit_;
    none.rlim_cur = 0;
    EXPECT_EQ(setrlimit(RLIMIT_FSIZE, &none), 0);
  }
  ~NoFileGrows() {
    setrlimit(RLIMIT_FSIZE, &limit_);
    std::signal(SIGXFSZ, before_);
  }

 private:
  rlimit limit_{};
  void (*before_)(int) = nullptr;
};

TEST_F(AccessLogTest, AFailingDiskLeavesNoFileForEachAttempt) {
  Open();
  log_->Append(EntryOf("RCF", "before"));
  ASSERT_TRUE(log_->Flush(kPatience));
  {
    const NoFileGrows full;
    log_->Append(EntryOf("RCF", "meanwhile"));
    for (int i = 0; i < 5; ++i) EXPECT_FALSE(log_->Flush(std::chrono::milliseconds(50)));
    EXPECT_THAT(log_->Admits(AccessKind::kPrivileged), HasReason(Reason::kAccessLog));
  }
  ASSERT_TRUE(log_->Flush(kPatience));
  EXPECT_THAT(Methods(Read(All())), ElementsAre("before", "meanwhile"));
  EXPECT_THAT(Files(), SizeIs(2));
}

TEST_F(AccessLogTest, ManyAtOnceAreAllThere) {
  options_.interval = std::chrono::milliseconds(5);
  Open();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 2'000; ++i) log_->Append(EntryOf("RCF"));
    });
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_TRUE(log_->Flush(kPatience));
  AccessQuestion question = All();
  question.most_entries = 10'000;
  const AccessPage page = Read(question);
  ASSERT_THAT(page.entries, SizeIs(8'000));
  for (size_t i = 0; i < page.entries.size(); ++i) ASSERT_EQ(page.entries[i].number(), i + 1);
}

TEST(AccessFileNameTest, OnlyItsOwnFormIsRead) {
  EXPECT_TRUE(ParseAccessFileName("2025-06-16.000017.access").has_value());
  EXPECT_TRUE(ParseAccessFileName("2025-06-16.1000017.access").has_value());
  for (const char* name :
       {"", "2025-06-16.17.access", "2025-06-16.000017.access.draft", "2025-06-16.-00017.access",
        "x.000017.access", "2025-06-16.000017.log"}) {
    EXPECT_FALSE(ParseAccessFileName(name).has_value()) << name;
  }
}

}  // namespace
}  // namespace onereturn

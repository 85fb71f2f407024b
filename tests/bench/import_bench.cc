// How much memory the service needs to take a month's waiting times as they are published: 184,000
// rows of 121 columns, sent by the client, broken off and resumed. And how much more than for a
// tenth of the rows.
//
// The figure is the highest resident memory of the service's process (VmHWM), which is set back
// before each file. The store's buffers fill with whatever is written and empty by turns, up to
// what they are allowed. So that they have gone the same way in both measurements, the same rows
// come once as ten files, of which the highest counts, and once as one; and months of ten files go
// before. No file as large as the large one goes before it.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/digest/digest.h"
#include "common/status/status_macros.h"
#include "google/protobuf/text_format.h"
#include "onereturn/returns/v1/returns_service.grpc.pb.h"
#include "services/ingestion/domain/testing/rtt_files.h"
#include "tests/crash/calls.h"
#include "tests/crash/definitions.h"
#include "tests/harness/deployment.h"
#include "tests/harness/process.h"

namespace onereturn {
namespace {

using ingestion::Records;
using returns::v1::ReturnsService;

constexpr char kIngestion[] = "ingestion";
constexpr int kTimes = 10;
constexpr double kMostTimesTheMemory = 1.1;
constexpr double kMostMebibytes = 256;
constexpr int64_t kFileWithin_ms = 600'000;

struct Options {
  int providers = 46;  // Of the smaller file; 400 rows each.
  int bands = ingestion::kRttBands / 4;
  int months = 2;  // Before.
  bool json = false;
};

// What a file of returns is made of.
struct Extract {
  std::string month;  // "June-2026".
  int first = 0;      // Providers.
  int last = 0;
  int bands = 0;
  int functions = 15;
  int times = 1;  // Each commissioner's rows so often, as if there were as many more.
};

struct Measured {
  const char* name = "";
  size_t rows = 0, bytes = 0;
  double seconds = 0, peak_mebibytes = 0;
};

std::string ProviderOf(int number) { return absl::StrFormat("R%03d", number); }
// Made up too, so that a provider may have more of them than there are in the tests' files.
std::string CommissionerOf(int number) { return absl::StrFormat("Q%03d", number); }

config::v1::DefinitionSet Definitions(int providers, int commissioners) {
  config::v1::DefinitionSet set;
  for (const char* file : {"calendar", "rtt"}) {
    std::ifstream stream(absl::StrCat(ONERETURN_SOURCE_DIR "/deploy/england/", file, ".textproto"));
    std::stringstream text;
    text << stream.rdbuf();
    if (!google::protobuf::TextFormat::MergeFromString(text.str(), &set)) return {};
  }
  const auto add = [&set](const std::string& code, catalogue::v1::OrganisationType type) {
    catalogue::v1::Organisation* organisation = set.add_organisations();
    organisation->set_code(code);
    organisation->set_display_name(code);
    organisation->set_type(type);
  };
  for (int i = 0; i < providers; ++i) {
    add(ProviderOf(i), catalogue::v1::ORGANISATION_TYPE_PROVIDER);
  }
  for (int i = 0; i < commissioners; ++i) {
    add(CommissionerOf(i), catalogue::v1::ORGANISATION_TYPE_ICB);
  }
  return set;
}

// The rows of one provider for one commissioner: the same figures in every part, so that no part is
// more than what it is a part of.
void AddRows(const Extract& extract, const std::string& provider, const std::string& commissioner,
             Records* rows) {
  for (const std::string& part : ingestion::RttPartTypes()) {
    std::vector<int> sums(static_cast<size_t>(extract.bands), 0);
    for (int function = 0; function < extract.functions; ++function) {
      std::vector<int> figures(sums.size());
      for (size_t band = 0; band < figures.size(); ++band) {
        figures[band] = (function * 7 + static_cast<int>(band) * 3) % 90 + 1;
        sums[band] += figures[band];
      }
      rows->push_back(ingestion::RttRow(
          provider, commissioner, part,
          ingestion::TreatmentFunctions()[static_cast<size_t>(function)], figures, 0));
    }
    rows->push_back(ingestion::RttRow(provider, commissioner, part, "C_999", sums, 0));
  }
}

// Writes it; its rows and bytes.
Measured WriteExtract(const Extract& extract, const std::string& path) {
  Measured measured;
  std::ofstream file(path, std::ios::binary);
  const auto write = [&](Records records) {
    for (auto& record : records) {
      if (record[0] == "RTT-June-2026") record[0] = absl::StrCat("RTT-", extract.month);
    }
    const std::string text = ingestion::TextOf(records);
    file << text;
    measured.bytes += text.size();
    measured.rows += records.size();
  };
  write({ingestion::RttHeader()});
  for (int provider = extract.first; provider < extract.last; ++provider) {
    Records rows;
    for (int commissioner = 0; commissioner < 5 * extract.times; ++commissioner) {
      AddRows(extract, ProviderOf(provider), CommissionerOf(commissioner), &rows);
    }
    write(std::move(rows));
  }
  measured.rows -= 1;  // The header.
  return measured;
}

class ImportBench {
 public:
  explicit ImportBench(Options options) : options_(options) {}

  absl::Status Run() {
    ASSIGN_OR_RETURN(suite_, Deployment::Create());
    RETURN_IF_ERROR(suite_->Start(kIngestion));
    RETURN_IF_ERROR(ApplyToIngestion(Definitions(options_.providers * kTimes, kMostCommissioners),
                                     suite_->Channel(kSteward, kIngestion)));
    for (int month = 0; month < options_.months; ++month) {
      RETURN_IF_ERROR(ImportTenths(absl::StrCat("May-", 2026 - month)).status());
    }
    ASSIGN_OR_RETURN(small_, ImportTenths("June-2026"));
    ASSIGN_OR_RETURN(large_,
                     Import("all rows, broken off and resumed",
                            {"July-2026", 0, options_.providers * kTimes, options_.bands}, true));
    // As large as the largest of a month: 1,500 rows with every band filled, among smaller ones.
    Extract largest{"August-2026", 0, 1, ingestion::kRttBands, 19, 3};
    ASSIGN_OR_RETURN(largest_, Import("the largest provider", largest, false));
    return absl::OkStatus();
  }

  // False where the figures are not what is promised.
  bool Print() const {
    const double ratio = large_.peak_mebibytes / small_.peak_mebibytes;
    const double most =
        std::max({small_.peak_mebibytes, large_.peak_mebibytes, largest_.peak_mebibytes});
    const bool holds = ratio <= kMostTimesTheMemory && most <= kMostMebibytes;
    if (options_.json) {
      std::printf(
          "{\"rows\":%zu,\"small_mib\":%.1f,\"large_mib\":%.1f,\"largest_mib\":%.1f,"
          "\"ratio\":%.3f,\"resumed_at_bytes\":%llu}\n",
          large_.rows, small_.peak_mebibytes, large_.peak_mebibytes, largest_.peak_mebibytes, ratio,
          static_cast<unsigned long long>(resumed_at_));
      return holds;
    }
    for (const Measured& one : {small_, large_, largest_}) {
      std::printf("%-34s %8zu rows %11zu bytes %7.1f s  %6.1f MiB\n", one.name, one.rows, one.bytes,
                  one.seconds, one.peak_mebibytes);
    }
    std::printf(
        "%.3f times the memory for %d times the rows (at most %.1f); at most %.0f MiB; the "
        "upload went on at byte %llu\n",
        ratio, kTimes, kMostTimesTheMemory, kMostMebibytes,
        static_cast<unsigned long long>(resumed_at_));
    return holds;
  }

 private:
  static constexpr int kMostCommissioners = 15;

  // A month as ten files; of the highest.
  absl::StatusOr<Measured> ImportTenths(const std::string& month) {
    Measured highest;
    for (int part = 0; part < kTimes; ++part) {
      const int first = part * options_.providers;
      ASSIGN_OR_RETURN(const Measured one,
                       Import("a tenth of the rows",
                              {month, first, first + options_.providers, options_.bands}, false));
      if (one.peak_mebibytes > highest.peak_mebibytes) highest = one;
    }
    return highest;
  }

  // Sends the file with the client, as an officer does; broken off: the client is killed when a
  // part of it is held, and started again.
  absl::StatusOr<Measured> Import(const char* name, const Extract& extract, bool broken_off) {
    const std::string path = suite_->File("extract.csv");
    Measured measured = WriteExtract(extract, path);
    measured.name = name;
    RETURN_IF_ERROR(ForgetPeak());
    const auto begin = std::chrono::steady_clock::now();
    if (broken_off) RETURN_IF_ERROR(BreakOff(path, measured.bytes));
    ASSIGN_OR_RETURN(const std::unique_ptr<Process> client, Submit(path));
    ASSIGN_OR_RETURN(const ProcessEnd end, client->Wait(kFileWithin_ms));
    measured.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    if (end.exit_code != 0) {
      return absl::InternalError(absl::StrCat(name, ": the client ended with ",
                                              end.exit_code.value_or(-1), "\n",
                                              client->OutputTail()));
    }
    ASSIGN_OR_RETURN(measured.peak_mebibytes, Peak());
    std::fprintf(stderr, "%s: %zu rows in %.1f s, %.1f MiB\n", name, measured.rows,
                 measured.seconds, measured.peak_mebibytes);
    return measured;
  }

  absl::StatusOr<std::unique_ptr<Process>> Submit(const std::string& path) {
    ASSIGN_OR_RETURN(const std::string profile, suite_->ProfileOf(kLoader));
    ProcessOptions options;
    options.binary = ONERETURN_BINARY_FOLDER "/onereturn";
    options.arguments = {"submit", path, "--collection", "RTT", "--layout", "published-104"};
    options.output_file = suite_->File("client.out");
    options.environment = {absl::StrCat("ONERETURN_PROFILE=", profile)};
    return Process::Start(options);
  }

  static std::string TextOfFile(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    std::stringstream text;
    text << stream.rdbuf();
    return text.str();
  }

  absl::Status BreakOff(const std::string& path, uint64_t bytes) {
    ASSIGN_OR_RETURN(const std::unique_ptr<Process> client, Submit(path));
    const Digest digest = Sha256(TextOfFile(path));
    returns::v1::CreateUploadRequest request;
    request.set_request_id(absl::StrCat("upload.", DigestToHex(digest)));
    request.set_size_bytes(bytes);
    request.set_digest(std::string(DigestBytes(digest)));
    const auto stub = ReturnsService::NewStub(suite_->Channel(kLoader, kIngestion));
    while (resumed_at_ < bytes / 3) {
      ASSIGN_OR_RETURN(const auto held,
                       CallOnce(*stub, &ReturnsService::Stub::CreateUpload, request));
      resumed_at_ = held.held_bytes();
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    client->Kill9();
    ASSIGN_OR_RETURN(const auto held,
                     CallOnce(*stub, &ReturnsService::Stub::CreateUpload, request));
    resumed_at_ = held.held_bytes();
    return resumed_at_ < bytes ? absl::OkStatus() : absl::InternalError("it was not broken off");
  }

  std::string ProcFile(absl::string_view name) {
    return absl::StrCat("/proc/", suite_->process(kIngestion)->id(), "/", name);
  }
  // The highest becomes what is resident now.
  absl::Status ForgetPeak() {
    std::ofstream stream(ProcFile("clear_refs"));
    stream << "5" << std::flush;
    return stream.good() ? absl::OkStatus() : absl::InternalError("VmHWM cannot be set back");
  }
  absl::StatusOr<double> Peak() {
    std::ifstream stream(ProcFile("status"));
    std::string word;
    double kibibytes = 0;
    while (stream >> word) {
      if (word == "VmHWM:" && stream >> kibibytes) return kibibytes / 1'024;
    }
    return absl::InternalError("there is no VmHWM");
  }

  const Options options_;
  std::unique_ptr<Deployment> suite_;
  Measured small_, large_, largest_;
  uint64_t resumed_at_ = 0;
};

}  // namespace
}  // namespace onereturn

int main(int argument_count, char** arguments) {
  onereturn::Options options;
  CLI::App app(
      "Peak memory of the service while it takes a file as published, and one of a tenth.");
  app.add_option("--providers", options.providers, "Providers of the smaller file, 400 rows each");
  app.add_option("--bands", options.bands, "Bands that are filled, of 105");
  app.add_option("--months", options.months, "Months that go before");
  app.add_flag("--json", options.json, "One line of JSON");
  CLI11_PARSE(app, argument_count, arguments);
  onereturn::ImportBench bench(options);
  if (const absl::Status run = bench.Run(); !run.ok()) {
    std::fprintf(stderr, "import_bench: %s\n", std::string(run.message()).c_str());
    return 1;
  }
  return bench.Print() ? 0 : 1;
}

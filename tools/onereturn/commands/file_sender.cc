#include "tools/onereturn/commands/file_sender.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/period/period.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "tools/onereturn/console/console.h"
#include "tools/onereturn/console/error_text.h"
#include "tools/onereturn/console/number_text.h"

namespace onereturn::client {
namespace {

// Files that wait for one another are kept in memory: no more than these are begun ahead.
constexpr size_t kMostParallel = 8;
constexpr size_t kMostPeriods = 1'000;
constexpr std::chrono::milliseconds kProgressEvery{200};
constexpr std::chrono::milliseconds kWatchAfter{400};
// A file that is still being taken is not sent again: the service would take it twice at a time.
constexpr std::chrono::milliseconds kTakenWithin{30'000};
constexpr std::chrono::milliseconds kTakenWithinOfAMebibyte{5'000};

returns::v1::RevisionStatus StatusOf(const std::string& word) {
  returns::v1::RevisionStatus status = returns::v1::REVISION_STATUS_UNSPECIFIED;
  returns::v1::RevisionStatus_Parse(absl::StrCat("REVISION_STATUS_", absl::AsciiStrToUpper(word)),
                                    &status);
  return status;
}

// "late-data" is LATE_DATA; UNSPECIFIED for a word that is none.
returns::v1::RevisionReason RevisionReasonOf(const std::string& word) {
  returns::v1::RevisionReason reason = returns::v1::REVISION_REASON_UNSPECIFIED;
  returns::v1::RevisionReason_Parse(
      absl::StrCat("REVISION_REASON_",
                   absl::StrReplaceAll(absl::AsciiStrToUpper(word), {{"-", "_"}})),
      &reason);
  return reason;
}

returns::v1::SubmitMode ModeOf(const std::string& word) {
  returns::v1::SubmitMode mode = returns::v1::SUBMIT_MODE_UNSPECIFIED;
  returns::v1::SubmitMode_Parse(absl::StrCat("SUBMIT_MODE_", absl::AsciiStrToUpper(word)), &mode);
  return mode;
}

// What the service is doing, in words.
std::string WordsOf(const returns::v1::WatchUploadResponse& state) {
  switch (state.stage()) {
    case returns::v1::FILE_STAGE_WAITING:
      return "waiting for its turn";
    case returns::v1::FILE_STAGE_JUDGING:
      return absl::StrCat("being judged: ", BytesText(state.read_bytes()), " of ",
                          BytesText(state.file_bytes()), ", ",
                          Count(state.judged_returns(), "return"));
    case returns::v1::FILE_STAGE_STORING:
      return absl::StrCat("being stored: ", WithThousands(state.stored_returns()), " of ",
                          Count(state.returns_to_store(), "return"));
    default:
      return "";
  }
}

// The same file sent in the same way is the same request; judging it is another one than sending
// it.
std::string RequestId(const SendOptions& options, const LocalFile& file,
                      const std::string& period) {
  if (!options.request_id.empty()) return options.request_id;
  const Digest digest = Sha256Concatenated(
      {DigestBytes(file.digest), options.collection, "\n", options.layout, "\n", options.status,
       period.empty() && options.organisation.empty()
           ? ""
           : absl::StrCat("\n", period, "\n", options.organisation),
       options.reason.empty() ? "" : absl::StrCat("\n", options.reason, "\n", options.reason_text),
       options.mode == "replace" && !options.all_or_nothing
           ? ""
           : absl::StrCat("\nmode ", options.mode, options.all_or_nothing ? " all" : ""),
       options.minutes.has_value()
           ? absl::StrCat("\nminutes ", options.minutes->SerializeAsString())
           : ""});
  constexpr size_t kDigits = 40;
  return absl::StrCat(options.validate_only ? "judge." : "file.",
                      DigestToHex(digest).substr(0, kDigits));
}

// A file that is sent for a period; empty: the file says it.
struct Shipment {
  std::string path;
  std::string period;
};

// The files on their way. Workers take the next one; the calling thread waits for them in order.
class Sending {
 public:
  Sending(const ReturnsClient& client, const SendOptions& options,
          const std::vector<Shipment>& shipments)
      : client_(client), options_(options), shipments_(shipments), sent_(shipments.size()) {
    const size_t workers =
        std::min({std::max<size_t>(options.parallel, 1), kMostParallel, shipments.size()});
    for (size_t i = 0; i < workers; ++i) workers_.emplace_back([this] { Work(); });
  }
  ~Sending() {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      stopping_ = true;
    }
    for (std::thread& worker : workers_) worker.join();
  }

  // Waits until the file is answered, or is known never to be sent; false when neither is so after
  // kProgressEvery.
  bool WaitFor(size_t place) {
    std::unique_lock<std::mutex> lock(mutex_);
    return arrived_.wait_for(lock, kProgressEvery, [&] {
      return sent_[place].has_value() || (stopping_ && place >= next_);
    });
  }
  // Absent for a file that is not sent.
  std::optional<absl::StatusOr<SentFile>> Take(size_t place) {
    std::lock_guard<std::mutex> lock(mutex_);
    return std::exchange(sent_[place], std::nullopt);
  }
  // In words for whoever waits.
  std::string Words() {
    std::lock_guard<std::mutex> lock(mutex_);
    if (shipments_.size() == 1) return absl::StrCat(shipments_[0].path, ": ", words_);
    const bool by_period = !shipments_[0].period.empty();
    return absl::StrCat(answered_, " of ", Count(shipments_.size(), by_period ? "period" : "file"),
                        " answered, ", words_);
  }

 private:
  void Work() {
    while (true) {
      size_t place = 0;
      {
        std::lock_guard<std::mutex> lock(mutex_);
        if (stopping_ || next_ == shipments_.size()) return;
        place = next_++;
      }
      absl::StatusOr<SentFile> sent = Send(shipments_[place]);
      {
        std::lock_guard<std::mutex> lock(mutex_);
        ++answered_;
        // The periods of a file are taken in order: a rule of one may look back at that before.
        const bool in_order = options_.periods.size() > 1;
        if (!sent.ok() && (in_order || ConcernsAllFiles(sent.status()))) stopping_ = true;
        sent_[place] = std::move(sent);
      }
      arrived_.notify_all();
    }
  }

  absl::StatusOr<SentFile> Send(const Shipment& shipment) {
    const int64_t started = SteadyMicros();
    SentFile sent;
    ASSIGN_OR_RETURN(sent.file, ReadLocalFile(shipment.path));
    const uint64_t size = sent.file.bytes.size();
    ASSIGN_OR_RETURN(const std::string upload, Upload(client_, sent.file, [&](uint64_t held) {
                       Say(absl::StrCat("sent ", BytesText(held), " of ", BytesText(size)));
                     }));
    sent.file.bytes = std::string();
    Say("being judged");
    returns::v1::SubmitReturnFileRequest request;
    request.set_request_id(RequestId(options_, sent.file, shipment.period));
    request.set_upload(upload);
    request.set_collection(options_.collection);
    request.set_layout(options_.layout);
    request.set_status(StatusOf(options_.status));
    request.set_validate_only(options_.validate_only);
    request.set_period(shipment.period);
    request.set_organisation(options_.organisation);
    request.set_reason(RevisionReasonOf(options_.reason));
    request.set_reason_text(options_.reason_text);
    request.set_mode(ModeOf(options_.mode));
    if (options_.minutes.has_value()) *request.mutable_declared_minutes() = *options_.minutes;
    if (options_.all_or_nothing) request.set_acceptance(returns::v1::ACCEPTANCE_ALL_OR_NOTHING);
    {
      const Watching watching(this, upload);
      ASSIGN_OR_RETURN(sent.response,
                       client_.Call(&ReturnsClient::Stub::SubmitReturnFile, request,
                                    kTakenWithin + kTakenWithinOfAMebibyte * (size >> 20)));
    }
    sent.micros = SteadyMicros() - started;
    return sent;
  }

  // While it lives, says how far the service is with an upload; what keeps it from that is not
  // told: the call itself answers.
  class Watching {
   public:
    Watching(Sending* sending, const std::string& upload)
        : thread_([this, sending, upload] { Watch(sending, upload); }) {}
    ~Watching() {
      {
        std::lock_guard<std::mutex> lock(mutex_);
        done_ = true;
      }
      changed_.notify_all();
      thread_.join();
    }
    Watching(const Watching&) = delete;
    Watching& operator=(const Watching&) = delete;

   private:
    // A file that is taken at once needs no watch.
    bool DoneWithin(std::chrono::milliseconds most) {
      std::unique_lock<std::mutex> lock(mutex_);
      return changed_.wait_for(lock, most, [this] { return done_; });
    }
    void Watch(Sending* sending, const std::string& upload) {
      if (DoneWithin(kWatchAfter)) return;
      returns::v1::WatchUploadRequest request;
      request.set_name(upload);
      const std::function<bool(const returns::v1::WatchUploadResponse&)> take =
          [this, sending](const returns::v1::WatchUploadResponse& state) {
            if (const std::string words = WordsOf(state); !words.empty()) sending->Say(words);
            return !DoneWithin(std::chrono::milliseconds(0));
          };
      const absl::Status watched = sending->client_.Stream(&ReturnsClient::Stub::WatchUpload,
                                                           request, /*endless=*/true, take);
      static_cast<void>(watched);
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    bool done_ = false;   // Guarded by mutex_.
    std::thread thread_;  // Last: it uses what stands above.
  };

  void Say(std::string words) {
    std::lock_guard<std::mutex> lock(mutex_);
    words_ = std::move(words);
  }

  const ReturnsClient& client_;
  const SendOptions& options_;
  const std::vector<Shipment>& shipments_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  // All below are guarded by mutex_.
  std::vector<std::optional<absl::StatusOr<SentFile>>> sent_;
  std::string words_ = "being read";
  size_t next_ = 0;
  size_t answered_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> workers_;  // Last: they use what stands above.
};

}  // namespace

absl::StatusOr<std::vector<std::string>> FilesOf(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!std::filesystem::is_directory(path, error)) {
      files.push_back(path);
      continue;
    }
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
      const std::string name = entry.path().string();
      if (entry.is_regular_file(error) && absl::EndsWithIgnoreCase(name, ".csv")) {
        found.push_back(name);
      }
    }
    if (found.empty()) {
      return UsageError(absl::StrCat("the folder \"", path, "\" holds no file that ends in .csv"),
                        "Name the files, or a folder that holds them.");
    }
    std::sort(found.begin(), found.end());
    files.insert(files.end(), found.begin(), found.end());
  }
  return files;
}

absl::StatusOr<std::vector<std::string>> PeriodsOf(const std::string& text) {
  const std::vector<std::string> ends = absl::StrSplit(text, "..");
  const auto fault = [&text](absl::string_view why) {
    return UsageError(absl::StrCat("the period \"", text, "\" ", why),
                      "Give one such as 2019-03, or the first and the last: 2016-04..2019-03.");
  };
  const absl::StatusOr<Period> first = Period::Parse(ends.front());
  const absl::StatusOr<Period> last = Period::Parse(ends.back());
  if (ends.size() > 2 || !first.ok() || !last.ok()) return fault("cannot be read");
  if (first->kind() != last->kind() || *last < *first) return fault("ends before it begins");
  std::vector<std::string> periods;
  for (std::optional<Period> next = *first; next.has_value() && *next <= *last;
       next = next->Next()) {
    if (periods.size() == kMostPeriods) return fault("is of too many periods");
    periods.push_back(next->ToString());
  }
  return periods;
}

bool ConcernsAllFiles(const absl::Status& error) {
  const std::optional<ErrorDetails> details = DetailsOf(error);
  switch (error.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kUnimplemented:
      return true;
    case absl::StatusCode::kPermissionDenied:
      // Whose figures they are, the file says.
      return !details.has_value() || details->reason != Reason::kOrgScope;
    default:
      break;
  }
  return details.has_value() &&
         std::any_of(details->fields.begin(), details->fields.end(), [](const auto& one) {
           return one.field == "collection" || one.field == "layout";
         });
}

void SendFiles(const ReturnsClient& client, const SendOptions& options,
               const std::vector<std::string>& paths,
               const std::function<void(absl::string_view words)>& progress,
               const std::function<void(FileOutcome outcome)>& take) {
  std::vector<Shipment> shipments;
  for (const std::string& path : paths) {
    if (options.periods.empty()) shipments.push_back({path, ""});
    for (const std::string& period : options.periods) shipments.push_back({path, period});
  }
  Sending sending(client, options, shipments);
  for (size_t place = 0; place < shipments.size(); ++place) {
    while (!sending.WaitFor(place)) progress(sending.Words());
    const Shipment& shipment = shipments[place];
    FileOutcome outcome{shipment.path, shipment.period, sending.Take(place)};
    if (outcome.sent.has_value() && !outcome.sent->ok()) {
      *outcome.sent = Within(shipment.path, outcome.sent->status());
    }
    take(std::move(outcome));
  }
}

}  // namespace onereturn::client

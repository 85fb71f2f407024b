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
#include "common/status/status_macros.h"
#include "tools/onereturn/console/console.h"
#include "tools/onereturn/console/error_text.h"
#include "tools/onereturn/console/number_text.h"

namespace onereturn::client {
namespace {

// Files that wait for one another are kept in memory: no more than these are begun ahead.
constexpr size_t kMostParallel = 8;
constexpr std::chrono::milliseconds kProgressEvery{200};

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

// The same file sent in the same way is the same request; judging it is another one than sending
// it.
std::string RequestId(const SendOptions& options, const LocalFile& file) {
  if (!options.request_id.empty()) return options.request_id;
  const Digest digest = Sha256Concatenated(
      {DigestBytes(file.digest), options.collection, "\n", options.layout, "\n", options.status,
       options.period.empty() && options.organisation.empty()
           ? ""
           : absl::StrCat("\n", options.period, "\n", options.organisation),
       options.reason.empty() ? ""
                              : absl::StrCat("\n", options.reason, "\n", options.reason_text)});
  constexpr size_t kDigits = 40;
  return absl::StrCat(options.validate_only ? "judge." : "file.",
                      DigestToHex(digest).substr(0, kDigits));
}

// The files on their way. Workers take the next one; the calling thread waits for them in order.
class Sending {
 public:
  Sending(const ReturnsClient& client, const SendOptions& options,
          const std::vector<std::string>& paths)
      : client_(client), options_(options), paths_(paths), sent_(paths.size()) {
    const size_t workers =
        std::min({std::max<size_t>(options.parallel, 1), kMostParallel, paths.size()});
    for (size_t i = 0; i < workers; ++i) workers_.emplace_back([this] { Work(); });
  }
  ~Sending() {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      stopping_ = true;
    }
    for (std::thread& worker : workers_) worker.join();
  }

  // Waits for the file; false when it is not there yet after kProgressEvery.
  bool WaitFor(size_t place) {
    std::unique_lock<std::mutex> lock(mutex_);
    return arrived_.wait_for(lock, kProgressEvery, [&] { return sent_[place].has_value(); });
  }
  absl::StatusOr<SentFile> Take(size_t place) {
    std::lock_guard<std::mutex> lock(mutex_);
    return *std::exchange(sent_[place], absl::CancelledError("taken"));
  }
  // In words for whoever waits.
  std::string Words() {
    std::lock_guard<std::mutex> lock(mutex_);
    if (paths_.size() == 1) return absl::StrCat(paths_[0], ": ", words_);
    return absl::StrCat(answered_, " of ", Count(paths_.size(), "file"), " answered, ", words_);
  }

 private:
  void Work() {
    while (true) {
      size_t place = 0;
      {
        std::lock_guard<std::mutex> lock(mutex_);
        if (stopping_ || next_ == paths_.size()) return;
        place = next_++;
      }
      absl::StatusOr<SentFile> sent = Send(paths_[place]);
      {
        std::lock_guard<std::mutex> lock(mutex_);
        ++answered_;
        if (!sent.ok()) stopping_ = true;
        sent_[place] = std::move(sent);
      }
      arrived_.notify_all();
    }
  }

  absl::StatusOr<SentFile> Send(const std::string& path) {
    const int64_t started = SteadyMicros();
    SentFile sent;
    ASSIGN_OR_RETURN(sent.file, ReadLocalFile(path));
    const uint64_t size = sent.file.bytes.size();
    ASSIGN_OR_RETURN(const std::string upload, Upload(client_, sent.file, [&](uint64_t held) {
                       Say(absl::StrCat("sent ", BytesText(held), " of ", BytesText(size)));
                     }));
    sent.file.bytes = std::string();
    Say("being judged");
    returns::v1::SubmitReturnFileRequest request;
    request.set_request_id(RequestId(options_, sent.file));
    request.set_upload(upload);
    request.set_collection(options_.collection);
    request.set_layout(options_.layout);
    request.set_status(StatusOf(options_.status));
    request.set_validate_only(options_.validate_only);
    request.set_period(options_.period);
    request.set_organisation(options_.organisation);
    request.set_reason(RevisionReasonOf(options_.reason));
    request.set_reason_text(options_.reason_text);
    ASSIGN_OR_RETURN(sent.response, client_.Call(&ReturnsClient::Stub::SubmitReturnFile, request));
    sent.micros = SteadyMicros() - started;
    return sent;
  }

  void Say(std::string words) {
    std::lock_guard<std::mutex> lock(mutex_);
    words_ = std::move(words);
  }

  const ReturnsClient& client_;
  const SendOptions& options_;
  const std::vector<std::string>& paths_;
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

absl::Status SendFiles(const ReturnsClient& client, const SendOptions& options,
                       const std::vector<std::string>& paths,
                       const std::function<void(absl::string_view words)>& progress,
                       const std::function<void(SentFile sent)>& take) {
  Sending sending(client, options, paths);
  for (size_t place = 0; place < paths.size(); ++place) {
    while (!sending.WaitFor(place)) progress(sending.Words());
    absl::StatusOr<SentFile> sent = sending.Take(place);
    if (!sent.ok()) return Within(paths[place], sent.status());
    take(*std::move(sent));
  }
  return absl::OkStatus();
}

}  // namespace onereturn::client

#include "tools/onereturn/offline/rule_pack_file.h"

#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "tools/onereturn/console/error_text.h"
#include "tools/onereturn/console/labels.h"

namespace onereturn::client {
namespace {

constexpr char kTakeAnew[] = "Take the rules anew: onereturn template ... --rules FILE.";

absl::StatusOr<std::ifstream> OpenFile(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    return UsageError(absl::StrCat("\"", path, "\" is a folder"), "Name the files in it.");
  }
  std::ifstream stream(path, std::ios::binary);
  if (!stream.good()) {
    return UsageError(absl::StrCat("\"", path, "\" cannot be read"),
                      "Name a file that is there and that you may read.");
  }
  return stream;
}

}  // namespace

absl::StatusOr<ingestion::RulePack> OpenRulePack(absl::string_view bytes,
                                                 const std::optional<VerifyingKey>& trusted) {
  returns::v1::SignedRulePack signed_pack;
  if (!signed_pack.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return UsageError("the file holds no rules to check by", kTakeAnew);
  }
  absl::StatusOr<VerifyingKey> key = trusted.has_value()
                                         ? absl::StatusOr<VerifyingKey>(*trusted)
                                         : VerifyingKey::FromRawBytes(signed_pack.public_key());
  if (!key.ok()) return UsageError("the file holds no rules to check by", kTakeAnew);
  const absl::Status verified = ingestion::VerifyRulePack(signed_pack, *key);
  if (absl::IsFailedPrecondition(verified)) {
    return UsageError(
        "the rules are signed with another key than the profile has for the ingestion service",
        "If the service has changed its key, put the new one into the profile; else do not use "
        "them.");
  }
  if (!verified.ok()) {
    return UsageError("the rules are not what the ingestion service signed", kTakeAnew);
  }
  return ingestion::ReadRulePack(signed_pack.pack());
}

absl::StatusOr<ingestion::RulePack> ReadRulePackFile(const std::string& path,
                                                     const std::optional<VerifyingKey>& trusted) {
  ASSIGN_OR_RETURN(const std::ifstream stream, OpenFile(path));
  std::stringstream bytes;
  bytes << stream.rdbuf();
  absl::StatusOr<ingestion::RulePack> pack = OpenRulePack(bytes.str(), trusted);
  if (!pack.ok()) return Within(path, pack.status());
  return pack;
}

namespace {

// An error of a file, beside what it was checked by: most often it was meant for other rules. Here
// nobody is refused: another organisation in the file is a fault of it.
absl::Status FaultOfFile(const ingestion::RulePack& pack, const std::string& path,
                         const absl::Status& error) {
  if (ExitCodeOf(error) == ExitCode::kUsage) return Within(path, error);
  const std::string place = absl::StrCat(path, ", by the rules of ", pack.collection.code, ", ",
                                         pack.period.ToString(), ", ", pack.organisation);
  if (ReasonOf(error) != Reason::kOrgScope) return Within(place, error);
  const absl::string_view named = error.message();
  return WithRemedy(
      absl::InvalidArgumentError(absl::StrCat(place, ": ", named.substr(0, named.rfind(", which")),
                                              ", and the rules are of ", pack.organisation)),
      "Correct the code in the file, or take that organisation's rules: onereturn template ... "
      "--rules FILE.");
}

}  // namespace

absl::StatusOr<ingestion::CheckedFile> CheckLocalFile(const ingestion::RulePack& pack,
                                                      const std::string& layout,
                                                      const std::string& path) {
  ASSIGN_OR_RETURN(std::ifstream stream, OpenFile(path));
  absl::StatusOr<ingestion::CheckedFile> checked = ingestion::CheckFile(
      pack, layout,
      [&stream](const std::function<absl::Status(absl::string_view)>& take) -> absl::Status {
        std::string piece(64 * 1024, '\0');
        while (stream.good()) {
          stream.read(piece.data(), static_cast<std::streamsize>(piece.size()));
          RETURN_IF_ERROR(
              take(absl::string_view(piece).substr(0, static_cast<size_t>(stream.gcount()))));
        }
        return absl::OkStatus();
      });
  if (!checked.ok()) return FaultOfFile(pack, path, checked.status());
  return checked;
}

std::string WindowSentence(const returns::v1::RulePack& pack) {
  if (!pack.has_window()) return "";
  const returns::v1::ReturnWindow& window = pack.window();
  if (!window.has_moments()) return "When its window opens was not known yet.\n";
  const timetable::v1::WindowMoments& moments = window.moments();
  switch (window.state()) {
    case returns::v1::WINDOW_STATE_NOT_OPEN:
      return absl::StrCat("Its window was not open yet: it opens at ",
                          TimeText(moments.open_time()), ".\n");
    case returns::v1::WINDOW_STATE_CLOSED:
      return absl::StrCat("Its window had closed, at ", TimeText(moments.close_time()),
                          ": ask a steward of the collection for an extension.\n");
    default:
      break;
  }
  const auto& due =
      window.has_extension_end_time() ? window.extension_end_time() : moments.due_time();
  const absl::string_view by = window.has_extension_end_time() ? ", by an extension" : "";
  const bool late = std::make_pair(due.seconds(), due.nanos()) <=
                    std::make_pair(pack.time().seconds(), pack.time().nanos());
  return late ? absl::StrCat("Its window was open, and it was late: it was due before ",
                             TimeText(due), by, ".\n")
              : absl::StrCat("Its window was open: due before ", TimeText(due), by, ".\n");
}

absl::Status WriteLocalFile(const std::string& path, absl::string_view bytes) {
  std::ofstream stream(path, std::ios::binary);
  stream << bytes;
  stream.close();
  if (stream.good()) return absl::OkStatus();
  return UsageError(absl::StrCat("\"", path, "\" cannot be written"),
                    "Name a file in a folder that you may write to.");
}

}  // namespace onereturn::client

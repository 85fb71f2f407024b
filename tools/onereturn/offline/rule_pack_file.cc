#include "tools/onereturn/offline/rule_pack_file.h"

#include <fstream>
#include <functional>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "tools/onereturn/console/error_text.h"

namespace onereturn::client {
namespace {

constexpr char kTakeAnew[] = "Take the rules anew: onereturn template ... --rules FILE.";

absl::StatusOr<std::ifstream> OpenFile(const std::string& path) {
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

absl::StatusOr<ingestion::CheckedFile> CheckLocalFile(const ingestion::RulePack& pack,
                                                      const std::string& layout,
                                                      const std::string& path) {
  ASSIGN_OR_RETURN(std::ifstream stream, OpenFile(path));
  return ingestion::CheckFile(
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

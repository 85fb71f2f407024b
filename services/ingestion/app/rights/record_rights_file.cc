#include "services/ingestion/app/rights/record_rights_file.h"

#include <future>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/big_endian.h"
#include "common/status/status_macros.h"
#include "onereturn/rights/v1/rights.pb.h"
#include "services/ingestion/store/grant_table.h"

namespace onereturn::ingestion {
namespace {

// An entry holds 64 KiB.
constexpr size_t kPartBytes = 32 * 1024;

std::vector<rights::v1::ConfiguredPrincipal> PrincipalsOf(const config::v1::RightsFile& file) {
  std::vector<rights::v1::ConfiguredPrincipal> principals;
  for (const config::v1::Principal& principal : file.principals()) {
    rights::v1::ConfiguredPrincipal configured;
    configured.set_principal(principal.person().empty() ? principal.spiffe_id()
                                                        : principal.person());
    configured.set_role(principal.role());
    configured.set_organisation(principal.organisation());
    configured.set_reach(principal.reach());
    configured.set_people_of(principal.people_of());
    configured.set_needs_person(principal.needs_person());
    principals.push_back(std::move(configured));
  }
  return principals;
}

Digest DigestOf(const std::vector<rights::v1::ConfiguredPrincipal>& principals) {
  std::string bytes;
  for (const rights::v1::ConfiguredPrincipal& principal : principals) {
    const std::string one = principal.SerializeAsString();
    AppendBigEndian(one.size(), 4, &bytes);
    bytes += one;
  }
  return Sha256(bytes);
}

std::vector<rights::v1::RightsConfigured> PartsOf(
    const std::vector<rights::v1::ConfiguredPrincipal>& principals, const std::string& digest) {
  std::vector<rights::v1::RightsConfigured> parts(1);
  size_t bytes = 0;
  for (const rights::v1::ConfiguredPrincipal& principal : principals) {
    bytes += principal.ByteSizeLong();
    if (bytes > kPartBytes) {
      parts.emplace_back();
      bytes = principal.ByteSizeLong();
    }
    *parts.back().add_principals() = principal;
  }
  for (size_t i = 0; i < parts.size(); ++i) {
    parts[i].set_part(static_cast<uint32_t>(i + 1));
    parts[i].set_parts(static_cast<uint32_t>(parts.size()));
    parts[i].set_digest(digest);
  }
  return parts;
}

// Writes the parts under the ids "{id}.{part}"; those that were written before are repeats.
absl::Status RecordParts(const std::vector<rights::v1::RightsConfigured>& parts,
                         const std::string& id, const std::string& actor,
                         const FactWriter& writer) {
  for (const rights::v1::RightsConfigured& part : parts) {
    FactRequest request;
    request.kind = feed::v1::ENTRY_KIND_RIGHTS_CONFIGURED;
    request.actor = actor;
    request.request_id = absl::StrCat(id, ".", part.part());
    request.digest = Sha256(part.SerializeAsString());
    request.role = rights::v1::ROLE_SERVICE;
    std::promise<absl::Status> written;
    writer.Write(
        std::move(request),
        [&](const Snapshot& /*snapshot*/) -> absl::StatusOr<Decision> {
          return NewFact{"rights-file",
                         part.SerializeAsString(),
                         {},
                         [last = part.part() == part.parts(), digest = part.digest()](
                             const Placement& /*placement*/, WriteBatch* batch) {
                           if (last) PutRecordedRightsFile(digest, batch);
                         }};
        },
        [&written](absl::StatusOr<std::optional<AcceptedFact>> accepted) {
          written.set_value(accepted.status());
        });
    RETURN_IF_ERROR(written.get_future().get());
  }
  return absl::OkStatus();
}

// Not of the bytes: g++ 12 warns of a length there that cannot be (its bug 105651).
bool IsRecorded(const std::string& recorded, const std::string& digest) {
  return absl::BytesToHexString(recorded) == absl::BytesToHexString(digest);
}

}  // namespace

absl::StatusOr<bool> RecordRightsFile(const config::v1::RightsFile& file, const std::string& actor,
                                      const Store& store, const FactWriter& writer) {
  const std::vector<rights::v1::ConfiguredPrincipal> principals = PrincipalsOf(file);
  const Digest file_digest = DigestOf(principals);
  const std::string digest(DigestBytes(file_digest));
  ASSIGN_OR_RETURN(std::string recorded, RecordedRightsFile(store));
  if (IsRecorded(recorded, digest)) return false;
  // A start that broke off between two parts goes on with the same ids. What was recorded before is
  // in them, so that a file that returns to an earlier text is recorded anew.
  const std::string id = absl::StrCat("rights-file.", absl::BytesToHexString(recorded.substr(0, 8)),
                                      ".", absl::BytesToHexString(digest.substr(0, 8)));
  const std::vector<rights::v1::RightsConfigured> parts = PartsOf(principals, digest);
  // The very change may have been made before, and undone: then all of it was a repeat, and it is
  // recorded under the next ids.
  for (int times = 0; !IsRecorded(recorded, digest); ++times) {
    RETURN_IF_ERROR(
        RecordParts(parts, times == 0 ? id : absl::StrCat(id, ".", times), actor, writer));
    ASSIGN_OR_RETURN(recorded, RecordedRightsFile(store));
  }
  return true;
}

}  // namespace onereturn::ingestion

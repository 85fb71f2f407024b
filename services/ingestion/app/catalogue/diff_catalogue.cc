#include "services/ingestion/app/catalogue/diff_catalogue.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "onereturn/catalogue/v1/catalogue.pb.h"
#include "onereturn/timetable/v1/timetable.pb.h"
#include "services/ingestion/app/catalogue/message_diff.h"
#include "services/ingestion/app/catalogue/read_catalogue.h"
#include "services/ingestion/store/catalogue_table.h"

namespace onereturn::ingestion {
namespace {

using google::protobuf::Message;

constexpr size_t kMostChanges = 1'000;

// The kinds in their order, with what their names begin with.
struct KindOfName {
  DefinitionKind kind;
  absl::string_view prefix;
};
constexpr KindOfName kKinds[] = {
    {DefinitionKind::kOrganisation, "organisations/"},
    {DefinitionKind::kItem, "items/"},
    {DefinitionKind::kCollection, "collections/"},
    {DefinitionKind::kCalendar, "calendars/"},
    {DefinitionKind::kGuidance, "guidance/"},
    {DefinitionKind::kResponsibility, "responsibilities/"},
};

std::unique_ptr<Message> NewMessage(DefinitionKind kind) {
  switch (kind) {
    case DefinitionKind::kOrganisation:
      return std::make_unique<catalogue::v1::Organisation>();
    case DefinitionKind::kItem:
      return std::make_unique<catalogue::v1::DataItem>();
    case DefinitionKind::kCollection:
      return std::make_unique<catalogue::v1::Collection>();
    case DefinitionKind::kCalendar:
      return std::make_unique<timetable::v1::Calendar>();
    case DefinitionKind::kGuidance:
      return std::make_unique<catalogue::v1::Guidance>();
    default:
      return std::make_unique<catalogue::v1::Responsibility>();
  }
}

// A stored definition without what the service counts; nullopt bytes: one in which nothing is set.
absl::StatusOr<std::unique_ptr<Message>> MessageOf(DefinitionKind kind,
                                                   const StoredDefinition* stored) {
  std::unique_ptr<Message> message = NewMessage(kind);
  if (stored == nullptr) return message;
  if (!message->ParseFromString(stored->bytes)) {
    return absl::DataLossError("a stored definition cannot be read");
  }
  if (const auto* version = message->GetDescriptor()->FindFieldByName("version");
      version != nullptr) {
    message->GetReflection()->ClearField(message.get(), version);
  }
  return message;
}

template <typename Response>
absl::Status FillChanges(DefinitionKind kind, const StoredDefinition* before,
                         const StoredDefinition* after, Response* response) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Message> was, MessageOf(kind, before));
  ASSIGN_OR_RETURN(const std::unique_ptr<Message> is, MessageOf(kind, after));
  const std::vector<FieldDifference> differences = DifferencesOf(*was, *is);
  response->set_changes_total(static_cast<uint32_t>(differences.size()));
  for (size_t i = 0; i < std::min(kMostChanges, differences.size()); ++i) {
    auto* change = response->add_changes();
    change->set_path(differences[i].path);
    change->set_before(differences[i].before);
    change->set_after(differences[i].after);
  }
  return absl::OkStatus();
}

// All versions up to the sequence, the oldest first: the first is version 1.
absl::StatusOr<std::vector<StoredDefinition>> VersionsOf(const Reader& reader, DefinitionKind kind,
                                                         absl::string_view code,
                                                         uint64_t sequence) {
  std::vector<StoredDefinition> versions;
  RETURN_IF_ERROR(VisitVersions(reader, kind, code, sequence,
                                [&](const StoredDefinition& stored) -> absl::StatusOr<bool> {
                                  versions.push_back(stored);
                                  return true;
                                }));
  std::reverse(versions.begin(), versions.end());
  return versions;
}

}  // namespace

absl::StatusOr<catalogue::v1::DiffDefinitionResponse> DiffDefinition(const Reader& reader,
                                                                     const std::string& name,
                                                                     uint32_t from_version,
                                                                     uint32_t to_version,
                                                                     uint64_t sequence) {
  const auto* kind =
      std::find_if(std::begin(kKinds), std::end(kKinds),
                   [&name](const KindOfName& one) { return absl::StartsWith(name, one.prefix); });
  if (kind == std::end(kKinds)) return NotFound(name);
  ASSIGN_OR_RETURN(const std::vector<StoredDefinition> versions,
                   VersionsOf(reader, kind->kind,
                              absl::string_view(name).substr(kind->prefix.size()), sequence));
  const uint32_t count = static_cast<uint32_t>(versions.size());
  const uint32_t to = to_version == 0 ? count : to_version;
  const auto no_version = [&](uint32_t version) {
    return NotFound(absl::StrCat("version ", version, " of ", name, ", which has ", count));
  };
  if (count == 0) return NotFound(name);
  if (to > count) return no_version(to);
  const uint32_t from = from_version == 0 ? to - 1 : from_version;
  if (from > count) return no_version(from);
  catalogue::v1::DiffDefinitionResponse response;
  response.set_from_version(from);
  response.set_to_version(to);
  RETURN_IF_ERROR(FillChanges(kind->kind, from == 0 ? nullptr : &versions[from - 1],
                              &versions[to - 1], &response));
  return response;
}

absl::StatusOr<PageOf<catalogue::v1::DefinitionChange>> DiffCatalogue(const Reader& reader,
                                                                      uint64_t from, uint64_t to,
                                                                      const std::string& after,
                                                                      size_t limit) {
  PageOf<catalogue::v1::DefinitionChange> page;
  size_t bytes = 0;
  bool reached = after.empty();
  for (const KindOfName& kind : kKinds) {
    std::string after_code;
    if (!reached) {
      if (!absl::StartsWith(after, kind.prefix)) continue;
      reached = true;
      after_code = after.substr(kind.prefix.size());
    }
    RETURN_IF_ERROR(VisitDefinitions(
        reader, kind.kind, after_code, to,
        [&](const StoredDefinition& now) -> absl::StatusOr<bool> {
          if (now.sequence <= from) return true;
          if (page.rows.size() == limit || bytes >= kMaxCataloguePageBytes) {
            page.after = page.rows.back().name();
            return false;
          }
          ASSIGN_OR_RETURN(const std::optional<StoredDefinition> then,
                           FindDefinition(reader, kind.kind, now.code, from));
          ASSIGN_OR_RETURN(const auto earlier, VersionsOf(reader, kind.kind, now.code, from));
          ASSIGN_OR_RETURN(const auto later, VersionsOf(reader, kind.kind, now.code, to));
          catalogue::v1::DefinitionChange& change = page.rows.emplace_back();
          change.set_name(absl::StrCat(kind.prefix, now.code));
          change.set_from_version(static_cast<uint32_t>(earlier.size()));
          change.set_to_version(static_cast<uint32_t>(later.size()));
          RETURN_IF_ERROR(
              FillChanges(kind.kind, then.has_value() ? &*then : nullptr, &now, &change));
          bytes += change.ByteSizeLong();
          return true;
        }));
    if (!page.after.empty()) break;
  }
  return page;
}

}  // namespace onereturn::ingestion

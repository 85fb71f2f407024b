// Guidance and the ledger of responsibilities: what makes them sound.
#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/utf8.h"
#include "common/hierarchy/ods_code.h"
#include "common/period/civil_day.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/catalogue/definition_rules.h"
#include "services/ingestion/definitions/definition_checks.h"
#include "services/ingestion/store/catalogue_table.h"

namespace onereturn::ingestion {
namespace {

constexpr size_t kDigestDigits = 64;
constexpr size_t kMaxTextReferenceBytes = 1'000;
constexpr size_t kMaxEditionBytes = 200;

bool IsDigest(const std::string& text) {
  return text.size() == kDigestDigits && std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isdigit(static_cast<unsigned char>(c)) || (c >= 'a' && c <= 'f');
         });
}

void CheckText(const std::string& text, size_t most, const std::string& field, Error* faults) {
  if (text.size() > most || !IsSafeText(text)) {
    faults->Field(field, absl::StrCat("must be at most ", most, " bytes that can be shown"));
  }
}

void CheckDays(const std::string& from, const std::string& to, const std::string& from_field,
               const std::string& to_field, Error* faults) {
  CheckDay(from, true, from_field, faults);
  CheckDay(to, false, to_field, faults);
  if (!to.empty() && to < from) faults->Field(to_field, "lies before the first day");
}

void CheckOnce(const google::protobuf::RepeatedPtrField<std::string>& codes,
               const std::string& field, Error* faults) {
  std::set<std::string> seen;
  for (int i = 0; i < codes.size(); ++i) {
    if (seen.insert(codes[i]).second) continue;
    faults->Field(absl::StrCat(field, "[", i, "]"), "stands twice");
  }
}

absl::Status NameUnknown(const Reader& reader, DefinitionKind kind, const std::string& code,
                         const std::string& field, Error* unknown) {
  ASSIGN_OR_RETURN(const std::optional<StoredDefinition> found,
                   FindDefinition(reader, kind, code, kNewest));
  if (!found.has_value()) unknown->Field(field, absl::StrCat("\"", code, "\" is not defined"));
  return absl::OkStatus();
}

// Two leads on one day, named with the day.
void CheckLeads(const catalogue::v1::Responsibility& responsibility, Error* faults) {
  for (int i = 0; i < responsibility.leads_size(); ++i) {
    const catalogue::v1::Lead& lead = responsibility.leads(i);
    for (int j = 0; j < i; ++j) {
      const catalogue::v1::Lead& earlier = responsibility.leads(j);
      const bool begins_in_time =
          earlier.to_date().empty() || lead.from_date() <= earlier.to_date();
      const bool ends_in_time = lead.to_date().empty() || earlier.from_date() <= lead.to_date();
      if (!begins_in_time || !ends_in_time) continue;
      faults->Field(absl::StrCat("responsibility.leads[", i, "]"),
                    absl::StrCat(lead.organisation(), " and ", earlier.organisation(),
                                 " both lead on ", std::max(lead.from_date(), earlier.from_date()),
                                 ": end the one before the other begins"));
    }
  }
}

}  // namespace

absl::Status CheckGuidance(const catalogue::v1::Guidance& guidance) {
  Error faults(Reason::kDefinitionInvalid,
               absl::StrCat("the guidance ", guidance.code(), " is wrong"));
  if (!IsCode(guidance.code(), CodeStyle::kCollection)) {
    faults.Field("guidance.code", CodeRule(CodeStyle::kCollection));
  }
  CheckName(guidance.reference(), "guidance.reference", &faults);
  CheckName(guidance.title(), "guidance.title", &faults);
  CheckText(guidance.edition(), kMaxEditionBytes, "guidance.edition", &faults);
  CheckText(guidance.owner(), kMaxEditionBytes, "guidance.owner", &faults);
  CheckText(guidance.text_reference(), kMaxTextReferenceBytes, "guidance.text_reference", &faults);
  CheckDays(guidance.valid_from(), guidance.valid_until(), "guidance.valid_from",
            "guidance.valid_until", &faults);
  if (guidance.items_size() + guidance.collections_size() == 0) {
    faults.Field("guidance.items", "names neither an item nor a collection");
  }
  CheckOnce(guidance.items(), "guidance.items", &faults);
  CheckOnce(guidance.collections(), "guidance.collections", &faults);
  if (guidance.digest().empty() && guidance.text_reference().empty()) {
    faults.Field("guidance.digest", "neither a digest nor text_reference says where the text is");
  }
  if (!guidance.digest().empty() && !IsDigest(guidance.digest())) {
    faults.Field("guidance.digest", "must be 64 lower-case hexadecimal digits");
  }
  if (faults.fields_total() > 0) return faults;
  return absl::OkStatus();
}

absl::Status CheckResponsibility(const catalogue::v1::Responsibility& responsibility) {
  Error faults(Reason::kDefinitionInvalid,
               absl::StrCat("the responsibility ", responsibility.code(), " is wrong"));
  if (!IsCode(responsibility.code(), CodeStyle::kItem)) {
    faults.Field("responsibility.code", CodeRule(CodeStyle::kItem));
  }
  if (responsibility.kind() == catalogue::v1::RESPONSIBILITY_KIND_UNSPECIFIED) {
    faults.Field("responsibility.kind", "is missing");
  }
  CheckName(responsibility.display_name(), "responsibility.display_name", &faults);
  const auto check_code = [&faults](const std::string& code, const std::string& path) {
    if (absl::Status format = CheckOdsCode(code); !format.ok()) {
      faults.Field(absl::StrCat(path, ".organisation"), format.message());
    }
  };
  for (int i = 0; i < responsibility.leads_size(); ++i) {
    const catalogue::v1::Lead& lead = responsibility.leads(i);
    const std::string path = absl::StrCat("responsibility.leads[", i, "]");
    check_code(lead.organisation(), path);
    CheckDays(lead.from_date(), lead.to_date(), absl::StrCat(path, ".from_date"),
              absl::StrCat(path, ".to_date"), &faults);
  }
  for (int i = 0; i < responsibility.contributors_size(); ++i) {
    const catalogue::v1::Contributor& one = responsibility.contributors(i);
    const std::string path = absl::StrCat("responsibility.contributors[", i, "]");
    check_code(one.organisation(), path);
    CheckName(one.part(), absl::StrCat(path, ".part"), &faults);
    CheckDays(one.from_date(), one.to_date(), absl::StrCat(path, ".from_date"),
              absl::StrCat(path, ".to_date"), &faults);
  }
  CheckLeads(responsibility, &faults);
  if (faults.fields_total() > 0) return faults;
  return absl::OkStatus();
}

absl::Status CheckGuidanceInCatalogue(const Reader& reader,
                                      const catalogue::v1::Guidance& guidance) {
  RETURN_IF_ERROR(CheckGuidance(guidance));
  Error unknown(Reason::kDefinitionUnknown, "the guidance names what is not defined");
  for (int i = 0; i < guidance.items_size(); ++i) {
    RETURN_IF_ERROR(NameUnknown(reader, DefinitionKind::kItem, guidance.items(i),
                                absl::StrCat("guidance.items[", i, "]"), &unknown));
  }
  for (int i = 0; i < guidance.collections_size(); ++i) {
    RETURN_IF_ERROR(NameUnknown(reader, DefinitionKind::kCollection, guidance.collections(i),
                                absl::StrCat("guidance.collections[", i, "]"), &unknown));
  }
  if (unknown.fields_total() > 0) return unknown;
  return absl::OkStatus();
}

absl::Status CheckResponsibilityInCatalogue(const Reader& reader,
                                            const catalogue::v1::Responsibility& responsibility,
                                            const catalogue::v1::Responsibility* replaced) {
  RETURN_IF_ERROR(CheckResponsibility(responsibility));
  if (replaced != nullptr && replaced->kind() != responsibility.kind()) {
    return Error(Reason::kCodeReused,
                 absl::StrCat("the code ", responsibility.code(),
                              " stands for a task or a metric already, and for the other now"))
        .Field("responsibility.kind", "stays as it is");
  }
  Error unknown(Reason::kDefinitionUnknown, "organisations are named that are not defined");
  for (int i = 0; i < responsibility.leads_size(); ++i) {
    RETURN_IF_ERROR(NameUnknown(reader, DefinitionKind::kOrganisation,
                                responsibility.leads(i).organisation(),
                                absl::StrCat("responsibility.leads[", i, "]"), &unknown));
  }
  for (int i = 0; i < responsibility.contributors_size(); ++i) {
    RETURN_IF_ERROR(NameUnknown(reader, DefinitionKind::kOrganisation,
                                responsibility.contributors(i).organisation(),
                                absl::StrCat("responsibility.contributors[", i, "]"), &unknown));
  }
  if (unknown.fields_total() > 0) return unknown;
  return absl::OkStatus();
}

}  // namespace onereturn::ingestion

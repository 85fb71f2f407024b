#include "common/storage/schema_record.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "common/storage/key_codec.h"

namespace onereturn {
namespace {

constexpr uint8_t kFormat = 1;
constexpr absl::string_view kEngineDefault = "default";

}  // namespace

std::string SerializeSchemaRecord(const SchemaRecord& record) {
  KeyWriter writer;
  writer.U8(kFormat).String(record.service).U32(record.schema_version);
  writer.U32(static_cast<uint32_t>(record.column_families.size()));
  for (const ColumnFamilySpec& spec : record.column_families) {
    writer.String(spec.name).U8(static_cast<uint8_t>(spec.kind));
  }
  return writer.Take();
}

absl::StatusOr<SchemaRecord> ParseSchemaRecord(absl::string_view bytes) {
  KeyReader reader(bytes);
  ASSIGN_OR_RETURN(const uint8_t format, reader.U8());
  if (format > kFormat) {
    return absl::FailedPreconditionError(absl::StrCat("The store has layout ", format,
                                                      "; this program knows up to ", kFormat,
                                                      ". Use the newer program."));
  }
  if (format == 0) return absl::DataLossError("The store's schema record is damaged.");
  SchemaRecord record;
  ASSIGN_OR_RETURN(record.service, reader.String());
  ASSIGN_OR_RETURN(record.schema_version, reader.U32());
  ASSIGN_OR_RETURN(const uint32_t count, reader.U32());
  for (uint32_t i = 0; i < count; ++i) {
    ColumnFamilySpec spec;
    ASSIGN_OR_RETURN(spec.name, reader.String());
    ASSIGN_OR_RETURN(const uint8_t kind, reader.U8());
    spec.kind = static_cast<ColumnFamilyKind>(kind);
    if (spec.kind != ColumnFamilyKind::kPrimary && spec.kind != ColumnFamilyKind::kDerived) {
      return absl::DataLossError("The store's schema record names an unknown column family kind.");
    }
    record.column_families.push_back(std::move(spec));
  }
  RETURN_IF_ERROR(reader.Finish());
  return record;
}

absl::Status CheckSchema(const SchemaRecord& stored, const SchemaRecord& wanted) {
  if (stored.service != wanted.service) {
    return absl::FailedPreconditionError(
        absl::StrCat("The store belongs to service \"", stored.service, "\", not to \"",
                     wanted.service, "\". Check the folder in the configuration."));
  }
  if (stored.schema_version > wanted.schema_version) {
    return absl::FailedPreconditionError(absl::StrCat(
        "The store has schema version ", stored.schema_version, "; this program knows up to ",
        wanted.schema_version, ". Use the newer program, or restore an older backup."));
  }
  if (stored.column_families.size() > wanted.column_families.size()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "The store has ", stored.column_families.size(), " column families; this program knows ",
        wanted.column_families.size(), ". Use the newer program."));
  }
  for (size_t i = 0; i < stored.column_families.size(); ++i) {
    const ColumnFamilySpec& has = stored.column_families[i];
    const ColumnFamilySpec& wants = wanted.column_families[i];
    if (has.name != wants.name || has.kind != wants.kind) {
      return absl::FailedPreconditionError(absl::StrCat(
          "Column family ", i, " is \"", has.name, "\" in the store and \"", wants.name,
          "\" in this program, or of another kind. The list may only "
          "grow at its end: use a program made for this store."));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckSchemaIsSound(const SchemaRecord& record) {
  if (record.service.empty()) {
    return absl::InvalidArgumentError("A store needs the name of its service.");
  }
  if (record.schema_version == 0) {
    return absl::InvalidArgumentError("A store's schema version starts at 1.");
  }
  std::set<std::string> names = {std::string(kEngineDefault), std::string()};
  for (const ColumnFamilySpec& spec : record.column_families) {
    if (!names.insert(spec.name).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("Column family \"", spec.name,
                       "\": names must be distinct, not empty, and not \"default\"."));
    }
  }
  return absl::OkStatus();
}

}  // namespace onereturn

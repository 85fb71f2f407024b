#include "services/ingestion/definitions/definition_checks.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/utf8.h"
#include "common/cells/cell_chunk.h"
#include "common/hierarchy/ods_code.h"
#include "common/hierarchy/organisation.h"
#include "common/period/civil_day.h"
#include "common/status/error.h"
#include "services/ingestion/definitions/collection_builder.h"
#include "services/ingestion/definitions/item_checks.h"

namespace onereturn::ingestion {
namespace {

constexpr size_t kMaxDimensionBytes = 64;
constexpr size_t kMaxReasonTextBytes = 1'000;

// The type that the child of a kind has. Each kind leads to a higher level, so that organisations
// of their types cannot belong to each other in a circle.
catalogue::v1::OrganisationType ChildType(catalogue::v1::RelationshipKind kind) {
  switch (kind) {
    case catalogue::v1::RELATIONSHIP_KIND_PROVIDER_TO_ICB:
    case catalogue::v1::RELATIONSHIP_KIND_PROVIDER_TO_REGION:
    case catalogue::v1::RELATIONSHIP_KIND_PROVIDER_TO_NATION:
      return catalogue::v1::ORGANISATION_TYPE_PROVIDER;
    case catalogue::v1::RELATIONSHIP_KIND_ICB_TO_REGION:
      return catalogue::v1::ORGANISATION_TYPE_ICB;
    case catalogue::v1::RELATIONSHIP_KIND_REGION_TO_NATION:
      return catalogue::v1::ORGANISATION_TYPE_REGION;
    case catalogue::v1::RELATIONSHIP_KIND_SUB_ICB_TO_ICB:
      return catalogue::v1::ORGANISATION_TYPE_SUB_ICB;
    default:
      return catalogue::v1::ORGANISATION_TYPE_UNSPECIFIED;
  }
}

// What is known by its returns alone belongs to others as a provider does.
catalogue::v1::OrganisationType TypeAsChild(const catalogue::v1::Organisation& organisation) {
  return organisation.type() == catalogue::v1::ORGANISATION_TYPE_UNKNOWN
             ? catalogue::v1::ORGANISATION_TYPE_PROVIDER
             : organisation.type();
}

void CheckRelationship(const catalogue::v1::Organisation& organisation, int i, Error* faults) {
  const catalogue::v1::Relationship& relationship = organisation.relationships(i);
  const std::string path = absl::StrCat("organisation.relationships[", i, "]");
  if (relationship.kind() == catalogue::v1::RELATIONSHIP_KIND_UNSPECIFIED) {
    faults->Field(absl::StrCat(path, ".kind"), "is missing");
  }
  if (ChildType(relationship.kind()) != TypeAsChild(organisation)) {
    faults->Field(absl::StrCat(path, ".kind"), "is not of an organisation of this type");
  }
  if (absl::Status code = CheckOdsCode(relationship.parent()); !code.ok()) {
    faults->Field(absl::StrCat(path, ".parent"), code.message());
  }
  if (relationship.parent() == organisation.code()) {
    faults->Field(absl::StrCat(path, ".parent"), "is the organisation itself");
  }
  CheckDay(relationship.from_date(), true, absl::StrCat(path, ".from_date"), faults);
  CheckDay(relationship.to_date(), false, absl::StrCat(path, ".to_date"), faults);
  if (!relationship.to_date().empty() && relationship.to_date() < relationship.from_date()) {
    faults->Field(absl::StrCat(path, ".to_date"), "lies before from_date");
  }
  if (relationship.weight_case() == catalogue::v1::Relationship::WEIGHT_NOT_SET) {
    faults->Field(path, "has neither a share nor a lead");
  }
  if (relationship.has_share_millionths() &&
      (relationship.share_millionths() == 0 || relationship.share_millionths() > 1'000'000)) {
    faults->Field(absl::StrCat(path, ".share_millionths"), "must be 1 to 1,000,000");
  }
}

// What begins on a day; negative: what ended the day before.
struct Change {
  int64_t shares = 0;
  int leads = 0;
  int count = 0;
};
using Changes = std::map<int32_t, Change>;  // By days since 1970-01-01.

void Add(const catalogue::v1::Relationship& relationship, const CivilDay& from, Changes* changes) {
  const int64_t share = relationship.share_millionths();
  const int lead = relationship.lead() ? 1 : 0;
  Change& begin = (*changes)[from.EpochDays()];
  begin.shares += share;
  begin.leads += lead;
  begin.count += 1;
  const absl::StatusOr<CivilDay> to = CivilDay::Parse(relationship.to_date());
  if (!to.ok()) return;  // Open.
  Change& end = (*changes)[to->EpochDays() + 1];
  end.shares -= share;
  end.leads -= lead;
  end.count -= 1;
}

// The first day on which `is_wrong(what is in force)`; nullopt for none.
std::optional<std::string> FirstDay(const Changes& changes,
                                    absl::FunctionRef<bool(const Change&)> is_wrong) {
  Change now;
  for (const auto& [day, change] : changes) {
    now.shares += change.shares;
    now.leads += change.leads;
    now.count += change.count;
    if (is_wrong(now)) return CivilDay::FromEpochDays(day)->ToString();
  }
  return std::nullopt;
}

// Of each kind, on each day with any: shares that total the whole, or one lead and no shares; and
// no parent twice. What one record can tell: its parents may be loaded later.
void CheckWeights(const catalogue::v1::Organisation& organisation, Error* faults) {
  std::map<int, Changes> by_kind;
  std::map<std::pair<int, std::string>, Changes> by_parent;
  for (const catalogue::v1::Relationship& relationship : organisation.relationships()) {
    const absl::StatusOr<CivilDay> from = CivilDay::Parse(relationship.from_date());
    if (!from.ok() ||
        (!relationship.to_date().empty() && relationship.to_date() < relationship.from_date())) {
      continue;  // A fault of its own.
    }
    Add(relationship, *from, &by_kind[relationship.kind()]);
    Add(relationship, *from, &by_parent[{relationship.kind(), relationship.parent()}]);
  }
  const auto fault = [faults](int kind, absl::string_view words) {
    faults->Field("organisation.relationships",
                  absl::StrCat(catalogue::v1::RelationshipKind_Name(kind), words));
  };
  for (const auto& [kind, changes] : by_kind) {
    const auto day = FirstDay(changes, [](const Change& now) {
      const bool whole = now.shares == kWholeShareMillionths && now.leads <= 1;
      const bool led = now.shares == 0 && now.leads == 1;
      return now.count > 0 && !whole && !led;
    });
    if (!day.has_value()) continue;
    fault(kind, absl::StrCat(": on ", *day, " the shares do not total ", kWholeShareMillionths,
                             "; without shares exactly one parent must lead"));
  }
  for (const auto& [kind_and_parent, changes] : by_parent) {
    const auto day = FirstDay(changes, [](const Change& now) { return now.count > 1; });
    if (!day.has_value()) continue;
    fault(kind_and_parent.first, absl::StrCat(" to ", kind_and_parent.second, ": stands twice on ",
                                              *day, "; end the earlier one the day before"));
  }
}

}  // namespace

void CheckName(const std::string& text, absl::string_view field, Error* faults) {
  if (absl::StripAsciiWhitespace(text).empty()) faults->Field(field, "is missing");
  if (text.size() > kMaxNameBytes) faults->Field(field, "is longer than 200 bytes");
  if (!IsSafeText(text)) faults->Field(field, "holds a character that cannot be shown");
}

void CheckDay(const std::string& text, bool required, absl::string_view field, Error* faults) {
  if (text.empty()) {
    if (required) faults->Field(field, "is missing");
    return;
  }
  absl::StatusOr<CivilDay> day = CivilDay::Parse(text);
  if (!day.ok()) faults->Field(field, day.status().message());
}

void CheckPeriods(const std::string& valid_from_period, const std::string& retired_from_period,
                  const std::string& retirement_reason, std::optional<PeriodKind> kind,
                  absl::string_view path, Error* faults) {
  const auto read = [&](const std::string& text, absl::string_view name) {
    std::optional<Period> found;
    if (text.empty()) return found;
    const std::string field = absl::StrCat(path, name);
    const absl::StatusOr<Period> period = Period::Parse(text);
    if (!period.ok()) {
      faults->Field(field, period.status().message());
    } else if (period->kind() > PeriodKind::kFinancialYear) {
      faults->Field(field, "is of a kind for which nothing is returned");
    } else if (kind.has_value() && period->kind() != *kind) {
      faults->Field(field, absl::StrCat("is not of kind ", PeriodKindName(*kind)));
    } else {
      found = *period;
    }
    return found;
  };
  const std::optional<Period> from = read(valid_from_period, "valid_from_period");
  const std::optional<Period> retired = read(retired_from_period, "retired_from_period");
  if (from.has_value() && retired.has_value() && retired->start() < from->start()) {
    faults->Field(absl::StrCat(path, "retired_from_period"), "lies before valid_from_period");
  }
  if (retired_from_period.empty() != retirement_reason.empty()) {
    faults->Field(absl::StrCat(path, "retirement_reason"),
                  retirement_reason.empty() ? "is missing: say why it is retired"
                                            : "stands without retired_from_period");
  }
  if (!IsSafeText(retirement_reason) || retirement_reason.size() > kMaxReasonTextBytes) {
    faults->Field(absl::StrCat(path, "retirement_reason"),
                  "must be at most 1,000 bytes that can be shown");
  }
}

bool IsCode(absl::string_view text, CodeStyle style) {
  if (text.empty() || text.size() > (style == CodeStyle::kItem ? 64u : 32u)) return false;
  if (style == CodeStyle::kItem && !absl::ascii_islower(static_cast<unsigned char>(text[0])))
    return false;
  return std::all_of(text.begin(), text.end(), [style](unsigned char c) {
    if (absl::ascii_isdigit(c) || absl::ascii_islower(c)) return true;
    return style == CodeStyle::kItem ? c == '_' : (absl::ascii_isupper(c) || c == '-');
  });
}

std::string CodeRule(CodeStyle style) {
  return style == CodeStyle::kItem
             ? "must be 1 to 64 lower-case letters, digits and underscores, a letter first"
             : "must be 1 to 32 letters, digits and hyphens";
}

bool IsDimensionCode(absl::string_view text) {
  return !text.empty() && text.size() <= kMaxDimensionBytes && IsSafeText(text);
}

absl::Status CheckItem(const catalogue::v1::DataItem& item) {
  Error faults(Reason::kDefinitionInvalid,
               absl::StrCat("the definition of item ", item.code(), " is wrong"));
  if (!IsCode(item.code(), CodeStyle::kItem)) faults.Field("item.code", CodeRule(CodeStyle::kItem));
  CheckName(item.display_name(), "item.display_name", &faults);
  if (item.concept_text().empty()) faults.Field("item.concept_text", "is missing");
  if (item.unit().empty()) faults.Field("item.unit", "is missing");
  CheckDay(item.review_date(), false, "item.review_date", &faults);
  CheckPeriods(item.valid_from_period(), item.retired_from_period(), item.retirement_reason(),
               std::nullopt, "item.", &faults);
  if (item.dimensions_size() > static_cast<int>(kMaxDimensionsPerCell)) {
    faults.Field("item.dimensions", absl::StrCat("at most ", kMaxDimensionsPerCell));
  }
  std::set<std::string> dimensions;
  for (int i = 0; i < item.dimensions_size(); ++i) {
    const catalogue::v1::Dimension& dimension = item.dimensions(i);
    const std::string path = absl::StrCat("item.dimensions[", i, "]");
    if (!IsDimensionCode(dimension.code()))
      faults.Field(absl::StrCat(path, ".code"), "must be 1 to 64 bytes of text");
    if (!dimensions.insert(dimension.code()).second)
      faults.Field(absl::StrCat(path, ".code"), "stands twice");
    if (dimension.values().empty() && !dimension.organisations()) {
      faults.Field(absl::StrCat(path, ".values"), "is empty");
    }
    if (dimension.organisations() && !dimension.sparse()) {
      faults.Field(absl::StrCat(path, ".sparse"),
                   "must be set: no return has a figure for every organisation");
    }
    for (const int type : dimension.organisation_types()) {
      if (dimension.organisations() && type != catalogue::v1::ORGANISATION_TYPE_UNSPECIFIED &&
          catalogue::v1::OrganisationType_IsValid(type)) {
        continue;
      }
      faults.Field(absl::StrCat(path, ".organisation_types"),
                   "holds types of organisations, and stands only with organisations");
      break;
    }
    std::set<std::string> values;
    for (const catalogue::v1::DimensionCode& value : dimension.values()) {
      if (!IsDimensionCode(value.code()))
        faults.Field(absl::StrCat(path, ".values"), "a code must be 1 to 64 bytes");
      if (!values.insert(value.code()).second) {
        faults.Field(absl::StrCat(path, ".values"),
                     absl::StrCat("\"", value.code(), "\" stands twice"));
      }
    }
  }
  CheckForRequests(item, &faults);
  if (faults.fields_total() > 0) return faults;
  return absl::OkStatus();
}

absl::Status CheckCollectionDates(const catalogue::v1::Collection& collection) {
  Error faults(Reason::kDefinitionInvalid,
               absl::StrCat("the definition of collection ", collection.code(), " is wrong"));
  CheckPeriods(collection.valid_from_period(), collection.retired_from_period(),
               collection.retirement_reason(), KindOf(collection.period_kind()), "", &faults);
  if (faults.fields_total() > 0) return faults;
  return absl::OkStatus();
}

absl::Status CheckOrganisation(const catalogue::v1::Organisation& organisation) {
  Error faults(Reason::kDefinitionInvalid,
               absl::StrCat("the definition of organisation ", organisation.code(), " is wrong"));
  if (absl::Status code = CheckOdsCode(organisation.code()); !code.ok()) {
    faults.Field("organisation.code", code.message());
  }
  CheckName(organisation.display_name(), "organisation.display_name", &faults);
  if (organisation.type() == catalogue::v1::ORGANISATION_TYPE_UNSPECIFIED) {
    faults.Field("organisation.type", "is missing");
  }
  CheckDay(organisation.open_date(), false, "organisation.open_date", &faults);
  CheckDay(organisation.close_date(), false, "organisation.close_date", &faults);
  if (!organisation.open_date().empty() && !organisation.close_date().empty() &&
      organisation.close_date() < organisation.open_date()) {
    faults.Field("organisation.close_date", "lies before open_date");
  }
  for (int i = 0; i < organisation.relationships_size(); ++i)
    CheckRelationship(organisation, i, &faults);
  CheckWeights(organisation, &faults);
  for (int i = 0; i < organisation.successions_size(); ++i) {
    const std::string path = absl::StrCat("organisation.successions[", i, "]");
    if (absl::Status code = CheckOdsCode(organisation.successions(i).successor()); !code.ok()) {
      faults.Field(absl::StrCat(path, ".successor"), code.message());
    }
    CheckDay(organisation.successions(i).effective_date(), true,
             absl::StrCat(path, ".effective_date"), &faults);
  }
  if (faults.fields_total() > 0) return faults;
  return absl::OkStatus();
}

}  // namespace onereturn::ingestion

#include "services/ingestion/app/requests/matching/new_home_checks.h"

#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/commit/fact_writer.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/store/catalogue_table.h"

namespace onereturn::ingestion {
namespace {

using requests::v1::RequestLine;

// A definition is kept in one fact, with its name and version.
constexpr size_t kMostNewDefinitionBytes = kMaxFactBytes - 1024;

std::string PathOf(uint32_t line) { return absl::StrCat("data_request.lines[", line, "]"); }

// Where the line names the dimension.
std::string PathOfDimension(const RequestLine& line, const std::string& path,
                            const std::string& code) {
  const auto& asked = line.has_described() ? line.described().dimensions() : line.dimensions();
  const std::string list =
      absl::StrCat(path, line.has_described() ? ".described" : "", ".dimensions");
  for (int i = 0; i < asked.size(); ++i) {
    if (asked[i].code() == code) return absl::StrCat(list, "[", i, "].values");
  }
  return list;
}

void CheckNewItem(const catalogue::v1::DataItem& item, const RequestLine& line,
                  const std::string& path, Error* faults) {
  for (const catalogue::v1::Dimension& dimension : item.dimensions()) {
    if (dimension.values_size() > 0 || dimension.organisations()) continue;
    faults->Field(PathOfDimension(line, path, dimension.code()),
                  "is empty: no item is known that has this dimension, so name its values");
  }
  if (item.ByteSizeLong() > kMostNewDefinitionBytes) {
    faults->Field(path,
                  absl::StrCat("makes an item of ", item.ByteSizeLong(), " bytes, of at most ",
                               kMostNewDefinitionBytes, ": name fewer values"));
  }
}

// One that is only shown has no reference yet, of which codes are made.
absl::Status CheckCodesAreFree(const Reader& reader, const requests::v1::DataRequest& request,
                               const NewHome& home, uint64_t sequence) {
  Error taken(Reason::kCodeReused, "issuing would give codes that stand for something already");
  bool any = false;
  for (size_t i = 0; i < home.items.size(); ++i) {
    const std::string& code = home.items[i].code();
    const bool is_named = !request.lines(static_cast<int>(home.lines[i])).new_item().empty();
    if (request.reference().empty() && !is_named) continue;
    ASSIGN_OR_RETURN(const auto held,
                     FindDefinition(reader, DefinitionKind::kItem, code, sequence));
    if (!held.has_value()) continue;
    any = true;
    taken.Field(absl::StrCat(PathOf(home.lines[i]), ".new_item"),
                absl::StrCat("there is an item ", code, " already: give another code"));
  }
  const std::string& code = home.collection.code();
  ASSIGN_OR_RETURN(const auto held,
                   FindDefinition(reader, DefinitionKind::kCollection, code, sequence));
  if (held.has_value() && !request.reference().empty()) {
    any = true;
    taken.Precondition(absl::StrCat("collections/", code),
                       "is there already: end this request, and draft it as a new one");
  }
  if (any) return taken;
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckNewHome(const Reader& reader, const requests::v1::DataRequest& request,
                          const NewHome& home, uint64_t sequence) {
  Error faults(Reason::kFieldInvalid, "what issuing would make of the request cannot be defined");
  std::map<std::string, uint32_t> line_of_code;
  for (size_t i = 0; i < home.items.size(); ++i) {
    const uint32_t line = home.lines[i];
    CheckNewItem(home.items[i], request.lines(static_cast<int>(line)), PathOf(line), &faults);
    const auto [other, is_new] = line_of_code.emplace(home.items[i].code(), line);
    if (is_new) continue;
    faults.Field(absl::StrCat(PathOf(line), ".new_item"),
                 absl::StrCat(home.items[i].code(), " is the code that lines[", other->second,
                              "] gets: give another code"));
  }
  if (home.collection.ByteSizeLong() > kMostNewDefinitionBytes) {
    faults.Field(
        "data_request.lines",
        absl::StrCat("make a collection of ", home.collection.ByteSizeLong(), " bytes, of at most ",
                     kMostNewDefinitionBytes, ": ask for fewer new items, or in fewer dimensions"));
  }
  if (faults.fields_total() > 0) return faults;
  return CheckCodesAreFree(reader, request, home, sequence);
}

}  // namespace onereturn::ingestion

#include "tools/onereturn/commands/definition_plan.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/digest/digest.h"
#include "common/expression/expression.h"
#include "common/rpc/server.h"
#include "common/status/status_macros.h"
#include "tools/onereturn/console/error_text.h"

namespace onereturn::client {
namespace {

namespace fs = std::filesystem;

constexpr char kExtension[] = ".textproto";
constexpr size_t kRequestIdDigits = 32;
constexpr const char* kKinds[] = {"calendar",   "organisation",   "item",
                                  "collection", "metric",         "framework",
                                  "guidance",   "responsibility", "request-rule-set"};

const google::protobuf::Message& MessageOf(const Definition& definition) {
  return std::visit([](const auto& content) -> const google::protobuf::Message& { return content; },
                    definition.content);
}

std::string CanonicalBytes(const google::protobuf::Message& message) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&coded);
  }
  return bytes;
}

template <typename List>
void Append(const List& list, const std::string& file, std::vector<Definition>* definitions) {
  for (const auto& content : list) definitions->push_back(Definition{content, file});
}

// Codes of the items that a formula reads; none of what is not a formula, whatever it is.
std::vector<std::string> ItemsRead(const catalogue::v1::DataItem& item) {
  const absl::StatusOr<Expression> formula = Expression::Parse(item.formula());
  return formula.ok() ? formula->Items() : std::vector<std::string>();
}

// Codes that must be defined before `definition`.
std::vector<std::string> NamedBy(const Definition& definition) {
  std::vector<std::string> codes;
  if (const auto* organisation = std::get_if<catalogue::v1::Organisation>(&definition.content)) {
    for (const auto& tie : organisation->relationships()) codes.push_back(tie.parent());
    for (const auto& succession : organisation->successions()) {
      codes.push_back(succession.successor());
    }
  }
  return codes;
}

// Is it for some periods alone? What another definition may be then hangs on when this one comes:
// an item moves when one collection has left it out.
bool IsDated(const Definition& definition) {
  if (const auto* item = std::get_if<catalogue::v1::DataItem>(&definition.content)) {
    return !item->valid_from_period().empty() || !item->retired_from_period().empty();
  }
  if (const auto* collection = std::get_if<catalogue::v1::Collection>(&definition.content)) {
    return !collection->valid_from_period().empty() || !collection->retired_from_period().empty();
  }
  return false;
}

// A derived item stands after those that its formula may read.
bool IsDerived(const Definition& definition) {
  const auto* item = std::get_if<catalogue::v1::DataItem>(&definition.content);
  return item != nullptr && !item->formula().empty();
}

}  // namespace

absl::string_view Definition::kind() const { return kKinds[content.index()]; }

const std::string& Definition::code() const {
  return std::visit([](const auto& message) -> const std::string& { return message.code(); },
                    content);
}

std::string Definition::Place() const { return absl::StrCat(file, ", ", kind(), " ", code()); }

std::string Definition::RequestId() const {
  const std::string digest = DigestToHex(Sha256(CanonicalBytes(MessageOf(*this))));
  return absl::StrCat("apply.", kind(), ".", code().substr(0, 64), ".",
                      digest.substr(0, kRequestIdDigits));
}

absl::StatusOr<std::vector<std::string>> DefinitionFiles(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      if (!fs::exists(path, error)) {
        return UsageError(absl::StrCat("\"", path, "\" is not there"),
                          "Give files or folders of definitions, such as deploy/england.");
      }
      files.push_back(path);
      continue;
    }
    const size_t before = files.size();
    for (fs::directory_iterator entry(path, error), end; !error && entry != end;
         entry.increment(error)) {
      if (entry->path().extension() == kExtension) files.push_back(entry->path().string());
    }
    if (error || files.size() == before) {
      return UsageError(absl::StrCat("the folder \"", path, "\" holds no ", kExtension, " file"),
                        "Give files or folders of definitions, such as deploy/england.");
    }
    std::sort(files.begin() + static_cast<ptrdiff_t>(before), files.end());
  }
  return files;
}

absl::StatusOr<std::vector<Definition>> ReadDefinitions(const std::vector<std::string>& files) {
  std::vector<config::v1::DefinitionSet> sets;
  for (const std::string& file : files) {
    config::v1::DefinitionSet& set = sets.emplace_back();
    if (absl::Status status = ReadTextProto(file, &set); !status.ok()) {
      return UsageError(status.message(),
                        "Correct the file: it is a onereturn.config.v1.DefinitionSet as text.");
    }
  }
  std::vector<Definition> definitions;
  for (size_t i = 0; i < sets.size(); ++i) Append(sets[i].calendars(), files[i], &definitions);
  for (size_t i = 0; i < sets.size(); ++i) {
    Append(sets[i].organisations(), files[i], &definitions);
  }
  const auto before_items = static_cast<ptrdiff_t>(definitions.size());
  for (size_t i = 0; i < sets.size(); ++i) Append(sets[i].items(), files[i], &definitions);
  std::stable_partition(definitions.begin() + before_items, definitions.end(),
                        [](const Definition& definition) { return !IsDerived(definition); });
  for (size_t i = 0; i < sets.size(); ++i) Append(sets[i].collections(), files[i], &definitions);
  for (size_t i = 0; i < sets.size(); ++i) Append(sets[i].metrics(), files[i], &definitions);
  for (size_t i = 0; i < sets.size(); ++i) Append(sets[i].frameworks(), files[i], &definitions);
  for (size_t i = 0; i < sets.size(); ++i) Append(sets[i].guidance(), files[i], &definitions);
  for (size_t i = 0; i < sets.size(); ++i) {
    Append(sets[i].responsibilities(), files[i], &definitions);
  }
  for (size_t i = 0; i < sets.size(); ++i) {
    Append(sets[i].request_rules(), files[i], &definitions);
  }
  if (definitions.empty()) {
    return UsageError(absl::StrCat("nothing is defined in ", absl::StrJoin(files, ", ")),
                      "Give files of definitions, such as deploy/england/items.textproto.");
  }
  return definitions;
}

std::vector<std::pair<size_t, size_t>> Waves(const std::vector<Definition>& definitions) {
  std::vector<std::pair<size_t, size_t>> waves;
  std::set<std::string> in_wave;
  for (size_t i = 0; i < definitions.size(); ++i) {
    const std::vector<std::string> named = NamedBy(definitions[i]);
    const bool waits = std::any_of(named.begin(), named.end(), [&](const std::string& code) {
      return in_wave.count(code) > 0;
    });
    const bool other_kind =
        i > 0 && (definitions[i].content.index() != definitions[i - 1].content.index() ||
                  IsDerived(definitions[i]) != IsDerived(definitions[i - 1]));
    // The same code twice: the later definition counts, so it must not overtake.
    const bool again = in_wave.count(definitions[i].code()) > 0;
    const bool alone = IsDated(definitions[i]) || (i > 0 && IsDated(definitions[i - 1]));
    if (i == 0 || waits || other_kind || again || alone) {
      waves.emplace_back(i, i);
      in_wave.clear();
    }
    waves.back().second = i + 1;
    in_wave.insert(definitions[i].code());
  }
  return waves;
}

void SupposeRest(const std::vector<Definition>& definitions,
                 catalogue::v1::UpdateItemRequest* request) {
  const std::vector<std::string> read = ItemsRead(request->item());
  for (const Definition& definition : definitions) {
    const auto* item = std::get_if<catalogue::v1::DataItem>(&definition.content);
    if (item != nullptr && std::find(read.begin(), read.end(), item->code()) != read.end()) {
      *request->add_supposed_items() = *item;
    }
  }
}

void SupposeRest(const std::vector<Definition>& definitions,
                 catalogue::v1::UpdateCollectionRequest* request) {
  const catalogue::v1::Collection& collection = request->collection();
  std::set<std::string> items(collection.items().begin(), collection.items().end());
  for (const catalogue::v1::ReadBeside& beside : collection.beside()) {
    items.insert(beside.items().begin(), beside.items().end());
  }
  for (const Definition& definition : definitions) {
    if (const auto* item = std::get_if<catalogue::v1::DataItem>(&definition.content)) {
      if (items.count(item->code()) > 0) *request->add_supposed_items() = *item;
    } else if (const auto* organisation =
                   std::get_if<catalogue::v1::Organisation>(&definition.content)) {
      // There may be hundreds: no more of each than counts.
      catalogue::v1::Organisation* supposed = request->add_supposed_organisations();
      supposed->set_code(organisation->code());
      supposed->set_type(organisation->type());
      supposed->set_open_date(organisation->open_date());
      supposed->set_close_date(organisation->close_date());
    } else if (const auto* calendar = std::get_if<timetable::v1::Calendar>(&definition.content)) {
      if (calendar->code() == collection.window().calendar()) {
        *request->mutable_supposed_calendar() = *calendar;
      }
    }
  }
}

}  // namespace onereturn::client

#include "worked_world.h"

#include <google/protobuf/text_format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "onereturn/config/v1/definitions.pb.h"
#include "services/ingestion/definitions/known_catalogue_builder.h"
#include "services/ingestion/definitions/minutes_messages.h"
#include "services/ingestion/definitions/request_ask.h"
#include "services/ingestion/definitions/request_lines.h"
#include "services/ingestion/domain/requests/likeness.h"

namespace onereturn::ingestion {
namespace {

constexpr char kDefinitions[] = "deploy/england";
constexpr char kRules[] = "deploy/england/request_rules.textproto";
constexpr char kMinutes[] = "tests/golden/requests/minutes.textproto";
// Of a request that says none: after all that is asked.
constexpr char kExpiry[] = "2028-12-31";
constexpr int kLastSecondOfDay = 86'399;

std::string SourcePath(const std::string& path) {
  return absl::StrCat(ONERETURN_SOURCE_FOLDER, "/", path);
}

// Every definition is the first version of its code.
absl::StatusOr<CatalogueMessages> England() {
  CatalogueMessages messages;
  for (const auto& file : std::filesystem::directory_iterator(SourcePath(kDefinitions))) {
    if (file.path().extension() != ".textproto") continue;
    config::v1::DefinitionSet set;
    RETURN_IF_ERROR(
        ReadText(absl::StrCat(kDefinitions, "/", file.path().filename().string()), &set));
    messages.organisations.insert(messages.organisations.end(), set.organisations().begin(),
                                  set.organisations().end());
    messages.calendars.insert(messages.calendars.end(), set.calendars().begin(),
                              set.calendars().end());
    for (catalogue::v1::DataItem& item : *set.mutable_items()) {
      item.set_version(1);
      messages.items.push_back(std::move(item));
    }
    for (catalogue::v1::Collection& collection : *set.mutable_collections()) {
      collection.set_version(1);
      messages.collections.push_back(std::move(collection));
    }
  }
  return messages;
}

void SetMinutes(const testing::v1::MinutesTable& table, CatalogueMessages* messages) {
  for (catalogue::v1::Collection& collection : messages->collections) {
    collection.clear_estimated_minutes();
    collection.clear_item_minutes();
    for (const testing::v1::CollectionMinutes& of : table.collections()) {
      if (of.collection() != collection.code()) continue;
      *collection.mutable_estimated_minutes() = of.return_minutes();
      *collection.mutable_item_minutes() = of.item_minutes();
    }
  }
}

absl::StatusOr<MatchingRules> RulesOf(const testing::v1::WorkedRequest& worked,
                                      const testing::v1::MinutesTable& table) {
  config::v1::DefinitionSet set;
  RETURN_IF_ERROR(ReadText(kRules, &set));
  requests::v1::RequestRules rules = set.request_rules(0);
  if (worked.rules().notice_size() > 0) rules.clear_notice();
  if (worked.rules().synonyms_size() > 0) rules.clear_synonyms();
  *rules.mutable_new_item_minutes() = table.new_item_minutes();
  *rules.mutable_new_collection_minutes() = table.new_collection_minutes();
  rules.MergeFrom(worked.rules());
  return MatchingRulesOf(rules);
}

// Every cell of the item, of dimensions with values of their own.
std::vector<std::vector<DimensionValue>> PlacesOf(const KnownItem& item) {
  std::vector<std::vector<DimensionValue>> places = {{}};
  for (const KnownDimension& dimension : item.dimensions) {
    std::vector<std::vector<DimensionValue>> longer;
    for (const std::vector<DimensionValue>& place : places) {
      for (const std::string& value : dimension.values) {
        longer.push_back(place);
        longer.back().push_back({dimension.code, value});
      }
    }
    places = std::move(longer);
  }
  return places;
}

absl::StatusOr<std::vector<Cell>> CellsOf(const testing::v1::Held& held,
                                          const KnownCatalogue& catalogue) {
  std::vector<Cell> cells;
  for (const testing::v1::HeldCell& written : held.cells()) {
    Cell cell{written.item(), {}, std::nullopt, static_cast<NullReason>(written.null_reason())};
    for (const auto& at : written.at()) cell.dimensions.push_back({at.dimension(), at.value()});
    absl::c_sort(cell.dimensions);
    if (!written.decimal().empty()) {
      ASSIGN_OR_RETURN(cell.value, Decimal::Parse(written.decimal()));
    }
    cells.push_back(std::move(cell));
  }
  for (const std::string& code : held.zero_elsewhere()) {
    for (const std::vector<DimensionValue>& place : PlacesOf(catalogue.items.at(code).back())) {
      const bool is_written = absl::c_any_of(
          cells, [&](const Cell& cell) { return cell.item == code && cell.dimensions == place; });
      if (!is_written) cells.push_back({code, place, Decimal::FromWhole(0)});
    }
  }
  return cells;
}

// The version of a collection that lacked the items: made where it is not there yet.
uint32_t VersionWithout(const std::vector<std::string>& lacked, CollectionOverTime* collection) {
  std::set<std::string> items = collection->items_of_version.at(1);
  for (const std::string& item : lacked) items.erase(item);
  for (const auto& [version, of_version] : collection->items_of_version) {
    if (of_version == items) return version;
  }
  const uint32_t version = collection->items_of_version.rbegin()->first + 1;
  collection->items_of_version[version] = items;
  return version;
}

absl::Status Hold(const testing::v1::Held& held, uint64_t* sequence, WorkedWorld* world) {
  ASSIGN_OR_RETURN(const std::vector<Cell> cells, CellsOf(held, world->catalogue));
  HeldRevision revision;
  revision.number = 1;
  ASSIGN_OR_RETURN(revision.accepted_on, CivilDay::Parse(held.accepted_on()));
  revision.is_final = held.status() == returns::v1::REVISION_STATUS_UNSPECIFIED ||
                      held.status() == returns::v1::REVISION_STATUS_FINAL;
  revision.collection_version =
      VersionWithout({held.lacked_items().begin(), held.lacked_items().end()},
                     &world->catalogue.collections.at(held.collection()));
  for (const std::string& text : held.periods()) {
    ASSIGN_OR_RETURN(const Period period, Period::Parse(text));
    for (const std::string& organisation : held.organisations()) {
      if (world->catalogue.organisations.count(organisation) == 0) {
        return absl::InvalidArgumentError(absl::StrCat("no organisation ", organisation));
      }
      revision.sequence = ++*sequence;
      world->coverage.Take(held.collection(), period, organisation, revision);
      world->cells[{held.collection(), period, organisation}] = cells;
    }
  }
  return absl::OkStatus();
}

absl::Status Owe(const testing::v1::Owed& owed, WorkedWorld* world) {
  Timestamp due;
  if (!owed.due_date().empty()) {
    ASSIGN_OR_RETURN(const CivilDay day, CivilDay::Parse(owed.due_date()));
    due = LondonTime(day, kLastSecondOfDay);
  }
  for (const std::string& text : owed.periods()) {
    ASSIGN_OR_RETURN(const Period period, Period::Parse(text));
    for (const std::string& organisation : owed.organisations()) {
      auto& items = world->owed[{owed.collection(), period, organisation}];
      for (const std::string& item : owed.items()) items.emplace(item, due);
    }
  }
  return absl::OkStatus();
}

const KnownItem* ItemOn(const KnownCatalogue& catalogue, const std::string& code,
                        const Period& period) {
  const auto found = catalogue.items.find(code);
  if (found == catalogue.items.end()) return nullptr;
  for (const KnownItem& item : found->second) {
    if (item.days.Covers(period.start())) return &item;
  }
  return nullptr;
}

DisclosureRule DisclosureOf(const WorkedWorld& world, const std::string& item) {
  const auto found = world.disclosures.find(item);
  return found == world.disclosures.end() ? DisclosureRule() : found->second;
}

}  // namespace

MatchWorld WorkedWorld::ForMatching() const {
  MatchWorld world;
  world.catalogue = &catalogue;
  world.coverage = &coverage;
  world.today = today;
  world.due_for_earlier = [this](const PartKey& part,
                                 const std::string& item) -> std::optional<Timestamp> {
    const auto found = owed.find(part);
    if (found == owed.end()) return std::nullopt;
    const auto due = found->second.find(item);
    if (due == found->second.end()) return std::nullopt;
    return due->second;
  };
  return world;
}

absl::StatusOr<WorkedWorld> WorldOf(const testing::v1::WorkedRequest& worked) {
  testing::v1::MinutesTable table;
  RETURN_IF_ERROR(ReadText(kMinutes, &table));
  ASSIGN_OR_RETURN(CatalogueMessages messages, England());
  SetMinutes(table, &messages);
  for (catalogue::v1::DataItem item : worked.made_items()) {
    item.set_version(1);
    messages.items.push_back(std::move(item));
  }
  for (catalogue::v1::Collection collection : worked.made_collections()) {
    collection.set_version(1);
    messages.collections.push_back(std::move(collection));
  }
  // Written in order of time; of one code the newest stands first.
  messages.guidance.assign(worked.guidance().rbegin(), worked.guidance().rend());
  WorkedWorld world;
  ASSIGN_OR_RETURN(world.catalogue, BuildKnownCatalogue(messages));
  ASSIGN_OR_RETURN(world.catalogue.rules, RulesOf(worked, table));
  ASSIGN_OR_RETURN(world.today, CivilDay::Parse(worked.today()));
  uint64_t sequence = 0;
  for (const testing::v1::Held& held : worked.held()) {
    RETURN_IF_ERROR(Hold(held, &sequence, &world));
  }
  for (const testing::v1::Owed& owed : worked.owed()) RETURN_IF_ERROR(Owe(owed, &world));
  for (const testing::v1::GivenDisclosure& given : worked.disclosures()) {
    world.disclosures[given.item()] = {given.disclosure().suppressed_to(),
                                       given.disclosure().rounded_to(), given.disclosure().rule()};
  }
  for (const testing::v1::GivenLikeness& given : worked.likenesses()) {
    const DescribedItem described =
        DescribedItemOf(worked.ask().lines(static_cast<int>(given.line()) - 1).described());
    world.catalogue.likenesses[DescriptionKey(described)][given.item()] = {given.same()};
  }
  requests::v1::DataRequest ask = worked.ask();
  if (ask.expiry().empty()) ask.set_expiry(kExpiry);
  ASSIGN_OR_RETURN(world.ask, AskOf(ask, world.catalogue, world.today));
  return world;
}

absl::StatusOr<std::vector<AnswerFigure>> FiguresOf(const WorkedWorld& world, uint32_t line,
                                                    const std::string& item,
                                                    const std::string& organisation,
                                                    const Period& period) {
  const auto source = SourceOf(world.ask, line, organisation, period, world.ForMatching());
  if (!source.has_value()) return std::vector<AnswerFigure>();
  const KnownItem* known = ItemOn(world.catalogue, item, period);
  if (known == nullptr) return absl::InvalidArgumentError(absl::StrCat("no item ", item));
  FormulaInputs inputs;
  if (known->formula.has_value()) {
    for (const std::string& input : known->formula->Items()) {
      inputs[input] = {ItemOn(world.catalogue, input, period), DisclosureOf(world, input)};
    }
  }
  const auto read = [&](const FigureSource::Part& part,
                        const std::string& code) -> absl::StatusOr<std::vector<Cell>> {
    std::vector<Cell> cells;
    const auto found = world.cells.find(part.key);
    if (found == world.cells.end()) return cells;
    absl::c_copy_if(found->second, std::back_inserter(cells),
                    [&](const Cell& cell) { return cell.item == code; });
    return cells;
  };
  return EvaluateFigures(*source, *known, period, DisclosureOf(world, item), inputs, read);
}

absl::Status ReadText(const std::string& path, google::protobuf::Message* message) {
  std::ifstream file(SourcePath(path));
  std::ostringstream text;
  text << file.rdbuf();
  if (!file.good() || !google::protobuf::TextFormat::ParseFromString(text.str(), message)) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, " is no ", message->GetDescriptor()->full_name()));
  }
  return absl::OkStatus();
}

}  // namespace onereturn::ingestion

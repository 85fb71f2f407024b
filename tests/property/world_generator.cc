#include "tests/property/world_generator.h"

#include <utility>

namespace onereturn::metrics {
namespace {

const std::vector<std::string>& Providers() {
  static const auto* codes = new std::vector<std::string>{"PA1", "PB2", "PC3", "PD4"};
  return *codes;
}
const std::vector<std::string>& Icbs() {
  static const auto* codes = new std::vector<std::string>{"QA1", "QB2", "QC3"};
  return *codes;
}
const std::vector<std::string>& Regions() {
  static const auto* codes = new std::vector<std::string>{"Y01", "Y02"};
  return *codes;
}
constexpr char kNation[] = "X24";

// The last month before ICBs existed, and the first after.
Period MonthOf(uint64_t index) {
  return Period::Month(2022, 6 + static_cast<int>(index % 3)).value();
}
// ICBs began on 2022-07-01. A later change falls inside a month, so that its first and last day
// differ.
CivilDay IcbsBegin() { return CivilDay::Make(2022, 7, 1).value(); }
CivilDay LastDayBeforeChange() { return CivilDay::Make(2022, 7, 14).value(); }
CivilDay DayOfChange() { return CivilDay::Make(2022, 7, 15).value(); }
CivilDay LongAgo() { return CivilDay::Make(2000, 1, 1).value(); }

Organisation Named(const std::string& code, OrganisationType type) {
  Organisation organisation;
  organisation.code = code;
  organisation.name = "Organisation " + code;
  organisation.type = type;
  organisation.open_date = LongAgo();
  return organisation;
}

Relationship Tie(RelationshipKind kind, const std::string& child, const std::string& parent,
                 const CivilDay& from) {
  return Relationship{child, parent, kind, from, std::nullopt, 0, true};
}

}  // namespace

Period WorldGenerator::AnyPeriod() { return MonthOf(Below(3)); }

Organisation WorldGenerator::Provider(const std::string& code) {
  Organisation provider = Named(code, OrganisationType::kProvider);
  const uint64_t change = Below(3);
  if (!OneIn(4)) {  // Else: no ICB recorded.
    Relationship first = Tie(RelationshipKind::kProviderToIcb, code, OneOf(Icbs()), IcbsBegin());
    if (change == 1) {
      first.to = LastDayBeforeChange();
      provider.relationships.push_back(
          Tie(RelationshipKind::kProviderToIcb, code, OneOf(Icbs()), DayOfChange()));
    }
    provider.relationships.push_back(first);
  }
  provider.relationships.push_back(
      Tie(RelationshipKind::kProviderToRegion, code, OneOf(Regions()), LongAgo()));
  return provider;
}

Organisation WorldGenerator::Icb(const std::string& code) {
  Organisation icb = Named(code, OrganisationType::kIcb);
  icb.relationships = {Tie(RelationshipKind::kIcbToRegion, code, OneOf(Regions()), IcbsBegin())};
  return icb;
}

Organisation WorldGenerator::Region(const std::string& code) {
  Organisation region = Named(code, OrganisationType::kRegion);
  if (!OneIn(8)) {
    region.relationships.push_back(
        Tie(RelationshipKind::kRegionToNation, code, kNation, LongAgo()));
  }
  return region;
}

Organisation WorldGenerator::AnyOrganisation() {
  switch (Below(8)) {
    case 0:
      return Icb(OneOf(Icbs()));
    case 1:
      return Region(OneOf(Regions()));
    default:
      return Provider(OneOf(Providers()));
  }
}

Collection WorldGenerator::AnyCollection() {
  Collection collection{OneIn(4) ? "Other" : "AE", 1, {}};
  if (OneIn(4)) collection.period_kind = PeriodKind::kQuarter;
  for (const std::string& provider : Providers()) {
    if (OneIn(5)) continue;
    Frame frame{provider, MonthOf(Below(2)), std::nullopt};
    if (OneIn(4)) frame.to = MonthOf(1 + Below(2));
    collection.frames.push_back(std::move(frame));
  }
  return collection;
}

std::vector<Cell> WorldGenerator::AnyCells() {
  std::vector<Cell> cells;
  const bool nothing_collected = OneIn(6);
  for (const char* item : {"attendances", "over4h", "admissions"}) {
    for (const char* department : {"type1", "type2"}) {
      for (const char* booked : {"no", "yes"}) {
        // Booked ones are rare, so that a pair over departments has one cell an item or several.
        if (OneIn(10) || (booked[0] == 'y' && !OneIn(4))) continue;
        Cell cell;
        cell.item = item;
        cell.dimensions = {{"booked", booked}, {"department", department}};
        if (!OneIn(5) && !(nothing_collected && cell.item == "over4h")) {
          // Zeros often, so that 0/0 happens; halves, so that sums are not whole.
          cell.value = OneIn(3)
                           ? Decimal()
                           : Decimal::FromMillionths(static_cast<int64_t>(Below(50)) * 500'000);
        }
        cells.push_back(std::move(cell));
      }
    }
  }
  return cells;
}

PlainReturn WorldGenerator::AnyReturn(const Log& log) {
  PlainReturn plain{OneOf(Providers()), OneIn(8) ? "Other" : "AE", AnyPeriod(), 1, AnyCells()};
  for (const LogEntry& entry : log) {
    const auto* earlier = std::get_if<PlainReturn>(&entry.content);
    if (earlier != nullptr && earlier->organisation == plain.organisation &&
        earlier->collection == plain.collection && earlier->period == plain.period) {
      plain.revision = earlier->revision + 1;
    }
  }
  return plain;
}

LogEntry WorldGenerator::IngestionEntry(const Log& log) {
  LogEntry entry;
  entry.time_micros =
      (log.empty() ? 1'000 : log.back().time_micros) + static_cast<int64_t>(Below(3));
  switch (Below(12)) {
    case 0:
    case 1:
      entry.content = AnyOrganisation();
      break;
    case 2:
      entry.content = AnyCollection();
      break;
    case 3:
      entry.content = Item{OneIn(2) ? "admissions" : "attendances", !OneIn(5)};
      break;
    case 4:
      break;  // A kind of fact that metrics has no use for.
    default:
      entry.content = AnyReturn(log);
  }
  return entry;
}

std::vector<LogEntry> WorldGenerator::FirstIngestionEntries() {
  std::vector<LogEntry> entries;
  const auto add = [&entries](auto content) {
    LogEntry entry;
    entry.time_micros = 1'000;
    entry.content = std::move(content);
    entries.push_back(std::move(entry));
  };
  add(Named(kNation, OrganisationType::kNationalBody));
  for (const std::string& code : Regions()) add(Region(code));
  for (const std::string& code : Icbs()) add(Icb(code));
  for (const std::string& code : Providers()) add(Provider(code));
  add(AnyCollection());
  for (int i = 0; i < 8; ++i) add(AnyReturn(entries));
  return entries;
}

std::vector<Term> WorldGenerator::AnyTerms(const std::vector<std::string>& items, bool signs) {
  std::vector<Term> terms;
  for (const std::string& item : items) {
    Term term{item, signs && OneIn(2) ? -1 : 1, {}};
    if (OneIn(3)) term.where = {{"department", OneIn(2) ? "type1" : "type2"}};
    terms.push_back(std::move(term));
  }
  return terms;
}

LogEntry WorldGenerator::MetricsEntry(const Log& log) {
  MetricDefinition definition;
  definition.code = OneIn(2) ? "four_hour" : "waits";
  definition.version = 1;
  for (const LogEntry& entry : log) {
    const auto* earlier = std::get_if<MetricDefinition>(&entry.content);
    if (earlier != nullptr && earlier->code == definition.code) ++definition.version;
  }
  definition.collection = OneIn(10) ? "Other" : "AE";
  definition.direction = OneIn(2) ? Direction::kHigherIsBetter : Direction::kLowerIsBetter;
  definition.numerator = AnyTerms(OneIn(2) ? std::vector<std::string>{"attendances", "over4h"}
                                           : std::vector<std::string>{"over4h"},
                                  true);
  if (!OneIn(3)) {
    definition.denominator = AnyTerms({"attendances"}, false);
    definition.factor = 100;
  }
  if (!OneIn(3)) definition.pairing = Pairing{{"department"}, {"attendances", "over4h"}};
  if (OneIn(3)) definition.eligibility = AnyTerms({"attendances"}, false);
  definition.eligibility_text = "no attendances";
  LogEntry entry;
  entry.time_micros =
      (log.empty() ? 1'000 : log.back().time_micros) + static_cast<int64_t>(Below(3));
  entry.content = std::move(definition);
  return entry;
}

Question WorldGenerator::AnyQuestion() {
  std::string organisation;
  switch (Below(6)) {
    case 0:
      break;  // The league table.
    case 1:
      organisation = kNation;
      break;
    case 2:
      organisation = OneOf(Regions());
      break;
    case 3:
    case 4:
      organisation = OneOf(Icbs());
      break;
    default:
      organisation = OneOf(Providers());
  }
  const uint32_t version = !OneIn(4) ? 0 : 1 + static_cast<uint32_t>(Below(2));
  return {OneIn(2) ? "four_hour" : "waits", version, std::move(organisation), AnyPeriod()};
}

}  // namespace onereturn::metrics

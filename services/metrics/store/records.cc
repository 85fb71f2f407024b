#include "services/metrics/store/records.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/status/status_macros.h"
#include "onereturn/storage/v1/records.pb.h"

namespace onereturn::metrics {
namespace {

constexpr uint32_t kPeriodKindCount = static_cast<uint32_t>(PeriodKind::kComparison);

// No record holds a map, so its bytes are a function of its fields within one version of the
// library; the deterministic mode says that this is relied on.
std::string Serialise(const google::protobuf::MessageLite& record) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    ONERETURN_CHECK(record.SerializeToCodedStream(&coded));
  }
  return bytes;
}

absl::Status Damaged(absl::string_view what) {
  return absl::DataLossError(
      absl::StrCat("a stored ", what, " cannot be read: rebuild what is derived"));
}

template <typename Record>
absl::StatusOr<Record> Parse(absl::string_view bytes, absl::string_view what) {
  Record record;
  if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return Damaged(what);
  return record;
}

absl::StatusOr<Period> ParsePeriod(const std::string& text, absl::string_view what) {
  absl::StatusOr<Period> period = Period::Parse(text);
  if (!period.ok()) return Damaged(what);
  return period;
}

absl::StatusOr<CivilDay> DayOf(int32_t days, absl::string_view what) {
  const std::optional<CivilDay> day = CivilDay::FromEpochDays(days);
  if (!day.has_value()) return Damaged(what);
  return *day;
}

void PutTerms(const std::vector<Term>& terms,
              google::protobuf::RepeatedPtrField<storage::v1::TermRecord>* records) {
  for (const Term& term : terms) {
    storage::v1::TermRecord* record = records->Add();
    record->set_item(term.item);
    record->set_sign(term.sign);
    for (const DimensionValue& pair : term.where) {
      storage::v1::DimensionValueRecord* where = record->add_where();
      where->set_dimension(pair.dimension);
      where->set_value(pair.value);
    }
  }
}

std::vector<Term> TermsOf(
    const google::protobuf::RepeatedPtrField<storage::v1::TermRecord>& records) {
  std::vector<Term> terms;
  for (const storage::v1::TermRecord& record : records) {
    Term term{record.item(), record.sign(), {}};
    for (const auto& where : record.where()) {
      term.where.push_back({where.dimension(), where.value()});
    }
    terms.push_back(std::move(term));
  }
  return terms;
}

}  // namespace

std::string EncodeCursor(const FeedCursor& cursor) {
  storage::v1::FollowedFeedRecord record;
  record.mutable_cursor()->set_epoch(cursor.epoch);
  record.mutable_cursor()->set_sequence(cursor.sequence);
  record.mutable_cursor()->set_through_time_micros(cursor.through_time_micros);
  record.mutable_cursor()->set_frontier(cursor.frontier);
  record.set_caught_up(cursor.caught_up);
  return Serialise(record);
}

absl::StatusOr<FeedCursor> DecodeCursor(absl::string_view bytes) {
  ASSIGN_OR_RETURN(const auto record, Parse<storage::v1::FollowedFeedRecord>(bytes, "cursor"));
  return FeedCursor{record.cursor().epoch(), record.cursor().sequence(),
                    record.cursor().through_time_micros(), record.cursor().frontier(),
                    record.caught_up()};
}

std::string EncodeEntry(const EntryRecord& entry) {
  storage::v1::FollowedEntryRecord record;
  record.set_epoch(entry.epoch);
  record.set_time_micros(entry.time_micros);
  if (entry.accepted_return.has_value()) {
    const ReturnHead& head = *entry.accepted_return;
    storage::v1::AcceptedReturnRecord* accepted = record.mutable_accepted_return();
    accepted->set_organisation(head.organisation);
    accepted->set_collection(head.collection);
    accepted->set_period(head.period.ToString());
    accepted->set_revision(head.revision);
    accepted->set_chunk_count(head.chunk_count);
  }
  return Serialise(record);
}

absl::StatusOr<EntryRecord> DecodeEntry(absl::string_view bytes) {
  ASSIGN_OR_RETURN(const auto record, Parse<storage::v1::FollowedEntryRecord>(bytes, "entry"));
  EntryRecord entry{record.epoch(), record.time_micros(), std::nullopt};
  if (record.has_accepted_return()) {
    const storage::v1::AcceptedReturnRecord& accepted = record.accepted_return();
    ASSIGN_OR_RETURN(const Period period, ParsePeriod(accepted.period(), "entry"));
    entry.accepted_return = ReturnHead{accepted.organisation(), accepted.collection(), period,
                                       accepted.revision(), accepted.chunk_count()};
  }
  return entry;
}

std::string EncodeOrganisation(const Organisation& organisation) {
  storage::v1::OrganisationRecord record;
  record.set_code(organisation.code);
  record.set_name(organisation.name);
  record.set_type(static_cast<uint32_t>(organisation.type));
  record.set_open_day(organisation.open_date.EpochDays());
  if (organisation.close_date.has_value()) {
    record.set_close_day(organisation.close_date->EpochDays());
  }
  for (const Relationship& relationship : organisation.relationships) {
    storage::v1::RelationshipRecord* tie = record.add_relationships();
    tie->set_kind(static_cast<uint32_t>(relationship.kind));
    tie->set_parent(relationship.parent);
    tie->set_from_day(relationship.from.EpochDays());
    if (relationship.to.has_value()) tie->set_to_day(relationship.to->EpochDays());
    tie->set_share_millionths(relationship.share_millionths);
    tie->set_lead(relationship.lead);
  }
  for (const Succession& succession : organisation.successions) {
    storage::v1::SuccessionRecord* next = record.add_successions();
    next->set_kind(static_cast<uint32_t>(succession.kind));
    next->set_new_code(succession.new_code);
    next->set_effective_day(succession.effective.EpochDays());
  }
  return Serialise(record);
}

absl::StatusOr<Organisation> DecodeOrganisation(absl::string_view bytes) {
  constexpr absl::string_view kWhat = "organisation";
  ASSIGN_OR_RETURN(const auto record, Parse<storage::v1::OrganisationRecord>(bytes, kWhat));
  if (record.type() < 1 || record.type() > kOrganisationTypeCount) return Damaged(kWhat);
  Organisation organisation;
  organisation.code = record.code();
  organisation.name = record.name();
  organisation.type = static_cast<OrganisationType>(record.type());
  ASSIGN_OR_RETURN(organisation.open_date, DayOf(record.open_day(), kWhat));
  if (record.has_close_day()) {
    ASSIGN_OR_RETURN(organisation.close_date, DayOf(record.close_day(), kWhat));
  }
  for (const storage::v1::RelationshipRecord& tie : record.relationships()) {
    if (tie.kind() < 1 || tie.kind() > kRelationshipKindCount) return Damaged(kWhat);
    Relationship relationship;
    relationship.child = record.code();
    relationship.parent = tie.parent();
    relationship.kind = static_cast<RelationshipKind>(tie.kind());
    ASSIGN_OR_RETURN(relationship.from, DayOf(tie.from_day(), kWhat));
    if (tie.has_to_day()) {
      ASSIGN_OR_RETURN(relationship.to, DayOf(tie.to_day(), kWhat));
    }
    relationship.share_millionths = tie.share_millionths();
    relationship.lead = tie.lead();
    organisation.relationships.push_back(std::move(relationship));
  }
  for (const storage::v1::SuccessionRecord& next : record.successions()) {
    if (next.kind() < 1 || next.kind() > kSuccessionKindCount) return Damaged(kWhat);
    ASSIGN_OR_RETURN(const CivilDay effective, DayOf(next.effective_day(), kWhat));
    organisation.successions.push_back(Succession{
        record.code(), next.new_code(), static_cast<SuccessionKind>(next.kind()), effective});
  }
  return organisation;
}

std::string EncodeItem(const Item& item) {
  storage::v1::ItemRecord record;
  record.set_code(item.code);
  record.set_additive_over_organisations(item.additive_over_organisations);
  return Serialise(record);
}

absl::StatusOr<Item> DecodeItem(absl::string_view bytes) {
  ASSIGN_OR_RETURN(const auto record, Parse<storage::v1::ItemRecord>(bytes, "item"));
  return Item{record.code(), record.additive_over_organisations()};
}

std::string EncodeCollection(const Collection& collection) {
  storage::v1::CollectionRecord record;
  record.set_code(collection.code);
  record.set_version(collection.version);
  record.set_period_kind(static_cast<uint32_t>(collection.period_kind));
  for (const Frame& frame : collection.frames) {
    storage::v1::FrameRecord* owed = record.add_frames();
    owed->set_organisation(frame.organisation);
    owed->set_from_period(frame.from.ToString());
    if (frame.to.has_value()) owed->set_to_period(frame.to->ToString());
  }
  if (collection.valid_from.has_value()) {
    record.set_valid_from_period(collection.valid_from->ToString());
  }
  if (collection.retired_from.has_value()) {
    record.set_retired_from_period(collection.retired_from->ToString());
  }
  return Serialise(record);
}

absl::StatusOr<Collection> DecodeCollection(absl::string_view bytes) {
  constexpr absl::string_view kWhat = "collection";
  ASSIGN_OR_RETURN(const auto record, Parse<storage::v1::CollectionRecord>(bytes, kWhat));
  // 0 is what was written before the kind was kept.
  if (record.period_kind() < 1 || record.period_kind() > kPeriodKindCount) return Damaged(kWhat);
  Collection collection{
      record.code(), record.version(), {}, static_cast<PeriodKind>(record.period_kind()), {}, {}};
  if (!record.valid_from_period().empty()) {
    ASSIGN_OR_RETURN(collection.valid_from, ParsePeriod(record.valid_from_period(), kWhat));
  }
  if (!record.retired_from_period().empty()) {
    ASSIGN_OR_RETURN(collection.retired_from, ParsePeriod(record.retired_from_period(), kWhat));
  }
  for (const storage::v1::FrameRecord& owed : record.frames()) {
    ASSIGN_OR_RETURN(const Period from, ParsePeriod(owed.from_period(), kWhat));
    Frame frame{owed.organisation(), from, std::nullopt};
    if (!owed.to_period().empty()) {
      ASSIGN_OR_RETURN(frame.to, ParsePeriod(owed.to_period(), kWhat));
    }
    collection.frames.push_back(std::move(frame));
  }
  return collection;
}

std::string EncodeDefinition(const DefinitionRecord& stored) {
  const MetricDefinition& definition = stored.definition;
  storage::v1::MetricRecord record;
  record.set_code(definition.code);
  record.set_version(definition.version);
  record.set_sequence(stored.sequence);
  record.set_display_name(definition.display_name);
  record.set_description(definition.description);
  record.set_unit(definition.unit);
  record.set_direction(static_cast<uint32_t>(definition.direction));
  record.set_collection(definition.collection);
  PutTerms(definition.numerator, record.mutable_numerator());
  PutTerms(definition.denominator, record.mutable_denominator());
  if (definition.pairing.has_value()) {
    storage::v1::PairingRecord* pairing = record.mutable_pairing();
    for (const std::string& code : definition.pairing->dimensions) pairing->add_dimensions(code);
    for (const std::string& code : definition.pairing->items) pairing->add_items(code);
  }
  record.set_factor(definition.factor);
  if (definition.target.has_value()) {
    record.set_target_millionths(definition.target->millionths());
  }
  PutTerms(definition.eligibility, record.mutable_eligibility());
  record.set_eligibility_text(definition.eligibility_text);
  record.set_display_digits(definition.display_digits);
  return Serialise(record);
}

absl::StatusOr<DefinitionRecord> DecodeDefinition(absl::string_view bytes) {
  ASSIGN_OR_RETURN(const auto record, Parse<storage::v1::MetricRecord>(bytes, "metric"));
  if (record.direction() < 1 || record.direction() > 3) return Damaged("metric");
  MetricDefinition definition;
  definition.code = record.code();
  definition.version = record.version();
  definition.display_name = record.display_name();
  definition.description = record.description();
  definition.unit = record.unit();
  definition.direction = static_cast<Direction>(record.direction());
  definition.collection = record.collection();
  definition.numerator = TermsOf(record.numerator());
  definition.denominator = TermsOf(record.denominator());
  if (record.has_pairing()) {
    const storage::v1::PairingRecord& pairing = record.pairing();
    definition.pairing = Pairing{{pairing.dimensions().begin(), pairing.dimensions().end()},
                                 {pairing.items().begin(), pairing.items().end()}};
  }
  definition.factor = record.factor();
  if (record.has_target_millionths()) {
    absl::StatusOr<Decimal> target = Decimal::FromWideMillionths(record.target_millionths());
    if (!target.ok()) return Damaged("metric");
    definition.target = *target;
  }
  definition.eligibility = TermsOf(record.eligibility());
  definition.eligibility_text = record.eligibility_text();
  definition.display_digits = record.display_digits();
  return DefinitionRecord{std::move(definition), record.sequence()};
}

std::string EncodeSum(Int128 sum) {
  std::string bytes(16, '\0');
  for (int i = 15; i >= 0; --i) {
    bytes[static_cast<size_t>(i)] = static_cast<char>(static_cast<uint8_t>(sum & 0xff));
    sum >>= 8;  // Arithmetic: the sign fills up from the left.
  }
  return bytes;
}

absl::StatusOr<Int128> DecodeSum(absl::string_view bytes) {
  if (bytes.size() != 16) return Damaged("sum");
  Int128 sum = static_cast<int8_t>(bytes[0]);
  for (size_t i = 1; i < 16; ++i) sum = sum * 256 + static_cast<uint8_t>(bytes[i]);
  return sum;
}

std::string EncodeLeaf(const Leaf& leaf) {
  storage::v1::LeafRecord record;
  record.set_numerator(EncodeSum(leaf.numerator));
  record.set_denominator(EncodeSum(leaf.denominator));
  record.set_eligibility(EncodeSum(leaf.eligibility));
  record.set_entering_cells(leaf.entering_cells);
  record.set_null_cells(leaf.null_cells);
  record.set_revision(leaf.revision);
  return Serialise(record);
}

absl::StatusOr<Leaf> DecodeLeaf(absl::string_view bytes) {
  ASSIGN_OR_RETURN(const auto record, Parse<storage::v1::LeafRecord>(bytes, "leaf"));
  Leaf leaf;
  ASSIGN_OR_RETURN(leaf.numerator, DecodeSum(record.numerator()));
  ASSIGN_OR_RETURN(leaf.denominator, DecodeSum(record.denominator()));
  ASSIGN_OR_RETURN(leaf.eligibility, DecodeSum(record.eligibility()));
  leaf.entering_cells = record.entering_cells();
  leaf.null_cells = record.null_cells();
  leaf.revision = record.revision();
  return leaf;
}

}  // namespace onereturn::metrics

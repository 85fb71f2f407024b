#include "tests/crash/made_up_returns.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "common/cells/cell_chunk.h"

namespace onereturn {
namespace {

constexpr int64_t kMillion = 1'000'000;

// SplitMix64: every number follows from the seed and the place alone.
uint64_t Mixed(uint64_t seed, uint64_t place) {
  uint64_t z = seed * 0x9e3779b97f4a7c15 + place + 1;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

// Zero-padded, so that bytewise order is the order of numbers.
std::string ItemCode(int item) { return absl::StrFormat("figure_%02d", item + 1); }
std::string DimensionName(size_t dimension) { return absl::StrCat("d", dimension + 1); }
std::string ValueCode(int value) { return absl::StrFormat("v%03d", value + 1); }

void Fill(uint64_t seed, uint64_t place, Cell* cell) {
  const uint64_t random = Mixed(seed, place);
  if (random % 50 == 0) {
    cell->null_reason = NullReason::kWithheld;
  } else if (random % 50 == 1) {
    cell->value = Decimal::FromMillionths(static_cast<int64_t>(random >> 34));
  } else {
    cell->value = Decimal::FromMillionths(static_cast<int64_t>(random >> 44) * kMillion);
  }
}

std::string NullName(NullReason reason) {
  return reason == NullReason::kWithheld ? "WITHHELD" : "NOT_COLLECTED";
}

catalogue::v1::DataItem ItemOf(const MadeUpCollection& collection, int number) {
  catalogue::v1::DataItem item;
  item.set_code(ItemCode(number));
  item.set_display_name(absl::StrCat("Figure ", number + 1));
  item.set_concept_text("Made up for a test");
  item.set_unit("patients");
  item.set_additive_over_organisations(true);
  item.set_additive_over_time(true);
  for (size_t d = 0; d < collection.codes_by_dimension.size(); ++d) {
    catalogue::v1::Dimension* dimension = item.add_dimensions();
    dimension->set_code(DimensionName(d));
    dimension->set_display_name(absl::StrCat("Dimension ", d + 1));
    for (int value = 0; value < collection.codes_by_dimension[d]; ++value) {
      dimension->add_values()->set_code(ValueCode(value));
    }
  }
  return item;
}

}  // namespace

size_t MadeUpCollection::CellCount() const {
  size_t count = static_cast<size_t>(items);
  for (int codes : codes_by_dimension) count *= static_cast<size_t>(codes);
  return count;
}

std::vector<std::string> MadeUpOrganisations(int count) {
  std::vector<std::string> organisations;
  for (int i = 1; i <= count; ++i) organisations.push_back(absl::StrFormat("ORG%03d", i));
  return organisations;
}

std::string MadeUpMonth(int number) {
  return absl::StrFormat("%04d-%02d", 2000 + number / 12, number % 12 + 1);
}

config::v1::DefinitionSet DefinitionsOf(const MadeUpCollection& collection,
                                        const std::vector<std::string>& organisations) {
  config::v1::DefinitionSet set;
  for (const std::string& code : organisations) {
    catalogue::v1::Organisation* organisation = set.add_organisations();
    organisation->set_code(code);
    organisation->set_display_name(absl::StrCat("Provider ", code));
    organisation->set_type(catalogue::v1::ORGANISATION_TYPE_PROVIDER);
  }
  catalogue::v1::Collection* defined = set.add_collections();
  defined->set_code(collection.code);
  defined->set_display_name("Made up for a test");
  defined->set_period_kind(catalogue::v1::PERIOD_KIND_MONTH);
  catalogue::v1::Layout* layout = defined->add_layouts();
  layout->set_code(kMadeUpLayout);
  layout->set_display_name("One row a cell");
  for (size_t d = 0; d < collection.codes_by_dimension.size(); ++d) {
    layout->mutable_long_()->add_dimensions(DimensionName(d));
  }
  for (int i = 0; i < collection.items; ++i) {
    *set.add_items() = ItemOf(collection, i);
    defined->add_items(ItemCode(i));
  }
  metrics::v1::Metric* metric = set.add_metrics();
  metric->set_code(kMadeUpMetric);
  metric->set_display_name("Total of the first figure");
  metric->set_description("The sum of all cells of the first item");
  metric->set_unit("patients");
  metric->set_direction(metrics::v1::DIRECTION_NEUTRAL);
  metric->set_collection(collection.code);
  metric->add_numerator()->set_item(ItemCode(0));
  metric->mutable_numerator(0)->set_sign(1);
  metric->set_factor(1);
  return set;
}

std::vector<Cell> CellsOf(const MadeUpCollection& collection, uint64_t seed) {
  std::vector<Cell> cells;
  cells.reserve(collection.CellCount());
  const size_t each = collection.CellCount() / static_cast<size_t>(collection.items);
  for (int item = 0; item < collection.items; ++item) {
    for (size_t place = 0; place < each; ++place) {
      Cell cell;
      cell.item = ItemCode(item);
      cell.dimensions.resize(collection.codes_by_dimension.size());
      size_t rest = place;
      for (size_t d = collection.codes_by_dimension.size(); d-- > 0;) {
        const size_t codes = static_cast<size_t>(collection.codes_by_dimension[d]);
        cell.dimensions[d] = {DimensionName(d), ValueCode(static_cast<int>(rest % codes))};
        rest /= codes;
      }
      Fill(seed, cells.size(), &cell);
      cells.push_back(std::move(cell));
    }
  }
  return cells;
}

Digest CellDigestOf(std::vector<Cell> cells) {
  std::vector<Digest> digests;
  const std::vector<std::string> chunks = PackCells(std::move(cells)).value();
  for (const std::string& chunk : chunks) {
    digests.push_back(Sha256(chunk));
  }
  return CellDigest(digests);
}

returns::v1::SubmitReturnRequest MadeUpReturn(const MadeUpCollection& collection,
                                              absl::string_view organisation,
                                              absl::string_view period,
                                              absl::string_view request_id, uint64_t seed) {
  returns::v1::SubmitReturnRequest request;
  request.set_request_id(std::string(request_id));
  request.set_organisation(std::string(organisation));
  request.set_collection(collection.code);
  request.set_period(std::string(period));
  for (const Cell& cell : CellsOf(collection, seed)) {
    common::v1::Cell* added = request.add_cells();
    added->mutable_reference()->set_item(cell.item);
    for (const DimensionValue& dimension : cell.dimensions) {
      common::v1::DimensionValue* value = added->mutable_reference()->add_dimensions();
      value->set_dimension(dimension.dimension);
      value->set_value(dimension.value);
    }
    if (cell.value.has_value()) {
      added->set_millionths(cell.value->millionths());
    } else {
      added->set_null_reason(static_cast<common::v1::NullReason>(cell.null_reason));
    }
  }
  return request;
}

std::string MadeUpFile(const MadeUpCollection& collection, absl::string_view period,
                       const std::vector<std::pair<std::string, uint64_t>>& organisations) {
  std::string file = "organisation,period,item";
  for (size_t d = 0; d < collection.codes_by_dimension.size(); ++d) {
    absl::StrAppend(&file, ",", DimensionName(d));
  }
  absl::StrAppend(&file, ",value,null_reason\n");
  for (const auto& [organisation, seed] : organisations) {
    for (const Cell& cell : CellsOf(collection, seed)) {
      absl::StrAppend(&file, organisation, ",", period, ",", cell.item);
      for (const DimensionValue& dimension : cell.dimensions) {
        absl::StrAppend(&file, ",", dimension.value);
      }
      if (cell.value.has_value()) {
        absl::StrAppend(&file, ",", cell.value->ToString(), ",\n");
      } else {
        absl::StrAppend(&file, ",,", NullName(cell.null_reason), "\n");
      }
    }
  }
  return file;
}

}  // namespace onereturn

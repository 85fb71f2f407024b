// For tests: a service with every shipped return, a few organisations, and files as published.
#ifndef ONERETURN_SERVICES_INGESTION_APP_TESTING_SHIPPED_WORLD_H_
#define ONERETURN_SERVICES_INGESTION_APP_TESTING_SHIPPED_WORLD_H_

#include <gtest/gtest.h>

#include <string>
#include <tuple>
#include <vector>

#include "common/commit/journal.h"
#include "services/ingestion/app/testing/shipped_returns.h"
#include "services/ingestion/domain/testing/ae_files.h"

namespace onereturn::ingestion {

inline Int128 Whole(int64_t whole) { return Int128{whole} * Decimal::kMillion; }

class ShippedWorld : public ::testing::Test {
 protected:
  ShippedWorld() {
    config::v1::DefinitionSet set = ShippedReturns();
    for (const char* code : {"RDY", "RN5", "11A", "15E", "92G", "E10000009"}) {
      auto* organisation = set.add_organisations();
      organisation->set_code(code);
      organisation->set_display_name(code);
      const bool commissions = organisation->code()[0] == '1' || organisation->code()[0] == '9';
      organisation->set_type(commissions ? catalogue::v1::ORGANISATION_TYPE_SUB_ICB
                                         : catalogue::v1::ORGANISATION_TYPE_OTHER);
    }
    for (const char* code : {"QOX", "QVV"}) {
      auto* icb = set.add_organisations();
      icb->set_code(code);
      icb->set_display_name(code);
      icb->set_type(catalogue::v1::ORGANISATION_TYPE_ICB);
    }
    // RN5 changed its ICB in April 2026; of RDY none is known.
    for (auto& organisation : *set.mutable_organisations()) {
      if (organisation.code() != "RN5") continue;
      organisation.set_type(catalogue::v1::ORGANISATION_TYPE_PROVIDER);
      for (const auto& [parent, from, to] :
           {std::tuple("QVV", "2022-07-01", "2026-03-31"), std::tuple("QOX", "2026-04-01", "")}) {
        auto* relationship = organisation.add_relationships();
        relationship->set_kind(catalogue::v1::RELATIONSHIP_KIND_PROVIDER_TO_ICB);
        relationship->set_parent(parent);
        relationship->set_from_date(from);
        relationship->set_to_date(to);
        relationship->set_lead(true);
      }
    }
    // The frames of monthly A&E name providers that are not defined here.
    for (auto& collection : *set.mutable_collections()) {
      collection.clear_frames();
      collection.clear_not_collected();
      for (auto& list : *collection.mutable_lists()) {
        list.clear_members();
        list.add_members()->set_organisation("RN5");
        list.mutable_members(0)->set_from_period("2016-04");
      }
    }
    ingestion_.Apply(set);
  }

  FileSubmission FileOf(const std::string& collection, const std::string& layout,
                        const Records& records) {
    FileSubmission file = ingestion_.AeFile(ingestion_.Upload(TextOf(records)), layout);
    file.collection = collection;
    return file;
  }

  absl::StatusOr<FileAnswer> Send(const std::string& collection, const std::string& layout,
                                  const Records& records) {
    return ingestion_.submit_file().Run(FileOf(collection, layout, records));
  }

  // What is stored of a file's return.
  feed::v1::ReturnAccepted FactOf(const FileReturnAnswer& one) {
    return ReturnOfEntry(EntryBytes(ingestion_.store(), one.sequence).value()).value();
  }
  std::vector<Cell> CellsOf(const FileReturnAnswer& one) { return ingestion_.CellsOf(FactOf(one)); }

  TestIngestion ingestion_;
};

// Patients of a part type in a band; Part_2A below Part_2, as it is a part of it.
inline int PathwaysIn(const std::string& part, size_t function, size_t band) {
  return static_cast<int>((7 * function + band) % 9 + (part == "Part_2" ? 5 : 1));
}

// Of each part type three treatment functions and their total, for two providers and two
// commissioners each.
inline Records SoundRtt(const std::string& period) {
  Records records = {RttHeader()};
  for (const char* provider : {"RDY", "RN5"}) {
    for (const char* commissioner : {"15E", "NONC"}) {
      for (const std::string& part : RttPartTypes()) {
        std::vector<int> sums(kRttBands, 0);
        int unknown = 0;
        for (size_t function = 0; function < 3; ++function) {
          std::vector<int> bands(kRttBands);
          for (size_t band = 0; band < bands.size(); ++band) {
            bands[band] = PathwaysIn(part, function, band);
            sums[band] += bands[band];
          }
          records.push_back(RttRow(provider, commissioner, part, TreatmentFunctions()[function],
                                   bands, static_cast<int>(function)));
          unknown += static_cast<int>(function);
        }
        records.push_back(RttRow(provider, commissioner, part, "C_999", sums, unknown));
      }
    }
  }
  for (size_t i = 1; i < records.size(); ++i) records[i][0] = period;
  return records;
}

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_TESTING_SHIPPED_WORLD_H_

// For tests: what requests make organisations owe, put there as an issue leaves it.
#ifndef ONERETURN_SERVICES_INGESTION_APP_TESTING_SMALL_OBLIGATION_H_
#define ONERETURN_SERVICES_INGESTION_APP_TESTING_SMALL_OBLIGATION_H_

#include <future>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "services/ingestion/app/testing/test_ingestion.h"
#include "services/ingestion/store/obligation_table.h"
#include "services/ingestion/store/simplified_mode_table.h"

namespace onereturn::ingestion {

// Writes rows of no fact.
inline void WriteRows(TestIngestion* ingestion, absl::FunctionRef<void(WriteBatch*)> put) {
  auto written = std::make_shared<std::promise<absl::Status>>();
  PlainWrite write;
  put(&write.batch);
  write.done = [written](absl::Status status) { written->set_value(std::move(status)); };
  ONERETURN_CHECK(ingestion->committer().Write(std::move(write)).ok());
  ONERETURN_CHECK(written->get_future().get().ok());
}

// In force since the newest entry, for these items at no cost.
inline storage::v1::ObligationRecord SmallObligation(const TestIngestion& ingestion,
                                                     const std::vector<std::string>& items) {
  storage::v1::ObligationRecord record;
  record.set_issue_sequence(ingestion.LastSequence());
  for (const std::string& item : items) {
    record.add_items(item);
    record.add_item_minutes();
  }
  return record;
}

inline void Owe(TestIngestion* ingestion, const ObligationKey& key,
                const std::vector<std::string>& items) {
  const storage::v1::ObligationRecord record = SmallObligation(*ingestion, items);
  WriteRows(ingestion, [&](WriteBatch* batch) { PutObligation(key, record, batch); });
}

// As of the newest entry.
inline void Release(TestIngestion* ingestion, const ObligationKey& key) {
  storage::v1::ObligationRecord record =
      FindObligation(ingestion->store(), key).value().value().record;
  record.set_release_sequence(ingestion->LastSequence());
  WriteRows(ingestion, [&](WriteBatch* batch) { PutObligation(key, record, batch); });
}

// Simplified mode, as of the newest entry.
inline void Simplify(TestIngestion* ingestion, bool on) {
  requests::v1::SimplifiedMode mode;
  mode.set_on(on);
  WriteRows(ingestion,
            [&](WriteBatch* batch) { PutSimplifiedMode(ingestion->LastSequence(), mode, batch); });
}

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_TESTING_SMALL_OBLIGATION_H_

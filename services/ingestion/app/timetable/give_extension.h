// Giving and revoking extensions.
#ifndef ONERETURN_SERVICES_INGESTION_APP_TIMETABLE_GIVE_EXTENSION_H_
#define ONERETURN_SERVICES_INGESTION_APP_TIMETABLE_GIVE_EXTENSION_H_

#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/commit/fact_writer.h"
#include "onereturn/timetable/v1/timetable_service.pb.h"
#include "services/ingestion/app/catalogue/define.h"
#include "services/ingestion/store/timetable_table.h"

namespace onereturn::ingestion {

struct ExtensionAnswer {
  timetable::v1::Extension extension;  // Empty for a revocation.
  Accepted accepted;
};

// "organisations/{code}/returns/{collection}.{period}/extensions/{number}".
struct ExtensionName {
  ReturnKey key;
  uint32_t number = 0;
};
std::string NameOfExtension(const ExtensionName& name);
// NOT_FOUND for a name of another form.
absl::StatusOr<ExtensionName> ParseExtensionName(absl::string_view name);

// Each use case judges on the calling thread and answers on the committer's. Errors are those of
// TimetableService's methods. Thread safe.
class GiveExtension {
 public:
  using Done = std::function<void(absl::StatusOr<ExtensionAnswer> answer)>;

  GiveExtension(const FactWriter* writer, const Committer* committer)
      : writer_(writer), committer_(committer) {}

  void Give(const RequestOrigin& origin, const timetable::v1::GiveExtensionRequest& request,
            Done done) const;
  void Revoke(const RequestOrigin& origin, const timetable::v1::RevokeExtensionRequest& request,
              Done done) const;

 private:
  absl::StatusOr<Decision> DecideToGive(const Snapshot& snapshot, const RequestOrigin& origin,
                                        const timetable::v1::GiveExtensionRequest& request) const;

  const FactWriter* const writer_;
  const Committer* const committer_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_TIMETABLE_GIVE_EXTENSION_H_

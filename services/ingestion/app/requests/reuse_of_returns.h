// Who reuses an organisation's returns when it reads them, and by which right: asked by every read
// of held figures that is no answer to a request.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_REUSE_OF_RETURNS_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_REUSE_OF_RETURNS_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/identity/organisation_scope.h"
#include "common/storage/reader.h"
#include "onereturn/common/v1/purpose.pb.h"
#include "onereturn/returns/v1/return.pb.h"
#include "onereturn/rights/v1/rights.pb.h"
#include "services/ingestion/app/catalogue/catalogue_time.h"
#include "services/ingestion/store/return_table.h"

namespace onereturn::ingestion {

struct ReturnReader {
  std::optional<std::string> body;  // As BodyOf of app/returns/return_uses.h.
  rights::v1::Role role = rights::v1::ROLE_UNSPECIFIED;
  OrganisationScope scope = OrganisationScope::National();
  common::v1::Purpose purpose = common::v1::PURPOSE_UNSPECIFIED;  // UNSPECIFIED: none is stated.
};

// The words of the rights by which the reader may use the return, as they are now for its period:
// each once, in order. REUSE_REFUSED names the items of its collection, and those of `given` (what
// the read would give), that it may not use. Empty where it is no reuse: by the organisation
// itself, an ICB or region that reads what is below it, a loader, which sends returns for others,
// or a service or auditor, who use nothing. Whether the reader may read the return at all was
// asked before.
absl::StatusOr<std::vector<std::string>> ReuseTermsOfReturn(const Reader& reader,
                                                            const ReturnReader& who,
                                                            const ReturnKey& key,
                                                            std::set<std::string> given);

// The same of a file as it was sent by `owner`: what it holds is not known until it is read, so
// every item that is defined is asked about, as it is and was for any period.
absl::Status CheckReuseOfFile(const Reader& reader, const ReturnReader& who,
                              const std::string& owner);

// Who may see the digests of returns: of the cells, of the file they came in, or the entry that
// holds both. Whoever knows most figures of a return finds the others by trying until the digest
// fits, so a digest is for those who may use the figures, no purpose being stated. Asked once for
// each collection and period; not thread safe, and the reader must outlive it.
class ReuseOfDigests {
 public:
  ReuseOfDigests(const Reader* reader, ReturnReader who)
      : reader_(reader), who_(std::move(who)), time_(reader) {}

  // REUSE_REFUSED as ReuseTermsOfReturn, of all items that a version of the collection names: a
  // revision holds the cells of the version it was sent by.
  absl::Status Check(const ReturnKey& key);
  // Clears the digests where Check() refuses them, and the request id, which may be one.
  absl::Status LeaveOut(const ReturnKey& key, returns::v1::Revision* revision);

 private:
  const Reader* const reader_;
  const ReturnReader who_;
  CatalogueTime time_;
  std::map<std::pair<std::string, std::string>, absl::Status> asked_;  // Collection and period.
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_REUSE_OF_RETURNS_H_

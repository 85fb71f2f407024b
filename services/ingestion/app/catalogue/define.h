// Defining organisations, items, collections, calendars, guidance, responsibilities and the rules
// of data requests.
#ifndef ONERETURN_SERVICES_INGESTION_APP_CATALOGUE_DEFINE_H_
#define ONERETURN_SERVICES_INGESTION_APP_CATALOGUE_DEFINE_H_

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "common/commit/fact_writer.h"
#include "common/digest/digest.h"
#include "common/storage/store.h"
#include "onereturn/catalogue/v1/catalogue.pb.h"
#include "onereturn/catalogue/v1/stewardship.pb.h"
#include "onereturn/requests/v1/rules.pb.h"
#include "onereturn/timetable/v1/timetable.pb.h"
#include "services/ingestion/app/catalogue/definition_rules.h"
#include "services/ingestion/store/catalogue_table.h"

namespace onereturn::ingestion {

// Who asks, and how the request came.
struct RequestOrigin {
  std::string actor;  // SPIFFE id.
  std::string request_id;
  Digest digest = {};
  bool validate_only = false;
  std::string person = {};  // "{issuer}#{subject}"; empty when the system acts for itself.
  rights::v1::Role role = rights::v1::ROLE_UNSPECIFIED;
  bool derived_id = false;  // As FactRequest::derived_id.
};

// What became of a definition. `definition` is what is now in force (or would be), with its output
// fields.
template <typename Definition>
struct Defined {
  Definition definition;
  std::optional<Accepted> accepted;  // Absent when only validated.
  bool unchanged = false;
};

template <typename Definition>
using DefinedDone = std::function<void(absl::StatusOr<Defined<Definition>> defined)>;

// Each use case judges on the calling thread and answers on the committer's. Thread safe.
class Define {
 public:
  // `accepted` sees each definition's entry before its caller is answered, on the committer's
  // thread; it must be quick.
  explicit Define(const FactWriter* writer,
                  std::function<void(const std::string& entry)> accepted = nullptr)
      : writer_(writer), accepted_(std::move(accepted)) {}

  void Organisation(const RequestOrigin& origin, catalogue::v1::Organisation organisation,
                    DefinedDone<catalogue::v1::Organisation> done) const;
  void Item(const RequestOrigin& origin, catalogue::v1::DataItem item,
            DefinedDone<catalogue::v1::DataItem> done) const;
  void Collection(const RequestOrigin& origin, catalogue::v1::Collection collection,
                  DefinedDone<catalogue::v1::Collection> done) const;
  // Judged as if what is supposed were defined. FIELD_INVALID unless the request only judges.
  void ItemBeside(const RequestOrigin& origin, catalogue::v1::DataItem item, Supposed supposed,
                  DefinedDone<catalogue::v1::DataItem> done) const;
  void CollectionBeside(const RequestOrigin& origin, catalogue::v1::Collection collection,
                        Supposed supposed, DefinedDone<catalogue::v1::Collection> done) const;
  void Calendar(const RequestOrigin& origin, timetable::v1::Calendar calendar,
                DefinedDone<timetable::v1::Calendar> done) const;
  void Guidance(const RequestOrigin& origin, catalogue::v1::Guidance guidance,
                DefinedDone<catalogue::v1::Guidance> done) const;
  void Responsibility(const RequestOrigin& origin, catalogue::v1::Responsibility responsibility,
                      DefinedDone<catalogue::v1::Responsibility> done) const;
  void RequestRules(const RequestOrigin& origin, requests::v1::RequestRules rules,
                    DefinedDone<requests::v1::RequestRules> done) const;

 private:
  const FactWriter* const writer_;
  const std::function<void(const std::string& entry)> accepted_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_CATALOGUE_DEFINE_H_

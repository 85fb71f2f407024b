// What `onereturn apply` is going to send, and in which order.
#ifndef ONERETURN_TOOLS_ONERETURN_COMMANDS_DEFINITION_PLAN_H_
#define ONERETURN_TOOLS_ONERETURN_COMMANDS_DEFINITION_PLAN_H_

#include <google/protobuf/message.h>

#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "onereturn/catalogue/v1/catalogue_service.pb.h"
#include "onereturn/config/v1/definitions.pb.h"

namespace onereturn::client {

// One definition and where it stands.
struct Definition {
  std::variant<timetable::v1::Calendar, catalogue::v1::Organisation, catalogue::v1::DataItem,
               catalogue::v1::Collection, metrics::v1::Metric, assessment::v1::Framework,
               catalogue::v1::Guidance, catalogue::v1::Responsibility, requests::v1::RequestRules>
      content;
  std::string file;

  // "calendar", "organisation", "item", "collection", "metric", "framework", "guidance",
  // "responsibility", "request-rule-set".
  absl::string_view kind() const;
  const std::string& code() const;
  // "deploy/england/msitae.textproto, collection MSitAE".
  std::string Place() const;
  // "apply.{kind}.{code}.{digest}": equal content gives an equal id.
  std::string RequestId() const;
};

// Files ending in .textproto of every folder of `paths`, in order of name; files as they are. A
// usage error for a path that is not there and for a folder without such files.
absl::StatusOr<std::vector<std::string>> DefinitionFiles(const std::vector<std::string>& paths);

// Everything in `files`, by kind in the order of sending. A usage error names file, line and column
// of what cannot be read; files that define nothing at all are one too.
absl::StatusOr<std::vector<Definition>> ReadDefinitions(const std::vector<std::string>& files);

// Runs of `definitions` that may be sent at the same time: no definition of a run names another of
// it as its parent or successor, one that is for some periods alone is a run of its own, and kinds
// are never mixed. Each is [first, last).
std::vector<std::pair<size_t, size_t>> Waves(const std::vector<Definition>& definitions);

// Adds to the request what `definitions` define of what its item's formula reads, or its collection
// names, so that it can be judged before any of them is stored.
void SupposeRest(const std::vector<Definition>& definitions,
                 catalogue::v1::UpdateItemRequest* request);
void SupposeRest(const std::vector<Definition>& definitions,
                 catalogue::v1::UpdateCollectionRequest* request);

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_COMMANDS_DEFINITION_PLAN_H_

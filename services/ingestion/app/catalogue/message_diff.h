// Two messages of one kind, field by field.
#ifndef ONERETURN_SERVICES_INGESTION_APP_CATALOGUE_MESSAGE_DIFF_H_
#define ONERETURN_SERVICES_INGESTION_APP_CATALOGUE_MESSAGE_DIFF_H_

#include <google/protobuf/message.h>

#include <string>
#include <vector>

namespace onereturn::ingestion {

// A field that differs: its path, and what it held and holds, as text. Empty: it was not set, or at
// its default; is not.
struct FieldDifference {
  std::string path;
  std::string before;
  std::string after;
  friend bool operator==(const FieldDifference&, const FieldDifference&) = default;
};

// Every field that differs at any depth, in order of path. Both are of one type (checked). Elements
// of a list are matched by what names them - a text by itself, a message by the first of its fields
// code, header, organisation, text that no two elements share - and stand in the path as
// "rules[AE02]"; where nothing names them they are matched by their number. A list whose elements
// are the same in another order differs in "(order)".
std::vector<FieldDifference> DifferencesOf(const google::protobuf::Message& before,
                                           const google::protobuf::Message& after);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_CATALOGUE_MESSAGE_DIFF_H_

#include "services/ingestion/definitions/relationships.h"

namespace onereturn::ingestion {

bool IsInForce(const catalogue::v1::Relationship& relationship, const CivilDay& day) {
  // Texts of days are in the order of the days.
  const std::string text = day.ToString();
  return relationship.from_date() <= text &&
         (relationship.to_date().empty() || text <= relationship.to_date());
}

std::vector<std::string> ParentsOn(
    const google::protobuf::RepeatedPtrField<catalogue::v1::Relationship>& relationships, int kind,
    const CivilDay& day) {
  std::vector<std::string> parents;
  for (const catalogue::v1::Relationship& one : relationships) {
    if (one.kind() == kind && IsInForce(one, day)) parents.push_back(one.parent());
  }
  return parents;
}

}  // namespace onereturn::ingestion

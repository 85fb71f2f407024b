// Relationships of an organisation on a day.
#ifndef ONERETURN_SERVICES_INGESTION_DEFINITIONS_RELATIONSHIPS_H_
#define ONERETURN_SERVICES_INGESTION_DEFINITIONS_RELATIONSHIPS_H_

#include <string>
#include <vector>

#include "common/period/civil_day.h"
#include "onereturn/catalogue/v1/organisation.pb.h"

namespace onereturn::ingestion {

// From its first day to its last, both included; one without a last day has no end.
bool IsInForce(const catalogue::v1::Relationship& relationship, const CivilDay& day);

// The parents by relationships of the kind that are in force on the day, as they are written.
std::vector<std::string> ParentsOn(
    const google::protobuf::RepeatedPtrField<catalogue::v1::Relationship>& relationships, int kind,
    const CivilDay& day);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DEFINITIONS_RELATIONSHIPS_H_

// What names a finding of a screen, so that an organisation can reply to it.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_FINDING_KEY_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_FINDING_KEY_H_

#include <string>

#include "services/ingestion/domain/finding.h"

namespace onereturn::ingestion {

// 16 lower-case hexadecimal digits made of its code, cell, words and figure, and of no other figure
// that it was compared with: findings that say the same of the same figure have one key, whatever
// revision they are of. Replies are kept under it:
// never change how it is made.
std::string FindingKey(const Finding& finding);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_FINDING_KEY_H_

// How much a finding weighs.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_SEVERITY_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_SEVERITY_H_

namespace onereturn::ingestion {

enum class Severity { kError = 1, kExplain = 2, kInfo = 3 };

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_SEVERITY_H_

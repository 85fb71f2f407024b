// What a file or a call does to what is held.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_SUBMIT_MODE_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_SUBMIT_MODE_H_

namespace onereturn::ingestion {

// Numbered as returns.v1.SubmitMode.
enum class SubmitMode { kReplace = 1, kMerge = 2, kDelete = 3 };

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_SUBMIT_MODE_H_

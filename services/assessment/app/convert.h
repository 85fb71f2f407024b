// Between v1 messages and the domain.
#ifndef ONERETURN_SERVICES_ASSESSMENT_APP_CONVERT_H_
#define ONERETURN_SERVICES_ASSESSMENT_APP_CONVERT_H_

#include <cstdint>
#include <string>

#include "onereturn/assessment/v1/assessment.pb.h"
#include "services/assessment/domain/framework.h"
#include "services/assessment/domain/rating.h"

namespace onereturn::assessment {

// Any message, without judging it: Framework::Check() says what is wrong with one that is sent.
Framework FromWire(const v1::Framework& wire);
// With its name and without an etag.
v1::Framework ToWire(const Framework& framework);
v1::Rating ToWire(const Rating& rating);

}  // namespace onereturn::assessment

#endif  // ONERETURN_SERVICES_ASSESSMENT_APP_CONVERT_H_

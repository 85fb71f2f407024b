// Who is consulted about a data request and has not spoken yet, and which step is next, for people.
#ifndef ONERETURN_TOOLS_ONERETURN_CONSOLE_CONSULTATION_TEXT_H_
#define ONERETURN_TOOLS_ONERETURN_CONSOLE_CONSULTATION_TEXT_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "onereturn/catalogue/v1/organisation.pb.h"
#include "onereturn/requests/v1/match.pb.h"
#include "onereturn/requests/v1/request.pb.h"

namespace onereturn::client {

// Codes of those who would be asked for something that they do not owe already.
std::set<std::string> AskedAnew(const requests::v1::Match& match);

// By region that filters, the codes of those among `asked` whose region it is on `day`
// ("YYYY-MM-DD"), in order of code: the leading one, of shares without a lead every one.
using FilteringRegions = std::map<std::string, std::vector<std::string>>;
FilteringRegions RegionsThatFilter(const std::vector<catalogue::v1::Organisation>& organisations,
                                   const std::set<std::string>& asked, const std::string& day);

// Each who has not replied, with the command by which it does, and how the consultation is closed
// now. Whole lines; "" where it is not open.
std::string AwaitedText(const requests::v1::DataRequest& request, const FilteringRegions& regions);

// The step that is open in the request's state, whoever takes it: whole lines; "" for none.
std::string NextStepText(const requests::v1::DataRequest& request, const FilteringRegions& regions);

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_CONSOLE_CONSULTATION_TEXT_H_

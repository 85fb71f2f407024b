// What no figure of a return needs: marks by which a patient could be found.
#ifndef ONERETURN_COMMON_BASE_PERSONAL_DATA_H_
#define ONERETURN_COMMON_BASE_PERSONAL_DATA_H_

#include "absl/strings/string_view.h"

namespace onereturn {

// Whether a text seems to hold an NHS number (ten digits, alone or as 3-3-4 with blanks or hyphens,
// with the right check digit, modulus 11) or a full postcode (such as "LS1 3EX", in upper case with
// its blank). One in eleven other numbers of ten digits looks like an NHS number.
bool HoldsPersonalData(absl::string_view text);

// Whether a name that is no text (a system's, a pseudonym) seems to hold an NHS number, whatever
// stands around it: ten digits alone, or as 3-3-4 with a single byte of any kind between the groups
// ("a943x476y5919" too), with the right check digit. Of names with ten digits in a row, one in
// eleven does. Postcodes are not looked for.
bool HoldsNhsNumberAmongLetters(absl::string_view name);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_BASE_PERSONAL_DATA_H_

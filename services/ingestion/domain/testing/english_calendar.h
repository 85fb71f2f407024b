// For tests: the bank holidays of England and Wales, 2020 to 2022, written from the government's
// list.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_TESTING_ENGLISH_CALENDAR_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_TESTING_ENGLISH_CALENDAR_H_

#include "services/ingestion/domain/working_calendar.h"

namespace onereturn::ingestion {

inline WorkingCalendar EnglishCalendar() {
  return WorkingCalendar(
      CivilDay{2020, 1, 1}, CivilDay{2022, 12, 31},
      {{2020, 1, 1},   {2020, 4, 10},  {2020, 4, 13},  {2020, 5, 8},   {2020, 5, 25}, {2020, 8, 31},
       {2020, 12, 25}, {2020, 12, 28}, {2021, 1, 1},   {2021, 4, 2},   {2021, 4, 5},  {2021, 5, 3},
       {2021, 5, 31},  {2021, 8, 30},  {2021, 12, 27}, {2021, 12, 28}, {2022, 1, 3},  {2022, 4, 15},
       {2022, 4, 18},  {2022, 5, 2},   {2022, 6, 2},   {2022, 6, 3},   {2022, 8, 29}, {2022, 9, 19},
       {2022, 12, 26}, {2022, 12, 27}});
}

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_TESTING_ENGLISH_CALENDAR_H_

// A small random world of organisations, returns and definitions: few enough codes that everything
// collides often.
#ifndef ONERETURN_TESTS_PROPERTY_WORLD_GENERATOR_H_
#define ONERETURN_TESTS_PROPERTY_WORLD_GENERATOR_H_

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/property/oracle.h"

namespace onereturn::metrics {

// One interleaving's source of chance: the same seed gives the same world on every machine.
class WorldGenerator {
 public:
  explicit WorldGenerator(uint64_t seed) : engine_(seed) {}

  // 0 to count - 1.
  uint64_t Below(uint64_t count) { return engine_() % count; }
  bool OneIn(uint64_t count) { return Below(count) == 0; }

  // The next fact of ingestion's feed: mostly returns, now and then a definition.
  LogEntry IngestionEntry(const Log& log);
  // The facts that every world begins with.
  std::vector<LogEntry> FirstIngestionEntries();
  // A metric, or a new version of one.
  LogEntry MetricsEntry(const Log& log);
  Question AnyQuestion();

 private:
  Organisation AnyOrganisation();
  Organisation Provider(const std::string& code);
  Organisation Icb(const std::string& code);
  Organisation Region(const std::string& code);
  Collection AnyCollection();
  PlainReturn AnyReturn(const Log& log);
  std::vector<Cell> AnyCells();
  std::vector<Term> AnyTerms(const std::vector<std::string>& items, bool signs);
  std::string OneOf(const std::vector<std::string>& codes) { return codes[Below(codes.size())]; }
  Period AnyPeriod();

  std::mt19937_64 engine_;
};

}  // namespace onereturn::metrics

#endif  // ONERETURN_TESTS_PROPERTY_WORLD_GENERATOR_H_

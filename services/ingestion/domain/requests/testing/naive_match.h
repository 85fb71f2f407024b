// Matching as docs/collect-once.md says it, a triple at a time, by code and name, nothing kept: to
// compare with.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_TESTING_NAIVE_MATCH_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_TESTING_NAIVE_MATCH_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "services/ingestion/domain/requests/match.h"

namespace onereturn::ingestion {

// An item of a return.
using NaivePart = std::pair<PartKey, std::string>;

struct NaiveTriple {
  CoverageClass coverage = CoverageClass::kNew;
  std::set<NaivePart> parts;  // Of homes.
  // Asked in a collection that issuing makes.
  bool without_home = false;
};

// Lines by code alone.
class NaiveMatch {
 public:
  NaiveMatch(const Ask& ask, const MatchWorld& world) : ask_(ask), world_(world) {}

  NaiveTriple TripleOf(const AskLine& line, const std::string& organisation,
                       const Period& period) const;

  const HeldRevision* Held(const NaivePart& part) const;
  bool IsFresh(const NaivePart& part) const;
  bool Reports(const std::string& collection, const std::string& organisation,
               const Period& period) const;
  // Of a part that is missing, or not fresh and asked anew.
  bool IsAwaited(const NaivePart& part) const;
  // The name under which a triple without a home is asked.
  // By line: what it is called where it has no home; empty: it has one throughout.
  std::vector<std::string> NewNames() const;
  // By organisation; also those on whom nothing falls.
  std::map<std::string, OrganisationPrice> Prices() const;
  const KnownItem* ItemOn(const std::string& item, const CivilDay& day) const;

 private:
  NaiveTriple TripleWhenOpen(const AskLine& line, const std::string& organisation,
                             const Period& period) const;
  struct Reading {
    std::string item;
    const KnownItem* known;
    std::vector<AskedDimension> dimensions;
  };

  // Of one collection, reporting organisation and asked period: each item, and its parts.
  using PricedItems = std::map<std::string, std::set<PartKey>>;
  OrganisationPrice PriceOf(const PricedItems& items, const std::set<PartKey>& owed,
                            std::set<NaivePart>* charged) const;
  bool IsAsked(const NaivePart& part) const;
  // Returns of which something that is asked is awaited.
  std::set<PartKey> OwedReturns() const;
  // By name of a figure without a home: what the dearest line estimates.
  std::map<std::string, uint64_t> DearestNew() const;
  OrganisationPrice PriceOfNew(const std::map<std::string, uint64_t>& minutes_of_names) const;
  const KnownCollection* DefinitionOf(const PartKey& part) const;
  std::optional<std::pair<std::string, PeriodKind>> HomeOn(const std::string& item,
                                                           const CivilDay& day) const;
  // Empty: not made up.
  std::vector<std::pair<std::string, Period>> Whole(const std::string& item, const Period& period,
                                                    bool additive) const;
  std::optional<std::string> Parent(const std::string& child, RelationshipKind kind,
                                    const CivilDay& day) const;
  bool IsBelow(const std::string& provider, const std::string& organisation,
               const CivilDay& day) const;
  std::set<std::string> Above(const std::string& organisation, const CivilDay& day) const;
  // And whether somebody reports it.
  std::pair<std::set<std::string>, bool> Reporters(const std::string& collection,
                                                   const Period& period, bool additive,
                                                   const std::string& organisation) const;
  bool Lacks(const KnownItem& item, const std::vector<AskedDimension>& asked) const;
  bool AddsUp(const Reading& reading) const;
  bool SomethingIsHeld(const Reading& reading, const std::string& organisation,
                       const Period& period, bool* coarser) const;
  NaiveTriple Made(const std::vector<Reading>& readings, bool formula,
                   const std::string& organisation, const Period& period) const;

  const Ask& ask_;
  const MatchWorld& world_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_TESTING_NAIVE_MATCH_H_

// Random rights, organisations and questions, decided twice: by the code, and by a model that knows
// nothing of scopes, snapshots or tables made ahead. The model answers about one organisation at a
// time, by walking up a list of facts.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/identity/rights_source.h"
#include "common/status/error.h"

namespace onereturn {
namespace {

using options::v1::Permission;
using rights::v1::Role;

// What each role may do, written down once more, a letter a permission:
//   c catalogue read  C catalogue write  r returns read  s submit  i import  f feed  l ledger
//   m metrics read  M metrics define  a assessments read  A assessments write  D assessments define
//   o operate  g rights read  G rights grant  u access log  w own rights  t free text
//   R reply to changes  B try rules  S sign  p what is not accepted yet  y prepare returns
const std::map<Role, std::string> kHeld = {
    {rights::v1::ROLE_SUBMITTER, "crsluwtRpy"}, {rights::v1::ROLE_NATIONAL_LOADER, "crsilwt"},
    {rights::v1::ROLE_STEWARD, "cCmMDlwtB"},    {rights::v1::ROLE_ANALYST, "crmalwt"},
    {rights::v1::ROLE_ASSESSOR, "crmaAlwt"},    {rights::v1::ROLE_OPERATOR, "olw"},
    {rights::v1::ROLE_AUDITOR, "crmaflguwt"},   {rights::v1::ROLE_SERVICE, "crmflw"},
    {rights::v1::ROLE_APPROVER, "crluwtRSp"},   {rights::v1::ROLE_SCRUTINY_READER, "cmalw"},
    {rights::v1::ROLE_RIGHTS_OFFICER, "cgGlw"}, {rights::v1::ROLE_PUBLIC_READER, "clw"},
};
const std::map<char, Permission> kLetters = {
    {'c', options::v1::PERMISSION_CATALOGUE_READ},
    {'C', options::v1::PERMISSION_CATALOGUE_WRITE},
    {'r', options::v1::PERMISSION_RETURNS_READ},
    {'s', options::v1::PERMISSION_RETURNS_SUBMIT},
    {'i', options::v1::PERMISSION_RETURNS_IMPORT},
    {'f', options::v1::PERMISSION_FEED_READ},
    {'l', options::v1::PERMISSION_LEDGER_READ},
    {'m', options::v1::PERMISSION_METRICS_READ},
    {'M', options::v1::PERMISSION_METRICS_DEFINE},
    {'a', options::v1::PERMISSION_ASSESSMENTS_READ},
    {'A', options::v1::PERMISSION_ASSESSMENTS_WRITE},
    {'D', options::v1::PERMISSION_ASSESSMENTS_DEFINE},
    {'o', options::v1::PERMISSION_OPERATE},
    {'g', options::v1::PERMISSION_RIGHTS_READ},
    {'G', options::v1::PERMISSION_RIGHTS_GRANT},
    {'u', options::v1::PERMISSION_AUDIT_READ},
    {'w', options::v1::PERMISSION_OWN_RIGHTS_READ},
    {'t', options::v1::PERMISSION_FREE_TEXT_READ},
    {'R', options::v1::PERMISSION_CATALOGUE_REPLY},
    {'B', options::v1::PERMISSION_RULES_BACKTEST},
    {'S', options::v1::PERMISSION_RETURNS_SIGN},
    {'p', options::v1::PERMISSION_RETURNS_UNSIGNED_READ},
    {'y', options::v1::PERMISSION_RETURNS_PREPARE},
};
constexpr char kChanging[] = "CsiMADoGRSpy";
constexpr char kCutOff[] = "CsiMADGRSpy";  // What is refused while ingestion is not heard of.
constexpr char kBelow[] = "rma";           // Reads that follow the ties.
constexpr char kSameForAll[] = "cmlwaA";   // What collections do not bound.

constexpr int kOrganisations = 9;  // Q10 to Q18; some are not defined.

struct OrganisationFact {
  std::string code;
  int open;
  int close;
};
struct TieFact {
  std::string child;
  std::string parent;
  int from;
  int to;
};
struct GrantFact {
  std::string principal;
  Role role;
  std::string organisation;
  int reach;               // 1 own, 2 reads below, 3 acts below.
  std::string collection;  // Empty: all.
  int from;
  int to;
  char state;  // 'f' of the file, 'p' proposed, 'a' approved, 'r' revoked.
};

struct World {
  std::vector<OrganisationFact> organisations;
  std::vector<TieFact> ties;
  std::vector<GrantFact> grants;
};

struct Ask {
  std::string system;
  std::string person;  // Empty: none.
  Role named = rights::v1::ROLE_UNSPECIFIED;
  char permission = 'c';
  int day = 0;
  bool names_collection = false;
  bool fresh = true;
  std::string organisation;
  std::string collection;
};

class Model {
 public:
  explicit Model(const World* world) : world_(world) {}

  std::string Answer(const Ask& ask) const {
    if (!Known(ask.system)) return "IDENTITY_UNKNOWN";
    const std::string all = Decide(ask, false);
    const bool allowed = all[0] == '+';
    if (ask.permission == 'w' && !allowed) return "+0 covers no";
    if (ask.fresh || !allowed) return all;
    if (Has(kCutOff, ask.permission)) return "RIGHTS_STALE";
    const std::string file = Decide(ask, true);
    return file[0] == '+' ? file : "RIGHTS_STALE";
  }

 private:
  static bool Has(const std::string& letters, char letter) {
    return letters.find(letter) != std::string::npos;
  }
  bool Known(const std::string& system) const {
    for (const GrantFact& grant : world_->grants) {
      if (grant.principal == system && grant.state != 'p') return true;
    }
    return false;
  }
  bool Holds(Role role, char permission) const { return Has(kHeld.at(role), permission); }
  bool Applies(const GrantFact& grant, const std::string& principal, int day, bool file) const {
    return grant.principal == principal && grant.from <= day && day <= grant.to &&
           (grant.state == 'f' || (grant.state == 'a' && !file));
  }
  bool Open(const std::string& code, int day) const {
    for (const OrganisationFact& one : world_->organisations) {
      if (one.code == code) return one.open <= day && day <= one.close;
    }
    return false;
  }
  // Is `top` above `code`, by a path of ties in force?
  bool IsAbove(const std::string& top, const std::string& code, int day,
               std::set<std::string>* seen) const {
    if (!seen->insert(code).second) return false;
    for (const TieFact& tie : world_->ties) {
      if (tie.child != code || day < tie.from || day > tie.to) continue;
      if (!Open(tie.child, day) || !Open(tie.parent, day)) continue;
      if (tie.parent == top || IsAbove(top, tie.parent, day, seen)) return true;
    }
    return false;
  }
  bool Covers(const GrantFact& grant, const std::string& code, const Ask& ask) const {
    if (grant.organisation.empty() || grant.organisation == code) return true;
    const bool reaches = Has(kChanging, ask.permission)
                             ? grant.reach == 3
                             : Has(kBelow, ask.permission) && grant.reach >= 2;
    std::set<std::string> seen;
    return reaches && IsAbove(grant.organisation, code, ask.day, &seen);
  }

  // Is the method one of which a grant for some collections says something?
  bool Concerned(const GrantFact& grant, const Ask& ask) const {
    return grant.collection.empty() || ask.names_collection || Has(kSameForAll, ask.permission);
  }
  // Grants without a collection among them alone bound nothing.
  bool Collects(const std::vector<const GrantFact*>& grants, const Ask& ask) const {
    bool bounded = false;
    bool holds = false;
    for (const GrantFact* grant : grants) {
      bounded = bounded || !grant->collection.empty();
      holds = holds || (Covers(*grant, ask.organisation, ask) &&
                        (grant->collection.empty() || grant->collection == ask.collection));
    }
    return !bounded || holds;
  }

  std::string Decide(const Ask& ask, bool file) const {
    const std::string subject = ask.person.empty() ? ask.system : ask.person;
    std::map<Role, std::vector<const GrantFact*>> roles;
    for (const GrantFact& grant : world_->grants) {
      if (!Applies(grant, subject, ask.day, file) || !Holds(grant.role, ask.permission)) continue;
      if (ask.named != rights::v1::ROLE_UNSPECIFIED && ask.named != grant.role) continue;
      if (!Concerned(grant, ask)) continue;
      roles[grant.role].push_back(&grant);
    }
    if (roles.empty()) return "PERMISSION";
    if (roles.size() > 1 && Has(kChanging, ask.permission)) return "ROLE_AMBIGUOUS";
    Role role = roles.begin()->first;
    for (auto one = roles.rbegin(); one != roles.rend(); ++one) {
      for (const GrantFact* grant : one->second) {
        if (grant->organisation.empty()) role = one->first;
      }
    }
    std::vector<const GrantFact*> seat;  // What the system itself holds.
    for (const GrantFact& grant : world_->grants) {
      if (ask.person.empty() || !Applies(grant, ask.system, ask.day, file)) continue;
      if (grant.role == rights::v1::ROLE_SERVICE && !Holds(grant.role, ask.permission)) {
        return "PERMISSION";
      }
      if (Concerned(grant, ask)) seat.push_back(&grant);
    }
    if (!ask.person.empty() && seat.empty()) return "PERMISSION";
    const auto covers = [&](const std::string& code) {
      bool own = false;
      bool seated = ask.person.empty();
      for (const GrantFact* grant : roles[role]) own = own || Covers(*grant, code, ask);
      for (const GrantFact* grant : seat) seated = seated || Covers(*grant, code, ask);
      return own && seated;
    };
    bool any = covers("UNHEARD");  // National.
    for (int i = 0; i < kOrganisations; ++i) any = any || covers(absl::StrCat("Q", 10 + i));
    if (!any && !ask.person.empty()) return "PERMISSION";
    const bool collection = Collects(roles[role], ask) && Collects(seat, ask);
    return absl::StrCat("+", static_cast<int>(role), " covers ",
                        covers(ask.organisation) ? "yes" : "no",
                        collection ? "" : " but not the collection");
  }

  const World* const world_;
};

CivilDay DayOf(int day) { return CivilDay{2026, 3, 20}.PlusDays(day).value(); }

class Generator {
 public:
  explicit Generator(uint64_t seed) : random_(seed) {}

  int Below(int n) { return static_cast<int>(random_() % static_cast<uint64_t>(n)); }
  std::string OrganisationCode() { return absl::StrCat("Q", 10 + Below(kOrganisations)); }
  std::string System() { return absl::StrCat("spiffe://a.example/s", Below(4)); }
  std::string Person() { return absl::StrCat("https://id.example#p-000", Below(3)); }
  Role AnyRole() { return static_cast<Role>(1 + Below(12)); }

  World Make() {
    World world;
    for (int i = 0; i < kOrganisations; ++i) {
      if (Below(10) == 0) continue;  // Named, but not defined.
      const int open = Below(3) == 0 ? Below(10) : -50;
      world.organisations.push_back(
          {absl::StrCat("Q", 10 + i), open, Below(3) == 0 ? open + Below(15) : 100});
    }
    for (int i = 0; i < 14; ++i) {
      const int from = Below(12) - 4;
      world.ties.push_back(
          {OrganisationCode(), OrganisationCode(), from, Below(2) == 0 ? from + Below(10) : 100});
      if (world.ties.back().child == world.ties.back().parent) world.ties.pop_back();
    }
    for (int i = 0; i < 4; ++i) AddConfigured(absl::StrCat("spiffe://a.example/s", i), &world);
    AddConfigured("https://id.example#p-0000", &world);
    for (int i = 0; i < 14; ++i) world.grants.push_back(AnyGrant());
    return world;
  }

  Ask Question() {
    Ask ask;
    ask.system = System();
    if (Below(2) == 0) ask.person = Person();
    if (Below(4) == 0) ask.named = AnyRole();
    ask.permission = std::next(kLetters.begin(), Below(static_cast<int>(kLetters.size())))->first;
    ask.day = Below(12);
    ask.names_collection = Below(2) == 0;
    ask.fresh = Below(5) != 0;
    ask.organisation = OrganisationCode();
    ask.collection = absl::StrCat("C", Below(2));
    return ask;
  }

 private:
  void AddConfigured(const std::string& principal, World* world) {
    if (Below(4) == 0) return;
    GrantFact grant = AnyGrant();
    grant.principal = principal;
    if (Below(6) == 0 && principal[0] == 's') grant.role = rights::v1::ROLE_SERVICE;
    if (grant.role == rights::v1::ROLE_SERVICE && principal[0] != 's') {
      grant.role = rights::v1::ROLE_ANALYST;
    }
    grant.collection.clear();
    grant.from = -1'000;
    grant.to = 1'000;
    grant.state = 'f';
    world->grants.push_back(grant);
  }
  GrantFact AnyGrant() {
    GrantFact grant;
    grant.principal = Below(3) == 0 ? System() : Person();
    do {
      grant.role = AnyRole();
    } while (grant.role == rights::v1::ROLE_SERVICE);
    grant.organisation = Below(4) == 0 ? "" : OrganisationCode();
    if (grant.role == rights::v1::ROLE_SUBMITTER || grant.role == rights::v1::ROLE_APPROVER) {
      grant.organisation = OrganisationCode();
    }
    grant.reach = 1 + Below(3);
    if (Below(4) == 0) grant.collection = absl::StrCat("C", Below(2));
    grant.from = Below(3) == 0 ? Below(12) : -1'000;
    grant.to = Below(3) == 0 ? Below(12) : 1'000;
    grant.state = "paaar"[Below(5)];
    return grant;
  }

  std::mt19937_64 random_;
};

// The world as the code knows it: a rights file, and facts of the ledger.
std::unique_ptr<RightsSource> SourceOf(const World& world) {
  config::v1::RightsFile file;
  for (const GrantFact& grant : world.grants) {
    if (grant.state != 'f') continue;
    auto* principal = file.add_principals();
    (grant.principal[0] == 's' ? principal->mutable_spiffe_id() : principal->mutable_person())
        ->assign(grant.principal);
    principal->set_role(grant.role);
    principal->set_organisation(grant.organisation);
    principal->set_reach(static_cast<rights::v1::Reach>(grant.reach));
  }
  auto source = std::make_unique<RightsSource>(Rights::FromProto(file).value());
  uint64_t sequence = 0;
  for (const OrganisationFact& one : world.organisations) {
    catalogue::v1::Organisation organisation;
    organisation.set_code(one.code);
    organisation.set_open_date(DayOf(one.open).ToString());
    if (one.close < 100) organisation.set_close_date(DayOf(one.close).ToString());
    for (const TieFact& tie : world.ties) {
      if (tie.child != one.code) continue;
      auto* relationship = organisation.add_relationships();
      relationship->set_kind(
          static_cast<catalogue::v1::RelationshipKind>(1 + organisation.relationships_size() % 4));
      relationship->set_parent(tie.parent);
      relationship->set_from_date(DayOf(tie.from).ToString());
      if (tie.to < 100) relationship->set_to_date(DayOf(tie.to).ToString());
    }
    EXPECT_TRUE(source->PutOrganisation(organisation, ++sequence).ok());
  }
  for (const GrantFact& grant : world.grants) {
    if (grant.state == 'f') continue;
    rights::v1::Grant held;
    held.set_name(absl::StrCat("grants/", sequence));
    held.set_principal(grant.principal);
    held.set_role(grant.role);
    held.set_organisation(grant.organisation);
    held.set_reach(static_cast<rights::v1::Reach>(grant.reach));
    if (!grant.collection.empty()) held.add_collections(grant.collection);
    if (grant.from > -1'000) held.set_valid_from(DayOf(grant.from).ToString());
    if (grant.to < 1'000) held.set_valid_until(DayOf(grant.to).ToString());
    held.set_state(grant.state == 'p'   ? rights::v1::GRANT_STATE_PROPOSED
                   : grant.state == 'a' ? rights::v1::GRANT_STATE_APPROVED
                                        : rights::v1::GRANT_STATE_REVOKED);
    EXPECT_TRUE(source->PutGrant(held, ++sequence).ok());
  }
  return source;
}

std::string Answer(const Rights& rights, const Ask& ask) {
  Principal principal{ask.system, std::nullopt, ask.named};
  if (!ask.person.empty()) principal.person = Person{ask.person, ask.organisation};
  const Question question{kLetters.at(ask.permission), DayOf(ask.day), ask.names_collection,
                          ask.fresh};
  const absl::StatusOr<Caller> caller = rights.Admit(principal, question);
  if (!caller.ok()) return std::string(NameOf(ReasonOf(caller.status())));
  const bool collection = caller->CheckCollection(ask.organisation, ask.collection).ok();
  return absl::StrCat("+", static_cast<int>(caller->role), " covers ",
                      caller->scope.Covers(ask.organisation) ? "yes" : "no",
                      collection ? "" : " but not the collection");
}

uint64_t NumberFrom(const char* variable, uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

TEST(DecisionModelTest, EachDecisionIsTheModels) {
  const uint64_t decisions = NumberFrom("ONERETURN_RIGHTS_DECISIONS", 200'000);
  const uint64_t seed = NumberFrom("ONERETURN_SEED", 20260401);
  constexpr uint64_t kAWorld = 500;
  Generator generator(seed);
  std::map<std::string, uint64_t> answers;
  uint64_t decided = 0;
  uint64_t differ = 0;
  while (decided < decisions && differ < 5) {
    const World world = generator.Make();
    const auto source = SourceOf(world);
    const std::shared_ptr<const Rights> rights = source->Current();
    const Model model(&world);
    for (uint64_t i = 0; i < kAWorld && decided < decisions; ++i, ++decided) {
      const Ask ask = generator.Question();
      const std::string expected = model.Answer(ask);
      const std::string got = Answer(*rights, ask);
      ++answers[expected];
      if (got == expected) continue;
      ++differ;
      ADD_FAILURE() << "decision " << decided << ": " << ask.system << " " << ask.person << " as "
                    << ask.named << " asks " << ask.permission << " of " << ask.organisation << " "
                    << ask.collection << " on day " << ask.day << (ask.fresh ? "" : ", cut off")
                    << ": " << got << ", the model says " << expected;
    }
  }
  std::printf("rights: seed %llu: %llu decisions, %llu differ\n",
              static_cast<unsigned long long>(seed), static_cast<unsigned long long>(decided),
              static_cast<unsigned long long>(differ));
  // A test whose questions are all answered alike would show nothing.
  for (const char* reason : {"IDENTITY_UNKNOWN", "PERMISSION", "ROLE_AMBIGUOUS", "RIGHTS_STALE"}) {
    EXPECT_GT(answers[reason], decisions / 10'000) << reason;
  }
  EXPECT_GT(answers.size(), 30u);
}

}  // namespace
}  // namespace onereturn

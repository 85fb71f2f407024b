// Every method of every service, for every role, and for an organisation in every relation to the
// caller's: what the guard answers is what tests/golden/rights_matrix.csv says.
//
// A cell has seven letters, for a caller of national scope and then, for a caller of one ICB, for a
// request about: its own organisation, a provider it commissions, its region, another ICB of the
// region, a provider elsewhere, and no organisation by name.
//   +  allowed            -  the role does not permit it (PERMISSION)
//   o  refused: ORG_SCOPE .  as if it were not there (NOT_FOUND, or outside the scoped store)
//   x  the role has no national scope
// A new method takes a new line, written from docs/rights.md.
#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/rpc/guard.h"
#include "common/status/error.h"
#include "common/status/testing/status_matchers.h"
#include "onereturn/access/v1/access_service.pb.h"
#include "onereturn/assessment/v1/assessment_service.pb.h"
#include "onereturn/catalogue/v1/catalogue_service.pb.h"
#include "onereturn/catalogue/v1/stewardship_service.pb.h"
#include "onereturn/feed/v1/feed.pb.h"
#include "onereturn/ledger/v1/ledger.pb.h"
#include "onereturn/metrics/v1/metrics_service.pb.h"
#include "onereturn/operations/v1/operations.pb.h"
#include "onereturn/requests/v1/answers_service.pb.h"
#include "onereturn/requests/v1/hours_service.pb.h"
#include "onereturn/requests/v1/obligations_service.pb.h"
#include "onereturn/requests/v1/requests_service.pb.h"
#include "onereturn/returns/v1/findings_service.pb.h"
#include "onereturn/returns/v1/notice_service.pb.h"
#include "onereturn/returns/v1/returns_service.pb.h"
#include "onereturn/returns/v1/review_service.pb.h"
#include "onereturn/returns/v1/sign_off_service.pb.h"
#include "onereturn/rights/v1/rights_service.pb.h"
#include "onereturn/timetable/v1/timetable_service.pb.h"

namespace onereturn {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

constexpr char kSystem[] = "spiffe://a.example/system";
const char* const kOrganisations[] = {"QAA", "RAA", "Y01", "QBB", "RZZ", ""};

std::vector<const google::protobuf::ServiceDescriptor*> AllServices() {
  std::vector<const google::protobuf::ServiceDescriptor*> services;
  for (const auto* file : {access::v1::ListAccessRequest::descriptor()->file(),
                           assessment::v1::GetFrameworkRequest::descriptor()->file(),
                           catalogue::v1::GetItemRequest::descriptor()->file(),
                           catalogue::v1::DiffDefinitionRequest::descriptor()->file(),
                           feed::v1::WatchRequest::descriptor()->file(),
                           ledger::v1::GetHeadRequest::descriptor()->file(),
                           metrics::v1::GetMetricRequest::descriptor()->file(),
                           operations::v1::GetStatusRequest::descriptor()->file(),
                           requests::v1::StreamAnswerRequest::descriptor()->file(),
                           requests::v1::GetRequestRequest::descriptor()->file(),
                           requests::v1::GetBurdenRequest::descriptor()->file(),
                           requests::v1::ListObligationsRequest::descriptor()->file(),
                           returns::v1::GetReturnRequest::descriptor()->file(),
                           returns::v1::GetDraftRequest::descriptor()->file(),
                           returns::v1::ListFindingsRequest::descriptor()->file(),
                           returns::v1::ListNoticesRequest::descriptor()->file(),
                           returns::v1::GetReviewRequest::descriptor()->file(),
                           rights::v1::GetMyRightsRequest::descriptor()->file(),
                           timetable::v1::GetWindowRequest::descriptor()->file()}) {
    for (int i = 0; i < file->service_count(); ++i) services.push_back(file->service(i));
  }
  return services;
}

std::shared_ptr<const RightsSource> SourceFor(rights::v1::Role role,
                                              const std::string& organisation) {
  config::v1::RightsFile file;
  auto* principal = file.add_principals();
  principal->set_spiffe_id(kSystem);
  principal->set_role(role);
  principal->set_organisation(organisation);
  auto source = std::make_shared<RightsSource>(Rights::FromProto(file).value());
  uint64_t sequence = 0;
  const auto define = [&](const std::string& code, catalogue::v1::RelationshipKind kind,
                          const std::string& parent) {
    catalogue::v1::Organisation one;
    one.set_code(code);
    if (!parent.empty()) {
      auto* tie = one.add_relationships();
      tie->set_kind(kind);
      tie->set_parent(parent);
      tie->set_from_date("2022-07-01");
    }
    EXPECT_THAT(source->PutOrganisation(one, ++sequence), IsOk());
  };
  define("Y01", catalogue::v1::RELATIONSHIP_KIND_UNSPECIFIED, "");
  define("QAA", catalogue::v1::RELATIONSHIP_KIND_ICB_TO_REGION, "Y01");
  define("QBB", catalogue::v1::RELATIONSHIP_KIND_ICB_TO_REGION, "Y01");
  define("RAA", catalogue::v1::RELATIONSHIP_KIND_PROVIDER_TO_ICB, "QAA");
  define("RZZ", catalogue::v1::RELATIONSHIP_KIND_PROVIDER_TO_ICB, "QBB");
  return source;
}

void SetText(Message* message, const std::string& path, const std::string& text) {
  const std::vector<std::string> steps = absl::StrSplit(path, '.');
  for (size_t i = 0; i + 1 < steps.size(); ++i) {
    message = message->GetReflection()->MutableMessage(
        message, message->GetDescriptor()->FindFieldByName(steps[i]));
  }
  message->GetReflection()->SetString(
      message, message->GetDescriptor()->FindFieldByName(steps.back()), text);
}

char Answer(const Guard& guard, const MethodDescriptor& method, const std::string& organisation) {
  const options::v1::Access& access = method.options().GetExtension(options::v1::access);
  const absl::StatusOr<CallContext> call =
      guard.AdmitAs(Principal{kSystem, std::nullopt, {}}, *method.input_type());
  if (!call.ok()) return ReasonOf(call.status()) == Reason::kPermission ? '-' : '?';
  std::unique_ptr<Message> request(google::protobuf::MessageFactory::generated_factory()
                                       ->GetPrototype(method.input_type())
                                       ->New());
  if (access.organisation() == options::v1::ORGANISATION_LOCATOR_FIELD) {
    SetText(request.get(), access.path(), organisation);
  } else if (access.organisation() == options::v1::ORGANISATION_LOCATOR_NAME) {
    SetText(request.get(), access.path(),
            absl::StrCat("organisations/", organisation.empty() ? "-" : organisation));
  }
  const absl::Status scope = guard.CheckScope(*call, *request);
  if (!scope.ok()) {
    const Reason reason = ReasonOf(scope);
    return reason == Reason::kNotFound ? '.' : reason == Reason::kOrgScope ? 'o' : '?';
  }
  const bool by_method = access.organisation() == options::v1::ORGANISATION_LOCATOR_LOADED ||
                         access.organisation() == options::v1::ORGANISATION_LOCATOR_EACH;
  if (!by_method || organisation.empty()) return '+';
  return call->caller.scope.Covers(organisation) ? '+' : '.';
}

// The lines of the table, by method; each the cells by role's name.
std::map<std::string, std::map<std::string, std::string>> Golden() {
  std::ifstream file(ONERETURN_SOURCE_DIR "/tests/golden/rights_matrix.csv");
  std::string line;
  std::getline(file, line);
  const std::vector<std::string> heads = absl::StrSplit(line, ',');
  std::map<std::string, std::map<std::string, std::string>> golden;
  while (std::getline(file, line)) {
    const std::vector<std::string> cells = absl::StrSplit(line, ',');
    EXPECT_EQ(cells.size(), heads.size()) << line;
    for (size_t i = 1; i < cells.size(); ++i) golden[cells[0]][heads[i]] = cells[i];
  }
  return golden;
}

TEST(RightsMatrixTest, EachCellIsAsTheTableSays) {
  const auto golden = Golden();
  const FakeClock clock(Timestamp::FromSeconds(1'780'000'000));  // In 2026.
  std::set<std::string> methods;
  size_t cells = 0;
  const auto* roles = rights::v1::Role_descriptor();
  for (int r = 1; r < roles->value_count(); ++r) {
    const auto role = static_cast<rights::v1::Role>(roles->value(r)->number());
    std::unique_ptr<Guard> national;
    if (!NeedsOrganisation(role)) {
      national = Guard::Create(SourceFor(role, ""), &clock, AllServices()).value();
    }
    const auto own = Guard::Create(SourceFor(role, "QAA"), &clock, AllServices()).value();
    for (const google::protobuf::ServiceDescriptor* service : AllServices()) {
      for (int m = 0; m < service->method_count(); ++m) {
        const MethodDescriptor& method = *service->method(m);
        std::string got(1, national == nullptr ? 'x' : Answer(*national, method, "RZZ"));
        for (const char* organisation : kOrganisations) got += Answer(*own, method, organisation);
        methods.insert(method.full_name());
        const auto line = golden.find(method.full_name());
        ASSERT_NE(line, golden.end()) << method.full_name() << " has no line in the table";
        EXPECT_EQ(got, line->second.at(RoleName(role)))
            << method.full_name() << " for " << RoleName(role);
        cells += got.size();
      }
    }
  }
  for (const auto& [method, line] : golden) {
    EXPECT_EQ(methods.count(method), 1) << method << " stands in the table and is no method";
  }
  std::printf("rights matrix: %zu methods, %zu cells\n", methods.size(), cells);
}

// The table of docs/rights.md says what each role holds.
TEST(RightsMatrixTest, TheGuideListsEachRolesPermissions) {
  std::ifstream file(ONERETURN_SOURCE_DIR "/docs/rights.md");
  std::map<std::string, std::set<std::string>> listed;
  std::string line;
  while (std::getline(file, line)) {
    const std::vector<std::string> cells = absl::StrSplit(line, " | ");
    const absl::string_view head = cells[0];
    if (cells.size() < 4 || head.substr(0, 3) != "| `") continue;
    const std::string role(head.substr(3, head.size() - 4));
    if (RoleFromName(role) == rights::v1::ROLE_UNSPECIFIED) continue;
    for (absl::string_view one : absl::StrSplit(cells[2], ' '))
      listed[role].insert(std::string(one));
  }
  const auto* roles = rights::v1::Role_descriptor();
  const auto* permissions = options::v1::Permission_descriptor();
  for (int r = 1; r < roles->value_count(); ++r) {
    const auto role = static_cast<rights::v1::Role>(roles->value(r)->number());
    std::set<std::string> held;
    for (int p = 1; p < permissions->value_count(); ++p) {
      const auto permission = static_cast<options::v1::Permission>(permissions->value(p)->number());
      constexpr size_t kPrefix = sizeof("PERMISSION_") - 1;
      if (Holds(role, permission)) held.insert(permissions->value(p)->name().substr(kPrefix));
    }
    EXPECT_EQ(listed[RoleName(role)], held) << RoleName(role);
  }
}

}  // namespace
}  // namespace onereturn

#include "common/rpc/guard.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "common/status/error.h"
#include "common/status/testing/status_matchers.h"
#include "onereturn/assessment/v1/assessment_service.pb.h"
#include "onereturn/catalogue/v1/catalogue_service.pb.h"
#include "onereturn/feed/v1/feed.pb.h"
#include "onereturn/ledger/v1/ledger.pb.h"
#include "onereturn/metrics/v1/metrics_service.pb.h"
#include "onereturn/operations/v1/operations.pb.h"
#include "onereturn/returns/v1/returns_service.pb.h"

namespace onereturn {
namespace {

using ::testing::HasSubstr;

const google::protobuf::ServiceDescriptor* DescriptorOfReturns() {
  return returns::v1::GetReturnRequest::descriptor()->file()->service(0);
}

std::unique_ptr<Guard> ReturnsGuard(const Clock* clock) {
  return Guard::Create(Rights::FromProto({}).value(), clock, {DescriptorOfReturns()}).value();
}

CallContext CallBy(OrganisationScope scope) {
  CallContext call;
  call.caller.scope = std::move(scope);
  return call;
}

// A service with one method and this access option (none when empty).
const google::protobuf::ServiceDescriptor* ServiceWith(google::protobuf::DescriptorPool* pool,
                                                       const std::string& access) {
  google::protobuf::FileDescriptorProto file;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"(name: "example.proto" package: "example" syntax: "proto3"
         message_type { name: "Inner"
           field { name: "code" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL } }
         message_type { name: "AskRequest"
           field { name: "organisation" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
           field { name: "number" number: 2 type: TYPE_INT64 label: LABEL_OPTIONAL }
           field { name: "codes" number: 3 type: TYPE_STRING label: LABEL_REPEATED }
           field { name: "inner" number: 4 type: TYPE_MESSAGE type_name: ".example.Inner" label: LABEL_OPTIONAL } }
         service { name: "Asking"
           method { name: "Ask" input_type: ".example.AskRequest" output_type: ".example.Inner" } })",
      &file));
  if (!access.empty()) {
    auto* options = file.mutable_service(0)->mutable_method(0)->mutable_options();
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
        access, options->MutableExtension(options::v1::access)));
  }
  return pool->BuildFile(file)->service(0);
}

absl::Status CreateWith(const std::string& access) {
  google::protobuf::DescriptorPool pool;
  const SystemClock clock;
  return Guard::Create(Rights::FromProto({}).value(), &clock, {ServiceWith(&pool, access)})
      .status();
}

TEST(GuardTest, EveryServiceOfTheSuiteCanBeServed) {
  const SystemClock clock;
  const std::vector<const google::protobuf::ServiceDescriptor*> services = {
      DescriptorOfReturns(),
      feed::v1::WatchRequest::descriptor()->file()->service(0),
      ledger::v1::GetHeadRequest::descriptor()->file()->service(0),
      operations::v1::GetStatusRequest::descriptor()->file()->service(0),
      catalogue::v1::UpdateOrganisationRequest::descriptor()->file()->service(0),
      metrics::v1::UpdateMetricRequest::descriptor()->file()->service(0),
      assessment::v1::UpdateFrameworkRequest::descriptor()->file()->service(0)};
  EXPECT_THAT(Guard::Create(Rights::FromProto({}).value(), &clock, services), IsOk());
}

TEST(GuardTest, AMethodWithoutAPolicyIsNotServed) {
  for (const char* access :
       {"", "permission: PERMISSION_OPERATE", "organisation: ORGANISATION_LOCATOR_NONE"}) {
    const absl::Status status = CreateWith(access);
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kInternal)) << access;
    EXPECT_THAT(std::string(status.message()), HasSubstr("example.Asking.Ask"));
  }
}

TEST(GuardTest, APathMustLeadToAText) {
  for (const char* path : {"organisation", "inner.code"}) {
    for (const char* locator : {"FIELD", "NAME"}) {
      EXPECT_THAT(CreateWith(std::string("permission: PERMISSION_OPERATE organisation: "
                                         "ORGANISATION_LOCATOR_") +
                             locator + " path: '" + path + "'"),
                  IsOk());
    }
  }
  for (const char* path : {"", "missing", "number", "codes", "inner", "inner.missing",
                           "organisation.code", "inner.", ".code"}) {
    EXPECT_THAT(CreateWith(std::string("permission: PERMISSION_OPERATE organisation: "
                                       "ORGANISATION_LOCATOR_FIELD path: '") +
                           path + "'"),
                StatusIs(absl::StatusCode::kInternal))
        << path;
  }
}

TEST(GuardTest, ANamedOrganisationOutsideTheScopeIsRefused) {
  const SystemClock clock;
  const auto guard = ReturnsGuard(&clock);
  returns::v1::SubmitReturnRequest request;
  for (const char* other : {"RAE", "", "RC", "RCFX", "rcf"}) {
    request.set_organisation(other);
    const absl::Status status = guard->CheckScope(CallBy(OrganisationScope::Only("RCF")), request);
    EXPECT_THAT(status, HasReason(Reason::kOrgScope)) << other;
    EXPECT_EQ(DetailsOf(status)->fields[0].field, "organisation");
    EXPECT_THAT(guard->CheckScope(CallBy(OrganisationScope::National()), request), IsOk());
  }
  request.set_organisation("RCF");
  EXPECT_THAT(guard->CheckScope(CallBy(OrganisationScope::Only("RCF")), request), IsOk());
}

TEST(GuardTest, AResourceOutsideTheScopeIsAsIfItWereMissing) {
  const SystemClock clock;
  const auto guard = ReturnsGuard(&clock);
  returns::v1::GetReturnRequest request;
  for (const char* other :
       {"organisations/RAE/returns/AE.2025-04", "organisations/RAE", "organisations/", "",
        "organisations", "other/RCF/returns/AE.2025-04", "/organisations/RCF", "RCF"}) {
    request.set_name(other);
    const absl::Status hidden = guard->CheckScope(CallBy(OrganisationScope::Only("RCF")), request);
    EXPECT_EQ(hidden, absl::StartsWith(other, "organisations/RAE") ? NotFound("organisation RAE")
                                                                   : NotFound())
        << other;
    EXPECT_THAT(guard->CheckScope(CallBy(OrganisationScope::National()), request), IsOk());
  }
  for (const char* own : {"organisations/RCF/returns/AE.2025-04", "organisations/RCF",
                          "organisations/-/returns/AE.2025-04"}) {
    request.set_name(own);
    EXPECT_THAT(guard->CheckScope(CallBy(OrganisationScope::Only("RCF")), request), IsOk()) << own;
  }
}

TEST(GuardTest, AGrantForSomeCollectionsIsHeldAgainstTheOneThatIsNamed) {
  const SystemClock clock;
  const auto guard = ReturnsGuard(&clock);
  CallContext call = CallBy(OrganisationScope::Of("RCF", {"RCF", "RAE"}));
  call.caller.collections =
      std::make_shared<const std::vector<CollectionBound>>(std::vector<CollectionBound>{
          {OrganisationScope::Only("RCF"), {"AE"}}, {OrganisationScope::Only("RAE"), {}}});
  returns::v1::GetReturnRequest get;
  get.set_name("organisations/RCF/returns/AE.2025-04");
  EXPECT_THAT(guard->CheckScope(call, get), IsOk());
  get.set_name("organisations/RCF/returns/RTT.2025-04");
  EXPECT_THAT(guard->CheckScope(call, get), HasReason(Reason::kCollectionGrant));
  get.set_name("organisations/RAE/returns/RTT.2025-04");
  EXPECT_THAT(guard->CheckScope(call, get), IsOk());
  returns::v1::ListReturnsRequest list;
  list.set_parent("organisations/-");
  list.set_collection("AE");
  EXPECT_THAT(guard->CheckScope(call, list), IsOk());
  list.set_collection("RTT");
  EXPECT_THAT(guard->CheckScope(call, list), HasReason(Reason::kCollectionGrant));
}

TEST(GuardTest, EachAnswerIsPrunedOfWhatTheCallerMayNotSee) {
  const SystemClock clock;
  const auto guard =
      Guard::Create(Rights::FromProto({}).value(), &clock,
                    {assessment::v1::UpdateFrameworkRequest::descriptor()->file()->service(0)})
          .value();
  assessment::v1::GetAssessmentResponse answer;
  answer.mutable_assessment()->set_title("A");
  answer.mutable_assessment()->add_evidence()->set_note("n");
  answer.mutable_assessment()->add_scores()->set_rationale("r");
  CallContext call;
  call.caller.role = rights::v1::ROLE_ASSESSOR;
  assessment::v1::GetAssessmentResponse seen = answer;
  guard->Prune(call, &seen);
  EXPECT_EQ(seen.SerializeAsString(), answer.SerializeAsString());
  call.caller.role = rights::v1::ROLE_SCRUTINY_READER;
  guard->Prune(call, &seen);
  EXPECT_EQ(seen.assessment().title(), "A");
  EXPECT_EQ(seen.assessment().evidence(0).note(), "");
  EXPECT_EQ(seen.assessment().scores(0).rationale(), "");
}

}  // namespace
}  // namespace onereturn

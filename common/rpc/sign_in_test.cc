// Goal: systems and people at a server's door, over mutual TLS: certificates, tokens, and what is
// kept of each call.
#include <gmock/gmock.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "common/access_log/access_log.h"
#include "common/authority/certificate_reading.h"
#include "common/base/read_file.h"
#include "common/log/log.h"
#include "common/rpc/access_server.h"
#include "common/rpc/guard.h"
#include "common/rpc/server.h"
#include "common/rpc/testing/test_certificates.h"
#include "common/rpc/testing/test_issuer.h"
#include "common/status/new_file.h"
#include "common/status/testing/status_matchers.h"
#include "common/token/testing_tokens.h"
#include "onereturn/returns/v1/returns_service.grpc.pb.h"

namespace onereturn {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kSignInServer[] = "spiffe://a.example/server";

std::string Id(const std::string& name) { return "spiffe://a.example/" + name; }

// Answers a read with who is signed in; and an approval, which ListReturns stands for here.
class SignedInReturns final : public returns::v1::ReturnsService::Service {
 public:
  explicit SignedInReturns(const Guard* guard) : guard_(guard) {}
  grpc::Status GetReturn(grpc::ServerContext* context, const returns::v1::GetReturnRequest* request,
                         returns::v1::GetReturnResponse* response) override {
    return guard_->Serve(
        *context, *request, response, [&](const CallContext& call) -> absl::Status {
          response->mutable_return_()->set_name(
              call.signed_in.has_value() ? call.signed_in->holder.name() : call.caller.spiffe_id);
          return absl::OkStatus();
        });
  }
  grpc::Status ListReturns(grpc::ServerContext* context,
                           const returns::v1::ListReturnsRequest* request,
                           returns::v1::ListReturnsResponse* response) override {
    return guard_->Serve(*context, *request, response, [&](const CallContext& call) {
      return guard_->UseTokenOnce(call.signed_in.value(), Sha256(request->SerializeAsString()));
    });
  }

 private:
  const Guard* const guard_;
};

class SignInTest : public ::testing::Test {
 protected:
  SignInTest() {
    const auto add = [&](const std::string& name, rights::v1::Role role,
                         const std::string& organisation, const std::string& people_of = "") {
      auto* principal = rights_.add_principals();
      principal->set_spiffe_id(Id(name));
      principal->set_role(role);
      principal->set_organisation(organisation);
      principal->set_people_of(people_of);
      Issue(name, IssueRequest::ForClient(Id(name)));
    };
    add("rcf", rights::v1::ROLE_SUBMITTER, "RCF");
    add("rae", rights::v1::ROLE_SUBMITTER, "RAE");
    add("analyst", rights::v1::ROLE_ANALYST, "", "*");
    add("auditor", rights::v1::ROLE_AUDITOR, "");
    add("assessment", rights::v1::ROLE_SERVICE, "");
    auto* person = rights_.add_principals();
    person->set_person(absl::StrCat(kTestIssuer, "#p-4711"));
    person->set_role(rights::v1::ROLE_SUBMITTER);
    person->set_organisation("RCF");
    Issue("server", IssueRequest::ForServer(kSignInServer));
    Issue("stranger", IssueRequest::ForClient(Id("stranger")));
    IssueRequest authority = IssueRequest::ForClient(Id("rcf"));
    authority.signs_too = true;
    Issue("an authority", authority);
    Revoke({});
    TrustTestIssuer(certificates_, signer_, &config_);
    Start();
  }
  ~SignInTest() override {
    server_->Drain([] {});
  }

  void Start() {
    AccessLogOptions options;
    options.folder = certificates_.File("access");
    log_ = AccessLog::Open(options, &clock_).value();
    guard_ = Guard::Create(Rights::FromProto(rights_).value(), &clock_,
                           {ServiceDescriptor<returns::v1::ReturnsService>(),
                            ServiceDescriptor<access::v1::AccessLogService>()})
                 .value();
    *config_.mutable_tls() = certificates_.FilesOf("server");
    config_.mutable_tls()->set_revocation_file(certificates_.File("revoked.pem"));
    guard_->Use({People::Create(config_, rights_, &clock_).value(),
                 FollowRevocations(config_.tls()).value(), log_.get()});
    returns_ = std::make_unique<SignedInReturns>(guard_.get());
    access_ = std::make_unique<AccessServer>(guard_.get(), log_.get());
    config_.set_listen_address("127.0.0.1:0");
    server_ = Server::Start(config_, {returns_.get(), access_.get()}).value();
  }
  void Issue(const std::string& name, const IssueRequest& request) {
    const CertifiedKey pem = certificates_.Issue(name, request);
    fingerprints_[name] = ReadCertificate(pem.certificate_pem, "x").value().sha256;
  }
  // The list that takes back the certificates of `names`, in place of the one before.
  void Revoke(const std::vector<std::string>& names) {
    std::vector<std::string> certificates;
    for (const std::string& name : names) {
      certificates.push_back(ReadFile(certificates_.FilesOf(name).certificate_file()).value());
    }
    const std::string next = certificates_.File("revoked.next");
    EXPECT_THAT(
        WriteNewFile(next, certificates_.authority().Revoke(certificates, clock_.Now()).value(),
                     0644),
        IsOk());
    EXPECT_EQ(std::rename(next.c_str(), certificates_.File("revoked.pem").c_str()), 0);
  }
  // A token of p-4711 of RCF for the certificate of `name`.
  std::string TokenFor(const std::string& name) const {
    return Signed(signer_, GoodToken(signer_, clock_.Now(), fingerprints_.at(name)));
  }
  std::shared_ptr<grpc::Channel> ChannelOf(const std::string& name,
                                           const std::string& token = "") const {
    // gRPC's own clients cannot be made with what servers refuse: an authority's certificate is put
    // in place of a good one afterwards.
    return certificates_.Channel(name, kSignInServer, server_->address(), token);
  }
  template <typename Method, typename Request, typename Response>
  absl::Status CallOf(const std::string& name, const std::string& token, Method method,
                      const Request& request, Response* response) const {
    auto stub = returns::v1::ReturnsService::NewStub(ChannelOf(name, token));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    return FromGrpcStatus((stub.get()->*method)(&context, request, response));
  }
  absl::StatusOr<std::string> Get(const std::string& name, const std::string& token = "",
                                  const std::string& organisation = "RCF") const {
    returns::v1::GetReturnRequest request;
    request.set_name(absl::StrCat("organisations/", organisation, "/returns/AE.2025-04"));
    returns::v1::GetReturnResponse response;
    absl::Status status =
        CallOf(name, token, &returns::v1::ReturnsService::Stub::GetReturn, request, &response);
    if (!status.ok()) return status;
    return response.return_().name();
  }
  absl::Status Approve(const std::string& token, const std::string& what) const {
    returns::v1::ListReturnsRequest request;
    request.set_parent("organisations/RCF");
    request.set_collection(what);
    returns::v1::ListReturnsResponse response;
    return CallOf("rcf", token, &returns::v1::ReturnsService::Stub::ListReturns, request,
                  &response);
  }
  absl::StatusOr<access::v1::ListAccessResponse> List(const std::string& name,
                                                      const std::string& organisation, int size = 0,
                                                      const std::string& page = "") const {
    auto stub = access::v1::AccessLogService::NewStub(ChannelOf(name));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    access::v1::ListAccessRequest request;
    request.set_organisation(organisation);
    request.set_page_size(size);
    request.set_page_token(page);
    access::v1::ListAccessResponse response;
    absl::Status status = FromGrpcStatus(stub->ListAccess(&context, request, &response));
    if (!status.ok()) return status;
    return response;
  }

  FakeClock clock_{SystemClock().Now()};
  const TestCertificates certificates_;
  const TokenSigner signer_ = TokenSigner::Generate(TokenAlgorithm::kEs256).value();
  std::map<std::string, Digest> fingerprints_;
  config::v1::RightsFile rights_;
  config::v1::ServerConfig config_;
  std::unique_ptr<AccessLog> log_;
  std::unique_ptr<Guard> guard_;
  std::unique_ptr<SignedInReturns> returns_;
  std::unique_ptr<AccessServer> access_;
  std::unique_ptr<Server> server_;
};

TEST_F(SignInTest, ARevokedCertificateIsRefusedAlsoWhereItsConnectionStands) {
  auto standing = returns::v1::ReturnsService::NewStub(ChannelOf("rcf"));
  const auto ask = [&] {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    returns::v1::GetReturnRequest request;
    request.set_name("organisations/RCF/returns/AE.2025-04");
    returns::v1::GetReturnResponse response;
    return FromGrpcStatus(standing->GetReturn(&context, request, &response));
  };
  ASSERT_THAT(ask(), IsOk());
  Revoke({"rcf", "auditor"});
  absl::Status refused;
  for (const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
       refused.ok() && std::chrono::steady_clock::now() < end;) {
    refused = ask();
  }
  EXPECT_THAT(refused, HasReason(Reason::kSvidInvalid));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("revoked"));
  // A new connection is not made at all, and the log says whose; others go on.
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(Get("rcf").status().code(), absl::StatusCode::kUnavailable);
  FlushLog();
  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              AllOf(HasSubstr("\"event\":\"connection.revoked\""), HasSubstr(Id("rcf")),
                    HasSubstr("\"refused\":")));
  EXPECT_EQ(Get("auditor").status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(Get("rae", "", "RAE"), IsOk());
  // A damaged list changes nothing; one without it lets it in again.
  std::ofstream(certificates_.File("revoked.pem")) << "no list";
  EXPECT_THAT(ask(), HasReason(Reason::kSvidInvalid));
  Revoke({"auditor"});
  for (const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
       !refused.ok() && std::chrono::steady_clock::now() < end;) {
    refused = ask();
  }
  EXPECT_THAT(refused, IsOk());
}

TEST_F(SignInTest, APersonIsSignedInAtTheOrganisationsSystem) {
  EXPECT_THAT(Get("rcf"), IsOkAndHolds(Id("rcf")));
  EXPECT_THAT(Get("rcf", TokenFor("rcf")), IsOkAndHolds("https://issuer.example#p-4711"));
  EXPECT_THAT(Get("analyst", TokenFor("analyst")), IsOkAndHolds("https://issuer.example#p-4711"));
}

TEST_F(SignInTest, EachFaultOfATokenHasItsReason) {
  EXPECT_THAT(Get("rcf", TokenFor("analyst")), HasReason(Reason::kIdentityMismatch))
      << "stolen from another system";
  EXPECT_THAT(Get("rae", TokenFor("rae")), HasReason(Reason::kIdentityMismatch))
      << "a person of another organisation";
  EXPECT_THAT(Get("auditor", TokenFor("auditor")), HasReason(Reason::kIdentityMismatch))
      << "a system that carries nobody";
  EXPECT_THAT(Get("rcf", "x"), HasReason(Reason::kTokenFormat));
  EXPECT_THAT(Get("rcf", TokenFor("rcf") + "x"), HasReason(Reason::kTokenFormat));
  const TokenSigner thief = TokenSigner::Generate(TokenAlgorithm::kEs256).value();
  EXPECT_THAT(Get("rcf", Signed(thief, GoodToken(signer_, clock_.Now(), fingerprints_["rcf"]))),
              HasReason(Reason::kTokenSignature));
  EXPECT_THAT(Get("rcf", Signed(signer_, GoodToken(signer_, Timestamp::FromSeconds(1'750'000'000),
                                                   fingerprints_["rcf"]))),
              HasReason(Reason::kTokenExpired));
}

// Verifying a signature is the dearest thing that a stranger to a service can ask of it.
TEST_F(SignInTest, CallsThatAreRefusedAreOfTheCallersShare) {
  Shares shares = Shares::Default();
  shares.organisation = {0.001, 3, 10, 1'000};
  guard_->LimitCallers(shares);
  const std::string stolen = TokenFor("analyst");
  EXPECT_THAT(Get("rcf", stolen), HasReason(Reason::kIdentityMismatch));
  EXPECT_THAT(Get("rcf", "x"), HasReason(Reason::kTokenFormat));
  EXPECT_THAT(List("rcf", ""), HasReason(Reason::kOrgScope));
  EXPECT_THAT(Get("rcf", stolen), HasReason(Reason::kOrgQuota)) << "no token is looked at now";
  EXPECT_THAT(Get("rcf"), HasReason(Reason::kOrgQuota));
  // Who is not known has no share, and has no token looked at either.
  for (int i = 0; i < 5; ++i)
    EXPECT_THAT(Get("stranger", "x"), HasReason(Reason::kIdentityUnknown));
  EXPECT_THAT(Get("rae", "", "RAE"), IsOk());
  EXPECT_EQ(guard_->counts().refused, 2u);
  // The call is kept for the organisation whose system it was.
  const access::v1::ListAccessResponse all = List("auditor", "RCF").value();
  int over = 0;
  for (const auto& entry : all.entries()) {
    if (entry.reason() == "ORG_QUOTA") over += std::max<int>(static_cast<int>(entry.calls()), 1);
  }
  EXPECT_EQ(over, 2);
}

// At a portal of people of many organisations each takes its organisation's share too.
TEST_F(SignInTest, APersonTakesTheOrganisationsShareAtAPortalOfMany) {
  Shares shares = Shares::Default();
  shares.organisation = {0.001, 2, 10, 1'000};
  guard_->LimitCallers(shares);
  EXPECT_THAT(Get("analyst", TokenFor("analyst")), IsOk());
  EXPECT_THAT(Get("rcf"), IsOk());
  EXPECT_THAT(Get("analyst", TokenFor("analyst")), HasReason(Reason::kOrgQuota));
  EXPECT_THAT(Get("analyst"), IsOk());
}

TEST_F(SignInTest, AServicePassesATokenOn) {
  EXPECT_THAT(Get("assessment", TokenFor("rcf")), IsOkAndHolds("https://issuer.example#p-4711"));
}

TEST_F(SignInTest, AnAuthoritysCertificateIsNoSystems) {
  // A client of ours would not even start with it; another's would.
  config::v1::TlsFiles files = certificates_.FilesOf("an authority");
  EXPECT_THAT(MutualTlsChannel(files, {}), HasReason(Reason::kFieldInvalid));
  const auto read = [](const std::string& file) { return ReadTextFile(file).value(); };
  const auto credentials =
      grpc::SslCredentials({certificates_.authority().certificate_pem(), read(files.key_file()),
                            read(files.certificate_file())});
  grpc::ChannelArguments arguments;
  arguments.SetSslTargetNameOverride("localhost");
  auto stub = returns::v1::ReturnsService::NewStub(
      grpc::CreateCustomChannel(server_->address(), credentials, arguments));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  returns::v1::GetReturnResponse response;
  EXPECT_THAT(FromGrpcStatus(stub->GetReturn(&context, returns::v1::GetReturnRequest(), &response)),
              HasReason(Reason::kSvidInvalid));
}

TEST_F(SignInTest, EachApprovalTakesATokenOfItsOwn) {
  EXPECT_THAT(Approve(TokenFor("rcf"), "AE"), HasReason(Reason::kTokenReplay))
      << "it may have served before the service's start";
  clock_.AdvanceSeconds(10);
  const std::string token = TokenFor("rcf");
  EXPECT_THAT(Approve(token, "AE"), IsOk());
  EXPECT_THAT(Approve(token, "AE"), IsOk()) << "the same act, sent again";
  EXPECT_THAT(Approve(token, "RTT"), HasReason(Reason::kTokenReplay));
}

TEST_F(SignInTest, CallsAreKeptForThoseWhomTheyConcern) {
  EXPECT_THAT(Get("analyst", "", "RCF"), IsOk());
  EXPECT_THAT(Get("analyst", "", "RAE"), IsOk());
  EXPECT_THAT(Get("rae", "", "RCF"), HasReason(Reason::kNotFound));
  EXPECT_THAT(Get("stranger", "", "RCF"), HasReason(Reason::kIdentityUnknown));
  EXPECT_THAT(Get("rcf", TokenFor("rcf"), "RCF"), IsOk());

  const access::v1::ListAccessResponse own = List("rcf", "RCF").value();
  std::vector<std::string> callers;
  for (const auto& entry : own.entries()) callers.push_back(entry.system());
  EXPECT_THAT(callers, ElementsAre(Id("analyst"), Id("rae"), Id("rcf")));
  EXPECT_THAT(own.entries(0).organisations(), ElementsAre("RCF"));
  EXPECT_EQ(own.entries(0).role(), rights::v1::ROLE_ANALYST);
  EXPECT_EQ(own.entries(0).code(), "OK");
  EXPECT_EQ(own.entries(1).reason(), "NOT_FOUND");
  EXPECT_EQ(own.entries(2).person(), "https://issuer.example#p-4711");
  EXPECT_EQ(own.entries(2).person_organisation(), "RCF");
  EXPECT_THAT(own.incomplete_files(), IsEmpty());
  // Others' calls are others'.
  EXPECT_THAT(List("rcf", "RAE"), HasReason(Reason::kOrgScope));
  EXPECT_THAT(List("rcf", ""), HasReason(Reason::kOrgScope));
  EXPECT_THAT(List("analyst", "RCF"), HasReason(Reason::kPermission));
  // The auditor sees all: also who was not let in, and those who looked at the log.
  const access::v1::ListAccessResponse all = List("auditor", "").value();
  ASSERT_GE(all.entries_size(), 9);
  std::vector<std::string> told;
  for (int i = 3; i < 6; ++i) {
    told.push_back(absl::StrCat(all.entries(i).system(), " ", all.entries(i).reason()));
  }
  EXPECT_THAT(told, testing::UnorderedElementsAre(Id("rcf") + " ", Id("rcf") + " ",
                                                  Id("stranger") + " IDENTITY_UNKNOWN"));
  EXPECT_EQ(all.entries(5).method(), "onereturn.access.v1.AccessLogService.ListAccess");
}

TEST_F(SignInTest, TheLogIsReadInPages) {
  for (int i = 0; i < 5; ++i) EXPECT_THAT(Get("rae", "", "RAE"), IsOk());
  std::vector<uint64_t> numbers;
  std::string page;
  do {
    const auto response = List("auditor", "RAE", 2, page).value();
    for (const auto& entry : response.entries()) numbers.push_back(entry.number());
    page = response.next_page_token();
  } while (!page.empty());
  EXPECT_GE(numbers.size(), 5u);
  EXPECT_TRUE(std::is_sorted(numbers.begin(), numbers.end()));
  EXPECT_EQ(std::set<uint64_t>(numbers.begin(), numbers.end()).size(), numbers.size());
  EXPECT_THAT(List("auditor", "RAE", -1), HasReason(Reason::kPageSize));
  EXPECT_THAT(List("auditor", "RAE", 2, "forged"), HasReason(Reason::kPageToken));
}

TEST_F(SignInTest, NoTokenAndNothingOfARequestIsKept) {
  const std::string token = TokenFor("rcf");
  EXPECT_THAT(Get("rcf", token, "RCF"), IsOk());
  EXPECT_THAT(Get("rcf", "", "9434765919 Jane"), Not(IsOk()));
  ASSERT_TRUE(log_->Flush(std::chrono::seconds(20)));
  std::string kept;
  for (const auto& file : std::filesystem::directory_iterator(certificates_.File("access"))) {
    kept += ReadTextFile(file.path().string()).value();
  }
  ASSERT_NE(kept.find("GetReturn"), std::string::npos);
  for (const std::string& secret : {token, token.substr(token.rfind('.') + 1),
                                    std::string("2025-04"), std::string("9434765919")}) {
    EXPECT_EQ(kept.find(secret), std::string::npos) << secret;
  }
}

}  // namespace
}  // namespace onereturn

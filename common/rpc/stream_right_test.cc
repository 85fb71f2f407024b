// Goal: a stream that stands ends with the right, the certificate or the token that admitted it, in
// the words of a new call's answer. Method: a server over mutual TLS whose file never ends, rights
// and clock in the test's hand.
#include "common/rpc/stream_right.h"

#include <gmock/gmock.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/access_log/access_log.h"
#include "common/authority/certificate_reading.h"
#include "common/base/read_file.h"
#include "common/rpc/guard.h"
#include "common/rpc/people.h"
#include "common/rpc/server.h"
#include "common/rpc/stream_bound.h"
#include "common/rpc/testing/test_certificates.h"
#include "common/rpc/testing/test_issuer.h"
#include "common/status/error.h"
#include "common/status/testing/status_matchers.h"
#include "common/token/testing_tokens.h"
#include "onereturn/returns/v1/returns_service.grpc.pb.h"

namespace onereturn {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kStandingServer[] = "spiffe://standing.example/server";

std::string StandingId(const std::string& name) { return "spiffe://standing.example/" + name; }

// A file is written until its reader leaves, as a watch is; then all is as well as ever.
class StandingFiles final : public returns::v1::ReturnsService::Service {
 public:
  explicit StandingFiles(const Guard* guard) : guard_(guard) {}
  grpc::Status GetFile(grpc::ServerContext* context, const returns::v1::GetFileRequest* request,
                       grpc::ServerWriter<returns::v1::GetFileResponse>* writer) override {
    return guard_->ServeWatch(*context, *request, &places_, [&](const CallContext&) {
      returns::v1::GetFileResponse piece;
      piece.set_data(std::string(1'000, 'x'));
      while (!context->IsCancelled() && WriteInTime(context, writer, piece)) {
      }
      return absl::OkStatus();
    });
  }

 private:
  const Guard* const guard_;
  Places places_{8, 0, 8};
};

// A stream whose first piece has come.
class StandingStream {
 public:
  explicit StandingStream(const std::shared_ptr<grpc::Channel>& channel,
                          const std::string& role = "")
      : stub_(returns::v1::ReturnsService::NewStub(channel)) {
    if (!role.empty()) context_.AddMetadata("onereturn-role", role);
    context_.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    reader_ = stub_->GetFile(&context_, returns::v1::GetFileRequest());
    begun_ = reader_->Read(&piece_);
  }
  ~StandingStream() {
    if (!ended_) Leave();
  }
  bool begun() const { return begun_; }
  // Goes on for more pieces than lie on the way.
  bool GoesOn() {
    for (int i = 0; i < 5'000; ++i) {
      if (!reader_->Read(&piece_)) return false;
    }
    return true;
  }
  // With what it ends, once all that was on its way is read.
  absl::Status End() {
    while (reader_->Read(&piece_)) {
    }
    ended_ = true;
    return FromGrpcStatus(reader_->Finish());
  }
  void Leave() {
    context_.TryCancel();
    End().IgnoreError();
  }

 private:
  std::unique_ptr<returns::v1::ReturnsService::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<returns::v1::GetFileResponse>> reader_;
  returns::v1::GetFileResponse piece_;
  bool begun_ = false;
  bool ended_ = false;
};

class StreamRightTest : public ::testing::Test {
 protected:
  explicit StreamRightTest(int connection_age_ms = limits::kConnectionAgeMs) {
    for (const char* name : {"portal", "granted"}) {
      IssueRequest request = IssueRequest::ForClient(StandingId(name));
      request.not_after = Timestamp{start_.micros + int64_t{86'400} * 1'000'000};
      certificates_.Issue(name, request);
    }
    certificates_.Issue("server", IssueRequest::ForServer(kStandingServer));
    config::v1::RightsFile file;
    auto* portal = file.add_principals();
    portal->set_spiffe_id(StandingId("portal"));
    portal->set_role(rights::v1::ROLE_ANALYST);
    portal->set_people_of("*");
    auto* person = file.add_principals();
    person->set_person(absl::StrCat(kTestIssuer, "#p-4711"));
    person->set_role(rights::v1::ROLE_SUBMITTER);
    person->set_organisation("RCF");
    rights_ = std::make_shared<RightsSource>(Rights::FromProto(file).value());
    guard_ =
        Guard::Create(rights_, &clock_, {ServiceDescriptor<returns::v1::ReturnsService>()}).value();
    UseKeeping(file);
    files_ = std::make_unique<StandingFiles>(guard_.get());
    config_.set_listen_address("127.0.0.1:0");
    *config_.mutable_tls() = certificates_.FilesOf("server");
    server_ = Server::Start(config_, {files_.get()}, connection_age_ms).value();
  }
  ~StreamRightTest() override {
    server_->Drain([] {});
  }

  void UseKeeping(const config::v1::RightsFile& file) {
    TrustTestIssuer(certificates_, signer_, &config_);
    AccessLogOptions options;
    options.folder = certificates_.File("access");
    log_ = AccessLog::Open(options, &clock_).value();
    guard_->Use({People::Create(config_, file, &clock_).value(), revocations_, log_.get()});
  }
  std::shared_ptr<grpc::Channel> ChannelOf(const std::string& name,
                                           const std::string& token = "") const {
    return certificates_.Channel(name, kStandingServer, server_->address(), token);
  }
  std::string PemOf(const std::string& name) const {
    return ReadFile(certificates_.FilesOf(name).certificate_file()).value();
  }
  // A step of the grant of `role` to the system "granted": the one there is, or one `beside` it.
  void Grant(rights::v1::Role role, const std::string& organisation,
             rights::v1::GrantState state = rights::v1::GRANT_STATE_APPROVED,
             const std::string& beside = "") {
    rights::v1::Grant grant;
    grant.set_name(absl::StrCat("grants/", static_cast<int>(role), beside));
    grant.set_principal(StandingId("granted"));
    grant.set_role(role);
    grant.set_organisation(organisation);
    grant.set_state(state);
    EXPECT_THAT(rights_->PutGrant(grant, ++sequence_), IsOk());
  }
  void Revoke(rights::v1::Role role, const std::string& organisation) {
    Grant(role, organisation, rights::v1::GRANT_STATE_REVOKED);
  }
  // "OPEN", "OK", or the reason, of each entry.
  std::vector<std::string> Kept() {
    EXPECT_TRUE(log_->Flush(std::chrono::seconds(20)));
    AccessQuestion question;
    question.until = kMaxTimestamp;
    std::vector<std::string> kept;
    const AccessPage page = ReadAccess(log_->folder(), question, {}).value();
    for (const auto& entry : page.entries) {
      kept.push_back(entry.reason().empty() ? entry.code() : entry.reason());
    }
    return kept;
  }

  const Timestamp start_ = SystemClock().Now();
  FakeClock clock_{start_};
  const TestCertificates certificates_;
  const TokenSigner signer_ = TokenSigner::Generate(TokenAlgorithm::kEs256).value();
  const std::shared_ptr<Revocations> revocations_ = std::make_shared<Revocations>();
  std::shared_ptr<RightsSource> rights_;
  uint64_t sequence_ = 0;
  config::v1::ServerConfig config_;
  std::unique_ptr<AccessLog> log_;
  std::unique_ptr<Guard> guard_;
  std::unique_ptr<StandingFiles> files_;
  std::unique_ptr<Server> server_;
};

TEST_F(StreamRightTest, ARevokedGrantEndsItAtTheNextWrite) {
  Grant(rights::v1::ROLE_ANALYST, "");
  StandingStream stream(ChannelOf("granted"));
  ASSERT_TRUE(stream.GoesOn());
  Revoke(rights::v1::ROLE_ANALYST, "");
  EXPECT_THAT(stream.End(), HasReason(Reason::kPermission)) << "the clock has not moved";
  EXPECT_THAT(StandingStream(ChannelOf("granted")).End(), HasReason(Reason::kPermission));
}

TEST_F(StreamRightTest, ARightBesideDoesNotCarryWhatAnotherBegan) {
  Grant(rights::v1::ROLE_ANALYST, "");
  Grant(rights::v1::ROLE_SUBMITTER, "RCF");
  StandingStream national(ChannelOf("granted"));
  StandingStream own(ChannelOf("granted"), "submitter");
  ASSERT_TRUE(national.GoesOn());
  Revoke(rights::v1::ROLE_ANALYST, "");
  EXPECT_THAT(national.End(), HasReason(Reason::kPermission));
  EXPECT_TRUE(own.GoesOn());
  EXPECT_TRUE(StandingStream(ChannelOf("granted")).GoesOn()) << "a new one, under what is left";
}

TEST_F(StreamRightTest, ANarrowerRightEndsItAndAWiderOneDoesNot) {
  Grant(rights::v1::ROLE_ANALYST, "RCF");
  StandingStream one(ChannelOf("granted"));
  ASSERT_TRUE(one.GoesOn());
  Grant(rights::v1::ROLE_ANALYST, "RAE");
  const absl::Status ended = one.End();
  EXPECT_THAT(ended, HasReason(Reason::kPermission));
  EXPECT_THAT(std::string(ended.message()), HasSubstr("no longer acts for"));
  StandingStream other(ChannelOf("granted"));
  Grant(rights::v1::ROLE_SUBMITTER, "RCF");
  EXPECT_TRUE(other.GoesOn());
}

TEST_F(StreamRightTest, ARightOfTheSameRoleBesideDoesNotEndIt) {
  constexpr auto kApproved = rights::v1::GRANT_STATE_APPROVED;
  Grant(rights::v1::ROLE_ANALYST, "RCF");
  StandingStream one(ChannelOf("granted"));
  ASSERT_TRUE(one.GoesOn());
  Grant(rights::v1::ROLE_ANALYST, "RAE", kApproved, "1");  // Before it in order.
  EXPECT_TRUE(one.GoesOn());
  Grant(rights::v1::ROLE_ANALYST, "", kApproved, "2");
  EXPECT_TRUE(one.GoesOn());
  StandingStream national(ChannelOf("granted"));
  ASSERT_TRUE(national.GoesOn());
  Grant(rights::v1::ROLE_ANALYST, "", rights::v1::GRANT_STATE_REVOKED, "2");
  EXPECT_THAT(national.End(), HasReason(Reason::kPermission));
  EXPECT_TRUE(one.GoesOn());
  Revoke(rights::v1::ROLE_ANALYST, "RCF");
  EXPECT_THAT(one.End(), HasReason(Reason::kPermission)) << "what is left is another's";
}

TEST_F(StreamRightTest, ARevokedCertificateEndsItWithinASecond) {
  StandingStream stream(ChannelOf("portal"));
  ASSERT_TRUE(stream.begun());
  revocations_->Replace(
      RevocationList::FromPem(
          certificates_.authority().Revoke({PemOf("portal")}, clock_.Now()).value(),
          certificates_.authority().certificate_pem())
          .value());
  clock_.AdvanceMicros(limits::kAskAgainMicros - 1);
  EXPECT_TRUE(stream.GoesOn()) << "it is asked once a second";
  clock_.AdvanceMicros(1);
  EXPECT_THAT(stream.End(), HasReason(Reason::kSvidInvalid));
}

TEST_F(StreamRightTest, ItEndsWithItsCertificate) {
  StandingStream stream(ChannelOf("portal"));
  clock_.AdvanceSeconds(86'399);
  EXPECT_TRUE(stream.GoesOn());
  clock_.AdvanceSeconds(1);
  EXPECT_THAT(stream.End(), HasReason(Reason::kSvidInvalid));
}

TEST_F(StreamRightTest, ItEndsWithItsToken) {
  const Digest portal = ReadCertificate(PemOf("portal"), "x").value().sha256;
  const std::string token = Signed(signer_, GoodToken(signer_, clock_.Now(), portal));
  StandingStream stream(ChannelOf("portal", token));
  StandingStream system(ChannelOf("portal"));
  clock_.AdvanceSeconds(800);
  EXPECT_TRUE(stream.GoesOn());
  clock_.AdvanceSeconds(3'600);
  EXPECT_THAT(stream.End(), HasReason(Reason::kTokenExpired));
  EXPECT_TRUE(system.GoesOn());
}

TEST_F(StreamRightTest, WhatALedgeredGrantAllowsEndsWhereRightsAreStale) {
  rights_->NoteHeard(clock_.Now());
  Grant(rights::v1::ROLE_ANALYST, "");
  StandingStream granted(ChannelOf("granted"));
  StandingStream configured(ChannelOf("portal"));
  ASSERT_TRUE(granted.GoesOn());
  clock_.AdvanceMicros(kRightsStaleMicros + 1);
  EXPECT_THAT(granted.End(), HasReason(Reason::kRightsStale));
  EXPECT_TRUE(configured.GoesOn());
}

TEST_F(StreamRightTest, AServiceThatRefusesAllEndsItAtOnce) {
  StandingStream stream(ChannelOf("portal"));
  ASSERT_TRUE(stream.GoesOn());
  guard_->RefuseAll(Error(Reason::kLedgerBehind, "entries are missing"));
  EXPECT_THAT(stream.End(), HasReason(Reason::kLedgerBehind));
}

TEST_F(StreamRightTest, AskingAgainTakesNoShareAndKeepsNothing) {
  Shares shares = Shares::Default();
  shares.national = {0.000'001, 1, 10, 1'000};
  guard_->LimitCallers(shares);
  Grant(rights::v1::ROLE_ANALYST, "");
  StandingStream stream(ChannelOf("granted"));
  for (int i = 0; i < 5; ++i) {
    clock_.AdvanceSeconds(2);
    ASSERT_TRUE(stream.GoesOn());
  }
  EXPECT_EQ(guard_->counts().admitted, 1u);
  EXPECT_THAT(Kept(), ElementsAre("OPEN")) << "known also if the service is killed now";
  Revoke(rights::v1::ROLE_ANALYST, "");
  EXPECT_THAT(stream.End(), HasReason(Reason::kPermission));
  EXPECT_THAT(Kept(), ElementsAre("OPEN", "PERMISSION"));
}

class ShortConnectionTest : public StreamRightTest {
 protected:
  ShortConnectionTest() : StreamRightTest(/*connection_age_ms=*/300) {}
};

// A follower whose certificate was renewed must not be cut off by the one it connected with.
TEST_F(ShortConnectionTest, AfterARenewalCallsAreMadeWithTheNewCertificate) {
  const std::shared_ptr<grpc::Channel> channel = ChannelOf("portal");
  StandingStream stream(channel);
  ASSERT_TRUE(stream.GoesOn());
  certificates_.Issue("renewed", IssueRequest::ForClient(StandingId("portal")));
  const config::v1::TlsFiles from = certificates_.FilesOf("renewed");
  const config::v1::TlsFiles to = certificates_.FilesOf("portal");
  ASSERT_EQ(std::rename(from.certificate_file().c_str(), to.certificate_file().c_str()), 0);
  ASSERT_EQ(std::rename(from.key_file().c_str(), to.key_file().c_str()), 0);
  clock_.AdvanceSeconds(2 * 86'400);
  // Its end may be lost: with the last stream of a connection that is too old gRPC closes it, and
  // whatever the reader has not taken by then is gone.
  EXPECT_FALSE(stream.End().ok());
  bool begun = false;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!begun && std::chrono::steady_clock::now() < end) begun = StandingStream(channel).begun();
  EXPECT_TRUE(begun);
}

}  // namespace
}  // namespace onereturn

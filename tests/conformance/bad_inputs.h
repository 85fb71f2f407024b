// The bad inputs as a table, and the world in which each is sent.
#ifndef ONERETURN_TESTS_CONFORMANCE_BAD_INPUTS_H_
#define ONERETURN_TESTS_CONFORMANCE_BAD_INPUTS_H_

#include <grpcpp/channel.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/token/testing_tokens.h"
#include "onereturn/returns/v1/returns_service.grpc.pb.h"
#include "tests/conformance/http2_peer.h"
#include "tests/harness/deployment.h"

namespace onereturn {

// A line of tests/golden/bad_inputs.csv.
struct BadInput {
  int row = 0;         // Of the catalogue, 1 to 99.
  std::string name;    // Of the case, lower_snake; with the row it is unique.
  std::string layer;   // "tls", "http2", "grpc", "protobuf", ...
  std::string input;   // In words.
  std::string port;    // "partner", "edge", "process", "verifier".
  std::string code;    // Of gRPC, a verdict, CLOSED (the connection), or EXIT with a number.
  std::string reason;  // Of ours or the finding's; "" where gRPC answers before our code.
  std::string with;    // The part that brings it, while it is not built; "" when it is present.
  std::string note;

  std::string key() const;  // "29.random_bytes"
  friend void PrintTo(const BadInput& input, std::ostream* stream) { *stream << input.key(); }
};
std::vector<BadInput> ReadBadInputs(const std::string& file);

// What came back.
struct Answer {
  std::string code;
  std::string reason;

  friend bool operator==(const Answer&, const Answer&) = default;
  friend void PrintTo(const Answer& answer, std::ostream* stream) {
    *stream << answer.code << " " << answer.reason;
  }
};
Answer AnswerOf(const grpc::Status& status);
// The verdict and the first finding.
Answer AnswerOf(const returns::v1::SubmitReturnResponse& response);
// What a stream of a raw peer came to.
Answer AnswerOf(const PeerReply& reply);

// A good submission by a raw peer with these options: of TLS 1.3 only the first read tells of a
// refusal.
Answer CallWith(const PeerOptions& options);

// Puts tests/golden/bad_inputs_world.textproto into ingestion's catalogue, as a steward.
absl::Status DefineWorld(const std::shared_ptr<grpc::Channel>& steward);

// The 32 bytes of a text's SHA-256.
std::string DigestText(absl::string_view text);

inline constexpr char kIngestion[] = "ingestion";
inline constexpr char kSubmitPath[] = "/onereturn.returns.v1.ReturnsService/SubmitReturn";
inline constexpr char kGetPath[] = "/onereturn.returns.v1.ReturnsService/GetReturn";
inline constexpr char kKnownReturn[] = "organisations/RCF/returns/SEEN.2024-01";

// People, as the rights file has them: an officer of RCF, and a rights officer at national scope.
inline constexpr char kPersonOfRcf[] = "p-4711";
inline constexpr char kRightsOfficer[] = "p-4712";
// Its system calls for people alone.
inline constexpr char kForPeopleAlone[] = "RVW";

// Ingestion as a process, with the definitions of tests/golden/bad_inputs_world.textproto and a
// return each of RCF and RAE for 2024-01.
class World {
 public:
  World();

  // A return of RCF that is good.
  static returns::v1::SubmitReturnRequest GoodReturn();
  // It as received bytes, with `more` behind.
  static std::string GoodBytes(absl::string_view more = "");

  Answer Submit(const returns::v1::SubmitReturnRequest& request,
                const std::string& persona = Submitter("RCF"));
  // Any bytes, to any method of any message.
  Answer Send(const std::string& path, const std::string& bytes,
              const std::string& persona = Submitter("RCF"), int64_t deadline_ms = 15'000);
  Answer Send(const std::string& path, const google::protobuf::MessageLite& message,
              const std::string& persona = Submitter("RCF")) {
    return Send(path, message.SerializeAsString(), persona);
  }
  // The same, and what was answered.
  grpc::Status Exchange(const std::string& path, const std::string& bytes,
                        const std::string& persona, std::string* response,
                        int64_t deadline_ms = 15'000, const std::string& token = "");
  template <typename Response>
  Response MustGet(const std::string& path, const google::protobuf::MessageLite& request,
                   const std::string& persona) {
    std::string bytes;
    Response response;
    const grpc::Status status = Exchange(path, request.SerializeAsString(), persona, &bytes);
    if (status.ok()) response.ParseFromString(bytes);
    return response;
  }
  // The same for a person, with the text of a token.
  Answer SendFor(const std::string& token, const std::string& path, const std::string& bytes,
                 const std::string& persona = Submitter("RCF"));
  // A good token, fit for an approval, of kPersonOfRcf at a persona's system.
  TokenText TokenAt(const std::string& persona) const;
  const TokenSigner& issuer() const { return issuer_; }
  // Uploads a file and submits it: the envelope's answer, or its verdict and first finding.
  Answer SubmitFile(const std::string& text, const std::string& persona = Submitter("RCF"));
  // A request id that was not used.
  std::string FreshId();

  // A raw peer with a persona's certificate; null when the handshake was refused.
  std::unique_ptr<Http2Peer> Peer(const std::string& persona = Submitter("RCF"));
  // A raw call by a fresh peer.
  Answer RawCall(const HeaderList& headers, absl::string_view data,
                 const std::string& persona = Submitter("RCF"));
  PeerOptions OptionsOf(const std::string& persona) const;

  // Kills the process and starts it again.
  void Restart();
  // Channels are opened anew.
  void Reconnect() { channels_.clear(); }
  // Entries of the ledger.
  uint64_t LedgerSize();
  // A case stores so many facts of its own.
  void Stores(uint64_t facts) { stored_ += facts; }
  uint64_t TakeStored() { return std::exchange(stored_, 0); }

  Deployment& suite() { return *suite_; }

 private:
  const TokenSigner issuer_ = TokenSigner::Generate(TokenAlgorithm::kEs256).value();
  std::unique_ptr<Deployment> suite_;
  std::map<std::string, std::shared_ptr<grpc::Channel>> channels_;
  uint64_t stored_ = 0;
  mutable int next_token_ = 0;
  int next_id_ = 0;
};

// By key: what a row's case does.
using Cases = std::map<std::string, std::function<Answer(World& world)>>;
Cases ConnectionCases();
Cases MessageCases();
Cases ContentCases();
Cases StateCases();
Cases ProcessCases();
Cases EdgeCases();
Cases TokenCases();
Cases RightsCases();
Cases StorageCases();
Cases FeedCases();
Cases RequestCases();

}  // namespace onereturn

#endif  // ONERETURN_TESTS_CONFORMANCE_BAD_INPUTS_H_

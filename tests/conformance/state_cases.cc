// Uploads, repeats, races, reads at a place, feeds.
#include <grpcpp/generic/generic_stub.h>

#include <algorithm>
#include <future>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/clock/clock.h"
#include "common/digest/digest.h"
#include "common/feed/position.h"
#include "common/status/error.h"
#include "onereturn/feed/v1/feed.grpc.pb.h"
#include "tests/conformance/bad_inputs.h"

namespace onereturn {
namespace {

const std::string kReturns = "/onereturn.returns.v1.ReturnsService/";  // NOLINT

std::string BeginUpload(World& world, const std::string& text, uint64_t size) {
  returns::v1::CreateUploadRequest create;
  create.set_request_id(world.FreshId());
  create.set_size_bytes(size);
  create.set_digest(DigestText(text));
  return world
      .MustGet<returns::v1::CreateUploadResponse>(kReturns + "CreateUpload", create,
                                                  Submitter("RCF"))
      .name();
}

Answer WritePiece(World& world, const std::string& name, uint64_t offset, const std::string& data) {
  returns::v1::WriteUploadRequest write;
  write.set_name(name);
  write.set_offset(offset);
  write.set_data(data);
  return world.Send(kReturns + "WriteUpload", write);
}

Cases UploadCases() {
  return {
      {"25.incomplete",
       [](World& world) {
         returns::v1::SubmitReturnFileRequest submit;
         submit.set_request_id(world.FreshId());
         submit.set_upload(BeginUpload(world, "x", 100));
         submit.set_collection("SEEN");
         submit.set_layout("wide");
         return world.Send(kReturns + "SubmitReturnFile", submit);
       }},
      {"26.gap",
       [](World& world) { return WritePiece(world, BeginUpload(world, "x", 100'000), 10, "x"); }},
      {"26.repeated",
       [](World& world) {
         const std::string text(65'537, 'x');
         const std::string name = BeginUpload(world, text, text.size());
         WritePiece(world, name, 0, text.substr(0, 65'536));
         return WritePiece(world, name, 0, text.substr(0, 65'536));
       }},
      {"27.piece_of_another_size",
       [](World& world) { return WritePiece(world, BeginUpload(world, "x", 100), 0, "xx"); }},
      {"27.other_bytes",
       [](World& world) { return WritePiece(world, BeginUpload(world, "x", 1), 0, "y"); }},
      {"27.empty_file",
       [](World& world) {
         returns::v1::CreateUploadRequest create;
         create.set_request_id(world.FreshId());
         create.set_digest(DigestText(""));
         return world.Send(kReturns + "CreateUpload", create);
       }},
  };
}

// A good return that is kept.
returns::v1::SubmitReturnRequest Kept(World& world, const std::string& period, int64_t seen) {
  returns::v1::SubmitReturnRequest request = World::GoodReturn();
  request.set_request_id(world.FreshId());
  request.set_validate_only(false);
  request.set_period(period);
  request.mutable_cells(2)->set_millionths(seen * 1'000'000);
  return request;
}

std::string EtagOf(World& world, const std::string& name) {
  returns::v1::GetReturnRequest get;
  get.set_name(name);
  return world.MustGet<returns::v1::GetReturnResponse>(kGetPath, get, Submitter("RCF"))
      .return_()
      .etag();
}

bool IsReplayed(World& world, const returns::v1::SubmitReturnRequest& request) {
  return world
      .MustGet<returns::v1::SubmitReturnResponse>(kSubmitPath, request,
                                                  Submitter(request.organisation()))
      .replayed();
}

// Sixty at once change one return; "OK" for exactly one winner, and the losers' reason.
Answer Race(World& world) {
  world.Submit(Kept(world, "2024-03", 100));
  const std::string etag = EtagOf(world, "organisations/RCF/returns/SEEN.2024-03");
  std::vector<std::string> requests;
  for (int i = 0; i < 60; ++i) {
    returns::v1::SubmitReturnRequest request = Kept(world, "2024-03", 200 + i);
    request.set_etag(etag);
    requests.push_back(request.SerializeAsString());
  }
  std::vector<std::future<Answer>> answers;
  for (const std::string& request : requests) {
    answers.push_back(std::async(std::launch::async, [&world, &request] {
      std::string response;
      return AnswerOf(world.Exchange(kSubmitPath, request, Submitter("RCF"), &response));
    }));
  }
  int won = 0;
  Answer lost;
  for (auto& future : answers) {
    const Answer answer = future.get();
    answer.code == "OK" ? static_cast<void>(++won) : static_cast<void>(lost = answer);
  }
  world.Stores(2);
  return won == 1 ? lost : Answer{absl::StrCat(won, " WON"), ""};
}

// A client that goes away while its request is being committed; it learns later what became of it.
Answer CancelAndRepeat(World& world) {
  const returns::v1::SubmitReturnRequest request = Kept(world, "2024-04", 100);
  const std::unique_ptr<Http2Peer> peer = world.Peer();
  peer->Begin();
  peer->Call(1, Http2Peer::CallHeaders(kSubmitPath),
             Http2Peer::Framed(request.SerializeAsString()));
  peer->WriteFrame(kResetFrame, 0, 1, std::string("\0\0\0\x08", 4));
  world.Stores(1);
  return world.Submit(request);
}

Cases RepeatCases() {
  return {
      {"28.cancelled", CancelAndRepeat},
      {"56.outlier",
       [](World& world) {
         world.Submit(Kept(world, "2024-11", 100));
         world.Stores(2);
         return world.Submit(Kept(world, "2024-12", 400));
       }},
      {"62.repeated",
       [](World& world) -> Answer {
         const auto request = Kept(world, "2024-05", 100);
         world.Submit(request);
         world.Stores(1);
         return IsReplayed(world, request) ? world.Submit(request) : Answer{"NOT REPLAYED", ""};
       }},
      {"62.repeated_after_a_kill",
       [](World& world) -> Answer {
         const auto request = Kept(world, "2024-06", 100);
         world.Submit(request);
         world.Stores(1);
         world.Restart();
         return IsReplayed(world, request) ? world.Submit(request) : Answer{"NOT REPLAYED", ""};
       }},
      {"63.other_bytes",
       [](World& world) {
         auto request = Kept(world, "2024-07", 100);
         world.Submit(request);
         world.Stores(1);
         request.mutable_cells(2)->set_millionths(200'000'000);
         return world.Submit(request);
       }},
      {"64.of_another_organisation",
       [](World& world) {
         auto request = Kept(world, "2024-08", 100);
         world.Submit(request);
         request.set_organisation("RAE");
         world.Stores(2);
         return world.Submit(request, Submitter("RAE"));
       }},
      {"65.stale_etag",
       [](World& world) {
         world.Submit(Kept(world, "2024-09", 100));
         auto request = Kept(world, "2024-09", 200);
         request.set_etag("\"1\"");
         world.Stores(1);
         return world.Submit(request);
       }},
      {"67.race", Race},
  };
}

std::string Beyond() {
  Position position;
  position.Set(kIngestion, {1, 1'000'000});
  return position.ToString();
}

std::function<Answer(World&)> Get(const std::function<void(returns::v1::GetReturnRequest*)>& change,
                                  const std::string& persona = Submitter("RCF"),
                                  int64_t deadline_ms = 15'000) {
  return [change, persona, deadline_ms](World& world) {
    returns::v1::GetReturnRequest request;
    request.set_name(kKnownReturn);
    change(&request);
    return world.Send(kGetPath, request.SerializeAsString(), persona, deadline_ms);
  };
}

std::function<Answer(World&)> List(
    const std::function<void(World&, returns::v1::ListReturnsRequest*)>& change,
    const std::string& persona = kAnalyst) {
  return [change, persona](World& world) {
    returns::v1::ListReturnsRequest request;
    request.set_parent("organisations/-");
    request.set_collection("SEEN");
    change(world, &request);
    return world.Send(kReturns + "ListReturns", request, persona);
  };
}

// The token of the page after the first.
std::string SecondPage(World& world) {
  returns::v1::ListReturnsRequest request;
  request.set_parent("organisations/-");
  request.set_collection("SEEN");
  request.set_page_size(1);
  return world
      .MustGet<returns::v1::ListReturnsResponse>(kReturns + "ListReturns", request, kAnalyst)
      .next_page_token();
}

Cases PageCases() {
  return {
      {"79.forged", List([](World&, auto* request) { request->set_page_token("AAAA"); })},
      {"79.tampered", List([](World& world, auto* request) {
         std::string token = SecondPage(world);
         request->set_page_size(1);
         if (!token.empty()) token[token.size() / 2] ^= 1;
         request->set_page_token(token);
       })},
      {"79.of_another_caller", List(
                                   [](World& world, auto* request) {
                                     request->set_page_size(1);
                                     request->set_page_token(SecondPage(world));
                                   },
                                   kAuditor)},
      {"79.of_another_query", List([](World& world, auto* request) {
         request->set_page_token(SecondPage(world));
         request->set_period("2024-01");
       })},
      {"80.negative", List([](World&, auto* request) { request->set_page_size(-1); })},
      {"80.very_large", List([](World&, auto* request) { request->set_page_size(1'000'000'000); })},
  };
}

Answer Watch(World& world, const feed::v1::WatchRequest& request) {
  auto stub = feed::v1::FeedService::NewStub(world.suite().Channel(kAuditor, kIngestion));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
  auto reader = stub->Watch(&context, request);
  feed::v1::WatchResponse response;
  if (reader->Read(&response)) {
    context.TryCancel();
    return {"OK", ""};
  }
  return AnswerOf(reader->Finish());
}

Cases ReadCases() {
  Cases cases = {
      {"50.before_1970",
       Get([](auto* request) { request->mutable_read()->mutable_as_of_time()->set_seconds(-1); })},
      {"50.nanos", Get([](auto* request) {
         request->mutable_read()->mutable_as_of_time()->set_seconds(1'700'000'000);
         request->mutable_read()->mutable_as_of_time()->set_nanos(-1);
       })},
      {"50.nanos_beyond", Get([](auto* request) {
         request->mutable_read()->mutable_as_of_time()->set_seconds(1'700'000'000);
         request->mutable_read()->mutable_as_of_time()->set_nanos(1'000'000'000);
       })},
      {"50.tomorrow", Get([](auto* request) {
         request->mutable_read()->mutable_as_of_time()->set_seconds(
             SystemClock().Now().micros / 1'000'000 + 86'400);
       })},
      {"73.of_another", Get([](auto*) {}, Submitter("RAE"))},
      {"73.missing",
       Get([](auto* request) { request->set_name("organisations/RCF/returns/SEEN.2001-01"); })},
      {"81.position_beyond",
       Get([](auto* request) { request->mutable_read()->set_as_of_position(Beyond()); })},
      {"81.waiting_beyond",
       Get([](auto* request) { request->mutable_read()->set_at_least(Beyond()); }, Submitter("RCF"),
           3'000)},
      {"81.position_that_is_none",
       Get([](auto* request) { request->mutable_read()->set_as_of_position("zzz"); })},
      {"84.beyond_the_head",
       [](World& world) {
         feed::v1::WatchRequest request;
         request.set_after_sequence(1'000'000);
         return Watch(world, request);
       }},
      {"84.another_epoch",
       [](World& world) {
         feed::v1::WatchRequest request;
         request.set_epoch(2);
         return Watch(world, request);
       }},
  };
  cases.merge(PageCases());
  return cases;
}

}  // namespace

Cases StateCases() {
  Cases cases = UploadCases();
  cases.merge(RepeatCases());
  cases.merge(ReadCases());
  return cases;
}

}  // namespace onereturn

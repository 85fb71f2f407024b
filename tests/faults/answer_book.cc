#include "tests/faults/answer_book.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/check.h"

namespace onereturn {
namespace {

using google::protobuf::Message;

// One fault makes many; the first tell it.
constexpr size_t kMostViolations = 10;

std::unique_ptr<Message> Parsed(const google::protobuf::Descriptor* type,
                                const std::string& bytes) {
  std::unique_ptr<Message> message(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
  ONERETURN_CHECK(message->ParseFromString(bytes));
  return message;
}

}  // namespace

void AnswerBook::SawOnTheWire(const std::string& method, const std::string& request,
                              const std::string& response) {
  std::string name(absl::StripPrefix(method, "/"));
  std::replace(name.begin(), name.end(), '/', '.');
  const auto* found = google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(name);
  ONERETURN_CHECK(found != nullptr);
  const auto* id = found->input_type()->FindFieldByName("request_id");
  const auto* receipt = found->output_type()->FindFieldByName("receipt");
  if (id == nullptr || receipt == nullptr) return;
  const auto asked = Parsed(found->input_type(), request);
  const auto answer = Parsed(found->output_type(), response);
  if (!answer->GetReflection()->HasField(*answer, receipt)) return;
  const Message& told = answer->GetReflection()->GetMessage(*answer, receipt);
  std::lock_guard<std::mutex> lock(mutex_);
  Note(asked->GetReflection()->GetString(*asked, id),
       static_cast<const ledger::v1::Receipt&>(told));
}

void AnswerBook::Acknowledged(const std::string& request_id, const ledger::v1::Receipt& receipt) {
  std::lock_guard<std::mutex> lock(mutex_);
  Note(request_id, receipt).acknowledged = true;
}

AnswerBook::Answered& AnswerBook::Note(const std::string& request_id,
                                       const ledger::v1::Receipt& receipt) {
  Answered& answered = answered_[request_id];
  if (answered.answers++ == 0) {
    answered.sequence = receipt.sequence();
    answered.leaf_hash = receipt.leaf_hash();
  } else if (answered.sequence != receipt.sequence() || answered.leaf_hash != receipt.leaf_hash()) {
    AddViolation(absl::StrCat(request_id, " was answered as fact ", answered.sequence,
                              " and as fact ", receipt.sequence()));
  }
  return answered;
}

void AnswerBook::Violation(const std::string& text) {
  std::lock_guard<std::mutex> lock(mutex_);
  AddViolation(text);
}

void AnswerBook::AddViolation(const std::string& text) {
  if (violations_.size() < kMostViolations) violations_.push_back(text);
}

std::map<std::string, AnswerBook::Answered> AnswerBook::answered() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return answered_;
}

std::vector<std::string> AnswerBook::violations() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return violations_;
}

}  // namespace onereturn

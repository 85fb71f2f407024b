#include "common/identity/visible_fields.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "common/identity/roles.h"
#include "onereturn/assessment/v1/assessment_service.pb.h"
#include "onereturn/requests/v1/obligations_service.pb.h"
#include "onereturn/returns/v1/returns_service.pb.h"

namespace onereturn {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;

// Fills every field of the message and of those in it, once, down to `depth`.
void Fill(google::protobuf::Message* message, int depth) {
  const auto* reflection = message->GetReflection();
  const Descriptor* type = message->GetDescriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    if (field->real_containing_oneof() != nullptr || field->is_map()) continue;
    if (field->type() == FieldDescriptor::TYPE_STRING) {
      if (field->is_repeated())
        reflection->AddString(message, field, "x");
      else
        reflection->SetString(message, field, "x");
    } else if (field->message_type() != nullptr && depth > 0) {
      Fill(field->is_repeated() ? reflection->AddMessage(message, field)
                                : reflection->MutableMessage(message, field),
           depth - 1);
    }
  }
}

// The full names of the marked fields that hold something, at any depth: found by another walk than
// the code's.
void Held(const google::protobuf::Message& message, std::set<std::string>* names) {
  std::vector<const FieldDescriptor*> set;
  message.GetReflection()->ListFields(message, &set);
  for (const FieldDescriptor* field : set) {
    if (field->options().HasExtension(options::v1::visible_with)) names->insert(field->full_name());
    if (field->message_type() == nullptr) continue;
    if (!field->is_repeated()) {
      Held(message.GetReflection()->GetMessage(message, field), names);
    }
    for (int i = 0; field->is_repeated() && i < message.GetReflection()->FieldSize(message, field);
         ++i) {
      Held(message.GetReflection()->GetRepeatedMessage(message, field, i), names);
    }
  }
}

// Every message of the API that holds such a field, for every role: what the role may see stays,
// what it may not is cleared, and nothing else is touched.
template <typename Message>
void CheckMessage() {
  VisibleFields fields;
  fields.Add(Message::descriptor());
  Message full;
  Fill(&full, 4);
  std::set<std::string> marked;
  Held(full, &marked);
  ASSERT_FALSE(marked.empty()) << Message::descriptor()->full_name();
  const auto* roles = rights::v1::Role_descriptor();
  for (int i = 0; i < roles->value_count(); ++i) {
    const auto role = static_cast<rights::v1::Role>(roles->value(i)->number());
    Message seen = full;
    fields.Prune(role, &seen);
    std::set<std::string> left;
    Held(seen, &left);
    std::set<std::string> expected;
    for (const std::string& name : marked) {
      const FieldDescriptor* field = DescriptorPool::generated_pool()->FindFieldByName(name);
      if (Holds(role, field->options().GetExtension(options::v1::visible_with))) {
        expected.insert(name);
      }
    }
    EXPECT_EQ(left, expected) << roles->value(i)->name();
    if (left == marked) {
      EXPECT_EQ(seen.SerializeAsString(), full.SerializeAsString());
    }
  }
}

TEST(VisibleFieldsTest, EachRoleSeesWhatItMaySee) {
  CheckMessage<returns::v1::ListRevisionsResponse>();
  CheckMessage<assessment::v1::GetAssessmentResponse>();
  CheckMessage<assessment::v1::ListAssessmentsResponse>();
  CheckMessage<requests::v1::GetSimplifiedModeResponse>();
  CheckMessage<requests::v1::SetSimplifiedModeResponse>();
}

TEST(VisibleFieldsTest, AnAnswerWithoutSuchFieldsOrNotAddedIsLeftAsItIs) {
  VisibleFields fields;
  fields.Add(returns::v1::ListCellsResponse::descriptor());
  const auto left = [&fields](auto message) {
    Fill(&message, 4);
    const std::string before = message.SerializeAsString();
    fields.Prune(rights::v1::ROLE_PUBLIC_READER, &message);
    return message.SerializeAsString() == before;
  };
  EXPECT_TRUE(left(returns::v1::ListCellsResponse()));
  EXPECT_TRUE(left(returns::v1::ListRevisionsResponse())) << "not added";
}

// A field that is marked must be one of an answer: a request is judged whole, and what is on disk
// or in the feed is not pruned.
TEST(VisibleFieldsTest, AllMarkedFieldsAreKnown) {
  std::set<std::string> marked;
  std::set<const FileDescriptor*> seen;
  std::vector<const FileDescriptor*> open = {
      returns::v1::GetReturnResponse::descriptor()->file(),
      assessment::v1::GetAssessmentResponse::descriptor()->file()};
  while (!open.empty()) {
    const FileDescriptor* file = open.back();
    open.pop_back();
    if (!seen.insert(file).second) continue;
    for (int i = 0; i < file->dependency_count(); ++i) open.push_back(file->dependency(i));
    for (int m = 0; m < file->message_type_count(); ++m) {
      const Descriptor* type = file->message_type(m);
      for (int f = 0; f < type->field_count(); ++f) {
        if (type->field(f)->options().HasExtension(options::v1::visible_with)) {
          marked.insert(type->field(f)->full_name());
        }
      }
    }
  }
  EXPECT_EQ(marked, (std::set<std::string>{"onereturn.assessment.v1.Evidence.note",
                                           "onereturn.assessment.v1.Score.rationale",
                                           "onereturn.common.v1.FindingReply.text",
                                           "onereturn.returns.v1.Revision.explanations",
                                           "onereturn.returns.v1.Revision.reason_text",
                                           "onereturn.returns.v1.Submission.explanations",
                                           "onereturn.returns.v1.Submission.reason_text",
                                           "onereturn.returns.v1.Submission.sent_back_reason",
                                           "onereturn.timetable.v1.Extension.reason"}));
}

}  // namespace
}  // namespace onereturn

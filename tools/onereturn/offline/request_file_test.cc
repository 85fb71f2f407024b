// Goal: a request reads the same from text protobuf and JSON, and the template is one that is
// whole.
#include "tools/onereturn/offline/request_file.h"

#include <google/protobuf/text_format.h>

#include <fstream>

#include "common/base/testing/temporary_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tools/onereturn/console/error_text.h"

namespace onereturn::client {
namespace {

using ::testing::HasSubstr;

class RequestFile : public testing::Test {
 protected:
  std::string Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_.File(name)) << text;
    return folder_.File(name);
  }
  TemporaryFolder folder_;
};

TEST_F(RequestFile, TextAndJsonAreTheSame) {
  const auto text = ReadRequestFile(Write("a.textproto", "title: 'Winter' lines { item: 'x' }"));
  const auto json =
      ReadRequestFile(Write("a.JSON", R"({"title": "Winter", "lines": [{"item": "x"}]})"));
  ASSERT_TRUE(text.ok()) << text.status();
  ASSERT_TRUE(json.ok()) << json.status();
  EXPECT_EQ(text->SerializeAsString(), json->SerializeAsString());
  EXPECT_EQ(json->lines(0).item(), "x");
}

TEST_F(RequestFile, WhatCannotBeReadNamesTheFile) {
  for (const auto& file : {Write("bad.json", R"({"titel": "Winter"})"),
                           Write("bad.textproto", "titel: 'Winter'"), folder_.File("none.json")}) {
    const auto read = ReadRequestFile(file);
    EXPECT_FALSE(read.ok());
    EXPECT_THAT(read.status().message(), HasSubstr(file));
  }
  EXPECT_EQ(ExitCodeOf(ReadRequestFile(folder_.File("bad.json")).status()), ExitCode::kUsage);
}

// Every field that the API calls required stands in it.
TEST_F(RequestFile, TheTemplateIsARequest) {
  const auto request = ReadRequestFile(Write("template.textproto", std::string(RequestTemplate())));
  ASSERT_TRUE(request.ok()) << request.status();
  for (const char* field :
       {"requesting_body", "sponsor", "title", "purpose", "legal_basis", "from_period", "to_period",
        "due_date", "planned_use", "product", "expiry"}) {
    const auto* described = requests::v1::DataRequest::descriptor()->FindFieldByName(field);
    ASSERT_NE(described, nullptr) << field;
    EXPECT_TRUE(request->GetReflection()->HasField(*request, described)) << field;
  }
  EXPECT_GT(request->lines_size(), 0);
  EXPECT_GT(request->organisations_size(), 0);
  EXPECT_LT(request->due_date(), request->expiry());
}

// The parts that are commented out are right as well.
TEST_F(RequestFile, WhatTheTemplateLeavesOutReadsToo) {
  std::string text;
  std::string all(RequestTemplate());
  size_t from = 0;
  bool in_example = false;
  while (from < all.size()) {
    const size_t end = all.find('\n', from);
    std::string line = all.substr(from, end - from);
    from = end + 1;
    if (line.rfind("# lines {", 0) == 0) in_example = true;
    if (in_example && line.rfind("# ", 0) == 0) text += line.substr(2) + "\n";
    if (line == "# }") in_example = false;
  }
  requests::v1::DataRequest request;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &request)) << text;
  ASSERT_EQ(request.lines_size(), 1);
  EXPECT_TRUE(request.lines(0).has_described());
}

}  // namespace
}  // namespace onereturn::client

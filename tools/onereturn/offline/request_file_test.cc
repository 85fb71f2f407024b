// Goal: a request reads the same from text protobuf and JSON, and the template is one that is
// whole.
#include "tools/onereturn/offline/request_file.h"

#include <google/protobuf/text_format.h>

#include <fstream>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_split.h"
#include "common/base/testing/temporary_folder.h"
#include "common/status/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/ingestion/definitions/request_checks.h"
#include "tools/onereturn/console/error_text.h"

namespace onereturn::client {
namespace {

using ::testing::AllOf;
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

// It could not be sent.
TEST_F(RequestFile, ATextThatIsNotUtf8IsNamed) {
  const std::vector<std::pair<std::string, std::string>> texts = {
      {"title", R"(title: "a\377b")"},
      {"title", "title: 'a\xFF'"},
      {"organisations[1]", R"(organisations: "RLQ" organisations: "\303(")"},
      {"lines[1].described.display_name",
       R"(lines { item: "x" } lines { described { display_name: "\200" } })"}};
  for (const auto& [field, text] : texts) {
    const absl::Status status = ReadRequestFile(Write("bytes.textproto", text)).status();
    EXPECT_EQ(ExitCodeOf(status), ExitCode::kUsage);
    const auto details = DetailsOf(status);
    ASSERT_TRUE(details.has_value()) << text;
    EXPECT_EQ(details->reason, Reason::kFieldInvalid);
    ASSERT_EQ(details->fields.size(), 1u);
    EXPECT_EQ(details->fields[0].field, field);
    EXPECT_THAT(status.message(), AllOf(HasSubstr("bytes.textproto"), HasSubstr(field)));
  }
  EXPECT_TRUE(ReadRequestFile(Write("utf8.textproto", R"(title: "\303\251t\303\251")")).ok());
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

// What the template leaves out, each as it stands behind its marks of a comment.
std::vector<std::string> LeftOut() {
  static const std::regex& begins = *new std::regex("# [a-z_]+(:| \\{).*");
  std::vector<std::string> blocks;
  bool inside = false;
  for (const absl::string_view line : absl::StrSplit(RequestTemplate(), '\n')) {
    const std::string text(line);
    if (inside) {
      blocks.back() += text.substr(2) + "\n";
    } else if (std::regex_match(text, begins)) {
      blocks.push_back(text.substr(2) + "\n");
    }
    if (inside || std::regex_match(text, begins))
      inside = text != "# }" && (inside || text.back() == '{');
  }
  return blocks;
}

// Taken in one by one, each gives a request that the service takes.
TEST_F(RequestFile, WhatTheTemplateLeavesOutIsValidToo) {
  const std::vector<std::string> blocks = LeftOut();
  EXPECT_EQ(blocks.size(), 6u);
  for (const std::string& block : blocks) {
    requests::v1::DataRequest request;
    ASSERT_TRUE(
        google::protobuf::TextFormat::ParseFromString(std::string(RequestTemplate()), &request));
    requests::v1::DataRequest more;
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(block, &more)) << block;
    if (more.has_selector()) request.clear_organisations();
    request.MergeFrom(more);
    const absl::Status taken = ingestion::CheckDataRequest(request);
    EXPECT_TRUE(taken.ok()) << block << ErrorText(taken);
  }
}

TEST_F(RequestFile, AWrongWordIsAnsweredWithTheRightOnes) {
  const auto wrong = [this](const char* text) {
    return ErrorText(ReadRequestFile(Write("wrong.textproto", text)).status());
  };
  EXPECT_THAT(wrong("purpose: FUNDING"), HasSubstr("PURPOSE_FUNDING, PURPOSE_ACCOUNTABILITY"));
  EXPECT_THAT(wrong("lines { detail: SOME }"), HasSubstr("DETAIL_AS_HELD, DETAIL_BY_DIMENSIONS."));
}

TEST_F(RequestFile, AnEmptyFileAsksForNothing) {
  for (const auto& file :
       {Write("empty.textproto", ""), Write("blank.textproto", "# nothing\n"),
        Write("empty.json", "{}"), Write("none.json", ""), Write("blank.json", " \n")}) {
    const absl::Status status = ReadRequestFile(file).status();
    EXPECT_EQ(ExitCodeOf(status), ExitCode::kUsage) << file;
    EXPECT_THAT(ErrorText(status), AllOf(HasSubstr("is empty"), HasSubstr("request template")));
  }
}

TEST_F(RequestFile, WhatIsWrongIsSaidWithItsLineAndWhatMayBeMeant) {
  const std::vector<std::pair<std::string, std::string>> files = {
      {Write("text.textproto", "title: 'x'\norganisation: 'RLQ'\n"),
       "line 2, column 13: there is no field \"organisation\""},
      {Write("fields.json", "{\n \"title\": \"x\",\n \"organisation\": [\"RLQ\"]\n}"),
       "line 3: there is no field \"organisation\""}};
  for (const auto& [file, words] : files) {
    const absl::Status status = ReadRequestFile(file).status();
    EXPECT_EQ(ExitCodeOf(status), ExitCode::kUsage) << file;
    EXPECT_THAT(ErrorText(status), AllOf(HasSubstr(words), HasSubstr("Perhaps organisations is")));
  }
  const absl::Status open = ReadRequestFile(Write("open.json",
                                                  "{\n \"title\": \"x\",\n "
                                                  "\"organisations\": [\"RLQ\"\n}"))
                                .status();
  EXPECT_EQ(ExitCodeOf(open), ExitCode::kUsage);
  EXPECT_THAT(open.message(), HasSubstr("line 4: "));
  EXPECT_EQ(ExitCodeOf(ReadRequestFile(Write("word.textproto", "due_date: 3")).status()),
            ExitCode::kUsage);
}

TEST_F(RequestFile, WhatIsNamedAsJsonIsReadAsJson) {
  const auto wrong = [this](const char* text) {
    const absl::Status status = ReadRequestFile(Write("other.json", text)).status();
    EXPECT_EQ(ExitCodeOf(status), ExitCode::kUsage) << text;
    return ErrorText(status);
  };
  EXPECT_THAT(wrong("[]"), HasSubstr("must be an object"));
  EXPECT_THAT(wrong("title: 'Winter'\n"),
              AllOf(HasSubstr("is read as JSON"), HasSubstr("name it .textproto")));
}

// Nobody names a file so: it is told how references are written.
TEST_F(RequestFile, AMistypedReferenceIsNoFile) {
  for (const char* name : {"001-00 ", "001-0", "1-00", "requests/01-00", "001-"}) {
    const absl::Status status = ReadRequestFile(name).status();
    EXPECT_EQ(ExitCodeOf(status), ExitCode::kUsage) << name;
    EXPECT_THAT(ErrorText(status), HasSubstr("is no reference of a data request")) << name;
  }
  EXPECT_THAT(ErrorText(ReadRequestFile("2026-winter").status()), HasSubstr("there is no file"));
}

TEST_F(RequestFile, WhatIsNoFileIsWrongUsage) {
  for (const std::string& name :
       {folder_.File("none"), folder_.File("none.json"), folder_.path()}) {
    EXPECT_EQ(ExitCodeOf(ReadRequestFile(name).status()), ExitCode::kUsage) << name;
  }
}

}  // namespace
}  // namespace onereturn::client

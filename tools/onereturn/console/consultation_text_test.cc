// Goal: who is awaited is named with what he has to do, and the step that is open is the one that
// is offered.
#include "tools/onereturn/console/consultation_text.h"

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace onereturn::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;

constexpr char kDay[] = "2026-11-23";

template <typename Message>
Message FromText(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

requests::v1::DataRequest Matched(const std::string& more) {
  return FromText<requests::v1::DataRequest>(
      "name: 'requests/002-00' state: REQUEST_STATE_MATCHED drafted { sequence: 7 } " + more);
}

// RLQ is led by Y60, and shares Y61; RWP has shares alone; what is of yesterday counts no more.
std::vector<catalogue::v1::Organisation> Organisations() {
  constexpr char kTie[] = "kind: RELATIONSHIP_KIND_PROVIDER_TO_REGION from_date: '2020-04-01' ";
  const auto tie = [&](const std::string& more) {
    return std::string("relationships { ") + kTie + more + " } ";
  };
  return {FromText<catalogue::v1::Organisation>("code: 'RLQ' " + tie("parent: 'Y60' lead: true") +
                                                tie("parent: 'Y61'")),
          FromText<catalogue::v1::Organisation>("code: 'RWP' " + tie("parent: 'Y60'") +
                                                tie("parent: 'Y62'") +
                                                tie("parent: 'Y58' to_date: '2026-11-22'")),
          FromText<catalogue::v1::Organisation>("code: 'R0A' " + tie("parent: 'Y59' lead: true"))};
}

TEST(ConsultationText, RegionsOfThoseWhoAreAskedAnewFilter) {
  const auto match = FromText<requests::v1::Match>(
      "gaps { organisations: ['RLQ', 'RWP'] } gaps { organisations: 'R0A' awaited: true }");
  EXPECT_THAT(AskedAnew(match), ElementsAre("RLQ", "RWP"));
  EXPECT_THAT(RegionsThatFilter(Organisations(), AskedAnew(match), kDay),
              ElementsAre(Pair("Y60", ElementsAre("RLQ", "RWP")), Pair("Y62", ElementsAre("RWP"))));
  EXPECT_THAT(RegionsThatFilter(Organisations(), {}, kDay), IsEmpty());
}

TEST(ConsultationText, TheRegionIsAwaitedThoughNobodyIsNamed) {
  EXPECT_EQ(AwaitedText(Matched(""), {{"Y60", {"RLQ", "RLT", "RWP"}}}),
            "Awaited: Y60 (region of RLQ, RLT, RWP):\n"
            "  onereturn request reply 002-00 --organisation Y60 --opinion agree "
            "--regional-filter\n"
            "To close it without them:\n"
            "  onereturn request consult 002-00 --close --without-all-replies --reason TEXT\n");
}

TEST(ConsultationText, WhoHasRepliedToThisDraftIsNotAwaited) {
  const std::string consultees = "consultees: ['QGH', 'Y60'] ";
  const FilteringRegions regions = {{"Y60", {"RLQ"}}};
  const std::string earlier = "replies { organisation: 'QGH' step { sequence: 6 } } ";
  const std::string own = "replies { organisation: 'Y60' step { sequence: 8 } } ";
  const std::string text = AwaitedText(Matched(consultees + earlier + own), regions);
  EXPECT_THAT(text, HasSubstr("Awaited: QGH:\n  onereturn request reply 002-00 --organisation QGH "
                              "--opinion agree\n"));
  EXPECT_THAT(text, HasSubstr("Awaited: Y60 (region of RLQ)"));
  const std::string all =
      "replies { organisation: 'QGH' step { sequence: 8 } } "
      "replies { organisation: 'Y60' regional_filter: true step { sequence: 9 } } ";
  EXPECT_EQ(AwaitedText(Matched(consultees + all), regions),
            "To close it: onereturn request consult 002-00 --close\n");
}

TEST(ConsultationText, TheStepThatIsOpenIsNext) {
  const auto next = [](const std::string& state, const FilteringRegions& regions) {
    return NextStepText(FromText<requests::v1::DataRequest>(
                            "name: 'requests/002-00' state: REQUEST_STATE_" + state),
                        regions);
  };
  EXPECT_THAT(next("DRAFT", {}), HasSubstr("request match 002-00\n"));
  EXPECT_EQ(next("MATCHED", {}), "Next: onereturn request consult 002-00 --close\n");
  EXPECT_THAT(next("MATCHED", {{"Y60", {"RLQ"}}}), HasSubstr("Awaited: Y60"));
  EXPECT_THAT(next("CONSULTED", {}), HasSubstr("request approve 002-00 --reason TEXT\n"));
  EXPECT_EQ(next("APPROVED", {{"Y60", {"RLQ"}}}),
            "Next, by who asks: onereturn request issue 002-00\n");
  EXPECT_EQ(next("ENDED", {}), "");
}

TEST(ConsultationText, ARegionThatObjectsIsToBeNamed) {
  const std::string objects =
      "replies { organisation: 'Y60' opinion: OPINION_OBJECT regional_filter: true "
      "step { sequence: 8 } } ";
  const std::string agrees =
      "replies { organisation: 'Y60' opinion: OPINION_AGREE regional_filter: true "
      "step { sequence: 9 } } ";
  auto request = Matched(objects);
  request.set_state(requests::v1::REQUEST_STATE_CONSULTED);
  EXPECT_THAT(NextStepText(request, {}), HasSubstr("Y60 objects as the region: to approve all the "
                                                   "same, name Y60 in the reason"));
  request = Matched(objects + agrees);
  request.set_state(requests::v1::REQUEST_STATE_CONSULTED);
  EXPECT_THAT(NextStepText(request, {}), Not(HasSubstr("objects")));
}

}  // namespace
}  // namespace onereturn::client
